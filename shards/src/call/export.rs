//! Turns a call into its plain-data form.

use super::state::{
    CallBrief, CallSnapshot, CallState, LegState, MediaState, PortSetState, RtpSeen, StreamObserved,
};
use super::{Call, Leg, Media, PortSet};
use crate::names::{Component, ShardId};
use crate::plane::Plane;

/// A call as it is now.
pub(crate) fn snapshot(call: &Call, plane: &Plane) -> CallSnapshot {
    let state = state(call, plane);
    let observed = state.streams().map(|id| {
        let media = state.media_at(id.leg.into(), id.media.into()).expect("a stream of the state");
        let own = call.legs[usize::from(id.leg)].media_at(id.media.into()).expect("the same media");
        (id, observed(own, media, id.component, plane))
    });
    CallSnapshot { observed: observed.collect(), state }
}

fn state(call: &Call, plane: &Plane) -> CallState {
    CallState {
        call_id: call.id.clone(),
        ownership: call.ownership,
        contested: call.contested,
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
        legs: call.legs.iter().map(|leg| leg_state(leg, plane)).collect(),
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

fn leg_state(leg: &Leg, plane: &Plane) -> LegState {
    let position = |at: &usize| u16::try_from(*at).expect("few legs");
    LegState {
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
        peers: leg.peers.iter().map(position).collect(),
        media: leg.media.iter().map(|media| media.as_ref().map(|m| media_state(m, plane))).collect(),
        sections: leg.sections.clone(),
    }
}

fn media_state(media: &Media, plane: &Plane) -> MediaState {
    MediaState {
        kind: media.kind.clone(),
        protocol: media.protocol.clone(),
        interface: media.interface.clone(),
        family: media.family,
        direction: media.direction,
        flags: media.flags,
        mux_options: media.mux_options,
        ptime: media.ptime,
        mid: media.mid.clone(),
        payload_types: media.payload_types.clone(),
        formats: media.formats.clone(),
        signalled: media.signalled,
        signalled_at: media.signalled_at,
        told_at: media.told_at,
        port_sets: media.port_sets.iter().map(|set| port_set_state(set, plane)).collect(),
    }
}

fn observed(media: &Media, state: &MediaState, component: Component, plane: &Plane) -> StreamObserved {
    let flow = match component {
        Component::Rtp => media.rtp,
        Component::Rtcp => media.rtcp,
    };
    let flow = plane.flow(flow.expect("a flow for each port"));
    let (set, offset) = state.ports_of(component).expect("a component with ports");
    let ip = plane.interfaces.at(&set.interface, set.position).map(|at| plane.interfaces.address(at).ip);
    let local = ip.map(|ip| std::net::SocketAddr::new(ip, set.first + offset));
    StreamObserved {
        local: local.filter(|_| !media.flags.disabled),
        endpoint: flow.endpoint,
        confirmed: flow.source.confirmed(),
        received: flow.heard,
        counts_in: flow.counts_in,
        counts_out: flow.counts_out,
        last_packet: flow.last_packet,
        rtp: (flow.seen != RtpSeen::default()).then_some(flow.seen),
    }
}

fn port_set_state(set: &PortSet, plane: &Plane) -> PortSetState {
    let address = plane.interfaces.address(set.address);
    PortSetState {
        key: set.key,
        interface: address.interface.clone(),
        position: address.position,
        first: set.first,
        count: u16::try_from(set.sockets.len()).expect("a pair at most"),
    }
}
