//! The written invariants that a program can check.
//!
//! One rule is one function from the tree to its complaints. All rules run, and every complaint of
//! every rule is told. ARCHITECTURE.md says the same rules in words; where the two differ, one of
//! them is wrong.

mod arrows;
mod documents;
mod rooms;
mod source;
mod sources;
mod tree;
mod words;

use crate::program::{Done, Failure};
use crate::steps::Passed;
use crate::workspace::Workspace;
use std::fmt::{self, Display};
use tree::Tree;

/// One place where a rule is not kept.
#[derive(Debug, PartialEq, Eq)]
struct Complaint {
    /// Relative to the root.
    path: String,
    /// From 1; 0 for the file as a whole.
    line: usize,
    /// What was found, and why it is refused.
    what: String,
}

impl Complaint {
    fn new(path: &str, line: usize, what: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            what: what.into(),
        }
    }
}

impl Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.what),
            line => write!(f, "{}:{line}: {}", self.path, self.what),
        }
    }
}

type Rule = (&'static str, fn(&Tree) -> Vec<Complaint>);

const RULES: &[Rule] = &[
    ("what a room must never know", rooms::never),
    ("no country's words in Rust", words::jurisdictions),
    ("module docs", sources::module_docs),
    ("short files", sources::short),
    ("nothing put off", sources::put_off),
    ("no pending snapshots", sources::snapshots),
    ("no paths of a machine", documents::machine_paths),
    ("files that must be there", documents::required),
    ("front matter of packs", documents::front_matter),
    ("changelog", documents::changelog),
    ("decision records", documents::decisions),
    ("links lead somewhere", documents::links),
];

/// Runs every rule.
pub(crate) fn run(workspace: &Workspace) -> Done<Passed> {
    let tree = Tree::read(&workspace.root)?;
    let mut broken = 0;
    let mut complaints = arrows::one_way(&workspace.crates);
    broken += usize::from(!complaints.is_empty());
    let mut report = told("arrows one way", &complaints);
    for (name, rule) in RULES {
        let found = rule(&tree);
        broken += usize::from(!found.is_empty());
        report.push_str(&told(name, &found));
        complaints.extend(found);
    }
    let rules = RULES.len() + 1;
    if complaints.is_empty() {
        return Ok(Passed::many(
            rules,
            format!("{rules} rules, {} files", tree.files.len()),
        ));
    }
    let count = complaints.len();
    Err(Failure::new(format!(
        "{broken} of {rules} rules are not kept, {count} places\n{report}"
    ))
    .counting(broken))
}

fn told(name: &str, complaints: &[Complaint]) -> String {
    if complaints.is_empty() {
        return String::new();
    }
    let lines: Vec<String> = complaints.iter().map(|c| format!("  {c}\n")).collect();
    format!("{name}:\n{}", lines.concat())
}
