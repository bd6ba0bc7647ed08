//! The converter of real custody histories, on invented rows and an invented law.

#[path = "read_support/json.rs"]
mod read_json;
mod read_support;

use habeas_case::act::Partial;
use habeas_case::read::lecard::{Converted, convert};
use read_json::json;
use read_support::law;

const CODES: &str = "code,act,complete\nhold,xx/harbour holding,yes\nmore, xx/harbour extension,no\nfree,xx/harbour letting_go,yes\n";
const ROWS: &str = "case,year,events\n1,2016,hold:0;more:3;free:27\n2,2019,hold:0\n2,2019,hold:0;free:37;hold:191\n";

#[test]
fn rows_become_cases_on_floating_days() {
    let law = law();
    let mut out = Vec::new();
    let converted = convert(CODES.as_bytes(), ROWS.as_bytes(), &mut out).unwrap();
    assert_eq!(converted, Converted { cases: 3, acts: 7 });
    insta::assert_snapshot!(String::from_utf8(out.clone()).unwrap());
    let reading = json(&law, &out);
    assert!(reading.rejects.is_empty(), "{}", reading.rejects[0]);
    assert_eq!(reading.cases.len(), 3);
    let case = &reading.cases[2];
    assert_eq!(
        (&*case.id, case.floating, case.acts.len()),
        ("lecard-3", Some(2019), 3)
    );
    assert_eq!(case.acts[2].happened.day.to_string(), "2019-07-11");
    assert_eq!(case.subjects(), ["A"]);
    let Partial::AllBut(told) = &case.partial else {
        panic!("{:?}", case.partial)
    };
    assert_eq!(told.len(), 2);
    assert!(
        case.partial
            .covers(law.act_named("xx/harbour fog").unwrap())
    );
}

#[test]
fn tables_that_are_not_understood() {
    let fails = |codes: &str, rows: &str| {
        let error = convert(codes.as_bytes(), rows.as_bytes(), Vec::new()).unwrap_err();
        format!("{error}\n  hint: {}", error.hint().unwrap_or("none"))
    };
    let errors = [
        fails(CODES, "case,year,events\n1,2016,hold:0;gone:3\n"),
        fails(CODES, "case,year,events\n1,2016,hold:0\n2,2016,hold\n"),
        fails(CODES, "case,year,events\n1,16,hold:0\n"),
        fails(CODES, "case,year\n1,2016\n"),
        fails(CODES, "case,year,events\n1,2016\n"),
        fails("code\nhold\n", ROWS),
        fails("code,act,complete\nhold,xx/harbour holding,perhaps\n", ROWS),
    ];
    insta::assert_snapshot!(errors.join("\n"));
}
