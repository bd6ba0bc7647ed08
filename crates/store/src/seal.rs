//! Keys, what is sealed with them, and names that tell nothing without them.
//!
//! A sealed text is `1 || nonce[24] || key tag[32] || XChaCha20-Poly1305`. The cipher alone does not
//! commit to its key: one text could be made to open under two keys. The key tag does.
//!
//! A wrapped key is `tag[16] || key xor stream[32]`, both from HMAC. There are as many as acts, and the
//! overhead of a sealed text would be more than twice the key.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::environment::Environment;
use crate::error::{Error, Result};

/// A key of 256 bits, overwritten when it is dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// What stands for an id in the tables: half an HMAC under a key of the key store.
pub(crate) type Name = [u8; 16];

const FORMAT: u8 = 1;
const NONCE: usize = 24;
const TAG: usize = 32;

fn mac(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
    fed(under(key), label, parts)
}

/// An HMAC that has taken up its key and nothing else.
fn under(key: &[u8; 32]) -> Hmac<Sha256> {
    // HMAC fills a short key up with zeros; filled up here, it is of the length that cannot fail.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key).for_each(|(b, k)| *b = *k);
    <Hmac<Sha256> as KeyInit>::new((&*block).into())
}

fn fed(mut mac: Hmac<Sha256>, label: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
    for part in std::iter::once(label.as_bytes()).chain(parts.iter().copied()) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part);
    }
    mac
}

