//! The whole shard: signalling, records, operators, packets and time, in any order.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tandem_shards::call::signal::{
    CodecOptions, Finality, MuxOptions, Options, Party, RtcpAttributeOption, Signal, Treatment, TreatmentKind,
};
use tandem_shards::call::state::Version;
use tandem_shards::fuzzing::SessionDescription;
use tandem_shards::input::{Command, Delete, Filter, Restore};
use tandem_shards::io::Ask;
use tandem_shards::names::{Branch, CallId, Family, Keyspace, ShardId, Tag};
use tandem_shards::output::Reply;
use tandem_shards::routing::shard_of;
use tandem_shards::sdp::MediaType;
use tandem_shards::settings::{Learning, Settings};

use super::choices::Choices;
use super::node::{Node, OWN, address};

const CALLS: [&str; 4] = ["c", "call-2", "call-3", "x"];
const TAGS: [&str; 4] = ["a", "b", "fork-1", "fork-2"];
const PEERS: [&str; 5] =
    ["127.10.0.1:6000", "127.10.0.1:6001", "127.20.0.1:6010", "127.40.0.1:7000", "[fd00::9]:6000"];
const PAUSES_MS: [u64; 6] = [20, 1000, 3000, 5000, 61_000, 250_000];
/// Most steps of one input.
const STEPS_MAX: usize = 64;

pub fn run(input: &[u8]) {
    let mut choices = Choices::new(input);
    let mut settings = settings(&mut choices);
    let mut node = Node::new(1 + u16::from(choices.byte() % 2), &settings);
    for _ in 0..STEPS_MAX {
        if choices.is_empty() {
            break;
        }
        step(&mut node, &mut choices, &mut settings);
        node.check();
    }
    node.end();
}

fn step(node: &mut Node, choices: &mut Choices<'_>, settings: &mut Settings) {
    let call_id = CallId::from(choices.one(&CALLS));
    let home = shard_of(&call_id, node.shard_count());
    match choices.below(16) {
        0..=2 => signal(node, choices, call_id, false),
        3..=4 => signal(node, choices, call_id, true),
        5 => delete(node, choices, call_id),
        6..=9 => packets(node, choices),
        10 => node.pass(Duration::from_millis(choices.one(&PAUSES_MS))),
        11 => treat(node, choices, call_id),
        12 => restore(node, choices),
        13 => {
            let keyspace = choices.one(&[OWN, Keyspace(2), Keyspace(3)]);
            assert!(matches!(node.answer(home, Command::Destroy { call_id, keyspace }), Reply::Count(_)));
        }
        14 => operate(node, choices, call_id),
        _ => {
            *settings = self::settings(choices);
            for at in 0..node.shard_count() {
                node.answer(ShardId(at), Command::Configure(Box::new(settings.clone())));
            }
            node.taken = choices.below(6);
        }
    }
}

fn settings(choices: &mut Choices<'_>) -> Settings {
    let bits = choices.byte();
    let bit = |at: u8| bits & (1 << at) != 0;
    Settings {
        publish: !bit(0),
        guard: !bit(1),
        take_over_by_signalling: !bit(2),
        take_over_by_media_packets: if bit(3) { 2 } else { 0 },
        final_timeout: Duration::from_secs(if bit(4) { 120 } else { 0 }),
        delete_delay: Duration::from_secs(if bit(5) { 0 } else { 30 }),
        learning: [Learning::Heuristic, Learning::Off, Learning::Immediate, Learning::Delayed]
            [usize::from(bits >> 6)],
        // Short, so that little of what a call does every second comes before.
        silent_timeout: Duration::from_secs(240),
        offer_timeout: Duration::from_secs(240),
        keyspace: OWN,
        ..Settings::default()
    }
}

fn signal(node: &mut Node, choices: &mut Choices<'_>, call_id: CallId, is_answer: bool) {
    let text = sdp(choices);
    let Ok(sdp) = SessionDescription::parse(&text) else { return };
    let from_tag = Tag::from(choices.one(&TAGS));
    let to_tag = choices.perhaps(|choices| Tag::from(choices.one(&TAGS)));
    let to_tag = if is_answer { to_tag.or(Some("b".into())) } else { to_tag };
    let branch = choices.perhaps(|choices| Branch::from(choices.one(&["z1", "z2", "z3"])));
    let options = options(choices);
    let home = shard_of(&call_id, node.shard_count());
    let signal =
        Box::new(Signal { call_id, from_tag, to_tag, branch, sdp, proxy: address(PEERS[0]), options });
    let reply = node.answer(home, if is_answer { Command::Answer(signal) } else { Command::Offer(signal) });
    match reply {
        Reply::Sdp(text) => {
            SessionDescription::parse(&text).unwrap_or_else(|e| panic!("{e}: {}", text.escape_ascii()));
        }
        Reply::Refused(_) => {}
        other => panic!("a signal is answered by an SDP, not {other:?}"),
    }
}

