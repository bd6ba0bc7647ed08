//! The bar of a clock: base, extended, suspended, recounted and possible stretches, and what ran over.

use super::Scale;
use crate::frame::Frame;
use crate::view::{ActRef, Cite, Look};
use askama::Template;
use askama::filters::HtmlSafe;
use habeas_case::assessment::{Clock, Segment, Status};
use habeas_law::Truth;

/// A bar and its text equivalent.
#[derive(Clone, Debug, Template)]
#[template(path = "bar.html")]
pub(crate) struct Bar {
    w: Frame,
    id: String,
    title: String,
    description: String,
    parts: Vec<Part>,
    /// Where the instant asked lies.
    asked: Option<String>,
    left: String,
    right: String,
    stretches: Vec<Stretch>,
}

impl HtmlSafe for Bar {}

/// A drawn stretch.
#[derive(Clone, Debug)]
struct Part {
    class: &'static str,
    x: String,
    width: String,
}

/// The same stretch in words.
#[derive(Clone, Debug)]
struct Stretch {
    class: &'static str,
    word: String,
    from: String,
    to: String,
    act: Option<ActRef>,
    cite: Option<Cite>,
}

/// Drawn below what comes later in this list.
const ORDER: [&str; 5] = ["base", "extended", "recounted", "possible", "suspended"];

/// Kinds of segments that stand on the line; void extensions are told in words alone.
fn class(kind: &str) -> Option<&'static str> {
    ORDER.into_iter().find(|known| *known == kind)
}

impl Bar {
    /// None where nothing was counted.
    pub(crate) fn of(look: &Look<'_>, clock: &Clock, label: &str, number: usize) -> Option<Self> {
        let w = look.w;
        let drawn: Vec<(&'static str, &Segment)> = clock
            .segments
            .iter()
            .filter_map(|s| Some((class(s.kind)?, s)))
            .collect();
        let over = over(look, clock);
        let ends = drawn
            .iter()
            .flat_map(|(_, s)| [s.from.instant, s.to.instant]);
        let scale = Scale::over(ends.chain(over.map(|(_, to)| to)))?;
        let mut stretches: Vec<Stretch> = drawn
            .iter()
            .map(|(class, s)| Stretch::of(look, class, s))
            .collect();
        let mut parts: Vec<(usize, Part)> = drawn
            .iter()
            .map(|(class, s)| {
                let order = ORDER
                    .iter()
                    .position(|known| known == class)
                    .unwrap_or_default();
                (order, part(scale, class, s.from.instant, s.to.instant))
            })
            .collect();
        parts.sort_by_key(|(order, _)| *order);
        let mut parts: Vec<Part> = parts.into_iter().map(|(_, part)| part).collect();
        if let Some((from, to)) = over {
            parts.push(part(scale, "over", from, to));
            let end = clock
                .ends
                .as_ref()
                .map(|ends| ends.latest.as_ref().unwrap_or(&ends.earliest));
            let closed = clock.closed_by.as_deref().and_then(|id| look.recorded(id));
            stretches.push(Stretch {
                class: "over",
                word: w.segment_over(),
                from: end.map(|end| look.dates.end(end)).unwrap_or_default(),
                to: closed.map_or_else(
                    || w.date_asked(),
                    |(_, act)| look.dates.short(&act.happened),
                ),
                act: None,
                cite: None,
            });
        }
        let first = drawn.iter().map(|(_, s)| *s).min_by_key(|s| s.from.instant);
        let last = drawn.iter().map(|(_, s)| *s).max_by_key(|s| s.to.instant);
        let (left, end) = first
            .zip(last)
            .map(|(a, b)| look.dates.stretch(&a.from, &b.to))?;
        let right = stretches
            .last()
            .filter(|s| s.class == "over")
            .map_or(end, |over| over.to.clone());
        let asked = look.of.at.instant;
        let told = stretches
            .iter()
            .map(|s| w.segment_from_to(s.word.clone(), s.from.clone(), s.to.clone()));
        let told: Vec<String> = told.collect();
        Some(Self {
            w,
            id: format!("{}-b{number}", look.anchor),
            title: w.bar_title(label),
            description: told.join("; "),
            asked: scale.contains(asked).then(|| scale.x(asked)),
            left,
            right,
            parts,
            stretches,
        })
    }
}

impl Stretch {
    fn of(look: &Look<'_>, class: &'static str, segment: &Segment) -> Self {
        let w = look.w;
        let (from, to) = look.dates.stretch(&segment.from, &segment.to);
        Self {
            class,
            word: match class {
                "extended" => w.segment_extended(),
                "suspended" => w.segment_suspended(),
                "recounted" => w.segment_recounted(),
                "possible" => w.segment_possible(),
                _ => w.segment_base(),
            },
            from,
            to,
            act: segment.act.as_ref().map(|id| look.act(id)),
            cite: segment
                .citation
                .as_ref()
                .map(|citation| look.cite(citation)),
        }
    }
}

fn part(scale: Scale, class: &'static str, from: i64, to: i64) -> Part {
    Part {
        class,
        x: scale.x(from),
        width: scale.width(from, to),
    }
}

/// From the end to the act that closed it late, or to the instant asked.
fn over(look: &Look<'_>, clock: &Clock) -> Option<(i64, i64)> {
    let ends = clock
        .ends
        .as_ref()
        .filter(|_| clock.applies == Truth::Yes)?;
    let end = ends.latest.as_ref().unwrap_or(&ends.earliest).instant;
    let until = match clock.status {
        Status::Overdue if !clock.house_choice => look.of.at.instant,
        Status::MetLate | Status::EndedLate => {
            look.recorded(clock.closed_by.as_deref()?)?
                .1
                .happened
                .instant
        }
        _ => return None,
    };
    (until > end).then_some((end, until))
}
