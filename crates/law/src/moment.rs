//! Points in time as a record knows them: to the minute, the hour or the day.

use std::fmt;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How exactly a moment is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    /// Only the day.
    Day,
    /// The day and the hour.
    Hour,
    /// An instant.
    Instant,
    /// Anywhere between two instants that a computation gave.
    Bounds,
}

/// A moment with the bounds within which it lies. Seconds are of the UTC time line.
///
/// A moment known to the day lies between its first and its last minute; both ends are attained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct When {
    /// Earliest instant, seconds since 1970-01-01T00:00Z.
    pub from: i64,
    /// Latest instant, the same unit; not before `from`.
    pub to: i64,
    /// The civil day of `from` in the zone of the law.
    pub day: Date,
    /// How exactly it is known.
    pub precision: Precision,
}

/// One instant and its civil day in the zone of the law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Point {
    /// Seconds since 1970-01-01T00:00Z.
    pub instant: i64,
    /// Its day where the law counts.
    pub day: Date,
}

/// Where a period ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum End {
    /// With the last minute of this day.
    Day(Date),
    /// At this instant, seconds since 1970-01-01T00:00Z.
    Instant(i64),
}

/// The civil day of an instant.
#[must_use]
pub fn day_of(instant: i64, zone: &TimeZone) -> Date {
    civil(instant, zone).date()
}

/// Local date and time of an instant.
#[must_use]
pub fn civil(instant: i64, zone: &TimeZone) -> DateTime {
    Timestamp::from_second(instant).map_or(DateTime::MIN, |t| zone.to_datetime(t))
}

/// The first instant of a civil day (after a clock change at midnight: the first that exists).
#[must_use]
pub fn start_of(day: Date, zone: &TimeZone) -> i64 {
    instant_of(day.to_datetime(Time::midnight()), zone)
}

/// The instant of a local time; one that a clock change skipped is read after the change, one that it repeats is the earlier.
#[must_use]
pub fn instant_of(local: DateTime, zone: &TimeZone) -> i64 {
    zone.to_timestamp(local)
        .map_or(i64::MIN / 4, Timestamp::as_second)
}

/// `day` moved by a number of days; stops at the ends of the calendar.
#[must_use]
pub fn shift(day: Date, days: i64) -> Date {
    day.saturating_add(days.clamp(-3_000_000, 3_000_000).days())
}

/// Days from `a` to `b`, negative when `b` is earlier.
#[must_use]
pub fn days_between(a: Date, b: Date) -> i64 {
    (b.duration_since(a).as_hours()) / 24
}

impl End {
    /// The instant at which the period is over (exclusive end).
    #[must_use]
    pub fn ends_at(self, zone: &TimeZone) -> i64 {
        match self {
            Self::Day(day) => start_of(shift(day, 1), zone),
            Self::Instant(instant) => instant,
        }
    }

    /// The last day on which something is in time.
    #[must_use]
    pub fn last_day(self, zone: &TimeZone) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Instant(instant) => day_of(instant, zone),
        }
    }

    /// For people: `2026-11-08` or `2026-11-06 15:00`.
    #[must_use]
    pub fn show(self, zone: &TimeZone) -> String {
        match self {
            Self::Day(day) => day.to_string(),
            Self::Instant(instant) => show_instant(instant, zone),
        }
    }
}

/// `2026-11-06 15:00`, local time of the law, seconds only when there are any.
#[must_use]
pub fn show_instant(instant: i64, zone: &TimeZone) -> String {
    let local = civil(instant, zone);
    let format = if local.second() == 0 {
        "%Y-%m-%d %H:%M"
    } else {
        "%Y-%m-%d %H:%M:%S"
    };
    local.strftime(format).to_string()
}

impl Point {
    /// The point of an instant.
    #[must_use]
    pub fn new(instant: i64, zone: &TimeZone) -> Self {
        Self {
            instant,
            day: day_of(instant, zone),
        }
    }
}

impl When {
    /// An instant.
    #[must_use]
    pub fn instant(instant: i64, zone: &TimeZone) -> Self {
        Self {
            from: instant,
            to: instant,
            day: day_of(instant, zone),
            precision: Precision::Instant,
        }
    }

    /// Some minute of this day.
    #[must_use]
    pub fn day(day: Date, zone: &TimeZone) -> Self {
        let from = start_of(day, zone);
        let to = start_of(shift(day, 1), zone) - 60;
        Self {
            from,
            to,
            day,
            precision: Precision::Day,
        }
    }

