//! A commitment to a list of named fields, each of which can be shown alone.
//!
//! It hides: without a salt nobody can test a guess, and the salts of fields that are not shown stay secret. It binds: nothing
//! else can be shown for it. `docs/reference/ledger.md` has every byte.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::bytes::{label, part};
use crate::hash::{Hash, leaf_hash};
use crate::opening::{Opened, Opening};
use crate::problem::{Kind, Problem};
use crate::proof::prove_inclusion;
use crate::tree::{Leaves, Subtree, subtree_hash};

/// The most fields of a list.
pub const MAX_FIELDS: usize = 256;
/// The longest name of a field, in bytes.
pub const MAX_FIELD_NAME: usize = 255;
/// The longest value of a field, in bytes.
pub const MAX_VALUE: usize = 1 << 20;

/// 32 random bytes, secret for as long as what they hide is to stay hidden. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Salt(pub [u8; 32]);

impl fmt::Debug for Salt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Salt(…)")
    }
}

/// Which list it is: what stands in one can never be shown as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The fields of an act, committed to by the organ's gateway.
    Act = 1,
    /// What the server adds around it, committed to by the leaf.
    Leaf = 2,
}

/// A field: a name, and bytes that this crate does not look into.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// Not empty.
    pub name: String,
    /// Encoded by whoever owns the field, always in the same way.
    pub value: Vec<u8>,
}

impl fmt::Debug for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Field({}, …)", self.name)
    }
}

/// A commitment: 32 bytes that say nothing without an opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Commitment(pub Hash);

/// HMAC-SHA-256 under a salt, or under zeros.
fn keyed(key: Option<&Salt>, parts: &[&[u8]]) -> [u8; 32] {
    finished(under(key), parts)
}

/// HMAC-SHA-256 that has taken up its key and nothing else.
fn under(key: Option<&Salt>) -> Hmac<Sha256> {
    // HMAC fills keys up to a block with zeros.
    let mut block = [0; 64];
    for (byte, salt) in block.iter_mut().zip(key.iter().flat_map(|salt| salt.0)) {
        *byte = salt;
    }
    Hmac::<Sha256>::new(&block.into())
}

fn finished(mut mac: Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// Salts derived from one: HKDF-SHA-256 without salt, of which one block is enough. The key is taken up once for all of them.
struct Derived(Hmac<Sha256>);

impl Derived {
    fn new(salt: &Salt) -> Self {
        Self(under(Some(&Salt(keyed(None, &[&salt.0])))))
    }

    fn salt(&self, name: &str, level: Level, position: &[u8]) -> Salt {
        let info = [label(name).as_slice(), &[level as u8], position].concat();
        Salt(finished(self.0.clone(), &[&info, &[1]]))
    }
}

/// The leaf for one field in the tree over the list.
pub(crate) fn field_leaf(level: Level, salt: &Salt, name: &str, value: &[u8]) -> Hash {
    let length = u16::try_from(name.len()).unwrap_or(u16::MAX).to_be_bytes();
    leaf_hash(&keyed(
        Some(salt),
        &[
            &label("hbs1/field"),
            &[level as u8],
            &length,
            name.as_bytes(),
            &part(value),
        ],
    ))
}

/// The commitment to a list of `count` fields over which `root` stands.
pub(crate) fn commit(level: Level, salt: &Salt, count: u16, root: &Hash) -> Commitment {
    let count = count.to_be_bytes();
    let parts: [&[u8]; 4] = [&label("hbs1/commit"), &[level as u8], &count, &root.0];
    Commitment(Hash(keyed(Some(salt), &parts)))
}

/// Whether a field may stand in a list; the kind of what is wrong if not.
pub(crate) fn permitted(name: &str, value: &[u8]) -> Result<(), Problem> {
    if name.is_empty() || name.len() > MAX_FIELD_NAME || value.len() > MAX_VALUE {
        let found = "the name of a field is empty, or it or its value is too long";
        return Err(Problem::new(Kind::TooLong, COMMIT, found));
    }
    Ok(())
}

pub(crate) const COMMIT: &str = "commit to fields";

/// A list with its salts: what only its owner has.
#[derive(Clone, Debug)]
pub struct Committed {
    level: Level,
    /// Each with its own salt.
    fields: Vec<(Field, Salt)>,
    leaves: Vec<Hash>,
    count: u16,
    commit_salt: Salt,
    commitment: Commitment,
}

impl Committed {
    /// Commits to `fields` in their order. `salt` is fresh: it is used for this list alone.
    ///
    /// # Errors
    /// If there are none or too many, two have one name, or one is too long.
    pub fn new(level: Level, salt: &Salt, fields: Vec<Field>) -> Result<Self, Problem> {
        let refuse = |found: &str| Problem::new(Kind::Malformed, COMMIT, found);
        if !(1..=MAX_FIELDS).contains(&fields.len()) {
            return Err(refuse("there are no fields, or too many"));
        }
        let mut names: Vec<&str> = fields.iter().map(|f| f.name.as_str()).collect();
        names.sort_unstable();
        if names
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a == b))
        {
            return Err(refuse("two fields have one name"));
        }
        let derived = Derived::new(salt);
        let mut salted = Vec::with_capacity(fields.len());
        let mut leaves = Vec::with_capacity(fields.len());
        for (position, field) in (0_u16..).zip(fields) {
            permitted(&field.name, &field.value)?;
            let salt = derived.salt("hbs1/field-salt", level, &position.to_be_bytes());
            leaves.push(field_leaf(level, &salt, &field.name, &field.value));
            salted.push((field, salt));
        }
        let count = u16::try_from(salted.len()).unwrap_or(u16::MAX);
        let root = subtree_hash(&Leaves(&leaves), Subtree::whole(count.into())?)?;
        let commit_salt = derived.salt("hbs1/commit-salt", level, &[]);
        let commitment = commit(level, &commit_salt, count, &root);
        Ok(Self {
            level,
            fields: salted,
            leaves,
            count,
            commit_salt,
            commitment,
        })
    }

    /// What may be published.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        self.commitment
    }

    /// Shows the fields whose names `shown` takes, and no other; at least one.
    ///
    /// Besides them an opening tells how many fields there are and at which positions these stand.
    ///
    /// # Errors
    /// If it takes none.
    pub fn open(&self, shown: impl Fn(&str) -> bool) -> Result<Opening, Problem> {
        let whole = Subtree::whole(self.count.into())?;
        let mut fields = Vec::new();
        for (position, (field, salt)) in (0_u16..).zip(&self.fields) {
            if shown(&field.name) {
                fields.push(Opened {
                    position,
                    field: field.clone(),
                    salt: salt.clone(),
                    path: prove_inclusion(&Leaves(&self.leaves), position.into(), whole)?,
                });
            }
        }
        let (level, count) = (self.level, self.count);
        Opening::new(level, count, self.commit_salt.clone(), fields)
    }
}
