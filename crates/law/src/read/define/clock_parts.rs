//! The longer clauses of a clock: extensions, standstills, restarts, and what must be done.

use super::At;
use super::definer::{Definer, Suffixes};
use crate::count::Length;
use crate::expression::Expression;
use crate::read::cursor::{Cursor, Read};
use crate::read::entry::Entry;
use crate::read::names::{Kind, Scope};
use crate::rules::{
    Clause, Clock, Conditional, Extension, Must, OrganId, Reach, Restart, Standstill, Trigger,
};
use crate::value::Value;

impl<'a> Definer<'a> {
    /// `when COND`, `otherwise`, or nothing.
    pub(super) fn when(
        &self,
        at: At<'_>,
        scope: &Scope,
        c: &mut Cursor<'_>,
    ) -> Read<Option<Expression>> {
        c.eat(",");
        if c.eat("when") {
            return Ok(Some(self.reader(at, scope).condition(c)?));
        }
        c.eat("otherwise");
        Ok(None)
    }

    /// `once`, `at most N times`
    fn how_often(c: &mut Cursor<'_>) -> Read<Option<u32>> {
        if c.eat("once") {
            return Ok(Some(1));
        }
        if !c.eat("at most") {
            return Ok(None);
        }
        let times = c.number("how often")?;
        c.need("times")?;
        Ok(Some(times))
    }

    pub(super) fn restart(&self, at: At<'_>, scope: &Scope, c: &mut Cursor<'_>) -> Read<Restart> {
        let trigger = self.trigger(at, c, &scope.anchor)?;
        let mut restart = Restart {
            trigger,
            at: None,
            with_extensions: false,
            at_most: None,
        };
        while c.eat(",") {
            if c.eat("with its extensions") {
                restart.with_extensions = true;
            } else if c.eat("from") {
                let current = restart.trigger.acts.clone();
                let inner = Scope {
                    current,
                    ..scope.clone()
                };
                restart.at = Some(self.reader(at, &inner).moment(c)?);
            } else if let Some(times) = Self::how_often(c)? {
                restart.at_most = Some(times);
            } else {
                return Err(
                    c.expected("`with its extensions`, `from`, `once` or `at most N times`")
                );
            }
        }
        Ok(restart)
    }

    pub(super) fn standstill(
        &self,
        at: At<'_>,
        scope: &Scope,
        c: &mut Cursor<'_>,
    ) -> Read<Standstill> {
        let from = self.trigger(at, c, &scope.anchor)?;
        let to = if c.eat("to") {
            Some(self.trigger(at, c, &scope.anchor)?)
        } else {
            None
        };
        let mut at_most = None;
        if c.eat(", at most") {
            let inner = Scope {
                current: from.acts.clone(),
                ..scope.clone()
            };
            at_most = Some(self.reader(at, &inner).length(c)?);
        }
        Ok(Standstill { from, to, at_most })
    }

    pub(super) fn extension(
        &self,
        at: At<'_>,
        scope: &Scope,
        c: &mut Cursor<'_>,
        then: bool,
    ) -> Read<Extension> {
        let trigger = self.trigger(at, c, &scope.anchor)?;
        let inner = Scope {
            current: trigger.acts.clone(),
            ..scope.clone()
        };
        let reader = self.reader(at, &inner);
        let mut reach = Reach::default();
        let mut at_most = None;
        while c.eat(",") {
            if c.eat("by at most") {
                reach.by_at_most = Some(reader.length(c)?);
            } else if c.eat("by") {
                reach.by = Some(reader.length(c)?);
            } else if c.eat("to at most") {
                reach.to_at_most = Some(reader.length(c)?);
                c.need("in all")?;
            } else if c.eat("to") {
                reach.to = Some(reader.length(c)?);
                c.need("in all")?;
            } else if c.eat("until") {
                reach.until = Some(reader.moment(c)?);
            } else if let Some(times) = Self::how_often(c)? {
                at_most = Some(times);
            } else {
                return Err(c.expected(
                    "`by`, `by at most`, `to … in all`, `to at most … in all`, `until`, `once` or `at most N times`",
                ));
            }
        }
        let lengths = [
            &reach.by,
            &reach.by_at_most,
            &reach.to,
            &reach.to_at_most,
            &reach.until,
        ];
        if lengths.into_iter().all(Option::is_none) {
            return Err(c.expected("how far the extension goes"));
        }
        Ok(Extension {
            trigger,
            reach,
            at_most,
            then,
        })
    }

    /// `ACT by ORGAN, at once | within LENGTH | without delay [when COND]`
    pub(super) fn must(
        &mut self,
        at: At<'a>,
        line: &'a Entry,
        scope: &Scope,
        c: &mut Cursor<'a>,
        clock: &mut Clock,
        suffixes: Suffixes,
    ) -> Read<()> {
        let acts = self.acts(at, c)?;
        let mut organs = Vec::new();
        if !c.eat("by anyone") && c.eat("by") {
            let found = self.look_up_list(at, c, Kind::Organ, &["or"])?;
            organs.extend(found.into_iter().map(OrganId));
        }
        let mut must = Must {
            acts: acts.clone(),
            organs,
            without_delay: false,
        };
        let (mut length, mut when) = (None, None);
        while !c.done() {
            c.eat(",");
            if c.eat("at once") {
                length = Some(Expression::Literal(Value::Length(Length::default())));
            } else if c.eat("within") {
                length = Some(self.reader(at, scope).length(c)?);
            } else if c.eat("without delay") {
                must.without_delay = true;
            } else if c.eat_any(&["when", "if"]) {
                when = Some(self.reader(at, scope).condition(c)?);
            } else {
                return Err(c.expected("`at once`, `within`, `without delay` or `when`"));
            }
        }
        let note = self.note(at, line, suffixes, None);
        if let Some(value) = length {
            let rule = Conditional { value, when: None };
            clock.lasts.push(Clause {
                rule,
                note: note.clone(),
            });
        }
        if let Some(rule) = when {
            clock.applies.push(Clause {
                rule,
                note: note.clone(),
            });
        }
        clock.met.push(Clause {
            rule: Trigger {
                acts,
                condition: None,
            },
            note: note.clone(),
        });
        clock.must = Some(Clause { rule: must, note });
        Ok(())
    }
}
