//! Reads front matter, and links packs to those they use.

use std::sync::Arc;

use jiff::tz::TimeZone;

use super::names::Kind;
use crate::law::Law;
use crate::problem::{Problem, Source, Span};
use crate::rules::{ConventionId, FileId, Pack, PackId, SourceLaw};
use crate::syntax::Line;
use crate::words::{LANGUAGES, Words};

const KEYS: [&str; 9] = [
    "pack",
    "format",
    "title",
    "languages",
    "zone",
    "calendar",
    "counting",
    "uses",
    "sources",
];
const NEEDED: [&str; 6] = ["pack", "format", "title", "languages", "zone", "sources"];

/// What the front matter of one file leaves for later, when every pack is known.
#[derive(Debug)]
pub(super) struct Front {
    pub(super) file: FileId,
    pub(super) pack: PackId,
    uses: Vec<(String, Span)>,
    /// The convention that it names, be it there or not.
    pub(super) counting: Option<(String, Span)>,
}

/// The lines of one front matter, taken apart.
struct Entries<'a> {
    source: &'a Source,
    /// The first line, where something is missing.
    whole: Span,
    keyed: Vec<(&'a str, &'a str, Span)>,
    sources: Vec<SourceLaw>,
    /// A line for a source is there, right or wrong.
    says_source: bool,
    problems: Vec<Problem>,
}

impl<'a> Entries<'a> {
    fn read(source: &'a Source, lines: &[Line]) -> Self {
        let whole = lines.first().map_or(Span::default(), |l| l.span);
        let mut entries = Self {
            source,
            whole,
            keyed: Vec::new(),
            sources: Vec::new(),
            says_source: false,
            problems: Vec::new(),
        };
        for line in lines {
            let text = source
                .text
                .get(line.span.start..line.span.end)
                .unwrap_or_default();
            let text = text.split(" #").next().unwrap_or_default().trim_end();
            let span = Span::new(line.span.start, line.span.start + text.len().max(1));
            if text.trim().is_empty() {
                continue;
            }
            if line.indent > 0 {
                entries.source_line(text.trim(), span);
                continue;
            }
            match text.split_once(':') {
                Some((key, value)) if KEYS.contains(&key.trim()) => {
                    entries.keyed.push((key.trim(), value.trim(), span));
                }
                _ => entries.wrong(
                    span,
                    "this is no key of the front matter".into(),
                    "unknown key",
                    &format!("the keys are {}", KEYS.join(", ")),
                ),
            }
        }
        entries
    }

    fn source_line(&mut self, text: &str, span: Span) {
        self.says_source = true;
        match source_line(text) {
            Some(found) => self.sources.push(found),
            None => self.wrong(
                span,
                "a source is written as `CODE \"name and version\" file NAME`".into(),
                "not a source",
                "the file is optional, and its name leads into no other folder",
            ),
        }
    }

    fn wrong(&mut self, span: Span, message: String, label: &str, hint: &str) {
        let problem = Problem::new(self.source, span, message, label);
        self.problems.push(if hint.is_empty() {
            problem
        } else {
            problem.hint(hint)
        });
    }

    fn get(&self, key: &str) -> Option<(&'a str, Span)> {
        self.keyed
            .iter()
            .find(|(k, _, _)| *k == key)
            .map(|(_, value, span)| (*value, *span))
    }

    fn list(&self, key: &str) -> Vec<(String, Span)> {
        let Some((value, span)) = self.get(key) else {
            return Vec::new();
        };
        let names = value
            .split(',')
            .map(str::trim)
            .filter(|name| !name.is_empty());
        names.map(|name| (name.to_owned(), span)).collect()
    }

    /// What every file must say, and say in the way that this program reads.
    fn check(&mut self) {
        for key in NEEDED {
            if self.get(key).is_none() {
                let message = format!("the front matter has no `{key}`");
                self.wrong(
                    self.whole,
                    message,
                    "missing here",
                    "see section 1 of the pack format",
                );
            }
        }
        if let Some((value, span)) = self.get("format").filter(|(value, _)| *value != "1") {
            let message = format!("format {value} is not known; this program reads format 1");
            self.wrong(span, message, "unknown format", "");
        }
        let other = |(value, _): &(&str, Span)| value.split(',').map(str::trim).ne(LANGUAGES);
        if let Some((value, span)) = self.get("languages").filter(other) {
            let message = format!("the languages are `{value}`");
            let hint = format!("`{}` are expected, in this order", LANGUAGES.join(", "));
            self.wrong(span, message, "other languages", &hint);
        }
        if let Some((name, span)) = self.get("pack").filter(|(name, _)| !name.contains('/')) {
            let message = format!("`{name}` does not say whose law it is");
            self.wrong(
                span,
                message,
                "no jurisdiction",
                "a pack is named `jurisdiction/name`",
            );
        }
        if self.get("sources").is_some() && !self.says_source {
            let message = "the front matter names no source".into();
            self.wrong(
                self.whole,
                message,
                "missing here",
                "one indented line for each source",
            );
        }
    }

