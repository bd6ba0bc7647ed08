//! Lines and columns for terminals, measured in cells: a Chinese letter takes two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells of a line.
pub(crate) const WIDTH: usize = 100;

/// Between columns.
pub(crate) const GAP: usize = 2;

/// A column is not squeezed below this.
const NARROWEST: usize = 8;

/// Text that grows line by line.
#[derive(Debug, Default)]
pub(crate) struct Sheet {
    out: String,
}

impl Sheet {
    pub(crate) fn into_text(self) -> String {
        self.out
    }

    pub(crate) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    pub(crate) fn heading(&mut self, text: &str) {
        self.blank();
        self.paragraph(0, text);
    }

    pub(crate) fn paragraph(&mut self, indent: usize, text: &str) {
        for line in wrap(text, WIDTH.saturating_sub(indent)) {
            self.push(indent, &line);
        }
    }

    /// A term and what is said of it, the lines of which stand under each other.
    pub(crate) fn labelled(&mut self, indent: usize, term: &str, room: usize, text: &str) {
        let term = clean(term);
        let room = room.max(cells(&term) + GAP);
        let mut lines = wrap(text, WIDTH.saturating_sub(indent + room)).into_iter();
        let first = lines.next().unwrap_or_default();
        self.push(indent, &format!("{}{first}", padded(&term, room)));
        for line in lines {
            self.push(indent + room, &line);
        }
    }

    /// Rows of cells; a first row of titles stands over a rule.
    pub(crate) fn table(&mut self, indent: usize, titles: &[String], rows: &[Vec<String>]) {
        let all = || rows.iter().map(Vec::as_slice).chain([titles]);
        let columns = all().map(<[String]>::len).max().unwrap_or_default();
        let natural = (0..columns).map(|n| {
            let cells_of = all()
                .filter_map(|row| row.get(n))
                .map(|cell| cells(&clean(cell)));
            cells_of.max().unwrap_or_default()
        });
        let room = WIDTH.saturating_sub(indent + GAP * columns.saturating_sub(1));
        let widths = fitted(natural.collect(), room);
        if !titles.is_empty() {
            self.row(indent, titles, &widths);
            let total = widths.iter().sum::<usize>() + GAP * columns.saturating_sub(1);
            self.push(indent, &"─".repeat(total));
        }
        for row in rows {
            self.row(indent, row, &widths);
        }
    }

    /// Cells beside each other, each wrapped into its width.
    pub(crate) fn row(&mut self, indent: usize, row: &[impl AsRef<str>], widths: &[usize]) {
        let wrapped: Vec<Vec<String>> = row
            .iter()
            .zip(widths)
            .map(|(cell, width)| wrap(cell.as_ref(), *width))
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or_default();
        for n in 0..height {
            let mut line = String::new();
            for (cell, width) in wrapped.iter().zip(widths) {
                line.push_str(&padded(cell.get(n).map_or("", String::as_str), width + GAP));
            }
            self.push(indent, &line);
        }
    }

    fn push(&mut self, indent: usize, line: &str) {
        let line = line.trim_end();
        if !line.is_empty() {
            self.out.push_str(&" ".repeat(indent));
            self.out.push_str(line);
        }
        self.out.push('\n');
    }
}

/// Takes from the widest until all fit.
fn fitted(mut widths: Vec<usize>, room: usize) -> Vec<usize> {
    while widths.iter().sum::<usize>() > room {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

pub(crate) fn cells(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(cells(text))))
}

/// Without what could steer a terminal or turn the order of letters round.
pub(crate) fn clean(text: &str) -> String {
    let harmless = |c: char| match c {
        '\n' | '\t' | '\r' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        c if c.is_control() => '\u{fffd}',
        c => c,
    };
    text.chars().map(harmless).collect()
}

/// Between Chinese letters a line may break anywhere, but not before a closing mark.
fn breaks_before(c: char) -> bool {
    !"，。；：、！？）】》”’,.;:!?)]}".contains(c)
}

/// The pieces between which a line may break.
fn pieces(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut may_break = true;
    for c in text.chars() {
        let wide = c.width().unwrap_or_default() > 1;
        let new = (may_break || wide) && breaks_before(c) && c != ' ';
        match found.last_mut() {
            Some(last) if !new => last.push(c),
            _ => found.push(c.to_string()),
        }
        may_break = c == ' ' || (wide && !"（【《“‘".contains(c));
    }
    found
}

/// Lines of at most `width` cells; only what cannot be broken is longer than that, and then cut.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(2);
    let mut lines = Vec::new();
    let mut line = String::new();
    for piece in pieces(&clean(text)) {
        if !line.is_empty() && cells(&line) + cells(piece.trim_end()) > width {
            lines.push(std::mem::take(&mut line));
        }
        for c in piece.chars() {
            if cells(&line) + c.width().unwrap_or_default() > width && c != ' ' {
                lines.push(std::mem::take(&mut line));
            }
            line.push(c);
        }
    }
    lines.push(line);
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_and_chinese_letters_break_where_they_may() {
        assert_eq!(wrap("one two three", 8), ["one two", "three"]);
        assert_eq!(
            wrap("提请逮捕期限届满。", 8),
            ["提请逮捕", "期限届", "满。"]
        );
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("", 4), [""]);
    }

    #[test]
    fn columns_stand_under_each_other() {
        let mut sheet = Sheet::default();
        let row = |a: &str, b: &str| vec![a.to_owned(), b.to_owned()];
        sheet.table(
            0,
            &row("期限", "届满"),
            &[row("提请逮捕", "2026-11-08"), row("x", "y")],
        );
        assert_eq!(
            sheet.into_text(),
            "期限      届满\n────────────────────\n提请逮捕  2026-11-08\nx         y\n"
        );
    }

    #[test]
    fn nothing_steers_a_terminal() {
        assert_eq!(clean("a\u{1b}[2Jb\u{202e}c"), "a\u{fffd}[2Jb\u{fffd}c");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_and_no_letter_is_lost(text in "[a-z 提请，。（）\u{e9}-]{0,200}", width in 2_usize..60) {
            let lines = wrap(&text, width);
            for line in &lines {
                prop_assert!(cells(line) <= width, "{line:?} in {width}");
            }
            let kept = |s: &str| s.chars().filter(|c| *c != ' ').collect::<String>();
            prop_assert_eq!(kept(&lines.concat()), kept(&text));
        }
    }
}
