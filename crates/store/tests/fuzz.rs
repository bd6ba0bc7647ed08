//! Mutated files, columns and envelopes: no panic, no hang, and what is read otherwise than it was written is named.
//!
//! An envelope is mutated as its maker sees it and then sealed again with the true keys, by a second reading of `docs/reference/store.md`:
//! else the cipher would refuse it before anything reads it. The mutations come from a fixed seed, so that a failure comes again.
//! `HABEAS_FUZZ_SECONDS` says how long, 2 by default.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what a test prepares and compares; a failure ends it"
)]

#[expect(dead_code, reason = "shared with the other tests, which use all of it")]
#[path = "store/backend.rs"]
mod backend;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use backend::{Backend, Sqlite, act, record};
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use fastrand::Rng;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_store::{Erasure, Export, RootKey, Store};
use hmac::{Hmac, Mac};
use rusqlite::types::Value;
use rusqlite::{Connection, params};
use sha2::Sha256;
use zeroize::Zeroizing;

/// The longest that one input may take; a build without optimisation on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands in these formats, and what should not.
const PIECES: &[&[u8]] = &[
    b"\x00",
    b"\x01",
    b"\x02",
    b"\xff",
    b"\x00\x00\x00\x00",
    b"\x00\x00\x00\x01",
    b"\x00\x00\x00\x08",
    b"\x00\x00\x00\x71",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\x80\x00\x00\x00\x00\x00\x00\x00",
    b"case",
    b"hbs1",
    b"0123456789abcdef",
    b"\n",
    "\u{e9}".as_bytes(),
];

fn mutate(seed: &[u8], dice: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.usize(..3) {
        let at = dice.usize(..bytes.len() + 1);
        let to = (at + dice.usize(..24)).min(bytes.len());
        let piece = PIECES[dice.usize(..PIECES.len())];
        match dice.usize(..8) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 | 3 if at < bytes.len() => bytes[at] ^= 1 << dice.usize(..8),
            4 => {
                let part = bytes[at..to].to_vec();
                let into = dice.usize(..bytes.len() + 1);
                bytes.splice(into..into, part);
            }
            // As long as before: what follows stays where it was.
            5 if at + piece.len() <= bytes.len() => {
                bytes[at..at + piece.len()].copy_from_slice(piece);
            }
            6 if dice.usize(..20) == 0 => drop(bytes.splice(at..at, piece.repeat(5_000))),
            _ => drop(bytes.splice(at..at, piece.iter().copied())),
        }
    }
    bytes
}

fn derive(key: &[u8], label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key).unwrap();
    mac.update(&joined(label, parts));
    mac.finalize().into_bytes().into()
}

/// Each part with its length before it.
fn joined(label: &str, parts: &[&[u8]]) -> Vec<u8> {
    let parts = [label.as_bytes()].into_iter().chain(parts.iter().copied());
    parts
        .flat_map(|part| [&(part.len() as u64).to_be_bytes(), part].concat())
        .collect()
}

fn seal(key: &[u8; 32], to: &[u8], plain: &[u8]) -> Vec<u8> {
    let nonce = [5; 24];
    let cipher = XChaCha20Poly1305::new((&derive(key, "encrypt", &[&nonce])).into());
    let payload = Payload {
        msg: plain,
        aad: to,
    };
    let text = cipher.encrypt(&XNonce::from(nonce), payload).unwrap();
    let tag = derive(key, "commit", &[&nonce]);
    [&[1][..], &nonce, &tag, &text].concat()
}

fn open(key: &[u8; 32], to: &[u8], sealed: &[u8]) -> Vec<u8> {
    let nonce: [u8; 24] = sealed[1..25].try_into().unwrap();
    let cipher = XChaCha20Poly1305::new((&derive(key, "encrypt", &[&nonce])).into());
    let payload = Payload {
        msg: &sealed[57..],
        aad: to,
    };
    cipher.decrypt(&XNonce::from(nonce), payload).unwrap()
}

/// The act of one leaf, as somebody reads it who has all keys.
struct Opened {
    key: [u8; 32],
    to: Vec<u8>,
    plain: Vec<u8>,
}

