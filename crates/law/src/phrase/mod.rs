//! Conditions and clauses in the words of people, put together from the words of fields, acts, values, clocks, measures, ranks,
//! levels and organs that the packs give.
//!
//! The phrases stand in `phrases.tsv`: they are language, not law.

mod clause;
mod condition;
mod list;
mod moment;
mod table;
mod value;

pub(crate) use clause::fill;

use crate::expression::{Expression, Of};
use crate::law::Law;
use crate::rules::{ActId, Field, FieldId, PackId, Step};
use crate::words::Words;

/// A condition or a value in words, seen from a rule of which one is made for each `anchor`, and from the acts at hand in
/// `current` (an extension, the act of a `where`), where there are any.
#[must_use]
pub fn phrase(law: &Law, expression: &Expression, anchor: &[ActId], current: &[ActId]) -> Words {
    let pack = current
        .iter()
        .chain(anchor)
        .map(|act| law.act(*act).pack)
        .next();
    Speaker {
        law,
        pack,
        anchor,
        current,
        steps: &[],
    }
    .say(expression)
}

/// What the act is called by which facts are stated.
#[must_use]
pub(crate) fn facts_stated() -> Words {
    table::Template::FactsStated.words()
}

/// A duty to act for which no time is set.
#[must_use]
pub fn without_delay() -> Words {
    table::Template::WithoutDelay.words()
}

/// Puts expressions into words, in one scope.
#[derive(Clone, Copy)]
struct Speaker<'a> {
    law: &'a Law,
    /// Whose rule it is, where that is known.
    pack: Option<PackId>,
    anchor: &'a [ActId],
    current: &'a [ActId],
    /// The steps of the formula at hand.
    steps: &'a [Step],
}

impl<'a> Speaker<'a> {
    /// The same, with other acts at hand.
    fn at_hand(self, current: &'a [ActId]) -> Self {
        Self { current, ..self }
    }

    /// Whatever it is.
    fn say(self, expression: &Expression) -> Words {
        self.condition(expression)
            .unwrap_or_else(|| self.value(expression))
    }

    /// The acts that are meant.
    fn acts_of<'o>(self, of: &'o Of) -> &'o [ActId]
    where
        'a: 'o,
    {
        match of {
            Of::Current => self.current,
            Of::Anchor => self.anchor,
            Of::Latest(act) => std::slice::from_ref(act),
        }
    }

    /// Whether a reader knows without being told whose field is meant.
    fn goes_without_saying(self, of: Of) -> bool {
        match of {
            Of::Current => true,
            Of::Anchor => self.current.is_empty(),
            Of::Latest(_) => false,
        }
    }

    fn field(self, of: Of, field: FieldId) -> Option<&'a Field> {
        let mut acts = match of {
            Of::Current => self.current.iter(),
            Of::Anchor => self.anchor.iter(),
            Of::Latest(act) => return self.field_of(act, field),
        };
        acts.find_map(|act| self.field_of(*act, field))
    }

    fn field_of(self, act: ActId, field: FieldId) -> Option<&'a Field> {
        self.law.act(act).fields.iter().find(|f| f.id == field)
    }

    /// A name for which the pack gives no words.
    fn bare(name: &str) -> Words {
        let name = name.replace('_', " ");
        Words::new(&name, &name)
    }

    /// Acts by their words: a or b.
    fn acts(self, acts: &[ActId]) -> Words {
        list::or(acts.iter().map(|act| self.law.act(*act).words.clone()))
    }
}
