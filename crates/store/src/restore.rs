//! Putting a backup back: into an empty place, verified before anything is in it.
//!
//! What was recorded since the backup is not in it. Whether anybody was told of more than it holds, nothing here can know: the
//! witnesses can.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use habeas_ledger::Hash;

use crate::backup::{empty, make, name, new_file, settle};
use crate::environment::Environment;
use crate::error::{Error, Mismatch, Result, file};
use crate::manifest::{Manifest, digest};
use crate::mark::{Acknowledged, Mark};
use crate::places::{Place, Places};
use crate::root::{RootKey, folder};
use crate::secrets::Secrets;
use crate::store::Store;
use crate::tables::{self, Role};

const DOING: &str = "restore";

/// The file beside a store which says that it was put back and that too few were asked what it lacks. Whoever signs for its log looks
/// for it first.
pub const RESTORED: &str = "restored";

/// A backup that was verified and stands aside of its place.
pub struct Restoring {
    aside: PathBuf,
    into: PathBuf,
    store: Option<Store>,
    size: u64,
    root: Hash,
}

impl Restoring {
    /// Copies a backup aside of `into`, which is empty or not there, and verifies it: each file against its manifest, both manifests
    /// with each other, every act with its leaf. `also` names the files beside the store that may stand with the keys.
    ///
    /// # Errors
    /// When `into` holds anything, an earlier restore was interrupted, a file is missing or altered, the keys are older than the rest,
    /// or do not open it. What was copied is removed again.
    pub fn begin(
        from: &Path,
        keys: &Path,
        into: &Path,
        root_key: &RootKey,
        environment: Environment,
        also: &[&str],
    ) -> Result<Self> {
        let of_store = Manifest::read(from, false)?;
        let of_keys = Manifest::read(keys, true)?;
        fits(&of_store, &of_keys)?;
        empty(into, "the place of the store")?;
        let mut aside = into.as_os_str().to_owned();
        aside.push(".restoring");
        let aside = PathBuf::from(aside);
        if let Some(around) = aside.parent() {
            make(around, "the place of the store")?;
        }
        let made = DirBuilder::new().mode(0o700).create(&aside);
        made.map_err(file(DOING, "the place aside"))?;
        let Manifest { size, root, .. } = of_store;
        let mut restoring = Self {
            aside,
            into: into.to_owned(),
            store: None,
            size,
            root,
        };
        restoring.copy(
            from,
            &of_store,
            &[name(Role::Store), name(Role::Persons)],
            &[],
        )?;
        restoring.copy(keys, &of_keys, &[name(Role::Keys)], also)?;
        restoring.open(&of_store, root_key, environment)?;
        Ok(restoring)
    }

    /// How many leaves the log has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The store, as it will be.
    ///
    /// # Errors
    /// When it is closed, which it is not before [`Restoring::finish`].
    pub fn store(&self) -> Result<&Store> {
        self.store.as_ref().ok_or(Error::Stopped)
    }

    /// Puts it in its place. Unless witnesses were `asked` and enough of them have seen no more than it holds, [`RESTORED`] stands
    /// beside it.
    ///
    /// # Errors
    /// When the place is no longer empty, or cannot be written.
    pub fn finish(mut self, asked: bool) -> Result<()> {
        let failed = file(DOING, "the place of the store");
        // Closed, so that nothing of it stands in journals.
        drop(self.store.take());
        if !asked {
            let made = new_file(&self.aside.join(RESTORED)).map_err(&failed)?;
            settle(&made).map_err(&failed)?;
        }
        let within = File::open(&self.aside).map_err(&failed)?;
        settle(&within).map_err(&failed)?;
        // An empty folder gives way, any other refuses.
        fs::rename(&self.aside, &self.into).map_err(&failed)?;
        let around = folder(&self.into).map_err(&failed)?;
        settle(&around).map_err(failed)
    }

    /// Copies what a manifest names, which are these files and maybe those.
    fn copy(&self, from: &Path, said: &Manifest, these: &[&str], those: &[&str]) -> Result<()> {
        let named = |name: &&str| said.files.iter().any(|file| file.name == **name);
        let known = |name: &str| these.contains(&name) || those.contains(&name);
        if !these.iter().all(named) || !said.files.iter().all(|f| known(&f.name)) {
            let found = "a manifest names other files than a backup has".to_owned();
            return Err(Error::Backup { found });
        }
        for said in &said.files {
            let failed = file(DOING, "a file of the backup");
            let opened = File::open(from.join(&said.name)).map_err(&failed)?;
            let mut made = new_file(&self.aside.join(&said.name)).map_err(&failed)?;
            let copied = digest(&said.name, opened, &mut made).map_err(&failed)?;
            settle(&made).map_err(failed)?;
            if copied != *said {
                let found = format!("`{}` is not the file that its manifest says", said.name);
                return Err(Error::Backup { found });
            }
        }
        Ok(())
    }

    /// Opens the copy with a mark of its own, and audits it.
    fn open(&mut self, said: &Manifest, root: &RootKey, environment: Environment) -> Result<()> {
        let places = Places::in_folder(&self.aside);
        let (of_keys, id) = tables::open(Role::Keys, &Place::File(places.keys.clone()))?;
        let secrets = Secrets::open(root, id, &of_keys)?;
        drop(of_keys);
        let (size, root_hash) = (self.size, self.root);
        let first = Acknowledged {
            size,
            root: root_hash,
        };
        drop(Mark::create(
            &places.acknowledged,
            &environment,
            &secrets,
            first,
        )?);
        let store = Store::open(&places, root, environment)?;
        if id != said.store || store.size()? != size {
            let found = "it holds another store, or more of it, than its manifest says".to_owned();
            return Err(Error::Backup { found });
        }
        let audit = store.audit()?;
        let keyless = |found: &&Mismatch| matches!(found, Mismatch::Key { .. });
        let erased = audit.found.iter().filter(keyless).count();
        if erased > 0 {
            return Err(Error::ErasedSince { erased });
        }
        if let Some(found) = audit.found.into_iter().next() {
            return Err(found.into());
        }
        self.store = Some(store);
        Ok(())
    }
}

impl Drop for Restoring {
    /// Removes what was copied, if it was not put in place.
    fn drop(&mut self) {
        drop(self.store.take());
        fs::remove_dir_all(&self.aside).ok();
    }
}

/// Keys are of the same store, and at least as new: what was erased in between has none in them, and does not come back.
fn fits(store: &Manifest, keys: &Manifest) -> Result<()> {
    let found = if store.store != keys.store {
        "the keys are of another store"
    } else if keys.size < store.size {
        "the keys are older than the rest"
    } else if keys.size == store.size && keys.root != store.root {
        "the keys are of another history of the store"
    } else {
        return Ok(());
    };
    Err(Error::Backup {
        found: found.to_owned(),
    })
}
