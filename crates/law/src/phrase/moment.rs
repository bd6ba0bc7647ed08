//! Points in time in words: as a noun (*the time of X*), and as when something is (*at the time of X*).

use super::Speaker;
use super::condition::by_side;
use super::table::Template as T;
use crate::expression::{Acts, Attribute, Expression as E, Of, Quantifier, Side};
use crate::rules::ClockGroup;
use crate::value::{Type, Value};
use crate::words::Words;

impl Speaker<'_> {
    /// Whether a value is a moment or a date.
    pub(super) fn is_time(self, e: &E) -> bool {
        let is = |ty: &Type| matches!(ty, Type::Date | Type::Moment);
        match e {
            E::Attribute { .. } | E::Start | E::End | E::DayOf(_) => true,
            E::EndOf { .. } | E::EndOfLength { .. } | E::NextWorkingDay(_) => true,
            E::Acts { quantifier, .. } => *quantifier == Quantifier::Latest,
            E::Literal(value) => matches!(value, Value::Date(_) | Value::Moment(_)),
            E::Field { of, field } => self.field(*of, *field).is_some_and(|f| is(&f.ty)),
            E::Fact { act, field } => self.field_of(*act, *field).is_some_and(|f| is(&f.ty)),
            E::Earlier(a, b) | E::Later(a, b) => self.is_time(a) || self.is_time(b),
            E::Add(a, _) => self.is_time(a),
            E::Subtract(a, b) => self.is_time(a) && !self.is_time(b),
            E::Or2(a, _) => self.is_time(a),
            _ => false,
        }
    }

    /// The acts whose happening is meant, where a moment is that of an act.
    pub(super) fn happening(self, e: &E) -> Option<Words> {
        match e {
            E::Attribute {
                of,
                attribute: Attribute::Happened,
            } => {
                let acts = self.acts_of(of);
                (!acts.is_empty() && acts.len() <= 2).then(|| self.acts(acts))
            }
            E::Acts {
                quantifier: Quantifier::Latest,
                acts,
            } if bare(acts) => Some(self.acts(&acts.kinds)),
            _ => None,
        }
    }

    pub(super) fn attribute_time(self, of: Of, attribute: Attribute) -> Words {
        let acts = self.acts(self.acts_of(&of));
        match attribute {
            Attribute::Happened => T::Happened.words(),
            Attribute::Recorded => T::RecordedAt.with([&acts]),
            Attribute::Until => T::UntilOf.with([&acts]),
        }
    }

    pub(super) fn latest(self, acts: &Acts) -> Words {
        let latest = by_side(
            acts.side,
            [T::TimeOfLatest, T::TimeOfEarlier, T::TimeOfLater],
        );
        latest.with([&self.which(acts)])
    }

    pub(super) fn clock(self, clock: ClockGroup) -> Words {
        let version = self.law.versions_of_clock(clock).first();
        version.map_or_else(Words::default, |id| self.law.clock(*id).words.clone())
    }

    /// When something is: *at the time of X*.
    pub(super) fn when(self, e: &E) -> Words {
        if let Some(acts) = self.happening(e) {
            return T::AtTimeOf.with([&acts]);
        }
        match e {
            E::Attribute {
                attribute: Attribute::Happened,
                ..
            } => T::AtHappening.words(),
            E::Start => T::AtStart.words(),
            E::End => T::AtEnd.words(),
            E::EndOf {
                clock,
                last_day: false,
                ..
            } => T::AtEndOf.with([&self.clock(*clock)]),
            _ => T::At.with([&self.value(e)]),
        }
    }

    /// What something is counted from: the act itself rather than its time.
    pub(super) fn point(self, e: &E) -> Words {
        if let Some(acts) = self.happening(e) {
            return acts;
        }
        match e {
            E::Start => T::PointStart.words(),
            E::End => T::PointEnd.words(),
            E::EndOf {
                clock,
                last_day: false,
                ..
            } => T::PointEndOf.with([&self.clock(*clock)]),
            _ => self.value(e),
        }
    }
}

fn bare(acts: &Acts) -> bool {
    acts.condition.is_none() && acts.within.is_none() && acts.side == Side::Anywhere
}
