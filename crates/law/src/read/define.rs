//! The second pass: what is said with the names.

use super::cursor::{Cursor, Entry, Read};
use super::declare::{empty_version, words};
use super::expression::Reader;
use super::names::{Kind, Scope};
use super::{Article, Block};
use crate::calendar::{DayKind, weekday};
use crate::count::{AgeFrom, Choices, FirstDay, Hours, LastDay, Length, Months, Moves};
use crate::expression::{Expression, Identity};
use crate::law::Law;
use crate::problem::{Problem, Source, Span};
use crate::rules::{
    ActId, Basis, Breach, By, Channel, Clause, Clock, ClockGroup, Competence, Conditional, Convention, ConventionId, FieldId,
    Formula, Gate, LevelId, Measure, MeasureId, Meter, NotEncoded, Note, Opens, OrganId, Otherwise, PackId, RankId,
    Remedy, RemedyId, RunOut, Trigger, Version,
};
use crate::syntax::TokenKind;
use crate::value::Type;

/// Everything the second pass read, in the order in which the first declared it.
#[derive(Debug, Default)]
pub struct Defined {
    clocks: Vec<Clock>,
    gates: Vec<Gate>,
    measures: Vec<Measure>,
    meters: Vec<Meter>,
    conventions: Vec<Convention>,
    breaches: Vec<Breach>,
    remedies: Vec<Remedy>,
    channels: Vec<Channel>,
    formulas: Vec<Formula>,
    acts: Vec<(ActId, ActPart)>,
    clauses: u32,
}

#[derive(Debug)]
struct ActPart {
    by: Vec<Clause<By>>,
    on: Vec<ActId>,
    checked_by: Vec<Clause<Vec<ActId>>>,
    determines: Vec<Clause<(ClockGroup, FieldId)>>,
    version: Version,
}

impl Defined {
    /// Into the tables of the law.
    pub fn put_into(self, law: &mut Law) {
        for (id, part) in self.acts {
            if let Some(act) = law.acts.get_mut(id.index()) {
                act.by = part.by;
                act.on = part.on;
                act.checked_by = part.checked_by;
                act.determines = part.determines;
                act.version = part.version;
            }
        }
        law.clocks_of = vec![Vec::new(); law.acts.len()];
        law.gates_of = vec![Vec::new(); law.acts.len()];
        for (n, clock) in self.clocks.iter().enumerate() {
            let id = crate::rules::ClockId(u16::try_from(n).unwrap_or(u16::MAX));
            if let Some(group) = law.clock_groups.get_mut(clock.group.index()) {
                group.push(id);
            }
            for act in &clock.of {
                if let Some(list) = law.clocks_of.get_mut(act.index()) {
                    list.push(id);
                }
            }
        }
        for (n, gate) in self.gates.iter().enumerate() {
            let id = crate::rules::GateId(u16::try_from(n).unwrap_or(u16::MAX));
            if let Some(group) = law.gate_groups.get_mut(gate.group.index()) {
                group.push(id);
            }
            for act in &gate.of {
                if let Some(list) = law.gates_of.get_mut(act.index()) {
                    list.push(id);
                }
            }
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

/// Reads every rule.
pub fn define(law: &Law, blocks: &[Block], problems: &mut Vec<Problem>) -> Defined {
    let prepared: Vec<Prepared<'_>> = blocks.iter().map(|block| prepare(law, block, problems)).collect();
    let mut definer = Definer { law, problems, out: Defined::default() };
    for (block, prepared) in blocks.iter().zip(&prepared) {
        let source = law.file(block.file);
        for (number, entry) in &prepared.rules {
            let Some(article) = prepared.articles.get(*number) else { continue };
            let mut c = Cursor::of(source, entry);
            let noun = c.look(0);
            if *number == 0 && !matches!(noun, "organs" | "words" | "facts" | "channel") {
                definer.problems.push(
                    Problem::new(source, entry.span, "a law block begins with the article it encodes", "no `article` line before this")
                        .hint("such as `article ACT 91  in force 2018-10-26 ..`"),
                );
            }
            c.next();
            if let Err(problem) = definer.noun(At { block, source, article }, noun, entry, &mut c) {
                definer.problems.push(*problem);
            }
        }
    }
    definer.out
}

/// The rules of a block, each with the number of the article line that holds for it; number 0 stands for none.
struct Prepared<'a> {
    articles: Vec<Article>,
    rules: Vec<(usize, &'a Entry)>,
}

fn prepare<'a>(law: &'a Law, block: &'a Block, problems: &mut Vec<Problem>) -> Prepared<'a> {
    let source = law.file(block.file);
    let definer = Definer { law, problems, out: Defined::default() };
    let mut articles = vec![Article { version: empty_version(), basis: Basis::Text }];
    let mut rules = Vec::new();
    for entry in &block.entries {
        let mut c = Cursor::of(source, entry);
        let read = match c.look(0) {
            "article" | "articles" => definer.article(block, source, entry).map(|read| articles.push(read)),
            "not" => not_encoded(block, source, law, &mut c).map(|read| {
                if let Some(article) = articles.last_mut() {
                    article.version.not_encoded.push(read);
                }
            }),
            _ => {
                rules.push((articles.len() - 1, entry));
                Ok(())
            }
        };
        if let Err(problem) = read {
            definer.problems.push(*problem);
        }
    }
    Prepared { articles, rules }
}

/// Where the reading is.
#[derive(Clone, Copy, Debug)]
pub struct At<'a> {
    /// The block.
    pub(super) block: &'a Block,
    /// Its file.
    pub(super) source: &'a Source,
    /// The article line that holds.
    pub(super) article: &'a Article,
}

/// The second pass at work.
#[derive(Debug)]
pub struct Definer<'a> {
    /// What was declared.
    pub(super) law: &'a Law,
    /// What is wrong so far.
    pub(super) problems: &'a mut Vec<Problem>,
    /// What was read so far.
    pub(super) out: Defined,
}

/// The suffixes of a clause.
#[derive(Clone, Debug, Default)]
pub struct Suffixes {
    basis: Option<Basis>,
    otherwise: Otherwise,
}

impl<'a> Definer<'a> {
    fn pack(at: At<'_>) -> PackId {
        at.block.pack
    }

