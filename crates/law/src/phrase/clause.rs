//! Clauses in words, and the notes of a law filled with them.

use super::table::Template as T;
use super::{Speaker, list, value};
use crate::expression::{Attribute, Expression as E, Identity};
use crate::law::Law;
use crate::rules::{
    Act, ActId, BreachId, By, Clause, Clock, Competence, Condition, Conditional, Extension,
    Formula, Gate, Measure, Meter, Must, Note, Opens, OrganId, Remedy, Repeat, Restart, RunOut,
    Standstill, Test, Trigger,
};
use crate::value::Value;
use crate::words::Words;

/// Gives words to every clause that has none of its own.
pub(crate) fn fill(law: &mut Law) {
    let mut filler = Filler { words: Vec::new() };
    filler
        .words
        .resize_with(usize::try_from(law.clauses).unwrap_or_default(), || None);
    law.clocks.iter().for_each(|clock| filler.clock(law, clock));
    law.gates.iter().for_each(|gate| filler.gate(law, gate));
    law.acts.iter().for_each(|act| filler.act(law, act));
    law.measures
        .iter()
        .for_each(|measure| filler.measure(law, measure));
    law.meters.iter().for_each(|meter| filler.meter(law, meter));
    law.remedies
        .iter()
        .for_each(|remedy| filler.remedy(law, remedy));
    law.formulas
        .iter()
        .for_each(|formula| filler.formula(law, formula));
    let mut words = filler.words;
    law.each_note_mut(&mut |_, note| {
        let found = usize::try_from(note.id).ok().and_then(|n| words.get_mut(n));
        if note.words.is_none() {
            // A clause may stand in several lists, each with its note.
            note.words = found.and_then(|words| words.clone());
        }
    });
}

/// The words of clauses by the numbers of their notes.
struct Filler {
    words: Vec<Option<Words>>,
}

impl Filler {
    /// The first words that a clause is given stay.
    fn put(&mut self, note: &Note, words: Words) {
        let slot = usize::try_from(note.id)
            .ok()
            .and_then(|n| self.words.get_mut(n));
        if let Some(slot @ None) = slot
            && !words.incomplete()
        {
            *slot = Some(words);
        }
    }

    fn each<R>(&mut self, clauses: &[Clause<R>], say: impl Fn(&R) -> Words) {
        clauses
            .iter()
            .for_each(|clause| self.put(&clause.note, say(&clause.rule)));
    }

    fn clock(&mut self, law: &Law, clock: &Clock) {
        let s = Speaker {
            law,
            pack: Some(clock.pack),
            anchor: &clock.of,
            current: &[],
            steps: &[],
        };
        if let Some(must) = &clock.must {
            self.put(&must.note, s.must(&must.rule, clock, &must.note));
        }
        self.each(&clock.applies, |c| T::Applies.with([&s.say(c)]));
        self.lines(&clock.starts, |line| {
            s.conditional(s.starts(&line.value), line)
        });
        self.lines(&clock.lasts, |line| {
            s.conditional(s.lasts(&line.value), line)
        });
        self.each(&clock.extensions, |e| s.extension(e));
        let extending: Vec<ActId> = clock
            .extensions
            .iter()
            .flat_map(|e| e.rule.trigger.acts.clone())
            .collect();
        self.each(&clock.extension_needs, |c| {
            T::ExtensionNeeds.with([&s.at_hand(&extending).say(c)])
        });
        self.each(&clock.not_extended, |c| T::NotExtended.with([&s.say(c)]));
        self.each(&clock.never_past, |m| T::NeverPast.with([&s.value(m)]));
        self.each(&clock.stands_still, |still| s.standstill(still));
        self.each(&clock.restarts, |restart| s.restart(restart));
        self.each(&clock.met, |met| T::MetBy.with([&s.trigger(met)]));
        self.each(&clock.ended, |ended| T::EndedBy.with([&s.trigger(ended)]));
        self.each(&clock.owed_by, |organs| T::OwedBy.with([&s.organs(organs)]));
        self.each(&clock.warns, |length| {
            T::Warns.with([&value::length(*length)])
        });
        if let Some(repeats) = &clock.repeats {
            let met: Vec<ActId> = clock.met.iter().flat_map(|m| m.rule.acts.clone()).collect();
            self.put(&repeats.note, s.at_hand(&met).repeats(&repeats.rule));
        }
        clock
            .run_out
            .iter()
            .for_each(|c| self.put(&c.note, s.run_out(c.rule)));
    }

    /// Lines of which the first that holds counts; one without a condition after others is for the rest.
    fn lines(&mut self, lines: &[Clause<Conditional<E>>], say: impl Fn(&Conditional<E>) -> Words) {
        for (n, line) in lines.iter().enumerate() {
            let words = say(&line.rule);
            let rest = n > 0 && line.rule.when.is_none();
            self.put(
                &line.note,
                if rest {
                    T::Otherwise.with([&words])
                } else {
                    words
                },
            );
        }
    }

    fn gate(&mut self, law: &Law, gate: &Gate) {
        let s = Speaker {
            law,
            pack: Some(gate.pack),
            anchor: &gate.of,
            current: &[],
            steps: &[],
        };
        self.conditions(s, &gate.conditions);
    }

