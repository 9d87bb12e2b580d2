//! A call that was restored from a record does what the call does that was signalled: flow by flow, for every flag.

mod common;

use std::collections::BTreeMap;
use std::net::SocketAddr;

use common::{A, B, ONE, TWO, World, audio, last, node, restore};
use proptest::prelude::*;
use tandem_shards::call::routes::routes;
use tandem_shards::call::signal::{MuxOptions, Options, Party, Signal, Treatment, TreatmentKind};
use tandem_shards::call::state::StreamId;
use tandem_shards::input::Command;
use tandem_shards::media::flows::FlowView;
use tandem_shards::names::{CallId, FlowId, SocketId, Tag};
use tandem_shards::output::{Reply, RestoreOutcome};
use tandem_shards::sdp::MediaType;
use tandem_shards::settings::{Learning, Settings};

/// A flow by its stream: its view without indices, the streams of its targets, the local address it sends from.
type Comparable = (StreamId, FlowView, [Option<StreamId>; 2], Option<SocketAddr>);

/// The flows of the call with what another node can know them by: streams and addresses in place of indices.
fn flows(world: &World) -> Vec<Comparable> {
    let flows = world.shard.flows_of(&CallId::from("c"));
    let streams: BTreeMap<FlowId, StreamId> =
        world.shard.streams_of(&CallId::from("c")).into_iter().collect();
    let local = |socket: SocketId| world.open[&socket];
    let one = |(stream, view): (StreamId, FlowView)| {
        let targets = [view.to_rtp, view.to_rtcp].map(|flow| flow.map(|flow| streams[&flow]));
        let via = view.via.map(local);
        (stream, FlowView { to_rtp: None, to_rtcp: None, via: None, ..view }, targets, via)
    };
    flows.into_iter().map(one).collect()
}

/// Puts the call of a node into another one, and compares what its flows do there.
fn compare(owner: &World) {
    let mut standby = node(TWO);
    standby.now = owner.now;
    assert_eq!(restore(&mut standby, ONE, &last(owner)), RestoreOutcome::Created);
    assert_eq!(flows(&standby), flows(owner));
    let state = standby.query("c").expect("held").state;
    let settings = Settings::default();
    assert_eq!(routes(&state, &settings), routes(&last(owner).state, &settings));
}

/// Each flag that says how media is relayed.
const FLAGS: [fn(&mut Options); 16] = [
    |options| options.switches.asymmetric = true,
    |options| options.switches.strict_source = true,
    |options| options.switches.media_handover = true,
    |options| options.switches.unidirectional = true,
    |options| options.switches.pierce_nat = true,
    |options| options.switches.nat_wait = true,
    |options| options.switches.block_short = true,
    |options| options.generate_rtcp = Some(true),
    |options| options.drop_traffic = Some(true),
    |options| options.guard = Some(false),
    |options| options.learning = Some(Learning::Off),
    |options| options.learning = Some(Learning::Immediate),
    |options| options.passthrough = Some(true),
    |options| options.tos = Some(Some(184)),
    |options| options.mux = MuxOptions { offer: true, accept: true, ..MuxOptions::default() },
    |options| options.media_remove = vec![MediaType::Named("video")],
];

fn body(ip: &str, port: u16, kind: u8) -> String {
    let video = |port: u16| format!("m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\na=rtcp-mux\r\n");
    let fax = |port: u16| format!("{}m=image {port} udptl t38\r\n", common::session(ip));
    match kind {
        0 => audio(ip, port),
        1 => format!("{}a=rtcp-mux\r\n", audio(ip, port)),
        2 => format!("{}{}", audio(ip, port), video(port + 4)),
        3 => audio("0.0.0.0", port),
        4 => fax(port),
        5 => common::audio_with(ip, port, "a=sendonly\r\n"),
        6 => audio(ip, 0),
        _ => audio(ip, port).replace("RTP/AVP", "UDP/TLS/RTP/SAVP"),
    }
}

fn set(flags: u32) -> impl FnOnce(&mut Signal) {
    move |signal| {
        let chosen = FLAGS.iter().enumerate().filter(|(at, _)| flags >> at & 1 == 1);
        chosen.for_each(|(_, flag)| flag(&mut signal.options));
    }
}

#[test]
fn each_flag_is_the_same_at_a_standby() {
    for flag in 0..FLAGS.len() {
        for kind in 0..8 {
            let mut owner = node(ONE);
            owner.offer("c", &body(A, 6000, kind), set(1 << flag));
            compare(&owner);
            owner.answer("c", &body(B, 6010, kind), set(1 << flag));
            compare(&owner);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 2 } else { 2000 }))]

    /// Signals with any flags, media commands and packets in any order.
    #[test]
    fn a_restored_call_is_the_signalled_one(
        steps in proptest::collection::vec((0u8..8, 0u8..8, any::<u32>(), any::<bool>()), 1..8)
    ) {
        let mut owner = node(ONE);
        for (step, kind, flags, back) in steps {
            owner.now = owner.now + std::time::Duration::from_millis(700);
            // Few flags at once, so that most of what comes after has an effect.
            let flags = flags & flags >> 16;
            let (ip, port) = if back { (B, 6010) } else { (A, 6000) };
            let sdp = body(ip, port + 2 * u16::from(step % 2), kind);
            let parties = |signal: &mut Signal| {
                if back {
                    (signal.from_tag, signal.to_tag) = (Tag::from("b"), Some(Tag::from("a")));
                }
            };
            match step {
                0..=3 => drop(owner.try_offer("c", &sdp, |signal| { set(flags)(signal); parties(signal); })),
                4..=5 => drop(owner.try_answer("c", &body(B, 6010, kind), set(flags))),
                6 => {
                    let kind = [TreatmentKind::BlockMedia, TreatmentKind::SilenceMedia][usize::from(back)];
                    let treatment = Treatment { call_id: "c".into(), who: Party::All, kind, on: kind_is_on(flags) };
                    let reply = owner.ask(Command::Treat(Box::new(treatment)));
                    prop_assert!(matches!(reply, Reply::Done | Reply::Refused(_)));
                }
                _ => {
                    let locals: Vec<SocketAddr> = owner.open.values().copied().collect();
                    for local in locals {
                        owner.send("127.10.0.1:6000", local, &common::rtp(1));
                    }
                    owner.pass(std::time::Duration::from_millis(1));
                }
            }
            if !owner.published.is_empty() {
                owner.ask(Command::Republish(None));
                compare(&owner);
            }
        }
    }
}

fn kind_is_on(flags: u32) -> bool {
    flags & 1 == 0
}
