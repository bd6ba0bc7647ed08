//! All SQL stands under here, one file for each group of tables. It decides nothing and opens
//! nothing that is sealed. Another database comes as a second module with the same functions.
//!
//! What writes takes a transaction, and a transaction ends in `step` alone.

pub(crate) mod acts;
pub(crate) mod due;
pub(crate) mod exports;
pub(crate) mod keys;
pub(crate) mod persons;
pub(crate) mod tree;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Params, Row, Transaction};

use crate::environment::Environment;
use crate::error::{Error, Mismatch, Result, database, file};
use crate::step::{Step, commit};

/// Which tables these are. A database of another format is refused.
const FORMAT: u32 = 1;

/// How long a reader or the writer waits for the other's lock, in milliseconds.
const PATIENCE: u32 = 5000;

/// How much of a database is kept in memory, in KiB as SQLite writes it. Names of acts come in no
/// order: with less, recording waits for pages that it had a moment ago.
const CACHE: i32 = -16_384;

const IDENTITY: &str = "
CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    format INTEGER NOT NULL,
    id BLOB NOT NULL
) STRICT;
";

/// One of the three databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Store,
    Keys,
    Persons,
}

impl Role {
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Store => "the store",
            Self::Keys => "the key store",
            Self::Persons => "the person file",
        }
    }

    fn step(self) -> Step {
        match self {
            Self::Store => Step::CreateStore,
            Self::Keys => Step::CreateKeys,
            Self::Persons => Step::CreatePersons,
        }
    }

    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Store => &[
                IDENTITY,
                tree::TABLES,
                acts::TABLES,
                due::TABLES,
                exports::TABLES,
            ],
            Self::Keys => &[IDENTITY, keys::TABLES],
            Self::Persons => &[IDENTITY, persons::TABLES],
        }
    }
}

/// Makes a database with its tables and what `fill` puts in, in one step.
pub(crate) fn create(
    environment: &Environment,
    role: Role,
    path: &Path,
    id: &[u8; 16],
    fill: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<Connection> {
    let doing = database(role.step().name());
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(file(role.step().name(), role.what()))?;
    let mut made = connect(path).map_err(&doing)?;
    let transaction = made.transaction().map_err(&doing)?;
    for tables in role.tables() {
        transaction.execute_batch(tables).map_err(&doing)?;
    }
    transaction
        .execute("INSERT INTO store VALUES (1, ?, ?)", (FORMAT, id))
        .map_err(&doing)?;
    fill(&transaction)?;
    commit(environment, role.step(), transaction)?;
    Ok(made)
}

/// Opens a database and tells the id of the store to which it belongs.
pub(crate) fn open(role: Role, path: &Path) -> Result<(Connection, [u8; 16])> {
    let what = role.what();
    if !path.is_file() {
        return Err(Error::Missing { what });
    }
    let unfit = |found| Error::Unfit { what, found };
    let opened = connect(path).map_err(|_| unfit("is no database that can be opened"))?;
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let (format, id): (u32, [u8; 16]) = opened
        .query_row("SELECT format, id FROM store", [], read)
        .map_err(|_| unfit("holds no store"))?;
    match format {
        FORMAT => Ok((opened, id)),
        _ => Err(unfit("is of a format that this version does not know")),
    }
}

fn connect(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "busy_timeout", PATIENCE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "secure_delete", true)?;
    connection.pragma_update(None, "cache_size", CACHE)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(connection)
}

/// All rows that a query gives.
fn rows<T>(
    connection: &Connection,
    sql: &str,
    with: impl Params,
    read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map(with, read)?;
    rows.collect()
}

/// Moves a journal into its database and empties it. False while somebody reads from it.
pub(crate) fn empty_journal(connection: &Connection) -> rusqlite::Result<bool> {
    let busy = |row: &Row<'_>| row.get(0);
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy)?;
    Ok(!busy)
}

/// Writes a copy into an empty file: anew and not page by page, so that no page of it held anything else before.
pub(crate) fn copy_into(connection: &Connection, path: &Path) -> Result<()> {
    let failed = database("make a backup");
    let path = path.to_str().ok_or(Error::Unfit {
        what: "the folder of the backup",
        found: "has a name that is not UTF-8",
    })?;
    let copied = connection.execute("VACUUM INTO ?", [path]);
    copied.map(drop).map_err(failed)
}

/// What the database's own check finds in its pages, indexes and references.
pub(crate) fn damage(role: Role, connection: &Connection) -> Vec<Mismatch> {
    let what = role.what();
    let lines = |sql| rows(connection, sql, [], |row| row.get(0));
    let pages = lines("PRAGMA integrity_check(20)");
    let references =
        lines("SELECT \"table\" || ' refers to nothing' FROM pragma_foreign_key_check");
    let found = [pages, references].into_iter().flat_map(|checked| {
        checked.unwrap_or_else(|_| vec!["its own check could not be carried out".into()])
    });
    found
        .filter(|line| line != "ok")
        .map(|found| Mismatch::Damaged { what, found })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_keeps_what_it_commits() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        std::fs::write(&path, "").unwrap();
        let open = connect(&path).unwrap();
        let text = |name| {
            let value =
                open.pragma_query_value(None, name, |row| row.get::<_, rusqlite::types::Value>(0));
            format!("{:?}", value.unwrap())
        };
        assert_eq!(text("journal_mode"), "Text(\"wal\")");
        // FULL.
        assert_eq!(text("synchronous"), "Integer(2)");
        assert_eq!(text("foreign_keys"), "Integer(1)");
        assert_eq!(text("secure_delete"), "Integer(1)");
    }
}
