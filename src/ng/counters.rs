//! Counts of the ng protocol: commands by kind and by proxy, and everything that was ignored or dropped.
//!
//! Counts are relaxed atomics with many writers; nothing reads one to decide anything.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::commands::CommandKind;
use super::flags::not_done::Feature;

/// Proxies that are counted one by one; later ones only add to the totals.
const PROXIES_MAX: usize = 256;

const COMMANDS: usize = CommandKind::ALL.len();

/// Counts of the requests of one proxy.
#[derive(Clone, Debug)]
pub struct ProxyCounts {
    /// Requests by command, in the order of [`CommandKind::ALL`].
    pub counts: [u64; COMMANDS],
    /// Time from request to reply, in microseconds, in the same order.
    pub micros: [u64; COMMANDS],
    /// Requests that were answered with an error.
    pub errors: u64,
}

impl Default for ProxyCounts {
    fn default() -> Self {
        ProxyCounts { counts: [0; COMMANDS], micros: [0; COMMANDS], errors: 0 }
    }
}

/// Keys, flags and values without effect, for the counters. Never an error: proxies are newer or older than a relay.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ignored {
    /// Keys that mean nothing here.
    pub keys: u64,
    /// Flags that mean nothing here.
    pub flags: u64,
    /// Values that their key does not know, or of the wrong type.
    pub values: u64,
    /// Keys, flags and values that are understood and not available: encryption, ICE, transcoding.
    pub unsupported: u64,
}

/// Defines a count with its name.
macro_rules! counts {
    ($($(#[$doc:meta])* $field:ident)*) => {
        /// Counts of the ng protocol since the start.
        #[derive(Debug)]
        pub struct NgCounters {
            commands: [AtomicU64; COMMANDS],
            not_done: [Count; Feature::ALL.len()],
            /// Of each place where requests are answered, so that none waits for another.
            proxies: Box<[Mutex<BTreeMap<IpAddr, ProxyCounts>>]>,
            $($(#[$doc])* pub $field: Count,)*
        }

        impl NgCounters {
            /// Counts for so many places where requests are answered.
            pub fn new(places: usize) -> Self {
                NgCounters {
                    commands: std::array::from_fn(|_| AtomicU64::new(0)),
                    not_done: Default::default(),
                    proxies: (0..places).map(|_| Mutex::default()).collect(),
                    $($field: Count::default(),)*
                }
            }
        }

        impl NgCounters {
            /// All counts but those by command, by stable name.
            pub fn named(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($field), self.$field.value()),)*]
            }
        }
    };
}

/// A number that only grows.
#[derive(Debug, Default)]
pub struct Count(AtomicU64);

impl Count {
    /// Adds.
    pub fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    /// Value of the counter.
    pub fn value(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

counts! {
    /// Messages without a cookie: nothing can be answered.
    without_cookie
    /// Messages that could not be read; they were answered with an error.
    malformed
    /// Unknown commands.
    unknown_commands
    /// Replies with an error.
    errors
    /// Replies that say that a limit is exceeded, in either form.
    limits
    /// Requests that a shard did not answer in time, or could not take.
    overloaded
    /// Repeated requests that were answered from the cookie cache.
    repeated
    /// Unknown keys.
    ignored_keys
    /// Unknown flags.
    ignored_flags
    /// Unknown values.
    ignored_values
    /// Keys, flags and values that are not available here.
    ignored_unsupported
    /// Replies too long for a datagram.
    replies_too_long
    /// Replies forgotten before their time, for want of room: a repeated request is carried out again.
    replies_dropped
    /// Datagrams that could not be received or sent.
    socket_errors
    /// Connections closed because the peer broke the protocol, was too slow, or sent too much.
    connections_broken
}

impl NgCounters {
    /// Counts a request that was finished at a place.
    pub fn note_command(&self, place: usize, kind: CommandKind, proxy: IpAddr, took: Duration, failed: bool) {
        self.commands[kind as usize].fetch_add(1, Ordering::Relaxed);
        let mut proxies = self.proxies[place].lock().unwrap_or_else(PoisonError::into_inner);
        if proxies.len() >= PROXIES_MAX && !proxies.contains_key(&proxy) {
            return;
        }
        let counts = proxies.entry(proxy).or_default();
        counts.counts[kind as usize] += 1;
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        counts.micros[kind as usize] = counts.micros[kind as usize].saturating_add(micros);
        counts.errors += u64::from(failed);
    }

    /// Counts a request that was answered `ok` although it asks for what does not exist.
    pub fn note_not_done(&self, feature: Feature) {
        self.not_done[feature as usize].add(1);
    }

    /// Number of requests that were answered `ok` although they ask for this.
    pub fn not_done(&self, feature: Feature) -> u64 {
        self.not_done[feature as usize].value()
    }

    /// Counts what a request said in vain.
    pub fn note_ignored(&self, ignored: Ignored) {
        self.ignored_keys.add(ignored.keys);
        self.ignored_flags.add(ignored.flags);
        self.ignored_values.add(ignored.values);
        self.ignored_unsupported.add(ignored.unsupported);
    }

    /// Number of requests of a kind.
    pub fn commands(&self, kind: CommandKind) -> u64 {
        self.commands[kind as usize].load(Ordering::Relaxed)
    }

    /// Counts of each proxy, in the order of addresses.
    pub fn proxies(&self) -> Vec<(IpAddr, ProxyCounts)> {
        let mut all: BTreeMap<IpAddr, ProxyCounts> = BTreeMap::new();
        for place in &self.proxies {
            let proxies = place.lock().unwrap_or_else(PoisonError::into_inner).clone();
            for (proxy, counts) in proxies {
                if all.len() < PROXIES_MAX || all.contains_key(&proxy) {
                    all.entry(proxy).or_default().add(&counts);
                }
            }
        }
        all.into_iter().collect()
    }
}

impl ProxyCounts {
    fn add(&mut self, other: &ProxyCounts) {
        let pairs = self.counts.iter_mut().zip(other.counts).chain(self.micros.iter_mut().zip(other.micros));
        pairs.for_each(|(sum, more)| *sum = sum.saturating_add(more));
        self.errors += other.errors;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_is_found_by_its_name_and_only_by_it() {
        for kind in CommandKind::ALL {
            assert_eq!(CommandKind::of(kind.name().as_bytes()), Some(kind));
            assert_eq!(CommandKind::ALL[kind as usize], kind);
        }
        assert_eq!(CommandKind::of(b"CLI"), Some(CommandKind::Cli));
        for name in ["", "Offer", "offer ", "start-recording"] {
            assert_eq!(CommandKind::of(name.as_bytes()), None, "{name}");
        }
    }

    #[test]
    fn proxies_beyond_the_bound_add_to_the_totals_only() {
        let counters = NgCounters::new(2);
        for number in 0..600u32 {
            let proxy = IpAddr::from(std::net::Ipv4Addr::from(number / 2));
            let (place, took) = ((number % 2) as usize, Duration::from_micros(2));
            counters.note_command(place, CommandKind::Offer, proxy, took, number % 4 == 0);
        }
        assert_eq!(counters.commands(CommandKind::Offer), 600);
        let proxies = counters.proxies();
        assert_eq!(proxies.len(), PROXIES_MAX);
        assert_eq!(proxies[4].1.counts[CommandKind::Offer as usize], 2);
        assert_eq!(proxies[4].1.micros[CommandKind::Offer as usize], 4);
        assert_eq!((proxies[4].1.errors, proxies[5].1.errors), (1, 0));
    }
}
