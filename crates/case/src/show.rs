//! Puts what was computed into the plain data of an assessment.

use std::borrow::Borrow;

use habeas_law::expression::Expression;
use habeas_law::moment::{End, Precision, When, shift, start_of};
use habeas_law::rules::{Clause, FieldId, HeldFlag, Note};
use habeas_law::{Law, Truth, Value, Words};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::act::Act;
use crate::assess::Explained;
use crate::assessment::{
    Alternative, Citation, Cited, Clock, Ends, Fact, Line, Moment, Needed, RecordedAct, Segment,
    Status,
};
use crate::clock::{Run, SegmentKind, State};
use crate::evaluate::{Evaluator, Need, Scope, Silent, Trace, Used, as_moment};
use crate::history::History;

/// Writes values in the zone and words of a law.
#[derive(Clone, Copy, Debug)]
pub struct Shower<'a> {
    /// The law.
    pub law: &'a Law,
    /// The acts.
    pub history: &'a History<'a>,
    /// The zone in which times are written.
    pub zone: &'a TimeZone,
}

/// A record is late when it comes so many hours after the act. Ours, not the law's: it is shown, never counted.
const LATE_RECORD_HOURS: i64 = 24;

/// Whose an act is to do.
fn who_may(kind: &habeas_law::rules::Act) -> Vec<Cited> {
    let may = kind.by.iter().filter(|by| !by.rule.competences.is_empty());
    let cited = may.map(|by| Cited {
        words: by.note.words.clone().unwrap_or_default(),
        citation: citation(&by.note),
    });
    cited.collect()
}

/// What a note cites.
#[must_use]
pub fn citation(note: impl Borrow<Note>) -> Citation {
    let note = note.borrow();
    Citation {
        passages: note.citations.clone(),
        basis: note.basis.clone(),
    }
}

