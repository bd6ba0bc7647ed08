//! Random histories made from the acts of a pack: the kinds, fields and words are read from the law, none is named here.

pub mod checks;
pub mod held;
pub mod told;

use std::sync::LazyLock;

use habeas_case::{Act, Assessment, By, Case, Partial, assess_person};
use habeas_law::count::{Length, Unit};
use habeas_law::expression::Expression;
use habeas_law::moment::{When, day_of, shift};
use habeas_law::read::Files;
use habeas_law::rules::{ActId, Clock, Field, FieldId, LevelId, OrganId, RankId};
use habeas_law::{Law, Type, Value};
use jiff::tz::TimeZone;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Both packs in one law, as a folder of laws would hold them.
pub static LAW: LazyLock<Law> = LazyLock::new(|| {
    let mut files = Files::default();
    files.packs.insert(
        "xx/clocks.md".into(),
        include_str!("../packs/clocks.md").into(),
    );
    files.packs.insert(
        "xx/fortress.md".into(),
        include_str!("../packs/fortress.md").into(),
    );
    files.packs.insert(
        "xx/corners.md".into(),
        include_str!("../packs/corners.md").into(),
    );
    files.calendars.insert(
        "xx/clocks".into(),
        include_str!("../packs/clocks.calendar.csv").into(),
    );
    habeas_law::read::read(&files).unwrap_or_else(|problems| {
        let told: Vec<String> = problems
            .iter()
            .map(|p| format!("{}: {p}", p.place()))
            .collect();
        panic!(
            "the packs of the properties are wrong:\n{}",
            told.join("\n")
        )
    })
});

/// Midnight of 2026-03-20 in London, nine days before the clocks change.
pub const BASE: i64 = 1_773_964_800;
const MINUTE: i64 = 60;

pub const PACKS: [&str; 2] = ["xx/fortress", "xx/clocks"];
/// The person of whom most acts speak.
pub const PERSON: &str = "A";

/// One random act; small numbers choose from what the law declares.
#[derive(Clone, Debug)]
pub struct Spec {
    pub kind: u8,
    /// Minutes after [`BASE`].
    pub minute: u32,
    /// 0 to 6 the minute, 7 the hour, 8 and 9 the day.
    pub precision: u8,
    pub fields: Vec<Option<u8>>,
    /// Organ, rank, level, official.
    pub by: [Option<u8>; 4],
    pub until: Option<u32>,
    pub answers: Option<u8>,
    pub corrects: Option<u8>,
    /// 0 to 7 the person, 8 another one, 9 both.
    pub subjects: u8,
    pub recorded: Option<u16>,
}

/// A random history of one pack.
#[derive(Clone, Debug)]
pub struct Plan {
    pub pack: &'static str,
    pub acts: Vec<Spec>,
    /// Minutes after [`BASE`].
    pub at: u32,
    /// The kind on which the record is silent.
    pub silent: Option<u8>,
}

fn maybe<T: Strategy>(strategy: T) -> impl Strategy<Value = Option<T::Value>> {
    prop::option::weighted(0.7, strategy)
}

fn minute(days: u32) -> impl Strategy<Value = u32> {
    prop_oneof![3 => 0..days * 1440, 2 => 0..4 * 1440u32, 1 => (0..days).prop_map(|d| d * 1440)]
}

pub fn spec() -> impl Strategy<Value = Spec> {
    let by = (
        maybe(any::<u8>()),
        maybe(any::<u8>()),
        maybe(any::<u8>()),
        maybe(any::<u8>()),
    );
    let more = (
        maybe(1..12 * 1440u32),
        prop::option::weighted(0.3, any::<u8>()),
        prop::option::weighted(0.06, any::<u8>()),
        0..10u8,
        maybe(any::<u16>()),
    );
    (
        any::<u8>(),
        minute(40),
        0..10u8,
        prop::collection::vec(maybe(any::<u8>()), 6),
        by,
        more,
    )
        .prop_map(
            |(
                kind,
                minute,
                precision,
                fields,
                (a, b, c, d),
                (until, answers, corrects, subjects, recorded),
            )| Spec {
                kind,
                minute,
                precision,
                fields,
                by: [a, b, c, d],
                until,
                answers,
                corrects,
                subjects,
                recorded,
            },
        )
}

