//! The lossless tree of a pack file: every byte belongs to one part, and the parts in order are the file.
//!
//! The Markdown is cut by `pulldown-cmark`; this module only looks inside the blocks that carry rules. Reading never fails:
//! what cannot be understood is still a part, and the later steps say what is wrong with it.

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use crate::problem::Span;

/// The longest line and file that are read; longer ones are refused before parsing.
pub(crate) const MAX_LINE: usize = 4_000;
/// Bytes of a pack file.
pub(crate) const MAX_FILE: usize = 4 << 20;

/// A file, cut into parts.
#[derive(Clone, Debug)]
pub struct Tree {
    /// In order, without gap or overlap.
    pub parts: Vec<Part>,
}

/// A stretch of the file.
#[derive(Clone, Debug)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of parts.
#[derive(Clone, Debug)]
pub enum PartKind {
    /// Between the `---` lines.
    FrontMatter(Vec<Line>),
    /// A heading of level 1 to 6, with its text.
    Heading(u8, Span),
    /// The rendering of a passage.
    Quote,
    /// Rules.
    Law(Vec<Line>),
    /// A test.
    Example(Vec<Line>),
    /// Everything else.
    Prose,
}

/// One line, cut into tokens that are the line when joined.
#[derive(Clone, Debug)]
pub struct Line {
    /// With its line end.
    pub span: Span,
    /// Spaces before the first token.
    pub indent: usize,
    /// All tokens, spaces and comments among them.
    pub tokens: Vec<Token>,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// Letters, digits, `_`, beginning with a letter.
    Word,
    /// Digits, with a decimal point or digit groups.
    Number,
    /// `2026-11-05`, with a time if one follows.
    Moment,
    /// `21:00`
    Time,
    /// In double quotes.
    Text,
    /// One or two signs.
    Sign,
    /// Blanks and line ends.
    Space,
    /// From `#` to the end of the line.
    Comment,
}

impl Tree {
    /// Cuts a file.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut parts: Vec<Part> = Vec::new();
        let mut at = 0;
        let mut push = |kind: PartKind, span: Span| {
            if span.start < at {
                return;
            }
            if span.start > at {
                parts.push(Part {
                    kind: PartKind::Prose,
                    span: Span::new(at, span.start),
                });
            }
            at = span.end;
            parts.push(Part { kind, span });
        };
        let options = Options::ENABLE_YAML_STYLE_METADATA_BLOCKS;
        let mut depth = 0usize;
        let mut heading = None;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let span = Span::new(range.start, range.end);
            match event {
                Event::Start(Tag::BlockQuote(_)) => {
                    if depth == 0 {
                        push(PartKind::Quote, span);
                    }
                    depth += 1;
                }
                Event::End(TagEnd::BlockQuote(_)) => depth = depth.saturating_sub(1),
                _ if depth > 0 => {}
                Event::Start(Tag::MetadataBlock(_)) => {
                    push(PartKind::FrontMatter(lines(text, inner(text, span))), span)
                }
                Event::Start(Tag::Heading { level, .. }) => heading = Some((level, span)),
                Event::End(TagEnd::Heading(_)) => {
                    if let Some((level, span)) = heading.take() {
                        push(
                            PartKind::Heading(level_number(level), trimmed(text, span)),
                            span,
                        );
                    }
                }
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                    let kind = match info.split_whitespace().next() {
                        Some("law") => PartKind::Law(lines(text, inner(text, span))),
                        Some("example") => PartKind::Example(lines(text, inner(text, span))),
                        _ => continue,
                    };
                    push(kind, span);
                }
                _ => {}
            }
        }
        if at < text.len() {
            parts.push(Part {
                kind: PartKind::Prose,
                span: Span::new(at, text.len()),
            });
        }
        Self { parts }
    }

    /// The lines between `---`, if the file has any.
    pub(crate) fn front_matter(&self) -> Option<&[Line]> {
        self.parts.iter().find_map(|part| match &part.kind {
            PartKind::FrontMatter(lines) => Some(lines.as_slice()),
            _ => None,
        })
    }
}

fn level_number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

/// A fenced block without its first and last line.
fn inner(text: &str, span: Span) -> Span {
    let body = text.get(span.start..span.end).unwrap_or_default();
    let start = body.find('\n').map_or(span.end, |n| span.start + n + 1);
    let trimmed = body.trim_end_matches(['\n', '\r']);
    let end = trimmed.rfind('\n').map_or(start, |n| span.start + n + 1);
    Span::new(start, end.max(start))
}

fn trimmed(text: &str, span: Span) -> Span {
    let body = text.get(span.start..span.end).unwrap_or_default();
    let inner = body.trim_start_matches('#').trim();
    let start = span.start + (inner.as_ptr() as usize - body.as_ptr() as usize);
    Span::new(start, start + inner.len())
}

/// Cuts a stretch into lines of tokens.
fn lines(text: &str, span: Span) -> Vec<Line> {
    let mut found = Vec::new();
    let mut start = span.start;
    let body = text.get(span.start..span.end).unwrap_or_default();
    for line in body.split_inclusive('\n') {
        let end = start + line.len();
        let indent = line.len() - line.trim_start_matches(' ').len();
        found.push(Line {
            span: Span::new(start, end),
            indent,
            tokens: tokens(text, Span::new(start, end)),
        });
        start = end;
    }
    found
}

