//! Mutated packs and calendars: no panic, no hang, and a law that is given can be looked into.
//!
//! The mutations come from a fixed seed, so that a failure comes again. `HABEAS_FUZZ_SECONDS` says how long, 2 by default.
//! The packs of `laws/` are mutated too, those that are there; without any the built-in pack alone is.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test may panic"
)]

use std::path::Path;
use std::time::{Duration, Instant};

use fastrand::Rng;
use habeas_law::Library;
use habeas_law::read::{Files, read};

/// The longest that one input may take; a build without optimisation on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// An invented law with one of each noun.
const PACK: &str = include_str!("fuzz_pack.md");
const CALENDAR: &str = "from,to,kind,name_en,name_zh,source\nsaturday,,weekend,,,invented\nsunday,,weekend,,,invented\n2026-01-01,2026-12-31,published,,,invented\n\
2026-05-01,2026-05-03,off,May,五月,invented\n2026-05-09,2026-05-09,workday,Work,班,invented\n2026-12-25,2026-12-25,feast+off,Feast,节,invented\n";

/// Words of the language and what breaks them.
const PIECES: &[&str] = &[
    "\"",
    "\"…\" / \"…\"",
    "(",
    ")",
    "((((",
    "not ",
    "not not not ",
    " and ",
    " or ",
    " if ",
    "..",
    " .. ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    "```",
    "```law\n",
    "```example\n",
    "---\n",
    "> ",
    "## XS 1. ",
    "#",
    "/",
    ",",
    ";",
    ":",
    "<",
    ">=",
    "x",
    "拘留",
    "\u{202e}",
    "\u{0}",
    "99999999999999999999",
    "-1",
    "0",
    "1 month + 15 days",
    "3 working days",
    "2026-02-30",
    "2026-11-05 14:05",
    "21:00",
    "held at ",
    "some holding ",
    "no holding where ",
    "count of holding where ",
    "end of ",
    "last day of hold",
    "latest ",
    "rounded down to 0",
    " / 0",
    "age of born at ",
    "between 21:00 and 07:00",
    "otherwise",
    "when ",
    "where ",
    "in force 2020-01-01 .. 2019-01-01",
    "governs by ",
    "article ",
    "articles ",
    "clock ",
    "duty ",
    "gate ",
    "meter ",
    "formula ",
    "table ",
    "remedy ",
    "breach ",
    "measure ",
    "unknown: closed",
    "else breach ",
    "instead ",
    "at least 3 of",
    "all of",
    "unless ",
    "repeats every 0 days from the last",
    "stands still during ",
    "starts again at ",
    "never past start - 90 days",
    "warns 7 days before the end",
    "basis: disputed \"a\" or \"b\"",
    "not encoded: 1(1) \"x\", because",
    "uses: xx/harbour",
    "zone: Mars/Olympus",
    "calendar: xx/other",
    "counting: other",
    "format: 2",
    "languages: en",
    "of each holding",
    "title",
    "period",
    "determines hold by added",
    "2026-05-01,2026-04-01,off,,,x\n",
    "0001-01-01",
    "9999-12-31",
];

fn mutate(seed: &str, dice: &mut Rng) -> String {
    let mut text = seed.to_owned();
    let floor = |text: &str, mut at: usize| {
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    for _ in 0..=dice.usize(..4) {
        let at = floor(&text, dice.usize(..text.len() + 1));
        let to = floor(&text, (at + dice.usize(..60)).min(text.len())).max(at);
        let piece = PIECES[dice.usize(..PIECES.len())];
        match dice.usize(..10) {
            0 if dice.usize(..4) == 0 => text.truncate(at),
            1 => text.replace_range(at..to, ""),
            2 => {
                let part = text[at..to].to_owned();
                let into = floor(&text, dice.usize(..text.len() + 1));
                text.insert_str(into, &part);
            }
            3 => {
                let lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
                let line = dice.choice(&lines).cloned().unwrap_or_default();
                let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
                text.insert_str(start, &line);
            }
            4 => {
                let start = text[..at].rfind('\n').map_or(0, |n| n + 1);
                let end = text[at..].find('\n').map_or(text.len(), |n| at + n + 1);
                text.replace_range(start..end, "");
            }
            5 => text.insert_str(at, &piece.repeat(2 + dice.usize(..60))),
            6 if dice.usize(..30) == 0 => text.insert_str(at, &piece.repeat(30_000)),
            7 => text.replace_range(at..to, piece),
            _ => text.insert_str(at, piece),
        }
    }
    text
}

/// Reads, and looks at every problem or at every act.
fn check(files: &Files) {
    match read(files) {
        Ok(law) => {
            for act in &law.acts {
                assert!(law.act_named(&act.full_name).is_some());
                assert!(law.act_nearly(&act.full_name).is_some());
            }
            law.each_note(&mut |pack, note| {
                for citation in &note.citations {
                    assert!(law.passage(pack, citation).is_some(), "{citation}");
                }
            });
        }
        Err(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                assert!(!problem.message.is_empty());
                drop((
                    problem.place(),
                    miette::Report::new(problem.clone()).to_string(),
                ));
            }
        }
    }
}

/// The built-in pack, and each folder of `laws/` that is there.
fn seeds() -> Vec<Files> {
    let mut own = Files::default();
    own.packs.insert("xx/harbour.md".into(), PACK.into());
    own.calendars.insert("xx/days".into(), CALENDAR.into());
    assert!(read(&own).is_ok(), "{:#?}", read(&own).unwrap_err());
    let mut seeds = vec![own];
    let laws = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../laws");
    let mut folders: Vec<_> = std::fs::read_dir(laws)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .collect();
    folders.sort();
    seeds.extend(
        folders
            .iter()
            .filter_map(|folder| Library::open(folder).ok())
            .map(|library| library.files),
    );
    seeds
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long to go on, and whether one input hangs; nothing else hangs on it"
)]
fn mutated_packs() {
    let seconds = std::env::var("HABEAS_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2);
    let seeds = seeds();
    let mut dice = Rng::with_seed(0x5eed_0000_0000_0002);
    let start = Instant::now();
    let mut count = 0_u64;
    while start.elapsed() < Duration::from_secs(seconds) {
        // Mostly the small one: it is read a hundred times as fast as a whole country.
        let which = if dice.usize(..10) == 0 {
            dice.usize(..seeds.len())
        } else {
            0
        };
        let mut files = seeds[which].clone();
        let at = dice.usize(..files.packs.len() + files.calendars.len());
        let texts = files.packs.values_mut().chain(files.calendars.values_mut());
        let Some(text) = texts.into_iter().nth(at) else {
            continue;
        };
        *text = mutate(text, &mut dice);
        let mutated = text.clone();
        let began = Instant::now();
        let caught = std::panic::catch_unwind(|| check(&files));
        let shown = || {
            let file = std::env::temp_dir().join("habeas-fuzz-pack.md");
            let kept = std::fs::write(&file, &mutated)
                .map_or_else(|e| e.to_string(), |()| file.display().to_string());
            format!("kept in {kept}")
        };
        assert!(caught.is_ok(), "input {count} panics, {}", shown());
        assert!(
            began.elapsed() < PATIENCE,
            "input {count} takes {:?}, {}",
            began.elapsed(),
            shown()
        );
        count += 1;
    }
    println!("{count} inputs from {} laws", seeds.len());
}
