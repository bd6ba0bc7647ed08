//! A store with acts, witnesses in threads, and scripted ones.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::document::DocumentSigner;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::witness::KnownLog;
use habeas_log::{Log, Setup, Tiles};
use habeas_store::{Clock, Environment, Faults, NewAct, NoFaults, Places, RootKey, Store};
use habeas_witness::memory::Memory;
use habeas_witness::server::{Daemon, Limits, Setup as WitnessSetup};
use tempfile::TempDir;

pub const ORIGIN: &str = "log.example/2027";

/// 2026-11-24T00:00Z, the end of an interval.
pub const TODAY: u64 = 1_795_478_400;

/// The clock of stores and witnesses in these tests: within the interval that ends at [`TODAY`].
#[derive(Clone, Copy)]
pub struct Still;

impl Clock for Still {
    fn now(&self) -> u64 {
        TODAY - 7
    }
}

impl habeas_witness::Clock for Still {
    fn now(&self) -> u64 {
        TODAY + 1
    }
}

pub fn log_key() -> SignerKey {
    SignerKey::from_seed(ORIGIN, Algorithm::Ed25519, &[100; 32]).unwrap()
}

pub fn witness_key(number: u8) -> SignerKey {
    let name = format!("w{number}.example");
    SignerKey::from_seed(&name, Algorithm::Cosignature, &[number; 32]).unwrap()
}

/// A store in a folder of its own.
pub struct Site(pub TempDir);

impl Site {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::new(Still);
        let root = RootKey::create(&folder.path().join("root.key"), &environment).unwrap();
        Store::create(&Places::in_folder(folder.path()), &root, &environment).unwrap();
        Self(folder)
    }

    pub fn open(&self) -> Store {
        self.open_with(NoFaults)
    }

    pub fn open_with(&self, faults: impl Faults + 'static) -> Store {
        let root = RootKey::read(&self.0.path().join("root.key")).unwrap();
        let places = Places::in_folder(self.0.path());
        let environment = Environment {
            faults: Box::new(faults),
            ..Environment::new(Still)
        };
        Store::open(&places, &root, environment).unwrap()
    }

    /// The same bytes elsewhere.
    pub fn copy(&self) -> Self {
        let copy = tempfile::tempdir().unwrap();
        copy_files(self.0.path(), copy.path());
        Self(copy)
    }

    /// As a backup that is put back.
    pub fn put_back(&self, older: &Self) {
        for entry in fs::read_dir(self.0.path()).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
        copy_files(older.0.path(), self.0.path());
    }
}

fn copy_files(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}

pub fn record(store: &Store, id: &str) -> u64 {
    let salt = Salt([7; 32]);
    let fields = vec![Field {
        name: "id".into(),
        value: id.as_bytes().to_vec(),
    }];
    let committed = Committed::new(Level::Act, &salt, fields.clone()).unwrap();
    let organ = DocumentSigner::from_seed(&[3; 32]);
    let act = NewAct {
        case: "one".into(),
        id: id.into(),
        retry: id.into(),
        version: None,
        fields,
        salt,
        document: organ.sign(committed.commitment(), TODAY),
    };
    store.record(vec![act])[0].unwrap().index
}

/// An honest witness in a thread that lives as long as the tests.
pub fn honest(number: u8, folder: &Path) -> SocketAddr {
    let key = witness_key(number);
    let path = folder.join(format!("{number}.witness"));
    let memory = Memory::create(&path, key.verifier()).unwrap();
    let daemon = Daemon::bind(WitnessSetup {
        key,
        logs: vec![KnownLog {
            origin: ORIGIN.to_owned(),
            keys: vec![log_key().verifier().clone()],
        }],
        memory,
        listen: "127.0.0.1:0".parse().unwrap(),
        submission_prefix: "/organ".to_owned(),
        limits: Limits::default(),
        clock: Box::new(Still),
        tell: Box::new(|_| {}),
    })
    .unwrap();
    let address = daemon.address().unwrap();
    thread::spawn(move || daemon.run().unwrap());
    address
}

/// A place where nobody listens, nor begins to: all others are at 127.0.0.1.
pub fn down() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.9:0").unwrap();
    listener.local_addr().unwrap()
}

/// Answers `add-checkpoint` with what `post` makes of its body, and everything else with what `get` says.
pub fn scripted(
    post: impl Fn(&str) -> String + Send + 'static,
    get: impl Fn() -> String + Send + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut all, mut part) = (Vec::new(), [0; 4096]);
            let answer = loop {
                let read = stream.read(&mut part).unwrap();
                all.extend(&part[..read]);
                let text = String::from_utf8_lossy(&all).into_owned();
                let Some((head, body)) = text.split_once("\r\n\r\n") else {
                    assert_ne!(read, 0);
                    continue;
                };
                if head.starts_with("GET") {
                    break get();
                }
                // The body ends with the log's line.
                if body.contains("\n— ") && body.ends_with('\n') {
                    break post(body);
                }
                assert_ne!(read, 0);
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    address
}

pub fn http(status: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
}

/// The note in the body of a request.
pub fn note_in(body: &str) -> Note {
    Note::parse(body.split_once("\n\n").unwrap().1.as_bytes()).unwrap()
}

/// Organs at these addresses, of which so many are enough.
pub fn policy(enough: usize, addresses: &[SocketAddr]) -> Policy {
    let mut written = format!("log {}\n", log_key().verifier());
    let mut names = String::new();
    for (number, address) in (1..).zip(addresses) {
        let key = witness_key(number);
        written += &format!(
            "witness organ{number} {} http://{address}/organ\n",
            key.verifier()
        );
        names += &format!(" organ{number}");
    }
    written += &format!("group organs {enough}{names}\nquorum organs\n");
    written.parse().unwrap()
}

/// What was said.
#[derive(Clone, Default)]
pub struct Heard(Arc<Mutex<Vec<String>>>);

impl Heard {
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

pub fn setup(site: &Site, policy: Option<Policy>, heard: &Heard) -> Setup {
    let heard = heard.clone();
    Setup {
        key: log_key(),
        policy,
        deadline: Duration::from_millis(1500),
        tiles: None,
        multiple: 4,
        restored: site.0.path().join("restored"),
        tell: Box::new(move |said| heard.0.lock().unwrap().push(said.to_owned())),
    }
}

pub fn log(site: &Site, policy: Option<Policy>) -> (Log, Heard) {
    let heard = Heard::default();
    (Log::new(setup(site, policy, &heard)).unwrap(), heard)
}

/// A log without witnesses that publishes in one folder.
pub fn publishing(site: &Site, folder: &Path, multiple: u64) -> Log {
    let folder: PathBuf = folder.to_owned();
    Log::new(Setup {
        tiles: Some(Tiles::new(folder.clone(), Some(folder))),
        multiple,
        ..setup(site, None, &Heard::default())
    })
    .unwrap()
}
