//! `habeas audit --store ADDRESS` and `habeas checkpoint --store ADDRESS`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_ledger::key::SignerKey;

use super::{Where, told, wrong};
use crate::output::{Failure, print};

/// Which store to audit.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    place: Where,
}

impl Audit {
    /// Exit status 0: everything matches; 1: something does not, and is named; 2: it could not be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let audit = self.place.audit()?;
        let mut text = String::new();
        for mismatch in &audit.found {
            text.push_str(&format!("does not match: {mismatch}\n"));
        }
        text.push_str(&format!(
            "leaves: {}, of them acts: {}, refusals and attempts: {}, erased: {}, tombstones: {}, covers: {}; checkpoints: {}\n",
            audit.leaves,
            audit.acts,
            audit.refusals_and_attempts,
            audit.erased,
            audit.tombstones,
            audit.covers,
            audit.checkpoints
        ));
        // What was acknowledged stands beside the store, and is compared when it is opened.
        let opened = self.place.open();
        if audit.found.is_empty() && opened.is_ok() {
            print(&(text + "everything was rebuilt and matches\n"))?;
            return Ok(ExitCode::SUCCESS);
        }
        text.push_str("not everything matches: keep all files as they are, and ask the witnesses for their checkpoints\n");
        print(&text)?;
        if let Err(why) = opened {
            why.report();
        }
        Ok(ExitCode::FAILURE)
    }
}

/// Of which store, and by which key of the log.
#[derive(Debug, Args)]
pub struct Checkpoint {
    #[command(flatten)]
    place: Where,
    /// The file of the log's secret key.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

impl Checkpoint {
    /// Prints the signed checkpoint, which was stored before.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let text =
            std::fs::read_to_string(&self.key).map_err(|e| Failure::File(self.key.clone(), e))?;
        let key = SignerKey::from_secret_text(text.trim_end()).map_err(wrong)?;
        let made = self.place.open()?.checkpoint(key).map_err(told)?;
        print(&made.note)?;
        Ok(ExitCode::SUCCESS)
    }
}
