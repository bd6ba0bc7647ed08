//! Carries out one clock of one act: early and late, what closed it, and what it is doing at the instant asked.

use habeas_law::count::{Counted, Counter, Length, Union};
use habeas_law::moment::End;
use habeas_law::rules::{ActId, Clause, Clock, ClockId, HeldFlag, Trigger};
use habeas_law::{Truth, Value};
use jiff::tz::TimeZone;

use super::course::{Between, Course};
use super::start::Start;
use super::{Run, Segment, SegmentKind, State};
use crate::evaluate::{Evaluator, Log, Scope};

/// Which way what is unknown is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    Early,
    Late,
}

/// Carries out one clock.
pub(super) struct Machine<'a> {
    pub(super) ev: &'a Evaluator<'a>,
    pub(super) clock: &'a Clock,
    pub(super) id: ClockId,
    pub(super) scope: Scope<'a>,
    pub(super) counter: Counter<'a>,
    pub(super) zone: &'a TimeZone,
    /// The length of the later clocks of a series.
    pub(super) every: Option<Length>,
}

impl<'a> Machine<'a> {
    pub(super) fn new(
        ev: &'a Evaluator<'a>,
        clock: &'a Clock,
        id: ClockId,
        scope: Scope<'a>,
    ) -> Self {
        let counter = ev.law.counter(clock.pack, clock.convention);
        Self {
            ev,
            clock,
            id,
            scope,
            counter,
            zone: counter.zone,
            every: None,
        }
    }

    pub(super) fn run<L: Log>(&self, start: Start, after: Option<usize>, log: &mut L) -> Run {
        let mut run = Run {
            clock: self.id,
            anchor: self.scope.anchor,
            number: 1,
            start: None,
            earliest: None,
            latest: None,
            determined: None,
            computed: None,
            state: State::Unknown,
            closed_by: None,
            maybe_closed: false,
            fulfilled: false,
            segments: Vec::new(),
            objections: Vec::new(),
            extended: false,
            still: Union::default(),
            applies: Truth::Yes,
        };
        let (start, open_start) = match start {
            Start::Waits => {
                run.state = State::NotStarted;
                return run;
            }
            Start::Unknown => return run,
            Start::At(when) => (when, false),
            Start::From(when) => (when, true),
        };
        run.start = Some(start);
        if self
            .clock
            .must
            .as_ref()
            .is_some_and(|m| m.rule.without_delay)
            && self.clock.lasts.is_empty()
        {
            self.close(&mut run, after, log);
            if run.closed_by.is_none() {
                run.state = State::WithoutDelay;
            }
            return run;
        }
        // What comes after the act that met or ended a clock no longer touches it.
        self.close(&mut run, after, log);
        let scope = Scope {
            start: Some(start),
            ..self.scope
        };
        let before = log.missing_count();
        let early = self.course(
            start.earliest(),
            Way::Early,
            scope,
            (after, run.closed_by),
            log,
        );
        let doubtful = log.missing_count() > before
            || start.from != start.to
            || self.maybe_more()
            || self.known_to_the_day(scope, (after, run.closed_by))
            || !self.clock.stands_still.is_empty();
        let late = if doubtful {
            self.course(
                start.latest(self.zone),
                Way::Late,
                scope,
                (after, run.closed_by),
                log,
            )
        } else {
            early.clone()
        };
        if let Some(early) = &early {
            run.segments.clone_from(&early.segments);
            run.objections.clone_from(&early.objections);
            run.extended = early.extended;
            run.earliest = Some(early.end.clone());
        }
        if let (Some(late), false) = (&late, open_start)
            && !late.open
        {
            run.latest = Some(late.end.clone());
        }
        if let (Some(early), Some(late)) = (&early, &late) {
            self.possible(&mut run, early, late);
        }
        self.determine(&mut run, scope, log);
        let suspended = self.open_standstill(scope, log);
        self.judge(&mut run, suspended);
        run.still = self.standstill(Way::Early, scope, log).0;
        run
    }

