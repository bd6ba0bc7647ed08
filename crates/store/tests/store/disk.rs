//! A disk that is really full: what is refused says so, nothing that was answered is lost, reading goes on, and writing too as soon as there is room.
//!
//! A process of its own mounts a small disk of memory where nobody else sees it. It is root for that, or root among its own; where
//! neither is allowed a limit on the size of files stands for the disk, and it says so. A file of such a limit ends with another error
//! than that of a full disk, so that the store stops and is opened again.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::{self, File};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use habeas_store::{
    Due, Error, Export, NoFaults, Places, Recorded, Refused, RootKey, Running, Store,
};
use zeroize::Zeroizing;

use crate::backend::{act, world};
use crate::suite::{erasure, signer, sound};

/// The files that take their turn on the full disk.
const PLACES: [&str; 4] = ["store", "keys", "persons", "acknowledged"];

/// As much room as is left at most: more than a journal has when it is moved into its database.
const MOST: u64 = 5 << 20;

/// As much in the case of keys, which take little.
const MOST_FOR_KEYS: u64 = 1 << 20;

/// So often at most a store is asked that never finds the disk full.
const PATIENCE: u64 = 200;

/// How a small disk is had, the best first: its name, and what goes before the command that sees it at `$0`.
const DISKS: [(&str, &str, &[&str]); 3] = [
    (
        "a disk of memory, as root",
        "mount -t tmpfs -o size=24m tmpfs \"$0\" && exec \"$@\"",
        &["unshare", "--mount", "sh", "-c"],
    ),
    (
        "a disk of memory, as root among its own",
        "mount -t tmpfs -o size=24m tmpfs \"$0\" && exec \"$@\"",
        &[
            "unshare",
            "--user",
            "--map-root-user",
            "--mount",
            "sh",
            "-c",
        ],
    ),
    (LIMIT, "trap '' XFSZ && exec \"$@\"", &["sh", "-c"]),
];

const LIMIT: &str = "a limit on the size of files";

/// `HABEAS_STORE_DISKS` says at how many fillings each file is tried; 6 unless told.
#[test]
fn a_full_disk_loses_nothing() {
    let fillings = env::var("HABEAS_STORE_DISKS").unwrap_or_else(|_| "6".into());
    let folder = tempfile::tempdir().unwrap();
    let on = |disk: &(&str, &str, &[&str]), program: &Path| {
        let (_, script, before) = disk;
        let mut command = Command::new(before[0]);
        command
            .args(&before[1..])
            .arg(script)
            .arg(folder.path())
            .arg(program);
        command
    };
    let can = |disk: &&(&str, &str, &[&str])| {
        let tried = on(disk, Path::new("true")).output();
        tried.is_ok_and(|tried| tried.status.success())
    };
    let disk = DISKS.iter().find(can).unwrap();
    for place in PLACES {
        let done = on(disk, &env::current_exe().unwrap())
            .args([
                "--exact",
                "disk::in_a_process_with_a_small_disk",
                "--nocapture",
            ])
            .env("HABEAS_STORE_DISK", folder.path())
            .env("HABEAS_STORE_DISK_KIND", disk.0)
            .env("HABEAS_STORE_DISK_PLACE", place)
            .env("HABEAS_STORE_DISK_FILLINGS", &fillings)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{place}: {said}");
        let told: Vec<&str> = said
            .lines()
            .filter(|line| line.starts_with("full: "))
            .collect();
        assert_eq!(told.len(), 1, "{said}");
        eprintln!("{}", told[0]);
    }
}

/// The small disk, or what stands for it.
struct Disk {
    folder: PathBuf,
    limit: bool,
}

impl Disk {
    /// Leaves so much room.
    fn fill(&self, room: u64) {
        match self.limit {
            true => {
                let files = fs::read_dir(&self.folder).unwrap();
                let sizes = files.map(|file| file.unwrap().metadata().unwrap().len());
                self.limit_to(&(sizes.max().unwrap_or(0) + room).to_string());
            }
            false => {
                // What is free is what can be written until it cannot.
                let filler = File::create(self.filler()).unwrap();
                let page = [1; 4096];
                let mut size = 0;
                // A disk of memory counts its blocks in several places, and says early that there are none.
                let mut refused = 0;
                while refused < 100 {
                    match filler.write_all_at(&page, size) {
                        Ok(()) => size += page.len() as u64,
                        Err(_) => refused += 1,
                    }
                }
                filler.set_len(size.saturating_sub(room)).unwrap();
            }
        }
    }

