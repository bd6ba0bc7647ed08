//! Case files of others: `{id, rule_id, facts, expected}`, told to the packs by a mapping that is data. Section 8 of the pack format.

use habeas_law::count::Length;
use habeas_law::expression::{Bound, Expression as E, Query};
use habeas_law::moment::{End, When};
use habeas_law::problem::{Problem, Source, Span};
use habeas_law::read::cursor::Cursor;
use habeas_law::rules::PackId;
use habeas_law::syntax::{TokenKind, tokens};
use habeas_law::{Law, Truth, Type, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use crate::act::Act;
use crate::assessment::{Assessment, Clock, FindingKind, Moment};
use crate::evaluate::{Evaluator, Scope, Silent};
use crate::example::{Builder, columns};
use crate::expect::ends_with;
use crate::gate::Outcome;
use crate::history::History;
use crate::timeline::Timeline;

/// All mappings of a folder.
#[derive(Clone, Debug, Default)]
pub struct Mappings {
    rules: Vec<Rule>,
}

/// The mapping of one rule.
#[derive(Clone, Debug)]
struct Rule {
    id: String,
    pack: PackId,
    steps: Vec<Step>,
}

/// One line.
#[derive(Clone, Debug)]
struct Step {
    what: What,
    when: Option<E>,
}

#[derive(Clone, Debug)]
enum What {
    /// An act or a fact, its time, its columns.
    Given { name: String, columns: Vec<String>, propose: bool },
    At(E),
    Answer(String, Vec<E>),
    Each(Vec<Box<str>>, Vec<Step>),
}

/// What became of a case.
#[derive(Clone, Debug)]
pub struct CaseResult {
    /// Its id and rule.
    pub id: String,
    /// Its rule.
    pub rule: String,
    /// Answers that differ: name, expected, found.
    pub differences: Vec<String>,
    /// Answers for which the mapping has no line, or `no mapping`.
    pub unmapped: Vec<String>,
}

impl CaseResult {
    /// Whether everything was answered as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty() && self.unmapped.is_empty()
    }
}

impl Mappings {
    /// Reads a mapping file and adds its rules.
    ///
    /// # Errors
    /// Every line that cannot be read.
    pub fn read(&mut self, law: &Law, name: &str, text: &str) -> Result<(), Vec<Problem>> {
        let source = Source { name: name.to_owned(), text: text.into() };
        let mut problems = Vec::new();
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let span = Span::new(at, at + line.trim_end().len());
            at += line.len();
            let body = strip_comment(line);
            if body.trim().is_empty() {
                continue;
            }
            let indent = body.len() - body.trim_start().len();
            if let Err(problem) = self.line(law, &source, span, body.trim(), indent) {
                problems.push(*problem);
            }
        }
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    fn line(&mut self, law: &Law, source: &Source, span: Span, body: &str, indent: usize) -> Result<(), Box<Problem>> {
        let wrong = |message: String| Box::new(Problem::new(source, span, message, "this line"));
        if indent == 0 {
            let rest = body.strip_prefix("rule ").ok_or_else(|| wrong("a rule begins with `rule ID  pack NAME`".into()))?;
            let (id, pack) = rest.split_once("pack ").ok_or_else(|| wrong("`pack NAME` is missing".into()))?;
            let pack = law.pack_named(pack.trim()).ok_or_else(|| wrong(format!("no pack `{}` is there", pack.trim())))?;
            self.rules.push(Rule { id: id.trim().to_owned(), pack, steps: Vec::new() });
            return Ok(());
        }
        let rule = self.rules.last_mut().ok_or_else(|| wrong("a line before the first `rule`".into()))?;
        let reader = Reader { law, pack: rule.pack, source, span };
        let step = reader.step(body)?;
        match rule.steps.last_mut() {
            Some(Step { what: What::Each(_, inner), .. }) if indent > 2 => inner.push(step),
            _ => rule.steps.push(step),
        }
        Ok(())
    }

