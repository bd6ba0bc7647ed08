//! Checkpoints: recomputed from what is stored, signed, stored, and only then given away.

use habeas_ledger::checkpoint::Checkpoint as Statement;
use habeas_ledger::hash::{Hash, leaf_hash};
use habeas_ledger::key::SignerKey;
use habeas_ledger::proof::prove_inclusion;
use habeas_ledger::tree::Subtree;

use crate::act::Kept;
use crate::database::Connection;
use crate::error::{Error, Mismatch, Result, database};
use crate::nodes::StoredNodes;
use crate::reader::Reader;
use crate::sequencer::{Lead, fence};
use crate::step::{Step, commit};
use crate::tables::acts;
use crate::tables::tree::{self, Checkpoint};
use crate::writer::Writer;

/// What a receipt for one leaf is made of.
pub struct Material {
    /// The number of the leaf.
    pub index: u64,
    /// The complete bytes of the leaf.
    pub entry: Vec<u8>,
    /// The hashes that lead from the leaf to the root, the nearest first.
    pub proof: Vec<Hash>,
    /// The checkpoint to whose root they lead.
    pub checkpoint: Checkpoint,
    /// The lines of witnesses for it, in order of their names.
    pub cosignatures: Vec<String>,
    /// What the leaf commits to; `None` if it was erased, or the leaf only covers.
    pub act: Option<Kept>,
}

impl Writer {
    /// Where several servers write: the epoch in which this one leads.
    pub(crate) fn leads(&self) -> Result<Option<u64>> {
        self.lead.as_ref().map(Lead::wait).transpose()
    }

    /// A checkpoint over all that is recorded; the last one again if nothing was added.
    pub(crate) fn checkpoint(&mut self, key: &SignerKey) -> Result<Checkpoint> {
        let size = self.head()?.frontier.size();
        self.checkpoint_of(key, size)
    }

    /// A checkpoint over the first `size` leaves. Where several servers write there may be more.
    pub(crate) fn checkpoint_of(&mut self, key: &SignerKey, size: u64) -> Result<Checkpoint> {
        let epoch = self.leads()?;
        let last = tree::latest_checkpoint(&self.store)?;
        if let Some(last) = last.as_ref().filter(|last| last.size >= size) {
            return Ok(last.clone());
        }
        let root = root(&self.store, last.as_ref(), size)?;
        let head = self.head()?.frontier;
        let said = match head.size() == size {
            true => head,
            false => StoredNodes(&self.store).frontier(size)?,
        };
        if root != said.root() {
            return Err(Mismatch::Root { size }.into());
        }
        let signed = Statement::new(key.verifier().name(), size, root)
            .and_then(|statement| statement.sign(key))
            .map_err(|refused| Error::Signing(Box::new(refused)))?;
        let made = Checkpoint {
            size,
            root,
            note: signed.to_string(),
            published: false,
        };
        let doing = database(Step::Checkpoint.name());
        let transaction = self.store.begin().map_err(doing)?;
        if let Some(epoch) = epoch {
            fence(&transaction, epoch)?;
        }
        tree::keep_checkpoint(&transaction, &made)?;
        commit(&self.environment, Step::Checkpoint, transaction)?;
        Ok(made)
    }
}

/// The root over `size` leaves, read from the tables alone: the nodes below the last checkpoint,
/// which must give its root, and every leaf since.
fn root(store: &Connection, last: Option<&Checkpoint>, size: u64) -> Result<Hash> {
    let from = last.map_or(0, |last| last.size);
    let mut rebuilt = StoredNodes(store).frontier(from)?;
    if last.is_some_and(|last| last.root != rebuilt.root()) {
        return Err(Mismatch::Checkpoint { size: from }.into());
    }
    tree::each_leaf(store, from, size, |leaf| {
        Ok(rebuilt.append(leaf_hash(&leaf.entry), |_, _| {})?)
    })?;
    match rebuilt.size() == size {
        true => Ok(rebuilt.root()),
        false => Err(Mismatch::Root { size }.into()),
    }
}

impl Reader {
    /// What a receipt is made of; `None` until a checkpoint covers the leaf.
    pub(crate) fn material(&self, index: u64) -> Result<Option<Material>> {
        match tree::latest_checkpoint(&self.store)?.filter(|c| index < c.size) {
            None => Ok(None),
            Some(checkpoint) => self.material_under(index, checkpoint).map(Some),
        }
    }

    /// The same under a checkpoint that covers the leaf.
    pub(crate) fn material_under(&self, index: u64, checkpoint: Checkpoint) -> Result<Material> {
        let entry = tree::entry(&self.store, index)?.ok_or(Mismatch::Leaf { index })?;
        let whole = Subtree::whole(checkpoint.size)?;
        let proof = prove_inclusion(&StoredNodes(&self.store), index, whole)?;
        let cosignatures = tree::cosignatures(&self.store, checkpoint.size)?;
        let act = match acts::of_leaf(&self.store, index)? {
            Some(row) => self.act(&row)?,
            None => None,
        };
        Ok(Material {
            index,
            entry,
            proof,
            checkpoint,
            cosignatures,
            act,
        })
    }
}
