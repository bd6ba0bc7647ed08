//! `habeas receipt --store ADDRESS --case ID --act ID`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_ledger::disclosure::Disclosure;
use habeas_ledger::leaf::Entry;
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::receipt::Receipt as Written;
use habeas_store::{Kept, Material, Store};

use super::{Where, told, wrong};
use crate::input::policy;
use crate::output::{Failure, note, print};

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
    /// Take the earliest checkpoint over the act that enough witnesses of this policy have cosigned: it shows that the act existed by then. Without it, or if there is none, the latest.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl Receipt {
    /// Prints the receipt. Whoever holds it can verify it offline.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let policy = self.policy.as_deref().map(policy).transpose()?;
        let store = self.place.open()?;
        let record = store.acts_of_case(&self.case).map_err(told)?;
        let kept = record.acts.iter().find(|kept| kept.id == self.act);
        let kept =
            kept.ok_or_else(|| Failure::said(format!("the case has no act `{}`", self.act)))?;
        let receipt = match &policy {
            Some(policy) => self.earliest(&store, kept, policy)?,
            None => None,
        };
        let receipt = match receipt {
            Some(receipt) => receipt,
            None => self.latest(&store, kept, policy.is_some())?,
        };
        print(&receipt.to_string())?;
        Ok(ExitCode::SUCCESS)
    }

    /// Under the first checkpoint that enough have cosigned.
    fn earliest(
        &self,
        store: &Store,
        kept: &Kept,
        policy: &Policy,
    ) -> Result<Option<Written>, Failure> {
        let Some(index) = kept.index else {
            return Ok(None);
        };
        for material in store.published_material(index) {
            let written = self.written(kept, material.map_err(told)?);
            // One that another key has signed, or of which a line has become another, proves nothing; a later one may.
            if let Ok((receipt, disclosure)) = written
                && let Ok((verified, _)) = receipt.verify_disclosed(&disclosure, policy, &[])
                && verified.quorum
            {
                return Ok(Some(receipt));
            }
        }
        Ok(None)
    }

    fn latest(&self, store: &Store, kept: &Kept, asked: bool) -> Result<Written, Failure> {
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
        if asked {
            note("no checkpoint over this act has the quorum of the policy yet");
        }
        Ok(self.written(kept, material)?.0)
    }

    /// The receipt, and what it shows.
    fn written(&self, kept: &Kept, material: Material) -> Result<(Written, Disclosure), Failure> {
        let shown = |name: &str| self.show.iter().any(|wanted| wanted == name);
        let disclosure = Disclosure {
            entry: Entry::from_bytes(&material.entry).map_err(wrong)?,
            leaf: kept.leaf().map_err(told)?.open(|_| true).map_err(wrong)?,
            act: Some(kept.act().map_err(told)?.open(shown).map_err(wrong)?),
        };
        let mut note = Note::parse(material.checkpoint.note.as_bytes()).map_err(wrong)?;
        for line in &material.cosignatures {
            note.add(line.trim_end().parse()?)?;
        }
        let receipt = Written {
            extra: Some(disclosure.to_bytes()),
            index: material.index,
            proof: material.proof,
            checkpoint: note.to_string(),
        };
        Ok((receipt, disclosure))
    }
}
