//! Reads conditions and values: section 4 of the pack format.

mod arithmetic;
mod compare;
mod form;
mod name;
mod query;

use super::cursor::{Cursor, Read};
use super::names::Scope;
use crate::count::Length;
use crate::expression::{Acts, Expression as E, Quantifier, Side};
use crate::law::Law;
use crate::problem::Problem;
use crate::rules::{ActId, PackId};
use crate::value::{Type, Value};

/// Nesting that is read; deeper conditions are refused.
const MAX_DEPTH: usize = 40;

/// Reads expressions of one pack in one scope.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    /// Everything declared.
    pub(crate) law: &'a Law,
    /// Whose names come first.
    pub(crate) pack: PackId,
    /// What bare names mean.
    pub(crate) scope: &'a Scope,
    /// How deep the reading is.
    depth: usize,
}

/// A value and its type; an act's name can be either a yes/no or a moment.
#[derive(Clone, Debug)]
enum Typed {
    Value(E, Type),
    Acts(Vec<ActId>),
}

impl<'a> Reader<'a> {
    /// A reader at the top of an expression.
    pub(crate) fn new(law: &'a Law, pack: PackId, scope: &'a Scope) -> Self {
        Self {
            law,
            pack,
            scope,
            depth: 0,
        }
    }

    /// A condition.
    pub(crate) fn condition(self, c: &mut Cursor<'_>) -> Read<E> {
        let condition = self.disjunction_as_truth(c)?;
        if !c.eat(", if") {
            return Ok(condition);
        }
        let only_if = self.disjunction_as_truth(c)?;
        Ok(E::Or(vec![E::Not(Box::new(only_if)), condition]))
    }

    /// A value of any type.
    pub(crate) fn value(self, c: &mut Cursor<'_>) -> Read<(E, Type)> {
        let (mut found, ty) = value(self.disjunction(c)?);
        if c.eat(", within") {
            let (from, to) = self.range(c)?;
            found = E::Clamp {
                value: Box::new(found),
                from: Box::new(from),
                to: Box::new(to),
            };
        }
        if c.eat(", rounded") {
            found = self.rounded(c, found)?;
        }
        Ok((found, ty))
    }

    /// A moment or a date.
    pub(crate) fn moment(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        let (e, ty) = value(self.sum(c)?);
        match ty {
            Type::Moment | Type::Date | Type::Any => Ok(e),
            other => Err(wrong_type(c, mark, "a moment or a date", &other)),
        }
    }

    /// A length.
    pub(crate) fn length(self, c: &mut Cursor<'_>) -> Read<E> {
        if c.eat("no time") {
            return Ok(E::Literal(Value::Length(Length::default())));
        }
        let mark = c.mark();
        let (e, ty) = value(self.sum(c)?);
        match ty {
            Type::Length(_) | Type::MixedLength | Type::Any => Ok(e),
            other => Err(wrong_type(c, mark, "a length such as `3 days`", &other)),
        }
    }

    fn deeper(mut self, c: &Cursor<'_>) -> Read<Self> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let mut problem = c.problem(
                c.here(),
                "this condition is nested too deeply",
                "deeper than is read",
            );
            problem.hint = Some("split it into lines of their own".to_owned());
            return Err(problem);
        }
        Ok(self)
    }

    fn disjunction_as_truth(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        truth(self.disjunction(c)?, c, mark)
    }

    fn disjunction(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let deeper = self.deeper(c)?;
        let mark = c.mark();
        let first = deeper.conjunction(c)?;
        if !c.at("or") {
            return Ok(first);
        }
        // `rate_set or lowest`: the first that is not none.
        let first = match first {
            Typed::Value(e, ty) if !matches!(ty, Type::YesNo | Type::Any) => {
                c.eat("or");
                let (other, _) = value(deeper.conjunction(c)?);
                return Ok(Typed::Value(E::Or2(Box::new(e), Box::new(other)), ty));
            }
            first => first,
        };
        let mut parts = vec![truth(first, c, mark)?];
        while c.eat("or") {
            parts.push(deeper.conjunction_as_truth(c)?);
        }
        Ok(yes_no(E::Or(parts)))
    }

    fn conjunction_as_truth(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        truth(self.conjunction(c)?, c, mark)
    }

    fn conjunction(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let first = self.negation(c)?;
        if !c.at("and") {
            return Ok(first);
        }
        let mut parts = vec![truth(first, c, mark)?];
        while c.eat("and") {
            parts.push(self.negation_as_truth(c)?);
        }
        Ok(yes_no(E::And(parts)))
    }

    fn negation_as_truth(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        truth(self.negation(c)?, c, mark)
    }

    fn negation(self, c: &mut Cursor<'_>) -> Read<Typed> {
        if c.eat("not") {
            let inner = self.deeper(c)?.negation_as_truth(c)?;
            return Ok(yes_no(E::Not(Box::new(inner))));
        }
        self.comparison(c)
    }
}

fn yes_no(e: E) -> Typed {
    Typed::Value(e, Type::YesNo)
}

/// Where a value is wanted, an act's name is when the latest one happened.
fn value(typed: Typed) -> (E, Type) {
    match typed {
        Typed::Value(e, ty) => (e, ty),
        Typed::Acts(kinds) => {
            let acts = Acts {
                kinds,
                side: Side::Anywhere,
                condition: None,
                within: None,
            };
            (
                E::Acts {
                    quantifier: Quantifier::Latest,
                    acts: Box::new(acts),
                },
                Type::Moment,
            )
        }
    }
}

/// Where yes or no is wanted, an act's name is whether it happened.
fn truth(typed: Typed, c: &Cursor<'_>, mark: usize) -> Read<E> {
    match typed {
        Typed::Value(e, Type::YesNo | Type::Any) => Ok(e),
        Typed::Acts(acts) => Ok(E::Did(acts)),
        Typed::Value(_, other) => Err(wrong_type(c, mark, "a condition (yes/no)", &other)),
    }
}

fn wrong_type(c: &Cursor<'_>, mark: usize, wanted: &str, found: &Type) -> Box<Problem> {
    let name = found.name();
    let message = format!("{wanted} is expected, this is of type {name}");
    c.problem(c.span_from(mark), message, name)
}
