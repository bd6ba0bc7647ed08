//! A Merkle tree of pymerkle on SQLite: what is written first when somebody adds one to a program. A process of Python holds it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;

use crate::acts::Sample;
use crate::arm::{Arm, Client, server_cpu, size_of};

/// The Python in which pymerkle is installed: `cargo xtask bench ledger` says which.
const PYTHON: &str = "HABEAS_BENCH_PYTHON";
const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/pymerkle_arm.py");

/// The tree.
pub struct Pymerkle {
    acts: Arc<Vec<Sample>>,
    open: Option<(Mutex<Peer>, TempDir)>,
}

/// A process that answers each line with one.
pub struct Peer {
    process: Child,
    asks: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Opens the tree in a file, or makes it.
    pub fn start(file: &Path) -> Self {
        let python = std::env::var(PYTHON)
            .unwrap_or_else(|_| panic!("{PYTHON} names no Python with pymerkle"));
        let mut process = Command::new(python)
            .arg(PEER)
            .arg(file)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            // It says of a tree that it does not open, which is asked for here.
            .stderr(Stdio::null())
            .spawn()
            .expect("Python starts");
        let asks = process.stdin.take().expect("a pipe");
        let answers = BufReader::new(process.stdout.take().expect("a pipe"));
        Self {
            process,
            asks,
            answers,
        }
    }

    /// The answer to one line; empty if it has gone.
    pub fn ask(&mut self, line: &str) -> String {
        let mut answer = String::new();
        if writeln!(self.asks, "{line}").is_ok() {
            self.answers.read_line(&mut answer).expect("an answer");
        }
        answer.trim_end().to_owned()
    }

    pub fn append(&mut self, act: &Sample) -> bool {
        let hex: String = act
            .payload
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let number = self.ask(&format!("append {hex}"));
        number.parse::<u64>().is_ok()
    }
}

impl Peer {
    /// Ends in peace.
    pub fn end(self) {
        let Self {
            mut process, asks, ..
        } = self;
        drop(asks);
        process.wait().expect("it ends");
    }

    /// `kill -9`.
    pub fn kill(mut self) {
        self.process.kill().expect("it is killed");
        self.process.wait().expect("it has ended");
    }
}

impl Pymerkle {
    pub fn new(acts: Arc<Vec<Sample>>) -> Self {
        Self { acts, open: None }
    }

    fn close(&mut self) -> Option<TempDir> {
        let (peer, folder) = self.open.take()?;
        let peer = peer.into_inner().unwrap_or_else(PoisonError::into_inner);
        peer.end();
        Some(folder)
    }
}

impl Arm for Pymerkle {
    fn name(&self) -> &'static str {
        "pymerkle, SQLite"
    }

    fn fresh(&mut self) {
        self.close();
        let folder = tempfile::tempdir().expect("a folder");
        let mut peer = Peer::start(&folder.path().join("tree.db"));
        // It has loaded its modules once it answers.
        peer.ask("state");
        self.open = Some((Mutex::new(peer), folder));
    }

    fn clients(&self, count: usize) -> Vec<Client<'_>> {
        let (peer, _) = self.open.as_ref().expect("open");
        let client = |_| -> Client<'_> {
            Box::new(|number| {
                let mut peer = peer.lock().unwrap_or_else(PoisonError::into_inner);
                peer.append(&self.acts[number])
            })
        };
        (0..count).map(client).collect()
    }

    fn beside(&self) -> f64 {
        let (peer, _) = self.open.as_ref().expect("open");
        let peer = peer.lock().unwrap_or_else(PoisonError::into_inner);
        server_cpu(peer.process.id())
    }

    fn bytes(&mut self) -> u64 {
        let folder = self.close().expect("open");
        size_of(folder.path())
    }
}

impl Drop for Pymerkle {
    fn drop(&mut self) {
        self.close();
    }
}
