//! A rule of a pack with its text, before anything is computed.

use crate::Language;
use crate::frame::Frame;
use crate::view::basis;
use habeas_case::rule::RuleText;
use std::fmt::Write as _;

/// The official text of an article, or where it was looked for.
#[derive(Clone, Debug)]
pub struct Official {
    /// `CPL 91`
    pub article: String,
    /// The text; the file in which it was not found.
    pub text: Result<String, String>,
}

/// The passages that a rule cites, the official texts where they are mounted, the lines of the pack, and what they leave out.
#[must_use]
pub fn rule(rule: &RuleText, official: &[Official], language: Language) -> String {
    let w = Frame::new(language);
    let mut out = format!("{}  ({})\n\n", rule.name, rule.place);
    for (citation, rendering) in &rule.passages {
        let _ = writeln!(out, "  {citation}  {}", language.of(rendering));
    }
    if !rule.passages.is_empty() {
        let _ = writeln!(out, "  {}\n", w.our_summary());
    }
    for one in official {
        let _ = match &one.text {
            Ok(text) => {
                let text: String = text.lines().map(|line| format!("    {line}\n")).collect();
                writeln!(out, "  {}\n{text}", w.official_text(&*one.article))
            }
            Err(file) => writeln!(
                out,
                "  {}\n",
                w.official_text_not_in(&*one.article, &**file)
            ),
        };
    }
    let _ = writeln!(out, "{}\n", rule.lines);
    for (sure, keys) in &rule.unsure_rows {
        let keys = keys.join(language.separator());
        let basis = basis(w, sure).unwrap_or_default();
        let _ = writeln!(out, "  {}", w.rows_basis(keys, basis));
    }
    for left in &rule.not_encoded {
        let why = language.of(&left.why);
        let _ = writeln!(out, "  {}", w.not_encoded(&*left.citation, why));
    }
    out
}
