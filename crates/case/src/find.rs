//! Findings: what ran over, what the text itself calls a breach, what somebody must look at, and what is only our caution.

use habeas_law::expression::Of;
use habeas_law::rules::{
    Basis, BreachId, Clause, Condition, Gate as GateRule, GateId, GateKind, Note, Otherwise, RunOut,
};
use habeas_law::{Law, Truth, Words};

use crate::assess::{Computed, Explained};
use crate::assessment::{Actor, Cited, Cure, Finding, FindingKind, Gate, Line, Summary};
use crate::clock::{Objection, Overran, Run, State};
use crate::evaluate::{Evaluator, Log, Need, Scope, Silent, Trace};
use crate::gate::{self, Found};
use crate::meter;
use crate::show::{Shower, citation, overrun_minutes};
use crate::timeline::Spell;

/// Gates, bans and watches over every recorded act, with the rule and the act.
#[must_use]
pub fn gates<'a>(
    computed: &Computed<'a>,
    show: &Shower<'_>,
) -> Vec<(Gate, (GateId, Vec<Found<'a>>))> {
    let ev = computed.ev;
    let mut found = Vec::new();
    for (index, act) in ev
        .history
        .acts
        .iter()
        .enumerate()
        .take(ev.history.visible(ev.at))
    {
        for id in ev.law.gates_of(act.kind) {
            if let Some(entry) = judge(&ev, show, *id, index) {
                found.push(entry);
            }
        }
    }
    found
}

/// One gate over one act; none if another version governs.
#[must_use]
pub fn judge<'a>(
    ev: &Evaluator<'a>,
    show: &Shower<'_>,
    id: GateId,
    index: usize,
) -> Option<(Gate, (GateId, Vec<Found<'a>>))> {
    let law = ev.law;
    let rule = law.gate(id);
    let scope = governing(ev, rule, index)?;
    let conditions = gate::found(ev, rule, scope);
    let truth = gate::joined(rule.kind, conditions.iter().map(|f| f.truth));
    let outcome = match rule.kind {
        GateKind::Gate | GateKind::Eligibility => gate::outcome(truth, &rule.unknown),
        GateKind::Ban | GateKind::Watch => gate::hit(truth),
    };
    let needs: Vec<_> = if truth == Truth::Unknown {
        conditions
            .iter()
            .flat_map(|f| f.needs.iter().copied())
            .collect()
    } else {
        Vec::new()
    };
    // What does not need a fact does not hang on it.
    let still = |ev: &Evaluator<'_>, need: Need| {
        let mut missing = Vec::new();
        let truths = conditions.iter().map(|found| {
            if !found.needs.contains(&need) {
                missing.extend(found.needs.iter().copied());
                return found.truth;
            }
            let mut trace = Trace::default();
            let truth = gate::one(ev, &found.clause.rule, scope, &mut trace);
            missing.append(&mut trace.needs);
            truth
        });
        match gate::joined(rule.kind, truths) {
            Truth::Unknown => missing,
            Truth::Yes | Truth::No => Vec::new(),
        }
    };
    let needs = ev.ranked(needs, still);
    let shown = Gate {
        rule: format!("{} {}", law.pack(rule.pack).name, rule.name),
        kind: rule.kind,
        label: rule.words.clone(),
        act: ev
            .history
            .get(index)
            .map(|a| a.id.clone())
            .unwrap_or_default(),
        outcome,
        referred_to: match (&rule.unknown, outcome) {
            (habeas_law::rules::WhenUnknown::Refer(to), gate::Outcome::Referred) => {
                Some(to.clone())
            }
            _ => None,
        },
        house_choice: rule.house_choice,
        conditions: conditions.iter().map(|f| line(show, f)).collect(),
        instead: rule
            .instead
            .iter()
            .map(|a| law.act(*a).words.clone())
            .collect(),
        needs: show.needs(&needs),
        article: rule.version.article.clone(),
    };
    Some((shown, (id, conditions)))
}

