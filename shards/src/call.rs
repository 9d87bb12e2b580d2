//! A call: its parties, their media, and what offers and answers do to them.
//!
//! A *leg* is one party; it has a *media* for each section of the SDP, linked to its counterpart's by position.
//! A media has one or two flows in the packet path (RTP and RTCP) and sets of local ports. The ports belong to
//! the party that sends to them, that is, whose packets come in there; which set is in use toward a party
//! depends on the endpoint that the *other* party signalled, as in rtpengine: an unchanged re-INVITE keeps
//! all ports, a changed one gets new ports, going back to an earlier endpoint gets the earlier ports.
//!
//! Reading order: [`signal`] (what is asked), `dialogue` (who speaks to whom), `draft` (which ports it takes),
//! `offer_answer` (carrying it out), `rewrite` (what the SDP says then).

pub(crate) mod dialogue;
pub(crate) mod draft;
pub(crate) mod export;
pub(crate) mod flags;
pub(crate) mod offer_answer;
pub(crate) mod restore;
pub(crate) mod rewrite;
pub(crate) mod sections;
pub mod signal;
pub mod state;
pub mod switches;

use std::net::SocketAddr;

use crate::interfaces::AddressId;
use crate::names::{Branch, CallId, Family, InterfaceName, SocketId, Tag, Text};
use crate::sdp::{Direction, Protocol};
use crate::settings::Learning;
use crate::sockets::FlowId;
use crate::time::Timestamp;
use signal::MuxOptions;
use state::{LegTreatment, MediaFlags, Ownership, PayloadType, SentSdp, Signalled, Version};

/// A call.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) id: CallId,
    pub(crate) ownership: Ownership,
    pub(crate) version: Version,
    pub(crate) created: Timestamp,
    pub(crate) last_signal: Timestamp,
    pub(crate) deletion: Option<Timestamp>,
    pub(crate) created_from: Option<SocketAddr>,
    pub(crate) tos: Option<u8>,
    pub(crate) answered: bool,
    pub(crate) learning: Option<Learning>,
    pub(crate) guard: Option<bool>,
    pub(crate) drop_traffic: bool,
    pub(crate) metadata: Option<Text>,
    pub(crate) legs: Vec<Leg>,
    /// Something changed that must be published at the next opportunity.
    pub(crate) dirty: bool,
    /// Enough media has come to take the call over.
    pub(crate) media_takes_over: bool,
    /// Another node took it over while this one was alive: media alone does not take it back, since it may come
    /// to both, each with one party's.
    pub(crate) contested: bool,
    /// A confirmed source was replaced: before and now.
    pub(crate) moved: Option<(SocketAddr, SocketAddr)>,
    /// Packets of it were dropped because they came back again and again.
    pub(crate) looped: bool,
    /// When the next hole is punched (`pierce-NAT`).
    pub(crate) next_hole: Option<Timestamp>,
    /// When the next own report is due (`generate-RTCP`).
    pub(crate) next_report: Option<Timestamp>,
}

/// A party.
#[derive(Debug, Default)]
pub(crate) struct Leg {
    pub(crate) tag: Option<Tag>,
    pub(crate) aliases: Vec<Tag>,
    pub(crate) branch: Option<Branch>,
    pub(crate) label: Option<Text>,
    pub(crate) metadata: Option<Text>,
    pub(crate) created: Timestamp,
    pub(crate) interface: InterfaceName,
    pub(crate) family: Option<Family>,
    pub(crate) offerer: bool,
    pub(crate) settled: bool,
    pub(crate) treatment: LegTreatment,
    pub(crate) sent: SentSdp,
    /// Positions of the parties whose media it gets; the last is whom it sends to.
    pub(crate) peers: Vec<usize>,
    pub(crate) media: Vec<Option<Media>>,
    /// Positions of its media in the order of the sections of its SDPs; see [`Leg::order`].
    sections: Vec<u16>,
}

/// One `m=` section of a party.
#[derive(Debug)]
pub(crate) struct Media {
    pub(crate) kind: Text,
    /// The protocol that the party's own SDP says, or else what it was offered.
    pub(crate) protocol: Protocol,
    pub(crate) interface: InterfaceName,
    pub(crate) family: Family,
    /// What the party does, by its own SDP or else as the counterpart's implies.
    pub(crate) direction: Direction,
    pub(crate) flags: MediaFlags,
    /// The options of the offer that went to the party, for its answer.
    pub(crate) mux_options: MuxOptions,
    pub(crate) ptime: Option<u32>,
    pub(crate) mid: Option<Text>,
    pub(crate) payload_types: Vec<PayloadType>,
    pub(crate) formats: Vec<Text>,
    /// None for media that is not relayed.
    pub(crate) rtp: Option<FlowId>,
    pub(crate) rtcp: Option<FlowId>,
    /// The last is in use.
    pub(crate) port_sets: Vec<PortSet>,
    pub(crate) signalled: Signalled,
    pub(crate) signalled_at: Option<Timestamp>,
    pub(crate) told_at: Option<Timestamp>,
}

