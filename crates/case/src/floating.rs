//! Histories that give days only from an unknown day 0 of a known year.
//!
//! No calendar date is made up: the case is assessed for every day of the year on which day 0 can lie. What is the same for all of them is
//! said; ends that differ become bounds, and answers that differ become unknown. Times are written `day 37`.

use habeas_law::Law;
use habeas_law::moment::{When, days_between, shift};
use jiff::civil::Date;

use crate::act::Case;
use crate::assess::assess_person;
use crate::assessment::{
    Assessment, Clock, Ends, Finding, FindingKind, Gate, Held, Moment, Status,
};

/// Assesses one person of a floating case at a day counted from day 0; none: the day of the last act.
#[must_use]
pub fn assess(law: &Law, case: &Case, subject: &str, day: Option<i64>) -> Option<Assessment> {
    let first = Date::new(case.floating?, 1, 1).ok()?;
    let zone = law.zone(law.act(case.acts.first()?.kind).pack);
    let last = case
        .acts
        .iter()
        .map(|a| days_between(first, a.happened.day))
        .max()
        .unwrap_or(0);
    let day = day.unwrap_or(last);
    let mut merged: Option<Assessment> = None;
    for offset in 0..i64::from(first.days_in_year()) {
        let mut dated = case.clone();
        let moved = |when: &When| When::day(shift(when.day, offset), zone);
        for act in &mut dated.acts {
            act.happened = moved(&act.happened);
            act.until = act.until.as_ref().map(moved);
            act.recorded = None;
        }
        let zero = shift(first, offset);
        let at = When::day(shift(zero, day), zone).to;
        let mut assessment = assess_person(law, &dated, subject, at);
        each_moment(&mut assessment, &mut |moment| relative(moment, zero, zone));
        merged = Some(match merged.take() {
            None => assessment,
            Some(known) => merge(known, assessment),
        });
    }
    merged
}

/// A date as a day counted from day 0. `instant` becomes the count, in seconds, so that what follows still compares.
fn relative(moment: &mut Moment, zero: Date, zone: &jiff::tz::TimeZone) {
    let instant = if moment.day_only {
        None
    } else {
        Some(moment.instant)
    };
    let day = match instant {
        Some(instant) => habeas_law::moment::day_of(instant, zone),
        None => moment.text.parse().unwrap_or(zero),
    };
    let count = days_between(zero, day);
    let ends_day =
        moment.day_only && moment.instant == habeas_law::moment::start_of(shift(day, 1), zone);
    moment.instant = (count + i64::from(ends_day)) * 86_400;
    moment.text = format!("day {count}");
    moment.day_only = true;
}

fn merge(mut known: Assessment, other: Assessment) -> Assessment {
    for clock in &mut known.clocks {
        let same = other
            .clocks
            .iter()
            .find(|c| c.rule == clock.rule && c.of == clock.of && c.number == clock.number);
        match same {
            Some(same) => merge_clock(clock, same),
            None => clock.status = Status::Unknown,
        }
    }
    // A finding stands as found only if it stands whatever day 0 was; otherwise it is a question.
    for finding in &mut known.findings {
        let matching = |f: &&Finding| f.names == finding.names && f.acts == finding.acts;
        match other.findings.iter().find(matching) {
            Some(same) => {
                finding.kind = finding.kind.max(same.kind);
                if finding.since != same.since {
                    finding.since = None;
                }
                if finding.minutes != same.minutes {
                    finding.minutes = None;
                }
            }
            None if finding.kind != FindingKind::Caution => doubt(finding),
            None => {}
        }
    }
    for mut finding in other.findings {
        if !known
            .findings
            .iter()
            .any(|f| f.names == finding.names && f.acts == finding.acts)
        {
            doubt(&mut finding);
            known.findings.push(finding);
        }
    }
    known.next = match (known.next.take(), &other.next) {
        (Some(a), Some(b)) => Some(merge_ends(a, b)),
        _ => None,
    };
    merge_held(&mut known.held, &other.held);
    merge_held(&mut known.title_not_shown, &other.title_not_shown);
    for gate in &mut known.gates {
        let same = other
            .gates
            .iter()
            .find(|g: &&Gate| g.rule == gate.rule && g.act == gate.act);
        if same.is_none_or(|s| s.outcome != gate.outcome) {
            gate.outcome = crate::gate::Outcome::UnknownOpen;
        }
    }
    known
}

