//! Commands against fabricated shards, in the words that were recorded from rtpengine.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, OnceLock};

use tandem_shards::admission::Admission;
use tandem_shards::call::snapshot::{
    CallBrief, CallSnapshot, LegSnapshot, MediaFlags, MediaSnapshot, Ownership, PayloadType, RtpSeen,
    StreamCounts, StreamSnapshot, Version,
};
use tandem_shards::interfaces::Interfaces;
use tandem_shards::names::{Component, Family, InterfaceName, Text};
use tandem_shards::output::{EndCause, Refusal};
use tandem_shards::ports::{PortWish, Ports};
use tandem_shards::sdp::Direction;
use tandem_shards::settings::Settings;
use tandem_shards::stats::Counters;

use super::*;
use crate::config::NodeLimits;
use crate::ctl::{FeedStatus, ProxyCounts, ProxyRow, RedisStatus, legacy_line, render};

const NOW: Timestamp = Timestamp::from_micros(1_795_416_050_208_041);
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
struct FakeShards {
    count: u16,
    calls: BTreeMap<CallId, CallSnapshot>,
    silent: BTreeSet<u16>,
    settings: BTreeMap<u16, Settings>,
    ended: u64,
}

impl FakeShards {
    fn matching(&self, shard: ShardId, filter: &Filter) -> Vec<CallId> {
        let here = |id: &CallId| shard_of(id, self.count) == shard;
        let wanted = |call: &CallSnapshot| match (filter, call.ownership) {
            (Filter::All, _) | (Filter::Own, Ownership::Own) => true,
            (Filter::Foreign, Ownership::Foreign(_)) => true,
            (Filter::Keyspace(wanted), Ownership::Foreign(keyspace)) => *wanted == keyspace,
            (Filter::One(id), _) => *id == call.call_id,
            _ => false,
        };
        self.calls.values().filter(|c| here(&c.call_id) && wanted(c)).map(|c| c.call_id.clone()).collect()
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
            self.calls.get_mut(id).expect("listed").ownership = ownership;
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

fn brief(call: &CallSnapshot, shard: ShardId) -> CallBrief {
    CallBrief {
        call_id: call.call_id.clone(),
        ownership: call.ownership,
        created: call.created,
        deleting: call.deletion.is_some(),
        created_from: call.created_from,
        recording: call.recording,
        version: call.version,
        shard,
    }
}

#[derive(Debug)]
struct FakeRedis {
    followed: Mutex<BTreeSet<Keyspace>>,
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
        let feed = |keyspace| FeedStatus { keyspace, connected: true, age: Duration::ZERO };
        let feeds = self.subscribed().into_iter().map(feed).collect();
        RedisStatus { writing: true, feeds, ..RedisStatus::default() }
    }

    fn written(&self, call_id: &CallId) -> Option<Timestamp> {
        (*call_id == CallId::from("acall-1")).then_some(Timestamp::from_micros(1_795_416_049_434_833))
    }
}

#[derive(Debug)]
struct FakeProxies;

impl ProxyCounts for FakeProxies {
    fn by_proxy(&self) -> Vec<ProxyRow> {
        let proxy = IpAddr::from([127, 0, 0, 1]);
        vec![ProxyRow { proxy, commands: vec![("offer", 7), ("answer", 6)], errors: 0 }]
    }
}

/// A node like the one that was recorded: two interfaces, ports 42000 to 42999.
fn node(redis: bool) -> Node {
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
        redis: redis.then(|| Arc::new(FakeRedis { followed }) as Arc<dyn RedisControl>),
        proxies: OnceLock::from(Arc::new(FakeProxies) as Arc<dyn ProxyCounts>),
        started: Timestamp::from_micros(1_795_416_041_000_000),
    }
}

fn stream(component: Component, local: Option<SocketAddr>, endpoint: Option<SocketAddr>) -> StreamSnapshot {
    StreamSnapshot {
        component,
        local,
        endpoint,
        advertised: endpoint,
        confirmed: false,
        received: false,
        counts_in: StreamCounts::default(),
        counts_out: StreamCounts::default(),
        last_packet: THEN,
        rtp: None,
    }
}

