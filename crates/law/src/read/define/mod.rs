//! The second pass: what is said with the names.

mod act;
mod article;
mod clock;
mod clock_parts;
mod convention;
mod definer;
mod formula;
mod gate;
mod measure;
mod not_encoded;
mod redress;

use super::basis::take_basis;
use super::cursor::{Cursor, Read};
use super::declare::{Labels, empty_version};
use super::entry::{Cited, Entry};
use super::names::Kind;
use super::{Article, Block};
use crate::count::Unit;
use crate::law::Law;
use crate::problem::{Problem, Source, Span};
use crate::rules::{
    ActId, Basis, Breach, Channel, Clock, ClockId, Convention, ConventionId, FileId, Formula, Gate,
    GateId, Measure, Meter, PackId, Remedy, Version,
};
use definer::Definer;

/// Everything the second pass read, in the order in which the first declared it.
#[derive(Debug, Default)]
pub(super) struct Defined {
    clocks: Vec<Clock>,
    gates: Vec<Gate>,
    measures: Vec<Measure>,
    meters: Vec<Meter>,
    pub(super) conventions: Vec<Convention>,
    breaches: Vec<Breach>,
    remedies: Vec<Remedy>,
    channels: Vec<Channel>,
    formulas: Vec<Formula>,
    acts: Vec<(ActId, act::Part)>,
    clauses: u32,
    /// Every citation, to be followed when all is read.
    pub(super) cited: Vec<(Place, Cited)>,
    /// The rules that count, and by which convention.
    pub(super) counting: Vec<Counting>,
    /// The rules of which there may be several versions.
    pub(super) versions: Vec<Versioned>,
}

/// Where a rule stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) file: FileId,
    pub(super) pack: PackId,
    pub(super) span: Span,
}

/// A rule that counts, in some units, by a convention or by none.
#[derive(Debug)]
pub(super) struct Counting {
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) convention: Option<ConventionId>,
    pub(super) units: Vec<Unit>,
}

/// One version of a clock or a gate.
#[derive(Debug)]
pub(super) struct Versioned {
    pub(super) place: Place,
    pub(super) kind: Kind,
    /// The number that all versions share.
    pub(super) group: u16,
    pub(super) name: String,
    pub(super) version: Version,
}

impl Defined {
    /// Into the tables of the law.
    pub(super) fn put_into(mut self, law: &mut Law) {
        for (id, part) in self.acts {
            if let Some(act) = law.acts.get_mut(id.index()) {
                part.put_into(act);
            }
        }
        law.clocks_of = vec![Vec::new(); law.acts.len()];
        law.gates_of = vec![Vec::new(); law.acts.len()];
        for (n, clock) in self.clocks.iter().enumerate() {
            let id = ClockId(u16::try_from(n).unwrap_or(u16::MAX));
            push_at(&mut law.clock_groups, clock.group.index(), id);
            clock
                .of
                .iter()
                .for_each(|act| push_at(&mut law.clocks_of, act.index(), id));
        }
        for (n, gate) in self.gates.iter().enumerate() {
            let id = GateId(u16::try_from(n).unwrap_or(u16::MAX));
            push_at(&mut law.gate_groups, gate.group.index(), id);
            gate.of
                .iter()
                .for_each(|act| push_at(&mut law.gates_of, act.index(), id));
        }
        for clock in &mut self.clocks {
            // What a way of counting leaves out, it leaves out of every clock that is counted so.
            let convention = self.conventions.get(clock.convention.index());
            let left_out = convention.map_or(&[][..], |c| &c.not_encoded);
            clock.version.not_encoded.extend_from_slice(left_out);
        }
        law.clocks = self.clocks;
        law.gates = self.gates;
        law.measures = self.measures;
        law.meters = self.meters;
        law.conventions = self.conventions;
        law.breaches = self.breaches;
        law.remedies = self.remedies;
        law.channels = self.channels;
        law.formulas = self.formulas;
        law.clauses = self.clauses;
    }
}

fn push_at<T>(lists: &mut [Vec<T>], at: usize, item: T) {
    if let Some(list) = lists.get_mut(at) {
        list.push(item);
    }
}

