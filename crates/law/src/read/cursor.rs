//! Clauses as the reader sees them, and a cursor over their tokens.

use crate::problem::{Problem, Source, Span};
use crate::syntax::{Line, Token, TokenKind};

/// A citation and where it stands.
#[derive(Clone, Debug)]
pub struct Cited {
    /// As written, `SPPR 309(3)`.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A line of a block: its citation, its tokens without blanks and comments, and the lines indented under it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The first column.
    pub cited: Vec<Cited>,
    /// What follows it.
    pub tokens: Vec<Token>,
    /// From the first to the last of `tokens`.
    pub span: Span,
    /// Lines under it.
    pub under: Vec<Entry>,
    /// The text of a comment at the end.
    pub indent: usize,
}

/// Groups lines by indent.
#[must_use]
pub fn entries(text: &str, lines: &[Line]) -> Vec<Entry> {
    let mut flat: Vec<Entry> = lines.iter().filter_map(|line| entry(text, line)).collect();
    nest(&mut flat.drain(..).peekable(), 0)
}

fn nest(lines: &mut std::iter::Peekable<std::vec::Drain<'_, Entry>>, at_least: usize) -> Vec<Entry> {
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
    let tokens: Vec<Token> =
        line.tokens.iter().copied().filter(|t| !matches!(t.kind, TokenKind::Space | TokenKind::Comment)).collect();
    let first = *tokens.first()?;
    let body = text.get(first.span.start..line.span.end).unwrap_or_default();
    let column = body.find("  ").map_or("", |at| body.get(..at).unwrap_or_default());
    let mut cited = Vec::new();
    let mut rest = tokens;
    if line.indent > 0 && is_citation(column) {
        let mut at = first.span.start;
        for part in column.split(',') {
            let lead = part.len() - part.trim_start().len();
            let start = at + lead;
            cited.push(Cited { text: part.trim().to_owned(), span: Span::new(start, start + part.trim().len()) });
            at += part.len() + 1;
        }
        let end = first.span.start + column.len();
        rest.retain(|t| t.span.start >= end);
    }
    let start = rest.first().map_or(first.span.start, |t| t.span.start);
    let end = rest.last().map_or(first.span.end, |t| t.span.end);
    Some(Entry { cited, tokens: rest, span: Span::new(start, end), under: Vec::new(), indent: line.indent })
}

/// `91(1)`, `SPPR 309(3)`, `98, 99`, `47ZB(1)(b)`, `12.2`.
fn is_citation(column: &str) -> bool {
    !column.is_empty()
        && column.split(',').all(|part| {
            let part = part.trim();
            let article = match part.split_once(' ') {
                Some((source, rest)) if source.starts_with(|c: char| c.is_ascii_uppercase()) => rest.trim(),
                Some(_) => return false,
                None => part,
            };
            article.starts_with(|c: char| c.is_ascii_digit() || article.starts_with("Sch"))
                && article.chars().all(|c| c.is_ascii_alphanumeric() || "().-".contains(c))
        })
}

/// A place in the tokens of one entry.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    /// The file.
    pub source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    whole: Span,
}

/// What a step of reading gives.
pub type Read<T> = Result<T, Box<Problem>>;

impl<'a> Cursor<'a> {
    /// At the first token.
    #[must_use]
    pub fn new(source: &'a Source, tokens: &'a [Token], whole: Span) -> Self {
        Self { source, tokens, at: 0, whole }
    }

    /// At the first token of an entry.
    #[must_use]
    pub fn of(source: &'a Source, entry: &'a Entry) -> Self {
        Self::new(source, &entry.tokens, entry.span)
    }

