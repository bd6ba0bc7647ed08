//! `habeas log`: from acts to a witnessed receipt, with witnesses as processes of their own, of which one is killed and one lies; and
//! that no `kill -9` of the log makes it show two histories.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed"
)]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::thread;

use habeas_ledger::Hash;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::note::Note;
use habeas_ledger::proof::{prove_consistency, verify_consistency};
use habeas_ledger::tile::{Content, TILE_WIDTH, Tile, TileNodes, hash_tiles, tile_hashes};

use crate::sandbox::{Ran, Sandbox};

const LOG: &str = "log.example/2027";
const STORE: [&str; 2] = ["--store", "sqlite:kept"];
const PUBLISH: [&str; 4] = ["--tiles", "public", "--entries", "public"];

/// A process that has said its first line. It is killed when nobody needs it any more.
pub struct Running {
    child: Child,
    said: String,
}

impl Running {
    fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut said = String::new();
        let out = child.stdout.take().unwrap();
        BufReader::new(out).read_line(&mut said).unwrap();
        Self { child, said }
    }

    /// Ends it as a supervisor does; its exit status and what it said on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        let id = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &id]).status();
        assert!(told.unwrap().success());
        self.ended()
    }

    fn ended(&mut self) -> (Option<i32>, String) {
        let status = self.child.wait().unwrap().code();
        let mut said = String::new();
        let mut err = self.child.stderr.take().unwrap();
        err.read_to_string(&mut said).unwrap();
        (status, said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A key in a file, and its public line.
fn key(sandbox: &Sandbox, name: &str, kind: &str, file: &str) -> String {
    let words = ["key", "new", "--name", name, "--kind", kind, "--out", file];
    let made = sandbox.run(words);
    assert_eq!(made.status, 0, "{made:?}");
    made.out.trim_end().to_owned()
}

/// A witness as its own process, and its line in a policy.
pub fn witness(sandbox: &Sandbox, name: &str, log: &str, new: bool) -> (Running, String) {
    let (file, state) = (format!("{name}.key"), format!("{name}.db"));
    let public = match new {
        true => key(sandbox, &format!("{name}.example"), "witness", &file),
        false => sandbox
            .run(["key", "show", &file])
            .out
            .trim_end()
            .to_owned(),
    };
    // One that is killed leaves its port; there nobody else begins to listen.
    let listen = if name == "justice" {
        "127.0.0.8:0"
    } else {
        "127.0.0.1:0"
    };
    let mut words = vec!["witness", "--key", &file, "--log", log, "--state", &state];
    words.extend(["--listen", listen]);
    if new {
        words.push("--new");
    }
    let running = Running::start(sandbox.habeas(words));
    let line = format!("witness {name} {public} {}", running.said);
    (running, line)
}

const ORGANS: [&str; 5] = ["police", "prosecution", "court", "justice", "commission"];
const OUTSIDE: [&str; 3] = ["bar", "university", "press"];

/// The shape that is shipped: 4 of 5 organs and 2 of 3 outside.
fn policy(log: &str, witnesses: &[String]) -> String {
    let [organs, outside] = [ORGANS.join(" "), OUTSIDE.join(" ")];
    format!(
        "log {log}\n{}group organs 4 {organs}\ngroup outside 2 {outside}\ngroup both all organs outside\nquorum both\n",
        witnesses.concat()
    )
}

/// A witness that answers with a line over another root than it was shown.
fn lying(name: &str) -> (String, SignerKey) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let key = SignerKey::from_seed(&format!("{name}.example"), Algorithm::Cosignature, &[9; 32]);
    let key = key.unwrap();
    let line = format!("witness {name} {} http://{address}\n", key.verifier());
    let signer = key.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (mut all, mut part) = (Vec::new(), [0; 4096]);
            let answer = loop {
                let read = stream.read(&mut part).unwrap_or(0);
                all.extend(&part[..read]);
                let text = String::from_utf8_lossy(&all).into_owned();
                if read == 0 || text.starts_with("GET") {
                    break None;
                }
                if text.contains("\n— ") && text.ends_with('\n') {
                    let note = text.split_once("\r\n\r\n").unwrap().1.split_once("\n\n");
                    let said = Checkpoint::of(&Note::parse(note.unwrap().1.as_bytes()).unwrap());
                    let said = said.unwrap();
                    let other = Checkpoint::new(said.origin(), said.size(), Hash([1; 32])).unwrap();
                    break Some(format!(
                        "{}\n",
                        signer.sign(&other.to_string(), 1_800_000_000)
                    ));
                }
            };
            let (status, body) = match answer {
                Some(line) => ("200 OK", line),
                None => ("404 Not Found", String::new()),
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all((head + &body).as_bytes());
        }
    });
    (line, key)
}

