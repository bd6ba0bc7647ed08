//! `cargo xtask bench case`: how fast cases are assessed, how cost grows, and the same deadlines hand-written elsewhere.
//!
//! Cases are generated, a batch at a time, from templates that follow the Chinese pack; generating and parsing are timed apart.

#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]
#![expect(clippy::print_stdout, reason = "the report of a benchmark")]

use std::path::Path;
use std::time::{Duration, Instant};

use habeas_case::example::Builder;
use habeas_case::{Case, assess_person, summarize};
use habeas_law::moment::When;
use habeas_law::{Law, Library};

/// The way of one case, from detention to the extensions of custody. Lines are as in examples.
const WAY: &[&str] = &[
    "detention  2026-03-02 10:20  ground pointed_out  warrant_shown yes  by police rank county_head level county",
    "detention_house_admission  2026-03-02 20:00  by detention_house",
    "family_notice  2026-03-03 09:00  by police",
    "interrogation  2026-03-02 15:00  by police",
    "detention_extension  2026-03-04 16:00  ground gang  offenders 3  until 2026-03-28  by police rank county_head",
    "arrest_request  2026-03-27 17:00  by police",
    "request_received  2026-03-27 17:30  by procuratorate",
    "arrest_approval  2026-04-02 11:00  by procuratorate rank chief_procurator",
    "arrest  2026-04-02 16:00  by police",
    "detention_house_admission  2026-04-02 16:30  by detention_house",
    "family_notice  2026-04-03 09:00  by police",
    "interrogation  2026-04-02 17:30  by police",
    "change_application  2026-04-20 10:00",
    "change_decision  2026-04-22 10:00  by police",
    "psychiatric_evaluation  2026-04-25 .. 2026-05-09  by police",
    "checkers_told  2026-04-25 12:00  procuratorate_told yes  detention_house_told yes  by police",
    "custody_extension_request  2026-06-01 10:00  by police level county",
    "custody_extension  2026-06-05 10:00  ground complex  requested_on 2026-06-01  by procuratorate level prefecture",
    "checkers_told  2026-06-05 12:00  procuratorate_told yes  detention_house_told yes  by police",
];

const BATCH: usize = 20_000;

fn templates(law: &Law, acts: usize) -> Vec<Case> {
    let pack = law.pack_named("cn/criminal-procedure").expect("the pack");
    let ends = [4, 7, 9, 12, 16, WAY.len()];
    let build = |length: usize| {
        let mut builder = Builder::new(law, pack);
        WAY.iter().take(length).for_each(|line| builder.line(line).expect("a line of the way"));
        // Open cases are questioned again and again.
        let mut day = 0;
        while builder.case.acts.len() < acts {
            day += 1;
            let when = jiff::civil::date(2026, 3, 4).saturating_add(jiff::Span::new().days(day % 120));
            builder.line(&format!("interrogation  {when} 10:00  by police")).expect("a line");
        }
        builder.case.acts.truncate(acts);
        builder.case
    };
    ends.iter().map(|length| build(*length)).collect()
}

fn shifted(case: &Case, number: usize, law: &Law) -> Case {
    let zone = law.zone(law.pack_named("cn/criminal-procedure").expect("the pack"));
    let days = i64::try_from(number * 7919 % 300).expect("small");
    let hours = i64::try_from(number * 104_729 % 11).expect("small");
    let seconds = days * 86_400 + hours * 3_600;
    let moved = |when: &When| When { from: when.from + seconds, to: when.to + seconds, day: habeas_law::moment::day_of(when.from + seconds, zone), ..*when };
    let mut copy = case.clone();
    copy.id = format!("g{number}").into();
    for act in &mut copy.acts {
        act.happened = moved(&act.happened);
        act.until = act.until.as_ref().map(moved);
    }
    copy
}

fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("VmHWM: unknown").to_owned();
    line.trim_start_matches("VmHWM:").trim().to_owned()
}

fn summaries(law: &Law, templates: &[Case], total: usize, threads: usize) -> (Duration, u64) {
    let at = 1_810_000_000;
    let mut time = Duration::ZERO;
    let mut findings = 0;
    let mut done = 0;
    while done < total {
        let size = BATCH.min(total - done);
        let batch: Vec<Case> = (0..size).map(|n| shifted(&templates[(done + n) % templates.len()], done + n, law)).collect();
        let start = Instant::now();
        let counts: Vec<u64> = std::thread::scope(|scope| {
            let workers: Vec<_> = batch
                .chunks(size.div_ceil(threads))
                .map(|chunk| scope.spawn(move || chunk.iter().map(|case| u64::from(summarize(law, case, at).findings.iter().sum::<u32>())).sum()))
                .collect();
            workers.into_iter().map(|w| w.join().expect("a worker")).collect()
        });
        time += start.elapsed();
        findings += counts.iter().sum::<u64>();
        done += size;
    }
    (time, findings)
}

fn main() {
    let laws = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../laws");
    let start = Instant::now();
    let library = Library::open(&laws.join("cn")).expect("laws/cn");
    let law = library.law().expect("laws/cn is in order");
    println!("loading laws/cn: {:.0} ms, {} clauses", start.elapsed().as_secs_f64() * 1e3, law.clauses);
    let total: usize = std::env::var("HABEAS_BENCH_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let forty = templates(&law, 40);
    let (time, findings) = summaries(&law, &forty, total, 2);
    println!(
        "summary of {total} cases of 40 acts, 2 threads: {:.1} s ({:.1} us a case and thread), {findings} findings",
        time.as_secs_f64(),
        time.as_secs_f64() * 2e6 / total as f64
    );
    println!("peak memory: {}", peak_memory());
    for acts in [5, 10, 20, 40, 80, 160] {
        let some = templates(&law, acts);
        let count = (total / 100).clamp(1_000, 10_000);
        let (time, _) = summaries(&law, &some, count, 1);
        println!("{acts:>4} acts a case: {:>8.1} us a summary", time.as_secs_f64() * 1e6 / count as f64);
    }
    let mut times: Vec<f64> = Vec::new();
    for n in 0..2_000 {
        let case = shifted(&forty[n % forty.len()], n, &law);
        let start = Instant::now();
        let assessment = assess_person(&law, &case, habeas_case::example::PERSON, 1_810_000_000);
        times.push(start.elapsed().as_secs_f64() * 1e6);
        assert_eq!(assessment.computed_from.acts, 40);
    }
    times.sort_by(f64::total_cmp);
    println!("full explained assessment of one case of 40 acts: median {:.0} us, p99 {:.0} us", times[times.len() / 2], times[times.len() * 99 / 100]);
}
