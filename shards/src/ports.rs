//! Ports that are taken: one bitmap for each local IP address, shared by all shards.
//!
//! Each shard *prefers* its slice of the range, so that shards seldom meet, but the truth is the bitmap: a
//! restored call needs the very ports that another node, with another number of shards, has chosen.
//! Touched at call set-up only; the socket itself lives in its owner's table.
//!
//! Ports are handed out in rounds: one that was given back is not used again before all others of its slice
//! were. So late packets of a call that has ended do not end up in the next one (rtpengine: longest unused
//! first), and no clock is needed for it.
//!
//! Invariant: a port is handed out to one claimant until it is given back.

use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::interfaces::{AddressId, Interfaces};
use crate::names::{ShardId, SocketId};
use crate::sabotage::{self, Sabotage};

const WORDS: usize = 65536 / 64;

/// The bitmaps of all addresses.
#[derive(Debug)]
pub struct Ports {
    /// `pool_of[address]` is the index of the bitmap of its IP address.
    pool_of: Vec<usize>,
    pools: Vec<Pool>,
    min: u16,
    max: u16,
    shard_count: u16,
}

#[derive(Debug)]
struct Pool {
    ip: IpAddr,
    taken: Bits,
    /// Handed out in this round.
    spent: Bits,
    /// None is handed out: the address is not on this host.
    refused: AtomicBool,
}

/// One bit for each port.
#[derive(Debug)]
struct Bits(Box<[AtomicU64]>);

impl Bits {
    fn new() -> Self {
        Bits((0..WORDS).map(|_| AtomicU64::new(0)).collect())
    }

    fn has(&self, port: u16) -> bool {
        self.0[usize::from(port) / 64].load(Ordering::Relaxed) & (1 << (port % 64)) != 0
    }

    /// Sets a bit; whether it was set before.
    fn set(&self, port: u16) -> bool {
        let bit = 1 << (port % 64);
        self.0[usize::from(port) / 64].fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// Clears a bit; whether it was set before.
    fn clear(&self, port: u16) -> bool {
        let bit = 1 << (port % 64);
        self.0[usize::from(port) / 64].fetch_and(!bit, Ordering::Relaxed) & bit != 0
    }
}

/// Number of consecutive ports that are wanted, and where they start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortWish {
    /// RTP on an even port and RTCP on the next (RFC 3550 section 11), this many times in a row.
    Pairs(u16),
    /// One port: an even one if there is any, so that pairs stay whole.
    Single,
}

impl PortWish {
    /// Number of ports.
    pub fn len(self) -> u16 {
        match self {
            PortWish::Pairs(pairs) => pairs * 2,
            PortWish::Single => 1,
        }
    }

    /// True for no ports.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// Ports to be opened.
#[derive(Debug)]
pub(crate) struct NewPorts {
    /// The endpoint that they are for, if one asked for them.
    pub(crate) key: Option<SocketAddr>,
    pub(crate) address: AddressId,
    pub(crate) wish: PortWish,
    /// The first port, once taken.
    pub(crate) first: u16,
    /// A slot for each port, once taken.
    pub(crate) sockets: Vec<SocketId>,
    /// The sockets were asked for.
    pub(crate) asked: bool,
}

impl NewPorts {
    /// Any free ports of an address.
    pub(crate) fn any(address: AddressId, wish: PortWish) -> Self {
        NewPorts { key: None, address, wish, first: 0, sockets: Vec::new(), asked: false }
    }
}

impl Ports {
    /// Bitmaps for all addresses, to hand out ports of `min..=max`.
    ///
    /// # Panics
    /// If the range is empty or there is no shard: refused by the configuration.
    pub fn new(interfaces: &Interfaces, min: u16, max: u16, shard_count: u16) -> Self {
        assert!(min > 0 && min < max, "empty port range");
        assert!(shard_count > 0, "no shards");
        let mut pools: Vec<Pool> = Vec::new();
        let mut pool_of = Vec::new();
        for address in interfaces.addresses() {
            let index = pools.iter().position(|pool| pool.ip == address.ip).unwrap_or_else(|| {
                pools.push(Pool {
                    ip: address.ip,
                    taken: Bits::new(),
                    spent: Bits::new(),
                    refused: AtomicBool::new(false),
                });
                pools.len() - 1
            });
            pool_of.push(index);
        }
        Ports { pool_of, pools, min, max, shard_count }
    }

    /// Hands out no ports of an address from now on, or does so again. What is claimed by name is not refused.
    pub fn refuse(&self, address: AddressId, refused: bool) {
        self.pool(address).refused.store(refused, Ordering::Relaxed);
    }