fn opened(site: &Sqlite, leaf: u64) -> Opened {
    let store = Connection::open(site.places().store).unwrap();
    let keys = Connection::open(site.places().keys).unwrap();
    let id: Vec<u8> = store
        .query_row("SELECT id FROM store", [], |row| row.get(0))
        .unwrap();
    let root = fs::read_to_string(site.root()).unwrap();
    let digit = |digit: char| u8::try_from(digit.to_digit(16).unwrap()).unwrap();
    let digits: Vec<u8> = root.trim_end().chars().map(digit).collect();
    let (pairs, _) = digits.as_chunks::<2>();
    let root: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
    let key = |number: u64| -> Vec<u8> {
        let sql = "SELECT wrapped FROM keys WHERE number = ?";
        let wrapped: Vec<u8> = keys.query_row(sql, [number], |row| row.get(0)).unwrap();
        let to = joined("key", &[&id, &number.to_be_bytes()]);
        let (tag, hidden) = wrapped.split_at(16);
        let stream = derive(&derive(&root, "wrap", &[]), "wrap stream", &[&to, tag]);
        hidden.iter().zip(stream).map(|(h, s)| h ^ s).collect()
    };
    let sql = "SELECT cases.name, cases.key, acts.name, retry, sort, acts.key, acts.sealed
        FROM acts JOIN cases ON cases.number = of_case WHERE leaf = ?";
    type Row = (Vec<u8>, u64, Vec<u8>, Vec<u8>, u8, u64, Vec<u8>);
    let (case, case_key, name, retry, sort, own, sealed): Row =
        store.query_row(sql, [leaf], |row| row.try_into()).unwrap();
    let key = derive(&key(case_key), "act", &[&key(own)]);
    let to = joined("act", &[&id, &case, &name, &retry, &[sort]]);
    let plain = open(&key, &to, &sealed);
    Opened { key, to, plain }
}

/// What a reader sees of the acts, or what is said instead.
fn seen(store: &Store) -> Vec<String> {
    let cases = ["one", "two", "erasures"].map(|case| match store.acts_of_case(case) {
        Err(failed) => failed.to_string(),
        Ok(case) => {
            let acts = case.acts.iter();
            let acts = acts.map(|kept| {
                let fields = format!(
                    "{:?}",
                    kept.fields.iter().map(|f| &f.value).collect::<Vec<_>>()
                );
                format!(
                    "{:?} {:?} {} {:?} {fields}",
                    kept.index, kept.sort, kept.id, kept.content
                )
            });
            format!(
                "{} {:?} {:?}",
                case.version,
                case.erased,
                acts.collect::<Vec<_>>()
            )
        }
    });
    cases.to_vec()
}

/// A store with one of everything, closed.
fn site() -> Sqlite {
    let site = Sqlite::in_memory();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("two", "a"), act("one", "b")]);
    let name = Zeroizing::new(b"a name".to_vec());
    store.put_person("one", "p", name).unwrap();
    store
        .erase(Erasure {
            case: "two".into(),
            act: Some("a".into()),
            version: 1,
            tombstone: act("erasures", "a"),
        })
        .unwrap();
    let export = Export {
        case: "one".into(),
        kind: "print".into(),
        recipient: "the court".into(),
    };
    store.register_export(export).unwrap();
    let key = SignerKey::from_seed("log.example/1", Algorithm::Ed25519, &[7; 32]).unwrap();
    let size = store.checkpoint(key).unwrap().size;
    store.store_cosignature(size, "w.example", "line").unwrap();
    record(&store, act("one", "c"));
    drop(store);
    site
}

/// Columns of which any byte may be another: the database, and which.
const COLUMNS: &[(&str, &str, &str)] = &[
    ("store.db", "store", "id"),
    ("store.db", "leaves", "entry"),
    ("store.db", "head", "peaks"),
    ("store.db", "checkpoints", "root"),
    ("store.db", "checkpoints", "note"),
    ("store.db", "cosignatures", "line"),
    ("store.db", "cases", "name"),
    ("store.db", "cases", "sealed"),
    ("store.db", "acts", "name"),
    ("store.db", "acts", "retry"),
    ("store.db", "acts", "sealed"),
    ("store.db", "tombstones", "seal"),
    ("store.db", "exports", "sealed"),
    ("keys.db", "keys", "wrapped"),
    ("persons.db", "persons", "sealed"),
    ("persons.db", "persons", "name"),
];

/// Files that are read as a whole.
const FILES: [&str; 2] = ["acknowledged", "root.key"];

/// Puts a mutated value in the place of one of a column.
fn change(folder: &Path, column: &(&str, &str, &str), dice: &mut Rng) {
    let (file, table, column) = column;
    let base = Connection::open(folder.join(file)).unwrap();
    base.execute_batch(
        "DROP TRIGGER IF EXISTS leaves_stay; DROP TRIGGER IF EXISTS checkpoints_stay;",
    )
    .unwrap();
    let count: usize = base
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| {
            row.get(0)
        })
        .unwrap();
    let at = dice.usize(..count.min(8));
    let sql = format!("SELECT {column} FROM {table} LIMIT 1 OFFSET {at}");
    let value: Value = base.query_row(&sql, [], |row| row.get(0)).unwrap();
    let value = match value {
        Value::Blob(bytes) => Value::Blob(mutate(&bytes, dice)),
        Value::Text(text) => {
            let bytes = mutate(text.as_bytes(), dice);
            Value::Text(String::from_utf8_lossy(&bytes).into_owned())
        }
        other => other,
    };
    let key = if ["cosignatures", "persons"].contains(table) {
        "1"
    } else {
        "rowid"
    };
    let sql = format!(
        "UPDATE OR IGNORE {table} SET {column} = ?1 WHERE {key} = (SELECT {key} FROM {table} LIMIT 1 OFFSET ?2)"
    );
    base.execute(&sql, params![value, at]).unwrap();
}

