//! `habeas demo`: needs the repository's own folders, and says so where they are not.

use std::path::Path;

use crate::check::stands_alone;
use crate::sandbox::Sandbox;

#[test]
fn in_an_empty_folder() {
    let ran = Sandbox::empty().run(["demo"]);
    ran.could_not("the law packs are not in ./laws");
    assert!(ran.err.contains("\n  hint: "), "{}", ran.err);
}

#[test]
fn with_laws_and_no_examples() {
    let sandbox = Sandbox::new();
    sandbox.run(["demo"]).could_not("examples/docket");
    sandbox.write(
        "examples/docket/xx-kelp.jsonl",
        sandbox.read("acts/kelp.jsonl"),
    );
    sandbox.run(["demo"]).could_not("examples/real");
}

/// A docket of one case, and histories whose law is not there.
fn small() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write(
        "examples/docket/xx-kelp.jsonl",
        sandbox.read("acts/kelp.jsonl"),
    );
    sandbox.write(
        "examples/docket/zz-squid.jsonl",
        "a case of a country whose law is not there",
    );
    sandbox.write(
        "examples/real/lecardv2.codes.csv",
        "code,act,complete\nhold,zz/none holding,yes\n",
    );
    sandbox.write(
        "examples/real/cn_lecardv2_custody_days.csv",
        "case,year,events\n1,2029,hold:0\n",
    );
    sandbox
}

#[test]
fn of_the_tiny_law() {
    let sandbox = small();
    let ran = sandbox.run(["demo", "--out", "pages"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert!(
        ran.out
            .contains("The sample docket, as of 2026-11-24 01:00 UTC: "),
        "{}",
        ran.out
    );
    assert!(
        ran.out
            .contains("The real histories, at the day of their last act: persons assessed: 0;")
    );
    assert!(ran.out.contains("no decision and no legal advice"));
    for page in [
        "docket.en",
        "docket.zh-Hans",
        "histories.en",
        "histories.zh-Hans",
    ] {
        let path = sandbox.path("pages").join(format!("{page}.html"));
        assert!(path.exists(), "{page}");
        assert!(
            ran.out.contains(&format!("/pages/{page}.html\n")),
            "{}",
            ran.out
        );
    }
}

#[test]
fn too_small_a_docket_does_not_pass() {
    let sandbox = small();
    let checked = ["demo", "--out", "pages", "--check"];
    let ran = sandbox.run(checked);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(
        ran.out
            .contains("the law that they speak of is not here: 1"),
        "{}",
        ran.out
    );
    std::fs::remove_file(sandbox.path("examples/docket").join("zz-squid.jsonl")).unwrap();
    let ran = sandbox.run(checked);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("12 and 4 are expected"), "{}", ran.err);
}

#[test]
fn a_bad_line_of_the_docket() {
    let sandbox = small();
    sandbox.write("examples/docket/xx-bad.jsonl", "{}\n");
    sandbox
        .run(["demo", "--out", "pages"])
        .could_not("xx-bad.jsonl:1");
}

#[test]
fn of_the_repository() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    // Whoever deletes the law of a country still has a program that works.
    let there = |country: &str| root.join("laws").join(country).exists();
    if !there("cn") && !there("ew") {
        return;
    }
    let sandbox = Sandbox::empty();
    let root = root.to_str().unwrap();
    let ran = sandbox.run(["demo", "--root", root, "--out", "pages", "--check"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    for (page, language) in [("docket.en", "en"), ("docket.zh-Hans", "zh-Hans")] {
        stands_alone(&sandbox.read(&format!("pages/{page}.html")), language);
    }
    if there("cn") {
        assert!(ran.out.contains("persons assessed: 67;"), "{}", ran.out);
        stands_alone(&sandbox.read("pages/histories.en.html"), "en");
    }
}
