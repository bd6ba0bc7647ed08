//! A store of a million acts: filled, killed and opened again, audited, and receipts of it made with eight witnesses and verified.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use habeas_store::Store;

use crate::acts::{acts, organ};
use crate::arm::{own_cpu, size_of};
use crate::ours::{create, open};
use crate::show::{goal, median, range};
use crate::witnesses::Witnesses;

/// Acts that one call gives to the store, as `habeas load` does.
const BATCH: u64 = 1024;

/// Rounds of witnesses, and receipts that are verified.
const ROUNDS: u64 = 20;
const RECEIPTS: usize = 1000;

/// How long the store records before it is killed.
const RECORDING: Duration = Duration::from_secs(2);

/// Fills a store with `count` acts and measures what is done with all of them. Receipts with what they are verified against go to `export`.
pub fn run(count: u64, export: &Path) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path();
    let store = create(path);
    let (began, cpu) = (Instant::now(), own_cpu());
    fill(&store, 0, count, count);
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "{count} acts recorded, {BATCH} a call on two threads: {seconds:.1} s, {:.0} acts/s, {:.1} us of CPU an act",
        count as f64 / seconds,
        (own_cpu() - cpu) * 1e6 / count as f64
    );
    drop(store);
    println!(
        "bytes an act at this size: {:.0}",
        size_of(path) as f64 / count as f64
    );

    let answered = killed(path, count);
    let began = Instant::now();
    let store = open(path).expect("it opens after kill -9");
    let restart = began.elapsed().as_secs_f64();
    println!(
        "opened after kill -9 with {} acts answered since: {restart:.2} s",
        answered.len()
    );
    for (case, id, index) in &answered {
        let record = store.acts_of_case(case).expect("a case");
        let there = record
            .acts
            .iter()
            .any(|kept| kept.index == Some(*index) && kept.id == *id);
        assert!(there, "an act that was answered is gone");
    }

    let (began, cpu) = (Instant::now(), own_cpu());
    let audit = store.audit().expect("an audit");
    let seconds = began.elapsed().as_secs_f64();
    assert!(audit.found.is_empty(), "{:?}", audit.found);
    println!(
        "audit of {} leaves: {seconds:.1} s, {:.1} s of CPU",
        audit.leaves,
        own_cpu() - cpu
    );
    let each = seconds * 1e6 / audit.leaves as f64;
    goal(
        "audit, s for 1,000,000 leaves (as measured, in proportion)",
        each,
        10.0,
        each <= 10.0,
    );

    receipts(&store, count, export);
}

/// Records acts `from..to` on two threads.
fn fill(store: &Store, from: u64, to: u64, of: u64) {
    let next = AtomicU64::new(from);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let first = next.fetch_add(BATCH, Ordering::Relaxed);
                    if first >= to {
                        break;
                    }
                    let made = acts_alone(first, BATCH.min(to - first), of);
                    assert!(store.record(made).iter().all(Result::is_ok), "a refusal");
                }
            });
        }
    });
}

/// Made on the calling thread.
fn acts_alone(from: u64, count: u64, of: u64) -> Vec<habeas_store::NewAct> {
    let organ = organ();
    let act = |number| crate::acts::act(&organ, number, of).new;
    (from..from + count).map(act).collect()
}

/// Lets another process record into the store, kills it, and tells what it had answered: case, id, index.
pub fn killed(folder: &Path, from: u64) -> Vec<(String, String, u64)> {
    let program = std::env::current_exe().expect("this program");
    let mut child = Command::new(program)
        .args(["record", &folder.to_string_lossy(), &from.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let lines = BufReader::new(child.stdout.take().expect("a pipe"));
    let reader = thread::spawn(move || {
        let mut answered = Vec::new();
        for line in lines.lines().map_while(Result::ok) {
            // The last line may be cut off.
            if let [case, id, index, "."] = line.split(' ').collect::<Vec<_>>().as_slice()
                && let Ok(index) = index.parse()
            {
                answered.push(((*case).to_owned(), (*id).to_owned(), index));
            }
        }
        answered
    });
    while !reader.is_finished() && !folder.join("recording").exists() {
        thread::sleep(Duration::from_millis(20));
    }
    thread::sleep(RECORDING);
    child.kill().expect("it is killed");
    child.wait().expect("it has ended");
    reader.join().expect("what it answered")
}

/// What is killed: records one act after another on 16 threads and says each that was acknowledged.
pub fn record(folder: &Path, from: u64) {
    let store = open(folder).expect("it opens");
    let pool = acts(from, 100_000, from + 100_000);
    fs::write(folder.join("recording"), "").expect("a sign");
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                while let Some(act) = usize::try_from(next.fetch_add(1, Ordering::Relaxed))
                    .ok()
                    .and_then(|number| pool.get(number))
                {
                    let told = store.record(vec![act.new.clone()]);
                    let index = told[0].expect("it is recorded").index;
                    println!("{} {} {index} .", act.case, act.id);
                }
            });
        }
    });
}

/// Rounds from acknowledged acts to receipts that meet the quorum, and how long it takes to verify one.
fn receipts(store: &Store, count: u64, export: &Path) {
    let witnesses = Witnesses::start();
    let mut cosigners = witnesses.cosigners();
    let (mut signed, mut quorum) = (Vec::new(), Vec::new());
    let mut texts = Vec::new();
    for round in 0..ROUNDS {
        let first = count + 1_000_000 + round * 100;
        let told = store.record(acts_alone(first, 100, count));
        let index = told[0].expect("it is recorded").index;
        let began = Instant::now();
        let checkpoint = witnesses.checkpoint(store);
        signed.push(began.elapsed().as_secs_f64() * 1e3);
        assert!(
            witnesses.ask(store, &mut cosigners, &checkpoint),
            "no quorum"
        );
        texts.push(witnesses.receipt(store, index));
        quorum.push(began.elapsed().as_secs_f64() * 1e3);
    }
    println!(
        "from 100 acknowledged acts to a checkpoint: {:.0} ms ({}); to a receipt with 8 of 8 witnesses on loopback: {:.0} ms ({}); the first: {:.0} ms",
        median(&signed),
        range(&signed, 0),
        median(&quorum),
        range(&quorum, 0),
        quorum[0],
    );
    let mut each: Vec<f64> = Vec::new();
    for number in 0..RECEIPTS {
        let text = &texts[number % texts.len()];
        let began = Instant::now();
        witnesses.verify(text);
        each.push(began.elapsed().as_secs_f64() * 1e3);
    }
    each.sort_by(f64::total_cmp);
    let (half, most) = (median(&each), each[RECEIPTS * 99 / 100]);
    println!(
        "a receipt of {} bytes verified: p50 {half:.2} ms, p99 {most:.2} ms",
        texts[0].len()
    );
    goal(
        "receipt verified natively, ms (median)",
        half,
        5.0,
        half <= 5.0,
    );
    fs::create_dir_all(export).expect("a folder");
    let last = texts.last().expect("a receipt");
    fs::write(export.join("receipt"), last).expect("written");
    fs::write(export.join("policy"), witnesses.policy()).expect("written");
    fs::write(export.join("document.vkey"), witnesses.document_key()).expect("written");
}
