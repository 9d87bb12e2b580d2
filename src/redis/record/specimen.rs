//! Calls for tests: a plain one, and any one.

use std::net::{IpAddr, SocketAddr};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::subsequence;
use tandem_shards::call::signal::MuxOptions;
use tandem_shards::call::state::{
    CallSnapshot, CallState, LegState, LegTreatment, MediaFlags, MediaState, Ownership, PayloadType,
    PortSetState, RtpSeen, SentSdp, Signalled, StreamCounts, StreamId, StreamObserved, Version,
};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{CallId, Component, Family, InterfaceName, Keyspace, Text};
use tandem_shards::sdp::{Direction, Protocol};
use tandem_shards::settings::Learning;
use tandem_shards::time::Timestamp;

use super::{Context, fields};

pub(crate) const OWN: Keyspace = Keyspace(2);

pub(crate) fn context() -> Context {
    let ip = |text: &str| -> IpAddr { text.parse().expect("an address") };
    let list = [("pub1", "127.0.0.2"), ("pub1", "fd11::2"), ("pub2", "127.0.0.3")];
    let list = list.map(|(name, text)| (InterfaceName::from(name), ip(text), ip(text)));
    Context { node: Text::from("node-a"), keyspace: OWN, interfaces: Interfaces::new(list), tos: 184 }
}

fn address(text: &str) -> Option<SocketAddr> {
    Some(text.parse().expect("an address"))
}

/// An answered call with the given media types on `pub1`, from ports 30000 up.
pub(crate) fn plain_call(call_id: &str, kinds: &[&str]) -> CallSnapshot {
    let leg = |number: u16, tag: &str| LegState {
        tag: Some(tag.into()),
        created: Timestamp::from_micros(1_795_415_344_270_067),
        interface: "pub1".into(),
        family: Some(Family::Ip4),
        offerer: number == 0,
        settled: true,
        peers: vec![1 - number],
        media: (0..).zip(kinds).map(|(at, kind)| Some(plain_media(number, at, kind))).collect(),
        ..LegState::default()
    };
    observed_as_signalled(CallState {
        call_id: CallId::from(call_id),
        ownership: Ownership::Own,
        contested: false,
        version: Version { epoch: 0, sequence: 2 },
        created: Timestamp::from_micros(1_795_415_344_270_067),
        last_signal: Timestamp::from_micros(1_795_415_344_538_793),
        deletion: None,
        created_from: address("127.0.0.1:41899"),
        tos: None,
        answered: true,
        learning: None,
        guard: None,
        drop_traffic: false,
        metadata: None,
        legs: vec![leg(0, "ftag-A"), leg(1, "ttag-B")],
    })
}

/// A call of which no packet was seen: packets go where SDPs say.
pub(crate) fn observed_as_signalled(state: CallState) -> CallSnapshot {
    let one = |id: StreamId| {
        let media = state.media_at(id.leg.into(), id.media.into()).expect("a stream of the call");
        let observed = StreamObserved {
            local: local(media, id.component),
            endpoint: media.signalled.of(id.component),
            last_packet: state.last_signal,
            ..StreamObserved::default()
        };
        (id, observed)
    };
    CallSnapshot { observed: state.streams().map(one).collect(), state }
}

/// The address here of a stream.
fn local(media: &MediaState, component: Component) -> Option<SocketAddr> {
    let (set, offset) = media.ports_of(component).filter(|_| !media.flags.disabled)?;
    let ip = fields::local_ip(&context().interfaces, &set.interface, set.position)?;
    Some(SocketAddr::new(ip, set.first + offset))
}

