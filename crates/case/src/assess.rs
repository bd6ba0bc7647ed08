//! Assesses one person of a case at an instant: the same acts, packs and instant give the same assessment, byte for byte.

use std::collections::BTreeMap;

use habeas_law::Law;
use habeas_law::rules::{ClockId, MeasureId, Opens, PackId};
use habeas_law::{Truth, Words};
use rustc_hash::FxHashSet;

use crate::act::{Act, Case, Partial};
use crate::assessment::{
    Assessment, Channel, ComputedFrom, Finding, FindingKind, Formula, FormulaStep, Measure, Meter,
    NotJudged, RecordedAct, Remedy, Summary,
};
use crate::clock::{self, Run, State};
use crate::evaluate::{Evaluator, Need, Scope, Silent, Trace};
use crate::find;
use crate::formula;
use crate::history::History;
use crate::meter;
use crate::show::{self, Shower};
use crate::timeline::Timeline;
use crate::title;

/// The version of the engine, part of every assessment.
pub const ENGINE: &str = env!("CARGO_PKG_VERSION");

/// A run with what its explanation needs.
#[derive(Debug)]
pub struct Explained {
    /// The run.
    pub run: Run,
    /// Facts missing.
    pub needs: Vec<Need>,
}

/// Everything that was computed of one person, before it is put into words.
#[derive(Debug)]
pub struct Computed<'a> {
    /// The evaluator.
    pub ev: Evaluator<'a>,
    /// All clocks.
    pub runs: Vec<Explained>,
}

/// All clocks of a person.
pub fn compute(ev: Evaluator<'_>) -> Computed<'_> {
    let horizon = ev.history.visible(ev.at);
    let mut runs = Vec::new();
    let mut push = |id: ClockId, anchor: Option<usize>| {
        let told = |ev: &Evaluator<'_>| {
            let mut trace = Trace::default();
            let found = clock::runs(ev, id, anchor, horizon, 0, &mut trace);
            if found.iter().all(show::settled) {
                trace.needs.clear();
            }
            (found, trace.needs)
        };
        let (found, needs) = told(&ev);
        let needs = ev.ranked(needs, |ev, _| told(ev).1);
        runs.extend(found.into_iter().map(|run| Explained {
            run,
            needs: needs.clone(),
        }));
    };
    for (index, act) in ev.history.acts.iter().enumerate().take(horizon) {
        for id in ev.law.clocks_of(act.kind) {
            push(*id, Some(index));
        }
    }
    of_facts(&ev, horizon).for_each(|id| push(id, None));
    Computed { ev, runs }
}

/// Clocks of facts alone, where somebody stated facts of their pack.
fn of_facts<'e>(ev: &'e Evaluator<'_>, horizon: usize) -> impl Iterator<Item = ClockId> + 'e {
    let stated = stated(ev, horizon);
    let clocks = if stated.is_empty() {
        &[]
    } else {
        ev.law.clocks.as_slice()
    };
    let wanted = clocks
        .iter()
        .enumerate()
        .filter(move |(_, rule)| rule.of.is_empty() && stated.contains(&rule.pack));
    wanted.filter_map(|(n, _)| u16::try_from(n).ok().map(ClockId))
}

/// The packs of which somebody stated facts: rules of facts alone are carried out only then.
fn stated(ev: &Evaluator<'_>, horizon: usize) -> FxHashSet<PackId> {
    let acts = ev.history.acts.iter().take(horizon);
    let kinds = acts.map(|act| ev.law.act(act.kind));
    kinds
        .filter(|kind| kind.facts)
        .map(|kind| kind.pack)
        .collect()
}

/// The packs of the jurisdictions in which something happened.
#[must_use]
pub fn packs_of(law: &Law, case: &Case) -> FxHashSet<PackId> {
    let mut jurisdictions: Vec<&str> = Vec::new();
    for act in &case.acts {
        let name = law.pack(law.act(act.kind).pack).jurisdiction.as_str();
        if !jurisdictions.contains(&name) {
            jurisdictions.push(name);
        }
    }
    let all = law
        .packs
        .iter()
        .enumerate()
        .filter(|(_, pack)| jurisdictions.contains(&pack.jurisdiction.as_str()));
    all.filter_map(|(n, _)| u16::try_from(n).ok().map(PackId))
        .collect()
}

