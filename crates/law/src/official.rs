//! Official texts that an installation mounts beside its packs: the passage of an article, to stand next to our rendering.

use std::path::Path;

/// The official text of an article in a Markdown file, if it is found there.
///
/// An article begins with a line that opens with its number, written as the file writes it: `第九十一条`, `Article 91`, `## 91`,
/// `91.`; it goes on until the next line that opens so.
#[must_use]
pub fn article<'t>(text: &'t str, number: &str) -> Option<&'t str> {
    let openings = openings(number);
    let mut start = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(['#', '*', ' ', '　']);
        match start {
            None if openings.iter().any(|o| opens_with(bare, o)) => start = Some(at),
            Some(from) if opens_another(bare, number) => return text.get(from..at).map(str::trim),
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
    let path = folder.join(file);
    if !path.exists() {
        return Ok(None);
    }
    let text = std::fs::read_to_string(path)?;
    Ok(article(&text, number).map(str::to_owned))
}

fn openings(number: &str) -> Vec<String> {
    let mut found = vec![format!("Article {number}"), format!("Section {number}"), format!("{number}."), number.to_owned()];
    if let Ok(n) = number.parse::<u32>() {
        found.push(format!("第{}条", han(n)));
        found.push(format!("第{n}条"));
    }
    found
}

fn opens_with(line: &str, opening: &str) -> bool {
    line.strip_prefix(opening).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() && c.is_ascii()) && !rest.starts_with('之'))
}

fn opens_another(line: &str, number: &str) -> bool {
    let han_article = line.starts_with('第') && line.split_whitespace().next().is_some_and(|w| w.contains('条') && w.chars().count() < 12);
    let latin = ["Article ", "Section "].iter().any(|p| line.starts_with(p));
    (han_article || latin) && !openings(number).iter().any(|o| opens_with(line, o))
}

/// A number in Han numerals, up to 9999, as articles are numbered: 十, 十一, 九十一, 一百零五, 一百一十.
fn han(n: u32) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    let digit = |d: u32| DIGITS.get(d as usize).copied().unwrap_or('零');
    let mut out = String::new();
    let mut gap = false;
    for (unit, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
        let d = n / unit % 10;
        if d == 0 {
            gap |= !out.is_empty();
            continue;
        }
        if gap {
            out.push('零');
            gap = false;
        }
        if !(d == 1 && unit == 10 && out.is_empty()) {
            out.push(digit(d));
        }
        out.push_str(name);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn han_numerals() {
        for (n, text) in [(7, "七"), (10, "十"), (14, "十四"), (91, "九十一"), (100, "一百"), (105, "一百零五"), (110, "一百一十"), (309, "三百零九")] {
            assert_eq!(han(n), text);
        }
    }

    #[test]
    fn finds_an_article_and_stops_at_the_next() {
        let text = "# 法\n\n第九十条 甲。\n\n第九十一条 乙。\n\n丙。\n\n第九十二条 丁。\n";
        assert_eq!(article(text, "91"), Some("第九十一条 乙。\n\n丙。"));
        assert_eq!(article(text, "9"), None);
        assert_eq!(article("Article 5 One.\n\nArticle 51 Two.\n", "5"), Some("Article 5 One."));
    }
}
