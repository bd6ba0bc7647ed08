//! What a witness remembers: the last checkpoint of each log, and what it kept against them, in one SQLite file.
//!
//! A state binds its key for ever. Whoever cosigns again from an older state, or from none, can be led to cosign two
//! histories: so a state is made once, is never put back from a copy, and if it is lost the key is retired.

#![expect(
    clippy::disallowed_methods,
    reason = "the failpoints are the store's; a witness makes all durable here, in one transaction before it answers"
)]

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use habeas_ledger::checkpoint::{Checkpoint, monitoring_name};
use habeas_ledger::evidence::{Finding, judge};
use habeas_ledger::key::VerifierKey;
use habeas_ledger::note::Note;
use habeas_ledger::witness::{Answer, Evidence, KnownLog, Request, State, Witness};
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Row, TransactionBehavior, params};

use crate::fault::{Fault, storage, system};

/// How much is kept against one log of each kind of finding. The first say as much as all: the rest would fill the disk.
pub const MOST_KEPT: u64 = 100;

/// `hbw1`, where SQLite has a place for the kind of a file.
const APPLICATION: i64 = 0x6862_7731;
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE witness (key TEXT NOT NULL) STRICT;
-- name: the monitoring name of the log; time: of the cosignature, 0 if the checkpoint was only pinned.
CREATE TABLE log (name TEXT PRIMARY KEY, note TEXT NOT NULL, time INTEGER NOT NULL) STRICT;
CREATE TABLE evidence (
    number INTEGER PRIMARY KEY,
    origin TEXT NOT NULL,
    time INTEGER NOT NULL,
    finding TEXT NOT NULL,
    before TEXT,
    request TEXT NOT NULL
) STRICT;
";

const READ: &str = "read the state";

/// The state of a running witness. Nobody else runs on the file as long as this lives.
#[derive(Debug)]
pub struct Memory {
    connection: Connection,
    /// Held after the connection has gone: fields are dropped in their order.
    _lock: File,
}

/// What was kept against a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Counts from 1.
    pub number: u64,
    /// The log.
    pub origin: String,
    /// When, in seconds since 1970.
    pub time: u64,
    /// What it shows.
    pub finding: Finding,
    /// What had been cosigned, if anything.
    pub before: Option<Note>,
    /// The request that was refused.
    pub request: Request,
}

