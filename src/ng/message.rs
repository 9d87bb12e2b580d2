//! A message as it was read: everything about it that is needed to answer it, wherever that is done.

use std::time::Duration;

use ahash::RandomState;
use tandem_shards::io::ReturnAddress;
use tandem_shards::names::{CallId, ShardId};
use tandem_shards::routing::shard_of;
use tandem_shards::time::Timestamp;

use super::bencode::{self, Limits};
use super::cookie::Cookie;
use super::json::{self, JsonError};
use super::reply::{self, Encoding, NgRefusal};
use super::request::{NgRequest, Parsed, RequestError, Said, parse};
use super::value::Value;
use crate::origin::{Origin, Right};
use crate::request_log::{About, Cut, Protocol};

/// A message and the destination of its answer.
#[derive(Debug)]
pub struct IncomingMessage {
    /// The message.
    pub message: Message,
    /// The destination of its answer.
    pub to: ReturnAddress,
}

/// A message on its way to the place where it is answered.
#[derive(Debug)]
pub struct Message {
    /// The parts that its answer needs.
    pub(super) head: Head,
    /// The request, or the reason that there is none.
    pub(super) request: Result<NgRequest, Unread>,
    /// Time of arrival.
    received: Timestamp,
}

/// All of a message but what it asks.
#[derive(Debug)]
pub struct Head {
    pub(super) origin: Origin,
    /// The key of its reply; none if it came without a cookie (`ng-plain`).
    pub(super) cookie: Option<Cookie>,
    pub(super) encoding: Encoding,
    /// True if a dictionary could be decoded.
    pub(super) is_dictionary: bool,
    pub(super) said: Said,
    /// The longest reply that can be sent to where it came from.
    pub(super) reply_bytes_max: usize,
    clock: Stopwatch,
}

/// The reason that a message has no request.
#[derive(Debug)]
pub enum Unread {
    /// Not a dictionary.
    Malformed(NgRefusal),
    /// A dictionary that makes no sense as a request.
    Request(RequestError),
}

/// The place where a message is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// At the shard of its call.
    Shard(ShardId),
    /// At the thread for requests about the node.
    Node,
    /// Any place: nobody has to be asked.
    Anywhere,
}

impl Message {
    /// Reads a message with a cookie. `None`: it has none.
    pub fn read(now: Timestamp, bytes: &[u8], origin: &Origin, digests: &RandomState) -> Option<Message> {
        let (cookie, payload) = split(bytes)?;
        let cookie = Cookie::new(bytes, cookie.len(), digests);
        Some(Message::of(now, payload, origin, Some(cookie)))
    }

    /// Reads a message without a cookie.
    pub fn read_plain(now: Timestamp, payload: &[u8], origin: &Origin) -> Message {
        Message::of(now, payload, origin, None)
    }

    fn of(now: Timestamp, payload: &[u8], origin: &Origin, cookie: Option<Cookie>) -> Message {
        let clock = Stopwatch::start();
        let (encoding, decoded) = decode(payload);
        let is_dictionary = decoded.is_ok();
        let (request, said) = match decoded {
            Ok(dictionary) => {
                let Parsed { request, said } = parse(&dictionary, origin.address());
                (request.map_err(Unread::Request), said)
            }
            Err(reason) => {
                let refusal = reply::error(reason).with_detail(format!("\"{}\"", Cut(payload)));
                (Err(Unread::Malformed(refusal)), Said::default())
            }
        };
        let (origin, reply_bytes_max) = (origin.clone(), usize::MAX);
        let head = Head { origin, cookie, encoding, is_dictionary, said, reply_bytes_max, clock };
        Message { head, request, received: now }
    }

    /// The same with a limit to its reply.
    #[must_use]
    pub fn with_reply_of_at_most(mut self, bytes: usize) -> Message {
        self.head.reply_bytes_max = bytes;
        self
    }

    /// The place where it is answered.
    pub fn place(&self, shard_count: u16) -> Place {
        if !self.head.origin.rights.allow(Right::Signal) {
            return Place::Anywhere;
        }
        match &self.request {
            Err(_) | Ok(NgRequest::Ping) => Place::Anywhere,
            Ok(NgRequest::List { .. } | NgRequest::Statistics | NgRequest::Cli(_)) => Place::Node,
            Ok(request) => {
                let call_id = request.call_id().expect("what is left is about a call");
                Place::Shard(shard_of(call_id, shard_count))
            }
        }
    }

    /// Returns whether it is an offer or answer so old that its proxy has turned elsewhere.
    pub fn is_outdated(&self, now: Timestamp, patience: Duration) -> bool {
        let signals = matches!(self.request, Ok(NgRequest::Offer(_) | NgRequest::Answer(_)));
        signals && now.since(self.received) >= patience
    }
}

impl Head {
    pub(super) fn about(&self) -> About<'_> {
        let command = self.said.command.as_deref().unwrap_or_default();
        let call_id = self.said.call_id.as_ref().map(CallId::as_bytes);
        About { call_id, command, ..about(&self.origin) }
    }

    /// Time since the message was read.
    pub(super) fn age(&self) -> Duration {
        self.clock.elapsed()
    }
}

/// A message of which nothing is known but where it comes from.
pub(super) fn about(origin: &Origin) -> About<'_> {
    About { protocol: Protocol::Ng, call_id: None, origin, command: &[] }
}

/// The cookie and what follows it. A message without a space, or with one at its start, has none.
pub(super) fn split(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let space = message.iter().position(|byte| *byte == b' ').filter(|at| *at > 0)?;
    Some((&message[..space], &message[space + 1..]))
}

/// The dictionary of a payload and how it was written, or the error text.
pub(super) fn decode(payload: &[u8]) -> (Encoding, Result<Value<'_>, &'static str>) {
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

/// Measures the time a request takes; only shown, never decided upon.
#[derive(Debug)]
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
