//! Writes a call as a record.
//!
//! Every media gets a pair of streams, RTP and RTCP, as rtpengine keeps them, even where RTCP is multiplexed
//! or the media was rejected; a stream without a port of its own has a closed socket or none.

use std::net::SocketAddr;

use tandem_shards::call::state::{
    CallSnapshot, LegState, MediaState, PortSetState, StreamId, StreamObserved,
};
use tandem_shards::names::{Component, Family};

use super::fields::{self, NOTHING, common, endpoint_text};
use super::json::Json;
use super::{Context, digest, extension};

/// Sockets of a set that are written: RTP and RTCP. More are never opened.
const PORTS_PER_SET: usize = 2;

pub(super) fn write(call: &CallSnapshot, context: &Context) -> Vec<u8> {
    let layout = Layout::of(call);
    let mut json = Json::new();
    write_call(&mut json, call, context, &layout);
    write_sockets(&mut json, context, &layout);
    for (number, media) in layout.media.iter().enumerate() {
        write_streams(&mut json, call, &layout, number, media);
    }
    for (number, leg) in call.state.legs.iter().enumerate() {
        write_party(&mut json, &layout, number, leg);
    }
    for (number, media) in layout.media.iter().enumerate() {
        write_media(&mut json, call, &layout, number, media);
    }
    write_maps(&mut json, context, &layout);
    extension::write(&mut json, call, layout.media.iter().map(|placed| (placed.leg, placed.position)));
    json.finish().into_bytes()
}

/// The numbers that things go by in the record. The streams of media N are 2N (RTP) and 2N+1 (RTCP).
struct Layout<'a> {
    media: Vec<PlacedMedia<'a>>,
    maps: Vec<PlacedMap<'a>>,
    sockets: Vec<PlacedSocket<'a>>,
}

struct PlacedMedia<'a> {
    media: &'a MediaState,
    leg: usize,
    position: usize,
    /// Numbers of its maps.
    maps: Vec<usize>,
    /// Numbers of the sockets of each of its two streams.
    sockets: [Vec<usize>; 2],
}

struct PlacedMap<'a> {
    set: &'a PortSetState,
    sockets: Vec<usize>,
}

struct PlacedSocket<'a> {
    stream: usize,
    set: &'a PortSetState,
    /// None for a closed one.
    port: Option<u16>,
}

impl PlacedMedia<'_> {
    fn stream<'c>(&self, call: &'c CallSnapshot, component: Component) -> Option<&'c StreamObserved> {
        let number = |at: usize| u16::try_from(at).ok();
        call.stream(StreamId { leg: number(self.leg)?, media: number(self.position)?, component })
    }
}

