//! Attacks on our store on PostgreSQL, without witnesses.

use std::fs;

use habeas_store::Store;

use super::tables::{copy, flip};
use super::{ACTS, Attack, LEFT, Outcome, Target, VICTIM};
use crate::acts::{Sample, acts};
use crate::attacks::store::{erase, record};
use crate::shared::Home;
use crate::witnesses::Witnesses;

/// The item that is attacked, as the store counts them here: from 1.
const ITEM: usize = VICTIM;

pub struct Attacked {
    home: Home,
    acts: Vec<Sample>,
}

impl Attacked {
    pub fn start() -> Self {
        Self {
            home: Home::start(),
            acts: acts(0, 40 * ACTS as u64, ACTS as u64),
        }
    }

    /// Sixty acts, and a backup of all databases from before the last twenty.
    fn fresh(&mut self) {
        let store = self.home.fresh();
        self.record(&store, 0, LEFT);
        drop(store);
        self.halt();
        let backup = self.home.cluster.data().with_file_name("backup");
        fs::remove_dir_all(&backup).ok();
        copy(&self.home.cluster.data(), &backup);
        let mark = self.home.folder.path();
        fs::copy(mark.join("acknowledged"), mark.join("old")).expect("a copy");
        self.resume();
        let store = self.home.open().expect("it opens");
        self.record(&store, LEFT, ACTS);
    }

    fn record(&self, store: &Store, from: usize, to: usize) {
        record(store, (from..to).map(|n| self.acts[n].new.clone()));
    }

    fn halt(&mut self) {
        self.home.cluster.stop().expect("it stops");
    }

    fn resume(&mut self) {
        self.home.cluster.restart().expect("it starts");
    }

    /// As a superuser, past triggers and references.
    fn sql(&self, statements: &str) {
        let all = format!("SET session_replication_role = replica; {statements}");
        self.home.cluster.sql("store", &all).expect("SQL");
    }

    /// Opening, and the audit.
    fn check(&self) -> Option<String> {
        let store = match self.home.open() {
            Ok(store) => store,
            Err(refused) => return Some(format!("opening: {refused}")),
        };
        let audit = store.audit().expect("an audit");
        audit.found.first().map(|found| format!("audit: {found}"))
    }

    fn restore(&mut self, with_mark: bool) {
        self.halt();
        let data = self.home.cluster.data();
        fs::remove_dir_all(&data).expect("removed");
        copy(&data.with_file_name("backup"), &data);
        self.resume();
        if with_mark {
            let mark = self.home.folder.path();
            fs::copy(mark.join("old"), mark.join("acknowledged")).expect("restored");
        }
    }

    fn kill(&mut self) -> Outcome {
        let store = self.home.open().expect("it opens");
        self.record(&store, ACTS, ACTS + 40);
        self.home.cluster.kill().expect("it is killed");
        drop(store);
        self.resume();
        let store = self.home.open().expect("it opens");
        let audit = store.audit().expect("an audit");
        assert!(
            audit.found.is_empty() && audit.acts == ACTS as u64 + 40,
            "{:?}",
            audit.found
        );
        Outcome::said(
            "prevented",
            "act and leaf are one transaction: 40 answered acts are there",
        )
    }

    /// The transaction in which the last act came becomes one that was broken off.
    fn commit_bit(&mut self) -> Outcome {
        let store = self.home.open().expect("it opens");
        // Before it and not from its row: who reads a row writes into it that its transaction was committed.
        let next = "SELECT pg_snapshot_xmax(pg_current_snapshot())";
        let number = self.home.cluster.sql("store", next).expect("SQL");
        self.record(&store, ACTS, ACTS + 1);
        drop(store);
        self.home.cluster.sql("store", "CHECKPOINT").expect("SQL");
        self.halt();
        flip(&self.home.cluster.data(), number.parse().expect("a number"));
        self.resume();
        Outcome::of(self.check())
    }
}

impl Target for Attacked {
    fn name(&self) -> &'static str {
        "ours, PostgreSQL"
    }

    fn suffer(&mut self, attack: Attack) -> Option<Outcome> {
        self.fresh();
        let edit = format!(
            "UPDATE acts SET sealed = (SELECT sealed FROM acts WHERE item = {}) WHERE item = {ITEM}",
            ITEM + 1
        );
        match attack {
            Attack::Edit | Attack::Silence => self.sql(&edit),
            Attack::Delete => self.sql(&format!("DELETE FROM acts WHERE item = {ITEM}")),
            Attack::CutOff => self.sql(&format!(
                "DELETE FROM leaves WHERE number >= {LEFT};
                 DELETE FROM acts WHERE item NOT IN (SELECT item FROM leaves)"
            )),
            Attack::BackDate => self.sql(&format!(
                "INSERT INTO leaves SELECT {ACTS}, entry, 1000000 FROM leaves WHERE number = 0;
                 INSERT INTO acts SELECT 1000000, of_case, sort, sha256(name), sha256(retry), key, sealed
                     FROM acts WHERE item = 1"
            )),
            Attack::OldDatabase => self.restore(false),
            Attack::OldEverything => self.restore(true),
            Attack::Kill => return Some(self.kill()),
            Attack::Erase => {
                let store = self.home.open().expect("it opens");
                let witnesses = Witnesses::start();
                witnesses.checkpoint(&store);
                let receipt = witnesses.receipt(&store, VICTIM as u64 - 1);
                return Some(erase(&store, &self.acts[VICTIM - 1], false, &witnesses, &receipt));
            }
            Attack::CommitBit => return Some(self.commit_bit()),
            Attack::Recompute | Attack::FullDisk | Attack::Fork => return None,
        }
        Some(Outcome::of(self.check()))
    }
}
