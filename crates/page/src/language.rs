//! The languages that pages speak.

use habeas_law::Words;
use std::fmt;
use std::str::FromStr;

/// A language in which everything can be said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// All of them, in the order of [`habeas_law::words::LANGUAGES`].
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The tag of BCP 47, as it stands in `lang`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-Hans",
        }
    }

    /// What stands between the parts of a list.
    pub(crate) const fn separator(self) -> &'static str {
        match self {
            Self::English => ", ",
            Self::Chinese => "、",
        }
    }

    /// What a pack or an assessment says in this language.
    #[must_use]
    pub(crate) fn of(self, words: &Words) -> &str {
        words.get(self.tag())
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl FromStr for Language {
    type Err = String;

    /// Reads `en`, `zh`, `zh-Hans` and longer tags that begin with these.
    ///
    /// # Errors
    ///
    /// The tag that was found and those that are known.
    fn from_str(tag: &str) -> Result<Self, Self::Err> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        match primary.to_ascii_lowercase().as_str() {
            "en" => Ok(Self::English),
            "zh" => Ok(Self::Chinese),
            _ => Err(format!(
                "`{tag}` is no language of pages; they are `en` and `zh-Hans`"
            )),
        }
    }
}
