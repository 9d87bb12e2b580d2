//! Request of a proxy: an offer or answer with its flags, already parsed and typed.
//!
//! Flags are those of tier T1 of the ng protocol. What needs encryption, ICE or transcoding is recognised by
//! the ng layer, which refuses or ignores it by name; the shard never sees it.

use std::net::{IpAddr, SocketAddr};

use super::flags::flags;
use super::switches::Switches;
use crate::names::{Branch, CallId, Family, InterfaceName, Tag, Text};
use crate::sdp::{AttributeEdit, MediaType, SessionDescription};
use crate::settings::Learning;

/// An SDP offer or answer.
///
/// In both the from-tag is the party that made the offer; in an answer the to-tag speaks.
#[derive(Clone, Debug)]
pub struct Signal {
    /// The call.
    pub call_id: CallId,
    /// The party that made the offer.
    pub from_tag: Tag,
    /// The other party; an answer always has it.
    pub to_tag: Option<Tag>,
    /// The branch of a forked offer.
    pub branch: Option<Branch>,
    /// The SDP.
    pub sdp: SessionDescription,
    /// The proxy that asked.
    pub proxy: SocketAddr,
    /// Options.
    pub options: Options,
}

/// The kind of a message that carries SDP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Offer,
    Answer,
}

/// The flags of an offer or answer. The default is what a proxy gets that asks for nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Flags that are given or not.
    pub switches: Switches,
    /// Replacements in the session part of the SDP (key `replace`).
    pub replace: Replace,
    /// The interface toward the sender of this message (key `direction`, first; `from-interface`).
    pub interface_from: Option<InterfaceName>,
    /// The interface toward its receiver (key `direction`, second; `to-interface`).
    pub interface_to: Option<InterfaceName>,
    /// Family of the outgoing SDP (key `address-family`).
    pub address_family: Option<Family>,
    /// Address to print instead of the interface's (key `media-address`).
    pub media_address: Option<IpAddr>,
    /// Transport protocol to print (key `transport-protocol`).
    pub transport_protocol: Option<Text>,
    /// Use this instead of the SDP's addresses (flag `SIP-source-address` with key `received-from`).
    pub source_address: Option<IpAddr>,
    /// Flags `source-guard` and `no-source-guard`, tandem's own: overrides the setting for the call.
    pub guard: Option<bool>,
    /// Flags `port-latching` (`true`) and `no-port-latching` (`false`).
    pub port_latching: Option<bool>,
    /// Key `endpoint-learning`.
    pub learning: Option<Learning>,
    /// Key `rtcp-mux`.
    pub mux: MuxOptions,
    /// Flags `no-rtcp-attribute`, `full-rtcp-attribute`.
    pub rtcp_attribute: RtcpAttributeOption,
    /// Flag or key `generate-RTCP`.
    pub generate_rtcp: Option<bool>,
    /// Key `TOS`: `Some(None)` leaves the DSCP byte to the settings again.
    pub tos: Option<Option<u8>>,
    /// Key `label` or `from-label`: label of the party that speaks.
    pub label: Option<Text>,
    /// Key `to-label`: label of the party that listens.
    pub to_label: Option<Text>,
    /// Key `metadata`.
    pub metadata: Option<Text>,
    /// Key `drop-traffic`: `start` (`true`) or `stop` (`false`).
    pub drop_traffic: Option<bool>,
    /// Codecs to leave out or keep.
    pub codecs: CodecOptions,
    /// Header extensions that the listener is not told of (key `extmap`, flag `strip-extmap`).
    pub extensions_left_out: Vec<Text>,
    /// Key `sdp-attr`.
    pub attributes: Vec<AttributeEdit>,
    /// Key `sdp-media-remove`: sections to leave out.
    pub media_remove: Vec<MediaType>,
    /// Flag `provisional`, or keys `SIP-code` and `sip-message-type` that say so.
    pub finality: Finality,
    /// Key `passthrough`: leave SDP addresses and ports alone.
    pub passthrough: Option<bool>,
}

/// Key `replace`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replace {
    /// The address in `o=`.
    pub origin: bool,
    /// All of `o=`: stays as first sent to a party.
    pub origin_full: bool,
    /// The version in `o=`: counts the different SDPs sent to a party.
    pub sdp_version: bool,
    /// The same, and counts up even when the text is the same.
    pub force_increment: bool,
    /// The user name in `o=`: stays as first sent.
    pub username: bool,
    /// The session name: stays as first sent.
    pub session_name: bool,
    /// Prints the real address where the source says `0.0.0.0` or `::`.
    pub zero_address: bool,
}

flags! {
    /// Key `rtcp-mux`.
    MuxOptions {
        /// Offer it even if the source did not.
        offer,
        /// Offer it, and take nothing else.
        require,
        /// Take it from the source, do not offer it on.
        demux,
        /// Take it from the source.
        accept,
        /// Do not take it from the source.
        reject,
    }
}

/// Form in which `a=rtcp` is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RtcpAttributeOption {
    /// The port alone.
    #[default]
    Port,
    /// Port and address.
    Full,
    /// None.
    Omit,
}

/// Settledness of the dialogue, as a message has it; decides what another to-tag means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Finality {
    /// Not said.
    #[default]
    Unknown,
    /// A provisional response.
    Provisional,
    /// A final response.
    Final,
}

/// Payload type filtering; names are compared without regard to case, `NAME/RATE/CHANNELS` as far as given.
///
/// A filter that would leave nothing of a section is undone there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodecOptions {
    /// Leave these out (`all` leaves out everything not kept by `except` or `offer`). `mask` is the same without
    /// a transcoder.
    pub strip: Vec<Text>,
    /// Keep these although `strip` says otherwise.
    pub except: Vec<Text>,
    /// Keep these, and list them first, in this order.
    pub offer: Vec<Text>,
    /// Flag `single-codec`: an answer keeps its first codec alone, and telephone-events.
    pub single: bool,
    /// Flag `allow-no-codec-media`: a section of which the filter leaves nothing is rejected.
    pub none_rejects: bool,
}

/// Block or silence the media of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Treatment {
    /// The call.
    pub call_id: CallId,
    /// Party.
    pub who: Party,
    /// Kind.
    pub kind: TreatmentKind,
    /// Start it, or stop it.
    pub on: bool,
}

/// Party whose media a [`Treatment`] is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// Everybody's.
    All,
    /// The party with the tag.
    Tag(Tag),
    /// The party with the label.
    Label(Text),
    /// The party whose media address it is.
    Address(IpAddr),
}

/// Effects of a [`Treatment`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TreatmentKind {
    /// Drop all media (`block media`).
    BlockMedia,
    /// Drop telephone events (`block DTMF`).
    BlockDtmf,
    /// Replace audio by silence (`silence media`).
    SilenceMedia,
}
