//! The tables of cases, of acts with refusals and attempts, and of tombstones.

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use super::rows;
use crate::act::Sort;
use crate::error::{Result, database};
use crate::seal::Name;

pub(crate) const TABLES: &str = "
CREATE TABLE cases (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    name BLOB NOT NULL UNIQUE,
    key INTEGER NOT NULL,
    version INTEGER NOT NULL,
    sealed BLOB
) STRICT;

CREATE TABLE acts (
    leaf INTEGER PRIMARY KEY REFERENCES leaves,
    of_case INTEGER NOT NULL REFERENCES cases,
    sort INTEGER NOT NULL CHECK (sort BETWEEN 1 AND 3),
    name BLOB NOT NULL UNIQUE,
    retry BLOB NOT NULL UNIQUE,
    key INTEGER NOT NULL,
    sealed BLOB
) STRICT;
CREATE INDEX acts_of_case ON acts (of_case);

CREATE TABLE tombstones (
    leaf INTEGER PRIMARY KEY REFERENCES acts,
    by_leaf INTEGER NOT NULL REFERENCES acts,
    at_leaf INTEGER NOT NULL UNIQUE REFERENCES leaves,
    seal BLOB NOT NULL
) STRICT;
";

const READ: &str = "read acts";
const WRITE: &str = "record acts";

/// The row of a case.
#[derive(Clone, Debug)]
pub(crate) struct CaseRow {
    pub(crate) number: i64,
    pub(crate) name: Name,
    /// The number of its key.
    pub(crate) key: u64,
    pub(crate) version: u64,
    /// Its id; gone when the case was erased.
    pub(crate) sealed: Option<Vec<u8>>,
}

/// The row of an act, a refusal or an attempt.
#[derive(Clone, Debug)]
pub(crate) struct ActRow {
    pub(crate) leaf: u64,
    /// The number of its case.
    pub(crate) case: i64,
    pub(crate) sort: Sort,
    pub(crate) name: Name,
    /// What stands for its idempotency key.
    pub(crate) retry: Name,
    /// The number of its key.
    pub(crate) key: u64,
    /// Gone when the act was erased.
    pub(crate) sealed: Option<Vec<u8>>,
}

/// Says that an act was erased, by which act, and which leaf refers to it: that act's own, or one
/// beside it where several were erased at once.
#[derive(Clone, Debug)]
pub(crate) struct Tombstone {
    pub(crate) leaf: u64,
    pub(crate) by: u64,
    pub(crate) at: u64,
    pub(crate) seal: [u8; 32],
}

fn case(row: &Row<'_>) -> rusqlite::Result<CaseRow> {
    Ok(CaseRow {
        number: row.get(0)?,
        name: row.get(1)?,
        key: row.get(2)?,
        version: row.get(3)?,
        sealed: row.get(4)?,
    })
}

fn act(row: &Row<'_>) -> rusqlite::Result<ActRow> {
    Ok(ActRow {
        leaf: row.get(0)?,
        case: row.get(1)?,
        sort: row.get(2)?,
        name: row.get(3)?,
        retry: row.get(4)?,
        key: row.get(5)?,
        sealed: row.get(6)?,
    })
}

pub(crate) fn case_named(store: &Connection, name: &Name) -> Result<Option<CaseRow>> {
    store
        .prepare_cached("SELECT number, name, key, version, sealed FROM cases WHERE name = ?")
        .and_then(|mut s| s.query_row([name], case).optional())
        .map_err(database(READ))
}

pub(crate) fn case_numbered(store: &Connection, number: i64) -> Result<Option<CaseRow>> {
    store
        .prepare_cached("SELECT number, name, key, version, sealed FROM cases WHERE number = ?")
        .and_then(|mut s| s.query_row([number], case).optional())
        .map_err(database(READ))
}

/// The first case after `number`, in order of their numbers.
pub(crate) fn case_after(store: &Connection, number: i64) -> Result<Option<CaseRow>> {
    let sql = "SELECT number, name, key, version, sealed FROM cases
        WHERE number > ? ORDER BY number LIMIT 1";
    store
        .prepare_cached(sql)
        .and_then(|mut s| s.query_row([number], case).optional())
        .map_err(database(READ))
}

/// Adds a case without acts and tells its number.
pub(crate) fn add_case(
    store: &Transaction<'_>,
    name: &Name,
    key: u64,
    sealed: &[u8],
) -> Result<i64> {
    store
        .prepare_cached("INSERT INTO cases (name, key, version, sealed) VALUES (?, ?, 0, ?)")
        .and_then(|mut s| s.insert(params![name, key, sealed]))
        .map_err(database(WRITE))
}

pub(crate) fn set_version(store: &Transaction<'_>, case: i64, version: u64) -> Result<()> {
    store
        .prepare_cached("UPDATE cases SET version = ? WHERE number = ?")
        .and_then(|mut s| s.execute(params![version, case]))
        .map(drop)
        .map_err(database(WRITE))
}

