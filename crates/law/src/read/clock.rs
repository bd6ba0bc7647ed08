//! Reads clocks and duties.

use super::cursor::{Cursor, Entry, Read};
use super::declare::words;
use super::define::{At, Definer, not_encoded};
use super::names::{Kind, Scope};
use crate::count::{Choices, Length, Unit};
use crate::expression::Expression;
use crate::problem::Problem;
use crate::rules::{
    Basis, Clause, Clock, ClockGroup, Conditional, ConventionId, Extension, HeldFlag, Must, OrganId, Reach, Repeat,
    Restart, Standstill,
};
use crate::syntax::TokenKind;
use crate::value::Value;

const CLAUSES: &str = "`starts at`, `lasts`, `extended by`, `extension needs`, `not extended when`, `extensions run from`, `never past`, \
    `stands still during`, `starts again at`, `met by`, `ended by`, `owed by`, `must`, `warns`, `repeats every`, `run out`, `applies when`, `counted by` or `not encoded:`";

impl<'a> Definer<'a> {
    pub(super) fn clock(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>, duty: bool) -> Read<()> {
        let (name, name_span) = c.name("a name")?;
        let group = self.law.names.find_own(Kind::Clock, at.block.pack, name).unwrap_or(0);
        let mut clock = Clock {
            group: ClockGroup(group),
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            duty,
            version: at.article.version.clone(),
            of: Vec::new(),
            title: false,
            held: HeldFlag::Never,
            convention: self.default_convention(at),
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
        };
        let header = self.clock_header(at, c, &mut clock);
        let scope = Scope { anchor: clock.of.clone(), in_clock: true, ..Scope::default() };
        let mut said_from = false;
        // What speaks of the extending or meeting acts is read when these are known.
        let looks_back = |line: &&Entry| {
            let c = Cursor::of(at.source, line);
            c.at("repeats") || c.at("extension needs")
        };
        let (later, first): (Vec<&Entry>, Vec<&Entry>) = entry.under.iter().partition(looks_back);
        for line in first.into_iter().chain(later) {
            self.clauses(at, std::slice::from_ref(line), |me, line, c| {
                said_from |= c.at("extensions run from");
                me.clock_clause(at, &scope, line, c, &mut clock)
            });
        }
        self.check_clock(at, &clock, name_span, said_from);
        self.push_clock(clock);
        header
    }

    fn clock_header(&self, at: At<'_>, c: &mut Cursor<'_>, clock: &mut Clock) -> Read<()> {
        clock.house_choice |= self.suffixes(at, c)?.is_house_choice();
        while !c.done() {
            c.eat(",");
            if c.eat("of each") {
                clock.of = self.acts(at, c)?;
                c.eat("and subject");
                c.eat("and thing");
            } else if c.eat("title") {
                clock.title = true;
            } else if c.eat("held as found") {
                clock.held = HeldFlag::AsFound;
            } else if c.eat("held") {
                clock.held = HeldFlag::Always;
            } else if c.eat("counted by") {
                clock.convention = ConventionId(self.look_up(at, c, Kind::Convention)?);
            } else {
                return Err(c.expected("`of each`, `title`, `held` or `counted by`"));
            }
        }
        Ok(())
    }

