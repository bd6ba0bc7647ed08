//! A folder of its own for each test, and what is left out of snapshots because it varies.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot write its files ends there"
)]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::Settings;
use tempfile::TempDir;

/// An instant at which the case `kelp` runs in time.
pub const IN_TIME: &str = "2031-03-03T09:00+09:00";

/// An instant at which the case `wrack` is overdue.
pub const OVERDUE: &str = "2031-03-08T09:00+09:00";

/// Compares what a command does with its snapshot.
macro_rules! shows {
    ($name:expr, $command:expr) => {
        crate::sandbox::settings().bind(|| insta_cmd::assert_cmd_snapshot!($name, $command))
    };
}

/// Digests of packs and versions vary.
pub fn settings() -> Settings {
    let mut settings = Settings::clone_current();
    settings.set_omit_expression(true);
    settings.add_filter("[0-9a-f]{64}", "[digest]");
    settings.add_filter(r"(habeas|[Ee]ngine|引擎) \d+\.\d+\.\d+\S*", "$1 [version]");
    settings
}

/// Folders that a test may fill.
const FOLDERS: [&str; 4] = ["laws", "acts", "texts", "cases"];

/// A folder of its own.
pub struct Sandbox {
    dir: TempDir,
}

impl Sandbox {
    /// With the law, the acts, the texts and the case files of these tests.
    pub fn new() -> Self {
        let sandbox = Self::empty();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        for folder in FOLDERS {
            copy(&from.join(folder), &sandbox.path(folder));
        }
        sandbox
    }

    /// With nothing.
    pub fn empty() -> Self {
        Self {
            dir: tempfile::tempdir().unwrap(),
        }
    }

    /// Where a file of this folder is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What a file holds.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Writes a file, and the folders that lead to it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Writes a file that only its owner can read.
    pub fn write_secret(&self, name: &str, text: &str) {
        self.write(name, text);
        let owner = fs::Permissions::from_mode(0o600);
        fs::set_permissions(self.path(name), owner).unwrap();
    }

    /// Writes another version of a file, in which each of these texts, which stands there once, is another.
    pub fn change(&self, from: &str, to: &str, texts: &[(&str, &str)]) {
        let mut text = self.read(from);
        for (old, new) in texts {
            assert_eq!(text.matches(old).count(), 1, "`{old}` in {from}");
            text = text.replace(old, new);
        }
        self.write(to, text);
    }

    /// The program, in this folder, with nothing of the environment.
    pub fn habeas<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_habeas"));
        command.current_dir(self.dir.path()).env_clear().args(words);
        command
    }

    /// Runs it.
    pub fn run<'a>(&self, words: impl IntoIterator<Item = &'a str>) -> Ran {
        Ran::from(self.habeas(words).output().unwrap())
    }
}

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// The work could not be done: status 2, nothing on standard output, and this on standard error.
    pub fn could_not(&self, because: &str) {
        assert_eq!(self.status, 2, "{self:?}");
        assert_eq!(self.out, "");
        assert!(
            self.err.contains(because),
            "`{because}` is not in:\n{}",
            self.err
        );
        assert!(!self.err.contains("panicked"), "{}", self.err);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let goal = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &goal);
        } else {
            fs::copy(&path, &goal).unwrap();
        }
    }
}
