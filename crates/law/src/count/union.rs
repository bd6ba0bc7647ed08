//! Stretches of time that are not counted.

/// Stretches of time that are not counted: sorted, apart from one another, half-open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Union(Vec<(i64, i64)>);

impl Union {
    /// The union of stretches in any order; empty and inverted ones vanish.
    #[must_use]
    pub fn new(mut parts: Vec<(i64, i64)>) -> Self {
        parts.retain(|(from, to)| from < to);
        parts.sort_unstable();
        let mut union: Vec<(i64, i64)> = Vec::with_capacity(parts.len());
        for (from, to) in parts {
            match union.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(to),
                _ => union.push((from, to)),
            }
        }
        Self(union)
    }

    /// The stretches.
    #[must_use]
    pub fn parts(&self) -> &[(i64, i64)] {
        &self.0
    }

    /// Whether it is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its total from `from` to `to`.
    #[must_use]
    pub fn within(&self, from: i64, to: i64) -> i64 {
        self.0
            .iter()
            .map(|(a, b)| ((*b).min(to) - (*a).max(from)).max(0))
            .sum()
    }
}
