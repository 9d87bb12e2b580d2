//! The one plain-data form of a call: what is stored, restored, compared and shown.
//!
//! Addresses are kept as (interface name, position, port), since another node has other IP addresses
//! under the same names; `local` is the address here, for showing. Parties are referred to by their position.

use std::net::SocketAddr;

use crate::names::{Branch, CallId, Component, Family, InterfaceName, Keyspace, Tag, Text};
use crate::sdp::Direction;
use crate::settings::Learning;
use crate::time::Timestamp;

/// Who is responsible for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// Made or taken over here: timed out, published and deleted here.
    Own,
    /// Owned by the node whose keyspace this is; held ready here.
    Foreign(Keyspace),
}

/// Orders the records of one call: the newest wins.
///
/// The epoch counts changes of ownership, the sequence counts changes within one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Changes of ownership.
    pub epoch: u64,
    /// Changes since then.
    pub sequence: u64,
}

/// A call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSnapshot {
    /// Its name.
    pub call_id: CallId,
    /// Who owns it, seen from this node.
    pub ownership: Ownership,
    /// Which of its records this is.
    pub version: Version,
    /// When it was made.
    pub created: Timestamp,
    /// When it was signalled last.
    pub last_signal: Timestamp,
    /// When a scheduled deletion falls due.
    pub deletion: Option<Timestamp>,
    /// The proxy that made it.
    pub created_from: Option<SocketAddr>,
    /// DSCP byte of what is sent; `None` leaves it to the settings.
    pub tos: Option<u8>,
    /// Whether an answer has been seen.
    pub answered: bool,
    /// How sources are learned; `None` leaves it to the settings.
    pub learning: Option<Learning>,
    /// Whether the source guard is on; `None` leaves it to the settings.
    pub guard: Option<bool>,
    /// `drop-traffic`.
    pub drop_traffic: bool,
    /// `metadata`, from whoever gave it last.
    pub metadata: Option<Text>,
    /// Its parties.
    pub legs: Vec<LegSnapshot>,
}

impl CallSnapshot {
    /// The call without what differs between nodes that hold the same call: who owns it, which of its records
    /// it is, counters, local addresses, and what was learned from packets.
    pub fn comparable(&self) -> CallSnapshot {
        let mut call = self.clone();
        call.ownership = Ownership::Own;
        call.version = Version::default();
        for media in call.legs.iter_mut().flat_map(|leg| leg.media.iter_mut().flatten()) {
            for stream in &mut media.streams {
                *stream = StreamSnapshot {
                    component: stream.component,
                    local: None,
                    endpoint: stream.advertised,
                    advertised: stream.advertised,
                    source: None,
                    received: false,
                    counts_in: StreamCounts::default(),
                    counts_out: StreamCounts::default(),
                    last_packet: Timestamp::ZERO,
                    rtp: None,
                };
            }
        }
        call
    }
}

/// A party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegSnapshot {
    /// Its tag; none before it has answered.
    pub tag: Option<Tag>,
    /// Tags it had before, or has besides.
    pub aliases: Vec<Tag>,
    /// Its via-branch.
    pub branch: Option<Branch>,
    /// Its label.
    pub label: Option<Text>,
    /// Its `metadata`.
    pub metadata: Option<Text>,
    /// When it appeared.
    pub created: Timestamp,
    /// Its logical interface.
    pub interface: InterfaceName,
    /// The family of its SDP.
    pub family: Option<Family>,
    /// Whether it is the one that made the first offer.
    pub offerer: bool,
    /// A final response was seen.
    pub settled: bool,
    /// Media commands in force.
    pub treatment: LegTreatment,
    /// The SDP last sent to it.
    pub sent: SentSdp,
    /// Positions of the parties whose media it gets.
    pub subscriptions: Vec<u16>,
    /// Its media by position in the SDP; `None` where it has no such section.
    pub media: Vec<Option<MediaSnapshot>>,
}

/// Media commands in force for a party.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LegTreatment {
    /// `block media`.
    pub block_media: bool,
    /// `block DTMF`.
    pub block_dtmf: bool,
    /// `silence media`.
    pub silence_media: bool,
    /// `block-short`.
    pub block_short: bool,
}

/// What is remembered of the SDP last sent to a party (`replace` of the session part).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SentSdp {
    /// User name, session number, version as first sent.
    pub origin: Option<(Text, Text, Text)>,
    /// Session name as first sent.
    pub session_name: Option<Text>,
    /// The version that the party saw last, if it is a number.
    pub version: Option<u64>,
    /// Digest of the text that the party saw last; 0 if its version was the source's own.
    pub digest: u64,
}

