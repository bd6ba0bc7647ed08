//! Asks the witnesses of a policy for their cosignatures, all at once, and takes what came in time.
//!
//! A witness that is down, slow, ahead, or lies never stops a log: the rest counts, and each that is missing says why. What a
//! witness returns is verified before it is taken.

use core::time::Duration;
use std::fmt;
use std::thread;

use futures_util::future::join_all;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::key::VerifierKey;
use habeas_ledger::note::{Note, SignatureLine};
use habeas_ledger::policy::{Policy, Tally};
use habeas_ledger::witness::Request;
use habeas_ledger::{Hash, Problem};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::handshake;
use hyper::{Method, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::runtime;
use tokio::time::timeout;

use crate::fault::{Fault, system};

/// How long a round lasts at most.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// The longest answer that is read: lines of both algorithms, and more.
const MAX_ANSWER: usize = 64 << 10;

/// Why a witness's cosignature is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The policy has no address of it.
    NoAddress,
    /// The address is none that is spoken here: HTTP without TLS.
    Address(String),
    /// It could not be reached, or broke off.
    Down(String),
    /// It had not answered when the round ended.
    Late,
    /// It has cosigned this many leaves, more than the log now has: the log may have gone back.
    Ahead(u64),
    /// It told a size twice, and took a proof from neither.
    Moving(u64),
    /// The log could not make the proof.
    NoProof(String),
    /// It refuses the log or what the log has signed (403, 422; elsewhere 409 with the size it was asked from). It is not asked again before somebody has looked.
    Refused(u16),
    /// It refused in an earlier round.
    Stopped(u16),
    /// Another status.
    Status(u16),
    /// Its answer is none, or has no line by the key of the policy.
    NoLine,
    /// Its line is wrong.
    Wrong(Problem),
}

impl Missing {
    /// Whether somebody must look: the log, the witness or the policy is not what it should be.
    #[must_use]
    pub fn alarms(&self) -> bool {
        matches!(
            self,
            Self::Ahead(_) | Self::Refused(_) | Self::Stopped(_) | Self::NoLine | Self::Wrong(_)
        )
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoAddress => f.write_str("the policy has no address of it"),
            Self::Address(url) => write!(f, "`{url}` is no address of http without TLS"),
            Self::Down(cause) => write!(f, "it was not reached: {cause}"),
            Self::Late => f.write_str("it did not answer in time"),
            Self::Ahead(size) => write!(f, "it has cosigned {size} leaves, more than the log has"),
            Self::Moving(size) => write!(f, "it cosigns at {size} leaves, then at another size"),
            Self::NoProof(cause) => write!(f, "the log could not make the proof: {cause}"),
            Self::Refused(status) => write!(f, "it refuses the log with {status}"),
            Self::Stopped(status) => {
                write!(f, "it refused with {status} before and is not asked again")
            }
            Self::Status(status) => write!(f, "it answered {status}"),
            Self::NoLine => f.write_str("its answer has no line by its key"),
            Self::Wrong(problem) => write!(f, "its line is wrong: {problem}"),
        }
    }
}

/// A witness as the log knows it.
#[derive(Clone, Debug)]
pub(crate) struct Peer {
    pub(crate) name: String,
    key: VerifierKey,
    url: Option<String>,
    /// What it last cosigned, as far as it is known.
    size: u64,
    stopped: Option<u16>,
}

/// The witnesses of a log, with what each last cosigned.
#[derive(Clone, Debug)]
pub struct Cosigners {
    policy: Policy,
    pub(crate) peers: Vec<Peer>,
    pub(crate) deadline: Duration,
}

/// What came of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Lines that were verified, in the order of the policy.
    pub lines: Vec<SignatureLine>,
    /// Each witness of the policy in its order, with the time that it gave, or why it is missing.
    pub witnesses: Vec<(String, Result<u64, Missing>)>,
    /// How each group of the policy stands.
    pub groups: Vec<Tally>,
    /// Whether they are enough.
    pub quorum: bool,
}

impl Cosigners {
    /// The witnesses of `policy`. Of none it is known yet what it has cosigned: each tells when it is first asked.
    #[must_use]
    pub fn new(policy: Policy, deadline: Duration) -> Self {
        let peer = |witness: &habeas_ledger::policy::Witness| Peer {
            name: witness.name.clone(),
            key: witness.key.clone(),
            url: witness.url.clone(),
            size: 0,
            stopped: None,
        };
        let peers = policy.witnesses().iter().map(peer).collect();
        Self {
            policy,
            peers,
            deadline,
        }
    }

    /// Asks all for a cosignature of `note`. `prove` proves that the log of its second number of leaves continues that of its
    /// first, which is neither 0 nor the second.
    ///
    /// # Errors
    /// If `note` is no checkpoint, or nothing can be started. What a witness does is never an error.
    pub fn ask<E: fmt::Display + Send>(
        &mut self,
        note: &Note,
        prove: impl Fn(u64, u64) -> Result<Vec<Hash>, E> + Sync,
    ) -> Result<Round, Fault> {
        let size = Checkpoint::of(note)?.size();
        let deadline = self.deadline;
        // On a thread of its own: whoever proves may wait for a runtime too, and none waits within another.
        let prove = |old| thread::scope(|scope| scope.spawn(|| prove(old, size)).join());
        let proof = |old| match old {
            0 => Ok(Vec::new()),
            old if old == size => Ok(Vec::new()),
            old => match prove(old) {
                Ok(proof) => proof.map_err(|cause| Missing::NoProof(cause.to_string())),
                Err(_) => Err(Missing::NoProof("it broke off".to_owned())),
            },
        };
        let asked = self.peers.iter_mut().map(async |peer| {
            let answer = timeout(deadline, peer.ask(note, size, &proof)).await;
            let answer = answer.unwrap_or(Err(Missing::Late));
            if let Err(Missing::Refused(status)) = answer {
                peer.stopped = Some(status);
            }
            answer
        });
        let answers = at_once(asked)?;
        let (mut lines, mut witnesses) = (Vec::new(), Vec::new());
        for (peer, answer) in self.peers.iter().zip(answers) {
            let time = answer.map(|(line, time)| {
                lines.push(line);
                time
            });
            witnesses.push((peer.name.clone(), time));
        }
        let (groups, quorum) = self.policy.evaluate(|witness| {
            let mut all = witnesses.iter();
            all.any(|(name, answer)| *name == witness.name && answer.is_ok())
        });
        Ok(Round {
            lines,
            witnesses,
            groups,
            quorum,
        })
    }
}

