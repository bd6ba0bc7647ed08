//! What the commands say of themselves, and what they say to words that they do not know.

use crate::sandbox::Sandbox;

const COMMANDS: [&[&str]; 29] = [
    &[],
    &["check"],
    &["propose"],
    &["explain"],
    &["diff-law"],
    &["pack"],
    &["pack", "check"],
    &["pack", "test"],
    &["pack", "explain"],
    &["schema"],
    &["convert"],
    &["convert", "days"],
    &["load"],
    &["audit"],
    &["reindex"],
    &["due"],
    &["checkpoint"],
    &["log"],
    &["backup"],
    &["restore"],
    &["receipt"],
    &["verify"],
    &["verify", "evidence"],
    &["witness"],
    &["witness", "evidence"],
    &["key"],
    &["key", "new"],
    &["key", "show"],
    &["demo"],
];

#[test]
fn every_command_has_help() {
    let sandbox = Sandbox::empty();
    for words in COMMANDS {
        let name = format!("help-{}", words.join("-"));
        let all = words.iter().copied().chain(["--help"]);
        shows!(name.trim_end_matches('-'), &mut sandbox.habeas(all));
    }
}

#[test]
fn version() {
    shows!("version", &mut Sandbox::empty().habeas(["--version"]));
}

#[test]
fn no_command() {
    shows!("no-command", &mut Sandbox::empty().habeas([]));
}

#[test]
fn unknown_command() {
    shows!("unknown-command", &mut Sandbox::empty().habeas(["chek"]));
}

#[test]
fn unknown_option() {
    let ran = Sandbox::empty().run(["check", "acts.jsonl", "--jsno"]);
    ran.could_not("unexpected argument '--jsno'");
}

#[test]
fn unknown_language() {
    let ran = Sandbox::new().run(["check", "acts/kelp.jsonl", "--lang", "fr"]);
    ran.could_not("`fr` is no language");
}

#[test]
fn page_and_json_at_once() {
    let ran = Sandbox::new().run(["check", "acts/kelp.jsonl", "--json", "--html", "page.html"]);
    ran.could_not("cannot be used with");
}

#[test]
fn what_is_needed() {
    let sandbox = Sandbox::new();
    for words in [
        &["check"][..],
        &["explain"],
        &["propose", "acts/kelp.jsonl"],
        &["diff-law", "laws", "laws"],
        &["pack", "explain"],
        &["convert", "days", "acts/days.csv"],
        &["verify"],
        &["verify", "evidence", "one", "other"],
        &["witness"],
        &["witness", "evidence"],
        &["key", "new"],
        &["key", "show"],
    ] {
        let ran = sandbox.run(words.iter().copied());
        ran.could_not("required arguments were not provided");
    }
}
