//! Rows and the columns in them.

use super::{Answer, Failed};

/// A row of either database.
pub(crate) enum Row<'a> {
    Sqlite(&'a rusqlite::Row<'a>),
    Postgres(&'a postgres::Row),
}

/// What a column may be read as.
pub(crate) trait Cell: Sized {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self>;
}

impl Row<'_> {
    pub(crate) fn get<T: Cell>(&self, column: usize) -> Answer<T> {
        T::read(self, column)
    }

    fn integer(&self, column: usize) -> Answer<Option<i64>> {
        match self {
            Self::Sqlite(row) => Ok(row.get(column)?),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    fn bytes(&self, column: usize) -> Answer<Option<&[u8]>> {
        match self {
            Self::Sqlite(row) => row
                .get_ref(column)?
                .as_blob_or_null()
                .map_err(|_| Failed::Column(column)),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }

    fn text(&self, column: usize) -> Answer<Option<&str>> {
        match self {
            Self::Sqlite(row) => row
                .get_ref(column)?
                .as_str_or_null()
                .map_err(|_| Failed::Column(column)),
            Self::Postgres(row) => Ok(row.try_get(column)?),
        }
    }
}

impl Cell for Option<i64> {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        row.integer(column)
    }
}

impl Cell for i64 {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        row.integer(column)?.ok_or(Failed::Column(column))
    }
}

impl Cell for Option<u64> {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        let number = row.integer(column)?.map(u64::try_from).transpose();
        number.map_err(|_| Failed::Column(column))
    }
}

impl Cell for u64 {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        row.get::<Option<Self>>(column)?
            .ok_or(Failed::Column(column))
    }
}

impl Cell for bool {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        row.get::<i64>(column).map(|number| number != 0)
    }
}

impl Cell for Option<Vec<u8>> {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        Ok(row.bytes(column)?.map(Vec::from))
    }
}

impl Cell for Vec<u8> {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        row.get::<Option<Self>>(column)?
            .ok_or(Failed::Column(column))
    }
}

impl<const N: usize> Cell for [u8; N] {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        let bytes = row.bytes(column)?;
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or(Failed::Column(column))
    }
}

impl Cell for String {
    fn read(row: &Row<'_>, column: usize) -> Answer<Self> {
        let text = row.text(column)?.map(str::to_owned);
        text.ok_or(Failed::Column(column))
    }
}
