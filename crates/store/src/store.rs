//! The store as everyone else sees it: one thread writes, one answers, any number read.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, channel, sync_channel};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};

use habeas_ledger::key::SignerKey;

use crate::acknowledge::{self, Numbers};
use crate::act::{CaseRecord, NewAct, Recorded, Sort};
use crate::audit::Audit;
use crate::checkpoint::Material;
use crate::environment::Environment;
use crate::erase::Erasure;
use crate::error::{Error, Refused, Result};
use crate::mark::{Acknowledged, Mark};
use crate::places::{Place, Servers, Site};
use crate::reader::{Reader, Readers};
use crate::recover;
use crate::root::RootKey;
use crate::secrets::{NAMES, Secrets};
use crate::sequencer::Sequencer;
use crate::spare::Spare;
use crate::tables::tree::{self, Checkpoint};
use crate::tables::{self, Role, acts, keys, outbox};
use crate::writer::{Job, QUEUE, Waiting, Writer};

/// How many batches may wait to be answered before the writer waits for the disk of the mark.
const BATCHES: usize = 4;

/// An open store.
pub struct Store {
    jobs: RwLock<Option<SyncSender<Job>>>,
    threads: Vec<JoinHandle<()>>,
    readers: Readers,
    stopped: Arc<AtomicBool>,
}

impl Store {
    /// Makes the files of a new store, or its tables in databases that are there and empty. The root key was made before: [`RootKey::create`].
    ///
    /// # Errors
    /// When one of them is there already, or cannot be written. What was written before stays:
    /// nothing here removes a key.
    pub fn create(site: impl Into<Site>, root: &RootKey, environment: &Environment) -> Result<()> {
        let site = site.into();
        let secrets = Secrets::create(root, environment)?;
        let id = secrets.id();
        tables::create(environment, Role::Keys, &site.keys, id, |made| {
            keys::give(made, 1)?;
            let wrapped = secrets.wrap(NAMES, secrets.names());
            keys::insert(made, NAMES, &wrapped)
        })?;
        tables::create(environment, Role::Persons, &site.persons, id, |_| Ok(()))?;
        let nothing = Acknowledged {
            size: 0,
            root: habeas_ledger::hash::empty_root(),
        };
        Mark::create(&site.acknowledged, environment, &secrets, nothing)?;
        tables::create(environment, Role::Store, &site.store, id, tree::begin)
    }

    /// Makes the file of what is acknowledged for a further server of ours that is to write to a store that is there.
    ///
    /// # Errors
    /// When the file is there already, or what is stored does not match.
    pub fn join(servers: &Servers, root: &RootKey, environment: &Environment) -> Result<()> {
        let site = Site::from(servers);
        let (of_keys, id) = tables::open(Role::Keys, &site.keys)?;
        let secrets = Secrets::open(root, id, &of_keys)?;
        let (store, _) = tables::open(Role::Store, &site.store)?;
        let nothing = Acknowledged {
            size: 0,
            root: habeas_ledger::hash::empty_root(),
        };
        let head = recover::check(&store, nothing)?;
        let first = Acknowledged::of(&head);
        Mark::create(&site.acknowledged, environment, &secrets, first).map(drop)
    }

    /// Opens a store, after it was checked against itself and what an earlier end left was completed.
    ///
    /// # Errors
    /// When a file or the key is missing, or what is stored does not match: then nothing goes on.
    pub fn open(site: impl Into<Site>, root: &RootKey, environment: Environment) -> Result<Self> {
        let site = site.into();
        let (of_keys, id) = tables::open(Role::Keys, &site.keys)?;
        let secrets = Arc::new(Secrets::open(root, id, &of_keys)?);
        let mark = Mark::open(&site.acknowledged, &secrets)?;
        let same = |(opened, other), what| match other == id {
            true => Ok(opened),
            false => Err(Error::Unfit {
                what,
                found: "belongs to another store than the key store",
            }),
        };
        let role = Role::Store;
        let store = same(tables::open(role, &site.store)?, role.what())?;
        let role = Role::Persons;
        let persons = same(tables::open(role, &site.persons)?, role.what())?;
        let head = recover::check(&store, mark.last())?;
        let used = recover::last_key(&store, &persons, &of_keys)?;
        let spare = Spare::new(of_keys, used);
        let left = &spare.keys;
        if recover::complete_erasures(&environment, &store, &persons, left)? {
            recover::shred_all(&environment, [&store, &persons, left])?;
        }
        let environment = Arc::new(environment);
        let stopped = Arc::new(AtomicBool::new(false));
        let mut threads = Vec::new();
        let (mut lead, mut numbers) = (None, None);
        if let Place::Server(_) = &site.store {
            let (sequencer, leads) = Sequencer::new(site.store.clone(), Arc::clone(&environment));
            numbers = Some(Numbers {
                store: tables::open(Role::Store, &site.store)?.0,
                nudge: leads.nudge.clone(),
            });
            lead = Some(leads);
            threads.push(thread::spawn(move || sequencer.run()));
        }
        let writer = Writer {
            store,
            persons,
            spare,
            secrets: Arc::clone(&secrets),
            environment: Arc::clone(&environment),
            head,
            handed_in: Vec::new(),
            lead,
            stopped: Arc::clone(&stopped),
        };
        let (jobs, queue) = sync_channel(QUEUE);
        let (done, batches) = sync_channel(BATCHES);
        let readers = Readers::new(site, Arc::clone(&secrets));
        let halt = Arc::clone(&stopped);
        threads.push(thread::spawn(move || writer.run(&queue, &done)));
        threads.push(thread::spawn(move || {
            let numbers = numbers.as_ref();
            acknowledge::run(mark, &environment, &secrets, numbers, &halt, &batches);
        }));
        Ok(Self {
            jobs: RwLock::new(Some(jobs)),
            threads,
            readers,
            stopped,
        })
    }

