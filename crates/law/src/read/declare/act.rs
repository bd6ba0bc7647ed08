//! Acts with their fields, and facts.

use super::{At, Declarer, empty_version, maybe_words, words};
use crate::count::Unit;
use crate::problem::Span;
use crate::read::basis::take_basis;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::Entry;
use crate::read::names::Kind;
use crate::rules::{Act, ActId, Effect, Field, FieldId};
use crate::value::{Type, Word, unit_named};
use crate::words::Words;

const EFFECTS: &str = "`restrains`, `frees`, `protects`, `neutral`, `binds`, `advises` or `period`";
const TYPES: &str = "types are yes/no, date, moment, days, working days, months, years, hours, minutes, number, money, text, \
    one of …, list of periods";

impl Declarer<'_> {
    pub(super) fn act(&mut self, at: At<'_>, entry: &Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, span) = c.name("the name of an act")?;
        // The act is known even if its first line is wrong: one mistake is told once.
        let mut act = self.blank_act(at, name, Words::default());
        let header = self.act_header(at, span, c, &mut act);
        for line in &entry.under {
            let mut c = Cursor::of(at.source, line);
            if c.eat("period") {
                act.period = true;
            } else if c.eat("field") {
                match self.field(at, &mut c) {
                    Ok(field) => act.fields.push(field),
                    Err(problem) => self.problems.push(*problem),
                }
            }
        }
        self.new_act(at, span, act);
        header
    }

    /// Words, and what the act does to the person.
    fn act_header(
        &mut self,
        at: At<'_>,
        span: Span,
        c: &mut Cursor<'_>,
        act: &mut Act,
    ) -> Read<()> {
        act.words = words(c)?;
        let mut said = false;
        while !c.done() {
            c.eat(",");
            let (word, _) = c.name(EFFECTS)?;
            let effect = match word {
                "restrains" => Some(Effect::Restrains),
                "frees" => Some(Effect::Frees),
                "protects" => Some(Effect::Protects),
                "neutral" | "request" => Some(Effect::Neutral),
                _ => None,
            };
            match (effect, word) {
                (Some(effect), _) => act.effect = effect,
                (None, "binds") => act.binds = Some(true),
                (None, "advises") => act.binds = Some(false),
                (None, "period") => act.period = true,
                _ => {
                    c.back(c.mark() - 1);
                    return Err(c.expected(EFFECTS));
                }
            }
            said |= effect.is_some();
        }
        if !said {
            let message = format!(
                "the act `{}` does not say what it does to the person",
                act.name
            );
            let hint =
                "`restrains`, `frees`, `protects` or `neutral`: unknown must never hold back help";
            self.say(at, span, message, "effect missing", hint);
        }
        Ok(())
    }

    fn blank_act(&self, at: At<'_>, name: &str, words: Words) -> Act {
        Act {
            pack: at.block.pack,
            name: name.to_owned(),
            full_name: format!("{} {name}", self.law.pack(at.block.pack).name),
            words,
            effect: Effect::Neutral,
            binds: None,
            period: false,
            facts: false,
            by: Vec::new(),
            on: Vec::new(),
            checked_by: Vec::new(),
            fields: Vec::new(),
            determines: Vec::new(),
            version: empty_version(),
        }
    }

    fn new_act(&mut self, at: At<'_>, span: Span, act: Act) -> Option<ActId> {
        let index = self.law.acts.len();
        if !self.add(Kind::Act, at, &act.name, span, index) {
            return None;
        }
        let id = ActId(u16::try_from(index).unwrap_or(u16::MAX));
        self.law.acts_by_full_name.insert(act.full_name.clone(), id);
        self.law.acts.push(act);
        Some(id)
    }

    /// All facts of a pack are fields of one act, which states them.
    pub(super) fn facts(&mut self, at: At<'_>, entry: &Entry) -> Read<()> {
        let found = self
            .law
            .names
            .find_own(Kind::Act, at.block.pack, "facts")
            .map(ActId);
        let act = found.or_else(|| {
            let act = Act {
                facts: true,
                ..self.blank_act(at, "facts", crate::phrase::facts_stated())
            };
            self.new_act(at, entry.span, act)
        });
        let Some(act) = act else { return Ok(()) };
        for line in &entry.under {
            let mut c = Cursor::of(at.source, line);
            c.eat("field");
            let span = c.here();
            match self.field(at, &mut c) {
                Ok(field) => self.fact(at, span, act, field),
                Err(problem) => self.problems.push(*problem),
            }
        }
        Ok(())
    }

    fn fact(&mut self, at: At<'_>, span: Span, act: ActId, field: Field) {
        let name = self.law.field_name(field.id).to_owned();
        let index = self.law.facts.len();
        if self.add(Kind::Fact, at, &name, span, index) {
            self.law.facts.push((act, field.id));
            if let Some(act) = self.law.acts.get_mut(act.index()) {
                act.fields.push(field);
            }
        }
    }

    /// `NAME TYPE [or none] [needed] words`; the words may also stand before the type.
    ///
    /// A field carries no rule: how sure it is stands with the rules that use it.
    fn field(&mut self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Field> {
        take_basis(c)?;
        let (name, span) = c.name("the name of a field")?;
        let before = maybe_words(c)?;
        let ty = self.field_type(at, c)?;
        let or_none = c.eat("or none");
        let needed = c.eat("needed");
        let after = maybe_words(c)?;
        c.eat(";");
        c.finish()?;
        let hint =
            "after the type, or before it when the type is a list of words, or in a `words` block";
        let words = self.words_of(at, before.or(after), name, span, "field", hint);
        Ok(Field {
            id: self.field_id(name),
            ty,
            or_none,
            needed,
            words,
        })
    }

    fn field_type(&mut self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Type> {
        if c.eat("yes / no") {
            return Ok(Type::YesNo);
        }
        if c.eat("list of periods") {
            return Ok(Type::Periods);
        }
        if c.eat("one of") {
            return self.one_of(at, c);
        }
        if c.eat("working days") {
            return Ok(Type::Length(Unit::WorkingDays));
        }
        let (name, span) = c.name("a type")?;
        let found = match name {
            "date" => Some(Type::Date),
            "moment" => Some(Type::Moment),
            "number" => Some(Type::Number),
            "money" => Some(Type::Money),
            "text" => Some(Type::Text),
            unit => unit_named(unit)
                .filter(|_| unit.ends_with('s'))
                .map(Type::Length),
        };
        found.ok_or_else(|| {
            let mut problem = c.problem(span, format!("`{name}` is no type"), "unknown type");
            problem.hint = Some(TYPES.to_owned());
            problem
        })
    }

    fn one_of(&mut self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Type> {
        let mut list = Vec::new();
        loop {
            let (name, span) = c.name("a word of the list")?;
            let inline = maybe_words(c)?;
            let hint = "write them after it, or in a `words` block";
            let words = self.words_of(at, inline, name, span, "word", hint);
            list.push((self.word_id(name), words));
            if !c.eat_any(&[",", "or"]) {
                return Ok(Type::OneOf(list.into()));
            }
        }
    }

    fn field_id(&mut self, name: &str) -> FieldId {
        if let Some(id) = self.law.field_ids.get(name) {
            return *id;
        }
        let id = FieldId(u16::try_from(self.law.fields.len()).unwrap_or(u16::MAX));
        self.law.fields.push(name.to_owned());
        self.law.field_ids.insert(name.to_owned(), id);
        id
    }

    fn word_id(&mut self, name: &str) -> Word {
        if let Some(id) = self.law.word_ids.get(name) {
            return *id;
        }
        let id = Word(u32::try_from(self.law.words.len()).unwrap_or(u32::MAX));
        self.law.words.push(name.to_owned());
        self.law.word_ids.insert(name.to_owned(), id);
        id
    }
}