fn leg(tag: &str, local: &str, endpoint: &str, counterpart: u16) -> LegSnapshot {
    let next = |text: &str| {
        let mut address: SocketAddr = text.parse().ok()?;
        address.set_port(address.port() + 1);
        Some(address)
    };
    let media = MediaSnapshot {
        kind: Text::from("audio"),
        protocol: Text::from("RTP/AVP"),
        interface: InterfaceName::from("pub1"),
        family: Family::Ip4,
        direction: Direction::SendRecv,
        flags: MediaFlags::default(),
        ptime: None,
        mid: None,
        payload_types: Vec::new(),
        formats: Vec::new(),
        streams: vec![
            stream(Component::Rtp, local.parse().ok(), endpoint.parse().ok()),
            stream(Component::Rtcp, next(local), next(endpoint)),
        ],
        port_sets: Vec::new(),
    };
    LegSnapshot {
        tag: (!tag.is_empty()).then(|| Tag::from(tag)),
        created: THEN,
        interface: InterfaceName::from("pub1"),
        offerer: counterpart == 1,
        subscriptions: vec![counterpart],
        media: vec![Some(media)],
        ..LegSnapshot::default()
    }
}

fn call(id: &str, ownership: Ownership, proxy: &str, legs: Vec<LegSnapshot>) -> CallSnapshot {
    CallSnapshot {
        call_id: CallId::from(id),
        ownership,
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
        recording: false,
        metadata: None,
        legs,
    }
}

