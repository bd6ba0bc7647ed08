//! Python, for peers that are written in it: an environment of its own for each list of packages.

use crate::program::{Done, Failure, Program};
use std::fs;
use std::path::{Path, PathBuf};

/// Names under which a Python may be found, the usual one first.
const NAMES: &[&str] = &["python3", "python3.14", "python3.13", "python3.12"];

/// The Python of the environment in `venv`, in which the packages that the file `requirements` lists are installed;
/// `oldest` is the first version, such as `3.12`, that these packages take.
pub(crate) fn with(venv: &Path, requirements: &str, oldest: &str) -> Done<PathBuf> {
    let python = venv.join("bin/python");
    // What was installed is kept beside it: a changed list of versions installs anew.
    let done = venv.join("installed.txt");
    let wanted = fs::read_to_string(requirements)
        .map_err(|e| Failure::new(format!("read {requirements}: {e}")))?;
    if fs::read_to_string(&done).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let list = wanted.lines().collect::<Vec<_>>().join(" ");
    println!(
        "the peers are not here; installing {list} into {}",
        venv.display()
    );
    let hint = "python3 with `venv`, and a network or a mirror that pip knows, are needed once";
    let told = |failure: Failure| failure.hint(hint);
    Program::new(interpreter(oldest)?)
        .args(["-m", "venv", "--clear"])
        .args([venv.display().to_string()])
        .run()
        .map_err(told)?;
    Program::new(python.display().to_string())
        .args(["-m", "pip", "install", "--quiet", "--requirement"])
        .args([requirements])
        .run()
        .map_err(told)?;
    fs::write(&done, wanted).map_err(|e| Failure::new(format!("write {}: {e}", done.display())))?;
    Ok(python)
}

/// A Python that is new enough: the one that `HABEAS_PYTHON` names, or the first on the search path.
fn interpreter(oldest: &str) -> Done<String> {
    let named = std::env::var("HABEAS_PYTHON").ok();
    let names = NAMES.iter().map(|&name| name.to_owned());
    let asks = format!(
        "import sys; sys.exit(sys.version_info < ({}))",
        oldest.replace('.', ", ")
    );
    let fits = |name: &String| Program::new(name).args(["-c", &asks]).capture().is_ok();
    named.into_iter().chain(names).find(fits).ok_or_else(|| {
        Failure::new(format!(
            "look for Python {oldest} or later: none is on the search path"
        ))
        .hint("HABEAS_PYTHON names one that is elsewhere")
    })
}
