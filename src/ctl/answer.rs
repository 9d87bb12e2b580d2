//! Answers as data, before anybody writes them down.

use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use tandem_shards::call::snapshot::{CallBrief, CallSnapshot};
use tandem_shards::input::Filter;
use tandem_shards::io::AskError;
use tandem_shards::names::{CallId, InterfaceName, Keyspace, ShardId, Tag};
use tandem_shards::stats::{Counters, ShardReport, Traffic};
use tandem_shards::time::Timestamp;

use crate::addresses::Presence;

use super::commands::{Level, Which, Wrong};
use super::parameters::{NotANumber, Parameter, Value};
use super::rates::Rate;
use super::{PeerStatus, ProxyRow, RedisStatus};
use crate::origin::Right;

/// An answer, and who did not contribute to it.
#[derive(Debug)]
pub struct Outcome {
    /// The answer.
    pub answer: CtlAnswer,
    /// Shards that were asked and did not answer.
    pub silent: Vec<Silent>,
}

/// A shard that did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    /// Which.
    pub shard: ShardId,
    /// Why not.
    pub error: AskError,
}

/// What a command is answered with.
#[derive(Debug)]
pub enum CtlAnswer {
    /// The words of a level.
    Help(Level),
    /// The words of all levels.
    Usage,
    /// How many calls.
    Sessions(SessionCounts),
    /// Calls.
    Calls(CallList),
    /// A call in full.
    Call(Box<CallView>),
    /// A party of a call in full.
    Party(Box<CallView>, Tag),
    /// All counters.
    Totals(Box<Totals>),
    /// Rates.
    Counters(Rate),
    /// All counters, as JSON.
    JsonStats(Box<Totals>),
    /// Interfaces and their ports.
    Interfaces(Vec<InterfaceUse>),
    /// Transcoders: none.
    Transcoders,
    /// A parameter as it is.
    Shown(Parameter, Value),
    /// A parameter that was set.
    Set(Parameter, Value),
    /// The log systems.
    LogLevels,
    /// The level of a log system that may be unknown.
    LogLevel(Option<i32>),
    /// The levels of all log systems.
    AllLogLevels(i32),
    /// The log level was set.
    LogLevelSet(i32),
    /// Parameters by rtpengine's names.
    Params(Vec<(String, String)>),
    /// Parameters that were changed: name, before, now.
    ParamsDiff(Vec<(&'static str, i128, i128)>),
    /// Parameters are as at the start.
    Reverted,
    /// Calls were ended.
    Terminated(Filter, u64),
    /// One call was ended; answers to `call … terminate`.
    CallTerminated(CallId),
    /// Keyspaces that are followed.
    Keyspaces(Vec<Keyspace>),
    /// A keyspace is followed now.
    KeyspaceAdded(Keyspace),
    /// A keyspace is not followed any more, and so many calls were ended.
    KeyspaceRemoved(Keyspace, u64),
    /// All calls are own; so many were not.
    Active(u64),
    /// All calls are foreign; so many were not.
    StandBy(u64),
    /// Debug lines of a call were turned on or off.
    DebugSet(CallId, bool),
    /// One row for each shard.
    Shards(Vec<ShardRow>),
    /// The node on one screen.
    Status(Box<Status>),
    /// So many shards answer.
    Pong(usize),
    /// Redis.
    Redis(Keyspace, RedisStatus),
    /// A comparison was asked for.
    Resync(Option<Keyspace>),
    /// Not done, and why.
    Problem(Problem),
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// The line is no command.
    Wrong(Wrong),
    /// `list sessions` of an unknown call.
    SessionUnknown(CallId),
    /// `terminate` of an unknown call.
    TerminateUnknown(CallId),
    /// `call` of an unknown call.
    CallUnknown(CallId),
    /// `debug` of an unknown call.
    DebugUnknown(CallId),
    /// The call has no such party.
    TagUnknown(Tag),
    /// `debug` without a call.
    NoCallId,
    /// Neither on nor off.
    InvalidFlag(String),
    /// Too many calls are debugged already.
    TooManyDebugged,
    /// A parameter was not set; the whole line.
    NotSet(String),
    /// The node has no Redis.
    NoRedis,
    /// `standby`, and nobody is there to take the calls.
    NobodyTakes(NobodyTakes),
    /// `ksadd` or `ksrm` of what is no keyspace: "adding" or "removing", the text, why.
    BadKeyspace(&'static str, String, Option<NotANumber>),
    /// Followed already.
    KeyspaceKnown(Keyspace),
    /// Not followed.
    KeyspaceUnknown(Keyspace),
    /// The shard that had to answer did not.
    Unanswered,
    /// There is no such shard.
    NoShard(u16),
    /// The listener does not grant it.
    NotAllowed(Right),
}

/// Why nobody would take calls that are handed over.
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

/// A node that was not heard of for longer than this is not there: it says that it is every two seconds.
pub const PEER_FRESH: Duration = Duration::from_secs(10);

/// How many calls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SessionCounts {
    /// Own.
    pub own: u64,
    /// Foreign.
    pub foreign: u64,
    /// IPv4 media only.
    pub ip4_only: u64,
    /// IPv6 media only.
    pub ip6_only: u64,
    /// Media of both families.
    pub mixed: u64,
}

/// Calls.
#[derive(Clone, Debug)]
pub struct CallList {
    /// Which were asked for.
    pub which: Which,
    /// The newest first.
    pub calls: Vec<CallBrief>,
    /// The keyspace of own calls.
    pub keyspace: Option<Keyspace>,
    /// When.
    pub now: Timestamp,
}

/// A call and what is needed to show it.
#[derive(Clone, Debug)]
pub struct CallView {
    /// The call.
    pub call: CallSnapshot,
    /// Its shard.
    pub shard: ShardId,
    /// The keyspace of own calls.
    pub keyspace: Option<Keyspace>,
    /// When it was written to Redis.
    pub written: Option<Timestamp>,
    /// The DSCP byte in force.
    pub tos: u8,
    /// When.
    pub now: Timestamp,
}

/// All counters.
#[derive(Clone, Debug, Default)]
pub struct Totals {
    /// Calls now.
    pub sessions: SessionCounts,
    /// Media streams now.
    pub streams: u64,
    /// Since the start.
    pub counters: Counters,
    /// In the last second.
    pub rate: Rate,
    /// Seconds since the start.
    pub uptime: u64,
    /// Interfaces.
    pub interfaces: Vec<InterfaceUse>,
    /// ng commands by proxy.
    pub proxies: Vec<ProxyRow>,
}

/// An address of an interface and its ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceUse {
    /// The interface.
    pub name: InterfaceName,
    /// The address.
    pub ip: IpAddr,
    /// The address that SDP shows.
    pub advertised: IpAddr,
    /// Where the address is.
    pub presence: Presence,
    /// Whether it is this node's own, not held for another.
    pub own: bool,
    /// Lowest and highest port.
    pub range: (u16, u16),
    /// Ports taken.
    pub used: u32,
    /// Packets in and out since the start.
    pub traffic: Traffic,
}

/// A shard in one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShardRow {
    /// Its report.
    pub report: ShardReport,
    /// Its rate.
    pub rate: Rate,
}

