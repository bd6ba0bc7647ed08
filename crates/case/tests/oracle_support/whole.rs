//! Whole clocks: a history of one person through `assess_person`, beside a model that walks.

use habeas_case::{Act, Assessment, By, Case, assess_person};
use habeas_law::count::{Length, Unit};
use habeas_law::moment::When;
use habeas_law::read::Files;
use habeas_law::rules::{Organ, OrganId};
use habeas_law::{Law, Value};

use super::civil::{DAY, MINUTE, Zone};
use super::direct::{Bench, date};
use super::history::{Event, History, Known};
use super::table::{CLOCKS, Clock, Reach};
use super::walker::{End, Len, Walker};

/// The law of the tests, in both zones, with what builds acts.
pub struct Whole {
    pub law: Law,
    bench: Bench,
}

/// What the model or the engine says of one clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Told {
    earliest: i64,
    latest: Option<i64>,
    status: &'static str,
}

impl Whole {
    pub fn new(pack: &str, calendar: &str) -> Self {
        let mut files = Files::default();
        files.packs.insert("xx/clocks.md".into(), pack.into());
        let london = pack.replace("pack: xx/clocks", "pack: xx/london");
        files.packs.insert(
            "xx/london.md".into(),
            london.replace("Asia/Shanghai", "Europe/London"),
        );
        files.calendars.insert("xx/clocks".into(), calendar.into());
        let law = habeas_law::read::read(&files).unwrap_or_else(|problems| {
            let told: Vec<String> = problems
                .iter()
                .map(|p| format!("{}: {p}", p.place()))
                .collect();
            panic!("the pack of the walker is wrong:\n{}", told.join("\n"))
        });
        Self {
            law,
            bench: Bench::new(calendar),
        }
    }
}

/// How a walked clock came out.
#[derive(Clone, Copy, Debug)]
struct Outcome {
    end: End,
    over: i64,
}

impl Whole {
    fn walk(&self, h: &History, clock: &Clock, start: i64, open: i64) -> Outcome {
        let walker = Walker {
            rules: clock.rules,
            zone: h.zone,
            days: &self.bench.days,
        };
        let still = h.still(clock, open);
        let base = clock.base.unwrap_or(Len::hours(h.term));
        let count = |from: i64, length: Len| walker.end(from, length, &still, clock.held).end;
        let (mut from, mut total, mut end) = (start, base, count(start, base));
        let mut used = vec![0; clock.extensions.len()];
        let (mut restarts, mut shut) = (0, false);
        for (t, event) in h.visible() {
            match (event, clock.anew) {
                // What is over is not lengthened and does not begin anew.
                (Event::LetGo, _) => break,
                (Event::Named, Some((with_extensions, most))) if restarts < most => {
                    restarts += 1;
                    shut |= !with_extensions;
                    used = vec![0; clock.extensions.len()];
                    (from, total, end) = (t, base, count(t, base));
                }
                (
                    Event::More {
                        hours,
                        days,
                        working,
                        to_day,
                    },
                    _,
                ) => {
                    let in_time = match end {
                        End::Instant(instant) => t <= instant,
                        End::Day(day) => h.zone.day(t) <= day,
                    };
                    let next = (0..used.len()).find(|n| {
                        used[*n] < clock.extensions[*n].1 && (*n == 0 || used[n - 1] > 0)
                    });
                    let (true, false, Some(n)) = (in_time, shut, next) else {
                        continue;
                    };
                    used[n] += 1;
                    let by = |length: Len| {
                        let total = total.plus(length);
                        let end = if clock.from_start {
                            count(from, total)
                        } else {
                            walker.onward(end, length, &still, clock.held).end
                        };
                        (total, end)
                    };
                    let reached;
                    (total, reached) = match clock.extensions[n].0 {
                        Reach::AddedHours => by(Len::hours(hours)),
                        Reach::AddedDays => by(Len::days(days)),
                        Reach::AddedWorking => by(Len::working(working)),
                        Reach::By(length) => by(length),
                        Reach::InAll(length) => (length, count(from, length)),
                        Reach::Until(most) => match count(from, most) {
                            End::Day(day) => (most, End::Day(day.min(to_day))),
                            End::Instant(_) => unreachable!("days are counted to a day"),
                        },
                    };
                    if walker.over(reached) > walker.over(end) {
                        end = reached;
                    }
                }
                _ => {}
            }
        }
        if let Some(ceiling) = clock.ceiling {
            // A ceiling over everything: nothing lengthens it.
            let ceiling = walker.end(start, ceiling, &[], clock.held).end;
            if walker.over(ceiling) < walker.over(end) {
                end = ceiling;
            }
        }
        Outcome {
            end,
            over: walker.over(end),
        }
    }

