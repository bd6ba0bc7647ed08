//! Where a store stands: files of its own, or databases of a server.

use std::path::{Path, PathBuf};

pub use crate::database::postgres::Address;

/// The four files of a store on SQLite. Keys belong on another disk, with backups of their own: a copy of the
/// other three decrypts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// Acts, leaves, checkpoints.
    pub store: PathBuf,
    /// Keys, wrapped under the root key.
    pub keys: PathBuf,
    /// Names and contacts.
    pub persons: PathBuf,
    /// What was acknowledged.
    pub acknowledged: PathBuf,
}

impl Places {
    /// All in one folder.
    #[must_use]
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            store: folder.join("store.db"),
            keys: folder.join("keys.db"),
            persons: folder.join("persons.db"),
            acknowledged: folder.join("acknowledged"),
        }
    }
}

/// The three databases of a store on PostgreSQL, and the file of the one server that opens it here. Keys belong on another server, or at least to
/// another role, with backups of their own.
#[derive(Clone, Debug)]
pub struct Servers {
    /// Acts, leaves, checkpoints.
    pub store: Address,
    /// Keys, wrapped under the root key.
    pub keys: Address,
    /// Names and contacts.
    pub persons: Address,
    /// What was acknowledged by this server of ours.
    pub acknowledged: PathBuf,
}

impl Servers {
    /// Keys and persons in databases beside the store's, `NAME_keys` and `NAME_persons`.
    #[must_use]
    pub fn beside(store: Address, acknowledged: PathBuf) -> Self {
        Self {
            keys: store.beside("_keys"),
            persons: store.beside("_persons"),
            store,
            acknowledged,
        }
    }
}

/// Where one database is.
#[derive(Clone)]
pub(crate) enum Place {
    File(PathBuf),
    Server(Box<Address>),
}

/// Where a store stands: [`Places`] or [`Servers`].
#[derive(Clone)]
pub struct Site {
    pub(crate) store: Place,
    pub(crate) keys: Place,
    pub(crate) persons: Place,
    pub(crate) acknowledged: PathBuf,
}

impl From<&Self> for Site {
    fn from(site: &Self) -> Self {
        site.clone()
    }
}

impl From<&Places> for Site {
    fn from(places: &Places) -> Self {
        Self {
            store: Place::File(places.store.clone()),
            keys: Place::File(places.keys.clone()),
            persons: Place::File(places.persons.clone()),
            acknowledged: places.acknowledged.clone(),
        }
    }
}

impl From<&Servers> for Site {
    fn from(servers: &Servers) -> Self {
        Self {
            store: Place::Server(Box::new(servers.store.clone())),
            keys: Place::Server(Box::new(servers.keys.clone())),
            persons: Place::Server(Box::new(servers.persons.clone())),
            acknowledged: servers.acknowledged.clone(),
        }
    }
}
