//! Signed notes, keys, checkpoints, cosignatures.

use habeas_ledger::checkpoint::{Checkpoint, monitoring_name};
use habeas_ledger::cosignature::{self, TIMED_BYTES};
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::note::{Note, SignatureLine};
use habeas_ledger::post_quantum::{self, PostQuantumCosigner};
use habeas_ledger::{Kind, Problem};
use serde_json::Value;

use crate::file::{base64, bytes, each, hash, hex, list, number, only, read, text};

fn note(text: &str) -> Result<Note, Problem> {
    Note::parse(text.as_bytes())
}

fn keys(value: &Value) -> Vec<VerifierKey> {
    let key = |vkey| text(vkey).parse().unwrap();
    list(value).iter().map(key).collect()
}

fn notes() -> Value {
    read(
        "signed_note_vectors",
        &[
            "note_text",
            "keys",
            "open_cases",
            "malformed_notes",
            "bad_vkeys",
            "other_key_types",
            "bad_names",
        ],
    )
}

#[test]
fn signing() {
    let file = notes();
    let signed = text(&file["note_text"]);
    let fields = ["name", "vkey", "test_signer_key", "signature_line"];
    for case in each(&file["keys"], &fields) {
        let key: VerifierKey = text(&case["vkey"]).parse().unwrap();
        assert_eq!(key.name(), text(&case["name"]));
        assert_eq!(key.to_string(), text(&case["vkey"]));
        let line = text(&case["signature_line"]).strip_suffix('\n').unwrap();
        let parsed: SignatureLine = line.parse().unwrap();
        assert_eq!(parsed.to_string(), line);
        assert_eq!(key.verify(signed, &parsed.signature), Ok(None));
        if let Some(secret) = case.get("test_signer_key") {
            let signer = SignerKey::from_secret_text(text(secret)).unwrap();
            assert_eq!(signer.verifier(), &key);
            assert_eq!(signer.sign(signed, 0), parsed);
            assert_eq!(signer.to_secret_text(), text(secret));
        }
    }
}

#[test]
fn opening() {
    let fields = [
        "note",
        "trusted",
        "want_verified",
        "want_unverified",
        "want_unverified_count",
        "want_error",
        "note_on",
    ];
    for case in each(&notes()["open_cases"], &fields) {
        let trusted = keys(&case["trusted"]);
        let opened = note(text(&case["note"]));
        let Some(wanted) = case.get("want_verified") else {
            let refused = opened.and_then(|note| note.open(&trusted).map(|_| ()));
            refused.unwrap_err();
            continue;
        };
        let opened = opened.unwrap();
        assert_eq!(opened.to_string(), text(&case["note"]));
        let verified = opened.open(&trusted).unwrap();
        let names: Vec<&str> = verified.iter().map(|v| v.key.name()).collect();
        let wanted: Vec<&str> = list(wanted).iter().map(text).collect();
        assert_eq!(names, wanted);
        for line in opened.signatures() {
            let known = trusted.iter().any(|k| k.name() == line.name);
            let named = |name: &Value| text(name) == line.name;
            assert!(!known || !list(&case["want_unverified"]).iter().any(named));
        }
    }
}

#[test]
fn malformed_notes() {
    for case in each(&notes()["malformed_notes"], &["desc", "note", "note_hex"]) {
        let bytes = match case.get("note_hex") {
            Some(hex) => bytes(hex),
            None => text(&case["note"]).as_bytes().to_vec(),
        };
        Note::parse(&bytes).unwrap_err();
    }
}

#[test]
fn bad_keys() {
    let file = notes();
    for case in each(&file["bad_vkeys"], &["vkey", "desc"]) {
        if let Some(vkey) = case["vkey"].as_str() {
            vkey.parse::<VerifierKey>().unwrap_err();
        }
    }
    // The last of them describes these: every proper part of a key, and every byte of it one higher.
    let vkey = text(&file["keys"][0]["vkey"]);
    for start in 0..vkey.len() {
        for end in start..=vkey.len() {
            let part = vkey.get(start..end).unwrap();
            assert_eq!(part.parse::<VerifierKey>().is_ok(), part == vkey, "{part}");
        }
        let mut higher = vkey.as_bytes().to_vec();
        higher[start] += 1;
        let higher = String::from_utf8(higher).unwrap();
        higher.parse::<VerifierKey>().unwrap_err();
    }
    for case in each(&file["other_key_types"], &["vkey", "type", "desc"]) {
        let problem = text(&case["vkey"]).parse::<VerifierKey>().unwrap_err();
        assert_eq!(problem.kind, Kind::Unsupported);
        let named = format!("0x{:02x}", number(&case["type"]));
        assert!(problem.found.ends_with(&named), "{problem}");
    }
    for name in list(&file["bad_names"]) {
        SignerKey::from_seed(text(name), Algorithm::Ed25519, &[1; 32]).unwrap_err();
        let line = format!("— {} AAAAAAAA", text(name));
        line.parse::<SignatureLine>().unwrap_err();
    }
}

