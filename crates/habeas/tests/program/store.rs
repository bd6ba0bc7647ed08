//! `habeas load`, `audit`, `checkpoint`, `receipt`, and `check` of a store.

use std::str::FromStr;

use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::policy::Policy;
use habeas_ledger::receipt::Receipt;
use habeas_store::{Clock, Environment, Places, RootKey, Store};

use crate::log::witness;
use crate::sandbox::{IN_TIME, Sandbox};

const STORE: [&str; 2] = ["--store", "sqlite:kept"];

fn loaded() -> Sandbox {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(
        ["load", "acts/kelp.jsonl", "acts/limpet.csv"]
            .into_iter()
            .chain(STORE),
    );
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    sandbox
}

#[test]
fn what_was_loaded_is_assessed_as_the_files_are() {
    let sandbox = loaded();
    let files = [
        "check",
        "acts/kelp.jsonl",
        "acts/limpet.csv",
        "--at",
        IN_TIME,
        "--json",
    ];
    let of_files = sandbox.run(files);
    let of_store = sandbox.run(
        ["check", "--at", IN_TIME, "--json"]
            .into_iter()
            .chain(STORE),
    );
    assert!(of_files.out.len() > 1000);
    assert_eq!(of_files.out, of_store.out);
    assert_eq!(of_files.status, of_store.status);
}

#[test]
fn loading_again_changes_nothing() {
    let sandbox = loaded();
    let audited = || sandbox.run(["audit"].into_iter().chain(STORE)).out;
    let before = audited();
    assert!(
        before.contains("everything was rebuilt and matches"),
        "{before}"
    );
    let again = ["load", "acts/kelp.jsonl", "acts/limpet.csv"];
    let ran = sandbox.run(again.into_iter().chain(STORE));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(before, audited());
}

#[test]
fn an_act_is_not_loaded_over_another() {
    let sandbox = loaded();
    let first = sandbox
        .read("acts/kelp.jsonl")
        .lines()
        .next()
        .unwrap()
        .to_owned();
    sandbox.write(
        "other.jsonl",
        first.replace("\"told\":true", "\"told\":false"),
    );
    let ran = sandbox.run(["load", "other.jsonl"].into_iter().chain(STORE));
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("refused other.jsonl:1: "), "{}", ran.err);
    assert_eq!(ran.out, "0 line(s) are in the store, 1 refused\n");
}

/// Another letter of the key would be another importer; its key id tells.
#[test]
fn an_altered_import_key_signs_nothing() {
    let sandbox = loaded();
    let mut key = sandbox.read("kept/import.key").into_bytes();
    let last = key.len() - 4;
    key[last] = if key[last] == b'A' { b'E' } else { b'A' };
    std::fs::write(sandbox.path("kept/import.key"), key).unwrap();
    let ran = sandbox.run(["load", "acts/kelp.jsonl"].into_iter().chain(STORE));
    ran.could_not("kept/import.key: read a key: ");
}

#[test]
fn bad_lines_are_refused_and_good_ones_recorded() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(
        ["load", "acts/barnacle.jsonl", "--rejects", "bad"]
            .into_iter()
            .chain(STORE),
    );
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out, "2 line(s) are in the store, 16 refused\n");
    assert!(!sandbox.read("bad").is_empty());
}

#[test]
fn a_receipt_shows_what_was_asked_and_is_verified_offline() {
    let sandbox = loaded();
    let key = SignerKey::from_seed("log.example/1", Algorithm::Ed25519, &[7; 32]).unwrap();
    sandbox.write_secret("log.key", &key.to_secret_text());
    let receipt = [
        "receipt",
        "--case",
        "kelp",
        "--act",
        "a1",
        "--show",
        "act,happened",
    ];
    let early = sandbox.run(receipt.into_iter().chain(STORE));
    early.could_not("no checkpoint covers this act yet");
    let made = sandbox.run(["checkpoint", "--key", "log.key"].into_iter().chain(STORE));
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    let shown = sandbox.run(receipt.into_iter().chain(STORE)).out;
    let receipt = Receipt::from_str(&shown).unwrap();
    let policy = format!("log {}\nquorum none\n", key.verifier());
    let policy = Policy::from_str(&policy).unwrap();
    let disclosure = receipt.disclosure().unwrap();
    let (verified, disclosed) = receipt.verify_disclosed(&disclosure, &policy, &[]).unwrap();
    assert!(verified.quorum);
    let names: Vec<&str> = disclosed
        .act
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(names, ["act", "happened"]);
    let bytes = String::from_utf8_lossy(receipt.extra.as_deref().unwrap()).into_owned();
    assert!(
        bytes.contains("xx/lighthouse holding") && !bytes.contains("logbook"),
        "{bytes}"
    );
}

