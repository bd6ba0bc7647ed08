//! Random histories of one person under the clocks of the table.

use std::fmt::Write as _;

use super::civil::{DAY, Day, HOUR, MINUTE, Zone, show_day};
use super::random::Random;
use super::table::{Clock, Still};

/// What may happen after a holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    More {
        hours: i64,
        days: i64,
        working: i64,
        to_day: Day,
    },
    /// To an instant; none: it has not lifted.
    Fog(Option<i64>),
    Ashore,
    Aboard,
    Named,
    LetGo,
}

/// How exactly the holding is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Instant,
    Hour,
    Day,
}

/// One person's history.
#[derive(Clone, Debug)]
pub struct History {
    pub zone: Zone,
    pub start: i64,
    pub known: Known,
    pub term: i64,
    pub events: Vec<(i64, Event)>,
    /// When the person was held a second time, if ever.
    pub again: Option<i64>,
    pub at: i64,
}

impl History {
    pub fn random(r: &mut Random) -> Self {
        let zone = r.of_list(&Zone::ALL);
        let start = r.instant(zone);
        let (start, known) = match r.within(1, 10) {
            1 => (zone.midnight(zone.day(start)), Known::Day),
            // An hour that the clock change repeats is two hours: `Known::Hour` keeps away from it.
            2 if (4..22).contains(&zone.time(start).0) => {
                (start.div_euclid(HOUR) * HOUR, Known::Hour)
            }
            _ => (start, Known::Instant),
        };
        let reach = r.of_list(&[2 * DAY, 6 * DAY, 6 * DAY, 25 * DAY, 80 * DAY]);
        let soonest = if known == Known::Instant {
            MINUTE
        } else {
            2 * DAY
        };
        let mut times: Vec<i64> = (0..r.within(0, 7))
            .map(|_| start + soonest + r.within(0, reach / MINUTE) * MINUTE)
            .collect();
        times.sort_unstable();
        times.dedup();
        let events = times
            .into_iter()
            .map(|t| (t, Self::event(r, zone, t)))
            .collect::<Vec<_>>();
        let before = (known == Known::Instant && r.percent(12))
            .then(|| start - r.within(1, 4 * 1440) * MINUTE);
        let before = before.map(|t| {
            let until = r.within(1, 8 * 1440) * MINUTE;
            (t, Event::Fog(r.percent(80).then_some(t + until)))
        });
        let events: Vec<(i64, Event)> = before.into_iter().chain(events).collect();
        let again = (known == Known::Instant && r.percent(25))
            .then(|| start + r.within(1, reach / MINUTE) * MINUTE)
            .filter(|again| events.iter().all(|(t, _)| t != again));
        let last = events
            .last()
            .map_or(start, |(t, _)| *t)
            .max(start)
            .max(again.unwrap_or(start));
        let at = match r.within(1, 100) {
            1..=20 => start + r.within(1, reach / MINUTE) * MINUTE,
            21..=24 => last,
            _ => last + r.within(0, 20 * 1440) * MINUTE,
        };
        Self {
            zone,
            start,
            known,
            term: r.within(1, 60),
            events,
            again,
            at,
        }
    }

    /// The history as the clocks of one holding see it. What lengthens, begins anew or lets go belongs to the latest holding before it;
    /// fog and absences are everybody's.
    pub fn seen_from(&self, second: bool) -> Option<Self> {
        let Some(again) = self.again else {
            return (!second).then(|| self.clone());
        };
        let mut seen = Self {
            again: None,
            ..self.clone()
        };
        let everybodys =
            |event: Event| matches!(event, Event::Fog(_) | Event::Ashore | Event::Aboard);
        seen.events
            .retain(|(t, event)| everybodys(*event) || (*t > again) == second);
        if second {
            seen.start = again;
        }
        (!second || again <= self.at).then_some(seen)
    }

    fn event(r: &mut Random, zone: Zone, t: i64) -> Event {
        match r.within(1, 100) {
            1..=30 => Event::More {
                hours: r.within(1, 48),
                days: r.within(1, 15),
                working: r.within(1, 6),
                to_day: zone.day(t) + r.within(0, 25),
            },
            31..=55 => Event::Fog(Some(
                t + r.of_list(&[
                    r.clone().within(1, 300) * MINUTE,
                    r.clone().within(1, 90) * HOUR,
                    r.clone().within(1, 9) * DAY,
                ]),
            )),
            56..=59 => Event::Fog(None),
            60..=70 => Event::Ashore,
            71..=81 => Event::Aboard,
            82..=92 => Event::Named,
            _ => Event::LetGo,
        }
    }

