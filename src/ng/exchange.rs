//! One message from bytes to bytes: cookie, request, shard, reply.
//!
//! # The model
//!
//! A message is read into a [`Message`], which knows where it is answered: at the shard of its call, at the thread for
//! requests about the node, or wherever it is. At each of these places stands an [`Exchange`]. It looks the cookie up,
//! says what its shard is to be asked, and makes the reply of what the shard answers.
//!
//! No socket or thread of its own, and no waiting: the time is handed in. The shards' threads drive it in the daemon;
//! where whoever is to be asked is at hand, as in tests and for that thread, [`Exchange::serve`] is the whole way.

use std::sync::{Arc, OnceLock};

use ahash::RandomState;
use tandem_shards::input::{Command, Filter};
use tandem_shards::io::{Ask, AskError};
use tandem_shards::names::{CallId, ShardId, Tag};
use tandem_shards::output::{Refusal, Reply};
use tandem_shards::routing::shard_of;
use tandem_shards::time::Timestamp;

use super::cookie::{CookieCache, CookieLimits};
use super::counters::NgCounters;
use super::flags::not_done::Feature;
use super::message::{Head, Message, Unread, about};
use super::node_queries::NodeQueries;
use super::reply::{self, NgRefusal, RefusalForm};
use super::report;
use super::request::{NgRequest, RequestError};
use super::value::Value;
use crate::logging;
use crate::node::silence;
use crate::origin::{Origin, Right};
use crate::request_log::{About, Cut, RequestLog};

/// The state that all places have in common.
#[derive(Debug)]
pub struct NgState {
    /// Counts of events.
    pub counters: NgCounters,
    /// Log of refused requests.
    pub requests: Arc<RequestLog>,
    /// Answers about the node; there before anything is asked.
    node_queries: OnceLock<Box<dyn NodeQueries>>,
    /// Digests of messages.
    digests: RandomState,
    /// The number of places where messages are answered: shards and the thread for requests about the node.
    places: usize,
}

impl NgState {
    /// State for a number of shards.
    pub fn new(shards: usize, requests: Arc<RequestLog>) -> Self {
        let (places, node_queries) = (shards + 1, OnceLock::new());
        NgState {
            counters: NgCounters::new(places),
            requests,
            node_queries,
            digests: RandomState::default(),
            places,
        }
    }

    /// Sets the answers about the node.
    ///
    /// # Panics
    /// They were set before.
    pub fn set_node_queries(&self, node_queries: Box<dyn NodeQueries>) {
        assert!(self.node_queries.set(node_queries).is_ok(), "they are set once");
    }

    /// The answers about the node.
    pub fn node_queries(&self) -> &dyn NodeQueries {
        &**self.node_queries.get().expect("set before anything is asked")
    }

    /// Reads a message with a cookie. `None`: it has none, and gets no answer.
    pub fn read(&self, now: Timestamp, bytes: &[u8], origin: &Origin) -> Option<Message> {
        let message = Message::read(now, bytes, origin, &self.digests);
        if message.is_none() {
            self.counters.without_cookie.add(1);
            let refusal = reply::silence("no cookie").with_detail(format!("\"{}\"", Cut(bytes)));
            self.refuse(now, &about(origin), &refusal);
        }
        message
    }

    /// The reply to a message that is answered anywhere (`Place::Anywhere`). It is not kept: the same
    /// message gets the same reply.
    pub fn answer_at_once(&self, now: Timestamp, message: Message) -> Arc<[u8]> {
        let Message { head, request, .. } = message;
        match self.task(&head, request) {
            Task::Done(outcome) => self.conclude(now, self.node_place(), head, outcome, &mut Vec::new()).1,
            Task::Ask(..) | Task::Node(_) => unreachable!("somebody has to be asked for it"),
        }
    }

    /// The number among the places of the thread for requests about the node.
    pub fn node_place(&self) -> usize {
        self.places - 1
    }

