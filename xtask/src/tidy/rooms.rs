//! What a room must never know, as words that must not stand in its source outside tests.

use super::Complaint;
use super::source::{Keep, is_test_file, without_tests};
use super::tree::{File, Tree};

/// A word of Rust and why it is refused.
type Word = (&'static str, &'static str);

const CLOCK: &[Word] = &[
    ("SystemTime", "reads a clock; the instant is an argument"),
    ("Instant::now", "reads a clock; the instant is an argument"),
    (
        "Timestamp::now",
        "reads a clock; the instant is an argument",
    ),
    (
        "ZonedDateTime::now",
        "reads a clock; the instant is an argument",
    ),
    ("std::time", "reads a clock; the instant is an argument"),
    (
        "TimeZone::system",
        "reads the machine; the zone comes from the pack",
    ),
];

const NETWORK: &[Word] = &[
    ("std::net", "opens a socket"),
    ("TcpStream", "opens a socket"),
    ("TcpListener", "opens a socket"),
    ("UdpSocket", "opens a socket"),
];

const STORAGE: &[Word] = &[
    (
        "std::fs",
        "knows storage; input comes as a reader or as text",
    ),
    ("std::process", "starts programs"),
    (
        "std::env",
        "reads the surroundings; whatever decides is an argument",
    ),
];

const RANDOM: &[Word] = &[
    ("OsRng", "makes its own salts; they are arguments"),
    ("getrandom", "makes its own salts; they are arguments"),
];

/// The same acts must give the same bytes, and these are walked in an order that differs each run.
const ORDER: &[Word] = &[
    (
        "HashMap",
        "walked in another order each run; BTreeMap, or FxHashMap that is only looked into",
    ),
    (
        "HashSet",
        "walked in another order each run; BTreeSet, or FxHashSet that is only looked into",
    ),
];

/// Each room's source and what must not stand in it.
const NEVER: &[(&str, &[&[Word]])] = &[
    ("crates/law/src/", &[CLOCK, NETWORK, ORDER]),
    ("crates/case/src/", &[CLOCK, NETWORK, STORAGE, ORDER]),
    ("crates/page/src/", &[CLOCK, NETWORK, STORAGE]),
    ("crates/store/src/", &[CLOCK, NETWORK, ORDER]),
    (
        "crates/ledger/src/",
        &[CLOCK, NETWORK, STORAGE, ORDER, RANDOM],
    ),
    ("crates/witness/src/", &[CLOCK, RANDOM]),
    ("crates/log/src/", &[CLOCK, RANDOM, ORDER]),
    ("crates/cluster/src/", &[RANDOM]),
];

pub(super) fn never(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.with("rs").filter(|f| !is_test_file(&f.path)) {
        for (room, lists) in NEVER.iter().filter(|(room, _)| file.path.starts_with(room)) {
            let room = room.trim_end_matches("/src/");
            look(file, room, &lists.concat(), &mut complaints);
        }
    }
    complaints
}

fn look(file: &File, room: &str, words: &[Word], complaints: &mut Vec<Complaint>) {
    let code = without_tests(&file.text, Keep::Code);
    for (number, line) in (1..).zip(code.lines()) {
        for (word, why) in words.iter().filter(|(word, _)| stands_in(word, line)) {
            let what = format!("`{word}` in {room}: {why}");
            complaints.push(Complaint::new(&file.path, number, what));
        }
    }
}

/// Whether `word` stands in `line` as a whole: `HashMap` does not stand in `FxHashMap`.
fn stands_in(word: &str, line: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|s| s.chars().next_back());
        let after = line.get(at + word.len()..).and_then(|s| s.chars().next());
        !part(before) && !part(after)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, text: &str) -> Vec<String> {
        never(&Tree::of(&[(path, text)]))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn a_clock_in_law_is_told_with_its_line() {
        assert_eq!(
            told(
                "crates/law/src/date.rs",
                "//! x\nlet t = jiff::Timestamp::now();"
            ),
            [
                "crates/law/src/date.rs:2: `Timestamp::now` in crates/law: reads a clock; \
              the instant is an argument"
            ]
        );
    }

    #[test]
    fn comments_tests_and_other_rooms_may_name_it() {
        let none: [String; 0] = [];
        assert_eq!(told("crates/law/src/a.rs", "// never Timestamp::now"), none);
        assert_eq!(
            told(
                "crates/law/src/a.rs",
                "#[cfg(test)]\nmod tests { use std::fs; }"
            ),
            none
        );
        assert_eq!(
            told("crates/case/tests/fuzz.rs", "use std::time::Instant;"),
            none
        );
        assert_eq!(
            told("crates/habeas/src/main.rs", "jiff::ZonedDateTime::now()"),
            none
        );
        assert_eq!(
            told("crates/case/src/a.rs", "use rustc_hash::FxHashMap;"),
            none
        );
    }
}
