//! Reads one file of CSV.

use habeas_case::read::{Reader, Reading};
use habeas_law::Law;

#[expect(clippy::unwrap_used, reason = "a test that panics has failed")]
pub fn csv(law: &Law, text: impl AsRef<[u8]>) -> Reading {
    let mut reader = Reader::new(law);
    reader.csv("x.csv", text.as_ref()).unwrap();
    reader.finish()
}
