//! Flows of a call, derived from its state and the settings, and from nothing else.
//!
//! Runs after every change: offer, answer, delete of a leg, media command, restore, change of owner, settings. A node
//! that holds a call ready derives the same flows from the record as the owner from its signalling.

use super::state::{CallState, LegState, MediaState, PayloadType};
use crate::call::state::{Ownership, StreamId};
use crate::media::filter::MediaFilter;
use crate::media::flows::{FlowKind, FlowSpec, FlowSpecs, LocalPort};
use crate::media::latching::{LatchSpec, Policy};
use crate::names::{Component, Text};
use crate::sdp::view::ProtocolClass;
use crate::settings::Settings;

/// The flows of a call, one for each stream.
pub fn routes(call: &CallState, settings: &Settings) -> FlowSpecs {
    call.streams().map(|stream| spec(call, settings, stream)).collect()
}

fn spec(call: &CallState, settings: &Settings, stream: StreamId) -> FlowSpec {
    let (at, position) = (usize::from(stream.leg), usize::from(stream.media));
    let leg = &call.legs[at];
    let media = leg.media_at(position).expect("a stream of the state");
    let (to_rtp, to_rtcp) = targets(call, leg, media, stream.media);
    FlowSpec {
        stream,
        kind: kind(media, stream.component),
        dtls: matches!(media.protocol.class, ProtocolClass::Rtp { dtls: true, .. }),
        latch: latch(call, settings, media, stream.component),
        filter: filter(call, leg, media),
        ports: ports(media, stream.component),
        to_rtp,
        to_rtcp,
        nat_wait: media.flags.nat_wait,
        telephone_events: telephone_events(&media.payload_types),
        take_over_packets: take_over_packets(call, settings),
        loop_check: media.flags.loop_check,
    }
}

fn kind(media: &MediaState, component: Component) -> FlowKind {
    match component {
        Component::Rtcp => FlowKind::Rtcp,
        Component::Rtp if media.protocol.is_rtp() => FlowKind::Rtp,
        Component::Rtp => FlowKind::Datagram,
    }
}

fn latch(call: &CallState, settings: &Settings, media: &MediaState, component: Component) -> LatchSpec {
    let guard = call.guard.unwrap_or(settings.guard);
    let policy = match (media.flags.media_handover, media.flags.strict_source, guard) {
        (true, ..) => Policy::Handover,
        (_, true, _) => Policy::Strict,
        (.., true) => Policy::Guarded,
        _ => Policy::Open,
    };
    LatchSpec {
        signalled: media.signalled.of(component),
        signalled_at: media.signalled_at,
        told_at: media.told_at,
        policy,
        learning: call.learning.unwrap_or(settings.learning),
        asymmetric: media.flags.asymmetric,
        guard,
    }
}

fn filter(call: &CallState, leg: &LegState, media: &MediaState) -> MediaFilter {
    let short_below = leg.treatment.block_short.then(|| media.ptime.unwrap_or(20).saturating_mul(8));
    MediaFilter {
        held: !media.direction.sends(),
        block: leg.treatment.block_media,
        block_dtmf: leg.treatment.block_dtmf,
        silence: leg.treatment.silence_media,
        drop_traffic: call.drop_traffic,
        consume_rtcp: media.flags.generate_rtcp,
        short_below: short_below.and_then(|bytes| u16::try_from(bytes).ok()).unwrap_or(0),
    }
}

fn ports(media: &MediaState, component: Component) -> Vec<LocalPort> {
    let offset = u16::from(component == Component::Rtcp);
    let sets = media.port_sets.iter().filter(|set| offset < set.count);
    let port = |set: &super::state::PortSetState| LocalPort {
        interface: set.interface.clone(),
        position: set.position,
        port: set.first + offset,
    };
    sets.map(port).collect()
}

/// The streams of the party that a party sends to: for RTP, and for RTCP.
fn targets(
    call: &CallState,
    leg: &LegState,
    media: &MediaState,
    position: u16,
) -> (Option<StreamId>, Option<StreamId>) {
    let Some(peer) = leg.peers.last().copied() else { return (None, None) };
    let open = |media: &&MediaState| !media.flags.disabled && !media.flags.passthrough;
    let target = call.media_at(peer.into(), position.into()).filter(open).filter(|_| open(&media));
    let Some(target) = target else { return (None, None) };
    let stream = |component| {
        let id = StreamId { leg: peer, media: position, component };
        target.components().any(|of| of == component).then_some(id)
    };
    let rtp = stream(Component::Rtp);
    let rtcp = stream(Component::Rtcp).filter(|_| !target.flags.rtcp_mux).or(rtp);
    (rtp, rtcp)
}

/// Bit N: payload type N is a telephone event (RFC 4733).
fn telephone_events(payload_types: &[PayloadType]) -> u128 {
    let is_event = |name: &Text| name.as_bytes().eq_ignore_ascii_case(b"telephone-event");
    let events = payload_types.iter().filter(|pt| is_event(&pt.name) && pt.number < 128);
    events.fold(0, |bits, pt| bits | 1 << pt.number)
}

/// Media does not take back what was handed over from here: to another node that took it, or by an operator.
fn take_over_packets(call: &CallState, settings: &Settings) -> u32 {
    match call.ownership {
        Ownership::Foreign(keyspace) if keyspace != settings.keyspace && !call.contested => {
            settings.take_over_by_media_packets
        }
        Ownership::Own | Ownership::Foreign(_) => 0,
    }
}
