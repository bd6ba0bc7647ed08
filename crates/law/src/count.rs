//! How a period is counted: conventions that packs name, and the arithmetic of ends.
//!
//! Nothing here knows a country. A pack says which of these choices its law makes; this module only carries them out.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};

use crate::calendar::{Calendar, DayKind};
use crate::moment::{End, Point, civil, day_of, instant_of, shift, start_of};

const HOUR: i64 = 3600;
const MINUTE: i64 = 60;

/// A length of time in the units in which a law states it. Units are kept apart: a month is no number of days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Length {
    /// Calendar years.
    pub years: i32,
    /// Calendar months.
    pub months: i32,
    /// Days.
    pub days: i32,
    /// Days on which people work.
    pub working_days: i32,
    /// Hours.
    pub hours: i32,
    /// Minutes.
    pub minutes: i32,
}

/// The units of a [`Length`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "units")]
pub enum Unit {
    Years,
    Months,
    Days,
    WorkingDays,
    Hours,
    Minutes,
}

impl Unit {
    /// `days`, as packs write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Years => "years",
            Self::Months => "months",
            Self::Days => "days",
            Self::WorkingDays => "working days",
            Self::Hours => "hours",
            Self::Minutes => "minutes",
        }
    }
}

impl Length {
    /// So many of one unit.
    #[must_use]
    pub fn of(unit: Unit, count: i32) -> Self {
        let mut length = Self::default();
        *length.slot(unit) = count;
        length
    }

    fn slot(&mut self, unit: Unit) -> &mut i32 {
        match unit {
            Unit::Years => &mut self.years,
            Unit::Months => &mut self.months,
            Unit::Days => &mut self.days,
            Unit::WorkingDays => &mut self.working_days,
            Unit::Hours => &mut self.hours,
            Unit::Minutes => &mut self.minutes,
        }
    }

    /// How many of a unit are in it; other units are not converted.
    #[must_use]
    pub fn get(mut self, unit: Unit) -> i32 {
        *self.slot(unit)
    }

    /// Unit by unit.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            years: self.years.saturating_add(other.years),
            months: self.months.saturating_add(other.months),
            days: self.days.saturating_add(other.days),
            working_days: self.working_days.saturating_add(other.working_days),
            hours: self.hours.saturating_add(other.hours),
            minutes: self.minutes.saturating_add(other.minutes),
        }
    }

    /// Unit by unit, `n` times.
    #[must_use]
    pub fn times(self, n: i32) -> Self {
        Self {
            years: self.years.saturating_mul(n),
            months: self.months.saturating_mul(n),
            days: self.days.saturating_mul(n),
            working_days: self.working_days.saturating_mul(n),
            hours: self.hours.saturating_mul(n),
            minutes: self.minutes.saturating_mul(n),
        }
    }

    /// Whether it is counted on the time line rather than on the calendar.
    #[must_use]
    pub fn is_hours(self) -> bool {
        (self.hours != 0 || self.minutes != 0) && self.calendar_part() == Self::default()
    }

    /// Whether it is nothing: due at once.
    #[must_use]
    pub fn is_nothing(self) -> bool {
        self == Self::default()
    }

    /// The part that is not hours and minutes.
    #[must_use]
    pub fn calendar_part(self) -> Self {
        Self { hours: 0, minutes: 0, ..self }
    }

    /// Seconds of the hours and minutes.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.hours) * HOUR + i64::from(self.minutes) * MINUTE
    }

    /// Units with something in them, with their counts.
    pub fn parts(self) -> impl Iterator<Item = (Unit, i32)> {
        [Unit::Years, Unit::Months, Unit::Days, Unit::WorkingDays, Unit::Hours, Unit::Minutes]
            .into_iter()
            .map(move |unit| (unit, self.get(unit)))
            .filter(|(_, count)| *count != 0)
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut first = true;
        for (unit, count) in self.parts() {
            let name = unit.name();
            let name = if count == 1 { name.strip_suffix('s').unwrap_or(name) } else { name };
            write!(f, "{}{count} {name}", if first { "" } else { " + " })?;
            first = false;
        }
        if first { f.write_str("no time") } else { Ok(()) }
    }
}

