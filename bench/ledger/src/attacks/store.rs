//! Attacks on our store on SQLite, without witnesses and with eight of them.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use habeas_ledger::Hash;
use habeas_ledger::evidence;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::note::Note;
use habeas_ledger::tree::Frontier;
use habeas_store::{Erasure, NewAct, Places, RootKey, Store};
use habeas_witness::client::{Cosigners, Missing};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use super::disk::Small;
use super::{ACTS, Attack, LEFT, Outcome, Target, VICTIM};
use crate::acts::{Sample, act, acts, organ};
use crate::ours::{create, open};
use crate::scale::killed;
use crate::witnesses::Witnesses;

/// The number of the leaf that is attacked.
const LEAF: usize = VICTIM - 1;

/// Past the triggers and references.
const PAST: &str =
    "PRAGMA foreign_keys = OFF; DROP TRIGGER leaves_stay; DROP TRIGGER leaves_remain;";

pub struct Attacked {
    acts: Arc<Vec<Sample>>,
    witnessed: bool,
}

/// A store of sixty acts with a checkpoint over them, its backup from before the last twenty, and what others hold.
struct Site {
    folder: TempDir,
    witnesses: Witnesses,
    cosigners: Cosigners,
    witnessed: bool,
    receipt: String,
}

impl Attacked {
    pub fn new(witnessed: bool) -> Self {
        let acts = Arc::new(acts(0, 40 * ACTS as u64, ACTS as u64));
        Self { acts, witnessed }
    }

    fn new_act(&self, number: usize) -> NewAct {
        self.acts[number].new.clone()
    }

    fn fresh(&self) -> Site {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("store");
        fs::create_dir(&path).expect("a folder");
        let store = create(&path);
        record(&store, (0..LEFT).map(|n| self.new_act(n)));
        drop(store);
        copy(&path, &folder.path().join("backup"));
        let store = open(&path).expect("it opens");
        record(&store, (LEFT..ACTS).map(|n| self.new_act(n)));
        let witnesses = Witnesses::start();
        let mut cosigners = witnesses.cosigners();
        let checkpoint = witnesses.checkpoint(&store);
        if self.witnessed {
            assert!(
                witnesses.ask(&store, &mut cosigners, &checkpoint),
                "a quorum"
            );
        }
        let receipt = witnesses.receipt(&store, LEAF as u64);
        drop(store);
        Site {
            folder,
            witnesses,
            cosigners,
            witnessed: self.witnessed,
            receipt,
        }
    }
}

pub fn record(store: &Store, acts: impl Iterator<Item = NewAct>) {
    let told = store.record(acts.collect());
    assert!(told.iter().all(Result::is_ok), "{told:?}");
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("a file");
        fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
    }
}

impl Site {
    fn store(&self) -> std::path::PathBuf {
        self.folder.path().join("store")
    }

    fn backup(&self) -> std::path::PathBuf {
        self.folder.path().join("backup")
    }

    fn sql(&self, statements: &str) {
        let open = Connection::open(self.store().join("store.db")).expect("it opens");
        open.execute_batch(PAST)
            .and_then(|()| open.execute_batch(statements))
            .expect("SQL");
    }

    /// Opening, the audit, and the witnesses' answer to the next checkpoint.
    fn check(&mut self) -> Option<String> {
        let path = self.store();
        let store = match open(&path) {
            Ok(store) => store,
            Err(refused) => return Some(format!("opening: {refused}")),
        };
        let audit = store.audit().expect("an audit");
        if let Some(found) = audit.found.first() {
            return Some(format!("audit: {found}"));
        }
        if self.witnessed {
            return self.refused(&store);
        }
        None
    }

    /// Why the witnesses do not cosign what the store now says, if they do not.
    fn refused(&mut self, store: &Store) -> Option<String> {
        let checkpoint = match store.checkpoint(crate::witnesses::log_key()) {
            Ok(checkpoint) => checkpoint,
            Err(refused) => return Some(format!("checkpoint: {refused}")),
        };
        let round = self
            .witnesses
            .round(store, &mut self.cosigners, &checkpoint);
        let missing: Vec<&Missing> = round
            .witnesses
            .iter()
            .filter_map(|(_, answer)| answer.as_ref().err())
            .collect();
        let first = missing.first()?;
        Some(format!(
            "{} of 8 witnesses do not cosign: {first}",
            missing.len()
        ))
    }