impl<'a> Layout<'a> {
    fn of(call: &'a CallSnapshot) -> Layout<'a> {
        let mut layout = Layout { media: Vec::new(), maps: Vec::new(), sockets: Vec::new() };
        for (leg, party) in call.state.legs.iter().enumerate() {
            for (position, media) in party.media.iter().enumerate() {
                if let Some(media) = media {
                    layout.place(media, leg, position);
                }
            }
        }
        layout
    }

    fn place(&mut self, media: &'a MediaState, leg: usize, position: usize) {
        let rtp = 2 * self.media.len();
        let mut placed = PlacedMedia { media, leg, position, maps: Vec::new(), sockets: Default::default() };
        for set in &media.port_sets {
            let mut map = PlacedMap { set, sockets: Vec::new() };
            for (component, port) in set.ports().take(PORTS_PER_SET).enumerate() {
                let number = self.sockets.len();
                self.sockets.push(PlacedSocket { stream: rtp + component, set, port: Some(port) });
                placed.sockets[component].push(number);
                map.sockets.push(number);
            }
            placed.maps.push(self.maps.len());
            self.maps.push(map);
        }
        if let Some(set) = media.port_sets.last().filter(|set| set.count == 1) {
            // What rtpengine has after it closed the RTCP port of a multiplexed media.
            placed.sockets[1].push(self.sockets.len());
            self.sockets.push(PlacedSocket { stream: rtp + 1, set, port: None });
        }
        self.media.push(placed);
    }

    fn media_of(&self, leg: usize) -> impl Iterator<Item = (usize, &PlacedMedia<'a>)> {
        self.media.iter().enumerate().filter(move |(_, media)| media.leg == leg)
    }

    /// The media at the same position of another party.
    fn counterpart(&self, leg: usize, position: usize) -> Option<(usize, &PlacedMedia<'a>)> {
        self.media_of(leg).find(|(_, media)| media.position == position)
    }
}

fn write_call(json: &mut Json, call: &CallSnapshot, context: &Context, layout: &Layout<'_>) {
    json.object("json");
    json.plain("created", call.state.created.as_micros());
    json.plain("destroyed", 0);
    json.plain("last_signal", call.state.last_signal.as_micros());
    json.plain("tos", call.state.tos.unwrap_or(context.tos));
    json.plain("deleted", call.state.deletion.map_or(0, |due| due.as_micros()));
    json.plain("num_sfds", layout.sockets.len());
    json.plain("num_streams", 2 * layout.media.len());
    json.plain("num_medias", layout.media.len());
    json.plain("num_tags", call.state.legs.len());
    json.plain("num_maps", layout.maps.len());
    json.plain("ml_deleted", 0);
    if let Some(proxy) = call.state.created_from {
        json.plain("created_from", endpoint_text(Some(proxy)));
        json.plain("created_from_addr", proxy.ip());
    }
    json.plain("redis_hosted_db", context.keyspace);
    json.text("recording_metadata", call.state.metadata.as_ref().map_or(&[], |text| text.as_bytes()));
    json.plain("block_dtmf", 0);
    json.plain("block_media", 0);
    json.plain("call_flags", if call.state.drop_traffic { fields::call::DROP_TRAFFIC } else { 0 });
    json.text("x_node", context.node.as_bytes());
    json.plain("x_epoch", call.state.version.epoch);
    json.plain("x_seq", call.state.version.sequence);
    json.plain("x_digest", format_args!("{:016x}", digest(call)));
    json.close();
}

fn write_sockets(json: &mut Json, context: &Context, layout: &Layout<'_>) {
    for (number, socket) in layout.sockets.iter().enumerate() {
        let set = socket.set;
        let (family, unique_id) = fields::unique_id(&context.interfaces, &set.interface, set.position);
        json.object(format_args!("sfd-{number}"));
        json.plain("pref_family", family.as_str());
        json.plain("localport", socket.port.unwrap_or(0));
        // Only "-1" means anything: a closed one.
        json.plain("fd", if socket.port.is_some() { "0" } else { "-1" });
        json.text("logical_intf", set.interface.as_bytes());
        json.plain("local_intf_uid", unique_id);
        json.plain("stream", socket.stream);
        json.close();
    }
}

fn write_streams(
    json: &mut Json,
    call: &CallSnapshot,
    layout: &Layout<'_>,
    media_number: usize,
    placed: &PlacedMedia<'_>,
) {
    let media = placed.media;
    let first = 2 * media_number;
    for (component, of) in [(0, Component::Rtp), (1, Component::Rtcp)] {
        let stream = placed.stream(call, of);
        let signalled = media.signalled.of(of);
        let endpoint = stream.map_or(signalled, |stream| stream.endpoint);
        let selected = placed.sockets[component].last().map_or(NOTHING, |number| *number as u64);
        json.object(format_args!("stream-{}", first + component));
        json.plain("media", media_number);
        json.plain("sfd", selected);
        json.plain("rtcp_sibling", if component == 0 { first as u64 + 1 } else { NOTHING });
        json.plain("last_packet", stream.map_or(0, |stream| stream.last_packet.as_secs()));
        json.plain("ps_flags", stream_flags(media, of, stream));
        json.plain("component", component + 1);
        json.plain("endpoint", endpoint_text(endpoint));
        json.plain("advertised_endpoint", endpoint_text(signalled));
        let counts = stream.map(|stream| stream.counts_in).unwrap_or_default();
        json.plain("stats-packets", counts.packets);
        json.plain("stats-bytes", counts.bytes);
        json.plain("stats-errors", counts.errors);
        json.close();
        json.list(format_args!("stream_sfds-{}", first + component), &placed.sockets[component]);
        let (rtp_sink, rtcp_sink) = sinks(call, layout, placed);
        let rtp_sink = rtp_sink.filter(|_| component == 0);
        json.list(format_args!("rtp_sinks-{}", first + component), rtp_sink);
        json.list(format_args!("rtcp_sinks-{}", first + component), rtcp_sink);
    }
}

fn stream_flags(media: &MediaState, component: Component, stream: Option<&StreamObserved>) -> u64 {
    use fields::stream::{FALLBACK_RTCP, FILLED, NAT_WAIT, PIERCE_NAT, RECEIVED, RTCP, RTP};
    let role = match (component, media.flags.rtcp_mux) {
        (Component::Rtp, false) => RTP,
        (Component::Rtp, true) => RTP | RTCP,
        (Component::Rtcp, false) => RTCP,
        (Component::Rtcp, true) => RTCP | FALLBACK_RTCP,
    };
    let signalled = media.signalled.of(component);
    let next = |rtp: SocketAddr| {
        let port = rtp.port().checked_add(1)?;
        Some(SocketAddr::new(rtp.ip(), port))
    };
    let implied = signalled.is_some() && media.signalled.rtp.and_then(next) == signalled;
    let bits = [
        (stream.is_some_and(|stream| stream.received), RECEIVED),
        (signalled.is_some(), FILLED),
        (component == Component::Rtcp && implied, common::IMPLICIT_RTCP),
        (media.flags.pierce_nat, PIERCE_NAT),
        (media.flags.nat_wait, NAT_WAIT),
    ];
    role | set_bits(&bits)
}

fn set_bits(bits: &[(bool, u64)]) -> u64 {
    bits.iter().filter(|(set, _)| *set).fold(0, |flags, (_, bit)| flags | bit)
}

/// The streams that RTP and RTCP coming in from a party go to.
fn sinks(call: &CallSnapshot, layout: &Layout<'_>, from: &PlacedMedia<'_>) -> (Option<usize>, Option<usize>) {
    let open = |media: &MediaState| !media.flags.disabled && !media.flags.passthrough;
    let peer = call.state.legs[from.leg].peers.last().copied();
    let target = peer.and_then(|peer| layout.counterpart(usize::from(peer), from.position));
    let target = target.filter(|(_, to)| open(from.media) && open(to.media));
    let rtp = target.filter(|_| from.media.direction.sends()).map(|(number, _)| 2 * number);
    let rtcp = target.map(|(number, to)| 2 * number + usize::from(!to.media.flags.rtcp_mux));
    (rtp, rtcp)
}

fn write_party(json: &mut Json, layout: &Layout<'_>, number: usize, leg: &LegState) {
    let treatment = leg.treatment;
    let flags = set_bits(&[
        (leg.settled, fields::party::FINAL_RESPONSE),
        (treatment.block_short, fields::party::BLOCK_SHORT),
        (treatment.block_media, fields::party::BLOCK_MEDIA),
        (treatment.silence_media, fields::party::SILENCE_MEDIA),
    ]);
    json.object(format_args!("tag-{number}"));
    json.plain("created", leg.created.as_micros());
    json.plain("deleted", 0);
    json.plain("block_dtmf", u8::from(treatment.block_dtmf));
    json.plain("block_media", u8::from(treatment.block_media));
    json.plain("ml_flags", flags);
    json.plain("desired_family", leg.family.unwrap_or(Family::Ip4).as_str());
    json.text("logical_intf", leg.interface.as_bytes());
    let texts = [
        ("tag", leg.tag.as_ref().map(|tag| tag.as_bytes())),
        ("via-branch", leg.branch.as_ref().map(|branch| branch.as_bytes())),
        ("label", leg.label.as_ref().map(|label| label.as_bytes())),
        ("metadata", leg.metadata.as_ref().map(|metadata| metadata.as_bytes())),
    ];
    for (name, text) in texts {
        if let Some(text) = text {
            json.text(name, text);
        }
    }
    json.close();
    // 10.5 knows `other_tags`, `branches`, `subscriptions`; 13 knows `associated_tags`, `tag_aliases`.
    json.list(format_args!("other_tags-{number}"), &leg.peers);
    json.list(format_args!("associated_tags-{number}"), &leg.peers);
    json.list(format_args!("branches-{number}"), NONE);
    json.list(format_args!("tag_aliases-{number}"), NONE);
    json.list(format_args!("medias-{number}"), layout.media_of(number).map(|(number, _)| number));
    let subscriptions = leg.peers.iter().map(|peer| format!("{peer}/0/1/0/0"));
    json.list(format_args!("subscriptions-{number}"), subscriptions);
}

const NONE: [u8; 0] = [];

fn write_media(
    json: &mut Json,
    call: &CallSnapshot,
    layout: &Layout<'_>,
    number: usize,
    placed: &PlacedMedia<'_>,
) {
    let media = placed.media;
    json.object(format_args!("media-{number}"));
    json.plain("tag", placed.leg);
    json.plain("index", placed.position + 1);
    json.text("type", media.kind.as_bytes());
    json.text("format_str", &fields::format_text(media));
    json.text("protocol", media.protocol.text.as_bytes());
    json.plain("desired_family", media.family.as_str());
    json.text("logical_intf", media.interface.as_bytes());
    json.plain("ptime", media.ptime.unwrap_or(0));
    json.plain("maxptime", 0);
    json.plain("media_flags", media_flags(media));
    if let Some(mid) = &media.mid {
        json.text("media_id", mid.as_bytes());
    }
    json.close();
    json.list(format_args!("streams-{number}"), [2 * number, 2 * number + 1]);
    json.list(format_args!("maps-{number}"), &placed.maps);
    let ptime = fields::entry_ptime(media);
    let payloads = media.payload_types.iter().map(|payload| fields::payload_entry(payload, ptime));
    json.list(format_args!("payload_types-{number}"), payloads);
    // 10.5 numbers these tables by tag, 13 by media; both are served by having one for each media.
    json.list(format_args!("ssrc_table-{number}"), NONE);
    let peers = call.state.legs[placed.leg].peers.iter();
    let counterparts = peers.filter_map(|peer| layout.counterpart(usize::from(*peer), placed.position));
    let subscriptions = counterparts.map(|(number, _)| format!("{number}/1/0/0/0"));
    json.list(format_args!("media-subscriptions-{number}"), subscriptions);
}

fn media_flags(media: &MediaState) -> u64 {
    let flags = media.flags;
    let bits = [
        (media.direction.receives(), common::SEND),
        (media.direction.sends(), common::RECV),
        (flags.rtcp_mux, common::RTCP_MUX),
        (flags.asymmetric, common::ASYMMETRIC),
        (flags.unidirectional, common::UNIDIRECTIONAL),
        (flags.strict_source, common::STRICT_SOURCE),
        (flags.media_handover, common::MEDIA_HANDOVER),
        (flags.loop_check, fields::media::LOOP_CHECK),
        (flags.generate_rtcp, fields::media::RTCP_GENERATED),
    ];
    set_bits(&bits) | fields::media::INITIALIZED | fields::media::PUBLIC
}

fn write_maps(json: &mut Json, context: &Context, layout: &Layout<'_>) {
    for (number, map) in layout.maps.iter().enumerate() {
        let set = map.set;
        let (family, unique_id) = fields::unique_id(&context.interfaces, &set.interface, set.position);
        json.object(format_args!("map-{number}"));
        json.plain("wildcard", u8::from(set.key.is_none()));
        json.plain("num_ports", PORTS_PER_SET);
        json.plain("intf_preferred_family", family.as_str());
        json.text("logical_intf", set.interface.as_bytes());
        json.plain("endpoint", endpoint_text(set.key));
        json.close();
        let sockets = map.sockets.iter().map(usize::to_string);
        let location = std::iter::once(format!("loc-{unique_id}"));
        json.list(format_args!("map_sfds-{number}"), location.chain(sockets));
    }
}
