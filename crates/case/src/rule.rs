//! One rule of a pack with its text, and for given facts the truth of each of its conditions.

use habeas_law::Law;
use habeas_law::problem::Source;
use habeas_law::rules::{NotEncoded, PackId};

use crate::assessment::{Assessment, Clock, Gate};
use crate::example::Builder;
use crate::expect::ends_with;
use crate::propose::Proposal;

/// A rule as its pack has it.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// `cn/criminal-procedure request_arrest`
    pub name: String,
    /// `cn/detention.md:812`
    pub place: String,
    /// The lines of the rule.
    pub lines: String,
    /// The renderings of the passages that it cites: citation and text in each language.
    pub passages: Vec<(String, [String; 2])>,
    /// Official texts to look for: source code, file and article number.
    pub official: Vec<(String, String, String)>,
    /// What is not encoded beside it.
    pub not_encoded: Vec<NotEncoded>,
}

/// What a rule says to given facts.
#[derive(Clone, Debug)]
pub struct Told {
    /// Clocks of this name.
    pub clocks: Vec<Clock>,
    /// Gates of this name, over recorded acts and steps not yet taken.
    pub gates: Vec<Gate>,
    /// The whole assessment.
    pub assessment: Assessment,
}

/// Finds rules by name, bare or full.
#[must_use]
pub fn find(law: &Law, name: &str) -> Vec<RuleText> {
    let (pack, bare) = match name.split_once(' ') {
        Some((pack, bare)) => (Some(pack), bare),
        None => (None, name),
    };
    let mut found = Vec::new();
    for (n, candidate) in law.packs.iter().enumerate() {
        if pack.is_some_and(|p| p != candidate.name) {
            continue;
        }
        let id = PackId(u16::try_from(n).unwrap_or(u16::MAX));
        for file in &candidate.files {
            let source = law.file(*file);
            for (offset, lines) in rules_named(source, bare) {
                found.push(text(law, id, source, offset, lines, bare));
            }
        }
    }
    found
}

/// Nouns whose rules can be explained by name.
const NOUNS: [&str; 12] = [
    "clock",
    "duty",
    "gate",
    "ban",
    "watch",
    "eligibility",
    "act",
    "measure",
    "meter",
    "remedy",
    "breach",
    "formula",
];

fn rules_named<'s>(source: &'s Source, name: &str) -> Vec<(usize, &'s str)> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut start: Option<usize> = None;
    for line in source.text.split_inclusive('\n') {
        let indented = line.starts_with(' ') && !line.trim().is_empty();
        if let Some(from) = start
            && !indented
        {
            found.push((
                from,
                source.text.get(from..at).unwrap_or_default().trim_end(),
            ));
            start = None;
        }
        let mut words = line.split(' ');
        let opens = words.next().is_some_and(|noun| NOUNS.contains(&noun))
            && words.next().is_some_and(|n| n == name)
            && words.next().is_some_and(|w| w.starts_with('"'));
        if opens {
            start = Some(at);
        }
        at += line.len();
    }
    found
}

fn text(
    law: &Law,
    pack: PackId,
    source: &Source,
    offset: usize,
    lines: &str,
    name: &str,
) -> RuleText {
    let end = offset + lines.len();
    let mut citations: Vec<String> = Vec::new();
    law.each_note(&mut |owner, note| {
        let here = owner == pack
            && law.file(note.file).name == source.name
            && (offset..end).contains(&note.offset);
        for citation in note.citations.iter().filter(|_| here) {
            if !citations.iter().any(|known| **known == **citation) {
                citations.push(citation.to_string());
            }
        }
    });
    let passages = citations
        .iter()
        .filter_map(|citation| law.passage(pack, citation))
        .map(|p| {
            (
                p.citation.clone(),
                p.rendering.0.each_ref().map(|text| text.to_string()),
            )
        })
        .collect();
    let mut official = Vec::new();
    for citation in &citations {
        let (code, rest) = citation.split_once(' ').unwrap_or((citation, ""));
        let number = rest.split('(').next().unwrap_or_default().to_owned();
        let sources = &law.pack(pack).sources;
        if let Some(file) = sources
            .iter()
            .find(|s| s.code == code)
            .and_then(|s| s.file.clone())
        {
            let entry = (code.to_owned(), file, number);
            if !official.contains(&entry) {
                official.push(entry);
            }
        }
    }
    let versions = law
        .clocks
        .iter()
        .map(|c| (c.pack, &c.name, &c.version))
        .chain(law.gates.iter().map(|g| (g.pack, &g.name, &g.version)));
    let not_encoded = versions
        .filter(|(p, n, _)| *p == pack && *n == name)
        .flat_map(|(_, _, v)| v.not_encoded.clone())
        .collect();
    RuleText {
        name: format!("{} {name}", law.pack(pack).name),
        place: format!("{}:{}", source.name, source.line_of(offset)),
        lines: lines.to_owned(),
        passages,
        official,
        not_encoded,
    }
}

/// What a rule says to facts that are written as in examples.
///
/// # Errors
/// What of the facts cannot be read.
pub fn tell(law: &Law, rule: &RuleText, facts: &[String]) -> Result<Told, String> {
    let (pack, bare) = rule
        .name
        .split_once(' ')
        .unwrap_or((rule.name.as_str(), ""));
    let pack = law
        .pack_named(pack)
        .ok_or_else(|| format!("no pack `{pack}`"))?;
    let mut builder = Builder::new(law, pack);
    for fact in facts {
        builder.line(fact)?;
    }
    let assessment = builder.assess();
    let proposals: Vec<Proposal> = builder.proposals();
    let proposed = proposals.iter().flat_map(|p| p.gates.clone());
    Ok(Told {
        clocks: assessment
            .clocks
            .iter()
            .filter(|c| ends_with(&c.rule, bare))
            .cloned()
            .collect(),
        gates: assessment
            .gates
            .iter()
            .cloned()
            .chain(proposed)
            .filter(|g| ends_with(&g.rule, bare))
            .collect(),
        assessment,
    })
}
