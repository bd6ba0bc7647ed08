//! How cost grows: with the acts of a case, with the rules that are loaded, and with the rules that apply.

use std::fmt::Write as _;

use habeas_case::example::PERSON;
use habeas_case::{Case, Summary, assess_person, summarize};
use habeas_law::{Law, Library};

use crate::{AT, Bench, IN_FULL, templates};

/// Acts of a case where the rules grow.
const ACTS: usize = 40;

/// How often the rules stand in the law.
const TIMES: [usize; 4] = [1, 2, 4, 8];

/// The nouns of the rules that are carried out for each act. The others declare what these speak of.
const CARRIED_OUT: [&str; 5] = ["clock", "duty", "gate", "ban", "watch"];

/// What one law costs on the same cases.
struct Costs {
    clauses: u32,
    /// Clocks and gates that a case meets, on average.
    met: f64,
    /// Microseconds of CPU.
    summary: f64,
    full: f64,
    /// What came of the first cases, one of each way.
    summaries: Vec<Summary>,
}

/// Prints how the cost of a summary grows with the acts of a case.
pub(crate) fn by_acts(law: &Law, total: usize) {
    println!("\n| acts a case | us of CPU a summary |\n|--:|--:|");
    let bench = Bench::new(law, total);
    for acts in [5, 10, 20, 40, 80, 160] {
        let work = |case: &Case| summarize(law, case, AT);
        let some = templates(law, acts);
        let cost = bench.all(&some, some_of(total), 1, work, |_, _, _| {});
        println!("| {acts} | {:.1} |", cost.each());
    }
}

/// Prints how cost grows with the rules of the law.
pub(crate) fn by_rules(library: &Library, total: usize) {
    let title = "clauses | clocks and gates a case | us of CPU a summary | us of CPU in full";
    println!("\n| | rules | {title} |\n|---|--:|--:|--:|--:|--:|");
    let mut alone: Option<Vec<Summary>> = None;
    for times in TIMES {
        let cost = cost(&loaded(library, times), total);
        row("loaded", times, &cost);
        let first = alone.get_or_insert_with(|| cost.summaries.clone());
        assert_eq!(*first, cost.summaries, "what does not apply says nothing");
    }
    let mut once = None;
    for times in TIMES {
        let cost = cost(&applying(library, times), total);
        row("applying", times, &cost);
        let met = *once.get_or_insert(cost.met);
        assert!(
            (cost.met - met * times as f64).abs() < 1e-6,
            "each further rule applies"
        );
    }
}

fn row(name: &str, times: usize, cost: &Costs) {
    let Costs {
        clauses,
        met,
        summary,
        full,
        ..
    } = cost;
    println!("| {name} | x {times} | {clauses} | {met:.1} | {summary:.1} | {full:.1} |");
}

fn some_of(total: usize) -> usize {
    (total / 100).clamp(1_000, 10_000)
}

fn cost(library: &Library, total: usize) -> Costs {
    let law = library.law().expect("further rules are in order");
    let cases = templates(&law, ACTS);
    let bench = Bench::new(&law, total);
    let mut summaries = Vec::new();
    let summary = bench.all(
        &cases,
        some_of(total),
        1,
        |case| summarize(&law, case, AT),
        |done, _, some| {
            if done == 0 {
                summaries = some;
            }
        },
    );
    let count = some_of(total).min(IN_FULL);
    let mut met = 0;
    let full = bench.all(
        &cases,
        count,
        1,
        |case| {
            let assessment = assess_person(&law, case, PERSON, AT);
            assessment.clocks.len() + assessment.gates.len()
        },
        |_, _, some| met += some.iter().sum::<usize>(),
    );
    Costs {
        clauses: law.clauses,
        met: met as f64 / count as f64,
        summary: summary.each(),
        full: full.each(),
        summaries,
    }
}

/// The law with further copies of itself under the names of other jurisdictions: loaded, and nothing of them happens in a case.
fn loaded(library: &Library, times: usize) -> Library {
    let mut more = library.clone();
    for number in 1..times {
        let name = |text: &str| text.replace("cn/", &format!("c{number}/"));
        for (file, text) in &library.files.packs {
            more.files.packs.insert(name(file), name(text));
        }
        for (calendar, text) in &library.files.calendars {
            more.files.calendars.insert(name(calendar), text.clone());
        }
    }
    more
}

/// The law with further packs that carry out each of its rules again on the same acts.
fn applying(library: &Library, times: usize) -> Library {
    let mut more = library.clone();
    for (file, text) in &library.files.packs {
        for number in 1..times {
            if let Some(again) = again(text, number) {
                more.files.packs.insert(format!("{file}-{number}"), again);
            }
        }
    }
    more
}

/// A pack that uses another and has each rule of it that is carried out, under the same names; none for a file without rules.
fn again(text: &str, number: usize) -> Option<String> {
    let (front, rest) = text.strip_prefix("---\n")?.split_once("\n---\n")?;
    let value = |key: &str| front.lines().find_map(|line| line.strip_prefix(key));
    let pack = value("pack: ")?;
    let uses = [value("uses: "), Some(pack)];
    let uses: Vec<&str> = uses.into_iter().flatten().collect();
    let mut again = format!("---\npack: {pack}-{number}\nuses: {}\n", uses.join(", "));
    for line in front.lines() {
        if !line.starts_with("pack: ") && !line.starts_with("uses: ") {
            writeln!(again, "{line}").expect("a String");
        }
    }
    again.push_str("---\n");
    let (mut within, mut wanted) = (false, false);
    for line in rest.lines() {
        if line.starts_with("```") {
            within = line == "```law";
            writeln!(again, "{}", if within { line } else { "```" }).expect("a String");
        } else if within {
            if !line.is_empty() && !line.starts_with(' ') {
                let noun = line.split(' ').next().unwrap_or_default();
                wanted = noun == "article" || CARRIED_OUT.contains(&noun);
            }
            if wanted {
                writeln!(again, "{line}").expect("a String");
            }
        }
    }
    Some(again)
}
