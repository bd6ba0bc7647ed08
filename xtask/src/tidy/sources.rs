//! Rules about every Rust file: documented, short, nothing put off.

use super::Complaint;
use super::source::{Keep, masked};
use super::tree::Tree;

/// A file of one idea has around 300 lines.
const LONGEST: usize = 800;

/// Marks of work that was left, as they stand in code.
const PUT_OFF: &[(&str, &str)] = &[
    (
        "todo!",
        "unfinished; do it, or leave it out and say so in docs",
    ),
    (
        "unimplemented!",
        "unfinished; do it, or leave it out and say so in docs",
    ),
    (
        "#[ignore",
        "a test that never runs; assert what it does today instead",
    ),
    (
        "#[should_panic",
        "nothing of ours panics; assert the error instead",
    ),
];

pub(super) fn module_docs(tree: &Tree) -> Vec<Complaint> {
    let undocumented = tree
        .with("rs")
        .filter(|f| !f.text.trim_start().starts_with("//!"));
    let what = "does not begin with `//!`: one sentence on what stands here";
    undocumented
        .map(|f| Complaint::new(&f.path, 1, what))
        .collect()
}

pub(super) fn short(tree: &Tree) -> Vec<Complaint> {
    let lengths = tree.with("rs").map(|f| (f, f.text.lines().count()));
    let long = lengths.filter(|(_, lines)| *lines > LONGEST);
    long.map(|(f, lines)| {
        Complaint::new(
            &f.path,
            0,
            format!("{lines} lines, at most {LONGEST}: more than one idea"),
        )
    })
    .collect()
}

pub(super) fn put_off(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for file in tree.with("rs") {
        let code = masked(&file.text, Keep::Code);
        for (number, line) in (1..).zip(code.lines()) {
            for (mark, why) in PUT_OFF.iter().filter(|(mark, _)| line.contains(mark)) {
                complaints.push(Complaint::new(
                    &file.path,
                    number,
                    format!("`{mark}`: {why}"),
                ));
            }
        }
    }
    complaints
}

pub(super) fn snapshots(tree: &Tree) -> Vec<Complaint> {
    let pending = |p: &&String| p.ends_with(".snap.new") || p.ends_with(".pending-snap");
    let what = "a snapshot that nobody has accepted";
    tree.paths
        .iter()
        .filter(pending)
        .map(|p| Complaint::new(p, 0, what))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_docs_and_one_too_long() {
        let long = format!("//! x\n{}", "\n".repeat(LONGEST));
        let tree = Tree::of(&[("a.rs", "fn a() {}"), ("b.rs", &long)]);
        assert_eq!(module_docs(&tree).len(), 1);
        assert_eq!(short(&tree).len(), 1);
    }

    #[test]
    fn marks_count_in_code_only() {
        let tree = Tree::of(&[("a.rs", "// todo!\nlet a = \"todo!\";\nfn b() { todo!() }")]);
        let lines: Vec<usize> = put_off(&tree).iter().map(|c| c.line).collect();
        assert_eq!(lines, [3]);
    }
}
