//! Pages as people see them: a picture at two widths, and axe-core's word at both.

use crate::axe::{Axe, Violation};
use crate::chromium::Chromium;
use crate::program::{Done, Failure};
use crate::workspace::Workspace;
use std::path::Path;

/// A telephone and a desk, in CSS pixels.
const WIDTHS: &[u32] = &[360, 1280];

/// No picture is taller; the rest of a longer page is read by axe-core alone.
const TALLEST: u32 = 8000;

/// Draws and audits each of `files`; the pictures stand in `target/xtask/pages/`.
///
/// # Errors
///
/// Every violation of every page, and whatever is missing to look for them.
pub(crate) fn run(workspace: &Workspace, files: &[&str]) -> Done {
    let chromium = Chromium::find(workspace)?;
    let axe = Axe::find(workspace)?;
    let pictures = workspace.scratch("pages")?;
    let mut report = String::new();
    let mut count = 0;
    for file in files {
        let file = Path::new(file);
        let stem = file
            .file_stem()
            .map(|s| s.to_string_lossy().into_owned())
            .unwrap_or_default();
        for width in WIDTHS {
            let audit = axe.audit(&chromium, file, *width)?;
            let png = pictures.join(format!("{stem}-{width}.png"));
            chromium.picture(file, &png, *width, audit.height.clamp(1, TALLEST))?;
            let (bad, good) = (audit.violations.len(), audit.passes);
            println!(
                "{} at {width}: {good} rules kept, {bad} not; {}",
                file.display(),
                shown(&png)
            );
            for violation in &audit.violations {
                count += 1;
                report.push_str(&told(file, *width, violation));
            }
        }
    }
    if count == 0 {
        return Ok(());
    }
    Err(Failure::new(format!("{count} rules of axe-core are not kept\n{report}")).counting(count))
}

/// From the folder it was called in, if it is below it.
fn shown(png: &Path) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    png.strip_prefix(here).unwrap_or(png).display().to_string()
}

fn told(file: &Path, width: u32, violation: &Violation) -> String {
    let Violation {
        id,
        impact,
        help,
        targets,
    } = violation;
    let line = format!("  {} at {width}: {id} ({impact}): {help}\n", file.display());
    targets
        .iter()
        .fold(line, |report, target| format!("{report}    {target}\n"))
}
