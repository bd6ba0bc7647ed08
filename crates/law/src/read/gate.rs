//! Reads gates, bans, watches and eligibilities.

use super::cursor::{Cursor, Entry, Read};
use super::declare::words;
use super::define::{At, Definer, not_encoded};
use super::names::{Kind, Scope};
use crate::problem::Problem;
use crate::rules::{
    Basis, Clause, Condition, Effect, Gate, GateGroup, GateKind, OrganId, Otherwise, Test, WhenUnknown,
};
use crate::syntax::TokenKind;
use crate::words::Words;

impl<'a> Definer<'a> {
    pub(super) fn gate(&mut self, at: At<'a>, noun: &str, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let group = self.law.names.find_own(Kind::Gate, at.block.pack, name).unwrap_or(0);
        let kind = match noun {
            "ban" => GateKind::Ban,
            "watch" => GateKind::Watch,
            "eligibility" => GateKind::Eligibility,
            _ => GateKind::Gate,
        };
        let words = if matches!(c.peek(), Some((TokenKind::Text, _))) { words(c)? } else { Words::default() };
        if words.incomplete() {
            self.problems.push(
                Problem::new(at.source, span, format!("`{name}` has no words"), "nothing to show").hint("`\"English\" / \"中文\"` after the name"),
            );
        }
        let mut gate = Gate {
            group: GateGroup(group),
            pack: at.block.pack,
            name: name.to_owned(),
            words,
            kind,
            version: at.article.version.clone(),
            of: Vec::new(),
            conditions: Vec::new(),
            instead: Vec::new(),
            unknown: WhenUnknown::Closed,
            otherwise: Otherwise::Unsaid,
            house_choice: at.article.basis == Basis::HouseChoice,
        };
        let header = self.gate_header(at, c, &mut gate);
        let scope = Scope { anchor: gate.of.clone(), ..Scope::default() };
        let mut said_unknown = false;
        for line in &entry.under {
            let mut c = Cursor::of(at.source, line);
            said_unknown |= c.at("unknown :");
            let read = self.gate_line(at, &scope, line, &mut c, &mut gate).and_then(|()| c.finish());
            if let Err(problem) = read {
                self.problems.push(*problem);
            }
        }
        let helps = gate.of.iter().any(|a| matches!(self.law.act(*a).effect, Effect::Frees | Effect::Protects));
        if matches!(kind, GateKind::Gate | GateKind::Eligibility) && !said_unknown {
            let problem = Problem::new(at.source, span, format!("`{name}` does not say what follows from not knowing"), "this rule");
            self.problems.push(problem.hint("add `unknown: closed`, `unknown: open` or `unknown: refer to …`"));
        }
        if kind == GateKind::Gate && helps && gate.unknown == WhenUnknown::Closed {
            let problem = Problem::new(at.source, span, format!("`{name}` closes on what is unknown, and its act frees or protects"), "help would wait");
            self.problems.push(problem.hint("`unknown: open` lets the step go on, with a question"));
        }
        self.push_gate(gate);
        header
    }

    fn gate_header(&self, at: At<'_>, c: &mut Cursor<'_>, gate: &mut Gate) -> Read<()> {
        gate.house_choice |= self.suffixes(at, c)?.is_house_choice();
        while !c.done() {
            c.eat(",");
            if c.eat("of each") {
                gate.of = self.acts(at, c)?;
                c.eat("and subject");
            } else if c.eat("for each") {
                // `for each conviction of a person`: the act that records one.
                gate.of = self.acts(at, c)?;
                c.eat("of a person");
            } else {
                return Err(c.expected("`of each` and an act"));
            }
        }
        Ok(())
    }

    fn gate_line(&mut self, at: At<'a>, scope: &Scope, line: &'a Entry, c: &mut Cursor<'a>, gate: &mut Gate) -> Read<()> {
        if c.at("not encoded") {
            gate.version.not_encoded.push(not_encoded(at.block, at.source, self.law, c)?);
            return Ok(());
        }
        if c.eat("unknown :") {
            gate.unknown = self.unknown(at, c)?;
            return Ok(());
        }
        if c.eat("instead") {
            gate.instead.extend(self.acts(at, c)?);
            return Ok(());
        }
        if c.at("basis") {
            let suffixes = self.suffixes(at, c)?;
            gate.house_choice |= suffixes.is_house_choice();
            return Ok(());
        }
        if c.at("else") {
            gate.otherwise = self.note_otherwise(at, c)?;
            return Ok(());
        }
        if c.at("unless") {
            let excuse = self.excuse(at, scope, line, c)?;
            match gate.conditions.last_mut() {
                Some(last) => last.rule.unless.push(excuse),
                None => return Err(c.expected("a condition before its `unless`")),
            }
            return Ok(());
        }
        let condition = self.condition(at, scope, line, c)?;
        gate.conditions.push(condition);
        Ok(())
    }

