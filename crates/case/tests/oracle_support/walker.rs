//! The slow walker: hours hour by hour, days day by day, months by counting first days of months.
//!
//! It is written from `docs/reference/pack-format.md`, sections 3 (convention) and 5, and not from the engine.

use super::civil::{Day, Days, HOUR, Kinds, MINUTE, Zone, civil};

/// A length, unit by unit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Len {
    pub years: i64,
    pub months: i64,
    pub days: i64,
    pub working: i64,
    pub hours: i64,
    pub minutes: i64,
}

impl Len {
    pub fn plus(self, other: Self) -> Self {
        Self {
            years: self.years + other.years,
            months: self.months + other.months,
            days: self.days + other.days,
            working: self.working + other.working,
            hours: self.hours + other.hours,
            minutes: self.minutes + other.minutes,
        }
    }

    pub fn hours(n: i64) -> Self {
        Self {
            hours: n,
            ..Self::default()
        }
    }

    pub fn days(n: i64) -> Self {
        Self {
            days: n,
            ..Self::default()
        }
    }

    pub fn working(n: i64) -> Self {
        Self {
            working: n,
            ..Self::default()
        }
    }

    pub fn months(n: i64) -> Self {
        Self {
            months: n,
            ..Self::default()
        }
    }

    pub fn years(n: i64) -> Self {
        Self {
            years: n,
            ..Self::default()
        }
    }

    pub fn seconds(self) -> i64 {
        self.hours * HOUR + self.minutes * MINUTE
    }

    pub fn on_the_calendar(self) -> bool {
        self.years + self.months + self.days + self.working > 0
    }
}

/// How hours are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hours {
    FromNextWholeHour,
    Elapsed,
    Skipping(Kinds),
}

/// How months or years are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Months {
    /// The day of the event is day one.
    pub first_in: bool,
    /// `a last day stays a last day`
    pub last_stays: bool,
    /// `no such day: day before the last day`
    pub day_before_last: bool,
}

/// What becomes of the last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Last {
    /// A step of so many days; 0: it stays.
    pub step: i64,
    pub unless_held: bool,
    /// Days that are passed over; none given: days on which nobody works.
    pub past: Option<Kinds>,
}

/// A convention.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    pub hours: Hours,
    pub days_in: bool,
    pub working_in: bool,
    pub months: Months,
    pub years: Months,
    pub last: Last,
}

/// Where a count ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Instant(i64),
    /// The last day.
    Day(Day),
}

/// An end, before and after the last day was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walked {
    pub end: End,
    pub raw: End,
    pub provisional: bool,
}

/// Stretches of time as they were given: in any order, overlapping, doubled.
pub type Stretches = [(i64, i64)];

#[derive(Clone, Copy, Debug)]
pub struct Walker<'a> {
    pub rules: Rules,
    pub zone: Zone,
    pub days: &'a Days,
}

