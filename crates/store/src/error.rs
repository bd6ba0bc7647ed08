//! What can go wrong: an answer to one caller, or a store that does not go on.

use crate::database::Failed;
use crate::step::Step;

/// Why one act was not recorded. A name, a field or a key stands in none of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The writer saw an older version of the case.
    #[error("record an act: the case has moved on to version {version}")]
    Stale {
        /// The version that the case has now.
        version: u64,
    },
    /// The idempotency key was used before, for other content.
    #[error("record an act: its idempotency key stands for other content, leaf {index}")]
    OtherContent {
        /// The leaf that was recorded under this key.
        index: u64,
    },
    /// The case has an act of this id, recorded under another idempotency key.
    #[error("record an act: the case has an act of this id, leaf {index}")]
    Taken {
        /// The leaf of the act that has the id.
        index: u64,
    },
    /// The case, or the act that is repeated here, was erased.
    #[error("record an act: it belongs to what was erased")]
    Erased,
    /// What the organ signed does not commit to the fields that came with it.
    #[error("record an act: what was signed does not commit to its fields")]
    Uncommitted,
    /// The key of its case cannot be read; the audit says more.
    #[error("record an act: the key of its case cannot be read")]
    Unreadable,
    /// The disk is full; nothing of this batch was recorded.
    #[error("record an act: the disk is full, nothing was recorded")]
    Full,
    /// It is recorded and durable, and whoever numbers has not numbered its leaf yet. Repeated with the same key it tells the number.
    #[error("record an act: it is recorded, and the number of its leaf is not known yet")]
    Pending,
    /// The store stopped before it could answer. Open it again and repeat with the same key.
    #[error("record an act: the store stopped, and whether it was recorded is not known")]
    Unanswered,
}