fn line(show: &Shower<'_>, found: &Found<'_>) -> Line {
    let note = &found.clause.note;
    let mut within: Vec<Line> = found.within.iter().map(|f| line(show, f)).collect();
    for (excuse, truth) in &found.excuses {
        within.push(Line {
            citation: citation(&excuse.note),
            clause: format!("unless {}", excuse.note.text.trim_start_matches("unless ")).into(),
            words: excuse.note.words.clone(),
            truth: Some(*truth),
            reaches: None,
            facts: Vec::new(),
            needs: Vec::new(),
            cure: None,
            within: Vec::new(),
            clause_number: excuse.note.id,
        });
    }
    Line {
        citation: citation(note),
        clause: note.text.clone(),
        words: note.words.clone(),
        truth: Some(found.truth),
        reaches: None,
        facts: show.facts(&found.used),
        needs: show.needs(&found.needs),
        cure: found
            .clause
            .rule
            .cure
            .as_ref()
            .filter(|_| found.truth != Truth::Yes)
            .map(|(who, how)| Cure {
                who: who.map(|o| show.law.organ(o).words.clone()),
                how: how.clone(),
            }),
        within,
        clause_number: note.id,
    }
}

/// All findings of a person.
#[must_use]
pub fn findings(
    computed: &Computed<'_>,
    show: &Shower<'_>,
    gates: &[(Gate, (GateId, Vec<Found<'_>>))],
) -> Vec<Finding> {
    let ev = &computed.ev;
    let mut found = Vec::new();
    for explained in &computed.runs {
        found.extend(of_run(ev, show, explained));
    }
    for (shown, (id, conditions)) in gates {
        of_gate(ev, show, shown, *id, conditions, &mut found);
    }
    for index in 0..ev.history.visible(ev.at) {
        of_act(ev, show, index, &mut found);
    }
    of_measures(ev, show, &mut found);
    of_meters(ev, show, &mut found);
    found
}

fn new(kind: FindingKind, names: Vec<String>, label: Words, note: Option<&Note>) -> Finding {
    Finding {
        kind,
        names,
        label,
        citation: note.map_or_else(
            || crate::assessment::Citation {
                passages: Vec::new(),
                basis: Basis::Text,
            },
            citation,
        ),
        since: None,
        minutes: None,
        acts: Vec::new(),
        effects: Vec::new(),
        who_acts: Vec::new(),
        later: Vec::new(),
        needs: Vec::new(),
    }
}

/// The breach that a finding is or may be; what it brings, from the matrix of the pack, only where it is one.
fn with_breach(mut finding: Finding, law: &Law, id: BreachId) -> Finding {
    let breach = law.breach(id);
    finding.names.push(breach.name.clone());
    if finding.kind != FindingKind::Breach {
        return finding;
    }
    let cited = |clauses: &[Clause<Words>]| {
        clauses
            .iter()
            .map(|c| Cited {
                words: c.rule.clone(),
                citation: citation(&c.note),
            })
            .collect()
    };
    finding.effects = cited(&breach.effects);
    finding.later = cited(&breach.later);
    finding.who_acts = breach
        .acts
        .iter()
        .map(|c| Actor {
            organ: law.organ(c.rule.0).words.clone(),
            what: c.rule.1.clone(),
            citation: citation(&c.note),
        })
        .collect();
    finding
}

fn run_out(rule: &habeas_law::rules::Clock) -> (RunOut, Option<&Note>) {
    match &rule.run_out {
        Some(clause) => (clause.rule, Some(&clause.note)),
        None => (
            RunOut::Overrun,
            rule.lasts
                .first()
                .map(|l| &l.note)
                .or_else(|| rule.must.as_ref().map(|m| &m.note)),
        ),
    }
}

/// Whether a run is over its end, and how surely.
fn lapse(ev: &Evaluator<'_>, run: &Run) -> Option<bool> {
    // Whether it applies at all is a question that stands with the clock; nothing is said to have lapsed.
    if run.applies != Truth::Yes {
        return None;
    }
    // A right that is gone because nobody used it is nobody's fault.
    let rule = ev.law.clock(run.clock);
    if rule
        .run_out
        .as_ref()
        .is_some_and(|out| out.rule == RunOut::Lapses)
    {
        return None;
    }
    let zone = ev.zone(rule.pack);
    match run.state {
        State::RanOut | State::MetLate | State::EndedLate => Some(true),
        State::DueAtOnce if run.start.is_some_and(|s| ev.at > s.to) => {
            (!unseen(ev, rule)).then_some(true)
        }
        State::Unknown => {
            let early = run.earliest.as_ref()?.end.ends_at(zone);
            let closed = run
                .closed_by
                .and_then(|n| ev.history.get(n))
                .map(|a| a.happened);
            if silent_about(ev, rule) {
                // What the source does not tell may have lengthened or met it: only what is late in any case is asked about.
                let latest = run.latest.as_ref()?.end.ends_at(zone);
                return closed
                    .filter(|at| run.fulfilled && at.from >= latest)
                    .map(|_| false);
            }
            (closed.map_or(ev.at >= early, |at| at.to > early)).then_some(false)
        }
        _ => None,
    }
}

/// The counts of a run that surely ran out before they were begun anew.
fn overran<'r>(ev: &Evaluator<'_>, run: &'r Run) -> &'r [Overran] {
    let rule = ev.law.clock(run.clock);
    let mut out = rule.run_out.iter();
    let only_lapses = out.any(|out| out.rule == RunOut::Lapses);
    if run.applies != Truth::Yes || only_lapses || silent_about(ev, rule) {
        return &[];
    }
    &run.overran
}

/// Whether the record is silent about an act that would have touched a clock.
fn silent_about(ev: &Evaluator<'_>, rule: &habeas_law::rules::Clock) -> bool {
    let mut triggers = rule.met.iter().chain(&rule.ended).map(|c| &c.rule);
    let mut lengthening = rule
        .extensions
        .iter()
        .map(|e| &e.rule.trigger)
        .chain(rule.restarts.iter().map(|r| &r.rule.trigger))
        .chain(rule.stands_still.iter().map(|s| &s.rule.from));
    let silent = |trigger: &habeas_law::rules::Trigger| ev.history.silent(&trigger.acts).is_some();
    triggers.any(silent) || lengthening.any(silent)
}

/// Whether the record is silent about what would have met a clock.
fn unseen(ev: &Evaluator<'_>, rule: &habeas_law::rules::Clock) -> bool {
    rule.met
        .iter()
        .any(|c| ev.history.silent(&c.rule.acts).is_some())
}

fn kind_of(rule: &habeas_law::rules::Clock, out: RunOut, sure: bool) -> FindingKind {
    let ours = rule.house_choice
        || rule
            .run_out
            .as_ref()
            .is_some_and(|r| r.note.basis == Basis::HouseChoice);
    match (ours, sure, out) {
        (true, _, _) => FindingKind::Caution,
        (_, false, _) | (_, _, RunOut::Question | RunOut::Lapses) => FindingKind::Question,
        (_, _, RunOut::Breach(_)) => FindingKind::Breach,
        (_, _, RunOut::Overrun) => FindingKind::Overrun,
    }
}

/// What an extension that does not count, or is questioned, comes to.
fn objected<'l>(
    ev: &Evaluator<'l>,
    rule: &'l habeas_law::rules::Clock,
    objection: &Objection,
) -> Option<Hit<'l>> {
    let named = objection.clause.and_then(|c| ev.law.note(c));
    let note = named.or_else(|| rule.extensions.first().map(|e| &e.note))?;
    Some(hit(rule.house_choice, note, &note.otherwise))
}

fn of_run(ev: &Evaluator<'_>, show: &Shower<'_>, explained: &Explained) -> Vec<Finding> {
    let run = &explained.run;
    let rule = ev.law.clock(run.clock);
    let mut found = Vec::new();
    if let Some(sure) = lapse(ev, run) {
        let (out, note) = run_out(rule);
        let kind = kind_of(rule, out, sure);
        let mut finding = new(kind, vec![rule.name.clone()], rule.words.clone(), note);
        let end = if sure {
            run.latest.as_ref()
        } else {
            run.earliest.as_ref()
        };
        finding.since = end
            .map(|c| show.end(c.end))
            .or_else(|| run.start.as_ref().map(|s| show.when(s)));
        finding.minutes = overrun_minutes(ev, run);
        finding.acts = [run.anchor, run.closed_by]
            .into_iter()
            .flatten()
            .filter_map(|n| ev.history.get(n))
            .map(|a| a.id.clone())
            .collect();
        if !sure {
            finding.needs = show.needs(&explained.needs);
        }
        if let RunOut::Breach(id) = out {
            finding = with_breach(finding, ev.law, id);
        }
        found.push(finding);
    }
    for overran in overran(ev, run) {
        let (out, note) = run_out(rule);
        let kind = kind_of(rule, out, true);
        let mut finding = new(kind, vec![rule.name.clone()], rule.words.clone(), note);
        finding.since = Some(show.end(overran.end));
        finding.minutes = Some((overran.until - overran.end.ends_at(ev.zone(rule.pack))) / 60);
        let acts = [run.anchor, Some(overran.act)].into_iter().flatten();
        let acts = acts.filter_map(|n| ev.history.get(n));
        finding.acts = acts.map(|act| act.id.clone()).collect();
        if let RunOut::Breach(id) = out {
            finding = with_breach(finding, ev.law, id);
        }
        found.push(finding);
    }
    for objection in &run.objections {
        let (Some(act), Some((kind, note, breach))) =
            (ev.history.get(objection.act), objected(ev, rule, objection))
        else {
            continue;
        };
        let names = vec![rule.name.clone(), ev.law.act(act.kind).name.clone()];
        let mut finding = new(kind, names, ev.law.act(act.kind).words.clone(), Some(note));
        finding.acts = vec![act.id.clone()];
        finding.since = Some(show.when(&act.happened));
        if let Some(id) = breach {
            finding = with_breach(finding, ev.law, id);
        }
        found.push(finding);
    }
    found
}

/// A condition that makes a finding: the kind, its note, and the breach that the text calls it.
type Hit<'l> = (FindingKind, &'l Note, Option<BreachId>);

