//! The guards: what the code does so that no bad state is reached, and where it does it.

/// One thing that the code does. A model is explored with all of them, and with all but one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    Synchronous,
    ActWithLeaf,
    IdempotencyKey,
    MarkBeforeAnswer,
    MarkBeforeShown,
    MarkAtOpening,
    TreeAtOpening,
    RootRecomputed,
    RootCompared,
    StoredBeforeShown,
    AskWitnesses,
    EnoughAnswered,
    LastRound,
    LineVerified,
    LogSignature,
    OldSize,
    Consistency,
    SameRoot,
    NotBack,
    PersistBeforeAnswer,
    OneAtATime,
    StateMadeOnce,
    Threshold,
    BothGroups,
    KeyOnce,
    HeadCompared,
    EpochFence,
    DrainInOne,
    DrainWhatIsThere,
}

/// A file of the repository, and words that stand in it where the guard is.
pub type Place = (&'static str, &'static str);

const WITNESS: &str = "crates/ledger/src/witness.rs";
const MEMORY: &str = "crates/witness/src/memory.rs";
const POLICY: &str = "crates/ledger/src/policy.rs";
const RECOVER: &str = "crates/store/src/recover.rs";
const ROUND: &str = "crates/log/src/round.rs";
const CHECKPOINT: &str = "crates/store/src/checkpoint.rs";

impl Guard {
    pub const ALL: &'static [Self] = &[
        Self::Synchronous,
        Self::ActWithLeaf,
        Self::IdempotencyKey,
        Self::MarkBeforeAnswer,
        Self::MarkBeforeShown,
        Self::MarkAtOpening,
        Self::TreeAtOpening,
        Self::RootRecomputed,
        Self::RootCompared,
        Self::StoredBeforeShown,
        Self::AskWitnesses,
        Self::EnoughAnswered,
        Self::LastRound,
        Self::LineVerified,
        Self::LogSignature,
        Self::OldSize,
        Self::Consistency,
        Self::SameRoot,
        Self::NotBack,
        Self::PersistBeforeAnswer,
        Self::OneAtATime,
        Self::StateMadeOnce,
        Self::Threshold,
        Self::BothGroups,
        Self::KeyOnce,
        Self::HeadCompared,
        Self::EpochFence,
        Self::DrainInOne,
        Self::DrainWhatIsThere,
    ];

    /// Where it stands.
    pub fn place(self) -> Place {
        match self {
            Self::Synchronous => (
                "crates/store/src/database/sqlite.rs",
                "\"synchronous\", \"FULL\"",
            ),
            Self::ActWithLeaf => (
                "crates/store/src/log.rs",
                "acts::add(&self.transaction, row)?",
            ),
            Self::IdempotencyKey => ("crates/store/src/log.rs", "acts::of_retry("),
            Self::MarkBeforeAnswer => {
                ("crates/store/src/acknowledge.rs", "answer(marked.as_ref())")
            }
            Self::MarkBeforeShown => ("crates/store/src/writer.rs", "told once all is marked"),
            Self::MarkAtOpening => (RECOVER, "acknowledged.size > size"),
            Self::TreeAtOpening => (RECOVER, "rebuilt != head.frontier"),
            Self::RootRecomputed => (CHECKPOINT, "let root = root("),
            Self::RootCompared => (CHECKPOINT, "root != said.root()"),
            Self::StoredBeforeShown => (CHECKPOINT, "Step::Checkpoint, transaction)?"),
            Self::AskWitnesses => ("crates/log/src/guard.rs", "seen.size() > signed"),
            Self::EnoughAnswered => (ROUND, "policy.evaluate(answered)"),
            Self::LastRound => (ROUND, "stays(store, last)"),
            Self::LineVerified => ("crates/witness/src/client.rs", "key.verify(note.text()"),
            Self::LogSignature => (WITNESS, "note.open(&log.keys)"),
            Self::OldSize => (WITNESS, "request.old != state.size"),
            Self::Consistency | Self::SameRoot => (WITNESS, "verify_consistency("),
            Self::NotBack => (WITNESS, "old > checkpoint.size()"),
            Self::PersistBeforeAnswer => (MEMORY, "transaction.commit()"),
            Self::OneAtATime => (MEMORY, "TransactionBehavior::Immediate"),
            Self::StateMadeOnce => (MEMORY, "Fault::There"),
            Self::Threshold => (POLICY, "self.cosigned >= self.threshold"),
            Self::BothGroups => ("docs/reference/ledger.md", "group both all organs outside"),
            Self::KeyOnce => (POLICY, "the key of this witness stands above"),
            Self::HeadCompared => ("crates/store/src/tables/tree.rs", "WHERE size = $4"),
            Self::EpochFence => ("crates/store/src/tables/tree.rs", "AND epoch = $5"),
            Self::DrainInOne => (
                "crates/store/src/sequencer.rs",
                "Step::Number, transaction)?",
            ),
            Self::DrainWhatIsThere => ("crates/store/src/tables/outbox.rs", "DELETE FROM outbox"),
        }
    }
}

/// The guards that a model has.
#[derive(Clone, Copy, Debug)]
pub struct Guards(u32);

impl Guards {
    pub const ALL: Self = Self(u32::MAX);

    pub fn without(guard: Guard) -> Self {
        Self(!(1 << guard as u32))
    }

    pub fn has(self, guard: Guard) -> bool {
        self.0 & (1 << guard as u32) != 0
    }
}
