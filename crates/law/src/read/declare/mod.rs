//! The first pass: every name, every act with its fields, every table.

mod act;
mod organs;
mod table;

use rustc_hash::FxHashMap;

use super::Block;
use super::cursor::{Cursor, Read};
use super::entry::Entry;
use super::names::{Kind, Names};
use crate::law::Law;
use crate::problem::{Problem, Source, Span};
use crate::rules::{PackId, Version};
use crate::syntax::TokenKind;
use crate::words::Words;

/// The words of `words` blocks.
#[derive(Debug, Default)]
pub(super) struct Labels(FxHashMap<(PackId, String), Words>);

impl Labels {
    /// The words of a name, the pack's own before those of the packs that it uses.
    pub(super) fn get(&self, names: &Names, pack: PackId, name: &str) -> Option<Words> {
        let of = |pack: PackId| self.0.get(&(pack, name.to_owned()));
        of(pack)
            .or_else(|| names.uses(pack).iter().find_map(|p| of(*p)))
            .cloned()
    }
}

/// Every noun that opens a rule, and two that speak for the whole block.
const NOUNS: [&str; 21] = [
    "article",
    "articles",
    "organs",
    "words",
    "convention",
    "act",
    "facts",
    "measure",
    "clock",
    "duty",
    "meter",
    "gate",
    "ban",
    "watch",
    "breach",
    "remedy",
    "channel",
    "table",
    "formula",
    "eligibility",
    "not",
];

/// Learns the names of all blocks; gives the words of `words` blocks.
pub(super) fn declare(law: &mut Law, blocks: &[Block], problems: &mut Vec<Problem>) -> Labels {
    let mut labels = Labels::default();
    for block in blocks {
        let source = law.file(block.file);
        for entry in &block.entries {
            if Cursor::of(source, entry).look(0) == "words" {
                read_labels(source, block.pack, entry, &mut labels, problems);
            }
        }
    }
    let mut declarer = Declarer {
        law,
        labels,
        problems,
    };
    for block in blocks {
        let source = declarer.law.file(block.file).clone();
        for entry in &block.entries {
            let at = At {
                block,
                source: &source,
            };
            if let Err(problem) = declarer.noun(at, entry) {
                declarer.problems.push(*problem);
            }
        }
    }
    declarer.labels
}

fn read_labels(
    source: &Source,
    pack: PackId,
    entry: &Entry,
    labels: &mut Labels,
    problems: &mut Vec<Problem>,
) {
    for line in &entry.under {
        let mut c = Cursor::of(source, line);
        let read = c
            .name("a name")
            .and_then(|(name, _)| Ok((name.to_owned(), words(&mut c)?)));
        match read.and_then(|read| c.finish().map(|()| read)) {
            Ok((name, words)) => {
                labels.0.insert((pack, name), words);
            }
            Err(problem) => problems.push(*problem),
        }
    }
}

/// `"in the first language" / "in the second"`
pub(super) fn words(c: &mut Cursor<'_>) -> Read<Words> {
    let mark = c.mark();
    let en = c
        .quoted()
        .ok_or_else(|| c.expected("a text in quotes for each language"))?;
    let zh = if c.eat("/") { c.quoted() } else { None };
    let zh = zh.ok_or_else(|| c.expected("`/` with the text in the second language"))?;
    let words = Words::new(en, zh);
    if words.incomplete() {
        return Err(c.problem(
            c.span_from(mark),
            "these words say nothing in one language",
            "empty",
        ));
    }
    Ok(words)
}

/// Words, where some may stand.
pub(super) fn maybe_words(c: &mut Cursor<'_>) -> Read<Option<Words>> {
    if c.sees(TokenKind::Text) {
        words(c).map(Some)
    } else {
        Ok(None)
    }
}

/// A version that is always in force.
pub(super) fn empty_version() -> Version {
    Version {
        article: String::new(),
        from: None,
        until: None,
        governs_by: None,
        dossier: Vec::new(),
        not_encoded: Vec::new(),
    }
}

