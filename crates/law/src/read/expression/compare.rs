//! Comparisons: signs, `is …`, and what acts have besides fields (rank, level, organ, official, unit).

use jiff::civil::Time;

use super::{Reader, Typed, value, wrong_type, yes_no};
use crate::expression::{Comparison, Expression as E, Identity, Of};
use crate::read::cursor::{Cursor, Read};
use crate::read::names::Kind;
use crate::rules::{ActId, LevelId, OrganId, RankId};
use crate::syntax::TokenKind;
use crate::value::{Type, Word};
use crate::words::Words;

/// What stands after `is` as words.
const SIGNS: [(&str, Comparison); 6] = [
    ("before", Comparison::Less),
    ("after", Comparison::Greater),
    ("at least", Comparison::GreaterOrEqual),
    ("at most", Comparison::LessOrEqual),
    ("under", Comparison::Less),
    ("over", Comparison::Greater),
];

impl Reader<'_> {
    pub(super) fn comparison(self, c: &mut Cursor<'_>) -> Read<Typed> {
        if let Some(found) = self.attribute(c)? {
            return Ok(yes_no(found));
        }
        let mark = c.mark();
        let left = self.sum(c)?;
        let sign = match c.look(0) {
            "<" => Comparison::Less,
            "<=" => Comparison::LessOrEqual,
            "=" => Comparison::Equal,
            ">=" => Comparison::GreaterOrEqual,
            ">" => Comparison::Greater,
            "is" => return self.is(c, mark, left),
            "within" => return self.within(c, left),
            "starts" if c.eat("starts with") => {
                let (left, _) = value(left);
                let text = c
                    .quoted()
                    .ok_or_else(|| c.expected("a quoted text"))?
                    .into();
                return Ok(yes_no(E::StartsWith {
                    value: Box::new(left),
                    text,
                }));
            }
            _ => return Ok(left),
        };
        c.next();
        self.compared(c, mark, value(left), sign).map(yes_no)
    }

    fn compared(
        self,
        c: &mut Cursor<'_>,
        mark: usize,
        (left, left_type): (E, Type),
        sign: Comparison,
    ) -> Read<E> {
        let (right, right_type) = value(self.sum(c)?);
        if !left_type.compares(&right_type) {
            let message = format!(
                "{} and {} do not compare",
                left_type.name(),
                right_type.name()
            );
            let mut problem = c.problem(c.span_from(mark), message, "of two types");
            if let (Type::Length(_) | Type::MixedLength, Type::Length(_) | Type::MixedLength) =
                (&left_type, &right_type)
            {
                let hint = "units are never converted: name both lengths in one unit";
                problem.hint = Some(hint.to_owned());
            }
            return Err(problem);
        }
        Ok(E::Compare {
            sign,
            left: Box::new(left),
            right: Box::new(right),
        })
    }

    /// A moment within a range is a condition; a number or a length is held within it.
    fn within(self, c: &mut Cursor<'_>, left: Typed) -> Read<Typed> {
        let mark = c.mark();
        c.need("within")?;
        let (left, ty) = value(left);
        let (from, to) = self.range(c)?;
        let (value, from, to) = (Box::new(left), Box::new(from), Box::new(to));
        Ok(match ty {
            Type::Number | Type::Money | Type::Length(_) => {
                Typed::Value(E::Clamp { value, from, to }, ty)
            }
            Type::Date | Type::Moment | Type::Any => yes_no(E::Within { value, from, to }),
            other => {
                let wanted = "a moment, a number or a length before `within`";
                return Err(wrong_type(c, mark, wanted, &other));
            }
        })
    }

    pub(super) fn range(self, c: &mut Cursor<'_>) -> Read<(E, E)> {
        let (from, _) = value(self.sum(c)?);
        c.need("..")?;
        let (to, _) = value(self.sum(c)?);
        Ok((from, to))
    }

    fn is(self, c: &mut Cursor<'_>, mark: usize, left: Typed) -> Read<Typed> {
        c.need("is")?;
        let (left, ty) = value(left);
        let not = c.eat("not");
        let found = if c.eat("none") {
            E::IsNone(Box::new(left))
        } else if c.eat("between") {
            let from = time(c)?;
            c.need("and")?;
            E::BetweenTimes {
                value: Box::new(left),
                from,
                to: time(c)?,
            }
        } else if let Some((_, sign)) = SIGNS.into_iter().find(|(words, _)| c.eat(words)) {
            self.compared(c, mark, (left, ty), sign)?
        } else {
            c.eat("one of");
            match ty {
                Type::OneOf(known) => self.is_word(c, left, &known)?,
                Type::YesNo if c.eat("yes") => left,
                Type::YesNo => {
                    c.need("no")?;
                    E::Not(Box::new(left))
                }
                Type::Text | Type::Any if c.sees(TokenKind::Word) || c.sees(TokenKind::Text) => {
                    is_text(c, left)?
                }
                _ => self.compared(c, mark, (left, ty), Comparison::Equal)?,
            }
        };
        Ok(yes_no(if not { E::Not(Box::new(found)) } else { found }))
    }

    fn is_word(self, c: &mut Cursor<'_>, left: E, known: &[(Word, Words)]) -> Read<E> {
        let mut words = vec![self.word(c, known)?];
        while c.at("or") || c.at(",") {
            let mark = c.mark();
            c.next();
            match self.word(c, known) {
                Ok(word) => words.push(word),
                Err(_) => {
                    c.back(mark);
                    break;
                }
            }
        }
        Ok(E::IsWord {
            value: Box::new(left),
            words,
        })
    }

    fn word(self, c: &mut Cursor<'_>, known: &[(Word, Words)]) -> Read<Word> {
        let (name, span) = c.name("a word of this list")?;
        let word = self
            .law
            .word(name)
            .filter(|w| known.iter().any(|(k, _)| k == w));
        word.ok_or_else(|| {
            let list: Vec<&str> = known.iter().map(|(w, _)| self.law.word_name(*w)).collect();
            let message = format!("`{name}` is not one of the words of this field");
            let mut problem = c.problem(span, message, "unknown word");
            problem.hint = Some(format!("it can be {}", list.join(", ")));
            problem
        })
    }

    /// `rank is …`, `level is …`, `organ is …`, `organ differs from organ of …`.
    fn attribute(self, c: &mut Cursor<'_>) -> Read<Option<E>> {
        let mark = c.mark();
        let what = c.look(0);
        if !matches!(what, "rank" | "level" | "organ" | "official" | "unit") {
            return Ok(None);
        }
        c.next();
        let of = if c.eat("of") {
            self.of(c)?
        } else {
            self.at_hand()
        };
        if c.eat("differs from") {
            let identity = match what {
                "organ" => Identity::Organ,
                "unit" => Identity::Unit,
                _ => Identity::Official,
            };
            if c.eat(what) {
                c.need("of")?;
            }
            return Ok(Some(E::Differs {
                what: identity,
                of,
                from: self.of(c)?,
            }));
        }
        if !c.eat("is") {
            c.back(mark);
            return Ok(None);
        }
        let not = c.eat("not");
        let found = match what {
            "rank" => self.rank(c, of)?,
            "level" => self.level(c, of)?,
            "organ" => {
                let organs = self
                    .names(c, Kind::Organ)?
                    .into_iter()
                    .map(OrganId)
                    .collect();
                E::OrganIs { of, organs }
            }
            _ => return Err(c.expected("`differs from`")),
        };
        Ok(Some(if not { E::Not(Box::new(found)) } else { found }))
    }

    fn rank(self, c: &mut Cursor<'_>, of: Of) -> Read<E> {
        let ranks: Vec<RankId> = self.names(c, Kind::Rank)?.into_iter().map(RankId).collect();
        match ranks.as_slice() {
            [rank] if c.eat("or above") => Ok(E::RankAtLeast { of, rank: *rank }),
            _ => Ok(E::RankIs { of, ranks }),
        }
    }

    fn level(self, c: &mut Cursor<'_>, of: Of) -> Read<E> {
        if c.eat("one above") {
            if c.eat("level") {
                c.need("of")?;
            }
            return Ok(E::LevelOneAbove {
                of,
                than: self.of(c)?,
            });
        }
        let levels: Vec<LevelId> = self
            .names(c, Kind::Level)?
            .into_iter()
            .map(LevelId)
            .collect();
        match levels.as_slice() {
            [level] if c.eat("or above") => Ok(E::LevelAtLeast { of, level: *level }),
            _ => Ok(E::LevelIs { of, levels }),
        }
    }

    /// `NAME or NAME`, as far as names of that kind follow.
    fn names(self, c: &mut Cursor<'_>, kind: Kind) -> Read<Vec<u16>> {
        let mut found = vec![self.look_up(c, kind)?];
        while c.at("or") && self.law.names.find(kind, self.pack, c.look(1)).is_some() {
            c.next();
            found.push(self.look_up(c, kind)?);
        }
        Ok(found)
    }

    fn at_hand(self) -> Of {
        if self.scope.current.is_empty() {
            Of::Anchor
        } else {
            Of::Current
        }
    }

    fn of(self, c: &mut Cursor<'_>) -> Read<Of> {
        let act = ActId(self.look_up(c, Kind::Act)?);
        Ok(self.whose(act))
    }

    /// An act's name means the act at hand, the anchor, or else the latest of its kind.
    pub(super) fn whose(self, act: ActId) -> Of {
        if self.scope.current.contains(&act) {
            Of::Current
        } else if self.scope.anchor.contains(&act) {
            Of::Anchor
        } else {
            Of::Latest(act)
        }
    }
}

fn is_text(c: &mut Cursor<'_>, left: E) -> Read<E> {
    let mut texts = Vec::new();
    loop {
        match c.next() {
            Some(t) if matches!(t.kind, TokenKind::Word | TokenKind::Text) => {
                texts.push(c.text(t).trim_matches('"').into());
            }
            _ => return Err(c.expected("a word")),
        }
        if !(c.at("or") && c.peek_at(1).is_some_and(|t| t.kind == TokenKind::Text)) {
            return Ok(E::IsText {
                value: Box::new(left),
                texts,
            });
        }
        c.next();
    }
}

fn time(c: &mut Cursor<'_>) -> Read<Time> {
    let time = match c.peek() {
        Some((TokenKind::Time, text)) => text.split_once(':').and_then(|(hour, minute)| {
            Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
        }),
        _ => None,
    };
    let time = time.ok_or_else(|| c.expected("a time of day such as 21:00"))?;
    c.next();
    Ok(time)
}
