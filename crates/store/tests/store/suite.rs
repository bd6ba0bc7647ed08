//! What must hold on every database.

use std::fs;
use std::sync::atomic::Ordering;

use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::proof::verify_inclusion;
use habeas_ledger::tree::Subtree;
use habeas_store::{
    Audit, Due, Environment, Erasure, Error, Export, Failpoint, Mismatch, NewAct, Recorded,
    Refused, Running, Step, Store,
};
use zeroize::Zeroizing;

use crate::backend::{Backend, Fails, Fault, Hands, Sqlite, TODAY, act, record, with, world};

macro_rules! suite {
    ($backend:ty: $($test:ident),* $(,)?) => {
        $(#[test] fn $test() { super::$test::<$backend>(); })*
    };
}

macro_rules! on_every_database {
    ($($test:ident),* $(,)?) => {
        mod sqlite { suite!(crate::backend::Sqlite: $($test),*); }
        mod postgres { suite!(crate::backend::Postgres: $($test),*); }
    };
}

on_every_database!(
    what_is_recorded_comes_back,
    a_repetition_is_answered_not_recorded,
    a_stale_writer_gets_a_conflict,
    many_threads_on_many_cases,
    receipts_lead_to_the_root,
    an_erased_act_is_gone_and_the_log_stays,
    an_erased_case_is_gone_and_the_log_stays,
    an_erasure_is_decided_on_what_it_saw,
    the_clock_may_go_backwards,
    a_full_disk_refuses_and_goes_on,
    derived_rows_follow_the_version,
    copies_that_left_stay_registered,
    names_and_contacts_go_with_their_case,
    covers_are_told_from_lost_acts,
    two_writers_are_not_let_in,
);

pub fn signer() -> SignerKey {
    SignerKey::from_seed("log.example/1", Algorithm::Ed25519, &[7; 32]).unwrap()
}

pub fn sound(store: &Store) -> Audit {
    let audit = store.audit().unwrap();
    assert_eq!(audit.found, []);
    audit
}

fn ids(store: &Store, case: &str) -> Vec<String> {
    let record = store.acts_of_case(case).unwrap();
    record.acts.into_iter().map(|kept| kept.id).collect()
}

fn what_is_recorded_comes_back<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    let told = store.record(vec![act("one", "a"), act("two", "a"), act("one", "b")]);
    let at = |index, version| Ok(Recorded { index, version });
    assert_eq!(told, [at(0, 1), at(1, 1), at(2, 2)]);
    assert_eq!(store.refusal(act("one", "c")), at(3, 2));
    assert_eq!(store.attempt(act("one", "d")), at(4, 2));
    drop(store);
    let store = site.open().unwrap();
    let one = store.acts_of_case("one").unwrap();
    let indexes: Vec<u64> = one.acts.iter().map(|kept| kept.index.unwrap()).collect();
    assert_eq!(indexes, [0, 2, 3, 4]);
    assert_eq!(one.acts[1].fields, act("one", "b").fields);
    assert_eq!(one.acts[1].content.recorded, TODAY);
    let cases: Vec<String> = store.cases().map(|case| case.unwrap().id).collect();
    assert_eq!(cases, ["one", "two"]);
    let audit = sound(&store);
    assert_eq!(
        (audit.leaves, audit.acts, audit.refusals_and_attempts),
        (5, 3, 2)
    );
    let missing = store.acts_of_case("three").err().unwrap();
    assert_eq!(missing.to_string(), "read a case: there is no such case");
}

fn a_repetition_is_answered_not_recorded<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    let first = record(&store, act("one", "a"));
    record(&store, act("one", "b"));
    // In one batch with itself, later, and after the store was opened again.
    let twice = store.record(vec![act("one", "c"), act("one", "c")]);
    assert_eq!(twice[0], twice[1]);
    assert_eq!(record(&store, act("one", "a")), first);
    drop(store);
    let store = site.open().unwrap();
    assert_eq!(record(&store, act("one", "a")), first);
    let refused = |act: NewAct| store.record(vec![act])[0].unwrap_err();
    let other = Refused::OtherContent { index: 0 };
    assert_eq!(refused(with("one", "a", b"other")), other);
    let elsewhere = NewAct {
        retry: "one/a".into(),
        ..act("two", "a")
    };
    assert_eq!(refused(elsewhere), other);
    assert_eq!(store.refusal(act("one", "a")), Err(other));
    let same_id = NewAct {
        retry: "another".into(),
        ..act("one", "a")
    };
    assert_eq!(refused(same_id), Refused::Taken { index: 0 });
    assert_eq!(sound(&store).leaves, 3);
}

