//! Erasing: what was sealed becomes unreadable for ever, and the log stays as it is.
//!
//! An act that documents it is recorded first; then the keys go. If the process ends between, the
//! next opening completes it: [`crate::recover::complete_erasures`].

use habeas_ledger::leaf::{Content, LeafKind};

use crate::act::{NewAct, Recorded, Sort};
use crate::error::{Error, Result};
use crate::recover;
use crate::sqlite::acts::{self, Tombstone};
use crate::sqlite::due;
use crate::step::Step;
use crate::writer::{Log, Writer};

/// What is to be erased, and the act that says by what right.
#[derive(Clone)]
pub struct Erasure {
    /// The case.
    pub case: String,
    /// The id of one act, refusal or attempt; `None` for the whole case with its names and contacts.
    pub act: Option<String>,
    /// The version of the case that was seen when this was decided.
    pub version: u64,
    /// Says who erases and by what right; the store adds the leaf to which it refers, and a leaf for
    /// each further one. It stands in another case if the whole case is erased.
    pub tombstone: NewAct,
}

const DOING: &str = "erase";

impl Writer {
    /// Erases, and tells where the tombstone stands. A repetition completes what an earlier attempt
    /// left.
    pub(crate) fn erase(&mut self, erasure: &Erasure) -> Result<Recorded> {
        let done = self.document(erasure)?;
        recover::complete_erasures(
            &self.environment,
            &self.store,
            &mut self.persons,
            &mut self.spare.keys,
        )?;
        let journals = [&self.store, &self.persons, &self.spare.keys];
        recover::shred_all(&self.environment, journals)?;
        Ok(done)
    }

    /// Records the tombstone and empties what it stands for, in one transaction.
    fn document(&mut self, erasure: &Erasure) -> Result<Recorded> {
        let named = self.secrets.case_name(&erasure.case);
        if erasure.act.is_none() && erasure.tombstone.case == erasure.case {
            return Err(Error::ErasesItself);
        }
        let (mut log, spare) = Log::begin(
            &mut self.store,
            &mut self.spare,
            &self.secrets,
            &self.environment,
            &self.head,
        )?;
        let case = acts::case_named(&log.transaction, &named)?;
        let what = "case";
        let case = case.ok_or(Error::Unknown { doing: DOING, what })?;
        let mut rows = match &erasure.act {
            None => acts::of_case(&log.transaction, case.number)?,
            Some(id) => {
                let name = self.secrets.act_name(&erasure.case, id);
                let found = acts::of_name(&log.transaction, &name)?;
                let what = "act";
                vec![found.ok_or(Error::Unknown { doing: DOING, what })?]
            }
        };
        rows.retain(|row| row.sealed.is_some());
        let mut content = Content {
            kind: LeafKind::Tombstone,
            document: erasure.tombstone.document,
            recorded: log.time(),
            refers: rows.first().map(|row| row.leaf),
        };
        let done = log
            .record(spare, &erasure.tombstone, Sort::Act, content)?
            .map_err(Error::Refused)?;
        if !log.grown() {
            return Ok(done);
        }
        if case.version != erasure.version {
            let version = case.version;
            let doing = DOING;
            return Err(Error::Stale { doing, version });
        }
        if rows.is_empty() && (erasure.act.is_some() || case.sealed.is_none()) {
            return Err(Error::Erased { doing: DOING });
        }
        let by = done.index;
        let mut at = by;
        for row in &rows {
            if content.refers != Some(row.leaf) {
                content.refers = Some(row.leaf);
                at = log.append_bare(&content)?;
            }
            let leaf = row.leaf;
            let seal = self.secrets.tombstone(row, &named, by, at);
            acts::bury(&log.transaction, &Tombstone { leaf, by, at, seal })?;
        }
        if erasure.act.is_none() {
            acts::empty_case(&log.transaction, case.number)?;
            due::remove(&log.transaction, case.number)?;
        }
        self.head = log.commit(Step::Erase)?;
        Ok(done)
    }
}
