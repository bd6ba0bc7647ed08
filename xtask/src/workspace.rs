//! Where the repository stands and which crates it has, as cargo itself reads the manifests.

use crate::program::{Done, Failure, Program};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// The repository and its crates.
#[derive(Debug)]
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    pub(crate) crates: Vec<Crate>,
}

/// One member of the workspace.
#[derive(Debug)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Relative to the root, `crates/law`.
    pub(crate) dir: String,
    pub(crate) dependencies: Vec<Dependency>,
    /// Names of its integration tests.
    pub(crate) tests: Vec<String>,
    /// Names of its benchmarks.
    pub(crate) benches: Vec<String>,
}

/// One line of a manifest's dependency tables.
#[derive(Debug)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// Only for tests, examples and benchmarks.
    pub(crate) dev: bool,
}

impl Workspace {
    /// Reads every manifest through `cargo metadata`. Needs no network.
    pub(crate) fn read() -> Done<Self> {
        let program = Program::cargo().args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ]);
        let text = program.capture()?;
        let json: Value = serde_json::from_str(&text)
            .map_err(|e| Failure::new(format!("read the answer of `{program}`: {e}")))?;
        let path = |key: &str| {
            json.get(key)
                .and_then(Value::as_str)
                .map(PathBuf::from)
                .ok_or_else(|| {
                    Failure::new(format!(
                        "read the answer of `{program}`: `{key}` is not there"
                    ))
                })
        };
        let root = path("workspace_root")?;
        let target = path("target_directory")?;
        let crates = list(&json, "packages")
            .map(|p| Crate::read(p, &root))
            .collect();
        Ok(Self {
            root,
            target,
            crates,
        })
    }

    /// A folder under cargo's own for what these commands make; created if it is not there.
    pub(crate) fn scratch(&self, name: &str) -> Done<PathBuf> {
        let dir = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&dir)
            .map_err(|e| Failure::new(format!("make the folder {}: {e}", dir.display())))?;
        Ok(dir)
    }
}

impl Crate {
    fn read(package: &Value, root: &Path) -> Self {
        let manifest = Path::new(text(package, "manifest_path"));
        let dir = manifest.parent().and_then(|d| d.strip_prefix(root).ok());
        let targets = |kind: &str| {
            list(package, "targets")
                .filter(|t| list(t, "kind").any(|k| k == kind))
                .map(|t| text(t, "name").to_owned())
                .collect()
        };
        Self {
            name: text(package, "name").to_owned(),
            dir: dir
                .map(|d| d.to_string_lossy().replace('\\', "/"))
                .unwrap_or_default(),
            dependencies: list(package, "dependencies")
                .map(|d| Dependency {
                    name: text(d, "name").to_owned(),
                    dev: text(d, "kind") == "dev",
                })
                .collect(),
            tests: targets("test"),
            benches: targets("bench"),
        }
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}
