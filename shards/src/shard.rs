//! The shard: one core's share of the calls, without sockets, clocks or threads.
//!
//! Contract (after str0m): hand in one input, then drain [`Shard::poll_effect`] to `None`, then hand in the
//! next. Every [`Effect::Open`] must be answered with [`Shard::handle_opened`] while draining; a socket that
//! could not be opened is never closed.
//! [`Shard::relay`] is the exception: it answers with a [`Verdict`] and queues nothing; what is no media it hands back,
//! for [`Shard::handle_punted`], which is an input like any other; what a packet sets off
//! (a source is learned, a call taken over) is done at the next [`Shard::handle_timeout`], which
//! [`Shard::poll_timeout`] then asks for at once.

mod calls;
mod commit;
mod deletion;
mod negotiation;
mod ownership;
mod periodic;
mod queries;
mod recently_ended;
mod records;
mod timeouts;
mod transaction;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;

use crate::admission::Admission;
use crate::call::state::StreamId;
use crate::input::{Command, Request};
use crate::interfaces::{Interfaces, OwnAddresses};
use crate::media::flows::FlowView;
use crate::media::relay::{Notice, Relay};
use crate::names::{CallId, FlowId, RequestId, ShardId, SocketId};
use crate::output::{DropReason, Effect, Event, EventKind, OpenError, Refusal, Reply, Verdict};
use crate::packet::PacketBuf;
use crate::plane::Plane;
use crate::ports::Ports;
use crate::random::Random;
use crate::settings::Settings;
use crate::time::Timestamp;
use calls::CallTable;
use ownership::Leases;
use recently_ended::RecentlyEnded;
use records::Pending;
use transaction::Opening;

/// Parts of a shard.
#[derive(Clone, Debug)]
pub struct ShardConfig {
    /// Its number.
    pub id: ShardId,
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
    plane: Plane,
    calls: CallTable,
    /// A signal or record that waits for its sockets.
    opening: Option<Opening>,
    /// Records whose ports are taken.
    pending: Pending,
    recently_ended: RecentlyEnded,
    leases: Leases,
}

impl Shard {
    /// A shard without calls.
    pub fn new(config: ShardConfig) -> Self {
        let own = OwnAddresses { interfaces: config.interfaces.clone(), ports: config.ports.range() };
        let relay = Relay::new(config.settings.guard_silence, own);
        Shard {
            plane: Plane {
                id: config.id,
                interfaces: config.interfaces,
                ports: config.ports,
                settings: config.settings,
                relay,
                effects: VecDeque::new(),
                random: Random::new(config.seed),
            },
            calls: CallTable::new(config.admission, config.seed),
            opening: None,
            pending: Pending::default(),
            recently_ended: RecentlyEnded::default(),
            leases: Leases::default(),
        }
    }

    /// Its number.
    pub fn id(&self) -> ShardId {
        self.plane.id
    }

