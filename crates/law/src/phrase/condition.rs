//! Conditions in words.

use super::table::Template as T;
use super::{Speaker, list};
use crate::expression::{Acts, Comparison, Expression as E, Identity, Of, Quantifier, Side};
use crate::rules::{ActId, GateGroup};
use crate::value::{Type, Value, Word};
use crate::words::Words;

/// The three places where acts are sought: anywhere, before, after.
type BySide = [T; 3];

const DID: BySide = [T::Did, T::DidEarlier, T::DidLater];
const DID_NOT: BySide = [T::DidNot, T::DidNotEarlier, T::DidNotLater];
const TIMES: BySide = [T::Times, T::TimesEarlier, T::TimesLater];
const FEWER: BySide = [T::Fewer, T::FewerEarlier, T::FewerLater];

pub(super) fn by_side(side: Side, templates: BySide) -> T {
    let [anywhere, earlier, later] = templates;
    match side {
        Side::Anywhere => anywhere,
        Side::Earlier => earlier,
        Side::Later => later,
    }
}

/// The same comparison the other way round: what holds when this one does not.
fn turned(sign: Comparison) -> Option<Comparison> {
    Some(match sign {
        Comparison::Less => Comparison::GreaterOrEqual,
        Comparison::LessOrEqual => Comparison::Greater,
        Comparison::GreaterOrEqual => Comparison::Less,
        Comparison::Greater => Comparison::LessOrEqual,
        Comparison::Equal => return None,
    })
}