    fn clock_clause(&mut self, at: At<'a>, scope: &Scope, line: &'a Entry, c: &mut Cursor<'a>, clock: &mut Clock) -> Read<()> {
        if c.at("counted by") {
            self.suffixes(at, c)?;
            c.eat("counted by");
            clock.convention = ConventionId(self.look_up(at, c, Kind::Convention)?);
            return Ok(());
        }
        if c.at("not encoded") {
            clock.version.not_encoded.push(not_encoded(at.block, at.source, self.law, c)?);
            return Ok(());
        }
        if c.at("extensions run from") {
            self.suffixes(at, c)?;
            c.eat("extensions run from the");
            clock.from_start = c.eat("start");
            if !clock.from_start {
                c.need("last end")?;
            }
            return Ok(());
        }
        if c.at("extended only before the end") {
            while c.next().is_some() {}
            return Ok(());
        }
        let suffixes = self.suffixes(at, c)?;
        if c.done() {
            clock.house_choice |= suffixes.is_house_choice();
            return Ok(());
        }
        self.cited(at, line);
        let reader = self.reader(at, scope);
        let then = c.eat("then");
        // Most clauses have this shape: read the rule, make the note, keep both.
        macro_rules! keep {
            ($list:expr, $rule:expr) => {{
                let rule = $rule;
                let words = if matches!(c.peek(), Some((TokenKind::Text, _))) { Some(words(c)?) } else { None };
                let note = self.note(at, line, suffixes, words);
                $list.push(Clause { rule, note });
            }};
        }
        match c.look(0) {
            "starts" if c.eat("starts again at") => keep!(clock.restarts, self.restart(at, scope, c)?),
            "starts" => {
                c.need("starts at")?;
                keep!(clock.starts, {
                    let value = reader.moment(c)?;
                    Conditional { value, when: self.when(at, scope, c)? }
                });
            }
            "lasts" => {
                c.next();
                keep!(clock.lasts, {
                    let value = reader.length(c)?;
                    Conditional { value, when: self.when(at, scope, c)? }
                });
            }
            "extended" => {
                c.need("extended by")?;
                keep!(clock.extensions, self.extension(at, scope, c, then)?);
            }
            "extension" => {
                c.need("extension needs")?;
                let acts = clock.extensions.iter().flat_map(|e| e.rule.trigger.acts.clone()).collect();
                let inner = Scope { current: acts, ..scope.clone() };
                keep!(clock.extension_needs, self.reader(at, &inner).condition(c)?);
            }
            "not" => {
                c.need("not extended when")?;
                keep!(clock.not_extended, reader.condition(c)?);
            }
            "never" => {
                c.need("never past")?;
                keep!(clock.never_past, reader.moment(c)?);
            }
            "stands" => {
                c.need("stands still during")?;
                keep!(clock.stands_still, self.standstill(at, scope, c)?);
            }
            "met" => {
                c.need("met by")?;
                keep!(clock.met, self.trigger(at, c, &scope.anchor)?);
            }
            "ended" => {
                c.need("ended by")?;
                keep!(clock.ended, self.trigger(at, c, &scope.anchor)?);
            }
            "owed" => {
                c.need("owed by")?;
                keep!(clock.owed_by, self.organs_list(at, c)?);
            }
            "must" => {
                c.next();
                self.must(at, line, scope, c, clock, suffixes)?;
            }
            "warns" => {
                c.next();
                keep!(clock.warns, {
                    let length = self.plain_length(c)?;
                    c.need("before the end")?;
                    length
                });
            }
            "repeats" => {
                c.need("repeats every")?;
                let every = self.plain_length(c)?;
                c.need("from the last")?;
                let from_due_where = if c.eat(", or from when it was due where") {
                    let met = clock.met.iter().flat_map(|m| m.rule.acts.clone()).collect();
                    let inner = Scope { current: met, ..scope.clone() };
                    Some(self.reader(at, &inner).condition(c)?)
                } else {
                    None
                };
                let note = self.note(at, line, suffixes, None);
                clock.repeats = Some(Clause { rule: Repeat { every, from_due_where }, note });
            }
            "run" => {
                c.need("run out")?;
                let rule = self.run_out(at, c)?;
                let note = self.note(at, line, suffixes, None);
                clock.run_out = Some(Clause { rule, note });
            }
            "applies" => {
                c.need("applies when")?;
                keep!(clock.applies, reader.condition(c)?);
            }
            _ => {
                let mut problem = c.expected("a clause of a clock");
                problem.hint = Some(format!("clauses begin with {CLAUSES}"));
                return Err(problem);
            }
        }
        Ok(())
    }

