//! The long forms of what the tests prove of the store and the witness in short.
//!
//! Each is one or two tests that every run makes, told by an environment variable to go on for longer. They print how much they went through.

use crate::program::{Done, Failure, Program};

/// A test that goes on for as long as its variable says.
struct Long {
    package: &'static str,
    target: &'static str,
    test: &'static str,
    variable: &'static str,
    /// So often for each time that the proof is told.
    times: u64,
}

/// What can be proved at length: its name, how often unless told, and its tests.
struct Proof {
    name: &'static str,
    often: u64,
    tests: &'static [Long],
}

const fn long(
    package: &'static str,
    target: &'static str,
    test: &'static str,
    variable: &'static str,
    times: u64,
) -> Long {
    Long {
        package,
        target,
        test,
        variable,
        times,
    }
}

const PROOFS: &[Proof] = &[
    Proof {
        name: "crash",
        often: 300,
        tests: &[
            long("habeas-store", "store", "crash::", "HABEAS_STORE_KILLS", 1),
            long(
                "habeas",
                "program",
                "witness::killed",
                "HABEAS_WITNESS_KILLS",
                1,
            ),
            long("habeas", "program", "log::killed", "HABEAS_LOG_KILLS", 1),
        ],
    },
    Proof {
        name: "clock",
        often: 1_000_000,
        tests: &[long(
            "habeas-store",
            "store",
            "clock::",
            "HABEAS_STORE_CLOCKS",
            1,
        )],
    },
    Proof {
        name: "disk",
        often: 30,
        tests: &[long(
            "habeas-store",
            "store",
            "disk::",
            "HABEAS_STORE_DISKS",
            1,
        )],
    },
    Proof {
        name: "tamper",
        often: 10_000,
        tests: &[
            long("habeas-store", "store", "bits::", "HABEAS_STORE_FLIPS", 1),
            // 10,000 are more than all 8.4 million.
            long(
                "habeas-store",
                "store",
                "structure::",
                "HABEAS_STORE_LOG_BITS",
                1000,
            ),
        ],
    },
];

/// Proves what is named, at the length that is told.
pub(crate) fn run(name: &str, often: Option<u64>) -> Done {
    let proof = PROOFS.iter().find(|proof| proof.name == name);
    let proof = proof.ok_or_else(|| {
        let names: Vec<&str> = PROOFS.iter().map(|proof| proof.name).collect();
        Failure::new(format!("prove `{name}`: there is no such proof"))
            .hint(format!("one of {}", names.join(", ")))
    })?;
    let often = often.unwrap_or(proof.often);
    if often == 0 {
        return Err(Failure::new(format!(
            "prove `{name}` 0 times: that proves nothing"
        )));
    }
    for long in proof.tests {
        let mut passed = 0;
        Program::cargo()
            .args(["test", "--locked", "--package", long.package])
            .args(["--test", long.target, long.test])
            .args(["--", "--nocapture"])
            .env(long.variable, often.saturating_mul(long.times).to_string())
            .tee(|line| {
                if line.starts_with("test result: ok.") && !line.contains(" 0 passed") {
                    passed += 1;
                }
            })?;
        if passed == 0 {
            return Err(Failure::new(format!(
                "`{}` of {} ran no test",
                long.test, long.package
            )));
        }
    }
    Ok(())
}
