//! The daemon: a round at each end of an interval, until it is told to end; between rounds the store is lent to who waits for it.

use core::time::Duration;
use std::pin::pin;

use futures_util::future::select;
use habeas_store::{Clock, Error, Store};
use tokio::runtime::{self, Runtime};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use crate::fault::Fault;
use crate::round::Log;
use crate::turn::Turn;

/// How often the clock, the signals and those who wait are looked at.
const LOOK: Duration = Duration::from_millis(100);

/// How often it is tried to open the store before signals are looked at again: a second.
const FEW: u32 = 20;

/// After so many seconds without the store it is said.
const LONG: u64 = 60;

/// Intervals of one length, which end at its multiples since 1970, whatever happens in them.
#[derive(Clone, Copy, Debug)]
pub struct Cadence {
    every: u64,
    current: u64,
}

impl Cadence {
    /// Intervals of `every` seconds, at least 1; the first ends after `now`.
    #[must_use]
    pub fn new(every: u64, now: u64) -> Self {
        let every = every.max(1);
        let current = now / every;
        Self { every, current }
    }

    /// When the interval ended in which it was last asked, if it has: in seconds since 1970. Of several the last; also when the clock
    /// was put back.
    pub fn ended(&mut self, now: u64) -> Option<u64> {
        let current = now / self.every;
        if current == self.current {
            return None;
        }
        self.current = current;
        Some(current * self.every)
    }
}

/// Runs the log until the process is told to end (SIGTERM, SIGINT). `open` opens the store; `ready` is told when the first opening is
/// done and everybody was asked.
///
/// # Errors
/// If the log must not go on, or the store or a file fails. A full disk is said, and the next round is tried.
pub fn run(
    mut log: Log,
    every: u64,
    clock: &dyn Clock,
    turn: &Turn,
    open: impl Fn() -> habeas_store::Result<Store>,
    ready: impl FnOnce(&Store),
) -> Result<(), Fault> {
    let mut ending = Ending::heed()?;
    let mut held = Some(turn.take(&open)?);
    if let Some(store) = &held {
        log.begin(store)?;
        ready(store);
    }
    let mut cadence = Cadence::new(every, clock.now());
    let mut due: Option<u64> = None;
    let mut failing = false;
    let mut kept_out = KeptOut::default();
    loop {
        if ending.within(LOOK) {
            return Ok(());
        }
        let now = clock.now();
        due = cadence.ended(now).or(due);
        if let Some(ended) = due {
            if held.is_none() {
                held = match turn.take_within(FEW, &open) {
                    Ok(store) => Some(store),
                    Err(Error::InUse) => None,
                    Err(failed) => return Err(failed.into()),
                };
            }
            if let Some(store) = &held {
                due = None;
                kept_out = KeptOut::default();
                match log.round(store, ended) {
                    Ok(_) => failing = false,
                    Err(fault) if fault.is_passing() => {
                        if !failing {
                            log.say(&format!("{fault}; it is tried again at each round"));
                        }
                        failing = true;
                    }
                    Err(fault) => return Err(fault),
                }
            } else if kept_out.is_to_be_said(now) {
                log.say("another process has had the store open for a minute: no checkpoint is made until it ends");
            }
        }
        if held.is_some() && turn.is_wanted() {
            held = None;
        }
    }
}

/// Since when another process has kept the log from its store.
#[derive(Default)]
struct KeptOut {
    since: Option<u64>,
    said: bool,
}

impl KeptOut {
    /// Once, when it has been long.
    fn is_to_be_said(&mut self, now: u64) -> bool {
        let since = *self.since.get_or_insert(now);
        let long = now.saturating_sub(since) >= LONG;
        long && !std::mem::replace(&mut self.said, long)
    }
}

/// Whether the process was told to end.
struct Ending {
    runtime: Runtime,
    terminate: Signal,
    interrupt: Signal,
}

impl Ending {
    fn heed() -> Result<Self, Fault> {
        let system = |cause| Fault::System {
            attempted: "heed signals",
            cause,
        };
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(system)?;
        let within = runtime.enter();
        let terminate = signal(SignalKind::terminate()).map_err(system)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(system)?;
        drop(within);
        Ok(Self {
            runtime,
            terminate,
            interrupt,
        })
    }

    /// Waits so long, or until it is told.
    fn within(&mut self, time: Duration) -> bool {
        let Self {
            runtime,
            terminate,
            interrupt,
        } = self;
        let told = async {
            select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
        };
        runtime.block_on(async { timeout(time, told).await.is_ok() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_store_that_others_keep_is_said_once() {
        let mut kept_out = KeptOut::default();
        let said: Vec<u64> = (1000..1200)
            .filter(|now| kept_out.is_to_be_said(*now))
            .collect();
        assert_eq!(said, [1060]);
    }
}
