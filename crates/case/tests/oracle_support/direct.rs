//! One count of one period: `Counter::end` of the engine beside the walker.

use std::fmt;

use habeas_law::calendar::{Calendar, DayKind};
use habeas_law::count::{self, Choices, Counter, FirstDay, Length, Moves, Union};
use habeas_law::moment::{End as EngineEnd, Point};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::civil::{
    BANK_HOLIDAY, DAY, Days, FEAST, HOUR, Kinds, SATURDAY, SUNDAY, Zone, civil, day_of_date,
    show_day,
};
use super::random::Random;
use super::walker::{End, Hours, Last, Len, Months, Rules, Walked, Walker};

/// One period to be counted.
#[derive(Clone, Debug)]
pub struct Case {
    pub zone: Zone,
    pub rules: Rules,
    pub start: i64,
    pub length: Len,
    pub still: Vec<(i64, i64)>,
    pub held: bool,
}

/// What both sides count with.
pub struct Bench {
    pub days: Days,
    calendar: Calendar,
    zones: [TimeZone; 2],
}

impl Bench {
    pub fn new(calendar: &str) -> Self {
        Self {
            days: Days::read(calendar),
            calendar: Calendar::read("xx/clocks", calendar).unwrap(),
            zones: Zone::ALL.map(|zone| TimeZone::get(zone.name()).unwrap()),
        }
    }

    /// The zone as the engine knows it.
    pub fn zone(&self, zone: Zone) -> &TimeZone {
        &self.zones[usize::from(zone == Zone::London)]
    }

    pub fn walk(&self, case: &Case) -> Walked {
        let walker = Walker {
            rules: case.rules,
            zone: case.zone,
            days: &self.days,
        };
        walker.end(case.start, case.length, &case.still, case.held)
    }

    pub fn engine(&self, case: &Case) -> Walked {
        let choices = choices(&case.rules);
        let zone = self.zone(case.zone);
        let counter = Counter {
            choices: &choices,
            calendar: Some(&self.calendar),
            zone,
        };
        let start = Point {
            instant: case.start,
            day: date(case.zone.day(case.start)),
        };
        let still = Union::new(case.still.clone());
        let counted = counter.end(start, length(case.length), &still, case.held);
        let end = |end: EngineEnd| match end {
            EngineEnd::Instant(instant) => End::Instant(instant),
            EngineEnd::Day(day) => End::Day(day_of(day)),
        };
        Walked {
            end: end(counted.end),
            raw: end(counted.raw),
            provisional: counted.provisional,
        }
    }

    pub fn agrees(&self, case: &Case) -> bool {
        self.walk(case) == self.engine(case)
    }

    /// The same difference in a smaller case.
    pub fn shrink(&self, case: Case) -> Case {
        let differs = |case: &Case| !self.agrees(case);
        let mut small = case;
        loop {
            let smaller = small.smaller().into_iter().find(differs);
            match smaller {
                Some(found) => small = found,
                None => return small,
            }
        }
    }

    pub fn told(&self, case: &Case) -> String {
        format!(
            "{case}\n  walker: {}\n  engine: {}",
            told(case.zone, self.walk(case)),
            told(case.zone, self.engine(case))
        )
    }
}

pub fn told(zone: Zone, walked: Walked) -> String {
    let end = |end: End| match end {
        End::Instant(instant) => zone.show(instant),
        End::Day(day) => format!("last day {}", show_day(day)),
    };
    let raw = if walked.raw == walked.end {
        String::new()
    } else {
        format!(", moved from {}", end(walked.raw))
    };
    format!(
        "{}{raw}{}",
        end(walked.end),
        if walked.provisional {
            ", provisional"
        } else {
            ""
        }
    )
}

pub fn date(day: i64) -> Date {
    let c = civil(day);
    Date::new(
        i16::try_from(c.year).unwrap(),
        c.month.cast_signed(),
        c.day.cast_signed(),
    )
    .unwrap()
}

