//! `cargo xtask bench ledger`: what tamper evidence costs beside plain tables and what others use, and which attack is noticed by whom.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark that cannot go on stops"
)]
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the report of a benchmark"
)]

mod acts;
mod arm;
mod attacks;
mod measure;
mod ours;
mod plain;
mod postgresql;
mod pymerkle;
mod scale;
mod shared;
mod show;
mod sizes;
mod witnesses;

use std::path::Path;
use std::time::Duration;

use measure::Extent;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    assert!(
        !in_memory(),
        "temporary files lie in memory here: set TMPDIR to a folder on a disk that others may enter"
    );
    match args.as_slice() {
        ["measure"] => measure::run(FULL),
        ["measure", "--quick"] => measure::run(QUICK),
        ["sizes"] => sizes::run(FULL),
        ["sizes", "--quick"] => sizes::run(QUICK),
        ["scale", acts, export] => scale::run(acts.parse().expect("a number"), Path::new(export)),
        ["attacks"] => attacks::run(),
        // What is started to be killed.
        ["record", folder, from] => {
            scale::record(Path::new(folder), from.parse().expect("a number"));
        }
        _ => panic!("measure [--quick] | sizes [--quick] | scale ACTS FOLDER | attacks"),
    }
}

/// Whether what is measured would be no disk: every arm keeps its files where temporary files lie.
fn in_memory() -> bool {
    let folder = std::env::temp_dir();
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap_or_default();
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        let (place, kind) = (words.next()?, words.next()?);
        folder
            .starts_with(place)
            .then(|| (place.len(), kind == "tmpfs"))
    });
    mounts.max().is_some_and(|(_, memory)| memory)
}

const FULL: Extent = Extent {
    rounds: 5,
    time: Duration::from_secs(2),
    acts: 60_000,
};

const QUICK: Extent = Extent {
    rounds: 5,
    time: Duration::from_millis(500),
    acts: 10_000,
};
