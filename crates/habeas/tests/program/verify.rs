//! `habeas verify RECEIPT` and `habeas verify evidence A B`.
//!
//! The receipts in `tests/receipts` are those of an invented log; the page that verifies receipts is tried on them too.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::path::Path;

use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::disclosure::Disclosure;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::leaf::{Content, Entry, LeafKind};
use habeas_ledger::named::NamedDocumentSigner;
use habeas_ledger::proof::prove_inclusion;
use habeas_ledger::receipt::Receipt;
use habeas_ledger::tree::{Leaves, Subtree, subtree_hash};
use serde_json::Value;

use crate::sandbox::Sandbox;

const LOG: &str = "log.example/2027";
const DATA: &str = include_str!("../../../ledger/tests/data/commitment.json");

fn log() -> SignerKey {
    SignerKey::from_seed(LOG, Algorithm::Ed25519, &[100; 32]).unwrap()
}

fn witness(number: u8) -> SignerKey {
    let name = format!("w{number}.example");
    SignerKey::from_seed(&name, Algorithm::Cosignature, &[number; 32]).unwrap()
}

fn bytes(hex: &Value) -> Vec<u8> {
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16).unwrap()).unwrap();
    let pairs = hex.as_str().unwrap().as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

fn array<const N: usize>(hex: &Value) -> [u8; N] {
    bytes(hex).try_into().unwrap()
}

/// What the leaf 5 of 13 shows of the act of `commitment.json`: the fields that `act` takes, and those of the leaf that `leaf` takes.
fn disclosure(leaf: impl Fn(&str) -> bool, act: impl Fn(&str) -> bool) -> Disclosure {
    let file: Value = serde_json::from_str(DATA).unwrap();
    let fields = file["act_fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| Field {
            name: f[0].as_str().unwrap().to_owned(),
            value: bytes(&f[1]),
        });
    let salt = Salt(array(&file["act_salt"]));
    let committed = Committed::new(Level::Act, &salt, fields.collect()).unwrap();
    let signer = document_signer();
    let content = Content {
        kind: LeafKind::Act,
        document: signer
            .signer()
            .sign(committed.commitment(), file["claimed"].as_u64().unwrap()),
        recorded: file["recorded"].as_u64().unwrap(),
        refers: None,
    };
    let opened = content.commit(&Salt(array(&file["leaf_salt"]))).unwrap();
    Disclosure {
        entry: Entry::new(opened.commitment(), file["logged_at"].as_u64().unwrap()),
        leaf: opened.open(leaf).unwrap(),
        act: committed.open(act).ok(),
    }
}

fn document_signer() -> NamedDocumentSigner {
    let file: Value = serde_json::from_str(DATA).unwrap();
    let seed = array(&file["document_seed"]);
    NamedDocumentSigner::from_seed("organ3.example/documents", &seed).unwrap()
}

/// A receipt cosigned by the witnesses whose bits are set, organs first.
fn receipt(shown: Option<&Disclosure>, cosigned: u32) -> Receipt {
    let entry = disclosure(|_| true, |_| true).entry.to_bytes();
    let leaf = |i: u8| {
        if i == 5 {
            leaf_hash(&entry)
        } else {
            leaf_hash(&[i])
        }
    };
    let leaves: Vec<_> = (0..13).map(leaf).collect();
    let whole = Subtree::whole(13).unwrap();
    let root = subtree_hash(&Leaves(&leaves), whole).unwrap();
    let mut note = Checkpoint::new(LOG, 13, root)
        .unwrap()
        .sign(&log())
        .unwrap();
    for number in (1..=8_u8).filter(|number| cosigned >> (number - 1) & 1 == 1) {
        let line = witness(number).sign(note.text(), 1_800_000_000 + u64::from(number));
        note.add(line).unwrap();
    }
    Receipt {
        extra: shown.map(Disclosure::to_bytes),
        index: 5,
        proof: prove_inclusion(&Leaves(&leaves), 5, whole).unwrap(),
        checkpoint: note.to_string(),
    }
}

