//! `habeas check` and `habeas explain` on files that can be read.

use crate::sandbox::{IN_TIME, OVERDUE, Sandbox};

#[test]
fn in_time() {
    let sandbox = Sandbox::new();
    let words = ["check", "acts/kelp.jsonl", "--at", IN_TIME];
    shows!("check-in-time", &mut sandbox.habeas(words));
}

#[test]
fn overdue() {
    let sandbox = Sandbox::new();
    let words = ["check", "acts/wrack.jsonl", "--at", OVERDUE];
    shows!("check-overdue", &mut sandbox.habeas(words));
}

#[test]
fn overdue_in_chinese() {
    let sandbox = Sandbox::new();
    let words = ["check", "acts/wrack.jsonl", "--at", OVERDUE, "--lang", "zh"];
    shows!("check-overdue-zh", &mut sandbox.habeas(words));
}

#[test]
fn two_persons_from_csv() {
    let sandbox = Sandbox::new();
    let words = ["check", "acts/limpet.csv", "--at", IN_TIME];
    shows!("check-csv", &mut sandbox.habeas(words));
}

#[test]
fn json() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run([
        "check",
        "acts/kelp.jsonl",
        "acts/limpet.csv",
        "--at",
        IN_TIME,
        "--json",
    ]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let found: Vec<serde_json::Value> = ran
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let who: Vec<String> = found
        .iter()
        .map(|one| format!("{} {}", one["case"], one["subject"]))
        .collect();
    assert_eq!(
        who,
        [r#""kelp" "P1""#, r#""limpet" "P1""#, r#""limpet" "P2""#]
    );
}

#[test]
fn json_of_one_case() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["check", "acts/kelp.jsonl", "--at", IN_TIME, "--json"]);
    let found: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    let pretty = serde_json::to_string_pretty(&found).unwrap();
    crate::sandbox::settings().bind(|| insta::assert_snapshot!("check-json", pretty));
}

