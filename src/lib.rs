//! tandem, the daemon: everything that talks to the outside.

pub mod capacity;
pub mod check;
pub mod cli;
pub mod config;
pub mod ctl;
pub mod daemon;
pub mod events;
pub mod logging;
pub mod notify;
pub mod sampler;