fn plain_media(leg: u16, at: u16, kind: &str) -> MediaState {
    let port = |of_leg: u16| 30_000 + 100 * of_leg + 2 * at;
    let remote =
        |of_leg: u16, rtcp: u16| address(&format!("127.0.0.{}:{}", 10 + of_leg, 5000 + 2 * at + rtcp));
    let payload = |number: u8, name: &str, clock_rate: u32, format: &str| PayloadType {
        number,
        name: name.into(),
        clock_rate,
        parameters: Text::default(),
        format: format.into(),
    };
    let payload_types = match kind {
        "audio" => vec![payload(0, "PCMU", 8000, ""), payload(101, "telephone-event", 8000, "0-15")],
        _ => vec![payload(96, "H264", 90_000, "profile-level-id=42e01f;packetization-mode=1")],
    };
    MediaState {
        kind: kind.into(),
        protocol: Protocol::new("RTP/AVP".into()),
        interface: "pub1".into(),
        family: Family::Ip4,
        direction: Direction::SendRecv,
        flags: MediaFlags::default(),
        mux_options: MuxOptions::default(),
        ptime: None,
        mid: None,
        formats: payload_types.iter().map(|p| Text::from(p.number.to_string().as_str())).collect(),
        payload_types,
        signalled: Signalled { rtp: remote(leg, 0), rtcp: remote(leg, 1) },
        signalled_at: Some(Timestamp::from_micros(1_795_415_344_270_067)),
        told_at: Some(Timestamp::from_micros(1_795_415_344_538_793)),
        port_sets: vec![PortSetState {
            key: remote(1 - leg, 0),
            interface: "pub1".into(),
            position: 0,
            first: port(leg),
            count: 2,
        }],
    }
}

/// The variants of a plain call that the acceptance test hands to rtpengine.
pub(crate) fn variants() -> Vec<(&'static str, CallSnapshot)> {
    let mut mux = plain_call("rtcp-mux", &["audio"]);
    for leg in &mut mux.state.legs {
        let media = leg.media[0].as_mut().expect("it has one");
        media.flags = MediaFlags { rtcp_mux: true, mux_offered: leg.offerer, ..media.flags };
    }
    // The offerer's RTCP port was never opened: its answer was known when its ports were.
    let media = mux.state.legs[0].media[0].as_mut().expect("it has one");
    media.port_sets[0].count = 1;

    let mut ipv6 = plain_call("ipv6", &["audio"]);
    for (at, leg) in ipv6.state.legs.iter_mut().enumerate() {
        leg.family = Some(Family::Ip6);
        let media = leg.media[0].as_mut().expect("it has one");
        media.family = Family::Ip6;
        media.port_sets[0].position = 1;
        media.port_sets[0].key = address(&format!("[fd11::{}]:5000", 11 - at));
        let remote = |port: u16| address(&format!("[fd11::{}]:{port}", 10 + at));
        media.signalled = Signalled { rtp: remote(5000), rtcp: remote(5001) };
    }

    let mut looped = plain_call("looped", &["audio"]);
    looped.state.legs[0].media[0].as_mut().expect("it has one").flags.loop_check = true;

    let audio = plain_call("audio", &["audio"]);
    let audio_video = plain_call("audio-video", &["audio", "video"]);
    let all = [
        ("audio", audio),
        ("audio-video", audio_video),
        ("rtcp-mux", mux),
        ("ipv6", ipv6),
        ("odd", odd()),
        ("offered", offered()),
        ("looped", looped),
    ];
    (0..)
        .zip(all)
        .map(|(at, (name, call))| (name, observed_as_signalled(moved(call.state, 200 * at))))
        .collect()
}

/// A call with names, media and payload types that few have.
fn odd() -> CallSnapshot {
    let mut odd = plain_call("odd", &["audio", "video", "image"]);
    odd.state.metadata = Some("50% \"ä\" 'q'\\".into());
    odd.state.deletion = None;
    odd.state.legs[0].tag = Some("t%41g \"ä\"".into());
    odd.state.legs[0].label = Some("la'bel%".into());
    odd.state.legs[1].branch = Some("z9hG4bK-%62r".into());
    odd.state.legs[1].aliases = vec!["early".into()];
    odd.state.legs[0].sent.origin = Some(("-".into(), "1".into(), "2".into()));
    for leg in &mut odd.state.legs {
        let video = leg.media[1].as_mut().expect("it has three");
        video.flags.disabled = true;
        video.port_sets.clear();
        let image = leg.media[2].as_mut().expect("it has three");
        image.protocol = Protocol::new("udptl".into());
        image.payload_types.clear();
        image.formats = vec!["t38".into()];
        image.port_sets[0].count = 1;
        let audio = leg.media[0].as_mut().expect("it has three");
        audio.payload_types[1].format = "x".repeat(200).as_str().into();
        audio.ptime = Some(20);
        audio.mid = Some("0%".into());
    }
    odd
}

/// A call that nobody has answered.
fn offered() -> CallSnapshot {
    let mut offered = plain_call("offered", &["audio"]);
    offered.state.answered = false;
    offered.state.legs[1].tag = None;
    let media = offered.state.legs[1].media[0].as_mut().expect("it has one");
    media.signalled = Signalled::default();
    media.signalled_at = None;
    let media = offered.state.legs[0].media[0].as_mut().expect("it has one");
    media.port_sets[0].key = None;
    media.told_at = None;
    offered
}

