//! The keys behind the tables: which name stands for which id, which key opens what.
//!
//! A thing is sealed with a key of its own *and* its case's key: one lost is both lost. Both are
//! rows of the key store, wrapped under the root key.

use habeas_ledger::commitment::Salt;
use habeas_ledger::leaf::Content;
use zeroize::Zeroizing;

use crate::act::{Envelope, Kept, NewAct, Sort};
use crate::database::Connection;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::root::RootKey;
use crate::seal::{self, Key, Name, Wrapping, bound, derive, name};
use crate::tables::acts::{ActRow, CaseRow};
use crate::tables::keys;

/// The first row of the key store: the key of names, which no erasure removes.
pub(crate) const NAMES: u64 = 1;

/// What is held in memory while a store is open.
pub(crate) struct Secrets {
    id: [u8; 16],
    wrap: Wrapping,
    names: Key,
}

impl Secrets {
    /// For a new store.
    pub(crate) fn create(root: &RootKey, environment: &Environment) -> Result<Self> {
        Ok(Self {
            id: environment.random()?,
            wrap: Wrapping::new(derive(&root.0, "wrap", &[])),
            names: Zeroizing::new(environment.random()?),
        })
    }

    /// From the key store.
    pub(crate) fn open(root: &RootKey, id: [u8; 16], keys: &Connection) -> Result<Self> {
        let mut secrets = Self {
            id,
            wrap: Wrapping::new(derive(&root.0, "wrap", &[])),
            names: Key::default(),
        };
        let wrapped = keys::wrapped(keys, NAMES)?.ok_or(Error::KeyLost { key: NAMES })?;
        secrets.names = secrets
            .unwrap(NAMES, &wrapped)
            .map_err(|_| Error::WrongRoot)?;
        Ok(secrets)
    }

    pub(crate) fn id(&self) -> &[u8; 16] {
        &self.id
    }

    pub(crate) fn names(&self) -> &Key {
        &self.names
    }

    fn key_bound(&self, number: u64) -> Vec<u8> {
        bound("key", &[&self.id, &number.to_be_bytes()])
    }

    pub(crate) fn wrap(&self, number: u64, key: &Key) -> Vec<u8> {
        self.wrap.wrap(&self.key_bound(number), key)
    }

    pub(crate) fn unwrap(&self, number: u64, wrapped: &[u8]) -> Result<Key> {
        let key = self.wrap.unwrap(&self.key_bound(number), wrapped);
        key.ok_or(Error::Altered { what: "a key" })
    }

    /// A key by its number.
    pub(crate) fn key(&self, keys: &Connection, number: u64) -> Result<Key> {
        let wrapped = keys::wrapped(keys, number)?.ok_or(Error::KeyLost { key: number })?;
        self.unwrap(number, &wrapped)
    }

    pub(crate) fn case_name(&self, case: &str) -> Name {
        name(&self.names, "case", &[case.as_bytes()])
    }

    pub(crate) fn act_name(&self, case: &str, id: &str) -> Name {
        name(&self.names, "act", &[case.as_bytes(), id.as_bytes()])
    }

    pub(crate) fn retry_name(&self, retry: &str) -> Name {
        name(&self.names, "retry", &[retry.as_bytes()])
    }

    pub(crate) fn person_name(&self, case: &str, person: &str) -> Name {
        name(&self.names, "person", &[case.as_bytes(), person.as_bytes()])
    }

    /// The salt of a leaf without an act, handed in as this item: it covers, or is one of several tombstones.
    pub(crate) fn bare_salt(&self, item: u64) -> Salt {
        Salt(*derive(&self.names, "leaf", &[&item.to_be_bytes()]))
    }

    /// The salt of the leaf of an act. It goes with either key.
    pub(crate) fn leaf_salt(&self, [case_key, own]: [&Key; 2]) -> Salt {
        Salt(*derive(case_key, "leaf", &[&**own]))
    }

    /// What protects a tombstone and the row that it emptied.
    pub(crate) fn tombstone(&self, row: &ActRow, case: &Name, by: u64, at: u64) -> [u8; 32] {
        let [item, by, at, key] = [row.item, by, at, row.key].map(u64::to_be_bytes);
        let sort = [row.sort as u8];
        let parts: [&[u8]; 9] = [
            &self.id, case, &item, &by, &at, &key, &row.name, &row.retry, &sort,
        ];
        *derive(&self.names, "tombstone", &parts)
    }

