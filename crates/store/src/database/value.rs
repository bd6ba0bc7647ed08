//! Values of statements.

use rusqlite::types::{Null, ToSqlOutput, ValueRef};

/// A value that goes into a statement.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Value<'a> {
    Integer(i64),
    Bytes(Option<&'a [u8]>),
    Text(&'a str),
    /// Many integers; of PostgreSQL alone.
    Integers(&'a [i64]),
    /// Many byte strings; of PostgreSQL alone.
    Many(&'a [Option<&'a [u8]>]),
}

impl Value<'_> {
    /// As PostgreSQL's driver takes it.
    pub(super) fn of_postgres(&self) -> &(dyn postgres::types::ToSql + Sync) {
        match self {
            Self::Integer(number) => number,
            Self::Bytes(bytes) => bytes,
            Self::Text(text) => text,
            Self::Integers(numbers) => numbers,
            Self::Many(many) => many,
        }
    }
}

impl rusqlite::ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Integer(number) => ToSqlOutput::from(*number),
            Self::Bytes(None) => ToSqlOutput::from(Null),
            Self::Bytes(Some(bytes)) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            Self::Text(text) => ToSqlOutput::from(*text),
            Self::Integers(_) | Self::Many(_) => {
                let many = "many values at once are for PostgreSQL";
                return Err(rusqlite::Error::ToSqlConversionFailure(many.into()));
            }
        })
    }
}

impl From<i64> for Value<'_> {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<u64> for Value<'_> {
    /// What is larger than a database holds is larger than everything in it.
    fn from(number: u64) -> Self {
        Self::Integer(signed(number))
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Self::Integer(number.into())
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<&'a Option<Vec<u8>>> for Value<'a> {
    fn from(bytes: &'a Option<Vec<u8>>) -> Self {
        Self::Bytes(bytes.as_deref())
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Self {
        Self::Bytes(Some(bytes))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

/// A number as databases hold it.
pub(crate) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