    /// Runs every case of a file; `only` names the rules that are wanted.
    ///
    /// # Errors
    /// If the file is not a list of cases.
    pub fn run(&self, law: &Law, text: &str, only: &[String]) -> Result<Vec<CaseResult>, String> {
        let cases: Json = serde_json::from_str(text).map_err(|e| format!("not JSON: {e}"))?;
        let list = cases.as_array().or_else(|| cases.get("cases").and_then(Json::as_array));
        let list = list.ok_or("a list of cases is expected")?;
        let mut results = Vec::new();
        for case in list {
            let text = |key: &str| case.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
            let (id, rule) = (text("id"), text("rule_id"));
            if !only.is_empty() && !only.contains(&rule) {
                continue;
            }
            let nothing = Json::Null;
            let facts = case.get("facts").unwrap_or(&nothing);
            let expected = case.get("expected").unwrap_or(&nothing);
            let mut result = CaseResult { id, rule: rule.clone(), differences: Vec::new(), unmapped: Vec::new() };
            let rules: Vec<&Rule> = self.rules.iter().filter(|r| r.id == rule).collect();
            if rules.is_empty() {
                result.unmapped.push("no mapping".into());
            } else {
                let mut answers: Vec<(String, Answer)> = Vec::new();
                for rule in rules {
                    let mut run = Run { law, rule, facts: vec![facts], builder: Builder::new(law, rule.pack), answers: Vec::new(), errors: Vec::new() };
                    run.steps(&rule.steps);
                    result.differences.append(&mut run.errors);
                    answers.append(&mut run.answers);
                }
                compare(law, "", expected, &answers, &mut result);
            }
            results.push(result);
        }
        Ok(results)
    }
}

fn strip_comment(line: &str) -> &str {
    let bytes = line.as_bytes();
    let mut quoted = false;
    for (n, b) in bytes.iter().enumerate() {
        match b {
            b'"' => quoted = !quoted,
            b'#' if !quoted && (n == 0 || bytes.get(n - 1).is_some_and(u8::is_ascii_whitespace)) => return line.get(..n).unwrap_or(line),
            _ => {}
        }
    }
    line
}

struct Reader<'a> {
    law: &'a Law,
    pack: PackId,
    source: &'a Source,
    span: Span,
}

impl Reader<'_> {
    fn step(&self, body: &str) -> Result<Step, Box<Problem>> {
        let (body, when) = match body.rfind("  when ") {
            Some(at) => {
                let (body, condition) = body.split_at(at);
                (body.trim(), Some(self.expression(condition.trim().trim_start_matches("when "))?))
            }
            None => (body, None),
        };
        let (verb, rest) = body.split_once(' ').unwrap_or((body, ""));
        let rest = rest.trim();
        let what = match verb {
            "given" | "propose" => {
                let mut columns = columns(rest).into_iter();
                let name = columns.next().unwrap_or_default().to_owned();
                What::Given { name, columns: columns.map(str::to_owned).collect(), propose: verb == "propose" }
            }
            "at" => What::At(self.expression(rest)?),
            "answer" => {
                let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                let parts = value.trim().split(" ; ").map(|part| self.expression(part)).collect::<Result<_, _>>()?;
                What::Answer(name.to_owned(), parts)
            }
            "each" => What::Each(rest.split('.').map(Into::into).collect(), Vec::new()),
            _ => {
                let message = format!("`{verb}` begins no line of a mapping");
                return Err(Box::new(
                    Problem::new(self.source, self.span, message, "unknown line").hint("lines are given, propose, at, answer, each"),
                ));
            }
        };
        Ok(Step { what, when })
    }

    fn expression(&self, text: &str) -> Result<E, Box<Problem>> {
        let text = text.trim();
        let source = Source { name: self.source.name.clone(), text: text.into() };
        let all: Vec<_> = tokens(text, Span::new(0, text.len())).into_iter().filter(|t| t.kind != TokenKind::Space).collect();
        let mut cursor = Cursor::new(&source, &all, Span::new(0, text.len()));
        let read = self.law.read_for_mapping(self.pack, &mut cursor).and_then(|e| cursor.finish().map(|()| e));
        read.map_err(|problem| {
            let message = format!("{}: `{text}`", problem.message);
            Box::new(Problem::new(self.source, self.span, message, problem.label.clone()))
        })
    }
}

/// An answer that the mapping gave.
#[derive(Clone, Debug)]
enum Answer {
    One(Option<Value>),
    List(Vec<Option<Value>>),
}

