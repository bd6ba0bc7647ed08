//! What is recorded, what comes back, and the envelope in which it is sealed.

use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::document::Document;
use habeas_ledger::leaf::{Content, LeafKind};
use zeroize::Zeroizing;

use crate::database::{Answer, Cell, Failed, Row, Value};
use crate::error::Result;

/// Which of the three things that are recorded of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sort {
    /// An act. It moves the version of its case on.
    Act = 1,
    /// A proposed act that a gate refused.
    Refusal = 2,
    /// An attempt at an act, whatever became of it.
    Attempt = 3,
}

impl From<Sort> for Value<'_> {
    fn from(sort: Sort) -> Self {
        Self::Integer(sort as i64)
    }
}

impl Cell for Sort {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        match row.get(column)? {
            1_i64 => Ok(Self::Act),
            2 => Ok(Self::Refusal),
            3 => Ok(Self::Attempt),
            _ => Err(Failed::Column(column)),
        }
    }
}

/// What is to be recorded. The store reads none of its fields.
#[derive(Clone)]
pub struct NewAct {
    /// The id of its case.
    pub case: String,
    /// Its own id, unique in the case.
    pub id: String,
    /// The idempotency key, unique in the store: a repetition under it is answered, not recorded.
    pub retry: String,
    /// The version of the case that the writer saw; `None` where that does not matter.
    pub version: Option<u64>,
    /// What it says, cut into what may be shown singly.
    pub fields: Vec<Field>,
    /// What the commitment to the fields was made with.
    pub salt: Salt,
    /// What the organ signed: it commits to the fields.
    pub document: Document,
}

impl NewAct {
    /// Whether its document commits to its fields.
    pub(crate) fn is_whole(&self) -> bool {
        let committed = Committed::new(Level::Act, &self.salt, self.fields.clone());
        committed.is_ok_and(|committed| committed.commitment() == self.document.act)
    }
}

/// Where something was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The number of its leaf, from 0.
    pub index: u64,
    /// The version of the case with it: how many acts it has.
    pub version: u64,
}

/// Something recorded, as it comes back.
pub struct Kept {
    /// The number of its leaf. `None` where several servers write and it was not numbered yet: it is durable, and keeps its place.
    pub index: Option<u64>,
    /// What it is.
    pub sort: Sort,
    /// Its id in the case.
    pub id: String,
    /// What it says.
    pub fields: Vec<Field>,
    /// What the commitment to the fields was made with.
    pub salt: Salt,
    /// What its leaf commits to. The time in it never lies before that of an earlier leaf.
    pub content: Content,
    /// What the leaf's commitment was made with.
    pub leaf_salt: Salt,
}

impl Kept {
    /// The fields as they are committed to, from which openings are made.
    ///
    /// # Errors
    /// When they are no list that can be committed to.
    pub fn act(&self) -> Result<Committed> {
        Ok(Committed::new(Level::Act, &self.salt, self.fields.clone())?)
    }

    /// What the leaf commits to, from which openings are made.
    ///
    /// # Errors
    /// When it is nothing that can be committed to.
    pub fn leaf(&self) -> Result<Committed> {
        Ok(self.content.commit(&self.leaf_salt)?)
    }
}

/// What is recorded of one case.
pub struct CaseRecord {
    /// Its id.
    pub id: String,
    /// How many acts were recorded, the erased ones among them.
    pub version: u64,
    /// Acts, refusals and attempts in the order of their leaves.
    pub acts: Vec<Kept>,
    /// The leaves of what was erased.
    pub erased: Vec<u64>,
}

/// What of an act is sealed, beside what follows from its keys.
pub(crate) struct Envelope<'a> {
    pub(crate) id: &'a str,
    pub(crate) content: Content,
    pub(crate) salt: Salt,
    pub(crate) fields: Vec<Field>,
}

/// The first byte of an envelope: which of these hold.
const TOMBSTONE: u8 = 1;
const REFERS: u8 = 2;

