//! A small random source: the same number always gives the same case.

use super::civil::{DAY, HOUR, MINUTE, Zone, civil, day_of_date, summer_times};

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The source of one numbered case.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut random = Self(seed ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.next();
        random
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From `low` to `high`, both included.
    pub fn within(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap() + 1;
        low + (self.next() % span) as i64
    }

    pub fn percent(&mut self, n: i64) -> bool {
        self.within(1, 100) <= n
    }

    pub fn coin(&mut self) -> bool {
        self.percent(50)
    }

    pub fn of_list<T: Copy>(&mut self, list: &[T]) -> T {
        let last = i64::try_from(list.len()).unwrap() - 1;
        list[usize::try_from(self.within(0, last)).unwrap()]
    }

    /// An instant of 2024 to 2029, to the minute. Half of them lie where counting is hard.
    pub fn instant(&mut self, zone: Zone) -> i64 {
        let (first, last) = range();
        let any = self.within(first, last - 1) * DAY + self.within(0, 1439) * MINUTE;
        match self.within(1, 100) {
            // Within three days of a clock change.
            1..=15 => {
                let year = usize::try_from(self.within(2024, 2029) - 1970).unwrap();
                let (spring, autumn) = summer_times()[year];
                let change = if self.coin() { spring } else { autumn };
                change + self.within(-3 * 1440, 3 * 1440) * MINUTE
            }
            // Near the end of a month, or of a February.
            16..=30 => {
                let day = any.div_euclid(DAY);
                let c = civil(day);
                let end = day - i64::from(c.day) + i64::from(c.of);
                zone.midnight(end + self.within(-3, 1)) + self.within(0, 1439) * MINUTE
            }
            31..=38 => {
                let year = i32::try_from(self.within(2024, 2029)).unwrap();
                let end = day_of_date(year, 3, 1) + self.within(-3, 0);
                zone.midnight(end) + self.within(0, 1439) * MINUTE
            }
            // On the stroke of midnight or of an hour.
            39..=44 => zone.midnight(zone.day(any)),
            45..=50 => any.div_euclid(HOUR) * HOUR,
            _ => any,
        }
    }

    /// Stretches around a period: overlapping, doubled, touching, before, within and after it.
    pub fn stretches(&mut self, start: i64, reach: i64, most: i64) -> Vec<(i64, i64)> {
        let mut found: Vec<(i64, i64)> = Vec::new();
        for _ in 0..self.within(0, most) {
            let from = start + self.within(-2 * 1440, reach / MINUTE + 2 * 1440) * MINUTE;
            let from = from.div_euclid(MINUTE) * MINUTE;
            let length = match self.within(1, 10) {
                1..=3 => self.within(1, 180) * MINUTE,
                4..=7 => self.within(1, 60) * HOUR,
                _ => self.within(1, 9) * DAY,
            };
            let stretch = match (found.last(), self.within(1, 10)) {
                (Some(last), 1) => *last,
                (Some(last), 2) => (last.1, last.1 + length),
                (Some(last), 3) => (last.0 - HOUR, last.0 + length),
                _ => (from, from + length),
            };
            found.push(stretch);
        }
        found
    }
}

fn range() -> (i64, i64) {
    static RANGE: std::sync::OnceLock<(i64, i64)> = std::sync::OnceLock::new();
    *RANGE.get_or_init(|| (day_of_date(2024, 1, 1), day_of_date(2030, 1, 1)))
}
