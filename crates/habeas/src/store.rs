//! Commands that keep acts: where the store is, how it is opened, and what stands in it as lines again.

mod attempt;
mod audit;
mod backup;
mod due;
mod load;
mod log;
mod receipt;
mod signing;

use std::path::{Path, PathBuf};
use std::str::FromStr;

use clap::Args;
use habeas_case::read::Reader;
use habeas_ledger::commitment::Field;
use habeas_ledger::document::DocumentSigner;
use habeas_ledger::named::NamedDocumentSigner;
use habeas_log::Turn;
use habeas_store::{
    CaseRecord, Environment, Places, Randomness, RootKey, Servers, Site, Sort, Store,
    SystemRandomness,
};
use miette::Diagnostic;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

pub use audit::Audit;
pub use backup::{Backup, Restore};
pub use due::{Due, Reindex};
pub use load::Load;
pub use log::{Checkpoint, Log};
pub use receipt::Receipt;

use crate::input::Machine;
use crate::key;
use crate::output::Failure;
use crate::quietly::Quietly;

/// The file of the key with which what is loaded in bulk is signed, beside the store.
const IMPORT_KEY: &str = "import.key";

/// Where a store is: `sqlite:FOLDER` or `postgres://USER@HOST:PORT/NAME`.
#[derive(Clone, Debug)]
pub enum Address {
    /// Files in a folder.
    Files(PathBuf),
    /// Databases of a server.
    Server(Box<habeas_store::Address>),
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", folder)) if !folder.is_empty() => Ok(Self::Files(folder.into())),
            Some(("postgres" | "postgresql", _)) => Ok(Self::Server(Box::new(text.parse()?))),
            _ => Err("write `sqlite:` and a folder, such as sqlite:store, or postgres://USER@HOST:PORT/NAME".to_owned()),
        }
    }
}

impl Address {
    /// The store that is made of files; where it must be.
    fn files(&self) -> Result<&Path, Failure> {
        match self {
            Self::Files(folder) => Ok(folder),
            Self::Server(_) => Err(Failure::hinted(
                "this is for a store of files, `sqlite:FOLDER`",
                "PostgreSQL has tools of its own for copies: pg_basebackup, pg_dump",
            )),
        }
    }
}

/// What stands beside the address of a store on PostgreSQL.
#[derive(Debug, Default, Args)]
pub struct Beside {
    /// Of a store on PostgreSQL: the folder of this server's own files. Without it: a folder named as the database.
    #[arg(long, value_name = "DIR")]
    local: Option<PathBuf>,
    /// Of a store on PostgreSQL: the database of its keys. Without it: NAME_keys beside it.
    #[arg(long, value_name = "ADDRESS", value_parser = Quietly::<habeas_store::Address>::new())]
    keys_at: Option<habeas_store::Address>,
    /// Of a store on PostgreSQL: the database of names and contacts. Without it: NAME_persons beside it.
    #[arg(long, value_name = "ADDRESS", value_parser = Quietly::<habeas_store::Address>::new())]
    persons_at: Option<habeas_store::Address>,
    /// Of a store on PostgreSQL that another server made: let this one join, which has the same root key.
    #[arg(long)]
    join: bool,
}

impl Beside {
    /// The folder of what stands in files.
    fn folder(&self, address: &Address) -> PathBuf {
        match (address, &self.local) {
            (Address::Files(folder), _) | (Address::Server(_), Some(folder)) => folder.clone(),
            (Address::Server(address), None) => address.name().into(),
        }
    }

    /// Where all of it is, and the file by which is known whether it is there.
    fn site(&self, address: &Address) -> (Site, PathBuf) {
        let folder = self.folder(address);
        match address {
            Address::Files(_) => {
                let places = Places::in_folder(&folder);
                (Site::from(&places), places.store)
            }
            Address::Server(store) => {
                let servers = self.servers(store, &folder);
                (Site::from(&servers), servers.acknowledged)
            }
        }
    }

    fn servers(&self, store: &habeas_store::Address, folder: &Path) -> Servers {
        let mut servers = Servers::beside(store.clone(), folder.join("acknowledged"));
        if let Some(keys) = &self.keys_at {
            servers.keys = keys.clone();
        }
        if let Some(persons) = &self.persons_at {
            servers.persons = persons.clone();
        }
        servers
    }
}

/// The store, and the key over all its keys.
#[derive(Debug, Args)]
pub struct Where {
    /// The store: `sqlite:FOLDER`, or `postgres://USER@HOST:PORT/NAME`.
    #[arg(long, value_name = "ADDRESS", value_parser = Quietly::<Address>::new())]
    store: Address,
    /// The file of the root key; on another disk than the store. Without it: root.key in the folder of the store.
    #[arg(long, value_name = "FILE")]
    root_key: Option<PathBuf>,
    #[command(flatten)]
    beside: Beside,
}

/// What an audit came to, and whether the store opens.
struct Audited {
    audit: habeas_store::Result<habeas_store::Audit>,
    opened: habeas_store::Result<()>,
}

impl Where {
    /// The folder of the store, or of this server's own files.
    fn folder(&self) -> PathBuf {
        self.beside.folder(&self.store)
    }

    /// Opens the store that is there.
    pub fn open(&self) -> Result<Store, Failure> {
        open(&self.store, &self.beside, self.root_key.as_deref())
    }

    /// Where the store is that is there, and its root key.
    fn found(&self) -> Result<(Site, RootKey), Failure> {
        found(&self.store, &self.beside, self.root_key.as_deref())
    }

    /// Audits it, whether it can be opened or not; and opens it, which compares it with what was acknowledged.
    fn audit(&self) -> Result<Audited, Failure> {
        let (site, root) = self.found()?;
        let open = || Store::open(&site, &root, environment());
        Ok(Audited {
            audit: Store::audit_unopened(&site, &root),
            opened: Turn::of(&self.folder()).take(open).map(drop),
        })
    }