/// The node on one screen.
#[derive(Clone, Debug)]
pub struct Status {
    /// Its name.
    pub node: String,
    /// All counters.
    pub totals: Totals,
    /// `max-sessions`.
    pub max_sessions: i64,
    /// An own media address that is not here although it should be, in words.
    pub absent: Option<String>,
    /// Shards there are.
    pub shards: u16,
    /// Shards that answered.
    pub answering: usize,
    /// Events that are missing in the log because they came too fast.
    pub events_lost: u64,
    /// Redis, if there is one.
    pub redis: Option<(Keyspace, RedisStatus)>,
}

impl Outcome {
    /// The exit code of `tandem ctl`.
    pub fn exit_code(&self) -> u8 {
        match &self.answer {
            CtlAnswer::Problem(Problem::Unanswered) => EXIT_PARTIAL,
            CtlAnswer::Problem(problem) if problem.is_unknown() => EXIT_NOT_FOUND,
            CtlAnswer::Problem(_) => EXIT_REFUSED,
            _ if !self.silent.is_empty() => EXIT_PARTIAL,
            CtlAnswer::Status(status) if status.absent.is_some() => EXIT_DEGRADED,
            CtlAnswer::Status(status) => match &status.redis {
                Some((_, redis)) if !redis.is_healthy() => EXIT_DEGRADED,
                _ => EXIT_DONE,
            },
            _ => EXIT_DONE,
        }
    }
}

