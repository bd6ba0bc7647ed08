//! Leaves: what stands in the log in the clear, and what each of them commits to.
//!
//! In the clear stand a commitment and a rounded time, and nothing else. What kind of leaf it is, which organ signed, when
//! exactly, to which leaf it refers: all that is inside. A leaf that stands for nothing looks like any other.

use crate::bytes::Bytes;
use crate::commitment::{Commitment, Committed, Field, Level, Salt};
use crate::document::{Document, DocumentKeyId};
use crate::hash::Hash;
use crate::opening::Opening;
use crate::problem::{Kind, Problem};
use crate::text::MAX_NUMBER;

/// How often a log makes a checkpoint, busy or idle, in seconds; the times of leaves are multiples of it.
pub const CADENCE: u64 = 10;
/// Bytes of an entry.
pub const ENTRY_BYTES: usize = 44;

const MAGIC: [u8; 4] = *b"hbs1";

/// The entry of a leaf.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    commitment: Commitment,
    logged: u64,
}

impl Entry {
    /// The entry of a leaf that is logged at `time`, in seconds since 1970: rounded down to the [`CADENCE`].
    #[must_use]
    pub fn new(commitment: Commitment, time: u64) -> Self {
        let time = time.min(MAX_NUMBER);
        Self {
            commitment,
            logged: time - time % CADENCE,
        }
    }

    /// The commitment to the [content](Content).
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// When it was logged, in seconds since 1970.
    #[must_use]
    pub fn logged(&self) -> u64 {
        self.logged
    }

    /// Its bytes.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; ENTRY_BYTES] {
        let mut bytes = [0; ENTRY_BYTES];
        let parts = MAGIC.into_iter().chain(self.commitment.0.0);
        let parts = parts.chain(self.logged.to_be_bytes());
        for (byte, part) in bytes.iter_mut().zip(parts) {
            *byte = part;
        }
        bytes
    }

    /// Reads those bytes.
    ///
    /// # Errors
    /// If they are no entry, or the time is not rounded: in it something else could be said.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let mut bytes = Bytes(bytes);
        let mut read = || {
            let magic: [u8; 4] = bytes.array()?;
            let commitment = Commitment(Hash(bytes.array()?));
            let logged = bytes.long()?;
            let entry = Self::new(commitment, logged);
            (magic == MAGIC && bytes.is_empty() && entry.logged == logged).then_some(entry)
        };
        let malformed = || {
            let found = "these bytes are none";
            Problem::new(Kind::Malformed, "read an entry", found)
        };
        read().ok_or_else(malformed)
    }
}

/// What a leaf is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeafKind {
    /// An act.
    Act = 1,
    /// What another leaf committed to was erased: who did it and by what right is in its own fields.
    Tombstone = 2,
    /// A key, or the policy, changed.
    KeyEvent = 3,
    /// The last checkpoint of the log before this one.
    LogLink = 4,
    /// Nothing; it is there so that leaves do not tell how many acts there are.
    Dummy = 5,
}

impl LeafKind {
    const ALL: [Self; 5] = [
        Self::Act,
        Self::Tombstone,
        Self::KeyEvent,
        Self::LogLink,
        Self::Dummy,
    ];
}

/// The names of the fields that every leaf commits to, in their order.
pub const NAMES: [&str; 7] = [
    "kind",
    "act",
    "key",
    "claimed",
    "signature",
    "recorded",
    "refers",
];

/// What a leaf commits to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Content {
    /// What it is for.
    pub kind: LeafKind,
    /// What the organ signed, unaltered.
    pub document: Document,
    /// When the server recorded it, in seconds since 1970.
    pub recorded: u64,
    /// The leaf that this one is about: the one that is erased.
    pub refers: Option<u64>,
}

impl Content {
    /// A leaf that stands for nothing.
    #[must_use]
    pub fn dummy(recorded: u64) -> Self {
        let document = Document {
            act: Commitment(Hash([0; 32])),
            key: [0; 8],
            claimed: 0,
            signature: [0; 64],
        };
        Self {
            kind: LeafKind::Dummy,
            document,
            recorded,
            refers: None,
        }
    }

    /// Commits to it. `salt` is fresh, and another than that of the act.
    ///
    /// # Errors
    /// None that a content could cause.
    pub fn commit(&self, salt: &Salt) -> Result<Committed, Problem> {
        let refers = self
            .refers
            .map_or(Vec::new(), |at| at.to_be_bytes().to_vec());
        let values = [
            vec![self.kind as u8],
            self.document.act.0.0.to_vec(),
            self.document.key.to_vec(),
            self.document.claimed.to_be_bytes().to_vec(),
            self.document.signature.to_vec(),
            self.recorded.to_be_bytes().to_vec(),
            refers,
        ];
        let fields = NAMES.into_iter().zip(values).map(|(name, value)| Field {
            name: name.to_owned(),
            value,
        });
        Committed::new(Level::Leaf, salt, fields.collect())
    }
}

/// What was shown of a content; `None` was not shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What the leaf is for.
    pub kind: Option<LeafKind>,
    /// The commitment to the act.
    pub act: Option<Commitment>,
    /// The key of the organ.
    pub key: Option<DocumentKeyId>,
    /// The time that the organ gave.
    pub claimed: Option<u64>,
    /// The signature of the organ.
    pub signature: Option<[u8; 64]>,
    /// When it was recorded.
    pub recorded: Option<u64>,
    /// To which leaf it refers, if it does.
    pub refers: Option<Option<u64>>,
}

impl Shown {
    /// What `opening` shows of the leaf with this commitment.
    ///
    /// # Errors
    /// If it is not what the leaf committed to, or that is no content.
    pub fn of(opening: &Opening, commitment: &Commitment) -> Result<Self, Problem> {
        opening.verify(Level::Leaf, commitment)?;
        let mut shown = Self::default();
        let whole = usize::from(opening.count()) == NAMES.len();
        // Each name has one place: nobody can commit to two values and show one here and one there.
        let all = opening.fields().iter().all(|opened| {
            let name = NAMES.get(usize::from(opened.position));
            let named = name.is_some_and(|name| *name == opened.field.name);
            named && shown.take(opened.position, &opened.field.value).is_some()
        });
        if whole && all {
            return Ok(shown);
        }
        let found = "the leaf commits to something that no server writes";
        Err(Problem::new(
            Kind::Commitment,
            "read what a leaf commits to",
            found,
        ))
    }

    fn take(&mut self, position: u16, value: &[u8]) -> Option<()> {
        let time = || {
            let time = u64::from_be_bytes(value.try_into().ok()?);
            (time <= MAX_NUMBER).then_some(time)
        };
        match position {
            0 => {
                let kind = LeafKind::ALL.into_iter().find(|k| value == [*k as u8])?;
                self.kind = Some(kind);
            }
            1 => self.act = Some(Commitment(Hash::from_slice(value)?)),
            2 => self.key = Some(value.try_into().ok()?),
            3 => self.claimed = Some(time()?),
            4 => self.signature = Some(value.try_into().ok()?),
            5 => self.recorded = Some(time()?),
            _ => {
                self.refers = Some(if value.is_empty() {
                    None
                } else {
                    Some(time()?)
                })
            }
        }
        Some(())
    }

    /// What the organ signed, if all of it is shown.
    #[must_use]
    pub fn document(&self) -> Option<Document> {
        Some(Document {
            act: self.act?,
            key: self.key?,
            claimed: self.claimed?,
            signature: self.signature?,
        })
    }
}
