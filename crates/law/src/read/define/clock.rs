//! Clocks and duties, clause by clause.

use super::definer::{Definer, Suffixes};
use super::{At, Counting, Versioned};
use crate::count::Unit;
use crate::expression::Expression;
use crate::problem::{Problem, Span};
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::{maybe_words, words};
use crate::read::entry::Entry;
use crate::read::names::{Kind, Scope};
use crate::rules::{
    ActId, Basis, Clause, Clock, ClockGroup, Conditional, ConventionId, HeldFlag, Note, Reach,
    Repeat,
};
use crate::words::Words;

const CLAUSES: &str = "clauses begin with `starts at`, `lasts`, `extended by`, `extension needs`, `not extended when`, \
    `extensions run from`, `never past`, `stands still during`, `starts again at`, `met by`, `ended by`, `owed by`, `must`, \
    `warns`, `repeats every`, `run out`, `applies when`, `counted by` or `not encoded:`";

/// A clock as far as it has been read.
struct Reading {
    clock: Clock,
    scope: Scope,
    convention: Option<ConventionId>,
    /// `extensions run from` was said.
    said_from: bool,
}

impl<'a> Definer<'a> {
    pub(super) fn clock(
        &mut self,
        at: At<'a>,
        entry: &'a Entry,
        c: &mut Cursor<'a>,
        duty: bool,
    ) -> Read<()> {
        let (name, span) = c.name("a name")?;
        let clock = self.blank_clock(at, name, words(c)?, duty);
        let convention = self.default_convention(at);
        let mut reading = Reading {
            clock,
            scope: Scope::default(),
            convention,
            said_from: false,
        };
        let header = self.clock_header(at, c, &mut reading);
        reading.scope = Scope {
            anchor: reading.clock.of.clone(),
            in_clock: true,
            ..Scope::default()
        };
        // What speaks of the extending or meeting acts is read when these are known.
        let looks_back = |line: &&'a Entry| {
            let c = Cursor::of(at.source, line);
            c.at("repeats") || c.at("extension needs")
        };
        let (later, first): (Vec<&Entry>, Vec<&Entry>) = entry.under.iter().partition(looks_back);
        for line in first.into_iter().chain(later) {
            let left_out = self.clauses(at, std::slice::from_ref(line), |me, line, c| {
                me.clock_clause(at, line, c, &mut reading)
            });
            reading.clock.version.not_encoded.extend(left_out);
        }
        self.check_clock(at, entry, &reading, span);
        let mut clock = reading.clock;
        self.out.versions.push(Versioned {
            place: at.place(span),
            kind: Kind::Clock,
            group: clock.group.0,
            name: clock.name.clone(),
            version: clock.version.clone(),
        });
        let (place, name, units) = (at.place(span), clock.name.clone(), self.units_of(&clock));
        let convention = reading.convention;
        clock.convention = self.counts(Counting {
            place,
            name,
            convention,
            units,
        });
        // A limit that is ours alone makes the clock ours.
        let mut lengths = clock.lasts.iter().peekable();
        clock.house_choice |=
            lengths.peek().is_some() && lengths.all(|line| line.note.basis == Basis::HouseChoice);
        self.out.clocks.push(clock);
        header
    }

    fn blank_clock(&self, at: At<'_>, name: &str, words: Words, duty: bool) -> Clock {
        let group = self
            .law
            .names
            .find_own(Kind::Clock, at.block.pack, name)
            .unwrap_or(0);
        Clock {
            group: ClockGroup(group),
            pack: at.block.pack,
            name: name.to_owned(),
            words,
            duty,
            version: at.article.version.clone(),
            of: Vec::new(),
            title: false,
            held: HeldFlag::Never,
            convention: ConventionId(0),
            applies: Vec::new(),
            starts: Vec::new(),
            lasts: Vec::new(),
            extensions: Vec::new(),
            extension_needs: Vec::new(),
            not_extended: Vec::new(),
            from_start: true,
            never_past: Vec::new(),
            stands_still: Vec::new(),
            restarts: Vec::new(),
            met: Vec::new(),
            ended: Vec::new(),
            owed_by: Vec::new(),
            must: None,
            warns: Vec::new(),
            repeats: None,
            run_out: None,
            house_choice: at.article.basis == Basis::HouseChoice,
        }
    }

    fn clock_header(&self, at: At<'_>, c: &mut Cursor<'_>, reading: &mut Reading) -> Read<()> {
        let clock = &mut reading.clock;
        clock.house_choice |= self.suffixes(at, c)?.is_house_choice();
        while !c.done() {
            c.eat(",");
            if let Some(of) = self.of_each(at, c)? {
                clock.of = of;
            } else if c.eat("title") {
                clock.title = true;
            } else if c.eat("held as found") {
                clock.held = HeldFlag::AsFound;
            } else if c.eat("held") {
                clock.held = HeldFlag::Always;
            } else if c.eat("counted by") {
                reading.convention = Some(ConventionId(self.look_up(at, c, Kind::Convention)?));
            } else {
                return Err(
                    c.expected("`of each`, `title`, `held`, `held as found` or `counted by`")
                );
            }
        }
        Ok(())
    }

    fn clock_clause(
        &mut self,
        at: At<'a>,
        line: &'a Entry,
        c: &mut Cursor<'a>,
        reading: &mut Reading,
    ) -> Read<()> {
        let suffixes = self.suffixes(at, c)?;
        if c.done() {
            // `basis: …` on a line of its own holds for the whole rule.
            reading.clock.house_choice |= suffixes.is_house_choice();
            return Ok(());
        }
        if c.eat("counted by") {
            reading.convention = Some(ConventionId(self.look_up(at, c, Kind::Convention)?));
            return Ok(());
        }
        if c.eat("extensions run from the") {
            reading.said_from = true;
            reading.clock.from_start = c.eat("start");
            return if reading.clock.from_start {
                Ok(())
            } else {
                c.need("last end")
            };
        }
        if c.eat("extended only before the end") {
            // It is always so; a pack may still say it.
            return Ok(());
        }
        self.need_citation(at, line);
        self.cited_clause(at, line, c, reading, suffixes)
    }

    fn cited_clause(
        &mut self,
        at: At<'a>,
        line: &'a Entry,
        c: &mut Cursor<'a>,
        reading: &mut Reading,
        suffixes: Suffixes,
    ) -> Read<()> {
        let Reading { clock, scope, .. } = reading;
        let reader = self.reader(at, scope);
        let then = c.eat("then");
        // Most clauses have this shape: read the rule, make the note, keep both.
        macro_rules! keep {
            ($list:expr, $rule:expr) => {{
                let rule = $rule;
                let note = self.worded_note(at, line, c, suffixes)?;
                $list.push(Clause { rule, note });
            }};
        }
        if c.eat("starts again at") {
            keep!(clock.restarts, self.restart(at, scope, c)?);
        } else if c.eat("starts at") {
            let value = reader.moment(c)?;
            keep!(
                clock.starts,
                Conditional {
                    value,
                    when: self.when(at, scope, c)?
                }
            );
        } else if c.eat("lasts") {
            let value = reader.length(c)?;
            keep!(
                clock.lasts,
                Conditional {
                    value,
                    when: self.when(at, scope, c)?
                }
            );
        } else if c.eat("extended by") {
            keep!(clock.extensions, self.extension(at, scope, c, then)?);
        } else if c.eat("extension needs") {
            let acts = clock
                .extensions
                .iter()
                .flat_map(|e| e.rule.trigger.acts.clone());
            let inner = Scope {
                current: acts.collect(),
                ..scope.clone()
            };
            keep!(clock.extension_needs, self.reader(at, &inner).condition(c)?);
        } else if c.eat("not extended when") {
            keep!(clock.not_extended, reader.condition(c)?);
        } else if c.eat("never past") {
            keep!(clock.never_past, reader.moment(c)?);
        } else if c.eat("stands still during") {
            keep!(clock.stands_still, self.standstill(at, scope, c)?);
        } else if c.eat("met by") {
            keep!(clock.met, self.trigger(at, c, &scope.anchor)?);
        } else if c.eat("ended by") {
            keep!(clock.ended, self.trigger(at, c, &scope.anchor)?);
        } else if c.eat("owed by") {
            keep!(clock.owed_by, self.organs(at, c)?);
        } else if c.eat("must") {
            self.must(at, line, scope, c, clock, suffixes)?;
        } else if c.eat("warns") {
            let length = self.plain_length(at, c)?;
            c.need("before the end")?;
            keep!(clock.warns, length);
        } else if c.eat("repeats every") {
            let rule = self.repeat(at, scope, c, clock)?;
            let note = self.worded_note(at, line, c, suffixes)?;
            clock.repeats = Some(Clause { rule, note });
        } else if c.at("run out") {
            let rule = self.run_out(at, c)?;
            let note = self.worded_note(at, line, c, suffixes)?;
            clock.run_out = Some(Clause { rule, note });
        } else if c.eat("applies when") {
            keep!(clock.applies, reader.condition(c)?);
        } else {
            let mut problem = c.expected("a clause of a clock");
            problem.hint = Some(CLAUSES.to_owned());
            return Err(problem);
        }
        Ok(())
    }

    /// The note of a clause that may end with words of its own.
    fn worded_note(
        &mut self,
        at: At<'_>,
        line: &Entry,
        c: &mut Cursor<'_>,
        suffixes: Suffixes,
    ) -> Read<Note> {
        let words = maybe_words(c)?;
        Ok(self.note(at, line, suffixes, words))
    }

    /// `LENGTH from the last [, or from when it was due where COND]`
    fn repeat(&self, at: At<'_>, scope: &Scope, c: &mut Cursor<'_>, clock: &Clock) -> Read<Repeat> {
        let every = self.plain_length(at, c)?;
        c.need("from the last")?;
        let mut from_due_where = None;
        if c.eat(", or from when it was due where") {
            let met = clock.met.iter().flat_map(|m| m.rule.acts.clone());
            let inner = Scope {
                current: met.collect(),
                ..scope.clone()
            };
            from_due_where = Some(self.reader(at, &inner).condition(c)?);
        }
        Ok(Repeat {
            every,
            from_due_where,
        })
    }

    /// What a clock must say; a line that says it wrongly has its own problem already.
    fn check_clock(&mut self, at: At<'_>, entry: &Entry, reading: &Reading, span: Span) {
        let clock = &reading.clock;
        let says = |words: &str| entry.says(at.source, words);
        let mut lacks = Vec::new();
        if clock.of.is_empty() && !says("starts at") && !says("must") {
            lacks.push(("when it starts", "add `starts at`, or `of each` an act"));
        }
        let without_delay = clock.must.as_ref().is_some_and(|m| m.rule.without_delay);
        if clock.lasts.is_empty() && !without_delay && !says("lasts") && !says("repeats") {
            lacks.push(("how long it lasts", "add `lasts`"));
        }
        let long = |unit: &Unit| matches!(unit, Unit::Months | Unit::Years | Unit::Hours);
        if !clock.extensions.is_empty()
            && !reading.said_from
            && self.units_of(clock).iter().any(long)
        {
            lacks.push((
                "from where its extensions run",
                "add `extensions run from the start` or `extensions run from the last end`",
            ));
        }
        for (what, hint) in lacks {
            let message = format!("`{}` does not say {what}", clock.name);
            self.problems
                .push(Problem::new(at.source, span, message, "this rule").hint(hint));
        }
        let (lasts, added) = (self.lasts_in(clock), self.added_in(clock));
        let mut pairs = lasts.iter().flat_map(|a| added.iter().map(move |b| (a, b)));
        if let Some((a, b)) = pairs.find(|(a, b)| !a.adds_to(**b)) {
            let (name, a, b) = (&clock.name, a.name(), b.name());
            let message = format!("`{name}` lasts {a}, and an extension adds {b}");
            let hint = "units are never converted: let the extension say `to LENGTH in all`, or make two clocks";
            self.problems
                .push(Problem::new(at.source, span, message, "this rule").hint(hint));
        }
    }

    /// The units in which a clock is stated.
    fn units_of(&self, clock: &Clock) -> Vec<Unit> {
        let mut found = self.lasts_in(clock);
        found.extend(self.added_in(clock));
        found.extend(self.extension_units(clock, |reach| [&reach.to, &reach.to_at_most]));
        if let Some(repeats) = &clock.repeats {
            found.extend(repeats.rule.every.parts().map(|(unit, _)| unit));
        }
        found
    }

    fn lasts_in(&self, clock: &Clock) -> Vec<Unit> {
        let mut found = Vec::new();
        for line in &clock.lasts {
            self.units(&line.rule.value, &clock.of, &mut found);
        }
        found
    }

    /// The units that extensions add.
    fn added_in(&self, clock: &Clock) -> Vec<Unit> {
        self.extension_units(clock, |reach| [&reach.by, &reach.by_at_most])
    }

    fn extension_units(
        &self,
        clock: &Clock,
        lengths: impl Fn(&Reach) -> [&Option<Expression>; 2],
    ) -> Vec<Unit> {
        let mut found = Vec::new();
        for extension in &clock.extensions {
            let acts = &extension.rule.trigger.acts;
            let acts: Vec<ActId> = acts.iter().chain(&clock.of).copied().collect();
            for length in lengths(&extension.rule.reach).into_iter().flatten() {
                self.units(length, &acts, &mut found);
            }
        }
        found
    }
}