/// The same call on other ports, at both ends.
fn moved(mut call: CallState, by: u16) -> CallState {
    for media in call.legs.iter_mut().flat_map(|leg| leg.media.iter_mut().flatten()) {
        for address in [&mut media.signalled.rtp, &mut media.signalled.rtcp] {
            address.iter_mut().for_each(|address| address.set_port(address.port() + by));
        }
        for set in &mut media.port_sets {
            set.key.iter_mut().for_each(|key| key.set_port(key.port() + by));
            set.first += by;
        }
    }
    call
}

fn any_text() -> impl Strategy<Value = Text> {
    prop_oneof![
        "[a-z0-9%/ \"'\\\\]{0,12}".prop_map(|text| Text::from(text.as_str())),
        "\\PC{0,8}".prop_map(|text| Text::from(text.as_str())),
        vec(any::<u8>(), 0..12).prop_map(Text::from),
        "[a-z%]{100,140}".prop_map(|text| Text::from(text.as_str())),
    ]
}

fn any_name<T: for<'a> From<&'a [u8]> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    any_text().prop_map(|text| T::from(text.as_bytes()))
}

fn any_endpoint() -> impl Strategy<Value = SocketAddr> {
    (any::<IpAddr>(), any::<u16>()).prop_map(|(ip, port)| SocketAddr::new(ip, port))
}

fn reachable_endpoint() -> impl Strategy<Value = Option<SocketAddr>> {
    option::of(any_endpoint()).prop_map(fields::reachable)
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (1_600_000_000_000_000..2_500_000_000_000_000u64).prop_map(Timestamp::from_micros)
}

fn any_counts() -> impl Strategy<Value = StreamCounts> {
    any::<(u64, u64, u64)>().prop_map(|(packets, bytes, errors)| StreamCounts { packets, bytes, errors })
}

fn any_seen() -> impl Strategy<Value = RtpSeen> {
    let all = any::<(u32, u64, u64, u32, u16, u8)>();
    all.prop_map(|(ssrc, packets, bytes, timestamp, sequence, payload_type)| RtpSeen {
        ssrc,
        packets,
        bytes,
        timestamp,
        sequence,
        payload_type,
    })
}

fn any_stream() -> impl Strategy<Value = StreamObserved> {
    let facts = (
        option::of(any_endpoint()),
        any::<bool>(),
        any_counts(),
        any_counts(),
        any_time(),
        option::of(any_seen()),
    );
    (reachable_endpoint(), facts).prop_map(|(endpoint, facts)| {
        let (confirmed, received, counts_in, counts_out, last_packet, rtp) = facts;
        StreamObserved { local: None, endpoint, confirmed, received, counts_in, counts_out, last_packet, rtp }
    })
}

fn any_port_set() -> impl Strategy<Value = PortSetState> {
    let interface = prop_oneof![Just("pub1"), Just("pub2"), Just("else%"), Just("")];
    (option::of(any_endpoint()), interface, 0..4u16, 1..u16::MAX, 1..=2u16).prop_map(
        |(key, interface, position, first, count)| PortSetState {
            key,
            interface: interface.into(),
            position,
            first,
            count,
        },
    )
}

fn any_payload() -> impl Strategy<Value = PayloadType> {
    (0..128u8, any_text(), any::<u32>(), any_text(), any_text()).prop_map(
        |(number, name, clock_rate, parameters, format)| PayloadType {
            number,
            name,
            clock_rate,
            parameters,
            format,
        },
    )
}

fn any_media_flags() -> impl Strategy<Value = MediaFlags> {
    any::<[bool; MediaFlags::NAMES.len()]>().prop_map(MediaFlags::of)
}

fn any_family() -> impl Strategy<Value = Family> {
    prop_oneof![Just(Family::Ip4), Just(Family::Ip6)]
}

