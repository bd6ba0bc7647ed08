//! Forms that begin with a word of the language: quantified acts, ages, `held`, tables by date and the like.

use super::{Reader, Typed, value, yes_no};
use crate::count::Unit;
use crate::expression::{Acts, Expression as E, Quantifier, Side};
use crate::read::cursor::{Cursor, Read};
use crate::read::names::{Kind, Scope};
use crate::rules::{ActId, GateGroup, MeasureId, TableId};
use crate::value::Type;

impl Reader<'_> {
    /// A form, if its first word opens one here.
    pub(super) fn form(self, c: &mut Cursor<'_>) -> Read<Option<Typed>> {
        let mark = c.mark();
        if let Some(quantifier) = self.quantifier(c)? {
            return self.quantified(c, mark, quantifier).map(Some);
        }
        let found = match c.look(0) {
            "latest"
                if self
                    .law
                    .names
                    .find(Kind::Table, self.pack, c.look(1))
                    .is_some() =>
            {
                c.next();
                self.table(c, "on")?
            }
            "count" if c.eat("count days of") => {
                let (periods, _) = value(self.term(c)?);
                c.eat(", first and last included");
                c.eat(", each day once");
                Typed::Value(E::CountDays(Box::new(periods)), Type::Length(Unit::Days))
            }
            "age" if c.eat("age of") => {
                let birth = self.boxed_term(c)?;
                c.need("at")?;
                let at = self.boxed_term(c)?;
                Typed::Value(E::Age { birth, at }, Type::Length(Unit::Years))
            }
            "day" if c.eat("day of") => Typed::Value(E::DayOf(self.boxed_term(c)?), Type::Date),
            "year" if c.eat("year of") => {
                Typed::Value(E::YearOf(self.boxed_term(c)?), Type::Number)
            }
            word @ ("earlier" | "later") if c.look(1) == "of" => {
                c.next();
                c.next();
                let (a, ty) = value(self.sum(c)?);
                c.need("and")?;
                let (b, _) = value(self.sum(c)?);
                let (a, b) = (Box::new(a), Box::new(b));
                Typed::Value(
                    if word == "earlier" {
                        E::Earlier(a, b)
                    } else {
                        E::Later(a, b)
                    },
                    ty,
                )
            }
            "held" => {
                c.next();
                let at = if c.eat("at") {
                    Some(self.boxed_term(c)?)
                } else {
                    None
                };
                yes_no(E::Held(at))
            }
            "under" => {
                c.next();
                yes_no(E::Under(MeasureId(self.look_up(c, Kind::Measure)?)))
            }
            "open" if c.eat("open gate") => {
                yes_no(E::GateOpen(GateGroup(self.look_up(c, Kind::Gate)?)))
            }
            "gate" if !self.scope.mapping && c.look(2) == "is" && c.look(3) == "open" => {
                c.next();
                let gate = GateGroup(self.look_up(c, Kind::Gate)?);
                c.eat("is open");
                yes_no(E::GateOpen(gate))
            }
            "end" if self.scope.in_clock && c.look(1) != "of" => {
                c.next();
                Typed::Value(E::End, Type::Moment)
            }
            "start" if self.scope.in_clock => {
                c.next();
                Typed::Value(E::Start, Type::Moment)
            }
            _ => return self.query_or_end(c),
        };
        Ok(Some(found))
    }

    fn boxed_term(self, c: &mut Cursor<'_>) -> Read<Box<E>> {
        Ok(Box::new(value(self.term(c)?).0))
    }

    /// `TABLE of KEY`, `latest TABLE on DATE`, from the name on.
    pub(super) fn table(self, c: &mut Cursor<'_>, before_key: &str) -> Read<Typed> {
        let table = TableId(self.look_up(c, Kind::Table)?);
        c.need(before_key)?;
        let key = self.boxed_term(c)?;
        let ty = if self.law.table(table).money {
            Type::Money
        } else {
            Type::Number
        };
        Ok(Typed::Value(E::Table { table, key }, ty))
    }

    fn names_act(self, c: &Cursor<'_>, ahead: usize) -> bool {
        self.law
            .names
            .find(Kind::Act, self.pack, c.look(ahead))
            .is_some()
    }

    /// `no`, `some`, `at least N`, `count of`, `latest`, where acts follow.
    fn quantifier(self, c: &mut Cursor<'_>) -> Read<Option<Quantifier>> {
        if c.eat("no") {
            return Ok(Some(Quantifier::No));
        }
        if c.eat("some") {
            return Ok(Some(Quantifier::AtLeast(1)));
        }
        if c.eat("at least") {
            return Ok(Some(Quantifier::AtLeast(c.number("a number")?)));
        }
        if c.eat("count of") {
            return Ok(Some(Quantifier::Count));
        }
        let acts_follow = self.names_act(c, 1) || matches!(c.look(1), "earlier" | "later");
        let latest = acts_follow && c.eat("latest");
        Ok(latest.then_some(Quantifier::Latest))
    }

    /// From the acts on; the quantifier stands at `mark`.
    fn quantified(self, c: &mut Cursor<'_>, mark: usize, quantifier: Quantifier) -> Read<Typed> {
        let mut side = side(c);
        let mut kinds = vec![ActId(self.look_up(c, Kind::Act)?)];
        while c.at("or") && self.names_act(c, 1) {
            c.next();
            kinds.push(ActId(self.look_up(c, Kind::Act)?));
        }
        if side == Side::Anywhere {
            side = self::side(c);
        }
        if side == Side::Earlier {
            c.eat("in the case");
        }
        let at_hand = if self.scope.current.is_empty() {
            &self.scope.anchor
        } else {
            &self.scope.current
        };
        let scope = Scope {
            current: kinds.clone(),
            anchor: at_hand.clone(),
            ..self.scope.clone()
        };
        let inner = Reader {
            scope: &scope,
            ..self
        };
        let condition = if c.eat("where") {
            let inside = c.mark();
            let condition = inner.conjunction_as_truth(c)?;
            if matches!(quantifier, Quantifier::No | Quantifier::AtLeast(_)) {
                one_meaning(c, mark, inside)?;
            }
            Some(condition)
        } else {
            None
        };
        let within = if c.eat("within") {
            Some(self.range(c)?)
        } else {
            None
        };
        let ty = match quantifier {
            Quantifier::Count => Type::Number,
            Quantifier::Latest => Type::Moment,
            Quantifier::No | Quantifier::AtLeast(_) => Type::YesNo,
        };
        let acts = Box::new(Acts {
            kinds,
            side,
            condition,
            within,
        });
        Ok(Typed::Value(E::Acts { quantifier, acts }, ty))
    }
}

