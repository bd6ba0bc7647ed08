//! The running log: at each end of an interval a checkpoint over all that a store has recorded, cosigned by the witnesses of a
//! policy and published as static files.
//!
//! A witness that is down, slow or lying never stops it. What stops it is that somebody has seen more of the log than its store
//! holds, or another history: then whatever it signed next would be a second one. It knows no act, no case and no law, and reads no
//! clock: the instant comes from the store's [`Clock`](habeas_store::Clock).

mod alarms;
mod daemon;
mod fault;
mod guard;
mod round;
mod tiles;
mod turn;

pub use daemon::{Cadence, run};
pub use fault::Fault;
pub use guard::{Guarded, guard};
pub use round::{Done, Log, Setup};
pub use tiles::Tiles;
pub use turn::Turn;