impl Memory {
    /// Makes the state of a witness that has never cosigned, and opens it.
    ///
    /// # Errors
    /// If it is there already, or cannot be written.
    pub fn create(path: &Path, key: &VerifierKey) -> Result<Self, Fault> {
        let lock = lock(path)?;
        if fs::exists(path).map_err(system(READ))? {
            return Err(Fault::There(path.to_owned()));
        }
        // Made aside and linked into place: a process that dies half-way leaves no half state.
        let aside = beside(path, "new");
        let attempted = || format!("make the state {}", path.display());
        match fs::remove_file(&aside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(system(attempted())(error));
            }
            _ => {}
        }
        write_new(&aside, key).map_err(storage("make the state"))?;
        fs::hard_link(&aside, path).map_err(system(attempted()))?;
        fs::remove_file(&aside).map_err(system(attempted()))?;
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        let folder = File::open(parent.unwrap_or(Path::new(".")));
        folder
            .and_then(|folder| folder.sync_all())
            .map_err(system(attempted()))?;
        Self::open_locked(path, key, lock)
    }

    /// Opens the state of a witness.
    ///
    /// # Errors
    /// If it is not there, another process has it, it is of another key, or it is damaged.
    pub fn open(path: &Path, key: &VerifierKey) -> Result<Self, Fault> {
        there(path)?;
        Self::open_locked(path, key, lock(path)?)
    }

    fn open_locked(path: &Path, key: &VerifierKey, lock: File) -> Result<Self, Fault> {
        let connection = connect(path)?;
        let whose = "SELECT key FROM witness";
        let found: String = connection
            .query_row(whose, [], |row| row.get(0))
            .map_err(storage(READ))?;
        if found != key.to_string() {
            let path = path.to_owned();
            return Err(Fault::OtherKey { path, found });
        }
        // In WAL a commit that was synchronised fully outlives a power cut.
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .and_then(|()| connection.pragma_update(None, "synchronous", "FULL"))
            .map_err(storage("set up the state"))?;
        let memory = Self {
            connection,
            _lock: lock,
        };
        memory.every_state()?;
        Ok(memory)
    }

    /// Refuses a state of which any line cannot be read.
    fn every_state(&self) -> Result<(), Fault> {
        let attempted = || storage(READ);
        let mut all = self
            .connection
            .prepare("SELECT note, time, name FROM log")
            .map_err(attempted())?;
        let mut rows = all.query([]).map_err(attempted())?;
        while let Some(row) = rows.next().map_err(attempted())? {
            let name: String = row.get(2).map_err(attempted())?;
            state_of(row, &name)?;
        }
        Ok(())
    }

    /// Starts from a checkpoint that the log's operator handed over, unless something of this log is remembered.
    /// Returns whether it did.
    ///
    /// # Errors
    /// If none of `logs` has signed it, or it cannot be written.
    pub fn pin(&mut self, note: &Note, logs: &[KnownLog]) -> Result<bool, Fault> {
        let checkpoint = Checkpoint::of(note)?;
        let known = logs.iter().find(|log| log.origin == checkpoint.origin());
        let signed = note.open(known.map_or(&[], |log| &log.keys))?;
        let lines = signed.iter().map(|verified| verified.line.clone());
        let note = Note::new(note.text(), lines.collect())?;
        let name = monitoring_name(checkpoint.origin());
        let insert = "INSERT INTO log (name, note, time) VALUES (?1, ?2, 0) ON CONFLICT DO NOTHING";
        let inserted = self
            .connection
            .execute(insert, params![name, note.to_string()])
            .map_err(storage("pin a checkpoint"))?;
        Ok(inserted == 1)
    }

    /// Answers a request: reads the state, decides, and makes durable what the answer rests on, in one transaction.
    /// Returns what was kept, if anything new was.
    ///
    /// # Errors
    /// If it cannot be made durable: then nothing was cosigned.
    pub fn answer(
        &mut self,
        witness: &Witness,
        logs: &[KnownLog],
        request: &Request,
        now: u64,
    ) -> Result<(Answer, Option<Kept>), Fault> {
        const ATTEMPTED: &str = "keep a cosignature";
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(storage(ATTEMPTED))?;
        let name = monitoring_name(request.checkpoint().origin());
        let state = last(&transaction, &name)?.unwrap_or_default();
        let answer = witness.answer(&state, request, now);
        if let Some(State {
            note: Some(note),
            time,
            ..
        }) = &answer.state
        {
            let write = "INSERT INTO log (name, note, time) VALUES (?1, ?2, ?3)
                ON CONFLICT (name) DO UPDATE SET note = excluded.note, time = excluded.time";
            transaction
                .execute(write, params![name, note.to_string(), time])
                .map_err(storage(ATTEMPTED))?;
        }
        let kept = match &answer.evidence {
            Some(evidence) => keep(&transaction, logs, evidence, now)?,
            None => None,
        };
        transaction.commit().map_err(storage(ATTEMPTED))?;
        Ok((answer, kept))
    }

    /// The last checkpoint that was cosigned of the log with this monitoring name.
    ///
    /// # Errors
    /// If the state cannot be read.
    pub fn latest(&self, name: &str) -> Result<Option<Note>, Fault> {
        let state = last(&self.connection, name)?;
        Ok(state.filter(|s| s.time > 0).and_then(|s| s.note))
    }
}

/// All that the state in this file has kept; a witness may be running on it.
///
/// # Errors
/// If it is not there, or cannot be read.
pub fn evidence(path: &Path) -> Result<Vec<Kept>, Fault> {
    let attempted = || storage("read what was kept");
    let connection = connect(path)?;
    let mut all = connection
        .prepare(
            "SELECT number, origin, time, finding, before, request FROM evidence ORDER BY number",
        )
        .map_err(attempted())?;
    let mut rows = all.query([]).map_err(attempted())?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next().map_err(attempted())? {
        let before: Option<String> = row.get(4).map_err(attempted())?;
        let (finding, request): (String, String) = (
            row.get(3).map_err(attempted())?,
            row.get(5).map_err(attempted())?,
        );
        let before = before.map(|note| Note::parse(note.as_bytes()));
        kept.push(Kept {
            number: row.get(0).map_err(attempted())?,
            origin: row.get(1).map_err(attempted())?,
            time: row.get(2).map_err(attempted())?,
            finding: FINDINGS
                .into_iter()
                .find(|(_, written)| *written == finding)
                .map(|(finding, _)| finding)
                .ok_or_else(|| Fault::Foreign(path.to_owned()))?,
            before: before.transpose()?,
            request: Request::parse(request.as_bytes())?,
        });
    }
    Ok(kept)
}

