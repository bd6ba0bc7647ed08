//! `habeas propose`: a step not yet taken.

use crate::sandbox::Sandbox;

/// A longer holding with these fields.
fn longer(fields: &str) -> String {
    format!(
        r#"{{"id":"n1","case":"kelp","subjects":["P1"],"act":"xx/lighthouse longer","happened":"2031-03-04T10:00+09:00","by":{{"organ":"council"}},"fields":{{{fields}}}}}"#
    )
}

const HEARING: &str = r#"{"id":"n1","case":"kelp","subjects":["P1"],"act":"xx/lighthouse hearing","happened":"2031-03-04T10:00+09:00","by":{"organ":"council"}}"#;

fn words(step: &str) -> [&str; 4] {
    ["propose", "acts/kelp.jsonl", "--step", step]
}

#[test]
fn a_step_that_is_none() {
    let sandbox = Sandbox::new();
    for step in ["", "nowhere.json", "laws"] {
        let words = ["propose", "acts/kelp.jsonl", "--step", step];
        sandbox.run(words).could_not("is no JSON and no file");
    }
    let step = r#"{"id":"n1","case":"klep","subjects":["P1"],"act":"xx/lighthouse kin_told","happened":"2031-03-04T10:00","by":{"organ":"watch"}}"#;
    let ran = sandbox.run(["propose", "acts/kelp.jsonl", "--step", step]);
    assert!(
        ran.err
            .contains("no act of the case `klep` is in these files"),
        "{}",
        ran.err
    );
}

#[test]
fn allowed() {
    let step = longer(r#""search":true,"heard":true,"until":"2031-03-06""#);
    shows!("propose-allowed", &mut Sandbox::new().habeas(words(&step)));
}

#[test]
fn refused() {
    let step = longer(r#""search":false,"heard":true,"until":"2031-03-06""#);
    shows!("propose-refused", &mut Sandbox::new().habeas(words(&step)));
}

#[test]
fn refused_in_chinese() {
    let step = longer(r#""search":false,"until":"2031-03-06""#);
    let words = words(&step).into_iter().chain(["--lang", "zh"]);
    shows!("propose-refused-zh", &mut Sandbox::new().habeas(words));
}

#[test]
fn refused_for_want_of_rank() {
    let step = r#"{"id":"n1","case":"kelp","act":"xx/lighthouse holding","happened":"2031-03-04","by":{"organ":"watch","rank":"keeper"}}"#;
    shows!(
        "propose-refused-rank",
        &mut Sandbox::new().habeas(words(step))
    );
}

#[test]
fn unknown_and_closed() {
    let step = longer(r#""search":true,"until":"2031-03-06""#);
    shows!(
        "propose-unknown-closed",
        &mut Sandbox::new().habeas(words(&step))
    );
}

#[test]
fn unknown_and_open() {
    shows!(
        "propose-unknown-open",
        &mut Sandbox::new().habeas(words(HEARING))
    );
}

#[test]
fn json() {
    let sandbox = Sandbox::new();
    for (fields, status, outcome) in [
        (r#""search":true,"heard":true"#, 0, "allowed"),
        (r#""search":false,"heard":true"#, 1, "refused"),
        (r#""search":true"#, 1, "unknown_closed"),
    ] {
        let step = longer(fields);
        let ran = sandbox.run(words(&step).into_iter().chain(["--json"]));
        let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!((ran.status, &found["outcome"]), (status, &outcome.into()));
        assert_eq!(found["case"], "kelp");
    }
    let ran = sandbox.run(words(HEARING).into_iter().chain(["--json"]));
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.status, &found["outcome"]), (0, &"unknown_open".into()));
}

#[test]
fn a_step_in_a_file() {
    let sandbox = Sandbox::new();
    sandbox.write("step.json", HEARING);
    let (file, line) = (sandbox.run(words("step.json")), sandbox.run(words(HEARING)));
    assert_eq!((file.status, file.out), (line.status, line.out));
}

#[test]
fn a_case_that_nobody_knows_begins_with_the_step() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(words(&HEARING.replace("kelp", "squid")));
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.starts_with("squid hearing: unknown"), "{}", ran.out);
}

#[test]
fn a_step_that_cannot_be_read() {
    let sandbox = Sandbox::new();
    let step = r#"{"id":"n1","case":"kelp","act":"xx/lighthouse hering","happened":"2031-03-04"}"#;
    shows!("propose-wrong-step", &mut sandbox.habeas(words(step)));
    sandbox.run(words("{")).could_not("it is no JSON");
    sandbox.run(words("{}")).could_not("is not there");
    sandbox.write("nothing.json", "");
    sandbox
        .run(words("nothing.json"))
        .could_not("no act is in the step");
    sandbox
        .run(words(r#"{"case":"kelp","partial":"all"}"#))
        .could_not("no act is in the step");
}

#[test]
fn a_step_that_was_taken() {
    let step = HEARING.replace("n1", "a3");
    shows!("propose-twice", &mut Sandbox::new().habeas(words(&step)));
}

#[test]
fn two_steps() {
    shows!(
        "propose-two-acts",
        &mut Sandbox::new().habeas(words("acts/eel.jsonl"))
    );
}

#[test]
fn beside_a_bad_line() {
    let sandbox = Sandbox::new();
    let step = HEARING.replace("kelp", "barnacle");
    let ran = sandbox.run(["propose", "acts/barnacle.jsonl", "--step", &step]);
    assert_eq!(ran.status, 0);
    assert!(
        ran.err.contains("3 line(s) taken, 16 refused"),
        "{}",
        ran.err
    );
}
