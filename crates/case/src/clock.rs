//! Clocks: from when, how long, lengthened by what, until when at the earliest and at the latest.
//!
//! Where a fact is unknown the clock is carried out twice, once with everything unknown taken so that it ends early and once so that it
//! ends late. What is lengthened, moved or begun anew by a later fact only ever moves an end one way, so the two are the bounds.

use habeas_law::count::{Counted, Counter, Length, Union};
use habeas_law::expression::{Bound, Expression};
use habeas_law::moment::{End, Point, When, day_of, shift, start_of};
use habeas_law::rules::{ActId, Clause, Clock, ClockGroup, ClockId, Extension, HeldFlag, Otherwise, Restart, Standstill, Trigger, Version};
use habeas_law::{Truth, Value};
use jiff::tz::TimeZone;

use crate::evaluate::{Evaluator, Log, Scope, as_moment, bounds};

/// What a clock is doing at the instant asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// What it waits for has not happened.
    NotStarted,
    /// Running.
    Running,
    /// A standstill is open.
    Suspended,
    /// Fulfilled in time.
    Met,
    /// Fulfilled after its end.
    MetLate,
    /// Closed in time.
    Ended,
    /// Closed after its end.
    EndedLate,
    /// Past its end, and open.
    RanOut,
    /// Due at once, and open.
    DueAtOnce,
    /// Due without delay: no end can be computed.
    WithoutDelay,
    /// A fact is missing.
    Unknown,
}

/// A stretch of a clock, for drawing and for explaining.
#[derive(Clone, Debug)]
pub struct Segment {
    /// What it is.
    pub kind: SegmentKind,
    /// From this instant.
    pub from: i64,
    /// To this one (exclusive).
    pub to: i64,
    /// The end that this stretch brought.
    pub end: End,
    /// The act that brought it.
    pub act: Option<usize>,
    /// The number of the clause.
    pub clause: u32,
}

/// The kinds of segments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "says itself")]
pub enum SegmentKind {
    Base,
    Extended,
    Suspended,
    Recounted,
    Void,
    Possible,
}

/// An act that a clause refused or questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The act.
    pub act: usize,
    /// The clause; none: it came after the end.
    pub clause: Option<u32>,
    /// It counts for nothing, rather than being questioned.
    pub void: bool,
}

/// One clock of one act and subject.
#[derive(Clone, Debug)]
pub struct Run {
    /// The version of the rule.
    pub clock: ClockId,
    /// Its act.
    pub anchor: Option<usize>,
    /// Number in a series, from 1.
    pub number: u32,
    /// When it started.
    pub start: Option<When>,
    /// The earliest end that the facts allow.
    pub earliest: Option<Counted>,
    /// The latest; none: open.
    pub latest: Option<Counted>,
    /// What a competent organ fixed, and by which act.
    pub determined: Option<(End, usize)>,
    /// What was computed where a determination wins.
    pub computed: Option<End>,
    /// At the instant asked.
    pub state: State,
    /// The act that met or ended it.
    pub closed_by: Option<usize>,
    /// Base, extensions, standstills.
    pub segments: Vec<Segment>,
    /// Extensions that do not count or are questioned.
    pub objections: Vec<Objection>,
    /// Whether an extension counts.
    pub extended: bool,
    /// The stretches left out.
    pub still: Union,
    /// Whether it is certain that this clock runs at all.
    pub applies: Truth,
}

/// The acts between which extensions are sought: the one that opened this clock of a series, and the one that closed it.
type Between = (Option<usize>, Option<usize>);

/// Which way what is unknown is taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Way {
    Early,
    Late,
}

/// Series are followed so far.
const LONGEST_SERIES: u32 = 400;

/// The version of a rule that governs.
pub fn governs<L: Log>(ev: &Evaluator<'_>, version: &Version, s: Scope<'_>, log: &mut L) -> bool {
    if version.from.is_none() && version.until.is_none() && version.governs_by.is_none() {
        return true;
    }
    let day = match &version.governs_by {
        Some(by) => ev.value(by, s, log).and_then(|v| crate::evaluate::as_day(&v)),
        None => s.anchor.and_then(|n| ev.history.get(n)).map(|act| act.happened.day),
    };
    let Some(day) = day.or_else(|| Some(day_of(ev.at, ev.zone(s.pack)))) else { return true };
    version.from.is_none_or(|from| from <= day) && version.until.is_none_or(|until| day < until)
}

