//! Cosignatures of witnesses, `cosignature/v1` with Ed25519 (tlog-cosignature).
//!
//! One says: this is append-only, and the largest tree that I had seen at this time. It does not say that its signer approves
//! of anything in the log. The signed bytes do not hold the name of the cosigner: one key is for one cosigner alone.

use ed25519_dalek::{SIGNATURE_LENGTH, Signature};

/// Bytes of a cosignature after the key id: the time, and the signature.
pub const TIMED_BYTES: usize = 8 + SIGNATURE_LENGTH;

/// What is signed: `time` in seconds since 1970, and the text of a checkpoint as it stands in the note.
pub(crate) fn message(time: u64, text: &str) -> Vec<u8> {
    format!("cosignature/v1\ntime {time}\n{text}").into_bytes()
}

/// The bytes that stand in a signature line after the key id.
#[must_use]
pub fn encode(time: u64, signature: &Signature) -> [u8; TIMED_BYTES] {
    let mut bytes = [0; TIMED_BYTES];
    let parts = time.to_be_bytes().into_iter().chain(signature.to_bytes());
    for (byte, part) in bytes.iter_mut().zip(parts) {
        *byte = part;
    }
    bytes
}

/// The time and the signature of those bytes.
#[must_use]
pub fn decode(bytes: &[u8; TIMED_BYTES]) -> (u64, Signature) {
    let (mut time, mut signature) = ([0; 8], [0; SIGNATURE_LENGTH]);
    let (first, last) = bytes.split_at(time.len());
    time.copy_from_slice(first);
    signature.copy_from_slice(last);
    (u64::from_be_bytes(time), Signature::from_bytes(&signature))
}
