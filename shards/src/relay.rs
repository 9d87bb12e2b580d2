//! The packet path: a packet came in on a socket; who gets it, and from which socket?
//!
//! A [`Flow`] is the hot half of a stream: one component (RTP or RTCP) of one party's media. Packets of the
//! party come in on any of its sockets, are checked against its [`source`], and go to the flow of the
//! counterpart: out of *that* flow's socket, to *that* flow's endpoint.
//!
//! Invariants: no lock, no allocation, no formatting, no system call. A packet of a call only ever leaves to an
//! endpoint of the same call. Every packet is counted once: forwarded, consumed or dropped by name.
//!
//! Left out on purpose: SSRC, sequence numbers and payload types are passed untouched; reordering is the
//! receiver's business.

pub(crate) mod reception;
pub(crate) mod repeats;
pub(crate) mod source;

use std::net::SocketAddr;
use std::time::Duration;

use crate::call::state::{RtpSeen, StreamCounts};
use crate::interfaces::{AddressId, OwnAddresses};
use crate::names::SocketId;
use crate::output::{DropReason, Verdict};
use crate::sabotage::{self, Sabotage};
use crate::slab::Slab;
use crate::sockets::{FlowId, Socket, Sockets};
use crate::stats::{Counters, Traffic};
use crate::time::Timestamp;
use crate::wire::demux::{Kind, classify};
use crate::wire::rtp::RtpPacket;
use reception::Reception;
use repeats::Repeats;
use source::{Learned, Source};

/// What arrives on a flow's sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FlowKind {
    /// RTP, and RTCP beside it if the party multiplexes (RFC 5761).
    Rtp,
    /// RTCP on a port of its own.
    Rtcp,
    /// Any datagrams (T.38, BFCP, unknown protocols).
    Datagram,
}

/// What is done to the packets of a party on their way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gate {
    /// The party may not send: it is held.
    pub(crate) held: bool,
    /// `block media`.
    pub(crate) block: bool,
    /// `block DTMF`.
    pub(crate) block_dtmf: bool,
    /// `silence media`.
    pub(crate) silence: bool,
    /// `drop-traffic`.
    pub(crate) drop_traffic: bool,
    /// `generate-RTCP`: the party's reports end here.
    pub(crate) consume_rtcp: bool,
    /// `block-short`: RTP payloads of static 8 kHz codecs below this many bytes are dropped; 0 is off.
    pub(crate) short_below: u16,
}

/// The hot half of a stream.
#[derive(Debug)]
pub(crate) struct Flow {
    /// The call it belongs to.
    pub(crate) call: u32,
    pub(crate) kind: FlowKind,
    /// DTLS records pass (the media is keyed by DTLS, end to end).
    pub(crate) dtls: bool,
    pub(crate) gate: Gate,
    /// Where the party's packets come from.
    pub(crate) source: Source,
    /// Where packets to the party go; none before it is known.
    pub(crate) endpoint: Option<SocketAddr>,
    /// The socket that packets to the party leave from.
    pub(crate) via: Option<SocketId>,
    /// Nothing is sent to the party before it has sent something (`NAT-wait`).
    pub(crate) nat_wait: bool,
    /// The counterpart's flow for RTP and other datagrams.
    pub(crate) to_rtp: Option<FlowId>,
    /// The counterpart's flow for RTCP.
    pub(crate) to_rtcp: Option<FlowId>,
    pub(crate) counts_in: StreamCounts,
    pub(crate) counts_out: StreamCounts,
    /// When the last packet was accepted, or the flow was made.
    pub(crate) last_packet: Timestamp,
    /// A packet was accepted.
    pub(crate) heard: bool,
    pub(crate) seen: RtpSeen,
    /// Loss and jitter of the present source, for own reports.
    pub(crate) reception: Reception,
    /// Bit N: payload type N is a telephone event (RFC 4733).
    pub(crate) telephone_events: u128,
    /// What has passed last, where packets may come back.
    pub(crate) repeats: Option<Box<Repeats>>,
    /// Packets still to come before media makes a foreign call own; 0 is off.
    pub(crate) take_over_in: u32,
}

