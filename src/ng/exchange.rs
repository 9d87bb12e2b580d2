//! One message from bytes to bytes: cookie, request, shard, reply.
//!
//! No socket, clock or thread of its own: the time is handed in, and shards are asked through
//! [`Ask`]. The fronts run it on their threads, the simulator in virtual time.

use std::fmt;
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
use super::counters::NgCounters;
use super::flags::not_done::Feature;
use super::json::{self, JsonError};
use super::reply::{self, Encoding, NgRefusal};
use super::report;
use super::request::{NgRequest, Parsed, RequestError, parse};
use super::value::Value;
use crate::logging;
use crate::node::silence;
use crate::origin::{Origin, Right};
use crate::request_log::{About, Cut, Protocol, RequestLog};

/// How long a repeated request waits for the first: proxies repeat once a second.
const PATIENCE: Duration = Duration::from_secs(3);

/// What the fronts share.
#[derive(Debug)]
pub struct NgState {
    /// Replies by cookie.
    pub cookies: CookieGate,
    /// What happened.
    pub counters: NgCounters,
    /// Where refused requests are said.
    pub requests: Arc<RequestLog>,
    /// What no shard knows.
    pub desk: Box<dyn Desk>,
}

/// What a request may be about besides calls.
pub trait Desk: fmt::Debug + Send + Sync {
    /// Runs a line of the CLI.
    ///
    /// # Errors
    /// Its origin may not ask for that, in words.
    fn cli(&self, line: &str, origin: &Origin) -> Result<String, String>;
    /// The tree of `statistics`.
    fn statistics(&self, counters: &NgCounters) -> Value<'static>;
    /// When a call was written to Redis last.
    fn written(&self, call_id: &CallId) -> Option<Timestamp>;
}

impl NgState {
    /// State without any replies.
    pub fn new(desk: Box<dyn Desk>, requests: Arc<RequestLog>) -> Self {
        let cookies = CookieGate::new(CookieLimits::default());
        NgState { cookies, counters: NgCounters::default(), requests, desk }
    }

    /// Serves a message with a cookie. `None`: it gets no answer.
    pub fn serve<A: Ask>(
        &self,
        ask: &mut A,
        now: Timestamp,
        message: &[u8],
        origin: &Origin,
    ) -> Option<Arc<[u8]>> {
        let Some((cookie, payload)) = split(message) else {
            self.counters.without_cookie.add(1);
            let refusal = reply::silence("no cookie").with_detail(format!("\"{}\"", Cut(message)));
            self.refuse(now, &about(origin, None, &[]), &refusal);
            return None;
        };
        match self.cookies.begin(now, cookie) {
            Seen::Stored(reply) => {
                self.counters.repeated.add(1);
                return Some(reply);
            }
            Seen::Working => {
                let reply = self.cookies.wait(now, cookie, PATIENCE);
                if reply.is_some() {
                    self.counters.repeated.add(1);
                } else {
                    self.counters.wait_timeouts.add(1);
                    let refusal = reply::silence("the first request of this cookie is still at work");
                    self.refuse(now, &about(origin, None, &[]), &refusal);
                }
                return reply;
            }
            Seen::New => {}
        }
        let mut bytes = [cookie, b" "].concat();
        self.answer(ask, now, payload, origin, &mut bytes);
        let bytes: Arc<[u8]> = bytes.into();
        self.cookies.store(now, cookie, Arc::clone(&bytes));
        Some(bytes)
    }

    /// Serves a message without a cookie (`ng-plain`); its reply is not kept.
    pub fn serve_plain<A: Ask>(
        &self,
        ask: &mut A,
        now: Timestamp,
        payload: &[u8],
        origin: &Origin,
    ) -> Vec<u8> {
        let mut bytes = Vec::new();
        self.answer(ask, now, payload, origin, &mut bytes);
        bytes
    }