impl Speaker<'_> {
    /// A condition that holds; none if it is a value.
    pub(super) fn condition(self, e: &E) -> Option<Words> {
        self.stated(e, true)
    }

    /// A condition that holds, or that does not.
    fn stated(self, e: &E, holds: bool) -> Option<Words> {
        Some(match e {
            E::Not(inner) => return self.stated(inner, !holds),
            E::And(_) | E::Or(_) if !holds => T::Not.with([&T::Group.with([&self.joined(e)])]),
            E::And(_) | E::Or(_) => self.joined(e),
            E::Compare { sign, left, right } => self.compared(*sign, left, right, holds),
            E::IsWord { value, words } => {
                let labels = words.iter().map(|word| self.word(value, *word));
                let is = if holds { T::Is } else { T::IsNot };
                is.with([&self.value(value), &list::or(labels)])
            }
            E::IsText { value, texts } => {
                let texts = list::or(texts.iter().map(|text| Words::new(text, text)));
                let is = if holds { T::Is } else { T::IsNot };
                is.with([&self.value(value), &texts])
            }
            E::IsNone(value) => {
                (if holds { T::IsNone } else { T::IsSome }).with([&self.value(value)])
            }
            E::Within { value, from, to } => {
                let between = if holds { T::Between } else { T::NotBetween };
                between.with([&self.value(value), &self.value(from), &self.value(to)])
            }
            E::BetweenTimes { value, from, to } => {
                let time = |t: &jiff::civil::Time| {
                    let text = t.strftime("%H:%M").to_string();
                    Words::new(&text, &text)
                };
                let between = if holds { T::Between } else { T::NotBetween };
                between.with([&self.value(value), &time(from), &time(to)])
            }
            E::Held(at) => self.held(at.as_deref(), holds),
            E::Under(measure) => {
                let under = if holds {
                    T::UnderMeasure
                } else {
                    T::NotUnderMeasure
                };
                under.with([&self.law.measure(*measure).words])
            }
            E::Did(acts) => (if holds { T::Did } else { T::DidNot }).with([&self.acts(acts)]),
            E::Acts { quantifier, acts } => return self.quantified(*quantifier, acts, holds),
            E::GateOpen(gate) => {
                let allowed = if holds { T::Allowed } else { T::NotAllowed };
                allowed.with([&self.gate(*gate)])
            }
            E::StartsWith { value, text } => {
                let said = T::BeginsWith.with([&self.value(value), &Words::new(text, text)]);
                if holds { said } else { T::Not.with([&said]) }
            }
            E::Differs { what, of, from } => self.differs(*what, *of, *from, holds),
            E::RankAtLeast { of, rank } => {
                let rank = &self.law.rank(*rank).words;
                self.attribute(T::Rank, *of, at_least(rank, holds))
            }
            E::RankIs { of, ranks } => {
                let ranks = list::or(ranks.iter().map(|r| self.law.rank(*r).words.clone()));
                self.attribute_is(T::Rank, *of, &ranks, holds)
            }
            E::LevelAtLeast { of, level } => {
                let level = &self.law.level(*level).words;
                self.attribute(T::Level, *of, at_least(level, holds))
            }
            E::LevelIs { of, levels } => {
                let levels = list::or(levels.iter().map(|l| self.law.level(*l).words.clone()));
                self.attribute_is(T::Level, *of, &levels, holds)
            }
            E::LevelOneAbove { of, than } => {
                let above = T::OneAbove.with([&self.acts(self.acts_of(than))]);
                self.attribute_is(T::Level, *of, &above, holds)
            }
            E::OrganIs { of, organs } => {
                let organs = list::or(organs.iter().map(|o| self.law.organ(*o).words.clone()));
                self.attribute_is(T::Organ, *of, &organs, holds)
            }
            value if holds => return self.yes_no(value),
            value => T::Not.with([&self.yes_no(value)?]),
        })
    }

    /// A field, a fact or a literal that is yes or no.
    fn yes_no(self, e: &E) -> Option<Words> {
        match e {
            E::Literal(Value::Yes(yes)) => Some(if *yes { T::Yes } else { T::No }.words()),
            E::Field { .. } | E::Fact { .. } | E::Step(_) | E::Formula(_) => Some(self.value(e)),
            _ => None,
        }
    }

    /// Conditions joined by *and* or *or*; `C, if D` is read as *not D or C*.
    fn joined(self, e: &E) -> Words {
        let (parts, joint) = match e {
            E::And(parts) => (parts, T::And),
            E::Or(parts) => {
                if let [E::Not(only_if), condition] = parts.as_slice() {
                    return T::If.with([&self.part(condition), &self.say(only_if)]);
                }
                (parts, T::Or)
            }
            _ => return self.say(e),
        };
        list::join(parts.iter().map(|part| self.part(part)), joint).unwrap_or_default()
    }

    /// A condition among others: in brackets where it is itself made of several.
    pub(super) fn part(self, e: &E) -> Words {
        let words = self.say(e);
        let several = match e {
            E::And(_) | E::Or(_) => true,
            E::Not(inner) => {
                matches!(
                    **inner,
                    E::And(_) | E::Or(_) | E::Field { .. } | E::Fact { .. }
                )
            }
            _ => false,
        };
        if several {
            T::Group.with([&words])
        } else {
            words
        }
    }

    fn compared(self, sign: Comparison, left: &E, right: &E, holds: bool) -> Words {
        let sign = if holds { Some(sign) } else { turned(sign) };
        if let (E::Age { at, .. }, E::Literal(Value::Length(length)), Some(sign)) =
            (left, right, sign)
            && length.years > 0
        {
            let years = |n: i32| Words::new(&n.to_string(), &n.to_string());
            match sign {
                Comparison::Less => {
                    return T::Under.with([&years(length.years), &self.when(at)]);
                }
                Comparison::GreaterOrEqual => {
                    return T::OfAge.with([&years(length.years), &self.when(at)]);
                }
                _ => {}
            }
        }
        let time = self.is_time(left) || self.is_time(right);
        let template = match (sign, time) {
            (None, _) => T::Differs,
            (Some(Comparison::Equal), _) => T::Equal,
            (Some(Comparison::Less), false) => T::Less,
            (Some(Comparison::LessOrEqual), false) => T::AtMost,
            (Some(Comparison::GreaterOrEqual), false) => T::AtLeast,
            (Some(Comparison::Greater), false) => T::More,
            (Some(Comparison::Less), true) => T::Before,
            (Some(Comparison::LessOrEqual), true) => T::NotAfter,
            (Some(Comparison::GreaterOrEqual), true) => T::NotBefore,
            (Some(Comparison::Greater), true) => T::After,
        };
        template.with([&self.value(left), &self.value(right)])
    }

    fn held(self, at: Option<&E>, holds: bool) -> Words {
        match (at, holds) {
            (None, true) => T::Held.words(),
            (None, false) => T::NotHeld.words(),
            (Some(at), true) => T::HeldAt.with([&self.when(at)]),
            (Some(at), false) => T::NotHeldAt.with([&self.when(at)]),
        }
    }

    /// `no`, `some`, `at least N` of some acts; none for `count` and `latest`, which are values.
    fn quantified(self, quantifier: Quantifier, acts: &Acts, holds: bool) -> Option<Words> {
        let which = self.which(acts);
        let (some, n) = match quantifier {
            Quantifier::No => (!holds, 1),
            Quantifier::AtLeast(n) => (holds, n),
            Quantifier::Count | Quantifier::Latest => return None,
        };
        let times = Words::new(&n.to_string(), &n.to_string());
        Some(match (some, n) {
            (true, 0 | 1) => by_side(acts.side, DID).with([&which]),
            (false, 0 | 1) => by_side(acts.side, DID_NOT).with([&which]),
            (true, _) => by_side(acts.side, TIMES).with([&which, &times]),
            (false, _) => by_side(acts.side, FEWER).with([&which, &times]),
        })
    }

    /// Acts with the property that is asked of them, and the time between which they are sought.
    pub(super) fn which(self, acts: &Acts) -> Words {
        let mut words = self.acts(&acts.kinds);
        // What an act of the list is compared with is the act that was at hand before it.
        let anchor = if self.current.is_empty() {
            self.anchor
        } else {
            self.current
        };
        if let Some(condition) = &acts.condition {
            let inner = Speaker {
                anchor,
                current: &acts.kinds,
                ..self
            };
            words = T::Where.with([&words, &inner.say(condition)]);
        }
        if let Some((from, to)) = &acts.within {
            words = T::WhereWithin.with([&words, &self.value(from), &self.value(to)]);
        }
        words
    }

    fn gate(self, gate: GateGroup) -> Words {
        let version = self.law.versions_of_gate(gate).first();
        version.map_or_else(Words::default, |id| self.law.gate(*id).words.clone())
    }

    fn differs(self, what: Identity, of: Of, from: Of, holds: bool) -> Words {
        let template = match (what, holds) {
            (Identity::Organ, true) => T::OtherOrgan,
            (Identity::Official, true) => T::OtherOfficial,
            (Identity::Unit, true) => T::OtherUnit,
            (Identity::Organ, false) => T::SameOrgan,
            (Identity::Official, false) => T::SameOfficial,
            (Identity::Unit, false) => T::SameUnit,
        };
        let said = template.with([&self.acts(self.acts_of(&from))]);
        if self.goes_without_saying(of) {
            return said;
        }
        T::Is.with([&self.acts(self.acts_of(&of)), &said])
    }

    /// `rank: head of …`, and of which act where that must be said.
    fn attribute(self, what: T, of: Of, is: Words) -> Words {
        T::Is.with([&self.whose(what, of), &is])
    }

    fn attribute_is(self, what: T, of: Of, is: &Words, holds: bool) -> Words {
        (if holds { T::Is } else { T::IsNot }).with([&self.whose(what, of), is])
    }

    fn whose(self, what: T, of: Of) -> Words {
        if self.goes_without_saying(of) {
            return what.words();
        }
        T::Of.with([&what.words(), &self.acts(self.acts_of(&of))])
    }

    /// The words of a word of a closed list, as the field that holds it declares them.
    fn word(self, value: &E, word: Word) -> Words {
        let ty = match value {
            E::Field { of, field } => self.field(*of, *field).map(|f| &f.ty),
            E::Fact { act, field } => self.field_of(*act, *field).map(|f| &f.ty),
            _ => None,
        };
        let words = ty
            .and_then(|ty: &Type| self.law.word_label(word, ty))
            .cloned();
        words.unwrap_or_else(|| Self::bare(self.law.word_name(word)))
    }

    /// Acts and the property that is asked of them.
    pub(super) fn acts_where(self, acts: &[ActId], condition: Option<&E>) -> Words {
        let words = self.acts(acts);
        match condition {
            Some(condition) => T::Where.with([&words, &self.at_hand(acts).say(condition)]),
            None => words,
        }
    }
}

fn at_least(rung: &Words, holds: bool) -> Words {
    (if holds { T::OrAbove } else { T::Below }).with([rung])
}
