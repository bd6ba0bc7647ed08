//! A line as it is kept: what it says, as one line of JSON, whatever the file.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::given::Given;
use super::line::{Actor, Line, Silent};

/// The line of JSON, its keys in the order of the alphabet, that is read as the same statement.
pub fn text(line: &Line<'_>) -> String {
    let mut said = Map::new();
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            said.insert(key.to_owned(), value);
        }
    };
    let texts = [
        ("id", &line.id),
        ("case", &line.case),
        ("thing", &line.thing),
        ("act", &line.act),
        ("happened", &line.happened),
        ("until", &line.until),
        ("recorded", &line.recorded),
        ("answers", &line.answers),
        ("corrects", &line.corrects),
        ("source", &line.source),
    ];
    for (key, text) in texts {
        add(key, text.as_ref().map(|text| json!(text)));
    }
    add("subjects", list(&line.subjects));
    add("by", group(actor(&line.by)));
    let fields = line.fields.iter();
    let fields = fields.map(|(name, given)| (name.to_string(), value(given)));
    add("fields", group(fields.collect()));
    let partial = line.partial.as_ref().map(|silent| match silent {
        Silent::All => json!("all"),
        Silent::These(acts) => json!(acts),
    });
    add("partial", partial);
    add("except", list(&line.except));
    Value::Object(said).to_string()
}

fn list(texts: &[Cow<'_, str>]) -> Option<Value> {
    (!texts.is_empty()).then(|| json!(texts))
}

fn group(said: Map<String, Value>) -> Option<Value> {
    (!said.is_empty()).then_some(Value::Object(said))
}

fn actor(by: &Actor<'_>) -> Map<String, Value> {
    let said = [
        ("organ", &by.organ),
        ("unit", &by.unit),
        ("official", &by.official),
        ("rank", &by.rank),
        ("level", &by.level),
    ];
    let said = said.into_iter();
    said.filter_map(|(key, text)| Some((key.to_owned(), json!(text.as_ref()?))))
        .collect()
}

fn value(given: &Given<'_>) -> Value {
    match given {
        Given::Nothing | Given::Group => Value::Null,
        Given::Yes(yes) => json!(yes),
        // As it was written. What no number of JSON can hold was never read as one.
        Given::Number(text) => text.parse().map_or_else(|_| json!(text), Value::Number),
        Given::Text(text) => json!(text),
        Given::List(list) => list.iter().map(value).collect(),
    }
}
