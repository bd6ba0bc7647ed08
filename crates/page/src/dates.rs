//! Days and instants as people read them.

use crate::frame::Frame;
use habeas_case::Assessment;
use habeas_case::assessment::{Ends, Moment};
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;
use std::collections::BTreeSet;

/// In seconds.
pub(crate) const DAY: i64 = 86_400;

/// Writes the moments of one assessment.
#[derive(Clone, Debug)]
pub(crate) struct Dates {
    w: Frame,
    /// The offset of the instant asked, `+08:00`: it is said once, and again only where it differs.
    zone: String,
    /// Midnights that stand for a day of which no hour is known.
    whole_days: BTreeSet<i64>,
    asked: i64,
}

/// What the text of a moment says.
enum Read {
    Day(Date),
    /// Counted from a day 0 of which no date is known.
    Count(i64),
    Hour(Date, i8),
    Instant(DateTime, String),
}

fn read(text: &str) -> Option<Read> {
    if let Some(count) = text.strip_prefix("day ") {
        return count.parse().ok().map(Read::Count);
    }
    if let Some((time, offset)) = text.get(..19).zip(text.get(19..))
        && let Ok(time) = time.parse::<DateTime>()
    {
        return Some(Read::Instant(time, offset.to_owned()));
    }
    if let Some((day, hour)) = text.strip_suffix('h').and_then(|text| text.split_once(' ')) {
        return Some(Read::Hour(day.parse().ok()?, hour.parse().ok()?));
    }
    if text.len() > 10 {
        let time = text.parse::<DateTime>().ok()?;
        return Some(Read::Instant(time, String::new()));
    }
    text.parse::<Date>().ok().map(Read::Day)
}

impl Dates {
    pub(crate) fn of(assessment: &Assessment, w: Frame) -> Self {
        let acts = assessment.acts.iter().map(|act| &act.happened);
        Self {
            whole_days: acts.filter(|m| m.day_only).map(|m| m.instant).collect(),
            ..Self::at(&assessment.at, w)
        }
    }

    /// Of an instant asked, and no acts.
    pub(crate) fn at(asked: &Moment, w: Frame) -> Self {
        Self {
            w,
            zone: asked.text.get(19..).unwrap_or_default().to_owned(),
            whole_days: BTreeSet::new(),
            asked: asked.instant,
        }
    }

    /// `+08:00`, where instants of this assessment say it.
    pub(crate) fn zone(&self) -> &str {
        &self.zone
    }

    /// `2026-11-08`, `2026-11-08, 15:00`; for tables.
    pub(crate) fn short(&self, moment: &Moment) -> String {
        self.write(moment, false, false)
    }

    /// The end of a stretch: midnight is 24:00 of the day before.
    pub(crate) fn short_end(&self, moment: &Moment) -> String {
        match read(&moment.text) {
            Some(Read::Count(count)) => self.w.date_offset(self.count_ended(moment, count)),
            _ if moment.instant == self.asked && !moment.day_only => self.w.date_asked(),
            _ => self.write(moment, false, true),
        }
    }

    /// A stretch from a midnight to a midnight is one of whole days, first to last.
    pub(crate) fn stretch(&self, from: &Moment, to: &Moment) -> (String, String) {
        let whole = (read(&from.text), read(&to.text));
        if let (Some(Read::Instant(a, _)), Some(Read::Instant(b, _))) = whole
            && midnight(a)
            && midnight(b)
            && to.instant != self.asked
            && let Ok(last) = b.date().yesterday()
            && last >= a.date()
        {
            return (self.day(a.date(), false), self.day(last, false));
        }
        (self.short(from), self.short_end(to))
    }

    /// A day that ends a period is carried as the midnight after it; one on which something
    /// happened, as the midnight before.
    fn is_last_day(&self, moment: &Moment) -> bool {
        let begins = match read(&moment.text).filter(|_| moment.day_only) {
            Some(Read::Day(day)) => {
                midnight_of(day).saturating_sub(offset(&self.zone).seconds().into())
            }
            Some(Read::Count(count)) => count.saturating_mul(DAY),
            _ => return false,
        };
        // The clocks may have been changed in between.
        moment.instant > begins.saturating_add(DAY / 2)
    }

