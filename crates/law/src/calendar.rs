//! Working days and holidays, read from a data file with its sources.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};

use crate::moment::shift;

/// A kind of day that a calendar names (`off`, `bank_holiday`) or a weekday.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Every such day of the week.
    Weekday(Weekday),
    /// A kind that the calendar's lines carry.
    Named(String),
}

/// One calendar: which days are worked, why not, and for which years that is known.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    /// Name as packs write it, `cn/holidays`.
    pub name: String,
    weekend: Vec<Weekday>,
    days: BTreeMap<Date, Entry>,
    published: Vec<(Date, Date)>,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    kinds: Vec<String>,
    name: [String; 2],
    source: String,
}

/// Kinds with a meaning of their own.
const WORKDAY: &str = "workday";
/// The most days that one line may add to its first.
const LONGEST_LINE: i64 = 366;
/// The longest run of days off that a search walks over.
const LONGEST_BREAK: i64 = 400;

impl Calendar {
    /// Reads the CSV of section 6 of the pack format.
    ///
    /// # Errors
    /// One sentence per wrong line, with its number.
    pub fn read(name: &str, text: &str) -> Result<Self, Vec<(usize, String)>> {
        let mut calendar = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        let mut errors = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') || line.starts_with("from,") {
                continue;
            }
            if let Err(error) = calendar.line(line) {
                errors.push((index + 1, error));
            }
        }
        if errors.is_empty() {
            Ok(calendar)
        } else {
            Err(errors)
        }
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        let mut cells = line.splitn(6, ',').map(str::trim);
        let mut next = |what: &str| {
            cells
                .next()
                .ok_or_else(|| format!("the column `{what}` is missing"))
        };
        let (from, to, kind) = (next("from")?, next("to")?, next("kind")?);
        let name = [next("name_en")?.to_owned(), next("name_zh")?.to_owned()];
        let source = next("source")?.trim_matches('"').to_owned();
        if source.is_empty() {
            return Err("a day without a source".into());
        }
        if kind == "weekend" {
            let day = weekday(from).ok_or_else(|| format!("`{from}` is not a day of the week"))?;
            if !self.weekend.contains(&day) {
                self.weekend.push(day);
            }
            if self.weekend.len() == 7 {
                return Err("no day of the week is left to work on".into());
            }
            return Ok(());
        }
        let date = |text: &str| {
            text.parse::<Date>()
                .map_err(|_| format!("`{text}` is not a day"))
        };
        let (from, to) = (
            date(from)?,
            if to.is_empty() {
                date(from)?
            } else {
                date(to)?
            },
        );
        if to < from {
            return Err(format!("{to} is before {from}"));
        }
        if kind == "published" {
            self.published.push((from, to));
            return Ok(());
        }
        if shift(from, LONGEST_LINE) < to {
            return Err(format!("{from} to {to} is longer than a year"));
        }
        let mut day = from;
        while day <= to {
            let entry = self.days.entry(day).or_default();
            entry
                .kinds
                .extend(kind.split('+').map(|k| k.trim().to_owned()));
            entry.name.clone_from(&name);
            entry.source.clone_from(&source);
            if day == Date::MAX {
                break;
            }
            day = shift(day, 1);
        }
        Ok(())
    }

    /// Whether the schedule of that day's year is known.
    #[must_use]
    pub fn published(&self, day: Date) -> bool {
        self.published
            .iter()
            .any(|(from, to)| (*from..=*to).contains(&day))
    }

    /// Whether people work on that day.
    #[must_use]
    pub fn works(&self, day: Date) -> bool {
        match self.days.get(&day) {
            Some(entry) => entry.kinds.iter().any(|k| k == WORKDAY),
            None => !self.weekend.contains(&day.weekday()),
        }
    }

    /// Whether the day is of one of these kinds.
    #[must_use]
    pub fn is(&self, day: Date, kinds: &[DayKind]) -> bool {
        kinds.iter().any(|kind| match kind {
            DayKind::Weekday(weekday) => day.weekday() == *weekday,
            DayKind::Named(name) => self.days.get(&day).is_some_and(|e| e.kinds.contains(name)),
        })
    }

    /// Whether some line carries that kind.
    #[must_use]
    pub fn knows(&self, kind: &str) -> bool {
        self.days
            .values()
            .any(|entry| entry.kinds.iter().any(|k| k == kind))
    }

    /// The name of a holiday, in the pack's languages, and its source.
    #[must_use]
    pub fn name(&self, day: Date) -> Option<(&[String; 2], &str)> {
        self.days
            .get(&day)
            .map(|entry| (&entry.name, entry.source.as_str()))
    }

    /// The nearest day, in steps of `step` days, that `accepts`; the day itself if it does.
    pub fn nearest(&self, day: Date, step: i64, accepts: impl Fn(&Self, Date) -> bool) -> Date {
        let mut found = day;
        for _ in 0..LONGEST_BREAK {
            if accepts(self, found) {
                return found;
            }
            found = shift(found, step);
        }
        day
    }
}

/// A day of the week by its English name, lower case.
#[must_use]
pub fn weekday(name: &str) -> Option<Weekday> {
    Some(match name {
        "monday" => Weekday::Monday,
        "tuesday" => Weekday::Tuesday,
        "wednesday" => Weekday::Wednesday,
        "thursday" => Weekday::Thursday,
        "friday" => Weekday::Friday,
        "saturday" => Weekday::Saturday,
        "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const LINES: &str = "from,to,kind,name_en,name_zh,source\n\
        saturday,,weekend,,,law\nsunday,,weekend,,,law\n\
        2026-01-01,2026-12-31,published,,,notice\n\
        2026-10-01,2026-10-07,off,National Day,国庆节,notice\n\
        2026-10-10,,workday,make-up day,调休上班,notice\n";

    #[test]
    fn works_on_a_make_up_saturday_and_rests_on_a_holiday() {
        let calendar = Calendar::read("x", LINES).unwrap();
        assert!(calendar.works(date(2026, 10, 10)));
        assert!(!calendar.works(date(2026, 10, 17)));
        assert_eq!(
            calendar.nearest(date(2026, 10, 2), 1, Calendar::works),
            date(2026, 10, 8)
        );
        assert!(calendar.published(date(2026, 5, 1)) && !calendar.published(date(2027, 1, 1)));
    }

    #[test]
    fn names_the_line_that_is_wrong() {
        let errors =
            Calendar::read("x", "2026-02-30,,off,a,b,c\n2026-02-01,,off,a,b,\n").unwrap_err();
        assert_eq!(errors.iter().map(|e| e.0).collect::<Vec<_>>(), [1, 2]);
    }
}
