//! Two checkpoints of one log that cannot both be true: who has signed both has shown two histories.

use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, empty_root};
use crate::key::VerifierKey;
use crate::note::Note;
use crate::problem::{Kind, Problem};
use crate::proof::verify_consistency;

/// What two signed checkpoints of one log say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Proof: two roots at one size. The log has shown two histories.
    TwoRoots,
    /// Proof: a log without leaves, and a root that is not the empty one.
    NotEmpty,
    /// The proof that came with them does not lead from one to the other. Whoever sent it may have spoiled it: the log is to be
    /// asked for one, and if it has none, it has shown two histories.
    ProofFails,
    /// No proof came with them; the log is to be asked for one.
    Open,
    /// One continues the other, or they are the same. No misbehaviour.
    Consistent,
}

impl Finding {
    /// Whether nothing that the log could add would make both true.
    #[must_use]
    pub fn is_proof(self) -> bool {
        matches!(self, Self::TwoRoots | Self::NotEmpty)
    }
}

/// Judges two notes that a log with one of `keys` is said to have signed, in either order, and the consistency proof that came with them, if any.
///
/// # Errors
/// If they are no checkpoints of one log, or the log has not signed both: then they say nothing about it.
pub fn judge(
    one: &Note,
    other: &Note,
    proof: Option<&[Hash]>,
    keys: &[VerifierKey],
) -> Result<Finding, Problem> {
    let (one, other) = (signed(one, keys)?, signed(other, keys)?);
    if one.origin() != other.origin() {
        let found = "they are of two logs";
        return Err(Problem::new(Kind::Malformed, JUDGE, found));
    }
    let empty = |c: &Checkpoint| c.size() == 0;
    if [&one, &other]
        .iter()
        .any(|c| empty(c) && c.root() != empty_root())
    {
        return Ok(Finding::NotEmpty);
    }
    if one.size() == other.size() {
        let same = one.root() == other.root();
        return Ok(if same {
            Finding::Consistent
        } else {
            Finding::TwoRoots
        });
    }
    let (old, new) = if one.size() < other.size() {
        (one, other)
    } else {
        (other, one)
    };
    if empty(&old) {
        return Ok(Finding::Consistent);
    }
    Ok(match proof {
        None => Finding::Open,
        Some(proof) => {
            let (size, root) = (new.size(), new.root());
            match verify_consistency(old.size(), &old.root(), size, &root, proof) {
                Ok(()) => Finding::Consistent,
                Err(_) => Finding::ProofFails,
            }
        }
    })
}

const JUDGE: &str = "judge two checkpoints";

/// The checkpoint of a note that a key of its own log has signed.
fn signed(note: &Note, keys: &[VerifierKey]) -> Result<Checkpoint, Problem> {
    let checkpoint = Checkpoint::of(note)?;
    let verified = note.open(keys)?;
    let of_its_log = |key: &VerifierKey| key.name() == checkpoint.origin();
    if verified
        .iter()
        .any(|v| of_its_log(v.key) && v.time.is_none())
    {
        return Ok(checkpoint);
    }
    let found = "no key of the log itself has signed";
    Err(Problem::new(Kind::Unsigned, JUDGE, found))
}