    /// True if no ports of an address are handed out.
    pub fn is_refused(&self, address: AddressId) -> bool {
        self.pool(address).refused.load(Ordering::Relaxed)
    }

    /// Lowest and highest port of the range.
    pub fn range(&self) -> (u16, u16) {
        (self.min, self.max)
    }

    /// Takes ports for a new call: from the shard's slice first, then from anywhere in the range.
    ///
    /// `random` decides where in the slice the search begins, so that ports cannot be foretold and one given
    /// back is not the next to go out. Returns the first of the ports.
    pub fn take(&self, at: AddressId, shard: ShardId, wish: PortWish, random: u64) -> Option<u16> {
        assert!(!wish.is_empty() && shard.0 < self.shard_count);
        if self.is_refused(at) {
            return None;
        }
        let (slice, range) = (self.slice(shard), (u32::from(self.min), u32::from(self.max)));
        let fresh = || self.search(at, wish, slice, 2, random, Round::This);
        let next_round = || {
            self.begin_round(at, slice);
            self.search(at, wish, slice, 2, random, Round::This)
        };
        let elsewhere = || self.search(at, wish, range, 2, random, Round::Any);
        let single = wish == PortWish::Single;
        let odd = || if single { self.search(at, wish, range, 1, random, Round::Any) } else { None };
        fresh().or_else(next_round).or_else(elsewhere).or_else(odd)
    }

    /// Takes exactly these ports, all or none.
    pub fn claim(&self, at: AddressId, first: u16, count: u16) -> bool {
        for offset in 0..count {
            let taken = first.checked_add(offset).is_some_and(|port| self.set(at, port));
            if !taken {
                self.release(at, first, offset);
                return false;
            }
        }
        true
    }

    /// Gives ports back.
    pub fn release(&self, at: AddressId, first: u16, count: u16) {
        for port in (0..count).map(|offset| first + offset) {
            assert!(self.pool(at).taken.clear(port), "port {port} given back twice");
        }
    }

    /// True if a port is taken.
    pub fn is_taken(&self, at: AddressId, port: u16) -> bool {
        self.pool(at).taken.has(port)
    }

    /// Number of ports of an address that are taken, in the range or out of it.
    pub fn taken(&self, at: AddressId) -> u32 {
        self.pool(at).taken.0.iter().map(|word| word.load(Ordering::Relaxed).count_ones()).sum()
    }

    /// The ports a shard prefers, first and last.
    fn slice(&self, shard: ShardId) -> (u32, u32) {
        let total = u32::from(self.max) - u32::from(self.min) + 1;
        let count = u32::from(self.shard_count);
        let begin = u32::from(self.min) + total * u32::from(shard.0) / count;
        let end = u32::from(self.min) + total * (u32::from(shard.0) + 1) / count;
        (begin, end.saturating_sub(1))
    }

    /// Looks once through the ports of a range that `step` divides, from a random place on, and claims the first
    /// run that is free.
    fn search(
        &self,
        at: AddressId,
        wish: PortWish,
        (first, last): (u32, u32),
        step: u32,
        random: u64,
        round: Round,
    ) -> Option<u16> {
        let first = first.next_multiple_of(step);
        let room = (last + 1).checked_sub(first + u32::from(wish.len()))?;
        let places = room / step + 1;
        let start = u32::try_from(random % u64::from(places)).expect("below a u32");
        (0..places).map(|n| (start + n) % places).find_map(|place| {
            let port = u16::try_from(first + place * step).expect("inside the range");
            let spent = || round == Round::This && self.pool(at).spent.has(port);
            let free = || !spent() && !self.is_taken(at, port) && self.claim(at, port, wish.len());
            let again = || sabotage::on(Sabotage::PortTwice) && self.is_taken(at, port);
            (free() || again()).then_some(port)
        })
    }

    fn begin_round(&self, at: AddressId, (first, last): (u32, u32)) {
        for port in (first..=last).filter_map(|port| u16::try_from(port).ok()) {
            self.pool(at).spent.clear(port);
        }
    }

    fn set(&self, at: AddressId, port: u16) -> bool {
        let pool = self.pool(at);
        pool.spent.set(port);
        !pool.taken.set(port)
    }

    fn pool(&self, at: AddressId) -> &Pool {
        &self.pools[self.pool_of[usize::from(at.0)]]
    }
}

/// Free ports that a search takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// Ports that were not used in this round yet.
    This,
    /// All.
    Any,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::names::InterfaceName;