    /// Somewhere from `from` to `to`.
    #[must_use]
    pub fn bounds(from: i64, to: i64, zone: &TimeZone) -> Self {
        let (from, to) = (from.min(to), from.max(to));
        let precision = if from == to {
            Precision::Instant
        } else {
            Precision::Bounds
        };
        Self {
            from,
            to,
            day: day_of(from, zone),
            precision,
        }
    }

    /// The earliest point.
    #[must_use]
    pub fn earliest(&self) -> Point {
        Point {
            instant: self.from,
            day: self.day,
        }
    }

    /// The latest point.
    #[must_use]
    pub fn latest(&self, zone: &TimeZone) -> Point {
        match self.precision {
            Precision::Bounds => Point::new(self.to, zone),
            _ => Point {
                instant: self.to,
                day: self.day,
            },
        }
    }

    /// Reads `2026-11-05`, `2026-11-05 14h`, `2026-11-05T14`, `2026-11-05 14:05[:30]`, `2026-11-05T14:05+08:00`.
    ///
    /// # Errors
    /// A sentence that says what is wrong: not a date, an hour that does not exist, or an offset that the zone does not have then.
    pub fn parse(text: &str, zone: &TimeZone) -> Result<Self, String> {
        let text = text.trim();
        if let Ok(day) = text.parse::<Date>()
            && text.len() == 10
        {
            return Ok(Self::day(day, zone));
        }
        let (day, rest) = text
            .split_at_checked(10)
            .filter(|(_, rest)| rest.starts_with(['T', ' ', 't']))
            .ok_or_else(|| format!("`{text}` is not a date or a time"))?;
        let day: Date = day
            .parse()
            .map_err(|_| format!("`{day}` is not a day of the calendar"))?;
        let rest = rest.get(1..).unwrap_or_default().trim();
        let (clock, offset) = split_offset(rest);
        let (hour, minute) =
            parse_clock(clock).ok_or_else(|| format!("`{clock}` is not a time of day"))?;
        let Some((minute, second)) = minute else {
            let from = day.at(hour, 0, 0, 0);
            return local(from, offset, zone, text).map(|from| Self {
                from,
                to: from + 59 * 60,
                day,
                precision: Precision::Hour,
            });
        };
        let at = day.at(hour, minute, second, 0);
        let ambiguous = zone.to_ambiguous_zoned_datetime(at);
        if offset.is_none() && ambiguous.is_ambiguous() {
            return fold(at, zone, text);
        }
        let instant = local(at, offset, zone, text)?;
        Ok(Self {
            from: instant,
            to: instant,
            day: day_of(instant, zone),
            precision: Precision::Instant,
        })
    }

    /// For people, as exact as it is known.
    #[must_use]
    pub fn show(&self, zone: &TimeZone) -> String {
        match self.precision {
            Precision::Day => self.day.to_string(),
            Precision::Hour => format!("{} {:02}h", self.day, civil(self.from, zone).hour()),
            Precision::Instant => show_instant(self.from, zone),
            Precision::Bounds => {
                format!(
                    "{} to {}",
                    show_instant(self.from, zone),
                    show_instant(self.to, zone)
                )
            }
        }
    }

    /// Whether this moment is surely not after that end.
    #[must_use]
    pub fn surely_by(&self, end: End, zone: &TimeZone) -> bool {
        match end {
            End::Day(day) => self.latest(zone).day <= day,
            End::Instant(instant) => self.to <= instant,
        }
    }

    /// Whether this moment may be not after that end.
    #[must_use]
    pub fn maybe_by(&self, end: End) -> bool {
        match end {
            End::Day(day) => self.day <= day,
            End::Instant(instant) => self.from <= instant,
        }
    }
}

/// A time that the clock change repeats (both readings) or skips (an error).
fn fold(at: DateTime, zone: &TimeZone, text: &str) -> Result<When, String> {
    let ambiguous = zone.to_ambiguous_zoned_datetime(at);
    let earlier = ambiguous.clone().earlier().map_err(|e| e.to_string())?;
    let later = ambiguous.later().map_err(|e| e.to_string())?;
    if earlier.datetime() != at {
        return Err(format!(
            "`{text}` does not exist: the clocks went forward over it; write the offset"
        ));
    }
    Ok(When::bounds(
        earlier.timestamp().as_second(),
        later.timestamp().as_second(),
        zone,
    ))
}

