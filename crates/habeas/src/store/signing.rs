//! With what a log signs, whom it asks, and where it is published: the options that `log`, `checkpoint` and `load` share.

use std::path::{Path, PathBuf};

use clap::Args;
use habeas_ledger::key::SignerKey;
use habeas_log::{Log, Setup, Tiles};
use habeas_store::RESTORED;
use habeas_witness::client::DEADLINE;

use crate::input::policy;
use crate::key;
use crate::output::{Failure, note};

/// The most leaves by whose multiples an interval grows.
const MOST: u64 = 65_536;

/// By which key the log signs, whom it asks, and where it is published.
#[derive(Debug, Args)]
pub struct Signing {
    /// The file of the log's secret key, made by `habeas key new --kind log`.
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// The policy: the witnesses that are asked, each with its address, and how many are enough.
    #[arg(long, value_name = "FILE", requires = "key")]
    policy: Option<PathBuf>,
    /// Publish the checkpoint and the tiles of hashes as files in this folder.
    #[arg(long, value_name = "DIR", requires = "key")]
    tiles: Option<PathBuf>,
    /// Publish the entries too, in this folder, which may be the same; they are for organs and mirrors, not for everybody.
    #[arg(long, value_name = "DIR", requires = "tiles")]
    entries: Option<PathBuf>,
    /// Add leaves that stand for nothing, so that an interval grows by a multiple of this; 0 adds none. `log` takes 4, if it is not given.
    #[arg(long, value_name = "LEAVES", requires = "key", value_parser = clap::value_parser!(u64).range(..=MOST))]
    pad: Option<u64>,
}

impl Signing {
    /// Whether anything is to be signed.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }

    /// The log over the store in `folder`. If nothing is said about it, intervals grow by multiples of `pad`.
    pub fn log(&self, folder: &Path, pad: u64) -> Result<(Log, SignerKey), Failure> {
        let needed = || Failure::said("--key is needed: the secret key of the log");
        let file = self.key.as_deref().ok_or_else(needed)?;
        let key = SignerKey::from_secret_text(&key::read(file)?)?;
        let tiles = self.tiles.clone();
        let log = Log::new(Setup {
            key: key.clone(),
            policy: self.policy.as_deref().map(policy).transpose()?,
            deadline: DEADLINE,
            tiles: tiles.map(|tiles| Tiles::new(tiles, self.entries.clone())),
            multiple: self.pad.unwrap_or(pad),
            restored: folder.join(RESTORED),
            tell: Box::new(note),
        })?;
        Ok((log, key))
    }
}
