//! Carries out an offer or answer: RFC 3264 with the flags of the ng protocol.
//!
//! By now the parties are matched and the ports are open (`draft`); nothing here can fail. The speaker's media
//! takes what its SDP says, the listener's media takes what follows from it, and the flows between them are
//! joined. What the SDP to the listener then says is the business of `rewrite`.

use std::net::SocketAddr;

use super::dialogue::LegRef;
use super::draft::{Draft, Fate, PortPlan, SectionDraft, Side};
use super::sections;
use super::signal::{MuxOptions, Options, Signal};
use super::state::{PayloadType, Signalled};
use super::{Call, Leg, Media, PortSet};
use crate::limits::PORT_SETS_PER_MEDIA_MAX;
use crate::names::Text;
use crate::output::Effect;
use crate::plane::Plane;
use crate::relay::repeats::{Repeats, Suspects};
use crate::relay::source::Rules;
use crate::relay::{FlowKind, Gate};
use crate::sabotage::{self, Sabotage};
use crate::sdp::view::ProtocolClass;
use crate::sdp::{Direction, MediaDescription};
use crate::sockets::FlowId;
use crate::time::Timestamp;

/// Whether a message is an offer or an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    Offer,
    Answer,
}

/// The positions of the parties of a message, once carried out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub(crate) speaker: usize,
    pub(crate) listener: usize,
}

/// Carries out a signal on a call.
pub(crate) fn apply(
    call: &mut Call,
    index: u32,
    plane: &mut Plane,
    now: Timestamp,
    role: Role,
    signal: &Signal,
    draft: &mut Draft,
) -> Turn {
    apply_to_call(call, plane, now, role, signal);
    let turn = apply_to_legs(call, now, role, signal, draft);
    let work = Work { index, now, role, options: &signal.options };
    for (section, draft_section) in signal.sdp.media.iter().zip(&mut draft.sections) {
        let sides = (&draft.speaker, &draft.listener);
        work.section(call, plane, turn, sides, section, draft_section);
    }
    let [speaker, listener] = call.legs.get_disjoint_mut([turn.speaker, turn.listener]).expect("two parties");
    sections::note(&draft.sections, &draft.order, role, (speaker, listener));
    disable_missing(call, turn, draft);
    refresh(call, plane);
    turn
}

fn apply_to_call(call: &mut Call, plane: &mut Plane, now: Timestamp, role: Role, signal: &Signal) {
    let options = &signal.options;
    call.last_signal = now;
    call.deletion = call.deletion.filter(|_| sabotage::on(Sabotage::DeletionStays));
    call.answered |= role == Role::Answer;
    call.learning = options.learning.or(call.learning);
    call.guard = options.guard.or(call.guard);
    call.drop_traffic = options.drop_traffic.unwrap_or(call.drop_traffic);
    if let Some(metadata) = &options.metadata {
        call.metadata = Some(metadata.clone());
    }
    if let Some(tos) = options.tos
        && tos != call.tos
    {
        call.tos = tos;
        let tos = tos.unwrap_or(plane.settings.tos);
        let sockets = call.media().flat_map(|media| &media.port_sets).flat_map(|set| &set.sockets);
        plane.effects.extend(sockets.map(|socket| Effect::Mark { socket: *socket, tos }));
    }
}

