//! The examples of a pack are its tests: a sentence, facts, expectations. Section 7 of the pack format.

use habeas_law::moment::When;
use habeas_law::problem::Source;
use habeas_law::read::names::Kind;
use habeas_law::rules::{ActId, LevelId, OrganId, PackId, RankId};
use habeas_law::syntax::{PartKind, Tree};
use habeas_law::{Law, Truth, Type};

use crate::act::{Act, By, Case, Partial};
use crate::assess::assess_person;
use crate::assessment::{Assessment, Line};
use crate::evaluate::{Evaluator, Scope, Silent};
use crate::expect;
use crate::history::History;
use crate::propose;
use crate::timeline::Timeline;

/// One example, as it stands in a pack.
#[derive(Clone, Debug)]
pub struct Example {
    /// The pack.
    pub pack: PackId,
    /// `cn/detention.md:123`
    pub place: String,
    /// What it shows.
    pub sentence: String,
    /// Lines of facts, with their line numbers.
    pub facts: Vec<(usize, String)>,
    /// Lines of expectations.
    pub expectations: Vec<(usize, String)>,
}

/// What became of an example.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The example.
    pub place: String,
    /// Its sentence.
    pub sentence: String,
    /// What was expected and found, where they differ.
    pub differences: Vec<String>,
}

/// How often each condition was seen yes, no and unknown.
#[derive(Clone, Debug, Default)]
pub struct Seen(pub std::collections::BTreeMap<u32, [u32; 3]>);

impl Seen {
    /// Counts the conditions of an assessment.
    pub fn add(&mut self, assessment: &Assessment) {
        assessment
            .gates
            .iter()
            .for_each(|gate| self.lines(&gate.conditions));
        assessment
            .clocks
            .iter()
            .for_each(|clock| self.lines(&clock.because));
    }

    /// Counts the `applies when` of clocks that were not made because of it.
    fn not_applied(&mut self, builder: &Builder<'_>) {
        let at = builder.instant();
        let history = History::of(&builder.case, PERSON);
        let timeline = Timeline::build(builder.law, &history, at);
        let ev = Evaluator::new(builder.law, &history, &timeline, at);
        let horizon = history.visible(at);
        for (index, act) in history.acts.iter().enumerate().take(horizon) {
            for id in builder.law.clocks_of(act.kind) {
                let clock = builder.law.clock(*id);
                let scope = Scope {
                    anchor_kinds: &clock.of,
                    anchor: Some(index),
                    ..Scope::of_facts(clock.pack, horizon)
                };
                for clause in &clock.applies {
                    if ev.truth(&clause.rule, scope, &mut Silent::default()) == Truth::No {
                        self.count(clause.note.id, Truth::No);
                    }
                }
            }
        }
    }

    fn count(&mut self, clause: u32, truth: Truth) {
        let slot = match truth {
            Truth::Yes => 0,
            Truth::No => 1,
            Truth::Unknown => 2,
        };
        if let Some(count) = self.0.entry(clause).or_default().get_mut(slot) {
            *count += 1;
        }
    }

    /// Counts lines and the lines within them.
    pub fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            if let Some(truth) = line.truth {
                self.count(line.clause_number, truth);
            }
            self.lines(&line.within);
        }
    }
}

/// All examples of a law, in order of files.
#[must_use]
pub fn examples(law: &Law) -> Vec<Example> {
    let mut found = Vec::new();
    for (n, pack) in law.packs.iter().enumerate() {
        let id = PackId(u16::try_from(n).unwrap_or(u16::MAX));
        for file in &pack.files {
            let source = law.file(*file);
            for part in Tree::read(&source.text).parts {
                if let PartKind::Example(lines) = part.kind
                    && let Some(example) = read(id, source, &lines)
                {
                    found.push(example);
                }
            }
        }
    }
    found
}

