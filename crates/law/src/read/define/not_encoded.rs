//! `not encoded: …`: passages that no rule encodes, and why.

use super::definer::Definer;
use crate::problem::{Source, Span};
use crate::read::Block;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::{Cited, is_citation};
use crate::rules::NotEncoded;
use crate::words::Words;

impl Definer<'_> {
    /// `not encoded: 91(1), 98 why / 为什么`; without the second text, the first stands in both languages.
    pub(super) fn not_encoded(
        &mut self,
        block: &Block,
        source: &Source,
        c: &mut Cursor<'_>,
    ) -> Read<NotEncoded> {
        c.need("not encoded :")?;
        let nowhere = c.expected("the passage that is not encoded");
        let (mark, start) = (c.mark(), c.here().start);
        c.take_rest();
        let end = c.span_from(mark).end;
        let text = source.text.get(start..end).unwrap_or_default();
        let (cited, why) = passages(text, start);
        let (Some(first), Some(last)) = (cited.first(), cited.last()) else {
            let hint = "name passages as other lines do, such as `5(1), 6`, then say why";
            return Err(Box::new(nowhere.hint(hint)));
        };
        let column = source.text.get(first.span.start..last.span.end);
        let citation = self.citation(block.pack, column.unwrap_or_default());
        self.follow_later(block, &cited);
        let (first, second) = why.rsplit_once(" / ").unwrap_or((why, why));
        Ok(NotEncoded {
            citation,
            why: Words::new(first.trim_end(), second.trim_start()),
        })
    }
}

/// The citations that a text at a byte of the file begins with, and what follows them.
fn passages(text: &str, start: usize) -> (Vec<Cited>, &str) {
    let mut cited = Vec::new();
    let mut rest = text;
    while let Some(length) = passage(rest) {
        let (passage, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
        let at = start + text.len() - rest.len();
        cited.push(Cited {
            text: passage.to_owned(),
            span: Span::new(at, at + length),
        });
        rest = after.trim_start_matches([',', ' ']);
        if !after.starts_with(", ") {
            break;
        }
    }
    (cited, rest)
}

/// The length of the citation that a text begins with: one word, or two where the first is the code of a source.
fn passage(text: &str) -> Option<usize> {
    let mut ends = text.match_indices([' ', ',']).map(|(end, _)| end);
    let first = ends.next().unwrap_or(text.len());
    let second = ends.next().unwrap_or(text.len());
    [first, second]
        .into_iter()
        .find(|end| text.get(..*end).is_some_and(is_citation))
}

#[cfg(test)]
mod tests {
    use super::passages;

    #[test]
    fn what_is_not_encoded_begins_with_its_passages() {
        for (text, cited, why) in [
            ("91(1) \"special\", why", "91(1)", "\"special\", why"),
            ("41, 44, 47 which days", "41|44|47", "which days"),
            ("71(1), AB2 7 the rest", "71(1)|AB2 7", "the rest"),
            ("AB2 8, 9(a), the sum", "AB2 8|9(a)", "the sum"),
            ("12, twelve days", "12", "twelve days"),
            ("12, AB2, a source", "12", "AB2, a source"),
            ("3", "3", ""),
            ("nothing", "", "nothing"),
            ("", "", ""),
        ] {
            let (found, rest) = passages(text, 7);
            let found: Vec<&str> = found.iter().map(|c| c.text.as_str()).collect();
            assert_eq!((found.join("|").as_str(), rest), (cited, why), "{text}");
        }
    }
}
