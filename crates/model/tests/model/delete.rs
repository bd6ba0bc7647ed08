//! Each guard is deleted, one at a time, and a bad state is reached. `HABEAS_MODEL_TRACE=1` with `--nocapture` shows how.

use std::fs;
use std::path::Path;

use crate::check::{shortest, told};
use crate::explore::shipped;
use crate::fork::Fork;
use crate::guard::{Guard, Guards};
use crate::log::Log;
use crate::servers::Servers;

/// What is broken in a model without `guard`, in how few steps, and which.
type Broken = (&'static str, usize, String);

fn found<A: std::fmt::Debug>(shortest: Option<(&'static str, Vec<A>)>) -> Option<Broken> {
    shortest.map(|(property, actions)| (property, actions.len(), told(actions)))
}

fn log(guard: Guard, put_backs: u8, damages: u8) -> Option<Broken> {
    let guards = Guards::without(guard);
    found(shortest(|| Log {
        guards,
        acts: 2 - put_backs,
        openings: 1,
        put_backs,
        damages,
    }))
}

fn servers(guard: Guard) -> Option<Broken> {
    found(shortest(|| Servers {
        guards: Guards::without(guard),
        acts: 2,
        leads: 2,
    }))
}

/// As many collude as may.
fn fork(guard: Guard, organs: usize, outside: usize) -> Option<Broken> {
    found(shortest(|| {
        Fork::new(Guards::without(guard), shipped(organs, outside), true)
    }))
}

/// In each model that rests on it.
fn without(guard: Guard) -> Vec<(&'static str, Option<Broken>)> {
    match guard {
        Guard::Synchronous
        | Guard::ActWithLeaf
        | Guard::StoredBeforeShown
        | Guard::LineVerified
        | Guard::LogSignature => {
            vec![("log", log(guard, 0, 0))]
        }
        Guard::MarkBeforeAnswer
        | Guard::MarkBeforeShown
        | Guard::MarkAtOpening
        | Guard::AskWitnesses
        | Guard::EnoughAnswered
        | Guard::LastRound => vec![("log", log(guard, 1, 0))],
        Guard::TreeAtOpening | Guard::RootRecomputed | Guard::RootCompared => {
            vec![("log", log(guard, 0, 1))]
        }
        Guard::IdempotencyKey => vec![("log", log(guard, 0, 0)), ("servers", servers(guard))],
        Guard::HeadCompared | Guard::EpochFence | Guard::DrainInOne | Guard::DrainWhatIsThere => {
            vec![("servers", servers(guard))]
        }
        Guard::OldSize
        | Guard::Consistency
        | Guard::SameRoot
        | Guard::NotBack
        | Guard::PersistBeforeAnswer
        | Guard::OneAtATime
        | Guard::StateMadeOnce
        | Guard::Threshold => vec![("fork", fork(guard, 2, 3))],
        Guard::BothGroups => vec![("fork", fork(guard, 2, 0))],
        Guard::KeyOnce => vec![("fork", fork(guard, 1, 1))],
    }
}

#[test]
fn every_guard_is_needed() {
    let trace = std::env::var_os("HABEAS_MODEL_TRACE").is_some();
    for guard in Guard::ALL {
        for (model, broken) in without(*guard) {
            let Some((property, steps, actions)) = broken else {
                panic!("without {guard:?} nothing is broken in the model `{model}`");
            };
            println!("{guard:?}: {model}: not always: {property}: {steps} steps");
            if trace {
                println!("{actions}");
            }
        }
    }
}

/// A guard names a place in the code, and the place is there; and docs/model.md has a row for each.
#[test]
fn every_guard_has_its_place() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read =
        |file: &str| fs::read_to_string(root.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
    let page = read("docs/model.md");
    for (at, guard) in Guard::ALL.iter().enumerate() {
        assert_eq!(
            *guard as usize, at,
            "the list of guards lacks one before {guard:?}"
        );
        let row = page
            .lines()
            .find(|line| line.starts_with(&format!("| {guard:?} |")));
        let row = row.unwrap_or_else(|| panic!("docs/model.md has no row for {guard:?}"));
        let (file, words) = guard.place();
        assert!(
            read(file).contains(words),
            "{guard:?}: `{words}` is not in {file}"
        );
        assert!(
            row.contains(file),
            "{guard:?}: its row does not name {file}"
        );
    }
}
