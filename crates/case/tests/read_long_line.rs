//! A line of 100 MB is read past and never held. Alone in its program: the memory of the whole process is looked at.

#![expect(clippy::indexing_slicing, reason = "a test that panics has failed")]

mod read_support;

use std::io::{BufReader, Read};

use habeas_case::read::Reader;
use read_support::law;

/// The most memory that this process ever held, in kB, where the system tells it.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// A line of `size` bytes that begins like an act, then a good one. Nothing of it exists before it is read.
struct Long {
    head: &'static [u8],
    size: usize,
    tail: &'static [u8],
    at: usize,
}

impl Read for Long {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let (head, size) = (self.head.len(), self.size);
        let count = if self.at < head {
            let part = &self.head[self.at..];
            let count = part.len().min(out.len());
            out[..count].copy_from_slice(&part[..count]);
            count
        } else if self.at < size {
            let count = out.len().min(size - self.at);
            out[..count].fill(b'x');
            count
        } else {
            let part = &self.tail[(self.at - size).min(self.tail.len())..];
            let count = part.len().min(out.len());
            out[..count].copy_from_slice(&part[..count]);
            count
        };
        self.at += count;
        Ok(count)
    }
}

#[test]
fn a_line_of_100_mb_is_read_past() {
    let law = law();
    let long = |head, tail| {
        BufReader::new(Long {
            head,
            size: 100_000_000,
            tail,
            at: 0,
        })
    };
    let json_tail = b"\"}\n{\"id\":\"1\",\"case\":\"a\",\"act\":\"xx/harbour holding\",\"happened\":\"2026-11-05\"}\n";
    let before = peak();
    let mut reader = Reader::new(&law);
    reader
        .json(
            "x.jsonl",
            long(br#"{"id":"0","case":"a","source":""#, json_tail),
        )
        .unwrap();
    let csv_head = b"id,case,act,happened,source\n7,b,xx/harbour holding,2026-11-05,";
    reader
        .csv(
            "x.csv",
            long(csv_head, b"\n8,b,xx/harbour holding,2026-11-05,\n"),
        )
        .unwrap();
    let reading = reader.finish();
    let held = peak().zip(before).map(|(after, before)| after - before);
    assert!(
        held.is_none_or(|held| held < 16 << 10),
        "{held:?} kB were held"
    );
    assert_eq!((reading.taken, reading.rejects.len()), (2, 2));
    let reject = &reading.rejects[0];
    assert_eq!(
        reject.to_string(),
        "x.jsonl:1: read the line: it has 100000003 bytes, more than the 1048576 that are read"
    );
    assert_eq!(reject.case.as_deref(), Some("a"));
    assert_eq!(
        (reject.text.chars().count(), reject.raw.is_none()),
        (201, true)
    );
    assert_eq!(
        (reading.cases[0].acts.len(), reading.cases[0].lost.len()),
        (1, 1)
    );
    assert_eq!(reading.rejects[1].line, 2);
    assert_eq!(
        (&*reading.cases[1].acts[0].id, reading.cases[1].lost.len()),
        ("8", 1)
    );
}
