//! By what right each hour of custody was held: exactly one title, or *held, title not shown*.

use habeas_law::Truth;
use habeas_law::count::Union;
use habeas_law::moment::{Precision, When};

use crate::act::Act;
use crate::assess::{Computed, Explained};
use crate::assessment::Held;
use crate::clock::{self, Run, Segment, SegmentKind, State};
use crate::evaluate::{Evaluator, Need, Scope, Silent, as_moment};
use crate::find;
use crate::show::Shower;
use crate::timeline::over;

/// A title: possibly and surely from when, surely and possibly until when.
#[derive(Clone, Copy, Debug)]
struct Title {
    from: i64,
    sure_from: i64,
    sure: i64,
    possible: i64,
    house_choice: bool,
    run: usize,
    /// The act of the run, and the one that began this count of it.
    anchor: Option<usize>,
    begun_by: Option<usize>,
    closed_by: Option<usize>,
    open_end: Option<i64>,
}

fn titles<'r>(ev: &Evaluator<'_>, runs: impl Iterator<Item = &'r Run>) -> Vec<Title> {
    let mut found: Vec<Title> = Vec::new();
    for (n, run) in runs.enumerate() {
        if ev.law.clock(run.clock).title {
            found.extend(counts(ev, run, n));
        }
    }
    let open: Vec<Option<i64>> = found.iter().map(|t| open_end(ev, t, &found)).collect();
    for (title, open) in found.iter_mut().zip(open) {
        title.open_end = open;
        title.sure = open.map_or(title.sure, |from| title.sure.min(from));
    }
    found
}

/// The titles of a run: one for each count, where it began anew. Hours between the end of one count and the next belong to none.
fn counts(ev: &Evaluator<'_>, run: &Run, n: usize) -> Vec<Title> {
    let Some(last) = title(ev, run, n) else {
        return Vec::new();
    };
    let recounted = |segment: &&Segment| segment.kind == SegmentKind::Recounted;
    let anew = run.segments.iter().rfind(recounted);
    let Some((segment, act)) = anew.and_then(|segment| Some((segment, segment.act?))) else {
        return vec![last];
    };
    let begun = recounted_from(ev, run, segment, act);
    let before = clock::runs(ev, run.clock, run.anchor, act, 0, &mut Silent::default());
    let before = before.iter().filter(|other| other.number == run.number);
    let mut found: Vec<Title> = before.flat_map(|run| counts(ev, run, n)).collect();
    for title in &mut found {
        title.sure = title.sure.min(over(&begun));
        title.possible = title.possible.min(over(&begun));
    }
    found.push(Title {
        from: begun.from,
        sure_from: over(&begun),
        begun_by: Some(act),
        ..last
    });
    found
}

/// From when a clock counts anew.
fn recounted_from(ev: &Evaluator<'_>, run: &Run, segment: &Segment, act: usize) -> When {
    let clock = ev.law.clock(run.clock);
    let zone = ev.zone(clock.pack);
    let restart = clock.restarts.iter().find(|r| r.note.id == segment.clause);
    let scope = Scope {
        anchor_kinds: &clock.of,
        anchor: run.anchor,
        current: Some(act),
        start: run.start,
        ..Scope::of_facts(clock.pack, ev.history.visible(ev.at))
    };
    let told = restart.and_then(|r| {
        let value = ev.value(r.rule.at.as_ref()?, scope, &mut Silent::default())?;
        as_moment(&value, zone)
    });
    let happened = ev.history.get(act).map(|act| act.happened);
    told.or(happened)
        .unwrap_or_else(|| When::instant(segment.from, zone))
}

/// The title of a run, as if it had been counted once.
fn title(ev: &Evaluator<'_>, run: &Run, n: usize) -> Option<Title> {
    let start = run.start.filter(|_| run.state != State::NotStarted)?;
    let clock = ev.law.clock(run.clock);
    let zone = ev.zone(clock.pack);
    let open = if run.state == State::Unknown && run.earliest.is_none() {
        start.from
    } else {
        i64::MAX
    };
    let mut sure = run.earliest.as_ref().map_or(open, |c| c.end.ends_at(zone));
    let mut possible = run
        .latest
        .as_ref()
        .map_or(i64::MAX, |c| c.end.ends_at(zone));
    if let Some(act) = run.closed_by.and_then(|c| ev.history.get(c)) {
        sure = sure.min(over(&act.happened));
        possible = possible.min(over(&act.happened));
    }
    // What may not apply, or what the text itself calls or may call a breach, is no sure title.
    if run.applies == Truth::Unknown
        || run
            .anchor
            .is_some_and(|n| find::breached(ev, n) != Truth::No)
    {
        sure = start.from;
    }
    Some(Title {
        from: start.from,
        sure_from: surely_from(ev, run, start),
        sure,
        possible,
        house_choice: clock.house_choice,
        run: n,
        anchor: run.anchor,
        begun_by: run.anchor,
        closed_by: run.closed_by,
        open_end: None,
    })
}

