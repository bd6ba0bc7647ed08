//! The state: made once, bound to its key, held by one.

use habeas_ledger::checkpoint::monitoring_name;
use habeas_ledger::witness::{Request, Witness};
use habeas_witness::Fault;
use habeas_witness::memory::{MOST_KEPT, Memory, evidence};
use tempfile::tempdir;

use crate::support::{LOG, START, checkpoint, history, known, request, witness_key};

#[test]
fn made_once_and_held_by_one() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s.db");
    let key = witness_key(1);
    let open = || Memory::open(&path, key.verifier());
    assert!(matches!(open(), Err(Fault::Missing(_))));
    assert!(matches!(evidence(&path), Err(Fault::Missing(_))));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    // What a maker that died half-way leaves is no hindrance.
    std::fs::write(folder.path().join("s.db.new"), "half").unwrap();
    let memory = Memory::create(&path, key.verifier()).unwrap();
    assert!(matches!(open(), Err(Fault::InUse(_))));
    assert!(matches!(
        Memory::create(&path, key.verifier()),
        Err(Fault::InUse(_))
    ));
    drop(memory);
    assert!(matches!(
        Memory::create(&path, key.verifier()),
        Err(Fault::There(_))
    ));
    let other = Memory::open(&path, witness_key(2).verifier());
    assert!(matches!(other, Err(Fault::OtherKey { .. })));
    open().unwrap();
    for text in [
        "",
        "no database, and long enough to be looked into as one"
            .repeat(40)
            .as_str(),
    ] {
        let path = folder.path().join("other.db");
        std::fs::write(&path, text).unwrap();
        assert!(matches!(
            Memory::open(&path, key.verifier()),
            Err(Fault::Foreign(_))
        ));
        assert!(matches!(evidence(&path), Err(Fault::Foreign(_))));
    }
}

/// A pinned checkpoint is where a new witness starts; later it changes nothing.
#[test]
fn pinned() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s.db");
    let key = witness_key(1);
    let witness = Witness::new(key.clone(), known()).unwrap();
    let (one, other) = (history(0, 1), history(2, 2));
    let mut memory = Memory::create(&path, key.verifier()).unwrap();
    memory.pin(&checkpoint(&one, 5), &[]).unwrap_err();
    assert!(memory.pin(&checkpoint(&one, 5), &known()).unwrap());
    assert!(!memory.pin(&checkpoint(&other, 9), &known()).unwrap());
    // Nothing was cosigned yet.
    assert_eq!(memory.latest(&monitoring_name(LOG)).unwrap(), None);
    let mut ask = |body: String| {
        let request = Request::parse(body.as_bytes()).unwrap();
        let answered = memory.answer(&witness, &known(), &request, START);
        answered.unwrap().0.status
    };
    assert_eq!(ask(request(&one, 0, 5)), 409);
    assert_eq!(ask(request(&other, 5, 8)), 422);
    assert_eq!(ask(request(&one, 5, 8)), 200);
    assert!(memory.latest(&monitoring_name(LOG)).unwrap().is_some());
}

/// A log that shows a thousand histories fills no disk.
#[test]
fn enough_is_kept() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("s.db");
    let key = witness_key(1);
    let witness = Witness::new(key.clone(), known()).unwrap();
    let mut memory = Memory::create(&path, key.verifier()).unwrap();
    let mut ask = |body: &str| {
        let request = Request::parse(body.as_bytes()).unwrap();
        memory.answer(&witness, &known(), &request, START).unwrap()
    };
    assert_eq!(ask(&request(&history(0, 1), 0, 60)).0.status, 200);
    for number in 2..=250 {
        let fork = request(&history(7, number), 60, 60);
        let (answer, kept) = ask(&fork);
        assert_eq!(
            (answer.status, kept.is_some()),
            (422, u64::from(number) < 2 + MOST_KEPT)
        );
    }
    assert_eq!(
        evidence(&path).unwrap().len(),
        usize::try_from(MOST_KEPT).unwrap()
    );
}
