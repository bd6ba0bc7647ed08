//! Lengths and values in the notation of packs, as people say them.

use crate::frame::Frame;
use habeas_case::assessment::Fact;

const HOUR: i64 = 60;
const DAY: i64 = 24 * HOUR;

/// How long, in the two largest units; from a week on in days alone.
pub(crate) fn span(w: Frame, minutes: i64) -> String {
    let minutes = minutes.max(0);
    let (days, hours) = (minutes / DAY, minutes % DAY / HOUR);
    let two = |large: String, count: i64, small: String| match count {
        0 => large,
        _ => w.length_and(large, small),
    };
    match (days, hours) {
        (7.., _) => w.length_days(days),
        (1.., _) => two(w.length_days(days), hours, w.length_hours(hours)),
        (_, 1..) => two(
            w.length_hours(hours),
            minutes % HOUR,
            w.length_minutes(minutes % HOUR),
        ),
        _ => w.length_minutes(minutes),
    }
}

/// `37 days`, `1 month + 15 days` in words; none where it is no length.
pub(crate) fn length(w: Frame, text: &str) -> Option<String> {
    if text == "no time" {
        return Some(w.length_none());
    }
    let mut parts = text.split(" + ").map(|part| {
        let (count, unit) = part.split_once(' ')?;
        let count: i64 = count.parse().ok()?;
        Some(match unit.trim_end_matches('s') {
            "minute" => w.length_minutes(count),
            "hour" => w.length_hours(count),
            "day" => w.length_days(count),
            "working day" => w.length_working_days(count),
            "month" => w.length_months(count),
            "year" => w.length_years(count),
            _ => return None,
        })
    });
    let first = parts.next()??;
    parts.try_fold(first, |said, part| Some(w.length_and(said, part?)))
}

/// A value: the words of the pack where it has some, else what the notation means.
pub(crate) fn value(w: Frame, fact: &Fact) -> String {
    match &fact.value_label {
        Some(words) => w.language().of(words).to_owned(),
        None => plain(w, &fact.value),
    }
}

/// A value without a word of its own.
pub(crate) fn plain(w: Frame, value: &str) -> String {
    match value {
        "yes" => w.value_yes(),
        "no" => w.value_no(),
        "none" => w.value_none(),
        _ => length(w, value).unwrap_or_else(|| value.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn spans_have_two_units() {
        let w = Frame::new(Language::English);
        let said = |minutes| span(w, minutes);
        assert_eq!(said(0), "0 minutes");
        assert_eq!(said(90), "1 hour 30 minutes");
        assert_eq!(said(DAY), "1 day");
        assert_eq!(said(3 * DAY + 4 * HOUR + 59), "3 days 4 hours");
        assert_eq!(said(8 * DAY + 4 * HOUR), "8 days");
        assert_eq!(said(i64::MIN), "0 minutes");
    }

    #[test]
    fn lengths_of_packs_are_read() {
        let (en, zh) = (Frame::new(Language::English), Frame::new(Language::Chinese));
        assert_eq!(plain(en, "1 month + 15 days"), "1 month 15 days");
        assert_eq!(plain(zh, "5 working days"), "5 个工作日");
        assert_eq!(plain(zh, "yes"), "是");
        assert_eq!(plain(en, "5 of them"), "5 of them");
        assert_eq!(plain(en, "2026-11-08"), "2026-11-08");
    }
}
