//! PostgreSQL: a session with a server that keeps what it says, and is no standby.

use core::time::Duration;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::str::FromStr;

use ::postgres::{Client, Config, NoTls, Statement};

use super::{Answer, Failed, Row, Value};
use crate::error::{Error, Result};
use crate::tables::Role;

/// Where a database is: `postgres://USER@HOST:PORT/NAME`. A password in it is shown nowhere.
#[derive(Clone)]
pub struct Address(Config);

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Address")
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, String> {
        // What the driver says of it may hold a part of it, and so of a password.
        let config = Config::from_str(text)
            .map_err(|_| "it is not of the form postgres://USER@HOST:PORT/NAME".to_owned())?;
        match config.get_dbname() {
            Some(_) => Ok(Self(config)),
            None => Err("it names no database: postgres://USER@HOST:PORT/NAME".to_owned()),
        }
    }
}

impl Address {
    /// The name of the database.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.get_dbname().unwrap_or_default()
    }

    /// The same server, and there the database whose name ends in `suffix` besides.
    #[must_use]
    pub fn beside(&self, suffix: &str) -> Self {
        let mut config = self.0.clone();
        let name = format!("{}{suffix}", self.name());
        config.dbname(&name);
        Self(config)
    }
}

/// How long a server may take to take a connection.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a session asks of its server, and how long it waits for a lock. A client that is gone is noticed within a minute, so that what it holds is let go.
const SESSION: &str = "
SET application_name = 'habeas';
SET client_min_messages = warning;
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = '60s';
SET tcp_keepalives_idle = 20;
SET tcp_keepalives_interval = 10;
SET tcp_keepalives_count = 4;
";

/// Each setting, what it must not be, and what is said of it.
const REFUSED: &[(&str, &str, &str)] = &[
    (
        "transaction_read_only",
        "on",
        "can only be read; nothing is decided from a standby",
    ),
    (
        "fsync",
        "off",
        "runs with `fsync = off`: what it says is kept may be lost",
    ),
    (
        "synchronous_commit",
        "off",
        "runs with `synchronous_commit = off`: what it says is kept may be lost",
    ),
    (
        "full_page_writes",
        "off",
        "runs with `full_page_writes = off`: a page that is half written stays so",
    ),
];

/// A session and the statements that it knows.
pub(crate) struct Session {
    client: RefCell<Client>,
    known: RefCell<BTreeMap<String, Statement>>,
    /// Whether a statement failed since the transaction began: PostgreSQL then answers `COMMIT` by undoing it, and calls that no error.
    failed: Cell<bool>,
}

/// Connects, and refuses a server that is a standby or does not keep what it says.
pub(crate) fn open(role: Role, address: &Address) -> Result<Session> {
    let what = role.what();
    let failed = |failed: Failed| Error::Unreachable {
        what,
        source: Box::new(failed),
    };
    let mut config = address.0.clone();
    config.connect_timeout(PATIENCE);
    let client = config.connect(NoTls).map_err(|e| failed(e.into()))?;
    let session = Session {
        client: RefCell::new(client),
        known: RefCell::default(),
        failed: Cell::new(false),
    };
    session.script(SESSION).map_err(failed)?;
    let asks = |sql: &str| {
        let rows = session.query(sql, &[], |row| row.get::<String>(0));
        rows.map(|rows| rows.into_iter().next().unwrap_or_default())
            .map_err(failed)
    };
    if asks("SELECT pg_is_in_recovery()::text")? == "true" {
        let found = "is a standby; nothing is decided from one";
        return Err(Error::Unfit { what, found });
    }
    for (setting, refused, found) in REFUSED {
        if asks(&format!("SELECT current_setting('{setting}')"))? == *refused {
            return Err(Error::Unfit { what, found });
        }
    }
    Ok(session)
}

impl Session {
    /// The statement, prepared when it is seen first.
    fn prepared(&self, sql: &str) -> Answer<Statement> {
        if let Some(known) = self.known.borrow().get(sql) {
            return Ok(known.clone());
        }
        let prepared = self.told(self.client.borrow_mut().prepare(sql))?;
        let mut known = self.known.borrow_mut();
        known.insert(sql.to_owned(), prepared.clone());
        Ok(prepared)
    }

    fn told<T>(&self, answer: std::result::Result<T, ::postgres::Error>) -> Answer<T> {
        answer.map_err(|failed| {
            self.failed.set(true);
            failed.into()
        })
    }

    pub(super) fn execute(&self, sql: &str, values: &[Value<'_>]) -> Answer<u64> {
        let statement = self.prepared(sql)?;
        let values: Vec<_> = values.iter().map(Value::of_postgres).collect();
        self.told(self.client.borrow_mut().execute(&statement, &values))
    }

    pub(super) fn query<T>(
        &self,
        sql: &str,
        values: &[Value<'_>],
        mut read: impl FnMut(&Row<'_>) -> Answer<T>,
    ) -> Answer<Vec<T>> {
        let statement = self.prepared(sql)?;
        let values: Vec<_> = values.iter().map(Value::of_postgres).collect();
        let rows = self.told(self.client.borrow_mut().query(&statement, &values))?;
        rows.iter().map(|row| read(&Row::Postgres(row))).collect()
    }

    pub(super) fn script(&self, sql: &str) -> Answer<()> {
        self.told(self.client.borrow_mut().batch_execute(sql))
    }

    pub(super) fn begin(&self, begin: &str) -> Answer<()> {
        self.failed.set(false);
        self.script(begin)
    }

    pub(super) fn commit(&self) -> Answer<()> {
        match self.failed.get() {
            true => {
                self.script("ROLLBACK")?;
                let said = "a statement of the transaction had failed".to_owned();
                Err(Failed::Postgres { code: None, said })
            }
            false => self.script("COMMIT"),
        }
    }
}
