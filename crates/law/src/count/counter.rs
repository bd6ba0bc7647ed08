//! The arithmetic of ends: a convention at work where a law counts.

use jiff::Span;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::{AgeFrom, Choices, FirstDay, Hours, LastDay, Length, Months, Moves, Union, Unit};
use crate::calendar::Calendar;
use crate::moment::{End, Point, civil, day_of, days_between, shift, start_of};

const HOUR: i64 = 3600;
const MINUTE: i64 = 60;

/// An end, with what was done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The end that counts.
    pub end: End,
    /// Before a holiday moved it.
    pub raw: End,
    /// It hangs on a schedule that is not published.
    pub provisional: bool,
}

impl From<End> for Counted {
    /// An end as it stands: nothing moved it.
    fn from(end: End) -> Self {
        Self {
            end,
            raw: end,
            provisional: false,
        }
    }
}

/// The counting machine: a convention where a law counts.
#[derive(Clone, Copy, Debug)]
pub struct Counter<'a> {
    /// What the law chose.
    pub choices: &'a Choices,
    /// Its calendar, if any.
    pub calendar: Option<&'a Calendar>,
    /// Its zone.
    pub zone: &'a TimeZone,
}

impl Counter<'_> {
    /// The end of a period.
    ///
    /// `still` is not counted: whole days of it for calendar units, elapsed time for hours. `held` says that the person is in custody.
    #[must_use]
    pub fn end(&self, start: Point, length: Length, still: &Union, held: bool) -> Counted {
        if length.is_nothing() {
            return End::Instant(start.instant).into();
        }
        if length.is_hours() {
            let begin = match self.choices.hours {
                Some(Hours::FromNextWholeHour) => next_whole_hour(start.instant, self.zone),
                _ => start.instant,
            };
            return self.hours_from(begin, length.seconds(), still);
        }
        self.last_day(start.day, length, still, held)
    }

    /// The end of a further period, which follows without a gap on one that ended `before`.
    #[must_use]
    pub fn onward(&self, before: End, length: Length, still: &Union, held: bool) -> Counted {
        if length.is_hours() {
            return self.hours_from(before.ends_at(self.zone), length.seconds(), still);
        }
        let last = before.last_day(self.zone);
        // The first of the further days is the one after the last day, whether the first day counts or not.
        let day = shift(last, i64::from(self.counts_first_day(length)));
        self.last_day(day, length, still, held)
    }

    fn hours_from(&self, begin: i64, seconds: i64, still: &Union) -> Counted {
        let mut end = begin + seconds;
        loop {
            let next = begin + seconds + still.within(begin, end) + self.skipped(begin, end, still);
            if next == end {
                break;
            }
            end = next;
        }
        End::Instant(end).into()
    }

    fn last_day(&self, start: Date, length: Length, still: &Union, held: bool) -> Counted {
        let still = self.whole_days(still);
        let (mut day, mut provisional) = (start, false);
        if length.calendar_part() != Length::of(Unit::WorkingDays, length.working_days) {
            day = self.past(start, self.calendar_end(start, length), length, &still);
        }
        if length.working_days != 0 {
            (day, provisional) = self.working_days(day, length, &still);
        }
        let raw = day;
        if let Some(rule) = &self.choices.last_day {
            day = self.move_last_day(day, rule, held);
            let moves = rule.moves != Moves::Stays && !(held && rule.unless_held);
            provisional |= moves
                && !self
                    .calendar
                    .is_none_or(|c| c.published(raw) && c.published(day));
        }
        Counted {
            end: End::Day(day),
            raw: End::Day(raw),
            provisional,
        }
    }

    /// Time on days that contribute nothing; one that begins before `to` may hold the end and is skipped whole.
    fn skipped(&self, from: i64, to: i64, still: &Union) -> i64 {
        let (Some(Hours::ElapsedSkipping(kinds)), Some(calendar)) =
            (&self.choices.hours, self.calendar)
        else {
            return 0;
        };
        let mut total = 0;
        let mut day = day_of(from, self.zone);
        while start_of(day, self.zone) < to && day < Date::MAX {
            let next = shift(day, 1);
            if calendar.is(day, kinds) {
                let (a, b) = (
                    start_of(day, self.zone).max(from),
                    start_of(next, self.zone),
                );
                total += (b - a) - still.within(a, b);
            }
            day = next;
        }
        total
    }

    /// Whether the day of the event is the first of a period of this length.
    fn counts_first_day(&self, length: Length) -> bool {
        let by_months = self.choices.months.or(self.choices.years);
        let by_years = self.choices.years.or(self.choices.months);
        let first = if length.months != 0 {
            by_months.map(|rule| rule.first_day)
        } else if length.years != 0 {
            by_years.map(|rule| rule.first_day)
        } else if length.days != 0 {
            self.choices.days
        } else {
            self.choices.working_days
        };
        first == Some(FirstDay::In)
    }

    /// Years, then months, then days: the last day of the period.
    fn calendar_end(&self, start: Date, length: Length) -> Date {
        let in_months = length.years != 0 || length.months != 0;
        let day = if in_months {
            self.months_end(start, length)
        } else {
            start
        };
        let first_counts = !in_months && length.days != 0 && self.counts_first_day(length);
        shift(day, i64::from(length.days) - i64::from(first_counts))
    }

    /// Years and months. Under one rule they run together, to the corresponding day of the sum; under two rules the months run
    /// from where the years led.
    fn months_end(&self, start: Date, length: Length) -> Date {
        let by_years = self.choices.years.or(self.choices.months);
        let by_months = self.choices.months.or(self.choices.years);
        let (Some(by_years), Some(by_months)) = (by_years, by_months) else {
            return start;
        };
        let years = length.years.saturating_mul(12);
        if length.months == 0 {
            return last_of(start, years, by_years);
        }
        if by_years == by_months {
            return last_of(start, years.saturating_add(length.months), by_months);
        }
        let (after_years, _) = corresponding(start, years, by_years);
        last_of(after_years, length.months, by_months)
    }

    /// Working days after `day`, or with it where the first day counts and nothing came before.
    fn working_days(&self, day: Date, length: Length, still: &[(Date, Date)]) -> (Date, bool) {
        let mut left = length.working_days;
        let Some(calendar) = self.calendar else {
            return (shift(day, i64::from(left)), true);
        };
        let alone = length.calendar_part() == Length::of(Unit::WorkingDays, left);
        let with_first = alone && self.counts_first_day(length);
        let mut day = shift(day, -i64::from(with_first));
        let mut provisional = false;
        while left > 0 && day < Date::MAX {
            day = shift(day, 1);
            provisional |= !calendar.published(day);
            let stands = still.iter().any(|(a, b)| *a <= day && day <= *b);
            left -= i32::from(calendar.works(day) && !stands);
        }
        (day, provisional)
    }

    /// Moves the last day of a period by the days of a standstill that fall into it.
    fn past(&self, start: Date, end: Date, length: Length, still: &[(Date, Date)]) -> Date {
        let first = shift(start, i64::from(!self.counts_first_day(length)));
        let mut moved = end;
        for (a, b) in still {
            let a = (*a).max(first);
            if a <= moved && a <= *b {
                moved = shift(moved, days_between(a, *b) + 1);
            }
        }
        moved
    }

    /// Civil days touched by each stretch, first and last, without overlap.
    fn whole_days(&self, still: &Union) -> Vec<(Date, Date)> {
        let mut days: Vec<(Date, Date)> = Vec::new();
        for (from, to) in still.parts() {
            let (mut a, b) = (day_of(*from, self.zone), day_of(*to - 1, self.zone));
            if let Some((_, last)) = days.last()
                && a <= *last
            {
                a = shift(*last, 1);
            }
            if a <= b {
                days.push((a, b));
            }
        }
        days
    }

    fn move_last_day(&self, day: Date, rule: &LastDay, held: bool) -> Date {
        let (Some(calendar), false) = (self.calendar, held && rule.unless_held) else {
            return day;
        };
        let step = match rule.moves {
            Moves::Stays => return day,
            Moves::On => 1,
            Moves::Back => -1,
        };
        calendar.nearest(day, step, |calendar, day| match &rule.past {
            Some(kinds) => !calendar.is(day, kinds),
            None => calendar.works(day),
        })
    }

    /// Completed years of age on `day`.
    #[must_use]
    pub fn age(&self, birth: Date, day: Date) -> i32 {
        let counted = match self.choices.age {
            Some(AgeFrom::DayAfter) => shift(day, -1),
            _ => day,
        };
        let years = i32::from(counted.year()) - i32::from(birth.year());
        years - i32::from((counted.month(), counted.day()) < (birth.month(), birth.day()))
    }
}

