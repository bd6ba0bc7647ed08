//! Attacks, really carried out on each arm, and whether what the arm itself brings to check with notices.

mod disk;
mod servers;
mod store;
mod tables;
mod tree;

use crate::postgresql::Kind;
use crate::show::{Column, table};

/// Acts that are there before each attack.
const ACTS: usize = 60;

/// The act in the middle that is attacked, by its number from 1.
const VICTIM: usize = 30;

/// How many are left where something takes the newest away.
const LEFT: usize = 40;

/// What is done by somebody who may do everything on the machine, but has no secret key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attack {
    Edit,
    Recompute,
    Delete,
    CutOff,
    BackDate,
    OldDatabase,
    OldEverything,
    Silence,
    FullDisk,
    Kill,
    Fork,
    Erase,
    CommitBit,
}

impl Attack {
    const ALL: [Self; 13] = [
        Self::Edit,
        Self::Recompute,
        Self::Delete,
        Self::CutOff,
        Self::BackDate,
        Self::OldDatabase,
        Self::OldEverything,
        Self::Silence,
        Self::FullDisk,
        Self::Kill,
        Self::Fork,
        Self::Erase,
        Self::CommitBit,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Edit => "edit a row",
            Self::Recompute => "edit a row and all hashes after it",
            Self::Delete => "delete a row",
            Self::CutOff => "delete the newest rows",
            Self::BackDate => "insert a back-dated row",
            Self::OldDatabase => "restore an old backup of the database",
            Self::OldEverything => "restore an old backup of everything",
            Self::Silence => "disable the audit as superuser, edit, wipe the trace",
            Self::FullDisk => "fill the disk of the log",
            Self::Kill => "kill -9 between commit and audit write",
            Self::Fork => "show two users different histories",
            Self::Erase => "erase a sealed record, verify old receipts",
            Self::CommitBit => "flip a commit bit in pg_xact",
        }
    }
}

/// What came of an attack: a word for the table, and by what, or why.
pub struct Outcome {
    word: &'static str,
    by: String,
}

impl Outcome {
    /// As the arm's own checking said, if it said anything.
    fn of(said: Option<String>) -> Self {
        match said {
            Some(by) => Self::said("noticed", by),
            None => Self::said("not noticed", "its own checks find nothing"),
        }
    }

    fn said(word: &'static str, by: impl Into<String>) -> Self {
        Self {
            word,
            by: by.into(),
        }
    }
}

/// An arm under attack.
trait Target {
    fn name(&self) -> &'static str;
    /// Carries one attack out on a fresh state of it; `None` where there is nothing to attack so.
    fn suffer(&mut self, attack: Attack) -> Option<Outcome>;
}

/// All attacks on all arms, as a table and line by line.
pub fn run() {
    let mut targets: Vec<Box<dyn Target>> = vec![
        Box::new(tables::Attacked::start(Kind::Plain)),
        Box::new(tables::Attacked::start(Kind::Audited)),
        Box::new(tables::Attacked::start(Kind::Chained)),
        Box::new(tree::Attacked::new()),
        Box::new(store::Attacked::new(false)),
        Box::new(store::Attacked::new(true)),
        Box::new(servers::Attacked::start()),
    ];
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    for attack in Attack::ALL {
        let mut row = vec![attack.name().to_owned()];
        for target in &mut targets {
            let Some(Outcome { word, by }) = target.suffer(attack) else {
                row.push("-".to_owned());
                continue;
            };
            lines.push(format!(
                "{}; {}: {word}: {by}",
                attack.name(),
                target.name()
            ));
            row.push(word.to_owned());
        }
        rows.push(row);
    }
    let names: Vec<&str> = targets.iter().map(|target| target.name()).collect();
    let mut columns = vec![Column::Text("attack")];
    columns.extend(names.iter().map(|name| Column::Text(name)));
    println!("{}", table(&columns, rows));
    for line in lines {
        println!("{line}");
    }
}
