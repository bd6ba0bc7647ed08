//! Acts: who may do them, what they answer, what they need.

use super::At;
use super::definer::Definer;
use crate::expression::Identity;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::Entry;
use crate::read::names::Kind;
use crate::rules::{
    Act, ActId, By, Clause, ClockGroup, Competence, FieldId, LevelId, OrganId, RankId, Version,
};

/// What the second pass learns of an act.
#[derive(Debug)]
pub(super) struct Part {
    by: Vec<Clause<By>>,
    on: Vec<ActId>,
    checked_by: Vec<Clause<Vec<ActId>>>,
    determines: Vec<Clause<(ClockGroup, FieldId)>>,
    version: Version,
}

impl Part {
    pub(super) fn put_into(self, act: &mut Act) {
        act.by = self.by;
        act.on = self.on;
        act.checked_by = self.checked_by;
        act.determines = self.determines;
        act.version = self.version;
    }
}

impl<'a> Definer<'a> {
    pub(super) fn act(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'_>) -> Read<()> {
        let id = ActId(self.look_up(at, c, Kind::Act)?);
        let mut part = Part {
            by: Vec::new(),
            on: Vec::new(),
            checked_by: Vec::new(),
            determines: Vec::new(),
            version: at.article.version.clone(),
        };
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            if c.at("field") {
                // Read by the first pass.
                c.take_rest();
                return Ok(());
            }
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            if c.eat("period") {
                return Ok(());
            }
            if c.eat("by") {
                let rule = me.by(at, c)?;
                let note = me.note(at, line, suffixes, None);
                part.by.push(Clause { rule, note });
            } else if c.eat("on") {
                part.on.extend(me.acts(at, c)?);
            } else if c.eat("checked by") {
                let rule = me.acts(at, c)?;
                let note = me.note(at, line, suffixes, None);
                part.checked_by.push(Clause { rule, note });
            } else if c.eat("determines") {
                let rule = me.determines(at, c, id)?;
                let note = me.note(at, line, suffixes, None);
                part.determines.push(Clause { rule, note });
            } else {
                return Err(
                    c.expected("`by`, `on`, `field`, `checked by`, `determines` or `period`")
                );
            }
            Ok(())
        });
        part.version.not_encoded.extend(left_out);
        self.out.acts.push((id, part));
        Ok(())
    }

    /// `CLOCK by FIELD`, a field of this act.
    fn determines(
        &self,
        at: At<'_>,
        c: &mut Cursor<'_>,
        act: ActId,
    ) -> Read<(ClockGroup, FieldId)> {
        let clock = ClockGroup(self.look_up(at, c, Kind::Clock)?);
        c.need("by")?;
        let (name, span) = c.name("a field")?;
        let fields = &self.law.act(act).fields;
        let field = self
            .law
            .field(name)
            .filter(|f| fields.iter().any(|known| known.id == *f));
        let unknown = || {
            c.problem(
                span,
                format!("this act has no field `{name}`"),
                "unknown field",
            )
        };
        Ok((clock, field.ok_or_else(unknown)?))
    }

    /// `ORGAN of rank R or above, or ORGAN, a different organ from ACT`
    fn by(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<By> {
        let mut by = By {
            competences: Vec::new(),
            differs: Vec::new(),
        };
        loop {
            if c.eat_any(&["a different", "different"]) {
                let identity = if c.eat("organ") {
                    Identity::Organ
                } else if c.eat_any(&["person", "official"]) {
                    Identity::Official
                } else if c.eat("unit") {
                    Identity::Unit
                } else {
                    return Err(c.expected("`organ`, `person` or `unit`"));
                };
                c.need("from")?;
                by.differs
                    .extend(self.acts(at, c)?.into_iter().map(|act| (identity, act)));
            } else {
                by.competences.push(self.competence(at, c)?);
            }
            if !c.eat_any(&[", or", ",", "or"]) {
                return Ok(by);
            }
        }
    }

    fn competence(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Competence> {
        let mut competence = Competence {
            organ: None,
            rank: None,
            level: None,
        };
        if !c.eat("anyone") {
            competence.organ = Some(OrganId(self.look_up(at, c, Kind::Organ)?));
        }
        loop {
            if c.eat("of rank") {
                competence.rank = Some(RankId(self.look_up(at, c, Kind::Rank)?));
            } else if c.eat_any(&["at", "of level"]) {
                competence.level = Some(LevelId(self.look_up(at, c, Kind::Level)?));
            } else {
                return Ok(competence);
            }
            c.eat("or above");
        }
    }
}
