//! The one thread that writes. It takes what is queued, records it in one transaction, and hands
//! over to the thread that answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender};

use habeas_ledger::commitment::Salt;
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::leaf::{CADENCE, Content, Entry, LeafKind};
use habeas_ledger::tree::Node;
use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::acknowledge::{Answer, Batch};
use crate::act::{NewAct, Recorded, Sort};
use crate::environment::Environment;
use crate::error::{Error, Refused, Result, database};
use crate::mark::Acknowledged;
use crate::nodes::EVERY;
use crate::seal::Key;
use crate::secrets::Secrets;
use crate::spare::Spare;
use crate::sqlite::acts::{self, ActRow, CaseRow};
use crate::sqlite::tree::{self, Head};
use crate::step::{Step, commit};

/// How much is recorded in one transaction at most.
const MOST: usize = 1024;

/// How many may wait before the next caller does. A full queue is how callers are slowed down.
pub(crate) const QUEUE: usize = 1024;

/// Something to record, and who waits for it.
pub(crate) struct Waiting {
    pub(crate) act: NewAct,
    pub(crate) sort: Sort,
    /// Where it stands among what its caller gave.
    pub(crate) place: usize,
    pub(crate) reply: Sender<(usize, std::result::Result<Recorded, Refused>)>,
}

/// What comes to the writer.
pub(crate) enum Job {
    Record(Box<Waiting>),
    /// Work that nothing else may stand beside; what it gives back is told once all is marked.
    Alone(Box<dyn FnOnce(&mut Writer) -> Answer + Send>),
}

/// What the writing thread holds.
pub(crate) struct Writer {
    pub(crate) store: Connection,
    pub(crate) persons: Connection,
    pub(crate) spare: Spare,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) environment: Arc<Environment>,
    pub(crate) head: Head,
    pub(crate) stopped: Arc<AtomicBool>,
}

impl Writer {
    /// Writes until nobody can ask any more.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>, done: &SyncSender<Batch>) {
        let mut next = None;
        while let Some(job) = next.take().or_else(|| jobs.recv().ok()) {
            let answers = match job {
                Job::Alone(work) => vec![work(&mut self)],
                Job::Record(first) => {
                    let mut batch = vec![*first];
                    while batch.len() < MOST
                        && let Ok(job) = jobs.try_recv()
                    {
                        match job {
                            Job::Record(waiting) => batch.push(*waiting),
                            alone @ Job::Alone(_) => {
                                next = Some(alone);
                                break;
                            }
                        }
                    }
                    self.answered(batch)
                }
            };
            let reached = Acknowledged {
                size: self.head.frontier.size(),
                root: self.head.frontier.root(),
            };
            if done.send(Batch { reached, answers }).is_err() {
                return;
            }
        }
    }

    /// Keeps in mind that nothing more may be acknowledged, if `failed` leaves that in doubt.
    pub(crate) fn consider(&self, failed: &Error) {
        if matches!(
            failed,
            Error::Step { .. } | Error::Database { .. } | Error::Mismatch(_)
        ) {
            self.stopped.store(true, Ordering::SeqCst);
        }
    }

    fn answered(&mut self, batch: Vec<Waiting>) -> Vec<Answer> {
        let each = match self.record(&batch) {
            Ok(each) => each,
            Err(failed) => {
                self.consider(&failed);
                let all = match failed {
                    Error::Full { .. } => Refused::Full,
                    _ => Refused::Unanswered,
                };
                vec![Err(all); batch.len()]
            }
        };
        let answer = |(waiting, answer): (Waiting, _)| -> Answer {
            Box::new(move |durable| {
                let told = match answer {
                    Ok(_) if !durable => Err(Refused::Unanswered),
                    answer => answer,
                };
                // Who no longer waits needs no answer.
                waiting.reply.send((waiting.place, told)).ok();
            })
        };
        batch.into_iter().zip(each).map(answer).collect()
    }

    fn record(&mut self, batch: &[Waiting]) -> Result<Vec<std::result::Result<Recorded, Refused>>> {
        if self.stopped.load(Ordering::SeqCst) {
            return Err(Error::Stopped);
        }
        let (mut log, spare) = Log::begin(
            &mut self.store,
            &mut self.spare,
            &self.secrets,
            &self.environment,
            &self.head,
        )?;
        let each = batch
            .iter()
            .map(|Waiting { act, sort, .. }| {
                let content = Content {
                    kind: LeafKind::Act,
                    document: act.document,
                    recorded: log.time(),
                    refers: None,
                };
                log.record(spare, act, *sort, content)
            })
            .collect::<Result<Vec<_>>>()?;
        self.head = log.commit(Step::Record)?;
        Ok(each)
    }
}

/// A transaction that appends to the log.
pub(crate) struct Log<'a> {
    pub(crate) transaction: Transaction<'a>,
    secrets: &'a Secrets,
    environment: &'a Environment,
    from: u64,
    head: Head,
}

impl<'a> Log<'a> {
    pub(crate) fn begin(
        store: &'a mut Connection,
        spare: &'a mut Spare,
        secrets: &'a Secrets,
        environment: &'a Environment,
        head: &Head,
    ) -> Result<(Self, &'a mut Spare)> {
        let transaction = store
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(database("begin to write"))?;
        let log = Self {
            transaction,
            secrets,
            environment,
            from: head.frontier.size(),
            head: head.clone(),
        };
        Ok((log, spare))
    }

    /// Whether anything was appended.
    pub(crate) fn grown(&self) -> bool {
        self.head.frontier.size() > self.from
    }

