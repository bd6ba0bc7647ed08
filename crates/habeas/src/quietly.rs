//! Arguments in which a password may stand.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::TypedValueParser;
use clap::error::ErrorKind;
use clap::{Arg, Command, Error};

/// Reads an argument, and does not show it when it cannot be read.
#[derive(Clone)]
pub struct Quietly<T>(PhantomData<T>);

impl<T> Quietly<T> {
    /// For `value_parser`.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

impl<T: FromStr<Err = String> + Clone + Send + Sync + 'static> TypedValueParser for Quietly<T> {
    type Value = T;

    fn parse_ref(&self, of: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<T, Error> {
        let text = value.to_str().ok_or("it is no text".to_owned());
        text.and_then(T::from_str).map_err(|why| {
            let name = arg.map(ToString::to_string).unwrap_or_default();
            let said = format!("read {name}: {why}\n");
            Error::raw(ErrorKind::ValueValidation, said).with_cmd(of)
        })
    }
}
