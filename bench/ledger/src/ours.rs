//! Ours on SQLite: acts sealed, with their leaves; and the same with the organ's signature verified before.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use habeas_ledger::document::DocumentKey;
use habeas_store::{Clock, Environment, Places, RootKey, Store};
use tempfile::TempDir;

use crate::acts::{Sample, organ};
use crate::arm::{Arm, Client, size_of};

/// The machine's clock.
#[derive(Clone, Copy)]
pub struct Now;

impl Clock for Now {
    fn now(&self) -> u64 {
        let since = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
        since.as_secs()
    }
}

impl habeas_witness::Clock for Now {
    fn now(&self) -> u64 {
        Clock::now(self)
    }
}

/// The store, with or without signatures verified.
pub struct Ours {
    acts: Arc<Vec<Sample>>,
    verify: Option<DocumentKey>,
    open: Option<(Store, TempDir)>,
}

impl Ours {
    pub fn new(acts: Arc<Vec<Sample>>, verify: bool) -> Self {
        Self {
            acts,
            verify: verify.then(|| organ().key()),
            open: None,
        }
    }
}

/// Makes a store in a folder and opens it.
pub fn create(folder: &Path) -> Store {
    let environment = Environment::new(Now);
    let root = RootKey::create(&folder.join("root.key"), &environment).expect("a root key");
    Store::create(&Places::in_folder(folder), &root, &environment).expect("a store");
    open(folder).expect("it opens")
}

/// Opens the store in a folder.
pub fn open(folder: &Path) -> habeas_store::Result<Store> {
    let root = RootKey::read(&folder.join("root.key"))?;
    Store::open(&Places::in_folder(folder), &root, Environment::new(Now))
}

impl Arm for Ours {
    fn name(&self) -> &'static str {
        match self.verify {
            None => "ours, SQLite",
            Some(_) => "ours, SQLite, signatures verified",
        }
    }

    fn fresh(&mut self) {
        self.open = None;
        let folder = tempfile::tempdir().expect("a folder");
        self.open = Some((create(folder.path()), folder));
    }

    fn clients(&self, count: usize) -> Vec<Client<'_>> {
        let (store, _) = self.open.as_ref().expect("open");
        clients(store, &self.acts, self.verify.as_ref(), count)
    }

    fn bytes(&mut self) -> u64 {
        let (store, folder) = self.open.take().expect("open");
        drop(store);
        size_of(folder.path())
    }
}

/// Clients of a store, which take an act only if `verify` has signed it, where that is asked.
pub fn clients<'a>(
    store: &'a Store,
    acts: &'a [Sample],
    verify: Option<&'a DocumentKey>,
    count: usize,
) -> Vec<Client<'a>> {
    let client = |_| -> Client<'a> {
        Box::new(move |number| {
            let new = acts[number].new.clone();
            verify.is_none_or(|key| new.document.verify(key).is_ok())
                && store.record(vec![new]).iter().all(Result::is_ok)
        })
    };
    (0..count).map(client).collect()
}
