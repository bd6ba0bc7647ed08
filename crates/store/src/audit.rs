//! The audit: everything is rebuilt from what is stored, and all that does not match is named.

use std::collections::BTreeMap;
use std::thread;

use habeas_ledger::checkpoint::Checkpoint as Statement;
use habeas_ledger::hash::Hash;
use habeas_ledger::leaf::{Content, Entry};
use habeas_ledger::note::Note;
use habeas_ledger::tree::Frontier;

use crate::act::Sort;
use crate::error::{Error, Mismatch, Result, database};
use crate::nodes::grow;
use crate::opener::{OpenCase, Opened, Opener, Place, Sealed};
use crate::reader::{Reader, Readers};
use crate::recover;
use crate::seal::Name;
use crate::tables::acts::{self, Tombstone};
use crate::tables::tree::{self, Checkpoint};
use crate::tables::{self, Role, exports, keys, outbox, persons};

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

/// How many acts of a case the audit met, and the leaf of the last.
#[derive(Default)]
struct Seen {
    acts: u64,
    last: u64,
}

impl Readers {
    /// Audits with one reader, while another lets the databases check themselves.
    pub(crate) fn audit(&self) -> Result<Audit> {
        let (audit, damage) = thread::scope(|scope| {
            let damage = scope.spawn(|| self.read(|reader| Ok(reader.damage())));
            let audit = self.read(Reader::audit);
            (audit, damage.join().unwrap_or(Err(Error::Stopped)))
        });
        let mut audit = audit?;
        audit.found.extend(damage?);
        audit.found.sort();
        audit.found.dedup();
        Ok(audit)
    }
}

impl Reader {
    fn audit(&self) -> Result<Audit> {
        let begin = database("begin the audit");
        // Before that of the store: whoever is in it has a case there.
        let people = self.persons.snapshot().map_err(&begin)?;
        let in_all = persons::count(&people)?;
        let snapshot = self.store.snapshot().map_err(&begin)?;
        // One lock for all keys that are read, and not one for each.
        let of_keys = self.keys.snapshot().map_err(begin)?;
        let mut pass = Pass {
            reader: self,
            in_all,
            audit: Audit::default(),
            keyless: Vec::new(),
            nameless: Vec::new(),
            last: None,
            seen: BTreeMap::new(),
            erased: BTreeMap::new(),
            beside: BTreeMap::new(),
        };
        if let Err(failed) = pass.go_through() {
            pass.audit.found.push(match failed {
                Error::Mismatch(found) => found,
                failed => Mismatch::Damaged {
                    what: Role::Store.what(),
                    found: failed.to_string(),
                },
            });
        }
        drop((snapshot, of_keys, people));
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
        Ok(audit)
    }

