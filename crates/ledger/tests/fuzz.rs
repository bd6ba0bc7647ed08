//! Mutated input for everything that is read here: no panic, no hang, and whatever is read is written again as it was.
//!
//! The mutations come from a fixed seed, so that a failure comes again. `HABEAS_FUZZ_SECONDS` says how long, 2 by default.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that panics has failed"
)]

use std::time::{Duration, Instant};

use fastrand::Rng;
use habeas_ledger::Hash;
use habeas_ledger::checkpoint::Checkpoint;
use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::disclosure::Disclosure;
use habeas_ledger::document::{Document, DocumentSigner};
use habeas_ledger::evidence::judge;
use habeas_ledger::key::{Algorithm, SignerKey, VerifierKey};
use habeas_ledger::leaf::{Content, Entry, LeafKind, Shown};
use habeas_ledger::mirror::{MirrorInfo, Upload, packages};
use habeas_ledger::note::{Note, SignatureLine};
use habeas_ledger::opening::Opening;
use habeas_ledger::policy::Policy;
use habeas_ledger::proof::{verify_consistency, verify_inclusion};
use habeas_ledger::receipt::Receipt;
use habeas_ledger::tile::{Tile, bundle_bytes, bundle_entries, tile_bytes, tile_hashes};
use habeas_ledger::tree::Subtree;
use habeas_ledger::witness::{KnownLog, Request, State, Witness};

/// The longest that one input may take; a build without optimisation on a busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(20);

/// What stands in these formats, and what should not.
const PIECES: &[&[u8]] = &[
    b"\n",
    b"\n\n",
    b"\r\n",
    b" ",
    b"\t",
    b"+",
    b"=",
    b"#",
    b"0",
    b"-1",
    b"007",
    b"9223372036854775807",
    b"9223372036854775808",
    b"18446744073709551616",
    "— ".as_bytes(),
    "\u{a0}".as_bytes(),
    "\u{2028}".as_bytes(),
    b"\xff",
    b"\x00",
    b"\x7f",
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n",
    b"old ",
    b"index ",
    b"extra ",
    b"group g any ",
    b"quorum none\n",
    b"x001/",
    b".p/",
    b"tile/",
    b"\x00\x00",
    b"\xff\xff\xff\xff",
    b"\x00\x00\x00\x01",
];

fn mutate(seed: &[u8], dice: &mut Rng) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.usize(..4) {
        let at = dice.usize(..bytes.len() + 1);
        let to = (at + dice.usize(..40)).min(bytes.len());
        let piece = PIECES[dice.usize(..PIECES.len())];
        match dice.usize(..9) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..to)),
            2 | 3 if at < bytes.len() => bytes[at] = dice.u8(..),
            4 => {
                let part = bytes[at..to].to_vec();
                let into = dice.usize(..bytes.len() + 1);
                bytes.splice(into..into, part);
            }
            5 => drop(bytes.splice(at..to, piece.repeat(1 + dice.usize(..3)))),
            6 if dice.usize(..20) == 0 => drop(bytes.splice(at..at, piece.repeat(5_000))),
            7 => {
                // One line again, somewhere else.
                let lines: Vec<&[u8]> = bytes.split_inclusive(|b| *b == b'\n').collect();
                let line = dice.choice(&lines).map_or(Vec::new(), |l| l.to_vec());
                bytes.splice(at..at, line);
            }
            _ => drop(bytes.splice(at..at, piece.iter().copied())),
        }
    }
    bytes
}

/// A place in a tree of a size, and a proof for it.
fn proof_bytes(index: u64, size: u64, proof: &[Hash]) -> Vec<u8> {
    let numbers = [index, size].into_iter().flat_map(u64::to_be_bytes);
    numbers
        .chain(proof.iter().flat_map(|hash| hash.0))
        .collect()
}

/// A log, its witness, and one of everything that they write.
struct World {
    log: SignerKey,
    witness: SignerKey,
    policy: Policy,
    receipt: Receipt,
}

impl World {
    fn new() -> Self {
        let log = SignerKey::from_seed("log.example", Algorithm::Ed25519, &[1; 32]).unwrap();
        let witness = SignerKey::from_seed("w.example", Algorithm::Cosignature, &[2; 32]).unwrap();
        let policy = format!(
            "# a policy\nlog {} https://log.example/\nwitness w {}\ngroup g 1 w\ngroup all-of-it all g\nquorum all-of-it\n",
            log.verifier(),
            witness.verifier()
        );
        let fields = ["who", "when", "where"].map(|name| Field {
            name: name.to_owned(),
            value: name.as_bytes().to_vec(),
        });
        let act = Committed::new(Level::Act, &Salt([3; 32]), fields.to_vec()).unwrap();
        let document = DocumentSigner::from_seed(&[4; 32]).sign(act.commitment(), 1_000);
        let content = Content {
            kind: LeafKind::Act,
            document,
            recorded: 1_001,
            refers: Some(7),
        };
        let leaf = content.commit(&Salt([5; 32])).unwrap();
        let disclosure = Disclosure {
            entry: Entry::new(leaf.commitment(), 1_010),
            leaf: leaf.open(|_| true).unwrap(),
            act: Some(act.open(|name| name != "when").unwrap()),
        };
        let proof = vec![Hash([6; 32])];
        let entry = habeas_ledger::hash::leaf_hash(&disclosure.entry.to_bytes());
        let root = habeas_ledger::hash::node_hash(&entry, &proof[0]);
        let mut note = Checkpoint::new("log.example", 2, root)
            .unwrap()
            .sign(&log)
            .unwrap();
        let line = witness.sign(note.text(), 1_011);
        note.add(line).unwrap();
        let receipt = Receipt {
            extra: Some(disclosure.to_bytes()),
            index: 0,
            proof,
            checkpoint: note.to_string(),
        };
        let policy: Policy = policy.parse().unwrap();
        let verified = receipt
            .verify_disclosed(&disclosure, &policy, &[])
            .unwrap()
            .0;
        verified.require_quorum().unwrap();
        Self {
            log,
            witness,
            policy,
            receipt,
        }
    }

