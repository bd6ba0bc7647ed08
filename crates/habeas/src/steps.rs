//! `habeas propose`, `habeas explain`, `habeas diff-law`

use std::fmt::Write as _;
use std::io::BufReader;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_case::assess::assess;
use habeas_case::assessment::Line;
use habeas_case::difference::{Difference, difference};
use habeas_case::gate::Outcome;
use habeas_case::propose::{Proposal, propose};
use habeas_case::read::Reader;
use habeas_case::Case;
use habeas_law::{Law, Truth};
use habeas_page::{Language, text};

use crate::check::{assess_all, chosen};
use crate::input::{At, Files, Laws, law, read_files};
use crate::output::{Failure, print};

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
        let reading = self.files.read(&law)?;
        let (case, step) = self.step(&law)?;
        let none = Case { id: case.clone(), ..Case::default() };
        let known = reading.cases.iter().find(|c| c.id == case).unwrap_or(&none);
        if known.acts.iter().any(|act| act.id == step.id) {
            return Err(Failure::hinted(format!("the act `{}` is already in the record of {case}", step.id), "a step not yet taken has an id of its own"));
        }
        let at = step.happened.to;
        let proposal = propose(&law, known, step, at);
        if self.json {
            let text = serde_json::to_string_pretty(&proposal).map_err(|e| Failure::said(e.to_string()))?;
            print(&format!("{text}\n"))?;
        } else {
            print(&show(&proposal, self.lang))?;
        }
        let waits = matches!(proposal.outcome, Outcome::Refused | Outcome::UnknownClosed | Outcome::Referred);
        Ok(if waits { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }

    fn step(&self, law: &Law) -> Result<(std::sync::Arc<str>, habeas_case::Act), Failure> {
        let mut reader = Reader::new(law);
        if self.step.trim_start().starts_with('{') {
            let input = BufReader::new(self.step.as_bytes());
            reader.json("the step", input).map_err(|e| Failure::said(e.to_string()))?;
        } else {
            let path = PathBuf::from(&self.step);
            let file = std::fs::File::open(&path).map_err(|e| Failure::File(path, e))?;
            reader.json(&self.step, BufReader::new(file)).map_err(|e| Failure::said(e.to_string()))?;
        }
        let reading = reader.finish();
        if let Some(reject) = reading.rejects.first() {
            return Err(Failure::Said(reject.to_string(), reject.hint.clone()));
        }
        let mut acts = reading.cases.into_iter().flat_map(|case| case.acts.into_iter().map(move |act| (case.id.clone(), act)));
        match (acts.next(), acts.next()) {
            (Some(step), None) => Ok(step),
            (None, _) => Err(Failure::said("no act is in the step")),
            (Some(_), Some(_)) => Err(Failure::said("more than one act is in the step; one is judged at a time")),
        }
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
        Outcome::UnknownOpen => pick(lang, "unknown; the step does not wait, and a question stays open", "未知，不得拖延，另行核实"),
        Outcome::Referred => pick(lang, "unknown; somebody must decide", "未知，须由有权机关决定"),
    };
    let label = proposal.step.label.get(lang.tag());
    let _ = writeln!(out, "{} {label}: {verdict}", proposal.case);
    let _ = writeln!(out, "{}", pick(lang, "Computed from what is recorded; no decision and no legal advice.", "依已记录的信息计算，不是决定，也不构成法律意见。"));
    lines(&mut out, &proposal.competence, lang, 1);
    for gate in &proposal.gates {
        let _ = writeln!(out, "{} ({})", gate.label.get(lang.tag()), gate.article);
        lines(&mut out, &gate.conditions, lang, 1);
        if !gate.needs.is_empty() {
            let names: Vec<&str> = gate.needs.iter().map(|n| n.label.get(lang.tag())).collect();
            let _ = writeln!(out, "  {} {}", pick(lang, "still wanted:", "尚缺："), names.join(pick(lang, ", ", "、")));
        }
    }
    if !proposal.instead.is_empty() {
        let names: Vec<&str> = proposal.instead.iter().map(|w| w.get(lang.tag())).collect();
        let _ = writeln!(out, "{} {}", pick(lang, "lawful alternatives:", "可以依法采取："), names.join(pick(lang, ", ", "、")));
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
        let clause = line.words.as_ref().map_or(&*line.clause, |w| w.get(lang.tag()));
        let _ = writeln!(out, "{}{truth:<8} {}  {clause}", "  ".repeat(depth), cites.join(", "));
        if let Some(cure) = &line.cure {
            let who = cure.who.as_ref().map_or("", |w| w.get(lang.tag()));
            let _ = writeln!(out, "{}{} {who} {}", "  ".repeat(depth + 4), pick(lang, "can be cured by", "补正："), cure.how.get(lang.tag()));
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
        let parts: Vec<String> = assessments.iter().map(|a| text::explain(a, self.lang)).collect();
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
        let (before, after) = (law(&self.before)?, law(&self.after)?);
        let (old, new) = (read_files(&before, &self.files)?, read_files(&after, &self.files)?);
        let mut out = String::new();
        let mut changed = 0;
        for case in &new.cases {
            let Some(known) = old.cases.iter().find(|c| c.id == case.id) else {
                let _ = writeln!(out, "{}: cannot be read under the packs before", case.id);
                changed += 1;
                continue;
            };
            let at = self.at.instant(&after, Some(case))?;
            for (a, b) in assess(&before, known, at).iter().zip(&assess(&after, case, at)) {
                let found = difference(a, b);
                changed += found.changes.len();
                if self.json {
                    let line = serde_json::to_string(&found).map_err(|e| Failure::said(e.to_string()))?;
                    let _ = writeln!(out, "{line}");
                } else {
                    show_difference(&mut out, &found, self.lang);
                }
            }
        }
        if !self.json {
            let _ = writeln!(out, "{changed} answer(s) change in {} case(s)", new.cases.len());
        }
        print(&out)?;
        Ok(if changed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

fn show_difference(out: &mut String, found: &Difference, lang: Language) {
    if found.changes.is_empty() {
        return;
    }
    let _ = writeln!(out, "{} {} at {}", found.case, found.subject, found.at.text);
    for change in &found.changes {
        let [old, new] = &change.article;
        let article = match (old, new) {
            (Some(a), Some(b)) if a == b => a.clone(),
            (a, b) => format!("{} -> {}", a.as_deref().unwrap_or("none"), b.as_deref().unwrap_or("none")),
        };
        let [was, is] = &change.answer;
        let (was, is) = (was.as_deref().unwrap_or("none"), is.as_deref().unwrap_or("none"));
        let _ = writeln!(out, "  {article:<18} {} ({}): {}: {was} -> {is}", change.label.get(lang.tag()), change.rule, change.what);
    }
}