    /// An error that stands for a reply that a datagram cannot hold.
    pub fn too_long(&self, now: Timestamp, message: &[u8], origin: &Origin) -> Vec<u8> {
        self.counters.replies_too_long.add(1);
        let (cookie, payload) = split(message).unwrap_or((&[], message));
        let (encoding, decoded) = decode(payload);
        let parsed = parse(&decoded.unwrap_or_else(|_| Value::dictionary()), origin.address());
        let about = about(origin, parsed.call_id.as_ref(), parsed.command.as_deref().unwrap_or_default());
        let mut bytes = [cookie, b" "].concat();
        encoding
            .encode(&self.refuse(now, &about, &reply::error("Reply too long for a datagram")), &mut bytes);
        bytes
    }

    fn answer<A: Ask>(
        &self,
        ask: &mut A,
        now: Timestamp,
        payload: &[u8],
        origin: &Origin,
        out: &mut Vec<u8>,
    ) {
        let (encoding, decoded) = decode(payload);
        let reply = match decoded {
            Ok(dictionary) => self.carry_out(ask, now, parse(&dictionary, origin.address()), origin),
            Err(reason) => {
                self.counters.malformed.add(1);
                let refusal = reply::error(reason).with_detail(format!("\"{}\"", Cut(payload)));
                self.refuse(now, &about(origin, None, &[]), &refusal)
            }
        };
        encoding.encode(&reply, out);
    }

    fn carry_out<A: Ask>(
        &self,
        ask: &mut A,
        now: Timestamp,
        parsed: Parsed,
        origin: &Origin,
    ) -> Value<'static> {
        let Parsed { kind, request, load_limit, command, call_id, debug, ignored, not_done } = parsed;
        self.counters.note_ignored(ignored);
        let clock = Stopwatch::start();
        let mut work = Work { state: self, ask, origin, load_limit, not_done };
        let outcome = match request {
            _ if !origin.rights.allow(Right::Signal) => Err(reply::error("ng is not served here")),
            Ok(request) => work.reply(request),
            Err(error) => Err(refusal_of(&error)),
        };
        let failed = outcome.as_ref().is_err_and(NgRefusal::is_error);
        match kind {
            Some(kind) => self.counters.note_command(kind, origin.address().ip(), clock.elapsed(), failed),
            None => self.counters.unknown_commands.add(1),
        }
        let about = about(origin, call_id.as_ref(), command.as_deref().unwrap_or_default());
        let mut not_done = work.not_done;
        match outcome {
            Ok(reply) => {
                let raised =
                    call_id.as_ref().is_none_or(|call_id| !debug || logging::debug_call(call_id, true));
                if !raised {
                    not_done.push((Feature::Debugging, Vec::new()));
                }
                self.note_not_done(now, &about, &not_done);
                reply
            }
            Err(refusal) => self.refuse(now, &about, &refusal),
        }
    }

    /// Says and counts what a request was answered `ok` for and is not done, once for each feature.
    fn note_not_done(&self, now: Timestamp, about: &About<'_>, not_done: &[(Feature, Vec<u8>)]) {
        for feature in Feature::ALL {
            let of_it = not_done.iter().filter(|(of, _)| *of == feature);
            let names: Vec<String> = of_it.map(|(_, name)| name.escape_ascii().to_string()).collect();
            if !names.is_empty() {
                self.counters.note_not_done(feature);
                self.requests.not_done(now, about, feature.name(), &names.join(", "));
            }
        }
    }

    /// Says and counts that a request is not done; the reply that says so.
    fn refuse(&self, now: Timestamp, about: &About<'_>, refusal: &NgRefusal) -> Value<'static> {
        self.requests.refused(now, about, &refusal.reason, refusal.detail.as_deref());
        self.counters.errors.add(u64::from(refusal.is_error()));
        self.counters.limits.add(u64::from(refusal.is_limit()));
        refusal.reply()
    }
}

fn about<'a>(origin: &'a Origin, call_id: Option<&'a CallId>, command: &'a [u8]) -> About<'a> {
    let call_id = call_id.map(CallId::as_bytes);
    About { protocol: Protocol::Ng, call_id, origin, command }
}

fn refusal_of(error: &RequestError) -> NgRefusal {
    match error {
        RequestError::EmptySdp => reply::cannot_rewrite().with_detail("the SDP is empty"),
        error => NgRefusal { detail: error.detail(), ..reply::error(error.text()) },
    }
}

