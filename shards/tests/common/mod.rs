//! A shard with a make-believe network card: sockets open at once, unless they are said to be taken.
#![allow(dead_code, reason = "each test file uses its own part")]

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tandem_shards::admission::Admission;
use tandem_shards::call::signal::{Options, Signal};
use tandem_shards::call::state::CallSnapshot;
use tandem_shards::input::{Command, Delete, Request, Restore};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{CallId, InterfaceName, Keyspace, RequestId, ShardId, SocketId, Tag};
use tandem_shards::output::{Effect, Event, OpenError, Refusal, Reply, RestoreOutcome, Superseded, Verdict};
use tandem_shards::packet::PacketBuf;
use tandem_shards::ports::Ports;
use tandem_shards::sdp::SessionDescription;
use tandem_shards::settings::Settings;
use tandem_shards::time::Timestamp;
use tandem_shards::{Shard, ShardConfig};

pub const A: &str = "127.10.0.1";
pub const B: &str = "127.20.0.1";

/// A shard and everything it asked for.
pub struct World {
    pub shard: Shard,
    pub now: Timestamp,
    pub open: BTreeMap<SocketId, SocketAddr>,
    /// Local addresses that somebody else holds.
    pub taken: BTreeSet<SocketAddr>,
    pub opens: u64,
    pub closes: u64,
    pub published: Vec<CallSnapshot>,
    pub unpublished: Vec<CallId>,
    pub retired: Vec<Superseded>,
    pub disowned: Vec<CallId>,
    pub events: Vec<Event>,
    pub transmitted: Vec<(SocketAddr, SocketAddr, Vec<u8>)>,
    pub ports: Arc<Ports>,
    pub admission: Arc<Admission>,
    pub keyspace: Keyspace,
    sequence: u64,
}

pub fn ip(text: &str) -> IpAddr {
    text.parse().expect("an IP address")
}

pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

impl World {
    pub fn new() -> Self {
        Self::with(Settings::default(), (30000, 40000))
    }

    pub fn with(settings: Settings, ports: (u16, u16)) -> Self {
        let list = [("pub", "127.0.0.1"), ("pub", "::1"), ("priv", "127.0.0.2"), ("pub2", "127.0.0.3")];
        Self::on(list.map(|(name, at)| (InterfaceName::from(name), ip(at), ip(at))), settings, ports)
    }

    /// A world with these interfaces: name, address, address that SDPs show.
    pub fn on(
        list: impl IntoIterator<Item = (InterfaceName, IpAddr, IpAddr)>,
        settings: Settings,
        (min, max): (u16, u16),
    ) -> Self {
        let interfaces = Arc::new(Interfaces::new(list));
        let ports = Arc::new(Ports::new(&interfaces, min, max, 1));
        let admission = Arc::new(Admission::default());
        let keyspace = settings.keyspace;
        let config = ShardConfig {
            id: ShardId(0),
            interfaces,
            ports: ports.clone(),
            admission: admission.clone(),
            settings,
            seed: 42,
        };
        World {
            shard: Shard::new(config),
            now: Timestamp::from_secs(1_700_000_000),
            open: BTreeMap::new(),
            taken: BTreeSet::new(),
            opens: 0,
            closes: 0,
            published: Vec::new(),
            unpublished: Vec::new(),
            retired: Vec::new(),
            disowned: Vec::new(),
            events: Vec::new(),
            transmitted: Vec::new(),
            ports,
            admission,
            keyspace,
            sequence: 0,
        }
    }

    /// Puts a command to the shard and carries out what it wants.
    pub fn ask(&mut self, command: Command) -> Reply {
        self.sequence += 1;
        let id = RequestId { caller: 0, sequence: self.sequence };
        self.shard.handle_request(self.now, Request { id, command });
        let (to, reply) = self.drain().expect("every request is answered");
        assert_eq!(to, id);
        reply
    }

    /// Drains the effects, as a driver does.
    pub fn drain(&mut self) -> Option<(RequestId, Reply)> {
        let mut answer = None;
        while let Some(effect) = self.shard.poll_effect() {
            match effect {
                Effect::Open { socket, local, .. } => self.open(socket, local),
                Effect::Close { socket } => {
                    self.open.remove(&socket).expect("only open sockets are closed");
                    self.closes += 1;
                }
                Effect::Reply { to, reply } => {
                    assert!(answer.replace((to, reply)).is_none(), "one answer to a request");
                }
                Effect::Publish(call) => self.published.push(*call),
                Effect::Unpublish(call_id) => self.unpublished.push(call_id),
                Effect::Retire(former) => self.retired.push(former),
                Effect::Disown(call_id) => self.disowned.push(call_id),
                Effect::Flow { .. } => {}
                Effect::Event(event) => self.events.push(event),
                Effect::Transmit { via, to, payload } => {
                    let from = self.open[&via];
                    self.transmitted.push((from, to, payload.into_vec()));
                }
                Effect::Mark { socket, .. } => assert!(self.open.contains_key(&socket)),
            }
        }
        answer
    }