/// Cuts a line into tokens.
#[must_use]
pub fn tokens(text: &str, line: Span) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = line.start;
    while at < line.end {
        let rest = text.get(at..line.end).unwrap_or_default();
        let (kind, length) = next_token(
            rest,
            at == line.start || text.get(..at).is_some_and(|t| t.ends_with([' ', '\t'])),
        );
        let length = length.max(1);
        found.push(Token {
            kind,
            span: Span::new(at, at + length),
        });
        at += length;
    }
    found
}

fn next_token(rest: &str, after_space: bool) -> (TokenKind, usize) {
    let Some(first) = rest.chars().next() else {
        return (TokenKind::Space, 0);
    };
    let run = |accept: fn(char) -> bool| rest.find(|c| !accept(c)).unwrap_or(rest.len());
    if first.is_whitespace() {
        return (TokenKind::Space, run(char::is_whitespace));
    }
    if first == '#' && after_space {
        return (
            TokenKind::Comment,
            rest.trim_end_matches(['\n', '\r']).len(),
        );
    }
    if first == '"' {
        let close = rest.get(1..).and_then(|r| r.find(['"', '\n']));
        return (
            TokenKind::Text,
            close
                .map_or(rest.trim_end().len(), |n| n + 2)
                .min(rest.len()),
        );
    }
    if first.is_ascii_digit() {
        if let Some(length) = moment_length(rest) {
            return (TokenKind::Moment, length);
        }
        let digits = run(|c| c.is_ascii_digit() || c == '.');
        let digits = rest
            .get(..digits)
            .map_or(digits, |d| d.trim_end_matches('.').len())
            .max(1);
        if rest.as_bytes().get(digits) == Some(&b':') && digits <= 2 {
            let minutes = rest
                .get(digits + 1..)
                .map_or(0, |r| r.bytes().take_while(u8::is_ascii_digit).count());
            if minutes == 2 {
                return (TokenKind::Time, digits + 3);
            }
        }
        // `47ZB` is a section, read with its letters.
        let word = run(|c| c.is_alphanumeric() || c == '_');
        return if word > digits {
            (TokenKind::Word, word)
        } else {
            (TokenKind::Number, digits)
        };
    }
    if first.is_alphabetic() || first == '_' {
        return (TokenKind::Word, run(|c| c.is_alphanumeric() || c == '_'));
    }
    for sign in ["..", "<=", ">="] {
        if rest.starts_with(sign) {
            return (TokenKind::Sign, 2);
        }
    }
    (TokenKind::Sign, first.len_utf8())
}

/// `2026-11-05`, `2026-11-05 14:05`, `2026-11-05T14:05+08:00`, `2026-11-05 14h`.
fn moment_length(rest: &str) -> Option<usize> {
    let bytes = rest.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        bytes
            .get(range)
            .is_some_and(|b| b.iter().all(u8::is_ascii_digit))
    };
    let dashes = bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !(dashes && digits(0..4) && digits(5..7) && digits(8..10)) {
        return None;
    }
    if !(matches!(bytes.get(10), Some(b' ' | b'T')) && digits(11..13)) {
        return Some(10);
    }
    if bytes.get(13) == Some(&b'h') {
        return Some(14);
    }
    if bytes.get(13) != Some(&b':') || !digits(14..16) {
        return Some(10);
    }
    let mut end = 16;
    if bytes.get(16) == Some(&b':') && digits(17..19) {
        end = 19;
    }
    match bytes.get(end) {
        Some(b'Z') => Some(end + 1),
        Some(b'+' | b'-') if digits(end + 1..end + 3) && digits(end + 4..end + 6) => Some(end + 6),
        _ => Some(end),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn part(text: &str, span: Span) -> &str {
        text.get(span.start..span.end).unwrap()
    }

    fn rejoin(text: &str) -> String {
        let tree = Tree::read(text);
        tree.parts.iter().map(|p| part(text, p.span)).collect()
    }

    #[test]
    fn parts_are_the_file() {
        let text = "---\npack: a/b\n---\n\n# T\n\nprose\n\n> (1) x\n> y\n\n```law\narticle A 1\n  1  starts at x # c\n```\n\nend\n";
        assert_eq!(rejoin(text), text);
        let tree = Tree::read(text);
        let law = tree.parts.iter().find_map(|p| match &p.kind {
            PartKind::Law(lines) => Some(lines),
            _ => None,
        });
        assert_eq!(law.unwrap().len(), 2);
    }

    #[test]
    fn tokens_know_dates_times_and_sections() {
        let text = "47ZB 2026-11-05 14:05 2026-11-05T14:05+08:00 21:00 3.5 \"a b\" <= x # end";
        let kinds: Vec<_> = tokens(text, Span::new(0, text.len()))
            .into_iter()
            .filter(|t| t.kind != TokenKind::Space)
            .map(|t| (t.kind, part(text, t.span)))
            .collect();
        use TokenKind::*;
        assert_eq!(
            kinds,
            [
                (Word, "47ZB"),
                (Moment, "2026-11-05 14:05"),
                (Moment, "2026-11-05T14:05+08:00"),
                (Time, "21:00"),
                (Number, "3.5"),
                (Text, "\"a b\""),
                (Sign, "<="),
                (Word, "x"),
                (Comment, "# end")
            ]
        );
    }

    proptest! {
        #[test]
        fn every_byte_belongs_to_one_part(text in "[-#>`\\w \\n(.):\"|~]{0,200}") {
            prop_assert_eq!(rejoin(&text), text.clone());
            let line = text.lines().next().unwrap_or_default();
            let joined: String = tokens(line, Span::new(0, line.len())).iter().map(|t| part(line, t.span)).collect();
            prop_assert_eq!(joined, line);
        }
    }
}