/// Local ports opened for one endpoint of the counterpart.
#[derive(Debug)]
pub(crate) struct PortSet {
    /// The counterpart's endpoint; none until its first answer.
    pub(crate) key: Option<SocketAddr>,
    pub(crate) address: AddressId,
    pub(crate) first: u16,
    /// One for each consecutive port, RTP first.
    pub(crate) sockets: Vec<SocketId>,
}

impl Call {
    /// The position of the party with a tag, by its present tag before any alias.
    pub(crate) fn leg_by_tag(&self, tag: &Tag) -> Option<usize> {
        let now = self.legs.iter().position(|leg| leg.tag.as_ref() == Some(tag));
        now.or_else(|| self.legs.iter().position(|leg| leg.aliases.contains(tag)))
    }

    /// All media of all parties.
    pub(crate) fn media(&self) -> impl Iterator<Item = &Media> {
        self.legs.iter().flat_map(|leg| leg.media.iter().flatten())
    }

    /// Links two parties: each gets the other's media. `a` sends to `b` only if `forward` says so or it has
    /// nobody else.
    pub(crate) fn link(&mut self, a: usize, b: usize, forward: bool) {
        let place = |peers: &mut Vec<usize>, peer: usize, last: bool| {
            let known = peers.iter().position(|p| *p == peer);
            match known {
                Some(position) if last => {
                    peers.remove(position);
                    peers.push(peer);
                }
                Some(_) => {}
                None if last || peers.is_empty() => peers.push(peer),
                None => peers.insert(0, peer),
            }
        };
        place(&mut self.legs[a].peers, b, forward);
        place(&mut self.legs[b].peers, a, true);
    }

    /// Takes a party out and closes the gap in the positions.
    pub(crate) fn remove_leg(&mut self, at: usize) -> Leg {
        let leg = self.legs.remove(at);
        for other in &mut self.legs {
            other.peers.retain(|peer| *peer != at);
            for peer in &mut other.peers {
                if *peer > at {
                    *peer -= 1;
                }
            }
        }
        leg
    }
}

impl Leg {
    /// The party it sends to.
    pub(crate) fn peer(&self) -> Option<usize> {
        self.peers.last().copied()
    }

    /// Whether the party goes by a tag, now or before.
    pub(crate) fn has_tag(&self, tag: &Tag) -> bool {
        self.tag.as_ref() == Some(tag) || self.aliases.contains(tag)
    }

    pub(crate) fn media_at(&self, position: usize) -> Option<&Media> {
        self.media.get(position)?.as_ref()
    }

    /// Positions of its media in the order of the sections of its last SDP, from or to it.
    pub(crate) fn order(&self) -> Vec<usize> {
        if self.sections.is_empty() {
            return self.visible().collect();
        }
        let order = self.sections.iter().map(|position| usize::from(*position));
        order.filter(|at| self.visible().any(|visible| visible == *at)).collect()
    }

    /// Notes the order of its sections.
    pub(crate) fn set_order(&mut self, order: Vec<usize>) {
        let goes_without_saying = self.visible().eq(order.iter().copied());
        let position = |at: usize| u16::try_from(at).expect("few media");
        let sections = order.into_iter().filter(|_| !goes_without_saying).map(position);
        self.sections = sections.collect();
    }

    /// Positions of its media that are not hidden from it.
    pub(crate) fn visible(&self) -> impl Iterator<Item = usize> {
        let media = self.media.iter().enumerate();
        media.filter_map(|(at, media)| media.as_ref().filter(|media| !media.flags.hidden).map(|_| at))
    }
}

impl Media {
    /// The ports in use.
    pub(crate) fn ports(&self) -> Option<&PortSet> {
        self.port_sets.last()
    }

    /// RTP first.
    pub(crate) fn flows(&self) -> impl Iterator<Item = FlowId> + use<> {
        self.rtp.into_iter().chain(self.rtcp)
    }

    /// The flow that RTCP to this party goes to.
    pub(crate) fn rtcp_target(&self) -> Option<FlowId> {
        if self.flags.rtcp_mux { self.rtp } else { self.rtcp.or(self.rtp) }
    }
}