    /// Opens it, and makes it first where there is none.
    fn open_or_create(&self) -> Result<Store, Failure> {
        let (site, there) = self.beside.site(&self.store);
        if !there.exists() && !self.beside.join {
            let folder = &self.folder();
            std::fs::create_dir_all(folder).map_err(|e| Failure::File(folder.clone(), e))?;
            let path = root_key(folder, self.root_key.as_deref());
            let environment = environment();
            let root = match path.exists() {
                true => RootKey::read(&path),
                false => RootKey::create(&path, &environment),
            };
            let root = root.map_err(told)?;
            Store::create(&site, &root, &environment).map_err(told)?;
        }
        self.open()
    }
}

/// The key with which what is loaded in bulk is signed: it says who imported it, and never that an organ signed. As text it bears a key
/// id: with a letter changed it signs nothing.
fn import_key(folder: &Path) -> Result<DocumentSigner, Failure> {
    let path = folder.join(IMPORT_KEY);
    if !path.exists() {
        let mut seed = Zeroizing::new([0; 32]);
        SystemRandomness.fill(seed.as_mut_slice()).map_err(told)?;
        let made = NamedDocumentSigner::from_seed("import", &seed).map_err(wrong)?;
        key::write(&path, &Zeroizing::new(made.to_secret_text()))?;
    }
    let read = NamedDocumentSigner::from_secret_text(&key::read(&path)?);
    let read = read.map_err(|e| Failure::said(format!("{}: {e}", path.display())))?;
    Ok(read.signer().clone())
}

/// Opens a store with the root key that is named, or with the one in its folder.
fn open(address: &Address, beside: &Beside, root: Option<&Path>) -> Result<Store, Failure> {
    let (site, root) = found(address, beside, root)?;
    let open = || Store::open(&site, &root, environment());
    Turn::of(&beside.folder(address)).take(open).map_err(told)
}

fn found(
    address: &Address,
    beside: &Beside,
    root: Option<&Path>,
) -> Result<(Site, RootKey), Failure> {
    let folder = beside.folder(address);
    let (site, there) = beside.site(address);
    let key = || RootKey::read(&root_key(&folder, root)).map_err(told);
    if !there.exists() {
        match address {
            Address::Server(store) if beside.join => {
                let servers = beside.servers(store, &folder);
                Store::join(&servers, &key()?, &environment()).map_err(told)?;
            }
            Address::Server(_) => {
                return Err(Failure::hinted(
                    format!(
                        "this server has no files of its own for that store in {}",
                        folder.display()
                    ),
                    "--local names another folder; --join joins a store that another server made; `habeas load` makes one",
                ));
            }
            Address::Files(_) => {
                return Err(Failure::hinted(
                    format!("no store is in {}", folder.display()),
                    "`habeas load` makes one",
                ));
            }
        }
    }
    Ok((site, key()?))
}

fn root_key(folder: &Path, named: Option<&Path>) -> PathBuf {
    named.map_or_else(|| folder.join("root.key"), Path::to_owned)
}

fn environment() -> Environment {
    Environment::new(Machine)
}

/// What the store or the ledger says, with how to mend it.
fn told(error: impl Diagnostic) -> Failure {
    Failure::Said(error.to_string(), error.help().map(|help| help.to_string()))
}

/// What the ledger says.
fn wrong(problem: habeas_ledger::Problem) -> Failure {
    Failure::said(problem.to_string())
}

/// A line of JSON as the fields that are committed to one by one.
fn fields(line: &str) -> Option<(Map<String, Value>, Vec<Field>)> {
    let said: Map<String, Value> = serde_json::from_str(line).ok()?;
    let fields = said.iter().map(|(name, value)| Field {
        name: name.clone(),
        value: value.to_string().into_bytes(),
    });
    let fields = fields.collect();
    Some((said, fields))
}

/// The line of JSON that these fields were.
fn line(fields: &[Field]) -> String {
    let parts = fields.iter().map(|field| {
        let value = String::from_utf8_lossy(&field.value);
        format!("{}:{value}", Value::from(field.name.as_str()))
    });
    format!("{{{}}}", parts.collect::<Vec<_>>().join(","))
}

/// Reads the acts of a case as the lines that they were.
fn read_case(reader: &mut Reader<'_>, case: &CaseRecord) -> Result<(), Failure> {
    let acts = case.acts.iter().filter(|act| act.sort == Sort::Act);
    let lines: String = acts.map(|act| line(&act.fields) + "\n").collect();
    let read = reader.json("the store", lines.as_bytes());
    read.map_err(|e| Failure::said(e.to_string()))
}

/// The store whose cases a command reads, in place of files.
#[derive(Debug, Default, Args)]
pub struct Kept {
    /// Read the acts that this store keeps, `sqlite:FOLDER` or `postgres://USER@HOST:PORT/NAME`, and no files.
    #[arg(long, value_name = "ADDRESS", value_parser = Quietly::<Address>::new(), conflicts_with = "files")]
    store: Option<Address>,
    /// The file of its root key; without it: root.key in its folder.
    #[arg(long, value_name = "FILE", requires = "store")]
    root_key: Option<PathBuf>,
    #[command(flatten)]
    beside: Beside,
}

impl Kept {
    /// Reads what the store holds, if one is named.
    pub fn read_into(&self, reader: &mut Reader<'_>) -> Result<(), Failure> {
        let Some(address) = &self.store else {
            return Ok(());
        };
        let store = open(address, &self.beside, self.root_key.as_deref())?;
        for case in store.cases() {
            read_case(reader, &case.map_err(told)?)?;
        }
        Ok(())
    }
}
