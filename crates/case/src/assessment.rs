//! The assessment: the one object that pages, alerts, calendars and interfaces read.
//!
//! It is plain data with its words in every language of the packs; nothing in it needs the law again. Times are written in the zone of the
//! law, `2026-11-08` for a day and `2026-11-06T15:00:00+08:00` for an instant.

use std::collections::BTreeMap;
use std::sync::Arc;

use habeas_law::rules::{Basis, Effect, NotEncoded, StepName};
use habeas_law::{Truth, Words};
use serde::Serialize;

use crate::act::Lost;
use crate::gate::Outcome;

/// A civil day or an instant, as it is shown and as it is compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// `2026-11-08` or `2026-11-06T15:00:00+08:00`.
    pub text: String,
    /// Seconds since 1970-01-01T00:00Z: for a day that ends a period, the midnight that ends it.
    #[serde(skip)]
    pub instant: i64,
    /// Whether only the day is meant.
    pub day_only: bool,
}

/// An end with its bounds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ends {
    /// The earliest end that the facts allow.
    pub earliest: Moment,
    /// The latest; absent: open.
    pub latest: Option<Moment>,
    /// The last day or instant before a holiday moved it, where one did.
    pub unmoved: Option<Moment>,
    /// It hangs on a schedule that is not published.
    pub provisional: bool,
}

/// A citation with how sure the rule is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Citation {
    /// `CPL 91(1)`
    pub passages: Vec<Arc<str>>,
    /// How sure.
    #[serde(skip_serializing_if = "is_text")]
    pub basis: Basis,
}

fn is_text(basis: &Basis) -> bool {
    *basis == Basis::Text
}

/// A fact that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// `detention.ground`
    pub name: String,
    /// What it is called.
    pub label: Words,
    /// Its value, in the notation of packs.
    pub value: String,
    /// The value in words, for a word of a list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value_label: Option<Words>,
    /// The act that carries it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<str>>,
}

/// A fact that is missing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Needed {
    /// `detention_extension.ground`
    pub name: String,
    /// What it is called.
    pub label: Words,
}

/// One line of a derivation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What it cites.
    pub citation: Citation,
    /// The clause as the pack writes it.
    pub clause: Arc<str>,
    /// The clause in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// Whether it holds; absent for lines that are no conditions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub truth: Option<Truth>,
    /// What the count came to with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reaches: Option<Moment>,
    /// Facts used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// Facts missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
    /// Who can mend it, and how.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cure: Option<Cure>,
    /// Conditions of a group.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<Line>,
    /// How deep it stands.
    #[serde(skip)]
    pub clause_number: u32,
}

/// Who can mend a condition, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Cure {
    pub who: Option<Words>,
    pub how: Words,
}

/// What a clock is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "see `clock::State`")]
pub enum Status {
    NotStarted,
    Running,
    Suspended,
    Met,
    MetLate,
    Ended,
    EndedLate,
    Overdue,
    DueAtOnce,
    WithoutDelay,
    Unknown,
}

/// A stretch of a clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Segment {
    /// `base`, `extended`, `suspended`, `recounted`, `void`, `possible`
    pub kind: &'static str,
    /// From.
    pub from: Moment,
    /// To.
    pub to: Moment,
    /// The act that brought it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<str>>,
    /// What it cites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation: Option<Citation>,
}

/// An alternative count, shown beside the chosen one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Alternative {
    pub label: Words,
    pub ends: Moment,
    pub citation: Citation,
}