    /// The reply to a request that does not get to its place, or no answer from there in time. It is not kept.
    pub fn unanswered(&self, now: Timestamp, place: usize, message: Message, why: AskError) -> Arc<[u8]> {
        let refusal = self.overloaded(message.head.said.load_limit, why);
        self.conclude(now, place, message.head, Err(refusal), &mut Vec::new()).1
    }

    /// The task that a new request is.
    fn task(&self, head: &Head, request: Result<NgRequest, Unread>) -> Task {
        self.counters.note_ignored(head.said.ignored);
        match request {
            Err(Unread::Malformed(refusal)) => Task::Done(Err(refusal)),
            _ if !head.origin.rights.allow(Right::Signal) => {
                Task::Done(Err(reply::error("ng is not served here")))
            }
            Err(Unread::Request(error)) => Task::Done(Err(refusal_of(&error))),
            Ok(request) => task(request),
        }
    }

    fn overloaded(&self, load_limit: bool, why: AskError) -> NgRefusal {
        self.counters.overloaded.add(1);
        reply::overloaded(load_limit).with_detail(format!("its shard: {}", silence(why)))
    }

    /// Counts and says how a request ended, and writes the reply.
    fn conclude(
        &self,
        now: Timestamp,
        place: usize,
        mut head: Head,
        outcome: Outcome,
        scratch: &mut Vec<u8>,
    ) -> (Head, Arc<[u8]>) {
        let failed = outcome.as_ref().is_err_and(NgRefusal::is_error);
        let proxy = head.origin.address().ip();
        match head.said.kind {
            Some(kind) => self.counters.note_command(place, kind, proxy, head.age(), failed),
            None if head.is_dictionary => self.counters.unknown_commands.add(1),
            None => self.counters.malformed.add(1),
        }
        let reply = match outcome {
            Ok(reply) => {
                let call_id = head.said.call_id.as_ref();
                let raised =
                    call_id.is_none_or(|call_id| !head.said.debug || logging::debug_call(call_id, true));
                if !raised {
                    head.said.not_done.push((Feature::Debugging, Vec::new()));
                }
                self.note_not_done(now, &head);
                reply
            }
            Err(refusal) => self.refuse(now, &head.about(), &refusal),
        };
        let bytes = written(&head, &reply, scratch);
        (head, bytes)
    }

    /// The reply, or an error that stands for one that a datagram cannot hold.
    fn fit(&self, now: Timestamp, head: &Head, reply: Arc<[u8]>) -> Arc<[u8]> {
        if reply.len() <= head.reply_bytes_max {
            return reply;
        }
        self.counters.replies_too_long.add(1);
        let refusal = reply::error("Reply too long for a datagram");
        written(head, &self.refuse(now, &head.about(), &refusal), &mut Vec::new())
    }

    /// Says and counts what a request was answered `ok` for and is not done, once for each feature.
    fn note_not_done(&self, now: Timestamp, head: &Head) {
        let not_done = &head.said.not_done;
        if not_done.is_empty() {
            return;
        }
        for feature in Feature::ALL {
            let of_it = not_done.iter().filter(|(of, _)| *of == feature);
            let names: Vec<String> = of_it.map(|(_, name)| name.escape_ascii().to_string()).collect();
            if !names.is_empty() {
                self.counters.note_not_done(feature);
                self.requests.not_done(now, &head.about(), feature.name(), &names.join(", "));
            }
        }
    }