/// The calls that were recorded: acall-1 is own and answered, acall-2 own and only offered, bcall-1 foreign.
fn shards() -> FakeShards {
    let mut first = leg("acall-1-from", "127.0.0.1:42818", "127.10.0.1:6000", 1);
    first.label = Some(Text::from("caller"));
    let second = LegSnapshot {
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
    acall2.created = Timestamp::from_micros(1_795_416_048_000_000);
    let calls = [acall1, bcall1, acall2].into_iter().map(|call| (call.call_id.clone(), call)).collect();
    FakeShards { count: 4, calls, ..FakeShards::default() }
}

/// A conversation with the legacy door: each line and the exact answer.
fn converse(node: &Node, shards: &mut FakeShards, lines: &[(&str, &str)]) {
    for (line, expected) in lines {
        assert_eq!(legacy_line(node, shards, NOW, line.as_bytes()), *expected, "{line}");
    }
}

#[test]
fn own_and_foreign_in_rtpengines_words() {
    let bcall = "ID:                                                      bcall-1 | del:n | creat:  1795416049 | prx:127.0.0.1:57538 | redis: 2 | frgn:y | rec:n\n";
    let acall1 = "ID:                                                      acall-1 | del:n | creat:  1795416049 | prx:127.0.0.1:37041 | redis: 1 | frgn:n | rec:n\n";
    let acall2 = "ID:                                                      acall-2 | del:n | creat:  1795416048 | prx:127.0.0.1:52876 | redis: 1 | frgn:n | rec:n\n";
    let sessions = "Current sessions own: 2\nCurrent sessions foreign: 1\nCurrent sessions total: 3\nCurrent transcoded media: 0\nCurrent sessions ipv4 only media: 3\nCurrent sessions ipv6 only media: 0\nCurrent sessions ip mixed  media: 0\n";
    converse(
        &node(true),
        &mut shards(),
        &[
            ("list numsessions", sessions),
            ("get numsessions", sessions),
            ("list sessions all", &[acall1, bcall, acall2].concat()),
            ("list sessions own", &[acall1, acall2].concat()),
            ("list sessions foreign", bcall),
            ("list sessions recording", "No recording sessions on this media relay.\n"),
        ],
    );
    let none = "redis:-1";
    let text = legacy_line(&node(false), &mut shards(), NOW, b"list sessions own");
    assert_eq!(text.matches(none).count(), 2, "{text}");
}

#[test]
fn an_idle_relay_says_so() {
    converse(
        &node(true),
        &mut FakeShards { count: 2, ..FakeShards::default() },
        &[
            ("list sessions all", "No sessions on this media relay.\n"),
            ("list sessions own", "No own sessions on this media relay.\n"),
            ("list sessions foreign", "No foreign sessions on this media relay.\n"),
            ("list transcoders", "No stats entries\n"),
            ("list loglevel nosuch", ""),
            ("params diff", ""),
        ],
    );
}

#[test]
fn a_call_in_full() {
    let info = "\ncallid: acall-1\ndeletionmark: no\ncreated: 1795416049\nproxy: 127.0.0.1:37041\ntos: 0\nlast_signal: 1795416049\nredis_keyspace: 1\nlast redis update: 1795416049434833\nforeign: no\nrecording: no\n\n";
    let from = "--- Tag 'acall-1-from', type: FROM_TAG, label 'caller', branch '', callduration 1.208041
---     subscribed to media with monologue tag 'acall-1-to' (index: 1)
---     subscription of media with monologue tag 'acall-1-to' (index: 1)
------ Media #1 (audio over RTP/AVP) using unknown codec
-------- Port       127.0.0.1:42818 <>      127.10.0.1:6000 , SSRC 0, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
-------- Port       127.0.0.1:42819 <>      127.10.0.1:6001  (RTCP), SSRC 0, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
";
    let to = "--- Tag 'acall-1-to', type: TO_TAG, label '', branch '', callduration 1.206982
---     subscribed to media with monologue tag 'acall-1-from' (index: 1)
---     subscription of media with monologue tag 'acall-1-from' (index: 1)
------ Media #1 (audio over RTP/AVP) using unknown codec
-------- Port       127.0.0.1:42660 <>      127.20.0.1:6010 , SSRC 0, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
-------- Port       127.0.0.1:42661 <>      127.20.0.1:6011  (RTCP), SSRC 0, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
";
    let whole = [info, from, to, "\n"].concat();
    converse(
        &node(true),
        &mut shards(),
        &[
            ("list sessions acall-1", &whole),
            ("call acall-1 info", &whole),
            ("call acall-1 tag acall-1-from info", from),
            ("call acall-1 tag nosuch info", "No such tag 'nosuch'\n"),
            ("call acall-1 nonsense", "Unknown command: nonsense\n"),
        ],
    );
}

#[test]
fn parties_that_are_foreign_or_have_not_answered() {
    let node = node(true);
    let foreign = legacy_line(&node, &mut shards(), NOW, b"list sessions bcall-1");
    assert!(foreign.contains("redis_keyspace: 2\nlast redis update: 0\nforeign: yes\n"), "{foreign}");
    assert_eq!(foreign.matches("type: UNKNOWN").count(), 2);
    let offered = legacy_line(&node, &mut shards(), NOW, b"list sessions acall-2");
    let party = "--- Tag '', type: UNKNOWN, label '', branch '', callduration 1.208041
---     subscribed to media with monologue tag 'acall-2-from' (index: 1)
---     subscription of media with monologue tag 'acall-2-from' (index: 1)
------ Media #1 (audio over RTP/AVP) using unknown codec
-------- Port       127.0.0.1:42026 <>                :0    , SSRC 0, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
-------- Port       127.0.0.1:42027 <>                :0     (RTCP), SSRC 0, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
";
    assert!(offered.ends_with(&[party, "\n"].concat()), "{offered}");
}

#[test]
fn packets_and_their_codec_are_shown() {
    let mut shards = shards();
    let id = CallId::from("acall-1");
    let media = &mut shards.calls.get_mut(&id).expect("there").legs[0].media[0];
    let media = media.as_mut().expect("audio");
    media.payload_types = vec![PayloadType {
        number: 0,
        name: Text::from("PCMU"),
        clock_rate: 8000,
        parameters: Text::default(),
        format: Text::default(),
    }];
    media.streams[0].counts_in = StreamCounts { packets: 5, bytes: 860, errors: 0 };
    media.streams[0].rtp = Some(RtpSeen { ssrc: 0xaaaa, ..RtpSeen::default() });
    let text = legacy_line(&node(true), &mut shards, NOW, b"list sessions acall-1");
    let expected = "------ Media #1 (audio over RTP/AVP) using PCMU/8000
-------- Port       127.0.0.1:42818 <>      127.10.0.1:6000 , SSRC aaaa, 5 p, 860 b, 0 e, 1795416049 uts 0 kts
-------- Port       127.0.0.1:42819 <>      127.10.0.1:6001  (RTCP), SSRC aaaa, 0 p, 0 b, 0 e, 1795416049 uts 0 kts
";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn wrong_input_in_rtpengines_words() {
    converse(
        &node(true),
        &mut shards(),
        &[
            ("nonsense", "Unknown command: nonsense\n"),
            ("list", "More parameters required.\n"),
            ("set nonsense 1", "Unknown command: nonsense\n"),
            ("params nonsense", "Unknown command: nonsense\n"),
            ("media help", "Unknown command: media\n"),
            ("terminate nosuchcall", "\nCall Id not found (nosuchcall).\n\n"),
            ("terminate help", "\nCall Id not found (help).\n\n"),
            ("list sessions nosuchcall", "\nCall ID not found (nosuchcall).\n\n"),
            ("debug", "No call ID specified\n"),
            ("debug nosuchcall", "Call ID 'nosuchcall' not found\n"),
            ("debug nosuchcall maybe", "Invalid on/off flag ('maybe') specified\n"),
            ("call nosuchcall", "No such call 'nosuchcall'\n"),
            ("call help", "No such call 'help'\n"),
            ("ksadd abc", "Fail adding keyspace abc to redis notifications; no digits found\n"),
            ("ksadd -1", "Fail adding keyspace -1 to redis notifications; errno=0\n"),
            (
                "ksadd 99999999999999999999",
                "Fail adding keyspace 99999999999999999999 to redis notifications; errno=34\n",
            ),
            ("ksrm abc", "Fail removing keyspace abc to redis notifications; no digits found\n"),
            ("ksrm 77", "Keyspace 77 is not among redis notifications.\n"),
            ("set maxsessions abc", "Fail setting maxsessions to abc; no digits found\n"),
            ("set maxsessions -2", "Fail setting maxsessions to -2; either positive or -1 values allowed\n"),
            ("set timeout abc", "Fail setting timeout to abc; no digits found\n"),
            ("set timeout -5", "Fail setting timeout to -5; errno=0\n"),
            ("set maxcpu abc", "Fail setting maxcpu to abc; no digits found\n"),
            ("set maxload abc", "Fail setting maxload to abc; no digits found\n"),
            ("set maxbw abc", "Fail setting maxbw to abc; no digits found\n"),
            ("set maxopenfiles 10", "Fail setting open_files to 10; can't set it under 65536\n"),
            ("set maxopenfiles abc", "Fail setting open_files to abc; no digits found\n"),
            ("set deletedelay abc", "Invalid delete-delay value\n"),
            ("set controltos 300", "Invalid control-tos value 300, must be between 0 and 255\n"),
            ("set redisdisabletime -1", "Invalid redis-disable-time value -1, must be >= 0\n"),
            ("set redisconnecttimeout 0", "Invalid redis-connect-timeout value 0, must be > 0\n"),
            ("set rediscmdtimeout -1", "Invalid redis-cmd-timeout value -1, must be >= 0\n"),
        ],
    );
}

#[test]
fn parameters_are_shown_set_and_told_to_all_shards() {
    let node = node(true);
    let mut shards = shards();
    converse(
        &node,
        &mut shards,
        &[
            ("list maxsessions", "Maximum sessions configured on rtpengine: -1\n"),
            ("list maxcpu", "Maximum CPU usage configured on rtpengine: 0.0\n"),
            ("list maxload", "Maximum load average configured on rtpengine: 0.00\n"),
            ("list maxbw", "Maximum bandwidth configured on rtpengine: 0\n"),
            ("list timeout", "TIMEOUT=60\n"),
            ("list silenttimeout", "SILENT_TIMEOUT=3600\n"),
            ("list finaltimeout", "FINAL_TIMEOUT=0\n"),
            ("list offertimeout", "OFFER_TIMEOUT=3600\n"),
            ("set maxsessions 0", "Success setting maxsessions to 0\n"),
            ("list maxsessions", "Maximum sessions configured on rtpengine: 0\n"),
            ("set maxsessions -1", "Success setting maxsessions to -1; disable feature\n"),
            ("set maxcpu 95.5", "Success setting maxcpu to 95.5\n"),
            ("list maxcpu", "Maximum CPU usage configured on rtpengine: 95.5\n"),
            ("set maxload 4.25", "Success setting maxload to 4.25\n"),
            ("set maxbw 1000000", "Success setting maxbw to 1000000\n"),
            ("set timeout 61", "Success setting timeout to 61\n"),
            ("set silenttimeout 3601", "Success setting timeout to 3601\n"),
            ("set finaltimeout 10800", "Success setting timeout to 10800\n"),
            ("list finaltimeout", "FINAL_TIMEOUT=10800\n"),
            ("set offertimeout 3602", "Success setting timeout to 3602\n"),
            ("set deletedelay 3", "Success setting delete-delay to 3\n"),
            ("list deletedelay", "3\n"),
        ],
    );
    assert_eq!(shards.settings.len(), 4);
    for settings in shards.settings.values() {
        assert_eq!(settings.timeout.as_secs(), 61);
        assert_eq!(settings.delete_delay.as_secs(), 3);
    }
    assert_eq!(node.live().limits.max_load, Some(4.25));
    let diff = "max-cpu: 0 => 9550\nmax-load: 0 => 425\nmax-bw: 0 => 1000000\ntimeout: 60000000 => 61000000\nsilent-timeout: 3600000000 => 3601000000\nfinal-timeout: 0 => 10800000000\noffer-timeout: 3600000000 => 3602000000\ndelete-delay: 30000000 => 3000000\n";
    converse(&node, &mut shards, &[("params diff", diff), ("params revert", ""), ("params diff", "")]);
    assert_eq!(shards.settings[&3].timeout.as_secs(), 60);
}

#[test]
fn keyspaces_in_rtpengines_words() {
    let mut shards = shards();
    converse(
        &node(true),
        &mut shards,
        &[
            ("kslist", "\nSubscribed-on keyspaces:\n2 \n"),
            ("ksadd 3", "Success adding keyspace 3 to redis notifications.\n"),
            ("ksadd 3", "Keyspace 3 is already among redis notifications.\n"),
            ("kslist", "\nSubscribed-on keyspaces:\n2 3 \n"),
            (
                "ksrm 2",
                "Successfully unsubscribed from keyspace 2.\nSuccessfully removed all foreign calls for keyspace 2.\n",
            ),
            ("ksrm 2", "Keyspace 2 is not among redis notifications.\n"),
            ("list sessions foreign", "No foreign sessions on this media relay.\n"),
        ],
    );
    assert_eq!(shards.calls.len(), 2, "own calls stay");
    let none = "Keyspace notification feature has not been configured.\n";
    converse(&node(false), &mut shards, &[("kslist", none), ("ksadd 5", none), ("ksrm 5", none)]);
}

#[test]
fn calls_are_taken_over_handed_over_and_ended() {
    let mut shards = shards();
    let node = node(true);
    let counts = |own, foreign| {
        format!(
            "Current sessions own: {own}\nCurrent sessions foreign: {foreign}\nCurrent sessions total: 3\n"
        )
    };
    let now = |shards: &mut FakeShards| legacy_line(&node, shards, NOW, b"list numsessions");
    converse(&node, &mut shards, &[("standby", "Ok, all calls set to 'foreign (standby)'\n")]);
    assert!(now(&mut shards).starts_with(&counts(0, 3)));
    converse(&node, &mut shards, &[("active", "Ok, all calls set to 'owned (active)'\n")]);
    assert!(now(&mut shards).starts_with(&counts(3, 0)));
    converse(
        &node,
        &mut shards,
        &[
            ("terminate acall-1", "\nCall Id (acall-1) successfully terminated by operator.\n\n"),
            ("call bcall-1 terminate", "\nCall 'bcall-1' terminated.\n\n"),
            ("terminate foreign", "All foreign calls terminated by operator.\n"),
            ("terminate own", "All own calls terminated by operator.\n"),
            ("terminate all", "All calls terminated by operator.\n"),
            ("list sessions all", "No sessions on this media relay.\n"),
        ],
    );
}

#[test]
fn interfaces_and_their_ports() {
    let node = node(true);
    for n in 0..4 {
        node.ports.take(AddressId(0), ShardId(0), PortWish::Pairs(1), n).expect("free");
    }
    let block = |name: &str, last: u8, used: &str| {
        format!(
            "Interface '{name}' address '127.0.0.{last}' (IPv4)\n Port range: 42000 - 42999\n Ports used: {used}\n Packets/bytes/errors:\n  Ingress:            0 /          0 /          0\n  Egress:             0 /          0 /          0\n Packets lost/duplicates:          0 /          0\n MOS:    avg -nan, packet loss avg -nan%\n Jitter: avg -nan (measured -nan)\n RTT:    e2e -nan, dsct -nan\n\n"
        )
    };
    let expected = block("pub1", 1, "    8 /  1000 (  0.8%)") + &block("pub2", 2, "    0 /  1000 (  0.0%)");
    converse(&node, &mut shards(), &[("list interfaces", &expected)]);
}

#[test]
fn totals_are_the_recorded_text() {
    let mut idle = FakeShards { count: 2, ended: 7, ..FakeShards::default() };
    let text = legacy_line(&node(true), &mut idle, NOW, b"list totals");
    assert_eq!(text, include_str!("../legacy/golden/totals.txt"));
}

#[test]
fn json_statistics_have_the_names_that_collectors_know() {
    let text = legacy_line(&node(true), &mut shards(), NOW, b"list jsonstats");
    let tree: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let number = |path: &str| tree.pointer(path).and_then(serde_json::Value::as_f64);
    for (path, value) in [
        ("/currentstatistics/sessionsown", 2.0),
        ("/currentstatistics/sessionsforeign", 1.0),
        ("/totalstatistics/uptime", 9.0),
        ("/controlstatistics/proxies/0/offercount", 7.0),
        ("/controlstatistics/totalanswercount", 6.0),
        ("/interfaces/1/ports/free", 1000.0),
        ("/interfaces/0/voip_metrics/jitter_measured_stddev", 0.0),
        ("/voip_metrics/rtp_reordered", 0.0),
    ] {
        assert_eq!(number(path), Some(value), "{path}");
    }
}

#[test]
fn a_silent_shard_is_named_and_the_rest_is_shown() {
    let (node, mut shards) = (node(true), shards());
    shards.silent.insert(3);
    let outcome = execute(&node, &mut shards, NOW, CtlCommand::Ping, &Scope::default());
    assert_eq!(outcome.exit_code(), 4);
    let text = legacy_line(&node, &mut shards, NOW, b"list numsessions");
    assert!(text.ends_with("Shard 3 did not answer: no answer in time.\n"), "{text}");
    let request = r#"{"command":"shards","format":"json"}"#;
    let answer = render::run_request(&node, &mut shards, NOW, request);
    let answer: render::Response = serde_json::from_str(&answer).expect("JSON");
    assert_eq!((answer.exit, answer.silent), (4, vec!["shard 3: no answer in time".to_owned()]));
    assert_eq!(answer.data.expect("data")["shards"].as_array().map(Vec::len), Some(3));
}

#[test]
fn the_modern_door_has_exit_codes_and_a_view_of_each_shard() {
    let (node, mut shards) = (node(true), shards());
    let mut run = |request: &str| -> render::Response {
        serde_json::from_str(&render::run_request(&node, &mut shards, NOW, request)).expect("JSON")
    };
    for (request, exit) in [
        (r#"{"command":"status"}"#, 0),
        (r#"{"command":"list sessions nosuch"}"#, 3),
        (r#"{"command":"ksrm 9"}"#, 3),
        (r#"{"command":"nonsense"}"#, 1),
        (r#"{"command":"shards","shard":9}"#, 3),
        (r#"{"command":"set timeout x"}"#, 1),
        (r#"{"comand":"status"}"#, 1),
        ("", 1),
    ] {
        assert_eq!(run(request).exit, exit, "{request}");
    }
    let table = run(r#"{"command":"shards"}"#).text.expect("text");
    let first = table.lines().nth(1).expect("a row");
    assert_eq!(table.lines().count(), 5);
    assert!(first.starts_with("0      2     "), "{table}");
    let mut listed = 0;
    for shard in 0..4 {
        let request = format!(r#"{{"command":"list sessions all","shard":{shard},"format":"json"}}"#);
        let data = run(&request).data.expect("data");
        let calls = data["calls"].as_array().expect("a list").clone();
        assert!(calls.iter().all(|call| call["shard"] == shard));
        listed += calls.len();
    }
    assert_eq!(listed, 3, "each call is on one shard");
}

#[test]
fn names_cannot_write_to_the_operators_terminal() {
    let mut shards = shards();
    let bad = call("evil\x1b[2J", Ownership::Own, "127.0.0.1:1", Vec::new());
    shards.calls.insert(bad.call_id.clone(), bad);
    let text = legacy_line(&node(true), &mut shards, NOW, b"list sessions all");
    assert!(text.contains("evil\\u{1b}[2J") && !text.contains('\x1b'), "{text}");
}
