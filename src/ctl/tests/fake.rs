//! A node and shards that hold fabricated calls: those of the recording.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tandem_shards::admission::Admission;
use tandem_shards::call::signal::MuxOptions;
use tandem_shards::call::state::{
    CallBrief, CallSnapshot, CallState, LegState, MediaFlags, MediaState, Ownership, PortSetState, Signalled,
    StreamId, StreamObserved, Version,
};
use tandem_shards::input::{Command, Filter};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::io::{Ask, AskError, Clock, EventLosses};
use tandem_shards::names::{CallId, Family, InterfaceName, Keyspace, ShardId, Tag, Text};
use tandem_shards::output::{EndCause, Refusal, Reply};
use tandem_shards::ports::Ports;
use tandem_shards::routing::shard_of;
use tandem_shards::sdp::{Direction, Protocol};
use tandem_shards::settings::Settings;
use tandem_shards::stats::{Counters, ShardReport};
use tandem_shards::time::Timestamp;

use crate::config::NodeLimits;
use crate::node::liveness::Liveness;
use crate::node::presence::Addresses;
use crate::node::redis::{FeedStatus, PeerStatus, RedisControl, RedisStatus};
use crate::node::{Live, Node, ProxyCounts, ProxyRow};

/// Time at which commands are run.
pub const NOW: Timestamp = Timestamp::from_micros(1_795_416_050_208_041);
const THEN: Timestamp = Timestamp::from_micros(1_795_416_049_000_000);

/// A shard's report with nothing in it.
pub fn report(shard: u16) -> ShardReport {
    ShardReport {
        shard: ShardId(shard),
        cpu: Some(usize::from(shard) + 2),
        own: 0,
        foreign: 0,
        pending: 0,
        ip4_only: 0,
        ip6_only: 0,
        mixed: 0,
        sockets: 0,
        streams: 0,
        counters: Counters::default(),
        busy_us: 0,
        uptime_us: 0,
    }
}

/// Shards that hold fabricated calls.
#[derive(Debug, Default)]
pub struct FakeShards {
    pub count: u16,
    pub calls: BTreeMap<CallId, CallSnapshot>,
    pub silent: BTreeSet<u16>,
    pub settings: BTreeMap<u16, Settings>,
    pub ended: u64,
}

impl FakeShards {
    fn matching(&self, shard: ShardId, filter: &Filter) -> Vec<CallId> {
        let here = |id: &CallId| shard_of(id, self.count) == shard;
        let wanted = |call: &CallSnapshot| match (filter, call.state.ownership) {
            (Filter::All, _) | (Filter::Own, Ownership::Own) => true,
            (Filter::Foreign, Ownership::Foreign(_)) => true,
            (Filter::Keyspace(wanted), Ownership::Foreign(keyspace)) => *wanted == keyspace,
            (Filter::One(id), _) => *id == call.state.call_id,
            _ => false,
        };
        self.calls
            .values()
            .filter(|c| here(&c.state.call_id) && wanted(c))
            .map(|c| c.state.call_id.clone())
            .collect()
    }

    fn report(&self, shard: ShardId) -> ShardReport {
        let of = |filter| self.matching(shard, &filter).len() as u64;
        let mut counters = Counters::default();
        if shard.0 == 0 {
            counters.ended[EndCause::Terminated as usize] = self.ended;
        }
        ShardReport {
            own: of(Filter::Own),
            foreign: of(Filter::Foreign),
            ip4_only: of(Filter::All),
            streams: of(Filter::Own) * 2,
            counters,
            ..report(shard.0)
        }
    }

    fn own_all(&mut self, shard: ShardId, filter: &Filter, ownership: Ownership) -> u64 {
        let ids = self.matching(shard, filter);
        for id in &ids {
            self.calls.get_mut(id).expect("listed").state.ownership = ownership;
        }
        ids.len() as u64
    }
}

