//! The person file: names and contacts, sealed, under names of the case and the person.

use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use super::rows;
use crate::error::{Result, database};
use crate::seal::Name;

pub(crate) const TABLES: &str = "
CREATE TABLE persons (
    of_case BLOB NOT NULL,
    name BLOB NOT NULL,
    key INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (of_case, name)
) STRICT;
";

const DOING: &str = "use the person file";

/// The key's number and the sealed text of one person.
pub(crate) fn find(
    persons: &Connection,
    case: &Name,
    name: &Name,
) -> Result<Option<(u64, Vec<u8>)>> {
    persons
        .prepare_cached("SELECT key, sealed FROM persons WHERE of_case = ? AND name = ?")
        .and_then(|mut s| {
            s.query_row((case, name), |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()
        })
        .map_err(database(DOING))
}

pub(crate) fn put(
    persons: &Transaction<'_>,
    case: &Name,
    name: &Name,
    key: u64,
    sealed: &[u8],
) -> Result<()> {
    persons
        .prepare_cached("INSERT OR REPLACE INTO persons VALUES (?, ?, ?, ?)")
        .and_then(|mut s| s.execute(params![case, name, key, sealed]))
        .map(drop)
        .map_err(database(DOING))
}

/// The numbers of the keys of all persons of a case.
pub(crate) fn keys_of(persons: &Connection, case: &Name) -> Result<Vec<u64>> {
    rows(
        persons,
        "SELECT key FROM persons WHERE of_case = ?",
        [case],
        |row| row.get(0),
    )
    .map_err(database(DOING))
}

pub(crate) fn remove(persons: &Transaction<'_>, case: &Name) -> Result<()> {
    persons
        .execute("DELETE FROM persons WHERE of_case = ?", [case])
        .map(drop)
        .map_err(database(DOING))
}

/// The highest number of a key in use, 0 if there is none.
pub(crate) fn last_key(persons: &Connection) -> Result<u64> {
    persons
        .query_row("SELECT coalesce(max(key), 0) FROM persons", [], |row| {
            row.get(0)
        })
        .map_err(database(DOING))
}
