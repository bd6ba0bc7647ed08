//! The person file: names and contacts, sealed, under names of the case and the person.

use crate::database::{Connection, Transaction};
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
        .first(
            "SELECT key, sealed FROM persons WHERE of_case = $1 AND name = $2",
            &[case.into(), name.into()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
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
        .execute(
            "INSERT INTO persons VALUES ($1, $2, $3, $4)
             ON CONFLICT (of_case, name) DO UPDATE SET key = excluded.key, sealed = excluded.sealed",
            &[case.into(), name.into(), key.into(), sealed.into()],
        )
        .map(drop)
        .map_err(database(DOING))
}

/// All persons of a case: name, number of the key, sealed text.
pub(crate) fn of_case(persons: &Connection, case: &Name) -> Result<Vec<(Name, u64, Vec<u8>)>> {
    persons
        .query(
            "SELECT name, key, sealed FROM persons WHERE of_case = $1",
            &[case.into()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(database(DOING))
}

/// How many persons there are.
pub(crate) fn count(persons: &Connection) -> Result<u64> {
    persons
        .one("SELECT count(*) FROM persons", &[], |row| row.get(0))
        .map_err(database(DOING))
}

/// The numbers of the keys of all persons of a case.
pub(crate) fn keys_of(persons: &Connection, case: &Name) -> Result<Vec<u64>> {
    persons
        .query(
            "SELECT key FROM persons WHERE of_case = $1",
            &[case.into()],
            |row| row.get(0),
        )
        .map_err(database(DOING))
}

pub(crate) fn remove(persons: &Transaction<'_>, case: &Name) -> Result<()> {
    persons
        .execute("DELETE FROM persons WHERE of_case = $1", &[case.into()])
        .map(drop)
        .map_err(database(DOING))
}

/// The highest number of a key in use, 0 if there is none.
pub(crate) fn last_key(persons: &Connection) -> Result<u64> {
    persons
        .one("SELECT coalesce(max(key), 0) FROM persons", &[], |row| {
            row.get(0)
        })
        .map_err(database(DOING))
}
