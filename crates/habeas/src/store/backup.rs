//! `habeas backup --store ADDRESS --out DIR --keys-out DIR` and `habeas restore --from DIR --keys-from DIR --store ADDRESS`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_log::guard;
use habeas_store::{Restoring, RootKey, Store};
use habeas_witness::client::{Cosigners, DEADLINE};

use super::{Address, IMPORT_KEY, Where, environment, told};
use crate::input::policy;
use crate::output::{Failure, note, print};
use crate::quietly::Quietly;

/// Which store, and where its copies go.
#[derive(Debug, Args)]
pub struct Backup {
    #[command(flatten)]
    place: Where,
    /// The folder for acts, log and persons; it is not there yet, or empty.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// The folder for the keys: on another disk, kept for a short time, since a copy of the keys undoes what is erased later.
    #[arg(long, value_name = "DIR")]
    keys_out: PathBuf,
}

impl Backup {
    /// Exit status 0: both copies were written and verified; 2: they were not.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let import = self.place.store.files()?.join(IMPORT_KEY);
        let also = Vec::from_iter(import.exists().then_some(import));
        let store = self.place.open()?;
        let made = store
            .backup(&self.out, &self.keys_out, also)
            .map_err(told)?;
        print(&format!(
            "backed up: {} leaves, {} bytes\n",
            made.size, made.bytes
        ))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// Which backup, and where it is put back.
#[derive(Debug, Args)]
pub struct Restore {
    /// The folder with acts, log and persons.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The folder with the keys: the newest that there is, so that nothing comes back that was erased.
    #[arg(long, value_name = "DIR")]
    keys_from: PathBuf,
    /// Where the store is to be: `sqlite:FOLDER`, which is not there yet, or empty.
    #[arg(long, value_name = "ADDRESS", value_parser = Quietly::<Address>::new())]
    store: Address,
    /// The file of the root key, which is in no backup.
    #[arg(long, value_name = "FILE")]
    root_key: PathBuf,
    /// Ask the witnesses of this policy whether they have seen more of the log, and refuse if they have.
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
}

impl Restore {
    /// Exit status 0: it is in its place; 2: nothing is.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let root = RootKey::read(&self.root_key).map_err(told)?;
        let policy = self.policy.as_deref().map(policy).transpose()?;
        let into = self.store.files()?;
        let restoring = Restoring::begin(
            &self.from,
            &self.keys_from,
            into,
            &root,
            environment(),
            &[IMPORT_KEY],
        )
        .map_err(told)?;
        let asked = match &policy {
            Some(policy) => asked(restoring.store().map_err(told)?, policy)?,
            None => false,
        };
        let size = restoring.size();
        restoring.finish(asked).map_err(told)?;
        print(&format!("put back and verified: {size} leaves\n"))?;
        if !asked {
            note(
                "too few witnesses were asked whether they have seen more of this log: before anything is signed, enough must be",
            );
        }
        root_key_elsewhere(into, &self.root_key);
        Ok(ExitCode::SUCCESS)
    }
}

/// Says that the root key does not stand where commands look for it.
fn root_key_elsewhere(into: &Path, root_key: &Path) {
    let (folder, file) = (into.display(), root_key.display());
    note(&format!(
        "the root key is not in {folder}: name it with --root-key {file}"
    ));
}

/// Whether a quorum of the witnesses answered. What they have seen beyond the store is an error.
fn asked(store: &Store, policy: &Policy) -> Result<bool, Failure> {
    let signed = store.latest_checkpoint().map_err(told)?;
    let mut logs = policy.logs().iter().map(|log| log.key.name());
    let origin = match (signed, logs.next(), logs.next()) {
        (Some(signed), ..) => {
            let signed = Checkpoint::of(&Note::parse(signed.note.as_bytes())?)?;
            signed.origin().to_owned()
        }
        (None, Some(only), None) => only.to_owned(),
        (None, ..) => {
            return Err(Failure::said(
                "the backup has no checkpoint, and the policy does not name one log alone: which log it is cannot be told",
            ));
        }
    };
    let keys = policy.log_keys(&origin);
    if keys.is_empty() {
        return Err(Failure::said(format!(
            "the policy does not name the log `{origin}` of this backup"
        )));
    }
    let cosigners = Cosigners::new(policy.clone(), DEADLINE);
    let guarded = guard(store, &cosigners, &origin, &keys)?;
    for (witness, missing) in &guarded.silent {
        note(&format!("the witness `{witness}` was not asked: {missing}"));
    }
    let (_, quorum) = policy.evaluate(|witness| guarded.answered.contains(&witness.name));
    Ok(quorum)
}
