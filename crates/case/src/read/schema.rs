//! The JSON Schema of the act line, made from the packs.

use habeas_law::count::Unit;
use habeas_law::read::names::Kind;
use habeas_law::rules::{Act, Field, Pack, PackId};
use habeas_law::{Law, Type, Words};
use serde_json::{Map, Value, json};

use super::names::seen;

/// A time as exactly as it is known. Whether the day exists, and the offset is that of the law, only reading tells.
const TIME: &str = concat!(
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "([Tt ] *[0-9]{1,2}([hH]|:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]+)?)?)?( *([Zz]|[+-][0-9]{2}(:?[0-9]{2})?))?)?$",
    "|^[0-9]{4}-XX-XX[+][0-9]{1,5}$",
);

/// The schema (2020-12) of one line: an act of the packs for which `wanted` says yes, or what a source is silent about.
#[must_use]
pub fn schema(law: &Law, wanted: impl Fn(&Pack) -> bool) -> Value {
    let mut definitions = Map::new();
    let mut lines = Vec::new();
    let mut names = Vec::new();
    definitions.insert(
        "id".into(),
        json!({ "type": "string", "minLength": 1, "maxLength": 200 }),
    );
    definitions.insert(
        "pseudonym".into(),
        json!({ "type": ["string", "null"], "minLength": 1, "maxLength": 200 }),
    );
    definitions.insert("time".into(), json!({
        "type": "string",
        "pattern": TIME,
        "description": "A day `2026-11-05`, an hour `2026-11-05T14` or a time of day `2026-11-05T14:05+08:00`, as exactly as it is known; `2019-XX-XX+37` counts days from an unknown day of 2019.",
    }));
    definitions.insert(
        "laterTime".into(),
        json!({ "anyOf": [{ "$ref": "#/$defs/time" }, { "type": "null" }] }),
    );
    definitions.insert("periods".into(), periods());
    for (n, pack) in law
        .packs
        .iter()
        .enumerate()
        .filter(|(_, pack)| wanted(pack))
    {
        let Ok(id) = u16::try_from(n).map(PackId) else {
            continue;
        };
        let acts: Vec<&Act> = law.acts.iter().filter(|act| act.pack == id).collect();
        if acts.is_empty() {
            continue;
        }
        definitions.insert(key("by", &pack.name), by(law, id));
        for act in acts {
            let name = key("act", &act.full_name);
            lines.push(json!({ "$ref": format!("#/$defs/{name}") }));
            definitions.insert(name, line(law, act, &pack.name));
            names.push(act.full_name.as_str());
        }
    }
    lines.push(json!({ "$ref": "#/$defs/partial" }));
    definitions.insert("partial".into(), partial(&names));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "One line: an act, or what its source is silent about",
        "description": "JSON Lines: one object a line. A key that is not there, or `null`, is not in the record and so unknown; `none` is known to be absent.",
        "oneOf": lines,
        "$defs": definitions,
    })
}

/// A name that needs no escapes in a reference.
fn key(kind: &str, name: &str) -> String {
    format!("{kind}.{}", name.replace(['/', ' '], "."))
}

fn both(words: &Words) -> String {
    let [first, second] = &*words.0;
    if second.is_empty() {
        first.to_string()
    } else {
        format!("{first} / {second}")
    }
}

fn line(law: &Law, act: &Act, pack: &str) -> Value {
    let mut fields = Map::new();
    for field in &act.fields {
        fields.insert(law.field_name(field.id).to_owned(), value(law, field));
    }
    let title = if act.facts {
        act.full_name.clone()
    } else {
        both(&act.words)
    };
    let until = if act.period {
        "The last day, or the end."
    } else {
        "The end that the act names."
    };
    json!({
        "title": title,
        "type": "object",
        "required": ["id", "case", "act", "happened"],
        "additionalProperties": false,
        "properties": {
            "id": { "$ref": "#/$defs/id", "description": "Unique in the case." },
            "case": { "$ref": "#/$defs/id" },
            "subjects": {
                "type": ["array", "null"],
                "items": { "$ref": "#/$defs/id" },
                "description": "Pseudonyms of this case; none: everyone in it.",
            },
            "thing": { "$ref": "#/$defs/pseudonym" },
            "act": { "const": act.full_name },
            "happened": { "$ref": "#/$defs/time" },
            "until": { "$ref": "#/$defs/laterTime", "description": until },
            "recorded": { "$ref": "#/$defs/laterTime" },
            "by": { "$ref": format!("#/$defs/{}", key("by", pack)) },
            "fields": { "type": ["object", "null"], "additionalProperties": false, "properties": fields },
            "answers": { "$ref": "#/$defs/pseudonym", "description": "The id of the act to which it answers." },
            "corrects": { "$ref": "#/$defs/pseudonym", "description": "The id of the act that it corrects." },
            "source": { "type": ["string", "null"] },
        },
    })
}

