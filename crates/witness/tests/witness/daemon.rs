//! The daemon between logs and strangers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use habeas_ledger::checkpoint::monitoring_name;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::note::{Note, SignatureLine};
use habeas_ledger::witness::KnownLog;
use habeas_witness::memory::{Memory, evidence};
use habeas_witness::server::{Limits, MAX_BODY};
use serde_json::Value;
use tempfile::tempdir;

use crate::support::{
    LOG, START, fresh, get, history, known, log_key, post, request, run, send, witness_key,
};

/// The recorded conversation: twelve requests, of which each status was recorded elsewhere.
#[test]
fn conversation() {
    let file = include_str!("../../../ledger/tests/vectors/witness_protocol_vectors.json");
    let file: Value = serde_json::from_str(file).unwrap();
    let log: VerifierKey = file["log"]["vkey"].as_str().unwrap().parse().unwrap();
    let name = "example.com/witness";
    let key = SignerKey::from_seed(name, Algorithm::Cosignature, &[5; 32]).unwrap();
    let folder = tempdir().unwrap();
    let memory = Memory::create(&folder.path().join("s.db"), key.verifier()).unwrap();
    let logs = vec![KnownLog {
        origin: log.name().to_owned(),
        keys: vec![log.clone()],
    }];
    let witness = run(key.clone(), logs, memory, Limits::default());
    let steps = file["steps"].as_array().unwrap();
    assert_eq!(steps.len(), 12);
    for step in steps {
        let answer = post(witness.address, step["request_body"].as_str().unwrap());
        let also = step["also_acceptable_status"].as_array();
        let wanted = also.into_iter().flatten().chain([&step["want_status"]]);
        let wanted: Vec<&Value> = wanted.collect();
        assert!(wanted.contains(&&answer.status.into()), "{}", step["name"]);
        if step.get("body_is_informative_only").is_none() {
            let wanted = step["want_body_contains"].as_str().unwrap();
            assert!(answer.body.contains(wanted), "{}", step["name"]);
        }
        match answer.status {
            200 => {
                let line: SignatureLine = answer.body.trim_end().parse().unwrap();
                assert_eq!(line.name, name);
                let path = format!("/{}/checkpoint", monitoring_name(log.name()));
                let latest = get(witness.address, &path);
                assert_eq!(latest.status, 200);
                let note = Note::parse(latest.body.as_bytes()).unwrap();
                let keys = [log.clone(), key.verifier().clone()];
                assert_eq!(note.verified(&keys).unwrap().len(), 2);
                assert_eq!(note.signatures().last(), Some(&line));
            }
            409 => assert!(answer.head.contains("content-type: text/x.tlog.size")),
            _ => {}
        }
    }
}

#[test]
fn a_clock_that_went_back() {
    let folder = tempdir().unwrap();
    let witness = fresh(1, folder.path());
    let leaves = history(0, 1);
    assert_eq!(post(witness.address, &request(&leaves, 0, 3)).status, 200);
    witness.clock.0.store(START - 9, Ordering::SeqCst);
    let answer = post(witness.address, &request(&leaves, 3, 5));
    assert_eq!(answer.status, 503);
    assert!(answer.head.contains("retry-after: 10"), "{}", answer.head);
    witness.clock.0.store(START, Ordering::SeqCst);
    assert_eq!(post(witness.address, &request(&leaves, 3, 5)).status, 200);
}

/// What convicts a log is kept and said once; what proves nothing is kept apart; what is nothing is not kept.
#[test]
fn misbehaviour() {
    let folder = tempdir().unwrap();
    let witness = fresh(1, folder.path());
    let (one, other) = (history(0, 1), history(2, 2));
    let ask = |body: &str| post(witness.address, body).status;
    assert_eq!(ask(&request(&one, 0, 5)), 200);
    let fork = request(&other, 5, 5);
    assert_eq!((ask(&fork), ask(&fork)), (422, 422));
    assert_eq!(ask(&request(&other, 5, 8)), 422);
    // A good checkpoint, and a proof where none is needed.
    let needless = request(&one, 5, 5).replacen("old 5\n", &format!("old 5\n{}\n", one[0]), 1);
    assert_eq!(ask(&needless), 422);
    let kept = evidence(&folder.path().join("1.db")).unwrap();
    let proofs: Vec<bool> = kept.iter().map(|kept| kept.finding.is_proof()).collect();
    assert_eq!(proofs, [true, false]);
    assert_eq!(kept[0].request.to_string(), fork);
    let told = witness.told.lock().unwrap().join("\n");
    assert_eq!(
        told,
        format!(
            "the log `{LOG}` has shown two histories, at 5 leaves; kept as evidence 1\n\
             the log `{LOG}` sent a checkpoint with a proof that does not hold, at 8 leaves; kept as evidence 2"
        )
    );
    assert_eq!(ask(&request(&one, 5, 6)), 200);
}

