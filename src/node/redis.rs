//! The operator's view of Redis: its control and its status.

use std::fmt;
use std::time::Duration;

use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::time::Timestamp;

/// Actions of operators on Redis; implemented by the Redis side.
pub trait RedisControl: Send + Sync + fmt::Debug {
    /// Own keyspace of this node.
    fn keyspace(&self) -> Keyspace;
    /// The keyspaces that are followed, ascending.
    fn subscribed(&self) -> Vec<Keyspace>;
    /// Follows a keyspace, and loads the calls that it has already. False if it is followed already.
    fn subscribe(&self, keyspace: Keyspace) -> bool;
    /// Stops following a keyspace; its calls are ended by the caller. False if it was not followed.
    fn unsubscribe(&self, keyspace: Keyspace) -> bool;
    /// Compares the calls of one keyspace, or of all, with Redis now.
    fn resync(&self, keyspace: Option<Keyspace>);
    /// The state.
    fn status(&self) -> RedisStatus;
    /// Time at which the record of an own call was stored last, as Redis has acknowledged.
    fn written(&self, call_id: &CallId) -> Option<Timestamp>;
}

/// The state of Redis.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedisStatus {
    /// Own calls can be written: the server has answered on that connection, a moment ago at most.
    pub writing: bool,
    /// Own calls whose latest state has not been acknowledged yet.
    pub owed: u64,
    /// Ended calls whose records are still to be deleted.
    pub deletions_owed: u64,
    /// Time for which the server has not answered on the connection that notifications come on.
    pub silent_for: Duration,
    /// The server that own calls are written to.
    pub write_url: String,
    /// The server that notifications come from.
    pub subscribe_url: String,
    /// From the last notification to when its call was brought up to date.
    pub lag: Duration,
    /// The feeds of the other nodes, by keyspace.
    pub feeds: Vec<FeedStatus>,
    /// Counters by stable name.
    pub counters: Vec<(&'static str, u64)>,
    /// The last error, in the operator's words.
    pub last_error: Option<String>,
}

/// The state of one feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedStatus {
    /// The keyspace of the calls.
    pub keyspace: Keyspace,
    /// Notifications arrive.
    pub connected: bool,
    /// Time since the last change there; long on a quiet ring.
    pub age: Duration,
    /// Calls held for it.
    pub held: u64,
    /// Calls whose records wait to be read, or to be taken by a shard.
    pub waiting: u64,
    /// The node whose calls they are, if it was heard of.
    pub peer: Option<PeerStatus>,
    /// A resync is under way.
    pub comparing: bool,
    /// The last comparison with Redis.
    pub compared: Option<Comparison>,
}

impl FeedStatus {
    /// A feed that holds nothing.
    pub fn new(keyspace: Keyspace, connected: bool, age: Duration) -> FeedStatus {
        FeedStatus {
            keyspace,
            connected,
            age,
            held: 0,
            waiting: 0,
            peer: None,
            comparing: false,
            compared: None,
        }
    }
}

/// Another node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerStatus {
    /// Time since it was heard of.
    pub age: Duration,
    /// True if it follows this node's keyspace, so holds its calls.
    pub holds_ours: bool,
}

/// A comparison of all calls of a keyspace with their records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// Time since its end.
    pub ago: Duration,
    /// Records found.
    pub records: u64,
    /// Calls without one.
    pub missing: u64,
}

impl RedisStatus {
    /// Writing, and following all that it should follow.
    pub fn is_healthy(&self) -> bool {
        self.writing && self.feeds.iter().all(|feed| feed.connected)
    }

    /// A node that would take the own calls of this one: it is there, and holds them.
    ///
    /// # Errors
    /// The reason that there is none.
    pub fn taker(&self, own: Keyspace) -> Result<Keyspace, NobodyTakes> {
        if !self.writing {
            return Err(NobodyTakes::NotWritten);
        }
        let others = self.feeds.iter().filter(|feed| feed.keyspace != own && feed.connected);
        let takes = |peer: &PeerStatus| peer.holds_ours && peer.age < PEER_FRESH;
        let mut takers = others.filter(|feed| feed.peer.as_ref().is_some_and(takes));
        takers.next().map(|feed| feed.keyspace).ok_or(NobodyTakes::NoPeer(own))
    }

    /// The fault, in words.
    pub fn trouble(&self) -> Option<String> {
        let unsaid = || "Redis is not there yet".to_owned();
        (!self.is_healthy()).then(|| self.last_error.clone().unwrap_or_else(unsaid))
    }
}

/// The reason that nobody would take calls that are handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NobodyTakes {
    /// The node shares its calls with nobody.
    NoRedis,
    /// Redis cannot be reached.
    NotWritten,
    /// No node that holds the calls of this keyspace was heard of lately.
    NoPeer(Keyspace),
}

impl fmt::Display for NobodyTakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NobodyTakes::NoRedis => f.write_str("no Redis is configured, so no other node holds the calls"),
            NobodyTakes::NotWritten => f.write_str("own calls are not written to Redis, see `redis`"),
            NobodyTakes::NoPeer(keyspace) => write!(
                f,
                "no node that follows keyspace {keyspace} was heard of in the last {} seconds",
                PEER_FRESH.as_secs()
            ),
        }
    }
}

/// A node that was not heard of for longer than this is not there: it announces itself every two seconds.
const PEER_FRESH: Duration = Duration::from_secs(10);