fn hit<'l>(ours: bool, note: &'l Note, otherwise: &Otherwise) -> Hit<'l> {
    match (ours || note.basis == Basis::HouseChoice, otherwise) {
        (true, _) => (FindingKind::Caution, note, None),
        (_, Otherwise::Breach(id)) => (FindingKind::Breach, note, Some(*id)),
        _ => (FindingKind::Question, note, None),
    }
}

/// What each condition of a gate comes to where it is hit, and whether it is.
fn hits<'l>(
    rule: &'l GateRule,
    truths: impl Iterator<Item = (&'l Note, Truth)>,
) -> Vec<(Hit<'l>, Truth)> {
    let is_hit = |truth: Truth| match rule.kind {
        GateKind::Gate => truth.not(),
        GateKind::Ban | GateKind::Watch => truth,
        GateKind::Eligibility => Truth::No,
    };
    let found = truths.map(|(note, truth)| {
        let otherwise = match (rule.kind, &note.otherwise) {
            (GateKind::Watch, _) => &Otherwise::Question,
            (GateKind::Ban, Otherwise::Unsaid) => &rule.otherwise,
            (_, own) => own,
        };
        (hit(rule.house_choice, note, otherwise), is_hit(truth))
    });
    found.collect()
}

/// Those that are hit for certain.
fn certain<'l>(hits: Vec<(Hit<'l>, Truth)>) -> impl Iterator<Item = Hit<'l>> {
    let sure = hits.into_iter().filter(|(_, truth)| *truth == Truth::Yes);
    sure.map(|(hit, _)| hit)
}