    /// The head as it follows from the leaves: no key is needed for it.
    fn rehash(&self) {
        let open = Connection::open(self.store().join("store.db")).expect("it opens");
        let mut leaves = open
            .prepare("SELECT entry FROM leaves ORDER BY number")
            .expect("SQL");
        let leaves = leaves.query_map([], |row| row.get::<_, Vec<u8>>(0));
        let mut frontier = Frontier::default();
        for entry in leaves.expect("leaves") {
            let leaf = leaf_hash(&entry.expect("a leaf"));
            frontier.append(leaf, |_, _| {}).expect("room");
        }
        let peaks: Vec<u8> = frontier
            .peaks()
            .iter()
            .flat_map(|Hash(hash)| *hash)
            .collect();
        let said = params![frontier.size(), peaks];
        open.execute("UPDATE head SET size = ?, peaks = ?", said)
            .expect("SQL");
    }

    /// The newest acts with their leaves, the checkpoint over them, and the head as it was.
    fn cut_off(&self) {
        self.sql(&format!(
            "DROP TRIGGER checkpoints_remain; DELETE FROM cosignatures; DELETE FROM checkpoints;
             DELETE FROM acts WHERE leaf >= {LEFT}; DELETE FROM leaves WHERE number >= {LEFT};
             UPDATE cases SET version = (SELECT count(*) FROM acts WHERE of_case = cases.number);
             DELETE FROM cases WHERE version = 0;
             ATTACH '{}' AS old; DELETE FROM head; INSERT INTO head SELECT * FROM old.head;",
            self.backup().join("store.db").display()
        ));
    }
}

impl Target for Attacked {
    fn name(&self) -> &'static str {
        match self.witnessed {
            false => "ours",
            true => "ours, 8 witnesses",
        }
    }

    fn suffer(&mut self, attack: Attack) -> Option<Outcome> {
        let mut site = self.fresh();
        let other = LEAF + 1;
        match attack {
            Attack::Edit => site.sql(&format!(
                "UPDATE acts SET sealed = (SELECT sealed FROM acts WHERE leaf = {other}) WHERE leaf = {LEAF}"
            )),
            Attack::Recompute => {
                site.sql(&format!(
                    "UPDATE leaves SET entry = (SELECT entry FROM leaves WHERE number = {other}) WHERE number = {LEAF}"
                ));
                site.rehash();
            }
            Attack::Delete => site.sql(&format!("DELETE FROM acts WHERE leaf = {LEAF}")),
            Attack::CutOff => site.cut_off(),
            Attack::BackDate => {
                site.sql(&format!(
                    "INSERT INTO leaves SELECT {ACTS}, entry FROM leaves WHERE number = 0;
                     INSERT INTO acts SELECT {ACTS}, of_case, sort, randomblob(16), randomblob(16), key, sealed
                         FROM acts WHERE leaf = 0;
                     UPDATE cases SET version = version + 1
                         WHERE number = (SELECT of_case FROM acts WHERE leaf = {ACTS})"
                ));
                site.rehash();
            }
            Attack::OldDatabase => {
                fs::copy(site.backup().join("store.db"), site.store().join("store.db")).expect("restored");
            }
            Attack::OldEverything => {
                fs::remove_dir_all(site.store()).expect("removed");
                copy(&site.backup(), &site.store());
            }
            // There is no switch: what refuses changes is removed, and the row is edited.
            Attack::Silence => site.sql(&format!(
                "DROP TRIGGER checkpoints_stay; DROP TRIGGER checkpoints_remain;
                 UPDATE acts SET sealed = (SELECT sealed FROM acts WHERE leaf = {other}) WHERE leaf = {LEAF}"
            )),
            Attack::FullDisk => return Some(self.full()),
            Attack::Kill => {
                let answered = killed(&site.store(), ACTS as u64);
                let store = open(&site.store()).expect("it opens");
                for (case, id, index) in &answered {
                    let record = store.acts_of_case(case).expect("a case");
                    let there = |kept: &habeas_store::Kept| kept.index == Some(*index) && kept.id == *id;
                    assert!(record.acts.iter().any(there), "an act is gone");
                }
                drop(store);
                assert_eq!(site.check(), None);
                let by = format!(
                    "act and leaf are one transaction, and the mark comes before the answer: {} answered acts are there",
                    answered.len()
                );
                return Some(Outcome::said("prevented", by));
            }
            Attack::Fork => return Some(self.fork(site)),
            Attack::Erase => {
                let store = open(&site.store()).expect("it opens");
                let held = site.receipt.clone();
                return Some(erase(&store, &self.acts[LEAF], site.witnessed, &site.witnesses, &held));
            }
            Attack::CommitBit => return None,
        }
        Some(Outcome::of(site.check()))
    }
}