impl<'a> Envelope<'a> {
    /// `flags || recorded u64 || salt[32] || document[113] || refers u64, if it does || id || each field: name, value`, each of the last
    /// with its length before it.
    pub(crate) fn write(&self) -> Zeroizing<Vec<u8>> {
        let content = &self.content;
        let mut flags = 0;
        if content.kind == LeafKind::Tombstone {
            flags |= TOMBSTONE;
        }
        if content.refers.is_some() {
            flags |= REFERS;
        }
        let mut bytes = Zeroizing::new(vec![flags]);
        bytes.extend_from_slice(&content.recorded.to_be_bytes());
        bytes.extend_from_slice(&self.salt.0);
        bytes.extend_from_slice(&content.document.to_bytes());
        bytes.extend(
            content
                .refers
                .iter()
                .flat_map(|refers| refers.to_be_bytes()),
        );
        add(&mut bytes, self.id.as_bytes());
        for field in &self.fields {
            add(&mut bytes, field.name.as_bytes());
            add(&mut bytes, &field.value);
        }
        bytes
    }

    /// `None` for what [`Envelope::write`] did not make.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (flags, rest) = bytes.split_first()?;
        let (recorded, rest) = rest.split_first_chunk()?;
        let (salt, rest) = rest.split_first_chunk()?;
        let (document, rest) = rest.split_first_chunk::<113>()?;
        let (refers, rest) = match flags & REFERS {
            0 => (None, rest),
            _ => {
                let (refers, rest) = rest.split_first_chunk()?;
                (Some(u64::from_be_bytes(*refers)), rest)
            }
        };
        let (id, mut rest) = part(rest)?;
        let mut fields = Vec::new();
        while !rest.is_empty() {
            let (name, after) = part(rest)?;
            let (value, after) = part(after)?;
            let (name, value) = (text(name)?.to_owned(), value.to_vec());
            fields.push(Field { name, value });
            rest = after;
        }
        Some(Self {
            id: text(id)?,
            content: Content {
                kind: match flags & TOMBSTONE {
                    0 => LeafKind::Act,
                    1 => LeafKind::Tombstone,
                    _ => return None,
                },
                document: Document::from_bytes(document).ok()?,
                recorded: u64::from_be_bytes(*recorded),
                refers,
            },
            salt: Salt(*salt),
            fields,
        })
    }
}

/// A length takes one byte below this, else four with the highest bit set.
const LONG: u32 = 0x80;
const LONG_LENGTH: u32 = 0x8000_0000;

fn add(bytes: &mut Vec<u8>, part: &[u8]) {
    // What is longer than this was never committed to: it is refused before.
    let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
    match u8::try_from(length) {
        Ok(short) if length < LONG => bytes.push(short),
        _ => bytes.extend_from_slice(&(length | LONG_LENGTH).to_be_bytes()),
    }
    bytes.extend_from_slice(part);
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn part(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, after) = bytes.split_first()?;
    let (length, rest) = match u32::from(*first) < LONG {
        true => (u32::from(*first), after),
        false => {
            let (length, rest) = bytes.split_first_chunk()?;
            (u32::from_be_bytes(*length) & !LONG_LENGTH, rest)
        }
    };
    rest.split_at_checked(length.try_into().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_envelope_comes_back() {
        for refers in [None, Some(7)] {
            let field = Field {
                name: "act".into(),
                value: b"detention ".repeat(20),
            };
            let whole = Envelope {
                id: "one",
                content: Content {
                    refers,
                    kind: LeafKind::Tombstone,
                    ..Content::dummy(3)
                },
                salt: Salt([1; 32]),
                fields: vec![field.clone()],
            };
            let bytes = whole.write();
            let back = Envelope::read(&bytes).unwrap();
            assert_eq!((back.id, back.content), ("one", whole.content));
            assert_eq!((back.salt, back.fields), (whole.salt, vec![field]));
            let cut = (0..bytes.len()).filter(|length| Envelope::read(&bytes[..*length]).is_some());
            // Only where its last field is left out whole.
            assert_eq!(cut.count(), 1);
        }
    }
}
