//! Names in expressions: steps, fields, facts, acts, tables and formulas, or a helpful problem.

use super::{Reader, Typed};
use crate::expression::{Attribute, Expression as E, Of};
use crate::problem::{Problem, Span};
use crate::read::cursor::{Cursor, Read};
use crate::read::names::{Kind, nearest};
use crate::rules::{ActId, BreachId, FormulaId};
use crate::syntax::TokenKind;
use crate::value::{Type, unit_named};

impl Reader<'_> {
    /// Looks a name up; says what is spelled nearly so.
    pub(crate) fn look_up(self, c: &mut Cursor<'_>, kind: Kind) -> Read<u16> {
        let (mut name, mut span) = c.name(&format!("a name, of a kind: {}", kind.noun()))?;
        if kind == Kind::Act && c.at("/") {
            let mut pack = name.to_owned();
            while c.at("/") || c.at("-") {
                pack.push_str(c.look(0));
                c.next();
                pack.push_str(c.name("the rest of a pack's name")?.0);
            }
            (name, span) = c.name("the name of an act")?;
            let act = self.law.act_named(&format!("{pack} {name}"));
            return act.map(|act| act.0).ok_or_else(|| {
                let message = format!("no act `{name}` is declared in the pack `{pack}`");
                let mut problem = c.problem(span, message, "unknown name");
                let seen = self.law.pack_named(&pack);
                let near = seen.and_then(|p| self.law.names.nearest(Kind::Act, p, name));
                problem.hint = near.map(|near| format!("`{near}` is declared"));
                problem
            });
        }
        self.law.names.find(kind, self.pack, name).ok_or_else(|| {
            let message = format!(
                "no {} `{name}` is declared in this pack or in those it uses",
                kind.noun()
            );
            let mut problem = c.problem(span, message, "unknown name");
            let near = self.law.names.nearest(kind, self.pack, name);
            problem.hint = near.map(|near| format!("`{near}` is declared"));
            problem
        })
    }

    /// A breach's name.
    pub(crate) fn breach(self, c: &mut Cursor<'_>) -> Read<BreachId> {
        Ok(BreachId(self.look_up(c, Kind::Breach)?))
    }

    pub(super) fn named(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let mark = c.mark();
        let (name, span) = c.name("a name")?;
        if let Some(n) = self.scope.steps.iter().rposition(|(step, _)| step == name) {
            let ty = self
                .scope
                .steps
                .get(n)
                .map_or(Type::Any, |(_, ty)| ty.clone());
            return Ok(Typed::Value(E::Step(n), ty));
        }
        if self.scope.mapping && self.law.names.find(Kind::Table, self.pack, name).is_none() {
            return given(c, name);
        }
        if c.at(".") && c.peek_at(1).is_some_and(|t| t.kind == TokenKind::Word) {
            c.back(mark);
            return self.dotted(c);
        }
        let scope = self.scope;
        for (of, acts) in [(Of::Current, &scope.current), (Of::Anchor, &scope.anchor)] {
            if let Some(found) = self.field_of(of, acts, name) {
                return Ok(found);
            }
        }
        if let Some(fact) = self.law.names.find(Kind::Fact, self.pack, name) {
            let (act, field) = self.law.fact(fact);
            let known = self.law.act(act).fields.iter().find(|f| f.id == field);
            let ty = known.map_or(Type::Any, |f| f.ty.clone());
            return Ok(Typed::Value(E::Fact { act, field }, ty));
        }
        if let Some(act) = self.law.names.find(Kind::Act, self.pack, name) {
            return Ok(Typed::Acts(vec![ActId(act)]));
        }
        if self.law.names.find(Kind::Table, self.pack, name).is_some() {
            c.back(mark);
            return self.table(c, "of");
        }
        if let Some(formula) = self.law.names.find(Kind::Formula, self.pack, name) {
            return Ok(Typed::Value(E::Formula(FormulaId(formula)), Type::Any));
        }
        Err(self.unknown(c, span, name))
    }

    /// `ACT.field`
    fn dotted(self, c: &mut Cursor<'_>) -> Read<Typed> {
        let act = ActId(self.look_up(c, Kind::Act)?);
        c.need(".")?;
        let (field, span) = c.name("the name of a field")?;
        self.field_of(self.whose(act), &[act], field)
            .ok_or_else(|| {
                let act = self.law.act(act);
                let message = format!("the act `{}` has no field `{field}`", act.name);
                let mut problem = c.problem(span, message, "unknown field");
                let known = act.fields.iter().map(|f| self.law.field_name(f.id));
                problem.hint = nearest(known, field).map(|near| format!("`{near}` is declared"));
                problem
            })
    }

    fn field_of(self, of: Of, acts: &[ActId], name: &str) -> Option<Typed> {
        if acts.is_empty() {
            return None;
        }
        let attribute = match name {
            "happened" => Some(Attribute::Happened),
            "recorded" => Some(Attribute::Recorded),
            "until" if acts.iter().any(|a| self.law.act(*a).period) => Some(Attribute::Until),
            _ => None,
        };
        if let Some(attribute) = attribute {
            return Some(Typed::Value(E::Attribute { of, attribute }, Type::Moment));
        }
        let field = self.law.field(name)?;
        let mut fields = acts.iter().flat_map(|a| &self.law.act(*a).fields);
        let ty = fields.find(|f| f.id == field)?.ty.clone();
        Some(Typed::Value(E::Field { of, field }, ty))
    }

    fn unknown(self, c: &Cursor<'_>, span: Span, name: &str) -> Box<Problem> {
        let message = format!("`{name}` is no field of the acts at hand, no fact and no act");
        let mut problem = c.problem(span, message, "unknown name");
        let acts = self.scope.current.iter().chain(&self.scope.anchor);
        let fields = acts.flat_map(|a| &self.law.act(*a).fields);
        let attributes = if self.scope.anchor.is_empty() && self.scope.current.is_empty() {
            &[][..]
        } else {
            &["happened", "recorded"]
        };
        let known = fields.map(|f| self.law.field_name(f.id));
        let near = nearest(known.chain(attributes.iter().copied()), name)
            .or_else(|| self.law.names.nearest(Kind::Fact, self.pack, name))
            .or_else(|| self.law.names.nearest(Kind::Act, self.pack, name));
        problem.hint = Some(match near {
            Some(near) if attributes.contains(&near) => format!("every act has `{near}`"),
            Some(near) => format!("`{near}` is declared"),
            None => "declare it by `field` in its act or in a `facts` block".to_owned(),
        });
        problem
    }
}

/// A fact of a case file by its path, and `questioned_minutes minutes`: a number of the case in a unit.
fn given(c: &mut Cursor<'_>, name: &str) -> Read<Typed> {
    let mut path = vec![name.into()];
    while c.eat(".") {
        let token = c.next().ok_or_else(|| c.expected("a name"))?;
        path.push(c.text(token).into());
    }
    let given = E::Given(path);
    match unit_named(c.look(0)) {
        Some(unit) => {
            c.next();
            Ok(Typed::Value(
                E::In {
                    value: Box::new(given),
                    unit,
                },
                Type::Length(unit),
            ))
        }
        None => Ok(Typed::Value(given, Type::Any)),
    }
}