/// A body of sections that a shard tells apart, or of any lines.
fn sdp(choices: &mut Choices<'_>) -> Vec<u8> {
    let from = choices.one(&["IN IP4 127.10.0.1", "IN IP4 127.20.0.1", "IN IP6 fd00::9", "IN IP4 0.0.0.0"]);
    let mut text = format!("v=0\r\no=- 1 1 {from}\r\ns=-\r\nc={from}\r\nt=0 0\r\n").into_bytes();
    for _ in 0..=choices.below(4) {
        let kind = choices.one(&["audio", "audio", "video", "image", "message"]);
        let port = choices.one(&["6000", "6010", "0", "7000/2", "9", "6000/4"]);
        let protocol = choices.one(&[
            "RTP/AVP 0 8 101",
            "RTP/AVP 8 96 97",
            "RTP/SAVPF 111 0",
            "UDPTL t38",
            "TCP/MSRP *",
            "RTP/AVP",
        ]);
        text.extend(format!("m={kind} {port} {protocol}\r\n").into_bytes());
        for _ in 0..choices.below(4) {
            let line = choices.one(&[
                "a=sendonly",
                "a=inactive",
                "a=rtcp-mux",
                "a=rtcp:6001",
                "a=rtcp:7001 IN IP4 127.40.0.1",
                "a=rtpmap:96 opus/48000/2",
                "a=mid:1",
                "a=ptime:30",
                "c=IN IP4 127.40.0.1",
                "a=candidate:1 1 UDP 1 127.10.0.1 6000 typ host",
                "a=rtpengine:tandem",
            ]);
            text.extend([line.as_bytes(), b"\r\n"].concat());
        }
        if choices.seldom() {
            text.extend(choices.bytes());
            text.extend(b"\r\n");
        }
    }
    text
}

fn options(choices: &mut Choices<'_>) -> Options {
    if !choices.coin() {
        return Options::default();
    }
    let mut options = Options {
        address_family: choices.perhaps(|choices| choices.one(&[Family::Ip4, Family::Ip6])),
        interface_from: choices.perhaps(|choices| choices.one(&["pub1", "pub2", "none"]).into()),
        interface_to: choices.perhaps(|choices| choices.one(&["pub1", "pub2", "priv"]).into()),
        media_address: choices.perhaps(|choices| choices.one(&PEERS.map(ip))),
        transport_protocol: choices.perhaps(|choices| choices.one(&["RTP/AVP", "RTP/AVPF"]).into()),
        source_address: choices.perhaps(|choices| choices.one(&PEERS.map(ip))),
        guard: choices.perhaps(Choices::coin),
        port_latching: choices.perhaps(Choices::coin),
        generate_rtcp: choices.perhaps(Choices::coin),
        drop_traffic: choices.perhaps(Choices::coin),
        passthrough: choices.perhaps(Choices::coin),
        tos: choices.perhaps(|choices| choices.perhaps(|choices| choices.byte())),
        learning: choices.perhaps(|choices| choices.one(&[Learning::Off, Learning::Immediate])),
        label: choices.perhaps(|choices| choices.one(&TAGS).into()),
        to_label: choices.perhaps(|choices| choices.one(&TAGS).into()),
        ..Options::default()
    };
    let bits = choices.byte();
    let bit = |at: u8| bits & (1 << at) != 0;
    (options.switches.asymmetric, options.switches.strict_source, options.switches.media_handover) =
        (bit(0), bit(1), bit(2));
    (options.switches.unidirectional, options.switches.loop_protect, options.switches.original_direction) =
        (bit(3), bit(4), bit(5));
    (options.switches.pierce_nat, options.switches.nat_wait) = (bit(6), bit(7));
    let bits = choices.byte();
    let bit = |at: u8| bits & (1 << at) != 0;
    (options.switches.block_short, options.switches.no_redis_update, options.switches.generate_mid) =
        (bit(0), bit(1), bit(2));
    options.switches.new_branch = bit(3);
    options.rtcp_attribute = if bit(4) { RtcpAttributeOption::Full } else { RtcpAttributeOption::Port };
    options.finality = if bit(5) { Finality::Final } else { Finality::Unknown };
    (options.replace.origin, options.replace.sdp_version) = (bit(6), bit(7));
    let bits = choices.byte();
    let bit = |at: u8| bits & (1 << at) != 0;
    options.mux =
        MuxOptions { offer: bit(0), require: bit(1), demux: bit(2), accept: bit(3), reject: bit(4) };
    options.codecs.strip = if bit(5) { vec!["PCMA".into()] } else { Vec::new() };
    options.codecs =
        if bit(6) { CodecOptions { strip: vec!["all".into()], ..options.codecs } } else { options.codecs };
    options.media_remove = if bit(7) { vec![MediaType::Named("video")] } else { Vec::new() };
    options
}

fn ip(peer: &str) -> IpAddr {
    address(peer).ip()
}

