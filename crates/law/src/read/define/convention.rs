//! Conventions: how time is counted.

use jiff::civil::Weekday;

use super::At;
use super::definer::Definer;
use crate::calendar::{Calendar, DayKind, weekday};
use crate::count::{AgeFrom, Choices, FirstDay, Hours, LastDay, Months, Moves};
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::words;
use crate::read::entry::Entry;
use crate::rules::{Clause, Convention};

impl<'a> Definer<'a> {
    pub(super) fn convention(
        &mut self,
        at: At<'a>,
        entry: &'a Entry,
        c: &mut Cursor<'_>,
    ) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let mut convention = Convention {
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            choices: Choices::default(),
            also: Vec::new(),
            notes: Vec::new(),
            not_encoded: Vec::new(),
        };
        let calendar = self.law.pack(at.block.pack).calendar;
        let calendar = calendar.and_then(|n| self.law.calendars.get(n));
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            if c.eat("also show") {
                let mut choices = Choices::default();
                read_choice(c, &mut choices, calendar)?;
                let words = words(c)?;
                let note = me.note(at, line, suffixes, Some(words.clone()));
                convention.also.push(Clause {
                    rule: (choices, words),
                    note,
                });
            } else {
                read_choice(c, &mut convention.choices, calendar)?;
                convention.notes.push(me.note(at, line, suffixes, None));
            }
            Ok(())
        });
        convention.not_encoded = left_out;
        self.out.conventions.push(convention);
        Ok(())
    }
}

const WEEK: [Weekday; 7] = [
    Weekday::Monday,
    Weekday::Tuesday,
    Weekday::Wednesday,
    Weekday::Thursday,
    Weekday::Friday,
    Weekday::Saturday,
    Weekday::Sunday,
];

type CalendarOf<'a> = Option<&'a Calendar>;

fn read_choice(c: &mut Cursor<'_>, choices: &mut Choices, calendar: CalendarOf<'_>) -> Read<()> {
    if c.eat("hours") {
        choices.hours = Some(hours(c, calendar)?);
    } else if c.eat("days") {
        choices.days = Some(first_day(c)?);
    } else if c.eat("working days") {
        choices.working_days = Some(first_day(c)?);
    } else if c.eat("months") {
        choices.months = Some(months(c)?);
    } else if c.eat("years") {
        choices.years = Some(months(c)?);
    } else if c.eat("last day") {
        choices.last_day = Some(last_day(c, calendar)?);
    } else if c.eat("age from the birthday") {
        choices.age = Some(AgeFrom::Birthday);
    } else if c.eat("age from the") {
        c.need("day after the birthday")?;
        choices.age = Some(AgeFrom::DayAfter);
    } else {
        return Err(c.expected(
            "`hours`, `days`, `working days`, `months`, `years`, `last day` or `age from the`",
        ));
    }
    Ok(())
}

fn hours(c: &mut Cursor<'_>, calendar: CalendarOf<'_>) -> Read<Hours> {
    if c.eat("from the next whole hour") {
        return Ok(Hours::FromNextWholeHour);
    }
    if !c.eat("elapsed") {
        return Err(c.expected("`from the next whole hour` or `elapsed`"));
    }
    if c.eat_any(&[", skipping", "skipping"]) {
        return Ok(Hours::ElapsedSkipping(kinds(c, calendar)?));
    }
    Ok(Hours::Elapsed)
}

fn first_day(c: &mut Cursor<'_>) -> Read<FirstDay> {
    if c.eat("first day out") {
        Ok(FirstDay::Out)
    } else if c.eat("first day in") {
        Ok(FirstDay::In)
    } else {
        Err(c.expected("`first day out` or `first day in`"))
    }
}

fn months(c: &mut Cursor<'_>) -> Read<Months> {
    let first_day = if c.eat("day before the corresponding day") {
        FirstDay::In
    } else {
        c.need("corresponding day")?;
        FirstDay::Out
    };
    let last_day_stays_last = c.eat(", a last day stays a last day");
    if !c.eat(", no such day :") {
        let choices = "`, no such day: last day` or `, no such day: day before the last day`";
        let mut problem = c.expected(choices);
        problem.hint =
            Some("what happens where the target month has no such day must be declared".into());
        return Err(problem);
    }
    let missing_day_before_last = c.eat("day before the last day");
    if !missing_day_before_last {
        c.need("last day")?;
    }
    Ok(Months {
        first_day,
        last_day_stays_last,
        missing_day_before_last,
    })
}

fn last_day(c: &mut Cursor<'_>, calendar: CalendarOf<'_>) -> Read<LastDay> {
    let moves = if c.eat("stays") {
        return Ok(LastDay {
            moves: Moves::Stays,
            unless_held: false,
            past: None,
        });
    } else if c.eat("moves on") {
        Moves::On
    } else if c.eat("moves back") {
        Moves::Back
    } else {
        return Err(c.expected("`stays`, `moves on` or `moves back`"));
    };
    let mut last = LastDay {
        moves,
        unless_held: false,
        past: None,
    };
    loop {
        let comma = c.eat(",");
        if c.eat("unless held") {
            last.unless_held = true;
        } else if c.eat("past") {
            last.past = Some(kinds(c, calendar)?);
        } else if comma {
            return Err(c.expected("`unless held` or `past` and kinds of days"));
        } else {
            return Ok(last);
        }
    }
}

/// Kinds of days, which the pack's calendar knows, and days of the week.
fn kinds(c: &mut Cursor<'_>, calendar: CalendarOf<'_>) -> Read<Vec<DayKind>> {
    let mut found = Vec::new();
    loop {
        let (name, span) = c.name("a kind of day")?;
        match weekday(name) {
            Some(day) => found.push(DayKind::Weekday(day)),
            None if calendar.is_some_and(|cal| cal.knows(name)) => {
                found.push(DayKind::Named(name.to_owned()));
            }
            None => {
                let message = format!(
                    "`{name}` is no day of the week and no kind of day in the pack's calendar"
                );
                return Err(c.problem(span, message, "unknown kind of day"));
            }
        }
        if WEEK
            .iter()
            .all(|day| found.contains(&DayKind::Weekday(*day)))
        {
            return Err(c.problem(span, "no day of the week is left to count", "the seventh"));
        }
        if c.at(", unless") || !c.eat_any(&[", and", ",", "and", "or"]) {
            return Ok(found);
        }
    }
}
