//! Why a line was refused, and the file of refused lines.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::sync::Arc;

use miette::Diagnostic;
use thiserror::Error;

use super::lines::Failed;

/// The kinds of problems, for programs; people read [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Longer than [`MAX_LINE`](super::MAX_LINE).
    TooLong,
    /// Not UTF-8.
    NotText,
    /// Not JSON, or not a row of this CSV.
    Malformed,
    /// A key or a column that an act does not have, or something of another shape than a key takes.
    Shape,
    /// Something needed is not there.
    Missing,
    /// A name that no pack declares.
    UnknownName,
    /// A time that does not exist, or not where the law is.
    Time,
    /// A value that is not of the field's type.
    Value,
    /// The id of an act that the case already has.
    Twice,
    /// `answers` or `corrects` leads to nothing, or in a circle.
    Reference,
    /// Days counted from an unknown day beside dates.
    Mixed,
}

/// What was attempted and what was found.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{attempted}: {found}")]
pub struct Problem {
    /// Which kind.
    pub kind: Kind,
    /// ``read the act `NAME` ``
    pub attempted: String,
    /// One sentence.
    pub found: String,
}

/// A line that was refused.
#[derive(Clone, Debug, Error, Diagnostic)]
#[error("{file}:{line}: {problem}")]
pub struct Reject {
    /// As it was named when it was read.
    pub file: Arc<str>,
    /// From 1; the first line of a row that goes over several.
    pub line: u64,
    /// The first 200 characters, for people.
    pub text: String,
    /// The line as it came, without its end; none if it was too long to be held, or the reader was to keep none.
    pub raw: Option<Box<[u8]>>,
    /// The header over it, in CSV.
    pub header: Option<Arc<[u8]>>,
    /// Why.
    pub problem: Problem,
    /// How to mend it.
    #[help]
    pub hint: Option<String>,
    /// The case that lost it, if that can be read.
    pub case: Option<Arc<str>>,
}

/// The input failed.
#[derive(Debug, Error)]
#[error("cannot read {file} after line {line}: {cause}")]
pub struct ReadError {
    /// As it was named.
    pub file: Arc<str>,
    /// How many lines had been read.
    pub line: u64,
    /// What the system said.
    #[source]
    pub cause: io::Error,
}

impl ReadError {
    pub(super) fn new(file: &Arc<str>, failed: Failed) -> Self {
        Self {
            file: file.clone(),
            line: failed.after,
            cause: failed.cause,
        }
    }
}

/// Writes the refused lines as they came, so that they can be mended and read again; gives how many. Lines that were too
/// long to be held are left out. Before the first row of a CSV file stands its header: give the rejects of one file at a
/// time, or of files of one kind.
///
/// # Errors
/// If `out` fails.
pub fn write_rejects(rejects: &[Reject], mut out: impl Write) -> io::Result<u64> {
    let mut written = 0;
    let mut under: Option<&Reject> = None;
    for reject in rejects {
        let Some(raw) = &reject.raw else { continue };
        if let Some(header) = &reject.header
            && under.is_none_or(|last| last.file != reject.file || last.header != reject.header)
        {
            out.write_all(header)?;
            out.write_all(b"\n")?;
        }
        out.write_all(raw)?;
        out.write_all(b"\n")?;
        under = Some(reject);
        written += 1;
    }
    out.flush()?;
    Ok(written)
}

/// A problem that does not know yet where it stands.
#[derive(Clone, Debug)]
pub(super) struct Fault {
    pub problem: Problem,
    pub hint: Option<String>,
}

impl Fault {
    pub fn new(kind: Kind, attempted: impl Into<String>, found: impl AsRef<str>) -> Self {
        let found = clip(found.as_ref(), 400);
        Self {
            problem: Problem {
                kind,
                attempted: attempted.into(),
                found,
            },
            hint: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }
}

/// The beginning of a text, without anything that a terminal would obey.
pub(super) fn clip(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (n, c) in text.chars().enumerate() {
        if n == most {
            out.push('…');
            break;
        }
        out.push(if obeyed(c) { '\u{fffd}' } else { c });
    }
    out
}

/// In backticks, for messages.
pub(super) fn quoted(text: &str) -> String {
    format!("`{}`", clip(text, 60))
}

/// Names for a hint, with `…` when there are more.
pub(super) fn listed<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut out = String::new();
    for (n, name) in names.into_iter().enumerate() {
        if n == 15 {
            out.push_str(", …");
            break;
        }
        let comma = if n == 0 { "" } else { ", " };
        // Writing to a string does not fail.
        let _ = write!(out, "{comma}{}", quoted(name));
    }
    out
}

/// Control characters, and those that turn the direction of writing.
pub(super) fn obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
