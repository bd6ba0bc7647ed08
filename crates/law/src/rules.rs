//! The nouns of a pack, resolved: what an engine carries out.

use std::sync::Arc;

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use crate::count::{Choices, Length};
use crate::expression::{Expression, Identity, Of};
use crate::value::Type;
use crate::words::Words;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u16);
        impl $name {
            /// Position in the table of the [`Law`](crate::Law).
            #[must_use]
            pub fn index(self) -> usize {
                usize::from(self.0)
            }
        }
    )+};
}

ids! {
    /// A kind of act.
    ActId,
    /// A field's or fact's name.
    FieldId,
    /// One version of a clock or duty.
    ClockId,
    /// All versions of a clock or duty.
    ClockGroup,
    /// One version of a gate.
    GateId,
    /// All versions of a gate.
    GateGroup,
    /// A measure.
    MeasureId,
    /// A meter.
    MeterId,
    /// A convention of counting.
    ConventionId,
    /// An organ.
    OrganId,
    /// A level of organs.
    LevelId,
    /// A rank.
    RankId,
    /// A breach of the breach matrix.
    BreachId,
    /// A remedy.
    RemedyId,
    /// A channel.
    ChannelId,
    /// A table.
    TableId,
    /// A formula.
    FormulaId,
    /// A pack (all its files).
    PackId,
    /// A file of a pack.
    FileId,
}

/// How sure a rule is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The text says it.
    #[default]
    Text,
    /// Not read in the text, or from general knowledge.
    ToBeConfirmed,
    /// Read in different ways, which are named.
    Disputed(Vec<Box<str>>),
    /// Ours: it may warn, and is never a breach.
    HouseChoice,
}

/// What follows when a condition of something already done does not hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Otherwise {
    /// Nothing was said: a question.
    #[default]
    Unsaid,
    /// It counts for nothing.
    Void,
    /// Somebody must look.
    Question,
    /// The text itself draws the consequence.
    Breach(BreachId),
}

/// Where a clause stands, what it cites, how sure it is.
#[derive(Clone, Debug)]
pub struct Note {
    /// Number of the clause in the whole law; the unit of coverage.
    pub id: u32,
    /// Citations as they are shown, `CPL 91(1)`; shared by everything that is computed from the clause.
    pub citations: Vec<Arc<str>>,
    /// How sure.
    pub basis: Basis,
    /// The clause as it is written, without citation and suffixes.
    pub text: Arc<str>,
    /// What it is called for people, when a comment in quotes gives words.
    pub words: Option<Words>,
    /// What follows when it fails.
    pub otherwise: Otherwise,
    /// File of the clause.
    pub file: FileId,
    /// Byte offset of the clause.
    pub offset: usize,
}

/// A clause: what it says, and its note.
#[derive(Clone, Debug)]
pub struct Clause<T> {
    /// What it says.
    pub rule: T,
    /// Where it stands.
    pub note: Note,
}

/// When a text is in force and what picks it.
#[derive(Clone, Debug)]
pub struct Version {
    /// Article, `CPL 91`.
    pub article: String,
    /// First day in force.
    pub from: Option<Date>,
    /// First day no longer in force.
    pub until: Option<Date>,
    /// The moment that picks the version; without it, when the anchor act happened.
    pub governs_by: Option<Expression>,
    /// Ids of the dossier.
    pub dossier: Vec<String>,
    /// Passages left out, with the reason.
    pub not_encoded: Vec<NotEncoded>,
}

/// A passage that no rule encodes.
#[derive(Clone, Debug, Serialize)]
pub struct NotEncoded {
    /// `CPL 91(1)`
    pub citation: String,
    /// The words left out, and why.
    pub why: String,
}

/// An organ of the jurisdiction.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "says itself")]
pub struct Organ {
    pub pack: PackId,
    pub name: String,
    pub words: Words,
}

/// A level or a rank, lowest first on its ladder.
#[derive(Clone, Debug)]
pub struct Rung {
    /// Name in data.
    pub name: String,
    /// For people.
    pub words: Words,
    /// The organ of a rank.
    pub organ: Option<OrganId>,
    /// The jurisdiction, `cn`.
    pub jurisdiction: String,
    /// Height on the ladder.
    pub height: u16,
}

/// Whether an act takes from or gives to the person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "says itself")]
pub enum Effect {
    Restrains,
    Frees,
    Protects,
    Neutral,
}

