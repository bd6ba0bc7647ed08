//! What each arm keeps on the disk for an act.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::acts::{PAYLOAD, Sample, acts};
use crate::arm::{Arm, closed_loop};
use crate::measure::{Extent, arms};
use crate::show::{Column, goal, table};

/// Hashes of tiles, and bundles of entries with the length before each: what a log also writes as static files.
const TILES: f64 = 32.0 * (1.0 + 1.0 / 256.0 + 1.0 / 65536.0) + 2.0 + 44.0;

/// How long an arm may take; then what it has recorded is counted.
const LONGEST: Duration = Duration::from_secs(30);

/// Fills each arm and prints what it takes.
pub fn run(extent: Extent) {
    let pool = Arc::new(acts(0, extent.acts, extent.acts));
    let mut rows = Vec::new();
    // Of each database the plain table comes first.
    let mut plain = BTreeMap::new();
    for mut arm in arms(&pool) {
        let (count, bytes) = kept(&mut *arm, &pool);
        let base = *plain.entry(arm.name().contains("SQLite")).or_insert(bytes);
        let ours = arm.name().starts_with("ours");
        let tiles = if ours { TILES } else { 0.0 };
        let more = bytes + tiles - base;
        rows.push(vec![
            arm.name().to_owned(),
            count.to_string(),
            format!("{bytes:.0}"),
            format!("{tiles:.0}"),
            format!("{more:.0}"),
        ]);
        if ours {
            let what = format!(
                "{}, bytes an act more than the plain table, with tiles",
                arm.name()
            );
            goal(&what, more, 400.0, more <= 400.0);
        }
    }
    let first = format!("acts of {PAYLOAD} bytes");
    let columns = [
        Column::Text(&first),
        Column::Number("acts"),
        Column::Number("bytes an act"),
        Column::Number("tiles, computed"),
        Column::Number("more than the plain table there"),
    ];
    println!("\n{}", table(&columns, rows));
}

/// How many acts were recorded, and the bytes of each.
fn kept(arm: &mut dyn Arm, pool: &[Sample]) -> (u64, f64) {
    arm.fresh();
    let acts = closed_loop(arm, 64, pool.len(), LONGEST).acts;
    (acts, arm.bytes() as f64 / acts as f64)
}