fn by(law: &Law, pack: PackId) -> Value {
    let one = |kind: Kind| {
        let mut names: Vec<Value> = seen(law, kind, pack).into_iter().map(Value::from).collect();
        names.push(Value::Null);
        json!({ "enum": names })
    };
    json!({
        "type": ["object", "null"],
        "additionalProperties": false,
        "description": "Who did it. Pseudonyms and codes, never a name.",
        "properties": {
            "organ": one(Kind::Organ),
            "rank": one(Kind::Rank),
            "level": one(Kind::Level),
            "unit": { "$ref": "#/$defs/pseudonym" },
            "official": { "$ref": "#/$defs/pseudonym" },
        },
    })
}

fn partial(names: &[&str]) -> Value {
    let acts = json!({ "type": "array", "items": { "enum": names } });
    json!({
        "title": "What the source of a case is silent about",
        "type": "object",
        "required": ["case", "partial"],
        "additionalProperties": false,
        "properties": {
            "case": { "$ref": "#/$defs/id" },
            "partial": { "anyOf": [{ "const": "all" }, acts] },
            "except": acts,
            "source": { "type": ["string", "null"] },
        },
        "if": { "required": ["except"] },
        "then": { "properties": { "partial": { "const": "all" } } },
    })
}

fn periods() -> Value {
    let day = json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" });
    json!({
        "anyOf": [
            { "type": "array", "items": { "type": "array", "prefixItems": [day, day], "minItems": 2, "maxItems": 2 } },
            { "type": "string", "pattern": "^.*[.][.].*$" },
        ],
        "description": "Periods of whole days, first and last day included.",
    })
}

fn value(law: &Law, field: &Field) -> Value {
    let (mut schema, about) = shape(law, &field.ty);
    let mut ways = vec![json!({ "type": "null" })];
    if field.or_none {
        ways.insert(0, json!({ "const": "none" }));
    }
    ways.insert(0, std::mem::take(&mut schema));
    let mut about = about;
    if field.or_none {
        about.push_str(" `none`: known to be absent.");
    }
    if field.needed {
        about.push_str(" Forms ask for it.");
    }
    json!({ "title": both(&field.words), "description": about.trim(), "anyOf": ways })
}

fn shape(law: &Law, ty: &Type) -> (Value, String) {
    match ty {
        Type::YesNo => (
            json!({ "enum": [true, false, "yes", "no", "true", "false"] }),
            "Yes or no.".into(),
        ),
        Type::Date => (json!({ "$ref": "#/$defs/time" }), "A day.".into()),
        Type::Moment => (json!({ "$ref": "#/$defs/time" }), "A moment.".into()),
        Type::Length(unit) => {
            let name = unit.name();
            let units = match unit {
                Unit::Hours | Unit::Minutes => "(hours?|minutes?)".to_owned(),
                _ => format!("{}s?", name.strip_suffix('s').unwrap_or(name)),
            };
            let one = format!("[0-9]+( +{units})?");
            let pattern = format!("^ *{one}( *[+] *{one})* *$");
            let ways = json!([{ "type": "integer", "minimum": 0 }, { "type": "string", "pattern": pattern }]);
            (json!({ "anyOf": ways }), format!("A number of {name}."))
        }
        Type::MixedLength => (
            json!({ "type": "string" }),
            "A length such as `1 month + 15 days`.".into(),
        ),
        Type::Number => (number(), "A number.".into()),
        Type::Money => (
            number(),
            "A sum in the currency of the jurisdiction.".into(),
        ),
        Type::OneOf(words) => {
            let names: Vec<&str> = words.iter().map(|(word, _)| law.word_name(*word)).collect();
            let told = words
                .iter()
                .map(|(word, words)| format!("`{}`: {}", law.word_name(*word), both(words)));
            (
                json!({ "enum": names }),
                format!("{}.", told.collect::<Vec<_>>().join("; ")),
            )
        }
        Type::Text => (
            json!({ "type": "string" }),
            "A text, without names of persons.".into(),
        ),
        Type::Periods => (
            json!({ "$ref": "#/$defs/periods" }),
            "Periods of whole days, first and last included.".into(),
        ),
        Type::Any => (json!({}), String::new()),
    }
}

fn number() -> Value {
    json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": "^ *[+-]?[0-9][0-9_]*([.][0-9]+)? *$" }] })
}