pub fn plan() -> impl Strategy<Value = Plan> {
    plan_of(0..10)
}

/// A plan with so many acts.
pub fn plan_of(acts: std::ops::Range<usize>) -> impl Strategy<Value = Plan> {
    let pack = prop_oneof![3 => Just(PACKS[0]), 1 => Just(PACKS[1])];
    (
        pack,
        prop::collection::vec(spec(), acts),
        minute(55),
        prop::option::weighted(0.1, any::<u8>()),
    )
        .prop_map(|(pack, acts, at, silent)| Plan {
            pack,
            acts,
            at,
            silent,
        })
}

/// Kinds of acts of a pack. What opens custody and its clocks comes more often.
pub fn kinds(pack: &str) -> Vec<ActId> {
    let law = &*LAW;
    let mut found = Vec::new();
    for (n, act) in law
        .acts
        .iter()
        .enumerate()
        .filter(|(_, act)| law.pack(act.pack).name == pack)
    {
        let id = ActId(u16::try_from(n).unwrap());
        let weight =
            1 + law.clocks_of(id).len().min(3) + usize::from(act.period) + usize::from(act.facts);
        found.extend(std::iter::repeat_n(id, weight));
    }
    found
}

/// Every value that a field of this type is filled with.
pub fn values(field: &Field, happened: i64, zone: &TimeZone) -> Vec<Value> {
    let day = day_of(happened, zone);
    let lengths = |unit: Unit, counts: &[i32]| {
        counts
            .iter()
            .map(|n| Value::Length(Length::of(unit, *n)))
            .collect()
    };
    let mut values: Vec<Value> = match &field.ty {
        Type::YesNo => vec![Value::Yes(true), Value::Yes(false)],
        Type::OneOf(words) => words.iter().map(|(word, _)| Value::Word(*word)).collect(),
        Type::Date => [-3, 0, 2, 9, 40]
            .into_iter()
            .map(|n| Value::Date(shift(day, n)))
            .collect(),
        Type::Moment => [-86_400, 3_600, 300_000]
            .into_iter()
            .map(|n| Value::Moment(When::instant(happened + n, zone)))
            .collect(),
        Type::Length(unit) => lengths(*unit, &[1, 4, 15, 40]),
        Type::Number => [1, 3]
            .into_iter()
            .map(|n: i64| Value::Number(n.into()))
            .collect(),
        Type::Money => vec![Value::Money(100.into())],
        Type::Periods => {
            let spell = |from: i64, days: i64| (shift(day, from), shift(day, from + days - 1));
            vec![
                Value::Periods([spell(-9, 4), spell(-7, 3)].into()),
                Value::Periods([spell(-3, 1)].into()),
            ]
        }
        Type::Text | Type::Any | Type::MixedLength => vec![Value::Text("some".into())],
    };
    if field.or_none {
        values.push(Value::None);
    }
    values
}

fn chosen<T: Copy>(list: &[T], n: u8) -> T {
    list[usize::from(n) % list.len()]
}

/// Organs, ranks and levels of the pack.
pub fn organs(pack: &str) -> Vec<OrganId> {
    let of = |n: &usize| LAW.pack(LAW.organ(OrganId(*n as u16)).pack).name == pack;
    (0..LAW.organs.len())
        .filter(of)
        .map(|n| OrganId(n as u16))
        .collect()
}

/// Ranks of the organs of a pack.
pub fn ranks(pack: &str) -> Vec<RankId> {
    let organs = organs(pack);
    let of = |n: &usize| {
        LAW.rank(RankId(*n as u16))
            .organ
            .is_some_and(|o| organs.contains(&o))
    };
    (0..LAW.ranks.len())
        .filter(of)
        .map(|n| RankId(n as u16))
        .collect()
}

/// Levels; a pack without ranks has none.
pub fn levels(pack: &str) -> Vec<LevelId> {
    let all = if ranks(pack).is_empty() {
        0
    } else {
        LAW.levels.len()
    };
    (0..all).map(|n| LevelId(n as u16)).collect()
}

fn when(minute: u32, precision: u8, zone: &TimeZone) -> When {
    let instant = BASE + i64::from(minute) * MINUTE;
    match precision {
        0..=6 => When::instant(instant, zone),
        7 => {
            let from = instant.div_euclid(3_600) * 3_600;
            When {
                to: from + 59 * MINUTE,
                precision: habeas_law::moment::Precision::Hour,
                ..When::instant(from, zone)
            }
        }
        _ => When::day(day_of(instant, zone), zone),
    }
}

