//! A store in which one bit is another, wherever it stands: every change of an act, an order or a count is found.
//!
//! Bits are drawn class by class, so that a small file and a rare kind of page are met as often as a large one. What is neither refused
//! nor found is told apart by reading everything and comparing: either nothing is different, or it is one of the things that
//! `docs/reference/store.md` says the audit cannot see, and counted as that.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use fastrand::Rng;
use habeas_store::{Due, Error, Export, Running, Store};
use zeroize::Zeroizing;

use crate::backend::{Backend, Sqlite, act};
use crate::flips::filled;
use crate::suite::signer;

/// A store with every kind of page, and with something of everything in its journals.
fn large(site: &Sqlite) -> Store {
    let store = filled(site);
    store.record((0..150).map(|n| act("many", &n.to_string())).collect());
    store.cover(120).unwrap();
    for case in ["one", "many"] {
        for person in ["p", "q"] {
            let name = Zeroizing::new(format!("{person} of {case}").repeat(300).into_bytes());
            store.put_person(case, person, name).unwrap();
        }
    }
    let due = vec![Due {
        rule: "custody".into(),
        ends: 7,
    }];
    let (case, version) = ("many".into(), 150);
    store.reindex(vec![Running { case, version, due }]).unwrap();
    let size = store.checkpoint(signer()).unwrap().size;
    store.store_cosignature(size, "w.example", "line").unwrap();
    store.record(vec![act("one", "after")]);
    // After this nothing marks how far the log has come.
    let export = |kind: &str| Export {
        case: "one".into(),
        kind: kind.into(),
        recipient: "the court".into(),
    };
    store.register_export(export("file")).unwrap();
    store.checkpoint(signer()).unwrap();
    store
}

/// All that a reader sees of acts: case, version, act, sort, order, time, content.
fn acts(store: &Store) -> Result<Vec<String>, Error> {
    let mut lines = Vec::new();
    for case in store.cases() {
        let case = case?;
        lines.push(format!("{} {} {:?}", case.id, case.version, case.erased));
        for kept in case.acts {
            let values: Vec<_> = kept.fields.iter().map(|field| &field.value).collect();
            let (index, sort, content) = (kept.index, kept.sort, kept.content);
            let id = kept.id;
            lines.push(format!("{index:?} {sort:?} {id} {content:?} {values:?}"));
        }
    }
    lines.sort();
    Ok(lines)
}

/// All that a reader sees of what stands beside the acts.
fn beside(store: &Store) -> BTreeMap<&'static str, String> {
    let told = |read: Result<String, Error>| read.unwrap_or_else(|failed| format!("{failed:?}"));
    let exports = store.exports_of("one").map(|left| {
        let each = left.into_iter();
        let each = each.map(|e| format!("{} {} {} {}", e.number, e.at, e.kind, e.recipient));
        each.collect::<Vec<_>>().join("; ")
    });
    let people = |case: &str| {
        let both =
            ["p", "q"].map(|person| told(store.person(case, person).map(|p| format!("{p:?}"))));
        both.join("; ")
    };
    let proofs = [0, 9, 255, 256].map(|index| {
        told(store.material(index).map(|found| {
            let found = found.map(|m| (m.entry, m.proof, m.checkpoint.note, m.cosignatures));
            format!("{found:?}")
        }))
    });
    BTreeMap::from([
        ("exports", told(exports)),
        ("names and contacts", people("one") + &people("many")),
        (
            "derived rows",
            told(store.due_before(i64::MAX).map(|due| format!("{due:?}"))),
        ),
        ("checkpoints", proofs.join("; ")),
    ])
}

/// A store as it stands at some time, and what it says.
struct State {
    site: Sqlite,
    acts: Vec<String>,
    beside: BTreeMap<&'static str, String>,
}

impl State {
    fn of(site: Sqlite, store: &Store) -> Self {
        Self {
            site,
            acts: acts(store).unwrap(),
            beside: beside(store),
        }
    }
}

/// A store that has just begun, with a journal of keys; one amid its work; and the same when it was closed.
fn states() -> [State; 3] {
    let young = Sqlite::fresh();
    let store = young.open().unwrap();
    store.record((0..30).map(|n| act("one", &n.to_string())).collect());
    let begun = State::of(young.copy(), &store);
    drop(store);
    let site = Sqlite::fresh();
    let store = large(&site);
    let amid = State::of(site.copy(), &store);
    drop(store);
    let store = site.open().unwrap();
    let (acts, beside) = (acts(&store), beside(&store));
    drop(store);
    let acts = acts.unwrap();
    let closed = State { site, acts, beside };
    [begun, amid, closed]
}

/// What became of a flip.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    WhenOpened,
    ByTheAudit,
    /// Nothing that anybody reads is different.
    Harmless,
    /// The acts are what they were; this beside them is not.
    Beside(&'static str),
    Missed(String),
}