/// Waits for all, on this thread.
pub(crate) fn at_once<F: Future>(
    asked: impl IntoIterator<Item = F>,
) -> Result<Vec<F::Output>, Fault> {
    let runtime = runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(system("ask witnesses"))?;
    let answers = runtime.block_on(join_all(asked));
    // A name that is still being looked up would be waited for.
    runtime.shutdown_background();
    Ok(answers)
}

impl Peer {
    pub(crate) fn url(&self) -> Result<&str, Missing> {
        self.url.as_deref().ok_or(Missing::NoAddress)
    }

    async fn ask(
        &mut self,
        note: &Note,
        size: u64,
        proof: &impl Fn(u64) -> Result<Vec<Hash>, Missing>,
    ) -> Result<(SignatureLine, u64), Missing> {
        if let Some(status) = self.stopped {
            return Err(Missing::Stopped(status));
        }
        let address = Address::of(self.url()?)?;
        let path = format!("{}/add-checkpoint", address.prefix);
        let mut again = true;
        loop {
            if self.size > size {
                return Err(Missing::Ahead(self.size));
            }
            let request = Request::new(self.size, proof(self.size)?, note.clone());
            let request = request.map_err(|problem| Missing::NoProof(problem.to_string()))?;
            let (status, body) = address
                .send(Method::POST, &path, request.to_string())
                .await?;
            match status {
                StatusCode::OK => {
                    let taken = taken(&self.key, note, &body)?;
                    self.size = size;
                    return Ok(taken);
                }
                StatusCode::CONFLICT => {
                    let told = body.strip_suffix('\n').and_then(|told| told.parse().ok());
                    // Some witnesses answer so, and with the size that they were asked from, where the root is another.
                    let told: u64 = told
                        .filter(|told| *told != self.size)
                        .ok_or(Missing::Refused(status.as_u16()))?;
                    let before = std::mem::replace(&mut self.size, told);
                    if !again {
                        return Err(Missing::Moving(before));
                    }
                    again = false;
                }
                StatusCode::FORBIDDEN | StatusCode::UNPROCESSABLE_ENTITY => {
                    return Err(Missing::Refused(status.as_u16()));
                }
                status => return Err(Missing::Status(status.as_u16())),
            }
        }
    }
}

/// The line by `key` in an answer, and its time.
fn taken(key: &VerifierKey, note: &Note, body: &str) -> Result<(SignatureLine, u64), Missing> {
    let of_it = |line: &SignatureLine| line.name == key.name() && line.key_id == key.id();
    let line = body
        .lines()
        .filter_map(|line| line.parse().ok())
        .find(of_it)
        .ok_or(Missing::NoLine)?;
    match key.verify(note.text(), &line.signature) {
        Ok(Some(time)) => Ok((line, time)),
        Ok(None) => Err(Missing::NoLine),
        Err(problem) => Err(Missing::Wrong(problem)),
    }
}

/// Where a witness is reached.
pub(crate) struct Address {
    /// Host and port.
    host: String,
    /// What stands before `/add-checkpoint`: empty, or `/` and something.
    pub(crate) prefix: String,
}

impl Address {
    /// Of `http://host:port/prefix`.
    pub(crate) fn of(url: &str) -> Result<Self, Missing> {
        Self::read(url).ok_or_else(|| Missing::Address(url.to_owned()))
    }

    fn read(url: &str) -> Option<Self> {
        let rest = url.strip_prefix("http://")?;
        let (host, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let named = !host.is_empty() && !host.contains('@');
        // A port stands behind the last colon, unless that is one within the brackets of IPv6.
        let port = host
            .rsplit_once(':')
            .is_some_and(|(_, p)| !p.ends_with(']'));
        let prefix = prefix.trim_end_matches('/');
        let slash = if prefix.is_empty() { "" } else { "/" };
        named.then(|| Self {
            host: if port {
                host.to_owned()
            } else {
                format!("{host}:80")
            },
            prefix: format!("{slash}{prefix}"),
        })
    }

    /// Status and body of the answer.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: String,
    ) -> Result<(StatusCode, String), Missing> {
        let down = |cause: &dyn fmt::Display| Missing::Down(cause.to_string());
        let stream = TcpStream::connect(&self.host).await;
        let stream = TokioIo::new(stream.map_err(|e| down(&e))?);
        let (mut sender, connection) = handshake(stream).await.map_err(|e| down(&e))?;
        tokio::spawn(connection);
        let request = hyper::Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::CONTENT_TYPE, "text/plain; charset=utf-8")
            .body(Full::new(Bytes::from(body)))
            .map_err(|e| down(&e))?;
        let answer = sender.send_request(request).await.map_err(|e| down(&e))?;
        let status = answer.status();
        let body = Limited::new(answer.into_body(), MAX_ANSWER).collect().await;
        let body = body.map_err(|e| down(&e))?.to_bytes();
        let body = String::from_utf8(body.to_vec()).map_err(|_| Missing::NoLine)?;
        Ok((status, body))
    }
}
