//! Counting against slow and simple counting: months against a table, working days against a walk, hours minute by minute.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use habeas_law::calendar::{Calendar, DayKind};
use habeas_law::count::{
    Choices, Counter, FirstDay, Hours, LastDay, Length, Months, Moves, Union, Unit,
};
use habeas_law::moment::{End, Point, days_between, shift, start_of};
use jiff::civil::{Date, Weekday, date};
use jiff::tz::TimeZone;
use proptest::prelude::*;

const CALENDAR: &str = "from,to,kind,name_en,name_zh,source\n\
    saturday,,weekend,,,invented\nsunday,,weekend,,,invented\n\
    2026-01-01,2027-12-31,published,,,invented\n\
    2026-02-15,2026-02-23,off,Thaw,解冻,invented\n\
    2026-02-14,,workday,make-up day,调休,invented\n2026-02-28,,workday,make-up day,调休,invented\n\
    2026-05-01,2026-05-05,off,May,五月,invented\n2026-05-09,,workday,make-up day,调休,invented\n\
    2026-12-25,,feast,Feast,节日,invented\n";

fn calendar() -> Calendar {
    Calendar::read("xx/days", CALENDAR).unwrap()
}

/// Both ways of the first day, of a last day, and of a day that does not exist.
fn rules() -> impl Iterator<Item = Months> {
    (0..8).map(|n| Months {
        first_day: if n & 1 == 0 {
            FirstDay::Out
        } else {
            FirstDay::In
        },
        last_day_stays_last: n & 2 != 0,
        missing_day_before_last: n & 4 != 0,
    })
}

fn at(day: Date) -> Point {
    Point {
        instant: start_of(day, &TimeZone::UTC),
        day,
    }
}

/// The last day of a period that nothing interrupts.
fn last_day(choices: &Choices, calendar: Option<&Calendar>, start: Date, length: Length) -> Date {
    let zone = TimeZone::UTC;
    let counter = Counter {
        choices,
        calendar,
        zone: &zone,
    };
    counter
        .end(at(start), length, &Union::default(), true)
        .end
        .last_day(&zone)
}

