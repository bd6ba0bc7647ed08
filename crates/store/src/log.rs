//! A transaction that records acts and appends to the log.
//!
//! Where one writes, a leaf gets its number and its place in the tree at once. Where several do, it is handed in: the cases are held, everything is decided on
//! what is then read, and written in few statements; [`crate::sequencer`] numbers it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use habeas_ledger::commitment::Salt;
use habeas_ledger::leaf::{CADENCE, Content, Entry};

use crate::act::{NewAct, Recorded, Sort};
use crate::database::{Connection, Transaction};
use crate::environment::Environment;
use crate::error::{Error, Refused, Result, database};
use crate::nodes::grow;
use crate::seal::{Key, Name};
use crate::secrets::Secrets;
use crate::spare::Spare;
use crate::step::{Step, commit};
use crate::tables::acts::{self, ActRow, CaseRow};
use crate::tables::tree::{self, Head};
use crate::tables::{keys, outbox};

/// What is answered, as far as it is known before the leaf has its number.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    answer: std::result::Result<Recorded, Refused>,
    /// What the leaf in the answer was handed in under; its number is still to be put in.
    pub(crate) item: Option<u64>,
}

impl Told {
    pub(crate) fn refused(refused: Refused) -> Self {
        let (answer, item) = (Err(refused), None);
        Self { answer, item }
    }

    /// An answer in which the leaf of `row` stands.
    fn of(
        row: &ActRow,
        answer: impl FnOnce(u64) -> std::result::Result<Recorded, Refused>,
    ) -> Self {
        let item = row.leaf.is_none().then_some(row.item);
        let answer = answer(row.leaf.unwrap_or(row.item));
        Self { answer, item }
    }

    pub(crate) fn is_refused(&self) -> bool {
        self.answer.is_err()
    }

    /// What is told when it is not known whether all is durable.
    pub(crate) fn undone(self) -> std::result::Result<Recorded, Refused> {
        self.answer.and(Err(Refused::Unanswered))
    }

    /// Puts the number of the leaf in.
    pub(crate) fn numbered(
        self,
        numbers: &BTreeMap<u64, u64>,
    ) -> std::result::Result<Recorded, Refused> {
        let Some(item) = self.item else {
            return self.answer;
        };
        let index = *numbers.get(&item).ok_or(Refused::Pending)?;
        match self.answer {
            Ok(recorded) => Ok(Recorded { index, ..recorded }),
            Err(Refused::OtherContent { .. }) => Err(Refused::OtherContent { index }),
            Err(Refused::Taken { .. }) => Err(Refused::Taken { index }),
            Err(other) => Err(other),
        }
    }
}

/// How the log grows in this transaction.
enum Growth {
    /// One writes: the tree grows.
    Tree { from: u64, head: Head },
    /// Several write.
    Desk(Desk),
}

/// What was read under the held cases, and what is about to be written.
#[derive(Default)]
struct Desk {
    logged: u64,
    cases: BTreeMap<Name, CaseRow>,
    /// Cases that this transaction added, without an act so far.
    added: BTreeSet<Name>,
    /// Cases that have moved on.
    moved: BTreeSet<Name>,
    retries: BTreeMap<Name, ActRow>,
    names: BTreeMap<Name, ActRow>,
    /// Items not used yet.
    free: VecDeque<u64>,
    entries: Vec<(u64, Vec<u8>)>,
    rows: Vec<ActRow>,
    /// What was handed in.
    items: Vec<u64>,
}

/// What a committed transaction leaves.
pub(crate) enum Grown {
    Tree(Head),
    Items(Vec<u64>),
}

/// A transaction that appends to the log.
pub(crate) struct Log<'a> {
    pub(crate) transaction: Transaction<'a>,
    secrets: &'a Secrets,
    environment: &'a Environment,
    growth: Growth,
    /// Keys of cases that were read.
    keys: BTreeMap<u64, Key>,
}

impl<'a> Log<'a> {
    pub(crate) fn begin(
        store: &'a Connection,
        secrets: &'a Secrets,
        environment: &'a Environment,
        head: &Head,
    ) -> Result<Self> {
        let transaction = store.begin().map_err(database("begin to write"))?;
        let growth = match store.is_shared() {
            false => Growth::Tree {
                from: head.frontier.size(),
                head: head.clone(),
            },
            true => Growth::Desk(Desk {
                logged: tree::head(&transaction)?.logged,
                ..Desk::default()
            }),
        };
        Ok(Self {
            transaction,
            secrets,
            environment,
            growth,
            keys: BTreeMap::new(),
        })
    }

