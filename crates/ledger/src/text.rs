//! The strict spellings that all text formats share: decimals, base64, lines, names.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::problem::{Kind, Problem};

/// The largest size, index and time: signed 64-bit readers must agree with us.
pub const MAX_NUMBER: u64 = i64::MAX as u64;

/// Decimal digits without sign and without leading zeros, up to [`MAX_NUMBER`].
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let short = text == "0" || !text.starts_with('0');
    let number = text.parse().ok()?;
    (digits && short && number <= MAX_NUMBER).then_some(number)
}

/// Standard base64 with padding; only the one spelling that encoding would give.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// The first line without its end, and what follows. `None` if no line ends.
pub(crate) fn line(text: &str) -> Option<(&str, &str)> {
    text.split_once('\n')
}

/// Whether `name` may stand in a signature line: not empty, at most 255 bytes, no space, no `+`, nothing below U+0020.
pub(crate) fn is_name(name: &str) -> bool {
    let refused = |c: char| c.is_whitespace() || c < ' ' || c == '+';
    !name.is_empty() && name.len() <= 255 && !name.contains(refused)
}

/// The name of a key that is made.
pub(crate) fn name_of_key(name: &str) -> Result<String, Problem> {
    if is_name(name) {
        return Ok(name.to_owned());
    }
    let found = "the name is empty, too long, or has spaces or `+`";
    Err(Problem::new(Kind::Malformed, "make a key", found))
}

/// Lower-case hexadecimal.
#[must_use]
pub fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
