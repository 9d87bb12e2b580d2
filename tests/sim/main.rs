//! Whole clusters in one thread, from one seed.
//!
//! ```text
//! cargo test --test sim                        a fixed set of seeds, and the scenarios
//! TANDEM_SEED=42 cargo test --test sim one     one seed, with its log
//! ```

mod bugs;
mod daemon;
mod ng;
mod replication;
mod scenarios;
mod seeds;
