//! Requests of proxies to nodes: the seam for the daemon's ng front.
//!
//! A [`Front`] is both ends. At the proxy it makes a datagram of a [`Request`] and reads one that comes back; at
//! the node it takes a datagram, asks the shards and answers. In between, the world loses, doubles and delays
//! the bytes. The daemon's tests put the real ng front in its place.

use std::fmt;
use std::net::SocketAddr;

use crate::input::Command;
use crate::names::{Branch, CallId, ShardId, Tag};
use crate::output::Reply;
use crate::time::Timestamp;

/// Request of a proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Offer, answer or delete.
    pub kind: Kind,
    /// The call.
    pub call_id: CallId,
    /// The party that offered, or that leaves; `delete` may do without.
    pub from_tag: Option<Tag>,
    /// The other party.
    pub to_tag: Option<Tag>,
    /// The branch.
    pub branch: Option<Branch>,
    /// The SDP; empty for `delete`.
    pub sdp: String,
    /// Flags `source-guard` and `no-source-guard`.
    pub guard: Option<bool>,
    /// `delete delay`, in seconds.
    pub delay_secs: Option<u64>,
}

/// The kind of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `offer`.
    Offer,
    /// `answer`.
    Answer,
    /// `delete`.
    Delete,
}

/// Answer of a node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The rewritten SDP.
    Sdp(String),
    /// Deleted, at once or later.
    Done,
    /// Not done.
    Refused(String),
}

/// The shards of a node, as a front sees them.
pub trait Desk {
    /// The number of shards.
    fn shard_count(&self) -> u16;
    /// Asks a shard.
    fn ask(&mut self, shard: ShardId, command: Command) -> Reply;
}

/// Both ends of the protocol between proxies and nodes.
pub trait Front: fmt::Debug {
    /// At the proxy: the datagram of a request.
    fn letter(&self, cookie: &str, request: &Request) -> Vec<u8>;
    /// At a node: takes a datagram and answers it, if it gets an answer.
    fn serve(
        &mut self,
        now: Timestamp,
        node: usize,
        proxy: SocketAddr,
        letter: &[u8],
        desk: &mut dyn Desk,
    ) -> Option<Vec<u8>>;
    /// At the proxy: the cookie and meaning of an answer.
    fn read(&self, letter: &[u8]) -> Option<(String, Answer)>;
    /// A node has been restarted: what its front remembered is gone.
    fn forget(&mut self, node: usize);
}
