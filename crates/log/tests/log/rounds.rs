//! What a round makes, and that no witness stops it.

use std::fs;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::leaf::Entry;
use habeas_ledger::note::Note;
use habeas_log::{Cadence, Fault, Log, Setup, Tiles};
use habeas_store::{Failpoint, Faults, Step};
use habeas_witness::client::Missing;
use tempfile::tempdir;

use crate::support::{
    Heard, Site, TODAY, down, honest, http, log, log_key, note_in, policy, record, scripted, setup,
    witness_key,
};

#[test]
fn a_round_is_cosigned_stored_and_published() {
    let folder = tempdir().unwrap();
    let all = [1, 2, 3, 4, 5].map(|number| honest(number, folder.path()));
    let site = Site::new();
    let store = site.open();
    let heard = Heard::default();
    let public = folder.path().join("public");
    let with = |multiple| {
        let tiles = Some(Tiles::new(public.clone(), None));
        let policy = Some(policy(4, &all));
        let setup = setup(&site, policy, &heard);
        Log::new(Setup {
            tiles,
            multiple,
            ..setup
        })
        .unwrap()
    };
    let published = || fs::read_to_string(public.join("checkpoint")).unwrap();
    let mut log = with(4);
    for (id, size) in [("a", 4), ("b", 8)] {
        let index = record(&store, id);
        let done = log.round(&store, TODAY).unwrap();
        let round = done.round.unwrap();
        assert!(round.quorum);
        assert_eq!(round.groups[0].to_string(), "organs: 5 of 5");
        assert_eq!((done.size, done.note.signatures().len()), (size, 6));
        assert_eq!(published(), done.note.to_string());
        let material = store.material(index).unwrap().unwrap();
        assert!(material.checkpoint.published);
        assert_eq!(material.checkpoint.size, size);
        assert_eq!(material.cosignatures.len(), 5);
    }
    assert_eq!(heard.take(), [""; 0]);
    // The same once more, with nothing new: new times, no new lines.
    let done = with(0).round(&store, TODAY + 10).unwrap();
    assert_eq!((done.size, done.note.signatures().len()), (8, 6));
    assert_eq!(published(), done.note.to_string());
    assert_eq!(store.audit().unwrap().found, []);
}

/// How many acts an interval had does not show: neither in sizes nor in the times of entries.
#[test]
fn intervals_grow_by_a_multiple() {
    let site = Site::new();
    let store = site.open();
    let (mut log, _) = log(&site, None);
    let (mut acts, mut sizes) = (0, Vec::new());
    for count in [0, 3, 4, 5, 1] {
        for _ in 0..count {
            acts += 1;
            record(&store, &acts.to_string());
        }
        sizes.push(log.round(&store, TODAY).unwrap().size);
    }
    assert_eq!(sizes, [4, 8, 12, 20, 24]);
    let slots = store.entries(0, 24).unwrap();
    let slots = slots
        .iter()
        .map(|entry| Entry::from_bytes(entry).unwrap().logged());
    assert!(slots.clone().count() == 24 && slots.into_iter().all(|slot| slot == TODAY - 10));
    let audit = store.audit().unwrap();
    assert_eq!((audit.acts, audit.covers, audit.checkpoints), (13, 11, 5));
    assert_eq!(audit.found, []);
}