fn of_gate(
    ev: &Evaluator<'_>,
    show: &Shower<'_>,
    shown: &Gate,
    id: GateId,
    conditions: &[Found<'_>],
    found: &mut Vec<Finding>,
) {
    let rule = ev.law.gate(id);
    let act = ev.history.acts.iter().find(|a| a.id == shown.act);
    let hits = hits(rule, conditions.iter().map(|f| (&f.clause.note, f.truth)));
    for (kind, note, breach) in certain(hits) {
        let mut finding = new(
            kind,
            vec![rule.name.clone()],
            rule.words.clone(),
            Some(note),
        );
        finding.acts = vec![shown.act.clone()];
        finding.since = act.map(|a| show.when(&a.happened));
        if let Some(id) = breach {
            finding = with_breach(finding, ev.law, id);
        }
        found.push(finding);
    }
}

/// Whether the act was its actor's to do.
#[must_use]
pub fn competent(ev: &Evaluator<'_>, index: usize, by: &habeas_law::rules::By) -> Truth {
    let Some(act) = ev.history.get(index) else {
        return Truth::Unknown;
    };
    let mut any = if by.competences.is_empty() {
        Truth::Yes
    } else {
        Truth::No
    };
    for competence in &by.competences {
        let organ = competence.organ.map_or(Truth::Yes, |organ| {
            act.by.organ.map_or(Truth::Unknown, |o| (o == organ).into())
        });
        let rank = competence.rank.map_or(Truth::Yes, |rank| {
            act.by.rank.map_or(Truth::Unknown, |r| {
                let (have, want) = (ev.law.rank(r), ev.law.rank(rank));
                (have.organ == want.organ && have.height >= want.height).into()
            })
        });
        let level = competence.level.map_or(Truth::Yes, |level| {
            act.by.level.map_or(Truth::Unknown, |l| {
                (ev.law.level(l).height >= ev.law.level(level).height).into()
            })
        });
        any = any.or(organ.and(rank).and(level));
    }
    any
}

/// Whether the actor differs from those from whom the pack wants it different.
#[must_use]
pub fn distinct<L: Log>(
    ev: &Evaluator<'_>,
    index: usize,
    by: &habeas_law::rules::By,
    log: &mut L,
) -> Truth {
    let pack = ev
        .history
        .get(index)
        .map(|a| ev.law.act(a.kind).pack)
        .unwrap_or(habeas_law::rules::PackId(0));
    let scope = Scope {
        current: Some(index),
        ..Scope::of_facts(pack, ev.history.visible(ev.at))
    };
    by.differs.iter().fold(Truth::Yes, |t, (what, act)| {
        t.and(ev.differs(*what, Of::Current, Of::Latest(*act), scope, log))
    })
}

/// What may be out of order about an act (not its actor's, by the same actor as what it checks, or not checked), whether it is, and
/// what would tell.
fn act_hits<'l>(ev: &Evaluator<'l>, index: usize) -> Vec<(Hit<'l>, Truth, Option<Need>)> {
    let Some(act) = ev.history.get(index) else {
        return Vec::new();
    };
    let kind = ev.law.act(act.kind);
    let mut found = Vec::new();
    let mut push = |note: &'l Note, holds: Truth, need: Option<Need>| {
        found.push((hit(false, note, &note.otherwise), holds.not(), need));
    };
    // Several `by` lines are alternatives; the differences asked for hold in each.
    let alternatives = || kind.by.iter().filter(|c| !c.rule.competences.is_empty());
    if let Some(first) = alternatives().next() {
        let holds = alternatives()
            .map(|c| competent(ev, index, &c.rule))
            .fold(Truth::No, Truth::or);
        let missing = match (act.by.organ, act.by.rank) {
            (None, _) => "organ",
            (_, None) => "rank",
            _ => "level",
        };
        push(&first.note, holds, Some(Need::Attribute(act.kind, missing)));
    }
    for clause in kind.by.iter().filter(|c| !c.rule.differs.is_empty()) {
        let mut trace = Trace::default();
        let holds = distinct(ev, index, &clause.rule, &mut trace);
        push(&clause.note, holds, trace.needs.first().copied());
    }
    for clause in &kind.checked_by {
        let silent = ev.history.silent(&clause.rule);
        let earlier = ev.history.answered(index, &clause.rule).is_some()
            || ev
                .history
                .of_kinds(&clause.rule, index + 1)
                .next()
                .is_some();
        let holds = match silent {
            _ if earlier => Truth::Yes,
            Some(_) => Truth::Unknown,
            None => Truth::No,
        };
        push(&clause.note, holds, silent.map(Need::Act));
    }
    found
}

