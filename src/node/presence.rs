//! Presence of the media addresses on this host, as the thread `addresses` notes it.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use tandem_shards::interfaces::{AddressId, LocalAddress};

/// Presence of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// Not asked yet, or the kernel does not say.
    #[default]
    Unknown,
    /// On this host.
    Here,
    /// Not on this host.
    Absent,
}

/// Notes about all media addresses.
#[derive(Debug)]
pub struct Addresses {
    presence: Box<[AtomicU8]>,
    standby: AtomicBool,
}

impl Addresses {
    /// Notes about so many addresses, none of which is known yet.
    pub fn new(count: usize) -> Self {
        Addresses {
            presence: (0..count).map(|_| AtomicU8::default()).collect(),
            standby: AtomicBool::default(),
        }
    }

    /// Presence of an address.
    pub fn presence(&self, id: AddressId) -> Presence {
        match self.presence[usize::from(id.0)].load(Ordering::Relaxed) {
            1 => Presence::Here,
            2 => Presence::Absent,
            _ => Presence::Unknown,
        }
    }

    /// Notes the presence of an address, and returns the one noted before.
    pub fn note(&self, id: AddressId, presence: Presence) -> Presence {
        let before = self.presence(id);
        self.presence[usize::from(id.0)].store(presence as u8, Ordering::Relaxed);
        before
    }

    /// Notes that an operator has made this node a standby, or active again.
    pub fn set_standby(&self, standby: bool) {
        self.standby.store(standby, Ordering::Relaxed);
    }

    /// True while this node is a standby on purpose: it may do without its own address.
    pub fn is_standby(&self) -> bool {
        self.standby.load(Ordering::Relaxed)
    }
}

/// The interface and the address, as logs and answers name them.
pub fn named(address: &LocalAddress) -> String {
    format!("{}/{}", String::from_utf8_lossy(address.interface.as_bytes()), address.ip)
}
