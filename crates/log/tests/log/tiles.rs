//! What is published is read by an independent implementation, and never differs from the store.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use habeas_ledger::tile::bundle_entries;
use habeas_log::Fault;
use habeas_store::Store;
use signed_note::{StandardVerifier, VerifierList};
use tempfile::tempdir;
use tlog_tiles::tile::{Tile, TileHashReader, TileReader};
use tlog_tiles::tlog;

use crate::support::{ORIGIN, Site, TODAY, log_key, publishing, record};

/// Reads a published folder as a stranger does.
struct Reader<'a>(&'a Path);

impl TileReader for Reader<'_> {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[Tile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile: &Tile| {
            // It writes the height of its tiles into their paths; the layout has it fixed.
            let path = tile.path().replacen("tile/8/", "tile/", 1);
            let full = path.split(".p/").next().unwrap_or(&path).to_owned();
            let bytes = fs::read(self.0.join(&path)).or_else(|_| fs::read(self.0.join(full)));
            let mut bytes = bytes.map_err(|e| tlog::Error::InvalidInput(format!("{path}: {e}")))?;
            bytes.truncate(32 * tile.width() as usize);
            Ok(bytes)
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[Tile], _: &[Vec<u8>]) {}
}

/// Size and root of the published checkpoint, by a peer that verifies its signature.
fn published(folder: &Path) -> (u64, tlog::Hash) {
    let bytes = fs::read(folder.join("checkpoint")).unwrap();
    let note = signed_note::Note::from_bytes(&bytes).unwrap();
    let verifier = StandardVerifier::new(&log_key().verifier().to_string()).unwrap();
    let known = VerifierList::new(vec![Box::new(verifier)]);
    assert_eq!(note.verify(&known).unwrap().0.len(), 1);
    let checkpoint = tlog_tiles::checkpoint::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!(checkpoint.origin(), ORIGIN);
    (checkpoint.size(), *checkpoint.hash())
}

/// Every file under a folder, and what it holds.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// Proves some leaves of the published log, whose entries come from its bundles.
fn verify(folder: &Path, store: &Store) {
    let (size, root) = published(folder);
    let reader = Reader(folder);
    let hashes = TileHashReader::new(size, root, &reader);
    assert_eq!(tlog::tree_hash(size, &hashes).unwrap(), root);
    for index in (0..size).step_by(97).chain([size - 1]) {
        let bundle = Tile::new(8, 0, index / 256, 256, true).path();
        let full = bundle.replacen("tile/8/data/", "tile/entries/", 1);
        let width = (size - index / 256 * 256).min(256);
        let partial = format!("{full}.p/{width}");
        let name = if width == 256 { &full } else { &partial };
        let bytes = fs::read(folder.join(name)).unwrap();
        let entry = bundle_entries(&bytes, width).unwrap()[(index % 256) as usize].to_vec();
        assert_eq!(
            store.entries(index, index + 1).unwrap(),
            std::slice::from_ref(&entry)
        );
        let proof = tlog::prove_record(size, index, &hashes).unwrap();
        tlog::check_record(&proof, size, root, index, tlog::record_hash(&entry)).unwrap();
    }
}

#[test]
fn a_stranger_verifies_what_is_published() {
    let folder = tempdir().unwrap();
    let site = Site::new();
    let store = site.open();
    let empty = folder.path().join("empty");
    publishing(&site, &empty, 0).round(&store, TODAY).unwrap();
    assert_eq!(published(&empty), (0, tlog::EMPTY_HASH));
    fs::remove_dir_all(empty).unwrap();
    let mut log = publishing(&site, folder.path(), 0);
    record(&store, "a");
    // Over the ends of tiles of two levels.
    for (grow, size) in [
        (0, 1),
        (100, 101),
        (154, 255),
        (1, 256),
        (1, 257),
        (65_400, 65_657),
    ] {
        store.cover(grow).unwrap();
        let done = log.round(&store, TODAY).unwrap();
        assert_eq!(done.size, size);
        verify(folder.path(), &store);
    }
    // Partial tiles went when theirs was full; those of the last tiles are there.
    let paths: Vec<String> = files(folder.path())
        .keys()
        .map(|path| path.display().to_string())
        .collect();
    assert!(
        !paths
            .iter()
            .any(|path| path.contains("000.p/") && path.starts_with("tile/0/"))
    );
    assert!(paths.contains(&"tile/0/256.p/121".to_owned()));
    assert!(!paths.contains(&"tile/1/001".to_owned()));
    assert!(paths.contains(&"tile/1/000".to_owned()));
    assert!(paths.contains(&"tile/2/000.p/1".to_owned()));
    assert!(!paths.iter().any(|path| path.ends_with(".new")));

    // All of it can be made again.
    let before = files(folder.path());
    let anew = tempdir().unwrap();
    publishing(&site, anew.path(), 0)
        .round(&store, TODAY)
        .unwrap();
    verify(anew.path(), &store);
    let now = files(anew.path());
    for (path, bytes) in &now {
        assert_eq!(before.get(path), Some(bytes), "{}", path.display());
    }
    // A file that is missing comes back; nothing else changes.
    fs::remove_file(folder.path().join("tile/0/003")).unwrap();
    fs::remove_dir_all(folder.path().join("tile/entries")).unwrap();
    publishing(&site, folder.path(), 0)
        .round(&store, TODAY)
        .unwrap();
    verify(folder.path(), &store);
    let whole = files(folder.path());
    assert!(
        now.iter()
            .all(|(path, bytes)| whole.get(path) == Some(bytes))
    );
}

#[test]
fn a_file_that_differs_stops_the_log() {
    let folder = tempdir().unwrap();
    let site = Site::new();
    let store = site.open();
    store.cover(300).unwrap();
    publishing(&site, folder.path(), 0)
        .round(&store, TODAY)
        .unwrap();
    let published = files(folder.path());
    let mut spoilt = 0;
    for (name, bytes) in published
        .iter()
        .filter(|(name, _)| name.starts_with("tile"))
    {
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            fs::write(folder.path().join(name), changed).unwrap();
            let fault = publishing(&site, folder.path(), 0).round(&store, TODAY);
            let fault = fault.unwrap_err();
            assert!(
                matches!(&fault, Fault::Differs(path) if path.ends_with(name)),
                "{fault}"
            );
            assert!(!fault.is_passing() && fault.hint().is_some());
            fs::write(folder.path().join(name), bytes).unwrap();
            spoilt += 1;
        }
    }
    assert_eq!(spoilt, 3 * 5);
    publishing(&site, folder.path(), 0)
        .round(&store, TODAY)
        .unwrap();
}

/// Entries tell how many acts there were; without a folder of their own they are not written.
#[test]
fn entries_are_for_those_who_may_have_them() {
    let (public, own) = (tempdir().unwrap(), tempdir().unwrap());
    let site = Site::new();
    let store = site.open();
    store.cover(5).unwrap();
    for entries in [None, Some(own.path().to_owned())] {
        let named = entries.is_some();
        let mut log = habeas_log::Log::new(habeas_log::Setup {
            tiles: Some(habeas_log::Tiles::new(public.path().to_owned(), entries)),
            multiple: 0,
            ..crate::support::setup(&site, None, &crate::support::Heard::default())
        })
        .unwrap();
        log.round(&store, TODAY).unwrap();
        assert!(!public.path().join("tile/entries").exists());
        assert_eq!(own.path().join("tile/entries/000.p/5").exists(), named);
    }
}
