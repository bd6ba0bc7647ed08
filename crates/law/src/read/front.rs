//! Reads front matter, and links packs to those they use.

use jiff::tz::TimeZone;

use super::empty_pack;
use super::names::Kind;
use crate::law::Law;
use crate::problem::{Problem, Source, Span};
use crate::rules::{ConventionId, FileId, PackId, SourceLaw};
use crate::syntax::Line;
use crate::words::{LANGUAGES, Words};

const KEYS: [&str; 10] =
    ["pack", "format", "title", "languages", "zone", "calendar", "counting", "uses", "sources", "part"];

/// Reads the lines between `---`; gives the pack that the file belongs to.
pub fn read(law: &mut Law, source: &Source, file: FileId, lines: &[Line]) -> Result<PackId, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut entries: Vec<(&str, &str, Span)> = Vec::new();
    let mut sources = Vec::new();
    for line in lines {
        let text = source.text.get(line.span.start..line.span.end).unwrap_or_default();
        let text = text.split(" #").next().unwrap_or_default().trim_end();
        let span = Span::new(line.span.start, line.span.start + text.len().max(1));
        if text.trim().is_empty() {
            continue;
        }
        if line.indent > 0 {
            match source_line(text.trim()) {
                Some(found) => sources.push(found),
                None => problems.push(
                    Problem::new(source, span, "a source is written as `CODE \"name and version\" file NAME`", "not a source")
                        .hint("the file is optional"),
                ),
            }
            continue;
        }
        match text.split_once(':') {
            Some((key, value)) if KEYS.contains(&key.trim()) => entries.push((key.trim(), value.trim(), span)),
            _ => problems.push(
                Problem::new(source, span, "this is no key of the front matter", "unknown key")
                    .hint(format!("the keys are {}", KEYS.join(", "))),
            ),
        }
    }
    let get = |key: &str| entries.iter().find(|(k, _, _)| *k == key).map(|(_, value, span)| (*value, *span));
    let whole = lines.first().map_or(Span::default(), |l| l.span);
    for key in ["pack", "format", "title", "languages", "zone"] {
        if get(key).is_none() {
            problems.push(Problem::new(source, whole, format!("the front matter has no `{key}`"), "missing here"));
        }
    }
    if let Some((value, span)) = get("format").filter(|(value, _)| *value != "1") {
        problems.push(Problem::new(source, span, format!("format {value} is not known; this program reads format 1"), ""));
    }
    if let Some((value, span)) = get("languages").filter(|(v, _)| v.split(',').map(str::trim).ne(LANGUAGES)) {
        let message = format!("the languages are `{value}`; `{}` are expected", LANGUAGES.join(", "));
        problems.push(Problem::new(source, span, message, ""));
    }
    let Some((name, name_span)) = get("pack") else { return Err(problems) };
    let pack = law.pack_named(name).unwrap_or_else(|| {
        law.packs.push(empty_pack(name));
        PackId(u16::try_from(law.packs.len() - 1).unwrap_or(u16::MAX))
    });
    if !name.contains('/') {
        problems.push(Problem::new(source, name_span, "a pack is named `jurisdiction/name`", ""));
    }
    let zone = get("zone").and_then(|(value, span)| match TimeZone::get(value) {
        Ok(zone) => Some(zone),
        Err(_) => {
            problems.push(Problem::new(source, span, format!("`{value}` is not a time zone"), "unknown zone").hint("a name of the time zone database, such as Antarctica/Troll"));
            None
        }
    });
    let calendar = get("calendar").and_then(|(value, span)| {
        let found = law.calendars.iter().position(|c| c.name == value);
        if found.is_none() {
            let message = format!("the calendar `{value}` is not there");
            let hint = format!("it is read from `{value}.calendar.csv`");
            problems.push(Problem::new(source, span, message, "no such file").hint(hint));
        }
        found
    });
    if let Some(entry) = law.packs.get_mut(pack.index()) {
        entry.files.push(file);
        if let Some(zone) = zone {
            entry.zone = zone;
        }
        entry.calendar = entry.calendar.or(calendar);
        if let Some((title, _)) = get("title")
            && entry.title == Words::default()
        {
            let mut parts = title.split('"').filter(|p| !p.trim().is_empty() && p.trim() != "/");
            entry.title = Words::new(parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        }
        for found in sources {
            if !entry.sources.iter().any(|s| s.code == found.code) {
                entry.sources.push(found);
            }
        }
    }
    if problems.is_empty() { Ok(pack) } else { Err(problems) }
}

/// `CPL "Criminal Procedure Law, text of 2018-10-26" file NAME.md`
fn source_line(text: &str) -> Option<SourceLaw> {
    let (code, rest) = text.split_once(' ')?;
    let mut parts = rest.splitn(3, '"');
    parts.next()?;
    let title = parts.next()?.to_owned();
    let rest = parts.next().unwrap_or_default().trim();
    let file = rest.strip_prefix("file ").map(|f| f.trim().to_owned());
    code.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-').then(|| SourceLaw { code: code.to_owned(), title, file })
}

/// The packs that each pack uses.
pub fn link(law: &mut Law, files: &[(FileId, PackId)], problems: &mut Vec<Problem>) {
    for (file, pack) in files {
        for (name, span) in keyed(law, *file, "uses") {
            match law.pack_named(&name) {
                Some(used) if used != *pack => {
                    let uses = law.names.uses.entry(*pack).or_default();
                    if !uses.contains(&used) {
                        uses.push(used);
                    }
                }
                Some(_) => {}
                None => {
                    let message = format!("the pack `{name}` is not there");
                    problems.push(Problem::new(law.file(*file), span, message, "used here"));
                }
            }
        }
    }
}

/// The conventions that packs count by, once they are declared.
pub fn counting(law: &mut Law, problems: &mut Vec<Problem>) {
    for index in 0..law.packs.len() {
        let pack = PackId(u16::try_from(index).unwrap_or(u16::MAX));
        let Some(file) = law.pack(pack).files.first().copied() else { continue };
        for (name, span) in keyed(law, file, "counting") {
            match law.names.find(Kind::Convention, pack, &name) {
                Some(found) => {
                    if let Some(entry) = law.packs.get_mut(index) {
                        entry.counting = Some(ConventionId(found));
                    }
                }
                None => {
                    let message = format!("no convention `{name}` is declared in this pack or in those it uses");
                    problems.push(Problem::new(law.file(file), span, message, "unknown convention"));
                }
            }
        }
    }
}

fn keyed(law: &Law, file: FileId, key: &str) -> Vec<(String, Span)> {
    let text = &law.file(file).text;
    let mut at = 0;
    for line in text.split_inclusive('\n').take(60) {
        if let Some(value) = line.strip_prefix(key).and_then(|l| l.strip_prefix(':')) {
            let span = Span::new(at, at + line.trim_end().len());
            let value = value.split(" #").next().unwrap_or_default();
            return value.split(',').map(|v| (v.trim().to_owned(), span)).filter(|(v, _)| !v.is_empty()).collect();
        }
        at += line.len();
    }
    Vec::new()
}
