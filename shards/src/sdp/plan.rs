//! Plan of an outgoing SDP, where it must differ from the incoming one.
//!
//! A plan is made by the call (`call/offer_answer.rs`), which knows ports and flags but no text; it is
//! carried out by [`render`](super::SessionDescription::render), which knows text but no calls.

use std::net::{IpAddr, SocketAddr};

use super::Direction;
use crate::names::Text;

/// All changes to one SDP. The default changes nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SdpPlan {
    /// Changes to the `o=` line.
    pub origin: OriginPlan,
    /// A new `s=` value.
    pub session_name: Option<Text>,
    /// Adds `a=rtpengine:ID` at session level (flag `loop-protect`).
    pub loop_id: Option<Text>,
    /// Removes `a=group` lines: grouped sections are re-made one by one by a relay.
    pub remove_groups: bool,
    /// Removes every ICE attribute of the session and of relayed sections (RFC 8839).
    pub remove_ice: bool,
    /// Names of header extensions that the listener is not told of; `all` is every one.
    pub extensions_left_out: Vec<Text>,
    /// One entry for each media section of the source, in order.
    pub media: Vec<MediaPlan>,
    /// `a=mid` of each of them, in the words of the receiver; none for no such line. Sections beyond these keep their
    /// own.
    pub mids: Vec<Option<Text>>,
    /// Sections that the source lacks and the receiver expects, with port 0.
    pub added: Vec<AddedMedia>,
    /// The order of the sections toward the receiver; if empty, that of the source, then those that are added.
    pub order: Vec<Place>,
    /// The proxy's own edits (key `sdp-attr`), applied to the finished lines.
    pub attributes: Vec<AttributeEdit>,
}

/// Changes to the `o=` line; `None` leaves a field as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OriginPlan {
    /// The user name.
    pub username: Option<Text>,
    /// The session number.
    pub session_id: Option<Text>,
    /// The session version.
    pub version: Option<Text>,
    /// The address; its family is printed with it.
    pub address: Option<IpAddr>,
}

/// Fate of one media section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaPlan {
    /// Nothing changes but that the section carries its own address (media that is not relayed: MSRP,
    /// `passthrough`), since the session's `c=` may change.
    Keep,
    /// The relay stands in: own address and ports.
    Relay(Box<RelayPlan>),
    /// Port 0: only `m=`, `c=` (unspecified address), `i=`, `b=`, `a=mid` and `a=label` remain.
    Reject(RejectPlan),
    /// Left out of the SDP altogether (key `sdp-media-remove`).
    Remove,
}

/// A section of an SDP that goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The one at this index in the source.
    Source(usize),
    /// The one at this index among those that are added.
    Added(usize),
}

/// A rejected section, in the terms of the receiver. The default leaves the `m=` line as it came, but for the port.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RejectPlan {
    /// The transport protocol to print.
    pub protocol: Option<Text>,
    /// The formats to print.
    pub formats: Option<Vec<Text>>,
}

/// A section that the relay stands in for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelayPlan {
    /// The address to print in `c=`.
    pub address: IpAddr,
    /// The port to print in `m=`, without a count.
    pub port: u16,
    /// The transport protocol to print in `m=`.
    pub protocol: Text,
    /// The formats that stay, in this order; attributes of the others (`rtpmap`, `fmtp`, `rtcp-fb`) go.
    /// `None`: as they came.
    pub formats: Option<Vec<Text>>,
    /// The direction to print; `None` leaves what the source says, at either level.
    pub direction: Option<Direction>,
    /// Content of `a=rtcp`; the source's own line is always replaced or removed.
    pub rtcp: RtcpPlan,
    /// True if `a=rtcp-mux` is printed; the source's `a=rtcp-mux` and `a=rtcp-mux-only` go if not.
    pub rtcp_mux: bool,
    /// `a=ptime` in milliseconds, added if the source has none.
    pub ptime: Option<u32>,
}

/// The `a=rtcp` line of a section (RFC 3605).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RtcpPlan {
    /// No such line.
    Omit,
    /// The port alone.
    Port(u16),
    /// Port and address (flag `full-rtcp-attribute`).
    Full(SocketAddr),
}

/// A rejected section that the source SDP lacks: the answer must have as many as the offer (RFC 3264
/// section 6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddedMedia {
    /// Media type.
    pub kind: Text,
    /// Transport protocol.
    pub protocol: Text,
    /// Formats of the offered section.
    pub formats: Vec<Text>,
    /// `a=mid` of the offered section.
    pub mid: Option<Text>,
}

/// Part of the SDP that an [`AttributeEdit`] is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttributeScope {
    /// The session level (`none` or `global` in the request).
    Session,
    /// The sections of one media type.
    Media(Text),
}

/// Edits of attribute lines that the proxy asks for. Values are what stands after `a=`. A line is told, without regard
/// to case, by all of it, by its name, or by `NAME:FIRST-WORD`; lines that the relay writes itself too. Removal comes
/// before substitution, whatever the order of the edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributeEdit {
    /// Part of the SDP.
    pub scope: AttributeScope,
    /// Lines to add at the end of the part.
    pub add: Vec<Text>,
    /// Lines to remove.
    pub remove: Vec<Text>,
    /// Lines to replace, and what by.
    pub substitute: Vec<(Text, Text)>,
}
