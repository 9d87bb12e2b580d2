//! Plan of a signal before it is carried out: parties, interfaces, formats and local ports.
//!
//! A draft changes nothing in the call. If there is none, or its ports cannot be had, the signal is refused and
//! the call is as it was before.

use std::net::{IpAddr, SocketAddr};

use super::codecs::formats;
use super::draft::{Draft, Fate, PortPlan, SectionDraft, Side};
use super::parties::Parties;
use super::sections;
use super::signal::{Options, Role, Signal};
use super::state::{CallState, LegState, MediaState, PortSetState};
use crate::interfaces::{AddressId, Interfaces};
use crate::names::{Family, InterfaceName, Text};
use crate::output::{Keying, Refusal};
use crate::ports::{NewPorts, PortWish};
use crate::sdp::view::ProtocolClass;
use crate::sdp::{MediaDescription, Protocol};

impl Draft {
    /// The draft of a signal.
    ///
    /// # Errors
    /// What the relay does not do: encryption, an interface that does not exist. All
    /// that a signal can be refused for is found here or when its ports are opened; what comes after changes
    /// the call and cannot fail.
    pub(crate) fn new(
        interfaces: &Interfaces,
        call: Option<&CallState>,
        parties: Parties,
        role: Role,
        signal: &Signal,
        random: u64,
    ) -> Result<Draft, Refusal> {
        let options = &signal.options;
        let speaker_leg = parties.speaker.of(call);
        let listener_leg = parties.listener.of(call);
        let own_family = signal.sdp.family().unwrap_or(Family::Ip4);
        let speaker = Side::new(
            interfaces,
            speaker_leg,
            options.interface_from.as_ref(),
            Some(own_family),
            own_family,
            random,
        )?;
        let listener = Side::new(
            interfaces,
            listener_leg,
            options.interface_to.as_ref(),
            options.address_family,
            own_family,
            random,
        )?;
        let mut draft = Draft { parties, speaker, listener, sections: Vec::new(), order: Vec::new() };
        // An answer answers options as well, and asks for none.
        let mut mux_required = role == Role::Offer && options.mux.require;
        let positions = sections::positions(speaker_leg, listener_leg, &signal.sdp.media)?;
        for (section, position) in signal.sdp.media.iter().zip(positions) {
            // A party that multiplexes a media is offered nothing else, for that one and all after it (rtpengine).
            let multiplexed = listener_leg.and_then(|leg| leg.media_at(position));
            mux_required |= role == Role::Offer && multiplexed.is_some_and(|media| media.flags.rtcp_mux);
            let section =
                draft.section((speaker_leg, listener_leg), role, position, section, mux_required, options)?;
            draft.sections.push(section);
        }
        let legs = (speaker_leg, listener_leg);
        sections::name(&mut draft.sections, role, legs, &signal.sdp.media, options.switches.generate_mid);
        draft.order = sections::order(&draft.sections, role, legs);
        Ok(draft)
    }

    fn section(
        &self,
        (speaker_leg, listener_leg): (Option<&LegState>, Option<&LegState>),
        role: Role,
        position: usize,
        section: &MediaDescription,
        mux_required: bool,
        options: &Options,
    ) -> Result<SectionDraft, Refusal> {
        let at = |leg: Option<&LegState>| -> Option<usize> {
            let media = leg?.media_at(position)?;
            same_kind(media, section).then_some(position)
        };
        let speaker_media = at(speaker_leg).and_then(|at| speaker_leg?.media_at(at));
        let listener_media = at(listener_leg).and_then(|at| listener_leg?.media_at(at));
        let fate = fate(role, section, options);
        let formats = if fate == Fate::Relay { formats(role, &options.codecs, section) } else { None };
        let fate = if formats.as_ref().is_some_and(Vec::is_empty) { Fate::Reject } else { fate };
        // What was kept from the listener is until it is offered alive.
        let hidden =
            listener_leg.and_then(|leg| leg.media_at(position)).is_some_and(|media| media.flags.hidden);
        let fate = if hidden && (role == Role::Answer || fate == Fate::Reject) { Fate::Remove } else { fate };
        let address = options.source_address.unwrap_or(section.address);
        let endpoint = SocketAddr::new(address, section.port);
        // An answer to what was offered in plain is dead if it is encrypted, and the other way round.
        if let (Role::Answer, Fate::Relay, Some(offered)) = (role, fate, listener_media) {
            check_keying(section, &offered.protocol)?;
        }
        let protocol = listener_protocol(section, speaker_media, listener_media, options)?;
        let (speaker_ports, listener_ports) = match fate {
            Fate::Relay => {
                let single = mux_required && section.protocol.is_rtp();
                let listener_ports = self.listener_ports(listener_media, section, endpoint, options, single);
                (self.speaker_ports(speaker_media, listener_media, section), listener_ports)
            }
            Fate::Keep | Fate::Reject | Fate::Remove => (PortPlan::None, PortPlan::None),
        };
        Ok(SectionDraft {
            position,
            fate,
            endpoint,
            protocol,
            mid: None,
            formats,
            mux_required,
            speaker_ports,
            listener_ports,
        })
    }

