//! Measures, and the meters that add up their time.

use super::definer::Definer;
use super::{At, Counting};
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::words;
use crate::read::entry::Entry;
use crate::read::names::Kind;
use crate::rules::{Clause, ConventionId, Measure, MeasureId, Meter};

impl<'a> Definer<'a> {
    pub(super) fn measure(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let mut measure = Measure {
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            held: false,
            within: Vec::new(),
            begins: Vec::new(),
            ends: Vec::new(),
            version: at.article.version.clone(),
        };
        let header = self.measure_header(at, c, &mut measure);
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            let list = if c.eat("begins with") {
                &mut measure.begins
            } else if c.eat("ends with") {
                &mut measure.ends
            } else {
                return Err(c.expected("`begins with` or `ends with`"));
            };
            let rule = me.trigger(at, c, &[])?;
            list.push(Clause {
                rule,
                note: me.note(at, line, suffixes, None),
            });
            Ok(())
        });
        measure.version.not_encoded.extend(left_out);
        self.out.measures.push(measure);
        header
    }

    fn measures(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Vec<MeasureId>> {
        let found = self.look_up_list(at, c, Kind::Measure, &["or"])?;
        Ok(found.into_iter().map(MeasureId).collect())
    }

    fn measure_header(&self, at: At<'_>, c: &mut Cursor<'_>, measure: &mut Measure) -> Read<()> {
        while !c.done() {
            c.eat(",");
            if c.eat("held") {
                measure.held = true;
            } else if c.eat("within") {
                measure.within.extend(self.measures(at, c)?);
            } else {
                return Err(c.expected("`held` or `within`"));
            }
        }
        Ok(())
    }

    pub(super) fn meter(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let mut meter = Meter {
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            counts: Vec::new(),
            per_organ: false,
            limit: None,
            convention: ConventionId(0),
            run_out: None,
            version: at.article.version.clone(),
        };
        let header = self.meter_header(at, c, &mut meter);
        let mut convention = self.default_convention(at);
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            if c.eat("counted by") {
                convention = Some(ConventionId(me.look_up(at, c, Kind::Convention)?));
                return Ok(());
            }
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            if c.eat("limit") {
                let rule = me.plain_length(at, c)?;
                meter.limit = Some(Clause {
                    rule,
                    note: me.note(at, line, suffixes, None),
                });
            } else if c.at("run out") {
                let rule = me.run_out(at, c)?;
                meter.run_out = Some(Clause {
                    rule,
                    note: me.note(at, line, suffixes, None),
                });
            } else {
                return Err(c.expected("`limit`, `run out` or `counted by`"));
            }
            Ok(())
        });
        meter.version.not_encoded.extend(left_out);
        let parts = meter.limit.iter().flat_map(|limit| limit.rule.parts());
        let units = parts.map(|(unit, _)| unit).collect();
        let (place, name) = (at.place(span), name.to_owned());
        meter.convention = self.counts(Counting {
            place,
            name,
            convention,
            units,
        });
        self.out.meters.push(meter);
        header
    }

    fn meter_header(&self, at: At<'_>, c: &mut Cursor<'_>, meter: &mut Meter) -> Read<()> {
        while !c.done() {
            c.eat(",");
            if c.eat("counts") {
                meter.counts.extend(self.measures(at, c)?);
            } else if c.eat("per organ") {
                meter.per_organ = true;
            } else {
                return Err(c.expected("`counts` and a measure, or `per organ`"));
            }
        }
        Ok(())
    }
}