    /// Where several write: holds the cases of these acts, and the one named, in one order for everybody; adds those of acts that are not there; and reads
    /// what the acts may meet.
    pub(crate) fn hold(
        &mut self,
        spare: &mut Spare,
        news: &[&NewAct],
        named: Option<Name>,
    ) -> Result<()> {
        let Growth::Desk(desk) = &mut self.growth else {
            return Ok(());
        };
        let (store, secrets) = (&self.transaction, self.secrets);
        let ids = || news.iter().map(|new| new.case.as_str());
        let mut all: BTreeSet<Name> = ids().map(|id| secrets.case_name(id)).collect();
        let known: BTreeSet<Name> = outbox::known(store, &all)?.into_iter().collect();
        // Their numbers rise as they come, and they are added in the order of their names, before any is held: whoever waits for one that is being added holds
        // none that was there.
        let mut adding: BTreeMap<Name, (i64, &str)> = BTreeMap::new();
        let mut numbers = match all.len() - known.len() {
            0 => Vec::new(),
            count => outbox::case_numbers(store, count)?,
        }
        .into_iter();
        for id in ids() {
            let name = secrets.case_name(id);
            if !known.contains(&name)
                && !adding.contains_key(&name)
                && let Some(number) = numbers.next()
            {
                adding.insert(name, (number, id));
            }
        }
        for (name, (number, id)) in adding {
            let (key, own) = spare.take(self.environment, secrets)?;
            let row = CaseRow {
                number,
                name,
                key,
                version: 0,
                sealed: Some(secrets.seal_case(self.environment, &own, id)?),
            };
            if outbox::add_case(store, &row)? {
                desk.added.insert(name);
            }
        }
        all.extend(named);
        for (row, logged) in outbox::hold(store, &all)? {
            desk.logged = desk.logged.max(logged);
            desk.cases.insert(row.name, row);
        }
        // One that is not there or does not open is looked at again where it is needed, and told.
        let of_cases: Vec<u64> = desk.cases.values().map(|case| case.key).collect();
        for (number, wrapped) in keys::wrapped_all(&spare.keys, &of_cases)? {
            if let Ok(key) = secrets.unwrap(number, &wrapped) {
                self.keys.insert(number, key);
            }
        }
        let retries: Vec<Name> = news.iter().map(|n| secrets.retry_name(&n.retry)).collect();
        let names: Vec<Name> = news
            .iter()
            .map(|new| secrets.act_name(&new.case, &new.id))
            .collect();
        for row in outbox::seen(store, &retries, &names)? {
            desk.retries.insert(row.retry, row.clone());
            desk.names.insert(row.name, row);
        }
        desk.free = outbox::items(store, news.len() as u64)?.into();
        Ok(())
    }

    /// Whether anything was appended.
    pub(crate) fn grown(&self) -> bool {
        match &self.growth {
            Growth::Tree { from, head } => head.frontier.size() > *from,
            Growth::Desk(desk) => !desk.items.is_empty(),
        }
    }

    /// Commits, and tells where the log then stands, or what was handed in.
    pub(crate) fn commit(mut self, step: Step) -> Result<Grown> {
        self.write_out()?;
        if self.grown() {
            match &self.growth {
                Growth::Tree { from, head } => {
                    if !tree::advance(&self.transaction, *from, head, None)? {
                        return Err(Error::InUse);
                    }
                }
                Growth::Desk(desk) => {
                    let unused = desk.added.iter().filter_map(|name| desk.cases.get(name));
                    let unused: Vec<i64> = unused.map(|case| case.number).collect();
                    if !unused.is_empty() {
                        outbox::take_back(&self.transaction, &unused)?;
                    }
                }
            }
            commit(self.environment, step, self.transaction)?;
        }
        Ok(match self.growth {
            Growth::Tree { head, .. } => Grown::Tree(head),
            Growth::Desk(desk) => Grown::Items(desk.items),
        })
    }

