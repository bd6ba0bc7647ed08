//! The witness: a daemon that cosigns the checkpoints of logs it knows, and a client that asks witnesses for their cosignatures.
//!
//! What is cosigned and what is refused is arithmetic of the ledger. Here stand durability, HTTP and time limits. It knows no
//! act, no case and no law, makes no proof of its own, and reads no clock: the instant comes from a [`Clock`]. It never sees an
//! entry, only checkpoints. It speaks HTTP without TLS: across a network it stands behind something that does.

pub mod client;
mod fault;
pub mod memory;
pub mod monitor;
pub mod server;

pub use fault::Fault;

/// Tells the time. The program has the one that reads the machine's.
pub trait Clock: Send + Sync {
    /// Seconds since 1970.
    fn now(&self) -> u64;
}
