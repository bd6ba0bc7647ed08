//! `habeas check FILES…`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_case::assess::{assess, calls_for_action};
use habeas_case::{Assessment, Case};
use habeas_law::Law;
use habeas_page::{Language, html, text};
use rayon::prelude::*;

use crate::input::{At, Files, Laws, progress};
use crate::output::{Failure, print};

/// What to check, and how to show it.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    laws: Laws,
    #[command(flatten)]
    at: At,
    /// Only this case.
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// One assessment a line, as JSON.
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// Write one self-contained page.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// The language of tables and pages: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

impl Check {
    /// Exit status 0: every line was read, and nothing is overdue or breached; 1: not so; 2: it could not be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = self.laws.law()?;
        let reading = self.files.read(&law)?;
        let cases: Vec<&Case> = chosen(&reading.cases, self.case.as_deref())?;
        let at = self.at.instant(&law, cases.first().copied())?;
        let assessments = assess_all(&law, &cases, at);
        if let Some(path) = &self.html {
            let page = html::report(&assessments, self.lang, None);
            std::fs::write(path, page).map_err(|e| Failure::File(path.clone(), e))?;
            print(&format!(
                "{}\n{}\n",
                counts(&assessments, self.lang),
                path.display()
            ))?;
        } else if self.json {
            let mut lines = String::new();
            for assessment in &assessments {
                let line =
                    serde_json::to_string(assessment).map_err(|e| Failure::said(e.to_string()))?;
                lines.push_str(&line);
                lines.push('\n');
            }
            print(&lines)?;
        } else {
            let tables: Vec<String> = assessments
                .par_iter()
                .map(|a| text::table(a, self.lang))
                .collect();
            print(&format!(
                "{}\n{}\n",
                tables.join("\n"),
                counts(&assessments, self.lang)
            ))?;
        }
        let unread = !reading.rejects.is_empty();
        Ok(if unread || assessments.iter().any(calls_for_action) {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// The cases that are wanted.
pub fn chosen<'c>(cases: &'c [Case], only: Option<&str>) -> Result<Vec<&'c Case>, Failure> {
    let found: Vec<&Case> = cases
        .iter()
        .filter(|c| only.is_none_or(|id| *c.id == *id))
        .collect();
    if found.is_empty() {
        return Err(match only {
            Some(id) => Failure::said(format!("no case `{id}` is in these files")),
            None => Failure::said("no case is in these files"),
        });
    }
    Ok(found)
}

/// Assesses cases on all cores, in the order of the cases.
pub fn assess_all(law: &Law, cases: &[&Case], at: i64) -> Vec<Assessment> {
    let bar = progress(cases.len() as u64, "assessing");
    let found: Vec<Vec<Assessment>> = cases
        .par_iter()
        .map(|case| {
            let found = assess(law, case, at);
            bar.inc(1);
            found
        })
        .collect();
    bar.finish_and_clear();
    found.into_iter().flatten().collect()
}

/// The last line: how many persons, and of how many something was found.
pub fn counts(assessments: &[Assessment], language: Language) -> String {
    let mut kinds = [0usize; 4];
    for finding in assessments.iter().flat_map(|a| &a.findings) {
        let slot = match finding.kind {
            habeas_case::assessment::FindingKind::Breach => 0,
            habeas_case::assessment::FindingKind::Overrun => 1,
            habeas_case::assessment::FindingKind::Question => 2,
            habeas_case::assessment::FindingKind::Caution => 3,
        };
        if let Some(count) = kinds.get_mut(slot) {
            *count += 1;
        }
    }
    let untitled = assessments
        .iter()
        .filter(|a| !a.title_not_shown.is_empty())
        .count();
    let [breaches, overruns, questions, cautions] = kinds;
    let persons = assessments.len();
    if language == Language::English {
        format!(
            "persons assessed: {persons}; breaches: {breaches}, overruns: {overruns}, questions: {questions}, cautions: {cautions}; held at some time with no title shown: {untitled}"
        )
    } else {
        format!(
            "已评估 {persons} 人；违反规定 {breaches} 项，超期 {overruns} 项，待核实 {questions} 项，提示 {cautions} 项；曾在未见依据的情况下被羁押 {untitled} 人"
        )
    }
}
