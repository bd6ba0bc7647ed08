//! The whole derivation as plain text: the citation is the first column of every line.

use super::layout::{GAP, Sheet, WIDTH};
use super::opening;
use crate::Language;
use crate::view::{Line, Look, Needs};
use habeas_case::Assessment;

const INDENT: usize = 2;
const CITE: usize = 20;
const COMES_TO: usize = 26;
const TEXT: usize = WIDTH - INDENT - CITE - COMES_TO - 2 * GAP;

/// Where the text of a line begins.
const UNDER: usize = INDENT + CITE + GAP;

/// How each clock, gate and formula came about, line by line, with the facts used and missing.
#[must_use]
pub fn explain(assessment: &Assessment, language: Language) -> String {
    let look = Look::at(assessment, language, 1);
    let w = look.w;
    let mut sheet = Sheet::default();
    opening(&mut sheet, &look);
    let named = |label: &str, ours: bool, rule: &str| match ours {
        true => format!("{}  [{rule}]", w.ours_too(label)),
        false => format!("{label}  [{rule}]"),
    };
    for clock in look.all_clocks() {
        sheet.heading(&named(&clock.label, clock.ours, &clock.rule));
        clock
            .because
            .iter()
            .for_each(|line| one(&mut sheet, &look, line, 0));
        for void in &clock.voids {
            let cite = void
                .cite
                .as_ref()
                .map(|cite| cite.plain())
                .unwrap_or_default();
            three(&mut sheet, 0, [&cite, &void.text, ""]);
            for act in &void.acts {
                sheet.labelled(UNDER, "", GAP, &act.text);
            }
        }
        conclusion(&mut sheet, &clock.headline, Some(&clock.status));
        needs(&mut sheet, &look, &clock.needs);
    }
    let gates = look.gates();
    for gate in gates.first.iter().chain(&gates.rest) {
        sheet.heading(&named(&gate.label, gate.ours, &gate.rule));
        sheet.paragraph(INDENT, &gate.act.text);
        gate.conditions
            .iter()
            .for_each(|line| one(&mut sheet, &look, line, 0));
        conclusion(&mut sheet, &gate.verdict, None);
        needs(&mut sheet, &look, &gate.needs);
    }
    for formula in look.formulas() {
        sheet.heading(&named(&formula.label, false, &formula.rule));
        for step in &formula.steps {
            let cite = step
                .cite
                .as_ref()
                .map(|cite| cite.plain())
                .unwrap_or_default();
            three(&mut sheet, 0, [&cite, &step.name, &step.value]);
            needs(&mut sheet, &look, &step.needs);
        }
    }
    sources(&mut sheet, &look);
    sheet.into_text()
}

fn one(sheet: &mut Sheet, look: &Look<'_>, line: &Line, depth: usize) {
    let w = look.w;
    let comes_to = match (&line.reaches, &line.truth) {
        (Some(reaches), _) => format!("→ {reaches}"),
        (None, Some(truth)) => truth.word.clone(),
        (None, None) => String::new(),
    };
    three(sheet, depth, [&line.cite.plain(), &line.text, &comes_to]);
    let used = line.facts.iter().map(|fact| match &fact.act {
        Some(act) => format!("{} ({})", fact.said, act.brief),
        None => fact.said.clone(),
    });
    let used: Vec<String> = used.collect();
    if !used.is_empty() {
        sheet.labelled(UNDER + GAP, &w.facts_used(), 0, &used.join(" · "));
    }
    needs(sheet, look, &line.needs);
    if let Some(cure) = &line.cure {
        sheet.labelled(UNDER + GAP, &w.cure(), 0, cure);
    }
    line.within
        .iter()
        .for_each(|within| one(sheet, look, within, depth + 1));
}

/// Citation, text, what it comes to; deeper lines take their indent from the text.
fn three(sheet: &mut Sheet, depth: usize, row: [&str; 3]) {
    let inset = (depth * GAP).min(TEXT / 2);
    sheet.row(INDENT + inset, &row, &[CITE, TEXT - inset, COMES_TO]);
}

fn conclusion(sheet: &mut Sheet, text: &str, status: Option<&str>) {
    let said = match status {
        Some(status) => format!("{text} · {status}"),
        None => text.to_owned(),
    };
    sheet.labelled(UNDER, "=", GAP, &said);
}

fn needs(sheet: &mut Sheet, look: &Look<'_>, needs: &Needs) {
    if !needs.is_empty() {
        sheet.labelled(UNDER + GAP, &look.w.needs(), 0, &needs.named());
    }
}

fn sources(sheet: &mut Sheet, look: &Look<'_>) {
    let sources = look.sources();
    sheet.heading(&look.w.computed_from());
    sheet.paragraph(INDENT, &look.w.engine(sources.engine.as_str()));
    for (name, hash) in &sources.packs {
        sheet.paragraph(INDENT, &format!("{name}  {hash}"));
    }
}
