//! Gates, bans, watches and eligibilities: conditions that are joined by *and*.

use serde::Serialize;

use super::{ActId, Clause, GateGroup, OrganId, Otherwise, PackId, Version};
use crate::expression::Expression;
use crate::words::Words;

/// What an unknown gate does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenUnknown {
    /// The step waits.
    Closed,
    /// The step goes on, with a question.
    Open,
    /// Somebody decides.
    Refer(Words),
}

/// A condition of a gate, a ban or a watch.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The condition; groups hold theirs in `within`.
    pub test: Test,
    /// Asked only if this holds.
    pub only_if: Option<Expression>,
    /// Excuses.
    pub unless: Vec<Clause<Expression>>,
    /// Who can mend it, and how.
    pub cure: Option<(Option<OrganId>, Words)>,
}

/// One condition, or a group of them.
#[derive(Clone, Debug)]
pub enum Test {
    /// A condition.
    One(Expression),
    /// At least so many of these.
    AtLeast(usize, Vec<Clause<Condition>>),
    /// All of these.
    All(Vec<Clause<Condition>>),
}

/// What a gate or a watch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateKind {
    /// Conditions before a step.
    Gate,
    /// What must not be.
    Ban,
    /// What is worth a question.
    Watch,
    /// Who qualifies.
    Eligibility,
}

/// A gate, a ban, a watch or an eligibility: conditions that are joined by *and*.
#[derive(Clone, Debug)]
pub struct Gate {
    /// All its versions.
    pub group: GateGroup,
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// Which noun.
    pub kind: GateKind,
    /// When this text governs.
    pub version: Version,
    /// For each of these acts.
    pub of: Vec<ActId>,
    /// All must hold.
    pub conditions: Vec<Clause<Condition>>,
    /// Lawful alternatives.
    pub instead: Vec<ActId>,
    /// What follows from not knowing.
    pub unknown: WhenUnknown,
    /// What a failed ban is.
    pub otherwise: Otherwise,
    /// The whole is ours, not the law's.
    pub house_choice: bool,
}
