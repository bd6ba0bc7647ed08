//! What every noun's reading needs: names, lists of acts, suffixes, notes, lengths.

use super::{At, Counting, Defined};
use crate::count::{Length, Unit};
use crate::expression::{Expression, Of};
use crate::law::Law;
use crate::problem::Problem;
use crate::read::Block;
use crate::read::basis::take_basis;
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::Labels;
use crate::read::entry::{Cited, Entry};
use crate::read::expression::Reader;
use crate::read::names::{Kind, Scope};
use crate::rules::{
    ActId, Basis, ConventionId, FieldId, NotEncoded, Note, OrganId, Otherwise, PackId, RunOut,
    Trigger,
};
use crate::value::{Type, Value};
use crate::words::Words;

/// The second pass at work.
#[derive(Debug)]
pub(super) struct Definer<'a> {
    /// What was declared.
    pub(super) law: &'a Law,
    /// The words of `words` blocks.
    pub(super) labels: &'a Labels,
    /// What is wrong so far.
    pub(super) problems: &'a mut Vec<Problem>,
    /// What was read so far.
    pub(super) out: Defined,
}

/// What stands at the end of a clause.
#[derive(Clone, Debug, Default)]
pub(super) struct Suffixes {
    pub(super) basis: Option<Basis>,
    otherwise: Otherwise,
}

impl Suffixes {
    /// Whether the clause says that it is ours.
    pub(super) fn is_house_choice(&self) -> bool {
        self.basis == Some(Basis::HouseChoice)
    }
}

impl<'a> Definer<'a> {
    /// A reader of expressions in a scope.
    pub(super) fn reader<'s>(&self, at: At<'_>, scope: &'s Scope) -> Reader<'s>
    where
        'a: 's,
    {
        Reader::new(self.law, at.block.pack, scope)
    }

    /// Looks a name up.
    pub(super) fn look_up(&self, at: At<'_>, c: &mut Cursor<'_>, kind: Kind) -> Read<u16> {
        self.reader(at, &Scope::default()).look_up(c, kind)
    }

    /// `NAME or NAME`, with whatever stands between names.
    pub(super) fn look_up_list(
        &self,
        at: At<'_>,
        c: &mut Cursor<'_>,
        kind: Kind,
        between: &[&str],
    ) -> Read<Vec<u16>> {
        let mut found = vec![self.look_up(at, c, kind)?];
        while c.eat_any(between) {
            found.push(self.look_up(at, c, kind)?);
        }
        Ok(found)
    }

