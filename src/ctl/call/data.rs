//! One call for programs.

use serde_json::{Value, json};
use tandem_shards::call::state::{CallSnapshot, LegState, MediaState, StreamCounts, StreamObserved};
use tandem_shards::names::Component;

use super::{CallView, address, millis, ownership};
use crate::ctl::text::printable;

/// A call with these of its legs.
pub fn call(view: &CallView, wanted: impl Fn(&LegState) -> bool) -> Value {
    let call = &view.call;
    let (ownership, keyspace) = ownership(call.state.ownership, view.keyspace);
    let legs = call.state.legs.iter().enumerate().filter(|(_, leg)| wanted(leg));
    json!({
        "call_id": printable(call.state.call_id.as_bytes()),
        "ownership": ownership,
        "keyspace": keyspace,
        "shard": view.shard.0,
        "created_ms": millis(call.state.created),
        "last_signal_ms": millis(call.state.last_signal),
        "written_ms": view.written.map(millis),
        "deletion_ms": call.state.deletion.map(millis),
        "answered": call.state.answered,
        "tos": view.tos,
        "proxy": address(call.state.created_from),
        "epoch": call.state.version.epoch,
        "sequence": call.state.version.sequence,
        "legs": legs.map(|(at, _)| leg(view, at)).collect::<Vec<_>>(),
    })
}

fn leg(view: &CallView, at: usize) -> Value {
    let leg = &view.call.state.legs[at];
    let media = leg.media.iter().enumerate().map(|(n, m)| m.as_ref().map(|m| media(&view.call, at, n, m)));
    let tag_at = |at: &u16| {
        let other = view.call.state.legs.get(usize::from(*at))?;
        other.tag.as_ref().map(|tag| printable(tag.as_bytes()))
    };
    json!({
        "tag": leg.tag.as_ref().map(|tag| printable(tag.as_bytes())),
        "label": leg.label.as_ref().map(|label| printable(label.as_bytes())),
        "branch": leg.branch.as_ref().map(|branch| printable(branch.as_bytes())),
        "created_ms": millis(leg.created),
        "interface": printable(leg.interface.as_bytes()),
        "offerer": leg.offerer,
        "gets_media_of": leg.peers.iter().map(tag_at).collect::<Vec<_>>(),
        "media": media.collect::<Vec<_>>(),
    })
}

fn media(call: &CallSnapshot, at: usize, n: usize, media: &MediaState) -> Value {
    let streams = call.streams_of(at, n).map(|(component, observed)| stream(media, component, observed));
    json!({
        "kind": printable(media.kind.as_bytes()),
        "protocol": printable(media.protocol.text.as_bytes()),
        "interface": printable(media.interface.as_bytes()),
        "disabled": media.flags.disabled,
        "streams": streams.collect::<Vec<_>>(),
    })
}

fn stream(media: &MediaState, component: Component, stream: &StreamObserved) -> Value {
    json!({
        "component": match component { Component::Rtp => "rtp", Component::Rtcp => "rtcp" },
        "local": address(stream.local),
        "endpoint": address(stream.endpoint),
        "signalled": address(media.signalled.of(component)),
        "confirmed": stream.confirmed.is_some(),
        "last_packet_ms": stream.received.then(|| millis(stream.last_packet)),
        "in": counts(stream.counts_in),
        "out": counts(stream.counts_out),
        "ssrc": stream.rtp.map(|rtp| rtp.ssrc),
        "payload_type": stream.rtp.map(|rtp| rtp.payload_type),
    })
}

fn counts(of: StreamCounts) -> Value {
    json!({ "packets": of.packets, "bytes": of.bytes, "errors": of.errors })
}
