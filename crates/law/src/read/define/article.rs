//! The article line, which holds for the rules after it: when the text is in force, and what picks it.

use jiff::civil::Date;

use super::definer::Definer;
use super::{At, no_article};
use crate::expression::{Expression, Of};
use crate::problem::Source;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::Entry;
use crate::read::names::Scope;
use crate::read::{Article, Block};
use crate::syntax::TokenKind;

impl Definer<'_> {
    pub(super) fn article(
        &mut self,
        block: &Block,
        source: &Source,
        entry: &Entry,
    ) -> Read<Article> {
        let none = no_article();
        let at = At {
            block,
            source,
            article: &none,
        };
        let mut c = Cursor::of(source, entry);
        c.next();
        let start = c.here().start;
        let mut article = no_article();
        article.basis = self.suffixes(at, &mut c)?.basis.unwrap_or_default();
        // The name goes up to the first part that is opened by a word.
        let mut end = None;
        while !c.done() {
            let here = c.here().start;
            if c.eat("in force") {
                article.version.from = Some(day(&mut c)?);
                c.need("..")?;
                article.version.until = if c.sees(TokenKind::Moment) {
                    Some(day(&mut c)?)
                } else {
                    None
                };
            } else if c.eat("governs by") {
                article.version.governs_by = Some(self.governs_by(at, &mut c)?);
            } else if c.eat("dossier") {
                article.version.dossier = dossier(&mut c);
            } else {
                c.next();
                continue;
            }
            end.get_or_insert(here);
        }
        let name = source
            .text
            .get(start..end.unwrap_or(entry.span.end))
            .unwrap_or_default();
        article.version.article = self.citation(block.pack, name.trim());
        for line in &entry.under {
            let left_out = self.not_encoded(block, source, &mut Cursor::of(source, line))?;
            article.version.not_encoded.push(left_out);
        }
        Ok(article)
    }

    fn governs_by(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Expression> {
        let mark = c.mark();
        let scope = Scope::default();
        match self.reader(at, &scope).value(c) {
            Ok((value, _)) => Ok(value),
            Err(problem) => {
                // A field of the act of which each rule makes one.
                c.back(mark);
                let (name, _) = c.name("a fact or a field")?;
                let field = self.law.field(name).ok_or(problem)?;
                Ok(Expression::Field {
                    of: Of::Anchor,
                    field,
                })
            }
        }
    }
}

/// Ids with commas between them, up to `in force`.
fn dossier(c: &mut Cursor<'_>) -> Vec<String> {
    let mark = c.mark();
    while !c.done() && !c.at("in force") {
        c.next();
    }
    if c.mark() == mark {
        return Vec::new();
    }
    let span = c.span_from(mark);
    let text = c.source.text.get(span.start..span.end).unwrap_or_default();
    text.split(',')
        .map(|id| id.trim().to_owned())
        .filter(|id| !id.is_empty())
        .collect()
}

fn day(c: &mut Cursor<'_>) -> Read<Date> {
    let day = match c.peek() {
        Some((TokenKind::Moment, text)) => text.parse().ok(),
        _ => None,
    };
    let day = day.ok_or_else(|| c.expected("a day such as 2018-10-26"))?;
    c.next();
    Ok(day)
}