impl Ask for FakeShards {
    fn shard_count(&self) -> u16 {
        self.count
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError> {
        if self.silent.contains(&shard.0) {
            return Err(AskError::TimedOut);
        }
        Ok(match command {
            Command::Report => Reply::Shard(Box::new(self.report(shard))),
            Command::Query(id) => match self.calls.get(&id) {
                Some(call) if shard_of(&id, self.count) == shard => Reply::Call(Box::new(call.clone())),
                _ => Reply::Refused(Refusal::UnknownCall),
            },
            Command::List { filter, limit } => {
                let ids = self.matching(shard, &filter);
                Reply::Calls(ids.iter().take(limit).map(|id| brief(&self.calls[id], shard)).collect())
            }
            Command::Terminate(filter) => {
                let ids = self.matching(shard, &filter);
                for id in &ids {
                    self.calls.remove(id);
                }
                self.ended += ids.len() as u64;
                Reply::Count(ids.len() as u64)
            }
            Command::Configure(settings) => {
                self.settings.insert(shard.0, *settings);
                Reply::Done
            }
            Command::Activate => Reply::Count(self.own_all(shard, &Filter::Foreign, Ownership::Own)),
            Command::StandBy => {
                Reply::Count(self.own_all(shard, &Filter::Own, Ownership::Foreign(Keyspace(1))))
            }
            other => panic!("ctl does not ask {other:?}"),
        })
    }
}

pub fn brief(call: &CallSnapshot, shard: ShardId) -> CallBrief {
    CallBrief {
        call_id: call.state.call_id.clone(),
        ownership: call.state.ownership,
        created: call.state.created,
        deleting: call.state.deletion.is_some(),
        created_from: call.state.created_from,
        version: call.state.version,
        shard,
    }
}

#[derive(Debug)]
pub struct FakeRedis {
    followed: Mutex<BTreeSet<Keyspace>>,
    peer_age: Duration,
}

impl RedisControl for FakeRedis {
    fn keyspace(&self) -> Keyspace {
        Keyspace(1)
    }

    fn subscribed(&self) -> Vec<Keyspace> {
        self.followed.lock().expect("one thread").iter().copied().collect()
    }

    fn subscribe(&self, keyspace: Keyspace) -> bool {
        self.followed.lock().expect("one thread").insert(keyspace)
    }

    fn unsubscribe(&self, keyspace: Keyspace) -> bool {
        self.followed.lock().expect("one thread").remove(&keyspace)
    }

    fn resync(&self, _keyspace: Option<Keyspace>) {}

    fn status(&self) -> RedisStatus {
        let peer = Some(PeerStatus { age: self.peer_age, holds_ours: true });
        let feed = |keyspace| FeedStatus { peer, ..FeedStatus::new(keyspace, true, Duration::ZERO) };
        let feeds = self.subscribed().into_iter().map(feed).collect();
        RedisStatus { writing: true, feeds, ..RedisStatus::default() }
    }

