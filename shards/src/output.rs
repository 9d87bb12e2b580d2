//! Everything a shard wants done, and everything it answers.
//!
//! [`Verdict`] is for packets and comes back at once. [`Effect`]s are queued by commands and timeouts; the
//! driver drains them to `None` before it hands in the next input.

use std::fmt;
use std::net::SocketAddr;

use crate::age::Age;
use crate::call::state::{CallBrief, CallSnapshot, Ownership};
use crate::names::{CallId, FlowId, Keyspace, RequestId, SocketId};
pub use crate::reasons::{DropReason, EndCause};
use crate::stats::ShardReport;

/// Fate of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Send the packet, as it now is, out of a local socket.
    Forward {
        /// The socket it leaves from.
        via: SocketId,
        /// Endpoint that gets it.
        to: SocketAddr,
        /// Its length; it begins where the [`PacketBuf`](crate::packet::PacketBuf) says.
        len: usize,
    },
    /// Not media: [`Shard::handle_punted`](crate::Shard::handle_punted) takes it, off the common path.
    Punt,
    /// The relay itself was the receiver.
    Consume,
    /// Nobody gets it. Already counted.
    Drop(DropReason),
}

/// Work for the driver.
#[derive(Debug)]
pub enum Effect {
    /// Bind a UDP socket and receive on it; answer with `handle_opened` before the next input.
    Open {
        /// The slot it goes to.
        socket: SocketId,
        /// Address and port to bind.
        local: SocketAddr,
        /// DSCP byte of what it sends; `None` leaves the default.
        tos: Option<u8>,
    },
    /// Close a socket. Its slot may be used again by a later `Open`, with another generation.
    Close {
        /// The socket.
        socket: SocketId,
    },
    /// Change the DSCP byte of a socket.
    Mark {
        /// The socket.
        socket: SocketId,
        /// DSCP byte.
        tos: u8,
    },
    /// Send a datagram of the relay's own (hole punching, generated RTCP).
    Transmit {
        /// The socket it leaves from.
        via: SocketId,
        /// Endpoint that gets it.
        to: SocketAddr,
        /// Payload to send.
        payload: Box<[u8]>,
    },
    /// An own call changed: store it.
    Publish(Box<CallSnapshot>),
    /// An own call ended: remove its record.
    Unpublish(CallId),
    /// A call has changed hands: remove the record that the former owner left behind.
    Retire(Superseded),
    /// An own call became foreign: what is not stored of it yet is somebody else's to store.
    Disown(CallId),
    /// A change of what [`Shard::flow`](crate::Shard::flow) shows of a flow; for whoever mirrors flows.
    Flow {
        /// The flow.
        flow: FlowId,
        /// Kind of change.
        change: FlowChange,
    },
    /// Answer a request.
    Reply {
        /// Request to answer.
        to: RequestId,
        /// With what.
        reply: Reply,
    },
    /// Something worth a log line.
    Event(Event),
}

/// Kinds of changes of a flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlowChange {
    /// Made.
    Installed,
    /// Changed.
    Changed,
    /// Gone; its index may be used again.
    Removed,
}

/// A record that another one has taken the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superseded {
    /// The call.
    pub call_id: CallId,
    /// Keyspace of the old record.
    pub keyspace: Keyspace,
    /// The age of the new record: only an older one is removed.
    pub by: Age,
}

/// Reasons that a socket could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenError {
    /// Somebody else has the port: try another.
    InUse,
    /// The address is not one of this host.
    NoAddress,
    /// Out of descriptors or memory.
    Exhausted,
}

/// The answer to a request.
#[derive(Debug)]
pub enum Reply {
    /// The rewritten SDP.
    Sdp(Vec<u8>),
    /// Done, nothing to tell.
    Done,
    /// A call as it is.
    Call(Box<CallSnapshot>),
    /// Ended: the call as it was last, and whether its sockets are closed already.
    Ended {
        /// The call before it ended.
        call: Box<CallSnapshot>,
        /// No delay: gone when this is read.
        gone: bool,
    },
    /// Calls.
    Calls(Vec<CallBrief>),
    /// Number of calls that the command was about.
    Count(u64),
    /// Counters of the shard.
    Shard(Box<ShardReport>),
    /// Outcome of a restored record.
    Restored(RestoreOutcome),
    /// Not done, and why.
    Refused(Refusal),
}

/// Outcomes of a record that was handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoreOutcome {
    /// A new call.
    Created,
    /// A known foreign call was brought up to date in place.
    Updated,
    /// The same as what is here.
    Unchanged,
    /// Older than what is here.
    Stale,
    /// An own call here, and the record is not newer.
    OwnHere,
    /// An own call here was found to be owned elsewhere by a newer record: it is foreign now.
    Yielded,
    /// Its ports are taken; it is kept and tried again.
    Pending,
    /// No way to hold it here at all (unknown interface, no room).
    Refused(Refusal),
}

/// Reasons to refuse a request. The ng layer has the texts that clients match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No call of this call-id.
    UnknownCall,
    /// The call exists, its tags do not match.
    TagMismatch,
    /// `from-tag` with `directional`, and no such party.
    NoSuchTag,
    /// No party has the label.
    NoSuchLabel,
    /// No party has the address.
    NoSuchAddress,
    /// No port pair is free, or none could be opened.
    RanOutOfPorts,
    /// The address is not on this host.
    AddressAbsent,
    /// `max-sessions`.
    SessionLimit,
    /// `max-load`.
    LoadLimit,
    /// `max-cpu`.
    CpuLimit,
    /// `max-bandwidth`.
    BandwidthLimit,
    /// Tags cannot be matched, or the SDP has no media.
    DialogueMismatch,
    /// The media would be keyed otherwise on the two sides: encryption is passed on, not converted.
    Keying {
        /// Keying in the SDP.
        said: Keying,
        /// Keying that the other side has, or is to have.
        other: Keying,
    },
    /// A ceiling of [`crate::limits`].
    TooLarge(&'static str),
    /// An interface that the record names does not exist here.
    UnknownInterface,
}

/// Ways to key the packets of a media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keying {
    /// Not at all: `RTP/AVP`, `RTP/AVPF`.
    Plain,
    /// By keys in the SDP: `RTP/SAVP`, `RTP/SAVPF` (RFC 4568).
    Sdes,
    /// By a handshake of the parties: `UDP/TLS/RTP/SAVP`, `UDP/TLS/RTP/SAVPF` (RFC 5764).
    Dtls,
}

impl fmt::Display for Keying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Keying::Plain => "RTP",
            Keying::Sdes => "SRTP",
            Keying::Dtls => "DTLS-SRTP",
        })
    }
}

/// Something that happened to a call, for the log and the counters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The call.
    pub call_id: CallId,
    /// Kind of event.
    pub kind: EventKind,
}

/// Events of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// Made by an offer.
    Created,
    /// Made from a record.
    Restored(Ownership),
    /// Own again, by this node's own record, and foreign before.
    TakenBack,
    /// Own now, and foreign before.
    TakenOver,
    /// Foreign now, and own before.
    HandedOver,
    /// Ended.
    Ended(EndCause),
    /// An unknown interface was asked for; the default is used.
    UnknownInterface(crate::names::InterfaceName),
    /// Packets came back again and again, and are dropped.
    LoopStopped,
    /// A confirmed source went silent and a new one was accepted.
    SourceMoved {
        /// Before.
        from: SocketAddr,
        /// Now.
        to: SocketAddr,
    },
}
