//! A file of vectors as JSON whose fields are all accounted for.

use habeas_ledger::Hash;
use habeas_ledger::hash::leaf_hash;
use serde_json::Value;

/// What every file says of itself.
const ABOUT: &[&str] = &["description", "source", "licence_of_source", "extracted"];

/// Reads a file; its fields are those that every file has, and `fields`.
pub fn read(name: &str, fields: &[&str]) -> Value {
    let path = format!("{}/tests/vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let value: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    for source in list(&value["source"]) {
        only(source, &["repo", "commit", "path"]);
    }
    only(&value, &[ABOUT, fields].concat());
    value
}

/// Fails on a field that is not among `fields`.
pub fn only(value: &Value, fields: &[&str]) {
    for field in value.as_object().unwrap().keys() {
        assert!(fields.contains(&field.as_str()), "unknown field `{field}`");
    }
}

/// The members of a list, each with no other fields than `fields`.
pub fn each<'a>(value: &'a Value, fields: &[&str]) -> &'a [Value] {
    for member in list(value) {
        only(member, fields);
    }
    list(value)
}

pub fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

pub fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

pub fn number(value: &Value) -> u64 {
    value
        .as_u64()
        .unwrap_or_else(|| panic!("no number: {value}"))
}

pub fn yes(value: &Value) -> bool {
    value.as_bool().unwrap()
}

pub fn bytes(hex: &Value) -> Vec<u8> {
    let digit = |c: u8| u8::try_from(char::from(c).to_digit(16).unwrap()).unwrap();
    let pairs = text(hex).as_bytes().chunks(2);
    pairs
        .map(|pair| digit(pair[0]) << 4 | digit(pair[1]))
        .collect()
}

pub fn hex(value: &Value) -> Hash {
    Hash::from_slice(&bytes(value)).unwrap()
}

/// A hash in base64; `None` where the vector has something that is no hash.
///
/// Some published cases write `don't care 1` where any hash may stand: here it is the hash of these words.
pub fn hash(value: &Value) -> Option<Hash> {
    let spelled = text(value);
    if spelled.starts_with("ZG9uJ3QgY2FyZSA") {
        return Some(leaf_hash(spelled.as_bytes()));
    }
    Hash::from_base64(spelled)
}

/// Hashes in base64; `None` if one of them is no hash.
pub fn hashes(value: &Value) -> Option<Vec<Hash>> {
    list(value).iter().map(hash).collect()
}

pub fn base64(text: &str) -> Vec<u8> {
    let engine = base64::engine::general_purpose::STANDARD;
    base64::Engine::decode(&engine, text).unwrap()
}
