//! `kill -9` of a writer at any moment: what was acknowledged is there, once, whole, and where it was said.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use habeas_store::{NewAct, NoFaults, Store};

use crate::backend::{Backend, Postgres, Sqlite, act, record, world};
use crate::suite::sound;

const THREADS: usize = 8;
const CASES: usize = 20;

/// So often one store is killed before the next begins: all of it is read again after each kill.
const LIVES: u64 = 30;

/// `HABEAS_STORE_KILLS` says how often; 30 unless told.
#[test]
fn nothing_acknowledged_is_lost_or_doubled() {
    let cycles: u64 = env::var("HABEAS_STORE_KILLS").map_or(30, |n| n.parse().unwrap());
    let (mut acknowledged, mut unheard, mut stores) = (0, 0, 0);
    for first in (0..cycles).step_by(usize::try_from(LIVES).unwrap()) {
        let site = Sqlite::fresh();
        stores += 1;
        let mut told = 0;
        for cycle in first..cycles.min(first + LIVES) {
            kill_after(heard_before(cycle), site.folder(), cycle);
            let silent;
            (told, silent) = recovered(&site);
            unheard += silent;
        }
        acknowledged += told;
    }
    assert!(acknowledged >= cycles);
    eprintln!(
        "{cycles} kills of {stores} stores, {acknowledged} acknowledged, {unheard} answered when repeated"
    );
}

/// Any number of acknowledgements, another for each cycle.
pub fn heard_before(cycle: u64) -> u64 {
    1 + cycle * 7919 % 257
}

/// Compares what a killed writer had told with what is there. How much it had told, and how much was
/// recorded and never answered: that is answered now.
pub fn recovered(site: &impl Backend) -> (u64, u64) {
    let told = site.folder().join("told");
    let store = site.open().unwrap();
    // Where several servers write, what was never answered may wait for its number still: the answer to a repetition tells it.
    let number = |case: &str, id: &str, index: Option<u64>| {
        index.unwrap_or_else(|| record(&store, act(case, id)).index)
    };
    let mut stored: BTreeMap<(String, String), u64> = BTreeMap::new();
    for case in store.cases() {
        let case = case.unwrap();
        assert_eq!(case.version, case.acts.len() as u64);
        for kept in case.acts {
            assert_eq!(kept.fields, act(&case.id, &kept.id).fields);
            let index = number(&case.id, &kept.id, kept.index);
            let before = stored.insert((case.id.clone(), kept.id), index);
            assert_eq!(before, None);
        }
    }
    let lines = fs::read_to_string(&told).unwrap();
    let (mut acknowledged, mut unheard) = (0, 0);
    let mut heard = BTreeSet::new();
    for line in lines.lines() {
        let [case, id, index] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
        let key = (case.to_owned(), id.to_owned());
        assert_eq!(stored.get(&key), Some(&index.parse().unwrap()), "{line}");
        heard.insert(key);
        acknowledged += 1;
    }
    assert_eq!(sound(&store).acts, stored.len() as u64);
    // What was recorded and never answered is answered now, and not recorded again.
    let silent = stored.iter().filter(|(key, _)| !heard.contains(*key));
    let mut now_told = OpenOptions::new().append(true).open(&told).unwrap();
    for ((case, id), index) in silent {
        assert_eq!(record(&store, act(case, id)).index, *index);
        writeln!(now_told, "{case}\t{id}\t{index}").unwrap();
        unheard += 1;
    }
    assert_eq!(sound(&store).acts, stored.len() as u64);
    (acknowledged, unheard)
}

/// Starts the writer and kills it as soon as it has told of so many acts.
fn kill_after(wanted: u64, folder: &Path, cycle: u64) {
    let mut child = started(wanted, folder, cycle);
    child.kill().unwrap();
    child.wait().unwrap();
}

/// Starts the writer and waits until it has told of so many acts.
pub fn started(wanted: u64, folder: &Path, cycle: u64) -> Child {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::until_it_is_killed"])
        .env("HABEAS_STORE_WRITES", folder)
        .env("HABEAS_STORE_CYCLE", cycle.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let output = child.stdout.as_mut().unwrap();
    let mut heard = 0;
    let mut byte = [0];
    while heard < wanted {
        output.read_exact(&mut byte).unwrap();
        heard += u64::from(byte == *b".");
    }
    child
}

/// What [`started`] starts; without its folder there is nothing to do.
#[test]
fn until_it_is_killed() {
    let Some(folder) = env::var_os("HABEAS_STORE_WRITES") else {
        return;
    };
    let folder = Path::new(&folder);
    let cycle = env::var("HABEAS_STORE_CYCLE").unwrap();
    let store = match Postgres::is_at(folder) {
        true => Postgres::at(folder).open_in(world(NoFaults)),
        false => Sqlite::at(folder).open_in(world(NoFaults)),
    };
    let store = store.unwrap();
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, cycle) = (&store, &cycle);
            scope.spawn(move || write(store, folder, cycle, thread));
        }
    });
}

/// Writes until the store does not answer any more.
fn write(store: &Store, folder: &Path, cycle: &str, thread: usize) {
    let mut options = OpenOptions::new();
    let told = options.create(true).append(true).open(folder.join("told"));
    let mut told: File = told.unwrap();
    for turn in 0.. {
        let case = format!("case {}", (thread + turn) % CASES);
        let id = format!("{cycle}-{thread}-{turn}");
        let new: NewAct = act(&case, &id);
        let Ok(recorded) = store.record(vec![new])[0] else {
            return;
        };
        let line = format!("{case}\t{id}\t{}\n", recorded.index);
        told.write_all(line.as_bytes()).unwrap();
        told.sync_data().unwrap();
        if std::io::stdout().write_all(b".").is_err() || std::io::stdout().flush().is_err() {
            return;
        }
    }
}
