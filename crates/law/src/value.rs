//! Values of facts and fields, and their types.

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use rust_decimal::Decimal;

use crate::count::{Length, Unit};
use crate::moment::When;
use crate::words::Words;

/// A word of a closed list, interned in the [`Law`](crate::Law).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(pub u32);

/// A known value. What is not known has no value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Yes or no.
    Yes(bool),
    /// A civil day.
    Date(Date),
    /// A moment, with bounds where it is known coarsely.
    Moment(When),
    /// A length of time.
    Length(Length),
    /// A number.
    Number(Decimal),
    /// A sum of money, in the currency of the jurisdiction.
    Money(Decimal),
    /// A word of a closed list.
    Word(Word),
    /// Free text.
    Text(Arc<str>),
    /// Periods of whole days, first and last included.
    Periods(Arc<[(Date, Date)]>),
    /// Known to be absent.
    None,
}

/// The type of a field, a fact or an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// `yes/no`
    YesNo,
    /// `date`
    Date,
    /// `moment`
    Moment,
    /// `days`, `months`, …
    Length(Unit),
    /// A length of several units; compares with nothing.
    MixedLength,
    /// `number`
    Number,
    /// `money`
    Money,
    /// `one of …`, with words for each.
    OneOf(Arc<[(Word, Words)]>),
    /// `text`
    Text,
    /// `list of periods`
    Periods,
    /// Known only when it is evaluated: values of case files.
    Any,
}

impl Type {
    /// As a pack writes it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::YesNo => "yes/no".into(),
            Self::Date => "date".into(),
            Self::Moment => "moment".into(),
            Self::Length(unit) => unit.name().into(),
            Self::MixedLength => "length of several units".into(),
            Self::Number => "number".into(),
            Self::Money => "money".into(),
            Self::OneOf(_) => "one of a list".into(),
            Self::Text => "text".into(),
            Self::Periods => "list of periods".into(),
            Self::Any => "anything".into(),
        }
    }

    /// Whether values of these types compare.
    #[must_use]
    pub fn compares(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _)
            | (_, Self::Any)
            | (Self::Date | Self::Moment, Self::Date | Self::Moment) => true,
            (Self::Length(a), Self::Length(b)) => a == b || (a.is_clock() && b.is_clock()),
            (Self::OneOf(_), Self::OneOf(_))
            | (Self::Money, Self::Number)
            | (Self::Number, Self::Money) => true,
            (Self::MixedLength, _) | (_, Self::MixedLength) => false,
            (a, b) => a == b,
        }
    }

    /// Reads a value of this type from text, as examples, CSV files and JSON strings write it.
    ///
    /// # Errors
    /// What was found and what was expected.
    pub fn read(
        &self,
        text: &str,
        word: impl Fn(&str) -> Option<Word>,
        zone: &TimeZone,
    ) -> Result<Value, String> {
        let text = text.trim();
        let wrong = |what: &str| format!("`{text}` is not {what}");
        if text == "none" {
            return Ok(Value::None);
        }
        Ok(match self {
            Self::YesNo => match text {
                "yes" | "true" => Value::Yes(true),
                "no" | "false" => Value::Yes(false),
                _ => return Err(wrong("yes or no")),
            },
            Self::Date => {
                let day = text.get(..10).unwrap_or(text);
                Value::Date(day.parse().map_err(|_| wrong("a day such as 2026-11-05"))?)
            }
            Self::Moment => Value::Moment(When::parse(text, zone)?),
            Self::Length(unit) => {
                Value::Length(read_length(text, Some(*unit)).ok_or_else(|| {
                    let unit = unit.name();
                    wrong(&format!("a number of {unit} such as 3 {unit}"))
                })?)
            }
            Self::MixedLength => Value::Length(
                read_length(text, None).ok_or_else(|| wrong("a length such as 3 days"))?,
            ),
            Self::Number => Value::Number(text.parse().map_err(|_| wrong("a number"))?),
            Self::Money => Value::Money(
                text.parse()
                    .map_err(|_| wrong("a sum of money such as 475.52"))?,
            ),
            Self::OneOf(words) => {
                let found = word(text).filter(|w| words.iter().any(|(known, _)| known == w));
                Value::Word(found.ok_or_else(|| wrong("one of the words of this field"))?)
            }
            Self::Text | Self::Any => Value::Text(text.trim_matches('"').into()),
            Self::Periods => {
                let mut periods = Vec::new();
                for part in text.split(',') {
                    let (from, to) = part
                        .split_once("..")
                        .ok_or_else(|| wrong("periods such as 2026-01-01 .. 2026-01-31"))?;
                    let day = |t: &str| {
                        t.trim()
                            .parse::<Date>()
                            .map_err(|_| wrong("periods of days"))
                    };
                    let (from, to) = (day(from)?, day(to)?);
                    if to < from {
                        return Err(format!(
                            "the period `{}` ends before it begins",
                            part.trim()
                        ));
                    }
                    periods.push((from, to));
                }
                Value::Periods(periods.into())
            }
        })
    }
}

/// Reads `3 days`, `1 month + 15 days`, or a bare number of `unit`.
#[must_use]
pub fn read_length(text: &str, unit: Option<Unit>) -> Option<Length> {
    let mut length = Length::default();
    for part in text.split('+') {
        let part = part.trim();
        let (count, name) = part.split_once(' ').unwrap_or((part, ""));
        let unit = if name.is_empty() {
            unit?
        } else {
            unit_named(name.trim())?
        };
        length = length.plus(Length::of(unit, count.parse().ok()?));
    }
    Some(length)
}

/// `day`, `days`, `working days`, …
#[must_use]
pub fn unit_named(name: &str) -> Option<Unit> {
    Some(match name {
        "year" | "years" => Unit::Years,
        "month" | "months" => Unit::Months,
        "day" | "days" => Unit::Days,
        "working day" | "working days" => Unit::WorkingDays,
        "hour" | "hours" => Unit::Hours,
        "minute" | "minutes" => Unit::Minutes,
        _ => return None,
    })
}

impl Value {
    /// For people, in the notation of packs.
    #[must_use]
    pub fn show(&self, word: impl Fn(Word) -> String, zone: &TimeZone) -> String {
        match self {
            Self::Yes(true) => "yes".into(),
            Self::Yes(false) => "no".into(),
            Self::Date(day) => day.to_string(),
            Self::Moment(when) => when.show(zone),
            Self::Length(length) => length.to_string(),
            Self::Number(n) => n.normalize().to_string(),
            Self::Money(n) => n.to_string(),
            Self::Word(w) => word(*w),
            Self::Text(text) => text.to_string(),
            Self::Periods(periods) => {
                let parts: Vec<String> =
                    periods.iter().map(|(a, b)| format!("{a} .. {b}")).collect();
                parts.join(", ")
            }
            Self::None => "none".into(),
        }
    }
}
