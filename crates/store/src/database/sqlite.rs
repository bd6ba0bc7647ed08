//! SQLite: a file, opened so that what it commits stays and what it deletes is gone.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, params_from_iter};

use super::{Answer, Failed, OPEN, Row, Value};
use crate::error::{Error, Result, database, file};
use crate::tables::Role;

/// How long a reader or the writer waits for the other's lock, in milliseconds.
const PATIENCE: u32 = 5000;

/// How much of a database is kept in memory, in KiB as SQLite writes it. Names of acts come in no
/// order: with less, recording waits for pages that it had a moment ago.
const CACHE: i32 = -16_384;

/// Makes an empty file, readable by its owner alone, and connects to it.
pub(crate) fn create(role: Role, path: &Path) -> Result<Connection> {
    let doing = role.step().name();
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(file(doing, role.what()))?;
    connect(path).map_err(|failed| database(doing)(failed.into()))
}

/// Connects to a file that is there.
pub(crate) fn open(role: Role, path: &Path) -> Result<Connection> {
    let what = role.what();
    if !path.is_file() {
        return Err(Error::Missing { what });
    }
    connect(path).map_err(|failed| match Failed::from(failed).is_full() {
        true => Error::Full { doing: OPEN },
        false => Error::Unfit {
            what,
            found: "is no database that can be opened",
        },
    })
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

pub(super) fn execute(connection: &Connection, sql: &str, values: &[Value<'_>]) -> Answer<u64> {
    let mut statement = connection.prepare_cached(sql)?;
    let changed = statement.execute(params_from_iter(values))?;
    Ok(changed as u64)
}

pub(super) fn query<T>(
    connection: &Connection,
    sql: &str,
    values: &[Value<'_>],
    mut read: impl FnMut(&Row<'_>) -> Answer<T>,
) -> Answer<Vec<T>> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(&Row::Sqlite(row))?);
    }
    Ok(all)
}

/// Moves a journal into its database and empties it. False while somebody reads from it.
pub(crate) fn empty_journal(connection: &Connection) -> Answer<bool> {
    let busy = |row: &rusqlite::Row<'_>| row.get(0);
    let busy: bool = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], busy)?;
    Ok(!busy)
}

/// Writes a copy into an empty file: anew and not page by page, so that no page of it held anything else before.
pub(crate) fn copy_into(connection: &Connection, path: &Path) -> Result<()> {
    let path = path.to_str().ok_or(Error::Unfit {
        what: "the folder of the backup",
        found: "has a name that is not UTF-8",
    })?;
    let copied = execute(connection, "VACUUM INTO $1", &[path.into()]);
    copied.map(drop).map_err(database("make a backup"))
}

/// What SQLite's own check finds in pages, indexes and references, line by line.
pub(crate) fn damage(connection: &Connection) -> Vec<String> {
    let lines = |sql| query(connection, sql, &[], |row| row.get::<String>(0));
    let pages = lines("PRAGMA integrity_check(20)");
    let references =
        lines("SELECT \"table\" || ' refers to nothing' FROM pragma_foreign_key_check");
    let found = [pages, references].into_iter().flat_map(|checked| {
        checked.unwrap_or_else(|_| vec!["its own check could not be carried out".into()])
    });
    found.filter(|line| line != "ok").collect()
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
