//! Mutated input for every reader: no panic, no hang, limits kept.
//!
//! Each crate that reads something has an integration test named `fuzz`. It mutates the packs and
//! acts of the repository from a fixed seed, so that a failure comes again. In a plain `cargo test`
//! it makes a few rounds; with `HABEAS_FUZZ_SECONDS` it goes on for that long.

use crate::program::{Done, Failure, Program};
use crate::steps::Passed;
use crate::workspace::Workspace;

/// Seconds in `cargo xtask test`.
pub(crate) const SHORT: u64 = 20;
/// Seconds in `cargo xtask fuzz` unless told.
pub(crate) const LONG: u64 = 600;

/// Fuzzes every crate that has a target `fuzz`, `seconds` in all.
pub(crate) fn run(workspace: &Workspace, seconds: u64) -> Done<Passed> {
    let named = |t: &String| t == "fuzz";
    let fuzzed = workspace
        .crates
        .iter()
        .filter(|c| c.tests.iter().any(named));
    let names: Vec<&str> = fuzzed.map(|c| c.name.as_str()).collect();
    if !names.contains(&"habeas-law") {
        return Err(
            Failure::new("habeas-law, which reads packs, has no integration test `fuzz`")
                .hint("crates/law/tests/fuzz.rs; it reads HABEAS_FUZZ_SECONDS"),
        );
    }
    let share = seconds
        .div_ceil(u64::try_from(names.len()).unwrap_or(1).max(1))
        .max(1);
    // The whole workspace at once, as the tests are built: one crate alone would build its dependencies anew.
    Program::cargo()
        .args([
            "test",
            "--locked",
            "--workspace",
            "--test",
            "fuzz",
            "--",
            "--nocapture",
        ])
        .env("HABEAS_FUZZ_SECONDS", share.to_string())
        .run()?;
    Ok(Passed::many(
        names.len(),
        format!("{share} s each: {}", names.join(", ")),
    ))
}
