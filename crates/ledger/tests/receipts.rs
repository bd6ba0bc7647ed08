//! Receipts under the policy that is shipped: every subset of its eight witnesses, and every way to spoil one.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use habeas_ledger::Kind;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::proof::prove_inclusion;
use habeas_ledger::receipt::Receipt;
use habeas_ledger::tree::{Leaves, Subtree, subtree_hash};

const LOG: &str = "log.example/2027";
const TIME: u64 = 1_800_000_000;

fn log() -> SignerKey {
    SignerKey::from_seed(LOG, Algorithm::Ed25519, &[100; 32]).unwrap()
}

/// The eight, five organs first.
fn witnesses() -> Vec<SignerKey> {
    let witness = |number: u8| {
        let name = format!("w{number}.example");
        SignerKey::from_seed(&name, Algorithm::Cosignature, &[number; 32]).unwrap()
    };
    (1..=8).map(witness).collect()
}

fn policy() -> Policy {
    let mut written =
        include_str!("data/shipped.policy").replace("LOG", &log().verifier().to_string());
    for key in witnesses() {
        written = written.replacen("KEY", &key.verifier().to_string(), 1);
    }
    written.parse().unwrap()
}

/// A receipt for the leaf 5 of 13, cosigned by the witnesses whose bits are set, each a second after the one before.
fn receipt(cosigned: u32) -> Receipt {
    let leaves: Vec<_> = (0..13).map(|i| leaf_hash(&[i])).collect();
    let whole = Subtree::whole(13).unwrap();
    let root = subtree_hash(&Leaves(&leaves), whole).unwrap();
    let mut note = Checkpoint::new(LOG, 13, root)
        .unwrap()
        .sign(&log())
        .unwrap();
    for (number, key) in (0..)
        .zip(witnesses())
        .filter(|(n, _)| cosigned >> n & 1 == 1)
    {
        let line = key.sign(note.text(), TIME + number);
        note.add(line).unwrap();
    }
    Receipt {
        extra: None,
        index: 5,
        proof: prove_inclusion(&Leaves(&leaves), 5, whole).unwrap(),
        checkpoint: note.to_string(),
    }
}

#[test]
fn every_subset_of_witnesses() {
    let policy = policy();
    for set in 0..256_u32 {
        let verified = receipt(set).verify(&[5], &policy).unwrap();
        let (organs, outside) = ((set & 31).count_ones(), (set >> 5).count_ones());
        let tally = |at: usize| verified.groups[at].to_string();
        assert_eq!(tally(0), format!("organs: {organs} of 5"));
        assert_eq!(tally(1), format!("outside: {outside} of 3"));
        assert_eq!(verified.quorum, organs >= 4 && outside >= 2, "{set:#b}");
        let times: Vec<u64> = (0..8)
            .filter(|n| set >> n & 1 == 1)
            .map(|n| TIME + n)
            .collect();
        assert_eq!(verified.earliest, times.first().copied());
        assert_eq!(verified.median, times.get(times.len() / 2).copied());
        let wanted = verified.quorum;
        assert_eq!(verified.require_quorum().is_ok(), wanted);
    }
}

/// A witness on whom the quorum does not rest is named, and says nothing about the time.
#[test]
fn who_counts() {
    let written = policy().to_string().replace("quorum both", "quorum organs");
    let policy: Policy = written.parse().unwrap();
    let verified = receipt(0b1110_1111).verify(&[5], &policy).unwrap();
    assert_eq!((verified.cosigned.len(), verified.quorum), (7, true));
    assert_eq!(
        (verified.earliest, verified.median),
        (Some(TIME), Some(TIME + 2))
    );
}

#[test]
fn without_a_quorum_it_says_how_many() {
    let verified = receipt(0b0010_0111).verify(&[5], &policy()).unwrap();
    let problem = verified.require_quorum().unwrap_err();
    assert_eq!(
        problem.to_string(),
        "verify a receipt: too few have cosigned (organs: 3 of 5, outside: 1 of 3, both: 0 of 2)"
    );
}

/// No byte of a receipt can be changed so that it still verifies and says something else.
#[test]
fn every_byte_counts() {
    let policy = policy();
    let receipt = receipt(0b1111_1111);
    let verified = receipt.verify(&[5], &policy).unwrap();
    let written = receipt.to_string();
    assert_eq!(written.parse(), Ok(receipt));
    let verify = |bytes: Vec<u8>| {
        let receipt: Receipt = String::from_utf8(bytes).ok()?.parse().ok()?;
        receipt.verify(&[5], &policy).ok()
    };
    for at in 0..written.len() {
        for change in [1, 2, 32, 128] {
            let mut bytes = written.clone().into_bytes();
            bytes[at] ^= change;
            if let Some(other) = verify(bytes) {
                // A witness whose name or key id was changed is unknown: it is missing, and nothing else differs.
                assert_eq!(other.cosigned.len(), 7, "byte {at}");
                assert_eq!(other.checkpoint, verified.checkpoint);
            }
        }
        let cut = written.as_bytes()[..at].to_vec();
        assert!(verify(cut).is_none_or(|v| v.cosigned.len() < 8));
    }
}

#[test]
fn whose_log_it_is() {
    let policy = policy();
    let receipt = receipt(0b1111_1111);
    let with = |lines: &dyn Fn(&Note) -> Note| {
        let note = lines(&Note::parse(receipt.checkpoint.as_bytes()).unwrap());
        let checkpoint = note.to_string();
        let receipt = Receipt {
            checkpoint,
            ..receipt.clone()
        };
        receipt.verify(&[5], &policy).map(|v| v.cosigned.len())
    };
    // The order of lines says nothing, and a cosignature that stands twice counts once.
    let turned = |note: &Note| {
        let lines = note.signatures().iter().rev().cloned();
        Note::new(
            note.text(),
            lines.chain([note.signatures()[3].clone()]).collect(),
        )
        .unwrap()
    };
    assert_eq!(with(&turned), Ok(8));
    // The log's own line under the key of a witness, and the other way round.
    let without_log =
        |note: &Note| Note::new(note.text(), note.signatures()[1..].to_vec()).unwrap();
    assert_eq!(with(&without_log).unwrap_err().kind, Kind::Unsigned);
    let stranger = |note: &Note| {
        let key = SignerKey::from_seed(LOG, Algorithm::Ed25519, &[101; 32]).unwrap();
        let lines = [&[key.sign(note.text(), 0)], &note.signatures()[1..]].concat();
        Note::new(note.text(), lines).unwrap()
    };
    assert_eq!(with(&stranger).unwrap_err().kind, Kind::Unsigned);
    // A known witness with a wrong signature spoils the whole.
    let spoiled = |note: &Note| {
        let mut lines = note.signatures().to_vec();
        lines[4].signature[20] ^= 1;
        Note::new(note.text(), lines).unwrap()
    };
    assert_eq!(with(&spoiled).unwrap_err().kind, Kind::Signature);
    // A cosignature of another time than its line says.
    let later = |note: &Note| {
        let mut lines = note.signatures().to_vec();
        lines[4].signature[7] ^= 1;
        Note::new(note.text(), lines).unwrap()
    };
    assert_eq!(with(&later).unwrap_err().kind, Kind::Signature);
}

/// With nine signatures and without an opening it fits one QR code, which holds 2,953 bytes.
#[test]
fn it_fits_on_paper() {
    let mut receipt = receipt(0b1111_1111);
    receipt.proof = vec![habeas_ledger::Hash([1; 32]); 20];
    let length = receipt.to_string().len();
    assert!((1_800..2_953).contains(&length), "{length} bytes");
}
