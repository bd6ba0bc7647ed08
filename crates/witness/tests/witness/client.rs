//! The client: one witness down, one lying, one slow, one ahead; the rest counts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use habeas_ledger::note::Note;
use habeas_ledger::policy::Policy;
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tree::Leaves;
use habeas_ledger::{Hash, Problem};
use habeas_witness::client::{Cosigners, Missing, Round};
use tempfile::tempdir;

use crate::support::{checkpoint, fresh, history, log_key, post, request, witness_key};

/// Long enough for a busy machine, short enough for a test that waits for it.
const DEADLINE: Duration = Duration::from_millis(1500);

/// Five witnesses at these addresses, of which four are enough.
fn policy(urls: [Option<String>; 5]) -> Policy {
    let mut written = format!("log {}\n", log_key().verifier());
    for (number, url) in (1..).zip(urls) {
        let key = witness_key(number);
        let url = url.unwrap_or_default();
        written += &format!("witness organ{number} {} {url}\n", key.verifier());
    }
    written += "group organs 4 organ1 organ2 organ3 organ4 organ5\nquorum organs\n";
    written.parse().unwrap()
}

fn at(address: SocketAddr) -> Option<String> {
    Some(format!("http://{address}"))
}

/// A place where nobody listens, nor begins to: all others are at 127.0.0.1.
fn closed() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.9:0").unwrap();
    listener.local_addr().unwrap()
}

/// Answers every request with what `answer` makes of its body, and counts them.
fn scripted(answer: impl Fn(&str) -> String + Send + 'static) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            count.fetch_add(1, Ordering::SeqCst);
            let (mut all, mut part) = (Vec::new(), [0; 4096]);
            let body = loop {
                let read = stream.read(&mut part).unwrap();
                all.extend(&part[..read]);
                let text = String::from_utf8_lossy(&all).into_owned();
                // The body ends with the log's line.
                if let Some((_, body)) = text.split_once("\r\n\r\n")
                    && body.contains("\n— ")
                    && body.ends_with('\n')
                {
                    break body.to_owned();
                }
                assert_ne!(read, 0);
            };
            let _ = stream.write_all(answer(&body).as_bytes());
        }
    });
    (address, asked)
}

