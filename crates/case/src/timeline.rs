//! Measures as things of their own: when each began and ended, and when the person was held.

use habeas_law::count::Union;
use habeas_law::moment::When;
use habeas_law::rules::{ActId, Clause, MeasureId, Trigger};
use habeas_law::{Law, Truth};
use rustc_hash::FxHashSet;

use crate::evaluate::{Evaluator, Scope, Silent};
use crate::history::History;

/// A measure from its first act to its last.
#[derive(Clone, Debug)]
pub struct Spell {
    /// Which measure.
    pub measure: MeasureId,
    /// The act that began it.
    pub begin: usize,
    /// The act that ended it.
    pub end: Option<usize>,
    /// When it began.
    pub from: When,
    /// When it ended.
    pub to: Option<When>,
    /// The instant at which it was surely over.
    pub until: i64,
    /// The last act that shows it running.
    pub shown: When,
    /// An act that would have ended it since, and about which the record is silent.
    pub silent: Option<ActId>,
    /// Whether the person was held.
    pub held: bool,
}

/// All measures of one person, in order of their beginnings.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The spells.
    pub spells: Vec<Spell>,
    /// An act that begins custody, and about which the record is silent.
    pub silent: Option<ActId>,
}

impl Timeline {
    /// Measures up to an instant.
    #[must_use]
    pub fn build(law: &Law, history: &History<'_>, at: i64) -> Self {
        let nothing = Self::default();
        let evaluator = Evaluator::new(law, history, &nothing, at);
        let horizon = history.visible(at);
        let happened = history.acts.iter().take(horizon).map(|act| act.kind);
        let happened: FxHashSet<ActId> = happened.collect();
        let mut timeline = Self::default();
        for (n, measure) in law.measures.iter().enumerate() {
            let id = MeasureId(u16::try_from(n).unwrap_or(u16::MAX));
            let begins: Vec<ActId> = acts_of(&measure.begins).collect();
            if measure.held {
                timeline.silent = timeline.silent.or_else(|| history.silent(&begins));
            }
            if !begins.iter().any(|kind| happened.contains(kind)) {
                continue;
            }
            let ends: Vec<ActId> = acts_of(&measure.ends).collect();
            let mut running: Option<Spell> = None;
            for (index, act) in history.acts.iter().enumerate().take(horizon) {
                let hits = |trigger: &Trigger| {
                    trigger.acts.contains(&act.kind)
                        && trigger.condition.as_ref().is_none_or(|condition| {
                            let scope = Scope {
                                current: Some(index),
                                ..Scope::of_facts(measure.pack, horizon)
                            };
                            evaluator.truth(condition, scope, &mut Silent::default()) == Truth::Yes
                        })
                };
                let hits_any = |clauses: &[Clause<Trigger>]| clauses.iter().any(|c| hits(&c.rule));
                let begins = hits_any(&measure.begins);
                let (over, begins) = match &mut running {
                    None => (i64::MAX, begins),
                    // Another organ takes the measure anew: the one spell is over when the next begins.
                    Some(spell) if begins && taken_over(history, spell.begin, act) => {
                        (act.happened.from, true)
                    }
                    Some(_) if hits_any(&measure.ends) => (over(&act.happened), false),
                    Some(spell) => {
                        if begins {
                            spell.shown = act.happened;
                        }
                        continue;
                    }
                };
                if let Some(mut spell) = running.take() {
                    spell.end = Some(index);
                    spell.to = Some(act.happened);
                    spell.until = over;
                    spell.silent = None;
                    timeline.spells.push(spell);
                }
                running = begins.then(|| Spell {
                    measure: id,
                    begin: index,
                    end: None,
                    from: act.happened,
                    to: None,
                    until: i64::MAX,
                    shown: act.happened,
                    silent: history.silent(&ends),
                    held: measure.held,
                });
            }
            timeline.spells.extend(running);
        }
        timeline
            .spells
            .sort_by_key(|spell| (spell.begin, spell.measure));
        timeline
    }

    /// Whether the person was held at an instant.
    #[must_use]
    pub fn held(&self, at: i64) -> Truth {
        let spells = self.spells.iter().filter(|spell| spell.held);
        match any(spells, at) {
            Truth::No if self.silent.is_some() => Truth::Unknown,
            truth => truth,
        }
    }

    /// Where it is unknown whether the person was held at an instant: the act that would tell.
    #[must_use]
    pub fn held_needs(&self, at: i64) -> Option<ActId> {
        let spells = self.spells.iter().filter(|spell| spell.held);
        silent_end(spells, at).or(self.silent)
    }

    /// Whether a measure ran at an instant; where that is unknown, the act that would tell.
    #[must_use]
    pub fn under(&self, measure: MeasureId, at: i64) -> (Truth, Option<ActId>) {
        let spells = || self.spells.iter().filter(|spell| spell.measure == measure);
        (any(spells(), at), silent_end(spells(), at))
    }

    /// Stretches in which the person was or may have been held, up to an instant, joined.
    #[must_use]
    pub fn holds(&self, at: i64) -> Union {
        self.joined(|spell| spell.until.min(at))
    }

    /// Stretches in which the record shows that the person was held, up to an instant, joined.
    #[must_use]
    pub fn sure_holds(&self, at: i64) -> Union {
        self.joined(|spell| spell.surely_until().min(at))
    }

    fn joined(&self, until: impl Fn(&Spell) -> i64) -> Union {
        let held = self.spells.iter().filter(|spell| spell.held);
        let parts = held.map(|spell| (spell.from.from, until(spell)));
        Union::new(parts.filter(|(from, to)| from < to).collect())
    }
}

/// Whether one of some spells ran at an instant.
fn any<'s>(spells: impl Iterator<Item = &'s Spell>, at: i64) -> Truth {
    spells.fold(Truth::No, |any, spell| any.or(spell.ran(at)))
}

/// The act that may have ended one of some spells before an instant.
fn silent_end<'s>(mut spells: impl Iterator<Item = &'s Spell>, at: i64) -> Option<ActId> {
    spells.find(|s| s.ran(at) == Truth::Unknown)?.silent
}

fn acts_of(clauses: &[Clause<Trigger>]) -> impl Iterator<Item = ActId> {
    clauses.iter().flat_map(|c| c.rule.acts.iter().copied())
}

impl Spell {
    /// Whether it ran at an instant: after the last act that shows it, an act may have ended it about which the record is silent.
    #[must_use]
    pub fn ran(&self, at: i64) -> Truth {
        match (self.covers(at), self.silent) {
            (true, Some(_)) if at > self.shown.to => Truth::Unknown,
            (covers, _) => covers.into(),
        }
    }

    /// The instant up to which the record shows that it ran.
    #[must_use]
    pub fn surely_until(&self) -> i64 {
        match self.silent {
            Some(_) => over(&self.shown),
            None => self.until,
        }
    }

    /// Whether it ran or may have run at an instant; where only the day of an end is known, the whole day counts.
    #[must_use]
    pub fn covers(&self, at: i64) -> bool {
        self.from.from <= at && at < self.until
    }
}

fn taken_over(history: &History<'_>, begin: usize, act: &crate::act::Act) -> bool {
    let organ = history.get(begin).and_then(|first| first.by.organ);
    organ
        .zip(act.by.organ)
        .is_some_and(|(before, now)| before != now)
}

/// The instant at which a stretch that this moment closes is surely over.
#[must_use]
pub fn over(when: &When) -> i64 {
    if when.from == when.to {
        when.to
    } else {
        when.to + 60
    }
}
