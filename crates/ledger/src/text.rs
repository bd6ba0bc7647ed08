//! The strict spellings that all text formats share: decimals and base64.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

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