    fn conditions(&mut self, s: Speaker<'_>, conditions: &[Clause<Condition>]) {
        for clause in conditions {
            let words = match &clause.rule.test {
                Test::One(condition) => s.say(condition),
                Test::AtLeast(1, _) => T::OneOfThese.words(),
                Test::AtLeast(n, _) => T::SomeOfThese.with([&value::number(&n.to_string())]),
                Test::All(_) => T::AllOfThese.words(),
            };
            let words = match &clause.rule.only_if {
                Some(only_if) => T::If.with([&words, &s.say(only_if)]),
                None => words,
            };
            self.put(&clause.note, words);
            self.each(&clause.rule.unless, |excuse| {
                T::Unless.with([&s.say(excuse)])
            });
            if let Test::AtLeast(_, within) | Test::All(within) = &clause.rule.test {
                self.conditions(s, within);
            }
        }
    }

    fn act(&mut self, law: &Law, act: &Act) {
        let s = Speaker {
            law,
            pack: Some(act.pack),
            anchor: &[],
            current: &[],
            steps: &[],
        };
        self.each(&act.by, |by| s.by(by));
        self.each(&act.checked_by, |acts| T::CheckedBy.with([&s.acts(acts)]));
        self.each(&act.determines, |(clock, field)| {
            let field = act
                .fields
                .iter()
                .find(|f| f.id == *field)
                .map(|f| f.words.clone());
            T::Determines.with([&s.clock(*clock), &field.unwrap_or_default()])
        });
    }

    fn measure(&mut self, law: &Law, measure: &Measure) {
        let s = Speaker {
            law,
            pack: Some(measure.pack),
            anchor: &[],
            current: &[],
            steps: &[],
        };
        self.each(&measure.begins, |begins| {
            T::BeginsWithAct.with([&s.trigger(begins)])
        });
        self.each(&measure.ends, |ends| {
            T::EndsWithAct.with([&s.trigger(ends)])
        });
    }

    fn meter(&mut self, law: &Law, meter: &Meter) {
        let s = Speaker {
            law,
            pack: Some(meter.pack),
            anchor: &[],
            current: &[],
            steps: &[],
        };
        let limit = |c: &Clause<_>| T::InAll.with([&value::length(c.rule)]);
        meter.limit.iter().for_each(|c| self.put(&c.note, limit(c)));
        meter
            .run_out
            .iter()
            .for_each(|c| self.put(&c.note, s.run_out(c.rule)));
    }

    fn remedy(&mut self, law: &Law, remedy: &Remedy) {
        let s = Speaker {
            law,
            pack: Some(remedy.pack),
            anchor: &[],
            current: &[],
            steps: &[],
        };
        self.each(&remedy.opens, |opens| match opens {
            Opens::When(condition) => T::OpenWhen.with([&s.say(condition)]),
            Opens::After(acts) => T::OpenAfter.with([&s.acts(acts)]),
            Opens::On(breaches) => {
                let breaches = breaches.iter().map(|b| breach(law, *b));
                T::OpenWhen.with([&list::or(breaches)])
            }
        });
        self.each(&remedy.during, |condition| {
            T::OnlyWhile.with([&s.say(condition)])
        });
        let within = |c: &Clause<_>| T::MadeWithin.with([&value::length(c.rule)]);
        remedy
            .within
            .iter()
            .for_each(|c| self.put(&c.note, within(c)));
    }

    fn formula(&mut self, law: &Law, formula: &Formula) {
        let pack = Some(formula.pack);
        let s = Speaker {
            law,
            pack,
            anchor: &formula.of,
            current: &[],
            steps: &formula.steps,
        };
        for step in &formula.steps {
            self.lines(&step.lines, |line| s.conditional(s.say(&line.value), line));
        }
    }
}

fn breach(law: &Law, breach: BreachId) -> Words {
    law.breaches
        .get(breach.index())
        .map_or_else(Words::default, |b| b.words.clone())
}

