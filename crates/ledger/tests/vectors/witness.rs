//! A recorded conversation with a witness, and the rules that it leaves out.

use habeas_ledger::Hash;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::hash::empty_root;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::note::{Note, SignatureLine};
use habeas_ledger::proof::verify_consistency;
use habeas_ledger::witness::{Answer, KnownLog, Request, State, Witness};
use serde_json::Value;

use crate::file::{bytes, each, hash, hex, list, number, only, read, text};

fn file() -> Value {
    read(
        "witness_protocol_vectors",
        &[
            "log",
            "steps",
            "second_log",
            "rules",
            "request_encoding",
            "replayed_here",
        ],
    )
}

/// A witness of one log, with its state and the clock of the test.
struct Asked {
    witness: Witness,
    state: State,
    now: u64,
}

impl Asked {
    fn new(log: &VerifierKey) -> Self {
        let name = "example.com/witness";
        let key = SignerKey::from_seed(name, Algorithm::Cosignature, &[5; 32]).unwrap();
        let log = KnownLog {
            origin: log.name().to_owned(),
            keys: vec![log.clone()],
        };
        Self {
            witness: Witness::new(key, vec![log]).unwrap(),
            state: State::default(),
            now: 1_767_139_200,
        }
    }

    fn ask(&mut self, body: &str) -> Answer {
        self.now += 1;
        let answer = match Request::parse(body.as_bytes()) {
            Ok(request) => {
                assert_eq!(request.to_string(), body);
                self.witness.answer(&self.state, &request, self.now)
            }
            Err(problem) => Answer::refusal(&problem),
        };
        assert_eq!(answer.state.is_some(), answer.status == 200);
        assert_eq!(answer.evidence.is_some(), answer.status == 422);
        if let Some(state) = &answer.state {
            self.state = state.clone();
        }
        answer
    }
}

#[test]
fn conversation() {
    let file = file();
    only(&file["log"], &["origin", "public_key_hex", "vkey"]);
    let log: VerifierKey = text(&file["log"]["vkey"]).parse().unwrap();
    assert_eq!(log.name(), text(&file["log"]["origin"]));
    assert_eq!(log.public(), bytes(&file["log"]["public_key_hex"]));
    let mut asked = Asked::new(&log);
    let fields = [
        "name",
        "request_body",
        "want_status",
        "want_body_contains",
        "log_signature_valid",
        "also_acceptable_status",
        "remark",
        "body_is_informative_only",
    ];
    for step in each(&file["steps"], &fields) {
        let answer = asked.ask(text(&step["request_body"]));
        let status = u64::from(answer.status);
        let accepted = |status| {
            number(&step["want_status"]) == status
                || list(&step["also_acceptable_status"])
                    .iter()
                    .any(|s| number(s) == status)
        };
        assert!(accepted(status), "{}: {status}", step["name"]);
        if step.get("body_is_informative_only").is_none() {
            let wanted = text(&step["want_body_contains"]);
            assert!(answer.body.contains(wanted), "{}", step["name"]);
        }
        match status {
            200 => {
                // Its own line alone, and what is stored is the log's line and its own.
                let line: SignatureLine = answer.body.strip_suffix('\n').unwrap().parse().unwrap();
                let stored = asked.state.note.as_ref().unwrap();
                let names: Vec<&str> = stored
                    .signatures()
                    .iter()
                    .map(|l| l.name.as_str())
                    .collect();
                assert_eq!(names, [log.name(), "example.com/witness"]);
                assert_eq!(stored.signatures()[1], line);
            }
            409 => assert_eq!(answer.content_type(), "text/x.tlog.size"),
            _ => {}
        }
    }
    assert_eq!(asked.state.size, 5);
}

#[test]
fn another_log() {
    let log = &file()["second_log"];
    only(
        log,
        &["log_origin", "vkey", "cp5", "cp8", "consistency_5_8_hex"],
    );
    let key: VerifierKey = text(&log["vkey"]).parse().unwrap();
    assert_eq!(key.name(), text(&log["log_origin"]));
    let note = |name: &str| Note::parse(text(&log[name]).as_bytes()).unwrap();
    let proof: Vec<Hash> = list(&log["consistency_5_8_hex"]).iter().map(hex).collect();
    let (five, eight) = (
        Checkpoint::of(&note("cp5")).unwrap(),
        Checkpoint::of(&note("cp8")).unwrap(),
    );
    verify_consistency(5, &five.root(), 8, &eight.root(), &proof).unwrap();
    let mut asked = Asked::new(&key);
    let first = Request::new(0, Vec::new(), note("cp5")).unwrap();
    assert_eq!(asked.ask(&first.to_string()).status, 200);
    let second = Request::new(5, proof, note("cp8")).unwrap();
    assert_eq!(asked.ask(&second.to_string()).status, 200);
    // Two racing requests: the one that comes late is told the size, and nothing is rolled back.
    let racing = Request::new(5, Vec::new(), note("cp5")).unwrap();
    let answer = asked.ask(&racing.to_string());
    assert_eq!((answer.status, answer.body.as_str()), (409, "8\n"));
    assert_eq!(asked.state.size, 8);
    // The same once more refreshes the time.
    let time = asked.state.time;
    let again = Request::new(8, Vec::new(), note("cp8")).unwrap();
    assert_eq!(asked.ask(&again.to_string()).status, 200);
    assert!(asked.state.time > time);
    asked.now = time - 9;
    let answer = asked.ask(&again.to_string());
    assert_eq!(answer.status, 503, "a clock that went back");
}