fn read(pack: PackId, source: &Source, lines: &[habeas_law::syntax::Line]) -> Option<Example> {
    let mut parts: Vec<Vec<(usize, String)>> = vec![Vec::new()];
    for line in lines {
        let text = source
            .text
            .get(line.span.start..line.span.end)
            .unwrap_or_default();
        let bare = match line
            .tokens
            .iter()
            .find(|t| t.kind == habeas_law::syntax::TokenKind::Comment)
        {
            Some(comment) => source
                .text
                .get(line.span.start..comment.span.start)
                .unwrap_or_default(),
            None => text,
        };
        if text.trim().is_empty() {
            if parts.last().is_some_and(|p| !p.is_empty()) {
                parts.push(Vec::new());
            }
        } else if !bare.trim().is_empty() {
            let number = source.line_of(line.span.start);
            parts.last_mut()?.push((number, bare.trim_end().to_owned()));
        }
    }
    parts.retain(|p| !p.is_empty());
    let first = parts.first()?.first()?.0;
    let sentence = parts
        .first()?
        .iter()
        .map(|(_, l)| l.trim())
        .collect::<Vec<_>>()
        .join(" ");
    let (facts, expectations) = match parts.len() {
        0 | 1 => (Vec::new(), Vec::new()),
        2 => (Vec::new(), parts.get(1).cloned().unwrap_or_default()),
        _ => (
            parts.get(1).cloned().unwrap_or_default(),
            parts.get(2..).unwrap_or_default().concat(),
        ),
    };
    Some(Example {
        pack,
        place: format!("{}:{first}", source.name),
        sentence,
        facts,
        expectations,
    })
}

/// Columns: two blanks or more between them.
#[must_use]
pub fn columns(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        match rest.find("  ") {
            Some(at) => {
                let (column, tail) = rest.split_at(at);
                found.push(column.trim());
                rest = tail.trim_start();
            }
            None => {
                found.push(rest);
                break;
            }
        }
    }
    found
}

/// A case that is put together line by line.
#[derive(Debug)]
pub struct Builder<'a> {
    /// The law.
    pub law: &'a Law,
    /// Whose names come first.
    pub pack: PackId,
    /// The case so far.
    pub case: Case,
    /// The instant asked.
    pub at: Option<i64>,
    /// A step not yet taken.
    pub proposed: Vec<Act>,
}

/// The person of an example.
pub const PERSON: &str = "A";

impl<'a> Builder<'a> {
    /// An empty case.
    #[must_use]
    pub fn new(law: &'a Law, pack: PackId) -> Self {
        let case = Case {
            id: "example".into(),
            ..Case::default()
        };
        Self {
            law,
            pack,
            case,
            at: None,
            proposed: Vec::new(),
        }
    }

    /// Adds a line of facts.
    ///
    /// # Errors
    /// What cannot be read, in one sentence.
    pub fn line(&mut self, line: &str) -> Result<(), String> {
        let columns = columns(line);
        let (first, inline) = split_name(columns.first().copied().unwrap_or_default());
        let rest: Vec<&str> = inline
            .into_iter()
            .chain(columns.get(1..).unwrap_or_default().iter().copied())
            .collect();
        if let Some(when) = keyword(line, "at") {
            let when = When::parse(when, self.law.zone(self.pack))?;
            self.at = Some(when.from);
            return Ok(());
        }
        if let Some(names) = keyword(line, "partial") {
            let kinds = names
                .split(',')
                .map(|name| self.act_named(name.trim()))
                .collect::<Result<_, _>>()?;
            self.case.partial = Partial::These(kinds);
            return Ok(());
        }
        if let Some(step) = keyword(line, "propose") {
            let columns = self::columns(step);
            let (name, inline) = split_name(columns.first().copied().unwrap_or_default());
            let mut rest: Vec<&str> = inline.into_iter().collect();
            rest.extend(columns.get(1..).unwrap_or_default());
            let mut step = self.act(name, &rest)?;
            step.id = format!("p{}", self.proposed.len() + 1).into();
            self.proposed.push(step);
            return Ok(());
        }
        if self.find_act(first).is_some() {
            let act = self.act(first, &rest)?;
            self.case.acts.push(act);
            return Ok(());
        }
        self.fact(first, &rest.join(" "))
    }

