//! Packets that are taken for a party's: strict-source, the guard and learning, in all their combinations.

mod common;

use std::net::SocketAddr;
use std::time::Duration;

use common::{Carrier, World, address};
use tandem_shards::call::signal::Signal;
use tandem_shards::call::state::StreamObserved;
use tandem_shards::input::{Command, Restore};
use tandem_shards::names::{Keyspace, Tag};
use tandem_shards::output::{DropReason, Reply, RestoreOutcome};
use tandem_shards::settings::{Learning, Settings};

const A_AT: &str = "127.10.0.1:6000";
const B_AT: &str = "127.20.0.1:6010";

/// B's address as signalled, with another port, at another address, and with both different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sender {
    Exact,
    Port,
    Addr,
    All,
}
use Sender::{Addr, All, Exact, Port};

/// Senders of the packets: the first five at once, the last three after the window.
const SENT: [Sender; 8] = [All, Port, Addr, Exact, All, All, Exact, Port];

impl Sender {
    fn at(self, exact: SocketAddr) -> SocketAddr {
        let elsewhere = common::ip("127.40.0.1");
        match self {
            Exact => exact,
            Port => SocketAddr::new(exact.ip(), exact.port() + 1000),
            Addr => SocketAddr::new(elsewhere, exact.port()),
            All => SocketAddr::new(elsewhere, exact.port() + 2000),
        }
    }
}

/// One row as measured on rtpengine: what passes, and where A's packets go after each.
struct Row {
    asymmetric: bool,
    learning: Learning,
    passes: [bool; 8],
    endpoint: [Sender; 8],
}

const fn row(asymmetric: bool, learning: Learning, passes: [u8; 8], endpoint: [Sender; 8]) -> Row {
    let [a, b, c, d, e, f, g, h] = passes;
    let passes = [a > 0, b > 0, c > 0, d > 0, e > 0, f > 0, g > 0, h > 0];
    Row { asymmetric, learning, passes, endpoint }
}

/// `strict-source`: the table of rtpengine HEAD.
const STRICT: [Row; 8] = [
    row(
        false,
        Learning::Heuristic,
        [1, 1, 0, 1, 0, 0, 1, 0],
        [All, Port, Port, Exact, Exact, Exact, Exact, Exact],
    ),
    row(false, Learning::Delayed, [1, 1, 1, 1, 1, 1, 0, 0], [All, Port, Addr, Exact, All, All, All, All]),
    row(false, Learning::Immediate, [1, 0, 0, 0, 1, 1, 0, 0], [All; 8]),
    row(false, Learning::Off, [0, 0, 0, 1, 0, 0, 1, 0], [Exact; 8]),
    row(true, Learning::Heuristic, [1, 1, 0, 1, 0, 0, 1, 0], [Exact; 8]),
    row(true, Learning::Delayed, [1, 1, 1, 1, 1, 1, 0, 0], [Exact; 8]),
    row(true, Learning::Immediate, [1, 0, 0, 0, 1, 1, 0, 0], [Exact; 8]),
    row(true, Learning::Off, [0, 0, 0, 1, 0, 0, 1, 0], [Exact; 8]),
];

/// History of the call before its media comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Before {
    Answer,
    Reinvite,
    Restore,
}

fn node(keyspace: Keyspace) -> World {
    World::with(Settings { publish: true, keyspace, ..Settings::default() }, (30000, 40000))
}

/// A call between A and B, ready for its media: where A and where B send to.
struct Scene {
    world: World,
    to_a: SocketAddr,
    to_b: SocketAddr,
    carrier: Carrier,
}

impl Scene {
    fn new(carrier: Carrier, before: Before, change: &dyn Fn(&mut Signal)) -> Scene {
        let mut world = node(Keyspace(1));
        let to_b = world.offer("c", &carrier.sdp(address(A_AT)), change);
        let to_a = world.answer("c", &carrier.sdp(address(B_AT)), change);
        match before {
            Before::Answer => {}
            Before::Reinvite => {
                world.pass(Duration::from_secs(10));
                world.offer("c", &carrier.sdp(address(A_AT)), |signal| {
                    change(signal);
                    signal.to_tag = Some(Tag::from("b"));
                });
                world.answer("c", &carrier.sdp(address(B_AT)), change);
            }
            Before::Restore => world = restored(&world),
        }
        let (to_a, to_b) = (carrier.port(to_a.rtp(0)), carrier.port(to_b.rtp(0)));
        Scene { world, to_a, to_b, carrier }
    }

    /// A packet for A; whether it passes.
    fn sends_b(&mut self, from: Sender, sequence: u16) -> bool {
        let source = from.at(self.carrier.port(address(B_AT)));
        self.world.send(&source.to_string(), self.to_b, &self.carrier.packet(sequence)).is_some()
    }

