//! The tables as PostgreSQL has them, and what it alone is asked.
//!
//! Names are bytes and texts are compared byte by byte, so that no locale of a server decides which of two are the same.

use core::time::Duration;

use super::Role;
use crate::database::{Answer, Connection, Failed};

const IDENTITY: &str = "
CREATE TABLE store (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    format BIGINT NOT NULL,
    id BYTEA NOT NULL
);
";

/// Under an *item* an act or a bare leaf is handed in, before its leaf has a number.
const STORE: &str = "
CREATE SEQUENCE items AS BIGINT;

CREATE TABLE outbox (
    item BIGINT PRIMARY KEY,
    entry BYTEA NOT NULL
);

CREATE TABLE leaves (
    number BIGINT PRIMARY KEY,
    entry BYTEA NOT NULL,
    item BIGINT NOT NULL UNIQUE
);

CREATE TABLE nodes (
    level BIGINT NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (level, number)
);

-- The epoch counts who led. Whoever leads moves the head in its own epoch alone.
CREATE TABLE head (
    one BIGINT PRIMARY KEY CHECK (one = 1),
    size BIGINT NOT NULL,
    peaks BYTEA NOT NULL,
    logged BIGINT NOT NULL,
    epoch BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE checkpoints (
    size BIGINT PRIMARY KEY,
    root BYTEA NOT NULL,
    note TEXT COLLATE \"C\" NOT NULL,
    published BIGINT NOT NULL CHECK (published IN (0, 1))
);

CREATE TABLE cosignatures (
    size BIGINT NOT NULL REFERENCES checkpoints,
    witness TEXT COLLATE \"C\" NOT NULL,
    line TEXT COLLATE \"C\" NOT NULL,
    PRIMARY KEY (size, witness)
);

CREATE SEQUENCE case_numbers AS BIGINT;

CREATE TABLE cases (
    number BIGINT PRIMARY KEY,
    name BYTEA NOT NULL UNIQUE,
    key BIGINT NOT NULL,
    version BIGINT NOT NULL,
    sealed BYTEA,
    logged BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE acts (
    item BIGINT PRIMARY KEY,
    of_case BIGINT NOT NULL REFERENCES cases,
    sort BIGINT NOT NULL CHECK (sort BETWEEN 1 AND 3),
    name BYTEA NOT NULL UNIQUE,
    retry BYTEA NOT NULL UNIQUE,
    key BIGINT NOT NULL,
    sealed BYTEA
);
CREATE INDEX acts_of_case ON acts (of_case, item);

CREATE VIEW placed AS
    SELECT item, leaves.number AS leaf, of_case, sort, name, retry, key, sealed
    FROM acts LEFT JOIN leaves USING (item);

CREATE TABLE tombstones (
    item BIGINT PRIMARY KEY REFERENCES acts,
    by_item BIGINT NOT NULL REFERENCES acts,
    at_item BIGINT NOT NULL UNIQUE,
    seal BYTEA NOT NULL
);

CREATE TABLE due (
    of_case BIGINT NOT NULL REFERENCES cases,
    rule TEXT COLLATE \"C\" NOT NULL,
    ends BIGINT NOT NULL
);
CREATE INDEX due_ends ON due (ends);
CREATE INDEX due_of_case ON due (of_case);

CREATE TABLE exports (
    number BIGINT PRIMARY KEY,
    of_case BIGINT NOT NULL REFERENCES cases,
    sealed BYTEA NOT NULL
);
CREATE INDEX exports_of_case ON exports (of_case);
CREATE TABLE exported (one BIGINT PRIMARY KEY CHECK (one = 1), last BIGINT NOT NULL);
INSERT INTO exported VALUES (1, 0);

CREATE FUNCTION stays() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN RAISE EXCEPTION ''a % never changes and never goes'', TG_ARGV[0]; END';
CREATE TRIGGER leaves_stay BEFORE UPDATE OR DELETE ON leaves
    FOR EACH ROW EXECUTE FUNCTION stays('leaf');
CREATE TRIGGER leaves_remain BEFORE TRUNCATE ON leaves
    FOR EACH STATEMENT EXECUTE FUNCTION stays('leaf');
CREATE TRIGGER checkpoints_stay BEFORE UPDATE OF size, root, note OR DELETE ON checkpoints
    FOR EACH ROW EXECUTE FUNCTION stays('checkpoint');
CREATE TRIGGER checkpoints_remain BEFORE TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION stays('checkpoint');
";

const KEYS: &str = "
CREATE TABLE keys (
    number BIGINT PRIMARY KEY,
    wrapped BYTEA NOT NULL
);
CREATE TABLE given (one BIGINT PRIMARY KEY CHECK (one = 1), last BIGINT NOT NULL);
INSERT INTO given VALUES (1, 0);
";

const PERSONS: &str = "
CREATE TABLE persons (
    of_case BYTEA NOT NULL,
    name BYTEA NOT NULL,
    key BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (of_case, name)
);
";

pub(super) fn tables(role: Role) -> &'static [&'static str] {
    match role {
        Role::Store => &[IDENTITY, STORE],
        Role::Keys => &[IDENTITY, KEYS],
        Role::Persons => &[IDENTITY, PERSONS],
    }
}

/// Whether a store's tables are there.
pub(super) fn is_made(connection: &Connection) -> Answer<bool> {
    let sql = "SELECT 1::bigint FROM pg_class WHERE oid = to_regclass('store')";
    let found = connection.first(sql, &[], |row| row.get::<i64>(0))?;
    Ok(found.is_some())
}

/// Rows that refer to nothing: PostgreSQL sees to that, unless what it wrote was altered below it.
const LOOSE: &[(&str, &str)] = &[
    (
        "an act without its case",
        "SELECT count(*) FROM acts WHERE of_case NOT IN (SELECT number FROM cases)",
    ),
    (
        "a tombstone without its act",
        "SELECT count(*) FROM tombstones WHERE item NOT IN (SELECT item FROM acts)
            OR by_item NOT IN (SELECT item FROM acts)",
    ),
    (
        "a derived row without its case",
        "SELECT count(*) FROM due WHERE of_case NOT IN (SELECT number FROM cases)",
    ),
    (
        "an export without its case",
        "SELECT count(*) FROM exports WHERE of_case NOT IN (SELECT number FROM cases)",
    ),
];

/// What is damaged as PostgreSQL itself can tell: rows that refer to nothing. Pages have their checksums, which are looked at when they are read.
pub(super) fn damage(role: Role, connection: &Connection) -> Vec<String> {
    let loose = match role {
        Role::Store => LOOSE,
        Role::Keys | Role::Persons => &[],
    };
    let mut found = Vec::new();
    for (what, sql) in loose {
        match connection.one(sql, &[], |row| row.get::<i64>(0)) {
            Ok(0) => {}
            Ok(rows) => found.push(format!("{what}: {rows} row(s)")),
            Err(failed) => found.push(format!("its own check could not be carried out: {failed}")),
        }
    }
    found
}

/// How often it is looked whether somebody still sees what was deleted, and how long is slept between.
const TRIES: u32 = 500;
const PAUSE: Duration = Duration::from_millis(10);

/// Waits until no transaction is left that began before now: as long as one may see what was deleted, it is kept. One that writes to another database of
/// the server counts too: it holds back how far new readers of this one look.
fn is_seen_by_nobody(connection: &Connection) -> Answer<bool> {
    let now = connection.one("SELECT pg_current_xact_id()::text", &[], |row| {
        row.get::<String>(0)
    })?;
    let others = "SELECT count(*)
        + (pg_snapshot_xmin(pg_current_snapshot()) <= $1::text::xid8)::int::bigint
        FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        AND age(backend_xmin) >= age($1::text::xid8::xid)";
    for _ in 0..TRIES {
        match connection.one(others, &[now.as_str().into()], |row| row.get::<i64>(0))? {
            0 => return Ok(true),
            _ => std::thread::sleep(PAUSE),
        }
    }
    Ok(false)
}

/// Writes the tables of what was deleted anew, without it. The keys are what counts: without them an emptied act opens nothing that a page still holds.
pub(super) fn shred(role: Role, connection: &Connection) -> Answer<bool> {
    let sql = match role {
        Role::Store => "VACUUM acts, cases, due",
        Role::Keys => "VACUUM FULL keys",
        Role::Persons => "VACUUM FULL persons",
    };
    // PostgreSQL passes over a table that is another's, and says so in a mere warning.
    let owns = "SELECT count(*) FROM pg_class WHERE oid = to_regclass($1::text)
        AND pg_has_role(relowner, 'USAGE')";
    let table = match role {
        Role::Store => "acts",
        Role::Keys => "keys",
        Role::Persons => "persons",
    };
    if connection.one(owns, &[table.into()], |row| row.get::<i64>(0))? == 0 {
        return Err(Failed::Refused("the role does not own its tables"));
    }
    if !is_seen_by_nobody(connection)? {
        return Ok(false);
    }
    match connection.script(sql) {
        Ok(()) => Ok(true),
        Err(failed) if failed.is_locked() => Ok(false),
        Err(failed) => Err(failed),
    }
}
