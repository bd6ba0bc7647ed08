//! What a backup says of itself: of which store, over how many leaves, and the size and SHA-256 of each file. It is written last:
//! a folder without it holds no backup.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use habeas_ledger::{Hash, to_hex};
use sha2::{Digest as _, Sha256};

use crate::backup::{new_file, settle};
use crate::error::{Error, Result, file};

/// The name of the file.
const NAME: &str = "manifest";

/// The longest that is read, in bytes.
const MOST: u64 = 4096;

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Copied {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    pub(crate) sha256: [u8; 32],
}

/// What stands in one folder of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Manifest {
    /// Of the keys, or of the rest.
    pub(crate) keys: bool,
    /// The id of the store.
    pub(crate) store: [u8; 16],
    /// How many leaves the log had, and their root.
    pub(crate) size: u64,
    pub(crate) root: Hash,
    pub(crate) files: Vec<Copied>,
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
    }
    Some(bytes)
}

impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.keys { " of keys" } else { "" };
        writeln!(f, "habeas backup{what} 1")?;
        writeln!(f, "store {}", to_hex(&self.store))?;
        writeln!(f, "size {}\nroot {}", self.size, self.root)?;
        for Copied {
            name,
            bytes,
            sha256,
        } in &self.files
        {
            writeln!(f, "file {name} {bytes} {}", to_hex(sha256))?;
        }
        Ok(())
    }
}

impl Manifest {
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        let keys = match lines.next()? {
            "habeas backup 1" => false,
            "habeas backup of keys 1" => true,
            _ => return None,
        };
        let store = unhex(lines.next()?.strip_prefix("store ")?)?;
        let size = lines.next()?.strip_prefix("size ")?.parse().ok()?;
        let root = Hash::from_base64(lines.next()?.strip_prefix("root ")?)?;
        let file = |line: &str| {
            let mut words = line.strip_prefix("file ")?.split(' ');
            Some(Copied {
                name: words.next()?.to_owned(),
                bytes: words.next()?.parse().ok()?,
                sha256: unhex(words.next()?)?,
            })
        };
        let files = lines.map(file).collect::<Option<_>>()?;
        let read = Self {
            keys,
            store,
            size,
            root,
            files,
        };
        // One spelling.
        (read.to_string() == text).then_some(read)
    }

    /// Reads the manifest of a folder.
    pub(crate) fn read(folder: &Path, keys: bool) -> Result<Self> {
        let what = match keys {
            true => "the manifest of the keys",
            false => "the manifest of the backup",
        };
        let path = folder.join(NAME);
        let opened = File::open(path).map_err(file("read the backup", what))?;
        let mut text = String::new();
        let read = opened.take(MOST).read_to_string(&mut text);
        read.map_err(file("read the backup", what))?;
        let read = Self::parse(&text).filter(|read| read.keys == keys);
        read.ok_or_else(|| Error::Backup {
            found: format!("{what} cannot be read"),
        })
    }

    /// Writes it, and makes the folder durable with it.
    pub(crate) fn write(&self, folder: &Path) -> Result<()> {
        let what = "the manifest";
        let failed = file("make a backup", what);
        let mut made = new_file(&folder.join(NAME)).map_err(&failed)?;
        let written = made.write_all(self.to_string().as_bytes());
        written.map_err(&failed)?;
        settle(&made).map_err(&failed)?;
        let folder = File::open(folder).map_err(&failed)?;
        settle(&folder).map_err(failed)
    }
}

/// Copies, or only reads where nobody wants a copy, and tells what went through.
pub(crate) fn digest(name: &str, mut from: impl Read, mut to: impl Write) -> io::Result<Copied> {
    let mut hasher = Sha256::new();
    let mut bytes = 0;
    let mut part = vec![0; 1 << 16];
    loop {
        let read = from.read(&mut part)?;
        let Some(read) = part.get(..read).filter(|read| !read.is_empty()) else {
            break;
        };
        hasher.update(read);
        to.write_all(read)?;
        bytes += read.len() as u64;
    }
    Ok(Copied {
        name: name.to_owned(),
        bytes,
        sha256: hasher.finalize().into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_has_one_spelling() {
        let copied = digest("store.db", &b"abc"[..], io::sink()).unwrap();
        let manifest = Manifest {
            keys: false,
            store: [7; 16],
            size: 12,
            root: habeas_ledger::hash::empty_root(),
            files: vec![copied],
        };
        let text = manifest.to_string();
        assert!(text.contains("file store.db 3 ba7816bf8f01cfea"), "{text}");
        assert_eq!(Manifest::parse(&text), Some(manifest));
        for spoilt in [
            text.replace("size 12", "size 012"),
            text.replace("backup 1", "backup 2"),
            text.replace(" 3 ", " +3 "),
            text.to_uppercase(),
            text.trim_end().to_owned(),
        ] {
            assert_eq!(Manifest::parse(&spoilt), None, "{spoilt}");
        }
    }
}
