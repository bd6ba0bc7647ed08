//! Clocks: from when, how long, lengthened by what, until when at the earliest and at the latest.
//!
//! Where a fact is unknown the clock is carried out twice, once with everything unknown taken so that it ends early and once so that it
//! ends late. What is lengthened, moved or begun anew by a later fact only ever moves an end one way, so the two are the bounds.

mod course;
mod extension;
mod machine;
mod standstill;
mod start;
mod state;

use habeas_law::Truth;
use habeas_law::count::{Counted, Union};
use habeas_law::moment::{End, When, day_of};
use habeas_law::rules::{ClockGroup, ClockId, Version};

use machine::Machine;

use crate::evaluate::{Evaluator, Log, Scope, bounds};

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

/// A count that ran out, and was begun anew only later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overran {
    /// Its latest end.
    pub end: End,
    /// The act that began it anew.
    pub act: usize,
    /// From when it was counted anew.
    pub until: i64,
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
    /// Whether that act fulfilled it.
    pub fulfilled: bool,
    /// Base, extensions, standstills.
    pub segments: Vec<Segment>,
    /// Extensions that surely do not count or are questioned.
    pub objections: Vec<Objection>,
    /// The end as each act found it that touches the clock.
    pub found: Vec<(usize, When)>,
    /// Counts that had surely run out before the act that began the next one.
    pub overran: Vec<Overran>,
    /// Whether an extension counts.
    pub extended: bool,
    /// The stretches left out.
    pub still: Union,
    /// Whether it is certain that this clock runs at all.
    pub applies: Truth,
}

impl Run {
    /// One of which nothing is known yet.
    fn new(clock: ClockId, anchor: Option<usize>) -> Self {
        Self {
            clock,
            anchor,
            number: 1,
            start: None,
            earliest: None,
            latest: None,
            determined: None,
            computed: None,
            state: State::Unknown,
            closed_by: None,
            fulfilled: false,
            segments: Vec::new(),
            objections: Vec::new(),
            found: Vec::new(),
            overran: Vec::new(),
            extended: false,
            still: Union::default(),
            applies: Truth::Yes,
        }
    }
}

/// Series are followed so far.
const LONGEST_SERIES: u32 = 400;

/// The version of a rule that governs.
pub fn governs<L: Log>(ev: &Evaluator<'_>, version: &Version, s: Scope<'_>, log: &mut L) -> bool {
    if version.from.is_none() && version.until.is_none() && version.governs_by.is_none() {
        return true;
    }
    let day = match &version.governs_by {
        Some(by) => ev
            .value(by, s, log)
            .and_then(|v| crate::evaluate::as_day(&v)),
        None => s
            .anchor
            .and_then(|n| ev.history.get(n))
            .map(|act| act.happened.day),
    };
    let Some(day) = day.or_else(|| Some(day_of(ev.at, ev.zone(s.pack)))) else {
        return true;
    };
    version.from.is_none_or(|from| from <= day) && version.until.is_none_or(|until| day < until)
}

/// All clocks of one act.
pub fn runs<L: Log>(
    ev: &Evaluator<'_>,
    id: ClockId,
    anchor: Option<usize>,
    horizon: usize,
    depth: u8,
    log: &mut L,
) -> Vec<Run> {
    let clock = ev.law.clock(id);
    let scope = Scope {
        anchor_kinds: &clock.of,
        anchor,
        depth,
        ..Scope::of_facts(clock.pack, horizon)
    };
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
    let mut first = machine.run(start::of(&machine, log), None, log);
    first.applies = applies;
    let Some(repeat) = &clock.repeats else {
        return vec![first];
    };
    let mut all = vec![first];
    while let Some(last) = all.last()
        && last.number < LONGEST_SERIES
        && matches!(last.state, State::Met | State::MetLate)
        && let Some(met) = last.closed_by
    {
        let number = last.number + 1;
        let after = last.closed_by;
        let from_due = repeat
            .rule
            .from_due_where
            .as_ref()
            .map_or(Truth::No, |condition| {
                ev.truth(
                    condition,
                    Scope {
                        current: Some(met),
                        ..scope
                    },
                    log,
                )
            });
        let done = ev.history.get(met).map(|act| act.happened);
        let due = last
            .earliest
            .as_ref()
            .zip(last.latest.as_ref())
            .map(|(a, b)| bounds(a.end, b.end, ev.zone(clock.pack)));
        let start = match from_due {
            Truth::Yes => due,
            Truth::No => done,
            Truth::Unknown => due.zip(done).map(|(a, b)| {
                When::bounds(a.from.min(b.from), a.to.max(b.to), ev.zone(clock.pack))
            }),
        };
        machine.every = Some(repeat.rule.every);
        let Some(start) = start else { break };
        let mut next = machine.run(start::Start::At(start), after, log);
        next.number = number;
        next.applies = applies;
        all.push(next);
    }
    all
}

/// The end of the clock of a group that is meant from here: the earliest, and the latest unless that is open.
pub fn end_for<L: Log>(
    ev: &Evaluator<'_>,
    group: ClockGroup,
    s: Scope<'_>,
    log: &mut L,
) -> Option<(End, Option<End>)> {
    let mut found = None;
    for id in ev.law.versions_of_clock(group) {
        let clock = ev.law.clock(*id);
        let anchors: Vec<Option<usize>> = if clock.of.is_empty() {
            vec![None]
        } else {
            let here = s.current.or(s.anchor);
            let answered = here.and_then(|h| {
                if clock.of.contains(&ev.history.get(h)?.kind) {
                    Some(h)
                } else {
                    ev.history.answered(h, &clock.of)
                }
            });
            let latest = || ev.history.of_kinds(&clock.of, s.horizon).next_back();
            vec![answered.or_else(latest)]
        };
        for anchor in anchors {
            if !clock.of.is_empty() && anchor.is_none() {
                continue;
            }
            let horizon = s.horizon.max(anchor.map_or(0, |a| a + 1));
            for run in runs(ev, *id, anchor, horizon, s.depth, log) {
                if let Some(earliest) = &run.earliest {
                    found = Some((earliest.end, run.latest.as_ref().map(|latest| latest.end)));
                }
            }
        }
    }
    found
}
