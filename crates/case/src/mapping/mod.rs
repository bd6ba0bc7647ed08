//! Case files of others: `{id, rule_id, facts, expected}`, told to the packs by a mapping that is data. Section 8 of the pack format.

mod query;
mod run;

use habeas_law::expression::Expression as E;
use habeas_law::problem::{Problem, Source, Span};
use habeas_law::read::cursor::Cursor;
use habeas_law::rules::PackId;
use habeas_law::syntax::{TokenKind, tokens};
use habeas_law::{Law, Value};
use rust_decimal::Decimal;
use serde_json::Value as Json;

use run::Run;

use crate::example::{Builder, columns};

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
    Given {
        name: String,
        columns: Vec<String>,
        propose: bool,
    },
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
        let source = Source {
            name: name.to_owned(),
            text: text.into(),
        };
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
        if problems.is_empty() {
            Ok(())
        } else {
            Err(problems)
        }
    }

    fn line(
        &mut self,
        law: &Law,
        source: &Source,
        span: Span,
        body: &str,
        indent: usize,
    ) -> Result<(), Box<Problem>> {
        let wrong = |message: String| Box::new(Problem::new(source, span, message, "this line"));
        if indent == 0 {
            let rest = body
                .strip_prefix("rule ")
                .ok_or_else(|| wrong("a rule begins with `rule ID  pack NAME`".into()))?;
            let (id, pack) = rest
                .split_once("pack ")
                .ok_or_else(|| wrong("`pack NAME` is missing".into()))?;
            let pack = law
                .pack_named(pack.trim())
                .ok_or_else(|| wrong(format!("no pack `{}` is there", pack.trim())))?;
            self.rules.push(Rule {
                id: id.trim().to_owned(),
                pack,
                steps: Vec::new(),
            });
            return Ok(());
        }
        let rule = self
            .rules
            .last_mut()
            .ok_or_else(|| wrong("a line before the first `rule`".into()))?;
        let reader = Reader {
            law,
            pack: rule.pack,
            source,
            span,
        };
        let step = reader.step(body)?;
        match rule.steps.last_mut() {
            Some(Step {
                what: What::Each(_, inner),
                ..
            }) if indent > 2 => inner.push(step),
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
        let list = cases
            .as_array()
            .or_else(|| cases.get("cases").and_then(Json::as_array));
        let list = list.ok_or("a list of cases is expected")?;
        let mut results = Vec::new();
        for case in list {
            let text = |key: &str| {
                case.get(key)
                    .and_then(Json::as_str)
                    .unwrap_or_default()
                    .to_owned()
            };
            let (id, rule) = (text("id"), text("rule_id"));
            if !only.is_empty() && !only.contains(&rule) {
                continue;
            }
            let nothing = Json::Null;
            let facts = case.get("facts").unwrap_or(&nothing);
            let expected = case.get("expected").unwrap_or(&nothing);
            let mut result = CaseResult {
                id,
                rule: rule.clone(),
                differences: Vec::new(),
                unmapped: Vec::new(),
            };
            let rules: Vec<&Rule> = self.rules.iter().filter(|r| r.id == rule).collect();
            if rules.is_empty() {
                result.unmapped.push("no mapping".into());
            } else {
                let mut answers: Vec<(String, Answer)> = Vec::new();
                for rule in rules {
                    let mut run = Run {
                        law,
                        rule,
                        facts: vec![facts],
                        builder: Builder::new(law, rule.pack),
                        answers: Vec::new(),
                        errors: Vec::new(),
                    };
                    run.steps(&rule.steps);
                    result.differences.append(&mut run.errors);
                    answers.append(&mut run.answers);
                }
                compare("", expected, &answers, &mut result);
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
            b'#' if !quoted
                && (n == 0 || bytes.get(n - 1).is_some_and(u8::is_ascii_whitespace)) =>
            {
                return line.get(..n).unwrap_or(line);
            }
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
                (
                    body.trim(),
                    Some(self.expression(condition.trim().trim_start_matches("when "))?),
                )
            }
            None => (body, None),
        };
        let (verb, rest) = body.split_once(' ').unwrap_or((body, ""));
        let rest = rest.trim();
        let what = match verb {
            "given" | "propose" => {
                let mut columns = columns(rest).into_iter();
                let name = columns.next().unwrap_or_default().to_owned();
                What::Given {
                    name,
                    columns: columns.map(str::to_owned).collect(),
                    propose: verb == "propose",
                }
            }
            "at" => What::At(self.expression(rest)?),
            "answer" => {
                let (name, value) = rest.split_once(' ').unwrap_or((rest, ""));
                let parts = value
                    .trim()
                    .split(" ; ")
                    .map(|part| self.expression(part))
                    .collect::<Result<_, _>>()?;
                What::Answer(name.to_owned(), parts)
            }
            "each" => What::Each(rest.split('.').map(Into::into).collect(), Vec::new()),
            _ => {
                let message = format!("`{verb}` begins no line of a mapping");
                return Err(Box::new(
                    Problem::new(self.source, self.span, message, "unknown line")
                        .hint("lines are given, propose, at, answer, each"),
                ));
            }
        };
        Ok(Step { what, when })
    }

    fn expression(&self, text: &str) -> Result<E, Box<Problem>> {
        let text = text.trim();
        let source = Source {
            name: self.source.name.clone(),
            text: text.into(),
        };
        let all: Vec<_> = tokens(text, Span::new(0, text.len()))
            .into_iter()
            .filter(|t| t.kind != TokenKind::Space)
            .collect();
        let mut cursor = Cursor::new(&source, &all, Span::new(0, text.len()));
        let read = self
            .law
            .read_for_mapping(self.pack, &mut cursor)
            .and_then(|e| cursor.finish().map(|()| e));
        read.map_err(|problem| {
            let message = format!("{}: `{text}`", problem.message);
            Box::new(Problem::new(
                self.source,
                self.span,
                message,
                problem.label.clone(),
            ))
        })
    }
}

