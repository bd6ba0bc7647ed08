//! The page that verifies receipts, against the program: the same files, good and spoilt, must come out the same in both.

use crate::chromium::Chromium;
use crate::page;
use crate::program::{Done, Failure, Program};
use crate::steps::Passed;
use crate::workspace::Workspace;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::time::Instant;

const PAGE: &str = "docs/verify/verify.html";
const VECTORS: &str = "crates/ledger/tests/vectors/tlog_proof_vectors.json";
const RECEIPTS: &str = "crates/habeas/tests/receipts";

/// How many places of each receipt and policy are spoilt, one at a time.
const SPOILT: usize = 120;

/// The answers stand in the document between these.
const BEGIN: &str = "<script type=\"application/json\" id=\"answers\">";
const END: &str = "</script>";

/// Runs within a copy of the page, after its own script.
const ASK: &str = "\
(async () => {
  const answers = [];
  for (const {receipt, policy, keys, entry} of JSON.parse(document.getElementById('cases').textContent)) {
    const given = {receipt: utf8(receipt), policy: utf8(policy), keys, entry: entry === null ? null : utf8(entry)};
    answers.push(await verify(given).catch(error => error instanceof Refused ? null : String(error)));
  }
  const script = document.createElement('script');
  script.type = 'application/json';
  script.id = 'answers';
  script.textContent = JSON.stringify(answers).replaceAll('<', '\\\\u003c');
  document.head.append(script);
})();";

/// One receipt with what it is verified against.
#[derive(Clone)]
struct Case {
    receipt: String,
    policy: String,
    keys: Vec<String>,
    entry: Option<String>,
    /// What the vectors say, where they say it.
    holds: Option<bool>,
}

/// Verifies each case by the program and by the page, and compares; then looks at the page with an answer in both languages.
pub(crate) fn run(workspace: &Workspace, habeas: &Program) -> Done<Passed> {
    let scratch = workspace.scratch("receipts")?;
    let cases = cases(&workspace.root)?;
    let source = read(&workspace.root.join(PAGE))?;
    let chromium = Chromium::find(workspace)?;
    let answers = asked(&chromium, &source, &cases, &scratch)?;
    if answers.len() != cases.len() {
        return Err(Failure::new("the page did not answer every case"));
    }
    let (mut held, mut wrong) = (0, Vec::new());
    for (number, (case, page)) in cases.iter().zip(&answers).enumerate() {
        let program = told(habeas, case, &scratch)?;
        let quorum = program.get("quorum") == Some(&Value::Bool(true));
        held += usize::from(!program.is_null());
        if program != *page || case.holds.is_some_and(|holds| holds != quorum) {
            wrong.push(format!("case {number}: program {program}, page {page}"));
        }
    }
    if !wrong.is_empty() {
        let count = wrong.len();
        let report = format!("{count} receipts come out otherwise:\n{}", wrong.join("\n"));
        return Err(Failure::new(report).counting(count));
    }
    look(workspace, &source, &cases, &scratch)?;
    let note = format!("receipts alike in program and page, {held} of them hold");
    Ok(Passed::many(cases.len(), note))
}

/// How often the page verifies one receipt when it is timed.
const TIMED: usize = 1000;

