//! What holds for every input: nothing panics, no line is lost, and what was refused can be read again.

#![expect(clippy::unwrap_used, reason = "a test that panics has failed")]

#[path = "read_support/csv.rs"]
mod read_csv;
#[path = "read_support/json.rs"]
mod read_json;
#[path = "read_support/lines.rs"]
mod read_lines;
mod read_support;

use habeas_case::read::{Kind, Reading, write_rejects};
use proptest::prelude::*;
use read_csv::csv;
use read_json::json;
use read_lines::lines;
use read_support::law;

fn accounted(reading: &Reading) -> u64 {
    reading.taken + reading.rejects.len() as u64
}

fn written(reading: &Reading) -> Vec<u8> {
    let mut file = Vec::new();
    write_rejects(&reading.rejects, &mut file).unwrap();
    file
}

/// Pieces of lines, good and bad, so that what is generated goes deep.
fn piece() -> impl Strategy<Value = String> {
    let known = [
        r#"{"id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05""#,
        r#"{"id":"2","case":"a","act":"xx/harbour extension","happened":"2026-11-05T14:05+01:00","answers":"1""#,
        r#"{"id":"3","case":"a","act":"xx/harbour letting_go","happened":"2019-XX-XX+37","corrects":"2""#,
        r#"{"case":"a","partial":"all","except":["xx/harbour fog"]"#,
        r#","fields":{"ground":"drunk","told":true}"#,
        r#","fields":{"added":12,"fee":"none","ashore":[["2026-01-01","2026-01-31"]]}"#,
        r#","by":{"organ":"watch","rank":"captain"}"#,
        r#","subjects":["A","B"]"#,
        r#","until":"2026-11-07","recorded":"2026-11-06""#,
        r#","id":"4""#,
        "}",
        "}\n",
        "\n",
        "\r\n",
        "\"",
        ",",
        ":",
        "[",
        "null",
        "\u{feff}",
        "\u{0}",
        "id,case,act,happened,source,ground\n",
        "1,a,xx/harbour holding,2026-11-05,log,drunk\n",
        "2,a,xx/harbour letting_go,2026-11-06,\"a, log\",\n",
        "3,a,xx/harbour letting_go,2026-11-07,\"open,\n",
    ];
    prop_oneof![
        8 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9:+]{0,12})?",
    ]
}

fn input() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..400),
        proptest::collection::vec(piece(), 0..24).prop_map(|pieces| pieces.concat().into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_line_of_json_is_lost(bytes in input()) {
        let law = law();
        let reading = json(&law, &bytes);
        prop_assert_eq!(accounted(&reading), lines(&bytes));
        let file = written(&reading);
        prop_assert_eq!(lines(&file), reading.rejects.len() as u64);
        let nameless = reading.rejects.iter().any(|reject| reject.case.is_none());
        // Beside its own lines, every case tells once of those that name none.
        let told = reading.cases.iter().map(|case| case.lost.len() - usize::from(nameless));
        let told: usize = told.sum();
        prop_assert_eq!(told, reading.rejects.iter().filter(|reject| reject.case.is_some()).count());
        // What was wrong of itself stays so; what was wrong beside others may read well alone.
        let again = json(&law, &file);
        prop_assert_eq!(accounted(&again), reading.rejects.len() as u64);
        let own = reading.rejects.iter().filter(|reject| {
            !matches!(reject.problem.kind, Kind::Twice | Kind::Mixed | Kind::Reference)
        });
        prop_assert!(again.rejects.len() >= own.count());
    }

    #[test]
    fn no_line_of_csv_is_lost(bytes in input(), header in any::<bool>()) {
        let law = law();
        let mut text = if header { b"id,case,act,happened,source,ground\n".to_vec() } else { Vec::new() };
        text.extend(bytes);
        let reading = csv(&law, &text);
        let file = written(&reading);
        // Every refused row stands in the file as it came, and reading it again accounts for each.
        for reject in &reading.rejects {
            let raw = reject.raw.as_deref().unwrap();
            prop_assert!(file.windows(raw.len().max(1)).any(|window| window == raw));
        }
        let again = csv(&law, &file);
        prop_assert!(accounted(&again) >= reading.rejects.len() as u64);
    }

    #[test]
    fn the_order_of_lines_does_not_matter_to_what_is_taken(turn in 0..6_usize) {
        let all = [
            r#"{"id":"1","case":"a","act":"xx/harbour holding","happened":"2026-11-05"}"#,
            r#"{"id":"2","case":"a","act":"xx/harbour extension","happened":"2026-11-06","answers":"1"}"#,
            r#"{"id":"3","case":"a","act":"xx/harbour extension","happened":"2026-11-06","corrects":"2","answers":"1"}"#,
            r#"{"id":"4","case":"a","act":"xx/harbour fog","happened":"2026-11-06","corrects":"9"}"#,
            r#"{"id":"5","case":"a","act":"xx/harbour fog","happened":"2026-11-06","answers":"4"}"#,
            r#"{"id":"6","case":"a","act":"xx/harbour fog","happened":"2026-11-06","answers":"3"}"#,
        ];
        let mut lines = all.to_vec();
        lines.rotate_left(turn);
        let reading = json(&law(), lines.join("\n"));
        let mut ids: Vec<&str> = reading.cases[0].acts.iter().map(|act| &*act.id).collect();
        ids.sort_unstable();
        prop_assert_eq!(ids, ["1", "2", "3", "6"]);
    }
}
