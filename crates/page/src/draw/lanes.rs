//! The timeline: a lane for each organ with its acts as numbered marks, and under them custody with its titles.

use super::{Scale, percent};
use crate::dates::offset;
use crate::frame::Frame;
use crate::view::Look;
use askama::Template;
use askama::filters::HtmlSafe;
use habeas_case::assessment::RecordedAct;
use jiff::Timestamp;

/// The drawing; its text equivalents are the list of acts and the list of stretches.
#[derive(Clone, Debug, Template)]
#[template(path = "lanes.html")]
pub(crate) struct Lanes {
    w: Frame,
    id: String,
    title: String,
    height: usize,
    ticks: Vec<Tick>,
    lanes: Vec<Lane>,
    custody: Option<Custody>,
    asked: String,
    /// Where the lines of ticks end.
    floor: usize,
}

impl HtmlSafe for Lanes {}

#[derive(Clone, Debug)]
struct Tick {
    x: String,
    text: String,
    anchor: &'static str,
}

#[derive(Clone, Debug)]
struct Lane {
    label: String,
    y: usize,
    line: usize,
    height: usize,
    marks: Vec<Mark>,
}

#[derive(Clone, Debug)]
struct Mark {
    number: usize,
    class: &'static str,
    x: String,
    y: usize,
    /// For a period, how far it reaches.
    width: Option<String>,
    corrected: bool,
    title: String,
}

/// The bar of custody and the bar of titles.
#[derive(Clone, Debug)]
struct Custody {
    y: usize,
    held: Vec<Block>,
    titles: Vec<Block>,
}

#[derive(Clone, Debug)]
struct Block {
    class: &'static str,
    x: String,
    width: String,
    /// The letter of the stretch, where it fits.
    letter: Option<(String, String)>,
    title: String,
}

const AXIS: usize = 26;
const LABEL: usize = 22;
const ROW: usize = 30;
const GAP: usize = 6;

/// Marks nearer than this stand under each other: 24 of at least 640 pixels.
const APART: i64 = 375;

/// A letter needs so much room.
const LETTER: i64 = 250;

/// Minutes between ticks; the first that gives few enough is taken.
const STEPS: [i64; 17] = [
    15, 60, 180, 360, 720, 1440, 2880, 4320, 10_080, 20_160, 43_200, 86_400, 129_600, 259_200,
    525_600, 1_051_200, 5_256_000,
];

const MOST_TICKS: i64 = 6;

impl Lanes {
    /// None where there is neither an act nor custody.
    pub(crate) fn of(look: &Look<'_>) -> Option<Self> {
        let a = look.of;
        let acts = a.acts.iter().flat_map(|act| {
            [
                Some(act.happened.instant),
                act.until.as_ref().map(|until| until.instant),
            ]
        });
        let held = a
            .held
            .iter()
            .flat_map(|held| [Some(held.from.instant), Some(held.to.instant)]);
        let scale = Scale::over(acts.chain(held).flatten())?;
        let scale = Scale::over([scale.from, scale.to, a.at.instant])?;
        // Room for the first and the last mark.
        let room = scale.length() / 40;
        let scale = Scale {
            from: scale.from.saturating_sub(room),
            to: scale.to.saturating_add(room),
        };
        let mut y = AXIS;
        let mut lanes = Vec::new();
        for label in organs(look) {
            let lane = lane(look, scale, label, y);
            y += lane.height + GAP;
            lanes.push(lane);
        }
        let custody = custody(look, scale, y);
        let floor = y + if custody.is_some() {
            LABEL + ROW + ROW
        } else {
            0
        };
        Some(Self {
            w: look.w,
            id: format!("{}-t", look.anchor),
            title: look.w.timeline_title(look.title()),
            height: floor + 4,
            ticks: ticks(look, scale),
            lanes,
            custody,
            asked: scale.x(a.at.instant),
            floor,
        })
    }
}

/// The organs in the order of their first acts.
fn organs(look: &Look<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for act in &look.of.acts {
        let label = look.organ_of(act);
        if !found.contains(&label) {
            found.push(label);
        }
    }
    found
}

