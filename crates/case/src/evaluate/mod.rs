//! Conditions and values over the acts of a case: three truths, the facts used, the facts needed.

mod acts;
mod arithmetic;
mod log;

pub use arithmetic::{as_day, as_moment, bounds, compare};
use arithmetic::{count_days, divide, moment_or_day, multiply, number, round};
pub use log::{Log, Need, Silent, Trace, Used};

use habeas_law::count::{Length, Unit};
use habeas_law::expression::{Attribute, Bound, Comparison, Expression as E, Quantifier};
use habeas_law::moment::{End, When, civil, day_of, days_between, instant_of, shift};
use habeas_law::rules::{ActId, PackId};
use habeas_law::{Law, Truth, Value};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::history::History;
use crate::timeline::Timeline;

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
}

impl Scope<'_> {
    /// A scope without acts.
    #[must_use]
    pub fn of_facts(pack: PackId, horizon: usize) -> Self {
        Self {
            pack,
            anchor_kinds: &[],
            anchor: None,
            current: None,
            start: None,
            end: None,
            horizon,
            steps: &[],
            before: false,
            bound: Bound::Both,
            depth: 0,
        }
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
    /// For ranking what is needed: this fact, if missing, is taken so.
    assume: Option<(Need, Truth)>,
}

impl<'a> Evaluator<'a> {
    /// Over what is recorded.
    #[must_use]
    pub fn new(law: &'a Law, history: &'a History<'a>, timeline: &'a Timeline, at: i64) -> Self {
        Self {
            law,
            history,
            timeline,
            at,
            assume: None,
        }
    }
}

