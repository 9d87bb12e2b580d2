//! What operators say to a running node: one table of commands, two doors.
//!
//! # The model
//!
//! A line is parsed once into a [`CtlCommand`]. `execute` asks the shards and answers with typed
//! data, a [`CtlAnswer`], plus the shards that did not answer in time. Then it is written
//! down:
//!
//! * `legacy` writes the texts of rtpengine's CLI to the byte. The word "rtpengine" stays in them, since
//!   clients match it. This is the TCP door that the real `rtpengine-ctl` talks to.
//! * `render` writes tables for people and JSON for programs. This is the unix socket of `tandem ctl`.
//!
//! Every command goes through [`carry_out`], where the rights of its origin are looked at, and what changes a node
//! is logged with who asked.
//!
//! Invariants: no command waits for anything but shards, and that wait is bounded; a shard that is silent is named
//! in the answer.
//!
//! What rtpengine has and this relay has not (transcoding, kernel forwarding, MOS) shows as zero. A parameter
//! that would have no effect cannot be set: a success that does nothing would be a lie.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tandem_shards::admission::Admission;
use tandem_shards::interfaces::Interfaces;
use tandem_shards::io::Ask;
use tandem_shards::io::{Callers, EventLosses};
use tandem_shards::names::{CallId, Keyspace};
use tandem_shards::ports::Ports;
use tandem_shards::settings::Settings;
use tandem_shards::time::Timestamp;

use crate::addresses::Addresses;
use crate::config::NodeLimits;
use crate::liveness::Liveness;
use crate::origin::{Origin, Right};
use crate::request_log::{About, Cut, Protocol, RequestLog};

pub mod answer;
pub mod client;
pub mod commands;
pub mod door;
pub mod effect;
pub mod execute;
pub mod legacy;
pub mod parameters;
pub mod rates;
pub mod render;
pub mod socket;

pub use commands::CtlCommand;
pub use rates::Rates;

use answer::{CtlAnswer, Outcome, Problem};
use effect::Effect;
use execute::Scope;

/// What commands act on besides the shards.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its interfaces.
    pub interfaces: Arc<Interfaces>,
    /// Its ports.
    pub ports: Arc<Ports>,
    /// Its limits that shards check themselves.
    pub admission: Arc<Admission>,
    /// What can be set while it runs.
    pub live: Mutex<Live>,
    /// The same as it was at the start.
    pub at_start: Live,
    /// Counters of the last two seconds.
    pub rates: Mutex<Rates>,
    /// Redis, if the node shares its calls.
    pub redis: Option<Arc<dyn RedisControl>>,
    /// Counts of ng commands, once the fronts are there.
    pub proxies: OnceLock<Arc<dyn ProxyCounts>>,
    /// Where its media addresses are.
    pub addresses: Arc<Addresses>,
    /// Events that did not get into the log.
    pub event_losses: EventLosses,
    /// Which shards turn.
    pub liveness: Arc<Liveness>,
    /// Where refused requests are said.
    pub requests: Arc<RequestLog>,
    /// When it started.
    pub started: Timestamp,
}

/// What can be set while a node runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// What shards are told about calls.
    pub settings: Settings,
    /// Limits; `max_sessions` is the one in [`Admission`].
    pub limits: NodeLimits,
}

impl Node {
    /// What can be set, as it is now.
    pub fn live(&self) -> Live {
        self.live.lock().expect("no panic under the lock").clone()
    }
}

/// What operators can do about Redis; implemented by the Redis side.
pub trait RedisControl: Send + Sync + fmt::Debug {
    /// This node's own keyspace.
    fn keyspace(&self) -> Keyspace;
    /// The keyspaces that are followed, ascending.
    fn subscribed(&self) -> Vec<Keyspace>;
    /// Follows a keyspace, and loads the calls that it has already. False if it is followed already.
    fn subscribe(&self, keyspace: Keyspace) -> bool;
    /// Stops following a keyspace; its calls are ended by the caller. False if it was not followed.
    fn unsubscribe(&self, keyspace: Keyspace) -> bool;
    /// Compares the calls of one keyspace, or of all, with Redis now.
    fn resync(&self, keyspace: Option<Keyspace>);
    /// How it is.
    fn status(&self) -> RedisStatus;
    /// When the record of an own call was stored last, as Redis has acknowledged.
    fn written(&self, call_id: &CallId) -> Option<Timestamp>;
}

/// How Redis is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedisStatus {
    /// Own calls can be written: the server has answered on that connection, a moment ago at most.
    pub writing: bool,
    /// Own calls whose latest state has not been acknowledged yet.
    pub owed: u64,
    /// Ended calls whose records are still to be deleted.
    pub deletions_owed: u64,
    /// Since when the server has not answered on the connection that notifications come on.
    pub silent_for: Duration,
    /// Where own calls are written.
    pub write_url: String,
    /// Where notifications come from.
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

