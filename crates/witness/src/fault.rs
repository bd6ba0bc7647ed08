//! What goes wrong: one error for the whole crate.

use std::io;
use std::path::PathBuf;

use habeas_ledger::Problem;
use thiserror::Error;

/// What was attempted and what was found.
#[derive(Debug, Error)]
pub enum Fault {
    /// The state is not where it should be.
    #[error("open the state {}: it is not there", .0.display())]
    Missing(PathBuf),
    /// A state that was to be made is there.
    #[error("make the state {}: it is there already", .0.display())]
    There(PathBuf),
    /// Another process has it.
    #[error("open the state {}: another witness is running on it", .0.display())]
    InUse(PathBuf),
    /// The file is something else.
    #[error("open the state {}: this is no state of a witness, or of another version", .0.display())]
    Foreign(PathBuf),
    /// The state belongs to another key.
    #[error("open the state {}: it belongs to the key {found}", path.display())]
    OtherKey {
        /// Of the state.
        path: PathBuf,
        /// The public key that it belongs to.
        found: String,
    },
    /// SQLite could not do it.
    #[error("{attempted}: {cause}")]
    Storage {
        /// `keep a cosignature`
        attempted: &'static str,
        /// What SQLite says.
        cause: rusqlite::Error,
    },
    /// The system could not do it.
    #[error("{attempted}: {cause}")]
    System {
        /// `listen on 127.0.0.1:80`
        attempted: String,
        /// What the system says.
        cause: io::Error,
    },
    /// The ledger refuses it.
    #[error(transparent)]
    Ledger(#[from] Problem),
}

impl Fault {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing(_) => Some(
                "for a witness that has never cosigned give --new; a witness that has lost its state is retired: it takes a new name and a new key",
            ),
            Self::There(_) => Some("leave out --new"),
            Self::OtherKey { .. } => {
                Some("each witness has one key and one state of its own; they stay together")
            }
            _ => None,
        }
    }

    /// Whether the next request may be answered all the same: nothing was written, and nothing is in doubt.
    pub(crate) fn is_passing(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked, DiskFull};
        let code = match self {
            Self::Storage { cause, .. } => cause.sqlite_error_code(),
            _ => None,
        };
        code.is_some_and(|code| [DatabaseBusy, DatabaseLocked, DiskFull].contains(&code))
    }
}

/// Says of a failure of SQLite what was attempted.
pub(crate) fn storage(attempted: &'static str) -> impl FnOnce(rusqlite::Error) -> Fault {
    move |cause| Fault::Storage { attempted, cause }
}

/// Says of a failure of the system what was attempted.
pub(crate) fn system(attempted: impl Into<String>) -> impl FnOnce(io::Error) -> Fault {
    let attempted = attempted.into();
    move |cause| Fault::System { attempted, cause }
}
