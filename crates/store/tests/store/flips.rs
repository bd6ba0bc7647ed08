//! A store that somebody altered by hand: each change is found, and what is said of it.

use habeas_store::{Export, Mismatch, Store};
use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::backend::{Backend, Sqlite, act, record};
use crate::suite::{erasure, signer, sound};

/// A small store with one of everything.
pub fn filled(site: &Sqlite) -> Store {
    let store = site.open().unwrap();
    for case in ["one", "two", "three", "four"] {
        let acts = (0..6).map(|n| act(case, &format!("{case} {n}"))).collect();
        store.record(acts);
    }
    store.refusal(act("one", "refused")).unwrap();
    store.checkpoint(signer()).unwrap();
    store.erase(erasure(&store, "two", Some("two 3"))).unwrap();
    store.erase(erasure(&store, "three", None)).unwrap();
    store.cover(2).unwrap();
    let export = Export {
        case: "one".into(),
        kind: "print".into(),
        recipient: "the court".into(),
    };
    store.register_export(export).unwrap();
    record(&store, act("four", "last"));
    store
}

/// Changes that need a hand, each with what must be said of it.
#[test]
fn changed_by_hand() {
    let site = Sqlite::fresh();
    drop(filled(&site));
    let free = "DROP TRIGGER leaves_stay; DROP TRIGGER leaves_remain;
        DROP TRIGGER checkpoints_stay; DROP TRIGGER checkpoints_remain;
        PRAGMA foreign_keys = OFF;";
    let swap = "UPDATE leaves SET number = -1 WHERE number = 3;
        UPDATE leaves SET number = 3 WHERE number = 4;
        UPDATE leaves SET number = 4 WHERE number = -1;";
    let swap_acts = "UPDATE acts SET leaf = -1 WHERE leaf = 3;
        UPDATE acts SET leaf = 3 WHERE leaf = 4;
        UPDATE acts SET leaf = 4 WHERE leaf = -1;";
    let lost =
        "DELETE FROM acts WHERE leaf = 5; UPDATE cases SET version = version - 1 WHERE number = 1;";
    let tail = "DELETE FROM acts WHERE leaf = (SELECT max(leaf) FROM acts);
        DELETE FROM leaves WHERE number = (SELECT max(number) FROM leaves);";
    let by_opening = [
        (swap, "the checkpoint of 25 leaves"),
        (tail, "the head says 35 leaves, 34 are stored"),
        ("DELETE FROM leaves WHERE number = 2", "the head says 35"),
        (
            "UPDATE leaves SET entry = zeroblob(44) WHERE number = 34",
            "the first 35 leaves are not those",
        ),
        (
            "UPDATE checkpoints SET root = zeroblob(32)",
            "the checkpoint of 25 leaves",
        ),
        (
            "UPDATE head SET peaks = zeroblob(length(peaks))",
            "the 35 stored leaves do not have the root that the head says",
        ),
        (
            "INSERT INTO checkpoints VALUES (99, zeroblob(32), '', 0)",
            "a checkpoint covers 99 leaves, 35 are stored",
        ),
        ("UPDATE head SET size = 34", "the head"),
        (
            "UPDATE head SET logged = logged + 315360000",
            "the head says that the last leaf is of 2110838400, it bears 1795478400",
        ),
    ];
    let by_audit = [
        (swap_acts, Mismatch::Commitment { index: 3 }),
        (lost, Mismatch::NoAct { index: 5 }),
        (
            "UPDATE cases SET version = 9 WHERE number = 1",
            Mismatch::Version {
                index: 24,
                version: 9,
                count: 6,
            },
        ),
        (
            "UPDATE exports SET of_case = 2",
            Mismatch::Export { number: 1 },
        ),
        (
            "DELETE FROM exports",
            Mismatch::Exports { count: 0, last: 1 },
        ),
        (
            "DELETE FROM acts WHERE leaf = 0",
            Mismatch::NoAct { index: 0 },
        ),
        (
            "UPDATE acts SET sort = 2 WHERE leaf = 0",
            Mismatch::Act { index: 0 },
        ),
        (
            "UPDATE acts SET of_case = 2 WHERE leaf = 0",
            Mismatch::Act { index: 0 },
        ),
        (
            "UPDATE acts SET sealed = NULL WHERE leaf = 0",
            Mismatch::NoTombstone { index: 0 },
        ),
        (
            "DELETE FROM tombstones WHERE leaf = 9",
            Mismatch::NoTombstone { index: 9 },
        ),
        (
            "UPDATE tombstones SET by_leaf = 0 WHERE leaf = 9",
            Mismatch::Tombstone { index: 9 },
        ),
        (
            "UPDATE acts SET sort = 2 WHERE leaf = 9",
            Mismatch::Tombstone { index: 9 },
        ),
        (
            "UPDATE checkpoints SET note = replace(note, '25', '24')",
            Mismatch::Checkpoint { size: 25 },
        ),
        (
            "UPDATE cases SET sealed = zeroblob(99) WHERE number = 1",
            Mismatch::Case { row: 1 },
        ),
    ];
    let altered = |sql: &str| {
        let copy = site.copy();
        let open = Connection::open(copy.places().store).unwrap();
        open.execute_batch(free).unwrap();
        open.execute_batch(sql).unwrap();
        copy
    };
    for (sql, says) in by_opening {
        let refused = altered(sql).open().err().expect(sql).to_string();
        assert!(refused.contains(says), "{sql}: {refused}");
    }
    for (sql, says) in by_audit {
        let copy = altered(sql);
        let store = copy.open().unwrap();
        let found = store.audit().unwrap().found;
        assert!(found.contains(&says), "{sql}: {found:?}");
    }
    people_changed_by_hand(&site);
    let copy = site.copy();
    let keys = Connection::open(copy.places().keys).unwrap();
    keys.execute("DELETE FROM keys WHERE number = 3", [])
        .unwrap();
    let store = copy.open().unwrap();
    let found = store.audit().unwrap().found;
    assert_eq!(found, [Mismatch::Key { index: 0 }]);
    sound(&site.open().unwrap());
}

#[test]
fn a_checkpoint_of_nothing_is_sound() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    assert_eq!(store.checkpoint(signer()).unwrap().size, 0);
    sound(&store);
    record(&store, act("one", "a"));
    sound(&store);
}

fn people_changed_by_hand(site: &Sqlite) {
    let site = site.copy();
    let name = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
    let store = site.open().unwrap();
    store.put_person("one", "p", name("of one")).unwrap();
    store.put_person("four", "p", name("of four")).unwrap();
    assert_eq!(sound(&store).persons, 2);
    drop(store);
    let (count, known) = (2, 1);
    for (sql, says) in [
        (
            "UPDATE persons SET sealed = zeroblob(99) WHERE rowid = 1",
            Mismatch::Person { row: 1 },
        ),
        (
            "UPDATE persons SET of_case = zeroblob(16) WHERE rowid = 1",
            Mismatch::Persons { count, known },
        ),
    ] {
        let copy = site.copy();
        let open = Connection::open(copy.places().persons).unwrap();
        open.execute(sql, []).unwrap();
        drop(open);
        let found = copy.open().unwrap().audit().unwrap().found;
        assert_eq!(found, [says], "{sql}");
    }
}
