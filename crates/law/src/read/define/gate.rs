//! Gates, bans, watches and eligibilities.

use super::definer::Definer;
use super::{At, Versioned};
use crate::expression::Expression;
use crate::problem::{Problem, Span};
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::{maybe_words, words};
use crate::read::entry::{Entry, citations};
use crate::read::names::{Kind, Scope};
use crate::rules::{
    Basis, Clause, Condition, Effect, Gate, GateGroup, GateKind, OrganId, Otherwise, Test,
    WhenUnknown,
};
use crate::syntax::TokenKind;

/// How the lines under one are joined.
enum Group {
    AtLeast(usize),
    All,
}

impl<'a> Definer<'a> {
    pub(super) fn gate(
        &mut self,
        at: At<'a>,
        noun: &str,
        entry: &'a Entry,
        c: &mut Cursor<'a>,
    ) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let group = self
            .law
            .names
            .find_own(Kind::Gate, at.block.pack, name)
            .unwrap_or(0);
        let words = maybe_words(c)?;
        if words.is_none() {
            let message = format!("`{name}` has no words");
            let hint = "after the name, in quotes, in each language of the pack";
            self.say(at, span, message, "nothing to show", hint);
        }
        let mut gate = Gate {
            group: GateGroup(group),
            pack: at.block.pack,
            name: name.to_owned(),
            words: words.unwrap_or_default(),
            kind: match noun {
                "ban" => GateKind::Ban,
                "watch" => GateKind::Watch,
                "eligibility" => GateKind::Eligibility,
                _ => GateKind::Gate,
            },
            version: at.article.version.clone(),
            of: Vec::new(),
            conditions: Vec::new(),
            instead: Vec::new(),
            unknown: WhenUnknown::Closed,
            otherwise: Otherwise::Unsaid,
            house_choice: at.article.basis == Basis::HouseChoice,
        };
        let header = self.gate_header(at, c, &mut gate);
        let scope = Scope {
            anchor: gate.of.clone(),
            ..Scope::default()
        };
        let mut said_unknown = false;
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            said_unknown |= c.at("unknown :");
            me.gate_line(at, &scope, line, c, &mut gate)
        });
        gate.version.not_encoded.extend(left_out);
        self.check_gate(at, &gate, span, said_unknown);
        self.out.versions.push(Versioned {
            place: at.place(span),
            kind: Kind::Gate,
            group: gate.group.0,
            name: gate.name.clone(),
            version: gate.version.clone(),
        });
        self.out.gates.push(gate);
        header
    }

    fn say(&mut self, at: At<'_>, span: Span, message: String, label: &str, hint: &str) {
        self.problems
            .push(Problem::new(at.source, span, message, label).hint(hint));
    }

    fn check_gate(&mut self, at: At<'_>, gate: &Gate, span: Span, said_unknown: bool) {
        let name = &gate.name;
        if matches!(gate.kind, GateKind::Gate | GateKind::Eligibility) && !said_unknown {
            let message = format!("`{name}` does not say what follows from not knowing");
            let hint = "add `unknown: closed`, `unknown: open` or `unknown: refer to …`";
            self.say(at, span, message, "this rule", hint);
            return;
        }
        let effects = gate.of.iter().map(|a| self.law.act(*a).effect);
        let helps = effects
            .into_iter()
            .any(|e| matches!(e, Effect::Frees | Effect::Protects));
        if gate.kind == GateKind::Gate && helps && gate.unknown == WhenUnknown::Closed {
            let message =
                format!("`{name}` closes on what is unknown, and its act frees or protects");
            let hint = "`unknown: open` lets the step go on, with a question";
            self.say(at, span, message, "help would wait", hint);
        }
    }

    fn gate_header(&self, at: At<'_>, c: &mut Cursor<'_>, gate: &mut Gate) -> Read<()> {
        gate.house_choice |= self.suffixes(at, c)?.is_house_choice();
        while !c.done() {
            c.eat(",");
            let of = self.of_each(at, c)?;
            gate.of = of.ok_or_else(|| c.expected("`of each` and an act"))?;
        }
        Ok(())
    }

    fn gate_line(
        &mut self,
        at: At<'a>,
        scope: &Scope,
        line: &'a Entry,
        c: &mut Cursor<'a>,
        gate: &mut Gate,
    ) -> Read<()> {
        if c.eat("unknown :") {
            gate.unknown = self.unknown(at, c)?;
        } else if c.eat("instead") {
            gate.instead.extend(self.acts(at, c)?);
        } else if c.at("basis") {
            gate.house_choice |= self.suffixes(at, c)?.is_house_choice();
        } else if c.at("else") {
            gate.otherwise = self.otherwise(at, c)?;
        } else if c.at("unless") {
            let excuse = self.excuse(at, scope, line, c)?;
            let last = gate.conditions.last_mut();
            let last = last.ok_or_else(|| {
                c.problem(
                    line.span,
                    "there is nothing to excuse",
                    "no condition before this",
                )
            })?;
            last.rule.unless.push(excuse);
        } else {
            let condition = self.condition(at, scope, line, c)?;
            gate.conditions.push(condition);
        }
        Ok(())
    }

    fn unknown(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<WhenUnknown> {
        if c.eat("closed") {
            return Ok(WhenUnknown::Closed);
        }
        if c.eat("open") {
            return Ok(WhenUnknown::Open);
        }
        if !c.eat("refer to") {
            return Err(c.expected("`closed`, `open` or `refer to` an organ"));
        }
        if c.sees(TokenKind::Text) {
            return Ok(WhenUnknown::Refer(words(c)?));
        }
        let organ = OrganId(self.look_up(at, c, Kind::Organ)?);
        Ok(WhenUnknown::Refer(self.law.organ(organ).words.clone()))
    }

    /// `unless 81(3)  COND`: the citation stands after the word, or before it.
    fn excuse(
        &mut self,
        at: At<'a>,
        scope: &Scope,
        line: &'a Entry,
        c: &mut Cursor<'a>,
    ) -> Read<Clause<Expression>> {
        let suffixes = self.suffixes(at, c)?;
        c.need("unless")?;
        let mut entry = Entry {
            cited: line.cited.clone(),
            tokens: Vec::new(),
            span: line.span,
            under: Vec::new(),
            indent: line.indent,
        };
        if entry.cited.is_empty() {
            let start = c.here().start;
            let body = at.source.text.get(start..line.span.end).unwrap_or_default();
            if let Some((column, _)) = body.split_once("  ") {
                entry.cited = citations(column, start);
                self.follow_later(at.block, &entry.cited);
                while c.here().start < start + column.len() && !c.done() {
                    c.next();
                }
                entry.span = Span::new(c.here().start, line.span.end);
            }
        }
        let rule = self.reader(at, scope).condition(c)?;
        let words = maybe_words(c)?;
        self.need_citation(at, &entry);
        Ok(Clause {
            rule,
            note: self.note(at, &entry, suffixes, words),
        })
    }

    fn group(c: &mut Cursor<'_>, line: &Entry) -> Read<Option<Group>> {
        if c.eat("all of") {
            return Ok(Some(Group::All));
        }
        if line.under.is_empty() || !c.at("at least") {
            return Ok(None);
        }
        if c.eat("at least one of") {
            return Ok(Some(Group::AtLeast(1)));
        }
        if c.look(3) != "of" {
            return Ok(None);
        }
        c.need("at least")?;
        let n = c.number("a number")?;
        c.need("of")?;
        Ok(Some(Group::AtLeast(
            usize::try_from(n).unwrap_or(usize::MAX),
        )))
    }

    fn condition(
        &mut self,
        at: At<'a>,
        scope: &Scope,
        line: &'a Entry,
        c: &mut Cursor<'a>,
    ) -> Read<Clause<Condition>> {
        self.need_citation(at, line);
        let suffixes = self.suffixes(at, c)?;
        c.eat("when");
        let group = Self::group(c, line)?;
        let test = match group {
            None => Test::One(self.reader(at, scope).condition(c)?),
            Some(_) => Test::All(Vec::new()),
        };
        let mut condition = Condition {
            test,
            only_if: None,
            unless: Vec::new(),
            cure: None,
        };
        if c.eat(", if") {
            condition.only_if = Some(self.reader(at, scope).condition(c)?);
        }
        let within = self.lines_within(at, scope, &line.under, &mut condition);
        match group {
            Some(Group::AtLeast(n)) => condition.test = Test::AtLeast(n, within),
            Some(Group::All) => condition.test = Test::All(within),
            None if within.is_empty() => {}
            None => {
                let message = "lines stand under this one, and it groups nothing".to_owned();
                let hint = "`at least one of` and `all of` take lines under them";
                self.say(at, line.span, message, "this line", hint);
            }
        }
        c.eat(",");
        let mut own_words = None;
        loop {
            if c.eat("cure") {
                let organ = self.law.names.find(Kind::Organ, at.block.pack, c.look(0));
                if organ.is_some() {
                    c.next();
                }
                condition.cure = Some((organ.map(OrganId), words(c)?));
            } else if c.sees(TokenKind::Text) {
                own_words = Some(words(c)?);
            } else {
                break;
            }
        }
        Ok(Clause {
            rule: condition,
            note: self.note(at, line, suffixes, own_words),
        })
    }

    /// The lines under a group; an `unless` before the first of them excuses the group.
    fn lines_within(
        &mut self,
        at: At<'a>,
        scope: &Scope,
        lines: &'a [Entry],
        group: &mut Condition,
    ) -> Vec<Clause<Condition>> {
        let mut within: Vec<Clause<Condition>> = Vec::new();
        self.each_clause(at, lines, |me, line, c| {
            if c.at("unless") {
                let excuse = me.excuse(at, scope, line, c)?;
                match within.last_mut() {
                    Some(last) => last.rule.unless.push(excuse),
                    None => group.unless.push(excuse),
                }
                return Ok(());
            }
            let condition = me.condition(at, scope, line, c)?;
            within.push(condition);
            Ok(())
        });
        within
    }
}
