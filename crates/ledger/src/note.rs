//! Signed notes: a text, a blank line, lines of signatures (signed-note).

use std::fmt;
use std::str::FromStr;

use crate::key::{KeyId, VerifierKey};
use crate::problem::{Kind, Problem};
use crate::text::{from_base64, is_name, to_base64};

/// The most signature lines of a note.
pub const MAX_SIGNATURES: usize = 64;
/// The longest note, in bytes.
pub const MAX_NOTE: usize = 1 << 20;

const READ: &str = "read a signed note";

fn malformed(found: impl Into<String>) -> Problem {
    Problem::new(Kind::Malformed, READ, found)
}

/// One signature line, shown without the end of the line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureLine {
    /// The name of the key.
    pub name: String,
    /// The key id.
    pub key_id: KeyId,
    /// What the algorithm of the key gave; at least one byte.
    pub signature: Vec<u8>,
}

impl fmt::Display for SignatureLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [self.key_id.as_slice(), &self.signature].concat();
        write!(f, "— {} {}", self.name, to_base64(&bytes))
    }
}

impl FromStr for SignatureLine {
    type Err = Problem;

    fn from_str(line: &str) -> Result<Self, Problem> {
        let read = || {
            let (name, blob) = line.strip_prefix("— ")?.split_once(' ')?;
            let blob = from_base64(blob).filter(|_| is_name(name))?;
            let (key_id, signature) = blob.split_first_chunk().filter(|(_, s)| !s.is_empty())?;
            Some(Self {
                name: name.to_owned(),
                key_id: *key_id,
                signature: signature.to_vec(),
            })
        };
        read().ok_or_else(|| malformed("a line after the blank line is no signature"))
    }
}

/// A text and who is said to have signed it. Nothing is verified until it is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    text: String,
    signatures: Vec<SignatureLine>,
}

/// A signature that was verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verified<'a> {
    /// By which of the given keys.
    pub key: &'a VerifierKey,
    /// The line.
    pub line: &'a SignatureLine,
    /// The time of a cosignature, in seconds since 1970.
    pub time: Option<u64>,
}

impl Note {
    /// A text with its first signatures.
    ///
    /// # Errors
    /// If it could not be read again.
    pub fn new(text: &str, signatures: Vec<SignatureLine>) -> Result<Self, Problem> {
        let note = Self {
            text: text.to_owned(),
            signatures,
        };
        if Self::parse(note.to_string().as_bytes())? == note {
            return Ok(note);
        }
        Err(malformed("the text does not end with its last line"))
    }

    /// Reads a note.
    ///
    /// # Errors
    /// If it is not written as a note, or over a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.len() > MAX_NOTE {
            let found = format!("{} bytes, and {MAX_NOTE} are the limit", bytes.len());
            return Err(Problem::new(Kind::TooLong, READ, found));
        }
        let whole = str::from_utf8(bytes).map_err(|_| malformed("it is not UTF-8"))?;
        if whole.bytes().any(|b| b < b' ' && b != b'\n') {
            return Err(malformed("it has control characters"));
        }
        // The text may have blank lines of its own: the last one counts.
        let (text, lines) = whole
            .rsplit_once("\n\n")
            .ok_or_else(|| malformed("it has no blank line"))?;
        let lines = lines
            .strip_suffix('\n')
            .ok_or_else(|| malformed("it does not end with a signature line"))?;
        let signatures: Vec<_> = lines
            .split('\n')
            .take(MAX_SIGNATURES + 1)
            .map(str::parse)
            .collect::<Result<_, _>>()?;
        if signatures.len() > MAX_SIGNATURES {
            let found = format!("more than {MAX_SIGNATURES} signature lines");
            return Err(Problem::new(Kind::TooLong, READ, found));
        }
        let text = format!("{text}\n");
        Ok(Self { text, signatures })
    }

    /// The signed text, with the end of its last line and without the blank line.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signature lines in their order.
    #[must_use]
    pub fn signatures(&self) -> &[SignatureLine] {
        &self.signatures
    }

    /// Adds a signature line after the others.
    ///
    /// # Errors
    /// If there are too many.
    pub fn add(&mut self, line: SignatureLine) -> Result<(), Problem> {
        let signatures = [self.signatures.as_slice(), &[line]].concat();
        *self = Self::new(&self.text, signatures)?;
        Ok(())
    }

    /// The signatures by `keys`, each key once, in the order of the lines.
    ///
    /// Lines of other keys are passed over, also where only the name or only the key id is that of a known key.
    ///
    /// # Errors
    /// If any line of a known key is wrong: then the whole note is refused.
    pub fn verified<'a>(&'a self, keys: &'a [VerifierKey]) -> Result<Vec<Verified<'a>>, Problem> {
        let mut verified: Vec<Verified<'a>> = Vec::new();
        for line in &self.signatures {
            let names = |key: &&VerifierKey| key.name() == line.name && key.id() == line.key_id;
            let Some(key) = keys.iter().find(names) else {
                continue;
            };
            let time = key.verify(&self.text, &line.signature)?;
            if verified.iter().all(|earlier| earlier.key != key) {
                verified.push(Verified { key, line, time });
            }
        }
        Ok(verified)
    }

    /// As [`verified`](Self::verified), and refuses a note that none of `keys` has signed.
    ///
    /// # Errors
    /// If a line of a known key is wrong, or there is none.
    pub fn open<'a>(&'a self, keys: &'a [VerifierKey]) -> Result<Vec<Verified<'a>>, Problem> {
        let verified = self.verified(keys)?;
        if verified.is_empty() {
            let found = "no known key has signed it";
            return Err(Problem::new(Kind::Unsigned, "open a signed note", found));
        }
        Ok(verified)
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for line in &self.signatures {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}
