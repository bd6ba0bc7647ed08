//! What the suite asks of a database, and the worlds in which it is asked.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use habeas_cluster::Cluster;
use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::document::DocumentSigner;
use habeas_store::{
    Address, Clock, Environment, Failpoint, Faults, NewAct, NoFaults, Places, Recorded, Result,
    RootKey, Servers, Store, SystemRandomness,
};

/// A database on which the whole suite runs.
pub trait Backend: Sized {
    /// A place of its own where nothing is yet.
    fn empty() -> Self;
    /// What stands in this folder, also from another process.
    fn at(folder: &Path) -> Self;
    /// The folder of what stands in files.
    fn folder(&self) -> &Path;
    /// Makes a store there.
    fn create_in(&self, environment: &Environment) -> Result<()>;
    /// Opens the store in a world.
    fn open_in(&self, environment: Environment) -> Result<Store>;
    /// A second store with the same bytes.
    fn copy(&self) -> Self;
    /// Whether the key store was made.
    fn has_keys(&self) -> bool;

    /// An empty store in a place of its own.
    fn fresh() -> Self {
        let site = Self::empty();
        site.create_in(&world(NoFaults)).unwrap();
        site
    }

    /// Opens the store in a world without faults.
    fn open(&self) -> Result<Store> {
        self.open_in(world(NoFaults))
    }

    /// The file of the root key.
    fn root(&self) -> PathBuf {
        self.folder().join("root.key")
    }

    /// The root key, made where there is none.
    fn root_key(&self, environment: &Environment) -> Result<RootKey> {
        match RootKey::read(&self.root()) {
            Ok(root) => Ok(root),
            Err(_) => RootKey::create(&self.root(), environment),
        }
    }
}

/// A folder that goes with the test, or one that is given.
pub enum Folder {
    Own(tempfile::TempDir),
    Given(PathBuf),
}

impl Folder {
    fn own() -> Self {
        Self::Own(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        match self {
            Self::Own(folder) => folder.path(),
            Self::Given(folder) => folder,
        }
    }
}

/// SQLite in a folder.
pub struct Sqlite {
    folder: Folder,
}

impl Sqlite {
    /// An empty store where nothing waits for a disk: for what is proved by many turns, and of no disk.
    pub fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = match memory.is_dir() {
            true => tempfile::tempdir_in(memory),
            false => tempfile::tempdir(),
        };
        let folder = Folder::Own(folder.unwrap());
        let site = Self { folder };
        site.create_in(&world(NoFaults)).unwrap();
        site
    }

    pub fn places(&self) -> Places {
        Places::in_folder(self.folder())
    }

    /// The files in which a bit may flip.
    pub fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.folder()).unwrap();
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| !file.ends_with("root.key"));
        files.sort();
        files
    }
}

impl Backend for Sqlite {
    fn empty() -> Self {
        let folder = Folder::own();
        Self { folder }
    }

    fn at(folder: &Path) -> Self {
        let folder = Folder::Given(folder.to_owned());
        Self { folder }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn create_in(&self, environment: &Environment) -> Result<()> {
        let root = self.root_key(environment)?;
        Store::create(&self.places(), &root, environment)
    }

    fn open_in(&self, environment: Environment) -> Result<Store> {
        Store::open(&self.places(), &RootKey::read(&self.root())?, environment)
    }

    fn has_keys(&self) -> bool {
        self.places().keys.exists()
    }

    fn copy(&self) -> Self {
        let copy = Self::empty();
        for file in self.files().into_iter().chain([self.root()]) {
            fs::copy(&file, copy.folder().join(file.file_name().unwrap())).unwrap();
        }
        copy
    }
}

/// The PostgreSQL of all tests of this process; it goes when the process ends.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| Cluster::start(&[]).unwrap_or_else(|missing| panic!("{missing}")))
}

/// PostgreSQL: one database with a schema for each role, and a folder for the root key and what was acknowledged.
pub struct Postgres {
    folder: Folder,
    address: String,
}

const SCHEMAS: [&str; 3] = ["store", "keys", "persons"];

