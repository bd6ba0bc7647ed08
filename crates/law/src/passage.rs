//! The renderings of passages: our own words, in each language, under a citation.

use std::collections::BTreeMap;

use crate::problem::{Problem, Source, Span};
use crate::rules::{FileId, PackId};
use crate::syntax::{PartKind, Tree};
use crate::words::Words;

/// A rendered passage.
#[derive(Clone, Debug)]
pub struct Passage {
    /// `CPL 91(1)`
    pub citation: String,
    /// `CPL 91`
    pub article: String,
    /// The title of the heading.
    pub title: String,
    /// Our rendering, one text for each language.
    pub rendering: Words,
    /// File.
    pub file: FileId,
    /// Byte offset of the quote.
    pub offset: usize,
}

/// All passages, by pack and citation.
#[derive(Clone, Debug, Default)]
pub struct Passages {
    by_pack: BTreeMap<(PackId, String), Passage>,
}

impl Passages {
    /// A passage; a whole article is known by its heading or its first passage.
    #[must_use]
    pub fn get(&self, pack: PackId, citation: &str) -> Option<&Passage> {
        let exact = self.by_pack.get(&(pack, citation.to_owned()));
        exact.or_else(|| {
            let from = (pack, format!("{citation}("));
            self.by_pack
                .range(from..)
                .next()
                .map(|(_, p)| p)
                .filter(|p| p.citation.starts_with(&format!("{citation}(")))
        })
    }

    /// Passages of a pack, in order of their citations.
    pub fn of(&self, pack: PackId) -> impl Iterator<Item = &Passage> {
        self.by_pack
            .iter()
            .filter(move |((p, _), _)| *p == pack)
            .map(|(_, passage)| passage)
    }

    /// Reads the headings and quotes of a file.
    pub fn read(
        &mut self,
        pack: PackId,
        file: FileId,
        codes: &[String],
        source: &Source,
        tree: &Tree,
    ) -> Vec<Problem> {
        let mut problems = Vec::new();
        let mut heading: Option<Heading> = None;
        for part in &tree.parts {
            match &part.kind {
                PartKind::Heading(2.., span) => heading = Heading::read(source, *span, codes),
                PartKind::Heading(..) => heading = None,
                PartKind::Quote => {
                    let Some(heading) = &heading else { continue };
                    let found = quote(source, part.span, heading);
                    for (citation, texts, span) in found {
                        if texts.len() != 2 {
                            let message = format!(
                                "{citation} is rendered in {} language(s), two are expected",
                                texts.len()
                            );
                            let problem = Problem::new(source, span, message, "this passage");
                            problems.push(
                                problem
                                    .hint("one line in each language, each with the same marker"),
                            );
                        }
                        let mut texts = texts.into_iter();
                        let (en, zh) = (
                            texts.next().unwrap_or_default(),
                            texts.next().unwrap_or_default(),
                        );
                        let article = citation.split('(').next().unwrap_or_default().to_owned();
                        let rendering = Words::new(&en, &zh);
                        let passage = Passage {
                            citation: citation.clone(),
                            article,
                            title: heading.title.clone(),
                            rendering,
                            file,
                            offset: span.start,
                        };
                        if self
                            .by_pack
                            .insert((pack, citation.clone()), passage)
                            .is_some()
                        {
                            let message = format!("{citation} is rendered twice in this pack");
                            problems.push(Problem::new(source, span, message, "the second time"));
                        }
                    }
                }
                _ => {}
            }
        }
        problems
    }
}

#[derive(Debug)]
struct Heading {
    code: String,
    articles: Vec<String>,
    title: String,
}

impl Heading {
    /// `CPL 98, 99. Title`; a heading that begins with no known source is prose.
    fn read(source: &Source, span: Span, codes: &[String]) -> Option<Self> {
        let text = source.text.get(span.start..span.end)?;
        let (code, rest) = text.split_once(' ')?;
        if !codes.iter().any(|known| known == code) {
            return None;
        }
        let (articles, title) = rest
            .split_once(". ")
            .unwrap_or((rest.trim_end_matches('.'), ""));
        let articles = articles.split(',').map(|a| a.trim().to_owned()).collect();
        Some(Self {
            code: code.to_owned(),
            articles,
            title: title.trim().to_owned(),
        })
    }
}

type Rendered = (String, Vec<String>, Span);

/// The lines of a quote, gathered by their markers.
fn quote(source: &Source, span: Span, heading: &Heading) -> Vec<Rendered> {
    let mut found: Vec<Rendered> = Vec::new();
    let mut at = span.start;
    let mut fresh = true;
    let text = source.text.get(span.start..span.end).unwrap_or_default();
    for line in text.split_inclusive('\n') {
        let here = Span::new(at, at + line.trim_end().len());
        at += line.len();
        let body = line.trim_start_matches(['>', ' ']).trim();
        if body.is_empty() {
            fresh = true;
            continue;
        }
        let shared = heading.articles.len() > 1;
        let (marker, rest) = marker(body, heading);
        let citation = match (&marker, shared) {
            (Some(marker), true) if !marker.starts_with('(') => {
                format!("{} {marker}", heading.code)
            }
            (marker, _) => {
                let article = heading.articles.first().map_or("", String::as_str);
                format!(
                    "{} {article}{}",
                    heading.code,
                    marker.as_deref().unwrap_or_default()
                )
            }
        };
        if marker.is_none() && !fresh && !starts_new_language(body, found.last()) {
            // A passage that runs over several lines.
            if let Some(last) = found.last_mut().and_then(|(_, texts, _)| texts.last_mut()) {
                last.push(' ');
                last.push_str(rest);
            }
            continue;
        }
        fresh = false;
        match found.iter_mut().find(|(c, _, _)| *c == citation) {
            Some((_, texts, _)) => texts.push(rest.to_owned()),
            None => found.push((citation, vec![rest.to_owned()], here)),
        }
    }
    found
}

/// An unnumbered passage goes on in its own script only.
fn starts_new_language(body: &str, last: Option<&Rendered>) -> bool {
    let Some(text) = last.and_then(|(_, texts, _)| texts.last()) else {
        return true;
    };
    is_han(body) != is_han(text)
}

fn is_han(text: &str) -> bool {
    text.chars()
        .filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c))
        .count()
        * 3
        > text.chars().count()
}

/// `(1)(a)`, or under a shared heading `98` or `99(2)`.
fn marker<'a>(body: &'a str, heading: &Heading) -> (Option<String>, &'a str) {
    let word_end = body.find(|c: char| c.is_whitespace()).unwrap_or(body.len());
    let (word, rest) = body.split_at_checked(word_end).unwrap_or((body, ""));
    let bracketed = |w: &str| {
        w.starts_with('(')
            && w.ends_with(')')
            && w.trim_matches(['(', ')'])
                .split(")(")
                .all(|m| (1..=5).contains(&m.len()) && m.chars().all(|c| c.is_ascii_alphanumeric()))
    };
    if bracketed(word) {
        return (Some(word.to_owned()), rest.trim_start());
    }
    if heading.articles.len() > 1 {
        let inner = word.trim_start_matches('(');
        let article = inner.split(['(', ')']).next().unwrap_or_default();
        if heading.articles.iter().any(|a| a == article) {
            let tail = inner.get(article.len()..).unwrap_or_default();
            let tail = if word.starts_with('(') {
                tail.strip_suffix(')').unwrap_or(tail)
            } else {
                tail
            };
            return (Some(format!("{article}{tail}")), rest.trim_start());
        }
    }
    (None, body)
}