fn a_stale_writer_gets_a_conflict<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    let seen = |id, version| NewAct {
        version: Some(version),
        ..act("one", id)
    };
    let told = store.record(vec![seen("a", 0), seen("b", 0), seen("c", 1), seen("d", 7)]);
    assert_eq!(told[1], Err(Refused::Stale { version: 1 }));
    assert_eq!(told[3], Err(Refused::Stale { version: 2 }));
    store.attempt(act("one", "tried")).unwrap();
    record(&store, seen("e", 2));
    assert_eq!(ids(&store, "one"), ["a", "c", "tried", "e"]);
    // A repetition is not stale: it is answered.
    assert_eq!(record(&store, seen("a", 0)).version, 1);
}

fn many_threads_on_many_cases<B: Backend>() {
    const THREADS: u64 = 32;
    const EACH: u64 = 40;
    let site = B::fresh();
    let store = site.open().unwrap();
    let conflicts: u64 = std::thread::scope(|scope| {
        let work = |thread: u64| {
            let store = &store;
            scope.spawn(move || {
                let mut conflicts = 0;
                for turn in 0..EACH {
                    let case = format!("case {}", (thread * 7 + turn * 13) % 100);
                    let mut new = act(&case, &format!("{thread}-{turn}"));
                    new.version = Some(0);
                    loop {
                        match store.record(vec![new.clone()])[0] {
                            Ok(_) => break,
                            Err(Refused::Stale { version }) => {
                                conflicts += 1;
                                new.version = Some(version);
                            }
                            Err(refused) => panic!("{refused}"),
                        }
                    }
                }
                conflicts
            })
        };
        let threads: Vec<_> = (0..THREADS).map(work).collect();
        threads.into_iter().map(|t| t.join().unwrap()).sum()
    });
    assert!(conflicts > 0);
    let audit = sound(&store);
    assert_eq!((audit.acts, audit.leaves), (THREADS * EACH, THREADS * EACH));
    let versions: u64 = store.cases().map(|case| case.unwrap().version).sum();
    assert_eq!(versions, THREADS * EACH);
}

fn receipts_lead_to_the_root<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    let acts = |range: std::ops::Range<u32>| range.map(|n| act("one", &n.to_string())).collect();
    store.record(acts(0..300));
    assert!(store.material(7).unwrap().is_none());
    let first = store.checkpoint(signer()).unwrap();
    assert_eq!(first, store.checkpoint(signer()).unwrap());
    store.record(acts(300..700));
    let second = store.checkpoint(signer()).unwrap();
    assert_eq!((first.size, second.size), (300, 700));
    store.store_cosignature(700, "b.example", "second").unwrap();
    store.store_cosignature(700, "a.example", "first").unwrap();
    store.publish(700).unwrap();
    assert!(store.store_cosignature(699, "a.example", "first").is_err());
    assert!(store.publish(1).is_err());
    for index in [0, 255, 256, 299, 300, 511, 512, 699] {
        let material = store.material(index).unwrap().unwrap();
        let whole = Subtree::whole(material.checkpoint.size).unwrap();
        let leaf = leaf_hash(&material.entry);
        let root = material.checkpoint.root;
        verify_inclusion(&leaf, index, whole, &root, &material.proof).unwrap();
        assert_eq!(material.cosignatures, ["first", "second"]);
        assert!(material.checkpoint.published);
        assert_eq!(material.act.unwrap().id, index.to_string());
    }
    assert_eq!(sound(&store).checkpoints, 2);
}

pub fn erasure(store: &Store, case: &str, act_id: Option<&str>) -> Erasure {
    let id = format!("{case} {act_id:?}");
    Erasure {
        case: case.into(),
        act: act_id.map(Into::into),
        version: store.acts_of_case(case).map_or(0, |case| case.version),
        tombstone: act("erasures", &id),
    }
}