    /// `ORGAN or ORGAN`, also with commas.
    pub(super) fn organs(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Vec<OrganId>> {
        let found = self.look_up_list(at, c, Kind::Organ, &[", or", "or", ","])?;
        Ok(found.into_iter().map(OrganId).collect())
    }

    /// `ACT or ACT`, also with commas.
    pub(super) fn acts(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Vec<ActId>> {
        let mut acts = vec![ActId(self.look_up(at, c, Kind::Act)?)];
        loop {
            let mark = c.mark();
            if !c.eat_any(&[", or", "or", ","]) {
                return Ok(acts);
            }
            let known = self
                .law
                .names
                .find(Kind::Act, at.block.pack, c.look(0))
                .is_some();
            if !known && c.look(1) != "/" {
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

    /// `of each ACT or ACT`, or `for each ACT of a person`; what else may follow the acts says nothing more.
    pub(super) fn of_each(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Option<Vec<ActId>>> {
        if !c.eat_any(&["of each", "for each"]) {
            return Ok(None);
        }
        let acts = self.acts(at, c)?;
        c.eat_any(&["and subject", "and thing", "of a person"]);
        Ok(Some(acts))
    }

    /// `ACT or ACT [where COND]`, with the bare names of these acts.
    pub(super) fn trigger(
        &self,
        at: At<'_>,
        c: &mut Cursor<'_>,
        anchor: &[ActId],
    ) -> Read<Trigger> {
        let acts = self.acts(at, c)?;
        let mut condition = None;
        if c.eat_any(&["where", "when"]) {
            let (current, anchor) = (acts.clone(), anchor.to_vec());
            let scope = Scope {
                current,
                anchor,
                in_clock: true,
                ..Scope::default()
            };
            condition = Some(self.reader(at, &scope).condition(c)?);
        }
        Ok(Trigger { acts, condition })
    }

    /// Takes `basis: …` and `else …` off the end of a clause.
    pub(super) fn suffixes(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Suffixes> {
        let mut found = Suffixes {
            basis: take_basis(c)?,
            ..Suffixes::default()
        };
        if let Some(mark) = c.find_last("else", |next| {
            matches!(next, "void" | "question" | "breach")
        }) {
            let mut tail = c.split_off(mark);
            found.otherwise = self.otherwise(at, &mut tail)?;
            tail.finish()?;
        }
        c.eat_trailing_comma();
        Ok(found)
    }

    /// `else void`, `else question`, `else breach NAME`
    pub(super) fn otherwise(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Otherwise> {
        c.need("else")?;
        if c.eat("void") {
            return Ok(Otherwise::Void);
        }
        if c.eat("question") {
            return Ok(Otherwise::Question);
        }
        c.need("breach")?;
        Ok(Otherwise::Breach(
            self.reader(at, &Scope::default()).breach(c)?,
        ))
    }

    /// The note of a clause.
    pub(super) fn note(
        &mut self,
        at: At<'_>,
        entry: &Entry,
        suffixes: Suffixes,
        words: Option<Words>,
    ) -> Note {
        let id = self.out.clauses;
        self.out.clauses += 1;
        let text = at
            .source
            .text
            .get(entry.span.start..entry.span.end)
            .unwrap_or_default();
        let text = text.split("  basis:").next().unwrap_or_default().trim_end();
        let cited = entry.cited.iter();
        Note {
            id,
            citations: cited
                .map(|c| self.citation(at.block.pack, &c.text).into())
                .collect(),
            basis: suffixes.basis.unwrap_or_else(|| at.article.basis.clone()),
            text: text.into(),
            words,
            otherwise: suffixes.otherwise,
            file: at.block.file,
            offset: entry.span.start,
        }
    }

    /// A passage by its full name: without the code of a source it is of the pack's main source.
    pub(super) fn citation(&self, pack: PackId, text: &str) -> String {
        if text.starts_with(|c: char| c.is_ascii_uppercase()) && text.contains(' ') {
            return text.to_owned();
        }
        let main = self.law.pack(pack).sources.first();
        format!("{} {text}", main.map_or("", |s| s.code.as_str()))
    }

    /// Remembers the citations of a rule and of the lines under it, except the keys of a table.
    pub(super) fn collect_citations(&mut self, block: &Block, entry: &Entry) {
        let source = self.law.file(block.file);
        if Cursor::of(source, entry).look(0) != "table" {
            self.follow_later(block, &entry.cited);
            entry
                .under
                .iter()
                .for_each(|line| self.collect_citations(block, line));
        }
    }

    /// Remembers citations, to be followed when all is read.
    pub(super) fn follow_later(&mut self, block: &Block, cited: &[Cited]) {
        for cited in cited {
            let text = self.citation(block.pack, &cited.text);
            let place = super::Place {
                file: block.file,
                pack: block.pack,
                span: cited.span,
            };
            self.out.cited.push((
                place,
                Cited {
                    text,
                    span: cited.span,
                },
            ));
        }
    }

    /// Reads the clauses under an entry, each on its own: one wrong clause does not hide the next.
    pub(super) fn each_clause(
        &mut self,
        at: At<'a>,
        entries: &'a [Entry],
        mut read: impl FnMut(&mut Self, &'a Entry, &mut Cursor<'a>) -> Read<()>,
    ) {
        for entry in entries {
            let mut c = Cursor::of(at.source, entry);
            let result = read(self, entry, &mut c).and_then(|()| c.finish());
            if let Err(problem) = result {
                self.problems.push(*problem);
            }
        }
    }

    /// The same; gives what the rule leaves out.
    pub(super) fn clauses(
        &mut self,
        at: At<'a>,
        entries: &'a [Entry],
        mut read: impl FnMut(&mut Self, &'a Entry, &mut Cursor<'a>) -> Read<()>,
    ) -> Vec<NotEncoded> {
        let mut left_out = Vec::new();
        self.each_clause(at, entries, |me, line, c| {
            if c.at("not encoded") {
                left_out.push(me.not_encoded(at.block, at.source, c)?);
                return Ok(());
            }
            read(me, line, c)
        });
        left_out
    }

    /// A clause that does not say what it encodes.
    pub(super) fn need_citation(&mut self, at: At<'_>, entry: &Entry) {
        if entry.cited.is_empty() {
            let message = "this clause cites no passage";
            self.problems.push(
                Problem::new(at.source, entry.span, message, "the first column is empty").hint(
                    "begin the line with the passage it encodes and two spaces, such as `91(1)  `",
                ),
            );
        }
    }

    /// The convention of the pack; its absence is a problem where a rule needs it, see [`Self::counts`].
    pub(super) fn default_convention(&self, at: At<'_>) -> Option<ConventionId> {
        self.law.pack(at.block.pack).counting
    }

    /// Remembers that a rule counts, to be checked when all conventions are read.
    pub(super) fn counts(&mut self, counting: Counting) -> ConventionId {
        let convention = counting.convention.unwrap_or(ConventionId(0));
        self.out.counting.push(counting);
        convention
    }

    /// The units of a length: of its literals, and of the fields of these acts and the facts in it.
    pub(super) fn units(&self, e: &Expression, acts: &[ActId], found: &mut Vec<Unit>) {
        let of = |act: &ActId, field: FieldId| {
            let known = self.law.act(*act).fields.iter().find(|f| f.id == field)?;
            if let Type::Length(unit) = known.ty {
                Some(unit)
            } else {
                None
            }
        };
        match e {
            Expression::Literal(Value::Length(length)) => {
                found.extend(length.parts().map(|(unit, _)| unit));
            }
            Expression::Field {
                of: Of::Latest(act),
                field,
            }
            | Expression::Fact { act, field } => {
                found.extend(of(act, *field));
            }
            Expression::Field { field, .. } => {
                found.extend(acts.iter().find_map(|act| of(act, *field)));
            }
            Expression::Add(a, b) | Expression::Subtract(a, b) => {
                self.units(a, acts, found);
                self.units(b, acts, found);
            }
            _ => {}
        }
    }

    /// A length of literals only.
    pub(super) fn plain_length(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Length> {
        let mark = c.mark();
        let length = self.reader(at, &Scope::default()).length(c)?;
        constant(&length).ok_or_else(|| {
            c.problem(
                c.span_from(mark),
                "a fixed length such as `3 days` is expected",
                "not fixed",
            )
        })
    }

    /// `run out: breach NAME`, `run out: question`, `run out: overrun`
    pub(super) fn run_out(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<RunOut> {
        c.need("run out")?;
        c.need(":")?;
        if c.eat("question") {
            return Ok(RunOut::Question);
        }
        if c.eat("overrun") {
            return Ok(RunOut::Overrun);
        }
        if c.eat("lapses") {
            return Ok(RunOut::Lapses);
        }
        c.need("breach")?;
        Ok(RunOut::Breach(
            self.reader(at, &Scope::default()).breach(c)?,
        ))
    }
}

/// A length that needs no facts.
fn constant(e: &Expression) -> Option<Length> {
    match e {
        Expression::Literal(Value::Length(length)) => Some(*length),
        Expression::Add(a, b) => Some(constant(a)?.plus(constant(b)?)),
        _ => None,
    }
}
