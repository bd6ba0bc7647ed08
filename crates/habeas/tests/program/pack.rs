//! `habeas pack check | test | explain`.

use crate::sandbox::Sandbox;

const PACK: &str = "laws/xx/lighthouse.md";

#[test]
fn check() {
    let sandbox = Sandbox::new();
    shows!("pack-check", &mut sandbox.habeas(["pack", "check"]));
    let whole = sandbox.run(["pack", "check", "laws"]);
    for part in ["laws/xx", PACK] {
        let ran = sandbox.run(["pack", "check", part]);
        assert_eq!((ran.status, &ran.out), (0, &whole.out));
    }
}

#[test]
fn check_with_problems() {
    let sandbox = Sandbox::new();
    let problems = [
        ("clock hearing_due", "klock hearing_due"),
        (
            "  3(1)  run out: breach overheld",
            "  9(1)  run out: breach overheld",
        ),
    ];
    sandbox.change(PACK, PACK, &problems);
    shows!(
        "pack-check-problems",
        &mut sandbox.habeas(["pack", "check"])
    );
}

#[test]
fn each_problem_is_found() {
    for (old, new, found) in [
        ("lasts 3 days", "lasts 3 days + 1 month", "month"),
        ("  unknown: open", "  unknown: ajar", "ajar"),
        ("zone: Asia/Tokyo", "zone: Asia/Xanadu", "Asia/Xanadu"),
        ("format: 1", "format: 9", "9"),
        (
            "remedy demand_letting_go\n\nremedy",
            "remedy demand_flying\n\nremedy",
            "demand_flying",
        ),
        (
            "organ council \"island council\" / \"岛理事会\"",
            "organ council",
            "council",
        ),
        ("ended by letting_go", "ended by letting_fly", "letting_fly"),
        (
            "begins with holding",
            "begins with hearing_due",
            "hearing_due",
        ),
    ] {
        let sandbox = Sandbox::new();
        sandbox.change(PACK, PACK, &[(old, new)]);
        let ran = sandbox.run(["pack", "check"]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{old} -> {new}");
        assert!(ran.err.contains(found), "{old} -> {new}: {}", ran.err);
        assert!(
            ran.err.contains("xx/lighthouse.md:"),
            "{old} -> {new}: {}",
            ran.err
        );
    }
}

#[test]
fn a_gate_may_not_hold_back_what_protects() {
    let sandbox = Sandbox::new();
    sandbox.change(PACK, PACK, &[("  unknown: open", "  unknown: closed")]);
    let ran = sandbox.run(["pack", "check"]);
    ran.could_not("hearing_held");
}

#[test]
fn nothing_to_check() {
    let sandbox = Sandbox::empty();
    shows!("pack-check-nothing", &mut sandbox.habeas(["pack", "check"]));
    std::fs::create_dir(sandbox.path("laws")).unwrap();
    for words in [
        &["pack", "check"][..],
        &["pack", "test"],
        &["pack", "explain", "holding_time"],
    ] {
        sandbox
            .run(words.iter().copied())
            .could_not("no law pack is in laws");
    }
}

#[test]
fn examples() {
    let sandbox = Sandbox::new();
    shows!("pack-test", &mut sandbox.habeas(["pack", "test"]));
    let whole = sandbox.run(["pack", "test", "laws"]);
    for part in ["laws/xx", PACK] {
        assert_eq!(sandbox.run(["pack", "test", part]).out, whole.out);
    }
}

#[test]
fn a_failing_example() {
    let sandbox = Sandbox::new();
    let wrong = [(
        "holding_time  runs to 2031-03-04",
        "holding_time  runs to 2031-03-05",
    )];
    sandbox.change(PACK, PACK, &wrong);
    shows!("pack-test-failing", &mut sandbox.habeas(["pack", "test"]));
}

#[test]
fn every_condition() {
    shows!(
        "pack-test-every-condition",
        &mut Sandbox::new().habeas(["pack", "test", "--every-condition"])
    );
}

#[test]
fn case_files() {
    let sandbox = Sandbox::new();
    let good = ["pack", "test", "laws/xx", "--cases", "cases/cases.json"];
    shows!("pack-test-cases", &mut sandbox.habeas(good));
    let mixed = ["pack", "test", "laws", "--cases", "cases/mixed.json"];
    shows!("pack-test-cases-mixed", &mut sandbox.habeas(mixed));
    let both = sandbox.run(mixed.into_iter().chain(["--cases", "cases/cases.json"]));
    assert!(
        both.out.ends_with("3 passed, 1 failed, 2 unmapped\n"),
        "{}",
        both.out
    );
}

#[test]
fn case_files_of_some_rules() {
    let sandbox = Sandbox::new();
    for (rules, last) in [
        ("LA-1", "1 passed, 1 failed, 1 unmapped\n"),
        ("LA-9", "0 passed, 0 failed, 1 unmapped\n"),
        ("LA-9,LA-1", "1 passed, 1 failed, 2 unmapped\n"),
    ] {
        let ran = sandbox.run([
            "pack",
            "test",
            "laws",
            "--cases",
            "cases/mixed.json",
            "--rules",
            rules,
        ]);
        assert!(ran.out.ends_with(last), "{rules}: {}", ran.out);
    }
}

#[test]
fn wrong_mappings() {
    let sandbox = Sandbox::new();
    let mapping = "laws/xx/cases.mapping";
    let right = sandbox.read(mapping);
    for (old, new) in [
        ("given   holding", "gven   holding"),
        ("pack xx/lighthouse", "pack xx/windmill"),
    ] {
        sandbox.write(mapping, right.replace(old, new));
        let ran = sandbox.run(["pack", "test", "laws", "--cases", "cases/cases.json"]);
        ran.could_not("cases.mapping");
    }
}

#[test]
fn mappings_that_name_what_is_not_there_fail_the_case() {
    let sandbox = Sandbox::new();
    let mapping = "laws/xx/cases.mapping";
    let right = sandbox.read(mapping);
    for (old, new, found) in [
        (
            "given   longer",
            "given   shorter",
            "`shorter` is no act and no fact",
        ),
        (
            "searched  heard",
            "searched  herd",
            "the act `longer` has no field `herd`",
        ),
    ] {
        sandbox.write(mapping, right.replace(old, new));
        let ran = sandbox.run(["pack", "test", "laws", "--cases", "cases/cases.json"]);
        assert_eq!(ran.status, 1);
        assert!(
            ran.out
                .contains("FAILED lengthened LA-1\n  mapping of LA-1: "),
            "{}",
            ran.out
        );
        assert!(ran.out.contains(found), "{}", ran.out);
    }
}

#[test]
fn case_files_that_are_none() {
    let sandbox = Sandbox::new();
    sandbox.write("cases/no.json", "no JSON");
    sandbox.write("cases/shape.json", "{\"id\":\"held\"}");
    sandbox.write("cases/nothing.json", "");
    let test = |file| sandbox.run(["pack", "test", "laws", "--cases", file]);
    test("cases/no.json").could_not("cases/no.json: not JSON");
    test("cases/nothing.json").could_not("cases/nothing.json: not JSON");
    test("cases/shape.json").could_not("cases/shape.json: a list of cases is expected");
    test("cases/squid.json").could_not("cases/squid.json: No such file or directory");
}

#[test]
fn explain_a_clock_for_given_facts() {
    let given = [
        "--given",
        "holding 2031-03-01 08:00  told yes",
        "--given",
        "at 2031-03-02 07:00",
    ];
    let words = ["pack", "explain", "holding_time"].into_iter().chain(given);
    shows!("pack-explain-clock", &mut Sandbox::new().habeas(words));
}

#[test]
fn explain_a_gate_for_a_step() {
    let given = [
        "--given",
        "holding 2031-03-01 08:00  told yes",
        "--given",
        "propose longer 2031-03-02 10:00  search yes",
        "--given",
        "at 2031-03-02 11:00",
    ];
    let words = [
        "pack",
        "explain",
        "xx/lighthouse may_lengthen",
        "--lang",
        "zh",
    ];
    shows!(
        "pack-explain-gate-zh",
        &mut Sandbox::new().habeas(words.into_iter().chain(given))
    );
}

/// Rows that are less sure than the text, and what a way of counting leaves out, in both languages.
#[test]
fn explain_tables_and_conventions() {
    for lang in ["en", "zh"] {
        for name in ["shell_money", "tide"] {
            shows!(
                &*format!("pack-explain-{name}-{lang}"),
                &mut Sandbox::new().habeas(["pack", "explain", name, "--lang", lang])
            );
        }
    }
    let given = ["--given", "letting_go 2031-03-02 08:00", "--lang", "zh"];
    let words = ["pack", "explain", "keep_owed"].into_iter().chain(given);
    shows!("pack-explain-formula-zh", &mut Sandbox::new().habeas(words));
}

#[test]
fn explain_beside_the_official_text() {
    let words = ["pack", "explain", "holding_time", "--texts", "texts"];
    shows!("pack-explain-texts", &mut Sandbox::new().habeas(words));
}

#[test]
fn explain_beside_a_folder_that_is_none() {
    let sandbox = Sandbox::new();
    for folder in ["nowhere", PACK] {
        let words = ["pack", "explain", "holding_time", "--texts", folder];
        sandbox.run(words).could_not("is no folder");
    }
}

/// From inside of the folders, where paths are bare names and dots.
#[test]
fn packs_are_found_from_where_they_stand() {
    let sandbox = Sandbox::new();
    let whole = sandbox.run(["pack", "check"]).out;
    for (folder, path) in [
        ("laws", "."),
        ("laws", "xx"),
        ("laws/xx", "."),
        ("laws/xx", "lighthouse.md"),
    ] {
        let mut habeas = sandbox.habeas(["pack", "check", path]);
        let ran = habeas.current_dir(sandbox.path(folder)).output().unwrap();
        assert_eq!(
            String::from_utf8(ran.stdout).unwrap(),
            whole,
            "{folder} {path}"
        );
    }
}

/// Prose is no pack.
#[test]
fn a_folder_of_prose_holds_no_pack() {
    let sandbox = Sandbox::empty();
    sandbox.write("laws/xx/README.md", "# Prose\n");
    sandbox
        .run(["pack", "check"])
        .could_not("no law pack is in laws");
}

#[test]
fn rules_are_picked_from_case_files_only() {
    let sandbox = Sandbox::new();
    sandbox
        .run(["pack", "test", "--rules", "a"])
        .could_not("--cases");
}

#[test]
fn every_kind_of_rule_can_be_explained() {
    let sandbox = Sandbox::new();
    for rule in [
        "holding",
        "held_at_lighthouse",
        "hearing_due",
        "tell_kin",
        "hearing_held",
        "overheld",
        "demand_letting_go",
    ] {
        let ran = sandbox.run(["pack", "explain", rule]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{rule}");
        assert!(
            ran.out
                .starts_with(&format!("xx/lighthouse {rule}  (xx/lighthouse.md:")),
            "{}",
            ran.out
        );
    }
}

#[test]
fn explain_an_unknown_rule() {
    let sandbox = Sandbox::new();
    shows!(
        "pack-explain-unknown",
        &mut sandbox.habeas(["pack", "explain", "flying_time"])
    );
    let explain = |given| sandbox.run(["pack", "explain", "holding_time", "--given", given]);
    explain("holdin 2031-03-01").could_not("`holdin` is no act and no fact");
    explain("at 2031-02-29").could_not("`2031-02-29` is not a date or a time");
    explain("holding 2031-03-01  told maybe").could_not("maybe");
    explain("holding 2031-03-01  tolled yes").could_not("tolled");
}
