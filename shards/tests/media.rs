//! The media of a call through a shard: what flows, what is blocked, and who is listened to.

mod common;

use std::time::Duration;

use common::{A, B, World, address, audio, rtcp, rtp};
use tandem_shards::call::signal::{Party, Signal, Treatment, TreatmentKind};
use tandem_shards::input::Command;
use tandem_shards::names::{CallId, Tag, Text};
use tandem_shards::output::{EndCause, EventKind, Refusal, Reply};
use tandem_shards::settings::Learning;

#[test]
fn media_flows_both_ways_and_nothing_is_left() {
    let mut world = World::new();
    let (to_a, to_b) = world.audio_call("c");
    assert_eq!(world.open.len(), 4);
    assert_eq!(world.send("127.10.0.1:6000", to_a, &rtp(1)), Some((to_b, address("127.20.0.1:6010"))));
    assert_eq!(world.send("127.20.0.1:6010", to_b, &rtp(1)), Some((to_a, address("127.10.0.1:6000"))));
    let rtcp_a = std::net::SocketAddr::new(to_a.ip(), to_a.port() + 1);
    let rtcp_b = std::net::SocketAddr::new(to_b.ip(), to_b.port() + 1);
    assert_eq!(world.send("127.10.0.1:6001", rtcp_a, &rtcp()), Some((rtcp_b, address("127.20.0.1:6011"))));
    let Reply::Ended { call, gone: true } = world.delete("c", Some("a")) else { panic!("ended") };
    let counts = [0, 1].map(|leg| call.streams_of(leg, 0).next().map_or(0, |(_, rtp)| rtp.counts_in.packets));
    assert_eq!(counts, [1, 1]);
    world.assert_empty();
    assert_eq!(world.events.last().map(|e| e.kind.clone()), Some(EventKind::Ended(EndCause::Deleted)));
}

#[test]
fn early_media_flows_before_the_answer() {
    let mut world = World::new();
    let to_b = world.offer("c", &audio(A, 6000), |_| {}).rtp(0);
    let out = world.send("127.20.0.1:6010", to_b, &rtp(1)).expect("early media passes");
    assert_eq!(out.1, address("127.10.0.1:6000"));
    let to_a = world.answer("c", &audio(B, 6010), |_| {}).rtp(0);
    assert_eq!(out.0, to_a, "the port that the answer names");
}

#[test]
fn media_is_blocked_silenced_and_opened_again() {
    let mut world = World::new();
    let (to_a, to_b) = world.audio_call("c");
    let treat = |world: &mut World, who: Party, kind, on| {
        world.ask(Command::Treat(Box::new(Treatment { call_id: CallId::from("c"), who, kind, on })))
    };
    treat(&mut world, Party::All, TreatmentKind::BlockMedia, true);
    assert_eq!(world.send("127.10.0.1:6000", to_a, &rtp(1)), None);
    treat(&mut world, Party::All, TreatmentKind::BlockMedia, false);
    assert!(world.send("127.10.0.1:6000", to_a, &rtp(2)).is_some());
    treat(&mut world, Party::Tag(Tag::from("a")), TreatmentKind::BlockMedia, true);
    assert_eq!(world.send("127.10.0.1:6000", to_a, &rtp(3)), None);
    assert!(world.send("127.20.0.1:6010", to_b, &rtp(3)).is_some());
    let refused = [
        (Party::Tag(Tag::from("nobody")), Refusal::NoSuchTag),
        (Party::Label(Text::from("nobody")), Refusal::NoSuchLabel),
        (Party::Address(common::ip("127.99.0.1")), Refusal::NoSuchAddress),
    ];
    for (who, refusal) in refused {
        let reply = treat(&mut world, who, TreatmentKind::BlockMedia, true);
        assert!(matches!(reply, Reply::Refused(r) if r == refusal));
    }
    let known = Party::Address(common::ip("127.10.0.1"));
    assert!(matches!(treat(&mut world, known, TreatmentKind::BlockMedia, false), Reply::Done));
    assert!(world.send("127.10.0.1:6000", to_a, &rtp(4)).is_some());
}

