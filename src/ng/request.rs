//! A request: from a dictionary to what it asks of this relay.

use std::net::SocketAddr;

use tandem_shards::call::signal::{Party, Signal, Treatment, TreatmentKind};
use tandem_shards::input::Delete;
use tandem_shards::limits::NAME_BYTES_MAX;
use tandem_shards::names::{CallId, Tag};
use tandem_shards::sdp::{SdpError, SessionDescription};

use super::commands::CommandKind;
use super::counters::Ignored;
use super::flags::not_done::Feature;
use super::flags::{Fields, address};
use super::value::Value;
use crate::request_log::Cut;

/// Calls that `list` shows if no `limit` is given.
const LIST_LIMIT: i64 = 32;

/// A request that makes sense.
#[derive(Clone, Debug)]
pub enum NgRequest {
    /// `ping`
    Ping,
    /// `offer`
    Offer(Box<Signal>),
    /// `answer`
    Answer(Box<Signal>),
    /// `delete`
    Delete {
        /// Command for the shard.
        delete: Box<Delete>,
        /// Flag `fatal`: an unknown call is an error, not a warning.
        fatal: bool,
        /// Flag `fast`: no statistics.
        fast: bool,
    },
    /// `query`
    Query {
        /// The call.
        call_id: CallId,
        /// The party that is shown with its counterparts; all if not given.
        tag: Option<Tag>,
    },
    /// `list`
    List {
        /// Calls at most.
        limit: usize,
    },
    /// `statistics`
    Statistics,
    /// Media commands.
    Treat(Box<Treatment>),
    /// `cli`
    Cli(String),
    /// A command that proxies need an `ok` for, although nothing is done.
    NotDone {
        /// The call.
        call_id: CallId,
        /// Missing feature that was asked for; none if it was to be ended, and that is so.
        feature: Option<Feature>,
        /// The text for an unknown one.
        unknown: &'static str,
    },
    /// A command that needs what this relay does not have; an unknown call is named first, with this text.
    Unavailable {
        /// The call.
        call_id: CallId,
        /// The text for an unknown one.
        unknown: &'static str,
    },
}

impl NgRequest {
    /// The call that it is about, if it is about one.
    pub fn call_id(&self) -> Option<&CallId> {
        match self {
            NgRequest::Ping | NgRequest::List { .. } | NgRequest::Statistics | NgRequest::Cli(_) => None,
            NgRequest::Offer(signal) | NgRequest::Answer(signal) => Some(&signal.call_id),
            NgRequest::Delete { delete, .. } => Some(&delete.call_id),
            NgRequest::Treat(treatment) => Some(&treatment.call_id),
            NgRequest::Query { call_id, .. }
            | NgRequest::NotDone { call_id, .. }
            | NgRequest::Unavailable { call_id, .. } => Some(call_id),
        }
    }
}

/// Reasons that a request cannot be carried out. The texts are rtpengine's: proxies compare some of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RequestError {
    /// No `command`, or it is not a string.
    NoCommand,
    /// No such command.
    UnknownCommand,
    /// No `sdp`.
    NoSdp,
    /// No `call-id`.
    NoCallId,
    /// No `from-tag`.
    NoFromTag,
    /// No `to-tag`.
    NoToTag,
    /// No `body`.
    NoBody,
    /// An `sdp` without anything in it.
    EmptySdp,
    /// The SDP cannot be read.
    Sdp {
        /// The reason.
        error: SdpError,
        /// The line to blame, if it is one.
        line: Option<Vec<u8>>,
    },
    /// A negative `limit`.
    InvalidLimit,
    /// `address` is no IP address.
    InvalidAddress,
    /// Not available in this relay.
    Unavailable,
    /// A name longer than [`NAME_BYTES_MAX`].
    NameTooLong,
}

impl RequestError {
    /// The `error-reason`.
    pub fn text(&self) -> &'static str {
        match self {
            RequestError::NoCommand => "Dictionary contains no key \"command\"",
            RequestError::UnknownCommand => "Unrecognized command",
            RequestError::NoSdp => "No SDP body in message",
            RequestError::NoCallId => "No call-id in message",
            RequestError::NoFromTag => "No from-tag in message",
            RequestError::NoToTag => "No to-tag in message",
            RequestError::NoBody => "No 'body' in message",
            RequestError::EmptySdp => "Error rewriting SDP",
            RequestError::Sdp { error: SdpError::NoAddress { .. }, .. } => "Incomplete SDP specification",
            RequestError::Sdp { .. } => "Failed to parse SDP",
            RequestError::InvalidLimit => "invalid limit, must be >= 0",
            RequestError::InvalidAddress => "Failed to parse network address",
            RequestError::Unavailable => "unsupported",
            RequestError::NameTooLong => "A call-id, tag or branch is too long",
        }
    }

    /// Detail for the log.
    pub fn detail(&self) -> Option<String> {
        let RequestError::Sdp { error, line } = self else { return None };
        let line = line.as_ref().map(|line| format!(": \"{}\"", Cut(line)));
        Some(format!("{error}{}", line.unwrap_or_default()))
    }
}

