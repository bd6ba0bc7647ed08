//! Checkpoints: which log, how many leaves, which root (tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use crate::hash::{Hash, sha256};
use crate::key::{Algorithm, SignerKey};
use crate::note::Note;
use crate::problem::{Kind, Problem};
use crate::text::{MAX_NUMBER, decimal, is_name, line, to_hex};

/// What a log signs. Shown as the text of its note, with the end of the last line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    /// Lines that others may add; we write none.
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint of ours, without extension lines.
    ///
    /// # Errors
    /// If `origin` is no name of a key, which ours must be, or `size` is too large.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, Problem> {
        if !is_name(origin) || size > MAX_NUMBER {
            let found = "the origin is no name of a key, or the log is too large";
            return Err(Problem::new(Kind::Malformed, WRITE, found));
        }
        let origin = origin.to_owned();
        Ok(Self {
            origin,
            size,
            root,
            extensions: Vec::new(),
        })
    }

    /// The identity of the log, for as long as it lives.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// How many leaves it has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// The root over them.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root
    }

    /// Extension lines; [`sign`](Self::sign) refuses a checkpoint that has any.
    #[must_use]
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The note that the log signs.
    ///
    /// # Errors
    /// If it has extension lines, which not every cosignature covers, or the key is another's.
    pub fn sign(&self, key: &SignerKey) -> Result<Note, Problem> {
        if !self.extensions.is_empty() || key.verifier().name() != self.origin {
            let found = "it has extension lines, or the key has another name than the log";
            return Err(Problem::new(Kind::Unsupported, WRITE, found));
        }
        if key.verifier().algorithm() != Algorithm::Ed25519 {
            let found = "the key is a witness's, and no log's";
            return Err(Problem::new(Kind::Unsupported, WRITE, found));
        }
        let text = self.to_string();
        let line = key.sign(&text, 0);
        Note::new(&text, vec![line])
    }

    /// Reads the text of a note.
    ///
    /// # Errors
    /// If it is no checkpoint.
    pub fn of(note: &Note) -> Result<Self, Problem> {
        note.text().parse()
    }
}

const WRITE: &str = "write a checkpoint";

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        for line in &self.extensions {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

impl FromStr for Checkpoint {
    type Err = Problem;

    /// Tolerates any origin that is not empty, and extension lines: other logs have them.
    fn from_str(text: &str) -> Result<Self, Problem> {
        let malformed =
            |found: &str| Problem::new(Kind::Malformed, "read a checkpoint", found.to_owned());
        let (origin, rest) = line(text)
            .filter(|(origin, _)| !origin.is_empty())
            .ok_or_else(|| malformed("line 1: no origin"))?;
        let (size, rest) = line(rest)
            .and_then(|(size, rest)| Some((decimal(size)?, rest)))
            .ok_or_else(|| malformed("line 2: no size"))?;
        let (root, rest) = line(rest)
            .and_then(|(root, rest)| Some((Hash::from_base64(root)?, rest)))
            .ok_or_else(|| malformed("line 3: no root of 32 bytes in canonical base64"))?;
        let mut extensions = Vec::new();
        let mut rest = rest;
        while !rest.is_empty() {
            let (extension, after) = line(rest)
                .filter(|(extension, _)| !extension.is_empty())
                .ok_or_else(|| malformed("an extension line is empty or has no end"))?;
            extensions.push(extension.to_owned());
            rest = after;
        }
        let origin = origin.to_owned();
        Ok(Self {
            origin,
            size,
            root,
            extensions,
        })
    }
}

/// The name under which a witness serves its latest checkpoint of a log: the hexadecimal SHA-256 of the origin.
#[must_use]
pub fn monitoring_name(origin: &str) -> String {
    to_hex(&sha256(&[origin.as_bytes()]).0)
}
