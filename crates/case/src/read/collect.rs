//! Cases as they grow, and what only the whole can tell: ids given twice, acts that answer nothing, circles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use habeas_law::Law;

use super::line::Line;
use super::links::{Lead, Links};
use super::problem::{Fault, Kind, Reject, clip, quoted};
use super::resolve::{Statement, is_id, join};
use super::{Place, Reading};
use crate::act::{Act, Case, Lost};

/// Lost lines that a case tells one by one.
const MOST_TOLD: usize = 100;

/// Acts of a case that are compared one by one before an index is worth its room.
const FEW: usize = 64;

/// Everything read so far.
#[derive(Debug, Default)]
pub struct Collected {
    files: Vec<Arc<str>>,
    cases: BTreeMap<Arc<str>, Growing>,
    /// The case of the line before: lines of a case mostly stand together.
    last: Option<Arc<str>>,
    rejects: Vec<(usize, Reject)>,
    taken: u64,
}

/// A case before its end.
#[derive(Debug, Default)]
struct Growing {
    case: Case,
    /// Of the first act: whether its days float, and in which year.
    floating: Option<Option<i16>>,
    /// Positions of acts by id, once there are many.
    index: BTreeMap<Box<str>, usize>,
    /// Acts that lead to one not yet seen, or to another of these. Only they can still be refused.
    open: BTreeMap<usize, Open>,
    /// Ids of lines that were refused.
    lost: BTreeSet<Box<str>>,
}

/// The line of an act that can still be refused.
#[derive(Debug)]
struct Open {
    file: usize,
    line: u64,
    text: String,
    raw: Option<Box<[u8]>>,
    header: Option<Arc<[u8]>>,
}

impl Collected {
    /// Begins a file.
    pub fn file(&mut self, name: &str) -> Arc<str> {
        let name: Arc<str> = clip(name, 400).into();
        self.files.push(name.clone());
        name
    }

    fn case(&mut self, id: &str) -> &mut Growing {
        let key = match &self.last {
            Some(last) if **last == *id => last.clone(),
            _ => self
                .cases
                .get_key_value(id)
                .map_or_else(|| id.into(), |(id, _)| id.clone()),
        };
        self.last = Some(key.clone());
        self.cases.entry(key).or_insert_with_key(|id| Growing {
            case: Case {
                id: id.clone(),
                ..Case::default()
            },
            ..Growing::default()
        })
    }

    /// Takes a statement, if the case can.
    pub fn take(
        &mut self,
        law: &Law,
        place: &Place<'_>,
        statement: Statement<'_>,
    ) -> Result<(), Fault> {
        let file = self.files.len().saturating_sub(1);
        match statement {
            Statement::Silent { case, partial } => {
                let growing = self.case(case);
                growing.case.partial = join(&growing.case.partial, partial);
            }
            Statement::Act {
                case,
                act,
                floating,
            } => {
                let open = || Open {
                    file,
                    line: place.line,
                    text: shown(place.bytes),
                    raw: place.kept.then(|| place.bytes.into()),
                    header: place.header.cloned(),
                };
                self.case(case).add(law, *act, floating, open)?;
            }
        }
        self.taken += 1;
        Ok(())
    }

    /// Keeps a line that was refused.
    pub fn refuse(&mut self, place: &Place<'_>, line: &Line<'_>, fault: Fault) {
        let id = line.case.as_deref().filter(|case| is_id(case));
        let case = id.map(|id| {
            let growing = self.case(id);
            growing.lost.extend(line.id.as_deref().map(Box::from));
            growing.case.id.clone()
        });
        let file = self.files.len().saturating_sub(1);
        let reject = Reject {
            file: place.file.clone(),
            line: place.line,
            text: shown(place.bytes),
            raw: place.kept.then(|| place.bytes.into()),
            header: place.header.cloned(),
            problem: fault.problem,
            hint: fault.hint,
            case,
        };
        self.rejects.push((file, reject));
    }

    /// The last checks, and the cases by id.
    pub fn finish(mut self, law: &Law) -> Reading {
        let mut cases = Vec::with_capacity(self.cases.len());
        let mut at = BTreeMap::new();
        for (_, mut growing) in std::mem::take(&mut self.cases) {
            let gone = growing.close(law);
            self.taken -= gone.len() as u64;
            for (open, fault) in gone {
                let reject = Reject {
                    file: self.files.get(open.file).cloned().unwrap_or_default(),
                    line: open.line,
                    text: open.text,
                    raw: open.raw,
                    header: open.header,
                    problem: fault.problem,
                    hint: fault.hint,
                    case: Some(growing.case.id.clone()),
                };
                self.rejects.push((open.file, reject));
            }
            at.insert(growing.case.id.clone(), cases.len());
            cases.push(growing.case);
        }
        self.rejects
            .sort_by_key(|(file, reject)| (*file, reject.line));
        let rejects: Vec<Reject> = self.rejects.into_iter().map(|(_, reject)| reject).collect();
        let mut untold: BTreeMap<usize, usize> = BTreeMap::new();
        for reject in &rejects {
            let Some(n) = reject.case.as_ref().and_then(|id| at.get(id)) else {
                continue;
            };
            let Some(case) = cases.get_mut(*n) else {
                continue;
            };
            if case.lost.len() < MOST_TOLD {
                let Reject {
                    file,
                    line,
                    problem,
                    ..
                } = reject;
                let act = problem
                    .attempted
                    .strip_prefix("read ")
                    .filter(|doing| doing.starts_with("the act"));
                let what = act.map_or_else(String::new, |act| format!("{act}: "));
                case.lost.push(Lost::Line {
                    file: file.clone(),
                    line: *line,
                    kind: problem.kind,
                    why: format!("{what}{}", problem.found),
                });
            } else {
                *untold.entry(*n).or_default() += 1;
            }
        }
        // A line that names no case may be of any.
        let nameless = rejects.iter().filter(|r| r.case.is_none()).count();
        if nameless > 0 {
            for case in &mut cases {
                case.lost.push(Lost::Nameless(nameless));
            }
        }
        for (n, count) in untold {
            if let Some(case) = cases.get_mut(n) {
                case.lost.push(Lost::More(count));
            }
        }
        Reading {
            cases,
            rejects,
            taken: self.taken,
            lines: Vec::new(),
        }
    }
}

