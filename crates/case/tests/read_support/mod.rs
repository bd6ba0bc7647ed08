//! The invented law of these tests.

use habeas_law::Law;
use habeas_law::read::Files;

/// The law of `tests/packs/xx-harbour.md`.
#[expect(clippy::panic, reason = "a test that panics has failed")]
pub fn law() -> Law {
    let mut files = Files::default();
    let text = include_str!("../packs/xx-harbour.md");
    files.packs.insert("xx/harbour.md".into(), text.into());
    habeas_law::read::read(&files).unwrap_or_else(|problems| {
        let told: Vec<String> = problems
            .iter()
            .map(|p| format!("{}: {p}", p.place()))
            .collect();
        panic!("the pack of the tests is wrong:\n{}", told.join("\n"))
    })
}
