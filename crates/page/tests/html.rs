//! The page, in both languages: what it says, in which order, and that it holds together.

#![expect(
    clippy::unwrap_used,
    reason = "a page that cannot be read fails the test"
)]

mod fixture;

use habeas_case::Assessment;
use habeas_case::act::Lost;
use habeas_case::assessment::FindingKind;
use habeas_case::read::Kind;
use habeas_page::{Language, html};
use proptest::prelude::*;

const EN: Language = Language::English;

fn all() -> Vec<Assessment> {
    vec![
        fixture::full(),
        fixture::hours(),
        fixture::floating(),
        fixture::empty("2026-114"),
    ]
}

/// The page without its style sheet.
fn body(assessments: &[Assessment], language: Language) -> String {
    let page = html::report(assessments, language, Some("2026-11-30 10:05"));
    let (head, rest) = page.split_once("<style>").unwrap();
    format!("{head}{}", rest.split_once("</style>").unwrap().1)
}

/// What stands in an attribute, wherever it stands.
fn attributes<'p>(page: &'p str, name: &str) -> Vec<&'p str> {
    let begin = format!(" {name}=\"");
    page.split(&begin)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect()
}

#[test]
fn pages() {
    for language in Language::ALL {
        insta::assert_snapshot!(format!("page.{language}"), body(&all(), language));
    }
}

#[test]
fn what_everybody_must_know_comes_first() {
    let page = body(&[fixture::full()], EN);
    let order = [
        "One line of this case could not be read",
        "Computed from 7 recorded acts; it cannot see what was not recorded; it is no decision and no legal advice.",
        "Held, title not shown",
        "Held for 24 days",
        "Next date on which somebody must decide",
        ">Findings</h3>",
        ">Clocks and duties</h3>",
        ">Timeline</h3>",
        ">Gates</h3>",
        ">What the person can do</h3>",
        ">What this system cannot judge</h3>",
        ">Recorded acts</h3>",
        ">Computed from</h3>",
    ];
    let places: Vec<usize> = order
        .iter()
        .map(|what| page.find(what).expect(what))
        .collect();
    assert!(places.is_sorted(), "{places:?}");
}

#[test]
fn nothing_found_is_never_lawful() {
    let page = body(&[fixture::empty("2026-114")], EN);
    assert!(page.contains("No breach found in what is recorded"));
    assert!(!page.to_lowercase().contains("lawful"));
}

#[test]
fn the_index_adds_up() {
    let assessments = [fixture::full(), fixture::empty("x"), fixture::full()];
    let page = body(&assessments, EN);
    let (_, foot) = page.split_once("<tfoot").unwrap();
    let numbers: Vec<&str> = foot
        .split("class=\"n\">")
        .skip(1)
        .take(4)
        .filter_map(|s| s.split('<').next())
        .collect();
    let count = |kind| {
        assessments
            .iter()
            .flat_map(|a| &a.findings)
            .filter(|f| f.kind == kind)
            .count()
    };
    let untitled: usize = assessments.iter().map(|a| a.title_not_shown.len()).sum();
    let expected = [
        untitled,
        count(FindingKind::Breach),
        count(FindingKind::Overrun),
        count(FindingKind::Question),
    ];
    assert_eq!(numbers, expected.map(|n| n.to_string()));
    assert!(
        !body(&assessments[..1], EN).contains("<tfoot>"),
        "one person needs no index"
    );
}

/// A house choice may be past its mark; it is never overdue and never a breach.
#[test]
fn our_caution_is_never_overdue() {
    let mut assessment = fixture::full();
    assessment.clocks.retain(|clock| clock.house_choice);
    assessment
        .findings
        .retain(|finding| finding.kind == FindingKind::Caution);
    let page = body(&[assessment], EN);
    assert!(page.contains("our caution, not the law"));
    assert!(
        !page.contains("tag overdue")
            && !page.contains("tag breach")
            && !page.contains("still open")
    );
}

/// Whether it applies is unknown: nothing is said to have lapsed.
#[test]
fn what_may_not_apply_is_not_late() {
    let page = body(&[fixture::floating()], EN);
    assert!(page.contains("If it applies: Ran out day 30, the last day"));
    assert!(!page.contains(" over<") && !page.contains("tag overdue"));
}

#[test]
fn what_comes_in_is_escaped() {
    let evil = "\"><script>alert(1)</script>&'";
    let words = fixture::words(evil, evil);
    let mut a = fixture::full();
    a.case = evil.into();
    a.subject = evil.into();
    a.computed_from.lost = vec![Lost::Line {
        file: evil.into(),
        line: 1,
        kind: Kind::Time,
        why: evil.to_owned(),
    }];
    a.computed_from.silent = Some(evil.to_owned());
    a.computed_from.packs = [(evil.to_owned(), evil.into())].into();
    for act in &mut a.acts {
        (act.id, act.kind, act.label) = (evil.into(), evil.to_owned(), words.clone());
        act.organ_label = Some(words.clone());
        act.happened.text = evil.to_owned();
    }
    for clock in &mut a.clocks {
        (clock.label, clock.rule, clock.article) =
            (words.clone(), evil.to_owned(), evil.to_owned());
        clock
            .because
            .iter_mut()
            .for_each(|line| line.clause = evil.into());
        clock
            .segments
            .iter_mut()
            .for_each(|s| s.act = Some(evil.into()));
    }
    for held in &mut a.held {
        held.label = Some(words.clone());
    }
    a.channels[0].telephone = Some(evil.to_owned());
    a.not_judged[0].why = habeas_law::Words::new(evil, evil);
    for language in Language::ALL {
        let page = html::report(&[a.clone(), a.clone()], language, Some(evil));
        assert!(!page.contains("<script"), "a script stands in the page");
        holds_together(page.split_once("</style>").unwrap().1);
    }
}

