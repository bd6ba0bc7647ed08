//! Reads packs: Markdown to typed rules, in two passes. The first learns every name, the second reads what is said with them.
//!
//! Reading collects problems and goes on; a law with problems is never used.

mod clock;
pub mod cursor;
mod declare;
mod define;
pub mod expression;
mod front;
mod gate;
pub mod names;

use std::collections::BTreeMap;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use crate::calendar::Calendar;
use crate::law::Law;
use crate::problem::{Problem, Source, Span};
use crate::rules::{FileId, Note, Pack, PackId, Version};
use crate::syntax::{MAX_FILE, MAX_LINE, PartKind, Tree};
use cursor::{Entry, entries};

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
    basis: crate::rules::Basis,
}

/// The files that make up a law: packs (`.md`) and calendars (`.calendar.csv`), under the names that messages show.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// `cn/detention.md` and its text.
    pub packs: BTreeMap<String, String>,
    /// `cn/holidays` and its text.
    pub calendars: BTreeMap<String, String>,
}

/// Reads everything.
///
/// # Errors
/// All problems that were found, in order of files and lines.
pub fn read(files: &Files) -> Result<Law, Vec<Problem>> {
    let mut law = Law::default();
    let mut problems = Vec::new();
    for (name, text) in &files.calendars {
        match Calendar::read(name, text) {
            Ok(calendar) => law.calendars.push(calendar),
            Err(errors) => problems.extend(errors.into_iter().map(|(line, error)| calendar_problem(name, text, line, error))),
        }
    }
    let mut blocks = Vec::new();
    let mut trees = Vec::new();
    for (name, text) in &files.packs {
        let source = Source { name: name.clone(), text: text.as_str().into() };
        if let Some(problem) = too_long(&source) {
            problems.push(problem);
            continue;
        }
        let tree = Tree::read(text);
        let Some(lines) = tree.parts.iter().find_map(|p| match &p.kind {
            PartKind::FrontMatter(lines) => Some(lines),
            _ => None,
        }) else {
            if !text.contains("```law") {
                continue;
            }
            problems.push(
                Problem::new(&source, Span::new(0, 3), "a law pack begins with front matter", "no `---` here")
                    .hint("see section 1 of the pack format"),
            );
            continue;
        };
        let file = FileId(u16::try_from(law.files.len()).unwrap_or(u16::MAX));
        match front::read(&mut law, &source, file, lines) {
            Ok(pack) => trees.push((file, pack, tree)),
            Err(found) => problems.extend(found),
        }
        law.files.push(source);
    }
    front::link(&mut law, &trees.iter().map(|(f, p, _)| (*f, *p)).collect::<Vec<_>>(), &mut problems);
    for (file, pack, tree) in &trees {
        let source = law.file(*file).clone();
        let codes: Vec<String> = law.pack(*pack).sources.iter().map(|s| s.code.clone()).collect();
        problems.extend(law.passages.read(*pack, *file, &codes, &source, tree));
        for part in &tree.parts {
            if let PartKind::Law(lines) = &part.kind {
                blocks.push(Block { file: *file, pack: *pack, entries: entries(&source.text, lines) });
            }
        }
    }
    declare::declare(&mut law, &blocks, &mut problems);
    let defined = define::define(&law, &blocks, &mut problems);
    defined.put_into(&mut law);
    check(&law, &mut problems);
    let mut notes = vec![None; law.clauses as usize];
    law.each_note(&mut |_, note| {
        if let Some(slot) = notes.get_mut(note.id as usize) {
            *slot = Some(note.clone());
        }
    });
    law.notes = notes;
    for pack in &mut law.packs {
        let mut hash = Sha256::new();
        for file in &pack.files {
            if let Some(source) = law.files.get(file.index()) {
                hash.update(source.text.as_bytes());
            }
        }
        pack.hash = hash.finalize().iter().map(|b| format!("{b:02x}")).collect::<String>().into();
    }
    if problems.is_empty() { Ok(law) } else { Err(problems) }
}

fn calendar_problem(name: &str, text: &str, line: usize, error: String) -> Problem {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let end = start + text.split('\n').nth(line - 1).map_or(0, str::len);
    let source = Source { name: format!("{name}.calendar.csv"), text: text.into() };
    Problem::new(&source, Span::new(start, end), error, "this line").hint("see section 6 of the pack format")
}