fn split_offset(text: &str) -> (&str, Option<&str>) {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return (clock, Some("+00:00"));
    }
    match text.find(['+', '-']) {
        Some(at) => {
            let (clock, offset) = text.split_at(at);
            (clock.trim_end(), Some(offset))
        }
        None => (text, None),
    }
}

type Clock = (i8, Option<(i8, i8)>);

fn parse_clock(text: &str) -> Option<Clock> {
    let number = |s: &str, most: i8| {
        (s.len() <= 2)
            .then(|| s.parse::<i8>().ok())
            .flatten()
            .filter(|n| (0..=most).contains(n))
    };
    let bare = text.strip_suffix(['h', 'H']).unwrap_or(text);
    let mut parts = bare.split(':');
    let hour = number(parts.next()?, 23)?;
    let Some(minute) = parts.next() else {
        return Some((hour, None));
    };
    let minute = number(minute, 59)?;
    let second = match parts.next() {
        Some(s) => number(s.split('.').next()?, 59)?,
        None => 0,
    };
    parts
        .next()
        .is_none()
        .then_some((hour, Some((minute, second))))
}

fn local(at: DateTime, offset: Option<&str>, zone: &TimeZone, text: &str) -> Result<i64, String> {
    let Some(offset) = offset else {
        return Ok(instant_of(at, zone));
    };
    let seconds =
        parse_offset(offset).ok_or_else(|| format!("`{offset}` is not an offset from UTC"))?;
    let instant = instant_of(at, &TimeZone::UTC) - seconds;
    let there = civil(instant, zone);
    if there == at {
        return Ok(instant);
    }
    let stamp = Timestamp::from_second(instant).map_err(|e| e.to_string())?;
    let own = zone.to_offset(stamp);
    Err(format!(
        "the offset of `{text}` is not that of {} then, which is {own}; the same instant there is {}",
        zone.iana_name().unwrap_or("the law's zone"),
        there.strftime("%Y-%m-%dT%H:%M")
    ))
}

fn parse_offset(text: &str) -> Option<i64> {
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' => -1,
        _ => return None,
    };
    let digits: String = text.chars().skip(1).filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i64>().ok()?, 0),
        4 => (
            digits.get(..2)?.parse().ok()?,
            digits.get(2..)?.parse().ok()?,
        ),
        _ => return None,
    };
    (hours <= 18 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Day => "day",
            Self::Hour => "hour",
            Self::Instant => "instant",
            Self::Bounds => "bounds",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone(name: &str) -> TimeZone {
        TimeZone::get(name).unwrap()
    }

    #[test]
    fn reads_day_hour_and_instant() {
        let shanghai = zone("Asia/Shanghai");
        let p = |text: &str| When::parse(text, &shanghai).unwrap();
        assert_eq!(p("2026-11-05").to - p("2026-11-05").from, 86_340);
        assert_eq!(p("2026-11-05 14h").to - p("2026-11-05T14").from, 59 * 60);
        assert_eq!(p("2026-11-05T14:05+08:00"), p("2026-11-05 14:05"));
        assert_eq!(
            p("2026-11-05T14:05+08:00").show(&shanghai),
            "2026-11-05 14:05"
        );
    }

    #[test]
    fn refuses_a_foreign_offset_and_says_the_local_time() {
        let error = When::parse("2026-11-05T14:05+09:00", &zone("Asia/Shanghai")).unwrap_err();
        assert!(error.contains("2026-11-05T13:05"), "{error}");
        for wrong in [
            "2026-13-05",
            "2026-02-29",
            "2026-11-05 25:00",
            "yesterday",
            "2026-11-05x",
        ] {
            assert!(
                When::parse(wrong, &zone("Asia/Shanghai")).is_err(),
                "{wrong}"
            );
        }
    }

    #[test]
    fn a_repeated_hour_gives_bounds_and_a_skipped_one_an_error() {
        let london = zone("Europe/London");
        let twice = When::parse("2026-10-25 01:30", &london).unwrap();
        assert_eq!(twice.to - twice.from, 3600);
        assert!(When::parse("2026-03-29 01:30", &london).is_err());
        assert_eq!(
            When::parse("2026-10-25T01:30+00:00", &london)
                .unwrap()
                .precision,
            Precision::Instant
        );
    }
}
