//! From a command to an answer: asks the shards, one after the other.

use std::time::Duration;

use tandem_shards::input::{Command, Filter};
use tandem_shards::io::{Ask, AskError};
use tandem_shards::names::{CallId, Keyspace, ShardId, Tag};
use tandem_shards::output::Reply;
use tandem_shards::routing::shard_of;
use tandem_shards::stats::{Counters, ShardReport, Traffic};
use tandem_shards::time::Timestamp;

use super::answer::{
    CallList, CallView, CtlAnswer, InterfaceUse, NobodyTakes, Outcome, Problem, SessionCounts, ShardRow,
    Silent, Status, Totals,
};
use super::commands::{CallAct, CtlCommand, DebugFlag, Handover, ParamsWord, Which};
use super::parameters::{Parameter, listing, numbers, strtol};
use super::{Live, Node, RedisControl};
use crate::logging;

/// How long rates are measured when nobody has asked for them lately.
const RATE_WINDOW: Duration = Duration::from_millis(250);
/// Calls that one answer lists at most.
pub const LIST_MAX: usize = 100_000;

/// Which part of the node a command is about.
#[derive(Clone, Copy, Debug)]
pub struct Scope {
    /// Only this shard, for commands that ask them all.
    pub shard: Option<ShardId>,
    /// List at most so many calls.
    pub limit: usize,
}

impl Default for Scope {
    fn default() -> Self {
        Scope { shard: None, limit: LIST_MAX }
    }
}

/// Does what a command says. Whether it may be done has been asked before, in `carry_out`.
pub(super) fn execute<A: Ask>(
    node: &Node,
    ask: &mut A,
    now: Timestamp,
    command: CtlCommand,
    scope: &Scope,
) -> Outcome {
    let mut desk = Desk { node, ask, now, scope: *scope, silent: Vec::new() };
    let answer = match scope.shard {
        Some(shard) if shard.0 >= desk.ask.shard_count() => CtlAnswer::Problem(Problem::NoShard(shard.0)),
        _ => desk.run(command),
    };
    Outcome { answer, silent: desk.silent }
}

#[expect(clippy::disallowed_methods, reason = "an operator's thread, which measures on demand")]
fn wait(time: Duration) {
    std::thread::sleep(time);
}

struct Desk<'a, A> {
    node: &'a Node,
    ask: &'a mut A,
    now: Timestamp,
    scope: Scope,
    silent: Vec<Silent>,
}