/// Why the store cannot be made, opened, read, or does not go on.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Error {
    /// A file of the store is not there.
    #[error("open the store: {what} is missing")]
    #[diagnostic(help("bring it back from its own backup; without it nothing goes on"))]
    Missing {
        /// Which file, by its role.
        what: &'static str,
    },
    /// A file that is to be made is there.
    #[error("create the store: {what} is there already")]
    #[diagnostic(help(
        "nothing is made over what is there: choose an empty place, or remove what an interrupted start left"
    ))]
    Exists {
        /// Which file, by its role.
        what: &'static str,
    },
    /// A file is not what its role asks for.
    #[error("open the store: {what} {found}")]
    Unfit {
        /// Which file, by its role.
        what: &'static str,
        /// What was found in it.
        found: &'static str,
    },
    /// Another process has the store open.
    #[error("open the store: another process has it open")]
    #[diagnostic(help("one process writes; ask that one"))]
    InUse,
    /// The database server does not answer, or does not let us in.
    #[error("open the store: the server of {what} lets nobody in: {source}")]
    #[diagnostic(help(
        "see that it runs, that the database is there, and that this role may use it"
    ))]
    Unreachable {
        /// Which database, by its role.
        what: &'static str,
        /// What it said.
        #[source]
        source: Cause,
    },
    /// Several servers write, and another than this one numbers leaves and signs.
    #[error("another server leads: it numbers leaves and signs checkpoints")]
    #[diagnostic(help("ask that one; when it ends, another takes over by itself"))]
    NotLeading,
    /// What is to be erased has no number in the log yet.
    #[error("{doing}: what is to be erased is not numbered yet; nothing was changed")]
    #[diagnostic(help("repeat it when a server leads again"))]
    Unnumbered {
        /// What was attempted.
        doing: &'static str,
    },
    /// Another server wrote the same at the same time.
    #[error("{doing}: another server wrote the same at the same time; nothing was changed")]
    #[diagnostic(help("repeat it"))]
    Contended {
        /// What was attempted.
        doing: &'static str,
    },
    /// The root key does not open `keys.db`.
    #[error("open the store: the root key does not open the key store")]
    #[diagnostic(help("use the root key that was made together with this key store"))]
    WrongRoot,
    /// A key is not there, and no tombstone says that it was erased.
    #[error("decrypt: the key store lacks key {key}")]
    #[diagnostic(help("the key store is older than the store; bring back its newest backup"))]
    KeyLost {
        /// Its number.
        key: u64,
    },
    /// What is sealed does not open: it was altered, or its key is another.
    #[error("decrypt {what}: it was altered, or sealed with another key")]
    Altered {
        /// What was to be opened.
        what: &'static str,
    },
    /// What is stored contradicts itself. The store halts.
    #[error("the store does not match itself: {0}")]
    #[diagnostic(help(
        "do not go on with this store; keep a copy, audit it, and ask the witnesses"
    ))]
    Mismatch(Mismatch),
    /// The case or the act is not in the store.
    #[error("{doing}: there is no such {what}")]
    Unknown {
        /// What was attempted.
        doing: &'static str,
        /// A case, an act, a leaf, a checkpoint.
        what: &'static str,
    },
    /// The case was erased.
    #[error("{doing}: the case was erased")]
    Erased {
        /// What was attempted.
        doing: &'static str,
    },
    /// The writer saw an older version of the case.
    #[error("{doing}: the case has moved on to version {version}")]
    Stale {
        /// What was attempted.
        doing: &'static str,
        /// The version that the case has now.
        version: u64,
    },
    /// The act that documents an erasure was refused; nothing was erased.
    #[error("erase: the act that documents it was refused")]
    Refused(#[source] Refused),
    /// What is to be erased would take the act that documents it along.
    #[error("erase: the act that documents it would be erased with the case")]
    #[diagnostic(help("record it in another case"))]
    ErasesItself,
    /// The disk is full; nothing was changed.
    #[error("{doing}: the disk is full, nothing was changed")]
    Full {
        /// What was attempted.
        doing: &'static str,
    },
    /// A durable step failed. Nothing more is acknowledged until the store is opened again.
    #[error("{step}: it failed, and the store stopped")]
    Step {
        /// Which step.
        step: Step,
        /// What the system said.
        #[source]
        source: Cause,
    },
    /// It was erased, and a journal still holds older pages because somebody reads.
    #[error("{step}: somebody reads, and what was erased still stands in the journal")]
    #[diagnostic(help("repeat the erasure with the same idempotency key"))]
    Reading {
        /// Which step.
        step: Step,
    },
    /// The store stopped after an earlier failure.
    #[error("the store stopped after an earlier failure")]
    #[diagnostic(help("open it again: what was acknowledged is there"))]
    Stopped,
    /// A file could not be read or written.
    #[error("{doing}: {what} could not be used")]
    File {
        /// What was attempted.
        doing: &'static str,
        /// Which file, by its role.
        what: &'static str,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The database could not be read or written.
    #[error("{doing}: the database failed")]
    Database {
        /// What was attempted.
        doing: &'static str,
        /// What the database said.
        #[source]
        source: Cause,
    },
    /// The system gave no random numbers.
    #[error("make a key: the system gave no random numbers")]
    Randomness(#[source] Cause),
    /// The ledger refuses what is stored.
    #[error("read the log: the ledger refuses what is stored")]
    Ledger(#[source] habeas_ledger::Problem),
    /// A checkpoint could not be signed.
    #[error("make a checkpoint: it could not be signed")]
    Signing(#[source] Cause),
    /// A place that must be empty is not.
    #[error("{what} is not empty")]
    #[diagnostic(help("nothing is put over what is there: choose an empty place"))]
    NotEmpty {
        /// Which place.
        what: &'static str,
    },
    /// A backup is none, or not one with the other.
    #[error("read the backup: {found}")]
    #[diagnostic(help("use another copy; nothing was put in place"))]
    Backup {
        /// What was found.
        found: String,
    },
    /// Something in a backup was erased later, and its key is not in the newer backup of the keys.
    #[error(
        "restore: {erased} acts of the backup were erased after it was made, and do not come back"
    )]
    #[diagnostic(help(
        "use a backup that was made after the erasure; an older copy of the keys would bring back what was erased"
    ))]
    ErasedSince {
        /// How many.
        erased: usize,
    },
}

