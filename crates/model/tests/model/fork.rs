//! A log whose operator lies: any checkpoint of any history may reach any witness, with the best proof there is, in any
//! order and again. Which receipts satisfy the policy then?

use std::fmt;

use stateright::{Model, Property};

use crate::guard::{Guard, Guards};
use crate::history::{History, agree};
use crate::witness::{Answer, Request, answer, deliver};

/// A group of the policy.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// Witnesses, honest or not.
    pub members: usize,
    /// How many cosignatures are enough.
    pub threshold: usize,
    /// Those of them that cosign whatever they are asked to.
    pub colluding: usize,
}

impl Group {
    /// Whether two disjoint histories can both be enough: not while 2k - n > f.
    pub fn is_broken(self) -> bool {
        2 * self.threshold <= self.members + self.colluding
    }

    fn is_met(self, guards: Guards, honest: usize) -> bool {
        let colluding = match guards.has(Guard::KeyOnce) {
            true => self.colluding,
            false => 2 * self.colluding,
        };
        let threshold = self.threshold - usize::from(!guards.has(Guard::Threshold));
        honest + colluding >= threshold
    }
}

/// What the operator shows, to whom.
#[derive(Clone, Debug)]
pub struct Fork {
    pub guards: Guards,
    /// Organs, and bodies outside. Both groups are required.
    pub groups: [Group; 2],
    /// Every checkpoint that the operator signs.
    pub shown: Vec<History>,
}

impl Fork {
    /// A history of two leaves, and others that leave it: after the first leaf, and, with `both`, also at once.
    pub fn new(guards: Guards, groups: [Group; 2], both: bool) -> Self {
        let mut shown = vec![
            History::of(&[1]),
            History::of(&[1, 1]),
            History::of(&[1, 2]),
        ];
        if both {
            shown.extend([History::of(&[2]), History::of(&[2, 2])]);
        }
        Self {
            guards,
            groups,
            shown,
        }
    }

    /// Whether receipts must agree: some group is not broken.
    pub fn is_safe(&self) -> bool {
        !self.groups.iter().all(|group| group.is_broken())
    }

    /// Whether a receipt satisfies the policy that so many honest witnesses of each group have cosigned.
    pub fn is_met(&self, honest: [usize; 2]) -> bool {
        let met = |(group, honest): (&Group, usize)| group.is_met(self.guards, honest);
        let mut each = self.groups.iter().zip(honest).map(met);
        match self.guards.has(Guard::BothGroups) {
            true => each.all(|met| met),
            false => each.any(|met| met),
        }
    }

    fn met(&self, state: &State) -> Vec<History> {
        let count = |honest: &Vec<Honest>, shown| {
            honest.iter().filter(|one| one.has_cosigned(shown)).count()
        };
        let honest = |shown| state.honest.each_ref().map(|honest| count(honest, shown));
        let met = (0..self.shown.len()).filter(|shown| self.is_met(honest(*shown)));
        met.map(|shown| self.shown[shown]).collect()
    }

    fn cosigned(&self, one: &Honest) -> Vec<History> {
        let by = (0..self.shown.len()).filter(|shown| one.has_cosigned(*shown));
        by.map(|shown| self.shown[shown]).collect()
    }
}

/// An honest witness.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Honest {
    pub durable: History,
    /// Checkpoints for which its cosignature left, a bit each in the order of [`Fork::shown`].
    cosigned: u8,
}

impl Honest {
    fn has_cosigned(self, shown: usize) -> bool {
        self.cosigned & (1 << shown) != 0
    }
}

impl fmt::Debug for Honest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} cosigned {:b}", self.durable, self.cosigned)
    }
}

/// The honest witnesses of each group. Those of one group are alike, so each stands where its state sorts it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub honest: [Vec<Honest>; 2],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// One request. With `dies` the witness ends between its two steps, and starts again.
    Ask {
        group: usize,
        place: usize,
        old: u8,
        shown: usize,
        dies: bool,
    },
    /// Two requests that are both judged before either is made durable. Only without its guard.
    AskTwo {
        group: usize,
        place: usize,
        first: (u8, usize),
        second: (u8, usize),
    },
    /// A witness begins anew under the same key. Only without its guard.
    BeginAnew { group: usize, place: usize },
}

