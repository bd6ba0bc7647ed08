//! Arrows run one way: which crate may stand on which.

use super::Complaint;
use crate::workspace::Crate;

/// Each crate and the crates of ours that it may depend on, also in its tests.
///
/// A new crate adds its row here and its sentence to ARCHITECTURE.md. An arrow against the stream
/// is a wrong change, never a wrong table.
const ALLOWED: &[(&str, &[&str])] = &[
    ("habeas-law", &[]),
    ("habeas-ledger", &[]),
    ("habeas-cluster", &[]),
    ("habeas-store", &["habeas-ledger"]),
    ("habeas-case", &["habeas-law"]),
    ("habeas-page", &["habeas-case", "habeas-law"]),
    ("habeas-witness", &["habeas-ledger"]),
    ("habeas-model", &["habeas-ledger"]),
    (
        "habeas-log",
        &["habeas-ledger", "habeas-store", "habeas-witness"],
    ),
    (
        "habeas",
        &[
            "habeas-law",
            "habeas-case",
            "habeas-ledger",
            "habeas-log",
            "habeas-page",
            "habeas-store",
            "habeas-witness",
        ],
    ),
    (
        "habeas-bench-ledger",
        &[
            "habeas-cluster",
            "habeas-ledger",
            "habeas-store",
            "habeas-witness",
        ],
    ),
    ("xtask", &[]),
];

/// What a crate may use in its own tests alone.
const IN_TESTS: &[(&str, &[&str])] = &[
    ("habeas-store", &["habeas-cluster"]),
    ("habeas", &["habeas-cluster"]),
    ("xtask", &["habeas-law", "habeas-case"]),
];

pub(super) fn one_way(crates: &[Crate]) -> Vec<Complaint> {
    let ours = |name: &str| crates.iter().any(|c| c.name == name);
    let mut complaints = Vec::new();
    for member in crates {
        let path = format!("{}/Cargo.toml", member.dir);
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == member.name) else {
            let what = format!("`{}` has no row in the table of arrows", member.name);
            complaints.push(Complaint::new(&path, 0, what));
            continue;
        };
        for dependency in member.dependencies.iter().filter(|d| ours(&d.name)) {
            let name = dependency.name.as_str();
            let in_tests = dependency.dev
                && IN_TESTS
                    .iter()
                    .any(|(own, allowed)| *own == member.name && allowed.contains(&name));
            // A crate may ask for itself in its tests, to turn on its own features.
            let itself = name == member.name && dependency.dev;
            if !allowed.contains(&name) && !in_tests && !itself {
                let what = format!("`{}` must not depend on `{name}`", member.name);
                complaints.push(Complaint::new(&path, 0, what));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn member(name: &str, on: &[&str]) -> Crate {
        let dependency = |name: &&str| Dependency {
            name: (*name).into(),
            dev: false,
        };
        Crate {
            name: name.into(),
            dir: format!("crates/{name}"),
            dependencies: on.iter().map(dependency).collect(),
            tests: Vec::new(),
            benches: Vec::new(),
        }
    }

    #[test]
    fn with_the_stream_and_against_it() {
        let law = member("habeas-law", &["jiff"]);
        assert_eq!(one_way(&[law, member("habeas-case", &["habeas-law"])]), []);
        let against = [
            member("habeas-law", &["habeas-case"]),
            member("habeas-case", &[]),
        ];
        let what: Vec<String> = one_way(&against).iter().map(ToString::to_string).collect();
        assert_eq!(
            what,
            ["crates/habeas-law/Cargo.toml: `habeas-law` must not depend on `habeas-case`"]
        );
    }

    #[test]
    fn a_crate_without_a_row_is_told() {
        assert_eq!(one_way(&[member("utils", &[])]).len(), 1);
    }
}