#[test]
fn checkpoints() {
    let file = read(
        "checkpoint_vectors",
        &["accept", "reject", "real_signed", "origin_hash"],
    );
    for body in list(&file["accept"]) {
        let checkpoint: Checkpoint = text(body).parse().unwrap();
        assert_eq!(checkpoint.to_string(), text(body));
    }
    for case in each(&file["reject"], &["desc", "body"]) {
        let parsed = text(&case["body"]).parse::<Checkpoint>();
        assert!(parsed.is_err(), "{}", case["desc"]);
    }
    for case in each(&file["real_signed"], &["note", "vkey", "size"]) {
        let note = note(text(&case["note"])).unwrap();
        let key = [text(&case["vkey"]).parse().unwrap()];
        assert_eq!(note.open(&key).unwrap().len(), 1);
        assert_eq!(Checkpoint::of(&note).unwrap().size(), number(&case["size"]));
    }
    for case in each(&file["origin_hash"], &["origin", "sha256_hex"]) {
        let name = monitoring_name(text(&case["origin"]));
        assert_eq!(name, text(&case["sha256_hex"]));
    }
}

/// Sixteen checkpoints of a log, signed anew byte for byte.
#[test]
fn checkpoints_of_a_log() {
    let file = read(
        "tessera_test_log",
        &[
            "vkey",
            "test_signer_key",
            "entries",
            "entry_bundle_hex",
            "level0_tile_hex",
            "checkpoints",
        ],
    );
    let signer = SignerKey::from_secret_text(text(&file["test_signer_key"])).unwrap();
    assert_eq!(signer.verifier().to_string(), text(&file["vkey"]));
    let mut frontier = habeas_ledger::tree::Frontier::default();
    for size in 0..=15 {
        let origin = signer.verifier().name();
        let checkpoint = Checkpoint::new(origin, size, frontier.root()).unwrap();
        let signed = checkpoint.sign(&signer).unwrap();
        let published = text(&file["checkpoints"][size.to_string()]);
        assert_eq!(signed.to_string(), published);
        if let Some(entry) = list(&file["entries"]).get(usize::try_from(size).unwrap()) {
            let leaf = habeas_ledger::hash::leaf_hash(text(entry).as_bytes());
            frontier.append(leaf, |_, _| {}).unwrap();
        }
    }
}

#[test]
fn cosignatures() {
    let file = read(
        "cosignature_vectors",
        &[
            "ed25519_deterministic",
            "vkeys",
            "line_encoding",
            "timestamp_parse",
            "mldsa44",
        ],
    );
    let fields = [
        "name",
        "ed25519_seed",
        "public_key_hex",
        "key_id_hex",
        "vkey",
        "timestamp",
        "checkpoint_body",
        "signed_message",
        "cosignature_line",
        "full_note",
    ];
    for case in each(&file["ed25519_deterministic"], &fields) {
        only(&case["ed25519_seed"], &["sha256_of_ascii", "hex"]);
        let seed = bytes(&case["ed25519_seed"]["hex"]).try_into().unwrap();
        let name = text(&case["name"]);
        let signer = SignerKey::from_seed(name, Algorithm::Cosignature, &seed).unwrap();
        let key = signer.verifier();
        assert_eq!(key.public(), bytes(&case["public_key_hex"]));
        assert_eq!(key.id().as_slice(), bytes(&case["key_id_hex"]));
        assert_eq!(key.to_string(), text(&case["vkey"]));
        let (body, time) = (text(&case["checkpoint_body"]), number(&case["timestamp"]));
        let line = signer.sign(body, time);
        assert_eq!(format!("{line}\n"), text(&case["cosignature_line"]));
        assert_eq!(key.verify(body, &line.signature), Ok(Some(time)));
        // A plain signature over what is signed is the same signature.
        let plain = SignerKey::from_seed(name, Algorithm::Ed25519, &seed).unwrap();
        let plain = plain.sign(text(&case["signed_message"]), 0);
        assert_eq!(plain.signature, line.signature[8..]);

        let whole = note(text(&case["full_note"])).unwrap();
        let known = [key.clone()];
        let verified = whole.open(&known).unwrap();
        assert_eq!((verified.len(), verified[0].time), (1, Some(time)));
        assert_eq!(verified[0].line, &line);
    }
    for case in each(
        &file["line_encoding"],
        &["name", "key_id_hex", "timestamp", "signature_hex", "line"],
    ) {
        let line: SignatureLine = text(&case["line"])
            .strip_suffix('\n')
            .unwrap()
            .parse()
            .unwrap();
        assert_eq!(line.name, text(&case["name"]));
        assert_eq!(line.key_id.as_slice(), bytes(&case["key_id_hex"]));
        let blob: [u8; TIMED_BYTES] = line.signature.as_slice().try_into().unwrap();
        let (time, signature) = cosignature::decode(&blob);
        assert_eq!(time, number(&case["timestamp"]));
        assert_eq!(
            signature.to_bytes().as_slice(),
            bytes(&case["signature_hex"])
        );
        assert_eq!(cosignature::encode(time, &signature), blob);
    }
    for case in each(&file["timestamp_parse"], &["sig_base64", "unix", "error"]) {
        let line: SignatureLine = format!("— x {}", text(&case["sig_base64"]))
            .parse()
            .unwrap();
        let blob: Result<[u8; TIMED_BYTES], _> = line.signature.as_slice().try_into();
        let time = blob.ok().map(|blob| cosignature::decode(&blob).0);
        assert_eq!(time, case.get("unix").map(number));
    }
}

