//! Keys for documents as text: they come back as they were, and are never taken for keys of notes.

use habeas_ledger::Kind;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::named::{NamedDocumentKey, NamedDocumentSigner};

#[test]
fn they_come_back_as_they_were() {
    let signer = NamedDocumentSigner::from_seed("organ.example/documents", &[77; 32]).unwrap();
    let (secret, public) = (signer.to_secret_text(), signer.public());
    let again = NamedDocumentSigner::from_secret_text(&secret).unwrap();
    assert_eq!(again.signer().key(), signer.signer().key());
    assert_eq!(public.to_string().parse(), Ok(public.clone()));
    assert_eq!(
        (public.name(), public.key()),
        ("organ.example/documents", &signer.signer().key())
    );
    assert!(!format!("{signer:?}").contains(secret.rsplit('+').next().unwrap()));
    // Whatever character is another: the key id tells, or it is no key.
    for text in [secret, public.to_string()] {
        for (at, letter) in text.char_indices() {
            let mut other = text.clone();
            let letter = if letter == 'b' { "c" } else { "b" };
            other.replace_range(at..=at, letter);
            other.parse::<NamedDocumentKey>().unwrap_err();
            NamedDocumentSigner::from_secret_text(&other).unwrap_err();
        }
        for bit in 0..text.len() * 8 {
            let mut other = text.clone().into_bytes();
            other[bit / 8] ^= 1 << (bit % 8);
            if let Ok(other) = String::from_utf8(other) {
                other.parse::<NamedDocumentKey>().unwrap_err();
                NamedDocumentSigner::from_secret_text(&other).unwrap_err();
            }
        }
    }
    NamedDocumentSigner::from_seed("two words", &[1; 32]).unwrap_err();
}

#[test]
fn never_a_key_of_notes() {
    let document = NamedDocumentSigner::from_seed("organ.example", &[1; 32]).unwrap();
    let note = SignerKey::from_seed("organ.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let text = document.public().to_string();
    let problem = text.parse::<VerifierKey>().unwrap_err();
    assert_eq!(problem.kind, Kind::Unsupported);
    SignerKey::from_secret_text(&document.to_secret_text()).unwrap_err();
    let problem = note.verifier().to_string().parse::<NamedDocumentKey>();
    assert_eq!(problem.unwrap_err().kind, Kind::Unsupported);
    NamedDocumentSigner::from_secret_text(&note.to_secret_text()).unwrap_err();
}
