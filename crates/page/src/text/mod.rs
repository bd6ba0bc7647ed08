//! The assessment as plain text for terminals, about a hundred cells wide.

mod difference;
mod explain;
mod layout;
mod rule;

pub use difference::{difference, difference_sum};
pub use explain::explain;
pub use rule::{Official, rule};

use crate::Language;
use crate::view::clock::Clock;
use crate::view::custody::Stretch;
use crate::view::finding::{Counts, Finding};
use crate::view::{ActRef, Cited, Look};
use habeas_case::Assessment;
use layout::Sheet;

/// Room for a term before what is said of it.
const TERM: usize = 16;

/// What is shown and what is not, what runs out when, what ran over, what the person can do.
#[must_use]
pub fn table(assessment: &Assessment, language: Language) -> String {
    let look = Look::at(assessment, language, 1);
    let mut sheet = Sheet::default();
    opening(&mut sheet, &look);
    untitled(&mut sheet, &look);
    glance(&mut sheet, &look);
    findings(&mut sheet, &look);
    clocks(&mut sheet, &look);
    titles(&mut sheet, &look);
    gates(&mut sheet, &look);
    remedies(&mut sheet, &look);
    not_judged(&mut sheet, &look);
    sheet.into_text()
}

/// What stands over everything: what was lost, what was computed from what.
fn opening(sheet: &mut Sheet, look: &Look<'_>) {
    sheet.paragraph(0, &look.title());
    if let Some(lost) = look.lost() {
        sheet.paragraph(0, &format!("!! {lost}"));
        for line in look.lost_lines() {
            sheet.labelled(0, "!!", 3, &line.text);
            if let Some(found) = line.found {
                sheet.labelled(0, "  ", 3, &found);
            }
        }
    }
    sheet.paragraph(0, &look.opening());
    for limit in look.limits() {
        sheet.paragraph(0, &limit);
    }
    sheet.paragraph(0, &look.as_of());
}

fn untitled(sheet: &mut Sheet, look: &Look<'_>) {
    let stretches = look.untitled();
    if stretches.is_empty() {
        return;
    }
    let w = look.w;
    sheet.heading(&w.untitled());
    for stretch in &stretches {
        let mut said = w.stretch_from_to(stretch.from.as_str(), stretch.to.as_str());
        said.push_str(&format!(" ({})", stretch.long));
        sheet.paragraph(2, &said);
        if !stretch.acts.is_empty() {
            sheet.labelled(4, &w.untitled_acts(), TERM, &acts(&stretch.acts));
        }
        needs(sheet, look, 4, &stretch.needs.plain());
    }
}

fn glance(sheet: &mut Sheet, look: &Look<'_>) {
    let w = look.w;
    let held = look.held_now();
    sheet.blank();
    let said: Vec<String> = [Some(held.headline), held.since, held.under]
        .into_iter()
        .flatten()
        .collect();
    sheet.labelled(0, &w.col_held(), TERM, &said.join(" · "));
    let next = look.next();
    let said: Vec<String> = [Some(next.headline), next.distance]
        .into_iter()
        .flatten()
        .chain(next.what)
        .collect();
    sheet.labelled(0, &w.next_date_brief(), TERM, &said.join(" · "));
    sheet.labelled(
        0,
        &w.found(),
        TERM,
        &Counts::of(look.of).said(w).join(" · "),
    );
}

fn findings(sheet: &mut Sheet, look: &Look<'_>) {
    for group in look.findings() {
        sheet.heading(&group.heading);
        for finding in &group.items {
            one_finding(sheet, look, finding);
        }
    }
}

fn one_finding(sheet: &mut Sheet, look: &Look<'_>, finding: &Finding) {
    let w = look.w;
    sheet.paragraph(2, &format!("{}  {}", finding.label, finding.cite.plain()));
    let when: Vec<String> = [&finding.when, &finding.over]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    if !when.is_empty() {
        sheet.labelled(4, &w.finding_when(), TERM, &when.join(" · "));
    }
    if !finding.acts.is_empty() {
        sheet.labelled(4, &w.finding_acts(), TERM, &acts(&finding.acts));
    }
    if let Some(said) = &finding.not_theirs {
        sheet.paragraph(4, said);
    }
    let mut each = |term: String, all: &[Cited]| {
        for cited in all {
            sheet.labelled(
                4,
                &term,
                TERM,
                &format!("{}  {}", cited.text, cited.cite.plain()),
            );
        }
    };
    each(w.finding_effects(), &finding.effects);
    each(w.finding_who(), &finding.who);
    each(w.finding_later(), &finding.later);
    needs(sheet, look, 4, &finding.needs.plain());
}