    /// Says and counts that a request is not done; the reply that says so.
    fn refuse(&self, now: Timestamp, about: &About<'_>, refusal: &NgRefusal) -> Value<'static> {
        if refusal.form != RefusalForm::CliError {
            self.requests.refused(now, about, &refusal.reason, refusal.detail.as_deref());
        }
        self.counters.errors.add(u64::from(refusal.is_error()));
        self.counters.limits.add(u64::from(refusal.is_limit()));
        refusal.reply()
    }
}

/// A reply as it is sent: the cookie, a space and the dictionary in the encoding of the question.
fn written(head: &Head, reply: &Value<'_>, scratch: &mut Vec<u8>) -> Arc<[u8]> {
    scratch.clear();
    if let Some(cookie) = &head.cookie {
        scratch.extend_from_slice(cookie.text());
        scratch.push(b' ');
    }
    head.encoding.encode(reply, scratch);
    Arc::from(scratch.as_slice())
}

fn refusal_of(error: &RequestError) -> NgRefusal {
    match error {
        RequestError::EmptySdp => reply::cannot_rewrite().with_detail("the SDP is empty"),
        error => NgRefusal { detail: error.detail(), ..reply::error(error.text()) },
    }
}

/// A place where messages are answered, and the replies that it remembers.
#[derive(Debug)]
pub struct Exchange {
    state: Arc<NgState>,
    place: usize,
    cookies: CookieCache,
    /// Replies are written here first, so that each takes no more memory than it needs.
    scratch: Vec<u8>,
}

/// The next step for a message.
#[derive(Debug)]
pub enum Begun {
    /// Its answer.
    Answered(Arc<[u8]>),
    /// The shard of its call has to be asked first; then comes [`Exchange::finish`].
    Asks(Box<Asked>, Command),
    /// A request about the node, to be looked up there.
    ForNode(Box<Head>, NodeRequest),
}

/// A message whose shard is asked.
#[derive(Debug)]
pub struct Asked {
    head: Head,
    question: Question,
}

/// The form in which the answer of a shard is told.
#[derive(Debug)]
enum Question {
    /// The SDP of an offer or answer.
    Signal,
    Treat,
    Delete {
        call_id: CallId,
        fatal: bool,
        fast: bool,
    },
    Query {
        call_id: CallId,
        tag: Option<Tag>,
    },
    NotDone {
        feature: Option<Feature>,
        unknown: &'static str,
    },
    Unavailable {
        unknown: &'static str,
    },
}

/// A request about the node as a whole.
#[derive(Debug)]
pub enum NodeRequest {
    /// `list`
    List {
        /// Calls at most.
        limit: usize,
    },
    /// `statistics`
    Statistics,
    /// `cli`
    Cli(String),
}

/// The task that a request is.
enum Task {
    Done(Outcome),
    Ask(Question, Command),
    Node(NodeRequest),
}

/// A reply, or why there is none of the kind that was asked for.
type Outcome = Result<Value<'static>, NgRefusal>;

impl Exchange {
    /// The exchange of a place, by its number: those of the shards come first.
    pub fn new(state: Arc<NgState>, place: usize) -> Self {
        let limits = CookieLimits::default().shared_by(state.places);
        Exchange { state, place, cookies: CookieCache::new(limits), scratch: Vec::new() }
    }

    /// The state that all places have in common.
    pub fn state(&self) -> &Arc<NgState> {
        &self.state
    }

    /// Takes a message that belongs here, or anywhere.
    pub fn begin(&mut self, now: Timestamp, message: Message) -> Begun {
        let Message { head, request, .. } = message;
        if let Some(reply) = head.cookie.as_ref().and_then(|cookie| self.cookies.find(now, cookie)) {
            self.state.counters.repeated.add(1);
            return Begun::Answered(self.state.fit(now, &head, reply));
        }
        match self.state.task(&head, request) {
            Task::Done(outcome) => Begun::Answered(self.conclude(now, head, outcome)),
            Task::Ask(question, command) => Begun::Asks(Box::new(Asked { head, question }), command),
            Task::Node(request) => Begun::ForNode(Box::new(head), request),
        }
    }

