//! Names that were meant, for hints. Looked for once for each wrong name: a file may repeat one a million times.

use std::collections::BTreeMap;

use habeas_law::Law;
use habeas_law::read::names::{Kind, distance};
use habeas_law::rules::PackId;

use super::problem::{listed, quoted};

/// The longest name for which a near one is looked for, and how many answers are kept.
const LONGEST: usize = 100;
const KEPT: usize = 1_000;

/// Hints that were already worked out.
#[derive(Debug, Default)]
pub struct Nearby {
    acts: BTreeMap<String, String>,
}

impl Nearby {
    /// A hint for an act that no pack declares.
    pub fn act(&mut self, law: &Law, name: &str) -> String {
        if name.len() > LONGEST {
            return acts_of(law, name);
        }
        if let Some(hint) = self.acts.get(name) {
            return hint.clone();
        }
        if self.acts.len() >= KEPT {
            return "too many unknown acts were named to look for near ones".to_owned();
        }
        let hint = law.act_nearly(name).map_or_else(
            || acts_of(law, name),
            |near| format!("did you mean `{near}`?"),
        );
        self.acts.insert(name.to_owned(), hint.clone());
        hint
    }
}

fn acts_of(law: &Law, name: &str) -> String {
    let pack = name.split(' ').next().unwrap_or_default();
    if law.pack_named(pack).is_none() {
        let packs = law.packs.iter().map(|pack| pack.name.as_str());
        return format!(
            "an act is named by its pack and its own name; the packs are {}",
            listed(packs)
        );
    }
    let acts = law
        .acts
        .iter()
        .filter(|act| law.pack(act.pack).name == pack);
    format!(
        "the acts of {} are {}",
        quoted(pack),
        listed(acts.map(|act| act.name.as_str()))
    )
}

/// The one of `known` that is spelled nearly so.
pub fn nearest<'a>(known: impl IntoIterator<Item = &'a str>, name: &str) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let near = known
        .into_iter()
        .map(|known| (distance(known, name), known));
    let close = near.filter(|(far, _)| *far <= 2.max(name.len() / 4)).min();
    close.map(|(_, known)| known)
}

/// A hint for a name that is none of `known`.
pub fn hint(known: &[&str], name: &str, what: &str) -> String {
    match nearest(known.iter().copied(), name) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => format!("there are no {what}"),
        None => format!("the {what} are {}", listed(known.iter().copied())),
    }
}

/// Organs, levels or ranks that a pack sees.
pub fn seen(law: &Law, kind: Kind, pack: PackId) -> Vec<&str> {
    let all: Box<dyn Iterator<Item = &str>> = match kind {
        Kind::Organ => Box::new(law.organs.iter().map(|organ| organ.name.as_str())),
        Kind::Level => Box::new(law.levels.iter().map(|rung| rung.name.as_str())),
        Kind::Rank => Box::new(law.ranks.iter().map(|rung| rung.name.as_str())),
        _ => Box::new(std::iter::empty()),
    };
    let mut names: Vec<&str> = Vec::new();
    for name in all.filter(|name| law.find(kind, pack, name).is_some()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
