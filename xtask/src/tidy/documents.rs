//! Rules about what is written for people: files that must be there, packs, records, links.

use super::Complaint;
use super::tree::{File, Tree};

/// A fresh clone must have these.
const REQUIRED: &[&str] = &[
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "Cargo.lock",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "deny.toml",
    "docs/style.md",
];

/// How a path of one machine begins. Put together here, so that this file does not complain of itself.
const MACHINE: &[&str] = &[
    concat!("/", "work/"),
    concat!("/", "root/"),
    concat!("/", "home/"),
    concat!("/", "Users/"),
    concat!("C:", "\\"),
];

/// What every decision record has, in this order.
const RECORD: &[&str] = &[
    "Status",
    "Context",
    "Decision",
    "Why",
    "Alternatives refused",
];

const RECORDS: &str = "docs/decisions/";

pub(super) fn required(tree: &Tree) -> Vec<Complaint> {
    let missing = REQUIRED.iter().filter(|path| tree.get(path).is_none());
    missing
        .map(|path| Complaint::new(path, 0, "is not there"))
        .collect()
}

pub(super) fn machine_paths(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in &tree.files {
        for (number, line) in (1..).zip(file.text.lines()) {
            for start in MACHINE.iter().filter(|start| begins_in(start, line)) {
                let what = format!("`{start}…` is a path of one machine");
                complaints.push(Complaint::new(&file.path, number, what));
            }
        }
    }
    complaints
}

/// Whether a path beginning with `start` stands in `line`, and not only the middle of another.
fn begins_in(start: &str, line: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line.get(..at).and_then(|s| s.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "-_.~}/".contains(c))
    })
}

pub(super) fn front_matter(tree: &Tree) -> Vec<Complaint> {
    let packs = tree.with("md").filter(|f| f.path.starts_with("laws/"));
    let packs = packs.filter(|f| !f.path.ends_with("README.md"));
    packs
        .filter_map(|f| Some(Complaint::new(&f.path, 1, lacks_front_matter(&f.text)?)))
        .collect()
}

fn lacks_front_matter(text: &str) -> Option<String> {
    let Some(rest) = text.strip_prefix("---\n") else {
        return Some("a pack begins with front matter, `---`".to_owned());
    };
    let Some((front, _)) = rest.split_once("\n---\n") else {
        return Some("the front matter has no closing `---`".to_owned());
    };
    let lacks = |key: &&&str| !front.lines().any(|line| line.starts_with(**key));
    let missing = ["pack:", "format:", "languages:", "sources:"];
    let missing: Vec<&str> = missing.iter().filter(lacks).copied().collect();
    (!missing.is_empty()).then(|| format!("the front matter lacks {}", missing.join(" ")))
}

pub(super) fn changelog(tree: &Tree) -> Vec<Complaint> {
    let Some(file) = tree.get("CHANGELOG.md") else {
        return Vec::new();
    };
    let mut complaints = Vec::new();
    if !file.text.starts_with("# Changelog\n") {
        complaints.push(Complaint::new(&file.path, 1, "begins with `# Changelog`"));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        if line.starts_with("  ") && !line.trim().is_empty() {
            complaints.push(Complaint::new(&file.path, number, "one line per change"));
        }
    }
    complaints
}

pub(super) fn decisions(tree: &Tree) -> Vec<Complaint> {
    let index = format!("{RECORDS}README.md");
    let listed = tree
        .get(&index)
        .map(|f| f.text.as_str())
        .unwrap_or_default();
    let mut complaints = Vec::new();
    let mut numbers = Vec::new();
    let records = tree
        .with("md")
        .filter(|f| f.path.starts_with(RECORDS) && f.path != index);
    for file in records {
        let name = file.path.trim_start_matches(RECORDS);
        let number = name
            .get(..4)
            .filter(|n| n.chars().all(|c| c.is_ascii_digit()));
        let Some(number) = number else {
            complaints.push(Complaint::new(
                &file.path,
                0,
                "is named NNNN-what-it-decides.md",
            ));
            continue;
        };
        if numbers.contains(&number) {
            complaints.push(Complaint::new(&file.path, 0, format!("{number} is taken")));
        }
        numbers.push(number);
        if !listed.contains(name) {
            complaints.push(Complaint::new(&index, 0, format!("does not list {name}")));
        }
        complaints.extend(lacks_heading(file, number));
    }
    complaints
}

