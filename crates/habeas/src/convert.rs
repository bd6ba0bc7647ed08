//! `habeas schema`, `habeas convert`

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use habeas_case::read::{lecard, schema};

use crate::input::Laws;
use crate::output::{Failure, note, print};

/// Of which packs.
#[derive(Debug, Args)]
pub struct Schema {
    #[command(flatten)]
    laws: Laws,
    /// Only packs whose name begins so, such as `cn/`.
    #[arg(default_value = "")]
    packs: String,
}

impl Schema {
    /// Prints it.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = self.laws.law()?;
        let wanted = |name: &str| name.starts_with(&self.packs);
        if !law.packs.iter().any(|pack| wanted(&pack.name)) {
            return Err(Failure::hinted(
                format!("no pack begins with `{}`", self.packs),
                format!("the packs are in {}", self.laws.laws.display()),
            ));
        }
        let found = schema::schema(&law, |pack| wanted(&pack.name));
        let text =
            serde_json::to_string_pretty(&found).map_err(|e| Failure::said(e.to_string()))?;
        print(&format!("{text}\n"))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// What can be converted.
#[derive(Debug, Subcommand)]
pub enum Convert {
    /// Custody histories in day offsets (columns case,year,events), as acts on days that float in their year.
    Days {
        /// The histories.
        histories: PathBuf,
        /// Which act each code means (columns code,act,complete: whether the histories tell every such act).
        #[arg(long, value_name = "FILE")]
        codes: PathBuf,
        /// Where the acts are written.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

impl Convert {
    /// Converts.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Self::Days {
            histories,
            codes,
            out,
        } = self;
        let open = |path: &PathBuf| File::open(path).map_err(|e| Failure::File(path.clone(), e));
        // Nothing is written before all is read: a failure leaves what was there.
        let mut acts = Vec::new();
        let done = lecard::convert(open(&codes)?, open(&histories)?, &mut acts).map_err(|e| {
            let hint = e.hint().map(str::to_owned);
            Failure::Said(e.to_string(), hint)
        })?;
        if [&histories, &codes]
            .into_iter()
            .any(|read| same(read, &out))
        {
            return Err(Failure::hinted(
                format!("{} is what was read", out.display()),
                "name another file with --out; nothing was written",
            ));
        }
        std::fs::write(&out, acts).map_err(|e| Failure::File(out.clone(), e))?;
        note(&format!(
            "{} case(s), {} act(s) written to {}",
            done.cases,
            done.acts,
            out.display()
        ));
        Ok(ExitCode::SUCCESS)
    }
}

fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).ok();
    whole(one).is_some() && whole(one) == whole(other)
}
