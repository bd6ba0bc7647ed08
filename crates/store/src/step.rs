//! Every durable step of the store, by name, and the one function through which they go.
//!
//! `clippy.toml` refuses a commit or a sync anywhere else.

use std::fmt;
use std::fs::File;
use std::io;

use crate::database::{Connection, Failed, Transaction};
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::tables::{self, Role};

/// Something that outlives the process once it is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// The root key is written.
    RootKey,
    /// The key store is made, with its first keys.
    CreateKeys,
    /// The person file is made.
    CreatePersons,
    /// The file of what was acknowledged is made.
    CreateMark,
    /// The tables of the store are made; with this the store is there.
    CreateStore,
    /// New keys are laid by, before any of them is used.
    Keys,
    /// Acts and their leaves are recorded.
    Record,
    /// Leaves that cover are appended.
    Cover,
    /// What is about to be acknowledged is marked.
    Mark,
    /// An act that documents an erasure is recorded, and what was sealed is emptied.
    Erase,
    /// The names and contacts of an erased case are removed.
    ErasePersons,
    /// The keys of what was erased are removed.
    EraseKeys,
    /// What the store's journal held of it is overwritten.
    ShredStore,
    /// What the person file's journal held of it is overwritten.
    ShredPersons,
    /// What the key store's journal held of it is overwritten.
    ShredKeys,
    /// The derived rows are put in place.
    Reindex,
    /// A copy that leaves is registered.
    Export,
    /// A signed checkpoint is stored; only then may its note leave.
    Checkpoint,
    /// A witness's line is stored.
    Cosignature,
    /// A checkpoint is marked as published.
    Publish,
    /// A person's names and contacts are stored.
    Person,
    /// One of several servers begins to lead; where several write.
    Lead,
    /// What was handed in is numbered and appended to the log; where several write.
    Number,
}

impl Step {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::RootKey,
        Self::CreateKeys,
        Self::CreatePersons,
        Self::CreateMark,
        Self::CreateStore,
        Self::Keys,
        Self::Record,
        Self::Cover,
        Self::Mark,
        Self::Erase,
        Self::ErasePersons,
        Self::EraseKeys,
        Self::ShredStore,
        Self::ShredPersons,
        Self::ShredKeys,
        Self::Reindex,
        Self::Export,
        Self::Checkpoint,
        Self::Cosignature,
        Self::Publish,
        Self::Person,
        Self::Lead,
        Self::Number,
    ];

    /// What is attempted, as errors say it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RootKey => "write the root key",
            Self::CreateKeys => "create the key store",
            Self::CreatePersons => "create the person file",
            Self::CreateMark => "create the file of what was acknowledged",
            Self::CreateStore => "create the store",
            Self::Keys => "lay keys by",
            Self::Record => "record acts",
            Self::Cover => "append leaves that cover",
            Self::Mark => "mark what is acknowledged",
            Self::Erase => "erase",
            Self::ErasePersons => "erase names and contacts",
            Self::EraseKeys => "erase keys",
            Self::ShredStore => "overwrite the store's journal",
            Self::ShredPersons => "overwrite the person file's journal",
            Self::ShredKeys => "overwrite the key store's journal",
            Self::Reindex => "put derived rows in place",
            Self::Export => "register a copy that leaves",
            Self::Checkpoint => "store a checkpoint",
            Self::Cosignature => "store a cosignature",
            Self::Publish => "mark a checkpoint as published",
            Self::Person => "store names and contacts",
            Self::Lead => "begin to lead",
            Self::Number => "number what was handed in",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A place where a test may let the store fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Failpoint {
    /// Nothing of the step is durable yet.
    Before(Step),
    /// The step is durable, and nobody knows yet.
    After(Step),
}

/// Every failpoint, from the one list of steps.
pub fn failpoints() -> impl Iterator<Item = Failpoint> {
    let both = |step: &Step| [Failpoint::Before(*step), Failpoint::After(*step)];
    Step::ALL.iter().flat_map(both)
}

/// Does one durable step between its two failpoints.
pub(crate) fn durable(
    environment: &Environment,
    step: Step,
    work: impl FnOnce() -> std::result::Result<(), Error>,
) -> Result<()> {
    let reach = |at| environment.faults.reach(at).map_err(|e| failed(step, e));
    reach(Failpoint::Before(step))?;
    work()?;
    reach(Failpoint::After(step))
}

fn failed(step: Step, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::StorageFull => Error::Full { doing: step.name() },
        _ => Error::Step {
            step,
            source: Box::new(source),
        },
    }
}

/// Commits: either database syncs its journal before it answers.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a transaction ends"
)]
pub(crate) fn commit(
    environment: &Environment,
    step: Step,
    transaction: Transaction<'_>,
) -> Result<()> {
    durable(environment, step, || {
        transaction.commit().map_err(|e| refused(step, e))
    })
}

/// Writes a file through to the disk; with `folder`, it is new, and its entry there goes with it.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where a file is synced"
)]
pub(crate) fn sync(
    environment: &Environment,
    step: Step,
    file: &File,
    folder: Option<&File>,
    write: impl FnOnce(&File) -> io::Result<()>,
) -> Result<()> {
    durable(environment, step, || {
        let written = write(file).and_then(|()| match folder {
            None => file.sync_data(),
            Some(folder) => file.sync_all().and_then(|()| folder.sync_all()),
        });
        written.map_err(|e| failed(step, e))
    })
}

/// Overwrites what the database still holds of what was deleted, as far as it can.
pub(crate) fn shred(
    environment: &Environment,
    step: Step,
    role: Role,
    database: &Connection,
) -> Result<()> {
    durable(environment, step, || {
        match tables::shred(role, database).map_err(|e| refused(step, e))? {
            true => Ok(()),
            false => Err(Error::Reading { step }),
        }
    })
}

fn refused(step: Step, source: Failed) -> Error {
    let doing = step.name();
    match source {
        source if source.is_full() => Error::Full { doing },
        source if source.is_conflict() => Error::Contended { doing },
        source => Error::Step {
            step,
            source: Box::new(source),
        },
    }
}
