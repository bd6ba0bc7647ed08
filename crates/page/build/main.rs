//! Turns the messages of `i18n/` into methods of `Frame`, and refuses files that do not match.
//!
//! A message that is missing, or called without one of its variables, does not compile; one that
//! nobody calls is dead code. Both languages have the same messages with the same variables.

mod messages;

use std::error::Error;
use std::path::Path;
use std::{env, fs};

/// The first file gives the order of arguments and the documentation.
const FILES: [&str; 2] = ["i18n/en.ftl", "i18n/zh-Hans.ftl"];

#[expect(clippy::print_stdout, reason = "cargo reads it")]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build");
    let [first, second] = FILES;
    let read = |file| {
        println!("cargo::rerun-if-changed={file}");
        let text = fs::read_to_string(file).map_err(|e| format!("read {file}: {e}"))?;
        messages::messages(file, &text)
    };
    let (first, second) = (read(first)?, read(second)?);
    messages::agree(FILES, &first, &second)?;
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("frame.rs"), messages::methods(&first)?)?;
    Ok(())
}
