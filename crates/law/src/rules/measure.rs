//! Measures, the meters that add up their time, and the conventions by which time is counted.

use super::{Clause, ConventionId, MeasureId, NotEncoded, Note, PackId, RunOut, Trigger, Version};
use crate::count::{Choices, Length};
use crate::words::Words;

/// A measure.
#[derive(Clone, Debug)]
pub struct Measure {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// While it runs the person is held.
    pub held: bool,
    /// Parents that it cannot outlive.
    pub within: Vec<MeasureId>,
    /// Begins with.
    pub begins: Vec<Clause<Trigger>>,
    /// Ends with.
    pub ends: Vec<Clause<Trigger>>,
    /// Version of the text.
    pub version: Version,
}

/// A meter.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// Times under this are counted.
    pub counts: Vec<MeasureId>,
    /// One for each organ.
    pub per_organ: bool,
    /// The limit.
    pub limit: Option<Clause<Length>>,
    /// How the limit is counted.
    pub convention: ConventionId,
    /// What its lapse is.
    pub run_out: Option<Clause<RunOut>>,
    /// Version of the text.
    pub version: Version,
}

/// A convention with its citations.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// The choices.
    pub choices: Choices,
    /// Alternatives shown beside them.
    pub also: Vec<Clause<(Choices, Words)>>,
    /// A note for each choice.
    pub notes: Vec<Note>,
    /// What is not encoded.
    pub not_encoded: Vec<NotEncoded>,
}
