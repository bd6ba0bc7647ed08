//! Lengths of time in the units in which laws state them.

use serde::{Deserialize, Serialize};

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

    /// Whether it is counted on the time line rather than on the calendar.
    #[must_use]
    pub fn is_clock(self) -> bool {
        matches!(self, Self::Hours | Self::Minutes)
    }

    /// Whether both stand in one length: a day has no number of hours.
    #[must_use]
    pub fn adds_to(self, other: Self) -> bool {
        self.is_clock() == other.is_clock()
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
        Self {
            hours: 0,
            minutes: 0,
            ..self
        }
    }

    /// Seconds of the hours and minutes.
    #[must_use]
    pub fn seconds(self) -> i64 {
        i64::from(self.hours) * HOUR + i64::from(self.minutes) * MINUTE
    }

    /// Units with something in them, with their counts.
    pub fn parts(self) -> impl Iterator<Item = (Unit, i32)> {
        [
            Unit::Years,
            Unit::Months,
            Unit::Days,
            Unit::WorkingDays,
            Unit::Hours,
            Unit::Minutes,
        ]
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
            let name = if count == 1 {
                name.strip_suffix('s').unwrap_or(name)
            } else {
                name
            };
            write!(f, "{}{count} {name}", if first { "" } else { " + " })?;
            first = false;
        }
        if first {
            f.write_str("no time")
        } else {
            Ok(())
        }
    }
}
