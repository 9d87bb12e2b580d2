//! The bodies, for libFuzzer's programs.

pub mod bodies;
