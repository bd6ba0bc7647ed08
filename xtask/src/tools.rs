//! Tools that the checks need: found, installed where that can be done, else told how.
//!
//! A tool that is missing fails the run. No check is skipped because its tool is not there.

use crate::program::{Done, Failure, Program};
use std::path::{Path, PathBuf};

/// The version that the checks were written against.
const CARGO_DENY: &str = "0.20.2";

/// Where `name` is found on the search path.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|dir| dir.join(name))
        .find(|file| file.is_file())
}

/// Installs cargo-deny into cargo's own folder if it is not there. Needs no root.
pub(crate) fn cargo_deny() -> Done {
    if Program::cargo()
        .args(["deny", "--version"])
        .capture()
        .is_ok()
    {
        return Ok(());
    }
    let install = Program::cargo().args(["install", "--locked", "cargo-deny"]);
    let install = install.args(["--version", CARGO_DENY]);
    println!("cargo-deny is not here; installing it (some minutes): {install}");
    install.run()
}

/// Installs Debian packages if `program` is not on the search path.
///
/// # Errors
///
/// Without root, or where there is no `apt-get`: the line to type.
pub(crate) fn debian(program: &str, packages: &[&str]) -> Done<PathBuf> {
    if let Some(found) = on_path(program) {
        return Ok(found);
    }
    install(program, packages)?;
    on_path(program).ok_or_else(|| {
        Failure::new(format!(
            "{} were installed, but `{program}` is still not on the search path",
            packages.join(" ")
        ))
    })
}

/// Installs Debian packages for the sake of `what`, or says which line does.
fn install(what: &str, packages: &[&str]) -> Done {
    let line = format!(
        "apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    if on_path("apt-get").is_none() || !root()? {
        let missing = Failure::new(format!("look for `{what}`: it is not installed"));
        return Err(missing.hint(format!("as root: {line}")));
    }
    println!("{what} is not here; installing it: {line}");
    let apt = || Program::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive");
    apt().args(["update", "--quiet"]).capture()?;
    apt().args(line.split(' ').skip(1)).capture().map(drop)
}

/// Installs PostgreSQL's server if no version of it is here. Debian keeps its programs off the search path.
pub(crate) fn postgresql() -> Done {
    let versions = Path::new("/usr/lib/postgresql");
    let mut versions = std::fs::read_dir(versions).into_iter().flatten().flatten();
    if versions.any(|version| version.path().join("bin/initdb").is_file())
        || on_path("initdb").is_some()
    {
        return Ok(());
    }
    // Of the package's programs this one is on the search path.
    debian("pg_createcluster", &["postgresql", "postgresql-client"]).map(drop)
}

/// Installs pgaudit for the newest PostgreSQL that is here.
pub(crate) fn pgaudit() -> Done {
    postgresql()?;
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter();
    let versions = versions.flatten().flatten().filter_map(|version| {
        let number: u32 = version.file_name().to_str()?.parse().ok()?;
        Some((number, version.path()))
    });
    let (version, folder) = versions.max().ok_or_else(|| {
        Failure::new("look for pgaudit: PostgreSQL is not where Debian puts it")
            .hint("install pgaudit for it, and the benchmark finds it")
    })?;
    if folder.join("lib/pgaudit.so").is_file() {
        return Ok(());
    }
    // It has no program: the library is looked for again when PostgreSQL loads it.
    install("pgaudit", &[&format!("postgresql-{version}-pgaudit")])
}

fn root() -> Done<bool> {
    Ok(Program::new("id").args(["-u"]).capture()?.trim() == "0")
}
