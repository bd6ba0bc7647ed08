//! Lists in words.

use super::table::Template;
use crate::words::Words;

/// `a, b or c`
pub(super) fn or(items: impl IntoIterator<Item = Words>) -> Words {
    let mut items: Vec<Words> = items.into_iter().collect();
    let Some(last) = items.pop() else {
        return Words::default();
    };
    match comma(items) {
        Some(first) => Template::ListOr.with([&first, &last]),
        None => last,
    }
}

/// `a, b, c`; nothing for no items.
pub(super) fn comma(items: impl IntoIterator<Item = Words>) -> Option<Words> {
    join(items, Template::ListComma)
}

/// All items, joined two by two.
pub(super) fn join(items: impl IntoIterator<Item = Words>, joint: Template) -> Option<Words> {
    items.into_iter().reduce(|a, b| joint.with([&a, &b]))
}
