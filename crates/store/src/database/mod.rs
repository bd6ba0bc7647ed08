//! A database as the tables see it: statements with values, rows, transactions. Two drivers stand behind it.
//!
//! Statements are written once, with `$1`, `$2`, … in the order in which they are given. Where the two databases differ, [`Connection::either`] takes both.
//! What writes takes a transaction, and a transaction ends in `step` alone.

pub(crate) mod failed;
pub(crate) mod postgres;
pub(crate) mod row;
pub(crate) mod sqlite;
pub(crate) mod value;

use std::ops::Deref;

pub(crate) use failed::Failed;
pub(crate) use row::{Cell, Row};
pub(crate) use value::Value;

/// What is attempted where a database is opened, as errors say it.
pub(crate) const OPEN: &str = "open the store";

/// What a driver answers.
pub(crate) type Answer<T> = std::result::Result<T, Failed>;

/// A connection of either kind. It is used by one thread at a time.
pub(crate) enum Connection {
    Sqlite(rusqlite::Connection),
    Postgres(Box<postgres::Session>),
}

impl Connection {
    /// Whether several servers may write to it at once.
    pub(crate) fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// What only one of the two databases understands.
    pub(crate) fn either<T>(&self, sqlite: T, postgres: T) -> T {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Tells how many rows it changed.
    pub(crate) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Answer<u64> {
        match self {
            Self::Sqlite(it) => sqlite::execute(it, sql, values),
            Self::Postgres(it) => it.execute(sql, values),
        }
    }

    /// All rows, in order.
    pub(crate) fn query<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Answer<T>,
    ) -> Answer<Vec<T>> {
        match self {
            Self::Sqlite(it) => sqlite::query(it, sql, values, read),
            Self::Postgres(it) => it.query(sql, values, read),
        }
    }

    /// The first row, if there is one.
    pub(crate) fn first<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Answer<T>,
    ) -> Answer<Option<T>> {
        let rows = self.query(sql, values, read)?;
        Ok(rows.into_iter().next())
    }

    /// The one row that there is.
    pub(crate) fn one<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        read: impl FnMut(&Row<'_>) -> Answer<T>,
    ) -> Answer<T> {
        self.first(sql, values, read)?.ok_or(Failed::NoRow)
    }

    /// Several statements without values.
    pub(crate) fn script(&self, sql: &str) -> Answer<()> {
        match self {
            Self::Sqlite(it) => it.execute_batch(sql).map_err(Failed::from),
            Self::Postgres(it) => it.script(sql),
        }
    }

    /// Begins to write. On SQLite nobody else writes until it ends.
    pub(crate) fn begin(&self) -> Answer<Transaction<'_>> {
        self.transaction(self.either(
            "BEGIN IMMEDIATE",
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
        ))
    }

    /// Begins to read, all as of one moment.
    pub(crate) fn snapshot(&self) -> Answer<Transaction<'_>> {
        self.transaction(self.either("BEGIN", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    }

    fn transaction(&self, begin: &str) -> Answer<Transaction<'_>> {
        match self {
            Self::Sqlite(it) => it.execute_batch(begin)?,
            Self::Postgres(it) => it.begin(begin)?,
        }
        Ok(Transaction {
            connection: self,
            open: true,
        })
    }
}

/// Statements that come to be together, or not at all. Dropped, it undoes them.
pub(crate) struct Transaction<'a> {
    connection: &'a Connection,
    open: bool,
}

impl Transaction<'_> {
    /// Makes them durable: either database syncs its journal before it answers.
    pub(crate) fn commit(mut self) -> Answer<()> {
        self.open = false;
        match self.connection {
            Connection::Sqlite(it) => match it.execute_batch("COMMIT") {
                Ok(()) => Ok(()),
                Err(failed) => {
                    self.open = true;
                    Err(failed.into())
                }
            },
            Connection::Postgres(it) => it.commit(),
        }
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            // A connection that is gone has undone it.
            self.connection.script("ROLLBACK").ok();
        }
    }
}
