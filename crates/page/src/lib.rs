//! An assessment as words, SVG and HTML. Knows no HTTP, no storage; computes no law.
//!
//! Every word and number comes out of [`habeas_case::Assessment`]; the words around them stand in
//! `i18n/`, one file for each language, and are checked against each other and against their use
//! when this crate is built. What is added here is arithmetic on what is shown: how long ago, how
//! long still, what adds up to what.

mod dates;
mod draw;
mod frame;
pub mod html;
mod language;
mod notation;
pub mod text;
mod view;

pub use language::Language;