/// How hours are counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hours {
    /// The hour of the event is not counted.
    FromNextWholeHour,
    /// Plain minutes on the time line.
    Elapsed,
    /// The same, and whole local days of these kinds contribute nothing.
    ElapsedSkipping(Vec<DayKind>),
}

/// Whether the day of the event is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstDay {
    /// It is not.
    Out,
    /// It is day one.
    In,
}

/// How months or years are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Months {
    /// `In`: the period ends the day before the corresponding day.
    pub first_day: FirstDay,
    /// A period that begins on the last day of a month is taken to the last day of the target month.
    pub last_day_stays_last: bool,
    /// Where the target month has no such day and the first day counts: the period ends the day before its last day,
    /// not with it.
    pub missing_day_before_last: bool,
}

/// What happens to a last day that is not worked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastDay {
    /// Where it moves.
    pub moves: Moves,
    /// A custody clock is not moved.
    pub unless_held: bool,
    /// Days to be passed over; none given: days on which nobody works.
    pub past: Option<Vec<DayKind>>,
}

/// The direction of [`LastDay`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moves {
    /// Nowhere.
    Stays,
    /// Later.
    On,
    /// Earlier.
    Back,
}

/// On which day an age is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AgeFrom {
    /// On the birthday.
    Birthday,
    /// On the day after it.
    DayAfter,
}

/// The choices of one convention; what a law does not say is absent, and a rule that needs it does not load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "one field a choice")]
pub struct Choices {
    pub hours: Option<Hours>,
    pub days: Option<FirstDay>,
    pub working_days: Option<FirstDay>,
    pub months: Option<Months>,
    pub years: Option<Months>,
    pub last_day: Option<LastDay>,
    pub age: Option<AgeFrom>,
}

/// Stretches of time that are not counted: sorted, apart from one another, half-open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Union(Vec<(i64, i64)>);

