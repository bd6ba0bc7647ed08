//! What can happen in a state, and what it becomes.

use super::{
    ACTS, Action, ENOUGH, FLIPPED, FORGED, HONEST, Log, ROTTEN, Refused, State, Witness, Writer,
    leaf,
};
use crate::guard::Guard;
use crate::history::{History, add};
use crate::witness::{Request, deliver};

/// Of witnesses that are alike, one.
fn first_of_each(state: &State) -> impl Iterator<Item = usize> + '_ {
    let all = &state.witnesses;
    (0..HONEST).filter(move |at| *at == 0 || all[*at] != all[at - 1])
}

fn down(state: &State, actions: &mut Vec<Action>) {
    if state.refused.is_some() {
        return;
    }
    if state.openings > 0 {
        actions.push(Action::Open);
    }
    if state.put_backs > 0 {
        for size in 0..state.store.leaves.size() {
            actions.extend([false, true].map(|all| Action::PutBack { size, all }));
        }
    }
    if state.began.is_some() {
        actions.push(Action::Crash);
    }
}

impl Log {
    /// What may be tried. What is plainly not possible is left out, so that less is tried in vain.
    pub(super) fn possible(&self, state: &State, actions: &mut Vec<Action>) {
        match &state.writer {
            Some(writer) => self.running(state, writer, actions),
            None => down(state, actions),
        }
        if state.damages > 0 {
            actions.extend((0..state.store.leaves.size()).map(|index| Action::Rot { index }));
        }
        for shown in state.shown.iter().copied() {
            actions.push(Action::LiarCosigns { shown });
            for witness in first_of_each(state) {
                for old in 0..=shown.size() {
                    let ask = |dies| Action::Ask {
                        witness,
                        old,
                        shown,
                        dies,
                    };
                    actions.extend([false, true].map(ask));
                }
            }
        }
        actions.extend(first_of_each(state).map(|witness| Action::Forge { witness }));
    }

    fn running(&self, state: &State, writer: &Writer, actions: &mut Vec<Action>) {
        actions.push(Action::Crash);
        for act in 0..self.acts {
            actions.push(match writer.waiting[usize::from(act)] {
                None => Action::Record { act },
                Some(_) => Action::Answer { act },
            });
        }
        actions.extend([Action::Mark, Action::Checkpoint, Action::Show]);
        actions.extend(writer.half.map(|_| Action::AppendHalf));
        actions.extend(state.synced.as_ref().map(|_| Action::Sync));
        actions.extend(writer.unstored.map(|_| Action::StoreShown));
        actions.extend(first_of_each(state).map(|witness| Action::TakeLine { witness }));
        actions.extend([Action::TakeLiarsLine, Action::Publish, Action::Lend]);
        if state.began.is_none() {
            actions.extend((0..1 << HONEST).map(|answered| Action::Begin { answered }));
        }
        if state.damages > 0 {
            actions.push(Action::Flip);
        }
    }

