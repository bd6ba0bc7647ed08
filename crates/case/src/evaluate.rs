//! Conditions and values over the acts of a case: three truths, the facts used, the facts needed.

use std::cmp::Ordering;

use habeas_law::count::{Length, Unit};
use habeas_law::expression::{Acts, Attribute, Bound, Comparison, Expression as E, Identity, Of, Quantifier, Side};
use habeas_law::moment::{End, When, civil, day_of, days_between, instant_of, shift};
use habeas_law::rules::{ActId, FieldId, PackId};
use habeas_law::{Law, Truth, Value};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::act::Act;
use crate::history::History;
use crate::timeline::Timeline;

/// A fact that was wanted and not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Need {
    /// A field of an act of this kind.
    Field(ActId, FieldId),
    /// A fact.
    Fact(FieldId),
    /// Rank, level, organ, official, unit, end or exact time of an act of this kind.
    Attribute(ActId, &'static str),
    /// Whether an act of this kind was done.
    Act(ActId),
}

impl Need {
    /// As packs write it.
    #[must_use]
    pub fn show(self, law: &Law) -> String {
        match self {
            Self::Field(act, field) => format!("{}.{}", law.act(act).name, law.field_name(field)),
            Self::Fact(field) => law.field_name(field).to_owned(),
            Self::Attribute(act, name) => format!("{}.{name}", law.act(act).name),
            Self::Act(act) => law.act(act).name.clone(),
        }
    }
}

/// What an evaluation tells its caller besides the answer.
pub trait Log {
    /// A fact was used: its name, its value, the position of its act.
    fn used(&mut self, name: Need, value: impl FnOnce() -> Value, act: Option<usize>);
    /// A fact was missing.
    fn missing(&mut self, need: Need);
    /// A place to come back to.
    fn mark(&self) -> (usize, usize);
    /// Forgets what was missing since a mark: it is not needed.
    fn forget_missing(&mut self, mark: (usize, usize));
    /// Forgets everything since a mark but what was told since another.
    fn keep_since(&mut self, mark: (usize, usize), since: (usize, usize));
    /// How many facts were missing.
    fn missing_count(&self) -> usize;
}

/// Counts what is missing and keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent {
    missing: usize,
}

impl Log for Silent {
    fn used(&mut self, _: Need, _: impl FnOnce() -> Value, _: Option<usize>) {}
    fn missing(&mut self, _: Need) {
        self.missing += 1;
    }
    fn mark(&self) -> (usize, usize) {
        (0, self.missing)
    }
    fn forget_missing(&mut self, mark: (usize, usize)) {
        self.missing = mark.1;
    }
    fn keep_since(&mut self, mark: (usize, usize), since: (usize, usize)) {
        self.missing -= since.1 - mark.1;
    }
    fn missing_count(&self) -> usize {
        self.missing
    }
}

/// A fact that was used.
#[derive(Clone, Debug)]
pub struct Used {
    /// Which.
    pub name: Need,
    /// Its value.
    pub value: Value,
    /// Its act's position in the history.
    pub act: Option<usize>,
}

/// Keeps everything, for explanations.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    /// Facts that were used, in order.
    pub used: Vec<Used>,
    /// Facts that were missing, in order.
    pub needs: Vec<Need>,
}

impl Log for Trace {
    fn used(&mut self, name: Need, value: impl FnOnce() -> Value, act: Option<usize>) {
        if !self.used.iter().any(|u| u.name == name && u.act == act) {
            self.used.push(Used { name, value: value(), act });
        }
    }
    fn missing(&mut self, need: Need) {
        self.needs.push(need);
    }
    fn mark(&self) -> (usize, usize) {
        (self.used.len(), self.needs.len())
    }
    fn forget_missing(&mut self, mark: (usize, usize)) {
        self.needs.truncate(mark.1);
    }
    fn keep_since(&mut self, mark: (usize, usize), since: (usize, usize)) {
        self.used.drain(mark.0.min(self.used.len())..since.0.min(self.used.len()));
        self.needs.drain(mark.1.min(self.needs.len())..since.1.min(self.needs.len()));
    }
    fn missing_count(&self) -> usize {
        self.needs.len()
    }
}

/// Where an evaluation stands.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The pack whose rule it is.
    pub pack: PackId,
    /// Kinds of the anchor.
    pub anchor_kinds: &'a [ActId],
    /// The anchor act.
    pub anchor: Option<usize>,
    /// The act at hand.
    pub current: Option<usize>,
    /// Start of the clock at hand.
    pub start: Option<When>,
    /// End of the clock at hand.
    pub end: Option<When>,
    /// Acts before this position are seen.
    pub horizon: usize,
    /// Steps of the formula so far.
    pub steps: &'a [Option<Value>],
    /// Clocks are asked as they stood before the act at hand.
    pub before: bool,
    /// Of another clock's end with bounds, this one is meant.
    pub bound: Bound,
    /// How deep rules call one another.
    pub depth: u8,
    /// For ranking what is needed: this fact, if missing, is taken so.
    pub assume: Option<(Need, Truth)>,
}

impl Scope<'_> {
    /// A scope without acts.
    #[must_use]
    pub fn of_facts(pack: PackId, horizon: usize) -> Self {
        Self { pack, anchor_kinds: &[], anchor: None, current: None, start: None, end: None, horizon, steps: &[], before: false, bound: Bound::Both, depth: 0, assume: None }
    }
}