/// A request as far as it could be read.
#[derive(Debug)]
pub struct Parsed {
    /// Request, or the reason that there is none.
    pub request: Result<NgRequest, RequestError>,
    /// The rest of the request.
    pub said: Said,
}

/// The parts of a request besides what it asks for.
#[derive(Debug, Default)]
pub struct Said {
    /// Its command, if it is known.
    pub kind: Option<CommandKind>,
    /// The proxy knows the reply `load limit`.
    pub load_limit: bool,
    /// `command` as it was said, for the log.
    pub command: Option<Vec<u8>>,
    /// `call-id`, for the log.
    pub call_id: Option<CallId>,
    /// Flag `debug`.
    pub debug: bool,
    /// Keys, flags and values without effect, for the counters.
    pub ignored: Ignored,
    /// Features that were asked for and do not exist, with the key or flag.
    pub not_done: Vec<(Feature, Vec<u8>)>,
}

/// Reads a request of a proxy.
pub fn parse(dictionary: &Value<'_>, proxy: SocketAddr) -> Parsed {
    let mut fields = Fields::read(dictionary);
    let (debug, not_done) = (fields.debug, std::mem::take(&mut fields.not_done));
    let kind = fields.command.as_deref().map(CommandKind::of);
    let (load_limit, ignored, call_id) = (fields.load_limit, fields.ignored, fields.call_id.clone());
    let command = fields.command.clone();
    let request = match kind {
        None => Err(RequestError::NoCommand),
        Some(None) => Err(RequestError::UnknownCommand),
        Some(Some(_)) if has_long_name(&fields) => Err(RequestError::NameTooLong),
        Some(Some(kind)) => request(kind, fields, proxy),
    };
    let kind = kind.flatten();
    Parsed { request, said: Said { kind, load_limit, command, call_id, debug, ignored, not_done } }
}

fn has_long_name(fields: &Fields) -> bool {
    let options = &fields.options;
    let names = [
        fields.call_id.as_ref().map(CallId::as_bytes),
        fields.from_tag.as_ref().map(Tag::as_bytes),
        fields.to_tag.as_ref().map(Tag::as_bytes),
        fields.branch.as_ref().map(|branch| branch.as_bytes()),
        options.label.as_ref().map(|label| label.as_bytes()),
        options.to_label.as_ref().map(|label| label.as_bytes()),
        options.metadata.as_ref().map(|metadata| metadata.as_bytes()),
    ];
    names.into_iter().flatten().any(|name| name.len() > NAME_BYTES_MAX)
}

fn request(kind: CommandKind, fields: Fields, proxy: SocketAddr) -> Result<NgRequest, RequestError> {
    use {CommandKind as Kind, TreatmentKind as Treat};
    match kind {
        Kind::Ping => Ok(NgRequest::Ping),
        Kind::Offer => Ok(NgRequest::Offer(signal(kind, fields, proxy)?)),
        Kind::Answer => Ok(NgRequest::Answer(signal(kind, fields, proxy)?)),
        Kind::Delete => delete(fields),
        Kind::Query => {
            let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
            Ok(NgRequest::Query { call_id, tag: fields.to_tag.or(fields.from_tag) })
        }
        Kind::List => {
            let limit = fields.limit.unwrap_or(LIST_LIMIT);
            let limit = usize::try_from(limit).map_err(|_| RequestError::InvalidLimit)?;
            Ok(NgRequest::List { limit })
        }
        Kind::Statistics => Ok(NgRequest::Statistics),
        Kind::Cli => {
            let body = fields.body.ok_or(RequestError::NoBody)?;
            Ok(NgRequest::Cli(String::from_utf8_lossy(&body).into_owned()))
        }
        Kind::StartRecording => not_done(fields, Some(Feature::Recording), "Unknown call-id"),
        // Nothing is recorded afterwards, as it should be.
        Kind::StopRecording | Kind::PauseRecording => not_done(fields, None, "Unknown call-id"),
        Kind::BlockDtmf => treatment(fields, Treat::BlockDtmf, true),
        Kind::UnblockDtmf => treatment(fields, Treat::BlockDtmf, false),
        Kind::BlockMedia => treatment(fields, Treat::BlockMedia, true),
        Kind::UnblockMedia => treatment(fields, Treat::BlockMedia, false),
        Kind::SilenceMedia => treatment(fields, Treat::SilenceMedia, true),
        Kind::UnsilenceMedia => treatment(fields, Treat::SilenceMedia, false),
        Kind::StartForwarding => not_done(fields, Some(Feature::Forwarding), "Unknown call-ID"),
        Kind::StopForwarding => not_done(fields, None, "Unknown call-ID"),
        Kind::Publish if fields.sdp.is_none() => Err(RequestError::NoSdp),
        Kind::SubscribeRequest | Kind::Connect => unavailable(fields, "Unknown call-ID(s)"),
        Kind::SubscribeAnswer | Kind::Unsubscribe | Kind::InjectStart | Kind::InjectStop => {
            unavailable(fields, "Unknown call-ID")
        }
        Kind::PlayMedia
        | Kind::StopMedia
        | Kind::PlayDtmf
        | Kind::Publish
        | Kind::Transform
        | Kind::Create
        | Kind::CreateAnswer
        | Kind::Mesh => Err(RequestError::Unavailable),
    }
}

