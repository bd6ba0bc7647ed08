//! Compares an assessment with one line of an example's expectations.

use habeas_law::Law;
use habeas_law::moment::{Precision, When};
use habeas_law::rules::PackId;

use crate::assessment::{Assessment, Clock, Ends, FindingKind, Line, Moment, Status};
use crate::gate::Outcome;
use crate::propose::Proposal;

/// What an expectation is held against.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The law.
    pub law: &'a Law,
    /// The pack of the example.
    pub pack: PackId,
    /// What was found.
    pub assessment: &'a Assessment,
    /// What was found of a step not yet taken.
    pub proposals: &'a [Proposal],
}

type Check = Result<(), String>;

fn check(holds: bool, found: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(found()) }
}

impl Expect<'_> {
    /// Whether a line of expectations holds.
    ///
    /// # Errors
    /// What was found instead.
    pub fn line(&self, line: &str) -> Check {
        let line = line.trim();
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        let rest = rest.trim();
        match first {
            "because" => self.because(rest),
            "needs" => self.needs(rest),
            "breach" => self.finding(FindingKind::Breach, rest),
            "question" => self.finding(FindingKind::Question, rest),
            "overrun" => self.finding(FindingKind::Overrun, rest),
            "caution" => self.finding(FindingKind::Caution, rest),
            "no" if rest == "findings" => check(
                !self
                    .assessment
                    .findings
                    .iter()
                    .any(|f| f.kind != FindingKind::Caution),
                || self.all_findings(),
            ),
            "no" if rest.starts_with("remedy ") => {
                let name = rest.trim_start_matches("remedy ").trim();
                check(!self.has_remedy(name), || "the remedy open".to_owned())
            }
            "no" => self.no_finding(rest),
            "remedy" => check(self.has_remedy(rest), || {
                format!("remedies {}", self.remedies())
            }),
            "held" | "held," => self.held(line),
            "not" if rest == "held" => {
                let held = self
                    .assessment
                    .held
                    .last()
                    .filter(|h| h.to.instant >= self.assessment.at.instant);
                check(held.is_none(), || "the person held".to_owned())
            }
            _ => self.named(first, rest),
        }
    }

    fn named(&self, name: &str, rest: &str) -> Check {
        let (number, rest) = match rest.split_once(' ') {
            Some((n, tail))
                if n.parse::<usize>().is_ok()
                    && (self.is_clock(name) || is_outcome(tail.trim())) =>
            {
                (n.parse().unwrap_or(1), tail.trim())
            }
            _ => (1, rest),
        };
        let gate = self.gate(name, number);
        if let Some(outcome) = gate.filter(|_| is_outcome(rest)) {
            return self.outcome(outcome, rest);
        }
        if self.is_clock(name) {
            return self.clock(name, number, rest);
        }
        if let Some(meter) = self
            .assessment
            .meters
            .iter()
            .find(|m| ends_with(&m.rule, name))
        {
            return self.meter(meter, rest);
        }
        self.value(name, rest)
    }

    fn is_clock(&self, name: &str) -> bool {
        self.law
            .find(habeas_law::read::names::Kind::Clock, self.pack, name)
            .is_some()
    }

    fn clocks(&self, name: &str) -> Vec<&Clock> {
        let own = format!("{} {name}", self.law.pack(self.pack).name);
        let exact: Vec<&Clock> = self
            .assessment
            .clocks
            .iter()
            .filter(|c| c.rule == own)
            .collect();
        if exact.is_empty() {
            self.assessment
                .clocks
                .iter()
                .filter(|c| ends_with(&c.rule, name))
                .collect()
        } else {
            exact
        }
    }

    fn clock(&self, name: &str, number: usize, rest: &str) -> Check {
        let clocks = self.clocks(name);
        if rest == "none" {
            return check(clocks.is_empty(), || describe(clocks.first().copied()));
        }
        let Some(clock) = clocks.get(number.saturating_sub(1)).copied() else {
            return Err(format!("{} such clock(s)", clocks.len()));
        };
        // `runs to A or later, at most B` is one statement; other commas separate statements.
        let mut statements: Vec<String> = Vec::new();
        for part in rest.split(", ") {
            match statements.last_mut() {
                Some(last) if part.starts_with("at most") => {
                    last.push_str(", ");
                    last.push_str(part);
                }
                _ => statements.push(part.to_owned()),
            }
        }
        for statement in &statements {
            self.statement(clock, statement.trim()).map_err(|found| {
                if found.is_empty() {
                    describe(Some(clock))
                } else {
                    found
                }
            })?;
        }
        Ok(())
    }

    fn statement(&self, clock: &Clock, statement: &str) -> Check {
        let status =
            |wanted: &[Status]| check(wanted.contains(&clock.status), || describe(Some(clock)));
        if let Some(ends) = statement.strip_prefix("runs to ") {
            return self.runs_to(clock, ends);
        }
        if let Some(when) = statement.strip_prefix("ran out ") {
            status(&[Status::Overdue])?;
            return self.ends(clock, when);
        }
        if let Some(when) = statement
            .strip_prefix("due ")
            .filter(|w| w.starts_with(|c: char| c.is_ascii_digit()))
        {
            if clock.status == Status::WithoutDelay {
                let wanted = self.when(when)?;
                return check(
                    clock.started.as_ref().is_some_and(|s| same(s, &wanted)),
                    || describe(Some(clock)),
                );
            }
            return self.ends(clock, when);
        }
        if let Some(when) = statement.strip_prefix("also ") {
            let wanted = self.when(when)?;
            let hit = clock.also.iter().any(|a| same(&a.ends, &wanted));
            return check(hit, || {
                format!(
                    "also {}",
                    clock
                        .also
                        .iter()
                        .map(|a| a.ends.text.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            });
        }
        if let Some(length) = statement.strip_prefix("stood still ") {
            let still: i64 = clock
                .segments
                .iter()
                .filter(|s| s.kind == "suspended")
                .map(|s| s.to.instant - s.from.instant)
                .sum();
            let length =
                habeas_law::value::read_length(length, None).ok_or("a length is expected")?;
            let wanted = length.seconds() + i64::from(length.days) * 86_400;
            return check(still == wanted, || format!("{} minutes", still / 60));
        }
        if let Some(text) = statement.strip_prefix("by ") {
            let minutes: Option<i64> = text.split(' ').next().and_then(|n| n.parse().ok());
            return check(clock.overrun_minutes == minutes, || {
                format!("{:?} minutes over", clock.overrun_minutes)
            });
        }
        match statement {
            "met" => status(&[Status::Met]),
            "met late" | "late" => status(&[Status::MetLate]),
            "ended" => status(&[Status::Ended]),
            "ended late" => status(&[Status::EndedLate]),
            "suspended" => status(&[Status::Suspended]),
            "running" => status(&[Status::Running]),
            "overdue" | "ran out" => status(&[Status::Overdue]),
            "not started" => status(&[Status::NotStarted]),
            "due at once" => status(&[Status::DueAtOnce]),
            "due" => status(&[Status::WithoutDelay, Status::DueAtOnce, Status::Running]),
            "unknown" => status(&[Status::Unknown]),
            "extended" => check(clock.extended, || "not extended".to_owned()),
            "not extended" => check(!clock.extended, || "extended".to_owned()),
            "void extension" => check(clock.segments.iter().any(|s| s.kind == "void"), || {
                "no void extension".to_owned()
            }),
            "provisional" => check(clock.ends.as_ref().is_some_and(|e| e.provisional), || {
                "not provisional".to_owned()
            }),
            "not provisional" => check(clock.ends.as_ref().is_some_and(|e| !e.provisional), || {
                "provisional".to_owned()
            }),
            other => Err(format!("`{other}` is no expectation of a clock")),
        }
    }

    fn when(&self, text: &str) -> Result<When, String> {
        When::parse(text.trim(), self.law.zone(self.pack))
    }

    fn ends(&self, clock: &Clock, when: &str) -> Check {
        let wanted = self.when(when)?;
        let hit = clock.ends.as_ref().is_some_and(|e| {
            same(&e.earliest, &wanted) && e.latest.as_ref().is_some_and(|l| same(l, &wanted))
        });
        check(hit, || describe(Some(clock)))
    }

    fn runs_to(&self, clock: &Clock, text: &str) -> Check {
        let (first, most) = match text.split_once(", at most ") {
            Some((first, most)) => (first.trim(), Some(most.trim())),
            None => (text.trim(), None),
        };
        let (first, open) = match first.strip_suffix("or later") {
            Some(first) => (first.trim(), true),
            None => (first, false),
        };
        let Some(ends) = &clock.ends else {
            return Err(describe(Some(clock)));
        };
        let early = same(&ends.earliest, &self.when(first)?);
        let late = match (most, &ends.latest) {
            (Some(most), Some(latest)) => same(latest, &self.when(most)?),
            (Some(_), None) => false,
            (None, Some(latest)) => !open && same(latest, &self.when(first)?),
            (None, None) => open,
        };
        check(early && late, || describe(Some(clock)))
    }

    fn gate(&self, name: &str, number: usize) -> Option<(Outcome, Option<&habeas_law::Words>)> {
        let recorded = self
            .assessment
            .gates
            .iter()
            .filter(|g| ends_with(&g.rule, name));
        let proposed = self
            .proposals
            .iter()
            .flat_map(|p| &p.gates)
            .filter(|g| ends_with(&g.rule, name));
        let last = proposed.clone().next_back().filter(|_| number == 1);
        last.or_else(|| recorded.chain(proposed).nth(number - 1))
            .map(|g| (g.outcome, g.referred_to.as_ref()))
    }

    fn outcome(&self, (found, to): (Outcome, Option<&habeas_law::Words>), rest: &str) -> Check {
        let hit = match rest {
            "allowed" | "yes" => found == Outcome::Allowed,
            "refused" | "no" => found == Outcome::Refused,
            "unknown" => !matches!(found, Outcome::Allowed | Outcome::Refused),
            "unknown, taken as closed" => found == Outcome::UnknownClosed,
            "unknown, taken as open" => found == Outcome::UnknownOpen,
            _ => found == Outcome::Referred,
        };
        check(hit, || {
            format!(
                "{found:?}{}",
                to.map_or(String::new(), |t| format!(" to {}", t.get("en")))
            )
        })
    }

    fn because(&self, rest: &str) -> Check {
        let main = self
            .law
            .pack(self.pack)
            .sources
            .first()
            .map_or("", |s| s.code.as_str());
        let mut missing = Vec::new();
        for part in rest.split(',').map(str::trim).filter(|p| !p.is_empty()) {
            let mut words = part.split(' ');
            let first = words.next().unwrap_or_default();
            let is_code = !first.is_empty()
                && first
                    .chars()
                    .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-')
                && first.starts_with(|c: char| c.is_ascii_uppercase());
            let citation = if is_code {
                format!("{first} {}", words.next().unwrap_or_default())
            } else {
                format!("{main} {first}")
            };
            if !self.cites(&citation) {
                missing.push(citation);
            }
        }
        check(missing.is_empty(), || {
            format!("nothing decided by {}", missing.join(", "))
        })
    }

    fn cites(&self, citation: &str) -> bool {
        // A passage is cited by its own name or by a part of it.
        fn leads(p: &str, citation: &str) -> bool {
            p.strip_prefix(citation)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('('))
        }
        fn in_lines(lines: &[Line], citation: &str) -> bool {
            lines.iter().any(|l| {
                l.citation.passages.iter().any(|p| leads(p, citation))
                    || in_lines(&l.within, citation)
            })
        }
        let a = self.assessment;
        let has = |c: &crate::assessment::Citation| c.passages.iter().any(|p| leads(p, citation));
        a.clocks.iter().any(|c| {
            in_lines(&c.because, citation) || c.also.iter().any(|also| has(&also.citation))
        }) || a.gates.iter().any(|g| in_lines(&g.conditions, citation))
            || a.findings.iter().any(|f| {
                has(&f.citation)
                    || f.effects.iter().any(|e| has(&e.citation))
                    || f.who_acts.iter().any(|e| has(&e.citation))
                    || f.later.iter().any(|e| has(&e.citation))
            })
            || a.remedies.iter().any(|r| has(&r.citation))
            || a.meters.iter().any(|m| has(&m.citation))
            || a.formulas
                .iter()
                .any(|f| f.steps.iter().any(|s| s.citation.as_ref().is_some_and(has)))
            || self.proposals.iter().any(|p| {
                p.gates.iter().any(|g| in_lines(&g.conditions, citation))
                    || in_lines(&p.competence, citation)
            })
            || self.convention_cites(citation)
    }

    /// The conventions by which the clocks shown were counted.
    fn convention_cites(&self, citation: &str) -> bool {
        self.assessment.clocks.iter().any(|c| {
            let rule = self.law.clocks.iter().find(|r| ends_with(&c.rule, &r.name));
            rule.is_some_and(|r| {
                self.law
                    .convention(r.convention)
                    .notes
                    .iter()
                    .any(|n| n.citations.iter().any(|p| **p == *citation))
            })
        })
    }

    fn needs(&self, rest: &str) -> Check {
        let mut all: Vec<&str> = Vec::new();
        let a = self.assessment;
        let proposed = self
            .proposals
            .iter()
            .flat_map(|p| p.gates.iter().map(|g| &g.needs));
        let recorded = a
            .clocks
            .iter()
            .map(|c| &c.needs)
            .chain(a.gates.iter().map(|g| &g.needs))
            .chain(a.held.iter().map(|h| &h.needs))
            .chain(
                a.formulas
                    .iter()
                    .flat_map(|f| f.steps.iter().map(|s| &s.needs)),
            );
        // Of a step not yet taken, only what that step needs is asked.
        let only_proposed = !self.proposals.is_empty() && rest == "nothing";
        for needed in proposed
            .chain(recorded.filter(|_| !only_proposed))
            .flatten()
        {
            if !all.contains(&needed.name.as_str()) {
                all.push(&needed.name);
            }
        }
        if rest == "nothing" {
            return check(all.is_empty(), || all.join(", "));
        }
        let bare = |known: &&str, wanted: &str| {
            *known == wanted || known.rsplit('.').next() == Some(wanted)
        };
        let missing: Vec<&str> = rest
            .split(',')
            .map(str::trim)
            .filter(|w| !all.iter().any(|k| bare(k, w)))
            .collect();
        check(missing.is_empty(), || {
            if all.is_empty() {
                "nothing needed".to_owned()
            } else {
                all.join(", ")
            }
        })
    }

    fn all_findings(&self) -> String {
        let shown: Vec<String> = self
            .assessment
            .findings
            .iter()
            .map(|f| format!("{:?} {}", f.kind, f.names.join("/")))
            .collect();
        if shown.is_empty() {
            "no findings".into()
        } else {
            shown.join("; ")
        }
    }

    fn finding(&self, kind: FindingKind, name: &str) -> Check {
        for name in name.split(',').map(str::trim) {
            let found = self
                .assessment
                .findings
                .iter()
                .any(|f| f.kind == kind && f.names.iter().any(|n| n == name));
            // A duty that may apply stands as a question, with the facts that would tell.
            let may_apply =
                |c: &&Clock| c.applies == habeas_law::Truth::Unknown && ends_with(&c.rule, name);
            let hit = found
                || (kind == FindingKind::Question
                    && self.assessment.clocks.iter().any(|c| may_apply(&c)));
            check(hit, || self.all_findings())?;
        }
        Ok(())
    }

    /// `no breach NAME`, `no question NAME`.
    fn no_finding(&self, rest: &str) -> Check {
        let (kind, name) = rest.split_once(' ').unwrap_or((rest, ""));
        let kind = match kind {
            "breach" => FindingKind::Breach,
            "question" => FindingKind::Question,
            "overrun" => FindingKind::Overrun,
            "caution" => FindingKind::Caution,
            _ => return Err(format!("`no {rest}` is no expectation")),
        };
        let hit = self.assessment.findings.iter().any(|f| {
            f.kind == kind && (name.is_empty() || f.names.iter().any(|n| n == name.trim()))
        });
        check(!hit, || self.all_findings())
    }

    fn has_remedy(&self, name: &str) -> bool {
        self.assessment
            .remedies
            .iter()
            .any(|r| ends_with(&r.rule, name))
    }

    fn remedies(&self) -> String {
        self.assessment
            .remedies
            .iter()
            .map(|r| r.rule.rsplit(' ').next().unwrap_or_default())
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn held(&self, line: &str) -> Check {
        let at = self.assessment.at.instant;
        let shown = || {
            let parts: Vec<String> = self
                .assessment
                .held
                .iter()
                .map(|h| {
                    format!(
                        "{} .. {} {}",
                        h.from.text,
                        h.to.text,
                        h.title.as_deref().unwrap_or("title not shown")
                    )
                })
                .collect();
            if parts.is_empty() {
                "not held".into()
            } else {
                parts.join("; ")
            }
        };
        if let Some(clock) = line.strip_prefix("held under ") {
            let (clock, possibly) = match clock.trim().strip_prefix("possibly ") {
                Some(clock) => (clock, true),
                None => (clock.trim(), false),
            };
            let last = self
                .assessment
                .held
                .last()
                .filter(|h| h.from.instant <= at && h.to.instant >= at);
            let hit = last
                .and_then(|h| h.title.as_deref())
                .is_some_and(|t| ends_with(t, clock));
            return check(hit && last.is_some_and(|h| h.certain != possibly), shown);
        }
        if let Some(stretch) = line.strip_prefix("held, title not shown") {
            let stretch = stretch.trim();
            if stretch.is_empty() {
                return check(!self.assessment.title_not_shown.is_empty(), shown);
            }
            let (from, to) = stretch
                .split_once("..")
                .ok_or("a stretch `FROM .. TO` is expected")?;
            let (from, to) = (self.when(from)?, self.when(to)?);
            let edge = |m: &Moment, w: &When| {
                if w.precision == Precision::Day {
                    m.instant == w.from || m.instant == w.to + 60
                } else {
                    m.instant == w.from
                }
            };
            let hit = self
                .assessment
                .title_not_shown
                .iter()
                .any(|h| edge(&h.from, &from) && edge(&h.to, &to));
            return check(hit, shown);
        }
        if line == "held" {
            return check(
                self.assessment
                    .held
                    .last()
                    .is_some_and(|h| h.to.instant >= at),
                shown,
            );
        }
        Err(format!("`{line}` is no expectation"))
    }

    fn meter(&self, meter: &crate::assessment::Meter, rest: &str) -> Check {
        let shown = || {
            format!(
                "{} days, ends {}",
                meter.days,
                meter.ends.as_ref().map_or("open", |e| e.text.as_str())
            )
        };
        if let Some(when) = rest.strip_prefix("ran out ") {
            let wanted = self.when(when)?;
            return check(
                meter.over && meter.ends.as_ref().is_some_and(|e| same(e, &wanted)),
                shown,
            );
        }
        if let Some(when) = rest.strip_prefix("runs to ") {
            let wanted = self.when(when)?;
            return check(meter.ends.as_ref().is_some_and(|e| same(e, &wanted)), shown);
        }
        let days: Option<i64> = rest.split(' ').next().and_then(|n| n.parse().ok());
        check(days == Some(meter.days), shown)
    }

    /// `FORMULA value` or `STEP value`.
    fn value(&self, name: &str, wanted: &str) -> Check {
        let formula = self
            .assessment
            .formulas
            .iter()
            .filter(|f| ends_with(&f.rule, name))
            .filter_map(|f| f.steps.last());
        let step = self
            .assessment
            .formulas
            .iter()
            .flat_map(|f| &f.steps)
            .filter(|s| s.name.name == name);
        let values: Vec<Option<&str>> = formula.chain(step).map(|s| s.value.as_deref()).collect();
        if values.is_empty() {
            return Err(format!("nothing of the name `{name}`"));
        }
        let equal = |found: &str| {
            found == wanted
                || number(found).is_some_and(|n| Some(n) == number(wanted))
                || (found.split(' ').next() == Some(wanted) && number(wanted).is_some())
        };
        let hit = values.iter().any(|v| match v {
            Some(found) => equal(found),
            None => wanted == "unknown",
        });
        check(hit, || {
            values
                .iter()
                .map(|v| v.unwrap_or("unknown"))
                .collect::<Vec<_>>()
                .join(", ")
        })
    }
}

fn number(text: &str) -> Option<rust_decimal::Decimal> {
    if text == "no time" {
        return Some(rust_decimal::Decimal::ZERO);
    }
    text.parse::<rust_decimal::Decimal>()
        .ok()
        .map(|n| n.normalize())
}

fn is_outcome(rest: &str) -> bool {
    matches!(rest, "allowed" | "refused" | "yes" | "no") || rest.starts_with("unknown")
}

/// Whether a full rule name ends with a bare one.
#[must_use]
pub fn ends_with(rule: &str, name: &str) -> bool {
    rule == name
        || rule
            .strip_suffix(name)
            .is_some_and(|rest| rest.ends_with(' '))
}

/// Whether a shown moment is the one that was written: days by the day, instants by the instant.
fn same(shown: &Moment, wanted: &When) -> bool {
    if shown.day_only {
        wanted.precision == Precision::Day && shown.text == wanted.day.to_string()
    } else {
        wanted.precision != Precision::Day && shown.instant == wanted.from
    }
}

fn describe(clock: Option<&Clock>) -> String {
    let Some(clock) = clock else {
        return "no such clock".into();
    };
    let ends = match &clock.ends {
        None => "no end".to_owned(),
        Some(Ends {
            earliest,
            latest: Some(latest),
            ..
        }) if earliest == latest => format!("ends {}", earliest.text),
        Some(Ends {
            earliest, latest, ..
        }) => {
            format!(
                "ends {} or later, at most {}",
                earliest.text,
                latest.as_ref().map_or("open", |l| l.text.as_str())
            )
        }
    };
    format!("{:?}, {ends}", clock.status)
}