/// All clocks of one act.
pub fn runs<L: Log>(ev: &Evaluator<'_>, id: ClockId, anchor: Option<usize>, horizon: usize, depth: u8, log: &mut L) -> Vec<Run> {
    let clock = ev.law.clock(id);
    let scope = Scope { anchor_kinds: &clock.of, anchor, depth, ..Scope::of_facts(clock.pack, horizon) };
    if !governs(ev, &clock.version, scope, log) {
        return Vec::new();
    }
    let mut applies = Truth::Yes;
    for clause in &clock.applies {
        applies = applies.and(ev.truth(&clause.rule, scope, log));
    }
    if applies == Truth::No {
        return Vec::new();
    }
    let mut machine = Machine::new(ev, clock, id, scope);
    let mut first = machine.run(machine_start(&machine, log), None, log);
    first.applies = applies;
    let Some(repeat) = &clock.repeats else { return vec![first] };
    let mut all = vec![first];
    while let Some(last) = all.last()
        && last.number < LONGEST_SERIES
        && matches!(last.state, State::Met | State::MetLate)
        && let Some(met) = last.closed_by
    {
        let number = last.number + 1;
        let after = last.closed_by;
        let from_due = repeat.rule.from_due_where.as_ref().map_or(Truth::No, |condition| {
            ev.truth(condition, Scope { current: Some(met), ..scope }, log)
        });
        let done = ev.history.get(met).map(|act| act.happened);
        let due = last.earliest.as_ref().zip(last.latest.as_ref()).map(|(a, b)| bounds(a.end, b.end, ev.zone(clock.pack)));
        let start = match from_due {
            Truth::Yes => due,
            Truth::No => done,
            Truth::Unknown => due.zip(done).map(|(a, b)| When::bounds(a.from.min(b.from), a.to.max(b.to), ev.zone(clock.pack))),
        };
        machine.every = Some(repeat.rule.every);
        let Some(start) = start else { break };
        let mut next = machine.run(Start::At(start), after, log);
        next.number = number;
        next.applies = applies;
        all.push(next);
    }
    all
}

/// The end of the clock of a group that is meant from here.
pub fn end_for<L: Log>(ev: &Evaluator<'_>, group: ClockGroup, s: Scope<'_>, log: &mut L) -> Option<(End, End)> {
    let mut found: Option<(usize, (End, End))> = None;
    for id in ev.law.versions_of_clock(group) {
        let clock = ev.law.clock(*id);
        let anchors: Vec<Option<usize>> = if clock.of.is_empty() {
            vec![None]
        } else {
            let here = s.current.or(s.anchor);
            let answered = here.and_then(|h| if clock.of.contains(&ev.history.get(h)?.kind) { Some(h) } else { ev.history.answered(h, &clock.of) });
            let latest = || ev.history.of_kinds(&clock.of, s.horizon).next_back();
            vec![answered.or_else(latest)]
        };
        for anchor in anchors {
            if !clock.of.is_empty() && anchor.is_none() {
                continue;
            }
            let horizon = s.horizon.max(anchor.map_or(0, |a| a + 1));
            for run in runs(ev, *id, anchor, horizon, s.depth, log) {
                if let (Some(a), Some(b)) = (&run.earliest, &run.latest) {
                    found = Some((anchor.unwrap_or(0), (a.end, b.end)));
                }
            }
        }
    }
    found.map(|(_, ends)| ends)
}

enum Start {
    /// It waits for something.
    Waits,
    /// A fact is missing.
    Unknown,
    /// Within these bounds; the late bound may be open.
    At(When),
    /// From this moment at the earliest.
    From(When),
}

/// Carries out one clock.
struct Machine<'a> {
    ev: &'a Evaluator<'a>,
    clock: &'a Clock,
    id: ClockId,
    scope: Scope<'a>,
    counter: Counter<'a>,
    zone: &'a TimeZone,
    /// The length of the later clocks of a series.
    every: Option<Length>,
}

/// How far the count has come.
#[derive(Clone, Debug)]
struct Course {
    start: Point,
    base: Length,
    total: Length,
    used: Vec<u32>,
    restarts: u32,
    fixed: Option<End>,
    end: Counted,
    segments: Vec<Segment>,
    objections: Vec<Objection>,
    extended: bool,
    open: bool,
    closed_to_extensions: bool,
}

