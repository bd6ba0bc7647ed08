//! `habeas load FILES… --store ADDRESS`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_case::read::Taken;
use habeas_ledger::commitment::{Committed, Level, Salt};
use habeas_ledger::document::DocumentSigner;
use habeas_ledger::leaf::CADENCE;
use habeas_log::Cadence;
use habeas_store::{NewAct, Randomness, SystemRandomness};
use rayon::prelude::*;
use serde_json::Value;

use super::log::tell;
use super::signing::Signing;
use super::{Kept, Where, fields, import_key, told, wrong};
use crate::input::{Files, Laws, progress, seconds};
use crate::output::{Failure, note, print};

/// Lines that are handed to the store at once.
const BATCH: usize = 1024;

/// What to load, and where.
#[derive(Debug, Args)]
pub struct Load {
    /// Files of acts: JSON Lines, or CSV if the name ends in .csv; `-` reads JSON Lines from standard input.
    #[arg(required = true, value_name = "FILES")]
    files: Vec<PathBuf>,
    /// Write the lines that could not be read to this file, so that they can be mended and loaded again.
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
    #[command(flatten)]
    laws: Laws,
    #[command(flatten)]
    place: Where,
    #[command(flatten)]
    signing: Signing,
}

impl Load {
    /// Exit status 0: every line is in the store; 1: some are not; 2: it could not be done. What is there already stays as it is, so
    /// that a load that was broken off is done again.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = self.laws.law()?;
        let files = Files {
            files: self.files,
            rejects: self.rejects,
            kept: Kept::default(),
        };
        let reading = files.read_listing(&law)?;
        let store = self.place.open_or_create()?;
        let signer = import_key(&self.place.folder())?;
        let mut log = None;
        if self.signing.has_key() {
            let (mut made, _) = self.signing.log(&self.place.folder(), 0)?;
            made.begin(&store)?;
            log = Some(made);
        }
        let mut cadence = Cadence::new(CADENCE, seconds());
        let bar = progress(reading.lines.len() as u64, "recording");
        let (mut recorded, mut refused) = (0, reading.rejects.len());
        for batch in reading.lines.chunks(BATCH) {
            let acts: Result<Vec<NewAct>, Failure> =
                batch.par_iter().map(|taken| act(taken, &signer)).collect();
            for (taken, done) in batch.iter().zip(store.record(acts?)) {
                match done {
                    Ok(_) => recorded += 1,
                    Err(why) => {
                        refused += 1;
                        note(&format!("refused {}:{}: {why}", taken.file, taken.line));
                    }
                }
            }
            if let (Some(log), Some(ended)) = (&mut log, cadence.ended(seconds())) {
                log.round(&store, ended)?;
            }
            bar.inc(batch.len() as u64);
        }
        bar.finish_and_clear();
        if let Some(log) = &mut log {
            tell(&log.round(&store, seconds())?);
        }
        print(&format!(
            "{recorded} line(s) are in the store, {refused} refused\n"
        ))?;
        Ok(match refused {
            0 => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}

/// A line as it is recorded: under its case and id, signed as imported.
fn act(taken: &Taken, signer: &DocumentSigner) -> Result<NewAct, Failure> {
    let unread = || {
        Failure::File(
            PathBuf::from(&*taken.file),
            std::io::ErrorKind::InvalidData.into(),
        )
    };
    let (said, fields) = fields(&taken.text).ok_or_else(unread)?;
    let text = |key: &str| said.get(key).and_then(Value::as_str);
    let case = text("case").ok_or_else(unread)?.to_owned();
    // What a source says it is silent about has no id: it is its own.
    let id = text("id").unwrap_or(&taken.text).to_owned();
    let mut salt = Salt([0; 32]);
    SystemRandomness.fill(&mut salt.0).map_err(told)?;
    let committed = Committed::new(Level::Act, &salt, fields.clone()).map_err(wrong)?;
    let claimed = seconds();
    Ok(NewAct {
        retry: Value::from(vec!["load", &case, &id]).to_string(),
        document: signer.sign(committed.commitment(), claimed),
        version: None,
        case,
        id,
        fields,
        salt,
    })
}
