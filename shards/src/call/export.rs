//! Turns a call into its plain-data form.

use super::snapshot::{
    CallBrief, CallSnapshot, LegSnapshot, MediaSnapshot, PortSetSnapshot, RtpSeen, StreamSnapshot,
};
use super::{Call, Leg, Media, PortSet};
use crate::names::{Component, ShardId};
use crate::plane::Plane;
use crate::sockets::FlowId;

/// A call as it is now.
pub(crate) fn snapshot(call: &Call, plane: &Plane) -> CallSnapshot {
    CallSnapshot {
        call_id: call.id.clone(),
        ownership: call.ownership,
        version: call.version,
        created: call.created,
        last_signal: call.last_signal,
        deletion: call.deletion,
        created_from: call.created_from,
        tos: call.tos,
        answered: call.answered,
        learning: call.learning,
        guard: call.guard,
        drop_traffic: call.drop_traffic,
        metadata: call.metadata.clone(),
        legs: call.legs.iter().map(|leg| leg_snapshot(leg, plane)).collect(),
    }
}

/// A call in one line.
pub(crate) fn brief(call: &Call, shard: ShardId) -> CallBrief {
    CallBrief {
        call_id: call.id.clone(),
        ownership: call.ownership,
        created: call.created,
        deleting: call.deletion.is_some(),
        created_from: call.created_from,
        version: call.version,
        shard,
    }
}

fn leg_snapshot(leg: &Leg, plane: &Plane) -> LegSnapshot {
    let position = |at: &usize| u16::try_from(*at).expect("few legs");
    LegSnapshot {
        tag: leg.tag.clone(),
        aliases: leg.aliases.clone(),
        branch: leg.branch.clone(),
        label: leg.label.clone(),
        metadata: leg.metadata.clone(),
        created: leg.created,
        interface: leg.interface.clone(),
        family: leg.family,
        offerer: leg.offerer,
        settled: leg.settled,
        treatment: leg.treatment,
        sent: leg.sent.clone(),
        subscriptions: leg.peers.iter().map(position).collect(),
        media: leg.media.iter().map(|media| media.as_ref().map(|m| media_snapshot(m, plane))).collect(),
    }
}

fn media_snapshot(media: &Media, plane: &Plane) -> MediaSnapshot {
    let streams = [(Component::Rtp, 0, media.rtp), (Component::Rtcp, 1, media.rtcp)];
    let streams = streams
        .into_iter()
        .filter_map(|(component, place, flow)| Some(stream_snapshot(media, component, place, flow?, plane)));
    MediaSnapshot {
        kind: media.kind.clone(),
        protocol: media.protocol.text.clone(),
        interface: media.interface.clone(),
        family: media.family,
        direction: media.direction,
        flags: media.flags,
        ptime: media.ptime,
        mid: media.mid.clone(),
        payload_types: media.payload_types.clone(),
        formats: media.formats.clone(),
        streams: streams.collect(),
        port_sets: media.port_sets.iter().map(|set| port_set_snapshot(set, plane)).collect(),
    }
}

fn stream_snapshot(
    media: &Media,
    component: Component,
    place: u16,
    flow: FlowId,
    plane: &Plane,
) -> StreamSnapshot {
    let flow = plane.flow(flow);
    // Once mux settled, a newer set may be a single port: RTCP that comes all the same is heard on the older pair.
    let local =
        media.port_sets.iter().rev().find(|set| usize::from(place) < set.sockets.len()).map(|set| {
            std::net::SocketAddr::new(plane.interfaces.address(set.address).ip, set.first + place)
        });
    StreamSnapshot {
        component,
        local: local.filter(|_| !media.flags.disabled),
        endpoint: flow.endpoint,
        advertised: flow.source.advertised,
        source: flow.source.confirmed(),
        received: flow.heard,
        counts_in: flow.counts_in,
        counts_out: flow.counts_out,
        last_packet: flow.last_packet,
        rtp: (flow.seen != RtpSeen::default()).then_some(flow.seen),
    }
}

fn port_set_snapshot(set: &PortSet, plane: &Plane) -> PortSetSnapshot {
    let address = plane.interfaces.address(set.address);
    let count = u16::try_from(set.sockets.len()).expect("a pair at most");
    PortSetSnapshot {
        key: set.key,
        interface: address.interface.clone(),
        position: address.position,
        ports: (0..count).map(|offset| set.first + offset).collect(),
    }
}
