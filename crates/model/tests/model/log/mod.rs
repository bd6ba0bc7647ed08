//! The log of one writer and its witnesses: acts, marks, checkpoints, cosignatures; the process ends anywhere, the disk is
//! damaged, an older store is put back.
//!
//! What travels is not kept as messages. An act may come at any time and again; a checkpoint that has left may reach any
//! witness at any time and again, from whoever has it; an answer may be taken at any time, or never. So whatever is lost,
//! doubled or comes late is among what is explored.

mod properties;
mod steps;

use stateright::{Model, Property};

use crate::guard::Guards;
use crate::history::{History, Leaf};

/// Acts that are sent, at most.
pub const ACTS: usize = 3;
/// Honest witnesses. One more lies: it cosigns whatever it is shown, or returns what is no cosignature, or knows nothing.
pub const HONEST: usize = 3;
/// How many cosignatures are enough, and how many answers after everything was put back: with 4 witnesses and 1 that lies,
/// 2 * 3 - 4 > 1.
pub const ENOUGH: usize = 3;

/// A leaf that nobody recorded: damage on the disk, in memory, or from a stranger.
pub const ROTTEN: Leaf = 15;
pub const FLIPPED: Leaf = 14;
pub const FORGED: Leaf = 13;

/// What may happen, and how often.
#[derive(Clone, Copy, Debug)]
pub struct Log {
    pub guards: Guards,
    /// Acts, at most [`ACTS`].
    pub acts: u8,
    /// How often the store is opened.
    pub openings: u8,
    /// How often an older state is put back.
    pub put_backs: u8,
    /// How often something is damaged.
    pub damages: u8,
}

/// What is on the disk of the store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    pub leaves: History,
    /// The head: what the writer said that the leaves are.
    pub head: History,
    /// Of each act the number of its leaf, under its idempotency key.
    pub acts: [Option<u8>; ACTS],
    /// Signed, the last one last.
    pub checkpoints: Vec<History>,
}

/// What the process has in memory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Writer {
    pub head: History,
    /// Of each act the number that whoever waits for it will be told.
    pub waiting: [Option<u8>; ACTS],
    /// Recorded without its leaf. Only without its guard.
    pub half: Option<u8>,
    /// Shown and not stored. Only without its guard.
    pub unstored: Option<History>,
}

/// Why the store was not opened, or the writer stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refused {
    /// The leaves are fewer than, or other than, what was acknowledged.
    Mark,
    /// The leaves are not those of the head or of a checkpoint.
    Tree,
    /// A witness has seen more, or something else.
    Witness,
    /// It is not the store of the last round.
    WentBack,
}

/// A witness, and what the log has of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Witness {
    pub durable: History,
    /// Checkpoints for which a cosignature left.
    pub cosigned: Vec<History>,
    /// Whether its line for the last checkpoint was taken.
    pub line: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct State {
    pub store: Store,
    /// What would be on the disk after a power cut; `None` if all is. Only without its guard.
    pub synced: Option<Store>,
    /// The file of what was acknowledged.
    pub mark: History,
    pub writer: Option<Writer>,
    /// What the process that signs signed last, once it has asked the witnesses. It outlives the writer where the store is lent.
    pub began: Option<History>,
    /// The file that says that the store was put back. A plain copy does not leave it: that is its guard deleted.
    pub restored: bool,
    pub refused: Option<Refused>,
    /// Of each act the numbers that somebody was told, a bit each.
    pub told: [u8; ACTS],
    /// The honest ones are alike, so each stands where its state sorts it.
    pub witnesses: [Witness; HONEST],
    pub liar: Witness,
    /// Checkpoints that left the process.
    pub shown: Vec<History>,
    /// Checkpoints that were given out as cosigned by enough.
    pub receipts: Vec<History>,
    /// A checkpoint was signed that does not continue one of them.
    pub lacking: bool,
    /// The disk is not as the store left it, and the store was not opened since.
    pub unnoticed: bool,
    /// All of it was put back once, with the mark: nothing on the machine can tell.
    pub all_put_back: bool,
    /// Something was put back or damaged once.
    pub harmed: bool,
    /// Acts that are recorded again after something was put back have other salts and times.
    pub timeline: u8,
    pub openings: u8,
    pub put_backs: u8,
    pub damages: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The store is opened.
    Open,
    /// The process that signs asks the witnesses; these answer, a bit each, and the liar.
    Begin {
        answered: u8,
    },
    /// The process that signs closes the store, so that another can write.
    Lend,
    /// The process ends, or the power is cut.
    Crash,
    /// An act arrives and is committed, or is found under its key.
    Record {
        act: u8,
    },
    AppendHalf,
    Sync,
    Mark,
    Answer {
        act: u8,
    },
    Checkpoint,
    StoreShown,
    Show,
    Ask {
        witness: usize,
        old: u8,
        shown: History,
        dies: bool,
    },
    Forge {
        witness: usize,
    },
    LiarCosigns {
        shown: History,
    },
    TakeLine {
        witness: usize,
    },
    TakeLiarsLine,
    Publish,
    /// An older state of the database, or of all with the mark, takes the place of what is there.
    PutBack {
        size: u8,
        all: bool,
    },
    /// A stored leaf changes.
    Rot {
        index: u8,
    },
    /// What the writer has in memory changes.
    Flip,
}

/// The leaf that an act gets.
pub fn leaf(act: u8, timeline: u8) -> Leaf {
    1 + act + 4 * timeline
}

/// The act of a leaf, if it is one that was recorded.
pub fn act_of(leaf: Leaf) -> Option<u8> {
    (leaf < FORGED && leaf > 0).then(|| (leaf - 1) % 4)
}

impl Model for Log {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            store: Store::default(),
            synced: None,
            mark: History::EMPTY,
            writer: Some(Writer::default()),
            began: None,
            restored: false,
            refused: None,
            told: [0; ACTS],
            witnesses: Default::default(),
            liar: Witness::default(),
            shown: Vec::new(),
            receipts: Vec::new(),
            lacking: false,
            unnoticed: false,
            all_put_back: false,
            harmed: false,
            timeline: 0,
            openings: self.openings,
            put_backs: self.put_backs,
            damages: self.damages,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        self.possible(state, actions);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = self.step(last.clone(), action)?;
        next.witnesses.sort_unstable();
        (next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        properties::all(self)
    }
}
