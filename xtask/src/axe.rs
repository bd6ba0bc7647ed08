//! axe-core over a page: what keeps a person from reading it with a screen reader or a small screen.
//!
//! axe-core is under MPL-2.0 and is a tool of these checks alone. npm brings the version of
//! `xtask/npm/package-lock.json`, with its hash, under cargo's target folder; nothing is shipped.

use crate::chromium::Chromium;
use crate::program::{Done, Failure, Program};
use crate::tools;
use crate::workspace::Workspace;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

/// What was found on one page at one width.
#[derive(Debug)]
pub(crate) struct Audit {
    pub(crate) violations: Vec<Violation>,
    /// Rules of axe-core that looked at something and found it good.
    pub(crate) passes: u64,
    /// Height of the whole page in CSS pixels.
    pub(crate) height: u32,
}

/// One rule that one page does not keep.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Violation {
    /// axe-core's name of the rule, or `page-too-wide` of our own.
    pub(crate) id: String,
    /// How much it hinders: minor, moderate, serious, critical.
    pub(crate) impact: String,
    pub(crate) help: String,
    /// CSS selectors of the elements.
    pub(crate) targets: Vec<String>,
}

/// An installed axe-core.
#[derive(Debug)]
pub(crate) struct Axe {
    script: PathBuf,
    scratch: PathBuf,
}

/// The answer stands in the outer document between these.
const BEGIN: &str = "<script type=\"application/json\" id=\"audit\">";
const END: &str = "</script>";

/// Runs within the page, after everything else in it.
const INNER: &str = "\
addEventListener('load', () => axe.run(document, {resultTypes: ['violations']}).then(found => {
  const page = document.documentElement;
  const rule = v => ({id: v.id, impact: v.impact, help: v.help,
    targets: v.nodes.map(n => n.target.flat().join(' '))});
  parent.postMessage({violations: found.violations.map(rule), passes: found.passes.length,
    width: page.scrollWidth, height: page.scrollHeight}, '*');
}, error => parent.postMessage({error: String(error)}, '*')));";

/// Runs in the outer page and writes down what the inner one says.
const OUTER: &str = "\
addEventListener('message', said => {
  const script = document.createElement('script');
  script.type = 'application/json';
  script.id = 'audit';
  script.textContent = JSON.stringify(said.data).replaceAll('<', '\\\\u003c');
  document.head.append(script);
});";

impl Axe {
    /// Finds axe-core, or installs it with npm.
    ///
    /// # Errors
    ///
    /// Where npm is missing and cannot be installed: the line to type as root.
    pub(crate) fn find(workspace: &Workspace) -> Done<Self> {
        let dir = workspace.scratch("npm")?;
        let scratch = workspace.scratch("axe")?;
        let script = dir.join("node_modules/axe-core/axe.min.js");
        let lock = fs::read(workspace.root.join("xtask/npm/package-lock.json")).ok();
        let installed = fs::read(dir.join("package-lock.json")).ok();
        if lock.is_some() && lock == installed && script.is_file() {
            return Ok(Self { script, scratch });
        }
        let npm = tools::debian("npm", &["npm"])?;
        for name in ["package.json", "package-lock.json"] {
            let from = workspace.root.join("xtask/npm").join(name);
            fs::copy(&from, dir.join(name))
                .map_err(|e| Failure::new(format!("copy {}: {e}", from.display())))?;
        }
        println!("axe-core is not here; installing it with npm ci");
        Program::new(npm.to_string_lossy())
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .dir(&dir)
            .capture()?;
        if script.is_file() {
            return Ok(Self { script, scratch });
        }
        Err(Failure::new(format!(
            "npm ci succeeded, but {} is not there",
            script.display()
        )))
    }

    /// Looks at a copy of the self-contained page `html`, in a frame `width` CSS pixels wide.
    ///
    /// A content security policy that stands in the page is left out of the copy: it would, rightly,
    /// keep axe-core out.
    pub(crate) fn audit(&self, chromium: &Chromium, html: &Path, width: u32) -> Done<Audit> {
        let text = fs::read_to_string(html)
            .map_err(|e| Failure::new(format!("read {}: {e}", html.display())))?;
        let inner = self.scratch.join("inner.html");
        let outer = self.scratch.join("outer.html");
        let script = format!("file://{}", self.script.display());
        let frame = format!(
            "<!doctype html><title>frame</title><script>{OUTER}</script>\
             <iframe src='inner.html' width='{width}' height='1000' style='border:0'></iframe>"
        );
        let write = |path: &Path, text: &str| {
            fs::write(path, text)
                .map_err(|e| Failure::new(format!("write {}: {e}", path.display())))
        };
        write(&inner, &with_script(&without_policy(&text), &script))?;
        write(&outer, &frame)?;
        let document = chromium.document(&outer)?;
        read(&document, width).map_err(|what| {
            Failure::new(format!("look at {} with axe-core: {what}", html.display()))
        })
    }
}