impl Spec {
    fn act(&self, n: usize, pack: &str) -> Act {
        let law = &*LAW;
        let kind = chosen(&kinds(pack), self.kind);
        let rule = law.act(kind);
        let zone = law.zone(rule.pack);
        let happened = when(self.minute, self.precision, zone);
        let given = rule
            .fields
            .iter()
            .zip(self.fields.iter().chain(std::iter::repeat(&None)));
        let fields = given.filter_map(|(field, n)| {
            let values = values(field, happened.from, zone);
            n.map(|n| (field.id, values[usize::from(n) % values.len()].clone()))
        });
        let (ranks, levels) = (ranks(pack), levels(pack));
        let [organ, rank, level, official] = self.by;
        let subjects = match self.subjects {
            0..=7 => vec![PERSON.into()],
            8 => vec!["B".into()],
            _ => vec![PERSON.into(), "B".into()],
        };
        Act {
            id: format!("a{n}").into(),
            subjects,
            thing: None,
            kind,
            happened,
            until: self
                .until
                .filter(|_| rule.period)
                .map(|m| when(self.minute + m, self.precision, zone)),
            recorded: self
                .recorded
                .map(|m| When::instant(happened.to + i64::from(m) * MINUTE, zone)),
            by: By {
                organ: organ.map(|n| chosen(&organs(pack), n)),
                unit: None,
                official: official.map(|n| format!("o{}", n % 3).into()),
                rank: rank
                    .filter(|_| !ranks.is_empty())
                    .map(|n| chosen(&ranks, n)),
                level: level
                    .filter(|_| !levels.is_empty())
                    .map(|n| chosen(&levels, n)),
            },
            fields: fields.collect(),
            answers: self
                .answers
                .filter(|_| n > 0)
                .map(|m| format!("a{}", usize::from(m) % n).into()),
            corrects: self
                .corrects
                .filter(|_| n > 0)
                .map(|m| format!("a{}", usize::from(m) % n).into()),
            source: None,
        }
    }
}

impl Plan {
    pub fn case(&self) -> Case {
        let acts = self
            .acts
            .iter()
            .enumerate()
            .map(|(n, spec)| spec.act(n, self.pack))
            .collect();
        let partial = match self.silent {
            Some(n) => Partial::These([chosen(&kinds(self.pack), n)].into()),
            None => Partial::Nothing,
        };
        Case {
            id: "random".into(),
            acts,
            partial,
            ..Case::default()
        }
    }

    pub fn at(&self) -> i64 {
        BASE + i64::from(self.at) * MINUTE
    }
}

pub fn assessed(case: &Case, at: i64) -> Assessment {
    assess_person(&LAW, case, PERSON, at)
}

pub fn bytes(case: &Case, at: i64) -> String {
    serde_json::to_string(&assessed(case, at)).unwrap()
}

/// The case once more for every missing field of every act, and for every value that it may have.
pub fn filled(case: &Case, at: i64, pack: &str) -> Vec<(String, Case)> {
    let law = &*LAW;
    let mut found = Vec::new();
    for (n, act) in case.acts.iter().enumerate() {
        let rule = law.act(act.kind);
        let zone = law.zone(rule.pack);
        let mut push = |what: String, change: &dyn Fn(&mut Act)| {
            let mut other = case.clone();
            change(&mut other.acts[n]);
            found.push((format!("{} of {}", what, act.id), other));
        };
        for field in rule.fields.iter().filter(|f| act.field(f.id).is_none()) {
            // Facts are stated piece by piece: what one statement leaves out another may have said.
            let elsewhere = case
                .acts
                .iter()
                .any(|a| a.kind == act.kind && a.field(field.id).is_some());
            if rule.facts && elsewhere {
                continue;
            }
            for value in values(field, act.happened.from, zone) {
                let name = format!("{} = {value:?}", law.field_name(field.id));
                push(name, &|a| a.fields.push((field.id, value.clone())));
            }
        }
        if act.by.organ.is_none() {
            organs(pack).into_iter().for_each(|o| {
                push(format!("organ = {}", law.organ(o).name), &|a| {
                    a.by.organ = Some(o)
                })
            });
        }
        if act.by.rank.is_none() {
            ranks(pack).into_iter().for_each(|r| {
                push(format!("rank = {}", law.rank(r).name), &|a| {
                    a.by.rank = Some(r)
                })
            });
        }
        if act.by.level.is_none() {
            levels(pack).into_iter().for_each(|l| {
                push(format!("level = {}", law.level(l).name), &|a| {
                    a.by.level = Some(l)
                })
            });
        }
        if act.by.official.is_none() {
            ["o0", "o1"].into_iter().for_each(|o| {
                push(format!("official = {o}"), &|a| {
                    a.by.official = Some(o.into())
                })
            });
        }
        if rule.period && act.until.is_none() {
            // A period without an end lasts at least until the instant asked.
            for minutes in [30, 1_000, 9_000] {
                let until = When::instant(at.max(act.happened.to) + minutes * MINUTE, zone);
                push(format!("until = {}", until.show(zone)), &|a| {
                    a.until = Some(until)
                });
            }
        }
    }
    found
}

