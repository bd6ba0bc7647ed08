//! `packs/clocks.md`, read a second time by hand.

use super::civil::{FEAST, SATURDAY, SUNDAY};
use super::walker::{Hours, Last, Len, Months, Rules};

const NEXT: Rules = Rules {
    hours: Hours::FromNextWholeHour,
    days_in: false,
    working_in: false,
    months: Months {
        first_in: false,
        last_stays: true,
        day_before_last: false,
    },
    years: Months {
        first_in: false,
        last_stays: false,
        day_before_last: false,
    },
    last: Last {
        step: 0,
        unless_held: false,
        past: None,
    },
};
const IN: Rules = Rules {
    hours: Hours::Elapsed,
    days_in: true,
    working_in: true,
    months: Months {
        first_in: true,
        last_stays: false,
        day_before_last: false,
    },
    years: Months {
        first_in: true,
        last_stays: false,
        day_before_last: false,
    },
    last: Last {
        step: 0,
        unless_held: false,
        past: None,
    },
};
const SKIP: Rules = Rules {
    hours: Hours::Skipping(SUNDAY | FEAST),
    days_in: false,
    working_in: false,
    months: Months {
        first_in: false,
        last_stays: false,
        day_before_last: false,
    },
    years: Months {
        first_in: false,
        last_stays: true,
        day_before_last: false,
    },
    last: Last {
        step: 1,
        unless_held: true,
        past: None,
    },
};
const BACK: Rules = Rules {
    hours: Hours::Elapsed,
    days_in: false,
    working_in: false,
    months: Months {
        first_in: true,
        last_stays: true,
        day_before_last: true,
    },
    years: Months {
        first_in: true,
        last_stays: false,
        day_before_last: true,
    },
    last: Last {
        step: -1,
        unless_held: false,
        past: Some(SATURDAY | SUNDAY | FEAST),
    },
};

/// How far a lengthening goes.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    AddedHours,
    AddedDays,
    AddedWorking,
    By(Len),
    InAll(Len),
    /// To the day that the act names, and not past so much in all.
    Until(Len),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Still {
    Never,
    Fog,
    Ashore,
}

/// One clock of the pack.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub name: &'static str,
    pub rules: Rules,
    /// `None`: as the holding says.
    pub base: Option<Len>,
    /// Each with how often; a later one only after the one before it.
    pub extensions: &'static [(Reach, u32)],
    pub from_start: bool,
    pub still: Still,
    /// With its extensions, and how often.
    pub anew: Option<(bool, u32)>,
    pub ceiling: Option<Len>,
    pub held: bool,
}

const fn hours(n: i64) -> Len {
    Len {
        years: 0,
        months: 0,
        days: 0,
        working: 0,
        hours: n,
        minutes: 0,
    }
}
const fn days(n: i64) -> Len {
    Len {
        years: 0,
        months: 0,
        days: n,
        working: 0,
        hours: 0,
        minutes: 0,
    }
}
const fn months(n: i64) -> Len {
    Len {
        years: 0,
        months: n,
        days: 0,
        working: 0,
        hours: 0,
        minutes: 0,
    }
}

const fn clock(name: &'static str, rules: Rules, base: Len) -> Clock {
    Clock {
        name,
        rules,
        base: Some(base),
        extensions: &[],
        from_start: true,
        still: Still::Never,
        anew: None,
        ceiling: None,
        held: false,
    }
}

const OFTEN: u32 = u32::MAX;

impl Clock {
    const fn with(mut self, extensions: &'static [(Reach, u32)]) -> Self {
        self.extensions = extensions;
        self
    }
    const fn last_end(mut self) -> Self {
        self.from_start = false;
        self
    }
    const fn fog(mut self) -> Self {
        self.still = Still::Fog;
        self
    }
    const fn ashore(mut self) -> Self {
        self.still = Still::Ashore;
        self
    }
    const fn anew(mut self, with: bool, most: u32) -> Self {
        self.anew = Some((with, most));
        self
    }
    const fn never_past(mut self, ceiling: Len) -> Self {
        self.ceiling = Some(ceiling);
        self
    }
}

