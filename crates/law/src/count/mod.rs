//! How a period is counted: conventions that packs name, and the arithmetic of ends.
//!
//! Nothing here knows a country. A pack says which of these choices its law makes; this module only carries them out.

mod choices;
mod counter;
mod length;
mod union;

pub use choices::{AgeFrom, Choices, FirstDay, Hours, LastDay, Months, Moves};
pub use counter::{Counted, Counter};
pub use length::{Length, Unit};
pub use union::Union;
