//! What closed a clock, and what the clock is doing at the instant asked.

use habeas_law::Truth;
use habeas_law::moment::{End, Precision};
use habeas_law::rules::{Clause, Trigger};

use super::machine::Machine;
use super::{Run, State};
use crate::evaluate::{Log, Scope};

/// Acts that may have closed a clock before the one that surely did, or although none surely did: a fact is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Doubt {
    /// In the way in which it was closed.
    alike: bool,
    /// In the other way, or where nothing surely closed it.
    otherwise: bool,
}

impl Doubt {
    /// The state of a clock of which no end can be computed.
    pub(super) fn without_delay(self, run: &Run) -> State {
        match (self == Self::default(), run.closed_by) {
            (false, _) => State::Unknown,
            (true, None) => State::WithoutDelay,
            (true, Some(_)) if run.fulfilled => State::Met,
            (true, Some(_)) => State::Ended,
        }
    }
}

impl Machine<'_> {
    /// Finds the first act that surely met or ended it, and what may have done so before.
    pub(super) fn close<L: Log>(&self, run: &mut Run, after: Option<usize>, log: &mut L) -> Doubt {
        let (met, maybe_met) = self.first(&self.clock.met, true, run, after, log);
        let (ended, maybe_ended) = self.first(&self.clock.ended, false, run, after, log);
        run.fulfilled = met.is_some_and(|m| ended.is_none_or(|e| m <= e));
        run.closed_by = if run.fulfilled { met } else { ended };
        let before =
            |maybe: Option<usize>| maybe.is_some_and(|n| run.closed_by.is_none_or(|c| n < c));
        let (maybe_met, maybe_ended) = (before(maybe_met), before(maybe_ended));
        match (run.closed_by, run.fulfilled) {
            (None, _) => Doubt {
                alike: false,
                otherwise: maybe_met || maybe_ended,
            },
            (_, true) => Doubt {
                alike: maybe_met,
                otherwise: maybe_ended,
            },
            (_, false) => Doubt {
                alike: maybe_ended,
                otherwise: maybe_met,
            },
        }
    }

    /// The first act that surely pulls one of these triggers, and the first before it that may.
    fn first<L: Log>(
        &self,
        triggers: &[Clause<Trigger>],
        meets: bool,
        run: &Run,
        after: Option<usize>,
        log: &mut L,
    ) -> (Option<usize>, Option<usize>) {
        let scope = Scope {
            start: run.start,
            ..self.scope
        };
        let from = after.or(scope.anchor);
        let mut maybe = None;
        for n in 0..scope.horizon.min(self.ev.history.acts.len()) {
            let Some(act) = self.ev.history.get(n) else {
                continue;
            };
            let in_order = from.is_none_or(|f| n > f || self.same_time(n, f))
                && after.is_none_or(|a| n > a)
                && Some(n) != scope.anchor;
            let too_soon = meets && run.start.is_some_and(|s| act.happened.to < s.from);
            if !in_order || too_soon {
                continue;
            }
            for clause in triggers {
                if !clause.rule.acts.contains(&act.kind) || !self.mine(n, scope) {
                    continue;
                }
                let inner = Scope {
                    current: Some(n),
                    ..scope
                };
                let condition = clause.rule.condition.as_ref();
                match condition.map_or(Truth::Yes, |c| self.ev.truth(c, inner, log)) {
                    Truth::Yes => return (Some(n), maybe),
                    Truth::Unknown => maybe = maybe.or(Some(n)),
                    Truth::No => {}
                }
            }
        }
        (None, maybe)
    }

    /// What the clock is doing at the instant asked; `suspended`: whether it stands still then.
    pub(super) fn judge(&self, run: &Run, suspended: Truth, doubt: Doubt) -> State {
        let at_start = run.start.map(|start| End::Instant(start.from));
        let no_time = run
            .earliest
            .as_ref()
            .is_some_and(|c| Some(c.end) == at_start)
            && self.every.is_none();
        if no_time && !self.clock.duty {
            // A point in time: nothing is due.
            return if run.start.is_some_and(|s| s.from <= self.ev.at) {
                State::Ended
            } else {
                State::Running
            };
        }
        if let (None, Some(start)) = (run.closed_by, run.start) {
            if start.from > self.ev.at {
                return State::NotStarted;
            }
            if start.precision == Precision::Bounds && start.to > self.ev.at {
                return State::Unknown;
            }
        }
        if doubt.otherwise {
            return State::Unknown;
        }
        if run.closed_by.is_some() {
            return self.judge_closed(run, no_time, doubt);
        }
        let Some(early) = &run.earliest else {
            return State::Unknown;
        };
        if no_time {
            return State::DueAtOnce;
        }
        let past = |end: End| self.ev.at >= end.ends_at(self.zone);
        if run.latest.as_ref().is_some_and(|latest| past(latest.end)) {
            return if self.unseen() {
                State::Unknown
            } else {
                State::RanOut
            };
        }
        match suspended {
            Truth::Yes if !past(early.raw) => State::Suspended,
            Truth::No if !past(early.end) => State::Running,
            _ => State::Unknown,
        }
    }

    /// Whether what closed it came in time.
    fn judge_closed(&self, run: &Run, at_once: bool, doubt: Doubt) -> State {
        let act = run.closed_by.and_then(|n| self.ev.history.get(n));
        let (Some(act), Some(early)) = (act, &run.earliest) else {
            return State::Unknown;
        };
        let in_time = act.happened.surely_by(early.end, self.zone)
            || (at_once && act.happened.day <= early.end.last_day(self.zone));
        if in_time {
            return if run.fulfilled {
                State::Met
            } else {
                State::Ended
            };
        }
        let latest = run.latest.as_ref();
        let late = latest.is_some_and(|latest| !act.happened.maybe_by(latest.end));
        // Something that is not known, or was not recorded, may have closed it before.
        match late && !doubt.alike && !self.unseen() {
            false => State::Unknown,
            true if run.fulfilled => State::MetLate,
            true => State::EndedLate,
        }
    }

    /// Whether the record may have left out an act that closes this clock.
    fn unseen(&self) -> bool {
        let triggers = self.clock.met.iter().chain(&self.clock.ended);
        let mut kinds = triggers.map(|trigger| &trigger.rule.acts);
        kinds.any(|kinds| self.ev.history.silent(kinds).is_some())
    }
}
