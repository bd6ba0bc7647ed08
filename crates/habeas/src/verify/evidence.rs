//! `habeas verify evidence A B`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use habeas_ledger::Hash;
use habeas_ledger::evidence::{Finding, judge};
use habeas_ledger::key::VerifierKey;
use habeas_page::Language;
use serde_json::json;

use crate::input::text;
use crate::output::{Failure, print};
use crate::witness::read_note;

/// Two checkpoints, and whose they are.
#[derive(Debug, Args)]
pub struct Evidence {
    /// One signed checkpoint.
    #[arg(value_name = "A")]
    one: PathBuf,
    /// Another.
    #[arg(value_name = "B")]
    other: PathBuf,
    /// The consistency proof that came with them: one hash in base64 a line.
    #[arg(long, value_name = "FILE")]
    proof: Option<PathBuf>,
    /// The public key of the log; several if it has changed its key.
    #[arg(long, value_name = "VKEY", required = true, num_args = 1..)]
    log: Vec<VerifierKey>,
    /// As one line of JSON.
    #[arg(long)]
    json: bool,
    /// The language: en or zh.
    #[arg(long, value_name = "LANGUAGE", default_value = "en")]
    lang: Language,
}

impl Evidence {
    /// Exit status 0: one continues the other; 1: it is proved that they do not, or it is open; 2: they could not be judged.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let proof = self.proof.as_ref().map(|path| {
            let hashes: Option<Vec<Hash>> = text(path)?.lines().map(Hash::from_base64).collect();
            let none = || Failure::said(format!("{}: a line of it is no hash", path.display()));
            hashes.ok_or_else(none)
        });
        let proof = proof.transpose()?;
        let (one, other) = (read_note(&self.one)?, read_note(&self.other)?);
        let finding = judge(&one, &other, proof.as_deref(), &self.log)?;
        print(&if self.json {
            let name = match finding {
                Finding::TwoRoots => "two roots",
                Finding::NotEmpty => "not empty",
                Finding::ProofFails => "proof fails",
                Finding::Open => "open",
                Finding::Consistent => "consistent",
            };
            format!(
                "{}\n",
                json!({"finding": name, "proved": finding.is_proof()})
            )
        } else {
            format!("{}\n", said(finding, self.lang))
        })?;
        Ok(match finding {
            Finding::Consistent => ExitCode::SUCCESS,
            _ => ExitCode::FAILURE,
        })
    }
}

fn said(finding: Finding, language: Language) -> &'static str {
    match (finding, language) {
        (Finding::TwoRoots, Language::English) => {
            "Proved: the log has signed two different histories of the same length.\nNothing that it could add would make both true. Hand both files to whoever oversees the log."
        }
        (Finding::TwoRoots, Language::Chinese) => {
            "已证明：该日志为同一长度签署了两个不同的历史。\n其后无论补充什么，都不能使二者同真。请将两份文件交给监督该日志者。"
        }
        (Finding::NotEmpty, Language::English) => {
            "Proved: the log has signed a checkpoint without leaves that nevertheless has contents.\nNo log can come to that. Hand both files to whoever oversees the log."
        }
        (Finding::NotEmpty, Language::Chinese) => {
            "已证明：该日志签署了不含叶却有内容的检查点。\n任何日志都不可能如此。请将两份文件交给监督该日志者。"
        }
        (Finding::ProofFails, Language::English) => {
            "Not proved: the proof that came with them does not lead from one to the other.\nWhoever sent it may have spoiled it. Ask the log for a proof; if it has none, it has shown two histories."
        }
        (Finding::ProofFails, Language::Chinese) => {
            "未证明：所附证明不能由其一推至其二。\n证明可能被转交者损坏。请向该日志索取证明；若其拿不出，即已出示两个历史。"
        }
        (Finding::Open, Language::English) => {
            "Open: the log has signed both, and whether one continues the other is not shown here.\nAsk the log for a consistency proof and give it with --proof."
        }
        (Finding::Open, Language::Chinese) => {
            "待定：二者均为该日志所签，但其一是否延续其二，此处未见证明。\n请向该日志索取一致性证明，并以 --proof 给出。"
        }
        (Finding::Consistent, Language::English) => {
            "No misbehaviour: one checkpoint continues the other, or they are the same."
        }
        (Finding::Consistent, Language::Chinese) => "未见不当：其一延续其二，或二者相同。",
    }
}
