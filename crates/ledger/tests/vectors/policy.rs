//! Quorums. The published policies write bare keys in hexadecimal; here each stands for the key that grows from it.

use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::policy::Policy;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::file::{each, list, only, read, text, yes};

/// Puts a key with a name in place of each bare one: the same for the same.
fn with_names(config: &str) -> String {
    let key = |word: &str, algorithm| {
        let seed = Sha256::digest(word).into();
        let name = format!("{word}.example");
        SignerKey::from_seed(&name, algorithm, &seed)
            .unwrap()
            .verifier()
            .to_string()
    };
    let line = |line: &str| {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        let of = words.iter().find(|w| !w.is_empty()).cloned();
        let algorithm = match of.as_deref() {
            Some("log") => Algorithm::Ed25519,
            Some("witness") => Algorithm::Cosignature,
            _ => return line.to_owned(),
        };
        let bare = |w: &&mut String| w.len() > 60 && w.chars().all(|c| c.is_ascii_hexdigit());
        for word in words.iter_mut().filter(bare) {
            *word = key(word, algorithm);
        }
        words.join(" ")
    };
    config.split('\n').map(line).collect::<Vec<_>>().join("\n")
}

fn file() -> Value {
    read(
        "policy_vectors",
        &["nested", "thresholds", "invalid", "vkey_form"],
    )
}

#[test]
fn truth_tables() {
    for name in ["nested", "thresholds"] {
        let case = &file()[name];
        only(case, &["config", "truth_table"]);
        let policy: Policy = with_names(text(&case["config"])).parse().unwrap();
        assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
        for row in each(&case["truth_table"], &["witnesses", "sufficient"]) {
            let listed: Vec<&str> = list(&row["witnesses"]).iter().map(text).collect();
            let (_, quorum) = policy.evaluate(|w| listed.contains(&w.name.as_str()));
            assert_eq!(quorum, yes(&row["sufficient"]), "{name} {listed:?}");
        }
    }
}

/// What is refused, and for which reason: the words of the vectors beside ours.
const REASONS: &[(&str, &str)] = &[
    ("no quorum", "it has no quorum"),
    ("control character 0x0c", "the control character 0x0c"),
    ("control character 0x7f", "the control character 0x7f"),
    ("duplicate log: aaa", "the key of this log stands above"),
    ("invalid log policy line", "no line of a policy"),
    (
        "duplicate witness: ccc",
        "the key of this witness stands above",
    ),
    ("duplicate name: \"W1\"", "`W1` is defined twice"),
    ("duplicate name: \"none\"", "`none` is defined twice"),
    ("undefined name: \"W3\"", "`W3` is not defined above"),
    ("already a member", "is a member already"),
    ("cannot be a group member", "`none` is not defined above"),
];

#[test]
fn invalid() {
    for case in each(&file()["invalid"], &["desc", "error_contains", "config"]) {
        let problem = with_names(text(&case["config"]))
            .parse::<Policy>()
            .unwrap_err();
        let theirs = text(&case["error_contains"]);
        let (_, ours) = REASONS
            .iter()
            .find(|(reason, _)| *reason == theirs)
            .unwrap();
        assert!(problem.found.contains(ours), "{}: {problem}", case["desc"]);
    }
}

/// The published policy lists plain keys for witnesses, which its parser reads as those of cosigners. We want them written as what they are.
#[test]
fn keys_with_names() {
    let case = &file()["vkey_form"];
    only(case, &["config", "note"]);
    let config = text(&case["config"]);
    let problem = config.parse::<Policy>().unwrap_err();
    assert!(problem.found.starts_with("line 1: "), "{problem}");
    assert!(problem.found.contains("of the type 0x01"), "{problem}");
    let cosigner = |word: &str| match word.parse::<VerifierKey>() {
        Ok(key) => key.as_cosigner().to_string(),
        Err(_) => word.to_owned(),
    };
    let lines = config
        .lines()
        .map(|line| line.split(' ').map(cosigner).collect::<Vec<_>>().join(" "));
    let written = lines.collect::<Vec<_>>().join("\n");
    let policy: Policy = written.parse().unwrap();
    assert_eq!(policy.witnesses().len(), 2);
    assert!(policy.witnesses().iter().all(|w| w.url.is_some()));
    assert!(policy.evaluate(|_| true).1);
    assert!(!policy.evaluate(|w| w.name == "w1").1);
    // A comment behind a line is none.
    for behind in [" #comment", "\t# comment"] {
        let line = written.lines().next().unwrap();
        let commented = written.replacen(line, &format!("{line}{behind}"), 1);
        commented.parse::<Policy>().unwrap_err();
    }
}