impl Shower<'_> {
    /// What a note cites.
    #[must_use]
    pub fn citation(&self, note: &Note) -> Citation {
        citation(note)
    }

    /// An instant, with its offset.
    #[must_use]
    pub fn instant(&self, instant: i64) -> Moment {
        let text = Timestamp::from_second(instant)
            .map(|t| {
                let offset = self.zone.to_offset(t);
                t.display_with_offset(offset).to_string()
            })
            .unwrap_or_default();
        Moment {
            text,
            instant,
            day_only: false,
        }
    }

    /// The end of a period.
    #[must_use]
    pub fn end(&self, end: End) -> Moment {
        match end {
            End::Day(day) => Moment {
                text: day.to_string(),
                instant: start_of(shift(day, 1), self.zone),
                day_only: true,
            },
            End::Instant(instant) => self.instant(instant),
        }
    }

    /// A moment as it is known.
    #[must_use]
    pub fn when(&self, when: &When) -> Moment {
        match when.precision {
            Precision::Day => Moment {
                text: when.day.to_string(),
                instant: when.from,
                day_only: true,
            },
            Precision::Hour => Moment {
                text: when.show(self.zone),
                instant: when.from,
                day_only: false,
            },
            _ => self.instant(when.from),
        }
    }

    /// A value in the notation of packs.
    #[must_use]
    pub fn value(&self, value: &Value) -> String {
        value.show(|w| self.law.word_name(w).to_owned(), self.zone)
    }

    fn need_label(&self, need: Need) -> Words {
        let words = |act: &habeas_law::rules::Act, field: FieldId| {
            let known = act.fields.iter().find(|f| f.id == field);
            known.map(|f| f.words.clone())
        };
        let found = match need {
            Need::Field(act, id) => words(self.law.act(act), id),
            Need::Fact(id) => self.law.acts.iter().find_map(|act| words(act, id)),
            Need::Act(act) | Need::Attribute(act, _) => Some(self.law.act(act).words.clone()),
        };
        found
            .filter(|w| !w.incomplete())
            .unwrap_or_else(|| crate::assess::plain(&need.show(self.law)))
    }

    /// Facts missing.
    #[must_use]
    pub fn needs(&self, needs: &[Need]) -> Vec<Needed> {
        let mut found: Vec<Needed> = Vec::new();
        for need in needs {
            let name = need.show(self.law);
            if !found.iter().any(|n| n.name == name) {
                found.push(Needed {
                    name,
                    label: self.need_label(*need),
                });
            }
        }
        found
    }

    /// Facts used.
    #[must_use]
    pub fn facts(&self, used: &[Used]) -> Vec<Fact> {
        used.iter()
            .map(|u| Fact {
                name: u.name.show(self.law),
                label: self.need_label(u.name),
                value: self.value(&u.value),
                value_label: self.value_label(u.name, &u.value),
                act: u
                    .act
                    .and_then(|n| self.history.get(n))
                    .map(|a| a.id.clone()),
            })
            .collect()
    }

    /// The word of a list, as the field of its own act names it; a fact stands in whichever act states it.
    fn value_label(&self, name: Need, value: &Value) -> Option<Words> {
        let Value::Word(word) = value else {
            return None;
        };
        let (acts, field) = match name {
            Need::Field(act, field) => (std::slice::from_ref(self.law.act(act)), field),
            Need::Fact(field) => (self.law.acts.as_slice(), field),
            Need::Act(_) | Need::Attribute(..) => return None,
        };
        let fields = acts.iter().flat_map(|act| &act.fields);
        let mut labels = fields
            .filter(|f| f.id == field)
            .filter_map(|f| self.law.word_label(*word, &f.ty));
        labels.next().cloned()
    }

    /// The bounds of a run's end.
    #[must_use]
    pub fn ends(&self, ev: &Evaluator<'_>, run: &Run) -> Option<Ends> {
        let early = run.earliest.as_ref()?;
        let moved = early.raw != early.end;
        let _ = ev;
        Some(Ends {
            earliest: self.end(early.end),
            latest: run.latest.as_ref().map(|l| self.end(l.end)),
            unmoved: moved.then(|| self.end(early.raw)),
            provisional: early.provisional || run.latest.as_ref().is_some_and(|l| l.provisional),
        })
    }

    /// A recorded act.
    #[must_use]
    pub fn act(&self, act: &Act, corrected_by: Option<Box<str>>) -> RecordedAct {
        let kind = self.law.act(act.kind);
        let over = act
            .until
            .map_or(act.happened.to, |until| until.to.max(act.happened.to));
        let late = act
            .recorded
            .map(|r| (r.from - over) / 3600)
            .filter(|h| *h >= LATE_RECORD_HOURS);
        let label = |id: FieldId| kind.fields.iter().find(|f| f.id == id);
        let rank = act.by.rank.map(|r| self.law.rank(r).words.clone());
        let level = act.by.level.map(|l| self.law.level(l).words.clone());
        RecordedAct {
            standing: rank.into_iter().chain(level).collect(),
            who_may: who_may(kind),
            id: act.id.clone(),
            kind: kind.full_name.clone(),
            label: kind.words.clone(),
            effect: kind.effect,
            organ: act.by.organ.map(|o| self.law.organ(o).name.clone()),
            organ_label: act.by.organ.map(|o| self.law.organ(o).words.clone()),
            happened: self.when(&act.happened),
            precision: act.happened.precision.to_string(),
            until: act.until.as_ref().map(|u| self.when(u)),
            recorded_late_hours: late,
            corrected_by,
            fields: act
                .fields
                .iter()
                .map(|(id, value)| Fact {
                    name: self.law.field_name(*id).to_owned(),
                    label: label(*id).map(|f| f.words.clone()).unwrap_or_default(),
                    value: self.value(value),
                    value_label: self.value_label(Need::Field(act.kind, *id), value),
                    act: None,
                })
                .collect(),
        }
    }

    fn act_id(&self, index: Option<usize>) -> Option<Box<str>> {
        index
            .and_then(|n| self.history.get(n))
            .map(|act| act.id.clone())
    }

    /// A clock with its derivation.
    #[must_use]
    pub fn clock(&self, ev: &Evaluator<'_>, explained: &Explained) -> Clock {
        let run = &explained.run;
        let rule = self.law.clock(run.clock);
        let settled = settled(run);
        let ends = self.ends(ev, run);
        Clock {
            rule: format!("{} {}", self.law.pack(rule.pack).name, rule.name),
            label: rule.words.clone(),
            duty: rule.duty,
            title: rule.title,
            house_choice: rule.house_choice,
            applies: run.applies,
            of: self.act_id(run.anchor),
            number: run.number,
            status: if run.applies == Truth::Unknown && !rule.duty {
                Status::Unknown
            } else {
                status(run)
            },
            extended: run.extended,
            started: run.start.as_ref().map(|s| self.when(s)),
            warnings: ends
                .as_ref()
                .map(|ends| self.warnings(rule, ends))
                .unwrap_or_default(),
            ends,
            computed: run.computed.map(|end| self.end(end)),
            determined_by: run.determined.and_then(|(_, n)| self.act_id(Some(n))),
            closed_by: self.act_id(run.closed_by),
            overrun_minutes: overrun_minutes(ev, run),
            bearers: self.bearers(rule),
            must: rule
                .must
                .iter()
                .flat_map(|m| m.rule.acts.iter().map(|a| self.law.act(*a).words.clone()))
                .collect(),
            segments: run.segments.iter().map(|s| self.segment(s)).collect(),
            also: self.also(ev, run),
            because: self.because(ev, run),
            needs: if settled {
                Vec::new()
            } else {
                self.needs(&explained.needs)
            },
            article: rule.version.article.clone(),
        }
    }

    fn bearers(&self, rule: &habeas_law::rules::Clock) -> Vec<Words> {
        let organs = rule
            .must
            .iter()
            .flat_map(|m| m.rule.organs.iter())
            .chain(rule.owed_by.iter().flat_map(|o| o.rule.iter()));
        let mut found: Vec<Words> = Vec::new();
        for organ in organs {
            let words = &self.law.organ(*organ).words;
            if !found.contains(words) {
                found.push(words.clone());
            }
        }
        found
    }

    fn warnings(&self, rule: &habeas_law::rules::Clock, ends: &Ends) -> Vec<Moment> {
        let warn = |length: habeas_law::count::Length| {
            if length.is_hours() {
                return self.instant(ends.earliest.instant - length.seconds());
            }
            let last = habeas_law::moment::day_of(ends.earliest.instant - 1, self.zone);
            self.end(End::Day(shift(last, -i64::from(length.days))))
        };
        rule.warns.iter().map(|w| warn(w.rule)).collect()
    }

    fn segment(&self, segment: &crate::clock::Segment) -> Segment {
        let kind = match segment.kind {
            SegmentKind::Base => "base",
            SegmentKind::Extended => "extended",
            SegmentKind::Suspended => "suspended",
            SegmentKind::Recounted => "recounted",
            SegmentKind::Void => "void",
            SegmentKind::Possible => "possible",
        };
        Segment {
            kind,
            from: self.instant(segment.from),
            to: self.instant(segment.to),
            act: self.act_id(segment.act),
            citation: self.law.note(segment.clause).map(citation),
        }
    }

    /// The same count under the convention's other choices.
    fn also(&self, ev: &Evaluator<'_>, run: &Run) -> Vec<Alternative> {
        let rule = self.law.clock(run.clock);
        let convention = self.law.convention(rule.convention);
        let (Some(start), Some(base)) = (run.start, run.earliest.as_ref()) else {
            return Vec::new();
        };
        // A ceiling was counted in another clock, which shows its own alternatives.
        if !rule.never_past.is_empty() {
            return Vec::new();
        }
        let mut found = Vec::new();
        for clause in &convention.also {
            let mut choices = convention.choices.clone();
            let (other, label) = &clause.rule;
            choices.hours = other.hours.clone().or(choices.hours);
            choices.days = other.days.or(choices.days);
            choices.months = other.months.or(choices.months);
            choices.years = other.years.or(choices.years);
            choices.last_day = other.last_day.clone().or(choices.last_day);
            let counter = self.law.counter_with(rule.pack, &choices);
            let Some(length) = self.total_length(ev, run) else {
                continue;
            };
            let last_start = run
                .segments
                .iter()
                .rfind(|s| s.kind == SegmentKind::Recounted);
            let start = last_start.map_or(start.earliest(), |s| {
                habeas_law::moment::Point::new(s.from, self.law.zone(rule.pack))
            });
            let held = match rule.held {
                HeldFlag::Always => true,
                HeldFlag::Never => false,
                HeldFlag::AsFound => ev.timeline.held(start.instant) == Truth::Yes,
            };
            let end = counter.end(start, length, &run.still, held).end;
            if end != base.end {
                found.push(Alternative {
                    label: label.clone(),
                    ends: self.end(end),
                    citation: citation(&clause.note),
                });
            }
        }
        found
    }

    /// The length that was counted, where it was counted from one start.
    fn total_length(&self, ev: &Evaluator<'_>, run: &Run) -> Option<habeas_law::count::Length> {
        let rule = self.law.clock(run.clock);
        if run.number > 1 {
            return rule.repeats.as_ref().map(|r| r.rule.every);
        }
        let scope = self.scope(ev, run);
        let mut total = None;
        for line in &rule.lasts {
            let when = line
                .rule
                .when
                .as_ref()
                .map_or(Truth::Yes, |c| ev.truth(c, scope, &mut Silent::default()));
            if when == Truth::Yes {
                total = match ev.value(&line.rule.value, scope, &mut Silent::default()) {
                    Some(Value::Length(length)) => Some(length),
                    _ => None,
                };
                break;
            }
        }
        let mut total = total?;
        for segment in run
            .segments
            .iter()
            .filter(|s| s.kind == SegmentKind::Extended)
        {
            let clause = rule
                .extensions
                .iter()
                .find(|e| e.note.id == segment.clause)?;
            let inner = Scope {
                current: segment.act,
                ..scope
            };
            let length = |e: &Option<Expression>| match e
                .as_ref()
                .and_then(|e| ev.value(e, inner, &mut Silent::default()))
            {
                Some(Value::Length(length)) => Some(length),
                _ => None,
            };
            let reach = &clause.rule.reach;
            if reach.until.is_some() || !rule.from_start {
                return None;
            }
            total = match (length(&reach.by), length(&reach.to)) {
                (Some(by), _) => total.plus(by),
                (None, Some(to)) => to,
                (None, None) => return None,
            };
        }
        Some(total)
    }

    fn scope<'s>(&self, ev: &Evaluator<'s>, run: &Run) -> Scope<'s> {
        let rule = ev.law.clock(run.clock);
        Scope {
            anchor: run.anchor,
            anchor_kinds: &rule.of,
            start: run.start,
            ..Scope::of_facts(rule.pack, ev.history.visible(ev.at))
        }
    }

    /// A line for a condition.
    fn condition(
        &self,
        ev: &Evaluator<'_>,
        note: &Note,
        condition: Option<&Expression>,
        scope: Scope<'_>,
    ) -> Line {
        let told = |ev: &Evaluator<'_>| {
            let mut trace = Trace::default();
            let truth = condition.map(|c| ev.truth(c, scope, &mut trace));
            if truth.is_some_and(Truth::known) {
                trace.needs.clear();
            }
            (truth, trace)
        };
        let (truth, trace) = told(ev);
        let needs = ev.ranked(trace.needs, |ev, _| told(ev).1.needs);
        Line {
            citation: citation(note),
            clause: note.text.clone(),
            words: note.words.clone(),
            truth,
            reaches: None,
            facts: self.facts(&trace.used),
            needs: self.needs(&needs),
            cure: None,
            within: Vec::new(),
            clause_number: note.id,
        }
    }

    /// How a clock's end came about, clause by clause.
    fn because(&self, ev: &Evaluator<'_>, run: &Run) -> Vec<Line> {
        let rule = self.law.clock(run.clock);
        let scope = self.scope(ev, run);
        let mut lines: Vec<Line> = Vec::new();
        for clause in &rule.applies {
            lines.push(self.condition(ev, &clause.note, Some(&clause.rule), scope));
        }
        for line in &rule.starts {
            let mut shown = self.condition(ev, &line.note, line.rule.when.as_ref(), scope);
            if shown.truth.unwrap_or(Truth::Yes) != Truth::No {
                let mut trace = Trace::default();
                let start = ev
                    .value(&line.rule.value, scope, &mut trace)
                    .and_then(|v| as_moment(&v, self.zone));
                shown.facts.extend(self.facts(&trace.used));
                if start.is_none() {
                    shown.needs.extend(self.needs(&trace.needs));
                }
                shown.reaches = start.as_ref().map(|s| self.when(s));
            }
            let decided = shown.truth.is_none_or(|t| t == Truth::Yes);
            lines.push(shown);
            if decided {
                break;
            }
        }
        for line in &rule.lasts {
            let mut shown = self.condition(ev, &line.note, line.rule.when.as_ref(), scope);
            let decided = shown.truth.is_none_or(|t| t == Truth::Yes);
            let base = run
                .segments
                .iter()
                .find(|s| s.kind == SegmentKind::Base && s.clause == line.note.id);
            shown.reaches = base.map(|s| self.end(s.end));
            lines.push(shown);
            if decided {
                break;
            }
        }
        for clause in &rule.not_extended {
            lines.push(self.condition(ev, &clause.note, Some(&clause.rule), scope));
        }
        self.because_of_acts(ev, run, scope, &mut lines);
        self.because_of_closing(ev, run, scope, &mut lines);
        lines
    }

    fn because_of_acts(
        &self,
        ev: &Evaluator<'_>,
        run: &Run,
        scope: Scope<'_>,
        lines: &mut Vec<Line>,
    ) {
        let rule = self.law.clock(run.clock);
        let kinds: Vec<_> = rule
            .extensions
            .iter()
            .flat_map(|e| &e.rule.trigger.acts)
            .chain(rule.restarts.iter().flat_map(|r| &r.rule.trigger.acts))
            .chain(rule.stands_still.iter().flat_map(|r| &r.rule.from.acts))
            .copied()
            .collect();
        let mine = |n: &usize| {
            Some(*n) != run.anchor
                && run
                    .anchor
                    .is_none_or(|a| self.history.belongs(*n, a, &rule.of))
        };
        for n in self.history.of_kinds(&kinds, scope.horizon).filter(mine) {
            let Some(act) = self.history.get(n) else {
                continue;
            };
            let used = |s: &&crate::clock::Segment| s.act == Some(n);
            let found = run.found.iter().find(|(act, _)| *act == n);
            let end = found.map(|(_, end)| *end).or(scope.end);
            let inner = Scope {
                current: Some(n),
                end,
                ..scope
            };
            for clause in rule
                .extensions
                .iter()
                .filter(|e| e.rule.trigger.acts.contains(&act.kind))
            {
                let mut shown = self.condition(
                    ev,
                    &clause.note,
                    clause.rule.trigger.condition.as_ref(),
                    inner,
                );
                let segment = run
                    .segments
                    .iter()
                    .filter(used)
                    .find(|s| s.clause == clause.note.id && s.kind == SegmentKind::Extended);
                shown.reaches = segment.map(|s| self.end(s.end));
                if segment.is_none() && shown.truth.is_none() {
                    shown.truth = Some(Truth::No);
                }
                lines.push(shown);
            }
            if rule
                .extensions
                .iter()
                .any(|e| e.rule.trigger.acts.contains(&act.kind))
            {
                for need in &rule.extension_needs {
                    lines.push(self.condition(ev, &need.note, Some(&need.rule), inner));
                }
            }
            for clause in rule
                .restarts
                .iter()
                .filter(|r| r.rule.trigger.acts.contains(&act.kind))
            {
                let mut shown = self.condition(
                    ev,
                    &clause.note,
                    clause.rule.trigger.condition.as_ref(),
                    inner,
                );
                let segment = run
                    .segments
                    .iter()
                    .filter(used)
                    .find(|s| s.kind == SegmentKind::Recounted);
                shown.reaches = segment.map(|s| self.end(s.end));
                lines.push(shown);
            }
            for clause in rule
                .stands_still
                .iter()
                .filter(|r| r.rule.from.acts.contains(&act.kind))
            {
                lines.push(self.condition(
                    ev,
                    &clause.note,
                    clause.rule.from.condition.as_ref(),
                    inner,
                ));
            }
        }
        for clause in &rule.never_past {
            let mut shown = self.condition(ev, &clause.note, None, scope);
            let reached = ev
                .value(&clause.rule, scope, &mut Silent::default())
                .and_then(|v| as_moment(&v, self.zone));
            shown.reaches = reached.as_ref().map(|w| self.when(w));
            lines.push(shown);
        }
    }

    fn because_of_closing(
        &self,
        ev: &Evaluator<'_>,
        run: &Run,
        scope: Scope<'_>,
        lines: &mut Vec<Line>,
    ) {
        let rule = self.law.clock(run.clock);
        let conditional =
            |clause: &&Clause<habeas_law::rules::Trigger>| clause.rule.condition.is_some();
        let closing = |n: usize, clause: &Clause<habeas_law::rules::Trigger>| {
            self.history
                .get(n)
                .is_some_and(|act| clause.rule.acts.contains(&act.kind))
        };
        let mut shown_for = Vec::new();
        for clause in rule.met.iter().chain(&rule.ended) {
            let Some(n) = run.closed_by.filter(|n| closing(*n, clause)) else {
                continue;
            };
            let inner = Scope {
                current: Some(n),
                ..scope
            };
            shown_for.push(clause.note.id);
            // What must be done is shown with its due time already; the clock says by what it was met.
            if rule
                .must
                .as_ref()
                .is_some_and(|must| must.note.id == clause.note.id)
            {
                continue;
            }
            let mut line = self.condition(ev, &clause.note, clause.rule.condition.as_ref(), inner);
            line.reaches = self.history.get(n).map(|act| self.when(&act.happened));
            lines.push(line);
        }
        for clause in rule
            .met
            .iter()
            .chain(&rule.ended)
            .filter(conditional)
            .filter(|c| !shown_for.contains(&c.note.id))
        {
            // Of a series, what came before this clock or after what closed it belongs to another.
            let touches = |n: &usize| {
                let happened = self.history.get(*n).map(|act| act.happened.from);
                let earlier = run.number > 1 && happened <= run.start.map(|start| start.from);
                let later = rule.repeats.is_some() && run.closed_by.is_some_and(|c| *n > c);
                run.anchor.is_none_or(|a| *n > a) && !earlier && !later
            };
            for n in self
                .history
                .of_kinds(&clause.rule.acts, scope.horizon)
                .filter(touches)
            {
                lines.push(self.condition(
                    ev,
                    &clause.note,
                    clause.rule.condition.as_ref(),
                    Scope {
                        current: Some(n),
                        ..scope
                    },
                ));
            }
        }
        if let Some(repeat) = &rule.repeats
            && let Some(condition) = &repeat.rule.from_due_where
        {
            match run.closed_by {
                Some(n) => lines.push(self.condition(
                    ev,
                    &repeat.note,
                    Some(condition),
                    Scope {
                        current: Some(n),
                        ..scope
                    },
                )),
                None => lines.push(self.condition(ev, &repeat.note, None, scope)),
            }
        }
        if let Some((end, n)) = run.determined
            && let Some(act) = self.history.get(n)
        {
            for clause in self
                .law
                .act(act.kind)
                .determines
                .iter()
                .filter(|c| c.rule.0 == rule.group)
            {
                let mut line = self.condition(ev, &clause.note, None, scope);
                line.reaches = Some(self.end(end));
                lines.push(line);
            }
        }
        if let Some(clause) = &rule.run_out
            && matches!(run.state, State::RanOut | State::MetLate | State::EndedLate)
        {
            lines.push(self.condition(ev, &clause.note, None, scope));
        }
    }
}

