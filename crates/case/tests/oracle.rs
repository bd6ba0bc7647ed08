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

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use oracle_support::civil::{HOUR, Zone, day_of_date};
use oracle_support::direct::{Bench, Case};
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

/// What was compared.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    counts: u64,
    histories: u64,
    clocks: u64,
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

/// One start; a difference is told.
fn one(bench: &Bench, whole: &Whole, seed: u64, number: u64, tally: &mut Tally) -> Option<String> {
    let mut random = Random::of(seed, number);
    if !number.is_multiple_of(WHOLE) {
        let case = Case::random(&mut random);
        tally.counts += 1;
        return (!bench.agrees(&case)).then(|| bench.told(&bench.shrink(case)));
    }
    let history = History::random(&mut random);
    tally.histories += 1;
    for (clock, same) in whole.compare(&history) {
        tally.clocks += 1;
        if !same {
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
                let mut total = total.lock().unwrap();
                total.counts += tally.counts;
                total.histories += tally.histories;
                total.clocks += tally.clocks;
            });
        }
    });
    let Tally {
        counts,
        histories,
        clocks,
    } = total.into_inner().unwrap();
    println!("seed {seed}: {counts} single counts, {histories} histories with {clocks} clocks");
    if let Some((number, told)) = wrong.into_inner().unwrap() {
        panic!("start {number} of HABEAS_ORACLE_SEED={seed}, made smaller:\n{told}\n");
    }
}