/// What is out of order about an act for certain.
fn act_certain<'l>(ev: &Evaluator<'l>, index: usize) -> impl Iterator<Item = Hit<'l>> {
    let hits = act_hits(ev, index).into_iter();
    certain(hits.map(|(hit, truth, _)| (hit, truth)).collect())
}

fn of_act(ev: &Evaluator<'_>, show: &Shower<'_>, index: usize, found: &mut Vec<Finding>) {
    let Some(act) = ev.history.get(index) else {
        return;
    };
    let kind = ev.law.act(act.kind);
    for (what, note, breach) in act_certain(ev, index) {
        let mut finding = new(
            what,
            vec![kind.name.clone()],
            kind.words.clone(),
            Some(note),
        );
        finding.acts = vec![act.id.clone()];
        finding.since = Some(show.when(&act.happened));
        if let Some(id) = breach {
            finding = with_breach(finding, ev.law, id);
        }
        found.push(finding);
    }
}

/// Measures that outlive their parents: the child, and when the parent ended.
fn outlived<'t>(ev: &Evaluator<'t>) -> Vec<(&'t Spell, &'t Spell, habeas_law::moment::When)> {
    let spells = &ev.timeline.spells;
    let mut found = Vec::new();
    for child in spells {
        let within = &ev.law.measure(child.measure).within;
        let parents = spells
            .iter()
            .filter(|p| within.contains(&p.measure) && p.covers(child.from.from));
        let Some(parent) = parents.max_by_key(|p| p.from.from) else {
            continue;
        };
        if let Some(to) = parent
            .to
            .filter(|to| child.to.map_or(to.to < ev.at, |own| own.from > to.to))
        {
            found.push((child, parent, to));
        }
    }
    found
}

