//! What a mapping asks of an outcome.

use habeas_law::expression::{Bound, Query};
use habeas_law::moment::{End, When};
use habeas_law::rules::PackId;
use habeas_law::{Law, Truth, Value};
use rust_decimal::Decimal;

use super::run::Run;
use crate::assessment::{Assessment, Clock, FindingKind, Moment};
use crate::expect::ends_with;
use crate::gate::Outcome;

impl Run<'_> {
    pub(super) fn query(&self, query: &Query) -> Option<Value> {
        let assessment = self.builder.assess();
        let zone = self.law.zone(self.rule.pack);
        let clock = |name: &str, number: usize| {
            find_clock(self.law, self.rule.pack, &assessment, name, number)
        };
        match query {
            Query::End {
                clock: name,
                number,
                bound,
                last_day,
                raw,
            } => {
                let found = clock(name, *number)?;
                let ends = found.ends.as_ref()?;
                let end = match bound {
                    Bound::Latest => ends.latest.as_ref()?,
                    Bound::Earliest => &ends.earliest,
                    Bound::Both if *raw => ends.unmoved.as_ref().unwrap_or(&ends.earliest),
                    Bound::Both => {
                        if ends.latest.as_ref() != Some(&ends.earliest) {
                            return None;
                        }
                        &ends.earliest
                    }
                };
                Some(from_moment(end, *last_day, zone))
            }
            Query::Start {
                clock: name,
                number,
            } => Some(from_moment(
                clock(name, *number)?.started.as_ref()?,
                false,
                zone,
            )),
            Query::Also {
                clock: name,
                number,
            } => Some(from_moment(
                &clock(name, *number)?.also.first()?.ends,
                false,
                zone,
            )),
            Query::State {
                clock: name,
                number,
            } => {
                let state = clock(name, *number).map(|c| c.status);
                Some(state.map_or(Value::None, |s| {
                    Value::Text(snake(&format!("{s:?}")).into())
                }))
            }
            Query::Provisional {
                clock: name,
                number,
            } => Some(Value::Yes(clock(name, *number)?.ends.as_ref()?.provisional)),
            Query::Moved {
                clock: name,
                number,
            } => Some(Value::Yes(
                clock(name, *number)?.ends.as_ref()?.unmoved.is_some(),
            )),
            Query::OverrunMinutes {
                clock: name,
                number,
            } => Some(Value::Number(
                clock(name, *number)?.overrun_minutes.unwrap_or(0).into(),
            )),
            Query::Used {
                clock: name,
                number,
            } => {
                let found = clock(name, *number)?;
                let start = found.started.as_ref()?.instant;
                let until = found
                    .segments
                    .iter()
                    .find(|s| s.kind == "suspended")
                    .map_or(assessment.at.instant, |s| s.from.instant);
                Some(Value::Number(((until - start) / 60).into()))
            }
            Query::StoodStill {
                clock: name,
                number,
            } => {
                let found = clock(name, *number)?;
                let still: i64 = found
                    .segments
                    .iter()
                    .filter(|s| s.kind == "suspended")
                    .map(|s| s.to.instant - s.from.instant)
                    .sum();
                Some(Value::Number((still / 60).into()))
            }
            Query::Gate { gate, number } => {
                let proposals = self.builder.proposals();
                let recorded = assessment.gates.iter().filter(|g| ends_with(&g.rule, gate));
                let proposed = proposals
                    .iter()
                    .flat_map(|p| &p.gates)
                    .filter(|g| ends_with(&g.rule, gate));
                let outcome = proposed.chain(recorded).nth(number - 1)?.outcome;
                Some(Value::Text(outcome_word(outcome).into()))
            }
            Query::Condition { gate, citation } => {
                let proposals = self.builder.proposals();
                let gates = proposals
                    .iter()
                    .flat_map(|p| &p.gates)
                    .chain(&assessment.gates)
                    .filter(|g| ends_with(&g.rule, gate));
                let mut lines = gates.flat_map(|g| {
                    g.conditions
                        .iter()
                        .chain(g.conditions.iter().flat_map(|c| &c.within))
                });
                let hit = lines.find(|l| {
                    l.citation
                        .passages
                        .iter()
                        .any(|p| p.ends_with(citation.as_str()))
                })?;
                Some(Value::Yes(hit.truth? == Truth::Yes))
            }
            Query::Finding(name) => {
                let hit = |kind: FindingKind| kind != FindingKind::Caution;
                Some(Value::Yes(
                    assessment
                        .findings
                        .iter()
                        .any(|f| hit(f.kind) && f.names.iter().any(|n| n == name)),
                ))
            }
            Query::Formula { name, step } => {
                let formula = assessment
                    .formulas
                    .iter()
                    .rfind(|f| ends_with(&f.rule, name))?;
                let found = match step {
                    Some(step) => formula.steps.iter().find(|s| s.name.name == *step)?,
                    None => formula.steps.last()?,
                };
                Some(as_number(self.parse_text(found.value.as_ref()?)))
            }
            Query::Words(name) => Some(Value::Text(name.replace('_', " ").into())),
            Query::Remedy(name) => Some(Value::Yes(
                assessment.remedies.iter().any(|r| ends_with(&r.rule, name)),
            )),
        }
    }
}

/// `75 days` and `12.50` as numbers.
fn as_number(value: Value) -> Value {
    match &value {
        Value::Text(text) => {
            let first = text.split(' ').next().unwrap_or_default();
            match first.parse::<Decimal>() {
                Ok(n) => Value::Number(n),
                Err(_) if &**text == "no time" => Value::Number(Decimal::ZERO),
                Err(_) if &**text == "yes" => Value::Yes(true),
                Err(_) if &**text == "no" => Value::Yes(false),
                Err(_) => value,
            }
        }
        _ => value,
    }
}

fn find_clock<'x>(
    law: &Law,
    pack: PackId,
    assessment: &'x Assessment,
    name: &str,
    number: usize,
) -> Option<&'x Clock> {
    let own = format!("{} {name}", law.pack(pack).name);
    let exact: Vec<&Clock> = assessment.clocks.iter().filter(|c| c.rule == own).collect();
    let all = if exact.is_empty() {
        assessment
            .clocks
            .iter()
            .filter(|c| ends_with(&c.rule, name))
            .collect()
    } else {
        exact
    };
    all.get(number.checked_sub(1)?).copied()
}

fn from_moment(moment: &Moment, last_day: bool, zone: &jiff::tz::TimeZone) -> Value {
    if moment.day_only {
        let day = moment.text.parse().map(End::Day);
        return match day {
            Ok(End::Day(day)) => Value::Date(day),
            _ => Value::Text(moment.text.as_str().into()),
        };
    }
    let when = When::instant(moment.instant, zone);
    if last_day {
        Value::Date(when.day)
    } else {
        Value::Moment(when)
    }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Refused => "refused",
        Outcome::UnknownClosed | Outcome::UnknownOpen | Outcome::Referred => "unknown",
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (n, c) in name.chars().enumerate() {
        if c.is_uppercase() && n > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}