    fn free(&self) {
        match self.limit {
            true => self.limit_to("unlimited"),
            false => fs::remove_file(self.filler()).unwrap(),
        }
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }

    fn limit_to(&self, size: &str) {
        let own = std::process::id().to_string();
        let limit = Command::new("prlimit")
            .args(["--pid", &own, &format!("--fsize={size}:unlimited")])
            .status();
        assert!(limit.unwrap().success());
    }
}

/// What became of one thing that was asked of a store without room.
#[derive(Debug, PartialEq)]
enum Told {
    Done,
    Full,
    Stopped,
}

fn told<T>(done: Result<T, Error>) -> Told {
    match done {
        Ok(_) => Told::Done,
        Err(Error::Full { .. } | Error::Refused(Refused::Full)) => Told::Full,
        Err(Error::Stopped | Error::Step { .. } | Error::Refused(Refused::Unanswered)) => {
            Told::Stopped
        }
        Err(other) => panic!("a full disk is told as: {other:?}"),
    }
}

/// A store of which one file stands on the small disk, and what it has answered.
struct Site {
    places: Places,
    root: RootKey,
    place: String,
    acts: BTreeMap<String, Recorded>,
    people: BTreeSet<u64>,
}

impl Site {
    fn open(&self) -> Result<Store, Error> {
        Store::open(&self.places, &self.root, world(NoFaults))
    }

    /// Asks for what writes to the file in question; what was answered is remembered.
    fn ask(&mut self, store: &Store, turn: u64) -> Told {
        if self.place == "persons" {
            let name = Zeroizing::new(vec![7; 2000]);
            let done = told(store.put_person("one", &turn.to_string(), name));
            if done == Told::Done {
                self.people.insert(turn);
            }
            return done;
        }
        let many = if self.place == "keys" { 300 } else { 3 };
        let ids: Vec<String> = (0..many).map(|n| format!("{turn} {n}")).collect();
        let acts = ids.iter().map(|id| act("one", id)).collect();
        let mut all = Told::Done;
        for (id, answer) in ids.into_iter().zip(store.record(acts)) {
            match answer {
                Ok(recorded) => drop(self.acts.insert(id, recorded)),
                Err(refused) => all = told::<()>(Err(Error::Refused(refused))),
            }
        }
        all
    }

    /// All that was answered is there, once, and as it was; the rest matches.
    fn look(&self, store: &Store) {
        let one = store.acts_of_case("one").unwrap();
        let mut there: BTreeMap<&str, u64> = BTreeMap::new();
        for kept in &one.acts {
            assert_eq!(kept.fields, act("one", &kept.id).fields);
            assert_eq!(there.insert(&kept.id, kept.index.unwrap()), None);
        }
        for (id, recorded) in &self.acts {
            assert_eq!(there.get(id.as_str()), Some(&recorded.index), "{id}");
        }
        assert!(sound(store).persons >= self.people.len() as u64);
    }
}

/// All that writes, asked while there is no room; none of it may end otherwise than done, or refused because the disk is full.
fn ask_all(store: &Store, turn: u64) -> Vec<Told> {
    let said = |answer: Result<Recorded, Refused>| told(answer.map_err(Error::Refused));
    let export = Export {
        case: "one".into(),
        kind: "print".into(),
        recipient: "the court".into(),
    };
    let due = vec![Due {
        rule: "custody".into(),
        ends: 5,
    }];
    let version = store.acts_of_case("one").unwrap().version;
    let running = Running {
        case: "one".into(),
        version,
        due,
    };
    vec![
        said(store.refusal(act("one", &format!("refused {turn}")))),
        said(store.attempt(act("one", &format!("tried {turn}")))),
        told(store.cover(1)),
        told(store.checkpoint(signer())),
        told(store.reindex(vec![running])),
        told(store.register_export(export)),
        told(store.put_person("one", "someone", Zeroizing::new(vec![1; 9000]))),
        told(store.erase(erasure(store, "one", Some("spared")))),
    ]
}

#[derive(Default)]
struct Counts {
    answered: u64,
    full: u64,
    stopped: u64,
    refused_beside: u64,
    opened: u64,
    unopened: u64,
    why: String,
}