#[test]
fn keys_of_cosigners() {
    let file = read(
        "cosignature_vectors",
        &[
            "ed25519_deterministic",
            "vkeys",
            "line_encoding",
            "timestamp_parse",
            "mldsa44",
        ],
    );
    let fields = [
        "vkey",
        "type",
        "as_cosigner",
        "desc",
        "spec_key_id_hex",
        "corrected_vkey",
    ];
    for case in each(&file["vkeys"], &fields) {
        let vkey = text(&case["vkey"]);
        if let Some(right) = case.get("spec_key_id_hex") {
            // It was published under a key id that is not its own.
            let problem = vkey.parse::<VerifierKey>().unwrap_err();
            assert!(problem.found.contains(text(right)), "{problem}");
            let corrected = text(&case["corrected_vkey"]);
            let key: VerifierKey = corrected.parse().unwrap();
            assert_eq!(key.id().as_slice(), bytes(right));
            assert_eq!(key.to_string(), corrected);
            assert_eq!(key.as_cosigner(), key);
            continue;
        }
        let key: VerifierKey = vkey.parse().unwrap();
        assert_eq!(u64::from(key.algorithm().byte()), number(&case["type"]));
        assert_eq!(key.to_string(), vkey);
        if let Some(cosigner) = case.get("as_cosigner") {
            only(cosigner, &["key_id_hex", "vkey"]);
            let other = key.as_cosigner();
            assert_eq!(other.to_string(), text(&cosigner["vkey"]));
            assert_eq!(other.id().as_slice(), bytes(&cosigner["key_id_hex"]));
        }
    }
}

