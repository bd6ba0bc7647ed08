//! A list of leaves stands for its own root: two lists have one root only if they are one list.

use std::fmt;

/// The most leaves that a model has.
pub const MOST: usize = 4;

/// A leaf. Zero is none.
pub type Leaf = u8;

/// Leaves in their order: a log, a checkpoint of it, or what a witness remembers of it.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct History {
    size: u8,
    leaves: [Leaf; MOST],
}

impl History {
    pub const EMPTY: Self = Self {
        size: 0,
        leaves: [0; MOST],
    };

    pub fn of(leaves: &[Leaf]) -> Self {
        leaves.iter().fold(Self::EMPTY, |all, leaf| all.push(*leaf))
    }

    pub fn size(self) -> u8 {
        self.size
    }

    pub fn leaves(&self) -> &[Leaf] {
        &self.leaves[..usize::from(self.size)]
    }

    pub fn get(&self, index: u8) -> Option<Leaf> {
        self.leaves().get(usize::from(index)).copied()
    }

    pub fn is_full(self) -> bool {
        usize::from(self.size) == MOST
    }

    #[must_use]
    pub fn push(mut self, leaf: Leaf) -> Self {
        self.leaves[usize::from(self.size)] = leaf;
        self.size += 1;
        self
    }

    #[must_use]
    pub fn set(mut self, index: u8, leaf: Leaf) -> Self {
        self.leaves[usize::from(index)] = leaf;
        self
    }

    /// The first `size` leaves, or all.
    #[must_use]
    pub fn prefix(self, size: u8) -> Self {
        Self::of(&self.leaves()[..usize::from(size.min(self.size))])
    }

    /// Whether a proof of consistency can be made from `before` to this.
    pub fn continues(self, before: Self) -> bool {
        self.size >= before.size && self.prefix(before.size) == before
    }

    /// Whether both are of one history.
    pub fn agrees(self, other: Self) -> bool {
        self.continues(other) || other.continues(self)
    }
}

impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.leaves())
    }
}

/// Whether all are of one history.
pub fn agree(all: &[History]) -> bool {
    (all.iter().enumerate()).all(|(at, one)| all[at..].iter().all(|other| one.agrees(*other)))
}

/// Adds to a set, which is kept in order.
pub fn add<T: Ord>(set: &mut Vec<T>, one: T) {
    if let Err(at) = set.binary_search(&one) {
        set.insert(at, one);
    }
}
