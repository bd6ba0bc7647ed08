//! Clock cards: what it is, what it is doing, when it ends, whose it is, how that was worked out.

use super::{Line, Look, Needs, Row, Said};
use crate::draw::bar::Bar;
use crate::frame::Frame;
use crate::notation::span;
use askama::Template;
use askama::filters::HtmlSafe;
use habeas_case::assessment::{self, Status};
use habeas_law::Truth;
use habeas_law::rules::Basis;

/// One clock or duty.
#[derive(Clone, Debug, Template)]
#[template(path = "clock.html")]
pub(crate) struct Clock {
    pub(crate) w: Frame,
    pub(crate) label: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) class: &'static str,
    pub(crate) ours: bool,
    pub(crate) article: String,
    /// When it runs out, as a sentence.
    pub(crate) headline: String,
    /// The same for tables.
    pub(crate) brief: Option<String>,
    pub(crate) distance: Option<String>,
    pub(crate) bar: Option<Bar>,
    pub(crate) rows: Vec<Row>,
    pub(crate) voids: Vec<Said>,
    pub(crate) needs: Needs,
    pub(crate) because: Vec<Line>,
    pub(crate) rule: String,
    pub(crate) bearers: String,
}

impl HtmlSafe for Clock {}

/// Clocks by what they ask of a reader.
#[derive(Clone, Debug)]
pub(crate) struct Clocks {
    pub(crate) open: Vec<Clock>,
    pub(crate) unknown: Vec<Clock>,
    pub(crate) closed: Vec<Clock>,
    pub(crate) waiting: Vec<Clock>,
}

/// What a reader has to do with a clock in this state; the gravest first.
fn rank(clock: &assessment::Clock) -> (u8, i64) {
    let rank = match clock.status {
        // It may apply: whoever can tell is asked, and nothing is said to be late.
        _ if clock.applies != Truth::Yes => 3,
        Status::Overdue | Status::DueAtOnce if !clock.house_choice => 0,
        Status::WithoutDelay => 1,
        Status::Overdue | Status::DueAtOnce | Status::Running | Status::Suspended => 2,
        Status::Unknown => 3,
        Status::MetLate | Status::EndedLate => 4,
        Status::Met | Status::Ended => 5,
        Status::NotStarted => 6,
    };
    let ends = clock
        .ends
        .as_ref()
        .map_or(i64::MAX, |ends| ends.earliest.instant);
    (rank, ends)
}

/// What a clock is doing.
pub(crate) fn status_word(w: Frame, status: Status) -> String {
    match status {
        Status::NotStarted => w.status_not_started(),
        Status::Running => w.status_running(),
        Status::Suspended => w.status_suspended(),
        Status::Met => w.status_met(),
        Status::MetLate => w.status_met_late(),
        Status::Ended => w.status_ended(),
        Status::EndedLate => w.status_ended_late(),
        Status::Overdue => w.status_overdue(),
        Status::DueAtOnce => w.status_due_at_once(),
        Status::WithoutDelay => w.status_without_delay(),
        Status::Unknown => w.status_unknown(),
    }
}

