//! From when a clock runs.

use habeas_law::Truth;
use habeas_law::expression::{Bound, Expression};
use habeas_law::moment::{End, When};

use super::end_for;
use super::machine::Machine;
use crate::evaluate::{Log, Scope, as_moment};

pub(super) enum Start {
    /// It waits for something.
    Waits,
    /// A fact is missing.
    Unknown,
    /// Within these bounds; the late bound may be open.
    At(When),
    /// From this moment at the earliest.
    From(When),
}

pub(super) fn of<L: Log>(machine: &Machine<'_>, log: &mut L) -> Start {
    let (ev, clock, scope) = (machine.ev, machine.clock, machine.scope);
    if clock.starts.is_empty() {
        return scope
            .anchor
            .and_then(|n| ev.history.get(n))
            .map_or(Start::Waits, |act| Start::At(act.happened));
    }
    let mut span: Option<(i64, i64)> = None;
    let mut open = false;
    let mut decided = false;
    let mut exact: Option<When> = None;
    for line in &clock.starts {
        let when = line
            .rule
            .when
            .as_ref()
            .map_or(Truth::Yes, |condition| ev.truth(condition, scope, log));
        if when == Truth::No {
            continue;
        }
        let mark = log.missing_count();
        let value = match &line.rule.value {
            // What begins when a clock has run out begins at the midnight that ends its last day.
            Expression::EndOf {
                clock: group,
                bound: Bound::Both,
                last_day: false,
            } => {
                let inner = Scope {
                    depth: scope.depth + 1,
                    ..scope
                };
                let ends = if scope.depth < 8 {
                    end_for(ev, *group, inner, log)
                } else {
                    None
                };
                open |= ends.is_some_and(|(_, high)| high.is_none());
                ends.map(|(low, high)| {
                    let over = |end: End| end.ends_at(machine.zone);
                    When::bounds(over(low), over(high.unwrap_or(low)), machine.zone)
                })
            }
            other => ev
                .value(other, scope, log)
                .and_then(|v| as_moment(&v, machine.zone)),
        };
        match value {
            Some(found) => {
                exact = if span.is_none() && when == Truth::Yes {
                    Some(found)
                } else {
                    None
                };
                let (a, b) = span.unwrap_or((found.from, found.to));
                span = Some((a.min(found.from), b.max(found.to)));
            }
            None if log.missing_count() > mark => return Start::Unknown,
            None => open = true,
        }
        if when == Truth::Yes {
            decided = true;
            break;
        }
    }
    match (span, exact) {
        (Some(_), Some(exact)) if !open => Start::At(exact),
        (Some((a, b)), _) if !open && decided => Start::At(When::bounds(a, b, machine.zone)),
        (Some((a, b)), _) => Start::From(When::bounds(a, b, machine.zone)),
        (None, _) => Start::Waits,
    }
}