fn an_erased_act_is_gone_and_the_log_stays<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("one", "b")]);
    let before = store.checkpoint(signer()).unwrap();
    let erase = erasure(&store, "one", Some("a"));
    let done = store.erase(erase.clone()).unwrap();
    assert_eq!(done.index, 2);
    assert_eq!(store.erase(erase).unwrap(), done);
    let one = store.acts_of_case("one").unwrap();
    assert_eq!((one.version, one.erased, one.acts.len()), (2, vec![0], 1));
    assert_eq!(store.record(vec![act("one", "a")]), [Err(Refused::Erased)]);
    assert_eq!(store.latest_checkpoint().unwrap(), Some(before));
    store.checkpoint(signer()).unwrap();
    let material = store.material(0).unwrap().unwrap();
    assert!(material.act.is_none());
    let whole = Subtree::whole(3).unwrap();
    let (leaf, root) = (leaf_hash(&material.entry), material.checkpoint.root);
    verify_inclusion(&leaf, 0, whole, &root, &material.proof).unwrap();
    drop(store);
    let audit = sound(&site.open().unwrap());
    assert_eq!((audit.acts, audit.erased), (2, 1));
}

fn an_erased_case_is_gone_and_the_log_stays<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("two", "a"), act("one", "b")]);
    let erase = erasure(&store, "one", None);
    let itself = Erasure {
        tombstone: act("one", "erasure"),
        ..erase.clone()
    };
    assert!(matches!(store.erase(itself), Err(Error::ErasesItself)));
    store.erase(erase).unwrap();
    let gone = store.acts_of_case("one").err().unwrap();
    assert_eq!(gone.to_string(), "read a case: the case was erased");
    assert_eq!(store.record(vec![act("one", "c")]), [Err(Refused::Erased)]);
    assert_eq!(ids(&store, "two"), ["a"]);
    let audit = sound(&store);
    assert_eq!((audit.acts, audit.erased), (2, 2));
}

fn an_erasure_is_decided_on_what_it_saw<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    let erase = erasure(&store, "one", None);
    record(&store, act("one", "b"));
    let stale = store.erase(erase.clone()).unwrap_err();
    assert_eq!(
        stale.to_string(),
        "erase: the case has moved on to version 2"
    );
    let nobody = Erasure {
        act: Some("z".into()),
        version: 2,
        ..erase
    };
    assert!(matches!(store.erase(nobody), Err(Error::Unknown { .. })));
    assert_eq!(ids(&store, "one"), ["a", "b"]);
    assert_eq!(sound(&store).leaves, 2);
}

fn the_clock_may_go_backwards<B: Backend>() {
    let site = B::fresh();
    let hands = Hands::at(TODAY);
    let store = site.open_in(Environment::new(hands.clone())).unwrap();
    let steps = [0, -1, 86_400, -3_600, 315_360_000, -315_360_000, 1_i64];
    for (turn, step) in steps.into_iter().enumerate() {
        let now = hands.0.load(Ordering::SeqCst).strict_add_signed(step);
        hands.0.store(now, Ordering::SeqCst);
        record(&store, act("one", &turn.to_string()));
    }
    drop(store);
    let store = site.open_in(Environment::new(hands)).unwrap();
    record(&store, act("one", "last"));
    let times = store.acts_of_case("one").unwrap().acts;
    assert!(times.is_sorted_by_key(|kept| kept.content.recorded));
    sound(&store);
}

fn a_full_disk_refuses_and_goes_on<B: Backend>() {
    let site = B::fresh();
    record(&site.open().unwrap(), act("one", "before"));
    let fails = Fails {
        at: Failpoint::Before(Step::Record),
        fault: Fault::Full,
        left: Hands::at(1).0,
    };
    let store = site.open_in(world(fails)).unwrap();
    record(&store, act("one", "room"));
    assert_eq!(store.record(vec![act("one", "a")]), [Err(Refused::Full)]);
    assert_eq!(ids(&store, "one"), ["before", "room"]);
    assert_eq!(record(&store, act("one", "a")).index, 2);
    assert_eq!(sound(&store).leaves, 3);
}