fn apply_to_legs(call: &mut Call, now: Timestamp, role: Role, signal: &Signal, draft: &Draft) -> Turn {
    let options = &signal.options;
    let first = call.legs.is_empty();
    let mut place = |party: LegRef| match party {
        LegRef::Known(at) => (at, false),
        LegRef::New => {
            call.legs.push(Leg { created: now, ..Leg::default() });
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
    leg.treatment.block_short = options.block_short;
    leg.label = options.label.clone().or(leg.label.take());
    leg.metadata = options.metadata.clone().or(leg.metadata.take());
    let leg = &mut call.legs[listener];
    leg.label = options.to_label.clone().or(leg.label.take());
    let forward = role == Role::Answer || !listener_is_new || !is_answered(call, speaker);
    call.link(speaker, listener, forward);
    Turn { speaker, listener }
}

/// Whether the party that a party sends to has answered: then another branch does not take its media away.
fn is_answered(call: &Call, leg: usize) -> bool {
    call.legs[leg].peer().is_some_and(|peer| call.legs[peer].tag.is_some())
}

/// Sections that the party had before and does not mention now are over (RFC 3264 section 8.2 forbids it;
/// rtpengine treats them as rejected).
fn disable_missing(call: &mut Call, turn: Turn, draft: &Draft) {
    for at in [turn.speaker, turn.listener] {
        for (position, media) in call.legs[at].media.iter_mut().enumerate() {
            let mentioned = draft.sections.iter().any(|section| section.position == position);
            if let Some(media) = media.as_mut().filter(|media| !mentioned && !media.flags.hidden) {
                media.flags.disabled = true;
            }
        }
    }
}

/// What the parts of a signal have in common.
struct Work<'a> {
    index: u32,
    now: Timestamp,
    role: Role,
    options: &'a Options,
}

impl Work<'_> {
    fn section(
        &self,
        call: &mut Call,
        plane: &mut Plane,
        turn: Turn,
        sides: (&Side, &Side),
        section: &MediaDescription,
        draft: &mut SectionDraft,
    ) {
        let position = draft.position;
        let speaker = self.media(&mut call.legs[turn.speaker], plane, position, section, sides.0);
        self.note_section(speaker, section, draft);
        let mux_accepted = speaker.flags.mux_sent && section.rtcp_mux;
        if self.role == Role::Answer {
            speaker.flags.rtcp_mux = mux_accepted;
        }
        self.attach(speaker, plane, &mut draft.speaker_ports, draft.endpoint);
        let learning = call.learning.unwrap_or(plane.settings.learning);
        let guard = call.guard.unwrap_or(plane.settings.guard);
        if draft.fate == Fate::Relay {
            let rules = Rules::of(&speaker.flags, learning, guard);
            self.note_endpoints(speaker, plane, section, draft.endpoint, rules, guard);
        }
        let speaker_is = SpeakerFacts::of(speaker);
        let listener = self.media(&mut call.legs[turn.listener], plane, position, section, sides.1);
        self.note_listener(listener, section, draft, &speaker_is);
        self.attach(listener, plane, &mut draft.listener_ports, draft.endpoint);
        if draft.fate == Fate::Relay {
            let rules = Rules::of(&listener.flags, learning, guard);
            self.tell(listener, plane, rules);
        }
        if self.role == Role::Answer {
            listener.flags.rtcp_mux = answered_mux(listener, speaker_is.mux_options, mux_accepted);
        }
    }

    /// The media at a position, made anew if there is none or it is of another kind.
    fn media<'m>(
        &self,
        leg: &'m mut Leg,
        plane: &mut Plane,
        position: usize,
        section: &MediaDescription,
        side: &Side,
    ) -> &'m mut Media {
        if leg.media.len() <= position {
            leg.media.resize_with(position + 1, || None);
        }
        let slot = &mut leg.media[position];
        let same = |media: &Media| {
            media.kind == section.kind && media.protocol.is_rtp() == section.protocol.is_rtp()
        };
        if let Some(old) = slot.take_if(|media| !same(media)) {
            plane.close_media(&old);
        }
        let media = slot.get_or_insert_with(|| Media::new(section));
        media.interface = side.interface.clone();
        media.family = side.family;
        media
    }

    /// What a section says of the speaker, addresses aside.
    fn note_section(&self, media: &mut Media, section: &MediaDescription, draft: &SectionDraft) {
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
        flags.asymmetric = options.asymmetric;
        flags.unidirectional = options.unidirectional;
        flags.strict_source = options.strict_source;
        flags.media_handover = options.media_handover;
        flags.generate_rtcp = options.generate_rtcp.unwrap_or(flags.generate_rtcp);
        if self.role == Role::Offer {
            flags.mux_offered = section.rtcp_mux;
            media.mid = section.mid.clone().or(media.mid.take());
        }
        flags.zero_printed = zero && (flags.zero_printed || !options.replace.zero_address);
        flags.pierce_nat = options.pierce_nat;
        flags.nat_wait = options.nat_wait;
    }

    /// What follows for the listener from the speaker's section.
    fn note_listener(
        &self,
        media: &mut Media,
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

    /// Puts the planned ports to use, and sees that there is a flow for each.
    fn attach(&self, media: &mut Media, plane: &mut Plane, plan: &mut PortPlan, endpoint: SocketAddr) {
        match plan {
            PortPlan::None => return,
            PortPlan::Keep => {}
            PortPlan::Claim => media.port_sets.last_mut().expect("a set to claim").key = Some(endpoint),
            PortPlan::Select(at) => {
                let set = media.port_sets.remove(*at);
                media.port_sets.push(set);
            }
            PortPlan::Open(new) => {
                let sockets = std::mem::take(&mut new.sockets);
                let set = PortSet { key: new.key, address: new.address, first: new.first, sockets };
                media.port_sets.push(set);
                if media.port_sets.len() > PORT_SETS_PER_MEDIA_MAX {
                    let oldest = media.port_sets.remove(0);
                    plane.close_set(&oldest);
                }
            }
        }
        attach_flows(media, self.index, plane, self.now);
    }

    /// Where the speaker's packets come from and go to, by its SDP.
    fn note_endpoints(
        &self,
        media: &mut Media,
        plane: &mut Plane,
        section: &MediaDescription,
        endpoint: SocketAddr,
        rules: Rules,
        keeps: bool,
    ) {
        let known = |endpoint: SocketAddr| (!endpoint.ip().is_unspecified()).then_some(endpoint);
        let rtcp_port = section.rtcp.map_or(endpoint.port().saturating_add(1), |rtcp| rtcp.port);
        let own_rtcp = self.options.source_address.is_none();
        let rtcp_ip = section.rtcp.and_then(|rtcp| rtcp.address).filter(|_| own_rtcp);
        let rtcp_endpoint = SocketAddr::new(rtcp_ip.unwrap_or(endpoint.ip()), rtcp_port);
        media.flags.loop_check = plane.relay.own.contain(endpoint);
        let telephone_events = telephone_events(&media.payload_types);
        let dtls = matches!(media.protocol.class, ProtocolClass::Rtp { dtls: true, .. });
        media.signalled = Signalled { rtp: known(endpoint), rtcp: known(rtcp_endpoint) };
        media.signalled_at = Some(self.now);
        for (flow, advertised) in [(media.rtp, media.signalled.rtp), (media.rtcp, media.signalled.rtcp)] {
            let Some(flow) = flow.map(|flow| plane.flow_mut(flow)) else { continue };
            flow.telephone_events = telephone_events;
            flow.dtls = dtls;
            flow.nat_wait = self.options.nat_wait;
            flow.source.signalled(self.now, rules, advertised, &mut flow.endpoint, keeps);
        }
    }

    /// The listener is told its ports now, so what comes in there may be learned from.
    fn tell(&self, media: &mut Media, plane: &mut Plane, rules: Rules) {
        media.told_at = Some(self.now);
        for flow in media.flows() {
            plane.flow_mut(flow).source.told(self.now, rules);
        }
    }
}

