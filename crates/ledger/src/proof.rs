//! Proofs that a leaf is in a tree and that one tree continues another: made from stored nodes, verified from nothing.
//!
//! RFC 6962 sections 2.1.1 and 2.1.2, and the same for subtrees. Every proof goes from an inner subtree up to an outer one.
//! `Path` is that way; it alone decides how many hashes there are and on which side each stands, so that a proof of any
//! other length is refused.

use crate::hash::{Hash, empty_root, node_hash};
use crate::problem::{Kind, Problem};
use crate::tree::{Nodes, Subtree, hashes};

/// Where the sibling stands, and to whom it belongs.
enum Side {
    /// Right of both: the inner subtree ends before it.
    Right,
    /// Left of both: the inner subtree starts after it.
    Left,
    /// Left, and itself the first part of the inner subtree.
    Shared,
}

/// The way from an inner subtree to an outer one.
struct Path {
    /// The last part of the inner subtree, where the outer one does not have it under one node. The proof starts with it.
    rest: Option<Subtree>,
    /// Siblings from the outer subtree down: the reverse of their order in a proof.
    steps: Vec<(Side, Subtree)>,
}

impl Path {
    /// `None` unless `inner` is not empty and lies in `outer`.
    fn new(inner: Subtree, outer: Subtree) -> Option<Self> {
        let (mut start, mut low, mut high) = (inner.start, outer.start, outer.end);
        let lies_in = low <= start && start < inner.end && inner.end <= high;
        let mut steps = Vec::new();
        let mut divided = false;
        while lies_in && (low, high) != (start, inner.end) {
            let middle = low + (high - low).next_power_of_two() / 2;
            let part = |start, end| Subtree { start, end };
            if inner.end <= middle {
                steps.push((Side::Right, part(middle, high)));
                high = middle;
            } else if start >= middle {
                steps.push((Side::Left, part(low, middle)));
                low = middle;
            } else {
                steps.push((Side::Shared, part(low, middle)));
                (low, start, divided) = (middle, middle, true);
            }
        }
        let rest = divided.then_some(Subtree {
            start: low,
            end: high,
        });
        lies_in.then_some(Self { rest, steps })
    }

    /// What a proof consists of, in its order.
    fn parts(&self) -> Vec<Subtree> {
        let siblings = self.steps.iter().rev().map(|(_, sibling)| *sibling);
        self.rest.into_iter().chain(siblings).collect()
    }

    /// The hashes of both subtrees as `proof` has them; `inner` is what the inner one is said to be.
    fn walk(&self, inner: Hash, proof: &[Hash]) -> Option<(Hash, Hash)> {
        let mut proof = proof.iter();
        let first = match self.rest {
            Some(_) => *proof.next()?,
            None => inner,
        };
        let (mut small, mut large) = (first, first);
        for (side, _) in self.steps.iter().rev() {
            let sibling = proof.next()?;
            if matches!(side, Side::Shared) {
                small = node_hash(sibling, &small);
            }
            large = match side {
                Side::Right => node_hash(&large, sibling),
                Side::Left | Side::Shared => node_hash(sibling, &large),
            };
        }
        proof.next().is_none().then_some((small, large))
    }
}

fn refused(attempted: &'static str, found: impl Into<String>) -> Problem {
    Problem::new(Kind::Proof, attempted, found)
}

fn prove<N: Nodes + ?Sized>(
    nodes: &N,
    inner: Subtree,
    outer: Subtree,
) -> Result<Vec<Hash>, N::Error> {
    let path = Path::new(inner, outer).ok_or_else(|| {
        let (Subtree { start, end }, size) = (inner, outer.end);
        refused(
            "make a proof",
            format!("[{start}, {end}) does not lie in {size} leaves"),
        )
    })?;
    hashes(nodes, &path.parts())
}

