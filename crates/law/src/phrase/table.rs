//! The table of phrases, and how words are put into one.

use std::sync::{Arc, LazyLock};

use crate::words::Words;

const PHRASES: &str = include_str!("../phrases.tsv");

macro_rules! templates {
    ($($name:ident)+) => {
        /// A phrase with places for words, by its key in `phrases.tsv`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Template {
            $($name,)+
        }

        impl Template {
            const ALL: &[(Self, &str)] = &[$((Self::$name, stringify!($name)),)+];
        }
    };
}

templates! {
    ListComma ListOr And Or If Not Group Of Where WhereWithin Quoted
    Is IsNot IsNone IsSome BeginsWith
    Less AtMost Equal Differs AtLeast More
    Before NotAfter NotBefore After Between NotBetween
    Under OfAge Age
    Rank Level Organ OrAbove Below OneAbove OtherOrgan OtherOfficial OtherUnit SameOrgan SameOfficial SameUnit Anyone
    Held NotHeld HeldAt NotHeldAt UnderMeasure NotUnderMeasure
    Did DidNot DidEarlier DidNotEarlier DidLater DidNotLater
    Times TimesEarlier TimesLater Fewer FewerEarlier FewerLater Count CountEarlier CountLater
    Allowed NotAllowed
    TimeOf TimeOfLatest TimeOfEarlier TimeOfLater Happened RecordedAt UntilOf Start End EndOf PointStart PointEnd PointEndOf LastDayOf EndOfLength
    AtTimeOf AtHappening At AtStart AtEnd AtEndOf DayOf YearOf EarlierOf LaterOf LengthAfter LengthBefore TimeFrom
    Plus Minus Multiplied Divided RoundedUp RoundedDown HeldWithin OrIfNone TableOf DaysOf Date Yes No None
    OneYear Years OneMonth Months OneDay Days OneWorkingDay WorkingDays OneHour Hours OneMinute Minutes NoTime
    OneOfThese SomeOfThese AllOfThese Unless
    Applies StartsFrom StartsFromAct StartsWhenHappened Lasts LastsNoTime Otherwise ExtendedBy Then By ByAtMost To ToAtMost Until Once AtMostTimes
    ExtensionNeeds NotExtended NeverPast NotCounted FromTo LengthAtMost CountedAnew CountedAnewFrom WithExtensions
    MetBy EndedBy OwedBy Must MustAtOnce MustWithin MustWithoutDelay Warns Repeats RepeatsFromDue
    WithoutDelay FactsStated RunsOut Lapses AQuestion Arithmetic BeginsWithAct EndsWithAct InAll OpenWhen OpenAfter OnlyWhile MadeWithin DoneBy DoneByOther CheckedBy Determines
}

/// The phrases in the order of [`Template::ALL`], one text for each language.
static TABLE: LazyLock<Vec<[&str; 2]>> = LazyLock::new(|| {
    let find = |key: &str| {
        lines()
            .find(|(known, _)| *known == key)
            .map(|(_, texts)| texts)
    };
    Template::ALL
        .iter()
        .map(|(_, key)| find(key).unwrap_or(["{0} {1} {2}"; 2]))
        .collect()
});

/// Keys and texts of `phrases.tsv`.
fn lines() -> impl Iterator<Item = (&'static str, [&'static str; 2])> {
    let lines = PHRASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| {
        let mut cells = line.split('\t');
        Some((cells.next()?, [cells.next()?, cells.next()?]))
    })
}

impl Template {
    /// The phrase with words in its places.
    pub(super) fn with<const N: usize>(self, parts: [&Words; N]) -> Words {
        let at = Self::ALL.iter().position(|(template, _)| *template == self);
        let texts = at.and_then(|at| TABLE.get(at)).copied().unwrap_or_default();
        let mut language = 0;
        let said = texts.map(|text| {
            let parts = parts.map(|part| part.0.get(language).map_or("", |text| text));
            language += 1;
            put(text, &parts).into()
        });
        Words(Arc::new(said))
    }

    /// The phrase as it is.
    pub(super) fn words(self) -> Words {
        self.with([])
    }
}

/// `{0}` and `{1}` replaced by the parts.
fn put(text: &str, parts: &[&str]) -> String {
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((number, after)) = after.split_once('}') else {
            return out;
        };
        out.push_str(
            number
                .parse()
                .ok()
                .and_then(|n: usize| parts.get(n))
                .unwrap_or(&""),
        );
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phrase_stands_in_the_table_once_and_in_each_language() {
        let known: Vec<&str> = Template::ALL.iter().map(|(_, key)| *key).collect();
        let written: Vec<&str> = lines().map(|(key, _)| key).collect();
        assert_eq!(
            written.iter().filter(|key| !known.contains(key)).count(),
            0,
            "{written:?}"
        );
        for key in known {
            assert_eq!(written.iter().filter(|k| **k == key).count(), 1, "{key}");
        }
        let places = |text: &str| {
            let parts = text.split('{').skip(1);
            let mut places: Vec<String> = parts.map(|p| p.chars().take(1).collect()).collect();
            places.sort_unstable();
            places
        };
        for (key, [en, zh]) in lines() {
            assert!(!en.is_empty() && !zh.is_empty(), "{key}");
            assert_eq!(places(en), places(zh), "{key}");
        }
    }

    #[test]
    fn words_are_put_in_their_places() {
        let words = Template::If.with([&Words::new("a", "甲"), &Words::new("b", "乙")]);
        assert_eq!(words, Words::new("a, if b", "乙的，甲"));
        assert_eq!(put("{0}, {1} {9}", &["x"]), "x,  ");
    }
}
