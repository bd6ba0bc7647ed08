//! A calendar made by stepping from one day to the next, and two zones whose clock changes are listed by hand-written rules.
//!
//! Nothing here calls the engine or `jiff`: it is what the engine is compared with.

use std::sync::OnceLock;

/// Days since 1970-01-01, a Thursday.
pub type Day = i64;

pub const DAY: i64 = 86_400;
pub const HOUR: i64 = 3_600;
pub const MINUTE: i64 = 60;

const LAST_YEAR: i32 = 2060;

/// One day of the table.
#[derive(Clone, Copy, Debug)]
pub struct Civil {
    pub year: i32,
    pub month: u8,
    pub day: u8,
    /// How many days its month has.
    pub of: u8,
}

fn month_length(year: i32, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn table() -> &'static [Civil] {
    static TABLE: OnceLock<Vec<Civil>> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut days = Vec::new();
        let (mut year, mut month, mut day) = (1970, 1, 1);
        while year <= LAST_YEAR {
            let of = month_length(year, month);
            days.push(Civil {
                year,
                month,
                day,
                of,
            });
            day += 1;
            if day > of {
                (month, day) = (month + 1, 1);
            }
            if month > 12 {
                (year, month) = (year + 1, 1);
            }
        }
        days
    })
}

/// Year, month and day of a day.
pub fn civil(day: Day) -> Civil {
    table()[usize::try_from(day).unwrap()]
}

/// The day of a date; found by walking, so it is for tables and not for loops.
pub fn day_of_date(year: i32, month: u8, day: u8) -> Day {
    let found = table()
        .iter()
        .position(|c| (c.year, c.month, c.day) == (year, month, day))
        .unwrap();
    found as Day
}

/// Monday is 0.
pub fn weekday(day: Day) -> usize {
    usize::try_from((day + 3).rem_euclid(7)).unwrap()
}

pub fn show_day(day: Day) -> String {
    let c = civil(day);
    format!("{:04}-{:02}-{:02}", c.year, c.month, c.day)
}

/// Where a law counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zone {
    Shanghai,
    London,
}

impl Zone {
    pub const ALL: [Self; 2] = [Self::Shanghai, Self::London];

    pub fn name(self) -> &'static str {
        match self {
            Self::Shanghai => "Asia/Shanghai",
            Self::London => "Europe/London",
        }
    }

    /// Seconds to be added to UTC.
    pub fn offset(self, instant: i64) -> i64 {
        match self {
            Self::Shanghai => 8 * HOUR,
            Self::London => {
                let year = civil(instant.div_euclid(DAY)).year;
                let (spring, autumn) = summer_times()[usize::try_from(year - 1970).unwrap()];
                if (spring..autumn).contains(&instant) {
                    HOUR
                } else {
                    0
                }
            }
        }
    }

    /// The civil day of an instant.
    pub fn day(self, instant: i64) -> Day {
        (instant + self.offset(instant)).div_euclid(DAY)
    }

    /// Hour and minute of the day, by the clock on the wall.
    pub fn time(self, instant: i64) -> (i64, i64) {
        let of_day = (instant + self.offset(instant)).rem_euclid(DAY);
        (of_day / HOUR, of_day % HOUR / MINUTE)
    }

    /// The instant at which a day begins.
    pub fn midnight(self, day: Day) -> i64 {
        match self {
            Self::Shanghai => day * DAY - 8 * HOUR,
            Self::London => {
                // The clocks change an hour after midnight UTC: the offset of the evening before still holds.
                day * DAY - self.offset(day * DAY - HOUR - 1)
            }
        }
    }

    pub fn show(self, instant: i64) -> String {
        let (hour, minute) = self.time(instant);
        let seconds = instant.rem_euclid(MINUTE);
        let offset = self.offset(instant) / HOUR;
        let day = show_day(self.day(instant));
        match seconds {
            0 => format!("{day} {hour:02}:{minute:02}+{offset:02}"),
            _ => format!("{day} {hour:02}:{minute:02}:{seconds:02}+{offset:02}"),
        }
    }
}

