//! Reads conditions and values: section 4 of the pack format.

use jiff::civil::Time;

use super::cursor::{Cursor, Read};
use super::names::{Kind, Scope};
use crate::count::{Length, Unit};
use crate::expression::{
    Acts, Attribute, Bound, Comparison, Expression as E, Identity, Of, Quantifier, Query, Side,
};
use crate::law::Law;
use crate::problem::Span;
use crate::rules::{ActId, BreachId, ClockGroup, ConventionId, FieldId, FormulaId, GateGroup, LevelId, MeasureId, OrganId, PackId, RankId, TableId};
use crate::syntax::TokenKind;
use crate::value::{Type, Value, Word, unit_named};
use crate::moment::When;

/// Nesting that is read; deeper conditions are refused.
const MAX_DEPTH: usize = 40;

/// Reads expressions of one pack in one scope.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// Everything declared.
    pub law: &'a Law,
    /// Whose names come first.
    pub pack: PackId,
    /// What bare names mean.
    pub scope: &'a Scope,
    /// How deep the reading is.
    pub depth: usize,
}

/// A value and its type; an act's name can be either a yes/no or a moment.
#[derive(Clone, Debug)]
enum Typed {
    Value(E, Type),
    Acts(Vec<ActId>),
}

impl Reader<'_> {
    fn zone(&self) -> jiff::tz::TimeZone {
        self.law.pack(self.pack).zone.clone()
    }

    /// A condition.
    ///
    /// # Errors
    /// What was found and expected, and where.
    pub fn condition(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        let typed = self.disjunction(c)?;
        let condition = truth(typed, c, mark)?;
        if c.at(", if") {
            c.eat(", if");
            let mark = c.mark();
            let typed = self.disjunction(c)?;
            let only_if = truth(typed, c, mark)?;
            return Ok(E::Or(vec![E::Not(Box::new(only_if)), condition]));
        }
        Ok(condition)
    }

    /// A value of any type.
    ///
    /// # Errors
    /// What was found and expected, and where.
    pub fn value(self, c: &mut Cursor<'_>) -> Read<(E, Type)> {
        let (mut found, ty) = value(self.disjunction(c)?);
        if c.at(", within") {
            c.eat(", within");
            let (from, to) = self.range(c)?;
            found = E::Clamp { value: Box::new(found), from: Box::new(from), to: Box::new(to) };
        }
        if c.at(", rounded") {
            c.eat(", rounded");
            let up = c.eat("up");
            if !up {
                c.need("down")?;
            }
            c.need("to")?;
            let (to, _) = value(self.term(c)?);
            found = E::Round { value: Box::new(found), up, to: Box::new(to) };
        }
        Ok((found, ty))
    }

    /// A moment or a date.
    ///
    /// # Errors
    /// If it is of another type.
    pub fn moment(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        let (e, ty) = value(self.sum(c)?);
        match ty {
            Type::Moment | Type::Date | Type::Any => Ok(e),
            other => Err(wrong_type(c, mark, "a moment or a date", &other)),
        }
    }

    /// A length.
    ///
    /// # Errors
    /// If it is of another type.
    pub fn length(self, c: &mut Cursor<'_>) -> Read<E> {
        let mark = c.mark();
        if c.eat("no time") {
            return Ok(E::Literal(Value::Length(Length::default())));
        }
        let (e, ty) = value(self.sum(c)?);
        match ty {
            Type::Length(_) | Type::MixedLength | Type::Any => Ok(e),
            other => Err(wrong_type(c, mark, "a length such as `3 days`", &other)),
        }
    }

    fn deeper(mut self, c: &Cursor<'_>) -> Read<Self> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(c.problem(c.here(), "this condition is nested too deeply", "split it into lines of their own"));
        }
        Ok(self)
    }

    fn disjunction(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let deeper = self.deeper(c)?;
        let mark = c.mark();
        let first = deeper.conjunction(c)?;
        if !c.at("or") {
            return Ok(first);
        }
        // `rate_set or lowest`: the first that is not none.
        if let Typed::Value(e, ty) = &first
            && *ty != Type::YesNo
            && *ty != Type::Any
        {
            c.eat("or");
            let (other, _) = value(deeper.conjunction(c)?);
            return Ok(Typed::Value(E::Or2(Box::new(e.clone()), Box::new(other)), ty.clone()));
        }
        let mut parts = vec![truth(first, c, mark)?];
        while c.eat("or") {
            let mark = c.mark();
            parts.push(truth(deeper.conjunction(c)?, c, mark)?);
        }
        Ok(Typed::Value(E::Or(parts), Type::YesNo))
    }

    fn conjunction(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let first = self.negation(c)?;
        if !c.at("and") {
            return Ok(first);
        }
        let mut parts = vec![truth(first, c, mark)?];
        while c.eat("and") {
            let mark = c.mark();
            parts.push(truth(self.negation(c)?, c, mark)?);
        }
        Ok(Typed::Value(E::And(parts), Type::YesNo))
    }

    fn negation(self, c: &mut Cursor<'_>) -> Read<Typed> {
        if c.eat("not") {
            let deeper = self.deeper(c)?;
            let mark = c.mark();
            let inner = truth(deeper.negation(c)?, c, mark)?;
            return Ok(Typed::Value(E::Not(Box::new(inner)), Type::YesNo));
        }
        self.comparison(c)
    }

    fn comparison(self, c: &mut Cursor<'_>) -> Read<Typed> {
        if let Some(found) = self.attribute(c)? {
            return Ok(Typed::Value(found, Type::YesNo));
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
            "within" => {
                c.eat("within");
                let (value, ty) = value(left);
                let (from, to) = self.range(c)?;
                return Ok(match ty {
                    Type::Number | Type::Money | Type::Length(_) => {
                        Typed::Value(E::Clamp { value: Box::new(value), from: Box::new(from), to: Box::new(to) }, ty)
                    }
                    _ => Typed::Value(E::Within { value: Box::new(value), from: Box::new(from), to: Box::new(to) }, Type::YesNo),
                });
            }
            "starts" if c.at("starts with") => {
                c.eat("starts with");
                let (value, _) = value(left);
                let text = c.quoted().ok_or_else(|| c.expected("a quoted text"))?;
                return Ok(yes_no(E::StartsWith { value: Box::new(value), text: text.into() }));
            }
            _ => return Ok(left),
        };
        c.next();
        let (left, left_type) = value(left);
        let (right, right_type) = value(self.sum(c)?);
        compares(c, mark, &left_type, &right_type)?;
        Ok(yes_no(E::Compare { sign, left: Box::new(left), right: Box::new(right) }))
    }

    fn range(self, c: &mut Cursor<'_>) -> Read<(E, E)> {
        let (from, _) = value(self.sum(c)?);
        c.need("..")?;
        let (to, _) = value(self.sum(c)?);
        Ok((from, to))
    }

    fn is(self, c: &mut Cursor<'_>, mark: usize, left: Typed) -> Read<Typed> {
        c.eat("is");
        let (left, ty) = value(left);
        let not = c.eat("not");
        let wrap = |e: E| yes_no(if not { E::Not(Box::new(e)) } else { e });
        if c.eat("none") {
            return Ok(wrap(E::IsNone(Box::new(left))));
        }
        if c.eat("between") {
            let from = self.time(c)?;
            c.need("and")?;
            let to = self.time(c)?;
            return Ok(wrap(E::BetweenTimes { value: Box::new(left), from, to }));
        }
        let sign = [
            ("before", Comparison::Less),
            ("after", Comparison::Greater),
            ("at least", Comparison::GreaterOrEqual),
            ("at most", Comparison::LessOrEqual),
            ("under", Comparison::Less),
            ("over", Comparison::Greater),
        ];
        for (words, sign) in sign {
            if c.eat(words) {
                let (right, right_type) = value(self.sum(c)?);
                compares(c, mark, &ty, &right_type)?;
                return Ok(wrap(E::Compare { sign, left: Box::new(left), right: Box::new(right) }));
            }
        }
        c.eat("one of");
        match ty {
            Type::OneOf(known) => {
                let mut words = vec![self.word(c, &known)?];
                while c.at("or") || c.at(",") {
                    let mark = c.mark();
                    c.next();
                    match self.word(c, &known) {
                        Ok(word) => words.push(word),
                        Err(_) => {
                            c.back(mark);
                            break;
                        }
                    }
                }
                Ok(wrap(E::IsWord { value: Box::new(left), words }))
            }
            Type::YesNo => {
                let yes = c.eat("yes");
                if !yes {
                    c.need("no")?;
                }
                Ok(wrap(if yes { left } else { E::Not(Box::new(left)) }))
            }
            Type::Text | Type::Any if matches!(c.peek(), Some((TokenKind::Word | TokenKind::Text, _))) => {
                let mut texts = Vec::new();
                loop {
                    match c.next() {
                        Some(t) if matches!(t.kind, TokenKind::Word | TokenKind::Text) => {
                            texts.push(c.text(t).trim_matches('"').into());
                        }
                        _ => return Err(c.expected("a word")),
                    }
                    let another = c.at("or") && matches!(c.peek_at(1), Some(t) if t.kind == TokenKind::Text);
                    if !another {
                        break;
                    }
                    c.next();
                }
                Ok(wrap(E::IsText { value: Box::new(left), texts }))
            }
            _ => {
                let (right, right_type) = value(self.sum(c)?);
                compares(c, mark, &ty, &right_type)?;
                Ok(wrap(E::Compare { sign: Comparison::Equal, left: Box::new(left), right: Box::new(right) }))
            }
        }
    }

    fn word(self, c: &mut Cursor<'_>, known: &[(Word, crate::words::Words)]) -> Read<Word> {
        let (name, span) = c.name("a word of this list")?;
        let word = self.law.word(name).filter(|w| known.iter().any(|(k, _)| k == w));
        word.ok_or_else(|| {
            let list: Vec<String> = known.iter().map(|(w, _)| self.law.word_name(*w).to_owned()).collect();
            let mut problem = c.problem(span, format!("`{name}` is not one of the words of this field"), "unknown word");
            problem.hint = Some(format!("it can be {}", list.join(", ")));
            problem
        })
    }

    fn time(self, c: &mut Cursor<'_>) -> Read<Time> {
        match c.peek() {
            Some((TokenKind::Time, text)) => {
                c.next();
                let (hour, minute) = text.split_once(':').unwrap_or((text, "0"));
                let time = hour.parse().ok().zip(minute.parse().ok()).and_then(|(h, m)| Time::new(h, m, 0, 0).ok());
                time.ok_or_else(|| c.expected("a time of day such as 21:00"))
            }
            _ => Err(c.expected("a time of day such as 21:00")),
        }
    }

    /// `rank is …`, `level is …`, `organ is …`, `organ differs from organ of …`.
    fn attribute(self, c: &mut Cursor<'_>) -> Read<Option<E>> {
        let mark = c.mark();
        let what = c.look(0);
        if !matches!(what, "rank" | "level" | "organ" | "official" | "unit") {
            return Ok(None);
        }
        c.next();
        let of = if c.eat("of") { self.of(c)? } else { self.at_hand() };
        if c.eat("differs from") {
            let identity = match what {
                "organ" => Identity::Organ,
                "unit" => Identity::Unit,
                _ => Identity::Official,
            };
            if c.eat(what) {
                c.need("of")?;
            }
            let from = self.of(c)?;
            return Ok(Some(E::Differs { what: identity, of, from }));
        }
        if !c.eat("is") {
            c.back(mark);
            return Ok(None);
        }
        let not = c.eat("not");
        let found = match what {
            "rank" => {
                let mut ranks = vec![RankId(self.look_up(c, Kind::Rank)?)];
                if c.eat("or above") {
                    E::RankAtLeast { of, rank: ranks.remove(0) }
                } else {
                    while c.eat("or") {
                        ranks.push(RankId(self.look_up(c, Kind::Rank)?));
                    }
                    E::RankIs { of, ranks }
                }
            }
            "level" if c.eat("one above") => {
                if c.eat("level") {
                    c.need("of")?;
                }
                E::LevelOneAbove { of, than: self.of(c)? }
            }
            "level" => {
                let mut levels = vec![LevelId(self.look_up(c, Kind::Level)?)];
                if c.eat("or above") {
                    E::LevelAtLeast { of, level: levels.remove(0) }
                } else {
                    while c.eat("or") {
                        levels.push(LevelId(self.look_up(c, Kind::Level)?));
                    }
                    E::LevelIs { of, levels }
                }
            }
            "organ" => {
                let mut organs = vec![OrganId(self.look_up(c, Kind::Organ)?)];
                while c.at("or") && self.law.names.find(Kind::Organ, self.pack, c.look(1)).is_some() {
                    c.next();
                    organs.push(OrganId(self.look_up(c, Kind::Organ)?));
                }
                E::OrganIs { of, organs }
            }
            _ => return Err(c.expected("`differs from`")),
        };
        Ok(Some(if not { E::Not(Box::new(found)) } else { found }))
    }

    fn at_hand(self) -> Of {
        if self.scope.current.is_empty() { Of::Anchor } else { Of::Current }
    }

    fn of(self, c: &mut Cursor<'_>) -> Read<Of> {
        let act = ActId(self.look_up(c, Kind::Act)?);
        Ok(self.whose(act))
    }

    /// An act's name means the act at hand, the anchor, or else the latest of its kind.
    fn whose(self, act: ActId) -> Of {
        if self.scope.current.contains(&act) {
            Of::Current
        } else if self.scope.anchor.contains(&act) {
            Of::Anchor
        } else {
            Of::Latest(act)
        }
    }

    /// Looks a name up; says what is spelled nearly so.
    ///
    /// # Errors
    /// If no such name is seen from this pack.
    pub fn look_up(self, c: &mut Cursor<'_>, kind: Kind) -> Read<u16> {
        let (mut name, mut span) = c.name(&format!("a name, of a kind: {}", kind.noun()))?;
        if kind == Kind::Act && c.at("/") {
            let mut pack = name.to_owned();
            while c.at("/") || c.at("-") {
                pack.push_str(c.look(0));
                c.next();
                pack.push_str(c.name("the rest of a pack's name")?.0);
            }
            (name, span) = c.name("the name of an act")?;
            let full = format!("{pack} {name}");
            if let Some(act) = self.law.act_named(&full) {
                return Ok(act.0);
            }
        }
        self.law.names.find(kind, self.pack, name).ok_or_else(|| {
            let mut problem = c.problem(
                span,
                format!("no {} `{name}` is declared in this pack or in those it uses", kind.noun()),
                "unknown name",
            );
            problem.hint = self.law.names.nearest(kind, self.pack, name).map(|n| format!("`{n}` is declared"));
            problem
        })
    }

    fn sum(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let mut left = self.product(c)?;
        while c.at("+") || c.at("-") {
            let minus = c.look(0) == "-";
            c.next();
            let (a, a_type) = value(left);
            let (b, b_type) = value(self.product(c)?);
            let ty = sum_type(&a_type, &b_type, minus)
                .ok_or_else(|| mismatch(c, mark, if minus { "subtract from" } else { "add to" }, &b_type, &a_type))?;
            let (a, b) = (Box::new(a), Box::new(b));
            left = Typed::Value(if minus { E::Subtract(a, b) } else { E::Add(a, b) }, ty);
        }
        Ok(left)
    }

    fn product(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let mut left = self.term(c)?;
        loop {
            if c.eat("x") || c.eat("/") {
                let divide = c.text_at(c.mark() - 1) == "/";
                let (a, a_type) = value(left);
                let (b, b_type) = value(self.term(c)?);
                let ty = product_type(&a_type, &b_type, divide)
                    .ok_or_else(|| mismatch(c, mark, if divide { "divide by" } else { "multiply with" }, &b_type, &a_type))?;
                let (a, b) = (Box::new(a), Box::new(b));
                left = Typed::Value(if divide { E::Divide(a, b) } else { E::Multiply(a, b) }, ty);
            } else if c.at("rounded") || c.at(", rounded") {
                c.eat(",");
                c.eat("rounded");
                let up = c.eat("up");
                if !up {
                    c.need("down")?;
                }
                c.need("to")?;
                let (value, ty) = value(left);
                let (to, _) = self::value(self.term(c)?);
                left = Typed::Value(E::Round { value: Box::new(value), up, to: Box::new(to) }, ty);
            } else {
                return Ok(left);
            }
        }
    }

    fn term(self, c: &mut Cursor<'_>) -> Read<Typed> {
        match c.peek() {
            Some((TokenKind::Number, text)) => self.literal_number(c, text),
            Some((TokenKind::Moment, text)) => {
                let span = c.here();
                c.next();
                let when = When::parse(text, &self.zone()).map_err(|e| c.problem(span, e, "not a moment"))?;
                let day_only = text.len() == 10;
                let found = if day_only { Value::Date(when.day) } else { Value::Moment(when) };
                Ok(Typed::Value(E::Literal(found), if day_only { Type::Date } else { Type::Moment }))
            }
            Some((TokenKind::Text, text)) => {
                c.next();
                Ok(Typed::Value(E::Literal(Value::Text(text.trim_matches('"').into())), Type::Text))
            }
            Some((TokenKind::Sign, "(")) => {
                c.next();
                let inner = self.disjunction(c)?;
                c.need(")")?;
                Ok(inner)
            }
            Some((TokenKind::Word, _)) => match self.phrase(c)? {
                Some(found) => Ok(found),
                None => self.named(c),
            },
            _ => Err(c.expected("a condition or a value")),
        }
    }

    fn literal_number(self, c: &mut Cursor<'_>, text: &str) -> Read<Typed> {
        let span = c.here();
        c.next();
        let two = format!("{} {}", c.look(0), c.look(1));
        let unit = unit_named(&two).map(|u| (u, 2)).or_else(|| unit_named(c.look(0)).map(|u| (u, 1)));
        if let Some((unit, words)) = unit {
            let count: i32 = text.parse().map_err(|_| c.problem(span, format!("`{text}` is not a whole number of {}", unit.name()), "a whole number is expected"))?;
            for _ in 0..words {
                c.next();
            }
            return Ok(Typed::Value(E::Literal(Value::Length(Length::of(unit, count))), Type::Length(unit)));
        }
        let number = text.parse().map_err(|_| c.problem(span, format!("`{text}` is not a number"), ""))?;
        Ok(Typed::Value(E::Literal(Value::Number(number)), Type::Number))
    }

    /// Forms that begin with a word of the language.
    fn phrase(self, c: &mut Cursor<'_>) -> Read<Option<Typed>> {
        let found = match c.look(0) {
            "no" | "some" | "latest" if (c.look(0) != "latest") || self.names_acts(c, 1) || matches!(c.look(1), "earlier" | "later") => {
                let quantifier = match c.look(0) {
                    "no" => Quantifier::No,
                    "some" => Quantifier::AtLeast(1),
                    _ => Quantifier::Latest,
                };
                c.next();
                self.quantified(c, quantifier)?
            }
            "latest" if self.law.names.find(Kind::Table, self.pack, c.look(1)).is_some() => {
                c.next();
                let table = TableId(self.look_up(c, Kind::Table)?);
                c.need("on")?;
                let (key, _) = value(self.term(c)?);
                let money = self.law.table(table).money;
                let ty = if money { Type::Money } else { Type::Number };
                Typed::Value(E::Table { table, key: Box::new(key) }, ty)
            }
            "at" if c.at("at least") => {
                c.eat("at least");
                let n = c.number("a number")?;
                self.quantified(c, Quantifier::AtLeast(n))?
            }
            "count" if c.at("count of") => {
                c.eat("count of");
                self.quantified(c, Quantifier::Count)?
            }
            "count" if c.at("count days of") => {
                c.eat("count days of");
                let (periods, _) = value(self.term(c)?);
                c.eat(", first and last included");
                c.eat(", each day once");
                Typed::Value(E::CountDays(Box::new(periods)), Type::Length(Unit::Days))
            }
            "age" if c.at("age of") => {
                c.eat("age of");
                let (birth, _) = value(self.term(c)?);
                c.need("at")?;
                let (at, _) = value(self.term(c)?);
                Typed::Value(E::Age { birth: Box::new(birth), at: Box::new(at) }, Type::Length(Unit::Years))
            }
            "day" if c.at("day of") => {
                c.eat("day of");
                Typed::Value(E::DayOf(Box::new(value(self.term(c)?).0)), Type::Date)
            }
            "year" if c.at("year of") => {
                c.eat("year of");
                Typed::Value(E::YearOf(Box::new(value(self.term(c)?).0)), Type::Number)
            }
            word @ ("earlier" | "later") if c.look(1) == "of" => {
                c.next();
                c.next();
                let (a, ty) = value(self.sum(c)?);
                c.need("and")?;
                let (b, _) = value(self.sum(c)?);
                let (a, b) = (Box::new(a), Box::new(b));
                Typed::Value(if word == "earlier" { E::Earlier(a, b) } else { E::Later(a, b) }, ty)
            }
            "held" => {
                c.eat("held");
                let at = if c.eat("at") { Some(Box::new(value(self.term(c)?).0)) } else { None };
                yes_no(E::Held(at))
            }
            "under" => {
                c.eat("under");
                yes_no(E::Under(MeasureId(self.look_up(c, Kind::Measure)?)))
            }
            "open" if c.at("open gate") => {
                c.eat("open gate");
                yes_no(E::GateOpen(GateGroup(self.look_up(c, Kind::Gate)?)))
            }
            "gate" if !self.scope.mapping && c.look(2) == "is" && c.look(3) == "open" => {
                c.next();
                let gate = GateGroup(self.look_up(c, Kind::Gate)?);
                c.eat("is open");
                yes_no(E::GateOpen(gate))
            }
            "end" if self.scope.in_clock && !self.ends_a_clock(c) => {
                c.next();
                Typed::Value(E::End, Type::Moment)
            }
            "start" if self.scope.in_clock => {
                c.next();
                Typed::Value(E::Start, Type::Moment)
            }
            "earliest" | "latest" | "end" | "last" | "raw" | "start" | "state" | "provisional" | "moved" | "gate" | "condition"
            | "finding" | "formula" | "also" | "overrun" | "next" | "working" | "choose" | "words" | "remedy" | "used" | "stood" | "answer" => {
                return self.query_or_end(c);
            }
            _ => return Ok(None),
        };
        Ok(Some(found))
    }

    fn names_acts(self, c: &Cursor<'_>, ahead: usize) -> bool {
        self.law.names.find(Kind::Act, self.pack, c.look(ahead)).is_some()
    }

    fn ends_a_clock(self, c: &Cursor<'_>) -> bool {
        c.look(1) == "of"
    }

    fn quantified(self, c: &mut Cursor<'_>, quantifier: Quantifier) -> Read<Typed> {
        let before = [c.eat("earlier"), c.eat("later")];
        let mut kinds = vec![ActId(self.look_up(c, Kind::Act)?)];
        while c.at("or") && self.names_acts(c, 1) {
            c.next();
            kinds.push(ActId(self.look_up(c, Kind::Act)?));
        }
        let side = if before[0] || c.eat("earlier") {
            c.eat("in the case");
            Side::Earlier
        } else if before[1] || c.eat("later") {
            Side::Later
        } else {
            Side::Anywhere
        };
        let mut scope = self.scope.clone();
        scope.current.clone_from(&kinds);
        scope.anchor = if self.scope.current.is_empty() { self.scope.anchor.clone() } else { self.scope.current.clone() };
        let inner = Reader { scope: &scope, ..self };
        let condition = if c.eat("where") { Some(truth_of(inner.conjunction(c)?, c)?) } else { None };
        let within = if c.eat("within") {
            let (from, to) = self.range(c)?;
            Some((from, to))
        } else {
            None
        };
        let acts = Box::new(Acts { kinds, side, condition, within });
        let ty = match quantifier {
            Quantifier::Count => Type::Number,
            Quantifier::Latest => Type::Moment,
            _ => Type::YesNo,
        };
        Ok(Typed::Value(E::Acts { quantifier, acts }, ty))
    }

    /// `end of CLOCK` in packs; the queries of section 8 in mappings.
    fn query_or_end(self, c: &mut Cursor<'_>) -> Read<Option<Typed>> {
        let mark = c.mark();
        let bound = match c.look(0) {
            "earliest" => Bound::Earliest,
            "latest" => Bound::Latest,
            _ => Bound::Both,
        };
        if bound != Bound::Both {
            c.next();
        }
        let raw = c.eat("raw");
        let last_day = c.at("last day of");
        if last_day || c.at("end of") {
            c.eat("last day of");
            c.eat("end of");
            return self.end_of(c, bound, last_day, raw).map(Some);
        }
        if bound != Bound::Both || !self.scope.mapping {
            c.back(mark);
            return Ok(None);
        }
        self.query(c, mark)
    }

    fn end_of(self, c: &mut Cursor<'_>, bound: Bound, last_day: bool, raw: bool) -> Read<Typed> {
        let ty = if last_day { Type::Date } else { Type::Moment };
        if self.scope.mapping && self.law.names.find(Kind::Clock, self.pack, c.look(0)).is_some() {
            let (clock, number) = self.numbered(c)?;
            return Ok(Typed::Value(E::Query(Box::new(Query::End { clock, number, bound, last_day, raw })), Type::Any));
        }
        if self.law.names.find(Kind::Clock, self.pack, c.look(0)).is_some() {
            let clock = ClockGroup(self.look_up(c, Kind::Clock)?);
            return Ok(Typed::Value(E::EndOf { clock, bound, last_day }, ty));
        }
        let length = self.length(c)?;
        c.need("from")?;
        let from = self.moment(c)?;
        let convention = if c.eat("counted by") {
            ConventionId(self.look_up(c, Kind::Convention)?)
        } else {
            self.law.pack(self.pack).counting.ok_or_else(|| c.expected("`counted by` and a convention"))?
        };
        Ok(Typed::Value(E::EndOfLength { length: Box::new(length), from: Box::new(from), convention }, Type::Date))
    }

    fn numbered(self, c: &mut Cursor<'_>) -> Read<(String, usize)> {
        let (name, _) = c.name("the name of a clock")?;
        let number = match c.peek() {
            Some((TokenKind::Number, text)) => {
                c.next();
                text.parse().unwrap_or(1)
            }
            _ => 1,
        };
        Ok((name.to_owned(), number))
    }

    fn query(self, c: &mut Cursor<'_>, mark: usize) -> Read<Option<Typed>> {
        let any = |query: Query| Some(Typed::Value(E::Query(Box::new(query)), Type::Any));
        let word = c.look(0);
        c.next();
        Ok(match word {
            "start" if c.eat("of") => {
                let (clock, number) = self.numbered(c)?;
                any(Query::Start { clock, number })
            }
            "state" if c.eat("of") => {
                let (clock, number) = self.numbered(c)?;
                any(Query::State { clock, number })
            }
            "also" if c.eat("of") => {
                let (clock, number) = self.numbered(c)?;
                any(Query::Also { clock, number })
            }
            "used" if c.eat("minutes of") => {
                let (clock, number) = self.numbered(c)?;
                any(Query::Used { clock, number })
            }
            "stood" if c.eat("still minutes of") => {
                let (clock, number) = self.numbered(c)?;
                any(Query::StoodStill { clock, number })
            }
            "overrun" if c.eat("minutes of") => {
                let (clock, number) = self.numbered(c)?;
                any(Query::OverrunMinutes { clock, number })
            }
            "provisional" => {
                let (clock, number) = self.numbered(c)?;
                any(Query::Provisional { clock, number })
            }
            "moved" => {
                let (clock, number) = self.numbered(c)?;
                any(Query::Moved { clock, number })
            }
            "gate" => {
                let (gate, number) = self.numbered(c)?;
                any(Query::Gate { gate, number })
            }
            "condition" => {
                let citation = c.quoted().ok_or_else(|| c.expected("a citation in quotes"))?.to_owned();
                c.need("of")?;
                any(Query::Condition { gate: c.name("the name of a gate")?.0.to_owned(), citation })
            }
            "finding" => any(Query::Finding(c.name("a name")?.0.to_owned())),
            "remedy" => any(Query::Remedy(c.name("a name")?.0.to_owned())),
            "words" => any(Query::Words(c.name("a name")?.0.to_owned())),
            "answer" => {
                let (name, _) = c.name("the name of an answer")?;
                Some(Typed::Value(E::Answer(name.into()), Type::Any))
            }
            "formula" => {
                let (name, _) = c.name("the name of a formula")?;
                let step = if c.eat(".") { Some(c.name("the name of a step")?.0.to_owned()) } else { None };
                any(Query::Formula { name: name.to_owned(), step })
            }
            "next" if c.eat("working day after") => {
                Some(Typed::Value(E::NextWorkingDay(Box::new(value(self.term(c)?).0)), Type::Date))
            }
            "working" if c.eat("day") => {
                Some(Typed::Value(E::WorkingDay(Box::new(value(self.term(c)?).0)), Type::YesNo))
            }
            "choose" => {
                let (value, _) = self::value(self.comparison(c)?);
                c.need(":")?;
                let mut words = Vec::new();
                loop {
                    let token = c.next().ok_or_else(|| c.expected("a word"))?;
                    let word = c.text(token).trim_matches('"').into();
                    let (then, _) = self::value(self.sum(c)?);
                    words.push((word, then));
                    if !c.eat(",") {
                        break;
                    }
                }
                Some(Typed::Value(E::Choose { value: Box::new(value), words }, Type::Any))
            }
            _ => {
                c.back(mark);
                None
            }
        })
    }

    fn named(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let (name, span) = c.name("a name")?;
        if let Some(n) = self.scope.steps.iter().rposition(|(step, _)| step == name) {
            let ty = self.scope.steps.get(n).map_or(Type::Any, |(_, ty)| ty.clone());
            return Ok(Typed::Value(E::Step(n), ty));
        }
        let dotted = c.at(".") && matches!(c.peek_at(1), Some(t) if t.kind == TokenKind::Word);
        if self.scope.mapping && self.law.names.find(Kind::Table, self.pack, name).is_none() {
            let mut path = vec![name.into()];
            while c.at(".") {
                c.next();
                let token = c.next().ok_or_else(|| c.expected("a name"))?;
                path.push(c.text(token).into());
            }
            let given = E::Given(path);
            // `questioned_minutes minutes`: a number of the case in a unit.
            if let Some(unit) = unit_named(c.look(0)) {
                c.next();
                return Ok(Typed::Value(E::In { value: Box::new(given), unit }, Type::Length(unit)));
            }
            return Ok(Typed::Value(given, Type::Any));
        }
        if dotted {
            c.back(mark);
            let act = ActId(self.look_up(c, Kind::Act)?);
            c.need(".")?;
            let (field, span) = c.name("the name of a field")?;
            return self.field_of(c, self.whose(act), &[act], field).ok_or_else(|| {
                c.problem(span, format!("the act `{name}` has no field `{field}`"), "unknown field")
            });
        }
        for (of, acts) in [(Of::Current, &self.scope.current), (Of::Anchor, &self.scope.anchor)] {
            if let Some(found) = self.field_of(c, of, acts, name) {
                return Ok(found);
            }
        }
        if let Some(fact) = self.law.names.find(Kind::Fact, self.pack, name) {
            let (act, field) = self.law.fact(fact);
            let ty = self.law.act(act).fields.iter().find(|f| f.id == field).map_or(Type::Any, |f| f.ty.clone());
            return Ok(Typed::Value(E::Fact { act, field }, ty));
        }
        if let Some(act) = self.law.names.find(Kind::Act, self.pack, name) {
            return Ok(Typed::Acts(vec![ActId(act)]));
        }
        if let Some(table) = self.law.names.find(Kind::Table, self.pack, name) {
            let table = TableId(table);
            c.need("of")?;
            let (key, _) = value(self.term(c)?);
            let money = self.law.table(table).money;
            return Ok(Typed::Value(E::Table { table, key: Box::new(key) }, if money { Type::Money } else { Type::Number }));
        }
        if let Some(formula) = self.law.names.find(Kind::Formula, self.pack, name) {
            return Ok(Typed::Value(E::Formula(FormulaId(formula)), Type::Any));
        }
        Err(self.unknown(c, span, name))
    }

    fn field_of(self, c: &Cursor<'_>, of: Of, acts: &[ActId], name: &str) -> Option<Typed> {
        let _ = c;
        if acts.is_empty() {
            return None;
        }
        let attribute = match name {
            "happened" => Some(Attribute::Happened),
            "recorded" => Some(Attribute::Recorded),
            "until" if acts.iter().any(|a| self.law.act(*a).period) => Some(Attribute::Until),
            _ => None,
        };
        if let Some(attribute) = attribute {
            return Some(Typed::Value(E::Attribute { of, attribute }, Type::Moment));
        }
        let field: FieldId = self.law.field(name)?;
        let ty = acts.iter().find_map(|a| self.law.act(*a).fields.iter().find(|f| f.id == field))?.ty.clone();
        Some(Typed::Value(E::Field { of, field }, ty))
    }

    fn unknown(self, c: &Cursor<'_>, span: Span, name: &str) -> Box<crate::problem::Problem> {
        let mut problem =
            c.problem(span, format!("`{name}` is no field of the acts at hand, no fact and no act"), "unknown name");
        let fields = self.scope.current.iter().chain(&self.scope.anchor).flat_map(|a| &self.law.act(*a).fields);
        let near = fields
            .map(|f| self.law.field_name(f.id))
            .filter(|known| super::names::distance(known, name) <= 2)
            .min()
            .or_else(|| self.law.names.nearest(Kind::Fact, self.pack, name))
            .or_else(|| self.law.names.nearest(Kind::Act, self.pack, name));
        problem.hint = Some(match near {
            Some(near) => format!("`{near}` is declared"),
            None => "declare it by `field` in its act or in a `facts` block".to_owned(),
        });
        problem
    }

    /// A breach's name.
    ///
    /// # Errors
    /// If it is not declared.
    pub fn breach(self, c: &mut Cursor<'_>) -> Read<BreachId> {
        Ok(BreachId(self.look_up(c, Kind::Breach)?))
    }
}

