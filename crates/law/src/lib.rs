//! Reads a law pack: literate Markdown to typed rules, with the arithmetic of time as laws count it.
//!
//! This crate reads no clock, opens no socket and knows no case. Nothing of any country's law stands in it: what a country
//! chose is read from its packs, section by section of `docs/reference/pack-format.md`.

pub mod calendar;
pub mod count;
pub mod expression;
mod law;
pub mod library;
pub mod moment;
mod notes;
pub mod official;
pub mod passage;
pub mod phrase;
pub mod problem;
pub mod read;
pub mod rules;
pub mod syntax;
pub mod truth;
pub mod value;
pub mod words;

pub use law::Law;
pub use library::{Library, LoadError};
pub use problem::Problem;
pub use truth::Truth;
pub use value::{Type, Value, Word};
pub use words::Words;
