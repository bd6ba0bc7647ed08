//! What a line says to an act: every name is looked up, every time read where the law is, every value typed.

use std::collections::BTreeSet;

use habeas_law::Law;
use habeas_law::moment::When;
use habeas_law::read::names::Kind as Noun;
use habeas_law::rules::{Act as ActKind, ActId, LevelId, OrganId, PackId, RankId};

use super::line::{Actor, KEYS, Line, Silent};
use super::names::{self, Nearby};
use super::problem::{Fault, Kind, listed, obeyed, quoted};
use super::time::{self, ACTS, Wrong};
use super::value::Reads;
use crate::act::{Act, By, Partial};

/// Characters of the longest id.
const LONGEST_ID: usize = 200;

const LINE: &str = "read the line";

/// What a line states.
pub enum Statement<'a> {
    /// An act, and the year in which day 0 of its case floats.
    Act {
        case: &'a str,
        act: Box<Act>,
        floating: Option<i16>,
    },
    /// What the source of a case is silent about.
    Silent { case: &'a str, partial: Partial },
}

/// Looks up the names of a line.
pub struct Resolver<'r, 'l> {
    pub law: &'l Law,
    pub names: &'r mut Nearby,
}

impl Resolver<'_, '_> {
    /// What the line states.
    pub fn statement<'a>(mut self, line: &'a Line<'_>) -> Result<Statement<'a>, Fault> {
        if line.partial.is_some() || !line.except.is_empty() {
            return self.silent(line);
        }
        let case = needed(line.case.as_deref(), "case")?;
        let id = needed(line.id.as_deref(), "id")?;
        let name = needed(line.act.as_deref(), "act")?;
        let kind = self.kind(LINE, name)?;
        let law = self.law;
        let act = law.act(kind);
        let of = |wrong: Wrong, what: &str, kind| of_act(act, kind, wrong, what);
        if let Some(key) = &line.unknown {
            let found = format!("{} is no key of an act", quoted(key));
            let is_field = law
                .field(key)
                .is_some_and(|id| act.fields.iter().any(|field| field.id == id));
            let hint = if is_field {
                "it is a field: put it into `fields`".to_owned()
            } else {
                names::hint(&KEYS, key, "keys of an act")
            };
            return Err(of(Wrong::new(found).hint(hint), "", Kind::Shape));
        }
        let (happened, floating) = time::read(
            needed(line.happened.as_deref(), "happened")?,
            law.zone(act.pack),
            ACTS,
        )
        .map_err(|wrong| of(wrong, "`happened`: ", Kind::Time))?;
        let until = self.later(act, line.until.as_deref(), "until", happened, floating)?;
        let recorded = self.later(
            act,
            line.recorded.as_deref(),
            "recorded",
            happened,
            floating,
        )?;
        let by = self.by(act, &line.by)?;
        let fields = self.fields(act, line, floating)?;
        let mut subjects = Vec::with_capacity(line.subjects.len());
        for subject in &line.subjects {
            subjects.push(checked(subject, "subjects")?.into());
        }
        let optional = |text: Option<&str>, key: &str| {
            text.map(|text| checked(text, key).map(Into::into))
                .transpose()
        };
        let act = Act {
            id: id.into(),
            subjects,
            thing: optional(line.thing.as_deref(), "thing")?,
            kind,
            happened,
            until,
            recorded,
            by,
            fields,
            answers: optional(line.answers.as_deref(), "answers")?,
            corrects: optional(line.corrects.as_deref(), "corrects")?,
            source: line.source.as_deref().map(Into::into),
        };
        Ok(Statement::Act {
            case,
            act: Box::new(act),
            floating,
        })
    }

