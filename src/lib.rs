//! tandem, the daemon: everything that talks to the outside.

pub mod config;
pub mod ctl;
pub mod logging;