impl Look<'_> {
    pub(crate) fn clocks(&self) -> Clocks {
        let mut all: Vec<(usize, &assessment::Clock)> = (1..).zip(&self.of.clocks).collect();
        all.sort_by_key(|(_, clock)| rank(clock));
        let some = |ranks: std::ops::RangeInclusive<u8>| {
            let mine = all
                .iter()
                .filter(|(_, clock)| ranks.contains(&rank(clock).0));
            mine.map(|(n, clock)| self.clock(clock, *n)).collect()
        };
        Clocks {
            open: some(0..=2),
            unknown: some(3..=3),
            closed: some(4..=5),
            waiting: some(6..=6),
        }
    }

    /// In the order of the assessment.
    pub(crate) fn all_clocks(&self) -> Vec<Clock> {
        (1..)
            .zip(&self.of.clocks)
            .map(|(n, clock)| self.clock(clock, n))
            .collect()
    }

    fn clock(&self, clock: &assessment::Clock, number: usize) -> Clock {
        let w = self.w;
        let (status, class) = self.status(clock);
        let open = clock.applies == Truth::Yes
            && matches!(
                clock.status,
                Status::Running | Status::Suspended | Status::Overdue | Status::DueAtOnce
            );
        let label = match clock.number {
            0 | 1 => self.say(&clock.label),
            n => w.clock_numbered(self.say(&clock.label), n),
        };
        Clock {
            w,
            kind: match (clock.title, clock.duty) {
                (true, _) => w.clock_kind_title(),
                (_, true) => w.clock_kind_duty(),
                _ => w.clock_kind_clock(),
            },
            status,
            class,
            ours: clock.house_choice,
            article: clock.article.clone(),
            headline: self.headline(clock),
            brief: clock.ends.as_ref().map(|ends| self.dates.ends_short(ends)),
            distance: clock
                .ends
                .as_ref()
                .filter(|_| open)
                .and_then(|ends| ends.latest.as_ref())
                .map(|latest| self.distance(latest)),
            bar: Bar::of(self, clock, &label, number),
            rows: self.clock_rows(clock),
            voids: self.voids(clock),
            needs: self.needs(&clock.needs),
            because: self.lines(&clock.because),
            rule: clock.rule.clone(),
            bearers: self.all(&clock.bearers),
            label,
        }
    }

    pub(crate) fn status(&self, clock: &assessment::Clock) -> (String, &'static str) {
        let w = self.w;
        if clock.applies != Truth::Yes {
            return (w.status_may_apply(), "unknown");
        }
        let late_by_us =
            clock.house_choice && matches!(clock.status, Status::Overdue | Status::DueAtOnce);
        if late_by_us {
            return (w.status_past_our_mark(), "caution");
        }
        let class = match clock.status {
            Status::NotStarted => "waiting",
            Status::Running | Status::Suspended => "running",
            Status::Met | Status::Ended => "closed",
            Status::MetLate | Status::EndedLate => "late",
            Status::Overdue | Status::DueAtOnce => "overdue",
            Status::WithoutDelay => "due",
            Status::Unknown => "unknown",
        };
        (status_word(w, clock.status), class)
    }

    fn headline(&self, clock: &assessment::Clock) -> String {
        let said = self.says(clock);
        if clock.applies == Truth::Yes {
            said
        } else {
            self.w.headline_if_it_applies(said)
        }
    }

    fn says(&self, clock: &assessment::Clock) -> String {
        let w = self.w;
        let closed = clock.closed_by.as_deref().and_then(|id| self.recorded(id));
        let closed = closed.map(|(_, act)| self.dates.long(&act.happened));
        let ends = clock.ends.as_ref().map(|ends| self.dates.ends_long(ends));
        match (clock.status, ends, closed) {
            (Status::NotStarted, ..) => w.headline_not_started(),
            (Status::WithoutDelay, ..) => w.headline_without_delay(),
            (Status::DueAtOnce, ..) => match &clock.started {
                Some(since) => w.headline_due_since(self.dates.long(since)),
                None => w.headline_due(),
            },
            (Status::Overdue, Some(ends), _) => w.headline_ran_out(ends),
            (Status::Met | Status::MetLate, _, Some(on)) => w.headline_met(on),
            (Status::Ended | Status::EndedLate, _, Some(on)) => w.headline_closed(on),
            (_, Some(ends), _) => w.headline_runs_out(ends),
            (_, None, _) => w.headline_no_end(),
        }
    }

    fn clock_rows(&self, clock: &assessment::Clock) -> Vec<Row> {
        let w = self.w;
        let mut rows = Vec::new();
        let mut row = |term: String, said: Said| rows.push(Row { term, said });
        if let Some(of) = &clock.of {
            row(w.clock_of(), Said::acts(vec![self.act(of)]));
        }
        if let Some(started) = &clock.started {
            row(w.clock_started(), Said::text(self.dates.short(started)));
        }
        if let Some(ends) = &clock.ends {
            let mut said = vec![self.dates.ends_short(ends)];
            if let Some(unmoved) = &ends.unmoved {
                said.push(w.ends_moved(self.dates.short(unmoved)));
            }
            if ends.provisional {
                said.push(w.ends_provisional());
            }
            row(w.clock_ends(), Said::text(said.join(" · ")));
        }
        if let Some(act) = &clock.determined_by {
            row(w.clock_fixed_by(), Said::acts(vec![self.act(act)]));
        }
        if let Some(computed) = &clock.computed {
            row(w.clock_computed(), Said::text(self.dates.end(computed)));
        }
        if let Some(act) = &clock.closed_by {
            row(w.clock_closed_by(), Said::acts(vec![self.act(act)]));
        }
        if let Some(over) = clock
            .overrun_minutes
            .filter(|m| *m > 0 && clock.applies == Truth::Yes)
        {
            row(w.clock_over(), Said::text(span(w, over)));
        }
        if !clock.bearers.is_empty() {
            row(w.clock_whose(), Said::text(self.all(&clock.bearers)));
        }
        if !clock.must.is_empty() {
            row(w.clock_must(), Said::text(self.all(&clock.must)));
        }
        let ahead: Vec<String> = clock
            .warnings
            .iter()
            .filter(|m| self.minutes_to(m) >= 0)
            .map(|m| self.dates.short(m))
            .collect();
        if !ahead.is_empty() && matches!(clock.status, Status::Running | Status::Suspended) {
            row(w.clock_warns(), Said::text(ahead.join(" · ")));
        }
        for other in &clock.also {
            let text = w.clock_counted_as(self.say(&other.label), self.dates.end(&other.ends));
            row(
                w.clock_also(),
                Said {
                    text,
                    acts: Vec::new(),
                    cite: Some(self.cite(&other.citation)),
                },
            );
        }
        if let Some(cite) = self.weakest(clock) {
            row(
                w.clock_rests_on(),
                Said {
                    cite: Some(cite),
                    ..Said::default()
                },
            );
        }
        rows
    }

    /// The first line that counts here and is not simply the text.
    fn weakest(&self, clock: &assessment::Clock) -> Option<super::Cite> {
        let counts = |line: &&assessment::Line| {
            line.citation.basis != Basis::Text && line.truth != Some(Truth::No)
        };
        clock
            .because
            .iter()
            .find(counts)
            .map(|line| self.cite(&line.citation))
    }

    fn voids(&self, clock: &assessment::Clock) -> Vec<Said> {
        let void = clock
            .segments
            .iter()
            .filter(|segment| segment.kind == "void");
        let one = |segment: &assessment::Segment| Said {
            text: self.w.segment_void_says(),
            acts: self.act_list(&segment.act),
            cite: segment
                .citation
                .as_ref()
                .map(|citation| self.cite(citation)),
        };
        void.map(one).collect()
    }
}
