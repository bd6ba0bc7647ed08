//! `cargo xtask bench case`: how fast cases are assessed, how cost grows, and what the peers are given to compute.
//!
//! Cases are generated, a batch at a time, from ways that follow the Chinese pack; generating, reading and computing are
//! timed apart. Settings come by environment:
//!
//! - `HABEAS_BENCH_CASES`: how many cases, a million unless told;
//! - `HABEAS_BENCH_EXPORT`: a folder for `acts.csv` (every act of every case), `answers-1.csv` and `answers-2.csv` (what the
//!   engine says of the deadlines that the peers also compute, at two instants) and `ours.json` (the figures);
//! - `HABEAS_BENCH_ACTS`: a file for the acts of the cases as JSON Lines; then nothing is measured.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unreachable,
    reason = "a benchmark that cannot go on stops"
)]
#![expect(clippy::print_stdout, reason = "the report of a benchmark")]

mod growth;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use habeas_case::assessment::Status;
use habeas_case::clock::{self, Run, State};
use habeas_case::evaluate::{Evaluator, Silent};
use habeas_case::example::{Builder, PERSON};
use habeas_case::history::History;
use habeas_case::read::Reader;
use habeas_case::timeline::Timeline;
use habeas_case::{Act, Assessment, Case, assess_person, summarize};
use habeas_law::moment::{Precision, When, shift, show_instant, start_of};
use habeas_law::{Law, Library, Truth, Value};
use jiff::tz::TimeZone;
use serde_json::{Map, json};

const PACK: &str = "cn/criminal-procedure";

/// The instant asked: every act of every case has happened.
const AT: i64 = 1_810_000_000;
/// An instant within most of the cases: later acts are not there yet, and many clocks run.
const MIDWAY: i64 = 1_795_000_000;

/// Cases in memory at a time.
const BATCH: usize = 20_000;
const THREADS: usize = 2;
/// Cases whose text is read.
const READ: usize = 20_000;
/// Cases assessed in full.
const IN_FULL: usize = 2_000;

/// The ways of the cases, one a block, lines as in examples.
const WAYS: &str = include_str!("../../../../bench/case/ways.txt");

/// Where the first way is cut off. With it there are 17 ways, so that the days and the hours of the shift meet each.
const CUTS: [usize; 5] = [4, 7, 9, 12, 16];

/// The deadlines that the peers compute too, in the order of their columns.
const SHARED: [&str; 9] = [
    "request_arrest",
    "decide_arrest",
    "detention_ceiling",
    "take_to_detention_house",
    "notify_family",
    "question_detained",
    "notify_family_of_arrest",
    "question_arrested",
    "investigative_custody",
];

/// Fields of acts that the shared deadlines read, as columns.
const FIELDS: [&str; 7] = [
    "ground",
    "cross_county",
    "offence_count",
    "offenders",
    "unable_to_notify",
    "crime_group",
    "notification_would_hinder_investigation",
];

fn templates(law: &Law, acts: usize) -> Vec<Case> {
    let pack = law.pack_named(PACK).expect("the pack");
    let build = |way: &[&str]| {
        let mut builder = Builder::new(law, pack);
        way.iter().for_each(|line| builder.line(line).expect(line));
        // Open cases are questioned again and again.
        let mut day = 0;
        while builder.case.acts.len() < acts {
            day += 1;
            let when =
                jiff::civil::date(2026, 3, 4).saturating_add(jiff::Span::new().days(day % 120));
            builder
                .line(&format!("interrogation  {when} 10:00  by police"))
                .expect("a line");
        }
        builder.case.acts.truncate(acts);
        builder.case
    };
    let ways = ways();
    let cut = CUTS.map(|length| build(&ways[0][..length]));
    cut.into_iter()
        .chain(ways.iter().map(|way| build(way)))
        .collect()
}

fn ways() -> Vec<Vec<&'static str>> {
    let block = |block: &'static str| -> Vec<&str> {
        block
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect()
    };
    let blocks = WAYS.split("\n\n").map(block);
    blocks.filter(|way| !way.is_empty()).collect()
}

fn shifted(case: &Case, number: usize, zone: &TimeZone) -> Case {
    let days = i64::try_from(number * 7919 % 300).expect("small");
    let hours = i64::try_from(number * 104_729 % 11).expect("small");
    let moved = |when: &When| match when.precision {
        Precision::Day => When::day(shift(when.day, days), zone),
        _ => When::instant(when.from + days * 86_400 + hours * 3_600, zone),
    };
    let mut copy = case.clone();
    copy.id = format!("g{number}").into();
    for act in &mut copy.acts {
        act.happened = moved(&act.happened);
        act.until = act.until.as_ref().map(moved);
        for (_, value) in &mut act.fields {
            if let Value::Date(day) = value {
                *day = shift(*day, days);
            }
        }
    }
    copy
}