/// How many were tried, how many could be read all the same, and how many were named.
#[derive(Default)]
struct Count {
    tried: u64,
    read: u64,
    named: u64,
}

/// Files and columns: whatever opens is audited and read; what is read otherwise was named.
fn closed(site: &Sqlite, before: &[String], dice: &mut Rng, count: &mut Count) {
    let copy = site.copy();
    let what = match dice.usize(..4) {
        0 => {
            let name = FILES[dice.usize(..FILES.len())];
            let path = copy.folder().join(name);
            let bytes = mutate(&fs::read(&path).unwrap(), dice);
            fs::write(path, bytes).unwrap();
            name
        }
        _ => {
            let column = &COLUMNS[dice.usize(..COLUMNS.len())];
            change(copy.folder(), column, dice);
            column.2
        }
    };
    count.tried += 1;
    let unopened =
        RootKey::read(&copy.root()).and_then(|root| Store::audit_unopened(&copy.places(), &root));
    let Ok(store) = copy.open() else {
        count.named += 1;
        return;
    };
    let found = store.audit().map_or(1, |audit| audit.found.len());
    assert!(unopened.is_ok_and(|audit| audit.found.len() == found));
    count.named += u64::from(found > 0);
    assert!(
        seen(&store) == before || found > 0,
        "{what}: {:#?}",
        seen(&store)
    );
    // And it goes on, or refuses; all keys that are laid by are opened for that.
    if dice.usize(..8) == 0 {
        drop(store.record(vec![act("one", "a"), act("one", "new"), act("two", "new")]));
    }
    drop(store.exports_of("one"));
    drop(store.person("one", "p"));
}

/// How many envelopes come to one audit, which reads everything.
const TO_AN_AUDIT: usize = 20;

/// Envelopes that their maker would not have written, sealed as he would have.
fn envelopes(site: &Sqlite, store: &Store, before: &[String], dice: &mut Rng, count: &mut Count) {
    let leaf = [0, 2, 3][dice.usize(..3)];
    let opened = opened(site, leaf);
    let tables = Connection::open(site.places().store).unwrap();
    let put = |plain: &[u8]| {
        let sealed = seal(&opened.key, &opened.to, plain);
        let sql = "UPDATE acts SET sealed = ? WHERE leaf = ?";
        assert_eq!(tables.execute(sql, params![sealed, leaf]).unwrap(), 1);
    };
    for turn in 0..TO_AN_AUDIT {
        let plain = mutate(&opened.plain, dice);
        put(&plain);
        count.tried += 1;
        let (now, other) = (seen(store), plain != opened.plain);
        count.read += u64::from(other && !now.join("").contains("altered"));
        assert!(other || now == before);
        let repeated = store.record(vec![act("one", "a")]);
        assert!(other || repeated[0].is_ok_and(|told| told.index == 0));
        if turn == 0 {
            let found = store.audit().unwrap().found;
            assert_eq!(!found.is_empty(), other, "{}", plain.escape_ascii());
            count.named += u64::from(other);
        }
    }
    put(&opened.plain);
}

#[test]
fn mutated_stores() {
    let seconds = std::env::var("HABEAS_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2);
    let site = site();
    let live = site.copy();
    let store = live.open().unwrap();
    let before = seen(&store);
    assert_eq!(store.audit().unwrap().found, []);
    let mut dice = Rng::with_seed(0x5eed_0000_0000_0003);
    let [mut files, mut sealed] = [Count::default(), Count::default()];
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(seconds) {
        let began = Instant::now();
        closed(&site, &before, &mut dice, &mut files);
        envelopes(&live, &store, &before, &mut dice, &mut sealed);
        assert!(began.elapsed() < PATIENCE, "after {} inputs", files.tried);
    }
    assert!(files.named > 0 && sealed.read > 0);
    println!(
        "{} files and columns, {} of them named, the others read as before; {} envelopes, {} of them read as other acts, {} audited and named",
        files.tried, files.named, sealed.tried, sealed.read, sealed.named
    );
}
