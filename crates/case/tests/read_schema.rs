//! The JSON Schema says of the same lines what reading says, wherever one line can tell.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "read_support/json.rs"]
mod read_json;
mod read_support;

use habeas_case::read::{Kind, schema};
use jsonschema::Validator;
use read_json::json;
use read_support::law;
use serde_json::Value;

fn validator() -> Validator {
    let schema = schema(&law(), |_| true);
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

/// Lines of the tests of reading, with the short forms written out.
fn lines(text: &str) -> Vec<String> {
    let holding = r#""id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05T14:05""#;
    let extension = r#""id":"1","case":"a","act":"xx/harbour extension","happened":"2026-11-05""#;
    text.lines()
        .map(|line| {
            line.replace("HOLDING", holding)
                .replace("EXTENSION", extension)
        })
        .collect()
}

#[test]
fn good_lines_are_good() {
    let (law, validator) = (law(), validator());
    for line in lines(include_str!("read_good.jsonl")) {
        let reading = json(&law, &line);
        assert!(reading.rejects.is_empty(), "{}", reading.rejects[0]);
        let value: Value = serde_json::from_str(&line).unwrap();
        let errors: Vec<String> = validator
            .iter_errors(&value)
            .map(|error| error.to_string())
            .collect();
        assert!(errors.is_empty(), "{line}\n{}", errors.join("\n"));
    }
}

#[test]
fn bad_lines_are_bad() {
    let (law, validator) = (law(), validator());
    let mut seen = 0;
    for line in lines(include_str!("read_bad.jsonl")) {
        let Ok(value) = serde_json::from_str::<Value>(&line) else {
            continue;
        };
        let reading = json(&law, &line);
        let problem = &reading.rejects[0].problem;
        // What a schema cannot see: whether a day exists, what lies before what, what the rest of the file says, a key
        // given twice, a character that cannot be shown.
        let beyond = matches!(problem.kind, Kind::Time | Kind::Mixed | Kind::Reference)
            || [
                "twice",
                "cannot be shown",
                "no day of the calendar",
                "outside the years",
                "day 0",
                "before it begins",
                "200 years",
                "is empty",
            ]
            .iter()
            .any(|what| problem.found.contains(what))
            || problem.found.contains("1000000000000");
        if !beyond {
            assert!(
                !validator.is_valid(&value),
                "the schema lets pass: {line}\n{problem}"
            );
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

#[test]
fn titles_units_and_words_are_told() {
    let schema = schema(&law(), |_| true);
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&schema["$defs"]["act.xx.harbour.extension"]).unwrap()
    );
    let holding = &schema["$defs"]["act.xx.harbour.holding"];
    assert_eq!(holding["title"], "holding / 扣留");
    assert_eq!(
        holding["properties"]["fields"]["properties"]["ground"]["description"],
        "`drunk`: drunk / 醉酒; `stowaway`: a stowaway / 偷渡."
    );
}

#[test]
fn only_the_packs_asked_for() {
    let schema = schema(&law(), |_| false);
    assert_eq!(schema["oneOf"].as_array().unwrap().len(), 1);
    assert!(jsonschema::draft202012::new(&schema).is_ok());
}
