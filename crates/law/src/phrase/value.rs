//! Values in words.

use jiff::civil::Date;

use super::table::Template as T;
use super::{Speaker, list};
use crate::count::{Length, Unit};
use crate::expression::{Expression as E, Quantifier, Side};
use crate::moment::When;
use crate::value::Value;
use crate::words::Words;

impl Speaker<'_> {
    /// A value; a condition where one stands as a value.
    pub(super) fn value(self, e: &E) -> Words {
        if let Some(acts) = self.happening(e) {
            return T::TimeOf.with([&acts]);
        }
        match e {
            E::Literal(value) => self.literal(value),
            E::Field { of, field } => {
                let words = self.field(*of, *field).map(|f| f.words.clone());
                let words = words.unwrap_or_else(|| Self::bare(self.law.field_name(*field)));
                if self.goes_without_saying(*of) {
                    return words;
                }
                T::Of.with([&words, &self.acts(self.acts_of(of))])
            }
            E::Fact { act, field } => {
                let words = self.field_of(*act, *field).map(|f| f.words.clone());
                words.unwrap_or_else(|| Self::bare(self.law.field_name(*field)))
            }
            E::Attribute { of, attribute } => self.attribute_time(*of, *attribute),
            E::Start => T::Start.words(),
            E::End => T::End.words(),
            E::EndOf {
                clock, last_day, ..
            } => {
                let end = if *last_day { T::LastDayOf } else { T::EndOf };
                end.with([&self.clock(*clock)])
            }
            E::EndOfLength { length, from, .. } => {
                T::EndOfLength.with([&self.value(length), &self.point(from)])
            }
            E::Acts {
                quantifier: Quantifier::Latest,
                acts,
            } => self.latest(acts),
            E::Acts {
                quantifier: Quantifier::Count,
                acts,
            } => {
                let count = match acts.side {
                    Side::Anywhere => T::Count,
                    Side::Earlier => T::CountEarlier,
                    Side::Later => T::CountLater,
                };
                count.with([&self.which(acts)])
            }
            E::Age { at, .. } => T::Age.with([&self.when(at)]),
            E::DayOf(inner) => T::DayOf.with([&self.point(inner)]),
            E::YearOf(inner) => T::YearOf.with([&self.point(inner)]),
            E::Earlier(a, b) => T::EarlierOf.with([&self.value(a), &self.value(b)]),
            E::Later(a, b) => T::LaterOf.with([&self.value(a), &self.value(b)]),
            E::Add(a, b) | E::Subtract(a, b) => self.sum(a, b, matches!(e, E::Subtract(..))),
            E::Multiply(a, b) => T::Multiplied.with([&self.term(a), &self.term(b)]),
            E::Divide(a, b) => T::Divided.with([&self.term(a), &self.term(b)]),
            E::Round { value, up, to } => {
                let rounded = if *up { T::RoundedUp } else { T::RoundedDown };
                rounded.with([&self.value(value), &self.value(to)])
            }
            E::Clamp { value, from, to } => {
                T::HeldWithin.with([&self.value(value), &self.value(from), &self.value(to)])
            }
            E::Or2(a, b) => T::OrIfNone.with([&self.value(a), &self.value(b)]),
            E::Table { table, key } => {
                let table = self.law.table(*table);
                let words = table
                    .words
                    .clone()
                    .unwrap_or_else(|| Self::bare(&table.name));
                T::TableOf.with([&words, &self.value(key)])
            }
            E::CountDays(periods) => T::DaysOf.with([&self.value(periods)]),
            E::In { value, .. } | E::WorkingDay(value) | E::NextWorkingDay(value) => {
                self.value(value)
            }
            E::Step(n) => self
                .steps
                .get(*n)
                .map_or_else(Words::default, |s| s.name.label.clone()),
            E::Formula(formula) => self.law.formula(*formula).words.clone(),
            E::Given(path) => Self::bare(&path.join(" ")),
            E::Answer(name) => Self::bare(name),
            // Only mappings of case files ask these, and nobody reads them out.
            E::Query(_) | E::Choose { .. } => Words::default(),
            condition => self.condition(condition).unwrap_or_default(),
        }
    }

    fn sum(self, a: &E, b: &E, minus: bool) -> Words {
        match (self.is_time(a), self.is_time(b), minus) {
            (true, false, false) => T::LengthAfter.with([&self.point(a), &self.value(b)]),
            (true, false, true) => T::LengthBefore.with([&self.point(a), &self.value(b)]),
            (true, true, true) => T::TimeFrom.with([&self.point(a), &self.point(b)]),
            (_, _, false) => T::Plus.with([&self.value(a), &self.value(b)]),
            (_, _, true) => T::Minus.with([&self.value(a), &self.value(b)]),
        }
    }

    /// A factor: in brackets where it is a sum.
    fn term(self, e: &E) -> Words {
        let words = self.value(e);
        let sum = matches!(e, E::Add(..) | E::Subtract(..));
        if sum { T::Group.with([&words]) } else { words }
    }

    fn literal(self, value: &Value) -> Words {
        match value {
            Value::Yes(yes) => if *yes { T::Yes } else { T::No }.words(),
            Value::None => T::None.words(),
            Value::Length(length) => self::length(*length),
            Value::Date(day) => date(*day),
            Value::Moment(when) => self.moment(when),
            Value::Word(word) => Self::bare(self.law.word_name(*word)),
            Value::Text(text) => T::Quoted.with([&Words::new(text, text)]),
            Value::Number(n) | Value::Money(n) => number(&n.normalize().to_string()),
            Value::Periods(periods) => {
                let period = |(from, to): &(Date, Date)| T::FromTo.with([&date(*from), &date(*to)]);
                list::comma(periods.iter().map(period)).unwrap_or_default()
            }
        }
    }

    /// A moment as exact as it is known, in the zone of the rule's pack; without a pack only the day.
    fn moment(self, when: &When) -> Words {
        match self.pack {
            Some(pack) => number(&when.show(self.law.zone(pack))),
            None => date(when.day),
        }
    }
}

/// The same in both languages.
pub(super) fn number(text: &str) -> Words {
    Words::new(text, text)
}

/// A day, written out.
fn date(day: Date) -> Words {
    let year = Words::new(
        &day.strftime("%-d %B %Y").to_string(),
        &day.year().to_string(),
    );
    let [month, day] = [day.month(), day.day()].map(|n| Words::new("", &n.to_string()));
    T::Date.with([&year, &month, &day])
}

/// `1 month plus 15 days`
pub(super) fn length(length: Length) -> Words {
    let parts = length.parts().map(|(unit, count)| {
        let (one, many) = match unit {
            Unit::Years => (T::OneYear, T::Years),
            Unit::Months => (T::OneMonth, T::Months),
            Unit::Days => (T::OneDay, T::Days),
            Unit::WorkingDays => (T::OneWorkingDay, T::WorkingDays),
            Unit::Hours => (T::OneHour, T::Hours),
            Unit::Minutes => (T::OneMinute, T::Minutes),
        };
        if count == 1 {
            one.words()
        } else {
            many.with([&number(&count.to_string())])
        }
    });
    list::join(parts, T::Plus).unwrap_or_else(|| T::NoTime.words())
}