    /// A stretch of a history without dates ends at the midnight with which the day named begins.
    fn count_ended(&self, moment: &Moment, count: i64) -> i64 {
        let begins = moment.instant == count.saturating_mul(DAY) && moment.instant != self.asked;
        count.saturating_sub(begins.into())
    }

    /// For sentences; a last day is said to be one.
    pub(crate) fn long_or_last_day(&self, moment: &Moment) -> String {
        let said = self.long(moment);
        if self.is_last_day(moment) {
            self.w.date_last_day(said)
        } else {
            said
        }
    }

    /// `Sunday 8 November 2026, 15:00`; for sentences.
    pub(crate) fn long(&self, moment: &Moment) -> String {
        self.write(moment, true, false)
    }

    /// For `datetime` of HTML; none where no calendar date is known.
    pub(crate) fn machine(&self, moment: &Moment) -> Option<String> {
        match read(&moment.text)? {
            Read::Count(_) => None,
            Read::Day(day) | Read::Hour(day, _) => Some(day.to_string()),
            Read::Instant(time, _) if self.only_a_day(moment, time) => {
                Some(time.date().to_string())
            }
            Read::Instant(..) => Some(moment.text.clone()),
        }
    }

    /// Whether only the day is known, though an instant stands there.
    pub(crate) fn day_known_only(&self, moment: &Moment) -> bool {
        moment.day_only || self.whole_days.contains(&moment.instant)
    }

    fn only_a_day(&self, moment: &Moment, time: DateTime) -> bool {
        midnight(time) && self.whole_days.contains(&moment.instant)
    }

    fn write(&self, moment: &Moment, long: bool, ends: bool) -> String {
        let day = |day: Date| self.day(day, long);
        match read(&moment.text) {
            None => moment.text.clone(),
            Some(Read::Day(date)) => day(date),
            Some(Read::Count(count)) => self.w.date_offset(count),
            Some(Read::Hour(date, hour)) => self.w.date_hour(day(date), hour),
            Some(Read::Instant(time, offset)) => {
                if ends && midnight(time) {
                    let before = time.date().yesterday().unwrap_or(time.date());
                    return self.w.date_midnight(day(before));
                }
                if self.only_a_day(moment, time) {
                    return day(time.date());
                }
                let said = self.w.date_time(day(time.date()), clock_face(time));
                if offset.is_empty() || offset == self.zone {
                    said
                } else {
                    self.w.date_in_zone(said, offset)
                }
            }
        }
    }

    fn day(&self, day: Date, long: bool) -> String {
        if !long {
            return day.to_string();
        }
        let weekday = day.weekday().to_monday_one_offset();
        self.w
            .date_long(weekday, day.day(), day.month(), day.year())
    }

    /// A mark on an axis.
    pub(crate) fn tick(&self, time: DateTime, with_hour: bool) -> String {
        if with_hour && !midnight(time) {
            clock_face(time)
        } else {
            self.day(time.date(), false)
        }
    }

    /// A last day is said to be one.
    fn last(&self, moment: &Moment, long: bool) -> String {
        let said = self.write(moment, long, true);
        if self.is_last_day(moment) {
            self.w.date_last_day(said)
        } else {
            said
        }
    }

    /// An end with its bounds, for sentences.
    pub(crate) fn ends_long(&self, ends: &Ends) -> String {
        match &ends.latest {
            Some(latest) if *latest == ends.earliest => self.last(latest, true),
            _ => self.bounds(ends, |m| self.write(m, true, true)),
        }
    }

    /// An end with its bounds, for tables.
    pub(crate) fn ends_short(&self, ends: &Ends) -> String {
        self.bounds(ends, |m| self.write(m, false, true))
    }

    /// One end, for lists.
    pub(crate) fn end(&self, moment: &Moment) -> String {
        self.last(moment, false)
    }

    fn bounds(&self, ends: &Ends, say: impl Fn(&Moment) -> String) -> String {
        let early = say(&ends.earliest);
        match &ends.latest {
            Some(latest) if *latest == ends.earliest => early,
            Some(latest) => self.w.ends_between(early, say(latest)),
            None => self.w.ends_open(early),
        }
    }
}

