//! The call that follows from an offer or answer: RFC 3264 with the flags of the ng protocol.
//!
//! By now the parties are matched and the ports are open (`draft`); nothing here can fail, and nothing is touched but
//! the state. The speaker's media takes what its SDP says, the listener's media takes what follows from it. What the
//! SDP to the listener then says is the business of `sdp_plan`, what the flows do that of `routes`.

use std::net::SocketAddr;
use std::time::Duration;

use super::draft::{Draft, Fate, PortPlan, SectionDraft, Side};
use super::parties::LegRef;
use super::sections;
use super::signal::{MuxOptions, Options, Role, Signal};
use super::state::{CallState, LegState, MediaState, PayloadType, PortSetState, Signalled};
use crate::interfaces::OwnAddresses;
use crate::limits::PORT_SETS_PER_MEDIA_MAX;
use crate::names::{Family, Text};
use crate::sabotage::{self, Sabotage};
use crate::sdp::{Direction, MediaDescription};
use crate::time::Timestamp;

/// Facts about the node that a negotiation depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeView<'a> {
    /// Its interfaces, and what addresses lead back to it.
    pub(crate) own: &'a OwnAddresses,
    /// Its name in SDPs, for `loop-protect`.
    pub(crate) instance: &'a Text,
}

/// The positions of the parties of a message, once carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) speaker: usize,
    pub(crate) listener: usize,
}

/// The call after a signal.
pub(crate) fn negotiate(
    mut call: CallState,
    node: NodeView<'_>,
    now: Timestamp,
    role: Role,
    signal: &Signal,
    draft: &Draft,
) -> (CallState, Turn) {
    apply_to_call(&mut call, now, role, signal);
    let turn = apply_to_legs(&mut call, now, role, signal, draft);
    let work = Work { node, now, role, options: &signal.options };
    for (section, draft_section) in signal.sdp.media.iter().zip(&draft.sections) {
        work.section(&mut call, turn, (&draft.speaker, &draft.listener), section, draft_section);
    }
    let [speaker, listener] = call.legs.get_disjoint_mut([turn.speaker, turn.listener]).expect("two parties");
    sections::note(&draft.sections, &draft.order, role, (speaker, listener));
    disable_missing(&mut call, turn, draft);
    (call, turn)
}

fn apply_to_call(call: &mut CallState, now: Timestamp, role: Role, signal: &Signal) {
    let options = &signal.options;
    call.last_signal = now;
    call.deletion = call.deletion.filter(|_| sabotage::on(Sabotage::DeletionStays));
    call.answered |= role == Role::Answer;
    call.learning = options.learning.or(call.learning);
    call.guard = options.guard.or(call.guard);
    call.drop_traffic = options.drop_traffic.unwrap_or(call.drop_traffic);
    call.tos = options.tos.unwrap_or(call.tos);
    if let Some(metadata) = &options.metadata {
        call.metadata = Some(metadata.clone());
    }
}

fn apply_to_legs(call: &mut CallState, now: Timestamp, role: Role, signal: &Signal, draft: &Draft) -> Turn {
    let options = &signal.options;
    let first = call.legs.is_empty();
    let mut place = |party: LegRef| match party {
        LegRef::Known(at) => (at, false),
        LegRef::New => {
            call.legs.push(LegState { created: now, ..LegState::default() });
            (call.legs.len() - 1, true)
        }
    };
    let (speaker, _) = place(draft.parties.speaker);
    let (listener, listener_is_new) = place(draft.parties.listener);
    let (offerer, answerer) = match role {
        Role::Offer => (speaker, listener),
        Role::Answer => (listener, speaker),
    };
    call.legs[offerer].take_tag(&signal.from_tag);
    if let Some(tag) = &signal.to_tag {
        call.legs[answerer].take_tag(tag);
    }
    if first {
        call.legs[offerer].offerer = true;
    }
    let leg = &mut call.legs[answerer];
    if role == Role::Offer && listener_is_new || leg.branch.is_none() {
        leg.branch.clone_from(&signal.branch);
    }
    leg.note_finality(options.finality);
    for (at, side) in [(speaker, &draft.speaker), (listener, &draft.listener)] {
        call.legs[at].interface = side.interface.clone();
        call.legs[at].family = Some(side.family);
    }
    let leg = &mut call.legs[speaker];
    leg.treatment.block_short = options.switches.block_short;
    leg.label = options.label.clone().or(leg.label.take());
    leg.metadata = options.metadata.clone().or(leg.metadata.take());
    let leg = &mut call.legs[listener];
    leg.label = options.to_label.clone().or(leg.label.take());
    let forward = role == Role::Answer || !listener_is_new || !is_answered(call, speaker);
    call.link(speaker, listener, forward);
    Turn { speaker, listener }
}