    /// Writes what lies on the desk, so that statements see it.
    pub(crate) fn write_out(&mut self) -> Result<()> {
        let Growth::Desk(desk) = &mut self.growth else {
            return Ok(());
        };
        let store = &self.transaction;
        if !desk.entries.is_empty() {
            outbox::hand_in(store, &desk.entries)?;
            desk.entries.clear();
        }
        if !desk.rows.is_empty() {
            outbox::add(store, &desk.rows)?;
            desk.rows.clear();
        }
        if !desk.moved.is_empty() {
            let cases = desk.moved.iter().filter_map(|name| desk.cases.get(name));
            let versions: Vec<_> = cases.map(|case| (case.number, case.version)).collect();
            outbox::set_versions(store, &versions, desk.logged)?;
            desk.moved.clear();
        }
        Ok(())
    }

    /// The time that the next leaf bears. Whatever the clock does, it never runs backwards: in the log where one writes, in a case where several do.
    pub(crate) fn time(&mut self) -> u64 {
        self.dated(self.environment.clock.now())
    }

    /// The same, for a leaf that would bear `time`.
    fn dated(&mut self, time: u64) -> u64 {
        let logged = match &mut self.growth {
            Growth::Tree { head, .. } => &mut head.logged,
            Growth::Desk(desk) => &mut desk.logged,
        };
        *logged = time.max(*logged);
        *logged
    }

    /// Appends a leaf that stands for nothing.
    pub(crate) fn cover(&mut self) -> Result<u64> {
        self.cover_at(self.environment.clock.now())
    }

    /// The same, dated `time`, or as the last leaf if that is later.
    pub(crate) fn cover_at(&mut self, time: u64) -> Result<u64> {
        let time = self.dated(time);
        self.append_bare(&Content::dummy(time - time % CADENCE))
    }

    /// Appends a leaf that is nobody's act, and tells its item.
    pub(crate) fn append_bare(&mut self, content: &Content) -> Result<u64> {
        let item = self.next_item()?;
        self.append(item, content, &self.secrets.bare_salt(item))?;
        Ok(item)
    }

    /// What the next leaf is handed in under.
    fn next_item(&mut self) -> Result<u64> {
        match &mut self.growth {
            Growth::Tree { head, .. } => Ok(head.frontier.size()),
            Growth::Desk(desk) => loop {
                if let Some(item) = desk.free.pop_front() {
                    return Ok(item);
                }
                desk.free = outbox::items(&self.transaction, FURTHER)?.into();
            },
        }
    }

    /// Appends a leaf and the nodes that it completes, or hands it in.
    fn append(&mut self, item: u64, content: &Content, salt: &Salt) -> Result<()> {
        let time = match &self.growth {
            Growth::Tree { head, .. } => head.logged,
            Growth::Desk(desk) => desk.logged,
        };
        let entry = Entry::new(content.commit(salt)?.commitment(), time).to_bytes();
        match &mut self.growth {
            Growth::Desk(desk) => {
                desk.entries.push((item, entry.to_vec()));
                desk.items.push(item);
            }
            Growth::Tree { head, .. } => {
                tree::append(&self.transaction, item, &entry)?;
                let mut kept = Vec::new();
                grow(&mut head.frontier, &entry, |node, hash| {
                    kept.push((node, hash));
                })?;
                for (node, hash) in kept {
                    tree::keep_node(&self.transaction, node, hash)?;
                }
            }
        }
        Ok(())
    }

    fn case(&self, name: &Name) -> Result<Option<CaseRow>> {
        match &self.growth {
            Growth::Tree { .. } => acts::case_named(&self.transaction, name),
            Growth::Desk(desk) => Ok(desk.cases.get(name).cloned()),
        }
    }

    fn of_retry(&self, retry: &Name) -> Result<Option<ActRow>> {
        match &self.growth {
            Growth::Tree { .. } => acts::of_retry(&self.transaction, retry),
            Growth::Desk(desk) => Ok(desk.retries.get(retry).cloned()),
        }
    }

    fn of_name(&self, name: &Name) -> Result<Option<ActRow>> {
        match &self.growth {
            Growth::Tree { .. } => acts::of_name(&self.transaction, name),
            Growth::Desk(desk) => Ok(desk.names.get(name).cloned()),
        }
    }

    /// Keeps an act, with which its case has this version.
    fn keep(&mut self, row: &ActRow, case: &Name, version: u64) -> Result<()> {
        match &mut self.growth {
            Growth::Tree { .. } => {
                acts::add(&self.transaction, row)?;
                acts::set_version(&self.transaction, row.case, version)
            }
            Growth::Desk(desk) => {
                if let Some(held) = desk.cases.get_mut(case) {
                    held.version = version;
                }
                desk.added.remove(case);
                desk.moved.insert(*case);
                desk.retries.insert(row.retry, row.clone());
                desk.names.insert(row.name, row.clone());
                desk.rows.push(row.clone());
                Ok(())
            }
        }
    }

