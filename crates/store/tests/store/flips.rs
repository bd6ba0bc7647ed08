//! A store that somebody or something altered: every change of an act, an order or a count is found.

use std::env;
use std::fs;
use std::path::PathBuf;

use habeas_store::{Error, Export, Mismatch, Store};
use rusqlite::Connection;

use crate::backend::{Backend, Sqlite, act, record};
use crate::suite::{erasure, signer, sound};

/// A small store with one of everything.
fn filled(site: &Sqlite) -> Store {
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

/// Everything that a reader sees: case, version, act, sort, order, time, content.
fn seen(store: &Store) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for case in store.cases() {
        let case = case?;
        lines.push(format!("{} {} {:?}", case.id, case.version, case.erased));
        for kept in case.acts {
            let values: Vec<_> = kept.fields.iter().map(|field| &field.value).collect();
            let (index, sort, content) = (kept.index, kept.sort, kept.content);
            lines.push(format!(
                "{index:?} {sort:?} {} {content:?} {values:?}",
                kept.id
            ));
        }
    }
    lines.sort();
    Ok(lines)
}

/// What became of a flip.
#[derive(Debug, PartialEq)]
enum Found {
    WhenOpened,
    ByTheAudit,
    /// Nothing that counts is different.
    Harmless,
    Missed(Vec<String>),
}

fn found(site: &Sqlite, before: &[String]) -> Found {
    let Ok(store) = site.open() else {
        return Found::WhenOpened;
    };
    match store.audit() {
        Err(_) => return Found::ByTheAudit,
        Ok(audit) if !audit.found.is_empty() => return Found::ByTheAudit,
        Ok(_) => {}
    }
    match seen(&store) {
        Ok(lines) if lines == before => Found::Harmless,
        Ok(lines) => Found::Missed(lines),
        Err(failed) => Found::Missed(vec![failed.to_string()]),
    }
}

#[test]
fn single_bits() {
    let flips: usize = env::var("HABEAS_STORE_FLIPS").map_or(500, |n| n.parse().unwrap());
    let site = Sqlite::fresh();
    let store = filled(&site);
    let before = seen(&store).unwrap();
    // As it stands in the middle of its work, with journals, and as it stands when it was closed.
    let open = site.copy();
    drop(store);
    let mut counts = [0; 3];
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        usize::try_from(random >> 32).unwrap() % below
    };
    for flip in 0..flips {
        let from = if flip % 2 == 0 { &open } else { &site };
        let copy = from.copy();
        // The store itself and its journal are met as often as all others together.
        let mut files = copy.files();
        files.retain(|file| fs::metadata(file).unwrap().len() > 0);
        let of_store = |file: &PathBuf| {
            file.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .starts_with("store.db")
        };
        let again: Vec<_> = files
            .iter()
            .filter(|file| of_store(file))
            .cloned()
            .collect();
        files.extend(again.iter().cloned().chain(again.clone()));
        let file = &files[next(files.len())];
        let mut bytes = fs::read(file).unwrap();
        let bit = next(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(file, bytes).unwrap();
        match found(&copy, &before) {
            Found::WhenOpened => counts[0] += 1,
            Found::ByTheAudit => counts[1] += 1,
            Found::Harmless => counts[2] += 1,
            Found::Missed(lines) => panic!("bit {bit} of {file:?}: {lines:#?}"),
        }
    }
    let [opened, audited, harmless] = counts;
    eprintln!(
        "{flips} flips: {opened} found on opening, {audited} by the audit, {harmless} change nothing"
    );
    assert!(opened > 0 && audited > 0);
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
    let copy = site.copy();
    let keys = Connection::open(copy.places().keys).unwrap();
    keys.execute("DELETE FROM keys WHERE number = 3", [])
        .unwrap();
    let store = copy.open().unwrap();
    let found = store.audit().unwrap().found;
    assert_eq!(found, [Mismatch::Key { index: 0 }]);
    sound(&site.open().unwrap());
}
