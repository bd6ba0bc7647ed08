//! The assessment as plain text, in both languages.

mod fixture;

use habeas_page::{Language, text};
use unicode_width::UnicodeWidthStr;

#[test]
fn tables() {
    for language in Language::ALL {
        insta::assert_snapshot!(
            format!("table.{language}"),
            text::table(&fixture::full(), language)
        );
    }
}

#[test]
fn derivations() {
    for language in Language::ALL {
        insta::assert_snapshot!(
            format!("explain.{language}"),
            text::explain(&fixture::full(), language)
        );
    }
}

/// A zone with summer time, a history without dates, and nothing at all.
#[test]
fn other_cases() {
    let all = [
        fixture::hours(),
        fixture::floating(),
        fixture::empty("2026-114"),
    ];
    for language in Language::ALL {
        let texts: Vec<String> = all.iter().map(|a| text::table(a, language)).collect();
        insta::assert_snapshot!(format!("others.{language}"), texts.join("\n=====\n\n"));
    }
}

#[test]
fn no_line_is_too_wide() {
    for language in Language::ALL {
        for assessment in [fixture::full(), fixture::hours(), fixture::floating()] {
            for text in [
                text::table(&assessment, language),
                text::explain(&assessment, language),
            ] {
                for line in text.lines() {
                    assert!(line.width() <= 100, "{line}");
                }
            }
        }
    }
}

#[test]
fn nothing_steers_the_terminal() {
    let mut assessment = fixture::full();
    assessment.case = "\u{1b}[31m\u{202e}case\n\nHeld".into();
    let text = text::table(&assessment, Language::English);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'));
    assert_eq!(
        text.lines().next(),
        Some("Case \u{fffd}[31m\u{fffd}case  Held, person A")
    );
}