    /// Makes the reply of what the shard answered.
    pub fn finish(&mut self, now: Timestamp, asked: Asked, answer: Result<Reply, AskError>) -> Arc<[u8]> {
        let Asked { mut head, question } = asked;
        let outcome = self.state.told(&mut head, question, answer);
        self.conclude(now, head, outcome)
    }

    /// Serves a message with a cookie, from bytes to bytes. `None`: it gets no answer.
    pub fn serve<A: Ask>(
        &mut self,
        ask: &mut A,
        now: Timestamp,
        bytes: &[u8],
        origin: &Origin,
    ) -> Option<Arc<[u8]>> {
        let message = self.state.read(now, bytes, origin)?;
        Some(self.serve_message(ask, now, message))
    }

    /// Serves a message without a cookie (`ng-plain`), whose reply is not kept.
    pub fn serve_plain<A: Ask>(
        &mut self,
        ask: &mut A,
        now: Timestamp,
        payload: &[u8],
        origin: &Origin,
    ) -> Vec<u8> {
        self.serve_message(ask, now, Message::read_plain(now, payload, origin)).to_vec()
    }

    /// Serves a message and asks whoever has to be asked.
    pub fn serve_message<A: Ask>(&mut self, ask: &mut A, now: Timestamp, message: Message) -> Arc<[u8]> {
        match self.begin(now, message) {
            Begun::Answered(reply) => reply,
            Begun::Asks(asked, command) => {
                let call_id = asked.head.said.call_id.as_ref().expect("shards are asked about calls");
                let shard = shard_of(call_id, ask.shard_count());
                let answer = ask.ask(shard, command);
                self.finish(now, *asked, answer)
            }
            Begun::ForNode(head, request) => {
                let outcome = self.state.look_up(ask, &head, request);
                self.conclude(now, *head, outcome)
            }
        }
    }

    fn conclude(&mut self, now: Timestamp, head: Head, outcome: Outcome) -> Arc<[u8]> {
        let (head, reply) = self.state.conclude(now, self.place, head, outcome, &mut self.scratch);
        self.keep(now, &head, reply)
    }

    fn keep(&mut self, now: Timestamp, head: &Head, reply: Arc<[u8]>) -> Arc<[u8]> {
        if let Some(cookie) = &head.cookie {
            let dropped = self.cookies.store(now, cookie, Arc::clone(&reply));
            self.state.counters.replies_dropped.add(dropped);
        }
        self.state.fit(now, head, reply)
    }
}

fn task(request: NgRequest) -> Task {
    match request {
        NgRequest::Ping => Task::Done(Ok(reply::pong())),
        NgRequest::Offer(signal) => Task::Ask(Question::Signal, Command::Offer(signal)),
        NgRequest::Answer(signal) => Task::Ask(Question::Signal, Command::Answer(signal)),
        NgRequest::Delete { delete, fatal, fast } => {
            let call_id = delete.call_id.clone();
            Task::Ask(Question::Delete { call_id, fatal, fast }, Command::Delete(delete))
        }
        NgRequest::Query { call_id, tag } => {
            Task::Ask(Question::Query { call_id: call_id.clone(), tag }, Command::Query(call_id))
        }
        NgRequest::Treat(treatment) => Task::Ask(Question::Treat, Command::Treat(treatment)),
        NgRequest::NotDone { call_id, feature, unknown } => {
            Task::Ask(Question::NotDone { feature, unknown }, Command::Query(call_id))
        }
        NgRequest::Unavailable { call_id, unknown } => {
            Task::Ask(Question::Unavailable { unknown }, Command::Query(call_id))
        }
        NgRequest::List { limit } => Task::Node(NodeRequest::List { limit }),
        NgRequest::Statistics => Task::Node(NodeRequest::Statistics),
        NgRequest::Cli(line) => Task::Node(NodeRequest::Cli(line)),
    }
}

impl NgState {
    /// The answer of a shard, as the proxy is told.
    fn told(&self, head: &mut Head, question: Question, answer: Result<Reply, AskError>) -> Outcome {
        match (question, answer) {
            (Question::Signal, Ok(Reply::Sdp(text))) => {
                let mut reply = Value::dictionary();
                reply.set("sdp", text);
                Ok(reply::ok(reply))
            }
            (Question::Treat, Ok(Reply::Done)) => Ok(reply::ok(Value::dictionary())),
            (Question::Delete { fast: true, .. }, Ok(Reply::Ended { .. })) => {
                Ok(reply::ok(Value::dictionary()))
            }
            (Question::Delete { call_id, .. }, Ok(Reply::Ended { call, gone })) => {
                let view = report::View { tag: None, gone, written: self.node_queries().written(&call_id) };
                Ok(reply::ok(report::call(&call, view)))
            }
            (
                Question::Delete { fatal, .. },
                Ok(Reply::Refused(Refusal::UnknownCall | Refusal::TagMismatch)),
            ) => Err(reply::not_deleted(fatal)),
            (Question::Query { call_id, tag }, Ok(Reply::Call(call))) => {
                let written = self.node_queries().written(&call_id);
                let view = report::View { tag: tag.as_ref(), gone: false, written };
                Ok(reply::ok(report::call(&call, view)))
            }
            (Question::NotDone { feature, .. }, Ok(Reply::Call(_))) => {
                head.said.not_done.extend(feature.map(|feature| (feature, Vec::new())));
                Ok(reply::ok(Value::dictionary()))
            }
            (Question::Unavailable { .. }, Ok(Reply::Call(_))) => Err(reply::error("unsupported")),
            (question, answer) => Err(self.otherwise(head, answer, question.unknown_call())),
        }
    }