    /// A reader of expressions in a scope.
    pub(super) fn reader<'s>(&self, at: At<'_>, scope: &'s Scope) -> Reader<'s>
    where
        'a: 's,
    {
        Reader { law: self.law, pack: Self::pack(at), scope, depth: 0 }
    }

    /// Looks a name up.
    pub(super) fn look_up(&self, at: At<'_>, c: &mut Cursor<'_>, kind: Kind) -> Read<u16> {
        self.reader(at, &Scope::default()).look_up(c, kind)
    }

    /// `ACT or ACT`, also with commas.
    pub(super) fn acts(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Vec<ActId>> {
        let mut acts = vec![ActId(self.look_up(at, c, Kind::Act)?)];
        loop {
            let mark = c.mark();
            if !(c.eat(", or") || c.eat("or") || c.eat(",")) {
                return Ok(acts);
            }
            if self.law.names.find(Kind::Act, Self::pack(at), c.look(0)).is_none() && c.look(1) != "/" {
                // The list ends here, unless a misspelled act was meant.
                if c.text_at(mark) == "or" {
                    self.look_up(at, c, Kind::Act)?;
                }
                c.back(mark);
                return Ok(acts);
            }
            acts.push(ActId(self.look_up(at, c, Kind::Act)?));
        }
    }

    /// `ACT or ACT [where COND]`, with the bare names of these acts.
    pub(super) fn trigger(&self, at: At<'_>, c: &mut Cursor<'_>, anchor: &[ActId]) -> Read<Trigger> {
        let acts = self.acts(at, c)?;
        let condition = if c.eat("where") || c.eat("when") {
            let scope = Scope { current: acts.clone(), anchor: anchor.to_vec(), in_clock: true, ..Scope::default() };
            Some(self.reader(at, &scope).condition(c)?)
        } else {
            None
        };
        Ok(Trigger { acts, condition })
    }

    /// Takes `basis: …` and `else …` off the end of a clause.
    pub(super) fn suffixes(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Suffixes> {
        let mut found = Suffixes::default();
        if let Some(mark) = c.find("basis").into_iter().rfind(|n| c.text_at(n + 1) == ":") {
            let mut tail = c.split_off(mark);
            tail.eat("basis :");
            found.basis = Some(read_basis(&mut tail)?);
        }
        let opens = |word: &str| matches!(word, "void" | "question" | "breach");
        if let Some(mark) = c.find("else").into_iter().rfind(|n| opens(c.text_at(n + 1))) {
            let mut tail = c.split_off(mark);
            tail.eat("else");
            found.otherwise = if tail.eat("void") {
                Otherwise::Void
            } else if tail.eat("question") {
                Otherwise::Question
            } else {
                tail.need("breach")?;
                Otherwise::Breach(self.reader(at, &Scope::default()).breach(&mut tail)?)
            };
            tail.finish()?;
        }
        c.eat_trailing_comma();
        Ok(found)
    }

    /// The note of a clause.
    pub(super) fn note(&mut self, at: At<'_>, entry: &Entry, suffixes: Suffixes, words: Option<crate::words::Words>) -> Note {
        let id = self.out.clauses;
        self.out.clauses += 1;
        let text = at.source.text.get(entry.span.start..entry.span.end).unwrap_or_default();
        let text = text.split("  basis:").next().unwrap_or_default().trim_end();
        Note {
            id,
            citations: entry.cited.iter().map(|cited| self.citation(at, &cited.text).into()).collect(),
            basis: suffixes.basis.unwrap_or_else(|| at.article.basis.clone()),
            text: text.into(),
            words,
            otherwise: suffixes.otherwise,
            file: at.block.file,
            offset: entry.span.start,
        }
    }

    /// `91(1)` in a pack whose main source is CPL is `CPL 91(1)`; under `article SPPR 5` it is still of the main source.
    fn citation(&self, at: At<'_>, text: &str) -> String {
        if text.starts_with(|c: char| c.is_ascii_uppercase()) && text.contains(' ') {
            return text.to_owned();
        }
        let main = self.law.pack(Self::pack(at)).sources.first();
        format!("{} {text}", main.map_or("", |s| s.code.as_str()))
    }

    /// Reads the clauses under an entry, each on its own: one wrong clause does not hide the next.
    pub(super) fn clauses(&mut self, at: At<'a>, entries: &'a [Entry], mut read: impl FnMut(&mut Self, &'a Entry, &mut Cursor<'a>) -> Read<()>) {
        for entry in entries {
            let mut c = Cursor::of(at.source, entry);
            let result = read(self, entry, &mut c).and_then(|()| c.finish());
            if let Err(problem) = result {
                self.problems.push(*problem);
            }
        }
    }

    /// Whether a clause may do without a citation.
    pub(super) fn cited(&mut self, at: At<'_>, entry: &Entry) {
        if entry.cited.is_empty() {
            self.problems.push(
                Problem::new(at.source, entry.span, "this clause cites no passage", "the first column is empty")
                    .hint("begin the line with the passage it encodes and two spaces, such as `91(1)  `"),
            );
        }
    }

    fn article(&self, block: &Block, source: &Source, entry: &Entry) -> Read<Article> {
        let none = Article { version: empty_version(), basis: Basis::Text };
        let at = At { block, source, article: &none };
        let mut c = Cursor::of(at.source, entry);
        c.next();
        let start = c.here().start;
        let mut article = Article { version: empty_version(), basis: Basis::Text };
        let suffixes = self.suffixes(at, &mut c)?;
        article.basis = suffixes.basis.unwrap_or_default();
        let mut name_end = None;
        while !c.done() {
            if c.at("in force") {
                name_end.get_or_insert(c.here().start);
                c.eat("in force");
                article.version.from = self.day(&mut c)?;
                c.need("..")?;
                article.version.until = if matches!(c.peek(), Some((TokenKind::Moment, _))) { self.day(&mut c)? } else { None };
            } else if c.at("governs by") {
                name_end.get_or_insert(c.here().start);
                c.eat("governs by");
                let scope = Scope::default();
                let mark = c.mark();
                article.version.governs_by = Some(match self.reader(at, &scope).value(&mut c) {
                    Ok((value, _)) => value,
                    Err(problem) => {
                        // A field of the act of which each rule makes one.
                        c.back(mark);
                        let (name, _) = c.name("a fact or a field")?;
                        let field = self.law.field(name).ok_or(problem)?;
                        Expression::Field { of: crate::expression::Of::Anchor, field }
                    }
                });
            } else if c.at("dossier") {
                name_end.get_or_insert(c.here().start);
                let from = c.here().end;
                let rest = at.source.text.get(from..entry.span.end).unwrap_or_default();
                let rest = rest.split("in force").next().unwrap_or_default().split("basis:").next().unwrap_or_default();
                article.version.dossier = rest.split(',').map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()).collect();
                while !c.done() && !c.at("in force") {
                    c.next();
                }
            } else {
                c.next();
            }
        }
        let name = at.source.text.get(start..name_end.unwrap_or(entry.span.end)).unwrap_or_default().trim();
        article.version.article = self.citation(at, name);
        for line in &entry.under {
            let mut c = Cursor::of(at.source, line);
            article.version.not_encoded.push(not_encoded(at.block, at.source, self.law, &mut c)?);
        }
        Ok(article)
    }

    fn day(&self, c: &mut Cursor<'_>) -> Read<Option<jiff::civil::Date>> {
        match c.peek() {
            Some((TokenKind::Moment, text)) => {
                let day = text.parse().map_err(|_| c.expected("a day such as 2018-10-26"))?;
                c.next();
                Ok(Some(day))
            }
            _ => Err(c.expected("a day such as 2018-10-26")),
        }
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
            _ => Ok(()),
        }
    }

