//! What is not counted: the stretches of a clock's standstills, and which of them it is in.

use habeas_law::count::{Length, Union};
use habeas_law::moment::{Point, When, day_of, shift, start_of};
use habeas_law::rules::{ActId, Standstill};
use habeas_law::{Truth, Value};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::machine::{Machine, Way};
use crate::evaluate::{Log, Need, Scope};

/// One stretch that is not counted, as elapsed time and as whole days.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stretch {
    from: i64,
    /// None: it goes on.
    to: Option<i64>,
    first_day: Date,
    last_day: Option<Date>,
}

/// All that a clock leaves out, taken one way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Still {
    stretches: Vec<Stretch>,
    elapsed: Union,
    days: Union,
    /// The record may have left out acts that begin a standstill.
    pub(super) unrecorded: bool,
}

impl Still {
    /// What a period of this length leaves out: elapsed time where it is counted by the hour, else whole days.
    pub(super) fn of(&self, length: Length) -> &Union {
        if length.is_hours() {
            &self.elapsed
        } else {
            &self.days
        }
    }

    /// Whether a stretch has no end.
    pub(super) fn is_open(&self) -> bool {
        self.unrecorded || self.stretches.iter().any(|s| s.to.is_none())
    }

    /// Whether a stretch without an end begins before a period of this length is over.
    pub(super) fn opens(&self, length: Length, over: i64, zone: &TimeZone) -> bool {
        let mut open = self.stretches.iter().filter(|s| s.to.is_none());
        open.any(|s| s.counts_from(length, zone) < over)
    }

    /// Whether the clock is in a stretch that began before a period of this length is over.
    pub(super) fn holds(&self, at: i64, length: Length, over: i64, zone: &TimeZone) -> bool {
        let goes_on = |s: &&Stretch| s.from <= at && s.to.is_none_or(|to| at < to);
        let mut now = self.stretches.iter().filter(goes_on);
        now.any(|s| s.counts_from(length, zone) < over)
    }
}

impl Stretch {
    fn counts_from(&self, length: Length, zone: &TimeZone) -> i64 {
        if length.is_hours() {
            self.from
        } else {
            start_of(self.first_day, zone)
        }
    }
}

impl Machine<'_> {
    /// What this clock leaves out. One that goes on is left out up to the instant asked.
    pub(super) fn still<L: Log>(&self, way: Way, scope: Scope<'_>, log: &mut L) -> Still {
        let mut still = Still::default();
        for clause in &self.clock.stands_still {
            let rule = &clause.rule;
            for n in self.ev.history.of_kinds(&rule.from.acts, scope.horizon) {
                if !self.leaves_out(n, rule, scope) {
                    continue;
                }
                let inner = Scope {
                    current: Some(n),
                    ..scope
                };
                let truth = rule
                    .from
                    .condition
                    .as_ref()
                    .map_or(Truth::Yes, |c| self.ev.truth(c, inner, log));
                if truth == Truth::Yes || (truth == Truth::Unknown && way == Way::Late) {
                    still
                        .stretches
                        .extend(self.stretch(n, rule, way, inner, log));
                }
            }
            still.unrecorded |= self.ev.history.silent(&rule.from.acts).is_some();
        }
        let at = self.ev.at;
        let elapsed = still.stretches.iter();
        still.elapsed = Union::new(elapsed.map(|s| (s.from, s.to.unwrap_or(at))).collect());
        let days = still.stretches.iter().filter_map(|s| {
            let so_far = || (s.from < at).then(|| day_of(at - 1, self.zone));
            let last = s.last_day.or_else(so_far)?;
            Some((
                start_of(s.first_day, self.zone),
                start_of(shift(last, 1), self.zone),
            ))
        });
        still.days = Union::new(days.collect());
        still
    }

    /// Whether a standstill that begins with this act is one of this clock: it begins after the clock, or it is a period that
    /// reaches into it. What lies between two acts of which the first came before is not.
    fn leaves_out(&self, n: usize, rule: &Standstill, scope: Scope<'_>) -> bool {
        let Some(anchor) = scope.anchor else {
            return true;
        };
        let history = self.ev.history;
        if let Some(answered) = history.answered(n, &self.clock.of)
            && answered != anchor
        {
            return false;
        }
        if n >= anchor || self.same_time(n, anchor) {
            return true;
        }
        let (Some(act), Some(start)) = (history.get(n), scope.start) else {
            return false;
        };
        rule.to.is_none() && act.until.is_none_or(|until| until.to > start.from)
    }

    fn stretch<L: Log>(
        &self,
        n: usize,
        rule: &Standstill,
        way: Way,
        inner: Scope<'_>,
        log: &mut L,
    ) -> Option<Stretch> {
        let act = self.ev.history.get(n)?;
        let day = |instant: i64| day_of(instant, self.zone);
        // As much as is certain, or as much as is possible.
        let begun = match way {
            Way::Early => act.happened.to,
            Way::Late => act.happened.from,
        };
        let ended = |when: When| match way {
            Way::Early => when.from,
            Way::Late => when.to,
        };
        let mut stretch = if let Some(to) = &rule.to {
            // Between two acts the days after the first are left out, up to and with the day of the second.
            let back = self.ended_by(n, &rule.from.acts, &to.acts, inner);
            Stretch {
                from: begun,
                to: back.map(ended),
                first_day: shift(day(begun), 1),
                last_day: back.map(|when| day(ended(when))),
            }
        } else {
            // Of a period every day that it touches is left out.
            let known = |when: When| when.from == when.to;
            if act
                .until
                .is_some_and(|until| known(until) && until.to <= act.happened.from)
            {
                return None;
            }
            let minute = |until: When| i64::from(!known(until) && way == Way::Late) * 60;
            Stretch {
                from: begun,
                to: act.until.map(|until| ended(until) + minute(until)),
                first_day: day(begun),
                last_day: act
                    .until
                    .map(|until| day(ended(until) - i64::from(known(until)))),
            }
        };
        if let Some(most) = &rule.at_most
            && let Some(Value::Length(length)) = self.ev.value(most, inner, log)
        {
            self.shorten(&mut stretch, length);
        }
        if stretch.to.is_none() && rule.to.is_none() {
            log.missing(Need::Attribute(act.kind, "until"));
        }
        Some(stretch)
    }

    /// The act that ends what `n` began: the first after it that does not answer another of its kind.
    fn ended_by(&self, n: usize, from: &[ActId], to: &[ActId], inner: Scope<'_>) -> Option<When> {
        let history = self.ev.history;
        let mut later = history.of_kinds(to, inner.horizon).filter(|m| *m > n);
        let back = later.find(|m| history.answered(*m, from).is_none_or(|begun| begun == n))?;
        history.get(back).map(|act| act.happened)
    }

    /// Not longer than a length allows.
    fn shorten(&self, stretch: &mut Stretch, most: Length) {
        let over = if most.is_hours() {
            stretch.from + most.seconds()
        } else {
            let begun = Point::new(stretch.from, self.zone);
            let end = self.counter.end(begun, most, &Union::default(), true).end;
            end.ends_at(self.zone)
        };
        let last = day_of(over - 1, self.zone);
        stretch.to = Some(stretch.to.map_or(over, |to| to.min(over)));
        stretch.last_day = Some(stretch.last_day.map_or(last, |known| known.min(last)));
    }
}