/// The case once more for every act whose time is not known exactly, with some of the instants at which it may have happened; where
/// nothing else touches what is known of its time, so that the order of the acts stays.
pub fn refined(case: &Case, at: i64) -> Vec<(String, Case)> {
    let mut found = Vec::new();
    for (n, act) in case.acts.iter().enumerate() {
        let known = act.happened;
        let touches = |w: &When| w.from <= known.to + MINUTE && w.to + MINUTE >= known.from;
        let alone = case.acts.iter().enumerate().all(|(m, a)| {
            m == n || !(touches(&a.happened) || a.until.as_ref().is_some_and(touches))
        });
        if known.from == known.to || known.to >= at || !alone {
            continue;
        }
        let zone = LAW.zone(LAW.act(act.kind).pack);
        for instant in [
            known.from,
            known.from + (known.to - known.from) / 120 * MINUTE,
            known.to,
        ] {
            let mut other = case.clone();
            other.acts[n].happened = When::instant(instant, zone);
            found.push((
                format!(
                    "happened = {} of {}",
                    other.acts[n].happened.show(zone),
                    act.id
                ),
                other,
            ));
        }
    }
    found
}

/// A bare act of the person.
pub fn act(id: &str, kind: ActId, happened: When, fields: Vec<(FieldId, Value)>) -> Act {
    Act {
        id: id.into(),
        subjects: vec![PERSON.into()],
        thing: None,
        kind,
        happened,
        until: None,
        recorded: None,
        by: By::default(),
        fields,
        answers: None,
        corrects: None,
        source: None,
    }
}

/// The acts that a clock's rule lists as moving its end: its own, and what extends, restarts, holds up or determines it; with the facts.
pub fn listed(clock: &Clock) -> BTreeSet<ActId> {
    let law = &*LAW;
    let mut found: BTreeSet<ActId> = clock.of.iter().copied().collect();
    found.extend(
        clock
            .extensions
            .iter()
            .flat_map(|e| e.rule.trigger.acts.iter().copied()),
    );
    found.extend(
        clock
            .restarts
            .iter()
            .flat_map(|r| r.rule.trigger.acts.iter().copied()),
    );
    for still in &clock.stands_still {
        found.extend(still.rule.from.acts.iter().copied());
        found.extend(still.rule.to.iter().flat_map(|to| to.acts.iter().copied()));
    }
    for (n, act) in law.acts.iter().enumerate() {
        if act.facts || act.determines.iter().any(|d| d.rule.0 == clock.group) {
            found.insert(ActId(n as u16));
        }
    }
    // A ceiling that is the end of another clock hangs on what that clock lists.
    for ceiling in &clock.never_past {
        let other = ends_named(&ceiling.rule);
        for clock in other
            .into_iter()
            .flat_map(|group| law.versions_of_clock(group))
        {
            found.extend(listed(law.clock(*clock)));
        }
    }
    found
}

fn ends_named(expression: &Expression) -> Vec<habeas_law::rules::ClockGroup> {
    match expression {
        Expression::EndOf { clock, .. } => vec![*clock],
        Expression::Add(a, b) | Expression::Subtract(a, b) => {
            ends_named(a).into_iter().chain(ends_named(b)).collect()
        }
        _ => Vec::new(),
    }
}
