//! The assessment as one HTML page that needs nothing else: no script, no font, no file, no network.

use crate::Language;
use crate::frame::Frame;
use crate::view::Look;
use crate::view::custody::{HeldNow, Next};
use crate::view::finding::Counts;
use crate::view::person::Person;
use askama::Template;
use habeas_case::Assessment;
use std::collections::BTreeSet;

/// The whole page.
#[derive(Debug, Template)]
#[template(path = "report.html")]
struct Report {
    w: Frame,
    css: &'static str,
    title: String,
    written: Option<String>,
    /// Where there are several persons.
    index: Vec<Entry>,
    total: Counts,
    persons: Vec<Person>,
}

/// A row of the index.
#[derive(Debug)]
struct Entry {
    anchor: String,
    case: String,
    subject: String,
    held: HeldNow,
    next: Next,
    counts: Counts,
    lost: Option<String>,
}

/// One self-contained HTML page for these assessments, in their order.
///
/// Several begin with an index. `generated` is when the page was written, in words: this crate
/// reads no clock.
#[must_use]
pub fn report(assessments: &[Assessment], language: Language, generated: Option<&str>) -> String {
    let w = Frame::new(language);
    let looks = (1..)
        .zip(assessments)
        .map(|(n, a)| Look::at(a, language, n));
    let persons: Vec<Person> = looks.map(|look| Person::of(&look)).collect();
    let cases: BTreeSet<&str> = assessments.iter().map(|a| &*a.case).collect();
    let title = match persons.as_slice() {
        [] => w.page_title_none(),
        [one] => w.page_title_one(one.title.as_str()),
        many => w.page_title_many(many.len(), cases.len()),
    };
    let index: Vec<Entry> = if persons.len() > 1 {
        persons.iter().map(Entry::of).collect()
    } else {
        Vec::new()
    };
    let total = persons
        .iter()
        .fold(Counts::default(), |sum, person| sum.plus(person.counts));
    let report = Report {
        w,
        css: include_str!("../templates/page.css"),
        title,
        written: generated.map(|when| w.page_written(when)),
        index,
        total,
        persons,
    };
    // Writing into a string fails only where a piece refuses to be written, and none does.
    report.render().unwrap_or_default()
}

impl Entry {
    fn of(person: &Person) -> Self {
        Self {
            anchor: person.anchor.clone(),
            case: person.case.clone(),
            subject: person.subject.clone(),
            held: person.held.clone(),
            next: person.next.clone(),
            counts: person.counts,
            lost: person.lost_brief.clone(),
        }
    }
}