/// How many hashes prove that the leaf `index` is among `size`. `None` if it cannot be.
#[must_use]
pub fn inclusion_length(index: u64, size: u64) -> Option<usize> {
    let leaf = Subtree::new(index, index.checked_add(1)?).ok()?;
    Path::new(leaf, Subtree::whole(size).ok()?).map(|path| path.steps.len())
}

/// The root to which `proof` leads from the leaf `index` of a subtree. `None` if no proof of this length can.
#[must_use]
pub fn root_from_inclusion(
    leaf: &Hash,
    index: u64,
    subtree: Subtree,
    proof: &[Hash],
) -> Option<Hash> {
    let inner = Subtree::new(index, index.checked_add(1)?).ok()?;
    let (_, root) = Path::new(inner, subtree)?.walk(*leaf, proof)?;
    Some(root)
}

/// Proves that the leaf `index` is in `subtree`: its sibling first, the child of the root last.
///
/// # Errors
/// If the leaf is not in it, and what the reader says.
pub fn prove_inclusion<N: Nodes + ?Sized>(
    nodes: &N,
    index: u64,
    subtree: Subtree,
) -> Result<Vec<Hash>, N::Error> {
    let leaf = Subtree::new(index, index.saturating_add(1))?;
    prove(nodes, leaf, subtree)
}

/// Verifies that `leaf` is the leaf `index` of the subtree with this `root`.
///
/// # Errors
/// If `proof` does not show it.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    subtree: Subtree,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), Problem> {
    if root_from_inclusion(leaf, index, subtree, proof) == Some(*root) {
        return Ok(());
    }
    let found = format!(
        "{} hashes do not lead from leaf {index} to the root over [{}, {})",
        proof.len(),
        subtree.start,
        subtree.end
    );
    Err(refused("verify that a leaf is included", found))
}

/// Proves that the log of `size` leaves continues its first `old` ones. `old` is not 0.
///
/// # Errors
/// If there is nothing to prove, and what the reader says.
pub fn prove_consistency<N: Nodes + ?Sized>(
    nodes: &N,
    old: u64,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    prove_subtree_consistency(nodes, Subtree::whole(old)?, size)
}

/// Verifies that the log of `size` leaves with `root` continues the one of `old` leaves with `old_root`.
///
/// From size 0 nothing can be proved, and every proof is refused. Who takes an empty log for the start of any says so itself.
///
/// # Errors
/// If `proof` does not show it.
pub fn verify_consistency(
    old: u64,
    old_root: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), Problem> {
    if old == 0 {
        let found = "an empty log is the start of every log";
        return Err(refused(CONTINUES, found));
    }
    verify_subtree_consistency(Subtree::whole(old)?, old_root, size, root, proof)
}

/// Proves that a log of `size` leaves has `subtree`, which is not empty.
///
/// # Errors
/// If it does not lie in the log, and what the reader says.
pub fn prove_subtree_consistency<N: Nodes + ?Sized>(
    nodes: &N,
    subtree: Subtree,
    size: u64,
) -> Result<Vec<Hash>, N::Error> {
    prove(nodes, subtree, Subtree::whole(size)?)
}

const CONTINUES: &str = "verify that a log continues another";

/// Verifies that the log of `size` leaves with `root` has the subtree with `hash`.
///
/// An empty subtree is in every log that reaches it: its hash is the empty root, and its proof is empty.
///
/// # Errors
/// If `proof` does not show it.
pub fn verify_subtree_consistency(
    subtree: Subtree,
    hash: &Hash,
    size: u64,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), Problem> {
    let whole = Subtree::whole(size)?;
    let holds = if subtree.start == subtree.end {
        subtree.end <= size && *hash == empty_root() && proof.is_empty()
    } else {
        let path = Path::new(subtree, whole);
        path.and_then(|path| path.walk(*hash, proof)) == Some((*hash, *root))
    };
    if holds {
        return Ok(());
    }
    let found = format!(
        "{} hashes do not lead from [{}, {}) to the root over {size} leaves",
        proof.len(),
        subtree.start,
        subtree.end
    );
    Err(refused(CONTINUES, found))
}