    const AT: AddressId = AddressId(0);
    /// Miri takes a third of a second for each.
    const OPERATIONS_MAX: usize = if cfg!(miri) { 20 } else { 300 };

    fn ports(min: u16, max: u16, shards: u16) -> Ports {
        let ip: IpAddr = "192.0.2.1".parse().expect("an address");
        let interfaces =
            Interfaces::new([(InterfaceName::from("pub1"), ip, ip), (InterfaceName::from("pub2"), ip, ip)]);
        Ports::new(&interfaces, min, max, shards)
    }

    #[test]
    fn pairs_start_even_and_a_full_range_says_so() {
        let ports = ports(31001, 31010, 1);
        let mut seen = BTreeSet::new();
        for n in 0..4 {
            let port = ports.take(AT, ShardId(0), PortWish::Pairs(1), n * 7).expect("room");
            assert_eq!(port % 2, 0);
            assert!(seen.insert(port));
        }
        assert_eq!(ports.take(AT, ShardId(0), PortWish::Pairs(1), 0), None);
        assert!(ports.take(AT, ShardId(0), PortWish::Single, 0).is_some(), "31001 and 31010 are left");
    }

    #[test]
    fn the_same_address_under_two_names_is_one_pool() {
        let ports = ports(31000, 31001, 1);
        assert_eq!(ports.take(AT, ShardId(0), PortWish::Pairs(1), 0), Some(31000));
        assert_eq!(ports.take(AddressId(1), ShardId(0), PortWish::Pairs(1), 0), None);
    }

    #[test]
    fn a_shard_prefers_its_slice_and_overflows() {
        let ports = ports(30000, 30039, 2);
        for n in 0..10 {
            let port = ports.take(AT, ShardId(1), PortWish::Pairs(1), n).expect("room");
            assert!(port >= 30020, "{port} is the other shard's");
        }
        let port = ports.take(AT, ShardId(1), PortWish::Pairs(1), 3).expect("room elsewhere");
        assert!(port < 30020);
    }

    #[test]
    fn a_port_that_was_given_back_comes_last() {
        let ports = ports(30000, 30039, 1);
        let mut last: Vec<u16> = Vec::new();
        for n in 0..200u64 {
            let port = ports.take(AT, ShardId(0), PortWish::Pairs(1), n * 7919).expect("room");
            ports.release(AT, port, 2);
            let round = usize::try_from(n % 20).expect("small");
            assert!(!last[last.len() - round..].contains(&port), "used again before the others were");
            last.push(port);
        }
    }

    #[test]
    fn a_claim_that_fails_takes_nothing() {
        let ports = ports(30000, 30010, 1);
        assert!(ports.claim(AT, 40001, 1));
        assert!(!ports.claim(AT, 40000, 2));
        assert!(!ports.is_taken(AT, 40000));
        assert!(!ports.claim(AT, 65535, 2), "there is no port 65536");
        assert_eq!(ports.taken(AT), 1);
    }

    proptest! {
        /// No port has two holders, in any order of taking, claiming and giving back.
        #[test]
        fn no_port_is_handed_out_twice(
            operations in proptest::collection::vec((0u8..4, 0u16..3, any::<u64>()), 1..OPERATIONS_MAX)
        ) {
            let ports = ports(30000, 30030, 3);
            let mut held: Vec<(u16, u16)> = Vec::new();
            let mut taken: BTreeSet<u16> = BTreeSet::new();
            for (kind, shard, random) in operations {
                let got = match kind {
                    0 => ports.take(AT, ShardId(shard), PortWish::Single, random).map(|p| (p, 1)),
                    1 => ports.take(AT, ShardId(shard), PortWish::Pairs(1), random).map(|p| (p, 2)),
                    2 => {
                        let first = 30000 + u16::try_from(random % 40).expect("small");
                        ports.claim(AT, first, 2).then_some((first, 2))
                    }
                    _ => {
                        if !held.is_empty() {
                            let at = usize::try_from(random).unwrap_or(0) % held.len();
                            let (first, count) = held.swap_remove(at);
                            ports.release(AT, first, count);
                            for port in first..first + count {
                                prop_assert!(taken.remove(&port));
                            }
                        }
                        None
                    }
                };
                if let Some((first, count)) = got {
                    held.push((first, count));
                    for port in first..first + count {
                        prop_assert!(taken.insert(port), "port {port} handed out twice");
                    }
                }
                prop_assert_eq!(ports.taken(AT) as usize, taken.len());
            }
        }
    }
}
