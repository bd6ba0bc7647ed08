//! Notes beside an independent implementation, and what neither may take.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

use habeas_ledger::Kind;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::hash::empty_root;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::note::{MAX_SIGNATURES, Note};
use signed_note::{StandardVerifier, Verifier as _, VerifierList};

fn signer(name: &str, seed: u8) -> SignerKey {
    SignerKey::from_seed(name, Algorithm::Ed25519, &[seed; 32]).unwrap()
}

/// The peer takes and refuses what we take and refuse, for every byte of a note changed.
#[test]
fn signed_note_agrees() {
    let (one, two) = (signer("log.example/2027", 1), signer("other.example", 2));
    let text = "If you think\n\ncryptography is the answer\n";
    let lines = vec![one.sign(text, 0), two.sign(text, 0)];
    let note = Note::new(text, lines).unwrap();
    let written = note.to_string();
    let known = [one.verifier().clone()];
    let peer = || {
        let verifier = StandardVerifier::new(&known[0].to_string()).unwrap();
        VerifierList::new(vec![Box::new(verifier)])
    };
    let theirs = |bytes: &[u8]| {
        let note = signed_note::Note::from_bytes(bytes).ok()?;
        let (verified, _) = note.verify(&peer()).ok()?;
        Some((note.text().to_vec(), verified.len()))
    };
    let ours = |bytes: &[u8]| {
        let note = Note::parse(bytes).ok()?;
        let verified = note.open(&known).ok()?.len();
        Some((note.text().as_bytes().to_vec(), verified))
    };
    assert_eq!(
        ours(written.as_bytes()),
        Some((text.as_bytes().to_vec(), 1))
    );
    for at in 0..written.len() {
        for change in [0x01, 0x10, 0x80, b'\n'] {
            let mut bytes = written.clone().into_bytes();
            bytes[at] ^= change;
            assert_eq!(ours(&bytes), theirs(&bytes), "byte {at} ^ {change:#04x}");
        }
        let cut = &written.as_bytes()[..at];
        assert_eq!(ours(cut), theirs(cut), "cut at {at}");
    }
    let verifier = StandardVerifier::new(&known[0].to_string()).unwrap();
    assert_eq!(verifier.key_id().to_be_bytes(), known[0].id());
}

#[test]
fn limits() {
    let key = signer("log.example", 1);
    let line = key.sign("text\n", 0);
    let mut note = Note::new("text\n", vec![line.clone(); MAX_SIGNATURES]).unwrap();
    assert_eq!(note.add(line.clone()).unwrap_err().kind, Kind::TooLong);
    assert_eq!(note.signatures().len(), MAX_SIGNATURES);
    let long = format!("{}\n", "a".repeat(1 << 20));
    assert_eq!(
        Note::new(&long, vec![line.clone()]).unwrap_err().kind,
        Kind::TooLong
    );
    Note::new("no end", vec![line.clone()]).unwrap_err();
    Note::new("text\n", Vec::new()).unwrap_err();
    Note::new("a\rb\n", vec![line]).unwrap_err();
    let long = "n".repeat(256);
    SignerKey::from_seed(&long, Algorithm::Ed25519, &[1; 32]).unwrap_err();
}

/// Keys under which one signature fits many texts, and spellings of keys that are not the one.
#[test]
fn weak_keys_are_refused() {
    let key = |bytes: [u8; 32]| {
        let id = habeas_ledger::key::key_id("w", 1, &bytes);
        let id: String = id.iter().map(|b| format!("{b:02x}")).collect();
        let bytes = [&[1], bytes.as_slice()].concat();
        let key = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
        format!("w+{id}+{key}").parse::<VerifierKey>()
    };
    let mut identity = [0; 32];
    identity[0] = 1;
    key(identity).unwrap_err();
    key([0; 32]).unwrap_err();
    // y = p + 1 is the identity once more, and y = p + 3 a point that 3 spells as well.
    for low in [0xee, 0xf0] {
        let mut above = [0xff; 32];
        (above[0], above[31]) = (low, 0x7f);
        key(above).unwrap_err();
    }
    key(signer("w", 9).verifier().public().try_into().unwrap()).unwrap();
}

/// Times that a reader of signed numbers would take for negative ones.
#[test]
fn times_have_a_limit() {
    let key = SignerKey::from_seed("w.example", Algorithm::Cosignature, &[1; 32]).unwrap();
    let verify = |time| {
        let line = key.sign("text\n", time);
        let time = key.verifier().verify("text\n", &line.signature);
        time.ok().flatten()
    };
    let largest = u64::MAX >> 1;
    assert_eq!(
        (verify(largest), verify(largest + 1)),
        (Some(largest), None)
    );
}

#[test]
fn what_a_log_signs() {
    let key = signer("log.example/2027", 1);
    let sign = |checkpoint: Checkpoint| checkpoint.sign(&key);
    sign(Checkpoint::new("log.example/2027", 0, empty_root()).unwrap()).unwrap();
    sign(Checkpoint::new("log.example/2028", 0, empty_root()).unwrap()).unwrap_err();
    for origin in ["", "two words", "a+b", "a\nb"] {
        Checkpoint::new(origin, 0, empty_root()).unwrap_err();
    }
    let extended = format!("log.example/2027\n0\n{}\nmore\n", empty_root());
    let extended: Checkpoint = extended.parse().unwrap();
    assert_eq!(extended.extensions(), ["more"]);
    sign(extended).unwrap_err();
}

#[test]
fn secret_keys_are_not_shown() {
    let key = signer("log.example", 7);
    let secret = key.to_secret_text();
    let again = SignerKey::from_secret_text(&secret).unwrap();
    assert_eq!(again.verifier(), key.verifier());
    let shown = format!("{key:?}");
    let seed = secret.rsplit('+').next().unwrap();
    assert!(shown.starts_with("SignerKey(log.example+") && !shown.contains(seed));
    SignerKey::from_secret_text(&secret.replace("log.example", "log.exampel")).unwrap_err();
    SignerKey::from_secret_text(secret.trim_start_matches('P')).unwrap_err();
    SignerKey::from_secret_text(&key.verifier().to_string()).unwrap_err();
}