    /// The text of a token.
    #[must_use]
    pub fn text(&self, token: Token) -> &'a str {
        self.source.text.get(token.span.start..token.span.end).unwrap_or_default()
    }

    /// The token `ahead` of here.
    #[must_use]
    pub fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// Kind and text of the next token.
    #[must_use]
    pub fn peek(&self) -> Option<(TokenKind, &'a str)> {
        self.peek_at(0).map(|t| (t.kind, self.text(t)))
    }

    /// Text of the token `ahead`, empty at the end.
    #[must_use]
    pub fn look(&self, ahead: usize) -> &'a str {
        self.peek_at(ahead).map_or("", |t| self.text(t))
    }

    /// Whether these words come next.
    #[must_use]
    pub fn at(&self, words: &str) -> bool {
        words.split(' ').enumerate().all(|(n, word)| self.look(n) == word)
    }

    /// Takes these words if they come next.
    pub fn eat(&mut self, words: &str) -> bool {
        let found = self.at(words);
        if found {
            self.at += words.split(' ').count();
        }
        found
    }

    /// Takes the next token.
    pub fn next(&mut self) -> Option<Token> {
        let token = self.peek_at(0);
        self.at += usize::from(token.is_some());
        token
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Position, to come back to.
    #[must_use]
    pub fn mark(&self) -> usize {
        self.at
    }

    /// Back to a position.
    pub fn back(&mut self, mark: usize) {
        self.at = mark;
    }

    /// From a token position to here.
    #[must_use]
    pub fn span_from(&self, mark: usize) -> Span {
        let start = self.tokens.get(mark).map_or(self.whole.end, |t| t.span.start);
        let end = self.tokens.get(self.at.saturating_sub(1)).map_or(self.whole.end, |t| t.span.end);
        Span::new(start, end)
    }

    /// Where the next token stands, or the end of the line.
    #[must_use]
    pub fn here(&self) -> Span {
        self.peek_at(0).map_or_else(|| Span::new(self.whole.end.saturating_sub(1), self.whole.end), |t| t.span)
    }

    /// A problem at the next token: what was expected there.
    #[must_use]
    pub fn expected(&self, what: &str) -> Box<Problem> {
        let found = match self.peek() {
            Some((_, text)) => format!("found `{text}`"),
            None => "the line ends here".to_owned(),
        };
        Box::new(Problem::new(self.source, self.here(), format!("{what} is expected here"), found))
    }

    /// A problem at a place.
    #[must_use]
    pub fn problem(&self, span: Span, message: impl Into<String>, label: impl Into<String>) -> Box<Problem> {
        Box::new(Problem::new(self.source, span, message, label))
    }

    /// Takes these words, or says that they are missing.
    ///
    /// # Errors
    /// If something else stands here.
    pub fn need(&mut self, words: &str) -> Read<()> {
        if self.eat(words) { Ok(()) } else { Err(self.expected(&format!("`{words}`"))) }
    }

    /// Takes a name.
    ///
    /// # Errors
    /// If something else stands here; `what` says what was wanted.
    pub fn name(&mut self, what: &str) -> Read<(&'a str, Span)> {
        match self.peek_at(0) {
            Some(token) if token.kind == TokenKind::Word => {
                self.at += 1;
                Ok((self.text(token), token.span))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Takes a whole number.
    ///
    /// # Errors
    /// If something else stands here.
    pub fn number(&mut self, what: &str) -> Read<u32> {
        match self.peek() {
            Some((TokenKind::Number, text)) if text.parse::<u32>().is_ok() => {
                self.at += 1;
                Ok(text.parse().unwrap_or_default())
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Takes a quoted text.
    pub fn quoted(&mut self) -> Option<&'a str> {
        match self.peek() {
            Some((TokenKind::Text, text)) => {
                self.at += 1;
                Some(text.trim_matches('"'))
            }
            _ => None,
        }
    }

    /// Drops the tokens from a position on and gives a cursor over them.
    #[must_use]
    pub fn split_off(&mut self, mark: usize) -> Self {
        let (kept, rest) = self.tokens.split_at(mark.min(self.tokens.len()));
        self.tokens = kept;
        Self { source: self.source, tokens: rest, at: 0, whole: self.whole }
    }

    /// Drops a comma at the end: the suffix after it has been taken off.
    pub fn eat_trailing_comma(&mut self) {
        if let Some((last, rest)) = self.tokens.split_last()
            && self.text(*last) == ","
        {
            self.tokens = rest;
        }
    }

    /// Positions of a word among the tokens left.
    #[must_use]
    pub fn find(&self, word: &str) -> Vec<usize> {
        (self.at..self.tokens.len())
            .filter(|n| self.tokens.get(*n).is_some_and(|t| t.kind == TokenKind::Word && self.text(*t) == word))
            .collect()
    }

    /// The text of a position.
    #[must_use]
    pub fn text_at(&self, position: usize) -> &'a str {
        self.tokens.get(position).map_or("", |t| self.text(*t))
    }

    /// Says what is left over at the end of a clause.
    ///
    /// # Errors
    /// If anything is left.
    pub fn finish(&self) -> Read<()> {
        if self.done() {
            return Ok(());
        }
        let rest = Span::new(self.here().start, self.whole.end);
        Err(self.problem(rest, "this cannot be read as part of the clause", "left over"))
    }
}
