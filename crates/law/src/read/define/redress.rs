//! What a breach brings, remedies, and channels.

use super::definer::{Definer, Suffixes};
use super::{At, Counting};
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::words;
use crate::read::entry::Entry;
use crate::read::names::{Kind, Scope};
use crate::rules::{
    Breach, Channel, Clause, ClockGroup, ConventionId, Note, Opens, OrganId, Remedy, RemedyId,
};

impl<'a> Definer<'a> {
    pub(super) fn breach(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let mut breach = Breach {
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            effects: Vec::new(),
            acts: Vec::new(),
            remedies: Vec::new(),
            later: Vec::new(),
        };
        self.each_clause(at, &entry.under, |me, line, c| {
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            if c.eat("effect") {
                let rule = words(c)?;
                let note = me.note(at, line, suffixes, None);
                breach.effects.push(Clause { rule, note });
            } else if c.eat("later") {
                let rule = words(c)?;
                let note = me.note(at, line, suffixes, None);
                breach.later.push(Clause { rule, note });
            } else if c.eat("acts") {
                let organ = OrganId(me.look_up(at, c, Kind::Organ)?);
                let rule = (organ, words(c)?);
                let note = me.note(at, line, suffixes, None);
                breach.acts.push(Clause { rule, note });
            } else if c.eat("remedy") {
                for remedy in me.look_up_list(at, c, Kind::Remedy, &[",", "or"])? {
                    let note = me.note(at, line, suffixes.clone(), None);
                    breach.remedies.push(Clause {
                        rule: RemedyId(remedy),
                        note,
                    });
                }
            } else {
                return Err(c.expected("`effect`, `acts`, `remedy` or `later`"));
            }
            Ok(())
        });
        self.out.breaches.push(breach);
        c.finish()
    }

    pub(super) fn remedy(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let mut remedy = Remedy {
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            whom: None,
            to: Vec::new(),
            opens: Vec::new(),
            during: Vec::new(),
            made_by: Vec::new(),
            within: None,
            answered_by: None,
            then: Vec::new(),
            convention: ConventionId(0),
            version: at.article.version.clone(),
        };
        let mut convention = self.default_convention(at);
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            if c.eat("counted by") {
                convention = Some(ConventionId(me.look_up(at, c, Kind::Convention)?));
                return Ok(());
            }
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            let note = me.note(at, line, suffixes, None);
            me.remedy_clause(at, c, &mut remedy, note)
        });
        remedy.version.not_encoded.extend(left_out);
        if let Some(within) = &remedy.within {
            let units = within.rule.parts().map(|(unit, _)| unit).collect();
            let (place, name) = (at.place(span), name.to_owned());
            remedy.convention = self.counts(Counting {
                place,
                name,
                convention,
                units,
            });
        }
        self.out.remedies.push(remedy);
        c.finish()
    }

    fn remedy_clause(
        &self,
        at: At<'_>,
        c: &mut Cursor<'_>,
        remedy: &mut Remedy,
        note: Note,
    ) -> Read<()> {
        if c.eat("for") {
            remedy.whom = Some(Clause {
                rule: words(c)?,
                note,
            });
        } else if c.eat("to") {
            let organs = self.organs(at, c)?.into_iter();
            remedy.to.extend(organs.map(|rule| Clause {
                rule,
                note: note.clone(),
            }));
        } else if c.eat("open") {
            remedy.opens.push(Clause {
                rule: self.opens(at, c)?,
                note,
            });
        } else if c.eat("while") {
            let scope = Scope::default();
            let rule = self.reader(at, &scope).condition(c)?;
            remedy.during.push(Clause { rule, note });
        } else if c.eat("made by") {
            remedy.made_by.extend(self.acts(at, c)?);
        } else if c.eat("within") {
            remedy.within = Some(Clause {
                rule: self.plain_length(at, c)?,
                note,
            });
        } else if c.eat("answered by clock") {
            let clock = ClockGroup(self.look_up(at, c, Kind::Clock)?);
            remedy.answered_by = Some((clock, note));
        } else if c.eat("then") {
            remedy
                .then
                .push(RemedyId(self.look_up(at, c, Kind::Remedy)?));
        } else {
            return Err(c.expected(
                "`for`, `to`, `open`, `while`, `made by`, `within`, `answered by clock`, `then` or `counted by`",
            ));
        }
        Ok(())
    }

    /// `on BREACH or BREACH`, `after ACT or ACT`, `when COND`
    fn opens(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Opens> {
        let scope = Scope::default();
        let reader = self.reader(at, &scope);
        if c.eat("on") {
            let mut breaches = vec![reader.breach(c)?];
            while c.eat_any(&["or", ","]) {
                breaches.push(reader.breach(c)?);
            }
            return Ok(Opens::On(breaches));
        }
        if c.eat("after") {
            return Ok(Opens::After(self.acts(at, c)?));
        }
        if !c.eat("when") {
            return Err(c.expected("`on`, `after` or `when`"));
        }
        Ok(Opens::When(reader.condition(c)?))
    }

    pub(super) fn channel(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let words = words(c)?;
        // What it cites stands under it, if anything does.
        let cites = entry.under.first().unwrap_or(entry);
        let mut channel = Channel {
            pack: at.block.pack,
            name: name.to_owned(),
            words,
            organ: None,
            telephone: None,
            address: None,
            note: self.note(at, cites, Suffixes::default(), None),
        };
        let header = self.channel_line(at, c, &mut channel);
        self.each_clause(at, &entry.under, |me, _, c| {
            me.channel_line(at, c, &mut channel)
        });
        self.out.channels.push(channel);
        header
    }

    fn channel_line(&self, at: At<'_>, c: &mut Cursor<'_>, channel: &mut Channel) -> Read<()> {
        self.suffixes(at, c)?;
        while !c.done() {
            c.eat(",");
            if c.eat("of") {
                channel.organ = Some(OrganId(self.look_up(at, c, Kind::Organ)?));
            } else if c.eat("telephone") {
                channel.telephone = c.quoted().map(str::to_owned);
            } else if c.eat("address") {
                channel.address = c.quoted().map(str::to_owned);
            } else {
                return Err(c.expected("`of`, `telephone` or `address`"));
            }
        }
        Ok(())
    }
}