struct Run<'a> {
    law: &'a Law,
    rule: &'a Rule,
    /// Scopes of facts, the innermost last.
    facts: Vec<&'a Json>,
    builder: Builder<'a>,
    answers: Vec<(String, Answer)>,
    errors: Vec<String>,
}

impl<'a> Run<'a> {
    fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            if let Some(when) = &step.when
                && self.truth(when) != Truth::Yes
            {
                continue;
            }
            match &step.what {
                What::Given { name, columns, propose } => {
                    if let Err(error) = self.given(name, columns, *propose) {
                        self.errors.push(format!("mapping of {}: {name}: {error}", self.rule.id));
                    }
                }
                What::At(at) => {
                    let value = self.value(at);
                    let zone = self.law.zone(self.rule.pack);
                    if let Some(when) = value.and_then(|v| crate::evaluate::as_moment(&v, zone)) {
                        self.builder.at = Some(when.to);
                    }
                }
                What::Answer(name, parts) => {
                    let name = self.answer_name(name);
                    let mut values: Vec<Option<Value>> = parts.iter().map(|part| self.value(part)).collect();
                    let answer = if values.len() == 1 { Answer::One(values.pop().flatten()) } else { Answer::List(values) };
                    self.answers.push((name, answer));
                }
                What::Each(path, inner) => self.each(path, inner),
            }
        }
    }

    fn each(&mut self, path: &[Box<str>], inner: &'a [Step]) {
        let Some(list) = self.look_up(path).and_then(Json::as_array) else { return };
        let answers = inner.iter().any(|s| matches!(s.what, What::Answer(..)));
        for item in list {
            let before = answers.then(|| (self.builder.case.clone(), self.builder.at, self.builder.proposed.clone()));
            self.facts.push(item);
            self.steps(inner);
            self.facts.pop();
            // Each item that is answered is a case of its own.
            if let Some((case, at, proposed)) = before {
                (self.builder.case, self.builder.at, self.builder.proposed) = (case, at, proposed);
            }
        }
    }

    /// `id` is the id of the item, `it` the item itself.
    fn answer_name(&self, name: &str) -> String {
        let part = |part: &str| -> String {
            let item = self.facts.last().filter(|_| self.facts.len() > 1);
            let found = match (part, item) {
                ("id", Some(item)) => item.get("id"),
                ("it", Some(item)) => Some(*item),
                _ => None,
            };
            found.and_then(Json::as_str).unwrap_or(part).to_owned()
        };
        name.split('.').map(part).collect::<Vec<_>>().join(".")
    }

    fn look_up(&self, path: &[Box<str>]) -> Option<&'a Json> {
        let first = path.first()?;
        if &**first == "it" && self.facts.len() > 1 {
            return self.facts.last().copied();
        }
        self.facts.iter().rev().find_map(|scope| {
            let mut at = scope.get(&**first)?;
            for part in path.get(1..).unwrap_or_default() {
                at = match part.parse::<usize>() {
                    Ok(n) if at.is_array() => at.get(n.checked_sub(1)?)?,
                    _ => at.get(&**part)?,
                };
            }
            Some(at)
        })
    }

    fn given(&mut self, name: &str, columns: &[String], propose: bool) -> Result<(), String> {
        let zone = self.law.zone(self.rule.pack).clone();
        let first = columns.first().map_or("", String::as_str);
        let is_act = self.law.find(habeas_law::read::names::Kind::Act, self.rule.pack, name).is_some() || self.law.act_named(name).is_some();
        if !is_act {
            let Some(text) = self.text_of(first) else { return Ok(()) };
            return self.builder.fact(name, &text);
        }
        let (from, until) = match first.split_once("..") {
            Some((from, until)) => (from.trim(), Some(until.trim())),
            None => (first, None),
        };
        let Some(from) = self.moment(from, &zone)? else { return Ok(()) };
        let mut act = self.builder.bare_act(name, from)?;
        if let Some(until) = until {
            let Some(until) = self.moment(until, &zone)? else { return Ok(()) };
            act.until = Some(until);
        }
        for column in columns.get(1..).unwrap_or_default() {
            self.column(&mut act, column)?;
        }
        if propose {
            act.id = format!("p{}", self.builder.proposed.len() + 1).into();
            self.builder.proposed.push(act);
        } else {
            self.builder.case.acts.push(act);
        }
        Ok(())
    }

    fn moment(&self, text: &str, zone: &jiff::tz::TimeZone) -> Result<Option<When>, String> {
        if text.is_empty() {
            return Err("a time is expected".into());
        }
        Ok(self.evaluate_text(text)?.and_then(|v| crate::evaluate::as_moment(&v, zone)))
    }

    /// A column's value: a fact of the case, an expression over it, or a literal of the field's type.
    fn column(&self, act: &mut Act, column: &str) -> Result<(), String> {
        let (name, value) = column.split_once(' ').unwrap_or((column, ""));
        match name {
            "by" | "rank" | "level" | "unit" | "official" => {
                // A rank or level may be a fact of the case.
                let words: Vec<String> = column.split_whitespace().map(|word| self.word_or_fact(word)).collect();
                let text = words.join(" ");
                let text = text.replace("\u{0}", "");
                if text.split_whitespace().last().is_some_and(|w| w == "rank" || w == "level") {
                    let shorter: Vec<&str> = text.split_whitespace().collect();
                    let kept = shorter.get(..shorter.len() - 1).unwrap_or_default().join(" ");
                    return self.builder.column(act, &kept);
                }
                self.builder.column(act, &text)
            }
            "subject" | "on" => self.builder.column(act, column),
            _ => {
                let kind = self.law.act(act.kind);
                let ty = self.law.field(name).and_then(|id| kind.fields.iter().find(|f| f.id == id)).map(|f| f.ty.clone());
                if matches!(ty, Some(Type::Periods)) {
                    let Some((from, to)) = value.split_once("..") else { return Err(format!("{name}: a period is expected")) };
                    let (from, to) = (self.text_of(from.trim()), self.text_of(to.trim()));
                    let (Some(from), Some(to)) = (from, to) else { return Ok(()) };
                    let day = |t: &str| t.get(..10).unwrap_or(t).to_owned();
                    return self.builder.column(act, &format!("{name} {} .. {}", day(&from), day(&to)));
                }
                let literal = ty.as_ref().is_some_and(|ty| {
                    ty.read(value, |w| self.law.word(w), self.law.zone(self.rule.pack)).is_ok() && self.look_up(&[value.into()]).is_none()
                });
                if literal {
                    return self.builder.column(act, column);
                }
                let Some(text) = self.text_of(value) else { return Ok(()) };
                self.builder.column(act, &format!("{name} {text}"))
            }
        }
    }

    fn word_or_fact(&self, word: &str) -> String {
        match self.look_up(&[word.into()]) {
            Some(Json::String(text)) => text.replace(' ', "_"),
            _ => word.to_owned(),
        }
    }

    /// The value of a text as a pack would write it; none if it hangs on a fact that the case does not state.
    fn text_of(&self, text: &str) -> Option<String> {
        let zone = self.law.zone(self.rule.pack);
        match self.evaluate_text(text) {
            Ok(Some(Value::Text(found))) => Some(found.to_string()),
            Ok(Some(Value::None)) if self.look_up(&[text.into()]).is_none() && !text.contains(' ') => self.literal(text),
            Ok(Some(value)) => Some(value.show(|w| self.law.word_name(w).to_owned(), zone)),
            Ok(None) => None,
            Err(_) => Some(text.to_owned()),
        }
    }

    /// A bare word that is no fact of the case: itself, unless the case's file merely left the fact out.
    fn literal(&self, text: &str) -> Option<String> {
        let is_word = self.law.word(text).is_some() || matches!(text, "yes" | "no" | "none");
        is_word.then(|| text.to_owned())
    }

    fn evaluate_text(&self, text: &str) -> Result<Option<Value>, String> {
        let source = Source { name: String::new(), text: text.into() };
        let reader = Reader { law: self.law, pack: self.rule.pack, source: &source, span: Span::default() };
        let e = reader.expression(text).map_err(|p| p.message.clone())?;
        Ok(self.value(&e))
    }

    fn truth(&self, e: &E) -> Truth {
        let e = self.filled(e);
        self.with_evaluator(|ev, scope| ev.truth(&e, scope, &mut Silent::default()))
    }

    fn value(&self, e: &E) -> Option<Value> {
        let e = self.filled(e);
        self.with_evaluator(|ev, scope| ev.value(&e, scope, &mut Silent::default()))
    }

    fn with_evaluator<T>(&self, ask: impl FnOnce(&Evaluator<'_>, Scope<'_>) -> T) -> T {
        let history = History::of(&self.builder.case, crate::example::PERSON);
        let timeline = Timeline::default();
        let at = self.builder.instant();
        let ev = Evaluator { law: self.law, history: &history, timeline: &timeline, at };
        ask(&ev, Scope::of_facts(self.rule.pack, history.visible(at)))
    }

    /// The expression with the facts of the case and the outcome put in.
    fn filled(&self, e: &E) -> E {
        let literal = |value: Option<Value>| Some(E::Literal(value.unwrap_or(Value::None)));
        e.replaced(&mut |node| match node {
            E::Given(path) => literal(self.look_up(path).and_then(|json| self.from_json(json))),
            E::Query(query) => literal(self.query(query)),
            E::Answer(name) => literal(self.answers.iter().rev().find(|(n, _)| **n == **name).and_then(|(_, a)| match a {
                Answer::One(value) => value.clone(),
                Answer::List(_) => None,
            })),
            E::In { value, unit } => {
                let number = match self.value(value) {
                    Some(Value::Number(n)) => i32::try_from(n).ok(),
                    _ => None,
                };
                literal(number.map(|n| Value::Length(Length::of(*unit, n))))
            }
            E::Choose { value, words } => {
                let found = self.value(value)?;
                let name = match found {
                    Value::Text(text) => text.to_string(),
                    Value::Yes(yes) => if yes { "yes" } else { "no" }.to_owned(),
                    Value::None => "none".to_owned(),
                    other => other.show(|w| self.law.word_name(w).to_owned(), self.law.zone(self.rule.pack)),
                };
                let chosen = words.iter().find(|(word, _)| **word == *name).map(|(_, then)| then);
                literal(chosen.and_then(|then| self.value(then)))
            }
            E::WorkingDay(day) => {
                let day = self.value(day).and_then(|v| crate::evaluate::as_day(&v));
                literal(day.zip(self.calendar()).map(|(day, calendar)| Value::Yes(calendar.works(day))))
            }
            E::NextWorkingDay(day) => {
                let day = self.value(day).and_then(|v| crate::evaluate::as_day(&v));
                let next = |day| habeas_law::moment::shift(day, 1);
                literal(day.zip(self.calendar()).map(|(day, calendar)| Value::Date(calendar.nearest(next(day), 1, habeas_law::calendar::Calendar::works))))
            }
            _ => None,
        })
    }

    fn calendar(&self) -> Option<&habeas_law::calendar::Calendar> {
        self.law.pack(self.rule.pack).calendar.and_then(|n| self.law.calendars.get(n))
    }

    fn from_json(&self, json: &Json) -> Option<Value> {
        Some(match json {
            Json::Bool(yes) => Value::Yes(*yes),
            Json::Number(n) => Value::Number(n.to_string().parse::<Decimal>().ok()?),
            Json::String(text) => self.from_text(text),
            Json::Null => Value::None,
            // A group or list that is there: known, and not none.
            Json::Array(_) | Json::Object(_) => Value::Text("given".into()),
        })
    }

    fn from_text(&self, text: &str) -> Value {
        let zone = self.law.zone(self.rule.pack);
        let dated = text.len() >= 10 && text.starts_with(|c: char| c.is_ascii_digit());
        match When::parse(text, zone) {
            Ok(when) if dated && text.len() == 10 => Value::Date(when.day),
            Ok(when) if dated => Value::Moment(when),
            _ => Value::Text(text.into()),
        }
    }

    fn query(&self, query: &Query) -> Option<Value> {
        let assessment = self.builder.assess();
        let zone = self.law.zone(self.rule.pack);
        let clock = |name: &str, number: usize| find_clock(self.law, self.rule.pack, &assessment, name, number);
        match query {
            Query::End { clock: name, number, bound, last_day, raw } => {
                let found = clock(name, *number)?;
                let ends = found.ends.as_ref()?;
                let end = match bound {
                    Bound::Latest => ends.latest.as_ref()?,
                    Bound::Earliest => &ends.earliest,
                    Bound::Both if *raw => ends.unmoved.as_ref().unwrap_or(&ends.earliest),
                    Bound::Both => {
                        if ends.latest.as_ref() != Some(&ends.earliest) {
                            return None;
                        }
                        &ends.earliest
                    }
                };
                Some(from_moment(end, *last_day, zone))
            }
            Query::Start { clock: name, number } => Some(from_moment(clock(name, *number)?.started.as_ref()?, false, zone)),
            Query::Also { clock: name, number } => Some(from_moment(&clock(name, *number)?.also.first()?.ends, false, zone)),
            Query::State { clock: name, number } => {
                let state = clock(name, *number).map(|c| c.status);
                Some(state.map_or(Value::None, |s| Value::Text(snake(&format!("{s:?}")).into())))
            }
            Query::Provisional { clock: name, number } => Some(Value::Yes(clock(name, *number)?.ends.as_ref()?.provisional)),
            Query::Moved { clock: name, number } => Some(Value::Yes(clock(name, *number)?.ends.as_ref()?.unmoved.is_some())),
            Query::OverrunMinutes { clock: name, number } => Some(Value::Number(clock(name, *number)?.overrun_minutes.unwrap_or(0).into())),
            Query::Used { clock: name, number } => {
                let found = clock(name, *number)?;
                let start = found.started.as_ref()?.instant;
                let until = found.segments.iter().find(|s| s.kind == "suspended").map_or(assessment.at.instant, |s| s.from.instant);
                Some(Value::Number(((until - start) / 60).into()))
            }
            Query::StoodStill { clock: name, number } => {
                let found = clock(name, *number)?;
                let still: i64 = found.segments.iter().filter(|s| s.kind == "suspended").map(|s| s.to.instant - s.from.instant).sum();
                Some(Value::Number((still / 60).into()))
            }
            Query::Gate { gate, number } => {
                let proposals = self.builder.proposals();
                let recorded = assessment.gates.iter().filter(|g| ends_with(&g.rule, gate));
                let proposed = proposals.iter().flat_map(|p| &p.gates).filter(|g| ends_with(&g.rule, gate));
                let outcome = proposed.chain(recorded).nth(number - 1)?.outcome;
                Some(Value::Text(outcome_word(outcome).into()))
            }
            Query::Condition { gate, citation } => {
                let proposals = self.builder.proposals();
                let gates = proposals.iter().flat_map(|p| &p.gates).chain(&assessment.gates).filter(|g| ends_with(&g.rule, gate));
                let mut lines = gates.flat_map(|g| g.conditions.iter().chain(g.conditions.iter().flat_map(|c| &c.within)));
                let hit = lines.find(|l| l.citation.passages.iter().any(|p| p.ends_with(citation.as_str())))?;
                Some(Value::Yes(hit.truth? == Truth::Yes))
            }
            Query::Finding(name) => {
                let hit = |kind: FindingKind| kind != FindingKind::Caution;
                Some(Value::Yes(assessment.findings.iter().any(|f| hit(f.kind) && f.names.iter().any(|n| n == name))))
            }
            Query::Formula { name, step } => {
                let formula = assessment.formulas.iter().rfind(|f| ends_with(&f.rule, name))?;
                let found = match step {
                    Some(step) => formula.steps.iter().find(|s| s.name == *step)?,
                    None => formula.steps.last()?,
                };
                Some(self.from_text(found.value.as_ref()?)).map(as_number)
            }
            Query::Words(name) => Some(Value::Text(name.replace('_', " ").into())),
            Query::Remedy(name) => Some(Value::Yes(assessment.remedies.iter().any(|r| ends_with(&r.rule, name)))),
        }
    }
}