fn too_long(source: &Source) -> Option<Problem> {
    if source.text.len() > MAX_FILE {
        let message = format!("{} has {} bytes, more than the {MAX_FILE} that are read", source.name, source.text.len());
        return Some(Problem::new(source, Span::default(), message, ""));
    }
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        if line.len() > MAX_LINE {
            let message = format!("a line of {} bytes, more than the {MAX_LINE} that are read", line.len());
            return Some(Problem::new(source, Span::new(at, at + 40.min(line.len())), message, "this line"));
        }
        at += line.len();
    }
    None
}

/// What can only be checked when everything is read: citations lead somewhere, versions do not overlap, help never waits.
fn check(law: &Law, problems: &mut Vec<Problem>) {
    let mut cited = |pack: PackId, note: &Note| {
        for citation in &note.citations {
            if law.passage(pack, citation).is_none() {
                let source = law.file(note.file);
                let line = source.text.get(..note.offset).map_or(0, |t| t.rfind('\n').map_or(0, |n| n + 1));
                let message = format!("{citation} is cited, and no passage of that name is rendered in the packs seen from here");
                let span = Span::new(line, note.offset.max(line + 1));
                problems.push(
                    Problem::new(source, span, message, "leads nowhere")
                        .hint(format!("render it under a heading `## {}. …`", citation.split('(').next().unwrap_or(citation))),
                );
            }
        }
    };
    law.each_note(&mut cited);
    for group in &law.clock_groups {
        let versions: Vec<&Version> = group.iter().map(|id| &law.clock(*id).version).collect();
        if let Some((a, b)) = overlap(&versions) {
            let clock = group.first().map(|id| law.clock(*id));
            let name = clock.map_or("", |c| c.name.as_str());
            problems.extend(overlap_problem(law, clock.map(|c| c.pack), name, a, b));
        }
    }
    for group in &law.gate_groups {
        let versions: Vec<&Version> = group.iter().map(|id| &law.gate(*id).version).collect();
        if let Some((a, b)) = overlap(&versions) {
            let gate = group.first().map(|id| law.gate(*id));
            let name = gate.map_or("", |g| g.name.as_str());
            problems.extend(overlap_problem(law, gate.map(|g| g.pack), name, a, b));
        }
    }
}

fn overlap_problem(law: &Law, pack: Option<PackId>, name: &str, a: &Version, b: &Version) -> Option<Problem> {
    let file = law.pack(pack?).files.first()?;
    let source = law.file(*file);
    let at = source.text.find(name).unwrap_or(0);
    let message = format!("two versions of `{name}` are in force at once: {} and {}", a.article, b.article);
    Some(Problem::new(source, Span::new(at, at + name.len()), message, "declared here").hint("end one `in force A ..` before the other begins"))
}

fn overlap<'a>(versions: &[&'a Version]) -> Option<(&'a Version, &'a Version)> {
    for (n, a) in versions.iter().enumerate() {
        for b in versions.iter().skip(n + 1) {
            let before = |x: &Version, y: &Version| x.until.is_some_and(|u| y.from.is_some_and(|f| u <= f));
            if !before(a, b) && !before(b, a) {
                return Some((a, b));
            }
        }
    }
    None
}

