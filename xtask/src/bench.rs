//! Long measurements and proofs that no quick run makes.

use crate::program::{Done, Failure, Program};
use crate::python;
use crate::workspace::Workspace;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Random starts in the long form of the oracle.
pub(crate) const LONG_ORACLE: u64 = 10_000_000;
/// Generated cases of `bench case` unless told.
pub(crate) const CASES: u64 = 1_000_000;

const PACKAGE: &str = "habeas-case";
const PEERS: &str = "bench/case/peers.py";
const REQUIREMENTS: &str = "bench/case/requirements.txt";

/// Writes the acts of generated cases as JSON Lines.
pub(crate) fn generate(cases: u64, file: &str) -> Done {
    // The benchmark runs in the folder of its package.
    let file = std::path::absolute(file)
        .map_err(|e| Failure::new(format!("find the place of {file}: {e}")))?;
    Program::cargo()
        .args(["bench", "--locked", "--package", PACKAGE, "--bench", "case"])
        .env("HABEAS_BENCH_CASES", cases.to_string())
        .env("HABEAS_BENCH_ACTS", file.display().to_string())
        .run()
}

/// Measures our own figures and those of the peers on the same cases, in one run and one table.
pub(crate) fn case(workspace: &Workspace, cases: u64) -> Done {
    if cases == 0 {
        return Err(Failure::new("measure 0 cases: there is nothing to measure"));
    }
    let benched = workspace
        .crates
        .iter()
        .any(|c| c.name == PACKAGE && c.benches.contains(&"case".into()));
    if !benched {
        return Err(
            Failure::new(format!("{PACKAGE} has no benchmark target `case`"))
                .hint("[[bench]] name = \"case\", harness = false, and benches/case/main.rs"),
        );
    }
    let folder = workspace.root.join("target/bench/case");
    fs::create_dir_all(&folder)
        .map_err(|e| Failure::new(format!("make {}: {e}", folder.display())))?;
    let python = python::with(
        &workspace.root.join("target/bench-venv"),
        REQUIREMENTS,
        "3.11",
    )?;
    let before = load();
    Program::cargo()
        .args(["bench", "--locked", "--package", PACKAGE, "--bench", "case"])
        .env("HABEAS_BENCH_CASES", cases.to_string())
        .env("HABEAS_BENCH_EXPORT", folder.display().to_string())
        .run()?;
    for command in ["convert", "duckdb", "pandas", "compare"] {
        Program::new(python.display().to_string())
            .args([PEERS, command])
            .args([folder.display().to_string()])
            .run()?;
    }
    println!("\n{}", table(&rows(&folder)?));
    println!("load of the machine before {before}, after {}", load());
    Ok(())
}

/// Load averages over 1, 5 and 15 minutes, where the system tells them.
pub(crate) fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let averages: Vec<&str> = text.split(' ').take(3).collect();
    if averages.len() == 3 {
        averages.join(" ")
    } else {
        "unknown".into()
    }
}

/// One line of the table.
#[derive(Debug, PartialEq)]
struct Row {
    engine: String,
    computes: String,
    cases: f64,
    cpu: f64,
    wall: f64,
    peak: Option<f64>,
}

impl Row {
    fn read(value: &Value) -> Option<Self> {
        let number = |key: &str| value.get(key).and_then(Value::as_f64);
        let text = |key: &str| value.get(key).and_then(Value::as_str).map(str::to_owned);
        Some(Self {
            engine: text("engine")?,
            computes: text("computes")?,
            cases: number("cases")?,
            cpu: number("cpu")?,
            wall: number("wall")?,
            peak: number("peak_mb"),
        })
    }

    /// Microseconds of CPU a case.
    fn each(&self) -> f64 {
        self.cpu * 1e6 / self.cases
    }
}

