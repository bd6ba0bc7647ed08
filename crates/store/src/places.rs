//! Where the files of a store stand.

use std::path::{Path, PathBuf};

/// The four files of a store. Keys belong on another disk, with backups of their own: a copy of the
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
