//! Tables on PostgreSQL: plain, with pgaudit, and append-only with a chain of hashes.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use habeas_cluster::Cluster;
use postgres::{Client as Connection, NoTls};

use crate::acts::{Sample, TODAY};
use crate::arm::{Arm, Client, server_cpu, size_of};

/// The database in which the table stands.
pub const DATABASE: &str = "acts";

/// The role of the application, which owns nothing.
const TABLE: &str = "
CREATE TABLE acts (
    number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    of_case text COLLATE \"C\" NOT NULL,
    id text COLLATE \"C\" NOT NULL,
    at bigint NOT NULL,
    payload bytea NOT NULL,
    UNIQUE (of_case, id)
);
";

/// Each row has the hash over itself and the hash before; one writer at a time. Nothing in it is secret.
const CHAIN: &str = "
ALTER TABLE acts ALTER number DROP IDENTITY, ADD hash bytea NOT NULL;

CREATE FUNCTION linked(before bytea, number bigint, of_case text, id text, at bigint, payload bytea) RETURNS bytea
LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256(before || convert_to(concat_ws('|', number, of_case, id, at, ''), 'UTF8') || payload)
$$;

CREATE FUNCTION link() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    last record;
BEGIN
    PERFORM pg_advisory_xact_lock(1);
    SELECT number, hash INTO last FROM acts ORDER BY number DESC LIMIT 1;
    NEW.number := coalesce(last.number, 0) + 1;
    NEW.hash := linked(coalesce(last.hash, ''), NEW.number, NEW.of_case, NEW.id, NEW.at, NEW.payload);
    RETURN NEW;
END $$;
CREATE TRIGGER chained BEFORE INSERT ON acts FOR EACH ROW EXECUTE FUNCTION link();

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'acts are only added'; END $$;
CREATE TRIGGER stays BEFORE UPDATE OR DELETE ON acts FOR EACH ROW EXECUTE FUNCTION refuse();
CREATE TRIGGER remains BEFORE TRUNCATE ON acts FOR EACH STATEMENT EXECUTE FUNCTION refuse();
";

/// What pgaudit writes of each act: the statement with its values, into a file of its own.
pub const AUDITED: &[(&str, &str)] = &[
    ("shared_preload_libraries", "pgaudit"),
    ("pgaudit.log", "write, ddl, role, misc_set"),
    ("pgaudit.log_parameter", "on"),
    ("logging_collector", "on"),
    ("log_directory", "audit"),
    ("log_filename", "audit.log"),
    ("log_rotation_size", "0"),
    ("log_rotation_age", "0"),
    ("log_line_prefix", "%m %u %p "),
];

/// Which of the three.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Plain,
    Audited,
    Chained,
}

impl Kind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain table, PostgreSQL",
            Self::Audited => "PostgreSQL and pgaudit",
            Self::Chained => "PostgreSQL, hash chain",
        }
    }
}

/// A table in a cluster of its own.
pub struct Table {
    pub cluster: Cluster,
    kind: Kind,
    acts: Arc<Vec<Sample>>,
}

impl Table {
    pub fn start(kind: Kind, acts: Arc<Vec<Sample>>) -> Self {
        let settings = match kind {
            Kind::Audited => AUDITED,
            Kind::Plain | Kind::Chained => &[],
        };
        let cluster = Cluster::start(settings).unwrap_or_else(|failed| {
            panic!("start {}: {failed}", kind.name());
        });
        cluster.create(DATABASE).expect("a database");
        if kind == Kind::Audited {
            let asked = cluster.sql(DATABASE, "CREATE EXTENSION pgaudit");
            asked.expect("pgaudit is installed");
        }
        cluster
            .sql(DATABASE, "CREATE ROLE application LOGIN")
            .expect("a role");
        let mut table = Self {
            cluster,
            kind,
            acts,
        };
        table.fresh();
        table
    }

    pub fn sql(&self, statements: &str) -> String {
        self.cluster.sql(DATABASE, statements).expect("SQL")
    }

    /// Connected as the application, which may add acts and do nothing else to them.
    pub fn connect(&self) -> Connection {
        let address = self.cluster.address(DATABASE);
        let address = address.replace("postgres@", "application@");
        Connection::connect(&address, NoTls).expect("a connection")
    }

    /// Where pgaudit's lines stand.
    pub fn audit_log(&self) -> PathBuf {
        self.cluster.data().join("audit/audit.log")
    }
}

/// Adds one act and tells the number of the transaction that did.
pub fn insert(connection: &mut Connection, act: &Sample) -> Result<u32, postgres::Error> {
    let sql = "INSERT INTO acts (of_case, id, at, payload) VALUES ($1, $2, $3, $4)
        RETURNING pg_current_xact_id()::text";
    let at = i64::try_from(TODAY).unwrap_or_default();
    let row = connection.query_one(sql, &[&act.case, &act.id, &at, &act.payload])?;
    let number: String = row.get(0);
    Ok(number.parse().expect("a number"))
}

impl Arm for Table {
    fn name(&self) -> &'static str {
        self.kind.name()
    }

    fn fresh(&mut self) {
        self.sql("DROP TABLE IF EXISTS acts; DROP FUNCTION IF EXISTS link, refuse, linked;");
        self.sql(TABLE);
        if self.kind == Kind::Chained {
            self.sql(CHAIN);
        }
        self.sql("GRANT INSERT, SELECT ON acts TO application");
        self.sql("CHECKPOINT");
        if self.kind == Kind::Audited {
            fs::File::options()
                .write(true)
                .open(self.audit_log())
                .and_then(|log| log.set_len(0))
                .expect("an empty audit log");
        }
    }

    fn clients(&self, count: usize) -> Vec<Client<'_>> {
        let client = |_| -> Client<'_> {
            let mut connection = self.connect();
            let sql = "INSERT INTO acts (of_case, id, at, payload) VALUES ($1, $2, $3, $4)";
            let statement = connection.prepare(sql).expect("a statement");
            let at = i64::try_from(TODAY).unwrap_or_default();
            Box::new(move |number| {
                let act = &self.acts[number];
                let values: [&(dyn postgres::types::ToSql + Sync); 4] =
                    [&act.case, &act.id, &at, &act.payload];
                connection.execute(&statement, &values).is_ok()
            })
        };
        (0..count).map(client).collect()
    }

    fn beside(&self) -> f64 {
        server_cpu(server(&self.cluster))
    }

    fn bytes(&mut self) -> u64 {
        let table = self.sql("CHECKPOINT; SELECT pg_total_relation_size('acts')");
        let table: u64 = table.parse().expect("a size");
        table + size_of(&self.cluster.data().join("audit"))
    }
}

/// The process of a cluster's server.
pub fn server(cluster: &Cluster) -> u32 {
    let file = fs::read_to_string(cluster.data().join("postmaster.pid"));
    let file = file.unwrap_or_default();
    let first = file
        .lines()
        .next()
        .and_then(|line| line.trim().parse().ok());
    first.unwrap_or_default()
}