/// Assesses every person of a case; one whose days float in their year at the day of its last act.
#[must_use]
pub fn assess(law: &Law, case: &Case, at: i64) -> Vec<Assessment> {
    let one = |subject| match case.floating {
        Some(_) => crate::floating::assess(law, case, subject, None),
        None => Some(assess_person(law, case, subject, at)),
    };
    case.subjects().into_iter().filter_map(one).collect()
}

/// Whether something in an assessment is overdue or breached.
#[must_use]
pub fn calls_for_action(assessment: &Assessment) -> bool {
    let grave = |f: &Finding| matches!(f.kind, FindingKind::Breach | FindingKind::Overrun);
    assessment.findings.iter().any(grave) || !assessment.title_not_shown.is_empty()
}

/// Assesses one person of a case.
#[must_use]
pub fn assess_person(law: &Law, case: &Case, subject: &str, at: i64) -> Assessment {
    let history = History::of(case, subject);
    let timeline = Timeline::build(law, &history, at);
    let ev = Evaluator::new(law, &history, &timeline, at);
    let packs = packs_of(law, case);
    let computed = compute(ev);
    let home = history
        .acts
        .first()
        .map_or(PackId(0), |act| law.act(act.kind).pack);
    let show = Shower {
        law,
        history: &history,
        zone: law.zone(home),
    };
    let held = title::held(&computed, &show);
    let gates = find::gates(&computed, &show);
    let mut findings = find::findings(&computed, &show, &gates);
    findings.sort_by(|a, b| {
        (a.kind, a.since.as_ref().map(|m| m.instant), &a.names).cmp(&(
            b.kind,
            b.since.as_ref().map(|m| m.instant),
            &b.names,
        ))
    });
    let clocks: Vec<_> = computed
        .runs
        .iter()
        .map(|run| show.clock(&ev, run))
        .collect();
    let next = next(&ev, computed.runs.iter().map(|e| &e.run));
    let remedies = remedies(&computed, &show, &packs, &findings);
    Assessment {
        case: case.id.clone(),
        subject: subject.into(),
        at: show.instant(at),
        computed_from: ComputedFrom {
            acts: history.visible(at) + history.corrected.len(),
            packs: packs_by_name(law, &packs),
            engine: ENGINE,
            lost: case.lost.clone(),
            silent: silent(law, &case.partial),
            floating: case.floating,
        },
        title_not_shown: held
            .iter()
            .filter(|h| h.title.is_none() && h.certain)
            .cloned()
            .collect(),
        findings,
        next: next.and_then(|(_, run)| show.ends(&ev, run)),
        measures: measures(&computed, &show),
        held,
        clocks,
        meters: meters(&ev, &show),
        gates: gates.into_iter().map(|(gate, _)| gate).collect(),
        remedies,
        channels: channels(law, &packs),
        formulas: formulas(&computed, &show, &packs),
        acts: acts(&show, &history),
        not_judged: not_judged(&computed),
    }
}

/// The short form: the same computation without its explanations.
#[must_use]
pub fn summarize(law: &Law, case: &Case, at: i64) -> Summary {
    let mut summary = Summary::default();
    for subject in case.subjects() {
        let history = History::of(case, subject);
        let timeline = Timeline::build(law, &history, at);
        let ev = Evaluator::new(law, &history, &timeline, at);
        let horizon = history.visible(at);
        let mut runs = Vec::new();
        for (index, act) in history.acts.iter().enumerate().take(horizon) {
            for id in law.clocks_of(act.kind) {
                runs.extend(clock::runs(
                    &ev,
                    *id,
                    Some(index),
                    horizon,
                    0,
                    &mut Silent::default(),
                ));
            }
            find::tally(&ev, index, &mut summary);
        }
        for id in of_facts(&ev, horizon) {
            runs.extend(clock::runs(
                &ev,
                id,
                None,
                horizon,
                0,
                &mut Silent::default(),
            ));
        }
        for run in &runs {
            find::tally_run(&ev, run, &mut summary);
        }
        find::tally_measures(&ev, &mut summary);
        find::tally_meters(&ev, &mut summary);
        let ends = next(&ev, runs.iter()).map(|(ends, _)| ends);
        summary.next = summary.next.into_iter().chain(ends).min();
        summary.held |= timeline.held(at) == Truth::Yes;
        summary.untitled_seconds += title::untitled_seconds(&ev, &runs);
    }
    summary
}

