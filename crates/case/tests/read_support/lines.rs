//! How many lines an input has, counted without the reader.

/// Lines that are not blank, as JSON Lines count them.
pub fn lines(bytes: &[u8]) -> u64 {
    let blank = |mut line: &[u8]| {
        while let Some(rest) = line.strip_prefix(b"\xef\xbb\xbf") {
            line = rest;
        }
        line.iter().all(u8::is_ascii_whitespace)
    };
    bytes
        .split(|b| *b == b'\n')
        .filter(|line| !blank(line))
        .count() as u64
}
