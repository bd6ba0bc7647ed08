//! What is measured of each arm, in which order, and the loop of clients that wait for their answer before they ask again.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Records the act of this number; true when it was acknowledged.
pub type Client<'a> = Box<dyn FnMut(usize) -> bool + Send + 'a>;

/// One way to keep acts.
pub trait Arm {
    /// As the tables call it.
    fn name(&self) -> &'static str;
    /// Puts an empty store in place of what was there.
    fn fresh(&mut self);
    /// So many clients, each with what it holds for itself.
    fn clients(&self, count: usize) -> Vec<Client<'_>>;
    /// CPU seconds that processes of this arm beside our own have used.
    fn beside(&self) -> f64 {
        0.0
    }
    /// Bytes on the disk once all is written through, audit and keys among them.
    fn bytes(&mut self) -> u64;
}

/// What came of one loop.
pub struct Cell {
    /// Acknowledged acts.
    pub acts: u64,
    /// Wall time.
    pub seconds: f64,
    /// CPU of all processes, clients among them.
    pub cpu: f64,
    /// From asking to the answer, in microseconds, sorted.
    pub waited: Vec<u32>,
}

impl Cell {
    /// Acknowledged acts a second.
    pub fn rate(&self) -> f64 {
        self.acts as f64 / self.seconds
    }

    /// CPU seconds for a thousand acts.
    pub fn cpu_each(&self) -> f64 {
        self.cpu * 1000.0 / self.acts.max(1) as f64
    }

    /// The wait that so many in a hundred did not exceed, in milliseconds.
    pub fn percentile(&self, hundredth: usize) -> f64 {
        let at = (self.waited.len() * hundredth / 100).min(self.waited.len().saturating_sub(1));
        f64::from(self.waited.get(at).copied().unwrap_or(0)) / 1000.0
    }
}

/// Lets `count` clients record acts `0..acts` for at most `time`. An act that is not acknowledged ends the run.
pub fn closed_loop(arm: &dyn Arm, count: usize, acts: usize, time: Duration) -> Cell {
    let next = AtomicUsize::new(0);
    let stop = AtomicBool::new(false);
    let clients = arm.clients(count);
    let start = Barrier::new(count + 1);
    let (next, stop, start) = (&next, &stop, &start);
    let mut waited = Vec::new();
    let cpu = own_cpu() + arm.beside();
    let (mut began, mut seconds) = (Instant::now(), 0.0);
    thread::scope(|scope| {
        let threads: Vec<_> = clients
            .into_iter()
            .map(|mut client| {
                scope.spawn(move || {
                    let mut waited = Vec::new();
                    start.wait();
                    while !stop.load(Ordering::Relaxed) {
                        let number = next.fetch_add(1, Ordering::Relaxed);
                        if number >= acts {
                            break;
                        }
                        let asked = Instant::now();
                        assert!(client(number), "act {number} was not acknowledged");
                        waited.push(u32::try_from(asked.elapsed().as_micros()).unwrap_or(u32::MAX));
                    }
                    // What a client holds goes after the clock has stopped.
                    (waited, client)
                })
            })
            .collect();
        start.wait();
        began = Instant::now();
        while began.elapsed() < time && next.load(Ordering::Relaxed) < acts {
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Ordering::Relaxed);
        let held: Vec<_> = threads
            .into_iter()
            .map(|thread| {
                let (of_one, client) = thread.join().expect("a client");
                waited.extend(of_one);
                client
            })
            .collect();
        seconds = began.elapsed().as_secs_f64();
        drop(held);
    });
    let cpu = own_cpu() + arm.beside() - cpu;
    waited.sort_unstable();
    Cell {
        acts: waited.len() as u64,
        seconds,
        cpu,
        waited,
    }
}

/// CPU seconds of this process so far.
pub fn own_cpu() -> f64 {
    ticks(Path::new("/proc/self/stat"), &[11, 12])
}

/// CPU seconds of a server and all its children, also of those that have ended.
pub fn server_cpu(server: u32) -> f64 {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let children = entries.filter(|entry| {
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        field(&stat, 1) == Some(u64::from(server))
    });
    let children: f64 = children
        .map(|entry| ticks(&entry.path().join("stat"), &[11, 12]))
        .sum();
    children
        + ticks(
            Path::new(&format!("/proc/{server}/stat")),
            &[11, 12, 13, 14],
        )
}

/// Fields behind the name, which may hold anything; Linux counts them in hundredths of a second.
fn ticks(stat: &Path, fields: &[usize]) -> f64 {
    let stat = fs::read_to_string(stat).unwrap_or_default();
    let sum: u64 = fields.iter().filter_map(|at| field(&stat, *at)).sum();
    sum as f64 / 100.0
}

fn field(stat: &str, at: usize) -> Option<u64> {
    let (_, rest) = stat.rsplit_once(')')?;
    rest.split_whitespace().nth(at)?.parse().ok()
}

/// The size of all files under a folder.
pub fn size_of(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.metadata() {
            Ok(known) if known.is_dir() => size_of(&entry.path()),
            Ok(known) => known.len(),
            Err(_) => 0,
        })
        .sum()
}
