//! Plan of a signal before it is carried out: parties, interfaces, formats and local ports.
//!
//! A draft changes nothing in the call. If there is none, or its ports cannot be had, the signal is refused and
//! the call is as it was before.

use std::net::SocketAddr;

use super::parties::Parties;
use crate::interfaces::AddressId;
use crate::names::{Family, InterfaceName, Text};
use crate::ports::NewPorts;
use crate::sdp::Protocol;

/// A signal that is about to be carried out.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) parties: Parties,
    /// Toward the one whose SDP it is.
    pub(crate) speaker: Side,
    /// Toward the one it goes to.
    pub(crate) listener: Side,
    pub(crate) sections: Vec<SectionDraft>,
    /// The sections toward the listener, in its order.
    pub(crate) order: Vec<Printed>,
}

/// A section toward the listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Printed {
    /// The one at this index of the SDP.
    Said(usize),
    /// One that the SDP lacks and the listener has at this position: it is rejected.
    Missing(usize),
}

/// Interface and family toward one party.
#[derive(Clone, Debug)]
pub(crate) struct Side {
    pub(crate) interface: InterfaceName,
    pub(crate) family: Family,
    pub(crate) address: AddressId,
    /// The position of the address in the interface.
    pub(super) position: u16,
}

/// One section of the SDP.
#[derive(Debug)]
pub(crate) struct SectionDraft {
    /// Position of its media in both parties.
    pub(crate) position: usize,
    pub(crate) fate: Fate,
    /// The endpoint that the section signals.
    pub(crate) endpoint: SocketAddr,
    /// The protocol toward the listener.
    pub(crate) protocol: Protocol,
    /// `a=mid` toward the listener.
    pub(crate) mid: Option<Text>,
    /// The formats that the codec options leave; none if they leave all as they are.
    pub(crate) formats: Option<Vec<Text>>,
    /// The listener is to multiplex, or there is no RTCP.
    pub(crate) mux_required: bool,
    pub(crate) speaker_ports: PortPlan,
    pub(crate) listener_ports: PortPlan,
}

/// Fate of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The relay stands in.
    Relay,
    /// Passed on as it is.
    Keep,
    /// Port 0.
    Reject,
    /// Left out toward the listener.
    Remove,
}

/// Source of the local ports of a media.
#[derive(Debug)]
pub(crate) enum PortPlan {
    /// None are needed.
    None,
    /// Ports in use.
    Keep,
    /// Ports in use, which belong to this endpoint from now on.
    Claim,
    /// The set at this index, used before.
    Select(usize),
    /// New ones.
    Open(NewPorts),
}

impl Draft {
    /// The ports that were opened.
    pub(crate) fn take_new_ports(&mut self) -> Vec<NewPorts> {
        let taken = |new: &mut NewPorts| NewPorts { sockets: std::mem::take(&mut new.sockets), ..*new };
        self.new_ports().map(taken).collect()
    }

    /// The ports that have to be opened.
    pub(crate) fn new_ports(&mut self) -> impl Iterator<Item = &mut NewPorts> {
        self.sections
            .iter_mut()
            .flat_map(|section| [&mut section.speaker_ports, &mut section.listener_ports])
            .filter_map(|plan| match plan {
                PortPlan::Open(new) => Some(new),
                _ => None,
            })
    }
}
