//! A request: from a dictionary to what it asks of this relay.

use std::net::SocketAddr;

use tandem_shards::call::signal::{Party, Signal, Treatment, TreatmentKind};
use tandem_shards::input::Delete;
use tandem_shards::limits::NAME_BYTES_MAX;
use tandem_shards::names::{CallId, Tag};
use tandem_shards::sdp::{SdpError, SessionDescription};

use super::counters::{CommandKind, Ignored};
use super::flags::{Fields, address};
use super::value::Value;

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
        /// What the shard is asked.
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
        /// How many calls at most.
        limit: usize,
    },
    /// `statistics`
    Statistics,
    /// Media and recording commands.
    Treat(Box<Treatment>),
    /// `cli`
    Cli(String),
    /// A command that needs what this relay does not have; an unknown call is named first, with this text.
    Unavailable {
        /// The call.
        call_id: CallId,
        /// The text for an unknown one.
        unknown: &'static str,
    },
}

/// Why a request cannot be carried out. The texts are rtpengine's: proxies compare some of them.
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
    Sdp(SdpError),
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
            RequestError::Sdp(SdpError::NoAddress) => "Incomplete SDP specification",
            RequestError::Sdp(_) => "Failed to parse SDP",
            RequestError::InvalidLimit => "invalid limit, must be >= 0",
            RequestError::InvalidAddress => "Failed to parse network address",
            RequestError::Unavailable => "unsupported",
            RequestError::NameTooLong => "A call-id, tag or branch is too long",
        }
    }
}

/// A request as far as it could be read.
#[derive(Debug)]
pub struct Parsed {
    /// Its command, if it is known.
    pub kind: Option<CommandKind>,
    /// What it asks.
    pub request: Result<NgRequest, RequestError>,
    /// The proxy knows the reply `load limit`.
    pub load_limit: bool,
    /// `call-id`, for the log.
    pub call_id: Option<CallId>,
    /// What was said in vain.
    pub ignored: Ignored,
}

/// Reads a request of a proxy.
pub fn parse(dictionary: &Value<'_>, proxy: SocketAddr) -> Parsed {
    let fields = Fields::read(dictionary);
    let kind = fields.command.as_deref().map(CommandKind::of);
    let (load_limit, ignored, call_id) = (fields.load_limit, fields.ignored, fields.call_id.clone());
    let request = match kind {
        None => Err(RequestError::NoCommand),
        Some(None) => Err(RequestError::UnknownCommand),
        Some(Some(_)) if has_long_name(&fields) => Err(RequestError::NameTooLong),
        Some(Some(kind)) => request(kind, fields, proxy),
    };
    Parsed { kind: kind.flatten(), request, load_limit, call_id, ignored }
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
        Kind::StartRecording => recording(fields, true),
        Kind::StopRecording | Kind::PauseRecording => recording(fields, false),
        Kind::BlockDtmf => treatment(fields, Treat::BlockDtmf, true),
        Kind::UnblockDtmf => treatment(fields, Treat::BlockDtmf, false),
        Kind::BlockMedia => treatment(fields, Treat::BlockMedia, true),
        Kind::UnblockMedia => treatment(fields, Treat::BlockMedia, false),
        Kind::SilenceMedia => treatment(fields, Treat::SilenceMedia, true),
        Kind::UnsilenceMedia => treatment(fields, Treat::SilenceMedia, false),
        Kind::StartForwarding => treatment(fields, Treat::Forwarding, true),
        Kind::StopForwarding => treatment(fields, Treat::Forwarding, false),
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
    let sdp = SessionDescription::parse(&sdp).map_err(RequestError::Sdp)?;
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

/// Whose media it is about: a label counts most, then an address, then the tag under `directional`.
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

fn recording(fields: Fields, on: bool) -> Result<NgRequest, RequestError> {
    let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
    let treatment = Treatment { call_id, who: Party::All, kind: TreatmentKind::Recording, on };
    Ok(NgRequest::Treat(Box::new(treatment)))
}

fn unavailable(fields: Fields, unknown: &'static str) -> Result<NgRequest, RequestError> {
    let call_id = fields.call_id.ok_or(RequestError::NoCallId)?;
    Ok(NgRequest::Unavailable { call_id, unknown })
}
