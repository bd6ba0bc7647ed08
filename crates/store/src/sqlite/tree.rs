//! The tables of the log: leaves, nodes over them, the head, checkpoints and cosignatures.

use habeas_ledger::Hash;
use habeas_ledger::tree::{Frontier, Node};
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::rows;
use crate::error::{Error, Result, database};

pub(crate) const TABLES: &str = "
CREATE TABLE leaves (
    number INTEGER PRIMARY KEY,
    entry BLOB NOT NULL
) STRICT;

-- Over 256, 256 * 256, … leaves: the hashes above and between follow from these.
CREATE TABLE nodes (
    level INTEGER NOT NULL,
    number INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE head (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    size INTEGER NOT NULL,
    peaks BLOB NOT NULL,
    logged INTEGER NOT NULL
) STRICT;

CREATE TABLE checkpoints (
    size INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    note TEXT NOT NULL,
    published INTEGER NOT NULL CHECK (published IN (0, 1))
) STRICT;

CREATE TABLE cosignatures (
    size INTEGER NOT NULL REFERENCES checkpoints,
    witness TEXT NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (size, witness)
) STRICT;

CREATE TRIGGER leaves_stay BEFORE UPDATE ON leaves
BEGIN SELECT raise(ABORT, 'a leaf never changes'); END;
CREATE TRIGGER leaves_remain BEFORE DELETE ON leaves
BEGIN SELECT raise(ABORT, 'a leaf never goes'); END;
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OF size, root, note ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint never changes'); END;
CREATE TRIGGER checkpoints_remain BEFORE DELETE ON checkpoints
BEGIN SELECT raise(ABORT, 'a checkpoint never goes'); END;
";

const READ: &str = "read the log";

/// Where the log stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) frontier: Frontier,
    /// When the last leaf was appended, in seconds since 1970. It never runs backwards.
    pub(crate) logged: u64,
}

pub(crate) fn head(store: &Connection) -> Result<Head> {
    let read = |row: &Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let (size, peaks, logged): (u64, Vec<u8>, u64) = store
        .query_row("SELECT size, peaks, logged FROM head", [], read)
        .map_err(database(READ))?;
    let unfit = Error::Unfit {
        what: "the head",
        found: "is not a frontier",
    };
    let (hashes, rest) = peaks.as_chunks::<32>();
    let hashes = hashes.iter().copied().map(Hash).collect();
    match (rest.is_empty(), Frontier::from_parts(size, hashes)) {
        (true, Ok(frontier)) => Ok(Head { frontier, logged }),
        _ => Err(unfit),
    }
}

fn peaks(head: &Head) -> Vec<u8> {
    let hashes = head.frontier.peaks().iter();
    hashes.flat_map(|hash| hash.0).collect()
}

pub(crate) fn begin(store: &Transaction<'_>) -> Result<()> {
    store
        .execute("INSERT INTO head VALUES (1, 0, x'', 0)", [])
        .map(drop)
        .map_err(database("create the store"))
}

/// Moves the head from `from` leaves on. False if it was not there: somebody else writes.
pub(crate) fn advance(store: &Transaction<'_>, from: u64, to: &Head) -> Result<bool> {
    store
        .prepare_cached("UPDATE head SET size = ?, peaks = ?, logged = ? WHERE size = ?")
        .and_then(|mut s| s.execute(params![to.frontier.size(), peaks(to), to.logged, from]))
        .map(|rows| rows == 1)
        .map_err(database("advance the log"))
}

pub(crate) fn append(store: &Transaction<'_>, number: u64, entry: &[u8]) -> Result<()> {
    store
        .prepare_cached("INSERT INTO leaves VALUES (?, ?)")
        .and_then(|mut s| s.execute(params![number, entry]))
        .map(drop)
        .map_err(database("append a leaf"))
}

pub(crate) fn keep_node(store: &Transaction<'_>, node: Node, hash: Hash) -> Result<()> {
    store
        .prepare_cached("INSERT INTO nodes VALUES (?, ?, ?)")
        .and_then(|mut s| s.execute(params![node.level, node.index, hash.0]))
        .map(drop)
        .map_err(database("append a node"))
}

