//! A log that shows one witness one history and another witness another: the first exchange between the two tells it.

use habeas_ledger::checkpoint::{Checkpoint, monitoring_name};
use habeas_ledger::evidence::{Finding, judge};
use habeas_ledger::note::Note;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tree::Leaves;
use habeas_ledger::witness::Request;
use habeas_witness::memory::evidence;
use tempfile::tempdir;

use crate::support::{LOG, Running, fresh, get, history, log_key, post, request};

/// What a witness gives to whoever asks: the last checkpoint that it has cosigned.
fn latest(witness: &Running) -> Note {
    let answer = get(
        witness.address,
        &format!("/{}/checkpoint", monitoring_name(LOG)),
    );
    assert_eq!(answer.status, 200);
    Note::parse(answer.body.as_bytes()).unwrap()
}

#[test]
fn shown_to_two() {
    let keys = [log_key().verifier().clone()];
    let mut forks = 0;
    for fork in [1, 2, 3, 4, 7] {
        let both = [history(fork, 1), history(fork, 2)];
        for (one, other) in [(0, 0), (0, 1), (1, 0), (0, 5), (4, 1), (9, 30)] {
            let sizes = [fork + 1 + one, fork + 1 + other];
            let folder = tempdir().unwrap();
            let witnesses = [1, 2].map(|number| fresh(number, folder.path()));
            for ((witness, leaves), size) in witnesses.iter().zip(&both).zip(sizes) {
                // They had seen the same, and each is then led on.
                assert_eq!(post(witness.address, &request(leaves, 0, fork)).status, 200);
                let on = request(leaves, fork, size);
                assert_eq!(post(witness.address, &on).status, 200);
            }
            let notes = [0, 1].map(|number| latest(&witnesses[number]));
            // The one that is behind is shown what the other has, with the best proof that the log can make.
            let (behind, ahead) = if sizes[0] <= sizes[1] { (0, 1) } else { (1, 0) };
            let (old, size) = (sizes[behind], sizes[ahead]);
            let proof = prove_consistency(&Leaves(&both[ahead]), old, size).unwrap();
            let shown = Request::new(old, proof.clone(), notes[ahead].clone()).unwrap();
            let answer = post(witnesses[behind].address, &shown.to_string());
            assert_eq!(answer.status, 422, "{fork} {sizes:?}");
            let kept = evidence(&folder.path().join(format!("{}.db", behind + 1))).unwrap();
            let same = old == size;
            let finding = if same {
                Finding::TwoRoots
            } else {
                Finding::ProofFails
            };
            assert_eq!(
                kept.iter().map(|kept| kept.finding).collect::<Vec<_>>(),
                [finding]
            );
            // The other way round it is told at once at which size they differ, or that it is to ask for a proof.
            let shown = Request::new(old, Vec::new(), notes[behind].clone()).unwrap();
            let answer = post(witnesses[ahead].address, &shown.to_string());
            assert_eq!(answer.status, if same { 422 } else { 409 });
            // And whoever fetches both judges by himself.
            assert_eq!(
                judge(&notes[0], &notes[1], Some(&proof), &keys),
                Ok(finding)
            );
            let stands = Checkpoint::of(&latest(&witnesses[behind])).unwrap().size();
            assert_eq!(stands, old);
            forks += 1;
        }
    }
    println!("{forks} forks shown to two witnesses, each told by the first exchange");
}