const WORKING: Len = Len {
    years: 0,
    months: 0,
    days: 0,
    working: 5,
    hours: 0,
    minutes: 0,
};
const MONTH_AND_HALF: Len = Len {
    years: 0,
    months: 1,
    days: 15,
    working: 0,
    hours: 0,
    minutes: 0,
};
const YEAR: Len = Len {
    years: 1,
    months: 0,
    days: 0,
    working: 0,
    hours: 0,
    minutes: 0,
};
const ADDED_HOURS: &[(Reach, u32)] = &[(Reach::AddedHours, OFTEN)];
const ADDED_DAYS: &[(Reach, u32)] = &[(Reach::AddedDays, OFTEN)];
const TWO_MONTHS: &[(Reach, u32)] = &[(Reach::By(months(1)), 2)];

pub const CLOCKS: &[Clock] = &[
    clock("hours_next", NEXT, hours(24)).with(ADDED_HOURS).fog(),
    clock("hours_elapsed", IN, hours(36))
        .with(ADDED_HOURS)
        .last_end()
        .fog(),
    clock("hours_in_all", IN, hours(24))
        .with(&[
            (Reach::InAll(hours(72)), 1),
            (Reach::InAll(hours(96)), OFTEN),
        ])
        .ashore(),
    clock("hours_skip", SKIP, hours(48)).fog().anew(false, 1),
    clock("hours_next_last", NEXT, hours(12))
        .with(&[(Reach::AddedHours, 2)])
        .last_end(),
    Clock {
        base: None,
        ..clock("hours_field", IN, hours(0)).ashore()
    },
    clock("hours_ceiling", IN, hours(24))
        .with(ADDED_HOURS)
        .never_past(hours(72)),
    clock("hours_ceiling_still", IN, hours(24))
        .with(ADDED_HOURS)
        .never_past(hours(72))
        .fog(),
    clock("days_out", NEXT, days(3)).with(ADDED_DAYS).fog(),
    clock("days_out_last", NEXT, days(4))
        .with(&[(Reach::AddedDays, 2)])
        .last_end()
        .fog(),
    clock("days_in", IN, days(10)).with(ADDED_DAYS).fog(),
    clock("days_in_last", IN, days(5))
        .with(ADDED_DAYS)
        .last_end(),
    clock("days_in_all", NEXT, days(5))
        .with(&[(Reach::InAll(days(14)), 1), (Reach::InAll(days(30)), 1)])
        .ashore(),
    clock("days_until", NEXT, days(3)).with(&[(Reach::Until(days(20)), OFTEN)]),
    clock("days_anew", NEXT, days(7))
        .with(&[(Reach::AddedDays, 2)])
        .fog()
        .anew(true, 2),
    clock("days_anew_bare", NEXT, days(7))
        .with(ADDED_DAYS)
        .anew(false, OFTEN),
    clock("days_on", SKIP, days(6)).with(ADDED_DAYS).fog(),
    Clock {
        held: true,
        ..clock("days_on_held", SKIP, days(6)).fog()
    },
    clock("days_back", BACK, days(9)).fog(),
    clock("days_ceiling", NEXT, days(3))
        .with(ADDED_DAYS)
        .never_past(days(12)),
    clock("working", NEXT, WORKING).with(&[(Reach::AddedWorking, OFTEN)]),
    clock("working_still", NEXT, WORKING).fog(),
    clock("months_out", NEXT, months(2))
        .with(TWO_MONTHS)
        .fog()
        .anew(true, OFTEN),
    clock("months_out_last", SKIP, months(1))
        .with(TWO_MONTHS)
        .last_end(),
    clock("months_in_last", IN, months(1))
        .with(TWO_MONTHS)
        .last_end(),
    clock("half_month", BACK, MONTH_AND_HALF).fog(),
    clock("year", BACK, YEAR).fog(),
];
