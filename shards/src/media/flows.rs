//! The flows of a shard, and the one place that writes them.
//!
//! A `Flow` is the hot half of a stream: one component (RTP or RTCP) of one party's media. A [`FlowSpec`] says
//! what it is to do; `Flows::apply` compares the specs of a call with its flows, changes what differs, keeps what
//! packets have shown, and tells of each change by [`Effect::Flow`]. The packet path changes nothing but
//! observations: addresses that were learned, and counters.

use std::collections::VecDeque;
use std::net::SocketAddr;

use super::filter::MediaFilter;
use super::latching::{Latch, LatchSpec};
use super::loops::{Repeats, Suspects};
use super::reception::Reception;
use super::sockets::Sockets;
use crate::call::state::{RtpSeen, StreamCounts, StreamId, StreamObserved};
use crate::interfaces::{AddressId, OwnAddresses};
use crate::names::{FlowId, InterfaceName, SocketId};
use crate::output::{Effect, FlowChange};
use crate::slab::Slab;
use crate::time::Timestamp;
use crate::wire::rtcp::Received;

/// Kind of packets that arrive on a flow's sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowKind {
    /// RTP, and RTCP beside it if the party multiplexes (RFC 5761).
    Rtp,
    /// RTCP on a port of its own.
    Rtcp,
    /// Any datagrams (T.38, BFCP, unknown protocols).
    Datagram,
}

/// A local port, named as another node with the same interfaces names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalPort {
    /// The logical interface.
    pub interface: InterfaceName,
    /// The position of the address in it.
    pub position: u16,
    /// The port.
    pub port: u16,
}

/// All that a flow is to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowSpec {
    /// The stream that the flow is the hot half of.
    pub stream: StreamId,
    /// Kind of packets.
    pub kind: FlowKind,
    /// DTLS records pass (the media is keyed by DTLS, end to end).
    pub dtls: bool,
    /// Rules by which the party's source is found.
    pub latch: LatchSpec,
    /// Filter of the party's packets on their way.
    pub filter: MediaFilter,
    /// The ports that the party's packets come in on; packets to the party leave from the last.
    pub ports: Vec<LocalPort>,
    /// The counterpart's stream for RTP and other datagrams.
    pub to_rtp: Option<StreamId>,
    /// The counterpart's stream for RTCP.
    pub to_rtcp: Option<StreamId>,
    /// Nothing is sent to the party before it has sent something (`NAT-wait`).
    pub nat_wait: bool,
    /// Bit N: payload type N is a telephone event (RFC 4733).
    pub telephone_events: u128,
    /// Packets of the confirmed source that make a foreign call own; 0 is off.
    pub take_over_packets: u32,
    /// The party has named an address of this relay: its packets may come back.
    pub loop_check: bool,
}

/// All flows of a call, in the order of their streams.
pub type FlowSpecs = Vec<FlowSpec>;

/// The hot half of a stream.
#[derive(Debug)]
pub(crate) struct Flow {
    /// The call it belongs to.
    pub(super) call: u32,
    pub(super) kind: FlowKind,
    pub(super) dtls: bool,
    pub(super) filter: MediaFilter,
    pub(super) latch: Latch,
    /// Endpoint of packets to the party; none before it is known.
    pub(super) endpoint: Option<SocketAddr>,
    /// The socket that packets to the party leave from.
    pub(super) via: Option<SocketId>,
    pub(super) nat_wait: bool,
    pub(super) to_rtp: Option<FlowId>,
    pub(super) to_rtcp: Option<FlowId>,
    pub(super) counts_in: StreamCounts,
    pub(super) counts_out: StreamCounts,
    /// Time at which the last packet was accepted, or the flow was made.
    pub(super) last_packet: Timestamp,
    /// A packet was accepted.
    pub(super) received: bool,
    pub(super) seen: RtpSeen,
    /// Loss and jitter of the present source, for own reports.
    pub(super) reception: Reception,
    pub(super) telephone_events: u128,
    pub(super) take_over_packets: u32,
    /// Packets still to come before media makes a foreign call own; 0 is off.
    pub(super) take_over_in: u32,
    pub(super) loop_check: bool,
    /// Packets that have passed last, where packets may come back.
    pub(super) repeats: Option<Box<Repeats>>,
    /// Something that [`FlowView`] shows has changed and was not told of yet.
    pub(super) is_changed: bool,
}