fn log(sandbox: &Sandbox) -> Command {
    let words = [
        "log", "--key", "log.key", "--policy", "policy", "--every", "1",
    ];
    sandbox.habeas(words.into_iter().chain(STORE).chain(PUBLISH))
}

/// Asks for a receipt until one holds: each time the log lends the store, and is a round further on.
fn receipt(sandbox: &Sandbox, case: &str, act: &str) -> Ran {
    let mut last = None;
    for _ in 0..2000 {
        let words = ["receipt", "--case", case, "--act", act];
        let shown = sandbox.run(words.into_iter().chain(STORE));
        sandbox.write("receipt", &shown.out);
        let verified = sandbox.run(["verify", "receipt", "--policy", "policy"]);
        if shown.status == 0 && verified.status == 0 {
            return verified;
        }
        last = Some((shown, verified));
    }
    panic!("no receipt holds: {last:?}");
}

/// From nothing to a witnessed receipt, while acts are loaded beside the log; one witness killed and one lying do not stop it.
#[test]
fn five_organs_and_three_outside() {
    let sandbox = Sandbox::new();
    let public = key(&sandbox, LOG, "log", "log.key");
    let all = ORGANS.iter().chain(&OUTSIDE);
    let (mut running, mut lines): (Vec<Running>, Vec<String>) = all
        .map(|name| witness(&sandbox, name, &public, true))
        .unzip();
    sandbox.write("policy", policy(&public, &lines));
    let load = |file| sandbox.run(["load", file].into_iter().chain(STORE));
    assert_eq!(load("acts/kelp.jsonl").status, 0);
    let daemon = Running::start(log(&sandbox));
    assert_eq!(daemon.said, "log.example/2027 runs, with 3 leaves\n");
    let held = receipt(&sandbox, "kelp", "a1");
    for part in ["organs: 5 of 5", "outside: 3 of 3", "so it existed by "] {
        assert!(held.out.contains(part), "{}", held.out);
    }
    // Acts are loaded while it runs: it lends the store.
    let loaded = load("acts/limpet.csv");
    assert_eq!((loaded.status, loaded.err.as_str()), (0, ""));
    assert_eq!(daemon.end(), (Some(0), String::new()));

    // The justice administration's is killed, the newspaper's lies.
    drop(running.remove(3));
    let (liar, liars_key) = lying("press");
    lines[7] = liar;
    sandbox.write("policy", policy(&public, &lines));
    let daemon = Running::start(log(&sandbox));
    assert_eq!(load("acts/wrack.jsonl").status, 0);
    let held = receipt(&sandbox, "wrack", "b1");
    for part in [
        "organs: 4 of 5",
        "outside: 2 of 3",
        "justice  has not",
        "press  has not",
    ] {
        assert!(held.out.contains(part), "{}", held.out);
    }
    let (status, said) = daemon.end();
    assert_eq!(status, Some(0));
    assert!(
        said.contains("the witness `press` has not cosigned: its line is wrong"),
        "{said}"
    );
    assert!(said.contains("`justice`: it was not reached"), "{said}");
    assert_eq!(said.matches("`press`").count(), 1, "{said}");
    assert!(
        !sandbox
            .read("public/checkpoint")
            .contains(liars_key.verifier().name())
    );

    // The earliest checkpoint with a quorum tells the earliest time: then all five had cosigned.
    let words = [
        "receipt", "--case", "kelp", "--act", "a1", "--policy", "policy",
    ];
    let early = sandbox.run(words.into_iter().chain(STORE));
    assert_eq!((early.status, early.err.as_str()), (0, ""));
    sandbox.write("early", &early.out);
    let verified = sandbox.run(["verify", "early", "--policy", "policy"]);
    assert_eq!(verified.status, 0);
    assert!(verified.out.contains("organs: 5 of 5"), "{}", verified.out);
    let other = policy(&public, &lines)
        .replace("organs 4", "organs 5")
        .replace("outside 2", "outside 3");
    sandbox.write("strict", other);
    let words = [
        "receipt", "--case", "kelp", "--act", "a1", "--policy", "strict",
    ];
    let never = sandbox.run(words.into_iter().chain(STORE));
    assert_eq!(never.status, 0);
    assert!(
        never
            .err
            .contains("no checkpoint over this act has the quorum"),
        "{}",
        never.err
    );

    // Two organs less: the log goes on, and says how many have cosigned.
    drop(running.remove(0));
    let checkpoint = ["checkpoint", "--key", "log.key", "--policy", "policy"];
    let few = sandbox.run(checkpoint.into_iter().chain(STORE).chain(PUBLISH));
    assert_eq!(few.status, 1);
    for part in ["organs: 3 of 5", "outside: 2 of 3", "too few have cosigned"] {
        assert!(few.err.contains(part), "{}", few.err);
    }
    assert_eq!(few.out, sandbox.read("public/checkpoint"));
    let audit = sandbox.run(["audit"].into_iter().chain(STORE));
    assert_eq!(audit.status, 0, "{}", audit.out);
}

