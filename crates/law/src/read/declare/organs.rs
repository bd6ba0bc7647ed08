//! Organs, and the ladders of their levels and ranks.

use super::{At, Declarer, maybe_words, words};
use crate::read::basis::take_basis;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::Entry;
use crate::read::names::Kind;
use crate::rules::{Organ, OrganId, Rung};

impl Declarer<'_> {
    pub(super) fn organs(&mut self, at: At<'_>, entry: &Entry) -> Read<()> {
        for line in &entry.under {
            let mut c = Cursor::of(at.source, line);
            if let Err(problem) = self.organs_line(at, &mut c).and_then(|()| c.finish()) {
                self.problems.push(*problem);
            }
        }
        Ok(())
    }

    fn organs_line(&mut self, at: At<'_>, c: &mut Cursor<'_>) -> Read<()> {
        take_basis(c)?;
        if c.eat("organ") {
            let (name, span) = c.name("the name of an organ")?;
            let words = words(c)?;
            let index = self.law.organs.len();
            if self.add(Kind::Organ, at, name, span, index) {
                self.law.organs.push(Organ {
                    pack: at.block.pack,
                    name: name.to_owned(),
                    words,
                });
            }
            return Ok(());
        }
        if c.eat("levels") {
            c.eat(":");
            return self.rungs(at, c, None);
        }
        if !c.eat("ranks of") {
            return Err(c.expected("`organ`, `levels` or `ranks of`"));
        }
        let (name, span) = c.name("the name of an organ")?;
        let organ = self
            .law
            .names
            .find(Kind::Organ, at.block.pack, name)
            .map(OrganId);
        if organ.is_none() {
            let message = format!("no organ `{name}` is declared before this line");
            return Err(c.problem(span, message, "unknown organ"));
        }
        c.eat(":");
        self.rungs(at, c, organ)
    }

    /// Names from the lowest to the highest: levels, or the ranks of an organ.
    fn rungs(&mut self, at: At<'_>, c: &mut Cursor<'_>, organ: Option<OrganId>) -> Read<()> {
        let kind = if organ.is_some() {
            Kind::Rank
        } else {
            Kind::Level
        };
        let jurisdiction = self.law.pack(at.block.pack).jurisdiction.clone();
        let mut height = 0;
        loop {
            let (name, span) = c.name("a name")?;
            let inline = maybe_words(c)?;
            let hint = "add a line to a `words` block";
            let words = self.words_of(at, inline, name, span, kind.noun(), hint);
            let jurisdiction = jurisdiction.clone();
            let rung = Rung {
                name: name.to_owned(),
                words,
                organ,
                jurisdiction,
                height,
            };
            let table = if organ.is_some() {
                &mut self.law.ranks
            } else {
                &mut self.law.levels
            };
            let index = table.len();
            table.push(rung);
            self.add(kind, at, name, span, index);
            height += 1;
            if !c.eat_any(&[",", "<"]) {
                return Ok(());
            }
        }
    }
}
