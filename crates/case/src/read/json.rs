//! One line of JSON to a [`Line`]. What could be read before an error stays in it: a case should know that it lost a line.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::error::Category;

use super::MAX_LINE;
use super::given::{Given, Text};
use super::line::{ACTOR, Actor, Line, Silent};
use super::lines::Raw;
use super::problem::{Fault, Kind, clip};

const DOING: &str = "read the line";

/// Reads a line into `line`.
pub fn read<'a>(raw: &Raw<'a>, line: &mut Line<'a>) -> Result<(), Fault> {
    let text = match std::str::from_utf8(raw.bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = raw.bytes.get(..error.valid_up_to()).unwrap_or_default();
            // Only for the case id; what is wrong is told below.
            let _ = parse(std::str::from_utf8(good).unwrap_or_default(), line);
            salvage(raw.bytes, line);
            return Err(if raw.too_long {
                too_long(raw)
            } else {
                not_text(raw.bytes, error.valid_up_to())
            });
        }
    };
    let parsed = parse(text, line);
    if raw.too_long {
        salvage(raw.bytes, line);
        return Err(too_long(raw));
    }
    if parsed.is_err() {
        salvage(raw.bytes, line);
    }
    parsed
}

/// The fault of a line that was read past.
pub fn too_long(raw: &Raw<'_>) -> Fault {
    let found = format!(
        "it has {} bytes, more than the {MAX_LINE} that are read",
        raw.size
    );
    Fault::new(Kind::TooLong, DOING, found)
        .hint("one act stands on one line; long texts stay in the file that `source` names")
}

/// The fault of a line that is not UTF-8.
pub fn not_text(bytes: &[u8], at: usize) -> Fault {
    let found = format!("byte {} is no UTF-8", at + 1);
    let wide =
        bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") || bytes.contains(&0);
    let hint = if wide {
        "this looks like UTF-16; save the file as UTF-8"
    } else {
        "save the file as UTF-8"
    };
    Fault::new(Kind::NotText, DOING, found).hint(hint)
}

fn parse<'a>(text: &'a str, line: &mut Line<'a>) -> Result<(), Fault> {
    let mut key = None;
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Keys {
        line,
        key: &mut key,
    }
    .deserialize(&mut json)
    .and_then(|()| json.end());
    read.map_err(|error| fault(text, &error, key.as_deref()))
}

fn fault(text: &str, error: &serde_json::Error, key: Option<&str>) -> Fault {
    let at = match error.column() {
        0 => String::new(),
        column => format!(", at column {column}"),
    };
    let said = error.to_string();
    let said = said
        .rsplit_once(" at line ")
        .map_or(said.as_str(), |(said, _)| said);
    if error.classify() != Category::Data {
        let said = match said {
            _ if !text.trim_start().starts_with(['{', '[', '"']) => {
                "it begins with something else than `{`"
            }
            _ if error.classify() == Category::Eof => "it ends too early",
            "recursion limit exceeded" => "lists and groups are nested too deep",
            other => other,
        };
        return Fault::new(Kind::Malformed, DOING, format!("it is no JSON: {said}{at}"))
            .hint("one act stands on one line, a JSON object in braces and nothing after it");
    }
    let said = clip(&plain(said), 200);
    let found = match key {
        Some(key) => format!("`{key}`: {said}{at}"),
        None => format!("{said}{at}"),
    };
    let hint = match key {
        Some("subjects") => Some(r#"write a list: "subjects":["A"]"#),
        Some("fields") => Some(r#"write names and values: "fields":{"name":"value"}"#),
        Some("by") => Some(r#"write a group: "by":{"organ":"name"}"#),
        Some("partial") => Some(r#"write "partial":"all", or a list of acts"#),
        _ => None,
    };
    Fault::new(Kind::Shape, DOING, found).maybe_hint(hint.map(str::to_owned))
}

/// `invalid type: integer `5`, expected a sequence` in the words that our other messages use.
fn plain(said: &str) -> String {
    let Some((found, expected)) = said
        .strip_prefix("invalid type: ")
        .and_then(|said| said.split_once(", expected "))
    else {
        return said.to_owned();
    };
    let found = match found.split_once(' ') {
        _ if found == "sequence" => "a list".to_owned(),
        _ if found == "map" => "a group in braces".to_owned(),
        _ if found == "null" => "`null`".to_owned(),
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "floating point", number)) => format!("the number {number}"),
        Some(("boolean", yes)) => yes.to_owned(),
        _ => found.to_owned(),
    };
    let expected = if expected == "a sequence" {
        "a list"
    } else {
        expected
    };
    format!("{found} stands there, expected {expected}")
}

/// The case id of a line that is broken before it.
fn salvage<'a>(bytes: &'a [u8], line: &mut Line<'a>) {
    const KEY: &[u8] = b"\"case\"";
    if line.case.is_some() {
        return;
    }
    let Some(at) = bytes.windows(KEY.len()).position(|window| window == KEY) else {
        return;
    };
    let rest = bytes
        .get(at + KEY.len()..)
        .unwrap_or_default()
        .trim_ascii_start();
    let Some(rest) = rest.strip_prefix(b":") else {
        return;
    };
    let mut json = serde_json::Deserializer::from_slice(rest);
    line.case = Text::deserialize(&mut json).ok().map(|text| text.0);
}

/// Reads the keys of a line as they come, and keeps the one at hand.
struct Keys<'x, 'a> {
    line: &'x mut Line<'a>,
    key: &'x mut Option<String>,
}

impl<'a> DeserializeSeed<'a> for Keys<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Keys<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an act, a JSON object in braces")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        let line = self.line;
        let mut seen = Vec::new();
        while let Some(Text(key)) = map.next_key()? {
            if seen.contains(&key) {
                return Err(twice(&key));
            }
            match &*key {
                "id" => line.id = text(&mut map, &key, self.key)?,
                "case" => line.case = text(&mut map, &key, self.key)?,
                "subjects" => line.subjects = value(&mut map, &key, self.key, texts)?,
                "thing" => line.thing = text(&mut map, &key, self.key)?,
                "act" => line.act = text(&mut map, &key, self.key)?,
                "happened" => line.happened = text(&mut map, &key, self.key)?,
                "until" => line.until = text(&mut map, &key, self.key)?,
                "recorded" => line.recorded = text(&mut map, &key, self.key)?,
                "by" => {
                    line.by = value(&mut map, &key, self.key, |by: Option<Actor<'a>>| {
                        by.unwrap_or_default()
                    })?
                }
                "fields" => {
                    line.fields = value(&mut map, &key, self.key, |f: Option<Fields<'a>>| {
                        f.map_or_else(Vec::new, |f| f.0)
                    })?;
                }
                "answers" => line.answers = text(&mut map, &key, self.key)?,
                "corrects" => line.corrects = text(&mut map, &key, self.key)?,
                "source" => line.source = text(&mut map, &key, self.key)?,
                "partial" => {
                    line.partial = value(&mut map, &key, self.key, |silent: Option<Silent<'a>>| {
                        silent
                    })?
                }
                "except" => line.except = value(&mut map, &key, self.key, texts)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    if line.unknown.is_none() {
                        line.unknown = Some(key);
                    }
                    continue;
                }
            }
            // At most as many as there are keys.
            seen.push(key);
        }
        Ok(())
    }
}

