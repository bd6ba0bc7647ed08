"""Our log and our witness against those of another house, live on loopback.

    python peers/ledger.py HABEAS SCRATCH

HABEAS is the program, SCRATCH a folder for what is written. Each line says what was asked of whom. The exit status is 1 if anything came
out otherwise. The peers are `aics-witness` and `aics-tlog`, which share no code with us.
"""

import contextlib
import http.client
import json
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse

from aics_tlog.checkpoint import Checkpoint, sign_checkpoint, verify_checkpoint
from aics_tlog.note import format_vkey, parse_note, parse_vkey, vkey_from_ed25519
from aics_tlog.tree import MerkleTree
from aics_witness.feeder import WitnessAhead, WitnessClient, WitnessRejected, merge_cosignatures
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

CONVERSATION = "crates/ledger/tests/vectors/witness_protocol_vectors.json"
DOCKET = pathlib.Path("examples/docket")
ORIGIN = "log.example/peers"

checks = 0
wrong = []


def check(what, holds, found=""):
    """One line, and what was found instead."""
    global checks
    checks += 1
    print(f"{'ok    ' if holds else 'WRONG '} {what}{'' if holds else f': {found}'}", flush=True)
    if not holds:
        wrong.append(what)


def run(*command, status=0):
    """What a program prints, if it ends as it should."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != status:
        sys.exit(f"{' '.join(map(str, command))}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


@contextlib.contextmanager
def running(*command, ready):
    """A daemon that is stopped again, and the line with which it says where it listens."""
    process = subprocess.Popen(
        [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        for line in process.stdout:
            if (said := ready(line)) is not None:
                break
        else:
            sys.exit(f"{command[0]} did not begin")
        yield said
    finally:
        process.terminate()
        process.wait(10)


def our_witness(habeas, folder, name, log):
    """Ours, made and running: its public key and address."""
    folder.mkdir()
    key = folder / "witness.key"
    public = run(habeas, "key", "new", "--name", name, "--kind", "witness", "--out", key).strip()
    start = [habeas, "witness", "--key", key, "--log", log, "--state", folder / "witness.db", "--new"]
    ready = lambda line: line.strip() if line.startswith("http://") else None
    return public, running(*start, ready=ready)


def their_witness(folder, name, origin, log):
    """Theirs, made and running: its public key and address."""
    folder.mkdir()
    config = folder / "witness.json"
    program = pathlib.Path(sys.executable).parent / "aics-witness"
    made = run(program, "init", "--config", config, "--name", name, "--listen", "127.0.0.1:0")
    public = next(word for word in made.split() if word.startswith(f"{name}+"))
    run(program, "add-log", "--config", config, "--origin", origin, "--vkey", log)
    ready = lambda line: next((word.rstrip("/.,") for word in line.split() if word.startswith("http://")), None)
    return public, running(program, "serve", "--config", config, ready=ready)


def post(address, body):
    """Status and body."""
    at = urllib.parse.urlsplit(address)
    connection = http.client.HTTPConnection(at.hostname, at.port, timeout=10)
    connection.request("POST", f"{at.path.rstrip('/')}/add-checkpoint", body.encode())
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def converse(whose, address, recorded):
    """The recorded conversation, step by step."""
    for step in recorded["steps"]:
        status, _ = post(address, step["request_body"])
        wanted = [step["want_status"], *step.get("also_acceptable_status", [])]
        check(f"{whose}: {step['name']}", status in wanted, f"{status}, not {wanted}")


class TheirLog:
    """A log that they keep in memory and sign."""

    def __init__(self, salt=b""):
        self.key = Ed25519PrivateKey.from_private_bytes(bytes(32))
        self.tree = MerkleTree()
        self.salt = salt

    def public(self):
        return format_vkey(vkey_from_ed25519(ORIGIN, self.key.public_key()))

    def grown(self, size):
        """A signed checkpoint over `size` leaves."""
        while self.tree.size < size:
            self.tree.append(self.salt + str(self.tree.size).encode())
        return sign_checkpoint(Checkpoint(ORIGIN, size, self.tree.root(size)), self.key, ORIGIN).serialise()


def feed(address, public):
    """Their client, which verifies what our witness answers."""
    log = TheirLog()
    client = WitnessClient(address, public, max_attempts=1)
    for size in [1, 5, 256, 257, 1000, 1000]:
        note = log.grown(size)
        line = client.submit(note, log.tree.consistency_proof)
        merged = merge_cosignatures(note, line)
        result = verify_checkpoint(
            parse_note(merged), parse_vkey(log.public()), witness_keys=[parse_vkey(public)], quorum=1
        )
        check(f"their client, our witness: {size} leaves are cosigned", result.ok, result)
    fork = TheirLog(b"another ")
    try:
        client.submit(fork.grown(1000), fork.tree.consistency_proof)
        check("their client, our witness: a fork is refused", False, "it was cosigned")
    except WitnessRejected as refused:
        check("their client, our witness: a fork is refused", refused.status in (409, 422), refused)
    try:
        WitnessClient(address, public, max_attempts=1).submit(log.grown(257), log.tree.consistency_proof)
        check("their client, our witness: a smaller tree is refused", False, "it was cosigned")
    except (WitnessAhead, WitnessRejected) as refused:
        check("their client, our witness: a smaller tree is refused", True, refused)


def grow(habeas, folder):
    """Our log, cosigned by a witness of each house; what it publishes, read and verified by them."""
    folder.mkdir()
    key = folder / "log.key"
    log = run(habeas, "key", "new", "--name", ORIGIN, "--kind", "log", "--out", key).strip()
    public, ours = our_witness(habeas, folder / "ours", "ours.example/grown", log)
    their_public, theirs = their_witness(folder / "theirs", "theirs.example/grown", ORIGIN, log)
    with ours as address, theirs as their_address:
        policy = folder / "policy"
        witnesses = f"witness ours {public} {address}\nwitness theirs {their_public} {their_address}\n"
        policy.write_text(f"log {log}\n{witnesses}group both all ours theirs\nquorum both\n")
        store, tiles, saved = f"sqlite:{folder / 'store'}", folder / "tiles", None
        sign = ["--key", key, "--policy", policy, "--tiles", tiles, "--entries", tiles, "--pad", "100"]
        known = ["--tiles", tiles, "--log-key", log, "--witness-key", public, "--witness-key", their_public]
        tlog = [pathlib.Path(sys.executable).parent / "aics-tlog"]
        for number, acts in enumerate(sorted(DOCKET.glob("*.jsonl"))):
            run(habeas, "load", acts, "--store", store)
            note = run(habeas, "checkpoint", "--store", store, *sign)
            size = int(note.split("\n")[1])
            verified = run(*tlog, "verify-checkpoint", *known, "--quorum", "2", "--max-age", "60")
            check(f"our log, their tools: {size} leaves, cosigned by both", "2" in verified, verified)
            if saved:
                run(*tlog, "verify-consistency", "--old-checkpoint", saved, *known)
                check(f"our log, their tools: {size} leaves continue what was there", True)
            saved = folder / f"{number}.checkpoint"
            saved.write_text(note)
        for index in range(0, size, 97):
            entry = folder / "entry"
            run(*tlog, "verify-inclusion", "--index", str(index), "--entry-out", entry, *known)
            check(f"our log, their tools: leaf {index} of {size} is in it", entry.stat().st_size > 0)


def main(habeas, scratch):
    recorded = json.loads(pathlib.Path(CONVERSATION).read_text())
    log = recorded["log"]
    public, ours = our_witness(habeas, scratch / "told", "ours.example/told", log["vkey"])
    with ours as address:
        converse("our witness", address, recorded)
    public, theirs = their_witness(scratch / "their-told", "theirs.example/told", log["origin"], log["vkey"])
    with theirs as address:
        converse("their witness", address, recorded)
    public, ours = our_witness(habeas, scratch / "fed", "ours.example/fed", TheirLog().public())
    with ours as address:
        feed(address, public)
    grow(habeas, scratch / "grown")


with tempfile.TemporaryDirectory(dir=sys.argv[2]) as folder:
    main(pathlib.Path(sys.argv[1]), pathlib.Path(folder))
print(f"{checks} checks, {len(wrong)} wrong")
sys.exit(1 if wrong else 0)
