//! The one thread that writes. It takes what is queued, records it in one transaction, and hands
//! over to the thread that answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender};

use habeas_ledger::leaf::{Content, LeafKind};

use crate::acknowledge::{Answer, Batch};
use crate::act::{NewAct, Recorded, Sort};
use crate::database::Connection;
use crate::environment::Environment;
use crate::error::{Error, Refused, Result};
use crate::log::{Grown, Log, Told};
use crate::mark::Acknowledged;
use crate::secrets::Secrets;
use crate::sequencer::Lead;
use crate::spare::Spare;
use crate::step::Step;
use crate::tables::tree::{self, Head};

/// How much is recorded in one transaction at most.
const MOST: usize = 1024;

/// How many may wait before the next caller does. A full queue is how callers are slowed down.
pub(crate) const QUEUE: usize = 1024;

/// How often a batch is tried when another server wrote the same at the same time.
const TRIES: u32 = 16;

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
    /// Where the log stands, where one writes.
    pub(crate) head: Head,
    /// What was handed in and waits for its number, where several write.
    pub(crate) handed_in: Vec<u64>,
    /// Who numbers it.
    pub(crate) lead: Option<Lead>,
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
            let reached = Acknowledged::of(&self.head);
            let items = std::mem::take(&mut self.handed_in);
            if let (Some(lead), false) = (&self.lead, items.is_empty()) {
                lead.nudge.nudge();
            }
            let batch = Batch {
                reached,
                items,
                answers,
            };
            if done.send(batch).is_err() {
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

    /// Keeps in mind what a transaction left.
    pub(crate) fn has(&mut self, grown: Grown) {
        match grown {
            Grown::Tree(head) => self.head = head,
            Grown::Items(items) => self.handed_in.extend(items),
        }
    }

    /// Where the log stands.
    pub(crate) fn head(&self) -> Result<Head> {
        match self.store.is_shared() {
            false => Ok(self.head.clone()),
            true => tree::head(&self.store),
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
                vec![Told::refused(all); batch.len()]
            }
        };
        // Also what another server handed in, and is answered here.
        self.handed_in
            .extend(each.iter().filter_map(|told| told.item));
        let answer = |(waiting, told): (Waiting, Told)| -> Answer {
            Box::new(move |durable| {
                let told = match durable {
                    Some(numbers) => told.numbered(numbers),
                    None => told.undone(),
                };
                // Who no longer waits needs no answer.
                waiting.reply.send((waiting.place, told)).ok();
            })
        };
        batch.into_iter().zip(each).map(answer).collect()
    }

    fn record(&mut self, batch: &[Waiting]) -> Result<Vec<Told>> {
        let mut tries = 0;
        loop {
            if self.stopped.load(Ordering::SeqCst) {
                return Err(Error::Stopped);
            }
            tries += 1;
            match self.try_record(batch) {
                Err(Error::Contended { .. }) if tries < TRIES => {}
                done => return done,
            }
        }
    }

    fn try_record(&mut self, batch: &[Waiting]) -> Result<Vec<Told>> {
        let (secrets, environment) = (&self.secrets, &self.environment);
        let mut log = Log::begin(&self.store, secrets, environment, &self.head)?;
        let news: Vec<&NewAct> = batch.iter().map(|waiting| &waiting.act).collect();
        log.hold(&mut self.spare, &news, None)?;
        let each = batch
            .iter()
            .map(|Waiting { act, sort, .. }| {
                let content = Content {
                    kind: LeafKind::Act,
                    document: act.document,
                    recorded: log.time(),
                    refers: None,
                };
                log.record(&mut self.spare, act, *sort, content)
            })
            .collect::<Result<Vec<_>>>()?;
        let grown = log.commit(Step::Record)?;
        self.has(grown);
        Ok(each)
    }
}