/// A flow as it is, for whoever mirrors flows: all that decides where its packets go, but for what changes with
/// every packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowView {
    /// Kind of packets.
    pub kind: FlowKind,
    /// DTLS records pass.
    pub dtls: bool,
    /// Filter of the party's packets on their way.
    pub filter: MediaFilter,
    /// Rules by which the party's source is found.
    pub latch: LatchSpec,
    /// The party's source, once it is sure.
    pub source: Option<SocketAddr>,
    /// The address that packets to the party go to; none while each packet may move it.
    pub endpoint: Option<SocketAddr>,
    /// The socket that packets to the party leave from.
    pub via: Option<SocketId>,
    /// Nothing is sent to the party before it has sent something.
    pub nat_wait: bool,
    /// The counterpart's flow for RTP and other datagrams.
    pub to_rtp: Option<FlowId>,
    /// The counterpart's flow for RTCP.
    pub to_rtcp: Option<FlowId>,
    /// Bit N: payload type N is a telephone event.
    pub telephone_events: u128,
    /// Packets of the confirmed source that make a foreign call own; 0 is off.
    pub take_over_packets: u32,
    /// Packets are compared with those before, since they may come back.
    pub checks_loops: bool,
}

/// Handles of a call to its shard's tables. They never leave the shard.
#[derive(Debug, Default)]
pub(crate) struct Handles {
    ports: Vec<OpenPort>,
    flows: Vec<(StreamId, FlowId)>,
}

/// A local port that a call holds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenPort {
    pub(crate) address: AddressId,
    pub(crate) port: u16,
    pub(crate) socket: SocketId,
}

/// The flows and sockets of a shard.
#[derive(Debug)]
pub(crate) struct Flows {
    pub(super) entries: Slab<Flow>,
    pub(super) sockets: Sockets,
    /// Addresses that lead back here.
    pub(super) own: OwnAddresses,
}

impl Handles {
    /// Ports that were opened for the call.
    pub(crate) fn add(&mut self, opened: impl IntoIterator<Item = OpenPort>) {
        self.ports.extend(opened);
    }

    pub(crate) fn port(&self, address: AddressId, port: u16) -> Option<SocketId> {
        let held = self.ports.iter().find(|held| (held.address, held.port) == (address, port));
        held.map(|held| held.socket)
    }

    /// All sockets of the call.
    pub(crate) fn sockets(&self) -> impl Iterator<Item = SocketId> {
        self.ports.iter().map(|held| held.socket)
    }

    /// Takes out the ports that are not wanted any more.
    pub(crate) fn take_unwanted(&mut self, wanted: impl Fn(AddressId, u16) -> bool) -> Vec<OpenPort> {
        let (kept, unwanted) = self.ports.drain(..).partition(|held| wanted(held.address, held.port));
        self.ports = kept;
        unwanted
    }

    /// The flow of a stream.
    pub(crate) fn flow(&self, stream: StreamId) -> Option<FlowId> {
        let at = self.flows.binary_search_by_key(&stream, |(known, _)| *known).ok()?;
        Some(self.flows[at].1)
    }

    /// All flows in the order of their streams.
    pub(crate) fn flows(&self) -> &[(StreamId, FlowId)] {
        &self.flows
    }
}

impl Flows {
    /// No flows yet, and the addresses that lead back here.
    pub(crate) fn new(own: OwnAddresses) -> Self {
        Flows { entries: Slab::default(), sockets: Sockets::default(), own }
    }

    /// The addresses that lead back here.
    pub(crate) fn own(&self) -> &OwnAddresses {
        &self.own
    }

    /// Takes a slot for a socket; `None` if there is no room.
    pub(crate) fn open_socket(&mut self, address: AddressId) -> Option<SocketId> {
        self.sockets.insert(address)
    }

    /// Frees the slot of a socket.
    pub(crate) fn close_socket(&mut self, socket: SocketId) {
        self.sockets.remove(socket);
    }

    /// Sockets in use.
    pub(crate) fn socket_count(&self) -> usize {
        self.sockets.len()
    }

    /// Flows in use.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// Index and view of each flow.
    pub(crate) fn views(&self) -> impl Iterator<Item = (FlowId, FlowView)> {
        self.entries.iter().map(|(index, flow)| (FlowId(index), flow.view()))
    }

    /// A flow as it is, if there is one.
    pub(crate) fn view(&self, id: FlowId) -> Option<FlowView> {
        self.entries.get(id.0).map(Flow::view)
    }

