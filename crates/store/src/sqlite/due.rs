//! The derived rows: what runs in which case and until when. They can be made again from the acts.

use rusqlite::{Connection, Transaction, params};

use super::rows;
use crate::error::{Result, database};

pub(crate) const TABLES: &str = "
CREATE TABLE due (
    of_case INTEGER NOT NULL REFERENCES cases,
    rule TEXT NOT NULL,
    ends INTEGER NOT NULL
) STRICT;
CREATE INDEX due_ends ON due (ends);
CREATE INDEX due_of_case ON due (of_case);
";

const DOING: &str = "put derived rows in place";

pub(crate) fn remove(store: &Transaction<'_>, case: i64) -> Result<()> {
    store
        .prepare_cached("DELETE FROM due WHERE of_case = ?")
        .and_then(|mut s| s.execute([case]))
        .map(drop)
        .map_err(database(DOING))
}

pub(crate) fn add(store: &Transaction<'_>, case: i64, rule: &str, ends: i64) -> Result<()> {
    store
        .prepare_cached("INSERT INTO due VALUES (?, ?, ?)")
        .and_then(|mut s| s.execute(params![case, rule, ends]))
        .map(drop)
        .map_err(database(DOING))
}

/// What ends before `before`, soonest first: the number of the case, the rule, the end.
pub(crate) fn before(store: &Connection, before: i64) -> Result<Vec<(i64, String, i64)>> {
    rows(
        store,
        "SELECT of_case, rule, ends FROM due WHERE ends < ? ORDER BY ends, of_case, rule",
        [before],
        |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
    )
    .map_err(database("read derived rows"))
}
