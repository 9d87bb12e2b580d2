//! The shard: one core's share of the calls, without sockets, clocks or threads.
//!
//! Contract (after str0m): hand in one input, then drain [`Shard::poll_effect`] to `None`, then hand in the
//! next. Every [`Effect::Open`] must be answered with [`Shard::handle_opened`] while draining.
//! [`Shard::relay`] is the exception: it answers with a [`Verdict`] and, on the common path, queues nothing.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::admission::Admission;
use crate::input::Request;
use crate::interfaces::Interfaces;
use crate::names::{ShardId, SocketId};
use crate::output::{DropReason, Effect, OpenError, Reply, Verdict};
use crate::ports::Ports;
use crate::settings::Settings;
use crate::time::Timestamp;

/// What a shard is made of.
#[derive(Clone, Debug)]
pub struct ShardConfig {
    /// Its number.
    pub id: ShardId,
    /// How many shards the node has.
    pub count: u16,
    /// The node's interfaces.
    pub interfaces: Arc<Interfaces>,
    /// The node's ports.
    pub ports: Arc<Ports>,
    /// The node's limits.
    pub admission: Arc<Admission>,
    /// Settings to begin with.
    pub settings: Settings,
    /// Seeds the choice of ports.
    pub seed: u64,
}

/// One core's share of the calls.
#[derive(Debug)]
pub struct Shard {
    effects: VecDeque<Effect>,
}

impl Shard {
    /// A shard without calls.
    pub fn new(_config: ShardConfig) -> Self {
        Shard { effects: VecDeque::new() }
    }

    /// What becomes of a packet that came in on `socket` from `source`. The packet may be rewritten in place.
    pub fn relay(
        &mut self,
        _now: Timestamp,
        _socket: SocketId,
        _source: SocketAddr,
        _packet: &mut [u8],
    ) -> Verdict {
        Verdict::Drop(DropReason::NoSocket)
    }

    /// Counts a packet that the driver could not hand in (longer than a buffer).
    pub fn note_too_long(&mut self, _socket: SocketId) {}

    /// Counts a send that the kernel refused.
    pub fn note_send_error(&mut self, _socket: SocketId) {}

    /// Takes a request; its reply comes as an effect.
    pub fn handle_request(&mut self, _now: Timestamp, request: Request) {
        self.effects.push_back(Effect::Reply { to: request.id, reply: Reply::Done });
    }

    /// Takes the driver's answer to [`Effect::Open`].
    pub fn handle_opened(&mut self, _now: Timestamp, _socket: SocketId, _result: Result<(), OpenError>) {}

    /// Does what has fallen due.
    pub fn handle_timeout(&mut self, _now: Timestamp) {}

    /// The next thing to be done outside.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When [`Shard::handle_timeout`] is wanted next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        None
    }
}