fn lacks_heading(file: &File, number: &str) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if !file.text.starts_with(&format!("# {number}. ")) {
        complaints.push(Complaint::new(
            &file.path,
            1,
            format!("begins with `# {number}. Title`"),
        ));
    }
    let mut headings = file
        .text
        .lines()
        .filter_map(|line| line.strip_prefix("## "));
    for wanted in RECORD {
        if !headings.any(|found| found == *wanted) {
            let what = format!("`## {wanted}` is not there, or not in the order of record 0000");
            complaints.push(Complaint::new(&file.path, 0, what));
            break;
        }
    }
    complaints
}

pub(super) fn links(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.with("md") {
        let mut fenced = false;
        for (number, line) in (1..).zip(file.text.lines()) {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            if fenced {
                continue;
            }
            for target in targets(line).filter(|target| !leads(tree, &file.path, target)) {
                let what = format!("`{target}` leads nowhere");
                complaints.push(Complaint::new(&file.path, number, what));
            }
        }
    }
    complaints
}

/// Targets of `[text](target)` in a line, outside of backticks.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let prose = line.split('`').step_by(2);
    prose.flat_map(|part| {
        part.split("](")
            .skip(1)
            .filter_map(|rest| Some(rest.split_once(')')?.0))
    })
}

fn leads(tree: &Tree, from: &str, target: &str) -> bool {
    let path = target.split(['#', ' ']).next().unwrap_or_default();
    if path.is_empty() || path.contains(':') {
        return true;
    }
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                if parts.pop().is_none() {
                    return false;
                }
            }
            part => parts.push(part),
        }
    }
    parts.is_empty() || tree.paths.contains(&parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_a_machine_are_told_from_parts_of_others() {
        assert!(begins_in(MACHINE[0], concat!("see /", "work/main")));
        assert!(!begins_in(
            MACHINE[0],
            concat!("https://example.org/", "work/main")
        ));
    }

    #[test]
    fn front_matter_is_asked_of_packs() {
        let good =
            "---\npack: x/y\nformat: 1\nlanguages: en\nsources:\n  A \"b\"\n---\n\n# Title\n";
        let tree = Tree::of(&[
            ("laws/x/a.md", good),
            ("laws/x/b.md", "# Title\n"),
            ("laws/x/c.md", "---\npack: x/c\n---\n"),
            ("laws/README.md", "# Packs\n"),
        ]);
        let what: Vec<String> = front_matter(&tree)
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            what,
            [
                "laws/x/b.md:1: a pack begins with front matter, `---`",
                "laws/x/c.md:1: the front matter lacks format: languages: sources:",
            ]
        );
    }

    #[test]
    fn links_are_followed_from_where_they_stand() {
        let text = "[a](b.md) [c](../top.md#x) `[d](e)` [f](https://g.h) [i](none.md)";
        let tree = Tree::of(&[("docs/a.md", text), ("docs/b.md", ""), ("top.md", "")]);
        let what: Vec<String> = links(&tree).iter().map(ToString::to_string).collect();
        assert_eq!(what, ["docs/a.md:1: `none.md` leads nowhere"]);
    }

    #[test]
    fn a_record_has_its_number_its_headings_and_its_line_in_the_index() {
        let record =
            "# 0001. X\n## Status\n## Context\n## Decision\n## Why\n## Alternatives refused\n";
        let files = [
            ("docs/decisions/0001-x.md", record),
            ("docs/decisions/README.md", "0001-x.md"),
        ];
        assert_eq!(decisions(&Tree::of(&files)), []);
        let files = [("docs/decisions/0001-x.md", "# X\n")];
        assert_eq!(decisions(&Tree::of(&files)).len(), 3);
    }
}
