//! The one program, and nothing but its command line.

mod check;
mod convert;
mod demo;
mod input;
mod key;
mod output;
mod pack;
mod quietly;
mod steps;
mod store;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// By what right, until when at the latest, who stands beside this person, what is owed if it was wrong.
#[derive(Debug, Parser)]
#[command(name = "habeas", version, about, long_about = None, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Assess cases: what is shown to be lawful, what runs out when, what is overdue or breached, what the person may do.
    Check(check::Check),
    /// Judge a step not yet taken: allowed, refused or unknown, what is missing, who can cure it.
    Propose(steps::Propose),
    /// Show how everything about a case came about, condition by condition.
    Explain(steps::Explain),
    /// Assess the same acts under two versions of the law packs, and say what changes, article by article.
    DiffLaw(steps::DiffLaw),
    /// Work with law packs: check them, run their tests, explain a rule.
    #[command(subcommand)]
    Pack(pack::Command),
    /// Print the JSON Schema of the acts that the packs declare.
    Schema(convert::Schema),
    /// Turn other people's records into acts.
    #[command(subcommand)]
    Convert(convert::Convert),
    /// Record acts in a store, each with its leaf in the log.
    Load(store::Load),
    /// Rebuild everything that a store holds, and name what does not match.
    Audit(store::Audit),
    /// Assess every case of a store, and keep of each which clocks and duties run until when.
    Reindex(store::Reindex),
    /// List what ends soon, as the last `reindex` found.
    Due(store::Due),
    /// Sign what the log of a store says of itself, once; with a policy its witnesses are asked.
    Checkpoint(store::Checkpoint),
    /// Run the log of a store: at each end of an interval sign, ask the witnesses, publish.
    Log(store::Log),
    /// Copy a store, and its keys elsewhere; never the root key.
    Backup(store::Backup),
    /// Put a backup back into an empty place, verified before.
    Restore(store::Restore),
    /// Write the receipt of an act: that it is in the log, and no more of it than is wanted.
    Receipt(store::Receipt),
    /// Verify offline what somebody holds: a receipt, or two checkpoints that contradict each other.
    Verify(verify::Verify),
    /// Run a witness: it cosigns what continues, refuses what does not, and keeps what convicts a log.
    Witness(witness::Witness),
    /// Make keys of logs, witnesses and organs, and show their public lines.
    #[command(subcommand)]
    Key(key::Command),
    /// Check the sample docket and the real histories, and write a report to look at.
    Demo(demo::Demo),
}

fn main() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Check(check) => check.run(),
        Command::Propose(propose) => propose.run(),
        Command::Explain(explain) => explain.run(),
        Command::DiffLaw(diff) => diff.run(),
        Command::Pack(command) => pack::run(command),
        Command::Schema(schema) => schema.run(),
        Command::Convert(convert) => convert.run(),
        Command::Load(load) => load.run(),
        Command::Audit(audit) => audit.run(),
        Command::Reindex(reindex) => reindex.run(),
        Command::Due(due) => due.run(),
        Command::Checkpoint(checkpoint) => checkpoint.run(),
        Command::Log(log) => log.run(),
        Command::Backup(backup) => backup.run(),
        Command::Restore(restore) => restore.run(),
        Command::Receipt(receipt) => receipt.run(),
        Command::Verify(verify) => verify.run(),
        Command::Witness(witness) => witness.run(),
        Command::Key(command) => key::run(command),
        Command::Demo(demo) => demo.run(),
    };
    done.unwrap_or_else(output::Failure::report)
}