fn doubt(finding: &mut Finding) {
    finding.kind = FindingKind::Question;
    finding.since = None;
    finding.minutes = None;
    finding.effects.clear();
    finding.who_acts.clear();
    finding.later.clear();
}

fn merge_clock(clock: &mut Clock, same: &Clock) {
    if clock.status != same.status {
        clock.status = Status::Unknown;
    }
    if clock.overrun_minutes != same.overrun_minutes {
        clock.overrun_minutes = clock.overrun_minutes.min(same.overrun_minutes);
    }
    clock.ends = match (clock.ends.take(), &same.ends) {
        (Some(a), Some(b)) => Some(merge_ends(a, b)),
        (a, _) => a,
    };
    clock.also.retain(|a| same.also.contains(a));
}

fn merge_ends(mut a: Ends, b: &Ends) -> Ends {
    if b.earliest.instant < a.earliest.instant {
        a.earliest = b.earliest.clone();
    }
    a.latest = match (a.latest.take(), &b.latest) {
        (Some(x), Some(y)) => Some(if y.instant > x.instant { y.clone() } else { x }),
        _ => None,
    };
    a.provisional |= b.provisional;
    a.unmoved = a.unmoved.filter(|u| b.unmoved.as_ref() == Some(u));
    a
}

/// Stretches that differ are no longer certain.
fn merge_held(known: &mut [Held], other: &[Held]) {
    for stretch in known {
        let same = other
            .iter()
            .any(|h| h.title == stretch.title && h.from == stretch.from && h.to == stretch.to);
        stretch.certain &= same;
    }
}

/// Visits every moment of an assessment.
fn each_moment(a: &mut Assessment, visit: &mut impl FnMut(&mut Moment)) {
    fn ends(ends: &mut Ends, visit: &mut impl FnMut(&mut Moment)) {
        visit(&mut ends.earliest);
        ends.latest.iter_mut().for_each(&mut *visit);
        ends.unmoved.iter_mut().for_each(&mut *visit);
    }
    fn lines(list: &mut [crate::assessment::Line], visit: &mut impl FnMut(&mut Moment)) {
        for line in list {
            line.reaches.iter_mut().for_each(&mut *visit);
            // Facts show dates that nobody knows: the acts of the case, and what was computed from them.
            line.facts.retain(|fact| {
                !fact.value.starts_with(|c: char| c.is_ascii_digit()) || !fact.value.contains('-')
            });
            lines(&mut line.within, visit);
        }
    }
    visit(&mut a.at);
    a.next.iter_mut().for_each(|e| ends(e, visit));
    for held in a.held.iter_mut().chain(&mut a.title_not_shown) {
        visit(&mut held.from);
        visit(&mut held.to);
    }
    for finding in &mut a.findings {
        finding.since.iter_mut().for_each(&mut *visit);
    }
    for measure in &mut a.measures {
        visit(&mut measure.from);
        measure.to.iter_mut().for_each(&mut *visit);
    }
    for clock in &mut a.clocks {
        clock.started.iter_mut().for_each(&mut *visit);
        clock.ends.iter_mut().for_each(|e| ends(e, visit));
        clock.computed.iter_mut().for_each(&mut *visit);
        clock.warnings.iter_mut().for_each(&mut *visit);
        for segment in &mut clock.segments {
            visit(&mut segment.from);
            visit(&mut segment.to);
        }
        clock.also.iter_mut().for_each(|also| visit(&mut also.ends));
        lines(&mut clock.because, visit);
    }
    for meter in &mut a.meters {
        meter.ends.iter_mut().for_each(&mut *visit);
    }
    for gate in &mut a.gates {
        lines(&mut gate.conditions, visit);
    }
    for remedy in &mut a.remedies {
        remedy.by.iter_mut().for_each(&mut *visit);
        remedy.answer_due.iter_mut().for_each(|e| ends(e, visit));
    }
    for act in &mut a.acts {
        visit(&mut act.happened);
        act.until.iter_mut().for_each(&mut *visit);
        act.fields
            .retain(|fact| fact.value.parse::<Date>().is_err());
    }
}
