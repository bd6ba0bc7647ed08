//! Explores a model: wholly, with every `always` holding and every `sometimes` seen; or to the shortest counterexample.

use std::fmt::Debug;
use std::hash::Hash;

use stateright::{Checker as _, Expectation, HasDiscoveries, Model};

const THREADS: usize = 2;

/// Explores all states. Returns how many there are.
///
/// # Panics
/// If a bad state is reached, or something that a property rests on never happens.
pub fn whole<M>(name: &str, model: M) -> usize
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + PartialEq + Hash + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
{
    let properties = model.properties();
    let checker = model.checker().threads(THREADS).spawn_bfs().join();
    let mut found = checker.discoveries();
    for property in properties {
        let path = found.remove(property.name);
        match (property.expectation, path) {
            (Expectation::Always, Some(path)) => {
                panic!(
                    "{name}: not always: {}\n{}",
                    property.name,
                    told(path.into_actions())
                );
            }
            (Expectation::Sometimes, None) => panic!("{name}: never: {}", property.name),
            _ => {}
        }
    }
    assert!(checker.is_done(), "{name}: not all was explored");
    let states = checker.unique_state_count();
    println!(
        "{name}: {states} states, reached {} times",
        checker.state_count()
    );
    states
}

/// The property that is broken, and the fewest actions that break it; `None` if nothing does.
pub fn shortest<M>(make: impl Fn() -> M) -> Option<(&'static str, Vec<M::Action>)>
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + Debug + PartialEq + Hash + Send + Sync,
    M::Action: Clone + Debug + PartialEq,
{
    let mut best = None;
    let mut depth = usize::MAX;
    // The checker may go on a little after what it found first: it is asked again for less.
    loop {
        let checker = make().checker().finish_when(HasDiscoveries::AnyFailures);
        let checker = checker.target_max_depth(depth).spawn_bfs().join();
        let failures = make()
            .properties()
            .into_iter()
            .filter(|property| property.expectation.discovery_is_failure());
        let mut found = checker.discoveries();
        let paths = failures.filter_map(|property| {
            Some((property.name, found.remove(property.name)?.into_actions()))
        });
        let Some(next) = paths.min_by_key(|(_, actions)| actions.len()) else {
            return best;
        };
        // A depth counts states, and those at the target are not looked at.
        depth = next.1.len() + 1;
        best = Some(next);
    }
}

/// Actions, one a line.
pub fn told<A: Debug>(actions: Vec<A>) -> String {
    let lines = actions
        .iter()
        .enumerate()
        .map(|(at, action)| format!("  {}. {action:?}\n", at + 1));
    lines.collect()
}