    fn find_act(&self, name: &str) -> Option<ActId> {
        self.law
            .act_named(name)
            .or_else(|| self.law.find(Kind::Act, self.pack, name).map(ActId))
    }

    fn act_named(&self, name: &str) -> Result<ActId, String> {
        self.find_act(name)
            .ok_or_else(|| format!("no act `{name}` is seen from this pack"))
    }

    /// States a fact.
    ///
    /// # Errors
    /// If it is not declared, or the value is not of its type.
    pub fn fact(&mut self, name: &str, value: &str) -> Result<(), String> {
        let fact = self.law.find(Kind::Fact, self.pack, name);
        let (kind, field) = self
            .law
            .fact(fact.ok_or_else(|| format!("`{name}` is no act and no fact"))?);
        let ty = self
            .law
            .act(kind)
            .fields
            .iter()
            .find(|f| f.id == field)
            .map_or(Type::Any, |f| f.ty.clone());
        let zone = self.law.zone(self.pack);
        let value = ty.read(value, |w| self.law.word(w), zone)?;
        let long_ago = When::instant(-2_208_988_800, zone);
        let id = format!("f{}", self.case.acts.len() + 1);
        let mut act = self.blank(kind, long_ago, &id);
        act.fields.push((field, value));
        self.case.acts.push(act);
        Ok(())
    }

    fn blank(&self, kind: ActId, happened: When, id: &str) -> Act {
        Act {
            id: id.into(),
            subjects: vec![PERSON.into()],
            thing: None,
            kind,
            happened,
            until: None,
            recorded: None,
            by: By::default(),
            fields: Vec::new(),
            answers: None,
            corrects: None,
            source: None,
        }
    }

    /// An act of this kind at this time.
    ///
    /// # Errors
    /// If it is not declared.
    pub fn bare_act(&self, name: &str, happened: When) -> Result<Act, String> {
        let kind = self.act_named(name)?;
        Ok(self.blank(kind, happened, &format!("a{}", self.case.acts.len() + 1)))
    }

    fn act(&self, name: &str, columns: &[&str]) -> Result<Act, String> {
        let zone = self.law.zone(self.pack);
        let time = columns.first().copied().unwrap_or_default();
        let (from, until) = match time.split_once("..") {
            Some((from, until)) => (from.trim(), Some(until.trim()).filter(|u| !u.is_empty())),
            None => (time, None),
        };
        let mut act = self.bare_act(name, When::parse(from, zone)?)?;
        act.until = until.map(|u| When::parse(u, zone)).transpose()?;
        for column in columns.get(1..).unwrap_or_default() {
            self.column(&mut act, column)?;
        }
        Ok(act)
    }

