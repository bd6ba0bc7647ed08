//! The thread that answers: it marks what was recorded, then tells everyone who waits.
//!
//! While it waits for its disk, the writer is at the next batch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use crate::environment::Environment;
use crate::mark::{Acknowledged, Mark};
use crate::secrets::Secrets;

/// Tells one who waits: true when all is durable, false when that is not known.
pub(crate) type Answer = Box<dyn FnOnce(bool) + Send>;

/// What one batch made durable, and who waits for it.
pub(crate) struct Batch {
    pub(crate) reached: Acknowledged,
    pub(crate) answers: Vec<Answer>,
}

/// Answers until the writer has gone.
pub(crate) fn run(
    mut mark: Mark,
    environment: &Environment,
    secrets: &Secrets,
    stopped: &Arc<AtomicBool>,
    batches: &Receiver<Batch>,
) {
    while let Ok(first) = batches.recv() {
        let mut waiting = vec![first];
        waiting.extend(batches.try_iter());
        let reached = waiting.last().map(|batch| batch.reached);
        let marked = !stopped.load(Ordering::SeqCst)
            && reached.is_some_and(|to| mark.write(environment, secrets, to).is_ok());
        if !marked {
            stopped.store(true, Ordering::SeqCst);
        }
        for answer in waiting.into_iter().flat_map(|batch| batch.answers) {
            answer(marked);
        }
    }
}
