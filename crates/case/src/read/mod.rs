//! Reading acts: JSON Lines and CSV in, cases and refused lines out.
//!
//! A bad line never hides a good one. What cannot be read is a [`Reject`] with its file, its line, what was found and a
//! hint; the case that lost it says so. Nothing is guessed and nothing is filled in: a field that is not there is unknown.
//!
//! Input is held a line at a time, and no line longer than [`MAX_LINE`] is held at all.

mod collect;
mod csv;
mod given;
mod json;
pub mod lecard;
mod line;
mod lines;
mod links;
mod names;
mod problem;
mod quotes;
mod resolve;
pub mod schema;
mod time;
mod value;
mod whole;

use std::io::BufRead;
use std::sync::Arc;

use habeas_law::Law;
use rustc_hash::FxHashSet;

pub use problem::{Kind, Problem, ReadError, Reject, write_rejects};
pub use schema::schema;
pub use time::ACTS as YEARS;

use crate::act::Case;

/// Bytes of the longest line that is read; a longer one is refused unread.
pub const MAX_LINE: usize = 1 << 20;

/// What was read from all files.
#[derive(Debug, Default)]
pub struct Reading {
    /// Every case of which a line was seen, by id. One whose lines were all refused has no acts.
    pub cases: Vec<Case>,
    /// The lines that were refused, in the order of files and lines.
    pub rejects: Vec<Reject>,
    /// How many lines (of CSV: rows) were taken.
    pub taken: u64,
    /// Those lines, if the reader was [`Reader::listing`] them.
    pub lines: Vec<Taken>,
}

/// A line that was taken, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The name of its file.
    pub file: Arc<str>,
    /// Its number there, from 1.
    pub line: u64,
    /// One line of JSON, which is read as the same statement.
    pub text: Box<str>,
}

/// Reads files one after another; a case may be spread over several.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let law = habeas_law::Law::default();
/// let mut reader = habeas_case::read::Reader::new(&law);
/// reader.json("docket.jsonl", &br#"{"id":"1","case":"a","act":"xx/none none","happened":"2026-11-05"}"#[..])?;
/// let reading = reader.finish();
/// assert_eq!(reading.rejects.len(), 1);
/// assert_eq!(reading.cases[0].lost.len(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Reader<'l> {
    law: &'l Law,
    names: names::Nearby,
    /// Whether refused lines are kept as they came.
    keeps: bool,
    /// The lines taken, for somebody who wants to keep them.
    lines: Option<Vec<Taken>>,
    collected: collect::Collected,
}

impl<'l> Reader<'l> {
    /// A reader that knows the acts of this law.
    #[must_use]
    pub fn new(law: &'l Law) -> Self {
        Self {
            law,
            names: names::Nearby::default(),
            keeps: true,
            lines: None,
            collected: collect::Collected::default(),
        }
    }

    /// The same, which keeps refused lines as they came only where somebody wants to write them out.
    #[must_use]
    pub fn keeping(self, keeps: bool) -> Self {
        Self { keeps, ..self }
    }

    /// The same, which lists the lines that it takes.
    #[must_use]
    pub fn listing(self) -> Self {
        Self {
            lines: Some(Vec::new()),
            ..self
        }
    }

    /// Reads JSON Lines, one act a line. `file` is the name that messages show.
    ///
    /// # Errors
    /// If the input itself fails; what was read before stays.
    pub fn json(&mut self, file: &str, input: impl BufRead) -> Result<(), ReadError> {
        let file = self.collected.file(file);
        let mut lines = lines::Lines::new(input);
        while let Some(raw) = lines
            .next()
            .map_err(|failed| ReadError::new(&file, failed))?
        {
            if raw.is_blank() {
                continue;
            }
            let mut line = line::Line::default();
            let read = json::read(&raw, &mut line);
            self.take(
                &Place {
                    file: &file,
                    line: raw.number,
                    bytes: raw.bytes,
                    kept: self.keeps && !raw.too_long,
                    header: None,
                },
                &line,
                read,
            );
        }
        Ok(())
    }

    /// Reads CSV, one act a row under a header. `file` is the name that messages show.
    ///
    /// # Errors
    /// If the input itself fails; what was read before stays.
    pub fn csv(&mut self, file: &str, input: impl BufRead) -> Result<(), ReadError> {
        let file = self.collected.file(file);
        let mut rows = csv::Rows::new(lines::Lines::new(input));
        while let Some(row) = rows
            .next()
            .map_err(|failed| ReadError::new(&file, failed))?
        {
            let (line, read) = row.line();
            let place = Place {
                file: &file,
                line: row.number,
                bytes: &row.bytes,
                kept: self.keeps && row.whole,
                header: row.header.as_ref(),
            };
            self.take(&place, &line, read);
        }
        Ok(())
    }

    fn take(&mut self, place: &Place<'_>, line: &line::Line<'_>, read: Result<(), problem::Fault>) {
        let resolver = resolve::Resolver {
            law: self.law,
            names: &mut self.names,
        };
        let taken = read
            .and_then(|()| resolver.statement(line))
            .and_then(|statement| self.collected.take(self.law, place, statement));
        match taken {
            Err(fault) => self.collected.refuse(place, line, fault),
            Ok(()) => {
                if let Some(lines) = &mut self.lines {
                    lines.push(Taken {
                        file: Arc::clone(place.file),
                        line: place.line,
                        text: whole::text(line).into(),
                    });
                }
            }
        }
    }

    /// Checks what only the whole can tell, and gives the cases.
    #[must_use]
    pub fn finish(self) -> Reading {
        let mut reading = self.collected.finish(self.law);
        let refused: FxHashSet<(&str, u64)> = reading
            .rejects
            .iter()
            .map(|reject| (&*reject.file, reject.line))
            .collect();
        let mut lines = self.lines.unwrap_or_default();
        lines.retain(|taken| !refused.contains(&(&*taken.file, taken.line)));
        reading.lines = lines;
        reading
    }
}

/// Where a line stands, and what of it a file of refused lines would repeat.
struct Place<'a> {
    file: &'a Arc<str>,
    line: u64,
    /// Without its end; only the beginning of one that is too long.
    bytes: &'a [u8],
    /// Whether a refused line is kept as it came.
    kept: bool,
    /// The header over it, in CSV.
    header: Option<&'a Arc<[u8]>>,
}
