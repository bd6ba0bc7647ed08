//! The tables of cases, of acts with refusals and attempts, and of tombstones.

use crate::act::Sort;
use crate::database::{Answer, Connection, Row, Transaction, Value};
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

CREATE VIEW placed AS
    SELECT leaf AS item, leaf, of_case, sort, name, retry, key, sealed FROM acts;

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
    /// What it was handed in under; the number of its leaf, where one writes.
    pub(crate) item: u64,
    /// The number of its leaf, as soon as it has one.
    pub(crate) leaf: Option<u64>,
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

/// Says that an act was erased, by which act, and what refers to it: that act's own leaf, or one
/// beside it where several were erased at once. Each is told by its item.
#[derive(Clone, Debug)]
pub(crate) struct Tombstone {
    pub(crate) item: u64,
    pub(crate) by: u64,
    pub(crate) at: u64,
    pub(crate) seal: [u8; 32],
}

pub(super) fn case(row: &Row<'_>) -> Answer<CaseRow> {
    Ok(CaseRow {
        number: row.get(0)?,
        name: row.get(1)?,
        key: row.get(2)?,
        version: row.get(3)?,
        sealed: row.get(4)?,
    })
}

pub(super) fn act(row: &Row<'_>) -> Answer<ActRow> {
    Ok(ActRow {
        item: row.get(0)?,
        leaf: row.get(1)?,
        case: row.get(2)?,
        sort: row.get(3)?,
        name: row.get(4)?,
        retry: row.get(5)?,
        key: row.get(6)?,
        sealed: row.get(7)?,
    })
}

pub(crate) fn case_named(store: &Connection, name: &Name) -> Result<Option<CaseRow>> {
    store
        .first(
            "SELECT number, name, key, version, sealed FROM cases WHERE name = $1",
            &[name.into()],
            case,
        )
        .map_err(database(READ))
}

/// The same, and where several servers write it is this one's until the transaction ends.
pub(crate) fn case_held(store: &Transaction<'_>, name: &Name) -> Result<Option<CaseRow>> {
    let sql = store.either(
        "SELECT number, name, key, version, sealed FROM cases WHERE name = $1",
        "SELECT number, name, key, version, sealed FROM cases WHERE name = $1 FOR UPDATE",
    );
    store
        .first(sql, &[name.into()], case)
        .map_err(database(READ))
}

pub(crate) fn case_numbered(store: &Connection, number: i64) -> Result<Option<CaseRow>> {
    store
        .first(
            "SELECT number, name, key, version, sealed FROM cases WHERE number = $1",
            &[number.into()],
            case,
        )
        .map_err(database(READ))
}

/// The first case after `number`, in order of their numbers.
pub(crate) fn case_after(store: &Connection, number: i64) -> Result<Option<CaseRow>> {
    store
        .first(
            "SELECT number, name, key, version, sealed FROM cases
             WHERE number > $1 ORDER BY number LIMIT 1",
            &[number.into()],
            case,
        )
        .map_err(database(READ))
}

/// Adds a case without acts and tells its number; where one writes.
pub(crate) fn add_case(
    store: &Transaction<'_>,
    name: &Name,
    key: u64,
    sealed: &[u8],
) -> Result<i64> {
    store
        .one(
            "INSERT INTO cases (name, key, version, sealed) VALUES ($1, $2, 0, $3)
             RETURNING number",
            &[name.into(), key.into(), sealed.into()],
            |row| row.get(0),
        )
        .map_err(database(WRITE))
}

pub(crate) fn set_version(store: &Transaction<'_>, case: i64, version: u64) -> Result<()> {
    store
        .execute(
            "UPDATE cases SET version = $1 WHERE number = $2",
            &[version.into(), case.into()],
        )
        .map(drop)
        .map_err(database(WRITE))
}

/// Adds an act whose leaf is there; where one writes.
pub(crate) fn add(store: &Transaction<'_>, row: &ActRow) -> Result<()> {
    store
        .execute(
            "INSERT INTO acts VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                row.item.into(),
                row.case.into(),
                row.sort.into(),
                (&row.name).into(),
                (&row.retry).into(),
                row.key.into(),
                (&row.sealed).into(),
            ],
        )
        .map(drop)
        .map_err(database(WRITE))
}

fn act_where(store: &Connection, sql: &str, value: Value<'_>) -> Result<Option<ActRow>> {
    store.first(sql, &[value], act).map_err(database(READ))
}