    /// Records acts and waits until each is durable together with its leaf. Acts of one call keep
    /// their order; each is answered for itself.
    pub fn record(&self, acts: Vec<NewAct>) -> Vec<std::result::Result<Recorded, Refused>> {
        self.all(acts.into_iter().map(|act| (Sort::Act, act)).collect())
    }

    /// Records that a gate refused a proposed act.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn refusal(&self, refusal: NewAct) -> std::result::Result<Recorded, Refused> {
        self.one(Sort::Refusal, refusal)
    }

    /// Records an attempt, whatever becomes of it.
    ///
    /// # Errors
    /// See [`Refused`].
    pub fn attempt(&self, attempt: NewAct) -> std::result::Result<Recorded, Refused> {
        self.one(Sort::Attempt, attempt)
    }

    fn one(&self, sort: Sort, act: NewAct) -> std::result::Result<Recorded, Refused> {
        let told = self.all(vec![(sort, act)]).pop();
        told.unwrap_or(Err(Refused::Unanswered))
    }

    fn all(&self, acts: Vec<(Sort, NewAct)>) -> Vec<std::result::Result<Recorded, Refused>> {
        let mut told = vec![Err(Refused::Unanswered); acts.len()];
        let (reply, answers) = channel();
        if let Some(jobs) = self.jobs() {
            for (place, (sort, act)) in acts.into_iter().enumerate() {
                if !act.is_whole() {
                    reply.send((place, Err(Refused::Uncommitted))).ok();
                    continue;
                }
                let reply = reply.clone();
                let waiting = Waiting {
                    act,
                    sort,
                    place,
                    reply,
                };
                if jobs.send(Job::Record(Box::new(waiting))).is_err() {
                    break;
                }
            }
        }
        drop(reply);
        for (place, answer) in answers {
            if let Some(told) = told.get_mut(place) {
                *told = answer;
            }
        }
        told
    }

    /// Makes a case or an act unreadable for ever, and records the act that documents it. The log
    /// and every proof stay as they are.
    ///
    /// # Errors
    /// When the case has moved on, there is nothing of this name, or the tombstone was refused.
    pub fn erase(&self, erasure: Erasure) -> Result<Recorded> {
        if !erasure.tombstone.is_whole() {
            return Err(Error::Refused(Refused::Uncommitted));
        }
        let told = self.alone(move |writer| writer.erase(&erasure))?;
        let mut numbers = BTreeMap::new();
        if let Some(item) = told.item {
            // It was waited for already; if it has no number by now, nobody numbers.
            numbers.extend(self.read(|reader| outbox::numbers(&reader.store, &[item]))?);
        }
        told.numbered(&numbers).map_err(Error::Refused)
    }

    /// Appends `count` leaves that stand for nothing, so that the number of acts does not show.
    ///
    /// # Errors
    /// When the store stops, or the disk is full.
    pub fn cover(&self, count: u64) -> Result<()> {
        self.alone(move |writer| writer.cover(count))
    }

    /// A signed checkpoint over all that is recorded: recomputed from what is stored, and stored
    /// before it is given back. If nothing was added since, it is the last one.
    ///
    /// # Errors
    /// When what is stored does not have the root that the log says: then nothing is signed.
    pub fn checkpoint(&self, key: SignerKey) -> Result<Checkpoint> {
        self.alone(move |writer| writer.checkpoint(&key))
    }

    /// Keeps a witness's line for a checkpoint. Whether it verifies was decided before.
    ///
    /// # Errors
    /// When there is no checkpoint of this size.
    pub fn store_cosignature(&self, size: u64, witness: &str, line: &str) -> Result<()> {
        let (witness, line) = (witness.to_owned(), line.to_owned());
        self.alone(move |writer| writer.cosignature(size, &witness, &line))
    }

    /// Marks a checkpoint as published.
    ///
    /// # Errors
    /// When there is no checkpoint of this size.
    pub fn publish(&self, size: u64) -> Result<()> {
        self.alone(move |writer| writer.publish(size))
    }

    /// The latest checkpoint.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn latest_checkpoint(&self) -> Result<Option<Checkpoint>> {
        self.read(|reader| tree::latest_checkpoint(&reader.store))
    }

    /// What a receipt for a leaf is made of; `None` until a checkpoint covers it.
    ///
    /// # Errors
    /// When what is stored does not open or does not match.
    pub fn material(&self, index: u64) -> Result<Option<Material>> {
        self.read(|reader| reader.material(index))
    }

    /// What is recorded of a case.
    ///
    /// # Errors
    /// When there is no such case, it was erased, or it does not open.
    pub fn acts_of_case(&self, case: &str) -> Result<CaseRecord> {
        let doing = "read a case";
        self.read(|reader| {
            let row = reader.find(doing, case)?;
            reader.case(&row)?.ok_or(Error::Erased { doing })
        })
    }

    /// Every case that was not erased, one after the other, in the order in which they came.
    pub fn cases(&self) -> Cases<'_> {
        Cases {
            store: self,
            after: 0,
        }
    }

    /// Rebuilds everything from what is stored and names all that does not match.
    ///
    /// # Errors
    /// When a file cannot be read at all.
    pub fn audit(&self) -> Result<Audit> {
        self.readers.audit()
    }

    /// The same of a store that does not match itself, and so is not opened. Nothing is written, and nothing of what an earlier end left
    /// is completed.
    ///
    /// # Errors
    /// When a file is missing, cannot be read at all, or the key is another.
    pub fn audit_unopened(site: impl Into<Site>, root: &RootKey) -> Result<Audit> {
        let site = site.into();
        let (of_keys, id) = tables::open(Role::Keys, &site.keys)?;
        let secrets = Arc::new(Secrets::open(root, id, &of_keys)?);
        Readers::new(site, secrets).audit()
    }

    pub(crate) fn read<T>(&self, work: impl FnOnce(&Reader) -> Result<T>) -> Result<T> {
        self.readers.read(work)
    }

    /// Lets the writer do `work` with nothing beside it, and waits until it is marked.
    pub(crate) fn alone<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (reply, answer) = channel();
        let stopped = Arc::clone(&self.stopped);
        let job = Job::Alone(Box::new(move |writer| {
            let result = match stopped.load(Ordering::SeqCst) {
                true => Err(Error::Stopped),
                false => work(writer),
            };
            if let Err(failed) = &result {
                writer.consider(failed);
            }
            Box::new(move |durable| {
                let told = match result {
                    Ok(_) if durable.is_none() => Err(Error::Stopped),
                    result => result,
                };
                // Who no longer waits needs no answer.
                reply.send(told).ok();
            })
        }));
        let sent = self.jobs().is_some_and(|jobs| jobs.send(job).is_ok());
        match sent {
            true => answer.recv().unwrap_or(Err(Error::Stopped)),
            false => Err(Error::Stopped),
        }
    }

    fn jobs(&self) -> Option<SyncSender<Job>> {
        let jobs = self.jobs.read().unwrap_or_else(PoisonError::into_inner);
        jobs.clone()
    }
}

impl Drop for Store {
    /// Waits until everything that was asked is recorded and answered.
    fn drop(&mut self) {
        let jobs = self.jobs.get_mut().unwrap_or_else(PoisonError::into_inner);
        drop(jobs.take());
        for thread in self.threads.drain(..) {
            // A thread that panicked has answered nobody, which is all that can be told here.
            thread.join().ok();
        }
    }
}

/// Goes through the cases of a store.
pub struct Cases<'a> {
    store: &'a Store,
    after: i64,
}

impl Iterator for Cases<'_> {
    type Item = Result<CaseRecord>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let after = self.after;
            let read = self.store.read(|reader| {
                let row = acts::case_after(&reader.store, after)?;
                row.map_or(Ok(None), |row| Ok(Some((row.number, reader.case(&row)))))
            });
            match read {
                Err(failed) => {
                    self.after = i64::MAX;
                    return Some(Err(failed));
                }
                Ok(None) => return None,
                Ok(Some((number, record))) => {
                    self.after = number;
                    if let Some(record) = record.transpose() {
                        return Some(record);
                    }
                }
            }
        }
    }
}
