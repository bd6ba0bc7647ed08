//! What of the log others are shown: entries, hashes for tiles, proofs; and how an interval of the log ends.

use habeas_ledger::Hash;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::SignerKey;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tile::TILE_HEIGHT;

use crate::error::{Error, Result};
use crate::nodes::StoredNodes;
use crate::sqlite::tree::{self, Checkpoint};
use crate::step::Step;
use crate::store::Store;
use crate::writer::{Log, Writer};

impl Store {
    /// How many leaves the log has.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn size(&self) -> Result<u64> {
        self.read(|reader| Ok(tree::head(&reader.store)?.frontier.size()))
    }

    /// The root that the log had at an earlier size.
    ///
    /// # Errors
    /// When it has fewer leaves, or the database cannot be read.
    pub fn root_at(&self, size: u64) -> Result<Hash> {
        self.read(|reader| {
            if size > tree::head(&reader.store)?.frontier.size() {
                let doing = "read an earlier root";
                let what = "leaf";
                return Err(Error::Unknown { doing, what });
            }
            Ok(StoredNodes(&reader.store).frontier(size)?.root())
        })
    }

    /// The entries from `first` up to and without `end`, as far as there are any.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn entries(&self, first: u64, end: u64) -> Result<Vec<Vec<u8>>> {
        self.read(|reader| {
            let mut entries = Vec::new();
            tree::each_leaf(&reader.store, first, end, |_, entry| {
                entries.push(entry.to_vec());
                Ok(())
            })?;
            Ok(entries)
        })
    }

    /// The hashes from `first` up to and without `end` over `256^level` leaves each, as tiles of that level hold them; those of level 0
    /// are computed from the entries again.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn tile_hashes(&self, level: u32, first: u64, end: u64) -> Result<Vec<Hash>> {
        self.read(|reader| {
            if level > 0 {
                return tree::nodes(&reader.store, level * TILE_HEIGHT, first, end);
            }
            let mut hashes = Vec::new();
            tree::each_leaf(&reader.store, first, end, |_, entry| {
                hashes.push(leaf_hash(entry));
                Ok(())
            })?;
            Ok(hashes)
        })
    }

    /// Proves that the log of `new` leaves continues that of `old`.
    ///
    /// # Errors
    /// When it has fewer leaves, or the database cannot be read.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>> {
        self.read(|reader| prove_consistency(&StoredNodes(&reader.store), old, new))
    }

    /// The lines that witnesses gave for a checkpoint, in order of their names.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn cosignatures(&self, size: u64) -> Result<Vec<String>> {
        self.read(|reader| tree::cosignatures(&reader.store, size))
    }

    /// Ends an interval of the log: leaves that stand for nothing are added until as many have come since the last checkpoint as a
    /// multiple of `multiple` says, and at least once that many; then a checkpoint is made of all. `ended` is when the interval ended, in
    /// seconds since 1970: the added leaves are dated within it. With a `multiple` of 0 none is added.
    ///
    /// # Errors
    /// As [`Store::checkpoint`], or when the disk is full.
    pub fn end_interval(&self, key: SignerKey, ended: u64, multiple: u64) -> Result<Checkpoint> {
        self.alone(move |writer| {
            writer.pad(ended, multiple)?;
            writer.checkpoint(&key)
        })
    }
}

impl Writer {
    fn pad(&mut self, ended: u64, multiple: u64) -> Result<()> {
        let last = tree::latest_checkpoint(&self.store)?.map_or(0, |last| last.size);
        let grown = self.head.frontier.size().saturating_sub(last);
        let wanted = grown.max(1).checked_next_multiple_of(multiple);
        let missing = wanted.map_or(0, |wanted| wanted - grown);
        if missing == 0 {
            return Ok(());
        }
        let (mut log, _) = Log::begin(
            &mut self.store,
            &mut self.spare,
            &self.secrets,
            &self.environment,
            &self.head,
        )?;
        for _ in 0..missing {
            log.cover_at(ended.saturating_sub(1))?;
        }
        self.head = log.commit(Step::Cover)?;
        Ok(())
    }
}