/// The page with axe-core and the inner script at its end.
fn with_script(page: &str, axe: &str) -> String {
    let (body, rest) = page
        .rfind("</body>")
        .map_or((page, ""), |at| page.split_at(at));
    format!("{body}<script src='{axe}'></script><script>{INNER}</script>{rest}")
}

/// The page without `<meta http-equiv="Content-Security-Policy" …>`.
fn without_policy(page: &str) -> String {
    let lower = page.to_ascii_lowercase();
    let mut out = String::with_capacity(page.len());
    let mut at = 0;
    for (start, _) in lower.match_indices("<meta") {
        let end = lower
            .get(start..)
            .and_then(|tag| tag.find('>'))
            .map(|end| start + end + 1);
        let Some(end) = end.filter(|_| start >= at) else {
            continue;
        };
        if lower
            .get(start..end)
            .is_some_and(|tag| tag.contains("content-security-policy"))
        {
            out.push_str(page.get(at..start).unwrap_or_default());
            at = end;
        }
    }
    out.push_str(page.get(at..).unwrap_or_default());
    out
}

/// Reads the answer out of the outer document.
fn read(document: &str, width: u32) -> Result<Audit, String> {
    let answer = document
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END));
    let (answer, _) = answer.ok_or("it gave no answer")?;
    let answer: Value = serde_json::from_str(answer).map_err(|e| format!("its answer: {e}"))?;
    if let Some(error) = answer.get("error") {
        return Err(error.to_string());
    }
    let number = |key: &str| answer.get(key).and_then(Value::as_u64).unwrap_or_default();
    let found = answer.get("violations").and_then(Value::as_array);
    let mut violations: Vec<Violation> = found.into_iter().flatten().map(violation).collect();
    if number("width") > u64::from(width) {
        violations.push(Violation {
            id: "page-too-wide".into(),
            impact: "serious".into(),
            help: format!(
                "{} pixels in a window of {width}: no scrolling sideways",
                number("width")
            ),
            targets: Vec::new(),
        });
    }
    if number("passes") == 0 {
        return Err("it found nothing to look at".to_owned());
    }
    let height = u32::try_from(number("height")).map_err(|e| e.to_string())?;
    Ok(Audit {
        violations,
        passes: number("passes"),
        height,
    })
}

fn violation(value: &Value) -> Violation {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let field = |key: &str| value.get(key).map(text).unwrap_or_default();
    let targets = value.get("targets").and_then(Value::as_array);
    Violation {
        id: field("id"),
        impact: field("impact"),
        help: field("help"),
        targets: targets.into_iter().flatten().map(text).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_is_left_out_of_the_copy() {
        let page = "<head><meta charset=utf-8><META http-equiv=\"Content-Security-Policy\" \
                    content=\"default-src 'none'\"><title>拘留</title></head>";
        let kept = without_policy(page);
        assert_eq!(kept, "<head><meta charset=utf-8><title>拘留</title></head>");
    }

    #[test]
    fn the_script_stands_at_the_end_of_the_body() {
        let page = with_script("<body>a</body></html>", "x.js");
        assert!(page.starts_with("<body>a<script src='x.js'>") && page.ends_with("</body></html>"));
    }

    #[test]
    fn an_answer_is_read_and_a_wide_page_is_a_violation() {
        let answer = r#"{"violations":[{"id":"image-alt","impact":"critical","help":"h",
            "targets":["img"]}],"passes":3,"width":700,"height":900}"#;
        let audit = read(&format!("{BEGIN}{answer}{END}"), 360).unwrap();
        let ids: Vec<&str> = audit.violations.iter().map(|v| v.id.as_str()).collect();
        assert_eq!(
            (ids, audit.height),
            (vec!["image-alt", "page-too-wide"], 900)
        );
        assert_eq!(read("<html></html>", 360).unwrap_err(), "it gave no answer");
    }
}