    fn act(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let id = ActId(self.look_up(at, c, Kind::Act)?);
        let mut part = ActPart { by: Vec::new(), on: Vec::new(), checked_by: Vec::new(), determines: Vec::new(), version: at.article.version.clone() };
        self.clauses(at, &entry.under, |me, line, c| {
            if c.at("field") || c.eat("period") {
                while c.at("field") && c.next().is_some() {}
                while c.next().is_some() {}
                return Ok(());
            }
            if c.at("not encoded") {
                part.version.not_encoded.push(not_encoded(at.block, at.source, me.law, c)?);
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            if c.eat("by") {
                let by = me.by(at, c)?;
                let note = me.note(at, line, suffixes, None);
                part.by.push(Clause { rule: by, note });
            } else if c.eat("on") {
                part.on.extend(me.acts(at, c)?);
            } else if c.eat("checked by") {
                let acts = me.acts(at, c)?;
                let note = me.note(at, line, suffixes, None);
                part.checked_by.push(Clause { rule: acts, note });
            } else if c.eat("determines") {
                let clock = ClockGroup(me.look_up(at, c, Kind::Clock)?);
                c.need("by")?;
                let (field, span) = c.name("a field")?;
                let known = me.law.field(field).filter(|f| me.law.act(id).fields.iter().any(|known| known.id == *f));
                let field = known.ok_or_else(|| c.problem(span, format!("this act has no field `{field}`"), "unknown field"))?;
                let note = me.note(at, line, suffixes, None);
                part.determines.push(Clause { rule: (clock, field), note });
            } else {
                return Err(c.expected("`by`, `on`, `field`, `checked by`, `determines` or `period`"));
            }
            Ok(())
        });
        self.out.acts.push((id, part));
        Ok(())
    }

    /// `police of rank county_head or above, or procuratorate, a different organ from ACT`
    fn by(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<By> {
        let mut by = By { competences: Vec::new(), differs: Vec::new() };
        loop {
            if c.eat("a different") || c.eat("different") {
                let identity = match c.look(0) {
                    "organ" => Identity::Organ,
                    "person" | "official" => Identity::Official,
                    "unit" => Identity::Unit,
                    _ => return Err(c.expected("`organ`, `person` or `unit`")),
                };
                c.next();
                c.need("from")?;
                for act in self.acts(at, c)? {
                    by.differs.push((identity, act));
                }
            } else {
                by.competences.push(self.competence(at, c)?);
            }
            if !(c.eat(", or") || c.eat(",") || c.eat("or")) {
                return Ok(by);
            }
        }
    }

    fn competence(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Competence> {
        let mut competence = Competence { organ: None, rank: None, level: None };
        if !c.eat("anyone") {
            competence.organ = Some(OrganId(self.look_up(at, c, Kind::Organ)?));
        }
        loop {
            if c.eat("of rank") {
                competence.rank = Some(RankId(self.look_up(at, c, Kind::Rank)?));
                c.eat("or above");
            } else if c.eat("at") || c.eat("of level") {
                competence.level = Some(LevelId(self.look_up(at, c, Kind::Level)?));
                c.eat("or above");
            } else {
                return Ok(competence);
            }
        }
    }

    fn convention(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let words = words(c)?;
        let mut convention = Convention {
            pack: at.block.pack,
            name: name.to_owned(),
            words,
            choices: Choices::default(),
            also: Vec::new(),
            notes: Vec::new(),
        };
        let calendar = self.law.pack(at.block.pack).calendar.and_then(|n| self.law.calendars.get(n));
        self.clauses(at, &entry.under, |me, line, c| {
            if c.at("not encoded") {
                not_encoded(at.block, at.source, me.law, c)?;
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            let also = c.eat("also show");
            let mut choices = Choices::default();
            read_choice(c, &mut choices, calendar)?;
            if also {
                let words = super::declare::words(c)?;
                let note = me.note(at, line, suffixes, Some(words.clone()));
                convention.also.push(Clause { rule: (choices, words), note });
            } else {
                merge(&mut convention.choices, choices);
                let note = me.note(at, line, suffixes, None);
                convention.notes.push(note);
            }
            Ok(())
        });
        self.out.conventions.push(convention);
        Ok(())
    }

    fn measure(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let words = words(c)?;
        let mut measure = Measure {
            pack: at.block.pack,
            name: name.to_owned(),
            words,
            held: false,
            within: Vec::new(),
            begins: Vec::new(),
            ends: Vec::new(),
            version: at.article.version.clone(),
        };
        let header = self.measure_header(at, c, &mut measure);
        self.clauses(at, &entry.under, |me, line, c| {
            if c.at("not encoded") {
                measure.version.not_encoded.push(not_encoded(at.block, at.source, me.law, c)?);
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            let begins = c.eat("begins with");
            if !begins {
                c.need("ends with")?;
            }
            let trigger = me.trigger(at, c, &[])?;
            let note = me.note(at, line, suffixes, None);
            let list = if begins { &mut measure.begins } else { &mut measure.ends };
            list.push(Clause { rule: trigger, note });
            Ok(())
        });
        self.out.measures.push(measure);
        header
    }

    fn measure_header(&self, at: At<'_>, c: &mut Cursor<'_>, measure: &mut Measure) -> Read<()> {
        while !c.done() {
            c.eat(",");
            if c.eat("held") {
                measure.held = true;
            } else if c.eat("within") {
                measure.within.push(MeasureId(self.look_up(at, c, Kind::Measure)?));
                while c.eat("or") {
                    measure.within.push(MeasureId(self.look_up(at, c, Kind::Measure)?));
                }
            } else {
                return Err(c.expected("`held` or `within`"));
            }
        }
        Ok(())
    }

    fn meter(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let words = words(c)?;
        let mut meter = Meter {
            pack: at.block.pack,
            name: name.to_owned(),
            words,
            counts: Vec::new(),
            per_organ: false,
            limit: None,
            convention: self.default_convention(at),
            run_out: None,
            version: at.article.version.clone(),
        };
        let header = self.meter_header(at, c, &mut meter);
        self.clauses(at, &entry.under, |me, line, c| {
            if c.eat("counted by") {
                meter.convention = ConventionId(me.look_up(at, c, Kind::Convention)?);
                return Ok(());
            }
            if c.at("not encoded") {
                meter.version.not_encoded.push(not_encoded(at.block, at.source, me.law, c)?);
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            if c.eat("limit") {
                let length = me.plain_length(c)?;
                let note = me.note(at, line, suffixes, None);
                meter.limit = Some(Clause { rule: length, note });
            } else {
                c.need("run out")?;
                let rule = me.run_out(at, c)?;
                let note = me.note(at, line, suffixes, None);
                meter.run_out = Some(Clause { rule, note });
            }
            Ok(())
        });
        self.out.meters.push(meter);
        header
    }

    fn meter_header(&self, at: At<'_>, c: &mut Cursor<'_>, meter: &mut Meter) -> Read<()> {
        while !c.done() {
            c.eat(",");
            if c.eat("counts") {
                meter.counts.push(MeasureId(self.look_up(at, c, Kind::Measure)?));
                while c.eat("or") {
                    meter.counts.push(MeasureId(self.look_up(at, c, Kind::Measure)?));
                }
            } else if c.eat("per organ") {
                meter.per_organ = true;
            } else {
                return Err(c.expected("`counts` and a measure, or `per organ`"));
            }
        }
        Ok(())
    }

    /// The convention of the pack; its absence is a problem where a rule needs it.
    pub(super) fn default_convention(&self, at: At<'_>) -> ConventionId {
        self.law.pack(at.block.pack).counting.unwrap_or(ConventionId(0))
    }

    /// A length of literals only.
    pub(super) fn plain_length(&self, c: &mut Cursor<'_>) -> Read<Length> {
        let scope = Scope::default();
        let reader = Reader { law: self.law, pack: PackId(0), scope: &scope, depth: 0 };
        let mark = c.mark();
        match constant_length(&reader.length(c)?) {
            Some(length) => Ok(length),
            None => Err(c.problem(c.span_from(mark), "a fixed length is expected", "not fixed")),
        }
    }

    /// `: breach NAME`, `: question`, `: overrun`
    pub(super) fn run_out(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<RunOut> {
        c.need(":")?;
        if c.eat("question") {
            return Ok(RunOut::Question);
        }
        if c.eat("overrun") {
            return Ok(RunOut::Overrun);
        }
        c.need("breach")?;
        Ok(RunOut::Breach(self.reader(at, &Scope::default()).breach(c)?))
    }

    fn breach(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let title = words(c)?;
        let mut breach = Breach { pack: at.block.pack, name: name.to_owned(), words: title, effects: Vec::new(), acts: Vec::new(), remedies: Vec::new(), later: Vec::new() };
        self.clauses(at, &entry.under, |me, line, c| {
            if c.at("not encoded") {
                not_encoded(at.block, at.source, me.law, c)?;
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            match c.look(0) {
                "effect" | "later" => {
                    let effect = c.eat("effect");
                    c.eat("later");
                    let rule = words(c)?;
                    let note = me.note(at, line, suffixes, None);
                    if effect { &mut breach.effects } else { &mut breach.later }.push(Clause { rule, note });
                }
                "acts" => {
                    c.next();
                    let organ = OrganId(me.look_up(at, c, Kind::Organ)?);
                    let rule = (organ, words(c)?);
                    let note = me.note(at, line, suffixes, None);
                    breach.acts.push(Clause { rule, note });
                }
                "remedy" => {
                    c.next();
                    loop {
                        let rule = RemedyId(me.look_up(at, c, Kind::Remedy)?);
                        let note = me.note(at, line, suffixes.clone(), None);
                        breach.remedies.push(Clause { rule, note });
                        if !(c.eat(",") || c.eat("or")) {
                            break;
                        }
                    }
                }
                _ => return Err(c.expected("`effect`, `acts`, `remedy` or `later`")),
            }
            Ok(())
        });
        self.out.breaches.push(breach);
        Ok(())
    }

    fn remedy(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let title = words(c)?;
        let mut remedy = Remedy {
            pack: at.block.pack,
            name: name.to_owned(),
            words: title,
            whom: None,
            to: Vec::new(),
            opens: Vec::new(),
            made_by: Vec::new(),
            within: None,
            answered_by: None,
            then: Vec::new(),
            convention: self.default_convention(at),
            version: at.article.version.clone(),
        };
        self.clauses(at, &entry.under, |me, line, c| {
            if c.eat("counted by") {
                remedy.convention = ConventionId(me.look_up(at, c, Kind::Convention)?);
                return Ok(());
            }
            if c.at("not encoded") {
                remedy.version.not_encoded.push(not_encoded(at.block, at.source, me.law, c)?);
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            let note = me.note(at, line, suffixes, None);
            match c.look(0) {
                "for" => {
                    c.next();
                    remedy.whom = Some(Clause { rule: words(c)?, note });
                }
                "to" => {
                    c.next();
                    loop {
                        let rule = OrganId(me.look_up(at, c, Kind::Organ)?);
                        remedy.to.push(Clause { rule, note: note.clone() });
                        if !(c.eat(", or") || c.eat(",") || c.eat("or")) {
                            break;
                        }
                    }
                }
                "open" => {
                    c.next();
                    let rule = me.opens(at, c)?;
                    remedy.opens.push(Clause { rule, note });
                }
                "made" => {
                    c.need("made by")?;
                    remedy.made_by.extend(me.acts(at, c)?);
                }
                "within" => {
                    c.next();
                    remedy.within = Some(Clause { rule: me.plain_length(c)?, note });
                }
                "answered" => {
                    c.need("answered by clock")?;
                    remedy.answered_by = Some((ClockGroup(me.look_up(at, c, Kind::Clock)?), note));
                }
                "then" => {
                    c.next();
                    remedy.then.push(RemedyId(me.look_up(at, c, Kind::Remedy)?));
                }
                _ => return Err(c.expected("`for`, `to`, `open`, `made by`, `within`, `answered by clock` or `then`")),
            }
            Ok(())
        });
        self.out.remedies.push(remedy);
        Ok(())
    }

    fn opens(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Opens> {
        if c.eat("on") {
            let scope = Scope::default();
            let reader = self.reader(at, &scope);
            let mut breaches = vec![reader.breach(c)?];
            while c.eat("or") || c.eat(",") {
                breaches.push(reader.breach(c)?);
            }
            return Ok(Opens::On(breaches));
        }
        if c.eat("after") {
            return Ok(Opens::After(self.acts(at, c)?));
        }
        c.need("when")?;
        let scope = Scope::default();
        Ok(Opens::When(self.reader(at, &scope).condition(c)?))
    }

    fn channel(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let words = words(c)?;
        let note = self.note(at, entry, Suffixes::default(), None);
        let mut channel = Channel { pack: at.block.pack, name: name.to_owned(), words, organ: None, telephone: None, address: None, note };
        let mut read = |me: &mut Self, c: &mut Cursor<'_>| -> Read<()> {
            while !c.done() {
                c.eat(",");
                if c.eat("of") {
                    channel.organ = Some(OrganId(me.look_up(at, c, Kind::Organ)?));
                } else if c.eat("telephone") {
                    channel.telephone = c.quoted().map(str::to_owned);
                } else if c.eat("address") {
                    channel.address = c.quoted().map(str::to_owned);
                } else {
                    return Err(c.expected("`of`, `telephone` or `address`"));
                }
            }
            Ok(())
        };
        let header = self.suffixes(at, c).and_then(|_| read(self, c));
        self.clauses(at, &entry.under, |me, _, c| {
            me.suffixes(at, c)?;
            read(me, c)
        });
        if let Some(first) = entry.under.first() {
            channel.note = self.note(at, first, Suffixes::default(), None);
        }
        self.out.channels.push(channel);
        header
    }

    fn formula(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let title = words(c)?;
        let of = if c.eat("of each") || c.eat("for each") { self.acts(at, c) } else { Ok(Vec::new()) };
        let (of, header) = match of {
            Ok(of) => (of, Ok(())),
            Err(problem) => (Vec::new(), Err(problem)),
        };
        let mut formula = Formula { pack: at.block.pack, name: name.to_owned(), words: title, of: of.clone(), steps: Vec::new(), version: at.article.version.clone() };
        let mut steps: Vec<(String, Type)> = Vec::new();
        self.clauses(at, &entry.under, |me, line, c| {
            if c.at("not encoded") {
                formula.version.not_encoded.push(not_encoded(at.block, at.source, me.law, c)?);
                return Ok(());
            }
            me.cited(at, line);
            let suffixes = me.suffixes(at, c)?;
            let (step, _) = c.name("the name of a step")?;
            let scope = Scope { anchor: of.clone(), steps: steps.clone(), ..Scope::default() };
            let reader = me.reader(at, &scope);
            let (value, ty) = reader.value(c)?;
            let when = if c.eat("when") { Some(reader.condition(c)?) } else { None };
            c.eat("otherwise");
            let words = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
            let note = me.note(at, line, suffixes, words);
            let clause = Clause { rule: Conditional { value, when }, note };
            match formula.steps.iter_mut().find(|(known, _)| known == step) {
                Some((_, lines)) => lines.push(clause),
                None => {
                    formula.steps.push((step.to_owned(), vec![clause]));
                    steps.push((step.to_owned(), ty));
                }
            }
            Ok(())
        });
        if !formula.steps.iter().any(|(step, _)| step == "result") {
            self.problems.push(
                Problem::new(at.source, entry.span, format!("the formula `{name}` has no step `result`"), "no result")
                    .hint("the last step is called `result`"),
            );
        }
        self.out.formulas.push(formula);
        header
    }

    /// For clocks and gates, which have files of their own.
    pub(super) fn push_clock(&mut self, clock: Clock) {
        self.out.clocks.push(clock);
    }

    /// See [`Self::push_clock`].
    pub(super) fn push_gate(&mut self, gate: Gate) {
        self.out.gates.push(gate);
    }
}

impl Suffixes {
    /// Whether the clause says that it is ours.
    pub(super) fn is_house_choice(&self) -> bool {
        self.basis == Some(Basis::HouseChoice)
    }
}

/// `not encoded: 91(1) "special circumstances", why`
pub(super) fn not_encoded(block: &Block, source: &Source, law: &Law, c: &mut Cursor<'_>) -> Read<NotEncoded> {
    c.need("not encoded")?;
    c.need(":")?;
    let start = c.here().start;
    let mut end = start;
    while let Some(token) = c.next() {
        end = token.span.end;
    }
    let text = source.text.get(start..end).unwrap_or_default();
    let cut = text.find([' ', ',']).unwrap_or(text.len());
    let code = text.get(..cut).unwrap_or_default();
    let is_code = code.chars().all(|c| c.is_ascii_uppercase() || c == '-') && !code.is_empty();
    let cut = if is_code { text.get(cut + 1..).and_then(|r| r.find([' ', ','])).map_or(text.len(), |n| cut + 1 + n) } else { cut };
    let (citation, why) = text.split_at_checked(cut).unwrap_or((text, ""));
    let main = law.pack(block.pack).sources.first().map_or("", |s| s.code.as_str());
    let citation = if is_code { citation.to_owned() } else { format!("{main} {citation}") };
    Ok(NotEncoded { citation, why: why.trim_start_matches([',', ' ']).to_owned() })
}

/// A length that needs no facts.
pub fn constant_length(e: &Expression) -> Option<Length> {
    match e {
        Expression::Literal(crate::value::Value::Length(length)) => Some(*length),
        Expression::Add(a, b) => Some(constant_length(a)?.plus(constant_length(b)?)),
        _ => None,
    }
}

/// `text`, `to be confirmed`, `disputed "A" or "B"`, `house choice`
pub fn read_basis(c: &mut Cursor<'_>) -> Read<Basis> {
    if c.eat("text") {
        return Ok(Basis::Text);
    }
    if c.eat("to be confirmed") {
        return Ok(Basis::ToBeConfirmed);
    }
    if c.eat("house choice") {
        return Ok(Basis::HouseChoice);
    }
    if c.eat("disputed") {
        let mut readings = Vec::new();
        while let Some(reading) = c.quoted() {
            readings.push(reading.into());
            if !(c.eat("or") || c.eat(",")) {
                break;
            }
        }
        return Ok(Basis::Disputed(readings));
    }
    Err(c.expected("`text`, `to be confirmed`, `disputed` or `house choice`"))
}

fn merge(into: &mut Choices, from: Choices) {
    into.hours = from.hours.or(into.hours.take());
    into.days = from.days.or(into.days);
    into.working_days = from.working_days.or(into.working_days);
    into.months = from.months.or(into.months);
    into.years = from.years.or(into.years);
    into.last_day = from.last_day.or(into.last_day.take());
    into.age = from.age.or(into.age);
}

type CalendarOf<'a> = Option<&'a crate::calendar::Calendar>;

fn read_choice(c: &mut Cursor<'_>, choices: &mut Choices, calendar: CalendarOf<'_>) -> Read<()> {
    match c.look(0) {
        "hours" => {
            c.next();
            choices.hours = Some(if c.eat("from the next whole hour") {
                Hours::FromNextWholeHour
            } else {
                c.need("elapsed")?;
                if c.eat(", skipping") || c.eat("skipping") { Hours::ElapsedSkipping(kinds(c, calendar)?) } else { Hours::Elapsed }
            });
        }
        "days" => {
            c.next();
            choices.days = Some(first_day(c)?);
        }
        "working" => {
            c.need("working days")?;
            choices.working_days = Some(first_day(c)?);
        }
        "months" => {
            c.next();
            choices.months = Some(months(c)?);
        }
        "years" => {
            c.next();
            choices.years = Some(months(c)?);
        }
        "last" => {
            c.need("last day")?;
            choices.last_day = Some(last_day(c, calendar)?);
        }
        "age" => {
            c.need("age from the")?;
            choices.age = Some(if c.eat("birthday") {
                AgeFrom::Birthday
            } else {
                c.need("day after the birthday")?;
                AgeFrom::DayAfter
            });
        }
        _ => return Err(c.expected("`hours`, `days`, `working days`, `months`, `years`, `last day` or `age`")),
    }
    Ok(())
}

fn first_day(c: &mut Cursor<'_>) -> Read<FirstDay> {
    c.need("first day")?;
    if c.eat("out") {
        return Ok(FirstDay::Out);
    }
    c.need("in")?;
    Ok(FirstDay::In)
}

fn months(c: &mut Cursor<'_>) -> Read<Months> {
    let first_day = if c.eat("day before the corresponding day") {
        FirstDay::In
    } else {
        c.need("corresponding day")?;
        FirstDay::Out
    };
    let last_day_stays_last = c.eat(", a last day stays a last day");
    if !c.eat(", no such day : ") && !c.eat(", no such day :") {
        let mut problem = c.expected("`, no such day: last day` or `, no such day: day before the last day`");
        problem.hint = Some("what happens where the target month has no such day must be declared".into());
        return Err(problem);
    }
    let missing_day_before_last = c.eat("day before the last day");
    if !missing_day_before_last {
        c.need("last day")?;
    }
    Ok(Months { first_day, last_day_stays_last, missing_day_before_last })
}

fn last_day(c: &mut Cursor<'_>, calendar: CalendarOf<'_>) -> Read<LastDay> {
    if c.eat("stays") {
        return Ok(LastDay { moves: Moves::Stays, unless_held: false, past: None });
    }
    c.need("moves")?;
    let moves = if c.eat("on") {
        Moves::On
    } else {
        c.need("back")?;
        Moves::Back
    };
    let mut last = LastDay { moves, unless_held: false, past: None };
    loop {
        let comma = c.eat(",");
        if c.eat("unless held") {
            last.unless_held = true;
        } else if c.eat("past") {
            last.past = Some(kinds(c, calendar)?);
        } else if comma {
            return Err(c.expected("`unless held` or `past` and kinds of days"));
        } else {
            return Ok(last);
        }
    }
}

fn kinds(c: &mut Cursor<'_>, calendar: CalendarOf<'_>) -> Read<Vec<DayKind>> {
    let mut found = Vec::new();
    loop {
        let (name, span): (&str, Span) = c.name("a kind of day")?;
        match weekday(name) {
            Some(day) => found.push(DayKind::Weekday(day)),
            None if calendar.is_some_and(|cal| cal.knows(name)) => found.push(DayKind::Named(name.to_owned())),
            None => {
                let message = format!("`{name}` is no day of the week and no kind of day in the pack's calendar");
                return Err(c.problem(span, message, "unknown kind of day"));
            }
        }
        if c.at(", unless") || !(c.eat(", and") || c.eat(",") || c.eat("and") || c.eat("or")) {
            return Ok(found);
        }
    }
}

impl Definer<'_> {
    /// A convention that has been read already.
    pub(super) fn convention_read(&self, id: ConventionId) -> Option<Choices> {
        self.out.conventions.get(id.index()).map(|c| c.choices.clone())
    }
}
