//! `habeas reindex --store ADDRESS` and `habeas due --store ADDRESS`

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::str::FromStr;

use clap::Args;
use habeas_case::Case;
use habeas_case::assess::assess;
use habeas_case::open::open;
use habeas_case::read::Reader;
use habeas_store::{Due as Row, Running};
use rayon::prelude::*;

use super::{Where, read_case, told};
use crate::input::{At, Laws, now, progress, say_rejects, utc};
use crate::output::{Failure, note, print};

/// Cases whose rows are put in place at once.
const BATCH: usize = 1024;

/// Of which store, under which law, and when.
#[derive(Debug, Args)]
pub struct Reindex {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    laws: Laws,
    #[command(flatten)]
    at: At,
}

impl Reindex {
    /// Exit status 0: every case has its rows; 1: some have not, because a line cannot be read or a case has moved on; 2: it could not
    /// be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = self.laws.law()?;
        let store = self.place.open()?;
        let mut reader = Reader::new(&law).keeping(false);
        let mut versions: BTreeMap<String, u64> = BTreeMap::new();
        for case in store.cases() {
            let case = case.map_err(told)?;
            read_case(&mut reader, &case)?;
            versions.insert(case.id, case.version);
        }
        let reading = reader.finish();
        say_rejects(&reading);
        let at = self.at.instant(&law, reading.cases.first())?;
        let known: BTreeMap<&str, &Case> = reading.cases.iter().map(|c| (&*c.id, c)).collect();
        let all: Vec<(&String, &u64)> = versions.iter().collect();
        let bar = progress(all.len() as u64, "assessing");
        let (mut rows, mut moved) = (0, 0);
        for batch in all.chunks(BATCH) {
            let running = batch.par_iter().map(|(id, version)| {
                let assessed = known.get(id.as_str()).map(|case| assess(&law, case, at));
                let assessed = assessed.unwrap_or_default();
                let due = assessed.iter().flat_map(open).map(|(rule, ends)| Row {
                    rule: rule.to_owned(),
                    ends,
                });
                Running {
                    case: (*id).clone(),
                    version: **version,
                    due: due.collect(),
                }
            });
            let running: Vec<Running> = running.collect();
            rows += running.iter().map(|case| case.due.len()).sum::<usize>();
            moved += store.reindex(running).map_err(told)?.len();
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        print(&format!(
            "{} case(s), {rows} clock(s) and duties that run\n",
            all.len()
        ))?;
        if moved > 0 {
            note(&format!(
                "{moved} case(s) have moved on meanwhile: do it again"
            ));
        }
        Ok(match moved + reading.rejects.len() {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}

/// A time ahead, in seconds: `72h` or `7d`.
#[derive(Clone, Copy, Debug)]
struct Ahead(i64);

impl FromStr for Ahead {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || "write hours or days, such as 72h or 7d".to_owned();
        let (number, unit) = match (text.strip_suffix('h'), text.strip_suffix('d')) {
            (Some(number), _) => (number, 3600),
            (_, Some(number)) => (number, 86_400),
            _ => return Err(wrong()),
        };
        let number: u32 = number.parse().map_err(|_| wrong())?;
        Ok(Self(i64::from(number) * unit))
    }
}

/// Of which store, and how far ahead.
#[derive(Debug, Args)]
pub struct Due {
    #[command(flatten)]
    place: Where,
    /// How far ahead, in hours or days.
    #[arg(long, value_name = "TIME", default_value = "72h")]
    within: Ahead,
}

impl Due {
    /// Prints when each ends, the soonest first, with its rule and its case. Exit status 2: nothing was indexed.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let store = self.place.open()?;
        let before = now().saturating_add(self.within.0);
        let rows = store.due_before(before).map_err(told)?;
        if rows.is_empty() && store.due_before(i64::MAX).map_err(told)?.is_empty() {
            return Err(Failure::hinted(
                "nothing of this store is indexed: what ends is not known",
                "`habeas reindex` finds what runs, and does so again after acts were recorded",
            ));
        }
        let mut text = String::new();
        for (case, Row { rule, ends }) in &rows {
            let ends = u64::try_from(*ends).map_or_else(|_| format!("{ends} s"), utc);
            text.push_str(&format!("{ends}  {rule}  {case}\n"));
        }
        text.push_str(&format!(
            "{} end before {}, as `habeas reindex` last found\n",
            rows.len(),
            utc(before.try_into().unwrap_or(0))
        ));
        print(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}
