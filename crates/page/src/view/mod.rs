//! An assessment in one language, piece by piece: what pages and terminals both show.
//!
//! Each piece is plain strings and knows the template that draws it. Nothing here decides anything.

pub(crate) mod case;
pub(crate) mod clock;
pub(crate) mod custody;
pub(crate) mod finding;
pub(crate) mod gate;
mod parts;
pub(crate) mod person;
pub(crate) mod redress;
pub(crate) mod sources;

pub(crate) use clock::status_word;
pub(crate) use finding::finding_word;
pub(crate) use gate::verdict;
pub(crate) use parts::{ActRef, Cite, Cited, Line, Needs, Row, Said, basis};

use crate::Language;
use crate::dates::Dates;
use crate::frame::Frame;
use habeas_case::Assessment;
use habeas_case::assessment::{Moment, RecordedAct};
use habeas_law::Words;
use std::collections::BTreeMap;

/// `Case 2026-113, person A`; a case that names nobody has no person.
pub(crate) fn title(w: Frame, case: &str, subject: &str) -> String {
    match subject {
        "" => w.person_of_case(case),
        subject => w.person_title(case, subject),
    }
}

/// One assessment looked at in one language.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(crate) of: &'a Assessment,
    pub(crate) w: Frame,
    pub(crate) dates: Dates,
    /// Begins every id of this person on the page.
    pub(crate) anchor: String,
    /// Acts by id, with their numbers from 1.
    acts: BTreeMap<&'a str, (usize, &'a RecordedAct)>,
}

impl<'a> Look<'a> {
    /// `number` tells apart the persons of one page.
    pub(crate) fn at(of: &'a Assessment, language: Language, number: usize) -> Self {
        let w = Frame::new(language);
        let acts = (1..).zip(&of.acts).map(|(n, act)| (&*act.id, (n, act)));
        Self {
            of,
            w,
            dates: Dates::of(of, w),
            anchor: format!("p{number}"),
            acts: acts.collect(),
        }
    }

    /// In the language of this look.
    pub(crate) fn say(&self, words: &Words) -> String {
        self.w.language().of(words).to_owned()
    }

    /// Several, as a list in a sentence.
    pub(crate) fn all(&self, words: &[Words]) -> String {
        let said: Vec<String> = words.iter().map(|words| self.say(words)).collect();
        self.listed(&said)
    }

    pub(crate) fn listed(&self, said: &[String]) -> String {
        said.join(self.w.language().separator())
    }

    pub(crate) fn title(&self) -> String {
        title(self.w, &self.of.case, &self.of.subject)
    }

    /// Minutes from the instant asked to a moment; negative: it has passed.
    pub(crate) fn minutes_to(&self, moment: &Moment) -> i64 {
        moment
            .instant
            .saturating_sub(self.of.at.instant)
            .div_euclid(60)
    }

    /// `3 days still` or `2 hours over`.
    pub(crate) fn distance(&self, moment: &Moment) -> String {
        match self.minutes_to(moment) {
            left @ 0.. => self.w.time_left(crate::notation::span(self.w, left)),
            over => self.w.time_over(crate::notation::span(self.w, -over)),
        }
    }

    pub(crate) fn recorded(&self, id: &str) -> Option<(usize, &'a RecordedAct)> {
        self.acts.get(id).copied()
    }

    /// An act as it is pointed to: number, name, day.
    pub(crate) fn act(&self, id: &str) -> ActRef {
        match self.recorded(id) {
            Some((number, act)) => ActRef {
                text: self.w.act_reference(
                    number,
                    self.say(&act.label),
                    self.dates.short(&act.happened),
                ),
                brief: self.w.act_brief(number, self.say(&act.label)),
                when: Some(self.dates.short(&act.happened)),
                href: Some(format!("#{}-a{number}", self.anchor)),
            },
            None => {
                let text = self.w.act_unlisted(id);
                ActRef {
                    brief: text.clone(),
                    text,
                    when: None,
                    href: None,
                }
            }
        }
    }

    pub(crate) fn act_list<'i>(&self, ids: impl IntoIterator<Item = &'i Box<str>>) -> Vec<ActRef> {
        ids.into_iter().map(|id| self.act(id)).collect()
    }
}
