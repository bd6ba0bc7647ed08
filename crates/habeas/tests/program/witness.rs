//! `habeas witness`: how it begins and ends, and that no `kill -9` makes it cosign two histories.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed"
)]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::thread;

use habeas_ledger::Hash;
use habeas_ledger::checkpoint::{Checkpoint, monitoring_name};
use habeas_ledger::evidence::{Finding, judge};
use habeas_ledger::hash::leaf_hash;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::note::{Note, SignatureLine};
use habeas_ledger::proof::prove_consistency;
use habeas_ledger::tree::{Leaves, Subtree, subtree_hash};
use habeas_ledger::witness::Request;

use crate::sandbox::Sandbox;

const LOG: &str = "log.example/2027";
const MOST: u64 = 120;

fn log() -> SignerKey {
    SignerKey::from_seed(LOG, Algorithm::Ed25519, &[100; 32]).unwrap()
}

/// The same leaves up to `fork`, then those of history `number`.
fn history(fork: u64, number: u8) -> Vec<Hash> {
    let leaf = |i: u64| leaf_hash(&[if i < fork { 0 } else { number }, u8::try_from(i).unwrap()]);
    (0..MOST).map(leaf).collect()
}

fn checkpoint(leaves: &[Hash], size: u64) -> Note {
    let root = subtree_hash(&Leaves(leaves), Subtree::whole(size).unwrap()).unwrap();
    let checkpoint = Checkpoint::new(LOG, size, root).unwrap();
    checkpoint.sign(&log()).unwrap()
}

fn request(leaves: &[Hash], old: u64, size: u64) -> String {
    let proof = match old {
        0 => Vec::new(),
        old => prove_consistency(&Leaves(leaves), old, size).unwrap(),
    };
    let request = Request::new(old, proof, checkpoint(leaves, size));
    request.unwrap().to_string()
}

/// A sandbox with a key of a witness in `w.key`, and its public key.
fn prepared() -> (Sandbox, VerifierKey) {
    let sandbox = Sandbox::empty();
    let words = [
        "key",
        "new",
        "--name",
        "w.example",
        "--kind",
        "witness",
        "--out",
        "w.key",
    ];
    let key = sandbox.run(words).out.trim_end().parse().unwrap();
    (sandbox, key)
}

/// The command of a witness for the log, with further words.
fn command(sandbox: &Sandbox, more: &[&str]) -> Command {
    let log = log().verifier().to_string();
    let words = [
        "witness", "--key", "w.key", "--state", "s.db", "--log", &log,
    ];
    sandbox.habeas(words.into_iter().chain(more.iter().copied()))
}

/// A witness that has said where it listens.
struct Running {
    child: Child,
    address: String,
}

fn start(sandbox: &Sandbox, more: &[&str]) -> Running {
    let mut child = command(sandbox, more)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let address = line.trim_end().strip_prefix("http://").map(str::to_owned);
    Running {
        child,
        address: address.unwrap(),
    }
}

impl Running {
    /// Ends it as a supervisor does; its exit status and what it said.
    fn end(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        assert!(
            Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let status = self.child.wait().unwrap().code();
        let mut said = String::new();
        self.child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut said)
            .unwrap();
        (status, said)
    }
}

