//! Carries out one clock of one act: early and late, what closed it, and what it is doing at the instant asked.

use habeas_law::count::{Counted, Counter, Length};
use habeas_law::moment::End;
use habeas_law::rules::{Clock, ClockId, HeldFlag, Trigger};
use habeas_law::{Truth, Value};
use jiff::tz::TimeZone;

use super::course::{Course, Pass};
use super::standstill::Still;
use super::start::Start;
use super::{Objection, Overran, Run, Segment, SegmentKind, State};
use crate::evaluate::{Evaluator, Log, Scope, bounds};

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
        let mut run = Run::new(self.id, self.scope.anchor);
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
        // What comes after the act that met or ended a clock no longer touches it.
        let doubt = self.close(&mut run, after, log);
        let must = self.clock.must.as_ref();
        if must.is_some_and(|m| m.rule.without_delay) && self.clock.lasts.is_empty() {
            run.state = doubt.without_delay(&run);
            return run;
        }
        let scope = Scope {
            start: Some(start),
            ..self.scope
        };
        let events = self.events(scope, after, run.closed_by);
        let before = log.missing_count();
        let still = self.still(Way::Early, scope, log);
        let first = Pass::new(self, Way::Early, scope, start, &still);
        let early = self.course(first, &events, log);
        let late_still = self.still(Way::Late, scope, log);
        let last = Pass::new(self, Way::Late, scope, start, &late_still);
        let doubtful = log.missing_count() > before
            || start.from != start.to
            || still != late_still
            || still.is_open()
            || first.held != last.held
            || self.maybe_more()
            || self.known_to_the_day(&events);
        let late = if doubtful {
            self.course(last, &events, log)
        } else {
            early.clone()
        };
        if let Some(early) = &early {
            run.segments.clone_from(&early.segments);
            run.extended = early.extended;
            run.earliest = Some(early.end.clone());
            run.still = still.of(early.base).clone();
        }
        if let (Some(late), false) = (&late, open_start)
            && !late.open
        {
            run.latest = Some(late.end.clone());
        }
        if let (Some(early), Some(late)) = (&early, &late) {
            self.object(&mut run, early, late);
            self.possible(&mut run, early, late);
        }
        self.determine(&mut run, scope, log);
        let stands = |course: Option<Course>, still: &Still| {
            course.is_some_and(|course| course.stands(still, self.ev.at, self.zone))
        };
        let suspended = match (stands(early, &still), stands(late, &late_still)) {
            (true, _) => Truth::Yes,
            (false, true) => Truth::Unknown,
            (false, false) => Truth::No,
        };
        run.state = self.judge(&run, suspended, doubt);
        run
    }

    /// What is certain of the acts that touch it: what either way finds.
    fn object(&self, run: &mut Run, early: &Course, late: &Course) {
        let certain = |o: &&Objection| late.objections.contains(o);
        run.objections = early.objections.iter().filter(certain).copied().collect();
        let objections = &run.objections;
        run.segments.retain(|segment| {
            segment.kind != SegmentKind::Void
                || objections.iter().any(|o| Some(o.act) == segment.act)
        });
        let in_late = |act: usize| late.found.iter().find(|(n, _)| *n == act);
        let found = early.found.iter().filter_map(|(act, end)| {
            let (_, other) = in_late(*act)?;
            Some((*act, bounds((*end)?, (*other)?, self.zone)))
        });
        run.found = found.collect();
        let again = |course: &Course, act: usize| {
            let mut segments = course.segments.iter();
            let anew = |s: &&Segment| s.kind == SegmentKind::Recounted && s.act == Some(act);
            segments.find(anew).map(|s| s.from)
        };
        let overran = late.found.iter().filter_map(|(act, end)| {
            let (act, end) = (*act, (*end)?);
            let until = again(early, act)?.min(again(late, act)?);
            (until > end.ends_at(self.zone)).then_some(Overran { end, act, until })
        });
        run.overran = overran.collect();
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
    fn known_to_the_day(&self, events: &[usize]) -> bool {
        let acts = events.iter().filter_map(|n| self.ev.history.get(*n));
        acts.map(|act| act.happened)
            .any(|when| when.from != when.to)
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
                run.computed = run
                    .computed
                    .or_else(|| run.earliest.as_ref().map(|c| c.end));
                let end = match act.field(field) {
                    Some(Value::Date(day)) => Some(End::Day(*day)),
                    Some(Value::Moment(when)) => Some(End::Instant(when.from)),
                    // It was fixed, and nobody said to when.
                    _ => {
                        log.missing(crate::evaluate::Need::Field(act.kind, field));
                        None
                    }
                };
                run.determined = end.map(|end| (end, n));
                run.earliest = end.map(Counted::from);
                run.latest.clone_from(&run.earliest);
            }
        }
    }
}