impl Postgres {
    /// In a cluster of its own, which a test may kill.
    pub fn in_cluster(cluster: &Cluster) -> Self {
        let name = Self::name();
        cluster.create(&name).unwrap();
        // A role like any other, which owns its tables and nothing else. Another test may have made it.
        cluster.sql(&name, "CREATE ROLE habeas LOGIN").ok();
        let made = |schema| format!("CREATE SCHEMA of_{schema} AUTHORIZATION habeas;");
        let schemas = SCHEMAS.map(made).concat();
        cluster.sql(&name, &schemas).unwrap();
        Self::with(Folder::own(), cluster.address(&name))
    }

    fn with(folder: Folder, address: String) -> Self {
        fs::write(folder.path().join("address"), &address).unwrap();
        Self { folder, address }
    }

    /// Whether what stands in a folder belongs to a store on PostgreSQL.
    pub fn is_at(folder: &Path) -> bool {
        folder.join("address").exists()
    }

    fn name() -> String {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let count = COUNT.fetch_add(1, Ordering::SeqCst);
        format!("t{}_{count}", std::process::id())
    }

    /// The same store as another server of ours sees it, with a file of its own of what it acknowledged.
    pub fn further(&self) -> Self {
        let folder = Folder::own();
        fs::copy(self.root(), folder.path().join("root.key")).unwrap();
        let further = Self::with(folder, self.address.clone());
        let root = RootKey::read(&further.root()).unwrap();
        Store::join(&further.servers(), &root, &world(NoFaults)).unwrap();
        further
    }

    /// The same store, reached over another port.
    pub fn over(&self, port: u16) -> Self {
        let (head, name) = self.address.rsplit_once('/').unwrap();
        let (head, _) = head.rsplit_once(':').unwrap();
        let folder = Folder::Given(self.folder().to_owned());
        let address = format!("{head}:{port}/{name}");
        Self { folder, address }
    }

    pub fn database(&self) -> &str {
        self.address.rsplit_once('/').unwrap().1
    }

    /// Runs statements on the store's tables, as somebody who may do everything.
    pub fn sql(&self, statement: &str) -> habeas_cluster::Result<String> {
        let found = format!("SET search_path = of_store, of_keys; {statement}");
        match statement {
            // No part of a transaction, as several statements at once are.
            "CHECKPOINT" => cluster().sql(self.database(), statement),
            _ => cluster().sql(self.database(), &found),
        }
    }

    pub fn servers(&self) -> Servers {
        let address = |schema: &str| -> Address {
            let address = self.address.replace("//postgres@", "//habeas@");
            let path = format!("{address}?options=-csearch_path%3Dof_{schema}");
            path.parse().unwrap()
        };
        let [store, keys, persons] = SCHEMAS.map(address);
        Servers {
            store,
            keys,
            persons,
            acknowledged: self.folder().join("acknowledged"),
        }
    }
}

impl Backend for Postgres {
    fn empty() -> Self {
        Self::in_cluster(cluster())
    }

    fn at(folder: &Path) -> Self {
        let address = fs::read_to_string(folder.join("address")).unwrap();
        let folder = Folder::Given(folder.to_owned());
        Self { folder, address }
    }

    fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn create_in(&self, environment: &Environment) -> Result<()> {
        let root = self.root_key(environment)?;
        Store::create(&self.servers(), &root, environment)
    }

    fn open_in(&self, environment: Environment) -> Result<Store> {
        Store::open(&self.servers(), &RootKey::read(&self.root())?, environment)
    }

    fn has_keys(&self) -> bool {
        let found = self.sql("SELECT to_regclass('of_keys.store') IS NOT NULL");
        found.unwrap() == "t"
    }

    fn copy(&self) -> Self {
        let (name, from) = (Self::name(), self.database());
        let copy = format!("CREATE DATABASE {name} TEMPLATE {from} STRATEGY file_copy");
        cluster().sql("postgres", &copy).unwrap();
        let folder = Folder::own();
        for file in ["root.key", "acknowledged"] {
            fs::copy(self.folder().join(file), folder.path().join(file)).unwrap();
        }
        Self::with(folder, cluster().address(&name))
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
