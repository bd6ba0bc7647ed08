//! The file of what was acknowledged. It is written before anyone is told, apart from the database,
//! so that a database that lost its end, or was put back, is noticed when it is opened.
//!
//! Two slots are written in turn, each with its own check: a write that is torn leaves the other.
//! The same file is locked while the store is open: two writers would be two histories.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::Path;

use habeas_ledger::Hash;

use crate::environment::Environment;
use crate::error::{Error, Result, file};
use crate::root::folder;
use crate::seal::derive;
use crate::secrets::Secrets;
use crate::step::{Step, sync};
use crate::tables::tree::Head;

const WHAT: &str = "the file of what was acknowledged";

/// `turn u64 || size u64 || root[32] || check[32]`
const SLOT: usize = 80;

/// Slots stand apart, so that no disk writes both at once.
const APART: u64 = 4096;

/// The log as far as somebody was told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) size: u64,
    pub(crate) root: Hash,
}

impl Acknowledged {
    pub(crate) fn of(head: &Head) -> Self {
        Self {
            size: head.frontier.size(),
            root: head.frontier.root(),
        }
    }
}

/// The open, locked file.
pub(crate) struct Mark {
    file: File,
    turn: u64,
    last: Acknowledged,
}

impl Mark {
    pub(crate) fn create(
        path: &Path,
        environment: &Environment,
        secrets: &Secrets,
        first: Acknowledged,
    ) -> Result<Self> {
        let doing = file("create the file of what was acknowledged", WHAT);
        let made = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(&doing)?;
        lock(&made)?;
        let folder = folder(path).map_err(doing)?;
        sync(environment, Step::CreateMark, &made, Some(&folder), |f| {
            // Both slots: later writes find their room on the disk taken.
            f.write_all_at(&slot(secrets, 0, first), 0)?;
            f.write_all_at(&slot(secrets, 0, first), APART)
        })?;
        Ok(Self {
            file: made,
            turn: 0,
            last: first,
        })
    }

    pub(crate) fn open(path: &Path, secrets: &Secrets) -> Result<Self> {
        let doing = file("open the file of what was acknowledged", WHAT);
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .map_err(&doing)?;
        lock(&opened)?;
        let slots = [0, APART].map(|at| {
            let mut bytes = [0; SLOT];
            opened.read_exact_at(&mut bytes, at).ok()?;
            read(secrets, &bytes)
        });
        let newest = slots.into_iter().flatten().max_by_key(|(turn, _)| *turn);
        let (turn, last) = newest.ok_or(Error::Unfit {
            what: WHAT,
            found: "holds nothing that was written by this store",
        })?;
        Ok(Self {
            file: opened,
            turn,
            last,
        })
    }

    pub(crate) fn last(&self) -> Acknowledged {
        self.last
    }

    /// Writes what is about to be acknowledged, if it is more than before.
    pub(crate) fn write(
        &mut self,
        environment: &Environment,
        secrets: &Secrets,
        next: Acknowledged,
    ) -> Result<()> {
        if next.size <= self.last.size {
            return Ok(());
        }
        let turn = self.turn + 1;
        let bytes = slot(secrets, turn, next);
        let at = APART * (turn % 2);
        sync(environment, Step::Mark, &self.file, None, |f| {
            f.write_all_at(&bytes, at)
        })?;
        self.turn = turn;
        self.last = next;
        Ok(())
    }
}

impl Drop for Mark {
    /// Unlocked by hand: a program that was being started meanwhile may still hold the file.
    fn drop(&mut self) {
        self.file.unlock().ok();
    }
}

fn lock(file: &File) -> Result<()> {
    file.try_lock().map_err(|refused| match refused {
        TryLockError::WouldBlock => Error::InUse,
        TryLockError::Error(source) => Error::File {
            doing: "lock the store",
            what: WHAT,
            source,
        },
    })
}

fn slot(secrets: &Secrets, turn: u64, said: Acknowledged) -> Vec<u8> {
    let (turn, size) = (turn.to_be_bytes(), said.size.to_be_bytes());
    let check = check(secrets, &turn, &size, &said.root.0);
    [&turn[..], &size, &said.root.0, &check].concat()
}

fn check(secrets: &Secrets, turn: &[u8], size: &[u8], root: &[u8]) -> [u8; 32] {
    *derive(secrets.names(), "mark", &[secrets.id(), turn, size, root])
}

fn read(secrets: &Secrets, bytes: &[u8]) -> Option<(u64, Acknowledged)> {
    let (turn, rest) = bytes.split_first_chunk()?;
    let (size, rest) = rest.split_first_chunk()?;
    let (root, found) = rest.split_first_chunk()?;
    let said = Acknowledged {
        size: u64::from_be_bytes(*size),
        root: Hash(*root),
    };
    (check(secrets, turn, size, root) == *found).then_some((u64::from_be_bytes(*turn), said))
}
