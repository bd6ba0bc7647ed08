//! Commitments and openings: the frozen bytes, that they hide, that they bind, that they come back as they were.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use ed25519_dalek::{Signer as _, SigningKey};
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::commitment::{Committed, Field, Level, MAX_FIELDS, MAX_VALUE, Salt};
use habeas_ledger::disclosure::{Disclosure, Signed};
use habeas_ledger::document::{Document, DocumentKey, DocumentSigner};
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::leaf::{Content, Entry, LeafKind, NAMES, Shown};
use habeas_ledger::opening::Opening;
use habeas_ledger::policy::Policy;
use habeas_ledger::receipt::Receipt;
use habeas_ledger::{Hash, Kind};
use hkdf::Hkdf;
use proptest::prelude::*;
use serde_json::Value;
use sha2::Sha256;

fn field(name: &str, value: &[u8]) -> Field {
    Field {
        name: name.to_owned(),
        value: value.to_vec(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn bytes(value: &Value) -> Vec<u8> {
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16).unwrap()).unwrap();
    let pairs = value.as_str().unwrap().as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

/// Bytes that were computed elsewhere, from the description alone. They never change: receipts outlive us.
#[test]
fn frozen_bytes() {
    let file: Value = serde_json::from_str(include_str!("data/commitment.json")).unwrap();
    let fields = file["act_fields"].as_array().unwrap();
    let fields = fields
        .iter()
        .map(|f| field(f[0].as_str().unwrap(), &bytes(&f[1])));
    let salt = Salt(array(&file["act_salt"]));
    let act = Committed::new(Level::Act, &salt, fields.collect()).unwrap();
    assert_eq!(hex(&act.commitment().0.0), file["act_commitment"]);
    let all = act.open(|_| true).unwrap();
    for (opened, salt) in all
        .fields()
        .iter()
        .zip(file["act_field_salts"].as_array().unwrap())
    {
        assert_eq!(hex(&opened.salt.0), *salt);
    }
    let shown = file["shown"].as_array().unwrap();
    let some = act.open(|name| shown.iter().any(|s| s == name)).unwrap();
    assert_eq!(hex(&some.to_bytes()), file["act_opening"]);

    let signer = DocumentSigner::from_seed(&array(&file["document_seed"]));
    let key = DocumentKey::from_bytes(&array(&file["document_key"])).unwrap();
    assert_eq!(signer.key(), key);
    assert_eq!(hex(&key.id()), file["document_key_id"]);
    let document = signer.sign(act.commitment(), file["claimed"].as_u64().unwrap());
    assert_eq!(hex(&document.to_bytes()), file["document"]);
    document.verify(&key).unwrap();

    let content = Content {
        kind: LeafKind::Act,
        document,
        recorded: file["recorded"].as_u64().unwrap(),
        refers: None,
    };
    let leaf = content.commit(&Salt(array(&file["leaf_salt"]))).unwrap();
    assert_eq!(hex(&leaf.commitment().0.0), file["leaf_commitment"]);
    let entry = Entry::new(leaf.commitment(), file["logged_at"].as_u64().unwrap());
    assert_eq!(hex(&entry.to_bytes()), file["entry"]);
    let leaf = leaf.open(|_| true).unwrap();
    assert_eq!(hex(&leaf.to_bytes()), file["leaf_opening"]);
    let disclosure = Disclosure {
        entry,
        leaf,
        act: Some(some),
    };
    assert_eq!(hex(&disclosure.to_bytes()), file["disclosure"]);
    let read = Disclosure::from_bytes(&bytes(&file["disclosure"])).unwrap();
    let disclosed = read.verify(&[key]).unwrap();
    assert_eq!(
        (disclosed.logged, disclosed.signed),
        (1_793_858_720, Signed::By(0))
    );
    assert_eq!(disclosed.leaf.document(), Some(document));
    let names: Vec<&str> = disclosed.act.iter().map(|f| f.name.as_str()).collect();
    assert_eq!(names, ["who", "where"]);
}

/// Salts are those of HKDF-SHA-256, as another implementation derives them.
#[test]
fn salts_are_those_of_hkdf() {
    let salt = Salt([42; 32]);
    let fields = (0..9).map(|i| field(&format!("field {i}"), &[i]));
    let list = Committed::new(Level::Act, &salt, fields.collect()).unwrap();
    let opening = list.open(|_| true).unwrap();
    let peer = Hkdf::<Sha256>::new(None, &salt.0);
    for (position, opened) in opening.fields().iter().enumerate() {
        let info = [
            b"\x0fhbs1/field-salt\x01\x00".as_slice(),
            &[u8::try_from(position).unwrap()],
        ];
        let mut expected = [0; 32];
        peer.expand(&info.concat(), &mut expected).unwrap();
        assert_eq!(opened.salt.0, expected);
    }
    let mut expected = [0; 32];
    peer.expand(b"\x10hbs1/commit-salt\x01", &mut expected)
        .unwrap();
    assert_eq!(opening.to_bytes()[4..36], expected);
}

/// Fields of which no name and no value stands in another.
fn list() -> impl Strategy<Value = Vec<Field>> {
    let field = ("[a-z]{1,12}", proptest::collection::vec(any::<u8>(), 0..40));
    proptest::collection::vec(field, 1..20).prop_map(|list| {
        let unlike = |(position, (name, value)): (u8, (String, Vec<u8>))| Field {
            name: format!("{position:02}-{name}"),
            value: [leaf_hash(&[position]).0.as_slice(), &value].concat(),
        };
        (0..).zip(list).map(unlike).collect()
    })
}

/// Whether `part` stands in `whole`.
fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

proptest! {
    /// What is shown comes back and holds; of what is not shown neither value nor salt is in it, nor is the salt of the list.
    #[test]
    fn shown_and_hidden(fields in list(), salt in any::<[u8; 32]>(), shown in any::<u32>()) {
        let list = Committed::new(Level::Act, &Salt(salt), fields.clone()).unwrap();
        let all = list.open(|_| true).unwrap();
        let is_shown = |position: usize| shown >> (position % 32) & 1 == 1;
        let at = |name: &str| fields.iter().position(|f| f.name == name).unwrap();
        let Ok(opening) = list.open(|name| is_shown(at(name))) else {
            prop_assert!((0..fields.len()).all(|i| !is_shown(i)));
            return Ok(());
        };
        let bytes = opening.to_bytes();
        prop_assert_eq!(Opening::from_bytes(&bytes).unwrap(), opening.clone());
        let verified = opening.verify(Level::Act, &list.commitment()).unwrap();
        let expected: Vec<&Field> = fields.iter().enumerate().filter(|(i, _)| is_shown(*i)).map(|(_, f)| f).collect();
        prop_assert_eq!(verified, expected);
        prop_assert!(!contains(&bytes, &salt));
        for (_, hidden) in all.fields().iter().enumerate().filter(|(i, _)| !is_shown(*i)) {
            prop_assert!(!contains(&bytes, &hidden.salt.0));
            prop_assert!(!contains(&bytes, &hidden.field.value));
            prop_assert!(!contains(&bytes, hidden.field.name.as_bytes()));
        }
        // The other level, another commitment.
        opening.verify(Level::Leaf, &list.commitment()).unwrap_err();
        let other = Committed::new(Level::Leaf, &Salt(salt), fields).unwrap();
        prop_assert_ne!(other.commitment(), list.commitment());
        opening.verify(Level::Act, &other.commitment()).unwrap_err();
    }

    /// No change of one bit leaves an opening that holds.
    #[test]
    fn binding(fields in list(), salt in any::<[u8; 32]>(), shown in any::<u32>(), bit in 0..8_u32) {
        let list = Committed::new(Level::Act, &Salt(salt), fields.clone()).unwrap();
        let at = |name: &str| fields.iter().position(|f| f.name == name).unwrap();
        let Ok(opening) = list.open(|name| shown >> (at(name) % 32) & 1 == 1) else {
            return Ok(());
        };
        let bytes = opening.to_bytes();
        for place in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[place] ^= 1 << bit;
            let holds = Opening::from_bytes(&changed).is_ok_and(|o| o.verify(Level::Act, &list.commitment()).is_ok());
            prop_assert!(!holds, "byte {place}, bit {bit}");
        }
        for place in 0..bytes.len() {
            prop_assert!(Opening::from_bytes(&bytes[..place]).is_err());
        }
    }

    /// Another salt, another value, another order: another commitment.
    #[test]
    fn nothing_else_has_the_commitment(fields in list(), salt in any::<[u8; 32]>(), place in any::<prop::sample::Index>()) {
        let commitment = |salt: [u8; 32], fields: &[Field]| Committed::new(Level::Act, &Salt(salt), fields.to_vec()).unwrap().commitment();
        let ours = commitment(salt, &fields);
        let mut other_salt = salt;
        other_salt[place.index(32)] ^= 1;
        prop_assert_ne!(commitment(other_salt, &fields), ours);
        let place = place.index(fields.len());
        let mut longer = fields.clone();
        longer[place].value.push(0);
        prop_assert_ne!(commitment(salt, &longer), ours);
        let mut moved = fields.clone();
        // The same bytes, with the border between name and value elsewhere.
        if let Some(byte) = moved[place].name.pop() {
            moved[place].value.insert(0, u8::try_from(byte).unwrap());
        }
        prop_assert_ne!(commitment(salt, &moved), ours);
        let mut turned = fields.clone();
        turned.rotate_left(1);
        if turned != fields {
            prop_assert_ne!(commitment(salt, &turned), ours);
        }
        let mut shorter = fields.clone();
        shorter.pop();
        if !shorter.is_empty() {
            prop_assert_ne!(commitment(salt, &shorter), ours);
        }
    }
}

#[test]
fn what_cannot_be_committed_to() {
    let salt = Salt([1; 32]);
    let commit = |fields: Vec<Field>| Committed::new(Level::Act, &salt, fields);
    commit(Vec::new()).unwrap_err();
    commit(vec![field("", b"x")]).unwrap_err();
    commit(vec![field(&"n".repeat(256), b"x")]).unwrap_err();
    commit(vec![field("a", b"x"), field("b", b""), field("a", b"y")]).unwrap_err();
    commit(vec![field("a", &vec![0; MAX_VALUE + 1])]).unwrap_err();
    commit(vec![field("a", &vec![0; MAX_VALUE])]).unwrap();
    let many = |count: usize| (0..count).map(|i| field(&format!("f{i}"), b"")).collect();
    commit(many(MAX_FIELDS)).unwrap().open(|_| true).unwrap();
    commit(many(MAX_FIELDS + 1)).unwrap_err();
    commit(many(3)).unwrap().open(|_| false).unwrap_err();
    assert_eq!(
        format!("{salt:?} {:?}", field("who", b"secret")),
        "Salt(…) Field(who, …)"
    );
}

/// An act with its leaf, as gateway and server make them.
fn leaf(kind: LeafKind, refers: Option<u64>) -> (DocumentSigner, Committed, Committed) {
    let signer = DocumentSigner::from_seed(&[3; 32]);
    let fields =
        ["who", "when", "where", "decision", "file"].map(|name| field(name, name.as_bytes()));
    let act = Committed::new(Level::Act, &Salt([4; 32]), fields.to_vec()).unwrap();
    let content = Content {
        kind,
        document: signer.sign(act.commitment(), 1_000),
        recorded: 1_007,
        refers,
    };
    let leaf = content.commit(&Salt([5; 32])).unwrap();
    (signer, act, leaf)
}

/// A person shows who, when and where, and nothing of the file, with a receipt that verifies offline.
#[test]
fn a_receipt_that_shows_some_of_an_act() {
    let (signer, act, committed) = leaf(LeafKind::Act, None);
    let disclosure = Disclosure {
        entry: Entry::new(committed.commitment(), 1_019),
        leaf: committed.open(|_| true).unwrap(),
        act: Some(
            act.open(|name| ["who", "when", "where"].contains(&name))
                .unwrap(),
        ),
    };
    let log = SignerKey::from_seed("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let policy: Policy = format!("log {}\nquorum none\n", log.verifier())
        .parse()
        .unwrap();
    let root = leaf_hash(&disclosure.entry.to_bytes());
    let note = Checkpoint::new("log.example", 1, root)
        .unwrap()
        .sign(&log)
        .unwrap();
    let receipt = Receipt {
        extra: Some(disclosure.to_bytes()),
        index: 0,
        proof: Vec::new(),
        checkpoint: note.to_string(),
    };
    let receipt: Receipt = receipt.to_string().parse().unwrap();
    let shown = receipt.disclosure().unwrap();
    let keys = [signer.key()];
    let (verified, disclosed) = receipt.verify_disclosed(&shown, &policy, &keys).unwrap();
    assert_eq!((verified.index, disclosed.logged), (0, 1_010));
    assert_eq!((disclosed.signed, disclosed.act.len()), (Signed::By(0), 3));
    let (_, unknown) = receipt.verify_disclosed(&shown, &policy, &[]).unwrap();
    assert_eq!(unknown.signed, Signed::Unknown);

    // Another leaf's opening under this receipt, another key under this key's id, nothing shown at all.
    let (_, _, other) = leaf(LeafKind::Act, Some(3));
    let swapped = Disclosure {
        leaf: other.open(|_| true).unwrap(),
        ..shown.clone()
    };
    assert_eq!(swapped.verify(&keys).unwrap_err().kind, Kind::Commitment);
    let moved = Disclosure {
        entry: Entry::new(committed.commitment(), 1_020),
        ..shown.clone()
    };
    let problem = receipt
        .verify_disclosed(&moved, &policy, &keys)
        .unwrap_err();
    assert_eq!(problem.kind, Kind::Proof);
    let bare = Receipt {
        extra: None,
        ..receipt
    };
    bare.disclosure().unwrap_err();
}

#[test]
fn what_a_leaf_shows() {
    let (signer, act, committed) = leaf(LeafKind::Tombstone, Some(41));
    let commitment = committed.commitment();
    let only = |names: &[&str]| {
        let opening = committed.open(|name| names.contains(&name)).unwrap();
        Shown::of(&opening, &commitment).unwrap()
    };
    let kind = only(&["kind"]);
    assert_eq!(
        (kind.kind, kind.document()),
        (Some(LeafKind::Tombstone), None)
    );
    assert_eq!(only(&["refers"]).refers, Some(Some(41)));
    assert_eq!(only(&["recorded", "claimed"]).recorded, Some(1_007));
    assert_eq!(
        only(&NAMES).document().unwrap().verify(&signer.key()),
        Ok(())
    );

    let show = |names: &[&str], with_act: bool| {
        let disclosure = Disclosure {
            entry: Entry::new(commitment, 0),
            leaf: committed.open(|name| names.contains(&name)).unwrap(),
            act: with_act.then(|| act.open(|name| name == "who").unwrap()),
        };
        let read = Disclosure::from_bytes(&disclosure.to_bytes()).unwrap();
        assert_eq!(read, disclosure);
        read.verify(&[signer.key()]).map(|d| d.signed)
    };
    assert_eq!(show(&["act"], true), Ok(Signed::NotShown));
    assert_eq!(show(&["kind"], false), Ok(Signed::NotShown));
    assert_eq!(show(&["kind"], true).unwrap_err().kind, Kind::Commitment);

    // A list that no server writes: the right names at other places, and too few.
    let value = |name: &str| field(name, &[1]);
    let whole = committed.open(|_| true).unwrap();
    let mut turned: Vec<Field> = whole.fields().iter().map(|o| o.field.clone()).collect();
    (turned[3].name, turned[5].name) = ("recorded".to_owned(), "claimed".to_owned());
    let turned = Committed::new(Level::Leaf, &Salt([6; 32]), turned).unwrap();
    let show = |shown: &str| Shown::of(&turned.open(|n| n == shown).unwrap(), &turned.commitment());
    show("recorded").unwrap_err();
    show("claimed").unwrap_err();
    show("kind").unwrap();
    let few = Committed::new(Level::Leaf, &Salt([6; 32]), vec![value("kind")]).unwrap();
    Shown::of(&few.open(|_| true).unwrap(), &few.commitment()).unwrap_err();
}

/// What a known organ is said to have signed, and has not, spoils the whole.
#[test]
fn forged_documents() {
    let signer = DocumentSigner::from_seed(&[3; 32]);
    let act = Committed::new(Level::Act, &Salt([4; 32]), vec![field("who", b"x")]).unwrap();
    let mut document = signer.sign(act.commitment(), 1_000);
    document.signature[0] ^= 1;
    let content = Content {
        kind: LeafKind::Act,
        document,
        recorded: 1_007,
        refers: None,
    };
    let committed = content.commit(&Salt([5; 32])).unwrap();
    let disclosure = Disclosure {
        entry: Entry::new(committed.commitment(), 1_010),
        leaf: committed.open(|_| true).unwrap(),
        act: None,
    };
    assert_eq!(disclosure.verify(&[]).unwrap().signed, Signed::Unknown);
    let problem = disclosure.verify(&[signer.key()]).unwrap_err();
    assert_eq!(problem.kind, Kind::Signature);

    // A key that signs under the key id of another.
    let secret = SigningKey::from_bytes(&[8; 32]);
    let other = DocumentKey::from_bytes(secret.verifying_key().as_bytes()).unwrap();
    for (id, holds) in [(other.id(), true), (signer.key().id(), false)] {
        document.key = id;
        let time = 1_000_u64.to_be_bytes();
        let message = [
            b"\x0dhbs1/document".as_slice(),
            &document.act.0.0,
            &id,
            &time,
        ]
        .concat();
        document.signature = secret.sign(&message).to_bytes();
        assert_eq!(document.verify(&other).is_ok(), holds);
    }
}

/// Bytes that could be read in two ways are refused: the other level, fields in another order.
#[test]
fn one_spelling_of_an_opening() {
    let fields = ["a", "b"].map(|name| field(name, name.as_bytes()));
    let list = Committed::new(Level::Act, &Salt([7; 32]), fields.to_vec()).unwrap();
    let bytes = list.open(|_| true).unwrap().to_bytes();
    let mut other = bytes.clone();
    other[1] = 2;
    let other = Opening::from_bytes(&other).unwrap();
    other.verify(Level::Act, &list.commitment()).unwrap_err();
    other.verify(Level::Leaf, &list.commitment()).unwrap_err();
    let (head, fields) = bytes.split_at(38);
    let (first, second) = fields.split_at(fields.len() / 2);
    Opening::from_bytes(&[head, first, second].concat()).unwrap();
    Opening::from_bytes(&[head, second, first].concat()).unwrap_err();
    Opening::from_bytes(&[head, first, first].concat()).unwrap_err();
}

/// In the clear a dummy differs from an act by nothing; opened it says what it is.
#[test]
fn dummies() {
    let (_, _, act) = leaf(LeafKind::Act, None);
    let dummy = Content::dummy(1_007).commit(&Salt([9; 32])).unwrap();
    let [act, shown] = [&act, &dummy].map(|c| Entry::new(c.commitment(), 1_015).to_bytes());
    assert_eq!((&act[..4], &act[36..]), (&shown[..4], &shown[36..]));
    assert_ne!(act[4..36], shown[4..36]);
    let opening = dummy.open(|_| true).unwrap();
    let opened = Shown::of(&opening, &dummy.commitment()).unwrap();
    assert_eq!(opened.kind, Some(LeafKind::Dummy));
    let again = Content::dummy(1_007).commit(&Salt([10; 32])).unwrap();
    assert_ne!(again.commitment(), dummy.commitment());
}

#[test]
fn entries_and_documents() {
    let (signer, act, committed) = leaf(LeafKind::Act, None);
    let entry = Entry::new(committed.commitment(), 1_019);
    assert_eq!(entry.logged(), 1_010);
    let bytes = entry.to_bytes();
    assert_eq!(Entry::from_bytes(&bytes), Ok(entry));
    for place in (0..4).chain([43]) {
        let mut changed = bytes;
        changed[place] ^= 1;
        Entry::from_bytes(&changed).unwrap_err();
    }
    Entry::from_bytes(&bytes[1..]).unwrap_err();
    Entry::from_bytes(&[bytes.as_slice(), &[0]].concat()).unwrap_err();
    assert!(Entry::new(committed.commitment(), u64::MAX).logged() < 1 << 63);

    let document = signer.sign(act.commitment(), 1_000);
    let bytes = document.to_bytes();
    assert_eq!(
        (bytes.len(), Document::from_bytes(&bytes)),
        (113, Ok(document))
    );
    document
        .verify(&DocumentSigner::from_seed(&[8; 32]).key())
        .unwrap_err();
    for place in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        let holds = Document::from_bytes(&changed).is_ok_and(|d| d.verify(&signer.key()).is_ok());
        assert!(!holds, "byte {place}");
        Document::from_bytes(&bytes[..place]).unwrap_err();
    }
    DocumentKey::from_bytes(&[0; 32]).unwrap_err();
    assert_eq!(format!("{signer:?}"), "DocumentSigner(…)");
    assert_ne!(act.commitment().0, Hash([0; 32]));
}