/// Done, and healthy.
pub const EXIT_DONE: u8 = 0;
/// Refused or failed.
pub const EXIT_REFUSED: u8 = 1;
/// The command line makes no sense.
pub const EXIT_USAGE: u8 = 2;
/// No such call, keyspace or key.
pub const EXIT_NOT_FOUND: u8 = 3;
/// Some shard did not answer in time.
pub const EXIT_PARTIAL: u8 = 4;
/// The daemon cannot be reached.
pub const EXIT_UNREACHABLE: u8 = 5;
/// The configuration is right and the host is not.
pub const EXIT_HOST: u8 = 6;
/// It works, but not all of it.
pub const EXIT_DEGRADED: u8 = 7;

impl Problem {
    /// The stable name, for the log and its counts.
    pub fn name(&self) -> &'static str {
        match self {
            Problem::Wrong(Wrong::MoreParameters) => "more parameters required",
            Problem::Wrong(Wrong::Unknown(_)) => "unknown command",
            Problem::SessionUnknown(_)
            | Problem::TerminateUnknown(_)
            | Problem::CallUnknown(_)
            | Problem::DebugUnknown(_) => "unknown call",
            Problem::TagUnknown(_) => "unknown tag",
            Problem::NoCallId => "no call-id",
            Problem::InvalidFlag(_) => "neither on nor off",
            Problem::TooManyDebugged => "too many debugged calls",
            Problem::NotSet(_) => "not set",
            Problem::NoRedis => "no Redis",
            Problem::NobodyTakes(_) => "nobody takes the calls",
            Problem::BadKeyspace(..) => "bad keyspace",
            Problem::KeyspaceKnown(_) => "keyspace followed already",
            Problem::KeyspaceUnknown(_) => "keyspace not followed",
            Problem::Unanswered => "its shard does not answer",
            Problem::NoShard(_) => "no such shard",
            Problem::NotAllowed(_) => "not allowed",
        }
    }

    /// The call that it is about, if it is one.
    pub fn call_id(&self) -> Option<&[u8]> {
        match self {
            Problem::SessionUnknown(call_id)
            | Problem::TerminateUnknown(call_id)
            | Problem::CallUnknown(call_id)
            | Problem::DebugUnknown(call_id) => Some(call_id.as_bytes()),
            _ => None,
        }
    }

    fn is_unknown(&self) -> bool {
        matches!(
            self,
            Problem::SessionUnknown(_)
                | Problem::TerminateUnknown(_)
                | Problem::CallUnknown(_)
                | Problem::DebugUnknown(_)
                | Problem::TagUnknown(_)
                | Problem::KeyspaceUnknown(_)
                | Problem::NoShard(_)
        )
    }
}

impl RedisStatus {
    /// Writing, and following all that it should follow.
    pub fn is_healthy(&self) -> bool {
        self.writing && self.feeds.iter().all(|feed| feed.connected)
    }

    /// A node that would take the own calls of this one: it is there, and holds them.
    ///
    /// # Errors
    /// Why there is none.
    pub fn taker(&self, own: Keyspace) -> Result<Keyspace, NobodyTakes> {
        if !self.writing {
            return Err(NobodyTakes::NotWritten);
        }
        let others = self.feeds.iter().filter(|feed| feed.keyspace != own && feed.connected);
        let takes = |peer: &PeerStatus| peer.holds_ours && peer.age < PEER_FRESH;
        let mut takers = others.filter(|feed| feed.peer.as_ref().is_some_and(takes));
        takers.next().map(|feed| feed.keyspace).ok_or(NobodyTakes::NoPeer(own))
    }

    /// What is wrong, in words.
    pub fn trouble(&self) -> Option<String> {
        let unsaid = || "Redis is not there yet".to_owned();
        (!self.is_healthy()).then(|| self.last_error.clone().unwrap_or_else(unsaid))
    }
}

impl SessionCounts {
    /// Own and foreign: there is no third kind.
    pub fn total(&self) -> u64 {
        self.own + self.foreign
    }

    /// Adds a shard's.
    pub fn add(&mut self, report: &ShardReport) {
        self.own += report.own;
        self.foreign += report.foreign;
        self.ip4_only += report.ip4_only;
        self.ip6_only += report.ip6_only;
        self.mixed += report.mixed;
    }
}
