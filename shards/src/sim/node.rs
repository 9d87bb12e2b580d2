//! A node: real shards with their ports, limits and settings, and a make-believe kernel that opens sockets.
//!
//! The kernel is where ports are checked: an address is open once, and what is closed was open. Each socket is
//! noted under the call for which it was asked.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::sync::Arc;

use super::check::{Doing, Served};
use super::footprint::{Books, Footprint, ports_of, waiting_records};
use super::front::Desk;
use super::mirror::Mirror;
use super::packet::{Told, hand_in};
use super::replication::{Daemon, NodeFacts, Replication};
use super::swarm::Swarm;
use super::{
    NODES_MAX, call_id, chance, dialogue_of, interface, keyspace, leg_of, node_address, node_of_address,
    split,
};
use crate::admission::Admission;
use crate::call::state::{CallBrief, CallSnapshot};
use crate::input::{Command, Filter, Request, Restore};
use crate::interfaces::{AddressId, Interfaces};
use crate::names::{CallId, RequestId, ShardId, SocketId};
use crate::output::{Effect, OpenError, Reply, Verdict};
use crate::ports::Ports;
use crate::random::Random;
use crate::routing::shard_of;
use crate::settings::Settings;
use crate::time::Timestamp;
use crate::{Shard, ShardConfig};

/// An open socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open {
    pub(super) shard: u16,
    pub(super) id: SocketId,
    /// The call it was opened for.
    pub(super) dialogue: u32,
    /// No party was told of it before then.
    pub(super) fresh_since: Timestamp,
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) now: Timestamp,
    pub(super) number: usize,
    /// Time of its start.
    pub(super) born: Timestamp,
    pub(super) shards: Vec<Shard>,
    /// Flows, as each shard has told of them.
    mirrors: Vec<Mirror>,
    pub(super) ports: Arc<Ports>,
    pub(super) admission: Arc<Admission>,
    pub(super) settings: Settings,
    pub(super) doing: Doing,
    /// Time at which the world will call [`Node::wake`]; none if it will not.
    pub(super) wake_at: Option<Timestamp>,
    /// Counts restarts, so that what was meant for an earlier life is known.
    pub(super) life: u32,
    /// Requests carried out for proxies, for the checker.
    pub(super) served: Vec<Served>,
    /// Effects for the world.
    pub(super) outbox: Vec<Effect>,
    /// Faults found by the kernel.
    pub(super) faults: Vec<String>,
    /// Packets handed in since the start.
    pub(super) packets: u64,
    /// `open[address][port - min]`.
    open: Vec<Vec<Option<Open>>>,
    /// Ports that were ever asked for, the same way.
    used: Vec<Vec<bool>>,
    /// By shard and slot: the generation, and where it is in `open`.
    by_slot: Vec<Vec<Option<(u32, SocketAddr)>>>,
    open_count: usize,
    addresses: u16,
    min_port: u16,
    /// Ports of records that were handed in, by dialogue: a record that waits opens them later.
    awaited: BTreeMap<SocketAddr, BTreeSet<u32>>,
    /// Sockets that were opened for one of several records that have waited.
    unclaimed: Vec<SocketAddr>,
    records: BTreeMap<u32, Restore>,
    /// Its half of the redundancy.
    pub(super) replication: Option<Box<dyn Replication>>,
    /// Time at which the world will call its `tick`.
    pub(super) tick_at: Option<Timestamp>,
    /// Changes of calls on their way from the shards to the replication.
    pub(super) publications: VecDeque<(Timestamp, Effect)>,
    /// Some of it did not fit.
    pub(super) publications_lost: bool,
    /// Time at which the last of it gets there.
    pub(super) publish_at: Timestamp,
    kernel: Random,
    /// Per mille of sockets that cannot be opened.
    open_failures: u64,
    sequence: u64,
}

