//! Asks witnesses which checkpoint of a log they know: before a log goes on, it must know whether somebody has seen more of it.

use habeas_ledger::checkpoint::monitoring_name;
use habeas_ledger::note::Note;
use hyper::{Method, StatusCode};
use tokio::time::timeout;

use crate::client::{Address, Cosigners, Missing, Peer, at_once};
use crate::fault::Fault;

/// What one witness shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Its name in the policy.
    pub witness: String,
    /// The latest checkpoint that it shows, unverified; `None` if it knows none of this log.
    pub latest: Result<Option<Note>, Missing>,
}

impl Cosigners {
    /// Asks all for the latest checkpoint of the log `origin` that they have cosigned, in the order of the policy. Nothing that they
    /// show is verified.
    ///
    /// # Errors
    /// If nothing can be started. What a witness does is never an error.
    pub fn latest(&self, origin: &str) -> Result<Vec<Seen>, Fault> {
        let name = monitoring_name(origin);
        let asked = self.peers.iter().map(async |peer| {
            let latest = timeout(self.deadline, peer.latest(&name)).await;
            Seen {
                witness: peer.name.clone(),
                latest: latest.unwrap_or(Err(Missing::Late)),
            }
        });
        at_once(asked)
    }
}

impl Peer {
    async fn latest(&self, name: &str) -> Result<Option<Note>, Missing> {
        let address = Address::of(self.url()?)?;
        // What stands before `add-checkpoint` in its address need not stand before what it shows.
        let mut prefixes = vec![address.prefix.as_str(), ""];
        prefixes.dedup();
        for prefix in prefixes {
            let path = format!("{prefix}/{name}/checkpoint");
            let (status, body) = address.send(Method::GET, &path, String::new()).await?;
            match status {
                StatusCode::NOT_FOUND => {}
                StatusCode::OK => {
                    let note = Note::parse(body.as_bytes());
                    return note.map(Some).map_err(Missing::Wrong);
                }
                status => return Err(Missing::Status(status.as_u16())),
            }
        }
        Ok(None)
    }
}
