//! An offer or answer takes full effect or none: random dialogues, in which much is refused.

mod common;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use proptest::prelude::*;

use common::{World, audio, rtp, session};
use tandem_shards::call::signal::{CodecOptions, MuxOptions, Signal};
use tandem_shards::call::state::CallSnapshot;
use tandem_shards::input::{Command, Restore};
use tandem_shards::interfaces::AddressId;
use tandem_shards::names::{Branch, Family, InterfaceName, Keyspace, SocketId, Tag, Text};
use tandem_shards::output::{Keying, Refusal, Reply};
use tandem_shards::settings::Settings;

type Change = fn(&mut Signal);

const CALLS: [&str; 2] = ["c", "d"];
const CASES: u32 = if cfg!(miri) { 2 } else { 300 };
/// A range so small that it runs out: four pairs, two of them taken by somebody else.
const PORTS: (u16, u16) = (30000, 30007);
const TAKEN: [&str; 4] = ["127.0.0.1:30002", "127.0.0.1:30005", "127.0.0.2:30000", "[::1]:30004"];

/// One step of a dialogue.
#[derive(Clone, Debug)]
enum Step {
    Signal(Box<Message>),
    /// A party sends a packet to a port that is open.
    Packet {
        port: prop::sample::Index,
        from: u16,
    },
    Pass(u64),
    Delete(usize),
    /// The call is another node's from now on, by a record that is newer.
    Yield(usize),
    MaxSessions(i64),
}

/// An offer or answer.
#[derive(Clone, Debug)]
struct Message {
    call: usize,
    answers: bool,
    from: u8,
    to: Option<u8>,
    branch: Option<u8>,
    sections: Vec<(u8, u16)>,
    options: Odd,
}

/// Options, many of which lead to a refusal.
#[derive(Clone, Debug)]
struct Odd {
    strip: u8,
    transport: u8,
    interfaces: (u8, u8),
    mux: u8,
    flags: [bool; 8],
}

/// All that a refusal must leave as it is.
#[derive(Debug, PartialEq)]
struct Facts {
    calls: Vec<Option<CallSnapshot>>,
    sockets: BTreeMap<SocketId, SocketAddr>,
    ports: Vec<u32>,
    own_calls: u64,
    published: usize,
    retired: usize,
    events: usize,
}

impl Facts {
    fn of(world: &mut World) -> Facts {
        Facts {
            calls: CALLS.map(|call| world.query(call)).into(),
            sockets: world.open.clone(),
            ports: (0..4).map(|at| world.ports.taken(AddressId(at))).collect(),
            own_calls: world.admission.own_calls(),
            published: world.published.len() + world.unpublished.len(),
            retired: world.retired.len() + world.disowned.len(),
            events: world.events.len(),
        }
    }
}

fn section((kind, port): (u8, u16)) -> String {
    match kind {
        0 => format!("m=audio {port} RTP/AVP 8\r\n"),
        1 => format!("m=video {port} RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\na=rtcp-mux\r\n"),
        2 => format!("m=image {port} udptl t38\r\n"),
        3 => format!("m=audio {port} RTP/SAVP 0 8\r\n"),
        4 => format!("m=message {port} TCP/MSRP *\r\n"),
        _ => format!("m=audio {port} RTP/AVP 0 101\r\na=rtpmap:101 telephone-event/8000\r\na=sendonly\r\n"),
    }
}

impl Odd {
    fn set(&self, signal: &mut Signal) {
        let names = |list: &[&str]| list.iter().map(|name| Text::from(*name)).collect::<Vec<_>>();
        let options = &mut signal.options;
        options.codecs = match self.strip {
            0 => CodecOptions { strip: names(&["all"]), ..CodecOptions::default() },
            1 => CodecOptions { strip: names(&["PCMA"]), ..CodecOptions::default() },
            2 => CodecOptions {
                strip: names(&["PCMU", "H264"]),
                none_rejects: true,
                ..CodecOptions::default()
            },
            3 => CodecOptions { strip: names(&["all"]), except: names(&["PCMU"]), ..CodecOptions::default() },
            _ => CodecOptions::default(),
        };
        options.transport_protocol = match self.transport {
            0 => Some(Text::from("RTP/SAVPF")),
            1 => Some(Text::from("RTP/AVPF")),
            2 => Some(Text::from("UDP/TLS/RTP/SAVP")),
            _ => None,
        };
        let interface = |number: u8| match number {
            0 => Some(InterfaceName::from("priv")),
            1 => Some(InterfaceName::from("pub2")),
            2 => Some(InterfaceName::from("nowhere")),
            _ => None,
        };
        (options.interface_from, options.interface_to) =
            (interface(self.interfaces.0), interface(self.interfaces.1));
        options.mux = match self.mux {
            0 => MuxOptions { require: true, ..MuxOptions::default() },
            1 => MuxOptions { offer: true, accept: true, ..MuxOptions::default() },
            _ => MuxOptions::default(),
        };
        let [strict, asymmetric, latching, version, tos, drop, family, new_branch] = self.flags;
        options.switches.strict_source = strict;
        options.switches.asymmetric = asymmetric;
        options.port_latching = latching.then_some(true);
        options.replace.sdp_version = version;
        options.tos = tos.then_some(Some(184));
        options.drop_traffic = drop.then_some(true);
        options.address_family = family.then_some(Family::Ip6);
        options.switches.new_branch = new_branch;
    }
}