impl Law {
    /// Visits the note of every clause.
    pub fn each_note(&self, visit: &mut impl FnMut(PackId, &Note)) {
        for clock in &self.clocks {
            let pack = clock.pack;
            clock.applies.iter().for_each(|c| visit(pack, &c.note));
            clock.starts.iter().chain(&clock.lasts).for_each(|c| visit(pack, &c.note));
            clock.extensions.iter().for_each(|c| visit(pack, &c.note));
            clock.extension_needs.iter().chain(&clock.not_extended).chain(&clock.never_past).for_each(|c| visit(pack, &c.note));
            clock.stands_still.iter().for_each(|c| visit(pack, &c.note));
            clock.restarts.iter().for_each(|c| visit(pack, &c.note));
            clock.met.iter().chain(&clock.ended).for_each(|c| visit(pack, &c.note));
            clock.owed_by.iter().for_each(|c| visit(pack, &c.note));
            clock.must.iter().for_each(|c| visit(pack, &c.note));
            clock.warns.iter().for_each(|c| visit(pack, &c.note));
            clock.repeats.iter().for_each(|c| visit(pack, &c.note));
            clock.run_out.iter().for_each(|c| visit(pack, &c.note));
        }
        for gate in &self.gates {
            each_condition(&gate.conditions, &mut |note| visit(gate.pack, note));
        }
        for act in &self.acts {
            act.by.iter().for_each(|c| visit(act.pack, &c.note));
            act.checked_by.iter().for_each(|c| visit(act.pack, &c.note));
            act.determines.iter().for_each(|c| visit(act.pack, &c.note));
        }
        for measure in &self.measures {
            measure.begins.iter().chain(&measure.ends).for_each(|c| visit(measure.pack, &c.note));
        }
        for meter in &self.meters {
            meter.limit.iter().for_each(|c| visit(meter.pack, &c.note));
            meter.run_out.iter().for_each(|c| visit(meter.pack, &c.note));
        }
        for breach in &self.breaches {
            breach.effects.iter().chain(&breach.later).for_each(|c| visit(breach.pack, &c.note));
            breach.acts.iter().for_each(|c| visit(breach.pack, &c.note));
            breach.remedies.iter().for_each(|c| visit(breach.pack, &c.note));
        }
        for remedy in &self.remedies {
            remedy.whom.iter().for_each(|c| visit(remedy.pack, &c.note));
            remedy.to.iter().for_each(|c| visit(remedy.pack, &c.note));
            remedy.opens.iter().for_each(|c| visit(remedy.pack, &c.note));
            remedy.within.iter().for_each(|c| visit(remedy.pack, &c.note));
        }
        for formula in &self.formulas {
            formula.steps.iter().flat_map(|(_, lines)| lines).for_each(|c| visit(formula.pack, &c.note));
        }
        for convention in &self.conventions {
            convention.notes.iter().for_each(|note| visit(convention.pack, note));
        }
    }
}

/// Visits the notes of conditions and of the groups in them.
pub fn each_condition(conditions: &[crate::rules::Clause<crate::rules::Condition>], visit: &mut impl FnMut(&Note)) {
    for clause in conditions {
        visit(&clause.note);
        clause.rule.unless.iter().for_each(|c| visit(&c.note));
        match &clause.rule.test {
            crate::rules::Test::One(_) => {}
            crate::rules::Test::AtLeast(_, within) | crate::rules::Test::All(within) => each_condition(within, visit),
        }
    }
}

/// An empty pack, before its front matter is read.
fn empty_pack(name: &str) -> Pack {
    Pack {
        name: name.to_owned(),
        jurisdiction: name.split('/').next().unwrap_or_default().to_owned(),
        title: crate::words::Words::default(),
        zone: jiff::tz::TimeZone::UTC,
        calendar: None,
        counting: None,
        sources: Vec::new(),
        files: Vec::new(),
        hash: Arc::from(""),
    }
}

impl Law {
    /// Visits every clause that holds or does not: conditions of gates, and what clocks depend on.
    pub fn each_test(&self, visit: &mut impl FnMut(PackId, &Note)) {
        for gate in &self.gates {
            each_condition(&gate.conditions, &mut |note| visit(gate.pack, note));
        }
        for clock in &self.clocks {
            let pack = clock.pack;
            let conditional = clock.starts.iter().chain(&clock.lasts).filter(|c| c.rule.when.is_some());
            conditional.for_each(|c| visit(pack, &c.note));
            let plain = clock.applies.iter().chain(&clock.extension_needs).chain(&clock.not_extended);
            plain.for_each(|c| visit(pack, &c.note));
            clock.extensions.iter().filter(|c| c.rule.trigger.condition.is_some()).for_each(|c| visit(pack, &c.note));
            clock.restarts.iter().filter(|c| c.rule.trigger.condition.is_some()).for_each(|c| visit(pack, &c.note));
            clock.stands_still.iter().filter(|c| c.rule.from.condition.is_some()).for_each(|c| visit(pack, &c.note));
            let closing = clock.met.iter().chain(&clock.ended).filter(|c| c.rule.condition.is_some());
            closing.for_each(|c| visit(pack, &c.note));
            clock.repeats.iter().filter(|c| c.rule.from_due_where.is_some()).for_each(|c| visit(pack, &c.note));
        }
    }
}
