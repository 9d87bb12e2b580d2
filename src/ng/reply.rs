//! Replies: what a shard answered, in the words that clients match.
//!
//! Keys stand in rtpengine's order: `result` comes last.

use std::borrow::Cow;

use tandem_shards::output::Refusal;

use super::value::Value;
use super::{bencode, json};

/// Encoding of a message; a reply has that of its request.
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

/// A request that is not done: what the proxy is told, and what only the log says.
///
/// [`NgRefusal::reply`] is the one place where a reply with an error is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NgRefusal {
    /// The text that clients match; out of a finite set.
    pub reason: Cow<'static, str>,
    /// Form of the reply.
    pub form: RefusalForm,
    /// Detail for the log, such as the line of the SDP.
    pub detail: Option<String>,
}

/// Forms of a reply to a request that is not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalForm {
    /// `error` with the reason.
    Error,
    /// The same for a command inside `cli`, which has been logged and counted as an operator's.
    CliError,
    /// The same with an empty `sdp` before it, which rtpengine sends along.
    ErrorWithSdp,
    /// `load limit` with the reason, for proxies that know it and then try another relay.
    LoadLimit,
    /// A limit for proxies that do not: one error text stands for every limit.
    LegacyLimit,
    /// `ok` with a warning.
    Warning,
    /// No reply at all.
    Silence,
}

impl NgRefusal {
    /// A refusal with its detail for the log.
    #[must_use]
    pub fn with_detail(self, detail: impl Into<String>) -> Self {
        NgRefusal { detail: Some(detail.into()), ..self }
    }

    /// True for a limit.
    pub fn is_limit(&self) -> bool {
        matches!(self.form, RefusalForm::LoadLimit | RefusalForm::LegacyLimit)
    }

    /// True if the proxy takes it for a failure.
    pub fn is_error(&self) -> bool {
        use RefusalForm::{CliError, Error, ErrorWithSdp, LegacyLimit};
        matches!(self.form, Error | CliError | ErrorWithSdp | LegacyLimit)
    }

    /// Reply to the proxy.
    pub fn reply(&self) -> Value<'static> {
        let reason = self.reason.as_ref().to_owned();
        let mut reply = Value::dictionary();
        match self.form {
            RefusalForm::Error | RefusalForm::CliError | RefusalForm::Silence => {
                reply.set("result", "error");
                reply.set("error-reason", reason);
            }
            RefusalForm::ErrorWithSdp => {
                reply.set("sdp", "");
                reply.set("result", "error");
                reply.set("error-reason", reason);
            }
            RefusalForm::LoadLimit => {
                reply.set("result", "load limit");
                reply.set("message", reason);
            }
            RefusalForm::LegacyLimit => {
                reply.set("result", "error");
                reply.set("error-reason", SESSIONS);
            }
            RefusalForm::Warning => {
                reply.set("warning", reason);
                return ok(reply);
            }
        }
        reply
    }
}

/// A refusal that is told as an error.
pub fn error(reason: impl Into<Cow<'static, str>>) -> NgRefusal {
    NgRefusal { reason: reason.into(), form: RefusalForm::Error, detail: None }
}

/// A refusal of a command inside `cli`.
pub fn cli_error(reason: String) -> NgRefusal {
    NgRefusal { form: RefusalForm::CliError, ..error(reason) }
}

/// A limit is exceeded.
pub fn limit(message: &'static str, supported: bool) -> NgRefusal {
    let form = if supported { RefusalForm::LoadLimit } else { RefusalForm::LegacyLimit };
    NgRefusal { reason: message.into(), form, detail: None }
}

/// A shard that is overloaded looks like one that is full, so that the proxy goes elsewhere.
pub fn overloaded(supported: bool) -> NgRefusal {
    limit(LOAD, supported)
}

/// Text of `max-sessions`, and the legacy text of every limit.
const SESSIONS: &str = "Parallel session limit reached";
/// Text of `max-load`.
const LOAD: &str = "Load limit exceeded";

/// The refusal of a shard; `unknown_call` is the text for a call that is not here, which differs by command.
pub fn refused(refusal: Refusal, unknown_call: &'static str, load_limit: bool) -> NgRefusal {
    match refusal {
        Refusal::UnknownCall => error(unknown_call),
        Refusal::TagMismatch | Refusal::DialogueMismatch => error("Invalid dialogue association"),
        Refusal::NoSuchTag => error("From-tag given, but no such tag exists"),
        Refusal::NoSuchLabel => error("No monologue matching the given label"),
        Refusal::NoSuchAddress => error("Failed to match address to any tag"),
        // rtpengine knows no difference: it cannot bind any port there.
        Refusal::RanOutOfPorts | Refusal::AddressAbsent => error("Ran out of ports"),
        Refusal::SessionLimit => limit(SESSIONS, load_limit),
        Refusal::LoadLimit => limit(LOAD, load_limit),
        Refusal::CpuLimit => limit("CPU usage limit exceeded", load_limit),
        Refusal::BandwidthLimit => limit("Bandwidth limit exceeded", load_limit),
        Refusal::Keying { said, other } => error("Conversion between RTP and SRTP is not supported")
            .with_detail(format!("the SDP says {said}, the other side has {other}")),
        Refusal::TooLarge(what) => error(format!("Too many {what}")),
        Refusal::UnknownInterface => error("No interface for this address family"),
        other => error(format!("{other:?}")),
    }
}

/// The new SDP cannot be made.
pub fn cannot_rewrite() -> NgRefusal {
    NgRefusal { form: RefusalForm::ErrorWithSdp, ..error("Error rewriting SDP") }
}

/// `delete` found nothing: a warning, or an error under the flag `fatal`.
pub fn not_deleted(fatal: bool) -> NgRefusal {
    let form = if fatal { RefusalForm::Error } else { RefusalForm::Warning };
    NgRefusal { form, ..error("Call-ID not found or tags didn't match") }
}

/// A message that gets no reply.
pub fn silence(reason: &'static str) -> NgRefusal {
    NgRefusal { form: RefusalForm::Silence, ..error(reason) }
}
