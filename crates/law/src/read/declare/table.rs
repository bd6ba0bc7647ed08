//! Tables of numbers, each row with its source.

use jiff::civil::Date;

use super::{At, Declarer, maybe_words};
use crate::read::basis::take_basis;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::Entry;
use crate::read::names::Kind;
use crate::rules::{Row, Table, TableKey};

impl Declarer<'_> {
    pub(super) fn table(&mut self, at: At<'_>, entry: &Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, span) = c.name("the name of a table")?;
        let mut table = Table {
            pack: at.block.pack,
            name: name.to_owned(),
            words: maybe_words(c)?,
            key: TableKey::Year,
            rows: Vec::new(),
            money: false,
        };
        while !c.done() {
            if c.eat("by year") {
                table.key = TableKey::Year;
            } else if c.eat_any(&["by date in force", "by date"]) {
                table.key = TableKey::DateInForce;
            } else if c.eat("by word") {
                table.key = TableKey::Word;
            } else if c.eat_any(&["money", "of money"]) {
                table.money = true;
            } else {
                return Err(c.expected("`by year`, `by date in force`, `by word` or `money`"));
            }
        }
        for line in &entry.under {
            let mut c = Cursor::of(at.source, line);
            match row(line, &mut c, table.key).and_then(|row| c.finish().map(|()| row)) {
                Ok(row) => table.rows.push(row),
                Err(problem) => self.problems.push(*problem),
            }
        }
        let index = self.law.tables.len();
        if self.add(Kind::Table, at, name, span, index) {
            self.law.tables.push(table);
        }
        Ok(())
    }
}

/// `2024  79.04  "where it stands"`
fn row(line: &Entry, c: &mut Cursor<'_>, key: TableKey) -> Read<Row> {
    let basis = take_basis(c)?.unwrap_or_default();
    // The key of a year looks like a citation, and was taken for one.
    let key_text = match line.cited.first() {
        Some(cited) => cited.text.clone(),
        None => {
            let token = c.next().ok_or_else(|| c.expected("the key of the row"))?;
            c.text(token).to_owned()
        }
    };
    let wrong = |what: &str| {
        let span = line.cited.first().map_or(line.span, |cited| cited.span);
        c.problem(span, format!("`{key_text}` is not {what}"), "the key")
    };
    let (mut year, mut from, mut word) = (None, None, None);
    match key {
        TableKey::Year => year = Some(key_text.parse().map_err(|_| wrong("a year"))?),
        TableKey::DateInForce => {
            let days = row_start(&key_text);
            from = Some(days.ok_or_else(|| wrong("a day, a month or a year"))?);
        }
        TableKey::Word => word = Some(key_text.as_str().into()),
    }
    let token = c.next().ok_or_else(|| c.expected("a number"))?;
    let value = c.text(token).parse();
    let value = value.map_err(|_| c.problem(token.span, "a number is expected", "not a number"))?;
    let source = c.quoted().filter(|source| !source.is_empty());
    let source = source.ok_or_else(|| c.expected("the source of the number, in quotes,"))?;
    Ok(Row {
        key: key_text,
        year,
        from,
        word,
        value,
        source: source.to_owned(),
        basis,
    })
}

/// The days on which a row may begin: a day, any day of a month, any day of a year.
fn row_start(text: &str) -> Option<(Date, Date)> {
    if let Ok(day) = text.parse::<Date>() {
        return Some((day, day));
    }
    if let Some((year, month)) = text.split_once('-') {
        let first = Date::new(year.parse().ok()?, month.parse().ok()?, 1).ok()?;
        return Some((first, first.last_of_month()));
    }
    let year = text.parse().ok()?;
    Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
}
