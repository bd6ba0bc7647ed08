//! The smallest pieces: citations, pointers to acts, what is needed, lines of a derivation.

use super::Look;
use crate::frame::Frame;
use crate::notation;
use askama::Template;
use askama::filters::HtmlSafe;
use habeas_case::assessment::{self, Citation, Needed};
use habeas_law::Truth;
use habeas_law::rules::Basis;

/// What is cited, and how sure the rule is where the text does not simply say it.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "cite.html")]
pub(crate) struct Cite {
    pub(crate) passages: String,
    pub(crate) basis: Option<String>,
    pub(crate) ours: bool,
}

impl HtmlSafe for Cite {}

impl Cite {
    /// `CPL 91(1), disputed: …`
    pub(crate) fn plain(&self) -> String {
        match (&self.basis, self.passages.is_empty()) {
            (None, _) => self.passages.clone(),
            (Some(basis), true) => basis.clone(),
            (Some(basis), false) => format!("{} [{basis}]", self.passages),
        }
    }
}

/// A pointer to a recorded act.
#[derive(Clone, Debug, Template)]
#[template(path = "act_ref.html")]
pub(crate) struct ActRef {
    /// With its day.
    pub(crate) text: String,
    pub(crate) brief: String,
    pub(crate) when: Option<String>,
    pub(crate) href: Option<String>,
}

impl HtmlSafe for ActRef {}

impl ActRef {
    /// Where its day already stands beside it.
    pub(crate) fn undated(self) -> Self {
        Self {
            text: self.brief.clone(),
            when: None,
            ..self
        }
    }
}

/// Facts that are missing, those that alone decide first.
#[derive(Clone, Debug, Template)]
#[template(path = "needs.html")]
pub(crate) struct Needs {
    pub(crate) w: Frame,
    /// What each is called, and its name.
    pub(crate) items: Vec<(String, String)>,
}

impl HtmlSafe for Needs {}

impl Needs {
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// With names: for those who fill in data.
    pub(crate) fn named(&self) -> String {
        let said = self.items.iter().map(|(label, name)| match label == name {
            true => label.clone(),
            false => format!("{label} ({name})"),
        });
        said.collect::<Vec<_>>().join("; ")
    }

    /// Labels alone.
    pub(crate) fn plain(&self) -> String {
        let said: Vec<&str> = self.items.iter().map(|(label, _)| label.as_str()).collect();
        said.join("; ")
    }
}

/// Words with their citation.
#[derive(Clone, Debug)]
pub(crate) struct Cited {
    pub(crate) text: String,
    pub(crate) cite: Cite,
}

/// What stands beside a term: words, acts, a citation.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "said.html")]
pub(crate) struct Said {
    pub(crate) text: String,
    pub(crate) acts: Vec<ActRef>,
    pub(crate) cite: Option<Cite>,
}

impl HtmlSafe for Said {}

impl Said {
    pub(crate) fn text(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    pub(crate) fn acts(acts: Vec<ActRef>) -> Self {
        Self {
            acts,
            ..Self::default()
        }
    }
}

/// A term and what is said of it.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) term: String,
    pub(crate) said: Said,
}

/// A truth with its word and its sign.
#[derive(Clone, Debug)]
pub(crate) struct Truthful {
    pub(crate) word: String,
    pub(crate) sign: &'static str,
    pub(crate) class: &'static str,
}

impl Truthful {
    pub(crate) fn of(w: Frame, truth: Truth) -> Self {
        let (word, sign, class) = match truth {
            Truth::Yes => (w.truth_yes(), "✓", "yes"),
            Truth::No => (w.truth_no(), "✗", "no"),
            Truth::Unknown => (w.truth_unknown(), "?", "unknown"),
        };
        Self { word, sign, class }
    }
}

/// One line of a derivation, with the lines under it.
#[derive(Clone, Debug, Template)]
#[template(path = "line.html")]
pub(crate) struct Line {
    pub(crate) w: Frame,
    pub(crate) cite: Cite,
    pub(crate) text: String,
    /// The text is the clause as the pack writes it.
    pub(crate) verbatim: bool,
    pub(crate) truth: Option<Truthful>,
    pub(crate) reaches: Option<String>,
    pub(crate) facts: Vec<Fact>,
    pub(crate) needs: Needs,
    pub(crate) cure: Option<String>,
    pub(crate) within: Vec<Line>,
}

impl HtmlSafe for Line {}

/// A fact that was used.
#[derive(Clone, Debug)]
pub(crate) struct Fact {
    pub(crate) said: String,
    pub(crate) act: Option<ActRef>,
}

/// How sure a rule is, where the text does not simply say it.
pub(crate) fn basis(w: Frame, basis: &Basis) -> Option<String> {
    match basis {
        Basis::Text => None,
        Basis::ToBeConfirmed => Some(w.basis_to_be_confirmed()),
        Basis::HouseChoice => Some(w.our_caution()),
        Basis::Disputed(readings) => {
            let quoted: Vec<String> = readings.iter().map(|r| w.basis_reading(&**r)).collect();
            Some(w.basis_disputed(quoted.join(&w.basis_or())))
        }
    }
}

impl Look<'_> {
    pub(crate) fn cite(&self, citation: &Citation) -> Cite {
        Cite {
            basis: basis(self.w, &citation.basis),
            ours: citation.basis == Basis::HouseChoice,
            ..self.passages(citation)
        }
    }

    /// What is cited, without how sure it is.
    pub(crate) fn passages(&self, citation: &Citation) -> Cite {
        let passages: Vec<&str> = citation.passages.iter().map(|p| &**p).collect();
        Cite {
            passages: passages.join(", "),
            ..Cite::default()
        }
    }

    pub(crate) fn cited(&self, all: &[assessment::Cited]) -> Vec<Cited> {
        let one = |c: &assessment::Cited| Cited {
            text: self.say(&c.words),
            cite: self.cite(&c.citation),
        };
        all.iter().map(one).collect()
    }

    pub(crate) fn needs(&self, needs: &[Needed]) -> Needs {
        let items = needs
            .iter()
            .map(|need| (self.say(&need.label), need.name.clone()));
        Needs {
            w: self.w,
            items: items.collect(),
        }
    }

    pub(crate) fn fact(&self, fact: &assessment::Fact) -> String {
        self.w
            .fact(self.say(&fact.label), notation::value(self.w, fact))
    }

    pub(crate) fn lines(&self, lines: &[assessment::Line]) -> Vec<Line> {
        lines.iter().map(|line| self.line(line)).collect()
    }

    fn line(&self, line: &assessment::Line) -> Line {
        let w = self.w;
        let words = line
            .words
            .as_ref()
            .map(|words| self.say(words))
            .filter(|s| !s.is_empty());
        Line {
            w,
            cite: self.cite(&line.citation),
            verbatim: words.is_none(),
            text: words.unwrap_or_else(|| line.clause.to_string()),
            truth: line.truth.map(|truth| Truthful::of(w, truth)),
            reaches: line.reaches.as_ref().map(|moment| self.dates.end(moment)),
            facts: line
                .facts
                .iter()
                .map(|fact| Fact {
                    said: self.fact(fact),
                    act: fact.act.as_ref().map(|id| self.act(id)),
                })
                .collect(),
            needs: self.needs(&line.needs),
            cure: line.cure.as_ref().map(|cure| match &cure.who {
                Some(who) => w.cure_by(self.say(who), self.say(&cure.how)),
                None => self.say(&cure.how),
            }),
            within: self.lines(&line.within),
        }
    }
}