/// Status and body; `None` where the witness has gone.
fn send(address: &str, head: &str, body: &str) -> Option<(u16, String)> {
    let (host, prefix) = address
        .split_once('/')
        .map_or((address, String::new()), |(host, path)| {
            (host, format!("/{path}"))
        });
    let mut stream = TcpStream::connect(host).ok()?;
    let head = head.replacen(" /", &format!(" {prefix}/"), 1);
    let length = body.len();
    let whole = format!(
        "{head} HTTP/1.1\r\nHost: w\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    stream.write_all(whole.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    Some((head.split(' ').nth(1)?.parse().ok()?, body.to_owned()))
}

fn ask(address: &str, body: &str) -> Option<(u16, String)> {
    send(address, "POST /add-checkpoint", body)
}

#[test]
fn begins_and_ends() {
    let (sandbox, key) = prepared();
    let status =
        |more: &[&str]| crate::sandbox::Ran::from(command(&sandbox, more).output().unwrap());
    status(&[]).could_not("open the state s.db: it is not there\n  hint: for a witness that has never cosigned give --new;");
    let leaves = history(0, 1);
    let running = start(&sandbox, &["--new", "--submission-prefix", "/police"]);
    assert!(running.address.ends_with("/police"));
    let (code, line) = ask(&running.address, &request(&leaves, 0, 5)).unwrap();
    assert_eq!(code, 200);
    let line: SignatureLine = line.trim_end().parse().unwrap();
    let time = key.verify(checkpoint(&leaves, 5).text(), &line.signature);
    assert!(time.unwrap().is_some_and(|time| time > 1_700_000_000));
    status(&[]).could_not("open the state s.db: another witness is running on it");
    assert_eq!(running.end(), (Some(0), String::new()));
    status(&["--new"])
        .could_not("make the state s.db: it is there already\n  hint: leave out --new");
    // It remembers, and says what it keeps.
    let running = start(&sandbox, &[]);
    let fork = request(&history(2, 2), 5, 5);
    assert_eq!(ask(&running.address, &fork).unwrap().0, 422);
    let path = format!("GET /{}/checkpoint", monitoring_name(LOG));
    let (code, latest) = send(&running.address, &path, "").unwrap();
    assert_eq!(
        (
            code,
            Note::parse(latest.as_bytes()).unwrap().signatures().len()
        ),
        (200, 2)
    );
    let (code, said) = running.end();
    assert_eq!(code, Some(0));
    assert_eq!(
        said,
        format!("the log `{LOG}` has shown two histories, at 5 leaves; kept as evidence 1\n")
    );
    let other = [
        "key",
        "new",
        "--name",
        "v.example",
        "--kind",
        "witness",
        "--out",
        "v.key",
    ];
    assert_eq!(sandbox.run(other).status, 0);
    let log = log().verifier().to_string();
    let words = [
        "witness", "--key", "v.key", "--state", "s.db", "--log", &log,
    ];
    sandbox
        .run(words)
        .could_not("open the state s.db: it belongs to the key w.example+");
}

#[test]
fn what_it_is_not_set_up_with() {
    let (sandbox, key) = prepared();
    let could_not = |more: &[&str], because: &str| {
        let ran = crate::sandbox::Ran::from(command(&sandbox, more).output().unwrap());
        ran.could_not(because);
    };
    let own = key.to_string();
    could_not(
        &["--new", "--submission-prefix", "police"],
        "it begins with `/`",
    );
    could_not(&["--listen", "here"], "invalid socket address");
    could_not(&["--log", "log.example+00000000+AAAA"], "read a key: ");
    could_not(
        &["--new", "--log", &own],
        "a log has no key, or a cosigner's",
    );
    could_not(&["--listen", "192.0.2.1:1"], "listen on 192.0.2.1:1: ");
    could_not(&["--initial", "none"], "none: No such file");
    sandbox.write("garbage", "no note\n");
    could_not(&["--initial", "garbage"], "garbage: read a signed note: ");
    let log = log().verifier().to_string();
    let words = [
        "witness", "--key", "garbage", "--state", "s.db", "--log", &log,
    ];
    sandbox
        .run(words)
        .could_not("garbage: this is no secret key\n  hint: `habeas key new`");
    sandbox
        .run(["witness", "evidence", "--state", "none"])
        .could_not("it is not there");
    sandbox
        .run(["witness", "evidence", "--state", "garbage"])
        .could_not("this is no state of a witness");
}

/// What it kept, listed and written out, and judged by somebody else.
#[test]
fn evidence() {
    let (sandbox, _) = prepared();
    let (one, other) = (history(0, 1), history(2, 2));
    sandbox.write("initial", checkpoint(&one, 5).to_string());
    let running = start(&sandbox, &["--new", "--initial", "initial"]);
    let none = sandbox.run(["witness", "evidence", "--state", "s.db"]);
    assert_eq!((none.status, none.out.as_str()), (0, "kept: 0\n"));
    assert_eq!(
        ask(&running.address, &request(&other, 5, 5)).unwrap().0,
        422
    );
    assert_eq!(
        ask(&running.address, &request(&other, 5, 9)).unwrap().0,
        422
    );
    // While it runs.
    let words = ["witness", "evidence", "--state", "s.db", "--out", "kept"];
    let mut settings = crate::sandbox::settings();
    settings.add_filter(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "[time]");
    settings
        .bind(|| insta_cmd::assert_cmd_snapshot!("witness-evidence", &mut sandbox.habeas(words)));
    assert_eq!(running.end().0, Some(0));
    let log = log().verifier().to_string();
    let judged = |number: u8, proof: bool| {
        let names = ["before.checkpoint", "after.checkpoint"].map(|n| format!("kept/{number}-{n}"));
        let proof = proof.then(|| format!("kept/{number}.proof"));
        let proof = proof.iter().flat_map(|path| ["--proof", path.as_str()]);
        let words = ["verify", "evidence", &names[0], &names[1], "--log", &log];
        sandbox.run(words.into_iter().chain(proof))
    };
    for (number, proof, said) in [
        (
            1,
            false,
            "Proved: the log has signed two different histories",
        ),
        (2, false, "Open: "),
        (2, true, "Not proved: "),
    ] {
        let ran = judged(number, proof);
        assert!(ran.status == 1 && ran.out.starts_with(said), "{ran:?}");
    }
}

/// So often one witness is killed before the next begins: after so many it has cosigned all there is.
const LIVES: u64 = 10;

/// Killed between requests and amid a storm of requests from three histories: all that left it cosigned is one history.
/// `HABEAS_WITNESS_KILLS` says how often; 30 unless told.
#[test]
fn killed() {
    let cycles: u64 =
        std::env::var("HABEAS_WITNESS_KILLS").map_or(30, |cycles| cycles.parse().unwrap());
    let (mut lines, mut sizes, mut witnesses) = (0, 0, 0_u64);
    for first in (0..cycles).step_by(usize::try_from(LIVES).unwrap()) {
        let (cosigned, different) = killed_again_and_again(first..cycles.min(first + LIVES));
        lines += cosigned;
        sizes += different;
        witnesses += 1;
    }
    assert!(lines >= cycles, "{lines} cosignatures");
    println!(
        "{cycles} kills of {witnesses} witnesses, {lines} cosignatures at {sizes} sizes, one history each"
    );
}

/// One witness through some kills. How many cosignatures it gave, and how many different ones.
fn killed_again_and_again(cycles: std::ops::Range<u64>) -> (u64, usize) {
    let (sandbox, key) = prepared();
    let histories = [history(0, 1), history(40, 2), history(75, 3)];
    let cosigned: Mutex<Vec<(usize, u64, SignatureLine)>> = Mutex::new(Vec::new());
    let mut reached = 0;
    for cycle in cycles.clone() {
        let more: &[&str] = if cycle == cycles.start {
            &["--new"]
        } else {
            &[]
        };
        let mut running = start(&sandbox, more);
        // What had left it is remembered.
        let most = cosigned
            .lock()
            .unwrap()
            .iter()
            .map(|(_, size, _)| *size)
            .max()
            .unwrap_or(0);
        let path = format!("GET /{}/checkpoint", monitoring_name(LOG));
        let (status, latest) = send(&running.address, &path, "").unwrap();
        if most > 0 {
            assert_eq!(status, 200);
            let note = Note::parse(latest.as_bytes()).unwrap();
            reached = Checkpoint::of(&note).unwrap().size();
            assert!(reached >= most, "{reached} and {most}");
        }
        let (address, cosigned, histories) = (&running.address, &cosigned, &histories);
        thread::scope(|scope| {
            for number in 0..6 {
                scope.spawn(move || storm(address, number, reached, histories, cosigned));
            }
            // Another place in the storm each time.
            thread::sleep(std::time::Duration::from_millis(5 + 7 * (cycle % 12)));
            running.child.kill().unwrap();
        });
        running.child.wait().unwrap();
    }
    let cosigned = cosigned.into_inner().unwrap();
    let keys = [log().verifier().clone()];
    for (number, size, line) in &cosigned {
        let note = checkpoint(&histories[*number], *size);
        key.verify(note.text(), &line.signature).unwrap();
    }
    let different: BTreeSet<(u64, usize)> = cosigned.iter().map(|c| (c.1, c.0)).collect();
    for (size, number) in &different {
        let note = checkpoint(&histories[*number], *size);
        for (larger, other) in different.range((*size, 0)..) {
            let leaves = &histories[*other];
            let proof = prove_consistency(&Leaves(leaves), *size, *larger).unwrap();
            let later = checkpoint(leaves, *larger);
            let finding = judge(&note, &later, Some(&proof), &keys).unwrap();
            assert_eq!(
                finding,
                Finding::Consistent,
                "{size} of {number}, {larger} of {other}"
            );
        }
    }
    (cosigned.len() as u64, different.len())
}

/// Asks for one history after the other from wherever the witness says that it is, until it has gone.
fn storm(
    address: &str,
    number: usize,
    mut old: u64,
    histories: &[Vec<Hash>; 3],
    cosigned: &Mutex<Vec<(usize, u64, SignatureLine)>>,
) {
    for turn in 0.. {
        let which = (number + turn) % 3;
        let size = (old + u64::try_from(turn % 2).unwrap()).clamp(1, MOST);
        let Some((status, body)) = ask(address, &request(&histories[which], old.min(size), size))
        else {
            return;
        };
        match status {
            200 => {
                let line = body.trim_end().parse().unwrap();
                cosigned.lock().unwrap().push((which, size, line));
                old = size;
            }
            409 => old = body.trim_end().parse().unwrap(),
            status => assert_eq!(status, 422),
        }
    }
}
