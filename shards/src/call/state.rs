//! The one plain-data form of a call: all of it is stored, restored, compared and shown.
//!
//! Addresses are kept as (interface name, position, port), since another node has other IP addresses
//! under the same names. Parties are referred to by their position. A [`CallSnapshot`] is the state beside what
//! packets have shown of its streams.

use std::net::SocketAddr;

use super::flags::flags;
use super::signal::MuxOptions;
use crate::names::{Branch, CallId, Component, Family, InterfaceName, Keyspace, Tag, Text};
use crate::sdp::{Direction, Protocol};
use crate::settings::Learning;
use crate::time::Timestamp;

/// The node that is responsible for a call.
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
pub struct CallState {
    /// Its name.
    pub call_id: CallId,
    /// The owner, seen from this node.
    pub ownership: Ownership,
    /// Another node took it over while this one was alive: media alone does not take it back, since it may come
    /// to both, each with one party's. Like the ownership, a view of this node, and not stored.
    pub contested: bool,
    /// The version of its record.
    pub version: Version,
    /// Time of its first offer.
    pub created: Timestamp,
    /// Time of its last offer, answer or media command.
    pub last_signal: Timestamp,
    /// Time at which a scheduled deletion falls due.
    pub deletion: Option<Timestamp>,
    /// The proxy that made it.
    pub created_from: Option<SocketAddr>,
    /// DSCP byte of what is sent; `None` leaves it to the settings.
    pub tos: Option<u8>,
    /// An answer has been seen.
    pub answered: bool,
    /// Mode of source learning; `None` leaves it to the settings.
    pub learning: Option<Learning>,
    /// Source guard; `None` leaves it to the settings.
    pub guard: Option<bool>,
    /// `drop-traffic`.
    pub drop_traffic: bool,
    /// `metadata`, from whoever gave it last.
    pub metadata: Option<Text>,
    /// Its parties.
    pub legs: Vec<LegState>,
}

/// A party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LegState {
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
    /// Time of its first mention.
    pub created: Timestamp,
    /// Its logical interface.
    pub interface: InterfaceName,
    /// The family of its SDP.
    pub family: Option<Family>,
    /// True if it made the first offer.
    pub offerer: bool,
    /// A final response was seen.
    pub settled: bool,
    /// Media commands in force.
    pub treatment: LegTreatment,
    /// The SDP last sent to it.
    pub sent: SentSdp,
    /// Positions of the parties whose media it gets; the last is whom it sends to.
    pub peers: Vec<u16>,
    /// Its media by position; `None` where it has no such section. The counterpart of a media has the same position.
    pub media: Vec<Option<MediaState>>,
    /// Positions of its media in the order of the sections of its SDPs; if empty, the order of the positions, less
    /// what is hidden from it.
    pub sections: Vec<u16>,
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

/// The parts of the SDP last sent to a party that are remembered (`replace` of the session part).
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
pub struct MediaState {
    /// Media type.
    pub kind: Text,
    /// The protocol that the party's own SDP says, or else what it was offered.
    pub protocol: Protocol,
    /// Its logical interface.
    pub interface: InterfaceName,
    /// The family of its local sockets.
    pub family: Family,
    /// The direction of the party's media, seen from the party: as its own SDP says, or else as the counterpart's
    /// implies.
    pub direction: Direction,
    /// Flags.
    pub flags: MediaFlags,
    /// The options of the offer that went to the party, for its answer.
    pub mux_options: MuxOptions,
    /// `a=ptime` it gave, in milliseconds.
    pub ptime: Option<u32>,
    /// `a=mid` in SDPs from and to the party.
    pub mid: Option<Text>,
    /// Payload types, in its order of preference.
    pub payload_types: Vec<PayloadType>,
    /// Formats of media that is not RTP.
    pub formats: Vec<Text>,
    /// The addresses in its last SDP.
    pub signalled: Signalled,
    /// Time of the last SDP of the party itself; none if it has sent none.
    pub signalled_at: Option<Timestamp>,
    /// Time of the last SDP to the party; none before the first: until then it does not know its ports here, and
    /// nothing that comes there can be its own.
    pub told_at: Option<Timestamp>,
    /// Local ports by the endpoint that asked for them; the last are in use.
    pub port_sets: Vec<PortSetState>,
}