pub(crate) fn add(store: &Transaction<'_>, row: &ActRow) -> Result<()> {
    store
        .prepare_cached("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?)")
        .and_then(|mut s| {
            s.execute(params![
                row.leaf, row.case, row.sort, row.name, row.retry, row.key, row.sealed
            ])
        })
        .map(drop)
        .map_err(database(WRITE))
}

/// The act that was recorded under an idempotency key.
pub(crate) fn of_retry(store: &Connection, retry: &Name) -> Result<Option<ActRow>> {
    store
        .prepare_cached("SELECT * FROM acts WHERE retry = ?")
        .and_then(|mut s| s.query_row([retry], act).optional())
        .map_err(database(READ))
}

pub(crate) fn of_name(store: &Connection, name: &Name) -> Result<Option<ActRow>> {
    store
        .prepare_cached("SELECT * FROM acts WHERE name = ?")
        .and_then(|mut s| s.query_row([name], act).optional())
        .map_err(database(READ))
}

pub(crate) fn of_leaf(store: &Connection, leaf: u64) -> Result<Option<ActRow>> {
    store
        .prepare_cached("SELECT * FROM acts WHERE leaf = ?")
        .and_then(|mut s| s.query_row([leaf], act).optional())
        .map_err(database(READ))
}

/// What was recorded of a case, in order.
pub(crate) fn of_case(store: &Connection, case: i64) -> Result<Vec<ActRow>> {
    rows(
        store,
        "SELECT * FROM acts WHERE of_case = ? ORDER BY leaf",
        [case],
        act,
    )
    .map_err(database(READ))
}

/// The version that a case had with this act: how many acts it has up to it.
pub(crate) fn version_at(store: &Connection, row: &ActRow) -> Result<u64> {
    store
        .prepare_cached("SELECT count(*) FROM acts WHERE of_case = ? AND leaf <= ? AND sort = ?")
        .and_then(|mut s| s.query_row(params![row.case, row.leaf, Sort::Act], |r| r.get(0)))
        .map_err(database(READ))
}

/// The highest number of a key that a case or an act uses, 0 if there is none.
pub(crate) fn last_key(store: &Connection) -> Result<u64> {
    let sql = "SELECT max(
        coalesce((SELECT key FROM cases ORDER BY number DESC LIMIT 1), 0),
        coalesce((SELECT key FROM acts ORDER BY leaf DESC LIMIT 1), 0))";
    store
        .query_row(sql, [], |row| row.get(0))
        .map_err(database(READ))
}

/// Empties an act and puts up its tombstone.
pub(crate) fn bury(store: &Transaction<'_>, tombstone: &Tombstone) -> Result<()> {
    let empty = "UPDATE acts SET sealed = NULL WHERE leaf = ?";
    let raise = "INSERT INTO tombstones VALUES (?, ?, ?, ?)";
    store
        .prepare_cached(empty)
        .and_then(|mut s| s.execute([tombstone.leaf]))
        .and_then(|_| store.prepare_cached(raise))
        .and_then(|mut s| {
            s.execute(params![
                tombstone.leaf,
                tombstone.by,
                tombstone.at,
                tombstone.seal
            ])
        })
        .map(drop)
        .map_err(database("erase"))
}

/// Removes the id of an erased case.
pub(crate) fn empty_case(store: &Transaction<'_>, case: i64) -> Result<()> {
    store
        .execute("UPDATE cases SET sealed = NULL WHERE number = ?", [case])
        .map(drop)
        .map_err(database("erase"))
}

pub(crate) fn tombstones(store: &Connection) -> Result<Vec<Tombstone>> {
    rows(store, "SELECT * FROM tombstones ORDER BY leaf", [], |row| {
        Ok(Tombstone {
            leaf: row.get(0)?,
            by: row.get(1)?,
            at: row.get(2)?,
            seal: row.get(3)?,
        })
    })
    .map_err(database(READ))
}

/// The numbers of the keys, and the names of the cases, that an erasure must not leave behind.
pub(crate) fn erased(store: &Connection) -> Result<(Vec<u64>, Vec<Name>)> {
    let read = || {
        let mut keys = store.prepare(
            "SELECT key FROM acts JOIN tombstones USING (leaf)
             UNION SELECT key FROM cases WHERE sealed IS NULL",
        )?;
        let mut cases = store.prepare("SELECT name FROM cases WHERE sealed IS NULL")?;
        let numbers = keys.query_map([], |row| row.get(0))?;
        let names = cases.query_map([], |row| row.get(0))?;
        Ok((
            numbers.collect::<rusqlite::Result<_>>()?,
            names.collect::<rusqlite::Result<_>>()?,
        ))
    };
    read().map_err(database(READ))
}
