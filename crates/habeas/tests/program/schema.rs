//! `habeas schema`.

use serde_json::Value;

use crate::sandbox::Sandbox;

#[test]
fn every_act_of_the_law() {
    let sandbox = Sandbox::new();
    let ran = sandbox.run(["schema"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    let schema: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(
        schema["$schema"],
        "https://json-schema.org/draft/2020-12/schema"
    );
    for act in [
        "holding",
        "longer",
        "kin_told",
        "hearing",
        "demand",
        "letting_go",
        "search_walk",
    ] {
        assert!(
            ran.out.contains(&format!("\"xx/lighthouse {act}\"")),
            "{act}"
        );
    }
    assert_eq!(sandbox.run(["schema", "xx/"]).out, ran.out);
}

#[test]
fn one_act() {
    let ran = Sandbox::new().run(["schema", "xx/lighthouse"]);
    let schema: Value = serde_json::from_str(&ran.out).unwrap();
    let act = &schema["$defs"]["act.xx.lighthouse.longer"];
    let pretty = serde_json::to_string_pretty(act).unwrap();
    crate::sandbox::settings().bind(|| insta::assert_snapshot!("schema-act", pretty));
}