    fn open(&mut self, socket: SocketId, local: SocketAddr) {
        let result = if self.taken.contains(&local) { Err(OpenError::InUse) } else { Ok(()) };
        if result.is_ok() {
            assert!(self.open.values().all(|open| *open != local), "{local} opened twice");
            assert!(self.open.insert(socket, local).is_none());
            self.opens += 1;
        }
        self.shard.handle_opened(self.now, socket, result);
    }

    /// Lets time pass, step by step, as deadlines ask for it.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(due) = self.shard.poll_timeout().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self.shard.handle_timeout(self.now);
            self.drain();
        }
        self.now = end;
    }

    /// Sends a packet to a local address; returns where it comes out, from where.
    pub fn send(&mut self, from: &str, to: SocketAddr, packet: &[u8]) -> Option<(SocketAddr, SocketAddr)> {
        let socket = *self.open.iter().find(|(_, local)| **local == to)?.0;
        let mut packet = packet.to_vec();
        match self.relay(socket, address(from), &mut packet) {
            Verdict::Forward { via, to, .. } => Some((self.open[&via], to)),
            Verdict::Punt | Verdict::Consume | Verdict::Drop(_) => None,
        }
    }

    /// Hands in a packet, and once more if it is no media.
    pub fn relay(&mut self, socket: SocketId, from: SocketAddr, packet: &mut [u8]) -> Verdict {
        let verdict = self.shard.relay(self.now, socket, from, &mut PacketBuf::exact(packet));
        if verdict == Verdict::Punt {
            self.shard.handle_punted(self.now, socket, from, packet);
        }
        verdict
    }

    pub fn offer(&mut self, call: &str, sdp: &str, change: impl FnOnce(&mut Signal)) -> Sdp {
        self.try_offer(call, sdp, change).expect("an offer that is accepted")
    }

    pub fn answer(&mut self, call: &str, sdp: &str, change: impl FnOnce(&mut Signal)) -> Sdp {
        self.try_answer(call, sdp, change).expect("an answer that is accepted")
    }

    pub fn try_offer(
        &mut self,
        call: &str,
        sdp: &str,
        change: impl FnOnce(&mut Signal),
    ) -> Result<Sdp, Refusal> {
        let mut signal = signal(call, sdp);
        change(&mut signal);
        sdp_of(self.ask(Command::Offer(Box::new(signal))))
    }

    pub fn try_answer(
        &mut self,
        call: &str,
        sdp: &str,
        change: impl FnOnce(&mut Signal),
    ) -> Result<Sdp, Refusal> {
        let mut signal = signal(call, sdp);
        signal.to_tag = Some(Tag::from("b"));
        change(&mut signal);
        sdp_of(self.ask(Command::Answer(Box::new(signal))))
    }

    pub fn query(&mut self, call: &str) -> Option<CallSnapshot> {
        match self.ask(Command::Query(CallId::from(call))) {
            Reply::Call(call) => Some(*call),
            Reply::Refused(Refusal::UnknownCall) => None,
            other => panic!("unexpected {other:?}"),
        }
    }

    pub fn delete(&mut self, call: &str, from_tag: Option<&str>) -> Reply {
        self.ask(Command::Delete(Box::new(Delete {
            call_id: CallId::from(call),
            from_tag: from_tag.map(Tag::from),
            to_tag: None,
            branch: None,
            delay: Some(Duration::ZERO),
        })))
    }

    /// An answered audio call; returns the address A sends to and the address B sends to.
    pub fn audio_call(&mut self, call: &str) -> (SocketAddr, SocketAddr) {
        let to_b = self.offer(call, &audio(A, 6000), |_| {});
        let to_a = self.answer(call, &audio(B, 6010), |_| {});
        (to_a.rtp(0), to_b.rtp(0))
    }

    /// Nothing is left of any call.
    pub fn assert_empty(&self) {
        assert_eq!(self.open.len(), 0, "sockets left open");
        assert_eq!(self.ports.taken(tandem_shards::interfaces::AddressId(0)), 0, "ports left taken");
        assert_eq!(self.admission.own_calls(), 0, "calls left counted");
    }
}

