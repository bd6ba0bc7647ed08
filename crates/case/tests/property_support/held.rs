//! Who was held when, walked act by act, and what an assessment says of it.

use habeas_case::assessment::{Clock, Held};
use habeas_case::{Act, Assessment, Case};
use habeas_law::rules::Trigger;

use super::{LAW, PERSON};

/// The acts that count for the person up to an instant, in order.
fn counting(case: &Case, at: i64) -> Vec<&Act> {
    let touching: Vec<&Act> = case.acts.iter().filter(|a| a.touches(PERSON)).collect();
    let gone: Vec<&str> = case
        .acts
        .iter()
        .filter_map(|a| a.corrects.as_deref())
        .collect();
    let mut acts: Vec<&Act> = touching
        .into_iter()
        .filter(|a| !gone.contains(&&*a.id) && a.happened.from <= at)
        .collect();
    acts.sort_by_key(|a| {
        (
            a.happened.from,
            a.happened.to,
            a.recorded.map(|r| r.from),
            a.id.clone(),
        )
    });
    acts
}

/// Every minute from the first hold to `at`, whether some held measure runs; as stretches.
pub fn holds(case: &Case, at: i64) -> Vec<(i64, i64)> {
    let acts = counting(case, at);
    let mut parts: Vec<(i64, i64)> = Vec::new();
    for measure in LAW.measures.iter().filter(|m| m.held) {
        let of = |triggers: &[habeas_law::rules::Clause<Trigger>], act: &Act| {
            triggers.iter().any(|t| t.rule.acts.contains(&act.kind))
        };
        let mut since = None;
        for act in &acts {
            match since {
                None if of(&measure.begins, act) => since = Some(act.happened.from),
                Some(from) if of(&measure.ends, act) => {
                    // Where only the hour or the day of an end is known, all of it counts.
                    let coarse = act.happened.from < act.happened.to;
                    parts.push((from, act.happened.to + if coarse { 60 } else { 0 }));
                    since = None;
                }
                _ => {}
            }
        }
        parts.extend(since.map(|from| (from, at)));
    }
    parts.sort_unstable();
    let mut union: Vec<(i64, i64)> = Vec::new();
    for (from, to) in parts {
        let to = to.min(at);
        match union.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => union.push((from, to)),
        }
    }
    union
}

fn span(held: &Held) -> (i64, i64) {
    (held.from.instant, held.to.instant)
}

/// What is wrong with the stretches of an assessment.
pub fn wrong(case: &Case, assessment: &Assessment, at: i64) -> Vec<String> {
    let mut found = Vec::new();
    let spans: Vec<(i64, i64)> = assessment.held.iter().map(span).collect();
    if spans.windows(2).any(|w| w[0].1 > w[1].0) {
        found.push("stretches overlap or are out of order".to_owned());
    }
    let mut union: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans.iter().copied().filter(|(from, to)| from < to) {
        match union.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => union.push((from, to)),
        }
    }
    let walked: Vec<(i64, i64)> = holds(case, at)
        .into_iter()
        .filter(|(from, to)| from < to)
        .collect();
    if union != walked {
        found.push(format!("stretches cover {union:?}, held was {walked:?}"));
    }
    let untitled: Vec<(i64, i64)> = assessment
        .held
        .iter()
        .filter(|h| h.title.is_none() && h.certain)
        .map(span)
        .collect();
    if untitled
        != assessment
            .title_not_shown
            .iter()
            .map(span)
            .collect::<Vec<_>>()
    {
        found.push("the stretches without a title are not those shown first".into());
    }
    for held in &assessment.held {
        let (from, to) = span(held);
        if from == to {
            continue;
        }
        let titles = assessment.clocks.iter().filter(|c| c.title);
        match &held.title {
            Some(title) if held.certain => {
                let covers = |c: &&Clock| c.rule == *title && runs(c, from, to);
                if !assessment.clocks.iter().any(|c| covers(&c)) {
                    let name = title.rsplit(' ').next().unwrap_or_default();
                    found.push(format!(
                        "{name} is the title of a stretch in which it does not run"
                    ));
                }
            }
            Some(_) => {}
            None => {
                let name = |c: &Clock| c.rule.rsplit(' ').next().unwrap_or_default().to_owned();
                let open = titles
                    .filter(|c| runs(c, from, to) && closed(case, c).is_none_or(|t| t > from));
                found.extend(open.map(|c| format!("no title is shown, and {} runs", name(c))));
            }
        }
    }
    found
}

/// Whether the segments of a clock cover a stretch; where an organ fixed the end, whether the clock reaches it.
fn runs(clock: &Clock, from: i64, to: i64) -> bool {
    if clock.determined_by.is_some() {
        let (Some(start), Some(ends)) = (&clock.started, &clock.ends) else {
            return false;
        };
        return start.instant <= from && to <= ends.earliest.instant;
    }
    let mut parts: Vec<(i64, i64)> = clock
        .segments
        .iter()
        .filter(|s| !matches!(s.kind, "void" | "possible"))
        .map(|s| (s.from.instant, s.to.instant))
        .collect();
    parts.sort_unstable();
    let mut reached = from;
    for (a, b) in parts {
        if a <= reached {
            reached = reached.max(b);
        }
    }
    reached >= to
}

fn closed(case: &Case, clock: &Clock) -> Option<i64> {
    let id = clock.closed_by.as_ref()?;
    case.acts
        .iter()
        .find(|a| a.id == *id)
        .map(|a| a.happened.to)
}
