//! Packets that come back to the relay: loops end, and what is no loop goes on.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{A, B, Carrier, Sdp, World, address, audio, rtcp, rtp};
use tandem_shards::call::signal::Signal;
use tandem_shards::input::{Command, Restore};
use tandem_shards::names::{CallId, InterfaceName, Keyspace, Tag};
use tandem_shards::output::{DropReason, EventKind, Reply, RestoreOutcome};
use tandem_shards::settings::Settings;

/// Longer than any loop may last.
const ENDLESS: usize = 20_000;

fn node(keyspace: Keyspace) -> World {
    World::with(Settings { publish: true, keyspace, ..Settings::default() }, (30000, 40000))
}

/// Sends packets to the relay and lets them circle in it, in turn; how often they were forwarded.
fn circle(world: &mut World, from: &str, to: SocketAddr, packets: &[Vec<u8>]) -> usize {
    let mut on_the_way: Vec<_> = packets.iter().map(|packet| (address(from), to, packet)).collect();
    let mut forwarded = 0;
    while forwarded < ENDLESS && !on_the_way.is_empty() {
        on_the_way.retain_mut(|(source, destination, packet)| {
            world.now = world.now + Duration::from_micros(5);
            let local = world.open.values().any(|open| open == destination);
            let next = if local { world.send(&source.to_string(), *destination, packet) } else { None };
            forwarded += usize::from(next.is_some());
            next.is_some_and(|(via, out)| {
                (*source, *destination) = (via, out);
                true
            })
        });
    }
    forwarded
}

fn dropped(world: &mut World) -> u64 {
    match world.ask(Command::Report) {
        Reply::Shard(report) => report.counters.dropped(DropReason::Loop),
        other => panic!("unexpected {other:?}"),
    }
}

fn marks(world: &mut World, call: &str) -> Vec<bool> {
    let call = world.query(call).expect("the call");
    call.state
        .legs
        .iter()
        .flat_map(|leg| leg.media.iter().flatten())
        .map(|media| media.flags.loop_check)
        .collect()
}

fn reinvite(signal: &mut Signal) {
    signal.to_tag = Some(Tag::from("b"));
}

/// Nothing but the check itself ends a loop: no packet teaches that a party is elsewhere, no guard keeps it out.
fn wild(signal: &mut Signal) {
    signal.options.port_latching = Some(true);
    signal.options.switches.asymmetric = true;
    signal.options.guard = Some(false);
}

/// A call in which each party names the port that it sends to itself; where A and where B send to.
fn both_name_the_relay(world: &mut World, carrier: Carrier, family: &str) -> (Sdp, Sdp) {
    let (a, b) = if family == "IP6" { ("[2001:db8::a]:6000", "[2001:db8::b]:6010") } else { (A_AT, B_AT) };
    let to_b = world.offer("c", &carrier.sdp(address(a)), |_| {});
    let to_a = world.answer("c", &carrier.sdp(address(b)), |_| {});
    assert_eq!(marks(world, "c"), [false, false]);
    let again = |signal: &mut Signal| {
        reinvite(signal);
        wild(signal);
    };
    let to_b_again = world.offer("c", &carrier.sdp(to_a.rtp(0)), again);
    let to_a_again = world.answer("c", &carrier.sdp(to_b.rtp(0)), again);
    assert_eq!((to_a_again.rtp(0), to_b_again.rtp(0)), (to_a.rtp(0), to_b.rtp(0)));
    (to_a, to_b)
}

const A_AT: &str = "127.10.0.1:6000";
const B_AT: &str = "127.20.0.1:6010";

#[test]
fn two_parties_that_name_the_relay_make_no_endless_loop() {
    for carrier in Carrier::ALL {
        for family in ["IP4", "IP6"] {
            for packets in [1, 5, 100] {
                let mut world = World::new();
                let (to_a, _) = both_name_the_relay(&mut world, carrier, family);
                assert_eq!(marks(&mut world, "c"), [true, true]);
                let sent: Vec<_> = (0..packets).map(|n| carrier.packet(n)).collect();
                let at = carrier.port(to_a.rtp(0));
                let sender = if family == "IP6" { "[2001:db8::a]:6000" } else { A_AT };
                let forwarded = circle(&mut world, sender, at, &sent);
                // Each of them thirty-one times at each of the two ports.
                let most = if packets > 16 { 8000 } else { 62 * usize::from(packets) };
                assert!(forwarded >= 31 && forwarded <= most, "{carrier:?} {family}: {forwarded} times");
                assert!(dropped(&mut world) >= 1);
                world.pass(Duration::from_millis(100));
                let told = world.events.iter().filter(|event| event.kind == EventKind::LoopStopped);
                assert!((1..=2).contains(&told.count()), "once for each stream");
            }
        }
    }
}