/// From when the act that closed a title may have closed it, where only its day is known. If that act ended the hold too, or another
/// title surely begins with it, no hour is left without one.
fn open_end(ev: &Evaluator<'_>, title: &Title, all: &[Title]) -> Option<i64> {
    let act = title.closed_by.and_then(|c| ev.history.get(c))?;
    let over = over(&act.happened);
    let next =
        |t: &Title| t.anchor == title.closed_by && t.from == act.happened.from && over < t.sure;
    let mut holds = ev.timeline.spells.iter().filter(|spell| spell.held);
    let covered = all.iter().any(next) || !holds.any(|spell| spell.covers(over));
    (!covered && act.happened.from < over).then_some(act.happened.from)
}

/// From when a title has surely begun: where only the day is known, when the day is over. If the person was held by nothing else, the
/// hold began no earlier than the title that began with it.
fn surely_from(ev: &Evaluator<'_>, run: &Run, start: When) -> i64 {
    let holds = || ev.timeline.spells.iter().filter(|spell| spell.held);
    let by_itself = run.anchor.is_some_and(|anchor| {
        holds().any(|spell| spell.begin == anchor && spell.from == start)
            && !holds().any(|spell| spell.begin < anchor && spell.until >= start.from)
    });
    // A day that an act states is known, also where it is not known when in the day another act happened.
    let anchor = run.anchor.and_then(|n| ev.history.get(n));
    let coarse = |act: &Act| act.happened.from != act.happened.to;
    let stated = start.precision == Precision::Day
        && !anchor.is_some_and(coarse)
        && !ev.history.acts.iter().any(|act| act.happened == start);
    if by_itself || stated {
        start.from
    } else {
        over(&start)
    }
}

/// The title of a stretch: its run, whether it is sure, and the act whose exact time would tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cover {
    run: usize,
    sure: bool,
    time_of: Option<usize>,
}

impl Title {
    fn surely(self, at: i64) -> Option<Cover> {
        (self.sure_from <= at && at < self.sure).then_some(Cover {
            run: self.run,
            sure: true,
            time_of: None,
        })
    }

    fn possibly(self, at: i64) -> Option<Cover> {
        (self.from <= at && at < self.possible).then_some(Cover {
            run: self.run,
            sure: false,
            time_of: match self.open_end {
                _ if at < self.sure_from => self.begun_by,
                Some(from) if at >= from => self.closed_by,
                _ => None,
            },
        })
    }
}

/// From, to, the title there, and whether the person was surely held.
type Stretch = (i64, i64, Option<Cover>, bool);

/// The stretches of a hold, each with the title that covers it.
fn sweep(titles: &[Title], sure: &Union, from: i64, to: i64) -> Vec<Stretch> {
    let mut cuts: Vec<i64> = vec![from, to];
    let bounds = sure.parts().iter().flat_map(|(a, b)| [*a, *b]);
    cuts.extend(bounds.filter(|t| (from..to).contains(t)));
    for title in titles {
        cuts.extend(
            [title.from, title.sure_from, title.sure, title.possible]
                .into_iter()
                .filter(|t| (from..to).contains(t)),
        );
    }
    cuts.sort_unstable();
    cuts.dedup();
    let mut stretches: Vec<Stretch> = Vec::new();
    for pair in cuts.windows(2) {
        let (Some(a), Some(b)) = (pair.first().copied(), pair.get(1).copied()) else {
            continue;
        };
        let best = |cover: fn(Title, i64) -> Option<Cover>| {
            let covers = titles.iter().filter_map(|t| Some((t, cover(*t, a)?)));
            covers
                .max_by_key(|(t, _)| (!t.house_choice, t.from, t.run))
                .map(|(_, cover)| cover)
        };
        let title = best(Title::surely).or_else(|| best(Title::possibly));
        let held = sure
            .parts()
            .iter()
            .any(|(from, to)| (*from..*to).contains(&a));
        match stretches.last_mut() {
            Some(last) if (last.2, last.3) == (title, held) && last.1 == a => last.1 = b,
            _ => stretches.push((a, b, title, held)),
        }
    }
    stretches
}

