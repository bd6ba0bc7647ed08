//! Medians, ranges, goals, and tables in Markdown that can be pasted.

/// A heading, and to which side its column leans.
pub enum Column<'a> {
    Text(&'a str),
    Number(&'a str),
}

/// The table, each column as wide as its widest cell.
pub fn table(columns: &[Column<'_>], rows: Vec<Vec<String>>) -> String {
    let heads = columns.iter().map(|column| match column {
        Column::Text(head) | Column::Number(head) => (*head).to_owned(),
    });
    let mut lines = vec![heads.collect::<Vec<_>>()];
    lines.extend(rows);
    let width = |at: usize| {
        let cells = lines.iter().filter_map(|line| line.get(at));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        for ((cell, width), column) in line.iter().zip(&widths).zip(columns) {
            out.push_str(&match column {
                Column::Text(_) => format!("| {cell:<width$} "),
                Column::Number(_) => format!("| {cell:>width$} "),
            });
        }
        out.push_str("|\n");
        if number == 0 {
            for (width, column) in widths.iter().zip(columns) {
                let dashes = "-".repeat(width + 1);
                out.push_str(&match column {
                    Column::Text(_) => format!("|{dashes}-"),
                    Column::Number(_) => format!("|{dashes}:"),
                });
            }
            out.push_str("|\n");
        }
    }
    out
}

/// The middle one; of two, the mean.
pub fn median(figures: &[f64]) -> f64 {
    let mut sorted = figures.to_vec();
    sorted.sort_by(f64::total_cmp);
    let half = sorted.len() / 2;
    match sorted.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => sorted[half],
        _ => f64::midpoint(sorted[half - 1], sorted[half]),
    }
}

/// The lowest and the highest.
pub fn range(figures: &[f64], decimals: usize) -> String {
    let low = figures.iter().copied().fold(f64::INFINITY, f64::min);
    let high = figures.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    format!("{low:.decimals$}-{high:.decimals$}")
}

/// Says of a goal whether it was reached.
pub fn goal(what: &str, found: f64, goal: f64, reached: bool) {
    let said = if reached { "reached" } else { "MISSED" };
    println!("goal {said}: {what}: {found:.2}, goal {goal}");
}
