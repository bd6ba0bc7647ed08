//! One round: the interval ends, its checkpoint is signed and stored, tiles are written, witnesses are asked, all is published.

use core::time::Duration;
use std::fs;
use std::io;
use std::path::PathBuf;

use habeas_ledger::key::{SignerKey, VerifierKey};
use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::{Hash, to_hex};
use habeas_store::{Checkpoint, Store};
use habeas_witness::client::{Cosigners, Missing, Round};

use crate::alarms::Alarms;
use crate::fault::{Fault, file};
use crate::guard::{compare, guard};
use crate::tiles::Tiles;

/// What a log runs with.
pub struct Setup {
    /// The key of the log; its name is the origin.
    pub key: SignerKey,
    /// Which witnesses are asked. Without it the log signs alone.
    pub policy: Option<Policy>,
    /// How long a round asks them at most.
    pub deadline: Duration,
    /// Where it is published.
    pub tiles: Option<Tiles>,
    /// The number of leaves that an interval adds is a multiple of this; 0: as many as there are acts.
    pub multiple: u64,
    /// The file that says that the store was put back from a backup, if it is there. It is removed once a quorum has been asked.
    pub restored: PathBuf,
    /// Takes what is to be said to whoever runs it: only what somebody must do.
    pub tell: Box<dyn Fn(&str)>,
}

/// A log that runs over a store. One round is in flight at a time.
pub struct Log {
    key: SignerKey,
    /// Those that sign or have signed for this log.
    keys: Vec<VerifierKey>,
    policy: Option<Policy>,
    cosigners: Option<Cosigners>,
    tiles: Option<Tiles>,
    multiple: u64,
    restored: PathBuf,
    tell: Box<dyn Fn(&str)>,
    alarms: Alarms,
    /// The last checkpoint, once everybody was asked.
    last: Option<(u64, Hash)>,
}

/// What a round made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// How many leaves its checkpoint covers.
    pub size: u64,
    /// The checkpoint with the lines of the witnesses.
    pub note: Note,
    /// What the witnesses did, if there are any.
    pub round: Option<Round>,
}

impl Log {
    /// Sets a log up. Nothing is asked or written yet.
    ///
    /// # Errors
    /// If the policy does not accept what the key signs.
    pub fn new(setup: Setup) -> Result<Self, Fault> {
        let Setup {
            key,
            policy,
            deadline,
            tiles,
            multiple,
            restored,
            tell,
        } = setup;
        let own = key.verifier();
        let mut keys = vec![own.clone()];
        if let Some(policy) = &policy {
            keys = policy.log_keys(own.name());
            if !keys.contains(own) {
                return Err(Fault::NotInPolicy(own.to_string()));
            }
        }
        let cosigners = policy
            .clone()
            .map(|policy| Cosigners::new(policy, deadline));
        Ok(Self {
            key,
            keys,
            policy,
            cosigners,
            tiles,
            multiple,
            restored,
            tell,
            alarms: Alarms::default(),
            last: None,
        })
    }

    /// Says something to whoever runs it.
    pub(crate) fn say(&self, said: &str) {
        (self.tell)(said);
    }