fn yes_no(e: E) -> Typed {
    Typed::Value(e, Type::YesNo)
}

fn value(typed: Typed) -> (E, Type) {
    match typed {
        Typed::Value(e, ty) => (e, ty),
        Typed::Acts(kinds) => {
            let acts = Acts { kinds, side: Side::Anywhere, condition: None, within: None };
            (E::Acts { quantifier: Quantifier::Latest, acts: Box::new(acts) }, Type::Moment)
        }
    }
}

fn truth_of(typed: Typed, c: &Cursor<'_>) -> Read<E> {
    let mark = c.mark();
    truth(typed, c, mark)
}

fn truth(typed: Typed, c: &Cursor<'_>, mark: usize) -> Read<E> {
    match typed {
        Typed::Value(e, Type::YesNo | Type::Any) => Ok(e),
        Typed::Acts(acts) => Ok(E::Did(acts)),
        Typed::Value(_, other) => Err(wrong_type(c, mark, "a condition (yes/no)", &other)),
    }
}

fn wrong_type(c: &Cursor<'_>, mark: usize, wanted: &str, found: &Type) -> Box<crate::problem::Problem> {
    c.problem(c.span_from(mark), format!("{wanted} is expected, this is of type {}", found.name()), found.name())
}

fn mismatch(c: &Cursor<'_>, mark: usize, verb: &str, a: &Type, b: &Type) -> Box<crate::problem::Problem> {
    let mut problem =
        c.problem(c.span_from(mark), format!("cannot {verb} {}: {} is given", b.name(), a.name()), "units do not fit");
    problem.hint = Some("units are never converted: a month is no number of days".into());
    problem
}