#[test]
fn it_needs_nothing_else() {
    for language in Language::ALL {
        let page = html::report(&all(), language, None);
        for what in [
            "http:",
            "https:",
            "src=",
            "@import",
            "<link",
            "<script",
            "<iframe",
            "javascript:",
            "style=\"",
        ] {
            assert!(!page.contains(what), "{what}");
        }
        assert!(page.contains(&format!("<html lang=\"{language}\">")));
    }
}

#[test]
fn it_holds_together() {
    for language in Language::ALL {
        holds_together(&body(&all(), language));
    }
}

/// Ids are unique and found, headings are in order, tags are closed.
fn holds_together(page: &str) {
    let ids = attributes(page, "id");
    let mut once = ids.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), ids.len(), "an id is there twice");
    for href in attributes(page, "href")
        .iter()
        .filter_map(|href| href.strip_prefix('#'))
    {
        assert!(once.contains(&href), "#{href} leads nowhere");
    }
    for labels in attributes(page, "aria-labelledby") {
        assert!(labels.split(' ').all(|id| once.contains(&id)), "{labels}");
    }
    let heading = |(at, _): (usize, &str)| char::from(*page.as_bytes().get(at + 2)?).to_digit(10);
    let levels: Vec<u32> = page.match_indices("<h").filter_map(heading).collect();
    assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
    let deeper = |(above, below): (&u32, &u32)| *below > above + 1;
    assert!(
        !levels.iter().zip(levels.iter().skip(1)).any(deeper),
        "a heading level is left out"
    );
    assert_eq!(
        page.matches("<th ").count(),
        page.matches("header\" scope=").count()
    );
    for tag in [
        "div", "section", "ol", "ul", "li", "dl", "table", "details", "figure", "svg", "p", "a",
    ] {
        let (open, close) = (
            page.matches(&format!("<{tag}>")).count() + page.matches(&format!("<{tag} ")).count(),
            page.matches(&format!("</{tag}>")).count(),
        );
        assert_eq!(open, close, "{tag}");
    }
}

/// The same assessments give the same page.
#[test]
fn twice_the_same() {
    assert_eq!(
        html::report(&all(), EN, None),
        html::report(&all(), EN, None)
    );
    assert!(html::report(&[], EN, None).contains("There is no case here."));
}

/// Drops the lists that `keep` does not name.
fn thinned(mut a: Assessment, keep: u16) -> Assessment {
    let dropped = |bit: u16| keep & (1 << bit) == 0;
    macro_rules! thin {
        ($($bit:literal $field:ident),*) => { $(if dropped($bit) { a.$field = Default::default(); })* };
    }
    thin!(0 title_not_shown, 1 findings, 2 next, 3 held, 4 measures, 5 clocks, 6 meters, 7 gates,
          8 remedies, 9 channels, 10 formulas, 11 acts, 12 not_judged);
    a
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_is_missing_a_page_comes_out(keep in any::<u16>(), case in ".{0,20}") {
        for assessment in all() {
            let mut assessment = thinned(assessment, keep);
            assessment.case = case.as_str().into();
            for language in Language::ALL {
                let page = html::report(std::slice::from_ref(&assessment), language, None);
                prop_assert!(page.ends_with("</html>"));
                prop_assert!(!habeas_page::text::table(&assessment, language).is_empty());
                prop_assert!(!habeas_page::text::explain(&assessment, language).is_empty());
            }
        }
    }

    #[test]
    fn whatever_a_moment_says_a_page_comes_out(text in "(day )?[-0-9T: +h]{0,26}|.{0,25}", instant in any::<i64>(), day_only in any::<bool>()) {
        let mut assessment = fixture::full();
        let moment = habeas_case::assessment::Moment { text, instant, day_only };
        assessment.at = moment.clone();
        assessment.acts[0].happened = moment.clone();
        assessment.held[0].from = moment.clone();
        assessment.clocks[2].segments[0].to = moment.clone();
        assessment.clocks[0].ends.as_mut().unwrap().earliest = moment;
        prop_assert!(html::report(&[assessment], EN, None).ends_with("</html>"));
    }
}

/// On a small screen each cell stands under its heading, and a table stays a table for those who listen.
#[test]
fn every_cell_names_its_column() {
    for language in Language::ALL {
        let page = body(&all(), language);
        let cells = page.matches("<td").count();
        assert_eq!(
            page.matches("<td role=\"cell\" data-label=\"").count(),
            cells
        );
        for (tag, role) in [
            ("table", "table"),
            ("thead", "rowgroup"),
            ("tbody", "rowgroup"),
            ("tr", "row"),
        ] {
            let open = [format!("<{tag}>"), format!("<{tag} ")];
            let all: usize = open
                .iter()
                .map(|tag| page.matches(tag.as_str()).count())
                .sum();
            let with_role = page.matches(&format!("<{tag} role=\"{role}\"")).count();
            assert_eq!(with_role, all, "{tag}");
        }
    }
}
