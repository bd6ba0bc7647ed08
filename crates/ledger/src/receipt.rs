//! Receipts: that an entry is in a log whose checkpoint enough witnesses have cosigned, verified offline (tlog-proof).

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, leaf_hash};
use crate::key::VerifierKey;
use crate::note::{MAX_NOTE, Note};
use crate::policy::{Policy, Tally};
use crate::problem::{Kind, Problem};
use crate::proof::verify_inclusion;
use crate::text::{decimal, from_base64, line, to_base64};
use crate::tree::Subtree;
use crate::witness::MAX_PROOF;

/// The longest receipt, in bytes: a note, and an opening in base64.
pub const MAX_RECEIPT: usize = 8 * MAX_NOTE;

const HEADER: &str = "c2sp.org/tlog-proof@v1";
const READ: &str = "read a receipt";
const VERIFY: &str = "verify a receipt";

/// A receipt as it was read. Nothing in it is true until it is verified; `extra` not even then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// Whatever the application adds. Nobody has signed it: ours is an opening of the leaf, which is verified by itself.
    pub extra: Option<Vec<u8>>,
    /// Which leaf.
    pub index: u64,
    /// The proof of inclusion, the leaf's sibling first.
    pub proof: Vec<Hash>,
    /// The signed checkpoint, as it came.
    pub checkpoint: String,
}

impl FromStr for Receipt {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let malformed = |found: &str| Problem::new(Kind::Malformed, READ, found);
        if text.len() > MAX_RECEIPT {
            let found = format!("{} bytes, and {MAX_RECEIPT} are the limit", text.len());
            return Err(Problem::new(Kind::TooLong, READ, found));
        }
        let (_, rest) = line(text)
            .filter(|(header, _)| *header == HEADER)
            .ok_or_else(|| malformed("line 1: this is no receipt"))?;
        let (mut first, mut rest) = line(rest).ok_or_else(|| malformed("line 2: no index"))?;
        let mut extra = None;
        if let Some(written) = first.strip_prefix("extra ") {
            let bytes = from_base64(written);
            extra = Some(bytes.ok_or_else(|| malformed("line 2: no canonical base64"))?);
            (first, rest) = line(rest).ok_or_else(|| malformed("line 3: no index"))?;
        }
        let index = first.strip_prefix("index ").and_then(decimal);
        let index = index.ok_or_else(|| malformed("no index stands where it must"))?;
        let mut proof = Vec::new();
        loop {
            let (hash, after) = line(rest).ok_or_else(|| malformed("no empty line"))?;
            rest = after;
            if hash.is_empty() {
                break;
            }
            let hash = Hash::from_base64(hash);
            proof.push(hash.ok_or_else(|| malformed("a line of the proof is no hash"))?);
            if proof.len() > MAX_PROOF {
                return Err(Problem::new(Kind::TooLong, READ, "the proof is too long"));
            }
        }
        let checkpoint = rest.to_owned();
        Ok(Self {
            extra,
            index,
            proof,
            checkpoint,
        })
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

/// A witness that has cosigned, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// The name of the witness in the policy.
    pub witness: String,
    /// In seconds since 1970.
    pub time: u64,
}

/// What a receipt shows: the log has signed, the entry is in it, and so many have cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which log, and how large it was.
    pub checkpoint: Checkpoint,
    /// Which leaf the entry is.
    pub index: u64,
    /// Witnesses of the policy that have cosigned, in its order.
    pub cosigned: Vec<Cosigned>,
    /// How each group of the policy stands, in its order.
    pub groups: Vec<Tally>,
    /// Whether they are enough. If not, the receipt still shows that the log itself has signed.
    pub quorum: bool,
    /// The median of the times of those on whom the quorum rests: the entry existed then. Of two in the middle the later, which
    /// claims less. `None` if nobody has cosigned.
    pub median: Option<u64>,
    /// The first of these times.
    pub earliest: Option<u64>,
}

impl Verified {
    /// Refuses a receipt that too few have cosigned.
    ///
    /// # Errors
    /// If the quorum is not met; says how each group stands.
    pub fn require_quorum(self) -> Result<Self, Problem> {
        if self.quorum {
            return Ok(self);
        }
        let stand: Vec<String> = self.groups.iter().map(Tally::to_string).collect();
        let found = format!("too few have cosigned ({})", stand.join(", "));
        Err(Problem::new(Kind::Quorum, VERIFY, found))
    }
}

impl Receipt {
    /// Verifies that `entry` is the leaf of this receipt, in a log that the policy accepts, and counts who has cosigned.
    ///
    /// # Errors
    /// If the checkpoint is none, its log has not signed or is not accepted, any line of a known key is wrong, or the entry is
    /// not in the log. Too few cosignatures are no error here: see [`Verified::require_quorum`].
    pub fn verify(&self, entry: &[u8], policy: &Policy) -> Result<Verified, Problem> {
        let note = Note::parse(self.checkpoint.as_bytes())?;
        let checkpoint = Checkpoint::of(&note)?;
        note.open(&policy.log_keys(checkpoint.origin()))?;
        let witnesses: Vec<_> = policy.witnesses().iter().map(|w| w.key.clone()).collect();
        let verified = note.verified(&witnesses)?;
        let time_of = |key: &VerifierKey| {
            let by_key = verified.iter().find(|v| v.key == key);
            by_key.and_then(|v| v.time)
        };
        let (groups, quorum) = policy.evaluate(|witness| time_of(&witness.key).is_some());
        let (mut cosigned, mut times) = (Vec::new(), Vec::new());
        for witness in policy.witnesses() {
            if let Some(time) = time_of(&witness.key) {
                let name = witness.name.clone();
                cosigned.push(Cosigned {
                    witness: name,
                    time,
                });
                times.extend(policy.counts(witness).then_some(time));
            }
        }
        times.sort_unstable();
        let tree = Subtree::whole(checkpoint.size())?;
        let (leaf, root) = (leaf_hash(entry), checkpoint.root());
        verify_inclusion(&leaf, self.index, tree, &root, &self.proof)?;
        Ok(Verified {
            checkpoint,
            index: self.index,
            cosigned,
            groups,
            quorum,
            median: times.get(times.len() / 2).copied(),
            earliest: times.first().copied(),
        })
    }
}
