//! From what an assessment was computed, and what this system cannot judge.

use super::Look;
use crate::frame::Frame;
use habeas_case::act::Lost;
use habeas_case::read::Kind;

/// What is left to people.
#[derive(Clone, Debug)]
pub(crate) struct NotJudged {
    pub(crate) citation: String,
    pub(crate) why: String,
    /// The rules beside which it stands.
    pub(crate) rules: String,
}

/// From what it was computed.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    pub(crate) engine: String,
    /// Packs with their hashes.
    pub(crate) packs: Vec<(String, String)>,
}

/// A line that could not be read.
#[derive(Clone, Debug)]
pub(crate) struct LostLine {
    pub(crate) text: String,
    /// In the one language in which lines are read.
    pub(crate) found: Option<String>,
}

fn problem(w: Frame, kind: Kind) -> String {
    match kind {
        Kind::TooLong => w.lost_too_long(),
        Kind::NotText => w.lost_not_text(),
        Kind::Malformed => w.lost_malformed(),
        Kind::Shape => w.lost_shape(),
        Kind::Missing => w.lost_missing(),
        Kind::UnknownName => w.lost_unknown_name(),
        Kind::Time => w.lost_time(),
        Kind::Value => w.lost_value(),
        Kind::Twice => w.lost_twice(),
        Kind::Reference => w.lost_reference(),
        Kind::Mixed => w.lost_mixed(),
    }
}

impl Look<'_> {
    pub(crate) fn not_judged(&self) -> Vec<NotJudged> {
        let mut all: Vec<NotJudged> = Vec::new();
        for left in &self.of.not_judged {
            let why = self.say(&left.why);
            let same = |known: &&mut NotJudged| known.citation == left.citation && known.why == why;
            match all.iter_mut().find(same) {
                Some(known) => {
                    known.rules.push_str(", ");
                    known.rules.push_str(&left.rule);
                }
                None => all.push(NotJudged {
                    citation: left.citation.clone(),
                    why,
                    rules: left.rule.clone(),
                }),
            }
        }
        all
    }

    pub(crate) fn sources(&self) -> Sources {
        let from = &self.of.computed_from;
        Sources {
            engine: from.engine.to_owned(),
            packs: from
                .packs
                .iter()
                .map(|(name, hash)| (name.clone(), hash.to_string()))
                .collect(),
        }
    }

    /// What everybody must know before they read on.
    pub(crate) fn opening(&self) -> String {
        self.w.opening(self.of.computed_from.acts)
    }

    pub(crate) fn as_of(&self) -> String {
        match (self.of.computed_from.floating, self.dates.zone()) {
            (Some(_), _) | (None, "") => self.w.as_of(self.dates.long(&self.of.at)),
            (None, zone) => self.w.as_of_in_zone(self.dates.long(&self.of.at), zone),
        }
    }

    /// Where lines of the case were lost, or lines that may be of it.
    pub(crate) fn lost(&self) -> Option<String> {
        match self.lost_counts() {
            (0, 0) => None,
            (0, nameless) => Some(self.w.lost_perhaps(nameless)),
            (own, _) => Some(self.w.lost(own)),
        }
    }

    /// The same for tables.
    pub(crate) fn lost_brief(&self) -> Option<String> {
        let (own, nameless) = self.lost_counts();
        (own + nameless > 0).then(|| self.w.lost_brief(own + nameless))
    }

    /// Lines of the case, and lines of which nobody knows the case.
    fn lost_counts(&self) -> (usize, usize) {
        let lost = self.of.computed_from.lost.iter();
        lost.fold((0, 0), |(own, nameless), lost| match lost {
            Lost::Line { .. } => (own + 1, nameless),
            Lost::More(count) => (own + count, nameless),
            Lost::Nameless(count) => (own, nameless + count),
        })
    }

    /// Each lost line: what it is, and in the words of the reader what was found.
    pub(crate) fn lost_lines(&self) -> Vec<LostLine> {
        let w = self.w;
        let one = |lost: &Lost| match lost {
            Lost::Line {
                file,
                line,
                kind,
                why,
            } => LostLine {
                text: w.lost_line(line.to_string(), &**file, problem(w, *kind)),
                found: Some(why.clone()),
            },
            Lost::Nameless(count) => LostLine {
                text: w.lost_nameless(*count),
                found: None,
            },
            Lost::More(count) => LostLine {
                text: w.lost_more(*count),
                found: None,
            },
        };
        self.of.computed_from.lost.iter().map(one).collect()
    }

    /// What else limits this assessment: silent sources, days without dates.
    pub(crate) fn limits(&self) -> Vec<String> {
        let from = &self.of.computed_from;
        let silent = from
            .silent
            .as_ref()
            .map(|acts| match acts.strip_prefix("all but ") {
                Some(acts) => self.w.source_silent_but(acts),
                None => self.w.source_silent(acts),
            });
        let floating = from
            .floating
            .map(|year| self.w.days_only(i64::from(year).to_string()));
        silent.into_iter().chain(floating).collect()
    }
}