fn packs_by_name(law: &Law, packs: &FxHashSet<PackId>) -> BTreeMap<String, std::sync::Arc<str>> {
    packs
        .iter()
        .map(|id| (law.pack(*id).name.clone(), law.hash_of(*id)))
        .collect()
}

fn silent(law: &Law, partial: &Partial) -> Option<String> {
    let names = |kinds: &std::collections::BTreeSet<habeas_law::rules::ActId>| {
        kinds
            .iter()
            .map(|k| law.act(*k).full_name.clone())
            .collect::<Vec<_>>()
            .join(", ")
    };
    match partial {
        Partial::Nothing => None,
        Partial::These(kinds) => Some(names(kinds)),
        Partial::AllBut(kinds) => Some(format!("all but {}", names(kinds))),
    }
}

fn measures(computed: &Computed<'_>, show: &Shower<'_>) -> Vec<Measure> {
    let (law, history) = (computed.ev.law, computed.ev.history);
    let spells = &computed.ev.timeline.spells;
    let mut found = Vec::new();
    for spell in spells {
        let measure = law.measure(spell.measure);
        let name = |id: MeasureId| {
            format!(
                "{} {}",
                law.pack(law.measure(id).pack).name,
                law.measure(id).name
            )
        };
        let parent = spells
            .iter()
            .find(|p| measure.within.contains(&p.measure) && p.covers(spell.from.from));
        found.push(Measure {
            rule: name(spell.measure),
            label: measure.words.clone(),
            held: spell.held,
            begun_by: history
                .get(spell.begin)
                .map(|a| a.id.clone())
                .unwrap_or_default(),
            from: show.when(&spell.from),
            ended_by: spell.end.and_then(|n| history.get(n)).map(|a| a.id.clone()),
            to: spell.to.as_ref().map(|w| show.when(w)),
            shown: spell.silent.map(|_| show.when(&spell.shown)),
            within: parent.map(|p| name(p.measure)),
        });
    }
    found
}

fn meters(ev: &Evaluator<'_>, show: &Shower<'_>) -> Vec<Meter> {
    let readings = meter::readings(ev).into_iter();
    let shown = readings.filter_map(|reading| {
        let limit = reading.meter.limit.as_ref()?;
        Some(Meter {
            rule: format!(
                "{} {}",
                ev.law.pack(reading.meter.pack).name,
                reading.meter.name
            ),
            label: reading.meter.words.clone(),
            organ: reading.organ.map(|o| ev.law.organ(o).words.clone()),
            days: reading.days,
            limit: limit.rule.to_string(),
            ends: reading.ends.map(|end| show.end(end)),
            over: reading.over,
            citation: show.citation(&limit.note),
        })
    });
    shown.collect()
}

