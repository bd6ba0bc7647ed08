//! The check that runs when this crate is built: what it refuses, and that it lets the real files pass.

#[path = "../build/messages.rs"]
#[expect(dead_code, reason = "the methods are written when the crate is built")]
mod messages;

use messages::{agree, messages};

const EN: &str = include_str!("../i18n/en.ftl");
const ZH: &str = include_str!("../i18n/zh-Hans.ftl");
const NAMES: [&str; 2] = ["en.ftl", "zh.ftl"];

fn told(en: &str, zh: &str) -> String {
    let read = |name, text| messages(name, text);
    let found = read("en.ftl", en).and_then(|en| agree(NAMES, &en, &read("zh.ftl", zh)?));
    found.err().unwrap_or_default()
}

#[test]
fn the_files_match() {
    assert_eq!(told(EN, ZH), "");
}

#[test]
fn a_message_of_one_file_alone_is_refused() {
    assert_eq!(
        told("a = x\nb = y\n", "a = x\n"),
        "zh.ftl: the message `b` of en.ftl is missing"
    );
    assert_eq!(
        told("a = x\n", "a = x\nb = y\n"),
        "en.ftl: the message `b` of zh.ftl is missing"
    );
}

#[test]
fn other_variables_are_refused() {
    let several = "a = { $n ->\n    [one] { $b }\n   *[other] many\n }\n";
    assert_eq!(told(several, "a = { $b } { $n }\n"), "");
    let what = r#"the message `a` has the variables ["n", "b"] in en.ftl and ["b"] in zh.ftl"#;
    assert_eq!(told(several, "a = { $b }\n"), what);
}

#[test]
fn what_pages_do_not_use_is_refused() {
    assert_eq!(
        told("a = x\na = y\n", ""),
        "en.ftl: the message `a` is there twice"
    );
    assert_eq!(
        told("a = x\n    .b = y\n", ""),
        "en.ftl: the message `a` has attributes"
    );
    assert_eq!(told("-a = x\n", ""), "en.ftl: a term, `a`");
    assert!(told("a = { b }\n", "").ends_with("refers to another message, a term or a function"));
    assert!(told("a = { $b\n", "").starts_with("read en.ftl: "));
}

/// Absence of findings is never called lawful, and nobody is called guilty: a court says that.
#[test]
fn words_that_are_never_said() {
    for word in [
        "lawful", "legal ", "illegal", "guilty", "expired", "please", "simply", "!",
    ] {
        let said = |line: &&str| {
            line.to_lowercase()
                .replace("legal advice", "")
                .contains(word)
        };
        let lines: Vec<&str> = EN.lines().filter(said).collect();
        assert!(lines.is_empty(), "{word}: {lines:?}");
    }
    for word in ["合法", "非法", "违法", "有罪", "请注意", "！"] {
        assert!(!ZH.contains(word), "{word}");
    }
}

#[test]
fn each_language_keeps_to_its_letters() {
    let han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    assert!(!EN.contains(han));
    let words = |text: &str| {
        text.split_whitespace()
            .any(|word| word.chars().all(char::is_alphabetic) && word.is_ascii())
    };
    for (name, found) in messages("zh.ftl", ZH).unwrap() {
        let english = found.text.replace("Habeas", "").replace("UTC", "");
        assert!(!words(&english), "{name}: {english}");
    }
}
