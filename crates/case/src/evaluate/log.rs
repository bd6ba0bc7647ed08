//! What an evaluation tells besides its answer: the facts it used, and the facts it missed.

use habeas_law::rules::{ActId, FieldId};
use habeas_law::{Law, Value};

/// A fact that was wanted and not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// A field of an act of this kind.
    Field(ActId, FieldId),
    /// A fact.
    Fact(FieldId),
    /// Rank, level, organ, official, unit, end or exact time of an act of this kind.
    Attribute(ActId, &'static str),
    /// Whether an act of this kind was done.
    Act(ActId),
}

impl Need {
    /// As packs write it.
    #[must_use]
    pub fn show(self, law: &Law) -> String {
        match self {
            Self::Field(act, field) => {
                [law.act(act).name.as_str(), ".", law.field_name(field)].concat()
            }
            Self::Fact(field) => law.field_name(field).to_owned(),
            Self::Attribute(act, name) => [law.act(act).name.as_str(), ".", name].concat(),
            Self::Act(act) => law.act(act).name.clone(),
        }
    }
}

/// What an evaluation tells its caller besides the answer.
pub trait Log {
    /// A fact was used: its name, its value, the position of its act.
    fn used(&mut self, name: Need, value: impl FnOnce() -> Value, act: Option<usize>);
    /// A fact was missing.
    fn missing(&mut self, need: Need);
    /// A place to come back to.
    fn mark(&self) -> (usize, usize);
    /// Forgets what was missing since a mark: it is not needed.
    fn forget_missing(&mut self, mark: (usize, usize));
    /// Forgets everything since a mark but what was told since another.
    fn keep_since(&mut self, mark: (usize, usize), since: (usize, usize));
    /// How many facts were missing.
    fn missing_count(&self) -> usize;
}

/// Counts what is missing and keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent {
    missing: usize,
}

impl Log for Silent {
    fn used(&mut self, _: Need, _: impl FnOnce() -> Value, _: Option<usize>) {}
    fn missing(&mut self, _: Need) {
        self.missing += 1;
    }
    fn mark(&self) -> (usize, usize) {
        (0, self.missing)
    }
    fn forget_missing(&mut self, mark: (usize, usize)) {
        self.missing = mark.1;
    }
    fn keep_since(&mut self, mark: (usize, usize), since: (usize, usize)) {
        self.missing -= since.1 - mark.1;
    }
    fn missing_count(&self) -> usize {
        self.missing
    }
}

/// A fact that was used.
#[derive(Clone, Debug)]
pub struct Used {
    /// Which.
    pub name: Need,
    /// Its value.
    pub value: Value,
    /// Its act's position in the history.
    pub act: Option<usize>,
}

/// Keeps everything, for explanations.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Facts that were used, in order.
    pub used: Vec<Used>,
    /// Facts that were missing, in order.
    pub needs: Vec<Need>,
}

impl Log for Trace {
    fn used(&mut self, name: Need, value: impl FnOnce() -> Value, act: Option<usize>) {
        if !self.used.iter().any(|u| u.name == name && u.act == act) {
            self.used.push(Used {
                name,
                value: value(),
                act,
            });
        }
    }
    fn missing(&mut self, need: Need) {
        self.needs.push(need);
    }
    fn mark(&self) -> (usize, usize) {
        (self.used.len(), self.needs.len())
    }
    fn forget_missing(&mut self, mark: (usize, usize)) {
        self.needs.truncate(mark.1);
    }
    fn keep_since(&mut self, mark: (usize, usize), since: (usize, usize)) {
        self.used
            .drain(mark.0.min(self.used.len())..since.0.min(self.used.len()));
        self.needs
            .drain(mark.1.min(self.needs.len())..since.1.min(self.needs.len()));
    }
    fn missing_count(&self) -> usize {
        self.needs.len()
    }
}