fn http(status: &str, body: &str) -> String {
    format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The line that witness `number` gives for the checkpoint of a request, spoilt if wanted.
fn line(number: u8, body: &str, spoilt: bool) -> String {
    let note = body.split_once("\n\n").unwrap().1;
    let note = Note::parse(note.as_bytes()).unwrap();
    let mut line = witness_key(number).sign(note.text(), 1);
    if spoilt {
        line.signature[30] ^= 1;
    }
    format!("{line}\n")
}

fn ask(cosigners: &mut Cosigners, leaves: &[Hash], size: u64) -> Round {
    let prove = |old, new| prove_consistency(&Leaves(leaves), old, new);
    cosigners
        .ask::<Problem>(&checkpoint(leaves, size), prove)
        .unwrap()
}

fn missing(round: &Round, number: usize) -> Option<&Missing> {
    round.witnesses[number - 1].1.as_ref().err()
}

#[test]
fn the_rest_counts() {
    let folder = tempdir().unwrap();
    let leaves = history(0, 1);
    let running = [1, 2, 3, 4, 5].map(|number| fresh(number, folder.path()));
    let all = || [0, 1, 2, 3, 4].map(|at_| at(running[at_].address));
    let mut cosigners = Cosigners::new(policy(all()), DEADLINE);
    let round = ask(&mut cosigners, &leaves, 5);
    assert!(round.quorum && round.lines.len() == 5);
    assert_eq!(round.groups[0].to_string(), "organs: 5 of 5");
    let mut note = checkpoint(&leaves, 5);
    for line in round.lines {
        note.add(line).unwrap();
    }
    let keys = [1, 2, 3, 4, 5].map(|number| witness_key(number).verifier().clone());
    assert_eq!(note.open(&keys).unwrap().len(), 5);
    // Who remembers asks from there; who does not is told with 409, and makes the proof once.
    assert_eq!(ask(&mut cosigners, &leaves, 9).lines.len(), 5);
    let mut forgetful = Cosigners::new(policy(all()), DEADLINE);
    assert_eq!(ask(&mut forgetful, &leaves, 9).lines.len(), 5);

    let closed = closed();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let (lying, _) = scripted(|body| http("200 OK", &line(3, body, true)));
    assert_eq!(
        post(running[3].address, &request(&leaves, 9, 30)).status,
        200
    );
    let one_each = [
        (2, at(closed)),
        (3, at(lying)),
        (1, at(silent.local_addr().unwrap())),
    ];
    let mut urls = all();
    for (size, (number, url)) in (31..).zip(one_each) {
        let mut alone = all();
        alone[number - 1].clone_from(&url);
        urls[number - 1] = url;
        // Without the one that is ahead.
        let mut cosigners = Cosigners::new(policy(alone), DEADLINE);
        let round = ask(&mut cosigners, &leaves, size);
        assert_eq!(round.groups[0].to_string(), "organs: 4 of 5");
        assert!(round.quorum && missing(&round, number).is_some());
    }
    assert_eq!(
        post(running[3].address, &request(&leaves, 33, 60)).status,
        200
    );
    let mut cosigners = Cosigners::new(policy(urls), DEADLINE);
    let round = ask(&mut cosigners, &leaves, 40);
    assert_eq!(missing(&round, 1), Some(&Missing::Late));
    assert!(matches!(missing(&round, 2), Some(Missing::Down(_))));
    assert!(matches!(missing(&round, 3), Some(Missing::Wrong(_))));
    assert_eq!(missing(&round, 4), Some(&Missing::Ahead(60)));
    assert_eq!(missing(&round, 5), None);
    assert_eq!(round.groups[0].to_string(), "organs: 1 of 5");
    assert!(!round.quorum && round.lines.len() == 1);
}

/// Who refuses what the log signed is asked once, and then not before somebody has looked.
#[test]
fn refusals_stop() {
    let (forbids, forbidden) = scripted(|_| http("403 Forbidden", ""));
    let (refuses, refused) = scripted(|_| http("422 Unprocessable Content", ""));
    let (turns, turned) = scripted(|body| {
        let told = if body.starts_with("old 0\n") {
            "3\n"
        } else {
            "2\n"
        };
        http("409 Conflict", told)
    });
    let (repeats, repeated) = scripted(|_| http("409 Conflict", "0\n"));
    let urls = [at(forbids), at(refuses), at(turns), at(repeats), None];
    let mut cosigners = Cosigners::new(policy(urls), DEADLINE);
    let leaves = history(0, 1);
    let round = ask(&mut cosigners, &leaves, 5);
    assert_eq!(missing(&round, 1), Some(&Missing::Refused(403)));
    assert_eq!(missing(&round, 2), Some(&Missing::Refused(422)));
    assert_eq!(missing(&round, 3), Some(&Missing::Moving(3)));
    assert_eq!(missing(&round, 4), Some(&Missing::Refused(409)));
    assert_eq!(missing(&round, 5), Some(&Missing::NoAddress));
    let again = ask(&mut cosigners, &leaves, 6);
    assert_eq!(missing(&again, 1), Some(&Missing::Stopped(403)));
    assert_eq!(missing(&again, 2), Some(&Missing::Stopped(422)));
    let counts = [&forbidden, &refused, &turned, &repeated].map(|c| c.load(Ordering::SeqCst));
    assert_eq!(counts, [1, 1, 3, 1]);
    assert!(missing(&again, 1).is_some_and(Missing::alarms));
}

#[test]
fn answers_that_are_none() {
    let (other, _) = scripted(|body| http("200 OK", &line(9, body, false)));
    let (endless, _) = scripted(|_| http("200 OK", &"a".repeat(1 << 20)));
    let (garbage, _) = scripted(|_| "no HTTP at all\r\n\r\n".to_owned());
    let (busy, _) = scripted(|_| http("503 Service Unavailable", ""));
    let tls = Some("https://organ5.example/".to_owned());
    let urls = [at(other), at(endless), at(garbage), at(busy), tls];
    let mut cosigners = Cosigners::new(policy(urls), DEADLINE);
    let round = ask(&mut cosigners, &history(0, 1), 5);
    assert_eq!(missing(&round, 1), Some(&Missing::NoLine));
    assert!(matches!(missing(&round, 2), Some(Missing::Down(_))));
    assert!(matches!(missing(&round, 3), Some(Missing::Down(_))));
    assert_eq!(missing(&round, 4), Some(&Missing::Status(503)));
    assert!(matches!(missing(&round, 5), Some(Missing::Address(_))));
    // A log that cannot prove, towards a witness that has seen less.
    let folder = tempdir().unwrap();
    let running = fresh(1, folder.path());
    let leaves = history(0, 1);
    assert_eq!(post(running.address, &request(&leaves, 0, 3)).status, 200);
    let urls = [at(running.address), None, None, None, None];
    let mut cosigners = Cosigners::new(policy(urls), DEADLINE);
    let round = cosigners.ask(&checkpoint(&leaves, 5), |_, _| Err("no nodes"));
    assert_eq!(
        missing(&round.unwrap(), 1),
        Some(&Missing::NoProof("no nodes".to_owned()))
    );
}

/// What each shows of a log, unverified: one has cosigned, one knows nothing of it, one is down.
#[test]
fn what_witnesses_have_seen() {
    let folder = tempdir().unwrap();
    let leaves = history(0, 1);
    let (one, two) = (fresh(1, folder.path()), fresh(2, folder.path()));
    assert_eq!(post(one.address, &request(&leaves, 0, 7)).status, 200);
    // A prefix before `add-checkpoint` need not stand before what is shown.
    let prefixed = Some(format!("http://{}/organ1/", one.address));
    let urls = [prefixed, at(two.address), at(closed()), None, None];
    let cosigners = Cosigners::new(policy(urls), DEADLINE);
    let seen = cosigners.latest(log_key().verifier().name()).unwrap();
    let note = seen[0].latest.as_ref().unwrap().as_ref().unwrap();
    assert_eq!(note.text(), checkpoint(&leaves, 7).text());
    assert_eq!(
        (seen[1].witness.as_str(), &seen[1].latest),
        ("organ2", &Ok(None))
    );
    assert!(matches!(seen[2].latest, Err(Missing::Down(_))));
    assert_eq!(seen[3].latest, Err(Missing::NoAddress));
}
