//! The first pass: every name, every act with its fields, every table.

use rustc_hash::FxHashMap as HashMap;

use jiff::civil::Date;

use super::cursor::{Cursor, Entry, Read};
use super::names::Kind;
use super::{Block, front};
use crate::law::Law;
use crate::problem::{Problem, Span};
use crate::rules::{
    Act, ActId, Basis, Effect, Field, FieldId, Note, Organ, OrganId, Otherwise, PackId, Row, Rung, Table, TableKey,
    Version,
};
use crate::syntax::TokenKind;
use crate::value::{Type, Word, unit_named};
use crate::words::Words;

type Labels = HashMap<(PackId, String), Words>;

/// Every noun that opens a rule.
const NOUNS: [&str; 22] = [
    "article", "articles", "organs", "words", "convention", "act", "facts", "measure", "clock", "duty", "meter", "gate", "ban",
    "watch", "breach", "remedy", "channel", "table", "formula", "eligibility", "not", "basis",
];

pub fn declare(law: &mut Law, blocks: &[Block], problems: &mut Vec<Problem>) {
    let mut labels = Labels::default();
    for block in blocks {
        for entry in &block.entries {
            if entry.tokens.first().is_some_and(|t| text(law, block, *t) == "words") {
                read_labels(law, block, entry, &mut labels, problems);
            }
        }
    }
    let mut declarer = Declarer { law, labels, problems };
    for block in blocks {
        for entry in &block.entries {
            if let Err(problem) = declarer.noun(block, entry) {
                declarer.problems.push(*problem);
            }
        }
    }
    front::counting(law, problems);
}

fn text<'a>(law: &'a Law, block: &Block, token: crate::syntax::Token) -> &'a str {
    law.file(block.file).text.get(token.span.start..token.span.end).unwrap_or_default()
}

fn read_labels(law: &Law, block: &Block, entry: &Entry, labels: &mut Labels, problems: &mut Vec<Problem>) {
    let source = law.file(block.file);
    for line in &entry.under {
        let mut c = Cursor::of(source, line);
        let read = c.name("a name").and_then(|(name, _)| Ok((name.to_owned(), words(&mut c)?)));
        match read {
            Ok((name, words)) => {
                labels.insert((block.pack, name), words);
            }
            Err(problem) => problems.push(*problem),
        }
    }
}

/// `"English" / "中文"`
pub fn words(c: &mut Cursor<'_>) -> Read<Words> {
    let en = c.quoted().ok_or_else(|| c.expected("words in quotes, in each language"))?;
    c.need("/")?;
    let zh = c.quoted().ok_or_else(|| c.expected("the words in the second language, in quotes"))?;
    Ok(Words::new(en, zh))
}

struct Declarer<'a> {
    law: &'a mut Law,
    labels: Labels,
    problems: &'a mut Vec<Problem>,
}

