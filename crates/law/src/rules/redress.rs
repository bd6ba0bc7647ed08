//! What a breach brings, and what the person can do.

use super::{
    ActId, BreachId, Clause, ClockGroup, ConventionId, Note, OrganId, PackId, RemedyId, Version,
};
use crate::count::Length;
use crate::expression::Expression;
use crate::words::Words;

/// What a breach brings.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// At once.
    pub effects: Vec<Clause<Words>>,
    /// Who must act.
    pub acts: Vec<Clause<(OrganId, Words)>>,
    /// The person's remedies.
    pub remedies: Vec<Clause<RemedyId>>,
    /// Later.
    pub later: Vec<Clause<Words>>,
}

/// When a remedy is open.
#[derive(Clone, Debug)]
pub enum Opens {
    /// While a condition holds.
    When(Expression),
    /// After an act.
    After(Vec<ActId>),
    /// On a finding.
    On(Vec<BreachId>),
}

/// A remedy.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// Who may use it.
    pub whom: Option<Clause<Words>>,
    /// To whom it goes.
    pub to: Vec<Clause<OrganId>>,
    /// When it is open; any of these.
    pub opens: Vec<Clause<Opens>>,
    /// What must hold besides: it is open only so long.
    pub during: Vec<Clause<Expression>>,
    /// The act that uses it.
    pub made_by: Vec<ActId>,
    /// Time limit from what opened it.
    pub within: Option<Clause<Length>>,
    /// The clock of the answer.
    pub answered_by: Option<(ClockGroup, Note)>,
    /// The next step.
    pub then: Vec<RemedyId>,
    /// How the limit is counted.
    pub convention: ConventionId,
    /// Version of the text.
    pub version: Version,
}

/// Where a person can turn.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "says itself")]
pub struct Channel {
    pub pack: PackId,
    pub name: String,
    pub words: Words,
    pub organ: Option<OrganId>,
    pub telephone: Option<String>,
    pub address: Option<String>,
    pub note: Note,
}
