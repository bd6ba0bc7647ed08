//! Packs prove themselves: their examples pass, every condition is seen in every truth, and the worked cases come out as expected.
//!
//! Nothing here names a jurisdiction: each folder of `laws/` is found and stands alone. What is not there is not tested.

#![allow(
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
    reason = "a test that panics has failed, and its numbers are small"
)]

use std::path::{Path, PathBuf};

use habeas_case::example::Builder;
use habeas_case::suite::{run_cases, run_examples};
use habeas_law::value::Type;
use habeas_law::{Law, Library, LoadError, Value};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folders(path: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path) else {
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries
        .map(|e| e.unwrap().path())
        .filter(|p| p.is_dir())
        .collect();
    found.sort();
    found
}

fn name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

fn open(path: &Path) -> (Library, Law) {
    let library = Library::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let law = library.law().unwrap_or_else(|error| match error {
        LoadError::Problems(problems) => {
            let told: Vec<String> = problems
                .iter()
                .map(|p| format!("{}: {p}", p.place()))
                .collect();
            panic!("{}:\n{}", path.display(), told.join("\n"))
        }
        other => panic!("{}: {other}", path.display()),
    });
    (library, law)
}

/// Runs the examples of a folder: those that fail, and the conditions that they do not see in every truth.
fn examples_of(path: &Path) -> (Vec<String>, Vec<String>) {
    let (_, law) = open(path);
    let report = run_examples(&law, "");
    let (examples, conditions) = (report.outcomes.len(), report.conditions);
    let failed = report.outcomes.iter().filter(|o| !o.differences.is_empty());
    let failed: Vec<String> = failed
        .map(|o| {
            format!(
                "{}: {}\n    {}",
                o.place,
                o.sentence,
                o.differences.join("\n    ")
            )
        })
        .collect();
    let unseen = report.unseen.iter();
    let unseen: Vec<String> = unseen
        .map(|u| format!("{}: never {}: {}", u.place, u.missing.join(", "), u.clause))
        .collect();
    let shown = path.display();
    println!(
        "{shown}: {examples} examples, {} failed; {conditions} conditions, {} not seen in every truth",
        failed.len(),
        unseen.len()
    );
    (failed, unseen)
}

fn none(told: &[String]) {
    assert!(
        told.is_empty(),
        "{} wrong:\n{}",
        told.len(),
        told.join("\n")
    );
}

#[test]
fn examples_of_every_jurisdiction_pass_and_see_every_condition() {
    for path in folders(&root().join("laws")) {
        let (failed, unseen) = examples_of(&path);
        none(&[failed, unseen].concat());
    }
}

/// All jurisdictions in one law: none disturbs another.
#[test]
fn all_jurisdictions_stand_side_by_side() {
    let laws = root().join("laws");
    if folders(&laws).is_empty() {
        return;
    }
    let (_, law) = open(&laws);
    for path in folders(&laws) {
        let prefix = format!("{}/", name(&path));
        let failed = run_examples(&law, &prefix)
            .outcomes
            .into_iter()
            .filter(|o| !o.differences.is_empty())
            .count();
        let alone = run_examples(&open(&path).1, "")
            .outcomes
            .into_iter()
            .filter(|o| !o.differences.is_empty())
            .count();
        assert_eq!(
            failed, alone,
            "examples of {prefix} that fail beside the others, and alone"
        );
    }
}

/// Two acts may have a field of one name and words of one spelling, and call them differently.
#[test]
fn a_word_is_called_what_its_own_act_calls_it() {
    let laws = root().join("laws");
    if folders(&laws).is_empty() {
        return;
    }
    let (_, law) = open(&laws);
    for act in law.acts.iter().filter(|act| !act.facts) {
        for field in &act.fields {
            let Type::OneOf(words) = &field.ty else {
                continue;
            };
            for (word, label) in words.iter() {
                let mut builder = Builder::new(&law, act.pack);
                let line = format!("{}  2026-11-05 14:05", act.full_name);
                builder.line(&line).unwrap();
                let given = (field.id, Value::Word(*word));
                builder.case.acts[0].fields.push(given);
                let assessment = builder.assess();
                let shown = &assessment.acts[0].fields[0];
                assert_eq!(
                    shown.value_label.as_ref(),
                    Some(label),
                    "{line} {}",
                    shown.name
                );
            }
        }
    }
}

/// Invented packs that hold every construct of the format. They are there to be read: their examples need not see every condition.
#[test]
fn examples_of_the_good_packs_pass() {
    let good = root().join("crates/law/tests/data/good");
    if good.exists() {
        none(&examples_of(&good).0);
    }
}

/// Case files of a jurisdiction: those in its own folder.
fn case_files(jurisdiction: &Path) -> Vec<PathBuf> {
    let own = std::fs::read_dir(jurisdiction.join("cases"))
        .into_iter()
        .flatten();
    let mut files: Vec<PathBuf> = own
        .map(|e| e.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files
}

#[test]
fn worked_cases_come_out_as_expected() {
    let mut told = Vec::new();
    for path in folders(&root().join("laws")) {
        let (library, law) = open(&path);
        for file in case_files(&path) {
            let text = std::fs::read_to_string(&file).unwrap();
            let shown = file.display();
            let results = run_cases(&law, &library, &text, &[])
                .unwrap_or_else(|error| panic!("{shown}: {error}"));
            let passed = results.iter().filter(|r| r.passed()).count();
            let failed = results.iter().filter(|r| !r.differences.is_empty());
            let unmapped = results.iter().filter(|r| !r.unmapped.is_empty()).count();
            println!(
                "{shown}: {passed} passed, {} failed, {unmapped} unmapped",
                failed.clone().count()
            );
            told.extend(
                failed
                    .map(|r| format!("{} {}:\n    {}", r.id, r.rule, r.differences.join("\n    "))),
            );
        }
    }
    assert!(
        told.is_empty(),
        "{} failed:\n{}",
        told.len(),
        told.join("\n")
    );
}