#[test]
fn one_party_that_names_the_port_of_the_other_makes_no_endless_loop() {
    for carrier in Carrier::ALL {
        let mut world = World::new();
        let to_b = world.offer("c", &carrier.sdp(address(A_AT)), |_| {}).rtp(0);
        world.answer("c", &carrier.sdp(address(B_AT)), |_| {});
        let named = |signal: &mut Signal| {
            reinvite(signal);
            wild(signal);
        };
        let again = world.offer("c", &carrier.sdp(to_b), named);
        assert_eq!(again.rtp(0), to_b, "what B sends to A comes in as B's");
        world.answer("c", &carrier.sdp(address(B_AT)), named);
        let forwarded = circle(&mut world, B_AT, carrier.port(to_b), &[carrier.packet(1)]);
        assert!((31..200).contains(&forwarded), "{carrier:?}: {forwarded} times");
    }
}

/// Phones can do this to any relay: each learns from the answer where the other sends to.
#[test]
fn with_all_as_usual_two_phones_that_name_each_others_ports_make_no_endless_loop() {
    for carrier in Carrier::ALL {
        let mut world = World::new();
        let to_b = world.offer("c", &carrier.sdp(address(A_AT)), |_| {}).rtp(0);
        let to_a = world.answer("c", &carrier.sdp(address(B_AT)), |_| {}).rtp(0);
        for (source, to) in [(A_AT, to_a), (B_AT, to_b)] {
            let source = carrier.port(address(source)).to_string();
            assert!(world.send(&source, carrier.port(to), &carrier.packet(0)).is_some());
        }
        let to_b_again = world.offer("c", &carrier.sdp(to_b), reinvite).rtp(0);
        let to_a_again = world.answer("c", &carrier.sdp(to_a), |_| {}).rtp(0);
        assert_eq!(marks(&mut world, "c"), [true, true]);
        let mut all = 0;
        for to in [to_a, to_b, to_a_again, to_b_again] {
            let sent = [carrier.packet(1), carrier.packet(2)];
            all += circle(&mut world, A_AT, carrier.port(to), &sent);
        }
        assert!((31..500).contains(&all), "{carrier:?}: {all} times");
    }
}

#[test]
fn calls_that_name_each_other_make_no_endless_loop() {
    for carrier in Carrier::ALL {
        let mut world = World::new();
        let mut ports = Vec::new();
        for call in ["c", "d"] {
            let to_b = world.offer(call, &carrier.sdp(address(A_AT)), |_| {}).rtp(0);
            let to_a = world.answer(call, &carrier.sdp(address(B_AT)), |_| {}).rtp(0);
            ports.push((to_a, to_b));
        }
        // Each call's B is the other's A.
        for (call, other) in [("c", ports[1].0), ("d", ports[0].0)] {
            world.answer(call, &carrier.sdp(other), wild);
        }
        for call in ["c", "d"] {
            world.offer(call, &carrier.sdp(address(A_AT)), |signal| {
                wild(signal);
                reinvite(signal);
            });
        }
        let forwarded = circle(&mut world, A_AT, carrier.port(ports[0].0), &[carrier.packet(1)]);
        assert!((31..300).contains(&forwarded), "{carrier:?}: {forwarded} times");
    }
}

#[test]
fn equal_packets_are_counted_as_rtpengine_does() {
    let mut world = World::new();
    let to_b = world.offer("c", &audio("127.0.0.1", 30500), |_| {}).rtp(0);
    let to_a = world.answer("c", &audio(B, 6010), |_| {}).rtp(0);
    let pass = |world: &mut World, source, to, count: usize| {
        (0..count).filter(|_| world.send(source, to, &rtp(1)).is_some()).count()
    };
    assert_eq!(pass(&mut world, "127.0.0.1:30500", to_a, 33), 31);
    world.now = world.now + Duration::from_secs(2);
    assert_eq!(pass(&mut world, "127.0.0.1:30500", to_a, 1), 1);
    assert_eq!(pass(&mut world, B_AT, to_b, 100), 100, "B did not name the relay");
    assert_eq!(dropped(&mut world), 2);
    let call = world.query("c").expect("the call");
    let counts = call.observed[0].1.counts_in;
    assert_eq!((counts.packets, counts.errors), (32, 0), "what is dropped was not received");
}

#[test]
fn a_call_that_spirals_through_the_relay_goes_on() {
    let mut world = World::new();
    let second = world.offer("d", &audio("127.0.0.1", 30002), |_| {});
    let second_to_a = world.answer("d", &audio(B, 6010), |_| {}).rtp(0);
    world.offer("c", &audio(A, 6000), |_| {});
    let to_a = world.answer("c", &audio("127.0.0.1", second_to_a.port()), |_| {}).rtp(0);
    assert!(second.rtp(0) != second_to_a);
    for n in 0..5000 {
        world.now = world.now + Duration::from_millis(20);
        let (via, to) = world.send(A_AT, to_a, &rtp(n)).expect("into the second call");
        let out = world.send(&via.to_string(), to, &rtp(n)).expect("out of it");
        assert_eq!(out.1, address(B_AT));
    }
    assert_eq!(dropped(&mut world), 0);
}