/// Reads every rule.
pub(super) fn define(
    law: &Law,
    labels: &Labels,
    blocks: &[Block],
    problems: &mut Vec<Problem>,
) -> Defined {
    let mut definer = Definer {
        law,
        labels,
        problems,
        out: Defined::default(),
    };
    let prepared: Vec<Prepared<'_>> = blocks.iter().map(|b| definer.prepare(b)).collect();
    for (block, prepared) in blocks.iter().zip(&prepared) {
        let source = law.file(block.file);
        for rule in &prepared.rules {
            let Some(article) = prepared.articles.get(rule.article) else {
                continue;
            };
            let entry = rule.entry;
            let at = At {
                block,
                source,
                article,
            };
            let mut c = Cursor::of(source, entry);
            let noun = c.look(0);
            if !rule.opened && !matches!(noun, "organs" | "words" | "facts" | "channel") {
                definer.no_article(at, entry);
            }
            c.next();
            if let Err(problem) = definer.noun(at, noun, entry, &mut c) {
                definer.problems.push(*problem);
            }
        }
    }
    definer.out
}

/// The rules of a block.
struct Prepared<'a> {
    /// The article lines in order, after one that stands for none; then those that a rule changes for itself.
    articles: Vec<Article>,
    rules: Vec<Rule<'a>>,
}

/// A rule as it stands.
struct Rule<'a> {
    /// The number of the article line that holds for it.
    article: usize,
    /// An article line stands before it.
    opened: bool,
    /// What it says of all its clauses.
    basis: Option<Basis>,
    entry: &'a Entry,
}

/// No article line, and the text says it.
fn no_article() -> Article {
    Article {
        version: empty_version(),
        basis: Basis::Text,
    }
}

/// Where the reading is.
#[derive(Clone, Copy, Debug)]
struct At<'a> {
    block: &'a Block,
    source: &'a Source,
    /// The article line that holds.
    article: &'a Article,
}

impl At<'_> {
    fn place(self, span: Span) -> Place {
        Place {
            file: self.block.file,
            pack: self.block.pack,
            span,
        }
    }
}

impl<'a> Definer<'a> {
    fn prepare<'b>(&mut self, block: &'b Block) -> Prepared<'b> {
        let source = self.law.file(block.file);
        let mut articles = vec![no_article()];
        let mut rules: Vec<Rule<'_>> = Vec::new();
        for entry in &block.entries {
            self.collect_citations(block, entry);
            let mut c = Cursor::of(source, entry);
            let read = match c.look(0) {
                "article" | "articles" => {
                    let read = self.article(block, source, entry);
                    // A wrong article line still opens its article.
                    articles.push(read.as_ref().map_or_else(|_| no_article(), Clone::clone));
                    read.map(|_| ())
                }
                "not" => self.not_encoded(block, source, &mut c).map(|read| {
                    if let Some(article) = articles.last_mut() {
                        article.version.not_encoded.push(read);
                    }
                }),
                _ => {
                    let article = articles.len() - 1;
                    let basis = rule_basis(source, entry);
                    rules.push(Rule {
                        article,
                        opened: article > 0,
                        basis,
                        entry,
                    });
                    Ok(())
                }
            };
            if let Err(problem) = read {
                self.problems.push(*problem);
            }
        }
        for rule in &mut rules {
            let basis = rule.basis.take();
            let of_article = articles.get(rule.article).cloned();
            if let Some((basis, article)) = basis.zip(of_article) {
                rule.article = articles.len();
                articles.push(Article { basis, ..article });
            }
        }
        Prepared { articles, rules }
    }

    fn no_article(&mut self, at: At<'_>, entry: &Entry) {
        let message = "a law block begins with the article it encodes";
        self.problems.push(
            Problem::new(
                at.source,
                entry.span,
                message,
                "no `article` line before this",
            )
            .hint("such as `article ACT 91  in force 2018-10-26 ..`"),
        );
    }

    fn noun(&mut self, at: At<'a>, noun: &str, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        match noun {
            "act" => self.act(at, entry, c),
            "convention" => self.convention(at, entry, c),
            "measure" => self.measure(at, entry, c),
            "meter" => self.meter(at, entry, c),
            "clock" => self.clock(at, entry, c, false),
            "duty" => self.clock(at, entry, c, true),
            "gate" | "ban" | "watch" | "eligibility" => self.gate(at, noun, entry, c),
            "breach" => self.breach(at, entry, c),
            "remedy" => self.remedy(at, entry, c),
            "channel" => self.channel(at, entry, c),
            "formula" => self.formula(at, entry, c),
            // `organs`, `words`, `facts` and `table` were read by the first pass.
            _ => Ok(()),
        }
    }
}

/// `basis: …` at the end of a rule's first line, or on a line of its own under it; what is wrong with it is told where it is read.
fn rule_basis(source: &Source, entry: &Entry) -> Option<Basis> {
    let lines = entry.under.iter().map(|line| Cursor::of(source, line));
    let mut own = lines
        .filter(|c| c.at("basis :"))
        .chain([Cursor::of(source, entry)]);
    own.find_map(|mut c| take_basis(&mut c).ok().flatten())
}
