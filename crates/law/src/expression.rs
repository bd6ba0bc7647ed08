//! The tree of a condition or a value, with every name resolved.

use jiff::civil::Time;

use crate::count::Unit;
use crate::rules::{
    ActId, ClockGroup, ConventionId, FieldId, FormulaId, GateGroup, LevelId, MeasureId, OrganId,
    RankId, TableId,
};
use crate::value::{Value, Word};

/// Whose field or attribute is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Of {
    /// The act at hand: an extension, a restart, the act of a `where`.
    Current,
    /// The act of which the rule makes one.
    Anchor,
    /// The latest act of this kind that belongs to the anchor.
    Latest(ActId),
}

/// What every act has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "names of attributes")]
pub enum Attribute {
    Happened,
    Recorded,
    Until,
}

/// What two acts are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "names of attributes")]
pub enum Identity {
    Organ,
    Official,
    Unit,
}

/// The sign between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "signs")]
pub enum Comparison {
    Less,
    LessOrEqual,
    Equal,
    GreaterOrEqual,
    Greater,
}

/// How many acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quantifier {
    /// `no`
    No,
    /// `some`, `at least n`
    AtLeast(u32),
    /// `count of`
    Count,
    /// `latest`: when it happened
    Latest,
}

/// In which part of the case acts are sought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Before the act at hand.
    Earlier,
    /// After it.
    Later,
    /// Anywhere up to the instant asked.
    Anywhere,
}

/// Acts of some kinds, at some place, with some property.
#[derive(Clone, Debug, PartialEq)]
pub struct Acts {
    /// Any of these kinds.
    pub kinds: Vec<ActId>,
    /// Where they stand.
    pub side: Side,
    /// What holds of each (seen as [`Of::Current`]).
    pub condition: Option<Expression>,
    /// Between these moments.
    pub within: Option<(Expression, Expression)>,
}

/// Which end of a clock is asked for, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "says itself")]
pub enum Bound {
    Both,
    Earliest,
    Latest,
}

/// A question about an outcome, as mappings of case files ask it.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "one a query of section 8")]
pub enum Query {
    End {
        clock: String,
        number: usize,
        bound: Bound,
        last_day: bool,
        raw: bool,
    },
    Start {
        clock: String,
        number: usize,
    },
    Also {
        clock: String,
        number: usize,
    },
    State {
        clock: String,
        number: usize,
    },
    Provisional {
        clock: String,
        number: usize,
    },
    Moved {
        clock: String,
        number: usize,
    },
    OverrunMinutes {
        clock: String,
        number: usize,
    },
    Gate {
        gate: String,
        number: usize,
    },
    Condition {
        gate: String,
        citation: String,
    },
    Finding(String),
    Formula {
        name: String,
        step: Option<String>,
    },
    Words(String),
    Remedy(String),
    Used {
        clock: String,
        number: usize,
    },
    StoodStill {
        clock: String,
        number: usize,
    },
}

