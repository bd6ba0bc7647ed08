//! Who numbers: one of the servers leads, takes what was handed in, and appends it to the log in one order for everybody.
//!
//! Leading takes a lock that ends with its session, *and* an epoch: the head moves only in the epoch of whoever moves it, so that one who led before
//! and does not know that it is over appends nothing. Whoever leads signs checkpoints.

use core::time::Duration;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TryRecvError, sync_channel};

use crate::database::{Connection, Transaction};
use crate::environment::Environment;
use crate::error::{Error, Result, database};
use crate::nodes::grow;
use crate::places::Place;
use crate::step::{Step, commit};
use crate::tables::tree::{self, Head, Leaf};
use crate::tables::{self, Role, outbox};

/// How many leaves are appended in one transaction at most.
const MOST: u32 = 4096;

/// How long whoever leads waits for a nudge before it looks whether another server handed something in.
const IDLE: Duration = Duration::from_millis(5);

/// How long the others wait before they try to lead.
const PATIENCE: Duration = Duration::from_millis(50);

/// How often in a row they see the same item wait before they end the session of whoever leads: some three seconds.
const STUCK: u32 = 60;

/// Tells whoever numbers here that something was handed in. When the last of these is gone, it ends.
#[derive(Clone)]
pub(crate) struct Nudge(SyncSender<()>);

impl Nudge {
    pub(crate) fn nudge(&self) {
        // One that waits already is enough.
        self.0.try_send(()).ok();
    }
}

/// What the writer knows of who leads.
pub(crate) struct Lead {
    pub(crate) nudge: Nudge,
    /// The epoch in which this server leads; 0 while it does not.
    epoch: Arc<AtomicU64>,
}

impl Lead {
    /// Waits a while until this server leads.
    ///
    /// # Errors
    /// When another does.
    pub(crate) fn wait(&self) -> Result<u64> {
        for _ in 0..STUCK {
            match self.epoch.load(Ordering::SeqCst) {
                0 => std::thread::sleep(PATIENCE),
                epoch => return Ok(epoch),
            }
        }
        Err(Error::NotLeading)
    }
}

/// Fails unless it is still this epoch; it then stays so until the transaction ends.
pub(crate) fn fence(store: &Transaction<'_>, epoch: u64) -> Result<()> {
    match outbox::is_epoch(store, epoch)? {
        true => Ok(()),
        false => Err(Error::NotLeading),
    }
}

/// The thread that numbers, before it runs.
pub(crate) struct Sequencer {
    place: Place,
    environment: Arc<Environment>,
    epoch: Arc<AtomicU64>,
    nudges: Receiver<()>,
}

impl Sequencer {
    pub(crate) fn new(place: Place, environment: Arc<Environment>) -> (Self, Lead) {
        let (nudge, nudges) = sync_channel(1);
        let epoch = Arc::new(AtomicU64::new(0));
        let lead = Lead {
            nudge: Nudge(nudge),
            epoch: Arc::clone(&epoch),
        };
        let sequencer = Self {
            place,
            environment,
            epoch,
            nudges,
        };
        (sequencer, lead)
    }

    /// Tries to lead, leads, and tries again after whatever went wrong, until nobody can nudge any more.
    pub(crate) fn run(self) {
        while self.goes_on(PATIENCE) {
            // What went wrong is seen by whoever waits for a number: it does not come. Another server may have better luck meanwhile.
            self.connected().ok();
            self.epoch.store(0, Ordering::SeqCst);
        }
    }

    /// Waits for a nudge; false when none can come any more.
    fn goes_on(&self, wait: Duration) -> bool {
        self.nudges.recv_timeout(wait) != Err(RecvTimeoutError::Disconnected)
    }

    fn connected(&self) -> Result<()> {
        let (store, _) = tables::open(Role::Store, &self.place)?;
        let (mut waits, mut since) = (None, 0);
        while !outbox::may_lead(&store)? {
            let first = outbox::first(&store)?;
            since = match first.is_some() && first == waits {
                true => since + 1,
                false => 0,
            };
            waits = first;
            if since > STUCK {
                outbox::depose(&store)?;
                since = 0;
            }
            if !self.goes_on(PATIENCE) {
                return Ok(());
            }
        }
        let mut leader = Leader::begin(store, &self.environment)?;
        self.epoch.store(leader.epoch, Ordering::SeqCst);
        loop {
            while leader.number(&self.environment)? {}
            match self.nudges.try_recv() {
                Ok(()) => {}
                Err(TryRecvError::Disconnected) => return Ok(()),
                Err(TryRecvError::Empty) => {
                    if !self.goes_on(IDLE) {
                        return Ok(());
                    }
                }
            }
        }
    }
}

