//! What several servers need beside one another, on PostgreSQL alone: cases held in one order, many rows at once, what waits for its number, and who
//! leads.

use habeas_ledger::tree::Node;
use habeas_ledger::{Hash, leaf::Entry};

use super::acts::{self, ActRow, CaseRow};
use super::tree::{self, Head, Leaf};
use crate::database::value::signed;
use crate::database::{Connection, Transaction, Value};
use crate::error::{Result, database};
use crate::seal::Name;

const WRITE: &str = "record acts";
const NUMBER: &str = "number what waits";

fn many<'a>(names: impl IntoIterator<Item = &'a Name>) -> Vec<Option<&'a [u8]>> {
    names.into_iter().map(|name| Some(&name[..])).collect()
}

/// Which of these cases there are, without holding them.
pub(crate) fn known<'a>(
    store: &Transaction<'_>,
    names: impl IntoIterator<Item = &'a Name>,
) -> Result<Vec<Name>> {
    store
        .query(
            "SELECT name FROM cases WHERE name = ANY($1)",
            &[Value::Many(&many(names))],
            |row| row.get(0),
        )
        .map_err(database(WRITE))
}

/// Fresh numbers of cases, rising.
pub(crate) fn case_numbers(store: &Transaction<'_>, count: usize) -> Result<Vec<i64>> {
    store
        .query(
            "SELECT nextval('case_numbers') FROM generate_series(1, $1::bigint)",
            &[(count as u64).into()],
            |row| row.get(0),
        )
        .map_err(database(WRITE))
}

/// Adds a case without acts. False if there is one of this name; who is adding one is waited for.
pub(crate) fn add_case(store: &Transaction<'_>, row: &CaseRow) -> Result<bool> {
    store
        .execute(
            "INSERT INTO cases (number, name, key, version, sealed) VALUES ($1, $2, $3, 0, $4)
             ON CONFLICT (name) DO NOTHING",
            &[
                row.number.into(),
                (&row.name).into(),
                row.key.into(),
                (&row.sealed).into(),
            ],
        )
        .map(|rows| rows == 1)
        .map_err(database(WRITE))
}

/// Holds these cases until the transaction ends, in the order of their names, and reads them as they are then; with each, the time of its last act.
pub(crate) fn hold<'a>(
    store: &Transaction<'_>,
    names: impl IntoIterator<Item = &'a Name>,
) -> Result<Vec<(CaseRow, u64)>> {
    store
        .query(
            "SELECT number, name, key, version, sealed, logged FROM cases
             WHERE name = ANY($1) ORDER BY name FOR UPDATE",
            &[Value::Many(&many(names))],
            |row| Ok((acts::case(row)?, row.get(5)?)),
        )
        .map_err(database(WRITE))
}

/// The acts that have one of these idempotency keys or names.
pub(crate) fn seen(
    store: &Transaction<'_>,
    retries: &[Name],
    names: &[Name],
) -> Result<Vec<ActRow>> {
    store
        .query(
            "SELECT * FROM placed WHERE retry = ANY($1)
             UNION SELECT * FROM placed WHERE name = ANY($2)",
            &[Value::Many(&many(retries)), Value::Many(&many(names))],
            acts::act,
        )
        .map_err(database(WRITE))
}

/// Fresh items, rising. To be asked for when the cases are held: so they rise in each case as its acts do.
pub(crate) fn items(store: &Transaction<'_>, count: u64) -> Result<Vec<u64>> {
    store
        .query(
            "SELECT nextval('items') FROM generate_series(1, $1::bigint)",
            &[count.into()],
            |row| row.get(0),
        )
        .map_err(database(WRITE))
}

/// Hands in the complete bytes of leaves, to be numbered.
pub(crate) fn hand_in(store: &Transaction<'_>, entries: &[(u64, Vec<u8>)]) -> Result<()> {
    let items: Vec<i64> = entries.iter().map(|(item, _)| signed(*item)).collect();
    let bytes: Vec<_> = entries.iter().map(|(_, bytes)| Some(&bytes[..])).collect();
    store
        .execute(
            "INSERT INTO outbox SELECT * FROM unnest($1::bigint[], $2::bytea[])",
            &[Value::Integers(&items), Value::Many(&bytes)],
        )
        .map(drop)
        .map_err(database(WRITE))
}

/// Adds acts whose leaves were handed in.
pub(crate) fn add(store: &Transaction<'_>, rows: &[ActRow]) -> Result<()> {
    let numbers = |of: fn(&ActRow) -> i64| -> Vec<i64> { rows.iter().map(of).collect() };
    let items = numbers(|row| signed(row.item));
    let cases = numbers(|row| row.case);
    let sorts = numbers(|row| row.sort as i64);
    let keys = numbers(|row| signed(row.key));
    let names = many(rows.iter().map(|row| &row.name));
    let retries = many(rows.iter().map(|row| &row.retry));
    let sealed: Vec<_> = rows.iter().map(|row| row.sealed.as_deref()).collect();
    store
        .execute(
            "INSERT INTO acts SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[],
             $4::bytea[], $5::bytea[], $6::bigint[], $7::bytea[])",
            &[
                Value::Integers(&items),
                Value::Integers(&cases),
                Value::Integers(&sorts),
                Value::Many(&names),
                Value::Many(&retries),
                Value::Integers(&keys),
                Value::Many(&sealed),
            ],
        )
        .map(drop)
        .map_err(database(WRITE))
}