/// The first whole hour after the hour in which the event lies.
fn next_whole_hour(instant: i64, zone: &TimeZone) -> i64 {
    let local = civil(instant, zone);
    let into = i64::from(local.minute()) * MINUTE + i64::from(local.second());
    instant - into + HOUR
}

/// The day of the target month that corresponds, or its last day; and whether it has no such day.
fn corresponding(start: Date, months: i32, rule: Months) -> (Date, bool) {
    let span = Span::new()
        .try_months(i64::from(months))
        .unwrap_or_default();
    let target = start.saturating_add(span);
    let is_last = start.day() == start.days_in_month();
    if rule.last_day_stays_last && is_last {
        return (target.last_of_month(), false);
    }
    (target, target.day() != start.day())
}

/// The last day of a period of months: the corresponding day, or where the first day counts the one before it.
fn last_of(start: Date, months: i32, rule: Months) -> Date {
    let (day, missing) = corresponding(start, months, rule);
    let before = if missing {
        rule.missing_day_before_last
    } else {
        rule.first_day == FirstDay::In
    };
    shift(day, -i64::from(before))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;
    use crate::moment::instant_of;

    const CORRESPONDING: Months = Months {
        first_day: FirstDay::Out,
        last_day_stays_last: false,
        missing_day_before_last: false,
    };

    fn months(rule: Months, start: Date, n: i32) -> Date {
        let choices = Choices {
            months: Some(rule),
            years: Some(rule),
            ..Choices::default()
        };
        let zone = TimeZone::UTC;
        let counter = Counter {
            choices: &choices,
            calendar: None,
            zone: &zone,
        };
        let point = Point {
            instant: start_of(start, &zone),
            day: start,
        };
        let end = counter.end(point, Length::of(Unit::Months, n), &Union::default(), false);
        end.end.last_day(&zone)
    }

    #[test]
    fn months_by_each_rule() {
        let last = Months {
            last_day_stays_last: true,
            ..CORRESPONDING
        };
        assert_eq!(
            months(CORRESPONDING, date(2026, 2, 28), 2),
            date(2026, 4, 28)
        );
        assert_eq!(months(last, date(2026, 2, 28), 2), date(2026, 4, 30));
        assert_eq!(months(last, date(2028, 2, 28), 2), date(2028, 4, 28));
        assert_eq!(months(last, date(2026, 12, 29), 2), date(2027, 2, 28));
        let beginning = Months {
            first_day: FirstDay::In,
            ..CORRESPONDING
        };
        assert_eq!(months(beginning, date(2026, 1, 11), 3), date(2026, 4, 10));
        assert_eq!(months(beginning, date(2025, 8, 31), 6), date(2026, 2, 28));
        let sentence = Months {
            first_day: FirstDay::In,
            last_day_stays_last: true,
            missing_day_before_last: true,
        };
        assert_eq!(months(sentence, date(2026, 11, 2), 18), date(2028, 5, 1));
        assert_eq!(months(sentence, date(2026, 2, 28), 1), date(2026, 3, 30));
        assert_eq!(months(sentence, date(2026, 1, 30), 1), date(2026, 2, 27));
    }

    #[test]
    fn hours_from_the_next_whole_hour_and_across_a_clock_change() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let choices = Choices {
            hours: Some(Hours::Elapsed),
            ..Choices::default()
        };
        let counter = Counter {
            choices: &choices,
            calendar: None,
            zone: &zone,
        };
        let start = Point::new(instant_of(date(2026, 3, 28).at(20, 0, 0, 0), &zone), &zone);
        let end = counter.end(start, Length::of(Unit::Hours, 24), &Union::default(), true);
        assert_eq!(end.end.show(&zone), "2026-03-29 21:00");
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        for (minute, due) in [(59, "2026-11-24 00:00"), (0, "2026-11-24 00:00")] {
            let choices = Choices {
                hours: Some(Hours::FromNextWholeHour),
                ..Choices::default()
            };
            let counter = Counter {
                choices: &choices,
                calendar: None,
                zone: &shanghai,
            };
            let at = instant_of(date(2026, 11, 22).at(23, minute, 0, 0), &shanghai);
            let end = counter.end(
                Point::new(at, &shanghai),
                Length::of(Unit::Hours, 24),
                &Union::default(),
                true,
            );
            assert_eq!(end.end.show(&shanghai), due);
        }
    }

    proptest! {
        #[test]
        fn a_union_counts_no_second_twice(parts in prop::collection::vec((0i64..500, 0i64..500), 0..12)) {
            let union = Union::new(parts.clone());
            let by_hand = (0..500).filter(|s| parts.iter().any(|(a, b)| a <= s && s < b)).count();
            prop_assert_eq!(union.within(0, 500), i64::try_from(by_hand).unwrap());
        }

        #[test]
        fn splitting_a_standstill_never_lengthens_a_period(a in 0i64..40, n in 1i64..40, cut in 0i64..40, hours in 1i32..100) {
            let zone = TimeZone::UTC;
            let choices = Choices { hours: Some(Hours::Elapsed), days: Some(FirstDay::Out), ..Choices::default() };
            let counter = Counter { choices: &choices, calendar: None, zone: &zone };
            let (from, to) = (a * 1800, (a + n) * 1800);
            let cut = (from + cut * 900).min(to);
            let whole = Union::new(vec![(from, to)]);
            let split = Union::new(vec![(from, cut), (cut, to)]);
            let start = Point::new(0, &zone);
            for length in [Length::of(Unit::Hours, hours), Length::of(Unit::Days, hours)] {
                let (w, s) = (counter.end(start, length, &whole, true), counter.end(start, length, &split, true));
                prop_assert_eq!(w, s);
            }
        }
    }
}