fn delete(node: &mut Node, choices: &mut Choices<'_>, call_id: CallId) {
    let home = shard_of(&call_id, node.shard_count());
    let delete = Delete {
        call_id,
        from_tag: choices.perhaps(|choices| choices.one(&TAGS).into()),
        to_tag: choices.perhaps(|choices| choices.one(&TAGS).into()),
        branch: choices.perhaps(|choices| choices.one(&["z1", "z2"]).into()),
        delay: choices.perhaps(|choices| Duration::from_secs(choices.one(&[0, 1, 70]))),
    };
    let reply = node.answer(home, Command::Delete(Box::new(delete)));
    assert!(matches!(reply, Reply::Ended { .. } | Reply::Refused(_)));
}

fn treat(node: &mut Node, choices: &mut Choices<'_>, call_id: CallId) {
    let home = shard_of(&call_id, node.shard_count());
    let who = match choices.below(4) {
        0 => Party::All,
        1 => Party::Tag(choices.one(&TAGS).into()),
        2 => Party::Label(choices.one(&TAGS).into()),
        _ => Party::Address(ip(choices.one(&PEERS))),
    };
    let kind =
        choices.one(&[TreatmentKind::BlockMedia, TreatmentKind::BlockDtmf, TreatmentKind::SilenceMedia]);
    let treatment = Treatment { call_id, who, kind, on: !choices.seldom() };
    let reply = node.answer(home, Command::Treat(Box::new(treatment)));
    assert!(matches!(reply, Reply::Done | Reply::Refused(_)));
}

/// A record of a call that is or was here, as another node may have changed it since.
fn restore(node: &mut Node, choices: &mut Choices<'_>) {
    if node.published.is_empty() {
        return;
    }
    let mut call = node.published[choices.below(node.published.len())].clone();
    let keyspace = choices.one(&[Keyspace(2), Keyspace(3), OWN]);
    call.state.version = Version {
        epoch: call.state.version.epoch + choices.below(3) as u64,
        sequence: (call.state.version.sequence + choices.below(4) as u64).saturating_sub(1),
    };
    if choices.seldom() {
        call.state.version = Version { epoch: choices.number(), sequence: choices.number() };
    }
    if choices.seldom() {
        call.state.call_id = CallId::from(choices.one(&CALLS));
    }
    if choices.seldom() {
        call.state.created = call.state.created + Duration::from_secs(1);
    }
    if choices.seldom() {
        let shift = u16::from(choices.byte()) & !1;
        let sets = call.state.legs.iter_mut().flat_map(|leg| leg.media.iter_mut().flatten());
        for set in sets.flat_map(|media| &mut media.port_sets) {
            set.first = set.first.wrapping_add(shift);
        }
    }
    if choices.seldom() {
        call.state.legs.truncate(1 + choices.below(3));
        call.state.legs.iter_mut().for_each(|leg| leg.peers.clear());
    }
    let home = shard_of(&call.state.call_id, node.shard_count());
    let restore = Restore { keyspace, own: keyspace == OWN, call };
    assert!(matches!(node.answer(home, Command::Restore(Box::new(restore))), Reply::Restored(_)));
}

fn operate(node: &mut Node, choices: &mut Choices<'_>, call_id: CallId) {
    let filter = choices.one(&[
        Filter::Own,
        Filter::Foreign,
        Filter::Keyspace(Keyspace(2)),
        Filter::One(call_id.clone()),
        Filter::All,
    ]);
    for at in 0..node.shard_count() {
        let command = match choices.below(6) {
            0 => Command::Query(call_id.clone()),
            1 => Command::List { filter: filter.clone(), limit: choices.below(5) },
            2 => Command::Terminate(filter.clone()),
            3 => Command::Republish(choices.perhaps(|_| call_id.clone())),
            4 => Command::Activate,
            _ => Command::StandBy,
        };
        node.answer(ShardId(at), command);
    }
}

/// A few packets to a socket, one after the other.
fn packets(node: &mut Node, choices: &mut Choices<'_>) {
    let sockets = node.sockets();
    if sockets.is_empty() {
        return;
    }
    let (at, mut socket) = sockets[choices.below(sockets.len())];
    if choices.seldom() {
        // A completion that comes after the socket was closed.
        socket.generation = socket.generation.wrapping_sub(1);
    }
    let source: SocketAddr = address(choices.one(&PEERS));
    let mut packet = packet(choices);
    for sequence in 0..=choices.byte() % 12 {
        if let Some(byte) = packet.get_mut(3) {
            *byte = byte.wrapping_add(sequence);
        }
        node.receive(at, socket, source, &mut packet);
        node.pass(Duration::from_millis(20));
    }
}

fn packet(choices: &mut Choices<'_>) -> Vec<u8> {
    let start: &[u8] = match choices.below(6) {
        0 | 1 => &[0x80, 0, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4],
        2 => &[0x80, 101, 0, 1, 0, 0, 0, 160, 1, 2, 3, 4],
        3 => &[0x81, 200, 0, 12, 1, 2, 3, 4],
        4 => &[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42],
        _ => return choices.bytes().to_vec(),
    };
    let mut packet = start.to_vec();
    if choices.seldom() {
        packet.extend(choices.bytes());
    } else {
        packet.resize(choices.one(&[172, 60, 20, 1400]), 0xd5);
    }
    packet
}