    fn written(&self, call_id: &CallId) -> Option<Timestamp> {
        (*call_id == CallId::from("acall-1")).then_some(Timestamp::from_micros(1_795_416_049_434_833))
    }
}

#[derive(Debug)]
pub struct FakeProxies;

impl ProxyCounts for FakeProxies {
    fn by_proxy(&self) -> Vec<ProxyRow> {
        let proxy = IpAddr::from([127, 0, 0, 1]);
        vec![ProxyRow {
            proxy,
            commands: vec![("offer", 7, Duration::from_millis(14)), ("answer", 6, Duration::from_millis(9))],
            errors: 0,
        }]
    }
}

/// A node like the one that was recorded: two interfaces, ports 42000 to 42999.
pub fn node(redis: bool) -> Node {
    node_with(redis.then_some(Duration::ZERO))
}

/// The same, with Redis if another node was heard of so long ago.
pub fn node_with(peer_age: Option<Duration>) -> Node {
    let address = |name: &str, last| {
        let ip = IpAddr::from([127, 0, 0, last]);
        (InterfaceName::from(name), ip, ip)
    };
    let interfaces = Arc::new(Interfaces::new([address("pub1", 1), address("pub2", 2)]));
    let limits = NodeLimits { max_sessions: -1, max_load: None, max_cpu: None, max_bandwidth: None };
    let live = Live { settings: Settings::default(), limits };
    let followed = Mutex::new(BTreeSet::from([Keyspace(2)]));
    Node {
        name: "rtp1".to_owned(),
        ports: Arc::new(Ports::new(&interfaces, 42000, 42999, 2)),
        interfaces,
        admission: Arc::new(Admission::default()),
        live: Mutex::new(live.clone()),
        at_start: live,
        rates: Mutex::default(),
        redis: peer_age.map(|peer_age| Arc::new(FakeRedis { followed, peer_age }) as Arc<dyn RedisControl>),
        proxies: OnceLock::from(Arc::new(FakeProxies) as Arc<dyn ProxyCounts>),
        addresses: Arc::new(Addresses::new(2)),
        liveness: Arc::new(Liveness::new(4, Clock::of_process().now())),
        requests: Arc::default(),
        event_losses: EventLosses::default(),
        started: Timestamp::from_micros(1_795_416_041_000_000),
    }
}

/// An audio leg at a local address, that has signalled an endpoint.
pub fn leg(tag: &str, local: &str, endpoint: &str, counterpart: u16) -> LegState {
    let local: SocketAddr = local.parse().expect("an address");
    let next = |mut address: SocketAddr| {
        address.set_port(address.port() + 1);
        address
    };
    let signalled: Option<SocketAddr> = endpoint.parse().ok();
    let media = MediaState {
        kind: Text::from("audio"),
        protocol: Protocol::new(Text::from("RTP/AVP")),
        interface: InterfaceName::from("pub1"),
        family: Family::Ip4,
        direction: Direction::SendRecv,
        flags: MediaFlags::default(),
        mux_options: MuxOptions::default(),
        ptime: None,
        mid: None,
        payload_types: Vec::new(),
        formats: Vec::new(),
        signalled: Signalled { rtp: signalled, rtcp: signalled.map(next) },
        signalled_at: Some(THEN),
        told_at: Some(THEN),
        port_sets: vec![PortSetState {
            key: None,
            interface: InterfaceName::from(local.ip().to_string().as_str()),
            position: 0,
            first: local.port(),
            count: 2,
        }],
    };
    LegState {
        tag: (!tag.is_empty()).then(|| Tag::from(tag)),
        created: THEN,
        interface: InterfaceName::from("pub1"),
        offerer: counterpart == 1,
        peers: vec![counterpart],
        media: vec![Some(media)],
        ..LegState::default()
    }
}

pub fn call(id: &str, ownership: Ownership, proxy: &str, legs: Vec<LegState>) -> CallSnapshot {
    let state = CallState {
        call_id: CallId::from(id),
        ownership,
        contested: false,
        version: Version::default(),
        created: THEN,
        last_signal: THEN,
        deletion: None,
        created_from: proxy.parse().ok(),
        tos: None,
        answered: true,
        learning: None,
        guard: None,
        drop_traffic: false,
        metadata: None,
        legs,
    };
    let observed = |id: StreamId| {
        let media = state.media_at(id.leg.into(), id.media.into()).expect("a stream of the call");
        let (set, offset) = media.ports_of(id.component).expect("a stream has ports");
        let ip = std::str::from_utf8(set.interface.as_bytes()).ok().and_then(|ip| ip.parse().ok());
        let observed = StreamObserved {
            local: ip.map(|ip| SocketAddr::new(ip, set.first + offset)),
            endpoint: media.signalled.of(id.component),
            last_packet: THEN,
            ..StreamObserved::default()
        };
        (id, observed)
    };
    CallSnapshot { observed: state.streams().map(observed).collect(), state }
}

/// The calls that were recorded: acall-1 is own and answered, acall-2 own and only offered, bcall-1 foreign.
pub fn shards() -> FakeShards {
    let mut first = leg("acall-1-from", "127.0.0.1:42818", "127.10.0.1:6000", 1);
    first.label = Some(Text::from("caller"));
    let second = LegState {
        created: Timestamp::from_micros(1_795_416_049_001_059),
        ..leg("acall-1-to", "127.0.0.1:42660", "127.20.0.1:6010", 0)
    };
    let acall1 = call("acall-1", Ownership::Own, "127.0.0.1:37041", vec![first, second]);
    let bcall1 = call(
        "bcall-1",
        Ownership::Foreign(Keyspace(2)),
        "127.0.0.1:57538",
        vec![
            leg("bcall-1-from", "127.0.0.2:42850", "127.10.0.1:6000", 1),
            leg("bcall-1-to", "127.0.0.2:42626", "127.20.0.1:6010", 0),
        ],
    );
    let mut acall2 = call(
        "acall-2",
        Ownership::Own,
        "127.0.0.1:52876",
        vec![leg("acall-2-from", "127.0.0.1:42224", "127.10.0.1:6000", 1), leg("", "127.0.0.1:42026", "", 0)],
    );
    acall2.state.created = Timestamp::from_micros(1_795_416_048_000_000);
    let calls = [acall1, bcall1, acall2].into_iter().map(|call| (call.state.call_id.clone(), call)).collect();
    FakeShards { count: 4, calls, ..FakeShards::default() }
}
