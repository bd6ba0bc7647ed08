//! What the suite asks of a database, and the worlds in which it is asked.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::document::DocumentSigner;
use habeas_store::{
    Clock, Environment, Failpoint, Faults, NewAct, NoFaults, Places, Recorded, Result, RootKey,
    Store, SystemRandomness,
};

/// A database on which the whole suite runs.
pub trait Backend: Sized {
    /// An empty store in a place of its own.
    fn fresh() -> Self;
    /// Opens the store in a world.
    fn open_in(&self, environment: Environment) -> Result<Store>;
    /// The files in which a bit may flip.
    fn files(&self) -> Vec<PathBuf>;
    /// A second store with the same bytes.
    fn copy(&self) -> Self;

    /// Opens the store in a world without faults.
    fn open(&self) -> Result<Store> {
        self.open_in(world(NoFaults))
    }
}

/// SQLite in a folder.
pub struct Sqlite {
    folder: Folder,
}

enum Folder {
    Own(tempfile::TempDir),
    Given(PathBuf),
}

impl Sqlite {
    pub fn at(folder: &Path) -> Self {
        let folder = Folder::Given(folder.to_owned());
        Self { folder }
    }

    pub fn empty() -> Self {
        let folder = Folder::Own(tempfile::tempdir().unwrap());
        Self { folder }
    }

    pub fn folder(&self) -> &Path {
        match &self.folder {
            Folder::Own(folder) => folder.path(),
            Folder::Given(folder) => folder,
        }
    }

    pub fn places(&self) -> Places {
        Places::in_folder(self.folder())
    }

    pub fn root(&self) -> PathBuf {
        self.folder().join("root.key")
    }

    pub fn create_in(&self, environment: &Environment) -> Result<()> {
        let root = match RootKey::read(&self.root()) {
            Ok(root) => root,
            Err(_) => RootKey::create(&self.root(), environment)?,
        };
        Store::create(&self.places(), &root, environment)
    }
}

impl Backend for Sqlite {
    fn fresh() -> Self {
        let site = Self::empty();
        site.create_in(&world(NoFaults)).unwrap();
        site
    }

    fn open_in(&self, environment: Environment) -> Result<Store> {
        Store::open(&self.places(), &RootKey::read(&self.root())?, environment)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| !file.ends_with("root.key"));
        files.sort();
        files
    }

    fn copy(&self) -> Self {
        let copy = Self::empty();
        for file in self.files().into_iter().chain([self.root()]) {
            fs::copy(&file, copy.folder().join(file.file_name().unwrap())).unwrap();
        }
        copy
    }
}

/// A clock that a test moves.
#[derive(Clone)]
pub struct Hands(pub Arc<AtomicU64>);

impl Hands {
    pub fn at(seconds: u64) -> Self {
        Self(Arc::new(AtomicU64::new(seconds)))
    }
}

impl Clock for Hands {
    fn now(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// 2026-11-24T00:00Z.
pub const TODAY: u64 = 1_795_478_400;

pub fn world(faults: impl Faults + 'static) -> Environment {
    Environment {
        clock: Box::new(Hands::at(TODAY)),
        randomness: Box::new(SystemRandomness),
        faults: Box::new(faults),
    }
}

/// Remembers which failpoints were passed, in order.
#[derive(Clone, Default)]
pub struct Passed(Arc<Mutex<Vec<Failpoint>>>);

impl Passed {
    pub fn take(&self) -> Vec<Failpoint> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    pub fn all(&self) -> BTreeSet<Failpoint> {
        self.take().into_iter().collect()
    }
}

impl Faults for Passed {
    fn reach(&self, at: Failpoint) -> io::Result<()> {
        self.0.lock().unwrap().push(at);
        Ok(())
    }
}

/// What happens at the chosen failpoint.
#[derive(Clone, Copy, PartialEq)]
pub enum Fault {
    /// The process ends, as by `kill -9`.
    Crash,
    /// The disk says no.
    Error,
    /// The disk is full.
    Full,
}

/// Lets the store fail at one failpoint, when it is reached for the so-manieth time.
#[derive(Clone)]
pub struct Fails {
    pub at: Failpoint,
    pub fault: Fault,
    /// Passed so often before it fails.
    pub left: Arc<AtomicU64>,
}

impl Faults for Fails {
    fn reach(&self, at: Failpoint) -> io::Result<()> {
        if at != self.at || self.left.fetch_sub(1, Ordering::SeqCst) != 0 {
            return Ok(());
        }
        match self.fault {
            Fault::Crash => std::process::abort(),
            Fault::Error => Err(io::Error::other("injected")),
            Fault::Full => Err(io::ErrorKind::StorageFull.into()),
        }
    }
}

/// An act as its maker would build it; its id says what it holds.
pub fn act(case: &str, id: &str) -> NewAct {
    with(case, id, format!("content of {case} {id}").as_bytes())
}

pub fn with(case: &str, id: &str, content: &[u8]) -> NewAct {
    // Fresh for each act; these are.
    let mut salt = [0; 32];
    let named = case.bytes().chain(*b"/").chain(id.bytes());
    salt.iter_mut().zip(named).for_each(|(s, b)| *s = b);
    let salt = Salt(salt);
    let field = |name: &str, value: &[u8]| Field {
        name: name.into(),
        value: value.to_vec(),
    };
    let fields = vec![field("case", case.as_bytes()), field("content", content)];
    let committed = Committed::new(Level::Act, &salt, fields.clone()).unwrap();
    let organ = DocumentSigner::from_seed(&[3; 32]);
    NewAct {
        case: case.into(),
        id: id.into(),
        retry: format!("{case}/{id}"),
        version: None,
        fields,
        salt,
        document: organ.sign(committed.commitment(), TODAY),
    }
}

pub fn record(store: &Store, act: NewAct) -> Recorded {
    store.record(vec![act])[0].unwrap()
}