#[test]
fn the_order_of_lines_changes_no_byte() {
    let sandbox = Sandbox::new();
    let text = sandbox.read("acts/kelp.jsonl") + &sandbox.read("acts/wrack.jsonl");
    let mut lines: Vec<&str> = text.lines().collect();
    sandbox.write("one.jsonl", lines.join("\n"));
    lines.reverse();
    sandbox.write("other.jsonl", lines.join("\n"));
    let ran = |file| sandbox.run(["check", file, "--at", OVERDUE, "--json"]).out;
    let sorted = |out: String| {
        let mut lines: Vec<String> = out.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    assert_eq!(ran("one.jsonl"), ran("one.jsonl"));
    assert_eq!(sorted(ran("one.jsonl")), sorted(ran("other.jsonl")));
}

#[test]
fn page() {
    let sandbox = Sandbox::new();
    for (language, tag) in [("en", "en"), ("zh", "zh-Hans")] {
        let files = [
            "check",
            "acts/kelp.jsonl",
            "acts/wrack.jsonl",
            "--at",
            OVERDUE,
        ];
        let ran = sandbox.run(
            files
                .into_iter()
                .chain(["--lang", language, "--html", "page.html"]),
        );
        assert_eq!((ran.status, ran.err.as_str()), (1, ""));
        assert!(ran.out.ends_with("\npage.html\n"), "{}", ran.out);
        stands_alone(&sandbox.read("page.html"), tag);
    }
}

/// One page that needs nothing else: no address, no script or picture from elsewhere.
pub fn stands_alone(page: &str, language: &str) {
    assert!(page.starts_with("<!doctype html>") || page.starts_with("<!DOCTYPE html>"));
    assert!(
        page.contains(&format!("<html lang=\"{language}\"")),
        "no language {language}"
    );
    assert!(page.contains("<svg"), "no drawing");
    for outside in [
        "http://", "https://", "src=", "@import", "url(", "<link", "<iframe",
    ] {
        // The name of the SVG language is an address that nobody opens; `url(#` leads to a pattern of the page itself.
        let rest = page
            .replace("http://www.w3.org/2000/svg", "")
            .replace("url(#", "");
        assert!(!rest.contains(outside), "the page holds `{outside}`");
    }
}

#[test]
fn one_case_of_several() {
    let sandbox = Sandbox::new();
    let files = [
        "check",
        "acts/kelp.jsonl",
        "acts/wrack.jsonl",
        "--at",
        IN_TIME,
    ];
    let ran = sandbox.run(files.into_iter().chain(["--case", "kelp"]));
    assert_eq!(ran.status, 0);
    assert!(
        ran.out.contains("Case kelp") && !ran.out.contains("wrack"),
        "{}",
        ran.out
    );
}

#[test]
fn unknown_case() {
    let sandbox = Sandbox::new();
    let words = [
        "check",
        "acts/kelp.jsonl",
        "--at",
        IN_TIME,
        "--case",
        "squid",
    ];
    shows!("check-unknown-case", &mut sandbox.habeas(words));
}

#[test]
fn standard_input() {
    let sandbox = Sandbox::new();
    let text = sandbox.read("acts/kelp.jsonl");
    let from_file = sandbox
        .run(["check", "acts/kelp.jsonl", "--at", IN_TIME])
        .out;
    let words = ["check", "-", "--at", IN_TIME];
    shows!(
        "check-standard-input",
        sandbox.habeas(words).pass_stdin(text)
    );
    assert!(from_file.contains("persons assessed: 1;"));
}

#[test]
fn standard_input_with_a_bad_line() {
    let sandbox = Sandbox::new();
    let text = "{\"id\":\"a1\",\"case\":\"kelp\"}\n";
    let words = ["check", "-", "--at", IN_TIME];
    shows!(
        "check-standard-input-bad",
        sandbox.habeas(words).pass_stdin(text)
    );
}

#[test]
fn nobody_reads_on() {
    use std::process::Stdio;
    let sandbox = Sandbox::new();
    let mut command = sandbox.habeas(["check", "acts/wrack.jsonl", "--at", OVERDUE]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn instants() {
    let sandbox = Sandbox::new();
    for (at, shown) in [
        ("2031-03-03T09:00+09:00", "Monday 3 March 2031, 09:00"),
        ("2031-03-03T00:00Z", "Monday 3 March 2031, 09:00"),
        ("2031-03-03T00:00:00Z", "Monday 3 March 2031, 09:00"),
        ("2031-03-02T19:00-05:00", "Monday 3 March 2031, 09:00"),
        ("2031-03-03T09:00", "Monday 3 March 2031, 09:00"),
        ("2031-03-03 09:00", "Monday 3 March 2031, 09:00"),
        ("2031-03-03", "Monday 3 March 2031, 00:00"),
    ] {
        let ran = sandbox.run(["check", "acts/kelp.jsonl", "--at", at]);
        assert_eq!(ran.status, 0, "{at}: {}", ran.err);
        assert!(
            ran.out.contains(&format!("As of {shown}")),
            "{at}: {}",
            ran.out
        );
    }
}

#[test]
fn now_if_no_instant_is_given() {
    // The case lies in the future of every machine that runs this before 2031; nothing has happened yet.
    let ran = Sandbox::new().run(["check", "acts/kelp.jsonl"]);
    assert!(ran.status < 2, "{}", ran.err);
    assert!(ran.out.contains("As of "), "{}", ran.out);
}

#[test]
fn wrong_instant() {
    let sandbox = Sandbox::new();
    let words = ["check", "acts/kelp.jsonl", "--at", "2031-02-29"];
    shows!("check-wrong-instant", &mut sandbox.habeas(words));
    for at in [
        "tomorrow",
        "",
        "2031",
        "2031-03-03T25:00",
        "2031-03-03T09:00+99:00",
        "2031-XX-XX+3",
    ] {
        sandbox
            .run(["check", "acts/kelp.jsonl", "--at", at])
            .could_not("is not an instant");
        sandbox
            .run(["explain", "acts/kelp.jsonl", "--at", at])
            .could_not("is not an instant");
    }
}

/// Well written, and yet no instant of any clock on earth, or of no year that is read.
#[test]
fn instants_that_cannot_be() {
    let sandbox = Sandbox::new();
    for (at, said) in [
        ("2031-03-03T09:00+25:00", "no clock on earth is +25"),
        ("2031-03-03T09:00+14:01", "no clock on earth is +14:01"),
        ("2031-03-03T09:00-12:30", "no clock on earth is -12:30"),
        ("9999-12-31T23:00", "lies outside the years 1900 to 2200"),
        ("0001-01-01", "lies outside the years 1900 to 2200"),
        ("1600-01-01T00:00Z", "lies outside the years 1900 to 2200"),
    ] {
        let words = ["check", "acts/kelp.jsonl", "--at", at];
        sandbox.run(words).could_not(said);
    }
    for at in [
        "2031-03-03T09:00+14:00",
        "2031-03-03T09:00-12:00",
        "2031-03-03T09:00Z",
    ] {
        let words = ["check", "acts/kelp.jsonl", "--at", at];
        assert_eq!(sandbox.run(words).err, "", "{at}");
    }
}

#[test]
fn explain() {
    let sandbox = Sandbox::new();
    let words = ["explain", "acts/wrack.jsonl", "--at", OVERDUE];
    shows!("explain", &mut sandbox.habeas(words));
}

#[test]
fn explain_in_chinese() {
    let sandbox = Sandbox::new();
    let words = [
        "explain",
        "acts/kelp.jsonl",
        "--at",
        IN_TIME,
        "--case",
        "kelp",
        "--lang",
        "zh",
    ];
    shows!("explain-zh", &mut sandbox.habeas(words));
}

#[test]
fn explain_unknown_case() {
    let ran = Sandbox::new().run(["explain", "acts/kelp.jsonl", "--case", "squid"]);
    ran.could_not("no case `squid` is in these files");
}

/// Who did it, and whose it is, in both languages.
#[test]
fn an_act_that_was_not_its_actors() {
    let sandbox = Sandbox::new();
    let act = r#"{"id":"a1","case":"crab","subjects":["P1"],"act":"xx/lighthouse holding","happened":"2031-03-01T08:00","by":{"organ":"watch","rank":"keeper"}}"#;
    sandbox.write("crab.jsonl", format!("{act}\n"));
    let words = ["check", "crab.jsonl", "--at", IN_TIME];
    let en = sandbox.run(words).out;
    let said =
        "Done by coast watch (keeper). Under LA 1(1) it is done by coast watch (rank: captain or";
    assert!(en.contains(said), "{en}");
    let zh = sandbox.run(words.into_iter().chain(["--lang", "zh"])).out;
    let said = "由海岸值守（看守）作出。依照 LA 1(1)，应当由海岸值守（";
    assert!(zh.contains(said), "{zh}");
    sandbox.run(words.into_iter().chain(["--html", "page.html"]));
    let page = sandbox.read("page.html");
    assert!(
        page.contains("<p>Done by coast watch (keeper). Under LA 1(1)"),
        "{page}"
    );
}
