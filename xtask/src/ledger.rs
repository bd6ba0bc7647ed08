//! `bench ledger`: the arms beside each other, a large store, the page that verifies, and the attacks, in one run.

use crate::program::{Done, Program};
use crate::workspace::Workspace;
use crate::{bench, python, receipts, tools};

const PACKAGE: &str = "habeas-bench-ledger";
const REQUIREMENTS: &str = "bench/ledger/requirements.txt";

/// How much one run measures.
pub(crate) struct Extent {
    /// What the measuring program is told besides.
    quick: &'static [&'static str],
    /// Acts of the large store.
    acts: u64,
}

/// A quarter of an hour.
pub(crate) const FULL: Extent = Extent {
    quick: &[],
    acts: 1_000_000,
};

/// Four minutes, most of them rounds: to see that all works.
pub(crate) const QUICK: Extent = Extent {
    quick: &["--quick"],
    acts: 100_000,
};

/// Longest that a receipt may take in a browser, in milliseconds.
const BROWSER: f64 = 50.0;

/// Runs all of it and prints tables; a goal that is missed is said and fails nothing.
pub(crate) fn bench(workspace: &Workspace, extent: Extent) -> Done {
    tools::pgaudit()?;
    let python = python::with(
        &workspace.target.join("bench-ledger-venv"),
        REQUIREMENTS,
        "3.10",
    )?;
    Program::cargo()
        .args(["build", "--release", "--locked", "--package", PACKAGE])
        .run()?;
    let program = workspace.target.join("release").join(PACKAGE);
    let program = Program::new(program.to_string_lossy())
        .env("HABEAS_BENCH_PYTHON", python.display().to_string());
    let folder = workspace.scratch("ledger")?;
    let export = folder.to_string_lossy().into_owned();
    let before = bench::load();
    let run = |args: &[&str]| program.clone().args(args.iter().copied()).run();
    for part in ["measure", "sizes"] {
        run(&[&[part], extent.quick].concat())?;
    }
    println!();
    run(&["scale", &extent.acts.to_string(), &export])?;
    let each = receipts::timed(workspace, &folder)?;
    let said = if each <= BROWSER { "reached" } else { "MISSED" };
    println!("goal {said}: receipt verified in headless Chromium, ms: {each:.2}, goal {BROWSER}");
    println!();
    run(&["attacks"])?;
    println!(
        "load of the machine before {before}, after {}",
        bench::load()
    );
    Ok(())
}
