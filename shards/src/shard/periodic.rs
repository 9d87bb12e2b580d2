//! Packets that a call sends on its own: holes for NATs (`pierce-NAT`) and reports (`generate-RTCP`).

use std::time::Duration;

use crate::call::state::{CallState, MediaState, StreamId};
use crate::names::{Component, FlowId};
use crate::output::Effect;
use crate::plane::Plane;
use crate::time::Timestamp;
use crate::wire::rtcp::{Sent, report, wrapped};

use super::Shard;
use super::calls::{Call, Due};

/// Interval between holes while nothing has come.
const PIERCE_INTERVAL: Duration = Duration::from_secs(1);
/// Reports are this far apart, and up to a second more, as rtpengine spaces them.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

impl Shard {
    /// Sees to it that a call sends what its media ask for.
    pub(super) fn schedule_periodic(&mut self, now: Timestamp, index: u32) {
        let call = &mut self.calls[index];
        let holes = call.state().media().any(|media| is_open(media) && media.flags.pierce_nat);
        let reports = call.state().media().any(|media| is_open(media) && media.flags.generate_rtcp);
        let due = &mut call.due;
        due.next_hole = holes.then_some(now);
        let first = || now + REPORT_INTERVAL;
        due.next_report = if reports { due.next_report.or_else(|| Some(first())) } else { None };
    }

    /// Sends what has fallen due.
    pub(super) fn run_periodic(&mut self, now: Timestamp, index: u32) {
        let call = &mut self.calls[index];
        if call.due.next_hole.is_some_and(|due| due <= now) {
            let more = punch_holes(call, &mut self.plane);
            call.due.next_hole = more.then_some(now + PIERCE_INTERVAL);
        }
        if call.due.next_report.is_some_and(|due| due <= now) {
            send_reports(now, call, &mut self.plane);
            let spread = Duration::from_micros(self.plane.random.below(1_000_000));
            call.due.next_report = Some(now + REPORT_INTERVAL + spread);
        }
    }
}

impl Due {
    /// Time of the next packet to send.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next_hole.into_iter().chain(self.next_report).min()
    }
}

fn is_open(media: &MediaState) -> bool {
    !media.flags.disabled && !media.flags.passthrough
}

/// Sends an empty packet to each endpoint not yet heard from, so that a NAT on its side lets ours in. Returns whether
/// there was any.
fn punch_holes(call: &Call, plane: &mut Plane) -> bool {
    let mut any = false;
    for (stream, flow) in call.handles.flows() {
        let media = media_of(call.state(), *stream);
        if !media.flags.pierce_nat || plane.relay.flows.observed(*flow).received {
            continue;
        }
        if let Some((via, to)) = plane.relay.flows.way_to(*flow) {
            plane.effects.push_back(Effect::Transmit { via, to, payload: Box::default() });
            any = true;
        }
    }
    any
}

/// Reports to each party on what it gets and on what came from it.
fn send_reports(now: Timestamp, call: &Call, plane: &mut Plane) {
    for (stream, own) in call.handles.flows().iter().filter(|(stream, _)| stream.component == Component::Rtp)
    {
        let media = media_of(call.state(), *stream);
        if !is_open(media) || !media.protocol.is_rtp() {
            continue;
        }
        let flow = |leg, component| call.handles.flow(StreamId { leg, component, ..*stream });
        let peer = call.state().legs[usize::from(stream.leg)].peers.last().copied();
        let sent = peer.and_then(|peer| flow(peer, Component::Rtp)).and_then(|peer| sent_of(plane, peer));
        let seen = plane.relay.flows.observed(*own).rtp.unwrap_or_default();
        let received = (seen.packets > 0).then(|| plane.relay.flows.report(*own));
        if sent.is_none() && received.is_none() {
            continue;
        }
        let target = flow(stream.leg, Component::Rtcp).filter(|_| !media.flags.rtcp_mux).unwrap_or(*own);
        if let Some((via, to)) = plane.relay.flows.way_to(target) {
            let payload = report(now, !seen.ssrc, sent, received).into_boxed_slice();
            plane.effects.push_back(Effect::Transmit { via, to, payload });
        }
    }
}

fn media_of(call: &CallState, stream: StreamId) -> &MediaState {
    call.media_at(stream.leg.into(), stream.media.into()).expect("flows follow the state")
}

/// Facts about the counterpart's stream for the one who gets it: passed on as it came.
fn sent_of(plane: &Plane, flow: FlowId) -> Option<Sent> {
    let seen = plane.relay.flows.observed(flow).rtp.unwrap_or_default();
    let payload_bytes = seen.bytes.saturating_sub(seen.packets * 12);
    (seen.packets > 0).then_some(Sent {
        ssrc: seen.ssrc,
        timestamp: seen.timestamp,
        packets: wrapped(seen.packets),
        bytes: wrapped(payload_bytes),
    })
}
