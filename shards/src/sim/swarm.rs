//! Choices of a seed: which faults are on, how hard, and how small the limits are.
//!
//! After swarm testing: each run leaves some faults out and overdoes others, which finds more than a little of
//! everything. Limits are small on purpose, since that is where bugs live.

use std::time::Duration;

use super::network::Link;
use super::split;
use crate::random::Random;
use crate::settings::Settings;

/// Room that is never needed.
const QUEUE_MAX: usize = 1 << 14;

/// The options of a run. Rates are per mille.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Swarm {
    /// Seed of all choices.
    pub seed: u64,
    /// Nodes, 1 to 3.
    pub nodes: usize,
    /// Shards of each node.
    pub shards: Vec<u16>,
    /// Dialogues that begin in the chaos phase.
    pub dialogues: u32,
    /// The port range of every node.
    pub ports: (u16, u16),
    /// `max-sessions`; -1 is none.
    pub max_sessions: i64,
    /// Settings of every node, but for the keyspace.
    pub settings: Settings,
    /// Length of the chaos.
    pub chaos: Duration,
    /// All dialogues have begun by then.
    pub arrivals: Duration,
    /// The shortest and the longest dialogue.
    pub lengths: (Duration, Duration),
    /// Calm time before everybody hangs up.
    pub calm: Duration,
    /// Between nodes and phones, in the chaos.
    pub media: Link,
    /// Between nodes and proxies and the store, in the chaos.
    pub signalling: Link,
    /// Sockets that cannot be opened.
    pub open_failures: u64,
    /// Mean pause between faults of the whole world; zero is none.
    pub fault_pause: Duration,
    /// The faults that are on.
    pub faults: Faults,
    /// Habits of parties.
    pub habits: Habits,
    /// Nodes share their calls by the store.
    pub replication: bool,
    /// No repairs by sweeps and expiry, which take longer than the run. Then calls do not change hands, ports are
    /// plenty, the store does not lag and nobody else writes into it, since nothing else repairs all of that.
    pub hasty: bool,
    /// Room of every queue between threads.
    pub queue_max: usize,
}

/// Faults of the whole world, and whether they happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    /// Links are cut, one way or both.
    pub partitions: bool,
    /// Nodes die and come back.
    pub crashes: bool,
    /// Media addresses move to another node.
    pub moves: bool,
    /// The store cuts connections, freezes, restarts, lags.
    pub store: bool,
    /// Operators hand calls over that nobody takes: only where nothing is shared, so that no other node can.
    pub stand_by: bool,
}

/// Habits of parties, per mille of the occasions they have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Phones behind a NAT.
    pub nat: u64,
    /// NATs that bind anew.
    pub rebind: u64,
    /// Phones that restart: another SSRC.
    pub restart: u64,
    /// Phones that fall silent.
    pub silence: u64,
    /// Phones that somebody else would like to be.
    pub spoof: u64,
    /// Offers to two branches.
    pub fork: u64,
    /// Callees that are busy: deleted and offered to another.
    pub busy: u64,
    /// Re-INVITEs, each time a dialogue has nothing to do.
    pub reinvite: u64,
    /// Re-INVITEs of both at once.
    pub glare: u64,
    /// Proxies that go to another node for no reason.
    pub fail_over: u64,
    /// Callers that multiplex RTCP.
    pub mux: u64,
    /// Calls without the source guard.
    pub unguarded: u64,
    /// Calls that nobody deletes.
    pub forgotten: u64,
}

impl Swarm {
    /// The options of a seed.
    pub fn new(seed: u64) -> Self {
        let mut random = split(seed, "swarm");
        let random = &mut random;
        let nodes = pick(random, &[1, 2, 2, 3, 3]);
        let replication = nodes > 1 && !random.one_in(4);
        let pairs = pick(random, &[8, 20, 60, 200]);
        let chaos = Duration::from_secs(pick(random, &[15, 30, 45]));
        let faults = Faults {
            partitions: random.one_in(2),
            crashes: random.one_in(3),
            moves: replication && random.one_in(2),
            store: replication && random.one_in(2),
            stand_by: false,
        };
        let mut swarm = Swarm {
            seed,
            nodes,
            shards: (0..nodes).map(|_| pick(random, &[1, 2, 3])).collect(),
            dialogues: pick(random, &[3, 6, 12, 25]),
            ports: (30_000, 30_000 + 2 * pairs - 1),
            max_sessions: if random.one_in(5) { pick(random, &[2, 5, 10]) } else { -1 },
            settings: settings(random),
            chaos,
            arrivals: chaos * 2 / 3,
            lengths: (Duration::from_secs(2), chaos * 2),
            calm: Duration::from_secs(8),
            media: link(random),
            signalling: link(random),
            open_failures: if random.one_in(3) { pick(random, &[10, 100, 300]) } else { 0 },
            fault_pause: Duration::from_secs(pick(random, &[2, 5, 10])),
            faults,
            habits: Habits::new(random),
            replication,
            hasty: replication && random.one_in(3),
            queue_max: pick(&mut split(seed, "queues"), &[4, 8, 64, QUEUE_MAX]),
        };
        if swarm.hasty {
            swarm.make_hasty(random);
        }
        swarm.faults.stand_by = !replication && random.one_in(2);
        swarm
    }