    fn silent<'a>(&mut self, line: &'a Line<'_>) -> Result<Statement<'a>, Fault> {
        const DOING: &str = "read what the source is silent about";
        let case = needed(line.case.as_deref(), "case")?;
        if line.act.is_some() || line.happened.is_some() || line.unknown.is_some() {
            return Err(
                Fault::new(Kind::Shape, DOING, "something else stands on the line")
                    .hint("such a line has `case`, `partial`, `except` and `source`, and no act"),
            );
        }
        let mut acts = |names: &[std::borrow::Cow<'_, str>]| {
            names
                .iter()
                .map(|name| self.kind(DOING, name))
                .collect::<Result<BTreeSet<ActId>, Fault>>()
        };
        let partial = match &line.partial {
            Some(Silent::All) => Partial::AllBut(acts(&line.except)?),
            Some(Silent::These(names)) if line.except.is_empty() => Partial::These(acts(names)?),
            Some(Silent::These(_)) | None => {
                return Err(
                    Fault::new(Kind::Shape, DOING, "`except` stands there without `all`")
                        .hint(r#"write "partial":"all","except":[…], or "partial":[…] alone"#),
                );
            }
        };
        Ok(Statement::Silent { case, partial })
    }

    fn kind(&mut self, doing: &str, name: &str) -> Result<ActId, Fault> {
        self.law.act_named(name).ok_or_else(|| {
            let found = format!("no pack declares an act {}", quoted(name));
            Fault::new(Kind::UnknownName, doing, found).hint(self.names.act(self.law, name))
        })
    }

    fn later(
        &self,
        act: &ActKind,
        text: Option<&str>,
        key: &str,
        happened: When,
        floating: Option<i16>,
    ) -> Result<Option<When>, Fault> {
        let Some(text) = text else { return Ok(None) };
        let zone = self.law.zone(act.pack);
        let fail = |kind, wrong| of_act(act, kind, wrong, &format!("`{key}`: "));
        let (when, own) = time::read(text, zone, ACTS).map_err(|wrong| fail(Kind::Time, wrong))?;
        if own != floating {
            let wrong = Wrong::new(format!(
                "{} and `happened` are not of one kind",
                quoted(text)
            ));
            return Err(fail(
                Kind::Mixed,
                wrong.hint("count both from day 0, or give both a date"),
            ));
        }
        if when.to < happened.from {
            let found = format!(
                "{} lies before it happened, {}",
                quoted(text),
                happened.show(zone)
            );
            return Err(fail(Kind::Time, Wrong::new(found)));
        }
        Ok(Some(when))
    }

    fn by(&self, act: &ActKind, actor: &Actor<'_>) -> Result<By, Fault> {
        let text = |text: &Option<std::borrow::Cow<'_, str>>, key: &str| {
            text.as_deref()
                .map(|text| checked(text, key).map(Into::into))
                .transpose()
        };
        Ok(By {
            organ: self
                .named(act, Noun::Organ, actor.organ.as_deref())?
                .map(OrganId),
            unit: text(&actor.unit, "unit")?,
            official: text(&actor.official, "official")?,
            rank: self
                .named(act, Noun::Rank, actor.rank.as_deref())?
                .map(RankId),
            level: self
                .named(act, Noun::Level, actor.level.as_deref())?
                .map(LevelId),
        })
    }

    fn named(&self, act: &ActKind, noun: Noun, name: Option<&str>) -> Result<Option<u16>, Fault> {
        let Some(name) = name else { return Ok(None) };
        if let Some(found) = self.law.find(noun, act.pack, name) {
            return Ok(Some(found));
        }
        Err(self.unknown(act, act.pack, noun, name))
    }

    fn unknown(&self, act: &ActKind, pack: PackId, noun: Noun, name: &str) -> Fault {
        let what = noun.noun();
        let found = format!(
            "{} is no {what} that the pack `{}` sees",
            quoted(name),
            self.law.pack(pack).name
        );
        let known = names::seen(self.law, noun, pack);
        let hint = names::hint(&known, name, &format!("{what}s"));
        of_act(act, Kind::UnknownName, Wrong::new(found).hint(hint), "")
    }

