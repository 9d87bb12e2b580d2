//! Makes a call from its plain-data form, in place of the one that is here or from nothing.
//!
//! Sockets that stay are not touched: a set of ports that both have keeps its sockets, and a stream that both
//! have keeps its flow, with its counters and with what was learned, as long as the SDP says the same. So an
//! update loses no packet. Which ports are missing is found out first (`lacking`), since only they can fail.

use super::draft::NewPorts;
use super::state::{
    CallSnapshot, CallState, LegState, MediaState, Ownership, PortSetState, StreamId, StreamObserved,
};
use super::{Call, Leg, Media, PortSet};
use crate::interfaces::{AddressId, Interfaces};
use crate::names::Component;
use crate::output::Refusal;
use crate::plane::Plane;
use crate::ports::PortWish;
use crate::relay::FlowKind;
use crate::relay::source::{Rules, State};
use crate::sdp::view::ProtocolClass;
use crate::settings::Learning;
use crate::sockets::FlowId;
use crate::time::Timestamp;

/// The ports that a stored call needs and the call that is here does not hold.
///
/// # Errors
/// `UnknownInterface` if it names one that does not exist here.
pub(crate) fn lacking(
    interfaces: &Interfaces,
    here: Option<&Call>,
    stored: &CallState,
) -> Result<Vec<NewPorts>, Refusal> {
    let (mut lacking, mut claims) = (Vec::new(), Claims::default());
    for set in port_sets(stored) {
        let (address, first, wish) = place(interfaces, set)?;
        if !claims.add(address, first, wish) {
            continue;
        }
        let held = here.and_then(|call| find_set(call, address, first)).map_or(0, |held| held.sockets.len());
        // A pair whose first port is held alone lacks the second.
        let (first, wish) = match held {
            0 => (first, wish),
            1 if wish.len() == 2 => (first + 1, PortWish::Single),
            _ => continue,
        };
        lacking.push(NewPorts { key: set.key, address, wish, first, sockets: Vec::new(), asked: false });
    }
    Ok(lacking)
}

/// The ports of the sets of a stored call so far. Of two sets that share a port only the first is held: no node
/// writes such, but a damaged record may have them.
#[derive(Default)]
struct Claims(Vec<(AddressId, u16)>);

impl Claims {
    fn add(&mut self, address: AddressId, first: u16, wish: PortWish) -> bool {
        let ports = (0..wish.len()).map(|offset| (address, first + offset));
        let is_free = ports.clone().all(|port| !self.0.contains(&port));
        if is_free {
            self.0.extend(ports);
        }
        is_free
    }
}

/// The call as stored, with the sockets and flows of the one that is here as far as they fit, and with `opened`
/// for the rest. What no longer fits is closed.
pub(crate) fn rebuild(
    here: Option<Call>,
    stored: CallSnapshot,
    opened: &mut Vec<NewPorts>,
    index: u32,
    plane: &mut Plane,
    now: Timestamp,
) -> Call {
    let CallSnapshot { state: stored, observed } = stored;
    let handed_over = |call: &Call| call.ownership == Ownership::Own && stored.ownership != Ownership::Own;
    let contested = here.as_ref().is_some_and(|call| call.contested || handed_over(call));
    let mut old = Old::new(here);
    let mut call = Call {
        id: stored.call_id,
        ownership: stored.ownership,
        version: stored.version,
        created: stored.created,
        last_signal: stored.last_signal,
        deletion: stored.deletion,
        created_from: stored.created_from,
        tos: stored.tos,
        answered: stored.answered,
        learning: stored.learning,
        guard: stored.guard,
        drop_traffic: stored.drop_traffic,
        metadata: stored.metadata,
        legs: Vec::with_capacity(stored.legs.len()),
        dirty: false,
        media_takes_over: false,
        contested,
        moved: None,
        looped: false,
        next_hole: None,
        next_report: None,
    };
    let take_over_in = match call.ownership {
        Ownership::Foreign(_) if !contested => plane.settings.take_over_by_media_packets,
        Ownership::Own | Ownership::Foreign(_) => 0,
    };
    let learning = call.learning.unwrap_or(plane.settings.learning);
    let guard = call.guard.unwrap_or(plane.settings.guard);
    let claims = Claims::default();
    let mut work =
        Work { index, now, plane, opened, old: &mut old, claims, observed, take_over_in, learning, guard };
    for (at, leg) in stored.legs.into_iter().enumerate() {
        call.legs.push(work.leg(at, leg));
    }
    old.close(plane);
    super::offer_answer::refresh(&call, plane);
    call
}