pub fn day_of(date: Date) -> i64 {
    // The first of January by the table, and then day by day.
    static FIRSTS: std::sync::OnceLock<Vec<i64>> = std::sync::OnceLock::new();
    let firsts = FIRSTS.get_or_init(|| (1970..=2059).map(|year| day_of_date(year, 1, 1)).collect());
    let mut day = firsts[usize::try_from(date.year() - 1970).unwrap()];
    let (month, of) = (date.month().cast_unsigned(), date.day().cast_unsigned());
    loop {
        let c = civil(day);
        if c.month == month {
            return day + i64::from(of) - 1;
        }
        day += i64::from(c.of);
    }
}

pub fn length(len: Len) -> Length {
    let n = |n: i64| i32::try_from(n).unwrap();
    Length {
        years: n(len.years),
        months: n(len.months),
        days: n(len.days),
        working_days: n(len.working),
        hours: n(len.hours),
        minutes: n(len.minutes),
    }
}

fn kinds(bits: Kinds) -> Vec<DayKind> {
    let mut kinds = Vec::new();
    for (bit, day) in [(SATURDAY, Weekday::Saturday), (SUNDAY, Weekday::Sunday)] {
        if bits & bit != 0 {
            kinds.push(DayKind::Weekday(day));
        }
    }
    for (bit, name) in [(BANK_HOLIDAY, "bank_holiday"), (FEAST, "feast")] {
        if bits & bit != 0 {
            kinds.push(DayKind::Named(name.to_owned()));
        }
    }
    kinds
}

pub fn choices(rules: &Rules) -> Choices {
    let first = |first_in: bool| {
        if first_in {
            FirstDay::In
        } else {
            FirstDay::Out
        }
    };
    let months = |m: Months| count::Months {
        first_day: first(m.first_in),
        last_day_stays_last: m.last_stays,
        missing_day_before_last: m.day_before_last,
    };
    Choices {
        hours: Some(match rules.hours {
            Hours::FromNextWholeHour => count::Hours::FromNextWholeHour,
            Hours::Elapsed => count::Hours::Elapsed,
            Hours::Skipping(bits) => count::Hours::ElapsedSkipping(kinds(bits)),
        }),
        days: Some(first(rules.days_in)),
        working_days: Some(first(rules.working_in)),
        months: Some(months(rules.months)),
        years: Some(months(rules.years)),
        last_day: Some(count::LastDay {
            moves: match rules.last.step {
                0 => Moves::Stays,
                1 => Moves::On,
                _ => Moves::Back,
            },
            unless_held: rules.last.unless_held,
            past: rules.last.past.map(kinds),
        }),
        age: None,
    }
}

const SOME_KINDS: [Kinds; 4] = [
    SUNDAY | FEAST,
    SATURDAY | SUNDAY | BANK_HOLIDAY,
    FEAST,
    SUNDAY | FEAST | BANK_HOLIDAY,
];

fn some_months(r: &mut Random) -> Months {
    Months {
        first_in: r.coin(),
        last_stays: r.coin(),
        day_before_last: r.coin(),
    }
}

impl Case {
    pub fn random(r: &mut Random) -> Self {
        let zone = r.of_list(&Zone::ALL);
        let mut start = r.instant(zone);
        if r.percent(5) {
            start += r.within(0, 59);
        }
        let months = some_months(r);
        let mut rules = Rules {
            hours: match r.within(1, 3) {
                1 => Hours::FromNextWholeHour,
                2 => Hours::Elapsed,
                _ => Hours::Skipping(r.of_list(&SOME_KINDS)),
            },
            days_in: r.coin(),
            working_in: r.coin(),
            months,
            years: if r.coin() { months } else { some_months(r) },
            last: match r.within(1, 4) {
                1 => Last {
                    step: 0,
                    unless_held: false,
                    past: None,
                },
                2 => Last {
                    step: 1,
                    unless_held: r.coin(),
                    past: None,
                },
                3 => Last {
                    step: 1,
                    unless_held: r.coin(),
                    past: Some(r.of_list(&SOME_KINDS)),
                },
                _ => Last {
                    step: -1,
                    unless_held: r.coin(),
                    past: if r.coin() {
                        Some(r.of_list(&SOME_KINDS))
                    } else {
                        None
                    },
                },
            },
        };
        let length = Self::random_length(r);
        // The reference does not say what `first day in` is for working days that follow on days.
        rules.working_in &= length.days == 0;
        let reach = length.seconds()
            + DAY
                * (length.days
                    + 2 * length.working
                    + 31 * (length.months + 12 * length.years).min(6));
        let still = if r.coin() {
            Vec::new()
        } else {
            r.stretches(start, reach, 4)
        };
        Self {
            zone,
            rules,
            start,
            length,
            still,
            held: r.coin(),
        }
    }

