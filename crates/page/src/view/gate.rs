//! Gates, bans and watches: what each says of an act, condition by condition.

use super::{ActRef, Line, Look, Needs};
use crate::frame::Frame;
use askama::Template;
use askama::filters::HtmlSafe;
use habeas_case::assessment;
use habeas_case::gate::Outcome;
use habeas_law::rules::GateKind;

/// One gate over one act.
#[derive(Clone, Debug, Template)]
#[template(path = "gate.html")]
pub(crate) struct Gate {
    pub(crate) w: Frame,
    pub(crate) label: String,
    pub(crate) kind: String,
    pub(crate) verdict: String,
    pub(crate) class: &'static str,
    pub(crate) ours: bool,
    pub(crate) act: ActRef,
    pub(crate) article: String,
    pub(crate) conditions: Vec<Line>,
    pub(crate) instead: String,
    pub(crate) needs: Needs,
    pub(crate) rule: String,
}

impl HtmlSafe for Gate {}

/// Gates that somebody should look at, and the others.
#[derive(Clone, Debug)]
pub(crate) struct Gates {
    pub(crate) first: Vec<Gate>,
    pub(crate) rest: Vec<Gate>,
}

impl Look<'_> {
    pub(crate) fn gates(&self) -> Gates {
        let all = self
            .of
            .gates
            .iter()
            .map(|gate| (rank(gate), self.gate(gate)));
        let mut all: Vec<(u8, Gate)> = all.collect();
        all.sort_by_key(|(rank, _)| *rank);
        let (first, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|(rank, _)| *rank < 2);
        let gates = |all: Vec<(u8, Gate)>| all.into_iter().map(|(_, gate)| gate).collect();
        Gates {
            first: gates(first),
            rest: gates(rest),
        }
    }

    fn gate(&self, gate: &assessment::Gate) -> Gate {
        let w = self.w;
        let kind = match gate.kind {
            GateKind::Gate => w.gate_kind_gate(),
            GateKind::Ban => w.gate_kind_ban(),
            GateKind::Watch => w.gate_kind_watch(),
            GateKind::Eligibility => w.gate_kind_eligibility(),
        };
        Gate {
            w,
            label: self.say(&gate.label),
            kind,
            verdict: verdict(
                w,
                gate.outcome,
                gate.kind,
                gate.referred_to.as_ref().map(|to| self.say(to)),
            ),
            class: match rank(gate) {
                0 => "no",
                1 => "unknown",
                _ => "yes",
            },
            ours: gate.house_choice,
            act: self.act(&gate.act),
            article: gate.article.clone(),
            conditions: self.lines(&gate.conditions),
            instead: self.all(&gate.instead),
            needs: self.needs(&gate.needs),
            rule: gate.rule.clone(),
        }
    }
}

/// What a gate of a kind says; where somebody must decide, who.
pub(crate) fn verdict(w: Frame, outcome: Outcome, kind: GateKind, to: Option<String>) -> String {
    match (outcome, kind) {
        (Outcome::Allowed, GateKind::Gate) => w.gate_allowed(),
        (Outcome::Refused, GateKind::Gate) => w.gate_refused(),
        (Outcome::Refused, GateKind::Ban) => w.ban_applies(),
        (Outcome::Allowed, GateKind::Ban) => w.ban_does_not_apply(),
        (Outcome::Refused, GateKind::Watch) => w.watch_seen(),
        (Outcome::Allowed, GateKind::Watch) => w.watch_not_seen(),
        (Outcome::Allowed, GateKind::Eligibility) => w.eligible(),
        (Outcome::Refused, GateKind::Eligibility) => w.not_eligible(),
        (Outcome::Referred, _) => match to {
            Some(to) => w.gate_unknown_referred_to(to),
            None => w.gate_unknown_referred(),
        },
        (_, GateKind::Ban | GateKind::Watch | GateKind::Eligibility) => w.gate_unknown(),
        (Outcome::UnknownClosed, _) => w.gate_unknown_closed(),
        (Outcome::UnknownOpen, _) => w.gate_unknown_open(),
    }
}

/// 0: somebody must look, 1: unknown, 2: nothing to see.
fn rank(gate: &assessment::Gate) -> u8 {
    match (gate.outcome, gate.kind) {
        (Outcome::Refused, GateKind::Gate | GateKind::Ban | GateKind::Watch) => 0,
        (Outcome::UnknownClosed | Outcome::UnknownOpen | Outcome::Referred, _) => 1,
        _ => 2,
    }
}
