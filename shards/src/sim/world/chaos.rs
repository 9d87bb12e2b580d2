//! Faults: in the whole world, and with single phones.

use std::time::Duration;

use super::{Happening, World, between};
use crate::sim::log::Column;
use crate::sim::network::Site;
use crate::sim::node::Node;
use crate::sim::replication::Channel;
use crate::sim::{NODES_MAX, chance};

/// Least time between mishaps of a phone.
pub(super) const MISHAP_PAUSE: Duration = Duration::from_millis(300);

/// A fault of the whole world.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Partition,
    Crash,
    Move,
    Store,
    StandBy,
}

impl World {
    /// Draws the next fault, and enters the one after.
    pub(super) fn fault(&mut self) {
        if self.calm {
            return;
        }
        let on = self.swarm.faults;
        let kinds = [
            (on.partitions, Fault::Partition),
            (on.crashes, Fault::Crash),
            (on.moves, Fault::Move),
            (on.store, Fault::Store),
            (on.stand_by, Fault::StandBy),
        ];
        let kinds: Vec<Fault> = kinds.into_iter().filter_map(|(on, kind)| on.then_some(kind)).collect();
        if !kinds.is_empty() {
            let kind = kinds[usize::try_from(self.faults.below(kinds.len() as u64)).expect("few")];
            match kind {
                Fault::Partition => self.partition(),
                Fault::Crash => self.crash(),
                Fault::Move => self.move_some_address(),
                Fault::Store => self.store_fault(),
                Fault::StandBy => {
                    let node = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
                    self.stand_by(node);
                }
            }
        }
        let mean_ms = u64::try_from(self.swarm.fault_pause.as_millis()).expect("a short pause");
        let pause = between(&mut self.faults, mean_ms / 2, mean_ms * 2);
        self.after(pause, Happening::Fault);
    }

    /// Cuts a node off from phones, proxies or the store, one way or both.
    fn partition(&mut self) {
        let node = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        let others = [Site::Phones, Site::Proxies, Site::Store];
        let other = others[usize::try_from(self.faults.below(3)).expect("few")];
        let ways = 1 + self.faults.below(3);
        if ways & 1 != 0 {
            self.network.block(Site::Node(node), other, true);
        }
        if ways & 2 != 0 {
            self.network.block(other, Site::Node(node), true);
        }
        self.say(Column::Outside, || format!("node {node} and {other:?} are cut, ways {ways:02b}"));
        let pause = between(&mut self.faults, 100, 4000);
        self.after(pause, Happening::Mend);
    }

    pub(super) fn mend(&mut self) {
        self.network.mend();
        self.say(Column::Outside, || "links are whole".into());
    }

    /// A node dies, and comes back later.
    fn crash(&mut self) {
        let number = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        if self.nodes[number].is_none() {
            return;
        }
        self.die(number);
        if self.swarm.replication {
            self.heir_takes_addresses(number);
        }
        let pause = between(&mut self.faults, 200, 5000);
        self.after(pause, Happening::Restart(number));
    }

    /// A node dies, with everything in its memory.
    pub(super) fn die(&mut self, number: usize) {
        self.nodes[number] = None;
        self.say(Column::Node(number), || "dies".into());
        self.checker.node_died(number);
        self.enders.retain(|(node, _)| *node != number);
        for channel in Channel::ALL {
            self.reset_link(number, channel);
        }
        for dialogue in self.dialogues.iter_mut().filter(|dialogue| dialogue.node == number) {
            dialogue.broken = true;
        }
    }

    pub(super) fn restart(&mut self, number: usize) {
        assert!(number < NODES_MAX && self.nodes[number].is_none());
        self.lives += 1;
        self.front.forget(number);
        let mut node = Node::new(number, &self.swarm, &*self.daemon, self.lives, self.now);
        if self.calm {
            node.calm();
        }
        self.nodes[number] = Some(node);
        self.say(Column::Node(number), || "is back, empty".into());
        self.network.move_address(number, number);
        self.open_links(number);
    }