/// Who may do an act.
#[derive(Clone, Debug)]
pub struct Competence {
    /// The organ; none: anyone.
    pub organ: Option<OrganId>,
    /// The lowest rank.
    pub rank: Option<RankId>,
    /// The lowest level.
    pub level: Option<LevelId>,
}

/// `by …`: alternatives, and from whom the actor must differ.
#[derive(Clone, Debug)]
pub struct By {
    /// One of these.
    pub competences: Vec<Competence>,
    /// Must differ from the actor of that act.
    pub differs: Vec<(Identity, ActId)>,
}

/// A field of an act, or a fact.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name.
    pub id: FieldId,
    /// Its type.
    pub ty: Type,
    /// `… or none`
    pub or_none: bool,
    /// Forms ask for it.
    pub needed: bool,
    /// For people.
    pub words: Words,
}

/// A kind of act.
#[derive(Clone, Debug)]
pub struct Act {
    /// The pack that declares it.
    pub pack: PackId,
    /// Bare name.
    pub name: String,
    /// Name in data, `cn/criminal-procedure detention`.
    pub full_name: String,
    /// For people.
    pub words: Words,
    /// What it does to the person.
    pub effect: Effect,
    /// Whether it binds; none: not said.
    pub binds: Option<bool>,
    /// It has a begin and an end.
    pub period: bool,
    /// It only states facts.
    pub facts: bool,
    /// Who may do it.
    pub by: Vec<Clause<By>>,
    /// What it answers.
    pub on: Vec<ActId>,
    /// What it needs from another organ first.
    pub checked_by: Vec<Clause<Vec<ActId>>>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// It fixes the end of a clock by a field.
    pub determines: Vec<Clause<(ClockGroup, FieldId)>>,
    /// What is not encoded.
    pub version: Version,
}

/// `ACT or ACT [where COND]`
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Any of these kinds.
    pub acts: Vec<ActId>,
    /// Seen with the act as [`Of::Current`].
    pub condition: Option<Expression>,
}

/// A line that holds only when a condition does.
#[derive(Clone, Debug)]
pub struct Conditional<T> {
    /// What it gives.
    pub value: T,
    /// When; none: otherwise, or always.
    pub when: Option<Expression>,
}

/// How far an extension goes.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// Adds this.
    pub by: Option<Expression>,
    /// Adds what the act says, and not more than this.
    pub by_at_most: Option<Expression>,
    /// Makes the whole this long.
    pub to: Option<Expression>,
    /// Makes the whole as long as the act says, and not longer than this.
    pub to_at_most: Option<Expression>,
    /// The end that the act says.
    pub until: Option<Expression>,
}

/// `extended by …`
#[derive(Clone, Debug)]
pub struct Extension {
    /// Which acts.
    pub trigger: Trigger,
    /// How far.
    pub reach: Reach,
    /// How often.
    pub at_most: Option<u32>,
    /// Only after the clause before it has been used.
    pub then: bool,
}

/// `stands still during …`
#[derive(Clone, Debug)]
pub struct Standstill {
    /// A period act, or the act that begins it.
    pub from: Trigger,
    /// The act that ends it.
    pub to: Option<Trigger>,
    /// Not longer than this.
    pub at_most: Option<Expression>,
}

/// `starts again at …`
#[derive(Clone, Debug)]
pub struct Restart {
    /// Which acts.
    pub trigger: Trigger,
    /// The moment, if it is not when the act happened.
    pub at: Option<Expression>,
    /// Whether extensions may come again.
    pub with_extensions: bool,
    /// How often.
    pub at_most: Option<u32>,
}

/// `repeats every …`
#[derive(Clone, Debug)]
pub struct Repeat {
    /// From one to the next.
    pub every: Length,
    /// When the late one does not move the next.
    pub from_due_where: Option<Expression>,
}

/// `must ACT by ORGAN, …`
#[derive(Clone, Debug)]
pub struct Must {
    /// What must be done.
    pub acts: Vec<ActId>,
    /// By whom.
    pub organs: Vec<OrganId>,
    /// No end can be computed.
    pub without_delay: bool,
}

/// What the lapse of a clock is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunOut {
    /// Arithmetic.
    Overrun,
    /// A question.
    Question,
    /// The text draws a consequence.
    Breach(BreachId),
}

/// Whether a clock runs in custody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeldFlag {
    /// It does not.
    Never,
    /// By its nature.
    Always,
    /// As the person is held or not when it starts.
    AsFound,
}

