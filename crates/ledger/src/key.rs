//! Keys of notes: names, key ids, the text forms of public and secret keys (signed-note), and what each signs.
//!
//! With the feature `post-quantum` cosignatures with ML-DSA-44 are verified too. Without it such a key is refused when it is
//! configured, and a line under it is that of an unknown key.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};

use crate::cosignature::{self, TIMED_BYTES};
use crate::hash::sha256;
use crate::note::SignatureLine;
use crate::problem::{Kind, Problem};
use crate::text::{MAX_NUMBER, from_base64, is_name, name_of_key, to_base64, to_hex};

/// The first four bytes of the hash over a key's name, type and public key. With the name it says which key it is.
pub type KeyId = [u8; 4];

/// What a key signs, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// Type `0x01`: Ed25519 over the text. Logs sign so.
    Ed25519,
    /// Type `0x04`: Ed25519 over a time and the text. Witnesses and mirrors sign so.
    Cosignature,
    /// Type `0x06`: ML-DSA-44 over a time and the tree. Witnesses and mirrors may sign so too.
    #[cfg(feature = "post-quantum")]
    PostQuantumCosignature,
}

impl Algorithm {
    /// The byte before the public key.
    #[must_use]
    pub fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
            #[cfg(feature = "post-quantum")]
            Self::PostQuantumCosignature => 0x06,
        }
    }

    /// Whether it is one of a cosigner, which signs a time as well.
    #[must_use]
    pub fn is_timed(self) -> bool {
        self != Self::Ed25519
    }

    fn from_byte(byte: u8) -> Option<Self> {
        let known = [
            Self::Ed25519,
            Self::Cosignature,
            #[cfg(feature = "post-quantum")]
            Self::PostQuantumCosignature,
        ];
        known.into_iter().find(|a| a.byte() == byte)
    }
}

/// The key id of a key of any type whose id is made as signed-note recommends.
#[must_use]
pub fn key_id(name: &str, kind: u8, public: &[u8]) -> KeyId {
    let [a, b, c, d, ..] = sha256(&[name.as_bytes(), b"\n", &[kind], public]).0;
    [a, b, c, d]
}

/// Reads an Ed25519 public key. Only the one spelling of each point is taken, and no point of small order:
/// under those, one signature fits several keys or several texts.
pub(crate) fn public_key(bytes: &[u8]) -> Option<VerifyingKey> {
    let bytes: &[u8; 32] = bytes.try_into().ok()?;
    let key = VerifyingKey::from_bytes(bytes).ok()?;
    let canonical = key.to_edwards().compress().to_bytes() == *bytes;
    (canonical && !key.is_weak()).then_some(key)
}

/// The bare public key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Public {
    Ed25519(VerifyingKey),
    #[cfg(feature = "post-quantum")]
    PostQuantum(crate::post_quantum::PublicKey),
}

impl Public {
    fn read(algorithm: Algorithm, bytes: &[u8]) -> Option<Self> {
        match algorithm {
            Algorithm::Ed25519 | Algorithm::Cosignature => public_key(bytes).map(Self::Ed25519),
            #[cfg(feature = "post-quantum")]
            Algorithm::PostQuantumCosignature => {
                crate::post_quantum::PublicKey::read(bytes).map(Self::PostQuantum)
            }
        }
    }

    fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Ed25519(key) => key.as_bytes(),
            #[cfg(feature = "post-quantum")]
            Self::PostQuantum(key) => key.as_bytes(),
        }
    }
}

/// A public key with its name. Its text form is `name+keyid+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifierKey {
    name: String,
    id: KeyId,
    algorithm: Algorithm,
    public: Public,
}

impl VerifierKey {
    fn new(name: &str, algorithm: Algorithm, public: Public) -> Self {
        Self {
            name: name.to_owned(),
            id: key_id(name, algorithm.byte(), public.as_bytes()),
            algorithm,
            public,
        }
    }

    /// The name: of a log, its origin.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// What it signs.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The bare public key. Two keys with the same one are the same key under two names.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        self.public.as_bytes()
    }

    /// The same public key as a cosigner's, for operators who publish it as a plain one. Its key id is another.
    #[must_use]
    pub fn as_cosigner(&self) -> Self {
        match self.algorithm {
            Algorithm::Ed25519 => {
                Self::new(&self.name, Algorithm::Cosignature, self.public.clone())
            }
            _ => self.clone(),
        }
    }

    /// Verifies a signature of this key over `text`. A cosignature tells its time, in seconds since 1970.
    ///
    /// # Errors
    /// If it is not one, or not by this key.
    pub fn verify(&self, text: &str, signature: &[u8]) -> Result<Option<u64>, Problem> {
        let verify = || match (&self.public, self.algorithm) {
            (Public::Ed25519(key), Algorithm::Ed25519) => {
                let signature = Signature::from_slice(signature).ok()?;
                let verified = key.verify_strict(text.as_bytes(), &signature);
                verified.ok().map(|()| None)
            }
            (Public::Ed25519(key), _) => {
                let timed: &[u8; TIMED_BYTES] = signature.try_into().ok()?;
                let (time, signature) = cosignature::decode(timed);
                let message = cosignature::message(time, text);
                let verified = key.verify_strict(&message, &signature);
                (verified.is_ok() && time <= MAX_NUMBER).then_some(Some(time))
            }
            #[cfg(feature = "post-quantum")]
            (Public::PostQuantum(key), _) => key.verify(&self.name, text, signature).map(Some),
        };
        verify().ok_or_else(|| {
            let found = format!("the signature of `{}` is wrong", self.name);
            Problem::new(Kind::Signature, "verify a signature", found)
        })
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.algorithm.byte()], self.public()].concat();
        let (id, key) = (to_hex(&self.id), to_base64(&bytes));
        write!(f, "{}+{id}+{key}", self.name)
    }
}

