//! A clock from its start to its end, with everything that touched it on the way.

use habeas_law::count::{Counted, Length};
use habeas_law::expression::{Bound, Expression};
use habeas_law::moment::{End, Point, When};
use habeas_law::rules::{ActId, Clause, Restart, Trigger};
use habeas_law::{Truth, Value};
use jiff::tz::TimeZone;

use super::extension::Use;
use super::machine::{Machine, Way};
use super::standstill::Still;
use super::{Objection, Segment, SegmentKind};
use crate::evaluate::{Log, Scope, as_moment, bounds};

/// One way through a clock: what is unknown taken early or late.
#[derive(Clone, Copy)]
pub(super) struct Pass<'s> {
    pub(super) way: Way,
    pub(super) scope: Scope<'s>,
    pub(super) start: Point,
    pub(super) still: &'s Still,
    /// A custody clock, whose last day nothing moves.
    pub(super) held: bool,
}

impl<'s> Pass<'s> {
    pub(super) fn new(
        machine: &Machine<'_>,
        way: Way,
        scope: Scope<'s>,
        when: When,
        still: &'s Still,
    ) -> Self {
        let (bound, start) = match way {
            Way::Early => (Bound::Earliest, when.earliest()),
            Way::Late => (Bound::Latest, when.latest(machine.zone)),
        };
        let scope = Scope { bound, ..scope };
        let held = machine.held(scope, way);
        Self {
            way,
            scope,
            start,
            still,
            held,
        }
    }

    /// A moment taken this way.
    fn point(&self, when: When, zone: &TimeZone) -> Point {
        match self.way {
            Way::Early => when.earliest(),
            Way::Late => when.latest(zone),
        }
    }
}

/// How far the count has come.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) start: Point,
    pub(super) base: Length,
    pub(super) total: Length,
    pub(super) used: Vec<Use>,
    pub(super) restarts: u32,
    /// The end is one that an act named: what lengthens it goes on from there.
    pub(super) fixed: bool,
    pub(super) end: Counted,
    pub(super) segments: Vec<Segment>,
    pub(super) objections: Vec<Objection>,
    /// The end as each act found it that touches the clock; none: it might be anywhere.
    pub(super) found: Vec<(usize, Option<End>)>,
    pub(super) extended: bool,
    /// A standstill that is open, or an act that the record may have left out: no end can be told.
    pub(super) open: bool,
    /// An extension does not say how far it goes, and nothing yet says how far it may go.
    pub(super) unlimited: bool,
    pub(super) closed_to_extensions: bool,
}

impl Course {
    pub(super) fn void(&mut self, act: usize, clause: Option<u32>, zone: &TimeZone) {
        let at = self.end.end.ends_at(zone);
        self.objections.push(Objection {
            act,
            clause,
            void: true,
        });
        self.segments.push(Segment {
            kind: SegmentKind::Void,
            from: at,
            to: at,
            end: self.end.end,
            act: Some(act),
            clause: clause.unwrap_or(u32::MAX),
        });
    }

    /// Whether the clock stands still at this instant.
    pub(super) fn stands(&self, still: &Still, at: i64, zone: &TimeZone) -> bool {
        still.holds(at, self.base, self.end.raw.ends_at(zone), zone)
    }
}

