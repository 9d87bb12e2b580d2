//! The phases of a run, and what must be true at the end of each.

use std::time::Duration;

use super::chaos::MISHAP_PAUSE;
use super::nodes::{AUDIT_PAUSE, reports};
use super::store::LINK_CHECK;
use super::{BEGIN, Happening, World, between};
use crate::sdp::Direction;
use crate::sim::chance;
use crate::sim::check::Checker;
use crate::sim::dialogue::{Dialogue, Stage};
use crate::sim::log::Column;
use crate::sim::network::Link;

/// A dialogue that is established must have been heard both ways within this long, once it is calm.
const HEARD_WITHIN: Duration = Duration::from_secs(1);
/// A call that has been left alone for this long is held by the other nodes, and survives its own.
const REPLICATED_WITHIN: Duration = Duration::from_secs(4);

impl World {
    /// Everybody who will ever call.
    pub(super) fn populate(&mut self) {
        let millis = |time: Duration| u64::try_from(time.as_millis()).expect("a short time");
        let arrivals_ms = millis(self.swarm.arrivals);
        let (shortest_ms, longest_ms) = (millis(self.swarm.lengths.0), millis(self.swarm.lengths.1));
        let habits = self.swarm.habits;
        for number in 0..self.swarm.dialogues {
            let node = usize::try_from(self.people.below(self.nodes.len() as u64)).expect("few");
            let mut dialogue = Dialogue::new(number, node);
            let random = &mut self.people;
            dialogue.mux = chance(random, habits.mux);
            dialogue.guard = chance(random, habits.unguarded).then_some(false);
            dialogue.forgotten = chance(random, habits.forgotten);
            let start = between(random, 0, arrivals_ms);
            let length = between(random, shortest_ms, longest_ms);
            dialogue.hang_up_at = BEGIN + start + length;
            self.dialogues.push(dialogue);
            self.after(start, Happening::Act(number));
        }
        self.after(AUDIT_PAUSE, Happening::Audit);
        for node in 0..self.nodes.len() {
            self.open_links(node);
        }
        if self.swarm.replication {
            self.after(LINK_CHECK, Happening::CheckLinks);
        }
        self.after(MISHAP_PAUSE, Happening::Mishap);
        if !self.swarm.fault_pause.is_zero() {
            self.after(self.swarm.fault_pause, Happening::Fault);
        }
    }

    /// The whole run: chaos, calm, ending.
    pub fn run(&mut self) {
        for phase in [World::run_chaos, World::run_calm, World::run_take_over, World::run_ending] {
            phase(self);
            if self.checker.has_failed() {
                return;
            }
        }
    }

    /// Faults as the swarm wants them.
    pub fn run_chaos(&mut self) {
        self.say(Column::Outside, || "chaos".into());
        self.run_until(BEGIN + self.swarm.chaos);
    }

    /// No more faults: the world must become live.
    pub fn run_calm(&mut self) {
        self.calm = true;
        self.say(Column::Outside, || "calm".into());
        self.network.mend();
        self.mend_store();
        self.network.set_links(Link::calm(), Link::calm());
        let end = self.now + self.swarm.calm;
        // Nobody hangs up before all is compared, after the take-over too.
        let compared = end + self.swarm.calm + Duration::from_secs(3);
        for dialogue in &mut self.dialogues {
            dialogue.hang_up_at = dialogue.hang_up_at.max(compared);
        }
        for phone in &mut self.phones {
            phone.silent = false;
        }
        for node in self.nodes.iter_mut().flatten() {
            node.calm();
        }
        self.run_until(end);
        let lively = self.lively(HEARD_WITHIN);
        self.check_heard(&lively);
        if self.swarm.replication {
            self.check_replicas();
        }
    }

    /// A node dies in the calm, and its addresses move: the calls go on. Then it comes back.
    pub fn run_take_over(&mut self) {
        let victim = usize::try_from(self.faults.below(self.nodes.len() as u64)).expect("few");
        let survivors = self.nodes.iter().flatten().count() - usize::from(self.nodes[victim].is_some());
        if !self.swarm.replication || self.nodes[victim].is_none() || survivors == 0 {
            return;
        }
        let mut lively = self.lively(REPLICATED_WITHIN);
        let begin = self.now;
        self.say(Column::Outside, || "take-over".into());
        self.die(victim);
        self.heir_takes_addresses(victim);
        self.run_until(self.now + HEARD_WITHIN + Duration::from_millis(100));
        if !self.swarm.settings.final_timeout.is_zero() {
            lively.retain(|dialogue| self.ended[*dialogue as usize] < begin);
        }
        self.check_heard(&lively);
        self.checker.counts.survived += lively.len() as u64;
        self.restart(victim);
        self.run_until(self.now + self.swarm.calm);
        self.check_replicas();
    }

