//! Lines of bounded length from any reader.

use std::io::{self, BufRead, Read};

use super::MAX_LINE;

/// Reads lines and holds one.
#[derive(Debug)]
pub struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
}

/// The input failed.
#[derive(Debug)]
pub struct Failed {
    /// How many lines had been read.
    pub after: u64,
    pub cause: io::Error,
}

/// One line, or the beginning of one that is too long.
#[derive(Clone, Copy, Debug)]
pub struct Raw<'a> {
    /// From 1.
    pub number: u64,
    /// Without its end.
    pub bytes: &'a [u8],
    /// Bytes of the whole line.
    pub size: u64,
    /// `bytes` is only its beginning.
    pub too_long: bool,
}

impl<R: BufRead> Lines<R> {
    pub fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            number: 0,
        }
    }

    /// The next line, a blank one too. The rest of one that is too long is read past.
    pub fn next(&mut self) -> Result<Option<Raw<'_>>, Failed> {
        self.buffer.clear();
        // Room for the line end, `\r\n`.
        let limit = MAX_LINE as u64 + 2;
        let after = self.number;
        let failed = |cause| Failed { after, cause };
        let mut room = Read::by_ref(&mut self.input).take(limit);
        let read = room.read_until(b'\n', &mut self.buffer).map_err(failed)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let mut size = read as u64;
        let ended = self.buffer.last() == Some(&b'\n');
        if !ended && size == limit {
            size += self.input.skip_until(b'\n').map_err(failed)? as u64;
        }
        let mut bytes = self.buffer.as_slice();
        bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        // A byte order mark stands at the head of a file, and inside of one that was joined from several.
        while let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
            bytes = rest;
        }
        let too_long = bytes.len() > MAX_LINE || size > limit;
        let bytes = bytes.get(..MAX_LINE).unwrap_or(bytes);
        Ok(Some(Raw {
            number: self.number,
            bytes,
            size,
            too_long,
        }))
    }
}

impl Raw<'_> {
    /// Nothing but white space.
    pub fn is_blank(&self) -> bool {
        !self.too_long && self.bytes.iter().all(u8::is_ascii_whitespace)
    }
}
