//! The packet path: a packet came in on a socket; who gets it, and from which socket?
//!
//! Packets of a party come in on any of its flow's sockets, are checked against its [`latch`](super::latching), and
//! go to the flow of the counterpart: out of *that* flow's socket, to *that* flow's endpoint.
//!
//! Invariants: no lock, no allocation, no formatting, no system call. A packet of a call only ever leaves to an
//! endpoint of the same call. Every packet is counted once: forwarded, consumed or dropped by name; one that is handed
//! back to be punted, when it comes again.
//!
//! Left out on purpose: SSRC, sequence numbers and payload types are passed untouched; reordering is the
//! receiver's business.

use std::net::SocketAddr;
use std::time::Duration;

use super::filter::Filtered;
use super::flows::{Flow, FlowKind, Flows};
use super::latching::{self, Learned};
use super::reception::Reception;
use super::sockets::Socket;
use crate::call::state::RtpSeen;
use crate::interfaces::{AddressId, OwnAddresses};
use crate::names::{FlowId, SocketId};
use crate::output::{DropReason, Verdict};
use crate::packet::PacketBuf;
use crate::sabotage::{self, Sabotage};
use crate::stats::{Counters, Traffic};
use crate::time::Timestamp;
use crate::wire::demux::{Kind, classify};
use crate::wire::rtp::RtpPacket;

/// News from the packet path for the call, off the common path.
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

/// The packet path of a shard, and what it counts.
#[derive(Debug)]
pub(crate) struct Relay {
    pub(crate) flows: Flows,
    pub(crate) counters: Counters,
    /// See [`crate::settings::Settings::guard_silence`].
    pub(crate) guard_silence: Duration,
    /// News for calls; emptied after each packet that left something here.
    pub(crate) notices: Vec<(u32, Notice)>,
}

impl Relay {
    /// A relay of these local addresses.
    pub(crate) fn new(guard_silence: Duration, own: OwnAddresses) -> Self {
        let traffic = vec![Traffic::default(); own.interfaces.addresses().len()];
        Relay {
            flows: Flows::new(own),
            counters: Counters { traffic, ..Counters::default() },
            guard_silence,
            notices: Vec::with_capacity(8),
        }
    }

    /// See [`crate::Shard::relay`].
    pub(crate) fn relay(
        &mut self,
        now: Timestamp,
        socket: SocketId,
        source: SocketAddr,
        packet: &mut PacketBuf<'_>,
    ) -> Verdict {
        let packet = packet.bytes_mut();
        self.counters.packets += 1;
        self.counters.bytes += packet.len() as u64;
        let Some(Socket { flow, address }) = self.flows.sockets.get(socket).copied() else {
            return self.drop(DropReason::NoSocket, None);
        };
        let ingress = &mut self.counters.traffic[usize::from(address.0)].ingress;
        ingress.packets += 1;
        ingress.bytes += packet.len() as u64;
        let Some(id) = flow else {
            return self.drop(DropReason::NoSocket, Some(address));
        };
        let Flows { entries, own, .. } = &mut self.flows;
        let flow = &mut entries[id.0];
        let kind = match flow.kind {
            FlowKind::Datagram => Kind::Other,
            FlowKind::Rtp | FlowKind::Rtcp => match classify(packet) {
                Kind::Stun => return Verdict::Punt,
                Kind::Dtls if !flow.dtls => return Verdict::Punt,
                Kind::Other => return self.refuse(id, address, DropReason::NotRtp),
                // What comes on an RTCP port and looks like RTP is passed on beside the reports.
                Kind::Rtp if flow.kind == FlowKind::Rtcp => Kind::Rtcp,
                kind => kind,
            },
        };
        let (accepted, notice) = accept(flow, now, self.guard_silence, own, source, (kind, packet));
        if let Some(notice) = notice {
            flow.is_changed = true;
            self.notices.push((flow.call, notice));
        }
        if let Err(reason) = accepted {
            return self.refuse(id, address, reason);
        }
        match flow.filter.apply(flow.telephone_events, kind, packet) {
            Filtered::Pass => {}
            Filtered::Consume => {
                self.counters.consumed += 1;
                return Verdict::Consume;
            }
            Filtered::Drop(reason) => return self.drop(reason, Some(address)),
        }
        let target = if kind == Kind::Rtcp { flow.to_rtcp } else { flow.to_rtp };
        self.send_to(address, target, packet.len())
    }