impl Node {
    /// A node without calls.
    pub(super) fn new(number: usize, swarm: &Swarm, daemon: &dyn Daemon, life: u32, now: Timestamp) -> Self {
        let names = (0..swarm.nodes).map(|n| (number + n) % swarm.nodes);
        let list = names.map(|n| (interface(n), node_address(n), node_address(n)));
        let interfaces = Arc::new(Interfaces::new(list));
        let (min, max) = swarm.ports;
        let ports = Arc::new(Ports::new(&interfaces, min, max, swarm.shards[number]));
        let admission = Arc::new(Admission::default());
        admission.set_max_sessions(swarm.max_sessions);
        let settings =
            Settings { keyspace: keyspace(number), publish: swarm.replication, ..swarm.settings.clone() };
        let facts = NodeFacts {
            keyspace: settings.keyspace,
            others: (0..swarm.nodes).filter(|other| *other != number).map(keyspace).collect(),
            interfaces: interfaces.clone(),
            hasty: swarm.hasty,
            queue_max: swarm.queue_max,
        };
        let replication = if swarm.replication { daemon.replication(&facts) } else { None };
        let seed = swarm.seed ^ (u64::from(life) << 8) ^ number as u64;
        let shards = (0..swarm.shards[number]).map(|shard| {
            Shard::new(ShardConfig {
                id: ShardId(shard),
                interfaces: interfaces.clone(),
                ports: ports.clone(),
                admission: admission.clone(),
                settings: settings.clone(),
                seed: split(seed, "shard").next_u64() ^ u64::from(shard),
            })
        });
        let room = usize::from(max - min) + 1;
        Node {
            now,
            number,
            born: now,
            shards: shards.collect(),
            mirrors: (0..swarm.shards[number]).map(|_| Mirror::default()).collect(),
            ports,
            admission,
            settings,
            doing: Doing::Operator,
            wake_at: None,
            life,
            served: Vec::new(),
            outbox: Vec::new(),
            faults: Vec::new(),
            packets: 0,
            open: vec![vec![None; room]; NODES_MAX],
            used: vec![vec![false; room]; NODES_MAX],
            by_slot: vec![Vec::new(); usize::from(swarm.shards[number])],
            open_count: 0,
            addresses: u16::try_from(swarm.nodes).expect("few nodes"),
            min_port: min,
            awaited: BTreeMap::new(),
            unclaimed: Vec::new(),
            records: BTreeMap::new(),
            replication,
            tick_at: None,
            publications: VecDeque::new(),
            publications_lost: false,
            publish_at: now,
            kernel: split(seed, "kernel"),
            open_failures: swarm.open_failures,
            sequence: 0,
        }
    }

    /// True if this node, in this life, told a sender where to send.
    pub(super) fn has_told(&self, told: Told) -> bool {
        told.by == self.number && told.at >= self.born
    }

    /// Sockets open fail no more.
    pub(super) fn calm(&mut self) {
        self.open_failures = 0;
    }

    /// The shard of a call.
    pub(super) fn shard_of(&self, call_id: &CallId) -> ShardId {
        shard_of(call_id, self.shard_count())
    }

    /// A call as it is, if it is here.
    pub(super) fn query(&mut self, now: Timestamp, call_id: &CallId) -> Option<CallSnapshot> {
        self.now = now;
        self.doing = Doing::Operator;
        match self.ask(self.shard_of(call_id), Command::Query(call_id.clone())) {
            Reply::Call(call) => Some(*call),
            _ => None,
        }
    }

    /// Notes a record that is about to be handed in: it may take effect later.
    pub(super) fn await_record(&mut self, dialogue: u32, restore: &Restore) {
        for port in ports_of(&restore.call) {
            self.awaited.entry(port).or_default().insert(dialogue);
        }
        self.records.insert(dialogue, restore.clone());
    }

    /// A dialogue's call was made then: no party was told of its sockets before.
    pub(super) fn note_made(&mut self, dialogue: u32, created: Timestamp) {
        for open in self.open.iter_mut().flatten().flatten().filter(|open| open.dialogue == dialogue) {
            open.fresh_since = open.fresh_since.max(created);
        }
    }