/// Refuses `no A where X and no B`: what follows the `and` may stand beside the first `no` or inside of its condition, which
/// begins at `inside`.
fn one_meaning(c: &Cursor<'_>, mark: usize, inside: usize) -> Read<()> {
    let mut depth = 0_usize;
    let and = (inside..c.mark()).find(|at| {
        match c.text_at(*at) {
            "(" => depth += 1,
            ")" => depth = depth.saturating_sub(1),
            _ => {}
        }
        let next = (c.text_at(at + 1), c.text_at(at + 2));
        let quantifier = matches!(next, ("no" | "some", _) | ("at", "least"));
        depth == 0 && c.text_at(*at) == "and" && quantifier
    });
    let Some(and) = and else { return Ok(()) };
    let text = |from, to| {
        let span = c.span_between(from, to);
        c.source.text.get(span.start..span.end).unwrap_or_default()
    };
    let message = "what follows this `and` may belong to the `where` before it, or stand beside it";
    let mut problem = c.problem(c.span_between(and, and + 2), message, "one of the two");
    problem.hint = Some(format!(
        "set brackets: `({}) {}`, or `{} ({})`",
        text(mark, and),
        text(and, c.mark()),
        text(mark, inside),
        text(inside, c.mark()),
    ));
    Err(problem)
}

fn side(c: &mut Cursor<'_>) -> Side {
    if c.eat("earlier") {
        Side::Earlier
    } else if c.eat("later") {
        Side::Later
    } else {
        Side::Anywhere
    }
}
