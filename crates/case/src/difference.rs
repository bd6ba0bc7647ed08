//! The same acts under two versions of a law: what changes, article by article.

use std::collections::BTreeMap;
use std::sync::Arc;

use habeas_law::Words;
use habeas_law::rules::GateKind;
use serde::{Serialize, Serializer};

use crate::assessment::{Assessment, Clock, Ends, FindingKind, Gate, Moment, Status};
use crate::gate::Outcome;

/// One answer that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The article before and after; absent where the rule is not there.
    pub article: [Option<String>; 2],
    /// The rule.
    pub rule: String,
    /// What it is called.
    pub label: Words,
    /// The act it is about.
    pub act: Option<Box<str>>,
    /// What is compared: `ends`, `status`, `outcome`, `finding`.
    pub what: &'static str,
    /// The answer before and after; absent where there is none.
    pub answer: [Option<Answer>; 2],
}

/// What a law answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// When a clock runs out: the bounds alone.
    Ends(Option<Ends>),
    /// What a clock is doing.
    Status(Status),
    /// What a gate of this kind says.
    Outcome(GateKind, Outcome),
    /// What was found.
    Finding(FindingKind),
}

/// As the JSON of an assessment writes it, without its underscores.
impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&match self {
            Self::Ends(None) => "no end".to_owned(),
            Self::Ends(Some(ends)) => match &ends.latest {
                Some(latest) if *latest == ends.earliest => latest.text.clone(),
                Some(latest) => format!("{} to {}", ends.earliest.text, latest.text),
                None => format!("{} or later", ends.earliest.text),
            },
            Self::Status(status) => word(status),
            Self::Outcome(_, outcome) => word(outcome),
            Self::Finding(kind) => word(kind),
        })
    }
}

/// All changes of one person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The case.
    pub case: Arc<str>,
    /// The person.
    pub subject: Box<str>,
    /// The instant asked.
    pub at: Moment,
    /// Packs and their hashes, before and after, where they differ.
    pub packs: BTreeMap<String, [Option<Arc<str>>; 2]>,
    /// What changes, by article.
    pub changes: Vec<Change>,
}

/// Compares two assessments of the same acts.
#[must_use]
pub fn difference(before: &Assessment, after: &Assessment) -> Difference {
    let mut changes = Vec::new();
    clocks(before, after, &mut changes);
    gates(before, after, &mut changes);
    findings(before, after, &mut changes);
    changes.sort_by(|a, b| {
        (&a.article, &a.rule, &a.act, a.what).cmp(&(&b.article, &b.rule, &b.act, b.what))
    });
    let mut packs = BTreeMap::new();
    let (old, new) = (&before.computed_from.packs, &after.computed_from.packs);
    for name in old.keys().chain(new.keys()) {
        if old.get(name) != new.get(name) {
            packs.insert(
                name.clone(),
                [old.get(name).cloned(), new.get(name).cloned()],
            );
        }
    }
    Difference {
        case: after.case.clone(),
        subject: after.subject.clone(),
        at: after.at.clone(),
        packs,
        changes,
    }
}

/// The word of a value of a closed list, as the JSON of an assessment writes it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word.replace('_', " "),
        _ => String::new(),
    }
}

fn key(clock: &Clock) -> (String, Option<Box<str>>, u32) {
    (clock.rule.clone(), clock.of.clone(), clock.number)
}

fn clocks(before: &Assessment, after: &Assessment, changes: &mut Vec<Change>) {
    let old: BTreeMap<_, &Clock> = before.clocks.iter().map(|c| (key(c), c)).collect();
    let new: BTreeMap<_, &Clock> = after.clocks.iter().map(|c| (key(c), c)).collect();
    for k in old
        .keys()
        .chain(new.keys().filter(|k| !old.contains_key(*k)))
    {
        let (a, b) = (old.get(k).copied(), new.get(k).copied());
        let Some(shown) = b.or(a) else { continue };
        let mut push = |what: &'static str, answer: fn(&Clock) -> Answer| {
            let answers = [a.map(answer), b.map(answer)];
            if answers[0] != answers[1] {
                changes.push(Change {
                    article: [a.map(|c| c.article.clone()), b.map(|c| c.article.clone())],
                    rule: shown.rule.clone(),
                    label: shown.label.clone(),
                    act: shown.of.clone(),
                    what,
                    answer: answers,
                });
            }
        };
        push("ends", |clock| {
            Answer::Ends(clock.ends.clone().map(|ends| Ends {
                unmoved: None,
                provisional: false,
                ..ends
            }))
        });
        push("status", |clock| Answer::Status(clock.status));
    }
}

fn gates(before: &Assessment, after: &Assessment, changes: &mut Vec<Change>) {
    let keyed = |gates: &[Gate]| {
        gates
            .iter()
            .map(|g| ((g.rule.clone(), g.act.clone()), g.clone()))
            .collect::<BTreeMap<_, _>>()
    };
    let (old, new) = (keyed(&before.gates), keyed(&after.gates));
    for k in old
        .keys()
        .chain(new.keys().filter(|k| !old.contains_key(*k)))
    {
        let (a, b) = (old.get(k), new.get(k));
        let answer = [a, b].map(|g| Some(Answer::Outcome(g?.kind, g?.outcome)));
        let Some(shown) = b.or(a).filter(|_| answer[0] != answer[1]) else {
            continue;
        };
        changes.push(Change {
            article: [a.map(|g| g.article.clone()), b.map(|g| g.article.clone())],
            rule: shown.rule.clone(),
            label: shown.label.clone(),
            act: Some(shown.act.clone()),
            what: "outcome",
            answer,
        });
    }
}

fn findings(before: &Assessment, after: &Assessment, changes: &mut Vec<Change>) {
    let missing = |one: &Assessment, other: &Assessment| {
        let absent = |f: &&crate::assessment::Finding| {
            !other
                .findings
                .iter()
                .any(|o| o.kind == f.kind && o.names == f.names && o.acts == f.acts)
        };
        one.findings
            .iter()
            .filter(absent)
            .cloned()
            .collect::<Vec<_>>()
    };
    let mut push = |finding: &crate::assessment::Finding, gone: bool| {
        let found = Some(Answer::Finding(finding.kind));
        let article = finding.citation.passages.first().map(|p| p.to_string());
        changes.push(Change {
            article: if gone {
                [article, None]
            } else {
                [None, article]
            },
            rule: finding.names.join(" / "),
            label: finding.label.clone(),
            act: finding.acts.first().cloned(),
            what: "finding",
            answer: if gone { [found, None] } else { [None, found] },
        });
    };
    missing(before, after).iter().for_each(|f| push(f, true));
    missing(after, before).iter().for_each(|f| push(f, false));
}