/// True if the party that a party sends to has answered: then another branch does not take its media away.
fn is_answered(call: &CallState, leg: usize) -> bool {
    call.legs[leg].peer().is_some_and(|peer| call.legs[peer].tag.is_some())
}

/// Sections that the party had before and does not mention now are over (RFC 3264 section 8.2 forbids it;
/// rtpengine treats them as rejected).
fn disable_missing(call: &mut CallState, turn: Turn, draft: &Draft) {
    for at in [turn.speaker, turn.listener] {
        for (position, media) in call.legs[at].media.iter_mut().enumerate() {
            let mentioned = draft.sections.iter().any(|section| section.position == position);
            if let Some(media) = media.as_mut().filter(|media| !mentioned && !media.flags.hidden) {
                media.flags.disabled = true;
            }
        }
    }
}

/// Common parts of a signal's steps.
struct Work<'a> {
    node: NodeView<'a>,
    now: Timestamp,
    role: Role,
    options: &'a Options,
}

impl Work<'_> {
    fn section(
        &self,
        call: &mut CallState,
        turn: Turn,
        sides: (&Side, &Side),
        section: &MediaDescription,
        draft: &SectionDraft,
    ) {
        let position = draft.position;
        let speaker = media(&mut call.legs[turn.speaker], position, section, sides.0);
        self.note_section(speaker, section, draft);
        let mux_accepted = speaker.flags.mux_sent && section.rtcp_mux;
        if self.role == Role::Answer {
            speaker.flags.rtcp_mux = mux_accepted;
        }
        self.use_ports(speaker, &draft.speaker_ports, draft.endpoint);
        if draft.fate == Fate::Relay {
            self.note_endpoints(speaker, section, draft.endpoint);
        }
        let speaker_is = SpeakerFacts::of(speaker);
        let listener = media(&mut call.legs[turn.listener], position, section, sides.1);
        self.note_listener(listener, section, draft, &speaker_is);
        self.use_ports(listener, &draft.listener_ports, draft.endpoint);
        if draft.fate == Fate::Relay {
            listener.told_at = self.later_than(listener.told_at);
        }
        if self.role == Role::Answer {
            listener.flags.rtcp_mux = answered_mux(listener, speaker_is.mux_options, mux_accepted);
        }
    }

    /// The present time, or a little later: each SDP is later than the one before it.
    fn later_than(&self, before: Option<Timestamp>) -> Option<Timestamp> {
        let next = before.map(|before| before + Duration::from_micros(1));
        Some(next.map_or(self.now, |next| next.max(self.now)))
    }

    /// Notes the content of a section about the speaker, addresses aside.
    fn note_section(&self, media: &mut MediaState, section: &MediaDescription, draft: &SectionDraft) {
        let options = self.options;
        media.protocol = section.protocol.clone();
        media.ptime = section.ptime.or(media.ptime);
        media.payload_types = payload_types(section);
        media.formats.clone_from(&section.formats);
        let zero = section.is_held_by_zero_address();
        media.direction =
            if zero { Direction::new(section.direction.sends(), false) } else { section.direction };
        let flags = &mut media.flags;
        flags.zero_address = zero;
        flags.loop_check = false;
        flags.disabled = matches!(draft.fate, Fate::Reject | Fate::Remove);
        flags.passthrough = draft.fate == Fate::Keep;
        flags.asymmetric = options.switches.asymmetric;
        flags.unidirectional = options.switches.unidirectional;
        flags.strict_source = options.switches.strict_source;
        flags.media_handover = options.switches.media_handover;
        flags.generate_rtcp = options.generate_rtcp.unwrap_or(flags.generate_rtcp);
        if self.role == Role::Offer {
            flags.mux_offered = section.rtcp_mux;
            media.mid = section.mid.clone().or(media.mid.take());
        }
        flags.zero_printed = zero && (flags.zero_printed || !options.replace.zero_address);
        flags.pierce_nat = options.switches.pierce_nat;
        flags.nat_wait = options.switches.nat_wait;
    }

    /// Notes the consequences of the speaker's section for the listener.
    fn note_listener(
        &self,
        media: &mut MediaState,
        section: &MediaDescription,
        draft: &SectionDraft,
        speaker: &SpeakerFacts,
    ) {
        // The offerer's own SDP says what it does, whatever profile it is answered with.
        if self.role == Role::Offer {
            media.protocol = draft.protocol.clone();
            media.mid.clone_from(&draft.mid);
            media.mux_options = self.options.mux;
        }
        media.direction =
            Direction::new(section.direction.receives() && !speaker.zero, section.direction.sends());
        media.flags.disabled = matches!(draft.fate, Fate::Reject | Fate::Remove);
        media.flags.passthrough = draft.fate == Fate::Keep;
        media.flags.generate_rtcp = speaker.generate_rtcp;
        media.flags.hidden = draft.fate == Fate::Remove;
        if media.payload_types.is_empty() {
            media.payload_types = payload_types(section);
        }
        if media.formats.is_empty() {
            media.formats.clone_from(&section.formats);
        }
        if draft.fate == Fate::Relay {
            let options = self.options.mux;
            let offers = (section.rtcp_mux && !options.demux) || options.offer || draft.mux_required;
            media.flags.mux_sent = self.role == Role::Offer && offers;
        }
    }

    /// Puts the planned ports to use.
    fn use_ports(&self, media: &mut MediaState, plan: &PortPlan, endpoint: SocketAddr) {
        match plan {
            PortPlan::None | PortPlan::Keep => {}
            PortPlan::Claim => media.port_sets.last_mut().expect("a set to claim").key = Some(endpoint),
            PortPlan::Select(at) => {
                let set = media.port_sets.remove(*at);
                media.port_sets.push(set);
            }
            PortPlan::Open(new) => {
                let address = self.node.own.interfaces.address(new.address);
                media.port_sets.push(PortSetState {
                    key: new.key,
                    interface: address.interface.clone(),
                    position: address.position,
                    first: new.first,
                    count: new.wish.len(),
                });
                if media.port_sets.len() > PORT_SETS_PER_MEDIA_MAX {
                    media.port_sets.remove(0);
                }
            }
        }
    }

    /// Notes the source and the destination of the speaker's packets, by its SDP.
    fn note_endpoints(&self, media: &mut MediaState, section: &MediaDescription, endpoint: SocketAddr) {
        let known = |endpoint: SocketAddr| (!endpoint.ip().is_unspecified()).then_some(endpoint);
        let rtcp_port = section.rtcp.map_or(endpoint.port().saturating_add(1), |rtcp| rtcp.port);
        let own_rtcp = self.options.source_address.is_none();
        let rtcp_ip = section.rtcp.and_then(|rtcp| rtcp.address).filter(|_| own_rtcp);
        let rtcp_endpoint = SocketAddr::new(rtcp_ip.unwrap_or(endpoint.ip()), rtcp_port);
        media.flags.loop_check = self.node.own.contain(endpoint);
        media.signalled = Signalled { rtp: known(endpoint), rtcp: known(rtcp_endpoint) };
        media.signalled_at = self.later_than(media.signalled_at);
    }
}

