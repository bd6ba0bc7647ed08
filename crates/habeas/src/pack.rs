//! `habeas pack check | test | explain`

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use habeas_case::rule::{self, RuleText};
use habeas_case::suite::{self, CasesError};
use habeas_law::official;
use habeas_law::{Library, LoadError};
use habeas_page::text::Official;
use habeas_page::{Language, text};

use crate::output::{Failure, print};

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Reads packs and says everything that is wrong with them.
    Check {
        /// A pack, a jurisdiction's folder, or the folder of all of them.
        #[arg(default_value = "laws")]
        path: PathBuf,
    },
    /// Runs the examples that packs carry, and case files.
    Test(Test),
    /// Prints a rule with its text, and for given facts the truth of each condition.
    Explain(Explain),
}

/// Which rule, and for which facts.
#[derive(Debug, Args)]
pub struct Explain {
    /// The rule: `request_arrest`, or `cn/criminal-procedure request_arrest`.
    rule: String,
    /// A pack, a jurisdiction's folder, or the folder of all of them.
    #[arg(long, value_name = "DIR", default_value = "laws")]
    laws: PathBuf,
    /// A fact, written as a line of an example: `detention 2026-11-05 14:05`, `at 2026-11-06`, `propose …`. May be given again.
    #[arg(long, value_name = "LINE")]
    given: Vec<String>,
    /// A folder of official texts, to stand beside our rendering.
    #[arg(long, value_name = "DIR")]
    texts: Option<PathBuf>,
    /// The language: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

/// What to test.
#[derive(Debug, Args)]
pub struct Test {
    /// A pack, a jurisdiction's folder, or the folder of all of them.
    #[arg(default_value = "laws")]
    path: PathBuf,
    /// A case file, `[{id, rule_id, facts, expected}, …]`, instead of the examples.
    #[arg(long, value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Only the cases of these rules.
    #[arg(long, value_delimiter = ',', value_name = "IDS", requires = "cases")]
    rules: Vec<String>,
    /// List every condition that no example saw yes, no or unknown, and fail if there is one.
    #[arg(long)]
    every_condition: bool,
}

/// Runs a command.
pub fn run(command: Command) -> Result<ExitCode, Failure> {
    match command {
        Command::Check { path } => check(&path),
        Command::Test(test) => test.run(),
        Command::Explain(explain) => explain.run(),
    }
}

/// Gathers the packs of a path.
fn open(path: &Path) -> Result<Library, Failure> {
    let hint =
        "name a pack, the folder of a jurisdiction or the folder of all of them, such as `laws`";
    if !path.exists() {
        let message = format!("the law packs are not in {}", path.display());
        return Err(Failure::hinted(message, hint));
    }
    Library::open(path).map_err(|error| match error {
        LoadError::Empty(_) => Failure::hinted(error.to_string(), hint),
        other => other.into(),
    })
}

fn check(path: &Path) -> Result<ExitCode, Failure> {
    let law = open(path)?.law()?;
    let clauses = law.clauses;
    print(&format!(
        "{} pack(s) in {} file(s) are in order: {} acts, {} clocks and duties, {} gates, bans and watches, {clauses} clauses\n",
        law.packs.len(),
        law.files.len(),
        law.acts.len(),
        law.clocks.len(),
        law.gates.len(),
    ))?;
    Ok(ExitCode::SUCCESS)
}

impl Test {
    fn run(self) -> Result<ExitCode, Failure> {
        let library = open(&self.path)?;
        let law = library.law()?;
        if !self.cases.is_empty() {
            return self.run_cases(&law, &library);
        }
        let prefix = if self.path.is_file() {
            file_name(&self.path)
        } else {
            String::new()
        };
        let report = suite::run_examples(&law, &prefix);
        let mut text = String::new();
        let mut failed = 0;
        for outcome in report.outcomes.iter().filter(|o| !o.differences.is_empty()) {
            failed += 1;
            let _ = writeln!(text, "FAILED {} {}", outcome.place, outcome.sentence);
            for difference in &outcome.differences {
                let _ = writeln!(text, "  {difference}");
            }
        }
        if self.every_condition {
            for unseen in &report.unseen {
                let _ = writeln!(
                    text,
                    "not seen {}: {}  {}",
                    unseen.missing.join(", "),
                    unseen.place,
                    unseen.clause
                );
            }
        }
        let whole = report.conditions - report.unseen.len();
        let _ = writeln!(
            text,
            "{} conditions, {whole} of them seen yes, no and unknown",
            report.conditions
        );
        let _ = writeln!(
            text,
            "{} passed, {failed} failed",
            report.outcomes.len() - failed
        );
        print(&text)?;
        let bad = failed > 0 || (self.every_condition && !report.unseen.is_empty());
        Ok(if bad {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }

    fn run_cases(&self, law: &habeas_law::Law, library: &Library) -> Result<ExitCode, Failure> {
        let (mut passed, mut failed, mut unmapped) = (0, 0, 0);
        let mut asked: BTreeSet<&str> = self.rules.iter().map(String::as_str).collect();
        let mut text = String::new();
        for path in &self.cases {
            let cases =
                std::fs::read_to_string(path).map_err(|e| Failure::File(path.clone(), e))?;
            let results =
                suite::run_cases(law, library, &cases, &self.rules).map_err(|e| match e {
                    CasesError::Mapping(problems) => Failure::Problems(problems),
                    CasesError::File(why) => Failure::hinted(
                        format!("{}: {why}", path.display()),
                        "a case file is a list in JSON, `[{id, rule_id, facts, expected}, …]`",
                    ),
                })?;
            for result in results {
                asked.remove(&*result.rule);
                if !result.differences.is_empty() {
                    failed += 1;
                    let _ = writeln!(text, "FAILED {} {}", result.id, result.rule);
                    result.differences.iter().for_each(|d| {
                        let _ = writeln!(text, "  {d}");
                    });
                } else if !result.unmapped.is_empty() {
                    unmapped += 1;
                    let _ = writeln!(
                        text,
                        "unmapped {} {}: {}",
                        result.id,
                        result.rule,
                        result.unmapped.join(", ")
                    );
                } else {
                    passed += 1;
                }
            }
        }
        if !asked.is_empty() {
            let names: Vec<&str> = asked.into_iter().collect();
            return Err(Failure::said(format!(
                "no case of these files is of the rule(s) {}",
                names.join(", ")
            )));
        }
        let _ = writeln!(
            text,
            "{passed} passed, {failed} failed, {unmapped} unmapped"
        );
        print(&text)?;
        Ok(if failed > 0 {
            ExitCode::FAILURE
        } else {
            ExitCode::SUCCESS
        })
    }
}

/// `cn/detention.md`, as messages name it.
fn file_name(path: &Path) -> String {
    let mut parts: Vec<String> = path
        .components()
        .rev()
        .take(2)
        .map(|c| c.as_os_str().to_string_lossy().into_owned())
        .collect();
    parts.reverse();
    parts.join("/")
}

impl Explain {
    fn run(self) -> Result<ExitCode, Failure> {
        let law = open(&self.laws)?.law()?;
        let rules = rule::find(&law, &self.rule);
        if rules.is_empty() {
            return Err(Failure::hinted(
                format!("no rule `{}` is in these packs", self.rule),
                "rules are clocks, duties, gates, bans, watches, acts, measures, meters, remedies, breaches, formulas, tables and conventions",
            ));
        }
        let mut out = String::new();
        for found in &rules {
            self.show(&law, found, &mut out)?;
        }
        print(&out)?;
        Ok(ExitCode::SUCCESS)
    }

    fn show(
        &self,
        law: &habeas_law::Law,
        found: &RuleText,
        out: &mut String,
    ) -> Result<(), Failure> {
        let mut texts = Vec::new();
        if let Some(folder) = &self.texts {
            if !folder.is_dir() {
                return Err(Failure::hinted(
                    format!("{} is no folder", folder.display()),
                    "name the folder of official texts by --texts",
                ));
            }
            for (code, file, number) in &found.official {
                let path = folder.join(file);
                let text = official::read(folder, file, number)
                    .map_err(|e| Failure::File(path.clone(), e))?;
                texts.push(Official {
                    article: format!("{code} {number}"),
                    text: text.ok_or_else(|| path.display().to_string()),
                });
            }
        }
        out.push_str(&text::rule(found, &texts, self.lang));
        if !self.given.is_empty() {
            let mut told = rule::tell(law, found, &self.given).map_err(|why| {
                Failure::hinted(
                    why,
                    "a fact is written as a line of an example, such as `detention 2026-11-05 14:05`",
                )
            })?;
            told.assessment.clocks = told.clocks;
            told.assessment.gates = told.gates;
            let _ = writeln!(out, "{}", text::explain(&told.assessment, self.lang));
        }
        Ok(())
    }
}
