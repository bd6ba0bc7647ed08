//! The export register: each copy that left.

use crate::database::{Connection, Transaction};
use crate::error::{Result, database};

pub(crate) const TABLES: &str = "
CREATE TABLE exports (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    of_case INTEGER NOT NULL REFERENCES cases,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX exports_of_case ON exports (of_case);
";

const DOING: &str = "register a copy that leaves";

/// The number that was given last, 0 if none was.
pub(crate) fn last(store: &Connection) -> Result<u64> {
    let sql = store.either(
        "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'exports'",
        "SELECT last FROM exported",
    );
    store
        .one(sql, &[], |row| row.get(0))
        .map_err(database(DOING))
}

/// Gives the next number. It is given to nobody else, and is given again if this transaction is undone.
pub(crate) fn give(store: &Transaction<'_>) -> Result<u64> {
    match store.is_shared() {
        false => last(store).map(|last| last + 1),
        true => store
            .one(
                "UPDATE exported SET last = last + 1 RETURNING last",
                &[],
                |row| row.get(0),
            )
            .map_err(database(DOING)),
    }
}

pub(crate) fn add(store: &Transaction<'_>, number: u64, case: i64, sealed: &[u8]) -> Result<()> {
    store
        .execute(
            "INSERT INTO exports VALUES ($1, $2, $3)",
            &[number.into(), case.into(), sealed.into()],
        )
        .map(drop)
        .map_err(database(DOING))
}

/// What left of a case, in order: number and sealed entry.
pub(crate) fn of_case(store: &Connection, case: i64) -> Result<Vec<(u64, Vec<u8>)>> {
    store
        .query(
            "SELECT number, sealed FROM exports WHERE of_case = $1 ORDER BY number",
            &[case.into()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(database("read the export register"))
}
