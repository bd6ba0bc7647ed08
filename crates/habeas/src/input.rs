//! What commands share: the law folder, the files of acts, the instant, the one place that reads a clock.

use std::fs::File;
use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use habeas_case::read::{Reader, Reading};
use habeas_case::{Case, read};
use habeas_law::{Law, Library};
use habeas_ledger::policy::Policy;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use jiff::fmt::temporal::Pieces;
use jiff::tz::Offset;

use crate::output::Failure;
use crate::store::Kept;

/// Where the law packs are.
#[derive(Debug, Args)]
pub struct Laws {
    /// The folder of law packs.
    #[arg(long, value_name = "DIR", default_value = "laws")]
    pub laws: PathBuf,
}

impl Laws {
    /// Loads them.
    pub fn law(&self) -> Result<Law, Failure> {
        law(&self.laws, "name it with --laws")
    }
}

/// Loads a folder of law packs; `otherwise` says how to name it.
pub fn law(path: &Path, otherwise: &str) -> Result<Law, Failure> {
    if !path.exists() {
        return Err(Failure::hinted(
            format!("the law packs are not in {}", path.display()),
            format!("run the program in the folder that holds `laws`, or {otherwise}"),
        ));
    }
    Ok(Library::open(path)?.law()?)
}

/// The instant asked.
#[derive(Debug, Args)]
pub struct At {
    /// The instant asked, such as 2026-11-24T09:00+08:00; now, if it is not given.
    #[arg(long, value_name = "INSTANT")]
    pub at: Option<String>,
}

impl At {
    /// Seconds since 1970-01-01T00:00Z. A time without an offset is taken in the zone of the case.
    pub fn instant(&self, law: &Law, case: Option<&Case>) -> Result<i64, Failure> {
        let Some(text) = &self.at else {
            return Ok(now());
        };
        if let Ok(stamp) = text.parse::<Timestamp>() {
            possible(text)?;
            return Ok(stamp.as_second());
        }
        let zone = case
            .and_then(|c| c.acts.first())
            .map(|act| law.zone(law.act(act.kind).pack).clone());
        let zone = zone
            .or_else(|| law.packs.first().map(|p| p.zone.clone()))
            .unwrap_or(jiff::tz::TimeZone::UTC);
        let offset = text.rfind(['+', 'Z', 'z']).is_some_and(|n| n > 10);
        if offset {
            return Err(wrong_instant(text));
        }
        let when = habeas_law::moment::When::parse(text, &zone).map_err(|_| wrong_instant(text))?;
        possible(text)?;
        Ok(when.from)
    }
}

/// Offsets from UTC that clocks on earth have, in hours.
const OFFSETS: RangeInclusive<i32> = -12..=14;

/// Refuses what can be written and cannot be: an offset that no clock has, a year in which nothing is read.
fn possible(text: &str) -> Result<(), Failure> {
    let Ok(pieces) = Pieces::parse(text) else {
        return Ok(());
    };
    let offset = pieces.to_numeric_offset().unwrap_or(Offset::UTC);
    let (from, to) = (OFFSETS.start() * 3600, OFFSETS.end() * 3600);
    if !(from..=to).contains(&offset.seconds()) {
        return Err(Failure::hinted(
            format!("`{text}`: no clock on earth is {offset} from UTC"),
            "offsets lie between -12:00 and +14:00, such as +08:00",
        ));
    }
    let (first, last) = read::YEARS;
    if !(first..=last).contains(&pieces.date().year()) {
        return Err(Failure::hinted(
            format!("`{text}` lies outside the years {first} to {last} that are read"),
            "such as 2026-11-24T09:00+08:00",
        ));
    }
    Ok(())
}

fn wrong_instant(text: &str) -> Failure {
    Failure::hinted(
        format!("`{text}` is not an instant"),
        "such as 2026-11-24T09:00+08:00, 2026-11-24T09:00 or 2026-11-24",
    )
}

/// The clock of the machine: read here, and nowhere else in the project.
#[expect(
    clippy::disallowed_methods,
    reason = "the edge of the program: libraries take the instant as an argument"
)]
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

/// The same, in seconds that a leaf can bear.
pub fn seconds() -> u64 {
    now().try_into().unwrap_or(0)
}

/// The clock of the machine, for what runs on.
pub struct Machine;

impl habeas_store::Clock for Machine {
    fn now(&self) -> u64 {
        seconds()
    }
}

impl habeas_witness::Clock for Machine {
    fn now(&self) -> u64 {
        seconds()
    }
}

/// A policy from a file.
pub fn policy(path: &Path) -> Result<Policy, Failure> {
    let of = |problem| Failure::said(format!("{}: {problem}", path.display()));
    text(path)?.parse().map_err(of)
}

/// A file as text.
pub fn text(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::File(path.to_owned(), e))
}