/// Every file of `tests/receipts`.
fn files() -> Vec<(&'static str, String)> {
    let mut policy = include_str!("../../../ledger/tests/data/shipped.policy")
        .replace("LOG", &log().verifier().to_string());
    for number in 1..=8 {
        policy = policy.replacen("KEY", &witness(number).verifier().to_string(), 1);
    }
    let some = disclosure(|_| true, |name| ["who", "where", "ground"].contains(&name));
    let kind = disclosure(|name| name == "kind", |_| false);
    let public = document_signer().public();
    vec![
        ("policy", policy),
        ("document.vkey", format!("{public}\n")),
        ("all.receipt", receipt(Some(&some), 0b1111_1111).to_string()),
        (
            "enough.receipt",
            receipt(Some(&some), 0b0110_1111).to_string(),
        ),
        ("few.receipt", receipt(Some(&some), 0b0110_0111).to_string()),
        (
            "kind.receipt",
            receipt(Some(&kind), 0b0110_1111).to_string(),
        ),
        ("nothing.receipt", receipt(None, 0b0110_1111).to_string()),
    ]
}

/// The files are what this test makes; `HABEAS_WRITE=1` writes them.
#[test]
fn the_receipts_of_these_tests() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/receipts");
    for (name, text) in files() {
        if std::env::var_os("HABEAS_WRITE").is_some() {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(folder.join(name), &text).unwrap();
        }
        assert_eq!(
            std::fs::read_to_string(folder.join(name)).unwrap(),
            text,
            "{name}"
        );
    }
}

fn prepared() -> (Sandbox, String) {
    let sandbox = Sandbox::empty();
    for (name, text) in files() {
        sandbox.write(name, text);
    }
    (sandbox, document_signer().public().to_string())
}

#[test]
fn what_is_proved() {
    let (sandbox, key) = prepared();
    let words = |name| ["verify", name, "--policy", "policy", "--document-key", &key];
    shows!(
        "verify-enough",
        &mut sandbox.habeas(words("enough.receipt"))
    );
    let chinese = words("enough.receipt").into_iter().chain(["--lang", "zh"]);
    shows!("verify-enough-zh", &mut sandbox.habeas(chinese));
    let unknown = ["verify", "few.receipt", "--policy", "policy"];
    shows!("verify-few", &mut sandbox.habeas(unknown));
    let chinese = unknown.into_iter().chain(["--lang", "zh"]);
    shows!("verify-few-zh", &mut sandbox.habeas(chinese));
    shows!("verify-kind", &mut sandbox.habeas(words("kind.receipt")));
    let whole = sandbox.run(words("all.receipt"));
    assert!(
        whole
            .out
            .contains("organs: 5 of 5, 4 needed: met\n  outside: 3 of 3, 2 needed: met\n")
    );
    let ran = sandbox.run(words("few.receipt").into_iter().chain(["--json"]));
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    let pretty = serde_json::to_string_pretty(&found).unwrap();
    crate::sandbox::settings().bind(|| insta::assert_snapshot!("verify-json", pretty));
    assert_eq!(ran.status, 1);
}

#[test]
fn without_what_is_shown() {
    let (sandbox, _) = prepared();
    let words = ["verify", "nothing.receipt", "--policy", "policy"];
    shows!("verify-nothing", &mut sandbox.habeas(words));
    sandbox.write("entry", disclosure(|_| true, |_| true).entry.to_bytes());
    let with = words.into_iter().chain(["--entry", "entry"]);
    shows!("verify-entry", &mut sandbox.habeas(with.clone()));
    sandbox.write("entry", "another");
    sandbox
        .run(with)
        .could_not("do not lead from leaf 5 to the root over [0, 13)");
}

