//! A given value to a value of the field's type.

use habeas_law::count::{Length, Unit};
use habeas_law::rules::Field;
use habeas_law::{Law, Type, Value};
use jiff::tz::TimeZone;

use super::given::Given;
use super::names;
use super::problem::quoted;
use super::time::{self, FIELDS, Wrong};

/// The longest length that a record may state, in years.
const MOST_YEARS: i32 = 200;

/// Where a value is read.
pub struct Reads<'a> {
    pub law: &'a Law,
    pub zone: &'a TimeZone,
    /// The year in which day 0 of the case floats.
    pub floating: Option<i16>,
}

impl Reads<'_> {
    /// The value, or none when it is not in the record.
    pub fn value(&self, field: &Field, given: &Given<'_>) -> Result<Option<Value>, Wrong> {
        let ty = &field.ty;
        let text = match given {
            Given::Nothing => return Ok(None),
            Given::Yes(yes) if matches!(ty, Type::YesNo | Type::Any) => {
                return Ok(Some(Value::Yes(*yes)));
            }
            Given::Number(number)
                if matches!(ty, Type::Length(_) | Type::Number | Type::Money | Type::Any) =>
            {
                number.as_str()
            }
            Given::Text(text) => text.trim(),
            Given::List(list) if matches!(ty, Type::Periods | Type::Any) => {
                return self.periods(list).map(Some);
            }
            other => {
                let found = format!(
                    "{} stands there, expected {}",
                    other.noun(),
                    self.expected(ty)
                );
                return Err(Wrong::new(found));
            }
        };
        if text == "none" {
            return self.none(field).map(Some);
        }
        let value = match ty {
            Type::Text => Value::Text(text.into()),
            Type::Date => Value::Date(self.moment(text)?.day),
            Type::Moment => Value::Moment(self.moment(text)?),
            _ => ty
                .read(text, |name| self.law.word(name), self.zone)
                .map_err(|said| self.wrong(ty, text, said))?,
        };
        match &value {
            Value::Length(length) => check_length(ty, *length, text)?,
            Value::Periods(periods) => {
                for (from, to) in periods.iter() {
                    if self.floating.is_some() || from.year() < FIELDS.0 || to.year() > FIELDS.1 {
                        return Err(self.outside(text));
                    }
                }
            }
            _ => {}
        }
        Ok(Some(value))
    }

    fn none(&self, field: &Field) -> Result<Value, Wrong> {
        if field.or_none {
            return Ok(Value::None);
        }
        let found = format!(
            "`none` stands there, expected {}: the pack declares this field without `or none`",
            self.expected(&field.ty)
        );
        Err(Wrong::new(found).hint("leave the field out where the record does not say it"))
    }

    fn moment(&self, text: &str) -> Result<habeas_law::moment::When, Wrong> {
        let (when, floating) = time::read(text, self.zone, FIELDS)?;
        if floating == self.floating {
            Ok(when)
        } else {
            Err(self.outside(text))
        }
    }

    fn outside(&self, text: &str) -> Wrong {
        match self.floating {
            Some(year) => Wrong::new(format!(
                "{} is not counted from day 0, as the act is",
                quoted(text)
            ))
            .hint(format!("write `{year}-XX-XX+N`, or leave the field out")),
            None if time::is_floating(text) => Wrong::new(format!(
                "{} is counted from day 0, and the act has a date",
                quoted(text)
            )),
            None => Wrong::new(format!(
                "{} lies outside the years {} to {} that are read",
                quoted(text),
                FIELDS.0,
                FIELDS.1
            )),
        }
    }

    fn wrong(&self, ty: &Type, text: &str, said: String) -> Wrong {
        match ty {
            Type::OneOf(words) => {
                let known: Vec<&str> = words
                    .iter()
                    .map(|(word, _)| self.law.word_name(*word))
                    .collect();
                Wrong::new(said).hint(names::hint(&known, text, "words of this field"))
            }
            Type::YesNo => {
                Wrong::new(said).hint("leave the field out where the record does not say it")
            }
            _ => Wrong::new(said),
        }
    }

    fn periods(&self, list: &[Given<'_>]) -> Result<Value, Wrong> {
        let shape = || {
            Wrong::new("a list of something else stands there, expected periods")
                .hint(r#"write [["2026-01-01","2026-01-31"]], first and last day"#)
        };
        let mut text = String::new();
        for period in list {
            let Given::List(days) = period else {
                return Err(shape());
            };
            let [Given::Text(from), Given::Text(to)] = days.as_slice() else {
                return Err(shape());
            };
            if !text.is_empty() {
                text.push(',');
            }
            text.push_str(from);
            text.push_str("..");
            text.push_str(to);
        }
        if text.is_empty() {
            return Ok(Value::Periods(Vec::new().into()));
        }
        let value = Type::Periods
            .read(&text, |_| None, self.zone)
            .map_err(Wrong::new)?;
        if let Value::Periods(periods) = &value
            && (self.floating.is_some()
                || periods
                    .iter()
                    .any(|(from, to)| from.year() < FIELDS.0 || to.year() > FIELDS.1))
        {
            return Err(self.outside(&text));
        }
        Ok(value)
    }

    fn expected(&self, ty: &Type) -> String {
        match ty {
            Type::YesNo => "`true` or `false`".into(),
            Type::OneOf(words) => {
                let names: Vec<&str> = words
                    .iter()
                    .map(|(word, _)| self.law.word_name(*word))
                    .collect();
                format!("one of {}", super::problem::listed(names))
            }
            Type::Length(unit) => format!("a number of {}", unit.name()),
            Type::Periods => "a list of periods, first and last day".into(),
            Type::Text => "a text".into(),
            Type::Money => "a sum of money".into(),
            other => format!("a {}", other.name()),
        }
    }
}

/// A field in days holds days: 3 months is no number of days.
fn check_length(ty: &Type, length: Length, text: &str) -> Result<(), Wrong> {
    let most = |unit: Unit| match unit {
        Unit::Years => MOST_YEARS,
        Unit::Months => MOST_YEARS * 12,
        Unit::Days | Unit::WorkingDays => MOST_YEARS * 366,
        Unit::Hours => MOST_YEARS * 366 * 24,
        Unit::Minutes => MOST_YEARS * 366 * 24 * 60,
    };
    let units = [
        Unit::Years,
        Unit::Months,
        Unit::Days,
        Unit::WorkingDays,
        Unit::Hours,
        Unit::Minutes,
    ];
    for unit in units {
        let count = length.get(unit);
        if count < 0 || count > most(unit) {
            return Err(Wrong::new(format!(
                "{} is no length from 0 to {MOST_YEARS} years",
                quoted(text)
            )));
        }
        if let Type::Length(own) = ty
            && count != 0
            && unit != *own
            && !(unit.is_clock() && own.is_clock())
        {
            let own = own.name();
            return Err(
                Wrong::new(format!("{} is not in {own}", quoted(text))).hint(format!(
                    "write a number of {own}: one unit is never turned into another"
                )),
            );
        }
    }
    Ok(())
}
