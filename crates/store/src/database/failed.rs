//! What a driver says when it fails. No value and no password stands in it.

use std::error::Error;
use std::fmt;

use ::postgres::error::SqlState;

/// Why a statement failed.
#[derive(Debug)]
pub(crate) enum Failed {
    Sqlite(rusqlite::Error),
    /// With PostgreSQL's code, where it said one; without, the connection failed.
    Postgres {
        code: Option<SqlState>,
        said: String,
    },
    /// A column is not of the kind that is read.
    Column(usize),
    /// There is no row where there must be one.
    NoRow,
    /// The database would not do it, and would not say so.
    Refused(&'static str),
}

impl Failed {
    /// The disk is full, and nothing was changed.
    pub(crate) fn is_full(&self) -> bool {
        match self {
            // Be it only that the index of a journal has no room, without which SQLite reads nothing.
            Self::Sqlite(failed) => failed.sqlite_error().is_some_and(|said| {
                said.code == rusqlite::ErrorCode::DiskFull
                    || said.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
            }),
            Self::Postgres { code, .. } => *code == Some(SqlState::DISK_FULL),
            Self::Column(_) | Self::NoRow | Self::Refused(_) => false,
        }
    }

    /// Somebody else wrote the same, and nothing was changed: to be tried again.
    pub(crate) fn is_conflict(&self) -> bool {
        let conflicts = [
            SqlState::UNIQUE_VIOLATION,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ];
        matches!(self, Self::Postgres { code: Some(code), .. } if conflicts.contains(code))
    }

    /// Somebody held a lock for longer than we wait.
    pub(crate) fn is_locked(&self) -> bool {
        matches!(self, Self::Postgres { code: Some(code), .. } if *code == SqlState::LOCK_NOT_AVAILABLE)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(failed) => failed.fmt(f),
            Self::Postgres { said, .. } => f.write_str(said),
            Self::Column(number) => write!(f, "column {number} is of another kind"),
            Self::NoRow => f.write_str("a row is missing"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Sqlite(failed) => Some(failed),
            _ => None,
        }
    }
}

impl From<rusqlite::Error> for Failed {
    fn from(failed: rusqlite::Error) -> Self {
        Self::Sqlite(failed)
    }
}

impl From<::postgres::Error> for Failed {
    /// Of what PostgreSQL says the details are left out: values stand in them.
    fn from(failed: ::postgres::Error) -> Self {
        let said = match (failed.as_db_error(), failed.source()) {
            (Some(said), _) => format!("{}: {}", said.severity(), said.message()),
            (None, Some(source)) => source.to_string(),
            (None, None) => failed.to_string(),
        };
        Self::Postgres {
            code: failed.code().cloned(),
            said,
        }
    }
}
