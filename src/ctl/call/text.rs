//! One call in the words of rtpengine's CLI.

use std::fmt::Write;
use std::net::SocketAddr;

use tandem_shards::call::state::{
    CallSnapshot, LegState, MediaState, Ownership, PayloadType, RtpSeen, StreamObserved,
};
use tandem_shards::names::{Component, Tag};

use super::{CallView, has_tag, keyspace_number};
use crate::ctl::text::printable;

/// The call, and all its parties.
pub fn call(view: &CallView) -> String {
    let call = &view.call;
    let yes = |flag: bool| if flag { "yes" } else { "no" };
    let foreign = matches!(call.state.ownership, Ownership::Foreign(_));
    let mut text = format!(
        "\ncallid: {}\n\
         deletionmark: {}\n\
         created: {}\n\
         proxy: {}\n\
         tos: {}\n\
         last_signal: {}\n\
         redis_keyspace: {}\n\
         last redis update: {}\n\
         foreign: {}\n\
         recording: no\n\n",
        printable(call.state.call_id.as_bytes()),
        yes(call.state.deletion.is_some()),
        call.state.created.as_secs(),
        call.state.created_from.map(|proxy| proxy.to_string()).unwrap_or_default(),
        view.tos,
        call.state.last_signal.as_secs(),
        keyspace_number(call.state.ownership, view.keyspace),
        view.written.map_or(0, tandem_shards::time::Timestamp::as_micros),
        yes(foreign),
    );
    for at in 0..call.state.legs.len() {
        party(&mut text, view, at);
    }
    text.push('\n');
    text
}

/// One party, by a tag that it has or had.
pub fn party_of(view: &CallView, tag: &Tag) -> String {
    let mut text = String::new();
    if let Some(at) = view.call.state.legs.iter().position(|leg| has_tag(leg, tag)) {
        party(&mut text, view, at);
    }
    text
}

fn party(text: &mut String, view: &CallView, at: usize) {
    let call = &view.call;
    let leg = &call.state.legs[at];
    let kind = match (call.state.ownership, leg.offerer, &leg.tag) {
        // A restored call does not remember who offered.
        (Ownership::Foreign(_), _, _) | (_, false, None) => "UNKNOWN",
        (Ownership::Own, true, _) => "FROM_TAG",
        (Ownership::Own, false, Some(_)) => "TO_TAG",
    };
    let age = view.now.since(leg.created);
    let _ = writeln!(
        text,
        "--- Tag '{}', type: {kind}, label '{}', branch '{}', callduration {}.{:06}",
        tag_of(leg),
        leg.label.as_ref().map(|label| printable(label.as_bytes())).unwrap_or_default(),
        leg.branch.as_ref().map(|branch| printable(branch.as_bytes())).unwrap_or_default(),
        age.as_secs(),
        age.subsec_micros(),
    );
    subscriptions(text, call, at);
    let numbered = leg.media.iter().enumerate().filter_map(|(n, media)| Some((n, media.as_ref()?)));
    for (n, media) in numbered {
        self::media(text, call, at, n, media);
    }
}

/// For each media: whose media the party gets, and who gets the party's.
fn subscriptions(text: &mut String, call: &CallSnapshot, at: usize) {
    let me = u16::try_from(at).expect("fewer parties than the limit");
    let of = |number: &u16| call.state.legs.get(usize::from(*number));
    let medias = 1..=call.state.legs[at].media.iter().flatten().count();
    for (verb, others) in [
        ("subscribed to", call.state.legs[at].peers.iter().filter_map(of).collect::<Vec<_>>()),
        ("subscription of", call.state.legs.iter().filter(|leg| leg.peers.contains(&me)).collect()),
    ] {
        for index in medias.clone() {
            for other in &others {
                let tag = tag_of(other);
                let _ = writeln!(text, "---     {verb} media with monologue tag '{tag}' (index: {index})");
            }
        }
    }
}

fn media(text: &mut String, call: &CallSnapshot, at: usize, n: usize, media: &MediaState) {
    let _ = writeln!(
        text,
        "------ Media #{} ({} over {}) using {}",
        n + 1,
        printable(media.kind.as_bytes()),
        printable(media.protocol.text.as_bytes()),
        codec(call, at, n, media),
    );
    let ssrc = seen(call, at, n).map_or(0, |rtp| rtp.ssrc);
    for (component, stream) in call.streams_of(at, n) {
        self::stream(text, component, stream, ssrc);
    }
}

/// Observations of RTP on a media.
fn seen(call: &CallSnapshot, at: usize, n: usize) -> Option<RtpSeen> {
    call.streams_of(at, n).find_map(|(_, stream)| stream.rtp)
}

fn stream(text: &mut String, component: Component, stream: &StreamObserved, ssrc: u32) {
    let rtcp = match component {
        Component::Rtp => "",
        Component::Rtcp => " (RTCP)",
    };
    let _ = writeln!(
        text,
        "-------- Port {} <> {}{rtcp}, SSRC {ssrc:x}, {} p, {} b, {} e, {} uts 0 kts",
        endpoint(stream.local),
        endpoint(stream.endpoint),
        stream.counts_in.packets,
        stream.counts_in.bytes,
        stream.counts_in.errors,
        stream.last_packet.as_secs(),
    );
}

fn endpoint(address: Option<SocketAddr>) -> String {
    let ip = address.map(|a| a.ip().to_string()).unwrap_or_default();
    let port = address.map_or(0, |a| a.port());
    format!("{ip:>15}:{port:<5}")
}

/// The codec of the last packet, as the party or its counterpart has named the payload type.
fn codec(call: &CallSnapshot, at: usize, n: usize, media: &MediaState) -> String {
    let Some(seen) = seen(call, at, n) else {
        return "unknown codec".to_owned();
    };
    let others = call.state.legs.iter().enumerate().filter(|(other, _)| *other != at);
    let others = others.filter_map(|(_, leg)| leg.media.get(n)?.as_ref());
    let named = |media: &MediaState| {
        media.payload_types.iter().find(|pt| pt.number == seen.payload_type).map(codec_name)
    };
    named(media).or_else(|| others.filter_map(named).next()).unwrap_or_else(|| "unknown codec".to_owned())
}

fn codec_name(payload: &PayloadType) -> String {
    let name = printable(payload.name.as_bytes());
    match payload.parameters.as_bytes() {
        b"" | b"1" => format!("{name}/{}", payload.clock_rate),
        channels => format!("{name}/{}/{}", payload.clock_rate, printable(channels)),
    }
}

fn tag_of(leg: &LegState) -> String {
    leg.tag.as_ref().map(|tag| printable(tag.as_bytes())).unwrap_or_default()
}
