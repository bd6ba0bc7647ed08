//! The log as static files, in the layout of tlog-tiles: tiles first, the checkpoint that needs them last.
//!
//! They are made from the store, can be made again from it, and never differ from it: a file that does stops the log. Each is written
//! aside, synced and renamed, so that who reads sees it whole or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use habeas_ledger::Hash;
use habeas_ledger::note::Note;
use habeas_ledger::tile::{
    Content, TILE_WIDTH, Tile, TileNodes, bundle_bytes, entry_bundles, hash_tiles, tile_bytes,
    tile_hashes,
};
use habeas_ledger::tree::{Subtree, subtree_hash};
use habeas_store::Store;

use crate::fault::{Fault, file};

const CHECKPOINT: &str = "checkpoint";

/// The folders in which a log is published.
#[derive(Debug)]
pub struct Tiles {
    /// The checkpoint and the tiles of hashes, for everybody.
    public: PathBuf,
    /// The entries, for those who may count acts: organs and mirrors.
    entries: Option<PathBuf>,
    /// All that a log of so many leaves has is written, as far as this process knows.
    written: u64,
}

impl Tiles {
    /// `public` gets the checkpoint and the tiles of hashes; `entries`, which may be the same folder, gets the entries, if it is named.
    #[must_use]
    pub fn new(public: PathBuf, entries: Option<PathBuf>) -> Self {
        Self {
            public,
            entries,
            written: 0,
        }
    }

    /// The checkpoint that was published last.
    pub(crate) fn published(&self) -> Result<Option<Note>, Fault> {
        let path = self.public.join(CHECKPOINT);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(Note::parse(&bytes)?)),
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(file("read", &path)(cause)),
        }
    }

    /// Writes what a log of `size` leaves has and is not there, and reads back that it leads to `root`. What is there already is
    /// compared, once by each process.
    pub(crate) fn grow(&mut self, store: &Store, size: u64, root: Hash) -> Result<(), Fault> {
        let mut changed = Changed::default();
        for tile in hash_tiles(self.written, size) {
            changed.put(&self.public, tile, &bytes_of(store, tile)?)?;
        }
        if let Some(entries) = &self.entries {
            for tile in entry_bundles(self.written, size) {
                changed.put(entries, tile, &bytes_of(store, tile)?)?;
            }
        }
        changed.settle()?;
        let read = |tile: Tile| -> Result<Vec<Hash>, Fault> {
            let path = self.public.join(tile.to_string());
            let bytes = fs::read(&path).map_err(file("read", &path))?;
            Ok(tile_hashes(tile, &bytes)?)
        };
        let whole = Subtree::whole(size)?;
        if subtree_hash(&TileNodes { size, read }, whole)? != root {
            return Err(Fault::Differs(self.public.join("tile")));
        }
        self.written = size;
        Ok(())
    }

    /// Shows a checkpoint of which all tiles were written.
    pub(crate) fn publish(&self, note: &str) -> Result<(), Fault> {
        let path = self.public.join(CHECKPOINT);
        // A log without leaves has no tile either.
        fs::create_dir_all(&self.public).map_err(file("make", &self.public))?;
        write(&path, note.as_bytes())?;
        sync_folder(&self.public)
    }
}

/// What a tile holds, from the store.
fn bytes_of(store: &Store, tile: Tile) -> Result<Vec<u8>, Fault> {
    let first = tile.index * TILE_WIDTH;
    let end = first + tile.width;
    Ok(match tile.content {
        Content::Entries => bundle_bytes(&store.entries(first, end)?)?,
        Content::Hashes(level) => tile_bytes(&store.tile_hashes(level, first, end)?),
    })
}

/// What is to be done after files were written.
#[derive(Default)]
struct Changed {
    /// Folders with new entries.
    folders: BTreeSet<PathBuf>,
    /// Folders of partial tiles that are full now.
    full: Vec<PathBuf>,
}

impl Changed {
    fn put(&mut self, root: &Path, tile: Tile, bytes: &[u8]) -> Result<(), Fault> {
        let path = root.join(tile.to_string());
        if tile.width == TILE_WIDTH {
            self.full.push(with_end(&path, ".p"));
        }
        match fs::read(&path) {
            Ok(found) if found == bytes => return Ok(()),
            Ok(_) => return Err(Fault::Differs(path)),
            Err(gone) if gone.kind() == io::ErrorKind::NotFound => {}
            Err(cause) => return Err(file("read", &path)(cause)),
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(file("make", folder))?;
        }
        write(&path, bytes)?;
        let within = path.ancestors().skip(1).take_while(|p| p.starts_with(root));
        self.folders.extend(within.map(Path::to_owned));
        Ok(())
    }

    /// Makes all durable, and only then removes what is no longer needed.
    fn settle(self) -> Result<(), Fault> {
        for folder in &self.folders {
            sync_folder(folder)?;
        }
        for partial in &self.full {
            match fs::remove_dir_all(partial) {
                Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
                    return Err(file("remove", partial)(cause));
                }
                _ => {}
            }
        }
        Ok(())
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// Writes a file aside, syncs it, and puts it in its place.
#[expect(
    clippy::disallowed_methods,
    reason = "published files: the store rests on none of them"
)]
fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let aside = with_end(path, ".new");
    let written = File::create(&aside).and_then(|mut made| {
        made.write_all(bytes)?;
        made.sync_all()
    });
    written.map_err(file("write", &aside))?;
    fs::rename(&aside, path).map_err(file("write", path))
}

#[expect(
    clippy::disallowed_methods,
    reason = "published files: the store rests on none of them"
)]
fn sync_folder(folder: &Path) -> Result<(), Fault> {
    let synced = File::open(folder).and_then(|opened| opened.sync_all());
    synced.map_err(file("sync", folder))
}
