//! Faults that the program once had: what it does instead.

use crate::sandbox::{IN_TIME, Sandbox};

#[test]
fn a_step_answers_an_act_of_the_record() {
    let step = r#"{"id":"n1","case":"kelp","act":"xx/lighthouse letting_go","happened":"2031-03-04","by":{"organ":"watch"},"answers":"a1"}"#;
    let ran = Sandbox::new().run(["propose", "acts/kelp.jsonl", "--step", step]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.out.starts_with("kelp letting go: allowed"),
        "{}",
        ran.out
    );
}

#[test]
fn a_case_that_lost_every_line_is_not_in_order() {
    let sandbox = Sandbox::new();
    sandbox.write("crab.jsonl", "{\"id\":\"x1\",\"case\":\"crab\",\"act\":\"xx/lighthouse holding\",\"happened\":\"2031-02-29\"}\n");
    let ran = sandbox.run(["check", "crab.jsonl", "--at", IN_TIME]);
    assert_ne!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_line_that_names_no_case_may_be_of_any() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "mixed.jsonl",
        sandbox.read("acts/kelp.jsonl") + "the keeper heard the castaway\n",
    );
    let ran = sandbox.run(["check", "mixed.jsonl", "--at", IN_TIME]);
    assert!(ran.out.contains("could not be read"), "{}", ran.out);
}

#[test]
fn a_conversion_that_fails_leaves_what_was_there() {
    let sandbox = Sandbox::new();
    sandbox.write("acts.jsonl", "what was there");
    let ran = sandbox.run([
        "convert",
        "days",
        "squid.csv",
        "--codes",
        "acts/codes.csv",
        "--out",
        "acts.jsonl",
    ]);
    assert_eq!(ran.status, 2);
    assert_eq!(sandbox.read("acts.jsonl"), "what was there");
}

#[test]
fn a_conversion_does_not_eat_its_input() {
    let sandbox = Sandbox::new();
    let before = sandbox.read("acts/days.csv");
    let ran = sandbox.run([
        "convert",
        "days",
        "acts/days.csv",
        "--codes",
        "acts/codes.csv",
        "--out",
        "acts/days.csv",
    ]);
    assert!(
        ran.status == 2 || sandbox.read("acts/days.csv").contains("lecard-1"),
        "{ran:?}"
    );
    assert!(ran.status != 2 || sandbox.read("acts/days.csv") == before);
}

#[test]
fn demo_says_what_it_needs() {
    let sandbox = Sandbox::empty();
    let ran = sandbox.run(["demo"]);
    assert!(
        ran.err.contains("--root") && !ran.err.contains("--laws"),
        "{}",
        ran.err
    );
    let ran = Sandbox::new().run(["demo"]);
    assert!(ran.err.contains("hint: "), "{}", ran.err);
}

#[test]
fn refused_lines_are_said_by_diff_law() {
    let ran = Sandbox::new().run([
        "diff-law",
        "laws",
        "laws",
        "acts/barnacle.jsonl",
        "--at",
        IN_TIME,
    ]);
    assert!(ran.err.contains("refused"), "{ran:?}");
}

#[test]
fn a_case_that_one_law_cannot_read() {
    let sandbox = Sandbox::new();
    let pack = sandbox.read("laws/xx/lighthouse.md");
    assert!(pack.contains("act demand \"demand"));
    let other = pack
        .replace("act demand \"demand", "act wish \"demand")
        .replace("made by demand", "made by wish");
    sandbox.write("other/xx/lighthouse.md", other);
    let line = r#"{"id":"x1","case":"crab","subjects":["P1"],"act":"xx/lighthouse demand","happened":"2031-03-01"}"#;
    sandbox.write("crab.jsonl", line);
    for (before, after) in [("laws", "other"), ("other", "laws")] {
        let ran = sandbox.run(["diff-law", before, after, "crab.jsonl", "--at", IN_TIME]);
        assert_eq!(ran.status, 1, "{ran:?}");
        assert!(ran.err.contains("crab: cannot be read"), "{ran:?}");
    }
}

#[test]
fn the_last_line_is_in_the_language_asked() {
    let ran = Sandbox::new().run(["check", "acts/kelp.jsonl", "--at", IN_TIME, "--lang", "zh"]);
    assert!(
        !ran.out.contains("persons assessed") && ran.out.contains("已评估 1 人"),
        "{}",
        ran.out
    );
}

#[test]
fn schema_of_a_law_that_is_not_there() {
    Sandbox::new().run(["schema", "zz/"]).could_not("zz/");
}

#[test]
fn case_files_of_a_rule_that_none_has() {
    let words = [
        "pack",
        "test",
        "laws",
        "--cases",
        "cases/cases.json",
        "--rules",
        "LA-7",
    ];
    let ran = Sandbox::new().run(words);
    assert_ne!(ran.status, 0, "{ran:?}");
}

#[test]
fn a_mapping_that_names_a_gate_that_is_none() {
    let sandbox = Sandbox::new();
    let mapping = "laws/xx/cases.mapping";
    sandbox.change(
        mapping,
        mapping,
        &[("gate may_lengthen", "gate may_shorten")],
    );
    let ran = sandbox.run(["pack", "test", "laws", "--cases", "cases/cases.json"]);
    ran.could_not("may_shorten");
}
