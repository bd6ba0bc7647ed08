//! The guard: before a log signs anything, those who may have seen more of it are asked.
//!
//! A store that was put back from a backup, a copy that runs elsewhere and a forged store look alike from within. Only who saw the
//! log from outside can tell.

use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::key::VerifierKey;
use habeas_ledger::note::Note;
use habeas_store::Store;
use habeas_witness::client::{Cosigners, Missing};

use crate::fault::Fault;

/// What came of asking, when nobody has seen anything else than the store holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Guarded {
    /// The witnesses of the policy that answered, also that they know nothing of the log.
    pub answered: Vec<String>,
    /// Those that could not be asked, and why.
    pub silent: Vec<(String, Missing)>,
    /// Those that show something under the name of the log that it has not signed.
    pub strange: Vec<String>,
}

/// Asks every witness for its latest checkpoint of the log `origin`, which signs with one of `keys`, and compares it with the store.
///
/// # Errors
/// If somebody has seen more than the store has signed, or another history; or the store cannot be read.
pub fn guard(
    store: &Store,
    cosigners: &Cosigners,
    origin: &str,
    keys: &[VerifierKey],
) -> Result<Guarded, Fault> {
    let mut guarded = Guarded::default();
    for seen in cosigners.latest(origin)? {
        match seen.latest {
            Err(missing) => {
                guarded.silent.push((seen.witness, missing));
                continue;
            }
            Ok(None) => {}
            Ok(Some(note)) => {
                let whose = format!("the witness `{}`", seen.witness);
                if !compare(store, &whose, &note, origin, keys)? {
                    guarded.strange.push(seen.witness);
                    continue;
                }
            }
        }
        guarded.answered.push(seen.witness);
    }
    Ok(guarded)
}

/// Compares a checkpoint that somebody has seen with the store. False if the log has not signed it: then it says nothing.
pub(crate) fn compare(
    store: &Store,
    whose: &str,
    note: &Note,
    origin: &str,
    keys: &[VerifierKey],
) -> Result<bool, Fault> {
    let seen = match (Checkpoint::of(note), note.open(keys)) {
        (Ok(seen), Ok(_)) if seen.origin() == origin => seen,
        _ => return Ok(false),
    };
    let signed = store.latest_checkpoint()?.map_or(0, |last| last.size);
    let (origin, whose) = (origin.to_owned(), whose.to_owned());
    if seen.size() > signed {
        return Err(Fault::Behind {
            origin,
            whose,
            seen: seen.size(),
            signed,
        });
    }
    if store.root_at(seen.size())? != seen.root() {
        return Err(Fault::OtherHistory {
            origin,
            whose,
            size: seen.size(),
        });
    }
    Ok(true)
}
