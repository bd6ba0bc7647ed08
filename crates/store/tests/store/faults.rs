//! Every operation meets every failpoint that it passes: with an error, a full disk, and a crash.

use std::collections::BTreeSet;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use habeas_store::{Audit, Due, Export, Failpoint, Running, Step, Store, failpoints};
use zeroize::Zeroizing;

use crate::backend::{Backend, Fails, Fault, Hands, Passed, Postgres, Sqlite, act, record, world};
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
fn template<B: Backend>() -> B {
    let site = B::fresh();
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
fn undisturbed<B: Backend>(template: &B, operation: &Operation) -> (Vec<Failpoint>, Audit) {
    let site = template.copy();
    let passed = Passed::default();
    let store = site.open_in(world(passed.clone())).unwrap();
    assert!((operation.run)(&store), "{}", operation.name);
    let mut points = passed.take();
    // Whoever numbers does so beside the operation.
    points.retain(|at| !of_servers(*at));
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
    meet::<Sqlite>(true);
}

/// `HABEAS_STORE_FAULTS` set to `all` makes every operation meet every failpoint with every fault here too; unless told, every failpoint is met by one.
#[test]
fn every_failpoint_is_met_on_postgresql() {
    meet::<Postgres>(env::var("HABEAS_STORE_FAULTS").is_ok_and(|all| all == "all"));
}

fn of_servers(at: Failpoint) -> bool {
    let (Failpoint::Before(step) | Failpoint::After(step)) = at;
    matches!(step, Step::Lead | Step::Number)
}

fn meet<B: Backend>(all: bool) {
    let template = template::<B>();
    let mut met: BTreeSet<Failpoint> = BTreeSet::new();
    let mut cases = 0;
    for (number, operation) in OPERATIONS.iter().enumerate() {
        let (points, expected) = undisturbed(&template, operation);
        assert!(!points.is_empty(), "{}", operation.name);
        for at in points {
            // In turn with an error, a crash and a full disk, where not every one is asked for.
            let new = met.insert(at);
            let turn = met.len() % 3;
            let meets = |fault: usize| all || new && turn == fault;
            let told = format!("{} {at:?}", operation.name);
            if meets(0) {
                let site = template.copy();
                let store = site.open_in(world(fails(at, Fault::Error))).unwrap();
                assert!(!(operation.run)(&store), "{told}: an error");
                assert!(
                    !(operation.run)(&store),
                    "{told}: it goes on after an error"
                );
                drop(store);
                repeated(&site.open().unwrap(), operation, &expected, &told);
                cases += 1;
            }
            let full = matches!(at, Failpoint::Before(_));
            if meets(1) || !full && meets(2) {
                let site = template.copy();
                crash(site.folder(), number, at);
                repeated(&site.open().unwrap(), operation, &expected, &told);
                cases += 1;
            }
            if let (Failpoint::Before(step), true) = (at, meets(2)) {
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
    met.extend(creation::<B>());
    let all: BTreeSet<Failpoint> = failpoints().filter(|at| !of_servers(*at)).collect();
    assert_eq!(met, all, "steps that no operation passes");
    eprintln!("{cases} operations failed, at {} failpoints", met.len());
}

/// Making a store meets every failpoint that it passes; tells which.
fn creation<B: Backend>() -> BTreeSet<Failpoint> {
    let passed = Passed::default();
    B::empty().create_in(&world(passed.clone())).unwrap();
    let points = passed.all();
    for at in &points {
        for crashed in [false, true] {
            let site = B::empty();
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
            let started = site.has_keys();
            assert!(!started || site.create_in(&world(Passed::default())).is_err());
        }
    }
    points
}

/// An erasure that ended anywhere is completed when the store is opened, and that may fail as well.
#[test]
fn an_erasure_is_completed_by_opening() {
    complete::<Sqlite>();
}

#[test]
fn an_erasure_is_completed_by_opening_on_postgresql() {
    complete::<Postgres>();
}

fn complete<B: Backend>() {
    let template = template::<B>();
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
    let mut points = passed.all();
    points.retain(|at| !of_servers(*at));
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
    let folder = Path::new(&folder);
    let operation = number("HABEAS_STORE_OPERATION");
    match Postgres::is_at(folder) {
        true => die(&Postgres::at(folder), operation, at),
        false => die(&Sqlite::at(folder), operation, at),
    }
}

fn die(site: &impl Backend, operation: usize, at: Failpoint) {
    let dies = world(fails(at, Fault::Crash));
    match operation {
        CREATE => drop(site.create_in(&dies)),
        operation => {
            let store = site.open_in(dies).unwrap();
            (OPERATIONS[operation].run)(&store);
        }
    }
}

/// Whoever numbers fails, and begins again; if the process ends there, the next numbers what waits.
#[test]
fn what_waits_is_numbered_after_all() {
    let template = template::<Postgres>();
    for step in [Step::Lead, Step::Number] {
        for at in [Failpoint::Before(step), Failpoint::After(step)] {
            let site = template.copy();
            let store = site.open_in(world(fails(at, Fault::Error))).unwrap();
            assert_eq!(record(&store, act("one", "new")).index, 5, "{at:?}");
            drop(store);
            let site = template.copy();
            crash(site.folder(), 0, at);
            let store = site.open().unwrap();
            assert_eq!(record(&store, act("one", "new")).index, 5, "{at:?}");
            assert_eq!(sound(&store).leaves, 6);
        }
    }
}
