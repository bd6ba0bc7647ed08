//! Receipts: how they are written, complete ones, and ones that must fail.

use habeas_ledger::Kind;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::policy::Policy;
use habeas_ledger::receipt::Receipt;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

use crate::file::{each, hashes, list, number, only, read, text};

fn file() -> Value {
    read(
        "tlog_proof_vectors",
        &[
            "marshal",
            "unmarshal_errors",
            "policy",
            "complete",
            "must_fail",
        ],
    )
}

#[test]
fn writing_and_reading() {
    let fields = ["index", "hashes_base64", "checkpoint", "extra", "text"];
    for case in each(&file()["marshal"], &fields) {
        let receipt = Receipt {
            extra: case["extra"]
                .as_str()
                .map(|extra| extra.as_bytes().to_vec()),
            index: number(&case["index"]),
            proof: hashes(&case["hashes_base64"]).unwrap(),
            checkpoint: text(&case["checkpoint"]).to_owned(),
        };
        assert_eq!(receipt.to_string(), text(&case["text"]));
        assert_eq!(text(&case["text"]).parse(), Ok(receipt));
    }
    for case in each(&file()["unmarshal_errors"], &["desc", "text"]) {
        let read = text(&case["text"]).parse::<Receipt>();
        assert!(read.is_err(), "{}", case["desc"]);
    }
}

/// The policy of the vectors, in which any two of the three witnesses are enough.
fn policy(described: &Value) -> Policy {
    let fields = ["log_vkey", "witness_vkeys", "quorum", "witness_seeds"];
    only(described, &fields);
    let mut written = format!("log {}\n", text(&described["log_vkey"]));
    let seeds = each(&described["witness_seeds"], &["name", "sha256_of_ascii"]);
    let mut names = String::new();
    for (number, (key, seed)) in list(&described["witness_vkeys"])
        .iter()
        .zip(seeds)
        .enumerate()
    {
        let grown = Sha256::digest(text(&seed["sha256_of_ascii"])).into();
        let grown = SignerKey::from_seed(text(&seed["name"]), Algorithm::Cosignature, &grown);
        assert_eq!(grown.unwrap().verifier().to_string(), text(key));
        writeln!(written, "witness w{number} {}", text(key)).unwrap();
        write!(names, " w{number}").unwrap();
    }
    let (threshold, of) = text(&described["quorum"]).split_once(" of ").unwrap();
    assert_eq!(of, "3");
    writeln!(
        written,
        "group all-of-them {threshold}{names}\nquorum all-of-them"
    )
    .unwrap();
    written.parse().unwrap()
}

#[test]
fn complete() {
    let file = file();
    let policy = policy(&file["policy"]);
    for case in each(&file["complete"], &["entry", "index", "size", "proof"]) {
        let receipt: Receipt = text(&case["proof"]).parse().unwrap();
        assert_eq!(receipt.to_string(), text(&case["proof"]));
        let verified = receipt
            .verify(text(&case["entry"]).as_bytes(), &policy)
            .unwrap();
        assert_eq!(verified.index, number(&case["index"]));
        assert_eq!(verified.checkpoint.size(), number(&case["size"]));
        let times = (verified.earliest, verified.median, verified.cosigned.len());
        assert_eq!(times, (Some(1_767_139_200), Some(1_767_139_200), 3));
        verified.require_quorum().unwrap();
    }
}

#[test]
fn must_fail() {
    let file = file();
    let policy = policy(&file["policy"]);
    for case in each(&file["must_fail"], &["desc", "entry", "proof", "want"]) {
        let receipt: Receipt = text(&case["proof"]).parse().unwrap();
        let verified = receipt.verify(text(&case["entry"]).as_bytes(), &policy);
        let problem = verified.and_then(|v| v.require_quorum()).unwrap_err();
        let wanted = match text(&case["want"]) {
            "inclusion failure" => Kind::Proof,
            "quorum failure" => Kind::Quorum,
            _ => Kind::Unsigned,
        };
        assert_eq!(problem.kind, wanted, "{}", case["desc"]);
    }
}
