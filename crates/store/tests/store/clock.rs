//! A clock that is wrong in every way: no time of a leaf runs backwards, no order and nothing that was answered changes.

use std::env;
use std::sync::atomic::Ordering;

use fastrand::Rng;
use habeas_ledger::leaf::Content;
use habeas_store::{Environment, Recorded, Sort};

use crate::backend::{Backend, Hands, Sqlite, TODAY, act, record};
use crate::suite::{signer, sound};

/// So many sequences in one store: where its clock once was far ahead, all that follow stand behind that.
const SEQUENCES: u64 = 20;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// How far a clock steps, from what it may be off by each day to what is off once in the life of a machine.
const STEPS: [u64; 8] = [0, 1, 10, MINUTE, HOUR, DAY, YEAR, 10 * YEAR];

/// Where the clock stands next: it steps ahead or back, stands still, or the machine paused.
fn moved(now: u64, dice: &mut Rng) -> u64 {
    // The larger a step, the rarer: else all but the first would lie behind one of ten years.
    let size = (0..STEPS.len() - 1).take_while(|_| dice.usize(..2) > 0);
    let step = STEPS[size.count()];
    match dice.usize(..2) {
        0 => now.saturating_sub(step),
        _ => now + step,
    }
}

/// What was answered: where, and with which time.
struct Answered {
    id: String,
    sort: Sort,
    told: Recorded,
    time: u64,
}

/// `HABEAS_STORE_CLOCKS` says how many sequences of steps; 10,000 unless told.
#[test]
fn sequences() {
    let wanted: u64 = env::var("HABEAS_STORE_CLOCKS").map_or(10_000, |n| n.parse().unwrap());
    let mut dice = Rng::with_seed(0x0c10_c4c1_0c4c_10c4);
    let (mut acts, mut back, mut behind) = (0, 0, 0);
    for first in (0..wanted).step_by(usize::try_from(SEQUENCES).unwrap()) {
        let steps = SEQUENCES.min(wanted - first) * 3;
        let [a, b, c] = one_store(&Sqlite::in_memory(), steps, &mut dice);
        (acts, back, behind) = (acts + a, back + b, behind + c);
    }
    eprintln!(
        "{wanted} sequences of 3 steps: {acts} acts, {back} after a step backwards, {behind} while the clock was behind the log"
    );
    assert!(back > 0 && behind > 0);
}

/// Records with a clock that steps so often. How many acts, how many after a step backwards, how many behind the log.
fn one_store(site: &impl Backend, steps: u64, dice: &mut Rng) -> [u64; 3] {
    let hands = Hands::at(TODAY);
    let open = || site.open_in(Environment::new(hands.clone())).unwrap();
    let mut store = open();
    let (mut last, mut leaves, mut version) = (0, 0, 0);
    let mut answered: Vec<Answered> = Vec::new();
    let [mut back, mut behind] = [0; 2];
    for turn in 0..steps {
        let before = hands.0.load(Ordering::SeqCst);
        let now = moved(before, dice);
        hands.0.store(now, Ordering::SeqCst);
        back += u64::from(now < before);
        behind += u64::from(now < last);
        last = now.max(last);
        let id = turn.to_string();
        match dice.usize(..24) {
            0 => {
                drop(store);
                store = open();
            }
            1 => drop(store.checkpoint(signer()).unwrap()),
            2 => {
                store.cover(1).unwrap();
                leaves += 1;
            }
            // What was answered is answered again as it was, whatever the clock says now.
            3 if !answered.is_empty() => {
                let again = &answered[dice.usize(..answered.len())];
                let repeated = act("one", &again.id);
                let told = match again.sort {
                    Sort::Act => record(&store, repeated),
                    _ => store.refusal(repeated).unwrap(),
                };
                assert_eq!(told, again.told);
            }
            _ => {}
        }
        let sort = match dice.usize(..8) {
            0 => Sort::Refusal,
            _ => Sort::Act,
        };
        version += u64::from(sort == Sort::Act);
        let told = match sort {
            Sort::Act => record(&store, act("one", &id)),
            _ => store.refusal(act("one", &id)).unwrap(),
        };
        let index = leaves;
        assert_eq!(told, Recorded { index, version });
        leaves += 1;
        let time = last;
        answered.push(Answered {
            id,
            sort,
            told,
            time,
        });
    }
    let kept = store.acts_of_case("one").unwrap().acts;
    assert_eq!(kept.len(), answered.len());
    for (kept, answered) in kept.iter().zip(&answered) {
        assert_eq!((&kept.id, kept.sort), (&answered.id, answered.sort));
        assert_eq!(kept.index, Some(answered.told.index));
        let Content { recorded, .. } = kept.content;
        assert_eq!(recorded, answered.time);
        assert_eq!(kept.fields, act("one", &kept.id).fields);
    }
    assert!(kept.is_sorted_by_key(|kept| kept.content.recorded));
    let audit = sound(&store);
    assert_eq!((audit.leaves, audit.logged), (leaves, last));
    [answered.len() as u64, back, behind]
}