/// A load that signs by itself ends with a witnessed checkpoint over all that it recorded.
#[test]
fn a_load_asks_the_witnesses_at_its_end() {
    let sandbox = Sandbox::new();
    let public = key(&sandbox, LOG, "log", "log.key");
    let (_running, line) = witness(&sandbox, "court", &public, true);
    sandbox.write("policy", format!("log {public}\n{line}quorum court\n"));
    let words = [
        "load",
        "acts/kelp.jsonl",
        "--key",
        "log.key",
        "--policy",
        "policy",
    ];
    let ran = sandbox.run(words.into_iter().chain(STORE).chain(PUBLISH));
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    receipt(&sandbox, "kelp", "a3");
    let note = Note::parse(sandbox.read("public/checkpoint").as_bytes()).unwrap();
    let size = Checkpoint::of(&note).unwrap().size();
    assert_eq!((size, note.signatures().len()), (3, 2));
}

/// An older copy of the store signs nothing, whether the log runs or signs once.
#[test]
fn a_store_that_was_put_back_is_refused() {
    let sandbox = Sandbox::new();
    let public = key(&sandbox, LOG, "log", "log.key");
    let (_running, line) = witness(&sandbox, "court", &public, true);
    sandbox.write("policy", format!("log {public}\n{line}quorum court\n"));
    let load = |file| sandbox.run(["load", file].into_iter().chain(STORE)).status;
    let once = ["checkpoint", "--key", "log.key", "--policy", "policy"];
    let once = || sandbox.run(once.into_iter().chain(STORE));
    assert_eq!(load("acts/kelp.jsonl"), 0);
    let kept = sandbox.path("kept");
    let older = sandbox.path("older");
    fs::create_dir(&older).unwrap();
    for entry in fs::read_dir(&kept).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, older.join(path.file_name().unwrap())).unwrap();
    }
    assert_eq!((load("acts/limpet.csv"), once().status), (0, 0));
    fs::remove_dir_all(&kept).unwrap();
    fs::rename(&older, &kept).unwrap();
    once().could_not("the witness `court` has seen ");
    let mut daemon = Running::start(log(&sandbox));
    assert_eq!(daemon.said, "");
    let (status, said) = daemon.ended();
    assert_eq!(status, Some(2));
    assert!(
        said.contains("this store has signed 0: the log does not go on"),
        "{said}"
    );
    assert!(
        said.contains("hint: either this store was put back from a backup"),
        "{said}"
    );
}

