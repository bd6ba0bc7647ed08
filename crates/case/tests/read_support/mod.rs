//! The invented law of these tests, and short ways to read.

use habeas_case::read::{Reader, Reading};
use habeas_law::Law;
use habeas_law::read::Files;

/// The law of `tests/packs/xx-harbour.md`.
pub fn law() -> Law {
    let mut files = Files::default();
    let text = include_str!("../packs/xx-harbour.md");
    files.packs.insert("xx/harbour.md".into(), text.into());
    habeas_law::read::read(&files).unwrap_or_else(|problems| {
        let told: Vec<String> = problems.iter().map(|p| format!("{}: {p}", p.place())).collect();
        panic!("the pack of the tests is wrong:\n{}", told.join("\n"))
    })
}

/// Reads one file of JSON Lines.
#[allow(dead_code, reason = "not every test reads both")]
pub fn json(law: &Law, text: impl AsRef<[u8]>) -> Reading {
    let mut reader = Reader::new(law);
    reader.json("x.jsonl", text.as_ref()).unwrap();
    reader.finish()
}

/// Reads one file of CSV.
#[allow(dead_code, reason = "not every test reads both")]
pub fn csv(law: &Law, text: impl AsRef<[u8]>) -> Reading {
    let mut reader = Reader::new(law);
    reader.csv("x.csv", text.as_ref()).unwrap();
    reader.finish()
}
