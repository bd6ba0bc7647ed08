//! All SQL stands under here, one file for each group of tables. It decides nothing and opens
//! nothing that is sealed. [`crate::database`] carries it to SQLite or PostgreSQL.
//!
//! What writes takes a transaction, and a transaction ends in `step` alone.

pub(crate) mod acts;
pub(crate) mod due;
pub(crate) mod exports;
pub(crate) mod keys;
pub(crate) mod outbox;
pub(crate) mod persons;
mod postgres;
pub(crate) mod tree;

use std::path::Path;

use crate::database::{self, Connection, Transaction};
use crate::environment::Environment;
use crate::error::{Error, Mismatch, Result, database};
use crate::places::Place;
use crate::step::{Step, commit};

/// Which tables these are. A database of another format is refused.
const FORMAT: u32 = 1;

const IDENTITY: &str = "
CREATE TABLE store (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    format INTEGER NOT NULL,
    id BLOB NOT NULL
) STRICT;
";

/// One of the three databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Store,
    Keys,
    Persons,
}

impl Role {
    pub(crate) fn what(self) -> &'static str {
        match self {
            Self::Store => "the store",
            Self::Keys => "the key store",
            Self::Persons => "the person file",
        }
    }

    pub(crate) fn step(self) -> Step {
        match self {
            Self::Store => Step::CreateStore,
            Self::Keys => Step::CreateKeys,
            Self::Persons => Step::CreatePersons,
        }
    }

    fn tables(self) -> &'static [&'static str] {
        match self {
            Self::Store => &[
                IDENTITY,
                tree::TABLES,
                acts::TABLES,
                due::TABLES,
                exports::TABLES,
            ],
            Self::Keys => &[IDENTITY, keys::TABLES],
            Self::Persons => &[IDENTITY, persons::TABLES],
        }
    }
}

/// Makes a database with its tables and what `fill` puts in, in one step. On a server the database itself is there, and empty.
pub(crate) fn create(
    environment: &Environment,
    role: Role,
    place: &Place,
    id: &[u8; 16],
    fill: impl FnOnce(&Transaction<'_>) -> Result<()>,
) -> Result<()> {
    let doing = database(role.step().name());
    let made = match place {
        Place::File(path) => Connection::Sqlite(database::sqlite::create(role, path)?),
        Place::Server(address) => {
            Connection::Postgres(Box::new(database::postgres::open(role, address)?))
        }
    };
    if made.is_shared() && postgres::is_made(&made).map_err(&doing)? {
        return Err(Error::Exists { what: role.what() });
    }
    let transaction = made.begin().map_err(&doing)?;
    for tables in made.either(role.tables(), postgres::tables(role)) {
        transaction.script(tables).map_err(&doing)?;
    }
    transaction
        .execute(
            "INSERT INTO store VALUES (1, $1, $2)",
            &[FORMAT.into(), id.into()],
        )
        .map_err(&doing)?;
    fill(&transaction)?;
    commit(environment, role.step(), transaction)
}

/// Opens a database and tells the id of the store to which it belongs.
pub(crate) fn open(role: Role, place: &Place) -> Result<(Connection, [u8; 16])> {
    let what = role.what();
    let unfit = |found| Error::Unfit { what, found };
    let opened = match place {
        Place::File(path) => Connection::Sqlite(database::sqlite::open(role, path)?),
        Place::Server(address) => {
            Connection::Postgres(Box::new(database::postgres::open(role, address)?))
        }
    };
    let (format, id): (u64, [u8; 16]) = opened
        .one("SELECT format, id FROM store", &[], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .map_err(|failed| match failed.is_full() {
            true => Error::Full {
                doing: database::OPEN,
            },
            false => unfit("holds no store"),
        })?;
    match format == u64::from(FORMAT) {
        true => Ok((opened, id)),
        false => Err(unfit("is of a format that this version does not know")),
    }
}

/// What the database's own check finds.
pub(crate) fn damage(role: Role, connection: &Connection) -> Vec<Mismatch> {
    let what = role.what();
    let found = match connection {
        Connection::Sqlite(it) => database::sqlite::damage(it),
        Connection::Postgres(_) => postgres::damage(role, connection),
    };
    let damaged = |found| Mismatch::Damaged { what, found };
    found.into_iter().map(damaged).collect()
}

/// Writes a copy of a database that is a file into an empty file.
pub(crate) fn copy_into(connection: &Connection, path: &Path) -> Result<()> {
    match connection {
        Connection::Sqlite(it) => database::sqlite::copy_into(it, path),
        Connection::Postgres(_) => Err(Error::Backup {
            found: "a store on PostgreSQL is backed up with the tools of PostgreSQL".to_owned(),
        }),
    }
}

/// Overwrites what was deleted, as far as the database can. False while somebody reads.
pub(crate) fn shred(role: Role, connection: &Connection) -> database::Answer<bool> {
    match connection {
        Connection::Sqlite(it) => database::sqlite::empty_journal(it),
        Connection::Postgres(_) => postgres::shred(role, connection),
    }
}
