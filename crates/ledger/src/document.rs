//! What an organ's gateway signs: the commitment to an act, under which key, and when it says that it did.
//!
//! The key is the organ's key for documents, never that of its witness. The signature stands inside of the leaf's commitment:
//! in the clear it could be tried against every organ's key, and so would name the organ.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::bytes::{Bytes, label};
use crate::commitment::Commitment;
use crate::hash::{Hash, sha256};
use crate::key::public_key;
use crate::problem::{Kind, Problem};
use crate::text::MAX_NUMBER;

/// Which key for documents: the first eight bytes of a hash over it.
pub type DocumentKeyId = [u8; 8];

/// A public key for documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentKey(VerifyingKey);

impl DocumentKey {
    /// Reads 32 bytes.
    ///
    /// # Errors
    /// If they are no usable Ed25519 key.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, Problem> {
        let unusable = || {
            let found = "these bytes are no usable Ed25519 key";
            Problem::new(Kind::Malformed, "read a key for documents", found)
        };
        public_key(bytes).map(Self).ok_or_else(unusable)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Its key id.
    #[must_use]
    pub fn id(&self) -> DocumentKeyId {
        let [a, b, c, d, e, f, g, h, ..] =
            sha256(&[&label("hbs1/document-key"), self.as_bytes()]).0;
        [a, b, c, d, e, f, g, h]
    }
}

/// A secret key for documents. Never shown.
#[derive(Clone)]
pub struct DocumentSigner(SigningKey);

impl DocumentSigner {
    /// The key that grows from `seed`, which is random and secret.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The public key.
    #[must_use]
    pub fn key(&self) -> DocumentKey {
        DocumentKey(self.0.verifying_key())
    }

    pub(crate) fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Signs the commitment to an act. `claimed` is the time that the organ gives, in seconds since 1970.
    #[must_use]
    pub fn sign(&self, act: Commitment, claimed: u64) -> Document {
        let key = self.key().id();
        let mut document = Document {
            act,
            key,
            claimed,
            signature: [0; 64],
        };
        document.signature = self.0.sign(&document.message()).to_bytes();
        document
    }
}

impl fmt::Debug for DocumentSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DocumentSigner(…)")
    }
}

const VERSION: u8 = 1;

/// A signed act as the server takes it: it never alters these bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Document {
    /// The commitment to the fields of the act.
    pub act: Commitment,
    /// Under which key.
    pub key: DocumentKeyId,
    /// When the organ says that it signed, in seconds since 1970.
    pub claimed: u64,
    /// Over all of that.
    pub signature: [u8; 64],
}

impl Document {
    fn message(&self) -> Vec<u8> {
        let mut message = label("hbs1/document");
        message.extend(self.act.0.0);
        message.extend(self.key);
        message.extend(self.claimed.to_be_bytes());
        message
    }

    /// Verifies that `key` has signed.
    ///
    /// # Errors
    /// If it has not, or is another key than the one named.
    pub fn verify(&self, key: &DocumentKey) -> Result<(), Problem> {
        let signature = Signature::from_bytes(&self.signature);
        let signed = key.0.verify_strict(&self.message(), &signature).is_ok();
        if signed && key.id() == self.key && self.claimed <= MAX_NUMBER {
            return Ok(());
        }
        let found = "the signature of the organ is wrong";
        Err(Problem::new(Kind::Signature, "verify a document", found))
    }

    /// The bytes in which a gateway hands it over.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let time = self.claimed.to_be_bytes();
        let parts: [&[u8]; 5] = [&[VERSION], &self.act.0.0, &self.key, &time, &self.signature];
        parts.concat()
    }

    /// Reads those bytes.
    ///
    /// # Errors
    /// If they are no document.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Problem> {
        let mut bytes = Bytes(bytes);
        let mut read = || {
            let version = bytes.byte()?;
            let document = Self {
                act: Commitment(Hash(bytes.array()?)),
                key: bytes.array()?,
                claimed: bytes.long().filter(|time| *time <= MAX_NUMBER)?,
                signature: bytes.array()?,
            };
            (version == VERSION && bytes.is_empty()).then_some(document)
        };
        let malformed = || {
            let found = "these bytes are none";
            Problem::new(Kind::Malformed, "read a document", found)
        };
        read().ok_or_else(malformed)
    }
}