    /// Makes the flows of a call do what the specs say.
    ///
    /// A flow goes on as long as one of its sockets does: what was learned is kept as the rules of
    /// [`latching`](super::latching) say. `observed` is what another node has seen, for flows that are new here or
    /// have not seen anything yet.
    pub(crate) fn apply(
        &mut self,
        call: u32,
        handles: &mut Handles,
        specs: &[FlowSpec],
        observed: Option<&[(StreamId, StreamObserved)]>,
        now: Timestamp,
        effects: &mut VecDeque<Effect>,
    ) {
        let mut flows: Vec<(StreamId, FlowId)> = Vec::with_capacity(specs.len());
        let mut installed = Vec::with_capacity(specs.len());
        for spec in specs {
            let known = self.known(handles, spec, &flows);
            let id = known
                .unwrap_or_else(|| FlowId(self.entries.insert(Flow::new(call, spec.kind, spec.latch, now))));
            flows.push((spec.stream, id));
            installed.push(known.is_none());
        }
        let before = std::mem::replace(&mut handles.flows, flows);
        for (spec, is_new) in specs.iter().zip(&installed) {
            let observed = observed.map(|all| observation(all, spec, now));
            self.write(handles, spec, observed, *is_new, now);
        }
        self.review_loops(handles);
        for ((_, id), is_new) in handles.flows.iter().zip(installed) {
            let is_changed = std::mem::take(&mut self.entries[id.0].is_changed);
            if is_new || is_changed {
                let change = if is_new { FlowChange::Installed } else { FlowChange::Changed };
                effects.push_back(Effect::Flow { flow: *id, change });
            }
        }
        let gone = before.iter().filter(|(_, id)| !handles.flows.iter().any(|(_, kept)| kept == id));
        for (_, id) in gone {
            self.entries.remove(id.0);
            effects.push_back(Effect::Flow { flow: *id, change: FlowChange::Removed });
        }
    }

    /// The flow that a stream goes on with: that of its ports, unless it is of another kind.
    fn known(&self, handles: &Handles, spec: &FlowSpec, taken: &[(StreamId, FlowId)]) -> Option<FlowId> {
        let sockets = spec.ports.iter().filter_map(|port| self.socket(handles, port));
        let mut flows = sockets.filter_map(|socket| self.sockets.get(socket)?.flow);
        flows.find(|id| self.entries[id.0].kind == spec.kind && !taken.iter().any(|(_, taken)| taken == id))
    }

    fn socket(&self, handles: &Handles, port: &LocalPort) -> Option<SocketId> {
        handles.port(self.own.interfaces.at(&port.interface, port.position)?, port.port)
    }

    fn write(
        &mut self,
        handles: &Handles,
        spec: &FlowSpec,
        observed: Option<StreamObserved>,
        is_new: bool,
        now: Timestamp,
    ) {
        let id = handles.flow(spec.stream).expect("every spec has its flow");
        let mut via = None;
        let mut is_changed = false;
        for port in &spec.ports {
            let socket = self.socket(handles, port).expect("ports are open before they are used");
            is_changed |= self.sockets.assign(socket, id);
            via = Some(socket);
        }
        let to_rtp = spec.to_rtp.and_then(|stream| handles.flow(stream));
        let to_rtcp = spec.to_rtcp.and_then(|stream| handles.flow(stream));
        let flow = &mut self.entries[id.0];
        let before = flow.view();
        (flow.via, flow.to_rtp, flow.to_rtcp) = (via, to_rtp, to_rtcp);
        (flow.dtls, flow.filter, flow.nat_wait) = (spec.dtls, spec.filter, spec.nat_wait);
        flow.telephone_events = spec.telephone_events;
        flow.loop_check = spec.loop_check;
        if observed.is_some() || flow.take_over_packets != spec.take_over_packets {
            flow.take_over_in = spec.take_over_packets;
        }
        flow.take_over_packets = spec.take_over_packets;
        match observed {
            Some(observed) if is_new || flow.is_untaught(&spec.latch) => {
                flow.endpoint = observed.endpoint;
                flow.latch = Latch::restored(spec.latch, observed.confirmed, now);
            }
            _ => flow.latch.follow(spec.latch, &mut flow.endpoint, now),
        }
        if let Some(observed) = observed.filter(|_| is_new) {
            (flow.counts_in, flow.counts_out) = (observed.counts_in, observed.counts_out);
        }
        flow.is_changed |= is_changed || flow.view() != before;
    }

    /// Tells of flows that packets have changed: a source was confirmed or moved.
    pub(crate) fn announce(&mut self, handles: &Handles, effects: &mut VecDeque<Effect>) {
        // A source that was learned may be the relay itself.
        self.review_loops(handles);
        for (_, id) in &handles.flows {
            if std::mem::take(&mut self.entries[id.0].is_changed) {
                effects.push_back(Effect::Flow { flow: *id, change: FlowChange::Changed });
            }
        }
    }

