//! One message from bytes to bytes: cookie, request, shard, reply.
//!
//! No socket, clock or thread of its own: the time is handed in, and shards are asked through
//! [`Ask`]. The fronts run it on their threads, the simulator in virtual time.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tandem_shards::input::{Command, Filter};
use tandem_shards::io::{Ask, AskError};
use tandem_shards::names::{CallId, Tag};
use tandem_shards::output::{Refusal, Reply};
use tandem_shards::routing::shard_of;
use tandem_shards::time::Timestamp;

use super::bencode::{self, Limits};
use super::cookie::{CookieGate, CookieLimits, Seen};
use super::counters::{CommandKind, NgCounters};
use super::json::{self, JsonError};
use super::reply::{self, Encoding};
use super::report;
use super::request::{NgRequest, Parsed, RequestError, parse};
use super::value::Value;

/// How long a repeated request waits for the first: proxies repeat once a second.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the fronts share.
#[derive(Debug)]
pub struct NgState {
    /// Replies by cookie.
    pub cookies: CookieGate,
    /// What happened.
    pub counters: NgCounters,
    /// What no shard knows.
    pub desk: Box<dyn Desk>,
}

/// What a request may be about besides calls.
pub trait Desk: fmt::Debug + Send + Sync {
    /// Runs a line of the CLI.
    fn cli(&self, line: &str) -> String;
    /// The tree of `statistics`.
    fn statistics(&self, counters: &NgCounters) -> Value<'static>;
    /// When a call was written to Redis last.
    fn written(&self, call_id: &CallId) -> Option<Timestamp>;
}

impl NgState {
    /// State without any replies.
    pub fn new(desk: Box<dyn Desk>) -> Self {
        let cookies = CookieGate::new(CookieLimits::default());
        NgState { cookies, counters: NgCounters::default(), desk }
    }

    /// Serves a message with a cookie. `None`: it gets no answer.
    pub fn serve<A: Ask>(
        &self,
        ask: &mut A,
        now: Timestamp,
        message: &[u8],
        proxy: SocketAddr,
    ) -> Option<Arc<[u8]>> {
        let Some((cookie, payload)) = split(message) else {
            self.counters.without_cookie.add(1);
            return None;
        };
        match self.cookies.begin(now, cookie) {
            Seen::Stored(reply) => {
                self.counters.repeated.add(1);
                return Some(reply);
            }
            Seen::Working => {
                let reply = self.cookies.wait(now, cookie, PATIENCE);
                let counter =
                    if reply.is_some() { &self.counters.repeated } else { &self.counters.wait_timeouts };
                counter.add(1);
                return reply;
            }
            Seen::New => {}
        }
        let mut bytes = [cookie, b" "].concat();
        self.answer(ask, payload, proxy, &mut bytes);
        let bytes: Arc<[u8]> = bytes.into();
        self.cookies.store(now, cookie, Arc::clone(&bytes));
        Some(bytes)
    }

    /// Serves a message without a cookie (`ng-plain`); its reply is not kept.
    pub fn serve_plain<A: Ask>(&self, ask: &mut A, payload: &[u8], proxy: SocketAddr) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.answer(ask, payload, proxy, &mut bytes);
        bytes
    }

    fn answer<A: Ask>(&self, ask: &mut A, payload: &[u8], proxy: SocketAddr, out: &mut Vec<u8>) {
        let (encoding, decoded) = decode(payload);
        let reply = match decoded {
            Ok(dictionary) => {
                let parsed = parse(&dictionary, proxy);
                self.carry_out(ask, parsed, proxy)
            }
            Err(reason) => {
                self.counters.malformed.add(1);
                reply::error(reason)
            }
        };
        encoding.encode(&reply, out);
    }

    fn carry_out<A: Ask>(&self, ask: &mut A, parsed: Parsed, proxy: SocketAddr) -> Value<'static> {
        let Parsed { kind, request, load_limit, call_id, ignored } = parsed;
        self.counters.note_ignored(ignored);
        let clock = Stopwatch::start();
        let reply = match request {
            Ok(request) => Work { state: self, ask, load_limit }.reply(request, kind),
            Err(RequestError::EmptySdp) => reply::cannot_rewrite(),
            Err(error) => {
                log::debug!(target: "ng", "call={} refused: {error:?}", Shown(call_id.as_ref()));
                reply::error(error.text())
            }
        };
        let result = reply.find(b"result").and_then(Value::bytes).unwrap_or_default();
        let failed = result == b"error";
        match kind {
            Some(kind) => self.counters.note_command(kind, proxy.ip(), clock.elapsed(), failed),
            None => self.counters.unknown_commands.add(1),
        }
        self.counters.errors.add(u64::from(failed));
        self.counters.limits.add(u64::from(result == b"load limit"));
        reply
    }
}