#[test]
fn malformed() {
    let folder = tempdir().unwrap();
    let witness = fresh(1, folder.path());
    let good = request(&history(0, 1), 0, 3);
    for body in [
        String::new(),
        "old 0".to_owned(),
        good.replace("old 0", "old 00"),
        good.replace("old 0", "old -1"),
        good.replace("old 0\n", &format!("old 0\n{}", "A\n".repeat(70))),
        good.replacen("\n\n", "\n", 1),
        good.replace('—', "-"),
        format!("{good}\n"),
    ] {
        assert_eq!(post(witness.address, &body).status, 400, "{body}");
    }
    let bytes = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: 4\r\n\r\nold\xff";
    assert_eq!(send(witness.address, bytes).unwrap().status, 400);
    assert_eq!(
        send(witness.address, b"\x16\x03\x01 TLS\r\n\r\n")
            .unwrap()
            .status,
        400
    );
    assert_eq!(get(witness.address, "/add-checkpoint").status, 405);
    assert_eq!(get(witness.address, "/").status, 404);
    let unknown = format!("/{}/checkpoint", monitoring_name(LOG));
    assert_eq!(get(witness.address, &unknown).status, 404);
    assert_eq!(post(witness.address, &good).status, 200);
}

#[test]
fn too_large() {
    let folder = tempdir().unwrap();
    let witness = fresh(1, folder.path());
    let body = "a".repeat(MAX_BODY + 1);
    assert_eq!(post(witness.address, &body).status, 413);
    // In chunks, without a length beforehand.
    let mut bytes =
        b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..=MAX_BODY / 4096 {
        bytes.extend(format!("1000\r\n{}\r\n", "a".repeat(4096)).into_bytes());
    }
    assert!(send(witness.address, &bytes).is_none_or(|answer| answer.status == 413));
    let header = format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "a".repeat(64 << 10));
    assert!(send(witness.address, header.as_bytes()).is_none_or(|answer| answer.status == 431));
    assert_eq!(post(witness.address, "").status, 400);
}

/// Who sends slowly is cut off, and those who wait meanwhile are served: also where all places were taken by such.
#[test]
fn slow_strangers() {
    let folder = tempdir().unwrap();
    let key = witness_key(1);
    let memory = Memory::create(&folder.path().join("s.db"), key.verifier()).unwrap();
    let limits = Limits {
        connections: 4,
        head: Duration::from_millis(300),
        body: Duration::from_millis(300),
        connection: Duration::from_secs(5),
    };
    let witness = run(key, known(), memory, limits);
    let heads: [&[u8]; 3] = [
        b"",
        b"POST /add-checkpoint HTTP/1.1\r\nHost:",
        b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 900\r\n\r\nold 0\n",
    ];
    let slow: Vec<TcpStream> = (0..12)
        .map(|number| {
            let mut stream = TcpStream::connect(witness.address).unwrap();
            stream.write_all(heads[number % 3]).unwrap();
            stream
        })
        .collect();
    // Letter by letter, for as long as the other side lets it.
    let mut trickle = TcpStream::connect(witness.address).unwrap();
    let trickled = thread::spawn(move || {
        (0..400).any(|_| {
            thread::sleep(Duration::from_millis(10));
            trickle.write_all(b"a").is_err()
        })
    });
    let good = request(&history(0, 1), 0, 3);
    assert_eq!(post(witness.address, &good).status, 200);
    assert!(trickled.join().unwrap());
    for mut stream in slow {
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).unwrap();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
            "{answer}"
        );
    }
}

/// A log whose key is another than the one that is pinned.
#[test]
fn strangers_logs() {
    let folder = tempdir().unwrap();
    let witness = fresh(1, folder.path());
    let good = request(&history(0, 1), 0, 3);
    let line = good.lines().last().unwrap();
    let stranger = SignerKey::from_seed(LOG, Algorithm::Ed25519, &[9; 32]).unwrap();
    let text = good
        .split_once("\n\n")
        .unwrap()
        .1
        .rsplit_once("\n\n")
        .unwrap()
        .0;
    let text = format!("{text}\n");
    let forged = stranger.sign(&text, 0).to_string();
    assert_eq!(
        post(witness.address, &good.replace(line, &forged)).status,
        403
    );
    let mut wrong = log_key().sign(&text, 0);
    wrong.signature[0] ^= 1;
    assert_eq!(
        post(witness.address, &good.replace(line, &wrong.to_string())).status,
        403
    );
    assert_eq!(
        post(witness.address, &good.replace(LOG, "other.example")).status,
        404
    );
}