    /// Relays a packet that came in on `socket` from `source`: its verdict. The packet may be rewritten in place, and
    /// grow into the room of its buffer.
    pub fn relay(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        source: SocketAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Verdict {
        let verdict = self.plane.relay.relay(now, socket, source, packet);
        if !self.plane.relay.notices.is_empty() {
            self.take_notices(now);
        }
        verdict
    }

    /// Takes a datagram that [`Shard::relay`] has answered with [`Verdict::Punt`], and no other. Returns what it comes
    /// to; like any input, it may queue effects.
    pub fn handle_punted(
        &mut self,
        _now: Timestamp,
        socket: SocketId,
        _source: SocketAddr,
        datagram: &[u8],
    ) -> DropReason {
        self.plane.relay.drop_punted(socket, datagram)
    }

    /// Counts a packet that the driver could not hand in (longer than a buffer).
    pub fn note_too_long(&mut self, socket: SocketId) {
        self.plane.relay.note_too_long(socket);
    }

    /// Counts a send that the kernel refused.
    pub fn note_send_error(&mut self, socket: SocketId) {
        self.plane.relay.note_send_error(socket);
    }

    /// Takes a request; its reply comes as an effect.
    pub fn handle_request(&mut self, now: Timestamp, request: Request) {
        assert!(self.opening.is_none(), "effects are drained before the next input");
        if let Some(request) = self.restore_before(now, request) {
            self.perform(now, request);
        }
    }

    fn perform(&mut self, now: Timestamp, request: Request) {
        let Request { id, command } = request;
        let reply = match command {
            Command::Offer(signal) => return self.offer(now, id, signal),
            Command::Answer(signal) => return self.answer(now, id, signal),
            Command::Delete(delete) => self.delete(now, &delete),
            Command::Query(call_id) => self.query(&call_id),
            Command::Treat(treatment) => self.treat(now, &treatment),
            Command::List { filter, limit } => self.list(&filter, limit),
            Command::Terminate(filter) => self.terminate(now, &filter),
            Command::Report => Reply::Shard(Box::new(self.report())),
            Command::Ping => Reply::Done,
            Command::Configure(settings) => self.configure(now, *settings),
            Command::Restore(restore) => return self.restore(now, id, *restore),
            Command::Destroy { call_id, keyspace } => self.destroy(now, &call_id, keyspace),
            Command::Lease { keyspace, until } => self.lease(now, keyspace, until),
            Command::Republish(call_id) => self.republish(call_id.as_ref()),
            Command::Activate => self.activate(now),
            Command::StandBy => self.stand_by(now),
        };
        self.reply(id, reply);
    }

    /// Takes the driver's answer to [`Effect::Open`].
    pub fn handle_opened(&mut self, now: Timestamp, socket: SocketId, result: Result<(), OpenError>) {
        self.note_opened(now, socket, result);
    }

    /// Does what has fallen due.
    pub fn handle_timeout(&mut self, now: Timestamp) {
        while let Some(call) = self.calls.pop_due(now) {
            self.call_is_due(now, call);
        }
        // One at a time: its sockets must be answered for before the next.
        self.retry_pending(now);
    }

    /// The next thing to be done outside.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.plane.effects.pop_front()
    }

    /// A flow as it is, for whoever follows [`Effect::Flow`].
    pub fn flow(&self, id: FlowId) -> Option<FlowView> {
        self.plane.relay.flows.view(id)
    }

    /// The flows of a call by their streams.
    pub fn flows_of(&self, call_id: &CallId) -> Vec<(StreamId, FlowView)> {
        let flows = self.calls.get(call_id).map_or(&[][..], |call| call.handles.flows());
        flows.iter().filter_map(|(stream, id)| Some((*stream, self.flow(*id)?))).collect()
    }

    /// The streams of a call by their flows.
    pub fn streams_of(&self, call_id: &CallId) -> Vec<(FlowId, StreamId)> {
        let flows = self.calls.get(call_id).map_or(&[][..], |call| call.handles.flows());
        flows.iter().map(|(stream, id)| (*id, *stream)).collect()
    }

    /// All flows as they are: what a mirror that follows [`Effect::Flow`] has too, unless a timeout is due.
    pub fn flows(&self) -> impl Iterator<Item = (FlowId, FlowView)> {
        self.plane.relay.flows.views()
    }

    /// Time at which [`Shard::handle_timeout`] is wanted next.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        self.calls.next_deadline().into_iter().chain(self.pending.next()).min()
    }

    /// Marks calls that a packet has something to tell of; they are seen to at the next timeout.
    fn take_notices(&mut self, now: Timestamp) {
        for (index, notice) in self.plane.relay.notices.drain(..) {
            let due = &mut self.calls[index].due;
            due.dirty |= notice != Notice::Loop;
            if notice == Notice::MediaTakesOver {
                due.media_takes_over = true;
            }
            due.looped |= notice == Notice::Loop;
            if let Notice::Moved { from, to } = notice {
                due.moved = Some((from, to));
            }
            self.calls.arm_by(index, now);
        }
    }

    fn reply(&mut self, to: RequestId, reply: Reply) {
        self.plane.effects.push_back(Effect::Reply { to, reply });
    }

    /// Answers a request, if somebody waits for it.
    fn reply_to(&mut self, to: Option<RequestId>, reply: Reply) {
        if let Some(to) = to {
            self.reply(to, reply);
        }
    }

    fn event(&mut self, call_id: &CallId, kind: EventKind) {
        self.plane.effects.push_back(Effect::Event(Event { call_id: call_id.clone(), kind }));
    }

    fn call_by_id(&self, call_id: &CallId) -> Result<u32, Refusal> {
        self.calls.find(call_id).ok_or(Refusal::UnknownCall)
    }
}
