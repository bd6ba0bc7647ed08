//! A history as an example of a pack would write it, for messages; and as lines of JSON, for the reader.

use std::fmt::Write as _;

use habeas_case::{Act, Case, Partial};
use habeas_law::moment::{Precision, When};
use habeas_law::{Type, Value};
use jiff::tz::TimeZone;
use serde_json::{Map, Value as Json, json};

use super::LAW;

pub fn told(case: &Case, at: i64) -> String {
    let law = &*LAW;
    let mut out = String::new();
    for act in &case.acts {
        let rule = law.act(act.kind);
        let zone = law.zone(rule.pack);
        let _ = write!(
            out,
            "  {}: {}  {}",
            act.id,
            rule.name,
            act.happened.show(zone)
        );
        if let Some(until) = act.until {
            let _ = write!(out, " .. {}", until.show(zone));
        }
        for (field, value) in &act.fields {
            let value = value.show(|w| law.word_name(w).to_owned(), zone);
            let _ = write!(out, "  {} {value}", law.field_name(*field));
        }
        if let Some(organ) = act.by.organ {
            let _ = write!(out, "  by {}", law.organ(organ).name);
        }
        if let Some(rank) = act.by.rank {
            let _ = write!(out, "  rank {}", law.rank(rank).name);
        }
        if let Some(level) = act.by.level {
            let _ = write!(out, "  level {}", law.level(level).name);
        }
        for (name, value) in [
            ("official", &act.by.official),
            ("on", &act.answers),
            ("corrects", &act.corrects),
        ] {
            if let Some(value) = value {
                let _ = write!(out, "  {name} {value}");
            }
        }
        if act.subjects.iter().map(|s| &**s).ne(["A"]) {
            let _ = write!(out, "  subject {}", act.subjects.join(", "));
        }
        out.push('\n');
    }
    if let Partial::These(kinds) = &case.partial {
        let names: Vec<&str> = kinds.iter().map(|k| law.act(*k).name.as_str()).collect();
        let _ = writeln!(out, "  partial {}", names.join(", "));
    }
    let zone = law.zone(
        case.acts
            .first()
            .map_or(habeas_law::rules::PackId(0), |a| law.act(a.kind).pack),
    );
    let _ = write!(out, "  at {}", habeas_law::moment::show_instant(at, zone));
    out
}

/// One line of JSON for each act.
pub fn lines(case: &Case) -> Vec<String> {
    case.acts
        .iter()
        .map(|act| line(&case.id, act).to_string())
        .collect()
}

fn line(case: &str, act: &Act) -> Json {
    let law = &*LAW;
    let rule = law.act(act.kind);
    let zone = law.zone(rule.pack);
    let mut line = Map::new();
    let mut put = |key: &str, value: Json| drop(line.insert(key.into(), value));
    put("id", json!(act.id));
    put("case", json!(case));
    put("act", json!(rule.full_name));
    put("subjects", json!(act.subjects));
    put("happened", json!(written(&act.happened, zone)));
    act.until
        .iter()
        .for_each(|w| put("until", json!(written(w, zone))));
    act.recorded
        .iter()
        .for_each(|w| put("recorded", json!(written(w, zone))));
    act.answers.iter().for_each(|id| put("answers", json!(id)));
    act.corrects
        .iter()
        .for_each(|id| put("corrects", json!(id)));
    let mut by = Map::new();
    let mut actor = |key: &str, value: Option<&str>| {
        value
            .into_iter()
            .for_each(|v| drop(by.insert(key.into(), json!(v))))
    };
    actor("organ", act.by.organ.map(|o| law.organ(o).name.as_str()));
    actor("rank", act.by.rank.map(|r| law.rank(r).name.as_str()));
    actor("level", act.by.level.map(|l| law.level(l).name.as_str()));
    actor("official", act.by.official.as_deref());
    if !by.is_empty() {
        put("by", by.into());
    }
    let fields: Map<String, Json> = act
        .fields
        .iter()
        .map(|(id, value)| {
            let ty = &rule.fields.iter().find(|f| f.id == *id).unwrap().ty;
            (law.field_name(*id).to_owned(), given(value, ty, zone))
        })
        .collect();
    put("fields", fields.into());
    line.into()
}

fn given(value: &Value, ty: &Type, zone: &TimeZone) -> Json {
    let shown = value.show(|w| LAW.word_name(w).to_owned(), zone);
    match (value, ty) {
        (Value::Yes(yes), _) => json!(yes),
        (Value::Periods(periods), _) => periods
            .iter()
            .map(|(a, b)| json!([a.to_string(), b.to_string()]))
            .collect(),
        (Value::Moment(when), _) => json!(written(when, zone)),
        _ => json!(shown),
    }
}

/// As exact as it is known, with its offset.
fn written(when: &When, zone: &TimeZone) -> String {
    let text = when.show(zone);
    match when.precision {
        Precision::Day => when.day.to_string(),
        Precision::Hour => text.replace(' ', "T").trim_end_matches('h').to_owned(),
        _ => {
            let stamp = jiff::Timestamp::from_second(when.from).unwrap();
            stamp
                .to_zoned_datetime(zone.clone())
                .strftime("%Y-%m-%dT%H:%M%:z")
                .to_string()
        }
    }
}
