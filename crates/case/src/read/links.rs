//! Acts that answer or correct others: which of them lead to nothing, or in a circle.

use std::collections::BTreeMap;

use crate::act::Act;

/// Why an act cannot stay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lead {
    /// `answers` or `corrects`, and the id that no act has.
    Nowhere(&'static str, Box<str>),
    /// To an act that cannot stay either.
    Refused(Box<str>),
    /// Round and round; the first ids on the way.
    Circle(Vec<Box<str>>),
}

/// Acts by position, and where each leads.
pub struct Links<'a, P> {
    pub acts: &'a [Act],
    /// The position of an id.
    pub position: P,
}

/// Ids on the way round that are told.
const TOLD: usize = 5;

impl<P: Fn(&str) -> Option<usize>> Links<'_, P> {
    fn leads(&self, n: usize) -> impl Iterator<Item = (&'static str, &str)> {
        let both = self.acts.get(n).map(|act| {
            [
                ("answers", act.answers.as_deref()),
                ("corrects", act.corrects.as_deref()),
            ]
        });
        both.into_iter()
            .flatten()
            .filter_map(|(key, id)| id.map(|id| (key, id)))
    }

    /// Of the acts at the positions `open` (all others are known to be good): those that cannot stay.
    ///
    /// An act is good once all that it leads to are. What never becomes good misses an act, leads to one that does, or
    /// goes round.
    pub fn wrong<T>(&self, open: &BTreeMap<usize, T>) -> BTreeMap<usize, Lead> {
        let mut waits: BTreeMap<usize, usize> = BTreeMap::new();
        let mut before: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut good = Vec::new();
        for n in open.keys() {
            let mut left = 0;
            for (_, id) in self.leads(*n) {
                match (self.position)(id) {
                    Some(at) if !open.contains_key(&at) => {}
                    Some(at) => {
                        before.entry(at).or_default().push(*n);
                        left += 1;
                    }
                    None => left += 1,
                }
            }
            if left == 0 {
                good.push(*n);
            } else {
                waits.insert(*n, left);
            }
        }
        let followers = |n: usize| before.get(&n).into_iter().flatten().copied();
        while let Some(n) = good.pop() {
            for next in followers(n) {
                if let Some(left) = waits.get_mut(&next) {
                    *left -= 1;
                    if *left == 0 {
                        waits.remove(&next);
                        good.push(next);
                    }
                }
            }
        }
        let mut wrong = BTreeMap::new();
        for n in waits.keys() {
            if let Some((key, id)) = self.leads(*n).find(|(_, id)| (self.position)(id).is_none()) {
                wrong.insert(*n, Lead::Nowhere(key, id.into()));
            }
        }
        let mut bad: Vec<usize> = wrong.keys().copied().collect();
        while let Some(n) = bad.pop() {
            for next in followers(n) {
                if waits.contains_key(&next) && !wrong.contains_key(&next) {
                    wrong.insert(next, Lead::Refused(self.id(n)));
                    bad.push(next);
                }
            }
        }
        for n in waits.keys() {
            if !wrong.contains_key(n) {
                wrong.insert(*n, Lead::Circle(self.round(*n, &waits)));
            }
        }
        wrong
    }

    fn id(&self, n: usize) -> Box<str> {
        self.acts
            .get(n)
            .map_or_else(Box::default, |act| act.id.clone())
    }

    fn round(&self, from: usize, among: &BTreeMap<usize, usize>) -> Vec<Box<str>> {
        let mut way = vec![self.id(from)];
        let mut at = Some(from);
        while way.len() < TOLD {
            let next = |(_, id)| (self.position)(id).filter(|to| among.contains_key(to));
            at = at.and_then(|at| self.leads(at).find_map(next));
            let Some(at) = at else { break };
            way.push(self.id(at));
            if at == from {
                break;
            }
        }
        way
    }
}
