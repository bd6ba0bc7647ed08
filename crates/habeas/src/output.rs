//! What the program says: to standard output what was asked for, to standard error what went wrong.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use habeas_law::{LoadError, Problem};
use miette::{GraphicalReportHandler, GraphicalTheme};

/// Why a command could not do its work.
#[derive(Debug)]
pub enum Failure {
    /// The law could not be loaded.
    Law(LoadError),
    /// Problems of a file of the law folder.
    Problems(Vec<Problem>),
    /// A file could not be read or written.
    File(PathBuf, io::Error),
    /// Anything else: what is wrong, and how to mend it.
    Said(String, Option<String>),
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        Self::Law(error)
    }
}

impl From<habeas_ledger::Problem> for Failure {
    fn from(problem: habeas_ledger::Problem) -> Self {
        Self::said(problem.to_string())
    }
}

impl From<habeas_witness::Fault> for Failure {
    fn from(fault: habeas_witness::Fault) -> Self {
        Self::Said(fault.to_string(), fault.hint().map(str::to_owned))
    }
}

impl From<habeas_log::Fault> for Failure {
    fn from(fault: habeas_log::Fault) -> Self {
        Self::Said(fault.to_string(), fault.hint())
    }
}

/// Exit status of a command that could not do its work; 1 means that it did and found something.
const COULD_NOT: u8 = 2;

impl Failure {
    /// A sentence.
    pub fn said(message: impl Into<String>) -> Self {
        Self::Said(message.into(), None)
    }

    /// A sentence with a hint.
    pub fn hinted(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Said(message.into(), Some(hint.into()))
    }

    /// Says it on standard error.
    pub fn report(self) -> ExitCode {
        let mut err = io::stderr().lock();
        // Where standard error is gone, the exit status still tells.
        let _ = match self {
            Self::Law(LoadError::Problems(problems)) | Self::Problems(problems) => {
                draw(&mut err, &problems)
            }
            Self::Law(other) => writeln!(err, "error: {other}"),
            Self::File(path, cause) => writeln!(err, "error: {}: {cause}", path.display()),
            Self::Said(message, None) => writeln!(err, "error: {message}"),
            Self::Said(message, Some(hint)) => writeln!(err, "error: {message}\n  hint: {hint}"),
        };
        ExitCode::from(COULD_NOT)
    }
}

/// Draws problems, each with its line.
fn draw(out: &mut impl Write, problems: &[Problem]) -> io::Result<()> {
    let handler =
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(110);
    for problem in problems {
        let mut text = String::new();
        match handler.render_report(&mut text, problem) {
            Ok(()) => writeln!(out, "{text}")?,
            Err(_) => writeln!(out, "{}: {problem}", problem.place())?,
        }
    }
    writeln!(out, "{} problem(s)", problems.len())
}

/// Writes to standard output; a reader that has gone ends the program quietly.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Failure::File("standard output".into(), error)),
        Ok(()) => Ok(()),
    }
}

/// A remark on standard error.
pub fn note(text: &str) {
    // Where standard error is gone there is nobody to tell.
    let _ = writeln!(io::stderr().lock(), "{text}");
}
