//! Writes the pages and texts of the tests' hand-built assessments into a folder, to be looked at.
//!
//! `cargo run -p habeas-page --example fixture -- FOLDER`, then `cargo xtask page FOLDER/*.html`.

#[path = "../tests/fixture/mod.rs"]
mod fixture;

use habeas_page::{Language, html, text};
use std::path::Path;

fn main() -> std::io::Result<()> {
    let folder = std::env::args().nth(1);
    let folder = folder.unwrap_or_else(|| "target/pages".to_owned());
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    let full = fixture::full();
    let empty = fixture::empty("2026-114");
    let all = [full.clone(), fixture::hours(), fixture::floating(), empty];
    for language in Language::ALL {
        let write = |name: &str, text: String| {
            let ending = if text.starts_with('<') { "html" } else { "txt" };
            std::fs::write(folder.join(format!("{name}.{language}.{ending}")), text)
        };
        let written = Some("2026-11-30 10:05");
        write("many", html::report(&all, language, written))?;
        let one = std::slice::from_ref(&full);
        write("full", html::report(one, language, None))?;
        write("table", text::table(&full, language))?;
        write("explain", text::explain(&full, language))?;
    }
    Ok(())
}