/// Another key, of which this one cannot be computed back.
pub(crate) fn derive(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> Key {
    Zeroizing::new(mac(key, label, parts).finalize().into_bytes().into())
}

/// A name for `parts` that only the holder of `key` can guess.
pub(crate) fn name(key: &[u8; 32], label: &str, parts: &[&[u8]]) -> Name {
    let whole = derive(key, label, parts);
    let mut name = Name::default();
    name.iter_mut().zip(whole.iter()).for_each(|(n, w)| *n = *w);
    name
}

/// Bytes of the tag of a wrapped key.
const WRAP_TAG: usize = 16;

/// What wraps keys: random ones, each of which is wrapped under one number alone. So no nonce is needed: the tag over the key is one
/// (deterministic authenticated encryption after Rogaway and Shrimpton, with HMAC for both of its functions).
pub(crate) struct Wrapping(Key);

impl Wrapping {
    pub(crate) fn new(key: Key) -> Self {
        Self(key)
    }

    /// The key, wrapped and bound to `to`.
    pub(crate) fn wrap(&self, to: &[u8], key: &Key) -> Vec<u8> {
        let tag = self.tag(to, key).finalize().into_bytes();
        let tag = tag.get(..WRAP_TAG).unwrap_or_default();
        let hidden = self.crossed(to, tag, key);
        [tag, hidden.as_slice()].concat()
    }

    /// Unwraps what [`Wrapping::wrap`] made. Fails on any other key, any other binding, any altered bit.
    pub(crate) fn unwrap(&self, to: &[u8], wrapped: &[u8]) -> Option<Key> {
        let (tag, hidden) = wrapped.split_at_checked(WRAP_TAG)?;
        let key = self.crossed(to, tag, hidden.try_into().ok()?);
        self.tag(to, &key).verify_truncated_left(tag).ok()?;
        Some(key)
    }

    fn tag(&self, to: &[u8], key: &Key) -> Hmac<Sha256> {
        mac(&self.0, "wrap tag", &[to, &**key])
    }

    /// Hidden under a stream that belongs to the tag, or shown again.
    fn crossed(&self, to: &[u8], tag: &[u8], key: &[u8; 32]) -> Key {
        let stream = mac(&self.0, "wrap stream", &[to, tag]);
        let mut stream: Key = Zeroizing::new(stream.finalize().into_bytes().into());
        stream.iter_mut().zip(key).for_each(|(s, k)| *s ^= *k);
        stream
    }
}

/// What a sealed text is bound to: a kind, a store and the plain columns beside it.
pub(crate) fn bound(kind: &str, parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Seals `plain`, bound to `to`.
pub(crate) fn seal(
    environment: &Environment,
    key: &[u8; 32],
    to: &[u8],
    plain: &[u8],
) -> Result<Vec<u8>> {
    let nonce: [u8; NONCE] = environment.random()?;
    let cipher = XChaCha20Poly1305::new((&*derive(key, "encrypt", &[&nonce])).into());
    let payload = Payload {
        msg: plain,
        aad: to,
    };
    let text = cipher
        .encrypt(&XNonce::from(nonce), payload)
        .map_err(|_| Error::Altered {
            what: "a text too long to seal",
        })?;
    let mut sealed = Vec::with_capacity(1 + NONCE + TAG + text.len());
    sealed.push(FORMAT);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(&*derive(key, "commit", &[&nonce]));
    sealed.extend_from_slice(&text);
    Ok(sealed)
}

/// Opens what [`seal`] made. Fails on any other key, any other binding, any altered bit.
pub(crate) fn open(
    key: &[u8; 32],
    to: &[u8],
    sealed: &[u8],
    what: &'static str,
) -> Result<Zeroizing<Vec<u8>>> {
    parts(sealed)
        .and_then(|(nonce, tag, text)| {
            let under = under(key);
            fed(under.clone(), "commit", &[nonce])
                .verify_slice(tag)
                .ok()?;
            let key = fed(under, "encrypt", &[nonce]).finalize().into_bytes();
            let key: Key = Zeroizing::new(key.into());
            let cipher = XChaCha20Poly1305::new((&*key).into());
            let payload = Payload { msg: text, aad: to };
            cipher.decrypt(&XNonce::from(*nonce), payload).ok()
        })
        .map(Zeroizing::new)
        .ok_or(Error::Altered { what })
}

fn parts(sealed: &[u8]) -> Option<(&[u8; NONCE], &[u8; TAG], &[u8])> {
    let (format, rest) = sealed.split_first()?;
    let (nonce, rest) = rest.split_first_chunk()?;
    let (tag, text) = rest.split_first_chunk()?;
    (*format == FORMAT).then_some((nonce, tag, text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Still;

    #[test]
    fn opens_with_its_key_and_binding_alone() {
        let environment = Environment::new(Still);
        let sealed = seal(&environment, &[7; 32], b"here", b"text").unwrap();
        assert_eq!(
            **open(&[7; 32], b"here", &sealed, "a test").unwrap(),
            *b"text"
        );
        assert!(open(&[8; 32], b"here", &sealed, "a test").is_err());
        assert!(open(&[7; 32], b"there", &sealed, "a test").is_err());
        for bit in 0..sealed.len() * 8 {
            let mut altered = sealed.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert!(
                open(&[7; 32], b"here", &altered, "a test").is_err(),
                "{bit}"
            );
        }
        for length in 0..sealed.len() {
            assert!(open(&[7; 32], b"here", &sealed[..length], "a test").is_err());
        }
    }

    #[test]
    fn a_key_unwraps_with_its_wrapping_and_binding_alone() {
        let wrapping = Wrapping::new(Zeroizing::new([7; 32]));
        let key = Zeroizing::new([9; 32]);
        let wrapped = wrapping.wrap(b"here", &key);
        assert_eq!(wrapped.len(), 48);
        assert_eq!(wrapping.unwrap(b"here", &wrapped), Some(key));
        assert_eq!(
            Wrapping::new(Zeroizing::new([8; 32])).unwrap(b"here", &wrapped),
            None
        );
        assert_eq!(wrapping.unwrap(b"there", &wrapped), None);
        for bit in 0..wrapped.len() * 8 {
            let mut altered = wrapped.clone();
            altered[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(wrapping.unwrap(b"here", &altered), None, "{bit}");
        }
        for length in 0..wrapped.len() {
            assert_eq!(wrapping.unwrap(b"here", &wrapped[..length]), None);
        }
        let other = wrapping.wrap(b"there", &Zeroizing::new([9; 32]));
        assert!(wrapped.iter().zip(&other).filter(|(a, b)| a != b).count() > 32);
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        let two = |a: &[u8], b: &[u8]| name(&[1; 32], "x", &[a, b]);
        assert_ne!(two(b"ab", b"c"), two(b"a", b"bc"));
        assert_ne!(bound("x", &[b"ab", b"c"]), bound("x", &[b"a", b"bc"]));
    }
}
