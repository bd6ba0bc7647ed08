//! The files of the repository, read once.

use crate::program::{Done, Failure};
use std::fs;
use std::path::Path;

/// Folders that hold what was made, and nothing that was written.
const SKIPPED: &[&str] = &[".git", "target", "node_modules"];
/// Larger files are data; rules read what people wrote.
const LARGEST: u64 = 2 << 20;

/// Every text file below the root, in the order of its path.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) files: Vec<File>,
    /// Paths of all files and folders, those that are not text among them.
    pub(super) paths: Vec<String>,
}

/// One text file.
#[derive(Debug)]
pub(super) struct File {
    /// Relative to the root, with `/`.
    pub(super) path: String,
    pub(super) text: String,
}

impl Tree {
    pub(super) fn read(root: &Path) -> Done<Self> {
        let mut tree = Self {
            files: Vec::new(),
            paths: Vec::new(),
        };
        tree.walk(root, "")?;
        tree.paths.sort();
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    /// Files whose name ends in `.extension`.
    pub(super) fn with<'a>(&'a self, extension: &'a str) -> impl Iterator<Item = &'a File> {
        let matches = move |f: &&File| {
            f.path
                .rsplit_once('.')
                .is_some_and(|(_, found)| found == extension)
        };
        self.files.iter().filter(matches)
    }

    pub(super) fn get(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|f| f.path == path)
    }

    fn walk(&mut self, dir: &Path, prefix: &str) -> Done {
        let failed = |e: std::io::Error| Failure::new(format!("read {}: {e}", dir.display()));
        for entry in fs::read_dir(dir).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if prefix.is_empty() {
                name.clone()
            } else {
                format!("{prefix}/{name}")
            };
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_dir() {
                if !SKIPPED.contains(&name.as_str()) {
                    self.walk(&entry.path(), &path)?;
                    self.paths.push(path);
                }
                continue;
            }
            if entry.metadata().map_err(failed)?.len() <= LARGEST {
                let bytes = fs::read(entry.path()).map_err(failed)?;
                if let Ok(text) = String::from_utf8(bytes) {
                    self.files.push(File {
                        path: path.clone(),
                        text,
                    });
                }
            }
            self.paths.push(path);
        }
        Ok(())
    }
}

#[cfg(test)]
impl Tree {
    /// A tree of the given files, for tests of rules.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File {
            path: (*path).into(),
            text: (*text).into(),
        };
        let files: Vec<File> = files.iter().map(file).collect();
        let paths = files.iter().map(|f| f.path.clone()).collect();
        Self { files, paths }
    }
}