fn compares(c: &Cursor<'_>, mark: usize, a: &Type, b: &Type) -> Read<()> {
    if a.compares(b) {
        return Ok(());
    }
    let message = format!("{} and {} do not compare", a.name(), b.name());
    let mut problem = c.problem(c.span_from(mark), message, "of two types");
    problem.hint = Some("days and months never compare; name both in one unit".into());
    Err(problem)
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
        (Type::Moment | Type::Date, Type::Moment | Type::Date) if minus => Type::Length(Unit::Minutes),
        (Type::Length(x), Type::Length(y)) if x == y => a.clone(),
        (Type::Length(_) | Type::MixedLength, Type::Length(_) | Type::MixedLength) => Type::MixedLength,
        (Type::Number, Type::Number) | (Type::Money, Type::Money) => a.clone(),
        _ => return None,
    })
}

fn product_type(a: &Type, b: &Type, divide: bool) -> Option<Type> {
    Some(match (a, b) {
        (Type::Any, other) | (other, Type::Any) => other.clone(),
        (Type::Number, Type::Number) => Type::Number,
        (Type::Money, Type::Number) => Type::Money,
        (Type::Number, Type::Money) if !divide => Type::Money,
        (Type::Length(Unit::Days), Type::Money) | (Type::Money, Type::Length(Unit::Days)) if !divide => Type::Money,
        (Type::Length(_), Type::Number) => a.clone(),
        (Type::Number, Type::Length(_)) if !divide => b.clone(),
        (Type::Money, Type::Money) if divide => Type::Number,
        _ => return None,
    })
}
