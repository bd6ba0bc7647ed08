//! Meters: the union of the times under a measure, of one person, in the whole case.

use habeas_law::count::Union;
use habeas_law::moment::{End, Point, day_of, days_between};
use habeas_law::rules::{Basis, BreachId, Meter, Note, OrganId, RunOut};

use crate::assessment::FindingKind;
use crate::evaluate::Evaluator;

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
            (_, RunOut::Breach(id)) => (FindingKind::Breach, note, Some(id)),
            (_, RunOut::Question | RunOut::Lapses) => (FindingKind::Question, note, None),
            (_, RunOut::Overrun) => (FindingKind::Overrun, note, None),
        })
    }
}

/// An organ, and the stretches under a measure that it ordered.
type Group = (Option<OrganId>, Vec<(i64, i64)>);

/// All meters that have run.
#[must_use]
pub fn readings<'l>(ev: &Evaluator<'l>) -> Vec<Reading<'l>> {
    let mut found = Vec::new();
    for meter in &ev.law.meters {
        let organ_of = |n: usize| ev.history.get(n).and_then(|a| a.by.organ);
        let mut groups: Vec<Group> = Vec::new();
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
            let stretch = (spell.from.from, spell.until.min(ev.at));
            match groups.iter_mut().find(|(known, _)| *known == organ) {
                Some((_, stretches)) => stretches.push(stretch),
                None => groups.push((organ, vec![stretch])),
            }
        }
        found.extend(
            groups
                .into_iter()
                .filter_map(|(organ, stretches)| read(ev, meter, organ, Union::new(stretches))),
        );
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
    })
}
