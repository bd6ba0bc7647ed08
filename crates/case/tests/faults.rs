//! What the oracle and the properties found, one minimal example each; see `data/faults.txt`.

#![allow(
    dead_code,
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a test that panics has failed, its numbers are small, and it uses what it needs of the rest"
)]

mod property_support;

use habeas_case::assessment::{Assessment, RecordedAct, Remedy};
use habeas_case::example::Builder;
use habeas_case::expect::Expect;
use habeas_case::{Case, assess_person};
use habeas_law::moment::When;
use property_support::{BASE, LAW, PERSON, act, assessed};

struct Fault<'t> {
    open: bool,
    pack: &'t str,
    name: &'t str,
    facts: Vec<&'t str>,
    expected: Vec<&'t str>,
}

fn faults() -> Vec<Fault<'static>> {
    let text = include_str!("data/faults.txt");
    let block = |block: &'static str| {
        let (head, rest) = block.split_once('\n').unwrap();
        let mut words = head.splitn(3, "  ");
        let mut next = || words.next().unwrap().trim();
        let (state, pack, name) = (next(), next(), next());
        let (facts, expected) = rest.trim().split_once("\n\n").unwrap();
        let open = match state {
            "open" => true,
            "settled" => false,
            other => panic!("`{other}` is neither open nor settled"),
        };
        Fault {
            open,
            pack,
            name,
            facts: facts.lines().collect(),
            expected: expected.trim().lines().collect(),
        }
    };
    text.split("\n== ").skip(1).map(block).collect()
}

/// What is not as expected.
fn wrong(fault: &Fault<'_>) -> Vec<String> {
    let law = &*LAW;
    let pack = law.pack_named(fault.pack).unwrap();
    let mut builder = Builder::new(law, pack);
    for line in &fault.facts {
        builder
            .line(line)
            .unwrap_or_else(|error| panic!("{}: {error}: {line}", fault.name));
    }
    let assessment = builder.assess();
    let expect = Expect {
        law,
        pack,
        assessment: &assessment,
        proposals: &[],
    };
    let mut found = Vec::new();
    for line in &fault.expected {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["remedy", "certain", name, wanted] => {
                let named = |r: &&Remedy| r.rule.ends_with(name);
                let certain = assessment.remedies.iter().find(named).unwrap().certain;
                if certain != (wanted == "yes") {
                    found.push(format!("{line}: certain is {certain}"));
                }
            }
            ["ranked", rule, ..] => {
                let clocks = assessment.clocks.iter().map(|c| (&c.rule, &c.needs));
                let gates = assessment.gates.iter().map(|g| (&g.rule, &g.needs));
                let named = |(r, _): &(&String, _)| r.ends_with(&format!(" {rule}"));
                let (_, needs) = clocks.chain(gates).find(named).unwrap();
                let ranked: Vec<&str> = needs.iter().map(|n| n.name.as_str()).collect();
                if ranked != words[2..] {
                    found.push(format!("{line}: {ranked:?}"));
                }
            }
            ["not", "shown", number] => {
                let untitled = assessment.title_not_shown.len();
                if untitled.to_string() != number {
                    found.push(format!("{line}: {untitled} stretches"));
                }
            }
            ["latest", clock, day] => {
                let clock = assessment
                    .clocks
                    .iter()
                    .find(|c| c.rule.ends_with(&format!(" {clock}")))
                    .unwrap();
                let latest = &clock.ends.as_ref().unwrap().latest.as_ref().unwrap().text;
                if latest != day {
                    found.push(format!("{line}: {latest}"));
                }
            }
            _ => found.extend(
                expect
                    .line(line)
                    .err()
                    .map(|error| format!("{line}: {error}")),
            ),
        }
    }
    found
}

#[test]
fn open_faults_are_open_and_settled_ones_settled() {
    let mut told = Vec::new();
    for fault in faults() {
        let wrong = wrong(&fault);
        println!(
            "{}  {}\n    {}",
            if fault.open { "open" } else { "settled" },
            fault.name,
            wrong.join("\n    ")
        );
        match (fault.open, wrong.is_empty()) {
            (true, true) => told.push(format!("mended, write `settled`: {}", fault.name)),
            (false, false) => told.push(format!(
                "no longer so: {}\n  {}",
                fault.name,
                wrong.join("\n  ")
            )),
            _ => {}
        }
    }
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// A correction appends and never replaces; after it the act concerns whom the correction says.
#[test]
fn a_correction_that_names_another_person_frees_the_first() {
    let zone = LAW.zone(LAW.pack_named("xx/fortress").unwrap());
    let seize = LAW.act_named("xx/fortress seize").unwrap();
    let wrong = act("a1", seize, When::instant(BASE, zone), Vec::new());
    let mut right = act("a2", seize, When::instant(BASE, zone), Vec::new());
    right.subjects = vec!["B".into()];
    right.corrects = Some("a1".into());
    assert_eq!(wrong.subjects, [PERSON.into()]);
    let case = Case {
        id: "case".into(),
        acts: vec![wrong, right],
        ..Case::default()
    };
    let first = assess_person(&LAW, &case, PERSON, BASE + 3_600);
    assert!(first.clocks.is_empty() && first.held.is_empty());
    let shown = |a: &Assessment| -> Vec<(String, Option<String>)> {
        let told = |act: &RecordedAct| {
            let by = act.corrected_by.as_ref().map(ToString::to_string);
            (act.id.to_string(), by)
        };
        a.acts.iter().map(told).collect()
    };
    assert_eq!(shown(&first), [("a1".to_owned(), Some("a2".to_owned()))]);
    let second = assess_person(&LAW, &case, "B", BASE + 3_600);
    assert!(!second.clocks.is_empty() && !second.held.is_empty());
    assert_eq!(shown(&second), [("a2".to_owned(), None)]);
}

/// Each correction is told with the act that it corrects, and the one that is corrected itself too.
#[test]
fn a_correction_of_a_correction_leaves_the_last() {
    let zone = LAW.zone(LAW.pack_named("xx/fortress").unwrap());
    let seize = LAW.act_named("xx/fortress seize").unwrap();
    let mut acts = ["a1", "a2", "a3"].map(|id| act(id, seize, When::instant(BASE, zone), vec![]));
    acts[1].corrects = Some("a1".into());
    acts[2].corrects = Some("a2".into());
    let case = Case {
        id: "case".into(),
        acts: acts.into(),
        ..Case::default()
    };
    let assessment = assessed(&case, BASE + 3_600);
    let corrected = |id: &str| {
        let act = assessment.acts.iter().find(|a| &*a.id == id);
        act.unwrap().corrected_by.as_deref()
    };
    assert_eq!(
        ["a1", "a2", "a3"].map(corrected),
        [Some("a2"), Some("a3"), None]
    );
    assert!(
        assessment
            .clocks
            .iter()
            .all(|c| c.of.as_deref() == Some("a3"))
    );
}
