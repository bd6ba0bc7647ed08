//! Attacks on tables of PostgreSQL: plain, with pgaudit, with a chain of hashes.

use std::fs::{self, File};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use postgres::Client as Connection;

use super::disk::Small;
use super::{ACTS, Attack, LEFT, Outcome, Target, VICTIM};
use crate::acts::{Sample, acts};
use crate::arm::Arm as _;
use crate::postgresql::{Kind, Table, insert, server};

/// Past every trigger that is not told otherwise.
const PAST_TRIGGERS: &str = "SET session_replication_role = replica;";

pub struct Attacked {
    table: Table,
    kind: Kind,
    acts: Arc<Vec<Sample>>,
    /// How much stood in the audit log before the acts.
    mark: usize,
    backup: PathBuf,
}

impl Attacked {
    pub fn start(kind: Kind) -> Self {
        let acts = Arc::new(acts(0, 40 * ACTS as u64, ACTS as u64));
        let table = Table::start(kind, Arc::clone(&acts));
        table.sql("CREATE EXTENSION amcheck");
        let backup = table.cluster.data().with_file_name("backup");
        Self {
            table,
            kind,
            acts,
            mark: 0,
            backup,
        }
    }

    /// Sixty acts, and a backup from before the last twenty.
    fn fresh(&mut self) {
        self.table.fresh();
        self.mark = self.log().len();
        self.record(0, LEFT);
        self.halt();
        fs::remove_dir_all(&self.backup).ok();
        copy(&self.table.cluster.data(), &self.backup);
        self.resume();
        self.record(LEFT, ACTS);
    }

