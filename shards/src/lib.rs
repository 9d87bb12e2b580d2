//! The data plane of tandem: a relay for RTP without sockets, and the driver that gives it some.
//!
//! # The model
//!
//! A [`Shard`] owns a share of the calls. It is a plain struct: time comes in as `now`, packets and
//! [`Command`](input::Command)s come in as values, and what is to be done goes out as a
//! [`Verdict`](output::Verdict) for a packet and as [`Effect`](output::Effect)s for everything else. The same
//! struct runs under the io_uring driver (`io`), under the simulator and under the benches.
//!
//! # Invariants
//!
//! * Packet path: no lock, no allocation, no formatting, no system call of its own; no wait for anyone.
//! * A call lives on exactly one shard, [`routing::shard_of`] its call-id.
//! * A local (address, port) is open in at most one shard; [`ports::Ports`] is the truth about it.
//! * An own call is never ended by a notification. `own + foreign = total`, always.
//! * Nothing is unbounded ([`limits`]) and nothing is dropped without a name and a counter ([`output`]).
//!
//! # Map
//!
//! Read [`input`] and [`output`] first, then `shard`, `media/relay`, `call/offer_answer` and [`call::routes`].
//!
//! * The boundary: [`input`] (commands), [`packet`] (a datagram and its room), [`output`] (verdicts, effects,
//!   replies), `reasons` (why packets are dropped and calls end), [`stats`] (counters), [`settings`], [`limits`].
//! * `shard`: the state machine. It finds calls, opens and closes ports, restores records, and sees that everything
//!   follows from a call's state; `plane` is what it draws on, `timer` and `slab` are its tables.
//! * [`call`]: a call as plain data, what an offer or answer makes of it, and what its flows do then. [`sdp`] reads and
//!   edits the texts.
//! * [`media`]: sockets, flows, and the path of a packet. `wire` reads RTP, RTCP, STUN and DTLS.
//! * [`interfaces`] and [`ports`]: the addresses of the node and which ports on them are taken; [`admission`]: its
//!   limits.
//! * [`names`] (identifiers), [`time`], [`age`] (which of two records is newer), [`routing`] (which shard has a call),
//!   [`random`].
//! * `io`: the driver. `sim`: whole clusters in virtual time, with bugs planted by `sabotage`; `fuzzing`: the way in
//!   for fuzz targets.
//!
//! What is deliberately absent: Redis, the ng protocol, configuration files. This crate knows SDP, since it
//! must edit it, and no other format of the control side.

#![cfg_attr(not(feature = "io"), forbid(unsafe_code))]
#![deny(unsafe_code)]

pub mod admission;
pub mod age;
pub mod call;
#[doc(hidden)]
pub mod fuzzing;
pub mod input;
pub mod interfaces;
#[cfg(feature = "io")]
pub mod io;
pub mod keys;
pub mod limits;
pub mod media;
pub mod names;
pub mod output;
pub mod packet;
mod plane;
pub mod ports;
pub mod random;
pub mod reasons;
pub mod routing;
#[doc(hidden)]
pub mod sabotage;
pub mod sdp;
pub mod settings;
mod shard;
#[cfg(feature = "sim")]
pub mod sim;
mod slab;
pub mod stats;
pub mod time;
mod timer;
mod wire;

pub use shard::{Shard, ShardConfig};
