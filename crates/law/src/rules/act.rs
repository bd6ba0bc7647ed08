//! Acts: what they do to the person, who may do them, and what is recorded of them.

use serde::Serialize;

use super::{ActId, Clause, ClockGroup, FieldId, LevelId, OrganId, PackId, RankId, Version};
use crate::expression::Identity;
use crate::value::Type;
use crate::words::Words;

/// An organ of the jurisdiction.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "says itself")]
pub struct Organ {
    pub pack: PackId,
    pub name: String,
    pub words: Words,
}

/// A level or a rank, lowest first on its ladder.
#[derive(Clone, Debug)]
pub struct Rung {
    /// Name in data.
    pub name: String,
    /// For people.
    pub words: Words,
    /// The organ of a rank.
    pub organ: Option<OrganId>,
    /// The jurisdiction, `cn`.
    pub jurisdiction: String,
    /// Height on the ladder.
    pub height: u16,
}

/// Whether an act takes from or gives to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "says itself")]
pub enum Effect {
    Restrains,
    Frees,
    Protects,
    Neutral,
}

/// Who may do an act.
#[derive(Clone, Debug)]
pub struct Competence {
    /// The organ; none: anyone.
    pub organ: Option<OrganId>,
    /// The lowest rank.
    pub rank: Option<RankId>,
    /// The lowest level.
    pub level: Option<LevelId>,
}

/// `by …`: alternatives, and from whom the actor must differ.
#[derive(Clone, Debug)]
pub struct By {
    /// One of these.
    pub competences: Vec<Competence>,
    /// Must differ from the actor of that act.
    pub differs: Vec<(Identity, ActId)>,
}

/// A field of an act, or a fact.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub id: FieldId,
    /// Its type.
    pub ty: Type,
    /// `… or none`
    pub or_none: bool,
    /// Forms ask for it.
    pub needed: bool,
    /// For people.
    pub words: Words,
}

/// A kind of act.
#[derive(Clone, Debug)]
pub struct Act {
    /// The pack that declares it.
    pub pack: PackId,
    /// Bare name.
    pub name: String,
    /// Name in data, `cn/criminal-procedure detention`.
    pub full_name: String,
    /// For people.
    pub words: Words,
    /// What it does to the person.
    pub effect: Effect,
    /// Whether it binds; none: not said.
    pub binds: Option<bool>,
    /// It has a begin and an end.
    pub period: bool,
    /// It only states facts.
    pub facts: bool,
    /// Who may do it.
    pub by: Vec<Clause<By>>,
    /// What it answers.
    pub on: Vec<ActId>,
    /// What it needs from another organ first.
    pub checked_by: Vec<Clause<Vec<ActId>>>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// It fixes the end of a clock by a field.
    pub determines: Vec<Clause<(ClockGroup, FieldId)>>,
    /// What is not encoded.
    pub version: Version,
}
