//! Conditions and clauses as people read them, in each language: the packs of `tests/data/good` and `tests/data/forms`.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use habeas_law::expression::Expression;
use habeas_law::phrase::phrase;
use habeas_law::rules::Test;
use habeas_law::{Law, Library};

fn law(folder: &str) -> Law {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data");
    Library::open(&data.join(folder)).unwrap().law().unwrap()
}

/// Every clause of a pack with what is shown for it.
fn shown(law: &Law, pack: &str) -> String {
    let pack = law.pack_named(pack).unwrap();
    let mut seen = BTreeSet::new();
    let mut out = String::new();
    law.each_note(&mut |of, note| {
        if of == pack && seen.insert(note.id) {
            writeln!(out, "{}", note.text).unwrap();
            if let Some(words) = &note.words {
                writeln!(out, "    {}\n    {}", words.get("en"), words.get("zh-Hans")).unwrap();
            }
        }
    });
    out
}

#[test]
fn each_form() {
    insta::assert_snapshot!(shown(&law("forms"), "xx/forms"));
}

#[test]
fn a_whole_pack() {
    insta::assert_snapshot!(shown(&law("good"), "xx/realm"));
}

/// A clause that holds or does not is shown in words, never as it is written.
#[test]
fn every_condition_has_words() {
    for folder in ["good", "forms"] {
        law(folder).each_test(&mut |_, note| {
            let words = note
                .words
                .as_ref()
                .unwrap_or_else(|| panic!("{}", note.text));
            assert!(!words.incomplete(), "{}", note.text);
        });
    }
}

#[test]
fn words_of_the_author_stay() {
    let law = law("good");
    let gate = law
        .gates
        .iter()
        .find(|gate| gate.name == "approve_arrest")
        .unwrap();
    let clause = gate.conditions.last().unwrap();
    let words = clause.note.words.as_ref().unwrap();
    assert_eq!(words.get("en"), "no ground rests on excluded evidence");
    let Test::One(condition) = &clause.rule.test else {
        panic!("one condition")
    };
    let own = phrase(&law, condition, &gate.of, &[]);
    assert_eq!(own.get("en"), "not: a ground rests on excluded evidence");
    assert_eq!(own.get("zh-Hans"), "并非：以被排除的证据为依据");
}

/// The field of an act is said with its act where another act is at hand.
#[test]
fn whose_field_it_is() {
    let law = law("good");
    let clock = law
        .clocks
        .iter()
        .find(|clock| clock.name == "request_arrest")
        .unwrap();
    let extension = &clock.extensions[0].rule;
    let ground = extension.trigger.condition.as_ref().unwrap();
    let at_hand = phrase(&law, ground, &clock.of, &extension.trigger.acts);
    assert_eq!(at_hand.get("en"), "ground: special circumstances");
    let needs = &clock.extension_needs[0].rule;
    let words = phrase(&law, needs, &clock.of, &extension.trigger.acts);
    assert_eq!(words.get("en"), "rank: head of a town's guard or above");
    assert_eq!(words.get("zh-Hans"), "职级：镇卫队首长及以上");
}

#[test]
fn nothing_is_said_of_nothing() {
    let words = phrase(&law("good"), &Expression::And(Vec::new()), &[], &[]);
    assert!(words.incomplete());
}
