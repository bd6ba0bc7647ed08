//! Walks over the clauses of a law.

use crate::law::Law;
use crate::rules::{Clause, Condition, Note, PackId, Test};

/// Hands over the note of every clause, with the pack it stands in; `$iter` is `iter` or `iter_mut`.
///
/// A macro, for a function cannot be both.
macro_rules! each_note {
    ($law:expr, $iter:ident, $conditions:ident, [$($by_ref:tt)+], $visit:expr) => {{
        let (law, visit) = ($law, $visit);
        for rule in law.clocks.$iter() {
            let pack = rule.pack;
            rule.applies.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.starts.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.lasts.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.extensions.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.extension_needs.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.not_extended.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.never_past.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.stands_still.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.restarts.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.met.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.ended.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.owed_by.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.must.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.warns.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.repeats.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.run_out.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
        }
        for rule in law.gates.$iter() {
            let pack = rule.pack;
            $conditions($($by_ref)+ rule.conditions, &mut |note| visit(pack, note));
        }
        for rule in law.acts.$iter() {
            let pack = rule.pack;
            rule.by.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.checked_by.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.determines.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
        }
        for rule in law.measures.$iter() {
            let pack = rule.pack;
            rule.begins.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.ends.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
        }
        for rule in law.meters.$iter() {
            let pack = rule.pack;
            rule.limit.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.run_out.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
        }
        for rule in law.breaches.$iter() {
            let pack = rule.pack;
            rule.effects.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.acts.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.remedies.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.later.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
        }
        for rule in law.remedies.$iter() {
            let pack = rule.pack;
            rule.whom.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.to.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.opens.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.during.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.within.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            rule.answered_by.$iter().for_each(|(_, note)| visit(pack, note));
        }
        for rule in law.formulas.$iter() {
            let pack = rule.pack;
            for step in rule.steps.$iter() {
                step.lines.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
            }
        }
        for rule in law.conventions.$iter() {
            let pack = rule.pack;
            rule.notes.$iter().for_each(|note| visit(pack, note));
            rule.also.$iter().for_each(|c| visit(pack, $($by_ref)+ c.note));
        }
        for rule in law.channels.$iter() {
            visit(rule.pack, $($by_ref)+ rule.note);
        }
    }};
}

impl Law {
    /// Visits the note of every clause.
    pub fn each_note(&self, visit: &mut impl FnMut(PackId, &Note)) {
        each_note!(self, iter, each_condition, [&], visit);
    }

    /// The same, to add to the notes.
    pub(crate) fn each_note_mut(&mut self, visit: &mut impl FnMut(PackId, &mut Note)) {
        each_note!(self, iter_mut, each_condition_mut, [&mut], visit);
    }

    /// Visits every clause that holds or does not: conditions of gates, and what clocks depend on.
    pub fn each_test(&self, visit: &mut impl FnMut(PackId, &Note)) {
        for gate in &self.gates {
            each_condition(&gate.conditions, &mut |note| visit(gate.pack, note));
        }
        for clock in &self.clocks {
            let pack = clock.pack;
            let lines = clock.starts.iter().chain(&clock.lasts);
            lines
                .filter(|c| c.rule.when.is_some())
                .for_each(|c| visit(pack, &c.note));
            let plain = clock.applies.iter().chain(&clock.extension_needs);
            plain
                .chain(&clock.not_extended)
                .for_each(|c| visit(pack, &c.note));
            let extensions = clock.extensions.iter();
            extensions
                .filter(|c| c.rule.trigger.condition.is_some())
                .for_each(|c| visit(pack, &c.note));
            let restarts = clock.restarts.iter();
            restarts
                .filter(|c| c.rule.trigger.condition.is_some())
                .for_each(|c| visit(pack, &c.note));
            let stands_still = clock.stands_still.iter();
            stands_still
                .filter(|c| c.rule.from.condition.is_some())
                .for_each(|c| visit(pack, &c.note));
            let closing = clock.met.iter().chain(&clock.ended);
            closing
                .filter(|c| c.rule.condition.is_some())
                .for_each(|c| visit(pack, &c.note));
            let repeats = clock.repeats.iter();
            repeats
                .filter(|c| c.rule.from_due_where.is_some())
                .for_each(|c| visit(pack, &c.note));
        }
    }

    /// Puts the notes into a table by their numbers.
    pub(crate) fn gather_notes(&mut self) {
        let mut notes = vec![None; usize::try_from(self.clauses).unwrap_or_default()];
        self.each_note(&mut |_, note| {
            let slot = usize::try_from(note.id).ok().and_then(|n| notes.get_mut(n));
            if let Some(slot) = slot {
                *slot = Some(note.clone());
            }
        });
        self.notes = notes;
    }
}

/// Visits the notes of conditions and of the groups in them.
fn each_condition(conditions: &[Clause<Condition>], visit: &mut dyn FnMut(&Note)) {
    for clause in conditions {
        visit(&clause.note);
        clause.rule.unless.iter().for_each(|c| visit(&c.note));
        if let Test::AtLeast(_, within) | Test::All(within) = &clause.rule.test {
            each_condition(within, visit);
        }
    }
}

fn each_condition_mut(conditions: &mut [Clause<Condition>], visit: &mut dyn FnMut(&mut Note)) {
    for clause in conditions {
        visit(&mut clause.note);
        clause
            .rule
            .unless
            .iter_mut()
            .for_each(|c| visit(&mut c.note));
        if let Test::AtLeast(_, within) | Test::All(within) = &mut clause.rule.test {
            each_condition_mut(within, visit);
        }
    }
}