#[test]
fn calls_without_the_mark_may_repeat_themselves() {
    let mut world = World::new();
    let (to_a, _) = world.audio_call("c");
    assert!((0..500).all(|_| world.send(A_AT, to_a, &rtp(1)).is_some()));
}

#[test]
fn the_mark_follows_the_sdp() {
    let own = ["127.0.0.1:30000", "127.0.0.1:40000", "127.0.0.2:31000", "127.0.0.3:31000", "[::1]:31000"];
    let others = ["127.0.0.1:29999", "127.0.0.1:40001", "127.10.0.1:31000", "[2001:db8::1]:31000", A_AT];
    for (named, marked) in own.map(|at| (at, true)).into_iter().chain(others.map(|at| (at, false))) {
        for carrier in Carrier::ALL {
            let mut world = World::new();
            let sdp = carrier.sdp(address(named));
            world.offer("c", &sdp, |_| {});
            assert_eq!(marks(&mut world, "c"), [marked, false], "by the offer: {named}");
            world.answer("c", &carrier.sdp(address(B_AT)), |_| {});
            world.answer("c", &sdp, |_| {});
            assert_eq!(marks(&mut world, "c"), [marked, marked], "by the answer: {named}");
            world.offer("c", &carrier.sdp(address("127.10.0.1:6002")), reinvite);
            assert_eq!(marks(&mut world, "c"), [false, marked], "taken away: {named}");
            world.offer("c", &sdp, reinvite);
            assert_eq!(marks(&mut world, "c"), [marked, marked], "and set again: {named}");
        }
    }
}

#[test]
fn the_address_that_sdps_show_is_the_relays_too() {
    let list = [("pub", "10.0.0.1", "203.0.113.1"), ("pub2", "10.0.0.2", "203.0.113.2")];
    let list = list.map(|(name, at, shown)| (InterfaceName::from(name), common::ip(at), common::ip(shown)));
    let mut world = World::on(list, Settings::default(), (30000, 40000));
    for named in ["10.0.0.1", "10.0.0.2", "203.0.113.1", "203.0.113.2"] {
        world.offer(named, &audio(named, 30002), |_| {});
        assert_eq!(marks(&mut world, named), [true, false], "{named}");
    }
}

#[test]
fn an_rtcp_port_of_the_relay_is_checked_without_the_mark() {
    let mut world = World::new();
    world.offer("c", &common::audio_with(A, 6000, "a=rtcp:30003 IN IP4 127.0.0.1\r\n"), |_| {});
    let to_a = world.answer("c", &audio(B, 6010), |_| {});
    assert_eq!(marks(&mut world, "c"), [false, false], "as in rtpengine, which does not check it");
    let pass = |world: &mut World, to, packet: &[u8]| {
        (0..40).filter(|_| world.send("127.0.0.1:30003", to, packet).is_some()).count()
    };
    assert_eq!(pass(&mut world, to_a.rtcp(0), &rtcp()), 31);
    assert_eq!(pass(&mut world, to_a.rtp(0), &rtp(1)), 40, "what is sent to its RTP port does not come back");
}

#[test]
fn a_source_that_is_the_relay_itself_is_checked_without_the_mark() {
    let mut world = World::new();
    // Two calls whose packets were each other's for a while: each has learned the other's ports.
    let (c_a, c_b) = world.audio_call("c");
    let (d_a, d_b) = world.audio_call("d");
    for (source, to) in [(d_a, c_b), (c_b, d_a), (c_a, d_b), (d_b, c_a)] {
        // Nearer to what was signalled nothing has come.
        world.send(&source.to_string(), to, &rtp(1));
    }
    world.pass(Duration::from_secs(4));
    for (source, to) in [(d_a, c_b), (c_b, d_a), (c_a, d_b), (d_b, c_a)] {
        world.send(&source.to_string(), to, &rtp(2));
    }
    world.pass(Duration::from_millis(100));
    assert_eq!(marks(&mut world, "c"), [false, false]);
    let forwarded = circle(&mut world, &c_b.to_string(), d_a, &[rtp(3)]);
    assert!((31..300).contains(&forwarded), "{forwarded} times");
}

#[test]
fn a_foreign_call_is_checked_too() {
    for carrier in Carrier::ALL {
        let mut owner = node(Keyspace(1));
        let (to_a, _) = both_name_the_relay(&mut owner, carrier, "IP4");
        let mut standby = node(Keyspace(2));
        let call = owner.published.last().expect("published").clone();
        let restore = Restore { keyspace: Keyspace(1), own: false, call };
        let reply = standby.ask(Command::Restore(Box::new(restore)));
        assert!(matches!(reply, Reply::Restored(RestoreOutcome::Created)));
        assert_eq!(marks(&mut standby, "c"), [true, true]);
        let forwarded = circle(&mut standby, A_AT, carrier.port(to_a.rtp(0)), &[carrier.packet(1)]);
        assert!((31..200).contains(&forwarded), "{carrier:?}: {forwarded} times");
        assert!(matches!(standby.ask(Command::Query(CallId::from("c"))), Reply::Call(_)));
    }
}
