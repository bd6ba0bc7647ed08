//! `lint` and `test`: which steps there are and in which order, quick ones first.

use crate::program::{Done, Failure, Program};
use crate::steps::{self, Passed, Step};
use crate::workspace::Workspace;
use crate::{fuzz, page, peers, receipts, tidy, tools};
use std::path::PathBuf;

/// Pages, relative to cargo's target folder, that `test` opens in Chromium after the demo.
///
/// The first entry makes Chromium and axe-core part of every run: installed if they are missing,
/// a failed run if they cannot be.
const PAGES: &[&str] = &["demo/docket.en.html", "demo/docket.zh-Hans.html"];

const LINT: &[Step] = &[
    ("fmt", fmt),
    ("tidy", tidy::run),
    ("deny", deny),
    ("clippy", clippy),
    ("doc", doc),
];

const PROGRAM: &[Step] = &[
    ("tests", cargo_test),
    ("demo", demo),
    ("pack check", pack_check),
    ("pack test", pack_test),
    ("worked cases", worked_cases),
];

/// What no run without a network can check, said each time.
const BESIDE: &[&str] =
    &["not checked here: advisories, see docs/decisions/0001; run `cargo xtask advisories`"];

/// Style and written rules.
pub(crate) fn lint(workspace: &Workspace) -> bool {
    steps::run(workspace, LINT, BESIDE)
}

/// Everything that a submission must pass.
pub(crate) fn test(workspace: &Workspace) -> bool {
    let mut row = [LINT, PROGRAM].concat();
    if !PAGES.is_empty() {
        row.push(("pages", pages));
    }
    row.push(("receipts", verified));
    row.push(("fuzz", |workspace| fuzz::run(workspace, fuzz::SHORT)));
    steps::run(workspace, &row, BESIDE)
}

/// Known vulnerabilities, unsound and abandoned crates, from the advisory database.
///
/// Needs a network, or a copy of the database under cargo's folder `advisory-dbs`.
pub(crate) fn advisories() -> Done {
    tools::cargo_deny()?;
    Program::cargo()
        .args(["deny", "check", "advisories"])
        .run()
        .map_err(|failure| {
            Failure::new(failure.to_string())
                .hint("without a network: docs/decisions/0001 says how a copy is brought in")
        })
}

fn fmt(_: &Workspace) -> Done<Passed> {
    let check = Program::cargo().args(["fmt", "--all", "--check"]);
    check
        .run()
        .map_err(|failure| Failure::new(failure.to_string()).hint("cargo fmt --all"))?;
    Ok(Passed::one())
}

/// Licences, banned crates and sources of everything that is locked.
fn deny(_: &Workspace) -> Done<Passed> {
    tools::cargo_deny()?;
    Program::cargo().args(["fetch", "--locked"]).run()?;
    let check = ["deny", "--offline", "check", "bans", "licenses", "sources"];
    Program::cargo().args(check).capture()?;
    Ok(Passed::many(3, "bans, licences, sources"))
}

fn clippy(_: &Workspace) -> Done<Passed> {
    let args = [
        "clippy",
        "--locked",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ];
    Program::cargo().args(args).run()?;
    Ok(Passed::one())
}

fn doc(_: &Workspace) -> Done<Passed> {
    let args = [
        "doc",
        "--locked",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ];
    Program::cargo()
        .args(args)
        .env("RUSTDOCFLAGS", "-D warnings")
        .run()?;
    Ok(Passed::one())
}

fn cargo_test(_: &Workspace) -> Done<Passed> {
    tools::postgresql()?;
    let (mut passed, mut failed) = (0, 0);
    let result = Program::cargo()
        .args(["test", "--locked", "--workspace"])
        .env("INSTA_UPDATE", "no")
        .tee(|line| {
            if line.starts_with("test result:") {
                passed += counted(line, "passed");
                failed += counted(line, "failed");
            }
        });
    result.map_err(|failure| failure.counting(failed))?;
    if passed == 0 {
        return Err(Failure::new("`cargo test` succeeded, but ran no test"));
    }
    Ok(Passed::many(passed, format!("{passed} tests")))
}

fn demo(workspace: &Workspace) -> Done<Passed> {
    let out = workspace.target.join("demo");
    habeas(workspace)?
        .args(["demo", "--check", "--out", &out.to_string_lossy()])
        .run()?;
    Ok(Passed::one())
}