fn signal(call: &str, sdp: &str) -> Signal {
    Signal {
        call_id: CallId::from(call),
        from_tag: Tag::from("a"),
        to_tag: None,
        branch: None,
        sdp: SessionDescription::parse(sdp.as_bytes()).expect("an SDP that can be read"),
        proxy: address("127.0.0.9:5060"),
        options: Options::default(),
    }
}

fn sdp_of(reply: Reply) -> Result<Sdp, Refusal> {
    match reply {
        Reply::Sdp(text) => Ok(Sdp(String::from_utf8(text).expect("UTF-8 went in"))),
        Reply::Refused(refusal) => Err(refusal),
        other => panic!("unexpected {other:?}"),
    }
}

/// An SDP that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sdp(pub String);

impl Sdp {
    pub fn parsed(&self) -> SessionDescription {
        SessionDescription::parse(self.0.as_bytes()).expect("what comes out can be read")
    }

    pub fn rtp(&self, media: usize) -> SocketAddr {
        let media = &self.parsed().media[media];
        SocketAddr::new(media.address, media.port)
    }

    pub fn rtcp(&self, media: usize) -> SocketAddr {
        let media = &self.parsed().media[media];
        SocketAddr::new(media.address, media.rtcp.expect("an a=rtcp line").port)
    }

    pub fn has(&self, line: &str) -> bool {
        self.0.lines().any(|l| l == line)
    }
}

/// Transport of a call's packets, and their order of arrival: media of each kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Carrier {
    Rtp,
    Rtcp,
    Fax,
}

impl Carrier {
    pub const ALL: [Carrier; 3] = [Carrier::Rtp, Carrier::Rtcp, Carrier::Fax];

    /// An SDP that names an address for it.
    pub fn sdp(self, at: SocketAddr) -> String {
        let ip = at.ip().to_string();
        match self {
            Carrier::Fax => format!("{}m=image {} udptl t38\r\n", session(&ip), at.port()),
            Carrier::Rtp | Carrier::Rtcp => audio(&ip, at.port()),
        }
    }

    /// One packet of many different ones.
    pub fn packet(self, number: u16) -> Vec<u8> {
        let mut packet = match self {
            Carrier::Rtp => return rtp(number),
            Carrier::Rtcp => rtcp(),
            Carrier::Fax => vec![7; 40],
        };
        packet[10..12].copy_from_slice(&number.to_be_bytes());
        packet
    }

    /// Its port, beside the one that an SDP names.
    pub fn port(self, named: SocketAddr) -> SocketAddr {
        SocketAddr::new(named.ip(), named.port() + u16::from(self == Carrier::Rtcp))
    }
}

pub fn session(ip: &str) -> String {
    let family = if ip.contains(':') { "IP6" } else { "IP4" };
    format!("v=0\r\no=- 1 1 IN {family} {ip}\r\ns=-\r\nc=IN {family} {ip}\r\nt=0 0\r\n")
}

pub fn audio(ip: &str, port: u16) -> String {
    audio_with(ip, port, "a=sendrecv\r\n")
}

pub fn audio_with(ip: &str, port: u16, lines: &str) -> String {
    let codecs = "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000\r\n";
    format!("{}m=audio {port} RTP/AVP 0 101\r\n{codecs}{lines}", session(ip))
}

pub fn rtp(sequence: u16) -> Vec<u8> {
    let mut packet = vec![0x55; 172];
    packet[0] = 0x80;
    packet[1] = 0;
    packet[2..4].copy_from_slice(&sequence.to_be_bytes());
    packet
}

pub fn rtcp() -> Vec<u8> {
    let mut packet = vec![0; 28];
    packet[0] = 0x80;
    packet[1] = 200;
    packet
}

pub const ONE: Keyspace = Keyspace(1);
pub const TWO: Keyspace = Keyspace(2);

pub fn node(keyspace: Keyspace) -> World {
    let settings = Settings { publish: true, keyspace, ..Settings::default() };
    World::with(settings, (30000, 30199))
}

pub fn restore(world: &mut World, keyspace: Keyspace, call: &CallSnapshot) -> RestoreOutcome {
    let restore = Restore { keyspace, own: world.keyspace == keyspace, call: call.clone() };
    match world.ask(Command::Restore(Box::new(restore))) {
        Reply::Restored(outcome) => outcome,
        other => panic!("unexpected {other:?}"),
    }
}

pub fn last(world: &World) -> CallSnapshot {
    world.published.last().expect("published").clone()
}

pub fn counts(world: &mut World) -> (u64, u64, u64) {
    match world.ask(Command::Report) {
        Reply::Shard(report) => (report.own, report.foreign, report.pending),
        other => panic!("unexpected {other:?}"),
    }
}
