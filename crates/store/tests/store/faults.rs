//! Every operation meets every failpoint that it passes: with an error, a full disk, and a crash.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use habeas_store::{Audit, Due, Export, Failpoint, Running, Step, Store, failpoints};
use zeroize::Zeroizing;

use crate::backend::{Backend, Fails, Fault, Hands, Passed, Sqlite, act, record, world};
use crate::suite::{erasure, signer, sound};

/// Something that writes, to be repeated after it failed.
struct Operation {
    name: &'static str,
    run: fn(&Store) -> bool,
    /// Whether a repetition changes nothing.
    once: bool,
}

const fn once(name: &'static str, run: fn(&Store) -> bool) -> Operation {
    let once = true;
    Operation { name, run, once }
}

const fn adds(name: &'static str, run: fn(&Store) -> bool) -> Operation {
    let once = false;
    Operation { name, run, once }
}

const OPERATIONS: &[Operation] = &[
    once("record in a case", |s| {
        s.record(vec![act("one", "new")])[0].is_ok()
    }),
    once("record in a new case", |s| {
        s.record(vec![act("new", "new")])[0].is_ok()
    }),
    once("record more than there are keys", |s| {
        let acts = (0..1100).map(|n| act("many", &n.to_string())).collect();
        s.record(acts).iter().all(|told| told.is_ok())
    }),
    once("a refusal", |s| s.refusal(act("one", "refused")).is_ok()),
    once("an attempt", |s| s.attempt(act("one", "tried")).is_ok()),
    once("erase an act", |s| {
        s.erase(erasure(s, "one", Some("a"))).is_ok()
    }),
    once("erase a case", |s| s.erase(erasure(s, "one", None)).is_ok()),
    once("a checkpoint", |s| s.checkpoint(signer()).is_ok()),
    once("a cosignature", |s| {
        s.store_cosignature(4, "w.example", "line").is_ok()
    }),
    once("publish", |s| s.publish(4).is_ok()),
    once("derived rows", |s| {
        let due = vec![Due {
            rule: "custody".into(),
            ends: 5,
        }];
        let running = Running {
            case: "two".into(),
            version: 1,
            due,
        };
        s.reindex(vec![running]).is_ok()
    }),
    once("names and contacts", |s| {
        let bytes = Zeroizing::new(b"name".to_vec());
        s.put_person("one", "q", bytes).is_ok()
    }),
    adds("a copy that leaves", |s| {
        let export = Export {
            case: "one".into(),
            kind: "print".into(),
            recipient: "the court".into(),
        };
        s.register_export(export).is_ok()
    }),
    adds("covers", |s| s.cover(2).is_ok()),
];

/// A store with four leaves, a checkpoint over them, and one leaf more.
fn template() -> Sqlite {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    let name = Zeroizing::new(b"name".to_vec());
    store.record(vec![
        act("one", "a"),
        act("two", "a"),
        act("one", "b"),
        act("six", "a"),
    ]);
    store.put_person("one", "p", name).unwrap();
    store.checkpoint(signer()).unwrap();
    record(&store, act("six", "b"));
    drop(store);
    site
}

/// What is counted, whether or not covers were added twice.
fn counts(store: &Store) -> Audit {
    sound(store)
}

fn fails(at: Failpoint, fault: Fault) -> Fails {
    let left = Hands::at(0).0;
    Fails { at, fault, left }
}

/// The failpoints that an operation passes, and what is there when nothing failed.
fn undisturbed(template: &Sqlite, operation: &Operation) -> (Vec<Failpoint>, Audit) {
    let site = template.copy();
    let passed = Passed::default();
    let store = site.open_in(world(passed.clone())).unwrap();
    assert!((operation.run)(&store), "{}", operation.name);
    let mut points = passed.take();
    points.sort();
    points.dedup();
    (points, counts(&store))
}

/// After a failure: all is sound, a repetition succeeds, and nothing is there twice or in part.
fn repeated(store: &Store, operation: &Operation, expected: &Audit, told: &str) {
    sound(store);
    assert!((operation.run)(store), "{told}");
    let after = counts(store);
    if operation.once {
        assert_eq!(after, *expected, "{told}");
    }
}