/// One down, one with a spoilt line, one that signs another root, one that tells a size that it cannot show.
#[test]
fn the_rest_counts_and_what_is_wrong_is_said_once() {
    let folder = tempdir().unwrap();
    let none = || http("404 Not Found", "");
    let line = |number: u8, text: &str| format!("{}\n", witness_key(number).sign(text, 1));
    let spoilt = scripted(
        move |body| {
            let mut line = witness_key(3).sign(note_in(body).text(), 1);
            line.signature[30] ^= 1;
            http("200 OK", &format!("{line}\n"))
        },
        none,
    );
    let other = scripted(
        move |body| {
            let said = Checkpoint::of(&note_in(body)).unwrap();
            let root = leaf_hash(b"other");
            let other = Checkpoint::new(said.origin(), said.size(), root).unwrap();
            http("200 OK", &line(4, &other.to_string()))
        },
        none,
    );
    let forged = move || {
        let more = Checkpoint::new(crate::support::ORIGIN, 1000, leaf_hash(b"x")).unwrap();
        let line = witness_key(5).sign(&more.to_string(), 1);
        let note = Note::new(&more.to_string(), vec![line]).unwrap();
        http("200 OK", &note.to_string())
    };
    let ahead = scripted(|_| http("409 Conflict", "1000\n"), forged);
    let all = [honest(1, folder.path()), down(), spoilt, other, ahead];
    let site = Site::new();
    let store = site.open();
    let (mut log, heard) = log(&site, Some(policy(1, &all)));
    record(&store, "a");
    let done = log.round(&store, TODAY).unwrap();
    let round = done.round.unwrap();
    assert!(round.quorum);
    assert_eq!(round.groups[0].to_string(), "organs: 1 of 5");
    assert_eq!(done.note.signatures().len(), 2);
    assert_eq!(store.cosignatures(done.size).unwrap().len(), 1);
    let missing: Vec<&Missing> = round
        .witnesses
        .iter()
        .filter_map(|(_, a)| a.as_ref().err())
        .collect();
    assert!(matches!(
        missing[..],
        [
            Missing::Down(_),
            Missing::Wrong(_),
            Missing::Wrong(_),
            Missing::Ahead(1000)
        ]
    ));
    let said = heard.take();
    for (number, part) in [
        "the witness `organ5` shows a checkpoint under the name of this log that the log has not signed",
        "witnesses that could not be asked whether they have seen more of this log: `organ2`: it was not reached",
        "the witness `organ3` has not cosigned: its line is wrong",
        "the witness `organ4` has not cosigned: its line is wrong",
        "the witness `organ5` has not cosigned: it has cosigned 1000 leaves",
    ]
    .iter()
    .enumerate()
    {
        assert!(said[number].starts_with(part), "{said:?}");
    }
    assert_eq!(said.len(), 5);
    // It goes on; of these nothing is said again, and of the one that is down once, at the third.
    let counts: Vec<usize> = (1..5)
        .map(|n| {
            log.round(&store, TODAY + n * 10).unwrap();
            heard.take().len()
        })
        .collect();
    assert_eq!(counts, [0, 1, 0, 0]);
}

/// A disk that is full for one round: the next one carries on, and nothing is there twice.
#[test]
fn a_full_disk_is_passed_over() {
    /// Full when a checkpoint is stored for the first time.
    struct Once(AtomicBool);

    impl Faults for Once {
        fn reach(&self, at: Failpoint) -> io::Result<()> {
            let full = at == Failpoint::Before(Step::Checkpoint) && !self.0.swap(true, SeqCst);
            match full {
                true => Err(io::ErrorKind::StorageFull.into()),
                false => Ok(()),
            }
        }
    }

    let site = Site::new();
    let store = site.open_with(Once(AtomicBool::new(false)));
    let (mut log, _) = log(&site, None);
    record(&store, "a");
    let fault = log.round(&store, TODAY).unwrap_err();
    assert!(fault.is_passing(), "{fault}");
    assert_eq!(log.round(&store, TODAY + 10).unwrap().size, 4);
    assert_eq!(store.audit().unwrap().found, []);
}

#[test]
fn a_policy_that_does_not_name_the_log() {
    let site = Site::new();
    let other: habeas_ledger::policy::Policy = "quorum none\n".parse().unwrap();
    let refused = Log::new(setup(&site, Some(other), &Heard::default()));
    let fault = refused.err().unwrap();
    assert!(matches!(&fault, Fault::NotInPolicy(key) if *key == log_key().verifier().to_string()));
    assert!(fault.hint().is_some());
}

#[test]
fn intervals_end_at_multiples() {
    let mut cadence = Cadence::new(10, 1003);
    assert_eq!(cadence.ended(1009), None);
    assert_eq!(cadence.ended(1010), Some(1010));
    assert_eq!(cadence.ended(1019), None);
    // Of several that were missed the last, and also after the clock was put back.
    assert_eq!(cadence.ended(1055), Some(1050));
    assert_eq!(cadence.ended(1001), Some(1000));
    assert_eq!(cadence.ended(1001), None);
}