    fn case_bound(&self, name: &Name) -> Vec<u8> {
        bound("case", &[&self.id, name])
    }

    pub(crate) fn seal_case(&self, e: &Environment, key: &Key, case: &str) -> Result<Vec<u8>> {
        let to = self.case_bound(&self.case_name(case));
        seal::seal(e, &derive(key, "case", &[]), &to, case.as_bytes())
    }

    /// The id of a case.
    pub(crate) fn open_case(&self, key: &Key, row: &CaseRow, sealed: &[u8]) -> Result<String> {
        let what = "a case";
        let to = self.case_bound(&row.name);
        let plain = seal::open(&derive(key, "case", &[]), &to, sealed, what)?;
        String::from_utf8(plain.to_vec()).map_err(|_| Error::Altered { what })
    }

    fn act_bound(&self, case: &Name, name: &Name, retry: &Name, sort: Sort) -> Vec<u8> {
        bound("act", &[&self.id, case, name, retry, &[sort as u8]])
    }

    /// Seals an act with the key of its case and its own.
    pub(crate) fn seal_act(
        &self,
        e: &Environment,
        [case_key, own]: [&Key; 2],
        act: &NewAct,
        sort: Sort,
        content: Content,
    ) -> Result<Vec<u8>> {
        let to = self.act_bound(
            &self.case_name(&act.case),
            &self.act_name(&act.case, &act.id),
            &self.retry_name(&act.retry),
            sort,
        );
        let envelope = Envelope {
            id: &act.id,
            content,
            salt: act.salt.clone(),
            fields: act.fields.clone(),
        };
        let key = derive(case_key, "act", &[&**own]);
        seal::seal(e, &key, &to, &envelope.write())
    }

    /// Opens an act with the key of its case and its own.
    pub(crate) fn open_act(
        &self,
        [case_key, own]: [&Key; 2],
        case: &Name,
        row: &ActRow,
        sealed: &[u8],
    ) -> Result<Kept> {
        let what = "an act";
        let to = self.act_bound(case, &row.name, &row.retry, row.sort);
        let key = derive(case_key, "act", &[&**own]);
        let plain = seal::open(&key, &to, sealed, what)?;
        let envelope = Envelope::read(&plain).ok_or(Error::Altered { what })?;
        Ok(Kept {
            index: row.leaf,
            sort: row.sort,
            id: envelope.id.to_owned(),
            fields: envelope.fields,
            salt: envelope.salt,
            content: envelope.content,
            leaf_salt: self.leaf_salt([case_key, own]),
        })
    }

    fn person_bound(&self, case: &Name, person: &Name) -> Vec<u8> {
        bound("person", &[&self.id, case, person])
    }

    pub(crate) fn seal_person(
        &self,
        e: &Environment,
        [case_key, own]: [&Key; 2],
        [case, person]: [&Name; 2],
        bytes: &[u8],
    ) -> Result<Vec<u8>> {
        let key = derive(case_key, "person", &[&**own]);
        seal::seal(e, &key, &self.person_bound(case, person), bytes)
    }

    pub(crate) fn open_person(
        &self,
        [case_key, own]: [&Key; 2],
        [case, person]: [&Name; 2],
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let key = derive(case_key, "person", &[&**own]);
        seal::open(&key, &self.person_bound(case, person), sealed, "a person")
    }

    fn export_bound(&self, number: u64, case: i64) -> Vec<u8> {
        let (number, case) = (number.to_be_bytes(), case.to_be_bytes());
        bound("export", &[&self.id, &number, &case])
    }

    /// Exports are sealed under the key of names: where copies went outlives the case.
    pub(crate) fn seal_export(
        &self,
        e: &Environment,
        number: u64,
        case: i64,
        plain: &[u8],
    ) -> Result<Vec<u8>> {
        let key = derive(&self.names, "export", &[]);
        seal::seal(e, &key, &self.export_bound(number, case), plain)
    }

    pub(crate) fn open_export(
        &self,
        number: u64,
        case: i64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>> {
        let key = derive(&self.names, "export", &[]);
        let to = self.export_bound(number, case);
        seal::open(&key, &to, sealed, "an entry of the export register")
    }
}
