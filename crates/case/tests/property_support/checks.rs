//! What is compared between two assessments of one person. Each difference is one sentence; none means that the property holds.

use habeas_case::Assessment;
use habeas_case::Summary;
use habeas_case::assessment::{Clock, Ends, FindingKind, Gate, Line, Status};
use habeas_case::gate::Outcome;
use habeas_law::Truth;

/// A clock's name in an assessment: its rule, its act, its number in a series.
pub fn key(clock: &Clock) -> (&str, Option<&str>, u32) {
    (&clock.rule, clock.of.as_deref(), clock.number)
}

pub fn named<'a>(assessment: &'a Assessment, like: &Clock) -> Option<&'a Clock> {
    assessment.clocks.iter().find(|c| key(c) == key(like))
}

/// Whether it is certain that the clock is made at all.
fn applies(clock: &Clock) -> bool {
    clock.applies == Truth::Yes
}

/// What was known of an assessment, and is not so, or not known, in one that knows more.
pub fn lost(old: &Assessment, new: &Assessment) -> Vec<String> {
    let mut found = Vec::new();
    for clock in &old.clocks {
        let name = format!(
            "clock {}",
            clock.rule.rsplit(' ').next().unwrap_or_default()
        );
        let Some(now) = named(new, clock) else {
            if applies(clock) && clock.status != Status::Unknown {
                found.push(format!(
                    "{name}: {:?} before, now there is none",
                    clock.status
                ));
            }
            continue;
        };
        if applies(clock) && clock.status != Status::Unknown && clock.status != now.status {
            found.push(format!(
                "{name}: {:?} before, now {:?}",
                clock.status, now.status
            ));
        }
        if let Some(ends) = &clock.ends {
            found.extend(outside(ends, now.ends.as_ref()).map(|what| format!("{name}: {what}")));
        }
        lines(&name, &clock.because, &now.because, &mut found);
    }
    for gate in &old.gates {
        let name = format!("gate {}", gate.rule.rsplit(' ').next().unwrap_or_default());
        let same = |g: &&Gate| g.rule == gate.rule && g.act == gate.act;
        let Some(now) = new.gates.iter().find(same) else {
            found.push(format!("{name}: gone"));
            continue;
        };
        if matches!(gate.outcome, Outcome::Allowed | Outcome::Refused)
            && gate.outcome != now.outcome
        {
            found.push(format!(
                "{name}: {:?} before, now {:?}",
                gate.outcome, now.outcome
            ));
        }
        lines(&name, &gate.conditions, &now.conditions, &mut found);
    }
    for finding in old
        .findings
        .iter()
        .filter(|f| matches!(f.kind, FindingKind::Breach | FindingKind::Overrun))
    {
        if !new
            .findings
            .iter()
            .any(|f| f.kind == finding.kind && f.names == finding.names && f.acts == finding.acts)
        {
            found.push(format!(
                "finding {:?} {:?} is gone",
                finding.kind, finding.names
            ));
        }
    }
    titles(old, new, &mut found);
    for remedy in old.remedies.iter().filter(|r| r.certain) {
        if !new
            .remedies
            .iter()
            .any(|r| r.rule == remedy.rule && r.certain)
        {
            found.push(format!("remedy {} is no longer certain", remedy.rule));
        }
    }
    for measure in &old.measures {
        if spells(old, &measure.rule) != spells(new, &measure.rule) {
            found.push(format!("measure {} runs otherwise", measure.rule));
        }
    }
    found
}

/// Whether new bounds lie outside the old ones.
fn outside(old: &Ends, new: Option<&Ends>) -> Option<String> {
    let Some(new) = new else {
        return Some("an end before, now none".into());
    };
    if new.earliest.instant < old.earliest.instant {
        return Some("the earliest end is earlier than it could be".into());
    }
    let latest = |ends: &Ends| ends.latest.as_ref().map_or(i64::MAX, |m| m.instant);
    if latest(new) > latest(old) {
        return Some(if new.latest.is_none() {
            "the latest end was known and is open".into()
        } else {
            "the latest end is later than it could be".into()
        });
    }
    None
}