impl Declarer<'_> {
    fn label(&self, pack: PackId, name: &str) -> Option<Words> {
        let own = self.labels.get(&(pack, name.to_owned()));
        let uses = self.law.names.uses.get(&pack);
        own.or_else(|| uses?.iter().find_map(|p| self.labels.get(&(*p, name.to_owned())))).cloned()
    }

    fn add(&mut self, kind: Kind, block: &Block, name: &str, span: Span, index: usize) -> bool {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        if self.law.names.add(kind, block.pack, name, index).is_none() {
            return true;
        }
        let message = format!("the {} `{name}` is declared twice in this pack", kind.noun());
        self.problems.push(Problem::new(self.law.file(block.file), span, message, "the second time"));
        false
    }

    fn noun(&mut self, block: &Block, entry: &Entry) -> Read<()> {
        let source = self.law.file(block.file).clone();
        let mut c = Cursor::of(&source, entry);
        let (noun, span) = c.name("a noun such as `act` or `clock`")?;
        if !NOUNS.contains(&noun) {
            let mut problem = c.problem(span, format!("`{noun}` opens no rule"), "unknown noun");
            problem.hint = Some(format!("rules are opened by {}", NOUNS.join(", ")));
            return Err(problem);
        }
        match noun {
            "organs" => self.organs(block, entry),
            "act" => self.act(block, entry, &mut c),
            "facts" => self.facts(block, entry),
            "table" => self.table(block, entry, &mut c),
            "clock" | "duty" => self.grouped(Kind::Clock, block, &mut c),
            "gate" | "ban" | "watch" | "eligibility" => self.grouped(Kind::Gate, block, &mut c),
            "convention" => self.plain(Kind::Convention, block, &mut c),
            "measure" => self.plain(Kind::Measure, block, &mut c),
            "meter" => self.plain(Kind::Meter, block, &mut c),
            "breach" => self.plain(Kind::Breach, block, &mut c),
            "remedy" => self.plain(Kind::Remedy, block, &mut c),
            "channel" => self.plain(Kind::Channel, block, &mut c),
            "formula" => self.plain(Kind::Formula, block, &mut c),
            _ => Ok(()),
        }
    }

    /// Names that stand once; their numbers are those of the second pass, which reads them in the same order.
    fn plain(&mut self, kind: Kind, block: &Block, c: &mut Cursor<'_>) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let index = self.law.names.count(kind);
        self.law.names.counted(kind);
        self.add(kind, block, name, span, index);
        Ok(())
    }

    /// Names that may stand once for each version of the text.
    fn grouped(&mut self, kind: Kind, block: &Block, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        if self.law.names.find_own(kind, block.pack, name).is_none() {
            let index = if kind == Kind::Clock {
                self.law.clock_groups.push(Vec::new());
                self.law.clock_groups.len() - 1
            } else {
                self.law.gate_groups.push(Vec::new());
                self.law.gate_groups.len() - 1
            };
            self.law.names.add(kind, block.pack, name, u16::try_from(index).unwrap_or(u16::MAX));
        }
        Ok(())
    }

    fn organs(&mut self, block: &Block, entry: &Entry) -> Read<()> {
        let source = self.law.file(block.file).clone();
        let jurisdiction = self.law.pack(block.pack).jurisdiction.clone();
        for line in &entry.under {
            let mut c = Cursor::of(&source, line);
            if c.eat("organ") {
                let (name, span) = c.name("the name of an organ")?;
                let words = words(&mut c)?;
                let index = self.law.organs.len();
                if self.add(Kind::Organ, block, name, span, index) {
                    self.law.organs.push(Organ { pack: block.pack, name: name.to_owned(), words });
                }
            } else if c.eat("levels") {
                c.eat(":");
                self.rungs(block, &mut c, None, &jurisdiction)?;
            } else if c.eat("ranks of") {
                let (name, span) = c.name("the name of an organ")?;
                let organ = self.law.names.find(Kind::Organ, block.pack, name).map(OrganId);
                if organ.is_none() {
                    return Err(c.problem(span, format!("no organ `{name}` is declared before this line"), "unknown organ"));
                }
                c.eat(":");
                self.rungs(block, &mut c, organ, &jurisdiction)?;
            } else {
                return Err(c.expected("`organ`, `levels` or `ranks of`"));
            }
        }
        Ok(())
    }

    fn rungs(&mut self, block: &Block, c: &mut Cursor<'_>, organ: Option<OrganId>, jurisdiction: &str) -> Read<()> {
        let kind = if organ.is_some() { Kind::Rank } else { Kind::Level };
        let mut height = 0;
        loop {
            let (name, span) = c.name("a name")?;
            let inline = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
            let words = inline.or_else(|| self.label(block.pack, name));
            if words.is_none() {
                self.problems.push(
                    Problem::new(c.source, span, format!("the {} `{name}` has no words", kind.noun()), "nothing to show")
                        .hint("add a line to a `words` block"),
                );
            }
            let rung = Rung { name: name.to_owned(), words: words.unwrap_or_default(), organ, jurisdiction: jurisdiction.to_owned(), height };
            let table = if organ.is_some() { &mut self.law.ranks } else { &mut self.law.levels };
            let index = table.len();
            table.push(rung);
            self.add(kind, block, name, span, index);
            height += 1;
            if !c.eat(",") && !c.eat("<") {
                return Ok(());
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

    fn act(&mut self, block: &Block, entry: &Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, span) = c.name("the name of an act")?;
        let name = name.to_owned();
        let words = words(c)?;
        let (mut effect, mut binds, mut period) = (Effect::Neutral, None, false);
        let mut said = false;
        while !c.done() {
            c.eat(",");
            match c.look(0) {
                "restrains" => effect = Effect::Restrains,
                "frees" => effect = Effect::Frees,
                "protects" => effect = Effect::Protects,
                "neutral" | "request" => effect = Effect::Neutral,
                "binds" => binds = Some(true),
                "advises" => binds = Some(false),
                "period" => period = true,
                _ => return Err(c.expected("`restrains`, `frees`, `protects`, `neutral`, `binds`, `advises` or `period`")),
            }
            said |= matches!(c.look(0), "restrains" | "frees" | "protects" | "neutral" | "request");
            c.next();
        }
        if !said {
            self.problems.push(
                Problem::new(c.source, span, format!("the act `{name}` does not say what it does to the person"), "effect missing")
                    .hint("`restrains`, `frees`, `protects` or `neutral`: unknown must never hold back help"),
            );
        }
        let mut fields = Vec::new();
        for line in &entry.under {
            let mut c = Cursor::of(c.source, line);
            if c.eat("period") {
                period = true;
            } else if c.eat("field") {
                drop_basis(&mut c);
                match self.field(block, &mut c) {
                    Ok(field) => fields.push(field),
                    Err(problem) => self.problems.push(*problem),
                }
            }
        }
        self.new_act(block, &name, span, Act {
            pack: block.pack,
            name: name.clone(),
            full_name: String::new(),
            words,
            effect,
            binds,
            period,
            facts: false,
            by: Vec::new(),
            on: Vec::new(),
            checked_by: Vec::new(),
            fields,
            determines: Vec::new(),
            version: empty_version(),
        });
        Ok(())
    }

    fn new_act(&mut self, block: &Block, name: &str, span: Span, mut act: Act) -> Option<ActId> {
        let index = self.law.acts.len();
        if !self.add(Kind::Act, block, name, span, index) {
            return None;
        }
        let id = ActId(u16::try_from(index).unwrap_or(u16::MAX));
        act.full_name = format!("{} {name}", self.law.pack(block.pack).name);
        self.law.acts_by_full_name.insert(act.full_name.clone(), id);
        self.law.acts.push(act);
        Some(id)
    }

    /// `NAME TYPE [or none] [needed] words`; the words may also stand before the type.
    fn field(&mut self, block: &Block, c: &mut Cursor<'_>) -> Read<Field> {
        let (name, span) = c.name("the name of a field")?;
        let name = name.to_owned();
        let before = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
        let ty = self.field_type(block, c)?;
        let or_none = c.eat("or none");
        let needed = c.eat("needed");
        let after = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
        c.eat(";");
        c.finish()?;
        let words = before.or(after).or_else(|| self.label(block.pack, &name));
        if words.is_none() {
            self.problems.push(
                Problem::new(c.source, span, format!("the field `{name}` has no words"), "nothing to show")
                    .hint("after the type, or before it when the type is a list of words, or in a `words` block"),
            );
        }
        Ok(Field { id: self.field_id(&name), ty, or_none, needed, words: words.unwrap_or_default() })
    }

    fn field_type(&mut self, block: &Block, c: &mut Cursor<'_>) -> Read<Type> {
        if c.eat("yes / no") {
            return Ok(Type::YesNo);
        }
        if c.eat("list of periods") {
            return Ok(Type::Periods);
        }
        if c.eat("one of") {
            return self.one_of(block, c);
        }
        if c.eat("working days") {
            return Ok(Type::Length(crate::count::Unit::WorkingDays));
        }
        let (name, span) = c.name("a type")?;
        Ok(match name {
            "date" => Type::Date,
            "moment" => Type::Moment,
            "number" => Type::Number,
            "money" => Type::Money,
            "text" => Type::Text,
            unit if unit_named(unit).is_some() && unit.ends_with('s') => {
                Type::Length(unit_named(unit).unwrap_or(crate::count::Unit::Days))
            }
            _ => {
                let mut problem = c.problem(span, format!("`{name}` is no type"), "unknown type");
                problem.hint = Some("types are yes/no, date, moment, days, months, years, hours, minutes, number, money, text, one of …, list of periods".into());
                return Err(problem);
            }
        })
    }

    fn one_of(&mut self, block: &Block, c: &mut Cursor<'_>) -> Read<Type> {
        let mut list = Vec::new();
        loop {
            let (name, span) = c.name("a word of the list")?;
            let name = name.to_owned();
            let inline = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
            let words = inline.or_else(|| self.label(block.pack, &name));
            if words.is_none() {
                self.problems.push(
                    Problem::new(c.source, span, format!("the word `{name}` has no words in the pack's languages"), "nothing to show")
                        .hint("write them after it, or in a `words` block"),
                );
            }
            list.push((self.word_id(&name), words.unwrap_or_default()));
            if !c.eat(",") && !c.eat("or") {
                return Ok(Type::OneOf(list.into()));
            }
        }
    }

    fn facts(&mut self, block: &Block, entry: &Entry) -> Read<()> {
        let act = match self.law.names.find_own(Kind::Act, block.pack, "facts") {
            Some(found) => ActId(found),
            None => {
                let act = Act {
                    pack: block.pack,
                    name: "facts".into(),
                    full_name: String::new(),
                    words: Words::default(),
                    effect: Effect::Neutral,
                    binds: None,
                    period: false,
                    facts: true,
                    by: Vec::new(),
                    on: Vec::new(),
                    checked_by: Vec::new(),
                    fields: Vec::new(),
                    determines: Vec::new(),
                    version: empty_version(),
                };
                let Some(id) = self.new_act(block, "facts", entry.span, act) else { return Ok(()) };
                id
            }
        };
        let source = self.law.file(block.file).clone();
        for line in &entry.under {
            let mut c = Cursor::of(&source, line);
            c.eat("field");
            drop_basis(&mut c);
            let span = c.here();
            match self.field(block, &mut c) {
                Ok(field) => {
                    let name = self.law.field_name(field.id).to_owned();
                    let index = self.law.facts.len();
                    if self.add(Kind::Fact, block, &name, span, index) {
                        self.law.facts.push((act, field.id));
                        if let Some(act) = self.law.acts.get_mut(act.index()) {
                            act.fields.push(field);
                        }
                    }
                }
                Err(problem) => self.problems.push(*problem),
            }
        }
        Ok(())
    }

    fn table(&mut self, block: &Block, entry: &Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, span) = c.name("the name of a table")?;
        let mut key = TableKey::Year;
        let mut money = false;
        while !c.done() {
            if c.eat("by year") {
                key = TableKey::Year;
            } else if c.eat("by date in force") || c.eat("by date") {
                key = TableKey::DateInForce;
            } else if c.eat("by word") {
                key = TableKey::Word;
            } else if c.eat("money") || c.eat("of money") {
                money = true;
            } else if c.quoted().is_some() || c.eat("/") {
            } else {
                return Err(c.expected("`by year`, `by date in force`, `by word` or `money`"));
            }
        }
        let mut table = Table { pack: block.pack, name: name.to_owned(), key, rows: Vec::new(), money };
        for line in &entry.under {
            let mut c = Cursor::of(c.source, line);
            match self.row(block, line, &mut c, key) {
                Ok(row) => table.rows.push(row),
                Err(problem) => self.problems.push(*problem),
            }
        }
        let index = self.law.tables.len();
        if self.add(Kind::Table, block, name, span, index) {
            self.law.tables.push(table);
        }
        Ok(())
    }

    fn row(&mut self, block: &Block, line: &Entry, c: &mut Cursor<'_>, key: TableKey) -> Read<Row> {
        // The key of a year looks like a citation, and was taken for one.
        let first = line.cited.first().map(|cited| cited.text.clone());
        let (mut year, mut from, mut word) = (None, None, None);
        let found = match first {
            Some(found) => found,
            None => {
                let token = c.next().ok_or_else(|| c.expected("the key of the row"))?;
                c.text(token).to_owned()
            }
        };
        match key {
            TableKey::Year => year = Some(found.parse().map_err(|_| c.problem(line.span, format!("`{found}` is not a year"), "key"))?),
            TableKey::DateInForce => {
                let wrong = || c.problem(line.span, format!("`{found}` is not a day, a month or a year"), "key");
                from = Some(row_start(&found).ok_or_else(wrong)?);
            }
            TableKey::Word => word = Some(found.as_str().into()),
        }
        let token = c.next().ok_or_else(|| c.expected("a number"))?;
        let value = c.text(token).parse().map_err(|_| c.problem(token.span, "a number is expected", "not a number"))?;
        let source = c.quoted().unwrap_or_default().to_owned();
        if source.is_empty() {
            return Err(c.expected("the source of the number, in quotes"));
        }
        let note = Note {
            id: self.law.clauses,
            citations: vec![source.as_str().into()],
            basis: Basis::Text,
            text: format!("{found}  {value}").into(),
            words: None,
            otherwise: Otherwise::Unsaid,
            file: block.file,
            offset: line.span.start,
        };
        Ok(Row { year, from, word, value, source, note })
    }
}

/// Fields carry no rule: how sure they are stands with the rules that use them.
fn drop_basis(c: &mut Cursor<'_>) {
    if let Some(mark) = c.find("basis").into_iter().rfind(|n| c.text_at(n + 1) == ":") {
        let _ = c.split_off(mark);
    }
}

/// The days on which a row may begin: a day, any day of a month, any day of a year.
fn row_start(text: &str) -> Option<(Date, Date)> {
    if let Ok(day) = text.parse::<Date>() {
        return Some((day, day));
    }
    match text.split_once('-') {
        Some((year, month)) => {
            let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
            Some((first, first.last_of_month()))
        }
        None => {
            let year = text.parse().ok()?;
            Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
        }
    }
}

/// A version that is always in force.
pub fn empty_version() -> Version {
    Version { article: String::new(), from: None, until: None, governs_by: None, dossier: Vec::new(), not_encoded: Vec::new() }
}
