//! Keys laid by: made and durable before the first of them is used.

use std::collections::VecDeque;

use zeroize::Zeroizing;

use crate::database::Connection;
use crate::environment::Environment;
use crate::error::{Result, database};
use crate::seal::Key;
use crate::secrets::Secrets;
use crate::step::{Step, commit};
use crate::tables::keys;

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
    /// `used` is the highest number of a key that something is sealed with. Where several servers write, those that others laid by are theirs.
    pub(crate) fn new(keys: Connection, used: u64) -> Self {
        Self {
            next: match keys.is_shared() {
                false => used + 1,
                true => u64::MAX,
            },
            keys,
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
                self.next = self.lay_by(e, secrets)?;
                laid_by = keys::from(&self.keys, self.next, BLOCK)?;
            }
            for (number, wrapped) in laid_by {
                if !self.keys.is_shared() {
                    self.next = number + 1;
                }
                // One that was damaged before it was used is passed over.
                if let Ok(key) = secrets.unwrap(number, &wrapped) {
                    self.ready.push_back((number, key));
                }
            }
        }
    }

    /// Tells the number of the first.
    fn lay_by(&mut self, e: &Environment, secrets: &Secrets) -> Result<u64> {
        let doing = database(Step::Keys.name());
        let transaction = self.keys.begin().map_err(doing)?;
        let first = keys::give(&transaction, BLOCK.into())?;
        let mut made = Vec::new();
        for number in first..first + u64::from(BLOCK) {
            let key: Key = Zeroizing::new(e.random()?);
            made.push((number, secrets.wrap(number, &key)));
        }
        keys::insert_all(&transaction, &made)?;
        commit(e, Step::Keys, transaction)?;
        Ok(first)
    }
}
