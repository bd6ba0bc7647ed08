//! `habeas convert days`, and what comes of it.

use crate::sandbox::Sandbox;

fn words(histories: &str) -> [&str; 7] {
    [
        "convert",
        "days",
        histories,
        "--codes",
        "acts/codes.csv",
        "--out",
        "acts.jsonl",
    ]
}

#[test]
fn days() {
    let sandbox = Sandbox::new();
    shows!("convert-days", &mut sandbox.habeas(words("acts/days.csv")));
    insta::assert_snapshot!("convert-days-written", sandbox.read("acts.jsonl"));
    // Assessed at the day of their last act, whatever instant is asked.
    shows!(
        "convert-days-checked",
        &mut sandbox.habeas(["check", "acts.jsonl", "--at", "2031-03-03"])
    );
}

#[test]
fn a_code_that_is_none() {
    let sandbox = Sandbox::new();
    sandbox.write("days.csv", "case,year,events\n1,2029,hold:0;swim:2\n");
    shows!(
        "convert-unknown-code",
        &mut sandbox.habeas(words("days.csv"))
    );
}

#[test]
fn rows_that_cannot_be_read() {
    let sandbox = Sandbox::new();
    for (row, because) in [
        ("1,29,hold:0", "`29` is no year"),
        ("1,2029,hold:soon", "`hold:soon` gives no number of days"),
        ("1,2029,hold:-1", "`hold:-1` gives no number of days"),
        ("1,2029,hold", "`hold` gives no number of days"),
        ("1,2029,", "is none of the codes"),
        ("1,2029", "2 fields"),
    ] {
        sandbox.write("days.csv", format!("case,year,events\n{row}\n"));
        let ran = sandbox.run(words("days.csv"));
        ran.could_not(because);
        assert!(ran.err.contains("hint: "), "{row}: {}", ran.err);
    }
}

#[test]
fn files_that_are_not_there() {
    let sandbox = Sandbox::new();
    sandbox
        .run(words("squid.csv"))
        .could_not("squid.csv: No such file or directory");
    for (codes, out, missing) in [
        ("squid.csv", "acts.jsonl", "squid.csv"),
        ("acts/codes.csv", "no/acts.jsonl", "no/acts.jsonl"),
    ] {
        let ran = sandbox.run([
            "convert",
            "days",
            "acts/days.csv",
            "--codes",
            codes,
            "--out",
            out,
        ]);
        ran.could_not(&format!("{missing}: No such file or directory"));
    }
}