    /// Commits, and tells where the log then stands.
    pub(crate) fn commit(self, step: Step) -> Result<Head> {
        if self.grown() {
            if !tree::advance(&self.transaction, self.from, &self.head)? {
                return Err(Error::InUse);
            }
            commit(self.environment, step, self.transaction)?;
        }
        Ok(self.head)
    }

    /// The time that the next leaf bears. It never runs backwards, whatever the clock does.
    pub(crate) fn time(&mut self) -> u64 {
        self.head.logged = self.environment.clock.now().max(self.head.logged);
        self.head.logged
    }

    /// Appends a leaf that stands for nothing.
    pub(crate) fn cover(&mut self) -> Result<u64> {
        let time = self.time();
        self.cover_at(time)
    }

    /// The same, dated `time`, or as the last leaf if that is later.
    pub(crate) fn cover_at(&mut self, time: u64) -> Result<u64> {
        let time = time.max(self.head.logged);
        self.head.logged = time;
        self.append_bare(&Content::dummy(time - time % CADENCE))
    }

    /// Appends a leaf that is nobody's act.
    pub(crate) fn append_bare(&mut self, content: &Content) -> Result<u64> {
        let salt = self.secrets.bare_salt(self.head.frontier.size());
        self.append(content, &salt)
    }

    /// Appends a leaf and the nodes that it completes.
    fn append(&mut self, content: &Content, salt: &Salt) -> Result<u64> {
        let index = self.head.frontier.size();
        let entry = Entry::new(content.commit(salt)?.commitment(), self.head.logged).to_bytes();
        tree::append(&self.transaction, index, &entry)?;
        let mut kept: Vec<(Node, _)> = Vec::new();
        self.head.frontier.append(leaf_hash(&entry), |node, hash| {
            if node.level > 0 && node.level.is_multiple_of(EVERY) {
                kept.push((node, hash));
            }
        })?;
        for (node, hash) in kept {
            tree::keep_node(&self.transaction, node, hash)?;
        }
        Ok(index)
    }

    /// Records one thing with its leaf, or says why not. What was recorded before is answered.
    pub(crate) fn record(
        &mut self,
        spare: &mut Spare,
        new: &NewAct,
        sort: Sort,
        content: Content,
    ) -> Result<std::result::Result<Recorded, Refused>> {
        let (store, secrets) = (&self.transaction, self.secrets);
        if let Some(row) = acts::of_retry(store, &secrets.retry_name(&new.retry))? {
            return self.repeated(&spare.keys, &row, new, sort);
        }
        let case = acts::case_named(store, &secrets.case_name(&new.case))?;
        let version = case.as_ref().map_or(0, |case| case.version);
        if case.as_ref().is_some_and(|case| case.sealed.is_none()) {
            return Ok(Err(Refused::Erased));
        }
        if new.version.is_some_and(|seen| seen != version) {
            return Ok(Err(Refused::Stale { version }));
        }
        let name = secrets.act_name(&new.case, &new.id);
        if let Some(row) = acts::of_name(store, &name)? {
            return Ok(Err(Refused::Taken { index: row.leaf }));
        }
        let (case, case_key) = match case {
            None => self.add_case(spare, &new.case)?,
            Some(row) => match secrets.key(&spare.keys, row.key) {
                Err(Error::KeyLost { .. } | Error::Altered { .. }) => {
                    return Ok(Err(Refused::Unreadable));
                }
                key => (row.number, key?),
            },
        };
        let (key, own) = spare.take(self.environment, secrets)?;
        let keys = [&case_key, &own];
        let index = self.append(&content, &secrets.leaf_salt(keys))?;
        let row = ActRow {
            leaf: index,
            case,
            sort,
            name,
            retry: secrets.retry_name(&new.retry),
            key,
            sealed: Some(secrets.seal_act(self.environment, keys, new, sort, content)?),
        };
        acts::add(&self.transaction, &row)?;
        let version = version + u64::from(sort == Sort::Act);
        acts::set_version(&self.transaction, case, version)?;
        Ok(Ok(Recorded { index, version }))
    }

    fn add_case(&self, spare: &mut Spare, case: &str) -> Result<(i64, Key)> {
        let (number, key) = spare.take(self.environment, self.secrets)?;
        let sealed = self.secrets.seal_case(self.environment, &key, case)?;
        let name = self.secrets.case_name(case);
        let row = acts::add_case(&self.transaction, &name, number, &sealed)?;
        Ok((row, key))
    }

    /// What an idempotency key stands for: the same thing, or another.
    fn repeated(
        &self,
        keys: &Connection,
        row: &ActRow,
        new: &NewAct,
        sort: Sort,
    ) -> Result<std::result::Result<Recorded, Refused>> {
        let Some(sealed) = &row.sealed else {
            return Ok(Err(Refused::Erased));
        };
        let index = row.leaf;
        let case = acts::case_numbered(&self.transaction, row.case)?;
        let same_place = row.sort == sort && row.name == self.secrets.act_name(&new.case, &new.id);
        let (Some(CaseRow { name, key, .. }), true) = (case, same_place) else {
            return Ok(Err(Refused::OtherContent { index }));
        };
        let read = || {
            let case_key = self.secrets.key(keys, key)?;
            let own = self.secrets.key(keys, row.key)?;
            self.secrets.open_act([&case_key, &own], &name, row, sealed)
        };
        match read() {
            Ok(kept) if kept.fields == new.fields => {
                let version = acts::version_at(&self.transaction, row)?;
                Ok(Ok(Recorded { index, version }))
            }
            Ok(_) => Ok(Err(Refused::OtherContent { index })),
            Err(Error::KeyLost { .. } | Error::Altered { .. }) => Ok(Err(Refused::Unreadable)),
            Err(failed) => Err(failed),
        }
    }
}
