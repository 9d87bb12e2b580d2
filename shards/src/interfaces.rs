//! Logical interfaces: names for local addresses, as the configuration gives them.
//!
//! The first interface is for own calls; the others are there to hold the calls of other nodes, and for
//! `direction`. One name may have several addresses (`pub` = an IPv4 and an IPv6 address). One address may
//! stand under several names, with ports in common: the pool of ports belongs to the address.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::names::{Family, InterfaceName};

/// Index of an address in [`Interfaces::addresses`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AddressId(pub u16);

/// One local address of a logical interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalAddress {
    /// The logical interface it belongs to.
    pub interface: InterfaceName,
    /// Position among the addresses of its interface: the record's `local_intf_uid`.
    pub position: u16,
    /// The address that sockets are bound to.
    pub ip: IpAddr,
    /// The address that SDP shows.
    pub advertised: IpAddr,
}

/// All logical interfaces, in the order of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interfaces {
    addresses: Vec<LocalAddress>,
}

/// Addresses at which packets come back to this relay, or to another that holds the same addresses: those of an
/// interface, as bound or as shown in SDPs, with a port of the range.
#[derive(Clone, Debug)]
pub(crate) struct OwnAddresses {
    pub(crate) interfaces: Arc<Interfaces>,
    /// The first and the last port.
    pub(crate) ports: (u16, u16),
}

impl OwnAddresses {
    /// True if an address is among them.
    pub(crate) fn contain(&self, address: SocketAddr) -> bool {
        let (first, last) = self.ports;
        (first..=last).contains(&address.port()) && self.interfaces.has_address(address.ip())
    }
}

impl Interfaces {
    /// Interfaces from `(name, address, advertised address)`.
    ///
    /// # Panics
    /// If the list is empty: a relay without an address is a broken configuration, refused earlier.
    pub fn new(list: impl IntoIterator<Item = (InterfaceName, IpAddr, IpAddr)>) -> Self {
        let mut addresses: Vec<LocalAddress> = Vec::new();
        for (interface, ip, advertised) in list {
            let position = addresses.iter().filter(|a| a.interface == interface).count();
            let position = u16::try_from(position).expect("fewer than 65536 addresses");
            addresses.push(LocalAddress { interface, position, ip, advertised });
        }
        assert!(!addresses.is_empty(), "no interface configured");
        Interfaces { addresses }
    }

    /// All addresses, in the order of the configuration; [`AddressId`] is the index.
    pub fn addresses(&self) -> &[LocalAddress] {
        &self.addresses
    }

    /// The address behind an id.
    pub fn address(&self, id: AddressId) -> &LocalAddress {
        &self.addresses[usize::from(id.0)]
    }

    /// The interface of calls that ask for none: the first.
    pub fn default_name(&self) -> &InterfaceName {
        &self.addresses[0].interface
    }

    /// True if an interface of this name exists.
    pub fn has(&self, name: &InterfaceName) -> bool {
        self.addresses.iter().any(|a| a.interface == *name)
    }

    /// True for an address of an interface, as bound or as shown in SDPs.
    pub fn has_address(&self, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        self.addresses.iter().any(|a| [a.ip, a.advertised].map(|own| own.to_canonical()).contains(&ip))
    }

    /// The names, each once, in the order of the configuration.
    pub fn names(&self) -> Vec<&InterfaceName> {
        let mut names: Vec<&InterfaceName> = Vec::new();
        for address in &self.addresses {
            if !names.contains(&&address.interface) {
                names.push(&address.interface);
            }
        }
        names
    }

    /// The interfaces of a round-robin group: those named `BASE:SUFFIX` for a request of `BASE`.
    pub fn group(&self, base: &InterfaceName) -> Vec<&InterfaceName> {
        let mut prefix = base.as_bytes().to_vec();
        prefix.push(b':');
        let names = self.names();
        names.into_iter().filter(|name| name.as_bytes().starts_with(&prefix)).collect()
    }

    /// The first address of an interface in the family; if it has none of the family, its first.
    pub fn pick(&self, name: &InterfaceName, family: Family) -> Option<AddressId> {
        let of_name = |a: &&LocalAddress| a.interface == *name;
        let position = self
            .addresses
            .iter()
            .position(|a| of_name(&a) && Family::of(a.ip) == family)
            .or_else(|| self.addresses.iter().position(|a| of_name(&a)))?;
        Some(AddressId(u16::try_from(position).expect("checked when built")))
    }

    /// The address at a position of an interface, which is how a stored record names it.
    pub fn at(&self, name: &InterfaceName, position: u16) -> Option<AddressId> {
        let index = self.addresses.iter().position(|a| a.interface == *name && a.position == position)?;
        Some(AddressId(u16::try_from(index).expect("checked when built")))
    }
}
