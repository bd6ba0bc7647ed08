//! Acts as they were recorded, and the case that they make up.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use habeas_law::Value;
use habeas_law::moment::When;
use habeas_law::rules::{ActId, FieldId, LevelId, OrganId, RankId};
use serde::{Serialize, Serializer};

use crate::read::Kind;

/// Who did it, as far as the record says.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct By {
    /// Which organ.
    pub organ: Option<OrganId>,
    /// Which unit of it; a pseudonym or a code, never a person's name.
    pub unit: Option<Box<str>>,
    /// Which official; a pseudonym.
    pub official: Option<Box<str>>,
    /// Of which rank.
    pub rank: Option<RankId>,
    /// At which level the unit stands.
    pub level: Option<LevelId>,
}

/// One act. Nothing in it is ever changed; a correction is another act.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Its own id, unique in the case.
    pub id: Box<str>,
    /// The persons it touches, by the pseudonyms of this case; none: all of them.
    pub subjects: Vec<Box<str>>,
    /// The thing it touches.
    pub thing: Option<Box<str>>,
    /// What kind of act.
    pub kind: ActId,
    /// When it happened.
    pub happened: When,
    /// For a period: its last day or its end.
    pub until: Option<When>,
    /// When it was recorded.
    pub recorded: Option<When>,
    /// Who did it.
    pub by: By,
    /// What is known of its fields; a field that is not here is unknown.
    pub fields: Vec<(FieldId, Value)>,
    /// The act to which it answers.
    pub answers: Option<Box<str>>,
    /// The act that it corrects.
    pub corrects: Option<Box<str>>,
    /// Where the record was taken from.
    pub source: Option<Box<str>>,
}

impl Act {
    /// A field, if it is known.
    #[must_use]
    pub fn field(&self, field: FieldId) -> Option<&Value> {
        self.fields
            .iter()
            .find(|(id, _)| *id == field)
            .map(|(_, value)| value)
    }

    /// Whether it touches a person.
    #[must_use]
    pub fn touches(&self, subject: &str) -> bool {
        self.subjects.is_empty() || self.subjects.iter().any(|s| &**s == subject)
    }
}

/// For which kinds of acts the absence of a record says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Partial {
    /// The record is whole.
    #[default]
    Nothing,
    /// It is silent about these.
    These(BTreeSet<ActId>),
    /// It is silent about everything but these.
    AllBut(BTreeSet<ActId>),
}

impl Partial {
    /// Whether absence of such an act is unknown.
    #[must_use]
    pub fn covers(&self, kind: ActId) -> bool {
        match self {
            Self::Nothing => false,
            Self::These(kinds) => kinds.contains(&kind),
            Self::AllBut(kinds) => !kinds.contains(&kind),
        }
    }
}

/// Lines that could not be read, and so are missing from a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// One line of the case.
    Line {
        /// As it was named when it was read.
        file: Arc<str>,
        /// From 1.
        line: u64,
        /// What kind of problem it is.
        kind: Kind,
        /// What was found.
        why: String,
    },
    /// So many lines that name no case; any of them may be of this one.
    Nameless(usize),
    /// So many more lines of the case.
    More(usize),
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line {
                file, line, why, ..
            } => write!(f, "line {line} of {file} could not be read: {why}"),
            Self::Nameless(count) => write!(
                f,
                "lines that name no case and could not be read: {count}; any of them may be of this one"
            ),
            Self::More(count) => write!(f, "{count} more lines of this case could not be read"),
        }
    }
}

/// As the sentence.
impl Serialize for Lost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// All that is recorded of a case.
#[derive(Clone, Debug, Default)]
pub struct Case {
    /// Its id.
    pub id: Arc<str>,
    /// In any order; assessing sorts them.
    pub acts: Vec<Act>,
    /// What the sources are silent about.
    pub partial: Partial,
    /// Lines of this case that could not be read.
    pub lost: Vec<Lost>,
    /// The year within which day 0 lies, where the source gives day offsets only.
    pub floating: Option<i16>,
}

impl Case {
    /// The persons of the case, in order of their pseudonyms.
    #[must_use]
    pub fn subjects(&self) -> Vec<&str> {
        let mut subjects: Vec<&str> = self
            .acts
            .iter()
            .flat_map(|a| a.subjects.iter().map(|s| &**s))
            .collect();
        subjects.sort_unstable();
        subjects.dedup();
        if subjects.is_empty() && !self.acts.is_empty() {
            subjects.push("");
        }
        subjects
    }
}