/// One that leads.
struct Leader {
    store: Connection,
    epoch: u64,
    head: Head,
}

impl Leader {
    /// Begins a new epoch in a session that has the lock.
    fn begin(store: Connection, environment: &Environment) -> Result<Self> {
        let transaction = store.begin().map_err(database(Step::Lead.name()))?;
        let epoch = outbox::begin_epoch(&transaction)?;
        let head = tree::head(&transaction)?;
        commit(environment, Step::Lead, transaction)?;
        Ok(Self { store, epoch, head })
    }

    /// Appends what waits. False if nothing did.
    fn number(&mut self, environment: &Environment) -> Result<bool> {
        if outbox::first(&self.store)?.is_none() {
            return Ok(false);
        }
        let transaction = self.store.begin().map_err(database(Step::Number.name()))?;
        let from = self.head.frontier.size();
        let mut head = self.head.clone();
        let (mut leaves, mut nodes) = (Vec::new(), Vec::new());
        for (item, entry) in outbox::take(&transaction, MOST)? {
            let number = head.frontier.size();
            grow(&mut head.frontier, &entry, |node, hash| {
                nodes.push((node, hash));
            })?;
            head.logged = outbox::logged(&head, &entry);
            leaves.push(Leaf {
                number,
                entry,
                item,
            });
        }
        // The fence: before anything is appended, and in the same transaction.
        if !tree::advance(&transaction, from, &head, Some(self.epoch))? {
            return Err(Error::NotLeading);
        }
        outbox::append(&transaction, &leaves, &nodes)?;
        commit(environment, Step::Number, transaction)?;
        self.head = head;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::environment::Still;
    use crate::places::{Servers, Site};
    use crate::root::RootKey;
    use crate::store::Store;

    #[test]
    fn who_led_before_appends_nothing() {
        let cluster = habeas_cluster::Cluster::start(&[]).unwrap();
        for database in ["one", "one_keys", "one_persons"] {
            cluster.create(database).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment::new(Still);
        let root = RootKey::create(&folder.path().join("root.key"), &environment).unwrap();
        let address = cluster.address("one").parse().unwrap();
        let servers = Servers::beside(address, folder.path().join("acknowledged"));
        Store::create(&servers, &root, &environment).unwrap();
        let site = Site::from(&servers);
        let opened = || tables::open(Role::Store, &site.store).unwrap().0;

        // Neither asks for the lock: the epoch alone must hold.
        let mut first = Leader::begin(opened(), &environment).unwrap();
        let hands_in = |item: u64| {
            let store = opened();
            let transaction = store.begin().unwrap();
            outbox::hand_in(&transaction, &[(item, vec![0; 44])]).unwrap();
            commit(&environment, Step::Record, transaction).unwrap();
        };
        hands_in(1);
        assert!(first.number(&environment).unwrap());
        let mut second = Leader::begin(opened(), &environment).unwrap();
        hands_in(2);
        let fenced = first.number(&environment);
        assert!(matches!(fenced, Err(Error::NotLeading)));
        let store = opened();
        assert_eq!(outbox::waiting(&store).unwrap().len(), 1);
        assert_eq!(tree::counted(&store).unwrap(), (1, Some(0)));
        let signing = store.begin().unwrap();
        assert!(matches!(
            fence(&signing, first.epoch),
            Err(Error::NotLeading)
        ));
        fence(&signing, second.epoch).unwrap();
        drop(signing);
        assert!(second.number(&environment).unwrap());
        assert_eq!(tree::counted(&store).unwrap(), (2, Some(1)));
        // One at a time has the lock.
        assert!(outbox::may_lead(&store).unwrap());
        assert!(!outbox::may_lead(&opened()).unwrap());
    }
}