flags! {
    /// Flags of a media section.
    MediaFlags {
        /// RTCP comes and goes on the RTP port.
        rtcp_mux,
        /// The party offered rtcp-mux.
        mux_offered,
        /// `a=rtcp-mux` stood in the last SDP toward this party.
        mux_sent,
        /// Never take the endpoint from packets.
        asymmetric,
        /// One-way streams count as confirmed.
        unidirectional,
        /// Drop packets of unexpected source.
        strict_source,
        /// Learn a new source at any time.
        media_handover,
        /// Reports are made here.
        generate_rtcp,
        /// Empty packets are sent to the party until something comes (`pierce-NAT`).
        pierce_nat,
        /// Nothing is sent to the party before it has sent something (`NAT-wait`).
        nat_wait,
        /// Rejected or removed: port 0.
        disabled,
        /// Not relayed: addresses stay as signalled.
        passthrough,
        /// The party gave `0.0.0.0` or `::`.
        zero_address,
        /// The zero address was passed on to the counterpart.
        zero_printed,
        /// Left out of the SDP toward this party (`sdp-media-remove`).
        hidden,
        /// The party gave an address and port of this relay: its packets may come back for ever.
        loop_check,
    }
}

/// The addresses in a party's SDP; none for the zero address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signalled {
    /// The address for RTP, or for other datagrams.
    pub rtp: Option<SocketAddr>,
    /// The address for RTCP, by `a=rtcp` or by the rule (RFC 3605).
    pub rtcp: Option<SocketAddr>,
}

/// A payload type.
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

/// Local ports that were opened for one endpoint of the counterpart: consecutive ones, RTP first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortSetState {
    /// The counterpart's endpoint; `None` is the set that the first answer claims.
    pub key: Option<SocketAddr>,
    /// The logical interface.
    pub interface: InterfaceName,
    /// The position of the address in it.
    pub position: u16,
    /// The first port.
    pub first: u16,
    /// Number of ports: one or two.
    pub count: u16,
}

/// The name of a stream within its call: one component of one media of one party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamId {
    /// Position of the party.
    pub leg: u16,
    /// Position of the media.
    pub media: u16,
    /// RTP or RTCP.
    pub component: Component,
}

/// A call and what packets have shown of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallSnapshot {
    /// The call.
    pub state: CallState,
    /// An entry for each stream of the state, in their order.
    pub observed: Vec<(StreamId, StreamObserved)>,
}

/// Observations of a stream, made from its packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamObserved {
    /// The address here, for showing; none when closed.
    pub local: Option<SocketAddr>,
    /// The address that packets are sent to.
    pub endpoint: Option<SocketAddr>,
    /// The address that the party's packets come from, once that is sure.
    pub confirmed: Option<SocketAddr>,
    /// A packet has been received.
    pub received: bool,
    /// Packets that came in.
    pub counts_in: StreamCounts,
    /// Packets that went out.
    pub counts_out: StreamCounts,
    /// Time of the last packet, or else of the stream's creation.
    pub last_packet: Timestamp,
    /// Observations of RTP packets.
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

/// Observations of the RTP (or RTCP) packets of a stream.
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

/// One line about a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallBrief {
    /// Its name.
    pub call_id: CallId,
    /// The owner.
    pub ownership: Ownership,
    /// Time of creation.
    pub created: Timestamp,
    /// A deletion is scheduled.
    pub deleting: bool,
    /// The proxy that made it.
    pub created_from: Option<SocketAddr>,
    /// The version of its record.
    pub version: Version,
    /// Its shard.
    pub shard: crate::names::ShardId,
}

