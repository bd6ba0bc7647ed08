//! Measures, meters, formulas, and the recorded acts.

use super::{ActRef, Cite, Look, Needs};
use crate::notation;
use habeas_case::assessment;
use habeas_law::rules::Effect;

/// A measure.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) label: String,
    pub(crate) held: String,
    pub(crate) from: String,
    pub(crate) begun_by: ActRef,
    pub(crate) to: Option<String>,
    pub(crate) ended_by: Option<ActRef>,
    pub(crate) within: Option<String>,
}

/// A meter.
#[derive(Clone, Debug)]
pub(crate) struct Meter {
    pub(crate) label: String,
    pub(crate) organ: Option<String>,
    pub(crate) days: String,
    pub(crate) limit: String,
    pub(crate) ends: Option<String>,
    pub(crate) state: String,
    pub(crate) over: bool,
    pub(crate) cite: Cite,
}

/// A formula.
#[derive(Clone, Debug)]
pub(crate) struct Formula {
    pub(crate) label: String,
    pub(crate) steps: Vec<Step>,
    pub(crate) rule: String,
}

/// A step of a formula.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) name: String,
    pub(crate) value: String,
    pub(crate) cite: Option<Cite>,
    pub(crate) needs: Needs,
}

/// A recorded act.
#[derive(Clone, Debug)]
pub(crate) struct Act {
    pub(crate) number: usize,
    pub(crate) anchor: String,
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) label: String,
    pub(crate) effect: String,
    pub(crate) organ: String,
    pub(crate) when: String,
    pub(crate) machine: Option<String>,
    /// Late, corrected, not yet: in words.
    pub(crate) marks: Vec<String>,
    pub(crate) corrected_by: Option<ActRef>,
    pub(crate) fields: Vec<String>,
}

impl Look<'_> {
    pub(crate) fn measures(&self) -> Vec<Measure> {
        let w = self.w;
        let of_rule = |rule: &String| {
            let parent = self
                .of
                .measures
                .iter()
                .find(|measure| measure.rule == *rule);
            parent.map_or_else(|| rule.clone(), |parent| self.say(&parent.label))
        };
        let one = |measure: &assessment::Measure| Measure {
            label: self.say(&measure.label),
            held: if measure.held {
                w.measure_held()
            } else {
                w.measure_not_held()
            },
            from: self.dates.short(&measure.from),
            begun_by: self.act(&measure.begun_by).undated(),
            to: measure.to.as_ref().map(|to| self.dates.short(to)),
            ended_by: measure.ended_by.as_ref().map(|id| self.act(id).undated()),
            within: measure.within.as_ref().map(of_rule),
        };
        self.of.measures.iter().map(one).collect()
    }

    pub(crate) fn meters(&self) -> Vec<Meter> {
        let w = self.w;
        let one = |meter: &assessment::Meter| Meter {
            label: self.say(&meter.label),
            organ: meter.organ.as_ref().map(|organ| self.say(organ)),
            days: w.length_days(meter.days),
            limit: notation::plain(w, &meter.limit),
            ends: meter.ends.as_ref().map(|ends| self.dates.end(ends)),
            state: if meter.over {
                w.meter_over()
            } else {
                w.meter_within()
            },
            over: meter.over,
            cite: self.cite(&meter.citation),
        };
        self.of.meters.iter().map(one).collect()
    }

    pub(crate) fn formulas(&self) -> Vec<Formula> {
        let step = |step: &assessment::FormulaStep| Step {
            name: match step.name.name.as_str() {
                "result" => self.w.formula_result(),
                _ => self.say(&step.name.label),
            },
            value: match &step.value {
                Some(value) => notation::plain(self.w, value),
                None => self.w.truth_unknown(),
            },
            cite: step.citation.as_ref().map(|citation| self.cite(citation)),
            needs: self.needs(&step.needs),
        };
        let one = |formula: &assessment::Formula| Formula {
            label: self.say(&formula.label),
            steps: formula.steps.iter().map(step).collect(),
            rule: formula.rule.clone(),
        };
        self.of.formulas.iter().map(one).collect()
    }

    pub(crate) fn effect(&self, effect: Effect) -> (String, &'static str) {
        let w = self.w;
        match effect {
            Effect::Restrains => (w.effect_restrains(), "restrains"),
            Effect::Frees => (w.effect_frees(), "frees"),
            Effect::Protects => (w.effect_protects(), "protects"),
            Effect::Neutral => (w.effect_neutral(), "neutral"),
        }
    }

    /// The organ of an act, as its lane is called.
    pub(crate) fn organ_of(&self, act: &assessment::RecordedAct) -> String {
        match (&act.organ_label, &act.organ) {
            (Some(label), _) => self.say(label),
            (None, Some(organ)) => organ.clone(),
            (None, None) => self.w.organ_not_recorded(),
        }
    }

    pub(crate) fn acts(&self) -> Vec<Act> {
        (1..)
            .zip(&self.of.acts)
            .map(|(number, act)| self.recorded_act(act, number))
            .collect()
    }

    fn recorded_act(&self, act: &assessment::RecordedAct, number: usize) -> Act {
        let w = self.w;
        let mut marks = Vec::new();
        if let Some(hours) = act.recorded_late_hours {
            marks.push(w.act_late(notation::span(w, hours * 60)));
        }
        if act.precision == "bounds" {
            marks.push(w.act_time_inexact());
        }
        if act.happened.instant > self.of.at.instant {
            marks.push(w.act_after_asked());
        }
        let mut when = self.dates.short(&act.happened);
        if let Some(until) = &act.until {
            when = w.act_period(when, self.dates.short_end(until));
        }
        Act {
            number,
            anchor: format!("{}-a{number}", self.anchor),
            id: act.id.to_string(),
            kind: act.kind.clone(),
            label: self.say(&act.label),
            effect: self.effect(act.effect).0,
            organ: self.organ_of(act),
            when,
            machine: self.dates.machine(&act.happened),
            marks,
            corrected_by: act.corrected_by.as_ref().map(|id| self.act(id)),
            fields: act.fields.iter().map(|fact| self.fact(fact)).collect(),
        }
    }
}
