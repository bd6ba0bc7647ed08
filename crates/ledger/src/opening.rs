//! Openings: chosen fields of a list that was committed to, each with its own salt and its way to the commitment.

use crate::bytes::{Bytes, part};
use crate::commitment::{
    Commitment, Field, Level, MAX_FIELDS, Salt, commit, field_leaf, permitted,
};
use crate::hash::Hash;
use crate::problem::{Kind, Problem};
use crate::proof::{inclusion_length, root_from_inclusion};
use crate::tree::Subtree;

/// The longest opening, in bytes.
pub const MAX_OPENING: usize = 4 << 20;

const VERSION: u8 = 1;
const READ: &str = "read an opening";

/// One field that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// Its place in the list, from 0.
    pub position: u16,
    /// Name and value.
    pub field: Field,
    /// Its own salt, which leads to no other.
    pub salt: Salt,
    /// The proof that it is in the list.
    pub path: Vec<Hash>,
}

/// Fields of one list. Nothing in it is true until it is verified against a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    level: Level,
    /// Of all fields of the list.
    count: u16,
    commit_salt: Salt,
    /// In the order of the list.
    fields: Vec<Opened>,
}

impl Opening {
    /// Puts an opening together.
    ///
    /// # Errors
    /// If it could not be read again: no field, fields out of order or with one name, a path of the wrong length, too long.
    pub(crate) fn new(
        level: Level,
        count: u16,
        commit_salt: Salt,
        fields: Vec<Opened>,
    ) -> Result<Self, Problem> {
        let malformed = |found: &str| Err(Problem::new(Kind::Malformed, READ, found));
        if fields.is_empty() || usize::from(count) > MAX_FIELDS {
            return malformed("it shows no field, or of too long a list");
        }
        let mut names: Vec<&str> = Vec::with_capacity(fields.len());
        let mut next = 0;
        for Opened {
            position,
            field,
            path,
            ..
        } in &fields
        {
            permitted(&field.name, &field.value)?;
            let length = inclusion_length((*position).into(), count.into());
            if *position < next || length != Some(path.len()) {
                return malformed("a field is out of order, or not in the list");
            }
            if names.contains(&field.name.as_str()) {
                return malformed("two fields have one name");
            }
            names.push(&field.name);
            next = position.saturating_add(1);
        }
        let opening = Self {
            level,
            count,
            commit_salt,
            fields,
        };
        if opening.to_bytes().len() > MAX_OPENING {
            let found = format!("{MAX_OPENING} bytes are the limit");
            return Err(Problem::new(Kind::TooLong, READ, found));
        }
        Ok(opening)
    }

    /// Of which list.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// How many fields the list has.
    #[must_use]
    pub fn count(&self) -> u16 {
        self.count
    }

    /// The fields as they are said to be; see [`verify`](Self::verify).
    #[must_use]
    pub fn fields(&self) -> &[Opened] {
        &self.fields
    }

    /// The fields, if they are what `commitment` was made of.
    ///
    /// # Errors
    /// If any of them is not, or the list is another.
    pub fn verify(&self, level: Level, commitment: &Commitment) -> Result<Vec<&Field>, Problem> {
        let whole = Subtree::whole(self.count.into())?;
        let leads = |opened: &Opened| {
            let Opened { field, salt, .. } = opened;
            let leaf = field_leaf(level, salt, &field.name, &field.value);
            let root = root_from_inclusion(&leaf, opened.position.into(), whole, &opened.path);
            root.map(|root| commit(level, &self.commit_salt, self.count, &root))
        };
        let all = self
            .fields
            .iter()
            .all(|opened| leads(opened) == Some(*commitment));
        if self.level == level && all {
            return Ok(self.fields.iter().map(|opened| &opened.field).collect());
        }
        let found = "what is shown is not what was committed to";
        Err(Problem::new(Kind::Commitment, "verify an opening", found))
    }

    /// The bytes of the opening.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let shown = u16::try_from(self.fields.len()).unwrap_or(u16::MAX);
        let mut bytes = vec![VERSION, self.level as u8];
        bytes.extend(self.count.to_be_bytes());
        bytes.extend(self.commit_salt.0);
        bytes.extend(shown.to_be_bytes());
        for opened in &self.fields {
            let name = opened.field.name.as_bytes();
            let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
            bytes.extend(opened.position.to_be_bytes());
            bytes.extend(length.to_be_bytes());
            bytes.extend(name);
            bytes.extend(part(&opened.field.value));
            bytes.extend(opened.salt.0);
            bytes.extend(opened.path.iter().flat_map(|hash| hash.0));
        }
        bytes
    }

    /// Reads the bytes of an opening.
    ///
    /// # Errors
    /// If they are none, or over a limit.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.len() > MAX_OPENING {
            let found = format!("{} bytes, and {MAX_OPENING} are the limit", bytes.len());
            return Err(Problem::new(Kind::TooLong, READ, found));
        }
        let mut bytes = Bytes(bytes);
        let mut read = || {
            let version = bytes.byte()?;
            let level = match bytes.byte()? {
                1 => Level::Act,
                2 => Level::Leaf,
                _ => return None,
            };
            let count = bytes.short()?;
            let commit_salt = Salt(bytes.array()?);
            let shown = bytes.short()?;
            let mut fields = Vec::new();
            for _ in 0..shown {
                fields.push(read_field(&mut bytes, count)?);
            }
            (version == VERSION && bytes.is_empty()).then_some((level, count, commit_salt, fields))
        };
        let malformed = || Problem::new(Kind::Malformed, READ, "these bytes are none");
        let (level, count, commit_salt, fields) = read().ok_or_else(malformed)?;
        Self::new(level, count, commit_salt, fields)
    }
}

fn read_field(bytes: &mut Bytes<'_>, count: u16) -> Option<Opened> {
    let position = bytes.short()?;
    let length = bytes.short()?;
    let name = str::from_utf8(bytes.slice(length.into())?).ok()?.to_owned();
    let value = bytes.part()?.to_vec();
    let salt = Salt(bytes.array()?);
    let length = inclusion_length(position.into(), count.into())?;
    let path = (0..length).map(|_| bytes.array().map(Hash));
    let path = path.collect::<Option<_>>()?;
    Some(Opened {
        position,
        field: Field { name, value },
        salt,
        path,
    })
}