/// A condition or a value.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "one a form of section 4 of the pack format")]
pub enum Expression {
    Literal(Value),
    Field {
        of: Of,
        field: FieldId,
    },
    Fact {
        act: ActId,
        field: FieldId,
    },
    Attribute {
        of: Of,
        attribute: Attribute,
    },
    Did(Vec<ActId>),
    Start,
    End,
    EndOf {
        clock: ClockGroup,
        bound: Bound,
        last_day: bool,
    },
    Not(Box<Self>),
    And(Vec<Self>),
    Or(Vec<Self>),
    Compare {
        sign: Comparison,
        left: Box<Self>,
        right: Box<Self>,
    },
    IsWord {
        value: Box<Self>,
        words: Vec<Word>,
    },
    IsText {
        value: Box<Self>,
        texts: Vec<Box<str>>,
    },
    IsNone(Box<Self>),
    Within {
        value: Box<Self>,
        from: Box<Self>,
        to: Box<Self>,
    },
    RankAtLeast {
        of: Of,
        rank: RankId,
    },
    RankIs {
        of: Of,
        ranks: Vec<RankId>,
    },
    LevelAtLeast {
        of: Of,
        level: LevelId,
    },
    LevelIs {
        of: Of,
        levels: Vec<LevelId>,
    },
    LevelOneAbove {
        of: Of,
        than: Of,
    },
    OrganIs {
        of: Of,
        organs: Vec<OrganId>,
    },
    Differs {
        what: Identity,
        of: Of,
        from: Of,
    },
    Held(Option<Box<Self>>),
    Under(MeasureId),
    Acts {
        quantifier: Quantifier,
        acts: Box<Acts>,
    },
    BetweenTimes {
        value: Box<Self>,
        from: Time,
        to: Time,
    },
    StartsWith {
        value: Box<Self>,
        text: Box<str>,
    },
    GateOpen(GateGroup),
    Age {
        birth: Box<Self>,
        at: Box<Self>,
    },
    DayOf(Box<Self>),
    YearOf(Box<Self>),
    Earlier(Box<Self>, Box<Self>),
    Later(Box<Self>, Box<Self>),
    Add(Box<Self>, Box<Self>),
    Subtract(Box<Self>, Box<Self>),
    Multiply(Box<Self>, Box<Self>),
    Divide(Box<Self>, Box<Self>),
    Round {
        value: Box<Self>,
        up: bool,
        to: Box<Self>,
    },
    Clamp {
        value: Box<Self>,
        from: Box<Self>,
        to: Box<Self>,
    },
    Or2(Box<Self>, Box<Self>),
    Table {
        table: TableId,
        key: Box<Self>,
    },
    CountDays(Box<Self>),
    In {
        value: Box<Self>,
        unit: Unit,
    },
    EndOfLength {
        length: Box<Self>,
        from: Box<Self>,
        convention: ConventionId,
    },
    Step(usize),
    Formula(FormulaId),
    Given(Vec<Box<str>>),
    Query(Box<Query>),
    Choose {
        value: Box<Self>,
        words: Vec<(Box<str>, Self)>,
    },
    WorkingDay(Box<Self>),
    NextWorkingDay(Box<Self>),
    Answer(Box<str>),
}

impl Expression {
    /// A copy in which some nodes are replaced; `replace` is asked from the root down.
    #[must_use]
    pub fn replaced(&self, replace: &mut dyn FnMut(&Self) -> Option<Self>) -> Self {
        if let Some(other) = replace(self) {
            return other;
        }
        let mut one = |e: &Self| Box::new(e.replaced(replace));
        match self {
            Self::Not(a) => Self::Not(one(a)),
            Self::And(parts) => Self::And(parts.iter().map(|e| *one(e)).collect()),
            Self::Or(parts) => Self::Or(parts.iter().map(|e| *one(e)).collect()),
            Self::Compare { sign, left, right } => Self::Compare {
                sign: *sign,
                left: one(left),
                right: one(right),
            },
            Self::IsWord { value, words } => Self::IsWord {
                value: one(value),
                words: words.clone(),
            },
            Self::IsText { value, texts } => Self::IsText {
                value: one(value),
                texts: texts.clone(),
            },
            Self::IsNone(a) => Self::IsNone(one(a)),
            Self::Within { value, from, to } => Self::Within {
                value: one(value),
                from: one(from),
                to: one(to),
            },
            Self::BetweenTimes { value, from, to } => Self::BetweenTimes {
                value: one(value),
                from: *from,
                to: *to,
            },
            Self::StartsWith { value, text } => Self::StartsWith {
                value: one(value),
                text: text.clone(),
            },
            Self::Age { birth, at } => Self::Age {
                birth: one(birth),
                at: one(at),
            },
            Self::DayOf(a) => Self::DayOf(one(a)),
            Self::YearOf(a) => Self::YearOf(one(a)),
            Self::Earlier(a, b) => Self::Earlier(one(a), one(b)),
            Self::Later(a, b) => Self::Later(one(a), one(b)),
            Self::Add(a, b) => Self::Add(one(a), one(b)),
            Self::Subtract(a, b) => Self::Subtract(one(a), one(b)),
            Self::Multiply(a, b) => Self::Multiply(one(a), one(b)),
            Self::Divide(a, b) => Self::Divide(one(a), one(b)),
            Self::Round { value, up, to } => Self::Round {
                value: one(value),
                up: *up,
                to: one(to),
            },
            Self::Clamp { value, from, to } => Self::Clamp {
                value: one(value),
                from: one(from),
                to: one(to),
            },
            Self::Or2(a, b) => Self::Or2(one(a), one(b)),
            Self::EndOfLength {
                length,
                from,
                convention,
            } => Self::EndOfLength {
                length: one(length),
                from: one(from),
                convention: *convention,
            },
            Self::Table { table, key } => Self::Table {
                table: *table,
                key: one(key),
            },
            other => other.clone(),
        }
    }
}
