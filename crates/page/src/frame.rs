//! The words around an assessment: one method for each message of `i18n/`.
//!
//! The methods are written by `build/`, which also compares the two files.

#![deny(dead_code, reason = "a message that nobody says")]

use crate::Language;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::sync::LazyLock;
use unic_langid::{LanguageIdentifier, langid};

type Bundle = FluentBundle<FluentResource>;

static ENGLISH: LazyLock<Bundle> =
    LazyLock::new(|| bundle(langid!("en"), include_str!("../i18n/en.ftl")));
static CHINESE: LazyLock<Bundle> =
    LazyLock::new(|| bundle(langid!("zh-Hans"), include_str!("../i18n/zh-Hans.ftl")));

/// The words of one language.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    language: Language,
}

impl Frame {
    pub(crate) fn new(language: Language) -> Self {
        Self { language }
    }

    pub(crate) fn language(self) -> Language {
        self.language
    }

    /// A message with its variables; its name where `build/` let something slip.
    fn say<'a, const N: usize>(
        self,
        name: &str,
        values: [(&'a str, FluentValue<'a>); N],
    ) -> String {
        let bundle: &Bundle = match self.language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        };
        let arguments: FluentArgs<'a> = values.into_iter().collect();
        let Some(pattern) = bundle.get_message(name).and_then(|message| message.value()) else {
            return name.to_owned();
        };
        let mut errors = Vec::new();
        let said = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        match self.language {
            Language::English => said.into_owned(),
            // A closing bracket of full width brings its own space.
            Language::Chinese => said.replace("） ", "）"),
        }
    }
}

// A message that nobody says does not compile.
include!(concat!(env!("OUT_DIR"), "/frame.rs"));

fn bundle(language: LanguageIdentifier, text: &str) -> Bundle {
    // `build/` has read the same text without an error.
    let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(text.to_owned());
    let mut bundle = Bundle::new_concurrent(vec![language]);
    // Both languages are written from left to right: no isolation marks, which tables would count.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}
