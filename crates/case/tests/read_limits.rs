//! Limits: the longest line, depth, and work that stays in proportion to its input.

#[path = "read_support/csv.rs"]
mod read_csv;
#[path = "read_support/json.rs"]
mod read_json;
mod read_support;

use habeas_case::read::{Kind, MAX_LINE};
use read_csv::csv;
use read_json::json;
use read_support::law;

const GOOD: &str = r#"{"id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05"}"#;

#[test]
fn the_longest_line() {
    let law = law();
    let sized = |size: usize| {
        let head = GOOD.replace('}', r#","source":""#);
        format!("{head}{}\"}}", "x".repeat(size - head.len() - 2))
    };
    for end in ["", "\n", "\r\n"] {
        let reading = json(&law, sized(MAX_LINE) + end);
        assert_eq!((reading.taken, reading.rejects.len()), (1, 0), "{end:?}");
        for more in 1..4 {
            let reading = json(&law, sized(MAX_LINE + more) + end + GOOD);
            let after = u64::from(!end.is_empty());
            assert_eq!(
                (reading.taken, reading.rejects.len()),
                (after, 1),
                "{end:?} {more}"
            );
            assert_eq!(reading.rejects[0].problem.kind, Kind::TooLong);
        }
    }
}

#[test]
fn depth() {
    let law = law();
    for open in ["[", r#"{"x":"#] {
        for head in [
            r#"{"case":"a","fields":{"x":"#,
            r#"{"case":"a","weather":"#,
            "",
        ] {
            let reading = json(&law, format!("{head}{}", open.repeat(100_000)));
            assert_eq!(reading.rejects.len(), 1);
        }
    }
}

#[test]
fn hostile_files_take_time_in_proportion() {
    let law = law();
    // An unknown act on each line, each another one; very long names.
    let unknown = |n: usize| {
        format!(r#"{{"id":"{n}","case":"a","act":"xx/harbour h{n}","happened":"2026-11-05"}}"#)
    };
    let lines: Vec<String> = (0..20_000).map(unknown).collect();
    let reading = json(&law, lines.join("\n"));
    assert_eq!(reading.rejects.len(), 20_000);
    assert_eq!(reading.cases[0].lost.len(), 101);
    assert_eq!(
        reading.cases[0].lost[100].to_string(),
        "19900 more lines of this case could not be read"
    );
    let long = "x".repeat(900_000);
    for key in ["act", "happened", "id", "case", "thing", long.as_str()] {
        let reading = json(&law, GOOD.replace('}', &format!(r#","{key}":"{long}"}}"#)));
        assert_eq!(reading.rejects.len(), 1);
        assert!(reading.rejects[0].to_string().len() < 2_000);
    }
    for field in ["ground", "told", long.as_str()] {
        let reading = json(
            &law,
            GOOD.replace('}', &format!(r#","fields":{{"{field}":"{long}"}}}}"#)),
        );
        assert!(reading.rejects[0].to_string().len() < 2_000);
    }
    // One case of many acts, each leading to the one after it; and all of them round.
    let chain = |n: usize, to: usize| {
        format!(
            r#"{{"id":"{n}","case":"a","act":"xx/harbour fog","happened":"2026-11-05","corrects":"{to}"}}"#
        )
    };
    let mut lines: Vec<String> = (1..=50_000).map(|n| chain(n, n + 1)).collect();
    let reading = json(&law, lines.join("\n"));
    assert_eq!((reading.taken, reading.rejects.len()), (0, 50_000));
    lines.push(chain(50_001, 1));
    assert_eq!(json(&law, lines.join("\n")).rejects.len(), 50_001);
    lines.pop();
    lines.push(chain(50_001, 50_001).replace(r#","corrects":"50001""#, ""));
    assert_eq!(json(&law, lines.join("\n")).taken, 50_001);
    // Quotes that open on every line.
    let rows = format!(
        "id,case,act,happened,source\n{}",
        "a\"b,\"\n".repeat(50_000)
    );
    assert_eq!(csv(&law, rows).rejects.len(), 50_000);
    let rows = format!(
        "id,case,act,happened,source\n{}",
        format!("a\"{},\"\n", "b".repeat(10_000)).repeat(500)
    );
    assert_eq!(csv(&law, rows).rejects.len(), 500);
}
