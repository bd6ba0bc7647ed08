//! What of the log others are shown: entries, hashes for tiles, proofs; and how an interval of the log ends.

use core::time::Duration;

use habeas_ledger::Hash;
use habeas_ledger::key::SignerKey;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tile::TILE_HEIGHT;

use crate::checkpoint::Material;
use crate::error::{Error, Result};
use crate::log::{Grown, Log};
use crate::nodes::StoredNodes;
use crate::step::Step;
use crate::store::Store;
use crate::tables::outbox;
use crate::tables::tree::{self, Checkpoint};
use crate::writer::Writer;

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
            tree::each_leaf(&reader.store, first, end, |leaf| {
                entries.push(leaf.entry.clone());
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
            StoredNodes(&reader.store).leaves(first, end)
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

    /// What receipts for a leaf are made of under each checkpoint over it that was published, the earliest first: the earlier a
    /// checkpoint, the earlier the times that witnesses gave for it.
    pub fn published_material(&self, index: u64) -> impl Iterator<Item = Result<Material>> {
        let mut beyond = Some(index);
        std::iter::from_fn(move || {
            let size = beyond.take()?;
            let read = self.read(|reader| {
                let next = tree::published_beyond(&reader.store, size)?;
                let under = |next| reader.material_under(index, next);
                next.map(under).transpose()
            });
            let read = read.transpose()?;
            beyond = read.as_ref().ok().map(|read| read.checkpoint.size);
            Some(read)
        })
    }

    /// Ends an interval of the log: leaves that stand for nothing are added until as many have come since the last checkpoint as a
    /// multiple of `multiple` says, and at least once that many; then a checkpoint is made of all. `ended` is when the interval ended, in
    /// seconds since 1970: the added leaves are dated within it. With a `multiple` of 0 none is added.
    ///
    /// # Errors
    /// As [`Store::checkpoint`], or when the disk is full.
    pub fn end_interval(&self, key: SignerKey, ended: u64, multiple: u64) -> Result<Checkpoint> {
        self.alone(move |writer| {
            let size = writer.pad(ended, multiple)?;
            writer.checkpoint_of(&key, size)
        })
    }
}

/// How often it is looked whether what was added has its numbers, where several servers write, and how long is slept between.
const TRIES: u32 = 2000;
const PAUSE: Duration = Duration::from_millis(5);

impl Writer {
    /// Adds what is missing, and tells the size at which the interval ends. Where several servers write the log may be longer by then.
    fn pad(&mut self, ended: u64, multiple: u64) -> Result<u64> {
        self.leads()?;
        let last = tree::latest_checkpoint(&self.store)?.map_or(0, |last| last.size);
        let size = self.head()?.frontier.size();
        let grown = size.saturating_sub(last);
        let wanted = grown.max(1).checked_next_multiple_of(multiple);
        let missing = wanted.map_or(0, |wanted| wanted - grown);
        if missing == 0 {
            return Ok(size);
        }
        let (secrets, environment) = (&self.secrets, &self.environment);
        let mut log = Log::begin(&self.store, secrets, environment, &self.head)?;
        for _ in 0..missing {
            log.cover_at(ended.saturating_sub(1))?;
        }
        let grown = log.commit(Step::Cover)?;
        if let (Grown::Items(items), Some(lead)) = (&grown, &self.lead) {
            lead.nudge.nudge();
            let mut tries = 0;
            while outbox::numbers(&self.store, items)?.len() < items.len() {
                tries += 1;
                if tries > TRIES {
                    return Err(Error::NotLeading);
                }
                std::thread::sleep(PAUSE);
            }
        }
        self.has(grown);
        Ok(size + missing)
    }
}
