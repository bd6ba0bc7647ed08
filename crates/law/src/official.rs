//! Official texts that an installation mounts beside its packs: the passage of an article, to stand next to our rendering.

use std::path::Path;

/// Language, not law; in a file of its own.
const NUMERALS: &str = include_str!("numerals.tsv");

/// The official text of an article in a Markdown file, if it is found there.
///
/// An article begins with a line that opens with its number, written as the file writes it: `Article 91`, `## 91`, `91.`, or in
/// Han numerals; it goes on until the next line that opens so.
#[must_use]
pub fn article<'t>(text: &'t str, number: &str) -> Option<&'t str> {
    let openings = openings(number);
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(['#', '*', ' ', '\u{3000}']);
        match start {
            None if openings.iter().any(|o| opens_with(bare, o)) => start = Some(at),
            Some(from) if opens_another(bare, &openings) => {
                return text.get(from..at).map(str::trim);
            }
            _ => {}
        }
        at += line.len();
    }
    start.and_then(|from| text.get(from..)).map(str::trim)
}

/// Reads the official text of an article from a folder.
///
/// # Errors
/// If the file is there and cannot be read.
pub fn read(folder: &Path, file: &str, number: &str) -> std::io::Result<Option<String>> {
    // The name comes from a pack: it must not lead out of the folder.
    let plain = Path::new(file).file_name().is_some_and(|name| name == file);
    let path = folder.join(file);
    if !plain || !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path)?;
    Ok(article(&text, number).map(str::to_owned))
}

/// How the first line of an article may open.
fn openings(number: &str) -> Vec<String> {
    let latin = ["Article {}", "Section {}", "{}.", "{}"];
    let mut found: Vec<String> = latin
        .iter()
        .map(|form| form.replace("{}", number))
        .collect();
    if let Ok(n) = number.parse() {
        let numerals = Numerals::read();
        found.push(numerals.article.replace("{}", &numerals.write(n)));
        found.push(numerals.article.replace("{}", number));
    }
    found
}

fn opens_with(line: &str, opening: &str) -> bool {
    let goes_on = |rest: &str| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric())
            || rest.starts_with(Numerals::read().inserted)
    };
    line.strip_prefix(opening)
        .is_some_and(|rest| !goes_on(rest))
}

fn opens_another(line: &str, openings: &[String]) -> bool {
    let (before, after) = Numerals::read()
        .article
        .split_once("{}")
        .unwrap_or_default();
    let first = line.split_whitespace().next().unwrap_or_default();
    let han = first.starts_with(before) && first.contains(after) && first.chars().count() < 12;
    let latin = ["Article ", "Section "]
        .iter()
        .any(|form| line.starts_with(form));
    (han || latin) && !openings.iter().any(|opening| opens_with(line, opening))
}

/// How Chinese statutes number their articles.
struct Numerals {
    /// From nought to nine.
    digits: Vec<&'static str>,
    /// Thousand, hundred, ten.
    units: Vec<&'static str>,
    /// An article with its number, `{}`.
    article: &'static str,
    /// What stands between the number and that of an article inserted after it.
    inserted: &'static str,
}

impl Numerals {
    fn read() -> Self {
        let get = |key: &str| {
            let line = NUMERALS
                .lines()
                .find_map(|line| line.strip_prefix(key)?.strip_prefix('\t'));
            line.unwrap_or_default()
        };
        Self {
            digits: get("digits").split(' ').collect(),
            units: get("units").split(' ').collect(),
            article: get("article"),
            inserted: get("inserted"),
        }
    }

    /// A number up to 9999; ten is not *one ten*, and a gap is filled by one nought.
    fn write(&self, n: usize) -> String {
        let digit = |d: usize| self.digits.get(d).copied().unwrap_or_default();
        let units = [1000, 100, 10].into_iter().zip(self.units.iter().copied());
        let mut out = String::new();
        let mut gap = false;
        for (unit, name) in units.chain([(1, "")]) {
            let d = n / unit % 10;
            if d == 0 {
                gap |= !out.is_empty();
                continue;
            }
            if gap {
                out.push_str(digit(0));
                gap = false;
            }
            if !(d == 1 && unit == 10 && out.is_empty()) {
                out.push_str(digit(d));
            }
            out.push_str(name);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_numerals() {
        for (n, text) in [
            (7, "七"),
            (10, "十"),
            (14, "十四"),
            (91, "九十一"),
            (100, "一百"),
            (105, "一百零五"),
            (110, "一百一十"),
            (309, "三百零九"),
        ] {
            assert_eq!(Numerals::read().write(n), text);
        }
    }

    #[test]
    fn finds_an_article_and_stops_at_the_next() {
        let text = "# 法\n\n第九十条 甲。\n\n第九十一条 乙。\n\n丙。\n\n第九十二条 丁。\n";
        assert_eq!(article(text, "91"), Some("第九十一条 乙。\n\n丙。"));
        assert_eq!(article(text, "9"), None);
        assert_eq!(
            article("Article 5 One.\n\nArticle 51 Two.\n", "5"),
            Some("Article 5 One.")
        );
    }
}
