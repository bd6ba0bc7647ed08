//! A slow walker, written from the reference and not from the engine, agrees with the clocks on every random start.
//!
//! `HABEAS_ORACLE_STARTS` says how many starts, 100000 unless told; `HABEAS_ORACLE_SEED` which ones. One start in forty is a whole history
//! of one person, with every clock of `packs/clocks.md`; the others are one count of one period by `Counter::end`.

#![allow(
    clippy::allow_attributes,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::print_stdout,
    reason = "a test that panics has failed, and its numbers are small"
)]

mod oracle_support;

use std::fmt::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use oracle_support::Verdict;
use oracle_support::civil::{HOUR, Zone, day_of_date};
use oracle_support::direct::{Bench, Case};
use oracle_support::faults::OPEN;
use oracle_support::history::History;
use oracle_support::random::Random;
use oracle_support::whole::Whole;

const PACK: &str = include_str!("packs/clocks.md");
const CALENDAR: &str = include_str!("packs/clocks.calendar.csv");

const STARTS: u64 = 100_000;
/// One start in so many is a whole history.
const WHOLE: u64 = 40;
/// Starts that a thread takes at once.
const CHUNK: u64 = 1_000;
/// The ground of an open fault must have been visited so often before it is said to be mended.
const ENOUGH: u64 = 200;

/// What was compared.
#[derive(Clone, Debug, Default)]
struct Tally {
    counts: u64,
    histories: u64,
    clocks: u64,
    /// For each open fault alone: visited, and found different.
    faults: [[u64; 2]; 32],
    /// Cases on the ground of several faults at once.
    several: u64,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        match verdict.known.count_ones() {
            0 => {}
            1 => {
                let [visited, different] =
                    &mut self.faults[verdict.known.trailing_zeros() as usize];
                *visited += 1;
                *different += u64::from(!verdict.same);
            }
            _ => self.several += 1,
        }
    }

    fn join(&mut self, other: &Self) {
        self.counts += other.counts;
        self.histories += other.histories;
        self.clocks += other.clocks;
        self.several += other.several;
        for (mine, theirs) in self.faults.iter_mut().zip(other.faults) {
            mine[0] += theirs[0];
            mine[1] += theirs[1];
        }
    }

    fn told(&self) -> String {
        let Self {
            counts,
            histories,
            clocks,
            several,
            ..
        } = self;
        let mut out =
            format!("{counts} single counts, {histories} histories with {clocks} clocks\n");
        for (fault, [visited, different]) in OPEN.iter().zip(self.faults) {
            let _ = writeln!(
                out,
                "  open fault {fault:?}: {different} different of {visited}"
            );
        }
        let _ = writeln!(out, "  on the ground of several of them: {several}");
        out
    }
}

fn number(name: &str, otherwise: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .replace('_', "")
            .parse()
            .unwrap_or_else(|_| panic!("{name} is `{text}`: a number is expected")),
        Err(_) => otherwise,
    }
}

/// One start: its verdicts go into the tally; a difference that is not known is told.
fn one(bench: &Bench, whole: &Whole, seed: u64, number: u64, tally: &mut Tally) -> Option<String> {
    let mut random = Random::of(seed, number);
    if !number.is_multiple_of(WHOLE) {
        let case = Case::random(&mut random);
        let verdict = bench.compare(&case);
        tally.counts += 1;
        tally.add(verdict);
        return verdict.is_new().then(|| bench.told(&bench.shrink(case)));
    }
    let history = History::random(&mut random);
    tally.histories += 1;
    for (clock, verdict) in whole.compare(&history) {
        tally.clocks += 1;
        tally.add(verdict);
        if verdict.is_new() {
            return Some(whole.told(&whole.shrink(history, clock), clock));
        }
    }
    None
}

/// The walker's two zones are those of the zone database, hour by hour.
#[test]
fn the_walker_knows_the_zones() {
    for zone in Zone::ALL {
        let database = jiff::tz::TimeZone::get(zone.name()).unwrap();
        for hour in (day_of_date(2023, 12, 1) * 24)..(day_of_date(2037, 1, 1) * 24) {
            let stamp = jiff::Timestamp::from_second(hour * HOUR).unwrap();
            assert_eq!(
                zone.offset(hour * HOUR),
                i64::from(database.to_offset(stamp).seconds()),
                "{stamp}"
            );
            assert!(
                zone.midnight(zone.day(hour * HOUR)) <= hour * HOUR,
                "{stamp}"
            );
            assert_eq!(zone.time(zone.midnight(hour / 24)), (0, 0), "{stamp}");
        }
    }
}

#[test]
fn the_walker_agrees() {
    let (starts, seed) = (
        number("HABEAS_ORACLE_STARTS", STARTS),
        number("HABEAS_ORACLE_SEED", 2026),
    );
    let (bench, whole) = (Bench::new(CALENDAR), Whole::new(PACK, CALENDAR));
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let (total, wrong) = (
        Mutex::new(Tally::default()),
        Mutex::new(None::<(u64, String)>),
    );
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut tally = Tally::default();
                while !stop.load(Ordering::Relaxed) {
                    let from = next.fetch_add(CHUNK, Ordering::Relaxed);
                    if from >= starts {
                        break;
                    }
                    for number in from..(from + CHUNK).min(starts) {
                        if let Some(told) = one(&bench, &whole, seed, number, &mut tally) {
                            stop.store(true, Ordering::Relaxed);
                            *wrong.lock().unwrap() = Some((number, told));
                            break;
                        }
                    }
                }
                total.lock().unwrap().join(&tally);
            });
        }
    });
    let total = total.into_inner().unwrap();
    println!("seed {seed}: {}", total.told());
    if let Some((number, told)) = wrong.into_inner().unwrap() {
        panic!("start {number} of HABEAS_ORACLE_SEED={seed}, made smaller:\n{told}\n");
    }
    let mended: Vec<_> = OPEN
        .iter()
        .zip(total.faults)
        .filter(|(_, [visited, different])| *visited >= ENOUGH && *different == 0)
        .map(|(fault, _)| fault)
        .collect();
    assert!(
        mended.is_empty(),
        "mended, take out of oracle_support/faults.rs: {mended:?}"
    );
}
