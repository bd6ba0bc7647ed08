//! What of a case is open: its clocks and duties that run, each with when it ends, and nothing else of it.

use habeas_law::Truth;

use crate::assessment::{Assessment, Clock, Status};

/// Each clock and duty that is open or may be, by its rule, with its earliest end in seconds since 1970; of one for which no end can be
/// computed, its start. One that may have no end and no start is left out.
pub fn open(assessment: &Assessment) -> impl Iterator<Item = (&str, i64)> {
    let clocks = assessment.clocks.iter().filter(|clock| is_open(clock));
    clocks.filter_map(|clock| {
        let ends = clock.ends.as_ref().map(|ends| &ends.earliest);
        let at = ends.or(clock.started.as_ref())?;
        Some((clock.rule.as_str(), at.instant))
    })
}

fn is_open(clock: &Clock) -> bool {
    match clock.status {
        Status::Running
        | Status::Suspended
        | Status::Overdue
        | Status::DueAtOnce
        | Status::WithoutDelay
        | Status::Unknown => clock.applies != Truth::No,
        Status::NotStarted | Status::Met | Status::MetLate | Status::Ended | Status::EndedLate => {
            false
        }
    }
}
