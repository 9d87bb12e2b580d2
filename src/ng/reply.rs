//! Replies: what a shard answered, in the words that clients match.
//!
//! Keys stand in rtpengine's order: `result` comes last.

use tandem_shards::output::Refusal;

use super::value::Value;
use super::{bencode, json};

/// How a message is written; a reply is written as its request was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// First byte `d`.
    Bencode,
    /// First byte `{`.
    Json,
}

impl Encoding {
    /// Writes a reply.
    pub fn encode(self, reply: &Value<'_>, out: &mut Vec<u8>) {
        match self {
            Encoding::Bencode => bencode::encode(reply, out),
            Encoding::Json => json::encode(reply, out),
        }
    }
}

/// The reply `ok` after whatever else it says.
pub fn ok(mut reply: Value<'_>) -> Value<'_> {
    reply.set("result", "ok");
    reply
}

/// The reply to `ping`.
pub fn pong() -> Value<'static> {
    let mut reply = Value::dictionary();
    reply.set("result", "pong");
    reply
}

/// An error.
pub fn error(reason: impl Into<Value<'static>>) -> Value<'static> {
    let mut reply = Value::dictionary();
    reply.set("result", "error");
    reply.set("error-reason", reason);
    reply
}

/// A limit is exceeded: proxies that know `load limit` try another relay, others know one error text for every
/// limit.
pub fn limit(message: &'static str, supported: bool) -> Value<'static> {
    if !supported {
        return error(SESSIONS);
    }
    let mut reply = Value::dictionary();
    reply.set("result", "load limit");
    reply.set("message", message);
    reply
}

/// A shard that is overloaded looks like one that is full, so that the proxy goes elsewhere.
pub fn overloaded(supported: bool) -> Value<'static> {
    limit(LOAD, supported)
}

/// Text of `max-sessions`, and the legacy text of every limit.
const SESSIONS: &str = "Parallel session limit reached";
/// Text of `max-load`.
const LOAD: &str = "Load limit exceeded";

/// The reply to a refusal; `unknown_call` is the text for a call that is not here, which differs by command.
pub fn refused(refusal: Refusal, unknown_call: &'static str, load_limit: bool) -> Value<'static> {
    match refusal {
        Refusal::UnknownCall => error(unknown_call),
        Refusal::TagMismatch | Refusal::DialogueMismatch => error("Invalid dialogue association"),
        Refusal::NoSuchTag => error("From-tag given, but no such tag exists"),
        Refusal::NoSuchLabel => error("No monologue matching the given label"),
        Refusal::NoSuchAddress => error("Failed to match address to any tag"),
        Refusal::RanOutOfPorts => error("Ran out of ports"),
        Refusal::SessionLimit => limit(SESSIONS, load_limit),
        Refusal::LoadLimit => limit(LOAD, load_limit),
        Refusal::CpuLimit => limit("CPU usage limit exceeded", load_limit),
        Refusal::BandwidthLimit => limit("Bandwidth limit exceeded", load_limit),
        Refusal::CannotRewrite => cannot_rewrite(),
        Refusal::Unsupported => error("Encryption is passed on, not converted"),
        Refusal::TooLarge(what) => error(format!("Too many {what}")),
        Refusal::UnknownInterface => error("No interface for this address family"),
        other => error(format!("{other:?}")),
    }
}

/// rtpengine sends an empty `sdp` along.
pub fn cannot_rewrite() -> Value<'static> {
    let mut reply = Value::dictionary();
    reply.set("sdp", "");
    reply.set("result", "error");
    reply.set("error-reason", "Error rewriting SDP");
    reply
}

/// `delete` found nothing: a warning, or an error under the flag `fatal`.
pub fn not_deleted(fatal: bool) -> Value<'static> {
    const TEXT: &str = "Call-ID not found or tags didn't match";
    if fatal {
        return error(TEXT);
    }
    let mut reply = Value::dictionary();
    reply.set("warning", TEXT);
    ok(reply)
}