impl<A: Ask> Desk<'_, A> {
    fn run(&mut self, command: CtlCommand) -> CtlAnswer {
        match command {
            CtlCommand::Help(level) => CtlAnswer::Help(level),
            CtlCommand::Usage => CtlAnswer::Usage,
            CtlCommand::Numsessions => CtlAnswer::Sessions(self.sessions()),
            CtlCommand::Sessions(which) => self.list(which),
            CtlCommand::Session(call_id) => match self.call(&call_id) {
                Ok(view) => view.map_or(Problem::SessionUnknown(call_id).into(), CtlAnswer::Call),
                Err(problem) => problem.into(),
            },
            CtlCommand::Totals => CtlAnswer::Totals(Box::new(self.totals())),
            CtlCommand::Counters => {
                self.measured_reports();
                CtlAnswer::Counters(self.rates().total())
            }
            CtlCommand::JsonStats => CtlAnswer::JsonStats(Box::new(self.totals())),
            CtlCommand::Interfaces => CtlAnswer::Interfaces(self.interfaces()),
            CtlCommand::Transcoders => CtlAnswer::Transcoders,
            CtlCommand::Show(parameter) => {
                CtlAnswer::Shown(parameter, parameter.value(self.node, &self.node.live()))
            }
            CtlCommand::Set(parameter, text) => self.set(parameter, &text),
            CtlCommand::LogLevels => CtlAnswer::LogLevels,
            CtlCommand::LogLevel(None) => CtlAnswer::AllLogLevels(logging::to_syslog(logging::level())),
            CtlCommand::LogLevel(Some(system)) => {
                CtlAnswer::LogLevel((system == LOG_SYSTEM).then(|| logging::to_syslog(logging::level())))
            }
            CtlCommand::SetLogLevel(system, text) => set_log_level(system.as_deref(), &text),
            CtlCommand::Params(word) => self.params(word),
            CtlCommand::Terminate(filter) => self.terminate(filter),
            CtlCommand::KsAdd(text) => self.ksadd(&text),
            CtlCommand::KsRm(text) => self.ksrm(&text),
            CtlCommand::KsList => self.with_redis(|redis| CtlAnswer::Keyspaces(redis.subscribed())),
            CtlCommand::Active => {
                self.node.addresses.set_standby(false);
                CtlAnswer::Active(self.count_all(|| Command::Activate))
            }
            CtlCommand::StandBy(handover) => self.stand_by(handover),
            CtlCommand::Debug(None) => Problem::NoCallId.into(),
            CtlCommand::Debug(Some((call_id, flag))) => {
                self.debug(call_id, flag).unwrap_or_else(CtlAnswer::Problem)
            }
            CtlCommand::Call(call_id, act) => {
                self.about_call(call_id, act).unwrap_or_else(CtlAnswer::Problem)
            }
            CtlCommand::Shards => self.shards(),
            CtlCommand::Status => self.status(),
            CtlCommand::Ping => self.ping(),
            CtlCommand::Redis => self.with_redis(|redis| CtlAnswer::Redis(redis.keyspace(), redis.status())),
            CtlCommand::Resync(keyspace) => self.resync(keyspace),
            CtlCommand::Wrong(wrong) => Problem::Wrong(wrong).into(),
        }
    }

    /// Asks one shard; if it does not answer, it is noted.
    fn one(&mut self, shard: ShardId, command: Command) -> Option<Reply> {
        match self.ask.ask(shard, command) {
            Ok(reply) => Some(reply),
            Err(error) => {
                self.silent.push(Silent { shard, error });
                None
            }
        }
    }

    /// Asks all shards, or the one of the scope.
    fn all(&mut self, command: impl Fn() -> Command) -> Vec<Reply> {
        let shards: Vec<ShardId> = match self.scope.shard {
            Some(shard) => vec![shard],
            None => (0..self.ask.shard_count()).map(ShardId).collect(),
        };
        shards.into_iter().filter_map(|shard| self.one(shard, command())).collect()
    }

    fn count_all(&mut self, command: impl Fn() -> Command) -> u64 {
        let count = |reply| if let Reply::Count(count) = reply { count } else { 0 };
        self.all(command).into_iter().map(count).sum()
    }

    fn reports(&mut self) -> Vec<ShardReport> {
        let report = |reply| if let Reply::Shard(report) = reply { Some(*report) } else { None };
        self.all(|| Command::Report).into_iter().filter_map(report).collect()
    }

    /// Reports of the shards, with rates that are about now: of the time since somebody asked last, or,
    /// if that is too long ago or too short, of a moment that is waited for.
    fn measured_reports(&mut self) -> Vec<ShardReport> {
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

    fn rates(&self) -> std::sync::MutexGuard<'_, super::Rates> {
        self.node.rates.lock().expect("no panic under the lock")
    }

    fn keyspace(&self) -> Option<Keyspace> {
        self.node.redis.as_ref().map(|redis| redis.keyspace())
    }

    fn sessions(&mut self) -> SessionCounts {
        let mut sessions = SessionCounts::default();
        for report in self.reports() {
            sessions.add(&report);
        }
        sessions
    }

    fn totals(&mut self) -> Totals {
        let reports = self.measured_reports();
        let mut totals = Totals {
            rate: match self.scope.shard {
                Some(shard) => self.rates().of(shard),
                None => self.rates().total(),
            },
            uptime: self.now.since(self.node.started).as_secs(),
            proxies: self.node.proxies.get().map(|proxies| proxies.by_proxy()).unwrap_or_default(),
            ..Totals::default()
        };
        for report in &reports {
            totals.sessions.add(report);
            totals.streams += report.streams;
            totals.counters.add(&report.counters);
        }
        totals.interfaces = interfaces(self.node, &totals.counters.traffic);
        totals
    }

    fn interfaces(&mut self) -> Vec<InterfaceUse> {
        let mut counters = Counters::default();
        for report in self.reports() {
            counters.add(&report.counters);
        }
        interfaces(self.node, &counters.traffic)
    }

    fn list(&mut self, which: Which) -> CtlAnswer {
        let filter = match which {
            Which::All => Filter::All,
            Which::Own => Filter::Own,
            Which::Foreign => Filter::Foreign,
            Which::Recording => {
                return CtlAnswer::Calls(CallList {
                    which,
                    calls: Vec::new(),
                    keyspace: self.keyspace(),
                    now: self.now,
                });
            }
        };
        let limit = self.scope.limit.min(LIST_MAX);
        let mut calls = Vec::new();
        for reply in self.all(|| Command::List { filter: filter.clone(), limit }) {
            if let Reply::Calls(some) = reply {
                calls.extend(some);
            }
        }
        calls.sort_by(|a, b| b.created.cmp(&a.created).then_with(|| a.call_id.cmp(&b.call_id)));
        calls.truncate(limit);
        CtlAnswer::Calls(CallList { which, calls, keyspace: self.keyspace(), now: self.now })
    }

    fn home(&self, call_id: &CallId) -> ShardId {
        shard_of(call_id, self.ask.shard_count())
    }

    fn call(&mut self, call_id: &CallId) -> Result<Option<Box<CallView>>, Problem> {
        let shard = self.home(call_id);
        let reply = self.one(shard, Command::Query(call_id.clone())).ok_or(Problem::Unanswered)?;
        let Reply::Call(call) = reply else { return Ok(None) };
        let tos = call.tos.unwrap_or(self.node.live().settings.tos);
        let written = self.node.redis.as_ref().and_then(|redis| redis.written(call_id));
        let (keyspace, now) = (self.keyspace(), self.now);
        Ok(Some(Box::new(CallView { call: *call, shard, keyspace, written, tos, now })))
    }

    fn terminate(&mut self, filter: Filter) -> CtlAnswer {
        let Filter::One(call_id) = &filter else {
            let count = self.count_all(|| Command::Terminate(filter.clone()));
            return CtlAnswer::Terminated(filter, count);
        };
        match self.terminate_one(call_id) {
            Ok(true) => CtlAnswer::Terminated(filter, 1),
            Ok(false) => Problem::TerminateUnknown(call_id.clone()).into(),
            Err(problem) => problem.into(),
        }
    }

    fn terminate_one(&mut self, call_id: &CallId) -> Result<bool, Problem> {
        let command = Command::Terminate(Filter::One(call_id.clone()));
        let reply = self.one(self.home(call_id), command).ok_or(Problem::Unanswered)?;
        Ok(matches!(reply, Reply::Count(1..)))
    }

    fn about_call(&mut self, call_id: CallId, act: CallAct) -> Result<CtlAnswer, Problem> {
        let view = self.call(&call_id)?.ok_or_else(|| Problem::CallUnknown(call_id.clone()))?;
        match act {
            CallAct::Info => Ok(CtlAnswer::Call(view)),
            CallAct::Party(tag) if has_party(&view, &tag) => Ok(CtlAnswer::Party(view, tag)),
            CallAct::Party(tag) => Err(Problem::TagUnknown(tag)),
            CallAct::Debug(flag) => self.debug(call_id, flag),
            CallAct::Terminate if self.terminate_one(&call_id)? => Ok(CtlAnswer::CallTerminated(call_id)),
            CallAct::Terminate => Err(Problem::CallUnknown(call_id)),
            CallAct::Wrong(wrong) => Err(Problem::Wrong(wrong)),
        }
    }

    fn debug(&mut self, call_id: CallId, flag: DebugFlag) -> Result<CtlAnswer, Problem> {
        let on = match flag {
            DebugFlag::On => true,
            DebugFlag::Off => false,
            DebugFlag::Invalid(word) => return Err(Problem::InvalidFlag(word)),
        };
        if self.call(&call_id)?.is_none() {
            return Err(Problem::DebugUnknown(call_id));
        }
        if !logging::debug_call(&call_id, on) {
            return Err(Problem::TooManyDebugged);
        }
        Ok(CtlAnswer::DebugSet(call_id, on))
    }

    fn set(&mut self, parameter: Parameter, text: &str) -> CtlAnswer {
        let mut live = self.node.live();
        match parameter.set(self.node, &mut live, text) {
            Err(line) => Problem::NotSet(line).into(),
            Ok(value) => {
                self.adopt(live);
                CtlAnswer::Set(parameter, value)
            }
        }
    }

    /// Makes new settings known to all shards, whatever the scope: a node has one set of them.
    fn adopt(&mut self, live: Live) {
        let settings = live.settings.clone();
        let before = std::mem::replace(&mut *self.node.live.lock().expect("no panic under the lock"), live);
        if before.settings != settings {
            self.scope.shard = None;
            self.all(|| Command::Configure(Box::new(settings.clone())));
        }
    }

    fn params(&mut self, word: ParamsWord) -> CtlAnswer {
        let live = self.node.live();
        match word {
            ParamsWord::Start => CtlAnswer::Params(listing(self.node, &self.node.at_start)),
            ParamsWord::Current => CtlAnswer::Params(listing(self.node, &live)),
            ParamsWord::Diff => {
                let (before, now) = (numbers(&self.node.at_start), numbers(&live));
                let pairs = before.into_iter().zip(now);
                let changed = pairs.filter(|((_, a), (_, b))| a != b).map(|((n, a), (_, b))| (n, a, b));
                CtlAnswer::ParamsDiff(changed.collect())
            }
            ParamsWord::Revert => {
                self.node.admission.set_max_sessions(self.node.at_start.limits.max_sessions);
                self.adopt(self.node.at_start.clone());
                CtlAnswer::Reverted
            }
        }
    }

    fn with_redis(&self, answer: impl FnOnce(&dyn RedisControl) -> CtlAnswer) -> CtlAnswer {
        self.node.redis.as_deref().map_or(Problem::NoRedis.into(), answer)
    }

    fn ksadd(&mut self, text: &str) -> CtlAnswer {
        self.with_redis(|redis| match keyspace_of("adding", text) {
            Err(problem) => problem.into(),
            Ok(keyspace) if redis.subscribe(keyspace) => CtlAnswer::KeyspaceAdded(keyspace),
            Ok(keyspace) => Problem::KeyspaceKnown(keyspace).into(),
        })
    }

    fn ksrm(&mut self, text: &str) -> CtlAnswer {
        let Some(redis) = &self.node.redis else { return Problem::NoRedis.into() };
        match keyspace_of("removing", text) {
            Err(problem) => problem.into(),
            Ok(keyspace) if redis.unsubscribe(keyspace) => {
                let count = self.count_all(|| Command::Terminate(Filter::Keyspace(keyspace)));
                CtlAnswer::KeyspaceRemoved(keyspace, count)
            }
            Ok(keyspace) => Problem::KeyspaceUnknown(keyspace).into(),
        }
    }

    fn resync(&mut self, keyspace: Option<Keyspace>) -> CtlAnswer {
        self.with_redis(|redis| match keyspace {
            Some(keyspace) if !redis.subscribed().contains(&keyspace) => {
                Problem::KeyspaceUnknown(keyspace).into()
            }
            keyspace => {
                redis.resync(keyspace);
                CtlAnswer::Resync(keyspace)
            }
        })
    }

    fn shards(&mut self) -> CtlAnswer {
        let reports = self.measured_reports();
        let rates = self.rates();
        let row = |report: ShardReport| ShardRow { rate: rates.of(report.shard), report };
        CtlAnswer::Shards(reports.into_iter().map(row).collect())
    }

    /// Calls that nobody takes end by their timeouts, so this is for when somebody is there to take them.
    fn stand_by(&mut self, handover: Handover) -> CtlAnswer {
        let redis = self.node.redis.as_ref().map(|redis| (redis.keyspace(), redis.status()));
        let taker = match &redis {
            None => Err(NobodyTakes::NoRedis),
            Some((keyspace, status)) => status.taker(*keyspace),
        };
        match (taker, handover) {
            (Err(why), Handover::Safe) => return Problem::NobodyTakes(why).into(),
            (Err(why), Handover::Forced) => log::warn!("standby by force: {why}"),
            (Ok(_), _) => {}
        }
        self.node.addresses.set_standby(true);
        CtlAnswer::StandBy(self.count_all(|| Command::StandBy))
    }

    /// Goes by the notes about all shards and asks none: it must answer at once.
    fn ping(&mut self) -> CtlAnswer {
        let liveness = &self.node.liveness;
        let stalled = liveness.stalled();
        let turning = liveness.shard_count() - stalled.len();
        self.silent.extend(stalled.into_iter().map(|shard| Silent { shard, error: AskError::TimedOut }));
        CtlAnswer::Pong(turning)
    }

    fn status(&mut self) -> CtlAnswer {
        let totals = self.totals();
        let shards = self.ask.shard_count();
        CtlAnswer::Status(Box::new(Status {
            node: self.node.name.clone(),
            totals,
            max_sessions: self.node.admission.max_sessions(),
            absent: self.node.absent(),
            shards,
            answering: usize::from(shards) - self.silent.len(),
            events_lost: self.node.event_losses.count(),
            redis: self.node.redis.as_ref().map(|redis| (redis.keyspace(), redis.status())),
        }))
    }
}

