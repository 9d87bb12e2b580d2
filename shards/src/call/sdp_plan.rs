//! Content of the SDP to the listener, once a signal is carried out.

use std::net::{IpAddr, SocketAddr};

use super::draft::{Draft, Fate, Printed, SectionDraft};
use super::offer_answer::{NodeView, Turn};
use super::signal::{Options, Role, RtcpAttributeOption, Signal};
use super::state::{CallState, LegState, MediaState, SentSdp};
use crate::names::Text;
use crate::routing::fnv1a;
use crate::sdp::{
    AddedMedia, Direction, MediaDescription, MediaPlan, OriginPlan, Place, RejectPlan, RelayPlan, RtcpPlan,
    SdpPlan,
};

/// The finished SDP for the listener. All that could stand in its way was decided in the draft.
pub(crate) fn render(
    call: &mut CallState,
    node: NodeView<'_>,
    role: Role,
    turn: Turn,
    signal: &Signal,
    draft: &Draft,
) -> Vec<u8> {
    let mut plan = plan(call, node, role, turn, signal, draft);
    let sent = &mut call.legs[turn.listener].sent;
    let replace = signal.options.replace;
    remember(sent, signal);
    plan.origin.username = (replace.username || replace.origin_full).then(|| first_sent(sent, 0)).flatten();
    plan.origin.session_id = replace.origin_full.then(|| first_sent(sent, 1)).flatten();
    plan.session_name = sent.session_name.clone().filter(|_| replace.session_name);
    let own = version_of(signal);
    if !(replace.sdp_version || replace.origin_full || replace.force_increment) {
        (sent.version, sent.digest) = (own.or(sent.version), 0);
        return signal.sdp.render(&plan);
    }
    // The relay owns the version: it goes up when the finished text is another (RFC 3264 section 8).
    let first = sent.version.is_none();
    let Some(version) = sent.version.or(own) else {
        return signal.sdp.render(&plan);
    };
    plan.origin.version = Some(number(version));
    let mut text = signal.sdp.render(&plan);
    if !first && (replace.force_increment || sent.digest != fnv1a(&text)) {
        sent.version = Some(version.saturating_add(1));
        plan.origin.version = sent.version.map(number);
        text = signal.sdp.render(&plan);
    } else {
        sent.version = Some(version);
    }
    sent.digest = fnv1a(&text);
    text
}

fn plan(
    call: &CallState,
    node: NodeView<'_>,
    role: Role,
    turn: Turn,
    signal: &Signal,
    draft: &Draft,
) -> SdpPlan {
    let options = &signal.options;
    let speaker = &call.legs[turn.speaker];
    let listener = &call.legs[turn.listener];
    let sections = signal.sdp.media.iter().zip(&draft.sections);
    let mut media = Vec::with_capacity(draft.sections.len());
    for (section, section_draft) in sections {
        media.push(match section_draft.fate {
            Fate::Keep => MediaPlan::Keep,
            Fate::Reject => MediaPlan::Reject(reject(role, listener, section_draft)),
            Fate::Remove => MediaPlan::Remove,
            Fate::Relay => {
                let from = speaker.media_at(section_draft.position).expect("made by this signal");
                let to = listener.media_at(section_draft.position).expect("made by this signal");
                let view = Section { node, role, options, section, draft: section_draft };
                MediaPlan::Relay(Box::new(view.relay(from, to)))
            }
        });
    }
    let mut added = Vec::new();
    let place = |printed: &Printed| match *printed {
        Printed::Said(index) => Place::Source(index),
        Printed::Missing(position) => {
            added.push(missing(listener, position));
            Place::Added(added.len() - 1)
        }
    };
    let order = draft.order.iter().map(place).collect();
    let own_address = node.own.interfaces.address(draft.listener.address).advertised;
    SdpPlan {
        origin: OriginPlan {
            address: (options.replace.origin || options.replace.origin_full).then_some(own_address),
            ..OriginPlan::default()
        },
        session_name: None,
        loop_id: options.switches.loop_protect.then(|| node.instance.clone()),
        remove_groups: true,
        remove_ice: true,
        extensions_left_out: options.extensions_left_out.clone(),
        media,
        mids: draft.sections.iter().map(|section| section.mid.clone()).collect(),
        added,
        order,
        attributes: options.attributes.clone(),
    }
}

