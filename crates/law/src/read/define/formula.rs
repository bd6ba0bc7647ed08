//! Formulas: named steps, the last of which is the result.

use super::At;
use super::definer::Definer;
use crate::problem::Problem;
use crate::read::cursor::{Cursor, Read};
use crate::read::declare::{maybe_words, words};
use crate::read::entry::Entry;
use crate::read::names::Scope;
use crate::rules::{Clause, Conditional, Formula, Step, StepName};
use crate::value::Type;

impl<'a> Definer<'a> {
    pub(super) fn formula(&mut self, at: At<'a>, entry: &'a Entry, c: &mut Cursor<'a>) -> Read<()> {
        let (name, _) = c.name("a name")?;
        let mut formula = Formula {
            pack: at.block.pack,
            name: name.to_owned(),
            words: words(c)?,
            of: Vec::new(),
            steps: Vec::new(),
            version: at.article.version.clone(),
        };
        let header = self.of_each(at, c).and_then(|of| {
            formula.of = of.unwrap_or_default();
            c.finish()
        });
        let mut steps: Vec<(String, Type)> = Vec::new();
        let left_out = self.clauses(at, &entry.under, |me, line, c| {
            me.need_citation(at, line);
            let suffixes = me.suffixes(at, c)?;
            let (step, span) = c.name("the name of a step")?;
            let anchor = formula.of.clone();
            let scope = Scope {
                anchor,
                steps: steps.clone(),
                ..Scope::default()
            };
            let (value, ty) = me.reader(at, &scope).value(c)?;
            let when = me.when(at, &scope, c)?;
            let words = maybe_words(c)?;
            let note = me.note(at, line, suffixes, words);
            let clause = Clause {
                rule: Conditional { value, when },
                note,
            };
            let known = formula.steps.iter_mut().find(|s| s.name.name == step);
            if let Some(known) = known {
                known.lines.push(clause);
                return Ok(());
            }
            let mut label = me.labels.get(&me.law.names, at.block.pack, step);
            if step == "result" {
                label = label.or_else(|| Some(formula.words.clone()));
            }
            if label.is_none() {
                let message = format!("the step `{step}` has no words");
                me.problems.push(
                    Problem::new(at.source, span, message, "nothing to show").hint(format!(
                        "give it words in a `words` block: `{step} \"…\" / \"…\"`"
                    )),
                );
            }
            let name = StepName {
                name: step.to_owned(),
                label: label.unwrap_or_default(),
            };
            formula.steps.push(Step {
                name,
                lines: vec![clause],
            });
            steps.push((step.to_owned(), ty));
            Ok(())
        });
        formula.version.not_encoded.extend(left_out);
        if !entry.says(at.source, "result") {
            let message = format!("the formula `{name}` has no step `result`");
            self.problems.push(
                Problem::new(at.source, entry.span, message, "no result")
                    .hint("the last step is called `result`"),
            );
        }
        self.out.formulas.push(formula);
        header
    }
}