    /// Decides which packets may be in a loop. All of a flow, if the party named the relay, or was learned to be
    /// there; those that come from the relay, if this can be said of its counterpart.
    fn review_loops(&mut self, handles: &Handles) {
        for (_, id) in &handles.flows {
            let flow = &self.entries[id.0];
            let mut targets = flow.to_rtp.into_iter().chain(flow.to_rtcp);
            let suspects = if self.leads_back(*id) {
                Some(Suspects::All)
            } else if targets.any(|target| self.leads_back(target)) {
                Some(Suspects::FromRelay)
            } else {
                None
            };
            let flow = &mut self.entries[id.0];
            flow.is_changed |= flow.repeats.is_some() != suspects.is_some();
            flow.repeats = suspects.map(|suspects| Repeats::keep(flow.repeats.take(), suspects));
        }
    }

    fn leads_back(&self, id: FlowId) -> bool {
        let flow = &self.entries[id.0];
        flow.loop_check || flow.endpoint.is_some_and(|endpoint| self.own.contain(endpoint))
    }

    /// Removes all flows of a call.
    pub(crate) fn remove_all(&mut self, handles: &mut Handles, effects: &mut VecDeque<Effect>) {
        for (_, id) in handles.flows.drain(..) {
            self.entries.remove(id.0);
            effects.push_back(Effect::Flow { flow: id, change: FlowChange::Removed });
        }
    }

    /// The way of a packet of the relay's own to the party: socket and address.
    pub(crate) fn way_to(&self, id: FlowId) -> Option<(SocketId, SocketAddr)> {
        let flow = &self.entries[id.0];
        Some((flow.via?, flow.endpoint?))
    }

    /// The block of a report on what came from the party; what was lost since the last one is counted from here on.
    pub(crate) fn report(&mut self, id: FlowId) -> Received {
        let flow = &mut self.entries[id.0];
        flow.reception.report(flow.seen.ssrc)
    }

    /// Time at which the last packet was accepted, or the flow was made.
    pub(crate) fn last_packet(&self, id: FlowId) -> Timestamp {
        self.entries[id.0].last_packet
    }

    /// Observations of a flow's packets; the caller adds the place of its ports.
    pub(crate) fn observed(&self, id: FlowId) -> StreamObserved {
        let flow = &self.entries[id.0];
        StreamObserved {
            local: None,
            endpoint: flow.endpoint,
            confirmed: flow.latch.confirmed(),
            received: flow.received,
            counts_in: flow.counts_in,
            counts_out: flow.counts_out,
            last_packet: flow.last_packet,
            rtp: (flow.seen != RtpSeen::default()).then_some(flow.seen),
        }
    }
}

impl Flow {
    /// A flow that nothing was seen of yet; what it is to do is written afterwards.
    pub(super) fn new(call: u32, kind: FlowKind, latch: LatchSpec, now: Timestamp) -> Flow {
        Flow {
            call,
            kind,
            dtls: false,
            filter: MediaFilter::default(),
            latch: Latch::new(latch, now),
            endpoint: latch.signalled,
            via: None,
            nat_wait: false,
            to_rtp: None,
            to_rtcp: None,
            counts_in: StreamCounts::default(),
            counts_out: StreamCounts::default(),
            last_packet: now,
            received: false,
            seen: RtpSeen::default(),
            reception: Reception::default(),
            telephone_events: 0,
            take_over_packets: 0,
            take_over_in: 0,
            loop_check: false,
            repeats: None,
            is_changed: false,
        }
    }

    /// Nothing that was learned here holds: nothing came, or before the party was known here, or its address or the
    /// rules are others now.
    fn is_untaught(&self, next: &LatchSpec) -> bool {
        !self.received || !self.latch.is_told() || !self.latch.goes_by(next)
    }

    fn view(&self) -> FlowView {
        FlowView {
            kind: self.kind,
            dtls: self.dtls,
            filter: self.filter,
            latch: self.latch.spec,
            source: self.latch.confirmed(),
            endpoint: self.endpoint.filter(|_| !self.latch.is_learning()),
            via: self.via,
            nat_wait: self.nat_wait,
            to_rtp: self.to_rtp,
            to_rtcp: self.to_rtcp,
            telephone_events: self.telephone_events,
            take_over_packets: self.take_over_packets,
            checks_loops: self.repeats.is_some(),
        }
    }
}

/// Observations of a stream by another node: none, if it says nothing of it.
fn observation(all: &[(StreamId, StreamObserved)], spec: &FlowSpec, now: Timestamp) -> StreamObserved {
    let found = all.iter().find(|(id, _)| *id == spec.stream).map(|(_, observed)| *observed);
    let signalled = spec.latch.signalled;
    found.unwrap_or(StreamObserved { endpoint: signalled, last_packet: now, ..StreamObserved::default() })
}
