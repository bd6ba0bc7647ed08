//! Rust source with its comments, strings and tests blanked out, line for line.
//!
//! A rule about words must not trip over a comment, nor over the test that proves the rule. What is
//! blanked becomes spaces, so that line numbers stay. The reader knows the shapes of Rust's tokens
//! and no more; what it cannot read it leaves as code.

/// What is left of a file when some of it is blanked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keep {
    /// Code alone.
    Code,
    /// Code and the insides of strings.
    CodeAndStrings,
}

/// Whether the whole file is a test by its place or name.
pub(super) fn is_test_file(path: &str) -> bool {
    let folders = ["tests", "benches", "fuzz"];
    let named = path.ends_with("/tests.rs") || path.ends_with("_tests.rs");
    named || path.split('/').any(|part| folders.contains(&part))
}

/// `text` with comments blanked, and strings too if `keep` says so.
pub(super) fn masked(text: &str, keep: Keep) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_word = false;
    while let Some(first) = rest.chars().next() {
        let (len, kind) = token(rest, first, after_word);
        let (taken, left) = rest.split_at(len.clamp(first.len_utf8(), rest.len()));
        match (kind, keep) {
            (Kind::Comment, _) | (Kind::String, Keep::Code) => blank(taken, &mut out),
            _ => out.push_str(taken),
        }
        after_word = first.is_alphanumeric() || first == '_';
        rest = left;
    }
    out
}

/// `masked` with every item under `#[cfg(test)]` blanked as well.
pub(super) fn without_tests(text: &str, keep: Keep) -> String {
    let code = masked(text, Keep::Code);
    let mut out = String::with_capacity(text.len());
    let shown = masked(text, keep);
    let mut at = 0;
    for (start, attribute) in code.match_indices("#[cfg(test)]") {
        if start < at {
            continue;
        }
        let after = start + attribute.len();
        let end = after + item_length(code.get(after..).unwrap_or_default());
        out.push_str(shown.get(at..start).unwrap_or_default());
        blank(shown.get(start..end).unwrap_or_default(), &mut out);
        at = end;
    }
    out.push_str(shown.get(at..).unwrap_or_default());
    out
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    String,
}

/// The length in bytes of the token that `rest` begins with, as far as a rule needs it.
fn token(rest: &str, first: char, after_word: bool) -> (usize, Kind) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Kind::Comment);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), Kind::Comment);
    }
    if first == '"' {
        return (quoted(rest, 1, '"'), Kind::String);
    }
    if first == '\'' {
        return character(rest);
    }
    if !after_word && matches!(first, 'r' | 'b' | 'c') {
        let prefix = rest.len() - rest.trim_start_matches(['r', 'b', 'c']).len();
        if let Some(len) = prefixed(rest, prefix) {
            return (len, Kind::String);
        }
    }
    (first.len_utf8(), Kind::Code)
}

/// A string behind `prefix` letters, `r#"…"#` among them; `None` if it is only a word.
fn prefixed(rest: &str, prefix: usize) -> Option<usize> {
    let (letters, after) = rest.split_at_checked(prefix)?;
    let hashes = after.len() - after.trim_start_matches('#').len();
    if !after.get(hashes..)?.starts_with('"') || prefix > 2 {
        return None;
    }
    if !letters.contains('r') {
        return (hashes == 0).then(|| quoted(rest, prefix + 1, '"'));
    }
    let body = prefix + hashes + 1;
    let close = format!("\"{}", "#".repeat(hashes));
    let end = rest
        .get(body..)?
        .find(&close)
        .map(|found| body + found + close.len());
    Some(end.unwrap_or(rest.len()))
}

/// To the closing `quote`, from `from` on; a backslash hides the next character.
fn quoted(rest: &str, from: usize, quote: char) -> usize {
    let mut hidden = false;
    for (at, c) in rest.char_indices().skip_while(|(at, _)| *at < from) {
        match c {
            _ if hidden => hidden = false,
            '\\' => hidden = true,
            c if c == quote => return at + c.len_utf8(),
            _ => {}
        }
    }
    rest.len()
}

/// A character in quotes, or the quote of a lifetime alone.
fn character(rest: &str) -> (usize, Kind) {
    let mut chars = rest.chars().skip(1);
    match (chars.next(), chars.next()) {
        (Some('\\'), _) => (quoted(rest, 1, '\''), Kind::String),
        (Some(c), Some('\'')) => (c.len_utf8() + 2, Kind::String),
        _ => (1, Kind::Code),
    }
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut last = ' ';
    for (at, c) in rest.char_indices() {
        match (last, c) {
            ('/', '*') => depth += 1,
            ('*', '/') => depth = depth.saturating_sub(1),
            _ => {
                last = c;
                continue;
            }
        }
        if depth == 0 {
            return at + 1;
        }
        last = ' ';
    }
    rest.len()
}

/// From behind an attribute to the end of the item under it: its `;` or its closing brace.
fn item_length(code: &str) -> usize {
    let mut depth = 0_i32;
    for (at, c) in code.char_indices() {
        match c {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 && matches!(c, '}' | ';') {
            return at + 1;
        }
    }
    code.len()
}

fn blank(text: &str, out: &mut String) {
    for c in text.chars() {
        if c == '\n' {
            out.push(c);
        } else {
            // As many bytes as before, so that places in one form are places in the other.
            out.extend(std::iter::repeat_n(' ', c.len_utf8()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        masked(text, Keep::Code)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    #[test]
    fn comments_and_strings_are_blanked() {
        assert_eq!(code("a // b\nc /* d /* e */ f */ g"), "a c g");
        assert_eq!(code(r#"let a = "b \" c"; d"#), "let a = ; d");
        assert_eq!(code("f(r#\"x \"y\" z\"#, b\"w\", br\"v\")"), "f( , , )");
        assert_eq!(code("for_(\"x\")"), "for_( )");
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(
            code("fn f<'a>(x: &'a str) { '\"' }"),
            "fn f<'a>(x: &'a str) { }"
        );
        assert_eq!(
            code(r"match c { '\'' => 1, '\\' => 2 }"),
            "match c { => 1, => 2 }"
        );
    }

    #[test]
    fn lines_and_bytes_stay_where_they_are() {
        let text = "a\n// 拘留\n\"x\ny\" b";
        let masked = masked(text, Keep::Code);
        assert_eq!(masked.len(), text.len());
        assert_eq!(masked.lines().count(), text.lines().count());
    }

    #[test]
    fn items_under_cfg_test_are_blanked_whole() {
        let text =
            "fn a() {}\n#[cfg(test)]\n#[expect(x)]\nmod tests { fn b() { \"}\" } }\nfn c() {}";
        let kept = without_tests(text, Keep::CodeAndStrings);
        assert!(kept.contains("fn a()") && kept.contains("fn c()") && !kept.contains("fn b()"));
        assert_eq!(
            without_tests("#[cfg(test)]\nmod tests;\nfn a() {}", Keep::Code).trim(),
            "fn a() {}"
        );
    }

    #[test]
    fn tests_are_known_by_their_place() {
        assert!(
            is_test_file("crates/law/tests/fuzz.rs") && is_test_file("crates/law/src/x/tests.rs")
        );
        assert!(!is_test_file("crates/law/src/contests.rs"));
    }
}
