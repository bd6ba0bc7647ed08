//! A witness between logs that show two histories: whatever comes in whatever order, what it cosigned is one history;
//! and what it kept convicts the log.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use habeas_ledger::Hash;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::evidence::{Finding, judge};
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::note::Note;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tree::{Leaves, Subtree, subtree_hash};
use habeas_ledger::witness::{KnownLog, Request, State, Witness};
use proptest::prelude::*;

const LOG: &str = "log.example/2027";
const SIZE: u64 = 24;

fn log_key() -> SignerKey {
    SignerKey::from_seed(LOG, Algorithm::Ed25519, &[1; 32]).unwrap()
}

fn witness() -> Witness {
    let key = SignerKey::from_seed("w.example", Algorithm::Cosignature, &[2; 32]).unwrap();
    let log = KnownLog {
        origin: LOG.to_owned(),
        keys: vec![log_key().verifier().clone()],
    };
    Witness::new(key, vec![log]).unwrap()
}

/// Histories under one key: the first, and others that leave it at the leaf `fork`.
fn history(fork: u64, number: u8) -> Vec<Hash> {
    let leaf = |i: u64| leaf_hash(&[if i < fork { 0 } else { number }, u8::try_from(i).unwrap()]);
    (0..SIZE).map(leaf).collect()
}

fn checkpoint(history: &[Hash], size: u64) -> Note {
    let root = subtree_hash(&Leaves(history), Subtree::whole(size).unwrap()).unwrap();
    let checkpoint = Checkpoint::new(LOG, size, root).unwrap();
    checkpoint.sign(&log_key()).unwrap()
}

/// One request: which history, from which size to which, whether its proof is made from another history, and what becomes of the answer.
#[derive(Clone, Debug)]
struct Move {
    history: usize,
    old: u64,
    size: u64,
    proof_of: usize,
    /// The process dies after the state was made durable and before the answer left.
    dies: bool,
    clock: u64,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = (
        0..3_usize,
        0..=SIZE,
        0..=SIZE,
        0..3_usize,
        any::<bool>(),
        0..20_u64,
    );
    let one = one.prop_map(|(history, old, size, proof_of, dies, clock)| Move {
        history,
        old,
        size,
        proof_of,
        dies,
        clock,
    });
    proptest::collection::vec(one, 1..40)
}

proptest! {
    #[test]
    fn one_history_is_cosigned(moves in moves(), forks in (0..SIZE, 0..SIZE), follow in any::<bool>()) {
        let histories = [history(SIZE, 0), history(forks.0, 1), history(forks.1, 2)];
        let (witness, known) = (witness(), [log_key().verifier().clone()]);
        let mut durable = State::default();
        let mut cosigned: Vec<(usize, u64, Note)> = Vec::new();
        for step in moves {
            // A log that remembers what the witness has asks from there.
            let old = if follow { durable.size.min(step.size) } else { step.old.min(step.size) };
            let note = checkpoint(&histories[step.history], step.size);
            let nodes = Leaves(&histories[step.proof_of]);
            let proof = prove_consistency(&nodes, old, step.size).unwrap_or_default();
            let request = Request::new(old, proof, note.clone()).unwrap();
            let before = durable.clone();
            let answer = witness.answer(&before, &request, step.clock);
            prop_assert_eq!(answer.state.is_some(), answer.status == 200);
            if let Some(state) = answer.state {
                prop_assert!(state.size >= before.size && state.time >= before.time);
                durable = state;
                // The signature may have left, or not: what is durable binds in both cases.
                if !step.dies || step.clock % 2 == 0 {
                    cosigned.push((step.history, step.size, note));
                }
            } else if let Some(evidence) = answer.evidence {
                let before = evidence.before.unwrap_or_else(|| checkpoint(&histories[0], 0));
                let finding = judge(&before, &note, None, &known).unwrap();
                let same_size = Checkpoint::of(&before).unwrap().size() == step.size;
                let root = |note: &Note| Checkpoint::of(note).unwrap().root();
                let convicts = same_size && root(&before) != root(&note);
                prop_assert_eq!(finding.is_proof(), convicts);
            }
        }
        for (place, (one, size, note)) in cosigned.iter().enumerate() {
            for (other, larger, later) in &cosigned[place..] {
                prop_assert!(size <= larger);
                // Both are of one history: what the larger one has up to the smaller size is the smaller one.
                let prefix = checkpoint(&histories[*other], *size);
                prop_assert_eq!(prefix.text(), note.text(), "{} {} {}", one, other, size);
                let proof = prove_consistency(&Leaves(&histories[*other]), *size, *larger);
                let finding = judge(note, later, proof.ok().as_deref(), &known).unwrap();
                prop_assert_eq!(finding, Finding::Consistent);
            }
        }
    }
}

#[test]
fn findings() {
    let known = [log_key().verifier().clone()];
    let (one, two) = (history(SIZE, 0), history(5, 1));
    let judge = |a: &Note, b: &Note, proof: Option<&[Hash]>| {
        let there = judge(a, b, proof, &known).unwrap();
        assert_eq!(judge(b, a, proof, &known).unwrap(), there);
        there
    };
    let (six, other, ten) = (
        checkpoint(&one, 6),
        checkpoint(&two, 6),
        checkpoint(&one, 10),
    );
    let proof = prove_consistency(&Leaves(&one), 6, 10).unwrap();
    assert_eq!(judge(&six, &other, None), Finding::TwoRoots);
    assert_eq!(judge(&six, &six, None), Finding::Consistent);
    assert_eq!(judge(&six, &ten, None), Finding::Open);
    assert_eq!(judge(&six, &ten, Some(&proof)), Finding::Consistent);
    assert_eq!(judge(&other, &ten, Some(&proof)), Finding::ProofFails);
    assert_eq!(judge(&checkpoint(&one, 0), &ten, None), Finding::Consistent);
    let root = Hash([1; 32]);
    let hollow = Checkpoint::new(LOG, 0, root)
        .unwrap()
        .sign(&log_key())
        .unwrap();
    assert_eq!(judge(&hollow, &ten, None), Finding::NotEmpty);

    let stranger = SignerKey::from_seed(LOG, Algorithm::Ed25519, &[3; 32]).unwrap();
    let forged = Checkpoint::new(LOG, 6, root)
        .unwrap()
        .sign(&stranger)
        .unwrap();
    habeas_ledger::evidence::judge(&six, &forged, None, &known).unwrap_err();
    // A cosigner's line is no signature of the log, under whatever name.
    let cosigner = SignerKey::from_seed(LOG, Algorithm::Cosignature, &[4; 32]).unwrap();
    let only = Note::new(other.text(), vec![cosigner.sign(other.text(), 1)]).unwrap();
    let cosigners = [known[0].clone(), cosigner.verifier().clone()];
    habeas_ledger::evidence::judge(&six, &only, None, &cosigners).unwrap_err();
    let elsewhere = SignerKey::from_seed("log.example/2028", Algorithm::Ed25519, &[1; 32]).unwrap();
    let checkpoint = Checkpoint::new("log.example/2028", 6, root).unwrap();
    let note = checkpoint.sign(&elsewhere).unwrap();
    let both = [known[0].clone(), elsewhere.verifier().clone()];
    habeas_ledger::evidence::judge(&six, &note, None, &both).unwrap_err();
}
