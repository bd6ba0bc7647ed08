//! By what right each hour of custody was held: exactly one title, or *held, title not shown*.

use habeas_law::Truth;

use crate::assess::{Computed, Explained};
use crate::assessment::Held;
use crate::clock::{Run, State};
use crate::evaluate::{Evaluator, Need};
use crate::find;
use crate::show::Shower;
use crate::timeline::over;

/// A title: from when, surely until when, possibly until when.
#[derive(Clone, Debug)]
struct Title {
    from: i64,
    sure: i64,
    possible: i64,
    house_choice: bool,
    run: usize,
}

fn titles<'r>(ev: &Evaluator<'_>, runs: impl Iterator<Item = &'r Run>) -> Vec<Title> {
    let mut found = Vec::new();
    for (n, run) in runs.enumerate() {
        let clock = ev.law.clock(run.clock);
        let (true, Some(start)) = (clock.title && run.state != State::NotStarted, run.start) else {
            continue;
        };
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
        found.push(Title {
            from: start.from,
            sure,
            possible,
            house_choice: clock.house_choice,
            run: n,
        });
    }
    found
}

/// From, to, and the run that is the title there, with whether that is sure.
type Stretch = (i64, i64, Option<(usize, bool)>);

/// The stretches of a hold, each with the title that covers it.
fn sweep(titles: &[Title], from: i64, to: i64) -> Vec<Stretch> {
    let mut cuts: Vec<i64> = vec![from, to];
    for title in titles {
        cuts.extend(
            [title.from, title.sure, title.possible]
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
        let best = |until: fn(&Title) -> i64| {
            titles
                .iter()
                .filter(|t| t.from <= a && a < until(t))
                .max_by_key(|t| (!t.house_choice, t.from, t.run))
                .map(|t| t.run)
        };
        let title = best(|t| t.sure)
            .map(|run| (run, true))
            .or_else(|| best(|t| t.possible).map(|run| (run, false)));
        match stretches.last_mut() {
            Some(last) if last.2 == title && last.1 == a => last.1 = b,
            _ => stretches.push((a, b, title)),
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
    for (from, to) in ev.timeline.holds(ev.at + 1).parts() {
        for (a, b, title) in sweep(&titles, *from, *to) {
            let explained = title.and_then(|(run, _)| computed.runs.get(run));
            let clock = explained.map(|e| ev.law.clock(e.run.clock));
            let certain = title.map_or(silent.is_empty(), |(_, sure)| sure);
            let needs: Vec<Need> = match explained {
                _ if certain => Vec::new(),
                Some(explained) => needs(&ev, explained),
                None => silent.clone(),
            };
            found.push(Held {
                from: show.instant(a),
                to: show.instant(b.min(ev.at.max(a))),
                title: clock.map(|c| format!("{} {}", ev.law.pack(c.pack).name, c.name)),
                label: clock.map(|c| c.words.clone()),
                certain,
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
fn needs(ev: &Evaluator<'_>, explained: &Explained) -> Vec<Need> {
    let doubts = explained.run.anchor.map(|n| find::doubts(ev, n));
    let own = explained.needs.iter().copied();
    own.chain(doubts.into_iter().flatten()).collect()
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
    let holds = ev.timeline.holds(ev.at);
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
        total += (to - from) - habeas_law::count::Union::new(covered).within(*from, *to);
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
