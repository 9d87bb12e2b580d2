//! A node: real shards, and a driver that does what the contract asks and keeps a book of its own.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tandem::fuzzing::{Context, read_record, write_record};
use tandem_shards::admission::Admission;
use tandem_shards::call::routes::routes;
use tandem_shards::call::state::{CallSnapshot, CallState, Ownership};
use tandem_shards::input::{Command, Filter, Request};
use tandem_shards::interfaces::{AddressId, Interfaces};
use tandem_shards::io::{Ask, AskError};
use tandem_shards::names::{InterfaceName, Keyspace, RequestId, ShardId, SocketId};
use tandem_shards::output::{DropReason, Effect, EventKind, OpenError, Reply, Verdict};
use tandem_shards::packet::PacketBuf;
use tandem_shards::ports::Ports;
use tandem_shards::settings::Settings;
use tandem_shards::sim::mirror::Mirror;
use tandem_shards::stats::{Counters, ShardReport};
use tandem_shards::time::Timestamp;
use tandem_shards::{Shard, ShardConfig};

pub const START: Timestamp = Timestamp::from_secs(1_800_000_000);
/// The node's own keyspace.
pub const OWN: Keyspace = Keyspace(1);
/// The interfaces, as `Context` of records has them too.
const ADDRESSES: [(&str, &str); 4] =
    [("pub1", "127.0.0.2"), ("pub1", "fd11::2"), ("pub2", "127.0.0.3"), ("priv", "127.0.0.4")];
/// Publications that are kept.
const PUBLISHED_MAX: usize = 8;

pub fn address(text: &str) -> SocketAddr {
    text.parse().expect("an address")
}

pub fn interfaces() -> Interfaces {
    let ip = |text: &str| -> IpAddr { text.parse().expect("an address") };
    Interfaces::new(ADDRESSES.map(|(name, at)| (InterfaceName::from(name), ip(at), ip(at))))
}

#[derive(Debug)]
pub struct Node {
    pub now: Timestamp,
    pub interfaces: Arc<Interfaces>,
    pub ports: Arc<Ports>,
    pub admission: Arc<Admission>,
    /// The last own calls that were to be stored.
    pub published: Vec<CallSnapshot>,
    /// The next so many sockets are somebody else's.
    pub taken: usize,
    /// Number of times that shards were asked.
    pub asked: u64,
    shards: Vec<Driven>,
}

/// A shard, and what its driver knows.
#[derive(Debug)]
struct Driven {
    shard: Shard,
    open: BTreeMap<SocketId, SocketAddr>,
    book: Counters,
    /// Flows, as it has told of them.
    mirror: Mirror,
}

impl Node {
    pub fn new(shard_count: u16, settings: &Settings) -> Node {
        let interfaces = Arc::new(interfaces());
        let ports = Arc::new(Ports::new(&interfaces, 30_000, 30_199, shard_count));
        let admission = Arc::new(Admission::default());
        let shard = |id| ShardConfig {
            id: ShardId(id),
            interfaces: Arc::clone(&interfaces),
            ports: Arc::clone(&ports),
            admission: Arc::clone(&admission),
            settings: settings.clone(),
            seed: u64::from(id),
        };
        let driven = |config| Driven {
            shard: Shard::new(config),
            open: BTreeMap::new(),
            book: Counters::default(),
            mirror: Mirror::default(),
        };
        let shards = (0..shard_count).map(|id| driven(shard(id))).collect();
        let (published, taken, asked) = (Vec::new(), 0, 0);
        Node { now: START, interfaces, ports, admission, published, taken, asked, shards }
    }

    /// The sockets that are open, in order.
    pub fn sockets(&self) -> Vec<(ShardId, SocketId)> {
        let of = |(id, driven): (ShardId, &Driven)| {
            driven.open.keys().map(|socket| (id, *socket)).collect::<Vec<_>>()
        };
        (0..).map(ShardId).zip(&self.shards).flat_map(of).collect()
    }

