//! Which acts are meant, how many there are, and who did them.

use habeas_law::expression::{Acts, Comparison, Expression as E, Identity, Of, Side};
use habeas_law::rules::ActId;
use habeas_law::{Truth, Value};

use super::{Evaluator, Log, Need, Scope};
use crate::act::Act;

/// Whether two known values are the same.
fn same<T: PartialEq>(a: Option<&T>, b: Option<&T>) -> Option<bool> {
    a.zip(b).map(|(a, b)| a == b)
}

impl Evaluator<'_> {
    pub(super) fn act(&self, of: Of, s: Scope<'_>) -> Option<usize> {
        match of {
            Of::Current => s.current.or(s.anchor),
            Of::Anchor => s.anchor,
            Of::Latest(kind) => self.latest(&[kind], s),
        }
    }

    /// The act of some kinds that is meant from here: along the answers, else the latest before, else the first that belongs.
    pub(super) fn latest(&self, kinds: &[ActId], s: Scope<'_>) -> Option<usize> {
        let here = s.current.or(s.anchor);
        if let Some(here) = here {
            if let Some(found) = self
                .history
                .answered(here, kinds)
                .filter(|n| *n < s.horizon)
            {
                return Some(found);
            }
            if s.current.is_some() || s.start.is_none() {
                if let Some(found) = self
                    .history
                    .of_kinds(kinds, here.min(s.horizon))
                    .next_back()
                {
                    return Some(found);
                }
                let same_time = |n: &usize| {
                    self.history.get(*n).map(|a| a.happened.from)
                        <= self.history.get(here).map(|a| a.happened.to)
                };
                if let Some(found) = self
                    .history
                    .of_kinds(kinds, s.horizon)
                    .filter(|n| *n != here)
                    .find(same_time)
                {
                    return Some(found);
                }
            }
            let belongs = |n: &usize| {
                s.anchor
                    .is_none_or(|a| *n >= a && self.history.belongs(*n, a, s.anchor_kinds))
            };
            if let Some(found) = self.history.of_kinds(kinds, s.horizon).find(belongs) {
                return Some(found);
            }
            return self.history.of_kinds(kinds, s.horizon).rfind(|n| *n < here);
        }
        self.history.of_kinds(kinds, s.horizon).next_back()
    }

    pub(super) fn did<L: Log>(&self, kinds: &[ActId], s: Scope<'_>, log: &mut L) -> Truth {
        match self.latest(kinds, s) {
            Some(found) => {
                if let Some(act) = self.history.get(found) {
                    log.used(
                        Need::Act(act.kind),
                        || Value::Moment(act.happened),
                        Some(found),
                    );
                }
                Truth::Yes
            }
            None => match self.history.silent(kinds) {
                Some(kind) => self.unknown(Need::Act(kind), log),
                None => {
                    if let Some(kind) = kinds.first() {
                        log.used(Need::Act(*kind), || Value::None, None);
                    }
                    Truth::No
                }
            },
        }
    }

    /// Whether at least `n` acts are so.
    pub(super) fn some<L: Log>(&self, acts: &Acts, n: u32, s: Scope<'_>, log: &mut L) -> Truth {
        let (yes, maybe) = self.count(acts, s, log);
        if yes >= n {
            return Truth::Yes;
        }
        if yes + maybe >= n {
            return Truth::Unknown;
        }
        match self.history.silent(&acts.kinds) {
            Some(kind) => self.unknown(Need::Act(kind), log),
            None => {
                if let Some(kind) = acts.kinds.first() {
                    log.used(Need::Act(*kind), || Value::Number(yes.into()), None);
                }
                Truth::No
            }
        }
    }

    /// How many acts are so, and how many may be.
    pub(super) fn count<L: Log>(&self, acts: &Acts, s: Scope<'_>, log: &mut L) -> (u32, u32) {
        let mark = log.mark();
        let (mut yes, mut maybe) = (0, 0);
        for n in self.matching(acts, s) {
            match self.is_so(acts, n, s, log) {
                Truth::Yes => yes += 1,
                Truth::Unknown => maybe += 1,
                Truth::No => {}
            }
        }
        if maybe == 0 {
            log.forget_missing(mark);
        }
        (yes, maybe)
    }

    pub(super) fn matching<'k>(
        &'k self,
        acts: &'k Acts,
        s: Scope<'k>,
    ) -> impl DoubleEndedIterator<Item = usize> + 'k {
        let here = s.current.or(s.anchor);
        self.history
            .of_kinds(
                &acts.kinds,
                s.horizon.max(if acts.side == Side::Later {
                    self.history.visible(self.at)
                } else {
                    0
                }),
            )
            .filter(move |n| match (acts.side, here) {
                (Side::Earlier, Some(here)) => *n < here,
                (Side::Later, Some(here)) => *n > here,
                _ => true,
            })
    }

    pub(super) fn is_so<L: Log>(&self, acts: &Acts, n: usize, s: Scope<'_>, log: &mut L) -> Truth {
        let inner = Scope {
            current: Some(n),
            anchor: s.current.or(s.anchor),
            ..s
        };
        let mut truth = match &acts.condition {
            Some(condition) => self.truth(condition, inner, log),
            None => Truth::Yes,
        };
        if let (Some((from, to)), Some(act)) = (&acts.within, self.history.get(n)) {
            let happened = E::Literal(Value::Moment(act.happened));
            truth = truth.and(self.compare(Comparison::GreaterOrEqual, &happened, from, s, log));
            truth = truth.and(self.compare(Comparison::LessOrEqual, &happened, to, s, log));
        }
        truth
    }

    pub(super) fn rank<L: Log>(
        &self,
        of: Of,
        s: Scope<'_>,
        log: &mut L,
        test: impl FnOnce(habeas_law::rules::RankId) -> bool,
    ) -> Truth {
        let Some((index, act)) = self.which(of, s, log) else {
            return Truth::Unknown;
        };
        match act.by.rank {
            Some(rank) => {
                log.used(
                    Need::Attribute(act.kind, "rank"),
                    || Value::Text(self.law.rank(rank).name.as_str().into()),
                    Some(index),
                );
                test(rank).into()
            }
            None => self.unknown(Need::Attribute(act.kind, "rank"), log),
        }
    }

    pub(super) fn level_of<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L) -> Option<u16> {
        let (index, act) = self.which(of, s, log)?;
        match act.by.level {
            Some(level) => {
                log.used(
                    Need::Attribute(act.kind, "level"),
                    || Value::Text(self.law.level(level).name.as_str().into()),
                    Some(index),
                );
                Some(self.law.level(level).height)
            }
            None => {
                log.missing(Need::Attribute(act.kind, "level"));
                None
            }
        }
    }

    pub(super) fn level<L: Log>(
        &self,
        of: Of,
        s: Scope<'_>,
        log: &mut L,
        test: impl FnOnce(u16) -> bool,
    ) -> Truth {
        let Some((_, act)) = self.which(of, s, log) else {
            return Truth::Unknown;
        };
        if act.by.level.is_none() {
            return self.unknown(Need::Attribute(act.kind, "level"), log);
        }
        self.level_of(of, s, log)
            .map_or(Truth::Unknown, |l| test(l).into())
    }

    pub(super) fn organ<L: Log>(
        &self,
        of: Of,
        s: Scope<'_>,
        log: &mut L,
        test: impl FnOnce(habeas_law::rules::OrganId) -> bool,
    ) -> Truth {
        let Some((index, act)) = self.which(of, s, log) else {
            return Truth::Unknown;
        };
        match act.by.organ {
            Some(organ) => {
                log.used(
                    Need::Attribute(act.kind, "organ"),
                    || Value::Text(self.law.organ(organ).name.as_str().into()),
                    Some(index),
                );
                test(organ).into()
            }
            None => self.unknown(Need::Attribute(act.kind, "organ"), log),
        }
    }

    /// The act that is meant, or what is missing where there is none.
    pub(super) fn which<L: Log>(&self, of: Of, s: Scope<'_>, log: &mut L) -> Option<(usize, &Act)> {
        let found = self
            .act(of, s)
            .and_then(|index| self.history.get(index).map(|act| (index, act)));
        if found.is_none()
            && let Of::Latest(kind) = of
        {
            log.missing(Need::Act(kind));
        }
        found
    }

    /// Whether two acts were done by different organs, officials or units.
    pub fn differs<L: Log>(
        &self,
        what: Identity,
        of: Of,
        from: Of,
        s: Scope<'_>,
        log: &mut L,
    ) -> Truth {
        let (Some((_, a)), Some((_, b))) = (self.which(of, s, log), self.which(from, s, log))
        else {
            return Truth::Unknown;
        };
        let organs = same(a.by.organ.as_ref(), b.by.organ.as_ref());
        let units = same(a.by.unit.as_ref(), b.by.unit.as_ref());
        let levels = same(a.by.level.as_ref(), b.by.level.as_ref());
        let officials = same(a.by.official.as_ref(), b.by.official.as_ref());
        let (same, missing) = match (what, organs) {
            // Two offices of one kind are two organs, and so are two levels; where neither tells them apart nobody knows.
            (Identity::Organ, Some(true)) if levels == Some(false) => (levels, Identity::Unit),
            (Identity::Organ, Some(true)) | (Identity::Unit, _) => (units, Identity::Unit),
            (Identity::Organ, _) => (organs, Identity::Organ),
            (Identity::Official, _) => (officials, Identity::Official),
        };
        match same {
            Some(same) => (!same).into(),
            None => {
                let (told, name) = match missing {
                    Identity::Organ => (a.by.organ.is_some(), "organ"),
                    Identity::Official => (a.by.official.is_some(), "official"),
                    Identity::Unit => (a.by.unit.is_some(), "unit"),
                };
                let kind = if told { b.kind } else { a.kind };
                self.unknown(Need::Attribute(kind, name), log)
            }
        }
    }

    /// When the act that is meant happened.
    pub(super) fn latest_so<L: Log>(
        &self,
        acts: &Acts,
        s: Scope<'_>,
        log: &mut L,
    ) -> Option<Value> {
        if acts.side == Side::Anywhere && acts.condition.is_none() && acts.within.is_none() {
            let found = self.latest(&acts.kinds, s);
            let Some(act) = found.and_then(|n| self.history.get(n)) else {
                if let Some(kind) = self.history.silent(&acts.kinds) {
                    log.missing(Need::Act(kind));
                }
                return None;
            };
            log.used(Need::Act(act.kind), || Value::Moment(act.happened), found);
            return Some(Value::Moment(act.happened));
        }
        for n in self.matching(acts, s).rev() {
            match self.is_so(acts, n, s, log) {
                Truth::Yes => return self.history.get(n).map(|act| Value::Moment(act.happened)),
                Truth::Unknown => return None,
                Truth::No => {}
            }
        }
        None
    }
}
