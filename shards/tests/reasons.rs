//! Every drop reason and every cause of an end can count, and packets are counted where they come and go.
//!
//! A name in a table that nothing in the product can reach shows as a zero for ever, and operators take it for good
//! news. So each has a scenario here; a new one without a scenario fails.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{A, B, World, audio, audio_with, rtcp, rtp};
use tandem_shards::call::signal::{Party, Signal, Treatment, TreatmentKind};
use tandem_shards::input::{Command, Filter};
use tandem_shards::names::CallId;
use tandem_shards::output::{DropReason, EndCause, Reply};
use tandem_shards::settings::Settings;
use tandem_shards::stats::Counters;

const A_RTP: &str = "127.10.0.1:6000";
const B_RTP: &str = "127.20.0.1:6010";
const STRANGER: &str = "127.66.0.1:9999";

fn counters(world: &mut World) -> Counters {
    match world.ask(Command::Report) {
        Reply::Shard(report) => report.counters,
        other => panic!("unexpected {other:?}"),
    }
}

/// Opens a call with these options; where A sends to and where B sends to.
fn call(world: &mut World, change: impl Fn(&mut Signal)) -> (SocketAddr, SocketAddr) {
    let to_b = world.offer("c", &audio(A, 6000), &change);
    let to_a = world.answer("c", &audio(B, 6010), &change);
    (to_a.rtp(0), to_b.rtp(0))
}

fn treat(world: &mut World, kind: TreatmentKind) {
    let treatment = Treatment { call_id: CallId::from("c"), who: Party::All, kind, on: true };
    assert!(matches!(world.ask(Command::Treat(Box::new(treatment))), Reply::Done));
}

/// A packet of payload type `payload_type` with so many bytes of payload.
fn packet(payload_type: u8, bytes: usize) -> Vec<u8> {
    let mut packet = rtp(1);
    packet[1] = payload_type;
    packet.truncate(12);
    packet.extend(vec![1; bytes]);
    packet
}

/// Makes a reason count.
fn drop_for(reason: DropReason, world: &mut World) {
    match reason {
        DropReason::NoSocket => {
            let (to, _) = call(world, |_| {});
            let socket = *world.open.iter().find(|(_, local)| **local == to).expect("open").0;
            world.delete("c", None);
            let source = A_RTP.parse().expect("an address");
            world.relay(socket, source, &mut rtp(1));
        }
        DropReason::NotRtp => {
            let (to, _) = call(world, |_| {});
            world.send(A_RTP, to, b"hello, this is no RTP");
        }
        DropReason::Stun => {
            let (to, _) = call(world, |_| {});
            let stun = [&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42][..], &[7; 12]].concat();
            world.send(A_RTP, to, &stun);
        }
        DropReason::NoDestination => {
            let (_, to) = call(world, |signal| signal.options.switches.nat_wait = true);
            world.send(B_RTP, to, &rtp(1));
        }
        DropReason::NotReceiving => {
            world.offer("c", &audio(A, 6000), |_| {});
            let to_a = world.answer("c", &audio_with(B, 6010, "a=sendonly\r\n"), |_| {});
            world.send(A_RTP, to_a.rtp(0), &rtp(1));
        }
        DropReason::UnexpectedSource => {
            let (to, _) = call(world, |signal| {
                signal.options.switches.strict_source = true;
                signal.options.guard = Some(false);
            });
            world.send(A_RTP, to, &rtp(1));
            world.pass(Duration::from_secs(5));
            world.send(A_RTP, to, &rtp(2));
            world.send(STRANGER, to, &rtp(3));
        }
        DropReason::Guarded => {
            let (to, _) = call(world, |_| {});
            world.send(A_RTP, to, &rtp(1));
            world.pass(Duration::from_secs(5));
            world.send(A_RTP, to, &rtp(2));
            world.send(STRANGER, to, &rtp(3));
        }
        DropReason::NotAnswered => {
            let to_b = world.offer("c", &audio(A, 6000), |_| {}).rtp(0);
            let of_b = [to_b.port(), to_b.port() + 1];
            let to_a = *world.open.values().find(|local| !of_b.contains(&local.port())).expect("open");
            world.send(A_RTP, to_a, &rtp(1));
        }
        DropReason::Loop => {
            let of_relay = "127.0.0.1:35000";
            world.offer("c", &audio("127.0.0.1", 35000), |_| {});
            let to_a = world.answer("c", &audio(B, 6010), |_| {}).rtp(0);
            for _ in 0..32 {
                world.send(of_relay, to_a, &rtp(1));
            }
        }
        other => drop_media_for(other, world),
    }
}

/// The same for what is done to media that was accepted.
fn drop_media_for(reason: DropReason, world: &mut World) {
    match reason {
        DropReason::Blocked => {
            let (to, _) = call(world, |_| {});
            treat(world, TreatmentKind::BlockMedia);
            world.send(A_RTP, to, &rtp(1));
        }
        DropReason::BlockedDtmf => {
            let (to, _) = call(world, |_| {});
            treat(world, TreatmentKind::BlockDtmf);
            world.send(A_RTP, to, &packet(101, 4));
        }
        DropReason::Silenced => {
            let (to, _) = call(world, |_| {});
            treat(world, TreatmentKind::SilenceMedia);
            world.send(A_RTP, to, &packet(97, 20));
        }
        DropReason::DropTraffic => {
            let (to, _) = call(world, |signal| signal.options.drop_traffic = Some(true));
            world.send(A_RTP, to, &rtp(1));
        }
        DropReason::Short => {
            let (to, _) = call(world, |signal| signal.options.switches.block_short = true);
            world.send(A_RTP, to, &packet(0, 20));
        }
        DropReason::TooLong => {
            let (to, _) = call(world, |_| {});
            let socket = *world.open.iter().find(|(_, local)| **local == to).expect("open").0;
            world.shard.note_too_long(socket);
        }
        other => panic!("{other} has no scenario: write one, or take it off the list"),
    }
}

