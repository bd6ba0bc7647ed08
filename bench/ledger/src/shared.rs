//! Ours on PostgreSQL: its three databases in a cluster of its own, and beside it the root key and what was acknowledged.

use std::path::PathBuf;
use std::sync::Arc;

use habeas_cluster::Cluster;
use habeas_store::{Environment, RootKey, Servers, Store};
use tempfile::TempDir;

use crate::acts::Sample;
use crate::arm::{Arm, Client, server_cpu, size_of};
use crate::ours::{Now, clients};
use crate::postgresql::server;

const DATABASES: [&str; 3] = ["store", "store_keys", "store_persons"];

/// Where a store is kept.
pub struct Home {
    pub cluster: Cluster,
    pub folder: TempDir,
}

impl Home {
    pub fn start() -> Self {
        let cluster = Cluster::start(&[]).unwrap_or_else(|failed| panic!("{failed}"));
        Self {
            cluster,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// An empty store in place of what was there, opened.
    pub fn fresh(&mut self) -> Store {
        for name in DATABASES {
            let gone = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            self.cluster.sql("postgres", &gone).expect("SQL");
            self.cluster.create(name).expect("a database");
        }
        self.folder = tempfile::tempdir().expect("a folder");
        let environment = Environment::new(Now);
        let root = RootKey::create(&self.root(), &environment).expect("a root key");
        Store::create(&self.servers(), &root, &environment).expect("a store");
        self.open().expect("it opens")
    }

    pub fn open(&self) -> habeas_store::Result<Store> {
        let root = RootKey::read(&self.root())?;
        Store::open(&self.servers(), &root, Environment::new(Now))
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("root.key")
    }

    fn servers(&self) -> Servers {
        let address = self.cluster.address("store").parse();
        let acknowledged = self.folder.path().join("acknowledged");
        Servers::beside(address.expect("an address"), acknowledged)
    }
}

/// The store as an arm.
pub struct Shared {
    home: Home,
    acts: Arc<Vec<Sample>>,
    store: Option<Store>,
}

impl Shared {
    pub fn start(acts: Arc<Vec<Sample>>) -> Self {
        let (home, store) = (Home::start(), None);
        Self { home, acts, store }
    }
}

impl Arm for Shared {
    fn name(&self) -> &'static str {
        "ours, PostgreSQL"
    }

    fn fresh(&mut self) {
        self.store = None;
        self.store = Some(self.home.fresh());
        self.home.cluster.sql("store", "CHECKPOINT").expect("SQL");
    }

    fn clients(&self, count: usize) -> Vec<Client<'_>> {
        clients(self.store.as_ref().expect("open"), &self.acts, None, count)
    }

    fn beside(&self) -> f64 {
        server_cpu(server(&self.home.cluster))
    }

    fn bytes(&mut self) -> u64 {
        self.store = None;
        let sum = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class
            WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace";
        let of = |name| -> u64 {
            let sum = self.home.cluster.sql(name, sum).expect("SQL");
            sum.parse().unwrap_or(0)
        };
        DATABASES.into_iter().map(of).sum::<u64>() + size_of(self.home.folder.path())
    }
}
