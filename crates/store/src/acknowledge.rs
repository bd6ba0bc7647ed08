//! The thread that answers: it marks what was recorded, then tells everyone who waits.
//!
//! While it waits for its disk, or for the numbers of what was handed in, the writer is at the next batch.

use core::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use crate::database::Connection;
use crate::environment::Environment;
use crate::error::Result;
use crate::mark::{Acknowledged, Mark};
use crate::secrets::Secrets;
use crate::sequencer::Nudge;
use crate::tables::{outbox, tree};

/// Tells one who waits: the numbers of what was handed in, when all is durable; nothing when that is not known.
pub(crate) type Answer = Box<dyn FnOnce(Option<&BTreeMap<u64, u64>>) + Send>;

/// What one batch made durable, and who waits for it.
pub(crate) struct Batch {
    /// Where the log stands with it, where one writes.
    pub(crate) reached: Acknowledged,
    /// What was handed in and waits for its number, where several do.
    pub(crate) items: Vec<u64>,
    pub(crate) answers: Vec<Answer>,
}

/// How long is slept before it is looked again whether there are numbers, and how often it is looked: some ten seconds in all.
const PAUSE: Duration = Duration::from_millis(1);
const TRIES: u32 = 8000;

/// Where numbers are read, where several servers write.
pub(crate) struct Numbers {
    pub(crate) store: Connection,
    /// As long as somebody waits here, whoever numbers goes on.
    pub(crate) nudge: Nudge,
}

impl Numbers {
    /// Waits until all of these have a number, or for so long that nobody seems to number. Tells the numbers that there are, and where the log stands.
    fn wait(&self, items: &[u64]) -> Result<(BTreeMap<u64, u64>, Acknowledged)> {
        let mut found = BTreeMap::new();
        if !items.is_empty() {
            self.nudge.nudge();
        }
        for _ in 0..TRIES {
            let wanted: Vec<u64> = items
                .iter()
                .copied()
                .filter(|i| !found.contains_key(i))
                .collect();
            if wanted.is_empty() {
                break;
            }
            let numbers = outbox::numbers(&self.store, &wanted)?;
            match numbers.is_empty() {
                true => std::thread::sleep(PAUSE),
                false => found.extend(numbers),
            }
        }
        Ok((found, Acknowledged::of(&tree::head(&self.store)?)))
    }
}

/// Answers until the writer has gone.
pub(crate) fn run(
    mut mark: Mark,
    environment: &Environment,
    secrets: &Secrets,
    numbers: Option<&Numbers>,
    stopped: &Arc<AtomicBool>,
    batches: &Receiver<Batch>,
) {
    while let Ok(first) = batches.recv() {
        let mut waiting = vec![first];
        waiting.extend(batches.try_iter());
        let marked = match stopped.load(Ordering::SeqCst) {
            true => None,
            false => settled(&mut mark, environment, secrets, numbers, &waiting),
        };
        if marked.is_none() {
            stopped.store(true, Ordering::SeqCst);
        }
        for answer in waiting.into_iter().flat_map(|batch| batch.answers) {
            answer(marked.as_ref());
        }
    }
}

/// Marks where the log stands; tells the numbers of what was handed in, or nothing if any of that failed.
fn settled(
    mark: &mut Mark,
    environment: &Environment,
    secrets: &Secrets,
    numbers: Option<&Numbers>,
    waiting: &[Batch],
) -> Option<BTreeMap<u64, u64>> {
    let (found, reached) = match numbers {
        None => (BTreeMap::new(), waiting.last()?.reached),
        Some(numbers) => {
            let items: Vec<u64> = waiting
                .iter()
                .flat_map(|b| b.items.iter().copied())
                .collect();
            numbers.wait(&items).ok()?
        }
    };
    mark.write(environment, secrets, reached).ok()?;
    Some(found)
}
