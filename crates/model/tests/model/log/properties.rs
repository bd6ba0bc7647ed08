//! What must hold in every state, and what shows that it holds of something.

use stateright::Property;

use super::{ENOUGH, Log, Refused, State, Witness, act_of};
use crate::history::{History, agree};

fn always(name: &'static str, holds: fn(&Log, &State) -> bool) -> Property<Log> {
    Property::always(name, holds)
}

fn sometimes(name: &'static str, happens: fn(&Log, &State) -> bool) -> Property<Log> {
    Property::sometimes(name, happens)
}

pub(super) fn all(log: &Log) -> Vec<Property<Log>> {
    let mut all = vec![
        always("an acknowledged act is where it was told to be", in_place),
        always("an act stands in the log once", |_, state| once(state)),
        always("a number is given once", |_, state| given_once(state)),
        always("what is shown is one history", |_, state| {
            state.all_put_back || agree(&state.shown)
        }),
        always("what is shown holds what was told", |_, state| {
            holds_told(state)
        }),
        always("a witness cosigns one history", |_, state| {
            state.witnesses.iter().all(|one| agree(&one.cosigned))
        }),
        always("a witness cosigns what the log has signed", |_, state| {
            let mut all = state.witnesses.iter().flat_map(|one| &one.cosigned);
            all.all(|one| state.shown.contains(one))
        }),
        always("what counts as cosigned by enough is", |_, state| {
            enough(state)
        }),
        always("receipts are of one history", |_, state| {
            agree(&state.receipts)
        }),
        always(
            "no checkpoint is signed that lacks an act of a receipt",
            |_, state| !state.lacking,
        ),
        always("nothing is refused without a cause", |_, state| {
            state.harmed || state.refused.is_none()
        }),
        sometimes("all acts are acknowledged", |log, state| {
            state.told[..usize::from(log.acts)]
                .iter()
                .all(|told| *told != 0)
        }),
        sometimes("an act that was told waits to be told again", |_, state| {
            let waits = state
                .writer
                .map(|writer| writer.waiting)
                .unwrap_or_default();
            waits
                .iter()
                .zip(state.told)
                .any(|(waits, told)| waits.is_some() && told != 0)
        }),
        sometimes(
            "a recorded act was told to nobody, and the log goes on after a crash",
            |log, state| {
                let untold = state
                    .store
                    .acts
                    .iter()
                    .zip(state.told)
                    .any(|(index, told)| index.is_some() && told == 0);
                untold
                    && state.openings < log.openings
                    && state
                        .writer
                        .is_some_and(|writer| writer.waiting == [None; 3])
            },
        ),
        sometimes("a receipt does without an honest witness", |_, state| {
            let silent = |one: &Witness| one.durable == History::EMPTY;
            !state.receipts.is_empty() && state.witnesses.iter().any(silent)
        }),
        sometimes("a receipt does without the liar", |_, state| {
            !state.receipts.is_empty() && state.liar.cosigned.is_empty()
        }),
        sometimes("a witness died before it answered", |_, state| {
            let silent = |one: &Witness| one.cosigned.is_empty() && one.durable != History::EMPTY;
            state.witnesses.iter().any(silent)
        }),
    ];
    if log.acts > 1 {
        all.push(sometimes("a log that grew has two receipts", |_, state| {
            state.receipts.len() > 1
        }));
    }
    if log.put_backs > 0 {
        all.extend([
            sometimes("the mark refuses what was put back", |_, state| {
                state.refused == Some(Refused::Mark)
            }),
            sometimes(
                "witnesses refuse what was put back with its mark",
                |_, state| state.all_put_back && state.refused == Some(Refused::Witness),
            ),
            sometimes(
                "who signs refuses what was put back while the store was lent",
                |_, state| state.refused == Some(Refused::WentBack),
            ),
            sometimes(
                "what was put back is signed on when enough have answered",
                |_, state| {
                    state.all_put_back
                        && state.began.is_some_and(|last| last != History::EMPTY)
                        && !state.restored
                },
            ),
            sometimes(
                "a store that was put back and had lost nothing goes on",
                |log, state| {
                    let grown = state.store.leaves.size() == log.acts && state.timeline > 0;
                    grown
                        && state.writer.is_some()
                        && !state.all_put_back
                        && !state.receipts.is_empty()
                },
            ),
        ]);
    }
    if log.damages > 0 {
        all.push(sometimes("damage is found", |_, state| {
            state.refused == Some(Refused::Tree)
        }));
    }
    all
}

/// Whether the store goes on as if nothing were wrong: it was opened since anything happened to it.
fn in_service(state: &State) -> bool {
    !state.unnoticed && state.refused.is_none()
}

/// Of each act the numbers that were told.
fn numbers(state: &State) -> impl Iterator<Item = (u8, u8)> + '_ {
    let told = (0..).zip(state.told);
    told.flat_map(|(act, told)| {
        (0..8)
            .filter(move |index| told & (1 << index) != 0)
            .map(move |index| (act, index))
    })
}

fn in_place(_: &Log, state: &State) -> bool {
    let whole = state.told.iter().all(|told| told.count_ones() <= 1);
    let stands = |(act, index)| state.store.leaves.get(index).and_then(act_of) == Some(act);
    state.all_put_back || (whole && (!in_service(state) || numbers(state).all(stands)))
}

fn once(state: &State) -> bool {
    let acts: Vec<u8> = state
        .store
        .leaves
        .leaves()
        .iter()
        .filter_map(|leaf| act_of(*leaf))
        .collect();
    acts.iter()
        .enumerate()
        .all(|(at, act)| !acts[..at].contains(act))
}

fn given_once(state: &State) -> bool {
    let all = state.told.iter().fold((0, true), |(seen, once), told| {
        (seen | told, once && seen & told == 0)
    });
    state.all_put_back || all.1
}

fn holds_told(state: &State) -> bool {
    let holds = |shown: &History| {
        numbers(state).all(|(act, index)| {
            index >= shown.size() || shown.get(index).and_then(act_of) == Some(act)
        })
    };
    state.all_put_back || state.shown.iter().all(holds)
}

fn enough(state: &State) -> bool {
    let all = || state.witnesses.iter().chain([&state.liar]);
    let by = |receipt: &History| all().filter(|one| one.cosigned.contains(receipt)).count();
    state.receipts.iter().all(|receipt| by(receipt) >= ENOUGH)
}
