//! The media addresses of a node, with their ports and traffic, as operators see them.

use std::net::IpAddr;

use tandem_shards::names::InterfaceName;
use tandem_shards::stats::Traffic;

use super::Node;
use super::presence::Presence;

/// An address of an interface and its ports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InterfaceUse {
    /// The interface.
    pub name: InterfaceName,
    /// The address.
    pub ip: IpAddr,
    /// The address that SDP shows.
    pub advertised: IpAddr,
    /// Presence of the address on this host.
    pub presence: Presence,
    /// True for this node's own addresses, false for those held for another.
    pub own: bool,
    /// Lowest and highest port.
    pub range: (u16, u16),
    /// Ports taken.
    pub used: u32,
    /// Packets in and out since the start.
    pub traffic: Traffic,
}

impl InterfaceUse {
    /// Ports there are.
    pub fn port_count(&self) -> u32 {
        let (min, max) = self.range;
        u32::from(max) - u32::from(min) + 1
    }
}

/// The addresses of all interfaces, their ports, and the traffic at each, in the same order.
pub fn interfaces(node: &Node, traffic: &[Traffic]) -> Vec<InterfaceUse> {
    let addresses = node.media_addresses().map(|(id, address, own)| InterfaceUse {
        name: address.interface.clone(),
        ip: address.ip,
        advertised: address.advertised,
        presence: node.addresses.presence(id),
        own,
        range: node.ports.range(),
        used: node.ports.taken(id),
        traffic: traffic.get(usize::from(id.0)).copied().unwrap_or_default(),
    });
    addresses.collect()
}
