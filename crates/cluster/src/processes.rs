//! Processes of a PostgreSQL: each of its backends has a session of its own, so that no group holds them all.

use std::fs;
use std::io;

use rustix::process::{Pid, Signal, kill_process};

use crate::error::{Result, system};

/// `kill -9` of one process. One that is gone already is no error.
///
/// # Errors
/// When the process belongs to somebody else.
pub fn kill(process: i32) -> Result<()> {
    let Some(pid) = Pid::from_raw(process).filter(|_| process > 1) else {
        return Ok(());
    };
    match kill_process(pid, Signal::KILL) {
        Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
        Err(refused) => Err(system("kill a process of PostgreSQL")(io::Error::from(
            refused,
        ))),
    }
}

/// The children of a process.
pub(crate) fn children(parent: i32) -> Vec<i32> {
    // Never those of the system's first process.
    if parent <= 1 {
        return Vec::new();
    }
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers
        .filter(|number| parent_of(*number) == Some(parent))
        .collect()
}

/// `number (name) state parent …`, where a name may hold anything.
fn parent_of(number: i32) -> Option<i32> {
    let line = fs::read_to_string(format!("/proc/{number}/stat")).ok()?;
    let (_, rest) = line.rsplit_once(')')?;
    rest.split_whitespace().nth(1)?.parse().ok()
}

/// Whether a process is there and no zombie.
pub(crate) fn lives(number: i32) -> bool {
    let line = fs::read_to_string(format!("/proc/{number}/stat")).unwrap_or_default();
    let state = line.rsplit_once(')').map(|(_, rest)| rest.trim_start());
    state.is_some_and(|state| !state.starts_with('Z'))
}