    fn note(&self) -> Note {
        Note::parse(self.receipt.checkpoint.as_bytes()).unwrap()
    }

    /// A target with the inputs that it starts from.
    fn seeds(&self) -> Vec<(&'static str, Vec<u8>)> {
        let note = self.note();
        let disclosure = self.receipt.disclosure().unwrap();
        let document = Shown::of(&disclosure.leaf, &disclosure.entry.commitment());
        let request = Request::new(1, vec![Hash([8; 32]); 3], note.clone()).unwrap();
        let extended = format!("{}more\nand more\n", note.text());
        let secret = self.log.to_secret_text();
        vec![
            ("note", self.receipt.checkpoint.clone().into_bytes()),
            ("checkpoint", note.text().as_bytes().to_vec()),
            ("checkpoint", extended.into_bytes()),
            ("line", note.signatures()[1].to_string().into_bytes()),
            ("key", self.witness.verifier().to_string().into_bytes()),
            ("secret", secret.into_bytes()),
            ("request", request.to_string().into_bytes()),
            ("policy", self.policy.to_string().into_bytes()),
            ("receipt", self.receipt.to_string().into_bytes()),
            ("opening", disclosure.act.clone().unwrap().to_bytes()),
            ("opening", disclosure.leaf.to_bytes()),
            ("disclosure", disclosure.to_bytes()),
            ("document", document.unwrap().document().unwrap().to_bytes()),
            ("entry", disclosure.entry.to_bytes().to_vec()),
            ("proof", proof_bytes(self.receipt.index, 2, &self.receipt.proof)),
            ("path", b"tile/0/x001/x234/067.p/89".to_vec()),
            ("path", b"tile/entries/000".to_vec()),
            ("mirror", b"12400\n12345\nAQIDBAU=\n".to_vec()),
            ("upload", b"\x00\x01a\x00\x00\x00\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x02\x00\x00\x01!".to_vec()),
            ("tile", tile_bytes(&[Hash([1; 32]), Hash([2; 32])])),
            ("bundle", bundle_bytes(&["one", "", "three"]).unwrap()),
        ]
    }