#[test]
fn what_does_not_hold() {
    let (sandbox, key) = prepared();
    let good = sandbox.read("enough.receipt");
    let words = [
        "verify",
        "bad.receipt",
        "--policy",
        "policy",
        "--document-key",
        &key,
    ];
    let lines: Vec<&str> = good.lines().collect();
    let log_line = good
        .lines()
        .find(|l| l.starts_with("— log.example"))
        .unwrap();
    let witness_line = good
        .lines()
        .find(|l| l.starts_with("— w2.example"))
        .unwrap();
    // Another letter before the last ten.
    let swapped = |line: &str| {
        let (kept, last) = line.split_at(line.len() - 10);
        let letter = last.chars().next().unwrap();
        let other = if letter == 'A' { "B" } else { "A" };
        format!("{kept}{other}{}", last.split_at(1).1)
    };
    for (bad, because) in [
        (
            good.replace("index 5", "index 6"),
            "do not lead from leaf 6",
        ),
        (good.replace(lines[3], lines[4]), "do not lead from leaf 5"),
        (
            good.replace("\n13\n", "\n14\n"),
            "the signature of `log.example/2027` is wrong",
        ),
        (
            good.replace(log_line, &swapped(log_line)),
            "the signature of `log.example/2027` is wrong",
        ),
        (
            good.replace(witness_line, &swapped(witness_line)),
            "the signature of `w2.example` is wrong",
        ),
        (
            good.replace(&format!("{log_line}\n"), ""),
            "no known key has signed it",
        ),
        (
            good.replace("tlog-proof@v1", "tlog-proof@v2"),
            "line 1: this is no receipt",
        ),
        (String::new(), "line 1: this is no receipt"),
    ] {
        sandbox.write("bad.receipt", bad);
        sandbox.run(words).could_not(because);
    }
    let mut shown = disclosure(|_| true, |_| true);
    shown.leaf = disclosure(|name| name == "kind", |_| true).leaf;
    sandbox.write("bad.receipt", receipt(Some(&shown), 255).to_string());
    sandbox
        .run(words)
        .could_not("fields of an act are shown, and not that they are of this leaf");
    let other = NamedDocumentSigner::from_seed("organ4.example", &[9; 32]).unwrap();
    let ran = sandbox.run([
        "verify",
        "all.receipt",
        "--policy",
        "policy",
        "--document-key",
        &other.public().to_string(),
    ]);
    assert!(ran.status == 0 && ran.out.contains("by a key that was not given"));
    sandbox.write("bad.policy", "quorum nobody\n");
    let ran = sandbox.run(["verify", "all.receipt", "--policy", "bad.policy"]);
    ran.could_not("bad.policy: read a policy: line 1: `nobody` is not defined above");
    let ran = sandbox.run(["verify", "none.receipt", "--policy", "policy"]);
    ran.could_not("none.receipt: No such file");
}