/// The act that was recorded under an idempotency key.
pub(crate) fn of_retry(store: &Connection, retry: &Name) -> Result<Option<ActRow>> {
    act_where(store, "SELECT * FROM placed WHERE retry = $1", retry.into())
}

pub(crate) fn of_name(store: &Connection, name: &Name) -> Result<Option<ActRow>> {
    act_where(store, "SELECT * FROM placed WHERE name = $1", name.into())
}

pub(crate) fn of_item(store: &Connection, item: u64) -> Result<Option<ActRow>> {
    act_where(store, "SELECT * FROM placed WHERE item = $1", item.into())
}

pub(crate) fn of_leaf(store: &Connection, leaf: u64) -> Result<Option<ActRow>> {
    act_where(store, "SELECT * FROM placed WHERE leaf = $1", leaf.into())
}

/// What was recorded of a case, in order.
pub(crate) fn of_case(store: &Connection, case: i64) -> Result<Vec<ActRow>> {
    store
        .query(
            "SELECT * FROM placed WHERE of_case = $1 ORDER BY item",
            &[case.into()],
            act,
        )
        .map_err(database(READ))
}

/// The version that a case had with this act: how many acts it has up to it.
pub(crate) fn version_at(store: &Connection, row: &ActRow) -> Result<u64> {
    store
        .one(
            "SELECT count(*) FROM placed WHERE of_case = $1 AND item <= $2 AND sort = $3",
            &[row.case.into(), row.item.into(), Sort::Act.into()],
            |row| row.get(0),
        )
        .map_err(database(READ))
}

/// The highest number of a key that a case or an act uses, 0 if there is none.
pub(crate) fn last_key(store: &Connection) -> Result<u64> {
    let sql = store.either(
        "SELECT max(
            coalesce((SELECT key FROM cases ORDER BY number DESC LIMIT 1), 0),
            coalesce((SELECT key FROM acts ORDER BY leaf DESC LIMIT 1), 0))",
        // Several servers take keys from blocks of their own: the last act need not have the highest.
        "SELECT greatest(
            coalesce((SELECT max(key) FROM cases), 0),
            coalesce((SELECT max(key) FROM acts), 0))",
    );
    store
        .one(sql, &[], |row| row.get(0))
        .map_err(database(READ))
}

/// Empties an act and puts up its tombstone.
pub(crate) fn bury(store: &Transaction<'_>, tombstone: &Tombstone) -> Result<()> {
    let empty = store.either(
        "UPDATE acts SET sealed = NULL WHERE leaf = $1",
        "UPDATE acts SET sealed = NULL WHERE item = $1",
    );
    store
        .execute(empty, &[tombstone.item.into()])
        .and_then(|_| {
            store.execute(
                "INSERT INTO tombstones VALUES ($1, $2, $3, $4)",
                &[
                    tombstone.item.into(),
                    tombstone.by.into(),
                    tombstone.at.into(),
                    (&tombstone.seal).into(),
                ],
            )
        })
        .map(drop)
        .map_err(database("erase"))
}

/// Removes the id of an erased case.
pub(crate) fn empty_case(store: &Transaction<'_>, case: i64) -> Result<()> {
    store
        .execute(
            "UPDATE cases SET sealed = NULL WHERE number = $1",
            &[case.into()],
        )
        .map(drop)
        .map_err(database("erase"))
}

pub(crate) fn tombstones(store: &Connection) -> Result<Vec<Tombstone>> {
    store
        .query("SELECT * FROM tombstones ORDER BY 1", &[], |row| {
            Ok(Tombstone {
                item: row.get(0)?,
                by: row.get(1)?,
                at: row.get(2)?,
                seal: row.get(3)?,
            })
        })
        .map_err(database(READ))
}

/// The numbers of the keys, and the names of the cases, that an erasure must not leave behind.
pub(crate) fn erased(store: &Connection) -> Result<(Vec<u64>, Vec<Name>)> {
    let keys = store.either(
        "SELECT key FROM acts JOIN tombstones USING (leaf)
         UNION SELECT key FROM cases WHERE sealed IS NULL",
        "SELECT key FROM acts JOIN tombstones USING (item)
         UNION SELECT key FROM cases WHERE sealed IS NULL",
    );
    let names = "SELECT name FROM cases WHERE sealed IS NULL";
    store
        .query(keys, &[], |row| row.get(0))
        .and_then(|numbers| Ok((numbers, store.query(names, &[], |row| row.get(0))?)))
        .map_err(database(READ))
}
