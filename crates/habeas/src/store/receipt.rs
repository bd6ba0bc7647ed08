//! `habeas receipt --store ADDRESS --case ID --act ID`

use std::process::ExitCode;

use clap::Args;
use habeas_ledger::disclosure::Disclosure;
use habeas_ledger::leaf::Entry;
use habeas_ledger::note::Note;

use super::{Where, told, wrong};
use crate::output::{Failure, print};

/// Of which act, and what it shows.
#[derive(Debug, Args)]
pub struct Receipt {
    #[command(flatten)]
    place: Where,
    /// The case.
    #[arg(long, value_name = "ID")]
    case: String,
    /// The act.
    #[arg(long, value_name = "ID")]
    act: String,
    /// What of the act the receipt shows, and nothing else; without it: who, when, and by which decision.
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        default_value = "act,by,happened,until,source,answers"
    )]
    show: Vec<String>,
}

impl Receipt {
    /// Prints the receipt. Whoever holds it can verify it offline.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let store = self.place.open()?;
        let record = store.acts_of_case(&self.case).map_err(told)?;
        let kept = record.acts.iter().find(|kept| kept.id == self.act);
        let kept =
            kept.ok_or_else(|| Failure::said(format!("the case has no act `{}`", self.act)))?;
        let material = match kept.index {
            Some(index) => store.material(index).map_err(told)?,
            None => None,
        };
        let material = material.ok_or_else(|| {
            Failure::hinted(
                "no checkpoint covers this act yet",
                "`habeas checkpoint` makes one",
            )
        })?;
        let shown = |name: &str| self.show.iter().any(|wanted| wanted == name);
        let disclosure = Disclosure {
            entry: Entry::from_bytes(&material.entry).map_err(wrong)?,
            leaf: kept.leaf().map_err(told)?.open(|_| true).map_err(wrong)?,
            act: Some(kept.act().map_err(told)?.open(shown).map_err(wrong)?),
        };
        let mut note = Note::parse(material.checkpoint.note.as_bytes()).map_err(wrong)?;
        for line in &material.cosignatures {
            note = with(&note, line)?;
        }
        let receipt = habeas_ledger::receipt::Receipt {
            extra: Some(disclosure.to_bytes()),
            index: material.index,
            proof: material.proof,
            checkpoint: note.to_string(),
        };
        print(&receipt.to_string())?;
        Ok(ExitCode::SUCCESS)
    }
}

/// The note with one more line of a witness.
fn with(note: &Note, line: &str) -> Result<Note, Failure> {
    Note::parse(format!("{note}{}\n", line.trim_end()).as_bytes()).map_err(wrong)
}
