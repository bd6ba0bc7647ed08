//! Packs that load, and wrong packs with everything that is told of them: `tests/data/good` and `tests/data/bad`.

#![expect(clippy::panic, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use habeas_law::problem::Problem;
use habeas_law::read::{Files, read};
use habeas_law::rules::Basis;
use habeas_law::{Library, LoadError};
use miette::{GraphicalReportHandler, GraphicalTheme};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// As a terminal without colours draws them.
fn drawn(problems: &[Problem]) -> String {
    let theme = GraphicalTheme::unicode_nocolor();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(120);
    let mut out = String::new();
    for problem in problems {
        out.push_str(&problem.place());
        out.push('\n');
        handler
            .render_report(&mut out, problem)
            .unwrap_or_else(|e| panic!("{e}"));
        out.push('\n');
    }
    out
}

#[test]
fn good_packs_load() {
    let library = Library::open(&data("good")).unwrap();
    match library.law() {
        Ok(law) => assert_eq!(law.packs.len(), library.files.packs.len()),
        Err(LoadError::Problems(problems)) => panic!("{}", drawn(&problems)),
        Err(error) => panic!("{error}"),
    }
}

/// Each file beside one pack and one calendar that are right.
#[test]
fn bad_packs_are_told() {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(data("bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let (base, days) = (text(&data("base.md")), text(&data("days.csv")));
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for path in paths {
        let mut files = Files::default();
        files.packs.insert("xx/base.md".into(), base.clone());
        files.calendars.insert("xx/days".into(), days.clone());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        if path.extension().is_some_and(|e| e == "csv") {
            files.calendars.insert(format!("xx/{name}"), text(&path));
        } else {
            files.packs.insert(format!("xx/{name}.md"), text(&path));
        }
        let Err(problems) = read(&files) else {
            panic!("{name} loads")
        };
        settings.set_snapshot_path(data("told"));
        settings.bind(|| insta::assert_snapshot!(name.as_str(), drawn(&problems)));
    }
}

/// The pack that the wrong ones use is right.
#[test]
fn the_base_loads() {
    let mut files = Files::default();
    files
        .packs
        .insert("xx/base.md".into(), text(&data("base.md")));
    files
        .calendars
        .insert("xx/days".into(), text(&data("days.csv")));
    if let Err(problems) = read(&files) {
        panic!("{}", drawn(&problems));
    }
}

/// `basis: …` on the first line of a rule holds for its clauses, and not for the next rule.
#[test]
fn a_rule_says_how_sure_its_clauses_are() {
    let law = Library::open(&data("good")).unwrap().law().unwrap();
    let basis = |name: &str| {
        let gate = law.gates.iter().find(|gate| gate.name == name).unwrap();
        gate.conditions.first().unwrap().note.basis.clone()
    };
    assert_eq!(basis("no_ground_named"), Basis::HouseChoice);
    assert_eq!(basis("approve_arrest"), Basis::Text);
}
