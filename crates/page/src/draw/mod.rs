//! Drawings of time as inline SVG, each with the same in words.
//!
//! Places along the time line are percentages, so that text keeps its size at every width.

pub(crate) mod bar;
pub(crate) mod lanes;

/// Instants as places on a line.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    from: i64,
    to: i64,
}

/// Hundredths of a percent.
const WHOLE: i64 = 10_000;

impl Scale {
    /// From the first to the last of these instants; none where there is no instant.
    pub(crate) fn over(instants: impl IntoIterator<Item = i64>) -> Option<Self> {
        let mut instants = instants.into_iter();
        let first = instants.next()?;
        let (from, to) = instants.fold((first, first), |(a, b), t| (a.min(t), b.max(t)));
        Some(Self {
            from,
            to: to.max(from.saturating_add(1)),
        })
    }

    /// Seconds from end to end.
    pub(crate) fn length(self) -> i64 {
        self.to.saturating_sub(self.from)
    }

    pub(crate) fn contains(self, instant: i64) -> bool {
        (self.from..=self.to).contains(&instant)
    }

    /// Hundredths of a percent from the left.
    pub(crate) fn place(self, instant: i64) -> i64 {
        let (from, to) = (i128::from(self.from), i128::from(self.to));
        let at = i128::from(instant.clamp(self.from, self.to)) - from;
        let place = at * i128::from(WHOLE) / (to - from).max(1);
        i64::try_from(place).unwrap_or(WHOLE)
    }

    pub(crate) fn x(self, instant: i64) -> String {
        percent(self.place(instant))
    }

    /// Never so narrow that it is not seen.
    pub(crate) fn width(self, from: i64, to: i64) -> String {
        percent((self.place(to) - self.place(from)).max(30))
    }
}

/// `12.34%`
pub(crate) fn percent(place: i64) -> String {
    format!("{}.{:02}%", place / 100, place % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_shares_of_the_whole() {
        let scale = Scale::over([300, 100, 200]).unwrap();
        assert_eq!(
            (scale.x(100), scale.x(200), scale.x(300)),
            ("0.00%".into(), "50.00%".into(), "100.00%".into())
        );
        assert_eq!(scale.x(1000), "100.00%");
        assert_eq!(scale.width(100, 100), "0.30%");
    }

    #[test]
    fn one_instant_and_none() {
        assert!(Scale::over([]).is_none());
        assert_eq!(Scale::over([5]).unwrap().x(5), "0.00%");
        assert_eq!(Scale::over([i64::MIN, i64::MAX]).unwrap().x(0), "50.00%");
    }
}