/// Where the first pass is.
#[derive(Clone, Copy)]
struct At<'a> {
    block: &'a Block,
    source: &'a Source,
}

struct Declarer<'a> {
    law: &'a mut Law,
    labels: Labels,
    problems: &'a mut Vec<Problem>,
}

impl Declarer<'_> {
    fn label(&self, pack: PackId, name: &str) -> Option<Words> {
        self.labels.get(&self.law.names, pack, name)
    }

    /// The words of a name: in place, or from a `words` block, or else a problem.
    fn words_of(
        &mut self,
        at: At<'_>,
        inline: Option<Words>,
        name: &str,
        span: Span,
        what: &str,
        hint: &str,
    ) -> Words {
        let words = inline.or_else(|| self.label(at.block.pack, name));
        if words.is_none() {
            let message = format!("the {what} `{name}` has no words");
            self.say(at, span, message, "nothing to show", hint);
        }
        words.unwrap_or_default()
    }

    fn say(&mut self, at: At<'_>, span: Span, message: String, label: &str, hint: &str) {
        self.problems
            .push(Problem::new(at.source, span, message, label).hint(hint));
    }

    /// Enters a name; whether it is new.
    fn add(&mut self, kind: Kind, at: At<'_>, name: &str, span: Span, index: usize) -> bool {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        if self
            .law
            .names
            .add(kind, at.block.pack, name, index)
            .is_none()
        {
            return true;
        }
        let message = format!(
            "the {} `{name}` is declared twice in this pack",
            kind.noun()
        );
        self.problems
            .push(Problem::new(at.source, span, message, "the second time"));
        false
    }

    fn noun(&mut self, at: At<'_>, entry: &Entry) -> Read<()> {
        let mut c = Cursor::of(at.source, entry);
        let (noun, span) = c.name("a noun such as `act` or `clock`")?;
        if !NOUNS.contains(&noun) {
            let mut problem = c.problem(span, format!("`{noun}` opens no rule"), "unknown noun");
            let nouns: Vec<&str> = NOUNS.into_iter().filter(|n| *n != "not").collect();
            problem.hint = Some(format!("rules are opened by {}", nouns.join(", ")));
            return Err(problem);
        }
        match noun {
            "organs" => self.organs(at, entry),
            "act" => self.act(at, entry, &mut c),
            "facts" => self.facts(at, entry),
            "table" => self.table(at, entry, &mut c),
            "clock" | "duty" => self.grouped(Kind::Clock, at, &mut c),
            "gate" | "ban" | "watch" | "eligibility" => self.grouped(Kind::Gate, at, &mut c),
            "convention" => self.plain(Kind::Convention, at, &mut c),
            "measure" => self.plain(Kind::Measure, at, &mut c),
            "meter" => self.plain(Kind::Meter, at, &mut c),
            "breach" => self.plain(Kind::Breach, at, &mut c),
            "remedy" => self.plain(Kind::Remedy, at, &mut c),
            "channel" => self.plain(Kind::Channel, at, &mut c),
            "formula" => self.plain(Kind::Formula, at, &mut c),
            _ => Ok(()),
        }
    }

    /// Names that stand once; their numbers are those of the second pass, which reads them in the same order.
    fn plain(&mut self, kind: Kind, at: At<'_>, c: &mut Cursor<'_>) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let index = self.law.names.next(kind);
        self.add(kind, at, name, span, index);
        Ok(())
    }

    /// Names that may stand once for each version of the text.
    fn grouped(&mut self, kind: Kind, at: At<'_>, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        if self.law.names.find_own(kind, at.block.pack, name).is_none() {
            let index = if kind == Kind::Clock {
                self.law.clock_groups.push(Vec::new());
                self.law.clock_groups.len() - 1
            } else {
                self.law.gate_groups.push(Vec::new());
                self.law.gate_groups.len() - 1
            };
            let index = u16::try_from(index).unwrap_or(u16::MAX);
            self.law.names.add(kind, at.block.pack, name, index);
        }
        Ok(())
    }
}