    /// The next state; `None` if the action is not possible.
    pub(super) fn step(&self, mut state: State, action: Action) -> Option<State> {
        match action {
            Action::Open => self.open(&mut state)?,
            Action::Begin { answered } => self.begin(&mut state, answered)?,
            Action::Lend => {
                state.began?;
                state.writer.take()?;
            }
            Action::Crash => {
                (state.writer, state.began) = (None, None);
                if let Some(synced) = state.synced.take() {
                    state.store = synced;
                }
            }
            Action::Record { act } => self.record(&mut state, usize::from(act))?,
            Action::AppendHalf => {
                let act = state.writer.as_mut()?.half.take()?;
                self.append(&mut state, act)?;
            }
            Action::Sync => drop(state.synced.take()?),
            Action::Mark => {
                let head = state.writer.as_ref()?.head;
                (head.size() > state.mark.size()).then(|| state.mark = head)?;
            }
            Action::Answer { act } => {
                let index = state.writer.as_mut()?.waiting[usize::from(act)].take()?;
                let marked = state.mark.size() > index || !self.guards.has(Guard::MarkBeforeAnswer);
                marked.then(|| state.told[usize::from(act)] |= 1 << index)?;
            }
            Action::Checkpoint => self.checkpoint(&mut state)?,
            Action::StoreShown => {
                let shown = state.writer.as_mut()?.unstored.take()?;
                keep(&mut state, shown);
            }
            Action::Show => {
                state.writer?;
                let last = *state.store.checkpoints.last()?;
                self.show(&mut state, last)?;
            }
            Action::Ask {
                witness,
                old,
                shown,
                dies,
            } => {
                let request = Request {
                    old,
                    shown,
                    signed: true,
                };
                self.ask(&mut state, witness, request, dies);
            }
            Action::Forge { witness } => {
                let shown = History::of(&[FORGED]);
                self.ask(
                    &mut state,
                    witness,
                    Request {
                        old: 0,
                        shown,
                        signed: false,
                    },
                    false,
                );
            }
            Action::LiarCosigns { shown } => add(&mut state.liar.cosigned, shown),
            Action::TakeLine { witness } => {
                let last = *state.store.checkpoints.last()?;
                take_line(&state.writer, &mut state.witnesses[witness], last)?;
            }
            Action::TakeLiarsLine => {
                let last = *state.store.checkpoints.last()?;
                if self.guards.has(Guard::LineVerified) {
                    take_line(&state.writer, &mut state.liar, last)?;
                } else {
                    state.liar.line = state.shown.contains(&last);
                }
            }
            Action::Publish => {
                state.writer?;
                let last = *state.store.checkpoints.last()?;
                let all = state.witnesses.iter().chain([&state.liar]);
                let lines = all.filter(|one| one.line).count();
                (lines >= ENOUGH).then(|| add(&mut state.receipts, last))?;
            }
            Action::PutBack { size, all } => put_back(&mut state, size, all)?,
            Action::Rot { index } => {
                state.damages = state.damages.checked_sub(1)?;
                state.store.leaves = state.store.leaves.set(index, ROTTEN);
                (state.harmed, state.unnoticed) = (true, true);
            }
            Action::Flip => {
                let writer = state.writer.as_mut()?;
                let last = writer.head.size().checked_sub(1)?;
                state.damages = state.damages.checked_sub(1)?;
                writer.head = writer.head.set(last, FLIPPED);
                state.harmed = true;
            }
        }
        Some(state)
    }

    /// What is checked before a store goes on.
    fn open(&self, state: &mut State) -> Option<()> {
        if state.writer.is_some() || state.refused.is_some() {
            return None;
        }
        state.openings = state.openings.checked_sub(1)?;
        let (store, mark) = (&state.store, state.mark);
        let fits = |checkpoint: &History| store.leaves.continues(*checkpoint);
        let whole = store.leaves == store.head && store.checkpoints.iter().all(fits);
        if self.guards.has(Guard::MarkAtOpening) && !store.leaves.continues(mark) {
            state.refused = Some(Refused::Mark);
        } else if self.guards.has(Guard::TreeAtOpening) && !whole {
            state.refused = Some(Refused::Tree);
        } else {
            let head = store.head;
            state.writer = Some(Writer {
                head,
                ..Writer::default()
            });
            state.unnoticed = false;
        }
        Some(())
    }

    /// Whoever signs asks first who may have seen more. After all was put back, enough must answer.
    fn begin(&self, state: &mut State, answered: u8) -> Option<()> {
        state.writer?;
        // The liar answers too, and tells nothing.
        let enough = answered.count_ones() as usize + 1 >= ENOUGH;
        if state.restored && !enough && self.guards.has(Guard::EnoughAnswered) {
            return None;
        }
        let last = state.store.checkpoints.last().copied().unwrap_or_default();
        let mut told = (0..HONEST).filter(|witness| answered & (1 << witness) != 0);
        let other = |witness: usize| {
            let seen = state.witnesses[witness].durable;
            seen.size() > last.size() || !state.store.leaves.continues(seen)
        };
        if self.guards.has(Guard::AskWitnesses) && told.any(other) {
            stop(state, Refused::Witness);
            return Some(());
        }
        state.began = Some(last);
        state.restored = false;
        Some(())
    }

    fn record(&self, state: &mut State, act: usize) -> Option<()> {
        let writer = state.writer.as_mut()?;
        let before = state.store.acts[act].filter(|_| self.guards.has(Guard::IdempotencyKey));
        if before.is_some() {
            writer.waiting[act] = before;
            return Some(());
        }
        if writer.head.is_full() || writer.half.is_some() || writer.waiting[act].is_some() {
            return None;
        }
        let before = state.store.clone();
        let index = writer.head.size();
        writer.waiting[act] = Some(index);
        state.store.acts[act] = Some(index);
        let number = u8::try_from(act).ok()?;
        if self.guards.has(Guard::ActWithLeaf) {
            self.append(state, number)?;
        } else {
            writer.half = Some(number);
        }
        if !self.guards.has(Guard::Synchronous) && state.synced.is_none() {
            state.synced = Some(before);
        }
        Some(())
    }