#[test]
fn every_operation_meets_every_failpoint() {
    let template = template();
    let mut met: BTreeSet<Failpoint> = BTreeSet::new();
    let mut cases = 0;
    for (number, operation) in OPERATIONS.iter().enumerate() {
        let (points, expected) = undisturbed(&template, operation);
        assert!(!points.is_empty(), "{}", operation.name);
        for at in points {
            met.insert(at);
            let told = format!("{} {at:?}", operation.name);
            let site = template.copy();
            let store = site.open_in(world(fails(at, Fault::Error))).unwrap();
            assert!(!(operation.run)(&store), "{told}: an error");
            assert!(
                !(operation.run)(&store),
                "{told}: it goes on after an error"
            );
            drop(store);
            repeated(&site.open().unwrap(), operation, &expected, &told);

            let site = template.copy();
            crash(site.folder(), number, at);
            repeated(&site.open().unwrap(), operation, &expected, &told);
            cases += 2;

            if let Failpoint::Before(step) = at {
                let site = template.copy();
                let store = site.open_in(world(fails(at, Fault::Full))).unwrap();
                assert!(!(operation.run)(&store), "{told}: a full disk");
                let store = match step {
                    Step::Mark => {
                        drop(store);
                        site.open().unwrap()
                    }
                    _ => store,
                };
                repeated(&store, operation, &expected, &told);
                cases += 1;
            }
        }
    }
    met.extend(creation());
    let of_servers = |at: &Failpoint| {
        let (Failpoint::Before(step) | Failpoint::After(step)) = at;
        matches!(step, Step::Lead | Step::Number)
    };
    let all: BTreeSet<Failpoint> = failpoints().filter(|at| !of_servers(at)).collect();
    assert_eq!(met, all, "steps that no operation passes");
    eprintln!("{cases} operations failed, at {} failpoints", met.len());
}

/// Making a store meets every failpoint that it passes; tells which.
fn creation() -> BTreeSet<Failpoint> {
    let passed = Passed::default();
    Sqlite::empty().create_in(&world(passed.clone())).unwrap();
    let points = passed.all();
    for at in &points {
        for crashed in [false, true] {
            let site = Sqlite::empty();
            match crashed {
                true => crash(site.folder(), CREATE, *at),
                false => assert!(site.create_in(&world(fails(*at, Fault::Error))).is_err()),
            }
            // Either it is there, whole, or it says what is missing. Nothing is made over it.
            match site.open() {
                Ok(store) => assert_eq!(counts(&store), Audit::default()),
                Err(refused) => assert!(
                    refused.to_string().starts_with("open the store")
                        || refused.to_string().contains("root key")
                ),
            }
            let started = site.places().keys.exists();
            assert!(!started || site.create_in(&world(Passed::default())).is_err());
        }
    }
    points
}

/// An erasure that ended anywhere is completed when the store is opened, and that may fail as well.
#[test]
fn an_erasure_is_completed_by_opening() {
    let template = template();
    let erase = OPERATIONS
        .iter()
        .position(|o| o.name == "erase a case")
        .unwrap();
    let after = Failpoint::After(Step::Erase);
    let site = template.copy();
    crash(site.folder(), erase, after);
    let begun = site.copy();
    let passed = Passed::default();
    drop(site.open_in(world(passed.clone())).unwrap());
    let points = passed.all();
    assert!(points.contains(&Failpoint::After(Step::ErasePersons)));
    assert!(points.contains(&Failpoint::After(Step::EraseKeys)));
    for at in points {
        let site = begun.copy();
        assert!(
            site.open_in(world(fails(at, Fault::Error))).is_err(),
            "{at:?}"
        );
        let store = site.open().unwrap();
        assert_eq!(sound(&store).erased, 2);
        assert!((OPERATIONS[erase].run)(&store));
    }
}

/// Stands for making a store, beside the numbers of the operations.
const CREATE: usize = usize::MAX;

/// Carries an operation out in a process of its own, which dies at the failpoint.
fn crash(folder: &Path, operation: usize, at: Failpoint) {
    let place = failpoints().position(|point| point == at).unwrap();
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "faults::in_a_process_that_dies"])
        .env("HABEAS_STORE_FOLDER", folder)
        .env("HABEAS_STORE_OPERATION", operation.to_string())
        .env("HABEAS_STORE_FAILPOINT", place.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(!status.success(), "{at:?}: it lived on");
}

/// What [`crash`] starts; without its folder there is nothing to do.
#[test]
fn in_a_process_that_dies() {
    let Some(folder) = env::var_os("HABEAS_STORE_FOLDER") else {
        return;
    };
    let number = |name| env::var(name).unwrap().parse::<usize>().unwrap();
    let at = failpoints().nth(number("HABEAS_STORE_FAILPOINT")).unwrap();
    let site = Sqlite::at(Path::new(&folder));
    let dies = world(fails(at, Fault::Crash));
    match number("HABEAS_STORE_OPERATION") {
        CREATE => drop(site.create_in(&dies)),
        operation => {
            let store = site.open_in(dies).unwrap();
            (OPERATIONS[operation].run)(&store);
        }
    }
}
