//! Stored hashes, as the proofs of the ledger read them.

use habeas_ledger::hash::{Hash, leaf_hash};
use habeas_ledger::tree::{Frontier, Node, Nodes, Subtree};

use crate::database::Connection;
use crate::error::{Error, Mismatch, Result};
use crate::tables::tree;

/// Hashes of nodes are kept for one level in so many; those between follow from them.
const EVERY: u32 = 8;

/// Appends the complete bytes of a leaf, and tells of each node that is then to be kept.
pub(crate) fn grow(
    frontier: &mut Frontier,
    entry: &[u8],
    mut keep: impl FnMut(Node, Hash),
) -> Result<()> {
    frontier.append(leaf_hash(entry), |node, hash| {
        if node.level > 0 && node.level.is_multiple_of(EVERY) {
            keep(node, hash);
        }
    })?;
    Ok(())
}

/// The nodes over the leaves that a store holds.
pub(crate) struct StoredNodes<'a>(pub(crate) &'a Connection);

impl StoredNodes<'_> {
    fn node(&self, node: Node) -> Result<Hash> {
        let above = node.level % EVERY;
        let level = node.level - above;
        let first = node.index << above;
        let end = (node.index + 1) << above;
        let hashes = match level {
            0 => self.leaves(first, end)?,
            _ => tree::nodes(self.0, level, first, end)?,
        };
        // A complete subtree of its own: its frontier is its one node.
        let mut frontier = Frontier::default();
        for hash in &hashes {
            frontier.append(*hash, |_, _| {}).map_err(Error::from)?;
        }
        match frontier.size() == end - first {
            true => Ok(frontier.root()),
            false => Err(Mismatch::Node {
                level: node.level,
                index: node.index,
            }
            .into()),
        }
    }

    /// The hashes of the leaves from `first` up to and without `end`, as far as there are any.
    pub(crate) fn leaves(&self, first: u64, end: u64) -> Result<Vec<Hash>> {
        let mut hashes = Vec::new();
        tree::each_leaf(self.0, first, end, |leaf| {
            hashes.push(leaf_hash(&leaf.entry));
            Ok(())
        })?;
        Ok(hashes)
    }

    /// The frontier that the log had at an earlier size.
    pub(crate) fn frontier(&self, size: u64) -> Result<Frontier> {
        let peaks = self.read(&Subtree::whole(size)?.nodes())?;
        Ok(Frontier::from_parts(size, peaks)?)
    }
}

impl Nodes for StoredNodes<'_> {
    type Error = Error;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>> {
        nodes.iter().map(|node| self.node(*node)).collect()
    }
}