impl Model for Fork {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let honest = self
            .groups
            .map(|group| vec![Honest::default(); group.members - group.colluding]);
        vec![State { honest }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        // One old size more than there is: a request that is none.
        let requests = || {
            (0..self.shown.len())
                .flat_map(|shown| (0..=self.shown[shown].size() + 1).map(move |old| (old, shown)))
        };
        for (group, members) in state.honest.iter().enumerate() {
            for place in 0..members.len() {
                if place > 0 && members[place] == members[place - 1] {
                    continue;
                }
                let ask = |(old, shown)| {
                    [false, true].map(|dies| Action::Ask {
                        group,
                        place,
                        old,
                        shown,
                        dies,
                    })
                };
                actions.extend(requests().flat_map(ask));
                if !self.guards.has(Guard::OneAtATime) {
                    let two = |first| {
                        requests().map(move |second| Action::AskTwo {
                            group,
                            place,
                            first,
                            second,
                        })
                    };
                    actions.extend(requests().flat_map(two));
                }
                if !self.guards.has(Guard::StateMadeOnce) {
                    actions.push(Action::BeginAnew { group, place });
                }
            }
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = last.clone();
        let request = |(old, shown): (u8, usize)| Request {
            old,
            shown: self.shown[shown],
            signed: true,
        };
        match action {
            Action::Ask {
                group,
                place,
                old,
                shown,
                dies,
            } => {
                let one = &mut next.honest[group][place];
                let (durable, left) =
                    deliver(self.guards, one.durable, request((old, shown)), dies);
                one.durable = durable;
                one.cosigned |= u8::from(left) << shown;
            }
            Action::AskTwo {
                group,
                place,
                first,
                second,
            } => {
                let one = &mut next.honest[group][place];
                let before = one.durable;
                for asked in [first, second] {
                    if answer(self.guards, before, request(asked)) == Answer::Cosigned {
                        one.durable = self.shown[asked.1];
                        one.cosigned |= 1 << asked.1;
                    }
                }
            }
            Action::BeginAnew { group, place } => {
                next.honest[group][place].durable = History::EMPTY
            }
        }
        for members in &mut next.honest {
            members.sort_unstable();
        }
        (next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut all = vec![
            always("an honest witness cosigns one history", |fork, state| {
                state
                    .honest
                    .iter()
                    .flatten()
                    .all(|one| agree(&fork.cosigned(one)))
            }),
            always("receipts agree", |fork, state| agree(&fork.met(state))),
            sometimes("a receipt satisfies the policy", |fork, state| {
                !fork.met(state).is_empty()
            }),
        ];
        if self
            .groups
            .iter()
            .map(|group| group.members - group.colluding)
            .sum::<usize>()
            > 1
        {
            all.push(sometimes(
                "honest witnesses are shown two histories",
                |_, state| {
                    let seen: Vec<History> = state
                        .honest
                        .iter()
                        .flatten()
                        .map(|one| one.durable)
                        .collect();
                    !agree(&seen)
                },
            ));
        }
        if self
            .groups
            .iter()
            .any(|group| group.members > group.colluding)
        {
            all.push(sometimes(
                "a witness died before it answered",
                |_, state| {
                    state
                        .honest
                        .iter()
                        .flatten()
                        .any(|one| one.cosigned == 0 && one.durable != History::EMPTY)
                },
            ));
        }
        all
    }
}

fn always(name: &'static str, holds: fn(&Fork, &State) -> bool) -> Property<Fork> {
    Property::always(name, holds)
}

fn sometimes(name: &'static str, happens: fn(&Fork, &State) -> bool) -> Property<Fork> {
    Property::sometimes(name, happens)
}