/// Moves cases on to these versions, as of `logged`.
pub(crate) fn set_versions(
    store: &Transaction<'_>,
    cases: &[(i64, u64)],
    logged: u64,
) -> Result<()> {
    let numbers: Vec<i64> = cases.iter().map(|(number, _)| *number).collect();
    let versions: Vec<i64> = cases.iter().map(|(_, version)| signed(*version)).collect();
    store
        .execute(
            "UPDATE cases SET version = new.version, logged = $3
             FROM unnest($1::bigint[], $2::bigint[]) AS new (number, version)
             WHERE cases.number = new.number",
            &[
                Value::Integers(&numbers),
                Value::Integers(&versions),
                logged.into(),
            ],
        )
        .map(drop)
        .map_err(database(WRITE))
}

/// Takes cases back that were added in this transaction and got no act.
pub(crate) fn take_back(store: &Transaction<'_>, cases: &[i64]) -> Result<()> {
    store
        .execute(
            "DELETE FROM cases WHERE number = ANY($1)",
            &[Value::Integers(cases)],
        )
        .map(drop)
        .map_err(database(WRITE))
}

/// The key that stands for leading, among the advisory locks of the store's database.
const LEAD: i64 = 0x6861_6265_6173;

/// Tries to lead: true for one session at a time, until it ends.
pub(crate) fn may_lead(store: &Connection) -> Result<bool> {
    store
        .one(
            "SELECT pg_try_advisory_lock($1)::int::bigint",
            &[LEAD.into()],
            |row| row.get(0),
        )
        .map_err(database(NUMBER))
}

/// Ends the session of whoever leads.
pub(crate) fn depose(store: &Connection) -> Result<()> {
    store
        .query(
            "SELECT pg_terminate_backend(pid)::int::bigint FROM pg_locks
             WHERE locktype = 'advisory' AND granted
             AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
             AND (classid::bigint << 32) | objid::bigint = $1",
            &[LEAD.into()],
            |row| row.get::<i64>(0),
        )
        .map(drop)
        .map_err(database(NUMBER))
}

/// Begins a new epoch, and tells which.
pub(crate) fn begin_epoch(store: &Transaction<'_>) -> Result<u64> {
    store
        .one(
            "UPDATE head SET epoch = epoch + 1 RETURNING epoch",
            &[],
            |row| row.get(0),
        )
        .map_err(database(NUMBER))
}

/// Whether it is still this epoch; then it stays so until the transaction ends.
pub(crate) fn is_epoch(store: &Transaction<'_>, epoch: u64) -> Result<bool> {
    store
        .first(
            "SELECT size FROM head WHERE epoch = $1 FOR SHARE",
            &[epoch.into()],
            |row| row.get::<u64>(0),
        )
        .map(|found| found.is_some())
        .map_err(database(NUMBER))
}

/// The item that waits longest.
pub(crate) fn first(store: &Connection) -> Result<Option<u64>> {
    store
        .first(
            "SELECT item FROM outbox ORDER BY item LIMIT 1",
            &[],
            |row| row.get(0),
        )
        .map_err(database(NUMBER))
}

/// Takes up to `most` of what waits out, lowest first. Only what is committed is seen, and what is taken is gone: no mark of how far one came could pass over
/// what was committed late.
pub(crate) fn take(store: &Transaction<'_>, most: u32) -> Result<Vec<(u64, Vec<u8>)>> {
    let mut taken = store
        .query(
            "DELETE FROM outbox WHERE item IN (SELECT item FROM outbox ORDER BY item LIMIT $1)
             RETURNING item, entry",
            &[most.into()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(database(NUMBER))?;
    taken.sort_by_key(|(item, _): &(u64, Vec<u8>)| *item);
    Ok(taken)
}

/// Everything that waits.
pub(crate) fn waiting(store: &Connection) -> Result<Vec<(u64, Vec<u8>)>> {
    store
        .query("SELECT item, entry FROM outbox ORDER BY item", &[], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(database(NUMBER))
}

/// Acts that neither have a leaf nor wait for one.
pub(crate) fn stranded(store: &Connection) -> Result<Vec<u64>> {
    store
        .query(
            "SELECT item FROM placed LEFT JOIN outbox USING (item)
             WHERE leaf IS NULL AND entry IS NULL",
            &[],
            |row| row.get(0),
        )
        .map_err(database(NUMBER))
}

/// Appends leaves and the nodes that they complete.
pub(crate) fn append(
    store: &Transaction<'_>,
    leaves: &[Leaf],
    nodes: &[(Node, Hash)],
) -> Result<()> {
    let numbers: Vec<i64> = leaves.iter().map(|leaf| signed(leaf.number)).collect();
    let items: Vec<i64> = leaves.iter().map(|leaf| signed(leaf.item)).collect();
    let entries: Vec<_> = leaves.iter().map(|leaf| Some(&leaf.entry[..])).collect();
    store
        .execute(
            "INSERT INTO leaves SELECT * FROM unnest($1::bigint[], $2::bytea[], $3::bigint[])",
            &[
                Value::Integers(&numbers),
                Value::Many(&entries),
                Value::Integers(&items),
            ],
        )
        .map_err(database("append a leaf"))?;
    nodes
        .iter()
        .try_for_each(|(node, hash)| tree::keep_node(store, *node, *hash))
}

/// The numbers of the leaves of these items, as far as they have one.
pub(crate) fn numbers(store: &Connection, items: &[u64]) -> Result<Vec<(u64, u64)>> {
    let items: Vec<i64> = items.iter().copied().map(signed).collect();
    store
        .query(
            "SELECT item, number FROM leaves WHERE item = ANY($1)",
            &[Value::Integers(&items)],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .map_err(database(NUMBER))
}

/// The time that the head says when this is its last leaf.
pub(crate) fn logged(head: &Head, entry: &[u8]) -> u64 {
    Entry::from_bytes(entry).map_or(head.logged, |entry| entry.logged())
}
