//! Rows of CSV to [`Line`]s.
//!
//! The lines are cut here and not by the `csv` crate, which knows no longest row and swallows a file after a quote that is
//! never closed. Here such a quote costs its own line.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

use super::MAX_LINE;
use super::given::Given;
use super::json::{not_text, too_long};
use super::line::Line;
use super::lines::{Failed, Lines, Raw};
use super::names::nearest;
use super::problem::{Fault, Kind, quoted};
use super::quotes::Cells;

/// Lines over which one row may go.
const MOST_LINES: usize = 100;

const DOING: &str = "read the row";

/// Columns that every file may have; any other is a field.
const COLUMNS: [&str; 16] = [
    "id", "case", "subjects", "thing", "act", "happened", "until", "recorded", "organ", "unit",
    "official", "rank", "level", "answers", "corrects", "source",
];

/// A row, or the line that cannot be one.
pub struct Row {
    /// Of its first line.
    pub number: u64,
    /// As it came.
    pub bytes: Box<[u8]>,
    /// Nothing of it was left out.
    pub whole: bool,
    /// The header over it, if that can be used.
    pub header: Option<Arc<[u8]>>,
    columns: Arc<[String]>,
    cells: Vec<String>,
    fault: Option<Fault>,
}

/// Reads rows under a header.
pub struct Rows<R> {
    lines: Lines<R>,
    /// Lines that were read before their turn.
    ahead: VecDeque<Physical>,
    header: Option<Header>,
}

struct Header {
    /// None: nothing under it can be read.
    bytes: Option<Arc<[u8]>>,
    columns: Arc<[String]>,
}

/// A line of the file.
struct Physical {
    number: u64,
    bytes: Vec<u8>,
    whole: bool,
    fault: Option<Fault>,
}

/// Lines that belong together, cut into cells.
struct Joined {
    first: Physical,
    more: Vec<Physical>,
    cells: Vec<String>,
    fault: Option<Fault>,
}

impl Physical {
    fn new(raw: &Raw<'_>) -> Self {
        let fault = if raw.too_long {
            Some(too_long(raw))
        } else {
            std::str::from_utf8(raw.bytes)
                .err()
                .map(|error| not_text(raw.bytes, error.valid_up_to()))
        };
        Self {
            number: raw.number,
            bytes: raw.bytes.to_vec(),
            whole: !raw.too_long,
            fault,
        }
    }

    /// What can be read of it.
    fn text(&self) -> Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }

    fn is_blank(&self) -> bool {
        self.whole && self.bytes.iter().all(u8::is_ascii_whitespace)
    }
}

impl<R: BufRead> Rows<R> {
    pub fn new(lines: Lines<R>) -> Self {
        Self {
            lines,
            ahead: VecDeque::new(),
            header: None,
        }
    }

    /// The next row; a header that cannot be used is one too.
    pub fn next(&mut self) -> Result<Option<Row>, Failed> {
        while let Some(joined) = self.joined()? {
            match &self.header {
                Some(header) => {
                    let (bytes, columns) = (header.bytes.clone(), header.columns.clone());
                    return Ok(Some(self.row(joined, bytes, columns)));
                }
                None => {
                    let (columns, fault) = match &joined.fault {
                        Some(fault) => (Vec::new(), Some(fault.clone())),
                        None => columns(&joined.cells),
                    };
                    let columns: Arc<[String]> = columns.into();
                    let usable = fault.is_none();
                    let row = self.row(Joined { fault, ..joined }, None, columns.clone());
                    self.header = Some(Header {
                        bytes: usable.then(|| row.bytes.clone().into()),
                        columns,
                    });
                    if !usable {
                        return Ok(Some(Row {
                            cells: Vec::new(),
                            ..row
                        }));
                    }
                }
            }
        }
        Ok(None)
    }

    fn row(&mut self, joined: Joined, header: Option<Arc<[u8]>>, columns: Arc<[String]>) -> Row {
        let Joined {
            first,
            more,
            mut cells,
            mut fault,
        } = joined;
        let under = self.header.is_some();
        if fault.is_none() && under {
            fault = match &header {
                None => Some(
                    Fault::new(
                        Kind::Malformed,
                        DOING,
                        "the header of this file cannot be used",
                    )
                    .hint("mend the header, and the rows under it are read"),
                ),
                Some(_) => fit(
                    &mut cells,
                    columns.len(),
                    more.last().map(|line| line.number),
                ),
            };
        }
        let mut bytes = first.bytes;
        if fault.is_some() && under {
            // A quote may be the mistake: only its own line is refused, and the next ones are rows again.
            self.put_back(more);
        } else {
            for line in &more {
                bytes.push(b'\n');
                bytes.extend_from_slice(&line.bytes);
            }
        }
        let (number, whole) = (first.number, first.whole);
        Row {
            number,
            bytes: bytes.into(),
            whole,
            header,
            columns,
            cells,
            fault,
        }
    }

    fn put_back(&mut self, lines: Vec<Physical>) {
        for line in lines.into_iter().rev() {
            self.ahead.push_front(line);
        }
    }