    fn fields(
        &self,
        act: &ActKind,
        line: &Line<'_>,
        floating: Option<i16>,
    ) -> Result<Vec<(habeas_law::rules::FieldId, habeas_law::Value)>, Fault> {
        let reads = Reads {
            law: self.law,
            zone: self.law.zone(act.pack),
            floating,
        };
        let mut fields = Vec::with_capacity(line.fields.len());
        let mut seen = BTreeSet::new();
        for (name, given) in &line.fields {
            let field = self
                .law
                .field(name)
                .and_then(|id| act.fields.iter().find(|field| field.id == id));
            let Some(field) = field else {
                let found = format!("it has no field {}", quoted(name));
                let known: Vec<&str> = act
                    .fields
                    .iter()
                    .map(|field| self.law.field_name(field.id))
                    .collect();
                let near = names::nearest(known.iter().copied(), name)
                    .map(|near| format!("did you mean `{near}`? "));
                let all = if known.is_empty() {
                    "it has no fields".to_owned()
                } else {
                    format!("its fields are {}", listed(known))
                };
                let hint = format!("{}{all}", near.unwrap_or_default());
                return Err(of_act(
                    act,
                    Kind::UnknownName,
                    Wrong::new(found).hint(hint),
                    "",
                ));
            };
            if !seen.insert(field.id) {
                return Err(of_act(
                    act,
                    Kind::Shape,
                    Wrong::new(format!("the field `{name}` stands there twice")),
                    "",
                ));
            }
            let value = reads.value(field, given);
            let value = value
                .map_err(|wrong| of_act(act, Kind::Value, wrong, &format!("field `{name}`: ")))?;
            fields.extend(value.map(|value| (field.id, value)));
        }
        // In the order of the pack: the same statement is the same act, however its line is written.
        fields.sort_by_key(|(id, _)| act.fields.iter().position(|field| field.id == *id));
        Ok(fields)
    }
}

fn of_act(act: &ActKind, kind: Kind, wrong: Wrong, what: &str) -> Fault {
    let doing = format!("read the act `{}`", act.name);
    Fault::new(kind, doing, format!("{what}{}", wrong.found)).maybe_hint(wrong.hint)
}

fn needed<'a>(text: Option<&'a str>, key: &str) -> Result<&'a str, Fault> {
    let text = text.ok_or_else(|| {
        Fault::new(Kind::Missing, LINE, format!("`{key}` is not there"))
            .hint("every act needs `id`, `case`, `act` and `happened`; every declaration needs `case` and `partial`")
    })?;
    checked(text, key)
}

/// Ids and pseudonyms: something that can be shown and found again.
fn checked<'a>(text: &'a str, key: &str) -> Result<&'a str, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::new(Kind::Missing, LINE, format!("`{key}` is empty"))
            .hint("leave out what the record does not say"));
    }
    if text.chars().any(obeyed) {
        let found = format!(
            "`{key}` holds characters that cannot be shown: {}",
            quoted(text)
        );
        return Err(Fault::new(Kind::Shape, LINE, found));
    }
    let length = text.chars().count();
    if length > LONGEST_ID {
        let found =
            format!("`{key}` has {length} characters, more than the {LONGEST_ID} that are read");
        return Err(Fault::new(Kind::Shape, LINE, found));
    }
    Ok(text)
}

/// Whether a text can be the id of a case.
pub fn is_id(text: &str) -> bool {
    checked(text, "case").is_ok()
}

/// What two sources of one case are silent about together.
pub fn join(a: &Partial, b: Partial) -> Partial {
    match (a, b) {
        (Partial::Nothing, b) => b,
        (a, Partial::Nothing) => a.clone(),
        (Partial::These(a), Partial::These(b)) => Partial::These(a.union(&b).copied().collect()),
        (Partial::These(these), Partial::AllBut(but)) => {
            Partial::AllBut(but.difference(these).copied().collect())
        }
        (Partial::AllBut(but), Partial::These(these)) => {
            Partial::AllBut(but.difference(&these).copied().collect())
        }
        (Partial::AllBut(a), Partial::AllBut(b)) => {
            Partial::AllBut(a.intersection(&b).copied().collect())
        }
    }
}
