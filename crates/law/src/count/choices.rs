//! What a law chooses when it counts: the choices of a convention.

use crate::calendar::DayKind;

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
    /// Where the target month has no such day, the period ends the day before its last day, not with it.
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
