//! The key store: keys by number, each wrapped under the root key. They are laid by in blocks
//! before they are used, so that recording an act waits for one disk and not for two.

use crate::database::{Connection, Transaction};
use crate::error::{Result, database};

pub(crate) const TABLES: &str = "
CREATE TABLE keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    wrapped BLOB NOT NULL
) STRICT;
";

/// The number that was given last. A number is never given twice.
pub(crate) fn last(keys: &Connection) -> Result<u64> {
    let sql = keys.either(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'keys'",
        "SELECT last FROM given",
    );
    keys.one(sql, &[], |row| row.get(0))
        .map_err(database("read the key store"))
}

/// Gives `count` numbers that nobody else gets, and tells the first.
pub(crate) fn give(keys: &Transaction<'_>, count: u64) -> Result<u64> {
    match keys.is_shared() {
        false => last(keys).map(|last| last + 1),
        true => keys
            .one(
                "UPDATE given SET last = last + $1 RETURNING last",
                &[count.into()],
                |row| row.get::<u64>(0),
            )
            .map(|last| last + 1 - count)
            .map_err(database("lay keys by")),
    }
}

pub(crate) fn insert(keys: &Transaction<'_>, number: u64, wrapped: &[u8]) -> Result<()> {
    keys.execute(
        "INSERT INTO keys VALUES ($1, $2)",
        &[number.into(), wrapped.into()],
    )
    .map(drop)
    .map_err(database("lay keys by"))
}

/// A key as it is wrapped, if it was not erased.
pub(crate) fn wrapped(keys: &Connection, number: u64) -> Result<Option<Vec<u8>>> {
    keys.first(
        "SELECT wrapped FROM keys WHERE number = $1",
        &[number.into()],
        |row| row.get(0),
    )
    .map_err(database("read a key"))
}

/// Up to `most` keys from `number` on, in order.
pub(crate) fn from(keys: &Connection, number: u64, most: u32) -> Result<Vec<(u64, Vec<u8>)>> {
    keys.query(
        "SELECT number, wrapped FROM keys WHERE number >= $1 ORDER BY number LIMIT $2",
        &[number.into(), most.into()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .map_err(database("read keys"))
}

/// Removes a key; it may be gone already. Tells whether it was there.
pub(crate) fn remove(keys: &Transaction<'_>, number: u64) -> Result<bool> {
    keys.execute("DELETE FROM keys WHERE number = $1", &[number.into()])
        .map(|gone| gone > 0)
        .map_err(database("erase a key"))
}