impl Union {
    /// The union of stretches in any order; empty and inverted ones vanish.
    #[must_use]
    pub fn new(mut parts: Vec<(i64, i64)>) -> Self {
        parts.retain(|(from, to)| from < to);
        parts.sort_unstable();
        let mut union: Vec<(i64, i64)> = Vec::with_capacity(parts.len());
        for (from, to) in parts {
            match union.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => union.push((from, to)),
            }
        }
        Self(union)
    }

    /// The stretches.
    #[must_use]
    pub fn parts(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its total from `from` to `to`.
    #[must_use]
    pub fn within(&self, from: i64, to: i64) -> i64 {
        self.0.iter().map(|(a, b)| ((*b).min(to) - (*a).max(from)).max(0)).sum()
    }
}

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
            let end = End::Instant(start.instant);
            return Counted { end, raw: end, provisional: false };
        }
        if length.is_hours() {
            let end = End::Instant(self.hours_end(start, length.seconds(), still));
            return Counted { end, raw: end, provisional: false };
        }
        let (mut day, mut provisional) = self.calendar_end(start.day, length);
        day = self.past_standstill(start.day, day, still);
        let raw = day;
        if let Some(rule) = &self.choices.last_day {
            day = self.move_last_day(day, rule, held);
            let moves = rule.moves != Moves::Stays && !(held && rule.unless_held);
            provisional |= moves && !self.calendar.is_none_or(|c| c.published(raw) && c.published(day));
        }
        Counted { end: End::Day(day), raw: End::Day(raw), provisional }
    }

    fn hours_end(&self, start: Point, seconds: i64, still: &Union) -> i64 {
        let rule = self.choices.hours.as_ref();
        let begin = match rule {
            Some(Hours::FromNextWholeHour) => next_whole_hour(start.instant, self.zone),
            _ => start.instant,
        };
        let mut end = begin + seconds;
        loop {
            let skipped = still.within(begin, end) + self.skipped_days(rule, begin, end, still);
            if begin + seconds + skipped == end {
                return end;
            }
            end = begin + seconds + skipped;
        }
    }

    fn skipped_days(&self, rule: Option<&Hours>, from: i64, to: i64, still: &Union) -> i64 {
        let (Some(Hours::ElapsedSkipping(kinds)), Some(calendar)) = (rule, self.calendar) else { return 0 };
        let mut total = 0;
        let mut day = day_of(from, self.zone);
        // A day that begins exactly at `to` may hold the end: it is skipped whole.
        while start_of(day, self.zone) <= to {
            let next = shift(day, 1);
            if calendar.is(day, kinds) {
                let (a, b) = (start_of(day, self.zone).max(from), start_of(next, self.zone));
                total += (b - a) - still.within(a, b);
            }
            day = next;
        }
        total
    }

    /// Years, then months, then days, then working days: the last day of the period and whether it is provisional.
    fn calendar_end(&self, start: Date, length: Length) -> (Date, bool) {
        let mut day = start;
        let mut first = FirstDay::Out;
        for (rule, months) in [(self.choices.years, length.years * 12), (self.choices.months, length.months)] {
            if months != 0
                && let Some(rule) = rule
            {
                // Years and months together run from the same day: the corresponding day of the sum.
                day = corresponding(day, months, rule);
                first = rule.first_day;
            }
        }
        if length.years != 0 || length.months != 0 {
            let rule = self.choices.months.or(self.choices.years);
            if first == FirstDay::In
                && let Some(rule) = rule
            {
                day = day_before(start, length.years * 12 + length.months, day, rule);
            }
        }
        if length.days != 0 {
            let counted_in = self.choices.days == Some(FirstDay::In) && length.years == 0 && length.months == 0;
            day = shift(day, i64::from(length.days) - i64::from(counted_in));
        }
        if length.working_days == 0 {
            return (day, false);
        }
        self.working_days(day, length.working_days)
    }

    fn working_days(&self, start: Date, count: i32) -> (Date, bool) {
        let Some(calendar) = self.calendar else { return (shift(start, i64::from(count)), true) };
        let mut day = start;
        let mut left = count;
        if self.choices.working_days == Some(FirstDay::In) && calendar.works(day) {
            left -= 1;
        }
        let mut provisional = !calendar.published(day);
        while left > 0 {
            day = shift(day, 1);
            provisional |= !calendar.published(day);
            left -= i32::from(calendar.works(day));
        }
        (day, provisional)
    }

    /// Moves a last day by the whole days of a standstill that fall into the period.
    fn past_standstill(&self, start: Date, end: Date, still: &Union) -> Date {
        if still.is_empty() {
            return end;
        }
        let days = self.whole_days(still);
        let mut moved = end;
        loop {
            let out: i64 = days
                .iter()
                .map(|(a, b)| {
                    let (a, b) = ((*a).max(shift(start, 1)), (*b).min(moved));
                    (crate::moment::days_between(a, b) + 1).max(0)
                })
                .sum();
            let next = shift(end, out);
            if next == moved {
                return moved;
            }
            moved = next;
        }
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
        let (Some(calendar), false) = (self.calendar, held && rule.unless_held) else { return day };
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

/// The day of the target month that corresponds, or its last day.
fn corresponding(start: Date, months: i32, rule: Months) -> Date {
    let span = Span::new().try_months(i64::from(months)).unwrap_or_default();
    let target = start.saturating_add(span);
    let is_last = start.day() == start.days_in_month();
    if rule.last_day_stays_last && is_last { target.last_of_month() } else { target }
}

/// Where the first day counts: the day before the corresponding one, with the law's choice for a day that does not exist.
fn day_before(start: Date, months: i32, corresponding: Date, rule: Months) -> Date {
    let target = start.saturating_add(Span::new().try_months(i64::from(months)).unwrap_or_default());
    let missing = target.day() != start.day();
    if missing && !rule.missing_day_before_last && !rule.last_day_stays_last {
        return corresponding;
    }
    corresponding.saturating_sub(1.day())
}

/// Midnight at the beginning of a day, for callers that count by the clock.
#[must_use]
pub fn midnight(day: Date, zone: &TimeZone) -> i64 {
    instant_of(day.at(0, 0, 0, 0), zone)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    const CORRESPONDING: Months =
        Months { first_day: FirstDay::Out, last_day_stays_last: false, missing_day_before_last: false };

    fn months(rule: Months, start: Date, n: i32) -> Date {
        let choices = Choices { months: Some(rule), years: Some(rule), ..Choices::default() };
        let zone = TimeZone::UTC;
        let counter = Counter { choices: &choices, calendar: None, zone: &zone };
        let point = Point { instant: start_of(start, &zone), day: start };
        let end = counter.end(point, Length::of(Unit::Months, n), &Union::default(), false);
        end.end.last_day(&zone)
    }

    #[test]
    fn months_by_each_rule() {
        let last = Months { last_day_stays_last: true, ..CORRESPONDING };
        assert_eq!(months(CORRESPONDING, date(2026, 2, 28), 2), date(2026, 4, 28));
        assert_eq!(months(last, date(2026, 2, 28), 2), date(2026, 4, 30));
        assert_eq!(months(last, date(2028, 2, 28), 2), date(2028, 4, 28));
        assert_eq!(months(last, date(2026, 12, 29), 2), date(2027, 2, 28));
        let beginning = Months { first_day: FirstDay::In, ..CORRESPONDING };
        assert_eq!(months(beginning, date(2026, 1, 11), 3), date(2026, 4, 10));
        assert_eq!(months(beginning, date(2025, 8, 31), 6), date(2026, 2, 28));
        let sentence =
            Months { first_day: FirstDay::In, last_day_stays_last: true, missing_day_before_last: true };
        assert_eq!(months(sentence, date(2026, 11, 2), 18), date(2028, 5, 1));
        assert_eq!(months(sentence, date(2026, 2, 28), 1), date(2026, 3, 30));
        assert_eq!(months(sentence, date(2026, 1, 30), 1), date(2026, 2, 27));
    }

    #[test]
    fn hours_from_the_next_whole_hour_and_across_a_clock_change() {
        let zone = TimeZone::get("Europe/London").unwrap();
        let choices = Choices { hours: Some(Hours::Elapsed), ..Choices::default() };
        let counter = Counter { choices: &choices, calendar: None, zone: &zone };
        let start = Point::new(instant_of(date(2026, 3, 28).at(20, 0, 0, 0), &zone), &zone);
        let end = counter.end(start, Length::of(Unit::Hours, 24), &Union::default(), true);
        assert_eq!(end.end.show(&zone), "2026-03-29 21:00");
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        for (minute, due) in [(59, "2026-11-24 00:00"), (0, "2026-11-24 00:00")] {
            let choices = Choices { hours: Some(Hours::FromNextWholeHour), ..Choices::default() };
            let counter = Counter { choices: &choices, calendar: None, zone: &shanghai };
            let at = instant_of(date(2026, 11, 22).at(23, minute, 0, 0), &shanghai);
            let end =
                counter.end(Point::new(at, &shanghai), Length::of(Unit::Hours, 24), &Union::default(), true);
            assert_eq!(end.end.show(&shanghai), due);
        }
    }

    proptest! {
        #[test]
        fn a_union_counts_no_second_twice(parts in prop::collection::vec((0i64..500, 0i64..500), 0..12)) {
            let union = Union::new(parts.clone());
            let by_hand = (0..500).filter(|s| parts.iter().any(|(a, b)| a <= s && s < b)).count();
            prop_assert_eq!(union.within(0, 500), by_hand as i64);
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
