//! `habeas diff-law`: the same acts under two versions of the law.

use crate::sandbox::Sandbox;

const AT: [&str; 2] = ["--at", "2031-03-06T09:00+09:00"];

/// The tiny law, and a version of it with five days instead of three and without the hearing before a longer holding.
fn two_laws() -> Sandbox {
    let sandbox = Sandbox::new();
    let changes = [
        ("lasts 3 days", "lasts 5 days"),
        (
            "  1(2)  heard   cure council \"Hear the castaway first\" / \"先听取遇险者意见\"\n",
            "",
        ),
    ];
    sandbox.change("laws/xx/lighthouse.md", "after/xx/lighthouse.md", &changes);
    sandbox
}

fn words<'a>(before: &'a str, after: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let files = [
        "diff-law",
        before,
        after,
        "acts/kelp.jsonl",
        "acts/eel.jsonl",
    ];
    files
        .into_iter()
        .chain(AT)
        .chain(more.iter().copied())
        .collect()
}

#[test]
fn changes() {
    shows!(
        "diff-law",
        &mut two_laws().habeas(words("laws", "after", &[]))
    );
}

#[test]
fn changes_in_chinese() {
    shows!(
        "diff-law-zh",
        &mut two_laws().habeas(words("laws", "after", &["--lang", "zh"]))
    );
}

#[test]
fn nothing_changes() {
    shows!(
        "diff-law-none",
        &mut two_laws().habeas(words("laws", "laws", &[]))
    );
}

#[test]
fn there_and_back() {
    let sandbox = two_laws();
    let count = |before, after| {
        let ran = sandbox.run(words(before, after, &["--json"]));
        assert_eq!((ran.status, ran.err.as_str()), (1, ""));
        let changes = |line: &str| {
            let found: serde_json::Value = serde_json::from_str(line).unwrap();
            found["changes"].as_array().unwrap().len()
        };
        ran.out.lines().map(changes).collect::<Vec<_>>()
    };
    assert_eq!(count("laws", "after"), count("after", "laws"));
}

#[test]
fn json_without_changes() {
    let ran = two_laws().run(words("laws", "laws", &["--json"]));
    assert_eq!((ran.status, ran.out.lines().count()), (0, 2));
    assert!(
        ran.out
            .lines()
            .all(|line| line.ends_with("\"changes\":[]}")),
        "{}",
        ran.out
    );
}

#[test]
fn no_law() {
    let sandbox = Sandbox::new();
    for (before, after) in [("laws", "shelf"), ("shelf", "laws")] {
        sandbox
            .run(words(before, after, &[]))
            .could_not("the law packs are not in shelf");
    }
}
