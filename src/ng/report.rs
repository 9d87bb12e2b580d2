//! Statistics of a call for `query` and `delete`, as rtpengine's tree.
//!
//! With a tag, that party and those it is linked to are shown; an unknown tag shows nobody, and is no error.
//! After a `delete` without delay the local addresses are left out, since the sockets are closed already.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use tandem_shards::call::state::{CallSnapshot, LegState, MediaState, RtpSeen, StreamCounts, StreamObserved};
use tandem_shards::names::{Component, Tag};
use tandem_shards::time::Timestamp;

use super::value::Value;

/// Data of a call to show.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// Only this party and its counterparts.
    pub tag: Option<&'a Tag>,
    /// The sockets are closed.
    pub gone: bool,
    /// Time at which the call was written to Redis last.
    pub written: Option<Timestamp>,
}

/// The statistics of a call, without `result`.
pub fn call(call: &CallSnapshot, view: View<'_>) -> Value<'static> {
    let shown = shown(call, view.tag);
    let mut report = Value::dictionary();
    report.set("created", call.state.created.as_secs());
    report.set("created_us", call.state.created.as_micros() % 1_000_000);
    report.set("created_ts", call.state.created.as_micros());
    report.set("last signal", call.state.last_signal.as_secs());
    report.set("last redis update", view.written.map_or(0, Timestamp::as_micros));
    if let Some(metadata) = &call.state.metadata {
        report.set("metadata", metadata.as_bytes().to_vec());
    }
    let media = || shown.iter().flat_map(|at| (0..call.state.legs[*at].media.len()).map(|n| (*at, n)));
    report.set("SSRC", sources(media().filter_map(|(at, n)| received(call, at, n))));
    let mut tags = Value::dictionary();
    for at in &shown {
        tags.put(name(call, *at), leg(call, *at, view.gone));
    }
    report.set("tags", tags);
    let streams = || media().flat_map(|(at, n)| call.streams_of(at, n));
    let mut totals = Value::dictionary();
    for (key, component) in [("RTP", Component::Rtp), ("RTCP", Component::Rtcp)] {
        totals.set(key, sum(streams().filter(|(of, _)| *of == component).map(|(_, stream)| stream)));
    }
    report.set("totals", totals);
    report
}

/// The positions of the parties that are shown.
fn shown(call: &CallSnapshot, tag: Option<&Tag>) -> Vec<usize> {
    let Some(tag) = tag else {
        return (0..call.state.legs.len()).collect();
    };
    let has = |leg: &LegState| leg.tag.as_ref() == Some(tag) || leg.aliases.contains(tag);
    let Some(wanted) = call.state.legs.iter().position(has) else {
        return Vec::new();
    };
    let peers = call.state.legs[wanted].peers.iter().map(|peer| usize::from(*peer));
    std::iter::once(wanted).chain(peers.filter(|peer| *peer < call.state.legs.len())).collect()
}

/// The tag of a party, or a stand-in for one that has none yet.
fn name(call: &CallSnapshot, at: usize) -> Vec<u8> {
    match &call.state.legs[at].tag {
        Some(tag) => tag.as_bytes().to_vec(),
        None => format!("<untagged {at}>").into_bytes(),
    }
}

fn leg(call: &CallSnapshot, at: usize, gone: bool) -> Value<'static> {
    let leg = &call.state.legs[at];
    let mut report = Value::dictionary();
    report.set("tag", name(call, at));
    if let Some(branch) = &leg.branch {
        report.set("via-branch", branch.as_bytes().to_vec());
    }
    if !leg.aliases.is_empty() {
        let aliases = leg.aliases.iter().map(|alias| Value::from(alias.as_bytes().to_vec()));
        report.set("tag-aliases", aliases.collect::<Vec<_>>());
    }
    if let Some(label) = &leg.label {
        report.set("label", label.as_bytes().to_vec());
    }
    report.set("created", leg.created.as_secs());
    if let Some(metadata) = &leg.metadata {
        report.set("metadata", metadata.as_bytes().to_vec());
    }
    let subscribed = leg.peers.iter().map(|peer| usize::from(*peer));
    report.set("subscriptions", links(call, subscribed));
    let subscribes = |other: &usize| call.state.legs[*other].peers.iter().any(|p| usize::from(*p) == at);
    report.set("subscribers", links(call, (0..call.state.legs.len()).filter(subscribes)));
    let medias = leg.media.iter().enumerate().filter_map(|(position, media)| {
        let media_report = media_report(call, at, position, media.as_ref()?, gone);
        Some(media_report)
    });
    report.set("medias", medias.collect::<Vec<_>>());
    report.set("VSC", Value::list());
    report
}

