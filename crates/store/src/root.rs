//! The root key: a file that its owner alone can read, over which all other keys stand.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use habeas_ledger::to_hex;
use zeroize::Zeroizing;

use crate::environment::Environment;
use crate::error::{Error, Result, file};
use crate::seal::Key;
use crate::step::{Step, sync};

const WHAT: &str = "the root key";

/// The key that opens the key store. It is never stored with what it opens.
pub struct RootKey(pub(crate) Key);

impl std::fmt::Debug for RootKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RootKey")
    }
}

impl RootKey {
    /// Makes a key and writes it to a new file, in hexadecimal, readable by its owner alone.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn create(path: &Path, environment: &Environment) -> Result<Self> {
        let doing = file("create the root key", WHAT);
        let key: Key = Zeroizing::new(environment.random()?);
        let text = Zeroizing::new(to_hex(&*key));
        let made = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)
            .map_err(&doing)?;
        let folder = folder(path).map_err(doing)?;
        sync(environment, Step::RootKey, &made, Some(&folder), |mut f| {
            writeln!(f, "{}", *text)
        })?;
        Ok(Self(key))
    }

    /// Reads the key.
    ///
    /// # Errors
    /// When others than its owner may read the file, or it holds no key.
    pub fn read(path: &Path) -> Result<Self> {
        let doing = file("read the root key", WHAT);
        let mode = fs::metadata(path).map_err(&doing)?.permissions().mode();
        let unfit = |found| Error::Unfit { what: WHAT, found };
        if mode & 0o077 != 0 {
            return Err(unfit("can be read by others than its owner: chmod 600"));
        }
        let text = Zeroizing::new(fs::read(path).map_err(doing)?);
        let digits = text.strip_suffix(b"\n").unwrap_or(&text);
        let mut key: Key = Zeroizing::new([0; 32]);
        if digits.len() != 64 {
            return Err(unfit("is not 64 hexadecimal digits"));
        }
        for (byte, pair) in key.iter_mut().zip(digits.chunks(2)) {
            *byte = std::str::from_utf8(pair)
                .ok()
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
                .ok_or_else(|| unfit("is not 64 hexadecimal digits"))?;
        }
        Ok(Self(key))
    }
}

/// The folder of a file, opened so that the entry of a new file can be synced.
pub(crate) fn folder(path: &Path) -> std::io::Result<File> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))
}
