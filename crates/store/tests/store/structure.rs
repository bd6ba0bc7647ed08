//! A log whose leaves somebody took away, doubled, exchanged or cut off; a store that was put back; and every bit of its leaves.
//!
//! Whoever does it has the files and not the keys, and does it well: rows, versions and head fit again, and what a checkpoint said
//! otherwise is gone. What is found then, the store finds by its mark. A store that was put back together with its mark is sound by
//! all that it holds: this a witness sees, and nobody else.

use std::env;
use std::fs;

use fastrand::Rng;
use habeas_ledger::checkpoint::Checkpoint as Statement;
use habeas_ledger::evidence::{Finding, judge};
use habeas_ledger::hash::{Hash, leaf_hash, node_hash};
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::leaf::Entry;
use habeas_ledger::note::Note;
use habeas_ledger::proof::{prove_consistency, prove_inclusion, verify_inclusion};
use habeas_ledger::tree::{Frontier, Leaves, Node, Nodes, Subtree};
use habeas_ledger::witness::{KnownLog, Request, State, Witness};
use habeas_ledger::{Problem, hash};
use habeas_store::{Checkpoint, Error, RootKey, Store};
use rusqlite::{Connection, params};

use crate::backend::{Backend, Sqlite, TODAY, act, record};
use crate::flips::filled;
use crate::suite::{signer, sound};

