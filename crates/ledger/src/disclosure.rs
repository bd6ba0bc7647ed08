//! What a receipt shows of the act behind its leaf: the leaf's entry, an opening of the leaf, and an opening of the act.

use crate::bytes::{Bytes, part};
use crate::commitment::{Field, Level};
use crate::document::DocumentKey;
use crate::leaf::{ENTRY_BYTES, Entry, Shown};
use crate::opening::Opening;
use crate::policy::Policy;
use crate::problem::{Kind, Problem};
use crate::receipt::{Receipt, Verified};

const VERSION: u8 = 1;
const READ: &str = "read what a receipt shows";

/// It travels in the `extra` of a receipt, to those who are entitled to it. Without it a receipt proves that a leaf is there, and not of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosure {
    /// The entry of the leaf.
    pub entry: Entry,
    /// Of what the leaf commits to.
    pub leaf: Opening,
    /// Of the fields of the act. With it the leaf's opening shows `act`.
    pub act: Option<Opening>,
}

/// Whether the organ has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signed {
    /// The key of this place in the list that was given.
    By(usize),
    /// By a key that is not in the list.
    Unknown,
    /// Not all of what was signed is shown.
    NotShown,
}

/// What was shown and holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disclosed<'a> {
    /// When the leaf was logged, rounded down to the cadence, in seconds since 1970.
    pub logged: u64,
    /// Of the leaf.
    pub leaf: Shown,
    /// Of the act, in its order.
    pub act: Vec<&'a Field>,
    /// By whom the act is signed.
    pub signed: Signed,
}

impl Disclosure {
    /// Verifies that all that is shown is what the leaf committed to, and who of `keys` has signed the act.
    ///
    /// # Errors
    /// If anything is not, or a known key's signature is wrong.
    pub fn verify(&self, keys: &[DocumentKey]) -> Result<Disclosed<'_>, Problem> {
        let leaf = Shown::of(&self.leaf, &self.entry.commitment())?;
        let act = match (&self.act, leaf.act) {
            (Some(opening), Some(act)) => opening.verify(Level::Act, &act)?,
            (Some(_), None) => {
                let found = "fields of an act are shown, and not that they are of this leaf";
                return Err(Problem::new(Kind::Commitment, "verify an opening", found));
            }
            (None, _) => Vec::new(),
        };
        let signed = match leaf.document() {
            None => Signed::NotShown,
            Some(document) => match keys.iter().position(|key| key.id() == document.key) {
                None => Signed::Unknown,
                Some(at) => {
                    keys.iter()
                        .skip(at)
                        .take(1)
                        .try_for_each(|key| document.verify(key))?;
                    Signed::By(at)
                }
            },
        };
        Ok(Disclosed {
            logged: self.entry.logged(),
            leaf,
            act,
            signed,
        })
    }

    /// The bytes for the `extra` of a receipt.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let act = self.act.as_ref().map_or(Vec::new(), Opening::to_bytes);
        let leaf = part(&self.leaf.to_bytes());
        [
            &[VERSION],
            self.entry.to_bytes().as_slice(),
            &leaf,
            &part(&act),
        ]
        .concat()
    }

    /// Reads those bytes.
    ///
    /// # Errors
    /// If they are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let mut bytes = Bytes(bytes);
        let mut read = || {
            let version = bytes.byte()?;
            let entry = bytes.slice(ENTRY_BYTES)?;
            let (leaf, act) = (bytes.part()?, bytes.part()?);
            (version == VERSION && bytes.is_empty()).then_some((entry, leaf, act))
        };
        let malformed = || Problem::new(Kind::Malformed, READ, "these bytes are nothing of ours");
        let (entry, leaf, act) = read().ok_or_else(malformed)?;
        let act = (!act.is_empty()).then(|| Opening::from_bytes(act));
        Ok(Self {
            entry: Entry::from_bytes(entry)?,
            leaf: Opening::from_bytes(leaf)?,
            act: act.transpose()?,
        })
    }
}

impl Receipt {
    /// What it carries of the act, not yet verified.
    ///
    /// # Errors
    /// If it carries nothing of ours.
    pub fn disclosure(&self) -> Result<Disclosure, Problem> {
        let nothing = || Problem::new(Kind::Malformed, READ, "it has no `extra` line");
        Disclosure::from_bytes(self.extra.as_ref().ok_or_else(nothing)?)
    }

    /// Verifies the receipt for the leaf of `disclosure`, and that what it shows is what that leaf committed to.
    ///
    /// # Errors
    /// As [`verify`](Receipt::verify) and [`Disclosure::verify`].
    pub fn verify_disclosed<'a>(
        &self,
        disclosure: &'a Disclosure,
        policy: &Policy,
        keys: &[DocumentKey],
    ) -> Result<(Verified, Disclosed<'a>), Problem> {
        let verified = self.verify(&disclosure.entry.to_bytes(), policy)?;
        Ok((verified, disclosure.verify(keys)?))
    }
}
