//! Files and lines that cannot be read, and folders of law that are none.

use crate::sandbox::{IN_TIME, Sandbox};

#[test]
fn bad_lines() {
    let sandbox = Sandbox::new();
    let words = [
        "check",
        "acts/barnacle.jsonl",
        "--at",
        IN_TIME,
        "--rejects",
        "rejects.jsonl",
    ];
    shows!("lines-bad", &mut sandbox.habeas(words));
    let zh = sandbox.run(words.into_iter().chain(["--lang", "zh"])).out;
    let (lost, _) = zh.split_once("根据 ").unwrap();
    insta::assert_snapshot!("lines-bad-zh", lost);
    let good = |line: &&str| line.contains("a good line");
    let text = sandbox.read("acts/barnacle.jsonl");
    let bad: Vec<&str> = text.lines().filter(|line| !good(line)).collect();
    let rejects = sandbox.read("rejects.jsonl");
    assert_eq!(rejects.lines().collect::<Vec<_>>(), bad);
}

#[test]
fn rejects_are_refused_again_for_the_same_reasons() {
    let sandbox = Sandbox::new();
    let ran = |file, to| {
        sandbox
            .run(["check", file, "--at", IN_TIME, "--rejects", to])
            .err
    };
    let first = ran("acts/barnacle.jsonl", "rejects.jsonl");
    assert!(
        first.contains("16 refused line(s) written to rejects.jsonl"),
        "{first}"
    );
    let again = ran("rejects.jsonl", "again.jsonl");
    // An id that was there twice, times of two kinds: what was wrong only beside a good line can be read now.
    assert!(again.lines().count() < first.lines().count(), "{again}");
}

#[test]
fn no_line_is_refused() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run([
        "check",
        "acts/kelp.jsonl",
        "--at",
        IN_TIME,
        "--rejects",
        "rejects.jsonl",
    ]);
    assert_eq!(ran.status, 0);
    assert_eq!(sandbox.read("rejects.jsonl"), "");
}

#[test]
fn a_case_that_lost_a_line_says_so_in_every_form() {
    let sandbox = Sandbox::new();
    let words = ["check", "acts/barnacle.jsonl", "--at", IN_TIME];
    let table = sandbox.run(words).out;
    let at = |text: &str, what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("`{what}` in {text}"))
    };
    assert!(at(&table, "14 lines of this case could not be read") < at(&table, "Computed from"));
    let json = sandbox.run(words.into_iter().chain(["--json"])).out;
    assert!(json.contains("barnacle.jsonl"), "{json}");
    sandbox.run(words.into_iter().chain(["--html", "page.html"]));
    assert!(
        sandbox
            .read("page.html")
            .contains("14 lines of this case could not be read")
    );
    let explained = sandbox.run(["explain", "acts/barnacle.jsonl", "--at", IN_TIME]);
    assert!(
        explained
            .out
            .contains("14 lines of this case could not be read")
    );
    assert!(
        explained.err.contains("2 line(s) taken, 16 refused"),
        "{}",
        explained.err
    );
}

/// Where the source may have left out the release, nobody is said to be held now.
#[test]
fn a_release_that_may_be_left_out() {
    let sandbox = Sandbox::new();
    let partial = r#"{"case":"kelp","partial":["xx/lighthouse letting_go"]}"#;
    let acts = sandbox.read("acts/kelp.jsonl");
    let holding = acts.lines().next().unwrap();
    sandbox.write("one.jsonl", format!("{holding}\n{partial}\n"));
    for (language, said) in [("en", "Held when last recorded"), ("zh", "此后是否仍在押")] {
        let mut words = vec!["check", "one.jsonl", "--lang", language];
        words.extend(["--at", "2031-05-03T12:00+01:00"]);
        let ran = sandbox.run(words);
        assert!(ran.out.contains(said), "{}{}", ran.out, ran.err);
        assert!(!ran.out.contains("Breaches"), "{}", ran.out);
    }
}

