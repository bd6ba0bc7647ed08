//! Tables of numbers, and the formulas that compute with them.

use jiff::civil::Date;
use rust_decimal::Decimal;
use serde::Serialize;

use super::{ActId, Basis, Clause, Conditional, PackId, Version};
use crate::expression::Expression;
use crate::words::Words;

/// The key of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableKey {
    /// The year.
    Year,
    /// The first day from which a row holds.
    DateInForce,
    /// A word.
    Word,
}

/// A table of numbers.
#[derive(Clone, Debug)]
pub struct Table {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people, where it says them.
    pub words: Option<Words>,
    /// What its first column is.
    pub key: TableKey,
    /// Key, value, source.
    pub rows: Vec<Row>,
    /// Whether the values are money.
    pub money: bool,
}

/// A row of a table.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "says itself")]
pub struct Row {
    /// As the pack writes it.
    pub key: String,
    pub year: Option<i16>,
    /// The first day on which it may hold, and the first on which it surely does.
    pub from: Option<(Date, Date)>,
    pub word: Option<Box<str>>,
    pub value: Decimal,
    pub source: String,
    pub basis: Basis,
}

/// A step of a formula.
#[derive(Clone, Debug)]
pub struct Step {
    /// What it is called.
    pub name: StepName,
    /// The first line whose condition holds gives its value.
    pub lines: Vec<Clause<Conditional<Expression>>>,
}

/// What a step is called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepName {
    /// In the pack.
    pub name: String,
    /// For people.
    pub label: Words,
}

/// A formula: named steps, the last is `result`.
#[derive(Clone, Debug)]
pub struct Formula {
    /// The pack that declares it.
    pub pack: PackId,
    /// Name.
    pub name: String,
    /// For people.
    pub words: Words,
    /// For each of these acts; empty: of the facts.
    pub of: Vec<ActId>,
    /// Steps in order.
    pub steps: Vec<Step>,
    /// Version of the text.
    pub version: Version,
}
