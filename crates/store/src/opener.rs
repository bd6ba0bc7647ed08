//! Opening what the audit reads, on all processors: each act is compared with its row, its document and its leaf.

use std::collections::BTreeMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use habeas_ledger::leaf::{CADENCE, Content, Entry, LeafKind};

use crate::act::Sort;
use crate::error::{Error, Mismatch, Result};
use crate::seal::Key;
use crate::secrets::Secrets;
use crate::tables::acts::{ActRow, CaseRow};

/// How many leaves are handed over at once, and how many such batches may wait.
const BATCH: usize = 1024;
const WAITING: usize = 8;

/// A case as far as it opens.
pub(crate) struct OpenCase {
    pub(crate) row: CaseRow,
    pub(crate) key: Option<Key>,
    pub(crate) id: Option<String>,
}

/// Which leaf it is.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    /// Its number; that of the item, if it waits for one.
    pub(crate) index: u64,
    pub(crate) item: u64,
    pub(crate) waits: bool,
}

impl Place {
    /// What is told of something that does not match here.
    pub(crate) fn told(self, found: Mismatch) -> Mismatch {
        match self.waits {
            false => found,
            true => Mismatch::Waiting { item: self.item },
        }
    }
}

/// A leaf as it was read, with what it stands for.
pub(crate) enum Sealed {
    /// An act, with its key as it is wrapped, if there is one.
    Act(Place, ActRow, Option<Vec<u8>>, Entry),
    /// A leaf without an act.
    Bare(Place, Entry),
}

/// Where what is read is handed over.
pub(crate) struct Batches<'a> {
    sender: &'a SyncSender<Vec<Sealed>>,
    batch: Vec<Sealed>,
}

impl Batches<'_> {
    pub(crate) fn push(&mut self, sealed: Sealed) -> Result<()> {
        self.batch.push(sealed);
        match self.batch.len() < BATCH {
            true => Ok(()),
            false => self.send(),
        }
    }

    fn send(&mut self) -> Result<()> {
        let full = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.sender.send(full).map_err(|_| Error::Stopped)
    }
}

/// What came of opening.
#[derive(Default)]
pub(crate) struct Opened {
    pub(crate) acts: u64,
    pub(crate) refusals_and_attempts: u64,
    pub(crate) covers: u64,
    /// Items and leaves of acts whose keys were not found.
    pub(crate) keyless: Vec<(u64, u64)>,
    /// What the leaves of acts that document an erasure commit to, by their items.
    pub(crate) documents: BTreeMap<u64, Content>,
    /// Leaves without an act that do not cover.
    pub(crate) bare: Vec<(Place, Entry)>,
    pub(crate) found: Vec<Mismatch>,
}

/// Opens with these secrets what belongs to these cases.
pub(crate) struct Opener<'a> {
    pub(crate) secrets: &'a Secrets,
    pub(crate) cases: &'a BTreeMap<i64, OpenCase>,
}

impl Opener<'_> {
    /// Lets `read` hand over batches, while they are opened. Tells what came of those that it handed over, also if it then failed.
    pub(crate) fn open_all(
        &self,
        read: impl FnOnce(&mut Batches<'_>) -> Result<()>,
    ) -> (Opened, Result<()>) {
        let (sender, queue) = sync_channel(WAITING);
        let queue = Mutex::new(queue);
        let count = thread::available_parallelism().map_or(1, usize::from);
        thread::scope(|scope| {
            let open = || self.open_each(&queue);
            let threads: Vec<_> = (0..count).map(|_| scope.spawn(open)).collect();
            let mut batches = Batches {
                sender: &sender,
                batch: Vec::with_capacity(BATCH),
            };
            let read = read(&mut batches);
            let mut read = batches.send().and(read);
            drop(sender);
            let mut all = Opened::default();
            for thread in threads {
                match thread.join() {
                    Ok(opened) => all.take(opened),
                    // A thread that panicked has opened nothing, and nothing may be said without it.
                    Err(_) => read = Err(Error::Stopped),
                }
            }
            (all, read)
        })
    }

    fn open_each(&self, queue: &Mutex<Receiver<Vec<Sealed>>>) -> Opened {
        let mut opened = Opened::default();
        loop {
            let batch = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok(batch) = batch else {
                return opened;
            };
            for sealed in batch {
                match sealed {
                    Sealed::Bare(place, entry) => self.bare(place, entry, &mut opened),
                    Sealed::Act(place, row, key, entry) => {
                        match self.content(place.index, &row, key.as_deref(), &entry) {
                            Ok(content) => opened.act(place, &row, content),
                            Err(found) => opened.mismatch(place, found),
                        }
                    }
                }
            }
        }
    }

    fn bare(&self, place: Place, entry: Entry, opened: &mut Opened) {
        let salt = self.secrets.bare_salt(place.item);
        let dummy = Content::dummy(entry.logged()).commit(&salt);
        match dummy.is_ok_and(|dummy| dummy.commitment() == entry.commitment()) {
            true => opened.covers += 1,
            false => opened.bare.push((place, entry)),
        }
    }

    /// What the leaf of an act commits to, if the act is what its row, its document and its leaf say.
    fn content(
        &self,
        index: u64,
        row: &ActRow,
        key: Option<&[u8]>,
        entry: &Entry,
    ) -> std::result::Result<Content, Mismatch> {
        let altered = Mismatch::Act { index };
        let secrets = self.secrets;
        let case = self.cases.get(&row.case).ok_or(altered.clone())?;
        let case_key = case.key.as_ref().ok_or(Mismatch::Key { index })?;
        let own = key.and_then(|wrapped| secrets.unwrap(row.key, wrapped).ok());
        let own = own.ok_or(Mismatch::Key { index })?;
        let sealed = row.sealed.as_deref().unwrap_or_default();
        let kept = secrets
            .open_act([case_key, &own], &case.row.name, row, sealed)
            .map_err(|_| altered.clone())?;
        let id = case.id.as_deref().ok_or(altered.clone())?;
        if secrets.act_name(id, &kept.id) != row.name {
            return Err(altered);
        }
        let act = kept.act().map(|act| act.commitment());
        let leaf = kept.leaf().map(|leaf| leaf.commitment());
        let recorded = kept.content.recorded;
        match act.is_ok_and(|act| act == kept.content.document.act)
            && leaf.is_ok_and(|leaf| leaf == entry.commitment())
        {
            true if recorded - recorded % CADENCE == entry.logged() => Ok(kept.content),
            true => Err(Mismatch::Time { index }),
            false => Err(Mismatch::Commitment { index }),
        }
    }
}

impl Opened {
    fn act(&mut self, place: Place, row: &ActRow, content: Content) {
        if content.kind == LeafKind::Tombstone {
            self.documents.insert(place.item, content);
        }
        match row.sort {
            Sort::Act => self.acts += 1,
            Sort::Refusal | Sort::Attempt => self.refusals_and_attempts += 1,
        }
    }

    fn mismatch(&mut self, place: Place, found: Mismatch) {
        match found {
            Mismatch::Key { index } => self.keyless.push((place.item, index)),
            found => self.found.push(place.told(found)),
        }
    }

    fn take(&mut self, other: Self) {
        self.acts += other.acts;
        self.refusals_and_attempts += other.refusals_and_attempts;
        self.covers += other.covers;
        self.keyless.extend(other.keyless);
        self.documents.extend(other.documents);
        self.bare.extend(other.bare);
        self.found.extend(other.found);
    }
}
