//! One call for programs.

use serde_json::{Value, json};
use tandem_shards::call::snapshot::{LegSnapshot, MediaSnapshot, StreamCounts, StreamSnapshot};
use tandem_shards::names::Component;

use super::{CallView, address, millis, ownership};
use crate::ctl::text::printable;

/// A call with these of its legs.
pub fn call(view: &CallView, wanted: impl Fn(&LegSnapshot) -> bool) -> Value {
    let call = &view.call;
    let (ownership, keyspace) = ownership(call.ownership, view.keyspace);
    json!({
        "call_id": printable(call.call_id.as_bytes()),
        "ownership": ownership,
        "keyspace": keyspace,
        "shard": view.shard.0,
        "created_ms": millis(call.created),
        "last_signal_ms": millis(call.last_signal),
        "written_ms": view.written.map(millis),
        "deletion_ms": call.deletion.map(millis),
        "answered": call.answered,
        "tos": view.tos,
        "proxy": address(call.created_from),
        "epoch": call.version.epoch,
        "sequence": call.version.sequence,
        "legs": call.legs.iter().filter(|l| wanted(l)).map(|l| leg(view, l)).collect::<Vec<_>>(),
    })
}

fn leg(view: &CallView, leg: &LegSnapshot) -> Value {
    let tag_at = |at: &u16| {
        let other = view.call.legs.get(usize::from(*at))?;
        other.tag.as_ref().map(|tag| printable(tag.as_bytes()))
    };
    json!({
        "tag": leg.tag.as_ref().map(|tag| printable(tag.as_bytes())),
        "label": leg.label.as_ref().map(|label| printable(label.as_bytes())),
        "branch": leg.branch.as_ref().map(|branch| printable(branch.as_bytes())),
        "created_ms": millis(leg.created),
        "interface": printable(leg.interface.as_bytes()),
        "offerer": leg.offerer,
        "gets_media_of": leg.subscriptions.iter().map(tag_at).collect::<Vec<_>>(),
        "media": leg.media.iter().map(|m| m.as_ref().map(media)).collect::<Vec<_>>(),
    })
}

fn media(media: &MediaSnapshot) -> Value {
    json!({
        "kind": printable(media.kind.as_bytes()),
        "protocol": printable(media.protocol.as_bytes()),
        "interface": printable(media.interface.as_bytes()),
        "disabled": media.flags.disabled,
        "streams": media.streams.iter().map(stream).collect::<Vec<_>>(),
    })
}

fn stream(stream: &StreamSnapshot) -> Value {
    json!({
        "component": match stream.component { Component::Rtp => "rtp", Component::Rtcp => "rtcp" },
        "local": address(stream.local),
        "endpoint": address(stream.endpoint),
        "signalled": address(stream.advertised),
        "confirmed": stream.source.is_some(),
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