    /// The options of a seed, but three nodes that share their calls, and all faults on.
    pub fn all_faults(seed: u64) -> Self {
        let random = &mut split(seed, "all faults");
        Swarm {
            nodes: 3,
            shards: (0..3).map(|_| pick(random, &[1, 2, 3])).collect(),
            faults: Faults { partitions: true, crashes: true, moves: true, store: true, stand_by: false },
            replication: true,
            hasty: false,
            ..Swarm::new(seed)
        }
    }

    fn make_hasty(&mut self, random: &mut Random) {
        self.faults = Faults { store: true, ..Faults::default() };
        self.fault_pause = Duration::from_secs(pick(random, &[1, 3, 6]));
        // Each change is a chance to make up for one that was missed.
        if random.one_in(2) {
            (self.habits.reinvite, self.habits.glare) = (0, 0);
        }
        self.lengths = (Duration::from_secs(2), self.chaos / 2);
        self.dialogues = 25;
        self.habits.fail_over = 0;
        self.open_failures = 0;
        self.ports = (30_000, 30_000 + 999);
        self.settings.take_over_by_media_packets = 0;
    }

    /// A world of so many nodes and calls without faults or small limits, to measure the simulator itself.
    pub fn plain(seed: u64, nodes: usize, dialogues: u32) -> Self {
        Swarm {
            nodes,
            shards: vec![2; nodes],
            dialogues,
            ports: (30_000, 30_000 + 3999),
            max_sessions: -1,
            settings: Settings::default(),
            chaos: Duration::from_secs(62),
            arrivals: Duration::from_secs(1),
            lengths: (Duration::from_secs(600), Duration::from_secs(601)),
            calm: Duration::from_secs(8),
            media: Link::calm(),
            signalling: Link::calm(),
            open_failures: 0,
            fault_pause: Duration::ZERO,
            faults: Faults::default(),
            habits: Habits::default(),
            replication: false,
            hasty: false,
            queue_max: QUEUE_MAX,
            ..Swarm::new(seed)
        }
    }
}

impl Habits {
    fn new(random: &mut Random) -> Self {
        let mut rate = |rates: [u64; 3]| if random.one_in(2) { pick(random, &rates) } else { 0 };
        Habits {
            nat: rate([100, 500, 1000]),
            rebind: rate([20, 100, 300]),
            restart: rate([20, 100, 300]),
            silence: rate([20, 100, 300]),
            spoof: rate([100, 300, 600]),
            fork: rate([100, 300, 600]),
            busy: rate([100, 300, 600]),
            reinvite: rate([200, 500, 900]),
            glare: rate([50, 200, 400]),
            fail_over: rate([20, 100, 300]),
            mux: rate([200, 500, 1000]),
            unguarded: rate([100, 300, 500]),
            forgotten: rate([50, 200, 500]),
        }
    }
}

fn settings(random: &mut Random) -> Settings {
    let secs = Duration::from_secs;
    Settings {
        timeout: secs(pick(random, &[10, 20, 60])),
        silent_timeout: secs(pick(random, &[15, 60])),
        offer_timeout: secs(pick(random, &[10, 30])),
        delete_delay: secs(pick(random, &[0, 1, 5, 30])),
        final_timeout: secs(if random.one_in(6) { 40 } else { 0 }),
        take_over_by_media_packets: if random.one_in(4) { 10 } else { 0 },
        ..Settings::default()
    }
}

fn link(random: &mut Random) -> Link {
    let mut rate = |rates: [u64; 3]| if random.one_in(2) { pick(random, &rates) } else { 0 };
    Link {
        loss: rate([10, 100, 300]),
        duplication: rate([10, 100, 300]),
        stragglers: rate([5, 50, 200]),
        delay_us: 200 + rate([1_000, 20_000, 80_000]),
        spread_us: 100 + rate([5_000, 30_000, 100_000]),
    }
}

/// One of some values.
fn pick<T: Copy>(random: &mut Random, values: &[T]) -> T {
    let at = random.below(values.len() as u64);
    values[usize::try_from(at).expect("below a length")]
}