/// A clock or a duty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Clock {
    /// `cn/criminal-procedure request_arrest`
    pub rule: String,
    /// What it is called.
    pub label: Words,
    /// A duty rather than a limit.
    pub duty: bool,
    /// A right to hold.
    pub title: bool,
    /// Ours, not the law's.
    pub house_choice: bool,
    /// Whether it applies; unknown: it may, and the facts that would tell are among its needs.
    pub applies: Truth,
    /// The act of which it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<Box<str>>,
    /// Number in a series.
    pub number: u32,
    /// What it is doing.
    pub status: Status,
    /// Whether an extension counts.
    pub extended: bool,
    /// When it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started: Option<Moment>,
    /// When it ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<Ends>,
    /// What was computed where a competent organ fixed another end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computed: Option<Moment>,
    /// The act that fixed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub determined_by: Option<Box<str>>,
    /// The act that met or ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub closed_by: Option<Box<str>>,
    /// Minutes past the end, until it was closed or asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub overrun_minutes: Option<i64>,
    /// Whose it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bearers: Vec<Words>,
    /// What must be done.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub must: Vec<Words>,
    /// Warnings before the end, soonest last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Moment>,
    /// Stretches.
    pub segments: Vec<Segment>,
    /// Other ways of counting.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Alternative>,
    /// How it came about.
    pub because: Vec<Line>,
    /// Facts missing: those that alone decide, then those that leave the fewest others to be asked.
    pub needs: Vec<Needed>,
    /// The article and version of the text.
    pub article: String,
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// The text itself draws the consequence.
    Breach,
    /// Arithmetic.
    Overrun,
    /// Somebody must look.
    Question,
    /// Our caution, not the law.
    Caution,
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Which kind.
    pub kind: FindingKind,
    /// The clock, gate, act or breach: names by which it can be found.
    pub names: Vec<String>,
    /// What it is called.
    pub label: Words,
    /// What it cites.
    pub citation: Citation,
    /// Since when.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
    /// Minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
    /// The acts it is about.
    pub acts: Vec<Box<str>>,
    /// What follows at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Cited>,
    /// Who must act.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who_acts: Vec<Actor>,
    /// What may follow later.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub later: Vec<Cited>,
    /// Facts missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
}

/// Words with their citation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Cited {
    pub words: Words,
    pub citation: Citation,
}

/// Who must act, and how.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Actor {
    pub organ: Words,
    pub what: Words,
    pub citation: Citation,
}

/// A gate, a ban or a watch over one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    /// `cn/criminal-procedure approve_arrest`
    pub rule: String,
    /// `gate`, `ban`, `watch`, `eligibility`
    pub kind: habeas_law::rules::GateKind,
    /// What it is called.
    pub label: Words,
    /// The act.
    pub act: Box<str>,
    /// What it says.
    pub outcome: Outcome,
    /// To whom it is referred where it is unknown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub referred_to: Option<Words>,
    /// Ours, not the law's.
    pub house_choice: bool,
    /// Each condition.
    pub conditions: Vec<Line>,
    /// Lawful alternatives.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instead: Vec<Words>,
    /// Facts missing.
    pub needs: Vec<Needed>,
    /// The article and version of the text.
    pub article: String,
}

/// A measure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Measure {
    pub rule: String,
    pub label: Words,
    pub held: bool,
    pub begun_by: Box<str>,
    pub from: Moment,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<Box<str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Moment>,
    /// Last shown running by this moment: what would end it may have been left out of the record since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shown: Option<Moment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// A stretch of custody and the right on which it rests.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Held {
    /// From.
    pub from: Moment,
    /// To.
    pub to: Moment,
    /// The clock that is the title; absent: held, title not shown.
    pub title: Option<String>,
    /// What the title is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<Words>,
    /// Whether the title, and that the person was held at all, is certain; otherwise it hangs on missing facts.
    pub certain: bool,
    /// Ours, not the law's: a gap that the law leaves and that we bridge in words only.
    pub house_choice: bool,
    /// The acts before and after, where no title is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Box<str>>,
    /// Facts missing.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Needed>,
}

/// A remedy open to the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Remedy {
    /// `cn/criminal-procedure demand_release`
    pub rule: String,
    /// What it is called.
    pub label: Words,
    /// Who may use it.
    pub whom: Option<Words>,
    /// To whom.
    pub to: Vec<Words>,
    /// By when, where there is a limit.
    pub by: Option<Moment>,
    /// Whether it is certain that it is open.
    pub certain: bool,
    /// The clock of the answer, if it was used.
    pub answer_due: Option<Ends>,
    /// Whether it was used.
    pub used: bool,
    /// The next step.
    pub then: Vec<Words>,
    /// What it cites.
    pub citation: Citation,
}

/// A telephone or an address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Channel {
    pub label: Words,
    pub organ: Option<Words>,
    pub telephone: Option<String>,
    pub address: Option<String>,
    pub citation: Citation,
}

/// A meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Meter {
    pub rule: String,
    pub label: Words,
    pub organ: Option<Words>,
    pub days: i64,
    pub limit: String,
    pub ends: Option<Moment>,
    pub over: bool,
    pub citation: Citation,
}