    /// The record that was handed in last about a dialogue.
    pub(super) fn record(&self, dialogue: u32) -> Option<&Restore> {
        self.records.get(&dialogue)
    }

    /// The calls that a filter means.
    pub(super) fn list(&mut self, now: Timestamp, filter: &Filter) -> Vec<CallBrief> {
        self.now = now;
        self.doing = Doing::Operator;
        let mut calls = Vec::new();
        for shard in 0..self.shard_count() {
            let list = Command::List { filter: filter.clone(), limit: usize::MAX };
            match self.ask(ShardId(shard), list) {
                Reply::Calls(briefs) => calls.extend(briefs),
                other => panic!("unexpected {other:?}"),
            }
        }
        calls
    }

    /// Ends all calls that a filter means.
    pub(super) fn terminate(&mut self, now: Timestamp, filter: &Filter) {
        self.now = now;
        self.doing = Doing::Operator;
        for shard in 0..self.shard_count() {
            self.ask(ShardId(shard), Command::Terminate(filter.clone()));
        }
    }

    /// Does what has fallen due.
    pub(super) fn wake(&mut self, now: Timestamp) {
        self.now = now;
        self.doing = Doing::Timeout;
        for shard in 0..self.shards.len() {
            if self.shards[shard].poll_timeout().is_some_and(|due| due <= now) {
                self.shards[shard].handle_timeout(now);
                assert!(self.drain(shard).is_none(), "nobody asked");
                self.claim_sockets();
            }
        }
        self.doing = Doing::Timeout;
    }

    /// Finds out for which of the records that waited sockets were opened: the call that holds the port now.
    fn claim_sockets(&mut self) {
        for at in std::mem::take(&mut self.unclaimed) {
            let candidates: Vec<u32> = self.awaited.get(&at).into_iter().flatten().copied().collect();
            let holds = |call: CallSnapshot| ports_of(&call).contains(&at);
            let claimed =
                candidates.into_iter().find(|d| self.query(self.now, &call_id(*d)).is_some_and(holds));
            let address = node_of_address(at.ip()).expect("an address of a node");
            let open = &mut self.open[address][usize::from(at.port() - self.min_port)];
            match (open, claimed) {
                (Some(open), Some(dialogue)) => {
                    open.dialogue = dialogue;
                    open.fresh_since =
                        self.records.get(&dialogue).map_or(self.now, |record| record.call.state.created);
                }
                (Some(_), None) => self.faults.push(format!("{at} was opened for nobody")),
                (None, _) => {}
            }
        }
    }

    /// Time at which it wants to be woken.
    pub(super) fn next_timeout(&self) -> Option<Timestamp> {
        self.shards.iter().filter_map(Shard::poll_timeout).min()
    }

    /// A packet for a local address. `None` if nothing is open there.
    pub(super) fn relay(
        &mut self,
        now: Timestamp,
        to: SocketAddr,
        from: SocketAddr,
        packet: &mut [u8],
    ) -> Option<(Open, Verdict)> {
        let open = self.socket_at(to)?;
        self.packets += 1;
        let shard = &mut self.shards[usize::from(open.shard)];
        let verdict = hand_in(shard, now, open.id, from, packet);
        Some((open, verdict))
    }

    /// The socket that is open at an address.
    pub(super) fn socket_at(&self, at: SocketAddr) -> Option<Open> {
        let address = node_of_address(at.ip())?;
        let port = at.port().checked_sub(self.min_port)?;
        *self.open[address].get(usize::from(port))?
    }

    /// Address and call of an open socket.
    pub(super) fn socket(&self, shard: u16, id: SocketId) -> Option<(SocketAddr, u32)> {
        let entry = self.by_slot[usize::from(shard)].get(id.slot as usize)?.as_ref();
        let (_, at) = *entry.filter(|(generation, _)| *generation == id.generation)?;
        Some((at, self.socket_at(at)?.dialogue))
    }

