//! What a thing is called, in each language of a pack.

use std::sync::Arc;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

/// The languages that every pack speaks, in the order of its words.
pub const LANGUAGES: [&str; 2] = ["en", "zh-Hans"];

/// One text for each language; shared by everything that says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Words(pub Arc<[Box<str>; 2]>);

impl Words {
    /// Both texts.
    #[must_use]
    pub fn new(en: &str, zh: &str) -> Self {
        Self(Arc::new([en.into(), zh.into()]))
    }

    /// The text in a language; the first language where that one is not among [`LANGUAGES`].
    #[must_use]
    pub fn get(&self, language: &str) -> &str {
        let [en, zh] = &*self.0;
        if language.starts_with("zh") { zh } else { en }
    }

    /// Whether nothing was said in some language.
    #[must_use]
    pub fn incomplete(&self) -> bool {
        self.0.iter().any(|text| text.trim().is_empty())
    }
}

impl Serialize for Words {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        for (language, text) in LANGUAGES.iter().zip(&*self.0) {
            map.serialize_entry(language, &**text)?;
        }
        map.end()
    }
}