/// `75 days` and `12.50` as numbers.
fn as_number(value: Value) -> Value {
    match &value {
        Value::Text(text) => {
            let first = text.split(' ').next().unwrap_or_default();
            match first.parse::<Decimal>() {
                Ok(n) => Value::Number(n),
                Err(_) if &**text == "no time" => Value::Number(Decimal::ZERO),
                Err(_) if &**text == "yes" => Value::Yes(true),
                Err(_) if &**text == "no" => Value::Yes(false),
                Err(_) => value,
            }
        }
        _ => value,
    }
}

fn find_clock<'x>(law: &Law, pack: PackId, assessment: &'x Assessment, name: &str, number: usize) -> Option<&'x Clock> {
    let own = format!("{} {name}", law.pack(pack).name);
    let exact: Vec<&Clock> = assessment.clocks.iter().filter(|c| c.rule == own).collect();
    let all = if exact.is_empty() { assessment.clocks.iter().filter(|c| ends_with(&c.rule, name)).collect() } else { exact };
    all.get(number.checked_sub(1)?).copied()
}

fn from_moment(moment: &Moment, last_day: bool, zone: &jiff::tz::TimeZone) -> Value {
    if moment.day_only {
        let day = moment.text.parse().map(End::Day);
        return match day {
            Ok(End::Day(day)) => Value::Date(day),
            _ => Value::Text(moment.text.as_str().into()),
        };
    }
    let when = When::instant(moment.instant, zone);
    if last_day { Value::Date(when.day) } else { Value::Moment(when) }
}

fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allowed => "allowed",
        Outcome::Refused => "refused",
        Outcome::UnknownClosed | Outcome::UnknownOpen | Outcome::Referred => "unknown",
    }
}

fn snake(name: &str) -> String {
    let mut out = String::new();
    for (n, c) in name.chars().enumerate() {
        if c.is_uppercase() && n > 0 {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

/// Holds every leaf of what was expected against the answers.
fn compare(law: &Law, path: &str, expected: &Json, answers: &[(String, Answer)], result: &mut CaseResult) {
    if let Json::Object(map) = expected {
        for (key, value) in map {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            compare(law, &path, value, answers, result);
        }
        return;
    }
    let Some((_, answer)) = answers.iter().rev().find(|(name, _)| name == path) else {
        result.unmapped.push(path.to_owned());
        return;
    };
    let (same, shown) = match (expected, answer) {
        (Json::Array(list), Answer::List(values)) => {
            let same = list.len() == values.len() && list.iter().zip(values).all(|(e, v)| equal(e, v.as_ref()));
            (same, values.iter().map(|v| show(v.as_ref())).collect::<Vec<_>>().join(", "))
        }
        (Json::Array(list), Answer::One(value)) if list.len() == 1 => {
            (list.first().is_some_and(|e| equal(e, value.as_ref())), show(value.as_ref()))
        }
        (expected, Answer::One(value)) => (equal(expected, value.as_ref()), show(value.as_ref())),
        (_, Answer::List(values)) => (false, format!("{} values", values.len())),
    };
    let _ = law;
    if !same {
        result.differences.push(format!("{path}: expected {expected}, found {shown}"));
    }
}

fn show(value: Option<&Value>) -> String {
    match value {
        None => "unknown".into(),
        Some(Value::Moment(when)) => jiff::Timestamp::from_second(when.from).map(|t| t.to_string()).unwrap_or_default(),
        Some(value) => value.show(|w| format!("word {}", w.0), &jiff::tz::TimeZone::UTC),
    }
}

fn equal(expected: &Json, value: Option<&Value>) -> bool {
    let Some(value) = value else { return false };
    match (expected, value) {
        (Json::Null, Value::None) => true,
        (Json::Bool(e), Value::Yes(v)) => e == v,
        (Json::Number(e), Value::Number(v) | Value::Money(v)) => e.to_string().parse::<Decimal>().is_ok_and(|e| e == *v),
        (Json::Number(e), Value::Length(l)) => e.as_i64() == Some(l.parts().next().map_or(0, |(_, n)| i64::from(n))),
        (Json::String(e), Value::Date(day)) => *e == day.to_string(),
        (Json::String(e), Value::Moment(when)) => match e.parse::<jiff::Timestamp>() {
            Ok(stamp) => stamp.as_second() == when.from,
            // The minutes of a case file may lack the seconds.
            Err(_) => with_seconds(e).parse::<jiff::Timestamp>().is_ok_and(|stamp| stamp.as_second() == when.from),
        },
        (Json::String(e), Value::Text(v)) => **e == **v,
        _ => false,
    }
}

/// `2026-03-03T11:00+08:00` as `2026-03-03T11:00:00+08:00`.
fn with_seconds(text: &str) -> String {
    match text.split_at_checked(16) {
        Some((head, tail)) if !tail.starts_with(':') => format!("{head}:00{tail}"),
        _ => text.to_owned(),
    }
}