impl Walker<'_> {
    /// The instant at which a period is over.
    pub fn over(&self, end: End) -> i64 {
        match end {
            End::Instant(instant) => instant,
            End::Day(day) => self.zone.midnight(day + 1),
        }
    }

    /// The end of a period that begins at `start`.
    pub fn end(&self, start: i64, length: Len, still: &Stretches, held: bool) -> Walked {
        if length == Len::default() {
            return Walked {
                end: End::Instant(start),
                raw: End::Instant(start),
                provisional: false,
            };
        }
        if length.on_the_calendar() {
            return self.last_day(self.zone.day(start), length, still, held);
        }
        let begin = match self.rules.hours {
            Hours::FromNextWholeHour => (start.div_euclid(HOUR) + 1) * HOUR,
            _ => start,
        };
        let end = End::Instant(self.walk_hours(begin, length.seconds(), still));
        Walked {
            end,
            raw: end,
            provisional: false,
        }
    }

    /// The end of a further period that follows on `before` without a gap.
    pub fn onward(&self, before: End, length: Len, still: &Stretches, held: bool) -> Walked {
        match before {
            End::Instant(at) => {
                let end = End::Instant(self.walk_hours(at, length.seconds(), still));
                Walked {
                    end,
                    raw: end,
                    provisional: false,
                }
            }
            // Whether the first day counts or not, the first of the further days is the day after the last one.
            End::Day(day) if self.first_day_in(length) => {
                self.last_day(day + 1, length, still, held)
            }
            End::Day(day) => self.last_day(day, length, still, held),
        }
    }

    /// Hour by hour; an hour in which a standstill begins or ends, minute by minute.
    fn walk_hours(&self, begin: i64, seconds: i64, still: &Stretches) -> i64 {
        let stands = |t: i64| still.iter().any(|(from, to)| (*from..*to).contains(&t));
        let (mut t, mut left) = (begin, seconds);
        while left > 0 {
            let hour = (t.div_euclid(HOUR) + 1) * HOUR;
            if let Hours::Skipping(kinds) = self.rules.hours
                && self.days.is(self.zone.day(t), kinds)
            {
                t = hour;
                continue;
            }
            let edge = |t0: i64, t1: i64| {
                still
                    .iter()
                    .any(|(a, b)| (t0 < *a && *a < t1) || (t0 < *b && *b < t1))
            };
            let mut next = hour;
            if edge(t, next) {
                next = (t.div_euclid(MINUTE) + 1) * MINUTE;
                assert!(
                    !edge(t, next),
                    "standstills of the walker begin and end with whole minutes"
                );
            }
            if stands(t) {
                t = next;
                continue;
            }
            let step = left.min(next - t);
            (t, left) = (t + step, left - step);
        }
        t
    }

    /// Whether the day of the event is the first of a period of this length.
    fn first_day_in(&self, length: Len) -> bool {
        let Rules {
            days_in,
            working_in,
            months,
            years,
            ..
        } = self.rules;
        if length.months > 0 {
            months.first_in
        } else if length.years > 0 {
            years.first_in
        } else if length.days > 0 {
            days_in
        } else {
            working_in
        }
    }

    fn last_day(&self, start: Day, length: Len, still: &Stretches, held: bool) -> Walked {
        let stands = |day: Day| {
            let (from, to) = (self.zone.midnight(day), self.zone.midnight(day + 1));
            still.iter().any(|(a, b)| a < b && *a < to && *b > from)
        };
        let mut provisional = false;
        let mut raw = start;
        if length.years + length.months > 0 {
            let rule = if length.months > 0 {
                self.rules.months
            } else {
                self.rules.years
            };
            // Under one rule years and months run together; under two the months run from where the years led.
            let (mut from, mut months) = (start, length.years * 12 + length.months);
            if length.years > 0 && length.months > 0 && self.rules.years != self.rules.months {
                let corresponding = Months {
                    first_in: false,
                    day_before_last: false,
                    ..self.rules.years
                };
                from = self.months_end(start, length.years * 12, corresponding);
                months = length.months;
            }
            raw = self.months_end(from, months, rule);
        }
        let counted_first = self.first_day_in(length);
        if length.days > 0 {
            let alone = length.years + length.months == 0;
            raw += length.days - i64::from(alone && counted_first);
        }
        if !still.is_empty() {
            // As many days as the period has, counted again, without those that stand still.
            let first = if counted_first { start } else { start + 1 };
            let mut left = raw - first + 1;
            let mut day = first - 1;
            while left > 0 {
                day += 1;
                left -= i64::from(!stands(day));
            }
            if length.working == 0 || length.days + length.months + length.years > 0 {
                raw = day;
            }
        }
        if length.working > 0 {
            let alone = length.years + length.months + length.days == 0;
            let mut day = if alone && self.rules.working_in {
                raw - 1
            } else {
                raw
            };
            let mut left = length.working;
            while left > 0 {
                day += 1;
                provisional |= !self.days.published(day);
                left -= i64::from(self.days.works(day) && !stands(day));
            }
            raw = day;
        }
        let mut end = raw;
        let Last {
            step,
            unless_held,
            past,
        } = self.rules.last;
        if step != 0 && !(held && unless_held) {
            let passed_over = |day: Day| match past {
                Some(kinds) => self.days.is(day, kinds),
                None => !self.days.works(day),
            };
            while passed_over(end) {
                end += step;
            }
            provisional |= !self.days.published(raw) || !self.days.published(end);
        }
        Walked {
            end: End::Day(end),
            raw: End::Day(raw),
            provisional,
        }
    }

    /// The last day of a period of months.
    fn months_end(&self, start: Day, months: i64, rule: Months) -> Day {
        let (mut day, mut left) = (start, months);
        while left > 0 {
            day += 1;
            left -= i64::from(civil(day).day == 1);
        }
        // `day` is the first day of the target month.
        let (from, target) = (civil(start), civil(day));
        let last = day + i64::from(target.of) - 1;
        let one_less = i64::from(rule.first_in);
        if rule.last_stays && from.day == from.of {
            last - one_less
        } else if from.day <= target.of {
            day + i64::from(from.day) - 1 - one_less
        } else if rule.day_before_last {
            last - 1
        } else {
            last
        }
    }
}
