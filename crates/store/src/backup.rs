//! Backups: a copy of all but the keys, a copy of the keys elsewhere, and never the root key.
//!
//! A copy is written anew and not page by page, so that nothing of what was erased is in it. A store on SQLite alone: another
//! database has tools of its own.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use habeas_ledger::Hash;

use crate::error::{Error, Result, file};
use crate::manifest::{Copied, Manifest, digest};
use crate::mark::Acknowledged;
use crate::places::Place;
use crate::recover;
use crate::store::Store;
use crate::tables::{self, Role};
use crate::writer::Writer;

const DOING: &str = "make a backup";

/// What was copied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// How many leaves the log has in it.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// How many bytes, in both folders.
    pub bytes: u64,
}

impl Store {
    /// Copies acts, log and persons into the folder `store` and the keys into the folder `keys`, together with the files `also`, and
    /// verifies what it wrote. Both folders are made, or are empty. Nothing is recorded meanwhile.
    ///
    /// Keys are copied apart because a copy of them undoes what is erased later: it is kept for a short time.
    ///
    /// # Errors
    /// When a folder holds anything, cannot be written, or what was written does not match. The store goes on all the same.
    pub fn backup(&self, store: &Path, keys: &Path, also: Vec<PathBuf>) -> Result<Backup> {
        let (store, keys) = (store.to_owned(), keys.to_owned());
        if store == keys {
            return Err(Error::Backup {
                found: "the keys are to stand elsewhere than what they open".to_owned(),
            });
        }
        // What goes wrong with a copy says nothing of the store: it does not stop.
        self.alone(move |writer| Ok(writer.backup(&store, &keys, &also)))?
    }
}

/// The name of a database in a backup, as in a folder of its own.
pub(crate) fn name(role: Role) -> &'static str {
    match role {
        Role::Store => "store.db",
        Role::Keys => "keys.db",
        Role::Persons => "persons.db",
    }
}

impl Writer {
    fn backup(&self, store: &Path, keys: &Path, also: &[PathBuf]) -> Result<Backup> {
        for (folder, what) in [
            (store, "the folder of the backup"),
            (keys, "the folder of the keys' backup"),
        ] {
            empty(folder, what)?;
            make(folder, what)?;
        }
        for (role, connection, folder) in [
            (Role::Store, &self.store, store),
            (Role::Persons, &self.persons, store),
            (Role::Keys, &self.spare.keys, keys),
        ] {
            let path = folder.join(name(role));
            let failed = file(DOING, role.what());
            let made = new_file(&path).map_err(&failed)?;
            tables::copy_into(connection, &path)?;
            settle(&made).map_err(failed)?;
        }
        let said = Acknowledged::of(&self.head()?);
        let Acknowledged { size, root } = said;
        self.verify(store, keys, said)?;
        let mut of_keys = vec![read(keys, name(Role::Keys))?];
        for path in also {
            of_keys.push(copy_also(path, keys)?);
        }
        let of_store = vec![
            read(store, name(Role::Store))?,
            read(store, name(Role::Persons))?,
        ];
        let bytes = of_keys.iter().chain(&of_store).map(|file| file.bytes).sum();
        for (keys_too, folder, files) in [(true, keys, of_keys), (false, store, of_store)] {
            let manifest = Manifest {
                keys: keys_too,
                store: *self.secrets.id(),
                size,
                root,
                files,
            };
            manifest.write(folder)?;
        }
        Ok(Backup { size, root, bytes })
    }

    /// Opens the copies and checks them as a store is checked when it is opened.
    fn verify(&self, store: &Path, keys: &Path, said: Acknowledged) -> Result<()> {
        let open = |role, folder: &Path| {
            let (opened, id) = tables::open(role, &Place::File(folder.join(name(role))))?;
            let damage = tables::damage(role, &opened);
            match damage.into_iter().next() {
                Some(found) => Err(Error::Mismatch(found)),
                None if id == *self.secrets.id() => Ok(opened),
                None => Err(Error::Unfit {
                    what: role.what(),
                    found: "belongs to another store than the key store",
                }),
            }
        };
        let copied = open(Role::Store, store)?;
        let persons = open(Role::Persons, store)?;
        recover::check(&copied, said)?;
        recover::last_key(&copied, &persons, &open(Role::Keys, keys)?).map(drop)
    }
}

fn copy_also(path: &Path, keys: &Path) -> Result<Copied> {
    let failed = file(DOING, "a file beside the store");
    let name = path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
    let from = File::open(path).map_err(&failed)?;
    let mut to = new_file(&keys.join(name)).map_err(&failed)?;
    let copied = digest(name, from, &mut to).map_err(&failed)?;
    settle(&to).map_err(failed)?;
    Ok(copied)
}

/// Reads again what was written.
fn read(folder: &Path, name: &str) -> Result<Copied> {
    let failed = file(DOING, "a copy");
    let opened = File::open(folder.join(name)).map_err(&failed)?;
    digest(name, opened, io::sink()).map_err(failed)
}

/// Refuses a folder that holds anything. One that is not there is empty.
pub(crate) fn empty(folder: &Path, what: &'static str) -> Result<()> {
    match fs::read_dir(folder) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Error::NotEmpty { what }),
        },
        Err(gone) if gone.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(cause) => Err(file("look into a folder", what)(cause)),
    }
}

/// Makes a folder and those that lead to it, each for its owner alone.
pub(crate) fn make(folder: &Path, what: &'static str) -> Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(file("make a folder", what))
}

/// A new file that its owner alone can read.
pub(crate) fn new_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Writes a copy, or its folder, through to the disk.
#[expect(
    clippy::disallowed_methods,
    reason = "a copy: no store rests on it before all of it was verified"
)]
pub(crate) fn settle(file: &File) -> io::Result<()> {
    file.sync_all()
}
