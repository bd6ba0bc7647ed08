//! Findings by kind: breach, overrun, question, and our caution, which is not the law.

use super::{ActRef, Cite, Cited, Look, Needs};
use crate::frame::Frame;
use crate::notation::span;
use askama::Template;
use askama::filters::HtmlSafe;
use habeas_case::assessment::{self, FindingKind};

/// One finding.
#[derive(Clone, Debug, Template)]
#[template(path = "finding.html")]
pub(crate) struct Finding {
    pub(crate) w: Frame,
    pub(crate) class: &'static str,
    pub(crate) kind: String,
    pub(crate) label: String,
    pub(crate) when: Option<String>,
    pub(crate) over: Option<String>,
    pub(crate) acts: Vec<ActRef>,
    pub(crate) effects: Vec<Cited>,
    pub(crate) who: Vec<Cited>,
    pub(crate) later: Vec<Cited>,
    pub(crate) needs: Needs,
    pub(crate) cite: Cite,
    /// Of an act that was not its actor's: who did it, and whose it is.
    pub(crate) not_theirs: Option<String>,
    /// In small print.
    pub(crate) names: String,
}

impl HtmlSafe for Finding {}

/// Findings of one kind.
#[derive(Clone, Debug)]
pub(crate) struct Findings {
    pub(crate) heading: String,
    pub(crate) says: String,
    pub(crate) items: Vec<Finding>,
}

/// How many of each kind; our own cautions are never counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) breaches: usize,
    pub(crate) overruns: usize,
    pub(crate) questions: usize,
    pub(crate) untitled: usize,
}

impl Counts {
    pub(crate) fn of(assessment: &habeas_case::Assessment) -> Self {
        let count = |kind| {
            assessment
                .findings
                .iter()
                .filter(|f| f.kind == kind)
                .count()
        };
        Self {
            breaches: count(FindingKind::Breach),
            overruns: count(FindingKind::Overrun),
            questions: count(FindingKind::Question),
            untitled: assessment.title_not_shown.len(),
        }
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            breaches: self.breaches + other.breaches,
            overruns: self.overruns + other.overruns,
            questions: self.questions + other.questions,
            untitled: self.untitled + other.untitled,
        }
    }

    /// What was found, in one sentence.
    pub(crate) fn said(self, w: Frame) -> Vec<String> {
        let mut said = vec![match self.breaches {
            0 => w.no_breach(),
            n => w.count_breaches(n),
        }];
        if self.overruns > 0 {
            said.push(w.count_overruns(self.overruns));
        }
        if self.questions > 0 {
            said.push(w.count_questions(self.questions));
        }
        said
    }
}

pub(crate) const KINDS: [FindingKind; 4] = [
    FindingKind::Breach,
    FindingKind::Overrun,
    FindingKind::Question,
    FindingKind::Caution,
];

/// What a finding of a kind is called.
pub(crate) fn finding_word(w: Frame, kind: FindingKind) -> String {
    match kind {
        FindingKind::Breach => w.finding_breach(),
        FindingKind::Overrun => w.finding_overrun(),
        FindingKind::Question => w.finding_question(),
        FindingKind::Caution => w.our_caution(),
    }
}

impl Look<'_> {
    /// The kinds of which there is something, gravest first.
    pub(crate) fn findings(&self) -> Vec<Findings> {
        let w = self.w;
        let of_kind = |kind| {
            let (heading, says) = match kind {
                FindingKind::Breach => (w.findings_breaches(), w.findings_breaches_says()),
                FindingKind::Overrun => (w.findings_overruns(), w.findings_overruns_says()),
                FindingKind::Question => (w.findings_questions(), w.findings_questions_says()),
                FindingKind::Caution => (w.findings_cautions(), w.findings_cautions_says()),
            };
            let mine = self.of.findings.iter().filter(|f| f.kind == kind);
            Findings {
                heading,
                says,
                items: mine.map(|f| self.finding(f)).collect(),
            }
        };
        let groups = KINDS.map(of_kind);
        groups
            .into_iter()
            .filter(|group| !group.items.is_empty())
            .collect()
    }

    fn finding(&self, finding: &assessment::Finding) -> Finding {
        let w = self.w;
        let class = match finding.kind {
            FindingKind::Breach => "breach",
            FindingKind::Overrun => "overrun",
            FindingKind::Question => "question",
            FindingKind::Caution => "caution",
        };
        let kind = finding_word(w, finding.kind);
        let who = finding.who_acts.iter().map(|actor| Cited {
            text: w.actor(self.say(&actor.organ), self.say(&actor.what)),
            cite: self.cite(&actor.citation),
        });
        Finding {
            w,
            class,
            kind,
            label: self.say(&finding.label),
            when: finding
                .since
                .as_ref()
                .map(|m| self.dates.long_or_last_day(m)),
            over: finding
                .minutes
                .filter(|m| *m > 0)
                .map(|m| w.time_over(span(w, m))),
            acts: self.act_list(&finding.acts),
            effects: self.cited(&finding.effects),
            who: who.collect(),
            later: self.cited(&finding.later),
            needs: self.needs(&finding.needs),
            cite: match finding.kind {
                // Its tag says it already.
                FindingKind::Caution => self.passages(&finding.citation),
                _ => self.cite(&finding.citation),
            },
            names: finding.names.join(", "),
            not_theirs: self.not_theirs(finding),
        }
    }

    /// Of an act that was not its actor's: who did it, and whose it is.
    fn not_theirs(&self, finding: &assessment::Finding) -> Option<String> {
        let [id] = finding.acts.as_slice() else {
            return None;
        };
        let (_, act) = self.recorded(id)?;
        let of_act = finding
            .names
            .iter()
            .all(|name| act.kind.ends_with(&format!(" {name}")));
        let mut may = act.who_may.iter();
        if !of_act || !may.any(|may| may.citation == finding.citation) {
            return None;
        }
        let w = self.w;
        let organ = act.organ_label.as_ref();
        let organ = organ.map_or_else(|| w.organ_not_recorded(), |organ| self.say(organ));
        let who = match act.standing.as_slice() {
            [] => organ,
            standing => w.who_of_standing(organ, self.all(standing)),
        };
        let may: Vec<String> = act.who_may.iter().map(|may| self.say(&may.words)).collect();
        let mut articles: Vec<&str> = Vec::new();
        for passage in act.who_may.iter().flat_map(|may| &may.citation.passages) {
            if !articles.contains(&&**passage) {
                articles.push(passage);
            }
        }
        Some(w.finding_not_theirs(who, articles.join(", "), may.join(&w.basis_or())))
    }
}
