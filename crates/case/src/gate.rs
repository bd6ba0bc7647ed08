//! Gates, bans and watches: each condition with its truth, the facts used and the facts missing.

use habeas_law::Truth;
use habeas_law::expression::Expression;
use habeas_law::rules::{Clause, Condition, Gate, GateGroup, GateKind, Test, WhenUnknown};

use crate::evaluate::{Evaluator, Log, Need, Scope, Trace, Used};

/// A condition as it was found.
#[derive(Clone, Debug)]
pub struct Found<'l> {
    /// The clause.
    pub clause: &'l Clause<Condition>,
    /// Its truth, with excuses.
    pub truth: Truth,
    /// Without them, where an excuse decided.
    pub excused_by: Option<&'l Clause<Expression>>,
    /// Facts used.
    pub used: Vec<Used>,
    /// Facts missing: those that alone decide, then those that leave the fewest others to be asked.
    pub needs: Vec<Need>,
    /// Conditions of a group.
    pub within: Vec<Found<'l>>,
    /// Excuses, each with its truth.
    pub excuses: Vec<(&'l Clause<Expression>, Truth)>,
}

/// Whether all conditions of the gate at hand hold.
pub fn open<L: Log>(ev: &Evaluator<'_>, group: GateGroup, s: Scope<'_>, log: &mut L) -> Truth {
    let here = s.current.or(s.anchor);
    for id in ev.law.versions_of_gate(group) {
        let gate = ev.law.gate(*id);
        let anchor = match here {
            Some(n) if ev.history.get(n).is_some_and(|a| gate.of.contains(&a.kind)) => Some(n),
            Some(n) => ev
                .history
                .answered(n, &gate.of)
                .or_else(|| ev.history.of_kinds(&gate.of, s.horizon).next_back()),
            None => ev.history.of_kinds(&gate.of, s.horizon).next_back(),
        };
        if anchor.is_none() && !gate.of.is_empty() {
            continue;
        }
        let scope = scope_of(ev, gate, anchor, s);
        if !crate::clock::governs(ev, &gate.version, scope, log) {
            continue;
        }
        return all(ev, &gate.conditions, scope, log);
    }
    Truth::Unknown
}

/// The scope in which a gate looks at its act: what came before it.
#[must_use]
pub fn scope_of<'a>(
    ev: &Evaluator<'a>,
    gate: &'a Gate,
    anchor: Option<usize>,
    s: Scope<'_>,
) -> Scope<'a> {
    let until = anchor.map_or(s.horizon, |n| last_of_moment(ev, n, s.horizon));
    Scope {
        anchor_kinds: &gate.of,
        anchor,
        before: true,
        depth: s.depth,
        ..Scope::of_facts(gate.pack, until)
    }
}

/// What stands in the record up to and with the moment of an act.
fn last_of_moment(ev: &Evaluator<'_>, n: usize, horizon: usize) -> usize {
    let Some(act) = ev.history.get(n) else {
        return horizon;
    };
    ev.history
        .acts
        .partition_point(|other| other.happened.from <= act.happened.to)
        .min(horizon)
        .max(n + 1)
}

fn all<L: Log>(
    ev: &Evaluator<'_>,
    conditions: &[Clause<Condition>],
    s: Scope<'_>,
    log: &mut L,
) -> Truth {
    let start = log.mark();
    let mut result = Truth::Yes;
    for clause in conditions {
        let mark = log.mark();
        let truth = one(ev, &clause.rule, s, log);
        if truth == Truth::No {
            log.keep_since(start, mark);
            return Truth::No;
        }
        result = result.and(truth);
    }
    result
}

/// Whether one condition holds, its excuses counted.
pub fn one<L: Log>(ev: &Evaluator<'_>, condition: &Condition, s: Scope<'_>, log: &mut L) -> Truth {
    let start = log.mark();
    let mut truth = match &condition.test {
        Test::One(e) => ev.truth(e, s, log),
        Test::All(within) => all(ev, within, s, log),
        Test::AtLeast(n, within) => at_least(
            *n,
            within.iter().map(|clause| one(ev, &clause.rule, s, log)),
        ),
    };
    if let Some(only_if) = &condition.only_if {
        truth = truth.or(ev.truth(only_if, s, log).not());
    }
    for excuse in &condition.unless {
        if truth == Truth::Yes {
            break;
        }
        truth = truth.or(ev.truth(&excuse.rule, s, log));
    }
    if truth.known() {
        log.forget_missing(start);
    }
    truth
}

