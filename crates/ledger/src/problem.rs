//! What goes wrong: one error for the whole crate.

use thiserror::Error;

/// The kinds of problems, for programs; people read [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Not written as its format says.
    Malformed,
    /// Over a limit of this crate.
    TooLong,
    /// A key of a kind that this build does not verify.
    Unsupported,
    /// No known key has signed.
    Unsigned,
    /// A known key is named and its signature is wrong.
    Signature,
    /// A proof leads to another root.
    Proof,
    /// Something opened is not what was committed to.
    Commitment,
    /// Too few have cosigned.
    Quorum,
}

/// What was attempted and what was found. Never holds a salt, a key or a value that was committed to.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{attempted}: {found}")]
pub struct Problem {
    /// Which kind.
    pub kind: Kind,
    /// `read a checkpoint`
    pub attempted: &'static str,
    /// One sentence, with the line where there are lines.
    pub found: String,
}

impl Problem {
    pub(crate) fn new(kind: Kind, attempted: &'static str, found: impl Into<String>) -> Self {
        let found = found.into();
        Self {
            kind,
            attempted,
            found,
        }
    }
}