    /// The refusal for an answer that is neither success nor special to a command.
    fn otherwise(&self, head: &Head, answer: Result<Reply, AskError>, unknown: &'static str) -> NgRefusal {
        match answer {
            Ok(Reply::Refused(refusal)) => reply::refused(refusal, unknown, head.said.load_limit),
            Ok(other) => unreachable!("a shard answers what it is asked, not {other:?}"),
            Err(error) => self.overloaded(head.said.load_limit, error),
        }
    }

    /// Answers a request about the node.
    fn look_up<A: Ask>(&self, ask: &mut A, head: &Head, request: NodeRequest) -> Outcome {
        let mut reply = Value::dictionary();
        match request {
            NodeRequest::List { limit } => reply.set("calls", self.list(ask, head, limit)?),
            NodeRequest::Statistics => {
                reply.set("statistics", self.node_queries().statistics(&self.counters));
            }
            NodeRequest::Cli(line) => {
                reply
                    .set("response", self.node_queries().cli(&line, &head.origin).map_err(reply::cli_error)?);
            }
        }
        Ok(reply::ok(reply))
    }

    fn list<A: Ask>(&self, ask: &mut A, head: &Head, limit: usize) -> Result<Vec<Value<'static>>, NgRefusal> {
        let mut calls = Vec::new();
        for shard in (0..ask.shard_count()).map(ShardId) {
            let left = limit - calls.len();
            if left == 0 {
                break;
            }
            match ask.ask(shard, Command::List { filter: Filter::All, limit: left }) {
                Ok(Reply::Calls(briefs)) => {
                    calls.extend(briefs.iter().map(|brief| Value::from(brief.call_id.as_bytes().to_vec())));
                }
                other => return Err(self.otherwise(head, other, "")),
            }
        }
        Ok(calls)
    }
}

impl Question {
    /// The text for a call that is not here, which differs by command.
    fn unknown_call(&self) -> &'static str {
        match self {
            Question::Treat => "Unknown call-ID",
            Question::NotDone { unknown, .. } | Question::Unavailable { unknown } => unknown,
            Question::Signal | Question::Delete { .. } | Question::Query { .. } => "Unknown call-id",
        }
    }
}

#[cfg(test)]
mod tests;