/// A value is quoted: it writes no line of its own and moves no cursor.
#[test]
fn values_stay_values() {
    let (sandbox, _) = prepared();
    let salt = Salt([7; 32]);
    let field = Field {
        name: "who\n".to_owned(),
        value: b"x\x1b[2J\nThe receipt holds\xe2\x80\xae".to_vec(),
    };
    let act = Committed::new(Level::Act, &salt, vec![field]).unwrap();
    let content = Content {
        kind: LeafKind::Act,
        document: document_signer().signer().sign(act.commitment(), 1),
        recorded: 1,
        refers: None,
    };
    let leaf = content.commit(&Salt([8; 32])).unwrap();
    let shown = Disclosure {
        entry: Entry::new(leaf.commitment(), 1),
        leaf: leaf.open(|_| true).unwrap(),
        act: Some(act.open(|_| true).unwrap()),
    };
    let note = Checkpoint::new(LOG, 1, leaf_hash(&shown.entry.to_bytes()))
        .unwrap()
        .sign(&log())
        .unwrap();
    let receipt = Receipt {
        extra: Some(shown.to_bytes()),
        index: 0,
        proof: Vec::new(),
        checkpoint: note.to_string(),
    };
    sandbox.write("odd.receipt", receipt.to_string());
    let ran = sandbox.run(["verify", "odd.receipt", "--policy", "policy"]);
    assert!(
        ran.out
            .contains(r#"  "who\n": "x\u{1b}[2J\nThe receipt holds\u{202e}""#),
        "{}",
        ran.out
    );
}

#[test]
fn evidence() {
    let sandbox = Sandbox::empty();
    let leaves = |number: u8| -> Vec<_> {
        (0..9)
            .map(|i| leaf_hash(&[if i < 3 { 0 } else { number }, i]))
            .collect()
    };
    let (one, other) = (leaves(1), leaves(2));
    let signed = |leaves: &[habeas_ledger::Hash], size| {
        let root = subtree_hash(&Leaves(leaves), Subtree::whole(size).unwrap()).unwrap();
        Checkpoint::new(LOG, size, root)
            .unwrap()
            .sign(&log())
            .unwrap()
            .to_string()
    };
    sandbox.write("one", signed(&one, 6));
    sandbox.write("fork", signed(&other, 6));
    sandbox.write("later", signed(&one, 8));
    let proof = habeas_ledger::proof::prove_consistency(&Leaves(&one), 6, 8).unwrap();
    let proof: String = proof.iter().map(|hash| format!("{hash}\n")).collect();
    sandbox.write("proof", proof);
    let key = log().verifier().to_string();
    let judged = |a, b, more: &[&'static str]| {
        let words = ["verify", "evidence", a, b, "--log", &key];
        sandbox.run(words.into_iter().chain(more.iter().copied()))
    };
    for (a, b, more, status, said, zh) in [
        ("one", "fork", &[][..], 1, "Proved: ", "已证明："),
        ("one", "later", &[], 1, "Open: ", "待定："),
        (
            "fork",
            "later",
            &["--proof", "proof"],
            1,
            "Not proved: ",
            "未证明：",
        ),
        (
            "later",
            "one",
            &["--proof", "proof"],
            0,
            "No misbehaviour: ",
            "未见不当：",
        ),
        ("one", "one", &[], 0, "No misbehaviour: ", "未见不当："),
    ] {
        let ran = judged(a, b, more);
        assert!(
            ran.status == status && ran.out.starts_with(said),
            "{a} {b} {ran:?}"
        );
        let ran = judged(a, b, &[more, &["--lang", "zh"]].concat());
        assert!(
            ran.status == status && ran.out.starts_with(zh),
            "{a} {b} {ran:?}"
        );
    }
    let ran = judged("one", "fork", &["--json"]);
    assert_eq!(ran.out, "{\"finding\":\"two roots\",\"proved\":true}\n");
    sandbox.write("forged", signed(&other, 7).replace("\n7\n", "\n8\n"));
    judged("one", "forged", &[]).could_not("the signature of `log.example/2027` is wrong");
    sandbox.write("proof", "no hash\n");
    judged("one", "later", &["--proof", "proof"]).could_not("proof: a line of it is no hash");
    judged("one", "none", &[]).could_not("none: No such file");
}

/// From an act that is loaded to a receipt that somebody else verifies.
#[test]
fn a_receipt_of_a_store() {
    let sandbox = Sandbox::new();
    let done = |words: &[&str]| {
        let ran = sandbox.run(words.iter().copied());
        assert_eq!(ran.status, 0, "{ran:?}");
        ran.out
    };
    done(&["load", "acts/kelp.jsonl", "--store", "sqlite:store"]);
    let new = [
        "key", "new", "--name", LOG, "--kind", "log", "--out", "log.key",
    ];
    let key = done(&new);
    let signed = ["checkpoint", "--store", "sqlite:store", "--key", "log.key"];
    done(&signed);
    let first = sandbox.read("acts/kelp.jsonl");
    let act: Value = serde_json::from_str(first.lines().next().unwrap()).unwrap();
    let id = act["id"].as_str().unwrap();
    let shown = [
        "receipt",
        "--store",
        "sqlite:store",
        "--case",
        "kelp",
        "--act",
        id,
    ];
    let receipt = done(&[&shown[..], &["--show", "act,happened"]].concat());
    sandbox.write("kelp.receipt", receipt);
    sandbox.write(
        "store.policy",
        format!("log {}\nquorum none\n", key.trim_end()),
    );
    let said = done(&["verify", "kelp.receipt", "--policy", "store.policy"]);
    let named = format!("{:?}", act["act"].to_string());
    assert!(
        said.contains(&named) || said.contains(act["act"].as_str().unwrap()),
        "{said}"
    );
    assert!(
        said.contains("\"happened\": ") && !said.contains("\"subjects\""),
        "{said}"
    );
}
