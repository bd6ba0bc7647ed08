//! Runs the tests that packs carry: their examples, case files, and whether each condition was seen yes, no and unknown.

use habeas_law::problem::Problem;
use habeas_law::{Law, Library};

use crate::example::{Outcome, Seen, examples, run};
use crate::mapping::{CaseResult, Mappings};

/// A condition that the examples did not see in every truth.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// `cn/detention.md:123`
    pub place: String,
    /// The clause.
    pub clause: String,
    /// The truths that are missing: `yes`, `no`, `unknown`.
    pub missing: Vec<&'static str>,
}

/// What the examples gave.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Every example.
    pub outcomes: Vec<Outcome>,
    /// How many conditions there are.
    pub conditions: usize,
    /// Those not seen in every truth.
    pub unseen: Vec<Unseen>,
}

/// Runs the examples whose file name begins with `prefix`.
#[must_use]
pub fn run_examples(law: &Law, prefix: &str) -> Report {
    let mut seen = Seen::default();
    let mut report = Report::default();
    for example in examples(law).iter().filter(|e| e.place.starts_with(prefix)) {
        report.outcomes.push(run(law, example, &mut seen));
    }
    law.each_test(&mut |_, note| {
        let source = law.file(note.file);
        if !source.name.starts_with(prefix) {
            return;
        }
        report.conditions += 1;
        let counts = seen.0.get(&note.id).copied().unwrap_or_default();
        let missing: Vec<&'static str> = counts
            .iter()
            .zip(["yes", "no", "unknown"])
            .filter(|(count, _)| **count == 0)
            .map(|(_, name)| name)
            .collect();
        if !missing.is_empty() {
            let place = format!("{}:{}", source.name, source.line_of(note.offset));
            report.unseen.push(Unseen {
                place,
                clause: note.text.to_string(),
                missing,
            });
        }
    });
    report.unseen.sort_by(|a, b| a.place.cmp(&b.place));
    report
}

/// Runs a case file through the mappings of a library.
///
/// # Errors
/// Problems of the mappings, or what is wrong with the file.
pub fn run_cases(
    law: &Law,
    library: &Library,
    text: &str,
    only: &[String],
) -> Result<Vec<CaseResult>, CasesError> {
    let mut mappings = Mappings::default();
    let mut problems = Vec::new();
    for (name, text) in &library.mappings {
        if let Err(found) = mappings.read(law, name, text) {
            problems.extend(found);
        }
    }
    if !problems.is_empty() {
        return Err(CasesError::Mapping(problems));
    }
    mappings.run(law, text, only).map_err(CasesError::File)
}

/// Why a case file could not be run.
#[derive(Debug, thiserror::Error)]
pub enum CasesError {
    /// A mapping is wrong.
    #[error("the mappings have {} problem(s)", .0.len())]
    Mapping(Vec<Problem>),
    /// The case file is wrong.
    #[error("the case file cannot be read: {0}")]
    File(String),
}
