//! `habeas audit --store ADDRESS`

use std::process::ExitCode;

use clap::Args;

use super::Where;
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