fn links(call: &CallSnapshot, peers: impl Iterator<Item = usize>) -> Value<'static> {
    let one = |peer: usize| {
        let mut link = Value::dictionary();
        link.set("tag", name(call, peer));
        link.set("type", "offer/answer");
        link
    };
    Value::from(peers.filter(|peer| *peer < call.state.legs.len()).map(one).collect::<Vec<_>>())
}

fn media_report(
    call: &CallSnapshot,
    at: usize,
    position: usize,
    media: &MediaState,
    gone: bool,
) -> Value<'static> {
    let mut report = Value::dictionary();
    report.set("index", (position + 1) as u64);
    report.set("type", media.kind.as_bytes().to_vec());
    report.set("protocol", media.protocol.text.as_bytes().to_vec());
    if let Some(codec) = codec(call, at, position, media) {
        report.set("codec", codec);
    }
    let streams = call.streams_of(at, position);
    let streams = streams.map(|(component, stream)| stream_report(media, component, stream, gone));
    report.set("streams", streams.collect::<Vec<_>>());
    report.set("flags", media_flags(call, at, media));
    report.set("ingress SSRCs", sources_list(received(call, at, position)));
    let peer = call.state.legs[at].peers.last().map(|peer| usize::from(*peer));
    report.set("egress SSRCs", sources_list(peer.and_then(|peer| received(call, peer, position))));
    report
}

/// The codec of the packets that came, such as `PCMU/8000`.
fn codec(call: &CallSnapshot, at: usize, position: usize, media: &MediaState) -> Option<Vec<u8>> {
    let rtp = rtp_seen(call, at, position)?;
    let known = media.payload_types.iter().find(|known| known.number == rtp.payload_type)?;
    let mut text = known.name.as_bytes().to_vec();
    text.extend(format!("/{}", known.clock_rate).bytes());
    if !known.parameters.is_empty() {
        text.push(b'/');
        text.extend(known.parameters.as_bytes());
    }
    Some(text)
}

fn media_flags(call: &CallSnapshot, at: usize, media: &MediaState) -> Value<'static> {
    let flags = &media.flags;
    let listed = [
        ("initialized", true),
        ("asymmetric", flags.asymmetric),
        ("send", media.direction.receives()),
        ("recv", media.direction.sends()),
        ("rtcp-mux", flags.rtcp_mux),
        ("passthrough", flags.passthrough),
        // rtpengine says so of every party that did not make the first offer.
        ("ICE controlling", !call.state.legs[at].offerer),
        ("unidirectional", flags.unidirectional),
        ("loop check", flags.loop_check),
        ("RTCP generator", flags.generate_rtcp),
    ];
    flag_list(&listed)
}

