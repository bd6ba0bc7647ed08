//! Keys for documents with their names, in the text forms of signed-note: what an organ publishes, and the one file that keeps the secret.
//!
//! Their type is `0xff`, which signed-note leaves to applications, and after it a label. So a key for documents is never taken
//! for one that signs notes, nor the other way round.

use std::fmt;
use std::str::FromStr;

use crate::bytes::label;
use crate::document::{DocumentKey, DocumentSigner};
use crate::key::{KeyId, READ, SECRET, key_id, other_id, parts};
use crate::problem::{Kind, Problem};
use crate::text::{name_of_key, to_base64, to_hex};

/// The type that is left to applications.
const TYPE: u8 = 0xff;

/// What stands after the type and before the 32 bytes.
fn labelled(bytes: &[u8; 32]) -> Vec<u8> {
    [label("hbs1/document").as_slice(), bytes].concat()
}

/// Name, the 32 bytes, and the key id as it is written.
fn read(text: &str) -> Result<(&str, [u8; 32], &str), Problem> {
    let (name, kind, bytes, id) = parts(text)?;
    let bytes = bytes.strip_prefix(label("hbs1/document").as_slice());
    let bytes = bytes.and_then(|bytes| bytes.try_into().ok());
    let Some(bytes) = bytes.filter(|_| kind == TYPE) else {
        let found = format!("the key of `{name}` is no key for documents");
        return Err(Problem::new(Kind::Unsupported, READ, found));
    };
    Ok((name, bytes, id))
}

/// A public key for documents with its name. Its text form is `name+keyid+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedDocumentKey {
    name: String,
    key: DocumentKey,
}

impl NamedDocumentKey {
    /// Of the organ.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key.
    #[must_use]
    pub fn key(&self) -> &DocumentKey {
        &self.key
    }

    fn id(&self) -> KeyId {
        key_id(&self.name, TYPE, &labelled(self.key.as_bytes()))
    }
}

impl fmt::Display for NamedDocumentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[TYPE], labelled(self.key.as_bytes()).as_slice()].concat();
        let (id, key) = (to_hex(&self.id()), to_base64(&bytes));
        write!(f, "{}+{id}+{key}", self.name)
    }
}

impl FromStr for NamedDocumentKey {
    type Err = Problem;

    /// Recomputes the key id and compares it.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let (name, bytes, id) = read(text)?;
        let key = Self {
            name: name.to_owned(),
            key: DocumentKey::from_bytes(&bytes)?,
        };
        other_id(name, id, key.id())?;
        Ok(key)
    }
}

/// A secret key for documents with its name. Never shown.
#[derive(Clone, Debug)]
pub struct NamedDocumentSigner {
    name: String,
    signer: DocumentSigner,
}

impl NamedDocumentSigner {
    /// The key that grows from `seed`, which is random and secret.
    ///
    /// # Errors
    /// If `name` is no name of a key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, Problem> {
        Ok(Self {
            name: name_of_key(name)?,
            signer: DocumentSigner::from_seed(seed),
        })
    }

    /// Reads the text form `PRIVATE+KEY+name+keyid+base64`.
    ///
    /// # Errors
    /// If it is none, or the key id is not that of the key.
    pub fn from_secret_text(text: &str) -> Result<Self, Problem> {
        let none = || Problem::new(Kind::Malformed, READ, "this is no secret key");
        let (name, seed, id) = read(text.strip_prefix(SECRET).ok_or_else(none)?)?;
        let key = Self::from_seed(name, &seed)?;
        other_id(name, id, key.public().id())?;
        Ok(key)
    }

    /// The text form, for the one file that keeps it.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let bytes = [&[TYPE], labelled(self.signer.seed()).as_slice()].concat();
        let id = to_hex(&self.public().id());
        format!("{SECRET}{}+{id}+{}", self.name, to_base64(&bytes))
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> NamedDocumentKey {
        NamedDocumentKey {
            name: self.name.clone(),
            key: self.signer.key(),
        }
    }

    /// What signs.
    #[must_use]
    pub fn signer(&self) -> &DocumentSigner {
        &self.signer
    }
}
