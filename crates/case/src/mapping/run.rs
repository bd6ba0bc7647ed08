//! Carries out the lines of a mapping over the facts of one case.

use habeas_law::count::Length;
use habeas_law::expression::Expression as E;
use habeas_law::moment::When;
use habeas_law::problem::{Source, Span};
use habeas_law::{Law, Truth, Type, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use super::{Answer, Reader, Rule, Step, What};
use crate::act::Act;
use crate::evaluate::{Evaluator, Scope, Silent};
use crate::example::Builder;
use crate::history::History;
use crate::timeline::Timeline;

pub(super) struct Run<'a> {
    pub(super) law: &'a Law,
    pub(super) rule: &'a Rule,
    /// Scopes of facts, the innermost last.
    pub(super) facts: Vec<&'a Json>,
    pub(super) builder: Builder<'a>,
    pub(super) answers: Vec<(String, Answer)>,
    pub(super) errors: Vec<String>,
}

impl<'a> Run<'a> {
    pub(super) fn steps(&mut self, steps: &'a [Step]) {
        for step in steps {
            if let Some(when) = &step.when
                && self.truth(when) != Truth::Yes
            {
                continue;
            }
            match &step.what {
                What::Given {
                    name,
                    columns,
                    propose,
                } => {
                    if let Err(error) = self.given(name, columns, *propose) {
                        self.errors
                            .push(format!("mapping of {}: {name}: {error}", self.rule.id));
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
                    let mut values: Vec<Option<Value>> =
                        parts.iter().map(|part| self.value(part)).collect();
                    let answer = if values.len() == 1 {
                        Answer::One(values.pop().flatten())
                    } else {
                        Answer::List(values)
                    };
                    self.answers.push((name, answer));
                }
                What::Each(path, inner) => self.each(path, inner),
            }
        }
    }

    fn each(&mut self, path: &[Box<str>], inner: &'a [Step]) {
        let Some(list) = self.look_up(path).and_then(Json::as_array) else {
            return;
        };
        let answers = inner.iter().any(|s| matches!(s.what, What::Answer(..)));
        for item in list {
            let before = answers.then(|| {
                (
                    self.builder.case.clone(),
                    self.builder.at,
                    self.builder.proposed.clone(),
                )
            });
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
        let is_act = self
            .law
            .find(habeas_law::read::names::Kind::Act, self.rule.pack, name)
            .is_some()
            || self.law.act_named(name).is_some();
        if !is_act {
            let Some(text) = self.text_of(first) else {
                return Ok(());
            };
            return self.builder.fact(name, &text);
        }
        let (from, until) = match first.split_once("..") {
            Some((from, until)) => (from.trim(), Some(until.trim())),
            None => (first, None),
        };
        let Some(from) = self.moment(from, &zone)? else {
            return Ok(());
        };
        let mut act = self.builder.bare_act(name, from)?;
        if let Some(until) = until {
            let Some(until) = self.moment(until, &zone)? else {
                return Ok(());
            };
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
        Ok(self
            .evaluate_text(text)?
            .and_then(|v| crate::evaluate::as_moment(&v, zone)))
    }

    /// A column's value: a fact of the case, an expression over it, or a literal of the field's type.
    fn column(&self, act: &mut Act, column: &str) -> Result<(), String> {
        let (name, value) = column.split_once(' ').unwrap_or((column, ""));
        match name {
            "by" | "rank" | "level" | "unit" | "official" => {
                // A rank or level may be a fact of the case.
                let words: Vec<String> = column
                    .split_whitespace()
                    .map(|word| self.word_or_fact(word))
                    .collect();
                let text = words.join(" ");
                let text = text.replace("\u{0}", "");
                if text
                    .split_whitespace()
                    .last()
                    .is_some_and(|w| w == "rank" || w == "level")
                {
                    let shorter: Vec<&str> = text.split_whitespace().collect();
                    let kept = shorter
                        .get(..shorter.len() - 1)
                        .unwrap_or_default()
                        .join(" ");
                    return self.builder.column(act, &kept);
                }
                self.builder.column(act, &text)
            }
            "subject" | "on" => self.builder.column(act, column),
            _ => {
                let kind = self.law.act(act.kind);
                let ty = self
                    .law
                    .field(name)
                    .and_then(|id| kind.fields.iter().find(|f| f.id == id))
                    .map(|f| f.ty.clone());
                if matches!(ty, Some(Type::Periods)) {
                    let Some((from, to)) = value.split_once("..") else {
                        return Err(format!("{name}: a period is expected"));
                    };
                    let (from, to) = (self.text_of(from.trim()), self.text_of(to.trim()));
                    let (Some(from), Some(to)) = (from, to) else {
                        return Ok(());
                    };
                    let day = |t: &str| t.get(..10).unwrap_or(t).to_owned();
                    return self
                        .builder
                        .column(act, &format!("{name} {} .. {}", day(&from), day(&to)));
                }
                let literal = ty.as_ref().is_some_and(|ty| {
                    ty.read(value, |w| self.law.word(w), self.law.zone(self.rule.pack))
                        .is_ok()
                        && self.look_up(&[value.into()]).is_none()
                });
                if literal {
                    return self.builder.column(act, column);
                }
                let Some(text) = self.text_of(value) else {
                    return Ok(());
                };
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
            Ok(Some(Value::None))
                if self.look_up(&[text.into()]).is_none() && !text.contains(' ') =>
            {
                self.literal(text)
            }
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
        let source = Source {
            name: String::new(),
            text: text.into(),
        };
        let reader = Reader {
            law: self.law,
            pack: self.rule.pack,
            source: &source,
            span: Span::default(),
        };
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
        let ev = Evaluator::new(self.law, &history, &timeline, at);
        ask(&ev, Scope::of_facts(self.rule.pack, history.visible(at)))
    }

    /// The expression with the facts of the case and the outcome put in.
    fn filled(&self, e: &E) -> E {
        let literal = |value: Option<Value>| Some(E::Literal(value.unwrap_or(Value::None)));
        e.replaced(&mut |node| match node {
            E::Given(path) => literal(self.look_up(path).and_then(|json| self.parse_json(json))),
            E::Query(query) => literal(self.query(query)),
            E::Answer(name) => literal(
                self.answers
                    .iter()
                    .rev()
                    .find(|(n, _)| **n == **name)
                    .and_then(|(_, a)| match a {
                        Answer::One(value) => value.clone(),
                        Answer::List(_) => None,
                    }),
            ),
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
                    other => other.show(
                        |w| self.law.word_name(w).to_owned(),
                        self.law.zone(self.rule.pack),
                    ),
                };
                let chosen = words
                    .iter()
                    .find(|(word, _)| **word == *name)
                    .map(|(_, then)| then);
                literal(chosen.and_then(|then| self.value(then)))
            }
            E::WorkingDay(day) => {
                let day = self.value(day).and_then(|v| crate::evaluate::as_day(&v));
                literal(
                    day.zip(self.calendar())
                        .map(|(day, calendar)| Value::Yes(calendar.works(day))),
                )
            }
            E::NextWorkingDay(day) => {
                let day = self.value(day).and_then(|v| crate::evaluate::as_day(&v));
                let next = |day| habeas_law::moment::shift(day, 1);
                literal(day.zip(self.calendar()).map(|(day, calendar)| {
                    Value::Date(calendar.nearest(
                        next(day),
                        1,
                        habeas_law::calendar::Calendar::works,
                    ))
                }))
            }
            _ => None,
        })
    }

    fn calendar(&self) -> Option<&habeas_law::calendar::Calendar> {
        self.law
            .pack(self.rule.pack)
            .calendar
            .and_then(|n| self.law.calendars.get(n))
    }

    fn parse_json(&self, json: &Json) -> Option<Value> {
        Some(match json {
            Json::Bool(yes) => Value::Yes(*yes),
            Json::Number(n) => Value::Number(n.to_string().parse::<Decimal>().ok()?),
            Json::String(text) => self.parse_text(text),
            Json::Null => Value::None,
            // A group or list that is there: known, and not none.
            Json::Array(_) | Json::Object(_) => Value::Text("given".into()),
        })
    }

    pub(super) fn parse_text(&self, text: &str) -> Value {
        let zone = self.law.zone(self.rule.pack);
        let dated = text.len() >= 10 && text.starts_with(|c: char| c.is_ascii_digit());
        match When::parse(text, zone) {
            Ok(when) if dated && text.len() == 10 => Value::Date(when.day),
            Ok(when) if dated => Value::Moment(when),
            _ => Value::Text(text.into()),
        }
    }
}
