//! The whole program, from its command line: exit status, standard output and standard error of every command.
//!
//! The law is an invented one, `tests/laws/xx`, so that no law of a country can break these tests. Each test runs in a
//! folder of its own with a copy of `laws`, `acts`, `texts` and `cases`; what it names is relative to that folder.

#[macro_use]
mod sandbox;

mod check;
mod convert;
mod demo;
mod diff_law;
mod faults;
mod help;
mod key;
mod lines;
mod log;
mod pack;
mod propose;
mod schema;
mod store;
mod verify;
mod witness;
