//! A command at work: its node, its shards, and the shards that did not answer.

use std::time::Duration;

use tandem_shards::call::state::CallSnapshot;
use tandem_shards::input::{Command, Filter};
use tandem_shards::io::{Ask, AskError};
use tandem_shards::names::{CallId, Keyspace, ShardId};
use tandem_shards::output::Reply;
use tandem_shards::routing::shard_of;
use tandem_shards::stats::ShardReport;
use tandem_shards::time::Timestamp;

use super::answer::Answer;
use super::problem::{EXIT_DEGRADED, EXIT_DONE, EXIT_PARTIAL, Problem};
use crate::node::{Live, Node, Rates, RedisControl};

/// Wait for rates that nobody has asked for lately.
const RATE_WINDOW: Duration = Duration::from_millis(250);
/// Most calls that one answer lists.
pub const LIST_MAX: usize = 100_000;

/// The part of the node that a command is about.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Only this shard, for commands that ask them all.
    pub shard: Option<ShardId>,
    /// Most calls to list.
    pub limit: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Scope { shard: None, limit: LIST_MAX }
    }
}

/// An answer, and what is missing from it.
#[derive(Debug)]
pub struct Outcome {
    /// The answer, or why there is none.
    pub answer: Result<Box<dyn Answer>, Problem>,
    /// Shards that were asked and did not answer.
    pub silent: Vec<Silent>,
    /// True if the node works, but not all of it.
    pub is_degraded: bool,
}

/// A shard that did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silent {
    /// The shard.
    pub shard: ShardId,
    /// The reason.
    pub error: AskError,
}

impl Outcome {
    /// A command that was not run.
    pub fn refused(problem: Problem) -> Outcome {
        Outcome { answer: Err(problem), silent: Vec::new(), is_degraded: false }
    }

    /// The exit code of `tandem ctl`.
    pub fn exit_code(&self) -> u8 {
        match &self.answer {
            Err(problem) => problem.exit,
            Ok(_) if !self.silent.is_empty() => EXIT_PARTIAL,
            Ok(_) if self.is_degraded => EXIT_DEGRADED,
            Ok(_) => EXIT_DONE,
        }
    }
}

/// A command at work.
pub struct Execution<'a> {
    /// The node.
    pub node: &'a Node,
    /// The time.
    pub now: Timestamp,
    /// The part of the node that is asked about.
    pub scope: Scope,
    /// Set by a command that finds the node degraded.
    pub is_degraded: bool,
    ask: &'a mut dyn Ask,
    silent: Vec<Silent>,
}

impl std::fmt::Debug for Execution<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Execution").field("scope", &self.scope).field("silent", &self.silent).finish()
    }
}