impl Growing {
    fn position(&self, id: &str) -> Option<usize> {
        if self.case.acts.len() <= FEW {
            return self.case.acts.iter().position(|act| &*act.id == id);
        }
        self.index.get(id).copied()
    }

    fn add(
        &mut self,
        law: &Law,
        act: Act,
        floating: Option<i16>,
        open: impl FnOnce() -> Open,
    ) -> Result<(), Fault> {
        let doing = || format!("read the act `{}`", law.act(act.kind).name);
        if self.position(&act.id).is_some() {
            let found = format!(
                "the case {} already has an act {}",
                quoted(&self.case.id),
                quoted(&act.id)
            );
            return Err(Fault::new(Kind::Twice, doing(), found)
                .hint("the first line of an id counts; a correction is an act of its own, with `corrects`"));
        }
        let known = *self.floating.get_or_insert(floating);
        if known != floating {
            let said = |floating: Option<i16>| {
                floating.map_or_else(
                    || "by dates".to_owned(),
                    |year| format!("from a day 0 in {year}"),
                )
            };
            let found = format!(
                "it is counted {}, the acts of this case before it {}",
                said(floating),
                said(known)
            );
            return Err(Fault::new(Kind::Mixed, doing(), found)
                .hint("a case has dates, or days from one day 0, never both"));
        }
        self.case.floating = floating;
        let here = self.case.acts.len();
        let settled = |id: &Option<Box<str>>| {
            id.as_deref().is_none_or(|id| {
                self.position(id)
                    .is_some_and(|at| !self.open.contains_key(&at))
            })
        };
        if !settled(&act.answers) || !settled(&act.corrects) {
            self.open.insert(here, open());
        }
        if here == FEW {
            self.index = self
                .case
                .acts
                .iter()
                .enumerate()
                .map(|(n, act)| (act.id.clone(), n))
                .collect();
        }
        if here >= FEW {
            self.index.insert(act.id.clone(), here);
        }
        self.case.acts.push(act);
        Ok(())
    }

    /// Takes out the acts that lead to nothing or in a circle, with the reason of each.
    fn close(&mut self, law: &Law) -> Vec<(Open, Fault)> {
        if self.open.is_empty() {
            return Vec::new();
        }
        let links = Links {
            acts: &self.case.acts,
            position: |id: &str| self.position(id),
        };
        let wrong = links.wrong(&self.open);
        let mut open = std::mem::take(&mut self.open);
        let faults = wrong
            .iter()
            .filter_map(|(n, lead)| Some((open.remove(n)?, self.fault(law, *n, lead))));
        let faults = faults.collect();
        let mut n = 0;
        self.case.acts.retain(|_| {
            n += 1;
            !wrong.contains_key(&(n - 1))
        });
        faults
    }

    fn fault(&self, law: &Law, n: usize, lead: &Lead) -> Fault {
        let name = self
            .case
            .acts
            .get(n)
            .map_or("", |act| law.act(act.kind).name.as_str());
        let fault =
            |found: String| Fault::new(Kind::Reference, format!("read the act `{name}`"), found);
        let mend = "the line of that act was refused: mend it first";
        match lead {
            Lead::Nowhere(key, id) => {
                let elsewhere = "it may lead to an act of the same case in any of the files that are read together";
                let hint = if self.lost.contains(id) {
                    mend
                } else {
                    elsewhere
                };
                fault(format!(
                    "`{key}`: the case {} has no act {}",
                    quoted(&self.case.id),
                    quoted(id)
                ))
                .hint(hint)
            }
            Lead::Refused(id) => fault(format!(
                "it leads to the act {}, which was refused",
                quoted(id)
            ))
            .hint(mend),
            Lead::Circle(way) => {
                let way: Vec<String> = way.iter().map(|id| quoted(id)).collect();
                fault(format!(
                    "`answers` and `corrects` lead in a circle: {}",
                    way.join(", ")
                ))
                .hint("an act answers or corrects one that was recorded before it")
            }
        }
    }
}

/// The beginning of a line, for people.
fn shown(raw: &[u8]) -> String {
    // Four bytes make the longest character.
    clip(
        &String::from_utf8_lossy(raw.get(..1_000).unwrap_or(raw)),
        200,
    )
}