#[test]
fn post_quantum_cosignatures() {
    let file = read(
        "cosignature_vectors",
        &[
            "ed25519_deterministic",
            "vkeys",
            "line_encoding",
            "timestamp_parse",
            "mldsa44",
        ],
    );
    let file = &file["mldsa44"];
    only(
        file,
        &[
            "cosigned_message_layout",
            "sizes",
            "rules",
            "derived_deterministic",
        ],
    );
    let layout = &file["cosigned_message_layout"];
    only(
        layout,
        &[
            "cosigner_name",
            "timestamp_hex",
            "log_origin",
            "start_hex",
            "end_hex",
            "hash_hex",
            "message_hex",
        ],
    );
    let (name, origin) = (text(&layout["cosigner_name"]), text(&layout["log_origin"]));
    let long = |name: &str| u64::from_be_bytes(bytes(&layout[name]).try_into().unwrap());
    let (start, end, root) = (long("start_hex"), long("end_hex"), hex(&layout["hash_hex"]));
    // The published layout has a time although it starts within the log, which the rules forbid: the time is put in here.
    let mut message = post_quantum::message(name, 0, origin, (start, end), &root).unwrap();
    message.splice(14..22, bytes(&layout["timestamp_hex"]));
    assert_eq!(message, bytes(&layout["message_hex"]));
    let message = |name: &str, time, origin: &str, start| {
        post_quantum::message(name, time, origin, (start, 9), &root)
    };
    let long = "n".repeat(256);
    assert!(message("a", 1, "b", 0).is_some() && message("a", 1, "b", 1).is_none());
    assert!(message("", 1, "b", 0).is_none() && message("a", 1, &long, 0).is_none());
    assert_eq!(list(&file["rules"]).len(), 4);

    let case = &file["derived_deterministic"];
    only(
        case,
        &[
            "provenance",
            "seed_hex",
            "cosigner_name",
            "public_key_hex",
            "key_id_hex",
            "vkey",
            "timestamp",
            "checkpoint_body",
            "signed_message_hex",
            "signature_hex",
            "cosignature_line",
        ],
    );
    let (name, time) = (text(&case["cosigner_name"]), number(&case["timestamp"]));
    let seed = bytes(&case["seed_hex"]).try_into().unwrap();
    let cosigner = PostQuantumCosigner::from_seed(name, &seed).unwrap();
    assert_eq!(cosigner.verifier_text(), text(&case["vkey"]));
    let key: VerifierKey = text(&case["vkey"]).parse().unwrap();
    assert_eq!(key.public(), bytes(&case["public_key_hex"]));
    assert_eq!(key.id().as_slice(), bytes(&case["key_id_hex"]));
    let body = text(&case["checkpoint_body"]);
    let checkpoint: Checkpoint = body.parse().unwrap();
    let (origin, size) = (checkpoint.origin(), checkpoint.size());
    let message = post_quantum::message(name, time, origin, (0, size), &checkpoint.root());
    assert_eq!(message.unwrap(), bytes(&case["signed_message_hex"]));
    let line = cosigner.cosign(&checkpoint, time).unwrap();
    assert_eq!(format!("{line}\n"), text(&case["cosignature_line"]));
    assert_eq!(line.signature[8..], bytes(&case["signature_hex"]));
    let sizes = &file["sizes"];
    only(
        sizes,
        &[
            "public_key",
            "signature",
            "timestamped_signature",
            "note_blob",
        ],
    );
    let lengths = [
        ("public_key", key.public().len()),
        ("signature", line.signature.len() - 8),
        ("timestamped_signature", line.signature.len()),
        ("note_blob", line.signature.len() + line.key_id.len()),
    ];
    for (name, length) in lengths {
        assert_eq!(length as u64, number(&sizes[name]), "{name}");
    }
    assert_eq!(key.verify(body, &line.signature), Ok(Some(time)));
    for place in [0, 7, 8, 100, 2427] {
        let mut spoiled = line.signature.clone();
        spoiled[place] ^= 1;
        key.verify(body, &spoiled).unwrap_err();
    }
    key.verify(body, &line.signature[1..]).unwrap_err();
    key.verify("no checkpoint\n", &line.signature).unwrap_err();
    // An extension line is not covered, and so is not signed.
    let extended: Checkpoint = format!("{body}more\n").parse().unwrap();
    cosigner.cosign(&extended, time).unwrap_err();
}

/// Entries of a public log, with a checkpoint whose lines stand in every order, or are spoiled.
#[test]
fn entries_of_a_public_log() {
    let file = read(
        "rekor_v2_bundles",
        &[
            "log_vkey",
            "origin",
            "checkpoint_key_id_full_base64",
            "vectors",
        ],
    );
    let key = [text(&file["log_vkey"]).parse::<VerifierKey>().unwrap()];
    assert_eq!(key[0].name(), text(&file["origin"]));
    let whole = hash(&file["checkpoint_key_id_full_base64"]).unwrap();
    assert_eq!(whole.0[..4], key[0].id());
    let fields = [
        "name",
        "must_fail",
        "canonicalized_body_base64",
        "index",
        "proof_base64",
        "checkpoint",
        "inclusion_ok_here",
        "log_signature_ok_here",
    ];
    for case in each(&file["vectors"], &fields) {
        let verify = || {
            let note = note(text(&case["checkpoint"])).ok()?;
            let checkpoint = Checkpoint::of(&note).ok()?;
            note.open(&key)
                .ok()
                .filter(|_| checkpoint.origin() == key[0].name())?;
            let entry = base64(text(&case["canonicalized_body_base64"]));
            let leaf = habeas_ledger::hash::leaf_hash(&entry);
            let whole = habeas_ledger::tree::Subtree::whole(checkpoint.size()).ok()?;
            let proof = crate::file::hashes(&case["proof_base64"])?;
            let index = number(&case["index"]);
            habeas_ledger::proof::verify_inclusion(&leaf, index, whole, &checkpoint.root(), &proof)
                .ok()
        };
        assert_eq!(
            verify().is_none(),
            crate::file::yes(&case["must_fail"]),
            "{}",
            case["name"]
        );
    }
}
