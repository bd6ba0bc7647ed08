//! The acts that touch one person, in the order in which they happened, with corrections applied and links followed.

use habeas_law::Law;
use habeas_law::rules::ActId;

use crate::act::{Act, Case, Partial};

/// One person's part of a case.
#[derive(Clone, Debug)]
pub struct History<'a> {
    /// Sorted by time, then by time of record, then by id: the order does not hang on the order of input.
    pub acts: Vec<&'a Act>,
    /// For each act, the one that it answers.
    answers: Vec<Option<usize>>,
    /// Acts that a later act corrects, each with the id of that act: shown, and not counted.
    pub corrected: Vec<(&'a Act, &'a str)>,
    /// What the sources are silent about.
    pub partial: &'a Partial,
}

impl<'a> History<'a> {
    /// The acts of a case that touch a person.
    #[must_use]
    pub fn of(case: &'a Case, subject: &str) -> Self {
        // A correction may name another person: whom it corrects is asked of the whole case.
        let corrections: Vec<&Act> = case.acts.iter().filter(|a| a.corrects.is_some()).collect();
        let correction = |act: &Act| {
            let of = |c: &&&Act| c.corrects.as_deref() == Some(&*act.id);
            corrections.iter().filter(of).map(|c| &*c.id).min()
        };
        let (mut acts, mut corrected) = (Vec::new(), Vec::new());
        for act in case.acts.iter().filter(|act| act.touches(subject)) {
            match correction(act) {
                Some(by) => corrected.push((act, by)),
                None => acts.push(act),
            }
        }
        corrected.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
        acts.sort_unstable_by(|a, b| {
            let key = |act: &Act| {
                (
                    act.happened.from,
                    act.happened.to,
                    act.recorded.map(|r| r.from),
                )
            };
            key(a).cmp(&key(b)).then_with(|| a.id.cmp(&b.id))
        });
        let answers = acts
            .iter()
            .map(|act| {
                act.answers
                    .as_ref()
                    .and_then(|id| acts.iter().position(|other| other.id == *id))
            })
            .collect();
        Self {
            acts,
            answers,
            corrected,
            partial: &case.partial,
        }
    }

    /// An act by position.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&'a Act> {
        self.acts.get(index).copied()
    }

    /// How many acts had happened by an instant.
    #[must_use]
    pub fn visible(&self, at: i64) -> usize {
        self.acts.partition_point(|act| act.happened.from <= at)
    }

    /// Positions of acts of some kinds before `horizon`.
    pub fn of_kinds<'k>(
        &'k self,
        kinds: &'k [ActId],
        horizon: usize,
    ) -> impl DoubleEndedIterator<Item = usize> + 'k {
        let acts = self
            .acts
            .get(..horizon.min(self.acts.len()))
            .unwrap_or_default();
        acts.iter()
            .enumerate()
            .filter(move |(_, act)| kinds.contains(&act.kind))
            .map(|(n, _)| n)
    }

    /// The nearest act of some kinds along the chain of answers.
    #[must_use]
    pub fn answered(&self, from: usize, kinds: &[ActId]) -> Option<usize> {
        let mut at = from;
        for _ in 0..self.acts.len() {
            at = self.answers.get(at).copied().flatten()?;
            if kinds.contains(&self.get(at)?.kind) {
                return Some(at);
            }
        }
        None
    }

    /// Whether an act belongs to an anchor: it answers it, or it answers none of its kind and the anchor is the latest before it.
    #[must_use]
    pub fn belongs(&self, act: usize, anchor: usize, anchor_kinds: &[ActId]) -> bool {
        if act == anchor {
            return true;
        }
        if let Some(answered) = self.answered(act, anchor_kinds) {
            return answered == anchor;
        }
        let (Some(this), Some(base)) = (self.get(act), self.get(anchor)) else {
            return false;
        };
        if this.happened.to < base.happened.from {
            return false;
        }
        // Acts stand in the order of their times: only those between the two are looked at.
        let between = (self.acts.iter().enumerate().skip(anchor + 1))
            .take_while(|(_, other)| other.happened.from <= this.happened.from);
        let mut later = between.filter(|(n, other)| {
            *n != act
                && other.happened.from > base.happened.from
                && other.happened.to <= this.happened.from
        });
        !later.any(|(_, other)| anchor_kinds.contains(&other.kind))
    }

    /// Whether the absence of an act of some kinds is unknown.
    #[must_use]
    pub fn silent(&self, kinds: &[ActId]) -> Option<ActId> {
        kinds
            .iter()
            .copied()
            .find(|kind| self.partial.covers(*kind))
    }

    /// The latest statement of a fact.
    #[must_use]
    pub fn fact(
        &self,
        kind: ActId,
        field: habeas_law::rules::FieldId,
        horizon: usize,
    ) -> Option<&habeas_law::Value> {
        let acts = self.acts.get(..horizon.min(self.acts.len()))?;
        acts.iter()
            .rev()
            .filter(|act| act.kind == kind)
            .find_map(|act| act.field(field))
    }

    /// For messages: the name of an act's kind and its id.
    #[must_use]
    pub fn name(&self, law: &Law, index: usize) -> String {
        self.get(index)
            .map_or_else(String::new, |act| law.act(act.kind).name.clone())
    }
}
