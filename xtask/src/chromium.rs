//! Headless Chromium: a page as a picture, and a page as it stands after its scripts ran.

use crate::program::{Done, Failure, Program};
use crate::tools;
use crate::workspace::Workspace;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Debian's Chromium and a small font with Chinese letters, without which pictures show boxes.
const PACKAGES: &[&str] = &["chromium", "fonts-wqy-microhei"];

/// Neither a sandbox, which containers lack, nor a word to the network.
const FLAGS: &[&str] = &[
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
];

/// A page that is not drawn by then hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// An installed Chromium with a place for what it leaves behind.
#[derive(Debug)]
pub(crate) struct Chromium {
    program: PathBuf,
    scratch: PathBuf,
}

impl Chromium {
    /// Finds Chromium, or installs it.
    ///
    /// # Errors
    ///
    /// Where it is missing and cannot be installed: the line to type as root.
    pub(crate) fn find(workspace: &Workspace) -> Done<Self> {
        let program = tools::debian("chromium", PACKAGES)?;
        Ok(Self {
            program,
            scratch: workspace.scratch("chromium")?,
        })
    }

    /// Draws `html` into `png`, `width` by `height` CSS pixels.
    pub(crate) fn picture(&self, html: &Path, png: &Path, width: u32, height: u32) -> Done {
        let shot = format!("--screenshot={}", png.display());
        self.open(html, &[&shot, &format!("--window-size={width},{height}")])?;
        if png.is_file() {
            return Ok(());
        }
        Err(Failure::new(format!(
            "draw {}: Chromium wrote no picture",
            html.display()
        )))
    }

    /// The document of `html` after its scripts ran, as text.
    ///
    /// The window is 1600 pixels wide: Chromium lays out no window narrower than 500, so that a
    /// narrow page is looked at in a frame. Timers run on virtual time, 20 seconds of it at most.
    pub(crate) fn document(&self, html: &Path) -> Done<String> {
        let args = [
            "--window-size=1600,1200",
            "--virtual-time-budget=20000",
            "--dump-dom",
        ];
        let out = self.open(html, &args)?;
        std::fs::read_to_string(&out)
            .map_err(|e| Failure::new(format!("read what Chromium wrote: {}: {e}", out.display())))
    }

    /// Opens a page in a new profile and returns the file that holds Chromium's output.
    fn open(&self, html: &Path, args: &[&str]) -> Done<PathBuf> {
        let profile = self.scratch.join(format!("profile-{}", std::process::id()));
        let out = self
            .scratch
            .join(format!("out-{}.html", std::process::id()));
        let html = std::path::absolute(html)
            .map_err(|e| Failure::new(format!("find {}: {e}", html.display())))?;
        let result = Program::new(self.program.to_string_lossy())
            .args(FLAGS.iter().chain(args).copied())
            .args([format!("--user-data-dir={}", profile.display())])
            .args([format!("file://{}", html.display())])
            .run_within(LIMIT, &out);
        // The profile is worth nothing; what cannot be removed is removed with the target folder.
        let _ = std::fs::remove_dir_all(&profile);
        result.map(|()| out)
    }
}
