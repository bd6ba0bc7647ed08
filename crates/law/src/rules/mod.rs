//! The nouns of a pack, resolved: what an engine carries out.

mod act;
mod clock;
mod gate;
mod measure;
mod pack;
mod redress;
mod table;

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use crate::expression::Expression;
use crate::words::Words;

pub use act::{Act, By, Competence, Effect, Field, Organ, Rung};
pub use clock::{Clock, Extension, HeldFlag, Must, Reach, Repeat, Restart, Standstill};
pub use gate::{Condition, Gate, GateKind, Test, WhenUnknown};
pub use measure::{Convention, Measure, Meter};
pub use pack::{Pack, SourceLaw};
pub use redress::{Breach, Channel, Opens, Remedy};
pub use table::{Formula, Row, Step, StepName, Table, TableKey};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u16);
        impl $name {
            /// Position in the table of the [`Law`](crate::Law).
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    )+};
}

ids! {
    /// A kind of act.
    ActId,
    /// A field's or fact's name.
    FieldId,
    /// One version of a clock or duty.
    ClockId,
    /// All versions of a clock or duty.
    ClockGroup,
    /// One version of a gate.
    GateId,
    /// All versions of a gate.
    GateGroup,
    /// A measure.
    MeasureId,
    /// A meter.
    MeterId,
    /// A convention of counting.
    ConventionId,
    /// An organ.
    OrganId,
    /// A level of organs.
    LevelId,
    /// A rank.
    RankId,
    /// A breach of the breach matrix.
    BreachId,
    /// A remedy.
    RemedyId,
    /// A table.
    TableId,
    /// A formula.
    FormulaId,
    /// A pack (all its files).
    PackId,
    /// A file of a pack.
    FileId,
}

/// How sure a rule is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The text says it.
    #[default]
    Text,
    /// Not read in the text, or from general knowledge.
    ToBeConfirmed,
    /// Read in different ways, which are named.
    Disputed(Vec<Box<str>>),
    /// Ours: it may warn, and is never a breach.
    HouseChoice,
}

/// What follows when a condition of something already done does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing was said: a question.
    #[default]
    Unsaid,
    /// It counts for nothing.
    Void,
    /// Somebody must look.
    Question,
    /// The text itself draws the consequence.
    Breach(BreachId),
}

/// Where a clause stands, what it cites, how sure it is.
#[derive(Clone, Debug)]
pub struct Note {
    /// Number of the clause in the whole law; the unit of coverage.
    pub id: u32,
    /// Citations as they are shown, `CPL 91(1)`; shared by everything that is computed from the clause.
    pub citations: Vec<Arc<str>>,
    /// How sure.
    pub basis: Basis,
    /// The clause as it is written, without citation and suffixes.
    pub text: Arc<str>,
    /// What it is called for people, when a comment in quotes gives words.
    pub words: Option<Words>,
    /// What follows when it fails.
    pub otherwise: Otherwise,
    /// File of the clause.
    pub file: FileId,
    /// Byte offset of the clause.
    pub offset: usize,
}

/// A clause: what it says, and its note.
#[derive(Clone, Debug)]
pub struct Clause<T> {
    /// What it says.
    pub rule: T,
    /// Where it stands.
    pub note: Note,
}

/// A line that holds only when a condition does.
#[derive(Clone, Debug)]
pub struct Conditional<T> {
    /// What it gives.
    pub value: T,
    /// When; none: otherwise, or always.
    pub when: Option<Expression>,
}

/// `ACT or ACT [where COND]`
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Any of these kinds.
    pub acts: Vec<ActId>,
    /// Seen with the act as [`Of::Current`](crate::expression::Of::Current).
    pub condition: Option<Expression>,
}

/// When a text is in force and what picks it.
#[derive(Clone, Debug)]
pub struct Version {
    /// Article, `CPL 91`.
    pub article: String,
    /// First day in force.
    pub from: Option<Date>,
    /// First day no longer in force.
    pub until: Option<Date>,
    /// The moment that picks the version; without it, when the anchor act happened.
    pub governs_by: Option<Expression>,
    /// Ids of the dossier.
    pub dossier: Vec<String>,
    /// Passages left out, with the reason.
    pub not_encoded: Vec<NotEncoded>,
}

/// A passage that no rule encodes.
#[derive(Clone, Debug, Serialize)]
pub struct NotEncoded {
    /// `CPL 91(1)`
    pub citation: String,
    /// The words left out, and why.
    pub why: Words,
}

/// What the lapse of a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOut {
    /// Arithmetic.
    Overrun,
    /// A question.
    Question,
    /// A right is gone, and nobody did wrong.
    Lapses,
    /// The text draws a consequence.
    Breach(BreachId),
}