/// Ours as the bench wrote them, then each peer, computing and reading apart.
fn rows(folder: &Path) -> Done<Vec<Row>> {
    let read = |name: &str| -> Done<Value> {
        let file = folder.join(name);
        let text = fs::read_to_string(&file).map_err(|e| e.to_string());
        text.and_then(|text| serde_json::from_str(&text).map_err(|e| e.to_string()))
            .map_err(|e| Failure::new(format!("read {}: {e}", file.display())))
    };
    let mut values: Vec<Value> = Vec::new();
    if let Some(Value::Array(ours)) = read("ours.json")?.get("rows") {
        values.extend(ours.iter().cloned());
    }
    for peer in ["duckdb.json", "pandas.json"] {
        let computing = read(peer)?;
        let mut loading = computing.clone();
        if let (Some(row), Some(load)) = (loading.as_object_mut(), computing.get("load")) {
            row.insert("computes".into(), "reading alone, Parquet".into());
            row.remove("peak_mb");
            for key in ["cpu", "wall"] {
                row.insert(key.into(), load.get(key).cloned().unwrap_or_default());
            }
        }
        values.extend([computing, loading]);
    }
    let rows: Option<Vec<Row>> = values.iter().map(Row::read).collect();
    rows.filter(|rows| rows.iter().any(|row| row.computes == SAME))
        .ok_or_else(|| {
            Failure::new(format!(
                "read the figures in {}: a key is missing",
                folder.display()
            ))
        })
}

/// What every engine computes: the line to which all are compared.
const SAME: &str = "nine deadlines";

/// The table in Markdown, so that it can be pasted.
fn table(rows: &[Row]) -> String {
    let ours = rows.iter().find(|row| row.computes == SAME).map(Row::each);
    let mut lines = vec![
        [
            "engine",
            "what",
            "cases",
            "CPU s",
            "wall s",
            "cases/s",
            "CPU us/case",
            "peak MB",
            "CPU, ours = 1",
        ]
        .map(str::to_owned),
    ];
    lines.extend(rows.iter().map(|row| {
        [
            row.engine.clone(),
            row.computes.clone(),
            format!("{:.0}", row.cases),
            format!("{:.2}", row.cpu),
            format!("{:.2}", row.wall),
            format!("{:.0}", row.cases / row.wall),
            format!("{:.1}", row.each()),
            row.peak
                .map_or_else(String::new, |peak| format!("{peak:.0}")),
            ours.map_or_else(String::new, |ours| format!("{:.2}", row.each() / ours)),
        ]
    }));
    let widths: Vec<usize> = (0..9)
        .map(|n| {
            lines
                .iter()
                .filter_map(|line| line.get(n))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        for (n, (cell, width)) in line.iter().zip(&widths).enumerate() {
            let padded = if n < 2 {
                format!("{cell:<width$}")
            } else {
                format!("{cell:>width$}")
            };
            out.push_str(&format!("| {padded} "));
        }
        out.push_str("|\n");
        if number == 0 {
            for (n, width) in widths.iter().enumerate() {
                let dashes = "-".repeat(width + 1);
                out.push_str(&if n < 2 {
                    format!("|{dashes}-")
                } else {
                    format!("|{dashes}:")
                });
            }
            out.push_str("|\n");
        }
    }
    out
}

/// Compares the clocks with the slow walker on `starts` random starts, in release.
pub(crate) fn oracle(starts: u64) -> Done {
    Program::cargo()
        .args([
            "test",
            "--release",
            "--locked",
            "--package",
            "habeas-case",
            "--test",
            "oracle",
        ])
        .args(["--", "--nocapture"])
        .env("HABEAS_ORACLE_STARTS", starts.to_string())
        .run()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_compares_each_engine_with_ours_on_the_same_deadlines() {
        let row = |engine: &str, computes: &str, cpu: f64| Row {
            engine: engine.into(),
            computes: computes.into(),
            cases: 1000.0,
            cpu,
            wall: 2.0,
            peak: None,
        };
        let rows = [
            row("ours", "summary", 4.0),
            row("ours", SAME, 2.0),
            row("theirs", SAME, 1.0),
        ];
        let text = table(&rows);
        let last: Vec<&str> = text
            .lines()
            .filter_map(|line| line.trim_end_matches('|').rsplit('|').next())
            .map(str::trim)
            .collect();
        assert_eq!(
            last.get(2..),
            Some(["2.00", "1.00", "0.50"].as_slice()),
            "{text}"
        );
    }
}
