//! The daemon and the client over real HTTP on loopback: what is recorded, what is malformed, who is slow, who lies.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

mod client;
mod daemon;
mod fork;
mod memory;
mod support;