    /// The ports that the listener sends to: they depend on the endpoint that the speaker signals.
    fn listener_ports(
        &self,
        media: Option<&MediaState>,
        section: &MediaDescription,
        endpoint: SocketAddr,
        options: &Options,
        single: bool,
    ) -> PortPlan {
        let address = self.listener.address;
        let open = || PortPlan::Open(new_ports(Some(endpoint), address, section, single));
        let Some(current) = media.and_then(MediaState::ports).filter(|set| self.listener.has(set)) else {
            return open();
        };
        let sets = media.map_or(&[][..], |media| &media.port_sets);
        let fits =
            |set: &PortSetState| self.listener.has(set) && set.key.is_some_and(|key| matches(key, endpoint));
        // A party that does not receive has no endpoint to tell apart by.
        let latched = options.port_latching == Some(true) || section.address.is_unspecified();
        match current.key {
            None => PortPlan::Claim,
            Some(_) if latched || fits(current) => PortPlan::Keep,
            Some(_) => sets.iter().position(fits).map_or_else(open, PortPlan::Select),
        }
    }

    /// The ports that the speaker sends to: those it knows already, or a set that the first answer claims.
    fn speaker_ports(
        &self,
        media: Option<&MediaState>,
        listener_media: Option<&MediaState>,
        section: &MediaDescription,
    ) -> PortPlan {
        let address = self.speaker.address;
        let current = media.and_then(MediaState::ports);
        if current.is_some_and(|set| self.speaker.has(set)) {
            return PortPlan::Keep;
        }
        let key = current.and_then(|set| set.key).filter(|_| listener_media.is_some());
        PortPlan::Open(new_ports(key, address, section, false))
    }
}

fn new_ports(
    key: Option<SocketAddr>,
    address: AddressId,
    section: &MediaDescription,
    single: bool,
) -> NewPorts {
    let wish = if section.protocol.is_rtp() && !single { PortWish::Pairs(1) } else { PortWish::Single };
    NewPorts { key, ..NewPorts::any(address, wish) }
}

impl Side {
    /// Interface and family toward a party: as asked for, or as it has been, or the default.
    fn new(
        interfaces: &Interfaces,
        leg: Option<&LegState>,
        asked: Option<&InterfaceName>,
        asked_family: Option<Family>,
        fallback_family: Family,
        random: u64,
    ) -> Result<Side, Refusal> {
        let (interface, implied_family) = match (asked, leg) {
            (Some(asked), _) => resolve(interfaces, asked, random),
            (None, Some(leg)) => (leg.interface.clone(), None),
            (None, None) => (interfaces.default_name().clone(), None),
        };
        let family = asked_family
            .or(implied_family)
            .or_else(|| leg.and_then(|leg| leg.family))
            .unwrap_or(fallback_family);
        let address = interfaces.pick(&interface, family).ok_or(Refusal::UnknownInterface)?;
        let local = interfaces.address(address);
        Ok(Side { family: Family::of(local.ip), interface, address, position: local.position })
    }

    /// True if ports are on the address toward the party.
    fn has(&self, set: &PortSetState) -> bool {
        set.interface == self.interface && set.position == self.position
    }
}

