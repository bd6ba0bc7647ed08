//! What the oracle is made of: a calendar, a walker, random cases, and the comparison with the engine.

pub mod civil;
pub mod direct;
pub mod random;
pub mod walker;

/// A fault of the engine that is known.
pub type Fault = &'static str;

/// How one comparison ended; with the known fault into whose ground the case falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Same(Option<Fault>),
    Differs(Option<Fault>),
}