/// What the packet path tells the call, off the common path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Notice {
    /// The source is known for sure now.
    Confirmed,
    /// A confirmed source was replaced.
    Moved { from: SocketAddr, to: SocketAddr },
    /// Packets of a loop are dropped from now on.
    Loop,
    /// Enough media has come for a foreign call.
    MediaTakesOver,
}

/// Settings of the packet path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RelaySettings {
    /// See [`crate::settings::Settings::guard_silence`].
    pub(crate) guard_silence: Duration,
}

/// Sockets and flows of a shard.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) sockets: Sockets,
    pub(crate) flows: Slab<Flow>,
    pub(crate) counters: Counters,
    pub(crate) settings: RelaySettings,
    /// Addresses that lead back here.
    pub(crate) own: OwnAddresses,
    /// What calls must be told; emptied after each packet that left something here.
    pub(crate) notices: Vec<(u32, Notice)>,
}

impl Relay {
    /// A relay of these local addresses.
    pub(crate) fn new(settings: RelaySettings, own: OwnAddresses) -> Self {
        let traffic = vec![Traffic::default(); own.interfaces.addresses().len()];
        Relay {
            sockets: Sockets::default(),
            flows: Slab::default(),
            counters: Counters { traffic, ..Counters::default() },
            settings,
            own,
            notices: Vec::with_capacity(8),
        }
    }

    /// See [`crate::Shard::relay`].
    pub(crate) fn relay(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        source: SocketAddr,
        packet: &mut [u8],
    ) -> Verdict {
        self.counters.packets += 1;
        self.counters.bytes += packet.len() as u64;
        let Some(Socket { flow, address }) = self.sockets.get(socket).copied() else {
            return self.drop(DropReason::NoSocket, None);
        };
        let ingress = &mut self.counters.traffic[usize::from(address.0)].ingress;
        ingress.packets += 1;
        ingress.bytes += packet.len() as u64;
        let Some(id) = flow else {
            return self.drop(DropReason::NoSocket, Some(address));
        };
        let flow = &mut self.flows[id.0];
        let (accepted, notice) = accept(flow, now, self.settings, &self.own, source, packet);
        if let Some(notice) = notice {
            self.notices.push((flow.call, notice));
        }
        let kind = match accepted {
            Ok(kind) => kind,
            Err(reason) => {
                // A packet that the relay itself has sent is no error of the party (rtpengine).
                flow.counts_in.errors += u64::from(reason != DropReason::Loop);
                return self.drop(reason, Some(address));
            }
        };
        match gate(flow, kind, packet) {
            Gated::Pass => {}
            Gated::Consume => {
                self.counters.consumed += 1;
                return Verdict::Consume;
            }
            Gated::Drop(reason) => return self.drop(reason, Some(address)),
        }
        let target = if kind == Kind::Rtcp { flow.to_rtcp } else { flow.to_rtp };
        self.send_to(address, target, packet.len())
    }

    /// The way out through the counterpart's flow.
    fn send_to(&mut self, from: AddressId, target: Option<FlowId>, bytes: usize) -> Verdict {
        let target = if sabotage::on(Sabotage::OtherCall) { Some(FlowId(0)) } else { target };
        let out = target.and_then(|target| self.flows.get_mut(target.0));
        let Some(out) = out.filter(|out| !out.nat_wait || out.heard) else {
            return self.drop(DropReason::NoDestination, Some(from));
        };
        let (Some(via), Some(to)) = (out.via, out.endpoint) else {
            return self.drop(DropReason::NoDestination, Some(from));
        };
        out.counts_out.packets += 1;
        out.counts_out.bytes += bytes as u64;
        self.counters.forwarded += 1;
        self.counters.forwarded_bytes += bytes as u64;
        if let Some(socket) = self.sockets.get(via) {
            let egress = &mut self.counters.traffic[usize::from(socket.address.0)].egress;
            egress.packets += 1;
            egress.bytes += bytes as u64;
        }
        Verdict::Forward { via, to }
    }