    /// What each database finds in itself.
    fn damage(&self) -> Vec<Mismatch> {
        [
            (Role::Store, &self.store),
            (Role::Keys, &self.keys),
            (Role::Persons, &self.persons),
        ]
        .into_iter()
        .flat_map(|(role, connection)| tables::damage(role, connection))
        .collect()
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
    seen: BTreeMap<i64, Seen>,
    /// Tombstones by the item of what was erased.
    erased: BTreeMap<u64, Tombstone>,
    /// Tombstones by their own item, where that is no act's.
    beside: BTreeMap<u64, Tombstone>,
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
        let cases = self.each_case()?;
        let checkpoints = tree::checkpoints(store)?;
        let mut said = checkpoints.iter().peekable();
        let mut rebuilt = Frontier::default();
        let mut nodes: BTreeMap<u32, Vec<Hash>> = BTreeMap::new();
        if let Some(empty) = said.next_if(|checkpoint| checkpoint.size == 0) {
            self.checkpoint(empty, &rebuilt);
        }
        let opener = Opener {
            secrets: &self.reader.secrets,
            cases: &cases,
        };
        let (opened, read) = opener.open_all(|batches| {
            tree::each_leaf(store, 0, END, |leaf| {
                self.audit.leaves += 1;
                grow(&mut rebuilt, &leaf.entry, |node, hash| {
                    nodes.entry(node.level).or_default().push(hash);
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
                let place = Place {
                    index: leaf.number,
                    item: leaf.item,
                    waits: false,
                };
                self.leaf(place, &leaf.entry, &cases)
                    .map_or(Ok(()), |sealed| batches.push(sealed))
            })?;
            if !store.is_shared() {
                return Ok(());
            }
            // What was handed in is looked at as leaves are; their numbers are still to come.
            for (item, entry) in outbox::waiting(store)? {
                self.audit.waiting += 1;
                let place = Place {
                    index: item,
                    item,
                    waits: true,
                };
                self.leaf(place, &entry, &cases)
                    .map_or(Ok(()), |sealed| batches.push(sealed))?;
            }
            let stranded = outbox::stranded(store)?.into_iter();
            let stranded = stranded.map(|item| Mismatch::Waiting { item });
            self.audit.found.extend(stranded);
            Ok(())
        });
        self.opened(opened);
        read?;
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
        let nothing = Seen::default();
        let versions = cases.iter().filter_map(|(number, case)| {
            let Seen { acts, last } = self.seen.get(number).unwrap_or(&nothing);
            (case.row.version != *acts).then_some(Mismatch::Version {
                index: *last,
                version: case.row.version,
                count: *acts,
            })
        });
        self.audit.found.extend(versions);
        self.exports(cases.keys())?;
        self.persons(&cases)
    }

    fn found(&mut self, found: Mismatch) {
        self.audit.found.push(found);
    }

    /// Opens every case, and looks whether its row says what was sealed.
    fn each_case(&mut self) -> Result<BTreeMap<i64, OpenCase>> {
        let Reader {
            store,
            keys,
            secrets,
            ..
        } = self.reader;
        let (mut after, mut cases) = (0, BTreeMap::new());
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
            cases.insert(after, OpenCase { row, key, id });
        }
        Ok(cases)
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

    /// What a leaf stands for, to be opened; `None` if it was erased, or something does not match already.
    fn leaf(
        &mut self,
        place: Place,
        entry: &[u8],
        cases: &BTreeMap<i64, OpenCase>,
    ) -> Option<Sealed> {
        let read = self.read(place, entry, cases);
        read.unwrap_or_else(|found| {
            self.found(place.told(found));
            None
        })
    }

    fn read(
        &mut self,
        place: Place,
        entry: &[u8],
        cases: &BTreeMap<i64, OpenCase>,
    ) -> std::result::Result<Option<Sealed>, Mismatch> {
        let Reader {
            store,
            keys: of_keys,
            secrets,
            ..
        } = self.reader;
        let Place { index, item, .. } = place;
        let entry = Entry::from_bytes(entry).map_err(|_| Mismatch::Leaf { index })?;
        let row = acts::of_item(store, item);
        let Some(row) = row.map_err(|_| Mismatch::Act { index })? else {
            return Ok(Some(Sealed::Bare(place, entry)));
        };
        let case = cases.get(&row.case).ok_or(Mismatch::Act { index })?;
        let seen = self.seen.entry(row.case).or_default();
        seen.acts += u64::from(row.sort == Sort::Act);
        seen.last = index;
        match (&row.sealed, self.erased.get(&item)) {
            (None, None) => Err(Mismatch::NoTombstone { index }),
            (Some(_), Some(_)) => Err(Mismatch::Tombstone { index }),
            (None, Some(Tombstone { by, at, seal, .. })) => {
                if secrets.tombstone(&row, &case.row.name, *by, *at) != *seal {
                    return Err(Mismatch::Tombstone { index });
                }
                self.audit.erased += 1;
                Ok(None)
            }
            (Some(_), None) => {
                let key = keys::wrapped(of_keys, row.key).ok().flatten();
                Ok(Some(Sealed::Act(place, row, key, entry)))
            }
        }
    }

    /// Takes up what came of opening; then the tombstones beside acts can be compared with what documents them.
    fn opened(&mut self, opened: Opened) {
        self.audit.acts += opened.acts;
        self.audit.refusals_and_attempts += opened.refusals_and_attempts;
        self.audit.covers += opened.covers;
        self.keyless.extend(opened.keyless);
        self.audit.found.extend(opened.found);
        for (place, entry) in &opened.bare {
            match self.beside(*place, entry, &opened.documents) {
                Ok(()) => self.audit.tombstones += 1,
                Err(found) => self.found(place.told(found)),
            }
        }
    }

    /// A leaf without an act that does not cover is one of several tombstones.
    fn beside(
        &self,
        place: Place,
        entry: &Entry,
        documents: &BTreeMap<u64, Content>,
    ) -> std::result::Result<(), Mismatch> {
        let Reader { store, secrets, .. } = self.reader;
        let Place { index, item, .. } = place;
        let lost = Mismatch::NoAct { index };
        let tombstone = self.beside.get(&item).ok_or(lost.clone())?;
        let leaf = match store.is_shared() {
            false => tombstone.item,
            true => {
                let row = acts::of_item(store, tombstone.item).map_err(|_| lost.clone())?;
                row.and_then(|row| row.leaf).ok_or(lost)?
            }
        };
        // The act that documents the erasure may have been erased since: then its seal speaks.
        let Some(document) = documents.get(&tombstone.by) else {
            return Ok(());
        };
        let refers = Some(leaf);
        let content = Content {
            refers,
            ..*document
        };
        let made = content.commit(&secrets.bare_salt(item));
        match made.is_ok_and(|made| made.commitment() == entry.commitment()) {
            true => Ok(()),
            false => Err(Mismatch::Tombstone { index: leaf }),
        }
    }

    /// Opens names and contacts, and shows them to nobody.
    fn persons(&mut self, cases: &BTreeMap<i64, OpenCase>) -> Result<()> {
        let Reader {
            persons,
            keys,
            secrets,
            ..
        } = self.reader;
        let mut known = 0;
        for (row, case) in cases {
            let of_case = &case.row.name;
            for (name, key, sealed) in persons::of_case(persons, of_case)? {
                known += 1;
                let opened = case.key.as_ref().is_some_and(|case_key| {
                    let own = secrets.key(keys, key);
                    own.is_ok_and(|own| {
                        let keys = [case_key, &own];
                        secrets.open_person(keys, [of_case, &name], &sealed).is_ok()
                    })
                });
                match opened {
                    true => self.audit.persons += 1,
                    false => self.nameless.push((*row, *of_case, name)),
                }
            }
        }
        let count = self.in_all;
        if count > known {
            self.found(Mismatch::Persons { count, known });
        }
        Ok(())
    }

    fn exports<'c>(&mut self, cases: impl Iterator<Item = &'c i64>) -> Result<()> {
        let Reader { store, secrets, .. } = self.reader;
        let (mut count, last) = (0, exports::last(store)?);
        for case in cases {
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