/// Rules may call rules so deep.
const MAX_DEPTH: u8 = 8;

/// Evaluates expressions of a law over one person's history at an instant.
#[derive(Clone, Copy, Debug)]
pub struct Evaluator<'a> {
    /// The law.
    pub law: &'a Law,
    /// The acts.
    pub history: &'a History<'a>,
    /// When the person was held, and under what.
    pub timeline: &'a Timeline,
    /// The instant asked.
    pub at: i64,
}

impl Evaluator<'_> {
    /// The zone of a pack.
    #[must_use]
    pub fn zone(&self, pack: PackId) -> &TimeZone {
        self.law.zone(pack)
    }

    fn unknown<L: Log>(&self, need: Need, s: Scope<'_>, log: &mut L) -> Truth {
        if let Some((assumed, truth)) = s.assume
            && assumed == need
        {
            return truth;
        }
        log.missing(need);
        Truth::Unknown
    }

    /// Whether a condition holds.
    pub fn truth<L: Log>(&self, e: &E, s: Scope<'_>, log: &mut L) -> Truth {
        match e {
            E::Not(inner) => self.truth(inner, s, log).not(),
            E::And(parts) => self.joined(parts, Truth::No, s, log),
            E::Or(parts) => self.joined(parts, Truth::Yes, s, log),
            E::Did(kinds) => self.did(kinds, s, log),
            E::Compare { sign, left, right } => self.compare(*sign, left, right, s, log),
            E::IsWord { value, words } => self.tested(value, s, log, |v| match v {
                Value::Word(w) => words.contains(w),
                _ => false,
            }),
            E::IsText { value, texts } => self.tested(value, s, log, |v| match v {
                Value::Text(t) => texts.iter().any(|known| **known == **t),
                Value::Word(w) => texts.iter().any(|known| **known == *self.law.word_name(*w)),
                Value::Yes(y) => texts.iter().any(|known| &**known == if *y { "yes" } else { "no" }),
                _ => false,
            }),
            E::IsNone(value) => self.tested(value, s, log, |v| *v == Value::None),
            E::StartsWith { value, text } => self.tested(value, s, log, |v| match v {
                Value::Text(t) => t.starts_with(&**text),
                _ => false,
            }),
            E::Within { value, from, to } => {
                let low = self.compare(Comparison::GreaterOrEqual, value, from, s, log);
                low.and(self.compare(Comparison::LessOrEqual, value, to, s, log))
            }
            E::RankAtLeast { of, rank } => self.rank(*of, s, log, |r| {
                let (have, want) = (self.law.rank(r), self.law.rank(*rank));
                have.organ == want.organ && have.height >= want.height
            }),
            E::RankIs { of, ranks } => self.rank(*of, s, log, |r| ranks.contains(&r)),
            E::LevelAtLeast { of, level } => self.level(*of, s, log, |l| l >= self.law.level(*level).height),
            E::LevelIs { of, levels } => self.level(*of, s, log, |l| levels.iter().any(|w| self.law.level(*w).height == l)),
            E::LevelOneAbove { of, than } => {
                let below = self.level_of(*than, s, log);
                match below {
                    Some(below) => self.level(*of, s, log, |l| l == below + 1),
                    None => {
                        self.level(*of, s, log, |_| false);
                        Truth::Unknown
                    }
                }
            }
            E::OrganIs { of, organs } => self.organ(*of, s, log, |o| organs.contains(&o)),
            E::Differs { what, of, from } => self.differs(*what, *of, *from, s, log),
            E::Held(at) => {
                let at = match at {
                    None => self.moment_of(s),
                    Some(at) => match self.value(at, s, log) {
                        Some(Value::Moment(when)) => when.from,
                        Some(Value::Date(day)) => When::day(day, self.zone(s.pack)).from,
                        _ => return Truth::Unknown,
                    },
                };
                // At the very instant of release the person was still held.
                let held = self.timeline.held(at).or(self.timeline.held(at - 1));
                if held == Truth::Unknown
                    && let Some(kind) = self.timeline.silent
                {
                    return self.unknown(Need::Act(kind), s, log);
                }
                held
            }
            E::Under(measure) => {
                let kinds: Vec<ActId> = self.law.measure(*measure).begins.iter().flat_map(|c| c.rule.acts.iter().copied()).collect();
                match (self.timeline.under(*measure, self.moment_of(s)), self.history.silent(&kinds)) {
                    (Truth::No, Some(kind)) => self.unknown(Need::Act(kind), s, log),
                    (truth, _) => truth,
                }
            }
            E::Acts { quantifier: Quantifier::No, acts } => self.some(acts, 1, s, log).not(),
            E::Acts { quantifier: Quantifier::AtLeast(n), acts } => self.some(acts, *n, s, log),
            E::BetweenTimes { value, from, to } => {
                let zone = self.zone(s.pack).clone();
                match self.value(value, s, log) {
                    Some(Value::Moment(when)) => {
                        let inside = |instant: i64| {
                            let time = civil(instant, &zone).time();
                            if from <= to { *from <= time && time < *to } else { time >= *from || time < *to }
                        };
                        if inside(when.from) == inside(when.to) && when.to - when.from < 3_600 {
                            inside(when.from).into()
                        } else {
                            Truth::Unknown
                        }
                    }
                    _ => Truth::Unknown,
                }
            }
            E::GateOpen(gate) => {
                if s.depth >= MAX_DEPTH {
                    return Truth::Unknown;
                }
                crate::gate::open(self, *gate, Scope { depth: s.depth + 1, ..s }, log)
            }
            _ => match self.value(e, s, log) {
                Some(Value::Yes(yes)) => yes.into(),
                Some(Value::None) => Truth::No,
                _ => Truth::Unknown,
            },
        }
    }

    /// `and` and `or`: one part that decides makes the others needless.
    fn joined<L: Log>(&self, parts: &[E], decides: Truth, s: Scope<'_>, log: &mut L) -> Truth {
        let start = log.mark();
        let mut result = decides.not();
        for part in parts {
            let mark = log.mark();
            let truth = self.truth(part, s, log);
            if truth == decides {
                log.keep_since(start, mark);
                return decides;
            }
            if truth == Truth::Unknown {
                result = Truth::Unknown;
            }
        }
        result
    }

    fn tested<L: Log>(&self, value: &E, s: Scope<'_>, log: &mut L, test: impl FnOnce(&Value) -> bool) -> Truth {
        if let Some(assumed) = self.assumed(value, s) {
            return assumed;
        }
        self.value(value, s, log).map_or(Truth::Unknown, |v| test(&v).into())
    }

    /// A comparison that hangs on the assumed fact takes the assumed truth.
    fn assumed(&self, value: &E, s: Scope<'_>) -> Option<Truth> {
        let (need, truth) = s.assume?;
        let mut probe = Trace::default();
        let unassumed = Scope { assume: None, ..s };
        (self.value(value, unassumed, &mut probe).is_none() && probe.needs.contains(&need)).then_some(truth)
    }

    /// The moment of which a rule speaks: the start of its clock, else its act, else the instant asked.
    fn moment_of(&self, s: Scope<'_>) -> i64 {
        let act = s.current.or(s.anchor).and_then(|n| self.history.get(n)).map(|act| act.happened);
        s.start.or(act).map_or(self.at, |w| w.from)
    }

    fn act(&self, of: Of, s: Scope<'_>) -> Option<usize> {
        match of {
            Of::Current => s.current.or(s.anchor),
            Of::Anchor => s.anchor,
            Of::Latest(kind) => self.latest(&[kind], s),
        }
    }

    /// The act of some kinds that is meant from here: along the answers, else the latest before, else the first that belongs.
    fn latest(&self, kinds: &[ActId], s: Scope<'_>) -> Option<usize> {
        let here = s.current.or(s.anchor);
        if let Some(here) = here {
            if let Some(found) = self.history.answered(here, kinds).filter(|n| *n < s.horizon) {
                return Some(found);
            }
            if s.current.is_some() || s.start.is_none() {
                if let Some(found) = self.history.of_kinds(kinds, here.min(s.horizon)).next_back() {
                    return Some(found);
                }
                let same_time = |n: &usize| self.history.get(*n).map(|a| a.happened.from) <= self.history.get(here).map(|a| a.happened.to);
                if let Some(found) = self.history.of_kinds(kinds, s.horizon).filter(|n| *n != here).find(same_time) {
                    return Some(found);
                }
            }
            let belongs = |n: &usize| s.anchor.is_none_or(|a| *n >= a && self.history.belongs(*n, a, s.anchor_kinds));
            if let Some(found) = self.history.of_kinds(kinds, s.horizon).find(belongs) {
                return Some(found);
            }
            return self.history.of_kinds(kinds, s.horizon).rfind(|n| *n < here);
        }
        self.history.of_kinds(kinds, s.horizon).next_back()
    }

    fn did<L: Log>(&self, kinds: &[ActId], s: Scope<'_>, log: &mut L) -> Truth {
        match self.latest(kinds, s) {
            Some(found) => {
                if let Some(act) = self.history.get(found) {
                    log.used(Need::Act(act.kind), || Value::Moment(act.happened), Some(found));
                }
                Truth::Yes
            }
            None => match self.history.silent(kinds) {
                Some(kind) => self.unknown(Need::Act(kind), s, log),
                None => {
                    if let Some(kind) = kinds.first() {
                        log.used(Need::Act(*kind), || Value::None, None);
                    }
                    Truth::No
                }
            },
        }
    }

    /// Whether at least `n` acts are so.
    fn some<L: Log>(&self, acts: &Acts, n: u32, s: Scope<'_>, log: &mut L) -> Truth {
        let (yes, maybe) = self.count(acts, s, log);
        if yes >= n {
            return Truth::Yes;
        }
        if yes + maybe >= n {
            return Truth::Unknown;
        }
        match self.history.silent(&acts.kinds) {
            Some(kind) => self.unknown(Need::Act(kind), s, log),
            None => {
                if let Some(kind) = acts.kinds.first() {
                    log.used(Need::Act(*kind), || Value::Number(yes.into()), None);
                }
                Truth::No
            }
        }
    }

    /// How many acts are so, and how many may be.
    fn count<L: Log>(&self, acts: &Acts, s: Scope<'_>, log: &mut L) -> (u32, u32) {
        let mark = log.mark();
        let (mut yes, mut maybe) = (0, 0);
        for n in self.matching(acts, s) {
            match self.is_so(acts, n, s, log) {
                Truth::Yes => yes += 1,
                Truth::Unknown => maybe += 1,
                Truth::No => {}
            }
        }
        if maybe == 0 {
            log.forget_missing(mark);
        }
        (yes, maybe)
    }

    fn matching<'k>(&'k self, acts: &'k Acts, s: Scope<'k>) -> impl DoubleEndedIterator<Item = usize> + 'k {
        let here = s.current.or(s.anchor);
        self.history.of_kinds(&acts.kinds, s.horizon.max(if acts.side == Side::Later { self.history.visible(self.at) } else { 0 })).filter(
            move |n| match (acts.side, here) {
                (Side::Earlier, Some(here)) => *n < here,
                (Side::Later, Some(here)) => *n > here,
                _ => true,
            },
        )
    }

    fn is_so<L: Log>(&self, acts: &Acts, n: usize, s: Scope<'_>, log: &mut L) -> Truth {
        let inner = Scope { current: Some(n), anchor: s.current.or(s.anchor), ..s };
        let mut truth = match &acts.condition {
            Some(condition) => self.truth(condition, inner, log),
            None => Truth::Yes,
        };
        if let (Some((from, to)), Some(act)) = (&acts.within, self.history.get(n)) {
            let happened = E::Literal(Value::Moment(act.happened));
            truth = truth.and(self.compare(Comparison::GreaterOrEqual, &happened, from, s, log));
            truth = truth.and(self.compare(Comparison::LessOrEqual, &happened, to, s, log));
        }
        truth
    }

    fn rank<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L, test: impl FnOnce(habeas_law::rules::RankId) -> bool) -> Truth {
        let Some((index, act)) = self.which(of, s, log) else { return Truth::Unknown };
        match act.by.rank {
            Some(rank) => {
                log.used(Need::Attribute(act.kind, "rank"), || Value::Text(self.law.rank(rank).name.as_str().into()), Some(index));
                test(rank).into()
            }
            None => self.unknown(Need::Attribute(act.kind, "rank"), s, log),
        }
    }

    fn level_of<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L) -> Option<u16> {
        let (index, act) = self.which(of, s, log)?;
        match act.by.level {
            Some(level) => {
                log.used(Need::Attribute(act.kind, "level"), || Value::Text(self.law.level(level).name.as_str().into()), Some(index));
                Some(self.law.level(level).height)
            }
            None => {
                log.missing(Need::Attribute(act.kind, "level"));
                None
            }
        }
    }

    fn level<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L, test: impl FnOnce(u16) -> bool) -> Truth {
        let Some((_, act)) = self.which(of, s, log) else { return Truth::Unknown };
        if act.by.level.is_none() {
            return self.unknown(Need::Attribute(act.kind, "level"), s, log);
        }
        self.level_of(of, s, log).map_or(Truth::Unknown, |l| test(l).into())
    }

    fn organ<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L, test: impl FnOnce(habeas_law::rules::OrganId) -> bool) -> Truth {
        let Some((index, act)) = self.which(of, s, log) else { return Truth::Unknown };
        match act.by.organ {
            Some(organ) => {
                log.used(Need::Attribute(act.kind, "organ"), || Value::Text(self.law.organ(organ).name.as_str().into()), Some(index));
                test(organ).into()
            }
            None => self.unknown(Need::Attribute(act.kind, "organ"), s, log),
        }
    }

    /// The act that is meant, or what is missing where there is none.
    fn which<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L) -> Option<(usize, &Act)> {
        let found = self.act(of, s).and_then(|index| self.history.get(index).map(|act| (index, act)));
        if found.is_none()
            && let Of::Latest(kind) = of
        {
            log.missing(Need::Act(kind));
        }
        found
    }

    /// Whether two acts were done by different organs, officials or units.
    pub fn differs<L: Log>(&self, what: Identity, of: Of, from: Of, s: Scope<'_>, log: &mut L) -> Truth {
        let (Some((_, a)), Some((_, b))) = (self.which(of, s, log), self.which(from, s, log)) else { return Truth::Unknown };
        let (same, name) = match what {
            // One level above is another organ of the same kind.
            Identity::Organ => {
                let level = a.by.level.zip(b.by.level).is_none_or(|(x, y)| x == y);
                (a.by.organ.zip(b.by.organ).map(|(x, y)| x == y && level), "organ")
            }
            Identity::Official => (a.by.official.as_ref().zip(b.by.official.as_ref()).map(|(x, y)| x == y), "official"),
            Identity::Unit => (a.by.unit.as_ref().zip(b.by.unit.as_ref()).map(|(x, y)| x == y), "unit"),
        };
        match same {
            Some(same) => (!same).into(),
            None => {
                let missing = if self.has_identity(a, what) { b.kind } else { a.kind };
                self.unknown(Need::Attribute(missing, name), s, log)
            }
        }
    }

    fn has_identity(&self, act: &Act, what: Identity) -> bool {
        match what {
            Identity::Organ => act.by.organ.is_some(),
            Identity::Official => act.by.official.is_some(),
            Identity::Unit => act.by.unit.is_some(),
        }
    }

    fn compare<L: Log>(&self, sign: Comparison, left: &E, right: &E, s: Scope<'_>, log: &mut L) -> Truth {
        if let Some(assumed) = self.assumed(left, s).or_else(|| self.assumed(right, s)) {
            return assumed;
        }
        let (a, b) = (self.value(left, s, log), self.value(right, s, log));
        let (Some(a), Some(b)) = (a, b) else { return Truth::Unknown };
        let truth = compare(sign, &a, &b, self.zone(s.pack));
        if truth == Truth::Unknown {
            for e in [left, right] {
                match e {
                    E::Attribute { of, .. } => {
                        if let Some((_, act)) = self.which(*of, s, log) {
                            log.missing(Need::Attribute(act.kind, "happened"));
                        }
                    }
                    E::Acts { acts, .. } => acts.kinds.iter().for_each(|kind| log.missing(Need::Attribute(*kind, "happened"))),
                    _ => {}
                }
            }
        }
        truth
    }

    /// The value of an expression; none where it is unknown.
    pub fn value<L: Log>(&self, e: &E, s: Scope<'_>, log: &mut L) -> Option<Value> {
        let zone = self.zone(s.pack);
        Some(match e {
            E::Literal(value) => value.clone(),
            E::Field { of, field } => {
                let (index, act) = self.which(*of, s, log)?;
                let Some(value) = act.field(*field) else {
                    log.missing(Need::Field(act.kind, *field));
                    return match s.assume {
                        Some((need, truth)) if need == Need::Field(act.kind, *field) => Some(Value::Yes(truth == Truth::Yes)),
                        _ => None,
                    };
                };
                log.used(Need::Field(act.kind, *field), || value.clone(), Some(index));
                value.clone()
            }
            E::Fact { act, field } => match self.history.fact(*act, *field, self.history.visible(self.at)) {
                Some(value) => {
                    log.used(Need::Fact(*field), || value.clone(), None);
                    value.clone()
                }
                None => {
                    log.missing(Need::Fact(*field));
                    return match s.assume {
                        Some((need, truth)) if need == Need::Fact(*field) => Some(Value::Yes(truth == Truth::Yes)),
                        _ => None,
                    };
                }
            },
            E::Attribute { of, attribute } => {
                let (index, act) = self.which(*of, s, log)?;
                match attribute {
                    Attribute::Happened => {
                        log.used(Need::Attribute(act.kind, "happened"), || Value::Moment(act.happened), Some(index));
                        Value::Moment(act.happened)
                    }
                    Attribute::Recorded => Value::Moment(self.wanted(act.recorded, act.kind, "recorded", log)?),
                    Attribute::Until => Value::Moment(self.wanted(act.until, act.kind, "until", log)?),
                }
            }
            E::Start => Value::Moment(s.start?),
            E::End => moment_or_day(s.end?),
            E::EndOf { clock, bound, last_day } => {
                if s.depth >= MAX_DEPTH {
                    return None;
                }
                let before = s.current.or(s.anchor.filter(|_| s.before));
                let horizon = before.map_or(s.horizon, |n| n.min(s.horizon));
                let inner = Scope { depth: s.depth + 1, horizon, ..s };
                let (low, high) = crate::clock::end_for(self, *clock, inner, log)?;
                let bound = if *bound == Bound::Both { s.bound } else { *bound };
                let chosen = match bound {
                    Bound::Earliest => (low, low),
                    Bound::Latest => (high, high),
                    Bound::Both => (low, high),
                };
                if *last_day && chosen.0 == chosen.1 { Value::Date(chosen.0.last_day(zone)) } else { moment_or_day(bounds(chosen.0, chosen.1, zone)) }
            }
            E::Acts { quantifier: Quantifier::Latest, acts } => self.latest_so(acts, s, log)?,
            E::Acts { quantifier: Quantifier::Count, acts } => {
                let (yes, maybe) = self.count(acts, s, log);
                if maybe > 0 || self.history.silent(&acts.kinds).is_some() {
                    return None;
                }
                Value::Number(yes.into())
            }
            E::Age { birth, at } => {
                let birth = as_day(&self.value(birth, s, log)?)?;
                let at = as_day(&self.value(at, s, log)?)?;
                let choices = &self.law.convention(self.law.pack(s.pack).counting?).choices;
                let age = self.law.counter_with(s.pack, choices).age(birth, at);
                Value::Length(Length::of(Unit::Years, age))
            }
            E::DayOf(inner) => Value::Date(as_day(&self.value(inner, s, log)?)?),
            E::YearOf(inner) => Value::Number(as_day(&self.value(inner, s, log)?)?.year().into()),
            E::Earlier(a, b) | E::Later(a, b) => {
                let (x, y) = (self.value(a, s, log), self.value(b, s, log));
                let (x, y) = match (x, y) {
                    (Some(x), Some(y)) => (x, y),
                    // What has not happened is later than what has.
                    (Some(only), None) | (None, Some(only)) if matches!(e, E::Earlier(..)) => return Some(only),
                    _ => return None,
                };
                let first = compare(Comparison::LessOrEqual, &x, &y, zone) == Truth::Yes;
                if first == matches!(e, E::Earlier(..)) { x } else { y }
            }
            E::Or2(a, b) => match self.value(a, s, log)? {
                Value::None => self.value(b, s, log)?,
                value => value,
            },
            E::Add(a, b) => self.sum(&self.value(a, s, log)?, &self.value(b, s, log)?, 1, s)?,
            E::Subtract(a, b) => self.sum(&self.value(a, s, log)?, &self.value(b, s, log)?, -1, s)?,
            E::Multiply(a, b) => multiply(&self.value(a, s, log)?, &self.value(b, s, log)?)?,
            E::Divide(a, b) => divide(&self.value(a, s, log)?, &self.value(b, s, log)?)?,
            E::Round { value, up, to } => {
                // A length that was divided is a length again once it is whole.
                let unit = match &**value {
                    E::Divide(whole, _) => match self.value(whole, s, log)? {
                        Value::Length(length) => Some(length.parts().next().map_or(Unit::Days, |(unit, _)| unit)),
                        _ => None,
                    },
                    _ => None,
                };
                let (value, to) = (self.value(value, s, log)?, number(&self.value(to, s, log)?)?);
                match (round(&value, *up, to)?, unit) {
                    (Value::Number(n), Some(unit)) => Value::Length(Length::of(unit, i32::try_from(n).ok()?)),
                    (value, _) => value,
                }
            }
            E::Clamp { value, from, to } => {
                let (value, from, to) = (self.value(value, s, log)?, self.value(from, s, log)?, self.value(to, s, log)?);
                if compare(Comparison::Less, &value, &from, zone) == Truth::Yes {
                    from
                } else if compare(Comparison::Greater, &value, &to, zone) == Truth::Yes {
                    to
                } else {
                    value
                }
            }
            E::Table { table, key } => self.table(*table, &self.value(key, s, log)?)?,
            E::CountDays(periods) => match self.value(periods, s, log)? {
                Value::Periods(periods) => Value::Length(Length::of(Unit::Days, count_days(&periods))),
                Value::None => Value::Length(Length::of(Unit::Days, 0)),
                _ => return None,
            },
            E::EndOfLength { length, from, convention } => {
                let Value::Length(length) = self.value(length, s, log)? else { return None };
                let from = as_moment(&self.value(from, s, log)?, zone)?;
                let counter = self.law.counter(s.pack, *convention);
                let end = counter.end(from.earliest(), length, &habeas_law::count::Union::default(), false).end;
                match end {
                    End::Day(day) => Value::Date(day),
                    End::Instant(instant) => Value::Moment(When::instant(instant, zone)),
                }
            }
            E::Step(n) => s.steps.get(*n).cloned().flatten()?,
            E::Formula(formula) => {
                if s.depth >= MAX_DEPTH {
                    return None;
                }
                crate::formula::result(self, *formula, Scope { depth: s.depth + 1, ..s }, log)?
            }
            E::Given(_) | E::Query(_) | E::Choose { .. } | E::WorkingDay(_) | E::NextWorkingDay(_) | E::Answer(_) | E::In { .. } => return None,
            condition => match self.truth(condition, s, log) {
                Truth::Yes => Value::Yes(true),
                Truth::No => Value::Yes(false),
                Truth::Unknown => return None,
            },
        })
    }

    fn wanted<L: Log>(&self, when: Option<When>, kind: ActId, name: &'static str, log: &mut L) -> Option<When> {
        if when.is_none() {
            log.missing(Need::Attribute(kind, name));
        }
        when
    }

    /// When the act that is meant happened.
    fn latest_so<L: Log>(&self, acts: &Acts, s: Scope<'_>, log: &mut L) -> Option<Value> {
        if acts.side == Side::Anywhere && acts.condition.is_none() && acts.within.is_none() {
            let found = self.latest(&acts.kinds, s);
            let Some(act) = found.and_then(|n| self.history.get(n)) else {
                if let Some(kind) = self.history.silent(&acts.kinds) {
                    log.missing(Need::Act(kind));
                }
                return None;
            };
            log.used(Need::Act(act.kind), || Value::Moment(act.happened), found);
            return Some(Value::Moment(act.happened));
        }
        for n in self.matching(acts, s).rev() {
            match self.is_so(acts, n, s, log) {
                Truth::Yes => return self.history.get(n).map(|act| Value::Moment(act.happened)),
                Truth::Unknown => return None,
                Truth::No => {}
            }
        }
        None
    }

    fn sum(&self, a: &Value, b: &Value, sign: i32, s: Scope<'_>) -> Option<Value> {
        let zone = self.zone(s.pack);
        Some(match (a, b) {
            (Value::Number(x), Value::Number(y)) => Value::Number(if sign > 0 { x.checked_add(*y)? } else { x.checked_sub(*y)? }),
            (Value::Money(x), Value::Money(y)) => Value::Money(if sign > 0 { x.checked_add(*y)? } else { x.checked_sub(*y)? }),
            (Value::Length(x), Value::Length(y)) => Value::Length(x.plus(y.times(sign))),
            (Value::Date(day), Value::Length(length)) if !length.is_hours() => Value::Date(self.moved(*day, *length, sign, s)?),
            (Value::Date(_) | Value::Moment(_), Value::Length(length)) => {
                let when = as_moment(a, zone)?;
                if length.is_hours() {
                    let seconds = length.seconds() * i64::from(sign);
                    Value::Moment(When::bounds(when.from + seconds, when.to + seconds, zone))
                } else {
                    let move_instant = |instant: i64| {
                        let local = civil(instant, zone);
                        self.moved(local.date(), *length, sign, s).map(|day| instant_of(day.to_datetime(local.time()), zone))
                    };
                    let (from, to) = (move_instant(when.from)?, move_instant(when.to)?);
                    Value::Moment(When { from, to, day: day_of(from, zone), precision: when.precision })
                }
            }
            (Value::Date(x), Value::Date(y)) if sign < 0 => {
                Value::Length(Length::of(Unit::Days, i32::try_from(days_between(*y, *x)).ok()?))
            }
            (x, y) if sign < 0 => {
                let (x, y) = (as_moment(x, zone)?, as_moment(y, zone)?);
                Value::Length(Length::of(Unit::Minutes, i32::try_from((x.from - y.from) / 60).ok()?))
            }
            _ => return None,
        })
    }

    /// A day moved by a length; months by the corresponding day.
    fn moved(&self, day: Date, length: Length, sign: i32, s: Scope<'_>) -> Option<Date> {
        let length = length.times(sign);
        let months = length.years * 12 + length.months;
        let span = jiff::Span::new().try_months(i64::from(months)).ok()?;
        let mut moved = shift(day.checked_add(span).ok()?, i64::from(length.days));
        if length.working_days != 0 {
            let calendar = self.law.pack(s.pack).calendar.and_then(|n| self.law.calendars.get(n))?;
            let step = i64::from(length.working_days.signum());
            for _ in 0..length.working_days.abs() {
                moved = calendar.nearest(shift(moved, step), step, habeas_law::calendar::Calendar::works);
            }
        }
        Some(moved)
    }

    fn table(&self, table: habeas_law::rules::TableId, key: &Value) -> Option<Value> {
        let table = self.law.table(table);
        let row = match key {
            Value::Number(year) => table.rows.iter().find(|r| r.year.is_some_and(|y| Decimal::from(y) == *year)),
            Value::Word(word) => table.rows.iter().find(|r| r.word.as_deref() == Some(self.law.word_name(*word))),
            Value::Text(text) => table.rows.iter().find(|r| r.word.as_deref() == Some(&**text)),
            other => {
                let day = as_day(other)?;
                let by_year = table.rows.iter().find(|r| r.year == Some(day.year()));
                let latest = table.rows.iter().filter(|r| r.from.is_some_and(|(first, _)| first <= day)).max_by_key(|r| r.from);
                // A row known to the month or the year may not have begun yet: then the value is unknown.
                by_year.or_else(|| latest.filter(|r| r.from.is_some_and(|(_, sure)| sure <= day)))
            }
        }?;
        Some(if table.money { Value::Money(row.value) } else { Value::Number(row.value) })
    }

    /// Facts that are missing, those that alone decide first.
    pub fn ranked(&self, needs: Vec<Need>, decided: impl Fn(Need, Truth) -> bool) -> Vec<Need> {
        let mut unique: Vec<Need> = Vec::new();
        for need in needs {
            if !unique.contains(&need) {
                unique.push(need);
            }
        }
        let alone = |need: &Need| !(decided(*need, Truth::Yes) || decided(*need, Truth::No));
        unique.sort_by_key(alone);
        unique
    }
}