fn derived_rows_follow_the_version<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("two", "a")]);
    let due = |rule: &str, ends| Due {
        rule: rule.into(),
        ends,
    };
    let running = |case: &str, version, due| Running {
        case: case.into(),
        version,
        due,
    };
    let first = running("one", 1, vec![due("arrest-review", 30), due("counsel", 10)]);
    let moved_on = store.reindex(vec![first, running("two", 1, vec![due("custody", 20)])]);
    assert_eq!(moved_on.unwrap(), [""; 0]);
    record(&store, act("one", "b"));
    let stale = running("one", 1, vec![due("custody", 5)]);
    assert_eq!(store.reindex(vec![stale]).unwrap(), ["one"]);
    let found = |before| -> Vec<(String, i64)> {
        let rows = store.due_before(before).unwrap();
        rows.into_iter()
            .map(|(case, due)| (case, due.ends))
            .collect()
    };
    assert_eq!(found(30), [("one".into(), 10), ("two".into(), 20)]);
    store.reindex(vec![running("one", 2, vec![])]).unwrap();
    assert_eq!(found(i64::MAX), [("two".into(), 20)]);
    store.erase(erasure(&store, "two", None)).unwrap();
    assert_eq!(found(i64::MAX), []);
}

fn copies_that_left_stay_registered<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    let export = |kind: &str| Export {
        case: "one".into(),
        kind: kind.into(),
        recipient: "the court".into(),
    };
    assert_eq!(store.register_export(export("print")).unwrap(), 1);
    assert_eq!(store.register_export(export("feed")).unwrap(), 2);
    store.erase(erasure(&store, "one", None)).unwrap();
    let left = store.exports_of("one").unwrap();
    let kinds: Vec<&str> = left.iter().map(|copy| copy.kind.as_str()).collect();
    assert_eq!(kinds, ["print", "feed"]);
    assert_eq!(
        (left[1].at, left[1].recipient.as_str()),
        (TODAY, "the court")
    );
    sound(&store);
}

fn names_and_contacts_go_with_their_case<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    let name = |text: &str| Zeroizing::new(text.as_bytes().to_vec());
    store.put_person("one", "p", name("first")).unwrap();
    store.put_person("one", "p", name("second")).unwrap();
    assert_eq!(store.person("one", "p").unwrap(), Some(name("second")));
    assert_eq!(store.person("one", "q").unwrap(), None);
    drop(store);
    let store = site.open().unwrap();
    assert_eq!(store.person("one", "p").unwrap(), Some(name("second")));
    store.erase(erasure(&store, "one", None)).unwrap();
    assert!(matches!(
        store.person("one", "p"),
        Err(Error::Erased { .. })
    ));
    assert!(store.put_person("one", "p", name("third")).is_err());
    record(&store, act("two", "a"));
    store.put_person("two", "p", name("other")).unwrap();
    sound(&store);
}

fn covers_are_told_from_lost_acts<B: Backend>() {
    let site = B::fresh();
    let store = site.open().unwrap();
    record(&store, act("one", "a"));
    store.cover(3).unwrap();
    assert_eq!(record(&store, act("one", "b")).index, 4);
    let audit = sound(&store);
    assert_eq!((audit.covers, audit.acts, audit.leaves), (3, 2, 5));
}

fn two_writers_are_not_let_in<B: Backend>() {
    let site = B::fresh();
    let first = site.open().unwrap();
    assert!(matches!(site.open(), Err(Error::InUse)));
    drop(first);
    site.open().unwrap();
}

#[test]
fn nothing_that_is_recorded_stands_in_the_files() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    record(&store, with("secret case", "secret act", b"secret content"));
    let name = Zeroizing::new(b"secret name".to_vec());
    store
        .put_person("secret case", "secret person", name)
        .unwrap();
    let export = Export {
        case: "secret case".into(),
        kind: "secret".into(),
        recipient: "secret".into(),
    };
    store.register_export(export).unwrap();
    for file in site.files() {
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(6).any(|w| w == b"secret"), "{file:?}");
    }
}