fn any_media() -> impl Strategy<Value = MediaState> {
    let texts = (any_text(), any_text(), any_name(), option::of(any_text()), vec(any_text(), 0..4));
    let lists = (vec(any_payload(), 0..4), vec(any_port_set(), 0..4));
    let mux_options = any::<[bool; MuxOptions::NAMES.len()]>().prop_map(MuxOptions::of);
    let signalled =
        (reachable_endpoint(), reachable_endpoint(), option::of(any_time()), option::of(any_time()));
    let rest =
        (any_family(), any::<(bool, bool)>(), any_media_flags(), mux_options, option::of(1..=u32::MAX));
    (texts, lists, signalled, rest).prop_map(|(texts, lists, signalled, rest)| {
        let (kind, protocol, interface, mid, formats) = texts;
        let (payload_types, port_sets) = lists;
        let (rtp, rtcp, signalled_at, told_at) = signalled;
        let (family, (sends, receives), flags, mux_options, ptime) = rest;
        MediaState {
            kind,
            protocol: Protocol::new(protocol),
            interface,
            family,
            direction: Direction::new(sends, receives),
            flags,
            mux_options,
            ptime,
            mid,
            payload_types,
            formats,
            signalled: Signalled { rtp, rtcp },
            signalled_at,
            told_at,
            port_sets,
        }
    })
}

fn any_sent() -> impl Strategy<Value = SentSdp> {
    let origin = option::of((any_text(), any_text(), any_text()));
    (origin, option::of(any_text()), option::of(any::<u64>()), any::<u64>())
        .prop_map(|(origin, session_name, version, digest)| SentSdp { origin, session_name, version, digest })
}

fn any_leg(legs: u16) -> impl Strategy<Value = LegState> {
    let names = (option::of(any_name()), vec(any_name(), 0..3), option::of(any_name()), any_name());
    let texts = (option::of(any_text()), option::of(any_text()), any_sent());
    let peers: Vec<u16> = (0..legs).collect();
    let sections = subsequence([0, 1, 2].to_vec(), 0..=3).prop_shuffle();
    let lists = (
        subsequence(peers, 0..=usize::from(legs)).prop_shuffle(),
        vec(option::of(any_media()), 0..3),
        sections,
    );
    let rest = (any_time(), option::of(any_family()), any::<[bool; 7]>());
    (names, texts, lists, rest).prop_map(|(names, texts, lists, rest)| {
        let (tag, aliases, branch, interface) = names;
        let (label, metadata, sent) = texts;
        let (peers, media, sections) = lists;
        let (created, family, flags) = rest;
        let treatment = LegTreatment {
            block_media: flags[2],
            block_dtmf: flags[3],
            silence_media: flags[4],
            block_short: flags[6],
        };
        LegState {
            tag,
            aliases,
            branch,
            label,
            metadata,
            created,
            interface,
            family,
            offerer: flags[0],
            settled: flags[1],
            treatment,
            sent,
            peers,
            media,
            sections,
        }
    })
}

/// Any call that a shard could have.
pub(crate) fn any_call() -> impl Strategy<Value = CallSnapshot> {
    let learning = prop_oneof![
        Just(Learning::Off),
        Just(Learning::Immediate),
        Just(Learning::Delayed),
        Just(Learning::Heuristic)
    ];
    let settings =
        (option::of(any::<u8>()), option::of(learning), option::of(any::<bool>()), any::<[bool; 3]>());
    let times = (any_time(), any_time(), option::of(any_time()));
    let names = (any_name(), option::of(any_endpoint()), option::of(any_text()));
    let legs = (1..=3u16).prop_flat_map(|legs| vec(any_leg(legs), usize::from(legs)));
    let streams = vec(any_stream(), 1..20);
    let all = (names, times, settings, any::<(u64, u64)>(), legs, streams);
    all.prop_map(|(names, times, settings, version, legs, streams)| {
        let (call_id, created_from, metadata) = names;
        let (created, last_signal, deletion) = times;
        let (tos, learning, guard, flags) = settings;
        let state = CallState {
            call_id,
            ownership: Ownership::Own,
            contested: false,
            version: Version { epoch: version.0, sequence: version.1 },
            created,
            last_signal,
            deletion,
            created_from,
            tos,
            answered: flags[0],
            learning,
            guard,
            drop_traffic: flags[1],
            // The schema has an empty text where there is none.
            metadata: metadata.filter(|text: &Text| !text.is_empty()),
            legs,
        };
        let observed = state.streams().zip(streams.into_iter().cycle()).map(|(id, stream)| {
            let media = state.media_at(id.leg.into(), id.media.into()).expect("a stream of the call");
            (id, StreamObserved { local: local(media, id.component), ..stream })
        });
        CallSnapshot { observed: observed.collect(), state }
    })
}
