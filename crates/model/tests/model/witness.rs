//! One honest witness: what it answers, and what remains of it if it dies between its two steps.

use crate::guard::{Guard, Guards};
use crate::history::History;

/// What it is asked: to cosign `shown`, with the best proof from `old` leaves that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub old: u8,
    pub shown: History,
    /// Whether the log has signed it.
    pub signed: bool,
}

/// What it answers, in the statuses of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Cosigned = 200,
    Malformed = 400,
    NotTheLog = 403,
    OtherSize = 409,
    NoContinuation = 422,
}

/// The answer of a witness that remembers `state`.
pub fn answer(guards: Guards, state: History, request: Request) -> Answer {
    let Request { old, shown, signed } = request;
    if guards.has(Guard::NotBack) && old > shown.size() {
        return Answer::Malformed;
    }
    if guards.has(Guard::LogSignature) && !signed {
        return Answer::NotTheLog;
    }
    let from = if guards.has(Guard::OldSize) {
        if old != state.size() {
            return Answer::OtherSize;
        }
        state
    } else if old == 0 {
        // It believes the request in place of its own state: from nothing, nothing is proved.
        History::EMPTY
    } else {
        state
    };
    let continues = if shown.size() < from.size() {
        !guards.has(Guard::NotBack) && from.continues(shown)
    } else if shown.size() == from.size() {
        shown == from || !guards.has(Guard::SameRoot)
    } else {
        shown.continues(from) || !guards.has(Guard::Consistency)
    };
    match continues {
        true => Answer::Cosigned,
        false => Answer::NoContinuation,
    }
}

/// What is durable after a request, and whether a cosignature has left. With `dies` the process ends between
/// its two steps, which are, in this order, to make durable and to answer.
pub fn deliver(guards: Guards, state: History, request: Request, dies: bool) -> (History, bool) {
    if answer(guards, state, request) != Answer::Cosigned {
        return (state, false);
    }
    match (dies, guards.has(Guard::PersistBeforeAnswer)) {
        (false, _) => (request.shown, true),
        (true, true) => (request.shown, false),
        (true, false) => (state, true),
    }
}
