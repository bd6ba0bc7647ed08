//! Cosignatures with ML-DSA-44, for records that outlive Ed25519 (tlog-cosignature, type `0x06`).
//!
//! Unlike those with Ed25519 they cover the name of the cosigner, and of the checkpoint its origin, size and root, but no
//! extension line.

use std::fmt;

use ml_dsa::signature::Verifier as _;
use ml_dsa::{EncodedVerifyingKey, Keypair as _, MlDsa44, Signature, SigningKey, VerifyingKey};

use crate::bytes::Bytes;
use crate::checkpoint::Checkpoint;
use crate::hash::Hash;
use crate::key::{Algorithm, key_id};
use crate::note::SignatureLine;
use crate::problem::{Kind, Problem};
use crate::text::{MAX_NUMBER, name_of_key, to_base64, to_hex};
use crate::tree::Subtree;

/// What is signed: that the log `origin` has at `subtree` this `root`. A subtree that is not a whole log has the time 0.
///
/// `None` if a name does not fit, or there is a time where there must be none.
#[must_use]
pub fn message(
    cosigner: &str,
    time: u64,
    origin: &str,
    subtree: (u64, u64),
    root: &Hash,
) -> Option<Vec<u8>> {
    let named = |name: &str| {
        let length = u8::try_from(name.len()).ok().filter(|length| *length > 0)?;
        Some([&[length], name.as_bytes()].concat())
    };
    let (start, end) = subtree;
    let parts: [&[u8]; 7] = [
        b"subtree/v1\n\0",
        &named(cosigner)?,
        &time.to_be_bytes(),
        &named(origin)?,
        &start.to_be_bytes(),
        &end.to_be_bytes(),
        &root.0,
    ];
    (start == 0 || time == 0).then(|| parts.concat())
}

fn message_for(cosigner: &str, time: u64, checkpoint: &Checkpoint) -> Option<Vec<u8>> {
    let whole = Subtree::whole(checkpoint.size()).ok()?;
    let (leaves, root) = ((whole.start, whole.end), checkpoint.root());
    message(cosigner, time, checkpoint.origin(), leaves, &root)
}

/// A public key: its bytes, and what they expand to.
#[derive(Clone)]
pub(crate) struct PublicKey {
    bytes: Vec<u8>,
    key: Box<VerifyingKey<MlDsa44>>,
}

impl PublicKey {
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let encoded = EncodedVerifyingKey::<MlDsa44>::try_from(bytes).ok()?;
        Some(Self {
            bytes: bytes.to_vec(),
            key: Box::new(VerifyingKey::decode(&encoded)),
        })
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The time of a cosignature over the checkpoint `text`, if it is one.
    pub(crate) fn verify(&self, name: &str, text: &str, signature: &[u8]) -> Option<u64> {
        let mut bytes = Bytes(signature);
        let time = bytes.long().filter(|time| *time <= MAX_NUMBER)?;
        let signature = Signature::<MlDsa44>::try_from(bytes.0).ok()?;
        let message = message_for(name, time, &text.parse().ok()?)?;
        self.key.verify(&message, &signature).ok().map(|()| time)
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_base64(&self.bytes))
    }
}

/// The secret key of a cosigner. Never shown.
pub struct PostQuantumCosigner {
    name: String,
    secret: Box<SigningKey<MlDsa44>>,
}

impl PostQuantumCosigner {
    /// The key that grows from `seed`, which is random and secret.
    ///
    /// # Errors
    /// If `name` is no name of a key.
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, Problem> {
        Ok(Self {
            name: name_of_key(name)?,
            secret: Box::new(SigningKey::from_seed(&(*seed).into())),
        })
    }

    fn public(&self) -> Vec<u8> {
        self.secret.verifying_key().encode().to_vec()
    }

    /// The text form of the public key.
    #[must_use]
    pub fn verifier_text(&self) -> String {
        let byte = Algorithm::PostQuantumCosignature.byte();
        let public = self.public();
        let id = to_hex(&key_id(&self.name, byte, &public));
        let key = to_base64(&[&[byte], public.as_slice()].concat());
        format!("{}+{id}+{key}", self.name)
    }

    /// Cosigns a checkpoint at `time`, in seconds since 1970. The same gives the same signature.
    ///
    /// # Errors
    /// If it has extension lines, which the signature would not cover, or its origin is too long.
    pub fn cosign(&self, checkpoint: &Checkpoint, time: u64) -> Result<SignatureLine, Problem> {
        let refuse = || {
            let found = "the checkpoint has extension lines, or its origin is too long";
            Problem::new(Kind::Unsupported, "cosign with ML-DSA-44", found)
        };
        let plain = checkpoint.extensions().is_empty();
        let message = message_for(&self.name, time, checkpoint).filter(|_| plain);
        let message = message.ok_or_else(refuse)?;
        let signature = self.secret.expanded_key().sign_deterministic(&message, &[]);
        let signature = signature.map_err(|_| refuse())?.encode();
        let byte = Algorithm::PostQuantumCosignature.byte();
        Ok(SignatureLine {
            name: self.name.clone(),
            key_id: key_id(&self.name, byte, &self.public()),
            signature: [time.to_be_bytes().as_slice(), &signature].concat(),
        })
    }
}

impl fmt::Debug for PostQuantumCosigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostQuantumCosigner({})", self.name)
    }
}