/// The interface that a name stands for: itself, one of its group in turn, or the default.
///
/// `internal` and `external` mean IPv4 and IPv6 where no such interface exists, as in rtpengine.
fn resolve(interfaces: &Interfaces, asked: &InterfaceName, random: u64) -> (InterfaceName, Option<Family>) {
    if interfaces.has(asked) {
        return (asked.clone(), None);
    }
    let group = interfaces.group(asked);
    if !group.is_empty() {
        let turn = usize::try_from(random % group.len() as u64).expect("below a usize");
        return (group[turn].clone(), None);
    }
    let family = match asked.as_bytes() {
        b"internal" => Some(Family::Ip4),
        b"external" => Some(Family::Ip6),
        _ => None,
    };
    (interfaces.default_name().clone(), family)
}

/// True if a section goes on with the media at its place: another type is another media (rtpengine gives it
/// new ports).
fn same_kind(media: &MediaState, section: &MediaDescription) -> bool {
    let relayed = |protocol: &Protocol| protocol.class != ProtocolClass::NotRelayed;
    media.kind == section.kind
        && media.protocol.is_rtp() == section.protocol.is_rtp()
        && relayed(&media.protocol) == relayed(&section.protocol)
}

fn fate(role: Role, section: &MediaDescription, options: &Options) -> Fate {
    if options.media_remove.iter().any(|kind| kind.includes(&section.kind)) {
        // An answer has as many sections as the offer (RFC 3264 section 6).
        if role == Role::Offer { Fate::Remove } else { Fate::Reject }
    } else if section.port == 0 {
        Fate::Reject
    } else if section.protocol.class == ProtocolClass::NotRelayed || options.passthrough == Some(true) {
        Fate::Keep
    } else {
        Fate::Relay
    }
}

/// True if two signalled endpoints are the same: by the port alone where one has no address.
fn matches(a: SocketAddr, b: SocketAddr) -> bool {
    let no_address = |ip: IpAddr| ip.is_unspecified();
    a.port() == b.port() && (a.ip() == b.ip() || no_address(a.ip()) || no_address(b.ip()))
}

/// The protocol toward the listener: as asked for, or as it has been if the sides differ, or the speaker's.
fn listener_protocol(
    section: &MediaDescription,
    speaker_media: Option<&MediaState>,
    listener_media: Option<&MediaState>,
    options: &Options,
) -> Result<Protocol, Refusal> {
    let asked = options.transport_protocol.as_ref().filter(|text| **text != *b"accept".as_slice());
    let bridged = match (speaker_media, listener_media) {
        (Some(speaker), Some(listener)) => {
            (speaker.protocol.text != listener.protocol.text).then(|| listener.protocol.clone())
        }
        (None, Some(listener)) => Some(listener.protocol.clone()),
        _ => None,
    };
    let protocol = match asked {
        Some(asked) if section.protocol.is_rtp() => Protocol::new(asked.clone()),
        // A party that changes how it keys its media (RFC 3264 section 8.3) offers that to the other as well.
        _ => bridged
            .filter(|p| p.is_rtp() && section.protocol.is_rtp() && keying(p) == keying(&section.protocol))
            .unwrap_or(section.protocol.clone()),
    };
    check_keying(section, &protocol)?;
    Ok(normalised(protocol))
}

/// Media passes untouched, so both sides must key it in the same way.
fn check_keying(section: &MediaDescription, other: &Protocol) -> Result<(), Refusal> {
    let (said, other) = (keying(&section.protocol), keying(other));
    if section.port > 0 && said != other { Err(Refusal::Keying { said, other }) } else { Ok(()) }
}

fn keying(protocol: &Protocol) -> Keying {
    match protocol.class {
        ProtocolClass::Rtp { dtls: true, .. } => Keying::Dtls,
        ProtocolClass::Rtp { secure: true, .. } => Keying::Sdes,
        ProtocolClass::Rtp { .. } | ProtocolClass::Datagram | ProtocolClass::NotRelayed => Keying::Plain,
    }
}

/// `udptl` in any case is printed in lower case (rtpengine).
fn normalised(protocol: Protocol) -> Protocol {
    if protocol.text.as_bytes().eq_ignore_ascii_case(b"udptl") {
        return Protocol::new(Text::from("udptl"));
    }
    protocol
}