#[test]
fn ids_given_twice_in_two_files() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run([
        "check",
        "acts/kelp.jsonl",
        "acts/kelp.jsonl",
        "--at",
        IN_TIME,
    ]);
    assert!(ran.err.contains("already has an act `a1`"), "{}", ran.err);
    assert!(
        ran.err.contains("3 line(s) taken, 3 refused"),
        "{}",
        ran.err
    );
}

#[test]
fn rows_of_csv() {
    let sandbox = Sandbox::new();
    let rows = "id,case,act,happened,organ\n\
                x1,crab,xx/lighthouse holding,2031-03-01T08:00,watch\n\
                x2,crab,xx/lighthouse hearing,2031-03-01T20:00,council,more\n\
                x3,crab\n\
                x4,crab,xx/lighthouse hearin,2031-03-01T20:00,council\n\
                x5,crab,xx/lighthouse hearing,2031-13-01,council\n\
                x1,crab,xx/lighthouse hearing,2031-03-01T20:00,council\n";
    sandbox.write("crab.csv", rows);
    let words = [
        "check",
        "crab.csv",
        "--at",
        IN_TIME,
        "--rejects",
        "rejects.csv",
    ];
    shows!("lines-bad-csv", &mut sandbox.habeas(words));
    let rejects = sandbox.read("rejects.csv");
    let kept: Vec<&str> = rows
        .lines()
        .filter(|row| !row.starts_with("x1,crab,xx/lighthouse holding"))
        .collect();
    assert_eq!(rejects.lines().collect::<Vec<_>>(), kept);
}

#[test]
fn unknown_column() {
    let sandbox = Sandbox::new();
    sandbox.write(
        "crab.csv",
        "id,case,act,happened,colour\nx1,crab,xx/lighthouse holding,2031-03-01,blue\n",
    );
    shows!(
        "lines-unknown-column",
        &mut sandbox.habeas(["check", "crab.csv", "--at", IN_TIME])
    );
}

#[test]
fn files_without_acts() {
    let sandbox = Sandbox::new();
    sandbox.write("nothing.jsonl", "");
    sandbox.write("blank.jsonl", "\n\n");
    sandbox.write("nothing.csv", "");
    sandbox.write("header.csv", "id,case,act,happened\n");
    shows!(
        "lines-empty-file",
        &mut sandbox.habeas(["check", "nothing.jsonl"])
    );
    for file in ["nothing.jsonl", "blank.jsonl", "nothing.csv", "header.csv"] {
        sandbox
            .run(["check", file])
            .could_not("no case is in these files");
        sandbox
            .run(["explain", file])
            .could_not("no case is in these files");
    }
}

#[test]
fn files_that_are_no_text() {
    let sandbox = Sandbox::new();
    sandbox.write("utf16.jsonl", b"\xff\xfe{\0\"\0i\0d\0");
    sandbox.write("bytes.jsonl", b"\x00\x01\x80\xfe\n\x1b[31m\n");
    let ran = sandbox.run(["check", "utf16.jsonl"]);
    ran.could_not("save the file as UTF-8");
    let ran = sandbox.run(["check", "bytes.jsonl"]);
    ran.could_not("refused bytes.jsonl:1");
    assert!(
        !ran.err.contains('\u{1b}'),
        "what a terminal obeys is printed: {:?}",
        ran.err
    );
}