fn lane(look: &Look<'_>, scale: Scale, label: String, y: usize) -> Lane {
    let mut rows: Vec<i64> = Vec::new();
    let mut marks = Vec::new();
    for (number, act) in (1..).zip(&look.of.acts) {
        if look.organ_of(act) != label {
            continue;
        }
        let place = scale.place(act.happened.instant);
        let row = rows
            .iter()
            .position(|last| place - last >= APART)
            .unwrap_or(rows.len());
        match rows.get_mut(row) {
            Some(last) => *last = place,
            None => rows.push(place),
        }
        marks.push(mark(
            look,
            scale,
            act,
            number,
            y + LABEL + row * ROW + ROW / 2,
        ));
    }
    let height = LABEL + rows.len().max(1) * ROW;
    Lane {
        label,
        y: y + LABEL - 8,
        line: y + LABEL + ROW / 2,
        height,
        marks,
    }
}

fn mark(look: &Look<'_>, scale: Scale, act: &RecordedAct, number: usize, y: usize) -> Mark {
    let (from, until) = (
        act.happened.instant,
        act.until.as_ref().map(|until| until.instant),
    );
    let class = look.effect(act.effect).1;
    Mark {
        number,
        class,
        x: scale.x(from),
        y,
        width: until
            .filter(|until| *until > from)
            .map(|until| scale.width(from, until)),
        corrected: act.corrected_by.is_some(),
        title: look.w.act_reference(
            number,
            look.say(&act.label),
            look.dates.short(&act.happened),
        ),
    }
}

fn custody(look: &Look<'_>, scale: Scale, y: usize) -> Option<Custody> {
    let stretches = look.stretches();
    let mut held: Vec<(i64, i64)> = Vec::new();
    let mut titles = Vec::new();
    for (stretch, of) in stretches.iter().zip(&look.of.held) {
        let (from, to) = (of.from.instant, of.to.instant);
        match held.last_mut() {
            Some(last) if last.1 == from => last.1 = to,
            _ => held.push((from, to)),
        }
        let (a, b) = (scale.place(from), scale.place(to));
        titles.push(Block {
            class: match (&of.title, of.certain) {
                (None, _) => "untitled",
                (Some(_), false) => "perhaps",
                (Some(_), true) => "titled",
            },
            x: scale.x(from),
            width: scale.width(from, to),
            letter: (b - a >= LETTER).then(|| (percent(a + (b - a) / 2), stretch.letter.clone())),
            title: match &stretch.title {
                Some(title) => title.clone(),
                None => look.w.untitled(),
            },
        });
    }
    let block = |(from, to): &(i64, i64)| Block {
        class: "held",
        x: scale.x(*from),
        width: scale.width(*from, *to),
        letter: None,
        title: look.w.custody(),
    };
    (!titles.is_empty()).then(|| Custody {
        y,
        held: held.iter().map(block).collect(),
        titles,
    })
}

fn ticks(look: &Look<'_>, scale: Scale) -> Vec<Tick> {
    let minutes = scale.length() / 60;
    let step = STEPS
        .into_iter()
        .find(|step| minutes / step <= MOST_TICKS)
        .unwrap_or(i64::MAX / 60);
    let offset = offset(look.dates.zone());
    let seconds = step.saturating_mul(60);
    let local = scale.from.saturating_add(i64::from(offset.seconds()));
    let first = local.div_euclid(seconds).saturating_add(1);
    let mut found = Vec::new();
    for n in 0..=MOST_TICKS {
        let instant = (first + n)
            .saturating_mul(seconds)
            .saturating_sub(i64::from(offset.seconds()));
        if !scale.contains(instant) {
            break;
        }
        let place = scale.place(instant);
        let text = if look.of.computed_from.floating.is_some() {
            look.w.date_offset(instant.div_euclid(crate::dates::DAY))
        } else {
            let Ok(time) = Timestamp::from_second(instant) else {
                continue;
            };
            look.dates.tick(offset.to_datetime(time), step < 1440)
        };
        let anchor = match place {
            ..=700 => "start",
            9300.. => "end",
            _ => "middle",
        };
        found.push(Tick {
            x: percent(place),
            text,
            anchor,
        });
    }
    found
}
