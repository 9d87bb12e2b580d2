//! A call: its parties, their media, and what offers and answers do to them.

pub mod signal;
pub mod snapshot;