fn stream_report(
    media: &MediaState,
    component: Component,
    stream: &StreamObserved,
    gone: bool,
) -> Value<'static> {
    let mut report = Value::dictionary();
    if let Some(local) = stream.local.filter(|_| !gone) {
        report.set("local port", local.port());
        report.set("local address", local.ip().to_string());
        report.set("family", family(local.ip()));
    }
    report.set("endpoint", endpoint(stream.endpoint));
    report.set("advertised endpoint", endpoint(media.signalled.of(component)));
    report.set("last packet", stream.last_packet.as_secs());
    report.set("last kernel packet", 0u64);
    report.set("last user packet", stream.last_packet.as_secs());
    if let Some(rtp) = &stream.rtp {
        report.set("SSRC", rtp.ssrc);
    }
    let rtp = component == Component::Rtp;
    let confirmed = stream.confirmed.is_some() && stream.received && !gone;
    let listed = [
        ("RTP", rtp),
        ("RTCP", !rtp || media.flags.rtcp_mux),
        ("filled", media.signalled.of(component).is_some()),
        ("confirmed", confirmed),
        // There is no kernel module to hand a stream to; rtpengine without one says so like this.
        ("kernelized", confirmed),
        ("no kernel support", confirmed),
        ("strict source address", media.flags.strict_source),
        ("media handover", media.flags.media_handover),
    ];
    report.set("flags", flag_list(&listed));
    report.set("stats", counts(&stream.counts_in));
    report.set("stats_out", counts(&stream.counts_out));
    report
}

fn flag_list(listed: &[(&'static str, bool)]) -> Value<'static> {
    let set = listed.iter().filter(|(_, set)| *set).map(|(name, _)| Value::from(*name));
    Value::from(set.collect::<Vec<_>>())
}

fn family(ip: IpAddr) -> &'static str {
    if ip.is_ipv4() { "IPv4" } else { "IPv6" }
}

fn endpoint(address: Option<SocketAddr>) -> Value<'static> {
    let mut report = Value::dictionary();
    if let Some(address) = address {
        report.set("family", family(address.ip()));
        report.set("address", address.ip().to_string());
        report.set("port", address.port());
    }
    report
}

fn counts(counts: &StreamCounts) -> Value<'static> {
    let mut report = Value::dictionary();
    report.set("packets", counts.packets);
    report.set("bytes", counts.bytes);
    report.set("errors", counts.errors);
    report
}

fn sum<'a>(streams: impl Iterator<Item = &'a StreamObserved>) -> Value<'static> {
    let mut total = StreamCounts::default();
    for stream in streams {
        total.packets += stream.counts_in.packets;
        total.bytes += stream.counts_in.bytes;
        total.errors += stream.counts_in.errors;
    }
    counts(&total)
}

/// Each synchronisation source of the media, under its number.
fn sources(received: impl Iterator<Item = RtpSeen>) -> Value<'static> {
    let mut by_source: BTreeMap<u32, RtpSeen> = BTreeMap::new();
    for rtp in received {
        by_source.insert(rtp.ssrc, rtp);
    }
    let mut report = Value::dictionary();
    for (ssrc, rtp) in by_source {
        report.put(ssrc.to_string().into_bytes(), source(&rtp));
    }
    report
}

fn sources_list(received: Option<RtpSeen>) -> Value<'static> {
    let one = |rtp: RtpSeen| {
        let mut report = Value::dictionary();
        report.set("SSRC", rtp.ssrc);
        let Value::Dictionary(rest) = source(&rtp) else { unreachable!("made as a dictionary") };
        for (key, value) in rest {
            report.put(key, value);
        }
        report
    };
    Value::from(received.map(one).into_iter().collect::<Vec<_>>())
}

/// The RTP packets that came on a media, if any did.
fn received(call: &CallSnapshot, at: usize, position: usize) -> Option<RtpSeen> {
    rtp_seen(call, at, position).filter(|rtp| rtp.packets > 0)
}

fn rtp_seen(call: &CallSnapshot, at: usize, position: usize) -> Option<RtpSeen> {
    let mut streams = call.streams_of(at, position);
    streams.find(|(component, _)| *component == Component::Rtp).and_then(|(_, stream)| stream.rtp)
}

fn source(rtp: &RtpSeen) -> Value<'static> {
    let mut report = Value::dictionary();
    report.set("bytes", rtp.bytes);
    report.set("packets", rtp.packets);
    report.set("last RTP timestamp", rtp.timestamp);
    report.set("last RTP seq", rtp.sequence);
    report
}
