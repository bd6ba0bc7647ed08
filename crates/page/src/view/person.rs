//! One person of one case, in the order in which it is read.

use super::Look;
use super::case::{Act, Formula, Measure, Meter};
use super::clock::Clocks;
use super::custody::{HeldNow, Next, Stretch};
use super::finding::{Counts, Findings};
use super::gate::Gates;
use super::redress::{Channel, Remedy};
use super::sources::{LostLine, NotJudged, Sources};
use crate::draw::lanes::Lanes;
use crate::frame::Frame;
use askama::Template;
use askama::filters::HtmlSafe;

/// Everything that is said of one person.
#[derive(Clone, Debug, Template)]
#[template(path = "person.html")]
pub(crate) struct Person {
    pub(crate) w: Frame,
    pub(crate) anchor: String,
    pub(crate) title: String,
    pub(crate) case: String,
    pub(crate) subject: String,
    pub(crate) lost: Option<String>,
    pub(crate) lost_brief: Option<String>,
    pub(crate) lost_lines: Vec<LostLine>,
    pub(crate) opening: String,
    pub(crate) as_of: String,
    pub(crate) limits: Vec<String>,
    pub(crate) untitled: Vec<Stretch>,
    pub(crate) held: HeldNow,
    pub(crate) next: Next,
    pub(crate) counts: Counts,
    pub(crate) said: Vec<String>,
    pub(crate) findings: Vec<Findings>,
    pub(crate) clocks: Clocks,
    pub(crate) lanes: Option<Lanes>,
    pub(crate) stretches: Vec<Stretch>,
    pub(crate) acts: Vec<Act>,
    pub(crate) gates: Gates,
    pub(crate) remedies: Vec<Remedy>,
    pub(crate) channels: Vec<Channel>,
    pub(crate) meters: Vec<Meter>,
    pub(crate) formulas: Vec<Formula>,
    pub(crate) not_judged: Vec<NotJudged>,
    pub(crate) measures: Vec<Measure>,
    pub(crate) sources: Sources,
}

impl HtmlSafe for Person {}

impl Person {
    pub(crate) fn of(look: &Look<'_>) -> Self {
        let counts = Counts::of(look.of);
        let acts = look.acts();
        Self {
            w: look.w,
            anchor: look.anchor.clone(),
            title: look.title(),
            case: look.of.case.to_string(),
            subject: look.of.subject.to_string(),
            lost: look.lost(),
            lost_brief: look.lost_brief(),
            lost_lines: look.lost_lines(),
            opening: look.opening(),
            as_of: look.as_of(),
            limits: look.limits(),
            untitled: look.untitled(),
            held: look.held_now(),
            next: look.next(),
            counts,
            said: counts.said(look.w),
            findings: look.findings(),
            clocks: look.clocks(),
            lanes: Lanes::of(look),
            stretches: look.stretches(),
            acts,
            gates: look.gates(),
            remedies: look.remedies(),
            channels: look.channels(),
            meters: look.meters(),
            formulas: look.formulas(),
            not_judged: look.not_judged(),
            measures: look.measures(),
            sources: look.sources(),
        }
    }
}
