//! Acts, leaves and secrets at rest. Decides nothing.
//!
//! What is recorded is opaque: fields, and a document that commits to them. An act is acknowledged when it and the complete bytes of its leaf are durable
//! together. `docs/reference/store.md` has the tables, what is encrypted and the order of steps.

mod acknowledge;
mod act;
mod aside;
mod audit;
mod backup;
mod checkpoint;
mod database;
mod environment;
mod erase;
mod error;
mod log;
mod manifest;
mod mark;
mod nodes;
mod opener;
mod places;
mod published;
mod reader;
mod recover;
mod restore;
mod root;
mod seal;
mod secrets;
mod sequencer;
mod spare;
mod step;
mod store;
mod tables;
mod writer;

pub use act::{CaseRecord, Kept, NewAct, Recorded, Sort};
pub use aside::{Due, Export, Exported, Running};
pub use audit::Audit;
pub use backup::Backup;
pub use checkpoint::Material;
pub use environment::{Clock, Environment, Faults, NoFaults, Randomness, SystemRandomness};
pub use erase::Erasure;
pub use error::{Cause, Error, Mismatch, Refused, Result};
pub use places::{Address, Places, Servers, Site};
pub use restore::{RESTORED, Restoring};
pub use root::RootKey;
pub use step::{Failpoint, Step, failpoints};
pub use store::{Cases, Store};
pub use tables::tree::Checkpoint;