/// The leaves of a store, in order.
fn entries(store: &Connection) -> Vec<Vec<u8>> {
    let mut rows = store
        .prepare("SELECT entry FROM leaves ORDER BY number")
        .unwrap();
    let rows = rows.query_map([], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

/// Puts the leaves of a store, given by their numbers, in another order, in which some are missing or stand twice, and lets all else fit.
fn arrange(site: &Sqlite, order: &[usize]) {
    let mut open = Connection::open(site.places().store).unwrap();
    open.execute_batch(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER leaves_stay; DROP TRIGGER leaves_remain;
        DROP TRIGGER checkpoints_stay; DROP TRIGGER checkpoints_remain;",
    )
    .unwrap();
    let entries = entries(&open);
    let change = open.transaction().unwrap();
    change.execute("DELETE FROM leaves", []).unwrap();
    let mut frontier = Frontier::default();
    let mut roots = vec![hash::empty_root()];
    for (number, from) in order.iter().enumerate() {
        let row = params![number as u64, entries[*from]];
        change
            .execute("INSERT INTO leaves VALUES (?, ?)", row)
            .unwrap();
        frontier
            .append(leaf_hash(&entries[*from]), |_, _| {})
            .unwrap();
        roots.push(frontier.root());
    }
    let columns = [
        ("acts", "leaf"),
        ("tombstones", "leaf"),
        ("tombstones", "by_leaf"),
        ("tombstones", "at_leaf"),
    ];
    for (table, column) in columns {
        for from in 0..entries.len() {
            // Negative meanwhile, so that nothing stands in the way.
            let to = order.iter().position(|at| *at == from);
            let sql = match to {
                Some(_) => format!("UPDATE {table} SET {column} = ?1 WHERE {column} = ?2"),
                None => format!("DELETE FROM {table} WHERE {column} = ?2 AND ?1 = 0"),
            };
            let to = to.map_or(0, |to| -1 - i64::try_from(to).unwrap());
            change.execute(&sql, params![to, from as u64]).unwrap();
        }
        let sql = format!("UPDATE {table} SET {column} = -1 - {column} WHERE {column} < 0");
        change.execute(&sql, []).unwrap();
    }
    let peaks: Vec<u8> = frontier.peaks().iter().flat_map(|peak| peak.0).collect();
    let logged = if order.is_empty() { 0 } else { TODAY };
    let head = params![frontier.size(), peaks, logged];
    change
        .execute("UPDATE head SET size = ?, peaks = ?, logged = ?", head)
        .unwrap();
    let versions = "UPDATE cases SET version = (SELECT count(*) FROM acts WHERE of_case = cases.number AND sort = 1)";
    change.execute(versions, []).unwrap();
    for (size, root) in said(&change) {
        if roots.get(size).is_none_or(|now| now.0 != root) {
            change
                .execute("DELETE FROM checkpoints WHERE size = ?", [size as u64])
                .unwrap();
        }
    }
    change.commit().unwrap();
}

/// What the checkpoints say: sizes and roots.
fn said(store: &Connection) -> Vec<(usize, [u8; 32])> {
    let mut rows = store.prepare("SELECT size, root FROM checkpoints").unwrap();
    let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
    rows.unwrap().map(Result::unwrap).collect()
}

fn audited(site: &Sqlite) -> usize {
    let root = RootKey::read(&site.root()).unwrap();
    let audit = Store::audit_unopened(&site.places(), &root).unwrap();
    audit.found.len()
}

/// Every leaf taken away, doubled, and exchanged with the next; the log cut off at every length.
#[test]
fn every_structural_change() {
    let site = Sqlite::in_memory();
    let leaves = usize::try_from(sound(&filled(&site)).leaves).unwrap();
    let whole: Vec<usize> = (0..leaves).collect();
    // What `arrange` does to a log that it leaves as it is, nobody finds.
    let copy = site.copy();
    arrange(&copy, &whole);
    sound(&copy.open().unwrap());
    let mut changes: Vec<(&str, Vec<usize>)> = Vec::new();
    for at in 0..leaves {
        let mut order = whole.clone();
        order.remove(at);
        changes.push(("taken away", order));
        let mut order = whole.clone();
        order.insert(at, at);
        changes.push(("doubled", order));
        if at + 1 < leaves {
            let mut order = whole.clone();
            order.swap(at, at + 1);
            changes.push(("exchanged", order));
        }
        changes.push(("cut off", whole[..at].to_vec()));
    }
    let (mut refused, mut audits) = (0, 0);
    for (how, order) in &changes {
        let copy = site.copy();
        arrange(&copy, order);
        let named = audited(&copy) > 0;
        match copy.open() {
            Err(Error::Mismatch(_)) => refused += 1,
            Err(failed) => panic!("{how} {order:?}: {failed}"),
            // Leaves beyond the mark are what a crash leaves: opening takes them, and the audit looks for their acts.
            Ok(_) => assert!(
                named,
                "{how} {order:?}: it was opened, and nothing was found"
            ),
        }
        audits += usize::from(named);
    }
    eprintln!(
        "{leaves} leaves: {} changes of their order or number, each named: {refused} refused when opened, {audits} named by the audit of what is stored",
        changes.len()
    );
    assert!(refused + 1 >= changes.len());
}

/// The witness of a log, and what it has cosigned.
struct Watched {
    witness: Witness,
    state: State,
}

impl Watched {
    fn new() -> Self {
        let key = SignerKey::from_seed("w.example", Algorithm::Cosignature, &[9; 32]).unwrap();
        let log = KnownLog {
            origin: signer().verifier().name().to_owned(),
            keys: vec![signer().verifier().clone()],
        };
        let witness = Witness::new(key, vec![log]).unwrap();
        let state = State::default();
        Self { witness, state }
    }

    /// Asks for a cosignature, from what the log believes that the witness has; the status.
    fn ask(&mut self, old: u64, leaves: &[Hash], made: &Checkpoint) -> u16 {
        let note = Note::parse(made.note.as_bytes()).unwrap();
        let proof = match old {
            0 => Vec::new(),
            // A log that has fewer leaves than that has no proof to give.
            old => prove_consistency(&Leaves(leaves), old.min(made.size), made.size).unwrap(),
        };
        let request = Request::new(old.min(made.size), proof, note).unwrap();
        let answer = self.witness.answer(&self.state, &request, TODAY);
        if let Some(state) = answer.state {
            self.state = state;
        }
        answer.status
    }
}

fn leaves(site: &Sqlite) -> Vec<Hash> {
    let open = Connection::open(site.places().store).unwrap();
    let entries = entries(&open);
    entries.iter().map(|entry| leaf_hash(entry)).collect()
}

/// Every older state of a store, put back file by file and as a whole.
#[test]
fn every_older_state() {
    const STATES: usize = 8;
    let site = Sqlite::in_memory();
    let mut states = Vec::new();
    for turn in 0..STATES {
        let store = site.open().unwrap();
        let many = 0..3 + turn;
        store.record(many.map(|n| act("one", &format!("{turn} {n}"))).collect());
        store.checkpoint(signer()).unwrap();
        drop(store);
        states.push(site.copy());
    }
    let (mut refused, mut witnessed) = (0, 0);
    for older in &states[..STATES - 1] {
        let back = |names: &[&str]| {
            let copy = site.copy();
            for name in names {
                fs::copy(older.folder().join(name), copy.folder().join(name)).unwrap();
            }
            copy
        };
        // The store alone, or with anything but the mark.
        for names in [&["store.db"][..], &["store.db", "keys.db", "persons.db"]] {
            let lost = back(names).open().err().unwrap();
            assert!(matches!(lost, Error::Mismatch(_)), "{lost}");
            refused += 1;
        }
        // With the mark nothing that the store holds speaks against it. A witness does, at the first exchange.
        for names in [
            &["store.db", "acknowledged"][..],
            &["store.db", "acknowledged", "keys.db", "persons.db"],
        ] {
            let copy = back(names);
            let store = copy.open().unwrap();
            sound(&store);
            let mut watched = Watched::new();
            let newest = site.open().unwrap().latest_checkpoint().unwrap().unwrap();
            assert_eq!(watched.ask(0, &leaves(&site), &newest), 200);
            let known = Note::parse(newest.note.as_bytes()).unwrap();
            // It asks as it stands, behind what the witness knows.
            let behind = store.latest_checkpoint().unwrap().unwrap();
            assert_eq!(watched.ask(behind.size, &leaves(&copy), &behind), 409);
            // It goes on, to the same size and beyond, with other acts.
            while sound(&store).leaves < newest.size {
                let size = sound(&store).leaves;
                record(&store, act("one", &format!("again {size}")));
            }
            let keys = [signer().verifier().clone()];
            for (more, finding) in [(0, Finding::TwoRoots), (5, Finding::ProofFails)] {
                store.cover(more).unwrap();
                let made = store.checkpoint(signer()).unwrap();
                let now = leaves(&copy);
                assert_eq!(watched.ask(newest.size, &now, &made), 422);
                let note = Note::parse(made.note.as_bytes()).unwrap();
                let proof = prove_consistency(&Leaves(&now), newest.size, made.size).unwrap();
                assert_eq!(judge(&known, &note, Some(&proof), &keys), Ok(finding));
            }
            assert_eq!(watched.state.size, newest.size);
            witnessed += 1;
        }
    }
    eprintln!(
        "{} older states: {refused} refused when put back without the mark, {witnessed} with it, each seen by a witness at the first exchange",
        STATES - 1
    );
}

/// All nodes of a tree, so that a proof for each leaf is read and not computed.
struct Tree(Vec<Vec<Hash>>);

impl Tree {
    fn over(leaves: Vec<Hash>) -> Self {
        let mut levels = vec![leaves];
        while levels[levels.len() - 1].len() > 1 {
            let (pairs, _) = levels[levels.len() - 1].as_chunks::<2>();
            levels.push(pairs.iter().map(|[a, b]| node_hash(a, b)).collect());
        }
        Self(levels)
    }
}

impl Nodes for Tree {
    type Error = Problem;

    fn read(&self, nodes: &[Node]) -> Result<Vec<Hash>, Problem> {
        let at = |node: &Node| self.0[node.level as usize][usize::try_from(node.index).unwrap()];
        Ok(nodes.iter().map(at).collect())
    }
}

/// The smallest number of leaves that is a mebibyte.
const MEBIBYTE: u64 = (1_u64 << 20).div_ceil(44);

/// `HABEAS_STORE_LOG_BITS` says how many bits of a mebibyte of leaves; 100,000 unless told, and every one if it is told so many.
#[test]
fn every_bit_of_a_log() {
    let wanted: u64 = env::var("HABEAS_STORE_LOG_BITS").map_or(100_000, |n| n.parse().unwrap());
    let site = Sqlite::in_memory();
    let store = site.open().unwrap();
    store.cover(MEBIBYTE).unwrap();
    let made = store.checkpoint(signer()).unwrap();
    drop(store);
    let note = Note::parse(made.note.as_bytes()).unwrap();
    let root = Statement::of(&note).unwrap().root();
    let entries = entries(&Connection::open(site.places().store).unwrap());
    let tree = Tree::over(entries.iter().map(|entry| leaf_hash(entry)).collect());
    let whole = Subtree::whole(MEBIBYTE).unwrap();
    let all = entries.len() * 44 * 8;
    let every = wanted >= all as u64;
    let count = if every {
        all
    } else {
        usize::try_from(wanted).unwrap()
    };
    let mut dice = Rng::with_seed(0x00b1_75f1_1e75_0001);
    let mut unreadable = 0;
    for turn in 0..count {
        let bit = if every { turn } else { dice.usize(..all) };
        let leaf = bit / (44 * 8);
        let mut entry = entries[leaf].clone();
        let proof = prove_inclusion(&tree, leaf as u64, whole).unwrap();
        let fits = |entry: &[u8]| {
            let leaf = leaf as u64;
            verify_inclusion(&leaf_hash(entry), leaf, whole, &root, &proof).is_ok()
        };
        assert!(turn > 1000 || fits(&entry), "{leaf}");
        entry[bit / 8 % 44] ^= 1 << (bit % 8);
        assert!(!fits(&entry), "bit {bit}");
        unreadable += u64::from(Entry::from_bytes(&entry).is_err());
    }
    eprintln!(
        "{count} of {all} bits of {MEBIBYTE} leaves: each gives another root than the checkpoint's; {unreadable} also leave no leaf of ours"
    );
}