    fn append(&self, state: &mut State, act: u8) -> Option<()> {
        let writer = state.writer.as_mut()?;
        let leaf = leaf(act, state.timeline);
        state.store.leaves = state.store.leaves.push(leaf);
        writer.head = writer.head.push(leaf);
        state.store.head = writer.head;
        Some(())
    }

    /// Signs, and stores what was signed. A process that dies in between has shown nothing.
    fn checkpoint(&self, state: &mut State) -> Option<()> {
        let writer = state.writer.as_mut()?;
        let (store, size) = (&state.store, writer.head.size());
        let began = state.began?;
        let last = store.checkpoints.last().copied().unwrap_or_default();
        if last.size() >= size || writer.half.is_some() || writer.unstored.is_some() {
            return None;
        }
        let stays = last.size() >= began.size() && store.leaves.continues(began);
        if self.guards.has(Guard::LastRound) && !stays {
            stop(state, Refused::WentBack);
            return Some(());
        }
        // Below the last checkpoint the stored nodes are read, and above it the leaves.
        let new = store
            .leaves
            .leaves()
            .iter()
            .take(usize::from(size))
            .skip(usize::from(last.size()));
        let read = new.fold(last, |all, leaf| all.push(*leaf));
        let signed = match (
            self.guards.has(Guard::RootRecomputed),
            self.guards.has(Guard::RootCompared),
        ) {
            (false, _) => writer.head,
            (true, false) => read,
            (true, true) if read == writer.head => read,
            (true, true) => {
                stop(state, Refused::Tree);
                return Some(());
            }
        };
        state.began = Some(signed);
        state.lacking |= !state.receipts.iter().all(|one| signed.continues(*one));
        if self.guards.has(Guard::StoredBeforeShown) {
            keep(state, signed);
            return Some(());
        }
        writer.unstored = Some(signed);
        self.show(state, signed)
    }

    fn show(&self, state: &mut State, checkpoint: History) -> Option<()> {
        let marked =
            state.mark.size() >= checkpoint.size() || !self.guards.has(Guard::MarkBeforeShown);
        marked.then(|| add(&mut state.shown, checkpoint))
    }

    fn ask(&self, state: &mut State, witness: usize, request: Request, dies: bool) {
        let one = &mut state.witnesses[witness];
        let (after, left) = deliver(self.guards, one.durable, request, dies);
        one.durable = after;
        if left {
            add(&mut one.cosigned, request.shown);
        }
    }
}

/// Nothing goes on until somebody has looked.
fn stop(state: &mut State, why: Refused) {
    (state.writer, state.began) = (None, None);
    state.refused = Some(why);
}

/// A checkpoint is stored. No line is of it yet.
fn keep(state: &mut State, checkpoint: History) {
    state.store.checkpoints.push(checkpoint);
    no_lines(state);
}

fn no_lines(state: &mut State) {
    for one in state.witnesses.iter_mut().chain([&mut state.liar]) {
        one.line = false;
    }
}

fn take_line(writer: &Option<Writer>, witness: &mut Witness, last: History) -> Option<()> {
    let taken = writer.is_some() && witness.cosigned.contains(&last);
    taken.then(|| witness.line = true)
}

/// An earlier state of the database: all that had been committed when it had `size` leaves.
fn put_back(state: &mut State, size: u8, all: bool) -> Option<()> {
    if state.writer.is_some() || state.refused.is_some() {
        return None;
    }
    state.put_backs = state.put_backs.checked_sub(1)?;
    let store = &mut state.store;
    store.leaves = store.leaves.prefix(size);
    store.head = store.head.prefix(size);
    store.acts = store.acts.map(|index| index.filter(|index| *index < size));
    store
        .checkpoints
        .retain(|checkpoint| checkpoint.size() <= size);
    no_lines(state);
    if all {
        state.mark = state.mark.prefix(size);
        state.restored = true;
    }
    state.timeline += 1;
    state.all_put_back |= all;
    (state.harmed, state.unnoticed) = (true, true);
    Some(())
}

const _: () = assert!(ACTS < crate::history::MOST);
