//! The tamper-evident log: what is appended, how it is proved, who has cosigned it, and what a person holds in hand.
//!
//! Pure: no input or output, no clock, no randomness of its own; salts and times are arguments. It knows no law and no case,
//! and of what it commits to it knows bytes. `docs/reference/ledger.md` describes every byte that is ours; the rest is
//! RFC 6962 and the family of C2SP: tlog-tiles, signed-note, tlog-checkpoint, tlog-cosignature, tlog-witness, tlog-policy, tlog-proof.

mod bytes;
pub mod checkpoint;
pub mod commitment;
pub mod cosignature;
pub mod disclosure;
pub mod document;
pub mod evidence;
pub mod hash;
pub mod key;
pub mod leaf;
pub mod mirror;
pub mod named;
pub mod note;
pub mod opening;
pub mod policy;
#[cfg(feature = "post-quantum")]
pub mod post_quantum;
pub mod problem;
pub mod proof;
pub mod receipt;
mod text;
pub mod tile;
pub mod tree;
pub mod witness;

pub use hash::Hash;
pub use problem::{Kind, Problem};
pub use text::{MAX_NUMBER, to_hex};