    /// Reads `bytes` as what `target` says, and does with it whatever is done with it. `None` if it cannot be read.
    fn read(&self, target: &str, bytes: &[u8]) -> Option<()> {
        let text = str::from_utf8(bytes);
        let keys = [self.log.verifier().clone(), self.witness.verifier().clone()];
        match target {
            "note" => {
                let note = Note::parse(bytes).ok()?;
                assert_eq!(note.to_string().as_bytes(), bytes);
                drop(note.open(&keys).map(|verified| verified.len()));
                drop(judge(&note, &self.note(), Some(&[]), &keys));
            }
            "checkpoint" => {
                let checkpoint: Checkpoint = text.ok()?.parse().ok()?;
                assert_eq!(checkpoint.to_string().as_bytes(), bytes);
            }
            "line" => {
                let line: SignatureLine = text.ok()?.parse().ok()?;
                assert_eq!(line.to_string().as_bytes(), bytes);
            }
            "key" => {
                let key: VerifierKey = text.ok()?.parse().ok()?;
                assert_eq!(key.to_string().as_bytes(), bytes);
            }
            "secret" => {
                let key = SignerKey::from_secret_text(text.ok()?).ok()?;
                assert_eq!(key.to_secret_text().as_bytes(), bytes);
            }
            "request" => {
                let request = Request::parse(bytes).ok()?;
                assert_eq!(request.to_string().as_bytes(), bytes);
                let log = KnownLog {
                    origin: "log.example".to_owned(),
                    keys: keys[..1].to_vec(),
                };
                let witness = Witness::new(self.witness.clone(), vec![log]).unwrap();
                for size in [0, 1, 2] {
                    let state = State {
                        size,
                        ..State::default()
                    };
                    let answer = witness.answer(&state, &request, 2_000);
                    assert_eq!(answer.state.is_some(), answer.status == 200);
                }
            }
            "policy" => {
                let policy: Policy = text.ok()?.parse().ok()?;
                assert_eq!(policy.to_string().parse(), Ok(policy.clone()));
                let (_, all) = policy.evaluate(|_| true);
                assert!(all, "whoever asks for more than all");
                drop(self.receipt.verify(&[], &policy));
                let counting = policy.witnesses().iter().filter(|w| policy.counts(w));
                let (_, those) = policy.evaluate(|w| counting.clone().any(|c| c == w));
                assert!(those, "the quorum rests on others than those who count");
            }
            "receipt" => {
                let receipt: Receipt = text.ok()?.parse().ok()?;
                assert_eq!(receipt.to_string().as_bytes(), bytes);
                if let Ok(disclosure) = receipt.disclosure() {
                    drop(receipt.verify_disclosed(&disclosure, &self.policy, &[]));
                }
            }
            "opening" => {
                let opening = Opening::from_bytes(bytes).ok()?;
                assert_eq!(opening.to_bytes(), bytes);
                let commitment = self.receipt.disclosure().unwrap().entry.commitment();
                drop(Shown::of(&opening, &commitment));
                drop(opening.verify(Level::Act, &commitment));
            }
            "disclosure" => {
                let disclosure = Disclosure::from_bytes(bytes).ok()?;
                assert_eq!(disclosure.to_bytes(), bytes);
                drop(disclosure.verify(&[]));
            }
            "document" => assert_eq!(Document::from_bytes(bytes).ok()?.to_bytes(), bytes),
            "entry" => assert_eq!(Entry::from_bytes(bytes).ok()?.to_bytes(), bytes),
            "proof" => {
                let (index, rest) = bytes.split_first_chunk()?;
                let (size, rest) = rest.split_first_chunk()?;
                let (index, size) = (u64::from_be_bytes(*index), u64::from_be_bytes(*size));
                let (hashes, over) = rest.as_chunks::<32>();
                let proof: Vec<Hash> = hashes.iter().copied().map(Hash).collect();
                let entry = self.receipt.disclosure().ok()?.entry.to_bytes();
                let leaf = habeas_ledger::hash::leaf_hash(&entry);
                let root = Checkpoint::of(&self.note()).ok()?.root();
                let holds = Subtree::whole(size)
                    .and_then(|whole| verify_inclusion(&leaf, index, whole, &root, &proof))
                    .is_ok();
                let same = (index, size) == (self.receipt.index, 2) && proof == self.receipt.proof;
                assert_eq!(holds, same, "another proof for the same leaf");
                drop(verify_consistency(index, &leaf, size, &root, &proof));
                return over.is_empty().then_some(());
            }
            "path" => {
                let tile: Tile = text.ok()?.parse().ok()?;
                assert_eq!(tile.to_string().as_bytes(), bytes);
            }
            "mirror" => {
                let info: MirrorInfo = text.ok()?.parse().ok()?;
                assert_eq!(info.to_string().as_bytes(), bytes);
            }
            "upload" => {
                let (upload, rest) = Upload::from_bytes(bytes).ok()?;
                let written = upload.to_bytes().unwrap();
                assert_eq!([written.as_slice(), rest].concat(), bytes);
                assert!(
                    packages(upload.start, upload.end)
                        .take(100)
                        .all(|(a, b)| a < b)
                );
            }
            "tile" => {
                let tile: Tile = "tile/0/000.p/2".parse().unwrap();
                assert_eq!(tile_bytes(&tile_hashes(tile, bytes).ok()?), bytes);
            }
            _ => {
                let entries = bundle_entries(bytes, 3).ok()?;
                assert_eq!(bundle_bytes(&entries).unwrap(), bytes);
            }
        }
        Some(())
    }
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "how long to go on, and whether one input hangs; nothing else hangs on it"
)]
fn mutated_input() {
    let seconds = std::env::var("HABEAS_FUZZ_SECONDS")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(2);
    let world = World::new();
    let seeds = world.seeds();
    for (target, seed) in &seeds {
        assert!(
            world.read(target, seed).is_some(),
            "{target} as it is written"
        );
    }
    let mut dice = Rng::with_seed(0x5eed_0000_0000_0002);
    let start = Instant::now();
    let (mut count, mut taken) = (0_u64, 0_u64);
    while start.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..50 {
            let (target, seed) = &seeds[dice.usize(..seeds.len())];
            let bytes = mutate(seed, &mut dice);
            let began = Instant::now();
            let read = || world.read(target, &bytes);
            let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read));
            let shown = || {
                bytes
                    .escape_ascii()
                    .to_string()
                    .chars()
                    .take(4_000)
                    .collect::<String>()
            };
            assert!(
                caught.is_ok(),
                "{target}, input {count} panics:\n{}",
                shown()
            );
            let time = began.elapsed();
            assert!(
                time < PATIENCE,
                "{target}, input {count} takes {time:?}:\n{}",
                shown()
            );
            taken += u64::from(caught.unwrap().is_some());
            count += 1;
        }
    }
    assert!(taken > 0, "nothing that was mutated could be read");
    println!("{count} inputs, {taken} of them could be read");
}
