//! The world: everything there is, and what happens next.
//!
//! One event at a time: the agenda gives it, the part it concerns carries it out, the checker looks, and what
//! follows is entered in the agenda again.

mod chaos;
mod media;
mod nodes;
mod phases;
mod replicas;
mod script;
mod signalling;
mod steps;
pub(super) mod store;

use std::collections::{BTreeSet, VecDeque};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use super::agenda::Agenda;
use super::check::Checker;
use super::dialogue::Dialogue;
use super::front::Front;
use super::log::{Column, Log};
use super::network::{Network, Site};
use super::node::Node;
use super::packet::InFlight;
use super::phone::Phone;
use super::redis::Store;
use super::replication::{Channel, Daemon};
use super::split;
use super::swarm::Swarm;
use crate::random::Random;
use crate::time::Timestamp;
use store::{Link, Posted, Way};

/// Beginning of every world.
const BEGIN: Timestamp = Timestamp::from_secs(1_700_000_000);

/// Something that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Happening {
    /// A phone sends.
    Tick(u32),
    /// Somebody sends in a phone's name, until a time.
    Spoof { phone: u32, until: Timestamp },
    /// A datagram of media arrives.
    Arrive(u32),
    /// A datagram of a proxy arrives at a node, or one of a node at a proxy.
    Letter(u32),
    /// A dialogue's requests may be due to be repeated.
    Retry(u32),
    /// A dialogue takes its next step.
    Act(u32),
    /// A node's timeouts.
    Wake(usize),
    /// Something breaks in the whole world.
    Fault,
    /// Something happens to a phone.
    Mishap,
    /// Links are whole again.
    Mend,
    /// A node comes back.
    Restart(usize),
    /// Books are compared.
    Audit,
    /// A node tries to reach the store.
    Connect { node: usize, channel: Channel, epoch: u32 },
    /// Something is at the end of a connection.
    Link { node: usize, channel: Channel, epoch: u32, way: Way },
    /// Connections are looked at.
    CheckLinks,
    /// A node's replication has something due.
    StoreTick(usize),
    /// A change to store reaches the replication, from a shard.
    Publication { node: usize, life: u32 },
    /// Work of the replication reaches a shard.
    Post,
    /// The store is as it should be again.
    StoreMend,
}

/// A datagram of signalling on its way.
#[derive(Clone, Debug)]
struct Letter {
    /// To a node, or to the proxies.
    node: Option<usize>,
    from: usize,
    /// Of the request.
    cookie: Rc<str>,
    bytes: Rc<[u8]>,
}

/// The world.
pub struct World {
    /// Its options.
    pub swarm: Swarm,
    now: Timestamp,
    calm: bool,
    agenda: Agenda<Happening>,
    network: Network,
    nodes: Vec<Option<Node>>,
    phones: Vec<Phone>,
    dialogues: Vec<Dialogue>,
    front: Box<dyn Front>,
    daemon: Rc<dyn Daemon>,
    /// The checker.
    pub checker: Checker,
    /// The log.
    pub log: Log,
    in_flight: InFlight,
    letters: Vec<Option<Letter>>,
    free_letters: Vec<u32>,
    /// Phones that were heard by another dialogue's call, rightly: they sent to a port that was once theirs.
    strangers: BTreeSet<(u32, u32)>,
    /// Nodes that have been given a record whose ports they cannot have: their view of a dialogue is old.
    behind: BTreeSet<(usize, u32)>,
    /// Last time at which a node was behind that is not any more, by dialogue.
    caught_up: Vec<Timestamp>,
    /// Last time at which a packet of somebody else's dialogue came to a dialogue's socket.
    strayed: Vec<Timestamp>,
    /// Number of times that a dialogue's call was made.
    made: Vec<u32>,
    /// Last time at which another call of the same name took the place of a dialogue's call at a node.
    replaced: Vec<Timestamp>,
    /// Nodes that ended a dialogue's call themselves: they want no copy of it from one that has not heard.
    enders: BTreeSet<(usize, u32)>,
    /// Last time at which a dialogue's call ended at a node.
    ended: Vec<Timestamp>,
    lives: u32,
    store: Store,
    links: Vec<[Link; 2]>,
    store_down_until: Timestamp,
    store_frozen_until: Timestamp,
    posted: VecDeque<Posted>,
    /// Time at which the last of it arrives.
    post_at: Timestamp,
    people: Random,
    mishaps: Random,
    faults: Random,
}

