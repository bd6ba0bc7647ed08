//! Logs with several histories, daemons on loopback, and HTTP by hand.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use habeas_ledger::Hash;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::note::Note;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tree::{Leaves, Subtree, subtree_hash};
use habeas_ledger::witness::{KnownLog, Request};
use habeas_witness::Clock;
use habeas_witness::memory::Memory;
use habeas_witness::server::{Daemon, Limits, Setup};

pub const LOG: &str = "log.example/2027";
pub const START: u64 = 1_800_000_000;

pub fn log_key() -> SignerKey {
    SignerKey::from_seed(LOG, Algorithm::Ed25519, &[100; 32]).unwrap()
}

pub fn witness_key(number: u8) -> SignerKey {
    let name = format!("w{number}.example");
    SignerKey::from_seed(&name, Algorithm::Cosignature, &[number; 32]).unwrap()
}

pub fn known() -> Vec<KnownLog> {
    vec![KnownLog {
        origin: LOG.to_owned(),
        keys: vec![log_key().verifier().clone()],
    }]
}

/// The leaves of a history; from the leaf `fork` on they are those of history `number`.
pub fn history(fork: u64, number: u8) -> Vec<Hash> {
    let leaf = |i: u64| leaf_hash(&[if i < fork { 0 } else { number }, u8::try_from(i).unwrap()]);
    (0..64).map(leaf).collect()
}

pub fn checkpoint(history: &[Hash], size: u64) -> Note {
    let root = subtree_hash(&Leaves(history), Subtree::whole(size).unwrap()).unwrap();
    let checkpoint = Checkpoint::new(LOG, size, root).unwrap();
    checkpoint.sign(&log_key()).unwrap()
}

pub fn request(history: &[Hash], old: u64, size: u64) -> String {
    let proof = match old {
        0 => Vec::new(),
        old => prove_consistency(&Leaves(history), old, size).unwrap(),
    };
    let request = Request::new(old, proof, checkpoint(history, size));
    request.unwrap().to_string()
}

/// A clock that a test sets.
#[derive(Clone)]
pub struct TestClock(pub Arc<AtomicU64>);

impl Clock for TestClock {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// A daemon in a thread that lives as long as the tests.
pub struct Running {
    pub address: SocketAddr,
    pub clock: TestClock,
    pub told: Arc<Mutex<Vec<String>>>,
}

pub fn run(key: SignerKey, logs: Vec<KnownLog>, memory: Memory, limits: Limits) -> Running {
    let clock = TestClock(Arc::new(AtomicU64::new(START)));
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = told.clone();
    let daemon = Daemon::bind(Setup {
        key,
        logs,
        memory,
        listen: "127.0.0.1:0".parse().unwrap(),
        submission_prefix: String::new(),
        limits,
        clock: Box::new(clock.clone()),
        tell: Box::new(move |said| heard.lock().unwrap().push(said.to_owned())),
    })
    .unwrap();
    let address = daemon.address().unwrap();
    thread::spawn(move || daemon.run().unwrap());
    Running {
        address,
        clock,
        told,
    }
}

/// A daemon with a fresh state in `folder`.
pub fn fresh(number: u8, folder: &Path) -> Running {
    let key = witness_key(number);
    let path = folder.join(format!("{number}.db"));
    let memory = Memory::create(&path, key.verifier()).unwrap();
    run(key, known(), memory, Limits::default())
}

/// An answer as it came.
#[derive(Debug)]
pub struct Answered {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends bytes and reads what comes until the other side ends.
pub fn send(address: SocketAddr, bytes: &[u8]) -> Option<Answered> {
    let mut stream = TcpStream::connect(address).unwrap();
    // The other side may refuse before it has read all.
    let _ = stream.write_all(bytes);
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    let all = String::from_utf8(all).unwrap();
    let (head, body) = all.split_once("\r\n\r\n")?;
    Some(Answered {
        status: head.split(' ').nth(1)?.parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

pub fn post(address: SocketAddr, body: &str) -> Answered {
    let head = format!(
        "POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    send(address, &[head.as_bytes(), body.as_bytes()].concat()).unwrap()
}

pub fn get(address: SocketAddr, path: &str) -> Answered {
    let head = format!("GET {path} HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
    send(address, head.as_bytes()).unwrap()
}