impl Attacked {
    /// Two stores of one log, each with an act that the other has not.
    fn fork(&self, mut site: Site) -> Outcome {
        let second = site.folder.path().join("second");
        copy(&site.store(), &second);
        let grown = |path: &Path, number| {
            let store = open(path).expect("it opens");
            record(&store, std::iter::once(self.new_act(number)));
            store
        };
        let (first, second) = (grown(&site.store(), ACTS), grown(&second, ACTS + 1));
        let notes = [&first, &second].map(|store| site.witnesses.checkpoint(store).note);
        for store in [&first, &second] {
            let audit = store.audit().expect("an audit");
            assert!(audit.found.is_empty(), "{:?}", audit.found);
        }
        if self.witnessed {
            if let Some(said) = site.refused(&first) {
                return Outcome::said(
                    "not noticed",
                    format!("the first user got no quorum: {said}"),
                );
            }
            return Outcome::of(
                site.refused(&second)
                    .map(|said| format!("the second user's checkpoint: {said}")),
            );
        }
        let [one, two] = notes.map(|note| Note::parse(note.as_bytes()).expect("a note"));
        let keys = [crate::witnesses::log_key().verifier().clone()];
        let judged = evidence::judge(&one, &two, None, &keys).expect("a judgment");
        assert!(
            judged.is_proof(),
            "two checkpoints of one size convict the log"
        );
        Outcome::said(
            "not noticed",
            "each user's copy is whole; side by side the two checkpoints convict the log",
        )
    }

    fn full(&self) -> Outcome {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("small");
        fs::create_dir(&place).expect("a folder");
        let Some(small) = Small::mount(&place, 2048, None) else {
            return Outcome::said("not tried", "mounting a small disk needs root");
        };
        let store = create(&place);
        let told = (0..self.acts.len()).map(|n| store.record(vec![self.new_act(n)]));
        let before = told
            .take_while(|told| told.iter().all(Result::is_ok))
            .count();
        assert!(before < self.acts.len(), "it did not fill up");
        drop(store);
        small.enlarge();
        let root = RootKey::read(&place.join("root.key")).expect("a root key");
        let audit = Store::audit_unopened(&Places::in_folder(&place), &root).expect("an audit");
        assert!(
            audit.found.is_empty() && audit.acts >= before as u64,
            "{:?}",
            audit.found
        );
        open(&place).expect("it opens");
        Outcome::said(
            "prevented",
            format!("refused after {before}, and all that was answered is there"),
        )
    }
}

/// Erases an act of which somebody holds a receipt, which then is verified again.
pub fn erase(
    store: &Store,
    sample: &Sample,
    quorum: bool,
    witnesses: &Witnesses,
    receipt: &str,
) -> Outcome {
    let number = u64::try_from(20 * ACTS).unwrap_or_default();
    let mut tombstone = act(&organ(), number, ACTS as u64).new;
    tombstone.case = "erasures".to_owned();
    let version = store.acts_of_case(&sample.case).expect("a case").version;
    let erasure = Erasure {
        case: sample.case.clone(),
        act: Some(sample.id.clone()),
        version,
        tombstone,
    };
    store.erase(erasure).expect("erased");
    let audit = store.audit().expect("an audit");
    assert!(audit.found.is_empty(), "{:?}", audit.found);
    let record = store.acts_of_case(&sample.case).expect("a case");
    let there = record.acts.iter().any(|kept| kept.id == sample.id);
    assert!(!there, "it is still there");
    let holds = match quorum {
        true => witnesses.holds(receipt),
        false => witnesses.holds_without_quorum(receipt),
    };
    match holds {
        true => Outcome::said(
            "holds",
            "the act is gone, its old receipt verifies, the audit finds the tombstone",
        ),
        false => Outcome::said("breaks", "the old receipt no longer verifies"),
    }
}
