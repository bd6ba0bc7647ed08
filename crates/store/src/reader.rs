//! Reading: connections of their own beside the writer, and what is sealed opened.

use std::sync::{Arc, Condvar, Mutex, PoisonError};

use crate::act::{CaseRecord, Kept};
use crate::database::Connection;
use crate::error::{Error, Mismatch, Result};
use crate::places::{Place, Site};
use crate::secrets::Secrets;
use crate::tables::acts::{self, ActRow, CaseRow};
use crate::tables::{self, Role};

/// One reader's connections.
pub(crate) struct Reader {
    pub(crate) store: Connection,
    pub(crate) keys: Connection,
    pub(crate) persons: Connection,
    pub(crate) secrets: Arc<Secrets>,
}

impl Reader {
    /// What is recorded of a case. `None` if the case was erased.
    pub(crate) fn case(&self, row: &CaseRow) -> Result<Option<CaseRecord>> {
        let Some(sealed) = &row.sealed else {
            return Ok(None);
        };
        let key = self.secrets.key(&self.keys, row.key)?;
        let mut record = CaseRecord {
            id: self.secrets.open_case(&key, row, sealed)?,
            version: row.version,
            acts: Vec::new(),
            erased: Vec::new(),
        };
        for act in acts::of_case(&self.store, row.number)? {
            match &act.sealed {
                // What is erased had its number before.
                None => record.erased.extend(act.leaf),
                Some(sealed) => {
                    let own = self.secrets.key(&self.keys, act.key)?;
                    let keys = [&key, &own];
                    let kept = self.secrets.open_act(keys, &row.name, &act, sealed)?;
                    record.acts.push(kept);
                }
            }
        }
        Ok(Some(record))
    }

    /// One act. `None` if it was erased.
    pub(crate) fn act(&self, row: &ActRow) -> Result<Option<Kept>> {
        let Some(sealed) = &row.sealed else {
            return Ok(None);
        };
        let case = acts::case_numbered(&self.store, row.case)?.ok_or(Mismatch::Act {
            index: row.leaf.unwrap_or(row.item),
        })?;
        let case_key = self.secrets.key(&self.keys, case.key)?;
        let own = self.secrets.key(&self.keys, row.key)?;
        let kept = self
            .secrets
            .open_act([&case_key, &own], &case.name, row, sealed)?;
        Ok(Some(kept))
    }

    /// The row of a case by its id.
    pub(crate) fn find(&self, doing: &'static str, case: &str) -> Result<CaseRow> {
        let what = "case";
        acts::case_named(&self.store, &self.secrets.case_name(case))?
            .ok_or(Error::Unknown { doing, what })
    }
}

/// How many may read at once from servers, whose connections are few; a file is opened as often as somebody reads.
const MOST: usize = 8;

/// Readers that are open and idle.
pub(crate) struct Readers {
    site: Site,
    secrets: Arc<Secrets>,
    pool: Mutex<Pool>,
    back: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Reader>,
    /// How many read now.
    out: usize,
}

impl Readers {
    pub(crate) fn new(site: Site, secrets: Arc<Secrets>) -> Self {
        Self {
            site,
            secrets,
            pool: Mutex::default(),
            back: Condvar::new(),
        }
    }

    /// Reads with a reader that nobody else uses meanwhile.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        let most = match self.site.store {
            Place::File(_) => usize::MAX,
            Place::Server(_) => MOST,
        };
        let pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        let full = |pool: &mut Pool| pool.out >= most;
        let pool = self.back.wait_while(pool, full);
        let mut pool = pool.unwrap_or_else(PoisonError::into_inner);
        pool.out += 1;
        let idle = pool.idle.pop();
        drop(pool);
        let reader = idle.map_or_else(|| self.open(), Ok);
        let (read, reader) = match reader {
            Ok(reader) => (work(&reader), Some(reader)),
            Err(failed) => (Err(failed), None),
        };
        let mut pool = self.pool.lock().unwrap_or_else(PoisonError::into_inner);
        pool.out -= 1;
        // A connection that failed is not used again.
        if !matches!(read, Err(Error::Database { .. })) {
            pool.idle.extend(reader);
        }
        drop(pool);
        self.back.notify_one();
        read
    }

    fn open(&self) -> Result<Reader> {
        let open = |role, place: &Place| tables::open(role, place).map(|(opened, _)| opened);
        Ok(Reader {
            store: open(Role::Store, &self.site.store)?,
            keys: open(Role::Keys, &self.site.keys)?,
            persons: open(Role::Persons, &self.site.persons)?,
            secrets: Arc::clone(&self.secrets),
        })
    }
}