/// An instant as it is written everywhere, in UTC.
pub fn utc(seconds: u64) -> String {
    let stamp = i64::try_from(seconds).ok();
    let stamp = stamp.and_then(|seconds| Timestamp::from_second(seconds).ok());
    stamp.map_or_else(
        || format!("{seconds} s after 1970"),
        |stamp| stamp.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// Files of acts, `-` for standard input. Those that end in `.csv` are CSV, all others JSON Lines.
#[derive(Debug, Args)]
pub struct Files {
    /// Files of acts: JSON Lines, or CSV if the name ends in .csv; `-` reads JSON Lines from standard input.
    #[arg(required_unless_present = "store", value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Write the lines that could not be read to this file, so that they can be mended and read again.
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    #[command(flatten)]
    pub kept: Kept,
}

impl Files {
    /// Reads them all, and says on standard error which lines were refused.
    pub fn read(&self, law: &Law) -> Result<Reading, Failure> {
        self.told(self.reader(law)?.finish())
    }

    fn reader<'l>(&self, law: &'l Law) -> Result<Reader<'l>, Failure> {
        let mut reader = Reader::new(law).keeping(self.rejects.is_some());
        self.kept.read_into(&mut reader)?;
        read_into(reader, &self.files)
    }

    /// Reads them all, and lists the lines that were taken.
    pub fn read_listing(&self, law: &Law) -> Result<Reading, Failure> {
        let keeps = self.rejects.is_some();
        let reader = Reader::new(law).keeping(keeps).listing();
        self.told(read_into(reader, &self.files)?.finish())
    }

    /// Reads them all, and after them a step, a line of JSON that is not in them.
    pub fn read_with(&self, law: &Law, step: &str) -> Result<Reading, Failure> {
        let mut reader = self.reader(law)?;
        read_one(&mut reader, THE_STEP, step.as_bytes())?;
        let mut reading = reader.finish();
        let of_step = |reject: &read::Reject| *reject.file == *THE_STEP;
        if let Some(reject) = reading.rejects.iter().find(|reject| of_step(reject)) {
            return Err(Failure::Said(reject.to_string(), reject.hint.clone()));
        }
        reading.rejects.retain(|reject| !of_step(reject));
        self.told(reading)
    }

    fn told(&self, reading: Reading) -> Result<Reading, Failure> {
        say_rejects(&reading);
        if let Some(path) = &self.rejects {
            let file = File::create(path).map_err(|e| Failure::File(path.clone(), e))?;
            let written = read::write_rejects(&reading.rejects, file)
                .map_err(|e| Failure::File(path.clone(), e))?;
            crate::output::note(&format!(
                "{written} refused line(s) written to {}",
                path.display()
            ));
        }
        Ok(reading)
    }
}

/// The name of a step in messages.
const THE_STEP: &str = "the step";

/// Reads files of acts, of which no refused line will be written out.
pub fn read_files(law: &Law, files: &[PathBuf]) -> Result<Reading, Failure> {
    Ok(read_into(Reader::new(law).keeping(false), files)?.finish())
}

fn read_into<'l>(mut reader: Reader<'l>, files: &[PathBuf]) -> Result<Reader<'l>, Failure> {
    let total = files
        .iter()
        .filter_map(|f| std::fs::metadata(f).ok())
        .map(|m| m.len())
        .sum();
    let bar = progress(total, "reading");
    for path in files {
        let name = path.display().to_string();
        if name == "-" {
            let input = BufReader::new(std::io::stdin().lock());
            reader
                .json("standard input", input)
                .map_err(|e| Failure::said(e.to_string()))?;
            continue;
        }
        if path.is_dir() {
            return Err(Failure::hinted(
                format!("{name} is a folder"),
                format!("name the files of acts in it, such as {name}/*.jsonl"),
            ));
        }
        let file = File::open(path).map_err(|e| Failure::File(path.clone(), e))?;
        let input = BufReader::with_capacity(
            1 << 16,
            Counted {
                inner: file,
                bar: bar.clone(),
            },
        );
        read_one(&mut reader, &name, input)?;
    }
    bar.finish_and_clear();
    Ok(reader)
}

fn read_one(reader: &mut Reader<'_>, name: &str, input: impl BufRead) -> Result<(), Failure> {
    let read = if name.ends_with(".csv") {
        reader.csv(name, input)
    } else {
        reader.json(name, input)
    };
    read.map_err(|e| Failure::said(e.to_string()))
}

/// Says on standard error which lines were refused.
pub fn say_rejects(reading: &Reading) {
    for reject in &reading.rejects {
        let hint = reject
            .hint
            .as_ref()
            .map(|hint| format!("\n  hint: {hint}"))
            .unwrap_or_default();
        crate::output::note(&format!("refused {reject}{hint}"));
    }
    if !reading.rejects.is_empty() {
        crate::output::note(&format!(
            "{} line(s) taken, {} refused",
            reading.taken,
            reading.rejects.len()
        ));
    }
}

/// A bar on standard error, for people at a terminal; it shows only when the work takes more than two seconds.
pub fn progress(total: u64, what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::no_length();
    let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.set_message(what);
    bar.set_length(total);
    bar.set_draw_target(indicatif::ProgressDrawTarget::stderr_with_hz(2));
    bar.enable_steady_tick(Duration::from_secs(2));
    bar
}

/// Counts what is read into a bar.
struct Counted<R> {
    inner: R,
    bar: ProgressBar,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.bar.inc(count as u64);
        Ok(count)
    }
}