pub(crate) fn entry(store: &Connection, number: u64) -> Result<Option<Vec<u8>>> {
    store
        .prepare_cached("SELECT entry FROM leaves WHERE number = ?")
        .and_then(|mut s| s.query_row([number], |row| row.get(0)).optional())
        .map_err(database(READ))
}

/// How many leaves there are, and the highest number among them.
pub(crate) fn counted(store: &Connection) -> Result<(u64, Option<u64>)> {
    store
        .query_row("SELECT count(*), max(number) FROM leaves", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(database(READ))
}

/// Goes through the leaves from `from` up to and without `to`, in order.
pub(crate) fn each_leaf(
    store: &Connection,
    from: u64,
    to: u64,
    mut see: impl FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    let failed = database(READ);
    let sql = "SELECT number, entry FROM leaves WHERE number >= ? AND number < ? ORDER BY number";
    let mut statement = store.prepare_cached(sql).map_err(&failed)?;
    let mut rows = statement.query(params![from, to]).map_err(&failed)?;
    while let Some(row) = rows.next().map_err(&failed)? {
        let number = row.get(0).map_err(&failed)?;
        let entry = row.get_ref(1).map_err(&failed)?;
        let entry = entry.as_blob().map_err(|e| failed(e.into()))?;
        see(number, entry)?;
    }
    Ok(())
}

/// The hashes of nodes `first`, … of one level, up to and without `end`; levels of 8, 16, … only.
pub(crate) fn nodes(store: &Connection, level: u32, first: u64, end: u64) -> Result<Vec<Hash>> {
    let sql =
        "SELECT hash FROM nodes WHERE level = ? AND number >= ? AND number < ? ORDER BY number";
    rows(store, sql, params![level, first, end], |row| {
        row.get(0).map(Hash)
    })
    .map_err(database(READ))
}

/// A signed statement of the log about itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many leaves it covers.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// The signed note, as it leaves.
    pub note: String,
    /// Whether it was marked as published.
    pub published: bool,
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<Checkpoint> {
    Ok(Checkpoint {
        size: row.get(0)?,
        root: Hash(row.get(1)?),
        note: row.get(2)?,
        published: row.get(3)?,
    })
}

pub(crate) fn keep_checkpoint(store: &Transaction<'_>, made: &Checkpoint) -> Result<()> {
    store
        .execute(
            "INSERT INTO checkpoints VALUES (?, ?, ?, 0)",
            params![made.size, made.root.0, made.note],
        )
        .map(drop)
        .map_err(database("store a checkpoint"))
}

pub(crate) fn latest_checkpoint(store: &Connection) -> Result<Option<Checkpoint>> {
    store
        .query_row(
            "SELECT size, root, note, published FROM checkpoints ORDER BY size DESC LIMIT 1",
            [],
            checkpoint,
        )
        .optional()
        .map_err(database(READ))
}

pub(crate) fn checkpoints(store: &Connection) -> Result<Vec<Checkpoint>> {
    rows(
        store,
        "SELECT size, root, note, published FROM checkpoints ORDER BY size",
        [],
        checkpoint,
    )
    .map_err(database(READ))
}

/// Marks a checkpoint as published. False if there is none of this size.
pub(crate) fn publish(store: &Transaction<'_>, size: u64) -> Result<bool> {
    store
        .execute(
            "UPDATE checkpoints SET published = 1 WHERE size = ?",
            [size],
        )
        .map(|rows| rows == 1)
        .map_err(database("mark a checkpoint as published"))
}

/// Keeps a witness's line; a newer one of the same witness takes its place. False if there is no
/// checkpoint of this size.
pub(crate) fn keep_cosignature(
    store: &Transaction<'_>,
    size: u64,
    witness: &str,
    line: &str,
) -> Result<bool> {
    store
        .execute(
            "INSERT OR REPLACE INTO cosignatures SELECT size, ?2, ?3 FROM checkpoints WHERE size = ?1",
            params![size, witness, line],
        )
        .map(|rows| rows == 1)
        .map_err(database("store a cosignature"))
}

/// The lines for a checkpoint, in order of the witnesses' names.
pub(crate) fn cosignatures(store: &Connection, size: u64) -> Result<Vec<String>> {
    rows(
        store,
        "SELECT line FROM cosignatures WHERE size = ? ORDER BY witness",
        [size],
        |row| row.get(0),
    )
    .map_err(database(READ))
}