/// Every stretch of custody up to the instant asked, with its title.
#[must_use]
pub fn held(computed: &Computed<'_>, show: &Shower<'_>) -> Vec<Held> {
    let ev = computed.ev;
    let titles = titles(&ev, computed.runs.iter().map(|e| &e.run));
    let silent = silent(&ev);
    let mut found = Vec::new();
    // The instant asked belongs to the hold that runs then.
    let sure = ev.timeline.sure_holds(ev.at + 1);
    for (from, to) in ev.timeline.holds(ev.at + 1).parts() {
        for (a, b, title, held) in sweep(&titles, &sure, *from, *to) {
            let explained = title.and_then(|cover| computed.runs.get(cover.run));
            let clock = explained.map(|e| ev.law.clock(e.run.clock));
            let titled = title.map_or(silent.is_empty(), |cover| cover.sure);
            let mut needs: Vec<Need> = match explained {
                _ if titled => Vec::new(),
                Some(explained) => needs(&ev, explained, title.and_then(|c| c.time_of)),
                None => silent.clone(),
            };
            if !held {
                needs.extend(ev.timeline.held_needs(b).map(Need::Act));
            }
            found.push(Held {
                from: show.instant(a),
                to: show.instant(b.min(ev.at.max(a))),
                title: clock.map(|c| format!("{} {}", ev.law.pack(c.pack).name, c.name)),
                label: clock.map(|c| c.words.clone()),
                certain: titled && held,
                house_choice: clock.is_some_and(|c| c.house_choice),
                acts: if title.is_none() {
                    around(&ev, a, b)
                } else {
                    Vec::new()
                },
                needs: show.needs(&needs),
            });
        }
    }
    found
}

/// What would tell whether a title is one.
fn needs(ev: &Evaluator<'_>, explained: &Explained, time_of: Option<usize>) -> Vec<Need> {
    let doubts = explained.run.anchor.map(|n| find::doubts(ev, n));
    let act = time_of.and_then(|n| ev.history.get(n));
    let own = explained.needs.iter().copied();
    own.chain(doubts.into_iter().flatten())
        .chain(act.map(|act| Need::Attribute(act.kind, "happened")))
        .collect()
}

/// Acts on which a title could rest, and about which the record is silent.
fn silent(ev: &Evaluator<'_>) -> Vec<Need> {
    let mut found = Vec::new();
    if *ev.history.partial == crate::act::Partial::Nothing {
        return found;
    }
    let here: Vec<&str> = ev
        .history
        .acts
        .iter()
        .map(|act| ev.law.pack(ev.law.act(act.kind).pack).jurisdiction.as_str())
        .collect();
    for clock in ev
        .law
        .clocks
        .iter()
        .filter(|c| c.title && here.contains(&ev.law.pack(c.pack).jurisdiction.as_str()))
    {
        for kind in clock
            .of
            .iter()
            .filter(|kind| ev.history.partial.covers(**kind))
        {
            if !found.contains(&Need::Act(*kind)) {
                found.push(Need::Act(*kind));
            }
        }
    }
    found
}

/// Seconds of custody without any title, for summaries.
#[must_use]
pub fn untitled_seconds(ev: &Evaluator<'_>, runs: &[Run]) -> i64 {
    let holds = ev.timeline.sure_holds(ev.at);
    if holds.is_empty() || !silent(ev).is_empty() {
        return 0;
    }
    let titles = titles(ev, runs.iter());
    let mut total = 0;
    for (from, to) in holds.parts() {
        let mut covered: Vec<(i64, i64)> = titles
            .iter()
            .map(|t| (t.from.max(*from), t.possible.min(*to)))
            .collect();
        covered.retain(|(a, b)| a < b);
        total += (to - from) - Union::new(covered).within(*from, *to);
    }
    total
}

/// The acts next to a stretch: the last before it and the first after it.
fn around(ev: &Evaluator<'_>, from: i64, to: i64) -> Vec<Box<str>> {
    let before = ev
        .history
        .acts
        .iter()
        .rev()
        .find(|act| act.happened.from <= from);
    let after = ev.history.acts.iter().find(|act| act.happened.from >= to);
    before
        .into_iter()
        .chain(after)
        .map(|act| act.id.clone())
        .collect()
}
