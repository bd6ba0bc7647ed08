//! The acts that every arm records: 208 bytes each, of which ten on average belong to one case and come in no order.

use std::thread;

use habeas_ledger::commitment::{Committed, Field, Level, Salt};
use habeas_ledger::document::DocumentSigner;
use habeas_store::NewAct;

/// Names and values of the fields of an act together, in bytes.
pub const PAYLOAD: usize = 208;

/// How many acts a case has on average.
const A_CASE: u64 = 10;

/// When everything happened: 2026-11-24T00:00Z.
pub const TODAY: u64 = 1_795_478_400;

/// One act, as an organ's gateway hands it over.
pub struct Sample {
    /// The case.
    pub case: String,
    /// Unique in its case.
    pub id: String,
    /// What the arms without fields keep: names and values one after the other.
    pub payload: Vec<u8>,
    /// What ours records.
    pub new: NewAct,
}

/// What the key of the organ that signs grows from.
pub const ORGAN: [u8; 32] = [3; 32];

/// The organ that signs.
pub fn organ() -> DocumentSigner {
    DocumentSigner::from_seed(&ORGAN)
}

/// Acts `from`, `from + 1`, … of a docket of `of` acts, made on two threads.
pub fn acts(from: u64, count: u64, of: u64) -> Vec<Sample> {
    let half = count / 2;
    let made = |from, count| -> Vec<Sample> {
        let organ = organ();
        (from..from + count).map(|n| act(&organ, n, of)).collect()
    };
    thread::scope(|scope| {
        let first = scope.spawn(|| made(from, half));
        let mut second = made(from + half, count - half);
        let mut all = first.join().expect("acts are made");
        all.append(&mut second);
        all
    })
}

/// The act of this number.
pub fn act(organ: &DocumentSigner, number: u64, of: u64) -> Sample {
    let mut random = Random(number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let case = format!("2026-{:07}", random.next() % of.div_ceil(A_CASE));
    let id = format!("a{number:08}");
    let fields = fields(&mut random);
    let payload = fields
        .iter()
        .flat_map(|field| [field.name.as_bytes(), field.value.as_slice()].concat())
        .collect();
    let mut salt = Salt([0; 32]);
    salt.0.iter_mut().for_each(|byte| *byte = random.byte());
    let committed = Committed::new(Level::Act, &salt, fields.clone()).expect("fields");
    let new = NewAct {
        case: case.clone(),
        id: id.clone(),
        retry: format!("{case}/{id}"),
        version: None,
        fields,
        salt,
        document: organ.sign(committed.commitment(), TODAY),
    };
    Sample {
        case,
        id,
        payload,
        new,
    }
}

/// Six fields as `habeas load` cuts a line, the last of them filled up.
fn fields(random: &mut Random) -> Vec<Field> {
    let day = random.next() % 28 + 1;
    let mut fields = vec![
        ("act", "\"detention\"".to_owned()),
        ("by", "{\"organ\":\"police\",\"unit\":\"u12\"}".to_owned()),
        ("happened", format!("\"2026-11-{day:02}T14:05+08:00\"")),
        (
            "source",
            format!("\"warrant {:06}\"", random.next() % 1_000_000),
        ),
        (
            "answers",
            format!("\"a{:08}\"", random.next() % 100_000_000),
        ),
    ];
    let length: usize = fields
        .iter()
        .map(|(name, value)| name.len() + value.len())
        .sum();
    let rest = PAYLOAD - length - "fields".len();
    let letters = (0..rest).map(|_| char::from(b'a' + random.byte() % 26));
    fields.push(("fields", letters.collect()));
    let field = |(name, value): (&str, String)| Field {
        name: name.to_owned(),
        value: value.into_bytes(),
    };
    fields.into_iter().map(field).collect()
}

/// The same acts in each run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn byte(&mut self) -> u8 {
        self.next().to_be_bytes()[0]
    }
}