fn twice<E: Error>(key: &str) -> E {
    E::custom(format_args!("`{}` stands there twice", clip(key, 60)))
}

/// The value of a key; on an error the key stays in `at`.
fn value<'a, A: MapAccess<'a>, T: Deserialize<'a>, U>(
    map: &mut A,
    key: &str,
    at: &mut Option<String>,
    then: impl FnOnce(T) -> U,
) -> Result<U, A::Error> {
    match map.next_value::<T>() {
        Ok(value) => Ok(then(value)),
        Err(error) => {
            *at = Some(key.to_owned());
            Err(error)
        }
    }
}

fn text<'a, A: MapAccess<'a>>(
    map: &mut A,
    key: &str,
    at: &mut Option<String>,
) -> Result<Option<Cow<'a, str>>, A::Error> {
    value(map, key, at, |text: Option<Text<'a>>| {
        text.map(|text| text.0)
    })
}

fn texts(list: Option<Vec<Text<'_>>>) -> Vec<Cow<'_, str>> {
    list.unwrap_or_default()
        .into_iter()
        .map(|text| text.0)
        .collect()
}

/// Names and values, in order.
struct Fields<'a>(Vec<(Cow<'a, str>, Given<'a>)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("names and values in braces")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some((Text(name), given)) = map.next_entry()? {
                    fields.push((name, given));
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Reads)
    }
}

impl<'de> Deserialize<'de> for Actor<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Actor<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("who did it, names and values in braces")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut actor = Actor::default();
                while let Some((Text(key), value)) = map.next_entry::<_, Option<Text<'de>>>()? {
                    let slot = match &*key {
                        "organ" => &mut actor.organ,
                        "unit" => &mut actor.unit,
                        "official" => &mut actor.official,
                        "rank" => &mut actor.rank,
                        "level" => &mut actor.level,
                        _ => {
                            let known = ACTOR.join("`, `");
                            return Err(A::Error::custom(format_args!(
                                "`{}` is no key of it; its keys are `{known}`",
                                clip(&key, 60)
                            )));
                        }
                    };
                    if slot.is_some() {
                        return Err(twice(&key));
                    }
                    *slot = value.map(|text| text.0);
                }
                Ok(actor)
            }
        }
        deserializer.deserialize_map(Reads)
    }
}

impl<'de> Deserialize<'de> for Silent<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reads;
        impl<'de> Visitor<'de> for Reads {
            type Value = Silent<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`all` or a list of acts")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
                if text == "all" {
                    return Ok(Silent::All);
                }
                Err(E::custom(format_args!(
                    "the text `{}` stands there, expected `all` or a list of acts",
                    clip(text, 60)
                )))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut acts = Vec::new();
                while let Some(Text(act)) = list.next_element()? {
                    acts.push(act);
                }
                Ok(Silent::These(acts))
            }
        }
        deserializer.deserialize_any(Reads)
    }
}
