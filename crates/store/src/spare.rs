//! Keys laid by: made and durable before the first of them is used.

use std::collections::VecDeque;

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::environment::Environment;
use crate::error::{Result, database};
use crate::seal::Key;
use crate::secrets::Secrets;
use crate::sqlite::keys;
use crate::step::{Step, commit};

/// How many are made at once.
const BLOCK: u32 = 1024;

/// The key store, and those of its keys that nothing uses yet.
pub(crate) struct Spare {
    pub(crate) keys: Connection,
    /// The next number to look at.
    next: u64,
    ready: VecDeque<(u64, Key)>,
}

impl Spare {
    /// `used` is the highest number of a key that something is sealed with.
    pub(crate) fn new(keys: Connection, used: u64) -> Self {
        Self {
            keys,
            next: used + 1,
            ready: VecDeque::new(),
        }
    }

    /// A key that nothing is sealed with yet.
    pub(crate) fn take(&mut self, e: &Environment, secrets: &Secrets) -> Result<(u64, Key)> {
        loop {
            if let Some(key) = self.ready.pop_front() {
                return Ok(key);
            }
            let mut laid_by = keys::from(&self.keys, self.next, BLOCK)?;
            if laid_by.is_empty() {
                self.lay_by(e, secrets)?;
                laid_by = keys::from(&self.keys, self.next, BLOCK)?;
            }
            for (number, wrapped) in laid_by {
                self.next = number + 1;
                // One that was damaged before it was used is passed over.
                if let Ok(key) = secrets.unwrap(number, &wrapped) {
                    self.ready.push_back((number, key));
                }
            }
        }
    }

    fn lay_by(&mut self, e: &Environment, secrets: &Secrets) -> Result<()> {
        let doing = database(Step::Keys.name());
        let transaction = self.keys.transaction().map_err(doing)?;
        let first = keys::next(&transaction)?;
        for number in first..first + u64::from(BLOCK) {
            let key: Key = Zeroizing::new(e.random()?);
            keys::insert(&transaction, number, &secrets.wrap(e, number, &key)?)?;
        }
        commit(e, Step::Keys, transaction)
    }
}
