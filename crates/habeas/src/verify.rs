//! `habeas verify RECEIPT` and `habeas verify evidence A B`: offline, from files alone.

mod evidence;
mod words;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use habeas_ledger::commitment::Field;
use habeas_ledger::disclosure::{Disclosed, Signed};
use habeas_ledger::document::DocumentKey;
use habeas_ledger::leaf::LeafKind;
use habeas_ledger::named::NamedDocumentKey;
use habeas_ledger::policy::Policy;
use habeas_ledger::receipt::{Receipt, Verified};
use habeas_ledger::to_hex;
use habeas_page::Language;
use serde_json::{Value, json};

use crate::input::{policy as policy_from, text};
use crate::output::{Failure, print};

/// What is verified, and against what.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Verify {
    #[command(subcommand)]
    evidence: Option<Command>,
    /// The receipt.
    #[arg(value_name = "RECEIPT", required = true)]
    receipt: Option<PathBuf>,
    /// The policy: which logs and witnesses count, and how many are enough. Get it from somebody you trust, not with the receipt.
    #[arg(long, value_name = "FILE", required = true)]
    policy: Option<PathBuf>,
    /// The public key with which an organ signs its acts; several for several organs.
    #[arg(long, value_name = "VKEY", num_args = 1..)]
    document_key: Vec<NamedDocumentKey>,
    /// The bytes of the leaf, for a receipt that does not carry them.
    #[arg(long, value_name = "FILE", conflicts_with = "document_key")]
    entry: Option<PathBuf>,
    /// As one line of JSON.
    #[arg(long)]
    json: bool,
    /// The language: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge two checkpoints that one log has signed: whether it has shown two histories.
    Evidence(evidence::Evidence),
}

/// What holds.
struct Held<'a> {
    policy: &'a Policy,
    verified: Verified,
    /// What is shown of the act, if anything is.
    disclosed: Option<Disclosed<'a>>,
    document_keys: &'a [NamedDocumentKey],
}

impl Verify {
    /// Exit status 0: it holds and enough have cosigned; 1: it holds and too few have; 2: it does not hold, or could not be read.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let (receipt, policy) = match (self.evidence, self.receipt, self.policy) {
            (Some(Command::Evidence(evidence)), ..) => return evidence.run(),
            (None, Some(receipt), Some(policy)) => (receipt, policy),
            _ => return Err(Failure::said("a receipt and --policy are needed")),
        };
        let of = |path: &PathBuf, problem| Failure::said(format!("{}: {problem}", path.display()));
        let policy = policy_from(&policy)?;
        let read: Receipt = text(&receipt)?.parse().map_err(|p| of(&receipt, p))?;
        let keys: Vec<DocumentKey> = self.document_key.iter().map(|k| k.key().clone()).collect();
        let disclosure;
        let (verified, disclosed) = if let Some(path) = &self.entry {
            let entry = std::fs::read(path).map_err(|e| Failure::File(path.clone(), e))?;
            let verified = read.verify(&entry, &policy);
            (verified.map_err(|p| of(&receipt, p))?, None)
        } else {
            disclosure = read.disclosure().map_err(|problem| {
                Failure::hinted(
                    format!("{}: {problem}", receipt.display()),
                    "a receipt that carries nothing of the leaf is verified with --entry FILE",
                )
            })?;
            let both = read.verify_disclosed(&disclosure, &policy, &keys);
            let (verified, disclosed) = both.map_err(|p| of(&receipt, p))?;
            (verified, Some(disclosed))
        };
        let held = Held {
            policy: &policy,
            verified,
            disclosed,
            document_keys: &self.document_key,
        };
        print(&if self.json {
            format!("{}\n", held.json())
        } else {
            words::told(&held, self.lang)
        })?;
        Ok(if held.verified.quorum {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

impl Held<'_> {
    /// Each witness of the policy and when it cosigned, if it did.
    fn witnesses(&self) -> impl Iterator<Item = (&str, Option<u64>)> {
        self.policy.witnesses().iter().map(|witness| {
            let mut all = self.verified.cosigned.iter();
            let cosigned = all.find(|cosigned| cosigned.witness == witness.name);
            (witness.name.as_str(), cosigned.map(|c| c.time))
        })
    }

    /// The name of the key by which the act is signed.
    fn signer(&self, signed: Signed) -> Option<&str> {
        match signed {
            Signed::By(place) => self.document_keys.get(place).map(NamedDocumentKey::name),
            Signed::Unknown | Signed::NotShown => None,
        }
    }

    fn json(&self) -> Value {
        let Verified {
            checkpoint, groups, ..
        } = &self.verified;
        let groups = groups.iter().map(|tally| {
            let (cosigned, members) = (tally.cosigned, tally.members);
            json!({"group": tally.group, "cosigned": cosigned, "members": members, "threshold": tally.threshold, "met": tally.is_met()})
        });
        let witnesses = self.witnesses();
        let witnesses = witnesses.map(|(name, time)| json!({"witness": name, "time": time}));
        json!({
            "holds": true,
            "quorum": self.verified.quorum,
            "log": checkpoint.origin(),
            "size": checkpoint.size(),
            "root": checkpoint.root().to_string(),
            "index": self.verified.index,
            "groups": groups.collect::<Vec<_>>(),
            "witnesses": witnesses.collect::<Vec<_>>(),
            "median": self.verified.median,
            "earliest": self.verified.earliest,
            "shown": self.disclosed.as_ref().map(|disclosed| self.shown(disclosed)),
        })
    }

    fn shown(&self, disclosed: &Disclosed<'_>) -> Value {
        let leaf = &disclosed.leaf;
        let signed = match disclosed.signed {
            Signed::By(_) => "known key",
            Signed::Unknown => "unknown key",
            Signed::NotShown => "not shown",
        };
        let act = disclosed.act.iter().map(|field| match readable(field) {
            Some(text) => json!({"name": field.name, "text": text}),
            None => json!({"name": field.name, "hex": to_hex(&field.value)}),
        });
        json!({
            "logged": disclosed.logged,
            "kind": leaf.kind.map(kind),
            "recorded": leaf.recorded,
            "claimed": leaf.claimed,
            "refers": leaf.refers.flatten(),
            "signed": signed,
            "signer": self.signer(disclosed.signed),
            "act": act.collect::<Vec<_>>(),
        })
    }
}

/// The value of a field as text, if it is text.
fn readable(field: &Field) -> Option<&str> {
    str::from_utf8(&field.value).ok()
}

/// What a leaf is for, in a word of the format.
fn kind(kind: LeafKind) -> &'static str {
    match kind {
        LeafKind::Act => "act",
        LeafKind::Tombstone => "tombstone",
        LeafKind::KeyEvent => "key event",
        LeafKind::LogLink => "log link",
        LeafKind::Dummy => "dummy",
    }
}