impl Message {
    fn put(&self, world: &mut World) -> Result<(), Refusal> {
        let call = CALLS[self.call];
        let ip = format!("127.10.0.{}", self.from);
        let mut sdp = session(&ip);
        sdp.extend(self.sections.iter().map(|one| section(*one)));
        let tag = |number: u8| Tag::from(format!("t{number}").as_str());
        let change = |signal: &mut Signal| {
            signal.from_tag = tag(self.from);
            signal.to_tag = self.to.map(tag);
            signal.branch = self.branch.map(|branch| Branch::from(format!("b{branch}").as_str()));
            self.options.set(signal);
        };
        let done = if self.answers {
            world.try_answer(call, &sdp, change)
        } else {
            world.try_offer(call, &sdp, change)
        };
        done.map(drop)
    }
}

impl Step {
    fn take(&self, world: &mut World) {
        match self {
            Step::Signal(message) => {
                let before = Facts::of(world);
                if let Err(refusal) = message.put(world) {
                    assert_eq!(Facts::of(world), before, "{refusal:?} for {message:?}");
                }
            }
            Step::Packet { port, from } => {
                let open: Vec<SocketAddr> = world.open.values().copied().collect();
                if !open.is_empty() {
                    world.send(&format!("127.10.0.1:{from}"), *port.get(&open), &rtp(*from));
                }
            }
            Step::Pass(milliseconds) => world.pass(Duration::from_millis(*milliseconds)),
            Step::Delete(call) => drop(world.delete(CALLS[*call], None)),
            Step::Yield(call) => {
                let Some(mut newer) = world.query(CALLS[*call]) else { return };
                newer.state.version.epoch += 1;
                newer.state.last_signal = world.now;
                let restore = Restore { keyspace: Keyspace(9), own: false, call: newer };
                let reply = world.ask(Command::Restore(Box::new(restore)));
                assert!(matches!(reply, Reply::Restored(_)));
            }
            Step::MaxSessions(limit) => world.admission.set_max_sessions(*limit),
        }
    }
}

fn message() -> impl Strategy<Value = Message> {
    let port = prop_oneof![4 => (6000..6004u16).prop_map(|port| port * 2 - 6000), 1 => Just(0u16)];
    let sections = prop::collection::vec((0..6u8, port), 0..4);
    let options = (0..12u8, 0..12u8, (0..9u8, 0..9u8), 0..5u8, any::<[bool; 8]>());
    let options = options.prop_map(|(strip, transport, interfaces, mux, flags)| Odd {
        strip,
        transport,
        interfaces,
        mux,
        flags,
    });
    let parties = (1..4u8, prop::option::of(1..5u8), prop::option::weighted(0.2, 1..4u8));
    (0..CALLS.len(), any::<bool>(), parties, sections, options).prop_map(
        |(call, answers, (from, to, branch), sections, options)| Message {
            call,
            answers,
            from,
            to,
            branch,
            sections,
            options,
        },
    )
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => message().prop_map(|message| Step::Signal(Box::new(message))),
        4 => (any::<prop::sample::Index>(), 6000..6008u16)
            .prop_map(|(port, from)| Step::Packet { port, from }),
        1 => (0..5000u64).prop_map(Step::Pass),
        1 => (0..CALLS.len()).prop_map(Step::Delete),
        1 => (0..CALLS.len()).prop_map(Step::Yield),
        1 => prop_oneof![Just(1i64), Just(-1)].prop_map(Step::MaxSessions),
    ]
}

fn world() -> World {
    let settings = Settings { publish: true, ..Settings::default() };
    let mut world = World::with(settings, PORTS);
    world.taken = TAKEN.map(common::address).into();
    world
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    #[test]
    fn a_refusal_changes_nothing(steps in prop::collection::vec(step(), 1..40)) {
        let mut world = world();
        for step in &steps {
            step.take(&mut world);
        }
        world.admission.set_max_sessions(-1);
        for call in CALLS {
            world.delete(call, None);
        }
        world.ask(Command::Terminate(tandem_shards::input::Filter::All));
        world.assert_empty();
    }
}

#[test]
fn each_kind_of_refusal_leaves_a_call_as_it_was() {
    let secure = |signal: &mut Signal| signal.options.transport_protocol = Some(Text::from("RTP/SAVP"));
    let stranger = |signal: &mut Signal| signal.to_tag = None;
    let changes: [(Change, Refusal); 2] = [
        (secure, Refusal::Keying { said: Keying::Plain, other: Keying::Sdes }),
        (stranger, Refusal::DialogueMismatch),
    ];
    for (change, refusal) in changes {
        let mut world = World::with(Settings { publish: true, ..Settings::default() }, (30000, 30199));
        world.audio_call("c");
        let before = Facts::of(&mut world);
        let moved = |signal: &mut Signal| {
            signal.options.tos = Some(Some(184));
            signal.options.drop_traffic = Some(true);
            change(signal);
        };
        assert_eq!(world.try_answer("c", &audio("127.20.0.1", 6020), moved), Err(refusal));
        assert_eq!(Facts::of(&mut world), before, "{refusal:?}");
        if refusal != Refusal::DialogueMismatch {
            assert_eq!(world.try_offer("c", &audio("127.10.0.1", 6020), moved), Err(refusal));
            assert_eq!(world.try_offer("new", &audio("127.10.0.1", 6020), moved), Err(refusal));
            assert_eq!(Facts::of(&mut world), before, "{refusal:?}");
        }
    }
}
