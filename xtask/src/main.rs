//! What people and the build machine run: `cargo xtask COMMAND`.
//!
//! Plain Rust, no shell. Never a dependency of the program, and depends on none of its crates.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the terminal is the output"
)]

mod axe;
mod bench;
mod checks;
mod chromium;
mod fuzz;
mod ledger;
mod page;
mod peers;
mod program;
mod prove;
mod python;
mod receipts;
mod steps;
mod tidy;
mod tools;
mod workspace;

use program::{Done, Failure};
use std::process::ExitCode;
use workspace::Workspace;

const HELP: &str = "\
cargo xtask COMMAND

  test            everything: lint, tests, the whole program, the law packs, fuzz for 20 s
  lint            fmt, tidy, deny, clippy, doc
  tidy            the written invariants that a program can check
  fuzz [SECONDS]  mutated packs, acts, ledger formats and stores, 600 seconds unless told
  bench case [--cases N]
                  generated cases, ours and the same deadlines in DuckDB and pandas; 1000000 unless told
  bench ledger [--quick]
                  acts recorded by ours and by what others use, receipts, audit, and which attack is noticed
  generate CASES FILE
                  acts of generated cases as JSON Lines, 40 a case: something large to load
  oracle [STARTS] clocks against the slow walker, 10000000 random starts unless told
  peers           our log and witness with another house's, live on loopback; needs Python 3.12
  prove crash [N] writers and witnesses killed so often, 300 unless told
  prove clock [N] sequences of steps of a clock, 1000000 unless told
  prove disk [N]  each file of a store on a full disk, at so many fillings, 30 unless told
  prove tamper [N]
                  stores with one other bit, so many, 10000 unless told, and logs with a thousand times so many
  receipts        the page that verifies receipts, against the program, in headless Chromium
  page FILE...    HTML files as pictures, and their accessibility, in headless Chromium
  advisories      known vulnerabilities of dependencies; needs a network or a database
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match dispatch(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one command; `false` when a table of steps has already said what failed.
fn dispatch(args: &[&str]) -> Done<bool> {
    let (command, rest) = match args {
        [] | ["help" | "--help" | "-h"] => {
            print!("{HELP}");
            return Ok(!args.is_empty());
        }
        [command, rest @ ..] => (*command, rest),
    };
    let workspace = Workspace::read()?;
    // Files named by the caller are found from where the caller stands; all else from the root.
    if !["page", "generate"].contains(&command) {
        std::env::set_current_dir(&workspace.root)
            .map_err(|e| Failure::new(format!("go to {}: {e}", workspace.root.display())))?;
    }
    match (command, rest) {
        ("test", []) => Ok(checks::test(&workspace)),
        ("lint", []) => Ok(checks::lint(&workspace)),
        ("tidy", []) => tidy::run(&workspace).map(|done| {
            println!("{}", done.note);
            true
        }),
        ("fuzz", []) => fuzz::run(&workspace, fuzz::LONG).map(|_| true),
        ("fuzz", [seconds]) => fuzz::run(&workspace, number(seconds)?).map(|_| true),
        ("bench", ["case"]) => bench::case(&workspace, bench::CASES).map(|()| true),
        ("bench", ["case", "--cases", n]) => bench::case(&workspace, number(n)?).map(|()| true),
        ("bench", ["ledger"]) => ledger::bench(&workspace, ledger::FULL).map(|()| true),
        ("bench", ["ledger", "--quick"]) => ledger::bench(&workspace, ledger::QUICK).map(|()| true),
        ("generate", [cases, file]) => bench::generate(number(cases)?, file).map(|()| true),
        ("oracle", []) => bench::oracle(bench::LONG_ORACLE).map(|()| true),
        ("oracle", [starts]) => bench::oracle(number(starts)?).map(|()| true),
        ("peers", []) => checks::peers(&workspace).map(|()| true),
        ("prove", [name]) => prove::run(name, None).map(|()| true),
        ("prove", [name, often]) => prove::run(name, Some(number(often)?)).map(|()| true),
        ("receipts", []) => checks::receipts(&workspace),
        ("page", files) if !files.is_empty() => page::run(&workspace, files).map(|()| true),
        ("advisories", []) => checks::advisories().map(|()| true),
        _ => Err(
            Failure::new(format!("`cargo xtask {}` is no command", args.join(" ")))
                .hint("`cargo xtask help` lists them"),
        ),
    }
}

fn number(text: &str) -> Done<u64> {
    text.replace('_', "").parse().map_err(|_| {
        Failure::new(format!("read `{text}` as a number: it is none")).hint("digits only: 600")
    })
}
