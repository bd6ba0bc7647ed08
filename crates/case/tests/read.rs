//! Lines that are read, and every kind of line that is not: file, line, what was found, hint.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "read_support/csv.rs"]
mod read_csv;
#[path = "read_support/json.rs"]
mod read_json;
mod read_support;

use std::fmt::Write as _;

use habeas_case::act::Partial;
use habeas_case::read::{Kind, Reader, Reading, write_rejects};
use habeas_law::Value;
use habeas_law::moment::Precision;
use read_csv::csv;
use read_json::json;
use read_support::law;

/// An act line with something more in it.
fn line(more: &str) -> String {
    format!(
        r#"{{"id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05T14:05"{more}}}"#
    )
}

/// Every reject with its hint, as the command line shows them.
fn told(reading: &Reading) -> String {
    let mut out = String::new();
    for reject in &reading.rejects {
        writeln!(out, "{reject}").unwrap();
        if let Some(hint) = &reject.hint {
            writeln!(out, "  hint: {hint}").unwrap();
        }
    }
    out
}

#[test]
fn bad_lines() {
    let law = law();
    let mut out = String::new();
    for text in include_str!("read_bad.jsonl").lines() {
        let text = text.replace(
            "HOLDING",
            r#""id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05T14:05""#,
        );
        let text = text.replace(
            "EXTENSION",
            r#""id":"1","case":"a","act":"xx/harbour extension","happened":"2026-11-05""#,
        );
        let reading = json(&law, &text);
        assert_eq!(reading.rejects.len(), 1, "{text}");
        let case = reading.rejects[0].case.as_deref().unwrap_or("no case");
        write!(
            out,
            "{text}\n  [{:?}, {case}] {}\n",
            reading.rejects[0].problem.kind,
            told(&reading)
        )
        .unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn bad_csv() {
    let law = law();
    let mut out = String::new();
    for text in include_str!("read_bad_csv.txt").split("---\n") {
        let reading = csv(&law, text);
        assert!(!reading.rejects.is_empty(), "{text}");
        write!(out, "{text}  taken {}\n{}\n", reading.taken, told(&reading)).unwrap();
    }
    insta::assert_snapshot!(out);
}

#[test]
fn what_a_whole_file_tells() {
    let text = include_str!("read_whole.jsonl");
    let reading = json(&law(), text);
    let mut out = told(&reading);
    for case in &reading.cases {
        let ids: Vec<&str> = case.acts.iter().map(|act| &*act.id).collect();
        writeln!(out, "case {}: {}", case.id, ids.join(" ")).unwrap();
        for lost in &case.lost {
            writeln!(out, "  lost: {lost}").unwrap();
        }
    }
    insta::assert_snapshot!(out);
    let acts: usize = reading.cases.iter().map(|case| case.acts.len()).sum();
    assert_eq!(reading.taken, acts as u64);
}

#[test]
fn a_whole_act() {
    let law = law();
    let text = r#"{"id":"2","case":"a","subjects":["A","B"],"thing":"boat 3","act":"xx/harbour extension","happened":"2026-11-05T14:05+01:00","until":"2026-11-20","recorded":"2026-11-06T09",
        "by":{"organ":"watch","unit":"quay 4","official":"o-17","rank":"captain","level":"port"},"answers":"1","source":"log, page 12",
        "fields":{"added":12,"hours_added":"90 minutes","fee":475.52,"guards":"2","heard_at":"2026-11-05T12","ashore":[["2026-11-01","2026-11-02"],["2026-11-04","2026-11-04"]],"note":"none of it"}}"#;
    let reading = json(&law, format!("{}\n{}", line(""), text.replace('\n', "")));
    assert_eq!(told(&reading), "");
    let act = &reading.cases[0].acts[1];
    insta::assert_debug_snapshot!(act);
    let by_csv = csv(&law, include_str!("read_whole.csv"));
    assert_eq!(told(&by_csv), "");
    assert_eq!(&by_csv.cases[0].acts[1], act);
}

#[test]
fn nothing_is_filled_in() {
    let law = law();
    let reading = json(
        &law,
        line(r#","fields":{"told":null,"ground":null},"by":null,"subjects":null,"until":null"#),
    );
    assert_eq!(told(&reading), "");
    let act = &reading.cases[0].acts[0];
    assert!(
        act.fields.is_empty()
            && act.by.organ.is_none()
            && act.until.is_none()
            && act.recorded.is_none()
    );
    let facts = json(
        &law,
        r#"{"id":"1","case":"a","act":"xx/harbour facts","happened":"2026-11-05T09","fields":{"ship":"none","born":"1999-02-28"}}"#,
    );
    let act = &facts.cases[0].acts[0];
    assert_eq!(act.happened.precision, Precision::Hour);
    assert_eq!(act.field(law.field("ship").unwrap()), Some(&Value::None));
    assert!(matches!(
        act.field(law.field("born").unwrap()),
        Some(Value::Date(_))
    ));
}

#[test]
fn marks_blank_lines_and_line_ends() {
    let second = line("").replace(r#""1""#, r#""2""#);
    let text = format!("\u{feff}{}\r\n\r\n   \n{second}", line(""));
    let reading = json(&law(), text);
    assert_eq!(told(&reading), "");
    assert_eq!(reading.cases[0].acts.len(), 2);
}

#[test]
fn what_sources_are_silent_about() {
    let law = law();
    let kind = |name: &str| law.act_named(&format!("xx/harbour {name}")).unwrap();
    let declare = |rest: &str| format!(r#"{{"case":"a","source":"log",{rest}}}"#);
    let all = declare(r#""partial":"all","except":["xx/harbour holding","xx/harbour fog"]"#);
    let some = declare(r#""partial":["xx/harbour fog"]"#);
    let of = |text: &str| json(&law, text).cases[0].partial.clone();
    assert_eq!(of(&some), Partial::These([kind("fog")].into()));
    assert_eq!(
        of(&all),
        Partial::AllBut([kind("holding"), kind("fog")].into())
    );
    let one = Partial::AllBut([kind("holding")].into());
    assert_eq!(of(&format!("{all}\n{some}")), one);
    assert_eq!(of(&format!("{some}\n{all}")), one);
    assert_eq!(
        of(&format!("{all}\n{}", declare(r#""partial":"all""#))),
        Partial::AllBut([].into())
    );
}

#[test]
fn days_from_an_unknown_day() {
    let law = law();
    let text = r#"{"id":"1","case":"a","act":"xx/harbour holding","happened":"2019-XX-XX+0"}
{"id":"2","case":"a","act":"xx/harbour extension","happened":"2019-XX-XX+37","until":"2019-XX-XX+40","fields":{"heard_at":"2019-XX-XX+36"}}
{"id":"3","case":"a","act":"xx/harbour letting_go","happened":"2019-11-05"}
{"id":"4","case":"a","act":"xx/harbour letting_go","happened":"2020-XX-XX+3"}
{"id":"5","case":"a","act":"xx/harbour letting_go","happened":"2019-XX-XX+39","until":"2019-03-01"}
{"id":"6","case":"a","act":"xx/harbour facts","happened":"2019-XX-XX+0","fields":{"born":"1999-01-01"}}
{"id":"1","case":"b","act":"xx/harbour holding","happened":"2019-11-05"}
{"id":"2","case":"b","act":"xx/harbour letting_go","happened":"2019-XX-XX+3"}"#;
    let reading = json(&law, text);
    insta::assert_snapshot!(told(&reading));
    let case = &reading.cases[0];
    assert_eq!((case.floating, case.acts.len()), (Some(2019), 2));
    assert_eq!(case.acts[1].happened.day.to_string(), "2019-02-07");
    assert_eq!(case.acts[1].happened.precision, Precision::Day);
    assert_eq!(reading.cases[1].floating, None);
}

#[test]
fn a_case_goes_on_in_another_file() {
    let law = law();
    let mut reader = habeas_case::read::Reader::new(&law);
    let answer = r#"{"id":"9","case":"a","act":"xx/harbour letting_go","happened":"2026-11-06","answers":"1"}"#;
    reader.json("first.jsonl", answer.as_bytes()).unwrap();
    reader.json("second.jsonl", line("").as_bytes()).unwrap();
    reader.json("third.jsonl", line("").as_bytes()).unwrap();
    let reading = reader.finish();
    assert_eq!(reading.cases[0].acts.len(), 2);
    assert_eq!(reading.rejects.len(), 1);
    assert_eq!(&*reading.rejects[0].file, "third.jsonl");
}

#[test]
fn refused_lines_are_mended_and_read() {
    let law = law();
    let bad = line(r#","fields":{"ground":"drnk"}"#);
    let reading = json(
        &law,
        format!("{bad}\r\n{}", line("").replace(r#""1""#, r#""2""#)),
    );
    let mut file = Vec::new();
    assert_eq!(write_rejects(&reading.rejects, &mut file).unwrap(), 1);
    let mended = String::from_utf8(file).unwrap().replace("drnk", "drunk");
    assert!(json(&law, mended).rejects.is_empty());
    let rows = "case,id,act,happened,ground\na,1,xx/harbour holding,2026-11-05,drnk\na,2,xx/harbour holding,2026-11-05,\n";
    let reading = csv(&law, rows);
    let mut file = Vec::new();
    write_rejects(&reading.rejects, &mut file).unwrap();
    assert_eq!(
        String::from_utf8(file).unwrap(),
        "case,id,act,happened,ground\na,1,xx/harbour holding,2026-11-05,drnk\n"
    );
}

/// Nobody asked for the file of refused lines: they are told all the same, and not kept.
#[test]
fn refused_lines_are_kept_where_they_are_wanted() {
    let law = law();
    let bad = line(r#","fields":{"ground":"drnk"}"#);
    let nowhere = line(r#","answers":"77"}"#).replace(r#""1""#, r#""2""#);
    let text = format!("{bad}\n{nowhere}\n");
    let read = |keeps| {
        let mut reader = habeas_case::read::Reader::new(&law).keeping(keeps);
        reader.json("x.jsonl", text.as_bytes()).unwrap();
        reader.finish()
    };
    let (kept, told) = (read(true), read(false));
    assert_eq!((kept.rejects.len(), told.rejects.len()), (2, 2));
    for (kept, told) in kept.rejects.iter().zip(&told.rejects) {
        assert_eq!(
            (kept.to_string(), &kept.text),
            (told.to_string(), &told.text)
        );
        assert_eq!((kept.raw.is_some(), told.raw.is_some()), (true, false));
    }
    assert_eq!(write_rejects(&told.rejects, Vec::new()).unwrap(), 0);
}

#[test]
fn an_input_that_fails_says_where() {
    struct Fails(bool);
    impl std::io::Read for Fails {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            if std::mem::replace(&mut self.0, true) {
                return Err(std::io::Error::other("the disk is gone"));
            }
            out[..3].copy_from_slice(b"{}\n");
            Ok(3)
        }
    }
    let law = law();
    let mut reader = habeas_case::read::Reader::new(&law);
    let error = reader
        .json("x.jsonl", std::io::BufReader::new(Fails(false)))
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot read x.jsonl after line 1: the disk is gone"
    );
    assert_eq!(reader.finish().rejects[0].problem.kind, Kind::Missing);
}

/// A line that is kept says what the file said: of JSON Lines and of CSV, and again of what was kept.
#[test]
fn kept_lines_are_read_as_the_same_acts() {
    let law = law();
    for (name, csv) in [
        ("read_whole.jsonl", false),
        ("read_good.jsonl", false),
        ("read_whole.csv", true),
    ] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(name);
        let bytes = std::fs::read(path).unwrap();
        let mut reader = Reader::new(&law).listing();
        if csv {
            reader.csv(name, &bytes[..]).unwrap();
        } else {
            reader.json(name, &bytes[..]).unwrap();
        }
        let first = reader.finish();
        let kept: String = first
            .lines
            .iter()
            .map(|taken| format!("{}\n", taken.text))
            .collect();
        let mut reader = Reader::new(&law).listing();
        reader.json("kept", kept.as_bytes()).unwrap();
        let second = reader.finish();
        assert!(first.taken > 0 && first.lines.len() as u64 == first.taken);
        assert_eq!(second.rejects.len(), 0);
        assert_eq!(first.taken, second.taken);
        for (one, two) in first.cases.iter().zip(&second.cases) {
            assert_eq!(
                (&one.id, &one.acts, &one.partial),
                (&two.id, &two.acts, &two.partial)
            );
        }
        let again: String = second
            .lines
            .iter()
            .map(|taken| format!("{}\n", taken.text))
            .collect();
        assert_eq!(kept, again);
    }
}