#[test]
fn times_that_cannot_be() {
    let sandbox = Sandbox::new();
    let good =
        r#"{"id":"a1","case":"crab","act":"xx/lighthouse holding","happened":"2031-03-01T08:00"}"#;
    for (rest, because) in [
        (
            r#""happened":"2031-03-02","recorded":"2031-03-01""#,
            "lies before it happened",
        ),
        (r#""happened":"1031-03-02""#, "lies outside the years"),
        (
            r#""happened":"2031-03-02T24:30""#,
            "`24:30` is not a time of day",
        ),
        (
            r#""happened":"the second of March""#,
            "`the second` is not a day",
        ),
        (r#""happened":20310302"#, "happened"),
    ] {
        let bad = format!(r#"{{"id":"a2","case":"crab","act":"xx/lighthouse hearing",{rest}}}"#);
        sandbox.write("crab.jsonl", format!("{good}\n{bad}\n"));
        let ran = sandbox.run(["check", "crab.jsonl", "--at", IN_TIME]);
        assert!(
            ran.err.starts_with("refused crab.jsonl:2: "),
            "{rest}: {}",
            ran.err
        );
        assert!(ran.err.contains(because), "{rest}: {}", ran.err);
        assert!(
            ran.err.ends_with("1 line(s) taken, 1 refused\n"),
            "{rest}: {}",
            ran.err
        );
        assert!(
            ran.out.contains("line 2 of crab.jsonl: "),
            "{rest}: {}",
            ran.out
        );
    }
}

#[test]
fn deep_json() {
    let sandbox = Sandbox::new();
    for begin in [
        "",
        "{\"id\":\"a\",\"fields\":",
        "{\"id\":\"a\",\"by\":{\"organ\":",
    ] {
        sandbox.write(
            "deep.jsonl",
            format!("{begin}{}", "[{\"a\":".repeat(200_000)),
        );
        sandbox
            .run(["check", "deep.jsonl"])
            .could_not("refused deep.jsonl:1");
    }
}

#[test]
fn missing_file() {
    let sandbox = Sandbox::new();
    shows!(
        "lines-missing-file",
        &mut sandbox.habeas(["check", "acts/squid.jsonl"])
    );
    for words in [
        &["explain", "acts/squid.jsonl"][..],
        &["diff-law", "laws", "laws", "acts/squid.jsonl"],
        &["propose", "acts/squid.jsonl", "--step", "{}"],
    ] {
        sandbox
            .run(words.iter().copied())
            .could_not("acts/squid.jsonl: No such file or directory");
    }
}

#[test]
fn a_folder_is_no_file() {
    Sandbox::new()
        .run(["check", "acts"])
        .could_not("acts is a folder");
}

#[test]
fn places_that_cannot_be_written() {
    let sandbox = Sandbox::new();
    for option in ["--html", "--rejects"] {
        let ran = sandbox.run([
            "check",
            "acts/kelp.jsonl",
            "--at",
            IN_TIME,
            option,
            "no/such/place",
        ]);
        ran.could_not("no/such/place: No such file or directory");
    }
}

#[test]
fn missing_laws() {
    let sandbox = Sandbox::empty();
    shows!(
        "lines-missing-laws",
        &mut sandbox.habeas(["check", "acts.jsonl"])
    );
    for words in [
        &["explain", "acts.jsonl"][..],
        &["propose", "acts.jsonl", "--step", "{}"],
        &["diff-law", "laws", "laws", "acts.jsonl"],
        &["schema"],
    ] {
        let ran = sandbox.run(words.iter().copied());
        ran.could_not("the law packs are not in laws");
        assert!(ran.err.contains("hint: "), "{}", ran.err);
    }
}

#[test]
fn a_folder_without_packs() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path("shelf")).unwrap();
    let ran = sandbox.run(["check", "acts/kelp.jsonl", "--laws", "shelf"]);
    ran.could_not("no law pack is in shelf");
}

#[test]
fn laws_with_problems() {
    let sandbox = Sandbox::new();
    let pack = "laws/xx/lighthouse.md";
    sandbox.change(pack, pack, &[("clock hearing_due", "klock hearing_due")]);
    for words in [
        &["check", "acts/kelp.jsonl"][..],
        &["explain", "acts/kelp.jsonl"],
        &["propose", "acts/kelp.jsonl", "--step", "{}"],
        &["diff-law", "laws", "laws", "acts/kelp.jsonl"],
        &["schema"],
        &["pack", "test"],
        &["pack", "explain", "holding_time"],
    ] {
        let ran = sandbox.run(words.iter().copied());
        ran.could_not("klock hearing_due");
        assert!(ran.err.contains("xx/lighthouse.md:123"), "{}", ran.err);
        assert!(ran.err.ends_with("problem(s)\n"), "{}", ran.err);
    }
}
