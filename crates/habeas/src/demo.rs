//! `habeas demo`: until there is a server, the main job on the sample docket and on real histories, as pages to look at.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use habeas_case::read::{Reader, lecard};
use habeas_case::{Assessment, Case};
use habeas_law::Law;
use habeas_page::{Language, html};

use crate::check::{assess_all, counts};
use crate::input::{law, read_files};
use crate::output::{Failure, print};

/// The instant at which the sample docket is looked at: 2026-11-24T01:00Z.
const DOCKET_AT: i64 = 1_795_482_000;

/// How to say where the project is.
const HINT: &str = "name the folder that holds `laws` and `examples` with --root";

/// Where things are.
#[derive(Debug, Args)]
pub struct Demo {
    /// The folder that holds `laws` and `examples`.
    #[arg(long, value_name = "DIR", default_value = ".")]
    root: PathBuf,
    /// Where the pages are written.
    #[arg(long, value_name = "DIR", default_value = "habeas-demo")]
    out: PathBuf,
    /// Fail unless the docket and the histories show what they are there to show.
    #[arg(long)]
    check: bool,
}

impl Demo {
    /// Writes the pages and says where they are.
    pub fn run(self) -> Result<ExitCode, Failure> {
        let law = law(&self.root.join("laws"), HINT)?;
        let (docket, left_out) = self.docket(&law)?;
        let real = self.histories(&law)?;
        let docket = assess_all(&law, &docket.iter().collect::<Vec<_>>(), DOCKET_AT);
        let real = assess_all(&law, &real.iter().collect::<Vec<_>>(), DOCKET_AT);
        std::fs::create_dir_all(&self.out).map_err(|e| Failure::File(self.out.clone(), e))?;
        let mut pages = Vec::new();
        for (name, assessments) in [("docket", &docket), ("histories", &real)] {
            for language in Language::ALL {
                let path = self.out.join(format!("{name}.{language}.html"));
                std::fs::write(&path, html::report(assessments, language, None))
                    .map_err(|e| Failure::File(path.clone(), e))?;
                pages.push(path);
            }
        }
        let address = |page: &Path| {
            std::fs::canonicalize(page).map_or_else(
                |_| page.display().to_string(),
                |p| format!("file://{}", p.display()),
            )
        };
        let mut text = String::from("Open one of these in a browser:\n");
        for page in &pages {
            text.push_str(&format!("  {}\n", address(page)));
        }
        text.push_str(&format!(
            "\nThe sample docket, as of 2026-11-24 01:00 UTC: {}\n",
            counts(&docket, Language::English)
        ));
        text.push_str(&format!(
            "The real histories, at the day of their last act: {}\n",
            counts(&real, Language::English)
        ));
        if left_out > 0 {
            text.push_str(&format!(
                "Files of the docket left out, because the law that they speak of is not here: {left_out}\n"
            ));
        }
        text.push_str("Computed from recorded acts; it cannot see what was not recorded; it is no decision and no legal advice.\n");
        print(&text)?;
        if self.check {
            return check(&docket, left_out, &real);
        }
        Ok(ExitCode::SUCCESS)
    }

    /// The cases of the docket, and how many files speak of a law that is not here.
    fn docket(&self, law: &Law) -> Result<(Vec<Case>, usize), Failure> {
        let folder = self.root.join("examples/docket");
        let missing = |e| Failure::hinted(format!("{}: {e}", folder.display()), HINT);
        let listed = std::fs::read_dir(&folder).map_err(missing)?;
        let mut files: Vec<PathBuf> = listed
            .filter_map(|entry| entry.ok().map(|e| e.path()))
            .collect();
        files.retain(|path| path.extension().is_some_and(|e| e == "jsonl"));
        let all = files.len();
        files.retain(|path| known(law, path));
        let left_out = all - files.len();
        files.sort();
        let reading = read_files(law, &files)?;
        match reading.rejects.first() {
            Some(reject) => Err(Failure::Said(reject.to_string(), reject.hint.clone())),
            None => Ok((reading.cases, left_out)),
        }
    }

    fn histories(&self, law: &Law) -> Result<Vec<Case>, Failure> {
        let folder = self.root.join("examples/real");
        let open = |name: &str| {
            let path = folder.join(name);
            std::fs::read(&path).map_err(|e| Failure::File(path, e))
        };
        let (codes, rows) = (
            open("lecardv2.codes.csv")?,
            open("cn_lecardv2_custody_days.csv")?,
        );
        if !known_acts(law, &codes) {
            return Ok(Vec::new());
        }
        let mut acts = Vec::new();
        lecard::convert(codes.as_slice(), rows.as_slice(), &mut acts)
            .map_err(|e| Failure::said(e.to_string()))?;
        let mut reader = Reader::new(law);
        reader
            .json("the real histories", BufReader::new(acts.as_slice()))
            .map_err(|e| Failure::said(e.to_string()))?;
        let reading = reader.finish();
        match reading.rejects.first() {
            Some(reject) => Err(Failure::Said(reject.to_string(), reject.hint.clone())),
            None => Ok(reading.cases),
        }
    }
}

/// A file of the docket is shown if the packs of its jurisdiction are there: its name begins with it.
fn known(law: &Law, path: &Path) -> bool {
    let name = path
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    law.packs
        .iter()
        .any(|pack| name.starts_with(&format!("{}-", pack.jurisdiction)))
}

/// Whether the packs that the codes speak of are loaded.
fn known_acts(law: &Law, codes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(codes);
    let mut acts = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split(',').nth(1))
        .map(str::trim);
    acts.all(|act| law.act_named(act).is_some())
}

/// Of a whole docket so many persons and kinds of findings are expected; of a part, somebody.
fn check(docket: &[Assessment], left_out: usize, real: &[Assessment]) -> Result<ExitCode, Failure> {
    let kinds: std::collections::BTreeSet<_> = docket
        .iter()
        .flat_map(|a| &a.findings)
        .map(|f| f.kind)
        .collect();
    let (persons, of) = if left_out == 0 { (12, 4) } else { (1, 0) };
    if docket.len() < persons || kinds.len() < of {
        return Err(Failure::said(format!(
            "the docket shows {} person(s) and {} kind(s) of findings; {persons} and {of} are expected",
            docket.len(),
            kinds.len()
        )));
    }
    if !real.is_empty() && real.len() != 67 {
        return Err(Failure::said(format!(
            "{} real histories were assessed, 67 are expected",
            real.len()
        )));
    }
    Ok(ExitCode::SUCCESS)
}
