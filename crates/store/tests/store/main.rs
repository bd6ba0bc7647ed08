//! The store: one suite over every database, faults at every step, crashes, flips of single bits.

#![expect(
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "what a test prepares and compares; a failure ends it"
)]

mod backend;
mod backup;
mod bits;
mod clock;
mod conflicts;
mod crash;
mod disk;
mod faults;
mod flips;
mod killed;
mod published;
mod servers;
mod structure;
mod suite;
