//! What is wrong with a pack: the line drawn, what was found, what was expected, a hint.

use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use thiserror::Error;

/// Bytes `start..end` of one file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "byte offsets")]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    /// From `start` up to and without `end`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start,
            end: end.max(start),
        }
    }
}

/// One file of a pack: the name that messages show, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path as it was given.
    pub name: String,
    /// The whole text.
    pub text: Arc<str>,
}

impl Source {
    /// Line number, from 1, of a byte.
    #[must_use]
    pub fn line_of(&self, offset: usize) -> usize {
        self.text
            .bytes()
            .take(offset)
            .filter(|b| *b == b'\n')
            .count()
            + 1
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, Error)]
#[error("{message}")]
pub struct Problem {
    /// What was found and what was expected, one sentence.
    pub message: String,
    /// Written under the place.
    pub label: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// Where.
    pub span: Span,
    origin: Source,
    /// The same, as the drawing of messages wants it; the text is shared.
    file: Arc<NamedSource<Arc<str>>>,
}

impl Problem {
    /// A problem at a place of a file.
    #[must_use]
    pub fn new(
        source: &Source,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        let length = source.text.len();
        let span = Span::new(span.start.min(length), span.end.min(length));
        Self {
            message: message.into(),
            label: label.into(),
            hint: None,
            span,
            origin: source.clone(),
            file: Arc::new(NamedSource::new(&source.name, source.text.clone())),
        }
    }

    /// The same with a hint.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Problems are told file by file, from the top.
    pub(crate) fn order(&self) -> (&str, usize) {
        (&self.origin.name, self.span.start)
    }

    /// File and line, `xx/harbour.md:12`.
    #[must_use]
    pub fn place(&self) -> String {
        format!(
            "{}:{}",
            self.origin.name,
            self.origin.line_of(self.span.start)
        )
    }
}

impl Diagnostic for Problem {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.hint
            .as_ref()
            .map(|hint| Box::new(hint) as Box<dyn std::fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&*self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.span.start..self.span.end;
        let label = Some(self.label.clone()).filter(|label| !label.is_empty());
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(
            label, span,
        ))))
    }
}
