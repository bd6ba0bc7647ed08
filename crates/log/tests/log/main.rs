//! The running log over a store of its own, with witnesses on loopback: some honest, some down, some lying.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

mod guard;
mod rounds;
mod support;
mod tiles;