/// A child measure that outlives its parent.
fn of_measures(ev: &Evaluator<'_>, show: &Shower<'_>, found: &mut Vec<Finding>) {
    for (child, parent, to) in outlived(ev) {
        let measure = ev.law.measure(child.measure);
        let note = measure.begins.first().map(|c| &c.note);
        let mut finding = new(
            FindingKind::Question,
            vec![measure.name.clone()],
            measure.words.clone(),
            note,
        );
        finding.since = Some(show.when(&to));
        let acts = [Some(child.begin), parent.end]
            .into_iter()
            .flatten()
            .filter_map(|n| ev.history.get(n));
        finding.acts = acts.map(|a| a.id.clone()).collect();
        found.push(finding);
    }
}

/// Meters past their limit.
fn of_meters(ev: &Evaluator<'_>, show: &Shower<'_>, found: &mut Vec<Finding>) {
    for reading in meter::readings(ev) {
        let Some((kind, note, breach)) = reading.lapse() else {
            continue;
        };
        let mut finding = new(
            kind,
            vec![reading.meter.name.clone()],
            reading.meter.words.clone(),
            Some(note),
        );
        finding.since = reading.ends.map(|end| show.end(end));
        if let Some(id) = breach {
            finding = with_breach(finding, ev.law, id);
        }
        found.push(finding);
    }
}

/// Counts meters past their limit into a summary.
pub fn tally_meters(ev: &Evaluator<'_>, summary: &mut Summary) {
    meter::readings(ev)
        .iter()
        .filter_map(meter::Reading::lapse)
        .for_each(|(kind, _, _)| count(summary, kind));
}

/// Counts a run into a summary.
pub fn tally_run(ev: &Evaluator<'_>, run: &Run, summary: &mut Summary) {
    let rule = ev.law.clock(run.clock);
    if let Some(sure) = lapse(ev, run) {
        let (out, _) = run_out(rule);
        count(summary, kind_of(rule, out, sure));
    }
    for _ in overran(ev, run) {
        count(summary, kind_of(rule, run_out(rule).0, true));
    }
    for objection in &run.objections {
        if let Some((kind, _, _)) = objected(ev, rule, objection) {
            count(summary, kind);
        }
    }
    if rule.house_choice || run.applies != Truth::Yes {
        return;
    }
    match run.state {
        State::Running | State::Suspended => summary.running += 1,
        State::RanOut => summary.overdue += 1,
        _ => {}
    }
}

