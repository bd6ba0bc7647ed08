//! Formulas: named steps, the last is the result.

use std::borrow::Cow;

use habeas_law::expression::Expression;
use habeas_law::rules::{Basis, Clause, Conditional, FormulaId, Note, StepName};
use habeas_law::{Truth, Value};

use crate::evaluate::{Evaluator, Log, Scope, Trace, Used};

/// One step as it was computed.
#[derive(Clone, Debug)]
pub struct Step<'l> {
    /// What it is called.
    pub name: &'l StepName,
    /// Its value, if it is known.
    pub value: Option<Value>,
    /// The clause that gave it; where it read a table, no surer than the row.
    pub note: Option<Cow<'l, Note>>,
    /// Facts used.
    pub used: Vec<Used>,
    /// Facts missing.
    pub needs: Vec<crate::evaluate::Need>,
}

/// The result of a formula for the act at hand.
pub fn result<L: Log>(
    ev: &Evaluator<'_>,
    id: FormulaId,
    s: Scope<'_>,
    log: &mut L,
) -> Option<Value> {
    let formula = ev.law.formula(id);
    let here = s.current.or(s.anchor);
    let anchor = here
        .filter(|n| {
            ev.history
                .get(*n)
                .is_some_and(|a| formula.of.contains(&a.kind))
        })
        .or_else(|| ev.history.of_kinds(&formula.of, s.horizon).next_back());
    let mut values: Vec<Option<Value>> = Vec::with_capacity(formula.steps.len());
    for named in &formula.steps {
        let scope = Scope {
            steps: &values,
            anchor,
            anchor_kinds: &formula.of,
            current: None,
            ..s
        };
        let value = step(ev, &named.lines, scope, log).0;
        values.push(value);
    }
    values.pop().flatten()
}

type Line = Clause<Conditional<Expression>>;

fn step<'l, L: Log>(
    ev: &Evaluator<'_>,
    lines: &'l [Line],
    s: Scope<'_>,
    log: &mut L,
) -> (Option<Value>, Option<&'l Line>) {
    for line in lines {
        let when = line
            .rule
            .when
            .as_ref()
            .map_or(Truth::Yes, |condition| ev.truth(condition, s, log));
        match when {
            Truth::Yes => return (ev.value(&line.rule.value, s, log), Some(line)),
            Truth::Unknown => return (None, Some(line)),
            Truth::No => {}
        }
    }
    (None, None)
}

/// All steps, explained.
#[must_use]
pub fn steps<'l>(ev: &Evaluator<'l>, id: FormulaId, anchor: Option<usize>) -> Vec<Step<'l>> {
    let formula = ev.law.formula(id);
    let horizon = ev.history.visible(ev.at);
    let mut values: Vec<Option<Value>> = Vec::new();
    let mut found = Vec::new();
    for named in &formula.steps {
        let mut trace = Trace::default();
        let scope = Scope {
            steps: &values,
            anchor,
            anchor_kinds: &formula.of,
            ..Scope::of_facts(formula.pack, horizon)
        };
        let (value, line) = step(ev, &named.lines, scope, &mut trace);
        if value.is_some() {
            trace.needs.clear();
        }
        found.push(Step {
            name: &named.name,
            value: value.clone(),
            note: line.map(|line| note(ev, line, scope)),
            used: trace.used,
            needs: ev.ranked(trace.needs, |ev, _| {
                let mut trace = Trace::default();
                match step(ev, &named.lines, scope, &mut trace).0 {
                    Some(_) => Vec::new(),
                    None => trace.needs,
                }
            }),
        });
        values.push(value);
    }
    found
}

/// The note of a line, no surer than the rows of the tables that the line read.
fn note<'l>(ev: &Evaluator<'l>, line: &'l Line, s: Scope<'_>) -> Cow<'l, Note> {
    let mut basis = None;
    // Nothing is replaced: it is the way to see every part.
    let _ = line.rule.value.replaced(&mut |part| {
        if let Expression::Table { table, .. } = part {
            let found = ev.value(part, s, &mut Trace::default());
            let rows = ev.law.table(*table).rows.iter();
            let mut read = rows.filter(|row| match &found {
                Some(Value::Money(value) | Value::Number(value)) => row.value == *value,
                _ => false,
            });
            let unsure = read.find(|row| row.basis != Basis::Text);
            basis = basis.take().or_else(|| unsure.map(|row| row.basis.clone()));
        }
        None
    });
    match basis {
        Some(basis) if line.note.basis == Basis::Text => Cow::Owned(Note {
            basis,
            ..line.note.clone()
        }),
        _ => Cow::Borrowed(&line.note),
    }
}