/// The cookie and what follows it. A message without a space, or with one at its start, has none.
fn split(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = message.iter().position(|byte| *byte == b' ').filter(|at| *at > 0)?;
    Some((&message[..space], &message[space + 1..]))
}

/// What is sent instead of a reply that a datagram cannot hold: an error that says so.
pub fn too_long(reply: &[u8]) -> Vec<u8> {
    let (cookie, payload) = split(reply).unwrap_or((&[], reply));
    let encoding = if payload.starts_with(b"{") { Encoding::Json } else { Encoding::Bencode };
    let mut bytes = [cookie, b" "].concat();
    encoding.encode(&reply::error("Reply too long for a datagram"), &mut bytes);
    bytes
}

/// The dictionary of a payload and how it was written, or the error text.
fn decode(payload: &[u8]) -> (Encoding, Result<Value<'_>, &'static str>) {
    match payload.first() {
        None => (Encoding::Bencode, Err("Invalid data (no payload)")),
        Some(b'd') => {
            let decoded = bencode::decode(payload, Limits::MESSAGE);
            let decoded = decoded.map(|(value, _)| value).map_err(|_| "Could not decode bencode dictionary");
            (Encoding::Bencode, decoded)
        }
        Some(b'{') => {
            let decoded = json::decode(payload, Limits::MESSAGE).map_err(|error| match error {
                JsonError::Malformed => "Failed to parse JSON document",
                JsonError::NotAnObject => "Could not decode JSON dictionary",
            });
            (Encoding::Json, decoded)
        }
        Some(_) => (Encoding::Bencode, Err("Invalid NG data format")),
    }
}

/// A request at work.
struct Work<'a, A> {
    state: &'a NgState,
    ask: &'a mut A,
    load_limit: bool,
}