    /// Endpoint that A's packets go to.
    fn endpoint(&mut self) -> SocketAddr {
        let source = self.carrier.port(address(A_AT)).to_string();
        self.world.send(&source, self.to_a, &self.carrier.packet(1)).expect("A's packets pass").1
    }

    fn stream(&mut self) -> StreamObserved {
        let call = self.world.query("c").expect("the call");
        *call.streams_of(1, 0).nth(usize::from(self.carrier == Carrier::Rtcp)).expect("a stream").1
    }

    fn dropped(&mut self, reason: DropReason) -> u64 {
        match self.world.ask(Command::Report) {
            Reply::Shard(report) => report.counters.dropped(reason),
            other => panic!("unexpected {other:?}"),
        }
    }
}

/// Another node that holds the call by its record.
fn restored(owner: &World) -> World {
    let mut standby = node(Keyspace(2));
    standby.now = owner.now;
    let call = owner.published.last().expect("published").clone();
    let restore = Restore { keyspace: Keyspace(1), own: false, call };
    let reply = standby.ask(Command::Restore(Box::new(restore)));
    assert!(matches!(reply, Reply::Restored(RestoreOutcome::Created)));
    standby
}

#[test]
fn strict_source_cell_by_cell() {
    for row in &STRICT {
        for carrier in Carrier::ALL {
            for before in [Before::Answer, Before::Reinvite, Before::Restore] {
                let change = |signal: &mut Signal| {
                    signal.options.switches.strict_source = true;
                    signal.options.switches.asymmetric = row.asymmetric;
                    signal.options.learning = Some(row.learning);
                };
                walk(row, Scene::new(carrier, before, &change), before);
            }
        }
    }
}

fn walk(row: &Row, mut scene: Scene, before: Before) {
    let exact = scene.carrier.port(address(B_AT));
    for (n, from) in SENT.into_iter().enumerate() {
        if n == 5 {
            scene.world.pass(Duration::from_secs(4));
        }
        let cell = format!(
            "asymmetric {} {:?}, {:?} after {before:?}, packet {n} from {from:?}",
            row.asymmetric, row.learning, scene.carrier
        );
        let sequence = u16::try_from(n).expect("small");
        assert_eq!(scene.sends_b(from, sequence), row.passes[n], "{cell}");
        assert_eq!(scene.endpoint(), row.endpoint[n].at(exact), "where A's packets go: {cell}");
    }
    let drops = row.passes.iter().filter(|passes| !**passes).count() as u64;
    assert_eq!(scene.stream().counts_in.errors, drops, "each drop is an error of the stream");
    assert_eq!(scene.dropped(DropReason::UnexpectedSource), drops);
}

#[test]
fn a_port_that_its_party_was_not_told_of_is_deaf() {
    let changes: [fn(&mut Signal); 4] = [
        |_| {},
        |signal| signal.options.switches.strict_source = true,
        |signal| signal.options.guard = Some(false),
        |signal| (signal.options.switches.strict_source, signal.options.guard) = (true, Some(false)),
    ];
    for change in changes {
        for carrier in Carrier::ALL {
            for held_elsewhere in [false, true] {
                let mut world = node(Keyspace(1));
                let to_b = carrier.port(world.offer("c", &carrier.sdp(address(A_AT)), change).rtp(0));
                let at_owner = world.query("c").expect("the call");
                let local = at_owner.observed[0].1.local;
                let to_a = carrier.port(local.expect("its port is open"));
                let mut here = if held_elsewhere { restored(&world) } else { world };
                let packet = carrier.packet(1);
                let early = here.send(B_AT, to_b, &packet).map(|out| out.1);
                assert_eq!(early, Some(carrier.port(address(A_AT))), "early media of B");
                // It would have somewhere to go: what B sent has told where B is.
                let source = carrier.port(address(A_AT)).to_string();
                for sender in [source.as_str(), "127.40.0.1:6100"] {
                    assert_eq!(here.send(sender, to_a, &packet), None, "{carrier:?} from {sender}");
                }
                let mut scene = Scene { world: here, to_a, to_b, carrier };
                assert_eq!(scene.dropped(DropReason::NotAnswered), 2);
                scene.world.answer("c", &carrier.sdp(address(B_AT)), change);
                assert!(scene.world.send(&source, to_a, &packet).is_some(), "told by the answer");
            }
        }
    }
}

