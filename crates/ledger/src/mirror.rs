//! The pieces of what a log sends to a mirror, which holds every entry (tlog-mirror, not yet final).

use std::fmt;
use std::str::FromStr;

use crate::bytes::Bytes;
use crate::problem::{Kind, Problem};
use crate::text::{MAX_NUMBER, decimal, from_base64, line, to_base64};
use crate::tile::TILE_WIDTH;

/// What stands before the entries of an upload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upload {
    /// Of which log.
    pub origin: String,
    /// The first entry that is sent.
    pub start: u64,
    /// The entry after the last.
    pub end: u64,
    /// What the mirror gave to go on with.
    pub ticket: Vec<u8>,
}

fn short(length: usize) -> Result<[u8; 2], Problem> {
    let length = u16::try_from(length).map_err(|_| {
        let found = "its origin or its ticket is longer than 65,535 bytes";
        Problem::new(Kind::TooLong, "write an upload", found)
    });
    Ok(length?.to_be_bytes())
}

impl Upload {
    /// Its bytes.
    ///
    /// # Errors
    /// If origin or ticket is longer than 65,535 bytes.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Problem> {
        let parts: [&[u8]; 6] = [
            &short(self.origin.len())?,
            self.origin.as_bytes(),
            &self.start.to_be_bytes(),
            &self.end.to_be_bytes(),
            &short(self.ticket.len())?,
            &self.ticket,
        ];
        Ok(parts.concat())
    }

    /// Reads it from the front of `bytes`, and gives what follows.
    ///
    /// # Errors
    /// If it is cut, the origin is not UTF-8, or the entries end before they start or are too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), Problem> {
        let mut bytes = Bytes(bytes);
        let mut read = || {
            let origin = bytes.short()?;
            let origin = str::from_utf8(bytes.slice(origin.into())?).ok()?.to_owned();
            let (start, end) = (bytes.long()?, bytes.long()?);
            let ticket = bytes.short()?;
            let ticket = bytes.slice(ticket.into())?.to_vec();
            let upload = Self {
                origin,
                start,
                end,
                ticket,
            };
            (start <= end && end <= MAX_NUMBER).then_some((upload, bytes.0))
        };
        let malformed = || {
            let found = "these bytes begin none";
            Problem::new(Kind::Malformed, "read an upload", found)
        };
        read().ok_or_else(malformed)
    }
}

/// How the entries `[start, end)` are divided: at every full bundle.
pub fn packages(start: u64, end: u64) -> impl Iterator<Item = (u64, u64)> {
    let next = move |from: u64| {
        let to = (from / TILE_WIDTH + 1).saturating_mul(TILE_WIDTH).min(end);
        (from < to).then_some((from, to))
    };
    std::iter::successors(next(start), move |(_, to)| next(*to))
}

/// What a mirror says of a log. Shown as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MirrorInfo {
    /// Leaves of the checkpoint that it is working towards.
    pub size: u64,
    /// The entry that it wants next.
    pub next: u64,
    /// To be given back with the next upload.
    pub ticket: Vec<u8>,
}

impl fmt::Display for MirrorInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ticket = to_base64(&self.ticket);
        writeln!(f, "{}\n{}\n{ticket}", self.size, self.next)
    }
}

impl FromStr for MirrorInfo {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let read = || {
            let (size, rest) = line(text)?;
            let (next, rest) = line(rest)?;
            let (ticket, rest) = line(rest)?;
            let info = Self {
                size: decimal(size)?,
                next: decimal(next)?,
                ticket: from_base64(ticket)?,
            };
            rest.is_empty().then_some(info)
        };
        let malformed = || {
            let found = "size, next entry and ticket do not stand on three lines";
            Problem::new(Kind::Malformed, "read what a mirror says", found)
        };
        read().ok_or_else(malformed)
    }
}