impl Evaluator<'_> {
    /// The zone of a pack.
    #[must_use]
    pub fn zone(&self, pack: PackId) -> &TimeZone {
        self.law.zone(pack)
    }

    fn unknown<L: Log>(&self, need: Need, log: &mut L) -> Truth {
        if let Some((assumed, truth)) = self.assume
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
                Value::Yes(y) => texts
                    .iter()
                    .any(|known| &**known == if *y { "yes" } else { "no" }),
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
            E::LevelAtLeast { of, level } => {
                self.level(*of, s, log, |l| l >= self.law.level(*level).height)
            }
            E::LevelIs { of, levels } => self.level(*of, s, log, |l| {
                levels.iter().any(|w| self.law.level(*w).height == l)
            }),
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
                    && let Some(kind) = self.timeline.held_needs(at)
                {
                    return self.unknown(Need::Act(kind), log);
                }
                held
            }
            E::Under(measure) => {
                let kinds: Vec<ActId> = self
                    .law
                    .measure(*measure)
                    .begins
                    .iter()
                    .flat_map(|c| c.rule.acts.iter().copied())
                    .collect();
                match self.timeline.under(*measure, self.moment_of(s)) {
                    (Truth::Yes, _) => Truth::Yes,
                    (_, ended) => match ended.or_else(|| self.history.silent(&kinds)) {
                        Some(kind) => self.unknown(Need::Act(kind), log),
                        None => Truth::No,
                    },
                }
            }
            E::Acts {
                quantifier: Quantifier::No,
                acts,
            } => self.some(acts, 1, s, log).not(),
            E::Acts {
                quantifier: Quantifier::AtLeast(n),
                acts,
            } => self.some(acts, *n, s, log),
            E::BetweenTimes { value, from, to } => {
                let zone = self.zone(s.pack).clone();
                match self.value(value, s, log) {
                    Some(Value::Moment(when)) => {
                        let inside = |instant: i64| {
                            let time = civil(instant, &zone).time();
                            if from <= to {
                                *from <= time && time < *to
                            } else {
                                time >= *from || time < *to
                            }
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
                crate::gate::open(
                    self,
                    *gate,
                    Scope {
                        depth: s.depth + 1,
                        ..s
                    },
                    log,
                )
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

    fn tested<L: Log>(
        &self,
        value: &E,
        s: Scope<'_>,
        log: &mut L,
        test: impl FnOnce(&Value) -> bool,
    ) -> Truth {
        if let Some(assumed) = self.assumed(value, s) {
            return assumed;
        }
        self.value(value, s, log)
            .map_or(Truth::Unknown, |v| test(&v).into())
    }

    /// A comparison that hangs on the assumed fact takes the assumed truth.
    fn assumed(&self, value: &E, s: Scope<'_>) -> Option<Truth> {
        let (need, truth) = self.assume?;
        let mut probe = Trace::default();
        let unassumed = Self {
            assume: None,
            ..*self
        };
        (unassumed.value(value, s, &mut probe).is_none() && probe.needs.contains(&need))
            .then_some(truth)
    }

    /// The moment of which a rule speaks: the start of its clock, else its act, else the instant asked.
    fn moment_of(&self, s: Scope<'_>) -> i64 {
        let act = s
            .current
            .or(s.anchor)
            .and_then(|n| self.history.get(n))
            .map(|act| act.happened);
        s.start.or(act).map_or(self.at, |w| w.from)
    }

    fn compare<L: Log>(
        &self,
        sign: Comparison,
        left: &E,
        right: &E,
        s: Scope<'_>,
        log: &mut L,
    ) -> Truth {
        if let Some(assumed) = self.assumed(left, s).or_else(|| self.assumed(right, s)) {
            return assumed;
        }
        let (a, b) = (self.value(left, s, log), self.value(right, s, log));
        let (Some(a), Some(b)) = (a, b) else {
            return Truth::Unknown;
        };
        let truth = compare(sign, &a, &b, self.zone(s.pack));
        if truth == Truth::Unknown {
            for e in [left, right] {
                match e {
                    E::Attribute { of, .. } => {
                        if let Some((_, act)) = self.which(*of, s, log) {
                            log.missing(Need::Attribute(act.kind, "happened"));
                        }
                    }
                    E::Acts { acts, .. } => acts
                        .kinds
                        .iter()
                        .for_each(|kind| log.missing(Need::Attribute(*kind, "happened"))),
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
                    return match self.assume {
                        Some((need, truth)) if need == Need::Field(act.kind, *field) => {
                            Some(Value::Yes(truth == Truth::Yes))
                        }
                        _ => None,
                    };
                };
                log.used(Need::Field(act.kind, *field), || value.clone(), Some(index));
                value.clone()
            }
            E::Fact { act, field } => {
                match self
                    .history
                    .fact(*act, *field, self.history.visible(self.at))
                {
                    Some(value) => {
                        log.used(Need::Fact(*field), || value.clone(), None);
                        value.clone()
                    }
                    None => {
                        log.missing(Need::Fact(*field));
                        return match self.assume {
                            Some((need, truth)) if need == Need::Fact(*field) => {
                                Some(Value::Yes(truth == Truth::Yes))
                            }
                            _ => None,
                        };
                    }
                }
            }
            E::Attribute { of, attribute } => {
                let (index, act) = self.which(*of, s, log)?;
                match attribute {
                    Attribute::Happened => {
                        log.used(
                            Need::Attribute(act.kind, "happened"),
                            || Value::Moment(act.happened),
                            Some(index),
                        );
                        Value::Moment(act.happened)
                    }
                    Attribute::Recorded => {
                        Value::Moment(self.wanted(act.recorded, act.kind, "recorded", log)?)
                    }
                    Attribute::Until => {
                        Value::Moment(self.wanted(act.until, act.kind, "until", log)?)
                    }
                }
            }
            E::Start => Value::Moment(s.start?),
            E::End => moment_or_day(s.end?),
            E::EndOf {
                clock,
                bound,
                last_day,
            } => {
                if s.depth >= MAX_DEPTH {
                    return None;
                }
                let before = s.current.or(s.anchor.filter(|_| s.before));
                let horizon = before.map_or(s.horizon, |n| n.min(s.horizon));
                let inner = Scope {
                    depth: s.depth + 1,
                    horizon,
                    ..s
                };
                let (low, high) = crate::clock::end_for(self, *clock, inner, log)?;
                let bound = if *bound == Bound::Both {
                    s.bound
                } else {
                    *bound
                };
                let chosen = match bound {
                    Bound::Earliest => (low, low),
                    Bound::Latest => (high?, high?),
                    Bound::Both => (low, high?),
                };
                if *last_day && chosen.0 == chosen.1 {
                    Value::Date(chosen.0.last_day(zone))
                } else {
                    moment_or_day(bounds(chosen.0, chosen.1, zone))
                }
            }
            E::Acts {
                quantifier: Quantifier::Latest,
                acts,
            } => self.latest_so(acts, s, log)?,
            E::Acts {
                quantifier: Quantifier::Count,
                acts,
            } => {
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
                    (Some(only), None) | (None, Some(only)) if matches!(e, E::Earlier(..)) => {
                        return Some(only);
                    }
                    _ => return None,
                };
                let first = compare(Comparison::LessOrEqual, &x, &y, zone) == Truth::Yes;
                if first == matches!(e, E::Earlier(..)) {
                    x
                } else {
                    y
                }
            }
            E::Or2(a, b) => match self.value(a, s, log)? {
                Value::None => self.value(b, s, log)?,
                value => value,
            },
            E::Add(a, b) => self.sum(&self.value(a, s, log)?, &self.value(b, s, log)?, 1, s)?,
            E::Subtract(a, b) => {
                self.sum(&self.value(a, s, log)?, &self.value(b, s, log)?, -1, s)?
            }
            E::Multiply(a, b) => multiply(&self.value(a, s, log)?, &self.value(b, s, log)?)?,
            E::Divide(a, b) => divide(&self.value(a, s, log)?, &self.value(b, s, log)?)?,
            E::Round { value, up, to } => {
                // A length that was divided is a length again once it is whole.
                let unit = match &**value {
                    E::Divide(whole, _) => match self.value(whole, s, log)? {
                        Value::Length(length) => {
                            Some(length.parts().next().map_or(Unit::Days, |(unit, _)| unit))
                        }
                        _ => None,
                    },
                    _ => None,
                };
                let (value, to) = (
                    self.value(value, s, log)?,
                    number(&self.value(to, s, log)?)?,
                );
                match (round(&value, *up, to)?, unit) {
                    (Value::Number(n), Some(unit)) => {
                        Value::Length(Length::of(unit, i32::try_from(n).ok()?))
                    }
                    (value, _) => value,
                }
            }
            E::Clamp { value, from, to } => {
                let (value, from, to) = (
                    self.value(value, s, log)?,
                    self.value(from, s, log)?,
                    self.value(to, s, log)?,
                );
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
                Value::Periods(periods) => {
                    Value::Length(Length::of(Unit::Days, count_days(&periods)))
                }
                Value::None => Value::Length(Length::of(Unit::Days, 0)),
                _ => return None,
            },
            E::EndOfLength {
                length,
                from,
                convention,
            } => {
                let Value::Length(length) = self.value(length, s, log)? else {
                    return None;
                };
                let from = as_moment(&self.value(from, s, log)?, zone)?;
                let counter = self.law.counter(s.pack, *convention);
                let end = counter
                    .end(
                        from.earliest(),
                        length,
                        &habeas_law::count::Union::default(),
                        false,
                    )
                    .end;
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
                crate::formula::result(
                    self,
                    *formula,
                    Scope {
                        depth: s.depth + 1,
                        ..s
                    },
                    log,
                )?
            }
            E::Given(_)
            | E::Query(_)
            | E::Choose { .. }
            | E::WorkingDay(_)
            | E::NextWorkingDay(_)
            | E::Answer(_)
            | E::In { .. } => return None,
            condition => match self.truth(condition, s, log) {
                Truth::Yes => Value::Yes(true),
                Truth::No => Value::Yes(false),
                Truth::Unknown => return None,
            },
        })
    }

    fn wanted<L: Log>(
        &self,
        when: Option<When>,
        kind: ActId,
        name: &'static str,
        log: &mut L,
    ) -> Option<When> {
        if when.is_none() {
            log.missing(Need::Attribute(kind, name));
        }
        when
    }

    fn sum(&self, a: &Value, b: &Value, sign: i32, s: Scope<'_>) -> Option<Value> {
        let zone = self.zone(s.pack);
        Some(match (a, b) {
            (Value::Number(x), Value::Number(y)) => Value::Number(if sign > 0 {
                x.checked_add(*y)?
            } else {
                x.checked_sub(*y)?
            }),
            (Value::Money(x), Value::Money(y)) => Value::Money(if sign > 0 {
                x.checked_add(*y)?
            } else {
                x.checked_sub(*y)?
            }),
            (Value::Length(x), Value::Length(y)) => Value::Length(x.plus(y.times(sign))),
            (Value::Date(day), Value::Length(length)) if !length.is_hours() => {
                Value::Date(self.moved(*day, *length, sign, s)?)
            }
            (Value::Date(_) | Value::Moment(_), Value::Length(length)) => {
                let when = as_moment(a, zone)?;
                if length.is_hours() {
                    let seconds = length.seconds() * i64::from(sign);
                    Value::Moment(When::bounds(when.from + seconds, when.to + seconds, zone))
                } else {
                    let move_instant = |instant: i64| {
                        let local = civil(instant, zone);
                        self.moved(local.date(), *length, sign, s)
                            .map(|day| instant_of(day.to_datetime(local.time()), zone))
                    };
                    let (from, to) = (move_instant(when.from)?, move_instant(when.to)?);
                    Value::Moment(When {
                        from,
                        to,
                        day: day_of(from, zone),
                        precision: when.precision,
                    })
                }
            }
            (Value::Date(x), Value::Date(y)) if sign < 0 => Value::Length(Length::of(
                Unit::Days,
                i32::try_from(days_between(*y, *x)).ok()?,
            )),
            (x, y) if sign < 0 => {
                let (x, y) = (as_moment(x, zone)?, as_moment(y, zone)?);
                Value::Length(Length::of(
                    Unit::Minutes,
                    i32::try_from((x.from - y.from) / 60).ok()?,
                ))
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
            let calendar = self
                .law
                .pack(s.pack)
                .calendar
                .and_then(|n| self.law.calendars.get(n))?;
            let step = i64::from(length.working_days.signum());
            for _ in 0..length.working_days.abs() {
                moved = calendar.nearest(
                    shift(moved, step),
                    step,
                    habeas_law::calendar::Calendar::works,
                );
            }
        }
        Some(moved)
    }

    fn table(&self, table: habeas_law::rules::TableId, key: &Value) -> Option<Value> {
        let table = self.law.table(table);
        let row = match key {
            Value::Number(year) => table
                .rows
                .iter()
                .find(|r| r.year.is_some_and(|y| Decimal::from(y) == *year)),
            Value::Word(word) => table
                .rows
                .iter()
                .find(|r| r.word.as_deref() == Some(self.law.word_name(*word))),
            Value::Text(text) => table
                .rows
                .iter()
                .find(|r| r.word.as_deref() == Some(&**text)),
            other => {
                let day = as_day(other)?;
                let by_year = table.rows.iter().find(|r| r.year == Some(day.year()));
                let latest = table
                    .rows
                    .iter()
                    .filter(|r| r.from.is_some_and(|(first, _)| first <= day))
                    .max_by_key(|r| r.from);
                // A row known to the month or the year may not have begun yet: then the value is unknown.
                by_year.or_else(|| latest.filter(|r| r.from.is_some_and(|(_, sure)| sure <= day)))
            }
        }?;
        Some(if table.money {
            Value::Money(row.value)
        } else {
            Value::Number(row.value)
        })
    }

    /// Facts that are missing, each once: those that alone decide first, then those of which an answer leaves the fewest others to be
    /// asked, and in the order of the text among equals. `still` tells what is missing where this fact is taken as known.
    pub fn ranked(&self, needs: Vec<Need>, still: impl Fn(&Self, Need) -> Vec<Need>) -> Vec<Need> {
        let mut ranked = distinct(needs);
        if ranked.len() > 1 {
            ranked.sort_by_cached_key(|need| {
                let left = |truth: Truth| {
                    let assuming = Self {
                        assume: Some((*need, truth)),
                        ..*self
                    };
                    let left = distinct(still(&assuming, *need));
                    left.iter().filter(|other| *other != need).count()
                };
                left(Truth::Yes).min(left(Truth::No))
            });
        }
        ranked
    }
}

fn distinct(needs: Vec<Need>) -> Vec<Need> {
    let mut found: Vec<Need> = Vec::new();
    for need in needs {
        if !found.contains(&need) {
            found.push(need);
        }
    }
    found
}
