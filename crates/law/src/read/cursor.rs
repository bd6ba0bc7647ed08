//! A cursor over the tokens of one clause.

use super::entry::Entry;
use crate::problem::{Problem, Source, Span};
use crate::syntax::{Token, TokenKind};

/// A place in the tokens of one entry.
#[derive(Clone, Debug)]
pub struct Cursor<'a> {
    /// The file.
    pub(crate) source: &'a Source,
    tokens: &'a [Token],
    at: usize,
    whole: Span,
}

/// What a step of reading gives.
pub type Read<T> = Result<T, Box<Problem>>;

impl<'a> Cursor<'a> {
    /// At the first of some tokens, which stand in `whole` of a file; spaces and comments are left out of them.
    #[must_use]
    pub fn new(source: &'a Source, tokens: &'a [Token], whole: Span) -> Self {
        Self {
            source,
            tokens,
            at: 0,
            whole,
        }
    }

    /// At the first token of an entry.
    pub(crate) fn of(source: &'a Source, entry: &'a Entry) -> Self {
        Self::new(source, &entry.tokens, entry.span)
    }

    /// The text of a token.
    pub(crate) fn text(&self, token: Token) -> &'a str {
        self.source
            .text
            .get(token.span.start..token.span.end)
            .unwrap_or_default()
    }

    /// The token `ahead` of here.
    pub(crate) fn peek_at(&self, ahead: usize) -> Option<Token> {
        self.tokens.get(self.at + ahead).copied()
    }

    /// Kind and text of the next token.
    pub(crate) fn peek(&self) -> Option<(TokenKind, &'a str)> {
        self.peek_at(0).map(|t| (t.kind, self.text(t)))
    }

    /// Whether the next token is of this kind.
    pub(crate) fn sees(&self, kind: TokenKind) -> bool {
        self.peek_at(0).is_some_and(|t| t.kind == kind)
    }

    /// Text of the token `ahead`, empty at the end.
    pub(crate) fn look(&self, ahead: usize) -> &'a str {
        self.peek_at(ahead).map_or("", |t| self.text(t))
    }

    /// Whether these words come next.
    pub(crate) fn at(&self, words: &str) -> bool {
        words
            .split(' ')
            .enumerate()
            .all(|(n, word)| self.look(n) == word)
    }

    /// Takes these words if they come next.
    pub(crate) fn eat(&mut self, words: &str) -> bool {
        let found = self.at(words);
        if found {
            self.at += words.split(' ').count();
        }
        found
    }

    /// Takes whichever of these comes next.
    pub(crate) fn eat_any(&mut self, all: &[&str]) -> bool {
        all.iter().any(|words| self.eat(words))
    }

    /// Takes the next token.
    pub(crate) fn next(&mut self) -> Option<Token> {
        let token = self.peek_at(0);
        self.at += usize::from(token.is_some());
        token
    }

    /// Takes everything that is left.
    pub(crate) fn take_rest(&mut self) {
        self.at = self.tokens.len();
    }

    /// Whether nothing is left.
    pub(crate) fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// Position, to come back to.
    pub(crate) fn mark(&self) -> usize {
        self.at
    }

    /// Back to a position.
    pub(crate) fn back(&mut self, mark: usize) {
        self.at = mark;
    }

    /// From a token position to here.
    pub(crate) fn span_from(&self, mark: usize) -> Span {
        self.span_between(mark, self.at)
    }

    /// The tokens from one position up to another.
    pub(crate) fn span_between(&self, from: usize, to: usize) -> Span {
        let start = self
            .tokens
            .get(from)
            .map_or(self.whole.end, |t| t.span.start);
        let end = self
            .tokens
            .get(to.saturating_sub(1))
            .map_or(self.whole.end, |t| t.span.end);
        Span::new(start, end)
    }

    /// Where the next token stands, or the end of the line.
    pub(crate) fn here(&self) -> Span {
        let end = Span::new(self.whole.end.saturating_sub(1), self.whole.end);
        self.peek_at(0).map_or(end, |t| t.span)
    }

    /// A problem at the next token: what was expected there.
    pub(crate) fn expected(&self, what: &str) -> Box<Problem> {
        let found = match self.peek() {
            Some((_, text)) => format!("found `{text}`"),
            None => "the line ends here".to_owned(),
        };
        let message = format!("{what} is expected here");
        Box::new(Problem::new(self.source, self.here(), message, found))
    }

    /// A problem at a place.
    pub(crate) fn problem(
        &self,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Box<Problem> {
        Box::new(Problem::new(self.source, span, message, label))
    }

    /// Takes these words, or says that they are missing.
    pub(crate) fn need(&mut self, words: &str) -> Read<()> {
        if self.eat(words) {
            Ok(())
        } else {
            Err(self.expected(&format!("`{words}`")))
        }
    }

    /// Takes a name; `what` says what was wanted.
    pub(crate) fn name(&mut self, what: &str) -> Read<(&'a str, Span)> {
        match self.peek_at(0) {
            Some(token) if token.kind == TokenKind::Word => {
                self.at += 1;
                Ok((self.text(token), token.span))
            }
            _ => Err(self.expected(what)),
        }
    }

    /// Takes a whole number; `what` says what was wanted.
    pub(crate) fn number(&mut self, what: &str) -> Read<u32> {
        let number = match self.peek() {
            Some((TokenKind::Number, text)) => text.parse().ok(),
            _ => None,
        };
        self.at += usize::from(number.is_some());
        number.ok_or_else(|| self.expected(what))
    }

    /// Takes a quoted text.
    pub(crate) fn quoted(&mut self) -> Option<&'a str> {
        match self.peek() {
            Some((TokenKind::Text, text)) => {
                self.at += 1;
                Some(text.trim_matches('"'))
            }
            _ => None,
        }
    }

    /// Drops the tokens from a position on and gives a cursor over them.
    pub(crate) fn split_off(&mut self, mark: usize) -> Self {
        let (kept, rest) = self.tokens.split_at(mark.min(self.tokens.len()));
        self.tokens = kept;
        Self {
            source: self.source,
            tokens: rest,
            at: 0,
            whole: self.whole,
        }
    }

    /// Drops a comma at the end: the suffix after it has been taken off.
    pub(crate) fn eat_trailing_comma(&mut self) {
        if let Some((last, rest)) = self.tokens.split_last()
            && self.text(*last) == ","
        {
            self.tokens = rest;
        }
    }

    /// The last position of a word among the tokens left, followed by one that is wanted.
    pub(crate) fn find_last(
        &self,
        word: &str,
        followed_by: impl Fn(&str) -> bool,
    ) -> Option<usize> {
        let is = |n: &usize| {
            let token = self.tokens.get(*n);
            token.is_some_and(|t| t.kind == TokenKind::Word && self.text(*t) == word)
        };
        (self.at..self.tokens.len())
            .rev()
            .filter(is)
            .find(|n| followed_by(self.text_at(n + 1)))
    }

    /// The text of a position.
    pub(crate) fn text_at(&self, position: usize) -> &'a str {
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
        Err(self.problem(
            rest,
            "this cannot be read as part of the clause",
            "left over",
        ))
    }
}
