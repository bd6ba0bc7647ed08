//! The derived rows: what runs in which case and until when. They can be made again from the acts.

use crate::database::{Connection, Transaction};
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
        .execute("DELETE FROM due WHERE of_case = $1", &[case.into()])
        .map(drop)
        .map_err(database(DOING))
}

pub(crate) fn add(store: &Transaction<'_>, case: i64, rule: &str, ends: i64) -> Result<()> {
    store
        .execute(
            "INSERT INTO due VALUES ($1, $2, $3)",
            &[case.into(), rule.into(), ends.into()],
        )
        .map(drop)
        .map_err(database(DOING))
}

/// What ends before `before`, soonest first: the number of the case, the rule, the end.
pub(crate) fn before(store: &Connection, before: i64) -> Result<Vec<(i64, String, i64)>> {
    store
        .query(
            "SELECT of_case, rule, ends FROM due WHERE ends < $1 ORDER BY ends, of_case, rule",
            &[before.into()],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .map_err(database("read derived rows"))
}
