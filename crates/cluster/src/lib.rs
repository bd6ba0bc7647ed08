//! A PostgreSQL of its own for tests and benchmarks: started, killed, started again, stopped and removed.
//!
//! It stands in a temporary folder and listens on a free port of the loopback and on a socket in that folder. Whoever reaches either is let in as `postgres`
//! without a password: nothing but invented acts belongs in it.

mod cluster;
mod error;
mod installed;
mod processes;

pub use cluster::Cluster;
pub use error::{Error, Result};
pub use processes::kill;
