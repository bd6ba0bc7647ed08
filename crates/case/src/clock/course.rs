//! A clock from its start to its end, with everything that touched it on the way.

use habeas_law::count::{Counted, Length, Union};
use habeas_law::expression::{Bound, Expression};
use habeas_law::moment::{End, Point};
use habeas_law::rules::{ActId, Clause, Restart, Trigger};
use habeas_law::{Truth, Value};
use jiff::tz::TimeZone;

use super::machine::{Machine, Way};
use super::{Objection, Segment, SegmentKind};
use crate::evaluate::{Log, Scope, as_moment, bounds};

/// The acts between which extensions are sought: the one that opened this clock of a series, and the one that closed it.
pub(super) type Between = (Option<usize>, Option<usize>);

/// How far the count has come.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) start: Point,
    pub(super) base: Length,
    pub(super) total: Length,
    pub(super) used: Vec<u32>,
    pub(super) restarts: u32,
    pub(super) fixed: Option<End>,
    pub(super) end: Counted,
    pub(super) segments: Vec<Segment>,
    pub(super) objections: Vec<Objection>,
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
}

impl Machine<'_> {
    /// The base length: the first line whose condition holds; where that is unknown, the one that ends first or last.
    pub(super) fn base<L: Log>(
        &self,
        start: Point,
        way: Way,
        scope: Scope<'_>,
        still: &Union,
        log: &mut L,
    ) -> Option<(Length, u32)> {
        if let Some(every) = self.every {
            return Some((every, self.clock.repeats.as_ref().map_or(0, |r| r.note.id)));
        }
        let held = self.held(scope, way);
        let mut best: Option<(Length, u32, i64)> = None;
        for line in &self.clock.lasts {
            let when = line
                .rule
                .when
                .as_ref()
                .map_or(Truth::Yes, |condition| self.ev.truth(condition, scope, log));
            if when == Truth::No {
                continue;
            }
            let length = match self.ev.value(&line.rule.value, scope, log) {
                Some(Value::Length(length)) => length,
                _ => return None,
            };
            let ends = self
                .counter
                .end(start, length, still, held)
                .end
                .ends_at(self.zone);
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

    pub(super) fn course<L: Log>(
        &self,
        start: Point,
        way: Way,
        scope: Scope<'_>,
        between: Between,
        log: &mut L,
    ) -> Option<Course> {
        let scope = Scope {
            bound: if way == Way::Early {
                Bound::Earliest
            } else {
                Bound::Latest
            },
            ..scope
        };
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
            open: false,
            unlimited: false,
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
        // What begins after the end, before a holiday moved it, does not touch it.
        let reached = |from: i64| from < course.end.raw.ends_at(self.zone);
        course.open |= course.unlimited || open.is_some_and(reached);
        self.suspended_segments(&mut course, &still);
        Some(course)
    }

    /// Extending and restarting acts that belong to this clock, in order.
    pub(super) fn events(&self, scope: Scope<'_>, (after, closed_by): Between) -> Vec<usize> {
        if self.clock.extensions.is_empty() && self.clock.restarts.is_empty() {
            return Vec::new();
        }
        let kinds: Vec<ActId> = self
            .clock
            .extensions
            .iter()
            .flat_map(|e| &e.rule.trigger.acts)
            .chain(
                self.clock
                    .restarts
                    .iter()
                    .flat_map(|r| &r.rule.trigger.acts),
            )
            .copied()
            .collect();
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

    pub(super) fn same_moment(&self, a: usize, b: usize) -> bool {
        matches!((self.ev.history.get(a), self.ev.history.get(b)), (Some(a), Some(b)) if a.happened == b.happened)
    }

    pub(super) fn follow<L: Log>(
        &self,
        mut course: Course,
        events: &[usize],
        way: Way,
        scope: Scope<'_>,
        still: &Union,
        log: &mut L,
    ) -> Course {
        for (n, event) in events.iter().enumerate() {
            let kind = self.ev.history.get(*event).map(|act| act.kind);
            if let Some(restart) = self
                .clock
                .restarts
                .iter()
                .find(|r| kind.is_some_and(|k| r.rule.trigger.acts.contains(&k)))
            {
                let truth = self.triggered(&restart.rule.trigger, *event, scope, &course, log);
                let allowed = restart
                    .rule
                    .at_most
                    .is_none_or(|most| course.restarts < most);
                if truth == Truth::No || !allowed {
                    if !allowed {
                        course.objections.push(Objection {
                            act: *event,
                            clause: Some(restart.note.id),
                            void: true,
                        });
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
                return if later == (way == Way::Late) {
                    with
                } else {
                    without
                };
            }
            self.extend(&mut course, *event, way, scope, still, log);
        }
        course
    }

    pub(super) fn triggered<L: Log>(
        &self,
        trigger: &Trigger,
        event: usize,
        scope: Scope<'_>,
        course: &Course,
        log: &mut L,
    ) -> Truth {
        match &trigger.condition {
            None => Truth::Yes,
            Some(condition) => self.ev.truth(condition, self.at(event, scope, course), log),
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

    #[expect(
        clippy::too_many_arguments,
        reason = "one step of a course: what is carried on, and how it is taken"
    )]
    pub(super) fn restart<L: Log>(
        &self,
        course: &mut Course,
        restart: &Clause<Restart>,
        event: usize,
        way: Way,
        scope: Scope<'_>,
        still: &Union,
        log: &mut L,
    ) {
        let Some(act) = self.ev.history.get(event) else {
            return;
        };
        let from = match &restart.rule.at {
            Some(at) => match self
                .ev
                .value(at, self.at(event, scope, course), log)
                .and_then(|v| as_moment(&v, self.zone))
            {
                Some(when) => when,
                None => act.happened,
            },
            None => act.happened,
        };
        course.start = if way == Way::Early {
            from.earliest()
        } else {
            from.latest(self.zone)
        };
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

    pub(super) fn cap<L: Log>(
        &self,
        course: &mut Course,
        way: Way,
        scope: Scope<'_>,
        still: &Union,
        log: &mut L,
    ) {
        for clause in &self.clock.never_past {
            let limit = match &clause.rule {
                Expression::Add(a, b) if matches!(**a, Expression::Start) => {
                    match self.ev.value(b, scope, log) {
                        Some(Value::Length(length)) => {
                            let first = scope.start.map(|s| {
                                if way == Way::Early {
                                    s.earliest()
                                } else {
                                    s.latest(self.zone)
                                }
                            });
                            first.map(|first| {
                                self.counter
                                    .end(first, length, still, self.held(scope, way))
                                    .end
                            })
                        }
                        _ => None,
                    }
                }
                other => self.ev.value(other, scope, log).and_then(|v| match v {
                    Value::Date(day) => Some(End::Day(day)),
                    Value::Moment(when) => Some(End::Instant(if way == Way::Early {
                        when.from
                    } else {
                        when.to
                    })),
                    _ => None,
                }),
            };
            if let Some(limit) = limit
                && (course.unlimited
                    || limit.ends_at(self.zone) < course.end.end.ends_at(self.zone))
            {
                course.unlimited = false;
                course.end = Counted {
                    end: limit,
                    raw: limit,
                    provisional: false,
                };
                let ceiling = limit.ends_at(self.zone);
                for segment in &mut course.segments {
                    segment.to = segment.to.min(ceiling);
                }
            }
        }
    }
}