/// Milliseconds that the page takes for the receipt in `folder`, from its text on: a page that verifies it many times against one that
/// does so once. Within the page no clock can tell, since Chromium runs it on virtual time.
#[expect(clippy::disallowed_methods, reason = "it measures")]
pub(crate) fn timed(workspace: &Workspace, folder: &Path) -> Done<f64> {
    let case = Case {
        receipt: read(&folder.join("receipt"))?,
        policy: read(&folder.join("policy"))?,
        keys: vec![read(&folder.join("document.vkey"))?],
        entry: None,
        holds: Some(true),
    };
    let source = read(&workspace.root.join(PAGE))?;
    let chromium = Chromium::find(workspace)?;
    let scratch = workspace.scratch("receipts")?;
    let mut seconds = [Vec::new(), Vec::new()];
    for _ in 0..5 {
        for (all, times) in seconds.iter_mut().zip([1, TIMED]) {
            let began = Instant::now();
            let answers = asked(&chromium, &source, &vec![case.clone(); times], &scratch)?;
            all.push(began.elapsed().as_secs_f64());
            let quorum = |answer: &Value| answer.get("quorum") == Some(&Value::Bool(true));
            if answers.len() != times || !answers.iter().all(quorum) {
                return Err(Failure::new(
                    "verify a receipt in Chromium: it does not hold",
                ));
            }
        }
    }
    let middle = |all: &mut Vec<f64>| {
        all.sort_by(f64::total_cmp);
        all.get(all.len() / 2).copied().unwrap_or(f64::NAN)
    };
    let [once, often] = &mut seconds;
    Ok((middle(often) - middle(once)) * 1e3 / (TIMED - 1) as f64)
}

/// What the page says of all cases, in their order.
fn asked(chromium: &Chromium, source: &str, cases: &[Case], scratch: &Path) -> Done<Vec<Value>> {
    let given: Vec<Value> = cases.iter().map(Case::json).collect();
    let script = format!(
        "<script type='application/json' id='cases'>{}</script><script>{ASK}</script>",
        escaped(&Value::from(given))
    );
    let path = scratch.join("asked.html");
    write(
        &path,
        &source.replace("</body>", &format!("{script}</body>")),
    )?;
    let document = chromium.document(&path)?;
    let answers = document
        .split_once(BEGIN)
        .and_then(|(_, rest)| rest.split_once(END))
        .and_then(|(answers, _)| serde_json::from_str(answers).ok());
    answers.ok_or_else(|| Failure::new("verify receipts in Chromium: the page gave no answer"))
}

/// What the program says, `null` if the receipt does not hold.
fn told(habeas: &Program, case: &Case, scratch: &Path) -> Done<Value> {
    let [receipt, policy, entry] = ["receipt", "policy", "entry"].map(|name| scratch.join(name));
    write(&receipt, &case.receipt)?;
    write(&policy, &case.policy)?;
    let mut program = habeas
        .clone()
        .args(["verify", "--json", &receipt.to_string_lossy()])
        .args(["--policy", &policy.to_string_lossy()]);
    for key in &case.keys {
        program = program.args(["--document-key", key]);
    }
    if let Some(text) = &case.entry {
        write(&entry, text)?;
        program = program.args(["--entry", &entry.to_string_lossy()]);
    }
    match program.answer()? {
        (Some(0 | 1), said) => serde_json::from_str(&said)
            .map_err(|e| Failure::new(format!("read what `{program}` says: {e}"))),
        (Some(2), said) if said.is_empty() => Ok(Value::Null),
        (status, _) => Err(Failure::new(format!("`{program}` ended with {status:?}"))),
    }
}

/// Pictures and accessibility of the page, empty and with an answer.
fn look(workspace: &Workspace, source: &str, cases: &[Case], scratch: &Path) -> Done {
    let mut pages = vec![workspace.root.join(PAGE)];
    for language in ["en", "zh"] {
        let path = scratch.join(format!("receipt-{language}.html"));
        let shown = cases.iter().find(|case| !case.keys.is_empty());
        let given = escaped(&shown.map(Case::json).unwrap_or_default());
        let script = format!(
            "<script>language = '{language}'; speak(); const {{receipt, policy, keys}} = {given};
             run({{receipt: utf8(receipt), policy: utf8(policy), keys}});</script>"
        );
        write(
            &path,
            &source.replace("</body>", &format!("{script}</body>")),
        )?;
        pages.push(path);
    }
    let pages: Vec<String> = pages
        .iter()
        .map(|p| p.to_string_lossy().into_owned())
        .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    page::run(workspace, &pages)
}

impl Case {
    fn json(&self) -> Value {
        let Self {
            receipt,
            policy,
            keys,
            entry,
            ..
        } = self;
        json!({"receipt": receipt, "policy": policy, "keys": keys, "entry": entry})
    }
}