#[test]
fn what_it_is_not_set_up_with() {
    let sandbox = Sandbox::new();
    let public = key(&sandbox, LOG, "log", "log.key");
    assert_eq!(
        sandbox
            .run(["load", "acts/kelp.jsonl"].into_iter().chain(STORE))
            .status,
        0
    );
    let could_not = |more: &[&str], because: &str| {
        let words = ["log", "--key", "log.key"]
            .into_iter()
            .chain(more.iter().copied());
        sandbox.run(words.chain(STORE)).could_not(because);
    };
    could_not(
        &[],
        "required arguments were not provided:\n  --policy <FILE>",
    );
    could_not(&["--policy", "none"], "none: No such file");
    sandbox.write("policy", "quorum none\n");
    could_not(
        &["--policy", "policy"],
        "the policy does not name the key `log.example/2027+",
    );
    could_not(&["--policy", "policy", "--entries", "x"], "--tiles <DIR>");
    could_not(
        &["--policy", "policy", "--every", "0"],
        "0 is not in 1..=3600",
    );
    sandbox.write("open.key", sandbox.read("log.key"));
    sandbox.write("policy", format!("log {public}\nquorum none\n"));
    let words = ["log", "--key", "open.key", "--policy", "policy"];
    sandbox
        .run(words.into_iter().chain(STORE))
        .could_not("open.key: others than its owner may read this key");
}

/// How often the log is killed.
fn kills() -> u64 {
    let given = std::env::var("HABEAS_LOG_KILLS").ok();
    given.map_or(10, |kills| kills.parse().unwrap())
}

/// Killed at any place of a round and started again, it has shown one history: every checkpoint that a witness or a reader of its files
/// ever saw is one of it.
#[test]
fn killed_at_any_moment_it_has_shown_one_history() {
    let sandbox = Sandbox::new();
    let public = key(&sandbox, LOG, "log", "log.key");
    let log_key: VerifierKey = public.parse().unwrap();
    let (witness, line) = witness(&sandbox, "court", &public, true);
    sandbox.write("policy", format!("log {public}\n{line}quorum court\n"));
    assert_eq!(
        sandbox
            .run(["load", "acts/kelp.jsonl"].into_iter().chain(STORE))
            .status,
        0
    );
    let mut seen: Vec<Checkpoint> = Vec::new();
    let mut shown = |note: &str| {
        let note = Note::parse(note.as_bytes()).unwrap();
        note.open(std::slice::from_ref(&log_key)).unwrap();
        let checkpoint = Checkpoint::of(&note).unwrap();
        if seen
            .last()
            .is_none_or(|last| last.size() != checkpoint.size())
        {
            seen.push(checkpoint);
        }
    };
    for kill in 0..kills() {
        let mut daemon = Running::start(log(&sandbox));
        assert!(daemon.said.starts_with(LOG), "{:?}", daemon.ended());
        // Each time at another place of the second in which its round falls.
        thread::sleep(std::time::Duration::from_millis(900 + kill * 37 % 400));
        daemon.child.kill().unwrap();
        let (_, said) = daemon.ended();
        assert_eq!(said, "");
        if let Ok(note) = fs::read_to_string(sandbox.path("public/checkpoint")) {
            shown(&note);
        }
        let latest = format!(
            "{}/checkpoint",
            habeas_ledger::checkpoint::monitoring_name(LOG)
        );
        if let Some(note) = get(witness.said.trim_end(), &latest) {
            shown(&note);
        }
    }
    let once = ["checkpoint", "--key", "log.key", "--policy", "policy"];
    let last = sandbox.run(once.into_iter().chain(STORE).chain(PUBLISH));
    assert_eq!(last.status, 0, "{}", last.err);
    shown(&last.out);
    let last = seen.last().unwrap().clone();
    let read = |tile: Tile| {
        let bytes = fs::read(sandbox.path("public").join(tile.to_string())).unwrap();
        tile_hashes(tile, &bytes)
    };
    let nodes = TileNodes {
        size: last.size(),
        read,
    };
    for earlier in &seen {
        if earlier.size() < last.size() {
            let proof = prove_consistency(&nodes, earlier.size(), last.size()).unwrap();
            verify_consistency(
                earlier.size(),
                &earlier.root(),
                last.size(),
                &last.root(),
                &proof,
            )
            .unwrap();
        }
    }
    assert!(seen.len() > 1, "it never came to a round");
    // What lies there is what the tree has, full tiles without their partial ones.
    for tile in hash_tiles(0, last.size()) {
        assert!(sandbox.path("public").join(tile.to_string()).exists());
        if tile.width == TILE_WIDTH && tile.content == Content::Hashes(0) {
            assert!(!sandbox.path("public").join(format!("{tile}.p")).exists());
        }
    }
    let audit = sandbox.run(["audit"].into_iter().chain(STORE));
    assert_eq!(audit.status, 0, "{}", audit.out);
    eprintln!("{} kills, {} checkpoints seen", kills(), seen.len());
}

