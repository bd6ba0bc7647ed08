//! `habeas log --store ADDRESS` and `habeas checkpoint --store ADDRESS`

use std::process::ExitCode;

use clap::Args;
use habeas_ledger::leaf::CADENCE;
use habeas_log::{Done, Turn, run};
use habeas_store::Store;

use super::signing::Signing;
use super::{Where, environment};
use crate::input::{Machine, seconds};
use crate::output::{Failure, note, print};

/// How many leaves an interval adds at least, and by whose multiples it grows.
const PAD: u64 = 4;

/// Over which store, and how.
#[derive(Debug, Args)]
#[command(mut_arg("key", |key| key.required(true)), mut_arg("policy", |policy| policy.required(true)))]
pub struct Log {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    signing: Signing,
    /// How long an interval is. Another one than all others have tells the logs apart; for exercises.
    #[arg(long, value_name = "SECONDS", default_value_t = CADENCE, value_parser = clap::value_parser!(u64).range(1..=3600))]
    every: u64,
}

impl Log {
    /// Exit status 0: it was told to end; 2: it could not begin, or must not go on.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let folder = &self.place.folder();
        let (site, root) = self.place.found()?;
        let (log, key) = self.signing.log(folder, PAD)?;
        let origin = key.verifier().name().to_owned();
        let mut shown = Ok(());
        run(
            log,
            self.every,
            &Machine,
            &Turn::of(folder),
            || Store::open(&site, &root, environment()),
            |store| {
                let leaves = store.size().unwrap_or(0);
                shown = print(&format!("{origin} runs, with {leaves} leaves\n"));
            },
        )?;
        shown.map(|()| ExitCode::SUCCESS)
    }
}

/// Of which store, and by which key of the log.
#[derive(Debug, Args)]
#[command(mut_arg("key", |key| key.required(true)))]
pub struct Checkpoint {
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    signing: Signing,
}

impl Checkpoint {
    /// Prints the signed checkpoint, which was stored before, with the lines of the witnesses. Exit status 1: too few have cosigned.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let store = self.place.open()?;
        let (mut log, _) = self.signing.log(&self.place.folder(), 0)?;
        let done = log.round(&store, seconds())?;
        print(&done.note.to_string())?;
        tell(&done);
        let enough = done.round.is_none_or(|round| round.quorum);
        Ok(match enough {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        })
    }
}

/// Says how many have cosigned, and why the others have not.
pub fn tell(done: &Done) {
    let Some(round) = &done.round else {
        return;
    };
    for (name, answer) in &round.witnesses {
        if let Err(missing) = answer {
            note(&format!("`{name}` has not cosigned: {missing}"));
        }
    }
    for tally in &round.groups {
        note(&tally.to_string());
    }
    if !round.quorum {
        note("too few have cosigned for the quorum of the policy");
    }
}
