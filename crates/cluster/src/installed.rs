//! Where PostgreSQL is installed, and as whom it runs.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result, system};

/// Debian puts each version's programs here, and only some of them on the search path.
const DEBIAN: &str = "/usr/lib/postgresql";

/// What is asked of them.
const PROGRAMS: &[&str] = &["initdb", "pg_ctl", "pg_isready", "postgres", "psql"];

/// The folder with all of [`PROGRAMS`]: one of the search path, or the newest of Debian's.
pub(crate) fn programs() -> Result<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    folders.extend(versions());
    let lacks = |folder: &PathBuf| {
        let mut all = PROGRAMS.iter().copied();
        all.find(|program| !folder.join(program).is_file())
    };
    let found = folders.into_iter().find(|folder| lacks(folder).is_none());
    let all = PROGRAMS.join(", ");
    found.ok_or(Error::Missing { programs: all })
}

fn versions() -> Vec<PathBuf> {
    let entries = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions
        .into_iter()
        .rev()
        .map(|(_, folder)| folder)
        .collect()
}

/// User and group.
pub(crate) type Owner = (u32, u32);

/// As whom PostgreSQL is to run where we are root, which it refuses; `None` as ourselves.
pub(crate) fn owner() -> Result<Option<Owner>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    let users = fs::read_to_string(Path::new("/etc/passwd")).map_err(system("read /etc/passwd"))?;
    let found = ["postgres", "nobody"]
        .iter()
        .find_map(|name| user(&users, name));
    found.map(Some).ok_or(Error::NoUser)
}

fn user(users: &str, name: &str) -> Option<Owner> {
    let line = users
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut numbers = line.split(':').skip(2).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_read_whole() {
        let users = "postgresql:x:7:7::/:/bin/sh\npostgres:x:101:104:admin:/var/lib:/bin/bash\n";
        assert_eq!(user(users, "postgres"), Some((101, 104)));
        assert_eq!(user(users, "nobody"), None);
    }
}