fn get(address: &str, path: &str) -> Option<String> {
    let host = address.strip_prefix("http://")?;
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let request = format!("GET /{path} HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n")?;
    head.contains(" 200 ").then(|| body.to_owned())
}

/// A backup goes back into an empty place; if the witnesses have seen more since, it does not, or signs nothing.
#[test]
fn backups_are_put_back_and_stay_behind_the_witnesses() {
    let sandbox = Sandbox::new();
    let public = key(&sandbox, LOG, "log", "log.key");
    let (running, line) = witness(&sandbox, "court", &public, true);
    sandbox.write("policy", format!("log {public}\n{line}quorum court\n"));
    let load = |file| sandbox.run(["load", file].into_iter().chain(STORE)).status;
    let signed = |more: &[&'static str]| {
        let words = ["checkpoint", "--key", "log.key", "--policy", "policy"];
        sandbox.run(words.into_iter().chain(more.iter().copied()))
    };
    let backup = |out: &str, keys: &str| {
        let words = ["backup", "--out", out, "--keys-out", keys];
        sandbox.run(words.into_iter().chain(STORE))
    };
    let restore = |from: &str, keys: &str, into: &str, more: &[&str]| {
        let into = format!("sqlite:{into}");
        let words = [
            "restore",
            "--from",
            from,
            "--keys-from",
            keys,
            "--store",
            &into,
            "--root-key",
            "root.key",
        ];
        sandbox.run(words.into_iter().chain(more.iter().copied()))
    };
    assert_eq!((load("acts/kelp.jsonl"), signed(&STORE).status), (0, 0));
    fs::copy(sandbox.path("kept/root.key"), sandbox.path("root.key")).unwrap();
    let made = backup("copy/1", "keys/1");
    assert_eq!((made.status, made.err.as_str()), (0, ""));
    assert!(
        made.out.starts_with("backed up: 3 leaves, "),
        "{}",
        made.out
    );
    backup("copy/1", "keys/2").could_not("the folder of the backup is not empty");
    // As it was, asked and in its place: the log goes on there.
    let back = restore("copy/1", "keys/1", "back", &["--policy", "policy"]);
    assert_eq!(
        (back.status, back.out.as_str()),
        (0, "put back and verified: 3 leaves\n")
    );
    let at = ["--store", "sqlite:back", "--root-key", "root.key"];
    let checked = |place: &[&'static str]| {
        let words = ["check", "--json", "--at", crate::sandbox::IN_TIME];
        sandbox.run(words.into_iter().chain(place.iter().copied()))
    };
    assert_eq!(checked(&at).out, checked(&STORE).out);
    assert_eq!(signed(&at).status, 0);
    restore("copy/1", "keys/1", "back", &[]).could_not("the place of the store is not empty");
    restore("copy/1", "copy/1", "other", &[]).could_not("the manifest of the keys cannot be read");

    // More was recorded and witnessed since.
    assert_eq!((load("acts/wrack.jsonl"), signed(&STORE).status), (0, 0));
    restore("copy/1", "keys/1", "late", &["--policy", "policy"])
        .could_not("the witness `court` has seen 5 leaves");
    assert!(!sandbox.path("late").exists() && !sandbox.path("late.restoring").exists());
    // Without asking it is put back to be read, and signs nothing: alone, with a policy, or as a running log.
    let unasked = restore("copy/1", "keys/1", "late", &[]);
    assert_eq!(unasked.status, 0);
    assert!(
        unasked.err.contains("too few witnesses were asked"),
        "{}",
        unasked.err
    );
    let late = ["--store", "sqlite:late", "--root-key", "root.key"];
    assert_eq!(sandbox.run(["audit"].into_iter().chain(late)).status, 0);
    signed(&late).could_not("the witness `court` has seen 5 leaves");
    sandbox
        .run(["checkpoint", "--key", "log.key"].into_iter().chain(late))
        .could_not(
            "this store was put back from a backup, and no policy says which witnesses to ask",
        );
    drop(running);
    signed(&late).could_not("0 of 1 witnesses could be asked");
}
