//! What a call sends on its own: holes for NATs (`pierce-NAT`) and reports (`generate-RTCP`).

use std::net::SocketAddr;
use std::time::Duration;

use crate::call::{Call, Media};
use crate::names::SocketId;
use crate::output::Effect;
use crate::plane::Plane;
use crate::sockets::FlowId;
use crate::time::Timestamp;
use crate::wire::rtcp::{Sent, report, wrapped};

use super::Shard;

/// How often a hole is punched while nothing has come.
const PIERCE_INTERVAL: Duration = Duration::from_secs(1);
/// Reports are this far apart, and up to a second more, as rtpengine spaces them.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

impl Shard {
    /// Sees to it that errands are run while a call has any.
    pub(super) fn schedule_errands(&mut self, now: Timestamp, index: u32) {
        let call = &mut self.calls[index];
        let holes = call.media().any(|media| is_open(media) && media.flags.pierce_nat);
        call.next_hole = holes.then_some(now);
        let reports = call.media().any(|media| is_open(media) && media.flags.generate_rtcp);
        let first = || now + REPORT_INTERVAL;
        call.next_report = if reports { call.next_report.or_else(|| Some(first())) } else { None };
    }

    /// Runs those errands of a call that have fallen due.
    pub(super) fn run_errands(&mut self, now: Timestamp, index: u32) {
        let call = &mut self.calls[index];
        if call.next_hole.is_some_and(|due| due <= now) {
            let more = punch_holes(call, &mut self.plane);
            call.next_hole = more.then_some(now + PIERCE_INTERVAL);
        }
        if call.next_report.is_some_and(|due| due <= now) {
            send_reports(now, call, &mut self.plane);
            let spread = Duration::from_micros(self.plane.random.below(1_000_000));
            call.next_report = Some(now + REPORT_INTERVAL + spread);
        }
    }
}

impl Call {
    /// When the next errand is due.
    pub(super) fn next_errand(&self) -> Option<Timestamp> {
        self.next_hole.into_iter().chain(self.next_report).min()
    }
}

fn is_open(media: &Media) -> bool {
    !media.flags.disabled && !media.flags.passthrough
}

/// Sends an empty packet to each endpoint not yet heard from, so that a NAT on its side lets ours in. Whether
/// there was any.
fn punch_holes(call: &Call, plane: &mut Plane) -> bool {
    let mut any = false;
    for flow in call.media().filter(|media| media.flags.pierce_nat).flat_map(Media::flows) {
        if plane.flow(flow).heard {
            continue;
        }
        if let Some((via, to)) = way_to(plane, flow) {
            plane.effects.push_back(Effect::Transmit { via, to, payload: Box::default() });
            any = true;
        }
    }
    any
}

/// Reports to each party on what it gets and on what came from it.
fn send_reports(now: Timestamp, call: &Call, plane: &mut Plane) {
    for leg in &call.legs {
        for (position, media) in leg.media.iter().enumerate() {
            let Some(media) = media.as_ref().filter(|media| is_open(media) && media.protocol.is_rtp()) else {
                continue;
            };
            let peer = leg.peer().and_then(|peer| call.legs[peer].media_at(position));
            let sent = peer.and_then(|peer| peer.rtp).and_then(|flow| sent_of(plane, flow));
            let (Some(own), Some(target)) = (media.rtp, media.rtcp_target()) else { continue };
            let flow = plane.flow_mut(own);
            let heard = flow.seen.packets > 0;
            let received = heard.then(|| flow.reception.report(flow.seen.ssrc));
            if sent.is_none() && received.is_none() {
                continue;
            }
            let own_ssrc = !flow.seen.ssrc;
            if let Some((via, to)) = way_to(plane, target) {
                let payload = report(now, own_ssrc, sent, received).into_boxed_slice();
                plane.effects.push_back(Effect::Transmit { via, to, payload });
            }
        }
    }
}

fn way_to(plane: &Plane, flow: FlowId) -> Option<(SocketId, SocketAddr)> {
    let flow = plane.flow(flow);
    Some((flow.via?, flow.endpoint?))
}

/// What the counterpart's stream looks like to the one who gets it: passed on as it came.
fn sent_of(plane: &Plane, flow: FlowId) -> Option<Sent> {
    let seen = &plane.flow(flow).seen;
    let payload_bytes = seen.bytes.saturating_sub(seen.packets * 12);
    (seen.packets > 0).then_some(Sent {
        ssrc: seen.ssrc,
        timestamp: seen.timestamp,
        packets: wrapped(seen.packets),
        bytes: wrapped(payload_bytes),
    })
}
