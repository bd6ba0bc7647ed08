//! Clocks and duties, and what lengthens, stops, restarts and ends them.

use super::{
    ActId, Clause, ClockGroup, Conditional, ConventionId, OrganId, PackId, RunOut, Trigger, Version,
};
use crate::count::Length;
use crate::expression::Expression;
use crate::words::Words;

/// How far an extension goes.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Adds this.
    pub by: Option<Expression>,
    /// Adds what the act says, and not more than this.
    pub by_at_most: Option<Expression>,
    /// Makes the whole this long.
    pub to: Option<Expression>,
    /// Makes the whole as long as the act says, and not longer than this.
    pub to_at_most: Option<Expression>,
    /// The end that the act says.
    pub until: Option<Expression>,
}

/// `extended by …`
#[derive(Clone, Debug)]
pub struct Extension {
    /// Which acts.
    pub trigger: Trigger,
    /// How far.
    pub reach: Reach,
    /// How often.
    pub at_most: Option<u32>,
    /// Only after the clause before it has been used.
    pub then: bool,
}

/// `stands still during …`
#[derive(Clone, Debug)]
pub struct Standstill {
    /// A period act, or the act that begins it.
    pub from: Trigger,
    /// The act that ends it.
    pub to: Option<Trigger>,
    /// Not longer than this.
    pub at_most: Option<Expression>,
}

/// `starts again at …`
#[derive(Clone, Debug)]
pub struct Restart {
    /// Which acts.
    pub trigger: Trigger,
    /// The moment, if it is not when the act happened.
    pub at: Option<Expression>,
    /// Whether extensions may come again.
    pub with_extensions: bool,
    /// How often.
    pub at_most: Option<u32>,
}

/// `repeats every …`
#[derive(Clone, Debug)]
pub struct Repeat {
    /// From one to the next.
    pub every: Length,
    /// When the late one does not move the next.
    pub from_due_where: Option<Expression>,
}

/// `must ACT by ORGAN, …`
#[derive(Clone, Debug)]
pub struct Must {
    /// What must be done.
    pub acts: Vec<ActId>,
    /// By whom.
    pub organs: Vec<OrganId>,
    /// No end can be computed.
    pub without_delay: bool,
}

/// Whether a clock runs in custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldFlag {
    /// It does not.
    Never,
    /// By its nature.
    Always,
    /// As the person is held or not when it starts.
    AsFound,
}

/// A clock or a duty.
#[derive(Clone, Debug)]
pub struct Clock {
    /// All its versions.
    pub group: ClockGroup,
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// A duty rather than a limit.
    pub duty: bool,
    /// When this text governs.
    pub version: Version,
    /// One for each of these acts; empty: once, of the facts.
    pub of: Vec<ActId>,
    /// It is a right to hold.
    pub title: bool,
    /// In custody.
    pub held: HeldFlag,
    /// How it counts.
    pub convention: ConventionId,
    /// Only when.
    pub applies: Vec<Clause<Expression>>,
    /// From when; the first that holds.
    pub starts: Vec<Clause<Conditional<Expression>>>,
    /// How long; the first that holds.
    pub lasts: Vec<Clause<Conditional<Expression>>>,
    /// What lengthens it.
    pub extensions: Vec<Clause<Extension>>,
    /// What every extension needs.
    pub extension_needs: Vec<Clause<Expression>>,
    /// When it cannot be extended.
    pub not_extended: Vec<Clause<Expression>>,
    /// Extensions add to the sum from the start.
    pub from_start: bool,
    /// Ceilings over everything.
    pub never_past: Vec<Clause<Expression>>,
    /// What is not counted.
    pub stands_still: Vec<Clause<Standstill>>,
    /// What begins it anew.
    pub restarts: Vec<Clause<Restart>>,
    /// What fulfils it.
    pub met: Vec<Clause<Trigger>>,
    /// What closes it.
    pub ended: Vec<Clause<Trigger>>,
    /// Whose it is.
    pub owed_by: Vec<Clause<Vec<OrganId>>>,
    /// What must be done.
    pub must: Option<Clause<Must>>,
    /// Warnings before the end.
    pub warns: Vec<Clause<Length>>,
    /// A series.
    pub repeats: Option<Clause<Repeat>>,
    /// What its lapse is.
    pub run_out: Option<Clause<RunOut>>,
    /// The clauses of the rule that cite a house choice make the whole one.
    pub house_choice: bool,
}
