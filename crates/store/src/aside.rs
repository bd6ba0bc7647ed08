//! What stands beside the acts: derived rows, the export register, names and contacts.

use zeroize::Zeroizing;

use crate::error::{Error, Result, database};
use crate::log::Log;
use crate::seal::Key;
use crate::step::{Step, commit};
use crate::store::Store;
use crate::tables::acts::{self, CaseRow};
use crate::tables::{due, exports, persons, tree};
use crate::writer::Writer;

/// What runs in one case, as an assessment of it says.
#[derive(Clone, PartialEq, Eq)]
pub struct Running {
    /// The id of the case.
    pub case: String,
    /// The version of the case that was assessed.
    pub version: u64,
    /// Each running clock and each duty.
    pub due: Vec<Due>,
}

/// A clock or a duty that runs. It bears no name and no charge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// The rule, as its pack names it.
    pub rule: String,
    /// When it ends at the earliest, in seconds since 1970.
    pub ends: i64,
}

/// A copy that left.
#[derive(Clone, PartialEq, Eq)]
pub struct Export {
    /// The id of the case.
    pub case: String,
    /// A feed, a file, a print, a hook.
    pub kind: String,
    /// Who received it: an office or a role, never a name.
    pub recipient: String,
}

/// An entry of the export register.
#[derive(Clone, PartialEq, Eq)]
pub struct Exported {
    /// Its number, from 1.
    pub number: u64,
    /// When it left, in seconds since 1970.
    pub at: u64,
    /// A feed, a file, a print, a hook.
    pub kind: String,
    /// Who received it.
    pub recipient: String,
}

impl Store {
    /// Puts the derived rows of these cases in place of those that they had. Tells the cases that
    /// have moved on since they were assessed: their rows stay as they were.
    ///
    /// # Errors
    /// When there is no such case, the disk is full, or the store stops.
    pub fn reindex(&self, cases: Vec<Running>) -> Result<Vec<String>> {
        self.alone(move |writer| writer.reindex(cases))
    }

    /// What ends before an instant, soonest first: the case and what runs.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn due_before(&self, before: i64) -> Result<Vec<(String, Due)>> {
        self.read(|reader| {
            let rows = due::before(&reader.store, before)?;
            let mut found = Vec::with_capacity(rows.len());
            for (number, rule, ends) in rows {
                let case = acts::case_numbered(&reader.store, number)?;
                if let Some(
                    row @ CaseRow {
                        sealed: Some(sealed),
                        ..
                    },
                ) = &case
                {
                    let key = reader.secrets.key(&reader.keys, row.key)?;
                    let case = reader.secrets.open_case(&key, row, sealed)?;
                    found.push((case, Due { rule, ends }));
                }
            }
            Ok(found)
        })
    }

    /// Registers a copy before it leaves. Tells its number.
    ///
    /// # Errors
    /// When there is no such case, the disk is full, or the store stops.
    pub fn register_export(&self, export: Export) -> Result<u64> {
        self.alone(move |writer| writer.export(&export))
    }

    /// Which copies of a case left, in order; also of a case that was erased.
    ///
    /// # Errors
    /// When there is no such case, or an entry was altered.
    pub fn exports_of(&self, case: &str) -> Result<Vec<Exported>> {
        self.read(|reader| {
            let row = reader.find("read the export register", case)?;
            let entries = exports::of_case(&reader.store, row.number)?;
            let read = |(number, sealed): (u64, Vec<u8>)| {
                let plain = reader.secrets.open_export(number, row.number, &sealed)?;
                exported(number, &plain).ok_or(Error::Altered {
                    what: "an entry of the export register",
                })
            };
            entries.into_iter().map(read).collect()
        })
    }

    /// Puts a person's names and contacts in place of what was there. The store reads none of it.
    ///
    /// # Errors
    /// When there is no such case, the disk is full, or the store stops.
    pub fn put_person(&self, case: &str, person: &str, bytes: Zeroizing<Vec<u8>>) -> Result<()> {
        let (case, person) = (case.to_owned(), person.to_owned());
        self.alone(move |writer| writer.put_person(&case, &person, &bytes))
    }

    /// A person's names and contacts.
    ///
    /// # Errors
    /// When there is no such case, it was erased, or what is stored does not open.
    pub fn person(&self, case: &str, person: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let doing = "read names and contacts";
        self.read(|reader| {
            let row = reader.find(doing, case)?;
            if row.sealed.is_none() {
                return Err(Error::Erased { doing });
            }
            let name = reader.secrets.person_name(case, person);
            let Some((key, sealed)) = persons::find(&reader.persons, &row.name, &name)? else {
                return Ok(None);
            };
            let case_key = reader.secrets.key(&reader.keys, row.key)?;
            let own = reader.secrets.key(&reader.keys, key)?;
            let keys = [&case_key, &own];
            let names = [&row.name, &name];
            reader.secrets.open_person(keys, names, &sealed).map(Some)
        })
    }
}