#[test]
fn every_drop_reason_can_count_and_counts_where_the_packet_came_in() {
    for reason in DropReason::ALL {
        let mut world = World::new();
        drop_for(reason, &mut world);
        let counters = counters(&mut world);
        assert_eq!(counters.dropped(reason), 1, "{reason}: {counters:?}");
        assert_eq!(counters.drops.iter().sum::<u64>(), 1, "{reason}: {counters:?}");
        let at_addresses: u64 = counters.traffic.iter().map(|traffic| traffic.ingress.errors).sum();
        assert_eq!(at_addresses, u64::from(reason != DropReason::NoSocket), "{reason}: {counters:?}");
    }
}

#[test]
fn every_cause_of_an_end_can_count() {
    for cause in EndCause::ALL {
        let settings = Settings { final_timeout: Duration::from_secs(10_000), ..Settings::default() };
        let mut world = World::with(settings, (30_000, 30_999));
        match cause {
            EndCause::Deleted => {
                world.audio_call("c");
                world.delete("c", None);
            }
            EndCause::Timeout => {
                world.audio_call("c");
                world.pass(Duration::from_secs(100));
            }
            EndCause::SilentTimeout => {
                let held = "a=inactive\r\n";
                world.offer("c", &audio_with(A, 6000, held), |_| {});
                world.answer("c", &audio_with(B, 6010, held), |_| {});
                world.pass(Duration::from_secs(4000));
            }
            EndCause::OfferTimeout => {
                world.offer("c", &audio(A, 6000), |_| {});
                world.pass(Duration::from_secs(4000));
            }
            EndCause::FinalTimeout => {
                let (to, _) = world.audio_call("c");
                for _ in 0..400 {
                    world.send(A_RTP, to, &rtp(1));
                    world.pass(Duration::from_secs(30));
                }
            }
            EndCause::Terminated => {
                world.audio_call("c");
                world.ask(Command::Terminate(Filter::All));
            }
            EndCause::RecordGone => {
                world.audio_call("c");
                world.ask(Command::StandBy);
                let Some(call) = world.query("c") else { panic!("it is there") };
                let tandem_shards::call::state::Ownership::Foreign(keyspace) = call.state.ownership else {
                    panic!("it is foreign now")
                };
                world.ask(Command::Destroy { call_id: CallId::from("c"), keyspace });
            }
        }
        let counters = counters(&mut world);
        assert_eq!(counters.ended(cause), 1, "{cause}: {counters:?}");
    }
}

/// Sending of A and B, for each media; zero-way and one-way streams afterwards.
type Silence = (&'static [(bool, bool)], (u64, u64));

#[test]
fn silent_media_counts_once_for_each_media_and_rtcp_never() {
    let cases: [Silence; 6] = [
        (&[(true, true)], (0, 0)),
        (&[(false, false)], (1, 0)),
        (&[(true, false)], (0, 1)),
        (&[(false, true)], (0, 1)),
        (&[(true, true), (false, false)], (1, 0)),
        (&[(false, false), (true, false)], (1, 1)),
    ];
    for (media, (zero, one)) in cases {
        let mut world = World::new();
        let sdp = |ip: &str, port: u16| {
            let more: String =
                (1..media.len()).map(|_| format!("m=video {} RTP/AVP 96\r\n", port + 100)).collect();
            format!("{}{more}", audio(ip, port))
        };
        let to_b = world.offer("c", &sdp(A, 6000), |_| {});
        let to_a = world.answer("c", &sdp(B, 6010), |_| {});
        for (at, (a, b)) in media.iter().enumerate() {
            let port = |first: usize| first + 100 * at;
            if *a {
                world.send(&format!("{A}:{}", port(6000)), to_a.rtp(at), &rtp(1));
            }
            if *b {
                world.send(&format!("{B}:{}", port(6010)), to_b.rtp(at), &rtp(1));
            }
        }
        world.send(&format!("{A}:6001"), to_a.rtcp(0), &rtcp());
        world.delete("c", None);
        let counters = counters(&mut world);
        assert_eq!((counters.zero_way_streams, counters.one_way_streams), (zero, one), "{media:?}");
    }
    // Media of a call that is held ready for another node comes there, and says nothing here.
    let mut world = World::new();
    world.audio_call("c");
    world.ask(Command::StandBy);
    world.ask(Command::Terminate(Filter::All));
    let counters = counters(&mut world);
    assert_eq!((counters.zero_way_streams, counters.one_way_streams), (0, 0), "foreign");
}

#[test]
fn traffic_counts_at_the_address_it_comes_and_goes() {
    let mut world = World::new();
    let (to_a, to_b) = world.audio_call("c");
    for sequence in 1..=3 {
        world.send(A_RTP, to_a, &rtp(sequence)).expect("relayed");
    }
    world.send(B_RTP, to_b, &rtp(1)).expect("relayed");
    let counters = counters(&mut world);
    let bytes = rtp(1).len() as u64;
    let sums = counters.traffic.iter().fold((0, 0, 0, 0), |sum, t| {
        let (i, e) = (t.ingress, t.egress);
        (sum.0 + i.packets, sum.1 + i.bytes, sum.2 + e.packets, sum.3 + e.bytes)
    });
    assert_eq!(sums, (4, 4 * bytes, 4, 4 * bytes));
    assert_eq!((counters.forwarded, counters.forwarded_bytes), (4, 4 * bytes));
    let busy = counters.traffic.iter().filter(|traffic| traffic.ingress.packets > 0).count();
    assert_eq!(busy, 1, "both parties are at one address here, and the others saw nothing");
}
