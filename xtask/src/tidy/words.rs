//! No country's law stands in Rust: words that belong to a pack, refused in `law` and `case`.
//!
//! Names and strings are read, comments are not: a comment may explain by an example. A word counts
//! as a part of a name, so that `ArrestRequest` and `arrest_requests` are both seen.

use super::Complaint;
use super::source::{Keep, is_test_file, without_tests};
use super::tree::Tree;

const ROOMS: &[&str] = &["crates/law/src/", "crates/case/src/"];

/// Groups of words, each with the one reason for which its words are refused.
const PARTS: &[(&str, &[&str])] = &[
    (
        "an act or a measure: the pack names it",
        &[
            "arrest",
            "arrested",
            "bail",
            "custody",
            "detain",
            "detained",
            "detainee",
            "detention",
            "liuzhi",
            "remand",
            "summons",
            "surveillance",
            "warrant",
        ],
    ),
    (
        "an organ or a rank: the pack's `organs` block names it",
        &[
            "constable",
            "magistrate",
            "police",
            "procurator",
            "procuratorate",
            "prosecutor",
            "superintendent",
            "supervisory",
        ],
    ),
    (
        "a country or a place: the pack's front matter and its folder name it",
        &[
            "beijing", "china", "chinese", "cn", "england", "english", "ew", "london", "oregon",
            "prc", "shanghai", "wales",
        ],
    ),
    (
        "a day of one country's calendar: the calendar file names it",
        &["christmas", "easter"],
    ),
];

/// Short titles of statutes, written in capitals.
const TITLES: &[&str] = &["CPL", "MOPS", "PACE", "SPCI", "SPPR"];

pub(super) fn jurisdictions(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    let rooms = tree
        .with("rs")
        .filter(|f| ROOMS.iter().any(|room| f.path.starts_with(room)));
    for file in rooms.filter(|f| !is_test_file(&f.path)) {
        let text = without_tests(&file.text, Keep::CodeAndStrings);
        for (number, line) in (1..).zip(text.lines()) {
            for what in refused(line) {
                complaints.push(Complaint::new(&file.path, number, what));
            }
        }
    }
    complaints
}

fn refused(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for name in line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        if TITLES.contains(&name) {
            found.push(format!(
                "`{name}` is a statute: the pack's `sources` name it"
            ));
        }
        for part in parts(name) {
            let one = part.strip_suffix('s').unwrap_or(&part);
            let mut groups = PARTS.iter();
            if let Some((why, _)) =
                groups.find(|(_, words)| words.contains(&one) || words.contains(&part.as_str()))
            {
                found.push(format!("`{part}` in `{name}` is {why}"));
            }
        }
    }
    if line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        found.push("Chinese words: they stand in a pack, or in the Fluent files of `page`".into());
    }
    found
}

/// The parts of a name, in lower case: `ArrestRequest` and `arrest_request` are two each.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut last = '_';
    for c in name.chars() {
        let begins = c == '_' || (c.is_ascii_uppercase() && last.is_ascii_lowercase());
        if begins {
            parts.push(String::new());
        }
        if c != '_'
            && let Some(part) = parts.last_mut()
        {
            part.push(c.to_ascii_lowercase());
        }
        last = c;
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_a_word_is_seen() {
        for line in [
            "struct ArrestRequest;",
            "let arrests = 3;",
            r#"if act == "cn/x" {"#,
            r#"zone("Asia/Shanghai")"#,
            r#"cite("CPL 91")"#,
            r#""拘留""#,
        ] {
            assert_eq!(refused(line).len(), 1, "{line}");
        }
    }

    #[test]
    fn words_of_the_language_are_not() {
        for line in [
            "let new = view(pace);",
            "measure.held",
            "struct Newtype;",
            "renew()",
        ] {
            assert_eq!(refused(line), Vec::<String>::new(), "{line}");
        }
    }
}