/// A moment as a day where only the day is known or counted.
fn moment_or_day(when: When) -> Value {
    match when.precision {
        habeas_law::moment::Precision::Day => Value::Date(when.day),
        _ => Value::Moment(when),
    }
}

/// The moment between two ends.
#[must_use]
pub fn bounds(low: End, high: End, zone: &TimeZone) -> When {
    match (low, high) {
        (End::Day(a), End::Day(b)) if a == b => When::day(a, zone),
        (End::Day(a), End::Day(b)) => When::bounds(When::day(a, zone).from, When::day(b, zone).to, zone),
        (a, b) => {
            let instant = |end: End| match end {
                End::Day(day) => When::day(day, zone).to,
                End::Instant(instant) => instant,
            };
            When::bounds(instant(a), instant(b), zone)
        }
    }
}

/// The day of a date or moment.
#[must_use]
pub fn as_day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::Moment(when) => Some(when.day),
        _ => None,
    }
}

/// The moment of a date or moment.
#[must_use]
pub fn as_moment(value: &Value, zone: &TimeZone) -> Option<When> {
    match value {
        Value::Date(day) => Some(When::day(*day, zone)),
        Value::Moment(when) => Some(*when),
        _ => None,
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(n) | Value::Money(n) => Some(*n),
        Value::Length(l) => l.parts().next().map(|(_, n)| n.into()).or(Some(Decimal::ZERO)),
        _ => None,
    }
}