    /// Calls that are established for this long, and must be heard both ways.
    fn lively(&self, since: Duration) -> Vec<u32> {
        let mut lively = Vec::new();
        for dialogue in &self.dialogues {
            let settled = dialogue.is_settled() && self.now.since(dialogue.up_since) > since;
            // Without the guard a confirmed source stays for good, as in rtpengine: a NAT that binds anew, or a
            // stranger who was first, ends the audio. A phone that goes on sending to a port that is another
            // call's now is such a stranger, and does not stop when it is calm.
            let habits = self.swarm.habits;
            let unguarded = dialogue.guard == Some(false) && habits.rebind + habits.spoof > 0;
            let strayed = self.strayed[dialogue.number as usize] + self.swarm.calm >= self.now;
            // Where media takes over, the node that has it wins over the one that is being signalled.
            let contested = self.swarm.replication && self.swarm.settings.take_over_by_media_packets > 0;
            let excused = unguarded || strayed || contested;
            let Some(callee) = dialogue.callee.filter(|_| settled && !excused) else { continue };
            let phones = [0, callee].map(|leg| dialogue.phones[usize::from(leg)]);
            let phones = phones.map(|number| &self.phones[number as usize]);
            if phones.iter().any(|phone| phone.direction != Direction::SendRecv) {
                continue;
            }
            // A call on two addresses, each at another node: neither hears both parties.
            let at = phones.map(|phone| phone.remote.and_then(|(rtp, _)| self.node_at(rtp)));
            let is_behind = |node| self.behind.contains(&(node, dialogue.number));
            let just_behind = self.now.since(self.caught_up[dialogue.number as usize]) < since;
            let behind = just_behind || (0..self.nodes.len()).any(is_behind);
            // One party was told of the ports of a call that another of the same name has replaced since.
            let replaced = self.replaced[dialogue.number as usize];
            let outdated = phones.iter().any(|phone| phone.remote_since <= replaced);
            if at[0] != at[1] || behind || outdated {
                continue;
            }
            lively.push(dialogue.number);
        }
        lively
    }

    /// Both parties of each of these have been heard just now.
    fn check_heard(&mut self, lively: &[u32]) {
        self.checker.counts.lively += lively.len() as u64;
        for number in lively {
            let dialogue = &self.dialogues[*number as usize];
            for leg in [0, dialogue.callee.expect("it is established")] {
                let phone = &self.phones[dialogue.phones[usize::from(leg)] as usize];
                if self.now.since(phone.heard) > HEARD_WITHIN {
                    let silence = self.now.since(phone.heard.max(BEGIN));
                    let what = format!("leg {leg} of call-{number} hears nothing for {silence:?}");
                    self.checker.fail(self.now, what);
                }
            }
        }
    }

    /// Everybody hangs up, or is forgotten: at last nothing may be left.
    pub fn run_ending(&mut self) {
        self.say(Column::Outside, || "ending".into());
        for number in 0..self.swarm.dialogues {
            let state = &mut self.dialogues[number as usize];
            state.hang_up_at = self.now;
            match state.stage {
                Stage::New => state.stage = Stage::Over,
                Stage::Ending | Stage::Over => {}
                Stage::Offering | Stage::Ringing | Stage::Answering | Stage::Up | Stage::Changing => {
                    state.exchanges.clear();
                    self.hang_up(number);
                }
            }
        }
        self.clear_rubbish();
        let patience = Checker::patience(&self.swarm.settings) + Duration::from_secs(20);
        // A record that waits for ports may take effect when those who have them are gone, and times out then.
        let rounds = if self.swarm.replication { 2 } else { 1 };
        self.run_until(self.now + patience * rounds);
        if !self.checker.has_failed() {
            self.check_empty();
            self.check_store_empty();
        }
    }

    /// Somebody removes what nobody can read, since no node may.
    fn clear_rubbish(&mut self) {
        for (keyspace, key) in self.rubbish() {
            self.store.delete(self.now, keyspace, &key);
        }
        self.spread_events();
    }

    fn check_empty(&mut self) {
        if self.in_flight.len() != 0 {
            self.checker.fail(self.now, format!("{} packets are still in flight", self.in_flight.len()));
        }
        for number in 0..self.nodes.len() {
            let Some(node) = &mut self.nodes[number] else { continue };
            let reports = reports(node);
            let left = [
                ("sockets", node.open_count() as u64),
                ("ports", node.ports_taken() as u64),
                ("own calls", node.admission.own_calls()),
                ("calls", reports.iter().map(|report| report.own + report.foreign).sum()),
                ("records waiting", reports.iter().map(|report| report.pending).sum()),
                ("streams", reports.iter().map(|report| report.streams).sum()),
            ];
            for (what, count) in left.into_iter().filter(|(_, count)| *count > 0) {
                self.checker.fail(self.now, format!("node {number}: {count} {what} left at the end"));
            }
        }
    }
}