    /// Open sockets.
    pub(super) fn open_count(&self) -> usize {
        self.open_count
    }

    /// Ports taken of all addresses.
    pub(super) fn ports_taken(&self) -> usize {
        (0..self.addresses).map(|at| self.ports.taken(AddressId(at)) as usize).sum()
    }

    /// Meaning of a command for the checker, if it is carried out.
    fn note(&self, command: &Command) -> Option<Served> {
        let (signal, speaker) = match command {
            Command::Offer(signal) => (signal, Some(&signal.from_tag)),
            Command::Answer(signal) => (signal, signal.to_tag.as_ref()),
            Command::Delete(delete) => {
                let due = self.now + delete.delay.unwrap_or(self.settings.delete_delay);
                return Some(Served::Delete { dialogue: dialogue_of(&delete.call_id)?, due });
            }
            _ => return None,
        };
        let media = signal.sdp.media.first();
        Some(Served::Signal {
            dialogue: dialogue_of(&signal.call_id)?,
            leg: speaker.and_then(leg_of),
            endpoint: media.map(|media| SocketAddr::new(media.address, media.port)),
            unguarded: signal.options.guard == Some(false),
        })
    }

    fn footprint(&mut self, shard: usize, call_id: &CallId) -> Footprint {
        let books = Books {
            sockets: self.open_count,
            ports: self.ports_taken(),
            own_calls: self.admission.own_calls(),
            effects: self.outbox.len(),
        };
        Footprint::of(&mut self.shards[shard], self.now, call_id, books)
    }

    fn drain(&mut self, shard: usize) -> Option<(RequestId, Reply)> {
        let mut answer = None;
        while let Some(effect) = self.shards[shard].poll_effect() {
            match effect {
                Effect::Open { socket, local, .. } => {
                    let result = self.open(shard, socket, local);
                    self.shards[shard].handle_opened(self.now, socket, result);
                }
                Effect::Close { socket } => self.close(shard, socket),
                Effect::Reply { to, reply } => {
                    if answer.replace((to, reply)).is_some() {
                        self.faults.push("a request was answered twice".into());
                    }
                }
                // What a shard sends of its own is not delivered, but must leave from an open socket.
                Effect::Mark { socket, .. } | Effect::Transmit { via: socket, .. } => {
                    if self.socket(u16::try_from(shard).expect("few"), socket).is_none() {
                        self.faults.push("a closed socket was used".into());
                    }
                }
                Effect::Flow { flow, change } => {
                    let followed = self.mirrors[shard].follow(&self.shards[shard], flow, change);
                    self.faults.extend(followed.err());
                }
                other => self.outbox.push(other),
            }
        }
        self.faults.extend(self.mirrors[shard].difference(&self.shards[shard], self.now));
        answer
    }

    /// A port that was used before is not chosen while most of the shard's own were never used. Most: some are
    /// taken and given back unused, when another that is wanted with them cannot be had.
    fn check_reuse(&mut self, shard: usize, local: SocketAddr) {
        let address = node_of_address(local.ip()).expect("an address of a node");
        let index = usize::from(local.port() - self.min_port);
        let was_used = std::mem::replace(&mut self.used[address][index], true);
        let Doing::Signal(dialogue) = self.doing else { return };
        // A record of the call that waits is tried first, and keeps its ports from others.
        let awaited = |index| {
            let at = SocketAddr::new(local.ip(), self.min_port + u16::try_from(index).expect("a port"));
            self.awaited.get(&at).is_some_and(|calls| calls.contains(&dialogue))
        };
        let again = was_used && !awaited(index);
        let (room, shards) = (self.used[address].len(), self.shards.len());
        let (first, end) = (room * shard / shards, room * (shard + 1) / shards);
        let pairs = (first.next_multiple_of(2)..end).step_by(2).filter(|n| n + 1 < end);
        let is_fresh = |n: &usize| (*n..n + 2).all(|n| !self.used[address][n] && !awaited(n));
        let (fresh, all) = (pairs.clone().filter(is_fresh).count(), pairs.count());
        if again && fresh * 2 > all {
            self.faults.push(format!("{local} was chosen again; {fresh} of {all} pairs were never used"));
        }
    }

