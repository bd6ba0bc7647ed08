//! What the properties except, because the engine does not do so yet; each has its minimal example in `data/faults.txt`.

/// The field that is filled in, and the difference that follows; an empty one is any.
const OPEN: &[(&str, &str)] = &[
    // A remedy that a doubtful breach opens is said to be certain.
    ("", "is no longer certain"),
    // The same organ, and the level of one is not known: different or not is unknown.
    ("level", "unlawful_seizure"),
    // A title is certain from the midnight of the day on which it began.
    ("happened", "a certain title"),
    // The hours between the end and a restart have a title.
    ("", "is the title of a stretch in which it does not run"),
    // A measure taken over on a known day runs for the whole of that day, whatever ended it.
    ("", "stretches cover"),
    // No fault: a measure is shown from the first instant at which it can have begun.
    ("happened", "measure "),
];

/// Whether a difference that follows from filling in a field is excepted.
pub fn excepts(what: &str, difference: &str) -> bool {
    OPEN.iter()
        .any(|(field, part)| what.starts_with(field) && difference.contains(part))
}