#[test]
fn the_guard_can_be_turned_off_for_a_call() {
    for (guard, passes) in [(None, false), (Some(true), false), (Some(false), true)] {
        let mut world = World::new();
        world.offer("c", &audio(A, 6000), |signal| signal.options.guard = guard);
        let to_a = world.answer("c", &audio(B, 6010), |_| {}).rtp(0);
        assert!(world.send("127.10.0.1:6000", to_a, &rtp(1)).is_some());
        assert_eq!(world.send("127.40.0.1:6100", to_a, &rtp(2)).is_some(), passes, "{guard:?}");
    }
}

#[test]
fn learning_off_and_asymmetric_leave_the_endpoint_alone() {
    let changes: [fn(&mut Signal); 2] = [
        |signal| signal.options.switches.asymmetric = true,
        |signal| signal.options.learning = Some(Learning::Off),
    ];
    for change in changes {
        let mut world = World::new();
        let unguarded = |signal: &mut Signal| {
            change(signal);
            signal.options.guard = Some(false);
        };
        let to_b = world.offer("c", &audio(A, 6000), unguarded).rtp(0);
        let to_a = world.answer("c", &audio(B, 6010), unguarded).rtp(0);
        assert!(world.send("127.40.0.1:6100", to_a, &rtp(1)).is_some(), "packets pass from anywhere");
        let back = world.send("127.20.0.1:6010", to_b, &rtp(1));
        assert_eq!(back.map(|out| out.1), Some(address("127.10.0.1:6000")));
    }
}

#[test]
fn a_hole_is_punched_until_something_comes() {
    let mut world = World::new();
    world.offer("c", &audio(A, 6000), |signal| signal.options.switches.pierce_nat = true);
    let to_a = world.answer("c", &audio(B, 6010), |_| {}).rtp(0);
    world.pass(Duration::from_millis(2500));
    let holes =
        |world: &World| world.transmitted.iter().filter(|t| t.1 == address("127.10.0.1:6000")).count();
    assert_eq!(holes(&world), 3);
    world.send("127.10.0.1:6000", to_a, &rtp(1));
    world.pass(Duration::from_secs(10));
    assert_eq!(holes(&world), 3);
}

#[test]
fn own_reports_replace_those_of_the_peers() {
    let mut world = World::new();
    world.offer("c", &audio(A, 6000), |signal| signal.options.generate_rtcp = Some(true));
    let to_a = world.answer("c", &audio(B, 6010), |_| {}).rtp(0);
    for n in (0..100).filter(|n| n % 4 != 3) {
        world.send("127.10.0.1:6000", to_a, &rtp(n));
    }
    let rtcp_port = std::net::SocketAddr::new(to_a.ip(), to_a.port() + 1);
    assert_eq!(world.send("127.10.0.1:6001", rtcp_port, &rtcp()), None, "taken by the relay");
    world.pass(Duration::from_secs(6));
    let to = |world: &World, to: &str| {
        let reports = world.transmitted.iter().filter(|sent| sent.1 == address(to));
        reports.map(|sent| sent.2.clone()).collect::<Vec<_>>()
    };
    let to_a = to(&world, "127.10.0.1:6001");
    assert_eq!(to_a.len(), 1);
    assert_eq!(to_a[0][..2], [0x81, 201], "a receiver report with one block: B has sent nothing");
    assert_eq!(to_a[0][12], 62, "24 of 99 lost, in 256ths");
    let to_b = to(&world, "127.20.0.1:6011");
    assert_eq!(to_b[0][..2], [0x80, 200], "a sender report without a block");
    world.pass(Duration::from_secs(60));
    assert!((10..=13).contains(&to(&world, "127.10.0.1:6001").len()));
}
