//! Meters: the union of the times under a measure, of one person, in the whole case.

use habeas_law::count::Union;
use habeas_law::moment::{End, Point, day_of, days_between};
use habeas_law::rules::{Basis, BreachId, Meter, Note, OrganId, RunOut};

use crate::assessment::FindingKind;
use crate::evaluate::Evaluator;
use crate::timeline::Spell;

/// What a meter shows.
#[derive(Clone, Copy, Debug)]
pub struct Reading<'l> {
    /// The rule.
    pub meter: &'l Meter,
    /// Of which organ, where it runs for each.
    pub organ: Option<OrganId>,
    /// Days under the measure.
    pub days: i64,
    /// When the limit is reached if the measure goes on.
    pub ends: Option<End>,
    /// Whether it is reached.
    pub over: bool,
    /// Whether the record shows that it is: nothing that it is silent about can have ended the measure before.
    pub sure: bool,
}

impl<'l> Reading<'l> {
    /// What its lapse is, where it is over.
    #[must_use]
    pub fn lapse(&self) -> Option<(FindingKind, &'l Note, Option<BreachId>)> {
        let limit = self.meter.limit.as_ref().filter(|_| self.over)?;
        let (out, note) = self
            .meter
            .run_out
            .as_ref()
            .map_or((RunOut::Overrun, &limit.note), |c| (c.rule, &c.note));
        Some(match (note.basis == Basis::HouseChoice, out) {
            (true, _) => (FindingKind::Caution, note, None),
            (_, RunOut::Breach(id)) if self.sure => (FindingKind::Breach, note, Some(id)),
            (_, RunOut::Breach(id)) => (FindingKind::Question, note, Some(id)),
            (_, RunOut::Overrun) if self.sure => (FindingKind::Overrun, note, None),
            (_, RunOut::Question | RunOut::Lapses | RunOut::Overrun) => {
                (FindingKind::Question, note, None)
            }
        })
    }
}

/// An organ, and the spells of a measure that it ordered.
type Group<'t> = (Option<OrganId>, Vec<&'t Spell>);

/// All meters that have run.
#[must_use]
pub fn readings<'l>(ev: &Evaluator<'l>) -> Vec<Reading<'l>> {
    let mut found = Vec::new();
    for meter in &ev.law.meters {
        let organ_of = |n: usize| ev.history.get(n).and_then(|a| a.by.organ);
        let mut groups: Vec<Group<'_>> = Vec::new();
        for spell in ev
            .timeline
            .spells
            .iter()
            .filter(|s| meter.counts.contains(&s.measure))
        {
            let organ = if meter.per_organ {
                organ_of(spell.begin)
            } else {
                None
            };
            match groups.iter_mut().find(|(known, _)| *known == organ) {
                Some((_, spells)) => spells.push(spell),
                None => groups.push((organ, vec![spell])),
            }
        }
        for (organ, spells) in groups {
            let union = |until: fn(&Spell) -> i64| {
                let stretch = |s: &&Spell| (s.from.from, until(s).min(ev.at));
                Union::new(spells.iter().map(stretch).filter(|(a, b)| a < b).collect())
            };
            let shown = read(ev, meter, organ, union(Spell::surely_until));
            let sure = shown.is_some_and(|reading| reading.over);
            let reading = read(ev, meter, organ, union(|spell| spell.until));
            found.extend(reading.map(|reading| Reading { sure, ..reading }));
        }
    }
    found
}

fn read<'l>(
    ev: &Evaluator<'l>,
    meter: &'l Meter,
    organ: Option<OrganId>,
    union: Union,
) -> Option<Reading<'l>> {
    let (first, last) = union.parts().first().zip(union.parts().last())?;
    let zone = ev.zone(meter.pack);
    let days = union
        .parts()
        .iter()
        .map(|(a, b)| days_between(day_of(*a, zone), day_of(*b, zone)).max(0))
        .sum();
    // The time between two measures stands still.
    let gaps = union
        .parts()
        .windows(2)
        .filter_map(|pair| Some((pair.first()?.1, pair.get(1)?.0)))
        .collect();
    let counter = ev.law.counter(meter.pack, meter.convention);
    let count = |limit| {
        counter
            .end(Point::new(first.0, zone), limit, &Union::new(gaps), true)
            .end
    };
    let ends = meter.limit.as_ref().map(|limit| limit.rule).map(count);
    Some(Reading {
        meter,
        organ,
        days,
        ends,
        over: ends.is_some_and(|end| last.1 >= end.ends_at(zone)),
        sure: false,
    })
}
