//! Values compared and reckoned with, with bounds where they are known coarsely.

use std::cmp::Ordering;

use habeas_law::count::{Length, Unit};
use habeas_law::expression::Comparison;
use habeas_law::moment::{End, Precision, When, days_between, shift};
use habeas_law::{Truth, Value};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

/// A moment as a day where only the day is known or counted.
pub(super) fn moment_or_day(when: When) -> Value {
    match when.precision {
        Precision::Day => Value::Date(when.day),
        _ => Value::Moment(when),
    }
}

/// The moment between two ends.
#[must_use]
pub fn bounds(low: End, high: End, zone: &TimeZone) -> When {
    match (low, high) {
        (End::Day(a), End::Day(b)) if a == b => When::day(a, zone),
        (End::Day(a), End::Day(b)) => {
            When::bounds(When::day(a, zone).from, When::day(b, zone).to, zone)
        }
        (a, b) => {
            let instant = |end: End| match end {
                End::Day(day) => When::day(day, zone).to,
                End::Instant(instant) => instant,
            };
            When::bounds(instant(a), instant(b), zone)
        }
    }
}

/// The day of a date or moment.
#[must_use]
pub fn as_day(value: &Value) -> Option<Date> {
    match value {
        Value::Date(day) => Some(*day),
        Value::Moment(when) => Some(when.day),
        _ => None,
    }
}

/// The moment of a date or moment.
#[must_use]
pub fn as_moment(value: &Value, zone: &TimeZone) -> Option<When> {
    match value {
        Value::Date(day) => Some(When::day(*day, zone)),
        Value::Moment(when) => Some(*when),
        _ => None,
    }
}

pub(super) fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(n) | Value::Money(n) => Some(*n),
        Value::Length(l) => l
            .parts()
            .next()
            .map(|(_, n)| n.into())
            .or(Some(Decimal::ZERO)),
        _ => None,
    }
}

pub(super) fn round(value: &Value, up: bool, to: Decimal) -> Option<Value> {
    let n = number(value)?;
    let steps = n.checked_div(to)?;
    let steps = if up { steps.ceil() } else { steps.floor() };
    let rounded = steps.checked_mul(to)?;
    Some(match value {
        Value::Money(_) => Value::Money(rounded),
        Value::Length(length) => Value::Length(match length.parts().next() {
            Some((unit, _)) => Length::of(unit, i32::try_from(rounded).ok()?),
            None => *length,
        }),
        _ => Value::Number(rounded),
    })
}

pub(super) fn multiply(a: &Value, b: &Value) -> Option<Value> {
    Some(match (a, b) {
        (Value::Number(x), Value::Number(y)) => Value::Number(x.checked_mul(*y)?),
        (Value::Money(x), other) | (other, Value::Money(x)) => {
            Value::Money(x.checked_mul(number(other)?)?)
        }
        (Value::Length(l), Value::Number(n)) | (Value::Number(n), Value::Length(l)) => {
            scaled(*l, |c| c.checked_mul(*n))?
        }
        _ => return None,
    })
}

pub(super) fn divide(a: &Value, b: &Value) -> Option<Value> {
    Some(match (a, b) {
        (Value::Number(x), Value::Number(y)) | (Value::Money(x), Value::Money(y)) => {
            Value::Number(x.checked_div(*y)?)
        }
        (Value::Money(x), Value::Number(y)) => Value::Money(x.checked_div(*y)?),
        (Value::Length(l), Value::Number(n)) => {
            let (unit, count) = l.parts().next().unwrap_or((Unit::Days, 0));
            let exact = Decimal::from(count).checked_div(*n)?;
            if exact.fract().is_zero() {
                Value::Length(Length::of(unit, i32::try_from(exact).ok()?))
            } else {
                Value::Number(exact)
            }
        }
        _ => return None,
    })
}

