//! `habeas key new | show`

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum};
use habeas_ledger::key::{Algorithm, SignerKey};
use habeas_ledger::named::NamedDocumentSigner;
use zeroize::Zeroizing;

use crate::output::{Failure, print};

/// What is done with keys.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make a key: the secret into a file that only you can read, the public line to standard output.
    New(New),
    /// Print the public line of a secret key.
    Show(Show),
}

/// What a key signs. One key is for one purpose and one body.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Kind {
    /// Checkpoints of a log.
    Log,
    /// Cosignatures of a witness.
    Witness,
    /// Acts, by the gateway of an organ.
    Document,
}

/// Which key to make.
#[derive(Debug, Args)]
pub struct New {
    /// Its name: of a log its origin, such as log.example/2027; no spaces and no `+`.
    #[arg(long, value_name = "NAME")]
    name: String,
    /// What it signs.
    #[arg(long, value_enum)]
    kind: Kind,
    /// The file of the secret; it is not there yet.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Of which key.
#[derive(Debug, Args)]
pub struct Show {
    /// The file of the secret.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Runs one of them. Exit status 0: done; 2: it could not be done.
pub fn run(command: Command) -> Result<ExitCode, Failure> {
    let public = match command {
        Command::New(new) => new.run()?,
        Command::Show(Show { file }) => public(&read(&file)?)?,
    };
    print(&format!("{public}\n"))?;
    Ok(ExitCode::SUCCESS)
}

impl New {
    /// The public line.
    fn run(self) -> Result<String, Failure> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice())
            .map_err(|e| Failure::said(format!("make a key: no randomness: {e}")))?;
        let note = |algorithm| SignerKey::from_seed(&self.name, algorithm, &seed);
        let secret = match self.kind {
            Kind::Log => note(Algorithm::Ed25519)?.to_secret_text(),
            Kind::Witness => note(Algorithm::Cosignature)?.to_secret_text(),
            Kind::Document => NamedDocumentSigner::from_seed(&self.name, &seed)?.to_secret_text(),
        };
        let secret = Zeroizing::new(secret);
        let public = public(&secret)?;
        write(&self.out, &secret)?;
        Ok(public)
    }
}

/// Writes a secret key to a new file, readable by its owner alone. A key that stands there is never written over: whatever it signed
/// would be nobody's.
#[expect(
    clippy::disallowed_methods,
    reason = "the failpoints are the store's; this is a file of its own"
)]
pub fn write(path: &Path, secret: &str) -> Result<(), Failure> {
    let written = File::options()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| {
            file.write_all(secret.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
    written.map_err(|e| Failure::File(path.to_owned(), e))
}

/// The text of a secret key. A file that others can read is refused: what stood open may have been copied.
pub fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let failed = |e| Failure::File(path.to_owned(), e);
    let text = Zeroizing::new(std::fs::read_to_string(path).map_err(failed)?);
    if !text.starts_with("PRIVATE+KEY+") {
        return Err(Failure::hinted(
            format!("{}: this is no secret key", path.display()),
            "`habeas key new` makes one, in the file that --out names",
        ));
    }
    let mode = std::fs::metadata(path)
        .map_err(failed)?
        .permissions()
        .mode();
    if mode & 0o077 != 0 {
        return Err(Failure::hinted(
            format!(
                "{}: others than its owner may read this key",
                path.display()
            ),
            "if nobody has, `chmod 600` it; if anybody may have, make a new key",
        ));
    }
    Ok(Zeroizing::new(text.trim_end().to_owned()))
}

/// The public line of a secret key of any kind.
fn public(secret: &str) -> Result<String, Failure> {
    if let Ok(key) = NamedDocumentSigner::from_secret_text(secret) {
        return Ok(key.public().to_string());
    }
    Ok(SignerKey::from_secret_text(secret)?.verifier().to_string())
}
