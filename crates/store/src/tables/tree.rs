//! The tables of the log: leaves, nodes over them, the head, checkpoints and cosignatures.

use crate::database::{Answer, Connection, Row, Transaction};
use crate::error::{Error, Result, database};
use habeas_ledger::Hash;
use habeas_ledger::tree::{Frontier, Node};

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
    let (size, peaks, logged): (u64, Vec<u8>, u64) = store
        .one("SELECT size, peaks, logged FROM head", &[], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
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
    let nothing: &[u8] = &[];
    store
        .execute(
            "INSERT INTO head (one, size, peaks, logged) VALUES (1, 0, $1, 0)",
            &[nothing.into()],
        )
        .map(drop)
        .map_err(database("create the store"))
}

/// Moves the head from `from` leaves on, where several servers write in the epoch of whoever leads. False if it was not there: somebody else
/// writes.
pub(crate) fn advance(
    store: &Transaction<'_>,
    from: u64,
    to: &Head,
    epoch: Option<u64>,
) -> Result<bool> {
    let peaks = peaks(to);
    let mut values = vec![
        to.frontier.size().into(),
        peaks.as_slice().into(),
        to.logged.into(),
        from.into(),
    ];
    let mut sql = "UPDATE head SET size = $1, peaks = $2, logged = $3 WHERE size = $4".to_owned();
    if let Some(epoch) = epoch {
        values.push(epoch.into());
        sql.push_str(" AND epoch = $5");
    }
    store
        .execute(&sql, &values)
        .map(|rows| rows == 1)
        .map_err(database("advance the log"))
}

/// Appends a leaf, where one writes.
pub(crate) fn append(store: &Transaction<'_>, number: u64, entry: &[u8]) -> Result<()> {
    store
        .execute(
            "INSERT INTO leaves VALUES ($1, $2)",
            &[number.into(), entry.into()],
        )
        .map(drop)
        .map_err(database("append a leaf"))
}

pub(crate) fn keep_node(store: &Transaction<'_>, node: Node, hash: Hash) -> Result<()> {
    store
        .execute(
            "INSERT INTO nodes VALUES ($1, $2, $3)",
            &[node.level.into(), node.index.into(), (&hash.0).into()],
        )
        .map(drop)
        .map_err(database("append a node"))
}

pub(crate) fn entry(store: &Connection, number: u64) -> Result<Option<Vec<u8>>> {
    store
        .first(
            "SELECT entry FROM leaves WHERE number = $1",
            &[number.into()],
            |row| row.get(0),
        )
        .map_err(database(READ))
}

/// How many leaves there are, and the highest number among them.
pub(crate) fn counted(store: &Connection) -> Result<(u64, Option<u64>)> {
    store
        .one("SELECT count(*), max(number) FROM leaves", &[], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(database(READ))
}

/// A leaf as it is stored.
pub(crate) struct Leaf {
    pub(crate) number: u64,
    pub(crate) entry: Vec<u8>,
    /// What it was handed in under; its number, where one writes.
    pub(crate) item: u64,
}

/// How many leaves are read at once.
const CHUNK: u32 = 4096;

/// Goes through the leaves from `from` up to and without `to`, in order.
pub(crate) fn each_leaf(
    store: &Connection,
    from: u64,
    to: u64,
    mut see: impl FnMut(&Leaf) -> Result<()>,
) -> Result<()> {
    let sql = store.either(
        "SELECT number, entry, number FROM leaves
         WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $3",
        "SELECT number, entry, item FROM leaves
         WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $3",
    );
    let mut next = from;
    loop {
        let leaves = store
            .query(sql, &[next.into(), to.into(), CHUNK.into()], |row| {
                let (number, entry, item) = (row.get(0)?, row.get(1)?, row.get(2)?);
                Ok(Leaf {
                    number,
                    entry,
                    item,
                })
            })
            .map_err(database(READ))?;
        let Some(last) = leaves.last() else {
            return Ok(());
        };
        next = last.number.saturating_add(1);
        leaves.iter().try_for_each(&mut see)?;
    }
}

/// The hashes of nodes `first`, … of one level, up to and without `end`; levels of 8, 16, … only.
pub(crate) fn nodes(store: &Connection, level: u32, first: u64, end: u64) -> Result<Vec<Hash>> {
    store
        .query(
            "SELECT hash FROM nodes
             WHERE level = $1 AND number >= $2 AND number < $3 ORDER BY number",
            &[level.into(), first.into(), end.into()],
            |row| row.get(0).map(Hash),
        )
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

fn checkpoint(row: &Row<'_>) -> Answer<Checkpoint> {
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
            "INSERT INTO checkpoints VALUES ($1, $2, $3, 0)",
            &[
                made.size.into(),
                (&made.root.0).into(),
                made.note.as_str().into(),
            ],
        )
        .map(drop)
        .map_err(database("store a checkpoint"))
}

pub(crate) fn latest_checkpoint(store: &Connection) -> Result<Option<Checkpoint>> {
    store
        .first(
            "SELECT size, root, note, published FROM checkpoints ORDER BY size DESC LIMIT 1",
            &[],
            checkpoint,
        )
        .map_err(database(READ))
}

/// The first that was published over more than `size` leaves.
pub(crate) fn published_beyond(store: &Connection, size: u64) -> Result<Option<Checkpoint>> {
    let sql = "SELECT size, root, note, published FROM checkpoints
        WHERE size > $1 AND published = 1 ORDER BY size LIMIT 1";
    let found = store.first(sql, &[size.into()], checkpoint);
    found.map_err(database(READ))
}

pub(crate) fn checkpoints(store: &Connection) -> Result<Vec<Checkpoint>> {
    store
        .query(
            "SELECT size, root, note, published FROM checkpoints ORDER BY size",
            &[],
            checkpoint,
        )
        .map_err(database(READ))
}

/// Marks a checkpoint as published. False if there is none of this size.
pub(crate) fn publish(store: &Transaction<'_>, size: u64) -> Result<bool> {
    store
        .execute(
            "UPDATE checkpoints SET published = 1 WHERE size = $1",
            &[size.into()],
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
            "INSERT INTO cosignatures SELECT size, $1, $2 FROM checkpoints WHERE size = $3
             ON CONFLICT (size, witness) DO UPDATE SET line = excluded.line",
            &[witness.into(), line.into(), size.into()],
        )
        .map(|rows| rows == 1)
        .map_err(database("store a cosignature"))
}

/// The lines for a checkpoint, in order of the witnesses' names.
pub(crate) fn cosignatures(store: &Connection, size: u64) -> Result<Vec<String>> {
    store
        .query(
            "SELECT line FROM cosignatures WHERE size = $1 ORDER BY witness",
            &[size.into()],
            |row| row.get(0),
        )
        .map_err(database(READ))
}
