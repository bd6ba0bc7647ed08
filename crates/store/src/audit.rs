//! The audit: everything is rebuilt from what is stored, and all that does not match is named.

use std::collections::BTreeMap;

use habeas_ledger::checkpoint::Checkpoint as Statement;
use habeas_ledger::hash::{Hash, leaf_hash};
use habeas_ledger::leaf::{CADENCE, Content, Entry, LeafKind};
use habeas_ledger::note::Note;
use habeas_ledger::tree::Frontier;

use crate::act::Sort;
use crate::error::{Error, Mismatch, Result, database};
use crate::nodes::EVERY;
use crate::reader::Reader;
use crate::recover;
use crate::seal::{Key, Name};
use crate::tables::acts::{self, ActRow, CaseRow, Tombstone};
use crate::tables::tree::{self, Checkpoint};
use crate::tables::{self, Role, exports, outbox, persons};

/// What an audit went through, and what it found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    /// Leaves of the log.
    pub leaves: u64,
    /// Acts that open and are what their leaf commits to.
    pub acts: u64,
    /// Refusals and attempts that do.
    pub refusals_and_attempts: u64,
    /// What was erased, with its tombstone.
    pub erased: u64,
    /// Tombstones beside the acts that document them, where several were erased at once.
    pub tombstones: u64,
    /// Leaves that stand for nothing.
    pub covers: u64,
    /// What was handed in and waits for its number, counted among the acts, tombstones and covers too; where several servers write.
    pub waiting: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Persons whose names and contacts open.
    pub persons: u64,
    /// The time of the last leaf, in seconds since 1970. Ahead of the true time, the clock was wrong once: every leaf until then bears it.
    pub logged: u64,
    /// All that does not match. Empty: the store is what it says.
    pub found: Vec<Mismatch>,
}

/// Beyond every number of a leaf.
const END: u64 = u64::MAX >> 1;

/// A case as the audit goes on.
struct Seen {
    row: CaseRow,
    key: Option<Key>,
    id: Option<String>,
    acts: u64,
    last: u64,
}

impl Reader {
    pub(crate) fn audit(&self) -> Result<Audit> {
        let begun = database("begin the audit");
        // Before that of the store: whoever is in it has a case there.
        let people = self.persons.snapshot().map_err(&begun)?;
        let in_all = persons::count(&people)?;
        let snapshot = self.store.snapshot().map_err(begun)?;
        let mut pass = Pass {
            reader: self,
            in_all,
            audit: Audit::default(),
            keyless: Vec::new(),
            nameless: Vec::new(),
            last: None,
            cases: BTreeMap::new(),
            erased: BTreeMap::new(),
            beside: BTreeMap::new(),
            documents: BTreeMap::new(),
        };
        for (role, connection) in [
            (Role::Store, &*snapshot),
            (Role::Keys, &self.keys),
            (Role::Persons, &self.persons),
        ] {
            pass.audit.found.extend(tables::damage(role, connection));
        }
        if let Err(failed) = pass.go_through() {
            pass.audit.found.push(match failed {
                Error::Mismatch(found) => found,
                failed => Mismatch::Damaged {
                    what: Role::Store.what(),
                    found: failed.to_string(),
                },
            });
        }
        drop((snapshot, people));
        let Pass {
            mut audit,
            keyless,
            nameless,
            ..
        } = pass;
        // What was erased while the audit went on has no key any more, and now says so itself.
        for (item, index) in keyless {
            if acts::of_item(&self.store, item)?.is_some_and(|row| row.sealed.is_some()) {
                audit.found.push(Mismatch::Key { index });
            }
        }
        for (row, case, name) in nameless {
            let stands = acts::case_numbered(&self.store, row)?.is_some_and(|c| c.sealed.is_some());
            if stands && persons::find(&self.persons, &case, &name)?.is_some() {
                audit.found.push(Mismatch::Person { row });
            }
        }
        audit.found.sort();
        audit.found.dedup();
        Ok(audit)
    }
}

