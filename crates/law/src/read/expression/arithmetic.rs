//! Sums, products and single terms, with their types.

use super::{Reader, Typed, value};
use crate::count::{Length, Unit};
use crate::expression::Expression as E;
use crate::moment::When;
use crate::problem::Problem;
use crate::read::cursor::{Cursor, Read};
use crate::syntax::TokenKind;
use crate::value::{Type, Value, unit_named};

impl Reader<'_> {
    pub(super) fn sum(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let mut left = self.product(c)?;
        while c.at("+") || c.at("-") {
            let minus = c.look(0) == "-";
            c.next();
            let (a, a_type) = value(left);
            let (b, b_type) = value(self.product(c)?);
            let ty = sum_type(&a_type, &b_type, minus).ok_or_else(|| {
                let verb = if minus { "subtract from" } else { "add to" };
                mismatch(c, mark, verb, &b_type, &a_type)
            })?;
            let (a, b) = (Box::new(a), Box::new(b));
            left = Typed::Value(
                if minus {
                    E::Subtract(a, b)
                } else {
                    E::Add(a, b)
                },
                ty,
            );
        }
        Ok(left)
    }

    fn product(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let mut left = self.term(c)?;
        loop {
            if c.at("x") || c.at("/") {
                let divide = c.look(0) == "/";
                c.next();
                let (a, a_type) = value(left);
                let (b, b_type) = value(self.term(c)?);
                let ty = product_type(&a_type, &b_type, divide).ok_or_else(|| {
                    let verb = if divide { "divide by" } else { "multiply with" };
                    mismatch(c, mark, verb, &b_type, &a_type)
                })?;
                let (a, b) = (Box::new(a), Box::new(b));
                left = Typed::Value(
                    if divide {
                        E::Divide(a, b)
                    } else {
                        E::Multiply(a, b)
                    },
                    ty,
                );
            } else if c.eat_any(&["rounded", ", rounded"]) {
                let (found, ty) = value(left);
                left = Typed::Value(self.rounded(c, found)?, ty);
            } else {
                return Ok(left);
            }
        }
    }

    /// `up to N` or `down to N`, after `rounded`.
    pub(super) fn rounded(self, c: &mut Cursor<'_>, found: E) -> Read<E> {
        let up = c.eat("up");
        if !up {
            c.need("down")?;
        }
        c.need("to")?;
        let (to, _) = value(self.term(c)?);
        Ok(E::Round {
            value: Box::new(found),
            up,
            to: Box::new(to),
        })
    }

    pub(super) fn term(self, c: &mut Cursor<'_>) -> Read<Typed> {
        match c.peek() {
            Some((TokenKind::Number, text)) => number(c, text),
            Some((TokenKind::Moment, text)) => self.literal_moment(c, text),
            Some((TokenKind::Text, text)) => {
                c.next();
                let text = Value::Text(text.trim_matches('"').into());
                Ok(Typed::Value(E::Literal(text), Type::Text))
            }
            Some((TokenKind::Sign, "(")) => {
                c.next();
                let inner = self.disjunction(c)?;
                c.need(")")?;
                Ok(inner)
            }
            Some((TokenKind::Word, _)) => match self.form(c)? {
                Some(found) => Ok(found),
                None => self.named(c),
            },
            _ => Err(c.expected("a condition or a value")),
        }
    }

    fn literal_moment(self, c: &mut Cursor<'_>, text: &str) -> Read<Typed> {
        let span = c.here();
        c.next();
        let zone = &self.law.pack(self.pack).zone;
        let when = When::parse(text, zone).map_err(|e| c.problem(span, e, "not a moment"))?;
        Ok(if text.len() == 10 {
            Typed::Value(E::Literal(Value::Date(when.day)), Type::Date)
        } else {
            Typed::Value(E::Literal(Value::Moment(when)), Type::Moment)
        })
    }
}

/// A number, or a length if a unit follows.
fn number(c: &mut Cursor<'_>, text: &str) -> Read<Typed> {
    let span = c.here();
    c.next();
    let two_words = format!("{} {}", c.look(0), c.look(1));
    let unit = unit_named(&two_words).map(|unit| (unit, 2));
    if let Some((unit, words)) = unit.or_else(|| unit_named(c.look(0)).map(|unit| (unit, 1))) {
        let count = text.parse().map_err(|_| {
            let message = format!("`{text}` is not a whole number of {}", unit.name());
            c.problem(span, message, "a whole number is expected")
        })?;
        for _ in 0..words {
            c.next();
        }
        let length = Value::Length(Length::of(unit, count));
        return Ok(Typed::Value(E::Literal(length), Type::Length(unit)));
    }
    let number = text.parse();
    let number =
        number.map_err(|_| c.problem(span, format!("`{text}` is not a number"), "not a number"))?;
    Ok(Typed::Value(
        E::Literal(Value::Number(number)),
        Type::Number,
    ))
}

fn mismatch(c: &Cursor<'_>, mark: usize, verb: &str, a: &Type, b: &Type) -> Box<Problem> {
    let message = format!("cannot {verb} {}: {} is given", b.name(), a.name());
    let mut problem = c.problem(c.span_from(mark), message, "units do not fit");
    problem.hint = Some(
        "units are never converted: a month is no number of days, and a day no number of hours"
            .into(),
    );
    problem
}

fn sum_type(a: &Type, b: &Type, minus: bool) -> Option<Type> {
    Some(match (a, b) {
        (Type::Any, other) | (other, Type::Any) => match other {
            Type::Length(_) | Type::MixedLength => Type::Any,
            other => other.clone(),
        },
        (Type::Date, Type::Length(Unit::Hours | Unit::Minutes)) => Type::Moment,
        (Type::Date | Type::Moment, Type::Length(_) | Type::MixedLength) => a.clone(),
        (Type::Date, Type::Date) if minus => Type::Length(Unit::Days),
        (Type::Moment | Type::Date, Type::Moment | Type::Date) if minus => {
            Type::Length(Unit::Minutes)
        }
        (Type::Length(x), Type::Length(y)) if x == y => a.clone(),
        (Type::Length(x), Type::Length(y)) if x.is_clock() && y.is_clock() => {
            Type::Length(Unit::Minutes)
        }
        (Type::Length(x), Type::Length(y)) if x.adds_to(*y) => Type::MixedLength,
        (Type::MixedLength, Type::Length(x)) | (Type::Length(x), Type::MixedLength)
            if !x.is_clock() =>
        {
            Type::MixedLength
        }
        (Type::MixedLength, Type::MixedLength) => Type::MixedLength,
        (Type::Number, Type::Number) | (Type::Money, Type::Money) => a.clone(),
        _ => return None,
    })
}

fn product_type(a: &Type, b: &Type, divide: bool) -> Option<Type> {
    Some(match (a, b) {
        (Type::Any, other) | (other, Type::Any) => other.clone(),
        (Type::Number, Type::Number) => Type::Number,
        (Type::Money, Type::Number) => Type::Money,
        (Type::Money, Type::Money) if divide => Type::Number,
        (Type::Length(_), Type::Number) => a.clone(),
        (Type::Number, Type::Money) if !divide => Type::Money,
        (Type::Length(Unit::Days), Type::Money) | (Type::Money, Type::Length(Unit::Days))
            if !divide =>
        {
            Type::Money
        }
        (Type::Number, Type::Length(_)) if !divide => b.clone(),
        _ => return None,
    })
}