fn found(site: &Sqlite, state: &State) -> Found {
    let Ok(store) = site.open() else {
        return Found::WhenOpened;
    };
    match store.audit() {
        Err(_) => return Found::ByTheAudit,
        Ok(audit) if !audit.found.is_empty() => return Found::ByTheAudit,
        Ok(_) => {}
    }
    match acts(&store) {
        Ok(lines) if lines == state.acts => {}
        Ok(lines) => {
            let other = lines
                .iter()
                .zip(&state.acts)
                .find(|(now, then)| now != then);
            return Found::Missed(format!("{} lines, {other:?}", lines.len()));
        }
        Err(failed) => return Found::Missed(failed.to_string()),
    }
    let now = beside(&store);
    let mut other = state.beside.iter();
    let other = other.find(|(what, said)| now.get(*what) != Some(said));
    other.map_or(Found::Harmless, |(what, _)| Found::Beside(what))
}

/// Bits of one class: a file, and the ranges of its bytes.
struct Class {
    name: String,
    file: PathBuf,
    ranges: Vec<Range<usize>>,
}

/// Every byte of every file of a store stands in one class.
fn classes(site: &Sqlite) -> Vec<Class> {
    let mut found = Vec::new();
    for file in site.files().into_iter().chain([site.root()]) {
        let bytes = fs::read(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let mut kinds: BTreeMap<&str, Vec<Range<usize>>> = BTreeMap::new();
        for (kind, range) in kinds_of(&file, &bytes) {
            kinds.entry(kind).or_default().push(range);
        }
        for (kind, ranges) in kinds {
            found.push(Class {
                name: format!("{name} {kind}"),
                file: file.clone(),
                ranges,
            });
        }
    }
    found
}

const PAGE: usize = 4096;

/// The parts of a file after the documents of SQLite, or after our own.
fn kinds_of(file: &Path, bytes: &[u8]) -> Vec<(&'static str, Range<usize>)> {
    let name = file.file_name().unwrap().to_str().unwrap();
    if name.ends_with(".db") {
        let mut kinds = vec![("header", 0..100)];
        let pages = (0..bytes.len()).step_by(PAGE);
        kinds.extend(pages.map(|start| match start {
            0 => ("schema", 100..PAGE),
            start => (page(&bytes[start..]), start..start + PAGE),
        }));
        kinds
    } else if name.ends_with("-wal") && bytes.len() > 32 {
        let mut kinds = vec![("header", 0..32)];
        for start in (32..bytes.len()).step_by(24 + PAGE) {
            kinds.push(("heads of frames", start..start + 24));
            kinds.push(("frames", start + 24..start + 24 + PAGE));
        }
        kinds
    } else if name == "acknowledged" {
        vec![
            ("first slot", 0..80),
            ("between", 80..PAGE),
            ("second slot", PAGE..bytes.len()),
        ]
    } else if bytes.is_empty() {
        Vec::new()
    } else {
        vec![("", 0..bytes.len())]
    }
}

fn page(page: &[u8]) -> &'static str {
    match page[0] {
        2 => "index, inner",
        5 => "table, inner",
        10 => "index, leaves",
        13 => "table, leaves",
        _ => "overflow and free",
    }
}

/// `HABEAS_STORE_FLIPS` says how many; 500 unless told.
#[test]
fn single_bits() {
    let flips: usize = env::var("HABEAS_STORE_FLIPS").map_or(500, |n| n.parse().unwrap());
    let states = states();
    let from: Vec<(&State, Class)> = states
        .iter()
        .flat_map(|state| {
            let each = classes(&state.site).into_iter();
            each.map(move |class| (state, class))
        })
        .collect();
    let mut dice = Rng::with_seed(0x9e37_79b9_7f4a_7c15);
    let mut table: BTreeMap<(String, Found), u64> = BTreeMap::new();
    for flip in 0..flips {
        let (state, class) = &from[flip % from.len()];
        let copy = state.site.copy();
        let file = copy.folder().join(class.file.file_name().unwrap());
        let mut bytes = fs::read(&file).unwrap();
        let range = &class.ranges[dice.usize(..class.ranges.len())];
        let bit = range.start * 8 + dice.usize(..range.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        fs::write(&file, bytes).unwrap();
        let found = found(&copy, state);
        if let Found::Missed(what) = &found {
            panic!("bit {bit} of {file:?}, {}: {what}", class.name);
        }
        *table.entry((class.name.clone(), found)).or_default() += 1;
    }
    let mut whole: BTreeMap<Found, u64> = BTreeMap::new();
    for ((class, found), count) in &table {
        eprintln!("{class:30} {count:6} {found:?}");
        *whole.entry(found.clone()).or_default() += count;
    }
    eprintln!(
        "{flips} flips in {} classes: {whole:?}, 0 missed",
        from.len()
    );
    for needed in [Found::WhenOpened, Found::ByTheAudit] {
        assert!(whole.contains_key(&needed), "{needed:?}");
    }
}