#[test]
fn without_the_key_store_nothing_opens() {
    let site = Sqlite::fresh();
    record(&site.open().unwrap(), act("one", "a"));
    let keys = site.places().keys;
    let kept = fs::read(&keys).unwrap();
    let fails = |site: &Sqlite| site.open().err().unwrap().to_string();
    fs::remove_file(&keys).unwrap();
    assert_eq!(fails(&site), "open the store: the key store is missing");
    // Another store's keys are no help, nor is another root key.
    let other = Sqlite::fresh();
    fs::copy(other.places().keys, &keys).unwrap();
    assert_eq!(
        fails(&site),
        "open the store: the root key does not open the key store"
    );
    fs::write(&keys, kept).unwrap();
    site.open().unwrap();
    fs::copy(other.root(), site.root()).unwrap();
    assert_eq!(
        fails(&site),
        "open the store: the root key does not open the key store"
    );
}

#[test]
fn what_was_erased_does_not_stand_in_the_files() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    store.record(vec![act("one", "a"), act("two", "a")]);
    let name = Zeroizing::new(b"a name".to_vec());
    store.put_person("one", "p", name).unwrap();
    let sealed = |file: &std::path::Path, sql: &str| -> Vec<Vec<u8>> {
        let open = rusqlite::Connection::open(file).unwrap();
        let mut rows = open.prepare(sql).unwrap();
        rows.query_map([], |row| row.get(0))
            .unwrap()
            .map(|row| row.unwrap())
            .collect()
    };
    let places = site.places();
    let mut gone = sealed(&places.store, "SELECT sealed FROM acts WHERE leaf = 0");
    gone.extend(sealed(&places.persons, "SELECT sealed FROM persons"));
    let key = "SELECT wrapped FROM keys WHERE number = 2";
    gone.extend(sealed(&places.keys, key));
    let stands = |sealed: &[u8]| {
        let files = site.files().into_iter();
        let texts = files.map(|file| fs::read(file).unwrap());
        texts
            .into_iter()
            .any(|text| text.windows(sealed.len()).any(|w| w == sealed))
    };
    assert!(gone.len() == 3 && gone.iter().all(|sealed| stands(sealed)));
    store.erase(erasure(&store, "one", None)).unwrap();
    assert!(!gone.iter().any(|sealed| stands(sealed)));
}

#[test]
fn a_root_key_that_others_may_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let site = Sqlite::fresh();
    fs::set_permissions(site.root(), fs::Permissions::from_mode(0o640)).unwrap();
    let refused = site.open().err().unwrap().to_string();
    assert!(refused.contains("can be read by others"), "{refused}");
}

#[test]
fn a_store_that_was_put_back_is_refused() {
    let site = Sqlite::fresh();
    record(&site.open().unwrap(), act("one", "a"));
    let old = fs::read(site.places().store).unwrap();
    record(&site.open().unwrap(), act("one", "b"));
    fs::write(site.places().store, old).unwrap();
    let refused = site.open().err().unwrap().to_string();
    assert_eq!(
        refused,
        "the store does not match itself: 2 leaves were acknowledged, 1 are stored: acts were lost"
    );
}

#[test]
fn an_older_key_store_is_refused() {
    let site = Sqlite::fresh();
    let old = fs::read(site.places().keys).unwrap();
    record(&site.open().unwrap(), act("one", "a"));
    fs::write(site.places().keys, old).unwrap();
    assert!(matches!(site.open(), Err(Error::KeyLost { .. })));
}

#[test]
fn nothing_secret_is_shown() {
    let site = Sqlite::fresh();
    let root = habeas_store::RootKey::read(&site.root()).unwrap();
    assert_eq!(format!("{root:?}"), "RootKey");
}

#[test]
fn a_changed_node_signs_nothing() {
    let site = Sqlite::fresh();
    let store = site.open().unwrap();
    store.record((0..300).map(|n| act("one", &n.to_string())).collect());
    store.checkpoint(signer()).unwrap();
    let tables = rusqlite::Connection::open(site.places().store).unwrap();
    tables
        .execute("UPDATE nodes SET hash = zeroblob(32)", [])
        .unwrap();
    assert_eq!(store.audit().unwrap().found, [Mismatch::Nodes { level: 8 }]);
    record(&store, act("one", "more"));
    let refused = store.checkpoint(signer()).unwrap_err().to_string();
    assert_eq!(
        refused,
        "the store does not match itself: the checkpoint of 300 leaves has another root than the stored leaves"
    );
    // And nothing goes on.
    assert_eq!(
        store.record(vec![act("one", "most")]),
        [Err(Refused::Unanswered)]
    );
}
