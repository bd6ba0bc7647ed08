//! One rule of a pack with its text, and for given facts the truth of each of its conditions.

use habeas_law::problem::Source;
use habeas_law::rules::{Basis, NotEncoded, PackId};
use habeas_law::{Law, Words};

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
    pub passages: Vec<(String, Words)>,
    /// Official texts to look for: source code, file and article number.
    pub official: Vec<(String, String, String)>,
    /// What is not encoded beside it.
    pub not_encoded: Vec<NotEncoded>,
    /// The keys of a table's rows that are not the plain text, by how sure they are.
    pub unsure_rows: Vec<(Basis, Vec<String>)>,
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
const NOUNS: [&str; 14] = [
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
    "table",
    "convention",
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
            // A table may do without words.
            && words.next().is_some_and(|w| w.starts_with('"') || w == "by");
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
        .map(|p| (p.citation.clone(), p.rendering.clone()))
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
    RuleText {
        name: format!("{} {name}", law.pack(pack).name),
        place: format!("{}:{}", source.name, source.line_of(offset)),
        lines: lines.to_owned(),
        passages,
        official,
        not_encoded: left_out(law, pack, name),
        unsure_rows: unsure_rows(law, pack, name),
    }
}

/// What the versions of a rule leave out.
fn left_out(law: &Law, pack: PackId, name: &str) -> Vec<NotEncoded> {
    let mut found = Vec::new();
    let mut add = |of: PackId, named: &str, left_out: &[NotEncoded]| {
        if of == pack && named == name {
            found.extend_from_slice(left_out);
        }
    };
    for rule in &law.clocks {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.gates {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.acts {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.measures {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.meters {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.remedies {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.formulas {
        add(rule.pack, &rule.name, &rule.version.not_encoded);
    }
    for rule in &law.conventions {
        add(rule.pack, &rule.name, &rule.not_encoded);
    }
    found
}

fn unsure_rows(law: &Law, pack: PackId, name: &str) -> Vec<(Basis, Vec<String>)> {
    let table = law.tables.iter();
    let table = table.filter(|t| t.pack == pack && t.name == name);
    let mut found: Vec<(Basis, Vec<String>)> = Vec::new();
    for row in table.flat_map(|t| &t.rows) {
        match found.iter_mut().find(|(basis, _)| *basis == row.basis) {
            _ if row.basis == Basis::Text => {}
            Some((_, keys)) => keys.push(row.key.clone()),
            None => found.push((row.basis.clone(), vec![row.key.clone()])),
        }
    }
    found
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
        builder
            .line(fact)
            .map_err(|why| format!("the fact `{fact}`: {why}"))?;
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
