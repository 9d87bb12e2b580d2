//! What goes wrong: in the whole world, and with single phones.

use std::time::Duration;

use super::{Happening, World, between};
use crate::sim::log::Column;
use crate::sim::network::Site;
use crate::sim::node::Node;
use crate::sim::{NODES_MAX, chance};

/// How often something may happen to a phone.
pub(super) const MISHAP_PAUSE: Duration = Duration::from_millis(300);

/// A fault of the whole world.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Partition,
    Crash,
}

impl World {
    /// Draws the next fault, and enters the one after.
    pub(super) fn fault(&mut self) {
        if self.calm {
            return;
        }
        let on = self.swarm.faults;
        let kinds = [(on.partitions, Fault::Partition), (on.crashes, Fault::Crash)];
        let kinds: Vec<Fault> = kinds.into_iter().filter_map(|(on, kind)| on.then_some(kind)).collect();
        if !kinds.is_empty() {
            let kind = kinds[usize::try_from(self.faults.below(kinds.len() as u64)).expect("few")];
            match kind {
                Fault::Partition => self.partition(),
                Fault::Crash => self.crash(),
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
        self.after(pause, Happening::Mend(0));
    }

    pub(super) fn mend(&mut self) {
        self.network.mend();
        self.say(Column::Outside, || "links are whole".into());
    }

    /// A node dies, with everything in its memory.
    fn crash(&mut self) {
        let number = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        if self.nodes[number].take().is_none() {
            return;
        }
        self.say(Column::Node(number), || "dies".into());
        self.checker.node_died(number);
        for dialogue in self.dialogues.iter_mut().filter(|dialogue| dialogue.node == number) {
            dialogue.broken = true;
        }
        let pause = between(&mut self.faults, 200, 5000);
        self.after(pause, Happening::Restart(number));
    }

    pub(super) fn restart(&mut self, number: usize) {
        assert!(number < NODES_MAX && self.nodes[number].is_none());
        self.lives += 1;
        self.front.forget(number);
        let mut node = Node::new(number, &self.swarm, self.lives, self.now);
        if self.calm {
            node.calm();
        }
        self.nodes[number] = Some(node);
        self.say(Column::Node(number), || "is back, empty".into());
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