impl Speaker<'_> {
    /// What a line gives, and when.
    fn conditional(self, what: Words, line: &Conditional<E>) -> Words {
        match &line.when {
            Some(when) => T::If.with([&what, &self.say(when)]),
            None => what,
        }
    }

    fn starts(self, moment: &E) -> Words {
        match (self.happening(moment), moment) {
            (Some(act), _) => T::StartsFromAct.with([&act]),
            (
                None,
                E::Attribute {
                    attribute: Attribute::Happened,
                    ..
                },
            ) => T::StartsWhenHappened.words(),
            (None, _) => T::StartsFrom.with([&self.point(moment)]),
        }
    }

    fn lasts(self, length: &E) -> Words {
        match length {
            E::Literal(Value::Length(length)) if length.is_nothing() => T::LastsNoTime.words(),
            _ => T::Lasts.with([&self.value(length)]),
        }
    }

    fn trigger(self, trigger: &Trigger) -> Words {
        self.acts_where(&trigger.acts, trigger.condition.as_ref())
    }

    fn organs(self, organs: &[OrganId]) -> Words {
        if organs.is_empty() {
            return T::Anyone.words();
        }
        list::or(
            organs
                .iter()
                .map(|organ| self.law.organ(*organ).words.clone()),
        )
    }

    fn extension(self, extension: &Extension) -> Words {
        let inner = self.at_hand(&extension.trigger.acts);
        let reach = &extension.reach;
        let parts = [
            (T::By, &reach.by),
            (T::ByAtMost, &reach.by_at_most),
            (T::To, &reach.to),
            (T::ToAtMost, &reach.to_at_most),
            (T::Until, &reach.until),
        ];
        let said = parts.into_iter().filter_map(|(template, value)| {
            value
                .as_ref()
                .map(|value| template.with([&inner.value(value)]))
        });
        let reach = often(list::comma(said).unwrap_or_default(), extension.at_most);
        let words = T::ExtendedBy.with([&self.trigger(&extension.trigger), &reach]);
        if extension.then {
            T::Then.with([&words])
        } else {
            words
        }
    }

    fn standstill(self, still: &Standstill) -> Words {
        let mut words = self.trigger(&still.from);
        if let Some(to) = &still.to {
            words = T::FromTo.with([&words, &self.trigger(to)]);
        }
        if let Some(at_most) = &still.at_most {
            let at_most = self.at_hand(&still.from.acts).value(at_most);
            words = T::LengthAtMost.with([&words, &at_most]);
        }
        T::NotCounted.with([&words])
    }

    fn restart(self, restart: &Restart) -> Words {
        let trigger = self.trigger(&restart.trigger);
        let mut words = match &restart.at {
            Some(at) => {
                let at = self.at_hand(&restart.trigger.acts).value(at);
                T::CountedAnewFrom.with([&trigger, &at])
            }
            None => T::CountedAnew.with([&trigger]),
        };
        if restart.with_extensions {
            words = T::WithExtensions.with([&words]);
        }
        often(words, restart.at_most)
    }

    fn repeats(self, repeat: &Repeat) -> Words {
        let words = T::Repeats.with([&value::length(repeat.every)]);
        match &repeat.from_due_where {
            Some(condition) => T::RepeatsFromDue.with([&words, &self.say(condition)]),
            None => words,
        }
    }

    /// The one line of a duty; its length and its condition are clauses with the same note.
    fn must(self, must: &Must, clock: &Clock, note: &Note) -> Words {
        let (organs, acts) = (self.organs(&must.organs), self.acts(&must.acts));
        let length = clock.lasts.iter().find(|line| line.note.id == note.id);
        let words = match length.map(|line| &line.rule.value) {
            Some(E::Literal(Value::Length(length))) if length.is_nothing() => {
                T::MustAtOnce.with([&organs, &acts])
            }
            Some(length) => T::MustWithin.with([&organs, &acts, &self.value(length)]),
            None if must.without_delay => T::MustWithoutDelay.with([&organs, &acts]),
            None => T::Must.with([&organs, &acts]),
        };
        match clock.applies.iter().find(|line| line.note.id == note.id) {
            Some(when) => T::If.with([&words, &self.say(&when.rule)]),
            None => words,
        }
    }

    fn run_out(self, run_out: RunOut) -> Words {
        T::RunsOut.with([&match run_out {
            RunOut::Overrun => T::Arithmetic.words(),
            RunOut::Question => T::AQuestion.words(),
            RunOut::Lapses => T::Lapses.words(),
            RunOut::Breach(id) => breach(self.law, id),
        }])
    }

    /// Who may do an act, and from whom they must differ.
    fn by(self, by: &By) -> Words {
        let who = by
            .competences
            .iter()
            .map(|competence| self.competence(competence));
        let who = (!by.competences.is_empty()).then(|| T::DoneBy.with([&list::or(who)]));
        let differs = by.differs.iter().map(|(identity, act)| {
            let other = match identity {
                Identity::Organ => T::OtherOrgan,
                Identity::Official => T::OtherOfficial,
                Identity::Unit => T::OtherUnit,
            };
            other.with([&self.law.act(*act).words])
        });
        list::join(who.into_iter().chain(differs), T::DoneByOther).unwrap_or_default()
    }

    fn competence(self, competence: &Competence) -> Words {
        let organ = competence
            .organ
            .map(|organ| self.law.organ(organ).words.clone());
        let organ = organ.unwrap_or_else(|| T::Anyone.words());
        let rank = competence.rank.map(|rank| {
            T::Is.with([
                &T::Rank.words(),
                &T::OrAbove.with([&self.law.rank(rank).words]),
            ])
        });
        let level = competence.level.map(|level| {
            T::Is.with([
                &T::Level.words(),
                &T::OrAbove.with([&self.law.level(level).words]),
            ])
        });
        match list::comma(rank.into_iter().chain(level)) {
            Some(property) => T::Where.with([&organ, &property]),
            None => organ,
        }
    }
}

fn often(words: Words, at_most: Option<u32>) -> Words {
    match at_most {
        None => words,
        Some(1) => T::Once.with([&words]),
        Some(n) => T::AtMostTimes.with([&words, &value::number(&n.to_string())]),
    }
}
