//! The lines of a block as clauses: a citation, what follows it, and the lines under it.

use std::iter::Peekable;
use std::vec::IntoIter;

use super::cursor::Cursor;
use crate::problem::{Source, Span};
use crate::syntax::{Line, Token, TokenKind};

/// A citation and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Cited {
    /// As written, `91(1)` or with the code of its source before it.
    pub(crate) text: String,
    /// Where.
    pub(crate) span: Span,
}

/// A line of a block, without blanks and comments.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// The first column.
    pub(crate) cited: Vec<Cited>,
    /// What follows it.
    pub(crate) tokens: Vec<Token>,
    /// From the first to the last of `tokens`.
    pub(crate) span: Span,
    /// Lines indented under it.
    pub(crate) under: Vec<Entry>,
    /// Spaces before it.
    pub(crate) indent: usize,
}

impl Entry {
    /// Whether some line under it begins with these words, be it right or wrong.
    pub(crate) fn says(&self, source: &Source, words: &str) -> bool {
        self.under
            .iter()
            .any(|line| Cursor::of(source, line).at(words))
    }
}

/// Groups lines by indent.
pub(crate) fn entries(text: &str, lines: &[Line]) -> Vec<Entry> {
    let flat: Vec<Entry> = lines.iter().filter_map(|line| entry(text, line)).collect();
    nest(&mut flat.into_iter().peekable(), 0)
}

fn nest(lines: &mut Peekable<IntoIter<Entry>>, at_least: usize) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    while let Some(next) = lines.peek() {
        if next.indent < at_least {
            break;
        }
        let indent = next.indent;
        match found.last_mut() {
            Some(last) if indent > last.indent => last.under = nest(lines, last.indent + 1),
            _ => found.extend(lines.next()),
        }
    }
    found
}

fn entry(text: &str, line: &Line) -> Option<Entry> {
    let says = |t: &Token| !matches!(t.kind, TokenKind::Space | TokenKind::Comment);
    let mut tokens: Vec<Token> = line.tokens.iter().copied().filter(says).collect();
    let first = *tokens.first()?;
    let body = text
        .get(first.span.start..line.span.end)
        .unwrap_or_default();
    let column = body.split_once("  ").map_or("", |(column, _)| column);
    let mut cited = Vec::new();
    if line.indent > 0 && is_citation(column) {
        cited = citations(column, first.span.start);
        let end = first.span.start + column.len();
        tokens.retain(|t| t.span.start >= end);
    }
    let start = tokens.first().map_or(first.span.start, |t| t.span.start);
    let end = tokens.last().map_or(first.span.end, |t| t.span.end);
    let span = Span::new(start, end);
    Some(Entry {
        cited,
        tokens,
        span,
        under: Vec::new(),
        indent: line.indent,
    })
}

/// The citations of a column that begins at a byte of the file.
pub(crate) fn citations(column: &str, mut at: usize) -> Vec<Cited> {
    let mut cited = Vec::new();
    for part in column.split(',') {
        let text = part.trim();
        let start = at + part.len() - part.trim_start().len();
        cited.push(Cited {
            text: text.to_owned(),
            span: Span::new(start, start + text.len()),
        });
        at += part.len() + 1;
    }
    cited
}

/// `91(1)`, `98, 99`, `47ZB(1)(b)`, `12.2`, each with the code of a source before it or without.
pub(crate) fn is_citation(column: &str) -> bool {
    !column.is_empty()
        && column.split(',').all(|part| {
            let part = part.trim();
            let article = match part.split_once(' ') {
                Some((source, rest)) if source.starts_with(|c: char| c.is_ascii_uppercase()) => {
                    rest.trim()
                }
                Some(_) => return false,
                None => part,
            };
            let numbered = article.starts_with(|c: char| c.is_ascii_digit());
            (numbered || article.starts_with("Sch"))
                && article
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "().-".contains(c))
        })
}
