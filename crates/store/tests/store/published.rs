//! What others are shown of a log is what its leaves give, and intervals grow by multiples.

use habeas_ledger::hash::leaf_hash;
use habeas_ledger::leaf::Entry;
use habeas_ledger::proof::{verify_consistency, verify_inclusion};
use habeas_ledger::tree::{Frontier, Subtree};
use habeas_store::Store;

use crate::backend::{Backend, Sqlite, TODAY, act, record};
use crate::suite::{signer, sound};

/// The root over the first leaves, computed from the entries alone.
fn root(store: &Store, size: u64) -> habeas_ledger::Hash {
    let mut frontier = Frontier::default();
    for entry in store.entries(0, size).unwrap() {
        frontier.append(leaf_hash(&entry), |_, _| {}).unwrap();
    }
    assert_eq!(frontier.size(), size);
    frontier.root()
}

#[test]
fn earlier_roots_and_proofs_between_them() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    store.cover(600).unwrap();
    record(&store, act("one", "a"));
    assert_eq!(store.size().unwrap(), 601);
    for (old, new) in [(1, 2), (255, 256), (256, 600), (512, 601), (600, 601)] {
        let (before, after) = (root(&store, old), root(&store, new));
        assert_eq!(store.root_at(old).unwrap(), before);
        let proof = store.consistency(old, new).unwrap();
        verify_consistency(old, &before, new, &after, &proof).unwrap();
    }
    assert_eq!(store.root_at(0).unwrap(), habeas_ledger::hash::empty_root());
    assert!(store.root_at(602).is_err() && store.consistency(5, 602).is_err());
    let over = |first, end| {
        let mut frontier = Frontier::default();
        for hash in store.tile_hashes(0, first, end).unwrap() {
            frontier.append(hash, |_, _| {}).unwrap();
        }
        frontier.root()
    };
    assert_eq!(
        store.tile_hashes(1, 0, 3).unwrap(),
        [over(0, 256), over(256, 512)]
    );
}

#[test]
fn an_interval_ends_with_a_multiple_and_within_itself() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    // The clock stands at the end of the interval already.
    let end = |multiple| store.end_interval(signer(), TODAY, multiple).unwrap().size;
    assert_eq!(end(0), 0);
    assert_eq!((end(4), end(4)), (4, 8));
    let logged = |store: &Store| {
        let entries = store.entries(0, 100).unwrap();
        entries
            .iter()
            .map(|entry| Entry::from_bytes(entry).unwrap().logged())
            .collect::<Vec<u64>>()
    };
    assert_eq!(logged(&store), [TODAY - 10; 8]);
    for id in ["a", "b", "c", "d", "e"] {
        record(&store, act("one", id));
    }
    assert_eq!(end(4), 16);
    // Never before what was logged.
    assert!(logged(&store)[8..].iter().all(|logged| *logged == TODAY));
    assert_eq!((end(1), end(0)), (17, 17));
    let audit = sound(&store);
    assert_eq!((audit.acts, audit.covers, audit.checkpoints), (5, 12, 5));
    store.store_cosignature(17, "w", "line").unwrap();
    assert_eq!(store.cosignatures(17).unwrap(), ["line"]);
}

/// Of the checkpoints over a leaf the earliest that was published comes first, each with the proof to its own root.
#[test]
fn earlier_checkpoints_make_receipts_too() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    store.checkpoint(signer()).unwrap();
    let index = record(&store, act("one", "a")).index;
    let mut sizes = Vec::new();
    for published in [false, true, true, false, true] {
        store.cover(3).unwrap();
        let made = store.checkpoint(signer()).unwrap();
        if published {
            store.publish(made.size).unwrap();
            sizes.push(made.size);
        }
    }
    let all: Vec<_> = store
        .published_material(index)
        .map(Result::unwrap)
        .collect();
    let under: Vec<u64> = all
        .iter()
        .map(|material| material.checkpoint.size)
        .collect();
    assert_eq!((under, sizes), (vec![7, 10, 16], vec![7, 10, 16]));
    for material in &all {
        let (leaf, root) = (leaf_hash(&material.entry), material.checkpoint.root);
        let whole = Subtree::whole(material.checkpoint.size).unwrap();
        verify_inclusion(&leaf, material.index, whole, &root, &material.proof).unwrap();
    }
    assert_eq!(store.published_material(16).count(), 0);
    assert_eq!(store.published_material(12).count(), 1);
}
