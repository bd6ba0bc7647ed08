//! What is checked and completed before a store goes on, whatever ended it.

use habeas_ledger::hash::leaf_hash;
use habeas_ledger::leaf::{CADENCE, Entry};
use habeas_ledger::tree::Frontier;

use crate::database::Connection;
use crate::environment::Environment;
use crate::error::{Error, Mismatch, Result, database};
use crate::mark::Acknowledged;
use crate::step::{Step, commit, shred};
use crate::tables::tree::{self, Checkpoint, Head};
use crate::tables::{Role, acts, keys, persons};

/// Rebuilds the tree from the stored leaves and compares it with all that was said about it: the
/// head, every checkpoint, and what was acknowledged.
pub(crate) fn check(store: &Connection, acknowledged: Acknowledged) -> Result<Head> {
    // Of one moment: others may write meanwhile.
    let store = &*store.snapshot().map_err(database("open the store"))?;
    let head = tree::head(store)?;
    let size = head.frontier.size();
    let (count, last) = tree::counted(store)?;
    if count != size || last != size.checked_sub(1) {
        let head = size;
        return Err(Mismatch::Count { head, count, last }.into());
    }
    let checkpoints = tree::checkpoints(store)?;
    if let Some(Checkpoint { size: covered, .. }) = checkpoints.last().filter(|c| c.size > size) {
        let (size, head) = (*covered, size);
        return Err(Mismatch::Behind { size, head }.into());
    }
    if acknowledged.size > size {
        let (acknowledged, head) = (acknowledged.size, size);
        return Err(Mismatch::Lost { acknowledged, head }.into());
    }
    let mut said = checkpoints.iter().peekable();
    let mut rebuilt = Frontier::default();
    let mut compare = |rebuilt: &Frontier| -> Result<()> {
        let size = rebuilt.size();
        if let Some(checkpoint) = said.next_if(|c| c.size == size)
            && checkpoint.root != rebuilt.root()
        {
            return Err(Mismatch::Checkpoint { size }.into());
        }
        if acknowledged.size == size && acknowledged.root != rebuilt.root() {
            let acknowledged = size;
            return Err(Mismatch::Acknowledged { acknowledged }.into());
        }
        Ok(())
    };
    compare(&rebuilt)?;
    let mut last = None;
    tree::each_leaf(store, 0, size, |leaf| {
        rebuilt.append(leaf_hash(&leaf.entry), |_, _| {})?;
        if leaf.number + 1 == size {
            last = Entry::from_bytes(&leaf.entry).ok();
        }
        compare(&rebuilt)
    })?;
    if rebuilt != head.frontier {
        return Err(Mismatch::Root { size }.into());
    }
    if !store.is_shared() {
        logged(head.logged, last.as_ref())?;
    }
    Ok(head)
}

/// Compares the time that the head says with that of the last leaf: every later leaf bears it or a later one.
pub(crate) fn logged(head: u64, last: Option<&Entry>) -> std::result::Result<(), Mismatch> {
    let last = last.map_or(0, Entry::logged);
    match head - head % CADENCE == last {
        true => Ok(()),
        false => Err(Mismatch::Logged { head, last }),
    }
}

/// The highest number of a key that something is sealed with. Fails if the key store never gave it:
/// then it is older than the store, and the next key would be one that is in use.
pub(crate) fn last_key(
    store: &Connection,
    of_persons: &Connection,
    of_keys: &Connection,
) -> Result<u64> {
    let used = acts::last_key(store)?.max(persons::last_key(of_persons)?);
    let key = used.max(crate::secrets::NAMES);
    match key <= keys::last(of_keys)? {
        true => Ok(key),
        false => Err(Error::KeyLost { key }),
    }
}

/// Removes the keys, names and contacts that an erasure left behind: it ended between its steps, or
/// an older backup of a file was put back. Tells whether there were any.
pub(crate) fn complete_erasures(
    environment: &Environment,
    store: &Connection,
    of_persons: &Connection,
    of_keys: &Connection,
) -> Result<bool> {
    let (numbers, cases) = acts::erased(store)?;
    let mut of_cases = Vec::new();
    for case in &cases {
        of_cases.extend(persons::keys_of(of_persons, case)?);
    }
    if !of_cases.is_empty() {
        let doing = database(Step::ErasePersons.name());
        let transaction = of_persons.begin().map_err(doing)?;
        for case in &cases {
            persons::remove(&transaction, case)?;
        }
        commit(environment, Step::ErasePersons, transaction)?;
    }
    let doing = database(Step::EraseKeys.name());
    let transaction = of_keys.begin().map_err(doing)?;
    let mut left = false;
    for number in numbers.into_iter().chain(of_cases) {
        left |= keys::remove(&transaction, number)?;
    }
    if left {
        commit(environment, Step::EraseKeys, transaction)?;
    }
    Ok(left)
}

/// Overwrites what the journals still hold of what was erased.
pub(crate) fn shred_all(
    environment: &Environment,
    [store, of_persons, of_keys]: [&Connection; 3],
) -> Result<()> {
    shred(environment, Step::ShredKeys, Role::Keys, of_keys)?;
    shred(environment, Step::ShredPersons, Role::Persons, of_persons)?;
    shred(environment, Step::ShredStore, Role::Store, store)
}
