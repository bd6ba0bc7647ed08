//! Living peers: our log and witness, and those of another house, talk to each other on loopback.

use crate::program::{Done, Program};
use crate::python;
use crate::workspace::Workspace;
use std::path::Path;

const SCRIPT: &str = "peers/ledger.py";
const REQUIREMENTS: &str = "peers/requirements.txt";

pub(crate) fn run(workspace: &Workspace, habeas: &Path) -> Done {
    let python = python::with(
        &workspace.root.join("target/peers-venv"),
        REQUIREMENTS,
        "3.12",
    )?;
    let scratch = workspace.scratch("peers")?;
    Program::new(python.display().to_string())
        .args([SCRIPT, &habeas.to_string_lossy()])
        .args([scratch.display().to_string()])
        .run()
}