/// What something cost.
#[derive(Clone, Copy, Default)]
struct Cost {
    cases: usize,
    cpu: Duration,
    wall: Duration,
}

impl Cost {
    fn add(&mut self, other: Self) {
        self.cases += other.cases;
        self.cpu += other.cpu;
        self.wall += other.wall;
    }

    /// Microseconds of CPU a case.
    fn each(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.cases as f64
    }
}

/// CPU time of this thread; zero where the system does not say.
fn on_cpu() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split(' ')
        .next()?
        .parse()
        .ok()
        .map(Duration::from_nanos)
}

/// Runs and measures. Where the system tells no CPU time, wall time stands for it.
fn measured<T>(work: impl FnOnce() -> T) -> (T, Cost) {
    let (cpu, start) = (on_cpu(), Instant::now());
    let done = work();
    let wall = start.elapsed();
    let cpu = on_cpu()
        .zip(cpu)
        .map_or(wall, |(after, before)| after.saturating_sub(before));
    (
        done,
        Cost {
            cases: 0,
            cpu,
            wall,
        },
    )
}

/// Does `work` on each case.
fn each<T: Send>(
    batch: &[Case],
    threads: usize,
    work: impl Fn(&Case) -> T + Sync,
) -> (Vec<T>, Cost) {
    let (parts, whole) = measured(|| {
        std::thread::scope(|scope| {
            let work = &work;
            let workers: Vec<_> = batch
                .chunks(batch.len().div_ceil(threads))
                .map(|chunk| {
                    scope.spawn(move || measured(|| chunk.iter().map(work).collect::<Vec<T>>()))
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("a worker"))
                .collect::<Vec<_>>()
        })
    });
    let cpu = whole.cpu + parts.iter().map(|(_, cost)| cost.cpu).sum::<Duration>();
    (
        parts.into_iter().flat_map(|(done, _)| done).collect(),
        Cost {
            cases: batch.len(),
            cpu,
            wall: whole.wall,
        },
    )
}

/// Begins to watch for a new peak of memory.
fn forget_peak() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// Megabytes at the peak.
fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim()
        .strip_suffix("kB")?
        .trim()
        .parse::<f64>()
        .ok()
        .map(|kilobytes| kilobytes / 1024.0)
}

/// The generator, its law and what was measured.
struct Bench<'a> {
    law: &'a Law,
    zone: &'a TimeZone,
    /// By number of the clock: its place in [`SHARED`].
    slots: Vec<Option<usize>>,
    total: usize,
    figures: Vec<serde_json::Value>,
}

impl<'a> Bench<'a> {
    fn new(law: &'a Law, total: usize) -> Self {
        let pack = law.pack_named(PACK).expect("the pack");
        let slot = |clock: &habeas_law::rules::Clock| {
            SHARED
                .iter()
                .position(|name| clock.pack == pack && clock.name == *name)
        };
        Self {
            law,
            zone: law.zone(pack),
            slots: law.clocks.iter().map(slot).collect(),
            total,
            figures: Vec::new(),
        }
    }

    /// Does `work` on all cases, a batch at a time, and hands on what came of each batch; only `work` is timed.
    fn all<T: Send>(
        &self,
        templates: &[Case],
        total: usize,
        threads: usize,
        work: impl Fn(&Case) -> T + Sync,
        mut then: impl FnMut(usize, &[Case], Vec<T>),
    ) -> Cost {
        let mut cost = Cost::default();
        while cost.cases < total {
            let done = cost.cases;
            let batch: Vec<Case> = (done..total.min(done + BATCH))
                .map(|n| shifted(&templates[n % templates.len()], n, self.zone))
                .collect();
            let (results, one) = each(&batch, threads, &work);
            cost.add(one);
            then(done, &batch, results);
        }
        cost
    }

    fn report(&mut self, computes: &str, cost: Cost) {
        let memory = peak();
        println!(
            "{computes}, {} cases: {:.2} CPU s, {:.2} s, {:.1} us of CPU a case, peak {:.0} MB",
            cost.cases,
            cost.cpu.as_secs_f64(),
            cost.wall.as_secs_f64(),
            cost.each(),
            memory.unwrap_or_default(),
        );
        self.figures.push(json!({
            "engine": "habeas", "computes": computes, "cases": cost.cases, "cpu": cost.cpu.as_secs_f64(), "wall": cost.wall.as_secs_f64(), "peak_mb": memory,
        }));
    }

