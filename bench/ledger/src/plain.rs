//! A plain table on SQLite under our own settings, with one thread that commits whatever is queued: the baseline.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread::{self, JoinHandle};

use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::acts::{Sample, TODAY};
use crate::arm::{Arm, Client, size_of};

/// One index keeps an act from being there twice and finds the acts of a case.
pub const TABLE: &str = "
CREATE TABLE acts (
    number INTEGER PRIMARY KEY,
    of_case TEXT NOT NULL,
    id TEXT NOT NULL,
    at INTEGER NOT NULL,
    payload BLOB NOT NULL,
    UNIQUE (of_case, id)
) STRICT;
";

/// As many as ours takes into one transaction, and lets wait.
const MOST: usize = 1024;

type Job = (usize, Sender<bool>);

/// The plain table.
pub struct Plain {
    acts: Arc<Vec<Sample>>,
    open: Option<Open>,
}

struct Open {
    folder: TempDir,
    jobs: SyncSender<Job>,
    writer: JoinHandle<()>,
}

impl Plain {
    pub fn new(acts: Arc<Vec<Sample>>) -> Self {
        Self { acts, open: None }
    }

    /// Waits until the writer has gone.
    fn close(&mut self) -> Option<TempDir> {
        let Open {
            folder,
            jobs,
            writer,
        } = self.open.take()?;
        drop(jobs);
        writer.join().expect("the writer");
        Some(folder)
    }
}

impl Arm for Plain {
    fn name(&self) -> &'static str {
        "plain table, SQLite"
    }

    fn fresh(&mut self) {
        self.close();
        let folder = tempfile::tempdir().expect("a folder");
        let connection = connect(&folder.path().join("plain.db"));
        connection.execute_batch(TABLE).expect("a table");
        let (jobs, queue) = sync_channel(MOST);
        let acts = Arc::clone(&self.acts);
        let writer = thread::spawn(move || write(&connection, &acts, &queue));
        self.open = Some(Open {
            folder,
            jobs,
            writer,
        });
    }

    fn clients(&self, count: usize) -> Vec<Client<'_>> {
        let open = self.open.as_ref().expect("open");
        let client = |_| -> Client<'_> {
            let jobs = open.jobs.clone();
            Box::new(move |number| {
                let (reply, answer) = channel();
                jobs.send((number, reply)).is_ok() && answer.recv() == Ok(true)
            })
        };
        (0..count).map(client).collect()
    }

    fn bytes(&mut self) -> u64 {
        // The last connection moves its journal into the database when it closes.
        let folder = self.close().expect("open");
        size_of(folder.path())
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.close();
    }
}

/// A connection with the settings that the store has.
pub fn connect(path: &std::path::Path) -> Connection {
    let connection = Connection::open(path).expect("a database");
    for (name, value) in [
        ("journal_mode", "WAL"),
        ("synchronous", "FULL"),
        ("foreign_keys", "ON"),
        ("secure_delete", "ON"),
        ("cache_size", "-16384"),
    ] {
        connection
            .pragma_update(None, name, value)
            .expect("a setting");
    }
    connection
}

fn write(connection: &Connection, acts: &[Sample], queue: &Receiver<Job>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        batch.extend(queue.try_iter().take(MOST - 1));
        connection.execute_batch("BEGIN IMMEDIATE").expect("begin");
        for (number, _) in &batch {
            insert(connection, &acts[*number]);
        }
        connection.execute_batch("COMMIT").expect("commit");
        for (_, reply) in batch {
            reply.send(true).ok();
        }
    }
}

/// Adds one act.
pub fn insert(connection: &Connection, act: &Sample) {
    connection
        .prepare_cached("INSERT INTO acts (of_case, id, at, payload) VALUES (?, ?, ?, ?)")
        .and_then(|mut s| s.execute(params![act.case, act.id, TODAY, act.payload]))
        .expect("insert");
}