impl CallState {
    /// The call without what differs between nodes that hold the same call: the owner and the version.
    pub fn comparable(&self) -> CallState {
        CallState { ownership: Ownership::Own, contested: false, version: Version::default(), ..self.clone() }
    }

    /// All media of all parties.
    pub fn media(&self) -> impl Iterator<Item = &MediaState> {
        self.legs.iter().flat_map(|leg| leg.media.iter().flatten())
    }

    /// The media of a party at a position.
    pub fn media_at(&self, leg: usize, position: usize) -> Option<&MediaState> {
        self.legs.get(leg)?.media_at(position)
    }

    /// All streams in their order: by party, media and component.
    pub fn streams(&self) -> impl Iterator<Item = StreamId> {
        (0..).zip(&self.legs).flat_map(|(leg, party)| {
            let media = (0..).zip(&party.media).filter_map(|(at, media)| Some((at, media.as_ref()?)));
            media.flat_map(move |(media, state)| {
                state.components().map(move |component| StreamId { leg, media, component })
            })
        })
    }
}

impl LegState {
    /// The party it sends to.
    pub fn peer(&self) -> Option<usize> {
        self.peers.last().map(|peer| usize::from(*peer))
    }

    /// The media at a position.
    pub fn media_at(&self, position: usize) -> Option<&MediaState> {
        self.media.get(position)?.as_ref()
    }
}

impl MediaState {
    /// The components that have ports, RTP first.
    pub fn components(&self) -> impl Iterator<Item = Component> + use<> {
        let ports = self.port_sets.iter().map(|set| set.count).max().unwrap_or(0);
        [(Component::Rtp, 1), (Component::Rtcp, 2)]
            .into_iter()
            .filter_map(move |(component, needs)| (ports >= needs).then_some(component))
    }

    /// The ports that a component uses, by their set and their place in it.
    ///
    /// Once rtcp-mux is settled, the newest set may be a single port: RTCP that comes all the same is heard on the
    /// older pair.
    pub fn ports_of(&self, component: Component) -> Option<(&PortSetState, u16)> {
        let offset = u16::from(component == Component::Rtcp);
        self.port_sets.iter().rev().find(|set| offset < set.count).map(|set| (set, offset))
    }

    /// The ports in use.
    pub fn ports(&self) -> Option<&PortSetState> {
        self.port_sets.last()
    }
}

impl Signalled {
    /// The address for a component.
    pub fn of(&self, component: Component) -> Option<SocketAddr> {
        match component {
            Component::Rtp => self.rtp,
            Component::Rtcp => self.rtcp,
        }
    }
}

impl PortSetState {
    /// The ports, RTP first; each has an open socket here.
    pub fn ports(&self) -> impl Iterator<Item = u16> + use<> {
        let first = self.first;
        (0..self.count).map(move |offset| first + offset)
    }
}

impl StreamId {
    /// The name of a stream.
    pub const fn new(leg: u16, media: u16, component: Component) -> Self {
        StreamId { leg, media, component }
    }
}

impl CallSnapshot {
    /// Observations of a stream.
    pub fn stream(&self, id: StreamId) -> Option<&StreamObserved> {
        let at = self.observed.binary_search_by_key(&id, |(known, _)| *known).ok()?;
        Some(&self.observed[at].1)
    }

    /// The streams of a media of a party, RTP first.
    pub fn streams_of(&self, leg: usize, media: usize) -> impl Iterator<Item = (Component, &StreamObserved)> {
        let of_media = move |id: &StreamId| (usize::from(id.leg), usize::from(id.media)) == (leg, media);
        let start = self
            .observed
            .partition_point(|(id, _)| (usize::from(id.leg), usize::from(id.media)) < (leg, media));
        let streams = self.observed[start..].iter().take_while(move |(id, _)| of_media(id));
        streams.map(|(id, observed)| (id.component, observed))
    }
}