    fn summaries(&mut self, forty: &[Case]) {
        forget_peak();
        let mut findings = 0_u64;
        let work = |case: &Case| summarize(self.law, case, AT);
        let count = |_: usize, _: &[Case], batch: Vec<habeas_case::Summary>| {
            findings += batch
                .iter()
                .flat_map(|summary| summary.findings)
                .map(u64::from)
                .sum::<u64>();
        };
        let cost = self.all(forty, self.total, THREADS, work, count);
        self.report("summary: all clocks, gates, findings", cost);
        println!("  {findings} findings");
    }

    fn shared(&mut self, forty: &[Case], folder: Option<&Path>) {
        for (n, at) in [(1, AT), (2, MIDWAY)] {
            let mut file = folder.map(|folder| create(&folder.join(format!("answers-{n}.csv"))));
            if let Some(file) = &mut file {
                let columns: String = SHARED.iter().fold(String::new(), |line, name| {
                    format!("{line},{name}_end,{name}_state")
                });
                writeln!(file, "case,overdue,next{columns}").expect("write");
            }
            forget_peak();
            let work = |case: &Case| answers(self.law, &self.slots, case, at);
            let write = |first: usize, _: &[Case], batch: Vec<Answers>| {
                if let Some(file) = &mut file {
                    (first..).zip(batch).for_each(|(number, answers)| {
                        writeln!(file, "{number},{}", told(&answers)).expect("write")
                    });
                }
            };
            let cost = self.all(forty, self.total, THREADS, work, write);
            match n {
                1 => self.report("nine deadlines", cost),
                _ => println!(
                    "  midway through the cases: {:.1} us of CPU a case",
                    cost.each()
                ),
            }
        }
    }

    /// Each case apart: a median needs single times. Checks that the assessment says of the shared deadlines what the bare clocks say.
    fn in_full(&mut self, forty: &[Case]) {
        let case = |n: usize| shifted(&forty[n % forty.len()], n, self.zone);
        let cases: Vec<Case> = (0..IN_FULL.min(self.total)).map(case).collect();
        let assess = |case: &Case| assess_person(self.law, case, PERSON, AT);
        forget_peak();
        let time = |case: &Case| {
            let start = Instant::now();
            let acts = assess(case).computed_from.acts;
            assert_eq!(acts, 40);
            start.elapsed().as_secs_f64() * 1e6
        };
        let (mut times, cost) = each(&cases, 1, time);
        for case in &cases {
            let bare = answers(self.law, &self.slots, case, AT);
            assert_eq!(of_assessment(&assess(case)), bare, "{}", case.id);
        }
        times.sort_by(f64::total_cmp);
        self.report("full assessment, explained", cost);
        println!(
            "  one case of 40 acts: median {:.0} us, p99 {:.0} us",
            times[times.len() / 2],
            times[times.len() * 99 / 100]
        );
    }

    fn reading(&mut self, forty: &[Case]) {
        let cases: Vec<Case> = (0..READ.min(self.total))
            .map(|n| shifted(&forty[n % forty.len()], n, self.zone))
            .collect();
        let mut text = String::new();
        cases.iter().for_each(|case| {
            case.acts
                .iter()
                .for_each(|act| self.line(case, act, &mut text))
        });
        forget_peak();
        let (reading, cost) = measured(|| {
            let mut reader = Reader::new(self.law);
            reader
                .json("generated.jsonl", text.as_bytes())
                .expect("memory does not fail");
            reader.finish()
        });
        assert_eq!(
            (reading.rejects.len(), reading.cases.len()),
            (0, cases.len())
        );
        // JSON keeps no order of fields.
        let ordered = |cases: Vec<Case>| {
            let mut cases: Vec<(_, Vec<Act>)> =
                cases.into_iter().map(|case| (case.id, case.acts)).collect();
            cases.iter_mut().for_each(|(_, acts)| {
                acts.iter_mut()
                    .for_each(|act| act.fields.sort_by_key(|(id, _)| *id))
            });
            cases.sort_by(|a, b| a.0.cmp(&b.0));
            cases
        };
        let (count, taken) = (cases.len(), reading.taken);
        assert!(
            ordered(cases) == ordered(reading.cases),
            "what is read is what was written"
        );
        let megabytes = text.len() as f64 / 1e6;
        self.report(
            "reading alone, JSON Lines",
            Cost {
                cases: count,
                ..cost
            },
        );
        let second = cost.cpu.as_secs_f64();
        println!(
            "  {megabytes:.1} MB, {taken} acts: {:.1} MB and {:.0} cases a second of CPU",
            megabytes / second,
            count as f64 / second
        );
    }