fn round(value: &Value, up: bool, to: Decimal) -> Option<Value> {
    let n = number(value)?;
    let steps = n.checked_div(to)?;
    let steps = if up { steps.ceil() } else { steps.floor() };
    let rounded = steps.checked_mul(to)?;
    Some(match value {
        Value::Money(_) => Value::Money(rounded),
        Value::Length(length) => Value::Length(match length.parts().next() {
            Some((unit, _)) => Length::of(unit, i32::try_from(rounded).ok()?),
            None => *length,
        }),
        _ => Value::Number(rounded),
    })
}

fn multiply(a: &Value, b: &Value) -> Option<Value> {
    Some(match (a, b) {
        (Value::Number(x), Value::Number(y)) => Value::Number(x.checked_mul(*y)?),
        (Value::Money(x), other) | (other, Value::Money(x)) => Value::Money(x.checked_mul(number(other)?)?),
        (Value::Length(l), Value::Number(n)) | (Value::Number(n), Value::Length(l)) => scaled(*l, |c| c.checked_mul(*n))?,
        _ => return None,
    })
}

fn divide(a: &Value, b: &Value) -> Option<Value> {
    Some(match (a, b) {
        (Value::Number(x), Value::Number(y)) | (Value::Money(x), Value::Money(y)) => Value::Number(x.checked_div(*y)?),
        (Value::Money(x), Value::Number(y)) => Value::Money(x.checked_div(*y)?),
        (Value::Length(l), Value::Number(n)) => {
            let (unit, count) = l.parts().next().unwrap_or((Unit::Days, 0));
            let exact = Decimal::from(count).checked_div(*n)?;
            if exact.fract().is_zero() { Value::Length(Length::of(unit, i32::try_from(exact).ok()?)) } else { Value::Number(exact) }
        }
        _ => return None,
    })
}