#[test]
fn encoding() {
    let fields = ["old_size", "proof_base64", "body"];
    for case in each(&file()["request_encoding"], &fields) {
        let request = Request::parse(text(&case["body"]).as_bytes()).unwrap();
        assert_eq!(request.to_string(), text(&case["body"]));
        let proof = list(&case["proof_base64"]).iter().map(|h| hash(h).unwrap());
        let after = text(&case["body"]).split_once("\n\n").unwrap().1;
        let note = Note::parse(after.as_bytes()).unwrap();
        let built = Request::new(number(&case["old_size"]), proof.collect(), note);
        assert_eq!(built, Ok(request));
    }
}

/// A log of ours that may be made to sign anything.
fn signed(size: u64, root: Hash) -> String {
    let key = SignerKey::from_seed("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let checkpoint = Checkpoint::new("log.example", size, root).unwrap();
    checkpoint.sign(&key).unwrap().to_string()
}

/// The rules of the file in its order, as far as they are answered here and not by a server of HTTP.
#[test]
fn rules() {
    let file = file();
    let rules = each(&file["rules"], &["name", "want_status", "note", "want"]);
    let key = SignerKey::from_seed("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let fresh = || Asked::new(key.verifier());
    let root = Hash([9; 32]);
    let grown = || {
        let mut asked = fresh();
        let first = asked.ask(&format!("old 0\n\n{}", signed(3, root)));
        assert_eq!(first.status, 200);
        asked
    };
    let wanted = |at: usize| u16::try_from(number(&rules[at]["want_status"])).unwrap();

    let other = Hash([8; 32]);
    let answer = grown().ask(&format!("old 3\n\n{}", signed(3, other)));
    assert_eq!(answer.status, wanted(0));
    let answer = fresh().ask(&format!("old 0\n\n{}", signed(0, root)));
    assert_eq!(answer.status, wanted(1));
    let answer = fresh().ask(&format!("old 0\n\n{}", signed(0, empty_root())));
    assert_eq!(answer.status, 200);
    let answer = fresh().ask(&format!("old 0\n{root}\n\n{}", signed(3, root)));
    assert_eq!(answer.status, wanted(2));
    let answer = grown().ask(&format!("old 4\n\n{}", signed(3, root)));
    assert_eq!(answer.status, wanted(3));
    let note = signed(3, root);
    let long = format!("{root}\n").repeat(64);
    for body in [
        format!("old 007\n\n{note}"),
        format!("old +0\n\n{note}"),
        format!("old -1\n\n{note}"),
        format!("old  0\n\n{note}"),
        format!("5\n\n{note}"),
        format!("old 0\n{note}"),
        format!("old 0\n\n\n{note}"),
        format!("old 0\nAAAA\n\n{note}"),
        format!("old 0\n{long}\n{note}"),
        "old 0\n".to_owned(),
        String::new(),
    ] {
        assert_eq!(fresh().ask(&body).status, wanted(4), "{body}");
    }
    // A forged line under the witness's own name and key id.
    let mut asked = fresh();
    let own = SignerKey::from_seed("example.com/witness", Algorithm::Cosignature, &[5; 32]);
    let mut forged = own.unwrap().sign("another text\n", 7);
    forged.signature[9] ^= 1;
    let answer = asked.ask(&format!("old 0\n\n{note}{forged}\n"));
    assert_eq!(answer.status, wanted(5));
    let stored = asked.state.note.clone().unwrap();
    assert!(!stored.signatures().contains(&forged));
    assert_eq!(stored.signatures().len(), 2);
    assert_eq!(rules.len(), 11);
}

#[test]
fn what_a_witness_is_set_up_with() {
    let log = SignerKey::from_seed("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
    let own = SignerKey::from_seed("w.example", Algorithm::Cosignature, &[2; 32]).unwrap();
    let known = |keys: &[&SignerKey]| KnownLog {
        origin: "log.example".to_owned(),
        keys: keys.iter().map(|key| key.verifier().clone()).collect(),
    };
    Witness::new(own.clone(), vec![known(&[&log])]).unwrap();
    Witness::new(log.clone(), vec![known(&[&log])]).unwrap_err();
    Witness::new(own.clone(), vec![known(&[])]).unwrap_err();
    Witness::new(own.clone(), vec![known(&[&own])]).unwrap_err();
    Witness::new(own, vec![known(&[&log]), known(&[&log])]).unwrap_err();
}