fn lines(name: &str, old: &[Line], new: &[Line], found: &mut Vec<String>) {
    for (n, line) in old.iter().enumerate() {
        let number = old[..n]
            .iter()
            .filter(|l| l.clause_number == line.clause_number)
            .count();
        let count = |lines: &[Line]| {
            lines
                .iter()
                .filter(|l| l.clause_number == line.clause_number)
                .count()
        };
        // Lines that one side leaves out because another decided are not compared.
        if count(old) != count(new) {
            continue;
        }
        let Some(now) = new
            .iter()
            .filter(|l| l.clause_number == line.clause_number)
            .nth(number)
        else {
            continue;
        };
        if let (Some(before @ (Truth::Yes | Truth::No)), Some(after)) = (line.truth, now.truth)
            && before != after
        {
            found.push(format!(
                "{name}: `{}` was {before:?}, now {after:?}",
                line.clause
            ));
        }
        lines(name, &line.within, &now.within, found);
    }
}

/// Stretches with a certain title keep one; those without any stay so.
fn titles(old: &Assessment, new: &Assessment, found: &mut Vec<String>) {
    for before in &old.held {
        let overlapping = |h: &&habeas_case::assessment::Held| {
            h.from.instant < before.to.instant && h.to.instant > before.from.instant
        };
        for now in new.held.iter().filter(overlapping) {
            if before.title.is_some() && before.certain && !(now.title.is_some() && now.certain) {
                found.push(format!(
                    "a certain title, {}, is lost",
                    before.title.as_deref().unwrap_or_default()
                ));
            }
            if before.title.is_none() && now.title.is_some() {
                found.push(format!(
                    "no title before, now {}",
                    now.title.as_deref().unwrap_or_default()
                ));
            }
        }
    }
}

/// Where the summary of one person's case does not say what the assessment says.
pub fn summary(assessment: &Assessment, summary: &Summary, at: i64) -> Vec<String> {
    let mut found = Vec::new();
    let mut differ = |what: &str, short: String, long: String| {
        if short != long {
            found.push(format!("{what}: summary {short}, assessment {long}"));
        }
    };
    let of = |kind: FindingKind| {
        assessment
            .findings
            .iter()
            .filter(|f| f.kind == kind)
            .count()
    };
    let kinds = [
        FindingKind::Breach,
        FindingKind::Overrun,
        FindingKind::Question,
        FindingKind::Caution,
    ];
    for (kind, short) in kinds.into_iter().zip(summary.findings) {
        differ(
            &format!("{kind:?}"),
            short.to_string(),
            of(kind).to_string(),
        );
    }
    let ours = |status: Status| {
        assessment
            .clocks
            .iter()
            .filter(|c| c.status == status && !c.house_choice && applies(c))
            .count()
    };
    differ(
        "overdue",
        summary.overdue.to_string(),
        ours(Status::Overdue).to_string(),
    );
    differ(
        "running",
        summary.running.to_string(),
        (ours(Status::Running) + ours(Status::Suspended)).to_string(),
    );
    let untitled: i64 = assessment
        .title_not_shown
        .iter()
        .map(|h| h.to.instant - h.from.instant)
        .sum();
    differ(
        "untitled seconds",
        summary.untitled_seconds.to_string(),
        untitled.to_string(),
    );
    // Of an end that may have passed the latest counts.
    let ahead = |ends: &Ends| match ends.earliest.instant {
        earliest if earliest > at => earliest,
        _ => ends.latest.as_ref().unwrap().instant,
    };
    let next = assessment.next.as_ref().map(ahead);
    differ("next", format!("{:?}", summary.next), format!("{next:?}"));
    let held = assessment.held.last().is_some_and(|h| h.to.instant == at);
    // Where the record is silent about something the person may have been held, and the summary says only what is sure.
    if summary.held || assessment.computed_from.silent.is_none() {
        differ("held", summary.held.to_string(), held.to_string());
    }
    found
}

/// The stretches in which a measure runs, joined.
fn spells(assessment: &Assessment, rule: &str) -> Vec<(i64, i64)> {
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for measure in assessment.measures.iter().filter(|m| m.rule == rule) {
        let to = measure.to.as_ref().map_or(i64::MAX, |m| m.instant);
        match joined.last_mut() {
            Some(last) if measure.from.instant <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((measure.from.instant, to)),
        }
    }
    joined
}

/// Where a clock ends later than the same clock did before.
pub fn later(before: &Clock, now: &Clock) -> Vec<String> {
    let (Some(old), Some(new)) = (&before.ends, &now.ends) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    if new.earliest.instant > old.earliest.instant {
        found.push(format!(
            "{}: {} before, now {}",
            now.rule, old.earliest.text, new.earliest.text
        ));
    }
    let latest = |ends: &Ends| ends.latest.as_ref().map_or(i64::MAX, |m| m.instant);
    if latest(new) > latest(old) {
        found.push(format!(
            "{}: at most {:?} before, now {:?}",
            now.rule, old.latest, new.latest
        ));
    }
    found
}
