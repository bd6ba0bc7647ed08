//! `basis: …` at the end of a clause: how sure it is.

use super::cursor::{Cursor, Read};
use crate::rules::Basis;

/// Takes `basis: …` off the end of a clause.
pub(super) fn take_basis(c: &mut Cursor<'_>) -> Read<Option<Basis>> {
    let Some(mark) = c.find_last("basis", |next| next == ":") else {
        return Ok(None);
    };
    let mut tail = c.split_off(mark);
    tail.need("basis :")?;
    let found = basis(&mut tail)?;
    tail.finish()?;
    Ok(Some(found))
}

/// `text`, `to be confirmed`, `disputed "A" or "B"`, `house choice`
fn basis(c: &mut Cursor<'_>) -> Read<Basis> {
    if c.eat("text") {
        return Ok(Basis::Text);
    }
    if c.eat("to be confirmed") {
        return Ok(Basis::ToBeConfirmed);
    }
    if c.eat("house choice") {
        return Ok(Basis::HouseChoice);
    }
    if !c.eat("disputed") {
        return Err(c.expected("`text`, `to be confirmed`, `disputed` or `house choice`"));
    }
    let mut readings = Vec::new();
    while let Some(reading) = c.quoted() {
        readings.push(reading.into());
        if !c.eat_any(&["or", ","]) {
            break;
        }
    }
    Ok(Basis::Disputed(readings))
}
