//! The key store: keys by number, each wrapped under the root key. They are laid by in blocks
//! before they are used, so that recording an act waits for one disk and not for two.

use crate::database::value::signed;
use crate::database::{Connection, Transaction, Value};
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

/// Inserts many keys; where a server is asked, in one statement.
pub(crate) fn insert_all(keys: &Transaction<'_>, all: &[(u64, Vec<u8>)]) -> Result<()> {
    if !keys.is_shared() {
        return all
            .iter()
            .try_for_each(|(number, wrapped)| insert(keys, *number, wrapped));
    }
    let numbers: Vec<i64> = all.iter().map(|(number, _)| signed(*number)).collect();
    let wrapped: Vec<_> = all.iter().map(|(_, wrapped)| Some(&wrapped[..])).collect();
    keys.execute(
        "INSERT INTO keys SELECT * FROM unnest($1::bigint[], $2::bytea[])",
        &[Value::Integers(&numbers), Value::Many(&wrapped)],
    )
    .map(drop)
    .map_err(database("lay keys by"))
}

/// Those of these keys that were not erased, as they are wrapped; of PostgreSQL alone.
pub(crate) fn wrapped_all(keys: &Connection, numbers: &[u64]) -> Result<Vec<(u64, Vec<u8>)>> {
    let numbers: Vec<i64> = numbers.iter().copied().map(signed).collect();
    keys.query(
        "SELECT number, wrapped FROM keys WHERE number = ANY($1)",
        &[Value::Integers(&numbers)],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
    .map_err(database("read keys"))
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
