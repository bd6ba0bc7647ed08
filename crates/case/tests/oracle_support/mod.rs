//! What the oracle is made of: a calendar, a walker, random cases, and the comparison with the engine.

pub mod civil;
pub mod direct;
pub mod faults;
pub mod history;
pub mod random;
pub mod table;
pub mod walker;
pub mod whole;

/// How one comparison ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub same: bool,
    /// The open faults into whose ground the case falls.
    pub known: faults::Faults,
}

impl Verdict {
    /// Whether it differs and no open fault explains it.
    pub fn is_new(self) -> bool {
        !self.same && self.known == 0
    }
}
