//! A disk so small that it fills up.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A file system in memory, mounted on a folder until this is dropped.
pub struct Small {
    folder: PathBuf,
}

impl Small {
    /// `None` where nobody lets us mount.
    pub fn mount(folder: &Path, kilobytes: u32, owner: Option<(u32, u32)>) -> Option<Self> {
        let owner = owner.map_or(String::new(), |(user, group)| {
            format!(",uid={user},gid={group}")
        });
        let options = format!("size={kilobytes}k,mode=0700{owner}");
        let place = folder.to_string_lossy();
        let tell = ["-t", "tmpfs", "-o", &options, "habeas-bench", &place];
        said("mount", &tell).then(|| Self {
            folder: folder.to_owned(),
        })
    }

    /// Room again, with all that is there.
    pub fn enlarge(&self) {
        let place = self.folder.to_string_lossy();
        assert!(
            said("mount", &["-o", "remount,size=256m", &place]),
            "remount"
        );
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        // With `-l`: a process that still ends holds it.
        said("umount", &["-l", &self.folder.to_string_lossy()]);
    }
}

fn said(program: &str, tell: &[&str]) -> bool {
    let mut command = Command::new(program);
    let command = command.args(tell).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