    /// An act as a line of JSON.
    fn line(&self, case: &Case, act: &Act, text: &mut String) {
        let law = self.law;
        let mut by = Map::new();
        by.extend(
            act.by
                .organ
                .map(|organ| ("organ".to_owned(), json!(law.organ(organ).name))),
        );
        by.extend(
            act.by
                .rank
                .map(|rank| ("rank".to_owned(), json!(law.rank(rank).name))),
        );
        by.extend(
            act.by
                .level
                .map(|level| ("level".to_owned(), json!(law.level(level).name))),
        );
        let fields: Map<_, _> = act
            .fields
            .iter()
            .map(|(id, value)| (law.field_name(*id).to_owned(), self.value(value)))
            .collect();
        let mut line = json!({
            "id": act.id, "case": case.id, "subjects": act.subjects, "act": law.act(act.kind).full_name, "happened": self.when(&act.happened),
        });
        let keys = line.as_object_mut().expect("an object");
        keys.extend(
            act.until
                .map(|until| ("until".to_owned(), json!(self.when(&until)))),
        );
        keys.extend(
            [("by", by), ("fields", fields)]
                .into_iter()
                .filter(|(_, map)| !map.is_empty())
                .map(|(key, map)| (key.to_owned(), map.into())),
        );
        writeln!(text, "{line}").expect("a String");
    }

    fn when(&self, when: &When) -> String {
        match when.precision {
            Precision::Day => when.day.to_string(),
            _ => format!(
                "{}+08:00",
                show_instant(when.from, self.zone).replace(' ', "T")
            ),
        }
    }

    fn value(&self, value: &Value) -> serde_json::Value {
        match value {
            Value::Yes(yes) => json!(yes),
            Value::Date(day) => json!(day.to_string()),
            Value::Number(number) => number
                .to_string()
                .parse()
                .map(serde_json::Value::Number)
                .expect("a number"),
            Value::Word(word) => json!(self.law.word_name(*word)),
            other => unreachable!("no way has {other:?}"),
        }
    }

    /// Every act of every case. Days become the midnight that ends them where they end something, else the one that begins them.
    /// Every act of every case, as JSON Lines.
    fn acts(&self, forty: &[Case], file: &Path) {
        let mut file = create(file);
        let mut text = String::new();
        for number in 0..self.total {
            let case = shifted(&forty[number % forty.len()], number, self.zone);
            text.clear();
            case.acts
                .iter()
                .for_each(|act| self.line(&case, act, &mut text));
            file.write_all(text.as_bytes()).expect("write");
        }
        file.flush().expect("write");
    }

    fn export(&self, forty: &[Case], file: &Path) {
        let mut file = create(file);
        writeln!(
            file,
            "case,seq,act,happened,until,requested_on,{}",
            FIELDS.join(",")
        )
        .expect("write");
        let [until, requested] =
            ["until", "requested_on"].map(|name| self.law.field(name).expect("a field"));
        let fields = FIELDS.map(|name| self.law.field(name).expect("a field"));
        let mut write = |number: usize, case: &Case| {
            for (seq, act) in case.acts.iter().enumerate() {
                let day = |id, later| match act.field(id) {
                    Some(Value::Date(day)) => start_of(shift(*day, later), self.zone).to_string(),
                    _ => String::new(),
                };
                let until = act.until.map_or_else(
                    || day(until, 1),
                    |until| start_of(shift(until.day, 1), self.zone).to_string(),
                );
                let kind = &self.law.act(act.kind).name;
                write!(
                    file,
                    "{number},{seq},{kind},{},{until},{}",
                    act.happened.from,
                    day(requested, 0)
                )
                .expect("write");
                for id in fields {
                    let value = act.field(id).map(|value| self.value(value));
                    let text = value.map(|value| {
                        value
                            .as_str()
                            .map_or_else(|| value.to_string(), str::to_owned)
                    });
                    write!(file, ",{}", text.unwrap_or_default()).expect("write");
                }
                writeln!(file).expect("write");
            }
        };
        (0..self.total).for_each(|n| write(n, &shifted(&forty[n % forty.len()], n, self.zone)));
    }
}