fn scaled(length: Length, scale: impl Fn(Decimal) -> Option<Decimal>) -> Option<Value> {
    let mut result = Length::default();
    for (unit, count) in length.parts() {
        result = result.plus(Length::of(unit, i32::try_from(scale(count.into())?).ok()?));
    }
    Some(Value::Length(result))
}

/// Days of periods, first and last included, each day once.
fn count_days(periods: &[(Date, Date)]) -> i32 {
    let mut sorted = periods.to_vec();
    sorted.sort_unstable();
    let mut total = 0;
    let mut last: Option<Date> = None;
    for (from, to) in sorted {
        let from = last.map_or(from, |l| from.max(shift(l, 1)));
        if from <= to {
            total += days_between(from, to) + 1;
            last = Some(to);
        }
    }
    i32::try_from(total).unwrap_or(i32::MAX)
}

/// Compares two values of one type, with bounds where they are known coarsely.
#[must_use]
pub fn compare(sign: Comparison, a: &Value, b: &Value, zone: &TimeZone) -> Truth {
    let by_order = |order: Ordering| -> Truth {
        match sign {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Equal => order == Ordering::Equal,
            Comparison::GreaterOrEqual => order != Ordering::Less,
            Comparison::Greater => order == Ordering::Greater,
        }
        .into()
    };
    match (a, b) {
        (Value::Date(x), Value::Date(y)) => by_order(x.cmp(y)),
        (Value::Date(x), Value::Moment(w)) => intervals(sign, (day_number(*x), day_number(*x)), days_of(w, zone)),
        (Value::Moment(w), Value::Date(y)) => intervals(sign, days_of(w, zone), (day_number(*y), day_number(*y))),
        (Value::Moment(x), Value::Moment(y)) => {
            if x.precision == habeas_law::moment::Precision::Day && y.precision == habeas_law::moment::Precision::Day {
                return by_order(x.day.cmp(&y.day));
            }
            intervals(sign, (x.from, x.to), (y.from, y.to))
        }
        (Value::Length(x), Value::Length(y)) => {
            let key = |l: &Length| if l.is_hours() || l.is_nothing() { l.seconds() } else { i64::from(l.parts().next().map_or(0, |(_, n)| n)) };
            by_order(key(x).cmp(&key(y)))
        }
        (Value::Word(x), Value::Word(y)) => by_order(x.cmp(y)),
        (Value::Text(x), Value::Text(y)) => by_order(x.cmp(y)),
        (Value::None, Value::None) => by_order(Ordering::Equal),
        (Value::None, _) | (_, Value::None) => (sign != Comparison::Equal && false).into(),
        (Value::Yes(x), Value::Yes(y)) => by_order(x.cmp(y)),
        (x, y) => match (number(x), number(y)) {
            (Some(x), Some(y)) => by_order(x.cmp(&y)),
            _ => Truth::Unknown,
        },
    }
}

fn day_number(day: Date) -> i64 {
    days_between(Date::constant(1970, 1, 1), day)
}

fn days_of(when: &When, zone: &TimeZone) -> (i64, i64) {
    (day_number(when.day), day_number(when.latest(zone).day))
}

fn intervals(sign: Comparison, a: (i64, i64), b: (i64, i64)) -> Truth {
    let less = |a: (i64, i64), b: (i64, i64)| {
        if a.1 < b.0 {
            Truth::Yes
        } else if a.0 >= b.1 {
            Truth::No
        } else {
            Truth::Unknown
        }
    };
    match sign {
        Comparison::Less => less(a, b),
        Comparison::Greater => less(b, a),
        Comparison::LessOrEqual => less(b, a).not(),
        Comparison::GreaterOrEqual => less(a, b).not(),
        Comparison::Equal => {
            if a.0 == a.1 && b == a {
                Truth::Yes
            } else if a.1 < b.0 || b.1 < a.0 {
                Truth::No
            } else {
                Truth::Unknown
            }
        }
    }
}