impl std::fmt::Debug for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("World").field("swarm", &self.swarm).field("now", &self.now).finish_non_exhaustive()
    }
}

impl World {
    /// A world with the options of a swarm.
    pub fn new(swarm: Swarm, daemon: Rc<dyn Daemon>, verbose: bool) -> Self {
        let seed = swarm.seed;
        let network = Network::new(split(seed, "network"), swarm.nodes, swarm.media, swarm.signalling);
        let nodes = (0..swarm.nodes).map(|number| Some(Node::new(number, &swarm, &*daemon, 0, BEGIN)));
        let mut world = World {
            now: BEGIN,
            calm: false,
            agenda: Agenda::default(),
            network,
            nodes: nodes.collect(),
            phones: Vec::new(),
            dialogues: Vec::new(),
            front: daemon.front(),
            daemon,
            checker: Checker::new(BEGIN, swarm.dialogues),
            log: Log::new(BEGIN, verbose),
            in_flight: InFlight::default(),
            letters: Vec::new(),
            free_letters: Vec::new(),
            strangers: BTreeSet::new(),
            behind: BTreeSet::new(),
            caught_up: vec![Timestamp::ZERO; swarm.dialogues as usize],
            enders: BTreeSet::new(),
            strayed: vec![Timestamp::ZERO; swarm.dialogues as usize],
            made: vec![0; swarm.dialogues as usize],
            replaced: vec![Timestamp::ZERO; swarm.dialogues as usize],
            ended: vec![Timestamp::ZERO; swarm.dialogues as usize],
            lives: 0,
            store: Store::default(),
            links: (0..swarm.nodes).map(|_| Default::default()).collect(),
            store_down_until: BEGIN,
            store_frozen_until: BEGIN,
            posted: VecDeque::new(),
            post_at: BEGIN,
            people: split(seed, "people"),
            mishaps: split(seed, "mishaps"),
            faults: split(seed, "faults"),
            swarm,
        };
        world.populate();
        world
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// Virtual time since the beginning.
    pub fn age(&self) -> Duration {
        self.now.since(BEGIN)
    }

    /// Lets everything happen up to a time, or until something is found wrong.
    fn run_until(&mut self, end: Timestamp) {
        while !self.checker.has_failed()
            && let Some((now, happening)) = self.agenda.take(end)
        {
            self.now = now;
            self.happen(happening);
        }
        self.now = end;
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Tick(phone) => self.phone_ticks(phone),
            Happening::Spoof { phone, until } => self.spoof(phone, until),
            Happening::Arrive(packet) => self.packet_arrives(packet),
            Happening::Letter(letter) => self.letter_arrives(letter),
            Happening::Retry(dialogue) => self.retry(dialogue),
            Happening::Act(dialogue) => self.act(dialogue),
            Happening::Wake(node) => self.node_wakes(node),
            Happening::Fault => self.fault(),
            Happening::Mishap => self.mishap(),
            Happening::Mend => self.mend(),
            Happening::Restart(node) => self.restart(node),
            Happening::Audit => self.audit(),
            Happening::Connect { node, channel, epoch } => self.connect(node, channel, epoch),
            Happening::Link { node, channel, epoch, way } => self.link_delivers(node, channel, epoch, way),
            Happening::CheckLinks => self.check_links(),
            Happening::StoreTick(node) => self.store_tick(node),
            Happening::Publication { node, life } => self.publication_arrives(node, life),
            Happening::Post => self.post_arrives(),
            Happening::StoreMend => self.mend_store(),
        }
    }

    fn after(&mut self, pause: Duration, happening: Happening) {
        self.agenda.enter(self.now + pause, happening);
    }

    fn say(&mut self, column: Column, text: impl FnOnce() -> String) {
        self.log.line(self.now, column, text);
    }

    /// The node that holds a media address now, if it lives.
    fn node_at(&self, address: SocketAddr) -> Option<(usize, Site)> {
        let node = self.network.home(super::node_of_address(address.ip())?);
        Some((node, Site::Node(node)))
    }
}

/// A random pause between two lengths.
fn between(random: &mut Random, shortest_ms: u64, longest_ms: u64) -> Duration {
    let span_us = (longest_ms - shortest_ms) * 1000;
    Duration::from_micros(shortest_ms * 1000 + random.below(span_us + 1))
}