/// What [`a_full_disk_loses_nothing`] starts; without its disk there is nothing to do.
#[test]
fn in_a_process_with_a_small_disk() {
    let Ok(folder) = env::var("HABEAS_STORE_DISK") else {
        return;
    };
    let [kind, place, fillings] = ["KIND", "PLACE", "FILLINGS"]
        .map(|name| env::var(format!("HABEAS_STORE_DISK_{name}")).unwrap());
    let fillings: u64 = fillings.parse().unwrap();
    let mut counts = Counts::default();
    for filling in 0..fillings {
        // Close together where there is little room, and up to more than a journal takes.
        let last = fillings.saturating_sub(1).max(1);
        let most = if place == "keys" { MOST_FOR_KEYS } else { MOST };
        let room = most * filling * filling / (last * last);
        let limit = kind == LIMIT;
        let folder = PathBuf::from(&folder);
        filled_to(&Disk { folder, limit }, &place, room, &mut counts);
    }
    let Counts {
        answered,
        full,
        stopped,
        refused_beside,
        opened,
        unopened,
        why,
    } = counts;
    eprintln!(
        "full: {place} on {kind}, at {fillings} fillings: {answered} answered and 0 lost, {full} times full and {stopped} times stopped, {refused_beside} of {} other things refused; while full {opened} times opened again, {unopened} times not yet{}{why}",
        fillings * 8,
        if why.is_empty() { "" } else { ": " }
    );
    assert!(full + stopped > 0 || place == "acknowledged");
}

/// Fills the disk until so much room is left, and goes on until there is none.
fn filled_to(disk: &Disk, place: &str, room: u64, counts: &mut Counts) {
    let elsewhere = tempfile::tempdir().unwrap();
    let mut places = Places::in_folder(elsewhere.path());
    let here = tempfile::tempdir_in(&disk.folder).unwrap();
    let disk = Disk {
        folder: here.path().to_owned(),
        limit: disk.limit,
    };
    for (name, path) in [
        ("store", &mut places.store),
        ("keys", &mut places.keys),
        ("persons", &mut places.persons),
        ("acknowledged", &mut places.acknowledged),
    ] {
        if name == place {
            *path = here.path().join(name);
        }
    }
    let world = world(NoFaults);
    let root = RootKey::create(&elsewhere.path().join("root.key"), &world).unwrap();
    Store::create(&places, &root, &world).unwrap();
    let mut site = Site {
        places,
        root,
        place: place.to_owned(),
        acts: BTreeMap::new(),
        people: BTreeSet::new(),
    };
    let mut store = site.open().unwrap();
    store.record(vec![act("one", "spared"), act("erasures", "first")]);
    assert_eq!(site.ask(&store, 0), Told::Done);
    disk.fill(room);
    // Until it is refused; the file of what was acknowledged never is, it has taken its room beforehand.
    let mut last = Told::Done;
    let mut turn = 1;
    while last == Told::Done && turn < PATIENCE {
        last = site.ask(&store, turn);
        turn += 1;
    }
    counts.full += u64::from(last == Told::Full);
    counts.stopped += u64::from(last == Told::Stopped);
    assert!(
        disk.limit || last != Told::Stopped,
        "{place}: a full disk stopped the store"
    );
    if !disk.limit {
        disk.free();
        disk.fill(0);
    }
    // Reading goes on.
    site.look(&store);
    for told in ask_all(&store, turn) {
        assert!(
            disk.limit || told != Told::Stopped,
            "{place}: a full disk stopped the store"
        );
        counts.refused_beside += u64::from(told != Told::Done);
    }
    site.look(&store);
    drop(store);
    if !disk.limit {
        disk.free();
        disk.fill(0);
    }
    // A store that is opened while the disk is full is opened, or says so.
    match site.open() {
        Ok(store) => {
            site.look(&store);
            counts.opened += 1;
        }
        Err(failed) => {
            assert!(
                matches!(failed, Error::Full { .. }) || disk.limit,
                "{failed:?}"
            );
            counts.unopened += 1;
            counts.why = failed.to_string();
        }
    }
    disk.free();
    store = site.open().unwrap();
    site.look(&store);
    // And what was refused is recorded, once.
    for again in [0, turn - 1, turn] {
        assert_eq!(site.ask(&store, again), Told::Done);
    }
    assert!(ask_all(&store, turn).iter().all(|told| *told == Told::Done));
    site.look(&store);
    counts.answered += (site.acts.len() + site.people.len()) as u64;
}