impl<A: Ask> Work<'_, A> {
    fn reply(&mut self, request: NgRequest, kind: Option<CommandKind>) -> Value<'static> {
        match request {
            NgRequest::Ping => reply::pong(),
            NgRequest::Offer(signal) => {
                let call_id = signal.call_id.clone();
                self.ask_call(&call_id, Command::Offer(signal), "Unknown call-id", sdp)
            }
            NgRequest::Answer(signal) => {
                let call_id = signal.call_id.clone();
                self.ask_call(&call_id, Command::Answer(signal), "Unknown call-id", sdp)
            }
            NgRequest::Delete { delete, fatal, fast } => {
                let call_id = delete.call_id.clone();
                match self.put(&call_id, Command::Delete(delete)) {
                    Ok(Reply::Ended { .. }) if fast => reply::ok(Value::dictionary()),
                    Ok(Reply::Ended { call, gone }) => {
                        let view =
                            report::View { tag: None, gone, written: self.state.desk.written(&call_id) };
                        reply::ok(report::call(&call, view))
                    }
                    Ok(Reply::Refused(Refusal::UnknownCall | Refusal::TagMismatch)) => {
                        reply::not_deleted(fatal)
                    }
                    other => self.otherwise(other, "Unknown call-id"),
                }
            }
            NgRequest::Query { call_id, tag } => self.query(&call_id, tag.as_ref()),
            NgRequest::List { limit } => self.list(limit),
            NgRequest::Statistics => {
                let mut reply = Value::dictionary();
                reply.set("statistics", self.state.desk.statistics(&self.state.counters));
                reply::ok(reply)
            }
            NgRequest::Treat(treatment) => {
                let recording = matches!(
                    kind,
                    Some(
                        CommandKind::StartRecording
                            | CommandKind::StopRecording
                            | CommandKind::PauseRecording
                    )
                );
                let unknown = if recording { "Unknown call-id" } else { "Unknown call-ID" };
                let call_id = treatment.call_id.clone();
                self.ask_call(&call_id, Command::Treat(treatment), unknown, done)
            }
            NgRequest::Cli(line) => {
                let mut reply = Value::dictionary();
                reply.set("response", self.state.desk.cli(&line));
                reply::ok(reply)
            }
            NgRequest::Unavailable { call_id, unknown } => {
                match self.put(&call_id, Command::Query(call_id.clone())) {
                    Ok(Reply::Call(_)) => reply::error("unsupported"),
                    other => self.otherwise(other, unknown),
                }
            }
        }
    }

    fn query(&mut self, call_id: &CallId, tag: Option<&Tag>) -> Value<'static> {
        match self.put(call_id, Command::Query(call_id.clone())) {
            Ok(Reply::Call(call)) => {
                let written = self.state.desk.written(call_id);
                reply::ok(report::call(&call, report::View { tag, gone: false, written }))
            }
            other => self.otherwise(other, "Unknown call-id"),
        }
    }

    fn list(&mut self, limit: usize) -> Value<'static> {
        let mut calls = Vec::new();
        for shard in 0..self.ask.shard_count() {
            let left = limit - calls.len();
            if left == 0 {
                break;
            }
            let command = Command::List { filter: Filter::All, limit: left };
            match self.ask.ask(tandem_shards::names::ShardId(shard), command) {
                Ok(Reply::Calls(briefs)) => {
                    calls.extend(briefs.iter().map(|brief| Value::from(brief.call_id.as_bytes().to_vec())));
                }
                other => return self.otherwise(other, ""),
            }
        }
        let mut reply = Value::dictionary();
        reply.set("calls", calls);
        reply::ok(reply)
    }

    /// Asks the shard that owns a call.
    fn put(&mut self, call_id: &CallId, command: Command) -> Result<Reply, AskError> {
        let shard = shard_of(call_id, self.ask.shard_count());
        self.ask.ask(shard, command)
    }

    fn ask_call(
        &mut self,
        call_id: &CallId,
        command: Command,
        unknown: &'static str,
        expected: fn(Reply) -> Result<Value<'static>, Reply>,
    ) -> Value<'static> {
        match self.put(call_id, command).map(expected) {
            Ok(Ok(reply)) => reply,
            Ok(Err(reply)) => self.otherwise(Ok(reply), unknown),
            Err(error) => self.otherwise(Err(error), unknown),
        }
    }

    /// What is neither success nor special to a command.
    fn otherwise(&self, answer: Result<Reply, AskError>, unknown: &'static str) -> Value<'static> {
        match answer {
            Ok(Reply::Refused(refusal)) => reply::refused(refusal, unknown, self.load_limit),
            Ok(other) => unreachable!("a shard answers what it is asked, not {other:?}"),
            Err(error) => {
                self.state.counters.overloaded.add(1);
                log::warn!(target: "ng", "a shard did not answer: {error:?}");
                reply::overloaded(self.load_limit)
            }
        }
    }
}

fn sdp(reply: Reply) -> Result<Value<'static>, Reply> {
    match reply {
        Reply::Sdp(text) => {
            let mut reply = Value::dictionary();
            reply.set("sdp", text);
            Ok(reply::ok(reply))
        }
        other => Err(other),
    }
}

fn done(reply: Reply) -> Result<Value<'static>, Reply> {
    match reply {
        Reply::Done => Ok(reply::ok(Value::dictionary())),
        other => Err(other),
    }
}

/// How long a request took; only shown, never decided upon.
struct Stopwatch(std::time::Instant);

#[expect(clippy::disallowed_methods, reason = "measures for statistics only")]
impl Stopwatch {
    fn start() -> Self {
        Stopwatch(std::time::Instant::now())
    }

    fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A call-id in a log line.
struct Shown<'a>(Option<&'a CallId>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(call_id) => call_id.fmt(f),
            None => f.write_str("-"),
        }
    }
}

#[cfg(test)]
mod tests;
