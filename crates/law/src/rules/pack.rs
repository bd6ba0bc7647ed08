//! A pack as a whole: its sources, zone, calendar and files.

use std::sync::Arc;

use super::{ConventionId, FileId};
use crate::words::Words;

/// A statute or rule book that a pack renders.
#[derive(Clone, Debug)]
pub struct SourceLaw {
    /// `CPL`
    pub code: String,
    /// Name and version of the text.
    pub title: String,
    /// File of the official text, for `--texts`.
    pub file: Option<String>,
}

/// A law pack: one or more files under one name.
#[derive(Clone, Debug)]
pub struct Pack {
    /// `cn/criminal-procedure`
    pub name: String,
    /// `cn`
    pub jurisdiction: String,
    /// For people.
    pub title: Words,
    /// Where its law counts.
    pub zone: jiff::tz::TimeZone,
    /// Its calendar among the law's.
    pub calendar: Option<usize>,
    /// The convention of rules that name none.
    pub counting: Option<ConventionId>,
    /// What it renders; the first is the main one.
    pub sources: Vec<SourceLaw>,
    /// Its files.
    pub files: Vec<FileId>,
    /// SHA-256 of its files in order of their names, hexadecimal.
    pub hash: Arc<str>,
}