/// The findings that are kept, as they are written.
const FINDINGS: [(Finding, &str); 3] = [
    (Finding::TwoRoots, "two roots"),
    (Finding::NotEmpty, "not empty"),
    (Finding::ProofFails, "proof fails"),
];

/// Keeps what shows, or may show, two histories, unless it is known or there is enough of it.
fn keep(
    connection: &Connection,
    logs: &[KnownLog],
    evidence: &Evidence,
    now: u64,
) -> Result<Option<Kept>, Fault> {
    let Evidence { before, request } = evidence;
    let origin = request.checkpoint().origin();
    let known = logs.iter().find(|log| log.origin == origin);
    let keys = known.map_or(&[][..], |log| &log.keys);
    let note = request.note();
    let finding = judge(
        before.as_ref().unwrap_or(note),
        note,
        Some(request.proof()),
        keys,
    )?;
    let Some((_, written)) = FINDINGS.into_iter().find(|(kept, _)| *kept == finding) else {
        return Ok(None);
    };
    let (before_text, text) = (before.as_ref().map(Note::to_string), request.to_string());
    let insert = "INSERT INTO evidence (origin, time, finding, before, request)
        SELECT ?1, ?2, ?3, ?4, ?5
        WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE request = ?5 AND before IS ?4)
        AND (SELECT count(*) FROM evidence WHERE origin = ?1 AND finding = ?3) < ?6
        RETURNING number";
    let values = params![origin, now, written, before_text, text, MOST_KEPT];
    let number = connection
        .query_row(insert, values, |row| row.get(0))
        .optional()
        .map_err(storage("keep what shows two histories"))?;
    Ok(number.map(|number| Kept {
        number,
        origin: origin.to_owned(),
        time: now,
        finding,
        before: before.clone(),
        request: request.clone(),
    }))
}

/// What was last cosigned or pinned of the log with this monitoring name.
fn last(connection: &Connection, name: &str) -> Result<Option<State>, Fault> {
    let attempted = || storage(READ);
    let mut one = connection
        .prepare_cached("SELECT note, time FROM log WHERE name = ?1")
        .map_err(attempted())?;
    let mut rows = one.query([name]).map_err(attempted())?;
    let row = rows.next().map_err(attempted())?;
    row.map(|row| state_of(row, name)).transpose()
}

fn state_of(row: &Row<'_>, name: &str) -> Result<State, Fault> {
    let (note, time): (String, u64) = (
        row.get(0).map_err(storage(READ))?,
        row.get(1).map_err(storage(READ))?,
    );
    let note = Note::parse(note.as_bytes())?;
    let checkpoint = Checkpoint::of(&note)?;
    if monitoring_name(checkpoint.origin()) != name {
        return Err(Fault::Foreign(PathBuf::from(name)));
    }
    Ok(State {
        size: checkpoint.size(),
        root: checkpoint.root(),
        time,
        note: Some(note),
    })
}

fn there(path: &Path) -> Result<(), Fault> {
    if fs::exists(path).map_err(system(READ))? {
        return Ok(());
    }
    Err(Fault::Missing(path.to_owned()))
}

/// Opens a state that is there, and that is one.
fn connect(path: &Path) -> Result<Connection, Fault> {
    there(path)?;
    // Never makes one.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(storage(READ))?;
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let marks = (number("application_id").ok(), number("user_version").ok());
    if marks != (Some(APPLICATION), Some(VERSION)) {
        return Err(Fault::Foreign(path.to_owned()));
    }
    Ok(connection)
}

fn write_new(path: &Path, key: &VerifierKey) -> rusqlite::Result<()> {
    let mut connection = Connection::open(path)?;
    connection.pragma_update(None, "synchronous", "EXTRA")?;
    let transaction = connection.transaction()?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.execute_batch(TABLES)?;
    transaction.execute("INSERT INTO witness (key) VALUES (?1)", [key.to_string()])?;
    transaction.commit()
}

/// The same path with something behind it.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Makes sure that no other process runs on the state. The system gives it back when this one ends, however it ends.
fn lock(path: &Path) -> Result<File, Fault> {
    let beside = beside(path, "lock");
    let attempted = || system(format!("lock {}", beside.display()));
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&beside)
        .map_err(attempted())?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Fault::InUse(path.to_owned())),
        Err(TryLockError::Error(error)) => Err(attempted()(error)),
    }
}