pub(super) fn scaled(length: Length, scale: impl Fn(Decimal) -> Option<Decimal>) -> Option<Value> {
    let mut result = Length::default();
    for (unit, count) in length.parts() {
        result = result.plus(Length::of(unit, i32::try_from(scale(count.into())?).ok()?));
    }
    Some(Value::Length(result))
}

/// Days of periods, first and last included, each day once.
pub(super) fn count_days(periods: &[(Date, Date)]) -> i32 {
    let mut sorted = periods.to_vec();
    sorted.sort_unstable();
    let mut total = 0;
    let mut last: Option<Date> = None;
    for (from, to) in sorted {
        let from = last.map_or(from, |l| from.max(shift(l, 1)));
        if from <= to {
            total += days_between(from, to) + 1;
            last = Some(to);
        }
    }
    i32::try_from(total).unwrap_or(i32::MAX)
}

/// Compares two values of one type, with bounds where they are known coarsely.
#[must_use]
pub fn compare(sign: Comparison, a: &Value, b: &Value, zone: &TimeZone) -> Truth {
    let by_order = |order: Ordering| -> Truth {
        match sign {
            Comparison::Less => order == Ordering::Less,
            Comparison::LessOrEqual => order != Ordering::Greater,
            Comparison::Equal => order == Ordering::Equal,
            Comparison::GreaterOrEqual => order != Ordering::Less,
            Comparison::Greater => order == Ordering::Greater,
        }
        .into()
    };
    match (a, b) {
        (Value::Date(x), Value::Date(y)) => by_order(x.cmp(y)),
        (Value::Date(x), Value::Moment(w)) => {
            intervals(sign, (day_number(*x), day_number(*x)), days_of(w, zone))
        }
        (Value::Moment(w), Value::Date(y)) => {
            intervals(sign, days_of(w, zone), (day_number(*y), day_number(*y)))
        }
        (Value::Moment(x), Value::Moment(y)) => {
            if x.precision == Precision::Day && y.precision == Precision::Day {
                return by_order(x.day.cmp(&y.day));
            }
            intervals(sign, (x.from, x.to), (y.from, y.to))
        }
        (Value::Length(x), Value::Length(y)) => {
            let key = |l: &Length| {
                if l.is_hours() || l.is_nothing() {
                    l.seconds()
                } else {
                    i64::from(l.parts().next().map_or(0, |(_, n)| n))
                }
            };
            by_order(key(x).cmp(&key(y)))
        }
        (Value::Word(x), Value::Word(y)) => by_order(x.cmp(y)),
        (Value::Text(x), Value::Text(y)) => by_order(x.cmp(y)),
        (Value::None, Value::None) => by_order(Ordering::Equal),
        (Value::None, _) | (_, Value::None) => Truth::No,
        (Value::Yes(x), Value::Yes(y)) => by_order(x.cmp(y)),
        (x, y) => match (number(x), number(y)) {
            (Some(x), Some(y)) => by_order(x.cmp(&y)),
            _ => Truth::Unknown,
        },
    }
}

fn day_number(day: Date) -> i64 {
    days_between(Date::constant(1970, 1, 1), day)
}

fn days_of(when: &When, zone: &TimeZone) -> (i64, i64) {
    (day_number(when.day), day_number(when.latest(zone).day))
}

fn intervals(sign: Comparison, a: (i64, i64), b: (i64, i64)) -> Truth {
    let less = |a: (i64, i64), b: (i64, i64)| {
        if a.1 < b.0 {
            Truth::Yes
        } else if a.0 >= b.1 {
            Truth::No
        } else {
            Truth::Unknown
        }
    };
    match sign {
        Comparison::Less => less(a, b),
        Comparison::Greater => less(b, a),
        Comparison::LessOrEqual => less(b, a).not(),
        Comparison::GreaterOrEqual => less(a, b).not(),
        Comparison::Equal => {
            if a.0 == a.1 && b == a {
                Truth::Yes
            } else if a.1 < b.0 || b.1 < a.0 {
                Truth::No
            } else {
                Truth::Unknown
            }
        }
    }
}
