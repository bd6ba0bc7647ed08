//! What a witness is asked and what it answers (tlog-witness, `add-checkpoint`): a pure step from one state to the next.
//!
//! The caller reads the state of the log that a request names, asks for the answer, makes the answer's state durable, and only
//! then lets the answer leave; reading and writing are one atomic step. Whoever lets an answer leave before, or two at once,
//! can be led to cosign two histories.

use std::fmt;

use crate::checkpoint::Checkpoint;
use crate::hash::{Hash, empty_root};
use crate::key::{Algorithm, SignerKey, VerifierKey};
use crate::note::Note;
use crate::problem::{Kind, Problem};
use crate::proof::verify_consistency;
use crate::text::{decimal, line};

/// The most hashes of a consistency proof.
pub const MAX_PROOF: usize = 63;

/// The body of `add-checkpoint`. Shown as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    old: u64,
    proof: Vec<Hash>,
    note: Note,
    checkpoint: Checkpoint,
}

impl Request {
    /// Asks to cosign the checkpoint of `note`, which `proof` shows to continue the log of `old` leaves.
    ///
    /// # Errors
    /// If the note is no checkpoint, or smaller than `old`, or the proof is too long.
    pub fn new(old: u64, proof: Vec<Hash>, note: Note) -> Result<Self, Problem> {
        let checkpoint = Checkpoint::of(&note)?;
        if old > checkpoint.size() || proof.len() > MAX_PROOF {
            let found = "the old size is over that of the checkpoint, or the proof is too long";
            return Err(Problem::new(Kind::Malformed, READ, found));
        }
        Ok(Self {
            old,
            proof,
            note,
            checkpoint,
        })
    }

    /// Reads a body. What cannot be read is answered by [`Answer::refusal`].
    ///
    /// # Errors
    /// If it is no such body.
    pub fn parse(body: &[u8]) -> Result<Self, Problem> {
        let malformed = |found: &str| Problem::new(Kind::Malformed, READ, found.to_owned());
        let text = str::from_utf8(body).map_err(|_| malformed("it is not UTF-8"))?;
        let (old, mut rest) = line(text)
            .and_then(|(first, rest)| Some((decimal(first.strip_prefix("old ")?)?, rest)))
            .ok_or_else(|| malformed("line 1: no old size"))?;
        let mut proof = Vec::new();
        let note = loop {
            let (hash, after) = line(rest).ok_or_else(|| malformed("no empty line"))?;
            if hash.is_empty() {
                break Note::parse(after.as_bytes())?;
            }
            let hash = Hash::from_base64(hash);
            proof.push(hash.ok_or_else(|| malformed("a line of the proof is no hash"))?);
            if proof.len() > MAX_PROOF {
                return Err(malformed("the proof is too long"));
            }
            rest = after;
        };
        Self::new(old, proof, note)
    }

    /// The proof that came with it.
    #[must_use]
    pub fn proof(&self) -> &[Hash] {
        &self.proof
    }

    /// The checkpoint as the log signed it.
    #[must_use]
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// The checkpoint to cosign. Its origin says of which log the state is needed.
    #[must_use]
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

const READ: &str = "read a request to cosign";

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.proof {
            writeln!(f, "{hash}")?;
        }
        write!(f, "\n{}", self.note)
    }
}

/// What a witness last cosigned of one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// Leaves of the log; 0 as long as nothing was cosigned.
    pub size: u64,
    /// The root over them.
    pub root: Hash,
    /// When, in seconds since 1970.
    pub time: u64,
    /// The checkpoint with the log's verified lines and the witness's own; no line of anybody else.
    pub note: Option<Note>,
}

impl Default for State {
    /// Nothing was cosigned.
    fn default() -> Self {
        Self {
            size: 0,
            root: empty_root(),
            time: 0,
            note: None,
        }
    }
}

/// A log that a witness knows.
#[derive(Clone, Debug)]
pub struct KnownLog {
    /// Its identity.
    pub origin: String,
    /// The keys with which it may sign: one, or two while they change.
    pub keys: Vec<VerifierKey>,
}

/// What shows, or may show, that a log misbehaved. See [`crate::evidence`] for what it proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the witness had cosigned, if anything.
    pub before: Option<Note>,
    /// The request as it came: signed by the log, and not a continuation.
    pub request: Request,
}

