//! Who holds a store lends it: one process has it open at a time, and who waits says so.
//!
//! Who waits holds a lock on a file beside the store. A log that runs looks at it, and lets the store go between two rounds.

use core::time::Duration;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;

use habeas_store::{Error, Result};

/// How often it is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// How long somebody waits: a minute.
const TRIES: u32 = 1200;

/// The place where who waits for a store says so.
#[derive(Clone, Debug)]
pub struct Turn(PathBuf);

impl Turn {
    /// Beside the store in this folder.
    #[must_use]
    pub fn of(folder: &Path) -> Self {
        Self(folder.join("waiting"))
    }

    /// Opens the store, and waits for it a minute at most while another process has it open.
    ///
    /// # Errors
    /// What `open` says; that the store is in use only after a minute.
    pub fn take<T>(&self, open: impl Fn() -> Result<T>) -> Result<T> {
        self.take_within(TRIES, open)
    }

    /// Everybody waits in one line, so that nobody who comes often keeps out who waits.
    pub(crate) fn take_within<T>(&self, tries: u32, open: impl Fn() -> Result<T>) -> Result<T> {
        let Ok(place) = self.file() else {
            // Where nothing can be written nobody can wait.
            return open();
        };
        let mut first = false;
        for _ in 0..tries {
            first = first || place.try_lock().is_ok();
            if first {
                match open() {
                    Err(Error::InUse) => {}
                    opened => {
                        // Unlocked by hand: a program that is being started meanwhile may hold the file.
                        place.unlock().ok();
                        return opened;
                    }
                }
            }
            sleep(AGAIN);
        }
        place.unlock().ok();
        Err(Error::InUse)
    }

    /// Whether somebody waits.
    pub(crate) fn is_wanted(&self) -> bool {
        let Ok(place) = File::open(&self.0) else {
            return false;
        };
        let wanted = matches!(place.try_lock(), Err(TryLockError::WouldBlock));
        place.unlock().ok();
        wanted
    }

    fn file(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let options = options.write(true).create(true).truncate(false).mode(0o600);
        options.open(&self.0)
    }
}