    fn drop(&mut self, reason: DropReason, at: Option<AddressId>) -> Verdict {
        self.counters.count_drop(reason);
        if let Some(address) = at {
            self.counters.traffic[usize::from(address.0)].ingress.errors += 1;
        }
        Verdict::Drop(reason)
    }

    /// A packet on `socket` was longer than a receive buffer.
    pub(crate) fn note_too_long(&mut self, socket: SocketId) {
        self.counters.packets += 1;
        let socket = self.sockets.get(socket).copied();
        if let Some(socket) = socket {
            self.counters.traffic[usize::from(socket.address.0)].ingress.packets += 1;
        }
        self.drop(DropReason::TooLong, socket.map(|socket| socket.address));
        if let Some(flow) = socket.and_then(|socket| socket.flow) {
            self.flows[flow.0].counts_in.errors += 1;
        }
    }

    /// The kernel refused a packet that left by `socket`.
    pub(crate) fn note_send_error(&mut self, socket: SocketId) {
        self.counters.send_errors += 1;
        if let Some(socket) = self.sockets.get(socket) {
            self.counters.traffic[usize::from(socket.address.0)].egress.errors += 1;
        }
    }
}

/// Checks what the packet is and whom it comes from, and counts it.
fn accept(
    flow: &mut Flow,
    now: Timestamp,
    settings: RelaySettings,
    own: &OwnAddresses,
    source: SocketAddr,
    packet: &[u8],
) -> (Result<Kind, DropReason>, Option<Notice>) {
    let kind = match kind(flow, packet) {
        Ok(kind) => kind,
        Err(reason) => return (Err(reason), None),
    };
    let rtp = if kind == Kind::Rtp { RtpPacket::new(packet) } else { None };
    // RTCP that strays to an RTP port says nothing about where RTP comes from.
    let may_learn = !(kind == Kind::Rtcp && flow.kind == FlowKind::Rtp);
    let rtcp_sender =
        (kind == Kind::Rtcp).then(|| u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]));
    let continues = match (&rtp, rtcp_sender) {
        (Some(rtp), _) => source::continues(&flow.seen, rtp),
        (None, Some(ssrc)) => flow.heard && ssrc == flow.seen.ssrc,
        (None, None) => false,
    };
    let arrival = source::Packet { now, source, may_learn, continues };
    let since_last = now.since(flow.last_packet);
    let checked = flow.source.check(&arrival, &mut flow.endpoint, since_last, settings);
    let notice = checked.learned.map(|learned| match learned {
        Learned::Confirmed => Notice::Confirmed,
        Learned::Moved(from) => Notice::Moved { from, to: source },
    });
    if let Err(reason) = checked.passes {
        return (Err(reason), notice);
    }
    if let Some(repeats) = &mut flow.repeats
        && repeats.is_loop(now, source, own, packet)
    {
        let notice = notice.or_else(|| repeats.is_first_drop().then_some(Notice::Loop));
        return (Err(DropReason::Loop), notice);
    }
    flow.last_packet = now;
    flow.heard = true;
    flow.counts_in.packets += 1;
    flow.counts_in.bytes += packet.len() as u64;
    match (&rtp, rtcp_sender) {
        (Some(rtp), _) => note_rtp(flow, now, rtp, packet.len()),
        (None, Some(ssrc)) if flow.kind == FlowKind::Rtcp => flow.seen.ssrc = ssrc,
        _ => {}
    }
    let notice = notice.or_else(|| count_down_take_over(flow, source));
    (Ok(kind), notice)
}

