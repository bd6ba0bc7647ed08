//! Fluent files: what they say, whether they match, and the methods made of them.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use fluent_syntax::parser;
use std::collections::BTreeMap;
use std::fmt::Write;

/// What the methods need of a message.
#[derive(Debug)]
pub struct Found {
    /// In order of first use.
    pub variables: Vec<String>,
    /// For the documentation.
    pub text: String,
}

/// Messages by name.
pub type Messages = BTreeMap<String, Found>;

/// The messages of a file.
///
/// # Errors
///
/// Where it is no Fluent, says a message twice, or uses what pages do not.
pub fn messages(file: &str, text: &str) -> Result<Messages, String> {
    let resource = parser::parse(text)
        .map_err(|(_, errors)| format!("read {file}: {}", joined(errors.iter())))?;
    let mut found = Messages::new();
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => {
                let name = message.id.name.to_owned();
                if found.insert(name.clone(), one(file, message)?).is_some() {
                    return Err(format!("{file}: the message `{name}` is there twice"));
                }
            }
            Entry::Term(term) => return Err(format!("{file}: a term, `{}`", term.id.name)),
            Entry::Junk { content } => return Err(format!("{file}: not Fluent: {content}")),
            _ => {}
        }
    }
    Ok(found)
}

fn one(file: &str, message: &Message<&str>) -> Result<Found, String> {
    let name = message.id.name;
    let Some(value) = &message.value else {
        return Err(format!("{file}: the message `{name}` is empty"));
    };
    if !message.attributes.is_empty() {
        return Err(format!("{file}: the message `{name}` has attributes"));
    }
    let mut found = Found {
        variables: Vec::new(),
        text: String::new(),
    };
    pattern(value, &mut found).map_err(|what| format!("{file}: the message `{name}` {what}"))?;
    Ok(found)
}

fn pattern(pattern: &Pattern<&str>, found: &mut Found) -> Result<(), String> {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => found.text.push_str(value),
            PatternElement::Placeable { expression } => inner(expression, found)?,
        }
    }
    Ok(())
}

fn inner(expression: &Expression<&str>, found: &mut Found) -> Result<(), String> {
    match expression {
        Expression::Inline(expression) => inline(expression, found),
        Expression::Select { selector, variants } => {
            inline(selector, found)?;
            variants.iter().try_for_each(|variant| {
                found.text.push_str(" | ");
                pattern(&variant.value, found)
            })
        }
    }
}

fn inline(expression: &InlineExpression<&str>, found: &mut Found) -> Result<(), String> {
    match expression {
        InlineExpression::VariableReference { id } => {
            let name = id.name.replace('-', "_");
            let _ = write!(found.text, "{{{name}}}");
            if !found.variables.contains(&name) {
                found.variables.push(name);
            }
            Ok(())
        }
        InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => {
            found.text.push_str(value);
            Ok(())
        }
        InlineExpression::Placeable { expression } => inner(expression, found),
        _ => Err("refers to another message, a term or a function".to_owned()),
    }
}

/// Whether both have the same messages with the same variables.
///
/// # Errors
///
/// The first message that is missing or differs.
pub fn agree([en, zh]: [&str; 2], first: &Messages, second: &Messages) -> Result<(), String> {
    for (name, found) in first {
        let Some(other) = second.get(name) else {
            return Err(format!("{zh}: the message `{name}` of {en} is missing"));
        };
        let sorted = |found: &Found| {
            let mut names = found.variables.clone();
            names.sort();
            names
        };
        if sorted(found) != sorted(other) {
            return Err(format!(
                "the message `{name}` has the variables {:?} in {en} and {:?} in {zh}",
                found.variables, other.variables
            ));
        }
    }
    match second.keys().find(|name| !first.contains_key(*name)) {
        Some(name) => Err(format!("{en}: the message `{name}` of {zh} is missing")),
        None => Ok(()),
    }
}

/// A method of `Frame` for each message.
///
/// # Errors
///
/// None: it writes into a string.
pub fn methods(messages: &Messages) -> Result<String, std::fmt::Error> {
    let mut out = String::from("impl Frame {\n");
    for (name, found) in messages {
        let mut arguments = String::new();
        let mut values = String::new();
        for variable in &found.variables {
            write!(arguments, ", {variable}: impl Into<FluentValue<'a>>")?;
            write!(values, "(\"{variable}\", {variable}.into()), ")?;
        }
        let text = found.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let generic = if found.variables.is_empty() {
            ""
        } else {
            "<'a>"
        };
        writeln!(out, "    /// `{}`", text.replace('`', "'"))?;
        writeln!(out, "    #[must_use]")?;
        writeln!(
            out,
            "    pub(crate) fn {}{generic}(self{arguments}) -> String {{",
            name.replace('-', "_")
        )?;
        writeln!(out, "        self.say(\"{name}\", [{values}])\n    }}")?;
    }
    out.push_str("}\n");
    Ok(out)
}

fn joined(errors: impl Iterator<Item = impl std::fmt::Display>) -> String {
    errors.map(|e| e.to_string()).collect::<Vec<_>>().join("; ")
}
