//! The key store: keys by number, each wrapped under the root key. They are laid by in blocks
//! before they are used, so that recording an act waits for one disk and not for two.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::rows;
use crate::error::{Result, database};

pub(crate) const TABLES: &str = "
CREATE TABLE keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    wrapped BLOB NOT NULL
) STRICT;
";

/// The number that the next key gets. A number is never given twice.
pub(crate) fn next(keys: &Connection) -> Result<u64> {
    keys.query_row(
        "SELECT coalesce(max(seq), 0) + 1 FROM sqlite_sequence WHERE name = 'keys'",
        [],
        |row| row.get(0),
    )
    .map_err(database("read the key store"))
}

pub(crate) fn insert(keys: &Transaction<'_>, number: u64, wrapped: &[u8]) -> Result<()> {
    keys.prepare_cached("INSERT INTO keys VALUES (?, ?)")
        .and_then(|mut s| s.execute(params![number, wrapped]))
        .map(drop)
        .map_err(database("lay keys by"))
}

/// A key as it is wrapped, if it was not erased.
pub(crate) fn wrapped(keys: &Connection, number: u64) -> Result<Option<Vec<u8>>> {
    keys.prepare_cached("SELECT wrapped FROM keys WHERE number = ?")
        .and_then(|mut s| s.query_row([number], |row| row.get(0)).optional())
        .map_err(database("read a key"))
}

/// Up to `most` keys from `number` on, in order.
pub(crate) fn from(keys: &Connection, number: u64, most: u32) -> Result<Vec<(u64, Vec<u8>)>> {
    let sql = "SELECT number, wrapped FROM keys WHERE number >= ? ORDER BY number LIMIT ?";
    rows(keys, sql, params![number, most], |r| {
        Ok((r.get(0)?, r.get(1)?))
    })
    .map_err(database("read keys"))
}

/// Removes a key; it may be gone already. Tells whether it was there.
pub(crate) fn remove(keys: &Transaction<'_>, number: u64) -> Result<bool> {
    keys.prepare_cached("DELETE FROM keys WHERE number = ?")
        .and_then(|mut s| s.execute([number]))
        .map(|gone| gone > 0)
        .map_err(database("erase a key"))
}
