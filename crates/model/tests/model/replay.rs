//! The code against the model: whatever the model's witnesses and policy answer, those of `habeas_ledger` answer.

use habeas_ledger::Hash;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tree::{Leaves, Subtree, subtree_hash};
use habeas_ledger::witness::{KnownLog, Request, State, Witness};
use stateright::Model as _;

use crate::explore::shipped;
use crate::fork::{Action, Fork, Group};
use crate::guard::Guards;
use crate::history::History;
use crate::witness;

const TRACES: u64 = 10_000;
const STEPS: u64 = 8;
const LOG: &str = "log.example/2027";

/// Numbers that look drawn and are the same in each run: SplitMix64.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(end).unwrap()).unwrap()
    }
}

fn key(name: &str, algorithm: Algorithm, seed: u8) -> SignerKey {
    SignerKey::from_seed(name, algorithm, &[seed; 32]).unwrap()
}

fn hashes(history: History) -> Vec<Hash> {
    history
        .leaves()
        .iter()
        .map(|leaf| leaf_hash(&[*leaf]))
        .collect()
}

fn root(history: History) -> Hash {
    let whole = Subtree::whole(history.size().into()).unwrap();
    subtree_hash(&Leaves(&hashes(history)), whole).unwrap()
}

fn checkpoint(history: History, signer: &SignerKey) -> Note {
    let checkpoint = Checkpoint::new(LOG, history.size().into(), root(history)).unwrap();
    checkpoint.sign(signer).unwrap()
}

/// The body of a request, with the proof that the shown history gives.
fn body(asked: witness::Request, note: &Note) -> String {
    let (old, size) = (u64::from(asked.old), u64::from(asked.shown.size()));
    let proof = prove_consistency(&Leaves(&hashes(asked.shown)), old, size).unwrap_or_default();
    let proof: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
    format!("old {old}\n{proof}\n{note}")
}

#[test]
fn witnesses_of_the_ledger_answer_as_the_model_does() {
    let one = Group {
        members: 1,
        threshold: 1,
        colluding: 0,
    };
    let fork = Fork::new(Guards::ALL, [one, one], true);
    let (log, stranger) = (
        key(LOG, Algorithm::Ed25519, 1),
        key(LOG, Algorithm::Ed25519, 2),
    );
    let notes = |signer: &SignerKey| -> Vec<Note> {
        fork.shown
            .iter()
            .map(|shown| checkpoint(*shown, signer))
            .collect()
    };
    let (signed, forged) = (notes(&log), notes(&stranger));
    let known = KnownLog {
        origin: LOG.to_owned(),
        keys: vec![log.verifier().clone()],
    };
    let real = [3, 4].map(|seed| {
        let key = key("w.example", Algorithm::Cosignature, seed);
        Witness::new(key, vec![known.clone()]).unwrap()
    });
    let mut draw = Draw(0);
    let mut seen = [0; 5];
    for _ in 0..TRACES {
        let mut model = fork.init_states().remove(0);
        let mut durable = [State::default(), State::default()];
        for now in 1..=STEPS {
            let mut actions = Vec::new();
            fork.actions(&model, &mut actions);
            let action = actions[draw.below(actions.len())];
            let Action::Ask {
                group, old, shown, ..
            } = action
            else {
                panic!("with all guards a witness is only asked");
            };
            // Now and then it is somebody else who signed.
            let by_log = draw.below(8) > 0;
            let asked = witness::Request {
                old,
                shown: fork.shown[shown],
                signed: by_log,
            };
            let before = model.honest[group][0].durable;
            let expected = witness::answer(fork.guards, before, asked);
            let note = if by_log {
                &signed[shown]
            } else {
                &forged[shown]
            };
            let status = match Request::parse(body(asked, note).as_bytes()) {
                Ok(request) => {
                    let answer = real[group].answer(&durable[group], &request, now);
                    assert_eq!(answer.state.is_some(), answer.status == 200);
                    // Durable before the answer leaves: also where the process dies in between.
                    durable[group] = answer.state.unwrap_or_else(|| durable[group].clone());
                    answer.status
                }
                Err(_) => 400,
            };
            assert_eq!(status, expected as u16, "{before:?} {asked:?}");
            if by_log && let Some(next) = fork.next_state(&model, action) {
                model = next;
            }
            let kept = model.honest[group][0].durable;
            let (size, its_root) = (durable[group].size, durable[group].root);
            assert_eq!((size, its_root), (kept.size().into(), root(kept)));
            seen[[200, 400, 403, 409, 422]
                .iter()
                .position(|one| *one == status)
                .unwrap()] += 1;
        }
    }
    println!("200, 400, 403, 409, 422: {seen:?}");
    assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
}

#[test]
fn the_policy_of_the_ledger_counts_as_the_model_does() {
    let [organs, outside] = shipped(0, 0);
    let names = |group: &str, count| -> Vec<String> {
        (1..=count).map(|n| format!("{group}{n}")).collect()
    };
    let (organ, out) = (
        names("organ", organs.members),
        names("outside", outside.members),
    );
    let witnesses = organ.iter().chain(&out).zip(1..).map(|(name, seed)| {
        let key = key(&format!("{name}.example"), Algorithm::Cosignature, seed);
        format!("witness {name} {}\n", key.verifier())
    });
    // As docs/reference/ledger.md has it.
    let text = format!(
        "log {}\n{}group organs {} {}\ngroup outside {} {}\ngroup both all organs outside\nquorum both\n",
        key(LOG, Algorithm::Ed25519, 99).verifier(),
        witnesses.collect::<String>(),
        organs.threshold,
        organ.join(" "),
        outside.threshold,
        out.join(" "),
    );
    let policy: Policy = text.parse().unwrap();
    let fork = Fork::new(Guards::ALL, [organs, outside], false);
    for cosigned in 0..1_u32 << (organs.members + outside.members) {
        let by = |name: &str| {
            let place = policy
                .witnesses()
                .iter()
                .position(|witness| witness.name == name);
            cosigned & (1 << place.unwrap()) != 0
        };
        let (_, quorum) = policy.evaluate(|witness| by(&witness.name));
        let count = |names: &[String]| names.iter().filter(|name| by(name)).count();
        assert_eq!(
            quorum,
            fork.is_met([count(&organ), count(&out)]),
            "{cosigned:b}"
        );
    }
}