/// A clock or a duty.
#[derive(Clone, Debug)]
pub struct Clock {
    /// All its versions.
    pub group: ClockGroup,
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// A duty rather than a limit.
    pub duty: bool,
    /// When this text governs.
    pub version: Version,
    /// One for each of these acts; empty: once, of the facts.
    pub of: Vec<ActId>,
    /// It is a right to hold.
    pub title: bool,
    /// In custody.
    pub held: HeldFlag,
    /// How it counts.
    pub convention: ConventionId,
    /// Only when.
    pub applies: Vec<Clause<Expression>>,
    /// From when; the first that holds.
    pub starts: Vec<Clause<Conditional<Expression>>>,
    /// How long; the first that holds.
    pub lasts: Vec<Clause<Conditional<Expression>>>,
    /// What lengthens it.
    pub extensions: Vec<Clause<Extension>>,
    /// What every extension needs.
    pub extension_needs: Vec<Clause<Expression>>,
    /// When it cannot be extended.
    pub not_extended: Vec<Clause<Expression>>,
    /// Extensions add to the sum from the start.
    pub from_start: bool,
    /// Ceilings over everything.
    pub never_past: Vec<Clause<Expression>>,
    /// What is not counted.
    pub stands_still: Vec<Clause<Standstill>>,
    /// What begins it anew.
    pub restarts: Vec<Clause<Restart>>,
    /// What fulfils it.
    pub met: Vec<Clause<Trigger>>,
    /// What closes it.
    pub ended: Vec<Clause<Trigger>>,
    /// Whose it is.
    pub owed_by: Vec<Clause<Vec<OrganId>>>,
    /// What must be done.
    pub must: Option<Clause<Must>>,
    /// Warnings before the end.
    pub warns: Vec<Clause<Length>>,
    /// A series.
    pub repeats: Option<Clause<Repeat>>,
    /// What its lapse is.
    pub run_out: Option<Clause<RunOut>>,
    /// The clauses of the rule that cite a house choice make the whole one.
    pub house_choice: bool,
}

/// What an unknown gate does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhenUnknown {
    /// The step waits.
    Closed,
    /// The step goes on, with a question.
    Open,
    /// Somebody decides.
    Refer(Words),
}

/// A condition of a gate, a ban or a watch.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The condition; groups hold theirs in `within`.
    pub test: Test,
    /// Asked only if this holds.
    pub only_if: Option<Expression>,
    /// Excuses.
    pub unless: Vec<Clause<Expression>>,
    /// Who can mend it, and how.
    pub cure: Option<(Option<OrganId>, Words)>,
}

/// One condition, or a group of them.
#[derive(Clone, Debug)]
pub enum Test {
    /// A condition.
    One(Expression),
    /// At least so many of these.
    AtLeast(usize, Vec<Clause<Condition>>),
    /// All of these.
    All(Vec<Clause<Condition>>),
}

/// What a gate or a watch is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateKind {
    /// Conditions before a step.
    Gate,
    /// What must not be.
    Ban,
    /// What is worth a question.
    Watch,
    /// Who qualifies.
    Eligibility,
}

/// A gate, a ban, a watch or an eligibility: conditions that are joined by *and*.
#[derive(Clone, Debug)]
pub struct Gate {
    /// All its versions.
    pub group: GateGroup,
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// Which noun.
    pub kind: GateKind,
    /// When this text governs.
    pub version: Version,
    /// For each of these acts.
    pub of: Vec<ActId>,
    /// All must hold.
    pub conditions: Vec<Clause<Condition>>,
    /// Lawful alternatives.
    pub instead: Vec<ActId>,
    /// What follows from not knowing.
    pub unknown: WhenUnknown,
    /// What a failed ban is.
    pub otherwise: Otherwise,
    /// The whole is ours, not the law's.
    pub house_choice: bool,
}

/// A measure.
#[derive(Clone, Debug)]
pub struct Measure {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// While it runs the person is held.
    pub held: bool,
    /// Parents that it cannot outlive.
    pub within: Vec<MeasureId>,
    /// Begins with.
    pub begins: Vec<Clause<Trigger>>,
    /// Ends with.
    pub ends: Vec<Clause<Trigger>>,
    /// Version of the text.
    pub version: Version,
}

/// A meter.
#[derive(Clone, Debug)]
pub struct Meter {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// Times under this are counted.
    pub counts: Vec<MeasureId>,
    /// One for each organ.
    pub per_organ: bool,
    /// The limit.
    pub limit: Option<Clause<Length>>,
    /// How the limit is counted.
    pub convention: ConventionId,
    /// What its lapse is.
    pub run_out: Option<Clause<RunOut>>,
    /// Version of the text.
    pub version: Version,
}