pub(crate) const READ: &str = "read a key";

/// What stands before a secret key.
pub(crate) const SECRET: &str = "PRIVATE+KEY+";

/// The parts of a key's text after any prefix: name, type, the bytes after it; and the key id as it is written.
pub(crate) fn parts(text: &str) -> Result<(&str, u8, Vec<u8>, &str), Problem> {
    let malformed = |found| Problem::new(Kind::Malformed, READ, found);
    let mut fields = text.splitn(3, '+');
    let (Some(name), Some(id), Some(key)) = (fields.next(), fields.next(), fields.next()) else {
        return Err(malformed("name, key id and key are not there"));
    };
    let bytes = from_base64(key).ok_or_else(|| malformed("the key is not canonical base64"))?;
    let Some((kind, bytes)) = bytes.split_first() else {
        return Err(malformed("the key is empty"));
    };
    if !is_name(name) {
        return Err(malformed("the name is no name of a key"));
    }
    Ok((name, *kind, bytes.to_vec(), id))
}

fn algorithm(name: &str, kind: u8) -> Result<Algorithm, Problem> {
    Algorithm::from_byte(kind).ok_or_else(|| {
        let found = format!("the key of `{name}` is of the type 0x{kind:02x}");
        Problem::new(Kind::Unsupported, READ, found)
    })
}

/// Refuses a key whose id is written as another.
pub(crate) fn other_id(name: &str, written: &str, id: KeyId) -> Result<(), Problem> {
    let id = to_hex(&id);
    if written == id {
        return Ok(());
    }
    let found = format!("the key of `{name}` has the key id {id}, and another is written");
    Err(Problem::new(Kind::Malformed, READ, found))
}

impl FromStr for VerifierKey {
    type Err = Problem;

    /// Recomputes the key id and compares it.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let (name, kind, bytes, id) = parts(text)?;
        let algorithm = algorithm(name, kind)?;
        let Some(public) = Public::read(algorithm, &bytes) else {
            let found = format!("`{name}` has no usable key");
            return Err(Problem::new(Kind::Malformed, READ, found));
        };
        let key = Self::new(name, algorithm, public);
        other_id(name, id, key.id)?;
        Ok(key)
    }
}

/// A secret Ed25519 key with its name. Never shown.
#[derive(Clone)]
pub struct SignerKey {
    verifier: VerifierKey,
    secret: SigningKey,
}

impl SignerKey {
    /// The key that grows from `seed`, which is random and secret.
    ///
    /// # Errors
    /// If `name` is no name of a key, or the algorithm is not Ed25519.
    pub fn from_seed(name: &str, algorithm: Algorithm, seed: &[u8; 32]) -> Result<Self, Problem> {
        if !matches!(algorithm, Algorithm::Ed25519 | Algorithm::Cosignature) {
            let found = "this is a key of another algorithm than Ed25519";
            return Err(Problem::new(Kind::Unsupported, "make a key", found));
        }
        let name = name_of_key(name)?;
        let secret = SigningKey::from_bytes(seed);
        let public = Public::Ed25519(secret.verifying_key());
        let verifier = VerifierKey::new(&name, algorithm, public);
        Ok(Self { verifier, secret })
    }

    /// Reads the text form `PRIVATE+KEY+name+keyid+base64`.
    ///
    /// # Errors
    /// If it is none, or the key id is not that of the key.
    pub fn from_secret_text(text: &str) -> Result<Self, Problem> {
        let malformed = |found| Problem::new(Kind::Malformed, READ, found);
        let rest = text.strip_prefix(SECRET);
        let rest = rest.ok_or_else(|| malformed("this is no secret key"))?;
        let (name, kind, bytes, id) = parts(rest)?;
        let algorithm = algorithm(name, kind)?;
        let seed: &[u8; 32] = bytes
            .as_slice()
            .try_into()
            .map_err(|_| malformed("the seed is not 32 bytes long"))?;
        let key = Self::from_seed(name, algorithm, seed)?;
        other_id(name, id, key.verifier.id)?;
        Ok(key)
    }

    /// The text form, for the one file that keeps it.
    #[must_use]
    pub fn to_secret_text(&self) -> String {
        let VerifierKey {
            name,
            id,
            algorithm,
            ..
        } = &self.verifier;
        let bytes = [&[algorithm.byte()], self.secret.as_bytes().as_slice()].concat();
        format!("{SECRET}{name}+{}+{}", to_hex(id), to_base64(&bytes))
    }

    /// The public key.
    #[must_use]
    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    /// Signs `text`. `time` goes into a cosignature, in seconds since 1970; a plain signature has none.
    #[must_use]
    pub fn sign(&self, text: &str, time: u64) -> SignatureLine {
        let signature = match self.verifier.algorithm {
            Algorithm::Ed25519 => self.secret.sign(text.as_bytes()).to_vec(),
            _ => {
                let signature = self.secret.sign(&cosignature::message(time, text));
                cosignature::encode(time, &signature).to_vec()
            }
        };
        SignatureLine {
            name: self.verifier.name.clone(),
            key_id: self.verifier.id,
            signature,
        }
    }
}

impl fmt::Debug for SignerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SignerKey({})", self.verifier)
    }
}