impl From<Problem> for CtlAnswer {
    fn from(problem: Problem) -> Self {
        CtlAnswer::Problem(problem)
    }
}

/// The one log system there is, by rtpengine's name.
pub const LOG_SYSTEM: &str = "core";

fn set_log_level(system: Option<&str>, text: &str) -> CtlAnswer {
    let fail = |reason: &str| Problem::NotSet(format!("Fail setting loglevel to {text}; {reason}\n")).into();
    if system.is_some_and(|system| system != LOG_SYSTEM) {
        return fail("no such log system");
    }
    match strtol(text) {
        Err(why) => fail(why.text()),
        Ok(number @ 1..=8) => {
            let number = i32::try_from(number).expect("below 9");
            logging::set_level(logging::from_syslog(number));
            CtlAnswer::LogLevelSet(number)
        }
        Ok(_) => fail("must be 1 to 8"),
    }
}

fn keyspace_of(verb: &'static str, text: &str) -> Result<Keyspace, Problem> {
    let bad = |why| Problem::BadKeyspace(verb, text.to_owned(), why);
    let number = strtol(text).map_err(|why| bad(Some(why)))?;
    u32::try_from(number).map(Keyspace).map_err(|_| bad(None))
}

fn has_party(view: &CallView, tag: &Tag) -> bool {
    view.call.legs.iter().any(|leg| leg.tag.as_ref() == Some(tag) || leg.aliases.contains(tag))
}

/// The addresses of all interfaces, their ports, and the traffic at each, in the same order.
pub fn interfaces(node: &Node, traffic: &[Traffic]) -> Vec<InterfaceUse> {
    let addresses = node.media_addresses().map(|(id, address, own)| InterfaceUse {
        name: address.interface.clone(),
        ip: address.ip,
        advertised: address.advertised,
        presence: node.addresses.presence(id),
        own,
        range: node.ports.range(),
        used: node.ports.taken(id),
        traffic: traffic.get(usize::from(id.0)).copied().unwrap_or_default(),
    });
    addresses.collect()
}

/// Why a shard did not answer, in words.
pub fn silence(error: AskError) -> &'static str {
    match error {
        AskError::Busy => "its mailbox is full",
        AskError::TimedOut => "no answer in time",
        AskError::Stopped => "it has stopped",
    }
}

#[cfg(test)]
pub(crate) mod tests;
