//! The published test vectors of other projects, file by file. README.md beside them says where each comes from.
//!
//! Every file is read whole: a field that no test here knows fails, so that additions are noticed.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed"
)]

mod file;
mod merkle;
mod mirror;
mod notes;
mod policy;
mod receipts;
mod tiles;
mod witness;
