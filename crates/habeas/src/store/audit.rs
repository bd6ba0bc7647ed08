//! `habeas audit --store ADDRESS`

use std::process::ExitCode;

use clap::Args;

use habeas_store::Error;

use super::{Audited, Where, told};
use crate::input::{seconds, utc};
use crate::output::{Failure, print};

/// How far the clocks of two machines may be apart, in seconds, before the audit says so.
const BEARABLE: u64 = 60;

const ALARM: &str = "not everything matches: keep all files as they are, and ask the witnesses for their checkpoints\n";

/// Which store to audit.
#[derive(Debug, Args)]
pub struct Audit {
    #[command(flatten)]
    place: Where,
}

impl Audit {
    /// Exit status 0: everything matches; 1: something does not, or a clock is wrong, and is named; 2: it could not be done.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let Audited { audit, opened } = self.place.audit()?;
        let audit = match audit {
            Ok(audit) => audit,
            // What cannot even be gone through does not match.
            Err(why @ (Error::Unfit { .. } | Error::Altered { .. } | Error::Mismatch(_))) => {
                print(&format!("does not match: {why}\n{ALARM}"))?;
                return Ok(ExitCode::FAILURE);
            }
            Err(why) => return Err(told(why)),
        };
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
        let ahead = audit.logged.saturating_sub(seconds());
        let clock = ahead <= BEARABLE;
        if !clock {
            text.push_str(&format!(
                "the clock: the last leaf is of {}, {ahead} s ahead of this machine's clock. One of the two is wrong; until that time comes, every act bears it\n",
                utc(audit.logged)
            ));
        }
        if audit.found.is_empty() && matches!(opened, Err(Error::InUse)) {
            print(&(text + "everything was rebuilt and matches\n"))?;
            return Err(Failure::hinted(
                "another process has the store open: it was not compared with what was acknowledged",
                "audit it again when that one has ended, or lends it",
            ));
        }
        if audit.found.is_empty() && opened.is_ok() {
            print(&(text + "everything was rebuilt and matches\n"))?;
            return Ok(match clock {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            });
        }
        text.push_str(ALARM);
        print(&text)?;
        if let Err(why) = opened {
            told(why).report();
        }
        Ok(ExitCode::FAILURE)
    }
}