    fn model(&self, h: &History, clock: &Clock) -> Told {
        let (first, last) = h.starts();
        let early = self.walk(h, clock, first, h.at);
        let late = self.walk(h, clock, last, h.at);
        // What stands still and has not ended makes the end open, or takes it to the ceiling.
        let far = self.walk(h, clock, last, h.at + 200 * DAY).over;
        let further = self.walk(h, clock, last, h.at + 400 * DAY).over;
        let latest = (far == further).then_some(far);
        let let_go = h
            .visible()
            .find(|(_, e)| *e == Event::LetGo)
            .map(|(t, _)| t);
        let by = |t: i64, end: End| match end {
            End::Instant(instant) => t <= instant,
            End::Day(day) => h.zone.day(t) <= day,
        };
        // Were what stands still now to go on, it would end later, if no ceiling stood over it.
        let free = Clock {
            ceiling: None,
            ..*clock
        };
        let still_at = h.still_going_on(clock).is_some_and(|longer| {
            let over = |h: &History, open: i64| self.walk(h, &free, first, open).over;
            over(&longer, h.at + 200 * DAY) > over(h, h.at)
        });
        let ended = matches!(clock.name, "hours_in_all" | "days_in");
        let status =
            match let_go {
                Some(t) if by(t, early.end) => {
                    if ended {
                        "Ended"
                    } else {
                        "Met"
                    }
                }
                Some(t) if latest.is_some_and(|latest| t >= latest) && !by(t, late.end) => {
                    if ended { "EndedLate" } else { "MetLate" }
                }
                Some(_) => "Unknown",
                None if latest.is_some_and(|latest| latest <= h.at) => "Overdue",
                None if still_at => "Suspended",
                None if early.over <= h.at => "Unknown",
                None => "Running",
            };
        Told {
            earliest: early.over,
            latest,
            status,
        }
    }

    fn case(&self, h: &History) -> Case {
        let zone = self.bench.zone(h.zone);
        let pack = if h.zone == Zone::London {
            "xx/london"
        } else {
            "xx/clocks"
        };
        let is_watch =
            |organ: &Organ| organ.name == "watch" && self.law.pack(organ.pack).name == pack;
        let watch = self.law.organs.iter().position(is_watch).unwrap();
        let watch = OrganId(u16::try_from(watch).unwrap());
        let act = |id: &str, name: &str, happened: When| Act {
            id: id.into(),
            subjects: vec!["A".into()],
            thing: None,
            kind: self.law.act_named(&format!("{pack} {name}")).unwrap(),
            happened,
            until: None,
            recorded: None,
            by: By {
                organ: Some(watch),
                ..By::default()
            },
            fields: Vec::new(),
            answers: None,
            corrects: None,
            source: None,
        };
        let instant = |t: i64| When::instant(t, zone);
        let field = |name: &str| self.law.field(name).unwrap();
        let length =
            |unit: Unit, n: i64| Value::Length(Length::of(unit, i32::try_from(n).unwrap()));
        let happened = match h.known {
            Known::Instant => instant(h.start),
            Known::Hour => When {
                to: h.start + 59 * MINUTE,
                precision: habeas_law::moment::Precision::Hour,
                ..instant(h.start)
            },
            Known::Day => When::day(date(h.zone.day(h.start)), zone),
        };
        let mut hold = act("hold", "hold", happened);
        hold.fields
            .push((field("term"), length(Unit::Hours, h.term)));
        let again = h.again.map(|t| Act {
            id: "again".into(),
            happened: instant(t),
            ..hold.clone()
        });
        let mut acts: Vec<Act> = std::iter::once(hold).chain(again).collect();
        for (n, (t, event)) in h.events.iter().enumerate() {
            let (mut fields, mut until) = (Vec::new(), None);
            let name = match event {
                Event::More {
                    hours,
                    days,
                    working,
                    to_day,
                } => {
                    fields = vec![
                        (field("added_hours"), length(Unit::Hours, *hours)),
                        (field("added_days"), length(Unit::Days, *days)),
                        (field("added_working"), length(Unit::WorkingDays, *working)),
                        (field("to_day"), Value::Date(date(*to_day))),
                    ];
                    "more"
                }
                Event::Fog(to) => {
                    until = to.map(instant);
                    "fog"
                }
                Event::Ashore => "ashore",
                Event::Aboard => "aboard",
                Event::Named => "named",
                Event::LetGo => "let_go",
            };
            acts.push(Act {
                fields,
                until,
                ..act(&format!("e{n}"), name, instant(*t))
            });
        }
        Case {
            id: "walked".into(),
            acts,
            ..Case::default()
        }
    }