#[test]
fn an_audit_names_what_was_changed() {
    let sandbox = loaded();
    let path = sandbox.path("kept").join("store.db");
    let mut bytes = std::fs::read(&path).unwrap();
    let leaf = bytes
        .windows(4)
        .rposition(|window| window == b"hbs1")
        .unwrap();
    bytes[leaf + 10] ^= 1;
    std::fs::write(path, bytes).unwrap();
    let ran = sandbox.run(["audit"].into_iter().chain(STORE));
    assert_eq!(ran.status, 1);
    assert!(ran.out.contains("does not match: "), "{}", ran.out);
    assert!(ran.out.contains("leaf"), "{}", ran.out);
    assert!(
        ran.err.contains("the store does not match itself"),
        "{}",
        ran.err
    );
}

/// A clock that was far ahead leaves its mark on all that follows, and the audit says so.
#[test]
fn an_audit_tells_of_a_clock_that_was_ahead() {
    struct Ahead;
    impl Clock for Ahead {
        fn now(&self) -> u64 {
            4_102_444_800
        }
    }
    let sandbox = loaded();
    let folder = sandbox.path("kept");
    let root = RootKey::read(&folder.join("root.key")).unwrap();
    let store = Store::open(&Places::in_folder(&folder), &root, Environment::new(Ahead)).unwrap();
    store.cover(1).unwrap();
    drop(store);
    let ran = sandbox.run(["audit"].into_iter().chain(STORE));
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    let told = "the clock: the last leaf is of 2100-01-01 00:00:00 UTC, ";
    assert!(ran.out.contains(told), "{}", ran.out);
    assert!(ran.out.contains("everything was rebuilt and matches"));
}

#[test]
fn what_cannot_be_opened_says_why() {
    let sandbox = loaded();
    let audit = |more: &[&str]| sandbox.run(["audit"].iter().chain(more).copied());
    audit(&["--store", "sqlite:nowhere"]).could_not("no store is in nowhere");
    audit(&["--store", "kept"]).could_not("sqlite:");
    audit(&["--store", "postgres://there"]).could_not("it names no database");
    audit(&["--store", "postgres://x:geheim@127.0.0.1:1/none"])
        .could_not("this server has no files of its own for that store in none");
    std::fs::rename(sandbox.path("kept").join("keys.db"), sandbox.path("gone")).unwrap();
    audit(&STORE).could_not("key");
    std::fs::rename(sandbox.path("gone"), sandbox.path("kept").join("keys.db")).unwrap();
    sandbox.write("kept/root.key", "0".repeat(64));
    audit(&STORE).could_not("root key");
}

