//! Many clients at the same cases at once: each case's versions follow one another, and of two acts that exclude each other one wins.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::sync::{Barrier, Mutex};

use habeas_store::{NewAct, Refused, Store};

use crate::backend::{Backend, Postgres, Sqlite, act};
use crate::suite::sound;

const CLIENTS: u64 = 32;
const CASES: u64 = 100;

/// So many acts unless told by `HABEAS_STORE_CONFLICTS`.
const ACTS: u64 = 1500;

fn acts() -> u64 {
    env::var("HABEAS_STORE_CONFLICTS").map_or(ACTS, |n| n.parse().unwrap())
}

/// What a client was told: case, id, version, number of the leaf.
type History = Mutex<Vec<(String, String, u64, u64)>>;

fn seeing(case: &str, id: &str, version: u64) -> NewAct {
    NewAct {
        version: Some(version),
        ..act(case, id)
    }
}

/// Records acts in few cases from many clients, each seeing a version and told when the case has moved on. Tells how often.
fn storm(stores: &[&Store], history: &History) -> u64 {
    let client = |client: u64| {
        let store = stores[usize::try_from(client).unwrap() % stores.len()];
        let mut seen: BTreeMap<u64, u64> = BTreeMap::new();
        let mut stale = 0;
        for turn in 0..acts() / CLIENTS {
            // The cases are not met evenly: every second time one of ten.
            let among = if turn % 2 == 0 { 10 } else { CASES };
            let number = (client * 7 + turn * 13) % among;
            let (case, id) = (format!("hot {number}"), format!("{client}-{turn}"));
            let version = seen.entry(number).or_default();
            let told = loop {
                match store.record(vec![seeing(&case, &id, *version)])[0] {
                    Ok(told) => break told,
                    Err(Refused::Stale { version: now }) => {
                        assert_ne!(now, *version);
                        (*version, stale) = (now, stale + 1);
                    }
                    Err(refused) => panic!("{refused}"),
                }
            };
            assert_eq!(told.version, *version + 1);
            *version = told.version;
            let mut history = history.lock().unwrap();
            history.push((case, id, told.version, told.index));
        }
        stale
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| scope.spawn(move || client(n)))
            .collect();
        clients.into_iter().map(|c| c.join().unwrap()).sum()
    })
}

/// What was told is what is there: no version twice, none left out, each with the act that was told it, in the order of the log.
fn checked(store: &Store, history: History) -> usize {
    let mut cases: BTreeMap<String, BTreeMap<u64, (String, u64)>> = BTreeMap::new();
    let mut indexes = BTreeSet::new();
    for (case, id, version, index) in history.into_inner().unwrap() {
        assert!(indexes.insert(index), "number {index} was given twice");
        let twice = cases.entry(case).or_default().insert(version, (id, index));
        assert_eq!(twice, None);
    }
    for (case, told) in &cases {
        let record = store.acts_of_case(case).unwrap();
        assert_eq!(record.version, told.len() as u64);
        let versions: Vec<u64> = told.keys().copied().collect();
        assert_eq!(versions, (1..=record.version).collect::<Vec<_>>());
        let stored = record.acts.into_iter().map(|a| (a.id, a.index.unwrap()));
        assert!(stored.eq(told.values().cloned()), "{case}");
        assert!(told.values().is_sorted_by_key(|(_, index)| *index));
    }
    assert_eq!(sound(store).acts, indexes.len() as u64);
    indexes.len()
}

/// Pairs of acts that saw the same: exactly one is recorded, the other is told what it did not see.
fn pairs(stores: &[&Store], pairs: u64) {
    let barrier = Barrier::new(2);
    let side = |side: usize| {
        let store = stores[side % stores.len()];
        (0..pairs)
            .map(|pair| {
                barrier.wait();
                let id = ["release", "extend"][side];
                // In every second pair the case is new to both.
                let (case, version) = match pair % 2 {
                    0 => (format!("new {pair}"), 0),
                    _ => ("one".to_owned(), pair / 2),
                };
                store.record(vec![seeing(&case, &format!("{id} {pair}"), version)])[0]
            })
            .collect::<Vec<_>>()
    };
    let (left, right) = std::thread::scope(|scope| {
        let left = scope.spawn(|| side(0));
        let right = scope.spawn(|| side(1));
        (left.join().unwrap(), right.join().unwrap())
    });
    for (left, right) in left.into_iter().zip(right) {
        let (won, lost) = match left {
            Ok(won) => (won, right),
            Err(_) => (right.unwrap(), left),
        };
        let version = won.version;
        assert_eq!(lost, Err(Refused::Stale { version }));
    }
}

fn conflicts(stores: &[&Store]) {
    let history = History::default();
    let stale = storm(stores, &history);
    assert!(stale > 0);
    let all = checked(stores[0], history);
    let many = acts() / 10;
    pairs(stores, many);
    sound(stores[0]);
    eprintln!(
        "{all} acts of {CLIENTS} clients, {stale} told that they saw too little; {many} pairs"
    );
}

#[test]
fn on_sqlite() {
    conflicts(&[&Sqlite::fresh().open().unwrap()]);
}

#[test]
fn on_postgresql() {
    conflicts(&[&Postgres::fresh().open().unwrap()]);
}

#[test]
fn on_postgresql_from_two_servers() {
    let site = Postgres::fresh();
    let first = site.open().unwrap();
    let further = site.further();
    conflicts(&[&first, &further.open().unwrap()]);
}
