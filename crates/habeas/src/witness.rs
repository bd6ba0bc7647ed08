//! `habeas witness` and `habeas witness evidence`

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use habeas_ledger::Hash;
use habeas_ledger::key::{SignerKey, VerifierKey};
use habeas_ledger::note::Note;
use habeas_ledger::witness::KnownLog;
use habeas_witness::memory::{Kept, Memory, evidence};
use habeas_witness::server::{Daemon, Limits, Setup};

use crate::input::{Machine, text, utc};
use crate::key;
use crate::output::{Failure, note, print};

/// How a witness is run.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Witness {
    #[command(subcommand)]
    evidence: Option<Command>,
    /// The file of its secret key, made by `habeas key new --kind witness`.
    #[arg(long, value_name = "FILE", required = true)]
    key: Option<PathBuf>,
    /// The public key of a log that it knows; several for several logs, or for one that changes its key.
    #[arg(long, value_name = "VKEY", required = true, num_args = 1..)]
    log: Vec<VerifierKey>,
    /// The file in which it remembers what it cosigned. It is never copied back, and never made twice.
    #[arg(long, value_name = "FILE", required = true)]
    state: Option<PathBuf>,
    /// Make the state. Only for a witness that has never cosigned anything.
    #[arg(long)]
    new: bool,
    /// A signed checkpoint of a log to start from, got from its operator; for a log that has grown before.
    #[arg(long, value_name = "FILE")]
    initial: Vec<PathBuf>,
    /// Where it listens.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// What stands before /add-checkpoint in its address, such as /police.
    #[arg(long, value_name = "PATH", default_value = "", value_parser = prefix)]
    submission_prefix: String,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List what a witness has kept against logs, and write it out.
    Evidence(Evidence),
}

/// Whose evidence, and where to.
#[derive(Debug, Args)]
struct Evidence {
    /// The file in which the witness remembers; it may be running.
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// Write each piece into this folder: the two checkpoints and the proof that came with them.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// A path without anything that a router or an address would read as something else.
fn prefix(text: &str) -> Result<String, String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    let path = text.trim_end_matches('/');
    let good = path.is_empty() || path.starts_with('/') && !path.contains("//");
    if good && path.chars().all(plain) {
        return Ok(path.to_owned());
    }
    Err("it begins with `/` and has letters, digits, `-`, `.`, `_` and `~`".to_owned())
}

impl Witness {
    /// Exit status 0: it was told to end; 2: it could not begin, or could not go on. `evidence`: 1 if anything was kept.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (key, state) = match (self.evidence, self.key, self.state) {
            (Some(Command::Evidence(evidence)), ..) => return evidence.run(),
            (None, Some(key), Some(state)) => (key, state),
            _ => return Err(Failure::said("--key and --state are needed")),
        };
        let key = SignerKey::from_secret_text(&key::read(&key)?)?;
        let logs = known(self.log);
        let open = if self.new {
            Memory::create
        } else {
            Memory::open
        };
        let mut memory = open(&state, key.verifier())?;
        for path in &self.initial {
            let pinned = memory.pin(&read_note(path)?, &logs)?;
            if !pinned {
                note(&format!(
                    "{}: passed over, more is remembered of this log",
                    path.display()
                ));
            }
        }
        let daemon = Daemon::bind(Setup {
            key,
            logs,
            memory,
            listen: self.listen,
            submission_prefix: self.submission_prefix.clone(),
            limits: Limits::default(),
            clock: Box::new(Machine),
            tell: Box::new(note),
        })?;
        print(&format!(
            "http://{}{}\n",
            daemon.address()?,
            self.submission_prefix
        ))?;
        daemon.run()?;
        Ok(ExitCode::SUCCESS)
    }
}

/// A signed note from a file.
pub fn read_note(path: &Path) -> Result<Note, Failure> {
    let note = Note::parse(text(path)?.as_bytes());
    note.map_err(|problem| Failure::said(format!("{}: {problem}", path.display())))
}

/// Keys of one name are of one log.
fn known(keys: Vec<VerifierKey>) -> Vec<KnownLog> {
    let mut logs: Vec<KnownLog> = Vec::new();
    for key in keys {
        match logs.iter_mut().find(|log| log.origin == key.name()) {
            Some(log) => log.keys.push(key),
            None => logs.push(KnownLog {
                origin: key.name().to_owned(),
                keys: vec![key],
            }),
        }
    }
    logs
}

impl Evidence {
    fn run(self) -> Result<ExitCode, Failure> {
        let kept = evidence(&self.state)?;
        let mut listed = String::new();
        for one in &kept {
            listed.push_str(&line(one));
        }
        print(&format!("{listed}kept: {}\n", kept.len()))?;
        if let Some(folder) = &self.out {
            std::fs::create_dir_all(folder).map_err(|e| Failure::File(folder.clone(), e))?;
            kept.iter().try_for_each(|one| write_out(one, folder))?;
        }
        Ok(if kept.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// One piece as a line.
fn line(kept: &Kept) -> String {
    let size = kept.request.checkpoint().size();
    let before = kept.before.as_ref().and_then(|note| {
        let checkpoint = habeas_ledger::checkpoint::Checkpoint::of(note).ok()?;
        Some(checkpoint.size().to_string())
    });
    let what = if kept.finding.is_proof() {
        "two histories, proved"
    } else {
        "a proof that does not hold; the log is to be asked for one"
    };
    let (number, time, origin) = (kept.number, utc(kept.time), &kept.origin);
    let before = before.unwrap_or_else(|| "0".to_owned());
    format!("{number}  {time}  {origin}  {before} and {size} leaves: {what}\n")
}

/// Two checkpoints and a proof, as `habeas verify evidence` reads them.
fn write_out(kept: &Kept, folder: &Path) -> Result<(), Failure> {
    let write = |name: String, text: String| {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(|e| Failure::File(path, e))
    };
    let (number, request) = (kept.number, &kept.request);
    let before = kept.before.as_ref().unwrap_or(request.note());
    write(format!("{number}-before.checkpoint"), before.to_string())?;
    write(
        format!("{number}-after.checkpoint"),
        request.note().to_string(),
    )?;
    let lines = request
        .proof()
        .iter()
        .map(|hash: &Hash| format!("{hash}\n"));
    write(format!("{number}.proof"), lines.collect())
}