/// How one feed is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedStatus {
    /// Whose calls.
    pub keyspace: Keyspace,
    /// Whether notifications arrive.
    pub connected: bool,
    /// Since when nothing has changed there; long on a quiet ring.
    pub age: Duration,
    /// Calls held for it.
    pub held: u64,
    /// Calls whose records wait to be read, or to be taken by a shard.
    pub waiting: u64,
    /// The node whose calls they are, if it was heard of.
    pub peer: Option<PeerStatus>,
    /// Whether it is being compared with Redis just now.
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
    /// Since when it was not heard of.
    pub age: Duration,
    /// Whether it follows this node's keyspace, so holds its calls.
    pub holds_ours: bool,
}

/// A comparison of all calls of a keyspace with their records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Comparison {
    /// How long ago it ended.
    pub ago: Duration,
    /// Records found.
    pub records: u64,
    /// Calls without one.
    pub missing: u64,
}

/// Counts of ng commands by proxy; implemented by the fronts.
pub trait ProxyCounts: Send + Sync + fmt::Debug {
    /// For each proxy, by address: counts by ng command (`offer`, `start recording` ...), and errors.
    fn by_proxy(&self) -> Vec<ProxyRow>;
}

/// Counts of one proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRow {
    /// Its address.
    pub proxy: IpAddr,
    /// By ng command: how many, and the time from request to reply of all of them.
    pub commands: Vec<(&'static str, u64, Duration)>,
    /// Requests that were answered with an error.
    pub errors: u64,
}

/// The commands of a running node, for any thread.
#[derive(Clone, Debug)]
pub struct Ctl {
    node: Arc<Node>,
    callers: Callers,
}

impl Ctl {
    /// Commands for a node and its shards.
    pub fn new(node: Arc<Node>, callers: Callers) -> Self {
        Ctl { node, callers }
    }

    /// The node.
    pub fn node(&self) -> &Arc<Node> {
        &self.node
    }

    /// Runs one line, which need not be UTF-8, and answers as rtpengine's CLI does.
    ///
    /// # Errors
    /// The listener does not grant that, in words.
    pub fn run_line(&self, line: &[u8], origin: &Origin) -> Result<String, String> {
        legacy_line(&self.node, &mut self.callers.clone(), now(), line, origin)
    }

    /// Runs one JSON request of `tandem ctl` and answers in JSON, without a newline.
    pub fn run_request(&self, request: &str, origin: &Origin) -> String {
        render::run_request(&self.node, &mut self.callers.clone(), now(), request, origin)
    }

    /// The tree of `list jsonstats`, which ng's `statistics` has too.
    pub fn statistics(&self) -> serde_json::Value {
        let mut callers = self.callers.clone();
        let outcome =
            execute::execute(&self.node, &mut callers, now(), CtlCommand::JsonStats, &Scope::default());
        legacy::json::statistics_of(&outcome.answer)
    }
}

/// Runs one line of the line protocol.
///
/// # Errors
/// The listener does not grant that, in words.
pub fn legacy_line<A: Ask>(
    node: &Node,
    ask: &mut A,
    now: Timestamp,
    line: &[u8],
    origin: &Origin,
) -> Result<String, String> {
    let outcome = carry_out(node, ask, now, line, &Scope::default(), origin);
    let text = legacy::write(&outcome);
    match outcome.answer {
        CtlAnswer::Problem(Problem::NotAllowed(_)) => Err(text.trim_end().to_owned()),
        _ => Ok(text),
    }
}

/// Carries out a line, if its origin may ask for it, and tells the log of what it changes or why it is not done: the
/// one way for all listeners.
pub fn carry_out<A: Ask>(
    node: &Node,
    ask: &mut A,
    now: Timestamp,
    line: &[u8],
    scope: &Scope,
    origin: &Origin,
) -> Outcome {
    let command = commands::parse(line);
    let (outcome, effect) = match allowed(&command, origin) {
        Ok(effect) => (execute::execute(node, ask, now, command, scope), effect),
        Err(problem) => (Outcome { answer: problem.into(), silent: Vec::new() }, Effect::Reads),
    };
    if let CtlAnswer::Problem(problem) = &outcome.answer {
        let about = About { protocol: Protocol::Ctl, call_id: problem.call_id(), origin, command: line };
        let detail = legacy::answer(&outcome.answer);
        node.requests.refused(now, &about, problem.name(), Some(&Cut(detail.trim().as_bytes()).to_string()));
    } else if let Effect::Changes(words) = effect {
        let result = render::text(&outcome.answer);
        log::info!("{words}: {} {origin}", Cut(result.trim().as_bytes()));
    }
    outcome
}

/// Whether an origin may ask for a command, and what that does.
///
/// # Errors
/// [`Problem::NotAllowed`].
pub fn allowed(command: &CtlCommand, origin: &Origin) -> Result<Effect, Problem> {
    let effect = command.effect();
    let right = match &effect {
        Effect::Reads => Right::Read,
        Effect::Changes(_) => Right::Change,
    };
    if origin.rights.allow(right) { Ok(effect) } else { Err(Problem::NotAllowed(right)) }
}

/// The wall clock.
#[expect(clippy::disallowed_methods, reason = "operators' threads are at the edge, where time is read")]
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_micros(u64::try_from(since.as_micros()).unwrap_or(u64::MAX))
}
