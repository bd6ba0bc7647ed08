//! `end of CLOCK` in packs; the queries on an outcome that mappings of case files make.

use super::{Reader, Typed, value};
use crate::expression::{Bound, Expression as E, Query};
use crate::read::cursor::{Cursor, Read};
use crate::read::names::Kind;
use crate::rules::{ClockGroup, ConventionId};
use crate::syntax::TokenKind;
use crate::value::Type;

/// What a query needs of a clock: its name and which one of that name.
type OfClock = fn(String, usize) -> Query;

/// Queries about a clock, by the words before its name.
const OF_CLOCK: [(&str, OfClock); 8] = [
    ("start of", |clock, number| Query::Start { clock, number }),
    ("state of", |clock, number| Query::State { clock, number }),
    ("also of", |clock, number| Query::Also { clock, number }),
    ("used minutes of", |clock, number| Query::Used {
        clock,
        number,
    }),
    ("stood still minutes of", |clock, number| {
        Query::StoodStill { clock, number }
    }),
    ("overrun minutes of", |clock, number| {
        Query::OverrunMinutes { clock, number }
    }),
    ("provisional", |clock, number| Query::Provisional {
        clock,
        number,
    }),
    ("moved", |clock, number| Query::Moved { clock, number }),
];

impl Reader<'_> {
    /// `end of CLOCK` in packs; the queries of section 8 in mappings.
    pub(super) fn query_or_end(self, c: &mut Cursor<'_>) -> Read<Option<Typed>> {
        let mark = c.mark();
        let bound = if c.eat("earliest") {
            Bound::Earliest
        } else if c.eat("latest") {
            Bound::Latest
        } else {
            Bound::Both
        };
        let raw = c.eat("raw");
        let last_day = c.eat("last day of");
        if last_day || c.eat("end of") {
            return self.end_of(c, bound, last_day, raw).map(Some);
        }
        c.back(mark);
        if bound != Bound::Both || !self.scope.mapping {
            return Ok(None);
        }
        let query = self.query(c)?;
        if query.is_none() {
            c.back(mark);
        }
        Ok(query)
    }

    fn end_of(self, c: &mut Cursor<'_>, bound: Bound, last_day: bool, raw: bool) -> Read<Typed> {
        let ty = if last_day { Type::Date } else { Type::Moment };
        if self
            .law
            .names
            .find(Kind::Clock, self.pack, c.look(0))
            .is_some()
        {
            if self.scope.mapping {
                let (clock, number) =
                    numbered(c, self.law.clocks.iter().map(|clock| &*clock.name))?;
                return Ok(any(Query::End {
                    clock,
                    number,
                    bound,
                    last_day,
                    raw,
                }));
            }
            let clock = ClockGroup(self.look_up(c, Kind::Clock)?);
            return Ok(Typed::Value(
                E::EndOf {
                    clock,
                    bound,
                    last_day,
                },
                ty,
            ));
        }
        let length = Box::new(self.length(c)?);
        c.need("from")?;
        let from = Box::new(self.moment(c)?);
        let convention = if c.eat("counted by") {
            ConventionId(self.look_up(c, Kind::Convention)?)
        } else {
            let counting = self.law.pack(self.pack).counting;
            counting.ok_or_else(|| c.expected("`counted by` and a convention"))?
        };
        Ok(Typed::Value(
            E::EndOfLength {
                length,
                from,
                convention,
            },
            Type::Date,
        ))
    }

    fn query(self, c: &mut Cursor<'_>) -> Read<Option<Typed>> {
        if let Some((_, query)) = OF_CLOCK.into_iter().find(|(words, _)| c.eat(words)) {
            let (clock, number) = numbered(c, self.law.clocks.iter().map(|clock| &*clock.name))?;
            return Ok(Some(any(query(clock, number))));
        }
        let word = c.look(0);
        c.next();
        Ok(Some(match word {
            "gate" => {
                let (gate, number) = numbered(c, self.law.gates.iter().map(|gate| &*gate.name))?;
                any(Query::Gate { gate, number })
            }
            "condition" => {
                let citation = c.quoted().map(str::to_owned);
                let citation = citation.ok_or_else(|| c.expected("a citation in quotes"))?;
                c.need("of")?;
                any(Query::Condition {
                    gate: one_of(
                        c,
                        "the name of a gate",
                        self.law.gates.iter().map(|gate| &*gate.name),
                    )?,
                    citation,
                })
            }
            "finding" => any(Query::Finding(name(c, "a name")?)),
            "remedy" => any(Query::Remedy(one_of(
                c,
                "the name of a remedy",
                self.law.remedies.iter().map(|remedy| &*remedy.name),
            )?)),
            "words" => any(Query::Words(name(c, "a name")?)),
            "answer" => {
                let answer = name(c, "the name of an answer")?;
                Typed::Value(E::Answer(answer.into()), Type::Any)
            }
            "formula" => {
                let name = one_of(
                    c,
                    "the name of a formula",
                    self.law.formulas.iter().map(|formula| &*formula.name),
                )?;
                let step = if c.eat(".") {
                    Some(self::name(c, "the name of a step")?)
                } else {
                    None
                };
                any(Query::Formula { name, step })
            }
            "next" if c.eat("working day after") => {
                let (day, _) = value(self.term(c)?);
                Typed::Value(E::NextWorkingDay(Box::new(day)), Type::Date)
            }
            "working" if c.eat("day") => {
                let (day, _) = value(self.term(c)?);
                Typed::Value(E::WorkingDay(Box::new(day)), Type::YesNo)
            }
            "choose" => self.choice(c)?,
            _ => return Ok(None),
        }))
    }

    /// `EXPRESSION: a "x", b "y"`
    fn choice(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let (chosen_by, _) = value(self.comparison(c)?);
        c.need(":")?;
        let mut words = Vec::new();
        loop {
            let token = c.next().ok_or_else(|| c.expected("a word"))?;
            let word = c.text(token).trim_matches('"').into();
            let (then, _) = value(self.sum(c)?);
            words.push((word, then));
            if !c.eat(",") {
                return Ok(Typed::Value(
                    E::Choose {
                        value: Box::new(chosen_by),
                        words,
                    },
                    Type::Any,
                ));
            }
        }
    }
}

fn any(query: Query) -> Typed {
    Typed::Value(E::Query(Box::new(query)), Type::Any)
}

fn name(c: &mut Cursor<'_>, what: &str) -> Read<String> {
    c.name(what).map(|(name, _)| name.to_owned())
}

/// A name that the packs have: a query for one that they do not have would answer `no` to everything.
fn one_of<'n>(
    c: &mut Cursor<'_>,
    what: &str,
    mut names: impl Iterator<Item = &'n str>,
) -> Read<String> {
    let (name, span) = c.name(what)?;
    if names.any(|known| known == name) {
        return Ok(name.to_owned());
    }
    let message = format!("no pack has `{name}`; {what} is expected here");
    Err(c.problem(span, message, "this name"))
}

/// `NAME` or `NAME 2`.
fn numbered<'n>(c: &mut Cursor<'_>, names: impl Iterator<Item = &'n str>) -> Read<(String, usize)> {
    let name = one_of(c, "the name of a clock or gate", names)?;
    let number = if c.sees(TokenKind::Number) {
        c.number("a number")?
    } else {
        1
    };
    Ok((name, usize::try_from(number).unwrap_or(usize::MAX)))
}
