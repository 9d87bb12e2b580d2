//! tandem, the daemon: everything that talks to the outside.
//!
//! The library is the daemon, so that a test can start one in its own process; `main` maps arguments to calls
//! and results to exit codes.

pub mod addresses;
pub mod capacity;
pub mod check;
pub mod cli;
pub mod config;
pub mod ctl;
pub mod daemon;
pub mod events;
pub mod foreign;
pub mod fronts;
#[doc(hidden)]
pub mod fuzzing;
pub mod http;
pub mod listener;
pub mod liveness;
pub mod logging;
pub mod metrics;
pub mod ng;
pub mod node;
pub mod notify;
pub mod origin;
pub mod redis;
#[doc(hidden)]
pub mod reference;
pub mod request_log;
pub mod sampler;
pub mod service;
pub mod shared;