    /// Records one thing with its leaf, or says why not. What was recorded before is answered.
    pub(crate) fn record(
        &mut self,
        spare: &mut Spare,
        new: &NewAct,
        sort: Sort,
        content: Content,
    ) -> Result<Told> {
        let secrets = self.secrets;
        let retry = secrets.retry_name(&new.retry);
        if let Some(row) = self.of_retry(&retry)? {
            return self.repeated(&spare.keys, &row, new, sort);
        }
        let case_name = secrets.case_name(&new.case);
        let case = self.case(&case_name)?;
        let version = case.as_ref().map_or(0, |case| case.version);
        if case.as_ref().is_some_and(|case| case.sealed.is_none()) {
            return Ok(Told::refused(Refused::Erased));
        }
        if new.version.is_some_and(|seen| seen != version) {
            return Ok(Told::refused(Refused::Stale { version }));
        }
        let name = secrets.act_name(&new.case, &new.id);
        if let Some(row) = self.of_name(&name)? {
            return Ok(Told::of(&row, |index| Err(Refused::Taken { index })));
        }
        let (case, case_key) = match case {
            None => self.add_case(spare, &new.case)?,
            Some(row) => match self.case_key(&spare.keys, row.key) {
                Err(Error::KeyLost { .. } | Error::Altered { .. }) => {
                    return Ok(Told::refused(Refused::Unreadable));
                }
                key => (row.number, key?),
            },
        };
        let (key, own) = spare.take(self.environment, secrets)?;
        let keys = [&case_key, &own];
        let item = self.next_item()?;
        self.append(item, &content, &secrets.leaf_salt(keys))?;
        let row = ActRow {
            item,
            leaf: matches!(self.growth, Growth::Tree { .. }).then_some(item),
            case,
            sort,
            name,
            retry,
            key,
            sealed: Some(secrets.seal_act(self.environment, keys, new, sort, content)?),
        };
        let version = version + u64::from(sort == Sort::Act);
        self.keep(&row, &case_name, version)?;
        Ok(Told::of(&row, |index| Ok(Recorded { index, version })))
    }

    /// The key of a case; read once in a transaction.
    fn case_key(&mut self, keys: &Connection, number: u64) -> Result<Key> {
        if let Some(key) = self.keys.get(&number) {
            return Ok(key.clone());
        }
        let key = self.secrets.key(keys, number)?;
        self.keys.insert(number, key.clone());
        Ok(key)
    }

    fn add_case(&self, spare: &mut Spare, case: &str) -> Result<(i64, Key)> {
        let (number, key) = spare.take(self.environment, self.secrets)?;
        let sealed = self.secrets.seal_case(self.environment, &key, case)?;
        let name = self.secrets.case_name(case);
        let row = acts::add_case(&self.transaction, &name, number, &sealed)?;
        Ok((row, key))
    }

    /// What an idempotency key stands for: the same thing, or another.
    fn repeated(
        &mut self,
        keys: &Connection,
        row: &ActRow,
        new: &NewAct,
        sort: Sort,
    ) -> Result<Told> {
        self.write_out()?;
        let Some(sealed) = &row.sealed else {
            return Ok(Told::refused(Refused::Erased));
        };
        let other = Told::of(row, |index| Err(Refused::OtherContent { index }));
        let case = acts::case_numbered(&self.transaction, row.case)?;
        let same_place = row.sort == sort && row.name == self.secrets.act_name(&new.case, &new.id);
        let (Some(CaseRow { name, key, .. }), true) = (case, same_place) else {
            return Ok(other);
        };
        let read = || {
            let case_key = self.secrets.key(keys, key)?;
            let own = self.secrets.key(keys, row.key)?;
            self.secrets.open_act([&case_key, &own], &name, row, sealed)
        };
        match read() {
            Ok(kept) if kept.fields == new.fields => {
                let version = acts::version_at(&self.transaction, row)?;
                Ok(Told::of(row, |index| Ok(Recorded { index, version })))
            }
            Ok(_) => Ok(other),
            Err(Error::KeyLost { .. } | Error::Altered { .. }) => {
                Ok(Told::refused(Refused::Unreadable))
            }
            Err(failed) => Err(failed),
        }
    }
}

/// How many items are asked for when those that were held ready are used up.
const FURTHER: u64 = 64;