/// What is left of the call that was here.
struct Old {
    sets: Vec<PortSet>,
    /// Flows by party, media and component.
    flows: Vec<((usize, usize, Component), FlowId)>,
}

impl Old {
    fn new(call: Option<Call>) -> Self {
        let mut old = Old { sets: Vec::new(), flows: Vec::new() };
        for (at, leg) in call.into_iter().flat_map(|call| call.legs).enumerate() {
            for (position, media) in leg.media.into_iter().enumerate() {
                let Some(media) = media else { continue };
                let components = [(Component::Rtp, media.rtp), (Component::Rtcp, media.rtcp)];
                for (component, flow) in components {
                    old.flows.extend(flow.map(|flow| ((at, position, component), flow)));
                }
                old.sets.extend(media.port_sets);
            }
        }
        old
    }

    /// The flow at a place, if it is of this kind; one of another kind is left to be closed.
    fn take_flow(
        &mut self,
        place: (usize, usize, Component),
        kind: FlowKind,
        plane: &Plane,
    ) -> Option<FlowId> {
        let fits = |(known, flow): &(_, FlowId)| *known == place && plane.flow(*flow).kind == kind;
        let at = self.flows.iter().position(fits)?;
        Some(self.flows.swap_remove(at).1)
    }

    fn close(self, plane: &mut Plane) {
        for set in &self.sets {
            plane.close_set(set);
        }
        for (_, flow) in self.flows {
            plane.close_flow(flow);
        }
    }
}

struct Work<'a> {
    index: u32,
    now: Timestamp,
    plane: &'a mut Plane,
    opened: &'a mut Vec<NewPorts>,
    old: &'a mut Old,
    claims: Claims,
    observed: Vec<(StreamId, StreamObserved)>,
    take_over_in: u32,
    learning: Learning,
    guard: bool,
}