fn remedies(
    computed: &Computed<'_>,
    show: &Shower<'_>,
    packs: &FxHashSet<PackId>,
    findings: &[Finding],
) -> Vec<Remedy> {
    let ev = computed.ev;
    let horizon = ev.history.visible(ev.at);
    let mut found = Vec::new();
    for remedy in ev.law.remedies.iter().filter(|r| packs.contains(&r.pack)) {
        let mut open = Truth::No;
        let mut since: Option<habeas_law::moment::When> = None;
        let mut citation = None;
        for clause in &remedy.opens {
            let truth = match &clause.rule {
                Opens::When(condition) => ev.truth(
                    condition,
                    Scope::of_facts(remedy.pack, horizon),
                    &mut Silent::default(),
                ),
                Opens::After(kinds) => match ev.history.of_kinds(kinds, horizon).next_back() {
                    Some(n) => {
                        since = since.or_else(|| ev.history.get(n).map(|a| a.happened));
                        Truth::Yes
                    }
                    None => Truth::No,
                },
                Opens::On(breaches) => {
                    let names: Vec<&str> = breaches
                        .iter()
                        .map(|b| ev.law.breach(*b).name.as_str())
                        .collect();
                    let opens = |f: &&Finding| f.names.iter().any(|n| names.contains(&n.as_str()));
                    findings
                        .iter()
                        .filter(opens)
                        .fold(Truth::No, |open, f| open.or(opened_by(f.kind)))
                }
            };
            if truth != Truth::No {
                citation.get_or_insert_with(|| show.citation(&clause.note));
            }
            open = open.or(truth);
        }
        for clause in &remedy.during {
            let scope = Scope::of_facts(remedy.pack, horizon);
            open = open.and(ev.truth(&clause.rule, scope, &mut Silent::default()));
        }
        let zone = ev.zone(remedy.pack);
        let used = ev.history.of_kinds(&remedy.made_by, horizon).rfind(|n| {
            since.is_none_or(|s| ev.history.get(*n).is_some_and(|a| a.happened.to >= s.from))
        });
        let by = remedy.within.as_ref().zip(since).map(|(limit, since)| {
            let counter = ev.law.counter(remedy.pack, remedy.convention);
            counter
                .end(
                    since.latest(zone),
                    limit.rule,
                    &habeas_law::count::Union::default(),
                    false,
                )
                .end
        });
        let expired = by.is_some_and(|end| ev.at >= end.ends_at(zone)) && used.is_none();
        let Some(citation) = citation.filter(|_| open != Truth::No && !expired) else {
            continue;
        };
        let answer = used
            .zip(remedy.answered_by.as_ref())
            .and_then(|(made, (group, _))| {
                let answers = |e: &&Explained| {
                    ev.law.clock(e.run.clock).group == *group && e.run.anchor == Some(made)
                };
                computed
                    .runs
                    .iter()
                    .find(answers)
                    .and_then(|e| show.ends(&ev, &e.run))
            });
        found.push(Remedy {
            rule: format!("{} {}", ev.law.pack(remedy.pack).name, remedy.name),
            label: remedy.words.clone(),
            whom: remedy.whom.as_ref().map(|w| w.rule.clone()),
            to: remedy
                .to
                .iter()
                .map(|t| ev.law.organ(t.rule).words.clone())
                .collect(),
            by: by.map(|end| show.end(end)),
            certain: open == Truth::Yes,
            answer_due: answer,
            used: used.is_some(),
            then: remedy
                .then
                .iter()
                .map(|r| ev.law.remedy(*r).words.clone())
                .collect(),
            citation,
        });
    }
    found
}

/// Whether a finding that names a breach opens what is open on that breach: what is only asked about may, our caution does not.
fn opened_by(kind: FindingKind) -> Truth {
    match kind {
        FindingKind::Breach | FindingKind::Overrun => Truth::Yes,
        FindingKind::Question => Truth::Unknown,
        FindingKind::Caution => Truth::No,
    }
}

fn channels(law: &Law, packs: &FxHashSet<PackId>) -> Vec<Channel> {
    let channels = law.channels.iter().filter(|c| packs.contains(&c.pack));
    channels
        .map(|channel| Channel {
            label: channel.words.clone(),
            organ: channel.organ.map(|o| law.organ(o).words.clone()),
            telephone: channel.telephone.clone(),
            address: channel.address.clone(),
            citation: crate::show::citation(&channel.note),
        })
        .collect()
}

