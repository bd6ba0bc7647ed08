//! A step not yet taken: allowed, refused or unknown, with what is missing, who can cure it, and lawful alternatives.
//!
//! A refusal is a result to keep, not an error.

use std::sync::Arc;

use habeas_law::rules::{Effect, GateKind};
use habeas_law::{Law, Truth, Words};
use serde::Serialize;

use crate::act::{Act, Case};
use crate::assessment::{Citation, Gate, Line, Moment, RecordedAct};
use crate::evaluate::{Evaluator, Silent};
use crate::find;
use crate::gate::Outcome;
use crate::history::History;
use crate::show::{Shower, citation};
use crate::timeline::Timeline;

/// What the law says to a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Proposal {
    /// The case.
    pub case: Arc<str>,
    /// The instant asked.
    pub at: Moment,
    /// The step.
    pub step: RecordedAct,
    /// What it does to the person.
    pub effect: Effect,
    /// The gravest answer of its gates.
    pub outcome: Outcome,
    /// Whether it is its actor's to do, and whether another organ checked it where the law asks for that.
    pub competence: Vec<Line>,
    /// Its gates, bans and watches.
    pub gates: Vec<Gate>,
    /// Lawful alternatives.
    pub instead: Vec<Words>,
    /// What it cites.
    pub citations: Vec<Citation>,
}

/// Judges a step at an instant over what is recorded.
#[must_use]
pub fn propose(law: &Law, case: &Case, step: Act, at: i64) -> Proposal {
    let id = step.id.clone();
    let subject = step.subjects.first().cloned().unwrap_or_default();
    let mut with = case.clone();
    with.acts.push(step);
    let history = History::of(&with, &subject);
    let timeline = Timeline::build(law, &history, at);
    let ev = Evaluator::new(law, &history, &timeline, at);
    let index = history
        .acts
        .iter()
        .position(|act| act.id == id)
        .unwrap_or(0);
    let kind = history
        .get(index)
        .map_or(habeas_law::rules::ActId(0), |act| act.kind);
    let rule = law.act(kind);
    let show = Shower {
        law,
        history: &history,
        zone: law.zone(rule.pack),
    };
    let judged: Vec<Gate> = law
        .gates_of(kind)
        .iter()
        .filter_map(|id| find::judge(&ev, &show, *id, index))
        .map(|(gate, _)| gate)
        .collect();
    let competence = competence(&ev, index);
    let helps = matches!(rule.effect, Effect::Frees | Effect::Protects);
    let mut outcome = Outcome::Allowed;
    for gate in judged
        .iter()
        .filter(|g| g.kind == GateKind::Gate && !g.house_choice)
    {
        outcome = graver(outcome, gate.outcome);
    }
    let banned =
        |g: &&Gate| g.kind == GateKind::Ban && g.outcome == Outcome::Refused && !g.house_choice;
    if judged.iter().any(|g| banned(&g)) {
        outcome = Outcome::Refused;
    }
    for line in &competence {
        outcome = match line.truth {
            Some(Truth::No) => Outcome::Refused,
            Some(Truth::Unknown) => graver(
                outcome,
                if helps {
                    Outcome::UnknownOpen
                } else {
                    Outcome::UnknownClosed
                },
            ),
            _ => outcome,
        };
    }
    // What is not known, or not in order, never holds back a step that frees or protects.
    if helps && outcome != Outcome::Allowed {
        outcome = Outcome::UnknownOpen;
    }
    let instead = judged.iter().flat_map(|g| g.instead.clone()).collect();
    let citations = competence.iter().map(|l| l.citation.clone()).collect();
    let shown = history.get(index).map(|act| show.act(act, None));
    Proposal {
        case: case.id.clone(),
        at: show.instant(at),
        effect: rule.effect,
        step: shown.unwrap_or_else(|| empty(&show, at)),
        outcome,
        competence,
        gates: judged,
        instead,
        citations,
    }
}

fn empty(show: &Shower<'_>, at: i64) -> RecordedAct {
    RecordedAct {
        id: "".into(),
        kind: String::new(),
        label: Words::default(),
        effect: Effect::Neutral,
        organ: None,
        organ_label: None,
        standing: Vec::new(),
        who_may: Vec::new(),
        happened: show.instant(at),
        precision: "instant".into(),
        until: None,
        recorded_late_hours: None,
        corrected_by: None,
        fields: Vec::new(),
    }
}

fn graver(a: Outcome, b: Outcome) -> Outcome {
    let weight = |o: Outcome| match o {
        Outcome::Allowed => 0,
        Outcome::UnknownOpen => 1,
        Outcome::Referred => 2,
        Outcome::UnknownClosed => 3,
        Outcome::Refused => 4,
    };
    if weight(b) > weight(a) { b } else { a }
}

/// Whether the step is its actor's, whether its actor differs where it must, and whether it was checked.
fn competence(ev: &Evaluator<'_>, index: usize) -> Vec<Line> {
    let Some(act) = ev.history.get(index) else {
        return Vec::new();
    };
    let rule = ev.law.act(act.kind);
    let mut lines = Vec::new();
    let mut push = |note: &habeas_law::rules::Note, truth: Truth| {
        lines.push(Line {
            citation: citation(note),
            clause: note.text.clone(),
            words: note.words.clone(),
            truth: Some(truth),
            reaches: None,
            facts: Vec::new(),
            needs: Vec::new(),
            cure: None,
            within: Vec::new(),
            clause_number: note.id,
        });
    };
    let alternatives = rule.by.iter().filter(|c| !c.rule.competences.is_empty());
    let any = alternatives
        .clone()
        .fold(Truth::No, |t, c| t.or(find::competent(ev, index, &c.rule)));
    for clause in alternatives {
        let own = find::competent(ev, index, &clause.rule);
        if own == any {
            push(&clause.note, own);
            break;
        }
    }
    for clause in rule.by.iter().filter(|c| !c.rule.differs.is_empty()) {
        push(
            &clause.note,
            find::distinct(ev, index, &clause.rule, &mut Silent::default()),
        );
    }
    for clause in &rule.checked_by {
        let checked = ev.history.answered(index, &clause.rule).is_some()
            || ev.history.of_kinds(&clause.rule, index).next().is_some();
        let truth = if checked {
            Truth::Yes
        } else if ev.history.silent(&clause.rule).is_some() {
            Truth::Unknown
        } else {
            Truth::No
        };
        push(&clause.note, truth);
    }
    lines
}
