//! Several servers over one database: each records, one sequences, and one that was deposed is turned away.
//!
//! An act is recorded with its leaf in one row of an outbox. The sequencer takes rows out and gives each its number.

use stateright::{Model, Property};

use crate::guard::{Guard, Guards};
use crate::history::{History, Leaf, add, agree};

/// Acts that are sent, at most.
pub const ACTS: usize = 3;
const SERVERS: usize = 2;

#[derive(Clone, Copy, Debug)]
pub struct Servers {
    pub guards: Guards,
    /// Acts, at most [`ACTS`].
    pub acts: u8,
    /// How often a server takes the lead.
    pub leads: u8,
}

/// A row of the outbox: the act, and the number of the row, drawn before it is committed.
type Row = (u8, u8);

/// One server, in memory. All of it goes when it ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Server {
    /// A row that it has begun to write.
    begun: Option<Row>,
    /// Acts that are recorded and whose senders wait, a bit each.
    waiting: u8,
    /// The log as it read it before it takes the lead.
    read: Option<History>,
    leads: Option<Lead>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Lead {
    epoch: u8,
    head: History,
    /// It takes no row before this one. Only without its guard.
    from: u8,
    /// A row that is taken out and not yet a leaf. Only without its guard.
    taken: Option<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    servers: [Server; SERVERS],
    /// Committed rows of the outbox.
    outbox: Vec<Row>,
    /// The next number of a row. It moves outside of any transaction.
    next: u8,
    leaves: History,
    /// The size that the head says.
    size: u8,
    epoch: u8,
    /// Acts that were answered as recorded, a bit each.
    recorded: u8,
    /// Of each act the numbers of leaves that somebody was told, a bit each.
    told: [u8; ACTS],
    checkpoint: History,
    shown: Vec<History>,
    leads: u8,
    /// A leader appended after another had taken its place.
    late: bool,
    /// A leader was turned away.
    turned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// An act arrives: a row is begun, and its number drawn.
    Begin {
        server: usize,
        act: u8,
    },
    Commit {
        server: usize,
    },
    Answer {
        server: usize,
        act: u8,
    },
    /// Whoever asks is told the number of the leaf.
    TellNumber {
        act: u8,
    },
    Read {
        server: usize,
    },
    Lead {
        server: usize,
    },
    /// A row becomes a leaf.
    Drain {
        server: usize,
        row: Row,
    },
    AppendTaken {
        server: usize,
    },
    Checkpoint {
        server: usize,
    },
    Crash {
        server: usize,
    },
}

fn leaf(act: u8) -> Leaf {
    act + 1
}

impl State {
    fn place(&self, act: u8) -> Option<u8> {
        let at = self
            .leaves
            .leaves()
            .iter()
            .position(|one| *one == leaf(act))?;
        u8::try_from(at).ok()
    }

    fn is_recorded(&self, act: u8) -> bool {
        self.place(act).is_some() || self.outbox.iter().any(|(one, _)| *one == act)
    }
}

impl Servers {
    /// Whether a leader may move the head; if not, it leads no longer.
    fn fenced(&self, state: &mut State, server: usize) -> Option<bool> {
        let lead = state.servers[server].leads?;
        let epoch = lead.epoch == state.epoch || !self.guards.has(Guard::EpochFence);
        let size = lead.head.size() == state.size || !self.guards.has(Guard::HeadCompared);
        if !(epoch && size) {
            state.servers[server].leads = None;
            state.turned = true;
        }
        Some(epoch && size)
    }

    /// Appends after what the leader has in memory. Where a leaf stands already, only the guard is in its way.
    fn append(state: &mut State, server: usize, act: u8) -> Option<()> {
        let lead = state.servers[server].leads.as_mut()?;
        let index = lead.head.size();
        if lead.head.is_full() {
            return None;
        }
        lead.head = lead.head.push(leaf(act));
        state.leaves = match index < state.leaves.size() {
            true => state.leaves.set(index, leaf(act)),
            false => state.leaves.push(leaf(act)),
        };
        state.size = lead.head.size();
        state.late |= lead.epoch != state.epoch;
        Some(())
    }
}