    fn physical(&mut self) -> Result<Option<Physical>, Failed> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        Ok(self.lines.next()?.map(|raw| Physical::new(&raw)))
    }

    /// The next line that is not blank, with those over which its quotes go.
    fn joined(&mut self) -> Result<Option<Joined>, Failed> {
        let first = loop {
            match self.physical()? {
                Some(line) if line.is_blank() => {}
                Some(line) => break line,
                None => return Ok(None),
            }
        };
        let mut cells = Cells::default();
        cells.push(&first.text());
        let (mut more, mut size) = (Vec::new(), first.bytes.len());
        let mut fault = first.fault.clone();
        while fault.is_none() && cells.open() {
            let next = if more.len() < MOST_LINES {
                self.physical()?
            } else {
                None
            };
            match next {
                Some(line) if line.fault.is_none() && size + line.bytes.len() <= MAX_LINE => {
                    cells.push(&line.text());
                    size += line.bytes.len();
                    more.push(line);
                }
                other => {
                    self.put_back(other.into_iter().collect());
                    self.put_back(std::mem::take(&mut more));
                    let found =
                        format!("a quote opens a cell and is not closed within {MOST_LINES} lines");
                    fault = Some(Fault::new(Kind::Malformed, DOING, found).hint(QUOTES));
                }
            }
        }
        let (cells, clean) = cells.finish();
        if !clean && fault.is_none() {
            let fault_here = Fault::new(
                Kind::Malformed,
                DOING,
                "something follows the closing quote of a cell",
            );
            fault = Some(fault_here.hint(QUOTES));
        }
        Ok(Some(Joined {
            first,
            more,
            cells,
            fault,
        }))
    }
}

const QUOTES: &str = r#"a cell that holds a comma, a quote or a line end stands in quotes, and a quote in it is written twice: """#;

/// The names of a header, and why it cannot be used.
fn columns(cells: &[String]) -> (Vec<String>, Option<Fault>) {
    let mut names: Vec<String> = cells.iter().map(|cell| cell.trim().to_owned()).collect();
    while names.last().is_some_and(String::is_empty) {
        names.pop();
    }
    let fault = |found: String| Fault::new(Kind::Shape, "read the header", found);
    let twice = names
        .iter()
        .enumerate()
        .find(|(n, name)| names.iter().take(*n).any(|earlier| earlier == *name));
    let missing = ["id", "case", "act", "happened"]
        .into_iter()
        .find(|needed| !names.iter().any(|name| name == needed));
    let fault = if let Some(needed) = missing {
        let other = cells.len() == 1 && cells.iter().any(|cell| cell.contains([';', '\t']));
        let near = nearest(names.iter().map(String::as_str), needed)
            .map(|near| format!("is {} meant? ", quoted(near)));
        let hint = if other {
            "separate the columns with commas".to_owned()
        } else {
            format!(
                "{}the columns are {}, and fields",
                near.unwrap_or_default(),
                COLUMNS.join(", ")
            )
        };
        Some(fault(format!("there is no column `{needed}`")).hint(hint))
    } else if let Some((_, name)) = twice {
        Some(fault(format!(
            "the column {} stands there twice",
            quoted(name)
        )))
    } else if names.iter().any(String::is_empty) {
        Some(fault("a column has no name".to_owned()))
    } else {
        None
    };
    (names, fault)
}

/// Whether a row has the cells of its header; empty ones at its end are dropped.
fn fit(cells: &mut Vec<String>, expected: usize, last: Option<u64>) -> Option<Fault> {
    while cells.len() > expected && cells.last().is_some_and(|cell| cell.trim().is_empty()) {
        cells.pop();
    }
    if cells.len() == expected {
        return None;
    }
    let over = last
        .map(|last| format!(", and its quotes go to line {last}"))
        .unwrap_or_default();
    let found = format!(
        "it has {} cells under {expected} columns{over}",
        cells.len()
    );
    Some(Fault::new(Kind::Malformed, DOING, found).hint(QUOTES))
}

impl Row {
    /// What the row says. A cell with nothing in it is not in the record.
    pub fn line(&self) -> (Line<'_>, Result<(), Fault>) {
        let mut line = Line::default();
        for (name, cell) in self.columns.iter().zip(&self.cells) {
            let cell = cell.trim();
            if cell.is_empty() {
                continue;
            }
            let text = Some(Cow::Borrowed(cell));
            match name.as_str() {
                "id" => line.id = text,
                "case" => line.case = text,
                "subjects" => {
                    line.subjects = cell
                        .split(';')
                        .map(|subject| Cow::Borrowed(subject.trim()))
                        .collect()
                }
                "thing" => line.thing = text,
                "act" => line.act = text,
                "happened" => line.happened = text,
                "until" => line.until = text,
                "recorded" => line.recorded = text,
                "organ" => line.by.organ = text,
                "unit" => line.by.unit = text,
                "official" => line.by.official = text,
                "rank" => line.by.rank = text,
                "level" => line.by.level = text,
                "answers" => line.answers = text,
                "corrects" => line.corrects = text,
                "source" => line.source = text,
                name => {
                    let name = name.strip_prefix("field ").unwrap_or(name).trim();
                    line.fields
                        .push((Cow::Borrowed(name), Given::Text(Cow::Borrowed(cell))));
                }
            }
        }
        (line, self.fault.clone().map_or(Ok(()), Err))
    }
}
