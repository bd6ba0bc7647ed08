//! Five organs and three outside that cosign on the loopback, and the log that asks them.

use std::thread;

use habeas_ledger::disclosure::Disclosure;
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::leaf::Entry;
use habeas_ledger::named::NamedDocumentSigner;
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::receipt::{Receipt, Verified};
use habeas_ledger::witness::KnownLog;
use habeas_store::{Checkpoint, Store};
use habeas_witness::client::{Cosigners, DEADLINE, Round};
use habeas_witness::memory::Memory;
use habeas_witness::server::{Daemon, Limits, Setup};
use tempfile::TempDir;

use crate::acts::{ORGAN, organ};
use crate::ours::Now;

const LOG: &str = "log.example/2027";

/// Daemons in threads that live as long as the process, with their states in a folder.
pub struct Witnesses {
    policy: Policy,
    _folder: TempDir,
}

/// The key with which the log signs.
pub fn log_key() -> SignerKey {
    SignerKey::from_seed(LOG, Algorithm::Ed25519, &[100; 32]).expect("a key")
}

impl Witnesses {
    pub fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut policy = format!("log {}\n", log_key().verifier());
        let names = ["police", "prosecution", "court", "justice", "commission"];
        let outside = ["bar", "university", "press"];
        for (number, name) in (1..).zip(names.iter().chain(&outside)) {
            let key = SignerKey::from_seed(
                &format!("{name}.example"),
                Algorithm::Cosignature,
                &[number; 32],
            );
            let key = key.expect("a key");
            let file = folder.path().join(format!("{name}.db"));
            let public = key.verifier().clone();
            let daemon = Daemon::bind(Setup {
                memory: Memory::create(&file, &public).expect("a state"),
                key,
                logs: vec![KnownLog {
                    origin: LOG.to_owned(),
                    keys: vec![log_key().verifier().clone()],
                }],
                listen: "127.0.0.1:0".parse().expect("an address"),
                submission_prefix: String::new(),
                limits: Limits::default(),
                clock: Box::new(Now),
                tell: Box::new(|_| {}),
            });
            let daemon = daemon.expect("a daemon");
            let address = daemon.address().expect("an address");
            policy.push_str(&format!("witness {name} {public} http://{address}\n"));
            thread::spawn(move || daemon.run());
        }
        policy.push_str(&format!(
            "group organs 4 {}\ngroup outside 2 {}\ngroup both all organs outside\nquorum both\n",
            names.join(" "),
            outside.join(" ")
        ));
        Self {
            policy: policy.parse().expect("a policy"),
            _folder: folder,
        }
    }

    pub fn policy(&self) -> String {
        self.policy.to_string()
    }

    pub fn document_key(&self) -> String {
        let named = NamedDocumentSigner::from_seed("police.example", &ORGAN);
        named.expect("a name").public().to_string()
    }

    /// What a log knows of them before it has asked.
    pub fn cosigners(&self) -> Cosigners {
        Cosigners::new(self.policy.clone(), DEADLINE)
    }

    pub fn checkpoint(&self, store: &Store) -> Checkpoint {
        store.checkpoint(log_key()).expect("a checkpoint")
    }

    /// One round: asks all, keeps what came, and tells whether it is enough.
    pub fn ask(&self, store: &Store, cosigners: &mut Cosigners, checkpoint: &Checkpoint) -> bool {
        let round = self.round(store, cosigners, checkpoint);
        for line in &round.lines {
            store
                .store_cosignature(checkpoint.size, &line.name, &line.to_string())
                .expect("it is kept");
        }
        round.quorum
    }

    /// What each witness answers.
    pub fn round(
        &self,
        store: &Store,
        cosigners: &mut Cosigners,
        checkpoint: &Checkpoint,
    ) -> Round {
        let note = Note::parse(checkpoint.note.as_bytes()).expect("a note");
        let round = cosigners.ask(&note, |old, new| store.consistency(old, new));
        round.expect("they are asked")
    }

    /// The receipt of a leaf, with the lines that are kept and all of the act shown.
    pub fn receipt(&self, store: &Store, index: u64) -> String {
        let material = store.material(index).expect("read").expect("covered");
        let act = material.act.as_ref().expect("an act");
        let disclosure = Disclosure {
            entry: Entry::from_bytes(&material.entry).expect("an entry"),
            leaf: act.leaf().expect("a leaf").open(|_| true).expect("open"),
            act: Some(act.act().expect("an act").open(|_| true).expect("open")),
        };
        let mut note = material.checkpoint.note;
        for line in &material.cosignatures {
            note.push_str(&format!("{line}\n"));
        }
        let receipt = Receipt {
            extra: Some(disclosure.to_bytes()),
            index: material.index,
            proof: material.proof,
            checkpoint: note,
        };
        receipt.to_string()
    }

    /// Whether a receipt holds with the quorum, from its text on.
    pub fn holds(&self, text: &str) -> bool {
        self.verified(text).is_some_and(|verified| verified.quorum)
    }

    /// Whether it holds, however few have cosigned.
    pub fn holds_without_quorum(&self, text: &str) -> bool {
        self.verified(text).is_some()
    }

    fn verified(&self, text: &str) -> Option<Verified> {
        let receipt: Receipt = text.parse().ok()?;
        let disclosure = receipt.disclosure().ok()?;
        let keys = [organ().key()];
        let verified = receipt.verify_disclosed(&disclosure, &self.policy, &keys);
        verified.ok().map(|(verified, _)| verified)
    }

    pub fn verify(&self, text: &str) {
        assert!(self.holds(text), "a receipt does not hold");
    }
}
