//! The typed view of an SDP: what a relay reads, with the number of the line that says it.

use std::fmt;
use std::net::IpAddr;

use super::line::Line;
use crate::names::{Family, Text};

/// A parsed SDP body: its text, the lines in it, and the view of those that matter here.
#[derive(Clone, Debug)]
pub struct SessionDescription {
    /// The text as it came.
    pub(super) text: Box<[u8]>,
    /// One entry for each line up to the end of the body.
    pub(super) lines: Vec<Line>,
    /// `o=`.
    pub origin: Option<Origin>,
    /// `s=`, with the number of its line.
    pub session_name: Option<(usize, Text)>,
    /// `c=` of the session.
    pub connection: Option<Connection>,
    /// The direction attribute at session level.
    pub direction: Option<Direction>,
    /// Values of `a=rtpengine:` lines: relays that this SDP went through (flag `loop-protect`).
    pub loop_ids: Vec<Text>,
    /// The sections, in order.
    pub media: Vec<MediaDescription>,
}

/// The `o=` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Index of the line.
    pub line: usize,
    /// User name.
    pub username: Text,
    /// Session number; kept as text since it may exceed 64 bits.
    pub session_id: Text,
    /// Session version, as text too.
    pub version: Text,
    /// Address; the unspecified one for a host name.
    pub address: IpAddr,
    /// The address as it is written.
    pub host: Text,
}

/// A `c=` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Index of the line.
    pub line: usize,
    /// Address, without a TTL or count; none if it cannot be read, since it is a host name or of another family than it
    /// says. Such an address is refused only where something is to be sent to it.
    pub address: Option<IpAddr>,
}

/// One `m=` section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaDescription {
    /// Indices of its lines, the first of which is the `m=` line.
    pub lines: std::ops::Range<usize>,
    /// Media type: `audio`, `video`, `image`, ...
    pub kind: Text,
    /// Port; 0 means rejected.
    pub port: u16,
    /// Number of port pairs (`m=audio 6000/2`), 1 if not given.
    pub port_count: u16,
    /// Transport protocol.
    pub protocol: Protocol,
    /// Formats in order: payload types of RTP media, free text of others.
    pub formats: Vec<Text>,
    /// Its own `c=`.
    pub connection: Option<Connection>,
    /// Its address: its own `c=` or else the session's.
    pub address: IpAddr,
    /// Its own direction attribute.
    pub own_direction: Option<Direction>,
    /// Its direction: its own, or else the session's, or else `sendrecv` (RFC 8866 section 6.7).
    pub direction: Direction,
    /// `a=rtcp`.
    pub rtcp: Option<RtcpAttribute>,
    /// Carries `a=rtcp-mux` or `a=rtcp-mux-only`.
    pub rtcp_mux: bool,
    /// `a=mid`.
    pub mid: Option<Text>,
    /// `a=label`.
    pub label: Option<Text>,
    /// `a=ptime` in milliseconds.
    pub ptime: Option<u32>,
    /// Carries ICE attributes of its own or of the session.
    pub ice: bool,
    /// `a=ice-ufrag` or `a=ice-pwd` are among them.
    pub ice_credentials: bool,
    /// Carries `a=fingerprint` (RFC 8122) of its own or of the session.
    pub fingerprint: bool,
    /// The meaning of each payload type, for RTP media; in the order of `formats`.
    pub codecs: Vec<Codec>,
}

impl MediaDescription {
    /// Returns whether it is on hold by the zero address (RFC 3264 section 8.4). With port 9 and credentials of ICE it
    /// is not: its address comes later, by trickle ICE (RFC 8840 section 4.1.1).
    pub fn is_held_by_zero_address(&self) -> bool {
        let trickles = self.port == 9 && self.ice_credentials;
        self.address.is_unspecified() && self.port > 0 && !trickles
    }
}

/// `a=rtcp` (RFC 3605).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RtcpAttribute {
    /// Port.
    pub port: u16,
    /// Address, if it differs from the media's.
    pub address: Option<IpAddr>,
}

/// One payload type of an RTP media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Payload type number, 0 to 127.
    pub payload_type: u8,
    /// Encoding name: from `a=rtpmap`, or the static assignment of RFC 3551, or empty.
    pub name: Text,
    /// Clock rate in Hz; 0 if unknown.
    pub clock_rate: u32,
    /// Encoding parameters (channels), as text; empty if none.
    pub parameters: Text,
    /// `a=fmtp` value; empty if none.
    pub format: Text,
}