    /// What a superuser says first, where something refuses changes.
    fn past_triggers(&self) -> &'static str {
        match self.kind {
            Kind::Chained => PAST_TRIGGERS,
            Kind::Plain | Kind::Audited => "",
        }
    }

    fn record(&self, from: usize, to: usize) {
        let mut connection = self.table.connect();
        for act in &self.acts[from..to] {
            insert(&mut connection, act).expect("an act");
        }
    }

    fn halt(&mut self) {
        self.table.cluster.stop().expect("it stops");
    }

    fn resume(&mut self) {
        self.table.cluster.restart().expect("it starts");
    }

    fn log(&self) -> String {
        fs::read_to_string(self.table.audit_log()).unwrap_or_default()
    }

    /// What pgaudit wrote since the acts began.
    fn audited(&self) -> Vec<String> {
        let log = self.log();
        let since = log.get(self.mark..).unwrap_or_default();
        let lines = since.lines().filter(|line| line.contains("AUDIT:"));
        lines.map(str::to_owned).collect()
    }

    fn rows(&self) -> usize {
        let count = self.table.sql("SELECT count(*) FROM acts");
        count.parse().expect("a number")
    }

    /// What the arm itself brings to check with.
    fn check(&self) -> Option<String> {
        let damage = self.table.sql(
            "SELECT msg FROM verify_heapam('acts');
             SELECT bt_index_check(indexrelid, true) FROM pg_index WHERE indrelid = 'acts'::regclass",
        );
        if !damage.trim().is_empty() {
            return Some(format!("amcheck: {damage}"));
        }
        match self.kind {
            Kind::Plain => None,
            Kind::Audited => {
                let lines = self.audited();
                let others = lines.iter().find(|line| !line.contains(" application "));
                if let Some(line) = others {
                    let what = line.split("AUDIT: ").nth(1).unwrap_or_default();
                    return Some(format!("a line of another role in the log: {what:.60}"));
                }
                let written = lines.iter().filter(|line| line.contains("WRITE,INSERT"));
                let (written, rows) = (written.count(), self.rows());
                (written != rows).then(|| format!("{rows} rows, and {written} lines in the log"))
            }
            Kind::Chained => {
                let broken = self.table.sql(
                    "SELECT number FROM (
                         SELECT *, row_number() OVER (ORDER BY number) AS place,
                             coalesce(lag(hash) OVER (ORDER BY number), '') AS before
                         FROM acts) AS c
                     WHERE number <> place OR hash <> linked(before, number, of_case, id, at, payload)
                     ORDER BY number LIMIT 1",
                );
                (!broken.is_empty()).then(|| format!("the chain breaks at row {broken}"))
            }
        }
    }

    /// Edits a row, and all that shows it.
    fn rewrite(&self) {
        let edit = format!("UPDATE acts SET payload = 'other' WHERE number = {VICTIM};");
        match self.kind {
            Kind::Plain => drop(self.table.sql(&edit)),
            Kind::Audited => self.silently(&edit),
            Kind::Chained => drop(self.table.sql(&format!(
                "{PAST_TRIGGERS} {edit}
                 DO $$
                 DECLARE
                     before bytea := '';
                     row record;
                 BEGIN
                     FOR row IN SELECT * FROM acts ORDER BY number LOOP
                         before := linked(before, row.number, row.of_case, row.id, row.at, row.payload);
                         UPDATE acts SET hash = before WHERE number = row.number;
                     END LOOP;
                 END $$;"
            ))),
        }
    }

    /// The log stays as it was: a superuser also acts as the system's user under which PostgreSQL runs.
    fn silently(&self, statements: &str) {
        self.table.sql(&format!(
            "SET pgaudit.log = 'none'; {statements}
             COPY (SELECT 1) TO PROGRAM
                 'grep -v pgaudit.log audit/audit.log > audit/rest; cat audit/rest > audit/audit.log; rm audit/rest';"
        ));
    }

    fn restore(&mut self, with_log: bool) {
        self.halt();
        let data = self.table.cluster.data();
        let audit = data.with_file_name("audit");
        let keeps = self.kind == Kind::Audited && !with_log;
        if keeps {
            copy(&data.join("audit"), &audit);
        }
        fs::remove_dir_all(&data).expect("removed");
        copy(&self.backup, &data);
        if keeps {
            fs::remove_dir_all(data.join("audit")).expect("removed");
            copy(&audit, &data.join("audit"));
            fs::remove_dir_all(&audit).expect("removed");
        }
        self.resume();
    }

    /// Records until something is refused, or `most` acts were answered. Tells how many were.
    fn until_refused(&self, most: usize) -> usize {
        let mut connection: Connection = self.table.connect();
        let acts = self.acts[ACTS..ACTS + most].iter();
        let mut answered = 0;
        for act in acts {
            if self.kind != Kind::Audited
                && connection.execute("SELECT pg_switch_wal()", &[]).is_err()
                || insert(&mut connection, act).is_err()
            {
                break;
            }
            answered += 1;
        }
        answered
    }

    /// The audit log, or the log of what is written ahead, on a disk that fills up.
    fn full(&mut self) -> Outcome {
        let name = match self.kind {
            Kind::Audited => "audit",
            Kind::Plain | Kind::Chained => "pg_wal",
        };
        self.table
            .sql("GRANT EXECUTE ON FUNCTION pg_switch_wal() TO application");
        self.halt();
        let place = self.table.cluster.data().join(name);
        let saved = self.table.cluster.data().with_file_name("saved");
        copy(&place, &saved);
        let known = fs::metadata(&place).expect("a folder");
        let room = crate::arm::size_of(&place) / 1024 + 64;
        let room = u32::try_from(room).expect("small");
        let small = Small::mount(&place, room, Some((known.uid(), known.gid())));
        let Some(small) = small else {
            fs::remove_dir_all(&saved).expect("removed");
            self.resume();
            return Outcome::said("not tried", "mounting a small disk needs root");
        };
        copy(&saved.join("."), &place);
        self.resume();
        let answered = self.until_refused(30 * ACTS);
        small.enlarge();
        self.table.cluster.kill().expect("it is killed");
        self.resume();
        let (rows, written) = (self.rows(), self.audited().len());
        self.halt();
        // Without the small disk again.
        fs::remove_dir_all(&saved).expect("removed");
        copy(&place, &saved);
        drop(small);
        copy(&saved.join("."), &place);
        fs::remove_dir_all(&saved).expect("removed");
        self.resume();
        assert!(rows >= ACTS + answered, "acts that were answered are gone");
        match self.kind {
            Kind::Audited if written < rows => Outcome::said(
                "not noticed",
                format!(
                    "{answered} acts more were answered: {rows} rows, and {written} lines in the log"
                ),
            ),
            _ if answered < 30 * ACTS => Outcome::said(
                "prevented",
                format!("refused after {answered} more, and all that was answered is there"),
            ),
            _ => Outcome::said("not tried", "the disk did not fill up"),
        }
    }

    fn kill(&mut self) -> Outcome {
        if self.kind == Kind::Audited {
            // The process that writes the log lags behind, as on a slow disk.
            tell(
                "pkill",
                &[
                    "-STOP",
                    "-P",
                    &server(&self.table.cluster).to_string(),
                    "-f",
                    "logger",
                ],
            );
        }
        self.record(ACTS, ACTS + 40);
        self.table.cluster.kill().expect("it is killed");
        self.resume();
        assert_eq!(self.rows(), ACTS + 40, "acts that were answered are gone");
        match self.kind {
            Kind::Audited => {
                let written = self.audited().len();
                let by = format!("{} rows, and {written} lines in the log", self.rows());
                match self.check() {
                    Some(said) => {
                        Outcome::said("noticed", format!("{said}; what the lines said is lost"))
                    }
                    None => Outcome::said("prevented", by),
                }
            }
            Kind::Plain => Outcome::said("prevented", "there is no second write"),
            Kind::Chained => Outcome::said("prevented", "row and hash are one transaction"),
        }
    }

    fn erase(&self) -> Outcome {
        let empty = format!("UPDATE acts SET payload = '' WHERE number = {VICTIM};");
        let was = self.table.sql(&format!(
            "SELECT encode(payload, 'hex') FROM acts WHERE number = {VICTIM}"
        ));
        let past = self.past_triggers();
        self.table.sql(&format!("{past} {empty}"));
        match self.kind {
            Kind::Plain => Outcome::said("no receipts", "nothing shows that it was ever there"),
            Kind::Audited if self.log().contains(&was) => {
                Outcome::said("not erased", "the log still has its content")
            }
            Kind::Audited => Outcome::said("no receipts", "its content is not in the log"),
            Kind::Chained => match self.check() {
                Some(said) => Outcome::said("breaks", said),
                None => Outcome::said("holds", "the chain is whole"),
            },
        }
    }

    /// The last act becomes one that was broken off.
    fn commit_bit(&mut self) -> Outcome {
        let mut connection = self.table.connect();
        let number = insert(&mut connection, &self.acts[ACTS]).expect("an act");
        drop(connection);
        self.table.sql("CHECKPOINT");
        self.halt();
        flip(&self.table.cluster.data(), number);
        self.resume();
        let rows = self.rows();
        assert_eq!(rows, ACTS, "the act is still there");
        match self.check() {
            Some(said) => Outcome::said("noticed", said),
            None => Outcome::said(
                "not noticed",
                format!("an act that was answered is gone, {rows} rows"),
            ),
        }
    }
}