/// What a breach brings.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// At once.
    pub effects: Vec<Clause<Words>>,
    /// Who must act.
    pub acts: Vec<Clause<(OrganId, Words)>>,
    /// The person's remedies.
    pub remedies: Vec<Clause<RemedyId>>,
    /// Later.
    pub later: Vec<Clause<Words>>,
}

/// When a remedy is open.
#[derive(Clone, Debug)]
pub enum Opens {
    /// While a condition holds.
    When(Expression),
    /// After an act.
    After(Vec<ActId>),
    /// On a finding.
    On(Vec<BreachId>),
}

/// A remedy.
#[derive(Clone, Debug)]
pub struct Remedy {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// Who may use it.
    pub whom: Option<Clause<Words>>,
    /// To whom it goes.
    pub to: Vec<Clause<OrganId>>,
    /// When it is open; any of these.
    pub opens: Vec<Clause<Opens>>,
    /// The act that uses it.
    pub made_by: Vec<ActId>,
    /// Time limit from what opened it.
    pub within: Option<Clause<Length>>,
    /// The clock of the answer.
    pub answered_by: Option<(ClockGroup, Note)>,
    /// The next step.
    pub then: Vec<RemedyId>,
    /// How the limit is counted.
    pub convention: ConventionId,
    /// Version of the text.
    pub version: Version,
}

/// Where a person can turn.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "says itself")]
pub struct Channel {
    pub pack: PackId,
    pub name: String,
    pub words: Words,
    pub organ: Option<OrganId>,
    pub telephone: Option<String>,
    pub address: Option<String>,
    pub note: Note,
}

/// The key of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKey {
    /// The year.
    Year,
    /// The first day from which a row holds.
    DateInForce,
    /// A word.
    Word,
}

/// A table of numbers.
#[derive(Clone, Debug)]
pub struct Table {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// What its first column is.
    pub key: TableKey,
    /// Key, value, source.
    pub rows: Vec<Row>,
    /// Whether the values are money.
    pub money: bool,
}

/// A row of a table.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "says itself")]
pub struct Row {
    pub year: Option<i16>,
    /// The first day on which it may hold, and the first on which it surely does.
    pub from: Option<(Date, Date)>,
    pub word: Option<Box<str>>,
    pub value: Decimal,
    pub source: String,
    pub note: Note,
}

/// A formula: named steps, the last is `result`.
#[derive(Clone, Debug)]
pub struct Formula {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// For each of these acts; empty: of the facts.
    pub of: Vec<ActId>,
    /// Steps; several lines of one step: the first whose condition holds.
    pub steps: Vec<(String, Vec<Clause<Conditional<Expression>>>)>,
    /// Version of the text.
    pub version: Version,
}

/// A convention with its citations.
#[derive(Clone, Debug)]
pub struct Convention {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// The choices.
    pub choices: Choices,
    /// Alternatives shown beside them.
    pub also: Vec<Clause<(Choices, Words)>>,
    /// A note for each choice.
    pub notes: Vec<Note>,
}

/// The act that a reference points to, for messages.
#[must_use]
pub fn of_act(of: Of) -> Option<ActId> {
    match of {
        Of::Latest(act) => Some(act),
        Of::Current | Of::Anchor => None,
    }
}

/// A statute or rule book that a pack renders.
#[derive(Clone, Debug)]
pub struct SourceLaw {
    /// `CPL`
    pub code: String,
    /// Name and version of the text.
    pub title: String,
    /// File of the official text, for `--texts`.
    pub file: Option<String>,
}

/// A law pack: one or more files under one name.
#[derive(Clone, Debug)]
pub struct Pack {
    /// `cn/criminal-procedure`
    pub name: String,
    /// `cn`
    pub jurisdiction: String,
    /// For people.
    pub title: Words,
    /// Where its law counts.
    pub zone: jiff::tz::TimeZone,
    /// Its calendar among the law's.
    pub calendar: Option<usize>,
    /// The convention of rules that name none.
    pub counting: Option<ConventionId>,
    /// What it renders; the first is the main one.
    pub sources: Vec<SourceLaw>,
    /// Its files.
    pub files: Vec<FileId>,
    /// SHA-256 of its files in order of their names, hexadecimal.
    pub hash: Arc<str>,
}