    fn open(&mut self, shard: usize, id: SocketId, local: SocketAddr) -> Result<(), OpenError> {
        self.check_reuse(shard, local);
        let dialogue = match self.doing {
            Doing::Signal(dialogue) | Doing::Record(dialogue) => Some(dialogue),
            Doing::Timeout | Doing::Operator => None,
        };
        let dialogue = dialogue.unwrap_or_else(|| {
            self.unclaimed.push(local);
            u32::MAX
        });
        if let Some(other) = self.socket_at(local) {
            self.faults
                .push(format!("{local} was opened for call-{dialogue}; call-{} has it", other.dialogue));
            return Err(OpenError::InUse);
        }
        if chance(&mut self.kernel, self.open_failures) {
            let errors = [OpenError::InUse, OpenError::InUse, OpenError::Exhausted];
            return Err(errors[usize::try_from(self.kernel.below(3)).expect("small")]);
        }
        let shard_number = u16::try_from(shard).expect("few");
        let fresh_since = match self.doing {
            Doing::Signal(_) => self.now,
            _ => self.records.get(&dialogue).map_or(Timestamp::ZERO, |record| record.call.state.created),
        };
        let open = Open { shard: shard_number, id, dialogue, fresh_since };
        let address = node_of_address(local.ip()).expect("an address of a node");
        self.open[address][usize::from(local.port() - self.min_port)] = Some(open);
        let slots = &mut self.by_slot[shard];
        let slot = id.slot as usize;
        if slots.len() <= slot {
            slots.resize(slot + 1, None);
        }
        if slots[slot].replace((id.generation, local)).is_some() {
            self.faults.push(format!("slot {slot} was opened twice"));
        }
        self.open_count += 1;
        Ok(())
    }

    fn close(&mut self, shard: usize, id: SocketId) {
        let entry = self.by_slot[shard].get_mut(id.slot as usize).and_then(Option::take);
        let Some((_, at)) = entry.filter(|(generation, _)| *generation == id.generation) else {
            self.faults.push(format!("a socket was closed that is not open: {id:?}"));
            return;
        };
        let address = node_of_address(at.ip()).expect("an address of a node");
        self.open[address][usize::from(at.port() - self.min_port)] = None;
        self.open_count -= 1;
    }
}

impl Desk for Node {
    fn shard_count(&self) -> u16 {
        u16::try_from(self.shards.len()).expect("few shards")
    }

    fn ask(&mut self, shard: ShardId, command: Command) -> Reply {
        let note = self.note(&command);
        if let Some(Served::Signal { dialogue, .. } | Served::Delete { dialogue, .. }) = note {
            self.doing = Doing::Signal(dialogue);
        }
        self.sequence += 1;
        let id = RequestId { caller: 0, sequence: self.sequence };
        let shard = usize::from(shard.0);
        let subject = Footprint::subject(&command);
        let before = subject.as_ref().map(|call_id| self.footprint(shard, call_id));
        let waiting = waiting_records(&mut self.shards[shard], self.now);
        self.shards[shard].handle_request(self.now, Request { id, command });
        match self.drain(shard) {
            Some((to, reply)) if to == id => {
                // A record that waited may have taken effect before the request did.
                let tried = waiting != waiting_records(&mut self.shards[shard], self.now);
                if let (Reply::Refused(refusal), Some(call_id)) = (&reply, &subject)
                    && !tried
                    && before != Some(self.footprint(shard, call_id))
                {
                    self.faults.push(format!("{call_id} was changed by what was refused: {refusal:?}"));
                }
                let carried_out = matches!(reply, Reply::Sdp(_) | Reply::Ended { .. });
                self.served.extend(note.filter(|_| carried_out));
                reply
            }
            other => panic!("request {id:?} was answered with {other:?}"),
        }
    }
}