/// A rejected section in the terms of the listener: it answers what that one offered, and offers what it speaks.
fn reject(role: Role, listener: &LegState, draft: &SectionDraft) -> RejectPlan {
    let offered = listener.media_at(draft.position).filter(|_| role == Role::Answer);
    let protocol = offered.map_or(&draft.protocol, |media| &media.protocol);
    RejectPlan { protocol: Some(protocol.text.clone()), formats: offered.map(|media| media.formats.clone()) }
}

/// A section that the listener has and the SDP lacks.
fn missing(listener: &LegState, position: usize) -> AddedMedia {
    let media = listener.media_at(position).expect("a media that the listener knows");
    AddedMedia {
        kind: media.kind.clone(),
        protocol: media.protocol.text.clone(),
        formats: media.formats.clone(),
        mid: media.mid.clone(),
    }
}

/// A section on its way to the listener.
struct Section<'a> {
    node: NodeView<'a>,
    role: Role,
    options: &'a Options,
    section: &'a MediaDescription,
    draft: &'a SectionDraft,
}

impl Section<'_> {
    fn relay(&self, from: &MediaState, to: &MediaState) -> RelayPlan {
        let set = to.ports().expect("a relayed section has ports");
        let interfaces = &self.node.own.interfaces;
        let own = interfaces.at(&set.interface, set.position).expect("ports are on an interface");
        let own = interfaces.address(own).advertised;
        let address = match self.options.media_address {
            _ if from.flags.zero_printed => to.family.unspecified(),
            Some(address) => address,
            None => own,
        };
        let mux = match self.role {
            Role::Offer => to.flags.mux_sent,
            Role::Answer => to.flags.rtcp_mux,
        };
        RelayPlan {
            address,
            port: set.first,
            protocol: self.draft.protocol.text.clone(),
            formats: self.draft.formats.clone(),
            direction: self.direction(from),
            rtcp: self.rtcp(to, address, mux),
            rtcp_mux: mux && self.section.protocol.is_rtp(),
            ptime: self.section.ptime.or(to.ptime),
        }
    }

    /// A party at the zero address does not receive, whatever it says (RFC 3264 section 8.4).
    fn direction(&self, from: &MediaState) -> Option<Direction> {
        let says = self.section.direction;
        (from.direction != says && !self.options.switches.original_direction).then_some(from.direction)
    }

    fn rtcp(&self, to: &MediaState, address: IpAddr, mux: bool) -> RtcpPlan {
        if !self.section.protocol.is_rtp() {
            return RtcpPlan::Omit;
        }
        let set = to.ports().expect("a relayed section has ports");
        // An offer of rtcp-mux names the fall-back port, unless nothing but mux will do (RFC 5761 section 5.1).
        let settled = self.role == Role::Answer || self.draft.mux_required;
        let port = if (mux && settled) || set.count < 2 { set.first } else { set.first + 1 };
        match self.options.rtcp_attribute {
            RtcpAttributeOption::Omit => RtcpPlan::Omit,
            RtcpAttributeOption::Port => RtcpPlan::Port(port),
            RtcpAttributeOption::Full => RtcpPlan::Full(SocketAddr::new(address, port)),
        }
    }
}

/// Notes what a party was sent first, for those fields that stay as first sent.
fn remember(sent: &mut SentSdp, signal: &Signal) {
    if let Some(origin) = &signal.sdp.origin {
        let first = || (origin.username.clone(), origin.session_id.clone(), origin.version.clone());
        sent.origin.get_or_insert_with(first);
    }
    if sent.session_name.is_none() {
        sent.session_name = signal.sdp.session_name.as_ref().map(|(_, name)| name.clone());
    }
}

/// The version in the source's `o=`, if it is a number.
fn version_of(signal: &Signal) -> Option<u64> {
    let version = &signal.sdp.origin.as_ref()?.version;
    std::str::from_utf8(version.as_bytes()).ok()?.parse().ok()
}

fn first_sent(sent: &SentSdp, field: usize) -> Option<Text> {
    let (username, session_id, _) = sent.origin.as_ref()?;
    Some(if field == 0 { username.clone() } else { session_id.clone() })
}

fn number(n: u64) -> Text {
    Text::from(n.to_string().as_str())
}
