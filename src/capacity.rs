//! Capacity of a configuration on this host, and its cost, logged at the start.

use std::collections::BTreeSet;
use std::fmt;

use tandem_shards::io::host::Finding;
use tandem_shards::limits::{descriptors_for, media_descriptors};

use crate::config::Config;

/// Ports of a call with one audio media: RTP and RTCP for each of two parties.
const PORTS_PER_CALL: u64 = 4;
/// Memory of an open port, in the kernel and here.
const BYTES_PER_PORT: u64 = 3600;
/// Memory of a call besides its ports.
const BYTES_PER_CALL: u64 = 2048;
/// Memory of a shard without calls: its receive buffers and its ring.
const BYTES_PER_SHARD: u64 = 9 << 20;

/// Capacity of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Shards.
    pub shards: u64,
    /// Local addresses.
    pub addresses: u64,
    /// Port pairs on each address.
    pub pairs: u64,
    /// Calls with one audio media that the ports of one interface are enough for.
    pub calls: u64,
    /// Own calls allowed by `max-sessions`.
    pub max_sessions: Option<u64>,
    /// Open files that all ports together need.
    pub files_needed: u64,
    /// Open files that the process may have.
    pub files_allowed: u64,
}

impl Capacity {
    /// Of a configuration in a process that may have so many open files.
    pub fn of(config: &Config, files_allowed: u64) -> Capacity {
        let first = u64::from(config.keys.port_min).next_multiple_of(2);
        let pairs = (u64::from(config.keys.port_max) + 1).saturating_sub(first) / 2;
        let addresses: BTreeSet<_> = config.keys.interfaces.iter().map(|interface| interface.ip).collect();
        let addresses = addresses.len() as u64;
        Capacity {
            shards: config.cpus.len() as u64,
            addresses,
            pairs,
            calls: pairs * 2 / PORTS_PER_CALL,
            max_sessions: u64::try_from(config.limits.max_sessions).ok(),
            files_needed: descriptors_for(addresses * pairs * 2),
            files_allowed,
        }
    }

    /// The room for calls, as `tandem check` and the log name it.
    pub fn finding(&self) -> Finding {
        let enough = self.files_allowed >= self.files_needed;
        let finding = if enough { Finding::ok } else { Finding::fail };
        finding("room", self.to_string())
    }

    /// Calls on all addresses that the open files are enough for.
    pub fn calls_by_files(&self) -> u64 {
        media_descriptors(self.files_allowed) / PORTS_PER_CALL
    }

    /// Own calls, by the tightest limit.
    pub fn own_calls(&self) -> u64 {
        self.calls.min(self.calls_by_files()).min(self.max_sessions.unwrap_or(u64::MAX))
    }

    /// Memory in MiB with all ports of all addresses in use.
    pub fn memory_mib(&self) -> u64 {
        let ports = (self.addresses * self.pairs * 2).min(media_descriptors(self.files_allowed));
        let bytes = ports * BYTES_PER_PORT + ports / PORTS_PER_CALL * BYTES_PER_CALL;
        (bytes + self.shards * BYTES_PER_SHARD).div_ceil(1 << 20)
    }
}

impl fmt::Display for Capacity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} shards, {} port pairs on each of {} addresses, up to {} own calls with one audio media, \
             about {} MiB when full",
            self.shards,
            self.pairs,
            self.addresses,
            self.own_calls(),
            self.memory_mib()
        )?;
        if self.files_allowed < self.files_needed {
            write!(
                f,
                "; RLIMIT_NOFILE is {}: enough for {} calls of all interfaces together, raise it to {} \
                 to use all ports",
                self.files_allowed,
                self.calls_by_files(),
                self.files_needed
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Host, KeyFlags, given::Given, validate::validate};

    #[test]
    fn the_tightest_limit_counts() {
        let host = Host { cpus: vec![0, 1], name: "rtp1".to_owned(), redis_password: None };
        let config = validate(Given::default(), &KeyFlags::default(), &host).expect("defaults");
        let capacity = Capacity::of(&config, 1 << 20);
        assert_eq!((capacity.pairs, capacity.own_calls()), (5000, 2500), "40000 has no partner in the range");
        assert_eq!(capacity.files_needed, 21_024);
        assert!(!capacity.to_string().contains("RLIMIT_NOFILE"));
        let poor = Capacity::of(&config, 1024);
        assert_eq!(poor.own_calls(), 192);
        assert!(poor.to_string().contains("RLIMIT_NOFILE is 1024"), "{poor}");
    }
}