/// Whether nothing that is missing would tell more of a run.
#[must_use]
pub fn settled(run: &Run) -> bool {
    let known = run.earliest.is_some() && run.earliest == run.latest;
    known && run.state != State::Unknown && run.applies != Truth::Unknown
}

/// The public name of a state.
#[must_use]
pub fn status(run: &Run) -> Status {
    match run.state {
        State::NotStarted => Status::NotStarted,
        State::Running => Status::Running,
        State::Suspended => Status::Suspended,
        State::Met => Status::Met,
        State::MetLate => Status::MetLate,
        State::Ended => Status::Ended,
        State::EndedLate => Status::EndedLate,
        State::RanOut => Status::Overdue,
        State::DueAtOnce => Status::DueAtOnce,
        State::WithoutDelay => Status::WithoutDelay,
        State::Unknown => Status::Unknown,
    }
}

/// Minutes past the end: until the act that closed it, or until the instant asked.
#[must_use]
pub fn overrun_minutes(ev: &Evaluator<'_>, run: &Run) -> Option<i64> {
    let clock = ev.law.clock(run.clock);
    let ends = run.latest.as_ref()?.end.ends_at(ev.zone(clock.pack));
    let until = match run.state {
        State::RanOut | State::DueAtOnce => ev.at,
        State::MetLate | State::EndedLate => ev.history.get(run.closed_by?)?.happened.from,
        _ => return None,
    };
    Some(((until - ends) / 60).max(0))
}
