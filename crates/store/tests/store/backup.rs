//! Drills: backups at several moments put back into clean and dirty places, with spoilt files, other keys, and after erasures.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use habeas_store::{
    Environment, Error, NoFaults, Places, RESTORED, Restoring, Result, RootKey, Store,
};
use tempfile::{TempDir, tempdir};

use crate::backend::{Backend, Sqlite, act, record, with, world};
use crate::suite::{erasure, signer, sound};

/// Where a backup stands.
struct Made {
    folder: TempDir,
}

impl Made {
    fn of(store: &Store) -> Self {
        let folder = tempdir().unwrap();
        let made = Self { folder };
        let done = store
            .backup(&made.store(), &made.keys(), Vec::new())
            .unwrap();
        assert_eq!(done.size, store.size().unwrap());
        assert!(done.bytes > 3 * 4096);
        made
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("store")
    }

    fn keys(&self) -> PathBuf {
        self.folder.path().join("keys")
    }

    fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for folder in [self.store(), self.keys()] {
            let entries = fs::read_dir(folder).unwrap();
            files.extend(entries.map(|entry| entry.unwrap().path()));
        }
        files.sort();
        files
    }
}

fn environment() -> Environment {
    world(NoFaults)
}

fn begin(site: &Sqlite, made: &Made, into: &Path) -> Result<Restoring> {
    let root = RootKey::read(&site.root()).unwrap();
    Restoring::begin(&made.store(), &made.keys(), into, &root, environment(), &[])
}

/// Puts it back where nothing is, and opens it.
fn restored(site: &Sqlite, made: &Made, place: &TempDir) -> Store {
    let into = place.path().join("store");
    begin(site, made, &into).unwrap().finish(true).unwrap();
    assert!(!into.join(RESTORED).exists());
    let root = RootKey::read(&site.root()).unwrap();
    Store::open(&Places::in_folder(&into), &root, environment()).unwrap()
}

/// Every act with what it says.
fn said(store: &Store) -> BTreeSet<(String, String, Vec<u8>)> {
    let cases = store.cases().map(|case| case.unwrap());
    let all = cases.flat_map(|case| {
        let id = case.id.clone();
        let acts = case.acts.into_iter();
        acts.map(move |act| (id.clone(), act.id, act.fields[1].value.clone()))
    });
    all.collect()
}

#[test]
fn what_was_backed_up_comes_back() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    let mut made = Vec::new();
    // While the store is open, empty, after a checkpoint, with an act beyond it, after an erasure.
    made.push((Made::of(&store), said(&store)));
    for id in ["a", "b", "c"] {
        record(&store, act("one", id));
    }
    store
        .put_person("one", "p", zeroize::Zeroizing::new(b"name".to_vec()))
        .unwrap();
    store.checkpoint(signer()).unwrap();
    made.push((Made::of(&store), said(&store)));
    record(&store, act("two", "a"));
    store.erase(erasure(&store, "one", Some("b"))).unwrap();
    made.push((Made::of(&store), said(&store)));
    let before = sound(&store);
    for (made, said_then) in &made {
        for file in made.files() {
            let mode = fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o077, 0, "{}", file.display());
        }
        let place = tempdir().unwrap();
        let back = restored(&site, made, &place);
        assert_eq!(said(&back), *said_then);
        sound(&back);
        // It goes on.
        record(&back, act("three", "a"));
        sound(&back);
    }
    let place = tempdir().unwrap();
    let back = restored(&site, &made[2].0, &place);
    assert_eq!(sound(&back), before);
    assert_eq!(**back.person("one", "p").unwrap().unwrap(), *b"name");
    // A repetition is known.
    assert_eq!(record(&back, act("one", "a")).index, 0);
    // The root key is in none of them.
    let root = fs::read(site.root()).unwrap();
    for file in made.iter().flat_map(|(made, _)| made.files()) {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(64).any(|window| window == &root[..64]));
    }
}

/// A place that holds anything is refused, and stays as it is.
#[test]
fn a_dirty_place_is_refused() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    let made = Made::of(&store);
    drop(store);
    let refused = |into: &Path, says: &str| {
        let before = listing(into);
        let refused = begin(&site, &made, into).err().unwrap();
        assert!(refused.to_string().contains(says), "{refused}");
        assert_eq!(listing(into), before);
    };
    // A store that is there; a stray file; the remains of a restore that was interrupted.
    refused(site.folder(), "the place of the store is not empty");
    let stray = tempdir().unwrap();
    fs::write(stray.path().join("store.db-wal"), "").unwrap();
    refused(stray.path(), "the place of the store is not empty");
    let place = tempdir().unwrap();
    let aside = place.path().join("store.restoring");
    fs::create_dir(&aside).unwrap();
    refused(
        &place.path().join("store"),
        "the place aside is there already",
    );
    assert!(aside.exists());
    // An empty folder is fine, and so is one that becomes dirty only later not.
    let place = tempdir().unwrap();
    let into = place.path().join("store");
    fs::create_dir(&into).unwrap();
    let restoring = begin(&site, &made, &into).unwrap();
    fs::write(into.join("stray"), "").unwrap();
    assert!(restoring.finish(true).is_err());
    assert_eq!(listing(place.path()), ["store"]);
    // And backups are made over nothing.
    let store = site.open().unwrap();
    let again = store.backup(&made.store(), &place.path().join("keys"), Vec::new());
    assert!(matches!(again, Err(Error::NotEmpty { .. })));
    let same = store.backup(&place.path().join("x"), &place.path().join("x"), Vec::new());
    assert!(matches!(same, Err(Error::Backup { .. })));
    record(&store, act("one", "b"));
}

fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).map(|entries| {
        let name = |entry: std::io::Result<fs::DirEntry>| entry.unwrap().file_name();
        entries
            .map(|entry| name(entry).into_string().unwrap())
            .collect()
    });
    let mut names: Vec<String> = entries.unwrap_or_default();
    names.sort();
    names
}

/// A flipped bit anywhere, a missing or a cut file: nothing is put in place.
#[test]
fn a_spoilt_backup_is_refused() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    for id in ["a", "b"] {
        record(&store, act("one", id));
    }
    let made = Made::of(&store);
    drop(store);
    let refused = |file: &Path, to: Option<&[u8]>| {
        let bytes = fs::read(file).unwrap();
        match to {
            None => fs::remove_file(file).unwrap(),
            Some(spoilt) => fs::write(file, spoilt).unwrap(),
        }
        let place = tempdir().unwrap();
        let into = place.path().join("store");
        assert!(begin(&site, &made, &into).is_err(), "{}", file.display());
        assert!(listing(&into).is_empty() && listing(place.path()) != ["store.restoring"]);
        fs::write(file, bytes).unwrap();
    };
    let mut spoilt = 0;
    for file in made.files() {
        let bytes = fs::read(&file).unwrap();
        refused(&file, None);
        refused(&file, Some(&bytes[..bytes.len() - 1]));
        for at in (0..bytes.len()).step_by(bytes.len() / 7 + 1) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x10;
            refused(&file, Some(&changed));
            spoilt += 1;
        }
    }
    assert!(spoilt > 20);
    let place = tempdir().unwrap();
    restored(&site, &made, &place);
}

#[test]
fn keys_and_the_rest_belong_together() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    let older = Made::of(&store);
    record(&store, act("one", "b"));
    let newer = Made::of(&store);
    drop(store);
    let other = Sqlite::fresh();
    let foreign = Made::of(&other.open().unwrap());
    let mix = |store: &Made, keys: &Made, root: &Path| {
        let place = tempdir().unwrap();
        let root = RootKey::read(root).unwrap();
        let into = place.path().join("store");
        let begun = Restoring::begin(
            &store.store(),
            &keys.keys(),
            &into,
            &root,
            environment(),
            &[],
        );
        begun
            .map(|restoring| restoring.size())
            .map_err(|refused| refused.to_string())
    };
    let root = site.root();
    assert_eq!(mix(&older, &newer, &root), Ok(1));
    let says = |refused: std::result::Result<u64, String>, what: &str| {
        assert!(
            refused.as_ref().is_err_and(|said| said.contains(what)),
            "{refused:?}"
        );
    };
    says(
        mix(&newer, &older, &root),
        "the keys are older than the rest",
    );
    says(
        mix(&newer, &foreign, &root),
        "the keys are of another store",
    );
    says(
        mix(&newer, &newer, &other.root()),
        "the root key does not open",
    );
}

/// What was erased does not come back with the newest keys; with keys from before the erasure it would, and that is what they are.
#[test]
fn what_was_erased_stays_erased_with_newer_keys() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    record(&store, with("one", "a", b"canary"));
    record(&store, act("one", "b"));
    record(&store, act("two", "a"));
    let before = Made::of(&store);
    store.erase(erasure(&store, "one", Some("a"))).unwrap();
    let after = Made::of(&store);
    drop(store);
    let root = RootKey::read(&site.root()).unwrap();
    let place = tempdir().unwrap();
    let into = place.path().join("store");
    let begun = |store: &Made, keys: &Made| {
        Restoring::begin(
            &store.store(),
            &keys.keys(),
            &into,
            &root,
            environment(),
            &[],
        )
    };
    assert!(matches!(
        begun(&before, &after).err(),
        Some(Error::ErasedSince { erased: 1 })
    ));
    assert!(listing(place.path()).len() <= 1 && listing(&into).is_empty());
    let clean = begun(&after, &after).unwrap();
    let record = clean.store().unwrap().acts_of_case("one").unwrap();
    assert_eq!(record.erased, [0]);
    drop(clean);
    let resurrected = begun(&before, &before).unwrap();
    assert_eq!(
        resurrected
            .store()
            .unwrap()
            .acts_of_case("one")
            .unwrap()
            .acts
            .len(),
        2
    );
}

/// Unless witnesses were asked, the store says so beside itself.
#[test]
fn a_store_that_nobody_was_asked_about_says_so() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    let made = Made::of(&store);
    let place = tempdir().unwrap();
    let into = place.path().join("deep/store");
    begin(&site, &made, &into).unwrap().finish(false).unwrap();
    assert!(into.join(RESTORED).exists());
    let mode = fs::metadata(&into).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}
