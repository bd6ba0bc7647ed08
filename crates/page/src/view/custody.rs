//! By what right, for how long already, and until when somebody must decide.

use super::{ActRef, Look, Needs};
use crate::notation::span;
use habeas_case::assessment::{Clock, Held, Moment, Status};
use habeas_law::Truth;

/// A stretch of custody.
#[derive(Clone, Debug)]
pub(crate) struct Stretch {
    pub(crate) letter: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) long: String,
    pub(crate) title: Option<String>,
    pub(crate) certain: bool,
    pub(crate) ours: bool,
    pub(crate) acts: Vec<ActRef>,
    pub(crate) needs: Needs,
}

/// How long the person has been held, in words.
#[derive(Clone, Debug)]
pub(crate) struct HeldNow {
    pub(crate) now: bool,
    pub(crate) headline: String,
    pub(crate) since: Option<String>,
    /// The same for tables.
    pub(crate) since_brief: Option<String>,
    pub(crate) under: Option<String>,
}

/// The next date on which somebody must decide.
#[derive(Clone, Debug)]
pub(crate) struct Next {
    pub(crate) headline: String,
    pub(crate) brief: Option<String>,
    pub(crate) distance: Option<String>,
    /// What runs out, and whose it is.
    pub(crate) what: Vec<String>,
}

/// A, B … Z, AA.
fn letter(number: usize) -> String {
    let mut rest = number;
    let mut letters = Vec::new();
    loop {
        let place = u8::try_from(rest % 26).unwrap_or_default();
        letters.push(char::from(b'A' + place));
        match rest / 26 {
            0 => break,
            more => rest = more - 1,
        }
    }
    letters.iter().rev().collect()
}

impl Look<'_> {
    /// Each stretch of custody; the letters are those of the drawing.
    pub(crate) fn stretches(&self) -> Vec<Stretch> {
        let all = self.of.held.iter().enumerate();
        all.map(|(n, held)| self.stretch(held, letter(n))).collect()
    }

    pub(crate) fn untitled(&self) -> Vec<Stretch> {
        let all = self.of.title_not_shown.iter().enumerate();
        all.map(|(n, held)| self.stretch(held, letter(n))).collect()
    }

    fn stretch(&self, held: &Held, letter: String) -> Stretch {
        let (from, to) = self.dates.stretch(&held.from, &held.to);
        Stretch {
            letter,
            from,
            to,
            long: span(
                self.w,
                held.to.instant.saturating_sub(held.from.instant) / 60,
            ),
            title: held
                .label
                .as_ref()
                .map(|label| self.say(label))
                .or_else(|| held.title.clone()),
            certain: held.certain,
            ours: held.house_choice,
            acts: self.act_list(&held.acts),
            needs: self.needs(&held.needs),
        }
    }

    pub(crate) fn held_now(&self) -> HeldNow {
        let w = self.w;
        let at = self.of.at.instant;
        let held = |m: &&habeas_case::assessment::Measure| m.held;
        let open =
            |m: &habeas_case::assessment::Measure| m.to.as_ref().is_none_or(|to| to.instant > at);
        let total: i64 = self
            .of
            .held
            .iter()
            .map(|h| h.to.instant.saturating_sub(h.from.instant))
            .fold(0, i64::saturating_add);
        if !self.of.measures.iter().filter(held).any(open) {
            return HeldNow {
                now: false,
                headline: w.held_not_now(),
                since: (total > 0).then(|| w.held_before(span(w, total / 60))),
                since_brief: None,
                under: None,
            };
        }
        let last = self.of.held.last();
        let unbroken = self.unbroken_since();
        let headline = unbroken.map(|since| {
            let minutes = at.saturating_sub(since.instant) / 60;
            let time = span(w, minutes);
            let said = match self.dates.day_known_only(since) {
                true if minutes < 24 * 60 => w.held_less_than_a_day(),
                true => w.held_about(time),
                false => w.held_for(time),
            };
            (said, w.held_since(self.dates.long(since)))
        });
        let running = self.of.measures.iter().filter(held).filter(|m| open(m));
        let shown: Option<Vec<_>> = running.map(|m| m.shown.as_ref()).collect();
        let perhaps = shown.and_then(|shown| shown.into_iter().max_by_key(|m| m.instant));
        let (headline, since) = match (perhaps, headline) {
            (Some(shown), _) => (w.held_perhaps(self.dates.long(shown)), None),
            (None, Some((said, since))) => (said, Some(since)),
            (None, None) => (w.held_now(), None),
        };
        let under = last
            .filter(|_| perhaps.is_none())
            .map(|last| match &last.label {
                Some(label) if last.certain => w.held_under(self.say(label)),
                Some(label) => w.held_perhaps_under(self.say(label)),
                None => w.held_title_not_shown(),
            });
        let since_brief = unbroken.filter(|_| perhaps.is_none());
        let since_brief = since_brief.map(|since| w.held_since(self.dates.short(since)));
        HeldNow {
            now: true,
            headline,
            since,
            since_brief,
            under,
        }
    }

    /// The beginning of the custody that runs at the instant asked.
    fn unbroken_since(&self) -> Option<&Moment> {
        let mut stretches = self.of.held.iter().rev();
        let mut since = &stretches.next()?.from;
        for earlier in stretches {
            if earlier.to.instant < since.instant {
                break;
            }
            since = &earlier.from;
        }
        Some(since)
    }

    pub(crate) fn next(&self) -> Next {
        let w = self.w;
        let Some(ends) = &self.of.next else {
            return Next {
                headline: w.next_none(),
                brief: None,
                distance: None,
                what: Vec::new(),
            };
        };
        let runs = |clock: &&Clock| {
            matches!(clock.status, Status::Running | Status::Unknown)
                && !clock.house_choice
                && clock.applies == Truth::Yes
                && clock.ends.as_ref() == Some(ends)
        };
        let what = self
            .of
            .clocks
            .iter()
            .filter(runs)
            .map(|clock| match clock.bearers.is_empty() {
                true => self.say(&clock.label),
                false => w.next_whose(self.say(&clock.label), self.all(&clock.bearers)),
            });
        let mut what: Vec<String> = what.collect();
        what.dedup();
        Next {
            headline: self.dates.ends_long(ends),
            brief: Some(self.dates.ends_short(ends)),
            distance: ends.latest.as_ref().map(|latest| {
                let ahead = ends.earliest.instant > self.of.at.instant;
                self.distance(if ahead { &ends.earliest } else { latest })
            }),
            what,
        }
    }
}