/// Receipts of the vectors and of the program's tests, and all of them spoilt.
fn cases(root: &Path) -> Done<Vec<Case>> {
    let folder = root.join(RECEIPTS);
    let policy = read(&folder.join("policy"))?;
    let key = read(&folder.join("document.vkey"))?.trim_end().to_owned();
    let mut cases = Vec::new();
    for name in ["enough", "all", "few", "kind", "nothing"] {
        let receipt = read(&folder.join(format!("{name}.receipt")))?;
        for keys in [vec![key.clone()], Vec::new()] {
            let policy = policy.clone();
            let receipt = receipt.clone();
            cases.push(Case {
                receipt,
                policy,
                keys,
                entry: None,
                holds: None,
            });
        }
    }
    let enough = cases.first().cloned();
    for case in enough.iter() {
        for receipt in spoilt(&case.receipt) {
            cases.push(Case {
                receipt,
                ..case.clone()
            });
        }
        for policy in spoilt(&case.policy) {
            cases.push(Case {
                policy,
                ..case.clone()
            });
        }
        for key in spoilt(&key) {
            cases.push(Case {
                keys: vec![key],
                ..case.clone()
            });
        }
    }
    let file: Value = serde_json::from_str(&read(&root.join(VECTORS))?)
        .map_err(|e| Failure::new(format!("read {VECTORS}: {e}")))?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let described = file.get("policy").unwrap_or(&Value::Null);
    let field = |value: &Value, name: &str| value.get(name).cloned().unwrap_or_default();
    let mut policy = format!("log {}\n", text(&field(described, "log_vkey")));
    for (number, key) in list(&field(described, "witness_vkeys")).iter().enumerate() {
        policy.push_str(&format!("witness w{number} {}\n", text(key)));
    }
    policy.push_str("group all-of-them 2 w0 w1 w2\nquorum all-of-them\n");
    for (name, holds) in [("complete", true), ("must_fail", false)] {
        for one in list(&field(&file, name)) {
            let case = Case {
                receipt: text(&field(&one, "proof")),
                policy: policy.clone(),
                keys: Vec::new(),
                entry: Some(text(&field(&one, "entry"))),
                holds: Some(holds),
            };
            let bad = spoilt(&case.receipt);
            cases.push(case.clone());
            cases.extend(bad.map(|receipt| Case {
                receipt,
                holds: None,
                ..case.clone()
            }));
        }
    }
    Ok(cases)
}

/// Texts of which each differs at one place: another letter, a line left out, a line twice.
fn spoilt(text: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = text.chars().collect();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let step = (letters.len() / SPOILT).max(1);
    let mut all = Vec::new();
    for at in (0..letters.len()).step_by(step) {
        let other = |c: char| match c {
            '\n' => ' ',
            'A'..='Y' | 'a'..='y' | '0'..='8' => char::from_u32(u32::from(c) + 1).unwrap_or(c),
            _ => 'A',
        };
        let changed = letters.iter().enumerate();
        all.push(
            changed
                .map(|(n, c)| if n == at { other(*c) } else { *c })
                .collect(),
        );
    }
    for at in 0..lines.len() {
        let times = |count: usize| {
            let repeated = lines.iter().enumerate();
            repeated
                .map(|(n, line)| line.repeat(if n == at { count } else { 1 }))
                .collect()
        };
        all.extend([times(0), times(2)]);
    }
    all.into_iter()
}

/// JSON that ends no script.
fn escaped(value: &Value) -> String {
    value.to_string().replace('<', "\\u003c")
}

fn read(path: &Path) -> Done<String> {
    fs::read_to_string(path).map_err(|e| Failure::new(format!("read {}: {e}", path.display())))
}

fn write(path: &Path, text: &str) -> Done {
    fs::write(path, text).map_err(|e| Failure::new(format!("write {}: {e}", path.display())))
}
