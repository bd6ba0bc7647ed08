//! Models of the log, its servers, its witnesses and its forks, explored state by state; and the code, held against them.
//!
//! docs/model.md says what is modelled and what is not.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test that panics has failed, and says what it explored"
)]

mod check;
mod delete;
mod explore;
mod fork;
mod guard;
mod history;
mod log;
mod replay;
mod servers;
mod witness;
