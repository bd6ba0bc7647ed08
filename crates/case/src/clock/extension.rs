//! What lengthens a clock: who extended it, whether that counts, and how far it goes.

use habeas_law::count::{Counted, Length};
use habeas_law::expression::Expression;
use habeas_law::moment::End;
use habeas_law::rules::{Competence, Extension, Otherwise};
use habeas_law::{Truth, Value};
use jiff::tz::TimeZone;

use super::course::{Course, Pass};
use super::machine::{Machine, Way};
use super::{Objection, Segment, SegmentKind};
use crate::act::By;
use crate::evaluate::{Log, Need, Scope, bounds};

/// How far an extension goes.
struct Reached {
    end: Counted,
    /// The length of the whole.
    total: Length,
    /// The act named the end.
    fixed: bool,
}

/// How often a clause has been used.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Use {
    surely: u32,
    possibly: u32,
}

impl Use {
    /// Whether it has been used so often.
    fn reaches(self, times: u32) -> Truth {
        match self {
            Self { surely, .. } if surely >= times => Truth::Yes,
            Self { possibly, .. } if possibly >= times => Truth::Unknown,
            _ => Truth::No,
        }
    }
}

/// A clause under which an act may extend a clock.
struct Candidate {
    clause: usize,
    /// None: the act does not say how far.
    reached: Option<Reached>,
}

/// The clauses that may be meant, in their order; the last one, where it is sure, closes the list.
struct Candidates {
    found: Vec<Candidate>,
    sure: bool,
    /// The first clause that would have been meant, and does not hold.
    refused: Option<u32>,
}

