//! Attacks on pymerkle's tree. Its user keeps the size and the root that it last had, on another machine.

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use tempfile::TempDir;

use super::disk::Small;
use super::{ACTS, Attack, LEFT, Outcome, Target, VICTIM};
use crate::acts::{Sample, acts};
use crate::pymerkle::Peer;

pub struct Attacked {
    acts: Vec<Sample>,
}

/// A tree, and what its user kept.
struct Tree {
    folder: TempDir,
    kept: String,
}

impl Attacked {
    pub fn new() -> Self {
        let acts = acts(0, 40 * ACTS as u64, ACTS as u64);
        Self { acts }
    }

    fn fresh(&self) -> Tree {
        let folder = tempfile::tempdir().expect("a folder");
        let mut tree = Tree {
            folder,
            kept: String::new(),
        };
        let mut peer = tree.peer();
        for (number, act) in self.acts.iter().take(ACTS).enumerate() {
            if number == LEFT {
                fs::copy(tree.file(), tree.backup()).expect("a backup");
            }
            assert!(peer.append(act), "an entry");
        }
        tree.kept = peer.ask("state");
        peer.end();
        tree
    }
}

impl Tree {
    fn file(&self) -> PathBuf {
        self.folder.path().join("tree.db")
    }

    fn backup(&self) -> PathBuf {
        self.folder.path().join("backup.db")
    }

    fn peer(&self) -> Peer {
        Peer::start(&self.file())
    }

    /// As the machine's owner, past the triggers.
    fn sql(&self, statements: &str) {
        let open = Connection::open(self.file()).expect("it opens");
        let drop = "DROP TRIGGER leaf_no_delete; DROP TRIGGER leaf_no_update;";
        open.execute_batch(drop)
            .and_then(|()| open.execute_batch(statements))
            .expect("SQL");
    }

    /// What pymerkle finds against the kept size and root.
    fn check(&self) -> Option<String> {
        let mut peer = self.peer();
        let said = peer.ask(&format!("audit {}", self.kept));
        peer.end();
        match said.as_str() {
            "holds" => None,
            "" => Some("the tree does not open".to_owned()),
            said => Some(said.trim_start_matches("differs: ").to_owned()),
        }
    }
}

impl Target for Attacked {
    fn name(&self) -> &'static str {
        "pymerkle"
    }

    fn suffer(&mut self, attack: Attack) -> Option<Outcome> {
        let tree = self.fresh();
        let rehash = "CREATE TEMP TABLE other AS SELECT hash, entry FROM leaf WHERE id = 31;";
        match attack {
            Attack::Edit => tree.sql(&format!("UPDATE leaf SET entry = x'00' WHERE id = {VICTIM}")),
            // Another's hash serves as well as one that was computed.
            Attack::Recompute => tree.sql(&format!(
                "{rehash} UPDATE leaf SET (hash, entry) = (SELECT hash, entry FROM other) WHERE id = {VICTIM}"
            )),
            Attack::Delete => tree.sql(&format!("DELETE FROM leaf WHERE id = {VICTIM}")),
            Attack::CutOff => tree.sql(&format!("DELETE FROM leaf WHERE id > {LEFT}")),
            // With its date in the entry: what is appended is dated as it says.
            Attack::BackDate => tree.sql(
                "INSERT INTO leaf (entry, hash) SELECT entry, hash FROM leaf WHERE id = 1",
            ),
            Attack::OldDatabase | Attack::OldEverything => {
                fs::copy(tree.backup(), tree.file()).expect("restored");
            }
            Attack::FullDisk => return Some(self.full()),
            Attack::Kill => {
                let mut peer = tree.peer();
                let mut more = self.acts.iter().skip(ACTS).take(20);
                assert!(more.all(|act| peer.append(act)), "an entry");
                let state = peer.ask("state");
                peer.kill();
                let mut peer = tree.peer();
                assert_eq!(peer.ask("state"), state, "an entry is gone");
                peer.end();
                return Some(Outcome::said("prevented", "entry and hash are one transaction"));
            }
            Attack::Fork => {
                let other = self.fresh();
                other.sql(&format!(
                    "{rehash} UPDATE leaf SET (hash, entry) = (SELECT hash, entry FROM other) WHERE id = {VICTIM}"
                ));
                let mut peer = other.peer();
                let kept = peer.ask("state");
                peer.end();
                let second = Tree { kept, ..other };
                return Some(Outcome::of(tree.check().or_else(|| second.check())));
            }
            Attack::Erase => {
                tree.sql(&format!("UPDATE leaf SET entry = x'' WHERE id = {VICTIM}"));
                let said = tree.check().expect("an entry is its own proof");
                return Some(Outcome::said("breaks", said));
            }
            Attack::Silence | Attack::CommitBit => return None,
        }
        Some(Outcome::of(tree.check()))
    }
}

impl Attacked {
    fn full(&self) -> Outcome {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("small");
        fs::create_dir(&place).expect("a folder");
        let Some(small) = Small::mount(&place, 128, None) else {
            return Outcome::said("not tried", "mounting a small disk needs root");
        };
        let mut peer = Peer::start(&place.join("tree.db"));
        let before = self.acts.iter().take_while(|act| peer.append(act)).count();
        assert!(before < self.acts.len(), "it did not fill up");
        small.enlarge();
        let state = peer.ask("state");
        peer.end();
        assert!(
            state.starts_with(&format!("{before} ")),
            "{state}, and {before} were answered"
        );
        Outcome::said(
            "prevented",
            format!("refused after {before}, and all that was answered is there"),
        )
    }
}