fn exported(number: u64, plain: &[u8]) -> Option<Exported> {
    let (at, rest) = plain.split_first_chunk()?;
    let text = std::str::from_utf8(rest).ok()?;
    let (kind, recipient) = text.split_once('\0')?;
    Some(Exported {
        number,
        at: u64::from_be_bytes(*at),
        kind: kind.to_owned(),
        recipient: recipient.to_owned(),
    })
}

impl Writer {
    pub(crate) fn cover(&mut self, count: u64) -> Result<()> {
        let (secrets, environment) = (&self.secrets, &self.environment);
        let mut log = Log::begin(&self.store, secrets, environment, &self.head)?;
        for _ in 0..count {
            log.cover()?;
        }
        let grown = log.commit(Step::Cover)?;
        self.has(grown);
        Ok(())
    }

    pub(crate) fn cosignature(&mut self, size: u64, witness: &str, line: &str) -> Result<()> {
        let doing = Step::Cosignature.name();
        let transaction = self.store.begin().map_err(database(doing))?;
        if !tree::keep_cosignature(&transaction, size, witness, line)? {
            let what = "checkpoint";
            return Err(Error::Unknown { doing, what });
        }
        commit(&self.environment, Step::Cosignature, transaction)
    }

    pub(crate) fn publish(&mut self, size: u64) -> Result<()> {
        let doing = Step::Publish.name();
        let transaction = self.store.begin().map_err(database(doing))?;
        if !tree::publish(&transaction, size)? {
            let what = "checkpoint";
            return Err(Error::Unknown { doing, what });
        }
        commit(&self.environment, Step::Publish, transaction)
    }

    fn reindex(&mut self, mut cases: Vec<Running>) -> Result<Vec<String>> {
        // In one order for everybody who holds cases.
        cases.sort_by_key(|running| self.secrets.case_name(&running.case));
        let doing = Step::Reindex.name();
        let transaction = self.store.begin().map_err(database(doing))?;
        let mut moved_on = Vec::new();
        for running in cases {
            let name = self.secrets.case_name(&running.case);
            let row = acts::case_held(&transaction, &name)?;
            let row = row.ok_or(Error::Unknown {
                doing,
                what: "case",
            })?;
            if row.version != running.version || row.sealed.is_none() {
                moved_on.push(running.case);
                continue;
            }
            due::remove(&transaction, row.number)?;
            for Due { rule, ends } in &running.due {
                due::add(&transaction, row.number, rule, *ends)?;
            }
        }
        commit(&self.environment, Step::Reindex, transaction)?;
        Ok(moved_on)
    }

    fn export(&mut self, export: &Export) -> Result<u64> {
        let doing = Step::Export.name();
        let transaction = self.store.begin().map_err(database(doing))?;
        let name = self.secrets.case_name(&export.case);
        let case = acts::case_named(&transaction, &name)?;
        let case = case
            .ok_or(Error::Unknown {
                doing,
                what: "case",
            })?
            .number;
        let number = exports::give(&transaction)?;
        let at = self.environment.clock.now().to_be_bytes();
        let (kind, recipient) = (export.kind.as_bytes(), export.recipient.as_bytes());
        let plain = [&at[..], kind, b"\0", recipient].concat();
        let sealed = self
            .secrets
            .seal_export(&self.environment, number, case, &plain)?;
        exports::add(&transaction, number, case, &sealed)?;
        commit(&self.environment, Step::Export, transaction)?;
        Ok(number)
    }

    fn put_person(&mut self, case: &str, person: &str, bytes: &[u8]) -> Result<()> {
        let doing = Step::Person.name();
        let name = self.secrets.case_name(case);
        // Held until the names are stored: an erasure of the case waits for them.
        let held = self.store.begin().map_err(database(doing))?;
        let row = acts::case_held(&held, &name)?;
        let row = row.ok_or(Error::Unknown {
            doing,
            what: "case",
        })?;
        if row.sealed.is_none() {
            return Err(Error::Erased { doing });
        }
        let case_key: Key = self.secrets.key(&self.spare.keys, row.key)?;
        let (key, own) = self.spare.take(&self.environment, &self.secrets)?;
        let names = [&name, &self.secrets.person_name(case, person)];
        let keys = [&case_key, &own];
        let sealed = self
            .secrets
            .seal_person(&self.environment, keys, names, bytes)?;
        let transaction = self.persons.begin().map_err(database(doing))?;
        persons::put(&transaction, &name, names[1], key, &sealed)?;
        commit(&self.environment, Step::Person, transaction)
    }
}