/// Decides whether the listener of an answer multiplexes: it offered to, and the relay or its peer accepts (the
/// matrix of the ng protocol). The options are those of the offer that was answered: an answer has none, and each
/// branch has its own.
fn answered_mux(listener: &Media, options: MuxOptions, peer_accepts: bool) -> bool {
    let relay_accepts = options.accept || options.demux;
    listener.flags.mux_offered && !options.reject && (relay_accepts || peer_accepts)
}

/// What the listener's side has to know of the speaker's.
struct SpeakerFacts {
    zero: bool,
    generate_rtcp: bool,
    mux_options: MuxOptions,
}

impl SpeakerFacts {
    fn of(media: &Media) -> Self {
        SpeakerFacts {
            zero: media.flags.zero_address,
            generate_rtcp: media.flags.generate_rtcp,
            mux_options: media.mux_options,
        }
    }
}

impl Media {
    fn new(section: &MediaDescription) -> Self {
        Media {
            kind: section.kind.clone(),
            protocol: section.protocol.clone(),
            interface: Default::default(),
            family: crate::names::Family::of(section.address),
            direction: section.direction,
            flags: Default::default(),
            mux_options: Default::default(),
            ptime: None,
            mid: None,
            payload_types: Vec::new(),
            formats: Vec::new(),
            rtp: None,
            rtcp: None,
            port_sets: Vec::new(),
            signalled: Signalled::default(),
            signalled_at: None,
            told_at: None,
        }
    }
}