impl Machine<'_> {
    /// Lengthens the clock by an act, or voids the act.
    pub(super) fn extend<L: Log>(
        &self,
        course: &mut Course,
        event: usize,
        pass: Pass<'_>,
        log: &mut L,
    ) {
        let inner = self.at(event, pass.scope, course);
        let counts = match self.admitted(course, event, inner, log) {
            Ok(counts) => counts,
            Err(clause) => return course.void(event, clause, self.zone),
        };
        let candidates = self.candidates(course, event, inner, pass, log);
        if candidates.found.is_empty() {
            return course.void(event, candidates.refused, self.zone);
        }
        for need in &self.clock.extension_needs {
            if self.ev.truth(&need.rule, inner, log) == Truth::No {
                course.objections.push(Objection {
                    act: event,
                    clause: Some(need.note.id),
                    void: false,
                });
            }
        }
        let sure = candidates.sure && counts == Truth::Yes;
        let only = candidates.found.len() == 1;
        for candidate in &candidates.found {
            if let Some(used) = course.used.get_mut(candidate.clause) {
                used.possibly += 1;
                used.surely += u32::from(sure && only);
            }
        }
        if pass.way == Way::Early && !sure {
            return;
        }
        let nowhere = |candidate: &Candidate| candidate.reached.is_none();
        if candidates.found.iter().any(nowhere) {
            // Nothing is certain of what does not say how far it goes, and everything is possible.
            match pass.way {
                Way::Early => return,
                Way::Late => course.unlimited = true,
            }
        }
        let reached = candidates
            .found
            .into_iter()
            .filter_map(|c| Some((c.clause, c.reached?)));
        let over = |(_, reached): &(usize, Reached)| reached.end.end.ends_at(self.zone);
        let chosen = match pass.way {
            Way::Early => reached.min_by_key(over),
            Way::Late => reached.rev().max_by_key(over),
        };
        let Some((clause, reached)) = chosen else {
            return;
        };
        let from = course.end.end.ends_at(self.zone);
        course.total = reached.total;
        course.fixed = reached.fixed;
        course.extended = true;
        course.end = reached.end;
        course.segments.push(Segment {
            kind: SegmentKind::Extended,
            from,
            to: course.end.end.ends_at(self.zone),
            end: course.end.end,
            act: Some(event),
            clause: self.clock.extensions.get(clause).map_or(0, |c| c.note.id),
        });
    }

    /// Whether an act that extends counts: in time, by an organ with the power, with what every extension needs. The clause that voids
    /// it, if any does; none: it came too late.
    fn admitted<L: Log>(
        &self,
        course: &Course,
        event: usize,
        inner: Scope<'_>,
        log: &mut L,
    ) -> Result<Truth, Option<u32>> {
        let act = self.ev.history.get(event).ok_or(None)?;
        let mut counts = match act.happened {
            when if when.surely_by(course.end.end, self.zone) => Truth::Yes,
            when if when.maybe_by(course.end.end) => Truth::Unknown,
            _ => Truth::No,
        };
        if counts == Truth::No || course.closed_to_extensions {
            return Err(None);
        }
        let by = self.ev.law.act(act.kind).by.iter();
        let by = by.filter(|c| !c.rule.competences.is_empty());
        let competent = by.clone().fold(Truth::No, |found, c| {
            found.or(crate::find::competent(self.ev, event, &c.rule))
        });
        if let Some(first) = by.clone().next() {
            if competent == Truth::No {
                return Err(Some(first.note.id));
            }
            if competent == Truth::Unknown {
                let competences = by.flat_map(|c| &c.rule.competences);
                let unsaid = unsaid(&act.by, competences);
                log.missing(Need::Attribute(act.kind, unsaid));
            }
            counts = counts.and(competent);
        }
        let needs = self.clock.extension_needs.iter();
        for need in needs.filter(|need| need.note.otherwise == Otherwise::Void) {
            let truth = self.ev.truth(&need.rule, inner, log);
            if truth == Truth::No {
                return Err(Some(need.note.id));
            }
            counts = counts.and(truth);
        }
        Ok(counts)
    }

    fn candidates<L: Log>(
        &self,
        course: &Course,
        event: usize,
        inner: Scope<'_>,
        pass: Pass<'_>,
        log: &mut L,
    ) -> Candidates {
        let mut candidates = Candidates {
            found: Vec::new(),
            sure: false,
            refused: None,
        };
        let kind = self.ev.history.get(event).map(|act| act.kind);
        for (n, clause) in self.clock.extensions.iter().enumerate() {
            let rule = &clause.rule;
            if !kind.is_some_and(|kind| rule.trigger.acts.contains(&kind)) {
                continue;
            }
            let used = course.used.get(n).copied().unwrap_or_default();
            let before = n.checked_sub(1).and_then(|m| course.used.get(m));
            let spent = rule.at_most.map_or(Truth::No, |most| used.reaches(most));
            let earned = before.map_or(Truth::No, |before| before.reaches(1));
            let mut truth = spent.not();
            if rule.then {
                truth = truth.and(earned);
            }
            if truth == Truth::No {
                candidates.refused = Some(clause.note.id);
                continue;
            }
            if let Some(condition) = &rule.trigger.condition {
                truth = truth.and(self.ev.truth(condition, inner, log));
            }
            if truth == Truth::No {
                candidates.refused.get_or_insert(clause.note.id);
                continue;
            }
            candidates.found.push(Candidate {
                clause: n,
                reached: self.reach(course, rule, inner, pass, log),
            });
            if truth == Truth::Yes {
                candidates.sure = true;
                break;
            }
        }
        candidates
    }

    fn reach<L: Log>(
        &self,
        course: &Course,
        rule: &Extension,
        inner: Scope<'_>,
        pass: Pass<'_>,
        log: &mut L,
    ) -> Option<Reached> {
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
        let (by, to) = (by.or(by_most), to.or(to_most));
        let total = match (by, to) {
            (Some(by), _) => course.total.plus(by),
            (None, Some(to)) => to,
            (None, None) => course.total,
        };
        // An end that an act named is no length from the start: what follows on it goes on from there.
        let goes_on = !self.clock.from_start || course.fixed;
        let counted = match by.filter(|_| goes_on) {
            Some(by) => {
                let still = pass.still.of(by);
                self.counter.onward(course.end.end, by, still, pass.held)
            }
            None => self.count(pass, course.start, total),
        };
        let limited = by.or(to).is_some();
        let until = match &reach.until {
            Some(until) => Some(self.ev.value(until, inner, log)),
            None if at_most => self.until_field(inner, log),
            None => None,
        };
        let named = match until {
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
            Some(None) if pass.way == Way::Early => return None,
            Some(None) if !limited => return None,
            Some(None) => None,
        };
        let end = match named {
            Some(named) if !limited || !earlier(counted.end, named, self.zone) => named.into(),
            _ => counted,
        };
        Some(Reached {
            end: self.not_before(end, course),
            total,
            fixed: named.is_some() || (course.fixed && by.is_some()),
        })
    }

    /// An extension never shortens.
    fn not_before(&self, counted: Counted, course: &Course) -> Counted {
        if counted.end.ends_at(self.zone) < course.end.end.ends_at(self.zone) {
            course.end.clone()
        } else {
            counted
        }
    }

    fn until_field<L: Log>(&self, inner: Scope<'_>, log: &mut L) -> Option<Option<Value>> {
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
                log.missing(Need::Field(act.kind, field));
                Some(None)
            }
        }
    }

    /// Extensions that the record may have left out: taken in full where everything late is taken.
    pub(super) fn unrecorded<L: Log>(
        &self,
        mut course: Course,
        pass: Pass<'_>,
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
            log.missing(Need::Act(kind));
            if pass.way == Way::Early {
                continue;
            }
            let inner = Scope {
                end: Some(bounds(course.end.end, course.end.end, self.zone)),
                ..pass.scope
            };
            let mut quiet = crate::evaluate::Silent::default();
            if let Some(reached) = self.reach(&course, &clause.rule, inner, pass, &mut quiet) {
                course.end = reached.end;
                course.total = reached.total;
            }
        }
        if pass.way == Way::Late && silent_restart {
            course.open = true;
        }
        course
    }
}

/// What an actor does not say of itself that one of these competences asks for.
fn unsaid<'c>(by: &By, competences: impl Iterator<Item = &'c Competence>) -> &'static str {
    let Some(organ) = by.organ else {
        return "organ";
    };
    let mut asked = competences.filter(|c| c.organ.is_none_or(|asked| asked == organ));
    if by.rank.is_none() && asked.any(|c| c.rank.is_some()) {
        "rank"
    } else {
        "level"
    }
}

/// Whether `a` ends before `b`.
fn earlier(a: End, b: End, zone: &TimeZone) -> bool {
    a.ends_at(zone) < b.ends_at(zone)
}

fn counted_in_days(end: &End) -> bool {
    matches!(end, End::Day(_))
}