/// Whether an act is what the text itself calls a breach.
#[must_use]
pub fn breached(ev: &Evaluator<'_>, index: usize) -> Truth {
    let gates = ev.history.get(index).map(|act| ev.law.gates_of(act.kind));
    let gates = gates.into_iter().flatten();
    let hits = gates.flat_map(|id| gate_hits(ev, *id, index));
    let own = act_hits(ev, index).into_iter();
    hits.chain(own.map(|(hit, truth, _)| (hit, truth)))
        .filter(|((kind, _, _), _)| *kind == FindingKind::Breach)
        .fold(Truth::No, |any, (_, truth)| any.or(truth))
}

/// The facts that would tell whether an act is a breach.
#[must_use]
pub fn doubts(ev: &Evaluator<'_>, index: usize) -> Vec<Need> {
    let doubtful = |((kind, _, _), truth): (Hit<'_>, Truth)| {
        kind == FindingKind::Breach && truth == Truth::Unknown
    };
    let mut needs = Vec::new();
    for (hit, truth, need) in act_hits(ev, index) {
        needs.extend(need.filter(|_| doubtful((hit, truth))));
    }
    let gates = ev.history.get(index).map(|act| ev.law.gates_of(act.kind));
    for id in gates.into_iter().flatten() {
        let rule = ev.law.gate(*id);
        let Some(scope) = governing(ev, rule, index) else {
            continue;
        };
        let conditions = gate::found(ev, rule, scope);
        let hits = hits(rule, conditions.iter().map(|f| (&f.clause.note, f.truth)));
        for (found, hit) in conditions.iter().zip(hits) {
            if doubtful(hit) {
                needs.extend(found.needs.iter().copied());
            }
        }
    }
    needs
}

/// The scope in which a gate judges an act; none where another version governs.
fn governing<'a>(ev: &Evaluator<'a>, rule: &'a GateRule, index: usize) -> Option<Scope<'a>> {
    let facts = Scope::of_facts(rule.pack, ev.history.visible(ev.at));
    let scope = gate::scope_of(ev, rule, Some(index), facts);
    crate::clock::governs(ev, &rule.version, scope, &mut Silent::default()).then_some(scope)
}

/// What one gate comes to over one act; nothing where another version governs.
fn gate_hits<'l>(ev: &Evaluator<'l>, id: GateId, index: usize) -> Vec<(Hit<'l>, Truth)> {
    let rule = ev.law.gate(id);
    let Some(scope) = governing(ev, rule, index) else {
        return Vec::new();
    };
    let truth = |c: &Clause<Condition>| gate::one(ev, &c.rule, scope, &mut Silent::default());
    hits(rule, rule.conditions.iter().map(|c| (&c.note, truth(c))))
}

/// Counts an act's gates and competence into a summary.
pub fn tally(ev: &Evaluator<'_>, index: usize, summary: &mut Summary) {
    let Some(act) = ev.history.get(index) else {
        return;
    };
    for id in ev.law.gates_of(act.kind) {
        certain(gate_hits(ev, *id, index)).for_each(|(kind, _, _)| count(summary, kind));
    }
    act_certain(ev, index).for_each(|(kind, _, _)| count(summary, kind));
}

/// Counts measures that outlive their parents into a summary.
pub fn tally_measures(ev: &Evaluator<'_>, summary: &mut Summary) {
    outlived(ev)
        .iter()
        .for_each(|_| count(summary, FindingKind::Question));
}

fn count(summary: &mut Summary, kind: FindingKind) {
    let slot = match kind {
        FindingKind::Breach => 0,
        FindingKind::Overrun => 1,
        FindingKind::Question => 2,
        FindingKind::Caution => 3,
    };
    if let Some(n) = summary.findings.get_mut(slot) {
        *n += 1;
    }
}
