//! The network: how long a datagram takes, whether it comes at all, and which node an address belongs to.

use std::time::Duration;

use super::{NODES_MAX, chance};
use crate::random::Random;
use crate::time::Timestamp;

/// Behaviour of a link towards datagrams. Rates are per mille.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The shortest delay.
    pub delay_us: u64,
    /// Up to this much is added at random; more than the distance of two packets reorders them.
    pub spread_us: u64,
    /// Lost.
    pub loss: u64,
    /// Delivered twice.
    pub duplication: u64,
    /// Held up for up to 300 ms.
    pub stragglers: u64,
}

impl Link {
    /// A link without faults.
    pub fn calm() -> Self {
        Link { delay_us: 500, spread_us: 200, ..Link::default() }
    }
}

/// An end of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    /// A node, by its number.
    Node(usize),
    /// All phones.
    Phones,
    /// All proxies.
    Proxies,
    /// The store.
    Store,
}

const SITES: usize = NODES_MAX + 3;

impl Site {
    fn index(self) -> usize {
        match self {
            Site::Node(node) => node,
            Site::Phones => NODES_MAX,
            Site::Proxies => NODES_MAX + 1,
            Site::Store => NODES_MAX + 2,
        }
    }
}

/// The arrivals of one datagram: none if it is lost, two if it is doubled.
pub type Arrivals = [Option<Timestamp>; 2];

/// The network.
#[derive(Debug)]
pub struct Network {
    random: Random,
    media: Link,
    signalling: Link,
    /// `blocked[from]` has a bit for each site that cannot be reached.
    blocked: [u32; SITES],
    /// `homes[address]` is the node that holds the media address of node `address`.
    homes: Vec<usize>,
    /// Datagrams sent, lost and doubled.
    pub counts: [u64; 3],
}

impl Network {
    /// A network in which each node holds its own address.
    pub fn new(random: Random, nodes: usize, media: Link, signalling: Link) -> Self {
        Network {
            random,
            media,
            signalling,
            blocked: [0; SITES],
            homes: (0..nodes).collect(),
            counts: [0; 3],
        }
    }

    /// Changes the links.
    pub fn set_links(&mut self, media: Link, signalling: Link) {
        self.media = media;
        self.signalling = signalling;
    }

    /// Sends a datagram.
    pub fn send(&mut self, now: Timestamp, from: Site, to: Site) -> Arrivals {
        self.counts[0] += 1;
        let media = from == Site::Phones || to == Site::Phones;
        let link = if media { self.media } else { self.signalling };
        if self.is_blocked(from, to) || chance(&mut self.random, link.loss) {
            self.counts[1] += 1;
            return [None, None];
        }
        let first = now + self.delay(link);
        let second = chance(&mut self.random, link.duplication).then(|| {
            self.counts[2] += 1;
            now + self.delay(link)
        });
        [Some(first), second]
    }

    fn delay(&mut self, link: Link) -> Duration {
        let mut delay_us = link.delay_us + self.random.below(link.spread_us + 1);
        if chance(&mut self.random, link.stragglers) {
            delay_us += self.random.below(300_000);
        }
        Duration::from_micros(delay_us)
    }

    /// Time that a message takes on a connection, which loses nothing.
    pub fn connection_delay(&mut self) -> Duration {
        let link = Link { stragglers: 0, ..self.signalling };
        self.delay(link)
    }

    /// Cuts or mends one direction between two sites.
    pub fn block(&mut self, from: Site, to: Site, blocked: bool) {
        let bit = 1 << to.index();
        let row = &mut self.blocked[from.index()];
        *row = if blocked { *row | bit } else { *row & !bit };
    }

    /// True if a direction is cut.
    pub fn is_blocked(&self, from: Site, to: Site) -> bool {
        self.blocked[from.index()] & (1 << to.index()) != 0
    }

    /// Mends everything.
    pub fn mend(&mut self) {
        self.blocked = [0; SITES];
    }

    /// The node that holds the media address of node `address`.
    pub fn home(&self, address: usize) -> usize {
        self.homes[address]
    }

    /// Moves an address to a node.
    pub fn move_address(&mut self, address: usize, to: usize) {
        self.homes[address] = to;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_is_one_way_and_can_be_mended() {
        let mut network = Network::new(Random::new(1), 2, Link::calm(), Link::calm());
        network.block(Site::Node(0), Site::Phones, true);
        assert_eq!(network.send(Timestamp::ZERO, Site::Node(0), Site::Phones), [None, None]);
        assert!(network.send(Timestamp::ZERO, Site::Phones, Site::Node(0))[0].is_some());
        assert!(network.send(Timestamp::ZERO, Site::Node(1), Site::Phones)[0].is_some());
        network.mend();
        assert!(network.send(Timestamp::ZERO, Site::Node(0), Site::Phones)[0].is_some());
        assert_eq!(network.counts, [4, 1, 0]);
    }

    #[test]
    fn rates_are_about_right() {
        let link = Link { loss: 100, duplication: 200, ..Link::calm() };
        let mut network = Network::new(Random::new(7), 1, link, link);
        for _ in 0..10_000 {
            network.send(Timestamp::ZERO, Site::Phones, Site::Node(0));
        }
        assert!((900..1100).contains(&network.counts[1]), "{:?}", network.counts);
        assert!((1600..2000).contains(&network.counts[2]), "{:?}", network.counts);
    }
}
