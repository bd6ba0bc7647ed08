//! What can only be checked when everything is read: citations lead somewhere, conventions say how to count, versions do not
//! overlap.

use super::define::{Counting, Defined, Place};
use super::front::Front;
use crate::count::{Choices, Unit};
use crate::law::Law;
use crate::problem::Problem;
use crate::rules::Version;

/// Checks what was read.
pub(super) fn check(law: &Law, fronts: &[Front], defined: &Defined, problems: &mut Vec<Problem>) {
    for (place, cited) in &defined.cited {
        if law.passage(place.pack, &cited.text).is_none() {
            problems.push(leads_nowhere(law, *place, &cited.text));
        }
    }
    // A pack that names a convention which is not there was told so.
    let named = |rule: &Counting| {
        let mut of_pack = fronts.iter().filter(|front| front.pack == rule.place.pack);
        of_pack.any(|front| front.counting.is_some())
    };
    let countless = |rule: &&Counting| rule.convention.is_some() || !named(rule);
    for rule in defined.counting.iter().filter(countless) {
        problems.extend(cannot_count(law, defined, rule));
    }
    overlaps(law, defined, problems);
}

fn leads_nowhere(law: &Law, place: Place, citation: &str) -> Problem {
    let file = law.file(place.file);
    let (code, _) = citation.split_once(' ').unwrap_or((citation, ""));
    let seen = std::iter::once(&place.pack).chain(law.names.uses(place.pack));
    let sources: Vec<&str> = seen
        .flat_map(|pack| &law.pack(*pack).sources)
        .map(|s| s.code.as_str())
        .collect();
    if !sources.contains(&code) {
        let message = format!("`{code}` is no source of this pack or of those it uses");
        return Problem::new(file, place.span, message, "unknown source")
            .hint(format!("the sources are {}", sources.join(", ")));
    }
    let message = format!(
        "{citation} is cited, and no passage of that name is rendered in the packs seen from here"
    );
    let article = citation.split('(').next().unwrap_or(citation);
    Problem::new(file, place.span, message, "leads nowhere")
        .hint(format!("render it under a heading `## {article}. …`"))
}

fn cannot_count(law: &Law, defined: &Defined, rule: &Counting) -> Option<Problem> {
    let name = &rule.name;
    let choices = rule
        .convention
        .and_then(|id| defined.conventions.get(id.index()));
    let (message, hint) = match choices {
        None => (
            format!("`{name}` counts by no convention"),
            "choose one with `counted by`, or name the pack's own by `counting:` in the front matter",
        ),
        Some(convention) => {
            let unit = rule
                .units
                .iter()
                .find(|unit| !says(&convention.choices, **unit))?
                .name();
            (
                format!(
                    "`{name}` counts {unit}, and its convention `{}` does not say how",
                    convention.name
                ),
                "choose one with `counted by`, or complete the convention",
            )
        }
    };
    let place = rule.place;
    Some(Problem::new(law.file(place.file), place.span, message, "this rule").hint(hint))
}

fn says(choices: &Choices, unit: Unit) -> bool {
    match unit {
        Unit::Years => choices.years.is_some() || choices.months.is_some(),
        Unit::Months => choices.months.is_some(),
        Unit::Days => choices.days.is_some(),
        Unit::WorkingDays => choices.working_days.is_some(),
        Unit::Hours | Unit::Minutes => choices.hours.is_some(),
    }
}

/// Two texts that are in force on one day say two things.
fn overlaps(law: &Law, defined: &Defined, problems: &mut Vec<Problem>) {
    let ends_before =
        |x: &Version, y: &Version| x.until.is_some_and(|u| y.from.is_some_and(|f| u <= f));
    for (n, later) in defined.versions.iter().enumerate() {
        let mut earlier = defined.versions.iter().take(n);
        let clash = earlier.find(|earlier| {
            let (a, b) = (&earlier.version, &later.version);
            (earlier.kind, earlier.group) == (later.kind, later.group)
                && !ends_before(a, b)
                && !ends_before(b, a)
        });
        let Some(earlier) = clash else { continue };
        let (a, b) = (&earlier.version.article, &later.version.article);
        let message = format!(
            "two versions of `{}` are in force at once: {a} and {b}",
            later.name
        );
        let source = law.file(later.place.file);
        problems.push(
            Problem::new(source, later.place.span, message, "the second version")
                .hint("end one by `in force A .. B` before the other begins"),
        );
    }
}