#[test]
fn the_guard_knows_the_source_under_asymmetric_and_with_learning_off() {
    for carrier in Carrier::ALL {
        for before in [Before::Answer, Before::Reinvite, Before::Restore] {
            let mut scene = Scene::new(carrier, before, &|signal| signal.options.switches.asymmetric = true);
            assert!(scene.sends_b(All, 1), "learning takes what comes");
            scene.world.pass(Duration::from_secs(4));
            assert!(scene.sends_b(All, 2), "that settles it");
            assert_eq!(scene.endpoint(), carrier.port(address(B_AT)), "and moves nothing");
            for stranger in [Exact, Port, Addr] {
                assert!(!scene.sends_b(stranger, 3), "{carrier:?} {before:?} {stranger:?}");
            }
            assert!(scene.sends_b(All, 3));

            let off = |signal: &mut Signal| signal.options.learning = Some(Learning::Off);
            let mut scene = Scene::new(carrier, before, &off);
            assert!(scene.sends_b(Exact, 1));
            for stranger in [All, Port, Addr] {
                assert!(!scene.sends_b(stranger, 2), "{carrier:?} {before:?} {stranger:?}");
            }
            assert!(scene.sends_b(Exact, 2));
            assert_eq!(scene.dropped(DropReason::Guarded), 3);
        }
    }
}

#[test]
fn behind_a_nat_the_guard_lets_a_party_in_though_learning_is_off() {
    let off = |signal: &mut Signal| signal.options.learning = Some(Learning::Off);
    let mut scene = Scene::new(Carrier::Rtp, Before::Answer, &off);
    scene.world.pass(Duration::from_secs(1));
    let passed: Vec<bool> = (0..8).map(|n| scene.sends_b(Port, n)).collect();
    assert_eq!(passed, [false, false, false, false, true, true, true, true], "five in a row are believed");
    assert_eq!(scene.endpoint(), address(B_AT), "the endpoint stays as signalled");
    assert!(!scene.sends_b(All, 9));
    assert!(scene.sends_b(Exact, 10), "the signalled endpoint is always the party");
    assert!(!scene.sends_b(Port, 11));
}

#[test]
fn without_guard_and_strict_source_others_pass_whatever_the_mode() {
    for learning in [Learning::Off, Learning::Immediate, Learning::Delayed, Learning::Heuristic] {
        for asymmetric in [false, true] {
            let change = |signal: &mut Signal| {
                signal.options.guard = Some(false);
                signal.options.switches.asymmetric = asymmetric;
                signal.options.learning = Some(learning);
            };
            let mut scene = Scene::new(Carrier::Rtp, Before::Answer, &change);
            for (n, from) in SENT.into_iter().enumerate() {
                assert!(scene.sends_b(from, u16::try_from(n).expect("small")), "{learning:?} {asymmetric}");
            }
        }
    }
}

#[test]
fn a_standby_knows_the_source_that_is_not_the_endpoint() {
    let change = |signal: &mut Signal| {
        signal.options.switches.strict_source = true;
        signal.options.switches.asymmetric = true;
        signal.options.learning = Some(Learning::Immediate);
    };
    for carrier in Carrier::ALL {
        let mut scene = Scene::new(carrier, Before::Answer, &change);
        assert!(scene.sends_b(All, 1));
        scene.world.pass(Duration::from_millis(100));
        scene.world = restored(&scene.world);
        assert!(!scene.sends_b(Exact, 2), "{carrier:?}: the standby would learn anew otherwise");
        assert!(scene.sends_b(All, 2));
        assert_eq!(scene.endpoint(), carrier.port(address(B_AT)));
    }
}

#[test]
fn a_reinvite_that_says_the_same_opens_no_window() {
    let changes: [fn(&mut Signal); 3] = [
        |_| {},
        |signal| (signal.options.switches.asymmetric, signal.options.switches.strict_source) = (true, true),
        |signal| signal.options.learning = Some(Learning::Off),
    ];
    for change in changes {
        let mut scene = Scene::new(Carrier::Rtp, Before::Answer, &change);
        assert!(scene.sends_b(Exact, 1));
        scene.world.offer("c", &Carrier::Rtp.sdp(address(A_AT)), |signal| {
            change(signal);
            signal.to_tag = Some(Tag::from("b"));
        });
        scene.world.answer("c", &Carrier::Rtp.sdp(address(B_AT)), change);
        for stranger in [All, Port, Addr] {
            assert!(!scene.sends_b(stranger, 2), "{stranger:?}");
        }
        assert!(scene.sends_b(Exact, 2));
    }
}

#[test]
fn a_change_of_the_mode_learns_anew() {
    let off = |signal: &mut Signal| signal.options.learning = Some(Learning::Off);
    let mut scene = Scene::new(Carrier::Rtp, Before::Answer, &off);
    let heuristic = |signal: &mut Signal| signal.options.learning = Some(Learning::Heuristic);
    scene.world.offer("c", &Carrier::Rtp.sdp(address(A_AT)), heuristic);
    scene.world.answer("c", &Carrier::Rtp.sdp(address(B_AT)), |_| {});
    assert!(scene.sends_b(Port, 1), "a NAT is learned again");
    assert_eq!(scene.endpoint(), address("127.20.0.1:7010"));
}