    /// The first and the last instant at which the holding can have begun.
    pub fn starts(&self) -> (i64, i64) {
        match self.known {
            Known::Instant => (self.start, self.start),
            Known::Hour => (self.start, self.start + 59 * MINUTE),
            Known::Day => (
                self.start,
                self.zone.midnight(self.zone.day(self.start) + 1) - MINUTE,
            ),
        }
    }

    pub fn visible(&self) -> impl Iterator<Item = (i64, Event)> + '_ {
        self.events.iter().copied().filter(|(t, _)| *t <= self.at)
    }

    /// What a clock does not count; `open` is how far a stretch reaches that has not ended.
    ///
    /// A period counts if it reaches past the start of the clock; what lies between two acts, if the first came with the start or after it.
    pub fn still(&self, clock: &Clock, open: i64) -> Vec<(i64, i64)> {
        let by_the_hour = clock.base.is_none_or(|base| !base.on_the_calendar());
        let reaches = |to: &Option<i64>| to.is_none_or(|to| to > self.start);
        let mut found = Vec::new();
        match clock.still {
            Still::Never => {}
            Still::Fog => found.extend(self.visible().filter_map(|(t, event)| match event {
                Event::Fog(to) if reaches(&to) => Some((t, to.unwrap_or(open))),
                _ => None,
            })),
            Still::Ashore => {
                for (t, back) in self.absences() {
                    // By the day, as days are counted: those after the day of the first act, with that of the second.
                    let next = |t: i64| self.zone.midnight(self.zone.day(t) + 1);
                    let (from, to) = if by_the_hour {
                        (t, back)
                    } else {
                        (next(t), back.map(next))
                    };
                    found.push((from, to.unwrap_or(open.max(from))));
                }
            }
        }
        found
    }

    fn absences(&self) -> impl Iterator<Item = (i64, Option<i64>)> + '_ {
        let left = self
            .visible()
            .filter(|(t, e)| *e == Event::Ashore && *t >= self.start);
        left.map(|(t, _)| {
            let mut back = self.visible().filter(move |(u, _)| *u > t);
            let back = back.find(|(_, e)| *e == Event::Aboard);
            (t, back.map(|(u, _)| u))
        })
    }

    /// The same history with what stands still at the instant asked going on; none: nothing does.
    pub fn still_going_on(&self, clock: &Clock) -> Option<Self> {
        match clock.still {
            Still::Never => None,
            Still::Ashore => {
                let away = self.absences().any(|(_, back)| back.is_none());
                away.then(|| self.clone())
            }
            Still::Fog => {
                let mut other = self.clone();
                let mut found = false;
                for (t, event) in &mut other.events {
                    if let Event::Fog(to) = event
                        && *t <= self.at
                        && to.is_none_or(|to| to > self.at)
                    {
                        *to = None;
                        found = true;
                    }
                }
                found.then_some(other)
            }
        }
    }

    /// A smaller history for each thing that can be left out.
    pub fn smaller(&self) -> Vec<Self> {
        let mut found = Vec::new();
        for n in 0..self.events.len() {
            let mut other = self.clone();
            other.events.remove(n);
            found.push(other);
        }
        if self.again.is_some() {
            found.push(Self {
                again: None,
                ..self.clone()
            });
        }
        if self.known != Known::Instant {
            found.push(Self {
                known: Known::Instant,
                ..self.clone()
            });
        }
        found
    }

    pub fn told(&self) -> String {
        let z = self.zone;
        let mut out = format!(
            "  {}\n  {}  hold (known to the {:?}), term {} hours\n",
            z.name(),
            z.show(self.start),
            self.known,
            self.term
        );
        if let Some(again) = self.again {
            let _ = writeln!(out, "  {}  hold, again", z.show(again));
        }
        for (t, event) in &self.events {
            let shown = match event {
                Event::More {
                    hours,
                    days,
                    working,
                    to_day,
                } => {
                    format!(
                        "more, {hours} hours / {days} days / {working} working days / to {}",
                        show_day(*to_day)
                    )
                }
                Event::Fog(to) => format!(
                    "fog, until {}",
                    to.map_or("it lifts".into(), |to| z.show(to))
                ),
                other => format!("{other:?}"),
            };
            let _ = writeln!(out, "  {}  {shown}", z.show(*t));
        }
        let _ = write!(out, "  asked at {}", z.show(self.at));
        out
    }
}
