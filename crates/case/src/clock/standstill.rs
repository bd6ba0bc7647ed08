//! What is not counted: standstills, as a union of their stretches.

use habeas_law::count::{Length, Union};
use habeas_law::expression::Expression;
use habeas_law::moment::{Point, day_of, shift, start_of};
use habeas_law::rules::Standstill;
use habeas_law::{Truth, Value};

use super::course::Course;
use super::machine::{Machine, Way};
use super::{Segment, SegmentKind};
use crate::evaluate::{Log, Scope};

impl Machine<'_> {
    /// The stretches left out, and from when on one of them is open.
    pub(super) fn standstill<L: Log>(
        &self,
        way: Way,
        scope: Scope<'_>,
        log: &mut L,
    ) -> (Union, Option<i64>) {
        let mut parts = Vec::new();
        let mut open: Option<i64> = None;
        for clause in &self.clock.stands_still {
            let rule: &Standstill = &clause.rule;
            for n in self.ev.history.of_kinds(&rule.from.acts, scope.horizon) {
                if scope.anchor.is_some_and(|a| n < a && !self.same_time(n, a))
                    && !self.reaches_in(n, scope)
                {
                    continue;
                }
                let Some(act) = self.ev.history.get(n) else {
                    continue;
                };
                let inner = Scope {
                    current: Some(n),
                    ..scope
                };
                let truth = rule
                    .from
                    .condition
                    .as_ref()
                    .map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
                if truth == Truth::No || (truth == Truth::Unknown && way == Way::Early) {
                    continue;
                }
                let from = if way == Way::Early {
                    act.happened.to
                } else {
                    act.happened.from
                };
                let from = if act.happened.precision == habeas_law::moment::Precision::Day {
                    act.happened.from
                } else {
                    from
                };
                // Between two acts, a day clock leaves out the days after the first up to and with the second: as it counts, so it leaves out.
                let whole_days = rule.to.is_some() && !self.in_hours();
                let next_day =
                    |instant: i64| start_of(shift(day_of(instant, self.zone), 1), self.zone);
                let from = if whole_days { next_day(from) } else { from };
                let to = match &rule.to {
                    None => act.until.map(|until| {
                        if until.from < until.to {
                            until.to + 60
                        } else {
                            until.to
                        }
                    }),
                    Some(to) => {
                        let later = |m: &usize| {
                            *m > n
                                && self
                                    .ev
                                    .history
                                    .get(*m)
                                    .is_some_and(|a| to.acts.contains(&a.kind))
                        };
                        let back = (n + 1..scope.horizon)
                            .find(later)
                            .and_then(|m| self.ev.history.get(m));
                        let ends = |a: &crate::act::Act| {
                            if way == Way::Early {
                                a.happened.from
                            } else {
                                a.happened.to
                            }
                        };
                        back.map(|a| {
                            if whole_days {
                                next_day(a.happened.from)
                            } else {
                                ends(a)
                            }
                        })
                    }
                };
                let ceiling = match &rule.at_most {
                    None => None,
                    Some(most) => match self.ev.value(most, inner, log) {
                        Some(Value::Length(length)) if length.is_hours() => {
                            Some(from + length.seconds())
                        }
                        Some(Value::Length(length)) => Some(
                            self.counter
                                .end(Point::new(from, self.zone), length, &Union::default(), true)
                                .end
                                .ends_at(self.zone),
                        ),
                        _ => None,
                    },
                };
                let to = match (to, ceiling) {
                    (Some(to), Some(ceiling)) => to.min(ceiling),
                    (Some(to), None) => to,
                    (None, Some(ceiling)) => ceiling,
                    (None, None) => {
                        if way == Way::Late {
                            open = Some(open.map_or(from, |known| known.min(from)));
                        }
                        if act.until.is_none() && rule.to.is_none() {
                            log.missing(crate::evaluate::Need::Attribute(act.kind, "until"));
                        }
                        self.ev.at.max(from)
                    }
                };
                parts.push((from, to));
            }
            if way == Way::Late && self.ev.history.silent(&rule.from.acts).is_some() {
                open = Some(i64::MIN);
            }
        }
        (Union::new(parts), open)
    }

    /// Whether this clock is counted by the hour.
    pub(super) fn in_hours(&self) -> bool {
        let literal = |e: &Expression| matches!(e, Expression::Literal(Value::Length(length)) if length.is_hours());
        self.every.is_some_and(Length::is_hours)
            || self
                .clock
                .lasts
                .iter()
                .any(|line| literal(&line.rule.value))
    }

    /// A standstill that began before the clock and reaches into it.
    pub(super) fn reaches_in(&self, act: usize, scope: Scope<'_>) -> bool {
        let (Some(act), Some(start)) = (self.ev.history.get(act), scope.start) else {
            return false;
        };
        act.until.is_some_and(|until| until.to > start.from)
    }

    /// From when the open standstill runs that covers the instant asked.
    pub(super) fn open_standstill<L: Log>(&self, scope: Scope<'_>, log: &mut L) -> Option<i64> {
        if self.clock.stands_still.is_empty() {
            return None;
        }
        let mark = log.mark();
        let (union, _) = self.standstill(Way::Early, scope, log);
        let (_, open) = self.standstill(Way::Late, scope, log);
        log.forget_missing(mark);
        open?;
        let covers = |(from, to): &&(i64, i64)| *from <= self.ev.at && *to >= self.ev.at;
        union.parts().iter().find(covers).map(|(from, _)| *from)
    }

    pub(super) fn suspended_segments(&self, course: &mut Course, still: &Union) {
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
}