impl Target for Attacked {
    fn name(&self) -> &'static str {
        match self.kind {
            Kind::Plain => "plain table",
            Kind::Audited => "pgaudit",
            Kind::Chained => "hash chain",
        }
    }

    fn suffer(&mut self, attack: Attack) -> Option<Outcome> {
        self.fresh();
        let past = self.past_triggers();
        let sql = |statements: &str| drop(self.table.sql(&format!("{past} {statements}")));
        match attack {
            Attack::Edit => sql(&format!(
                "UPDATE acts SET payload = 'other' WHERE number = {VICTIM}"
            )),
            Attack::Delete => sql(&format!("DELETE FROM acts WHERE number = {VICTIM}")),
            Attack::CutOff => sql(&format!("DELETE FROM acts WHERE number > {LEFT}")),
            Attack::BackDate => drop(self.table.sql(
                "INSERT INTO acts (of_case, id, at, payload)
                 SELECT of_case, 'late', at - 30 * 86400, payload FROM acts WHERE number = 1",
            )),
            Attack::Recompute if self.kind == Kind::Chained => self.rewrite(),
            Attack::Silence if self.kind != Kind::Plain => self.rewrite(),
            Attack::Recompute | Attack::Silence => return None,
            Attack::OldDatabase => self.restore(false),
            Attack::OldEverything => self.restore(true),
            Attack::FullDisk => return Some(self.full()),
            Attack::Kill => return Some(self.kill()),
            Attack::Fork => {
                let first = self.check();
                self.rewrite();
                return Some(Outcome::of(first.or_else(|| self.check())));
            }
            Attack::Erase => return Some(self.erase()),
            Attack::CommitBit => return Some(self.commit_bit()),
        }
        Some(Outcome::of(self.check()))
    }
}

/// Lets a transaction that was committed be one that was broken off: two bits for each, 01 and 10.
pub fn flip(data: &Path, number: u32) {
    let file = File::options()
        .read(true)
        .write(true)
        .open(data.join("pg_xact/0000"));
    let file = file.expect("pg_xact");
    let (at, shift) = (u64::from(number / 4), number % 4 * 2);
    let mut byte = [0];
    file.read_exact_at(&mut byte, at).expect("a byte");
    assert_eq!(byte[0] >> shift & 0b11, 0b01, "it is committed");
    byte[0] ^= 0b11 << shift;
    file.write_all_at(&byte, at).expect("a byte");
}

/// With owners and modes.
pub fn copy(from: &Path, to: &Path) {
    tell(
        "cp",
        &["-a", &from.to_string_lossy(), &to.to_string_lossy()],
    );
}

fn tell(program: &str, args: &[&str]) {
    let status = Command::new(program).args(args).status();
    assert!(
        status.is_ok_and(|status| status.success()),
        "{program} {args:?}"
    );
}
