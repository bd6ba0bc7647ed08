//! Mutated acts, as JSON Lines and as CSV: no panic, no hang, no line lost. What is read is assessed.
//!
//! The mutations come from a fixed seed, so that a failure comes again. `HABEAS_FUZZ_SECONDS` says how long, 2 by default.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

#[path = "read_support/lines.rs"]
mod read_lines;
mod read_support;

use std::time::{Duration, Instant};

use fastrand::Rng;
use habeas_case::read::{Reader, Reading, write_rejects};
use habeas_law::Law;
use read_lines::lines;
use read_support::law;

/// The longest that one input may take; a build without optimisation on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands in acts, and what should not.
const PIECES: &[&str] = &[
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\n",
    "\r\n",
    "\u{feff}",
    "null",
    "true",
    "-1",
    "1e999",
    "99999999999999999999",
    "0.1",
    "\"none\"",
    "\"all\"",
    "\"partial\":",
    "\"except\":",
    "\"answers\":\"1\",",
    "\"corrects\":\"2\",",
    "\"id\":\"1\",",
    "2019-XX-XX+37",
    "2019-XX-XX+99999",
    "2026-02-30",
    "2026-03-29T02:30",
    "2026-10-25T02:30",
    "2200-12-31",
    "1900-01-01",
    "T24:00",
    "+01:00",
    "-25:99",
    "Z",
    "..",
    ";",
    "\"\"",
    "xx/harbour fog",
    "xx/harbour facts",
    "拘留",
    "\u{202e}",
    "é",
    "36525",
    "73200",
    "72999 days",
    "[[\"2026-01-01\",\"2300-12-31\"]]",
    "field ",
    "ground",
    "until",
    "\t",
    " ",
];

fn mutate(seed: &str, dice: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.as_bytes().to_vec();
    for _ in 0..=dice.usize(..6) {
        let at = dice.usize(..bytes.len() + 1);
        let to = (at + dice.usize(..40)).min(bytes.len());
        let piece = PIECES[dice.usize(..PIECES.len())];
        match dice.usize(..9) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 if at < bytes.len() => bytes[at] = dice.u8(..),
            3 => {
                let part = bytes[at..to].to_vec();
                let into = dice.usize(..bytes.len() + 1);
                bytes.splice(into..into, part);
            }
            4 => {
                let part = piece.repeat(1 + dice.usize(..3));
                bytes.splice(at..to, part.into_bytes());
            }
            5 if dice.usize(..20) == 0 => {
                let part = piece.repeat(20_000);
                bytes.splice(at..at, part.into_bytes());
            }
            6 => {
                // One line of the file again, somewhere else.
                let lines: Vec<Vec<u8>> = bytes
                    .split_inclusive(|b| *b == b'\n')
                    .map(<[u8]>::to_vec)
                    .collect();
                let line = dice.choice(&lines).cloned().unwrap_or_default();
                bytes.splice(at..at, line);
            }
            _ => drop(bytes.splice(at..at, piece.bytes())),
        }
    }
    bytes
}

fn read(law: &Law, bytes: &[u8], as_csv: bool) -> Reading {
    let mut reader = Reader::new(law);
    let done = if as_csv {
        reader.csv("x.csv", bytes)
    } else {
        reader.json("x.jsonl", bytes)
    };
    done.unwrap();
    reader.finish()
}

fn check(law: &Law, bytes: &[u8], as_csv: bool) {
    let reading = read(law, bytes, as_csv);
    let kept = reading
        .rejects
        .iter()
        .filter(|reject| reject.raw.is_some())
        .count() as u64;
    let mut file = Vec::new();
    assert_eq!(write_rejects(&reading.rejects, &mut file).unwrap(), kept);
    for reject in &reading.rejects {
        assert!(reject.to_string().len() < 4_000);
    }
    if !as_csv {
        assert_eq!(reading.taken + reading.rejects.len() as u64, lines(bytes));
    }
    for case in &reading.cases {
        for at in [0, 1_793_900_000, 7_300_000_000] {
            for assessment in habeas_case::assess(law, case, at) {
                drop(serde_json::to_string(&assessment).unwrap());
            }
        }
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long to go on, and whether one input hangs; nothing else hangs on it"
)]
fn mutated_acts() {
    let seconds = std::env::var("HABEAS_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2);
    let law = law();
    let holding = r#""id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05T14:05""#;
    let extension =
        r#""id":"2","case":"a","act":"xx/harbour extension","happened":"2026-11-05","answers":"1""#;
    let full = |text: &str| {
        text.replace("HOLDING", holding)
            .replace("EXTENSION", extension)
    };
    let seeds = [
        (full(include_str!("read_good.jsonl")), false),
        (full(include_str!("read_bad.jsonl")), false),
        (include_str!("read_whole.jsonl").to_owned(), false),
        (include_str!("read_whole.csv").to_owned(), true),
        (include_str!("read_bad_csv.txt").replace("---\n", ""), true),
    ];
    let lines: Vec<(String, bool)> = seeds
        .iter()
        .filter(|(_, as_csv)| !as_csv)
        .flat_map(|(text, _)| text.lines().map(|line| (line.to_owned(), false)))
        .collect();
    let all: Vec<&(String, bool)> = seeds.iter().chain(&lines).collect();
    let mut dice = Rng::with_seed(0x5eed_0000_0000_0001);
    let start = Instant::now();
    let mut count = 0_u64;
    while start.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..50 {
            let (seed, as_csv) = all[dice.usize(..all.len())];
            let bytes = mutate(seed, &mut dice);
            let began = Instant::now();
            let caught = std::panic::catch_unwind(|| check(&law, &bytes, *as_csv));
            let shown = || {
                String::from_utf8_lossy(&bytes)
                    .chars()
                    .take(4_000)
                    .collect::<String>()
            };
            assert!(caught.is_ok(), "input {count} panics:\n{}", shown());
            assert!(
                began.elapsed() < PATIENCE,
                "input {count} takes {:?}:\n{}",
                began.elapsed(),
                shown()
            );
            count += 1;
        }
    }
    println!("{count} inputs");
}
