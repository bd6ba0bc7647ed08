//! Reading: connections of their own beside the writer, and what is sealed opened.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

use crate::act::{CaseRecord, Kept};
use crate::error::{Error, Mismatch, Result};
use crate::places::Places;
use crate::secrets::Secrets;
use crate::sqlite::acts::{self, ActRow, CaseRow};
use crate::sqlite::{self, Role};

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
                None => record.erased.push(act.leaf),
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
        let case =
            acts::case_numbered(&self.store, row.case)?.ok_or(Mismatch::Act { index: row.leaf })?;
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

/// Readers that are open and idle.
pub(crate) struct Readers {
    places: Places,
    secrets: Arc<Secrets>,
    idle: Mutex<Vec<Reader>>,
}

impl Readers {
    pub(crate) fn new(places: Places, secrets: Arc<Secrets>) -> Self {
        Self {
            places,
            secrets,
            idle: Mutex::new(Vec::new()),
        }
    }

    /// Reads with a reader that nobody else uses meanwhile.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        let reader = idle.map_or_else(|| self.open(), Ok)?;
        let read = work(&reader);
        self.idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(reader);
        read
    }

    fn open(&self) -> Result<Reader> {
        let open = |role, path: &PathBuf| sqlite::open(role, path).map(|(opened, _)| opened);
        Ok(Reader {
            store: open(Role::Store, &self.places.store)?,
            keys: open(Role::Keys, &self.places.keys)?,
            persons: open(Role::Persons, &self.places.persons)?,
            secrets: Arc::clone(&self.secrets),
        })
    }
}
