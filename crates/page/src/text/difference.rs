//! What changes between two versions of the law, answer by answer.

use crate::Language;
use crate::dates::Dates;
use crate::frame::Frame;
use crate::view::{finding_word, status_word, title, verdict};
use habeas_case::difference::{Answer, Change, Difference};
use std::fmt::Write as _;

/// Each change on a line, under the person; nothing where nothing changes.
#[must_use]
pub fn difference(found: &Difference, language: Language) -> String {
    if found.changes.is_empty() {
        return String::new();
    }
    let w = Frame::new(language);
    let dates = Dates::at(&found.at, w);
    let who = title(w, &found.case, &found.subject);
    let mut out = format!("{who} · {}\n", w.as_of(dates.long(&found.at)));
    for change in &found.changes {
        let [was, is] = change.article.each_ref().map(|article| {
            let none = w.value_none();
            article.clone().unwrap_or(none)
        });
        let article = if was == is {
            was
        } else {
            format!("{was} → {is}")
        };
        let [was, is] = change
            .answer
            .each_ref()
            .map(|said| answer(w, &dates, said.as_ref()));
        let label = language.of(&change.label);
        let (rule, what) = (&change.rule, what(w, change));
        let line = w.fact(
            format!("{label} ({rule})"),
            w.fact(what, format!("{was} → {is}")),
        );
        let _ = writeln!(out, "  {article:<18} {line}");
    }
    out
}

/// How many answers change in how many cases.
#[must_use]
pub fn difference_sum(changes: usize, cases: usize, language: Language) -> String {
    Frame::new(language).difference_sum(changes, cases)
}

fn what(w: Frame, change: &Change) -> String {
    match change.answer.iter().flatten().next() {
        Some(Answer::Ends(_)) => w.clock_ends(),
        Some(Answer::Finding(_)) => w.found(),
        _ => w.col_state(),
    }
}

fn answer(w: Frame, dates: &Dates, answer: Option<&Answer>) -> String {
    match answer {
        None => w.value_none(),
        Some(Answer::Ends(None)) => w.headline_no_end(),
        Some(Answer::Ends(Some(ends))) => dates.ends_short(ends),
        Some(Answer::Status(status)) => status_word(w, *status),
        Some(Answer::Outcome(kind, outcome)) => verdict(w, *outcome, *kind, None),
        Some(Answer::Finding(kind)) => finding_word(w, *kind),
    }
}