/// One audit, as it goes through the leaves.
struct Pass<'a> {
    reader: &'a Reader,
    /// How many persons there are.
    in_all: u64,
    audit: Audit,
    /// Items and leaves of acts whose keys were not found.
    keyless: Vec<(u64, u64)>,
    /// Persons that did not open: the row of the case, its name, theirs.
    nameless: Vec<(i64, Name, Name)>,
    /// The leaf before, as far as it could be read.
    last: Option<Entry>,
    cases: BTreeMap<i64, Seen>,
    /// Tombstones by the item of what was erased.
    erased: BTreeMap<u64, Tombstone>,
    /// Tombstones by their own item, where that is no act's.
    beside: BTreeMap<u64, Tombstone>,
    /// What the leaves of acts that document an erasure commit to, by their items, as far as they open.
    documents: BTreeMap<u64, Content>,
}

impl Pass<'_> {
    fn go_through(&mut self) -> Result<()> {
        let store = &self.reader.store;
        let head = tree::head(store)?;
        let size = head.frontier.size();
        let (count, last) = tree::counted(store)?;
        if count != size || last != size.checked_sub(1) {
            let head = size;
            self.found(Mismatch::Count { head, count, last });
        }
        for tombstone in acts::tombstones(store)? {
            if tombstone.at != tombstone.by {
                self.beside.insert(tombstone.at, tombstone.clone());
            }
            self.erased.insert(tombstone.item, tombstone);
        }
        self.each_case()?;
        let checkpoints = tree::checkpoints(store)?;
        let mut said = checkpoints.iter().peekable();
        let mut rebuilt = Frontier::default();
        let mut nodes: BTreeMap<u32, Vec<Hash>> = BTreeMap::new();
        if let Some(empty) = said.next_if(|checkpoint| checkpoint.size == 0) {
            self.checkpoint(empty, &rebuilt);
        }
        tree::each_leaf(store, 0, END, |leaf| {
            self.audit.leaves += 1;
            rebuilt.append(leaf_hash(&leaf.entry), |node, hash| {
                if node.level > 0 && node.level.is_multiple_of(EVERY) {
                    nodes.entry(node.level).or_default().push(hash);
                }
            })?;
            while let Some(checkpoint) = said.next_if(|c| c.size <= rebuilt.size()) {
                self.checkpoint(checkpoint, &rebuilt);
            }
            if let Ok(entry) = Entry::from_bytes(&leaf.entry) {
                let before = self.last.replace(entry).map_or(0, |last| last.logged());
                // Where several servers write, an act has its time before it has its number.
                if entry.logged() < before && !store.is_shared() {
                    self.found(Mismatch::Time { index: leaf.number });
                }
            }
            if let Err(found) = self.leaf(leaf.number, leaf.item, &leaf.entry) {
                self.found(found);
            }
            Ok(())
        })?;
        if store.is_shared() {
            self.outbox()?;
        }
        if rebuilt != head.frontier {
            self.found(Mismatch::Root { size });
        }
        self.audit.logged = head.logged;
        if !store.is_shared()
            && let Err(found) = recover::logged(head.logged, self.last.as_ref())
        {
            self.found(found);
        }
        for Checkpoint { size: covered, .. } in said {
            let (size, head) = (*covered, size);
            self.found(Mismatch::Behind { size, head });
        }
        for (level, hashes) in &nodes {
            if tree::nodes(store, *level, 0, END)? != *hashes {
                self.found(Mismatch::Nodes { level: *level });
            }
        }
        let versions = self
            .cases
            .values()
            .filter(|seen| seen.row.version != seen.acts);
        let versions = versions.map(|seen| Mismatch::Version {
            index: seen.last,
            version: seen.row.version,
            count: seen.acts,
        });
        self.audit.found.extend(versions);
        self.exports()?;
        self.persons()
    }

    fn found(&mut self, found: Mismatch) {
        self.audit.found.push(found);
    }

    /// Opens every case, and looks whether its row says what was sealed.
    fn each_case(&mut self) -> Result<()> {
        let Reader {
            store,
            keys,
            secrets,
            ..
        } = self.reader;
        let mut after = 0;
        while let Some(row) = acts::case_after(store, after)? {
            after = row.number;
            let key = secrets.key(keys, row.key).ok();
            let opened = match (&row.sealed, &key) {
                (Some(sealed), Some(key)) => secrets.open_case(key, &row, sealed).ok(),
                _ => None,
            };
            let id = opened.filter(|id| secrets.case_name(id) == row.name);
            if row.sealed.is_some() && id.is_none() {
                self.found(Mismatch::Case { row: row.number });
            }
            let (acts, last) = (0, 0);
            let seen = Seen {
                row,
                key,
                id,
                acts,
                last,
            };
            self.cases.insert(after, seen);
        }
        Ok(())
    }

    /// Compares a checkpoint with the tree as it was rebuilt so far, and its note with its row.
    fn checkpoint(&mut self, said: &Checkpoint, rebuilt: &Frontier) {
        self.audit.checkpoints += 1;
        let size = said.size;
        let stated = Note::parse(said.note.as_bytes()).and_then(|note| Statement::of(&note));
        let same = stated.is_ok_and(|stated| stated.size() == size && stated.root() == said.root);
        if size != rebuilt.size() || said.root != rebuilt.root() || !same {
            self.found(Mismatch::Checkpoint { size });
        }
    }

    /// What was handed in is looked at as leaves are; their numbers are still to come.
    fn outbox(&mut self) -> Result<()> {
        let store = &self.reader.store;
        for (item, entry) in outbox::waiting(store)? {
            self.audit.waiting += 1;
            if self.leaf(item, item, &entry).is_err() {
                self.found(Mismatch::Waiting { item });
            }
        }
        let stranded = outbox::stranded(store)?.into_iter();
        self.audit
            .found
            .extend(stranded.map(|item| Mismatch::Waiting { item }));
        Ok(())
    }

    /// Looks for what a leaf stands for.
    fn leaf(&mut self, index: u64, item: u64, entry: &[u8]) -> std::result::Result<(), Mismatch> {
        let entry = Entry::from_bytes(entry).map_err(|_| Mismatch::Leaf { index })?;
        let row = acts::of_item(&self.reader.store, item);
        let Some(row) = row.map_err(|_| Mismatch::Act { index })? else {
            return self.bare(index, item, &entry);
        };
        let Some(case) = self.cases.get_mut(&row.case) else {
            return Err(Mismatch::Act { index });
        };
        case.acts += u64::from(row.sort == Sort::Act);
        case.last = index;
        match (&row.sealed, self.erased.get(&item)) {
            (None, None) => return Err(Mismatch::NoTombstone { index }),
            (Some(_), Some(_)) => return Err(Mismatch::Tombstone { index }),
            (None, Some(Tombstone { by, at, seal, .. })) => {
                let name = &case.row.name;
                if self.reader.secrets.tombstone(&row, name, *by, *at) != *seal {
                    return Err(Mismatch::Tombstone { index });
                }
                self.audit.erased += 1;
            }
            (Some(sealed), None) => match self.opened(index, &row, sealed, &entry) {
                Err(Mismatch::Key { index }) => self.keyless.push((item, index)),
                Err(found) => return Err(found),
                Ok(content) => {
                    if content.kind == LeafKind::Tombstone {
                        self.documents.insert(item, content);
                    }
                    match row.sort {
                        Sort::Act => self.audit.acts += 1,
                        Sort::Refusal | Sort::Attempt => self.audit.refusals_and_attempts += 1,
                    }
                }
            },
        }
        Ok(())
    }

    /// A leaf without an act covers, or is one of several tombstones.
    fn bare(&mut self, index: u64, item: u64, entry: &Entry) -> std::result::Result<(), Mismatch> {
        let salt = self.reader.secrets.bare_salt(item);
        let is = |content: Content| {
            let made = content.commit(&salt);
            made.is_ok_and(|made| made.commitment() == entry.commitment())
        };
        if is(Content::dummy(entry.logged())) {
            self.audit.covers += 1;
            return Ok(());
        }
        let lost = Mismatch::NoAct { index };
        let tombstone = self.beside.get(&item).ok_or(lost.clone())?;
        let leaf = match self.reader.store.is_shared() {
            false => tombstone.item,
            true => {
                let row = acts::of_item(&self.reader.store, tombstone.item);
                let row = row.map_err(|_| lost.clone())?;
                row.and_then(|row| row.leaf).ok_or(lost)?
            }
        };
        // The act that documents the erasure may have been erased since: then its seal speaks.
        if let Some(document) = self.documents.get(&tombstone.by)
            && !is(Content {
                refers: Some(leaf),
                ..*document
            })
        {
            return Err(Mismatch::Tombstone { index: leaf });
        }
        self.audit.tombstones += 1;
        Ok(())
    }

    /// Opens an act and compares it with its row, its document and its leaf.
    fn opened(
        &self,
        index: u64,
        row: &ActRow,
        sealed: &[u8],
        entry: &Entry,
    ) -> std::result::Result<Content, Mismatch> {
        let altered = Mismatch::Act { index };
        let Reader { keys, secrets, .. } = self.reader;
        let case = self.cases.get(&row.case).ok_or(altered.clone())?;
        let case_key = case.key.as_ref().ok_or(Mismatch::Key { index })?;
        let own = secrets
            .key(keys, row.key)
            .map_err(|_| Mismatch::Key { index })?;
        let kept = secrets
            .open_act([case_key, &own], &case.row.name, row, sealed)
            .map_err(|_| altered.clone())?;
        let id = case.id.as_deref().ok_or(altered.clone())?;
        if secrets.act_name(id, &kept.id) != row.name {
            return Err(altered);
        }
        let act = kept.act().map(|act| act.commitment());
        let leaf = kept.leaf().map(|leaf| leaf.commitment());
        let recorded = kept.content.recorded;
        match act.is_ok_and(|act| act == kept.content.document.act)
            && leaf.is_ok_and(|leaf| leaf == entry.commitment())
        {
            true if recorded - recorded % CADENCE == entry.logged() => Ok(kept.content),
            true => Err(Mismatch::Time { index }),
            false => Err(Mismatch::Commitment { index }),
        }
    }

    /// Opens names and contacts, and shows them to nobody.
    fn persons(&mut self) -> Result<()> {
        let Reader {
            persons,
            keys,
            secrets,
            ..
        } = self.reader;
        let mut known = 0;
        for (row, seen) in &self.cases {
            let case = &seen.row.name;
            for (name, key, sealed) in persons::of_case(persons, case)? {
                known += 1;
                let opened = seen.key.as_ref().is_some_and(|case_key| {
                    let own = secrets.key(keys, key);
                    own.is_ok_and(|own| {
                        let keys = [case_key, &own];
                        secrets.open_person(keys, [case, &name], &sealed).is_ok()
                    })
                });
                match opened {
                    true => self.audit.persons += 1,
                    false => self.nameless.push((*row, *case, name)),
                }
            }
        }
        let count = self.in_all;
        if count > known {
            self.found(Mismatch::Persons { count, known });
        }
        Ok(())
    }

    fn exports(&mut self) -> Result<()> {
        let Reader { store, secrets, .. } = self.reader;
        let (mut count, last) = (0, exports::last(store)?);
        for case in self.cases.keys() {
            for (number, sealed) in exports::of_case(store, *case)? {
                count += 1;
                if secrets.open_export(number, *case, &sealed).is_err() {
                    self.audit.found.push(Mismatch::Export { number });
                }
            }
        }
        if count != last {
            self.found(Mismatch::Exports { count, last });
        }
        Ok(())
    }
}
