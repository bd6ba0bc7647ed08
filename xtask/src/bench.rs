//! Long measurements and proofs that no quick run makes.

use crate::program::{Done, Failure, Program};
use crate::workspace::Workspace;

/// Random starts in the long form of the oracle.
pub(crate) const LONG_ORACLE: u64 = 10_000_000;

/// What can be measured, and in which crate it stands.
const BENCHES: &[(&str, &str)] = &[("case", "habeas-case")];

/// Runs the benchmark called `name`.
pub(crate) fn run(workspace: &Workspace, name: &str) -> Done {
    let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
    let Some((_, package)) = BENCHES.iter().find(|(known, _)| *known == name) else {
        return Err(Failure::new(format!("there is no benchmark `{name}`"))
            .hint(format!("one of: {}", known.join(", "))));
    };
    let there = workspace
        .crates
        .iter()
        .any(|c| c.name == *package && c.benches.contains(&name.into()));
    if !there {
        return Err(
            Failure::new(format!("{package} has no benchmark target `{name}`")).hint(format!(
                "[[bench]] name = \"{name}\", harness = false, and benches/{name}.rs"
            )),
        );
    }
    Program::cargo()
        .args(["bench", "--locked", "--package", package, "--bench", name])
        .run()
}

/// Compares the clocks with the slow walker on `starts` random starts, in release.
pub(crate) fn oracle(starts: u64) -> Done {
    Program::cargo()
        .args([
            "test",
            "--release",
            "--locked",
            "--package",
            "habeas-case",
            "--test",
            "oracle",
        ])
        .args(["--", "--nocapture"])
        .env("HABEAS_ORACLE_STARTS", starts.to_string())
        .run()
}