impl Machine<'_> {
    /// The base length: the first line whose condition holds; where that is unknown, the one that ends first or last.
    fn base<L: Log>(&self, pass: Pass<'_>, log: &mut L) -> Option<(Length, u32)> {
        if let Some(every) = self.every {
            return Some((every, self.clock.repeats.as_ref().map_or(0, |r| r.note.id)));
        }
        let mut best: Option<(Length, u32, i64)> = None;
        for line in &self.clock.lasts {
            let when = line.rule.when.as_ref();
            let when = when.map_or(Truth::Yes, |c| self.ev.truth(c, pass.scope, log));
            if when == Truth::No {
                continue;
            }
            let length = match self.ev.value(&line.rule.value, pass.scope, log) {
                Some(Value::Length(length)) => length,
                _ => return None,
            };
            let end = self.count(pass, pass.start, length).end;
            let ends = end.ends_at(self.zone);
            let better = best.as_ref().is_none_or(|(_, _, known)| match pass.way {
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

    pub(super) fn count(&self, pass: Pass<'_>, start: Point, length: Length) -> Counted {
        let still = pass.still.of(length);
        self.counter.end(start, length, still, pass.held)
    }

    pub(super) fn course<L: Log>(
        &self,
        pass: Pass<'_>,
        events: &[usize],
        log: &mut L,
    ) -> Option<Course> {
        let (base, clause) = self.base(pass, log)?;
        let end = self.count(pass, pass.start, base);
        let mut course = Course {
            start: pass.start,
            base,
            total: base,
            used: vec![Use::default(); self.clock.extensions.len()],
            restarts: 0,
            fixed: false,
            end,
            segments: Vec::new(),
            objections: Vec::new(),
            found: Vec::new(),
            extended: false,
            open: false,
            unlimited: false,
            closed_to_extensions: false,
        };
        course.segments.push(Segment {
            kind: SegmentKind::Base,
            from: pass.start.instant,
            to: course.end.end.ends_at(self.zone),
            end: course.end.end,
            act: None,
            clause,
        });
        for rule in &self.clock.not_extended {
            let truth = self.ev.truth(&rule.rule, pass.scope, log);
            if truth == Truth::Yes || (truth == Truth::Unknown && pass.way == Way::Early) {
                course.closed_to_extensions = true;
            }
        }
        let course = self.follow(course, events, pass, log);
        let mut course = self.unrecorded(course, pass, log);
        // What begins after the end, before a holiday moved it, does not touch it.
        let over = course.end.raw.ends_at(self.zone);
        course.open |= pass.way == Way::Late
            && (course.unlimited
                || pass.still.unrecorded
                || pass.still.opens(course.base, over, self.zone));
        self.cap(&mut course, pass, log)?;
        self.suspended_segments(&mut course, pass.still);
        Some(course)
    }

    /// Extending and restarting acts that belong to this clock, in order: after the act that opened this one of a series, and not after
    /// the one that closed it.
    pub(super) fn events(
        &self,
        scope: Scope<'_>,
        after: Option<usize>,
        closed_by: Option<usize>,
    ) -> Vec<usize> {
        if self.clock.extensions.is_empty() && self.clock.restarts.is_empty() {
            return Vec::new();
        }
        let extending = self.clock.extensions.iter().map(|e| &e.rule.trigger.acts);
        let restarting = self.clock.restarts.iter().map(|r| &r.rule.trigger.acts);
        let kinds: Vec<ActId> = extending.chain(restarting).flatten().copied().collect();
        let from = after.or(scope.anchor);
        self.ev
            .history
            .of_kinds(&kinds, scope.horizon)
            .filter(|n| {
                closed_by.is_none_or(|closing| *n <= closing || self.same_moment(*n, closing))
            })
            .filter(|n| {
                Some(*n) != scope.anchor
                    && self.mine(*n, scope)
                    && from.is_none_or(|f| *n >= f || self.same_time(*n, f))
            })
            .collect()
    }

    fn same_moment(&self, a: usize, b: usize) -> bool {
        matches!((self.ev.history.get(a), self.ev.history.get(b)), (Some(a), Some(b)) if a.happened == b.happened)
    }

    fn follow<L: Log>(
        &self,
        mut course: Course,
        events: &[usize],
        pass: Pass<'_>,
        log: &mut L,
    ) -> Course {
        for (n, event) in events.iter().enumerate() {
            let end = (!course.unlimited).then_some(course.end.end);
            course.found.push((*event, end));
            let kind = self.ev.history.get(*event).map(|act| act.kind);
            let mut restarts = self.clock.restarts.iter();
            let restart = restarts.find(|r| kind.is_some_and(|k| r.rule.trigger.acts.contains(&k)));
            let Some(restart) = restart else {
                self.extend(&mut course, *event, pass, log);
                continue;
            };
            let truth = self.triggered(&restart.rule.trigger, *event, pass, &course, log);
            let allowed = restart
                .rule
                .at_most
                .is_none_or(|most| course.restarts < most);
            if !allowed {
                course.objections.push(Objection {
                    act: *event,
                    clause: Some(restart.note.id),
                    void: true,
                });
            }
            if truth == Truth::No || !allowed {
                continue;
            }
            let mut again = course.clone();
            self.restart(&mut again, restart, *event, pass, log);
            if truth == Truth::Yes {
                course = again;
                continue;
            }
            let rest = events.get(n + 1..).unwrap_or_default();
            let with = self.follow(again, rest, pass, log);
            let without = self.follow(course, rest, pass, log);
            let later = with.end.end.ends_at(self.zone) > without.end.end.ends_at(self.zone);
            return if later == (pass.way == Way::Late) {
                with
            } else {
                without
            };
        }
        course
    }

    fn triggered<L: Log>(
        &self,
        trigger: &Trigger,
        event: usize,
        pass: Pass<'_>,
        course: &Course,
        log: &mut L,
    ) -> Truth {
        match &trigger.condition {
            None => Truth::Yes,
            Some(condition) => {
                let scope = self.at(event, pass.scope, course);
                self.ev.truth(condition, scope, log)
            }
        }
    }

    /// The scope of an act that touches this clock: its fields, and the end as it stands.
    pub(super) fn at<'s>(&self, event: usize, scope: Scope<'s>, course: &Course) -> Scope<'s> {
        Scope {
            current: Some(event),
            end: Some(bounds(course.end.end, course.end.end, self.zone)),
            ..scope
        }
    }

    fn restart<L: Log>(
        &self,
        course: &mut Course,
        restart: &Clause<Restart>,
        event: usize,
        pass: Pass<'_>,
        log: &mut L,
    ) {
        let Some(act) = self.ev.history.get(event) else {
            return;
        };
        let scope = self.at(event, pass.scope, course);
        let said = restart.rule.at.as_ref();
        let said = said.and_then(|at| self.ev.value(at, scope, log));
        let from = said.and_then(|value| as_moment(&value, self.zone));
        course.start = pass.point(from.unwrap_or(act.happened), self.zone);
        course.restarts += 1;
        course.total = course.base;
        course.fixed = false;
        course.closed_to_extensions |= !restart.rule.with_extensions;
        course.used = vec![Use::default(); self.clock.extensions.len()];
        course.end = self.count(pass, course.start, course.base);
        course.segments.push(Segment {
            kind: SegmentKind::Recounted,
            from: course.start.instant,
            to: course.end.end.ends_at(self.zone),
            end: course.end.end,
            act: Some(event),
            clause: restart.note.id,
        });
    }

    /// A ceiling over everything: neither an extension nor a standstill moves it. None: it may be anywhere.
    fn cap<L: Log>(&self, course: &mut Course, pass: Pass<'_>, log: &mut L) -> Option<()> {
        for clause in &self.clock.never_past {
            let mark = log.missing_count();
            let Some(limit) = self.ceiling(&clause.rule, pass, log) else {
                if pass.way == Way::Early && log.missing_count() > mark {
                    return None;
                }
                continue;
            };
            let ceiling = limit.ends_at(self.zone);
            if course.open || ceiling < course.end.end.ends_at(self.zone) {
                course.open = false;
                course.end = limit.into();
                for segment in &mut course.segments {
                    segment.to = segment.to.min(ceiling);
                }
            }
        }
        Some(())
    }

    fn ceiling<L: Log>(&self, rule: &Expression, pass: Pass<'_>, log: &mut L) -> Option<End> {
        if let Expression::Add(start, length) = rule
            && **start == Expression::Start
        {
            let Some(Value::Length(length)) = self.ev.value(length, pass.scope, log) else {
                return None;
            };
            let first = pass.point(pass.scope.start?, self.zone);
            let nothing = habeas_law::count::Union::default();
            return Some(self.counter.end(first, length, &nothing, pass.held).end);
        }
        match self.ev.value(rule, pass.scope, log)? {
            Value::Date(day) => Some(End::Day(day)),
            Value::Moment(when) => Some(End::Instant(pass.point(when, self.zone).instant)),
            _ => None,
        }
    }

    /// The stretches that are left out, as parts of the bar.
    fn suspended_segments(&self, course: &mut Course, still: &Still) {
        let end = course.end.end.ends_at(self.zone);
        for (from, to) in still.of(course.base).parts() {
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
}
