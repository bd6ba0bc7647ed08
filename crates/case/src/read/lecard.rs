//! From the custody histories of LeCaRDv2 (`case,year,events`) to acts on days that float in their year.
//!
//! Which act a code means is data: a table `code,act,complete` that is given with the rows.

use std::collections::BTreeMap;
use std::io::{self, Read, Write};

use serde_json::json;
use thiserror::Error;

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// One case a row.
    pub cases: u64,
    /// Acts in all of them.
    pub acts: u64,
}

/// Why a table could not be converted.
#[derive(Debug, Error)]
pub enum ConvertError {
    /// A table is no CSV.
    #[error("cannot read the {table}: {cause}")]
    Table {
        /// Which of the two.
        table: &'static str,
        /// What is wrong.
        #[source]
        cause: csv::Error,
    },
    /// A row does not have the cells that are expected.
    #[error("cannot convert row {row}: {found}")]
    Row {
        /// From 1, the header not counted.
        row: u64,
        /// What was found.
        found: String,
    },
    /// A code does not say whether the histories tell every such act.
    #[error("cannot read the code `{code}`: `{found}` is not yes or no")]
    Complete {
        /// The code.
        code: String,
        /// What stands in its column `complete`.
        found: String,
    },
    /// The output failed.
    #[error("cannot write the acts: {0}")]
    Write(#[from] io::Error),
}

impl ConvertError {
    /// How to mend it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Table { .. } | Self::Complete { .. } => {
                Some("the codes have the columns code,act,complete; the rows have case,year,events")
            }
            Self::Row { .. } => Some(
                "events are written as `code:days;code:days`, days from the first event, every code in the table of codes",
            ),
            Self::Write(_) => None,
        }
    }
}

/// Writes one case for each row: a declaration that the source is silent about all but the acts
/// of the complete codes, then the acts.
///
/// # Errors
/// A table that is no CSV, a row that is not understood, an output that fails.
pub fn convert(
    codes: impl Read,
    rows: impl Read,
    mut out: impl Write,
) -> Result<Converted, ConvertError> {
    let codes = read_codes(codes)?;
    let mut except: Vec<&str> = codes
        .values()
        .filter(|code| code.complete)
        .map(|code| code.act.as_str())
        .collect();
    except.sort_unstable();
    except.dedup();
    let mut converted = Converted::default();
    let mut rows = csv::ReaderBuilder::new().from_reader(rows);
    for (row, record) in (1..).zip(rows.records()) {
        let record = record.map_err(|cause| ConvertError::Table {
            table: "rows",
            cause,
        })?;
        let wrong = |found: String| ConvertError::Row { row, found };
        let mut cells = record.iter().map(str::trim);
        let (Some(group), Some(year), Some(events), None) =
            (cells.next(), cells.next(), cells.next(), cells.next())
        else {
            return Err(wrong(format!(
                "it has {} cells, three are expected",
                record.len()
            )));
        };
        if year.len() != 4 || !year.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong(format!("`{year}` is no year")));
        }
        let case = format!("lecard-{row}");
        let source = format!("LeCaRDv2, row {row}, co-defendants {group}");
        write_line(
            &mut out,
            &json!({ "case": case, "partial": "all", "except": except, "source": source }),
        )?;
        for (n, event) in (1..).zip(events.split(';')) {
            let (code, days) = event.split_once(':').unwrap_or((event, ""));
            let act = codes
                .get(code.trim())
                .ok_or_else(|| wrong(format!("`{code}` is none of the codes")))?;
            let days: u32 = days
                .trim()
                .parse()
                .map_err(|_| wrong(format!("`{event}` gives no number of days")))?;
            write_line(
                &mut out,
                &json!({
                    "id": format!("{case}-{n:02}"),
                    "case": case,
                    "subjects": ["A"],
                    "act": act.act,
                    "happened": format!("{year}-XX-XX+{days}"),
                    "source": source,
                }),
            )?;
            converted.acts += 1;
        }
        converted.cases += 1;
    }
    out.flush()?;
    Ok(converted)
}

/// What a code means, and whether the histories tell every such act.
struct Code {
    act: String,
    complete: bool,
}

fn read_codes(table: impl Read) -> Result<BTreeMap<String, Code>, ConvertError> {
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(table);
    let mut codes = BTreeMap::new();
    for row in reader.deserialize::<(String, String, String)>() {
        let table = "codes";
        let (code, act, complete) = row.map_err(|cause| ConvertError::Table { table, cause })?;
        let complete = match complete.as_str() {
            "yes" => true,
            "no" => false,
            _ => {
                return Err(ConvertError::Complete {
                    code,
                    found: complete,
                });
            }
        };
        codes.insert(code, Code { act, complete });
    }
    Ok(codes)
}

fn write_line(out: &mut impl Write, line: &serde_json::Value) -> io::Result<()> {
    serde_json::to_writer(&mut *out, line).map_err(io::Error::from)?;
    out.write_all(b"\n")
}