    fn random_length(r: &mut Random) -> Len {
        let days = Len::days(r.within(1, 60));
        match r.within(1, 100) {
            1..=25 => Len::hours(r.within(1, 240)),
            26..=30 => Len {
                hours: r.within(0, 96),
                minutes: r.within(1, 59),
                ..Len::default()
            },
            31..=50 => days,
            51..=65 => Len::working(r.within(1, 40)),
            66..=82 => Len::months(r.within(1, 24)),
            83..=90 => Len::years(r.within(1, 6)),
            91..=96 => Len::months(r.within(1, 12)).plus(days),
            97..=98 => Len::years(r.within(1, 3)).plus(Len::months(r.within(1, 11))),
            _ => Len::days(r.within(1, 20)).plus(Len::working(r.within(1, 10))),
        }
    }

    fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        let mut push = |change: &dyn Fn(&mut Self)| {
            let mut other = self.clone();
            change(&mut other);
            if other.length != Len::default() {
                found.push(other);
            }
        };
        for n in 0..self.still.len() {
            push(&|c| {
                c.still.remove(n);
            });
        }
        if self.rules.last.step != 0 {
            push(&|c| {
                c.rules.last = Last {
                    step: 0,
                    unless_held: false,
                    past: None,
                }
            });
        }
        let fields: [fn(&mut Len) -> &mut i64; 6] = [
            |l| &mut l.years,
            |l| &mut l.months,
            |l| &mut l.days,
            |l| &mut l.working,
            |l| &mut l.hours,
            |l| &mut l.minutes,
        ];
        for field in fields {
            let mut own = self.length;
            let now = *field(&mut own);
            for less in [0, 1, now / 2, now - 1] {
                if less < now && less >= 0 {
                    push(&|c| *field(&mut c.length) = less);
                }
            }
        }
        for n in 0..self.still.len() {
            let (from, to) = self.still[n];
            for (a, b) in [
                (from, from + (to - from) / 120 * 60),
                (from, (from + HOUR).min(to)),
                (from.div_euclid(DAY) * DAY, to),
            ] {
                if a < b && (b - a < to - from || a < from && from % HOUR != 0) {
                    push(&|c| c.still[n] = (a, b));
                }
            }
        }
        found
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "  {}: from {}, {:?}, held: {}",
            self.zone.name(),
            self.zone.show(self.start),
            Short(self.length),
            self.held
        )?;
        for (from, to) in &self.still {
            writeln!(
                f,
                "  stands still {} .. {}",
                self.zone.show(*from),
                self.zone.show(*to)
            )?;
        }
        write!(f, "  counted {:?}", self.rules)
    }
}

/// A length without its empty units.
struct Short(Len);

impl fmt::Debug for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let l = self.0;
        let parts = [
            (l.years, "years"),
            (l.months, "months"),
            (l.days, "days"),
            (l.working, "working days"),
            (l.hours, "hours"),
            (l.minutes, "minutes"),
        ];
        let parts: Vec<String> = parts
            .iter()
            .filter(|(n, _)| *n > 0)
            .map(|(n, unit)| format!("{n} {unit}"))
            .collect();
        f.write_str(&parts.join(" + "))
    }
}