    fn note_otherwise(&mut self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Otherwise> {
        c.need("else")?;
        if c.eat("question") {
            return Ok(Otherwise::Question);
        }
        c.need("breach")?;
        Ok(Otherwise::Breach(self.reader(at, &Scope::default()).breach(c)?))
    }

    fn unknown(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<WhenUnknown> {
        if c.eat("closed") {
            return Ok(WhenUnknown::Closed);
        }
        if c.eat("open") {
            return Ok(WhenUnknown::Open);
        }
        c.need("refer to")?;
        if let Some(organ) = self.law.names.find(Kind::Organ, at.block.pack, c.look(0)) {
            c.next();
            return Ok(WhenUnknown::Refer(self.law.organ(OrganId(organ)).words.clone()));
        }
        Ok(WhenUnknown::Refer(words(c)?))
    }

    /// `unless 81(3)  COND`: the citation stands after the word, or before it.
    fn excuse(&mut self, at: At<'a>, scope: &Scope, line: &'a Entry, c: &mut Cursor<'a>) -> Read<Clause<crate::expression::Expression>> {
        let suffixes = self.suffixes(at, c)?;
        c.need("unless")?;
        let mut entry = Entry { cited: line.cited.clone(), tokens: Vec::new(), span: line.span, under: Vec::new(), indent: line.indent };
        if entry.cited.is_empty() {
            let start = c.here().start;
            let body = at.source.text.get(start..line.span.end).unwrap_or_default();
            let column = body.split("  ").next().unwrap_or_default();
            let end = start + column.len();
            entry.cited = column
                .split(',')
                .map(|part| super::cursor::Cited { text: part.trim().to_owned(), span: crate::problem::Span::new(start, end) })
                .collect();
            while c.here().start < end && !c.done() {
                c.next();
            }
            entry.span = crate::problem::Span::new(c.here().start, line.span.end);
        }
        let rule = self.reader(at, scope).condition(c)?;
        let words = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
        self.cited(at, &entry);
        Ok(Clause { rule, note: self.note(at, &entry, suffixes, words) })
    }

    fn condition(&mut self, at: At<'a>, scope: &Scope, line: &'a Entry, c: &mut Cursor<'a>) -> Read<Clause<Condition>> {
        self.cited(at, line);
        let suffixes = self.suffixes(at, c)?;
        c.eat("when");
        let group = if c.at("at least one of") && !line.under.is_empty() {
            c.eat("at least one of");
            Some(Some(1))
        } else if c.eat("all of") {
            Some(None)
        } else if c.at("at least") && c.look(3) == "of" && !line.under.is_empty() {
            c.eat("at least");
            let n = c.number("a number")?;
            c.need("of")?;
            Some(Some(n as usize))
        } else {
            None
        };
        let mut condition = Condition { test: Test::All(Vec::new()), only_if: None, unless: Vec::new(), cure: None };
        let mut within = Vec::new();
        if group.is_none() {
            condition.test = Test::One(self.reader(at, scope).condition(c)?);
        }
        if c.eat(", if") {
            condition.only_if = Some(self.reader(at, scope).condition(c)?);
        }
        for under in &line.under {
            let mut inner = Cursor::of(at.source, under);
            if inner.at("unless") {
                let excuse = self.excuse(at, scope, under, &mut inner)?;
                match within.last_mut() {
                    Some(last) => {
                        let last: &mut Clause<Condition> = last;
                        last.rule.unless.push(excuse);
                    }
                    None => condition.unless.push(excuse),
                }
                continue;
            }
            let read = self.condition(at, scope, under, &mut inner).and_then(|clause| inner.finish().map(|()| clause));
            match read {
                Ok(clause) => within.push(clause),
                Err(problem) => self.problems.push(*problem),
            }
        }
        match group {
            Some(Some(n)) => condition.test = Test::AtLeast(n, within),
            Some(None) => condition.test = Test::All(within),
            None if !within.is_empty() => {
                let problem = Problem::new(at.source, line.span, "lines stand under this one, and it groups nothing", "this line");
                self.problems.push(problem.hint("`at least one of` and `all of` take lines under them"));
            }
            None => {}
        }
        c.eat(",");
        let mut words_of = None;
        loop {
            if c.eat("cure") {
                let organ = self.law.names.find(Kind::Organ, at.block.pack, c.look(0)).map(OrganId);
                if organ.is_some() {
                    c.next();
                }
                condition.cure = Some((organ, words(c)?));
            } else if matches!(c.peek(), Some((TokenKind::Text, _))) {
                words_of = Some(words(c)?);
            } else {
                break;
            }
        }
        Ok(Clause { rule: condition, note: self.note(at, line, suffixes, words_of) })
    }
}