    /// Asks everybody who may have seen more of the log than the store holds, and compares what was published. Before the first round
    /// this is done by itself.
    ///
    /// # Errors
    /// If somebody has seen more, or another history: then nothing must be signed. Or if the store cannot be read.
    pub fn begin(&mut self, store: &Store) -> Result<(), Fault> {
        let origin = self.key.verifier().name();
        if let Some(tiles) = &self.tiles
            && let Some(note) = tiles.published()?
            && !compare(store, "the published checkpoint", &note, origin, &self.keys)?
        {
            (self.tell)("the published checkpoint is not one of this log, and is replaced");
        }
        let restored = fs::exists(&self.restored).map_err(file("look for", &self.restored))?;
        match (&self.policy, &self.cosigners) {
            (Some(policy), Some(cosigners)) => {
                let guarded = guard(store, cosigners, origin, &self.keys)?;
                for witness in &guarded.strange {
                    (self.tell)(&format!(
                        "the witness `{witness}` shows a checkpoint under the name of this log that the log has not signed"
                    ));
                }
                if restored {
                    let answered =
                        |w: &habeas_ledger::policy::Witness| guarded.answered.contains(&w.name);
                    if !policy.evaluate(answered).1 {
                        return Err(Fault::Unasked {
                            answered: guarded.answered.len(),
                            witnesses: policy.witnesses().len(),
                        });
                    }
                    remove(&self.restored)?;
                } else if !guarded.silent.is_empty() {
                    let why = |(name, missing): &(String, Missing)| format!("`{name}`: {missing}");
                    let silent: Vec<String> = guarded.silent.iter().map(why).collect();
                    (self.tell)(&format!(
                        "witnesses that could not be asked whether they have seen more of this log: {}",
                        silent.join("; ")
                    ));
                }
            }
            _ if restored => return Err(Fault::NoPolicy),
            _ => {}
        }
        let last = store.latest_checkpoint()?;
        if let Some(last) = &last
            && Note::parse(last.note.as_bytes())?.open(&self.keys).is_err()
        {
            return Err(Fault::OtherKey(self.key.verifier().to_string()));
        }
        let last = last.map_or((0, habeas_ledger::hash::empty_root()), |c| (c.size, c.root));
        self.last = Some(last);
        Ok(())
    }

    /// Carries one round out, for an interval that ended at `ended`, in seconds since 1970.
    ///
    /// # Errors
    /// If the log must not go on, or the store or a file fails. What witnesses do is none, unless they show that it must not.
    pub fn round(&mut self, store: &Store, ended: u64) -> Result<Done, Fault> {
        match self.last {
            None => self.begin(store)?,
            Some(last) => stays(store, last)?,
        }
        let made = store.end_interval(self.key.clone(), ended, self.multiple)?;
        self.last = Some((made.size, made.root));
        if let Some(tiles) = &mut self.tiles {
            tiles.grow(store, made.size, made.root)?;
        }
        let round = self.ask(store, &made)?;
        let mut note = Note::parse(made.note.as_bytes())?;
        for line in store.cosignatures(made.size)? {
            note.add(line.parse()?)?;
        }
        if let Some(tiles) = &self.tiles {
            tiles.publish(&note.to_string())?;
        }
        if !made.published {
            store.publish(made.size)?;
        }
        if let Some(round) = &round {
            for said in self.alarms.after(round) {
                (self.tell)(&said);
            }
        }
        let size = made.size;
        Ok(Done { size, note, round })
    }

    /// Asks the witnesses and keeps what each gave.
    fn ask(&mut self, store: &Store, made: &Checkpoint) -> Result<Option<Round>, Fault> {
        let Some(cosigners) = &mut self.cosigners else {
            return Ok(None);
        };
        let note = Note::parse(made.note.as_bytes())?;
        let round = cosigners.ask(&note, |old, new| store.consistency(old, new))?;
        for line in &round.lines {
            let whose = format!("{}+{}", line.name, to_hex(&line.key_id));
            store.store_cosignature(made.size, &whose, &line.to_string())?;
        }
        let doubts = |missing: &Missing| matches!(missing, Missing::Ahead(_) | Missing::Refused(_));
        let mut missing = round.witnesses.iter().filter_map(|(_, a)| a.as_ref().err());
        if missing.any(doubts) {
            // It may lie. What it shows with the log's own signature does not.
            guard(store, cosigners, self.key.verifier().name(), &self.keys)?;
        }
        Ok(Some(round))
    }
}

/// Refuses a store that is not the one of the last round, or an older copy of it.
fn stays(store: &Store, (size, root): (u64, Hash)) -> Result<(), Fault> {
    let now = store.latest_checkpoint()?.map_or(0, |last| last.size);
    if now < size || store.root_at(size)? != root {
        return Err(Fault::WentBack { before: size, now });
    }
    Ok(())
}

fn remove(path: &PathBuf) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(file("remove", path)(cause)),
        _ => Ok(()),
    }
}