/// Says what a packet is, where that kind may come at all.
fn kind(flow: &Flow, packet: &[u8]) -> Result<Kind, DropReason> {
    match flow.kind {
        FlowKind::Datagram => Ok(Kind::Other),
        FlowKind::Rtp | FlowKind::Rtcp => match classify(packet) {
            Kind::Stun => Err(DropReason::Stun),
            Kind::Dtls if !flow.dtls => Err(DropReason::NotRtp),
            Kind::Other => Err(DropReason::NotRtp),
            // What comes on an RTCP port and looks like RTP is passed on beside the reports.
            Kind::Rtp if flow.kind == FlowKind::Rtcp => Ok(Kind::Rtcp),
            kind => Ok(kind),
        },
    }
}

/// Counts packets that come from the confirmed source; others may pass, and prove nothing.
fn count_down_take_over(flow: &mut Flow, source: SocketAddr) -> Option<Notice> {
    if flow.take_over_in == 0 || flow.source.confirmed() != Some(source) {
        return None;
    }
    flow.take_over_in -= 1;
    (flow.take_over_in == 0).then_some(Notice::MediaTakesOver)
}

fn note_rtp(flow: &mut Flow, now: Timestamp, rtp: &RtpPacket<'_>, bytes: usize) {
    let seen = &mut flow.seen;
    if seen.ssrc != rtp.ssrc() || seen.packets == 0 {
        *seen = RtpSeen { ssrc: rtp.ssrc(), ..RtpSeen::default() };
        flow.reception = Reception::new(rtp.sequence());
    }
    flow.reception.note(now, rtp.sequence(), rtp.timestamp());
    seen.packets += 1;
    seen.bytes += bytes as u64;
    seen.timestamp = rtp.timestamp();
    seen.sequence = rtp.sequence();
    seen.payload_type = rtp.payload_type();
}

/// What the party's gate does to an accepted packet.
enum Gated {
    /// It goes on, perhaps with silence written into it.
    Pass,
    /// `generate-RTCP`: the party's own report ends here.
    Consume,
    Drop(DropReason),
}

fn gate(flow: &Flow, kind: Kind, packet: &mut [u8]) -> Gated {
    let gate = &flow.gate;
    if *gate == Gate::default() {
        return Gated::Pass;
    }
    if kind == Kind::Rtcp && !gate.drop_traffic {
        // Reports go on while media is held or blocked (RFC 3264 section 5.1).
        return if gate.consume_rtcp { Gated::Consume } else { Gated::Pass };
    }
    media_gate(flow, kind, packet).map_or(Gated::Pass, Gated::Drop)
}

/// A reason to drop a packet of media, if there is one.
fn media_gate(flow: &Flow, kind: Kind, packet: &mut [u8]) -> Option<DropReason> {
    let gate = &flow.gate;
    if gate.drop_traffic {
        return Some(DropReason::DropTraffic);
    }
    if gate.held {
        return Some(DropReason::NotReceiving);
    }
    if gate.block {
        return Some(DropReason::Blocked);
    }
    let rtp = RtpPacket::new(packet).filter(|_| kind == Kind::Rtp)?;
    let payload_type = rtp.payload_type();
    let event = flow.telephone_events >> payload_type & 1 == 1;
    if gate.block_dtmf && event {
        return Some(DropReason::BlockedDtmf);
    }
    let payload = rtp.payload();
    let short = payload.as_ref().is_none_or(|range| range.len() < usize::from(gate.short_below));
    if gate.short_below > 0 && matches!(payload_type, 0 | 8 | 9) && short {
        return Some(DropReason::Short);
    }
    if gate.silence {
        return silence(payload_type, payload, packet);
    }
    None
}

/// Writes silence over the payload, where the codec has a byte for it (ITU-T G.711).
fn silence(
    payload_type: u8,
    payload: Option<std::ops::Range<usize>>,
    packet: &mut [u8],
) -> Option<DropReason> {
    let byte = match payload_type {
        0 => 0xff,
        8 => 0xd5,
        _ => return Some(DropReason::Silenced),
    };
    match payload {
        Some(range) => {
            packet[range].fill(byte);
            None
        }
        None => Some(DropReason::Silenced),
    }
}

#[cfg(test)]
mod tests;
