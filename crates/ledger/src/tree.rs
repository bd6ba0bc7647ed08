//! A tree by its parts: nodes, subtrees, where stored hashes are read, and the frontier that grows.

use crate::hash::{Hash, empty_root, node_hash};
use crate::problem::{Kind, Problem};
use crate::text::MAX_NUMBER;

/// A node over `2^level` leaves, of which the first is `index * 2^level`. A leaf has level 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Node {
    /// 0 to 63.
    pub level: u32,
    /// Counted along the level, from 0.
    pub index: u64,
}

/// Where the hashes of complete nodes are read: rows, tiles, memory.
pub trait Nodes {
    /// A reader's own error, which can also say what this crate found.
    type Error: From<Problem>;

    /// The hashes of `nodes`, in the same order and as many.
    ///
    /// # Errors
    /// Whatever hinders the reading; a node that is not there is an error.
    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Self::Error>;
}

/// The leaves `[start, end)`, where the tree of every longer log has them under one node:
/// from the first leaf, or from a multiple of the power of two that holds them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Subtree {
    /// The leaves `[start, end)`.
    ///
    /// # Errors
    /// If they are no subtree, or too many.
    pub fn new(start: u64, end: u64) -> Result<Self, Problem> {
        let refuse = |found: String| {
            let attempted = "take leaves for a subtree";
            Err(Problem::new(Kind::Proof, attempted, found))
        };
        let Some(length) = end.checked_sub(start) else {
            return refuse(format!("[{start}, {end}) ends before it starts"));
        };
        if end > MAX_NUMBER {
            return refuse(format!("{end} leaves are more than a log can have"));
        }
        if length > 0 && !start.is_multiple_of(length.next_power_of_two()) {
            return refuse(format!("[{start}, {end}) has no node of its own"));
        }
        Ok(Self { start, end })
    }

    /// All leaves of a log of `size`.
    ///
    /// # Errors
    /// If they are too many.
    pub fn whole(size: u64) -> Result<Self, Problem> {
        Self::new(0, size)
    }

    /// Two subtrees that cover any leaves `[start, end)` and as few others as possible; the second starts where the first ends.
    ///
    /// # Errors
    /// If the leaves end before they start, or are too many.
    pub fn covering(start: u64, end: u64) -> Result<[Self; 2], Problem> {
        if end <= start.saturating_add(1) {
            return Ok([Self::new(start, end)?, Self::new(end, end)?]);
        }
        let below = |bits: u32| (1 << bits) - 1;
        let split = (start ^ (end - 1)).ilog2();
        let middle = (end - 1) & !below(split);
        let left = u64::BITS - (!start & below(split)).leading_zeros();
        Ok([
            Self::new(start & !below(left), middle)?,
            Self::new(middle, end)?,
        ])
    }

    /// The first leaf.
    #[must_use]
    pub fn start(self) -> u64 {
        self.start
    }

    /// The leaf after the last.
    #[must_use]
    pub fn end(self) -> u64 {
        self.end
    }

    /// The complete nodes that it consists of, largest first.
    #[must_use]
    pub fn nodes(self) -> Vec<Node> {
        let mut at = self.start;
        let length = self.end - self.start;
        let levels = (0..u64::BITS)
            .rev()
            .filter(|level| length >> level & 1 == 1);
        levels
            .map(|level| {
                let index = at >> level;
                at += 1 << level;
                Node { level, index }
            })
            .collect()
    }
}

/// The hash over nodes that follow each other, largest first; of none, the empty root.
pub(crate) fn joined(nodes: &[Hash]) -> Hash {
    let join = |right: Hash, left: Hash| node_hash(&left, &right);
    nodes
        .iter()
        .rev()
        .copied()
        .reduce(join)
        .unwrap_or_else(empty_root)
}

/// The hashes of `parts`, read at once.
pub(crate) fn hashes<N: Nodes + ?Sized>(
    nodes: &N,
    parts: &[Subtree],
) -> Result<Vec<Hash>, N::Error> {
    let wanted: Vec<Vec<Node>> = parts.iter().map(|part| part.nodes()).collect();
    let found = nodes.read(&wanted.concat())?;
    let mut rest = found.as_slice();
    let mut hashes = Vec::with_capacity(parts.len());
    for wanted in &wanted {
        let Some((these, after)) = rest.split_at_checked(wanted.len()) else {
            let found = format!("{} hashes came where more were asked", found.len());
            return Err(Problem::new(Kind::Proof, "read stored nodes", found).into());
        };
        hashes.push(joined(these));
        rest = after;
    }
    Ok(hashes)
}

/// The hash of a subtree, from stored nodes.
///
/// # Errors
/// What the reader says.
pub fn subtree_hash<N: Nodes + ?Sized>(nodes: &N, subtree: Subtree) -> Result<Hash, N::Error> {
    let hashes = hashes(nodes, &[subtree])?;
    Ok(joined(&hashes))
}

/// Hashes of leaves in memory, for short lists: each node is computed anew.
#[derive(Clone, Copy, Debug)]
pub struct Leaves<'a>(pub &'a [Hash]);

impl Leaves<'_> {
    fn node(&self, node: Node) -> Option<Hash> {
        if node.level == 0 {
            return self.0.get(usize::try_from(node.index).ok()?).copied();
        }
        let child = |index| {
            let level = node.level - 1;
            self.node(Node { level, index })
        };
        Some(node_hash(
            &child(2 * node.index)?,
            &child(2 * node.index + 1)?,
        ))
    }
}

impl Nodes for Leaves<'_> {
    type Error = Problem;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Problem> {
        let read = |node: &Node| {
            self.node(*node).ok_or_else(|| {
                let found = format!("{} leaves do not reach it", self.0.len());
                Problem::new(Kind::Proof, "read a node over leaves", found)
            })
        };
        nodes.iter().map(read).collect()
    }
}

/// What a growing log keeps of its tree: one hash for each complete subtree that is not yet part of a larger one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Largest first; as many as `size` has ones.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// As it was stored.
    ///
    /// # Errors
    /// If the number of hashes is not that of the ones of `size`.
    pub fn from_parts(size: u64, peaks: Vec<Hash>) -> Result<Self, Problem> {
        let ones = size.count_ones();
        if size > MAX_NUMBER || u32::try_from(peaks.len()) != Ok(ones) {
            let found = format!("{} hashes for {size} leaves", peaks.len());
            return Err(Problem::new(Kind::Malformed, "take up a frontier", found));
        }
        Ok(Self { size, peaks })
    }

    /// How many leaves there are.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The hashes to store, largest subtree first.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// The root over all leaves so far.
    #[must_use]
    pub fn root(&self) -> Hash {
        joined(&self.peaks)
    }

    /// Adds a leaf, and tells each node that this completes, the leaf itself first.
    ///
    /// # Errors
    /// If the log is full.
    pub fn append(
        &mut self,
        leaf: Hash,
        mut completed: impl FnMut(Node, Hash),
    ) -> Result<(), Problem> {
        if self.size >= MAX_NUMBER {
            let found = format!("it has {MAX_NUMBER} leaves");
            return Err(Problem::new(Kind::TooLong, "append to a log", found));
        }
        let (mut hash, mut level, mut index) = (leaf, 0, self.size);
        completed(Node { level, index }, hash);
        while index & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node_hash(&left, &hash);
            (level, index) = (level + 1, index >> 1);
            completed(Node { level, index }, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
        Ok(())
    }
}