impl Work<'_> {
    fn leg(&mut self, at: usize, stored: LegState) -> Leg {
        let media = stored.media.into_iter().enumerate();
        let mut sections: Vec<u16> = Vec::with_capacity(stored.sections.len());
        for position in stored.sections {
            if !sections.contains(&position) {
                sections.push(position);
            }
        }
        Leg {
            tag: stored.tag,
            aliases: stored.aliases,
            branch: stored.branch,
            label: stored.label,
            metadata: stored.metadata,
            created: stored.created,
            interface: stored.interface,
            family: stored.family,
            offerer: stored.offerer,
            settled: stored.settled,
            treatment: stored.treatment,
            sent: stored.sent,
            peers: stored.peers.into_iter().map(usize::from).collect(),
            media: media.map(|(position, media)| media.map(|m| self.media(at, position, m))).collect(),
            sections,
        }
    }

    fn media(&mut self, at: usize, position: usize, stored: MediaState) -> Media {
        let port_sets = stored.port_sets.iter().filter_map(|set| self.port_set(set)).collect();
        let mut media = Media {
            kind: stored.kind,
            protocol: stored.protocol,
            interface: stored.interface,
            family: stored.family,
            direction: stored.direction,
            flags: stored.flags,
            mux_options: stored.mux_options,
            ptime: stored.ptime,
            mid: stored.mid,
            payload_types: stored.payload_types,
            formats: stored.formats,
            rtp: None,
            rtcp: None,
            port_sets,
            signalled: stored.signalled,
            signalled_at: stored.signalled_at,
            told_at: stored.told_at,
        };
        let count = media.port_sets.iter().map(|set| set.sockets.len()).max().unwrap_or(0);
        for component in [Component::Rtp, Component::Rtcp].into_iter().take(count) {
            let flow = self.flow((at, position, component), &media);
            match component {
                Component::Rtp => media.rtp = Some(flow),
                Component::Rtcp => media.rtcp = Some(flow),
            }
        }
        super::offer_answer::attach_flows(&mut media, self.index, self.plane, self.now);
        media
    }

    /// The set that is here already, or the one that was opened for it, or some of both.
    fn port_set(&mut self, stored: &PortSetState) -> Option<PortSet> {
        let (address, first, wish) = place(&self.plane.interfaces, stored).ok()?;
        if !self.claims.add(address, first, wish) {
            return None;
        }
        let held = self.old.sets.iter().position(|set| (set.address, set.first) == (address, first));
        let mut sockets = held.map_or_else(Vec::new, |held| self.old.sets.swap_remove(held).sockets);
        let wanted = usize::from(wish.len());
        if sockets.len() < wanted {
            let lacking = first + u16::try_from(sockets.len()).expect("less than a pair");
            let mut opened = self.opened.iter();
            let fresh = opened.position(|new| (new.address, new.first) == (address, lacking));
            sockets.extend(self.opened.swap_remove(fresh.expect("what was lacking is open")).sockets);
        }
        if sockets.len() > wanted {
            let excess = sockets.split_off(wanted);
            self.plane.close_set(&PortSet { key: None, address, first: first + wish.len(), sockets: excess });
        }
        Some(PortSet { key: stored.key, address, first, sockets })
    }

    fn flow(&mut self, place: (usize, usize, Component), media: &Media) -> FlowId {
        let of_place = |id: &StreamId| (usize::from(id.leg), usize::from(id.media), id.component) == place;
        let stored = self.observed.iter().find(|(id, _)| of_place(id)).map(|(_, observed)| *observed);
        let signalled = media.signalled.of(place.2);
        let stored = stored.unwrap_or(StreamObserved {
            endpoint: signalled,
            last_packet: self.now,
            ..StreamObserved::default()
        });
        let kind = match place.2 {
            Component::Rtcp => FlowKind::Rtcp,
            Component::Rtp if media.protocol.is_rtp() => FlowKind::Rtp,
            Component::Rtp => FlowKind::Datagram,
        };
        let known = self.old.take_flow(place, kind, self.plane);
        let id = known.unwrap_or_else(|| self.plane.new_flow(self.index, kind, self.now));
        let rules = Rules::of(&media.flags, self.learning, self.guard);
        let flow = self.plane.flow_mut(id);
        flow.dtls = matches!(media.protocol.class, ProtocolClass::Rtp { dtls: true, .. });
        flow.telephone_events = super::offer_answer::telephone_events(&media.payload_types);
        flow.take_over_in = self.take_over_in;
        flow.nat_wait = media.flags.nat_wait;
        // What came before the party was known here taught nothing.
        let untaught = !flow.heard || flow.source.state == State::Untold;
        if known.is_none() || untaught || !flow.source.goes_by(&rules, signalled) {
            let told = media.told_at.is_some();
            flow.endpoint = stored.endpoint;
            flow.source.restored(self.now, rules, signalled, stored.confirmed, told);
        }
        flow.source.rules = rules;
        if known.is_none() {
            flow.counts_in = stored.counts_in;
            flow.counts_out = stored.counts_out;
        }
        id
    }
}

fn port_sets(stored: &CallState) -> impl Iterator<Item = &PortSetState> {
    stored.legs.iter().flat_map(|leg| leg.media.iter().flatten()).flat_map(|media| &media.port_sets)
}

/// Where a stored set of ports lies here.
fn place(interfaces: &Interfaces, set: &PortSetState) -> Result<(AddressId, u16, PortWish), Refusal> {
    let address = interfaces.at(&set.interface, set.position).ok_or(Refusal::UnknownInterface)?;
    let wish = match set.count {
        0 => return Err(Refusal::RanOutOfPorts),
        2.. if set.first < u16::MAX => PortWish::Pairs(1),
        _ => PortWish::Single,
    };
    Ok((address, set.first, wish))
}

fn find_set(call: &Call, address: AddressId, first: u16) -> Option<&PortSet> {
    let mut sets = call.media().flat_map(|media| &media.port_sets);
    sets.find(|set| (set.address, set.first) == (address, first))
}
