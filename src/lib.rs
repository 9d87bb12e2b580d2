//! tandem, the daemon: everything that talks to the outside.
//!
//! The library is the daemon, so that a test can start one in its own process; `main` maps arguments to calls
//! and results to exit codes.
//!
//! # Map
//!
//! | file | holds |
//! |---|---|
//! | `cli.rs`, `config.rs`, `check.rs` | the command line; the configuration; `tandem check` |
//! | `daemon.rs`, `shared.rs`, `fronts.rs` | start and end; the parts that threads share; the listeners of proxies |
//! | `node.rs` | the node: its addresses, limits, rates, liveness, Redis, for all who ask |
//! | `ng.rs` | the ng protocol: a message in, a message out |
//! | `ctl.rs` | commands of operators: one row each |
//! | `redis.rs` | hot standby: records, follower, publisher |
//! | `http.rs`, `listener.rs`, `service.rs` | HTTP and WebSocket; connections; the services behind them |
//! | `origin.rs`, `foreign.rs` | who asks, and what may be asked for; protocols that came to the wrong listener |
//! | `sampler.rs`, `addresses.rs`, `liveness.rs` | threads: load, media addresses, signs of life of the shards |
//! | `events.rs` | the thread that makes lines of the events of calls |
//! | `metrics.rs`, `logging.rs`, `request_log.rs` | the page of metrics; the log; refused requests in it |
//! | `notify.rs`, `capacity.rs` | systemd; the room for calls |
//! | `reference.rs`, `fuzzing.rs` | documents made of tables; the way in for the fuzz targets |
//!
//! Public is what the binary and the tests use; rustc finds everything else that nobody uses.

mod addresses;
mod capacity;
mod check;
pub mod cli;
mod config;
mod ctl;
mod daemon;
mod events;
mod foreign;
mod fronts;
#[doc(hidden)]
pub mod fuzzing;
mod http;
mod listener;
mod liveness;
mod logging;
mod metrics;
mod ng;
mod node;
mod notify;
mod origin;
pub mod redis;
#[doc(hidden)]
pub mod reference;
mod request_log;
mod sampler;
mod service;
mod shared;
