//! A folder of packs on disk: packs, calendars, mappings of case files, official texts.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::law::Law;
use crate::problem::Problem;
use crate::read::{Files, read};

/// The texts of a folder, before they are read as law.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// Packs and calendars.
    pub files: Files,
    /// Mappings of case files, by name.
    pub mappings: BTreeMap<String, String>,
}

/// Why a law could not be loaded.
#[derive(Debug, Error)]
pub enum LoadError {
    /// A file could not be read.
    #[error("cannot read {path}: {cause}")]
    File {
        /// Which.
        path: PathBuf,
        /// What the system said.
        cause: std::io::Error,
    },
    /// Nothing is there.
    #[error("no law pack is in {0}: a pack is a Markdown file with front matter and ```law blocks")]
    Empty(PathBuf),
    /// The packs are wrong.
    #[error("the law packs have {} problem(s)", .0.len())]
    Problems(Vec<Problem>),
}

impl Library {
    /// Gathers a pack, a jurisdiction or the folder of all of them.
    ///
    /// A single pack or a jurisdiction brings the files beside it that it may use: the whole folder of the jurisdiction.
    ///
    /// # Errors
    /// If something cannot be read, or no pack is there.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        let folder = named(if path.is_file() {
            path.parent().unwrap_or(path)
        } else {
            path
        })?;
        let mut library = Self::default();
        if has_packs(&folder)? {
            let root = folder.parent().unwrap_or(&folder);
            library.gather(root, &folder)?;
        } else {
            let root = &folder;
            for entry in list(root)? {
                if entry.is_dir() {
                    library.gather(root, &entry)?;
                }
            }
        }
        // Markdown without front matter and rules is prose.
        let pack = |text: &String| text.starts_with("---") || text.contains("```law");
        if !library.files.packs.values().any(pack) {
            return Err(LoadError::Empty(path.to_path_buf()));
        }
        Ok(library)
    }

    fn gather(&mut self, root: &Path, folder: &Path) -> Result<(), LoadError> {
        for path in list(folder)? {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let name = relative.to_string_lossy().replace('\\', "/");
            let text = |path: &Path| {
                std::fs::read_to_string(path).map_err(|cause| LoadError::File {
                    path: path.to_path_buf(),
                    cause,
                })
            };
            if let Some(calendar) = name.strip_suffix(".calendar.csv") {
                self.files
                    .calendars
                    .insert(calendar.to_owned(), text(&path)?);
            } else if name.ends_with(".mapping") {
                self.mappings.insert(name.clone(), text(&path)?);
            } else if path.extension().is_some_and(|e| e == "md") {
                self.files.packs.insert(name.clone(), text(&path)?);
            }
        }
        Ok(())
    }

    /// Reads the texts as law.
    ///
    /// # Errors
    /// All problems at once.
    pub fn law(&self) -> Result<Law, LoadError> {
        read(&self.files).map_err(LoadError::Problems)
    }
}

/// The folder by its own name, which calendars and messages need: `.` and the folder of a bare file name have none.
fn named(folder: &Path) -> Result<PathBuf, LoadError> {
    if folder.file_name().is_some() {
        return Ok(folder.to_path_buf());
    }
    let here = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    here.canonicalize().map_err(|cause| LoadError::File {
        path: here.to_path_buf(),
        cause,
    })
}

fn list(folder: &Path) -> Result<Vec<PathBuf>, LoadError> {
    let failed = |cause| LoadError::File {
        path: folder.to_path_buf(),
        cause,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        paths.push(entry.map_err(failed)?.path());
    }
    paths.sort();
    Ok(paths)
}

fn has_packs(folder: &Path) -> Result<bool, LoadError> {
    Ok(list(folder)?
        .iter()
        .any(|p| p.is_file() && p.extension().is_some_and(|e| e == "md")))
}