fn clocks(sheet: &mut Sheet, look: &Look<'_>) {
    let w = look.w;
    let clocks = look.clocks();
    let titles = [
        w.col_what(),
        w.col_state(),
        w.clock_ends(),
        w.clock_whose(),
        w.col_article(),
    ];
    let mut part = |heading: String, clocks: &[Clock]| {
        if clocks.is_empty() {
            return;
        }
        sheet.heading(&heading);
        let rows: Vec<Vec<String>> = clocks.iter().map(|clock| row(look, clock)).collect();
        sheet.table(2, &titles, &rows);
    };
    let over = |clock: &&Clock| clock.class == "overdue";
    let overdue: Vec<Clock> = clocks.open.iter().filter(over).cloned().collect();
    let running: Vec<Clock> = clocks.open.iter().filter(|c| !over(c)).cloned().collect();
    part(w.clocks_overdue(), &overdue);
    part(w.clocks_running(), &running);
    part(w.clocks_unknown(), &clocks.unknown);
    part(w.clocks_closed(clocks.closed.len()), &clocks.closed);
}

fn row(look: &Look<'_>, clock: &Clock) -> Vec<String> {
    let w = look.w;
    let mut label = clock.label.clone();
    if clock.ours {
        label = w.ours_too(label);
    }
    let mut ends = clock.brief.clone().unwrap_or_else(|| "–".to_owned());
    for more in clock.distance.iter() {
        ends.push_str(&format!(" · {more}"));
    }
    if !clock.needs.is_empty() {
        ends.push_str(&format!(" · {} {}", w.needs(), clock.needs.plain()));
    }
    if !clock.voids.is_empty() {
        ends.push_str(&format!(" · {}", w.segment_void_says()));
    }
    vec![
        label,
        clock.status.clone(),
        ends,
        clock.bearers.clone(),
        clock.article.clone(),
    ]
}

fn titles(sheet: &mut Sheet, look: &Look<'_>) {
    let w = look.w;
    let stretches = look.stretches();
    if stretches.is_empty() {
        return;
    }
    sheet.heading(&w.custody_and_titles());
    let rows: Vec<Vec<String>> = stretches
        .iter()
        .map(|s| {
            vec![
                w.stretch_from_to(s.from.as_str(), s.to.as_str()),
                s.long.clone(),
                title(look, s),
            ]
        })
        .collect();
    sheet.table(2, &[], &rows);
}

fn title(look: &Look<'_>, stretch: &Stretch) -> String {
    let w = look.w;
    match &stretch.title {
        None => w.untitled(),
        Some(title) if stretch.ours => w.ours_too(title.as_str()),
        Some(title) if !stretch.certain => format!("{title} · {}", w.title_uncertain()),
        Some(title) => title.clone(),
    }
}

fn gates(sheet: &mut Sheet, look: &Look<'_>) {
    let gates = look.gates().first;
    if gates.is_empty() {
        return;
    }
    let w = look.w;
    sheet.heading(&w.gates());
    for gate in &gates {
        let label = if gate.ours {
            w.ours_too(gate.label.as_str())
        } else {
            gate.label.clone()
        };
        sheet.paragraph(2, &format!("{label}  {}", gate.article));
        sheet.labelled(4, &w.col_state(), TERM, &gate.verdict);
        sheet.labelled(4, &w.finding_acts(), TERM, &gate.act.text);
        if !gate.instead.is_empty() {
            sheet.labelled(4, &w.gate_instead(), TERM, &gate.instead);
        }
        needs(sheet, look, 4, &gate.needs.plain());
    }
}

fn remedies(sheet: &mut Sheet, look: &Look<'_>) {
    let w = look.w;
    sheet.heading(&w.remedies());
    let remedies = look.remedies();
    if remedies.is_empty() {
        sheet.paragraph(2, &w.remedies_none());
    }
    for remedy in &remedies {
        sheet.paragraph(
            2,
            &format!(
                "{}  {}  ({})",
                remedy.label,
                remedy.cite.plain(),
                remedy.state
            ),
        );
        let terms = [
            (w.remedy_to(), Some(remedy.to.clone())),
            (w.remedy_whom(), remedy.whom.clone()),
            (w.remedy_by(), Some(remedy.by.clone())),
            (w.remedy_answer(), remedy.answer_due.clone()),
            (w.remedy_then(), Some(remedy.then.clone())),
        ];
        for (term, said) in terms {
            if let Some(said) = said.filter(|said| !said.is_empty()) {
                sheet.labelled(4, &term, TERM, &said);
            }
        }
    }
    for channel in look.channels() {
        let parts = [
            channel.organ,
            channel.telephone,
            channel.address,
            Some(channel.cite.plain()),
        ];
        let said: Vec<String> = parts
            .into_iter()
            .flatten()
            .filter(|s| !s.is_empty())
            .collect();
        sheet.labelled(2, &channel.label, TERM + 2, &said.join(" · "));
    }
}

fn not_judged(sheet: &mut Sheet, look: &Look<'_>) {
    let all = look.not_judged();
    if all.is_empty() {
        return;
    }
    sheet.heading(&look.w.not_judged());
    for left in &all {
        sheet.labelled(2, &left.citation, TERM, &left.why);
    }
}

fn acts(acts: &[ActRef]) -> String {
    acts.iter()
        .map(|act| act.text.as_str())
        .collect::<Vec<_>>()
        .join(" · ")
}

fn needs(sheet: &mut Sheet, look: &Look<'_>, indent: usize, needs: &str) {
    if !needs.is_empty() {
        sheet.labelled(indent, &look.w.needs(), TERM, needs);
    }
}