/// An answer that the mapping gave.
#[derive(Clone, Debug)]
enum Answer {
    One(Option<Value>),
    List(Vec<Option<Value>>),
}

/// Holds every leaf of what was expected against the answers.
fn compare(path: &str, expected: &Json, answers: &[(String, Answer)], result: &mut CaseResult) {
    if let Json::Object(map) = expected {
        for (key, value) in map {
            let path = if path.is_empty() {
                key.clone()
            } else {
                format!("{path}.{key}")
            };
            compare(&path, value, answers, result);
        }
        return;
    }
    let Some((_, answer)) = answers.iter().rev().find(|(name, _)| name == path) else {
        result.unmapped.push(path.to_owned());
        return;
    };
    let (same, shown) = match (expected, answer) {
        (Json::Array(list), Answer::List(values)) => {
            let same = list.len() == values.len()
                && list.iter().zip(values).all(|(e, v)| equal(e, v.as_ref()));
            (
                same,
                values
                    .iter()
                    .map(|v| show(v.as_ref()))
                    .collect::<Vec<_>>()
                    .join(", "),
            )
        }
        (Json::Array(list), Answer::One(value)) if list.len() == 1 => (
            list.first().is_some_and(|e| equal(e, value.as_ref())),
            show(value.as_ref()),
        ),
        (expected, Answer::One(value)) => (equal(expected, value.as_ref()), show(value.as_ref())),
        (_, Answer::List(values)) => (false, format!("{} values", values.len())),
    };
    if !same {
        result
            .differences
            .push(format!("{path}: expected {expected}, found {shown}"));
    }
}

fn show(value: Option<&Value>) -> String {
    match value {
        None => "unknown".into(),
        Some(Value::Moment(when)) => jiff::Timestamp::from_second(when.from)
            .map(|t| t.to_string())
            .unwrap_or_default(),
        Some(value) => value.show(|w| format!("word {}", w.0), &jiff::tz::TimeZone::UTC),
    }
}

fn equal(expected: &Json, value: Option<&Value>) -> bool {
    let Some(value) = value else { return false };
    match (expected, value) {
        (Json::Null, Value::None) => true,
        (Json::Bool(e), Value::Yes(v)) => e == v,
        (Json::Number(e), Value::Number(v) | Value::Money(v)) => {
            e.to_string().parse::<Decimal>().is_ok_and(|e| e == *v)
        }
        (Json::Number(e), Value::Length(l)) => {
            e.as_i64() == Some(l.parts().next().map_or(0, |(_, n)| i64::from(n)))
        }
        (Json::String(e), Value::Date(day)) => *e == day.to_string(),
        (Json::String(e), Value::Moment(when)) => e
            .parse::<jiff::Timestamp>()
            .is_ok_and(|stamp| stamp.as_second() == when.from),
        (Json::String(e), Value::Text(v)) => **e == **v,
        _ => false,
    }
}
