//! What a line says, as texts, before any name in it is looked up.

use std::borrow::Cow;

use super::given::Given;

/// One act or one statement of what a source is silent about.
#[derive(Clone, Debug, Default)]
pub struct Line<'a> {
    pub id: Option<Cow<'a, str>>,
    pub case: Option<Cow<'a, str>>,
    pub subjects: Vec<Cow<'a, str>>,
    pub thing: Option<Cow<'a, str>>,
    pub act: Option<Cow<'a, str>>,
    pub happened: Option<Cow<'a, str>>,
    pub until: Option<Cow<'a, str>>,
    pub recorded: Option<Cow<'a, str>>,
    pub by: Actor<'a>,
    pub fields: Vec<(Cow<'a, str>, Given<'a>)>,
    pub answers: Option<Cow<'a, str>>,
    pub corrects: Option<Cow<'a, str>>,
    pub source: Option<Cow<'a, str>>,
    pub partial: Option<Silent<'a>>,
    pub except: Vec<Cow<'a, str>>,
    /// The first key that a line does not have.
    pub unknown: Option<Cow<'a, str>>,
}

/// Who did it, by names.
#[derive(Clone, Debug, Default)]
pub struct Actor<'a> {
    pub organ: Option<Cow<'a, str>>,
    pub unit: Option<Cow<'a, str>>,
    pub official: Option<Cow<'a, str>>,
    pub rank: Option<Cow<'a, str>>,
    pub level: Option<Cow<'a, str>>,
}

/// What a source declares itself silent about.
#[derive(Clone, Debug)]
pub enum Silent<'a> {
    /// `"all"`
    All,
    /// Acts by their full names.
    These(Vec<Cow<'a, str>>),
}

/// The keys of a line, for hints.
pub const KEYS: [&str; 15] = [
    "id", "case", "subjects", "thing", "act", "happened", "until", "recorded", "by", "fields",
    "answers", "corrects", "source", "partial", "except",
];

/// The keys of `by`.
pub const ACTOR: [&str; 5] = ["organ", "unit", "official", "rank", "level"];