/// Runs a command whose rights were checked.
pub fn execute(
    node: &Node,
    ask: &mut dyn Ask,
    now: Timestamp,
    scope: &Scope,
    command: impl FnOnce(&mut Execution<'_>) -> Result<Box<dyn Answer>, Problem>,
) -> Outcome {
    let mut execution = Execution::new(node, ask, now, scope);
    let answer = match scope.shard {
        Some(shard) if shard.0 >= execution.shard_count() => {
            Err(Problem::new("no such shard", format!("There is no shard {shard}\n")).not_found())
        }
        _ => command(&mut execution),
    };
    Outcome { answer, silent: execution.silent, is_degraded: execution.is_degraded }
}

impl<'a> Execution<'a> {
    /// A command that has asked nobody yet.
    pub fn new(node: &'a Node, ask: &'a mut dyn Ask, now: Timestamp, scope: &Scope) -> Self {
        Execution { node, ask, now, scope: *scope, is_degraded: false, silent: Vec::new() }
    }

    /// The number of shards.
    pub fn shard_count(&self) -> u16 {
        self.ask.shard_count()
    }

    /// Shards that did not answer so far.
    pub fn silent_count(&self) -> usize {
        self.silent.len()
    }

    /// Notes a shard that does not answer.
    pub fn note_silent(&mut self, shard: ShardId, error: AskError) {
        self.silent.push(Silent { shard, error });
    }

    /// Asks one shard; if it does not answer, that is noted.
    pub fn one(&mut self, shard: ShardId, command: Command) -> Option<Reply> {
        match self.ask.ask(shard, command) {
            Ok(reply) => Some(reply),
            Err(error) => {
                self.note_silent(shard, error);
                None
            }
        }
    }

    /// Asks all shards, or the one of the scope.
    pub fn all(&mut self, command: impl Fn() -> Command) -> Vec<Reply> {
        let shards: Vec<ShardId> = match self.scope.shard {
            Some(shard) => vec![shard],
            None => (0..self.shard_count()).map(ShardId).collect(),
        };
        shards.into_iter().filter_map(|shard| self.one(shard, command())).collect()
    }

    /// Asks all shards, and adds up their counts.
    pub fn count_all(&mut self, command: impl Fn() -> Command) -> u64 {
        let count = |reply| if let Reply::Count(count) = reply { count } else { 0 };
        self.all(command).into_iter().map(count).sum()
    }

    /// Reports of the shards.
    pub fn reports(&mut self) -> Vec<ShardReport> {
        let report = |reply| if let Reply::Shard(report) = reply { Some(*report) } else { None };
        self.all(|| Command::Report).into_iter().filter_map(report).collect()
    }

    /// Reports of the shards, with rates that are about now: of the time since somebody asked last, or,
    /// if that is too long ago or too short, of a moment that is waited for.
    pub fn measured_reports(&mut self) -> Vec<ShardReport> {
        let mut reports = self.reports();
        let fresh = self.rates().observe_all(self.now, &reports);
        if !fresh && self.silent.is_empty() {
            wait(RATE_WINDOW);
            self.now = self.now + RATE_WINDOW;
            reports = self.reports();
            self.rates().observe_all(self.now, &reports);
        }
        reports
    }

    /// The rates of the node.
    pub fn rates(&self) -> std::sync::MutexGuard<'_, Rates> {
        self.node.rates.lock().expect("no panic under the lock")
    }

    /// The keyspace of own calls; none without Redis.
    pub fn keyspace(&self) -> Option<Keyspace> {
        self.node.redis.as_ref().map(|redis| redis.keyspace())
    }

    /// Redis.
    ///
    /// # Errors
    /// There is none.
    pub fn redis(&self) -> Result<&dyn RedisControl, Problem> {
        let none = || Problem::new("no Redis", "Keyspace notification feature has not been configured.\n");
        self.node.redis.as_deref().ok_or_else(none)
    }

    /// The shard of a call.
    pub fn home(&self, call_id: &CallId) -> ShardId {
        shard_of(call_id, self.shard_count())
    }

    /// A call as its shard has it, if it exists.
    ///
    /// # Errors
    /// Its shard does not answer.
    pub fn call(&mut self, call_id: &CallId) -> Result<Option<Box<CallSnapshot>>, Problem> {
        let shard = self.home(call_id);
        match self.one(shard, Command::Query(call_id.clone())).ok_or_else(Problem::unanswered)? {
            Reply::Call(call) => Ok(Some(call)),
            _ => Ok(None),
        }
    }

    /// Ends a call; true if it existed.
    ///
    /// # Errors
    /// Its shard does not answer.
    pub fn terminate(&mut self, call_id: &CallId) -> Result<bool, Problem> {
        let command = Command::Terminate(Filter::One(call_id.clone()));
        let reply = self.one(self.home(call_id), command).ok_or_else(Problem::unanswered)?;
        Ok(matches!(reply, Reply::Count(1..)))
    }

    /// Puts settings into force, at all shards whatever the scope: a node has one set of them.
    pub fn adopt(&mut self, live: Live) {
        let settings = live.settings.clone();
        let before = std::mem::replace(&mut *self.node.live.lock().expect("no panic under the lock"), live);
        if before.settings != settings {
            self.scope.shard = None;
            self.all(|| Command::Configure(Box::new(settings.clone())));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "an operator's thread, which measures on demand")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}