/// An answer, and what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Of HTTP.
    pub status: u16,
    /// The body; for 200 the witness's own signature lines alone.
    pub body: String,
    /// Must be durable before the answer leaves.
    pub state: Option<State>,
    /// Must be kept.
    pub evidence: Option<Box<Evidence>>,
}

impl Answer {
    fn plain(status: u16, body: impl Into<String>) -> Self {
        Self {
            status,
            body: body.into(),
            state: None,
            evidence: None,
        }
    }

    /// The answer to a body that could not be read.
    #[must_use]
    pub fn refusal(problem: &Problem) -> Self {
        Self::plain(400, format!("{problem}\n"))
    }

    /// The type of the body.
    #[must_use]
    pub fn content_type(&self) -> &'static str {
        match self.status {
            409 => "text/x.tlog.size",
            _ => "text/plain; charset=utf-8",
        }
    }
}

/// A witness: its key, and the logs that it knows.
#[derive(Clone, Debug)]
pub struct Witness {
    key: SignerKey,
    logs: Vec<KnownLog>,
}

impl Witness {
    /// A witness for `logs`.
    ///
    /// # Errors
    /// If its key does not make cosignatures, one log is named twice, or a log has none but cosigners' keys.
    pub fn new(key: SignerKey, logs: Vec<KnownLog>) -> Result<Self, Problem> {
        let refuse = |found: &str| Problem::new(Kind::Unsupported, "set up a witness", found);
        if key.verifier().algorithm() != Algorithm::Cosignature {
            return Err(refuse("its key does not make cosignatures"));
        }
        for (place, log) in logs.iter().enumerate() {
            if logs.iter().take(place).any(|l| l.origin == log.origin) {
                return Err(refuse("one log is named twice"));
            }
            let timed = |key: &VerifierKey| key.algorithm().is_timed();
            if log.keys.is_empty() || log.keys.iter().any(timed) {
                return Err(refuse("a log has no key, or a cosigner's"));
            }
        }
        Ok(Self { key, logs })
    }

    /// The answer to `request` by a witness that last cosigned `state` of this log, at `now`, in seconds since 1970.
    ///
    /// Conditions are looked at in the order of the specification; the first that holds decides.
    #[must_use]
    pub fn answer(&self, state: &State, request: &Request, now: u64) -> Answer {
        let (note, new) = (&request.note, &request.checkpoint);
        let Some(log) = self.logs.iter().find(|log| log.origin == new.origin()) else {
            return Answer::plain(404, "unknown log\n");
        };
        let signed = match note.open(&log.keys) {
            Ok(signed) => signed,
            Err(problem) => return Answer::plain(403, format!("{problem}\n")),
        };
        if request.old != state.size {
            return Answer::plain(409, format!("{}\n", state.size));
        }
        if let Err(problem) = continues(state, request) {
            let evidence = Evidence {
                before: state.note.clone(),
                request: request.clone(),
            };
            return Answer {
                evidence: Some(Box::new(evidence)),
                ..Answer::plain(422, format!("{problem}\n"))
            };
        }
        // A clock that went back would let a cosignature say that a larger tree was seen earlier.
        if now < state.time {
            return Answer::plain(503, "the clock is behind the last cosignature\n");
        }
        let own = self.key.sign(note.text(), now);
        let body = format!("{own}\n");
        let lines = signed.iter().map(|verified| verified.line.clone());
        // Read as a note already, and with no more lines than it had, but for our own in place of any that was forged.
        match Note::new(note.text(), lines.chain([own]).collect()) {
            Ok(note) => Answer {
                state: Some(State {
                    size: new.size(),
                    root: new.root(),
                    time: now,
                    note: Some(note),
                }),
                ..Answer::plain(200, body)
            },
            Err(problem) => Answer::refusal(&problem),
        }
    }
}

/// Whether the requested checkpoint continues what was cosigned.
fn continues(state: &State, request: &Request) -> Result<(), Problem> {
    let new = &request.checkpoint;
    let refuse = |found: &str| {
        Err(Problem::new(
            Kind::Proof,
            "verify a consistency proof",
            found,
        ))
    };
    if new.size() == 0 && new.root() != empty_root() {
        return refuse("a log without leaves has another root than the empty one");
    }
    if state.size > 0 {
        return verify_consistency(
            state.size,
            &state.root,
            new.size(),
            &new.root(),
            &request.proof,
        );
    }
    if request.proof.is_empty() {
        return Ok(());
    }
    refuse("from no leaves nothing is proved, and a proof was given")
}