/// The cookie and what follows it. A message without a space, or with one at its start, has none.
fn split(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = message.iter().position(|byte| *byte == b' ').filter(|at| *at > 0)?;
    Some((&message[..space], &message[space + 1..]))
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

/// A reply, or why there is none of the kind that was asked for.
type Outcome = Result<Value<'static>, NgRefusal>;

/// A request at work.
struct Work<'a, A> {
    state: &'a NgState,
    ask: &'a mut A,
    origin: &'a Origin,
    load_limit: bool,
    /// Features that were asked for and do not exist, with the key or flag.
    not_done: Vec<(Feature, Vec<u8>)>,
}

impl<A: Ask> Work<'_, A> {
    fn reply(&mut self, request: NgRequest) -> Outcome {
        match request {
            NgRequest::Ping => Ok(reply::pong()),
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
                    Ok(Reply::Ended { .. }) if fast => Ok(reply::ok(Value::dictionary())),
                    Ok(Reply::Ended { call, gone }) => {
                        let view =
                            report::View { tag: None, gone, written: self.state.desk.written(&call_id) };
                        Ok(reply::ok(report::call(&call, view)))
                    }
                    Ok(Reply::Refused(Refusal::UnknownCall | Refusal::TagMismatch)) => {
                        Err(reply::not_deleted(fatal))
                    }
                    other => self.otherwise(other, "Unknown call-id"),
                }
            }
            NgRequest::Query { call_id, tag } => self.query(&call_id, tag.as_ref()),
            NgRequest::List { limit } => self.list(limit),
            NgRequest::Statistics => {
                let mut reply = Value::dictionary();
                reply.set("statistics", self.state.desk.statistics(&self.state.counters));
                Ok(reply::ok(reply))
            }
            NgRequest::Treat(treatment) => {
                let call_id = treatment.call_id.clone();
                self.ask_call(&call_id, Command::Treat(treatment), "Unknown call-ID", done)
            }
            NgRequest::Cli(line) => match self.state.desk.cli(&line, self.origin) {
                Ok(response) => {
                    let mut reply = Value::dictionary();
                    reply.set("response", response);
                    Ok(reply::ok(reply))
                }
                Err(reason) => Err(reply::error(reason)),
            },
            NgRequest::NotDone { call_id, feature, unknown } => {
                match self.put(&call_id, Command::Query(call_id.clone())) {
                    Ok(Reply::Call(_)) => {
                        self.not_done.extend(feature.map(|feature| (feature, Vec::new())));
                        Ok(reply::ok(Value::dictionary()))
                    }
                    other => self.otherwise(other, unknown),
                }
            }
            NgRequest::Unavailable { call_id, unknown } => {
                match self.put(&call_id, Command::Query(call_id.clone())) {
                    Ok(Reply::Call(_)) => Err(reply::error("unsupported")),
                    other => self.otherwise(other, unknown),
                }
            }
        }
    }

    fn query(&mut self, call_id: &CallId, tag: Option<&Tag>) -> Outcome {
        match self.put(call_id, Command::Query(call_id.clone())) {
            Ok(Reply::Call(call)) => {
                let written = self.state.desk.written(call_id);
                Ok(reply::ok(report::call(&call, report::View { tag, gone: false, written })))
            }
            other => self.otherwise(other, "Unknown call-id"),
        }
    }

    fn list(&mut self, limit: usize) -> Outcome {
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
        Ok(reply::ok(reply))
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
    ) -> Outcome {
        match self.put(call_id, command).map(expected) {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(reply)) => self.otherwise(Ok(reply), unknown),
            Err(error) => self.otherwise(Err(error), unknown),
        }
    }

    /// What is neither success nor special to a command.
    fn otherwise(&self, answer: Result<Reply, AskError>, unknown: &'static str) -> Outcome {
        match answer {
            Ok(Reply::Refused(refusal)) => Err(reply::refused(refusal, unknown, self.load_limit)),
            Ok(other) => unreachable!("a shard answers what it is asked, not {other:?}"),
            Err(error) => {
                self.state.counters.overloaded.add(1);
                Err(reply::overloaded(self.load_limit).with_detail(format!("its shard: {}", silence(error))))
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

#[cfg(test)]
mod tests;