fn machine_start<L: Log>(machine: &Machine<'_>, log: &mut L) -> Start {
    let (ev, clock, scope) = (machine.ev, machine.clock, machine.scope);
    if clock.starts.is_empty() {
        return scope.anchor.and_then(|n| ev.history.get(n)).map_or(Start::Waits, |act| Start::At(act.happened));
    }
    let mut span: Option<(i64, i64)> = None;
    let mut open = false;
    let mut decided = false;
    let mut exact: Option<When> = None;
    for line in &clock.starts {
        let when = line.rule.when.as_ref().map_or(Truth::Yes, |condition| ev.truth(condition, scope, log));
        if when == Truth::No {
            continue;
        }
        let mark = log.missing_count();
        let value = match &line.rule.value {
            // What begins when a clock has run out begins at the midnight that ends its last day.
            Expression::EndOf { clock: group, bound: Bound::Both, last_day: false } => {
                let inner = Scope { depth: scope.depth + 1, ..scope };
                let ends = if scope.depth < 8 { end_for(ev, *group, inner, log) } else { None };
                ends.map(|(low, high)| When::bounds(low.ends_at(machine.zone), high.ends_at(machine.zone), machine.zone))
            }
            other => ev.value(other, scope, log).and_then(|v| as_moment(&v, machine.zone)),
        };
        match value {
            Some(found) => {
                exact = if span.is_none() && when == Truth::Yes { Some(found) } else { None };
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

impl<'a> Machine<'a> {
    fn new(ev: &'a Evaluator<'a>, clock: &'a Clock, id: ClockId, scope: Scope<'a>) -> Self {
        let counter = ev.law.counter(clock.pack, clock.convention);
        Self { ev, clock, id, scope, counter, zone: counter.zone, every: None }
    }

    fn run<L: Log>(&self, start: Start, after: Option<usize>, log: &mut L) -> Run {
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
        if self.clock.must.as_ref().is_some_and(|m| m.rule.without_delay) && self.clock.lasts.is_empty() {
            self.close(&mut run, after, log);
            if run.closed_by.is_none() {
                run.state = State::WithoutDelay;
            }
            return run;
        }
        // What comes after the act that met or ended a clock no longer touches it.
        self.close(&mut run, after, log);
        let scope = Scope { start: Some(start), ..self.scope };
        let before = log.missing_count();
        let early = self.course(start.earliest(), Way::Early, scope, (after, run.closed_by), log);
        let doubtful = log.missing_count() > before || start.from != start.to || self.maybe_more(scope) || !self.clock.stands_still.is_empty();
        let late = if doubtful { self.course(start.latest(self.zone), Way::Late, scope, (after, run.closed_by), log) } else { early.clone() };
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
        self.judge(&mut run, suspended, scope);
        run.still = self.standstill(Way::Early, scope, log).0;
        run
    }

    /// A stretch that is there only if what is unknown is so.
    fn possible(&self, run: &mut Run, early: &Course, late: &Course) {
        if early.end.end == late.end.end || late.open {
            return;
        }
        let (from, to) = (early.end.end.ends_at(self.zone), late.end.end.ends_at(self.zone));
        if from < to {
            run.segments.push(Segment { kind: SegmentKind::Possible, from, to, end: late.end.end, act: None, clause: u32::MAX });
        }
    }

    /// Whether the record is silent about something that would lengthen this clock.
    fn maybe_more(&self, scope: Scope<'_>) -> bool {
        let silent = |trigger: &Trigger| self.ev.history.silent(&trigger.acts).is_some();
        let _ = scope;
        self.clock.extensions.iter().any(|e| silent(&e.rule.trigger))
            || self.clock.restarts.iter().any(|r| silent(&r.rule.trigger))
            || self.clock.stands_still.iter().any(|r| silent(&r.rule.from))
    }

    /// Whether this is a custody clock, whose last day nothing moves. The person's own time limits move in custody too.
    fn held(&self, scope: Scope<'_>, way: Way) -> bool {
        match self.clock.held {
            HeldFlag::Always => true,
            HeldFlag::Never => false,
            HeldFlag::AsFound => match self.ev.timeline.held(scope.start.map_or(self.ev.at, |w| w.from)) {
                Truth::Yes => true,
                Truth::No => false,
                Truth::Unknown => way == Way::Early,
            },
        }
    }

    /// The base length: the first line whose condition holds; where that is unknown, the one that ends first or last.
    fn base<L: Log>(&self, start: Point, way: Way, scope: Scope<'_>, still: &Union, log: &mut L) -> Option<(Length, u32)> {
        if let Some(every) = self.every {
            return Some((every, self.clock.repeats.as_ref().map_or(0, |r| r.note.id)));
        }
        let held = self.held(scope, way);
        let mut best: Option<(Length, u32, i64)> = None;
        for line in &self.clock.lasts {
            let when = line.rule.when.as_ref().map_or(Truth::Yes, |condition| self.ev.truth(condition, scope, log));
            if when == Truth::No {
                continue;
            }
            let length = match self.ev.value(&line.rule.value, scope, log) {
                Some(Value::Length(length)) => length,
                _ => return None,
            };
            let ends = self.counter.end(start, length, still, held).end.ends_at(self.zone);
            let better = best.as_ref().is_none_or(|(_, _, known)| match way {
                Way::Early => ends < *known,
                Way::Late => ends > *known,
            });
            if better {
                best = Some((length, line.note.id, ends));
            }
            if when == Truth::Yes {
                break;
            }
        }
        best.map(|(length, clause, _)| (length, clause))
    }

    fn course<L: Log>(&self, start: Point, way: Way, scope: Scope<'_>, between: Between, log: &mut L) -> Option<Course> {
        let scope = Scope { bound: if way == Way::Early { Bound::Earliest } else { Bound::Latest }, ..scope };
        let (still, open) = self.standstill(way, scope, log);
        let (base, clause) = self.base(start, way, scope, &still, log)?;
        let held = self.held(scope, way);
        let end = self.counter.end(start, base, &still, held);
        let mut course = Course {
            start,
            base,
            total: base,
            used: vec![0; self.clock.extensions.len()],
            restarts: 0,
            fixed: None,
            end,
            segments: Vec::new(),
            objections: Vec::new(),
            extended: false,
            open,
            closed_to_extensions: false,
        };
        course.segments.push(Segment {
            kind: SegmentKind::Base,
            from: start.instant,
            to: course.end.end.ends_at(self.zone),
            end: course.end.end,
            act: None,
            clause,
        });
        for rule in &self.clock.not_extended {
            let truth = self.ev.truth(&rule.rule, scope, log);
            if truth == Truth::Yes || (truth == Truth::Unknown && way == Way::Early) {
                course.closed_to_extensions = true;
            }
        }
        let events = self.events(scope, between);
        let course = self.follow(course, &events, way, scope, &still, log);
        let mut course = self.unrecorded(course, way, scope, &still, log);
        self.cap(&mut course, way, scope, &still, log);
        self.suspended_segments(&mut course, &still);
        Some(course)
    }

    /// Extending and restarting acts that belong to this clock, in order.
    fn events(&self, scope: Scope<'_>, (after, closed_by): Between) -> Vec<usize> {
        if self.clock.extensions.is_empty() && self.clock.restarts.is_empty() {
            return Vec::new();
        }
        let kinds: Vec<ActId> = self
            .clock
            .extensions
            .iter()
            .flat_map(|e| &e.rule.trigger.acts)
            .chain(self.clock.restarts.iter().flat_map(|r| &r.rule.trigger.acts))
            .copied()
            .collect();
        let from = after.or(scope.anchor);
        self.ev
            .history
            .of_kinds(&kinds, scope.horizon)
            .filter(|n| closed_by.is_none_or(|closing| *n <= closing || self.same_moment(*n, closing)))
            .filter(|n| Some(*n) != scope.anchor && self.mine(*n, scope) && from.is_none_or(|f| *n >= f || self.same_time(*n, f)))
            .collect()
    }

    fn same_moment(&self, a: usize, b: usize) -> bool {
        matches!((self.ev.history.get(a), self.ev.history.get(b)), (Some(a), Some(b)) if a.happened == b.happened)
    }

    fn same_time(&self, a: usize, b: usize) -> bool {
        match (self.ev.history.get(a), self.ev.history.get(b)) {
            (Some(a), Some(b)) => a.happened.to >= b.happened.from,
            _ => false,
        }
    }

    fn mine(&self, act: usize, scope: Scope<'_>) -> bool {
        scope.anchor.is_none_or(|anchor| self.ev.history.belongs(act, anchor, &self.clock.of))
    }

    fn follow<L: Log>(&self, mut course: Course, events: &[usize], way: Way, scope: Scope<'_>, still: &Union, log: &mut L) -> Course {
        for (n, event) in events.iter().enumerate() {
            let kind = self.ev.history.get(*event).map(|act| act.kind);
            if let Some(restart) = self.clock.restarts.iter().find(|r| kind.is_some_and(|k| r.rule.trigger.acts.contains(&k))) {
                let truth = self.triggered(&restart.rule.trigger, *event, scope, &course, log);
                let allowed = restart.rule.at_most.is_none_or(|most| course.restarts < most);
                if truth == Truth::No || !allowed {
                    if !allowed {
                        course.objections.push(Objection { act: *event, clause: Some(restart.note.id), void: true });
                    }
                    continue;
                }
                let mut again = course.clone();
                self.restart(&mut again, restart, *event, way, scope, still, log);
                if truth == Truth::Yes {
                    course = again;
                    continue;
                }
                let rest = events.get(n + 1..).unwrap_or_default();
                let with = self.follow(again, rest, way, scope, still, log);
                let without = self.follow(course, rest, way, scope, still, log);
                let later = with.end.end.ends_at(self.zone) > without.end.end.ends_at(self.zone);
                return if later == (way == Way::Late) { with } else { without };
            }
            self.extend(&mut course, *event, way, scope, still, log);
        }
        course
    }

    fn triggered<L: Log>(&self, trigger: &Trigger, event: usize, scope: Scope<'_>, course: &Course, log: &mut L) -> Truth {
        match &trigger.condition {
            None => Truth::Yes,
            Some(condition) => self.ev.truth(condition, self.at(event, scope, course), log),
        }
    }

    /// The scope of an act that touches this clock: its fields, and the end as it stands.
    fn at<'s>(&self, event: usize, scope: Scope<'s>, course: &Course) -> Scope<'s> {
        Scope { current: Some(event), end: Some(bounds(course.end.end, course.end.end, self.zone)), ..scope }
    }

    fn restart<L: Log>(&self, course: &mut Course, restart: &Clause<Restart>, event: usize, way: Way, scope: Scope<'_>, still: &Union, log: &mut L) {
        let Some(act) = self.ev.history.get(event) else { return };
        let from = match &restart.rule.at {
            Some(at) => match self.ev.value(at, self.at(event, scope, course), log).and_then(|v| as_moment(&v, self.zone)) {
                Some(when) => when,
                None => act.happened,
            },
            None => act.happened,
        };
        course.start = if way == Way::Early { from.earliest() } else { from.latest(self.zone) };
        course.restarts += 1;
        course.total = course.base;
        course.fixed = None;
        course.closed_to_extensions |= !restart.rule.with_extensions;
        course.used = vec![0; self.clock.extensions.len()];
        let held = self.held(scope, way);
        course.end = self.counter.end(course.start, course.base, still, held);
        course.segments.push(Segment {
            kind: SegmentKind::Recounted,
            from: course.start.instant,
            to: course.end.end.ends_at(self.zone),
            end: course.end.end,
            act: Some(event),
            clause: restart.note.id,
        });
    }

    fn extend<L: Log>(&self, course: &mut Course, event: usize, way: Way, scope: Scope<'_>, still: &Union, log: &mut L) {
        let Some(act) = self.ev.history.get(event) else { return };
        let in_time = match way {
            Way::Early => act.happened.surely_by(course.end.end, self.zone),
            Way::Late => act.happened.maybe_by(course.end.end),
        };
        if !in_time || course.closed_to_extensions {
            course.void(event, None, self.zone);
            return;
        }
        // What an organ that has no power to it extends is not extended.
        let by = self.ev.law.act(act.kind).by.iter().filter(|c| !c.rule.competences.is_empty());
        if let Some(first) = by.clone().next()
            && by.clone().all(|c| crate::find::competent(self.ev, event, &c.rule) == Truth::No)
        {
            course.void(event, Some(first.note.id), self.zone);
            return;
        }
        let inner = self.at(event, scope, course);
        let mut best: Option<(Counted, usize, Length, Option<End>)> = None;
        let mut matched = false;
        let mut refused = None;
        for need in self.clock.extension_needs.iter().filter(|need| need.note.otherwise == Otherwise::Void) {
            let mark = log.mark();
            let truth = self.ev.truth(&need.rule, inner, log);
            log.forget_missing(mark);
            if truth == Truth::No {
                course.void(event, Some(need.note.id), self.zone);
                return;
            }
        }
        for (n, clause) in self.clock.extensions.iter().enumerate() {
            let rule = &clause.rule;
            if !rule.trigger.acts.contains(&act.kind) {
                continue;
            }
            let spent = course.used.get(n).copied().unwrap_or(0);
            let too_often = rule.at_most.is_some_and(|most| spent >= most);
            let early_step = rule.then && !self.step_before_used(n, course);
            if too_often || early_step {
                refused = Some(clause.note.id);
                continue;
            }
            let truth = rule.trigger.condition.as_ref().map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
            if truth == Truth::No {
                refused.get_or_insert(clause.note.id);
                continue;
            }
            if truth == Truth::Unknown && way == Way::Early {
                matched = true;
                continue;
            }
            matched = true;
            if let Some((end, total, fixed)) = self.reach(course, rule, inner, way, still, log) {
                let further = best.as_ref().is_none_or(|(known, ..)| end.end.ends_at(self.zone) > known.end.ends_at(self.zone));
                if further {
                    best = Some((end, n, total, fixed));
                }
            }
            if truth == Truth::Yes {
                break;
            }
        }
        if !matched {
            course.void(event, refused, self.zone);
            return;
        }
        let Some((end, n, total, fixed)) = best else { return };
        for need in &self.clock.extension_needs {
            let truth = self.ev.truth(&need.rule, inner, log);
            let void = need.note.otherwise == Otherwise::Void;
            match truth {
                Truth::Yes => {}
                Truth::No => {
                    course.objections.push(Objection { act: event, clause: Some(need.note.id), void });
                }
                Truth::Unknown if void && way == Way::Early => return,
                Truth::Unknown => {}
            }
        }
        let from = course.end.end.ends_at(self.zone);
        if let Some(count) = course.used.get_mut(n) {
            *count += 1;
        }
        course.total = total;
        course.fixed = fixed;
        course.extended = true;
        let clause = self.clock.extensions.get(n).map_or(0, |c| c.note.id);
        let to = end.end.ends_at(self.zone);
        course.end = end;
        course.segments.push(Segment { kind: SegmentKind::Extended, from, to, end: course.end.end, act: Some(event), clause });
    }

    fn step_before_used(&self, n: usize, course: &Course) -> bool {
        n.checked_sub(1).and_then(|m| course.used.get(m)).is_some_and(|count| *count > 0)
    }

    /// How far an extension goes: the end, the total length, and the end that the act fixed.
    fn reach<L: Log>(&self, course: &Course, rule: &Extension, inner: Scope<'_>, way: Way, still: &Union, log: &mut L) -> Option<(Counted, Length, Option<End>)> {
        let held = self.held(inner, way);
        let length = |e: &Option<Expression>, log: &mut L| match e.as_ref().map(|e| self.ev.value(e, inner, log)) {
            None => Ok(None),
            Some(Some(Value::Length(length))) => Ok(Some(length)),
            Some(_) => Err(()),
        };
        let reach = &rule.reach;
        let (by, by_most) = (length(&reach.by, log).ok()?, length(&reach.by_at_most, log).ok()?);
        let (to, to_most) = (length(&reach.to, log).ok()?, length(&reach.to_at_most, log).ok()?);
        let at_most = by_most.is_some() || to_most.is_some();
        let total = match (by.or(by_most), to.or(to_most)) {
            (Some(by), _) => course.total.plus(by),
            (None, Some(to)) => to,
            (None, None) => course.total,
        };
        let counted = if self.clock.from_start || by.or(by_most).is_none() {
            self.counter.end(course.start, total, still, held)
        } else {
            let from = course.end.end;
            let point = match from {
                End::Day(day) => Point { instant: start_of(day, self.zone), day },
                End::Instant(instant) => Point::new(instant, self.zone),
            };
            self.counter.end(point, by.or(by_most).unwrap_or_default(), still, held)
        };
        let limited = by.or(by_most).or(to).or(to_most).is_some();
        let until = match &reach.until {
            Some(until) => Some(self.ev.value(until, inner, log)),
            None if at_most => self.until_field(inner, log),
            None => None,
        };
        let fixed = match until {
            None => None,
            Some(Some(value)) => match value {
                Value::Date(day) => Some(End::Day(day)),
                Value::Moment(when) if counted_in_days(&counted.end) && limited => Some(End::Day(when.day)),
                Value::Moment(when) => Some(if when.from == when.to { End::Instant(when.from) } else { End::Day(when.day) }),
                _ => None,
            },
            // The act does not say how long: nothing is certain, and the ceiling is possible.
            Some(None) if way == Way::Early => return None,
            Some(None) if !limited => return None,
            Some(None) => None,
        };
        let Some(fixed) = fixed else { return Some((self.not_before(counted, course), total, None)) };
        let mut end = Counted { end: fixed, raw: fixed, provisional: false };
        if limited && counted.end.ends_at(self.zone) < fixed.ends_at(self.zone) {
            end = counted;
        }
        Some((self.not_before(end.clone(), course), total, Some(end.end)))
    }

    /// An extension never shortens.
    fn not_before(&self, counted: Counted, course: &Course) -> Counted {
        if counted.end.ends_at(self.zone) < course.end.end.ends_at(self.zone) { course.end.clone() } else { counted }
    }

    fn until_field<L: Log>(&self, inner: Scope<'_>, log: &mut L) -> Option<Option<Value>> {
        let act = self.ev.history.get(inner.current?)?;
        if let Some(until) = act.until {
            return Some(Some(Value::Moment(until)));
        }
        let field = self.ev.law.field("until")?;
        if !self.ev.law.act(act.kind).fields.iter().any(|f| f.id == field) {
            return None;
        }
        match act.field(field) {
            Some(value) => Some(Some(value.clone())),
            None => {
                log.missing(crate::evaluate::Need::Field(act.kind, field));
                Some(None)
            }
        }
    }

    /// Extensions that the record may have left out: taken in full where everything late is taken.
    fn unrecorded<L: Log>(&self, mut course: Course, way: Way, scope: Scope<'_>, still: &Union, log: &mut L) -> Course {
        if course.closed_to_extensions {
            return course;
        }
        let silent_restart = self.clock.restarts.iter().any(|r| self.ev.history.silent(&r.rule.trigger.acts).is_some());
        for clause in &self.clock.extensions {
            let Some(kind) = self.ev.history.silent(&clause.rule.trigger.acts) else { continue };
            log.missing(crate::evaluate::Need::Act(kind));
            if way == Way::Early {
                continue;
            }
            let inner = Scope { end: Some(bounds(course.end.end, course.end.end, self.zone)), ..scope };
            let mut quiet = crate::evaluate::Silent::default();
            if let Some((end, total, _)) = self.reach(&course, &clause.rule, inner, way, still, &mut quiet) {
                course.end = end;
                course.total = total;
            }
        }
        if way == Way::Late && silent_restart {
            course.open = true;
        }
        course
    }

    fn cap<L: Log>(&self, course: &mut Course, way: Way, scope: Scope<'_>, still: &Union, log: &mut L) {
        for clause in &self.clock.never_past {
            let limit = match &clause.rule {
                Expression::Add(a, b) if matches!(**a, Expression::Start) => match self.ev.value(b, scope, log) {
                    Some(Value::Length(length)) => {
                        let first = scope.start.map(|s| if way == Way::Early { s.earliest() } else { s.latest(self.zone) });
                        first.map(|first| self.counter.end(first, length, still, self.held(scope, way)).end)
                    }
                    _ => None,
                },
                other => self.ev.value(other, scope, log).and_then(|v| match v {
                    Value::Date(day) => Some(End::Day(day)),
                    Value::Moment(when) => Some(End::Instant(if way == Way::Early { when.from } else { when.to })),
                    _ => None,
                }),
            };
            if let Some(limit) = limit
                && limit.ends_at(self.zone) < course.end.end.ends_at(self.zone)
            {
                course.end = Counted { end: limit, raw: limit, provisional: false };
                let ceiling = limit.ends_at(self.zone);
                for segment in &mut course.segments {
                    segment.to = segment.to.min(ceiling);
                }
            }
        }
    }

    fn suspended_segments(&self, course: &mut Course, still: &Union) {
        let end = course.end.end.ends_at(self.zone);
        for (from, to) in still.parts() {
            if *from < end && *to > course.start.instant {
                let segment = Segment {
                    kind: SegmentKind::Suspended,
                    from: (*from).max(course.start.instant),
                    to: (*to).min(end),
                    end: course.end.end,
                    act: None,
                    clause: self.clock.stands_still.first().map_or(0, |s| s.note.id),
                };
                course.segments.push(segment);
            }
        }
    }

    /// The stretches left out, and whether one of them is open.
    fn standstill<L: Log>(&self, way: Way, scope: Scope<'_>, log: &mut L) -> (Union, bool) {
        let mut parts = Vec::new();
        let mut open = false;
        for clause in &self.clock.stands_still {
            let rule: &Standstill = &clause.rule;
            for n in self.ev.history.of_kinds(&rule.from.acts, scope.horizon) {
                if scope.anchor.is_some_and(|a| n < a && !self.same_time(n, a)) && !self.reaches_in(n, scope) {
                    continue;
                }
                let Some(act) = self.ev.history.get(n) else { continue };
                let inner = Scope { current: Some(n), ..scope };
                let truth = rule.from.condition.as_ref().map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
                if truth == Truth::No || (truth == Truth::Unknown && way == Way::Early) {
                    continue;
                }
                let from = if way == Way::Early { act.happened.to } else { act.happened.from };
                let from = if act.happened.precision == habeas_law::moment::Precision::Day { act.happened.from } else { from };
                // Between two acts, a day clock leaves out the days after the first up to and with the second: as it counts, so it leaves out.
                let whole_days = rule.to.is_some() && !self.in_hours();
                let next_day = |instant: i64| start_of(shift(day_of(instant, self.zone), 1), self.zone);
                let from = if whole_days { next_day(from) } else { from };
                let to = match &rule.to {
                    None => act.until.map(|until| if until.from < until.to { until.to + 60 } else { until.to }),
                    Some(to) => {
                        let later = |m: &usize| *m > n && self.ev.history.get(*m).is_some_and(|a| to.acts.contains(&a.kind));
                        let back = (n + 1..scope.horizon).find(later).and_then(|m| self.ev.history.get(m));
                        let ends = |a: &crate::act::Act| if way == Way::Early { a.happened.from } else { a.happened.to };
                        back.map(|a| if whole_days { next_day(a.happened.from) } else { ends(a) })
                    }
                };
                let ceiling = match &rule.at_most {
                    None => None,
                    Some(most) => match self.ev.value(most, inner, log) {
                        Some(Value::Length(length)) if length.is_hours() => Some(from + length.seconds()),
                        Some(Value::Length(length)) => {
                            Some(self.counter.end(Point::new(from, self.zone), length, &Union::default(), true).end.ends_at(self.zone))
                        }
                        _ => None,
                    },
                };
                let to = match (to, ceiling) {
                    (Some(to), Some(ceiling)) => to.min(ceiling),
                    (Some(to), None) => to,
                    (None, Some(ceiling)) => ceiling,
                    (None, None) => {
                        open |= way == Way::Late;
                        if act.until.is_none() && rule.to.is_none() {
                            log.missing(crate::evaluate::Need::Attribute(act.kind, "until"));
                        }
                        self.ev.at.max(from)
                    }
                };
                parts.push((from, to));
            }
            if way == Way::Late && self.ev.history.silent(&rule.from.acts).is_some() {
                open = true;
            }
        }
        (Union::new(parts), open)
    }

    /// Whether this clock is counted by the hour.
    fn in_hours(&self) -> bool {
        let literal = |e: &Expression| matches!(e, Expression::Literal(Value::Length(length)) if length.is_hours());
        self.every.is_some_and(Length::is_hours) || self.clock.lasts.iter().any(|line| literal(&line.rule.value))
    }

    /// A standstill that began before the clock and reaches into it.
    fn reaches_in(&self, act: usize, scope: Scope<'_>) -> bool {
        let (Some(act), Some(start)) = (self.ev.history.get(act), scope.start) else { return false };
        act.until.is_some_and(|until| until.to > start.from)
    }

    fn open_standstill<L: Log>(&self, scope: Scope<'_>, log: &mut L) -> bool {
        if self.clock.stands_still.is_empty() {
            return false;
        }
        let mark = log.mark();
        let (union, _) = self.standstill(Way::Early, scope, log);
        let (_, open) = self.standstill(Way::Late, scope, log);
        log.forget_missing(mark);
        open && union.parts().iter().any(|(from, to)| *from <= self.ev.at && *to >= self.ev.at)
    }

    /// An organ that may fix the end did so: it wins, and both are shown.
    fn determine<L: Log>(&self, run: &mut Run, scope: Scope<'_>, log: &mut L) {
        for n in 0..scope.horizon.min(self.ev.history.acts.len()) {
            let Some(act) = self.ev.history.get(n) else { continue };
            for clause in &self.ev.law.act(act.kind).determines {
                let (group, field) = clause.rule;
                if group != self.clock.group || !self.mine(n, scope) || scope.anchor.is_some_and(|a| n < a) {
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
                run.computed = run.computed.or_else(|| run.earliest.as_ref().map(|c| c.end));
                run.determined = Some((end, n));
                let counted = Counted { end, raw: end, provisional: false };
                run.earliest = Some(counted.clone());
                run.latest = Some(counted);
            }
        }
    }

    /// The first act that met or ended it.
    fn close<L: Log>(&self, run: &mut Run, after: Option<usize>, log: &mut L) {
        let scope = Scope { start: run.start, ..self.scope };
        let from = after.or(scope.anchor);
        let first = |triggers: &[Clause<Trigger>], meets: bool, log: &mut L| -> Option<usize> {
            for n in 0..scope.horizon.min(self.ev.history.acts.len()) {
                let Some(act) = self.ev.history.get(n) else { continue };
                if Some(n) == scope.anchor || Some(n) == after {
                    continue;
                }
                for clause in triggers {
                    let in_order = from.is_none_or(|f| n > f || self.same_time(n, f)) && after.is_none_or(|a| n > a);
                    if !clause.rule.acts.contains(&act.kind) || !in_order || !self.mine(n, scope) {
                        continue;
                    }
                    if meets && run.start.is_some_and(|s| act.happened.to < s.from) {
                        continue;
                    }
                    let inner = Scope { current: Some(n), ..scope };
                    let truth = clause.rule.condition.as_ref().map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
                    if truth == Truth::Yes {
                        return Some(n);
                    }
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
        run.state = state;
    }

    fn judge(&self, run: &mut Run, suspended: bool, scope: Scope<'_>) {
        let no_time = run.earliest.as_ref().is_some_and(|c| c.end == End::Instant(run.start.map_or(0, |s| s.from))) && self.every.is_none();
        let at_once = no_time && self.clock.duty;
        if no_time && !self.clock.duty {
            // A point in time: nothing is due.
            run.state = if run.start.is_some_and(|s| s.from <= self.ev.at) { State::Ended } else { State::Running };
            return;
        }
        if run.closed_by.is_none() && run.start.is_some_and(|s| s.from > self.ev.at) {
            run.state = State::NotStarted;
            return;
        }
        let Some(early) = run.earliest.clone() else {
            if run.closed_by.is_none() {
                run.state = State::Unknown;
            }
            return;
        };
        if let Some(act) = run.closed_by.and_then(|n| self.ev.history.get(n)) {
            let due_day = early.end.last_day(self.zone);
            let in_time = if at_once { act.happened.day <= due_day || act.happened.surely_by(early.end, self.zone) } else { act.happened.surely_by(early.end, self.zone) };
            let late = run.latest.as_ref().is_some_and(|l| !act.happened.maybe_by(l.end)) && !in_time;
            // Something that was not recorded may have met it before.
            let met_kinds: Vec<ActId> = self.clock.met.iter().chain(&self.clock.ended).flat_map(|c| c.rule.acts.iter().copied()).collect();
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
        let met_kinds: Vec<ActId> = self.clock.met.iter().flat_map(|c| c.rule.acts.iter().copied()).collect();
        let past = |end: End| self.ev.at >= end.ends_at(self.zone);
        let over = run.latest.as_ref().is_some_and(|l| past(l.end));
        let _ = scope;
        run.state = if at_once {
            State::DueAtOnce
        } else if suspended {
            State::Suspended
        } else if over {
            if self.ev.history.silent(&met_kinds).is_some() { State::Unknown } else { State::RanOut }
        } else if past(early.end) {
            State::Unknown
        } else {
            State::Running
        };
    }
}

impl Course {
    fn void(&mut self, act: usize, clause: Option<u32>, zone: &TimeZone) {
        let at = self.end.end.ends_at(zone);
        self.objections.push(Objection { act, clause, void: true });
        self.segments.push(Segment { kind: SegmentKind::Void, from: at, to: at, end: self.end.end, act: Some(act), clause: clause.unwrap_or(u32::MAX) });
    }
}

fn counted_in_days(end: &End) -> bool {
    matches!(end, End::Day(_))
}
