//! Commands of operators to a running node: one row for each, two listeners.
//!
//! # The model
//!
//! A line is divided into [`words`]; [`commands`] finds the row of the command, and [`carry_out`] runs it, if the
//! origin has the right that the row asks for. The row reads the words behind its own, asks node and shards through an
//! [`execution::Execution`], and gives data back, which it also writes in three forms:
//!
//! * the text of rtpengine's CLI to the byte. The word "rtpengine" stays in it, since clients match it. This is for the
//!   TCP listener that the real `rtpengine-ctl` talks to, for HTTP, and for the ng command `cli`.
//! * a table for people and JSON for programs, for the unix socket of `tandem ctl` ([`request`]).
//!
//! Invariants: no command waits for anything but shards, and that wait is bounded; a shard that is silent is named
//! in the answer.
//!
//! What rtpengine has and this relay has not (transcoding, kernel forwarding, MOS) shows as zero. A parameter
//! that would have no effect cannot be set: a success that does nothing would be a lie.
//!
//! # Map
//!
//! | file | holds |
//! |---|---|
//! | `command.rs`, `answer.rs` | the row of a command; its answer in each form |
//! | `commands.rs` | the table of all rows, the way from a line to its row, the help |
//! | `words.rs`, `problem.rs`, `text.rs` | words of a line; refusals and exit codes; pieces of texts |
//! | `execution.rs`, `carry_out.rs` | a command at work; the way of a line from any listener |
//! | `health.rs` | `status`, `shards`, `ping` |
//! | `sessions.rs`, `call.rs` | `list sessions`, `list numsessions`; `call`, `debug`, `terminate` |
//! | `statistics.rs`, `interfaces.rs` | `list totals`, `counters`, `jsonstats`; `interfaces`, `transcoders` |
//! | `takeover.rs`, `keyspaces.rs` | `active`, `standby`; `ksadd`, `ksrm`, `kslist`, `resync`, `redis` |
//! | `parameters.rs`, `log_level.rs` | `list`, `set`, `params`; `loglevel` |
//! | `server.rs`, `socket.rs`, `request.rs` | the listeners; the path of the unix socket; its requests |
//! | `handle.rs`, `client.rs` | commands for any thread of the daemon; `tandem ctl` |

pub mod answer;
pub mod call;
pub mod carry_out;
pub mod client;
pub mod command;
pub mod commands;
pub mod execution;
pub mod handle;
pub mod health;
pub mod interfaces;
pub mod keyspaces;
pub mod log_level;
pub mod parameters;
pub mod problem;
pub mod request;
pub mod server;
pub mod sessions;
pub mod socket;
pub mod statistics;
pub mod takeover;
pub mod text;
pub mod words;

#[cfg(test)]
pub(crate) mod tests;