    fn when(&self, at: At<'_>, scope: &Scope, c: &mut Cursor<'_>) -> Read<Option<Expression>> {
        c.eat(",");
        if c.eat("when") {
            return Ok(Some(self.reader(at, scope).condition(c)?));
        }
        c.eat("otherwise");
        Ok(None)
    }

    fn restart(&self, at: At<'_>, scope: &Scope, c: &mut Cursor<'_>) -> Read<Restart> {
        let trigger = self.trigger(at, c, &scope.anchor)?;
        let mut restart = Restart { trigger, at: None, with_extensions: false, at_most: None };
        while c.eat(",") {
            if c.eat("with its extensions") {
                restart.with_extensions = true;
            } else if c.eat("once") {
                restart.at_most = Some(1);
            } else if c.eat("from") {
                let inner = Scope { current: restart.trigger.acts.clone(), ..scope.clone() };
                restart.at = Some(self.reader(at, &inner).moment(c)?);
            } else {
                c.need("at most")?;
                restart.at_most = Some(c.number("how often")?);
                c.need("times")?;
            }
        }
        Ok(restart)
    }

    fn standstill(&self, at: At<'_>, scope: &Scope, c: &mut Cursor<'_>) -> Read<Standstill> {
        let from = self.trigger(at, c, &scope.anchor)?;
        let to = if c.eat("to") { Some(self.trigger(at, c, &scope.anchor)?) } else { None };
        let at_most = if c.eat(", at most") {
            let inner = Scope { current: from.acts.clone(), ..scope.clone() };
            Some(self.reader(at, &inner).length(c)?)
        } else {
            None
        };
        Ok(Standstill { from, to, at_most })
    }