impl Model for Servers {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            servers: [Server::default(); SERVERS],
            outbox: Vec::new(),
            next: 0,
            leaves: History::EMPTY,
            size: 0,
            epoch: 0,
            recorded: 0,
            told: [0; ACTS],
            checkpoint: History::EMPTY,
            shown: Vec::new(),
            leads: self.leads,
            late: false,
            turned: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        actions.extend((0..self.acts).map(|act| Action::TellNumber { act }));
        for server in 0..SERVERS {
            for act in 0..self.acts {
                actions.extend([
                    Action::Begin { server, act },
                    Action::Answer { server, act },
                ]);
            }
            actions.extend([
                Action::Commit { server },
                Action::Read { server },
                Action::Lead { server },
            ]);
            actions.extend(
                state
                    .outbox
                    .iter()
                    .map(|row| Action::Drain { server, row: *row }),
            );
            actions.extend([
                Action::AppendTaken { server },
                Action::Checkpoint { server },
                Action::Crash { server },
            ]);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        self.step(&mut state, action)?;
        (state != *last).then_some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            always(
                "a recorded act is in the outbox or in the log",
                |_, state| {
                    (0..3).all(|act| state.recorded & (1 << act) == 0 || state.is_recorded(act))
                },
            ),
            always("no row is passed over by who leads", |_, state| {
                let reached = |lead: Lead| state.outbox.iter().all(|(_, row)| *row >= lead.from);
                state
                    .servers
                    .iter()
                    .filter_map(|one| one.leads)
                    .all(reached)
            }),
            always("an act stands in the log once", |_, state| {
                let leaves = state.leaves.leaves();
                leaves
                    .iter()
                    .enumerate()
                    .all(|(at, leaf)| !leaves[..at].contains(leaf))
            }),
            always("a number that was told stays", |_, state| {
                (0..).zip(state.told).all(|(act, told)| {
                    told == 0 || state.place(act).is_some_and(|at| told == 1 << at)
                })
            }),
            always("a number is given once", |_, state| {
                state
                    .told
                    .iter()
                    .fold((0, true), |(seen, once), told| {
                        (seen | told, once && seen & told == 0)
                    })
                    .1
            }),
            always("what is shown is one history", |_, state| {
                agree(&state.shown)
            }),
            always("who was deposed appends nothing", |_, state| !state.late),
            sometimes(
                "all acts are recorded, told and numbered",
                |servers, state| {
                    let all = state.told[..usize::from(servers.acts)]
                        .iter()
                        .all(|told| *told != 0);
                    all && state.recorded.count_ones() == u32::from(servers.acts)
                        && state.outbox.is_empty()
                },
            ),
            sometimes(
                "rows are committed in another order than their numbers were drawn",
                |_, state| {
                    let later = |server: &Server| {
                        server.begun.is_some_and(|(_, row)| {
                            state.outbox.iter().any(|(_, other)| *other > row)
                        })
                    };
                    state.servers.iter().any(later)
                },
            ),
            sometimes("two believe that they lead", |_, state| {
                state.servers.iter().all(|server| server.leads.is_some())
            }),
            sometimes(
                "who was deposed is turned away, and the other goes on",
                |_, state| state.turned && state.shown.len() > 1 && state.epoch > 1,
            ),
            sometimes(
                "an act was recorded and its sender was told nothing",
                |_, state| {
                    let waits = state
                        .servers
                        .iter()
                        .fold(0, |all, server| all | server.waiting);
                    (0..3).any(|act| {
                        state.is_recorded(act) && (state.recorded | waits) & (1 << act) == 0
                    })
                },
            ),
        ]
    }
}

impl Servers {
    fn step(&self, state: &mut State, action: Action) -> Option<()> {
        match action {
            Action::Begin { server, act } => {
                // One try more than there are acts: some act is tried again.
                if state.servers[server].begun.is_some() || state.next > self.acts {
                    return None;
                }
                state.servers[server].begun = Some((act, state.next));
                state.next += 1;
            }
            Action::Commit { server } => {
                let (act, row) = state.servers[server].begun.take()?;
                if !(self.guards.has(Guard::IdempotencyKey) && state.is_recorded(act)) {
                    add(&mut state.outbox, (act, row));
                }
                state.servers[server].waiting |= 1 << act;
            }
            Action::Answer { server, act } => {
                (state.servers[server].waiting & (1 << act) != 0).then_some(())?;
                state.servers[server].waiting &= !(1 << act);
                state.recorded |= 1 << act;
            }
            Action::TellNumber { act } => state.told[usize::from(act)] |= 1 << state.place(act)?,
            Action::Read { server } => {
                state.servers[server].leads.is_none().then_some(())?;
                state.servers[server].read = Some(state.leaves);
            }
            Action::Lead { server } => {
                let head = state.servers[server].read.take()?;
                state.leads = state.leads.checked_sub(1)?;
                state.epoch += 1;
                let lead = Lead {
                    epoch: state.epoch,
                    head,
                    from: 0,
                    taken: None,
                };
                state.servers[server].leads = Some(lead);
            }
            Action::Drain { server, row } => self.drain(state, server, row)?,
            Action::AppendTaken { server } => {
                let act = state.servers[server].leads.as_mut()?.taken.take()?;
                if self.fenced(state, server)? {
                    Self::append(state, server, act)?;
                }
            }
            Action::Checkpoint { server } => {
                let lead = state.servers[server].leads?;
                // Computed again from what is stored, and never back from the last one.
                let read = state.leaves.prefix(lead.head.size());
                let grown = read.size() > state.checkpoint.size();
                (grown && read == lead.head).then_some(())?;
                state.checkpoint = read;
                add(&mut state.shown, read);
            }
            Action::Crash { server } => state.servers[server] = Server::default(),
        }
        Some(())
    }

    fn drain(&self, state: &mut State, server: usize, row: Row) -> Option<()> {
        let lead = state.servers[server].leads?;
        // Without its guard it goes on from the last row that it saw, in their order.
        let next = || {
            state
                .outbox
                .iter()
                .map(|(_, row)| *row)
                .filter(|row| *row >= lead.from)
                .min()
        };
        let due = self.guards.has(Guard::DrainWhatIsThere) || next() == Some(row.1);
        if lead.taken.is_some() || !due {
            return None;
        }
        if !self.fenced(state, server)? {
            return Some(());
        }
        state.outbox.retain(|one| *one != row);
        let lead = state.servers[server].leads.as_mut()?;
        if !self.guards.has(Guard::DrainWhatIsThere) {
            lead.from = row.1 + 1;
        }
        if self.guards.has(Guard::DrainInOne) {
            Self::append(state, server, row.0)
        } else {
            lead.taken = Some(row.0);
            Some(())
        }
    }
}

fn always(name: &'static str, holds: fn(&Servers, &State) -> bool) -> Property<Servers> {
    Property::always(name, holds)
}

fn sometimes(name: &'static str, happens: fn(&Servers, &State) -> bool) -> Property<Servers> {
    Property::sometimes(name, happens)
}