fn at_least(n: usize, truths: impl Iterator<Item = Truth>) -> Truth {
    let (mut yes, mut maybe) = (0, 0);
    for truth in truths {
        yes += usize::from(truth == Truth::Yes);
        maybe += usize::from(truth == Truth::Unknown);
    }
    if yes >= n {
        Truth::Yes
    } else if yes + maybe >= n {
        Truth::Unknown
    } else {
        Truth::No
    }
}

/// Of a gate every condition must hold; of a ban or a watch one is enough.
pub fn joined(kind: GateKind, truths: impl Iterator<Item = Truth>) -> Truth {
    match kind {
        GateKind::Gate | GateKind::Eligibility => truths.fold(Truth::Yes, Truth::and),
        GateKind::Ban | GateKind::Watch => truths.fold(Truth::No, Truth::or),
    }
}

/// Each condition of a gate, as it was found.
#[must_use]
pub fn found<'l>(ev: &Evaluator<'l>, gate: &'l Gate, s: Scope<'_>) -> Vec<Found<'l>> {
    gate.conditions
        .iter()
        .map(|clause| explain(ev, clause, s))
        .collect()
}

fn explain<'l>(ev: &Evaluator<'l>, clause: &'l Clause<Condition>, s: Scope<'_>) -> Found<'l> {
    let condition = &clause.rule;
    let mut trace = Trace::default();
    let within: Vec<Found<'l>> = match &condition.test {
        Test::One(_) => Vec::new(),
        Test::All(within) | Test::AtLeast(_, within) => {
            within.iter().map(|c| explain(ev, c, s)).collect()
        }
    };
    let plain = match &condition.test {
        Test::One(e) => ev.truth(e, s, &mut trace),
        Test::All(_) => within.iter().fold(Truth::Yes, |t, f| t.and(f.truth)),
        Test::AtLeast(n, _) => at_least(*n, within.iter().map(|f| f.truth)),
    };
    let mut truth = plain;
    if let Some(only_if) = &condition.only_if {
        truth = truth.or(ev.truth(only_if, s, &mut trace).not());
    }
    let mut excused_by = None;
    let mut excuses = Vec::new();
    for excuse in &condition.unless {
        let mut own = Trace::default();
        let holds = ev.truth(&excuse.rule, s, &mut own);
        excuses.push((excuse, holds));
        if truth != Truth::Yes {
            if holds == Truth::Yes {
                excused_by = Some(excuse);
            }
            truth = truth.or(holds);
            trace.used.append(&mut own.used);
            trace.needs.append(&mut own.needs);
        }
    }
    for inner in &within {
        trace.needs.extend(inner.needs.iter().copied());
    }
    if truth.known() {
        trace.needs.clear();
    }
    let still = |ev: &Evaluator<'_>, _: Need| {
        let mut trace = Trace::default();
        match one(ev, condition, s, &mut trace) {
            Truth::Unknown => trace.needs,
            Truth::Yes | Truth::No => Vec::new(),
        }
    };
    let needs = ev.ranked(trace.needs, still);
    Found {
        clause,
        truth,
        excused_by,
        used: trace.used,
        needs,
        within,
        excuses,
    }
}

/// What a ban or a watch comes to: each of its lines is enough.
#[must_use]
pub fn hit(truth: Truth) -> Outcome {
    match truth {
        Truth::Yes => Outcome::Refused,
        Truth::No => Outcome::Allowed,
        Truth::Unknown => Outcome::UnknownOpen,
    }
}

/// What a truth comes to, for a gate that says what follows from not knowing.
#[must_use]
pub fn outcome(truth: Truth, unknown: &WhenUnknown) -> Outcome {
    match (truth, unknown) {
        (Truth::Yes, _) => Outcome::Allowed,
        (Truth::No, _) => Outcome::Refused,
        (Truth::Unknown, WhenUnknown::Closed) => Outcome::UnknownClosed,
        (Truth::Unknown, WhenUnknown::Open) => Outcome::UnknownOpen,
        (Truth::Unknown, WhenUnknown::Refer(_)) => Outcome::Referred,
    }
}

/// What a gate says. Of a ban or a watch, `Refused` means that it was hit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "says itself")]
pub enum Outcome {
    Allowed,
    Refused,
    UnknownClosed,
    UnknownOpen,
    Referred,
}
