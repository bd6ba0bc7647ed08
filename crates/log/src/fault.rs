//! What goes wrong: one error for the whole crate.

use std::io;
use std::path::{Path, PathBuf};

use habeas_ledger::Problem;
use thiserror::Error;

/// What was attempted and what was found.
#[derive(Debug, Error)]
pub enum Fault {
    /// Somebody has seen more of the log than the store holds.
    #[error(
        "{whose} has seen {seen} leaves of `{origin}`, signed by the log, and this store has signed {signed}: the log does not go on"
    )]
    Behind {
        /// The log.
        origin: String,
        /// A witness, or the published checkpoint.
        whose: String,
        /// How many leaves were seen.
        seen: u64,
        /// How many the latest checkpoint of the store covers.
        signed: u64,
    },
    /// Somebody has seen another history of the log.
    #[error(
        "{whose} has seen another root over {size} leaves of `{origin}`, signed by the log: the log does not go on"
    )]
    OtherHistory {
        /// The log.
        origin: String,
        /// A witness, or the published checkpoint.
        whose: String,
        /// At how many leaves.
        size: u64,
    },
    /// The store went back while the log was running.
    #[error(
        "the latest checkpoint of the store was over {before} leaves and is over {now}: the log does not go on"
    )]
    WentBack {
        /// What it was.
        before: u64,
        /// What it is.
        now: u64,
    },
    /// A store that was put back from a backup, and too few witnesses could be asked whether they have seen more.
    #[error(
        "this store was put back from a backup, and {answered} of {witnesses} witnesses could be asked what they have seen: too few for the quorum of the policy"
    )]
    Unasked {
        /// How many answered.
        answered: usize,
        /// How many there are.
        witnesses: usize,
    },
    /// A store that was put back from a backup, and no policy that says whom to ask.
    #[error("this store was put back from a backup, and no policy says which witnesses to ask")]
    NoPolicy,
    /// The policy does not accept what this key signs.
    #[error("the policy does not name the key `{0}` as a log's")]
    NotInPolicy(String),
    /// Another key has signed for this store.
    #[error(
        "the latest checkpoint of this store is signed by another key than `{0}`: nothing is signed"
    )]
    OtherKey(String),
    /// A published file is not what the store says.
    #[error("{}: what was published is not what the store holds: the log does not go on", .0.display())]
    Differs(PathBuf),
    /// A file could not be used.
    #[error("{attempted} {}: {cause}", path.display())]
    File {
        /// `write`
        attempted: &'static str,
        /// Which.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// The system could not do it.
    #[error("{attempted}: {cause}")]
    System {
        /// `heed signals`
        attempted: &'static str,
        /// What the system says.
        cause: io::Error,
    },
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] habeas_store::Error),
    /// Witnesses could not be asked.
    #[error(transparent)]
    Witness(#[from] habeas_witness::Fault),
    /// The ledger refuses it.
    #[error(transparent)]
    Ledger(#[from] Problem),
}

const GONE_BACK: &str = "either this store was put back from a backup that is older than what was seen, or a second log runs with the same key, or somebody attacks: stop every log with this key, keep all files as they are, and bring back the newest store; a history that was lost is not written again under this name: begin a log with a new name and a new key";

impl Fault {
    /// What to do.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let told = match self {
            Self::Behind { .. } | Self::OtherHistory { .. } | Self::WentBack { .. } => GONE_BACK,
            Self::Unasked { .. } => {
                "start it again when more witnesses can be reached: one of them may have seen what this backup lacks"
            }
            Self::NoPolicy => "name the policy: its witnesses are asked before anything is signed",
            Self::NotInPolicy(_) => {
                "add the line `log` with the public key to the policy, or use the key that it names"
            }
            Self::OtherKey(_) => {
                "use the key of this log; if it has changed, its policy names both, the one before too"
            }
            Self::Differs(_) => {
                "the file was altered, or the store is another one: keep both, and audit the store; published files can be made again in an empty folder"
            }
            Self::Store(error) => return help(error),
            Self::Witness(fault) => return fault.hint().map(str::to_owned),
            Self::File { .. } | Self::System { .. } | Self::Ledger(_) => return None,
        };
        Some(told.to_owned())
    }

    /// Whether the next round may be tried all the same: a disk was full, and nothing is in doubt.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Store(error) => matches!(error, habeas_store::Error::Full { .. }),
            Self::File { cause, .. } => cause.kind() == io::ErrorKind::StorageFull,
            _ => false,
        }
    }
}

fn help(error: &habeas_store::Error) -> Option<String> {
    use miette::Diagnostic as _;
    error.help().map(|help| help.to_string())
}

/// For `map_err`: what was attempted with which file.
pub(crate) fn file(attempted: &'static str, path: &Path) -> impl Fn(io::Error) -> Fault {
    move |cause| Fault::File {
        attempted,
        path: path.to_owned(),
        cause,
    }
}
