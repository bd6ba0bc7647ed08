//! The arms beside each other: rounds in which each is measured in turn, then what each keeps on the disk.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::acts::{Sample, acts};
use crate::arm::{Arm, Cell, closed_loop};
use crate::ours::Ours;
use crate::plain::Plain;
use crate::postgresql::{Kind, Table};
use crate::pymerkle::Pymerkle;
use crate::shared::Shared;
use crate::show::{Column, median, range, table};

/// The baseline of the goals.
const BASE: &str = "plain table, SQLite";
const OURS: &str = "ours, SQLite";
const VERIFIED: &str = "ours, SQLite, signatures verified";

const CLIENTS: [usize; 3] = [1, 16, 64];

/// How much is measured.
#[derive(Clone, Copy)]
pub struct Extent {
    pub rounds: usize,
    pub time: Duration,
    /// Acts that are made for the loops: a loop ends when they are all recorded.
    pub acts: u64,
}

/// Everything that keeps acts, each in its own place on one disk.
pub fn arms(pool: &Arc<Vec<Sample>>) -> Vec<Box<dyn Arm>> {
    let table = |kind| Box::new(Table::start(kind, Arc::clone(pool)));
    let ours = |verify| Box::new(Ours::new(Arc::clone(pool), verify));
    vec![
        Box::new(Plain::new(Arc::clone(pool))),
        ours(false),
        ours(true),
        Box::new(Pymerkle::new(Arc::clone(pool))),
        table(Kind::Plain),
        table(Kind::Audited),
        table(Kind::Chained),
        Box::new(Shared::start(Arc::clone(pool))),
    ]
}

/// Measures all arms and prints what came of it.
pub fn run(extent: Extent) {
    let pool = Arc::new(acts(0, extent.acts, extent.acts));
    let mut arms = arms(&pool);
    let mut cells: BTreeMap<(usize, usize), Vec<Cell>> = BTreeMap::new();
    for round in 0..extent.rounds {
        for clients in CLIENTS {
            for turn in 0..arms.len() {
                // Each round begins with another arm: none always has the disk after the same neighbour.
                let at = (turn + round) % arms.len();
                let arm = &mut arms[at];
                arm.fresh();
                let cell = closed_loop(&**arm, clients, pool.len(), extent.time);
                eprintln!(
                    "round {} of {}: {clients} clients, {}: {:.0} acts/s",
                    round + 1,
                    extent.rounds,
                    arm.name(),
                    cell.rate()
                );
                cells.entry((clients, at)).or_default().push(cell);
            }
        }
    }
    let names: Vec<&str> = arms.iter().map(|arm| arm.name()).collect();
    for clients in CLIENTS {
        let of = |at: usize| cells.get(&(clients, at)).map_or(&[][..], Vec::as_slice);
        println!("\n{}", speed(clients, &names, of));
    }
    goals(&names, &cells);
}

/// The speed of each arm, the ratio taken round by round: what disturbs a round disturbs both.
fn speed<'a>(clients: usize, names: &[&str], of: impl Fn(usize) -> &'a [Cell]) -> String {
    let rows = names
        .iter()
        .enumerate()
        .filter(|(at, _)| !of(*at).is_empty());
    let rows = rows.map(|(at, name)| {
        let cells = of(at);
        let all = |figure: fn(&Cell) -> f64| cells.iter().map(figure).collect::<Vec<f64>>();
        let rates = all(Cell::rate);
        vec![
            (*name).to_owned(),
            format!("{:.0}", median(&rates)),
            range(&rates, 0),
            format!("{:.2}", median(&ratios(cells, of(0)))),
            range(&ratios(cells, of(0)), 2),
            format!("{:.1}", median(&all(|cell| cell.percentile(50)))),
            format!("{:.1}", median(&all(|cell| cell.percentile(99)))),
            format!("{:.2}", median(&all(Cell::cpu_each))),
        ]
    });
    let noun = if clients == 1 { "client" } else { "clients" };
    let first = format!("{clients} {noun}");
    let columns = [
        Column::Text(&first),
        Column::Number("acts/s"),
        Column::Number("range"),
        Column::Number("to the plain table"),
        Column::Number("range"),
        Column::Number("p50 ms"),
        Column::Number("p99 ms"),
        Column::Number("CPU s / 1,000"),
    ];
    table(&columns, rows.collect())
}

fn ratios(cells: &[Cell], base: &[Cell]) -> Vec<f64> {
    let pairs = cells.iter().zip(base);
    pairs
        .map(|(cell, base)| cell.rate() / base.rate())
        .collect()
}

fn goals(names: &[&str], cells: &BTreeMap<(usize, usize), Vec<Cell>>) {
    let at = |name: &str| names.iter().position(|n| *n == name).expect("an arm");
    let none: &[Cell] = &[];
    for (name, goal) in [(OURS, 0.8), (VERIFIED, 0.5)] {
        for clients in CLIENTS {
            let of = |name| cells.get(&(clients, at(name))).map_or(none, Vec::as_slice);
            let ratio = median(&ratios(of(name), of(BASE)));
            crate::show::goal(
                &format!("{name}, {clients} clients, to the plain table"),
                ratio,
                goal,
                ratio >= goal,
            );
        }
    }
    let rate = |name, clients| {
        let cells = cells.get(&(clients, at(name))).map_or(none, Vec::as_slice);
        median(&cells.iter().map(Cell::rate).collect::<Vec<_>>())
    };
    let cost = |name, clients| {
        let cells = cells.get(&(clients, at(name))).map_or(none, Vec::as_slice);
        median(&cells.iter().map(Cell::cpu_each).collect::<Vec<_>>())
    };
    crate::show::goal(
        "ours, SQLite, 64 clients, acts/s",
        rate(OURS, 64),
        2000.0,
        rate(OURS, 64) >= 2000.0,
    );
    let (ours, theirs) = (cost(VERIFIED, 64), cost(Kind::Audited.name(), 64));
    crate::show::goal(
        "ours verified, CPU s for 1,000 acts at 64 clients, below pgaudit",
        ours,
        theirs,
        ours <= theirs,
    );
}