/// `+08:00`; what is no offset is UTC.
pub(crate) fn offset(text: &str) -> Offset {
    let read = || {
        let (hours, minutes) = text.get(1..)?.split_once(':')?;
        let seconds =
            hours.parse::<i32>().ok()? * 3600 + minutes.get(..2)?.parse::<i32>().ok()? * 60;
        Offset::from_seconds(if text.starts_with('-') {
            -seconds
        } else {
            seconds
        })
        .ok()
    };
    read().unwrap_or(Offset::UTC)
}

/// In UTC, as seconds.
fn midnight_of(day: Date) -> i64 {
    let midnight = Offset::UTC.to_timestamp(day.at(0, 0, 0, 0));
    midnight.map_or(0, |midnight| midnight.as_second())
}

fn midnight(time: DateTime) -> bool {
    (time.hour(), time.minute(), time.second()) == (0, 0, 0)
}

fn clock_face(time: DateTime) -> String {
    match time.second() {
        0 => format!("{:02}:{:02}", time.hour(), time.minute()),
        second => format!("{:02}:{:02}:{second:02}", time.hour(), time.minute()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;
    use jiff::Timestamp;

    fn dates(zone: &str) -> Dates {
        Dates {
            w: Frame::new(Language::English),
            zone: zone.to_owned(),
            whole_days: BTreeSet::new(),
            asked: 0,
        }
    }

    fn moment(text: &str, instant: &str, day_only: bool) -> Moment {
        let instant = instant.parse::<Timestamp>().unwrap().as_second();
        Moment {
            text: text.to_owned(),
            instant,
            day_only,
        }
    }

    #[test]
    fn a_last_day_is_told_from_a_day_on_which_something_happened() {
        let shanghai = dates("+08:00");
        let happened = moment("2026-11-08", "2026-11-08T00:00:00+08:00", true);
        let last = moment("2026-11-08", "2026-11-09T00:00:00+08:00", true);
        assert_eq!(shanghai.end(&happened), "2026-11-08");
        assert_eq!(shanghai.end(&last), "2026-11-08, the last day");
    }

    #[test]
    fn also_where_the_clocks_were_changed_in_between() {
        let winter = dates("+00:00");
        let happened = moment("2026-10-20", "2026-10-20T00:00:00+01:00", true);
        let last = moment("2026-10-20", "2026-10-21T00:00:00+01:00", true);
        assert_eq!(winter.end(&happened), "2026-10-20");
        assert_eq!(winter.end(&last), "2026-10-20, the last day");
    }

    #[test]
    fn midnight_ends_the_day_before_and_another_zone_is_said() {
        let winter = dates("+00:00");
        let text = "2026-11-09T00:00:00+00:00";
        let midnight = moment(text, text, false);
        assert_eq!(winter.short(&midnight), "2026-11-09, 00:00");
        assert_eq!(winter.short_end(&midnight), "2026-11-08, 24:00");
        let text = "2026-10-24T13:30:05+01:00";
        let summer = moment(text, text, false);
        assert_eq!(winter.short(&summer), "2026-10-24, 13:30:05 (UTC+01:00)");
        assert_eq!(
            winter.long(&summer),
            "Saturday 24 October 2026, 13:30:05 (UTC+01:00)"
        );
    }

    #[test]
    fn days_without_a_date_are_counted() {
        let dates = dates("");
        let day = |count: i64, instant: i64| Moment {
            text: format!("day {count}"),
            instant: instant * DAY,
            day_only: true,
        };
        assert_eq!(dates.end(&day(30, 31)), "day 30, the last day");
        assert_eq!(dates.end(&day(30, 30)), "day 30");
        let (from, to) = dates.stretch(&day(1, 1), &day(31, 31));
        assert_eq!((from.as_str(), to.as_str()), ("day 1", "day 30"));
        assert_eq!(dates.machine(&day(30, 30)), None);
    }

    #[test]
    fn what_cannot_be_read_is_shown_as_it_is() {
        let moment = moment("in the spring", "2026-01-01T00:00:00Z", true);
        assert_eq!(dates("+08:00").long(&moment), "in the spring");
    }
}
