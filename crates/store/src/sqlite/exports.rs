//! The export register: each copy that left.

use rusqlite::{Connection, Transaction, params};

use super::rows;
use crate::error::{Result, database};

pub(crate) const TABLES: &str = "
CREATE TABLE exports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    of_case INTEGER NOT NULL REFERENCES cases,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX exports_of_case ON exports (of_case);
";

/// The number that the next entry gets.
pub(crate) fn next(store: &Connection) -> Result<u64> {
    let sql = "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'exports'";
    store
        .query_row(sql, [], |row| row.get(0))
        .map_err(database("register a copy that leaves"))
}

pub(crate) fn add(store: &Transaction<'_>, number: u64, case: i64, sealed: &[u8]) -> Result<()> {
    store
        .execute(
            "INSERT INTO exports VALUES (?, ?, ?)",
            params![number, case, sealed],
        )
        .map(drop)
        .map_err(database("register a copy that leaves"))
}

/// What left of a case, in order: number and sealed entry.
pub(crate) fn of_case(store: &Connection, case: i64) -> Result<Vec<(u64, Vec<u8>)>> {
    rows(
        store,
        "SELECT number, sealed FROM exports WHERE of_case = ? ORDER BY number",
        [case],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .map_err(database("read the export register"))
}
