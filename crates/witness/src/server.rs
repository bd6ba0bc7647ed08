//! The daemon: `add-checkpoint` and the latest checkpoint over HTTP, with a limit on everything that a stranger can send.

use core::time::Duration;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use futures_util::future::{Either, select};
use habeas_ledger::note::MAX_NOTE;
use habeas_ledger::witness::{Answer, KnownLog, Witness};
use habeas_ledger::{key::SignerKey, witness};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

use crate::Clock;
use crate::fault::{Fault, system};
use crate::memory::{Kept, Memory};

/// The longest body of a request: a note, and 64 lines before it.
pub const MAX_BODY: usize = MAX_NOTE + 4096;

/// How long anybody may keep the daemon waiting, and how many at a time.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections; more wait to be accepted.
    pub connections: usize,
    /// For the head of a request, and between two requests.
    pub head: Duration,
    /// For the body.
    pub body: Duration,
    /// For a whole connection, whatever happens on it.
    pub connection: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: Duration::from_secs(5),
            body: Duration::from_secs(5),
            connection: Duration::from_secs(60),
        }
    }
}

/// After how many seconds a log may ask again.
const RETRY_AFTER: &str = "10";

/// What a witness is set up with.
pub struct Setup {
    /// Its key.
    pub key: SignerKey,
    /// The logs that it knows.
    pub logs: Vec<KnownLog>,
    /// What it remembers.
    pub memory: Memory,
    /// Where it listens.
    pub listen: SocketAddr,
    /// What stands before `/add-checkpoint`: empty, or `/` and something.
    pub submission_prefix: String,
    /// On strangers.
    pub limits: Limits,
    /// The time.
    pub clock: Box<dyn Clock>,
    /// Takes what is to be said to whoever runs it.
    pub tell: Box<dyn Fn(&str) + Send + Sync>,
}

/// A daemon that listens and does not answer yet.
pub struct Daemon {
    listener: TcpListener,
    submission_prefix: String,
    limits: Limits,
    shared: Arc<Shared>,
}

struct Shared {
    witness: Witness,
    logs: Vec<KnownLog>,
    memory: Mutex<Memory>,
    clock: Box<dyn Clock>,
    tell: Box<dyn Fn(&str) + Send + Sync>,
    body: Duration,
    /// What is stored is in doubt: nothing is cosigned any more.
    failed: Notify,
}

impl Daemon {
    /// Takes hold of the address.
    ///
    /// # Errors
    /// If the address is taken, or the witness cannot be set up so.
    pub fn bind(setup: Setup) -> Result<Self, Fault> {
        let Setup {
            key,
            logs,
            memory,
            listen,
            submission_prefix,
            limits,
            clock,
            tell,
        } = setup;
        let witness = Witness::new(key, logs.clone())?;
        let attempted = || system(format!("listen on {listen}"));
        let listener = TcpListener::bind(listen).map_err(attempted())?;
        listener.set_nonblocking(true).map_err(attempted())?;
        let shared = Shared {
            witness,
            logs,
            memory: Mutex::new(memory),
            clock,
            tell,
            body: limits.body,
            failed: Notify::new(),
        };
        Ok(Self {
            listener,
            submission_prefix,
            limits,
            shared: Arc::new(shared),
        })
    }