    /// A stretch that is there only if what is unknown is so.
    pub(super) fn possible(&self, run: &mut Run, early: &Course, late: &Course) {
        if early.end.end == late.end.end || late.open {
            return;
        }
        let (from, to) = (
            early.end.end.ends_at(self.zone),
            late.end.end.ends_at(self.zone),
        );
        if from < to {
            run.segments.push(Segment {
                kind: SegmentKind::Possible,
                from,
                to,
                end: late.end.end,
                act: None,
                clause: u32::MAX,
            });
        }
    }

    /// Whether the record is silent about something that would lengthen this clock.
    pub(super) fn maybe_more(&self) -> bool {
        let silent = |trigger: &Trigger| self.ev.history.silent(&trigger.acts).is_some();
        self.clock
            .extensions
            .iter()
            .any(|e| silent(&e.rule.trigger))
            || self.clock.restarts.iter().any(|r| silent(&r.rule.trigger))
            || self.clock.stands_still.iter().any(|r| silent(&r.rule.from))
    }

    /// Whether an act that touches this clock has a time that is not known to the minute.
    fn known_to_the_day(&self, scope: Scope<'_>, between: Between) -> bool {
        let times = self.events(scope, between).into_iter();
        let mut times = times.filter_map(|n| self.ev.history.get(n).map(|act| act.happened));
        times.any(|when| when.from != when.to)
    }

    /// Whether this is a custody clock, whose last day nothing moves. The person's own time limits move in custody too.
    pub(super) fn held(&self, scope: Scope<'_>, way: Way) -> bool {
        match self.clock.held {
            HeldFlag::Always => true,
            HeldFlag::Never => false,
            HeldFlag::AsFound => match self
                .ev
                .timeline
                .held(scope.start.map_or(self.ev.at, |w| w.from))
            {
                Truth::Yes => true,
                Truth::No => false,
                Truth::Unknown => way == Way::Early,
            },
        }
    }

    pub(super) fn same_time(&self, a: usize, b: usize) -> bool {
        match (self.ev.history.get(a), self.ev.history.get(b)) {
            (Some(a), Some(b)) => a.happened.to >= b.happened.from,
            _ => false,
        }
    }

    pub(super) fn mine(&self, act: usize, scope: Scope<'_>) -> bool {
        scope
            .anchor
            .is_none_or(|anchor| self.ev.history.belongs(act, anchor, &self.clock.of))
    }

    /// An organ that may fix the end did so: it wins, and both are shown.
    pub(super) fn determine<L: Log>(&self, run: &mut Run, scope: Scope<'_>, log: &mut L) {
        for n in 0..scope.horizon.min(self.ev.history.acts.len()) {
            let Some(act) = self.ev.history.get(n) else {
                continue;
            };
            for clause in &self.ev.law.act(act.kind).determines {
                let (group, field) = clause.rule;
                if group != self.clock.group
                    || !self.mine(n, scope)
                    || scope.anchor.is_some_and(|a| n < a)
                {
                    continue;
                }
                let end = match act.field(field) {
                    Some(Value::Date(day)) => End::Day(*day),
                    Some(Value::Moment(when)) => End::Instant(when.from),
                    _ => {
                        log.missing(crate::evaluate::Need::Field(act.kind, field));
                        continue;
                    }
                };
                run.computed = run
                    .computed
                    .or_else(|| run.earliest.as_ref().map(|c| c.end));
                run.determined = Some((end, n));
                let counted = Counted {
                    end,
                    raw: end,
                    provisional: false,
                };
                run.earliest = Some(counted.clone());
                run.latest = Some(counted);
            }
        }
    }