/// An offer or answer. Missing keys are named in this order: sdp, call-id, from-tag, to-tag.
fn signal(kind: CommandKind, fields: Fields, proxy: SocketAddr) -> Result<Box<Signal>, RequestError> {
    let sdp = fields.sdp.ok_or(RequestError::NoSdp)?;
    let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
    let from_tag = fields.from_tag.ok_or(RequestError::NoFromTag)?;
    if kind == CommandKind::Answer && fields.to_tag.is_none() {
        return Err(RequestError::NoToTag);
    }
    if sdp.is_empty() {
        return Err(RequestError::EmptySdp);
    }
    let sdp = SessionDescription::parse_from(&sdp, fields.options.source_address).map_err(|error| {
        let line = error.line().and_then(|number| sdp.split(|byte| *byte == b'\n').nth(number - 1));
        RequestError::Sdp { error, line: line.map(|line| line.trim_ascii_end().to_vec()) }
    })?;
    let (to_tag, branch, options) = (fields.to_tag, fields.branch, fields.options);
    Ok(Box::new(Signal { call_id, from_tag, to_tag, branch, sdp, proxy, options }))
}

fn delete(fields: Fields) -> Result<NgRequest, RequestError> {
    let delete = Delete {
        call_id: fields.call_id.ok_or(RequestError::NoCallId)?,
        from_tag: fields.from_tag,
        to_tag: fields.to_tag.filter(|_| fields.to_tag_counts),
        branch: fields.branch,
        delay: fields.delete_delay,
    };
    Ok(NgRequest::Delete { delete: Box::new(delete), fatal: fields.fatal, fast: fields.fast })
}

/// Media command for a party: a label counts most, then an address, then the tag under `directional`.
fn treatment(fields: Fields, kind: TreatmentKind, on: bool) -> Result<NgRequest, RequestError> {
    let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
    let who = match (fields.options.label, fields.address, fields.from_tag) {
        _ if fields.all => Party::All,
        (Some(label), _, _) => Party::Label(label),
        (None, Some(text), _) => Party::Address(address(&text).ok_or(RequestError::InvalidAddress)?),
        (None, None, Some(tag)) if fields.directional => Party::Tag(tag),
        _ => Party::All,
    };
    Ok(NgRequest::Treat(Box::new(Treatment { call_id, who, kind, on })))
}

fn not_done(
    fields: Fields,
    feature: Option<Feature>,
    unknown: &'static str,
) -> Result<NgRequest, RequestError> {
    let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
    Ok(NgRequest::NotDone { call_id, feature, unknown })
}

fn unavailable(fields: Fields, unknown: &'static str) -> Result<NgRequest, RequestError> {
    let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
    Ok(NgRequest::Unavailable { call_id, unknown })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ng::commands::CommandEffect;

    #[test]
    fn commands_end_as_their_rows_say() {
        for kind in CommandKind::ALL {
            let mut dictionary = Value::dictionary();
            let sdp = "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\n";
            for (key, value) in [
                ("command", kind.name()),
                ("call-id", "c"),
                ("from-tag", "f"),
                ("to-tag", "t"),
                ("sdp", sdp),
                ("body", "ping"),
            ] {
                dictionary.set(key, value);
            }
            let parsed = parse(&dictionary, SocketAddr::from(([192, 0, 2, 9], 5060)));
            let effect = match parsed.request {
                Ok(NgRequest::NotDone { feature: Some(_), .. }) => CommandEffect::OkAlone,
                Ok(NgRequest::Unavailable { .. }) | Err(RequestError::Unavailable) => CommandEffect::Refused,
                Ok(_) => CommandEffect::Done,
                Err(error) => panic!("{}: {error:?}", kind.name()),
            };
            assert_eq!(effect, kind.effect(), "{}", kind.name());
        }
    }
}
