//! `kill -9` of a writer at any moment: what was acknowledged is there, once, whole, and where it was said.

use std::collections::BTreeMap;
use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

use habeas_store::NoFaults;

use crate::backend::{Backend, Sqlite, act, record, world};
use crate::suite::sound;

const THREADS: usize = 8;
const CASES: usize = 20;

#[test]
fn nothing_acknowledged_is_lost_or_doubled() {
    let cycles = env::var("HABEAS_STORE_KILLS").map_or(10, |n| n.parse().unwrap());
    let site = Sqlite::fresh();
    let told = site.folder().join("told");
    let (mut acknowledged, mut unheard) = (0, 0);
    for cycle in 0..cycles {
        // Any number of acknowledgements, another for each cycle.
        let wanted = 1 + cycle * 7919 % 257;
        kill_after(wanted, site.folder(), cycle);
        let store = site.open().unwrap();
        let mut stored: BTreeMap<(String, String), u64> = BTreeMap::new();
        for case in store.cases() {
            let case = case.unwrap();
            assert_eq!(case.version, case.acts.len() as u64);
            for kept in case.acts {
                assert_eq!(kept.fields, act(&case.id, &kept.id).fields);
                let before = stored.insert((case.id.clone(), kept.id), kept.index.unwrap());
                assert_eq!(before, None);
            }
        }
        let lines = fs::read_to_string(&told).unwrap();
        acknowledged = 0;
        let mut heard = BTreeMap::new();
        for line in lines.lines() {
            let [case, id, index] = line.split('\t').collect::<Vec<_>>().try_into().unwrap();
            let key = (case.to_owned(), id.to_owned());
            assert_eq!(stored.get(&key), Some(&index.parse().unwrap()), "{line}");
            heard.insert(key, ());
            acknowledged += 1;
        }
        assert_eq!(sound(&store).acts, stored.len() as u64);
        // What was recorded and never answered is answered now, and not recorded again.
        let silent = stored.iter().filter(|(key, _)| !heard.contains_key(*key));
        let mut now_told = OpenOptions::new().append(true).open(&told).unwrap();
        for ((case, id), index) in silent {
            assert_eq!(record(&store, act(case, id)).index, *index);
            writeln!(now_told, "{case}\t{id}\t{index}").unwrap();
            unheard += 1;
        }
        assert_eq!(sound(&store).acts, stored.len() as u64);
    }
    assert!(acknowledged >= cycles);
    eprintln!("{cycles} kills, {acknowledged} acknowledged, {unheard} answered when repeated");
}

/// Starts the writer and kills it as soon as it has told of so many acts.
fn kill_after(wanted: u64, folder: &Path, cycle: u64) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "crash::until_it_is_killed"])
        .env("HABEAS_STORE_WRITES", folder)
        .env("HABEAS_STORE_CYCLE", cycle.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = child.stdout.take().unwrap();
    let mut heard = 0;
    let mut byte = [0];
    while heard < wanted {
        output.read_exact(&mut byte).unwrap();
        heard += u64::from(byte == *b".");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

/// What [`kill_after`] starts; without its folder there is nothing to do.
#[test]
fn until_it_is_killed() {
    let Some(folder) = env::var_os("HABEAS_STORE_WRITES") else {
        return;
    };
    let folder = Path::new(&folder);
    let cycle = env::var("HABEAS_STORE_CYCLE").unwrap();
    let store = Sqlite::at(folder).open_in(world(NoFaults)).unwrap();
    let append = || -> File {
        let told = folder.join("told");
        OpenOptions::new()
            .create(true)
            .append(true)
            .open(told)
            .unwrap()
    };
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let (store, cycle, mut told) = (&store, &cycle, append());
            scope.spawn(move || {
                for turn in 0.. {
                    let case = format!("case {}", (thread + turn) % CASES);
                    let id = format!("{cycle}-{thread}-{turn}");
                    let index = record(store, act(&case, &id)).index;
                    let line = format!("{case}\t{id}\t{index}\n");
                    told.write_all(line.as_bytes()).unwrap();
                    told.sync_data().unwrap();
                    std::io::stdout().write_all(b".").unwrap();
                    std::io::stdout().flush().unwrap();
                }
            });
        }
    });
}
