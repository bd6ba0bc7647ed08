//! A slow walker, written from the reference and not from the engine, agrees with the clocks.

mod oracle_support;

use oracle_support::Verdict;
use oracle_support::direct::{Bench, Case};
use oracle_support::random::Random;

#[test]
fn explore() {
    let bench = Bench::new(include_str!("packs/clocks.calendar.csv"));
    let mut shown = 0;
    let mut by = std::collections::BTreeMap::<String, [u64; 2]>::new();
    let n: u64 = std::env::var("HABEAS_ORACLE_STARTS").ok().and_then(|n| n.parse().ok()).unwrap_or(100_000);
    for number in 0..n {
        let case = Case::random(&mut Random::of(1, number));
        match bench.compare(&case) {
            Verdict::Differs(None) => {
                by.entry("none".into()).or_default()[1] += 1;
                if shown < 10 {
                    shown += 1;
                    println!("{number}\n{}", bench.told(&bench.shrink(case)));
                }
            }
            Verdict::Differs(Some(f)) => {
                let e = by.entry(f.into()).or_default();
                e[1] += 1;
                if e[1] < 4 && std::env::var("SHOW").is_ok_and(|s| f.contains(&s)) {
                    println!("{number}\n{}", bench.told(&case));
                }
            }
            Verdict::Same(f) => by.entry(f.unwrap_or("none").into()).or_default()[0] += 1,
        }
    }
    println!("{by:#?}");
}
