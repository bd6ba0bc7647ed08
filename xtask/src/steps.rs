//! A row of steps: run in order, timed, shown as a table, stopped at the first failure.

use crate::program::Done;
use crate::workspace::Workspace;
use std::time::{Duration, Instant};

/// What a step that succeeded has to say.
#[derive(Debug)]
pub(crate) struct Passed {
    /// Single tests or checks that it made.
    pub(crate) checks: usize,
    /// A few words for the table.
    pub(crate) note: String,
}

impl Passed {
    /// One check and nothing to add.
    pub(crate) fn one() -> Self {
        Self {
            checks: 1,
            note: String::new(),
        }
    }

    pub(crate) fn many(checks: usize, note: impl Into<String>) -> Self {
        Self {
            checks,
            note: note.into(),
        }
    }
}

/// A name and what is done under it.
pub(crate) type Step = (&'static str, fn(&Workspace) -> Done<Passed>);

/// Runs `steps` and prints the table, whose last line reads `N passed, M failed`.
///
/// `beside` are lines about what this row does not check; they stand above the last line.
/// Returns whether every step passed.
pub(crate) fn run(workspace: &Workspace, steps: &[Step], beside: &[&str]) -> bool {
    let mut table = Vec::new();
    let mut passed = 0;
    let mut failed = 0;
    for (name, action) in steps {
        println!("── {name}");
        let start = now();
        let result = action(workspace);
        let time = start.elapsed();
        match result {
            Ok(done) => {
                passed += done.checks;
                table.push(row("ok", name, time, &done.note));
            }
            Err(failure) => {
                failed += failure.failed;
                table.push(row("FAILED", name, time, ""));
                eprintln!("\n{name} failed: {failure}\n");
                break;
            }
        }
    }
    let left = steps.len().saturating_sub(table.len());
    println!();
    for line in &table {
        println!("{line}");
    }
    if left > 0 {
        println!("not run after it: {left}");
    }
    for line in beside {
        println!("{line}");
    }
    println!("{passed} passed, {failed} failed");
    failed == 0
}

fn row(state: &str, name: &str, time: Duration, note: &str) -> String {
    format!(
        "{state:<6}  {name:<12} {:>7.1} s  {note}",
        time.as_secs_f64()
    )
    .trim_end()
    .to_owned()
}

#[expect(
    clippy::disallowed_methods,
    reason = "times the steps; no law is computed here"
)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_no_loose_end() {
        assert_eq!(
            row("ok", "fmt", Duration::from_millis(250), ""),
            "ok      fmt              0.2 s"
        );
    }
}
