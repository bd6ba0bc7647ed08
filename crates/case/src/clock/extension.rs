//! What lengthens a clock: who extended it, whether that counts, and how far it goes.

use habeas_law::count::{Counted, Length, Union};
use habeas_law::expression::Expression;
use habeas_law::moment::{End, Point, start_of};
use habeas_law::rules::{Extension, Otherwise};
use habeas_law::{Truth, Value};

use super::course::Course;
use super::machine::{Machine, Way};
use super::{Objection, Segment, SegmentKind};
use crate::evaluate::{Log, Scope, bounds};

impl Machine<'_> {
    pub(super) fn extend<L: Log>(
        &self,
        course: &mut Course,
        event: usize,
        way: Way,
        scope: Scope<'_>,
        still: &Union,
        log: &mut L,
    ) {
        let Some(act) = self.ev.history.get(event) else {
            return;
        };
        let in_time = match way {
            Way::Early => act.happened.surely_by(course.end.end, self.zone),
            Way::Late => act.happened.maybe_by(course.end.end),
        };
        if !in_time || course.closed_to_extensions {
            course.void(event, None, self.zone);
            return;
        }
        // What an organ that has no power to it extends is not extended.
        let by = self
            .ev
            .law
            .act(act.kind)
            .by
            .iter()
            .filter(|c| !c.rule.competences.is_empty());
        if let Some(first) = by.clone().next()
            && by
                .clone()
                .all(|c| crate::find::competent(self.ev, event, &c.rule) == Truth::No)
        {
            course.void(event, Some(first.note.id), self.zone);
            return;
        }
        let inner = self.at(event, scope, course);
        let mut best: Option<(Counted, usize, Length, Option<End>)> = None;
        let mut matched = false;
        let mut refused = None;
        for need in self
            .clock
            .extension_needs
            .iter()
            .filter(|need| need.note.otherwise == Otherwise::Void)
        {
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
            let truth = rule
                .trigger
                .condition
                .as_ref()
                .map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
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
                let further = best.as_ref().is_none_or(|(known, ..)| {
                    end.end.ends_at(self.zone) > known.end.ends_at(self.zone)
                });
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
        let Some((end, n, total, fixed)) = best else {
            course.unlimited |= way == Way::Late;
            return;
        };
        for need in &self.clock.extension_needs {
            let truth = self.ev.truth(&need.rule, inner, log);
            let void = need.note.otherwise == Otherwise::Void;
            match truth {
                Truth::Yes => {}
                Truth::No => {
                    course.objections.push(Objection {
                        act: event,
                        clause: Some(need.note.id),
                        void,
                    });
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
        course.segments.push(Segment {
            kind: SegmentKind::Extended,
            from,
            to,
            end: course.end.end,
            act: Some(event),
            clause,
        });
    }

    pub(super) fn step_before_used(&self, n: usize, course: &Course) -> bool {
        n.checked_sub(1)
            .and_then(|m| course.used.get(m))
            .is_some_and(|count| *count > 0)
    }

    /// How far an extension goes: the end, the total length, and the end that the act fixed.
    pub(super) fn reach<L: Log>(
        &self,
        course: &Course,
        rule: &Extension,
        inner: Scope<'_>,
        way: Way,
        still: &Union,
        log: &mut L,
    ) -> Option<(Counted, Length, Option<End>)> {
        let held = self.held(inner, way);
        let length = |e: &Option<Expression>, log: &mut L| match e
            .as_ref()
            .map(|e| self.ev.value(e, inner, log))
        {
            None => Ok(None),
            Some(Some(Value::Length(length))) => Ok(Some(length)),
            Some(_) => Err(()),
        };
        let reach = &rule.reach;
        let (by, by_most) = (
            length(&reach.by, log).ok()?,
            length(&reach.by_at_most, log).ok()?,
        );
        let (to, to_most) = (
            length(&reach.to, log).ok()?,
            length(&reach.to_at_most, log).ok()?,
        );
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
                End::Day(day) => Point {
                    instant: start_of(day, self.zone),
                    day,
                },
                End::Instant(instant) => Point::new(instant, self.zone),
            };
            self.counter
                .end(point, by.or(by_most).unwrap_or_default(), still, held)
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
                Value::Moment(when) if counted_in_days(&counted.end) && limited => {
                    Some(End::Day(when.day))
                }
                Value::Moment(when) => Some(if when.from == when.to {
                    End::Instant(when.from)
                } else {
                    End::Day(when.day)
                }),
                _ => None,
            },
            // The act does not say how long: nothing is certain, and the ceiling is possible.
            Some(None) if way == Way::Early => return None,
            Some(None) if !limited => return None,
            Some(None) => None,
        };
        let Some(fixed) = fixed else {
            return Some((self.not_before(counted, course), total, None));
        };
        let mut end = Counted {
            end: fixed,
            raw: fixed,
            provisional: false,
        };
        if limited && counted.end.ends_at(self.zone) < fixed.ends_at(self.zone) {
            end = counted;
        }
        Some((self.not_before(end.clone(), course), total, Some(end.end)))
    }

    /// An extension never shortens.
    pub(super) fn not_before(&self, counted: Counted, course: &Course) -> Counted {
        if counted.end.ends_at(self.zone) < course.end.end.ends_at(self.zone) {
            course.end.clone()
        } else {
            counted
        }
    }

    pub(super) fn until_field<L: Log>(
        &self,
        inner: Scope<'_>,
        log: &mut L,
    ) -> Option<Option<Value>> {
        let act = self.ev.history.get(inner.current?)?;
        if let Some(until) = act.until {
            return Some(Some(Value::Moment(until)));
        }
        let field = self.ev.law.field("until")?;
        if !self
            .ev
            .law
            .act(act.kind)
            .fields
            .iter()
            .any(|f| f.id == field)
        {
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
    pub(super) fn unrecorded<L: Log>(
        &self,
        mut course: Course,
        way: Way,
        scope: Scope<'_>,
        still: &Union,
        log: &mut L,
    ) -> Course {
        if course.closed_to_extensions {
            return course;
        }
        let silent_restart = self
            .clock
            .restarts
            .iter()
            .any(|r| self.ev.history.silent(&r.rule.trigger.acts).is_some());
        for clause in &self.clock.extensions {
            let Some(kind) = self.ev.history.silent(&clause.rule.trigger.acts) else {
                continue;
            };
            log.missing(crate::evaluate::Need::Act(kind));
            if way == Way::Early {
                continue;
            }
            let inner = Scope {
                end: Some(bounds(course.end.end, course.end.end, self.zone)),
                ..scope
            };
            let mut quiet = crate::evaluate::Silent::default();
            if let Some((end, total, _)) =
                self.reach(&course, &clause.rule, inner, way, still, &mut quiet)
            {
                course.end = end;
                course.total = total;
            }
        }
        if way == Way::Late && silent_restart {
            course.open = true;
        }
        course
    }
}

fn counted_in_days(end: &End) -> bool {
    matches!(end, End::Day(_))
}