    /// The first act that met or ended it.
    pub(super) fn close<L: Log>(&self, run: &mut Run, after: Option<usize>, log: &mut L) {
        let scope = Scope {
            start: run.start,
            ..self.scope
        };
        let from = after.or(scope.anchor);
        let mut first = |triggers: &[Clause<Trigger>], meets: bool, log: &mut L| -> Option<usize> {
            for n in 0..scope.horizon.min(self.ev.history.acts.len()) {
                let Some(act) = self.ev.history.get(n) else {
                    continue;
                };
                if Some(n) == scope.anchor || Some(n) == after {
                    continue;
                }
                for clause in triggers {
                    let in_order = from.is_none_or(|f| n > f || self.same_time(n, f))
                        && after.is_none_or(|a| n > a);
                    if !clause.rule.acts.contains(&act.kind) || !in_order || !self.mine(n, scope) {
                        continue;
                    }
                    if meets && run.start.is_some_and(|s| act.happened.to < s.from) {
                        continue;
                    }
                    let inner = Scope {
                        current: Some(n),
                        ..scope
                    };
                    let truth = clause
                        .rule
                        .condition
                        .as_ref()
                        .map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
                    if truth == Truth::Yes {
                        return Some(n);
                    }
                    run.maybe_closed |= truth == Truth::Unknown;
                }
            }
            None
        };
        let met = first(&self.clock.met, true, log);
        let ended = first(&self.clock.ended, false, log);
        let (closed, state) = match (met, ended) {
            (Some(m), Some(e)) if e < m => (Some(e), State::Ended),
            (Some(m), _) => (Some(m), State::Met),
            (None, Some(e)) => (Some(e), State::Ended),
            (None, None) => (None, State::Running),
        };
        run.closed_by = closed;
        run.fulfilled = state == State::Met;
        run.state = state;
    }

    pub(super) fn judge(&self, run: &mut Run, suspended: Option<i64>) {
        let no_time = run
            .earliest
            .as_ref()
            .is_some_and(|c| c.end == End::Instant(run.start.map_or(0, |s| s.from)))
            && self.every.is_none();
        let at_once = no_time && self.clock.duty;
        if no_time && !self.clock.duty {
            // A point in time: nothing is due.
            run.state = if run.start.is_some_and(|s| s.from <= self.ev.at) {
                State::Ended
            } else {
                State::Running
            };
            return;
        }
        if run.closed_by.is_none() && run.start.is_some_and(|s| s.from > self.ev.at) {
            run.state = State::NotStarted;
            return;
        }
        let Some(early) = run.earliest.clone() else {
            // Done, but whether in time nobody can say.
            if run.closed_by.is_none() || run.fulfilled {
                run.state = State::Unknown;
            }
            return;
        };
        if let Some(act) = run.closed_by.and_then(|n| self.ev.history.get(n)) {
            let due_day = early.end.last_day(self.zone);
            let in_time = if at_once {
                act.happened.day <= due_day || act.happened.surely_by(early.end, self.zone)
            } else {
                act.happened.surely_by(early.end, self.zone)
            };
            let late = run
                .latest
                .as_ref()
                .is_some_and(|l| !act.happened.maybe_by(l.end))
                && !in_time;
            // Something that was not recorded may have met it before.
            let met_kinds: Vec<ActId> = self
                .clock
                .met
                .iter()
                .chain(&self.clock.ended)
                .flat_map(|c| c.rule.acts.iter().copied())
                .collect();
            let unseen = late && self.ev.history.silent(&met_kinds).is_some();
            run.state = match (run.state, in_time, late) {
                (state, true, _) => state,
                (_, _, true) if unseen => State::Unknown,
                (State::Met, _, true) => State::MetLate,
                (_, _, true) => State::EndedLate,
                _ => State::Unknown,
            };
            return;
        }
        let met_kinds: Vec<ActId> = self
            .clock
            .met
            .iter()
            .flat_map(|c| c.rule.acts.iter().copied())
            .collect();
        let past = |end: End| self.ev.at >= end.ends_at(self.zone);
        let over = run.latest.as_ref().is_some_and(|l| past(l.end));
        run.state = if at_once {
            State::DueAtOnce
        } else if suspended.is_some_and(|from| from < early.raw.ends_at(self.zone)) {
            State::Suspended
        } else if over {
            if run.maybe_closed || self.ev.history.silent(&met_kinds).is_some() {
                State::Unknown
            } else {
                State::RanOut
            }
        } else if past(early.end) {
            State::Unknown
        } else {
            State::Running
        };
    }
}
