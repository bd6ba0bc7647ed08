//! `habeas audit --store ADDRESS`

use std::process::ExitCode;

use clap::Args;

use super::Where;
use crate::input::{now, utc};
use crate::output::{Failure, print};

/// How far the clocks of two machines may be apart, in seconds, before the audit says so.
const BEARABLE: u64 = 60;

/// Which store to audit.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    place: Where,
}

impl Audit {
    /// Exit status 0: everything matches; 1: something does not, or a clock is wrong, and is named; 2: it could not be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let audit = self.place.audit()?;
        let mut text = String::new();
        for mismatch in &audit.found {
            text.push_str(&format!("does not match: {mismatch}\n"));
        }
        text.push_str(&format!(
            "leaves: {}, of them acts: {}, refusals and attempts: {}, erased: {}, tombstones: {}, covers: {}; checkpoints: {}; names and contacts: {}\n",
            audit.leaves,
            audit.acts,
            audit.refusals_and_attempts,
            audit.erased,
            audit.tombstones,
            audit.covers,
            audit.checkpoints,
            audit.persons
        ));
        let ahead = audit
            .logged
            .saturating_sub(u64::try_from(now()).unwrap_or(0));
        let clock = ahead <= BEARABLE;
        if !clock {
            text.push_str(&format!(
                "the clock: the last leaf is of {}, {ahead} s ahead of this machine's clock. One of the two is wrong; until that time comes, every act bears it\n",
                utc(audit.logged)
            ));
        }
        // What was acknowledged stands beside the store, and is compared when it is opened.
        let opened = self.place.open();
        if audit.found.is_empty() && opened.is_ok() {
            print(&(text + "everything was rebuilt and matches\n"))?;
            return Ok(match clock {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            });
        }
        text.push_str("not everything matches: keep all files as they are, and ask the witnesses for their checkpoints\n");
        print(&text)?;
        if let Err(why) = opened {
            why.report();
        }
        Ok(ExitCode::FAILURE)
    }
}
