//! One case: acts in, an assessment out. The same acts, packs and instant give the same assessment, byte for byte.
//!
//! This crate knows no storage, no HTTP and no names of people. It reads no clock: the instant is an argument. Nothing of any
//! country's law stands in it.

pub mod act;
pub mod assess;
pub mod assessment;
pub mod clock;
pub mod difference;
pub mod evaluate;
pub mod example;
pub mod expect;
pub mod find;
pub mod floating;
pub mod formula;
pub mod gate;
pub mod history;
pub mod mapping;
pub mod meter;
pub mod open;
pub mod propose;
pub mod read;
pub mod rule;
pub mod show;
pub mod suite;
pub mod timeline;
pub mod title;

pub use act::{Act, By, Case, Partial};
pub use assess::{assess, assess_person, summarize};
pub use assessment::{Assessment, Summary};