    fn zone(&mut self) -> Option<TimeZone> {
        let (value, span) = self.get("zone")?;
        let zone = TimeZone::get(value).ok();
        if zone.is_none() {
            self.wrong(
                span,
                format!("`{value}` is not a time zone"),
                "unknown zone",
                "a name of the time zone database, such as Antarctica/Troll",
            );
        }
        zone
    }

    fn calendar(&mut self, law: &Law) -> Option<usize> {
        let (value, span) = self.get("calendar")?;
        let found = law.calendars.iter().position(|c| c.name == value);
        if found.is_none() {
            let message = format!("the calendar `{value}` is not there");
            let hint = format!("it is read from `{value}.calendar.csv`");
            self.wrong(span, message, "no such file", &hint);
        }
        found
    }

    fn title(&self) -> Words {
        let (title, _) = self.get("title").unwrap_or_default();
        let mut parts = title
            .split('"')
            .filter(|p| !p.trim().is_empty() && p.trim() != "/");
        Words::new(
            parts.next().unwrap_or_default(),
            parts.next().unwrap_or_default(),
        )
    }
}

/// Reads the lines between `---`, and adds the file to its pack.
pub(super) fn read(
    law: &mut Law,
    source: &Source,
    file: FileId,
    lines: &[Line],
) -> Result<Front, Vec<Problem>> {
    let mut entries = Entries::read(source, lines);
    entries.check();
    let Some((name, _)) = entries.get("pack") else {
        return Err(entries.problems);
    };
    let zone = entries.zone();
    let calendar = entries.calendar(law);
    let id = law.pack_named(name).unwrap_or_else(|| {
        law.packs.push(empty_pack(name));
        PackId(u16::try_from(law.packs.len() - 1).unwrap_or(u16::MAX))
    });
    if let Some(pack) = law.packs.get_mut(id.index()) {
        pack.files.push(file);
        if let Some(zone) = zone {
            pack.zone = zone;
        }
        pack.calendar = pack.calendar.or(calendar);
        if pack.title == Words::default() {
            pack.title = entries.title();
        }
        for found in std::mem::take(&mut entries.sources) {
            if !pack.sources.iter().any(|known| known.code == found.code) {
                pack.sources.push(found);
            }
        }
    }
    let uses = entries.list("uses");
    let counting = entries
        .get("counting")
        .map(|(name, span)| (name.to_owned(), span));
    if !entries.problems.is_empty() {
        return Err(entries.problems);
    }
    Ok(Front {
        file,
        pack: id,
        uses,
        counting,
    })
}

/// `CODE "name, text of 2018-10-26" file NAME.md`
fn source_line(text: &str) -> Option<SourceLaw> {
    let (code, rest) = text.split_once(' ')?;
    let mut parts = rest.splitn(3, '"');
    parts.next()?;
    let title = parts.next()?.to_owned();
    let rest = parts.next().unwrap_or_default().trim();
    let file = rest.strip_prefix("file ").map(|f| f.trim().to_owned());
    if file.as_ref().is_some_and(|file| file.contains(['/', '\\'])) {
        return None;
    }
    let is_code = code
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-');
    is_code.then(|| SourceLaw {
        code: code.to_owned(),
        title,
        file,
    })
}

/// A pack before its front matter is read.
fn empty_pack(name: &str) -> Pack {
    Pack {
        name: name.to_owned(),
        jurisdiction: name.split('/').next().unwrap_or_default().to_owned(),
        title: Words::default(),
        zone: TimeZone::UTC,
        calendar: None,
        counting: None,
        sources: Vec::new(),
        files: Vec::new(),
        hash: Arc::from(""),
    }
}

/// The packs that each pack uses.
pub(super) fn link(law: &mut Law, fronts: &[Front], problems: &mut Vec<Problem>) {
    for front in fronts {
        for (name, span) in &front.uses {
            match law.pack_named(name) {
                Some(used) => {
                    let uses = law.names.uses.entry(front.pack).or_default();
                    if used != front.pack && !uses.contains(&used) {
                        uses.push(used);
                    }
                }
                None => {
                    let message = format!("the pack `{name}` is not there");
                    problems.push(Problem::new(
                        law.file(front.file),
                        *span,
                        message,
                        "used here",
                    ));
                }
            }
        }
    }
}

/// The conventions that packs count by, once they are declared; the first file of a pack that says one decides.
pub(super) fn counting(law: &mut Law, fronts: &[Front], problems: &mut Vec<Problem>) {
    for front in fronts {
        let Some((name, span)) = &front.counting else {
            continue;
        };
        let found = law
            .names
            .find(Kind::Convention, front.pack, name)
            .map(ConventionId);
        let Some(pack) = law.packs.get_mut(front.pack.index()) else {
            continue;
        };
        let (message, label) = match (pack.counting, found) {
            (None, Some(_)) => {
                pack.counting = found;
                continue;
            }
            (Some(known), Some(found)) if known == found => continue,
            (Some(_), Some(_)) => {
                let message = format!("the pack `{}` counts by two conventions", pack.name);
                (message, "another in its other file")
            }
            (_, None) => {
                let message =
                    "no convention of that name is declared in this pack or in those it uses";
                (message.to_owned(), "unknown convention")
            }
        };
        problems.push(Problem::new(law.file(front.file), *span, message, label));
    }
}
