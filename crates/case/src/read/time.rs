//! Times of acts, and days that are counted from an unknown day of a year.

use habeas_law::moment::{When, shift};
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::problem::quoted;

/// Years in which an act may have happened.
pub const ACTS: (i16, i16) = (1900, 2200);
/// Years of dates in fields: somebody's birth lies before what happened to them.
pub const FIELDS: (i16, i16) = (1800, 2300);

/// Days from day 0 that are read.
const MOST_DAYS: u32 = 36_525;

/// What was wrong with a time, and how to mend it.
#[derive(Debug)]
pub struct Wrong {
    pub found: String,
    pub hint: Option<String>,
}

impl Wrong {
    pub fn new(found: impl Into<String>) -> Self {
        Self {
            found: found.into(),
            hint: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A time, and the year in which its day 0 floats.
pub fn read(text: &str, zone: &TimeZone, years: (i16, i16)) -> Result<(When, Option<i16>), Wrong> {
    let text = text.trim();
    let (when, year) = match floating(text) {
        Some(read) => {
            let (year, days) = read?;
            (counted(year, days, zone), Some(year))
        }
        None => (
            When::parse(text, zone).map_err(|said| wrong(text, said))?,
            None,
        ),
    };
    let found = year.unwrap_or_else(|| when.day.year());
    if found < years.0 || found > years.1 {
        let found = format!(
            "{} lies outside the years {} to {} that are read",
            quoted(text),
            years.0,
            years.1
        );
        return Err(Wrong::new(found));
    }
    Ok((when, year))
}

/// Whether a text counts from an unknown day: `2019-XX-XX+37`.
pub fn is_floating(text: &str) -> bool {
    text.get(4..10) == Some("-XX-XX")
}

fn floating(text: &str) -> Option<Result<(i16, u32), Wrong>> {
    if !is_floating(text) {
        return None;
    }
    let year = text
        .get(..4)
        .filter(|year| year.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|year| year.parse().ok());
    let days = text.get(10..).and_then(|rest| rest.strip_prefix('+'));
    let days = days
        .filter(|days| days.bytes().all(|b| b.is_ascii_digit()))
        .and_then(|days| days.parse().ok());
    Some(
        year.zip(days.filter(|days| *days <= MOST_DAYS))
            .ok_or_else(|| {
                Wrong::new(format!(
                    "{} is no number of days from an unknown day of a year",
                    quoted(text)
                ))
                .hint(format!(
                    "write `2019-XX-XX+37` for the 37th day after day 0, at most {MOST_DAYS} days"
                ))
            }),
    )
}

/// Day 0 is kept as the first day of its year.
fn counted(year: i16, days: u32, zone: &TimeZone) -> When {
    let first = Date::new(year, 1, 1).unwrap_or_default();
    When::day(shift(first, i64::from(days)), zone)
}

/// What is wrong with a time, and how it is written.
fn wrong(text: &str, said: String) -> Wrong {
    if let Some(day) = text.get(..10)
        && let [year, month, number] = day.split('-').collect::<Vec<_>>().as_slice()
        && [year, month, number]
            .iter()
            .all(|part| part.bytes().all(|b| b.is_ascii_digit()))
        && day.parse::<Date>().is_err()
    {
        let month = year
            .parse()
            .ok()
            .zip(month.parse().ok())
            .and_then(|(y, m)| Date::new(y, m, 1).ok());
        let hint = month.map_or_else(
            || "days are written as year, month and day: `2026-11-05`".to_owned(),
            |month| {
                format!(
                    "{} has {} days",
                    month.strftime("%B %Y"),
                    month.days_in_month()
                )
            },
        );
        return Wrong::new(format!("{} is no day of the calendar", quoted(day))).hint(hint);
    }
    let shape = said.ends_with("a date or a time") || said.ends_with("a time of day");
    let wrong = Wrong::new(said);
    if shape { wrong.hint(FORMS) } else { wrong }
}

const FORMS: &str = "write a day `2026-11-05`, an hour `2026-11-05T14` or a time of day `2026-11-05T14:05+08:00`, as exactly as it is known";