/// The media at a position, made anew if there is none or it is of another kind.
fn media<'m>(
    leg: &'m mut LegState,
    position: usize,
    section: &MediaDescription,
    side: &Side,
) -> &'m mut MediaState {
    if leg.media.len() <= position {
        leg.media.resize(position + 1, None);
    }
    let slot = &mut leg.media[position];
    let same = |media: &MediaState| {
        media.kind == section.kind && media.protocol.is_rtp() == section.protocol.is_rtp()
    };
    slot.take_if(|media| !same(media));
    let media = slot.get_or_insert_with(|| MediaState::new(section));
    media.interface = side.interface.clone();
    media.family = side.family;
    media
}

/// Decides whether the listener of an answer multiplexes: it offered to, and the relay or its peer accepts (the
/// matrix of the ng protocol). The options are those of the offer that was answered: an answer has none, and each
/// branch has its own.
fn answered_mux(listener: &MediaState, options: MuxOptions, peer_accepts: bool) -> bool {
    let relay_accepts = options.accept || options.demux;
    listener.flags.mux_offered && !options.reject && (relay_accepts || peer_accepts)
}

/// Facts about the speaker's side that the listener's side depends on.
struct SpeakerFacts {
    zero: bool,
    generate_rtcp: bool,
    mux_options: MuxOptions,
}

impl SpeakerFacts {
    fn of(media: &MediaState) -> Self {
        SpeakerFacts {
            zero: media.flags.zero_address,
            generate_rtcp: media.flags.generate_rtcp,
            mux_options: media.mux_options,
        }
    }
}

impl MediaState {
    fn new(section: &MediaDescription) -> Self {
        MediaState {
            kind: section.kind.clone(),
            protocol: section.protocol.clone(),
            interface: Default::default(),
            family: Family::of(section.address),
            direction: section.direction,
            flags: Default::default(),
            mux_options: Default::default(),
            ptime: None,
            mid: None,
            payload_types: Vec::new(),
            formats: Vec::new(),
            port_sets: Vec::new(),
            signalled: Signalled::default(),
            signalled_at: None,
            told_at: None,
        }
    }
}

fn payload_types(section: &MediaDescription) -> Vec<PayloadType> {
    let one = |codec: &crate::sdp::Codec| PayloadType {
        number: codec.payload_type,
        name: codec.name.clone(),
        clock_rate: codec.clock_rate,
        parameters: codec.parameters.clone(),
        format: codec.format.clone(),
    };
    section.codecs.iter().map(one).collect()
}