/// Sees that there is a flow for each port of a media, and that packets leave from the set in use.
pub(crate) fn attach_flows(media: &mut Media, index: u32, plane: &mut Plane, now: Timestamp) {
    let kind = if media.protocol.is_rtp() { FlowKind::Rtp } else { FlowKind::Datagram };
    for set in &media.port_sets {
        let slots = [(&mut media.rtp, kind), (&mut media.rtcp, FlowKind::Rtcp)];
        for (socket, (slot, kind)) in set.sockets.iter().zip(slots) {
            let flow = *slot.get_or_insert_with(|| plane.new_flow(index, kind, now));
            plane.relay.sockets.assign(*socket, flow);
            // The last set is the one in use.
            plane.flow_mut(flow).via = Some(*socket);
        }
    }
}

/// Joins the flows of linked parties and sets their gates, after anything about the call has changed.
pub(crate) fn refresh(call: &Call, plane: &mut Plane) {
    for leg in &call.legs {
        let peer = leg.peer().map(|peer| &call.legs[peer]);
        for (position, media) in leg.media.iter().enumerate() {
            let Some(media) = media else { continue };
            let counterpart = peer.and_then(|peer| peer.media_at(position));
            let open = |m: &&Media| !m.flags.disabled && !m.flags.passthrough;
            let target = counterpart.filter(open).filter(|_| open(&media));
            let gate = gate(call, leg, media);
            for flow in media.flows() {
                let loops = loops(plane, (media, flow), target);
                let flow = plane.flow_mut(flow);
                flow.to_rtp = target.and_then(|media| media.rtp);
                flow.to_rtcp = target.and_then(Media::rtcp_target);
                flow.gate = gate;
                flow.repeats = loops.map(|suspects| Repeats::keep(flow.repeats.take(), suspects));
            }
        }
    }
}

/// Which of a flow's packets may be in a loop. All of them, if the party named the relay, or was learned to be
/// there; those that come from the relay, if this can be said of its counterpart.
fn loops(plane: &Plane, (media, flow): (&Media, FlowId), target: Option<&Media>) -> Option<Suspects> {
    let leads_back = |media: &Media, flow: FlowId| {
        let endpoint = plane.flow(flow).endpoint;
        media.flags.loop_check || endpoint.is_some_and(|endpoint| plane.relay.own.contain(endpoint))
    };
    if leads_back(media, flow) {
        return Some(Suspects::All);
    }
    let target = target.filter(|target| target.flows().any(|flow| leads_back(target, flow)));
    target.map(|_| Suspects::FromRelay)
}

fn gate(call: &Call, leg: &Leg, media: &Media) -> Gate {
    let short_below = leg.treatment.block_short.then(|| media.ptime.unwrap_or(20) * 8);
    Gate {
        held: !media.direction.sends(),
        block: leg.treatment.block_media,
        block_dtmf: leg.treatment.block_dtmf,
        silence: leg.treatment.silence_media,
        drop_traffic: call.drop_traffic,
        consume_rtcp: media.flags.generate_rtcp,
        short_below: short_below.and_then(|bytes| u16::try_from(bytes).ok()).unwrap_or(0),
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

pub(crate) fn telephone_events(payload_types: &[PayloadType]) -> u128 {
    let is_event = |name: &Text| name.as_bytes().eq_ignore_ascii_case(b"telephone-event");
    let events = payload_types.iter().filter(|pt| is_event(&pt.name) && pt.number < 128);
    events.fold(0, |bits, pt| bits | 1 << pt.number)
}