    fn assessed(&self, h: &History) -> Assessment {
        assess_person(&self.law, &self.case(h), "A", h.at)
    }

    fn of_engine(assessment: &Assessment, clock: &Clock, second: bool) -> Told {
        let hold = if second { "again" } else { "hold" };
        let found = assessment
            .clocks
            .iter()
            .find(|c| {
                c.rule.ends_with(&format!(" {}", clock.name)) && c.of.as_deref() == Some(hold)
            })
            .unwrap();
        let ends = found.ends.as_ref().unwrap();
        Told {
            earliest: ends.earliest.instant,
            latest: ends.latest.as_ref().map(|m| m.instant),
            status: STATUSES
                .iter()
                .find(|s| **s == format!("{:?}", found.status))
                .unwrap(),
        }
    }

    /// Every clock of every holding of a history: which, and whether the model and the engine agree.
    pub fn compare(&self, h: &History) -> Vec<(Which, bool)> {
        let assessment = self.assessed(h);
        let mut found = Vec::new();
        for second in [false, true] {
            let Some(seen) = h.seen_from(second) else {
                continue;
            };
            for (clock, rule) in CLOCKS.iter().enumerate() {
                let same = self.model(&seen, rule) == Self::of_engine(&assessment, rule, second);
                found.push((Which { second, clock }, same));
            }
        }
        found
    }

    /// The same difference of the same clock in a smaller history.
    pub fn shrink(&self, h: History, which: Which) -> History {
        let mut small = h;
        loop {
            let differs =
                |h: &History| self.compare(h).iter().any(|(w, same)| *w == which && !same);
            match small.smaller().into_iter().find(differs) {
                Some(found) => small = found,
                None => return small,
            }
        }
    }

    pub fn told(&self, h: &History, which: Which) -> String {
        let clock = &CLOCKS[which.clock];
        let show = |told: Told| {
            let latest = told.latest.map_or("open".into(), |t| h.zone.show(t));
            format!(
                "over {}, at the latest {latest}, {}",
                h.zone.show(told.earliest),
                told.status
            )
        };
        let model = self.model(&h.seen_from(which.second).unwrap(), clock);
        let engine = Self::of_engine(&self.assessed(h), clock, which.second);
        let holding = if which.second { "second" } else { "first" };
        format!(
            "{}\n  clock `{}` of packs/clocks.md, {holding} holding\n  walker: {}\n  engine: {}",
            h.told(),
            clock.name,
            show(model),
            show(engine)
        )
    }
}

/// One clock of one holding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Which {
    second: bool,
    clock: usize,
}

const STATUSES: [&str; 11] = [
    "NotStarted",
    "Running",
    "Suspended",
    "Met",
    "MetLate",
    "Ended",
    "EndedLate",
    "Overdue",
    "DueAtOnce",
    "WithoutDelay",
    "Unknown",
];
