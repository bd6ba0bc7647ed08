//! Erasing: what was sealed becomes unreadable for ever, and the log stays as it is.
//!
//! An act that documents it is recorded first; then the keys go. If the process ends between, the
//! next opening completes it: [`crate::recover::complete_erasures`].

use core::time::Duration;

use habeas_ledger::leaf::{Content, LeafKind};

use crate::act::{NewAct, Sort};
use crate::error::{Error, Refused, Result};
use crate::log::{Log, Told};
use crate::recover;
use crate::step::Step;
use crate::tables::acts::{self, Tombstone};
use crate::tables::due;
use crate::writer::Writer;

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

/// How often it is tried where what is to be erased waits for its number, and how long is slept between.
const TRIES: u32 = 1000;
const PAUSE: Duration = Duration::from_millis(5);

impl Writer {
    /// Erases, and tells where the tombstone stands. A repetition completes what an earlier attempt
    /// left.
    pub(crate) fn erase(&mut self, erasure: &Erasure) -> Result<Told> {
        let mut tries = 0;
        let done = loop {
            tries += 1;
            match self.document(erasure) {
                Err(Error::Unnumbered { .. } | Error::Contended { .. }) if tries < TRIES => {
                    std::thread::sleep(PAUSE);
                }
                done => break done?,
            }
        };
        // Also where it is repeated, before it was numbered.
        self.handed_in.extend(done.item);
        if done.is_refused() {
            return Ok(done);
        }
        let (persons, keys) = (&self.persons, &self.spare.keys);
        recover::complete_erasures(&self.environment, &self.store, persons, keys)?;
        let journals = [&self.store, &self.persons, &self.spare.keys];
        recover::shred_all(&self.environment, journals)?;
        Ok(done)
    }

    /// Records the tombstone and empties what it stands for, in one transaction.
    fn document(&mut self, erasure: &Erasure) -> Result<Told> {
        let named = self.secrets.case_name(&erasure.case);
        if erasure.act.is_none() && erasure.tombstone.case == erasure.case {
            return Err(Error::ErasesItself);
        }
        let (secrets, environment) = (&self.secrets, &self.environment);
        let mut log = Log::begin(&self.store, secrets, environment, &self.head)?;
        log.hold(&mut self.spare, &[&erasure.tombstone], Some(named))?;
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
        // The tombstone says which leaf it refers to, by its number.
        if rows.iter().any(|row| row.leaf.is_none()) {
            return Err(Error::Unnumbered { doing: DOING });
        }
        let mut content = Content {
            kind: LeafKind::Tombstone,
            document: erasure.tombstone.document,
            recorded: log.time(),
            refers: rows.first().and_then(|row| row.leaf),
        };
        let done = log.record(&mut self.spare, &erasure.tombstone, Sort::Act, content)?;
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
        let name = secrets.act_name(&erasure.tombstone.case, &erasure.tombstone.id);
        log.write_out()?;
        let documents = acts::of_name(&log.transaction, &name)?;
        let by = documents.ok_or(Error::Refused(Refused::Unanswered))?.item;
        let mut at = by;
        for row in &rows {
            if content.refers != row.leaf {
                content.refers = row.leaf;
                at = log.append_bare(&content)?;
            }
            let item = row.item;
            let seal = secrets.tombstone(row, &named, by, at);
            acts::bury(&log.transaction, &Tombstone { item, by, at, seal })?;
        }
        if erasure.act.is_none() {
            acts::empty_case(&log.transaction, case.number)?;
            due::remove(&log.transaction, case.number)?;
        }
        let grown = log.commit(Step::Erase)?;
        self.has(grown);
        Ok(done)
    }
}
