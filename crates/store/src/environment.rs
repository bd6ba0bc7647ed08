//! What the store asks of the world around it, so that a test can be that world.

use std::io;

use crate::error::{Error, Result};
use crate::step::Failpoint;

/// Says what time it is. Only the outermost edge reads a real one.
pub trait Clock: Send + Sync {
    /// Seconds since 1970-01-01T00:00Z.
    fn now(&self) -> u64;
}

/// Gives unguessable bytes.
pub trait Randomness: Send + Sync {
    /// Fills `bytes` wholly, or fails.
    ///
    /// # Errors
    /// When the system has none to give.
    fn fill(&self, bytes: &mut [u8]) -> Result<()>;
}

/// Is told before and after every durable step, and may let it fail.
pub trait Faults: Send + Sync {
    /// An error here is what the step itself would have met with; `StorageFull` is a full disk.
    ///
    /// # Errors
    /// In tests alone.
    fn reach(&self, at: Failpoint) -> io::Result<()>;
}

/// The operating system's random numbers.
#[derive(Clone, Copy, Debug)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        getrandom::fill(bytes).map_err(|e| Error::Randomness(Box::new(e)))
    }
}

/// Nothing fails by itself.
#[derive(Clone, Copy, Debug)]
pub struct NoFaults;

impl Faults for NoFaults {
    fn reach(&self, _: Failpoint) -> io::Result<()> {
        Ok(())
    }
}

/// The world as the store sees it.
pub struct Environment {
    /// Dates the leaves and the acts.
    pub clock: Box<dyn Clock>,
    /// Makes keys and nonces.
    pub randomness: Box<dyn Randomness>,
    /// Lets durable steps fail.
    pub faults: Box<dyn Faults>,
}

impl Environment {
    /// A world without faults, with the system's random numbers.
    #[must_use]
    pub fn new(clock: impl Clock + 'static) -> Self {
        Self {
            clock: Box::new(clock),
            randomness: Box::new(SystemRandomness),
            faults: Box::new(NoFaults),
        }
    }

    pub(crate) fn random<const N: usize>(&self) -> Result<[u8; N]> {
        let mut bytes = [0; N];
        self.randomness.fill(&mut bytes)?;
        Ok(bytes)
    }
}

/// A clock that stands, for tests.
#[cfg(test)]
pub(crate) struct Still;

#[cfg(test)]
impl Clock for Still {
    fn now(&self) -> u64 {
        0
    }
}
