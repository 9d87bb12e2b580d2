//! The node as operators see it: its parts besides the shards, and the settings that can change while it runs.
//!
//! `node/redis.rs` is the operator's view of Redis, `node/rates.rs` the rates of the last seconds,
//! `node/presence.rs` what is known of the media addresses.

use std::fmt;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use tandem_shards::admission::Admission;
use tandem_shards::interfaces::{AddressId, Interfaces, LocalAddress};
use tandem_shards::io::{AskError, Clock, EventLosses};
use tandem_shards::ports::Ports;
use tandem_shards::settings::Settings;
use tandem_shards::time::Timestamp;

use crate::config::NodeLimits;
use crate::request_log::RequestLog;

pub mod interfaces;
pub mod liveness;
pub mod presence;
pub mod rates;
pub mod redis;

use liveness::Liveness;
use presence::{Addresses, Presence, named};
pub use rates::Rates;
pub use redis::RedisControl;

/// Everything that commands act on besides the shards.
#[derive(Debug)]
pub struct Node {
    /// Its name.
    pub name: String,
    /// Its interfaces.
    pub interfaces: Arc<Interfaces>,
    /// Its ports.
    pub ports: Arc<Ports>,
    /// Its limits that shards check themselves.
    pub admission: Arc<Admission>,
    /// Settings that can change while it runs.
    pub live: Mutex<Live>,
    /// The same settings as they were at the start.
    pub at_start: Live,
    /// Rates of the last seconds.
    pub rates: Mutex<Rates>,
    /// Redis, if the node shares its calls.
    pub redis: Option<Arc<dyn RedisControl>>,
    /// Counts of ng commands, once the fronts are there.
    pub proxies: OnceLock<Arc<dyn ProxyCounts>>,
    /// Presence of its media addresses.
    pub addresses: Arc<Addresses>,
    /// Events that did not get into the log.
    pub event_losses: EventLosses,
    /// Signs of life of the shards.
    pub liveness: Arc<Liveness>,
    /// Log and counts of refused requests.
    pub requests: Arc<RequestLog>,
    /// Time of its start.
    pub started: Timestamp,
}

/// Settings that can change while a node runs.
#[derive(Clone, Debug, PartialEq)]
pub struct Live {
    /// Settings of calls, for the shards.
    pub settings: Settings,
    /// Limits; `max_sessions` is the one in [`Admission`].
    pub limits: NodeLimits,
}

impl Node {
    /// The settings in force.
    pub fn live(&self) -> Live {
        self.live.lock().expect("no panic under the lock").clone()
    }
}

impl Node {
    /// True if calls of other nodes are held here, so that addresses come and go.
    pub fn is_in_ring(&self) -> bool {
        self.redis.as_ref().is_some_and(|redis| !redis.subscribed().is_empty())
    }

    /// All media addresses; the flag is true for this node's own.
    pub fn media_addresses(&self) -> impl Iterator<Item = (AddressId, &LocalAddress, bool)> {
        let in_ring = self.is_in_ring();
        let own = self.interfaces.default_name();
        let addresses = (0u16..).map(AddressId).zip(self.interfaces.addresses());
        addresses.map(move |(id, address)| (id, address, !in_ring || address.interface == *own))
    }

    /// An own media address that should be on this host and is not, in words.
    pub fn absent(&self) -> Option<String> {
        if self.addresses.is_standby() {
            return None;
        }
        let mut own = self.media_addresses().filter(|(_, _, own)| *own);
        let absent = own.find(|(id, ..)| self.addresses.presence(*id) == Presence::Absent);
        absent.map(|(_, address, _)| format!("media address {} is not on this host", named(address)))
    }
}

/// Counts of ng commands by proxy; implemented by the fronts.
pub trait ProxyCounts: Send + Sync + fmt::Debug {
    /// Counts of each proxy, by ng command (`offer`, `start recording` ...), and its errors.
    fn by_proxy(&self) -> Vec<ProxyRow>;
}

/// Counts of one proxy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyRow {
    /// Its address.
    pub proxy: IpAddr,
    /// By ng command: its count, and the time from request to reply of all of them.
    pub commands: Vec<(&'static str, u64, Duration)>,
    /// Requests that were answered with an error.
    pub errors: u64,
}

/// The reason of a shard's silence, in words.
pub fn silence(error: AskError) -> &'static str {
    match error {
        AskError::Busy => "its mailbox is full",
        AskError::TimedOut => "no answer in time",
        AskError::Stopped => "it has stopped",
    }
}

/// The time, by the clock of the process: the shards' own, so that times of theirs can be compared with it.
pub fn now() -> Timestamp {
    Clock::of_process().now()
}