/// The end of a clock, and what it is doing.
type Answer = Option<(i64, &'static str)>;
type Answers = [Answer; SHARED.len()];

const UNKNOWN: Answer = Some((0, "unknown"));

/// What the clocks say, and nothing else is computed.
fn answers(law: &Law, slots: &[Option<usize>], case: &Case, at: i64) -> Answers {
    let history = History::of(case, PERSON);
    let timeline = Timeline::build(law, &history, at);
    let ev = Evaluator::new(law, &history, &timeline, at);
    let horizon = history.visible(at);
    let mut answers = [None; SHARED.len()];
    for (index, act) in history.acts.iter().enumerate().take(horizon) {
        for id in law.clocks_of(act.kind) {
            let Some(slot) = slots[id.index()] else {
                continue;
            };
            for run in clock::runs(&ev, *id, Some(index), horizon, 0, &mut Silent::default()) {
                assert_eq!(
                    answers[slot].replace(of_run(&ev, &run).expect("an answer")),
                    None,
                    "one of each a case"
                );
            }
        }
    }
    answers
}

fn of_run(ev: &Evaluator<'_>, run: &Run) -> Answer {
    let state = match run.state {
        State::Running => "running",
        State::Met => "met",
        State::MetLate => "met_late",
        State::Ended => "ended",
        State::EndedLate => "ended_late",
        State::RanOut => "overdue",
        _ => return UNKNOWN,
    };
    let zone = ev.zone(ev.law.clock(run.clock).pack);
    match (&run.earliest, &run.latest) {
        (Some(a), Some(b)) if a.end == b.end && run.applies == Truth::Yes => {
            Some((a.end.ends_at(zone), state))
        }
        _ => UNKNOWN,
    }
}

/// The same from an assessment.
fn of_assessment(assessment: &Assessment) -> Answers {
    let mut answers = [None; SHARED.len()];
    for clock in &assessment.clocks {
        let name = clock.rule.strip_prefix(PACK).map(str::trim);
        let Some(slot) = SHARED.iter().position(|shared| Some(*shared) == name) else {
            continue;
        };
        let state = match clock.status {
            Status::Running => "running",
            Status::Met => "met",
            Status::MetLate => "met_late",
            Status::Ended => "ended",
            Status::EndedLate => "ended_late",
            Status::Overdue => "overdue",
            _ => "unknown",
        };
        let sure = clock
            .ends
            .as_ref()
            .filter(|ends| ends.latest.as_ref() == Some(&ends.earliest) && state != "unknown");
        // Whether a clock applies at all is asked of the facts that it needs.
        answers[slot] = match sure {
            Some(ends) if clock.needs.is_empty() => Some((ends.earliest.instant, state)),
            _ => UNKNOWN,
        };
    }
    answers
}

/// How many are overdue, the next end, and each answer.
fn told(answers: &Answers) -> String {
    let all = || answers.iter().flatten();
    let overdue = all().filter(|(_, state)| *state == "overdue").count();
    let next = all()
        .filter(|(_, state)| *state == "running")
        .map(|(end, _)| *end)
        .min();
    let mut line = format!(
        "{overdue},{}",
        next.map(|end| end.to_string()).unwrap_or_default()
    );
    for answer in answers {
        match *answer {
            UNKNOWN => line.push_str(",,unknown"),
            Some((end, state)) => write!(line, ",{end},{state}").expect("a String"),
            None => line.push_str(",,"),
        }
    }
    line
}

fn create(file: &Path) -> BufWriter<File> {
    BufWriter::new(File::create(file).expect("the folder of the export can be written"))
}

fn main() {
    let laws = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../laws");
    let start = Instant::now();
    let library = Library::open(&laws.join("cn")).expect("laws/cn");
    let law = library.law().expect("laws/cn is in order");
    println!(
        "loading laws/cn: {:.0} ms, {} clauses",
        start.elapsed().as_secs_f64() * 1e3,
        law.clauses
    );
    let total: usize = std::env::var("HABEAS_BENCH_CASES")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(1_000_000);
    let folder = std::env::var_os("HABEAS_BENCH_EXPORT").map(PathBuf::from);
    let forty = templates(&law, 40);
    let mut bench = Bench::new(&law, total);
    if let Some(file) = std::env::var_os("HABEAS_BENCH_ACTS") {
        bench.acts(&forty, Path::new(&file));
        return;
    }
    bench.summaries(&forty);
    bench.shared(&forty, folder.as_deref());
    bench.in_full(&forty);
    growth::by_acts(&law, total);
    growth::by_rules(&library, total);
    bench.reading(&forty);
    if let Some(folder) = folder {
        bench.export(&forty, &folder.join("acts.csv"));
        let ours = json!({ "cases": total, "at": [AT, MIDWAY], "clocks": SHARED, "clauses": law.clauses, "rows": bench.figures });
        std::fs::write(folder.join("ours.json"), ours.to_string())
            .expect("the folder of the export can be written");
    }
}