/// The derived rows are made from the acts, and say what `check` says.
#[test]
fn what_ends_soon_is_found_and_listed() {
    let sandbox = loaded();
    let run = |words: &[&'static str]| sandbox.run(words.iter().copied().chain(STORE));
    let days = ["due", "--within", "99999d"];
    // Without an index nothing is known, which is not that nothing ends.
    run(&days).could_not(
        "nothing of this store is indexed: what ends is not known\n  hint: `habeas reindex`",
    );
    let made = run(&["reindex", "--at", IN_TIME]);
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    let listed = run(&days).out;
    // What runs in time of the one case, to the second, and what of the other; no field of an act.
    for part in ["  xx/lighthouse ", "  kelp\n", "  limpet\n", "2031-03-0"] {
        assert!(listed.contains(part), "{listed}");
    }
    let lines: Vec<&str> = listed.lines().collect();
    let count = lines.len() - 1;
    let summed = format!("2 case(s), {count} clock(s) and duties that run\n");
    assert_eq!(made.out, summed);
    assert!(lines[..count].is_sorted_by_key(|line| line.get(..19)));
    assert!(
        run(&["due", "--within", "1h"])
            .out
            .starts_with("0 end before ")
    );
    // Again it is the same, and a case that ends has none.
    run(&["reindex", "--at", IN_TIME]);
    assert_eq!(run(&days).out.lines().count(), lines.len());
    run(&["due", "--within", "soon"]).could_not("write hours or days, such as 72h or 7d");
    // Everything that `check` says runs is there.
    let checked = run(&["check", "--at", IN_TIME, "--json"]).out;
    let mut running = 0;
    for line in checked.lines() {
        let assessment: serde_json::Value = serde_json::from_str(line).unwrap();
        for clock in assessment["clocks"].as_array().unwrap() {
            if ["running", "overdue"].contains(&clock["status"].as_str().unwrap()) {
                let rule = clock["rule"].as_str().unwrap();
                assert!(listed.contains(rule), "{rule}:\n{listed}");
                running += 1;
            }
        }
    }
    assert!(running > 0 && running <= count);
}

fn longer(fields: &str) -> String {
    format!(
        r#"{{"id":"n1","case":"kelp","subjects":["P1"],"act":"xx/lighthouse longer","happened":"2031-03-04T10:00+09:00","by":{{"organ":"council"}},"fields":{{{fields}}}}}"#
    )
}

/// Every attempt is recorded, a refusal too, and neither is an act.
#[test]
fn attempts_and_refusals_are_recorded_by_themselves() {
    let sandbox = loaded();
    let audited = || sandbox.run(["audit"].into_iter().chain(STORE)).out;
    let tried = |step: &str| {
        let words = ["propose", "--step", step];
        let of_store = sandbox.run(words.into_iter().chain(STORE));
        let of_files = sandbox.run(["propose", "acts/kelp.jsonl", "--step", step]);
        assert_eq!(
            (of_store.status, of_store.out),
            (of_files.status, of_files.out)
        );
        of_store.err
    };
    let checked = || {
        sandbox
            .run(
                ["check", "--at", IN_TIME, "--json"]
                    .into_iter()
                    .chain(STORE),
            )
            .out
    };
    let before = checked();
    let allowed = longer(r#""search":true,"heard":true,"until":"2031-03-06""#);
    let refused = longer(r#""search":false,"heard":true,"until":"2031-03-06""#);
    assert_eq!(tried(&allowed), "");
    assert!(
        audited().contains("refusals and attempts: 1,"),
        "{}",
        audited()
    );
    assert_eq!(tried(&refused), "");
    assert_eq!(tried(&refused), "");
    assert!(
        audited().contains("refusals and attempts: 5,"),
        "{}",
        audited()
    );
    assert!(audited().contains("everything was rebuilt and matches"));
    // They are in no assessment, and the step itself can be recorded when it happens.
    assert_eq!(checked(), before);
    sandbox.write("happened.jsonl", allowed + "\n");
    let ran = sandbox.run(["load", "happened.jsonl"].into_iter().chain(STORE));
    assert_eq!(ran.out, "1 line(s) are in the store, 0 refused\n");
}

/// What cannot be recorded takes no answer back, whatever the step.
#[test]
fn an_answer_is_given_though_it_cannot_be_recorded() {
    let sandbox = loaded();
    sandbox.write("kept/import.key", "spoilt");
    let hearing = r#"{"id":"n1","case":"kelp","subjects":["P1"],"act":"xx/lighthouse hearing","happened":"2031-03-04T10:00+09:00","by":{"organ":"council"}}"#;
    for step in [hearing, &longer(r#""search":false,"heard":true"#)] {
        let of_store = sandbox.run(["propose", "--step", step].into_iter().chain(STORE));
        let of_files = sandbox.run(["propose", "acts/kelp.jsonl", "--step", step]);
        assert_eq!(
            (of_store.status, of_store.out),
            (of_files.status, of_files.out)
        );
        assert!(
            of_store
                .err
                .starts_with("the answer stands, and that it was asked for was not recorded:"),
            "{}",
            of_store.err
        );
    }
}

/// The same on PostgreSQL, and from a second server that joins.
#[test]
fn a_store_on_postgresql_is_loaded_and_joined() {
    let cluster = habeas_cluster::Cluster::start(&[]).unwrap();
    // As docs/guides/postgresql.md sets it up: a role for each database, reached over the socket.
    let (socket, port) = (cluster.socket().display(), cluster.port());
    let [store, keys, persons] = ["", "_keys", "_persons"].map(|of| {
        cluster
            .sql("postgres", &format!("CREATE ROLE habeas{of} LOGIN"))
            .unwrap();
        let made = format!("CREATE DATABASE kept{of} OWNER habeas{of}");
        cluster.sql("postgres", &made).unwrap();
        let closed = format!("REVOKE CONNECT ON DATABASE kept{of} FROM PUBLIC");
        cluster.sql("postgres", &closed).unwrap();
        format!("postgres://habeas{of}@/kept{of}?host={socket}&port={port}")
    });
    let sandbox = Sandbox::new();
    let run = |words: &[&str], more: &[&str]| {
        let store = [
            "--store",
            &store,
            "--keys-at",
            &keys,
            "--persons-at",
            &persons,
        ];
        let words = words.iter().chain(&store).chain(more);
        sandbox.run(words.copied())
    };
    let load = ["load", "acts/kelp.jsonl", "acts/limpet.csv"];
    let loaded = run(&load, &[]);
    assert_eq!((loaded.status, loaded.err.as_str()), (0, ""));
    let at = ["--at", IN_TIME, "--json"];
    let files = ["check", "acts/kelp.jsonl", "acts/limpet.csv"];
    let of_files = sandbox.run(files.into_iter().chain(at));
    let of_store = run(&["check"], &at);
    assert!(of_files.out.len() > 1000);
    assert_eq!(of_files.out, of_store.out);
    let key = SignerKey::from_seed("log.example/1", Algorithm::Ed25519, &[7; 32]).unwrap();
    sandbox.write_secret("log.key", &key.to_secret_text());
    let made = run(&["checkpoint"], &["--key", "log.key"]);
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    let receipt = ["receipt", "--case", "kelp", "--act", "a1"];
    assert_eq!(run(&receipt, &[]).status, 0);

    // That the log has grown is proved from PostgreSQL, amid a round that asks a witness.
    let log = key.verifier().to_string();
    let (_witness, line) = witness(&sandbox, "police", &log, true);
    sandbox.write("policy", format!("log {log}\n{line}quorum police\n"));
    let round = ["--key", "log.key", "--policy", "policy", "--pad", "8"];
    for _ in 0..2 {
        let made = run(&["checkpoint"], &round);
        assert_eq!(made.status, 0, "{made:?}");
        assert!(made.out.contains("\n— police.example "), "{}", made.out);
    }

    // Another server has the root key, and files of its own.
    let second = ["--local", "second", "--root-key", "kept/root.key"];
    run(&["audit"], &second)
        .could_not("this server has no files of its own for that store in second");
    std::fs::create_dir(sandbox.path("second")).unwrap();
    let join = [&second[..], &["--join"]].concat();
    let again = run(&load, &join);
    assert_eq!((again.status, again.err.as_str()), (0, ""));
    let audited = run(&["audit"], &second);
    assert!(audited.out.contains("everything was rebuilt and matches"));
    assert_eq!(audited.out, run(&["audit"], &[]).out);
    // The role of the store reads no key.
    let pried = cluster.sql("kept_keys", "SET ROLE habeas; SELECT wrapped FROM keys");
    assert!(pried.unwrap_err().to_string().contains("permission denied"));
    run(&["backup"], &["--out", "a", "--keys-out", "b"]).could_not("a store of files");
}