    /// Hands a packet to a socket, open or not.
    pub fn receive(&mut self, at: ShardId, socket: SocketId, source: SocketAddr, packet: &mut [u8]) {
        let driven = &mut self.shards[usize::from(at.0)];
        let verdict = driven.shard.relay(self.now, socket, source, &mut PacketBuf::exact(packet));
        let book = &mut driven.book;
        book.packets += 1;
        book.bytes += packet.len() as u64;
        match verdict {
            Verdict::Forward { via, to, len } => {
                assert_eq!(len, packet.len(), "nothing is added to a packet");
                assert!(driven.open.contains_key(&via), "sent from a socket that is open");
                assert_ne!(to.port(), 0);
                book.forwarded += 1;
            }
            Verdict::Consume => book.consumed += 1,
            Verdict::Punt => {
                book.count_drop(driven.shard.handle_punted(self.now, socket, source, packet));
            }
            Verdict::Drop(reason) => {
                assert!(reason != DropReason::NoSocket || !driven.open.contains_key(&socket));
                book.count_drop(reason);
            }
        }
    }

    /// Lets time pass, from one deadline to the next.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut rounds = 0;
        while let Some((due, at)) = self.next_due().filter(|(due, _)| *due <= end) {
            // Records that wait for ports are tried one at a time, so that some may be due at once.
            rounds = if due > self.now { 0 } else { rounds + 1 };
            assert!(rounds < 100, "what was due has been done");
            self.now = self.now.max(due);
            self.shards[at].shard.handle_timeout(self.now);
            assert!(self.drain(at).is_none(), "nobody asked");
        }
        self.now = end;
    }

    fn next_due(&self) -> Option<(Timestamp, usize)> {
        let shards = self.shards.iter().enumerate();
        shards.filter_map(|(at, driven)| Some((driven.shard.poll_timeout()?, at))).min()
    }

    /// Carries out what a shard wants. Returns the answer to what it was asked.
    fn drain(&mut self, at: usize) -> Option<Reply> {
        let mut answer = None;
        while let Some(effect) = self.shards[at].shard.poll_effect() {
            let driven = &mut self.shards[at];
            match effect {
                Effect::Open { socket, local, .. } => {
                    let result = if self.taken > 0 { Err(OpenError::InUse) } else { Ok(()) };
                    self.taken = self.taken.saturating_sub(1);
                    if result.is_ok() {
                        assert!(driven.open.insert(socket, local).is_none(), "{socket:?} is open");
                        let twice = self.shards.iter().flat_map(|driven| driven.open.values());
                        assert_eq!(twice.filter(|open| **open == local).count(), 1, "{local} opened twice");
                    }
                    self.shards[at].shard.handle_opened(self.now, socket, result);
                }
                Effect::Close { socket } => {
                    driven.open.remove(&socket).expect("only what is open is closed");
                }
                Effect::Mark { socket, .. } => assert!(driven.open.contains_key(&socket)),
                Effect::Transmit { via, to, .. } => {
                    assert!(driven.open.contains_key(&via) && to.port() != 0);
                }
                Effect::Reply { reply, .. } => {
                    assert!(answer.replace(reply).is_none(), "one answer to a request");
                }
                Effect::Publish(call) => {
                    assert_eq!(call.state.ownership, Ownership::Own, "only own calls are stored");
                    let stored = stored(&call);
                    if self.published.len() == PUBLISHED_MAX {
                        self.published.remove(0);
                    }
                    self.published.push(stored);
                }
                Effect::Flow { flow, change } => {
                    driven.mirror.follow(&driven.shard, flow, change).expect("changes fit each other");
                }
                Effect::Event(event) => note(&mut driven.book, &event.kind),
                Effect::Unpublish(_) | Effect::Retire(_) | Effect::Disown(_) => {}
            }
        }
        answer
    }

    /// The books of shards and limits agree with each other and with that of the driver.
    pub fn check(&mut self) {
        let mut own = 0;
        for at in 0..self.shard_count() {
            let report = self.report(ShardId(at));
            self.check_shard(ShardId(at), &report);
            own += report.own;
        }
        assert_eq!(self.admission.own_calls(), own, "own calls of the node");
    }

    /// To count the ports takes longer than most of what a step does.
    fn check_ports(&self) {
        let open: usize = self.shards.iter().map(|driven| driven.open.len()).sum();
        assert_eq!(self.ports_taken(), open as u64, "ports taken, sockets open");
    }

    fn check_shard(&mut self, at: ShardId, report: &ShardReport) {
        let mut count = |filter| match self.answer(at, Command::List { filter, limit: usize::MAX }) {
            Reply::Calls(calls) => calls.len() as u64,
            other => panic!("a list is answered by calls, not {other:?}"),
        };
        let (own, foreign, total) = (count(Filter::Own), count(Filter::Foreign), count(Filter::All));
        assert_eq!((own, foreign, total), (report.own, report.foreign, own + foreign), "own, foreign, total");
        let driven = &self.shards[usize::from(at.0)];
        assert_eq!(report.sockets, driven.open.len() as u64, "sockets");
        assert_eq!(driven.mirror.difference(&driven.shard, self.now), None, "what was told of flows");
        let (counters, book) = (&report.counters, &driven.book);
        let kept = |counters: &Counters| {
            let Counters { packets, bytes, forwarded, consumed, drops, created, restored, ended, .. } =
                *counters;
            (packets, bytes, forwarded, consumed, drops, created, restored, ended)
        };
        assert_eq!(kept(counters), kept(book), "counters of {at:?}");
        let dropped: u64 = counters.drops.iter().sum();
        let fates = counters.forwarded + counters.consumed + dropped;
        assert_eq!(counters.packets, fates, "every packet has one fate");
        let ended: u64 = counters.ended.iter().sum();
        assert_eq!(counters.created + counters.restored - ended, total, "calls come and go");
    }

    /// Ends all calls; nothing is left of them.
    pub fn end(mut self) {
        self.check();
        self.check_ports();
        for at in 0..self.shard_count() {
            assert!(matches!(self.answer(ShardId(at), Command::Terminate(Filter::All)), Reply::Count(_)));
        }
        self.pass(Duration::from_secs(1));
        self.check();
        for at in 0..self.shard_count() {
            let report = self.report(ShardId(at));
            let left = (report.own, report.foreign, report.pending, report.sockets, report.streams);
            assert_eq!(left, (0, 0, 0, 0, 0), "calls, records, sockets and streams that are left");
        }
        self.check_ports();
        assert_eq!(self.next_due(), None, "nothing is waited for");
    }

    fn ports_taken(&self) -> u64 {
        let addresses = u16::try_from(self.interfaces.addresses().len()).expect("few");
        (0..addresses).map(|at| self.ports.taken(AddressId(at)) as u64).sum()
    }

    pub fn report(&mut self, at: ShardId) -> ShardReport {
        match self.answer(at, Command::Report) {
            Reply::Shard(report) => *report,
            other => panic!("a report is asked for, not {other:?}"),
        }
    }

    pub fn answer(&mut self, at: ShardId, command: Command) -> Reply {
        self.asked += 1;
        let id = RequestId { caller: 0, sequence: self.asked };
        let at = usize::from(at.0);
        self.shards[at].shard.handle_request(self.now, Request { id, command });
        self.drain(at).expect("every request is answered")
    }
}

/// A call as it is stored: its record says all of it, and what its flows do.
fn stored(call: &CallSnapshot) -> CallSnapshot {
    let context = Context { node: "node-a".into(), keyspace: OWN, interfaces: interfaces(), tos: 0 };
    let stored = write_record(call, &context);
    let record = read_record(&call.state.call_id, OWN, &stored, &context).expect("what was written");
    let settings = Settings::default();
    assert_eq!(routes(&record.call.state, &settings), routes(&call.state, &settings));
    let here = CallState { contested: record.call.state.contested, ..call.state.clone() };
    assert_eq!(record.call.state, here, "all of the state is stored");
    record.call
}

/// Notes what an event says has been counted.
fn note(book: &mut Counters, event: &EventKind) {
    match event {
        EventKind::Created => book.created += 1,
        EventKind::Restored(_) => book.restored += 1,
        EventKind::Ended(cause) => book.count_end(*cause),
        _ => {}
    }
}

impl Ask for Node {
    fn shard_count(&self) -> u16 {
        u16::try_from(self.shards.len()).expect("few shards")
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Result<Reply, AskError> {
        Ok(self.answer(shard, command))
    }
}