/// British Summer Time of each year from 1970: from 01:00 UTC of the last Sunday of March to that of October. True since 1996.
pub fn summer_times() -> &'static [(i64, i64)] {
    static TIMES: OnceLock<Vec<(i64, i64)>> = OnceLock::new();
    TIMES.get_or_init(|| {
        let mut sundays: Vec<[i64; 2]> = vec![[0; 2]; usize::try_from(LAST_YEAR - 1969).unwrap()];
        for day in 0..table().len() as Day {
            let c = civil(day);
            if weekday(day) == 6 && (c.month == 3 || c.month == 10) {
                // Later Sundays of the month overwrite earlier ones.
                sundays[usize::try_from(c.year - 1970).unwrap()][usize::from(c.month == 10)] =
                    day * DAY + HOUR;
            }
        }
        sundays
            .into_iter()
            .map(|[spring, autumn]| (spring, autumn))
            .collect()
    })
}

/// Kinds of days, one bit each; the low bits are kinds of the calendar's lines, the high ones days of the week.
pub type Kinds = u16;

pub const OFF: Kinds = 1;
pub const WORKDAY: Kinds = 2;
pub const BANK_HOLIDAY: Kinds = 4;
pub const FEAST: Kinds = 8;
const LISTED: Kinds = 15;
pub const SATURDAY: Kinds = 16 << 5;
pub const SUNDAY: Kinds = 16 << 6;

/// Which days are worked.
#[derive(Clone, Debug)]
pub struct Days {
    kinds: Vec<Kinds>,
    weekend: Kinds,
    published: Vec<(Day, Day)>,
}

impl Days {
    /// Reads the lines of a calendar file, the plain way.
    pub fn read(text: &str) -> Self {
        const NAMES: [&str; 7] = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let kinds = (0..table().len())
            .map(|day| 16 << weekday(day as Day))
            .collect();
        let mut days = Self {
            kinds,
            weekend: 0,
            published: Vec::new(),
        };
        let date = |text: &str| {
            let mut parts = text.split('-').map(|p| p.parse::<i32>().unwrap());
            let mut next = || parts.next().unwrap();
            let (year, month, day) = (next(), next(), next());
            day_of_date(
                year,
                u8::try_from(month).unwrap(),
                u8::try_from(day).unwrap(),
            )
        };
        for line in text
            .lines()
            .filter(|l| !l.starts_with('#') && !l.starts_with("from"))
        {
            let cells: Vec<&str> = line.split(',').collect();
            match cells[2] {
                "weekend" => {
                    days.weekend |= 16 << NAMES.iter().position(|n| *n == cells[0]).unwrap();
                }
                "published" => days.published.push((date(cells[0]), date(cells[1]))),
                kinds => {
                    let bits = kinds.split('+').map(|kind| match kind {
                        "off" => OFF,
                        "workday" => WORKDAY,
                        "bank_holiday" => BANK_HOLIDAY,
                        "feast" => FEAST,
                        other => panic!("the walker knows no kind `{other}`"),
                    });
                    let bits = bits.fold(0, |a, b| a | b);
                    for day in date(cells[0])..=date(cells[1]) {
                        days.kinds[usize::try_from(day).unwrap()] |= bits;
                    }
                }
            }
        }
        days
    }

    pub fn is(&self, day: Day, kinds: Kinds) -> bool {
        self.kinds[usize::try_from(day).unwrap()] & kinds != 0
    }

    pub fn works(&self, day: Day) -> bool {
        let kinds = self.kinds[usize::try_from(day).unwrap()];
        if kinds & LISTED != 0 {
            kinds & WORKDAY != 0
        } else {
            kinds & self.weekend == 0
        }
    }

    pub fn published(&self, day: Day) -> bool {
        self.published
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&day))
    }
}
