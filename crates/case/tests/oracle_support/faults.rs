//! Faults of the engine that the walker found and that are still there.
//!
//! A case that falls into the ground of one of them is walked and compared all the same, and counted apart. Once the engine agrees on all
//! of that ground the oracle says so and fails until the line is taken out of [`OPEN`]: the list only ever describes the engine as it is.

use super::civil::{Days, civil};
use super::direct::Case;
use super::walker::{End, Hours, Len, Walked};

/// A set of faults, one bit for each line of [`OPEN`].
pub type Faults = u32;

/// Names one fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A standstill moves the end of working days by calendar days, so that a weekend counts or a day off is the last day.
    WorkingDaysStandStill,
    /// `corresponding day … no such day: day before the last day` is read and ignored.
    NoSuchDayFirstOut,
    /// The first day counts and stands still, and is counted.
    FirstDayStandsStill,
    /// Hours that are used up at the midnight at which a skipped day begins run on through that day.
    UsedUpAtMidnight,
    /// The first day is not counted, and its unpublished year makes the end provisional.
    ProvisionalByFirstDay,
    /// Hours of an extension from the last end begin an hour after that end.
    OnwardFromTheNextHour,
    /// Days or months of an extension from the last end count that end a second time.
    OnwardFirstDayIn,
    /// Asked at the very instant at which a standstill begins, the clock runs and its end is open.
    OpenAtThisInstant,
    /// A period without an end that began before the clock is as if it had not been.
    OpenBeforeTheStart,
    /// Between two acts of which the first came before the clock, nothing is left out.
    AbsentBeforeTheStart,
    /// In the middle of a standstill whose end is known and lies ahead, the clock is said to run.
    KnownEndAhead,
    /// A clock whose hours stand in a field leaves out whole days between two acts.
    HoursOfAField,
    /// A standstill lengthens the ceiling.
    CeilingStandsStill,
}

/// What the engine still does.
pub const OPEN: &[Fault] = &[
    Fault::WorkingDaysStandStill,
    Fault::NoSuchDayFirstOut,
    Fault::FirstDayStandsStill,
    Fault::UsedUpAtMidnight,
    Fault::ProvisionalByFirstDay,
    Fault::OnwardFromTheNextHour,
    Fault::OnwardFirstDayIn,
    Fault::OpenAtThisInstant,
    Fault::OpenBeforeTheStart,
    Fault::AbsentBeforeTheStart,
    Fault::KnownEndAhead,
    Fault::HoursOfAField,
    Fault::CeilingStandsStill,
];

/// The bits of those that are open and hit.
pub fn of(grounds: &[(Fault, bool)]) -> Faults {
    let hit = |fault: &Fault| grounds.iter().any(|(f, hit)| f == fault && *hit);
    OPEN.iter()
        .enumerate()
        .filter(|(_, fault)| hit(fault))
        .fold(0, |bits, (n, _)| bits | 1 << n)
}

/// The open faults into whose ground a count falls.
pub fn of_count(case: &Case, walked: Walked, days: &Days) -> Faults {
    let Case {
        zone,
        rules,
        length,
        ..
    } = case;
    let Len {
        years,
        months,
        days: n,
        working,
        ..
    } = *length;
    let by_months = years + months > 0;
    let rule = if months > 0 {
        rules.months
    } else {
        rules.years
    };
    let first = zone.day(case.start);
    let first_in = if by_months {
        rule.first_in
    } else {
        n > 0 && rules.days_in
    };
    // Only from the 29th on can the target month have no such day.
    let late = civil(first).day > 28;
    let touched = |day| {
        let (from, to) = (zone.midnight(day), zone.midnight(day + 1));
        case.still.iter().any(|(a, b)| *a < to && *b > from)
    };
    let at_midnight = match (rules.hours, walked.end) {
        (Hours::Skipping(kinds), End::Instant(t)) => {
            zone.midnight(zone.day(t)) == t && days.is(zone.day(t), kinds)
        }
        _ => false,
    };
    let out_before_last = !rule.first_in && rule.day_before_last;
    of(&[
        (
            Fault::WorkingDaysStandStill,
            working > 0 && !case.still.is_empty(),
        ),
        (
            Fault::NoSuchDayFirstOut,
            late && by_months && out_before_last,
        ),
        (Fault::FirstDayStandsStill, first_in && touched(first)),
        (Fault::UsedUpAtMidnight, at_midnight),
        (
            Fault::ProvisionalByFirstDay,
            working > 0 && !days.published(first),
        ),
    ])
}