    /// The way out through the counterpart's flow.
    fn send_to(&mut self, from: AddressId, target: Option<FlowId>, bytes: usize) -> Verdict {
        let target = if sabotage::on(Sabotage::OtherCall) { Some(FlowId(0)) } else { target };
        let out = target.and_then(|target| self.flows.entries.get_mut(target.0));
        let Some(out) = out.filter(|out| !out.nat_wait || out.received) else {
            return self.drop(DropReason::NoDestination, Some(from));
        };
        let (Some(via), Some(to)) = (out.via, out.endpoint) else {
            return self.drop(DropReason::NoDestination, Some(from));
        };
        out.counts_out.packets += 1;
        out.counts_out.bytes += bytes as u64;
        self.counters.forwarded += 1;
        self.counters.forwarded_bytes += bytes as u64;
        if let Some(socket) = self.flows.sockets.get(via) {
            let egress = &mut self.counters.traffic[usize::from(socket.address.0)].egress;
            egress.packets += 1;
            egress.bytes += bytes as u64;
        }
        Verdict::Forward { via, to, len: bytes }
    }

    /// Takes a datagram that is no media. There is no ICE and no DTLS of the relay's own: nobody gets it.
    pub(crate) fn drop_punted(&mut self, socket: SocketId, datagram: &[u8]) -> DropReason {
        let reason = if classify(datagram) == Kind::Stun { DropReason::Stun } else { DropReason::NotRtp };
        let socket = self.flows.sockets.get(socket).copied();
        if let Some((flow, address)) = socket.and_then(|socket| Some((socket.flow?, socket.address))) {
            self.refuse(flow, address, reason);
        } else {
            self.drop(reason, None);
        }
        reason
    }

    /// Drops a packet that is not the party's, or that nobody can want.
    fn refuse(&mut self, id: FlowId, at: AddressId, reason: DropReason) -> Verdict {
        // A packet that the relay itself has sent is no error of the party (rtpengine).
        self.flows.entries[id.0].counts_in.errors += u64::from(reason != DropReason::Loop);
        self.drop(reason, Some(at))
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
        let socket = self.flows.sockets.get(socket).copied();
        if let Some(socket) = socket {
            self.counters.traffic[usize::from(socket.address.0)].ingress.packets += 1;
        }
        self.drop(DropReason::TooLong, socket.map(|socket| socket.address));
        if let Some(flow) = socket.and_then(|socket| socket.flow) {
            self.flows.entries[flow.0].counts_in.errors += 1;
        }
    }

    /// The kernel refused a packet that left by `socket`.
    pub(crate) fn note_send_error(&mut self, socket: SocketId) {
        self.counters.send_errors += 1;
        if let Some(socket) = self.flows.sockets.get(socket) {
            self.counters.traffic[usize::from(socket.address.0)].egress.errors += 1;
        }
    }
}

/// Checks whom a packet comes from, and counts it.
fn accept(
    flow: &mut Flow,
    now: Timestamp,
    guard_silence: Duration,
    own: &OwnAddresses,
    source: SocketAddr,
    (kind, packet): (Kind, &[u8]),
) -> (Result<(), DropReason>, Option<Notice>) {
    let rtp = if kind == Kind::Rtp { RtpPacket::new(packet) } else { None };
    // RTCP that strays to an RTP port says nothing about where RTP comes from.
    let may_learn = !(kind == Kind::Rtcp && flow.kind == FlowKind::Rtp);
    let rtcp_sender =
        (kind == Kind::Rtcp).then(|| u32::from_be_bytes([packet[4], packet[5], packet[6], packet[7]]));
    let continues = match (&rtp, rtcp_sender) {
        (Some(rtp), _) => latching::continues(&flow.seen, rtp),
        (None, Some(ssrc)) => flow.received && ssrc == flow.seen.ssrc,
        (None, None) => false,
    };
    let arrival = latching::Packet { now, source, may_learn, continues };
    let since_last = now.since(flow.last_packet);
    let checked = flow.latch.check(&arrival, &mut flow.endpoint, since_last, guard_silence);
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
    flow.received = true;
    flow.counts_in.packets += 1;
    flow.counts_in.bytes += packet.len() as u64;
    match (&rtp, rtcp_sender) {
        (Some(rtp), _) => note_rtp(flow, now, rtp, packet.len()),
        (None, Some(ssrc)) if flow.kind == FlowKind::Rtcp => flow.seen.ssrc = ssrc,
        _ => {}
    }
    let notice = notice.or_else(|| count_down_take_over(flow, source));
    (Ok(()), notice)
}

/// Counts packets that come from the confirmed source; others may pass, and prove nothing.
fn count_down_take_over(flow: &mut Flow, source: SocketAddr) -> Option<Notice> {
    if flow.take_over_in == 0 || flow.latch.confirmed() != Some(source) {
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

#[cfg(test)]
mod tests;
