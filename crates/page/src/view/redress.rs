//! What the person can do, and where they can turn.

use super::{Cite, Look};
use habeas_case::assessment;

/// A remedy.
#[derive(Clone, Debug)]
pub(crate) struct Remedy {
    pub(crate) label: String,
    pub(crate) whom: Option<String>,
    pub(crate) to: String,
    pub(crate) by: String,
    pub(crate) state: String,
    pub(crate) answer_due: Option<String>,
    pub(crate) then: String,
    pub(crate) cite: Cite,
    pub(crate) rule: String,
}

/// A telephone or an address.
#[derive(Clone, Debug)]
pub(crate) struct Channel {
    pub(crate) label: String,
    pub(crate) organ: Option<String>,
    pub(crate) telephone: Option<String>,
    pub(crate) address: Option<String>,
    pub(crate) cite: Cite,
}

impl Look<'_> {
    /// Those that are still open to use first.
    pub(crate) fn remedies(&self) -> Vec<Remedy> {
        let mut all: Vec<&assessment::Remedy> = self.of.remedies.iter().collect();
        all.sort_by_key(|remedy| (remedy.used, !remedy.certain));
        all.into_iter().map(|remedy| self.remedy(remedy)).collect()
    }

    fn remedy(&self, remedy: &assessment::Remedy) -> Remedy {
        let w = self.w;
        Remedy {
            label: self.say(&remedy.label),
            whom: remedy.whom.as_ref().map(|whom| self.say(whom)),
            to: self.all(&remedy.to),
            by: match &remedy.by {
                Some(by) => self.dates.end(by),
                None => w.remedy_no_limit(),
            },
            state: match (remedy.used, remedy.certain) {
                (true, _) => w.remedy_used(),
                (false, true) => w.remedy_open(),
                (false, false) => w.remedy_perhaps(),
            },
            answer_due: remedy
                .answer_due
                .as_ref()
                .map(|ends| self.dates.ends_long(ends)),
            then: self.all(&remedy.then),
            cite: self.cite(&remedy.citation),
            rule: remedy.rule.clone(),
        }
    }

    pub(crate) fn channels(&self) -> Vec<Channel> {
        let one = |channel: &assessment::Channel| Channel {
            label: self.say(&channel.label),
            organ: channel.organ.as_ref().map(|organ| self.say(organ)),
            telephone: channel.telephone.clone(),
            address: channel.address.clone(),
            cite: self.cite(&channel.citation),
        };
        self.of.channels.iter().map(one).collect()
    }
}