fn formulas(computed: &Computed<'_>, show: &Shower<'_>, packs: &FxHashSet<PackId>) -> Vec<Formula> {
    let ev = computed.ev;
    let horizon = ev.history.visible(ev.at);
    let stated = stated(&ev, horizon);
    let mut found = Vec::new();
    for (n, rule) in ev
        .law
        .formulas
        .iter()
        .enumerate()
        .filter(|(_, f)| packs.contains(&f.pack))
    {
        let id = habeas_law::rules::FormulaId(u16::try_from(n).unwrap_or(u16::MAX));
        let anchors: Vec<Option<usize>> = if rule.of.is_empty() {
            if stated.contains(&rule.pack) {
                vec![None]
            } else {
                Vec::new()
            }
        } else {
            ev.history.of_kinds(&rule.of, horizon).map(Some).collect()
        };
        for anchor in anchors {
            let steps = formula::steps(&ev, id, anchor)
                .into_iter()
                .map(|step| FormulaStep {
                    name: step.name.to_owned(),
                    value: step.value.as_ref().map(|v| show.value(v)),
                    citation: step.note.map(crate::show::citation),
                    needs: show.needs(&step.needs),
                })
                .collect();
            found.push(Formula {
                rule: format!("{} {}", ev.law.pack(rule.pack).name, rule.name),
                label: rule.words.clone(),
                steps,
            });
        }
    }
    found
}

fn acts(show: &Shower<'_>, history: &History<'_>) -> Vec<RecordedAct> {
    let counting = history.acts.iter().map(|act| (*act, None));
    let corrected = history.corrected.iter();
    let corrected = corrected.map(|(act, by)| (*act, Some((*by).into())));
    let mut all: Vec<(&Act, Option<Box<str>>)> = counting.chain(corrected).collect();
    all.sort_by(|(a, _), (b, _)| (a.happened.from, &a.id).cmp(&(b.happened.from, &b.id)));
    all.into_iter().map(|(act, by)| show.act(act, by)).collect()
}

fn not_judged(computed: &Computed<'_>) -> Vec<NotJudged> {
    let law = computed.ev.law;
    let mut found: Vec<NotJudged> = Vec::new();
    let mut push = |entry: NotJudged| {
        if !found.contains(&entry) {
            found.push(entry);
        }
    };
    for explained in &computed.runs {
        let rule = law.clock(explained.run.clock);
        rule.version
            .not_encoded
            .iter()
            .for_each(|left| push(NotJudged::new(&rule.name, left)));
        if explained.run.state == State::WithoutDelay
            && let Some(must) = &rule.must
        {
            let citation = must
                .note
                .citations
                .iter()
                .map(|c| c.to_string())
                .collect::<Vec<_>>()
                .join(", ");
            push(NotJudged {
                rule: rule.name.clone(),
                citation,
                why: habeas_law::phrase::without_delay(),
            });
        }
    }
    for act in &computed.ev.history.acts {
        let kind = law.act(act.kind);
        kind.version
            .not_encoded
            .iter()
            .for_each(|left| push(NotJudged::new(&kind.name, left)));
        for id in law.gates_of(act.kind) {
            let gate = law.gate(*id);
            gate.version
                .not_encoded
                .iter()
                .for_each(|left| push(NotJudged::new(&gate.name, left)));
        }
    }
    found
}

/// The clock that ends next, by when somebody must decide: of somebody who is or may be held, the next end of a right to hold. Where
/// the earliest may have passed the latest counts.
fn next<'r>(ev: &Evaluator<'_>, runs: impl Iterator<Item = &'r Run>) -> Option<(i64, &'r Run)> {
    let held = ev.timeline.held(ev.at) != Truth::No;
    let ahead = |run: &'r Run| {
        let rule = ev.law.clock(run.clock);
        let open = match run.state {
            State::Running => true,
            State::Unknown => run.closed_by.is_none(),
            _ => false,
        };
        if !open || run.applies != Truth::Yes || rule.house_choice {
            return None;
        }
        let ends = std::iter::once(run.earliest.as_ref()?).chain(&run.latest);
        let mut ends = ends.map(|counted| counted.end.ends_at(ev.zone(rule.pack)));
        let ends = ends.find(|ends| *ends > ev.at)?;
        Some((held && !rule.title, ends, run))
    };
    let first = runs
        .filter_map(ahead)
        .min_by_key(|(beside, ends, _)| (*beside, *ends));
    first.map(|(_, ends, run)| (ends, run))
}

/// Words for a thing that has none of its own.
#[must_use]
pub fn plain(name: &str) -> Words {
    let spaced = name.replace('_', " ");
    Words::new(&spaced, &spaced)
}