    /// Another node takes the addresses of a dead one.
    pub(super) fn heir_takes_addresses(&mut self, dead: usize) {
        let Some(heir) = self.nodes.iter().position(Option::is_some) else { return };
        for address in 0..self.nodes.len() {
            if self.network.home(address) == dead {
                self.network.move_address(address, heir);
            }
        }
        self.say(Column::Node(heir), || format!("takes the addresses of node {dead}"));
    }

    /// An address moves although nobody died.
    fn move_some_address(&mut self) {
        let address = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        let to = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        if self.nodes[to].is_some() {
            self.network.move_address(address, to);
            self.say(Column::Node(to), || format!("takes the address of node {address}"));
        }
    }

    /// Something happens to the store, or to a connection with it.
    fn store_fault(&mut self) {
        let node = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        let pause = between(&mut self.faults, 100, 3000);
        match self.faults.below(7) {
            0 => self.lose_link(node, Channel::Follow),
            1 => self.lose_link(node, Channel::Write),
            2 => {
                self.say(Column::Outside, || format!("the store freezes for {pause:?}"));
                self.store_frozen_until = self.now + pause;
            }
            kind @ (3 | 4) => {
                self.say(Column::Outside, || format!("the store restarts, data kept: {}", kind == 3));
                self.store_down_until = self.now + pause;
                if kind == 4 {
                    self.store.lose_all();
                }
                for node in 0..self.nodes.len() {
                    Channel::ALL.into_iter().for_each(|channel| self.lose_link(node, channel));
                }
            }
            5 if !self.swarm.hasty => {
                self.say(Column::Outside, || format!("the store lags for {pause:?}"));
                self.store.lag = Duration::from_millis(50 + self.faults.below(400));
                self.after(pause, Happening::StoreMend);
            }
            6 if !self.swarm.hasty => self.scribble(),
            _ => self.lose_link(node, Channel::Follow),
        }
    }

    /// Somebody writes nonsense over a record, or deletes it.
    fn scribble(&mut self) {
        let texts = self.store.texts();
        if texts.is_empty() {
            return;
        }
        let at = usize::try_from(self.faults.below(texts.len() as u64)).expect("few");
        let (keyspace, key) = &texts[at];
        self.say(Column::Outside, || format!("{keyspace}/{} is spoilt", key.escape_ascii()));
        if self.faults.one_in(2) {
            self.store.scribble(self.now, *keyspace, key, b"{\"json\":{}}");
        } else {
            self.store.delete(self.now, *keyspace, key);
        }
        self.spread_events();
    }

    pub(super) fn mend_store(&mut self) {
        self.store.lag = Duration::ZERO;
    }

    /// Something happens to a phone, perhaps.
    pub(super) fn mishap(&mut self) {
        if self.calm {
            return;
        }
        self.after(MISHAP_PAUSE, Happening::Mishap);
        if self.phones.is_empty() {
            return;
        }
        let number = self.mishaps.below(self.phones.len() as u64);
        let habits = self.swarm.habits;
        let random = &mut self.mishaps;
        let (rebinds, restarts) = (chance(random, habits.rebind), chance(random, habits.restart));
        let falls_silent = chance(random, habits.silence);
        let nat_port = self.draw_port();
        let number = u32::try_from(number).expect("few phones");
        let phone = &mut self.phones[number as usize];
        if rebinds && phone.nat.is_some() {
            phone.nat = Some(nat_port);
        }
        if restarts {
            phone.restarts += 1;
        }
        if falls_silent {
            phone.silent = !phone.silent;
        }
        let silent = phone.silent;
        if rebinds || restarts || falls_silent {
            let what = format!("phone {number}: rebinds {rebinds}, restarts {restarts}, silent {silent}");
            self.say(Column::Outside, || what);
        }
        self.maybe_spoof(number);
    }

    /// Perhaps somebody begins to send in a phone's name.
    pub(super) fn maybe_spoof(&mut self, number: u32) {
        if self.calm || !chance(&mut self.mishaps, self.swarm.habits.spoof) {
            return;
        }
        let until = self.now + between(&mut self.mishaps, 200, 5000);
        self.say(Column::Outside, || format!("somebody would like to be phone {number}"));
        let pause = between(&mut self.mishaps, 0, 100);
        self.after(pause, Happening::Spoof { phone: number, until });
    }
}