    /// `field value`, `by ORGAN rank R level L`, `subject B`, `on N`, `until WHEN`, `recorded WHEN`.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn column(&self, act: &mut Act, column: &str) -> Result<(), String> {
        let zone = self.law.zone(self.pack);
        let (name, value) = column.split_once(' ').unwrap_or((column, ""));
        let value = value.trim();
        match name {
            "by" => return self.by(&mut act.by, value),
            "rank" | "level" | "unit" | "official" => return self.by(&mut act.by, column),
            "subject" => {
                act.subjects = value.split(',').map(|s| s.trim().into()).collect();
                return Ok(());
            }
            "on" => {
                act.answers = Some(format!("a{value}").into());
                return Ok(());
            }
            "recorded" => {
                act.recorded = Some(When::parse(value, zone)?);
                return Ok(());
            }
            _ => {}
        }
        let kind = self.law.act(act.kind);
        let field = self
            .law
            .field(name)
            .and_then(|id| kind.fields.iter().find(|f| f.id == id));
        if let Some(field) = field {
            let value = field
                .ty
                .read(value, |w| self.law.word(w), zone)
                .map_err(|e| format!("{name}: {e}"))?;
            act.fields.push((field.id, value));
            return Ok(());
        }
        if name == "until" {
            act.until = Some(When::parse(value, zone)?);
            return Ok(());
        }
        Err(format!("the act `{}` has no field `{name}`", kind.name))
    }

    fn by(&self, by: &mut By, text: &str) -> Result<(), String> {
        let mut words = text.split_whitespace().peekable();
        while let Some(word) = words.next() {
            let mut next = |what: &str| {
                words
                    .next()
                    .ok_or_else(|| format!("a name is expected after `{what}`"))
            };
            match word {
                "rank" | "of" => {
                    let name = next("rank")?;
                    let name = if name == "rank" { next("rank")? } else { name };
                    by.rank = Some(RankId(self.named(Kind::Rank, name)?));
                }
                "level" | "at" => {
                    by.level = Some(LevelId(self.named(Kind::Level, next("level")?)?))
                }
                "unit" => by.unit = Some(next("unit")?.into()),
                "official" => by.official = Some(next("official")?.into()),
                organ => by.organ = Some(OrganId(self.named(Kind::Organ, organ)?)),
            }
        }
        Ok(())
    }

    fn named(&self, kind: Kind, name: &str) -> Result<u16, String> {
        self.law
            .find(kind, self.pack, name)
            .ok_or_else(|| format!("no {} `{name}` is seen from this pack", kind.noun()))
    }

    /// The instant asked: the one given, or else the last minute of the latest act.
    #[must_use]
    pub fn instant(&self) -> i64 {
        self.at.unwrap_or_else(|| {
            self.case
                .acts
                .iter()
                .map(|a| a.happened.to)
                .max()
                .unwrap_or(0)
        })
    }

    /// Judges the steps not yet taken.
    #[must_use]
    pub fn proposals(&self) -> Vec<propose::Proposal> {
        let judge = |step: &Act| {
            propose::propose(
                self.law,
                &self.case,
                step.clone(),
                self.instant().max(step.happened.to),
            )
        };
        self.proposed.iter().map(judge).collect()
    }

    /// Assesses the person of the example.
    #[must_use]
    pub fn assess(&self) -> Assessment {
        assess_person(self.law, &self.case, PERSON, self.instant())
    }
}

fn keyword<'l>(line: &'l str, word: &str) -> Option<&'l str> {
    line.trim()
        .strip_prefix(word)
        .filter(|rest| rest.starts_with(' '))
        .map(str::trim)
}

/// `detention 2026-11-05` with one blank between.
fn split_name(column: &str) -> (&str, Option<&str>) {
    match column.split_once(' ') {
        Some((name, rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) => (name, Some(rest)),
        _ => (column, None),
    }
}

/// Runs one example.
#[must_use]
pub fn run(law: &Law, example: &Example, seen: &mut Seen) -> Outcome {
    let mut differences = Vec::new();
    let mut builder = Builder::new(law, example.pack);
    for (number, line) in &example.facts {
        if let Err(error) = builder.line(line) {
            differences.push(format!("line {number}: {error}: `{}`", line.trim()));
        }
    }
    if differences.is_empty() {
        let assessment = builder.assess();
        seen.add(&assessment);
        seen.not_applied(&builder);
        let proposals = builder.proposals();
        for proposal in &proposals {
            proposal
                .gates
                .iter()
                .for_each(|gate| seen.lines(&gate.conditions));
        }
        let expect = expect::Expect {
            law,
            pack: example.pack,
            assessment: &assessment,
            proposals: &proposals,
        };
        for (number, line) in &example.expectations {
            if let Err(found) = expect.line(line) {
                differences.push(format!(
                    "line {number}: expected `{}`, found {found}",
                    line.trim()
                ));
            }
        }
    }
    Outcome {
        place: example.place.clone(),
        sentence: example.sentence.clone(),
        differences,
    }
}
