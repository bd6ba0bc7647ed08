//! What the oracle is made of: a calendar, a walker, random cases, and the comparison with the engine.

pub mod civil;
pub mod direct;
pub mod history;
pub mod random;
pub mod table;
pub mod walker;
pub mod whole;