/// A media section of a party.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaSnapshot {
    /// Media type.
    pub kind: Text,
    /// Transport protocol toward this party.
    pub protocol: Text,
    /// Its logical interface.
    pub interface: InterfaceName,
    /// The family of its local sockets.
    pub family: Family,
    /// What the party does: seen from the party, as its own SDP says.
    pub direction: Direction,
    /// Flags.
    pub flags: MediaFlags,
    /// `a=ptime` it gave, in milliseconds.
    pub ptime: Option<u32>,
    /// `a=mid`.
    pub mid: Option<Text>,
    /// Payload types, in its order of preference.
    pub payload_types: Vec<PayloadType>,
    /// Formats of media that is not RTP.
    pub formats: Vec<Text>,
    /// RTP first, then RTCP if it has a port of its own.
    pub streams: Vec<StreamSnapshot>,
    /// Local ports by the endpoint that asked for them; the last is in use.
    pub port_sets: Vec<PortSetSnapshot>,
}

/// Flags of a media section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MediaFlags {
    /// RTCP comes and goes on the RTP port.
    pub rtcp_mux: bool,
    /// The party offered rtcp-mux.
    pub mux_offered: bool,
    /// Never take the endpoint from packets.
    pub asymmetric: bool,
    /// One-way streams count as confirmed.
    pub unidirectional: bool,
    /// Drop packets of unexpected source.
    pub strict_source: bool,
    /// Learn a new source at any time.
    pub media_handover: bool,
    /// Reports are made here.
    pub generate_rtcp: bool,
    /// Rejected or removed: port 0.
    pub disabled: bool,
    /// Not relayed: addresses stay as signalled.
    pub passthrough: bool,
    /// The party gave `0.0.0.0` or `::`.
    pub zero_address: bool,
    /// The party gave an address and port of this relay: its packets may come back for ever.
    pub loop_check: bool,
    /// The party was told its ports: what comes there before cannot be its own.
    pub told: bool,
    /// Left out of the SDP toward this party (`sdp-media-remove`).
    pub hidden: bool,
}

/// What a payload type means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayloadType {
    /// 0 to 127.
    pub number: u8,
    /// Encoding name.
    pub name: Text,
    /// Clock rate in Hz.
    pub clock_rate: u32,
    /// Encoding parameters; empty if none.
    pub parameters: Text,
    /// `a=fmtp` value; empty if none.
    pub format: Text,
}

/// One component of a media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSnapshot {
    /// RTP or RTCP.
    pub component: Component,
    /// The address here, for showing; none when closed.
    pub local: Option<SocketAddr>,
    /// Where packets are sent.
    pub endpoint: Option<SocketAddr>,
    /// What its SDP said.
    pub advertised: Option<SocketAddr>,
    /// Where its packets come from, once that is confirmed.
    pub source: Option<SocketAddr>,
    /// A packet has been received.
    pub received: bool,
    /// What came in.
    pub counts_in: StreamCounts,
    /// What went out.
    pub counts_out: StreamCounts,
    /// When the last packet came, or the stream was made.
    pub last_packet: Timestamp,
    /// What was seen in RTP packets.
    pub rtp: Option<RtpSeen>,
}

/// Packets of a stream in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamCounts {
    /// Packets.
    pub packets: u64,
    /// Bytes of UDP payload.
    pub bytes: u64,
    /// Packets dropped.
    pub errors: u64,
}

/// What was seen in the RTP (or RTCP) packets of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RtpSeen {
    /// Synchronisation source of the last packet.
    pub ssrc: u32,
    /// Packets of this source.
    pub packets: u64,
    /// Bytes of this source.
    pub bytes: u64,
    /// Timestamp of the last packet.
    pub timestamp: u32,
    /// Sequence number of the last packet.
    pub sequence: u16,
    /// Payload type of the last packet.
    pub payload_type: u8,
}

/// Local ports that were opened for one endpoint of the counterpart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSetSnapshot {
    /// The counterpart's endpoint; `None` is the set that the first answer claims.
    pub key: Option<SocketAddr>,
    /// The logical interface.
    pub interface: InterfaceName,
    /// The position of the address in it.
    pub position: u16,
    /// The ports, RTP first; each has an open socket here.
    pub ports: Vec<u16>,
}

/// One line about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBrief {
    /// Its name.
    pub call_id: CallId,
    /// Who owns it.
    pub ownership: Ownership,
    /// When it was made.
    pub created: Timestamp,
    /// A deletion is scheduled.
    pub deleting: bool,
    /// The proxy that made it.
    pub created_from: Option<SocketAddr>,
    /// Which of its records it is at.
    pub version: Version,
    /// Its shard.
    pub shard: crate::names::ShardId,
}