    fn extension(&self, at: At<'_>, scope: &Scope, c: &mut Cursor<'_>, then: bool) -> Read<Extension> {
        let trigger = self.trigger(at, c, &scope.anchor)?;
        let inner = Scope { current: trigger.acts.clone(), ..scope.clone() };
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
            } else if c.eat("once") {
                at_most = Some(1);
            } else if c.eat("at most") {
                at_most = Some(c.number("how often")?);
                c.need("times")?;
            } else {
                return Err(c.expected("`by`, `by at most`, `to … in all`, `to at most … in all`, `until`, `once` or `at most N times`"));
            }
        }
        let gives = reach.by.is_some() || reach.by_at_most.is_some() || reach.to.is_some() || reach.to_at_most.is_some();
        if !gives && reach.until.is_none() {
            return Err(c.expected("how far the extension goes"));
        }
        Ok(Extension { trigger, reach, at_most, then })
    }

    fn organs_list(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Vec<OrganId>> {
        let mut organs = vec![OrganId(self.look_up(at, c, Kind::Organ)?)];
        while c.eat("or") || c.eat(",") {
            organs.push(OrganId(self.look_up(at, c, Kind::Organ)?));
        }
        Ok(organs)
    }

    /// `must ACT by ORGAN, at once | within LENGTH | without delay [when COND]`
    fn must(&mut self, at: At<'a>, line: &'a Entry, scope: &Scope, c: &mut Cursor<'a>, clock: &mut Clock, suffixes: super::define::Suffixes) -> Read<()> {
        let acts = self.acts(at, c)?;
        let organs = if c.eat("by anyone") {
            Vec::new()
        } else if c.eat("by") { self.organs_list_before_comma(at, c)? } else { Vec::new() };
        let mut must = Must { acts: acts.clone(), organs, without_delay: false };
        let mut length = None;
        let mut when = None;
        while !c.done() {
            c.eat(",");
            if c.eat("at once") {
                length = Some(Expression::Literal(Value::Length(Length::default())));
            } else if c.eat("within") {
                length = Some(self.reader(at, scope).length(c)?);
            } else if c.eat("without delay") {
                must.without_delay = true;
            } else if c.eat("when") || c.eat("if") {
                when = Some(self.reader(at, scope).condition(c)?);
            } else {
                return Err(c.expected("`at once`, `within`, `without delay` or `when`"));
            }
        }
        let note = self.note(at, line, suffixes, None);
        if let Some(value) = length {
            clock.lasts.push(Clause { rule: Conditional { value, when: None }, note: note.clone() });
        }
        if let Some(rule) = when {
            clock.applies.push(Clause { rule, note: note.clone() });
        }
        let trigger = crate::rules::Trigger { acts, condition: None };
        clock.met.push(Clause { rule: trigger, note: note.clone() });
        clock.must = Some(Clause { rule: must, note });
        Ok(())
    }

    fn organs_list_before_comma(&self, at: At<'_>, c: &mut Cursor<'_>) -> Read<Vec<OrganId>> {
        let mut organs = vec![OrganId(self.look_up(at, c, Kind::Organ)?)];
        while c.eat("or") {
            organs.push(OrganId(self.look_up(at, c, Kind::Organ)?));
        }
        Ok(organs)
    }

    fn check_clock(&mut self, at: At<'_>, clock: &Clock, span: crate::problem::Span, said_from: bool) {
        let mut say = |message: String, hint: &str| {
            self.problems.push(Problem::new(at.source, span, message, "this rule").hint(hint));
        };
        let name = &clock.name;
        if clock.starts.is_empty() && clock.of.is_empty() && clock.must.is_none() {
            say(format!("`{name}` does not say when it starts"), "add `starts at`, or `of each` an act");
        }
        let no_length = clock.lasts.is_empty() && clock.must.as_ref().is_none_or(|m| !m.rule.without_delay);
        if no_length && clock.repeats.is_none() {
            say(format!("`{name}` does not say how long it lasts"), "add `lasts`");
        }
        let mut units = Vec::new();
        clock.lasts.iter().for_each(|l| collect_units(&l.rule.value, &mut units));
        for e in &clock.extensions {
            let r = &e.rule.reach;
            [&r.by, &r.by_at_most, &r.to, &r.to_at_most].into_iter().flatten().for_each(|l| collect_units(l, &mut units));
        }
        let long = units.iter().any(|u| matches!(u, Unit::Months | Unit::Years | Unit::Hours));
        if !clock.extensions.is_empty() && long && !said_from {
            say(format!("`{name}` does not say from where its extensions run"), "add `extensions run from the start` or `extensions run from the last end`");
        }
        let Some(convention) = self.conventions_so_far(clock.convention) else { return };
        for unit in units {
            if !has(&convention, unit) {
                let problem = Problem::new(at.source, span, format!("`{name}` counts {}, and its convention does not say how", unit.name()), "this rule");
                self.problems.push(problem.hint("choose one with `counted by`, or complete the convention"));
                return;
            }
        }
    }
}

impl Definer<'_> {
    /// Conventions are read in the same pass; one that stands later in another file is checked by the clocks that come after it.
    fn conventions_so_far(&self, id: ConventionId) -> Option<Choices> {
        self.convention_read(id)
    }
}

fn has(choices: &Choices, unit: Unit) -> bool {
    match unit {
        Unit::Years => choices.years.is_some() || choices.months.is_some(),
        Unit::Months => choices.months.is_some(),
        Unit::Days => choices.days.is_some(),
        Unit::WorkingDays => choices.working_days.is_some(),
        Unit::Hours | Unit::Minutes => choices.hours.is_some(),
    }
}

fn collect_units(e: &Expression, units: &mut Vec<Unit>) {
    match e {
        Expression::Literal(Value::Length(length)) => units.extend(length.parts().map(|(unit, _)| unit)),
        Expression::Add(a, b) | Expression::Subtract(a, b) => {
            collect_units(a, units);
            collect_units(b, units);
        }
        _ => {}
    }
}
