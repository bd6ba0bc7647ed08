//! `habeas propose`, `habeas explain`, `habeas diff-law`

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_case::assess::assess;
use habeas_case::assessment::Line;
use habeas_case::difference::difference;
use habeas_case::gate::Outcome;
use habeas_case::propose::{Proposal, propose};
use habeas_case::read::Reading;
use habeas_case::{Assessment, Case};
use habeas_law::{Law, Truth};
use habeas_page::{Language, text};

use crate::check::{assess_all, chosen};
use crate::input::{At, Files, Laws, law, read_files, say_rejects};
use crate::output::{Failure, note, print};

/// The step, and the record against which it is judged.
#[derive(Debug, Args)]
pub struct Propose {
    #[command(flatten)]
    files: Files,
    /// The step: one act as a line of JSON, or a file that holds it.
    #[arg(long, value_name = "JSON|FILE")]
    step: String,
    #[command(flatten)]
    laws: Laws,
    /// As JSON.
    #[arg(long)]
    json: bool,
    /// The language: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

impl Propose {
    /// Exit status 0: allowed, or unknown where help must not wait; 1: refused, or unknown and closed.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = self.laws.law()?;
        let text = self.text()?;
        let (case, id) = named(&text)?;
        let mut reading = self.files.read_with(&law, &text)?;
        let nothing = || Failure::said("no act is in the step");
        let of_case = reading.cases.iter_mut().find(|known| *known.id == *case);
        let known = of_case.ok_or_else(nothing)?;
        let place = known.acts.iter().position(|act| *act.id == *id);
        let step = known.acts.remove(place.ok_or_else(nothing)?);
        if known.acts.is_empty() {
            note(&format!(
                "no act of the case `{case}` is in these files: the step is judged as its first"
            ));
        }
        let at = step.happened.to;
        let proposal = propose(&law, known, step, at);
        if self.json {
            let text = serde_json::to_string_pretty(&proposal)
                .map_err(|e| Failure::said(e.to_string()))?;
            print(&format!("{text}\n"))?;
        } else {
            print(&show(&proposal, self.lang))?;
        }
        self.files.kept.tried(&text, &proposal);
        let waits = matches!(
            proposal.outcome,
            Outcome::Refused | Outcome::UnknownClosed | Outcome::Referred
        );
        Ok(if waits {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    fn text(&self) -> Result<String, Failure> {
        if self.step.trim_start().starts_with('{') {
            return Ok(self.step.clone());
        }
        let path = PathBuf::from(&self.step);
        std::fs::read_to_string(&path).map_err(|e| {
            Failure::hinted(
                format!(
                    "the step `{}` is no JSON and no file that can be read: {e}",
                    self.step
                ),
                "give one act in braces, `{\"id\":…}`, or a file that holds it",
            )
        })
    }
}

/// The case and the id of the one act that a step is. A line that is no JSON is left to the reader, which says why.
fn named(text: &str) -> Result<(String, String), Failure> {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    match (lines.next(), lines.next()) {
        (Some(line), None) => {
            let line: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
            let word = |key: &str| line.get(key).and_then(|w| w.as_str()).map(str::to_owned);
            Ok((
                word("case").unwrap_or_default(),
                word("id").unwrap_or_default(),
            ))
        }
        (None, _) => Err(Failure::said("no act is in the step")),
        (Some(_), Some(_)) => Err(Failure::said(
            "more than one line is in the step; one act is judged at a time",
        )),
    }
}

fn pick<'w>(lang: Language, en: &'w str, zh: &'w str) -> &'w str {
    if lang == Language::English { en } else { zh }
}

fn show(proposal: &Proposal, lang: Language) -> String {
    let mut out = String::new();
    let verdict = match proposal.outcome {
        Outcome::Allowed => pick(lang, "allowed", "允许"),
        Outcome::Refused => pick(lang, "refused", "不允许"),
        Outcome::UnknownClosed => pick(lang, "unknown; the step waits", "未知，暂不得进行"),
        Outcome::UnknownOpen => pick(
            lang,
            "unknown; the step does not wait, and a question stays open",
            "未知，不得拖延，另行核实",
        ),
        Outcome::Referred => pick(
            lang,
            "unknown; somebody must decide",
            "未知，须由有权机关决定",
        ),
    };
    let label = proposal.step.label.get(lang.tag());
    let _ = writeln!(out, "{} {label}: {verdict}", proposal.case);
    let _ = writeln!(
        out,
        "{}",
        pick(
            lang,
            "Computed from what is recorded; no decision and no legal advice.",
            "依已记录的信息计算，不是决定，也不构成法律意见。"
        )
    );
    lines(&mut out, &proposal.competence, lang, 1);
    for gate in &proposal.gates {
        let _ = writeln!(out, "{} ({})", gate.label.get(lang.tag()), gate.article);
        lines(&mut out, &gate.conditions, lang, 1);
        if !gate.needs.is_empty() {
            let names: Vec<&str> = gate.needs.iter().map(|n| n.label.get(lang.tag())).collect();
            let _ = writeln!(
                out,
                "  {} {}",
                pick(lang, "still wanted:", "尚缺："),
                names.join(pick(lang, ", ", "、"))
            );
        }
    }
    if !proposal.instead.is_empty() && proposal.outcome != Outcome::Allowed {
        let names: Vec<&str> = proposal.instead.iter().map(|w| w.get(lang.tag())).collect();
        let _ = writeln!(
            out,
            "{} {}",
            pick(lang, "lawful alternatives:", "可以依法采取："),
            names.join(pick(lang, ", ", "、"))
        );
    }
    out
}

fn lines(out: &mut String, list: &[Line], lang: Language, depth: usize) {
    for line in list {
        let truth = match line.truth {
            Some(Truth::Yes) => pick(lang, "yes", "是"),
            Some(Truth::No) => pick(lang, "NO", "否"),
            Some(Truth::Unknown) => pick(lang, "unknown", "未知"),
            None => "",
        };
        let cites: Vec<&str> = line.citation.passages.iter().map(|p| &**p).collect();
        let clause = line
            .words
            .as_ref()
            .map_or(&*line.clause, |w| w.get(lang.tag()));
        let _ = writeln!(
            out,
            "{}{truth:<8} {}  {clause}",
            "  ".repeat(depth),
            cites.join(", ")
        );
        if let Some(cure) = &line.cure {
            let who = cure.who.as_ref().map_or("", |w| w.get(lang.tag()));
            let _ = writeln!(
                out,
                "{}{} {who} {}",
                "  ".repeat(depth + 4),
                pick(lang, "can be cured by", "补正："),
                cure.how.get(lang.tag())
            );
        }
        lines(out, &line.within, lang, depth + 1);
    }
}

/// The case, and the instant.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    laws: Laws,
    #[command(flatten)]
    at: At,
    /// Only this case.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// The language: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

impl Explain {
    /// Prints the whole derivation.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = self.laws.law()?;
        let reading = self.files.read(&law)?;
        let cases = chosen(&reading.cases, self.case.as_deref())?;
        let at = self.at.instant(&law, cases.first().copied())?;
        let assessments = assess_all(&law, &cases, at);
        let parts: Vec<String> = assessments
            .iter()
            .map(|a| text::explain(a, self.lang))
            .collect();
        print(&format!("{}\n", parts.join("\n")))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Two folders of law packs, and acts.
#[derive(Debug, Args)]
pub struct DiffLaw {
    /// The packs before.
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// The packs after.
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// Files of acts.
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    at: At,
    /// One report a line, as JSON.
    #[arg(long)]
    json: bool,
    /// The language: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

impl DiffLaw {
    /// Exit status 0: nothing changes; 1: something does.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let hint = "name the packs before and the packs after";
        let (before, after) = (law(&self.before, hint)?, law(&self.after, hint)?);
        let read = |law: &Law| -> Result<Reading, Failure> {
            let reading = read_files(law, &self.files)?;
            say_rejects(&reading);
            Ok(reading)
        };
        let (old, new) = (read(&before)?, read(&after)?);
        let (old, new) = (by_id(&old), by_id(&new));
        let ids: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
        let mut out = String::new();
        let mut changed = 0;
        for id in &ids {
            let (known, case) = match (old.get(id), new.get(id)) {
                (Some(known), Some(case)) => (*known, *case),
                (known, _) => {
                    changed += 1;
                    let which = if known.is_some() { "after" } else { "before" };
                    note(&format!("{id}: cannot be read under the packs {which}"));
                    continue;
                }
            };
            let at = self.at.instant(&after, Some(case))?;
            let (was, is) = (assess(&before, known, at), assess(&after, case, at));
            let subjects: BTreeSet<&str> = was.iter().chain(&is).map(|a| &*a.subject).collect();
            for subject in subjects {
                let (Some(a), Some(b)) = (of(&was, subject), of(&is, subject)) else {
                    changed += 1;
                    note(&format!(
                        "{id} {subject}: in no act under one of the two laws"
                    ));
                    continue;
                };
                let found = difference(a, b);
                changed += found.changes.len();
                if self.json {
                    let line =
                        serde_json::to_string(&found).map_err(|e| Failure::said(e.to_string()))?;
                    let _ = writeln!(out, "{line}");
                } else {
                    out.push_str(&text::difference(&found, self.lang));
                }
            }
        }
        if !self.json {
            let _ = writeln!(
                out,
                "{}",
                text::difference_sum(changed, ids.len(), self.lang)
            );
        }
        print(&out)?;
        Ok(if changed > 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

fn of<'a>(list: &'a [Assessment], subject: &str) -> Option<&'a Assessment> {
    list.iter().find(|a| *a.subject == *subject)
}

/// The cases of which anything could be read.
fn by_id(reading: &Reading) -> BTreeMap<&str, &Case> {
    let cases = reading.cases.iter().filter(|case| !case.acts.is_empty());
    cases.map(|case| (&*case.id, case)).collect()
}
