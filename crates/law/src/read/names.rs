//! Who is called what: the table of names that the second pass of reading looks up.

use rustc_hash::FxHashMap;

use crate::rules::{ActId, PackId};
use crate::value::Type;

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

/// Who holds a name: at most one thing in each pack.
type Holders = Vec<(PackId, u16)>;

/// Names of every pack.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Looked into, and walked only for the nearest spelling, where the order does not matter.
    of_kind: FxHashMap<Kind, FxHashMap<String, Holders>>,
    counts: FxHashMap<Kind, usize>,
    /// The packs that each pack sees besides itself.
    pub(crate) uses: FxHashMap<PackId, Vec<PackId>>,
}

impl Names {
    /// Adds a name; gives the earlier holder of the same name in the same pack.
    pub(crate) fn add(&mut self, kind: Kind, pack: PackId, name: &str, index: u16) -> Option<u16> {
        let holders = self
            .of_kind
            .entry(kind)
            .or_default()
            .entry(name.to_owned())
            .or_default();
        if let Some((_, earlier)) = holders.iter().find(|(p, _)| *p == pack) {
            return Some(*earlier);
        }
        holders.push((pack, index));
        None
    }

    /// The number of the next thing of a kind; names given twice count too, for the second pass reads them again.
    pub(crate) fn next(&mut self, kind: Kind) -> usize {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        *count - 1
    }

    fn holders(&self, kind: Kind, name: &str) -> &[(PackId, u16)] {
        let holders = self.of_kind.get(&kind).and_then(|names| names.get(name));
        holders.map_or(&[], Vec::as_slice)
    }

    /// The packs that a pack uses.
    pub(crate) fn uses(&self, pack: PackId) -> &[PackId] {
        self.uses.get(&pack).map_or(&[], Vec::as_slice)
    }

    /// A name of the pack itself.
    pub(crate) fn find_own(&self, kind: Kind, pack: PackId, name: &str) -> Option<u16> {
        let mut holders = self.holders(kind, name).iter();
        holders.find(|(p, _)| *p == pack).map(|(_, index)| *index)
    }

    /// What a bare name means in a pack: its own first, then those of the packs it uses.
    pub(crate) fn find(&self, kind: Kind, pack: PackId, name: &str) -> Option<u16> {
        self.find_own(kind, pack, name).or_else(|| {
            let uses = self.uses(pack);
            let mut holders = self.holders(kind, name).iter();
            holders
                .find(|(p, _)| uses.contains(p))
                .map(|(_, index)| *index)
        })
    }

    /// The name of a kind that a pack sees and that is spelled most nearly so.
    pub(crate) fn nearest(&self, kind: Kind, pack: PackId, name: &str) -> Option<&str> {
        let uses = self.uses(pack);
        let seen = |holders: &Holders| holders.iter().any(|(p, _)| *p == pack || uses.contains(p));
        let names = self.of_kind.get(&kind)?.iter();
        nearest(
            names
                .filter(|(_, holders)| seen(holders))
                .map(|(known, _)| known.as_str()),
            name,
        )
    }
}

/// The one that is spelled most nearly so, if any is near.
pub(crate) fn nearest<'n>(known: impl Iterator<Item = &'n str>, name: &str) -> Option<&'n str> {
    let near = known.map(|known| (distance(known, name), known));
    near.filter(|(d, _)| *d <= 2.max(name.len() / 4))
        .min()
        .map(|(_, known)| known)
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
            let best = (diagonal + usize::from(x != *y))
                .min(left + 1)
                .min(*cell + 1);
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
pub(crate) struct Scope {
    /// The act at hand may be of these kinds.
    pub(crate) current: Vec<ActId>,
    /// The anchor may be of these kinds.
    pub(crate) anchor: Vec<ActId>,
    /// Steps of the formula so far.
    pub(crate) steps: Vec<(String, Type)>,
    /// `start` and `end` mean those of the clock being read.
    pub(crate) in_clock: bool,
    /// A mapping of case files: unknown names are facts of the case.
    pub(crate) mapping: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_near_when_a_typing_error_explains_it() {
        let known = ["release", "requested", "ground"];
        assert_eq!(nearest(known.into_iter(), "relaese"), Some("release"));
        assert_eq!(nearest(known.into_iter(), "grounds"), Some("ground"));
        assert_eq!(nearest(known.into_iter(), "weather"), None);
        assert_eq!((distance("", "abc"), distance("abc", "abc")), (3, 0));
    }
}