/// A direction attribute (RFC 8866 section 6.7), seen from the one who wrote the SDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Sends and receives.
    SendRecv,
    /// Sends only.
    SendOnly,
    /// Receives only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// The attribute that says whether the writer sends and receives.
    pub fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Direction::SendRecv,
            (true, false) => Direction::SendOnly,
            (false, true) => Direction::RecvOnly,
            (false, false) => Direction::Inactive,
        }
    }

    /// True if the writer sends.
    pub fn sends(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::SendOnly)
    }

    /// True if the writer receives.
    pub fn receives(self) -> bool {
        matches!(self, Direction::SendRecv | Direction::RecvOnly)
    }

    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Direction::SendRecv => "sendrecv",
            Direction::SendOnly => "sendonly",
            Direction::RecvOnly => "recvonly",
            Direction::Inactive => "inactive",
        }
    }
}

/// A media type, as flags name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaType {
    /// One of those that have a name (RFC 8866 section 5.14, RFC 6466).
    Named(&'static str),
    /// `other`: any that has none.
    Other,
}

impl MediaType {
    const NAMES: [&'static str; 6] = ["audio", "video", "image", "message", "text", "application"];

    /// The type behind a word of a flag.
    pub fn parse(word: &[u8]) -> Option<MediaType> {
        let named = Self::NAMES.into_iter().find(|name| name.as_bytes() == word);
        named.map(MediaType::Named).or((word == b"other").then_some(MediaType::Other))
    }

    /// Returns whether it is the type of an `m=` line.
    pub fn includes(&self, kind: &Text) -> bool {
        match self {
            MediaType::Named(name) => kind.as_bytes() == name.as_bytes(),
            MediaType::Other => !Self::NAMES.iter().any(|name| kind.as_bytes() == name.as_bytes()),
        }
    }
}

/// A transport protocol of an `m=` line: its text, and the kind of it that a relay has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Protocol {
    /// Text as it stands in the SDP.
    pub text: Text,
    /// Class for a relay.
    pub class: ProtocolClass,
}

/// Classes of transport protocols for a relay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProtocolClass {
    /// RTP and RTCP; `secure` for the SRTP profiles, `feedback` for the AVPF ones, `dtls` for keys by DTLS.
    Rtp {
        /// SRTP (RFC 3711).
        secure: bool,
        /// AVPF (RFC 4585).
        feedback: bool,
        /// Keys by DTLS (RFC 5764).
        dtls: bool,
    },
    /// Datagrams of another kind, on one port: UDPTL, BFCP, anything unknown.
    Datagram,
    /// Not UDP at all, so not relayed: MSRP and other TCP media.
    NotRelayed,
}

impl Protocol {
    /// The protocol behind a text. RTP profiles and `udptl` are recognised in any case.
    pub fn new(text: Text) -> Self {
        let upper = text.as_bytes().to_ascii_uppercase();
        let rtp = |secure, feedback, dtls| ProtocolClass::Rtp { secure, feedback, dtls };
        let class = match upper.as_slice() {
            b"RTP/AVP" => rtp(false, false, false),
            b"RTP/AVPF" => rtp(false, true, false),
            b"RTP/SAVP" => rtp(true, false, false),
            b"RTP/SAVPF" => rtp(true, true, false),
            b"UDP/TLS/RTP/SAVP" => rtp(true, false, true),
            b"UDP/TLS/RTP/SAVPF" => rtp(true, true, true),
            other if other.starts_with(b"TCP") => ProtocolClass::NotRelayed,
            _ => ProtocolClass::Datagram,
        };
        Protocol { text, class }
    }

    /// True if the media is RTP in any profile.
    pub fn is_rtp(&self) -> bool {
        matches!(self.class, ProtocolClass::Rtp { .. })
    }
}

impl SessionDescription {
    /// The text as it came.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// The family that the SDP speaks: that of the first media's address, or else of `o=`.
    pub fn family(&self) -> Option<Family> {
        let media = self.media.first().map(|media| media.address);
        media.or(self.origin.as_ref().map(|origin| origin.address)).map(Family::of)
    }
}

/// Reasons that an SDP cannot be read. The ng protocol knows two texts for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SdpError {
    /// A line breaks the grammar; its number counts from 1.
    Syntax {
        /// Line number.
        line: usize,
        /// The fault.
        reason: &'static str,
    },
    /// A media section has no address at either level.
    NoAddress {
        /// The number of its `m=` line.
        line: usize,
    },
    /// More lines, sections, formats or bytes than [`crate::limits`] allows.
    TooLarge(&'static str),
}

impl SdpError {
    /// The number of the line to blame, if it is one; counts from 1.
    pub fn line(&self) -> Option<usize> {
        match self {
            SdpError::Syntax { line, .. } | SdpError::NoAddress { line } => Some(*line),
            SdpError::TooLarge(_) => None,
        }
    }
}

impl fmt::Display for SdpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SdpError::Syntax { line, reason } => write!(f, "SDP line {line}: {reason}"),
            SdpError::NoAddress { line } => write!(f, "SDP line {line}: the media section has no address"),
            SdpError::TooLarge(what) => write!(f, "too many {what}"),
        }
    }
}

impl std::error::Error for SdpError {}