fn leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in(year: i32, month: i32) -> i32 {
    match month {
        2 if leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month and day by whole numbers, as one does it with a table on the wall.
fn by_hand((year, month, day): (i32, i32, i32), months: i32, rule: Months) -> (i32, i32, i32) {
    let (years, target) = ((month - 1 + months) / 12, (month - 1 + months) % 12 + 1);
    let (target_year, days) = (year + years, days_in(year + years, target));
    let stays = rule.last_day_stays_last && day == days_in(year, month);
    let missing = day > days && !stays;
    let last = if stays { days } else { day.min(days) };
    let before = if missing {
        rule.missing_day_before_last
    } else {
        rule.first_day == FirstDay::In
    };
    match (before, last) {
        (false, last) => (target_year, target, last),
        (true, 1) if target == 1 => (target_year - 1, 12, 31),
        (true, 1) => (target_year, target - 1, days_in(target_year, target - 1)),
        (true, last) => (target_year, target, last - 1),
    }
}

#[test]
fn months_of_nine_years_by_every_rule() {
    for rule in rules() {
        let choices = Choices {
            months: Some(rule),
            ..Choices::default()
        };
        let mut start = date(2024, 1, 1);
        while start.year() <= 2032 {
            for months in (1..=14).chain([18, 24, 37, 120]) {
                let found = last_day(&choices, None, start, Length::of(Unit::Months, months));
                let (year, month, day) = (start.year(), start.month(), start.day());
                let hand = by_hand((year.into(), month.into(), day.into()), months, rule);
                let shown = (
                    i32::from(found.year()),
                    found.month().into(),
                    found.day().into(),
                );
                assert_eq!(shown, hand, "{start} and {months} months, {rule:?}");
            }
            start = shift(start, 1);
        }
    }
}

#[test]
fn years_are_twelve_months_each() {
    for rule in rules() {
        let choices = Choices {
            months: Some(rule),
            years: Some(rule),
            ..Choices::default()
        };
        let only_months = Choices {
            months: Some(rule),
            ..Choices::default()
        };
        let mut start = date(2024, 1, 1);
        while start.year() <= 2028 {
            let sum = Length {
                years: 1,
                months: 1,
                ..Length::default()
            };
            let months = Length::of(Unit::Months, 13);
            assert_eq!(
                last_day(&choices, None, start, sum),
                last_day(&choices, None, start, months),
                "{start} {rule:?}"
            );
            // A convention that names only months counts years by them.
            let years = Length::of(Unit::Years, 2);
            assert_eq!(
                last_day(&only_months, None, start, years),
                last_day(&choices, None, start, years),
                "{start} {rule:?}"
            );
            start = shift(start, 1);
        }
    }
}

/// Day by day, a stroke for each day that is worked.
fn walked(calendar: &Calendar, start: Date, count: i32, first: FirstDay) -> Date {
    let mut strokes = i32::from(first == FirstDay::In && calendar.works(start));
    let mut day = start;
    while strokes < count {
        day = shift(day, 1);
        strokes += i32::from(calendar.works(day));
    }
    day
}

fn any_day() -> impl Strategy<Value = Date> {
    (0i64..1100).prop_map(|n| shift(date(2025, 6, 1), n))
}

fn any_length() -> impl Strategy<Value = Length> {
    (0..3, 0..15, 0..40, 0..20).prop_map(|(years, months, days, working_days)| Length {
        years,
        months,
        days,
        working_days,
        ..Length::default()
    })
}

fn any_choices() -> impl Strategy<Value = Choices> {
    let first = |inward: bool| Some(if inward { FirstDay::In } else { FirstDay::Out });
    (
        0usize..8,
        any::<bool>(),
        any::<bool>(),
        0usize..3,
        any::<bool>(),
    )
        .prop_map(move |(rule, days, working_days, moves, past)| Choices {
            hours: Some(Hours::Elapsed),
            days: first(days),
            working_days: first(working_days),
            months: rules().nth(rule),
            years: rules().nth(rule),
            last_day: Some(LastDay {
                moves: [Moves::Stays, Moves::On, Moves::Back][moves],
                unless_held: false,
                past: past.then(|| vec![DayKind::Named("feast".into())]),
            }),
            age: None,
        })
}

fn any_union() -> impl Strategy<Value = Union> {
    prop::collection::vec((any_day(), 0i64..30), 0..4).prop_map(|parts| {
        let instant = |day| start_of(day, &TimeZone::UTC);
        Union::new(
            parts
                .into_iter()
                .map(|(a, n)| (instant(a), instant(shift(a, n))))
                .collect(),
        )
    })
}

proptest! {
    #[test]
    fn a_day_more_never_ends_earlier(
        start in any_day(), length in any_length(), choices in any_choices(), still in any_union(), held in any::<bool>()
    ) {
        let (zone, calendar) = (TimeZone::UTC, calendar());
        let counter = Counter { choices: &choices, calendar: Some(&calendar), zone: &zone };
        let end = |length| counter.end(at(start), length, &still, held).end.ends_at(&zone);
        let more = length.plus(Length::of(Unit::Days, 1));
        prop_assert!(end(length) <= end(more), "{length} from {start}");
    }

    #[test]
    fn a_standstill_never_brings_the_end_nearer(
        start in any_day(), length in any_length(), choices in any_choices(), still in any_union()
    ) {
        let (zone, calendar) = (TimeZone::UTC, calendar());
        let counter = Counter { choices: &choices, calendar: Some(&calendar), zone: &zone };
        let end = |still: &Union| counter.end(at(start), length, still, true).raw.ends_at(&zone);
        prop_assert!(end(&Union::default()) <= end(&still));
    }

    #[test]
    fn working_days_as_one_walks_them(start in any_day(), count in 1..60, inward in any::<bool>()) {
        let first = if inward { FirstDay::In } else { FirstDay::Out };
        let choices = Choices { working_days: Some(first), ..Choices::default() };
        let calendar = calendar();
        let found = last_day(&choices, Some(&calendar), start, Length::of(Unit::WorkingDays, count));
        prop_assert_eq!(found, walked(&calendar, start, count, first));
        prop_assert!(calendar.works(found) || found == start);
    }

    #[test]
    fn a_last_day_moves_to_the_nearest_worked_day(start in any_day(), days in 1..60, on in any::<bool>()) {
        let last = LastDay { moves: if on { Moves::On } else { Moves::Back }, unless_held: true, past: None };
        let choices = Choices { days: Some(FirstDay::Out), last_day: Some(last), ..Choices::default() };
        let (zone, calendar) = (TimeZone::UTC, calendar());
        let counter = Counter { choices: &choices, calendar: Some(&calendar), zone: &zone };
        let length = Length::of(Unit::Days, days);
        let counted = |held| counter.end(at(start), length, &Union::default(), held);
        let raw = shift(start, days.into());
        prop_assert_eq!(counted(true).end, End::Day(raw));
        let free = counted(false);
        prop_assert_eq!(free.raw, End::Day(raw));
        let moved = free.end.last_day(&zone);
        prop_assert!(calendar.works(moved));
        let between = (1..=days_between(raw, moved).abs()).map(|n| shift(moved, if on { -n } else { n }));
        prop_assert!(between.into_iter().all(|day| !calendar.works(day)));
    }

    #[test]
    fn hours_that_skip_days_as_one_counts_minutes(start in any_day(), minute in 0i64..1440, hours in 1..100) {
        let sunday = vec![DayKind::Weekday(Weekday::Sunday), DayKind::Named("feast".into())];
        let choices = Choices { hours: Some(Hours::ElapsedSkipping(sunday.clone())), ..Choices::default() };
        let (zone, calendar) = (TimeZone::UTC, calendar());
        let counter = Counter { choices: &choices, calendar: Some(&calendar), zone: &zone };
        let from = start_of(start, &zone) + minute * 60;
        let found = counter.end(Point::new(from, &zone), Length::of(Unit::Hours, hours), &Union::default(), true);
        let (mut instant, mut left) = (from, i64::from(hours) * 60);
        while left > 0 {
            left -= i64::from(!calendar.is(Point::new(instant, &zone).day, &sunday));
            instant += 60;
        }
        prop_assert_eq!(found.end, End::Instant(instant));
    }
}
