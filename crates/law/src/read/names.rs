//! Who is called what: the table of names that the second pass of reading looks up.

use rustc_hash::FxHashMap as HashMap;

use crate::rules::{ActId, PackId};

/// The kinds of things that have names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the nouns")]
pub enum Kind {
    Act,
    Fact,
    Clock,
    Gate,
    Measure,
    Meter,
    Convention,
    Organ,
    Level,
    Rank,
    Breach,
    Remedy,
    Channel,
    Table,
    Formula,
}

impl Kind {
    /// For messages.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Act => "act",
            Self::Fact => "fact",
            Self::Clock => "clock or duty",
            Self::Gate => "gate, ban or watch",
            Self::Measure => "measure",
            Self::Meter => "meter",
            Self::Convention => "convention",
            Self::Organ => "organ",
            Self::Level => "level",
            Self::Rank => "rank",
            Self::Breach => "breach",
            Self::Remedy => "remedy",
            Self::Channel => "channel",
            Self::Table => "table",
            Self::Formula => "formula",
        }
    }
}

/// Names of every pack.
#[derive(Clone, Debug, Default)]
pub struct Names {
    table: HashMap<(Kind, String), Vec<(PackId, u16)>>,
    counts: HashMap<Kind, usize>,
    /// The packs that each pack sees besides itself.
    pub uses: HashMap<PackId, Vec<PackId>>,
}

impl Names {
    /// Adds a name; gives the earlier holder of the same name in the same pack.
    pub fn add(&mut self, kind: Kind, pack: PackId, name: &str, index: u16) -> Option<u16> {
        let holders = self.table.entry((kind, name.to_owned())).or_default();
        if let Some((_, earlier)) = holders.iter().find(|(p, _)| *p == pack) {
            return Some(*earlier);
        }
        holders.push((pack, index));
        None
    }

    /// How many of a kind have been declared, names given twice among them.
    #[must_use]
    pub fn count(&self, kind: Kind) -> usize {
        self.counts.get(&kind).copied().unwrap_or(0)
    }

    /// One more of a kind.
    pub fn counted(&mut self, kind: Kind) {
        *self.counts.entry(kind).or_default() += 1;
    }

    /// A name of the pack itself.
    #[must_use]
    pub fn find_own(&self, kind: Kind, pack: PackId, name: &str) -> Option<u16> {
        let holders = self.table.get(&(kind, name.to_owned()))?;
        holders.iter().find(|(p, _)| *p == pack).map(|(_, index)| *index)
    }

    /// What a bare name means in a pack: its own first, then those of the packs it uses.
    #[must_use]
    pub fn find(&self, kind: Kind, pack: PackId, name: &str) -> Option<u16> {
        let holders = self.table.get(&(kind, name.to_owned()))?;
        if let Some((_, index)) = holders.iter().find(|(p, _)| *p == pack) {
            return Some(*index);
        }
        let uses = self.uses.get(&pack)?;
        holders.iter().find(|(p, _)| uses.contains(p)).map(|(_, index)| *index)
    }

    /// Names of a kind that a pack sees and that are spelled nearly so.
    #[must_use]
    pub fn nearest(&self, kind: Kind, pack: PackId, name: &str) -> Option<&str> {
        let uses = self.uses.get(&pack);
        self.table
            .iter()
            .filter(|((k, _), holders)| {
                *k == kind && holders.iter().any(|(p, _)| *p == pack || uses.is_some_and(|u| u.contains(p)))
            })
            .map(|((_, known), _)| (distance(known, name), known.as_str()))
            .filter(|(d, _)| *d <= 2.max(name.len() / 4))
            .min()
            .map(|(_, known)| known)
    }
}

/// Edits between two names.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let best = (diagonal + usize::from(x != *y)).min(left + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

/// What bare names mean in the clause that is being read.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// The act at hand may be of these kinds.
    pub current: Vec<ActId>,
    /// The anchor may be of these kinds.
    pub anchor: Vec<ActId>,
    /// Steps of the formula so far.
    pub steps: Vec<(String, crate::value::Type)>,
    /// `start` and `end` mean those of the clock being read.
    pub in_clock: bool,
    /// A mapping of case files: unknown names are facts of the case.
    pub mapping: bool,
}