/// A formula's steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct Formula {
    pub rule: String,
    pub label: Words,
    pub steps: Vec<FormulaStep>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "says itself")]
pub struct FormulaStep {
    #[serde(flatten)]
    pub name: StepName,
    pub value: Option<String>,
    pub citation: Option<Citation>,
    pub needs: Vec<Needed>,
}

/// An act of the case, for timelines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RecordedAct {
    /// Its id.
    pub id: Box<str>,
    /// Its kind.
    pub kind: String,
    /// What it is called.
    pub label: Words,
    /// What it does to the person.
    pub effect: Effect,
    /// By which organ.
    pub organ: Option<String>,
    /// What the organ is called.
    pub organ_label: Option<Words>,
    /// What the rank and the level are called of whoever did it, where they are recorded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub standing: Vec<Words>,
    /// By whom the law lets it be done: any of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub who_may: Vec<Cited>,
    /// When it happened.
    pub happened: Moment,
    /// How exactly that is known.
    pub precision: String,
    /// For a period, its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Hours after it happened in which it was recorded, where that is more than a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recorded_late_hours: Option<i64>,
    /// The act that corrects it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub corrected_by: Option<Box<str>>,
    /// Its fields.
    pub fields: Vec<Fact>,
}

/// What this system cannot judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotJudged {
    /// The rule beside which it stands.
    pub rule: String,
    /// The passage and the words left out.
    pub citation: String,
    /// Why.
    pub why: Words,
}

impl NotJudged {
    pub(crate) fn new(rule: &str, left_out: &NotEncoded) -> Self {
        Self {
            rule: rule.to_owned(),
            citation: left_out.citation.clone(),
            why: left_out.why.clone(),
        }
    }
}

/// From what an assessment was computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComputedFrom {
    /// How many recorded acts.
    pub acts: usize,
    /// Packs and their hashes.
    pub packs: BTreeMap<String, Arc<str>>,
    /// The engine.
    pub engine: &'static str,
    /// Lines of this case that could not be read.
    pub lost: Vec<Lost>,
    /// Acts on which the sources are silent; `all but …` where they name what they are whole for.
    pub silent: Option<String>,
    /// The year of day 0, where the source gives day offsets only.
    pub floating: Option<i16>,
}

/// All that is said of one person of one case at one instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The case.
    pub case: Arc<str>,
    /// The person, by the pseudonym of the case.
    pub subject: Box<str>,
    /// The instant asked.
    pub at: Moment,
    /// From what it was computed. It cannot see what was not recorded; it is no decision and no legal advice.
    pub computed_from: ComputedFrom,
    /// Stretches held for which no title is shown. Listed first.
    pub title_not_shown: Vec<Held>,
    /// Findings, gravest first.
    pub findings: Vec<Finding>,
    /// The next end of a clock that runs, or may run for want of a fact; of somebody who is held, of a right to hold if one does.
    pub next: Option<Ends>,
    /// Every stretch of custody with its title.
    pub held: Vec<Held>,
    /// Measures.
    pub measures: Vec<Measure>,
    /// Clocks and duties.
    pub clocks: Vec<Clock>,
    /// Meters.
    pub meters: Vec<Meter>,
    /// Gates, bans and watches over recorded acts.
    pub gates: Vec<Gate>,
    /// Remedies open to the person.
    pub remedies: Vec<Remedy>,
    /// Where the person can turn.
    pub channels: Vec<Channel>,
    /// Formulas.
    pub formulas: Vec<Formula>,
    /// Acts.
    pub acts: Vec<RecordedAct>,
    /// What this system cannot judge.
    pub not_judged: Vec<NotJudged>,
}

/// The short form of an assessment, for boards and bulk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Clocks that run.
    pub running: u32,
    /// Clocks past their end and open.
    pub overdue: u32,
    /// Whether the person is held.
    pub held: bool,
    /// Seconds of held time without a title.
    pub untitled_seconds: i64,
    /// The next end of any of the persons, the latest where the earliest may have passed, seconds since 1970-01-01T00:00Z.
    pub next: Option<i64>,
    /// Breaches, overruns, questions, cautions.
    pub findings: [u32; 4],
}