    /// Where it listens.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn address(&self) -> Result<SocketAddr, Fault> {
        self.listener.local_addr().map_err(system("listen"))
    }

    /// Answers until the process is told to end (SIGTERM, SIGINT); requests that have begun are answered.
    ///
    /// # Errors
    /// If it can no longer be trusted to remember what it cosigns.
    pub fn run(self) -> Result<(), Fault> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(system("start"))?;
        runtime.block_on(self.answer())
    }

    async fn answer(self) -> Result<(), Fault> {
        let Self {
            listener,
            submission_prefix,
            limits,
            shared,
        } = self;
        let listener = tokio::net::TcpListener::from_std(listener).map_err(system("listen"))?;
        let mut terminate = signal(SignalKind::terminate()).map_err(system("heed signals"))?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(system("heed signals"))?;
        // Whether it ends because of a failure.
        let mut stop = pin!(async {
            let told = async {
                select(pin!(terminate.recv()), pin!(interrupt.recv())).await;
            };
            let failed = shared.failed.notified();
            matches!(select(pin!(told), pin!(failed)).await, Either::Right(_))
        });
        let router = Router::new()
            .route(&format!("{submission_prefix}/add-checkpoint"), post(add))
            .route("/{name}/checkpoint", get(latest))
            .with_state(shared.clone());
        let places = Arc::new(Semaphore::new(limits.connections));
        let graceful = GracefulShutdown::new();
        let failed = loop {
            let next = async {
                let place = places.clone().acquire_owned().await;
                (place, listener.accept().await)
            };
            let accepted = match select(pin!(next), &mut stop).await {
                Either::Left((accepted, _)) => accepted,
                Either::Right((failed, _)) => break failed,
            };
            let (Ok(place), Ok((stream, _))) = accepted else {
                // No files are left, or the peer has gone: others may be served in a moment.
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let connection = hyper::server::conn::http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.head)
                .max_buf_size(16 << 10)
                .serve_connection(
                    TokioIo::new(stream),
                    TowerToHyperService::new(router.clone()),
                );
            let connection = graceful.watch(connection);
            tokio::spawn(async move {
                // A peer that breaks off, or is cut off, has nothing more to be told.
                let _ = timeout(limits.connection, connection).await;
                drop(place);
            });
        };
        drop(listener);
        // Who has not ended by then is cut off: what was cosigned is durable, the log asks again.
        let _ = timeout(limits.body, graceful.shutdown()).await;
        if failed {
            let cause = std::io::Error::other("the state can no longer be trusted");
            return Err(system("keep what was cosigned")(cause));
        }
        Ok(())
    }
}

async fn add(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let body = match timeout(shared.body, to_bytes(request.into_body(), MAX_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => return StatusCode::REQUEST_TIMEOUT.into_response(),
    };
    let answered = tokio::task::spawn_blocking(move || shared.answer(&body)).await;
    answered.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

async fn latest(State(shared): State<Arc<Shared>>, Path(name): Path<String>) -> Response {
    let found = tokio::task::spawn_blocking(move || shared.latest(&name)).await;
    found.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

impl Shared {
    fn answer(&self, body: &[u8]) -> Response {
        let request = match witness::Request::parse(body) {
            Ok(request) => request,
            Err(problem) => return response(&Answer::refusal(&problem)),
        };
        let answered = {
            let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
            // The clock is read where nobody else can cosign in between.
            memory.answer(&self.witness, &self.logs, &request, self.clock.now())
        };
        match answered {
            Ok((answer, kept)) => {
                if let Some(kept) = kept {
                    (self.tell)(&said(&kept));
                }
                response(&answer)
            }
            Err(fault) => self.failure(&fault),
        }
    }

    fn latest(&self, name: &str) -> Response {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        match memory.latest(name) {
            Ok(Some(note)) => {
                let headers = [
                    (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
                    (header::CACHE_CONTROL, "no-cache"),
                    (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
                ];
                (headers, note.to_string()).into_response()
            }
            Ok(None) => StatusCode::NOT_FOUND.into_response(),
            Err(fault) => self.failure(&fault),
        }
    }

    /// Says that something could not be stored or read, and ends the daemon unless that passes.
    fn failure(&self, fault: &Fault) -> Response {
        (self.tell)(&fault.to_string());
        if !fault.is_passing() {
            self.failed.notify_one();
        }
        unavailable("the state cannot be used now\n".to_owned())
    }
}

/// Says what was kept.
fn said(kept: &Kept) -> String {
    let Kept {
        number,
        origin,
        finding,
        request,
        ..
    } = kept;
    let size = request.checkpoint().size();
    let what = if finding.is_proof() {
        "has shown two histories"
    } else {
        "sent a checkpoint with a proof that does not hold"
    };
    format!("the log `{origin}` {what}, at {size} leaves; kept as evidence {number}")
}

fn unavailable(body: String) -> Response {
    let headers = [(header::RETRY_AFTER, RETRY_AFTER)];
    (StatusCode::SERVICE_UNAVAILABLE, headers, body).into_response()
}

fn response(answer: &Answer) -> Response {
    let body = answer.body.clone();
    match StatusCode::from_u16(answer.status) {
        Ok(StatusCode::SERVICE_UNAVAILABLE) => unavailable(body),
        Ok(status) => {
            let headers = [(header::CONTENT_TYPE, answer.content_type())];
            (status, headers, Body::from(body)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