fn pack_check(workspace: &Workspace) -> Done<Passed> {
    habeas(workspace)?.args(["pack", "check", "laws"]).run()?;
    Ok(Passed::one())
}

fn pack_test(workspace: &Workspace) -> Done<Passed> {
    let mut last = String::new();
    let result = habeas(workspace)?
        .args(["pack", "test", "laws", "--every-condition"])
        .tee(|line| {
            if !line.trim().is_empty() {
                line.clone_into(&mut last);
            }
        });
    result.map_err(|failure| failure.counting(counted(&last, "failed")))?;
    match counted(&last, "passed") {
        0 => Err(Failure::new(format!(
            "`habeas pack test laws` ran no example; it ended: {last}"
        ))),
        passed => Ok(Passed::many(passed, format!("{passed} examples"))),
    }
}

fn pages(workspace: &Workspace) -> Done<Passed> {
    let files: Vec<String> = PAGES
        .iter()
        .map(|p| workspace.target.join(p).to_string_lossy().into_owned())
        .collect();
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    page::run(workspace, &files)?;
    Ok(Passed::many(files.len(), "pictures and accessibility"))
}

fn verified(workspace: &Workspace) -> Done<Passed> {
    receipts::run(workspace, &habeas(workspace)?)
}

/// The page that verifies receipts alone; it says how many came out alike.
pub(crate) fn receipts(workspace: &Workspace) -> Done<bool> {
    let passed = verified(workspace)?;
    println!("{} {}", passed.checks, passed.note);
    Ok(true)
}

/// The worked cases that stand beside the packs: `laws/*/cases/*.json`.
fn worked_cases(workspace: &Workspace) -> Done<Passed> {
    let mut passed = 0;
    for folder in listed(&workspace.root.join("laws"))? {
        for cases in listed(&folder.join("cases"))? {
            if cases.extension().is_none_or(|e| e != "json") {
                continue;
            }
            let (folder, cases) = (folder.to_string_lossy(), cases.to_string_lossy());
            let mut last = String::new();
            habeas(workspace)?
                .args(["pack", "test", &folder, "--cases", &cases])
                .tee(|line| {
                    if !line.trim().is_empty() {
                        line.clone_into(&mut last);
                    }
                })?;
            passed += counted(&last, "passed");
        }
    }
    Ok(Passed::many(passed, "worked cases"))
}

/// What a folder holds, in order; nothing if it is not there.
fn listed(folder: &std::path::Path) -> Done<Vec<std::path::PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries = std::fs::read_dir(folder)
        .map_err(|e| Failure::new(format!("list {}: {e}", folder.display())))?;
    let mut paths: Vec<_> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .collect();
    paths.sort();
    Ok(paths)
}

/// Our log and witness with those of another house.
pub(crate) fn peers(workspace: &Workspace) -> Done {
    habeas(workspace)?;
    peers::run(workspace, &path(workspace))
}

/// The program as the tests built it.
fn habeas(workspace: &Workspace) -> Done<Program> {
    Program::cargo()
        .args(["build", "--locked", "--quiet", "--package", "habeas"])
        .run()?;
    Ok(Program::new(path(workspace).to_string_lossy()))
}

/// Where the program is once it is built.
fn path(workspace: &Workspace) -> PathBuf {
    workspace.target.join("debug/habeas")
}

/// The number before `word` in a closing line: 12 for `passed` in `12 passed, 0 failed`.
fn counted(line: &str, word: &str) -> usize {
    let words: Vec<&str> = line.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let before = words.windows(2).find_map(|pair| match pair {
        [number, found] if *found == word => number.parse().ok(),
        _ => None,
    });
    before.unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_read() {
        let cargo = "test result: ok. 12 passed; 1 failed; 0 ignored; finished in 0.01s";
        assert_eq!(
            (counted(cargo, "passed"), counted(cargo, "failed")),
            (12, 1)
        );
        let pack = "130 passed, 2 failed, 4 unmapped";
        assert_eq!((counted(pack, "passed"), counted(pack, "failed")), (130, 2));
        assert_eq!(counted("no closing line", "passed"), 0);
    }
}