/// An error from below, of whichever backend.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// What does not match what, by numbers alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum Mismatch {
    /// The head counts other leaves than there are.
    #[error("the head says {head} leaves, {count} are stored, the last is number {last:?}")]
    Count {
        /// What the head says.
        head: u64,
        /// How many rows there are.
        count: u64,
        /// The highest number.
        last: Option<u64>,
    },
    /// The root of the stored leaves is not the head's.
    #[error("the {size} stored leaves do not have the root that the head says")]
    Root {
        /// How many leaves.
        size: u64,
    },
    /// A checkpoint's root is not that of the stored leaves.
    #[error("the checkpoint of {size} leaves has another root than the stored leaves")]
    Checkpoint {
        /// Its size.
        size: u64,
    },
    /// A checkpoint covers more leaves than are stored.
    #[error("a checkpoint covers {size} leaves, {head} are stored: leaves were lost")]
    Behind {
        /// What the checkpoint covers.
        size: u64,
        /// How many are stored.
        head: u64,
    },
    /// More was acknowledged than is stored.
    #[error("{acknowledged} leaves were acknowledged, {head} are stored: acts were lost")]
    Lost {
        /// How many were acknowledged.
        acknowledged: u64,
        /// How many are stored.
        head: u64,
    },
    /// What was acknowledged is not what is stored.
    #[error("the first {acknowledged} leaves are not those that were acknowledged")]
    Acknowledged {
        /// How many were acknowledged.
        acknowledged: u64,
    },
    /// The database's own check found damage.
    #[error("{what} is damaged: {found}")]
    Damaged {
        /// Which file, by its role.
        what: &'static str,
        /// What its check said.
        found: String,
    },
    /// A leaf is not one of ours.
    #[error("leaf {index} cannot be read")]
    Leaf {
        /// Its number.
        index: u64,
    },
    /// A leaf bears a time before that of the leaf before it, or another than what it commits to.
    #[error("leaf {index} bears another time than it can have")]
    Time {
        /// Its number.
        index: u64,
    },
    /// The head says another time than the last leaf bears.
    #[error(
        "the head says that the last leaf is of {head}, it bears {last}, in seconds since 1970"
    )]
    Logged {
        /// What the head says, in seconds since 1970.
        head: u64,
        /// What the last leaf bears, rounded down.
        last: u64,
    },
    /// A stored hash over leaves is missing.
    #[error("the hash of node {index} of level {level} cannot be computed from what is stored")]
    Node {
        /// Its level; a leaf has 0.
        level: u32,
        /// Its place along the level.
        index: u64,
    },
    /// Stored hashes over leaves are not those of the leaves.
    #[error("the stored hashes of level {level} are not those of the leaves")]
    Nodes {
        /// Their level.
        level: u32,
    },
    /// A leaf has neither an act nor is it a cover.
    #[error("leaf {index} has lost its act")]
    NoAct {
        /// Its number.
        index: u64,
    },
    /// An act does not open, or its row was altered.
    #[error("the act of leaf {index} was altered")]
    Act {
        /// Its leaf.
        index: u64,
    },
    /// The key of an act, or of its case, is not there or does not open.
    #[error("the act of leaf {index} cannot be read: its key is not in the key store")]
    Key {
        /// Its leaf.
        index: u64,
    },
    /// What was handed in and waits for its number does not match itself.
    #[error("what was handed in as item {item} has lost its leaf, or its act was altered")]
    Waiting {
        /// What it was handed in under.
        item: u64,
    },
    /// An act does not fit the commitment in its leaf.
    #[error("the act of leaf {index} is not what its leaf commits to")]
    Commitment {
        /// Its leaf.
        index: u64,
    },
    /// An act has no content, and nothing says that it was erased.
    #[error("the act of leaf {index} has lost its content, and no tombstone says why")]
    NoTombstone {
        /// Its leaf.
        index: u64,
    },
    /// A tombstone was altered, or what it says was erased is still there.
    #[error("the tombstone of leaf {index} does not match what is stored")]
    Tombstone {
        /// The leaf that was erased.
        index: u64,
    },
    /// A case counts other acts than it has.
    #[error("a case with an act at leaf {index} says version {version} and has {count} acts")]
    Version {
        /// The last leaf of the case.
        index: u64,
        /// What the case says.
        version: u64,
        /// How many acts it has.
        count: u64,
    },
    /// A row of a case was altered.
    #[error("the row of case number {row} was altered")]
    Case {
        /// The number of its row.
        row: i64,
    },
    /// Names and contacts do not open.
    #[error("names and contacts of case number {row} were altered, or their key is not there")]
    Person {
        /// The number of the row of their case.
        row: i64,
    },
    /// The person file has rows of no case.
    #[error("the person file has {count} rows, {known} of them of a case")]
    Persons {
        /// How many there are.
        count: u64,
        /// How many belong to a case.
        known: u64,
    },
    /// Entries of the export register are missing.
    #[error("the export register has {count} entries, the last is number {last}")]
    Exports {
        /// How many there are.
        count: u64,
        /// The last number that was given.
        last: u64,
    },
    /// An entry of the export register was altered.
    #[error("entry {number} of the export register was altered")]
    Export {
        /// Its number.
        number: u64,
    },
}

/// The result of everything in this crate.
pub type Result<T> = std::result::Result<T, Error>;

impl From<habeas_ledger::Problem> for Error {
    fn from(problem: habeas_ledger::Problem) -> Self {
        Self::Ledger(problem)
    }
}

impl From<Mismatch> for Error {
    fn from(mismatch: Mismatch) -> Self {
        Self::Mismatch(mismatch)
    }
}

/// For `map_err`: what was attempted when the database failed.
pub(crate) fn database(doing: &'static str) -> impl Fn(Failed) -> Error {
    move |source| match source {
        source if source.is_full() => Error::Full { doing },
        source if source.is_conflict() => Error::Contended { doing },
        source => Error::Database {
            doing,
            source: Box::new(source),
        },
    }
}

/// For `map_err`: what was attempted with which file.
pub(crate) fn file(doing: &'static str, what: &'static str) -> impl Fn(std::io::Error) -> Error {
    move |source| match source.kind() {
        std::io::ErrorKind::NotFound => Error::Missing { what },
        std::io::ErrorKind::AlreadyExists => Error::Exists { what },
        std::io::ErrorKind::StorageFull => Error::Full { doing },
        _ => Error::File {
            doing,
            what,
            source,
        },
    }
}
