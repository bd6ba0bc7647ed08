//! Reads packs: Markdown to typed rules, in two passes. The first learns every name, the second reads what is said with them.
//!
//! Reading collects problems and goes on; a law with problems is never used.

mod basis;
mod check;
pub mod cursor;
mod declare;
mod define;
mod entry;
pub(crate) mod expression;
mod front;
pub mod names;

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::calendar::Calendar;
use crate::law::Law;
use crate::phrase;
use crate::problem::{Problem, Source, Span};
use crate::rules::{Basis, FileId, PackId, Version};
use crate::syntax::{MAX_FILE, MAX_LINE, PartKind, Tree};
use entry::{Entry, entries};
use front::Front;

/// A law block: the file, the pack, and the lines.
#[derive(Debug)]
struct Block {
    file: FileId,
    pack: PackId,
    entries: Vec<Entry>,
}

/// The article line that holds for the rules after it in a block.
#[derive(Clone, Debug)]
struct Article {
    version: Version,
    basis: Basis,
}

/// The files that make up a law: packs (`.md`) and calendars (`.calendar.csv`), under the names that messages show.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `xx/harbour.md` and its text.
    pub packs: BTreeMap<String, String>,
    /// `xx/holidays` and its text.
    pub calendars: BTreeMap<String, String>,
}

/// Reads everything.
///
/// # Errors
/// All problems that were found, in order of files and lines.
pub fn read(files: &Files) -> Result<Law, Vec<Problem>> {
    let mut law = Law::default();
    let mut problems = Vec::new();
    read_calendars(&mut law, files, &mut problems);
    let (fronts, trees) = cut(&mut law, files, &mut problems);
    front::link(&mut law, &fronts, &mut problems);
    let blocks = read_passages(&mut law, &fronts, &trees, &mut problems);
    let labels = declare::declare(&mut law, &blocks, &mut problems);
    front::counting(&mut law, &fronts, &mut problems);
    let defined = define::define(&law, &labels, &blocks, &mut problems);
    check::check(&law, &fronts, &defined, &mut problems);
    if !problems.is_empty() {
        // What could not be defined is missing, and what refers to it may not be looked into.
        problems.sort_by(|a, b| a.order().cmp(&b.order()));
        return Err(problems);
    }
    defined.put_into(&mut law);
    phrase::fill(&mut law);
    law.gather_notes();
    hash(&mut law);
    Ok(law)
}

fn read_calendars(law: &mut Law, files: &Files, problems: &mut Vec<Problem>) {
    for (name, text) in &files.calendars {
        let source = Source {
            name: format!("{name}.calendar.csv"),
            text: text.as_str().into(),
        };
        if let Some(problem) = too_long(&source) {
            problems.push(problem);
            continue;
        }
        match Calendar::read(name, text) {
            Ok(calendar) => law.calendars.push(calendar),
            Err(errors) => problems.extend(calendar_problems(&source, errors)),
        }
    }
}

/// What is wrong with the lines of a calendar, in order.
fn calendar_problems(source: &Source, errors: Vec<(usize, String)>) -> Vec<Problem> {
    let mut errors = errors.into_iter().peekable();
    let mut problems = Vec::new();
    let mut at = 0;
    for (number, line) in (1..).zip(source.text.split_inclusive('\n')) {
        while let Some((_, error)) = errors.next_if(|(wrong, _)| *wrong == number) {
            let span = Span::new(at, at + line.trim_end().len());
            problems.push(
                Problem::new(source, span, error, "this line")
                    .hint("see section 6 of the pack format"),
            );
        }
        at += line.len();
    }
    problems
}

/// Cuts the files into parts and reads their front matter. Markdown without front matter and rules is prose.
fn cut(law: &mut Law, files: &Files, problems: &mut Vec<Problem>) -> (Vec<Front>, Vec<Tree>) {
    let (mut fronts, mut trees) = (Vec::new(), Vec::new());
    for (name, text) in &files.packs {
        let source = Source {
            name: name.clone(),
            text: text.as_str().into(),
        };
        if let Some(problem) = too_long(&source) {
            problems.push(problem);
            continue;
        }
        let tree = Tree::read(text);
        let Some(lines) = tree.front_matter() else {
            if text.contains("```law") {
                let message = "a law pack begins with front matter";
                let first = Span::new(0, text.lines().next().map_or(0, str::len));
                problems.push(
                    Problem::new(&source, first, message, "no `---` here")
                        .hint("see section 1 of the pack format"),
                );
            }
            continue;
        };
        let file = FileId(u16::try_from(law.files.len()).unwrap_or(u16::MAX));
        match front::read(law, &source, file, lines) {
            Ok(front) => {
                fronts.push(front);
                trees.push(tree);
            }
            Err(found) => problems.extend(found),
        }
        law.files.push(source);
    }
    (fronts, trees)
}

fn too_long(source: &Source) -> Option<Problem> {
    let bytes = source.text.len();
    if bytes > MAX_FILE {
        let message = format!(
            "{} has {bytes} bytes, at most {MAX_FILE} are read",
            source.name
        );
        return Some(Problem::new(source, Span::default(), message, "too long"));
    }
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        if line.len() > MAX_LINE {
            let message = format!(
                "a line of {} bytes, at most {MAX_LINE} are read",
                line.len()
            );
            // Only its beginning is shown: whoever reads the message has a screen.
            let shown: usize = line.chars().take(60).map(char::len_utf8).sum();
            let text = source.text.get(..at + shown).unwrap_or_default();
            let shown_source = Source {
                name: source.name.clone(),
                text: format!("{text} …\n").into(),
            };
            let span = Span::new(at, at + shown);
            return Some(
                Problem::new(&shown_source, span, message, "this line")
                    .hint("break the line; the words of a long list may stand in a `words` block"),
            );
        }
        at += line.len();
    }
    None
}

/// Reads the renderings; gives the blocks of rules.
fn read_passages(
    law: &mut Law,
    fronts: &[Front],
    trees: &[Tree],
    problems: &mut Vec<Problem>,
) -> Vec<Block> {
    let mut blocks = Vec::new();
    for (front, tree) in fronts.iter().zip(trees) {
        let (pack, file) = (front.pack, front.file);
        let source = law.file(file).clone();
        let codes: Vec<String> = law
            .pack(pack)
            .sources
            .iter()
            .map(|s| s.code.clone())
            .collect();
        problems.extend(law.passages.read(pack, file, &codes, &source, tree));
        for part in &tree.parts {
            if let PartKind::Law(lines) = &part.kind {
                blocks.push(Block {
                    file,
                    pack,
                    entries: entries(&source.text, lines),
                });
            }
        }
    }
    blocks
}

/// SHA-256 of each pack.
fn hash(law: &mut Law) {
    for pack in &mut law.packs {
        let mut hash = Sha256::new();
        for source in pack
            .files
            .iter()
            .filter_map(|file| law.files.get(file.index()))
        {
            hash.update(source.text.as_bytes());
        }
        pack.hash = hash
            .finalize()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect::<String>()
            .into();
    }
}
